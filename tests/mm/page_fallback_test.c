// SPDX-License-Identifier: MIT
/*
 * Tests of what mm/page_alloc.c does when the first choice is not to be had.
 *
 * Mutations: tests/mutate/page_alloc.mut.
 */
#include <asm/irqflags.h>
#include <kunit/test.h>
#include <linux/bitops.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include "mm/internal.h"
#include "reclaim_fixture.h"

#define GFP_TEST (GFP_KERNEL | __GFP_NOWARN)

/* ---- blocks chained through page->private: taking most of a machine touches none of it ---- */

static struct page *take_all(struct page *chain, gfp_t gfp, unsigned int order)
{
	struct page *page;

	while ((page = alloc_pages(gfp, order)) != NULL) {
		page->private = (unsigned long)chain;
		chain = page;
	}
	return chain;
}

static void give_back(struct page *chain)
{
	while (chain) {
		struct page *next = (struct page *)chain->private;

		__free_pages(chain, chain->order);
		chain = next;
	}
}

/* A request that could use DMA32 leaves min and lowmem_reserve in DMA for what needs DMA. */
static void dma_is_kept_for_dma(struct kunit *test)
{
	const struct zone *dma = &zones[ZONE_DMA];
	unsigned long limit = dma->watermark[WMARK_MIN] + dma->lowmem_reserve[ZONE_DMA32], had;
	struct page *chain = NULL, *page;

	page_alloc_drain();
	had = dma->nr_free;
	for (int order = MAX_PAGE_ORDER; order >= 0; order--)
		chain = take_all(chain, GFP_TEST | GFP_DMA32, order);
	page_alloc_drain();
	KUNIT_EXPECT_EQ(test, dma->nr_free, min(had, limit));
	page = alloc_page(GFP_TEST | GFP_DMA);
	if (populated_zone(&zones[ZONE_DMA32]))
		KUNIT_EXPECT_NOT_NULL(test, page);
	if (page)
		__free_page(page);
	give_back(chain);
}

/* Free blocks that have no free buddy until the zone has `pages`. Returns those that stay. */
static struct page *free_odd_ones(struct page *chain, const struct zone *zone, unsigned long pages)
{
	struct page *stay = NULL, *next;

	for (; chain; chain = next) {
		next = (struct page *)chain->private;
		if (zone->nr_free < pages && (page_to_pfn(chain) >> chain->order & 1)) {
			__free_pages(chain, chain->order);
		} else {
			chain->private = (unsigned long)stay;
			stay = chain;
		}
	}
	return stay;
}

/* Only small blocks of another mobility are left: they are lent, their pageblock stays. */
static void small_blocks_are_lent(struct kunit *test)
{
	const struct zone *dma = &zones[ZONE_DMA];
	const gfp_t gfp = GFP_TEST | GFP_DMA | __GFP_RECLAIMABLE;
	struct page *chain, *one, *sixteen, *pageblock;

	page_alloc_drain();
	chain = take_all(NULL, GFP_TEST | __GFP_MEMALLOC | GFP_DMA, 4);
	chain = free_odd_ones(chain, dma, dma->watermark[WMARK_MIN] + 128);
	sixteen = alloc_pages(gfp, 4);
	one = alloc_page(gfp);
	give_back(chain);
	KUNIT_ASSERT_NOT_NULL(test, sixteen);
	KUNIT_ASSERT_NOT_NULL(test, one);
	pageblock = pfn_to_page(ALIGN_DOWN(page_to_pfn(sixteen), PAGEBLOCK_NR_PAGES));
	KUNIT_EXPECT_NE(test, pageblock->block, MIGRATE_RECLAIMABLE);
	KUNIT_EXPECT_TRUE(test, buddy_valid());
	__free_pages(sixteen, 4);
	__free_page(one);
}

static unsigned long blocks_above(const struct zone *zone, unsigned int order)
{
	unsigned long n = 0;

	for (unsigned int o = order + 1; o < NR_PAGE_ORDERS; o++) {
		for (unsigned int mt = 0; mt < MIGRATE_TYPES; mt++)
			n += zone->area[o].nr_free[mt];
	}
	return n;
}

/* Nothing larger is broken up while a block of the size lies there. */
static void smallest_block_that_fits(struct kunit *test)
{
	struct page *p = alloc_pages(GFP_TEST, 5), *again;
	const struct zone *zone;
	unsigned long larger, fitting;

	KUNIT_ASSERT_NOT_NULL(test, p);
	zone = pfn_zone(page_to_pfn(p));
	split_page(p, 5);
	for (unsigned int i = 0; i < 16; i++) /* its buddy stays: it can't merge further */
		__free_page(p + i);
	page_alloc_drain();
	fitting = zone->area[4].nr_free[MIGRATE_UNMOVABLE];
	larger = blocks_above(zone, 4);
	again = alloc_pages(GFP_TEST, 4);
	/* a per-CPU list is filled with more than one: the next may have to be broken off */
	if (fitting < PCP_BATCH >> 4)
		KUNIT_EXPECT_PTR_EQ(test, again, p);
	else
		KUNIT_EXPECT_EQ(test, blocks_above(zone, 4), larger);
	if (again)
		__free_pages(again, 4);
	for (unsigned int i = 16; i < 32; i++)
		__free_page(p + i);
}

/* What per-CPU lists hold is given back to merge before a request fails. */
static void lists_are_emptied_before_failing(struct kunit *test)
{
	const gfp_t gfp = GFP_TEST | __GFP_MEMALLOC | GFP_DMA;
	struct page *chain = take_all(NULL, gfp, 4), *block = chain, *again;

	KUNIT_ASSERT_NOT_NULL(test, block);
	chain = (struct page *)block->private;
	split_page(block, 4);
	kswapd_settle();    /* which gives back what lists hold, too */
	page_alloc_drain(); /* a list that is long already gives back what it gets */
	for (unsigned int i = 0; i < 16; i++)
		__free_page(block + i);
	KUNIT_EXPECT_EQ(test, block->type, PAGE_PCP);
	again = alloc_pages(gfp, 4);
	KUNIT_EXPECT_PTR_EQ(test, again, block);
	if (again)
		__free_pages(again, 4);
	give_back(chain);
}

/* The kernel's tables are made where nobody can wait: out of the reserve if need be. */
static void kernel_tables_may_use_the_reserve(struct kunit *test)
{
	struct page *chain = NULL;
	phys_addr_t table;

	for (int order = MAX_PAGE_ORDER; order >= 0; order--)
		chain = take_all(chain, GFP_TEST, order);
	table = table_alloc_kernel();
	give_back(chain);
	KUNIT_ASSERT_NE(test, table, 0ULL);
	mm_stat_add(MM_KERNEL_TABLES, -1);
	mm_stat_add(MM_USER_TABLES, 1);
	table_free_user(__va(table));
}

static void draining_empties_every_list(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_TEST | __GFP_MOVABLE, PCP_ORDERS - 1);
	const struct pcp_list *list;
	enum zone_type zone;

	KUNIT_ASSERT_NOT_NULL(test, page);
	zone = pfn_zone_id(page_to_pfn(page));
	list = &per_cpu(zone_pcp[zone], 0).lists[PCP_ORDERS - 1][MIGRATE_MOVABLE];
	__free_pages(page, PCP_ORDERS - 1);
	KUNIT_EXPECT_EQ(test, list->head, page_to_pfn(page));
	page_alloc_drain();
	for (unsigned int i = 0; i < MAX_NR_ZONES * PCP_ORDERS * MIGRATE_TYPES; i++) {
		list = &per_cpu(zone_pcp[0], 0).lists[0][0] + i;
		KUNIT_EXPECT_EQ(test, list->count, 0U);
		KUNIT_EXPECT_EQ(test, list->head, 0U);
	}
}

/* A request that could use a higher zone leaves lowmem_reserve in a lower one. */
static void low_zones_are_protected(struct kunit *test)
{
	unsigned long above = zones[ZONE_DMA32].managed + zones[ZONE_NORMAL].managed;

	KUNIT_EXPECT_EQ(test, zones[ZONE_DMA].lowmem_reserve[ZONE_DMA], 0UL);
	KUNIT_EXPECT_EQ(test, zones[ZONE_DMA].lowmem_reserve[ZONE_NORMAL], above / 256);
	KUNIT_EXPECT_EQ(test, zones[ZONE_DMA32].lowmem_reserve[ZONE_NORMAL],
			zones[ZONE_NORMAL].managed / 256);
}

/*
 * Any of the zones will do: each in turn is the only one whose mark can be reached. Beside a large
 * machine's memory the lowest is all reserve.
 */
static void one_zone_is_enough(struct kunit *test)
{
	struct zone *const *list = zonelists[MAX_NR_ZONES - 1];
	unsigned long marks[MAX_NR_ZONES], flags;
	bool reached[MAX_NR_ZONES], could[MAX_NR_ZONES], none;
	unsigned int n = 0;

	local_irq_save(flags);
	for (; list[n]; n++) {
		marks[n] = list[n]->watermark[WMARK_HIGH];
		WRITE_ONCE(list[n]->watermark[WMARK_HIGH], ULONG_MAX / 2);
	}
	none = zones_reach(WMARK_HIGH, MAX_NR_ZONES - 1);
	for (unsigned int i = 0; i < n; i++) {
		WRITE_ONCE(list[i]->watermark[WMARK_HIGH], 0);
		could[i] = list[i]->nr_free >= list[i]->lowmem_reserve[MAX_NR_ZONES - 1];
		reached[i] = zones_reach(WMARK_HIGH, MAX_NR_ZONES - 1);
		WRITE_ONCE(list[i]->watermark[WMARK_HIGH], ULONG_MAX / 2);
	}
	for (unsigned int i = 0; i < n; i++)
		WRITE_ONCE(list[i]->watermark[WMARK_HIGH], marks[i]);
	local_irq_restore(flags);
	KUNIT_EXPECT_FALSE(test, none);
	for (unsigned int i = 0; i < n; i++)
		KUNIT_EXPECT_EQ(test, reached[i], could[i]);
}

/* Nobody may use both mobility flags; who does gets pages all the same, from real lists. */
static void both_mobility_flags(struct kunit *test)
{
	const gfp_t gfp = GFP_TEST | __GFP_MOVABLE | __GFP_RECLAIMABLE;
	struct page *pages[8] = { NULL }, *page = alloc_page(gfp);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, alloc_pages_bulk_array(gfp, 8, pages), 8UL);
	KUNIT_EXPECT_TRUE(test, buddy_valid());
	for (int i = 0; i < 8; i++) {
		if (pages[i])
			__free_page(pages[i]);
	}
	__free_page(page);
	KUNIT_EXPECT_TRUE(test, buddy_valid());
}

/* All that has been brought in is allocated or in small blocks, and `mt` has none of those. */
static struct page *leave_small_blocks(struct kunit *test, const struct zone *z, unsigned int mt,
				       gfp_t gfp, struct page *chain)
{
	static const gfp_t of[MIGRATE_TYPES] = {
		[MIGRATE_MOVABLE] = __GFP_MOVABLE, [MIGRATE_RECLAIMABLE] = __GFP_RECLAIMABLE
	};

	for (unsigned int t = 0; t < MIGRATE_TYPES; t++) {
		unsigned int keep = t == mt ? 0 : PAGEBLOCK_ORDER;

		while (z->nonempty[t] >> keep) {
			unsigned int order = __fls(z->nonempty[t]);
			struct page *page = alloc_pages(gfp | of[t], order);

			KUNIT_ASSERT_NOT_NULL(test, page);
			page->private = (unsigned long)chain;
			chain = page;
			page_alloc_drain();
		}
	}
	return chain;
}

/* Untouched memory is brought in before a small block of another mobility is borrowed. */
static void untouched_before_borrowed(struct kunit *test)
{
	const struct zone *z = populated_zone(&zones[ZONE_NORMAL]) ? &zones[ZONE_NORMAL] :
								      &zones[ZONE_DMA32];
	const gfp_t gfp = GFP_TEST | (z->id == ZONE_NORMAL ? 0 : GFP_DMA32);
	struct page *small = alloc_pages(gfp | __GFP_MOVABLE, 4), *chain, *page;
	unsigned long untouched;

	KUNIT_ASSERT_NOT_NULL(test, small);
	mm_quiesce();
	chain = leave_small_blocks(test, z, MIGRATE_RECLAIMABLE, gfp, NULL);
	untouched = z->nr_untouched;
	page = untouched ? alloc_page(gfp | __GFP_RECLAIMABLE) : NULL;
	if (untouched && z->nonempty[MIGRATE_MOVABLE]) {
		KUNIT_EXPECT_NOT_NULL(test, page);
		KUNIT_EXPECT_LT(test, z->nr_untouched, untouched);
	}
	if (page)
		__free_page(page);
	give_back(chain);
	__free_pages(small, 4);
	if (!untouched)
		kunit_skip(test, "no untouched section is left");
}

static struct kunit_case fallback_cases[] = {
	KUNIT_CASE(both_mobility_flags),
	KUNIT_CASE(low_zones_are_protected),
	KUNIT_CASE(one_zone_is_enough),
	KUNIT_CASE(dma_is_kept_for_dma),
	KUNIT_CASE(small_blocks_are_lent),
	KUNIT_CASE(smallest_block_that_fits),
	KUNIT_CASE(lists_are_emptied_before_failing),
	KUNIT_CASE(kernel_tables_may_use_the_reserve),
	KUNIT_CASE(untouched_before_borrowed),
	KUNIT_CASE(draining_empties_every_list),
	{}
};
static struct kunit_suite fallback_suite = {
	.name = "page_alloc_fallback", .test_cases = fallback_cases
};
kunit_test_suite(fallback_suite);
