/* SPDX-License-Identifier: MIT */
/*
 * Contract: forgetting translations.
 *
 * The hardware (and arch/host's model of it) may keep using an entry until one of these returns.
 * `cpus` names the CPUs that may hold it; NULL means all, as does any mask for kernel (global)
 * entries. Context: any but NMI, interrupts on or off; no lock held that another CPU waits for with
 * interrupts off in a loop without smp_poll().
 */
#ifndef ASM_TLBFLUSH_H
#define ASM_TLBFLUSH_H

#include <linux/cpumask.h>

/* Forget the page at `va`. Cost: one instruction a CPU plus the cross call. */
void tlb_flush_page(unsigned long va, const struct cpumask *cpus);

/* Forget [start, end); beyond a threshold the whole TLB is dropped instead. */
void tlb_flush_range(unsigned long start, unsigned long end, const struct cpumask *cpus);

/* Forget everything, global entries included. */
void tlb_flush_all(const struct cpumask *cpus);

/*
 * How many flushes (of any kind) were asked for so far, each counted once however many CPUs carry
 * it out: for tests of batching. And what they cost on other CPUs: interrupts sent.
 */
unsigned long tlb_flush_count(void);
unsigned long tlb_shootdown_count(void);

#endif
