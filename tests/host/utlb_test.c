// SPDX-License-Identifier: MIT
/*
 * Tests of arch/host/utlb.c: what a CPU remembers of user addresses, and what makes it forget. Tables
 * are changed here behind mm/'s back, and put right again.
 *
 * Mutations that made them fail when tried:
 *   stale_until_flushed     nothing is remembered; utlb_flush() does nothing; it does not round its
 *			     start down; it forgets one page more, or one less
 *   less_rights             serves() does not look at what the entry allows
 *   more_rights             a refused write leaves the entry
 *   first_write_is_marked   serves() lets a clean entry be written
 *   another_root            utlb_forget_all() does nothing
 *   kernel_flushes_leave_it utlb_flush() forgets everything
 *   every_page_has_a_place  the hash has one value
 */
#include <asm/tlbflush.h>
#include <linux/string.h>
#include "arch/host/kernel.h"
#include "mm/internal.h"
#include "tests/mm/user_fixture.h"

/* The table's entry for page `n`, which was touched. */
static pte_t *slot_of(struct kunit *test, unsigned long n)
{
	pte_t *slot = pt_slot(test_mm(test)->pgd, USER_PAGE(n), 0, NULL);

	KUNIT_ASSERT_NOT_NULL(test, slot);
	return slot;
}

/* Pages 0 … n-1 of user memory, page i holding i + 1. */
static void fill_pages(struct kunit *test, unsigned long n)
{
	map_anon(test, 0, n, PROT_RW);
	for (unsigned long i = 0; i < n; i++)
		KUNIT_ASSERT_EQ(test, poke(USER_PAGE(i), i + 1), 0);
}

static void swap_entries(pte_t *a, pte_t *b)
{
	pte_t e = pte_get(a);

	pte_set(a, 0, pte_get(b));
	pte_set(b, 0, e);
}

static void flush_page(void)
{
	tlb_flush_page(USER_PAGE(1) + 5, NULL);
}

static void flush_range(void)
{
	tlb_flush_range(USER_PAGE(1), USER_PAGE(2), NULL);
}

/* From any byte of the first page, to any of the last. */
static void flush_within(void)
{
	tlb_flush_range(USER_PAGE(1) + 100, USER_PAGE(1) + 101, NULL);
}

/* What a missing flush costs: a page that went is read, and written; and what a flush makes good. */
static void stale_until_flushed(struct kunit *test)
{
	void (*const flush[])(void) = { flush_page, flush_range, flush_within };

	for (unsigned int i = 0; i < ARRAY_SIZE(flush); i++) {
		fill_pages(test, 4);
		for (unsigned long n = 0; n < 4; n++)
			KUNIT_EXPECT_EQ(test, peek(USER_PAGE(n)), n + 1);
		swap_entries(slot_of(test, 0), slot_of(test, 1));
		swap_entries(slot_of(test, 2), slot_of(test, 3));
		KUNIT_EXPECT_EQ(test, peek(USER_PAGE(1)), 2ULL);
		flush[i]();
		KUNIT_EXPECT_EQ(test, peek(USER_PAGE(0)), 1ULL);
		KUNIT_EXPECT_EQ(test, peek(USER_PAGE(1)), 1ULL);
		KUNIT_EXPECT_EQ(test, peek(USER_PAGE(2)), 3ULL);
		KUNIT_EXPECT_EQ(test, poke(USER_PAGE(2), 30), 0);
		tlb_flush_all(NULL);
		KUNIT_EXPECT_EQ(test, peek(USER_PAGE(0)), 2ULL);
		KUNIT_EXPECT_EQ(test, peek(USER_PAGE(2)), 4ULL);
		KUNIT_EXPECT_EQ(test, peek(USER_PAGE(3)), 30ULL);
	}
}

/* A right that was taken away counts from the flush on. */
static void less_rights(struct kunit *test)
{
	pte_t *slot, e;

	fill_pages(test, 1);
	slot = slot_of(test, 0);
	e = pte_get(slot);
	pte_set(slot, 0, pte_wrprotect(e));
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(0), 7), 0);
	tlb_flush_page(USER_PAGE(0), NULL);
	pagefault_disable();
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(0), 8), -EFAULT);
	pagefault_enable();
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(0)), 7ULL);
	pte_set(slot, 0, e);
}

/* One that was given is found by the fault: refused once where faults are off, then walked anew. */
static void more_rights(struct kunit *test)
{
	pte_t *slot, e;

	fill_pages(test, 2);
	for (unsigned long i = 0; i < 2; i++) {
		slot = slot_of(test, i);
		e = pte_get(slot);
		pte_set(slot, 0, pte_wrprotect(e));
		tlb_flush_page(USER_PAGE(i), NULL);
		KUNIT_EXPECT_EQ(test, peek(USER_PAGE(i)), i + 1);
		pte_set(slot, 0, e);
	}
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(0), 10), 0);
	pagefault_disable();
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(1), 11), -EFAULT);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(1), 12), 0);
	pagefault_enable();
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(0)), 10ULL);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(1)), 12ULL);
}

static void first_write_is_marked(struct kunit *test)
{
	pte_t *slot;

	fill_pages(test, 1);
	slot = slot_of(test, 0);
	pte_set(slot, 0, (pte_t){ pte_get(slot).val & ~(PTE_A | PTE_D) });
	tlb_flush_page(USER_PAGE(0), NULL);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(0)), 1ULL);
	KUNIT_EXPECT_TRUE(test, pte_young(pte_get(slot)));
	KUNIT_EXPECT_FALSE(test, pte_dirty(pte_get(slot)));
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(0), 2), 0);
	KUNIT_EXPECT_TRUE(test, pte_dirty(pte_get(slot)));
}

static void another_root(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test), *other = mm_alloc();

	KUNIT_ASSERT_NOT_NULL(test, other);
	fill_pages(test, 1);
	kthread_unuse_mm(mm);
	kthread_use_mm(other);
	KUNIT_EXPECT_EQ(test, peek_error(USER_PAGE(0)), -EFAULT);
	kthread_unuse_mm(other);
	KUNIT_EXPECT_EQ(test, peek_error(USER_PAGE(0)), -EFAULT);
	kthread_use_mm(mm);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(0)), 1ULL);
	mmput(other);
}

static void kernel_flushes_leave_it(struct kunit *test)
{
	fill_pages(test, 2);
	swap_entries(slot_of(test, 0), slot_of(test, 1));
	tlb_flush_range(VMALLOC_START, VMALLOC_START + PAGE_SIZE, NULL);
	tlb_flush_page(PAGE_OFFSET, NULL);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(0)), 1ULL);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(1)), 2ULL);
	swap_entries(slot_of(test, 0), slot_of(test, 1));
}

#define MANY 64

/*
 * All of an aligned block of pages keep their entries, whatever the seed: their numbers differ by d <
 * 64, and d times the hash's factor (the golden ratio's) is further from a whole than 1/256.
 */
static void every_page_has_a_place(struct kunit *test)
{
	unsigned long stale = 0;

	fill_pages(test, MANY);
	for (unsigned long i = 0; i < MANY; i++)
		KUNIT_EXPECT_EQ(test, peek(USER_PAGE(i)), i + 1);
	for (unsigned long i = 0; i < MANY; i += 2)
		swap_entries(slot_of(test, i), slot_of(test, i + 1));
	for (unsigned long i = 0; i < MANY; i++)
		stale += peek(USER_PAGE(i)) == i + 1;
	KUNIT_EXPECT_EQ(test, stale, (unsigned long)MANY);
	tlb_flush_range(USER_PAGE(0), USER_PAGE(MANY), NULL);
	for (unsigned long i = 0; i < MANY; i++)
		KUNIT_EXPECT_EQ(test, peek(USER_PAGE(i)), (i ^ 1) + 1);
}

static struct kunit_case cases[] = { KUNIT_CASE(stale_until_flushed),
				     KUNIT_CASE(less_rights),
				     KUNIT_CASE(more_rights),
				     KUNIT_CASE(first_write_is_marked),
				     KUNIT_CASE(another_root),
				     KUNIT_CASE(kernel_flushes_leave_it),
				     KUNIT_CASE(every_page_has_a_place),
				     {} };
static struct kunit_suite suite = {
	.name = "host_utlb",
	.init = user_fixture_init,
	.exit = user_fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
