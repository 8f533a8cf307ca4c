// SPDX-License-Identifier: MIT
/*
 * Self-tests of mm/remap.c: pages that a driver maps in ->mmap, one, several, or those of an area from
 * vmalloc_user(); what is refused; what each step counts.
 *
 * Mutations that made the suite fail when tried: tests/mutate/remap.mut; and
 *   ->mmap is called before the place is free; what a refused ->mmap has mapped stays, or its tables;
 *   put_page() does not let a reference to kmalloc() memory go.
 */
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "mm/internal.h"
#include "tests/mm/driver_fixture.h"

static int said[6]; /* what a played ->mmap was told */

/* ---- Pages ---- */

static struct page *given; /* what a played ->mmap inserts */

static int insert_given(struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, given);
}

static int insert_twice(struct vm_area_struct *vma)
{
	said[0] = vm_insert_page(vma, vma->vm_start, given);
	said[1] = vm_insert_page(vma, vma->vm_start + 8, given);
	said[2] = vm_insert_page(vma, vma->vm_start + PAGE_SIZE, given);
	said[3] = vm_insert_page(vma, vma->vm_end, given);
	said[4] = vm_insert_page(vma, vma->vm_start - 1, given);
	return 0;
}

static void a_page_twice(struct kunit *test)
{
	given = alloc_page(GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_NOT_NULL(test, given);
	KUNIT_ASSERT_EQ(test, played(test, insert_twice, 0, 2, MAP_SHARED, 0), (long)USER_PAGE(0));
	KUNIT_EXPECT_EQ(test, said[0], 0);
	KUNIT_EXPECT_EQ(test, said[1], -EBUSY);
	KUNIT_EXPECT_EQ(test, said[2], 0); /* another address: mapped twice */
	KUNIT_EXPECT_EQ(test, said[3], -EFAULT);
	KUNIT_EXPECT_EQ(test, said[4], -EFAULT);
	KUNIT_EXPECT_EQ(test, page_count(given), 3);
	KUNIT_EXPECT_EQ(test, page_mapcount(given), 2);
	KUNIT_EXPECT_EQ(test,
			find_vma(test_mm(test), USER_PAGE(0))->vm_flags &
				(VM_MIXEDMAP | VM_PFNMAP | VM_IO),
			VM_MIXEDMAP);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(0), 4), 0);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(1)), 4ULL);
	unmap(test, 0, 1);
	KUNIT_EXPECT_EQ(test, page_count(given), 2);
	put_page(given); /* the driver's: the mapping keeps the page */
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(1)), 4ULL);
	KUNIT_EXPECT_EQ(test, page_count(given), 1);
	unmap(test, 1, 1);
}

/* Of a __GFP_COMP block any page; its head counts. */
static void pages_inside_a_block(struct kunit *test)
{
	struct page *block = alloc_pages(GFP_KERNEL | __GFP_COMP | __GFP_ZERO, 2);

	KUNIT_ASSERT_NOT_NULL(test, block);
	given = block + 3;
	KUNIT_ASSERT_EQ(test, played(test, insert_given, 0, 1, MAP_SHARED, 0), (long)USER_PAGE(0));
	KUNIT_EXPECT_EQ(test, page_count(block), 2);
	KUNIT_EXPECT_EQ(test, page_mapcount(block + 3), 1);
	KUNIT_EXPECT_EQ(test, page_mapcount(block), 0);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(0), 3), 0);
	KUNIT_EXPECT_EQ(test, *(u64 *)page_address(block + 3), 3ULL);
	__free_pages(block, 2);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(0)), 3ULL);
	KUNIT_EXPECT_EQ(test, page_count(block), 1);
	unmap(test, 0, 1);
}

/* A large kmalloc block may be mapped, and freed before the mapping goes or after. */
static void kmalloc_memory(struct kunit *test)
{
	for (int first = 0; first < 2; first++) {
		u64 *p = kzalloc(4 * PAGE_SIZE, GFP_KERNEL);
		long large = mm_stat_read(MM_KMALLOC_LARGE);

		KUNIT_ASSERT_NOT_NULL(test, p);
		given = virt_to_page(p);
		KUNIT_ASSERT_EQ(test, played(test, insert_given, 0, 1, MAP_SHARED, 0),
				(long)USER_PAGE(0));
		KUNIT_EXPECT_EQ(test, poke(USER_PAGE(0), 3), 0);
		KUNIT_EXPECT_EQ(test, p[0], 3ULL);
		if (first)
			kfree(p);
		unmap(test, 0, 1);
		if (!first) {
			KUNIT_EXPECT_EQ(test, page_count(given), 1);
			kfree(p);
		}
		KUNIT_EXPECT_EQ(test, mm_stat_read(MM_KMALLOC_LARGE), large - 4);
	}
}

static void expect_refused_page(struct kunit *test, struct page *page, const char *what)
{
	given = page;
	KUNIT_EXPECT_EQ_MSG(test, played(test, insert_given, 0, 1, MAP_SHARED, 0), -EINVAL, "%s",
			    what);
}

static void pages_that_are_not_the_drivers(struct kunit *test)
{
	struct page *block = alloc_pages(GFP_KERNEL, 1);
	void *object = kmalloc(64, GFP_KERNEL);

	KUNIT_ASSERT_TRUE(test, block && object);
	map_anon(test, 8, 1, PROT_RW);
	KUNIT_ASSERT_EQ(test, poke(USER_PAGE(8), 1), 0);
	expect_refused_page(test, block + 1, "a page inside a block without __GFP_COMP");
	expect_refused_page(test, virt_to_page(object), "a slab's page");
	expect_refused_page(test, page_of(test, USER_PAGE(8)), "anonymous memory");
	expect_refused_page(test, virt_to_page(test_mm(test)->pgd), "a page table");
	kfree(object);
	__free_pages(block, 1);
	expect_refused_page(test, block, "a free page");
	KUNIT_EXPECT_EQ(test, test_mm(test)->map_count, 1);
}

static int insert_into_frames(struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_PFNMAP);
	return insert_given(vma);
}

static vm_fault_t late_fault(struct vm_fault *vmf)
{
	return vmf_insert_page(vmf->vma, vmf->address, given);
}

static const struct vm_operations_struct late_vm_ops = { .fault = late_fault };

static int map_late(struct vm_area_struct *vma)
{
	vma->vm_ops = &late_vm_ops;
	return 0;
}

static void pages_for_others(struct kunit *test)
{
	given = alloc_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, given);
	KUNIT_EXPECT_REPORT(test, "into a mapping of frames",
			    KUNIT_EXPECT_EQ(test,
					    played(test, insert_into_frames, 0, 1, MAP_SHARED, 0),
					    -EINVAL));
	KUNIT_ASSERT_EQ(test, played(test, map_late, 0, 1, MAP_SHARED, 0), (long)USER_PAGE(0));
	KUNIT_EXPECT_REPORT(test, "->mmap did not set VM_MIXEDMAP",
			    KUNIT_EXPECT_EQ(test, peek_error(USER_PAGE(0)), -EFAULT));
	KUNIT_EXPECT_EQ(test, page_count(given), 1);
	unmap(test, 0, 1);
	put_page(given);
}

/* ---- Several pages ---- */

static struct page *array[4];
static unsigned long array_left;

static int insert_array(struct vm_area_struct *vma)
{
	array_left = 5;
	said[0] = vm_insert_pages(vma, vma->vm_start, array, &array_left);
	said[1] = array_left;
	array_left = 1;
	said[2] = vm_insert_pages(vma, vma->vm_start + 2 * PAGE_SIZE, array + 2, &array_left);
	said[3] = array_left;
	array_left = 4; /* two that fit, one where something is */
	said[4] = vm_insert_pages(vma, vma->vm_start, array, &array_left);
	said[5] = array_left;
	return 0;
}

static int map_array(struct vm_area_struct *vma)
{
	return vm_map_pages(vma, array, ARRAY_SIZE(array));
}

static int map_array_zero(struct vm_area_struct *vma)
{
	return vm_map_pages_zero(vma, array, ARRAY_SIZE(array));
}

static void free_array(void *unused)
{
	for (int i = 0; i < ARRAY_SIZE(array); i++)
		put_page(array[i]);
}

static void make_array(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(array); i++) {
		array[i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
		KUNIT_ASSERT_NOT_NULL(test, array[i]);
		*(u64 *)page_address(array[i]) = i;
	}
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_array, NULL), 0);
}

static void several_pages(struct kunit *test)
{
	make_array(test);
	KUNIT_ASSERT_EQ(test, played(test, insert_array, 0, 4, MAP_SHARED, 0), (long)USER_PAGE(0));
	KUNIT_EXPECT_EQ(test, said[0], -EFAULT);
	KUNIT_EXPECT_EQ(test, said[1], 5);
	KUNIT_EXPECT_EQ(test, said[2], 0);
	KUNIT_EXPECT_EQ(test, said[3], 0);
	KUNIT_EXPECT_EQ(test, said[4], -EBUSY);
	KUNIT_EXPECT_EQ(test, said[5], 2);
	for (int i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, page_count(array[i]), i < 3 ? 2 : 1);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(1)), 1ULL);
	unmap(test, 0, 4);
	for (int i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, page_count(array[i]), 1);
}

static void an_array_of_pages(struct kunit *test)
{
	make_array(test);
	KUNIT_ASSERT_EQ(test, played(test, map_array, 0, 3, MAP_SHARED, 1), (long)USER_PAGE(0));
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(0)), 1ULL);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(2)), 3ULL);
	KUNIT_EXPECT_EQ(test, get_mm_counter(test_mm(test), MM_FILEPAGES), 3);
	unmap(test, 0, 3);
	KUNIT_EXPECT_EQ(test, played(test, map_array, 0, 3, MAP_SHARED, 2), -ENXIO);
	KUNIT_EXPECT_EQ(test, played(test, map_array, 0, 1, MAP_SHARED, 4), -ENXIO);
	KUNIT_EXPECT_EQ(test, played(test, map_array_zero, 0, 5, MAP_SHARED, 0), -ENXIO);
	KUNIT_ASSERT_EQ(test, played(test, map_array_zero, 0, 2, MAP_SHARED, 3),
			(long)USER_PAGE(0));
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(1)), 1ULL);
	unmap(test, 0, 2);
	KUNIT_EXPECT_EQ(test, page_count(array[1]), 1);
}

/* ---- Memory from vmalloc_user() ---- */

static u8 *area;
static unsigned long area_from, area_size;

static int map_area(struct vm_area_struct *vma)
{
	return remap_vmalloc_range(vma, area, vma->vm_pgoff);
}

static int map_area_part(struct vm_area_struct *vma)
{
	return remap_vmalloc_range_partial(vma, vma->vm_start, area, area_from, area_size);
}

static void a_vmalloc_buffer(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	struct page *page;

	area = vmalloc_user(3 * PAGE_SIZE + 8);
	KUNIT_ASSERT_NOT_NULL(test, area);
	page = vmalloc_to_page(area + PAGE_SIZE);
	KUNIT_ASSERT_EQ(test, played(test, map_area, 0, 3, MAP_SHARED, 1), (long)USER_PAGE(0));
	KUNIT_EXPECT_EQ(test, find_vma(mm, USER_PAGE(0))->vm_flags & VM_SPECIAL,
			VM_MIXEDMAP | VM_DONTEXPAND);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(0)), 0ULL);
	*(u64 *)(area + PAGE_SIZE) = 31;
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(0)), 31ULL);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(2), 33), 0);
	KUNIT_EXPECT_EQ(test, *(u64 *)(area + 3 * PAGE_SIZE), 33ULL);
	KUNIT_EXPECT_EQ(test, page_count(page), 2);
	KUNIT_EXPECT_EQ(test, page_count(vmalloc_to_page(area)), 1);
	vfree(area); /* the program keeps what it has mapped */
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(0)), 31ULL);
	unmap(test, 0, 3);
}

/* Refused as a whole: nothing is mapped before. */
static int map_area_loosely(struct vm_area_struct *vma)
{
	said[0] = map_area_part(vma);
	return 0;
}

static long part(struct kunit *test, unsigned long from, unsigned long size)
{
	area_from = from;
	area_size = size;
	return played(test, map_area_part, 0, 8, MAP_SHARED, 0);
}

static void a_vmalloc_buffer_is_refused(struct kunit *test)
{
	u8 *user = vmalloc_user(4 * PAGE_SIZE), *plain = vmalloc(PAGE_SIZE);

	KUNIT_ASSERT_TRUE(test, user && plain);
	area = user;
	KUNIT_EXPECT_EQ(test, part(test, 0, 5 * PAGE_SIZE), -EINVAL);
	KUNIT_EXPECT_EQ(test, part(test, 3, 2 * PAGE_SIZE), -EINVAL);
	KUNIT_EXPECT_EQ(test, part(test, 4, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, part(test, ~0UL >> PAGE_SHIFT, PAGE_SIZE), -EINVAL);
	KUNIT_EXPECT_EQ(test, part(test, ~0UL, PAGE_SIZE), -EINVAL);
	KUNIT_EXPECT_EQ(test, part(test, 0, ~0UL), -EINVAL);
	area = user + 8;
	KUNIT_EXPECT_EQ(test, part(test, 0, 8), -EINVAL);
	area = user + 2 * PAGE_SIZE; /* counted from there */
	KUNIT_EXPECT_EQ(test, part(test, 1, 2 * PAGE_SIZE), -EINVAL);
	KUNIT_ASSERT_EQ(test, played(test, map_area_loosely, 0, 8, MAP_SHARED, 0),
			(long)USER_PAGE(0));
	KUNIT_EXPECT_EQ(test, said[0], -EINVAL);
	KUNIT_EXPECT_EQ(test, get_mm_rss(test_mm(test)), 0);
	unmap(test, 0, 8);
	area = user;
	area_from = 0;
	area_size = 5 * PAGE_SIZE;
	KUNIT_ASSERT_EQ(test, played(test, map_area_loosely, 0, 8, MAP_SHARED, 0),
			(long)USER_PAGE(0));
	KUNIT_EXPECT_EQ(test, said[0], -EINVAL);
	KUNIT_EXPECT_EQ(test, get_mm_rss(test_mm(test)), 0);
	unmap(test, 0, 8);
	area = plain; /* not made for user space */
	KUNIT_EXPECT_EQ(test, part(test, 0, PAGE_SIZE), -EINVAL);
	area = (u8 *)VMALLOC_END - PAGE_SIZE; /* nobody's */
	KUNIT_EXPECT_EQ(test, part(test, 0, PAGE_SIZE), -EINVAL);
	KUNIT_EXPECT_EQ(test, test_mm(test)->map_count, 0);
	area = user;
	KUNIT_EXPECT_EQ(test, part(test, 3, 1), (long)USER_PAGE(0));
	KUNIT_EXPECT_EQ(test, get_mm_rss(test_mm(test)), 1);
	unmap(test, 0, 8);
	vfree(user);
	vfree(plain);
}

/* ---- Refused at last ---- */

/* It fills the mapping, then refuses: nothing of it stays, and the file is as it was. */
static int fill_and_refuse(struct vm_area_struct *vma)
{
	for (int i = 0; i < ARRAY_SIZE(array); i++)
		said[i] = vm_insert_page(vma, vma->vm_start + i * PAGE_SIZE, array[i]);
	return -ENXIO;
}

static void refused_when_filled(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	int released = plays_released;

	make_array(test);
	KUNIT_EXPECT_EQ(test, played(test, fill_and_refuse, 0, 4, MAP_SHARED, 0), -ENXIO);
	KUNIT_EXPECT_EQ(test, mm->nr_tables, 0);
	map_anon(test, 0, 4, PROT_RW); /* over a mapping with pages: its place is free by then */
	for (int i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, poke(USER_PAGE(i), 1), 0);
	KUNIT_EXPECT_EQ(test, played(test, fill_and_refuse, 0, 4, MAP_SHARED, 0), -ENXIO);
	for (int i = 0; i < 4; i++) {
		KUNIT_EXPECT_EQ(test, said[i], 0);
		KUNIT_EXPECT_EQ(test, page_count(array[i]), 1);
		KUNIT_EXPECT_EQ(test, page_mapcount(array[i]), 0);
	}
	KUNIT_EXPECT_EQ(test, mm->map_count, 0);
	KUNIT_EXPECT_EQ(test, mm->nr_tables, 0);
	KUNIT_EXPECT_EQ(test, plays_released, released + 2);
	KUNIT_EXPECT_TRUE(test, mm_valid(mm));
}

static struct kunit_case driver_pages_cases[] = {
	KUNIT_CASE(a_page_twice),
	KUNIT_CASE(pages_inside_a_block),
	KUNIT_CASE(kmalloc_memory),
	KUNIT_CASE(pages_that_are_not_the_drivers),
	KUNIT_CASE(pages_for_others),
	KUNIT_CASE(several_pages),
	KUNIT_CASE(an_array_of_pages),
	KUNIT_CASE(a_vmalloc_buffer),
	KUNIT_CASE(a_vmalloc_buffer_is_refused),
	KUNIT_CASE(refused_when_filled),
	{},
};

static struct kunit_suite driver_pages_suite = {
	.name = "driver_pages",
	.suite_init = play_suite_init,
	.suite_exit = play_suite_exit,
	.init = user_fixture_init,
	.exit = user_fixture_exit,
	.test_cases = driver_pages_cases,
};

kunit_test_suite(driver_pages_suite);
