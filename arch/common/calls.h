/* SPDX-License-Identifier: MIT */
/* Calls between CPUs, as a port's other files see them. Private to arch/. */
#ifndef ARCH_CALLS_H
#define ARCH_CALLS_H

/* The port's: CPU `cpu`, which was started, gets an interrupt that runs smp_serve_calls(). Any context. */
void cpu_kick(unsigned int cpu);

/* Do what other CPUs ask this one for. Interrupts off. */
void smp_serve_calls(void);

/*
 * stop.c. The port's: CPU `cpu` gets an interrupt, one that nothing keeps out if there is such a
 * thing, that calls stop_if_asked(). Any context.
 */
void cpu_ask_to_stop(unsigned int cpu);

/* Does not return if another CPU wants this one to stop. */
void stop_if_asked(void);

#endif
