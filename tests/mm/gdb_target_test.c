// SPDX-License-Identifier: MIT
/*
 * The fault that tests/gdb/session stops at: one anonymous page at a fixed address, written once.
 *
 * Mutation that made it fail when tried: the anonymous fault maps the page read-only.
 */
#include <kunit/test.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mm_vma.h>
#include <linux/mman.h>
#include <linux/uaccess.h>

#define TARGET 0x5eed0000UL

/* Where a debugger that calls pt_lookup() has the level put. */
int gdb_walk_level;

static void fault_for_gdb(struct kunit *test)
{
	struct mm_struct *mm = mm_alloc();
	unsigned long seen = 0;

	KUNIT_ASSERT_NOT_NULL(test, mm);
	kthread_use_mm(mm);
	gdb_walk_level = 0;
	KUNIT_EXPECT_EQ(test, vm_mmap(NULL, TARGET, PAGE_SIZE, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0), TARGET);
	KUNIT_EXPECT_EQ(test, put_user(0x1234UL, (unsigned long __user *)TARGET), 0);
	KUNIT_EXPECT_EQ(test, get_user(seen, (unsigned long __user *)TARGET), 0);
	KUNIT_EXPECT_EQ(test, seen, 0x1234UL);
	kthread_unuse_mm(mm);
	mmput(mm);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(fault_for_gdb),
	{}
};
static struct kunit_suite suite = { .name = "gdb_target", .test_cases = cases };
kunit_test_suite(suite);
