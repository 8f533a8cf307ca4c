// SPDX-License-Identifier: MIT
/*
 * Workqueues under load: all CPUs queue, cancel, flush and move the same items, by chance, for a
 * while; then what was queued, was called and was cancelled must agree (lib/sched/work.c).
 *
 * Mutations that these cases must catch:
 *   storm              steal() says yes though the item has begun; lock_pwq() ignores where it ran
 *			last; pwq_item_done() loses one; delayed_work_timer_fn() queues what was taken
 *   false_is_a_barrier work_release() without its barrier (seldom), or after the function
 *   flush_of_what_wanders  add_waiter() reads data a second time (hangs; under ThreadSanitizer: a race)
 *   churn_of_queues    destroy_workqueue() doesn't drain, or frees before a worker has left
 */
#include <asm/barrier.h>
#include <asm/clock.h>
#include <linux/atomic.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include "tests/mm/smp_fixture.h"

#define ITEMS 12

static struct storm_item {
	struct delayed_work dwork;
	atomic_t queued, cancelled, runs, inside, twice;
	unsigned long written, seen; /* before queueing; by the function */
} items[ITEMS];

static struct workqueue_struct *wqs[4];

static struct storm_item *item_of(struct work_struct *work)
{
	return container_of(to_delayed_work(work), struct storm_item, dwork);
}

static void storm_fn(struct work_struct *work)
{
	struct storm_item *i = item_of(work);

	if (atomic_inc_return(&i->inside) > 1)
		atomic_inc(&i->twice);
	atomic_inc(&i->runs);
	if (atomic_read(&i->runs) % 32 == 0)
		schedule_timeout_uninterruptible(1);
	if (atomic_read(&i->runs) % 16 == 0 && queue_work(wqs[(i - items) % 4], work))
		atomic_inc(&i->queued);
	atomic_dec(&i->inside);
}

/* An item stays with one queue: only so is it never called twice at once. */
static void act(struct smp_cpu *c)
{
	u32 n = smp_rand(c, ITEMS), cpu = smp_rand(c, c->nr);
	struct storm_item *i = &items[n];
	struct workqueue_struct *wq = wqs[n % 4];
	u32 delay = smp_rand(c, 3);

	switch (smp_rand(c, 11)) {
	case 0:
	case 1:
	case 2:
		atomic_add(queue_work_on(cpu, wq, &i->dwork.work), &i->queued);
		break;
	case 3:
	case 4:
		atomic_add(queue_delayed_work_on(cpu, wq, &i->dwork, delay), &i->queued);
		break;
	case 5:
	case 6:
		atomic_add(!mod_delayed_work_on(cpu, wq, &i->dwork, delay), &i->queued);
		break;
	case 7:
		atomic_add(cancel_delayed_work(&i->dwork), &i->cancelled);
		break;
	case 8:
		atomic_add(cancel_work(&i->dwork.work), &i->cancelled);
		break;
	case 9:
		flush_delayed_work(&i->dwork);
		break;
	default:
		if (smp_rand(c, 8) == 0)
			flush_workqueue(wq);
		else
			flush_work(&i->dwork.work);
	}
}

static void storm_on(struct smp_cpu *c)
{
	while (smp_more(c))
		act(c);
}

static void make_queues(struct kunit *test)
{
	wqs[0] = alloc_workqueue("storm0", 0, 0);
	wqs[1] = alloc_workqueue("storm1", WQ_UNBOUND, 0);
	wqs[2] = alloc_workqueue("storm2", WQ_MEM_RECLAIM | WQ_HIGHPRI, 1);
	wqs[3] = alloc_ordered_workqueue("storm3", 0);
	for (int n = 0; n < 4; n++)
		KUNIT_ASSERT_NOT_NULL(test, wqs[n]);
	memset(items, 0, sizeof(items));
	for (int n = 0; n < ITEMS; n++)
		INIT_DELAYED_WORK(&items[n].dwork, storm_fn);
}

static void storm(struct kunit *test)
{
	unsigned int all = 0;

	make_queues(test);
	smp_run(test, storm_on, NULL, NULL);
	for (int n = 0; n < ITEMS; n++) {
		struct storm_item *i = &items[n];

		flush_delayed_work(&i->dwork);
		atomic_add(cancel_delayed_work_sync(&i->dwork), &i->cancelled);
		KUNIT_EXPECT_EQ(test, atomic_read(&i->queued),
				atomic_read(&i->runs) + atomic_read(&i->cancelled));
		KUNIT_EXPECT_EQ(test, atomic_read(&i->twice), 0);
		KUNIT_EXPECT_EQ(test, work_busy(&i->dwork.work), 0U);
		all += atomic_read(&i->runs);
	}
	for (int n = 0; n < 4; n++)
		destroy_workqueue(wqs[n]);
	KUNIT_EXPECT_GT(test, all, 0U);
	kunit_info(test, "%u calls", all);
}

/* ---- what a refused queue_work() promises ---- */

static void look(struct work_struct *work)
{
	struct storm_item *i = item_of(work);

	WRITE_ONCE(i->seen, READ_ONCE(i->written));
}

/* One CPU's own item: what it wrote is seen by the last call, whether it queued or was refused. */
static void write_and_queue(struct smp_cpu *c)
{
	struct storm_item *i = &items[c->id % ITEMS];

	while (smp_more(c)) {
		for (int n = 0; n < 20; n++) {
			WRITE_ONCE(i->written, i->written + 1);
			queue_work_on(smp_rand(c, c->nr), system_wq, &i->dwork.work);
		}
		flush_work(&i->dwork.work);
		if (READ_ONCE(i->seen) != i->written)
			smp_wrong(c, "the function did not see what was written", i->seen);
	}
}

static void false_is_a_barrier(struct kunit *test)
{
	memset(items, 0, sizeof(items));
	for (int n = 0; n < ITEMS; n++)
		INIT_DELAYED_WORK(&items[n].dwork, look);
	smp_run(test, write_and_queue, NULL, NULL);
}

/* ---- an item that goes from pool to pool, and who waits for it ---- */

#define FLUSH_NS 20000000000ULL

static atomic_t queued_times, flushed_times;

/* Let it run in every pool, so that whoever waits in one of them goes on. */
static void release_all(struct smp_cpu *c, struct work_struct *work)
{
	for (unsigned int cpu = 0; cpu < c->nr; cpu++) {
		queue_work_on(cpu, system_wq, work);
		flush_work(work);
	}
}

/* Queue it where it was not, while the others flush; each of them comes back. */
static void queue_elsewhere(struct smp_cpu *c, struct work_struct *work)
{
	int round = atomic_inc_return(&queued_times);
	u64 begin;

	queue_work_on(round % c->nr, system_wq, work);
	flush_work(work);
	begin = clock_ns();
	while (atomic_read(&flushed_times) < round * (int)(c->nr - 1)) {
		if (clock_ns() - begin > FLUSH_NS) {
			smp_wrong(c, "flush_work() waits where the item is not any more", round);
			release_all(c, work);
			begin = clock_ns();
		}
		cond_resched();
	}
}

static void wander(struct smp_cpu *c)
{
	struct work_struct *work = &items[0].dwork.work;
	int round = 0;

	while (smp_more(c) && !c->id)
		queue_elsewhere(c, work);
	if (!c->id)
		atomic_set(&queued_times, -1);
	while (c->id) {
		int now = atomic_read(&queued_times);

		if (now < 0)
			break;
		flush_work(work);
		if (now == round)
			continue;
		round = now;
		atomic_inc(&flushed_times);
	}
}

/* Who looks for it in the pool where it was must not wait there when it is queued in another. */
static void flush_of_what_wanders(struct kunit *test)
{
	memset(items, 0, sizeof(items));
	INIT_DELAYED_WORK(&items[0].dwork, look);
	atomic_set(&queued_times, 0);
	atomic_set(&flushed_times, 0);
	smp_run(test, wander, NULL, NULL);
}

/* ---- queues that come and go ---- */

struct passing {
	struct work_struct work;
	atomic_t *left;
};

static void pass(struct work_struct *work)
{
	struct passing *p = container_of(work, struct passing, work);

	atomic_dec(p->left);
	kfree(p);
}

static void churn(struct smp_cpu *c)
{
	static const unsigned int flags[] = { 0, WQ_UNBOUND, WQ_MEM_RECLAIM, WQ_HIGHPRI };

	while (smp_more(c)) {
		struct workqueue_struct *wq =
			alloc_workqueue("churn", flags[smp_rand(c, 4)], 1 + smp_rand(c, 3));
		atomic_t left = ATOMIC_INIT(0);

		if (!wq) {
			smp_wrong(c, "no memory for a queue", 0);
			continue;
		}
		for (u32 n = smp_rand(c, 8); n; n--) {
			struct passing *p = kmalloc(sizeof(*p), GFP_KERNEL);

			if (!p)
				break;
			INIT_WORK(&p->work, pass);
			p->left = &left;
			atomic_inc(&left);
			queue_work_on(smp_rand(c, c->nr), wq, &p->work);
		}
		destroy_workqueue(wq);
		if (atomic_read(&left))
			smp_wrong(c, "items that were not called", atomic_read(&left));
	}
}

static void discard(struct smp_cpu *c, void *p)
{
	kfree(p);
}

static void churn_of_queues(struct kunit *test)
{
	smp_run(test, churn, NULL, discard);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(storm),
	KUNIT_CASE(false_is_a_barrier),
	KUNIT_CASE(flush_of_what_wanders),
	KUNIT_CASE(churn_of_queues),
	{},
};

static struct kunit_suite workqueue_smp = {
	.name = "workqueue_smp",
	.test_cases = cases,
};
kunit_test_suite(workqueue_smp);
