// SPDX-License-Identifier: MIT
/*
 * Tests of mm/kvmalloc.c.
 *
 * Mutations that made them fail when tried:
 *	kvmalloc: no overflow check; never vmalloc(); vmalloc() though the flags forbid sleeping;
 *		kvfree() that calls kfree() only; kvfree_sensitive() that clears nothing;
 *		kvrealloc() that loses the contents or the old memory; INT_MAX not looked at;
 *		__GFP_ZERO lost; kvrealloc() that copies all of the block, or goes on without one;
 *		a _node spelling that loses __GFP_ZERO, the count or the overflow check;
 *		kvrealloc() that frees the old memory though there is no new
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "mm/internal.h"

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

/* No contiguous megabyte in the DMA zone, but as many pages: vmalloc() serves. */
static void kv_falls_back(struct kunit *test)
{
	struct page *blocks[32];
	unsigned int n = 0;
	void *p;

	page_alloc_drain();
	while (n < 32 && (blocks[n] = alloc_pages(GFP_QUIET | GFP_DMA, 8)))
		split_page(blocks[n++], 8);
	if (n < 4)
		kunit_skip(test, "too little DMA memory");
	for (unsigned int i = 0; i < n;
	     i++) { /* every other page: nothing larger than one is free up there */
		for (unsigned int j = 0; j < 256; j += 2)
			__free_page(blocks[i] + j);
	}
	p = kvmalloc(1UL << 20, GFP_QUIET | GFP_DMA);
	KUNIT_EXPECT_NOT_NULL(test, p);
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(p));
	kvfree(p);
	for (unsigned int i = 0; i < n; i++) {
		for (unsigned int j = 1; j < 256; j += 2)
			__free_page(blocks[i] + j);
	}
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
					KUNIT_CASE(kv_nodes),
					KUNIT_CASE(kv_resize),
					KUNIT_CASE(kv_resize_that_fails),
					KUNIT_CASE(kv_resize_adds_zeroes),
					KUNIT_CASE(kv_resize_of_no_block),
					KUNIT_CASE(kv_sensitive),
					{} };
static struct kunit_suite kv_suite = { .name = "kvmalloc", .test_cases = kv_cases };

kunit_test_suite(kv_suite);
