// SPDX-License-Identifier: MIT
/*
 * Tests of lib/xarray/idr.c and lib/xarray/ida.c. At random against a model: xarray_random_test.c;
 * without memory: xarray_failure_test.c; on several CPUs: xarray_smp_test.c.
 *
 * Mutations: tests/mutate/lib/xarray/idr.mut and ida.mut.
 */
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include "xarray_fixture.h"

/* ---- IDR ---- */

static void lowest_first(struct kunit *test)
{
	DEFINE_IDR(idr);

	KUNIT_EXPECT_TRUE(test, idr_is_empty(&idr));
	for (int i = 0; i < 130; i++)
		KUNIT_ASSERT_EQ(test, idr_alloc(&idr, THING(i), 0, 0, GFP_KERNEL), i);
	KUNIT_EXPECT_FALSE(test, idr_is_empty(&idr));
	KUNIT_EXPECT_PTR_EQ(test, idr_find(&idr, 100), THING(100));
	KUNIT_EXPECT_PTR_EQ(test, idr_remove(&idr, 100), THING(100));
	KUNIT_EXPECT_NULL(test, idr_find(&idr, 100));
	KUNIT_EXPECT_NULL(test, idr_remove(&idr, 100));
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, THING(7), 0, 0, GFP_KERNEL), 100);
	idr_destroy(&idr);
	KUNIT_EXPECT_TRUE(test, idr_is_empty(&idr));
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, THING(1), 0, 0, GFP_KERNEL), 0); /* usable again */
	idr_remove(&idr, 0);
	expect_gone(test, &idr.idr_rt);
}

static void bounds(struct kunit *test)
{
	DEFINE_IDR(idr);
	int id = 0;

	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, THING(1), 5, 7, GFP_KERNEL), 5);
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, THING(2), 5, 7, GFP_KERNEL), 6);
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, THING(3), 5, 7, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_REPORT(test, "start < 0", id = idr_alloc(&idr, THING(3), -1, 7, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, id, -EINVAL);
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, THING(4), INT_MAX, 0, GFP_KERNEL), INT_MAX);
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, THING(4), INT_MAX, -5, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_PTR_EQ(test, idr_find(&idr, INT_MAX), THING(4));
	idr_destroy(&idr);
	expect_gone(test, &idr.idr_rt);
}

static void u32_numbers(struct kunit *test)
{
	DEFINE_IDR(idr);
	u32 id = UINT_MAX - 1;

	KUNIT_EXPECT_EQ(test, idr_alloc_u32(&idr, THING(1), &id, UINT_MAX, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, id, UINT_MAX - 1);
	KUNIT_EXPECT_EQ(test, idr_alloc_u32(&idr, THING(2), &id, UINT_MAX, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, id, UINT_MAX);
	KUNIT_EXPECT_EQ(test, idr_alloc_u32(&idr, THING(3), &id, UINT_MAX, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_EQ(test, id, UINT_MAX);
	KUNIT_EXPECT_PTR_EQ(test, idr_find(&idr, UINT_MAX), THING(2));
	idr_destroy(&idr);
	expect_gone(test, &idr.idr_rt);
}

static void base(struct kunit *test)
{
	struct idr idr;
	unsigned long next = 0;
	u32 id = 3;

	idr_init_base(&idr, 100);
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, THING(1), 0, 0, GFP_KERNEL), 100);
	KUNIT_EXPECT_EQ(test, idr_alloc_u32(&idr, THING(2), &id, 50, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_EQ(test, idr_alloc_u32(&idr, THING(2), &id, 101, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, id, 101U);
	KUNIT_EXPECT_NULL(test, idr_find(&idr, 1));
	KUNIT_EXPECT_PTR_EQ(test, idr_find(&idr, 101), THING(2));
	KUNIT_EXPECT_PTR_EQ(test, idr_get_next_ul(&idr, &next), THING(1));
	KUNIT_EXPECT_EQ(test, next, 100UL);
	KUNIT_EXPECT_PTR_EQ(test, idr_replace(&idr, THING(3), 100), THING(1));
	KUNIT_EXPECT_PTR_EQ(test, idr_remove(&idr, 100), THING(3));
	KUNIT_EXPECT_PTR_EQ(test, idr_remove(&idr, 101), THING(2));
	expect_gone(test, &idr.idr_rt);
}

static void one_after_the_other(struct kunit *test)
{
	DEFINE_IDR(idr);

	KUNIT_EXPECT_EQ(test, idr_get_cursor(&idr), 0U);
	KUNIT_EXPECT_EQ(test, idr_alloc_cyclic(&idr, THING(1), 2, 5, GFP_KERNEL), 2);
	idr_remove(&idr, 2);
	KUNIT_EXPECT_EQ(test, idr_alloc_cyclic(&idr, THING(1), 2, 5, GFP_KERNEL), 3);
	KUNIT_EXPECT_EQ(test, idr_alloc_cyclic(&idr, THING(1), 2, 5, GFP_KERNEL), 4);
	KUNIT_EXPECT_EQ(test, idr_get_cursor(&idr), 5U);
	KUNIT_EXPECT_EQ(test, idr_alloc_cyclic(&idr, THING(1), 2, 5, GFP_KERNEL), 2);
	KUNIT_EXPECT_EQ(test, idr_alloc_cyclic(&idr, THING(1), 2, 5, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_EQ(test, idr_get_cursor(&idr), 3U);
	idr_set_cursor(&idr, 1000);
	KUNIT_EXPECT_EQ(test, idr_alloc_cyclic(&idr, THING(1), 0, 0, GFP_KERNEL), 1000);
	idr_set_cursor(&idr, INT_MAX);
	KUNIT_EXPECT_EQ(test, idr_alloc_cyclic(&idr, THING(1), 0, 0, GFP_KERNEL), INT_MAX);
	KUNIT_EXPECT_EQ(test, idr_alloc_cyclic(&idr, THING(1), 0, 0, GFP_KERNEL), 0);
	idr_destroy(&idr);
	expect_gone(test, &idr.idr_rt);
}

/* A number may be in use with NULL, and with pointers that no XArray would take. */
static void any_pointer(struct kunit *test)
{
	DEFINE_IDR(idr);
	void *odd = (void *)((unsigned long)THING(9) | 2);

	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, NULL, 0, 0, GFP_KERNEL), 0);
	KUNIT_EXPECT_FALSE(test, idr_is_empty(&idr));
	KUNIT_EXPECT_NULL(test, idr_find(&idr, 0));
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, NULL, 0, 1, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_NULL(test, idr_replace(&idr, odd, 0));
	KUNIT_EXPECT_TRUE(test, xa_valid(&idr.idr_rt));
	KUNIT_EXPECT_PTR_EQ(test, idr_find(&idr, 0), odd);
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, odd + 8, 0, 0, GFP_KERNEL), 1);
	KUNIT_EXPECT_PTR_EQ(test, idr_find(&idr, 1), odd + 8);
	KUNIT_EXPECT_PTR_EQ(test, idr_remove(&idr, 1), odd + 8);
	KUNIT_EXPECT_PTR_EQ(test, idr_find(&idr, 0), odd);
	KUNIT_EXPECT_PTR_EQ(test, idr_replace(&idr, THING(1), 0), odd);
	KUNIT_EXPECT_TRUE(test, xa_valid(&idr.idr_rt));
	KUNIT_EXPECT_EQ(test, nodes_live(), 0UL);
	KUNIT_EXPECT_PTR_EQ(test, idr_replace(&idr, NULL, 0), THING(1));
	KUNIT_EXPECT_NULL(test, idr_remove(&idr, 0));
	KUNIT_EXPECT_PTR_EQ(test, idr_replace(&idr, THING(1), 0), ERR_PTR(-ENOENT));
	KUNIT_EXPECT_PTR_EQ(test, idr_replace(&idr, THING(1), 70), ERR_PTR(-ENOENT));
	expect_gone(test, &idr.idr_rt);
}

static int sum_up(int id, void *p, void *data)
{
	*(int *)data += id;
	return id == 200 ? -EINTR : 0;
}

static void loops(struct kunit *test)
{
	DEFINE_IDR(idr);
	unsigned long tmp, ul = 0;
	u64 all = 0;
	int id, sum = 0;
	void *p;

	for (int i = 0; i < 300; i += 100)
		idr_alloc(&idr, THING(i), i, 0, GFP_KERNEL);
	idr_alloc(&idr, NULL, 50, 0, GFP_KERNEL); /* passed over */
	idr_alloc(&idr, THING(1), INT_MAX, 0, GFP_KERNEL);
	idr_for_each_entry(&idr, p, id)
		all += id;
	KUNIT_EXPECT_EQ(test, all, 300UL + INT_MAX);
	KUNIT_EXPECT_EQ(test, idr_for_each(&idr, sum_up, &sum), -EINTR);
	KUNIT_EXPECT_EQ(test, sum, 300);
	idr_remove(&idr, INT_MAX);
	id = 1;
	sum = 0;
	idr_for_each_entry_continue(&idr, p, id)
		sum += id;
	KUNIT_EXPECT_EQ(test, sum, 300);
	sum = 0;
	idr_for_each_entry_ul(&idr, p, tmp, ul)
		sum += ul;
	KUNIT_EXPECT_EQ(test, sum, 300);
	ul = 101;
	sum = 0;
	idr_for_each_entry_continue_ul(&idr, p, tmp, ul)
		sum += ul;
	KUNIT_EXPECT_EQ(test, sum, 200);
	id = 201;
	KUNIT_EXPECT_NULL(test, idr_get_next(&idr, &id));
	KUNIT_EXPECT_EQ(test, id, 201);
	idr_destroy(&idr);
	expect_gone(test, &idr.idr_rt);
}

/* Between the two preemption is off; what isn't used doesn't stay. They nest. */
static void preload(struct kunit *test)
{
	DEFINE_IDR(idr);

	idr_preload(GFP_KERNEL);
	KUNIT_EXPECT_FALSE(test, preemptible());
	idr_preload(GFP_NOWAIT);
	idr_lock(&idr);
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, THING(1), 70, 0, GFP_NOWAIT), 70);
	idr_unlock(&idr);
	idr_preload_end();
	KUNIT_EXPECT_FALSE(test, preemptible());
	idr_preload_end();
	KUNIT_EXPECT_TRUE(test, preemptible());
	KUNIT_EXPECT_EQ(test, nodes_live(), 2UL);
	idr_remove(&idr, 70);
	expect_gone(test, &idr.idr_rt);
}

static void never_made(struct kunit *test)
{
	static struct idr idr; /* zero */
	int id = -1;

	KUNIT_EXPECT_REPORT(test, "xa_track_free",
			    id = idr_alloc(&idr, THING(1), 0, 0, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, id, 0);
	KUNIT_EXPECT_PTR_EQ(test, idr_remove(&idr, 0), THING(1));
	idr_init(&idr);
	KUNIT_EXPECT_NO_REPORT(test, id = idr_alloc(&idr, THING(1), 0, 0, GFP_KERNEL));
	idr_destroy(&idr);
	expect_gone(test, &idr.idr_rt);
}

/* ---- IDA ---- */

static void expect_ida_gone(struct kunit *test, struct ida *ida)
{
	KUNIT_EXPECT_TRUE(test, ida_is_empty(ida));
	KUNIT_EXPECT_TRUE(test, ida_valid(ida));
	expect_gone(test, &ida->xa);
}

static void numbers(struct kunit *test)
{
	DEFINE_IDA(ida);

	KUNIT_EXPECT_TRUE(test, ida_is_empty(&ida));
	for (int i = 0; i < 3000; i++)
		KUNIT_ASSERT_EQ(test, ida_alloc(&ida, GFP_KERNEL), i);
	KUNIT_EXPECT_TRUE(test, ida_valid(&ida));
	KUNIT_EXPECT_TRUE(test, ida_exists(&ida, 2999) && !ida_exists(&ida, 3000));
	ida_free(&ida, 2000);
	KUNIT_EXPECT_FALSE(test, ida_exists(&ida, 2000));
	ida_free(&ida, 62);
	ida_free(&ida, 1024);
	KUNIT_EXPECT_TRUE(test, ida_valid(&ida));
	KUNIT_EXPECT_EQ(test, ida_alloc(&ida, GFP_KERNEL), 62);
	KUNIT_EXPECT_EQ(test, ida_alloc(&ida, GFP_KERNEL), 1024);
	KUNIT_EXPECT_EQ(test, ida_alloc(&ida, GFP_KERNEL), 2000);
	KUNIT_EXPECT_EQ(test, ida_alloc(&ida, GFP_KERNEL), 3000);
	for (int i = 3000; i >= 0; i--)
		ida_free(&ida, i);
	expect_ida_gone(test, &ida);
}

static void ranges(struct kunit *test)
{
	struct ida ida;

	ida_init(&ida);
	KUNIT_EXPECT_EQ(test, ida_alloc_range(&ida, 10, 11, GFP_KERNEL), 10);
	KUNIT_EXPECT_EQ(test, ida_alloc_range(&ida, 10, 11, GFP_KERNEL), 11);
	KUNIT_EXPECT_EQ(test, ida_alloc_range(&ida, 10, 11, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_EQ(test, ida_alloc_min(&ida, 10, GFP_KERNEL), 12);
	KUNIT_EXPECT_EQ(test, ida_alloc_max(&ida, 0, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, ida_alloc_max(&ida, 0, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_EQ(test, ida_alloc_range(&ida, 1023, 1024, GFP_KERNEL), 1023);
	KUNIT_EXPECT_EQ(test, ida_alloc_range(&ida, 1023, 1024, GFP_KERNEL), 1024);
	KUNIT_EXPECT_EQ(test, ida_alloc_range(&ida, 1023, 1024, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_EQ(test, ida_alloc_range(&ida, INT_MAX, UINT_MAX, GFP_KERNEL), INT_MAX);
	KUNIT_EXPECT_EQ(test, ida_alloc_range(&ida, INT_MAX, UINT_MAX, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_EQ(test, ida_alloc_range(&ida, 1U << 31, UINT_MAX, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_TRUE(test, ida_valid(&ida));
	ida_destroy(&ida);
	expect_ida_gone(test, &ida);
}

/* Up to 63 numbers at the start of a bitmap need no bitmap; the next does. */
static void value_to_bitmap(struct kunit *test)
{
	unsigned long before = bitmaps_live();
	DEFINE_IDA(ida);

	for (int i = 0; i < 63; i++)
		KUNIT_ASSERT_EQ(test, ida_alloc(&ida, GFP_KERNEL), i);
	KUNIT_EXPECT_TRUE(test, xa_is_value(xa_load(&ida.xa, 0)));
	KUNIT_EXPECT_EQ(test, ida_alloc(&ida, GFP_KERNEL), 63);
	KUNIT_EXPECT_FALSE(test, xa_is_value(xa_load(&ida.xa, 0)));
	for (int i = 0; i < 64; i++)
		KUNIT_ASSERT_TRUE(test, ida_exists(&ida, i));
	for (int i = 64; i < 1024; i++)
		KUNIT_ASSERT_EQ(test, ida_alloc(&ida, GFP_KERNEL), i);
	KUNIT_EXPECT_TRUE(test, ida_valid(&ida)); /* it is full, and says so */
	KUNIT_EXPECT_EQ(test, ida_alloc(&ida, GFP_KERNEL), 1024);
	KUNIT_EXPECT_EQ(test, ida_alloc_min(&ida, 1024 + 700, GFP_KERNEL), 1024 + 700);
	KUNIT_EXPECT_TRUE(test, ida_exists(&ida, 1024));
	KUNIT_EXPECT_EQ(test, bitmaps_live(), before + 2);
	ida_destroy(&ida);
	KUNIT_EXPECT_EQ(test, bitmaps_live(), before);
	KUNIT_EXPECT_EQ(test, ida_alloc_min(&ida, 70, GFP_KERNEL), 70);
	KUNIT_EXPECT_FALSE(test, ida_exists(&ida, 0));
	ida_free(&ida, 70);
	KUNIT_EXPECT_EQ(test, bitmaps_live(), before);
	expect_ida_gone(test, &ida);
}

/* Without a bitmap, too, nothing stays when the last number has gone. */
static void last_of_a_value(struct kunit *test)
{
	DEFINE_IDA(ida);

	KUNIT_EXPECT_EQ(test, ida_alloc(&ida, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, ida_alloc_min(&ida, 40, GFP_KERNEL), 40);
	ida_free(&ida, 0);
	KUNIT_EXPECT_TRUE(test, ida_exists(&ida, 40));
	ida_free(&ida, 40);
	expect_ida_gone(test, &ida);
}

static void not_in_use(struct kunit *test)
{
	DEFINE_IDA(ida);

	KUNIT_EXPECT_REPORT(test, "ida_free called for id=5 which is not allocated",
			    ida_free(&ida, 5));
	KUNIT_EXPECT_EQ(test, ida_alloc(&ida, GFP_KERNEL), 0);
	KUNIT_EXPECT_REPORT(test, "id=5 which", ida_free(&ida, 5));
	KUNIT_EXPECT_EQ(test, ida_alloc_min(&ida, 100 % 64, GFP_KERNEL), 100 % 64);
	KUNIT_EXPECT_REPORT(test, "id=100 which", ida_free(&ida, 100));
	KUNIT_EXPECT_TRUE(test, ida_exists(&ida, 100 % 64)); /* no other goes instead */
	ida_free(&ida, 100 % 64);
	KUNIT_EXPECT_EQ(test, ida_alloc_min(&ida, 100, GFP_KERNEL), 100);
	KUNIT_EXPECT_REPORT(test, "id=101 which", ida_free(&ida, 101));
	KUNIT_EXPECT_NO_REPORT(test, ida_free(&ida, 1U << 31));
	KUNIT_EXPECT_FALSE(test, ida_exists(&ida, 1U << 31));
	ida_free(&ida, 0);
	ida_free(&ida, 100);
	KUNIT_EXPECT_REPORT(test, "id=0 which", ida_free(&ida, 0));
	expect_ida_gone(test, &ida);
}

static struct kunit_case idr_cases[] = {
	KUNIT_CASE(lowest_first),
	KUNIT_CASE(bounds),
	KUNIT_CASE(u32_numbers),
	KUNIT_CASE(base),
	KUNIT_CASE(one_after_the_other),
	KUNIT_CASE(any_pointer),
	KUNIT_CASE(loops),
	KUNIT_CASE(preload),
	KUNIT_CASE(never_made),
	{},
};
static struct kunit_case ida_cases[] = {
	KUNIT_CASE(numbers),
	KUNIT_CASE(ranges),
	KUNIT_CASE(value_to_bitmap),
	KUNIT_CASE(last_of_a_value),
	KUNIT_CASE(not_in_use),
	{},
};
static struct kunit_suite idr_suite = { .name = "xarray_idr", .test_cases = idr_cases };
static struct kunit_suite ida_suite = { .name = "xarray_ida", .test_cases = ida_cases };
kunit_test_suites(&idr_suite, &ida_suite);
