// SPDX-License-Identifier: MIT
/*
 * Pages for vmalloc areas: taken and given back in small blocks, though each is a page of its own.
 *
 * 1. Why. Whoever looks up a page of an area (vmalloc_to_page()) may treat it as a single page:
 *    take a reference, keep it after vfree(). So each has its own count and order 0. But taking and
 *    freeing a thousand of them one by one costs a thousand splits and merges in the buddy, some
 *    400 instructions a page. Here a block of 2^BLOCK_ORDER pages is taken at once and cut into
 *    single pages; what still stands together at the end, and has no other user, is made a block
 *    again and freed as one.
 *
 *        alloc:  [ head | . | . | . | . | . | . | . ]  ──>  8 x {USED, order 0, count 1}
 *        free:   8 aligned neighbours, each {USED, order 0, count 1}  ──>  one block of order 3
 *                anything else  ──>  put_page() one by one
 *
 * 2. The order is the largest that per-CPU lists hold: a higher one would go to the zone's lock
 *    each time, and use up blocks that only others need. If there is no such block the request goes
 *    on with single pages and does not ask again.
 *
 * 3. A count of 1 is the area's own reference. Somebody may take another even now, by the page's
 *    number (page_ref.c): so the counts go from 1 to 0 by one exchange each, and if one can't, those
 *    before it get theirs back and the pages go one by one.
 *
 * Invariant: pages between a join and its free_block() have mark 0, no flags and count 0, as the
 * tails of any block (page_alloc.c, I5).
 * Context: as the page allocator's. Cost: about 20 instructions a page and an eighth of a block's
 * allocation.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <quarry/assert.h>
#include "internal.h"
#include "vmap.h"

#define BLOCK_ORDER (PCP_ORDERS - 1)
#define BLOCK_PAGES (1UL << BLOCK_ORDER)

/* A block as single pages, if one is at hand: nobody gives up anything for it. False: there is none. */
static bool block_get(struct page **pages, gfp_t gfp, unsigned int tag)
{
	struct page *page = alloc_pages_tagged(
		(gfp & ~(__GFP_NOFAIL | __GFP_RECLAIM)) | __GFP_NOWARN, BLOCK_ORDER, tag);

	if (unlikely(!page))
		return false;
	for (unsigned long i = 0; i < BLOCK_PAGES; i++)
		WRITE_ONCE(pages[i], page + i);
	split_page(page, BLOCK_ORDER);
	return true;
}

static unsigned long singles_get(struct page **pages, unsigned long n, gfp_t gfp, unsigned int tag)
{
	unsigned long got;

	memset(pages, 0, n * sizeof(*pages));
	got = alloc_pages_bulk_array_tagged(gfp, n, pages, tag);
	while (unlikely(got < n)) {
		pages[got] = alloc_pages_tagged(gfp, 0, tag);
		if (!pages[got])
			break;
		got++;
	}
	return got;
}

unsigned long vmap_pages_get(struct vmap_source *from, struct page **pages, unsigned long n)
{
	unsigned long got = 0;

	while (n - got >= BLOCK_PAGES && !from->no_blocks) {
		if (block_get(&pages[got], from->gfp, from->tag))
			got += BLOCK_PAGES;
		else
			from->no_blocks = true;
	}
	if (got < n)
		got += singles_get(&pages[got], n - got, from->gfp, from->tag);
	return got;
}

/*
 * Do the first BLOCK_PAGES of `pages` make a block that nobody else uses? Then their counts are 0 and
 * nobody will.
 */
static bool take_block(struct page **pages)
{
	struct page *page = pages[0];
	unsigned long frozen = 0;

	if (page_to_pfn(page) & (BLOCK_PAGES - 1))
		return false;
	for (unsigned long i = 0; i < BLOCK_PAGES; i++, page++) {
		if (pages[i] != page || page->mark != PAGE_MARK(PAGE_USED, 0) ||
		    page->flags)
			return false;
	}
	while (frozen < BLOCK_PAGES && page_ref_freeze(pages[frozen], 1))
		frozen++;
	if (likely(frozen == BLOCK_PAGES))
		return true;
	while (frozen--)
		page_ref_unfreeze(pages[frozen], 1);
	return false;
}

static void block_put(struct page *page)
{
	for (unsigned long i = 1; i < BLOCK_PAGES; i++) {
		page_set_mark(&page[i], 0);
		WRITE_ONCE(page[i].tag, 0);
	}
	free_block(page, BLOCK_ORDER);
}

void vmap_pages_put(struct page **pages, unsigned long n)
{
	for (unsigned long i = 0; i < n;) {
		if (n - i >= BLOCK_PAGES && take_block(&pages[i])) {
			block_put(pages[i]);
			i += BLOCK_PAGES;
		} else {
			put_page(pages[i++]);
		}
	}
}
