/* SPDX-License-Identifier: MIT */
/*
 * Completions
 * ===========
 *
 * A number of times "done" that waiters use up, with a wait queue.
 *
 *	complete()	done + 1, wake one		wait_for_completion()	until done > 0, then
 *	complete_all()	done = all, wake all					done - 1 (not from all)
 *	reinit		done = 0: before it is used again after complete_all()
 *
 * A waiter may free the completion (or leave the stack it is on) as soon as it comes back: it does so
 * only after it had the lock with done > 0, that is after complete() gave the lock up, which was the
 * last thing complete() did with it. try_wait_for_completion() and completion_done() take the lock
 * for that reason too.
 *
 * Invariants
 *   I1  done changes under wait.lock only. COMPLETED_ALL stays until reinit_completion().
 *   I2  Waiters are exclusive: each complete() wakes one at most, in the order they came.
 *   I3  Who was woken and finds done = 0 (another one was quicker) queues up again, at the end.
 *
 * Locks: the queue's, interrupts off. Contexts: complete() any but NMI; waiting where one may sleep.
 */
#include <linux/completion.h>

/**
 * init_completion - nothing done yet, nobody waits
 */
void init_completion(struct completion *x)
{
	x->done = 0;
	init_waitqueue_head(&x->wait);
}

/**
 * reinit_completion - nothing done yet; nobody may wait
 */
void reinit_completion(struct completion *x)
{
	WRITE_ONCE(x->done, 0);
}

/**
 * complete - done once more: wake one waiter, or let the next not wait
 *
 * Context: any but NMI. What came before is seen by who comes back.
 */
void complete(struct completion *x)
{
	unsigned long flags;

	spin_lock_irqsave(&x->wait.lock, flags);
	if (x->done != COMPLETED_ALL)
		x->done++;
	wake_up_locked(&x->wait);
	spin_unlock_irqrestore(&x->wait.lock, flags);
}

/**
 * complete_all - done for good: nobody waits any more
 *
 * Context: any but NMI.
 */
void complete_all(struct completion *x)
{
	unsigned long flags;

	spin_lock_irqsave(&x->wait.lock, flags);
	x->done = COMPLETED_ALL;
	wake_up_all_locked(&x->wait);
	spin_unlock_irqrestore(&x->wait.lock, flags);
}

static void consume(struct completion *x)
{
	if (x->done != COMPLETED_ALL)
		x->done--;
}

/* The lock is held, and given up while sleeping. What is left of the time; 0: over. */
static long wait_locked(struct completion *x, unsigned int state, long timeout)
{
	DEFINE_WAIT(wait);

	while (!x->done && timeout) {
		if (list_empty(&wait.entry))
			__add_wait_queue_entry_tail_exclusive(&x->wait, &wait);
		set_current_state(state);
		spin_unlock_irq(&x->wait.lock);
		timeout = schedule_timeout(timeout);
		spin_lock_irq(&x->wait.lock);
	}
	__set_current_state(TASK_RUNNING);
	list_del_init(&wait.entry);
	if (!x->done)
		return 0;
	consume(x);
	return timeout ? timeout : 1;
}

static long wait_common(struct completion *x, unsigned int state, long timeout)
{
	spin_lock_irq(&x->wait.lock);
	timeout = wait_locked(x, state, timeout);
	spin_unlock_irq(&x->wait.lock);
	return timeout;
}

/**
 * wait_for_completion - wait until it is done
 *
 * Context: may sleep.
 */
void wait_for_completion(struct completion *x)
{
	wait_common(x, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
}

/**
 * wait_for_completion_state - the same in a state of one's choice
 *
 * Context: may sleep. Return: 0, it is done (no task gets signals).
 */
int wait_for_completion_state(struct completion *x, unsigned int state)
{
	wait_common(x, state, MAX_SCHEDULE_TIMEOUT);
	return 0;
}

/**
 * wait_for_completion_interruptible - wait_for_completion(), but a signal ends the waiting
 *
 * Context: may sleep. Return: 0, it is done (no task gets signals).
 */
int wait_for_completion_interruptible(struct completion *x)
{
	return wait_for_completion_state(x, TASK_INTERRUPTIBLE);
}

/**
 * wait_for_completion_killable - wait_for_completion(), but a deadly signal ends the waiting
 *
 * Context: may sleep. Return: 0, it is done (no task gets signals).
 */
int wait_for_completion_killable(struct completion *x)
{
	return wait_for_completion_state(x, TASK_KILLABLE);
}

/**
 * wait_for_completion_timeout - wait until it is done, but not for ever
 * @x: the completion
 * @timeout: jiffies at most
 *
 * Context: may sleep. Return: 0 if it is not done, else the jiffies left, at least 1.
 */
unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout)
{
	return wait_common(x, TASK_UNINTERRUPTIBLE, timeout);
}

/**
 * wait_for_completion_interruptible_timeout - the same, but a signal ends the waiting
 *
 * Context: may sleep. Return: 0 if it is not done, else the jiffies left, at least 1.
 */
long wait_for_completion_interruptible_timeout(struct completion *x, unsigned long timeout)
{
	return wait_common(x, TASK_INTERRUPTIBLE, timeout);
}

/**
 * wait_for_completion_killable_timeout - the same, but a deadly signal ends the waiting
 *
 * Context: may sleep. Return: 0 if it is not done, else the jiffies left, at least 1.
 */
long wait_for_completion_killable_timeout(struct completion *x, unsigned long timeout)
{
	return wait_common(x, TASK_KILLABLE, timeout);
}

/**
 * try_wait_for_completion - use up one time if that needs no waiting
 *
 * Context: any but NMI. Return: was it done?
 */
bool try_wait_for_completion(struct completion *x)
{
	unsigned long flags;
	bool done;

	spin_lock_irqsave(&x->wait.lock, flags);
	done = x->done;
	if (done)
		consume(x);
	spin_unlock_irqrestore(&x->wait.lock, flags);
	return done;
}

/**
 * completion_done - would nobody have to wait?
 *
 * Context: any but NMI. True: complete() is through, the completion may be freed.
 */
bool completion_done(struct completion *x)
{
	unsigned long flags;
	bool done;

	spin_lock_irqsave(&x->wait.lock, flags);
	done = x->done;
	spin_unlock_irqrestore(&x->wait.lock, flags);
	return done;
}
