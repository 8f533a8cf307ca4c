// SPDX-License-Identifier: MIT
/*
 * Tests of mm/init.c: emptying every cache, checking every structure.
 *
 * Mutations: tests/mutate/init.mut.
 */
#include <asm/tlbflush.h>
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <quarry/report.h>
#include "mm/internal.h"
#include "mm/slab.h"
#include "mm/vmap.h"
#include "tests/mm/sample_fixture.h"

/* Fill each layer's cache, and see that one mm_quiesce() gives all of it back. */
static void quiesce_empties_every_layer(struct kunit *test)
{
	unsigned long before, tables;
	struct zone *z;
	void *objects[40];

	mm_quiesce();
	before = nr_free_pages();
	tables = mm_stat_read(MM_KERNEL_TABLES);
	for (int i = 0; i < 40; i++)
		objects[i] = kmalloc(2048, GFP_KERNEL);
	for (int i = 0; i < 40; i++)
		kfree(objects[i]);
	vfree(vmalloc(PAGE_SIZE));
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, nr_free_pages() + mm_stat_read(MM_KERNEL_TABLES), before + tables);
	for_each_zone(z)
		before -= z->nr_free; /* nothing is left in per-CPU lists */
	KUNIT_EXPECT_EQ(test, before, mm_stat_read(MM_KERNEL_TABLES) - tables);
}

/*
 * A vmalloc area's node is a slab object, so areas must be drained before slabs and slabs before
 * pages.
 */
static void lazy_areas_are_gone(struct kunit *test)
{
	unsigned long flushes;

	mm_quiesce();
	flushes = tlb_flush_count();
	vfree(vmalloc(4 * PAGE_SIZE));
	mm_quiesce();
	KUNIT_EXPECT_GT(test, tlb_flush_count(), flushes);
	flushes = tlb_flush_count();
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, tlb_flush_count(), flushes);
}

static void valid_sees_a_broken_buddy(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, mm_valid_all());
	zones[ZONE_DMA].nr_free++;
	KUNIT_EXPECT_FALSE(test, mm_valid_all());
	zones[ZONE_DMA].nr_free--;
	KUNIT_EXPECT_TRUE(test, mm_valid_all());
}

static void valid_sees_a_broken_slab(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("test", 64, 0, 0, NULL);
	void *p;

	KUNIT_ASSERT_NOT_NULL(test, s);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	slab_page(s, p)->inuse++;
	KUNIT_EXPECT_FALSE(test, mm_valid_all());
	slab_page(s, p)->inuse--;
	kmem_cache_free(s, p);
	KUNIT_EXPECT_TRUE(test, mm_valid_all());
	kmem_cache_destroy(s);
}

static void valid_sees_a_broken_area(struct kunit *test)
{
	vmap_space.lazy_bytes += PAGE_SIZE;
	KUNIT_EXPECT_FALSE(test, mm_valid_all());
	vmap_space.lazy_bytes -= PAGE_SIZE;
	KUNIT_EXPECT_TRUE(test, mm_valid_all());
}

/* A kernel without workqueues has nobody who asks to be called. */
static void quiesce_without_hook(struct kunit *test)
{
	void (*hook)(void) = mm_quiesce_hook;

	mm_quiesce_hook = NULL;
	mm_quiesce();
	mm_quiesce_hook = hook;
	KUNIT_EXPECT_TRUE(test, mm_valid_all());
}

/* A report says of any address of RAM whose page it is. */
static void reports_know_pages(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_REPORT(test, "allocated block of order 0 at pfn", {
		report_begin("BUG: a planted one");
		report_address(page_address(page));
		report_end();
	});
	__free_page(page);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(quiesce_empties_every_layer),
	KUNIT_CASE(lazy_areas_are_gone),
	KUNIT_CASE(valid_sees_a_broken_buddy),
	KUNIT_CASE(valid_sees_a_broken_slab),
	KUNIT_CASE(valid_sees_a_broken_area),
	KUNIT_CASE(reports_know_pages),
	KUNIT_CASE(quiesce_without_hook),
	{}
};
static struct kunit_suite suite = {
	.name = "mm_init",
	.suite_init = no_samples,
	.suite_exit = samples_again,
	.test_cases = cases,
};
kunit_test_suite(suite);
