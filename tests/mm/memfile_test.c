// SPDX-License-Identifier: MIT
/*
 * Self-tests of mm/memfile.c: content, pages, references.
 *
 * Mutations that made the suite fail when tried:
 *   memfile_get_page() takes no reference; the release keeps the pages; the tail of the last page
 *   is not zeroed; a transfer is not cut at the end of the file; all pages of a chunk are one; a
 *   fault beyond the end gets a page (found by the fault suite).
 */
#include <linux/slab.h>
#include <linux/string.h>
#include "tests/mm/user_fixture.h"

#define SIZE (2 * PAGE_SIZE + 1000)

static void reads_what_was_given(struct kunit *test)
{
	struct memfile *mf = pattern_file(test, "f", SIZE);
	u8 *buf = kunit_kmalloc(test, SIZE + 64, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_EXPECT_EQ(test, memfile_nr_pages(mf), 3);
	KUNIT_EXPECT_EQ(test, memfile_read(mf, buf, SIZE + 64, 0), SIZE);
	for (size_t i = 0; i < SIZE; i++)
		KUNIT_ASSERT_EQ_MSG(test, buf[i], pattern_byte(i), "byte %lu", i);
	/* Across a page's end, up to the file's end, at it, beyond it. */
	KUNIT_EXPECT_EQ(test, memfile_read(mf, buf, 16, PAGE_SIZE - 8), 16);
	KUNIT_EXPECT_EQ(test, buf[0], pattern_byte(PAGE_SIZE - 8));
	KUNIT_EXPECT_EQ(test, buf[15], pattern_byte(PAGE_SIZE + 7));
	KUNIT_EXPECT_EQ(test, memfile_read(mf, buf, 16, SIZE - 5), 5);
	KUNIT_EXPECT_EQ(test, memfile_read(mf, buf, 16, SIZE), 0);
	KUNIT_EXPECT_EQ(test, memfile_read(mf, buf, 16, -1ULL), 0);
	KUNIT_EXPECT_EQ(test, memfile_read(mf, buf, 0, 0), 0);
}

static void writes_are_kept(struct kunit *test)
{
	struct memfile *mf = pattern_file(test, "f", SIZE);
	u8 buf[32];

	memset(buf, 0xee, sizeof(buf));
	KUNIT_EXPECT_EQ(test, memfile_write(mf, buf, 32, PAGE_SIZE - 16), 32);
	KUNIT_EXPECT_EQ(test, memfile_write(mf, buf, 32, SIZE - 3), 3);
	KUNIT_EXPECT_EQ(test, memfile_write(mf, buf, 32, SIZE), 0);
	KUNIT_EXPECT_EQ(test, memfile_read(mf, buf, 4, PAGE_SIZE - 18), 4);
	KUNIT_EXPECT_EQ(test, buf[1], pattern_byte(PAGE_SIZE - 17));
	KUNIT_EXPECT_EQ(test, buf[2], 0xee);
	/* The given bytes are read, never written. */
	KUNIT_EXPECT_EQ(test, mf->bytes[PAGE_SIZE], pattern_byte(PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, mf->bytes[SIZE - 1], pattern_byte(SIZE - 1));
}

static void pages_come_on_demand(struct kunit *test)
{
	struct memfile *mf = pattern_file(test, "f", SIZE);
	long before = mm_stat_read(MM_FILE);
	struct page *page, *again;

	page = memfile_get_page(mf, 2);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, mm_stat_read(MM_FILE), before + 1);
	KUNIT_EXPECT_EQ(test, page_count(page), 2);
	KUNIT_EXPECT_TRUE(test, page->flags & PG_file);
	KUNIT_EXPECT_PTR_EQ(test, (struct memfile *)page->mapping, mf);
	KUNIT_EXPECT_EQ(test, page->private, 2);
	KUNIT_EXPECT_NULL(test, memchr_inv(page_address(page) + 1000, 0, PAGE_SIZE - 1000));
	again = memfile_get_page(mf, 2);
	KUNIT_EXPECT_PTR_EQ(test, again, page);
	KUNIT_EXPECT_EQ(test, page_count(page), 3);
	KUNIT_EXPECT_EQ(test, mm_stat_read(MM_FILE), before + 1);
	put_page(again);
	put_page(page);
}

static void the_last_reference_frees(struct kunit *test)
{
	long before = mm_stat_read(MM_FILE);
	struct memfile *mf = memfile_create("zeroes", NULL, 3 * PAGE_SIZE);
	struct page *page;

	KUNIT_ASSERT_NOT_NULL(test, mf);
	page = memfile_get_page(mf, 0);
	KUNIT_ASSERT_NOT_NULL(test, page);
	put_page(memfile_get_page(mf, 1));
	get_file(&mf->file);
	memfile_put(mf);
	KUNIT_EXPECT_EQ(test, mm_stat_read(MM_FILE), before + 2);
	memfile_put(mf);
	KUNIT_EXPECT_EQ(test, mm_stat_read(MM_FILE), before);
	/* Our own reference is left. */
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	KUNIT_EXPECT_NULL(test, page->mapping);
	KUNIT_EXPECT_FALSE(test, page->flags & PG_file);
	put_page(page);
}

static void mappings_hold_the_file(struct kunit *test)
{
	struct memfile *mf = memfile_create("f", NULL, 4 * PAGE_SIZE);
	struct mm_struct *mm = test_mm(test);
	long before = mm_stat_read(MM_FILE);

	KUNIT_ASSERT_NOT_NULL(test, mf);
	map_file(test, mf, 0, 4, PROT_RW, MAP_SHARED, 0);
	memfile_put(mf); /* as after close() */
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(3), 4), 0);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_PAGE(1), PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(3)), 4ULL);
	KUNIT_EXPECT_EQ(test, mm_stat_read(MM_FILE), before + 1);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_BASE, 4 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, mm_stat_read(MM_FILE), before);
}

static void mapped_and_read_are_one(struct kunit *test)
{
	struct memfile *mf = pattern_file(test, "f", SIZE);
	u64 word = 0;

	map_file(test, mf, 0, 3, PROT_RW, MAP_SHARED, 0);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(1) + 8, 0x1111), 0);
	KUNIT_EXPECT_EQ(test, memfile_read(mf, &word, 8, PAGE_SIZE + 8), 8);
	KUNIT_EXPECT_EQ(test, word, 0x1111ULL);
	word = 0x2222;
	KUNIT_EXPECT_EQ(test, memfile_write(mf, &word, 8, PAGE_SIZE + 16), 8);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(1) + 16), 0x2222ULL);
	/* What a mapping writes behind the end stays out of the file. */
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(2) + 1024, ~1ULL), 0);
	KUNIT_EXPECT_EQ(test, memfile_read(mf, &word, 8, SIZE), 0);
}

static void a_large_file_takes_little(struct kunit *test)
{
	struct memfile *mf = memfile_create("large", NULL, 64UL << 30);
	unsigned long last;
	u64 word = 5;

	KUNIT_ASSERT_NOT_NULL(test, mf);
	last = memfile_nr_pages(mf) - 1;
	KUNIT_EXPECT_EQ(test, memfile_write(mf, &word, 8, (u64)last << PAGE_SHIFT), 8);
	KUNIT_EXPECT_EQ(test, memfile_read(mf, &word, 8, 32ULL << 30), 8);
	KUNIT_EXPECT_EQ(test, word, 0ULL);
	KUNIT_EXPECT_EQ(test, memfile_read(mf, &word, 8, (u64)last << PAGE_SHIFT), 8);
	KUNIT_EXPECT_EQ(test, word, 5ULL);
	memfile_put(mf);
	KUNIT_EXPECT_NULL(test, memfile_create("too large", NULL, -1UL));
	KUNIT_EXPECT_NULL(test, memfile_create("too large", NULL, 8UL << 40));
}

static void no_memory_for_a_page(struct kunit *test)
{
	struct memfile *mf = pattern_file(test, "f", SIZE);
	long before = mm_stat_read(MM_FILE);
	u64 word = 0;

	KUNIT_EXPECT_EQ(test, memfile_read(mf, &word, 8, 0), 8);
	memory_exhaust(test);
	KUNIT_EXPECT_NULL(test, memfile_get_page(mf, 1));
	KUNIT_EXPECT_EQ(test, memfile_read(mf, &word, 8, PAGE_SIZE), -ENOMEM);
	KUNIT_EXPECT_EQ(test, memfile_read(mf, &word, 8, PAGE_SIZE - 4), 4);
	KUNIT_EXPECT_EQ(test, mm_stat_read(MM_FILE), before + 1);
	memory_release(test);
	KUNIT_EXPECT_EQ(test, memfile_read(mf, &word, 8, PAGE_SIZE), 8);
	KUNIT_EXPECT_EQ(test, word & 0xff, (u64)pattern_byte(PAGE_SIZE));
}

static void the_name_is_cut(struct kunit *test)
{
	char name[100];
	struct memfile *mf;

	memset(name, 'n', sizeof(name));
	name[99] = 0;
	mf = memfile_create(name, NULL, 0);
	KUNIT_ASSERT_NOT_NULL(test, mf);
	KUNIT_EXPECT_EQ(test, strlen(mf->file.f_name), MEMFILE_NAME - 1);
	KUNIT_EXPECT_EQ(test, memfile_nr_pages(mf), 0);
	memfile_put(mf);
}

static struct kunit_case memfile_cases[] = {
	KUNIT_CASE(reads_what_was_given),      KUNIT_CASE(writes_are_kept),
	KUNIT_CASE(pages_come_on_demand),      KUNIT_CASE(the_last_reference_frees),
	KUNIT_CASE(mappings_hold_the_file),    KUNIT_CASE(mapped_and_read_are_one),
	KUNIT_CASE(a_large_file_takes_little), KUNIT_CASE(no_memory_for_a_page),
	KUNIT_CASE(the_name_is_cut),	       {}
};

static struct kunit_suite memfile_suite = {
	.name = "memfile",
	.init = user_fixture_init,
	.exit = user_fixture_exit,
	.test_cases = memfile_cases,
};
kunit_test_suite(memfile_suite);
