/* SPDX-License-Identifier: MIT */
/* Calls between CPUs, as a port's other files see them. Private to arch/. */
#ifndef ARCH_CALLS_H
#define ARCH_CALLS_H

/* The port's: CPU `cpu`, which was started, gets an interrupt that runs smp_serve_calls(). Any context. */
void cpu_kick(unsigned int cpu);

/* Do what other CPUs ask this one for. Interrupts off. */
void smp_serve_calls(void);

#endif
