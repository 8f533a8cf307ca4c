/* SPDX-License-Identifier: MIT */
/*
 * Time in ticks
 * =============
 *
 * jiffies grows by one HZ times a second. Every CPU has a tick, but only CPU 0 counts (I1: one
 * writer, so no atomic addition). It starts five minutes before the wrap of 32 bits, so that code
 * which compares without time_after() is caught early. Conversions from time round up (I2: waiting
 * msecs_to_jiffies(t) is never shorter than t), those to time round down.
 */
#include <linux/jiffies.h>
#include <linux/math.h>
#include <asm/percpu.h>

unsigned long volatile jiffies = INITIAL_JIFFIES;

void (*tick_hook)(void);

/**
 * timer_tick - entered from below, interrupts off, HZ times a second on each CPU
 */
void timer_tick(void)
{
	if (smp_processor_id() == 0)
		jiffies = jiffies + 1;
	if (tick_hook)
		tick_hook();
}

/**
 * msecs_to_jiffies - ticks that last at least so many milliseconds
 */
unsigned long msecs_to_jiffies(unsigned int ms)
{
	if ((int)ms < 0)
		return MAX_JIFFY_OFFSET;
	return DIV_ROUND_UP((unsigned long)ms * HZ, 1000);
}

/**
 * usecs_to_jiffies - ticks that last at least so many microseconds
 */
unsigned long usecs_to_jiffies(unsigned int us)
{
	return DIV_ROUND_UP((unsigned long)us * HZ, 1000000);
}

/**
 * jiffies_to_msecs - how long so many ticks are
 */
unsigned int jiffies_to_msecs(unsigned long j)
{
	return j * 1000 / HZ;
}
