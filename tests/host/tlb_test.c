// SPDX-License-Identifier: MIT
/*
 * Tests of arch/host/tlb.c: the process's mappings behave as a TLB does.
 *
 * Mutations that made them fail when tried:
 *   old_entry_stays      the walker drops an entry at each miss; tlb_flush_page() drops nothing (the process dies)
 *   first_write_is_seen  rights() grants writing to clean pages; mark_used() forgets PTE_A
 *   rights_are_obeyed    permits() looks at neither writing nor execution (the access is tried for ever)
 *   evicted_pages_return nothing is evicted
 *   range_flush          forget_by_entry() compares the start of entries only; forget_by_page() skips pages and groups
 *   no_user_root         walk_present() does not bound kernel addresses
 */
#include <asm/pgtable.h>
#include <asm/tlbflush.h>
#include <kunit/test.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include "arch/host/kernel.h"
#include "mm/internal.h"

/* One page of vmalloc space, and another page of memory to put there. */
struct fixture {
	volatile u64 *at;
	pte_t *slot;
	pte_t first, second;
	struct page *other;
};

static struct fixture f;

static int tlb_init(struct kunit *test)
{
	int level;

	f = (struct fixture){ 0 };
	f.at = vmalloc(PAGE_SIZE);
	f.other = alloc_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, (void *)f.at);
	KUNIT_ASSERT_NOT_NULL(test, f.other);
	f.slot = pt_lookup(kernel_root(), (unsigned long)f.at, &level);
	f.first = pte_get(f.slot);
	f.second = pte_mkleaf(page_to_phys(f.other), PAGE_KERNEL, 0);
	*f.at = 1;
	*(u64 *)page_address(f.other) = 2;
	return 0;
}

static void put_back(void)
{
	pte_set(f.slot, (unsigned long)f.at, f.first);
	tlb_flush_page((unsigned long)f.at, NULL);
}

static void tlb_exit(struct kunit *test)
{
	if (f.slot)
		put_back();
	vfree((void *)f.at);
	if (f.other)
		__free_page(f.other);
}

static void flush(void)
{
	tlb_flush_page((unsigned long)f.at, NULL);
}

/* What a missing flush costs: the old page is read, and written. */
static void old_entry_stays(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, *f.at, 1ULL);
	pte_set(f.slot, (unsigned long)f.at, f.second);
	KUNIT_EXPECT_EQ(test, *f.at, 1ULL);
	*f.at = 3;
	flush();
	KUNIT_EXPECT_EQ(test, *f.at, 2ULL);
	pte_set(f.slot, (unsigned long)f.at, (pte_t){ 0 });
	KUNIT_EXPECT_EQ(test, *f.at, 2ULL);
	flush();
	KUNIT_EXPECT_FAULT(test, "page fault for address", (void)*f.at);
	put_back();
	KUNIT_EXPECT_EQ(test, *f.at, 3ULL);
}

static void first_write_is_seen(struct kunit *test)
{
	pte_t clean = { f.first.val & ~(PTE_A | PTE_D) };

	pte_set(f.slot, (unsigned long)f.at, clean);
	flush();
	KUNIT_EXPECT_FALSE(test, pte_young(pte_get(f.slot)));
	KUNIT_EXPECT_EQ(test, *f.at, 1ULL);
	KUNIT_EXPECT_TRUE(test, pte_young(pte_get(f.slot)));
	KUNIT_EXPECT_FALSE(test, pte_dirty(pte_get(f.slot)));
	*f.at = 4;
	KUNIT_EXPECT_TRUE(test, pte_dirty(pte_get(f.slot)));
	KUNIT_EXPECT_EQ(test, *(u64 *)__va(pte_phys(f.first)), 4ULL);
}

static void rights_are_obeyed(struct kunit *test)
{
	void (*volatile run)(void) = (void (*)(void))f.at;

	pte_set(f.slot, (unsigned long)f.at, pte_wrprotect(f.first));
	flush();
	KUNIT_EXPECT_EQ(test, *f.at, 1ULL);
	KUNIT_EXPECT_FAULT(test, "write to a page that is read-only", *f.at = 5);
	KUNIT_EXPECT_EQ(test, *f.at, 1ULL);
	KUNIT_EXPECT_FAULT(test, "instruction fetch from a page that is not executable", run());
	pte_set(f.slot, (unsigned long)f.at, f.first); /* more rights need no flush */
	*f.at = 6;
	KUNIT_EXPECT_EQ(test, *f.at, 6ULL);
}

#define CROWD (TLB_SIZE + TLB_SIZE / 2)

/* More pages than entries; each second one elsewhere, so that no two are neighbours in memory. */
static void evicted_pages_return(struct kunit *test)
{
	unsigned long bad = 0;
	struct page **pages;
	volatile u64 *p;

	if (nr_managed_pages() < CROWD)
		kunit_skip(test, "a mapping of %d pages needs as much RAM", CROWD);
	pages = vmalloc(CROWD * sizeof(*pages));
	KUNIT_ASSERT_NOT_NULL(test, pages);
	for (unsigned long i = 0; i < CROWD; i++)
		pages[i] = i % 2 ? f.other : vmalloc_to_page((void *)f.at);
	p = vmap(pages, CROWD, VM_MAP, PAGE_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, (void *)p);
	for (int round = 0; round < 2; round++) {
		for (unsigned long i = 0; i < CROWD; i++)
			bad += p[i * PAGE_SIZE / sizeof(*p)] != 1 + i % 2;
		KUNIT_EXPECT_LE(test, tlb_entries(), (unsigned int)TLB_SIZE);
	}
	KUNIT_EXPECT_EQ(test, bad, 0UL);
	KUNIT_EXPECT_EQ(test, tlb_entries(), (unsigned int)TLB_SIZE);
	vunmap((void *)p);
	vfree(pages);
}

/* The table's slot for page `i` of `p`. */
static pte_t *slot_of(char *p, unsigned long i)
{
	int level;

	return pt_lookup(kernel_root(), (unsigned long)p + i * PAGE_SIZE, &level);
}

/* Ranges below and above the number of entries forget all in them, entries of many pages included. */
static void range_flush(struct kunit *test)
{
	const unsigned long n = 32, ends[] = { n, 1UL << 20 };
	char *p = vmalloc(n * PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, p);
	for (unsigned int round = 0; round < ARRAY_SIZE(ends); round++) {
		unsigned long end = (unsigned long)p + ends[round] * PAGE_SIZE;
		u64 sum = 0;

		for (unsigned long i = 0; i < n; i++) {
			pte_t e = pte_get(slot_of(p, i));

			p[i * PAGE_SIZE] = 7;
			pte_set(slot_of(p, i), 0, f.second);
			tlb_flush_range((unsigned long)p, end, NULL);
			KUNIT_EXPECT_EQ(test, p[i * PAGE_SIZE], 2);
			pte_set(slot_of(p, i), 0, e);
			tlb_flush_range((unsigned long)p, end, NULL);
			sum += p[i * PAGE_SIZE];
		}
		KUNIT_EXPECT_EQ(test, sum, 7ULL * n);
	}
	vfree(p);
}

static void no_user_root(struct kunit *test)
{
	struct user_leaf leaf;
	bool present = true;

	KUNIT_EXPECT_FALSE(test, walk_user((unsigned long)f.at, false, &leaf, &present));
	KUNIT_EXPECT_FALSE(test, present);
	KUNIT_EXPECT_TRUE(test, walk_present((unsigned long)f.at));
	KUNIT_EXPECT_FALSE(test, walk_present(PAGE_SIZE));
	KUNIT_EXPECT_FALSE(
		test, walk_present((unsigned long)f.at - (1UL << 45))); /* the same root entry */
	if (memblock_end_of_DRAM() < DIRECT_MAP_SIZE)
		KUNIT_EXPECT_FALSE(test, walk_present(KERNEL_LAST));
}

static struct kunit_case cases[] = { KUNIT_CASE(old_entry_stays),
				     KUNIT_CASE(first_write_is_seen),
				     KUNIT_CASE(rights_are_obeyed),
				     KUNIT_CASE(evicted_pages_return),
				     KUNIT_CASE(range_flush),
				     KUNIT_CASE(no_user_root),
				     {} };
static struct kunit_suite suite = {
	.name = "host_tlb", .init = tlb_init, .exit = tlb_exit, .test_cases = cases
};

kunit_test_suite(suite);
