/* SPDX-License-Identifier: MIT */
/* Contract: CPUs. */
#ifndef ASM_SMP_H
#define ASM_SMP_H

#include <asm/barrier.h>
#include <asm/percpu.h>
#include <asm/preempt.h>
#include <linux/compiler.h>

struct cpumask;

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
 * The same on all online CPUs of `mask`, at the same time, this one included if it is in it.
 * Without `wait` it returns when all have been asked, and waits only for this CPU's previous such
 * calls to have begun.
 */
void call_on_cpus(const struct cpumask *mask, void (*fn)(void *arg), void *arg, bool wait);

/* An interrupt for CPU `cpu`, online, so that it looks whether to run something else. Any context. */
void smp_send_reschedule(unsigned int cpu);

/*
 * All other CPUs stop for good, those with interrupts off too, where a port can; returns when they
 * have, or after a second. Of several that call it, one returns. Any context.
 */
void smp_stop_others(void);

/*
 * Carry out what other CPUs wait for even where interrupts are off: pending TLB flushes. Part of
 * every loop that may wait with interrupts off. Any context but NMI; a few instructions when there
 * is nothing.
 */
void smp_poll(void);

/* One round of such a loop. Any context: an NMI may have come in the middle of smp_poll(). */
static inline void smp_relax(void)
{
	if (!(preempt_count() & NMI_MASK))
		smp_poll();
	cpu_relax();
}

/*
 * Entered from below: this CPU is ready, online, interrupts off, on its own stack; it becomes its
 * idle loop.
 */
void cpu_started(unsigned int cpu) __noreturn;

#endif
