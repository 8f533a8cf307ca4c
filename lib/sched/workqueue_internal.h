/* SPDX-License-Identifier: MIT */
/* What the files of the workqueues share. Theory in workqueue.c. */
#ifndef WORKQUEUE_INTERNAL_H
#define WORKQUEUE_INTERNAL_H

#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include "internal.h"

/*
 * work->data. PENDING makes its setter the item's owner; the rest is written by the owner, and while
 * the item is QUEUED under its pool's lock.
 *
 *	63           24 23        8         3       2       1        0
 *	 pool's id + 1 │ disabled │     │ COLOR │ INACTIVE │ QUEUED │ PENDING
 */
#define WORK_PENDING	   (1UL << WORK_STRUCT_PENDING_BIT)
#define WORK_QUEUED	   (1UL << 1) /* stands in a list */
#define WORK_INACTIVE	   (1UL << 2) /* that of those who wait for max_active */
#define WORK_COLOR	   (1UL << 3) /* of the flush that waits for it */
#define WORK_COLOR_SHIFT   3
#define WORK_DISABLE_SHIFT 8
#define WORK_DISABLE_ONE   (1UL << WORK_DISABLE_SHIFT)
#define WORK_DISABLE_MASK  (0xffffUL << WORK_DISABLE_SHIFT)
#define WORK_POOL_SHIFT	   24

/* worker->flags */
#define WORKER_DIE	     1u
#define WORKER_IDLE	     2u
#define WORKER_PREP	     4u /* between idle and work */
#define WORKER_CPU_INTENSIVE 8u
#define WORKER_UNBOUND	     16u
#define WORKER_RESCUER	     32u
#define WORKER_NOT_RUNNING   (~WORKER_DIE) /* any of them: not in nr_running */

/*
 * Fields carry their lock.  L: pool->lock  R: read-only once it is used  O: the worker itself
 * W: wq->mutex  F: wq->flush_mutex  M: mayday_lock
 */
struct worker_pool {
	spinlock_t lock;
	unsigned int id;
	int cpu;		      /* R: -1: any */
	bool highpri;		      /* R */
	struct list_head worklist;    /* L: items that may run */
	struct list_head waiters;     /* L: struct work_waiter of items in lists */
	struct list_head idle;	      /* L: workers, the last to have worked first */
	struct list_head busy;	      /* L: workers with a current_work, rescuers among them */
	unsigned int nr_running;      /* L: workers that work and don't sleep */
	unsigned int nr_idle;	      /* L */
	unsigned int nr_workers;      /* L: without rescuers */
	unsigned int next_worker;     /* L: its number */
	bool managed;		      /* L: a worker is making another */
	struct timer_list mayday;     /* while it does */
	struct timer_list idle_timer; /* looks for workers that have been idle for long */
	struct work_struct idle_cull; /* and ends them */
};

struct worker {
	struct list_head entry;		    /* L: idle or busy */
	struct list_head scheduled;	    /* L: items that it alone may run next */
	struct list_head waiters;	    /* L: for the end of current_work */
	struct work_struct *current_work;   /* L; O may read it */
	work_func_t current_func;	    /* the same */
	struct pool_workqueue *current_pwq; /* the same */
	struct worker_pool *pool;	    /* R; a rescuer's: O, L */
	struct task_struct *task;	    /* R */
	struct workqueue_struct *rescue;    /* R: whose rescuer it is */
	unsigned int flags;		    /* L; O may read it */
	bool sleeping;			    /* O, L: the scheduler took it out of nr_running */
	unsigned long idle_since;	    /* L */
	bool first;			    /* R: the pool's first, which stays */
};

/* A queue's share of a pool. */
struct pool_workqueue {
	struct worker_pool *pool;     /* R */
	struct workqueue_struct *wq;  /* R */
	struct list_head inactive;    /* L: items beyond max_active */
	unsigned int nr_active;	      /* L: items in the pool's lists, or running */
	unsigned int max_active;      /* L */
	unsigned int nr_in_flight[2]; /* L: items by colour, inactive ones too */
	unsigned int color;	      /* L: of the next item */
	bool flushing;		      /* L: a flush waits for those of the other colour */
	struct list_head mayday;      /* M */
};

struct workqueue_struct {
	char name[WQ_NAME_LEN];
	unsigned int flags;	  /* R, but for DRAINING and DESTROYING: W */
	unsigned int nr_pwqs;	  /* R: one a CPU, or 1 */
	unsigned int nr_drainers; /* W */
	struct mutex mutex;
	struct mutex flush_mutex; /* one flush at a time */
	atomic_t flush_pwqs;	  /* pwqs that the flush waits for, and 1 for itself */
	struct completion flushed;
	spinlock_t delayed_lock;
	struct list_head delayed;      /* delayed_lock: items whose timer runs */
	struct worker *rescuer;	       /* R */
	struct list_head maydays;      /* M: pwqs to be rescued */
	struct list_head list;	       /* queues_lock: all queues */
	struct pool_workqueue *pwqs[]; /* R */
};

/* DRAINING and DESTROYING come and go meanwhile. */
static inline unsigned int wq_flags(const struct workqueue_struct *wq)
{
	return READ_ONCE(wq->flags);
}

/* Somebody who waits for an item: on its stack. */
struct work_waiter {
	struct list_head entry; /* lock of the pool */
	struct work_struct *work;
	work_func_t func; /* its function: it may be gone when that is wanted */
	struct completion done;
};

/* ---- workers.c: pools and who works in them ---- */

struct worker_pool *bound_pool(unsigned int cpu, bool highpri);
struct worker_pool *unbound_pool(void);
struct worker_pool *pool_by_id(unsigned int id);
/* With the pool's lock. */
void pool_kick(struct worker_pool *pool);
struct worker *pool_find_worker(struct worker_pool *pool, const struct work_struct *work);
/* The worker that runs here; NULL: another thread, or an interrupt. */
struct worker *current_worker(void);
int rescuer_start(struct workqueue_struct *wq);
void rescuer_stop(struct workqueue_struct *wq);
void pools_init(void);

/* ---- workqueue.c: queues; the pool's lock is held ---- */

void pwq_item_done(struct pool_workqueue *pwq, unsigned int color, bool was_active);
/* Debug builds: is there such a queue? Any context but NMI. */
#ifdef QUARRY_DEBUG
bool workqueue_known(const struct workqueue_struct *wq, work_func_t func);
#else
#define workqueue_known(wq, func) true
#endif

/* ---- work.c: items ---- */

static inline unsigned long work_data(const struct work_struct *work)
{
	return READ_ONCE(work->data);
}

static inline struct worker_pool *data_pool(unsigned long data)
{
	unsigned long id = data >> WORK_POOL_SHIFT;

	return id ? pool_by_id(id - 1) : NULL;
}

static inline unsigned long pool_bits(const struct worker_pool *pool)
{
	return (pool->id + 1UL) << WORK_POOL_SHIFT;
}

/* The owner gives the item up. What it did is seen by who gets it next: a full barrier. */
void work_release(struct work_struct *work, unsigned long data);
/* Out of its list, and no item of its pwq's any more. Its pool's lock is held. */
void work_dequeue(struct work_struct *work);
/* The running thread is about to wait for an item of such a queue. */
void workqueue_check_flush(unsigned int target_flags, work_func_t func);

#endif
