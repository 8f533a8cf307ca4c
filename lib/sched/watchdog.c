// SPDX-License-Identifier: MIT
/*
 * Stuck CPUs
 * ==========
 *
 * A thread that keeps its CPU with preemption off (in a spin lock, in a loop that waits for what
 * never comes) hangs all others of that CPU, and what they hold hangs the rest. Debug builds say
 * so, by the CPU's own ticks: a CPU that its host lets wait doesn't tick, and isn't stuck.
 *
 *	tick ── ticks + 1 ─┬─ every ASK ticks: ask for a reschedule, as if somebody waited
 *	                   └─ ticks = thresh: report, with the stack of what the tick interrupted
 *	reschedule() ── ticks = 0
 *
 * Whoever can be switched is, by the end of that interrupt or at the next preempt_enable(), whether
 * another thread is there or not; so a loop that is preemptible, or has a place where it is, never
 * counts up, whatever its ticks happen to interrupt.
 *
 * thresh is the boot line's watchdog_thresh=, in ticks; 0 switches it off. A CPU is reported once
 * until it is switched or touched. What rightly takes long touches: touch_softlockup_watchdog().
 *
 * A CPU with interrupts off has no ticks and is not seen here; if it waits for a spin lock, or has
 * one that others wait for while it waits, lib/sync/spin_watch.c sees it. One that loops with
 * interrupts off beside all locks is seen by nobody.
 *
 * Invariants
 * I1  stuck_ticks is written by its own CPU, interrupts off, or in one instruction.
 *
 * Locks: none. Contexts: the tick. Complexity: O(1).
 */
#ifdef QUARRY_DEBUG

#include <asm/percpu.h>
#include <linux/errno.h>
#include <linux/kstrtox.h>
#include <linux/lockdep.h>
#include <linux/moduleparam.h>
#include <linux/nmi.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include "internal.h"

#define ASK 8 /* ticks */

static unsigned int thresh = 500; /* two seconds */
static DEFINE_PER_CPU(unsigned int, stuck_ticks);

static int set_watchdog_thresh(const char *val)
{
	return kstrtouint(val, 0, &thresh);
}
BOOT_PARAM("watchdog_thresh", set_watchdog_thresh);

unsigned int watchdog_set_thresh(unsigned int ticks)
{
	unsigned int was = thresh;

	WRITE_ONCE(thresh, ticks);
	return was;
}

void touch_softlockup_watchdog(void)
{
	this_cpu_write(stuck_ticks, 0);
}

void watchdog_switch(void)
{
	this_cpu_write(stuck_ticks, 0);
}

void watchdog_tick(void)
{
	unsigned int ticks = this_cpu_read(stuck_ticks) + 1;

	spin_watch_tick();
	this_cpu_write(stuck_ticks, ticks);
	if (ticks % ASK == 0)
		preempt_set_need_resched();
	if (ticks == READ_ONCE(thresh))
		soft_lockup_report(ticks);
}

#endif
