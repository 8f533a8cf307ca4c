// SPDX-License-Identifier: MIT
/*
 * Tests of mm/page_check.c.
 *
 * Mutations: tests/mutate/page_check.mut.
 */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <quarry/report.h>
#include "mm/internal.h"

#define GFP_TEST (GFP_KERNEL | __GFP_NOWARN)

/* ---- page_check.c: each invariant, broken by hand, is seen ---- */

static void forged(struct kunit *test, const char *what, void *byte, u8 bits)
{
	bool valid;

	*(u8 *)byte ^= bits;
	valid = buddy_valid();
	*(u8 *)byte ^= bits;
	if (valid)
		KUNIT_FAIL(test, "buddy_valid() does not see a wrong %s", what);
}

static void broken_invariants_are_seen(struct kunit *test)
{
	struct page *p = alloc_pages(GFP_TEST, 5); /* 16 pages of it made a free block */
	struct page *pageblock = pfn_to_page(ALIGN_DOWN(page_to_pfn(p), PAGEBLOCK_NR_PAGES));
	struct zone *zone = pfn_zone(page_to_pfn(p));
	unsigned int mt = pageblock->block;

	KUNIT_ASSERT_NOT_NULL(test, p);
	split_page(p, 5);
	for (unsigned int i = 0; i < 16; i++)
		__free_page(p + i);
	page_alloc_drain();
	KUNIT_EXPECT_EQ(test, p->mark, PAGE_MARK(PAGE_FREE, 4));
	KUNIT_EXPECT_TRUE(test, buddy_valid());
	forged(test, "mark (I1)", &p->order, 1);
	forged(test, "prev (I2)", &p->prev, 1);
	forged(test, "nr_free of a list (I2)", &zone->area[4].nr_free[mt], 1);
	forged(test, "nonempty (I2)", &zone->nonempty[mt], 1 << 4);
	forged(test, "mobility (I3)", &pageblock->block, 1);
	p[16].order = 4;
	forged(test, "buddy (I4)", &p[16].type, PAGE_USED ^ PAGE_FREE);
	p[16].order = 0;
	forged(test, "tail mark (I5)", &p[3].type, PAGE_USED);
	forged(test, "tail flags (I5)", &p[15].flags, 1);
	forged(test, "nr_free of the zone (I6)", &zone->nr_free, 1);
	__free_page(p + 16);
	forged(test, "count of a per-CPU list (I7)",
	       &per_cpu(zone_pcp[zone->id], 0).lists[0][mt].count, 1);
	forged(test, "mark in a per-CPU list (I7)", &p[16].order, 1);
	for (unsigned int i = 17; i < 32; i++)
		__free_page(p + i);
	KUNIT_EXPECT_TRUE(test, buddy_valid());
}

/* A block of two pageblocks: both must be of its list's mobility (I3). */
static void second_pageblock_is_looked_at(struct kunit *test)
{
	struct page *p = alloc_pages(GFP_TEST, MAX_PAGE_ORDER);

	KUNIT_ASSERT_NOT_NULL(test, p);
	__free_pages(p, MAX_PAGE_ORDER);
	KUNIT_EXPECT_EQ(test, p->mark, PAGE_MARK(PAGE_FREE, MAX_PAGE_ORDER));
	KUNIT_EXPECT_TRUE(test, buddy_valid());
	forged(test, "mobility of a second pageblock (I3)", &p[PAGEBLOCK_NR_PAGES].block, 1);
}

/* Two pages inside an allocated block, listed as a free one: only their place is wrong (I1). */
static void odd_place_is_seen(struct kunit *test)
{
	struct page *p = alloc_pages(GFP_TEST, 2), *odd = p + 1;
	struct zone *zone = pfn_zone(page_to_pfn(p));
	unsigned int mt = pfn_to_page(ALIGN_DOWN(page_to_pfn(p), PAGEBLOCK_NR_PAGES))->block;
	struct free_area *area = &zone->area[1];
	u32 next = area->head[mt], nonempty = zone->nonempty[mt];

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_TRUE(test, buddy_valid());
	odd->mark = PAGE_MARK(PAGE_FREE, 1);
	odd->next = next;
	odd->prev = 0;
	if (next)
		pfn_to_page(next)->prev = page_to_pfn(odd);
	area->head[mt] = page_to_pfn(odd);
	area->nr_free[mt]++;
	zone->nonempty[mt] |= 1u << 1;
	zone->nr_free += 2;
	KUNIT_EXPECT_FALSE(test, buddy_valid());
	zone->nr_free -= 2;
	zone->nonempty[mt] = nonempty;
	area->nr_free[mt]--;
	area->head[mt] = next;
	if (next)
		pfn_to_page(next)->prev = 0;
	odd->mark = 0;
	odd->next = 0;
	KUNIT_EXPECT_TRUE(test, buddy_valid());
	__free_pages(p, 2);
}

static void broken_sections_are_seen(struct kunit *test)
{
	struct zone *dma = &zones[ZONE_DMA];

	dma->nr_untouched ^= 1;
	KUNIT_EXPECT_FALSE(test, section_valid());
	dma->nr_untouched ^= 1;
	KUNIT_EXPECT_TRUE(test, section_valid());
	/* the zone's sum is right, so only the sections tell */
	dma->nr_untouched++;
	dma->nr_free++;
	KUNIT_EXPECT_FALSE(test, buddy_valid());
	dma->nr_untouched--;
	dma->nr_free--;
	KUNIT_EXPECT_TRUE(test, buddy_valid());
}

/* A page behind a smaller block is not that block's, though it may be the only candidate. */
static void heads_reach_as_far_as_their_order(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_TEST, 2);

	KUNIT_ASSERT_NOT_NULL(test, page);
	page->order = 1;
	KUNIT_EXPECT_PTR_EQ(test, page_head(page + 1), page);
	KUNIT_EXPECT_NULL(test, page_head(page + 2));
	KUNIT_EXPECT_NULL(test, page_head(page + 3));
	page->order = 2;
	__free_pages(page, 2);
}

static void explanations(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_TEST, 2);
	unsigned long addr;
	char buf[128] = "";

	KUNIT_ASSERT_NOT_NULL(test, page);
	addr = (unsigned long)page_address(page);
	KUNIT_EXPECT_TRUE(test, page_explainer.explain(addr + 3 * PAGE_SIZE + 5, buf, sizeof(buf)));
	KUNIT_EXPECT_NOT_NULL(test, strstr(buf, "allocated block of order 2 at pfn"));
	__free_pages(page, 2);
	KUNIT_EXPECT_TRUE(test, page_explainer.explain(addr, buf, sizeof(buf)));
	KUNIT_EXPECT_NOT_NULL(test, strstr(buf, "free block (per-CPU list) of order 2"));
	KUNIT_EXPECT_FALSE(test, page_explainer.explain(VMALLOC_START, buf, sizeof(buf)));
}

/* A table's page is nobody's to refer to, and goes back as clean as any other. */
static void tables_leave_no_count(struct kunit *test)
{
	phys_addr_t table = table_alloc_user();

	KUNIT_ASSERT_NE(test, table, 0ULL);
	KUNIT_EXPECT_EQ(test, page_count(phys_to_page(table)), 0);
	table_free_user(__va(table));
	KUNIT_EXPECT_EQ(test, page_count(phys_to_page(table)), 0);
	KUNIT_EXPECT_EQ(test, phys_to_page(table)->type, PAGE_PCP);
}

static struct kunit_case check_cases[] = {
	KUNIT_CASE(broken_invariants_are_seen),
	KUNIT_CASE(second_pageblock_is_looked_at),
	KUNIT_CASE(odd_place_is_seen),
	KUNIT_CASE(broken_sections_are_seen),
	KUNIT_CASE(heads_reach_as_far_as_their_order),
	KUNIT_CASE(explanations),
	KUNIT_CASE(tables_leave_no_count),
	{}
};
static struct kunit_suite check_suite = { .name = "page_check", .test_cases = check_cases };
kunit_test_suite(check_suite);
