// SPDX-License-Identifier: MIT
/*
 * Self-tests of mm/user_pt.c: tables made and freed, entries taken out, the TLB flushed before
 * pages are reused, the check itself.
 *
 * Mutations that made the suite fail when tried:
 *   no flush before gathered pages are freed; none after mprotect(); none when an entry is
 *   replaced; a table is freed though a mapping above, or below, needs it; the last table of the
 *   user's half is never freed; unmapped pages are not freed; a full batch is not emptied (the
 *   machine dies); a pinned page stays anonymous after its mapping.
 */
#include <asm/tlbflush.h>
#include "mm/internal.h"
#include "tests/mm/sample_fixture.h"
#include "tests/mm/user_fixture.h"

#define TABLE_REACH (PTRS_PER_TABLE * PAGE_SIZE)

static void map_at(struct kunit *test, unsigned long addr, unsigned long pages)
{
	KUNIT_ASSERT_EQ(
		test,
		do_mmap(test_mm(test), NULL, addr, pages * PAGE_SIZE, PROT_RW, MAP_ANON_FIXED, 0),
		addr);
}

static void tables_come_and_go(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	long tables = mm_stat_read(MM_USER_TABLES);

	KUNIT_EXPECT_EQ(test, mm->nr_tables, 0);
	map_at(test, USER_BASE, 1);
	KUNIT_EXPECT_EQ(test, mm->nr_tables, 0); /* nothing was touched */
	KUNIT_EXPECT_EQ(test, poke(USER_BASE, 1), 0);
	KUNIT_EXPECT_EQ(test, mm->nr_tables, PT_TOP);
	KUNIT_EXPECT_EQ(test, mm_stat_read(MM_USER_TABLES), tables + PT_TOP);
	map_at(test, USER_BASE + TABLE_REACH, 1);
	KUNIT_EXPECT_EQ(test, poke(USER_BASE + TABLE_REACH, 1), 0);
	KUNIT_EXPECT_EQ(test, mm->nr_tables, PT_TOP + 1);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_BASE, PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, mm->nr_tables, PT_TOP);
	KUNIT_EXPECT_EQ(test, peek(USER_BASE + TABLE_REACH), 1ULL);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_BASE + TABLE_REACH, PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, mm->nr_tables, 0);
	KUNIT_EXPECT_EQ(test, mm_stat_read(MM_USER_TABLES), tables);
}

/* A table is freed with the last mapping under it, in whatever order they go. */
static void tables_go_with_the_last_mapping(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);

	for (int i = 0; i < 4; i++) {
		map_at(test, USER_PAGE(2 * i), 1);
		KUNIT_EXPECT_EQ(test, poke(USER_PAGE(2 * i), i), 0);
	}
	for (int i = 0; i < 4; i++) {
		int n = (i + 2) % 4;

		KUNIT_EXPECT_EQ(test, mm->nr_tables, PT_TOP);
		KUNIT_EXPECT_EQ(test, peek(USER_PAGE(2 * n)), (u64)n);
		KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_PAGE(2 * n), PAGE_SIZE), 0);
		KUNIT_EXPECT_TRUE(test, mm_valid(mm));
	}
	KUNIT_EXPECT_EQ(test, mm->nr_tables, 0);
}

/* Both ends of the user's half: the first page that can be mapped, and the last. */
static void first_and_last_page(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	unsigned long last = TASK_SIZE - PAGE_SIZE;

	map_at(test, mmap_min_addr, 1);
	map_at(test, last, 1);
	KUNIT_EXPECT_EQ(test, poke(mmap_min_addr, 1), 0);
	KUNIT_EXPECT_EQ(test, poke(last + PAGE_SIZE - 8, 2), 0);
	KUNIT_EXPECT_EQ(test, mm->nr_tables, 2 * PT_TOP);
	KUNIT_EXPECT_TRUE(test, mm_valid(mm));
	KUNIT_EXPECT_EQ(test, do_munmap(mm, last, PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, mm->nr_tables, PT_TOP);
	KUNIT_EXPECT_EQ(test, peek(mmap_min_addr), 1ULL);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, 0, TASK_SIZE), 0);
	KUNIT_EXPECT_EQ(test, mm->nr_tables, 0);
}

/* More pages and tables than a batch holds. */
static void many_batches(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	unsigned long pages = 3 * GATHER_PAGES + 5, free;

	for (unsigned long i = 0; i < 3 * GATHER_TABLES; i++) {
		map_at(test, USER_BASE + i * TABLE_REACH, 1);
		KUNIT_EXPECT_EQ(test, poke(USER_BASE + i * TABLE_REACH, i), 0);
	}
	KUNIT_EXPECT_EQ(test, mm->nr_tables, 3 * GATHER_TABLES + PT_TOP - 1);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, 0, TASK_SIZE), 0);
	KUNIT_EXPECT_EQ(test, mm->nr_tables, 0);
	mm_quiesce();
	free = nr_free_pages();
	map_at(test, USER_BASE, pages);
	for (unsigned long i = 0; i < pages; i++)
		KUNIT_EXPECT_EQ(test, poke(USER_PAGE(i), i), 0);
	KUNIT_EXPECT_EQ(test, get_mm_rss(mm), pages);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_BASE, pages * PAGE_SIZE), 0);
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, nr_free_pages(), free);
}

/*
 * What the TLB may remember must not outlive the mapping: each kind of change, with the entry in
 * use right before.
 */
static void stale_entries_are_flushed(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);

	for (int round = 0; round < 20; round++) {
		map_at(test, USER_BASE, 4);
		for (int i = 0; i < 4; i++)
			KUNIT_EXPECT_EQ(test, poke(USER_PAGE(i), 10 + i), 0);
		KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_PAGE(1), PAGE_SIZE, PROT_READ), 0);
		KUNIT_EXPECT_EQ(test, poke(USER_PAGE(1), 0), -EFAULT);
		KUNIT_EXPECT_EQ(test, do_madvise(mm, USER_PAGE(2), PAGE_SIZE, MADV_DONTNEED), 0);
		KUNIT_EXPECT_EQ(test, peek(USER_PAGE(2)), 0ULL);
		KUNIT_EXPECT_EQ(test, poke(USER_PAGE(2), 3), 0); /* from the zero page, just used */
		KUNIT_EXPECT_EQ(test, peek(USER_PAGE(2)), 3ULL);
		KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_BASE, 2 * PAGE_SIZE), 0);
		KUNIT_EXPECT_EQ(test, peek_error(USER_PAGE(0)), -EFAULT);
		KUNIT_EXPECT_EQ(test, peek_error(USER_PAGE(1)), -EFAULT);
		map_at(test, USER_PAGE(3), 1);
		KUNIT_EXPECT_EQ(test, peek(USER_PAGE(3)), 0ULL);
	}
}

static void one_flush_for_many_pages(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	unsigned long flushes;

	if (page_debug & PAGE_DEBUG_UNMAP)
		kunit_skip(test, "freed pages are flushed one by one");
	map_at(test, USER_BASE, GATHER_PAGES);
	for (unsigned long i = 0; i < GATHER_PAGES; i++)
		KUNIT_EXPECT_EQ(test, poke(USER_PAGE(i), i), 0);
	flushes = tlb_flush_count();
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_BASE, GATHER_PAGES * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, tlb_flush_count() - flushes, 1);
	/* Nothing was there: nothing to forget. */
	map_at(test, USER_BASE, 4);
	flushes = tlb_flush_count();
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_BASE, 4 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, tlb_flush_count(), flushes);
	/*
	 * An entry that another CPU may hold is replaced: forgotten first. Made writable as it
	 * stands: not.
	 */
	map_at(test, USER_BASE, 1);
	KUNIT_EXPECT_EQ(test, peek(USER_BASE), 0ULL);
	flushes = tlb_flush_count();
	KUNIT_EXPECT_EQ(test, poke(USER_BASE, 1), 0);
	KUNIT_EXPECT_EQ(test, tlb_flush_count() - flushes, 1);
}

/* Half of all addresses with three pages in it: the work is that of the pages. */
static void sparse_ranges_are_cheap(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	unsigned long base = (TASK_SIZE + PAGE_SIZE) / 8, size = (TASK_SIZE + PAGE_SIZE) / 2;

	map_at(test, base, size >> PAGE_SHIFT);
	KUNIT_EXPECT_EQ(test, poke(base, 1), 0);
	KUNIT_EXPECT_EQ(test, poke(base + size / 2, 2), 0);
	KUNIT_EXPECT_EQ(test, poke(base + size - 8, 3), 0);
	KUNIT_EXPECT_EQ(test, mm->nr_tables, 3 * PT_TOP);
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, base, size, PROT_READ), 0);
	KUNIT_EXPECT_EQ(test, poke(base + size / 2, 2), -EFAULT);
	KUNIT_EXPECT_EQ(test, peek(base + size - 8), 3ULL);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, base + PAGE_SIZE, size - 2 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, mm->nr_tables, 2 * PT_TOP);
	KUNIT_EXPECT_EQ(test, peek(base), 1ULL);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, base, size), 0);
	KUNIT_EXPECT_EQ(test, mm->nr_tables, 0);
}

/* A page that a driver pinned outlives its mapping, as plain memory. */
static void a_pinned_page_outlives_its_mapping(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	long anon = mm_stat_read(MM_ANON);
	struct page *page;

	map_at(test, USER_BASE, 1);
	KUNIT_EXPECT_EQ(test, poke(USER_BASE, 0x55), 0);
	page = pfn_to_page(pte_pfn(user_entry(test, USER_BASE)));
	get_page(page);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_BASE, PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	KUNIT_EXPECT_EQ(test, *(u64 *)page_address(page), 0x55ULL);
	KUNIT_EXPECT_FALSE(test, page->flags & PG_anon);
	KUNIT_EXPECT_EQ(test, mm_stat_read(MM_ANON), anon);
	put_page(page);
}

/* --- the check itself --- */

static void expect_entry_caught(struct kunit *test, const char *what, unsigned long addr,
				pte_t wrong)
{
	struct mm_struct *mm = test_mm(test);
	pte_t *slot = pt_slot(mm->pgd, addr, 0, NULL), right = pte_get(slot);

	pte_set(slot, addr, wrong);
	KUNIT_EXPECT_FALSE_MSG(test, mm_valid(mm), "%s", what);
	pte_set(slot, addr, right);
	KUNIT_EXPECT_TRUE_MSG(test, mm_valid(mm), "%s", what);
}

static void damage_is_caught(struct kunit *test)
{
	unsigned long far = PAGE_ALIGN(TASK_SIZE / 2);
	struct mm_struct *mm = test_mm(test);
	pte_t own, zero;

	map_anon(test, 0, 2, PROT_READ);
	map_anon(test, 2, 2, PROT_RW);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(0)), 0ULL);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(2), 1), 0);
	zero = user_entry(test, USER_PAGE(0));
	own = user_entry(test, USER_PAGE(2));
	expect_entry_caught(test, "writable zero page", USER_PAGE(0), pte_mkwrite(zero));
	expect_entry_caught(test, "outside any mapping", USER_PAGE(9), zero);
	expect_entry_caught(test, "lost page", USER_PAGE(2), (pte_t){ 0 });
	expect_entry_caught(test, "page mapped twice", USER_PAGE(3), own);
	expect_entry_caught(test, "no access", USER_PAGE(2), pte_modify(own, pgprot_user(0, 0, 0)));
	expect_entry_caught(test, "executable", USER_PAGE(2),
			    pte_modify(own, pgprot_user(1, 1, 1)));
	map_anon(test, 4, 1, PROT_RW);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(4), 1), 0);
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_PAGE(4), PAGE_SIZE, PROT_READ), 0);
	expect_entry_caught(test, "writable, the mapping is not", USER_PAGE(4),
			    pte_mkwrite(user_entry(test, USER_PAGE(4))));
	KUNIT_EXPECT_NOT_NULL(test, user_pt_slot(mm, far)); /* tables that no mapping needs */
	KUNIT_EXPECT_FALSE(test, mm_valid(mm));
	map_at(test, far, 1);
	KUNIT_EXPECT_TRUE(test, mm_valid(mm));
	mm->nr_tables++;
	KUNIT_EXPECT_FALSE(test, mm_valid(mm));
	mm->nr_tables--;
	mm->rss_stat[MM_FILEPAGES]++;
	KUNIT_EXPECT_FALSE(test, mm_valid(mm));
	mm->rss_stat[MM_FILEPAGES]--;
	tlb_flush_all(NULL);
}

static struct kunit_case user_pt_cases[] = {
	KUNIT_CASE(tables_come_and_go),	       KUNIT_CASE(tables_go_with_the_last_mapping),
	KUNIT_CASE(first_and_last_page),       KUNIT_CASE(many_batches),
	KUNIT_CASE(stale_entries_are_flushed), KUNIT_CASE(one_flush_for_many_pages),
	KUNIT_CASE(sparse_ranges_are_cheap),   KUNIT_CASE(a_pinned_page_outlives_its_mapping),
	KUNIT_CASE(damage_is_caught),	       {}
};

static struct kunit_suite user_pt_suite = {
	.name = "user_pt",
	.suite_init = no_samples,
	.suite_exit = samples_again,
	.init = user_fixture_init,
	.exit = user_fixture_exit,
	.test_cases = user_pt_cases,
};
kunit_test_suite(user_pt_suite);
