/* SPDX-License-Identifier: MIT */
/* Time in timer ticks. */
#ifndef LINUX_JIFFIES_H
#define LINUX_JIFFIES_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/limits.h>
#include <asm/clock.h>

/*
 * Ticks since boot, plus INITIAL_JIFFIES so that code which compares without time_after() fails
 * within five minutes of run time.
 */
extern unsigned long volatile jiffies;
#define INITIAL_JIFFIES	 ((unsigned long)(unsigned int)(-300 * HZ))
#define jiffies_64	 ((u64)jiffies)
#define get_jiffies_64() ((u64)jiffies)

/* The scheduler's: called at each CPU's tick, interrupts off. NULL until it sets it, once. */
extern void (*tick_hook)(void);

#define MAX_JIFFY_OFFSET ((LONG_MAX >> 1) - 1)

/* Right across wrap-around, as long as the two are less than half the range apart. */
#define time_after(a, b)	  ((long)((b) - (a)) < 0)
#define time_before(a, b)	  time_after(b, a)
#define time_after_eq(a, b)	  ((long)((a) - (b)) >= 0)
#define time_before_eq(a, b)	  time_after_eq(b, a)
#define time_in_range(a, b, c)	  (time_after_eq(a, b) && time_before_eq(a, c))
#define time_is_before_jiffies(a) time_after(jiffies, a)
#define time_is_after_jiffies(a)  time_before(jiffies, a)

/*
 * Rounded up, so that waiting so long is at least the time asked for. A negative value is an
 * infinite time.
 */
unsigned long msecs_to_jiffies(unsigned int ms);
unsigned long usecs_to_jiffies(unsigned int us);
unsigned int jiffies_to_msecs(unsigned long j);

#endif
