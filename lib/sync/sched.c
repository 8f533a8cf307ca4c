// SPDX-License-Identifier: MIT
/*
 * What the sleeping primitives need of a scheduler
 * ================================================
 *
 * 1. Model. A task waits by saying so in its state, looking once more at what it waits for, and
 *    calling schedule(); whoever makes that true wakes it:
 *
 *	waiter						waker
 *	set_current_state(TASK_UNINTERRUPTIBLE)		condition = true
 *	---- full barrier ----				---- full barrier, in wake_up_process() ----
 *	if (!condition)	schedule()			state != RUNNING? then RUNNING, and queued
 *	__set_current_state(TASK_RUNNING)
 *
 *    One of the two sees what the other wrote, so no wake-up is lost.
 *
 * 2. The scheduler is lib/sched, which stands above the memory manager; it is reached through
 *    sched_ops, which it sets once. Until then, and for ever where it isn't linked, there is one
 *    context a CPU, its idle task: schedule() spins until the state is TASK_RUNNING again, which
 *    another CPU or an interrupt may bring about; with one CPU and interrupts off nothing can, and
 *    that is said instead of hanging.
 *
 * Invariants
 *   I1  current is never NULL: each CPU begins as its idle task.
 *   I2  A task's words other than __state are written by itself, or before it runs.
 *
 * Locks: none here. Contexts: schedule() where one may sleep; wake_up_process() any but NMI.
 */
#include <linux/sched.h>
#include <linux/jiffies.h>
#include <linux/panic.h>
#include <asm/atomic.h>
#include <asm/percpu.h>
#include <asm/smp.h>

const struct sched_ops *sched_ops;

/* What a CPU begins as, and is when it has nothing to do. */
DEFINE_PER_CPU(struct task_struct, idle_task) = { .flags = PF_IDLE, .comm = "idle" };

#ifdef QUARRY_DEBUG
/* Without a scheduler nobody is kept waiting by it, so it is no error yet. */
static void schedule_check(void)
{
	if (sched_ops && in_atomic())
		atomic_schedule_report();
}
#else
#define schedule_check() ((void)0)
#endif

/* One round of waiting without a scheduler. */
static void spin_once(void)
{
	if (READ_ONCE(nr_online_cpus) == 1 && irqs_disabled())
		panic("schedule: deadlock: interrupts are off, and nothing else runs that could wake this up");
	smp_relax();
}

/**
 * schedule - let others run
 *
 * With a state other than TASK_RUNNING: until a wake-up. Context: may sleep.
 */
void schedule(void)
{
	schedule_check();
	if (sched_ops) {
		sched_ops->schedule();
		return;
	}
	do
		spin_once();
	while (!task_is_running(current));
}

/**
 * schedule_timeout - schedule(), but not for ever
 * @ticks: jiffies at most; MAX_SCHEDULE_TIMEOUT: no bound
 *
 * Return: jiffies that were left, 0 if none were.
 */
long schedule_timeout(long ticks)
{
	unsigned long end = jiffies + ticks;
	long left;

	if (sched_ops)
		return sched_ops->timeout(ticks);
	if (ticks == MAX_SCHEDULE_TIMEOUT) {
		schedule();
		return ticks;
	}
	while (!task_is_running(current) && time_before(jiffies, end))
		spin_once();
	__set_current_state(TASK_RUNNING);
	left = end - jiffies;
	return left > 0 ? left : 0;
}

/*
 * Control is about to leave the running task's frames down to where `until` was the innermost sleep:
 * what the others have on those frames is nobody's from then on. Any context but NMI.
 */
void sleep_abandon(struct sleep *until)
{
	if (sched_ops && sched_ops->abandon && current->sleep != until)
		sched_ops->abandon(until);
}

/**
 * schedule_timeout_interruptible - sleep for so many jiffies, or until woken
 */
long schedule_timeout_interruptible(long ticks)
{
	set_current_state(TASK_INTERRUPTIBLE);
	return schedule_timeout(ticks);
}

/**
 * schedule_timeout_uninterruptible - sleep for so many jiffies, or until woken
 */
long schedule_timeout_uninterruptible(long ticks)
{
	set_current_state(TASK_UNINTERRUPTIBLE);
	return schedule_timeout(ticks);
}

/**
 * wake_up_state - make a task run if it waits in one of these states
 * @p: the task
 * @states: TASK_*, or-ed
 *
 * Context: any but NMI. A full barrier comes before the state is looked at.
 * Return: 1 if it waited so, else 0.
 */
int wake_up_state(struct task_struct *p, unsigned int states)
{
	unsigned int seen;

	if (sched_ops)
		return sched_ops->wake(p, states);
	smp_mb();
	seen = READ_ONCE(p->__state);
	return (seen & states) && try_cmpxchg(&p->__state, &seen, (unsigned int)TASK_RUNNING);
}

/**
 * wake_up_process - make a task run if it waits
 */
int wake_up_process(struct task_struct *p)
{
	return wake_up_state(p, TASK_NORMAL);
}

/**
 * yield - let others run, and go on
 */
void yield(void)
{
	__set_current_state(TASK_RUNNING);
	if (sched_ops)
		sched_ops->schedule();
	else
		cpu_relax();
}

int __cond_resched(void)
{
	if (!sched_ops || !preemptible())
		return 0;
	sched_ops->preempt();
	return 1;
}

/* Interrupts that are off put it off until they are on again, or the next interrupt ends. */
void preempt_schedule(void)
{
	if (sched_ops && preemptible())
		sched_ops->preempt();
}

void preempt_schedule_irq(void)
{
	if (sched_ops)
		sched_ops->preempt_irq();
}
