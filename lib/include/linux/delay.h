/* SPDX-License-Identifier: MIT */
/* Letting time pass. Theory in lib/sched/timer.c. */
#ifndef LINUX_DELAY_H
#define LINUX_DELAY_H

#include <linux/types.h>

/* Sleep. */
void msleep(unsigned int ms);
void usleep_range(unsigned long min, unsigned long max);
#define fsleep(us) usleep_range((us), (us) + (us) / 4)
unsigned long msleep_interruptible(unsigned int ms);

static inline void ssleep(unsigned int seconds)
{
	msleep(seconds * 1000);
}

/* Wait without sleeping, in any context. */
void ndelay(unsigned long ns);

static inline void udelay(unsigned long us)
{
	ndelay(us * 1000);
}

static inline void mdelay(unsigned long ms)
{
	ndelay(ms * 1000000);
}

#endif
