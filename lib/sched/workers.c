// SPDX-License-Identifier: MIT
/*
 * The workers of the workqueues
 * =============================
 *
 * 1. Pools. Each CPU has two (ordinary, WQ_HIGHPRI), and there is one for all (WQ_UNBOUND). A pool is
 *    a list of items and the threads that run them; workqueue.c says how items come there. The three
 *    are made of the same parts, and never go.
 *
 * 2. How many work. A pool of a CPU wants one worker running: a second one would only take turns with
 *    the first. nr_running counts those who work and don't sleep:
 *
 *	an item comes, nr_running == 0				wake an idle one
 *	a worker falls asleep in its item (the scheduler says so),
 *	  nr_running becomes 0, items wait			wake an idle one
 *	a worker is through with its item, others run too	it goes idle
 *
 *    What is not to hold up others (WQ_CPU_INTENSIVE) isn't counted, nor is anybody of the pool for
 *    all, so there each item that comes has its thread.
 *
 * 3. There is always an idle one. The worker that leaves none behind makes one before it takes an
 *    item (it is the manager then, one at a time a pool): only a thread can make a thread. As long as
 *    that fails it goes on trying, every RETRY ticks, and takes no item itself, since nobody would
 *    be left to try. Meanwhile a timer calls for help for the items of queues that have a rescuer: a
 *    thread made with the queue, which runs items of that queue, one after the other, on the CPU
 *    that they wait for. Such items get on without memory; others wait for it.
 *
 * 4. How many threads. A pool keeps its first worker for ever, so that what it holds in the end is
 *    what it held at boot, to the byte. More than one idle is what the last load needed: after
 *    IDLE_TIME they are ended, by an item of the pool for all, or at once by workqueue_trim(). There
 *    are at most MAX_WORKERS beside the first ones; at that bound it is as if no memory were left.
 *
 * 5. One item at a time runs once: whoever is about to begin an item that runs on another worker of
 *    the pool hands it to that one's list `scheduled`.
 *
 * 6. An item's function ends as it began: no lock, preemption and interrupts on. What it forgot is
 *    reported with its name and put right, but for the lock itself, which stays taken.
 *
 * Invariants, under pool->lock
 * I1  A worker is in `idle` exactly while WORKER_IDLE, in `busy` exactly while it has a current_work.
 * I2  nr_running = workers with no flag of WORKER_NOT_RUNNING that are not `sleeping`.
 * I3  worklist not empty and nr_running == 0: an idle worker was woken, or a manager makes one.
 * I4  An item is touched by its worker until its function is called, and not after: that may free it.
 *
 * Lock order: pool->lock, then mayday_lock, a completion's lock, a timer base's, the scheduler's. All
 * are taken with interrupts off; two pools' locks never together. trim_mutex is outside of all.
 *
 * Contexts: workers and rescuers are threads; pool_kick() and the hooks any but NMI. Complexity: O(1)
 * an item, plus O(workers of the pool that run items) to see that it doesn't run.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <quarry/guest.h>
#include <quarry/report.h>
#include "workqueue_internal.h"

#define MAX_WORKERS  320	  /* of the 512 threads that there may be, beside the first ones */
#define RETRY	     (HZ / 10)	  /* ticks from one try to make a thread to the next */
#define MAYDAY_FIRST (HZ / 100)	  /* ticks until help is called for, … */
#define MAYDAY_AGAIN (HZ / 10)	  /* … and again */
#define IDLE_TIME    (300UL * HZ) /* ticks */

static struct worker_pool cpu_pools[NR_CPUS][2];
static struct worker_pool any_pool;
static atomic_t nr_extra = ATOMIC_INIT(0); /* workers beside the first of each pool */
static DEFINE_SPINLOCK(mayday_lock);
static DEFINE_MUTEX(trim_mutex);

struct worker_pool *bound_pool(unsigned int cpu, bool highpri)
{
	return &cpu_pools[cpu][highpri];
}

struct worker_pool *unbound_pool(void)
{
	return &any_pool;
}

/* Ids: two a CPU, then the pool for all. */
struct worker_pool *pool_by_id(unsigned int id)
{
	return id < 2 * NR_CPUS ? &cpu_pools[id / 2][id % 2] : &any_pool;
}

#define for_each_pool(pool, id)                                                  \
	for ((id) = 0; (id) <= 2 * NR_CPUS && ((pool) = pool_by_id(id)); (id)++) \
		if (READ_ONCE((pool)->nr_workers))

struct worker *current_worker(void)
{
	if (!in_task() || !(current->flags & PF_WQ_WORKER))
		return NULL;
	return this_thread()->data;
}

struct work_struct *current_work(void)
{
	struct worker *w = current_worker();

	return w ? READ_ONCE(w->current_work) : NULL;
}

/* ---- who should work: pool->lock held ---- */

static bool need_more_worker(const struct worker_pool *pool)
{
	return !list_empty(&pool->worklist) && !pool->nr_running;
}

static bool need_to_create(const struct worker_pool *pool)
{
	return need_more_worker(pool) && !pool->nr_idle;
}

/* Go on with the next item? Not if another worker of this CPU is at it. */
static bool keep_working(const struct worker_pool *pool)
{
	return !list_empty(&pool->worklist) && pool->nr_running <= 1;
}

void pool_kick(struct worker_pool *pool)
{
	lockdep_assert_held(&pool->lock);
	if (need_more_worker(pool) && pool->nr_idle)
		wake_up_process(list_first_entry(&pool->idle, struct worker, entry)->task);
}

static void set_flag(struct worker *w, unsigned int flag)
{
	if (!(w->flags & WORKER_NOT_RUNNING))
		w->pool->nr_running--;
	WRITE_ONCE(w->flags, w->flags | flag);
}

static void clear_flag(struct worker *w, unsigned int flag)
{
	bool was_out = w->flags & WORKER_NOT_RUNNING;

	WRITE_ONCE(w->flags, w->flags & ~flag);
	if (was_out && !(w->flags & WORKER_NOT_RUNNING))
		w->pool->nr_running++;
}

struct worker *pool_find_worker(struct worker_pool *pool, const struct work_struct *work)
{
	struct worker *w;

	lockdep_assert_held(&pool->lock);
	list_for_each_entry(w, &pool->busy, entry)
		if (w->current_work == work && w->current_func == work->func)
			return w;
	return NULL;
}

/* ---- the scheduler's hooks ---- */

/* The running worker is about to sleep: its state says so. */
void wq_worker_sleeping(void)
{
	struct worker *w = this_thread()->data;
	struct worker_pool *pool = w->pool;
	unsigned long flags;

	if (READ_ONCE(w->flags) & WORKER_NOT_RUNNING || w->sleeping)
		return;
	spin_lock_irqsave(&pool->lock, flags);
	w->sleeping = true;
	pool->nr_running--;
	pool_kick(pool);
	spin_unlock_irqrestore(&pool->lock, flags);
}

/* It runs again. */
void wq_worker_running(void)
{
	struct worker *w = this_thread()->data;
	struct worker_pool *pool = w->pool;
	unsigned long flags;

	if (!w->sleeping)
		return;
	spin_lock_irqsave(&pool->lock, flags);
	w->sleeping = false;
	pool->nr_running++;
	spin_unlock_irqrestore(&pool->lock, flags);
}

/* ---- one item ---- */

static void leak_report(work_func_t func, unsigned int preempt, bool irqs_off, unsigned int locks)
{
	report_open(REPORT_WORK_LEAK, "BUG: workqueue leaked atomic, lock or interrupts off: %s/%d",
		    current->comm, current->pid);
	report_line("function %ps came back with preempt=%#x, %u lock%s held, interrupts %s",
		    func, preempt, locks, plural(locks), irqs_off ? "off" : "on");
	report_advice(
		"What a work function takes or switches off it gives back before it returns. Preemption and interrupts are on again; a lock that it holds stays taken.");
	report_end();
}

/* The function is back: is everything as it was? @locks: held before. */
static void check_leaks(work_func_t func, unsigned int locks)
{
	unsigned int preempt = preempt_count(), held = lockdep_depth() - locks;
	bool irqs_off = irqs_disabled();

	if (likely(!preempt && !irqs_off && !held))
		return;
	leak_report(func, preempt, irqs_off, held);
	lockdep_forget(locks);
	if (preempt)
		preempt_count_sub(preempt);
	if (irqs_off)
		local_irq_enable();
	if (preempt_should_resched())
		preempt_schedule();
}

static void take_waiters(struct worker *w, const struct work_struct *work)
{
	struct work_waiter *waiter, *next;

	list_for_each_entry_safe(waiter, next, &w->pool->waiters, entry)
		if (waiter->work == work)
			list_move_tail(&waiter->entry, &w->waiters);
}

static void wake_waiters(struct worker *w)
{
	struct work_waiter *waiter, *next;

	list_for_each_entry_safe(waiter, next, &w->waiters, entry) {
		list_del(&waiter->entry);
		complete(&waiter->done);
	}
}

/* Make the item the worker's, and give up owning it: from here on it may be queued again. */
static void begin_item(struct worker *w, struct work_struct *work)
{
	w->current_work = work;
	w->current_func = work->func;
	w->current_pwq = work->pwq;
	list_add(&w->entry, &w->pool->busy);
	list_del_init(&work->entry);
	take_waiters(w, work);
	if (wq_flags(w->current_pwq->wq) & WQ_CPU_INTENSIVE)
		set_flag(w, WORKER_CPU_INTENSIVE);
	pool_kick(w->pool);
	work_release(work, pool_bits(w->pool));
}

static void end_item(struct worker *w, unsigned int color)
{
	struct pool_workqueue *pwq = w->current_pwq;

	clear_flag(w, WORKER_CPU_INTENSIVE);
	list_del_init(&w->entry);
	w->current_work = NULL;
	w->current_func = NULL;
	w->current_pwq = NULL;
	wake_waiters(w);
	pwq_item_done(pwq, color, true);
}

static void call_func(void *worker)
{
	struct worker *w = worker;

	w->current_func(w->current_work);
}

/* A trap in a module's function ends it, and nothing else. */
static void call_item(struct worker *w)
{
	if (likely(!is_guest(w->current_func)))
		call_func(w);
	else
		guest_call(GUEST_WORK, w->current_func, call_func, w);
}

/* Pool's lock held, dropped while the function runs. */
static void process_one(struct worker *w, struct work_struct *work)
{
	struct worker_pool *pool = w->pool;
	unsigned int color = (work_data(work) >> WORK_COLOR_SHIFT) & 1, locks;

	begin_item(w, work);
	spin_unlock_irq(&pool->lock);
	locks = lockdep_depth();
	call_item(w);
	check_leaks(w->current_func, locks);
	spin_lock_irq(&pool->lock);
	end_item(w, color);
}

/* To this worker's list, or that of the one that runs it now. */
static bool assign(struct worker *w, struct work_struct *work)
{
	struct worker *at_it = pool_find_worker(w->pool, work);

	list_move_tail(&work->entry, at_it ? &at_it->scheduled : &w->scheduled);
	return !at_it;
}

static void process_scheduled(struct worker *w)
{
	while (!list_empty(&w->scheduled))
		process_one(w, list_first_entry(&w->scheduled, struct work_struct, entry));
}

/* ---- making workers ---- */

static int worker_main(void *data);

static struct worker *worker_alloc(void)
{
	struct worker *w = kmalloc_track_caller(sizeof(*w), GFP_KERNEL | __GFP_NOWARN | __GFP_ZERO);

	if (!w)
		return NULL;
	INIT_LIST_HEAD(&w->entry);
	INIT_LIST_HEAD(&w->scheduled);
	INIT_LIST_HEAD(&w->waiters);
	return w;
}

static struct task_struct *worker_thread(struct worker *w, struct worker_pool *pool, unsigned int n)
{
	struct task_struct *p;

	if (pool->cpu < 0)
		return kthread_create(worker_main, w, "kworker/u:%u", n);
	p = kthread_create(worker_main, w, "kworker/%u:%u%s", pool->cpu, n,
			   pool->highpri ? "H" : "");
	if (!IS_ERR(p))
		kthread_bind(p, pool->cpu);
	return p;
}

static void enter_idle(struct worker *w)
{
	struct worker_pool *pool = w->pool;

	set_flag(w, WORKER_IDLE);
	w->idle_since = jiffies;
	list_add(&w->entry, &pool->idle);
	if (++pool->nr_idle > 1 && !timer_pending(&pool->idle_timer))
		mod_timer(&pool->idle_timer, jiffies + IDLE_TIME);
}

static void leave_idle(struct worker *w)
{
	list_del_init(&w->entry);
	w->pool->nr_idle--;
	clear_flag(w, WORKER_IDLE);
}

/* One more, idle. False: no memory, or enough threads. May sleep. */
static bool worker_create(struct worker_pool *pool, bool first)
{
	struct worker *w = NULL;

	if (first || atomic_inc_return(&nr_extra) <= MAX_WORKERS)
		w = worker_alloc();
	if (!w)
		goto none;
	w->pool = pool;
	w->first = first;
	w->flags = WORKER_PREP | (pool->cpu < 0 ? WORKER_UNBOUND : 0);
	w->task = worker_thread(w, pool, READ_ONCE(pool->next_worker));
	if (IS_ERR(w->task)) {
		kfree(w);
		goto none;
	}
	spin_lock_irq(&pool->lock);
	pool->next_worker++;
	WRITE_ONCE(pool->nr_workers, pool->nr_workers + 1);
	enter_idle(w);
	wake_up_process(w->task);
	spin_unlock_irq(&pool->lock);
	return true;
none:
	if (!first)
		atomic_dec(&nr_extra);
	return false;
}

/* Until there is an idle one, or no need any more. Pool's lock held, dropped meanwhile. */
static void make_worker(struct worker_pool *pool)
{
	while (need_to_create(pool)) {
		bool made;

		spin_unlock_irq(&pool->lock);
		mod_timer(&pool->mayday, jiffies + MAYDAY_FIRST);
		made = worker_create(pool, false);
		if (!made)
			schedule_timeout_uninterruptible(RETRY);
		timer_delete_sync(&pool->mayday);
		spin_lock_irq(&pool->lock);
	}
}

/* Was something done, so that all is to be looked at again? */
static bool manage(struct worker_pool *pool)
{
	if (pool->nr_idle || pool->managed)
		return false;
	pool->managed = true;
	make_worker(pool);
	pool->managed = false;
	return true;
}

/* ---- a worker's life ---- */

/* Pool's lock held, dropped often. */
static void work_off(struct worker *w)
{
	struct worker_pool *pool = w->pool;

	do {
		if (!need_more_worker(pool))
			return;
	} while (manage(pool));
	clear_flag(w, WORKER_PREP);
	do {
		if (assign(w, list_first_entry(&pool->worklist, struct work_struct, entry)))
			process_scheduled(w);
	} while (keep_working(pool));
	set_flag(w, WORKER_PREP);
}

static int worker_main(void *data)
{
	struct worker *w = data;
	struct worker_pool *pool = w->pool;

	current->flags |= PF_WQ_WORKER;
	spin_lock_irq(&pool->lock);
	while (!(w->flags & WORKER_DIE)) {
		leave_idle(w);
		work_off(w);
		enter_idle(w);
		__set_current_state(TASK_UNINTERRUPTIBLE);
		spin_unlock_irq(&pool->lock);
		schedule();
		spin_lock_irq(&pool->lock);
	}
	spin_unlock_irq(&pool->lock);
	current->flags &= ~PF_WQ_WORKER;
	return 0;
}

/* ---- rescue ---- */

/* The pool can't make a worker: call those who can help. */
static void mayday_fn(struct timer_list *timer)
{
	struct worker_pool *pool = from_timer(pool, timer, mayday);
	struct work_struct *work;

	spin_lock(&pool->lock);
	if (!need_to_create(pool))
		goto out;
	spin_lock(&mayday_lock);
	list_for_each_entry(work, &pool->worklist, entry) {
		struct pool_workqueue *pwq = work->pwq;

		if (!pwq->wq->rescuer)
			continue;
		if (list_empty(&pwq->mayday))
			list_add_tail(&pwq->mayday, &pwq->wq->maydays);
		wake_up_process(pwq->wq->rescuer->task);
	}
	spin_unlock(&mayday_lock);
	mod_timer(&pool->mayday, jiffies + MAYDAY_AGAIN);
out:
	spin_unlock(&pool->lock);
}

static void go_to(int cpu)
{
	struct cpumask mask;

	cpumask_clear(&mask);
	if (cpu < 0)
		cpumask_setall(&mask);
	else
		cpumask_set_cpu(cpu, &mask);
	WARN_ON(set_cpus_allowed_ptr(current, &mask));
}

static struct work_struct *first_of(struct pool_workqueue *pwq)
{
	struct work_struct *work;

	list_for_each_entry(work, &pwq->pool->worklist, entry)
		if (work->pwq == pwq)
			return work;
	return NULL;
}

/* Items of a queue that nobody else runs, one by one. */
static void rescue(struct worker *w, struct pool_workqueue *pwq)
{
	struct worker_pool *pool = pwq->pool;
	struct work_struct *work;

	go_to(pool->cpu);
	spin_lock_irq(&pool->lock);
	w->pool = pool;
	while ((work = first_of(pwq))) {
		if (assign(w, work))
			process_scheduled(w);
	}
	pool_kick(pool);
	spin_unlock_irq(&pool->lock);
}

static struct pool_workqueue *next_mayday(struct workqueue_struct *wq)
{
	struct pool_workqueue *pwq;

	spin_lock_irq(&mayday_lock);
	pwq = list_first_entry_or_null(&wq->maydays, struct pool_workqueue, mayday);
	if (pwq)
		list_del_init(&pwq->mayday);
	spin_unlock_irq(&mayday_lock);
	return pwq;
}

static int rescuer_main(void *data)
{
	struct worker *w = data;
	struct pool_workqueue *pwq;

	current->flags |= PF_WQ_WORKER;
	for (;;) {
		bool stop = kthread_should_stop();

		set_current_state(TASK_UNINTERRUPTIBLE);
		pwq = next_mayday(w->rescue);
		if (pwq) {
			__set_current_state(TASK_RUNNING);
			rescue(w, pwq);
			continue;
		}
		if (stop)
			break;
		if (!kthread_should_stop())
			schedule();
	}
	__set_current_state(TASK_RUNNING);
	current->flags &= ~PF_WQ_WORKER;
	return 0;
}

/* 0, -ENOMEM. */
int rescuer_start(struct workqueue_struct *wq)
{
	struct worker *w = worker_alloc();

	if (!w)
		return -ENOMEM;
	w->flags = WORKER_RESCUER;
	w->rescue = wq;
	w->pool = unbound_pool();
	w->task = (kthread_create)(rescuer_main, w, "kworker/R-%s", wq->name);
	if (IS_ERR(w->task)) {
		kfree(w);
		return -ENOMEM;
	}
	wq->rescuer = w;
	wake_up_process(w->task);
	return 0;
}

void rescuer_stop(struct workqueue_struct *wq)
{
	if (!wq->rescuer)
		return;
	kthread_stop(wq->rescuer->task);
	kfree(wq->rescuer);
	wq->rescuer = NULL;
}

/* ---- ending workers ---- */

/* The one that has been idle for longest, but for the first. */
static struct worker *longest_idle(const struct worker_pool *pool)
{
	struct worker *w;

	list_for_each_entry_reverse(w, &pool->idle, entry)
		if (!w->first)
			return w;
	return NULL;
}

/* Take it out of the pool, if it isn't the last one idle, and was so since `before`. */
static struct worker *take_idle(struct worker_pool *pool, unsigned long before)
{
	struct worker *w = longest_idle(pool);

	if (pool->nr_idle < 2 || !w || time_after(w->idle_since, before))
		return NULL;
	list_del_init(&w->entry);
	pool->nr_idle--;
	WRITE_ONCE(pool->nr_workers, pool->nr_workers - 1);
	WRITE_ONCE(w->flags, w->flags | WORKER_DIE);
	get_task_struct(w->task); /* if it was woken, it may end before it is stopped */
	pool_kick(pool);	  /* an item may have woken this one */
	return w;
}

/* End those that were idle since `before`. May sleep. */
static void end_idle(struct worker_pool *pool, unsigned long before)
{
	struct worker *w;

	for (;;) {
		spin_lock_irq(&pool->lock);
		w = take_idle(pool, before);
		if (!w && pool->nr_idle > 1)
			mod_timer(&pool->idle_timer, jiffies + IDLE_TIME);
		spin_unlock_irq(&pool->lock);
		if (!w)
			return;
		kthread_stop(w->task);
		put_task_struct(w->task);
		kfree(w);
		atomic_dec(&nr_extra);
	}
}

static void idle_timer_fn(struct timer_list *timer)
{
	struct worker_pool *pool = from_timer(pool, timer, idle_timer);

	queue_work(system_unbound_wq, &pool->idle_cull);
}

static void idle_cull_fn(struct work_struct *work)
{
	end_idle(container_of(work, struct worker_pool, idle_cull), jiffies - IDLE_TIME);
}

/* Is a worker neither idle nor at an item: on its way to one or the other? */
static bool pool_moves(struct worker_pool *pool)
{
	unsigned int settled;
	struct worker *w;
	bool moves;

	spin_lock_irq(&pool->lock);
	settled = pool->nr_idle;
	list_for_each_entry(w, &pool->busy, entry)
		settled += !(w->flags & WORKER_RESCUER);
	moves = settled != pool->nr_workers;
	spin_unlock_irq(&pool->lock);
	return moves;
}

/**
 * workqueue_trim - end the idle workers but one a pool
 *
 * Context: may sleep. When it returns their stacks are free.
 */
void workqueue_trim(void)
{
	struct worker_pool *pool;
	unsigned int id;

	mutex_lock(&trim_mutex);
	for_each_pool(pool, id)
	{
		while (pool_moves(pool))
			schedule_timeout_uninterruptible(1);
		flush_work(&pool->idle_cull);
		end_idle(pool, jiffies + IDLE_TIME);
	}
	mutex_unlock(&trim_mutex);
}

unsigned int workqueue_nr_workers(void)
{
	struct worker_pool *pool;
	unsigned int id, n = 0;

	for_each_pool(pool, id) n += READ_ONCE(pool->nr_workers);
	return n;
}

/* ---- bring-up ---- */

static void pool_init(struct worker_pool *pool, unsigned int id, int cpu)
{
	spin_lock_init(&pool->lock);
	pool->id = id;
	pool->cpu = cpu;
	pool->highpri = cpu >= 0 && id % 2;
	INIT_LIST_HEAD(&pool->worklist);
	INIT_LIST_HEAD(&pool->waiters);
	INIT_LIST_HEAD(&pool->idle);
	INIT_LIST_HEAD(&pool->busy);
	timer_setup(&pool->mayday, mayday_fn, 0);
	timer_setup(&pool->idle_timer, idle_timer_fn, 0);
	INIT_WORK(&pool->idle_cull, idle_cull_fn);
	if (!worker_create(pool, true))
		panic("workqueue: no memory for the workers of CPU %d", cpu);
}

void pools_init(void)
{
	unsigned int cpu;

	for_each_online_cpu(cpu) {
		pool_init(&cpu_pools[cpu][0], 2 * cpu, cpu);
		pool_init(&cpu_pools[cpu][1], 2 * cpu + 1, cpu);
	}
	pool_init(&any_pool, 2 * NR_CPUS, -1);
}
