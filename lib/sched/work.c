// SPDX-License-Identifier: MIT
/*
 * Items of work: queueing, waiting for them, cancelling
 * =====================================================
 *
 * 1. Who owns an item. PENDING in work->data is taken by one atomic operation; who gets it may write
 *    the item, and either queues it or gives it up. Owners have interrupts off, except that a list or
 *    a timer keeps it owned:
 *
 *	        queue_work()                                  a worker begins it
 *	idle ───────────────► owned ─────► QUEUED, in a list ───────────────────► idle (it runs)
 *	  ▲                    ▲ │  ▲           │
 *	  │  gives up          │ │  └── timer ◄─┼─ queue_delayed_work()
 *	  └────────────────────│─┘              │
 *	      cancel_work()    └────────────────┘ work_grab(): out of the list, timer deleted
 *
 *    The rest of data outlives that: the pool in which the item was queued or ran last, and how often
 *    it is disabled.
 *
 * 2. Barriers. Taking PENDING and giving it up are full barriers. So a queue_work() that says false,
 *    because it found PENDING set, wrote what came before it ahead of the worker's giving up, after
 *    which the function is called: it sees it.
 *
 * 3. Not on two workers at once. An item that is queued while it runs goes to the pool that it runs
 *    in, whatever CPU was asked for, and there to the worker that runs it (workers.c, 5). Two queues
 *    for one item, or another function while it runs, void that.
 *
 * 4. Waiting. A waiter stands in its pool's list while the item is in a list, and in its worker's
 *    list while it runs; it goes from the first to the second when the item begins, and is woken when
 *    the function is back, or when the item is cancelled and doesn't run. So flush_work() waits for
 *    the last queueing that it can have seen, and touches the item only before that.
 *
 * 5. Cancelling for good. cancel_work_sync() disables the item, so that nobody, itself included,
 *    queues it again, waits until it doesn't run, and enables it.
 *
 * Invariants
 * I1  data is written by the item's owner only, and while QUEUED under the lock of the pool it names.
 * I2  QUEUED: the item stands in one list of its pool or of one of its workers, and pwq counts it.
 * I3  The timer runs: the item is in wq->delayed, and PENDING but not QUEUED.
 *
 * Lock order: pool->lock as in workers.c; wq->delayed_lock and the table's lock are taken alone or
 * under it, and nothing is under them. Contexts: all but what waits any but NMI; flush_*(), *_sync()
 * may sleep. Complexity: O(1); grabbing waits for an owner on another CPU, who has interrupts off.
 *
 * Debug builds keep a table of all pending items, by address: INIT_WORK() on one of them, or its
 * stack frame's end, is reported.
 */
#include <asm/smp.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "workqueue_internal.h"

/* ---- the table of pending items ---- */

#ifdef QUARRY_DEBUG

#define TABLE_BITS 8

static struct hlist_head table[1 << TABLE_BITS];
static DEFINE_SPINLOCK(table_lock);

static struct hlist_head *bucket(const struct work_struct *work)
{
	return &table[hash_64((unsigned long)work, TABLE_BITS)];
}

static void note_pending(struct work_struct *work)
{
	unsigned long flags;

	spin_lock_irqsave(&table_lock, flags);
	if (hlist_unhashed(&work->pending))
		hlist_add_head(&work->pending, bucket(work));
	spin_unlock_irqrestore(&table_lock, flags);
}

static void note_released(struct work_struct *work)
{
	unsigned long flags;

	spin_lock_irqsave(&table_lock, flags);
	hlist_del_init(&work->pending);
	spin_unlock_irqrestore(&table_lock, flags);
}

/* What stands at the address may be anything. */
static bool is_pending_there(const struct work_struct *work)
{
	struct work_struct *w;
	unsigned long flags;
	bool found = false;

	spin_lock_irqsave(&table_lock, flags);
	hlist_for_each_entry(w, bucket(work), pending)
		found |= w == work;
	spin_unlock_irqrestore(&table_lock, flags);
	return found;
}

#else

#define note_pending(work)     ((void)0)
#define note_released(work)    ((void)0)
#define is_pending_there(work) false

#endif

/**
 * init_work - INIT_WORK(): make an item
 * @work: any memory; not an item that is pending
 * @func: what is called
 *
 * An item that is pending stays as it is.
 */
void init_work(struct work_struct *work, work_func_t func)
{
	if (WARN(is_pending_there(work),
		 "workqueue: INIT_WORK() of an item that is pending (%ps): it stays as it is",
		 work->func))
		return;
	*work = (struct work_struct){ .func = func };
	INIT_LIST_HEAD(&work->entry);
}

void init_delayed_work(struct delayed_work *dwork, work_func_t func)
{
	bool pending = is_pending_there(&dwork->work);

	init_work(&dwork->work, func);
	if (pending)
		return;
	timer_setup(&dwork->timer, delayed_work_timer_fn, 0);
	INIT_LIST_HEAD(&dwork->waiting);
	dwork->wq = NULL;
}

void destroy_work_on_stack(struct work_struct *work)
{
	WARN(is_pending_there(work),
	     "workqueue: the stack frame of an item that is pending (%ps) ends: cancel it first",
	     work->func);
}

void destroy_delayed_work_on_stack(struct delayed_work *dwork)
{
	destroy_work_on_stack(&dwork->work);
}

/* ---- owning ---- */

void work_release(struct work_struct *work, unsigned long data)
{
	note_released(work);
	(void)xchg(&work->data, data & ~WORK_PENDING); /* section 2 */
}

/* Give it up if it is disabled. */
static bool release_disabled(struct work_struct *work)
{
	unsigned long data = work_data(work);

	if (likely(!(data & WORK_DISABLE_MASK)))
		return false;
	work_release(work, data);
	return true;
}

/* Become the owner of an idle item that may be queued. Interrupts off. */
static bool work_claim(struct work_struct *work)
{
	return !test_and_set_bit(WORK_STRUCT_PENDING_BIT, &work->data) && !release_disabled(work);
}

static void delayed_remove(struct delayed_work *dwork)
{
	struct workqueue_struct *wq = dwork->wq;

	spin_lock(&wq->delayed_lock);
	list_del_init(&dwork->waiting);
	spin_unlock(&wq->delayed_lock);
}

/* Out of the list of its pool, if it is in one. */
static bool steal(struct work_struct *work)
{
	struct worker_pool *pool = data_pool(work_data(work));
	unsigned long data;
	bool queued;

	if (!pool)
		return false;
	spin_lock(&pool->lock);
	data = work_data(work);
	queued = data & WORK_QUEUED && data_pool(data) == pool;
	if (queued) {
		work_dequeue(work);
		WRITE_ONCE(work->data, pool_bits(pool) | WORK_PENDING);
	}
	spin_unlock(&pool->lock);
	return queued;
}

/* 1: it was pending, 0: idle; the caller owns it now. -EAGAIN: it has an owner. Interrupts off. */
static int try_to_grab(struct work_struct *work, bool delayed)
{
	if (delayed && timer_delete(&to_delayed_work(work)->timer)) {
		delayed_remove(to_delayed_work(work));
		return 1;
	}
	if (!test_and_set_bit(WORK_STRUCT_PENDING_BIT, &work->data))
		return 0;
	return steal(work) ? 1 : -EAGAIN;
}

/* Own it, whatever it takes; interrupts are off when this returns. Was it pending? */
static bool work_grab(struct work_struct *work, bool delayed, unsigned long *flags)
{
	int was;

	for (;;) {
		local_irq_save(*flags);
		was = try_to_grab(work, delayed);
		if (was >= 0)
			return was;
		local_irq_restore(*flags);
		smp_poll(); /* the caller may have them off */
		cpu_relax();
	}
}

/* ---- queueing ---- */

/* Nobody but the queue's own items may add to one that is being emptied. */
static bool refuses(struct workqueue_struct *wq, work_func_t func)
{
	unsigned int flags = wq_flags(wq) & (__WQ_DESTROYING | __WQ_DRAINING);
	struct worker *w;

	if (likely(!flags))
		return false;
	w = current_worker();
	if (w && w->current_pwq && w->current_pwq->wq == wq)
		return false;
	/* It may be gone, and the name somebody else's memory, without an end. */
	WARN(1, "workqueue: %ps is queued on %.*s, which is being %s: refused", func,
	     WQ_NAME_LEN - 1, wq->name, flags & __WQ_DESTROYING ? "destroyed" : "drained");
	return true;
}

static struct pool_workqueue *choose_pwq(struct workqueue_struct *wq, int cpu)
{
	if (wq_flags(wq) & WQ_UNBOUND)
		return wq->pwqs[0];
	if (cpu == WORK_CPU_UNBOUND)
		return wq->pwqs[smp_processor_id()];
	if (WARN((unsigned int)cpu >= wq->nr_pwqs, "workqueue: %s: there is no CPU %d", wq->name,
		 cpu))
		return wq->pwqs[smp_processor_id()];
	return wq->pwqs[cpu];
}

/* The pwq that the item must go to, its pool's lock held: section 3. Interrupts off. */
static struct pool_workqueue *lock_pwq(struct workqueue_struct *wq, int cpu,
				       struct work_struct *work)
{
	struct pool_workqueue *pwq = choose_pwq(wq, cpu);
	struct worker_pool *last = data_pool(work_data(work));
	struct worker *w;

	if (last && last != pwq->pool) {
		spin_lock(&last->lock);
		w = pool_find_worker(last, work);
		if (w && w->current_pwq->wq == wq)
			return w->current_pwq;
		spin_unlock(&last->lock);
	}
	spin_lock(&pwq->pool->lock);
	return pwq;
}

static void insert(struct pool_workqueue *pwq, struct work_struct *work)
{
	unsigned long data = pool_bits(pwq->pool) | WORK_PENDING | WORK_QUEUED |
			     (unsigned long)pwq->color << WORK_COLOR_SHIFT;

	WARN_ON(!list_empty(&work->entry));
	work->pwq = pwq;
	pwq->nr_in_flight[pwq->color]++;
	if (pwq->nr_active < pwq->max_active && list_empty(&pwq->inactive)) {
		pwq->nr_active++;
		WRITE_ONCE(work->data, data);
		list_add_tail(&work->entry, &pwq->pool->worklist);
		pool_kick(pwq->pool);
	} else {
		WRITE_ONCE(work->data, data | WORK_INACTIVE);
		list_add_tail(&work->entry, &pwq->inactive);
	}
}

/* The owner queues it, or gives it up. Interrupts off. Is it queued? */
static bool enqueue(int cpu, struct workqueue_struct *wq, struct work_struct *work)
{
	struct pool_workqueue *pwq;

	if (refuses(wq, work->func)) {
		work_release(work, work_data(work));
		return false;
	}
	note_pending(work);
	pwq = lock_pwq(wq, cpu, work);
	insert(pwq, work);
	spin_unlock(&pwq->pool->lock);
	return true;
}

/**
 * queue_work_on - let an item run on a CPU
 * @cpu: which, online; WORK_CPU_UNBOUND: this one. A WQ_UNBOUND queue takes any
 * @wq: the queue
 * @work: from INIT_WORK()
 *
 * Context: any but NMI. A full barrier.
 * Return: true: it will be called once. False: nothing was done, since it was pending (the call that
 * is to come sees what was written before), is disabled, or @wq is being emptied (reported).
 */
bool queue_work_on(int cpu, struct workqueue_struct *wq, struct work_struct *work)
{
	unsigned long flags;
	bool queued;

	if (!workqueue_known(wq, work->func))
		return false;
	local_irq_save(flags);
	queued = work_claim(work) && enqueue(cpu, wq, work);
	local_irq_restore(flags);
	return queued;
}

/* The owner lets it wait. Interrupts off. */
static bool enqueue_delayed(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			    unsigned long delay)
{
	if (!delay)
		return enqueue(cpu, wq, &dwork->work);
	if (refuses(wq, dwork->work.func)) {
		work_release(&dwork->work, work_data(&dwork->work));
		return false;
	}
	note_pending(&dwork->work);
	dwork->wq = wq;
	dwork->cpu = cpu;
	spin_lock(&wq->delayed_lock);
	list_add_tail(&dwork->waiting, &wq->delayed);
	spin_unlock(&wq->delayed_lock);
	mod_timer(&dwork->timer, jiffies + delay);
	return true;
}

void delayed_work_timer_fn(struct timer_list *timer)
{
	struct delayed_work *dwork = from_timer(dwork, timer, timer);

	delayed_remove(dwork);
	enqueue(dwork->cpu, dwork->wq, &dwork->work);
}

/**
 * queue_delayed_work_on - queue_work_on(), but later
 * @cpu: where it shall run; WORK_CPU_UNBOUND: where the timer runs
 * @wq: the queue
 * @dwork: from INIT_DELAYED_WORK()
 * @delay: in jiffies, at least; 0: at once
 *
 * Context: any but NMI. Return: false: it was pending before, or is disabled.
 */
bool queue_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			   unsigned long delay)
{
	unsigned long flags;
	bool queued;

	if (!workqueue_known(wq, dwork->work.func))
		return false;
	local_irq_save(flags);
	queued = work_claim(&dwork->work) && enqueue_delayed(cpu, wq, dwork, delay);
	local_irq_restore(flags);
	return queued;
}

/**
 * mod_delayed_work_on - queue it for a new time, whether it is pending or not
 *
 * Context: any but NMI. Return: was it pending?
 */
bool mod_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			 unsigned long delay)
{
	unsigned long flags;
	bool was;

	if (!workqueue_known(wq, dwork->work.func))
		return false;
	was = work_grab(&dwork->work, true, &flags);
	if (!release_disabled(&dwork->work))
		enqueue_delayed(cpu, wq, dwork, delay);
	local_irq_restore(flags);
	return was;
}

void work_dequeue(struct work_struct *work)
{
	struct pool_workqueue *pwq = work->pwq;
	struct worker *runs = pool_find_worker(pwq->pool, work);
	struct work_waiter *waiter, *next;
	unsigned long data = work_data(work);

	list_del_init(&work->entry);
	list_for_each_entry_safe(waiter, next, &pwq->pool->waiters, entry) {
		if (waiter->work != work)
			continue;
		if (runs) {
			list_move_tail(&waiter->entry, &runs->waiters);
			continue;
		}
		list_del(&waiter->entry);
		complete(&waiter->done);
	}
	pwq_item_done(pwq, (data & WORK_COLOR) >> WORK_COLOR_SHIFT, !(data & WORK_INACTIVE));
}

/* ---- waiting ---- */

/*
 * Lock the pool that the item is, or was last, in; NULL: none. Interrupts off then. `data` is what the
 * item says of itself under the lock: QUEUED stays true (I1), but if it is not set, the item may be
 * queued in another pool at any moment.
 */
static struct worker_pool *lock_pool(struct work_struct *work, unsigned long *data)
{
	for (;;) {
		struct worker_pool *pool = data_pool(work_data(work));

		if (!pool)
			return NULL;
		spin_lock_irq(&pool->lock);
		*data = work_data(work);
		if (data_pool(*data) == pool)
			return pool;
		spin_unlock_irq(&pool->lock);
	}
}

/* A queue that must get on without memory waits for one that needs some. */
void workqueue_check_flush(unsigned int target_flags, work_func_t func)
{
	struct worker *w = current_worker();
	struct workqueue_struct *mine = w && w->current_pwq ? w->current_pwq->wq : NULL;

	if (!mine || target_flags & WQ_MEM_RECLAIM)
		return;
	WARN((wq_flags(mine) & (WQ_MEM_RECLAIM | __WQ_LEGACY)) == WQ_MEM_RECLAIM,
	     "workqueue: WQ_MEM_RECLAIM %s:%ps is flushing !WQ_MEM_RECLAIM %ps", mine->name,
	     w->current_func, func);
}

/* Stand in the list of who waits for it. False: it neither waits to run, nor runs. */
static bool add_waiter(struct work_struct *work, struct work_waiter *waiter, unsigned int *flags)
{
	struct pool_workqueue *pwq = NULL;
	struct worker_pool *pool;
	struct worker *runs;
	unsigned long data;

	pool = lock_pool(work, &data);
	if (!pool)
		return false;
	runs = pool_find_worker(pool, work);
	if (data & WORK_QUEUED) {
		pwq = work->pwq;
		list_add_tail(&waiter->entry, &pool->waiters);
	} else if (runs) {
		pwq = runs->current_pwq;
		list_add_tail(&waiter->entry, &runs->waiters);
	}
	if (pwq)
		*flags = wq_flags(pwq->wq);
	spin_unlock_irq(&pool->lock);
	return pwq;
}

/* Is the running thread calling the item's function? */
static bool is_mine(const struct work_struct *work)
{
	struct worker *w = current_worker();

	return w && w->current_work == work && w->current_func == work->func;
}

static bool wait_for(struct work_struct *work, const char *what)
{
	struct work_waiter waiter = { .work = work, .func = work->func };
	unsigned int flags;

	might_sleep();
	if (WARN(is_mine(work), "workqueue: %s of %ps from its own function would wait for itself",
		 what, work->func))
		return false;
	init_completion(&waiter.done);
	if (!add_waiter(work, &waiter, &flags))
		return false;
	workqueue_check_flush(flags, waiter.func);
	wait_for_completion(&waiter.done);
	return true;
}

/**
 * flush_work - wait until an item's last queueing has run
 *
 * Context: may sleep; not from its own function (reported, and not waited).
 * Return: did it wait? False: it was idle.
 */
bool flush_work(struct work_struct *work)
{
	return wait_for(work, "flush_work()");
}

/**
 * flush_delayed_work - queue it now if its time is still to come, and wait until it has run
 *
 * Context: may sleep. Return: did it wait?
 */
bool flush_delayed_work(struct delayed_work *dwork)
{
	local_irq_disable();
	if (timer_delete(&dwork->timer)) {
		delayed_remove(dwork);
		enqueue(dwork->cpu, dwork->wq, &dwork->work);
	}
	local_irq_enable();
	return flush_work(&dwork->work);
}

/* ---- cancelling ---- */

static bool cancel(struct work_struct *work, bool delayed, unsigned long disable)
{
	unsigned long flags, data;
	bool was = work_grab(work, delayed, &flags);

	data = work_data(work) & ~WORK_PENDING;
	WARN_ON(disable && (data & WORK_DISABLE_MASK) == WORK_DISABLE_MASK);
	work_release(work, data + disable);
	local_irq_restore(flags);
	return was;
}

static bool enable(struct work_struct *work, bool delayed)
{
	unsigned long flags, data;

	work_grab(work, delayed, &flags);
	data = work_data(work) & ~WORK_PENDING;
	if (!WARN_ON(!(data & WORK_DISABLE_MASK)))
		data -= WORK_DISABLE_ONE;
	work_release(work, data);
	local_irq_restore(flags);
	return !(data & WORK_DISABLE_MASK);
}

static bool cancel_sync(struct work_struct *work, bool delayed)
{
	bool was = cancel(work, delayed, WORK_DISABLE_ONE);

	wait_for(work, "cancel_work_sync()");
	enable(work, delayed);
	return was;
}

/**
 * cancel_work - take an item back that has not begun
 *
 * It may be running all the same. Context: any but NMI. Return: was it pending?
 */
bool cancel_work(struct work_struct *work)
{
	return cancel(work, false, 0);
}

/**
 * cancel_work_sync - take an item back, and wait until it doesn't run
 *
 * Even one that queues itself is idle when this returns; queueing it meanwhile does nothing.
 * Context: may sleep; not from its own function. Return: was it pending?
 */
bool cancel_work_sync(struct work_struct *work)
{
	return cancel_sync(work, false);
}

/**
 * cancel_delayed_work - cancel_work() for one that may wait for its time
 */
bool cancel_delayed_work(struct delayed_work *dwork)
{
	return cancel(&dwork->work, true, 0);
}

/**
 * cancel_delayed_work_sync - cancel_work_sync() for one that may wait for its time
 */
bool cancel_delayed_work_sync(struct delayed_work *dwork)
{
	return cancel_sync(&dwork->work, true);
}

/**
 * disable_work - cancel_work(), and refuse it from now on until enable_work(); counted
 *
 * Context: any but NMI. Return: was it pending?
 */
bool disable_work(struct work_struct *work)
{
	return cancel(work, false, WORK_DISABLE_ONE);
}

bool disable_delayed_work(struct delayed_work *dwork)
{
	return cancel(&dwork->work, true, WORK_DISABLE_ONE);
}

bool disable_work_sync(struct work_struct *work)
{
	bool was = disable_work(work);

	wait_for(work, "disable_work_sync()");
	return was;
}

bool disable_delayed_work_sync(struct delayed_work *dwork)
{
	bool was = disable_delayed_work(dwork);

	wait_for(&dwork->work, "disable_delayed_work_sync()");
	return was;
}

/**
 * enable_work - take one disable_work() back
 *
 * Context: any but NMI. Return: may it be queued now?
 */
bool enable_work(struct work_struct *work)
{
	return enable(work, false);
}

bool enable_delayed_work(struct delayed_work *dwork)
{
	return enable(&dwork->work, true);
}

/**
 * work_busy - is it pending, or does it run? WORK_BUSY_*, or-ed
 *
 * Out of date as soon as it is known. Context: any but NMI.
 */
unsigned int work_busy(struct work_struct *work)
{
	struct worker_pool *pool = data_pool(work_data(work));
	unsigned int busy = work_pending(work) ? WORK_BUSY_PENDING : 0;
	unsigned long flags;

	if (!pool)
		return busy;
	spin_lock_irqsave(&pool->lock, flags);
	if (pool_find_worker(pool, work))
		busy |= WORK_BUSY_RUNNING;
	spin_unlock_irqrestore(&pool->lock, flags);
	return busy;
}
