// SPDX-License-Identifier: MIT
/*
 * Tests of mm/mempool.c with threads: who finds a pool empty waits for what another gives back, and
 * always gets it.
 *
 * Mutations that must make them fail: mempool_alloc() returning NULL where it should wait;
 * take_element() not counting down (an element has two owners).
 */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mempool.h>

static struct never {
	mempool_t *pool;
	struct completion done;
	void *got;
} never;

/* Memory that only the pool has: two elements, made before there was none any more. */
static unsigned long elements[2];
static unsigned int nr_made;

static void *two_and_no_more(gfp_t gfp, void *data)
{
	return nr_made < 2 ? &elements[nr_made++] : NULL;
}

static void take_back(void *element, void *data)
{
}

static int wait_for_one(void *data)
{
	never.got = mempool_alloc(never.pool, GFP_KERNEL);
	complete(&never.done);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static void waits_for_what_is_freed(struct kunit *test)
{
	struct task_struct *p;
	void *e[2];

	nr_made = 0;
	never.got = NULL;
	init_completion(&never.done);
	never.pool = mempool_create(2, two_and_no_more, take_back, NULL);
	KUNIT_ASSERT_NOT_NULL(test, never.pool);
	e[0] = mempool_alloc(never.pool, GFP_KERNEL);
	e[1] = mempool_alloc(never.pool, GFP_KERNEL);
	KUNIT_EXPECT_NULL(test, mempool_alloc(never.pool, GFP_NOWAIT));
	p = kthread_run(wait_for_one, NULL, "pool-waiter");
	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	while (!waitqueue_active(&never.pool->wait))
		msleep(1);
	KUNIT_EXPECT_NULL(test, READ_ONCE(never.got));
	mempool_free(e[1], never.pool);
	wait_for_completion(&never.done);
	KUNIT_EXPECT_PTR_EQ(test, never.got, e[1]);
	KUNIT_EXPECT_EQ(test, kthread_stop(p), 0);
	mempool_free(e[0], never.pool);
	mempool_free(never.got, never.pool);
	KUNIT_EXPECT_TRUE(test, mempool_is_saturated(never.pool));
	mempool_destroy(never.pool);
}

/* More threads than elements: each is owned by one at a time, and all of them get on. */
#define SHARERS 5
#define ROUNDS	300

static atomic_t wrong;

static int share(void *data)
{
	for (int i = 0; i < ROUNDS; i++) {
		unsigned long *e = mempool_alloc(never.pool, GFP_KERNEL);

		if (xchg(e, 1))
			atomic_inc(&wrong);
		if (i % 3 == 0)
			yield();
		if (!xchg(e, 0))
			atomic_inc(&wrong);
		mempool_free(e, never.pool);
	}
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return ROUNDS;
}

static void one_owner_each(struct kunit *test)
{
	struct task_struct *p[SHARERS];

	nr_made = 0;
	atomic_set(&wrong, 0);
	elements[0] = elements[1] = 0;
	never.pool = mempool_create(2, two_and_no_more, take_back, NULL);
	KUNIT_ASSERT_NOT_NULL(test, never.pool);
	for (int i = 0; i < SHARERS; i++) {
		p[i] = kthread_run(share, NULL, "pool-%d", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(p[i]));
	}
	for (int i = 0; i < SHARERS; i++)
		KUNIT_EXPECT_EQ(test, kthread_stop(p[i]), ROUNDS);
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
	KUNIT_EXPECT_TRUE(test, mempool_is_saturated(never.pool));
	mempool_destroy(never.pool);
}

static struct kunit_case mempool_cases[] = {
	KUNIT_CASE(waits_for_what_is_freed),
	KUNIT_CASE(one_owner_each),
	{}
};

static struct kunit_suite mempool_suite = { .name = "mempool_threads",
					    .test_cases = mempool_cases };
kunit_test_suite(mempool_suite);
