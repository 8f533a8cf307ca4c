/* SPDX-License-Identifier: MIT */
/*
 * Contract: this CPU's preempt count; one instruction each, safe against interrupts. A port's
 * asm/preempt.h says how its CPU's word is reached, by three macros, and includes this:
 *
 *	__preempt_read()	the word, read anew
 *	__preempt_op(op, v)	one instruction on it, as a string: "addl" v
 *	__preempt_dec_is_zero()	decrement; did it become 0?
 *
 * Each is a barrier to the compiler, but for the reading.
 */
#ifndef ASM_PREEMPT_OPS_H
#define ASM_PREEMPT_OPS_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <asm/preempt_bits.h>

/* Without the bit on top. */
static __always_inline unsigned int preempt_count(void)
{
	return __preempt_read() & ~PREEMPT_SETTLED;
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
	return __preempt_dec_is_zero();
}

/* Is a reschedule wanted, and allowed? */
static __always_inline bool preempt_should_resched(void)
{
	return __preempt_read() == 0;
}

static __always_inline bool preempt_need_resched(void)
{
	return !(__preempt_read() & PREEMPT_SETTLED);
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
