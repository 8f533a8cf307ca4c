// SPDX-License-Identifier: MIT
/*
 * The page allocator on several CPUs: blocks that one allocates and another frees, their contents
 * saying whether anybody else had them meanwhile; per-CPU lists that others need back.
 *
 * Mutations that made them fail when tried:
 *   churn, quiesce_meanwhile, bulks_are_drained_meanwhile  pcp_drain() or pcp_refill() without the zone's lock
 *   lists_of_others_are_drained  page_alloc_drain_all() drains this CPU only
 *   want_reaches_other_lists  give_back_caches() asks this CPU only
 */
#include <asm/smp.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include "smp_fixture.h"
#include "mm/internal.h"

#define NR_HELD	 48
#define MAX_TEST 5 /* largest order here */

DECLARE_PER_CPU(struct per_cpu_pages, zone_pcp[MAX_NR_ZONES]);

static u64 stamp_of(const struct page *page, unsigned int order)
{
	return (page_to_pfn(page) << 8 | order) * 0x9e3779b97f4a7c15ULL;
}

/* First and last word of each page. */
static void stamp(struct page *page, unsigned int order)
{
	page->private = order;
	for (unsigned long i = 0; i < 1UL << order; i++) {
		u64 *words = page_address(page + i);

		words[0] = stamp_of(page + i, order);
		words[PAGE_SIZE / 8 - 1] = ~stamp_of(page + i, order);
	}
}

static void check_and_free(struct smp_cpu *c, void *p)
{
	struct page *page = p;
	unsigned int order = page->private;

	if (order > MAX_TEST) {
		smp_wrong(c, "a block's struct page was written to", page_to_pfn(page));
		return;
	}
	for (unsigned long i = 0; i < 1UL << order; i++) {
		u64 *words = page_address(page + i);

		if (words[0] != stamp_of(page + i, order) ||
		    words[PAGE_SIZE / 8 - 1] != ~stamp_of(page + i, order))
			smp_wrong(c, "a block's memory was written to", page_to_pfn(page + i));
		words[0] = 0;
	}
	__free_pages(page, order);
}

static struct page *get_stamped(struct smp_cpu *c)
{
	static const gfp_t kinds[] = { GFP_KERNEL, GFP_HIGHUSER_MOVABLE,
				       GFP_KERNEL | __GFP_RECLAIMABLE, GFP_ATOMIC };
	unsigned int order = smp_rand(c, MAX_TEST + 1);
	struct page *page = alloc_pages(kinds[smp_rand(c, 4)] | __GFP_NOWARN, order);

	if (!page)
		smp_wrong(c, "no memory", order);
	else
		stamp(page, order);
	return page;
}

static void churn_on_cpu(struct smp_cpu *c)
{
	struct page *held[NR_HELD] = { NULL };

	do {
		struct page **slot = &held[smp_rand(c, NR_HELD)];

		if (*slot && smp_rand(c, 2))
			*slot = smp_swap(c, *slot);
		if (*slot) {
			check_and_free(c, *slot);
			*slot = NULL;
		} else {
			*slot = get_stamped(c);
		}
	} while (smp_more(c));
	for (unsigned int i = 0; i < NR_HELD; i++) {
		if (held[i])
			check_and_free(c, held[i]);
	}
}

static void churn(struct kunit *test)
{
	smp_need(test);
	smp_run(test, churn_on_cpu, NULL, check_and_free);
}

/* CPU 0 empties all lists again and again while the others use theirs. */
static void quiesce_on_cpu(struct smp_cpu *c)
{
	if (c->id)
		churn_on_cpu(c);
	else
		do
			mm_quiesce();
		while (smp_more(c));
}

static void quiesce_meanwhile(struct kunit *test)
{
	smp_need(test);
	smp_run(test, quiesce_on_cpu, NULL, check_and_free);
}

static void fill_lists(void *unused)
{
	for (unsigned int order = 0; order < PCP_ORDERS; order++) {
		struct page *page = alloc_pages(GFP_ATOMIC, order);

		if (page)
			__free_pages(page, order);
	}
}

static unsigned long listed_on(unsigned int cpu)
{
	unsigned long n = 0;

	for (unsigned int z = 0; z < MAX_NR_ZONES; z++) {
		struct pcp_list(*lists)[MIGRATE_TYPES] = per_cpu_ptr(&zone_pcp[0], cpu)[z].lists;

		for (unsigned int o = 0; o < PCP_ORDERS; o++) {
			for (unsigned int mt = 0; mt < MIGRATE_TYPES; mt++)
				n += (unsigned long)READ_ONCE(lists[o][mt].count) << o;
		}
	}
	return n;
}

/* What other CPUs' lists hold is theirs until somebody asks; then it is free memory like any. */
static void lists_of_others_are_drained(struct kunit *test)
{
	smp_need(test);
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, call_on_cpu(1, fill_lists, NULL), 0);
	KUNIT_EXPECT_GT(test, listed_on(1), 0UL);
	page_alloc_drain();
	KUNIT_EXPECT_GT(test, listed_on(1), 0UL);
	page_alloc_drain_all();
	KUNIT_EXPECT_EQ(test, listed_on(1), 0UL);
	KUNIT_EXPECT_EQ(test, call_on_cpu(1, fill_lists, NULL), 0);
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, listed_on(1), 0UL);
}

/* A request that finds nothing gets at other CPUs' lists if it may wait for them. */
static void want_reaches_other_lists(struct kunit *test)
{
	struct page *chain = NULL, *page;

	smp_need(test);
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, call_on_cpu(1, fill_lists, NULL), 0);
	while ((page = alloc_pages(GFP_NOWAIT | __GFP_NOWARN, MAX_PAGE_ORDER))) {
		page->private = (unsigned long)chain;
		chain = page;
	}
	KUNIT_EXPECT_GT(test, listed_on(1), 0UL);
	page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, MAX_PAGE_ORDER);
	KUNIT_EXPECT_EQ(test, listed_on(1), 0UL);
	if (page)
		__free_pages(page, MAX_PAGE_ORDER);
	while (chain) {
		page = chain;
		chain = (struct page *)page->private;
		__free_pages(page, MAX_PAGE_ORDER);
	}
}

/* ---- bulks ---- */

/* In the first page of a bulk; the others have their number in them. */
struct bulk {
	unsigned long nr;
	struct page *pages[100];
};

static void free_bulk(struct smp_cpu *c, void *p)
{
	struct bulk b = *(struct bulk *)p;

	for (unsigned long i = b.nr; i-- > 0;) {
		unsigned long *word = page_address(b.pages[i]);

		if (i && *word != (b.nr << 32 | i))
			smp_wrong(c, "a page of a bulk was written to", i);
		*word = ~0UL;
		__free_page(b.pages[i]);
	}
}

static void bulk_on_cpu(struct smp_cpu *c)
{
	do {
		struct bulk *b, *other, got = { .nr = 0 };
		u32 want = 1 + smp_rand(c, ARRAY_SIZE(got.pages));

		if (c->id == 0 && smp_rand(c, 8) == 0)
			mm_quiesce();
		got.nr = alloc_pages_bulk_array(GFP_KERNEL, want, got.pages);
		if (got.nr != want) {
			smp_wrong(c, "no memory", want);
			break;
		}
		for (unsigned long i = 1; i < got.nr; i++)
			*(unsigned long *)page_address(got.pages[i]) = got.nr << 32 | i;
		b = page_address(got.pages[0]);
		*b = got;
		other = smp_swap(c, b);
		if (other)
			free_bulk(c, other);
	} while (smp_more(c));
}

static void bulks_are_drained_meanwhile(struct kunit *test)
{
	smp_need(test);
	mm_quiesce();
	smp_run(test, bulk_on_cpu, NULL, free_bulk);
}

static struct kunit_case cases[] = { KUNIT_CASE(churn),
				     KUNIT_CASE(bulks_are_drained_meanwhile),
				     KUNIT_CASE(quiesce_meanwhile),
				     KUNIT_CASE(lists_of_others_are_drained),
				     KUNIT_CASE(want_reaches_other_lists),
				     {} };
static struct kunit_suite suite = { .name = "page_alloc_smp", .test_cases = cases };

kunit_test_suite(suite);
