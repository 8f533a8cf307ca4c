// SPDX-License-Identifier: MIT
/* The failure sweep's scenarios for the page allocator. */
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include "tests/mm/sweep.h"

static void put_got(struct sweep *s)
{
	for (unsigned int i = 0; i < s->nr_got; i++)
		__free_pages(s->got[i], ((struct page *)s->got[i])->order);
}

static enum outcome blocks(struct sweep *s)
{
	bool all = got(s, alloc_page(GFP_KERNEL)) && got(s, alloc_pages(GFP_ATOMIC, 1)) &&
		   got(s, alloc_pages_node(0, GFP_KERNEL, 3)) &&
		   got(s, alloc_pages(GFP_HIGHUSER_MOVABLE, 5)) &&
		   got(s, alloc_pages(GFP_KERNEL | GFP_DMA, 0)) &&
		   got(s, alloc_pages(GFP_KERNEL | __GFP_COMP | __GFP_ZERO, 4));

	if (all)
		SWEEP_EXPECT(s, sweep_zero(page_address(s->got[5]), PAGE_SIZE << 4));
	return done_if(all);
}

/* 0 is what the functions that give addresses say. */
static enum outcome addresses(struct sweep *s)
{
	unsigned long one = __get_free_page(GFP_KERNEL), zeroed = get_zeroed_page(GFP_KERNEL);
	unsigned long four = __get_free_pages(GFP_KERNEL, 2);

	if (zeroed)
		SWEEP_EXPECT(s, sweep_zero((void *)zeroed, PAGE_SIZE));
	free_page(one);
	free_page(zeroed);
	free_pages(four, 2);
	return done_if(one && zeroed && four);
}

static enum outcome exact(struct sweep *s)
{
	const size_t size = 5 * PAGE_SIZE + 1;
	void *p = alloc_pages_exact(size, GFP_KERNEL);

	if (!p)
		return REFUSED;
	OPTIMIZER_HIDE_VAR(p); /* whose size, known to the compiler, is what was asked for */
	memset(p, 0x5a, PAGE_ALIGN(size));
	free_pages_exact(p, size);
	return DONE;
}

static void prepare_one(struct sweep *s)
{
	s->pages[5] = alloc_page(GFP_KERNEL);
	SWEEP_ASSERT(s, s->pages[5]);
}

/* The entries from the first on, and none behind; what stood there is left alone. */
static enum outcome array(struct sweep *s)
{
	struct page *mine = s->pages[5];
	unsigned long n = alloc_pages_bulk_array(GFP_KERNEL, SWEEP_PAGES, s->pages);

	SWEEP_EXPECT(s, s->pages[5] == mine);
	for (unsigned long i = 0; i < SWEEP_PAGES; i++) {
		SWEEP_EXPECT(s, (s->pages[i] != NULL) == (i < n || i == 5));
		if (s->pages[i])
			SWEEP_EXPECT(s, page_count(s->pages[i]) == 1);
	}
	SWEEP_EXPECT(s, n != 5); /* that entry is filled too */
	return done_if(n == SWEEP_PAGES);
}

static void free_array(struct sweep *s)
{
	for (unsigned int i = 0; i < SWEEP_PAGES; i++) {
		if (s->pages[i])
			__free_page(s->pages[i]);
	}
}

static enum outcome split(struct sweep *s)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);

	if (!page)
		return REFUSED;
	split_page(page, 2);
	for (unsigned int i = 0; i < 4; i++)
		put_page(page + i);
	return DONE;
}

/* Zeroed in part, as what is read from a file into a folio's page. */
static enum outcome folios(struct sweep *s)
{
	struct folio *one = folio_alloc(GFP_KERNEL, 0), *eight = folio_alloc(GFP_ATOMIC, 3);

	if (one) {
		u8 *p = page_address(folio_page(one, 0));

		sweep_fill(p, PAGE_SIZE, 4);
		zero_user(folio_page(one, 0), 100, 50);
		zero_user_segment(folio_page(one, 0), 150, PAGE_SIZE);
		SWEEP_EXPECT(s, sweep_filled(p, 100, 4));
		SWEEP_EXPECT(s, sweep_zero(p + 100, PAGE_SIZE - 100));
		folio_put(one);
	}
	if (eight) {
		SWEEP_EXPECT(s, folio_nr_pages(eight) == 8);
		folio_put(eight);
	}
	return done_if(one && eight);
}

const struct scenario sweep_page[] = {
	{ "blocks of pages", blocks, .clean = put_got, .flags = NO_OBJECTS },
	{ "pages by address", addresses, .flags = NO_OBJECTS },
	{ "alloc_pages_exact", exact, .flags = NO_OBJECTS },
	{ "alloc_pages_bulk_array", array, prepare_one, free_array, NO_OBJECTS },
	{ "split_page", split, .flags = NO_OBJECTS },
	{ "folios", folios, .flags = NO_OBJECTS },
	{},
};
