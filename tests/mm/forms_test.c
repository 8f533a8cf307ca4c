// SPDX-License-Identifier: MIT
/*
 * The forms of the allocation functions that take a node, a caller or an array, and the arithmetic
 * between pages and their addresses: each gives what the plain form gives.
 *
 * Mutations that made the suite fail when tried:
 *   kzalloc_node() without __GFP_ZERO; KMEM_CACHE_USERCOPY() with useroffset 0; kfree_bulk() that
 *   leaves the last one; kmem_cache_create() without its args' constructor; NULL that gives the last
 *   cache's.
 */
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "tests/mm/slab_fixture.h"

static void kmalloc_forms(struct kunit *test)
{
	void *p[3] = { kmalloc_node(unknown(100), GFP_KERNEL, NUMA_NO_NODE),
		       kzalloc_node(unknown(200), GFP_KERNEL, 0),
		       kmalloc_track_caller(unknown(300), GFP_KERNEL) };
	struct kmem_cache *s;

	for (int i = 0; i < 3; i++)
		KUNIT_ASSERT_NOT_NULL(test, p[i]);
	KUNIT_EXPECT_EQ(test, ksize(p[0]), 128);
	KUNIT_EXPECT_EQ(test, ksize(p[1]), 256);
	KUNIT_EXPECT_NULL(test, memchr_inv(p[1], 0, 200));
	KUNIT_EXPECT_EQ(test, ksize(p[2]), 512);
	memset(p[1], 0x5a, 200);
	kfree_bulk(3, p);
	for (int i = 0; i < 3; i++) {
		s = slab_cache_of(p[i]);
		KUNIT_EXPECT_TRUE(test, !s || slab_locate(s, p[i]) != SLAB_LIVE);
	}
	p[1] = kzalloc_node(unknown(200), GFP_KERNEL, NUMA_NO_NODE);
	KUNIT_ASSERT_NOT_NULL(test, p[1]);
	KUNIT_EXPECT_NULL(test, memchr_inv(p[1], 0, 200));
	kfree(p[1]);
}

struct with_text {
	u64 number;
	char text[24];
	u64 last;
};

static void number_it(void *obj)
{
	*(u64 *)obj = 0x5eed;
}

/* kmem_cache_create() by its arguments' structure, and by NULL; for a structure's member */
static void cache_forms(struct kunit *test)
{
	struct kmem_cache_args args = { .align = 128, .useroffset = 8, .usersize = 16, .ctor = number_it };
	struct kmem_cache *by_args = kmem_cache_create("form_args", 40, &args, 0);
	struct kmem_cache *by_default = kmem_cache_create("form_default", 40, NULL, 0);
	struct kmem_cache *text = KMEM_CACHE_USERCOPY(with_text, 0, text);
	void *a, *b;

	KUNIT_ASSERT_NOT_NULL(test, by_args);
	KUNIT_ASSERT_NOT_NULL(test, by_default);
	KUNIT_ASSERT_NOT_NULL(test, text);
	KUNIT_EXPECT_STREQ(test, kmem_cache_name(text), "with_text");
	KUNIT_EXPECT_EQ(test, text->useroffset, offsetof(struct with_text, text));
	KUNIT_EXPECT_EQ(test, text->usersize, 24);
	a = kmem_cache_alloc_node(by_args, GFP_KERNEL, NUMA_NO_NODE);
	b = kmem_cache_alloc_lru(by_default, NULL, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_ASSERT_NOT_NULL(test, b);
	KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)a, 128));
	KUNIT_EXPECT_EQ(test, *(u64 *)a, 0x5eedULL);
	KUNIT_EXPECT_EQ(test, by_args->useroffset, 8);
	KUNIT_EXPECT_EQ(test, by_args->usersize, 16);
	KUNIT_EXPECT_STREQ(test, kmem_cache_name(by_args), "form_args");
	KUNIT_EXPECT_EQ(test, kmem_cache_size(by_args), 40);
	KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)b, 8));
	KUNIT_EXPECT_EQ(test, by_default->usersize, 0);
	KUNIT_EXPECT_TRUE(test, !by_default->ctor);
	KUNIT_EXPECT_PTR_EQ(test, slab_cache_of(a), by_args);
	KUNIT_EXPECT_PTR_EQ(test, slab_cache_of(b), by_default);
	KUNIT_EXPECT_EQ(test, kmem_cache_size(by_default), 40);
	kmem_cache_free(by_args, a);
	kmem_cache_free(by_default, b);
	kmem_cache_destroy(text);
	kmem_cache_destroy(by_default);
	kmem_cache_destroy(by_args);
}

static void vmalloc_forms(struct kunit *test)
{
	char *node = vmalloc_node(unknown(5000), NUMA_NO_NODE);
	char *zero = vzalloc_node(unknown(5000), 0);
	u64 *array = vmalloc_array(unknown(1000), sizeof(u64));

	KUNIT_ASSERT_NOT_NULL(test, node);
	KUNIT_ASSERT_NOT_NULL(test, zero);
	KUNIT_ASSERT_NOT_NULL(test, array);
	KUNIT_EXPECT_EQ(test, get_vm_area_size(find_vm_area(node)), 2 * PAGE_SIZE);
	KUNIT_EXPECT_NULL(test, memchr_inv(zero, 0, 5000));
	KUNIT_EXPECT_EQ(test, get_vm_area_size(find_vm_area(array)), 2 * PAGE_SIZE);
	KUNIT_EXPECT_NULL(test, vmalloc_array(unknown(SIZE_MAX / 4), 8));
	vfree(array);
	vfree(zero);
	vfree(node);
}

static void pages_and_addresses(struct kunit *test)
{
	struct page *page = alloc_pages_node(NUMA_NO_NODE, GFP_KERNEL, 2);
	unsigned long single = __get_free_page(GFP_KERNEL);
	char *p;

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_NE(test, single, 0UL);
	p = page_to_virt(page);
	KUNIT_EXPECT_PTR_EQ(test, p, page_address(page));
	KUNIT_EXPECT_EQ(test, page->order, 2);
	KUNIT_EXPECT_EQ(test, virt_to_phys(p + 5), page_to_phys(page) + 5);
	KUNIT_EXPECT_PTR_EQ(test, phys_to_virt(virt_to_phys(p + 5)), (void *)(p + 5));
	KUNIT_EXPECT_PTR_EQ(test, phys_to_page(virt_to_phys(p + PAGE_SIZE + 5)), page + 1);
	KUNIT_EXPECT_EQ(test, virt_to_page((void *)single)->order, 0);
	KUNIT_EXPECT_TRUE(test, PAGE_ALIGNED(single));
	KUNIT_EXPECT_FALSE(test, PAGE_ALIGNED(single + 8));
	KUNIT_EXPECT_EQ(test, PAGE_ALIGN(single + 1), single + PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, PAGE_ALIGN(single), single);
	KUNIT_EXPECT_EQ(test, offset_in_page(single + 4095), 4095);
	KUNIT_EXPECT_EQ(test, offset_in_page(single + 4096), 0);
	KUNIT_EXPECT_EQ(test, get_order(unknown(1)), 0);
	KUNIT_EXPECT_EQ(test, get_order(unknown(PAGE_SIZE)), 0);
	KUNIT_EXPECT_EQ(test, get_order(unknown(PAGE_SIZE + 1)), 1);
	KUNIT_EXPECT_EQ(test, get_order(unknown(5 * PAGE_SIZE)), 3);
	free_page(single);
	__free_pages(page, 2);
}

static struct kunit_case forms_cases[] = { KUNIT_CASE(kmalloc_forms),
					   KUNIT_CASE(cache_forms),
					   KUNIT_CASE(vmalloc_forms),
					   KUNIT_CASE(pages_and_addresses),
					   {} };

static struct kunit_suite forms_suite = {
	.name = "mm_forms",
	.suite_init = plain_caches,
	.suite_exit = as_booted,
	.test_cases = forms_cases,
};
kunit_test_suite(forms_suite);
