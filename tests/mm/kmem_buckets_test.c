// SPDX-License-Identifier: MIT
/*
 * Tests of mm/kmem_buckets.c.
 *
 * Mutations: tests/mutate/kmem_buckets.mut. Tried by hand besides: the sets' memory taken by kmalloc().
 */
#include <kunit/test.h>
#include <linux/fault-inject.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "mm/internal.h"
#include "mm/slab.h"
#include "tests/mm/slab_fixture.h"
#include "tests/plant.h"

static kmem_buckets *make_set(struct kunit *test, slab_flags_t flags, unsigned int offset,
			      unsigned int size)
{
	kmem_buckets *b = kmem_buckets_create("set", flags, offset, size, NULL);

	KUNIT_ASSERT_NOT_NULL(test, b);
	return b;
}

/* Each size has the bucket that kmalloc() would take the class of, and none of kmalloc()'s slabs. */
static void each_size_has_its_bucket(struct kunit *test)
{
	static const struct {
		size_t size;
		const char *name;
	} rows[] = { { 1, "set-8" },	   { 8, "set-8" },     { 9, "set-16" },
		     { 96, "set-96" },	   { 97, "set-128" },  { 192, "set-192" },
		     { 1000, "set-1k" },   { 2049, "set-4k" }, { 8192, "set-8k" } };
	kmem_buckets *b = make_set(test, 0, 0, 0);

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		u8 *p = kmem_buckets_alloc(b, rows[i].size, GFP_KERNEL | __GFP_ZERO);
		struct kmem_cache *s = slab_cache_of(p);

		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_ASSERT_NOT_NULL(test, s);
		KUNIT_EXPECT_STREQ(test, kmem_cache_name(s), rows[i].name);
		KUNIT_EXPECT_GE(test, ksize(p), rows[i].size);
		KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, rows[i].size));
		kfree(p);
	}
	kmem_buckets_destroy(b);
}

static void nothing_and_too_much(struct kunit *test)
{
	kmem_buckets *b = make_set(test, 0, 0, 0);
	void *large = kmem_buckets_alloc(b, KMALLOC_MAX_CACHE_SIZE + 1, GFP_KERNEL), *area, *small;

	KUNIT_EXPECT_PTR_EQ(test, kmem_buckets_alloc(b, 0, GFP_KERNEL), ZERO_SIZE_PTR);
	KUNIT_EXPECT_NOT_NULL(test, large);
	KUNIT_EXPECT_NULL(test, slab_cache_of(large));
	kfree(large);
	area = kmem_buckets_valloc(b, 2 * KMALLOC_MAX_SIZE, GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, area);
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(area));
	kvfree(area);
	small = kmem_buckets_valloc(b, 100, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, small);
	KUNIT_EXPECT_STREQ(test, kmem_cache_name(slab_cache_of(small)), "set-128");
	kvfree(small);
	kmem_buckets_destroy(b);
	KUNIT_EXPECT_NO_REPORT(test, kmem_buckets_destroy(NULL));
}

/* What grows within its bucket stays; what doesn't is kmalloc()'s from then on. */
static void growth_leaves_the_set(struct kunit *test)
{
	kmem_buckets *b = make_set(test, 0, 0, 0);
	u8 *p = kmem_buckets_alloc(b, 40, GFP_KERNEL), *q;

	KUNIT_ASSERT_NOT_NULL(test, p);
	memset(p, 0x5a, 40);
	q = krealloc(p, 64, GFP_KERNEL);
	KUNIT_ASSERT_PTR_EQ(test, q, p);
	q = krealloc(p, 300, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, q);
	KUNIT_EXPECT_STREQ(test, kmem_cache_name(slab_cache_of(q)), "kmalloc-512");
	KUNIT_EXPECT_NULL(test, memchr_inv(q, 0x5a, 40));
	kfree(q);
	kmem_buckets_destroy(b);
}

/* A part of each object may be copied to user, cut at the object's end; of those before it nothing. */
static void user_part_is_cut(struct kunit *test)
{
	kmem_buckets *b = make_set(test, 0, 16, 100);
	static const struct {
		unsigned int class, offset, size;
	} rows[] = { { 8, 0, 0 }, { 16, 0, 0 }, { 32, 16, 16 }, { 64, 16, 48 }, { 256, 16, 100 } };

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		struct kmem_cache *s = (*b)[kmalloc_index(rows[i].class)];

		KUNIT_EXPECT_EQ_MSG(test, s->object_size, rows[i].class, "row %u", i);
		KUNIT_EXPECT_EQ_MSG(test, s->useroffset, rows[i].offset, "row %u", i);
		KUNIT_EXPECT_EQ_MSG(test, s->usersize, rows[i].size, "row %u", i);
	}
	kmem_buckets_destroy(b);
}

static unsigned int made;

static void make_object(void *p)
{
	*(u64 *)p = 0x600d;
	made++;
}

static void objects_are_constructed(struct kunit *test)
{
	kmem_buckets *b = kmem_buckets_create("made", 0, 0, 0, make_object);
	u64 *p;

	KUNIT_ASSERT_NOT_NULL(test, b);
	made = 0;
	p = kmem_buckets_alloc(b, 64, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_GT(test, made, 0u);
	KUNIT_EXPECT_EQ(test, *p, 0x600dULL);
	kfree(p);
	kmem_buckets_destroy(b);
}

/* More than was asked for is written, in a block that is large enough: checks of the set see it. */
static void overrun_of_the_request_is_seen(struct kunit *test)
{
	kmem_buckets *b = make_set(test, SLAB_RED_ZONE | SLAB_STORE_USER, 0, 0);
	u8 *p = kmem_buckets_alloc(b, 40, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	plant_write8(p + 40, 1);
	KUNIT_EXPECT_REPORT(test, "kmalloc Redzone overwritten", kfree(p));
	kmem_buckets_destroy(b);
}

static void left_objects_are_told(struct kunit *test)
{
	kmem_buckets *b = make_set(test, 0, 0, 0);
	void *p = kmem_buckets_alloc(b, 40, GFP_KERNEL);
	struct kmem_cache *s = slab_cache_of(p);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_REPORT(test, "set-64", kmem_buckets_destroy(b));
	kfree(p);
	kmem_cache_destroy(s); /* it was kept for its object */
}

/* One that can't be made takes the others with it. */
static void no_memory_for_the_last(struct kunit *test)
{
	struct fault_attr attr = { .nth = 20, .onwards = true };
	kmem_buckets *b;

	mm_quiesce(); /* magazines that are loaded are not asked */
	fault_inject_set((struct fault_injection){ .slab = &attr });
	b = kmem_buckets_create("set", 0, 0, 0, NULL);
	fault_inject_set((struct fault_injection){ .slab = NULL });
	KUNIT_EXPECT_NULL(test, b);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_size_has_its_bucket), KUNIT_CASE(nothing_and_too_much),
	KUNIT_CASE(growth_leaves_the_set),    KUNIT_CASE(user_part_is_cut),
	KUNIT_CASE(objects_are_constructed),  KUNIT_CASE(overrun_of_the_request_is_seen),
	KUNIT_CASE(left_objects_are_told),    KUNIT_CASE(no_memory_for_the_last),
	{},
};

static struct kunit_suite suite = {
	.name = "kmem_buckets",
	.suite_init = no_samples,
	.suite_exit = samples_again,
	.test_cases = cases,
};

kunit_test_suite(suite);
