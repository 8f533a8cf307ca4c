// SPDX-License-Identifier: MIT
/*
 * Tests of mm/page_alloc.c. Fallback between zones and mobilities, and mm/page_check.c, are tested
 * in vmemmap_test.c.
 *
 * Mutations: tests/mutate/page_alloc.mut.
 */
#include <asm/irqflags.h>
#include <kunit/test.h>
#include <linux/math.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include "mm/internal.h"
#include "tests/mm/slab_fixture.h"

#define GFP_TEST (GFP_KERNEL | __GFP_NOWARN)

/* A chain of blocks through their own first words, so that a test can hold any number of them. */
struct held {
	struct held *next;
	unsigned int order;
};

static struct held *hold(struct held *list, struct page *page, unsigned int order)
{
	struct held *h = page_address(page);

	h->next = list;
	h->order = order;
	return h;
}

static unsigned long free_held(struct held *list)
{
	unsigned long n = 0;

	while (list) {
		struct held *next = list->next;

		free_pages((unsigned long)list, list->order);
		list = next;
		n++;
	}
	return n;
}

/* ---- blocks ---- */

static void each_order(struct kunit *test)
{
	for (unsigned int order = 0; order <= MAX_PAGE_ORDER; order++) {
		unsigned long before = nr_free_pages();
		struct page *page = alloc_pages(GFP_TEST, order);

		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED(page_to_pfn(page), 1UL << order));
		KUNIT_EXPECT_EQ(test, page_count(page), 1);
		KUNIT_EXPECT_EQ(test, page_mapcount(page), 0);
		KUNIT_EXPECT_EQ(test, page->mark, PAGE_MARK(PAGE_USED, order));
		memset(page_address(page), 0x5a, PAGE_SIZE << order);
		KUNIT_EXPECT_LE(test, nr_free_pages(), before - (1UL << order));
		__free_pages(page, order);
		KUNIT_EXPECT_NE(test, page->mark, PAGE_MARK(PAGE_USED, order));
		KUNIT_EXPECT_EQ(test, nr_free_pages(), before);
	}
	KUNIT_EXPECT_TRUE(test, buddy_valid());
}

static void free_merges(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_TEST, 6);
	unsigned int start = kunit_rand(test) % 64;

	KUNIT_ASSERT_NOT_NULL(test, page);
	split_page(page, 6);
	for (unsigned int i = 0; i < 64; i++) /* 37 is odd: every page once */
		__free_page(page + (start + i * 37) % 64);
	page_alloc_drain();
	KUNIT_ASSERT_NOT_NULL(test, page_head(page + 63));
	KUNIT_EXPECT_EQ(test, page_head(page + 63)->type, PAGE_FREE);
	KUNIT_EXPECT_GE(test, page_head(page + 63)->order, 6);
	KUNIT_EXPECT_TRUE(test, buddy_valid());
}

static void head_of_every_page(struct kunit *test)
{
	for (unsigned int order = 0; order <= MAX_PAGE_ORDER; order++) {
		struct page *page = alloc_pages(GFP_TEST, order);

		KUNIT_ASSERT_NOT_NULL(test, page);
		for (unsigned long i = 0; i < 1UL << order; i++) {
			if (page_head(page + i) != page)
				KUNIT_FAIL(test, "page %lu of order %u has head %px, not %px", i,
					   order, page_head(page + i), page);
		}
		__free_pages(page, order);
	}
}

static void tails_carry_no_mark(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_TEST, 5);

	KUNIT_ASSERT_NOT_NULL(test, page);
	for (unsigned int i = 1; i < 32; i++)
		KUNIT_EXPECT_EQ(test, page[i].mark, 0);
	__free_pages(page, 5);
}

static void zero_on_request(struct kunit *test)
{
	for (unsigned int order = 0; order <= 4; order++) {
		struct page *page = alloc_pages(GFP_TEST, order);

		KUNIT_ASSERT_NOT_NULL(test, page);
		memset(page_address(page), 0xee, PAGE_SIZE << order);
		__free_pages(page, order);
		page = alloc_pages(GFP_TEST | __GFP_ZERO, order);
		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_EXPECT_NULL(test, memchr_inv(page_address(page), 0, PAGE_SIZE << order));
		__free_pages(page, order);
	}
}

static void by_address(struct kunit *test)
{
	unsigned long a = __get_free_pages(GFP_TEST, 1);
	unsigned long z = get_zeroed_page(GFP_TEST);

	KUNIT_ASSERT_NE(test, a, 0UL);
	KUNIT_ASSERT_NE(test, z, 0UL);
	KUNIT_EXPECT_PTR_EQ(test, page_address(virt_to_page((void *)a)), (void *)a);
	KUNIT_EXPECT_EQ(test, virt_to_phys((void *)a), page_to_phys(virt_to_page((void *)a)));
	KUNIT_EXPECT_PTR_EQ(test, phys_to_virt(virt_to_phys((void *)(a + 100))), (void *)(a + 100));
	KUNIT_EXPECT_NULL(test, memchr_inv((void *)z, 0, PAGE_SIZE));
	free_pages(a, 1);
	free_page(z);
	free_pages(0, 3);
}

static void exact_sizes(struct kunit *test)
{
	unsigned long before = nr_free_pages();
	char *p = alloc_pages_exact(5 * PAGE_SIZE - 100, GFP_TEST);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, before - nr_free_pages(), 5UL);
	OPTIMIZER_HIDE_VAR(p); /* its size, known to the compiler, is what was asked for */
	memset(p, 1, 5 * PAGE_SIZE);
	for (int i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test, page_count(virt_to_page(p + i * PAGE_SIZE)), 1);
	free_pages_exact(p, 5 * PAGE_SIZE - 100);
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before);
	KUNIT_EXPECT_NULL(test, alloc_pages_exact(0, GFP_TEST));
	free_pages_exact(NULL, 4096);
}

static void bulk_fills_the_gaps(struct kunit *test)
{
	struct page *pages[40] = { NULL };
	struct page *mine = alloc_page(GFP_TEST);
	unsigned long before = nr_free_pages();

	KUNIT_ASSERT_NOT_NULL(test, mine);
	pages[7] = mine;
	KUNIT_EXPECT_EQ(test, alloc_pages_bulk_array(GFP_TEST, 40, pages), 40UL);
	KUNIT_EXPECT_PTR_EQ(test, pages[7], mine);
	KUNIT_EXPECT_EQ(test, before - nr_free_pages(), 39UL);
	for (int i = 0; i < 40; i++) {
		KUNIT_EXPECT_EQ(test, page_count(pages[i]), 1);
		for (int j = 0; j < i; j++)
			KUNIT_EXPECT_PTR_NE(test, pages[i], pages[j]);
	}
	for (int i = 0; i < 40; i++)
		__free_page(pages[i]);
}

static void references(struct kunit *test)
{
	unsigned long before = nr_free_pages();
	struct page *page = alloc_page(GFP_TEST);

	KUNIT_ASSERT_NOT_NULL(test, page);
	get_page(page);
	KUNIT_EXPECT_EQ(test, page_count(page), 2);
	put_page(page);
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before - 1);
	put_page(page);
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before);
}

static void compound_pages_share_a_count(struct kunit *test)
{
	unsigned long before = nr_free_pages();
	struct page *page = alloc_pages(GFP_TEST | __GFP_COMP, 3);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_PTR_EQ(test, compound_head(page + 5), page);
	get_page(page + 5);
	KUNIT_EXPECT_EQ(test, page_count(page), 2);
	KUNIT_EXPECT_EQ(test, page_count(page + 7), 2);
	__free_pages(page, 3);
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before - 8);
	put_page(page + 1);
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before);
}

static void split_pages_are_apart(struct kunit *test)
{
	unsigned long before = nr_free_pages();
	struct page *page = alloc_pages(GFP_TEST, 3);

	KUNIT_ASSERT_NOT_NULL(test, page);
	get_page(page); /* somebody else's: it outlives the split */
	for (int i = 1; i < 8; i++) {
		page[i].private = i;
		page[i]._mapcount.counter = i;
	}
	split_page(page, 3);
	KUNIT_EXPECT_EQ(test, page_count(page), 2);
	for (int i = 0; i < 8; i++) {
		KUNIT_EXPECT_EQ(test, page[i].mark, PAGE_MARK(PAGE_USED, 0));
		KUNIT_EXPECT_EQ(test, page_count(page + i), i ? 1 : 2);
		KUNIT_EXPECT_EQ(test, page_mapcount(page + i), 0);
		KUNIT_EXPECT_NULL(test, page[i].mapping);
		KUNIT_EXPECT_EQ(test, page[i].private, 0UL);
		__free_page(page + i);
	}
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before - 1);
	put_page(page);
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before);
}

/* A page that was used for anything starts clean for its next owner. */
static void nothing_is_inherited(struct kunit *test)
{
	for (unsigned int order = 0; order <= 4; order += 4) {
		struct page *page = alloc_pages(GFP_TEST | __GFP_COMP, order);

		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_EXPECT_EQ(test, page->flags, PG_compound);
		page->mapping = test;
		page->private = ~0UL;
		page->_mapcount.counter = page_debug ? 0 : 5; /* or it stays: see page_debug.c */
		page->flags |= PG_anon;
		__free_pages(page, order);
		KUNIT_EXPECT_EQ(test, page_count(page), 0);
		KUNIT_EXPECT_EQ(test, page->flags, 0U);
		page = alloc_pages(GFP_TEST, order);
		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_EXPECT_EQ(test, page->flags, 0U);
		KUNIT_EXPECT_NULL(test, page->mapping);
		KUNIT_EXPECT_EQ(test, page->private, 0UL);
		KUNIT_EXPECT_EQ(test, page_mapcount(page), 0);
		__free_pages(page, order);
	}
}

/* Documented: without __GFP_COMP, a reference on the first page keeps only that page. */
static void first_page_survives(struct kunit *test)
{
	unsigned long before = nr_free_pages();
	struct page *page = alloc_pages(GFP_TEST, 2);

	KUNIT_ASSERT_NOT_NULL(test, page);
	get_page(page);
	__free_pages(page, 2);
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before - 1);
	KUNIT_EXPECT_EQ(test, page->mark, PAGE_MARK(PAGE_USED, 0));
	put_page(page);
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before);
}

static void orders_of_sizes(struct kunit *test)
{
	static const struct {
		unsigned long size;
		int order;
	} rows[] = {
		{ 1, 0 },     { 4095, 0 },  { 4096, 0 },  { 4097, 1 },	  { 8192, 1 },
		{ 8193, 2 },  { 65536, 4 }, { 65537, 5 }, { 1 << 22, 10 }, { (1 << 22) + 1, 11 },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++)
		KUNIT_EXPECT_EQ(test, get_order(rows[i].size), rows[i].order);
}

static struct kunit_case block_cases[] = {
	KUNIT_CASE(each_order),
	KUNIT_CASE(free_merges),
	KUNIT_CASE(head_of_every_page),
	KUNIT_CASE(tails_carry_no_mark),
	KUNIT_CASE(zero_on_request),
	KUNIT_CASE(by_address),
	KUNIT_CASE(exact_sizes),
	KUNIT_CASE(bulk_fills_the_gaps),
	KUNIT_CASE(references),
	KUNIT_CASE(compound_pages_share_a_count),
	KUNIT_CASE(split_pages_are_apart),
	KUNIT_CASE(nothing_is_inherited),
	KUNIT_CASE(first_page_survives),
	KUNIT_CASE(orders_of_sizes),
	{}
};
static struct kunit_suite block_suite = { .name = "page_alloc_block", .test_cases = block_cases };
kunit_test_suite(block_suite);

/* ---- misuse: reported, survived, nothing freed ---- */

static void double_free(struct kunit *test)
{
	struct page *page = alloc_page(GFP_TEST);
	struct page *big = alloc_pages(GFP_TEST, 8);
	unsigned long free;

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_NOT_NULL(test, big);
	__free_page(page);
	__free_pages(big, 8);
	free = nr_free_pages();
	KUNIT_EXPECT_REPORT(test, "dumped because: double free of a page\n", __free_page(page));
	KUNIT_EXPECT_EQ(test, nr_free_pages(), free);
	KUNIT_EXPECT_TRUE(test, buddy_valid());
}

static void wrong_order(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_TEST, 3);
	unsigned long free = nr_free_pages();

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_REPORT(test, "wrong order in page free", __free_pages(page, 2));
	KUNIT_EXPECT_REPORT(test, "wrong order in page free", __free_pages(page, 4));
	KUNIT_EXPECT_EQ(test, nr_free_pages(), free);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	__free_pages(page, 3);
}

static void page_inside_a_block(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_TEST, 3);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_REPORT(test, "not an allocation", __free_page(page + 3));
	KUNIT_EXPECT_REPORT(test, "not an allocation", put_page(page + 3));
	__free_pages(page, 3);
}

static void foreign_pages(struct kunit *test)
{
	struct page here, *mine = alloc_page(GFP_TEST);
	unsigned long free = nr_free_pages();
	int level;
	pte_t *host;

	KUNIT_ASSERT_NOT_NULL(test, mine);
	/* a page of struct pages: nobody's to free */
	host = pt_lookup(kernel_root(), (unsigned long)mine, &level);
	KUNIT_ASSERT_NOT_NULL(test, host);
	memset(&here, 0, sizeof(here));
	KUNIT_EXPECT_REPORT(test, " is of no page\npage dumped because: ", __free_page(&here));
	KUNIT_EXPECT_REPORT(test, "foreign page freed", __free_page(pfn_to_page(1UL << 33)));
	/* of the array, but behind all RAM: not even there to be read */
	KUNIT_EXPECT_REPORT(test, "foreign page freed",
			    __free_page(pfn_to_page(
				    ALIGN(PFN_UP(memblock_end_of_DRAM()), PAGES_PER_SECTION))));
	KUNIT_EXPECT_REPORT(test, "not an allocation", __free_page(pfn_to_page(pte_pfn(*host))));
	KUNIT_EXPECT_EQ(test, nr_free_pages(), free);
	__free_page(mine);
}

static void page_of_another_layer(struct kunit *test)
{
	void *small = kmalloc(64, GFP_KERNEL);
	void *large = kmalloc(65536, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, small);
	KUNIT_ASSERT_NOT_NULL(test, large);
	KUNIT_EXPECT_REPORT(test, "wrong function", __free_page(virt_to_page(small)));
	KUNIT_EXPECT_REPORT(test, "wrong function", free_pages((unsigned long)large, 4));
	kfree(small);
	kfree(large);
}

static void put_page_without_comp(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_TEST, 2);

	KUNIT_ASSERT_NOT_NULL(test, page);
	get_page(page);
	KUNIT_EXPECT_NO_REPORT(test, put_page(page)); /* not the last: nothing is freed */
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	KUNIT_EXPECT_REPORT(test, "wrong order in page free", put_page(page));
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	__free_pages(page, 2);
}

static void order_too_large(struct kunit *test)
{
	struct page *page;

	page = alloc_pages(GFP_TEST, MAX_PAGE_ORDER + 1);
	KUNIT_EXPECT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, __get_free_pages(GFP_TEST, 64), 0UL);
	KUNIT_EXPECT_NULL(test, alloc_pages_exact((PAGE_SIZE << MAX_PAGE_ORDER) + 1, GFP_TEST));
}

static struct kunit_case misuse_cases[] = {
	KUNIT_CASE(double_free),
	KUNIT_CASE(wrong_order),
	KUNIT_CASE(page_inside_a_block),
	KUNIT_CASE(foreign_pages),
	KUNIT_CASE(page_of_another_layer),
	KUNIT_CASE(put_page_without_comp),
	KUNIT_CASE(order_too_large),
	{}
};
static struct kunit_suite misuse_suite = {
	.name = "page_alloc_misuse", .suite_init = no_samples,
	.suite_exit = samples_again, .test_cases = misuse_cases
};
kunit_test_suite(misuse_suite);

/* ---- policy: zones, reserves, mobility, per-CPU lists ---- */

static void zones_by_flag(struct kunit *test)
{
	struct page *dma = alloc_pages(GFP_TEST | GFP_DMA, 2);
	struct page *dma32 = alloc_pages(GFP_TEST | GFP_DMA32, 2);

	KUNIT_ASSERT_NOT_NULL(test, dma);
	KUNIT_ASSERT_NOT_NULL(test, dma32);
	KUNIT_EXPECT_LE(test, page_to_phys(dma) + 4 * PAGE_SIZE, ARCH_DMA_LIMIT);
	KUNIT_EXPECT_LE(test, page_to_phys(dma32) + 4 * PAGE_SIZE, ARCH_DMA32_LIMIT);
	__free_pages(dma, 2);
	__free_pages(dma32, 2);
}

/* Low memory is kept for those that need it: an ordinary page comes from the highest zone. */
static void highest_zone_first(struct kunit *test)
{
	struct page *page = alloc_page(GFP_TEST);
	const struct zone *highest = NULL, *z;

	KUNIT_ASSERT_NOT_NULL(test, page);
	for_each_zone(z) {
		if (populated_zone(z) && z->nr_free > 4 * z->watermark[WMARK_HIGH])
			highest = z;
	}
	KUNIT_EXPECT_PTR_EQ(test, (const struct zone *)pfn_zone(page_to_pfn(page)), highest);
	__free_page(page);
}

static struct held *exhaust(gfp_t gfp, unsigned int order, unsigned long *count)
{
	struct held *list = NULL;
	struct page *page;

	for (*count = 0; (page = alloc_pages(gfp, order)) != NULL; ++*count)
		list = hold(list, page, order);
	return list;
}

/* Ordinary requests stop at min, GFP_ATOMIC gets half of it and more, __GFP_MEMALLOC the rest. */
static void reserves_by_flag(struct kunit *test)
{
	struct zone *zone = &zones[ZONE_DMA];
	unsigned long min = zone->watermark[WMARK_MIN], n[3], left;
	struct held *a, *b, *c;

	a = exhaust(GFP_TEST | GFP_DMA, 0, &n[0]);
	page_alloc_drain();
	left = zone->nr_free;
	b = exhaust(GFP_ATOMIC | __GFP_NOWARN | GFP_DMA, 0, &n[1]);
	c = exhaust(GFP_TEST | __GFP_MEMALLOC | GFP_DMA, 0, &n[2]);
	page_alloc_drain();
	KUNIT_EXPECT_EQ(test, zone->nr_free, 0UL);
	KUNIT_EXPECT_EQ(test, free_held(a), n[0]);
	KUNIT_EXPECT_EQ(test, free_held(b), n[1]);
	KUNIT_EXPECT_EQ(test, free_held(c), n[2]);
	KUNIT_EXPECT_GT(test, n[0], 0UL);
	KUNIT_EXPECT_EQ(test, left, min);
	KUNIT_EXPECT_EQ(test, n[1], min / 2 + min / 4);
	KUNIT_EXPECT_EQ(test, n[1] + n[2], min);
}

/* What a privileged request stocks for later must not be what the reserve is there for. */
static void the_reserve_is_not_stocked(struct kunit *test)
{
	unsigned long n;
	struct held *list;
	struct page *atomic, *plain;

	if (zones[ZONE_DMA].watermark[WMARK_MIN] < 4)
		kunit_skip(test, "the zone's share of the reserve is too small");
	list = exhaust(GFP_TEST | GFP_DMA, 0, &n);
	atomic = alloc_page(GFP_ATOMIC | __GFP_NOWARN | GFP_DMA);
	plain = alloc_page(GFP_TEST | GFP_DMA);
	KUNIT_EXPECT_NOT_NULL(test, atomic);
	KUNIT_EXPECT_NULL(test, plain);
	if (atomic)
		__free_page(atomic);
	if (plain)
		__free_page(plain);
	free_held(list);
}

static struct held *dma_pages(gfp_t gfp, unsigned long *n)
{
	return exhaust((gfp & ~__GFP_NOFAIL) | __GFP_NOWARN | GFP_DMA, 0, n);
}

/* How many pages each flag gets after ordinary requests have taken theirs. */
static void flags_that_limit_the_reserve(struct kunit *test)
{
	unsigned long min = zones[ZONE_DMA].watermark[WMARK_MIN], n[4];
	struct held *plain, *barred, *high, *atomic;
	struct page *must;

	if (min < 4)
		kunit_skip(test, "the zone's share of the reserve is too small");
	plain = dma_pages(GFP_KERNEL, &n[0]);
	barred = dma_pages(GFP_KERNEL | __GFP_MEMALLOC | __GFP_NOMEMALLOC, &n[1]);
	high = dma_pages(GFP_KERNEL | __GFP_HIGH, &n[2]);
	atomic = dma_pages(GFP_ATOMIC | __GFP_NOMEMALLOC, &n[3]);
	free_held(high);
	must = alloc_page(GFP_KERNEL | __GFP_NOFAIL | GFP_DMA); /* from that half */
	free_held(plain);
	free_held(barred);
	free_held(atomic);
	KUNIT_EXPECT_GT(test, n[0], 0UL);
	KUNIT_EXPECT_EQ(test, n[1], 0UL);
	KUNIT_EXPECT_EQ(test, n[2], min / 2);
	KUNIT_EXPECT_EQ(test, n[3], 0UL);
	KUNIT_ASSERT_NOT_NULL(test, must);
	__free_page(must);
}

/* A large block is held to the same limit: what is left after it counts, not what was there. */
static void large_requests_leave_min(struct kunit *test)
{
	unsigned long min = zones[ZONE_DMA].watermark[WMARK_MIN], n;
	struct held *list = exhaust(GFP_TEST | GFP_DMA, 4, &n);

	KUNIT_EXPECT_GE(test, zones[ZONE_DMA].nr_free, min);
	free_held(list);
}

/* Pageblocks of two mobilities, free side by side, become one block; its halves are found again. */
static void unlike_pageblocks_merge(struct kunit *test)
{
	unsigned long n, m;
	struct held *list, *next, *odd = NULL, *even = NULL;

	page_alloc_drain();
	for (list = exhaust(GFP_TEST | GFP_DMA, PAGEBLOCK_ORDER, &n); list; list = next) {
		struct held **half = virt_to_pfn(list) & PAGEBLOCK_NR_PAGES ? &odd : &even;

		next = list->next;
		list->next = *half;
		*half = list;
	}
	free_held(odd);
	if (!odd || !even) {
		free_held(even);
		kunit_skip(test, "too little DMA memory for two pageblocks");
	}
	odd = exhaust(GFP_TEST | GFP_DMA | __GFP_MOVABLE, PAGEBLOCK_ORDER, &m);
	KUNIT_EXPECT_GT(test, m, 0UL);
	free_held(odd);
	free_held(even);
	KUNIT_EXPECT_TRUE(test, buddy_valid());
	list = exhaust(GFP_TEST | GFP_DMA, PAGEBLOCK_ORDER, &m);
	KUNIT_EXPECT_EQ(test, m, n);
	KUNIT_EXPECT_TRUE(test, buddy_valid());
	free_held(list);
	KUNIT_EXPECT_TRUE(test, buddy_valid());
}

static void watermarks_follow_the_rule(struct kunit *test)
{
	unsigned long kb = int_sqrt(16 * nr_managed_pages() * 4), sum = 0;
	struct zone *z;

	for_each_zone(z) {
		sum += z->watermark[WMARK_MIN];
		KUNIT_EXPECT_EQ(test, z->watermark[WMARK_LOW], z->watermark[WMARK_MIN] * 5 / 4);
		KUNIT_EXPECT_EQ(test, z->watermark[WMARK_HIGH], z->watermark[WMARK_MIN] * 3 / 2);
	}
	KUNIT_EXPECT_LE(test, sum, clamp(kb, 128UL, 262144UL) / 4);
	KUNIT_EXPECT_GE(test, sum + MAX_NR_ZONES, clamp(kb, 128UL, 262144UL) / 4);
}

static void dma_does_not_fall_upwards(struct kunit *test)
{
	unsigned long n;
	struct held *list = exhaust(GFP_TEST | GFP_DMA, 3, &n), *h;
	struct page *page = alloc_page(GFP_TEST);

	KUNIT_EXPECT_NOT_NULL(test, page);
	for (h = list; h; h = h->next)
		KUNIT_EXPECT_LT(test, virt_to_phys(h), ARCH_DMA_LIMIT);
	KUNIT_EXPECT_EQ(test, free_held(list), n);
	if (page)
		__free_page(page);
}

/* Movable and unmovable pages don't share a pageblock while whole ones are to be had. */
static void mobility_is_grouped(struct kunit *test)
{
	enum { N = 600 };
	struct held *movable = NULL, *fixed = NULL, *m, *f;
	unsigned int shared = 0;

	mm_quiesce();
	for (int i = 0; i < N; i++) {
		struct page *a = alloc_page(GFP_TEST | __GFP_MOVABLE), *b = alloc_page(GFP_TEST);

		KUNIT_ASSERT_NOT_NULL(test, a);
		KUNIT_ASSERT_NOT_NULL(test, b);
		movable = hold(movable, a, 0);
		fixed = hold(fixed, b, 0);
	}
	for (m = movable; m; m = m->next) {
		for (f = fixed; f; f = f->next)
			shared += (virt_to_pfn(m) ^ virt_to_pfn(f)) < PAGEBLOCK_NR_PAGES;
	}
	KUNIT_EXPECT_EQ(test, shared, 0U);
	free_held(movable);
	free_held(fixed);
}

static unsigned long movable_pageblocks(void)
{
	unsigned long n = 0;
	struct zone *z;

	for_each_zone(z)
		n += z->area[9].nr_free[MIGRATE_MOVABLE] +
		     2 * z->area[10].nr_free[MIGRATE_MOVABLE];
	return n;
}

/*
 * So that once the movable ones are gone, large blocks are there again though the fixed ones stay.
 */
static void large_blocks_survive_churn(struct kunit *test)
{
	enum { N = 2048 };
	struct held *movable = NULL, *fixed = NULL;
	unsigned long before;

	if (nr_free_pages() < 4 * N)
		kunit_skip(test, "not enough memory");
	for (int i = 0; i < N; i++) {
		struct page *a = alloc_page(GFP_TEST | __GFP_MOVABLE), *b = alloc_page(GFP_TEST);

		KUNIT_ASSERT_NOT_NULL(test, a);
		KUNIT_ASSERT_NOT_NULL(test, b);
		movable = hold(movable, a, 0);
		fixed = hold(fixed, b, 0);
	}
	page_alloc_drain();
	before = movable_pageblocks();
	free_held(movable);
	page_alloc_drain();
	KUNIT_EXPECT_GE(test, movable_pageblocks(), before + N / PAGEBLOCK_NR_PAGES - 1);
	free_held(fixed);
}

static void hot_page_first(struct kunit *test)
{
	struct page *a = alloc_page(GFP_TEST), *b;

	KUNIT_ASSERT_NOT_NULL(test, a);
	__free_page(a);
	b = alloc_page(GFP_TEST);
	KUNIT_EXPECT_PTR_EQ(test, a, b);
	__free_page(b);
}

static void per_cpu_lists_are_bounded(struct kunit *test)
{
	struct held *list = NULL;
	unsigned int kept = 0;
	struct zone *z;

	for (int i = 0; i < 8 * (PCP_HIGH + 2); i++) {
		struct page *page = alloc_page(GFP_TEST);

		KUNIT_ASSERT_NOT_NULL(test, page);
		list = hold(list, page, 0);
	}
	page_alloc_drain();
	free_held(list);
	for_each_zone(z) {
		for (unsigned int mt = 0; mt < MIGRATE_TYPES; mt++)
			KUNIT_EXPECT_LE(test, per_cpu(zone_pcp[z->id], 0).lists[0][mt].count,
					(u32)PCP_HIGH);
		kept += per_cpu(zone_pcp[z->id], 0).lists[0][0].count;
	}
	KUNIT_EXPECT_GE(test, kept, (u32)(PCP_HIGH - PCP_BATCH));
}

/* Bringing a section in moves pages from untouched to listed and changes no total. */
static void untouched_memory_counts_as_free(struct kunit *test)
{
	unsigned long before = nr_free_pages(), n = 0;
	struct zone *z = populated_zone(&zones[ZONE_NORMAL]) ? &zones[ZONE_NORMAL] :
							       &zones[ZONE_DMA32];
	unsigned long untouched = z->nr_untouched;
	struct held *list = NULL;

	if (!untouched)
		kunit_skip(test, "no untouched section is left");
	while (z->nr_untouched == untouched && n < 64) {
		struct page *page = alloc_pages(GFP_TEST, MAX_PAGE_ORDER);

		KUNIT_ASSERT_NOT_NULL(test, page);
		list = hold(list, page, MAX_PAGE_ORDER);
		n++;
		KUNIT_EXPECT_EQ(test, nr_free_pages(), before - n * MAX_ORDER_NR_PAGES);
	}
	KUNIT_EXPECT_LT(test, z->nr_untouched, untouched);
	KUNIT_EXPECT_TRUE(test, buddy_valid());
	KUNIT_EXPECT_EQ(test, free_held(list), n);
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before);
}

static void interrupts_stay_as_they_were(struct kunit *test)
{
	struct page *page;
	unsigned long flags;

	local_irq_save(flags);
	page = alloc_page(GFP_ATOMIC);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	if (page)
		__free_page(page);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	local_irq_restore(flags);
	KUNIT_EXPECT_NOT_NULL(test, page);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	page = alloc_pages(GFP_TEST, 5);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	__free_pages(page, 5);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
}

static unsigned int lines_seen;
static bool line_says_dma;

static void see_line(const char *text)
{
	lines_seen++;
	if (strstr(text, "Node 0, zone      DMA "))
		line_says_dma = true;
}

static void buddyinfo_layout(struct kunit *test)
{
	unsigned int populated = 0;
	struct zone *z;

	lines_seen = 0;
	line_says_dma = false;
	buddyinfo_show(see_line);
	for_each_zone(z)
		populated += populated_zone(z);
	KUNIT_EXPECT_EQ(test, lines_seen, populated);
	KUNIT_EXPECT_TRUE(test, line_says_dma);
}

static struct kunit_case policy_cases[] = {
	KUNIT_CASE(zones_by_flag),
	KUNIT_CASE(highest_zone_first),
	KUNIT_CASE(reserves_by_flag),
	KUNIT_CASE(the_reserve_is_not_stocked),
	KUNIT_CASE(flags_that_limit_the_reserve),
	KUNIT_CASE(large_requests_leave_min),
	KUNIT_CASE(unlike_pageblocks_merge),
	KUNIT_CASE(watermarks_follow_the_rule),
	KUNIT_CASE(dma_does_not_fall_upwards),
	KUNIT_CASE(mobility_is_grouped),
	KUNIT_CASE(large_blocks_survive_churn),
	KUNIT_CASE(hot_page_first),
	KUNIT_CASE(per_cpu_lists_are_bounded),
	KUNIT_CASE(untouched_memory_counts_as_free),
	KUNIT_CASE(interrupts_stay_as_they_were),
	KUNIT_CASE(buddyinfo_layout),
	{}
};
static struct kunit_suite policy_suite = {
	.name = "page_alloc_policy", .test_cases = policy_cases
};
kunit_test_suite(policy_suite);

/* ---- a random run against a model ---- */

enum { SLOTS = 512, OPS = 100000, CHECK_EVERY = 10000 };

struct model_slot {
	struct page *page; /* NULL: empty */
	unsigned int order;
	gfp_t gfp;
	u64 tag; /* written at the start and end of each page */
};

static struct model_slot slots[SLOTS];

static void write_tags(const struct model_slot *s)
{
	for (unsigned long i = 0; i < 1UL << s->order; i++) {
		u64 *p = page_address(s->page + i);

		p[0] = p[511] = s->tag + i;
	}
}

static bool tags_hold(const struct model_slot *s)
{
	for (unsigned long i = 0; i < 1UL << s->order; i++) {
		u64 *p = page_address(s->page + i);

		if (p[0] != s->tag + i || p[511] != s->tag + i)
			return false;
	}
	return true;
}

/* Small orders often, large ones now and then. */
static unsigned int random_order(u64 r)
{
	unsigned int o = __builtin_ctzll(r | 1UL << 20) / 2;

	return o > MAX_PAGE_ORDER ? MAX_PAGE_ORDER : o;
}

static void model_step(struct kunit *test, unsigned long *held)
{
	static const gfp_t kinds[] = { GFP_KERNEL, GFP_KERNEL | __GFP_MOVABLE,
				       GFP_KERNEL | __GFP_RECLAIMABLE, GFP_KERNEL | GFP_DMA32 };
	u64 r = kunit_rand(test);
	struct model_slot *s = &slots[r % SLOTS];

	if (s->page) {
		if (!tags_hold(s))
			KUNIT_FAIL(test, "pfn %#lx order %u: contents changed",
				   page_to_pfn(s->page), s->order);
		if (s->page->order != s->order || page_count(s->page) != 1)
			KUNIT_FAIL(test, "pfn %#lx: order or count changed", page_to_pfn(s->page));
		__free_pages(s->page, s->order);
		*held -= 1UL << s->order;
		s->page = NULL;
		return;
	}
	s->order = random_order(r >> 16);
	s->gfp = kinds[r >> 60 & 3] | __GFP_NOWARN;
	s->tag = r;
	s->page = alloc_pages(s->gfp, s->order);
	if (s->page) {
		write_tags(s);
		*held += 1UL << s->order;
	}
}

static void random_against_model(struct kunit *test)
{
	unsigned long before, held = 0;

	mm_quiesce();
	before = nr_free_pages();
	for (unsigned int i = 1; i <= OPS; i++) {
		model_step(test, &held);
		if (i % CHECK_EVERY == 0) {
			KUNIT_ASSERT_TRUE(test, buddy_valid());
			KUNIT_ASSERT_EQ(test, nr_free_pages(), before - held);
		}
	}
	for (unsigned int i = 0; i < SLOTS; i++) {
		if (slots[i].page)
			__free_pages(slots[i].page, slots[i].order);
		slots[i].page = NULL;
	}
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before);
}

static struct kunit_case random_cases[] = {
	KUNIT_CASE(random_against_model),
	{}
};
static struct kunit_suite random_suite = {
	.name = "page_alloc_random", .test_cases = random_cases
};
kunit_test_suite(random_suite);
