// SPDX-License-Identifier: MIT
/*
 * What a trap's report says of an access that no memory allows: which mistake it was, and what the page
 * tables hold there.
 *
 * Suite "trap_texts". Mutations: those of tests/mutate/misuse.mut and whatis.mut that name it.
 */
#include <kunit/test.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <quarry/report.h>
#include "tests/mm/slab_fixture.h"
#include "tests/plant.h"

static char static_data[64];
static const char constant[64] = "a constant";

static noinline void call(void *p)
{
	((void (*)(void))hidden(p))();
	barrier();
}

static void accesses_that_no_memory_allows(struct kunit *test)
{
	char *p = kmalloc(64, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	memset(p, 0xc3, 64); /* on most machines: return */
	KUNIT_EXPECT_FAULT(test, "Code, constants and string literals are read-only",
			   plant_write8(hidden((void *)constant), 1));
	KUNIT_EXPECT_FAULT(test, "Code, constants and string literals are read-only",
			   plant_write8(hidden((void *)call), 1));
	KUNIT_EXPECT_FAULT(test, "something that is not code", call(p));
	KUNIT_EXPECT_FAULT(test, "something that is not code", call(static_data));
	KUNIT_EXPECT_FAULT(test, "user pointer dereferenced", plant_read8(hidden((void *)0x7000000)));
	KUNIT_EXPECT_FAULT(test, "NULL was dereferenced", plant_read8(hidden(NULL)));
	KUNIT_EXPECT_FAULT(test, "accessed through NULL", plant_read64(hidden((void *)0x38)));
	KUNIT_EXPECT_FAULT(test, "was loaded from an object after that was freed",
			   plant_read8(hidden((void *)0x6b6b6b6b6b6b6b6bUL)));
	kfree(p);
}

/* In one line, in the report of a page fault. */
static void fault_shows_tables(struct kunit *test)
{
	char *p = vmalloc(PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_FAULT(test, "\nPGD ", plant_read8(p + PAGE_SIZE));
	KUNIT_EXPECT_FAULT(test, " PTE 0\n", plant_read8(p + PAGE_SIZE));
	vfree(p);
}

static struct kunit_case cases[] = { KUNIT_CASE(accesses_that_no_memory_allows),
				     KUNIT_CASE(fault_shows_tables),
				     {} };
static struct kunit_suite suite = { .name = "trap_texts", .test_cases = cases };
kunit_test_suite(suite);
