/* SPDX-License-Identifier: MIT */
/* Contract: time. */
#ifndef ASM_CLOCK_H
#define ASM_CLOCK_H

#include <linux/types.h>

#define HZ 250

/* A counter that never goes back on one CPU; its rate is clock_khz() thousand a second. */
static inline u64 get_cycles(void)
{
	u32 lo, hi;

	__asm__ __volatile__("rdtsc" : "=a"(lo), "=d"(hi));
	return (u64)hi << 32 | lo;
}

/* Rate of get_cycles() in kHz; an estimate until the timer is calibrated. */
unsigned long clock_khz(void);

/* Nanoseconds since boot. Any context. */
u64 clock_ns(void);

/* Start the periodic tick (HZ a second) on this CPU; it calls timer_tick(). */
void clock_start_tick(void);

/*
 * Entered from below, interrupts off, HZ times a second on each CPU. lib/base implements this
 * (jiffies).
 */
void timer_tick(void);

#endif
