/* SPDX-License-Identifier: MIT */
/*
 * Contract: this CPU's preempt count; one instruction each, safe against interrupts: a word of the
 * thread that is the CPU, since an offset that was read could be another CPU's by the time it is used.
 */
#ifndef ASM_PREEMPT_H
#define ASM_PREEMPT_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <asm/preempt_bits.h>
#include <asm/tls.h>

extern __thread unsigned int host_preempt_count;

#define __preempt_op(op, v) \
	__asm__ __volatile__(op " %0, " TLS_OPERAND(host_preempt_count) : : "ri"(v) : "memory", "cc")

/* Without the bit on top. */
static __always_inline unsigned int preempt_count(void)
{
	return tls_read_volatile(host_preempt_count) & ~PREEMPT_SETTLED;
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

	__asm__ __volatile__("decl " TLS_OPERAND(host_preempt_count) : "=@ccz"(zero) : : "memory");
	return zero;
}

/* Is a reschedule wanted, and allowed? */
static __always_inline bool preempt_should_resched(void)
{
	return tls_read_volatile(host_preempt_count) == 0;
}

static __always_inline bool preempt_need_resched(void)
{
	return !(tls_read_volatile(host_preempt_count) & PREEMPT_SETTLED);
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
