// SPDX-License-Identifier: MIT
/*
 * Self-tests of mm/gup.c: a buffer of the program's that a device works on; what can't be pinned; what
 * is counted, and that it survives whatever happens to the mapping.
 *
 * Mutations that made the suite fail when tried: tests/mutate/gup.mut; and in mm/fault.c: a pinned page
 * is copied by the next write; the zero page is handed out.
 */
#include <linux/slab.h>
#include <linux/string.h>
#include "mm/internal.h"
#include "tests/mm/smp_fixture.h"
#include "tests/mm/user_fixture.h"

#define BIAS GUP_PIN_COUNTING_BIAS

static struct page *page_at(struct kunit *test, unsigned long addr)
{
	return pfn_to_page(pte_pfn(user_entry(test, addr)));
}

/* A transfer: the program gives a buffer, the device fills it, meanwhile the program goes on. */
static void a_buffer_is_pinned(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	struct page *pages[3];
	long anon;

	map_anon(test, 0, 3, PROT_RW);
	KUNIT_ASSERT_EQ(test, poke(USER_PAGE(1), 5), 0);
	KUNIT_ASSERT_EQ(test, pin_user_pages_fast(USER_PAGE(0) + 100, 3, FOLL_WRITE, pages), 3);
	anon = mm_stat_read(MM_ANON);
	for (int i = 0; i < 3; i++) {
		KUNIT_EXPECT_PTR_EQ(test, pages[i], page_at(test, USER_PAGE(i)));
		KUNIT_EXPECT_EQ(test, page_count(pages[i]), 1 + BIAS);
		KUNIT_EXPECT_EQ(test, page_mapcount(pages[i]), 1);
		KUNIT_EXPECT_TRUE(test, page_maybe_dma_pinned(pages[i]));
		*(u64 *)page_address(pages[i]) = 20 + i;
		KUNIT_EXPECT_EQ(test, peek(USER_PAGE(i)), (u64)(20 + i));
	}
	/* Made read-only and writable again, and written: device and program stay on one page. */
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_PAGE(0), PAGE_SIZE, PROT_READ), 0);
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_PAGE(0), PAGE_SIZE, PROT_RW), 0);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(0), 9), 0);
	KUNIT_EXPECT_EQ(test, *(u64 *)page_address(pages[0]), 9ULL);
	/* Unmapped: the memory is the device's alone. */
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_PAGE(0), 3 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, mm_stat_read(MM_ANON), anon - 3);
	for (int i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, page_count(pages[i]), BIAS);
		KUNIT_EXPECT_EQ(test, page_mapcount(pages[i]), 0);
	}
	KUNIT_EXPECT_EQ(test, *(u64 *)page_address(pages[2]), 22ULL);
	get_page(pages[2]);
	unpin_user_pages_dirty_lock(pages, 3, true);
	KUNIT_EXPECT_EQ(test, page_count(pages[2]), 1);
	KUNIT_EXPECT_FALSE(test, page_maybe_dma_pinned(pages[2]));
	put_page(pages[2]);
}

/* By who holds the lock already: pins, as far as the mapping goes, and only where it may write. */
static void with_the_lock_held(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	struct page *pages[3] = { NULL };

	map_anon(test, 0, 2, PROT_RW);
	map_anon(test, 4, 1, PROT_READ);
	mmap_read_lock(mm);
	KUNIT_EXPECT_EQ(test, pin_user_pages(USER_PAGE(0), 3, FOLL_WRITE, pages), 2);
	KUNIT_EXPECT_EQ(test, pin_user_pages(USER_PAGE(4), 1, FOLL_WRITE, pages + 2), -EFAULT);
	KUNIT_EXPECT_EQ(test, pin_user_pages(USER_PAGE(8), 1, 0, pages + 2), -EFAULT);
	mmap_read_unlock(mm);
	KUNIT_EXPECT_NULL(test, pages[2]);
	for (int i = 0; i < 2; i++) {
		KUNIT_ASSERT_PTR_EQ(test, pages[i], page_at(test, USER_PAGE(i)));
		KUNIT_EXPECT_EQ(test, page_count(pages[i]), 1 + BIAS);
		*(u64 *)page_address(pages[i]) = 30 + i;
		KUNIT_EXPECT_EQ(test, peek(USER_PAGE(i)), (u64)(30 + i));
		unpin_user_page(pages[i]);
		KUNIT_EXPECT_EQ(test, page_count(pages[i]), 1);
	}
}

/* Plain references count one each, and a write copies what somebody else refers to. */
static void references_are_counted(struct kunit *test)
{
	struct page *pages[2], *twice[2];

	map_anon(test, 0, 2, PROT_RW);
	KUNIT_ASSERT_EQ(test, poke(USER_PAGE(0), 5), 0);
	mmap_read_lock(test_mm(test));
	KUNIT_EXPECT_EQ(test, get_user_pages(USER_PAGE(0), 2, FOLL_WRITE, pages), 2);
	KUNIT_EXPECT_EQ(test, get_user_pages(USER_PAGE(0), 2, 0, twice), 2);
	mmap_read_unlock(test_mm(test));
	for (int i = 0; i < 2; i++) {
		KUNIT_EXPECT_PTR_EQ(test, pages[i], twice[i]);
		KUNIT_EXPECT_EQ(test, page_count(pages[i]), 3);
		put_page(pages[i]);
		put_page(twice[i]);
		KUNIT_EXPECT_EQ(test, page_count(pages[i]), 1);
	}
	KUNIT_EXPECT_EQ(test, get_user_pages_unlocked(USER_PAGE(0), 2, NULL, 0), 2);
	KUNIT_EXPECT_EQ(test, page_count(pages[0]), 1); /* only brought in */
}

/* Memory that nobody wrote is the mapping's own page, read-only, and stays it. */
static void never_written(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	struct page *page, *read;

	map_anon(test, 0, 1, PROT_RW);
	map_anon(test, 4, 1, PROT_READ);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(0)), 0ULL); /* the zero page, until now */
	KUNIT_ASSERT_EQ(test, pin_user_pages_fast(USER_PAGE(0), 1, 0, &page), 1);
	KUNIT_EXPECT_NE(test, page_to_pfn(page), my_zero_pfn(0));
	KUNIT_EXPECT_FALSE(test, pte_write(user_entry(test, USER_PAGE(0))));
	KUNIT_EXPECT_NULL(test, memchr_inv(page_address(page), 0, PAGE_SIZE));
	/* Wanted by somebody who looked before it was its own: it is left as it is. */
	KUNIT_EXPECT_EQ(test, fixup_user_fault(mm, USER_PAGE(0), FAULT_FLAG_UNSHARE), 0);
	KUNIT_EXPECT_PTR_EQ(test, page_at(test, USER_PAGE(0)), page);
	KUNIT_EXPECT_FALSE(test, pte_write(user_entry(test, USER_PAGE(0))));
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(0), 6), 0);
	KUNIT_EXPECT_EQ(test, *(u64 *)page_address(page), 6ULL);
	KUNIT_ASSERT_EQ(test, get_user_pages_fast(USER_PAGE(4), 1, 0, &read), 1);
	KUNIT_EXPECT_NE(test, page_to_pfn(read), my_zero_pfn(0));
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(4), 6), -EFAULT);
	KUNIT_EXPECT_EQ(test, get_mm_counter(mm, MM_ANONPAGES), 2);
	KUNIT_EXPECT_TRUE(test, mm_valid(mm));
	unpin_user_page(page);
	put_page(read);
}

/* A file's page for a moment; for good a private mapping's own. */
static void pages_of_files(struct kunit *test)
{
	struct memfile *mf = pattern_file(test, "f", PAGE_SIZE);
	struct page *page, *own, *files = memfile_get_page(mf, 0);

	map_file(test, mf, 0, 1, PROT_RW, MAP_PRIVATE, 0);
	map_file(test, mf, 4, 1, PROT_RW, MAP_SHARED, 0);
	KUNIT_ASSERT_EQ(test, pin_user_pages_fast(USER_PAGE(0), 1, 0, &page), 1);
	KUNIT_EXPECT_PTR_EQ(test, page, files);
	unpin_user_page(page);
	KUNIT_ASSERT_EQ(test, pin_user_pages_fast(USER_PAGE(0), 1, FOLL_LONGTERM, &own), 1);
	KUNIT_EXPECT_PTR_NE(test, own, files);
	KUNIT_EXPECT_EQ(test, *(u8 *)page_address(own), pattern_byte(0));
	KUNIT_EXPECT_FALSE(test, pte_write(user_entry(test, USER_PAGE(0))));
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(0), 6), 0);
	KUNIT_EXPECT_EQ(test, *(u64 *)page_address(own), 6ULL);
	unpin_user_page(own);
	KUNIT_ASSERT_EQ(test,
			pin_user_pages_fast(USER_PAGE(4), 1, FOLL_WRITE | FOLL_LONGTERM, &page), 1);
	KUNIT_EXPECT_PTR_EQ(test, page, files);
	unpin_user_page(page);
	/* A page that is there to be read is not yet one to be written. */
	map_file(test, mf, 8, 1, PROT_RW, MAP_PRIVATE, 0);
	KUNIT_EXPECT_EQ(test, peek_error(USER_PAGE(8)), 0);
	KUNIT_ASSERT_EQ(test, pin_user_pages_fast(USER_PAGE(8), 1, FOLL_WRITE, &own), 1);
	KUNIT_EXPECT_PTR_NE(test, own, files);
	unpin_user_page(own);
	KUNIT_EXPECT_EQ(test, page_count(files), 3); /* file, shared entry, this test */
	put_page(files);
}

static void not_to_be_had(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	struct page *pages[4] = { NULL };

	map_anon(test, 0, 2, PROT_RW);
	map_anon(test, 2, 1, PROT_READ);
	map_anon(test, 8, 1, PROT_NONE);
	KUNIT_EXPECT_EQ(test, get_user_pages_fast(USER_PAGE(8), 1, 0, pages), -EFAULT);
	KUNIT_EXPECT_EQ(test, get_user_pages_fast(USER_PAGE(9), 1, 0, pages), -EFAULT);
	KUNIT_EXPECT_EQ(test, get_user_pages_fast(USER_PAGE(2), 1, FOLL_WRITE, pages), -EFAULT);
	KUNIT_EXPECT_EQ(test, get_user_pages_fast(USER_PAGE(0), 1, FOLL_NOFAULT, pages), -EFAULT);
	KUNIT_EXPECT_EQ(test, get_user_pages_fast(TASK_SIZE - PAGE_SIZE, 2, 0, pages), -EFAULT);
	KUNIT_EXPECT_EQ(test, get_user_pages_fast(-PAGE_SIZE, 2, 0, pages), -EOVERFLOW);
	KUNIT_EXPECT_EQ(test, get_user_pages_fast(USER_PAGE(0), -1, 0, pages), -EINVAL);
	KUNIT_EXPECT_EQ(test, get_user_pages_fast(USER_PAGE(0), 0, 0, pages), 0);
	KUNIT_EXPECT_EQ(test, get_mm_rss(mm), 0);
	/* As far as it goes. */
	KUNIT_EXPECT_EQ(test, pin_user_pages_unlocked(USER_PAGE(0), 4, pages, FOLL_WRITE), 2);
	KUNIT_EXPECT_NULL(test, pages[2]);
	KUNIT_EXPECT_EQ(test, page_count(pages[1]), 1 + BIAS);
	unpin_user_pages(pages, 2);
	KUNIT_EXPECT_EQ(test, get_user_pages_fast(USER_PAGE(0), 1, FOLL_NOFAULT, pages), 1);
	put_page(pages[0]);
	kthread_unuse_mm(mm);
	KUNIT_EXPECT_EQ(test, get_user_pages_fast(USER_PAGE(0), 1, 0, pages), -EFAULT);
	mmap_read_lock(mm);
	KUNIT_EXPECT_EQ(test, pin_user_pages_remote(mm, USER_PAGE(1), 1, FOLL_WRITE, pages, NULL),
			1);
	KUNIT_EXPECT_EQ(test, get_user_pages_remote(mm, USER_PAGE(1), 2, 0, pages + 1, NULL), 2);
	mmap_read_unlock(mm);
	kthread_use_mm(mm);
	KUNIT_EXPECT_PTR_EQ(test, pages[0], pages[1]);
	KUNIT_EXPECT_EQ(test, page_count(pages[0]), 2 + BIAS);
	unpin_user_page(pages[0]);
	put_page(pages[1]);
	put_page(pages[2]);
}

static void anonymous_only(struct kunit *test)
{
	struct memfile *mf = pattern_file(test, "f", PAGE_SIZE);
	struct page *page;

	map_file(test, mf, 0, 1, PROT_RW, MAP_SHARED, 0);
	map_anon(test, 1, 1, PROT_RW);
	KUNIT_EXPECT_EQ(test, get_user_pages_fast(USER_PAGE(0), 1, FOLL_ANON, &page), -EFAULT);
	KUNIT_ASSERT_EQ(test, get_user_pages_fast(USER_PAGE(1), 1, FOLL_ANON, &page), 1);
	put_page(page);
}

/* Flags that a function doesn't know: a warning, and nothing done. */
static void unknown_flags(struct kunit *test)
{
	unsigned long at = map_anon(test, 0, 1, PROT_RW);
	struct mm_struct *mm = current->mm;
	struct page *page = NULL;
	long ret[6] = { 0 };

	KUNIT_EXPECT_REPORT(test, "FOLL flags 0x100",
			    ret[0] = get_user_pages(at, 1, FOLL_LONGTERM, &page));
	KUNIT_EXPECT_REPORT(test, "FOLL flags 0x100",
			    ret[1] = get_user_pages_unlocked(at, 1, &page, FOLL_LONGTERM));
	KUNIT_EXPECT_REPORT(test, "FOLL flags 0x100",
			    ret[2] = get_user_pages_remote(mm, at, 1, FOLL_LONGTERM, &page, NULL));
	KUNIT_EXPECT_REPORT(test, "FOLL flags 0x80000",
			    ret[3] = pin_user_pages(at, 1, 1u << 19, &page));
	KUNIT_EXPECT_REPORT(test, "FOLL flags 0x80000",
			    ret[4] = pin_user_pages_unlocked(at, 1, &page, 1u << 19));
	KUNIT_EXPECT_REPORT(test, "FOLL flags 0x80000",
			    ret[5] = pin_user_pages_remote(mm, at, 1, 1u << 19, &page, NULL));
	for (unsigned int i = 0; i < ARRAY_SIZE(ret); i++)
		KUNIT_EXPECT_EQ_MSG(test, ret[i], -EINVAL, "call %u", i);
	KUNIT_EXPECT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, get_mm_rss(mm), 0UL);
}

/* Errors of the caller: a warning, and nothing done. */
static void callers_errors(struct kunit *test)
{
	struct page *page;
	long ret = 0;

	map_anon(test, 0, 1, PROT_RW);
	KUNIT_EXPECT_REPORT(test, "FOLL flags",
			    ret = get_user_pages_fast(USER_PAGE(0), 1, FOLL_LONGTERM, &page));
	KUNIT_EXPECT_EQ(test, ret, -EINVAL);
	KUNIT_EXPECT_REPORT(test, "FOLL flags",
			    ret = pin_user_pages_fast(USER_PAGE(0), 1, 1u << 19, &page));
	KUNIT_EXPECT_EQ(test, ret, -EINVAL);
	KUNIT_EXPECT_REPORT(test, "without an array",
			    ret = pin_user_pages_fast(USER_PAGE(0), 1, 0, NULL));
	KUNIT_EXPECT_EQ(test, ret, -EINVAL);
	KUNIT_ASSERT_EQ(test, get_user_pages_fast(USER_PAGE(0), 1, 0, &page), 1);
	KUNIT_EXPECT_REPORT(test, "without a pin", unpin_user_page(page));
	KUNIT_EXPECT_EQ(test, page_count(page), 2);
	put_page(page);
}

static void no_memory(struct kunit *test)
{
	struct page *pages[2];

	map_anon(test, 0, 2, PROT_RW);
	KUNIT_ASSERT_EQ(test, poke(USER_PAGE(0), 1), 0);
	memory_exhaust(test);
	KUNIT_EXPECT_EQ(test, pin_user_pages_fast(USER_PAGE(1), 1, FOLL_WRITE, pages), -ENOMEM);
	KUNIT_EXPECT_EQ(test, pin_user_pages_fast(USER_PAGE(0), 2, FOLL_WRITE, pages), 1);
	memory_release(test);
	KUNIT_EXPECT_EQ(test, page_count(pages[0]), 1 + BIAS);
	unpin_user_page(pages[0]);
}

/* ---- All CPUs at once ---- */

#define NR_PAGES 16

struct pinned {
	struct mm_struct *mm;
	unsigned long at;
};

/*
 * Each pins and writes by the page, then reads by the address what it wrote, in a word of its own;
 * CPU 0 changes the rights meanwhile, so that pages are faulted on again.
 */
static void pin_on_cpu(struct smp_cpu *c)
{
	struct pinned *p = c->shared;

	kthread_use_mm(p->mm);
	do {
		u32 first = smp_rand(c, NR_PAGES), n = 1 + smp_rand(c, min(4u, NR_PAGES - first));
		unsigned long at = p->at + first * PAGE_SIZE, word = (1 + c->id) * 64;
		struct page *pages[4];
		int got = pin_user_pages_fast(at, n, FOLL_WRITE, pages);

		if (got < 0) /* read-only at the moment */
			continue;
		for (int i = 0; i < got; i++)
			*(u64 *)(page_address(pages[i]) + word) = c->rounds + 1;
		for (int i = 0; i < got; i++)
			if (peek(at + i * PAGE_SIZE + word) != c->rounds + 1)
				smp_wrong(c, "device and program see two pages", first + i);
		unpin_user_pages(pages, got);
		if (c->id == 0 && smp_rand(c, 4) == 0) {
			do_mprotect(p->mm, at, n * PAGE_SIZE, PROT_READ);
			do_mprotect(p->mm, at, n * PAGE_SIZE, PROT_RW);
		}
	} while (smp_more(c));
	kthread_unuse_mm(p->mm);
}

static void pins_on_all_cpus(struct kunit *test)
{
	struct pinned p = { test_mm(test), USER_BASE };

	map_anon(test, 0, NR_PAGES, PROT_RW);
	kthread_unuse_mm(p.mm);
	smp_run(test, pin_on_cpu, &p, NULL);
	kthread_use_mm(p.mm);
	KUNIT_EXPECT_TRUE(test, mm_valid(p.mm));
	for (int i = 0; i < NR_PAGES; i++) {
		if (!pte_none(user_entry(test, USER_PAGE(i))))
			KUNIT_EXPECT_EQ(test, page_count(page_at(test, USER_PAGE(i))), 1);
	}
}

static struct kunit_case gup_cases[] = {
	KUNIT_CASE(a_buffer_is_pinned),
	KUNIT_CASE(references_are_counted),
	KUNIT_CASE(never_written),
	KUNIT_CASE(pages_of_files),
	KUNIT_CASE(not_to_be_had),
	KUNIT_CASE(anonymous_only),
	KUNIT_CASE(unknown_flags),
	KUNIT_CASE(callers_errors),
	KUNIT_CASE(no_memory),
	KUNIT_CASE(with_the_lock_held),
	KUNIT_CASE(pins_on_all_cpus),
	{},
};

static struct kunit_suite gup_suite = {
	.name = "gup",
	.init = user_fixture_init,
	.exit = user_fixture_exit,
	.test_cases = gup_cases,
};

kunit_test_suite(gup_suite);
