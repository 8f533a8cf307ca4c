/* SPDX-License-Identifier: MIT */
/* Contract: CPUs. */
#ifndef ASM_SMP_H
#define ASM_SMP_H

#include <asm/percpu.h>

/* CPU ids that may ever run are 0 … nr_cpu_ids-1; fixed before the first allocation. */
extern unsigned int nr_cpu_ids;

/* CPUs that run now. */
extern unsigned int nr_online_cpus;

/* Run fn(arg) on CPU `cpu` and wait. Interrupts on. Returns 0, or -ENXIO if it is not online. */
int call_on_cpu(unsigned int cpu, void (*fn)(void *arg), void *arg);

#endif
