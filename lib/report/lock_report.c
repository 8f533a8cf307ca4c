// SPDX-License-Identifier: MIT
/*
 * Broken rules of locks and contexts, in words.
 *
 * What is broken lib/sync/lockdep.c finds; here stand headline (Linux's), what was seen where, the
 * locks that the running task holds, and the rule in one sentence. Execution goes on: that it came
 * to no deadlock this time is the point of the check. Only who takes a spin lock that his CPU has
 * can't go on, nor who gives back another's.
 * Contexts: any; lockdep records nothing meanwhile.
 */
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/math.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <asm/extable.h>
#include <asm/ksyms.h>
#include "internal.h"

#ifdef QUARRY_DEBUG

#define NAME_SIZE 96

struct wording {
	const char *headline;
	const char *seen; /* of the two names: wanted, held */
	const char *then; /* above the stack of the other half */
	const char *rule;
};

static const enum report_kind kinds[] = {
	[LOCK_RECURSION] = REPORT_LOCK_RECURSION,
	[LOCK_INVERSION] = REPORT_LOCK_INVERSION,
	[LOCK_IRQ_STATE] = REPORT_LOCK_IRQ_STATE,
	[LOCK_IRQ_ORDER] = REPORT_LOCK_IRQ_ORDER,
};

static const struct wording wordings[] = {
	[LOCK_RECURSION] = {
		"WARNING: possible recursive locking detected",
		"a lock of class %s is wanted while another of class %s is held",
		NULL,
		"Two locks of one class need an order of their own: without one, two tasks that take them the other way round wait for each other. Say so by the lock's _nested() form.",
	},
	[LOCK_INVERSION] = {
		"WARNING: possible circular locking dependency detected",
		"%s is wanted while %s is held",
		"it was the other way round, directly or by locks between, here:",
		"Locks are taken in one order everywhere: two tasks that take them in different orders wait for each other for ever.",
	},
	[LOCK_IRQ_STATE] = {
		"WARNING: inconsistent lock state",
		"%s is taken by an interrupt handler, and %s is also held with interrupts on",
		"the other of the two was here:",
		"A lock that an interrupt handler takes is taken with interrupts off everywhere (spin_lock_irqsave): else the handler waits on its own CPU for what it interrupted.",
	},
	[LOCK_IRQ_ORDER] = {
		"WARNING: possible irq lock inversion dependency detected",
		"%s is taken under %s, which interrupt handlers take, but elsewhere it is held with interrupts on",
		"it is held with interrupts on here:",
		"What is taken under an interrupt handler's lock is taken with interrupts off everywhere: else its holder is interrupted by a handler that waits for the one who waits for it.",
	},
};

void report_held_locks(void)
{
	const struct held_locks *h = &current->held;
	char who[NAME_SIZE];

	report_line("%u lock%s held by %s/%d%s", h->nr, h->nr == 1 ? "" : "s", current->comm,
		    current->pid, h->nr ? ":" : "");
	for (unsigned int i = 0; i < h->nr; i++) {
		ksym_print_return(who, sizeof(who), h->lock[i].ip);
		report_line(" #%u: (%s) at: %s", i, h->lock[i].map->name, who);
	}
}

/**
 * lock_report - a rule of locks was broken
 * @p: which, and by which classes
 */
void lock_report(const struct lock_problem *p)
{
	const struct wording *w = &wordings[p->rule];

	report_open(kinds[p->rule], "%s", w->headline);
	report_line(w->seen, p->wanted, p->held);
	report_held_locks();
	report_callers(2);
	if (p->then && w->then)
		report_stack(w->then, p->then->ips, p->then->n);
	report_advice("%s", w->rule);
	report_end();
}

/* Both as they were before the report, which is atomic itself. */
static void context_lines(bool atomic, bool irqs_off)
{
	report_line("in_atomic(): %d, irqs_disabled(): %d, pid: %d, name: %s", atomic, irqs_off,
		    current->pid, current->comm);
	report_held_locks();
}

/**
 * sleep_report - something that may sleep was called where one may not
 * @file: the place that says it may sleep
 * @line: the same
 */
void sleep_report(const char *file, int line)
{
	bool atomic = in_atomic(), irqs_off = irqs_disabled();

	report_open(REPORT_SLEEP_IN_ATOMIC,
		    "BUG: sleeping function called from invalid context at %s:%d", file, line);
	context_lines(atomic, irqs_off);
	report_callers(2);
	report_advice(
		"%s",
		rcu_read_lock_held() && lockdep_depth()
			? "An RCU reader, between rcu_read_lock() and rcu_read_unlock(), must not sleep: whoever waits for readers would wait for what it sleeps for, too."
		: in_hardirq()
			? "An interrupt handler must not sleep: allocate with GFP_ATOMIC, and leave what waits to a thread."
			: "Code that holds a spin lock, or has interrupts or preemption off, must not sleep: allocate with GFP_ATOMIC, or do it before the lock is taken.");
	report_end();
}

/**
 * atomic_schedule_report - schedule() was called where one may not sleep
 */
void atomic_schedule_report(void)
{
	bool atomic = in_atomic(), irqs_off = irqs_disabled();

	report_open(REPORT_SCHEDULE_IN_ATOMIC, "BUG: scheduling while atomic: %s/%d/0x%08x",
		    current->comm, current->pid, preempt_count());
	context_lines(atomic, irqs_off);
	report_callers(2);
	report_advice(
		"A spin lock is held, or preemption was switched off and not on again: who waits for the lock would spin until the sleeper comes back.");
	report_end();
}

/**
 * soft_lockup_report - this CPU's thread can't be switched since so many ticks
 */
void soft_lockup_report(unsigned int ticks)
{
	report_open(REPORT_SOFT_LOCKUP,
		    "watchdog: BUG: soft lockup - CPU#%u stuck for %us! [%s:%d]",
		    smp_processor_id(), DIV_ROUND_UP(ticks, HZ), current->comm, current->pid);
	report_line("%u ticks without a switch", ticks);
	report_held_locks();
	report_callers(2);
	report_advice(
		"Code that holds a spin lock, or has preemption off, must not loop for long: all other threads of its CPU wait. Usually it waits for something that one of them would do, or a long loop lacks a cond_resched() outside the lock.");
	report_end();
}

/* A thread that ended with the lock left its number, and its struct may be another's. */
static void owner_name(char *name, const struct task_struct *owner, int pid)
{
	int now;

	if (copy_nofault(&now, &owner->pid, sizeof(now)) || now != pid ||
	    copy_nofault(name, owner->comm, TASK_COMM_LEN))
		strscpy(name, "<gone>", TASK_COMM_LEN);
	name[TASK_COMM_LEN - 1] = '\0';
}

static bool is_owner(const spinlock_t *lock)
{
	return READ_ONCE(lock->holder_task) == current && READ_ONCE(lock->holder_pid) == current->pid;
}

/* Who has the lock, by its own words: it may change hands meanwhile. */
static void lock_line(const spinlock_t *lock)
{
	int cpu = (int)READ_ONCE(lock->holder) - 1, pid = READ_ONCE(lock->holder_pid);
	unsigned long ip = READ_ONCE(lock->holder_ip);
	char where[NAME_SIZE] = "nowhere", name[TASK_COMM_LEN];

	if (ip)
		ksym_print_return(where, sizeof(where), ip);
	owner_name(name, READ_ONCE(lock->holder_task), pid);
	if (cpu < 0)
		report_line("lock: %pS (%s), .owner: <none>/-1, .owner_cpu: -1, last taken at: %s",
			    lock, lock->dep.name, where);
	else
		report_line("lock: %pS (%s), .owner: %s/%d, .owner_cpu: %d, taken at: %s", lock,
			    lock->dep.name, name, pid, cpu, where);
}

/* Did an interrupt handler take it? Unknown in an NMI, where nothing is recorded. */
static bool taken_in_irq(const spinlock_t *lock)
{
	const struct held_locks *held = &current->held;

	for (unsigned int i = 0; i < held->nr; i++) {
		if (held->lock[i].map == &lock->dep)
			return held->lock[i].in_irq;
	}
	return false;
}

static const char *recursion_advice(const spinlock_t *lock, bool own)
{
	if (in_nmi())
		return "A deadlock: the NMI waits for what it interrupted. Nothing keeps an NMI out: its handler takes no lock that others take, but tries to, or leaves the work to a thread.";
	if (in_hardirq() && !taken_in_irq(lock))
		return "A deadlock: the handler waits for what it interrupted. A lock that an interrupt handler takes is taken by spin_lock_irqsave() everywhere.";
	if (own)
		return "A deadlock: this CPU has the lock already. Look for a function called under it that takes it again, or a way out that leaves it taken.";
	return "A deadlock: another thread of this CPU has the lock, and gave the CPU away with it. No sleep between spin_lock() and spin_unlock().";
}

/**
 * spin_recursion_report - this CPU takes a spin lock that it has; doesn't come back
 * @lock: which
 */
void spin_recursion_report(const spinlock_t *lock)
{
	bool irqs_off = irqs_disabled(), own = is_owner(lock);

	report_open(REPORT_SPIN_RECURSION, "BUG: spinlock %s on CPU#%u, %s/%d",
		    own ? "recursion" : "cpu recursion", smp_processor_id(), current->comm,
		    current->pid);
	lock_line(lock);
	report_held_locks();
	report_callers(2);
	report_advice("%s", recursion_advice(lock, own));
	report_end();
	report_die("Fatal exception: spinlock recursion", irqs_off);
}

/**
 * spin_unlock_report - this CPU gives a spin lock back that it doesn't have; doesn't come back
 * @lock: which
 */
void spin_unlock_report(const spinlock_t *lock)
{
	bool irqs_off = irqs_disabled(), own = is_owner(lock);

	report_open(REPORT_SPIN_UNLOCK, "BUG: spinlock %s on CPU#%u, %s/%d",
		    !spin_is_locked(lock)		 ? "already unlocked"
		    : own && READ_ONCE(lock->holder) ? "wrong CPU"
						     : "wrong owner",
		    smp_processor_id(), current->comm, current->pid);
	lock_line(lock);
	report_held_locks();
	report_callers(2);
	report_advice(
		"%s",
		spin_is_locked(lock)
			? "Another CPU has the lock: who takes a spin lock gives it back, on the same CPU. Look for an error path from before the lock was taken."
			: "Nobody has the lock: look for an error path that unlocks what its caller unlocks too, or that comes from before the lock was taken.");
	report_end();
	report_die("Fatal exception: spinlock not held", irqs_off);
}

/**
 * spin_lockup_report - a spin lock that this CPU waits for is not given back
 * @lock: held by another CPU
 */
void spin_lockup_report(const spinlock_t *lock)
{
	report_open(REPORT_SPIN_LOCKUP, "BUG: spinlock lockup suspected on CPU#%u, %s/%d",
		    smp_processor_id(), current->comm, current->pid);
	lock_line(lock);
	report_held_locks();
	report_callers(2);
	report_advice(
		"A spin lock is held for a few instructions only. Usually its holder loops under it, or it waits for a lock whose holder waits for this one: see where it was taken.");
	report_end();
}

#endif
