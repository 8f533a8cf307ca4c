/* SPDX-License-Identifier: MIT */
/*
 * Semaphores
 * ==========
 *
 * A count of how many may still come in, and a list of those who wait because it is 0. An up() gives
 * its unit to the first who waits, who need not compete for it; it is added to the count only where
 * nobody waits.
 *
 *	down	count > 0: count - 1		else queue up until somebody says `yours`
 *	up	nobody waits: count + 1		else the first is taken off the list: yours = true, wake
 *
 * Invariants
 *   I1  count > 0 only while nobody waits: so nobody passes who waits, and who waits gets in after as
 *       many up()s as stood before it, and one.
 *   I2  A waiter is on the list exactly while `yours` is false. Both change under the lock; it is on
 *       the stack of a task that leaves it with the lock held.
 *
 * Unlike a mutex it has no owner: up() may be called by another task, or by an interrupt handler.
 * Locks: the semaphore's, interrupts off; the scheduler's are taken inside. Contexts: up() and
 * down_trylock() any but NMI, the others where one may sleep. O(1).
 *
 * No task gets signals: down_interruptible() and down_killable() always return 0.
 */
#include <linux/semaphore.h>
#include <linux/errno.h>
#include <linux/sched.h>

struct waiter {
	struct list_head link;
	struct task_struct *task;
	bool yours;
};

/**
 * sema_init - make a semaphore that lets `count` in
 */
void sema_init(struct semaphore *sem, int count)
{
	raw_spin_lock_init(&sem->lock);
	sem->count = count;
	INIT_LIST_HEAD(&sem->wait_list);
}

/* The lock is held, and given up while sleeping. 0, or -ETIME. */
static int wait_in_line(struct semaphore *sem, unsigned int state, long timeout)
{
	struct waiter w = { .task = current };

	list_add_tail(&w.link, &sem->wait_list);
	while (!w.yours && timeout > 0) {
		set_current_state(state);
		raw_spin_unlock_irq(&sem->lock);
		timeout = schedule_timeout(timeout);
		raw_spin_lock_irq(&sem->lock);
	}
	__set_current_state(TASK_RUNNING);
	if (w.yours)
		return 0;
	list_del(&w.link);
	return -ETIME;
}

static int down_common(struct semaphore *sem, unsigned int state, long timeout)
{
	unsigned long flags;
	int err = 0;

	raw_spin_lock_irqsave(&sem->lock, flags);
	if (likely(sem->count > 0))
		sem->count--;
	else
		err = wait_in_line(sem, state, timeout);
	raw_spin_unlock_irqrestore(&sem->lock, flags);
	return err;
}

/**
 * down - come in, waiting as long as it needs
 *
 * Context: may sleep.
 */
void down(struct semaphore *sem)
{
	(void)down_common(sem, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
}

/**
 * down_interruptible - down(), but a signal ends the waiting
 *
 * Context: may sleep. Return: 0 (no task gets signals).
 */
int down_interruptible(struct semaphore *sem)
{
	return down_common(sem, TASK_INTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
}

/**
 * down_killable - down(), but a deadly signal ends the waiting
 *
 * Context: may sleep. Return: 0 (no task gets signals).
 */
int down_killable(struct semaphore *sem)
{
	return down_common(sem, TASK_KILLABLE, MAX_SCHEDULE_TIMEOUT);
}

/**
 * down_timeout - down(), but not for ever
 * @sem: the semaphore
 * @timeout: jiffies at most
 *
 * Context: may sleep. Return: 0, or -ETIME.
 */
int down_timeout(struct semaphore *sem, long timeout)
{
	return down_common(sem, TASK_UNINTERRUPTIBLE, timeout);
}

/**
 * down_trylock - come in if that needs no waiting
 *
 * Context: any but NMI. Return: 0 if it did, 1 if not.
 */
int down_trylock(struct semaphore *sem)
{
	unsigned long flags;
	bool in;

	raw_spin_lock_irqsave(&sem->lock, flags);
	in = sem->count > 0;
	sem->count -= in;
	raw_spin_unlock_irqrestore(&sem->lock, flags);
	return !in;
}

/**
 * up - let one more in: the first who waits, or who comes next
 *
 * Context: any but NMI; by whomever.
 */
void up(struct semaphore *sem)
{
	struct waiter *w = NULL;
	unsigned long flags;

	raw_spin_lock_irqsave(&sem->lock, flags);
	if (list_empty(&sem->wait_list)) {
		sem->count++;
	} else {
		w = list_first_entry(&sem->wait_list, struct waiter, link);
		list_del(&w->link);
		w->yours = true;
		wake_up_process(w->task);
	}
	raw_spin_unlock_irqrestore(&sem->lock, flags);
}
