/* SPDX-License-Identifier: MIT */
/*
 * Stuck CPUs, looked for in debug builds: the name of the header is Linux's. Theory in
 * lib/sched/watchdog.c.
 */
#ifndef LINUX_NMI_H
#define LINUX_NMI_H

#include <linux/types.h>

#ifdef QUARRY_DEBUG
/* This CPU is not stuck, though it will not be switched for long. Any context. */
void touch_softlockup_watchdog(void);
/* How many of its own ticks make a CPU stuck; 0: never. For tests; returns what it was. */
unsigned int watchdog_set_thresh(unsigned int ticks);
#else
#define touch_softlockup_watchdog() ((void)0)
static inline unsigned int watchdog_set_thresh(unsigned int ticks)
{
	return 0;
}
#endif

#endif
