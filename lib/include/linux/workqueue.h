/* SPDX-License-Identifier: MIT */
/*
 * Workqueues: functions that are called later, by a kernel thread, where they may sleep. Names and
 * behaviour are Linux's. Theory in lib/sched/workqueue.c.
 *
 *	struct frob { struct work_struct work; … };
 *	static void frob_later(struct work_struct *work)
 *	{
 *		struct frob *f = container_of(work, struct frob, work);
 *		…
 *	}
 *	INIT_WORK(&f->work, frob_later);	queue_work(system_wq, &f->work);
 */
#ifndef LINUX_WORKQUEUE_H
#define LINUX_WORKQUEUE_H

#include <linux/alloc_tag.h>
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/container_of.h>
#include <linux/cpumask.h>
#include <linux/list.h>
#include <linux/timer.h>
#include <linux/types.h>

struct work_struct;
struct workqueue_struct;
struct pool_workqueue;
struct task_struct;

typedef void (*work_func_t)(struct work_struct *work);

/* data: who owns it writes it; lib/sched/workqueue_internal.h says what is where. */
#define WORK_STRUCT_PENDING_BIT 0

struct work_struct {
	unsigned long data;
	struct list_head entry;	    /* lock of its pool */
	struct pool_workqueue *pwq; /* the same; while it stands in a list */
	work_func_t func;
#ifdef QUARRY_DEBUG
	struct hlist_node pending; /* in the table of all that are */
#endif
};

struct delayed_work {
	struct work_struct work;
	struct timer_list timer;
	struct workqueue_struct *wq; /* where it goes when the time has come */
	int cpu;
	struct list_head waiting; /* the queue's list of those whose timer runs */
};

/* Flags of alloc_workqueue(). Those marked are taken and change nothing here. */
enum wq_flags {
	WQ_BH = 1 << 0,		     /* refused: there are no softirqs */
	WQ_UNBOUND = 1 << 1,	     /* on any CPU, no concurrency management */
	WQ_FREEZABLE = 1 << 2,	     /* nothing */
	WQ_MEM_RECLAIM = 1 << 3,     /* goes on when no thread can be made */
	WQ_HIGHPRI = 1 << 4,	     /* workers of its own; the scheduler knows no priorities */
	WQ_CPU_INTENSIVE = 1 << 5,   /* does not keep others of its CPU from starting */
	WQ_SYSFS = 1 << 6,	     /* nothing */
	WQ_POWER_EFFICIENT = 1 << 7, /* nothing */

	__WQ_DESTROYING = 1 << 15,
	__WQ_DRAINING = 1 << 16,
	__WQ_ORDERED = 1 << 17,
	__WQ_LEGACY = 1 << 18,
};

enum {
	WORK_CPU_UNBOUND = NR_CPUS, /* this CPU, or any */
	WQ_MAX_ACTIVE = 512,
	WQ_UNBOUND_MAX_ACTIVE = WQ_MAX_ACTIVE,
	WQ_DFL_ACTIVE = WQ_MAX_ACTIVE / 2,
	WQ_NAME_LEN = 32,
	/* work_busy() */
	WORK_BUSY_PENDING = 1 << 0,
	WORK_BUSY_RUNNING = 1 << 1,
};

/* ---- items ---- */

void delayed_work_timer_fn(struct timer_list *timer);

#define __WORK_INITIALIZER(n, f)                                           \
	{                                                                  \
		.data = 0, .entry = LIST_HEAD_INIT((n).entry), .func = (f) \
	}
#define __DELAYED_WORK_INITIALIZER(n, f, unused)                \
	{                                                       \
		.work = __WORK_INITIALIZER((n).work, (f)),      \
		.timer = { .function = delayed_work_timer_fn }, \
		.waiting = LIST_HEAD_INIT((n).waiting),         \
	}
#define DECLARE_WORK(n, f)	      struct work_struct n = __WORK_INITIALIZER(n, f)
#define DECLARE_DELAYED_WORK(n, f)    struct delayed_work n = __DELAYED_WORK_INITIALIZER(n, f, 0)
#define DECLARE_DEFERRABLE_WORK(n, f) DECLARE_DELAYED_WORK(n, f)

/* Not while it is pending: debug builds say so. */
void init_work(struct work_struct *work, work_func_t func);
void init_delayed_work(struct delayed_work *dwork, work_func_t func);
/* Before the frame that it is in goes: debug builds look whether it is still pending. */
void destroy_work_on_stack(struct work_struct *work);
void destroy_delayed_work_on_stack(struct delayed_work *dwork);

#define INIT_WORK(work, func)		       init_work((work), (func))
#define INIT_WORK_ONSTACK(work, func)	       init_work((work), (func))
#define INIT_DELAYED_WORK(dwork, func)	       init_delayed_work((dwork), (func))
#define INIT_DELAYED_WORK_ONSTACK(dwork, func) init_delayed_work((dwork), (func))
#define INIT_DEFERRABLE_WORK(dwork, func)      init_delayed_work((dwork), (func))

static inline struct delayed_work *to_delayed_work(struct work_struct *work)
{
	return container_of(work, struct delayed_work, work);
}

/* Queued, or waiting for its time, and not begun. */
#define work_pending(work)	    test_bit(WORK_STRUCT_PENDING_BIT, &(work)->data)
#define delayed_work_pending(dwork) work_pending(&(dwork)->work)

/* ---- queues ---- */

extern struct workqueue_struct *system_wq, *system_highpri_wq, *system_long_wq, *system_unbound_wq;

struct workqueue_struct *alloc_workqueue(const char *fmt, unsigned int flags, int max_active, ...)
	__printf(1, 4);
/* Notes its place (linux/alloc_tag.h). */
#define alloc_workqueue(...) alloc_hooks(alloc_workqueue(__VA_ARGS__))
void destroy_workqueue(struct workqueue_struct *wq);
void flush_workqueue(struct workqueue_struct *wq);
void drain_workqueue(struct workqueue_struct *wq);
void workqueue_set_max_active(struct workqueue_struct *wq, int max_active);

#define alloc_ordered_workqueue(fmt, flags, ...) \
	alloc_workqueue(fmt, WQ_UNBOUND | __WQ_ORDERED | (flags), 1, ##__VA_ARGS__)
#define create_workqueue(name) alloc_workqueue("%s", __WQ_LEGACY | WQ_MEM_RECLAIM, 1, (name))
#define create_freezable_workqueue(name) \
	alloc_workqueue("%s", __WQ_LEGACY | WQ_FREEZABLE | WQ_UNBOUND | WQ_MEM_RECLAIM, 1, (name))
#define create_singlethread_workqueue(name) \
	alloc_ordered_workqueue("%s", __WQ_LEGACY | WQ_MEM_RECLAIM, (name))

/* ---- queueing ---- */

bool queue_work_on(int cpu, struct workqueue_struct *wq, struct work_struct *work);
bool queue_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			   unsigned long delay);
bool mod_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			 unsigned long delay);
int schedule_on_each_cpu(work_func_t func);

static inline bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	return queue_work_on(WORK_CPU_UNBOUND, wq, work);
}

static inline bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
				      unsigned long delay)
{
	return queue_delayed_work_on(WORK_CPU_UNBOUND, wq, dwork, delay);
}

static inline bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
				    unsigned long delay)
{
	return mod_delayed_work_on(WORK_CPU_UNBOUND, wq, dwork, delay);
}

static inline bool schedule_work_on(int cpu, struct work_struct *work)
{
	return queue_work_on(cpu, system_wq, work);
}

static inline bool schedule_work(struct work_struct *work)
{
	return queue_work(system_wq, work);
}

static inline bool schedule_delayed_work_on(int cpu, struct delayed_work *dwork,
					    unsigned long delay)
{
	return queue_delayed_work_on(cpu, system_wq, dwork, delay);
}

static inline bool schedule_delayed_work(struct delayed_work *dwork, unsigned long delay)
{
	return queue_delayed_work(system_wq, dwork, delay);
}

/* ---- waiting and cancelling ---- */

bool flush_work(struct work_struct *work);
bool flush_delayed_work(struct delayed_work *dwork);
bool cancel_work(struct work_struct *work);
bool cancel_work_sync(struct work_struct *work);
bool cancel_delayed_work(struct delayed_work *dwork);
bool cancel_delayed_work_sync(struct delayed_work *dwork);

/* While it is disabled, queueing it does nothing and says false. Counted. */
bool disable_work(struct work_struct *work);
bool disable_work_sync(struct work_struct *work);
bool enable_work(struct work_struct *work);
bool disable_delayed_work(struct delayed_work *dwork);
bool disable_delayed_work_sync(struct delayed_work *dwork);
bool enable_delayed_work(struct delayed_work *dwork);

static inline void flush_scheduled_work(void)
{
	flush_workqueue(system_wq);
}

unsigned int work_busy(struct work_struct *work);
struct work_struct *current_work(void);

/* ---- Quarry's own ---- */

/* boot: once, when all CPUs run. */
void workqueue_init(void);
/* End the idle workers that only the last load needed. May sleep. mm_quiesce() calls it. */
void workqueue_trim(void);
/* How many worker threads there are; rescuers are not counted. */
unsigned int workqueue_nr_workers(void);

#endif
