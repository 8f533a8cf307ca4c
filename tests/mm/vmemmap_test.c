// SPDX-License-Identifier: MIT
/*
 * Tests of mm/vmemmap.c, of the page allocator's fallbacks (page_alloc.c), and of page_check.c.
 *
 * Mutations that made them fail when tried:
 *   vmemmap              unit_measure() forgets the table page; group_bits() one group short;
 *                        map_group() without clear_page(), or executable; pfn_valid() without the
 *                        section limit; count_whole_sections() off by one page; memblock_seal() or
 *                        mark_carved() left out; lowest section first; a zone's bits of section 0
 *                        lost when the other's come
 *   page_alloc_fallback  lowmem_reserve 0, ignored, or that of the wrong zone; small blocks never
 *                        lent; both mobility flags not caught; no second try for a smaller block
 *                        in pcp_refill(); the largest block taken instead of the smallest; no drain
 *                        before failing; freed pages put in the list of another mobility;
 *                        page_alloc_drain() leaves orders or mobilities out
 *   page_check           each INVARIANT() of page_check.c (but the alignment and the zone of a
 *                        block) and of section_valid() taken out; page_head_search() without the
 *                        order check; explain_page() without the head; free_block() leaves the
 *                        count
 */
#include <asm/pgtable.h>
#include <kunit/test.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <quarry/report.h>
#include "mm/internal.h"

DECLARE_PER_CPU(struct per_cpu_pages, zone_pcp[MAX_NR_ZONES]);
extern struct report_explainer page_explainer;

#define GFP_TEST (GFP_KERNEL | __GFP_NOWARN)

static void valid_where_ram_is(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_TRUE(test, pfn_valid(page_to_pfn(page)));
	KUNIT_EXPECT_TRUE(test, virt_addr_valid(page_address(page)));
	KUNIT_EXPECT_PTR_EQ(test, pfn_to_page(page_to_pfn(page)), page);
	__free_page(page);
}

static void invalid_elsewhere(struct kunit *test)
{
	unsigned long past = PFN_UP(memblock_end_of_DRAM());

	KUNIT_EXPECT_FALSE(test, pfn_valid(ALIGN(past, GROUP_NR_PAGES)));
	KUNIT_EXPECT_FALSE(test, pfn_valid(ALIGN(past, PAGES_PER_SECTION)));
	KUNIT_EXPECT_FALSE(test, pfn_valid(~0UL >> PAGE_SHIFT));
	KUNIT_EXPECT_FALSE(test, virt_addr_valid(NULL));
	KUNIT_EXPECT_FALSE(test, virt_addr_valid((void *)0x400000));
	KUNIT_EXPECT_FALSE(test, virt_addr_valid((void *)VMALLOC_START));
	KUNIT_EXPECT_FALSE(test, virt_addr_valid((void *)VMEMMAP_START));
	KUNIT_EXPECT_FALSE(test, virt_addr_valid((void *)(PAGE_OFFSET + DIRECT_MAP_SIZE)));
}

/* A struct page stands in its page's own section: bringing one in needs no other allocation. */
static void sections_host_themselves(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	int level = -1;
	pte_t *slot;

	KUNIT_ASSERT_NOT_NULL(test, page);
	slot = pt_lookup(kernel_root(), (unsigned long)page, &level);
	KUNIT_ASSERT_NOT_NULL(test, slot);
	KUNIT_EXPECT_EQ(test, level, 0);
	KUNIT_EXPECT_EQ(test, pte_phys(*slot) >> SECTION_SHIFT,
			page_to_phys(page) >> SECTION_SHIFT);
	KUNIT_EXPECT_FALSE(test, pte_exec(*slot));
	KUNIT_EXPECT_EQ(test, pfn_to_page(pte_pfn(*slot))->type, PAGE_RESERVED);
	__free_page(page);
}

static void counting_is_exact(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, section_valid());
	KUNIT_EXPECT_LE(test, nr_free_pages(), nr_managed_pages());
}

/* Struct pages cost 1/128 of what they describe, tables included: well under Linux's 1/64. */
static void struct_pages_are_cheap(struct kunit *test)
{
	phys_addr_t ram = memblock_phys_mem_size(), taken = memblock_reserved_size();
	unsigned long free = ram - taken - PFN_PHYS(nr_managed_pages());

	KUNIT_EXPECT_LE(test, free, ram / 128 + ram / 4096 + (8 << 20) / 128 * 8);
}

static void memblock_is_sealed(struct kunit *test)
{
	void *p = NULL;

	KUNIT_EXPECT_REPORT(test, "memblock", p = memblock_alloc(4096, 4096));
	KUNIT_EXPECT_NULL(test, p);
}

static void groups_are_whole(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned long first;

	KUNIT_ASSERT_NOT_NULL(test, page);
	first = ALIGN_DOWN(page_to_pfn(page), GROUP_NR_PAGES);
	for (unsigned long i = 0; i < GROUP_NR_PAGES; i++) {
		unsigned long va;
		int level;

		KUNIT_EXPECT_TRUE(test, pfn_valid(first + i));
		va = (unsigned long)pfn_to_page(first + i);
		KUNIT_EXPECT_NOT_NULL(test, pt_lookup(kernel_root(), va, &level));
	}
	__free_page(page);
}

/* Sections come from the top: what the zone has not touched lies below what it has. */
static void highest_section_first(struct kunit *test)
{
	struct page *page = alloc_page(GFP_TEST);
	const struct zone *zone;

	KUNIT_ASSERT_NOT_NULL(test, page);
	zone = pfn_zone(page_to_pfn(page));
	KUNIT_EXPECT_GE(test, page_to_pfn(page), zone->next_section * PAGES_PER_SECTION);
	for (unsigned long s = zone->end_section + 1; s < zone->next_section; s++) {
		if (pfn_valid(s * PAGES_PER_SECTION))
			KUNIT_FAIL(test, "section %lu is in, though untouched", s);
	}
	__free_page(page);
}

/* The two zones of section 0 come in one after the other, and neither undoes the other. */
static void both_halves_of_section_0(struct kunit *test)
{
	struct page *low = alloc_page(GFP_TEST | GFP_DMA);
	const struct zone *dma32 = &zones[ZONE_DMA32];

	KUNIT_ASSERT_NOT_NULL(test, low);
	KUNIT_EXPECT_TRUE(test, pfn_valid(page_to_pfn(low)));
	if (populated_zone(dma32) && dma32->next_section == dma32->end_section)
		KUNIT_EXPECT_TRUE(test, pfn_valid(dma32->start_pfn));
	__free_page(low);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(valid_where_ram_is),
	KUNIT_CASE(invalid_elsewhere),
	KUNIT_CASE(sections_host_themselves),
	KUNIT_CASE(counting_is_exact),
	KUNIT_CASE(struct_pages_are_cheap),
	KUNIT_CASE(memblock_is_sealed),
	KUNIT_CASE(groups_are_whole),
	KUNIT_CASE(highest_section_first),
	KUNIT_CASE(both_halves_of_section_0),
	{}
};
static struct kunit_suite suite = { .name = "vmemmap", .test_cases = cases };

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

/* Nothing larger is broken up while a block of the size lies there. */
static void smallest_block_that_fits(struct kunit *test)
{
	struct page *p = alloc_pages(GFP_TEST, 5), *again;

	KUNIT_ASSERT_NOT_NULL(test, p);
	split_page(p, 5);
	for (unsigned int i = 0; i < 16; i++) /* its buddy stays: it can't merge further */
		__free_page(p + i);
	page_alloc_drain();
	again = alloc_pages(GFP_TEST, 4);
	KUNIT_EXPECT_PTR_EQ(test, again, p);
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
	for (unsigned int i = 0; i < 16; i++)
		__free_page(block + i);
	KUNIT_EXPECT_EQ(test, block->type, PAGE_PCP);
	again = alloc_pages(gfp, 4);
	KUNIT_EXPECT_PTR_EQ(test, again, block);
	if (again)
		__free_pages(again, 4);
	give_back(chain);
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

static struct kunit_case fallback_cases[] = {
	KUNIT_CASE(both_mobility_flags),
	KUNIT_CASE(low_zones_are_protected),
	KUNIT_CASE(dma_is_kept_for_dma),
	KUNIT_CASE(small_blocks_are_lent),
	KUNIT_CASE(smallest_block_that_fits),
	KUNIT_CASE(lists_are_emptied_before_failing),
	KUNIT_CASE(draining_empties_every_list),
	{}
};
static struct kunit_suite fallback_suite = {
	.name = "page_alloc_fallback", .test_cases = fallback_cases
};

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

static void broken_sections_are_seen(struct kunit *test)
{
	zones[ZONE_DMA].nr_untouched ^= 1;
	KUNIT_EXPECT_FALSE(test, section_valid());
	zones[ZONE_DMA].nr_untouched ^= 1;
	KUNIT_EXPECT_TRUE(test, section_valid());
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

/* A table's page goes back as clean as any other. */
static void tables_leave_no_count(struct kunit *test)
{
	phys_addr_t table = table_alloc_user();

	KUNIT_ASSERT_NE(test, table, 0ULL);
	KUNIT_EXPECT_EQ(test, page_count(phys_to_page(table)), 1);
	table_free_user(__va(table));
	KUNIT_EXPECT_EQ(test, page_count(phys_to_page(table)), 0);
	KUNIT_EXPECT_EQ(test, phys_to_page(table)->type, PAGE_PCP);
}

static struct kunit_case check_cases[] = {
	KUNIT_CASE(broken_invariants_are_seen),
	KUNIT_CASE(broken_sections_are_seen),
	KUNIT_CASE(heads_reach_as_far_as_their_order),
	KUNIT_CASE(explanations),
	KUNIT_CASE(tables_leave_no_count),
	{}
};
static struct kunit_suite check_suite = { .name = "page_check", .test_cases = check_cases };

kunit_test_suites(&suite, &fallback_suite, &check_suite);
