// SPDX-License-Identifier: MIT
/*
 * Tests of mm/vmap_pages.c: pages travel as blocks where they are neighbours, one by one where not.
 *
 * Mutations that made them fail when tried: is_block() without the alignment or the neighbours; tail
 * marks that stay in block_put().
 */
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "mm/internal.h"
#include "mm/vmap.h"
#include "tests/mm/vmap_fixture.h"

/*
 * `n` pages from page `first` of a block on, every `step`-th next, pass to an area and come back:
 * as a block or one by one, it makes no difference.
 */
static void pass_pages(struct kunit *test, u32 flags, unsigned int first, unsigned int step,
		       unsigned int n)
{
	struct page **pages = kmalloc_array(n, sizeof(*pages), GFP_KERNEL);
	struct page *block = alloc_pages(GFP_KERNEL, 4);
	void *v;

	KUNIT_ASSERT_NOT_NULL(test, pages);
	KUNIT_ASSERT_NOT_NULL(test, block);
	split_page(block, 4);
	for (unsigned int i = 0; i < 16; i++) {
		unsigned int at = (i - first) * step % 16;

		block[i].flags |= flags;
		if (at >= n)
			__free_page(block + i);
		else
			pages[at] = block + i;
	}
	v = vmap(pages, n, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, v);
	vfree(v);
	for (unsigned int i = 0; i < 16; i++)
		KUNIT_EXPECT_EQ(test, page_count(block + i), 0);
}

/* The pages beside an aligned one are not its neighbours in the area: those stay whose they are. */
static void strangers_stay(struct kunit *test)
{
	struct page **pages = kmalloc_array(8, sizeof(*pages), GFP_KERNEL);
	struct page *block = alloc_pages(GFP_KERNEL, 4);

	KUNIT_ASSERT_NOT_NULL(test, pages);
	KUNIT_ASSERT_NOT_NULL(test, block);
	split_page(block, 4);
	for (unsigned int i = 0; i < 8; i++)
		pages[i] = i ? block + 7 + i : block;
	vfree(vmap(pages, 8, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL));
	for (unsigned int i = 0; i < 16; i++)
		KUNIT_EXPECT_EQ(test, page_count(block + i), (i > 0 && i < 8) || i == 15);
	for (unsigned int i = 1; i < 8; i++)
		__free_page(block + i);
	__free_page(block + 15);
}

/*
 * 68 entries, so that a full batch is followed by four: those four are the first of a block whose
 * other pages stood at the same places of the batch before, and are the caller's as well.
 */
static void a_batch_ends_with_its_pages(struct kunit *test)
{
	struct page **pages = kmalloc_array(68, sizeof(*pages), GFP_KERNEL);
	struct page *block = alloc_pages(GFP_KERNEL, 3), *other = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, pages);
	KUNIT_ASSERT_NOT_NULL(test, block);
	KUNIT_ASSERT_NOT_NULL(test, other);
	split_page(block, 3);
	for (unsigned int i = 0; i < 68; i++) {
		pages[i] = i < 8 ? block + i : i < 64 ? other : block + i - 64;
		get_page(pages[i]);
	}
	for (unsigned int i = 0; i < 4; i++)
		put_page(block + i);
	vfree(vmap(pages, 68, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL));
	for (unsigned int i = 0; i < 8; i++)
		KUNIT_EXPECT_EQ(test, page_count(block + i), i >= 4);
	KUNIT_EXPECT_EQ(test, page_count(other), 1);
	for (unsigned int i = 4; i < 8; i++)
		__free_page(block + i);
	__free_page(other);
}

static void pages_come_back_in_any_order(struct kunit *test)
{
	unsigned long before = all_pages();

	pass_pages(test, 0, 0, 1, 16);	     /* two blocks */
	pass_pages(test, 0, 1, 1, 12);	     /* neighbours, but not from an aligned one on */
	pass_pages(test, 0, 0, 3, 16);	     /* all over the place */
	pass_pages(test, PG_file, 0, 1, 16); /* pages that were a file's */
	KUNIT_EXPECT_TRUE(test, buddy_valid());
	KUNIT_EXPECT_EQ(test, all_pages(), before);
}

static struct kunit_case cases[] = { KUNIT_CASE(strangers_stay),
				     KUNIT_CASE(a_batch_ends_with_its_pages),
				     KUNIT_CASE(pages_come_back_in_any_order),
				     {} };
static struct kunit_suite suite = { .name = "vmap_pages", .test_cases = cases };
kunit_test_suite(suite);
