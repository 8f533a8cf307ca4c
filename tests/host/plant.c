// SPDX-License-Identifier: MIT
/*
 * Bugs of a kernel's users, one a case, for a checker to see: test=plant.<name>.
 *
 * Each case does one wrong access in a function that has the case's name, so a report can be matched
 * by headline and name (tests/host/run-asan, run-memcheck). The checker ends the run there; a case
 * that comes to its end fails. The suite runs only when it is spelled out, and without a checker it
 * only says so.
 *
 * Pointers and sizes go through hidden() and unknown(), or the compiler would see the bug itself.
 */
#include <asm/memstate.h>
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "tests/mm/slab_fixture.h"

/* What was read goes here: a load that nobody uses, valgrind leaves out. */
static volatile int seen;

static int there_is_a_checker(struct kunit *test)
{
#ifndef MEMSTATE_CHECKER
	kunit_skip(test, "this build has no checker");
#endif
	return 0;
}

static void survived(struct kunit *test)
{
	KUNIT_FAIL(test, "the checker did not see it");
}

/* ---- kmalloc and caches ---- */

static void kmalloc_overflow(struct kunit *test)
{
	volatile char *p = hidden(kmalloc(50, GFP_KERNEL));

	p[unknown(50)] = 1;
	survived(test);
}

static void kmalloc_large_overflow(struct kunit *test)
{
	volatile char *p = hidden(kmalloc(20000, GFP_KERNEL));

	p[unknown(20000)] = 1;
	survived(test);
}

static void kmalloc_underflow(struct kunit *test)
{
	volatile char *p = hidden(kmalloc(64, GFP_KERNEL));

	p[-(long)unknown(1)] = 1;
	survived(test);
}

static void use_after_kfree(struct kunit *test)
{
	volatile char *p = hidden(kmalloc(64, GFP_KERNEL));

	kfree((void *)p);
	seen = p[8];
	survived(test);
}

static void use_after_cache_free(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("planted", 120, 0, 0, NULL);
	volatile char *p = hidden(kmem_cache_alloc(s, GFP_KERNEL));

	kmem_cache_free(s, (void *)p);
	p[100] = 1;
	survived(test);
}

static void use_after_krealloc(struct kunit *test)
{
	char *p = hidden(kmalloc(64, GFP_KERNEL));
	volatile char *q = hidden(krealloc(p, unknown(20), GFP_KERNEL));

	q[unknown(30)] = 1;
	survived(test);
}

static void memcpy_overrun(struct kunit *test)
{
	static const char text[80];
	char *p = hidden(kmalloc(50, GFP_KERNEL));

	memcpy(p, text, unknown(52));
	kfree(p); /* or the compiler finds that nobody reads it */
	survived(test);
}

static void memset_overrun(struct kunit *test)
{
	char *p = hidden(kmalloc(200, GFP_KERNEL));

	memset(p, 0, unknown(300));
	kfree(p);
	survived(test);
}

static void strcpy_overrun(struct kunit *test)
{
	char *p = hidden(kmalloc(8, GFP_KERNEL));

	kfree(hidden(kmalloc(8, GFP_KERNEL)));
	strcpy(p, hidden("eight letters and then some more"));
	survived(test);
}

/* Only a checker that knows what was never written can see it. */
static void uninitialised_branch(struct kunit *test)
{
	volatile int *p = hidden(kmalloc(64, GFP_KERNEL));

#ifndef MEMSTATE_KNOWS_UNDEFINED
	kunit_skip(test, "this checker does not know what was never written");
#endif
	p[2] = 5;
	if (p[3] == 5)
		seen = 1;
	survived(test);
}

/* ---- pages and areas ---- */

static void use_after_free_pages(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL, 3);
	volatile char *p = hidden(page_address(page));

	__free_pages(page, 3);
	p[5 * PAGE_SIZE] = 1;
	survived(test);
}

/* The page of an area, by its other address, when the area is gone. */
static void direct_map_of_vmalloc(struct kunit *test)
{
	void *area = vmalloc(PAGE_SIZE);
	volatile char *p = hidden(page_address(vmalloc_to_page(area)));

	p[1] = 1;
	vfree(area);
	p[2] = 1;
	survived(test);
}

static void vmalloc_overrun(struct kunit *test)
{
	volatile char *p = hidden(vmalloc(PAGE_SIZE + 10));

	p[unknown(PAGE_SIZE + 10)] = 1;
	survived(test);
}

/* No page is there, but the checker is asked before the page tables are. */
static void vmalloc_guard(struct kunit *test)
{
	volatile char *p = hidden(vmalloc(PAGE_SIZE));

	p[unknown(PAGE_SIZE)] = 1;
	survived(test);
}

/* Through the translation that is still in the TLB. */
static void use_after_vfree(struct kunit *test)
{
	volatile char *p = hidden(vmalloc(2 * PAGE_SIZE));

	p[PAGE_SIZE] = 1;
	vfree((void *)p);
	seen = p[PAGE_SIZE];
	survived(test);
}

static void use_after_vunmap(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	volatile char *p = hidden(vmap(&page, 1, VM_MAP, PAGE_KERNEL));

	p[0] = 1;
	vunmap((void *)p);
	p[0] = 2;
	survived(test);
}

/* ---- what the compiler places ---- */

static void stack_overflow(struct kunit *test)
{
	char local[24];
	volatile char *p = hidden(local);

	p[unknown(24)] = 1;
	survived(test);
}

static char global[24];

static void global_overflow(struct kunit *test)
{
	volatile char *p = hidden(global);

	p[unknown(24)] = 1;
	survived(test);
}

/* ---- undefined behaviour ---- */

static void shift_too_far(struct kunit *test)
{
	KUNIT_EXPECT_NE(test, 1 << (int)unknown(40), 1);
	survived(test);
}

static void index_out_of_bounds(struct kunit *test)
{
	static const int four[4];

	KUNIT_EXPECT_NE(test, four[unknown(4)], 1);
	survived(test);
}

static struct kunit_case cases[] = { KUNIT_CASE(kmalloc_overflow),
				     KUNIT_CASE(kmalloc_large_overflow),
				     KUNIT_CASE(kmalloc_underflow),
				     KUNIT_CASE(use_after_kfree),
				     KUNIT_CASE(use_after_cache_free),
				     KUNIT_CASE(use_after_krealloc),
				     KUNIT_CASE(memcpy_overrun),
				     KUNIT_CASE(memset_overrun),
				     KUNIT_CASE(strcpy_overrun),
				     KUNIT_CASE(uninitialised_branch),
				     KUNIT_CASE(use_after_free_pages),
				     KUNIT_CASE(direct_map_of_vmalloc),
				     KUNIT_CASE(vmalloc_overrun),
				     KUNIT_CASE(vmalloc_guard),
				     KUNIT_CASE(use_after_vfree),
				     KUNIT_CASE(use_after_vunmap),
				     KUNIT_CASE(stack_overflow),
				     KUNIT_CASE(global_overflow),
				     KUNIT_CASE(shift_too_far),
				     KUNIT_CASE(index_out_of_bounds),
				     {} };

static struct kunit_suite suite = {
	.name = "plant", .init = there_is_a_checker, .test_cases = cases, .attr.on_request = true
};

kunit_test_suite(suite);
