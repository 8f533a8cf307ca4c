// SPDX-License-Identifier: MIT
/*
 * Workqueues: what is promised of items and queues (lib/sched/workqueue.c, work.c, workers.c).
 *
 * Mutations that these cases must catch:
 *   runs_once_a_queueing       work_claim() doesn't look at PENDING; process_one() leaves it set
 *   runs_on_the_cpu_asked      choose_pwq() takes the CPU that it runs on
 *   an_item_has_a_context      worker_main() without PF_WQ_WORKER; process_one() with the pool's lock
 *   never_twice_at_once        lock_pwq() ignores where it ran last
 *   nor_in_the_pool_for_all    assign() hands over to nobody
 *   frees_itself               process_one() releases the item after its function
 *   a_sleeper_gives_way        wq_worker_sleeping() wakes nobody
 *   one_works_at_a_time        nr_running isn't counted
 *   intensive_ones_don_t_count WQ_CPU_INTENSIVE is ignored
 *   highpri_has_its_own        pool_for() ignores WQ_HIGHPRI
 *   max_active_holds           insert() doesn't look; set_max_active() activates nobody
 *   ordered_is_in_order        alloc_ordered_workqueue() is a plain unbound one
 *   all_at_once                make_worker() does nothing
 *   flush_waits                add_waiter() forgets those in lists, or those that run
 *   flush_sees_an_end          start_flush() keeps the colour
 *   drain_waits_for_chains     drain_workqueue() flushes once
 *   destroy_drains             destroy_workqueue() doesn't drain
 *   cancel_takes_back          steal() leaves the item in the list
 *   cancel_sync_waits          cancel_sync() doesn't wait, or doesn't disable
 *   delays_last                delay is ignored; mod_delayed_work() leaves the timer
 *   disabled_is_refused        work_claim() doesn't look at the count
 *   on_each_cpu                schedule_on_each_cpu() doesn't wait
 *   exact_after_trim           take_idle() leaves all; destroy_workqueue() keeps a pwq or the rescuer
 */
#include <asm/irqflags.h>
#include <asm/percpu.h>
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#define MANY	 8
#define PATIENCE (20 * HZ) /* only what would never come takes so long */

struct item {
	struct work_struct work;
	struct delayed_work dwork;
	struct workqueue_struct *wq;
	struct completion begun, go;
	atomic_t runs, inside;
	unsigned int most_inside, cpu, limit;
	unsigned long at;
	bool right_context;
};

static struct item items[MANY];
static atomic_t inside, order;
static unsigned int most_inside;

static int setup(struct kunit *test)
{
	memset(items, 0, sizeof(items));
	atomic_set(&inside, 0);
	atomic_set(&order, 0);
	most_inside = 0;
	return 0;
}

static struct item *make(struct item *i, work_func_t func)
{
	INIT_WORK(&i->work, func);
	INIT_DELAYED_WORK(&i->dwork, func);
	init_completion(&i->begun);
	init_completion(&i->go);
	return i;
}

static bool done_soon(struct completion *x)
{
	return wait_for_completion_timeout(x, PATIENCE);
}

#define item_of(w) container_of(w, struct item, work)

static void count(struct work_struct *work)
{
	struct item *i = item_of(work);

	i->cpu = smp_processor_id();
	i->at = atomic_inc_return(&order);
	i->right_context = in_task() && preemptible() && current_work() == work &&
			   current->flags & PF_WQ_WORKER && !work_pending(work) &&
			   work_busy(work) == WORK_BUSY_RUNNING;
	atomic_inc(&i->runs);
}

static void raise_to(unsigned int *most, unsigned int n)
{
	unsigned int seen = READ_ONCE(*most);

	while (seen < n && !try_cmpxchg(most, &seen, n))
		;
}

/* Runs until it is told to go on, asleep. */
static void wait_inside(struct work_struct *work)
{
	struct item *i = item_of(work);
	int n = atomic_inc_return(&inside), mine = atomic_inc_return(&i->inside);

	raise_to(&most_inside, n);
	raise_to(&i->most_inside, mine);
	i->cpu = smp_processor_id();
	complete(&i->begun);
	wait_for_completion(&i->go);
	atomic_dec(&i->inside);
	atomic_dec(&inside);
	atomic_inc(&i->runs);
}

static struct workqueue_struct *queue(struct kunit *test, unsigned int flags, int max_active)
{
	struct workqueue_struct *wq = alloc_workqueue("test-%d", flags, max_active, 1);

	KUNIT_ASSERT_NOT_NULL(test, wq);
	return wq;
}

/* ---- one item ---- */

static void runs_once_a_queueing(struct kunit *test)
{
	struct item *i = make(&items[0], count);

	KUNIT_EXPECT_FALSE(test, work_pending(&i->work));
	preempt_disable(); /* its worker can't begin */
	KUNIT_EXPECT_TRUE(test, schedule_work(&i->work));
	KUNIT_EXPECT_TRUE(test, work_pending(&i->work));
	KUNIT_EXPECT_EQ(test, work_busy(&i->work), (unsigned int)WORK_BUSY_PENDING);
	KUNIT_EXPECT_FALSE(test, schedule_work(&i->work));
	preempt_enable();
	KUNIT_EXPECT_TRUE(test, flush_work(&i->work) || atomic_read(&i->runs) == 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&i->runs), 1);
	KUNIT_EXPECT_FALSE(test, work_pending(&i->work));
	KUNIT_EXPECT_TRUE(test, schedule_work(&i->work));
	flush_work(&i->work);
	KUNIT_EXPECT_EQ(test, atomic_read(&i->runs), 2);
	flush_workqueue(system_wq); /* the worker has left it */
	KUNIT_EXPECT_EQ(test, work_busy(&i->work), 0U);
}

static void runs_on_the_cpu_asked(struct kunit *test)
{
	struct item *i = make(&items[0], count);
	unsigned int cpu;

	for_each_online_cpu(cpu) {
		KUNIT_EXPECT_TRUE(test, schedule_work_on(cpu, &i->work));
		flush_work(&i->work);
		KUNIT_EXPECT_EQ(test, i->cpu, cpu);
		KUNIT_EXPECT_TRUE(test, queue_work_on(cpu, system_highpri_wq, &i->work));
		flush_work(&i->work);
		KUNIT_EXPECT_EQ(test, i->cpu, cpu);
	}
	preempt_disable();
	cpu = smp_processor_id();
	schedule_work(&i->work);
	preempt_enable();
	flush_work(&i->work);
	KUNIT_EXPECT_EQ(test, i->cpu, cpu);
}

static void an_item_has_a_context(struct kunit *test)
{
	struct workqueue_struct *wqs[] = { system_wq, system_highpri_wq, system_long_wq,
					   system_unbound_wq };

	for (int n = 0; n < 4; n++) {
		struct item *i = make(&items[n], count);

		KUNIT_EXPECT_TRUE(test, queue_work(wqs[n], &i->work));
		flush_workqueue(wqs[n]);
		KUNIT_EXPECT_TRUE(test, i->right_context);
	}
	KUNIT_EXPECT_NULL(test, current_work());
}

/* Queued again while it runs, on another CPU where there is one. */
static void twice(struct kunit *test, struct workqueue_struct *wq)
{
	struct item *i = make(&items[0], wait_inside);

	KUNIT_EXPECT_TRUE(test, queue_work_on(0, wq, &i->work));
	KUNIT_EXPECT_TRUE(test, done_soon(&i->begun));
	KUNIT_EXPECT_TRUE(test, queue_work_on(num_online_cpus() - 1, wq, &i->work));
	msleep(20);
	KUNIT_EXPECT_EQ(test, work_busy(&i->work),
			(unsigned int)(WORK_BUSY_RUNNING | WORK_BUSY_PENDING));
	complete_all(&i->go);
	flush_workqueue(wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&i->runs), 2);
	KUNIT_EXPECT_EQ(test, i->most_inside, 1U);
}

static void never_twice_at_once(struct kunit *test)
{
	twice(test, system_wq);
	KUNIT_EXPECT_EQ(test, items[0].cpu, 0U);
}

static void nor_in_the_pool_for_all(struct kunit *test)
{
	twice(test, system_unbound_wq);
}

static void once_more(struct work_struct *work)
{
	struct item *i = item_of(work);

	if (atomic_inc_return(&i->runs) < i->limit)
		queue_work(i->wq, work);
}

static void requeues_itself(struct kunit *test)
{
	struct item *i = make(&items[0], once_more);

	i->wq = system_wq;
	i->limit = 50;
	KUNIT_EXPECT_TRUE(test, schedule_work(&i->work));
	while (atomic_read(&i->runs) < 50)
		flush_work(&i->work);
	flush_workqueue(system_wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&i->runs), 50);
}

static void free_it(struct work_struct *work)
{
	struct item *i = item_of(work);

	memset(i, 0xa5, sizeof(*i));
	kfree(i);
	atomic_inc(&order);
}

static void frees_itself(struct kunit *test)
{
	for (int n = 0; n < 50; n++) {
		struct item *i = kzalloc(sizeof(*i), GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, i);
		queue_work(n % 2 ? system_wq : system_unbound_wq, &make(i, free_it)->work);
	}
	flush_workqueue(system_wq);
	flush_workqueue(system_unbound_wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&order), 50);
}

/* ---- how many work at once ---- */

static void let_first_go(struct work_struct *work)
{
	complete(&items[0].go);
	count(work);
}

/* The first sleeps until the second has run, on the same CPU. */
static void a_sleeper_gives_way(struct kunit *test)
{
	struct item *a = make(&items[0], wait_inside), *b = make(&items[1], let_first_go);

	schedule_work_on(0, &a->work);
	schedule_work_on(0, &b->work);
	KUNIT_EXPECT_TRUE(test, done_soon(&a->begun));
	for (unsigned long end = jiffies + PATIENCE;
	     time_before(jiffies, end) && !atomic_read(&b->runs);)
		msleep(1);
	KUNIT_EXPECT_EQ(test, atomic_read(&b->runs), 1);
	complete(&a->go);
	flush_workqueue(system_wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&a->runs), 1);
}

/* It holds its CPU, as far as the tick lets it, until the other has run or a time is over. */
static void spin_a_while(struct work_struct *work)
{
	struct item *i = item_of(work);
	unsigned long end = jiffies + i->limit;

	complete(&i->begun);
	while (time_before(jiffies, end) && !atomic_read(&items[1].runs))
		cpu_relax();
	i->at = atomic_read(&items[1].runs);
	atomic_inc(&i->runs);
}

/* Did the second one run while the first held the CPU? */
static bool ran_beside(struct workqueue_struct *first, struct workqueue_struct *second,
		       unsigned int ticks)
{
	struct item *a = make(&items[0], spin_a_while), *b = make(&items[1], count);

	a->limit = ticks;
	queue_work_on(0, first, &a->work);
	queue_work_on(0, second, &b->work);
	flush_work(&a->work);
	flush_work(&b->work);
	return a->at;
}

static void one_works_at_a_time(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, ran_beside(system_wq, system_long_wq, 20));
}

static void intensive_ones_don_t_count(struct kunit *test)
{
	struct workqueue_struct *wq = queue(test, WQ_CPU_INTENSIVE, 0);

	KUNIT_EXPECT_TRUE(test, ran_beside(wq, system_wq, PATIENCE));
	destroy_workqueue(wq);
}

static void highpri_has_its_own(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, ran_beside(system_wq, system_highpri_wq, PATIENCE));
}

/* How many of MANY items, which sleep, are inside at once? */
static unsigned int gather(struct kunit *test, struct workqueue_struct *wq, unsigned int expected)
{
	for (int n = 0; n < MANY; n++)
		queue_work_on(0, wq, &make(&items[n], wait_inside)->work);
	for (unsigned int n = 0; n < expected; n++)
		KUNIT_EXPECT_TRUE(test, done_soon(&items[n].begun));
	msleep(20);
	return atomic_read(&inside);
}

static void let_all_go(struct workqueue_struct *wq)
{
	for (int n = 0; n < MANY; n++)
		complete_all(&items[n].go);
	flush_workqueue(wq);
}

static void max_active_holds(struct kunit *test)
{
	static const unsigned int flags[] = { 0, WQ_UNBOUND, WQ_HIGHPRI };

	for (int k = 0; k < 3; k++) {
		struct workqueue_struct *wq = queue(test, flags[k], 2);

		setup(test);
		KUNIT_EXPECT_EQ(test, gather(test, wq, 2), 2U);
		workqueue_set_max_active(wq, 3);
		KUNIT_EXPECT_TRUE(test, done_soon(&items[2].begun));
		KUNIT_EXPECT_EQ(test, atomic_read(&inside), 3);
		let_all_go(wq);
		KUNIT_EXPECT_EQ(test, most_inside, 3U);
		destroy_workqueue(wq);
	}
}

static void ordered_is_in_order(struct kunit *test)
{
	struct workqueue_struct *wqs[] = { alloc_ordered_workqueue("ordered", 0),
					   create_singlethread_workqueue("single") };

	for (int k = 0; k < 2; k++) {
		KUNIT_ASSERT_NOT_NULL(test, wqs[k]);
		setup(test);
		KUNIT_EXPECT_EQ(test, gather(test, wqs[k], 1), 1U);
		let_all_go(wqs[k]);
		KUNIT_EXPECT_EQ(test, most_inside, 1U);
		atomic_set(&order, 0);
		for (int n = 0; n < MANY; n++)
			queue_work(wqs[k], &make(&items[n], count)->work);
		flush_workqueue(wqs[k]);
		for (int n = 0; n < MANY; n++)
			KUNIT_EXPECT_EQ(test, items[n].at, n + 1UL);
		destroy_workqueue(wqs[k]);
	}
}

/* Each of them sleeps, so each needs a thread. */
static void all_at_once(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, gather(test, system_wq, MANY), (unsigned int)MANY);
	KUNIT_EXPECT_GT(test, workqueue_nr_workers(), (unsigned int)MANY);
	let_all_go(system_wq);
	setup(test);
	KUNIT_EXPECT_EQ(test, gather(test, system_unbound_wq, MANY), (unsigned int)MANY);
	let_all_go(system_unbound_wq);
}

/* ---- waiting ---- */

static void flush_waits(struct kunit *test)
{
	struct item *a = make(&items[0], wait_inside), *b = make(&items[1], count);
	struct workqueue_struct *wq = queue(test, WQ_UNBOUND, 1);

	KUNIT_EXPECT_FALSE(test, flush_work(&a->work)); /* never queued */
	queue_work(wq, &a->work);
	queue_work(wq, &b->work); /* behind it */
	KUNIT_EXPECT_TRUE(test, done_soon(&a->begun));
	complete(&a->go);
	KUNIT_EXPECT_TRUE(test, flush_work(&b->work) || atomic_read(&b->runs));
	KUNIT_EXPECT_EQ(test, atomic_read(&b->runs), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&a->runs), 1);
	KUNIT_EXPECT_FALSE(test, flush_work(&b->work));
	destroy_workqueue(wq);
}

static void sleep_and_count(struct work_struct *work)
{
	complete(&item_of(work)->begun);
	msleep(10);
	atomic_inc(&item_of(work)->runs);
}

static void flush_waits_for_who_runs(struct kunit *test)
{
	struct item *i = make(&items[0], sleep_and_count);

	for (int n = 1; n <= 3; n++) {
		schedule_work(&i->work);
		KUNIT_EXPECT_TRUE(test, done_soon(&i->begun));
		KUNIT_EXPECT_TRUE(test, flush_work(&i->work));
		KUNIT_EXPECT_EQ(test, atomic_read(&i->runs), n);
	}
	schedule_work(&i->work);
	flush_workqueue(system_wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&i->runs), 4);
}

static void for_ever(struct work_struct *work)
{
	struct item *i = item_of(work);

	atomic_inc(&i->runs);
	msleep(1);
	queue_work(i->wq, work);
}

/* It queues itself again and again, and no flush waits for what comes later. */
static void flush_sees_an_end(struct kunit *test)
{
	struct item *i = make(&items[0], for_ever);
	int before;

	i->wq = queue(test, 0, 0);
	queue_work(i->wq, &i->work);
	for (int n = 0; n < 5; n++) {
		before = atomic_read(&i->runs);
		flush_workqueue(i->wq);
		KUNIT_EXPECT_GT(test, atomic_read(&i->runs), before);
		flush_work(&i->work);
	}
	cancel_work_sync(&i->work);
	before = atomic_read(&i->runs);
	msleep(20);
	KUNIT_EXPECT_EQ(test, atomic_read(&i->runs), before);
	KUNIT_EXPECT_FALSE(test, work_pending(&i->work));
	destroy_workqueue(i->wq);
}

/* It sleeps before it is through: whoever a flush has woken goes on meanwhile. */
static void once_more_slowly(struct work_struct *work)
{
	once_more(work);
	msleep(10);
}

static void drain_waits_for_chains(struct kunit *test)
{
	struct item *i = make(&items[0], once_more_slowly);

	i->wq = queue(test, 0, 0);
	i->limit = 5;
	queue_work(i->wq, &i->work);
	drain_workqueue(i->wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&i->runs), 5);
	i->limit = 10;
	queue_work(i->wq, &i->work);
	destroy_workqueue(i->wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&i->runs), 10);
}

/* ---- cancelling ---- */

static void three_more(struct work_struct *work)
{
	struct item *i = item_of(work);

	msleep(1);
	if (atomic_inc_return(&i->runs) < 4)
		queue_work(i->wq, work);
}

/* All that was queued runs before destroy_workqueue() comes back, and what that queues itself. */
static void destroy_drains(struct kunit *test)
{
	static const unsigned int flags[] = { 0, WQ_UNBOUND, WQ_HIGHPRI };

	for (int f = 0; f < 3; f++) {
		struct workqueue_struct *wq = queue(test, flags[f], 0);

		setup(test);
		for (int n = 0; n < MANY; n++) {
			struct item *i = make(&items[n], n % 2 ? three_more : sleep_and_count);

			i->wq = wq;
			KUNIT_EXPECT_TRUE(test, queue_work(wq, &i->work));
		}
		destroy_workqueue(wq);
		for (int n = 0; n < MANY; n++) {
			KUNIT_EXPECT_EQ(test, atomic_read(&items[n].runs), n % 2 ? 4 : 1);
			KUNIT_EXPECT_FALSE(test, work_pending(&items[n].work));
		}
	}
}

static void cancel_takes_back(struct kunit *test)
{
	struct workqueue_struct *wq = queue(test, WQ_UNBOUND, 1);
	struct item *a = make(&items[0], wait_inside), *b = make(&items[1], count),
		    *c = make(&items[2], count);

	KUNIT_EXPECT_FALSE(test, cancel_work(&b->work));
	queue_work(wq, &a->work);
	KUNIT_EXPECT_TRUE(test, done_soon(&a->begun));
	queue_work(wq, &b->work);
	queue_work(wq, &c->work);
	KUNIT_EXPECT_TRUE(test, cancel_work(&b->work)); /* it waits for max_active */
	KUNIT_EXPECT_FALSE(test, work_pending(&b->work));
	KUNIT_EXPECT_FALSE(test, cancel_work(&a->work)); /* it runs */
	complete(&a->go);
	flush_workqueue(wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&b->runs), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&c->runs), 1);
	preempt_disable();
	queue_work(system_wq, &b->work);
	KUNIT_EXPECT_TRUE(test, cancel_work(&b->work)); /* it waits for a worker */
	preempt_enable();
	flush_workqueue(system_wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&b->runs), 0);
	destroy_workqueue(wq);
}

static void cancel_sync_waits(struct kunit *test)
{
	struct item *i = make(&items[0], sleep_and_count);

	schedule_work(&i->work);
	KUNIT_EXPECT_TRUE(test, done_soon(&i->begun));
	KUNIT_EXPECT_TRUE(test, schedule_work(&i->work)); /* once more, behind */
	KUNIT_EXPECT_TRUE(test, cancel_work_sync(&i->work));
	KUNIT_EXPECT_EQ(test, atomic_read(&i->runs), 1);
	KUNIT_EXPECT_EQ(test, work_busy(&i->work), 0U);
	KUNIT_EXPECT_TRUE(test, schedule_work(&i->work));
	flush_work(&i->work);
	KUNIT_EXPECT_EQ(test, atomic_read(&i->runs), 2);
}

static void disabled_is_refused(struct kunit *test)
{
	struct item *i = make(&items[0], count);

	KUNIT_EXPECT_FALSE(test, disable_work(&i->work));
	KUNIT_EXPECT_FALSE(test, disable_work_sync(&i->work));
	KUNIT_EXPECT_FALSE(test, schedule_work(&i->work));
	KUNIT_EXPECT_FALSE(test, enable_work(&i->work));
	KUNIT_EXPECT_FALSE(test, schedule_work(&i->work));
	KUNIT_EXPECT_TRUE(test, enable_work(&i->work));
	KUNIT_EXPECT_TRUE(test, schedule_work(&i->work));
	flush_work(&i->work);
	KUNIT_EXPECT_EQ(test, atomic_read(&i->runs), 1);
	KUNIT_EXPECT_FALSE(test, disable_delayed_work(&i->dwork));
	KUNIT_EXPECT_FALSE(test, mod_delayed_work(system_wq, &i->dwork, 0));
	KUNIT_EXPECT_FALSE(test, schedule_delayed_work(&i->dwork, 0));
	KUNIT_EXPECT_TRUE(test, enable_delayed_work(&i->dwork));
}

/* ---- later ---- */

static void note_time(struct work_struct *work)
{
	struct item *i = container_of(to_delayed_work(work), struct item, dwork);

	i->at = jiffies;
	i->cpu = smp_processor_id();
	atomic_inc_return(&i->runs); /* pairs with the reader's acquire */
}

static void delays_last(struct kunit *test)
{
	struct item *i = make(&items[0], note_time);
	unsigned long end = jiffies + 10;
	unsigned int last = num_online_cpus() - 1;

	KUNIT_EXPECT_TRUE(test, schedule_delayed_work_on(last, &i->dwork, 10));
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&i->dwork));
	KUNIT_EXPECT_FALSE(test, schedule_delayed_work(&i->dwork, 1));
	while (!atomic_read_acquire(&i->runs))
		msleep(1);
	KUNIT_EXPECT_TRUE(test, time_after_eq(i->at, end));
	KUNIT_EXPECT_EQ(test, i->cpu, last);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&i->dwork));
	KUNIT_EXPECT_TRUE(test, schedule_delayed_work(&i->dwork, 0));
	flush_work(&i->dwork.work);
	KUNIT_EXPECT_EQ(test, atomic_read(&i->runs), 2);
}

static void delays_change(struct kunit *test)
{
	struct item *i = make(&items[0], note_time);
	unsigned long end;

	KUNIT_EXPECT_FALSE(test, mod_delayed_work(system_wq, &i->dwork, 1000000));
	end = jiffies + 20;
	KUNIT_EXPECT_TRUE(test, mod_delayed_work(system_wq, &i->dwork, 20));
	while (!atomic_read_acquire(&i->runs))
		msleep(1);
	KUNIT_EXPECT_TRUE(test, time_after_eq(i->at, end));
	flush_workqueue(system_wq);
	KUNIT_EXPECT_FALSE(test, mod_delayed_work(system_wq, &i->dwork, 1000000));
	KUNIT_EXPECT_TRUE(test, cancel_delayed_work(&i->dwork));
	KUNIT_EXPECT_FALSE(test, cancel_delayed_work_sync(&i->dwork));
	schedule_delayed_work(&i->dwork, 1000000);
	KUNIT_EXPECT_TRUE(test, cancel_delayed_work_sync(&i->dwork));
	KUNIT_EXPECT_EQ(test, atomic_read(&i->runs), 1);
	end = jiffies + 1000000;
	schedule_delayed_work(&i->dwork, 1000000);
	KUNIT_EXPECT_TRUE(test, flush_delayed_work(&i->dwork) || atomic_read(&i->runs) == 2);
	KUNIT_EXPECT_EQ(test, atomic_read(&i->runs), 2);
	KUNIT_EXPECT_TRUE(test, time_before(i->at, end));
	KUNIT_EXPECT_FALSE(test, flush_delayed_work(&i->dwork));
}

/* ---- all CPUs, and the count of everything ---- */

static atomic_t on_cpu[NR_CPUS];

static void here(struct work_struct *work)
{
	msleep(5);
	atomic_inc(&on_cpu[smp_processor_id()]);
}

static void on_each_cpu(struct kunit *test)
{
	unsigned int cpu;

	memset(on_cpu, 0, sizeof(on_cpu));
	KUNIT_EXPECT_EQ(test, schedule_on_each_cpu(here), 0);
	for_each_online_cpu(cpu)
		KUNIT_EXPECT_EQ(test, atomic_read(&on_cpu[cpu]), 1);
}

static unsigned long pages(void)
{
	mm_quiesce();
	return nr_free_pages() + mm_stat_read(MM_KERNEL_TABLES);
}

static void exact_after_trim(struct kunit *test)
{
	unsigned long before = pages();
	unsigned int pools = 2 * num_online_cpus() + 1;
	struct workqueue_struct *wq[3];

	KUNIT_EXPECT_EQ(test, workqueue_nr_workers(), pools);
	wq[0] = queue(test, WQ_MEM_RECLAIM, 0);
	wq[1] = queue(test, WQ_UNBOUND | WQ_FREEZABLE | WQ_SYSFS, 0);
	wq[2] = create_workqueue("old");
	for (int k = 0; k < 3; k++) {
		KUNIT_ASSERT_NOT_NULL(test, wq[k]);
		setup(test);
		gather(test, wq[k], k < 2 ? MANY : 1);
		KUNIT_EXPECT_GT(test, workqueue_nr_workers(), pools);
		let_all_go(wq[k]);
		destroy_workqueue(wq[k]);
	}
	KUNIT_EXPECT_EQ(test, pages(), before);
	KUNIT_EXPECT_EQ(test, workqueue_nr_workers(), pools);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(runs_once_a_queueing),
	KUNIT_CASE(runs_on_the_cpu_asked),
	KUNIT_CASE(an_item_has_a_context),
	KUNIT_CASE(never_twice_at_once),
	KUNIT_CASE(nor_in_the_pool_for_all),
	KUNIT_CASE(requeues_itself),
	KUNIT_CASE(frees_itself),
	KUNIT_CASE(a_sleeper_gives_way),
	KUNIT_CASE(one_works_at_a_time),
	KUNIT_CASE(intensive_ones_don_t_count),
	KUNIT_CASE(highpri_has_its_own),
	KUNIT_CASE(max_active_holds),
	KUNIT_CASE(ordered_is_in_order),
	KUNIT_CASE(all_at_once),
	KUNIT_CASE(flush_waits),
	KUNIT_CASE(flush_waits_for_who_runs),
	KUNIT_CASE(flush_sees_an_end),
	KUNIT_CASE(drain_waits_for_chains),
	KUNIT_CASE(destroy_drains),
	KUNIT_CASE(cancel_takes_back),
	KUNIT_CASE(cancel_sync_waits),
	KUNIT_CASE(disabled_is_refused),
	KUNIT_CASE(delays_last),
	KUNIT_CASE(delays_change),
	KUNIT_CASE(on_each_cpu),
	KUNIT_CASE(exact_after_trim),
	{},
};

static struct kunit_suite workqueue = {
	.name = "workqueue",
	.init = setup,
	.test_cases = cases,
};
kunit_test_suite(workqueue);
