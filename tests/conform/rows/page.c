// SPDX-License-Identifier: MIT
/*
 * Pages: blocks, their counts, sizes and addresses.
 *
 * Source: "Memory Management APIs" (the page allocator, get_order(), alloc_pages_exact(),
 * split_page()) and "Memory Allocation Guide".
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include "conform.h"

#define QUIET (GFP_KERNEL | __GFP_NOWARN)

static void orders(conform_t *c)
{
	ROW(c, "page.get_order_1", 0, get_order(any(1)));
	ROW(c, "page.get_order_page", 0, get_order(any(PAGE_SIZE)));
	ROW(c, "page.get_order_page_and_1", 1, get_order(any(PAGE_SIZE + 1)));
	ROW(c, "page.get_order_2_pages", 1, get_order(any(2 * PAGE_SIZE)));
	ROW(c, "page.get_order_3_pages", 2, get_order(any(3 * PAGE_SIZE)));
	ROW(c, "page.get_order_4_mib", 10, get_order(any(4 << 20)));
	ROW(c, "page.get_order_half_of_all", 51, get_order(any(1UL << 63)));
	ROW(c, "page.get_order_constant", 3, get_order(5 * PAGE_SIZE));
	ROW(c, "page.max_order", 10, MAX_PAGE_ORDER);
	ROW(c, "page.nr_orders", 11, NR_PAGE_ORDERS);
	ROW(c, "page.max_order_nr_pages", 1024, MAX_ORDER_NR_PAGES);
	ROW(c, "page.size", 4096, PAGE_SIZE);
	ROW(c, "page.shift", 12, PAGE_SHIFT);
	ROW(c, "page.mask", -4096, PAGE_MASK);
}

static void flags(conform_t *c)
{
	ROW(c, "gfp.kernel_may_block", 1, gfpflags_allow_blocking(GFP_KERNEL));
	ROW(c, "gfp.atomic_may_not", 0, gfpflags_allow_blocking(GFP_ATOMIC));
	ROW(c, "gfp.nowait_may_not", 0, gfpflags_allow_blocking(GFP_NOWAIT));
	ROW(c, "gfp.noio_may_block", 1, gfpflags_allow_blocking(GFP_NOIO));
	ROW(c, "gfp.atomic_uses_reserves", 1, !!(GFP_ATOMIC & __GFP_HIGH));
	ROW(c, "gfp.atomic_wakes_reclaim", 1, !!(GFP_ATOMIC & __GFP_KSWAPD_RECLAIM));
	ROW(c, "gfp.nowait_uses_no_reserves", 0, !!(GFP_NOWAIT & __GFP_HIGH));
	ROW(c, "gfp.nowait_is_quiet", 1, !!(GFP_NOWAIT & __GFP_NOWARN));
	ROW(c, "gfp.nofs_has_io", 1, !!(GFP_NOFS & __GFP_IO));
	ROW(c, "gfp.nofs_has_no_fs", 0, !!(GFP_NOFS & __GFP_FS));
	ROW(c, "gfp.noio_has_neither", 0, !!(GFP_NOIO & (__GFP_IO | __GFP_FS)));
	ROW(c, "gfp.user_is_hardwall", 1, !!(GFP_USER & __GFP_HARDWALL));
	ROW(c, "gfp.user_is_kernel_and_more", 1, (GFP_USER & GFP_KERNEL) == GFP_KERNEL);
	ROW(c, "gfp.account", 1, GFP_KERNEL_ACCOUNT == (GFP_KERNEL | __GFP_ACCOUNT));
	ROW(c, "gfp.movable", 1, !!(GFP_HIGHUSER_MOVABLE & __GFP_MOVABLE));
	ROW(c, "gfp.dma_is_one_zone", 1, GFP_DMA == __GFP_DMA);
}

static void rounding(conform_t *c)
{
	ROW(c, "page.align_0", 0, PAGE_ALIGN(any(0)));
	ROW(c, "page.align_1", 4096, PAGE_ALIGN(any(1)));
	ROW(c, "page.align_4096", 4096, PAGE_ALIGN(any(4096)));
	ROW(c, "page.align_wraps", 0, PAGE_ALIGN(any(-1L)));
	ROW(c, "page.align_down", 4096, PAGE_ALIGN_DOWN(any(8191)));
	ROW(c, "page.aligned_4096", 1, PAGE_ALIGNED(any(4096)));
	ROW(c, "page.aligned_8", 0, PAGE_ALIGNED(any(8)));
	ROW(c, "page.offset_in_page", 0x123, offset_in_page(any_ptr((void *)0x7123UL)));
	ROW(c, "page.pfn_up", 2, PFN_UP(any(4097)));
	ROW(c, "page.pfn_down", 1, PFN_DOWN(any(8191)));
	ROW(c, "page.pfn_phys", 0x5000, PFN_PHYS(any(5)));
}

static void blocks(conform_t *c)
{
	struct page *page = alloc_pages(GFP_KERNEL, any(3));
	void *p = page_address(page);

	ROW(c, "page.block_aligned", 0, page_to_pfn(page) % 8);
	ROW(c, "page.block_contiguous", 7, page_to_pfn(page + 7) - page_to_pfn(page));
	ROW(c, "page.of_its_address", 1, virt_to_page(p) == page);
	ROW(c, "page.of_inner_address", 1, virt_to_page(p + 5 * PAGE_SIZE + 7) == page + 5);
	ROW(c, "page.of_its_pfn", 1, pfn_to_page(page_to_pfn(page)) == page);
	ROW(c, "page.phys_of_page", 1, page_to_phys(page) == virt_to_phys(p));
	ROW(c, "page.phys_to_virt", 1, phys_to_virt(virt_to_phys(p)) == p);
	ROW(c, "page.pfn_valid", 1, pfn_valid(page_to_pfn(page)));
	ROW(c, "page.pfn_invalid", 0, pfn_valid(any(1UL << 40)));
	ROW(c, "page.address_valid", 1, virt_addr_valid(p));
	ROW(c, "page.address_invalid_null", 0, virt_addr_valid(any_ptr(NULL)));
	__free_pages(page, 3);
	ROW(c, "page.order_too_large", 1, alloc_pages(QUIET, any(MAX_PAGE_ORDER + 1)) == NULL);
	ROW(c, "page.free_pages_order_too_large", 0, __get_free_pages(QUIET, any(64)));
	page = alloc_pages(QUIET, any(MAX_PAGE_ORDER));
	ROW(c, "page.largest_order", 1, page != NULL);
	__free_pages(page, MAX_PAGE_ORDER);
	free_pages(0, 0);
}

static void addresses(conform_t *c)
{
	unsigned long addr = __get_free_pages(GFP_KERNEL, any(1));
	struct page *page;

	ROW(c, "page.free_pages_aligned", 0, addr % (2 * PAGE_SIZE));
	memset((void *)addr, 0xa5, 2 * PAGE_SIZE);
	free_pages(addr, 1);
	addr = get_zeroed_page(GFP_KERNEL);
	ROW(c, "page.get_zeroed_page", PAGE_SIZE, bytes_equal((void *)addr, 0, PAGE_SIZE));
	free_page(addr);
	addr = __get_free_pages(GFP_KERNEL | __GFP_ZERO, any(2));
	ROW(c, "page.zeroed_block", 4 * PAGE_SIZE, bytes_equal((void *)addr, 0, 4 * PAGE_SIZE));
	free_pages(addr, 2);
	page = alloc_page(GFP_DMA);
	ROW(c, "page.dma_is_low", 1, page_to_phys(page) < 16UL << 20);
	__free_page(page);
	page = alloc_page(GFP_KERNEL | GFP_DMA32);
	ROW(c, "page.dma32_is_low", 1, page_to_phys(page) < 4UL << 30);
	__free_page(page);
	page = alloc_page(GFP_HIGHUSER_MOVABLE);
	ROW(c, "page.highuser_has_address", 1, page_address(page) != NULL);
	__free_page(page);
}

static void counts(conform_t *c)
{
	struct page *page = alloc_pages(GFP_KERNEL, any(2));

	ROW(c, "page.count_fresh", 1, page_count(page));
	ROW(c, "page.count_of_tail_without_comp", 0, page_count(page + 1));
	get_page(page);
	ROW(c, "page.count_after_get", 2, page_count(page));
	put_page(page);
	ROW(c, "page.count_after_put", 1, page_count(page));
	__free_pages(page, 2);
	page = alloc_pages(GFP_KERNEL | __GFP_COMP, any(2));
	ROW(c, "page.comp_tail_shares_count", 1, page_count(page + 3));
	ROW(c, "page.comp_head_of_tail", 1, compound_head(page + 3) == page);
	get_page(page + 2);
	ROW(c, "page.comp_get_of_tail", 2, page_count(page));
	put_page(page + 1);
	ROW(c, "page.comp_put_of_tail", 1, page_count(page));
	put_page(page);
	page = alloc_page(GFP_KERNEL);
	ROW(c, "page.single_head_is_itself", 1, compound_head(page) == page);
	put_page(page);
}

/* free_pages() of a block that somebody else still has a reference to frees all but its first page. */
static void shared_blocks(conform_t *c)
{
	struct page *page = alloc_pages(GFP_KERNEL, any(2));

	get_page(page);
	__free_pages(page, 2);
	ROW(c, "page.freed_while_shared", 1, page_count(page));
	put_page(page);
	page = alloc_pages(GFP_KERNEL, any(2));
	split_page(page, 2);
	ROW(c, "page.split_counts", 4,
	    page_count(page) + page_count(page + 1) + page_count(page + 2) + page_count(page + 3));
	for (int i = 3; i >= 0; i--)
		__free_page(page + i);
}

static void exact_and_bulk(conform_t *c)
{
	struct page *pages[8] = {};
	void *p = alloc_pages_exact(any(5 * PAGE_SIZE + 1), GFP_KERNEL | __GFP_ZERO);

	ROW(c, "page.exact", 5 * PAGE_SIZE + 1, bytes_equal(p, 0, 5 * PAGE_SIZE + 1));
	ROW(c, "page.exact_pages_are_single", 1, page_count(virt_to_page(p + PAGE_SIZE)));
	free_pages_exact(p, 5 * PAGE_SIZE + 1);
	ROW(c, "page.exact_too_much", 1, alloc_pages_exact(any((4UL << 20) + 1), QUIET) == NULL);
	ROW(c, "page.bulk", 8, alloc_pages_bulk_array(GFP_KERNEL, 8, pages));
	for (int i = 0; i < 3; i++) {
		__free_page(pages[i]);
		pages[i] = NULL;
	}
	ROW(c, "page.bulk_fills_holes", 8, alloc_pages_bulk_array(GFP_KERNEL, 8, pages));
	ROW(c, "page.bulk_of_full", 8, alloc_pages_bulk_array(GFP_KERNEL, 8, pages));
	ROW(c, "page.bulk_none", 0, alloc_pages_bulk_array(GFP_KERNEL, 0, pages));
	for (int i = 0; i < 8; i++)
		__free_page(pages[i]);
}

CONFORM_AREA(page, CONFORM_CASE(orders), CONFORM_CASE(flags), CONFORM_CASE(rounding),
	     CONFORM_CASE(blocks), CONFORM_CASE(addresses), CONFORM_CASE(counts),
	     CONFORM_CASE(shared_blocks), CONFORM_CASE(exact_and_bulk));
