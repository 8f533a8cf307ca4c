/* SPDX-License-Identifier: MIT */
/* Contract: this CPU's preempt count; one instruction each, safe against interrupts. */
#ifndef ASM_PREEMPT_H
#define ASM_PREEMPT_H

#include <asm/percpu.h>
#include <asm/preempt_bits.h>

DECLARE_PER_CPU(unsigned int, __preempt_count);

#define __preempt_op(op, v) \
	__asm__ __volatile__(op " %1, %%gs:%0" : "+m"(__preempt_count) : "ri"(v) : "memory", "cc")

/* Without the bit on top. */
static __always_inline unsigned int preempt_count(void)
{
	return this_cpu_read(__preempt_count) & ~PREEMPT_SETTLED;
}

/* Only whoever leaves a context for good (recovery_jump()) sets it; the bit on top stays. */
static __always_inline void preempt_count_set(unsigned int n)
{
	__preempt_op("andl", PREEMPT_SETTLED);
	__preempt_op("orl", n);
}

static __always_inline void preempt_count_add(unsigned int n)
{
	__preempt_op("addl", n);
}

static __always_inline void preempt_count_sub(unsigned int n)
{
	__preempt_op("subl", n);
}

/* Subtract 1; true: nothing forbids a reschedule any more, and one is wanted. */
static __always_inline bool preempt_count_dec_and_test(void)
{
	bool zero;

	__asm__ __volatile__("decl %%gs:%0" : "+m"(__preempt_count), "=@ccz"(zero) : : "memory");
	return zero;
}

/* Is a reschedule wanted, and allowed? */
static __always_inline bool preempt_should_resched(void)
{
	return this_cpu_read(__preempt_count) == 0;
}

static __always_inline bool preempt_need_resched(void)
{
	return !(this_cpu_read(__preempt_count) & PREEMPT_SETTLED);
}

static __always_inline void preempt_set_need_resched(void)
{
	__preempt_op("andl", ~PREEMPT_SETTLED);
}

static __always_inline void preempt_clear_need_resched(void)
{
	__preempt_op("orl", PREEMPT_SETTLED);
}

#endif
