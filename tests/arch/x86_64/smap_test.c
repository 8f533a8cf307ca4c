// SPDX-License-Identifier: MIT
/*
 * User memory that is there and mapped stays shut to plain kernel accesses (SMAP) and to execution (SMEP).
 *
 * Suite "smap". Mutations that made it fail:
 *   - pgtable.h: pte_mktable() never says "user" (the page then looks like the kernel's)
 *   - cpu.c: SMAP left off; SMEP left off
 */
#include <asm/cpufeature.h>
#include <kunit/test.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mm_vma.h>
#include <linux/mman.h>
#include <linux/uaccess.h>

#define PAGE_AT 0x5ea90000UL
#define RET	0xc3

/* One page with something in it, in the address space in use until smap_exit(). */
static int smap_init(struct kunit *test)
{
	struct mm_struct *mm = mm_alloc();

	KUNIT_ASSERT_NOT_NULL(test, mm);
	test->priv = mm;
	kthread_use_mm(mm);
	KUNIT_ASSERT_EQ(test, vm_mmap(NULL, PAGE_AT, PAGE_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC,
				      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0), PAGE_AT);
	KUNIT_ASSERT_EQ(test, put_user((u8)RET, (u8 __user *)PAGE_AT), 0);
	return 0;
}

static void smap_exit(struct kunit *test)
{
	struct mm_struct *mm = test->priv;

	kthread_unuse_mm(mm);
	mmput(mm);
}

static void mapped_memory_is_shut(struct kunit *test)
{
	volatile u8 *p = (u8 *)PAGE_AT;
	u8 seen = 0;

	if (!cpu_has_smap)
		kunit_skip(test, "this CPU has no SMAP");
	KUNIT_EXPECT_FAULT(test, "user pointer dereferenced", (void)*p);
	KUNIT_EXPECT_FAULT(test, "user pointer dereferenced", *p = 1);
	KUNIT_EXPECT_EQ(test, get_user(seen, (u8 __user *)PAGE_AT), 0);
	KUNIT_EXPECT_EQ(test, seen, RET);
}

static void mapped_code_is_not_run(struct kunit *test)
{
	void (*volatile call)(void) = (void (*)(void))PAGE_AT;

	if (!cpu_has_smep)
		kunit_skip(test, "this CPU has no SMEP");
	KUNIT_EXPECT_FAULT(test, "instruction fetch", call());
}

static struct kunit_case cases[] = {
	KUNIT_CASE(mapped_memory_is_shut),
	KUNIT_CASE(mapped_code_is_not_run),
	{}
};
static struct kunit_suite suite = {
	.name = "smap", .init = smap_init, .exit = smap_exit, .test_cases = cases
};
kunit_test_suite(suite);
