// SPDX-License-Identifier: MIT
/*
 * Broken rules of RCU, in words. What is broken lib/sync/rcu.c finds; execution goes on.
 * Contexts: any.
 */
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <quarry/rcu.h>
#include <asm/percpu.h>
#include "internal.h"

static const char *const advice[] = {
	[RCU_WAIT_IN_READER] =
		"A reader can't wait for readers: it would wait for itself. Call it behind rcu_read_unlock(), or leave it to call_rcu().",
	[RCU_WAIT_IN_ATOMIC] =
		"Waiting for readers sleeps: with a spin lock held, or interrupts or preemption off, use call_rcu() or kfree_rcu().",
	[RCU_CALLED_TWICE] =
		"An rcu_head stands in one queue: it may be used again when its function was called, not before. Usually an object was freed twice.",
	[RCU_NO_READER] =
		"Each end of a reader belongs to one beginning, of the same form (_bh, _sched): here one is missing, or an error path ends it twice.",
	[RCU_SUSPICIOUS] =
		"A pointer that RCU protects is followed between rcu_read_lock() and rcu_read_unlock(), or with the lock that updaters hold, which the check is told of.",
	[RCU_STALL] =
		"A reader, or code with preemption off, has run on this CPU for all those ticks: all who wait for readers wait for it.",
};

static void headline(enum rcu_rule rule, const char *what, const char *file, unsigned long detail)
{
	switch (rule) {
	case RCU_WAIT_IN_READER:
		report_open(REPORT_RCU_WAIT_IN_READER, "BUG: %s() called by an RCU reader", what);
		break;
	case RCU_WAIT_IN_ATOMIC:
		report_open(REPORT_RCU_WAIT_IN_ATOMIC, "BUG: %s() called from invalid context",
			    what);
		break;
	case RCU_CALLED_TWICE:
		report_open(REPORT_RCU_TWICE,
			    "BUG: call_rcu(): the rcu_head at %px is queued already",
			    (void *)detail);
		report_address((void *)detail);
		break;
	case RCU_NO_READER:
		report_open(REPORT_RCU_NO_READER, "WARNING: %s() without a reader", what);
		break;
	case RCU_SUSPICIOUS:
		report_open(REPORT_RCU_SUSPICIOUS, "WARNING: suspicious RCU usage");
		report_line("%s:%lu %s!", file, detail, what);
		break;
	case RCU_STALL:
		report_open(REPORT_RCU_STALL, "rcu: INFO: rcu_sched self-detected stall on CPU");
		report_line("CPU %u was waited for for %lu of its ticks", smp_processor_id(),
			    detail);
		break;
	}
}

/**
 * rcu_report - a rule of RCU was broken
 * @rule: which
 * @what: a function's name, or a text
 * @file: of RCU_SUSPICIOUS
 * @detail: see enum rcu_rule
 */
void rcu_report(enum rcu_rule rule, const char *what, const char *file, unsigned long detail)
{
	bool atomic = in_atomic(), irqs_off = irqs_disabled(); /* off from the headline on */

	headline(rule, what, file, detail);
	report_line("in_atomic(): %d, irqs_disabled(): %d, pid: %d, name: %s", atomic,
		    irqs_off, current->pid, current->comm);
#ifdef QUARRY_DEBUG
	report_held_locks();
#endif
	report_callers(2);
	report_advice("%s", advice[rule]);
	report_end();
}
