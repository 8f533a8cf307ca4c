// SPDX-License-Identifier: MIT
/*
 * Tests of mm/percpu_counter.c: what the count and the sum say, where the share is carried over,
 * comparing and limits, all CPUs at once.
 *
 * Mutations: tests/mutate/percpu_counter.mut.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/percpu_counter.h>
#include "smp_fixture.h"

static struct percpu_counter counter;

static int init(struct kunit *test)
{
	return percpu_counter_init(&counter, 100, GFP_KERNEL);
}

static void finish(struct kunit *test)
{
	percpu_counter_destroy(&counter);
}

static s32 share(void)
{
	return *raw_cpu_ptr(counter.counters);
}

static void starts_and_ends(struct kunit *test)
{
	struct percpu_counter never = {};

	KUNIT_EXPECT_TRUE(test, percpu_counter_initialized(&counter));
	KUNIT_EXPECT_EQ(test, percpu_counter_read(&counter), 100);
	KUNIT_EXPECT_EQ(test, percpu_counter_sum(&counter), 100);
	KUNIT_EXPECT_EQ(test, percpu_counter_batch, max(32, (int)nr_cpu_ids * 2));
	percpu_counter_destroy(&counter);
	KUNIT_EXPECT_FALSE(test, percpu_counter_initialized(&counter));
	percpu_counter_destroy(&counter);
	percpu_counter_destroy(&never);
}

/* A share is carried over when it reaches the batch, up or down; the sum knows all the time. */
static void shares_are_carried_at_the_batch(struct kunit *test)
{
	for (int sign = -1; sign <= 1; sign += 2) {
		percpu_counter_set(&counter, 1000);
		preempt_disable();
		for (int i = 1; i < percpu_counter_batch; i++)
			percpu_counter_add(&counter, sign);
		KUNIT_EXPECT_EQ(test, percpu_counter_read(&counter), 1000);
		KUNIT_EXPECT_EQ(test, share(), sign * (percpu_counter_batch - 1));
		KUNIT_EXPECT_EQ(test, percpu_counter_sum(&counter),
				1000 + sign * (percpu_counter_batch - 1));
		percpu_counter_add(&counter, sign);
		preempt_enable();
		KUNIT_EXPECT_EQ(test, percpu_counter_read(&counter),
				1000 + sign * percpu_counter_batch);
		KUNIT_EXPECT_EQ(test, percpu_counter_sum(&counter),
				1000 + sign * percpu_counter_batch);
	}
}

static void large_amounts(struct kunit *test)
{
	percpu_counter_add(&counter, 3LL << 40);
	KUNIT_EXPECT_EQ(test, percpu_counter_read(&counter), 100 + (3LL << 40));
	percpu_counter_sub(&counter, 3LL << 40);
	percpu_counter_inc(&counter);
	percpu_counter_inc(&counter);
	percpu_counter_dec(&counter);
	KUNIT_EXPECT_EQ(test, percpu_counter_sum(&counter), 101);
	percpu_counter_add_local(&counter, S32_MAX - 1LL);
	percpu_counter_add_local(&counter, 5);
	percpu_counter_sub_local(&counter, 6);
	KUNIT_EXPECT_EQ(test, percpu_counter_sum(&counter), 99LL + S32_MAX);
}

static void sync_and_set(struct kunit *test)
{
	preempt_disable();
	percpu_counter_add(&counter, 7);
	KUNIT_EXPECT_EQ(test, percpu_counter_read(&counter), 100);
	percpu_counter_sync(&counter);
	KUNIT_EXPECT_EQ(test, percpu_counter_read(&counter), 107);
	KUNIT_EXPECT_EQ(test, share(), 0);
	percpu_counter_add(&counter, 7);
	percpu_counter_set(&counter, 3);
	preempt_enable();
	KUNIT_EXPECT_EQ(test, percpu_counter_sum(&counter), 3);
}

static void never_negative(struct kunit *test)
{
	percpu_counter_set(&counter, -5);
	KUNIT_EXPECT_EQ(test, percpu_counter_read(&counter), -5);
	KUNIT_EXPECT_EQ(test, percpu_counter_read_positive(&counter), 0);
	KUNIT_EXPECT_EQ(test, percpu_counter_sum_positive(&counter), 0);
	percpu_counter_set(&counter, 5);
	KUNIT_EXPECT_EQ(test, percpu_counter_read_positive(&counter), 5);
	KUNIT_EXPECT_EQ(test, percpu_counter_sum_positive(&counter), 5);
}

/* Also where the common count alone would say something else. */
static void comparing(struct kunit *test)
{
	percpu_counter_set(&counter, 1000);
	percpu_counter_add(&counter, 10);
	KUNIT_EXPECT_EQ(test, percpu_counter_compare(&counter, 1009), 1);
	KUNIT_EXPECT_EQ(test, percpu_counter_compare(&counter, 1010), 0);
	KUNIT_EXPECT_EQ(test, percpu_counter_compare(&counter, 1011), -1);
	KUNIT_EXPECT_EQ(test, percpu_counter_compare(&counter, -1000000), 1);
	KUNIT_EXPECT_EQ(test, percpu_counter_compare(&counter, 1000000), -1);
}

static void limits(struct kunit *test)
{
	percpu_counter_add(&counter, 10);
	KUNIT_EXPECT_FALSE(test, percpu_counter_limited_add(&counter, 120, 11));
	KUNIT_EXPECT_EQ(test, percpu_counter_sum(&counter), 110);
	KUNIT_EXPECT_TRUE(test, percpu_counter_limited_add(&counter, 120, 10));
	KUNIT_EXPECT_EQ(test, percpu_counter_sum(&counter), 120);
	KUNIT_EXPECT_FALSE(test, percpu_counter_limited_add(&counter, 100, -21));
	KUNIT_EXPECT_TRUE(test, percpu_counter_limited_add(&counter, 100, -20));
	KUNIT_EXPECT_EQ(test, percpu_counter_sum(&counter), 100);
	KUNIT_EXPECT_TRUE(test, percpu_counter_limited_add(&counter, 0, 0));
}

static void many_at_once(struct kunit *test)
{
	static struct percpu_counter many[5];

	KUNIT_ASSERT_EQ(test, percpu_counter_init_many(many, 9, GFP_KERNEL, 5), 0);
	for (int i = 0; i < 5; i++)
		percpu_counter_add(&many[i], i);
	for (int i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test, percpu_counter_sum(&many[i]), 9 + i);
	percpu_counter_destroy_many(many, 5);
	for (int i = 0; i < 5; i++)
		KUNIT_EXPECT_FALSE(test, percpu_counter_initialized(&many[i]));
}

/* Each CPU adds and takes away; what it says that it left is there in the end. */
#define ADDS 1000 /* most are carried over, so that CPUs meet there */
static s64 left[NR_CPUS];

static void add_here(struct smp_cpu *c)
{
	left[c->id] = 0;
	while (smp_more(c)) {
		s64 was = percpu_counter_sum(&counter);

		if (was < -(1LL << 40) || was > 1LL << 40)
			smp_wrong(c, "the sum is far off", was);
		for (unsigned int i = 0; i < ADDS; i++) {
			s64 amount = (s64)smp_rand(c, 100) - 40;

			percpu_counter_add(&counter, amount);
			left[c->id] += amount;
		}
		if (smp_rand(c, 32) == 0)
			percpu_counter_sync(&counter);
	}
}

static void nothing_is_lost(struct kunit *test)
{
	s64 sum = 0;

	smp_need(test);
	percpu_counter_set(&counter, 0);
	smp_run(test, add_here, NULL, NULL);
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		sum += left[cpu];
	KUNIT_EXPECT_EQ(test, percpu_counter_sum(&counter), sum);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(starts_and_ends), KUNIT_CASE(shares_are_carried_at_the_batch),
	KUNIT_CASE(large_amounts),   KUNIT_CASE(sync_and_set),
	KUNIT_CASE(never_negative),  KUNIT_CASE(comparing),
	KUNIT_CASE(limits),	     KUNIT_CASE(many_at_once),
	KUNIT_CASE(nothing_is_lost), {}
};
static struct kunit_suite suite = {
	.name = "percpu_counter", .init = init, .exit = finish, .test_cases = cases
};
kunit_test_suite(suite);
