// SPDX-License-Identifier: MIT
/*
 * Tests of mm/kvmalloc.c.
 *
 * Mutations: tests/mutate/kvmalloc.mut; besides, a _node spelling that loses __GFP_ZERO, the count or
 * the overflow check, and kvrealloc() that frees the old memory though there is no new.
 */
#include <kunit/test.h>
#include <linux/fault-inject.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "mm/internal.h"
#include "mm/slab.h"
#include "tests/mm/reclaim_fixture.h"
#include "tests/mm/slab_fixture.h"

#define GFP_QUIET (GFP_KERNEL | __GFP_NOWARN)

/* Sizes that the compiler must not see through: it knows what alloc_size means. */
static volatile size_t huge_size = ~0UL, no_size, big_size = 16000;

static void kv_picks_the_kind(struct kunit *test)
{
	static const size_t large = KMALLOC_MAX_SIZE + 1;
	void *p = kvmalloc(100, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_TRUE(test, is_direct_map_addr(p));
	kvfree(p);
	KUNIT_EXPECT_PTR_EQ(test, kvmalloc(no_size, GFP_KERNEL), ZERO_SIZE_PTR);
	KUNIT_EXPECT_NULL(test, kvmalloc(large, GFP_NOWAIT));
	KUNIT_EXPECT_NULL(test, kvmalloc(huge_size, GFP_QUIET));
	KUNIT_EXPECT_REPORT(test, "__GFP_NOWARN",
			    p = kvmalloc((size_t)INT_MAX + 1 + no_size, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, p);
	KUNIT_EXPECT_NULL(test, kvmalloc_array(huge_size, 2, GFP_QUIET));
	KUNIT_EXPECT_NULL(test, kvcalloc((huge_size >> 12) + 2, 4096, GFP_QUIET)); /* 2^64 + 4096 */
	p = kvzalloc(large, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(p));
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, large));
	kvfree(p);
	KUNIT_EXPECT_NULL(test, find_vm_area(p));
	KUNIT_EXPECT_NO_REPORT(test, kvfree(NULL));
}

/*
 * Every other page of the DMA zone is taken: no two free ones are neighbours, nor are there blocks
 * of a megabyte. Returns how many of blocks[] are in use.
 */
static unsigned int fragment_dma(struct page **blocks, unsigned int room)
{
	unsigned int n = 0;

	page_alloc_drain();
	while (n < room && (blocks[n] = alloc_pages(GFP_FILL, 8)))
		split_page(blocks[n++], 8);
	for (unsigned int i = 0; i < n; i++) {
		for (unsigned int j = 0; j < 256; j += 2)
			__free_page(blocks[i] + j);
	}
	return n;
}

static void mend_dma(struct page **blocks, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		for (unsigned int j = 1; j < 256; j += 2)
			__free_page(blocks[i] + j);
	}
}

static unsigned int warnings;

static void count_warnings(const char *line, size_t n)
{
	warnings += strnstr(line, "page allocation failure", n) != NULL;
}

/*
 * No contiguous megabyte in the DMA zone, but as many pages: vmalloc() serves. Since it does,
 * kmalloc() doesn't warn, leaves alone what caches keep, and need not succeed.
 */
static void kv_falls_back(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("kept", 64, 0, 0, NULL);
	struct page *blocks[32];
	printk_hook_t before;
	unsigned int n;
	void *p, *q;

	KUNIT_ASSERT_NOT_NULL(test, s);
	n = fragment_dma(blocks, ARRAY_SIZE(blocks));
	kmem_cache_free(s, kmem_cache_alloc(s, GFP_KERNEL));
	warnings = 0;
	before = printk_set_hook(count_warnings);
	p = n < 4 ? NULL : kvmalloc(1UL << 20, GFP_KERNEL | GFP_DMA);
	printk_set_hook(before);
	KUNIT_EXPECT_EQ(test, warnings, 0U);
	KUNIT_EXPECT_EQ(test, s->partial.nr + s->empty.nr + s->full.nr, 1U);
	q = n < 4 ? NULL : kvmalloc(1UL << 20, GFP_KERNEL | GFP_DMA | __GFP_NOFAIL);
	mend_dma(blocks, n);
	kmem_cache_destroy(s);
	if (n < 4)
		kunit_skip(test, "too little DMA memory");
	KUNIT_EXPECT_NOT_NULL(test, p);
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(p));
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(q));
	kvfree(p);
	kvfree(q);
}

/* Up to a page only kmalloc() serves, so what must not fail must not fail there. */
static void kv_small_is_asked_for_in_earnest(struct kunit *test)
{
	struct fault_attr attr = FAULT_ATTR_NTH(1);
	struct fault_injection before;
	void *p;

	before = fault_inject_set((struct fault_injection){ &attr, &attr });
	p = kvmalloc(100, GFP_KERNEL | __GFP_NOFAIL);
	fault_inject_set(before);
	KUNIT_EXPECT_NOT_NULL(test, p);
	kvfree(p);
}

/* A large area has large pages where it spans whole ones, if there are any. */
static void kv_large_pages(struct kunit *test)
{
	enum { SIZE = 6 << 20 };
	struct page *block = alloc_pages(GFP_QUIET, MAX_PAGE_ORDER);
	int level = -1;
	char *p;

	if (!block)
		kunit_skip(test, "no block of 4 MiB");
	__free_pages(block, MAX_PAGE_ORDER);
	if (!pt_max_leaf_level())
		kunit_skip(test, "this machine has no large leaves");
	p = kvmalloc(SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_NOT_NULL(test, pt_lookup(kernel_root(), ALIGN((unsigned long)p, pt_size(1)),
					      &level));
	KUNIT_EXPECT_EQ(test, level, 1);
	kvfree(p);
}

static void kv_resize(struct kunit *test)
{
	static const size_t steps[] = { 10, 5000, 3UL << 20, 6UL << 20, 100, 9UL << 20 };
	size_t kept = 0;
	u8 *p = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		p = kvrealloc(p, steps[i], GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p);
		kept = min(kept, steps[i]);
		if (kept)
			KUNIT_EXPECT_NULL(test, memchr_inv(p, 0x5a, kept));
		memset(p, 0x5a, steps[i]);
		kept = steps[i];
	}
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(p));
	KUNIT_EXPECT_NULL(test, kvrealloc(p, huge_size, GFP_QUIET));
	KUNIT_EXPECT_EQ(test, p[kept - 1], 0x5a);
	kvfree(p);
}

/* Dirty memory of the size first, so that zeroes are somebody's work. */
static void kv_nodes(struct kunit *test)
{
	enum { SIZE = 3000 };
	u8 *p = kvmalloc_node(SIZE, GFP_KERNEL, 0);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_GE(test, ksize(p), SIZE);
	memset(p, 0xa5, SIZE);
	kvfree(p);
	p = kvzalloc_node(SIZE, GFP_KERNEL, 0);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, SIZE));
	memset(p, 0xa5, SIZE);
	kvfree(p);
	p = kvcalloc_node(SIZE / 3, 3, GFP_KERNEL, 0);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, SIZE));
	kvfree(p);
	p = kvmalloc_array_node(6, SIZE, GFP_KERNEL, 0);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_GE(test, ksize(p), 6 * SIZE);
	kvfree(p);
	KUNIT_EXPECT_NULL(test, kvmalloc_array_node(huge_size, 2, GFP_QUIET, 0));
	KUNIT_EXPECT_NULL(test, kvcalloc_node((huge_size >> 12) + 2, 4096, GFP_QUIET, 0));
}

/* No memory for the new size: the old memory stands, whichever kind it is. */
static void kv_resize_that_fails(struct kunit *test)
{
	u8 *p = kvmalloc(big_size, GFP_KERNEL);

	KUNIT_ASSERT_FALSE(test, is_vmalloc_addr(p));
	memset(p, 0x5a, big_size);
	KUNIT_EXPECT_NULL(test, kvrealloc(p, huge_size, GFP_QUIET));
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0x5a, big_size));
	KUNIT_EXPECT_NO_REPORT(test, kvfree(p));
}

/* What lies in the old block behind the bytes in use does not come along. */
static void kv_resize_adds_zeroes(struct kunit *test)
{
	u8 *p = kvzalloc(big_size, GFP_KERNEL);

	KUNIT_ASSERT_FALSE(test, is_vmalloc_addr(p));
	memset(p, 0x5a, big_size);
	p = kvrealloc(p, big_size / 2, GFP_KERNEL | __GFP_ZERO);
	p = kvrealloc(p, 5UL << 20, GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_TRUE(test, is_vmalloc_addr(p));
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0x5a, big_size / 2));
	KUNIT_EXPECT_NULL(test, memchr_inv(p + big_size / 2, 0, big_size));
	kvfree(p);
}

static void kv_resize_of_no_block(struct kunit *test)
{
	static char in_the_image[32];
	void *p = in_the_image;

	KUNIT_EXPECT_REPORT(test, "foreign pointer", p = kvrealloc(p, big_size, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, p);
}

static void kv_sensitive(struct kunit *test)
{
	u8 *p = vmalloc(2 * PAGE_SIZE);
	struct page *page;

	KUNIT_ASSERT_NOT_NULL(test, p);
	memset(p, 0x77, 2 * PAGE_SIZE);
	page = vmalloc_to_page(p + PAGE_SIZE);
	get_page(page);
	kvfree_sensitive(p, 2 * PAGE_SIZE);
	KUNIT_EXPECT_NULL(test, memchr_inv(page_address(page), 0, PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	put_page(page);
	KUNIT_EXPECT_NO_REPORT(test, kvfree_sensitive(NULL, 100));
}

static struct kunit_case kv_cases[] = { KUNIT_CASE(kv_picks_the_kind),
					KUNIT_CASE(kv_falls_back),
					KUNIT_CASE(kv_small_is_asked_for_in_earnest),
					KUNIT_CASE(kv_large_pages),
					KUNIT_CASE(kv_nodes),
					KUNIT_CASE(kv_resize),
					KUNIT_CASE(kv_resize_that_fails),
					KUNIT_CASE(kv_resize_adds_zeroes),
					KUNIT_CASE(kv_resize_of_no_block),
					KUNIT_CASE(kv_sensitive),
					{} };
static struct kunit_suite kv_suite = {
	.name = "kvmalloc",
	.suite_init = no_samples,
	.suite_exit = samples_again,
	.test_cases = kv_cases,
};

kunit_test_suite(kv_suite);
