// SPDX-License-Identifier: MIT
/*
 * Tests of mm/fault_inject.c: which calls fail, which are exempt, what is counted, and that the
 * allocators are as fast as before when it is off.
 *
 * Mutations that made them fail when tried:
 *	rules: interval counted from 0; probability drawn with <=; times not
 *		used up; space compared with <, or not used up; nth counting from 0; onwards
 *		ignored; the draw without its number, or without the seed; exempt calls counted
 *	exempt: __GFP_NOFAIL not; min_order off by one, exempt bits ignored, for slabs or for pages
 *	callers: rejected ones fail, counted although not required; the depth not heeded; the
 *		first caller skipped; bad text sets a range
 *	arming: magazines not taken (new caches' neither), not given back, not flushed; page_orders_plain
 *		left at 0, or not set; a bulk of pages not asking
 *	text: probability above 100, a fifth number taken; the attribute changed by bad
 *		text
 */
#include <asm/page.h>
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/fault-inject.h>
#include <linux/math.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "mm/internal.h"
#include "mm/slab.h"
#include "tests/mm/slab_fixture.h"

#define GFP_TEST (GFP_KERNEL | __GFP_NOWARN)

static struct fault_injection before;

static int nothing_armed(struct kunit *test)
{
	before = fault_inject_set((struct fault_injection){ 0 });
	return 0;
}

static void as_before(struct kunit *test)
{
	fault_inject_set(before);
}

static void arm(struct fault_attr *slab, struct fault_attr *page)
{
	fault_inject_set((struct fault_injection){ slab, page });
}

static void disarm(void)
{
	arm(NULL, NULL);
}

/* ---- which callers ---- */

noinline bool fault_test_asks(struct fault_attr *attr);
noinline bool fault_test_asks_by_way(struct fault_attr *attr);

noinline bool fault_test_asks(struct fault_attr *attr)
{
	bool fail = should_fail(attr, 1);

	barrier();
	return fail;
}

noinline bool fault_test_asks_by_way(struct fault_attr *attr)
{
	bool fail = fault_test_asks(attr);

	barrier();
	return fail;
}

static void only_required_callers_fail(struct kunit *test)
{
	struct fault_attr attr = FAULT_ATTR_NTH(1);

	KUNIT_ASSERT_EQ(test, fault_parse_callers("fault_test_asks_by_way", &attr.require_start,
						  &attr.require_end), 0);
	KUNIT_EXPECT_FALSE(test, fault_test_asks(&attr));
	KUNIT_EXPECT_EQ(test, atomic_long_read(&attr.asked), 0L);
	KUNIT_EXPECT_TRUE(test, fault_test_asks_by_way(&attr));
	KUNIT_EXPECT_EQ(test, atomic_long_read(&attr.asked), 1L);
}

static void rejected_callers_do_not_fail(struct kunit *test)
{
	struct fault_attr attr = FAULT_ATTR_FROM_NTH(1);

	KUNIT_ASSERT_EQ(test, fault_parse_callers("fault_test_asks_by_way", &attr.reject_start,
						  &attr.reject_end), 0);
	KUNIT_EXPECT_TRUE(test, fault_test_asks(&attr));
	KUNIT_EXPECT_FALSE(test, fault_test_asks_by_way(&attr));
	KUNIT_EXPECT_EQ(test, atomic_long_read(&attr.asked), 1L);
	/* Both at once: rejected wins. */
	fault_parse_callers("fault_test_asks", &attr.require_start, &attr.require_end);
	KUNIT_EXPECT_TRUE(test, fault_test_asks(&attr));
	KUNIT_EXPECT_FALSE(test, fault_test_asks_by_way(&attr));
}

/* The first caller is fault_test_asks(), the second the one that is looked for. */
static void callers_are_looked_at_so_far(struct kunit *test)
{
	struct fault_attr attr = FAULT_ATTR_FROM_NTH(1);

	fault_parse_callers("fault_test_asks_by_way", &attr.require_start, &attr.require_end);
	attr.stacktrace_depth = 1;
	KUNIT_EXPECT_FALSE(test, fault_test_asks_by_way(&attr));
	attr.stacktrace_depth = 2;
	KUNIT_EXPECT_TRUE(test, fault_test_asks_by_way(&attr));
	attr.stacktrace_depth = 1000;
	KUNIT_EXPECT_TRUE(test, fault_test_asks_by_way(&attr));
}

/* The whole way down from kmalloc(), and from alloc_pages(). */
static noinline void *allocates_here(void)
{
	void *p = kmalloc(100, GFP_TEST);

	barrier();
	return p;
}

static noinline struct page *takes_pages_here(void)
{
	struct page *page = alloc_pages(GFP_TEST, 3);

	barrier();
	return page;
}

static void allocators_are_filtered(struct kunit *test)
{
	struct fault_attr slab = FAULT_ATTR_FROM_NTH(1), page = FAULT_ATTR_FROM_NTH(1);
	struct page *block;
	void *p;

	fault_parse_callers("allocates_here", &slab.require_start, &slab.require_end);
	fault_parse_callers("takes_pages_here", &page.require_start, &page.require_end);
	arm(&slab, &page);
	KUNIT_EXPECT_NULL(test, allocates_here());
	KUNIT_EXPECT_NULL(test, takes_pages_here());
	p = kmalloc(100, GFP_TEST);
	block = alloc_pages(GFP_TEST, 3);
	disarm();
	KUNIT_EXPECT_NOT_NULL(test, p);
	KUNIT_EXPECT_NOT_NULL(test, block);
	kfree(p);
	if (block)
		__free_pages(block, 3);
}

static void callers_are_named_in_three_ways(struct kunit *test)
{
	unsigned long start = 1, end = 2;

	KUNIT_EXPECT_EQ(test, fault_parse_callers("fault_test_asks", &start, &end), 0);
	KUNIT_EXPECT_EQ(test, start, (unsigned long)fault_test_asks);
	KUNIT_EXPECT_GT(test, end, start);
	KUNIT_EXPECT_EQ(test, fault_parse_callers("0x1000-0x2000", &start, &end), 0);
	KUNIT_EXPECT_EQ(test, start, 0x1000UL);
	KUNIT_EXPECT_EQ(test, end, 0x2000UL);
	KUNIT_EXPECT_EQ(test, fault_parse_callers("modules", &start, &end), 0);
	KUNIT_EXPECT_EQ(test, start, MODULES_VADDR);
	KUNIT_EXPECT_EQ(test, end, MODULES_END);
	KUNIT_EXPECT_EQ(test, fault_parse_callers("no_such_function", &start, &end), -EINVAL);
	KUNIT_EXPECT_EQ(test, fault_parse_callers("0x2000-0x1000", &start, &end), -EINVAL);
	KUNIT_EXPECT_EQ(test, fault_parse_callers(NULL, &start, &end), -EINVAL);
	KUNIT_EXPECT_EQ(test, start, MODULES_VADDR);
}

/* Of the first 64 calls, bit i says whether number i failed. */
static u64 outcomes(struct fault_attr *attr, unsigned int calls, ssize_t size)
{
	u64 failed = 0;

	for (unsigned int i = 0; i < calls; i++)
		failed |= (u64)should_fail(attr, size) << i;
	return failed;
}

static struct fault_attr from_text(struct kunit *test, const char *text)
{
	struct fault_attr attr = FAULT_ATTR_INITIALIZER;

	KUNIT_ASSERT_EQ(test, setup_fault_attr(&attr, text), 0);
	return attr;
}

/* ---- The four numbers ---- */

static void as_good_as_off(struct kunit *test)
{
	struct fault_attr attr = FAULT_ATTR_INITIALIZER;

	KUNIT_EXPECT_EQ(test, outcomes(&attr, 20, 1), 0ULL);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&attr.asked), 20L);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&attr.injected), 0L);
}

static void each_interval_th(struct kunit *test)
{
	struct fault_attr each = from_text(test, "1,100,0,-1"),
			  zero = from_text(test, "0,100,0,-1");
	struct fault_attr third = from_text(test, "3,100,0,-1");

	KUNIT_EXPECT_EQ(test, outcomes(&each, 5, 1), 0x1fULL);
	KUNIT_EXPECT_EQ(test, outcomes(&zero, 5, 1), 0x1fULL);
	KUNIT_EXPECT_EQ(test, outcomes(&third, 9, 1), 0x124ULL);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&third.injected), 3L);
}

static void at_most_so_many_times(struct kunit *test)
{
	struct fault_attr attr = from_text(test, "2,100,0,3");

	KUNIT_EXPECT_EQ(test, outcomes(&attr, 20, 1), 0x2aULL);
	KUNIT_EXPECT_EQ(test, atomic_read(&attr.times), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&attr.injected), 3L);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&attr.asked), 20L);
}

/* A call takes its size as long as more than that is left: 10 lasts for three calls of 3. */
static void budget_first(struct kunit *test)
{
	struct fault_attr attr = from_text(test, "1,100,10,-1"),
			  even = from_text(test, "1,100,9,-1");

	KUNIT_EXPECT_EQ(test, outcomes(&attr, 6, 3), 0x38ULL);
	KUNIT_EXPECT_EQ(test, atomic_read(&attr.space), 1);
	KUNIT_EXPECT_EQ(test, outcomes(&even, 6, 3), 0x3cULL);
	KUNIT_EXPECT_EQ(test, atomic_read(&even.space), 3);
}

/* What the budget lets through is not counted for the interval. */
static void budget_before_interval(struct kunit *test)
{
	struct fault_attr attr = from_text(test, "2,100,4,-1");

	KUNIT_EXPECT_EQ(test, outcomes(&attr, 8, 1), 0x50ULL);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&attr.eligible), 5L);
}

#define DRAWS 20000

/* Of n draws at p, n p fail; the standard deviation is sqrt(n p (1 - p)), and five of them are allowed. */
static void as_often_as_asked(struct kunit *test)
{
	static const unsigned int percents[] = { 0, 1, 10, 50, 99, 100 };

	for (unsigned int i = 0; i < ARRAY_SIZE(percents); i++) {
		struct fault_attr attr = FAULT_ATTR_RANDOM(percents[i], 4711);
		long p = percents[i], want = DRAWS * p / 100, failed = 0;
		long most = 5 * int_sqrt(DRAWS * p * (100 - p) / 10000);

		for (unsigned int k = 0; k < DRAWS; k++)
			failed += should_fail(&attr, 1);
		KUNIT_EXPECT_LE_MSG(test, failed, want + most, "%ld percent", p);
		KUNIT_EXPECT_GE_MSG(test, failed, want - most, "%ld percent", p);
		KUNIT_EXPECT_EQ(test, atomic_long_read(&attr.injected), failed);
	}
}

static void the_seed_repeats(struct kunit *test)
{
	struct fault_attr a = FAULT_ATTR_RANDOM(50, 1), b = FAULT_ATTR_RANDOM(50, 1);
	struct fault_attr c = FAULT_ATTR_RANDOM(50, 2);
	u64 first = outcomes(&a, 64, 1), second = outcomes(&a, 64, 1);

	KUNIT_EXPECT_EQ(test, first, outcomes(&b, 64, 1));
	KUNIT_EXPECT_EQ(test, second, outcomes(&b, 64, 1));
	KUNIT_EXPECT_NE(test, first, second);
	KUNIT_EXPECT_NE(test, first, outcomes(&c, 64, 1));
	/* Seeds beside each other give other draws, not the same ones a step on. */
	KUNIT_EXPECT_NE(test, first >> 1, outcomes(&c, 63, 1));
}

/* ---- The n-th ---- */

static void the_nth_alone(struct kunit *test)
{
	struct fault_attr nth = FAULT_ATTR_NTH(4), from = FAULT_ATTR_FROM_NTH(4);

	KUNIT_EXPECT_EQ(test, outcomes(&nth, 10, 1), 0x8ULL);
	KUNIT_EXPECT_EQ(test, outcomes(&from, 10, 1), 0x3f8ULL);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&nth.asked), 10L);
}

/* ---- Slabs ---- */

static void the_nth_object(struct kunit *test)
{
	struct fault_attr attr = FAULT_ATTR_NTH(3);
	void *p[5], *large;

	kfree(kmalloc(64, GFP_TEST)); /* so that there is a magazine to be lost */
	arm(&attr, NULL);
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = kmalloc(64 + 64 * (i & 1), GFP_TEST);
	large = kmalloc(20000, GFP_TEST);
	disarm();
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
		KUNIT_EXPECT_EQ(test, p[i] == NULL, i == 2);
	KUNIT_EXPECT_NOT_NULL(test, large);
	/* Pages are none of its business, and there are no magazines to be counted. */
	KUNIT_EXPECT_EQ(test, atomic_long_read(&attr.asked), 5L);
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
		kfree(p[i]);
	kfree(large);
}

/* A bulk asks for each of its objects, a cache made meanwhile like the others. */
static void each_object_of_a_bulk(struct kunit *test)
{
	struct fault_attr attr = FAULT_ATTR_NTH(0);
	struct kmem_cache *s;
	void *p[8];
	int n;

	arm(&attr, NULL);
	s = kmem_cache_create("fault_inject", 64, 0, SLAB_NO_USER_FLAGS, NULL);
	attr.nth = atomic_long_read(&attr.asked) + 6;
	n = kmem_cache_alloc_bulk(s, GFP_TEST, ARRAY_SIZE(p), p);
	KUNIT_EXPECT_EQ(test, n, 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&attr.asked), (long)attr.nth);
	n = kmem_cache_alloc_bulk(s, GFP_TEST, ARRAY_SIZE(p), p);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&attr.asked), (long)attr.nth + 8);
	KUNIT_EXPECT_EQ(test, n, 8);
	kmem_cache_free_bulk(s, n, p);
	KUNIT_EXPECT_PTR_EQ(test, slab_cpu(s, 0)->top, MAG_TAKEN);
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	disarm();
	KUNIT_EXPECT_PTR_EQ(test, slab_cpu(s, 0)->top, MAG_NONE);
	kmem_cache_destroy(s);
}

/* I1, and the way back: magazines are gone while it is armed, and come again. */
static void magazines_go_and_come(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("fault_inject", 64, 0, SLAB_NO_USER_FLAGS, NULL);
	struct fault_attr attr = FAULT_ATTR_INITIALIZER;
	void **many = kunit_kcalloc(test, 400, sizeof(*many), GFP_KERNEL), *p;

	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_ASSERT_NOT_NULL(test, many);
	KUNIT_ASSERT_GT(test, s->mag_capacity, 0u);
	KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, 400, many), 400);
	kmem_cache_free_bulk(s, 400, many);
	KUNIT_EXPECT_TRUE(test, mag_real(slab_cpu(s, 0)->top));
	KUNIT_EXPECT_GT(test, s->nr_full, 0u);
	arm(&attr, NULL);
	for (unsigned int cpu = 0; cpu < nr_slab_cpus(); cpu++)
		KUNIT_EXPECT_PTR_EQ(test, slab_cpu(s, cpu)->top, MAG_TAKEN);
	KUNIT_EXPECT_EQ(test, s->nr_full + s->nr_empty, 0u);
	KUNIT_EXPECT_EQ(test, s->partial.nr + s->full.nr, 0u);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, p);
	kmem_cache_free(s, p);
	KUNIT_EXPECT_PTR_EQ(test, slab_cpu(s, 0)->top, MAG_TAKEN);
	disarm();
	for (unsigned int cpu = 0; cpu < nr_slab_cpus(); cpu++)
		KUNIT_EXPECT_PTR_EQ(test, slab_cpu(s, cpu)->top, MAG_NONE);
	kmem_cache_free(s, kmem_cache_alloc(s, GFP_KERNEL));
	KUNIT_EXPECT_TRUE(test, mag_real(slab_cpu(s, 0)->top));
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	kmem_cache_destroy(s);
}

/* Caches that never have magazines don't get them by it. */
static void some_have_none(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("fault_inject", 64, 0, SLAB_RED_ZONE, NULL);
	struct fault_attr attr = FAULT_ATTR_FROM_NTH(1);
	void *p;

	KUNIT_ASSERT_NOT_NULL(test, s);
	arm(&attr, NULL);
	p = kmem_cache_alloc(s, GFP_TEST);
	disarm();
	KUNIT_EXPECT_NULL(test, p);
	KUNIT_EXPECT_PTR_EQ(test, slab_cpu(s, 0)->top, MAG_TAKEN);
	KUNIT_EXPECT_PTR_EQ(test, slab_cpu(magazine_caches[0], 0)->top, MAG_TAKEN);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

/* ---- Pages ---- */

static void the_nth_page_request(struct kunit *test)
{
	struct fault_attr attr = FAULT_ATTR_NTH(2);
	struct page *p[3];

	arm(NULL, &attr);
	p[0] = alloc_page(GFP_TEST);
	p[1] = alloc_pages(GFP_TEST, 3);
	p[2] = alloc_pages(GFP_TEST, MAX_PAGE_ORDER);
	disarm();
	KUNIT_EXPECT_NOT_NULL(test, p[0]);
	KUNIT_EXPECT_NULL(test, p[1]);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&attr.asked), 3L);
	KUNIT_EXPECT_EQ(test, page_orders_plain, init_on_get_alloc() || page_debug ? 0U : NR_PAGE_ORDERS);
	if (p[0])
		__free_page(p[0]);
	if (p[1])
		__free_pages(p[1], 3);
	if (p[2])
		__free_pages(p[2], MAX_PAGE_ORDER);
}

/* Too large an order is refused as ever, with its warning, and counts for nothing. */
static void too_large_is_another_matter(struct kunit *test)
{
	struct fault_attr attr = FAULT_ATTR_INITIALIZER;

	arm(NULL, &attr);
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_TEST, MAX_PAGE_ORDER + 1));
	disarm();
	KUNIT_EXPECT_EQ(test, atomic_long_read(&attr.asked), 0L);
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_TEST, MAX_PAGE_ORDER + 1));
}

static void each_page_of_a_bulk(struct kunit *test)
{
	struct fault_attr attr = FAULT_ATTR_NTH(3);
	struct page *p[5] = { NULL };
	unsigned long n;

	arm(NULL, &attr);
	n = alloc_pages_bulk_array(GFP_TEST, ARRAY_SIZE(p), p);
	disarm();
	KUNIT_EXPECT_EQ(test, n, 2UL);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&attr.asked), 3L);
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++) {
		KUNIT_EXPECT_EQ(test, p[i] != NULL, i < 2);
		if (p[i])
			__free_page(p[i]);
	}
}

/* The budget of pages is counted in pages. */
static void pages_have_their_size(struct kunit *test)
{
	struct fault_attr attr = from_text(test, "1,100,9,-1");
	struct page *p, *q;

	arm(NULL, &attr);
	p = alloc_pages(GFP_TEST, 3);
	q = alloc_page(GFP_TEST);
	disarm();
	KUNIT_EXPECT_NOT_NULL(test, p);
	KUNIT_EXPECT_NULL(test, q);
	KUNIT_EXPECT_EQ(test, atomic_read(&attr.space), 1);
	if (p)
		__free_pages(p, 3);
	if (q)
		__free_page(q);
}

/* One attribute for both kinds: 1 object, 1 page for its slab, 1 large block. */
static void both_in_one_count(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("fault_inject", 64, 0, SLAB_NO_USER_FLAGS, NULL);
	struct fault_attr attr = FAULT_ATTR_NTH(3);
	void *p, *large;

	KUNIT_ASSERT_NOT_NULL(test, s);
	arm(&attr, &attr);
	p = kmem_cache_alloc(s, GFP_TEST);
	large = kmalloc(20000, GFP_TEST);
	disarm();
	KUNIT_EXPECT_NOT_NULL(test, p);
	KUNIT_EXPECT_NULL(test, large);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&attr.asked), 3L);
	kmem_cache_free(s, p);
	kfree(large);
	kmem_cache_destroy(s);
}

/* ---- Who is exempt ---- */

static void nofail_never_fails(struct kunit *test)
{
	struct fault_attr slab = FAULT_ATTR_FROM_NTH(1), page = FAULT_ATTR_FROM_NTH(1);
	void *p, *large;
	struct page *pages;

	arm(&slab, &page);
	p = kmalloc(64, GFP_KERNEL | __GFP_NOFAIL);
	large = kmalloc(20000, GFP_KERNEL | __GFP_NOFAIL);
	pages = alloc_pages(GFP_KERNEL | __GFP_NOFAIL, 1);
	disarm();
	KUNIT_EXPECT_NOT_NULL(test, p);
	KUNIT_EXPECT_NOT_NULL(test, large);
	KUNIT_EXPECT_NOT_NULL(test, pages);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&slab.asked), 0L);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&page.asked), 0L);
	kfree(p);
	kfree(large);
	if (pages)
		__free_pages(pages, 1);
}

/* As the boot line has it: who can sleep, high memory, orders below min_order. */
static void exempt_are_not_asked(struct kunit *test)
{
	struct fault_attr slab = FAULT_ATTR_FROM_NTH(1), page = FAULT_ATTR_FROM_NTH(1);
	void *sleeps, *atomic;
	struct page *small, *high, *both;

	slab.exempt = __GFP_DIRECT_RECLAIM;
	page.exempt = __GFP_HIGHMEM;
	page.min_order = 1;
	arm(&slab, &page);
	sleeps = kmalloc(64, GFP_TEST | __GFP_NOFAIL); /* makes the slab, if there is none */
	kfree(sleeps);
	sleeps = kmalloc(64, GFP_TEST);
	atomic = kmalloc(64, GFP_NOWAIT);
	small = alloc_page(GFP_TEST);
	high = alloc_pages(GFP_TEST | __GFP_HIGHMEM, 1);
	both = alloc_pages(GFP_TEST, 1);
	disarm();
	KUNIT_EXPECT_NOT_NULL(test, sleeps);
	KUNIT_EXPECT_NULL(test, atomic);
	KUNIT_EXPECT_NOT_NULL(test, small);
	KUNIT_EXPECT_NOT_NULL(test, high);
	KUNIT_EXPECT_NULL(test, both);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&slab.asked), 1L);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&page.asked), 1L);
	kfree(sleeps);
	kfree(atomic);
	if (small)
		__free_page(small);
	if (high)
		__free_pages(high, 1);
	if (both)
		__free_pages(both, 1);
}

/* ---- Text and state ---- */

static const char *const bad_texts[] = {
	"",
	"1",
	"1,2",
	"1,2,3",
	"1,100,0,-1,5",
	"1,101,0,-1",
	"-1,100,0,-1",
	"1,-1,0,-1",
	"1,100,-1,-1",
	"1,100,0,-2",
	"1,100,0,",
	"1,,0,-1",
	",100,0,-1",
	"a,b,c,d",
	"1,100,0,x",
	"1 ,100,0,-1",
	"1,100,0,1x",
	"1,100,0,99999999999",
};

static void bad_text_changes_nothing(struct kunit *test)
{
	struct fault_attr attr = { .interval = 7, .probability = 8, .nth = 9 };

	atomic_long_set(&attr.asked, 10);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad_texts); i++)
		KUNIT_EXPECT_EQ_MSG(test, setup_fault_attr(&attr, bad_texts[i]), -EINVAL, "'%s'",
				    bad_texts[i]);
	KUNIT_EXPECT_EQ(test, setup_fault_attr(&attr, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, attr.interval, 7UL);
	KUNIT_EXPECT_EQ(test, attr.probability, 8UL);
	KUNIT_EXPECT_EQ(test, attr.nth, 9UL);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&attr.asked), 10L);
}

static void good_text_sets_all(struct kunit *test)
{
	struct fault_attr attr = { .nth = 9, .exempt = __GFP_HIGHMEM };

	atomic_long_set(&attr.asked, 10);
	KUNIT_EXPECT_EQ(test, setup_fault_attr(&attr, "2,30,4096,5"), 0);
	KUNIT_EXPECT_EQ(test, attr.interval, 2UL);
	KUNIT_EXPECT_EQ(test, attr.probability, 30UL);
	KUNIT_EXPECT_EQ(test, atomic_read(&attr.space), 4096);
	KUNIT_EXPECT_EQ(test, atomic_read(&attr.times), 5);
	KUNIT_EXPECT_EQ(test, attr.nth, 0UL);
	KUNIT_EXPECT_EQ(test, attr.exempt, __GFP_HIGHMEM);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&attr.asked), 0L);
}

static unsigned int warnings;

static void count_refusals(const char *line, size_t n)
{
	warnings += strnstr(line, "refuses", n) != NULL;
}

/* On the boot line: one clear line for each, and nothing is armed. */
static void boot_line_refuses(struct kunit *test)
{
	char line[] = "failslab=1,200,0,-1 failslab fail_page_alloc=1,2,3 fail_seed=x fail_seed "
		      "failslab.ignore-gfp-wait=maybe fail_page_alloc.min-order=-1";
	printk_hook_t old;
	int refused;

	warnings = 0;
	old = printk_set_hook(count_refusals);
	refused = parse_boot_line(line, NULL);
	printk_set_hook(old);
	KUNIT_EXPECT_EQ(test, refused, 7);
	KUNIT_EXPECT_EQ(test, warnings, 7u);
	KUNIT_EXPECT_NULL(test, injection.slab);
	KUNIT_EXPECT_NULL(test, injection.page);
}

static char shown[512];

static void collect(const char *text)
{
	strlcat(shown, text, sizeof(shown));
	strlcat(shown, "\n", sizeof(shown));
}

static void state_is_shown(struct kunit *test)
{
	struct fault_attr slab = FAULT_ATTR_FROM_NTH(1), page = from_text(test, "2,30,4096,5");
	unsigned long count = fault_inject_count();
	char want[400];

	page.min_order = 1;
	page.exempt = __GFP_DIRECT_RECLAIM;
	page.reject_end = 1;
	arm(&slab, &page);
	KUNIT_EXPECT_NULL(test, kmalloc(64, GFP_TEST));
	KUNIT_EXPECT_NULL(test, kmalloc(64, GFP_TEST));
	shown[0] = '\0';
	fault_inject_show(collect);
	disarm();
	snprintf(
		want, sizeof(want),
		"failslab: call 1 and all after it; asked 2 times, failed 2\n"
		"fail_page_alloc: interval 2, probability 30 %%, space 4096, times 5, who can sleep is "
		"exempt, orders below 1 are exempt, of some callers only; asked 0 times, failed 0\n"
		"failed on purpose since boot: %lu\n",
		count + 2);
	KUNIT_EXPECT_STREQ(test, shown, want);
	shown[0] = '\0';
	fault_inject_show(collect);
	KUNIT_EXPECT_EQ(test, strncmp(shown, "failslab: off\nfail_page_alloc: off\n", 35), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(as_good_as_off),	    KUNIT_CASE(each_interval_th),
	KUNIT_CASE(at_most_so_many_times),  KUNIT_CASE(budget_first),
	KUNIT_CASE(budget_before_interval), KUNIT_CASE(as_often_as_asked),
	KUNIT_CASE(the_seed_repeats),	    KUNIT_CASE(the_nth_alone),
	KUNIT_CASE(the_nth_object),	    KUNIT_CASE(each_object_of_a_bulk),
	KUNIT_CASE(magazines_go_and_come),  KUNIT_CASE(some_have_none),
	KUNIT_CASE(the_nth_page_request),   KUNIT_CASE(too_large_is_another_matter),
	KUNIT_CASE(each_page_of_a_bulk),    KUNIT_CASE(pages_have_their_size),
	KUNIT_CASE(both_in_one_count),	    KUNIT_CASE(nofail_never_fails),
	KUNIT_CASE(exempt_are_not_asked),   KUNIT_CASE(bad_text_changes_nothing),
	KUNIT_CASE(good_text_sets_all),	    KUNIT_CASE(boot_line_refuses),
	KUNIT_CASE(state_is_shown),	    KUNIT_CASE(only_required_callers_fail),
	KUNIT_CASE(rejected_callers_do_not_fail), KUNIT_CASE(callers_are_looked_at_so_far),
	KUNIT_CASE(allocators_are_filtered), KUNIT_CASE(callers_are_named_in_three_ways),
	{},
};

static struct kunit_suite suite = {
	.name = "fault_inject",
	.suite_init = no_samples,
	.suite_exit = samples_again,
	.init = nothing_armed,
	.exit = as_before,
	.test_cases = cases,
};
kunit_test_suite(suite);
