// SPDX-License-Identifier: MIT
/*
 * Tests of mm/vmap_pte.c: leaves of both sizes, over the ends of tables.
 *
 * Mutations that made them fail when tried: vmap_map_pages() past the end of a table;
 * vmap_map_large() without flush or parking; vmalloc_huge() without large leaves; vmalloc_to_pfn()
 * without the offset in a large leaf.
 */
#include <asm/tlbflush.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "mm/internal.h"
#include "mm/vmap.h"
#include "tests/mm/sample_fixture.h"
#include "tests/mm/vmap_fixture.h"

#define TWO_MIB (2UL << 20)

static int level_of(const void *p)
{
	int level = -1;

	return pt_lookup(kernel_root(), (unsigned long)p, &level) ? level : -1;
}

static void huge_leaves(struct kunit *test)
{
	unsigned long pages = (2 * TWO_MIB + 5 * PAGE_SIZE) >> PAGE_SHIFT;
	struct page *large = alloc_pages(GFP_QUIET, 9);
	char *p;

	if (!large)
		kunit_skip(test, "no free 2 MiB block");
	__free_pages(large, 9);
	if (!pt_max_leaf_level())
		kunit_skip(test, "leaves are of one size here");
	p = vmalloc_huge(pages << PAGE_SHIFT, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)p, TWO_MIB));
	KUNIT_EXPECT_EQ(test, find_vm_area(p)->nr_pages, pages);
	KUNIT_EXPECT_EQ(test, find_vm_area(p)->page_order, 9);
	KUNIT_EXPECT_EQ(test, level_of(p), 1);
	KUNIT_EXPECT_EQ(test, level_of(p + 2 * TWO_MIB), 0);
	mark_pages(p, pages, 99);
	KUNIT_EXPECT_TRUE(test, marks_stand(p, pages, 99));
	for (unsigned long i = 0; i < pages;
	     i += 37) /* through the direct map: each page is where it is said to be */
		KUNIT_EXPECT_EQ(test, *(u64 *)page_address(vmalloc_to_page(p + i * PAGE_SIZE)),
				99 + i);
	KUNIT_EXPECT_TRUE(test, vmap_valid());
	vfree(p);
}

/* A table gives way to a large leaf and comes back: three owners of the same addresses. */
static void large_and_small_in_turn(struct kunit *test)
{
	unsigned long before = all_pages();
	long tables = 0;

	for (unsigned int round = 0; round < 3; round++) {
		unsigned long pages = TWO_MIB >> PAGE_SHIFT;
		void *p, *q;

		p = __vmalloc_node(TWO_MIB, TWO_MIB, GFP_KERNEL, 0, NULL);
		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_EQ(test, level_of(p), 0);
		mark_pages(p, pages, round);
		vfree(p);
		vm_unmap_aliases();
		unsigned long flushes = tlb_flush_count();

		q = vmalloc_huge(TWO_MIB, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, q);
		KUNIT_EXPECT_PTR_EQ(test, q, p);
		KUNIT_EXPECT_EQ(test, tlb_flush_count(),
				flushes + (level_of(q) == 1)); /* the table that gave way */
		mark_pages(q, pages, round + 1000);
		KUNIT_EXPECT_TRUE(test, marks_stand(q, pages, round + 1000));
		KUNIT_EXPECT_TRUE(test, vmap_valid());
		vfree(q);
		vm_unmap_aliases();
		KUNIT_EXPECT_TRUE(test, !round || mm_stat_read(MM_KERNEL_TABLES) == tables);
		tables = mm_stat_read(MM_KERNEL_TABLES);
	}
	KUNIT_EXPECT_EQ(test, all_pages(), before);
}

/* Over the ends of two page tables. */
static void vmap_wide(struct kunit *test)
{
	unsigned int n = 1100;
	struct page **pages = kvmalloc_array(n, sizeof(*pages), GFP_KERNEL), *two[2];
	char *v;

	KUNIT_ASSERT_NOT_NULL(test, pages);
	alloc_each(test, two, 2);
	for (unsigned int i = 0; i < n; i++)
		pages[i] = two[i % 3 == 0];
	v = vmap(pages, n, VM_MAP, PAGE_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, v);
	for (unsigned int i = 0; i < n; i++) {
		if (vmalloc_to_page(v + i * PAGE_SIZE) != pages[i])
			KUNIT_FAIL(test, "page %u is another one", i);
	}
	KUNIT_EXPECT_TRUE(test, vmap_valid());
	vunmap(v);
	KUNIT_EXPECT_TRUE(test, vmap_valid());
	free_each(two, 2);
	kvfree(pages);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(huge_leaves),
	KUNIT_CASE(large_and_small_in_turn),
	KUNIT_CASE(vmap_wide),
	{}
};
static struct kunit_suite suite = {
	.name = "vmap_pte",
	.suite_init = no_samples,
	.suite_exit = samples_again,
	.test_cases = cases,
};
kunit_test_suite(suite);
