// SPDX-License-Identifier: MIT
/*
 * Tests of mm/vmalloc.c, through the functions that callers know. What stands below it, kvmalloc and
 * ioremap have their own files.
 *
 * Mutations that made them fail when tried:
 *	vmalloc: no size, alignment or overflow check in vmalloc_common(), array_alloc(); a failed
 *		fill() keeps its pages; __GFP_ZERO or the zone dropped; a warning in spite of
 *		__GFP_NOWARN; MM_VMALLOC not lowered; vrealloc() that copies or clears nothing;
 *		find_vm_area() that shows dying areas; is_block() without the count
 *	vmalloc_misuse: vmap_area_claim() that takes lazy areas, addresses inside, areas of any
 *		kind; vmap_space_find() without the guard page; no look at the context
 *	vmalloc_random: free_carve() that loses the upper part; vmap_space_give() that forgets a
 *		node; a leaked spare node; range_fits() without the size
 */
#include <asm/irqflags.h>
#include <asm/tlbflush.h>
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "mm/internal.h"
#include "mm/vmap.h"
#include "tests/mm/vmap_fixture.h"
#include "tests/plant.h"

/* Sizes that the compiler must not see through: it knows what alloc_size means. */
static volatile size_t huge_size = ~0UL, no_size;

/* ---- allocation ---- */

static void sizes_and_counts(struct kunit *test)
{
	static const unsigned long sizes[] = { 1, 4095, 4096, 4097, 65536, 262145, 3UL << 20 };
	unsigned long before = vmalloc_nr_pages();

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		unsigned long pages = PFN_UP(sizes[i]);
		void *p = vmalloc(sizes[i]);

		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_TRUE(test, PAGE_ALIGNED(p));
		KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(p));
		KUNIT_ASSERT_NOT_NULL(test, find_vm_area(p));
		KUNIT_EXPECT_EQ(test, get_vm_area_size(find_vm_area(p)), pages << PAGE_SHIFT);
		KUNIT_EXPECT_EQ(test, find_vm_area(p)->nr_pages, pages);
		KUNIT_EXPECT_EQ(test, vmalloc_nr_pages(), before + pages);
		mark_pages(p, sizes[i] / PAGE_SIZE, i << 32);
		((volatile u8 *)p)[sizes[i] - 1] = 0x5a;
		KUNIT_EXPECT_TRUE(test, marks_stand(p, sizes[i] / PAGE_SIZE, i << 32));
		KUNIT_EXPECT_EQ(test, ((u8 *)p)[sizes[i] - 1], 0x5a);
		vfree(p);
		KUNIT_EXPECT_EQ(test, vmalloc_nr_pages(), before);
		KUNIT_EXPECT_NULL(test, find_vm_area(p));
	}
	KUNIT_EXPECT_TRUE(test, vmap_valid());
}

/* Leave pages that are not zero where the next allocation finds them. */
static void dirty_memory(struct kunit *test, unsigned long pages)
{
	void *p = vmalloc(pages << PAGE_SHIFT);

	KUNIT_ASSERT_NOT_NULL(test, p);
	memset(p, 0xa5, pages << PAGE_SHIFT);
	vfree(p);
}

static void zeroed(struct kunit *test)
{
	void *(*const alloc[])(unsigned long) = { vzalloc, vmalloc_user, vmalloc_32_user };

	for (size_t i = 0; i < ARRAY_SIZE(alloc); i++) {
		void *p;

		dirty_memory(test, 20);
		p = alloc[i](20 * PAGE_SIZE);
		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 20 * PAGE_SIZE));
		KUNIT_EXPECT_EQ(test, !!(find_vm_area(p)->flags & VM_USERMAP), i > 0);
		vfree(p);
	}
	dirty_memory(test, 20);
	void *p = vcalloc(20, PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 20 * PAGE_SIZE));
	vfree(p);
}

static void refuses_what_cannot_be(struct kunit *test)
{
	unsigned long before = all_pages();
	unsigned long all = nr_managed_pages() << PAGE_SHIFT;
	long tables = mm_stat_read(MM_KERNEL_TABLES);

	KUNIT_EXPECT_NULL(test, __vmalloc(no_size, GFP_QUIET));
	KUNIT_EXPECT_NULL(test, __vmalloc(huge_size, GFP_QUIET));
	KUNIT_EXPECT_NULL(test, __vmalloc(huge_size - PAGE_SIZE, GFP_QUIET));
	KUNIT_EXPECT_NULL(test, __vmalloc(all + PAGE_SIZE, GFP_QUIET));
	KUNIT_EXPECT_EQ(test, mm_stat_read(MM_KERNEL_TABLES), tables); /* not even tried */
	KUNIT_EXPECT_NULL(test, __vmalloc_array(huge_size / 2, 4, GFP_QUIET));
	KUNIT_EXPECT_NULL(test,
			  __vcalloc((huge_size >> 12) + 2, 4096, GFP_QUIET)); /* 2^64 + 4096 */
	KUNIT_EXPECT_NULL(test, __vmalloc_node(4096, 3 * PAGE_SIZE, GFP_QUIET, 0, NULL));
	KUNIT_EXPECT_NULL(test, __vmalloc_node(4096, 1UL << 62, GFP_QUIET, 0, NULL));
	KUNIT_EXPECT_EQ(test, all_pages(), before);
	KUNIT_EXPECT_TRUE(test, vmap_valid());
}

static unsigned int warnings;

static void count_warning(const char *line, size_t n)
{
	if (strnstr(line, "vmalloc error: size", n))
		warnings++;
}

static void one_line_on_failure(struct kunit *test)
{
	printk_hook_t old = printk_set_hook(count_warning);
	void *p;

	warnings = 0;
	p = __vmalloc(huge_size, GFP_KERNEL | __GFP_NOWARN);
	KUNIT_EXPECT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, warnings, 0);
	p = vmalloc(huge_size);
	printk_set_hook(old);
	KUNIT_EXPECT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, warnings, 1);
}

/* The DMA zone has less than 16 MiB, so this fails half way on every machine. */
static void half_way_failure_gives_back(struct kunit *test)
{
	unsigned long before = all_pages();
	unsigned long counted = vmalloc_nr_pages();

	if (nr_managed_pages() << PAGE_SHIFT <= 17UL << 20)
		kunit_skip(test, "the machine is smaller than the request");
	KUNIT_EXPECT_NULL(test, __vmalloc(17UL << 20, GFP_DMA | GFP_QUIET));
	KUNIT_EXPECT_EQ(test, vmalloc_nr_pages(), counted);
	KUNIT_EXPECT_TRUE(test, vmap_valid());
	KUNIT_EXPECT_EQ(test, all_pages(), before);
}

static void alignment(struct kunit *test)
{
	for (unsigned int shift = 0; shift <= 32; shift += 4) {
		void *p = __vmalloc_node(3 * PAGE_SIZE, 1UL << shift, GFP_KERNEL, 0, NULL);

		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)p, max(1UL << shift, PAGE_SIZE)));
		KUNIT_EXPECT_TRUE(test, vmap_valid());
		vfree(p);
	}
}

static void zones_are_kept(struct kunit *test)
{
	char *low = vmalloc_32(8 * PAGE_SIZE);
	char *dma = __vmalloc(8 * PAGE_SIZE, GFP_KERNEL | GFP_DMA);

	KUNIT_ASSERT_NOT_NULL(test, low);
	KUNIT_ASSERT_NOT_NULL(test, dma);
	for (unsigned int i = 0; i < 8; i++) {
		KUNIT_EXPECT_LT(test, page_to_phys(vmalloc_to_page(low + i * PAGE_SIZE)),
				1ULL << 32);
		KUNIT_EXPECT_LT(test, page_to_phys(vmalloc_to_page(dma + i * PAGE_SIZE)),
				1ULL << 24);
	}
	vfree(low);
	vfree(dma);
}

static void to_page(struct kunit *test)
{
	char *p = vmalloc(5 * PAGE_SIZE);
	static const u64 word = 0x1122334455667788;

	KUNIT_ASSERT_NOT_NULL(test, p);
	mark_pages(p, 5, word);
	for (unsigned int i = 0; i < 5; i++) {
		struct page *page = vmalloc_to_page(p + i * PAGE_SIZE + 123);

		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_EXPECT_EQ(test, page_count(page), 1);
		KUNIT_EXPECT_EQ(test, *(u64 *)page_address(page), word + i);
		KUNIT_EXPECT_EQ(test, vmalloc_to_pfn(p + i * PAGE_SIZE), page_to_pfn(page));
	}
	KUNIT_EXPECT_NULL(test, vmalloc_to_page(p + 5 * PAGE_SIZE));
	KUNIT_EXPECT_NULL(test, vmalloc_to_page(page_address(vmalloc_to_page(p))));
	vfree(p);
	KUNIT_EXPECT_NULL(test, vmalloc_to_page(p));
}

static void page_outlives_area(struct kunit *test)
{
	u64 *p = vmalloc(16 * PAGE_SIZE);
	struct page *page;

	KUNIT_ASSERT_NOT_NULL(test, p);
	p += 3 * PAGE_SIZE / sizeof(*p); /* a page in the middle of a block */
	*p = 0xfeed;
	page = vmalloc_to_page(p);
	get_page(page);
	vfree((void *)p - 3 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	KUNIT_EXPECT_EQ(test, page->type, PAGE_USED);
	KUNIT_EXPECT_EQ(test, *(u64 *)page_address(page), 0xfeedULL);
	put_page(page);
	KUNIT_EXPECT_NE(test, page->type, PAGE_USED);
}

static void lowest_addresses_first(struct kunit *test)
{
	void *a = vmalloc(PAGE_SIZE), *b = vmalloc(3 * PAGE_SIZE), *c = vmalloc(PAGE_SIZE), *d;

	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_ASSERT_NOT_NULL(test, b);
	KUNIT_ASSERT_NOT_NULL(test, c);
	vm_unmap_aliases();
	vfree(a);
	vfree(b);
	vm_unmap_aliases();
	d = vmalloc(PAGE_SIZE);
	KUNIT_EXPECT_TRUE(test, d <= a);
	vfree(c);
	vfree(d);
}

static void resize(struct kunit *test)
{
	char *p = vrealloc(NULL, 100, GFP_KERNEL | __GFP_ZERO), *q;

	KUNIT_ASSERT_NOT_NULL(test, p);
	memset(p, 7, 100);
	q = vrealloc(p, 50, GFP_KERNEL | __GFP_ZERO);
	KUNIT_EXPECT_PTR_EQ(test, q, p);
	KUNIT_EXPECT_NULL(test, plant_find_other(q + 50, 0, PAGE_SIZE - 50));
	q = vrealloc(p, 3 * PAGE_SIZE, GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_NOT_NULL(test, q);
	KUNIT_EXPECT_NULL(test, memchr_inv(q, 7, 50));
	KUNIT_EXPECT_NULL(test, memchr_inv(q + 50, 0, 3 * PAGE_SIZE - 50));
	KUNIT_EXPECT_NULL(test, find_vm_area(p));
	KUNIT_EXPECT_NULL(test, vrealloc(q, huge_size, GFP_QUIET));
	KUNIT_EXPECT_NOT_NULL(test, find_vm_area(q));
	KUNIT_EXPECT_NULL(test, vrealloc(q, 0, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, find_vm_area(q));
}

/* What does not come from vmalloc(), or not from its start, is reported and left alone. */
static void resize_of_wrong_pointers(struct kunit *test)
{
	char *p = vmalloc(2 * PAGE_SIZE), *k = kmalloc(64, GFP_KERNEL), *q = k;

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_ASSERT_NOT_NULL(test, k);
	KUNIT_EXPECT_REPORT(test, "Trying to vrealloc() nonexistent vm area",
			    q = vrealloc(p + PAGE_SIZE, 100, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, q);
	KUNIT_EXPECT_REPORT(test, "Trying to vrealloc() nonexistent vm area",
			    q = vrealloc(k, 100, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, q);
	KUNIT_EXPECT_PTR_EQ(test, find_vm_area(p)->addr, (void *)p);
	vfree(p);
	KUNIT_EXPECT_REPORT(test, "Trying to vrealloc() nonexistent vm area",
			    q = vrealloc(p, 100, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, q);
	kfree(k);
}

/* ---- faults ---- */

static void not_executable(struct kunit *test)
{
	static const unsigned char ret = 0xc3;
	char *p = vmalloc(PAGE_SIZE);
	void (*volatile call)(void) = (void (*)(void))p;

	KUNIT_ASSERT_NOT_NULL(test, p);
	memcpy(p, &ret, 1);
	KUNIT_EXPECT_FAULT(test, "address is 0 bytes inside the vmalloc area", call());
	vfree(p);
}

/* ---- misuse ---- */

static void free_of_wrong_pointers(struct kunit *test)
{
	char *p = vmalloc(4 * PAGE_SIZE);
	char *k = kmalloc(64, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_ASSERT_NOT_NULL(test, k);
	KUNIT_EXPECT_NO_REPORT(test, vfree(NULL));
	KUNIT_EXPECT_NO_REPORT(test, vunmap(NULL));
	KUNIT_EXPECT_NO_REPORT(test, vfree_atomic(NULL));
	KUNIT_EXPECT_REPORT(test, "Trying to vfree() bad address (0x", vfree(p + 5));
	KUNIT_EXPECT_REPORT(test, "Trying to vfree() nonexistent vm area (0x",
			    vfree(p + PAGE_SIZE));
	KUNIT_EXPECT_REPORT(test, "give back the address that was returned", vfree(p + PAGE_SIZE));
	KUNIT_EXPECT_REPORT(test, "Trying to vfree() nonexistent vm area (0x",
			    vfree((void *)(VMALLOC_END - PAGE_SIZE)));
	KUNIT_EXPECT_REPORT(test, "kvfree() takes both", vfree(k));
	KUNIT_EXPECT_REPORT(test, "Trying to vunmap() wrong kind of vm area", vunmap(p));
	KUNIT_EXPECT_REPORT(test, "Trying to vm_unmap_ram() wrong kind", vm_unmap_ram(p, 4));
	memset(p, 1, 4 * PAGE_SIZE); /* it survived all that */
	KUNIT_EXPECT_NO_REPORT(test, vfree(p));
	kfree(k);
	KUNIT_EXPECT_TRUE(test, vmap_valid());
}

/* As a handler would, whose kind `count` says. */
static void in_handler(void (*fn)(const void *), const void *p, unsigned int count)
{
	unsigned long flags;

	local_irq_save(flags);
	preempt_count_add(count);
	fn(p);
	preempt_count_sub(count);
	local_irq_restore(flags);
}

/* vfree() may be called in an interrupt, vunmap() not; in an NMI nothing may. */
static void where_it_may_not_be(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	char *p = vmalloc(PAGE_SIZE), *q;

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_REPORT(test, "Trying to vfree() in an NMI (0x",
			    in_handler(vfree, p, NMI_OFFSET));
	KUNIT_EXPECT_NOT_NULL(test, find_vm_area(p));
	KUNIT_EXPECT_NO_REPORT(test, in_handler(vfree, p, HARDIRQ_OFFSET));
	KUNIT_EXPECT_NULL(test, find_vm_area(p));
	q = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, q);
	KUNIT_EXPECT_REPORT(test, "Trying to vunmap() in an NMI (0x",
			    in_handler(vunmap, q, NMI_OFFSET));
	KUNIT_EXPECT_NOT_NULL(test, find_vm_area(q));
	KUNIT_EXPECT_REPORT(test, "Trying to vunmap() in an interrupt (0x",
			    in_handler(vunmap, q, HARDIRQ_OFFSET));
	KUNIT_EXPECT_NULL(test, find_vm_area(q));
	__free_page(page);
	KUNIT_EXPECT_TRUE(test, vmap_valid());
}

static void double_free(struct kunit *test)
{
	void *p = vmalloc(PAGE_SIZE);
	unsigned long free_pages_now;

	KUNIT_ASSERT_NOT_NULL(test, p);
	vfree(p);
	free_pages_now = nr_free_pages();
	KUNIT_EXPECT_REPORT(test, "The area was already given back", vfree(p));
	vm_unmap_aliases();
	KUNIT_EXPECT_REPORT(test, "inside a freed vmalloc area", vfree(p));
	KUNIT_EXPECT_EQ(test, nr_free_pages(), free_pages_now);
	KUNIT_EXPECT_TRUE(test, vmap_valid());
}

static void kfree_of_vmalloc(struct kunit *test)
{
	char *p = vmalloc(PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_REPORT(test, "vmalloc", kfree(p));
	p[0] = 1;
	KUNIT_EXPECT_NO_REPORT(test, vfree(p));
}

/* ---- vmallocinfo ---- */

/* ---- a model ---- */

#define SLOTS	   96
#define OPERATIONS 20000

static struct owned {
	void *p;
	unsigned long pages;
	u64 seed;
} owned[SLOTS];

static void model_free(struct kunit *test, struct owned *o)
{
	if (!marks_stand(o->p, o->pages, o->seed))
		KUNIT_FAIL(test, "contents of %px (%lu pages) changed", o->p, o->pages);
	if (kunit_rand(test) & 1)
		vfree(o->p);
	else
		vfree_atomic(o->p);
	o->p = NULL;
}

static void model_alloc(struct kunit *test, struct owned *o)
{
	unsigned long align = PAGE_SIZE
			      << (kunit_rand_below(test, 16) ? 0 : kunit_rand_below(test, 10));

	o->pages = 1 + kunit_rand_below(test, kunit_rand_below(test, 4) ? 8 : 64);
	o->seed = kunit_rand(test);
	o->p = __vmalloc_node(o->pages << PAGE_SHIFT, align, GFP_KERNEL, 0, NULL);
	KUNIT_ASSERT_NOT_NULL(test, o->p);
	if (!IS_ALIGNED((unsigned long)o->p, align))
		KUNIT_FAIL(test, "%px is not aligned to %lu", o->p, align);
	mark_pages(o->p, o->pages, o->seed);
}

static void against_a_model(struct kunit *test)
{
	unsigned long before = all_pages(), counted = vmalloc_nr_pages(), held = 0;

	memset(owned, 0, sizeof(owned));
	for (unsigned int i = 0; i < OPERATIONS; i++) {
		struct owned *o = &owned[kunit_rand_below(test, SLOTS)];

		if (o->p) {
			held -= o->pages;
			model_free(test, o);
		} else {
			model_alloc(test, o);
			held += o->pages;
		}
		if (i % 1000 == 0)
			KUNIT_ASSERT_TRUE(test, vmap_valid());
		if (kunit_rand_below(test, 1000) == 0)
			vm_unmap_aliases();
	}
	KUNIT_EXPECT_EQ(test, vmalloc_nr_pages(), counted + held);
	for (unsigned int i = 0; i < SLOTS; i++) {
		if (owned[i].p)
			model_free(test, &owned[i]);
	}
	KUNIT_EXPECT_EQ(test, vmalloc_nr_pages(), counted);
	KUNIT_EXPECT_EQ(test, all_pages(), before);
	KUNIT_EXPECT_TRUE(test, vmap_valid());
}

static struct kunit_case alloc_cases[] = { KUNIT_CASE(sizes_and_counts),
					   KUNIT_CASE(zeroed),
					   KUNIT_CASE(refuses_what_cannot_be),
					   KUNIT_CASE(one_line_on_failure),
					   KUNIT_CASE(half_way_failure_gives_back),
					   KUNIT_CASE(alignment),
					   KUNIT_CASE(zones_are_kept),
					   KUNIT_CASE(to_page),
					   KUNIT_CASE(page_outlives_area),
					   KUNIT_CASE(lowest_addresses_first),
					   KUNIT_CASE(resize),
					   KUNIT_CASE(resize_of_wrong_pointers),
					   {} };
static struct kunit_suite alloc_suite = { .name = "vmalloc", .test_cases = alloc_cases };

static struct kunit_case fault_cases[] = { KUNIT_CASE(not_executable),
					   KUNIT_CASE(free_of_wrong_pointers),
					   KUNIT_CASE(double_free),
					   KUNIT_CASE(where_it_may_not_be),
					   KUNIT_CASE(kfree_of_vmalloc),
					   {} };
static struct kunit_suite fault_suite = { .name = "vmalloc_misuse", .test_cases = fault_cases };

static struct kunit_case random_cases[] = { KUNIT_CASE_SLOW(against_a_model), {} };
static struct kunit_suite random_suite = { .name = "vmalloc_random", .test_cases = random_cases };

kunit_test_suites(&alloc_suite, &fault_suite, &random_suite);
