// SPDX-License-Identifier: MIT
/*
 * Tests of linux/atomic.h, linux/refcount.h and lib/base/refcount.c.
 *
 * On one CPU this is about values, results and widths.
 *
 * Mutations tried: sub_return() returning the old value; add_unless() comparing with i;
 * dec_if_positive() decrementing 0; reading through an int; refcount_inc() without the check for 0;
 * refcount_warn_saturate() without pinning.
 */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/refcount.h>
#include <linux/kernel.h>

static void int_operations(struct kunit *test)
{
	atomic_t a = ATOMIC_INIT(5);

	KUNIT_EXPECT_EQ(test, atomic_add_return(3, &a), 8);
	KUNIT_EXPECT_EQ(test, atomic_sub_return(10, &a), -2);
	KUNIT_EXPECT_EQ(test, atomic_fetch_add(4, &a), -2);
	KUNIT_EXPECT_EQ(test, atomic_fetch_sub(1, &a), 2);
	KUNIT_EXPECT_TRUE(test, atomic_dec_and_test(&a));
	KUNIT_EXPECT_FALSE(test, atomic_dec_and_test(&a));
	KUNIT_EXPECT_TRUE(test, atomic_inc_and_test(&a));
	KUNIT_EXPECT_TRUE(test, atomic_add_negative(-1, &a));
	atomic_inc(&a);
	atomic_add(7, &a);
	atomic_sub(2, &a);
	atomic_dec(&a);
	KUNIT_EXPECT_EQ(test, atomic_read(&a), 4);
	KUNIT_EXPECT_TRUE(test, atomic_sub_and_test(4, &a));
	atomic_set(&a, INT_MAX);
	KUNIT_EXPECT_EQ(test, atomic_inc_return(&a), INT_MIN);
	atomic_set(&a, 0xf0);
	atomic_or(0x0f, &a);
	atomic_andnot(0x30, &a);
	atomic_and(0xfe, &a);
	KUNIT_EXPECT_EQ(test, atomic_fetch_or(1, &a), 0xce);
	KUNIT_EXPECT_EQ(test, atomic_fetch_and(0x0f, &a), 0xcf);
	KUNIT_EXPECT_EQ(test, atomic_read(&a), 0x0f);
}

static void exchanges(struct kunit *test)
{
	atomic_t a = ATOMIC_INIT(1);
	int old = 2;

	KUNIT_EXPECT_EQ(test, atomic_xchg(&a, 3), 1);
	KUNIT_EXPECT_EQ(test, atomic_cmpxchg(&a, 1, 9), 3);
	KUNIT_EXPECT_EQ(test, atomic_read(&a), 3);
	KUNIT_EXPECT_EQ(test, atomic_cmpxchg(&a, 3, 9), 3);
	KUNIT_EXPECT_EQ(test, atomic_read(&a), 9);
	KUNIT_EXPECT_FALSE(test, atomic_try_cmpxchg(&a, &old, 5));
	KUNIT_EXPECT_EQ(test, old, 9);
	KUNIT_EXPECT_TRUE(test, atomic_try_cmpxchg(&a, &old, 5));
	KUNIT_EXPECT_EQ(test, atomic_read(&a), 5);
	KUNIT_EXPECT_FALSE(test, atomic_add_unless(&a, 2, 5));
	KUNIT_EXPECT_TRUE(test, atomic_add_unless(&a, 2, 6));
	KUNIT_EXPECT_EQ(test, atomic_fetch_add_unless(&a, 1, 0), 7);
	atomic_set(&a, 0);
	KUNIT_EXPECT_FALSE(test, atomic_inc_not_zero(&a));
	KUNIT_EXPECT_EQ(test, atomic_dec_if_positive(&a), -1);
	KUNIT_EXPECT_EQ(test, atomic_read(&a), 0);
	atomic_set(&a, 2);
	KUNIT_EXPECT_TRUE(test, atomic_inc_not_zero(&a));
	KUNIT_EXPECT_EQ(test, atomic_dec_if_positive(&a), 2);
	KUNIT_EXPECT_EQ(test, atomic_read(&a), 2);
}

static void wide_operations(struct kunit *test)
{
	atomic64_t q = ATOMIC64_INIT(1ll << 40);
	atomic_long_t l = ATOMIC_LONG_INIT(-1);

	atomic64_add(1ll << 41, &q);
	KUNIT_EXPECT_EQ(test, atomic64_read(&q), 3ll << 40);
	KUNIT_EXPECT_EQ(test, atomic64_cmpxchg(&q, 3ll << 40, 1ll << 62), 3ll << 40);
	KUNIT_EXPECT_EQ(test, atomic64_xchg(&q, 0), 1ll << 62);
	KUNIT_EXPECT_EQ(test, atomic_long_add_return(1l << 33, &l), (1l << 33) - 1);
	KUNIT_EXPECT_TRUE(test, atomic_long_sub_and_test((1l << 33) - 1, &l));
}

static void refcount_in_range(struct kunit *test)
{
	refcount_t r = REFCOUNT_INIT(1);

	refcount_inc(&r);
	KUNIT_EXPECT_EQ(test, refcount_read(&r), 2);
	KUNIT_EXPECT_TRUE(test, refcount_inc_not_zero(&r));
	refcount_dec(&r);
	KUNIT_EXPECT_FALSE(test, refcount_dec_and_test(&r));
	KUNIT_EXPECT_TRUE(test, refcount_dec_and_test(&r));
	KUNIT_EXPECT_EQ(test, refcount_read(&r), 0);
	KUNIT_EXPECT_FALSE(test, refcount_inc_not_zero(&r));
	KUNIT_EXPECT_EQ(test, refcount_read(&r), 0);
}

static void refcount_misuse(struct kunit *test)
{
	refcount_t r = REFCOUNT_INIT(0);

	KUNIT_EXPECT_REPORT(test, "addition on 0; use-after-free", refcount_inc(&r));
	KUNIT_EXPECT_EQ(test, (int)refcount_read(&r), REFCOUNT_SATURATED);
	/* Pinned for good: neither freed nor counted on. */
	KUNIT_EXPECT_REPORT(test, "underflow; use-after-free",
			    KUNIT_EXPECT_FALSE(test, refcount_dec_and_test(&r)));
	KUNIT_EXPECT_EQ(test, (int)refcount_read(&r), REFCOUNT_SATURATED);
	refcount_set(&r, 0);
	KUNIT_EXPECT_REPORT(test, "underflow; use-after-free",
			    KUNIT_EXPECT_FALSE(test, refcount_dec_and_test(&r)));
	refcount_set(&r, 1);
	KUNIT_EXPECT_REPORT(test, "decrement hit 0; leaking memory", refcount_dec(&r));
	refcount_set(&r, REFCOUNT_MAX);
	KUNIT_EXPECT_REPORT(test, "saturated; leaking memory", refcount_inc(&r));
	KUNIT_EXPECT_EQ(test, (int)refcount_read(&r), REFCOUNT_SATURATED);
}

static struct kunit_case cases[] = { KUNIT_CASE(int_operations),  KUNIT_CASE(exchanges),
				     KUNIT_CASE(wide_operations), KUNIT_CASE(refcount_in_range),
				     KUNIT_CASE(refcount_misuse), {} };

static struct kunit_suite suite = { .name = "atomic", .test_cases = cases };
kunit_test_suite(suite);
