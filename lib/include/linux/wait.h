/* SPDX-License-Identifier: MIT */
/*
 * Wait queues: tasks that wait for something only the caller knows. Theory in lib/sync/waitqueue.c.
 *
 *	wait_event(queue, condition);		condition = true;
 *						wake_up(&queue);
 *
 * The condition is looked at before each sleep, in TASK_RUNNING the first time; it may be looked at
 * often and may not sleep. No task gets signals: what is interruptible is never interrupted.
 */
#ifndef LINUX_WAIT_H
#define LINUX_WAIT_H

#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

typedef struct wait_queue_entry wait_queue_entry_t;
/* Wake the entry's task: not 0 if it did; negative: wake no more. */
typedef int (*wait_queue_func_t)(wait_queue_entry_t *entry, unsigned int mode, int flags,
				 void *key);

#define WQ_FLAG_EXCLUSIVE 0x01
#define WQ_FLAG_WOKEN	  0x02
#define WQ_FLAG_PRIORITY  0x10

struct wait_queue_entry {
	unsigned int flags;	/* WQ_FLAG_*; WOKEN: lock, else set before queueing */
	void *private;		/* the task, to the functions below */
	wait_queue_func_t func; /* called with the queue's lock held */
	struct list_head entry; /* lock */
};

typedef struct wait_queue_head {
	spinlock_t lock;
	struct list_head head; /* lock; all who are to be woken first, exclusive ones last */
} wait_queue_head_t;

#define __WAIT_QUEUE_HEAD_INITIALIZER(name)                                                    \
	{                                                                                      \
		.lock = __SPIN_LOCK_UNLOCKED((name).lock), .head = LIST_HEAD_INIT((name).head) \
	}
#define DECLARE_WAIT_QUEUE_HEAD(name) \
	struct wait_queue_head name = __WAIT_QUEUE_HEAD_INITIALIZER(name)
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(name) DECLARE_WAIT_QUEUE_HEAD(name)

#define __WAITQUEUE_INITIALIZER(name, task)                                               \
	{                                                                                 \
		.private = (task), .func = default_wake_function, .entry = { NULL, NULL } \
	}
#define DECLARE_WAITQUEUE(name, task) \
	struct wait_queue_entry name = __WAITQUEUE_INITIALIZER(name, task)
#define DEFINE_WAIT_FUNC(name, function)               \
	struct wait_queue_entry name = {               \
		.private = current,                    \
		.func = (function),                    \
		.entry = LIST_HEAD_INIT((name).entry), \
	}
#define DEFINE_WAIT(name) DEFINE_WAIT_FUNC(name, autoremove_wake_function)

void init_waitqueue_head(struct wait_queue_head *wq);
void init_wait_entry(struct wait_queue_entry *entry, int flags);
#define init_wait(entry) init_wait_entry((entry), 0)

static inline void init_waitqueue_entry(struct wait_queue_entry *entry, struct task_struct *p);
static inline void init_waitqueue_func_entry(struct wait_queue_entry *entry, wait_queue_func_t func)
{
	*entry = (struct wait_queue_entry){ .func = func };
}

int default_wake_function(wait_queue_entry_t *entry, unsigned int mode, int flags, void *key);
int autoremove_wake_function(wait_queue_entry_t *entry, unsigned int mode, int flags, void *key);
int woken_wake_function(wait_queue_entry_t *entry, unsigned int mode, int flags, void *key);

static inline void init_waitqueue_entry(struct wait_queue_entry *entry, struct task_struct *p)
{
	*entry = (struct wait_queue_entry)__WAITQUEUE_INITIALIZER(*entry, p);
}

/* Is somebody there? Only a hint without a barrier between the condition and this, or the lock. */
static inline int waitqueue_active(const struct wait_queue_head *wq)
{
	return READ_ONCE(wq->head.next) != &wq->head;
}

/* The same with the barrier that pairs with that in prepare_to_wait(). */
static inline bool wq_has_sleeper(const struct wait_queue_head *wq)
{
	smp_mb();
	return waitqueue_active(wq);
}

void add_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry);
void add_wait_queue_exclusive(struct wait_queue_head *wq, struct wait_queue_entry *entry);
void add_wait_queue_priority(struct wait_queue_head *wq, struct wait_queue_entry *entry);
void remove_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry);

/* With the queue's lock held. */
static inline void __add_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	list_add(&entry->entry, &wq->head);
}

static inline void __add_wait_queue_entry_tail(struct wait_queue_head *wq,
					       struct wait_queue_entry *entry)
{
	list_add_tail(&entry->entry, &wq->head);
}

static inline void __add_wait_queue_entry_tail_exclusive(struct wait_queue_head *wq,
							 struct wait_queue_entry *entry)
{
	entry->flags |= WQ_FLAG_EXCLUSIVE;
	__add_wait_queue_entry_tail(wq, entry);
}

static inline void __remove_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	list_del(&entry->entry);
}

void prepare_to_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry, int state);
/* Was the queue empty? */
bool prepare_to_wait_exclusive(struct wait_queue_head *wq, struct wait_queue_entry *entry,
			       int state);
/* 0, or -ERESTARTSYS when a signal came. */
long prepare_to_wait_event(struct wait_queue_head *wq, struct wait_queue_entry *entry, int state);
void finish_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry);
/* Sleep for `timeout` jiffies at most unless woken_wake_function() ran since; what is left. */
long wait_woken(struct wait_queue_entry *entry, unsigned int mode, long timeout);

/*
 * Wake those whose state is one of `mode`: all that are not exclusive, and `nr` of the exclusive ones
 * (0: all). __wake_up(): how many exclusive ones were woken; _locked: how many of `nr` were not.
 */
int __wake_up(struct wait_queue_head *wq, unsigned int mode, int nr, void *key);
/* The queue's lock is held. */
int __wake_up_locked(struct wait_queue_head *wq, unsigned int mode, int nr, void *key);

#define wake_up(wq)			 __wake_up((wq), TASK_NORMAL, 1, NULL)
#define wake_up_nr(wq, nr)		 __wake_up((wq), TASK_NORMAL, (nr), NULL)
#define wake_up_all(wq)			 __wake_up((wq), TASK_NORMAL, 0, NULL)
#define wake_up_locked(wq)		 __wake_up_locked((wq), TASK_NORMAL, 1, NULL)
#define wake_up_all_locked(wq)		 __wake_up_locked((wq), TASK_NORMAL, 0, NULL)
#define wake_up_interruptible(wq)	 __wake_up((wq), TASK_INTERRUPTIBLE, 1, NULL)
#define wake_up_interruptible_nr(wq, nr) __wake_up((wq), TASK_INTERRUPTIBLE, (nr), NULL)
#define wake_up_interruptible_all(wq)	 __wake_up((wq), TASK_INTERRUPTIBLE, 0, NULL)
#define wake_up_interruptible_sync(wq)	 wake_up_interruptible(wq)

/* ---- wait_event() ---- */

/*
 * Until `condition`; sleep is what gives the CPU away, and may set __ret. The value is __ret: at the
 * start `ret`.
 */
#define ___wait_event(wq, condition, state, exclusive, ret, sleep)              \
	({                                                                      \
		struct wait_queue_entry __entry;                                \
		__typeof__(ret) __ret = (ret);                                  \
                                                                                \
		init_wait_entry(&__entry, (exclusive) ? WQ_FLAG_EXCLUSIVE : 0); \
		for (;;) {                                                      \
			(void)prepare_to_wait_event(&(wq), &__entry, (state));  \
			if (condition)                                          \
				break;                                          \
			sleep;                                                  \
		}                                                               \
		finish_wait(&(wq), &__entry);                                   \
		__ret;                                                          \
	})

/* The condition, or the end of the time: then what is left, at least 1 if the condition is true. */
#define ___wait_cond_timeout(condition)      \
	({                                   \
		bool __cond = !!(condition); \
		if (__cond && !__ret)        \
			__ret = 1;           \
		__cond || !__ret;            \
	})

#define __wait_event(wq, condition, state, exclusive)                                        \
	({                                                                                   \
		if (!(condition))                                                            \
			(void)___wait_event(wq, condition, state, exclusive, 0, schedule()); \
		0;                                                                           \
	})
#define __wait_event_timeout(wq, condition, state, timeout)                                      \
	({                                                                                       \
		long __ret = (timeout);                                                          \
		if (!___wait_cond_timeout(condition))                                            \
			__ret = ___wait_event(wq, ___wait_cond_timeout(condition), state, 0,     \
					      (long)(timeout), __ret = schedule_timeout(__ret)); \
		__ret;                                                                           \
	})

#define wait_event(wq, condition)		((void)__wait_event(wq, condition, TASK_UNINTERRUPTIBLE, 0))
#define wait_event_idle(wq, condition)		wait_event(wq, condition)
#define io_wait_event(wq, condition)		wait_event(wq, condition)
#define wait_event_interruptible(wq, condition) __wait_event(wq, condition, TASK_INTERRUPTIBLE, 0)
#define wait_event_killable(wq, condition)	__wait_event(wq, condition, TASK_KILLABLE, 0)
#define wait_event_interruptible_exclusive(wq, condition) \
	__wait_event(wq, condition, TASK_INTERRUPTIBLE, 1)
#define wait_event_killable_exclusive(wq, condition) __wait_event(wq, condition, TASK_KILLABLE, 1)
#define wait_event_idle_exclusive(wq, condition) \
	((void)__wait_event(wq, condition, TASK_UNINTERRUPTIBLE, 1))

/* 0 if the time is over and the condition false, else the jiffies left, at least 1. */
#define wait_event_timeout(wq, condition, timeout) \
	__wait_event_timeout(wq, condition, TASK_UNINTERRUPTIBLE, timeout)
#define wait_event_idle_timeout(wq, condition, timeout) wait_event_timeout(wq, condition, timeout)
#define wait_event_interruptible_timeout(wq, condition, timeout) \
	__wait_event_timeout(wq, condition, TASK_INTERRUPTIBLE, timeout)
#define wait_event_killable_timeout(wq, condition, timeout) \
	__wait_event_timeout(wq, condition, TASK_KILLABLE, timeout)

/* The condition is looked at with `lock` held (_irq: interrupts off), which is free while sleeping. */
#define __wait_event_lock_irq(wq, condition, lock, cmd, state)                                    \
	({                                                                                        \
		if (!(condition))                                                                 \
			(void)___wait_event(wq, condition, state, 0, 0, spin_unlock_irq(&(lock)); \
					    cmd; schedule(); spin_lock_irq(&(lock)));             \
		0;                                                                                \
	})
#define wait_event_lock_irq_cmd(wq, condition, lock, cmd) \
	((void)__wait_event_lock_irq(wq, condition, lock, cmd, TASK_UNINTERRUPTIBLE))
#define wait_event_lock_irq(wq, condition, lock) \
	wait_event_lock_irq_cmd(wq, condition, lock, (void)0)
#define wait_event_interruptible_lock_irq(wq, condition, lock) \
	__wait_event_lock_irq(wq, condition, lock, (void)0, TASK_INTERRUPTIBLE)

/* Something to do before and after each sleep. */
#define wait_event_cmd(wq, condition, before, after)                                           \
	do {                                                                                   \
		if (!(condition))                                                              \
			(void)___wait_event(wq, condition, TASK_UNINTERRUPTIBLE, 0, 0, before; \
					    schedule(); after);                                \
	} while (0)

#endif
