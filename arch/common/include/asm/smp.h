/* SPDX-License-Identifier: MIT */
/* Contract: CPUs. */
#ifndef ASM_SMP_H
#define ASM_SMP_H

#include <asm/percpu.h>

/* CPU ids that may ever run are 0 … nr_cpu_ids-1; fixed before the first allocation. */
extern unsigned int nr_cpu_ids;

/* CPUs that run now: 0 … nr_online_cpus-1. Grows while smp_init() runs. */
extern unsigned int nr_online_cpus;

/*
 * Run fn(arg) on CPU `cpu`, as an interrupt handler would (interrupts off, must not wait for
 * others), and wait for its end. Precondition: interrupts on, so that calls of other CPUs are
 * served meanwhile and two that call each other both get on; no lock held that is taken with
 * interrupts off. What was written before is seen by fn, what fn wrote after it. Returns 0, or
 * -ENXIO if the CPU is not online. Cost: one interrupt and its way there.
 */
int call_on_cpu(unsigned int cpu, void (*fn)(void *arg), void *arg);

/*
 * Run fn(arg) on every CPU that is online, this one included, at the same time and as ordinary code
 * (interrupts on, may wait and fault); returns when all are done. One at a time. Precondition:
 * interrupts on, and the other CPUs have nothing else to do.
 */
void run_on_cpus(void (*fn)(void *arg), void *arg);

#endif
