// SPDX-License-Identifier: MIT
/*
 * Tests of mm/set_memory.c: memory for code, and the rights of its pages.
 *
 * Mutations that must fail here: a right that is not written; change_rights() without the flush, or
 * that looks at one page only; may_change() that lets a page be writable and executable;
 * execmem_alloc() outside its region; execmem_free() without the flush.
 */
#include <kunit/test.h>
#include <linux/execmem.h>
#include <linux/mm.h>
#include <linux/set_memory.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "mm/internal.h"
#include "mm/vmap.h"
#include "tests/plant.h"

#define PAGES 3

static pte_t leaf_of(const void *p)
{
	int level;
	pte_t *slot = pt_lookup(kernel_root(), (unsigned long)p, &level);

	return slot ? pte_get(slot) : (pte_t){ 0 };
}

static bool has_rights(const void *p, bool write, bool exec)
{
	pte_t e = leaf_of(p);

	return pte_present(e) && pte_write(e) == write && pte_exec(e) == exec;
}

/* Memory for code that the case gives back, whatever becomes of it. */
static char *code(struct kunit *test)
{
	char *p = execmem_alloc(EXECMEM_MODULE_TEXT, PAGES * PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, execmem_free, p), 0);
	return p;
}

static void code_has_its_region(struct kunit *test)
{
	char *p = code(test);

	KUNIT_EXPECT_TRUE(test, PAGE_ALIGNED((unsigned long)p));
	KUNIT_EXPECT_GE(test, (unsigned long)p, MODULES_VADDR);
	KUNIT_EXPECT_LE(test, (unsigned long)p + PAGES * PAGE_SIZE, MODULES_END);
	KUNIT_EXPECT_FALSE(test, is_vmalloc_addr(p));
	KUNIT_EXPECT_TRUE(test, is_vmalloc_or_module_addr(p));
	KUNIT_EXPECT_TRUE(test, is_vmalloc_or_module_addr((void *)MODULES_VADDR));
	KUNIT_EXPECT_TRUE(test, is_vmalloc_or_module_addr((void *)(MODULES_END - 1)));
	KUNIT_EXPECT_TRUE(test, is_vmalloc_or_module_addr((void *)VMALLOC_START));
	KUNIT_EXPECT_FALSE(test, is_vmalloc_or_module_addr((void *)MODULES_END));
	KUNIT_EXPECT_FALSE(test, is_vmalloc_or_module_addr((void *)(MODULES_VADDR - 1)));
	KUNIT_EXPECT_FALSE(test, is_vmalloc_or_module_addr(test));
	KUNIT_EXPECT_FALSE(test, is_vmalloc_or_module_addr(NULL));
	KUNIT_EXPECT_PTR_EQ(test, find_vm_area(p + PAGE_SIZE)->addr, (void *)p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, PAGES * PAGE_SIZE));
	KUNIT_EXPECT_TRUE(test, has_rights(p, true, false));
	KUNIT_EXPECT_TRUE(test, vmap_valid());
	KUNIT_EXPECT_NULL(test, execmem_alloc(EXECMEM_DEFAULT, 0));
}

/* Nobody can use the addresses any more, and the next one has them again. */
static void code_is_given_back(struct kunit *test)
{
	unsigned long before = vmalloc_nr_pages();
	char *p = execmem_alloc(EXECMEM_MODULE_TEXT, PAGE_SIZE), *q;

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, vmalloc_nr_pages(), before + 1);
	*(volatile char *)p = 1;
	KUNIT_ASSERT_EQ(test, set_memory_rox((unsigned long)p, 1), 0);
	execmem_free(p);
	KUNIT_EXPECT_EQ(test, vmalloc_nr_pages(), before);
	KUNIT_EXPECT_EQ(test, vmap_modules.lazy_bytes, 0UL);
	KUNIT_EXPECT_FAULT(test, "freed vmalloc area", plant_read8(p));
	q = execmem_alloc(EXECMEM_MODULE_TEXT, PAGE_SIZE);
	KUNIT_EXPECT_PTR_EQ(test, q, p);
	execmem_free(q);
	execmem_free(NULL);
}

static void read_only_means_it(struct kunit *test)
{
	char *p = code(test);

	p[PAGE_SIZE] = 'x'; /* the entry may be in the TLB, and dirty */
	KUNIT_EXPECT_EQ(test, set_memory_ro((unsigned long)p + PAGE_SIZE, 1), 0);
	KUNIT_EXPECT_TRUE(test, has_rights(p, true, false));
	KUNIT_EXPECT_TRUE(test, has_rights(p + PAGE_SIZE, false, false));
	KUNIT_EXPECT_TRUE(test, has_rights(p + 2 * PAGE_SIZE, true, false));
	KUNIT_EXPECT_FAULT(test, "page fault", *(volatile char *)(p + PAGE_SIZE) = 'y');
	KUNIT_EXPECT_EQ(test, p[PAGE_SIZE], 'x');
	KUNIT_EXPECT_EQ(test, set_memory_rw((unsigned long)p, PAGES), 0);
	p[PAGE_SIZE] = 'y';
	KUNIT_EXPECT_TRUE(test, has_rights(p + PAGE_SIZE, true, false));
	KUNIT_EXPECT_EQ(test, p[PAGE_SIZE], 'y');
}

/* A function that does nothing: the last byte of this one's code would do, but where is that? */
static const u8 return_insn[] = { 0xc3 };

static void call(const void *p)
{
	((void (*)(void))p)();
}

static void only_code_runs(struct kunit *test)
{
	char *p = code(test);

	memcpy(p, return_insn, sizeof(return_insn));
	KUNIT_EXPECT_FAULT(test, "page fault", call(p));
	KUNIT_ASSERT_EQ(test, set_memory_ro((unsigned long)p, 1), 0);
	KUNIT_EXPECT_FAULT(test, "page fault", call(p));
	KUNIT_ASSERT_EQ(test, set_memory_x((unsigned long)p, 1), 0);
	KUNIT_EXPECT_TRUE(test, has_rights(p, false, true));
	KUNIT_EXPECT_NO_REPORT(test, call(p));
	KUNIT_EXPECT_FAULT(test, "page fault", *(volatile char *)p = 0);
	KUNIT_ASSERT_EQ(test, set_memory_nx((unsigned long)p, 1), 0);
	KUNIT_EXPECT_FAULT(test, "page fault", call(p));
	KUNIT_EXPECT_EQ(test, set_memory_rw((unsigned long)p, 1), 0);
}

/* W^X, all or nothing. */
static void never_both(struct kunit *test)
{
	char *p = code(test);

	KUNIT_EXPECT_EQ(test, set_memory_x((unsigned long)p, PAGES), -EINVAL);
	KUNIT_EXPECT_TRUE(test, has_rights(p, true, false));
	KUNIT_ASSERT_EQ(test, set_memory_rox((unsigned long)p, PAGES - 1), 0);
	KUNIT_EXPECT_TRUE(test, has_rights(p + PAGE_SIZE, false, true));
	KUNIT_EXPECT_EQ(test, set_memory_rw((unsigned long)p, 1), -EINVAL);
	KUNIT_EXPECT_TRUE(test, has_rights(p, false, true));
	KUNIT_EXPECT_EQ(test, set_memory_x((unsigned long)p, PAGES), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_memory_rw((unsigned long)p + PAGE_SIZE, 2), -EINVAL);
	KUNIT_EXPECT_TRUE(test, has_rights(p + PAGE_SIZE, false, true));
	KUNIT_EXPECT_TRUE(test, has_rights(p + 2 * PAGE_SIZE, true, false));
}

static void what_is_no_area_is_refused(struct kunit *test)
{
	unsigned long p = (unsigned long)code(test), page = __get_free_page(GFP_KERNEL);

	KUNIT_ASSERT_NE(test, page, 0UL);
	KUNIT_EXPECT_EQ(test, set_memory_ro(p + 8, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_memory_ro(p, PAGES + 1), -EINVAL); /* the guard page */
	KUNIT_EXPECT_EQ(test, set_memory_ro(p, -1), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_memory_ro(p + 64 * PAGE_SIZE, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_memory_ro(page, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_memory_ro((unsigned long)__rodata_start, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_memory_ro(p, 0), 0);
	KUNIT_EXPECT_TRUE(test, has_rights((void *)p, true, false));
	free_page(page);
}

/* vmalloc()'s own memory, and its large pages, which are refused. */
static void vmalloc_memory_can_be_shut(struct kunit *test)
{
	char *p = vmalloc(PAGES * PAGE_SIZE), *large = vmalloc_huge(2UL << 20, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_ASSERT_NOT_NULL(test, large);
	p[0] = 'a';
	KUNIT_EXPECT_EQ(test, set_memory_ro((unsigned long)p, PAGES), 0);
	KUNIT_EXPECT_FAULT(test, "page fault", *(volatile char *)p = 'b');
	KUNIT_EXPECT_EQ(test, p[0], 'a');
	vfree(p); /* as it is */
	if (find_vm_area(large)->page_order) {
		KUNIT_EXPECT_EQ(test, set_memory_ro((unsigned long)large, 1), -EINVAL);
		*(volatile char *)large = 1;
	}
	vfree(large);
	KUNIT_EXPECT_TRUE(test, vmap_valid());
}

static struct kunit_case cases[] = { KUNIT_CASE(code_has_its_region),
				     KUNIT_CASE(code_is_given_back),
				     KUNIT_CASE(read_only_means_it),
				     KUNIT_CASE(only_code_runs),
				     KUNIT_CASE(never_both),
				     KUNIT_CASE(what_is_no_area_is_refused),
				     KUNIT_CASE(vmalloc_memory_can_be_shut),
				     {} };

static struct kunit_suite suite = { .name = "set_memory", .test_cases = cases };
kunit_test_suite(suite);
