// SPDX-License-Identifier: MIT
/*
 * Tests of lib/xarray/tree.c and lib/xarray/xarray.c: what is stored and found, marks, indices
 * handed out, heights, the lock's forms. At random against a model: xarray_random_test.c; without
 * memory: xarray_failure_test.c; on several CPUs: xarray_smp_test.c.
 *
 * Mutations: tests/mutate/lib/xarray/tree.mut and xarray.mut.
 */
#include <asm/irqflags.h>
#include <linux/fault-inject.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include "xarray_fixture.h"

static const unsigned long far[] = { 0,	     1,		63,	  64,	     4095,     4096,
				     262143, 1UL << 30, UINT_MAX, 1UL << 62, ULONG_MAX };

/* ---- entries ---- */

static void kinds_of_entries(struct kunit *test)
{
	void *tagged = xa_tag_pointer(THING(1), 3);

	KUNIT_EXPECT_TRUE(test, xa_is_value(xa_mk_value(0)));
	KUNIT_EXPECT_EQ(test, xa_to_value(xa_mk_value(LONG_MAX)), (unsigned long)LONG_MAX);
	KUNIT_EXPECT_REPORT(test, "v < 0", xa_mk_value(1UL << 63));
	KUNIT_EXPECT_FALSE(test, xa_is_value(THING(1)));
	KUNIT_EXPECT_FALSE(test, xa_is_value(NULL));
	KUNIT_EXPECT_PTR_EQ(test, xa_untag_pointer(tagged), THING(1));
	KUNIT_EXPECT_EQ(test, xa_pointer_tag(tagged), 3U);
	KUNIT_EXPECT_TRUE(test, xa_is_internal(XA_ZERO_ENTRY) && xa_is_zero(XA_ZERO_ENTRY));
	KUNIT_EXPECT_FALSE(test, xa_is_internal(THING(1)) || xa_is_internal(xa_mk_value(1)));
	KUNIT_EXPECT_EQ(test, xa_to_internal(xa_mk_internal(300)), 300UL);
}

static void errors_as_entries(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, xa_is_err(xa_mk_internal(-ENOMEM)));
	KUNIT_EXPECT_EQ(test, xa_err(xa_mk_internal(-ENOMEM)), -ENOMEM);
	KUNIT_EXPECT_EQ(test, xa_err(xa_mk_internal(-MAX_ERRNO)), -MAX_ERRNO);
	KUNIT_EXPECT_FALSE(test, xa_is_err(XA_ZERO_ENTRY) || xa_is_err(NULL));
	KUNIT_EXPECT_FALSE(test, xa_is_err((void *)-1L)); /* a value */
	KUNIT_EXPECT_EQ(test, xa_err(THING(1)), 0);
	KUNIT_EXPECT_EQ(test, xa_err(xa_mk_value(5)), 0);
}

/* ---- storing ---- */

static void store_load_erase(struct kunit *test)
{
	DEFINE_XARRAY(xa);

	KUNIT_EXPECT_TRUE(test, xa_empty(&xa));
	KUNIT_EXPECT_NULL(test, xa_load(&xa, 0));
	KUNIT_EXPECT_NULL(test, xa_store(&xa, 5, THING(1), GFP_KERNEL));
	KUNIT_EXPECT_FALSE(test, xa_empty(&xa));
	KUNIT_EXPECT_PTR_EQ(test, xa_load(&xa, 5), THING(1));
	KUNIT_EXPECT_NULL(test, xa_load(&xa, 4));
	KUNIT_EXPECT_NULL(test, xa_load(&xa, 5 + 64));
	KUNIT_EXPECT_PTR_EQ(test, xa_store(&xa, 5, xa_mk_value(7), GFP_KERNEL), THING(1));
	KUNIT_EXPECT_EQ(test, xa_to_value(xa_load(&xa, 5)), 7UL);
	KUNIT_EXPECT_PTR_EQ(test, xa_erase(&xa, 5), xa_mk_value(7));
	KUNIT_EXPECT_NULL(test, xa_erase(&xa, 5));
	KUNIT_EXPECT_NULL(test, xa_store(&xa, 6, THING(2), GFP_KERNEL));
	KUNIT_EXPECT_PTR_EQ(test, xa_store(&xa, 6, NULL, GFP_KERNEL), THING(2));
	expect_gone(test, &xa);
}

/* From every height to every other, and back. */
static void heights(struct kunit *test)
{
	DEFINE_XARRAY(xa);

	for (unsigned int i = 0; i < ARRAY_SIZE(far); i++) {
		for (unsigned int j = 0; j < ARRAY_SIZE(far); j++) {
			xa_store(&xa, far[i], THING(i), GFP_KERNEL);
			xa_store(&xa, far[j], THING(100 + j), GFP_KERNEL);
			KUNIT_ASSERT_TRUE(test, xa_valid(&xa));
			KUNIT_EXPECT_PTR_EQ(test, xa_load(&xa, far[i]),
					    i == j ? THING(100 + j) : THING(i));
			xa_erase(&xa, far[i]);
			KUNIT_ASSERT_TRUE(test, xa_valid(&xa));
			KUNIT_EXPECT_PTR_EQ(test, xa_load(&xa, far[j]),
					    i == j ? NULL : THING(100 + j));
			xa_erase(&xa, far[j]);
			KUNIT_EXPECT_TRUE(test, xa_empty(&xa));
		}
	}
	expect_gone(test, &xa);
}

/* A node that a reader may be in is nobody else's, though the CPU's next node is the one freed last. */
static void nodes_wait_for_readers(struct kunit *test)
{
	DEFINE_XARRAY(xa);
	DEFINE_XARRAY(other);
	void *was, *is;

	xa_store(&xa, 1, THING(0), GFP_KERNEL);
	preempt_disable();
	rcu_read_lock();
	was = READ_ONCE(xa.xa_head);
	xa_erase(&xa, 1);
	xa_store(&other, 1, THING(1), GFP_ATOMIC);
	is = READ_ONCE(other.xa_head);
	rcu_read_unlock();
	preempt_enable();
	KUNIT_EXPECT_NOT_NULL(test, was);
	KUNIT_EXPECT_PTR_NE(test, was, is);
	xa_destroy(&other);
	expect_gone(test, &xa);
	expect_gone(test, &other);
}

/* Nodes come with what they hold, and go with it. */
static void nodes_come_and_go(struct kunit *test)
{
	DEFINE_XARRAY(xa);

	xa_store(&xa, 0, THING(0), GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, nodes_live(), 0UL);
	xa_store(&xa, 63, THING(1), GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, nodes_live(), 1UL);
	xa_store(&xa, 64 * 64 - 1, THING(2), GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, nodes_live(), 3UL);
	xa_erase(&xa, 63);
	KUNIT_EXPECT_EQ(test, nodes_live(), 3UL);
	xa_erase(&xa, 0);
	KUNIT_EXPECT_EQ(test, nodes_live(), 2UL);
	xa_store(&xa, 3, THING(3), GFP_KERNEL);
	xa_erase(&xa, 64 * 64 - 1);
	KUNIT_EXPECT_EQ(test, nodes_live(), 1UL);
	xa_erase(&xa, 3);
	xa_store(&xa, ULONG_MAX, THING(4), GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, nodes_live(), (unsigned long)XA_MAX_LEVELS);
	xa_store(&xa, 0, THING(5), GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, nodes_live(), (unsigned long)XA_MOST_NODES(XA_MAX_LEVELS));
	xa_destroy(&xa);
	expect_gone(test, &xa);
}

static void what_is_refused(struct kunit *test)
{
	DEFINE_XARRAY(xa);
	void *r = NULL;
	int err = 0;
	u32 id;

	KUNIT_EXPECT_REPORT(test, "xa_is_advanced",
			    r = xa_store(&xa, 1, xa_mk_internal(2), GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, xa_err(r), -EINVAL);
	KUNIT_EXPECT_REPORT(test, "xa_is_advanced",
			    r = xa_cmpxchg(&xa, 1, NULL, xa_mk_internal(-EBUSY), GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, xa_err(r), -EINVAL);
	KUNIT_EXPECT_REPORT(test, "xa_is_advanced",
			    err = xa_insert(&xa, 1, xa_mk_internal(2), GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, err, -EINVAL);
	KUNIT_EXPECT_REPORT(test, "xa_track_free",
			    err = xa_alloc(&xa, &id, THING(1), xa_limit_32b, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, err, -EINVAL);
	expect_gone(test, &xa);
}

static void insert_and_cmpxchg(struct kunit *test)
{
	DEFINE_XARRAY(xa);

	KUNIT_EXPECT_EQ(test, xa_insert(&xa, 9, THING(1), GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, xa_insert(&xa, 9, THING(2), GFP_KERNEL), -EBUSY);
	KUNIT_EXPECT_PTR_EQ(test, xa_load(&xa, 9), THING(1));
	KUNIT_EXPECT_PTR_EQ(test, xa_cmpxchg(&xa, 9, THING(2), THING(3), GFP_KERNEL), THING(1));
	KUNIT_EXPECT_PTR_EQ(test, xa_load(&xa, 9), THING(1));
	KUNIT_EXPECT_PTR_EQ(test, xa_cmpxchg(&xa, 9, THING(1), THING(3), GFP_KERNEL), THING(1));
	KUNIT_EXPECT_PTR_EQ(test, xa_load(&xa, 9), THING(3));
	KUNIT_EXPECT_PTR_EQ(test, xa_cmpxchg(&xa, 9, THING(3), NULL, 0), THING(3));
	KUNIT_EXPECT_NULL(test, xa_cmpxchg(&xa, 70, NULL, THING(4), GFP_KERNEL));
	KUNIT_EXPECT_PTR_EQ(test, xa_erase(&xa, 70), THING(4));
	expect_gone(test, &xa);
}

static void reserved(struct kunit *test)
{
	DEFINE_XARRAY(xa);
	unsigned long index = 0;

	KUNIT_EXPECT_EQ(test, xa_reserve(&xa, 100, GFP_KERNEL), 0);
	KUNIT_EXPECT_FALSE(test, xa_empty(&xa));
	KUNIT_EXPECT_NULL(test, xa_load(&xa, 100));
	KUNIT_EXPECT_NULL(test, xa_find(&xa, &index, ULONG_MAX, XA_PRESENT));
	KUNIT_EXPECT_EQ(test, index, 0UL);
	KUNIT_EXPECT_EQ(test, xa_insert(&xa, 100, THING(1), GFP_KERNEL), -EBUSY);
	KUNIT_EXPECT_NULL(test, xa_store(&xa, 100, THING(1), 0)); /* there is memory */
	xa_release(&xa, 100);					  /* too late */
	KUNIT_EXPECT_PTR_EQ(test, xa_load(&xa, 100), THING(1));
	KUNIT_EXPECT_EQ(test, xa_reserve(&xa, 100, GFP_KERNEL), 0); /* nothing to do */
	KUNIT_EXPECT_PTR_EQ(test, xa_erase(&xa, 100), THING(1));
	KUNIT_EXPECT_EQ(test, xa_reserve_bh(&xa, 0, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, xa_insert(&xa, 7, NULL, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, xa_insert(&xa, 7, NULL, GFP_KERNEL), -EBUSY);
	KUNIT_EXPECT_NULL(test, xa_erase(&xa, 7));
	xa_release(&xa, 0);
	expect_gone(test, &xa);
}

/* ---- searching ---- */

static void find(struct kunit *test)
{
	DEFINE_XARRAY(xa);
	unsigned long i = 0, seen = 0;
	void *entry;

	for (unsigned int n = 0; n < ARRAY_SIZE(far); n++)
		xa_store(&xa, far[n], THING(n), GFP_KERNEL);
	xa_for_each(&xa, i, entry) {
		KUNIT_EXPECT_EQ(test, i, far[seen]);
		KUNIT_EXPECT_PTR_EQ(test, entry, THING(seen));
		seen++;
	}
	KUNIT_EXPECT_EQ(test, seen, ARRAY_SIZE(far));
	i = 65;
	KUNIT_EXPECT_PTR_EQ(test, xa_find(&xa, &i, 4095, XA_PRESENT), THING(4));
	KUNIT_EXPECT_EQ(test, i, 4095UL);
	KUNIT_EXPECT_PTR_EQ(test, xa_find(&xa, &i, 4095, XA_PRESENT), THING(4));
	KUNIT_EXPECT_NULL(test, xa_find_after(&xa, &i, 4095, XA_PRESENT));
	KUNIT_EXPECT_EQ(test, i, 4095UL);
	KUNIT_EXPECT_PTR_EQ(test, xa_find_after(&xa, &i, 4096, XA_PRESENT), THING(5));
	i = 4097;
	KUNIT_EXPECT_NULL(test, xa_find(&xa, &i, 262142, XA_PRESENT));
	KUNIT_EXPECT_EQ(test, i, 4097UL);
	i = ULONG_MAX;
	KUNIT_EXPECT_NOT_NULL(test, xa_find(&xa, &i, ULONG_MAX, XA_PRESENT));
	KUNIT_EXPECT_NULL(test, xa_find_after(&xa, &i, ULONG_MAX, XA_PRESENT));
	xa_destroy(&xa);
	expect_gone(test, &xa);
}

static void ranges(struct kunit *test)
{
	DEFINE_XARRAY(xa);
	unsigned long i = 0, sum = 0;
	void *entry, *got[8];

	for (unsigned long n = 0; n < 300; n += 3)
		xa_store(&xa, n, xa_mk_value(n), GFP_KERNEL);
	xa_for_each_range(&xa, i, entry, 10, 20)
		sum += xa_to_value(entry);
	KUNIT_EXPECT_EQ(test, sum, 12UL + 15 + 18);
	sum = 0;
	xa_for_each_start(&xa, i, entry, 290)
		sum += xa_to_value(entry);
	KUNIT_EXPECT_EQ(test, sum, 291UL + 294 + 297);
	KUNIT_EXPECT_EQ(test, xa_extract(&xa, got, 60, 72, 8, XA_PRESENT), 5U);
	KUNIT_EXPECT_PTR_EQ(test, got[4], xa_mk_value(72));
	KUNIT_EXPECT_EQ(test, xa_extract(&xa, got, 0, ULONG_MAX, 8, XA_PRESENT), 8U);
	KUNIT_EXPECT_PTR_EQ(test, got[7], xa_mk_value(21));
	KUNIT_EXPECT_EQ(test, xa_extract(&xa, got, 298, ULONG_MAX, 8, XA_PRESENT), 0U);
	xa_for_each(&xa, i, entry)
		xa_erase(&xa, i); /* what is there may go meanwhile */
	expect_gone(test, &xa);
}

/* ---- marks ---- */

static void marks(struct kunit *test)
{
	DEFINE_XARRAY(xa);
	unsigned long i = 0, sum = 0;
	void *entry;

	xa_set_mark(&xa, 5, XA_MARK_0); /* nothing there */
	KUNIT_EXPECT_FALSE(test, xa_marked(&xa, XA_MARK_0));
	for (unsigned long n = 0; n < 10000; n += 500)
		xa_store(&xa, n, xa_mk_value(n), GFP_KERNEL);
	xa_set_mark(&xa, 500, XA_MARK_0);
	xa_set_mark(&xa, 9500, XA_MARK_0);
	xa_set_mark(&xa, 9500, XA_MARK_2);
	KUNIT_EXPECT_TRUE(test, xa_get_mark(&xa, 500, XA_MARK_0));
	KUNIT_EXPECT_FALSE(test, xa_get_mark(&xa, 500, XA_MARK_1));
	KUNIT_EXPECT_FALSE(test, xa_get_mark(&xa, 501, XA_MARK_0));
	KUNIT_EXPECT_TRUE(test, xa_marked(&xa, XA_MARK_2) && !xa_marked(&xa, XA_MARK_1));
	xa_for_each_marked(&xa, i, entry, XA_MARK_0)
		sum += i;
	KUNIT_EXPECT_EQ(test, sum, 10000UL);
	KUNIT_EXPECT_TRUE(test, xa_valid(&xa));
	xa_store(&xa, 500, THING(1), GFP_KERNEL); /* a mark is the index's */
	KUNIT_EXPECT_TRUE(test, xa_get_mark(&xa, 500, XA_MARK_0));
	xa_erase(&xa, 500);
	xa_store(&xa, 500, THING(1), GFP_KERNEL);
	KUNIT_EXPECT_FALSE(test, xa_get_mark(&xa, 500, XA_MARK_0));
	xa_clear_mark(&xa, 9500, XA_MARK_0);
	KUNIT_EXPECT_FALSE(test, xa_marked(&xa, XA_MARK_0));
	KUNIT_EXPECT_TRUE(test, xa_get_mark(&xa, 9500, XA_MARK_2));
	KUNIT_EXPECT_TRUE(test, xa_valid(&xa));
	xa_destroy(&xa);
	KUNIT_EXPECT_FALSE(test, xa_marked(&xa, XA_MARK_2));
	expect_gone(test, &xa);
}

/* The entry in the head has marks too, and keeps them while the tree grows and shrinks. */
static void marks_in_the_head(struct kunit *test)
{
	DEFINE_XARRAY(xa);
	unsigned long i = 0;

	xa_store(&xa, 0, THING(0), GFP_KERNEL);
	xa_set_mark(&xa, 0, XA_MARK_1);
	KUNIT_EXPECT_TRUE(test, xa_get_mark(&xa, 0, XA_MARK_1));
	KUNIT_EXPECT_FALSE(test, xa_get_mark(&xa, 1, XA_MARK_1));
	KUNIT_EXPECT_PTR_EQ(test, xa_find(&xa, &i, 9, XA_MARK_1), THING(0));
	KUNIT_EXPECT_NULL(test, xa_find(&xa, &i, 9, XA_MARK_0));
	xa_store(&xa, 1UL << 40, THING(1), GFP_KERNEL);
	KUNIT_EXPECT_TRUE(test, xa_get_mark(&xa, 0, XA_MARK_1));
	KUNIT_EXPECT_FALSE(test, xa_get_mark(&xa, 1UL << 40, XA_MARK_1));
	xa_erase(&xa, 1UL << 40);
	KUNIT_EXPECT_TRUE(test, xa_get_mark(&xa, 0, XA_MARK_1));
	xa_erase(&xa, 0);
	KUNIT_EXPECT_FALSE(test, xa_marked(&xa, XA_MARK_1));
	expect_gone(test, &xa);
}

static void free_mark_is_not_the_users(struct kunit *test)
{
	DEFINE_XARRAY_ALLOC(xa);

	xa_store(&xa, 1, THING(1), GFP_KERNEL);
	KUNIT_EXPECT_REPORT(test, "XA_FREE_MARK", xa_set_mark(&xa, 1, XA_MARK_0));
	KUNIT_EXPECT_NO_REPORT(test, xa_set_mark(&xa, 1, XA_MARK_2));
	KUNIT_EXPECT_TRUE(test, xa_get_mark(&xa, 1, XA_MARK_2));
	KUNIT_EXPECT_TRUE(test, xa_valid(&xa));
	xa_destroy(&xa);
	expect_gone(test, &xa);
}

/* ---- handing out ---- */

static void alloc(struct kunit *test)
{
	DEFINE_XARRAY_ALLOC(xa);
	u32 id = 99;

	for (u32 n = 0; n < 200; n++) {
		KUNIT_ASSERT_EQ(test, xa_alloc(&xa, &id, THING(n), xa_limit_32b, GFP_KERNEL), 0);
		KUNIT_ASSERT_EQ(test, id, n);
	}
	KUNIT_EXPECT_TRUE(test, xa_valid(&xa));
	xa_erase(&xa, 70);
	xa_erase(&xa, 130);
	KUNIT_EXPECT_EQ(test, xa_alloc(&xa, &id, THING(1), xa_limit_32b, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, id, 70U);
	KUNIT_EXPECT_EQ(test, xa_alloc(&xa, &id, THING(1), XA_LIMIT(71, 129), GFP_KERNEL), -EBUSY);
	KUNIT_EXPECT_EQ(test, id, 70U);
	KUNIT_EXPECT_EQ(test, xa_alloc(&xa, &id, NULL, XA_LIMIT(71, 130), GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, id, 130U); /* and it is reserved */
	KUNIT_EXPECT_NULL(test, xa_load(&xa, 130));
	KUNIT_EXPECT_EQ(test, xa_alloc(&xa, &id, THING(1), XA_LIMIT(130, 130), GFP_KERNEL), -EBUSY);
	KUNIT_EXPECT_EQ(test,
			xa_alloc(&xa, &id, THING(1), XA_LIMIT(UINT_MAX, UINT_MAX), GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, id, UINT_MAX);
	KUNIT_EXPECT_EQ(test,
			xa_alloc(&xa, &id, THING(1), XA_LIMIT(UINT_MAX, UINT_MAX), GFP_KERNEL),
			-EBUSY);
	KUNIT_EXPECT_TRUE(test, xa_valid(&xa));
	xa_destroy(&xa);
	KUNIT_EXPECT_EQ(test, xa_alloc(&xa, &id, THING(1), xa_limit_31b, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, id, 0U);
	xa_erase(&xa, 0);
	expect_gone(test, &xa);
}

static void alloc_from_one(struct kunit *test)
{
	DEFINE_XARRAY_ALLOC1(xa);
	u32 id;

	for (unsigned int round = 0; round < 3; round++) {
		KUNIT_EXPECT_EQ(test, xa_alloc(&xa, &id, THING(1), xa_limit_32b, GFP_KERNEL), 0);
		KUNIT_EXPECT_EQ(test, id, 1U);
		KUNIT_EXPECT_EQ(test, xa_alloc(&xa, &id, THING(2), xa_limit_32b, GFP_KERNEL), 0);
		KUNIT_EXPECT_EQ(test, id, 2U);
		KUNIT_EXPECT_EQ(test, xa_alloc(&xa, &id, THING(0), XA_LIMIT(0, 0), GFP_KERNEL),
				-EBUSY);
		KUNIT_EXPECT_NULL(test, xa_load(&xa, 0));
		/* Whoever wants to may store there. */
		KUNIT_EXPECT_NULL(test, xa_store(&xa, 0, THING(0), GFP_KERNEL));
		KUNIT_EXPECT_PTR_EQ(test, xa_erase(&xa, 0), THING(0));
		KUNIT_EXPECT_TRUE(test, xa_valid(&xa));
		xa_erase(&xa, 1);
		xa_erase(&xa, 2);
		KUNIT_EXPECT_TRUE(test, xa_empty(&xa) && xa_valid(&xa));
		xa_store(&xa, 0, THING(0), GFP_KERNEL);
		xa_erase(&xa, 0);
		if (round == 1)
			xa_destroy(&xa);
	}
	expect_gone(test, &xa);
}

/* That index 0 isn't free doesn't make its neighbours less so. */
static void alloc_from_one_below_others(struct kunit *test)
{
	DEFINE_XARRAY_ALLOC1(xa);
	u32 id;

	xa_store(&xa, 5000, THING(9), GFP_KERNEL);
	KUNIT_EXPECT_TRUE(test, xa_valid(&xa));
	KUNIT_EXPECT_EQ(test, xa_alloc(&xa, &id, THING(1), xa_limit_32b, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, id, 1U);
	xa_erase(&xa, 1);
	KUNIT_EXPECT_TRUE(test, xa_valid(&xa));
	xa_erase(&xa, 5000);
	expect_gone(test, &xa);
}

/* Storing NULL keeps the index; only erasing gives it back. */
static void null_reserves(struct kunit *test)
{
	DEFINE_XARRAY_ALLOC(xa);
	u32 id;

	KUNIT_EXPECT_EQ(test, xa_alloc(&xa, &id, THING(1), xa_limit_16b, GFP_KERNEL), 0);
	KUNIT_EXPECT_PTR_EQ(test, xa_store(&xa, 0, NULL, GFP_KERNEL), THING(1));
	KUNIT_EXPECT_NULL(test, xa_load(&xa, 0));
	KUNIT_EXPECT_EQ(test, xa_alloc(&xa, &id, THING(1), xa_limit_16b, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, id, 1U);
	xa_release(&xa, 0);
	KUNIT_EXPECT_EQ(test, xa_alloc(&xa, &id, THING(2), xa_limit_16b, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, id, 0U);
	KUNIT_EXPECT_PTR_EQ(test, xa_cmpxchg(&xa, 0, THING(2), NULL, 0), THING(2));
	KUNIT_EXPECT_EQ(test, xa_alloc(&xa, &id, THING(3), xa_limit_16b, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, id, 0U);
	xa_destroy(&xa);
	expect_gone(test, &xa);
}

static void cyclic(struct kunit *test)
{
	DEFINE_XARRAY_ALLOC(xa);
	u32 id, next = 3;

	KUNIT_EXPECT_EQ(test,
			xa_alloc_cyclic(&xa, &id, THING(1), XA_LIMIT(1, 4), &next, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, id, 3U);
	xa_erase(&xa, 3);
	KUNIT_EXPECT_EQ(test,
			xa_alloc_cyclic(&xa, &id, THING(1), XA_LIMIT(1, 4), &next, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, id, 4U);
	KUNIT_EXPECT_EQ(test, next, 5U);
	KUNIT_EXPECT_EQ(test,
			xa_alloc_cyclic(&xa, &id, THING(1), XA_LIMIT(1, 4), &next, GFP_KERNEL), 1);
	KUNIT_EXPECT_EQ(test, id, 1U);
	KUNIT_EXPECT_EQ(test, next, 2U);
	xa_store(&xa, 2, THING(2), GFP_KERNEL);
	xa_store(&xa, 3, THING(3), GFP_KERNEL);
	KUNIT_EXPECT_EQ(test,
			xa_alloc_cyclic(&xa, &id, THING(1), XA_LIMIT(1, 4), &next, GFP_KERNEL),
			-EBUSY);
	KUNIT_EXPECT_EQ(test, next, 2U);
	next = UINT_MAX; /* behind it comes 0, which is said with the number that comes */
	KUNIT_EXPECT_EQ(
		test, xa_alloc_cyclic_irq(&xa, &id, THING(1), xa_limit_32b, &next, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, next, 0U);
	KUNIT_EXPECT_EQ(test,
			xa_alloc_cyclic_bh(&xa, &id, THING(1), xa_limit_32b, &next, GFP_KERNEL), 1);
	KUNIT_EXPECT_EQ(test, id, 0U);
	KUNIT_EXPECT_EQ(test, xa_alloc_cyclic(&xa, &id, THING(1), xa_limit_32b, &next, GFP_KERNEL),
			0);
	KUNIT_EXPECT_EQ(test, id, 5U);
	xa_destroy(&xa);
	expect_gone(test, &xa);
}

/* ---- the lock ---- */

/* Each form does it, and leaves interrupts and preemption as they were. */
static void forms(struct kunit *test)
{
	struct xarray xa;
	u32 id;

	xa_init_flags(&xa, XA_FLAGS_LOCK_IRQ | XA_FLAGS_ALLOC | XA_FLAGS_ACCOUNT);
	KUNIT_EXPECT_EQ(test, xa_alloc_irq(&xa, &id, THING(0), xa_limit_32b, GFP_KERNEL), 0);
	KUNIT_EXPECT_NULL(test, xa_store_irq(&xa, 200, THING(1), GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, xa_insert_irq(&xa, 200, THING(2), GFP_KERNEL), -EBUSY);
	KUNIT_EXPECT_PTR_EQ(test, xa_cmpxchg_irq(&xa, 200, THING(1), THING(3), GFP_KERNEL),
			    THING(1));
	KUNIT_EXPECT_EQ(test, xa_reserve_irq(&xa, 300, GFP_KERNEL), 0);
	KUNIT_EXPECT_PTR_EQ(test, xa_erase_irq(&xa, 200), THING(3));
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	xa_destroy(&xa);
	xa_init_flags(&xa, XA_FLAGS_LOCK_BH | XA_FLAGS_ALLOC);
	KUNIT_EXPECT_EQ(test, xa_alloc_bh(&xa, &id, THING(0), xa_limit_32b, GFP_KERNEL), 0);
	KUNIT_EXPECT_NULL(test, xa_store_bh(&xa, 200, THING(1), GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, xa_insert_bh(&xa, 201, THING(2), GFP_KERNEL), 0);
	KUNIT_EXPECT_PTR_EQ(test, xa_cmpxchg_bh(&xa, 200, THING(1), THING(3), GFP_KERNEL),
			    THING(1));
	KUNIT_EXPECT_PTR_EQ(test, xa_erase_bh(&xa, 200), THING(3));
	KUNIT_EXPECT_TRUE(test, preemptible());
	KUNIT_EXPECT_TRUE(test, xa_trylock(&xa));
	xa_unlock(&xa);
	xa_destroy(&xa);
	xa_init(&xa);
	KUNIT_EXPECT_EQ(test, (u32)xa.xa_flags, 0U);
	expect_gone(test, &xa);
}

/* Who holds the lock uses the __ forms; several changes are then one. */
static void under_the_lock(struct kunit *test)
{
	DEFINE_XARRAY_ALLOC(xa);
	u32 id, next = 0;

	xa_lock(&xa);
	KUNIT_EXPECT_EQ(test, __xa_alloc(&xa, &id, THING(0), xa_limit_32b, GFP_ATOMIC), 0);
	KUNIT_EXPECT_EQ(test,
			__xa_alloc_cyclic(&xa, &id, THING(1), xa_limit_32b, &next, GFP_ATOMIC), 0);
	KUNIT_EXPECT_EQ(test, id, 1U);
	KUNIT_EXPECT_EQ(test, __xa_insert(&xa, 100, THING(2), GFP_ATOMIC), 0);
	KUNIT_EXPECT_PTR_EQ(test, __xa_store(&xa, 100, THING(3), GFP_ATOMIC), THING(2));
	KUNIT_EXPECT_PTR_EQ(test, __xa_cmpxchg(&xa, 100, THING(3), THING(4), GFP_ATOMIC), THING(3));
	__xa_set_mark(&xa, 100, XA_MARK_1);
	KUNIT_EXPECT_TRUE(test, xa_get_mark(&xa, 100, XA_MARK_1));
	__xa_clear_mark(&xa, 100, XA_MARK_1);
	KUNIT_EXPECT_FALSE(test, xa_get_mark(&xa, 100, XA_MARK_1));
	KUNIT_EXPECT_PTR_EQ(test, __xa_erase(&xa, 100), THING(4));
	xa_unlock(&xa);
	xa_destroy(&xa);
	expect_gone(test, &xa);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(kinds_of_entries),
	KUNIT_CASE(errors_as_entries),
	KUNIT_CASE(store_load_erase),
	KUNIT_CASE(heights),
	KUNIT_CASE(nodes_wait_for_readers),
	KUNIT_CASE(nodes_come_and_go),
	KUNIT_CASE(what_is_refused),
	KUNIT_CASE(insert_and_cmpxchg),
	KUNIT_CASE(reserved),
	KUNIT_CASE(find),
	KUNIT_CASE(ranges),
	KUNIT_CASE(marks),
	KUNIT_CASE(marks_in_the_head),
	KUNIT_CASE(free_mark_is_not_the_users),
	KUNIT_CASE(alloc),
	KUNIT_CASE(alloc_from_one),
	KUNIT_CASE(alloc_from_one_below_others),
	KUNIT_CASE(null_reserves),
	KUNIT_CASE(cyclic),
	KUNIT_CASE(forms),
	KUNIT_CASE(under_the_lock),
	{},
};
static struct kunit_suite suite = { .name = "xarray", .test_cases = cases };
kunit_test_suite(suite);
