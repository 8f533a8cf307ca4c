/* SPDX-License-Identifier: MIT */
/* What the files of lib/sched share. Theory in sched.c. */
#ifndef SCHED_INTERNAL_H
#define SCHED_INTERNAL_H

#include <asm/thread.h>
#include <linux/container_of.h>
#include <linux/cpumask.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/spinlock.h>

/*
 * Fields carry their lock.  T: thread->lock  Q: lock of the queue of task.cpu  O: the thread itself
 * R: read-only once it runs
 */
struct thread {
	struct task_struct task;
	struct thread_state state; /* Q */
	spinlock_t lock;
	struct list_head run;	/* Q */
	bool queued;		/* Q: runs, or waits to */
	struct cpumask allowed; /* T */
	bool misplaced;		/* T written: it may not be where it is */
	refcount_t refs;
	void *stack;	       /* R: from vmalloc(); NULL: it came with its stack */
	int (*fn)(void *data); /* R */
	void *data;	       /* R */
	int result;	       /* O, before it is gone */
	bool should_stop;      /* T written */
	bool started;	       /* T: woken once */
	bool stillborn;	       /* T: stopped before that */
	bool gone;	       /* T: no CPU is on its stack any more */
	struct thread *joiner; /* T: who waits for that */
};

static inline struct thread *thread_of(struct task_struct *p)
{
	return container_of(p, struct thread, task);
}

static inline struct thread *this_thread(void)
{
	return thread_of(current);
}

/* sched.c */
void thread_setup(struct thread *t, const char *comm);
void sched_leave(void) __noreturn; /* the running thread ends */
void sched_enter(void);		   /* the first thing that a new thread does */
void sched_idle(void) __noreturn;  /* what an idle thread does */
void sched_wait_for_cpus(void);	   /* boot: all that are online take threads */

/* kthread.c */
void kthread_init(void);
void thread_make_idle(struct thread *t, int (*fn)(void *data));
struct thread *thread_create(int (*fn)(void *data), void *data, const char *comm);
void thread_gone(struct thread *t); /* a dead thread was left. Interrupts off */

/* stack.c */
static inline unsigned long *stack_end(const struct thread *t)
{
	return (unsigned long *)t->state.low;
}

void stack_end_mark(struct thread *t);
void stack_end_report(struct thread *t) __noreturn;
void stack_usage_note(const struct thread *t); /* the running thread ends */

/* workers.c: a thread with PF_WQ_WORKER is about to sleep, and is back. */
void wq_worker_sleeping(void);
void wq_worker_running(void);

/* timer.c: this CPU's tick, interrupts off. */
void timers_tick(void);
void timers_init(void);
long timer_sleep(long ticks);
void timer_abandon(struct sleep *until);

/* watchdog.c: this CPU's tick, and its switch. Interrupts off. */
#ifdef QUARRY_DEBUG
void watchdog_tick(void);
void watchdog_switch(void);
#else
#define watchdog_tick()	  ((void)0)
#define watchdog_switch() ((void)0)
#endif

#endif
