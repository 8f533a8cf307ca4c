// SPDX-License-Identifier: MIT
/*
 * Workqueues
 * ==========
 *
 * 1. Model. An item (struct work_struct) is a function that shall be called later by a thread. A
 *    queue says how: on which CPUs, how many at once. The threads belong to pools that all queues
 *    share, so a queue costs nothing while nothing is queued:
 *
 *	queue "a" ── pwq CPU 0 ──┐
 *	   (bound)   pwq CPU 1 ──┼──┐
 *	queue "b" ── pwq CPU 0 ──┴──┼─► pool of CPU 0: items ─► workers kworker/0:1, 0:2 …
 *	   (bound)   pwq CPU 1 ─────┴─► pool of CPU 1
 *	queue "c" ── pwq ─────────────► pool for all CPUs ────► workers kworker/u:1 …
 *	   (unbound)
 *
 *    workers.c: pools, and when another thread is wanted. work.c: what befalls one item. Here:
 *    queues, and what concerns all items of one.
 *
 * 2. max_active. A pwq lets so many of its items stand in the pool's lists or run; what comes beyond
 *    waits in pwq->inactive, in order. An ordered queue is an unbound one with a max_active of 1.
 *
 * 3. Flushing. An item has the colour that its pwq has when it is queued. A flush changes the colour
 *    of all pwqs, and waits until no item of the old one is left; what is queued from then on has
 *    the new one, and is not waited for. One flush at a time, so two colours do.
 *
 * 4. Draining flushes until nothing is left, and lets only the queue's own items add to it.
 *    Destroying drains. Delayed items whose time has not come are nobody's then: they are reported
 *    and cancelled, before they would be queued on a queue that is gone.
 *
 * 5. A function that flushes, drains or destroys its own queue would wait for itself: reported, and
 *    nothing is done. Debug builds know all queues, so that one that was destroyed takes nothing.
 *
 * Invariants
 * I1  pwq->nr_active <= max_active, unless that was lowered; inactive not empty: nr_active >= it.
 * I2  nr_in_flight[0] + nr_in_flight[1] = the pwq's items in lists, inactive or running.
 * I3  wq->flush_pwqs = pwqs that are `flushing`, and 1 while flush_workqueue() looks for them.
 *
 * Lock order: wq->mutex, wq->flush_mutex, queues_lock or pool->lock (workers.c).
 * Contexts: all of this file may sleep, but pwq_item_done().
 * Complexity: O(CPUs) a flush. The system's queues are there from workqueue_init() on.
 */
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/panic.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include "workqueue_internal.h"

#define DRAIN_PATIENCE 10 /* rounds until the first word about it; then each 100 */

struct workqueue_struct *system_wq, *system_highpri_wq, *system_long_wq, *system_unbound_wq;

static DEFINE_SPINLOCK(queues_lock);
static LIST_HEAD(queues);

/* ---- max_active and colours: pool->lock held ---- */

static void activate_first(struct pool_workqueue *pwq)
{
	struct work_struct *work = list_first_entry(&pwq->inactive, struct work_struct, entry);

	pwq->nr_active++;
	WRITE_ONCE(work->data, work_data(work) & ~WORK_INACTIVE);
	list_move_tail(&work->entry, &pwq->pool->worklist);
}

static void activate(struct pool_workqueue *pwq)
{
	while (pwq->nr_active < pwq->max_active && !list_empty(&pwq->inactive))
		activate_first(pwq);
	pool_kick(pwq->pool);
}

/* An item has run or was cancelled. @was_active: it was not in the list `inactive`. */
void pwq_item_done(struct pool_workqueue *pwq, unsigned int color, bool was_active)
{
	struct workqueue_struct *wq = pwq->wq;

	if (was_active) {
		pwq->nr_active--;
		activate(pwq);
	}
	if (--pwq->nr_in_flight[color] || !pwq->flushing || color == pwq->color)
		return;
	pwq->flushing = false;
	if (atomic_dec_and_test(&wq->flush_pwqs))
		complete(&wq->flushed);
}

/* ---- flushing ---- */

/* Would the running thread wait for itself? */
static bool from_own_work(const struct workqueue_struct *wq, const char *what)
{
	struct worker *w = current_worker();

	return WARN(w && w->current_pwq && w->current_pwq->wq == wq,
		    "workqueue: %s of %s from its own work %ps would wait for itself", what,
		    wq->name, w->current_func);
}

/* Another colour for what comes; is there anything of the old one to wait for? */
static void start_flush(struct pool_workqueue *pwq)
{
	struct worker_pool *pool = pwq->pool;
	unsigned int old;

	spin_lock_irq(&pool->lock);
	old = pwq->color;
	pwq->color = !old;
	if (pwq->nr_in_flight[old]) {
		pwq->flushing = true;
		atomic_inc(&pwq->wq->flush_pwqs);
	}
	spin_unlock_irq(&pool->lock);
}

static void flush_all(struct workqueue_struct *wq)
{
	mutex_lock(&wq->flush_mutex);
	reinit_completion(&wq->flushed);
	atomic_set(&wq->flush_pwqs, 1);
	for (unsigned int i = 0; i < wq->nr_pwqs; i++)
		start_flush(wq->pwqs[i]);
	if (!atomic_dec_and_test(&wq->flush_pwqs))
		wait_for_completion(&wq->flushed);
	mutex_unlock(&wq->flush_mutex);
}

/**
 * flush_workqueue - wait until all that is queued now has run
 * @wq: the queue
 *
 * What is queued meanwhile, by the queue's own items too, isn't waited for.
 * Context: may sleep; not from an item of @wq (reported, and not waited).
 */
void flush_workqueue(struct workqueue_struct *wq)
{
	might_sleep();
	if (from_own_work(wq, "flush_workqueue()"))
		return;
	workqueue_check_flush(wq_flags(wq), NULL);
	flush_all(wq);
}

static bool pwq_is_empty(struct pool_workqueue *pwq)
{
	bool empty;

	spin_lock_irq(&pwq->pool->lock);
	empty = !pwq->nr_active && list_empty(&pwq->inactive);
	spin_unlock_irq(&pwq->pool->lock);
	return empty;
}

static bool wq_is_empty(struct workqueue_struct *wq)
{
	for (unsigned int i = 0; i < wq->nr_pwqs; i++)
		if (!pwq_is_empty(wq->pwqs[i]))
			return false;
	return true;
}

static void flush_until_empty(struct workqueue_struct *wq)
{
	unsigned int rounds = 0;

	do {
		flush_all(wq);
		rounds++;
		if (rounds == DRAIN_PATIENCE || rounds % 100 == 0)
			pr_warn("workqueue %s: drain_workqueue() isn't complete after %u tries\n",
				wq->name, rounds);
	} while (!wq_is_empty(wq));
}

/* How many drain it; the flag says whether any do. */
static void count_drainer(struct workqueue_struct *wq, int by)
{
	mutex_lock(&wq->mutex);
	wq->nr_drainers += by;
	if (wq->nr_drainers)
		WRITE_ONCE(wq->flags, wq->flags | __WQ_DRAINING);
	else
		WRITE_ONCE(wq->flags, wq->flags & ~__WQ_DRAINING);
	mutex_unlock(&wq->mutex);
}

/**
 * drain_workqueue - wait until a queue is empty
 * @wq: the queue
 *
 * Meanwhile only its own items may queue on it; what others queue is refused with a report.
 * Context: may sleep; not from an item of @wq (reported, and not waited).
 */
void drain_workqueue(struct workqueue_struct *wq)
{
	might_sleep();
	if (from_own_work(wq, "drain_workqueue()"))
		return;
	count_drainer(wq, 1);
	flush_until_empty(wq);
	count_drainer(wq, -1);
}

/* ---- making ---- */

static struct worker_pool *pool_for(unsigned int flags, unsigned int cpu)
{
	return flags & WQ_UNBOUND ? unbound_pool() : bound_pool(cpu, flags & WQ_HIGHPRI);
}

static struct pool_workqueue *pwq_make(struct workqueue_struct *wq, unsigned int cpu,
				       unsigned int max_active)
{
	struct pool_workqueue *pwq = kmalloc_track_caller(sizeof(*pwq), GFP_KERNEL | __GFP_ZERO);

	if (!pwq)
		return NULL;
	pwq->pool = pool_for(wq->flags, cpu);
	pwq->wq = wq;
	pwq->max_active = max_active;
	INIT_LIST_HEAD(&pwq->inactive);
	INIT_LIST_HEAD(&pwq->mayday);
	return pwq;
}

static void wq_free(struct workqueue_struct *wq)
{
	for (unsigned int i = 0; i < wq->nr_pwqs; i++)
		kfree(wq->pwqs[i]);
	kfree(wq);
}

static struct workqueue_struct *wq_make(unsigned int flags)
{
	unsigned int n = flags & WQ_UNBOUND ? 1 : num_online_cpus();
	struct workqueue_struct *wq =
		kmalloc_track_caller(struct_size(wq, pwqs, n), GFP_KERNEL | __GFP_ZERO);

	if (!wq)
		return NULL;
	wq->flags = flags;
	wq->nr_pwqs = n;
	mutex_init(&wq->mutex);
	mutex_init(&wq->flush_mutex);
	init_completion(&wq->flushed);
	spin_lock_init(&wq->delayed_lock);
	INIT_LIST_HEAD(&wq->delayed);
	INIT_LIST_HEAD(&wq->maydays);
	INIT_LIST_HEAD(&wq->list);
	return wq;
}

static bool make_pwqs(struct workqueue_struct *wq, int max_active)
{
	if (!max_active)
		max_active = WQ_DFL_ACTIVE;
	WARN(max_active < 1 || max_active > WQ_MAX_ACTIVE,
	     "workqueue: max_active %d requested for %s is out of range, clamping between 1 and %d",
	     max_active, wq->name, WQ_MAX_ACTIVE);
	for (unsigned int i = 0; i < wq->nr_pwqs; i++) {
		wq->pwqs[i] = pwq_make(wq, i, clamp(max_active, 1, (int)WQ_MAX_ACTIVE));
		if (!wq->pwqs[i])
			return false;
	}
	return true;
}

static void enlist(struct workqueue_struct *wq)
{
	unsigned long flags;

	spin_lock_irqsave(&queues_lock, flags);
	list_add_tail(&wq->list, &queues);
	spin_unlock_irqrestore(&queues_lock, flags);
}

static void delist(struct workqueue_struct *wq)
{
	unsigned long flags;

	spin_lock_irqsave(&queues_lock, flags);
	list_del_init(&wq->list);
	spin_unlock_irqrestore(&queues_lock, flags);
}

#ifdef QUARRY_DEBUG
bool workqueue_known(const struct workqueue_struct *wq, work_func_t func)
{
	struct workqueue_struct *w;
	unsigned long flags;
	bool known = false;

	spin_lock_irqsave(&queues_lock, flags);
	list_for_each_entry(w, &queues, list)
		known |= w == wq;
	spin_unlock_irqrestore(&queues_lock, flags);
	WARN(!known,
	     "workqueue: %ps is queued on a queue that isn't there, or was destroyed: refused",
	     func);
	return known;
}
#endif

/**
 * alloc_workqueue - make a queue
 * @fmt: printf-style, its name
 * @flags: WQ_*
 * @max_active: how many of its items may run at once on a CPU, or with WQ_UNBOUND in all; 0:
 *	WQ_DFL_ACTIVE
 *
 * Context: may sleep.
 * Return: the queue; NULL: no memory, or a flag that isn't there (WQ_BH).
 */
struct workqueue_struct *(alloc_workqueue)(const char *fmt, unsigned int flags, int max_active, ...)
{
	struct workqueue_struct *wq;
	va_list args;

	if (WARN(flags & WQ_BH, "workqueue: WQ_BH: there are no softirqs for it to run in"))
		return NULL;
	wq = wq_make(flags);
	if (!wq)
		return NULL;
	va_start(args, max_active);
	vscnprintf(wq->name, sizeof(wq->name), fmt, args);
	va_end(args);
	if (!make_pwqs(wq, max_active) || (flags & WQ_MEM_RECLAIM && rescuer_start(wq))) {
		wq_free(wq);
		return NULL;
	}
	enlist(wq);
	return wq;
}

/**
 * workqueue_set_max_active - change how many items may run at once
 * @wq: not an ordered one
 * @max_active: as for alloc_workqueue()
 */
void workqueue_set_max_active(struct workqueue_struct *wq, int max_active)
{
	if (WARN_ON(wq_flags(wq) & __WQ_ORDERED))
		return;
	max_active = clamp(max_active ? max_active : (int)WQ_DFL_ACTIVE, 1, (int)WQ_MAX_ACTIVE);
	for (unsigned int i = 0; i < wq->nr_pwqs; i++) {
		struct pool_workqueue *pwq = wq->pwqs[i];

		spin_lock_irq(&pwq->pool->lock);
		pwq->max_active = max_active;
		activate(pwq);
		spin_unlock_irq(&pwq->pool->lock);
	}
}

/* ---- destroying ---- */

static struct delayed_work *first_delayed(struct workqueue_struct *wq)
{
	struct delayed_work *dwork;

	spin_lock_irq(&wq->delayed_lock);
	dwork = list_first_entry_or_null(&wq->delayed, struct delayed_work, waiting);
	spin_unlock_irq(&wq->delayed_lock);
	return dwork;
}

static void cancel_delayed(struct workqueue_struct *wq)
{
	struct delayed_work *dwork;

	while ((dwork = first_delayed(wq))) {
		work_func_t func = dwork->work.func;

		if (cancel_delayed_work(dwork))
			WARN(1,
			     "workqueue: %s is destroyed while %ps waits for its time: cancelled",
			     wq->name, func);
	}
}

/**
 * destroy_workqueue - run all that is queued, and end a queue
 * @wq: the queue; nobody may use it any more
 *
 * Context: may sleep; not from an item of @wq (reported, and not done).
 */
void destroy_workqueue(struct workqueue_struct *wq)
{
	might_sleep();
	if (from_own_work(wq, "destroy_workqueue()"))
		return;
	mutex_lock(&wq->mutex);
	WRITE_ONCE(wq->flags, wq->flags | __WQ_DESTROYING);
	mutex_unlock(&wq->mutex);
	cancel_delayed(wq);
	drain_workqueue(wq);
	cancel_delayed(wq); /* what its own items started meanwhile */
	drain_workqueue(wq);
	rescuer_stop(wq);
	delist(wq);
	wq_free(wq);
}

/* ---- all CPUs ---- */

/**
 * schedule_on_each_cpu - run a function on each CPU, and wait until all have
 * @func: what to call
 *
 * Context: may sleep. Return: 0, -ENOMEM.
 */
int schedule_on_each_cpu(work_func_t func)
{
	unsigned int cpu, n = num_online_cpus();
	struct work_struct *works = kcalloc(n, sizeof(*works), GFP_KERNEL);

	if (!works)
		return -ENOMEM;
	for (cpu = 0; cpu < n; cpu++) {
		INIT_WORK(&works[cpu], func);
		schedule_work_on(cpu, &works[cpu]);
	}
	for (cpu = 0; cpu < n; cpu++)
		flush_work(&works[cpu]);
	kfree(works);
	return 0;
}

/**
 * workqueue_init - from here on work can be queued
 *
 * Context: boot, once, when all CPUs are up.
 */
void workqueue_init(void)
{
	pools_init();
	system_wq = alloc_workqueue("events", 0, 0);
	system_highpri_wq = alloc_workqueue("events_highpri", WQ_HIGHPRI, 0);
	system_long_wq = alloc_workqueue("events_long", 0, 0);
	system_unbound_wq = alloc_workqueue("events_unbound", WQ_UNBOUND, WQ_MAX_ACTIVE);
	if (!system_wq || !system_highpri_wq || !system_long_wq || !system_unbound_wq)
		panic("workqueue: no memory for the system's queues");
	mm_quiesce_hook = workqueue_trim;
}
