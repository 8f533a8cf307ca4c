// SPDX-License-Identifier: MIT
/*
 * Tests of mm/pgtable.c: the walk, the mapper, the direct map, and what holds over all of the kernel's tables.
 *
 * Mutations: tests/mutate/pgtable.mut.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "mm/internal.h"
#include "mm/kfence.h"
#include "tests/mm/slab_fixture.h"

#define TWO_MIB (2UL << 20)
#define ONE_GIB (1UL << 30)

/* ---- a tree of its own, over user addresses ---- */

static pte_t *root;
static unsigned long tables_left; /* how many more tables may be made */

static phys_addr_t counted_table(void)
{
	return tables_left-- ? table_alloc_user() : (tables_left = 0);
}

static int tree_init(struct kunit *test)
{
	phys_addr_t table = table_alloc_user();

	if (!table)
		return -ENOMEM;
	root = __va(table);
	tables_left = 1000;
	return 0;
}

static void free_tree(pte_t *table, int level)
{
	for (unsigned int i = 0; level && i < PTRS_PER_TABLE; i++) {
		if (!pte_none(table[i]) && !pte_leaf(table[i], level))
			free_tree(pte_table(table[i]), level - 1);
	}
	table_free_user(table);
}

static void tree_exit(struct kunit *test)
{
	free_tree(root, PT_TOP);
}

static bool maps(unsigned long va, phys_addr_t phys, int level)
{
	int found = -1;
	pte_t *slot = pt_lookup(root, va, &found);

	return slot && found == level &&
	       pte_phys(pte_get(slot)) == ALIGN_DOWN(phys, (phys_addr_t)pt_size(level));
}

static bool nothing_at(unsigned long va)
{
	int level;

	return !pt_lookup(root, va, &level);
}

static void needs_large_leaves(struct kunit *test)
{
	if (!pt_max_leaf_level())
		kunit_skip(test, "leaves are of one size here");
}

/* From a page below a 2 MiB boundary to a page above another: small, large, large, small. */
static void map_mixed_leaves(struct kunit *test)
{
	unsigned long va = ONE_GIB + TWO_MIB - PAGE_SIZE, size = 2 * TWO_MIB + 2 * PAGE_SIZE;
	phys_addr_t phys = 5 * ONE_GIB + TWO_MIB - PAGE_SIZE;

	needs_large_leaves(test);
	KUNIT_ASSERT_EQ(test, pt_map(root, va, phys, size, PAGE_KERNEL, counted_table), 0);
	KUNIT_EXPECT_TRUE(test, maps(va, phys, 0));
	KUNIT_EXPECT_TRUE(test, maps(va + PAGE_SIZE, phys + PAGE_SIZE, 1));
	KUNIT_EXPECT_TRUE(test, maps(va + TWO_MIB, phys + TWO_MIB, 1));
	KUNIT_EXPECT_TRUE(test, maps(va + TWO_MIB + PAGE_SIZE, phys + TWO_MIB + PAGE_SIZE, 1));
	KUNIT_EXPECT_TRUE(test, maps(va + size - PAGE_SIZE, phys + size - PAGE_SIZE, 0));
	KUNIT_EXPECT_TRUE(test, nothing_at(va - 1));
	KUNIT_EXPECT_TRUE(test, nothing_at(va + size));
	KUNIT_EXPECT_EQ(test, tables_left,
			1000UL - PT_TOP - 1); /* one of each level, two of level 0 */
}

/* Addresses that differ in alignment: only small leaves will do. */
static void map_unaligned_pair(struct kunit *test)
{
	unsigned long va = ONE_GIB;

	KUNIT_ASSERT_EQ(
		test, pt_map(root, va, PAGE_SIZE, TWO_MIB + PAGE_SIZE, PAGE_KERNEL, counted_table),
		0);
	for (unsigned long off = 0; off <= TWO_MIB; off += 16 * PAGE_SIZE)
		KUNIT_EXPECT_TRUE(test, maps(va + off, PAGE_SIZE + off, 0));
	KUNIT_EXPECT_TRUE(test, maps(va + TWO_MIB, PAGE_SIZE + TWO_MIB, 0));
	KUNIT_EXPECT_TRUE(test, nothing_at(va + TWO_MIB + PAGE_SIZE));
}

static void map_largest_leaf(struct kunit *test)
{
	int top = pt_max_leaf_level();

	needs_large_leaves(test);
	KUNIT_ASSERT_EQ(test,
			pt_map(root, 3 * ONE_GIB, ONE_GIB, ONE_GIB, PAGE_KERNEL_RO, counted_table),
			0);
	KUNIT_EXPECT_TRUE(test, maps(3 * ONE_GIB, ONE_GIB, top));
	KUNIT_EXPECT_TRUE(test, maps(4 * ONE_GIB - 1, 2 * ONE_GIB - 1, top));
	KUNIT_EXPECT_TRUE(test, nothing_at(4 * ONE_GIB));
	KUNIT_EXPECT_EQ(test, tables_left, 1000UL - (PT_TOP - top));
	KUNIT_EXPECT_FALSE(test, pte_write(pte_get(pt_slot(root, 3 * ONE_GIB, top, NULL))));
}

static void slots(struct kunit *test)
{
	unsigned long va = 7 * ONE_GIB + 3 * TWO_MIB + 5 * PAGE_SIZE;
	pte_t *slot;

	KUNIT_EXPECT_NULL(test, pt_slot(root, va, 0, NULL));
	KUNIT_EXPECT_PTR_EQ(test, pt_slot(root, va, PT_TOP, NULL), root + pt_index(va, PT_TOP));
	slot = pt_slot(root, va, 0, counted_table);
	KUNIT_ASSERT_NOT_NULL(test, slot);
	KUNIT_EXPECT_EQ(test, tables_left, 1000UL - PT_TOP);
	KUNIT_EXPECT_TRUE(test, pte_none(pte_get(slot)));
	KUNIT_EXPECT_PTR_EQ(test, pt_slot(root, va, 0, NULL), slot);
	KUNIT_EXPECT_PTR_EQ(test, pt_slot(root, va + PAGE_SIZE, 0, counted_table), slot + 1);
	KUNIT_EXPECT_EQ(test, tables_left, 1000UL - PT_TOP);
	KUNIT_EXPECT_TRUE(test, nothing_at(va));
	if (!pt_max_leaf_level())
		return;
	slot = pt_slot(root, va + TWO_MIB, 1, NULL);
	KUNIT_ASSERT_NOT_NULL(test, slot);
	pte_set(slot, va + TWO_MIB, pte_mkleaf(TWO_MIB, PAGE_KERNEL, 1));
	KUNIT_EXPECT_NULL(test,
			  pt_slot(root, va + TWO_MIB, 0, counted_table)); /* a leaf is in the way */
	KUNIT_EXPECT_TRUE(test, maps(va + TWO_MIB, TWO_MIB, 1));
}

/* What leads to kernel addresses is shut to user mode at every level, what leads to others is not. */
static void tables_are_whose_the_address_is(struct kunit *test)
{
	const unsigned long va[] = { 7 * ONE_GIB, VMALLOC_START };

	for (int i = 0; i < 2; i++) {
		KUNIT_ASSERT_NOT_NULL(test, pt_slot(root, va[i], 0, counted_table));
		for (int l = PT_TOP; l > 0; l--)
			KUNIT_EXPECT_EQ(test, pte_user(pte_get(pt_slot(root, va[i], l, NULL))), !i);
	}
}

static void map_without_memory(struct kunit *test)
{
	unsigned long va = ONE_GIB, size = 4 * TWO_MIB;

	for (unsigned long n = 0; n < PT_TOP + 3; n++) { /* one of each level, four of level 0 */
		tables_left = n;
		KUNIT_EXPECT_EQ(test, pt_map(root, va, PAGE_SIZE, size, PAGE_KERNEL, counted_table),
				-ENOMEM);
		KUNIT_EXPECT_EQ(test, nothing_at(va), n < PT_TOP);
		free_tree(root, PT_TOP);
		KUNIT_ASSERT_EQ(test, tree_init(test), 0);
	}
	tables_left = PT_TOP + 3;
	KUNIT_EXPECT_EQ(test, pt_map(root, va, PAGE_SIZE, size, PAGE_KERNEL, counted_table), 0);
	KUNIT_EXPECT_EQ(test, tables_left, 0UL);
}

static void tables_are_counted(struct kunit *test)
{
	long user = mm_stat_read(MM_USER_TABLES);
	phys_addr_t table = table_alloc_user();
	struct page *page = phys_to_page(table);

	KUNIT_ASSERT_NE(test, table, 0ULL);
	KUNIT_EXPECT_EQ(test, mm_stat_read(MM_USER_TABLES), user + 1);
	KUNIT_EXPECT_EQ(test, page->type, PAGE_TABLE);
	KUNIT_EXPECT_NULL(test, memchr_inv(__va(table), 0, PAGE_SIZE));
	table_free_user(__va(table));
	KUNIT_EXPECT_EQ(test, mm_stat_read(MM_USER_TABLES), user);
	KUNIT_EXPECT_NE(test, page->type, PAGE_TABLE);
}

static void user_access_bits(struct kunit *test)
{
	pte_t none = pte_mkleaf(PAGE_SIZE, pgprot_user(false, false, false), 0);
	pte_t e =
		pte_mkdirty(pte_mkyoung(pte_mkleaf(PAGE_SIZE, pgprot_user(true, true, false), 0)));

	KUNIT_EXPECT_TRUE(test, pte_mapped(none) && !pte_present(none) && !pte_none(none));
	KUNIT_EXPECT_TRUE(test, pte_write(e) && pte_user(e) && !pte_exec(e));
	e = pte_modify(e, pgprot_user(true, false, true));
	KUNIT_EXPECT_TRUE(test, !pte_write(e) && pte_exec(e) && pte_dirty(e) && pte_young(e));
	KUNIT_EXPECT_EQ(test, pte_phys(e), PAGE_SIZE);
	KUNIT_EXPECT_FALSE(test, pte_exec(pte_mkleaf(0, pgprot_nx(PAGE_KERNEL_ROX), 0)));
	KUNIT_EXPECT_TRUE(test, pte_exec(pte_mkleaf(0, PAGE_KERNEL_ROX, 0)));
}

/* ---- the kernel's own tables ---- */

struct leaf {
	unsigned long va;
	pte_t e;
	int level;
};

typedef void (*leaf_fn)(const struct leaf *leaf, void *arg);

/* A table that neighbours share, as where states of memory are, is looked into once. */
static void each_leaf(pte_t *table, unsigned long va, int level, leaf_fn fn, void *arg)
{
	pte_t last = { 0 };

	for (unsigned int i = 0; i < PTRS_PER_TABLE; i++, va += pt_size(level)) {
		struct leaf leaf = { va, pte_get(&table[i]), level };
		bool again = leaf.e.val == last.val;

		last = leaf.e;
		if (!pte_present(leaf.e) || again)
			continue;
		if (pte_leaf(leaf.e, level))
			fn(&leaf, arg);
		else
			each_leaf(pte_table(leaf.e), va, level - 1, fn, arg);
	}
}

/* All leaves under the root entries that translate [start, end). */
static void each_kernel_leaf(unsigned long start, unsigned long end, leaf_fn fn, void *arg)
{
	unsigned long n = (end - start + pt_size(PT_TOP) - 1) >> pt_shift(PT_TOP);

	for (unsigned long va = start; n--; va += pt_size(PT_TOP)) {
		pte_t e = pte_get(&kernel_root()[pt_index(va, PT_TOP)]);

		if (pte_present(e))
			each_leaf(pte_table(e), va, PT_TOP - 1, fn, arg);
	}
}

#define KERNEL_HALF 0xffff800000000000UL

struct wx_count {
	struct kunit *test;
	unsigned long leaves, exec, user;
};

static void check_wx(const struct leaf *leaf, void *arg)
{
	struct wx_count *count = arg;

	count->leaves++;
	count->exec += pte_exec(leaf->e);
	count->user += pte_user(leaf->e);
	if (pte_exec(leaf->e) && pte_write(leaf->e))
		KUNIT_FAIL(count->test, "0x%lx is writable and executable", leaf->va);
	if (pte_exec(leaf->e) && leaf->va < IMAGE_START)
		KUNIT_FAIL(count->test, "0x%lx is executable outside of the image", leaf->va);
}

static void nothing_is_writable_and_executable(struct kunit *test)
{
	struct wx_count count = { .test = test };

	each_kernel_leaf(KERNEL_HALF, 0, check_wx, &count);
	KUNIT_EXPECT_GT(test, count.leaves, 10UL);
	KUNIT_EXPECT_GT(test, count.exec, 0UL);
	KUNIT_EXPECT_EQ(test, count.user, 0UL);
}

static bool access_is(unsigned long va, bool write, bool exec)
{
	int level;
	pte_t *slot = pt_lookup(kernel_root(), va, &level);

	return slot && pte_write(pte_get(slot)) == write && pte_exec(pte_get(slot)) == exec;
}

static void image_access(struct kunit *test)
{
	for (char *p = __text_start; p < __text_end; p += PAGE_SIZE)
		KUNIT_EXPECT_TRUE(test, access_is((unsigned long)p, false, true));
	for (char *p = __rodata_start; p < __rodata_end; p += PAGE_SIZE)
		KUNIT_EXPECT_TRUE(test, access_is((unsigned long)p, false, false));
	KUNIT_EXPECT_TRUE(test, access_is((unsigned long)__data_end - PAGE_SIZE, true, false));
}

/* The direct map shows the same memory: it must not be a way around. */
static void no_writable_alias_of_text(struct kunit *test)
{
	volatile char *alias = __va(__pa(__text_start));
	char first = *alias;

	for (char *p = __text_start; p < __rodata_end; p += PAGE_SIZE)
		KUNIT_EXPECT_TRUE(test, access_is((unsigned long)__va(__pa(p)), false, false));
	KUNIT_EXPECT_EQ(test, first, *__text_start);
	KUNIT_EXPECT_FAULT(test, "", *alias = first);
}

static void add_leaf(const struct leaf *leaf, void *arg)
{
	*(unsigned long *)arg += pt_size(leaf->level);
}

static bool direct_maps(phys_addr_t phys)
{
	int level;
	unsigned long va = (unsigned long)__va(phys);
	pte_t *slot = pt_lookup(kernel_root(), va, &level);

	if (!slot && pfn_valid(phys >> PAGE_SHIFT) && page_is_unmapped(phys_to_page(phys)))
		return true; /* free, and out of reach by rule: debug_pagealloc */
	return slot && pte_phys(pte_get(slot)) + (va & (pt_size(level) - 1)) == phys;
}

/* Of KFENCE's pool, whose pages are shut while nobody has them. */
static unsigned long shut_bytes(void)
{
	unsigned long va = (unsigned long)__kfence_pool, end = va + kfence_pool_size, n = 0;

	for (; va < end; va += PAGE_SIZE)
		n += direct_maps(__pa((void *)va)) ? 0 : PAGE_SIZE;
	return n;
}

/*
 * Every byte of RAM, and as many bytes as there is RAM: so nothing else. No sample is taken or given
 * back meanwhile.
 */
static void direct_map_is_ram(struct kunit *test)
{
	unsigned long mapped = 0;
	phys_addr_t start, end, last = 0;
	u64 i;

	for_each_mem_range(i, &start, &end) {
		KUNIT_EXPECT_TRUE(test, direct_maps(start));
		KUNIT_EXPECT_TRUE(test, direct_maps(end - PAGE_SIZE));
		for (phys_addr_t p = start; p < end;
		     p += max(TWO_MIB, (end - start) / 1024 & PAGE_MASK))
			KUNIT_EXPECT_TRUE(test, direct_maps(p) || is_kfence_address(__va(p)));
		KUNIT_EXPECT_FALSE(test, start > last && direct_maps(start - PAGE_SIZE));
		KUNIT_EXPECT_FALSE(test, direct_maps(end));
		last = end;
	}
	each_kernel_leaf(PAGE_OFFSET, PAGE_OFFSET + DIRECT_MAP_SIZE, add_leaf, &mapped);
	if (!(page_debug & PAGE_DEBUG_UNMAP))
		KUNIT_EXPECT_EQ(test, mapped + shut_bytes(), memblock_phys_mem_size());
}

static void nothing_at_null_or_in_holes(struct kunit *test)
{
	int level;

	KUNIT_EXPECT_NULL(test, pt_lookup(kernel_root(), 0, &level));
	for (unsigned int i = 0; i < PTRS_PER_TABLE / 2; i++) {
		if (!pte_none(pte_get(&kernel_root()[i])))
			KUNIT_FAIL(test, "root entry %u maps user addresses", i);
	}
	if (!memblock_is_memory(0xfee00000))
		KUNIT_EXPECT_FALSE(test, direct_maps(0xfee00000)); /* device memory */
	if (memblock_end_of_DRAM() < DIRECT_MAP_SIZE)
		KUNIT_EXPECT_FALSE(test, direct_maps(DIRECT_MAP_SIZE - PAGE_SIZE));
}

static bool root_filled(unsigned long start, unsigned long end)
{
	unsigned long n = (end - start + pt_size(PT_TOP) - 1) >> pt_shift(PT_TOP);

	for (unsigned long va = start; n--; va += pt_size(PT_TOP)) {
		pte_t e = pte_get(&kernel_root()[pt_index(va, PT_TOP)]);

		if (!pte_present(e) || pte_leaf(e, PT_TOP))
			return false;
	}
	return true;
}

static void root_is_complete(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, root_filled(VMALLOC_START, VMALLOC_END));
	KUNIT_EXPECT_TRUE(test,
			  root_filled(VMEMMAP_START,
				      VMEMMAP_START + 32 * (memblock_end_of_DRAM() >> PAGE_SHIFT)));
	KUNIT_EXPECT_TRUE(test, root_filled(IMAGE_START, IMAGE_START + 1));
	KUNIT_EXPECT_TRUE(test, root_filled(PERCPU_START, PERCPU_START + PERCPU_SIZE));
	KUNIT_EXPECT_TRUE(test, root_filled(PERCPU_WINDOW, PERCPU_WINDOW + nr_cpu_ids * PERCPU_STRIDE));
	KUNIT_EXPECT_TRUE(test, root_filled(PAGE_OFFSET, PAGE_OFFSET + memblock_end_of_DRAM()));
}

/* What is mapped in the kernel half after a root was made is seen through it too. */
static void other_roots_share_the_kernel_half(struct kunit *test)
{
	int level;
	char *p;

	pt_root_init(root);
	for (unsigned int i = PTRS_PER_TABLE / 2; i < PTRS_PER_TABLE; i++) {
		if (root[i].val != kernel_root()[i].val)
			KUNIT_FAIL(test, "root entry %u differs", i);
	}
	p = vmalloc(PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_PTR_EQ(test, pt_lookup(root, (unsigned long)p, &level),
			    pt_lookup(kernel_root(), (unsigned long)p, &level));
	vfree(p);
	memset(&root[PTRS_PER_TABLE / 2], 0, PAGE_SIZE / 2); /* free_tree() must not go there */
}

static struct kunit_case tree_cases[] = { KUNIT_CASE(map_mixed_leaves),
					  KUNIT_CASE(map_unaligned_pair),
					  KUNIT_CASE(map_largest_leaf),
					  KUNIT_CASE(slots),
					  KUNIT_CASE(tables_are_whose_the_address_is),
					  KUNIT_CASE(map_without_memory),
					  KUNIT_CASE(tables_are_counted),
					  KUNIT_CASE(user_access_bits),
					  KUNIT_CASE(other_roots_share_the_kernel_half),
					  {} };
static struct kunit_suite tree_suite = {
	.name = "pgtable", .init = tree_init, .exit = tree_exit, .test_cases = tree_cases
};

static struct kunit_case kernel_cases[] = { KUNIT_CASE(nothing_is_writable_and_executable),
					    KUNIT_CASE(image_access),
					    KUNIT_CASE(no_writable_alias_of_text),
					    KUNIT_CASE(direct_map_is_ram),
					    KUNIT_CASE(nothing_at_null_or_in_holes),
					    KUNIT_CASE(root_is_complete),
					    {} };
static struct kunit_suite kernel_suite = {
	.name = "pgtable_kernel",
	.suite_init = no_samples,
	.suite_exit = samples_again,
	.test_cases = kernel_cases,
};

kunit_test_suites(&tree_suite, &kernel_suite);
