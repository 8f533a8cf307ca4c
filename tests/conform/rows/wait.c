// SPDX-License-Identifier: MIT
/*
 * Waiting and locking: what is returned. No row depends on how long something took.
 *
 * Source: "completions - 'wait for completion' barrier APIs", "Unreliable Guide To Locking", "Driver
 * Basics" (wait queues, timers, kernel threads).
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/semaphore.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include "conform.h"

static void completions(conform_t *c)
{
	DECLARE_COMPLETION_ONSTACK(x);

	ROW(c, "completion.fresh_is_not_done", 0, completion_done(&x));
	ROW(c, "completion.try_fresh", 0, try_wait_for_completion(&x));
	ROW(c, "completion.timeout_over", 0, wait_for_completion_timeout(&x, any(1)));
	ROW(c, "completion.interruptible_timeout_over", 0,
	    wait_for_completion_interruptible_timeout(&x, any(1)));
	complete(&x);
	complete(&x);
	ROW(c, "completion.done", 1, completion_done(&x));
	ROW(c, "completion.timeout_done_returns_all", 100,
	    wait_for_completion_timeout(&x, any(100)));
	ROW(c, "completion.interruptible_done", 0, wait_for_completion_interruptible(&x));
	ROW(c, "completion.consumed", 0, try_wait_for_completion(&x));
	complete_all(&x);
	ROW(c, "completion.all_once", 1, try_wait_for_completion(&x));
	ROW(c, "completion.all_for_ever", 1, try_wait_for_completion(&x));
	ROW(c, "completion.done_without_time", 1, wait_for_completion_timeout(&x, any(0)) <= 1);
	reinit_completion(&x);
	ROW(c, "completion.reinit", 0, completion_done(&x));
}

static void queues(conform_t *c)
{
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(q);
	DEFINE_WAIT(entry);
	volatile int yes = 1, no = 0;

	ROW(c, "wait.nobody", 0, waitqueue_active(&q));
	ROW(c, "wait.event_timeout_true", 50, wait_event_timeout(q, yes, any(50)));
	ROW(c, "wait.event_timeout_true_without_time", 1, wait_event_timeout(q, yes, any(0)));
	ROW(c, "wait.event_timeout_false", 0, wait_event_timeout(q, no, any(1)));
	ROW(c, "wait.event_interruptible_true", 0, wait_event_interruptible(q, yes));
	ROW(c, "wait.event_interruptible_timeout_false", 0,
	    wait_event_interruptible_timeout(q, no, any(1)));
	prepare_to_wait(&q, &entry, TASK_UNINTERRUPTIBLE);
	ROW(c, "wait.prepared_is_active", 1, waitqueue_active(&q));
	wake_up(&q);
	ROW(c, "wait.woken_runs", TASK_RUNNING, READ_ONCE(current->__state));
	ROW(c, "wait.woken_left_queue", 0, waitqueue_active(&q));
	finish_wait(&q, &entry);
	prepare_to_wait(&q, &entry, TASK_INTERRUPTIBLE);
	finish_wait(&q, &entry);
	ROW(c, "wait.finish_runs", TASK_RUNNING, READ_ONCE(current->__state));
	ROW(c, "wait.finish_left_queue", 0, waitqueue_active(&q));
	set_current_state(TASK_INTERRUPTIBLE);
	ROW(c, "sched.timeout_over", 0, schedule_timeout(any(1)));
	ROW(c, "sched.timeout_runs_afterwards", TASK_RUNNING, READ_ONCE(current->__state));
	ROW(c, "sched.timeout_while_running", 1, schedule_timeout(any(1)) <= 1);
	ROW(c, "sched.msleep_interruptible", 0, msleep_interruptible(any(1)));
	ROW(c, "sched.wake_of_running", 0, wake_up_process(current));
}

static DEFINE_MUTEX(mutex);
static DEFINE_SPINLOCK(spinlock);
static DECLARE_RWSEM(rwsem);
static DEFINE_SEMAPHORE(semaphore, 2);

static void locks(conform_t *c)
{
	ROW(c, "mutex.trylock_free", 1, mutex_trylock(&mutex));
	ROW(c, "mutex.is_locked", 1, mutex_is_locked(&mutex));
	ROW(c, "mutex.trylock_held", 0, mutex_trylock(&mutex));
	mutex_unlock(&mutex);
	ROW(c, "mutex.unlocked", 0, mutex_is_locked(&mutex));
	ROW(c, "mutex.lock_interruptible", 0, mutex_lock_interruptible(&mutex));
	mutex_unlock(&mutex);
	ROW(c, "semaphore.trylock_free", 0, down_trylock(&semaphore));
	ROW(c, "semaphore.interruptible", 0, down_interruptible(&semaphore));
	ROW(c, "semaphore.trylock_none_left", 1, down_trylock(&semaphore));
	ROW(c, "semaphore.timeout", -ETIME, down_timeout(&semaphore, any(1)));
	up(&semaphore);
	ROW(c, "semaphore.after_up", 0, down_timeout(&semaphore, any(1)));
	up(&semaphore);
	up(&semaphore);
	ROW(c, "rwsem.read_trylock_free", 1, down_read_trylock(&rwsem));
	ROW(c, "rwsem.is_locked", 1, rwsem_is_locked(&rwsem));
	ROW(c, "rwsem.write_trylock_while_read", 0, down_write_trylock(&rwsem));
	up_read(&rwsem);
	ROW(c, "rwsem.write_trylock_free", 1, down_write_trylock(&rwsem));
	ROW(c, "rwsem.read_trylock_while_written", 0, down_read_trylock(&rwsem));
	downgrade_write(&rwsem);
	up_read(&rwsem);
	ROW(c, "rwsem.unlocked", 0, rwsem_is_locked(&rwsem));
}

static void contexts(conform_t *c)
{
	unsigned long flags;
	int held, off, atomic;

	ROW(c, "spinlock.trylock_free", 1, spin_trylock(&spinlock));
	held = spin_trylock(&spinlock);
	atomic = preempt_count() != 0;
	spin_unlock(&spinlock);
	ROW(c, "spinlock.trylock_held", 0, held);
	ROW(c, "spinlock.holder_is_atomic", 1, atomic);
	ROW(c, "spinlock.unlocked", 0, spin_is_locked(&spinlock));
	spin_lock_irqsave(&spinlock, flags);
	off = irqs_disabled();
	spin_unlock_irqrestore(&spinlock, flags);
	ROW(c, "spinlock.irqsave_is_off", 1, !!off);
	ROW(c, "spinlock.irqrestore_is_on", 0, !!irqs_disabled());
	ROW(c, "context.task_is_no_interrupt", 0, !!in_interrupt());
	ROW(c, "context.in_task", 1, !!in_task());
	ROW(c, "context.not_atomic", 0, !!in_atomic());
	preempt_disable();
	atomic = in_atomic();
	preempt_enable();
	ROW(c, "context.preempt_disable_is_atomic", 1, !!atomic);
	ROW(c, "context.preempt_enabled_again", 0, !!in_atomic());
}

static struct completion fired;
static int fired_in_interrupt, fired_times;

static void fire(struct timer_list *t)
{
	fired_times++;
	fired_in_interrupt = in_interrupt() != 0;
	complete(&fired);
}

static void timers(conform_t *c)
{
	static struct timer_list timer;

	init_completion(&fired);
	fired_times = 0;
	timer_setup(&timer, fire, 0);
	ROW(c, "timer.fresh_is_not_pending", 0, timer_pending(&timer));
	ROW(c, "timer.delete_inactive", 0, timer_delete(&timer));
	ROW(c, "timer.mod_inactive", 0, mod_timer(&timer, jiffies + 1000 * HZ));
	ROW(c, "timer.pending", 1, timer_pending(&timer));
	ROW(c, "timer.mod_active", 1, mod_timer(&timer, jiffies + 2000 * HZ));
	ROW(c, "timer.delete_active", 1, timer_delete(&timer));
	ROW(c, "timer.deleted_is_not_pending", 0, timer_pending(&timer));
	ROW(c, "timer.mod_to_soon", 0, mod_timer(&timer, jiffies + 1));
	wait_for_completion(&fired);
	ROW(c, "timer.fires_once", 1, fired_times);
	ROW(c, "timer.fires_in_interrupt", 1, fired_in_interrupt);
	ROW(c, "timer.fired_is_not_pending", 0, timer_pending(&timer));
	ROW(c, "timer.delete_sync_fired", 0, timer_delete_sync(&timer));
	timer.expires = jiffies; /* over already: at the next tick */
	add_timer(&timer);
	wait_for_completion(&fired);
	ROW(c, "timer.add_for_now", 2, fired_times);
	timer_delete_sync(&timer);
}

static int until_stopped(void *data)
{
	struct completion *started = data;

	complete(started);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 42;
}

static void threads(conform_t *c)
{
	DECLARE_COMPLETION_ONSTACK(started);
	struct task_struct *p = kthread_run(until_stopped, &started, "conform/%d", 7);

	ROW(c, "kthread.run", 0, IS_ERR(p));
	wait_for_completion(&started);
	ROW_TEXT(c, "kthread.name", "conform/7", p->comm);
	ROW(c, "kthread.flag", 1, !!(p->flags & PF_KTHREAD));
	ROW(c, "kthread.without_mm", 1, p->mm == NULL);
	ROW(c, "kthread.stop_returns_its_value", 42, kthread_stop(p));
	p = kthread_create(until_stopped, &started, "conform/none");
	ROW(c, "kthread.stop_before_run", -EINTR, kthread_stop(p));
	ROW(c, "kthread.stopped_before_run_ran", 0, completion_done(&started));
}

CONFORM_AREA(wait, CONFORM_CASE(completions), CONFORM_CASE(queues), CONFORM_CASE(locks),
	     CONFORM_CASE(contexts), CONFORM_CASE(timers), CONFORM_CASE(threads));
