/* SPDX-License-Identifier: MIT */
/* What the tests of vmalloc and vmap share: page counts, marked memory, pages of one's own. */
#ifndef TESTS_MM_VMAP_FIXTURE_H
#define TESTS_MM_VMAP_FIXTURE_H

#include <kunit/test.h>
#include <linux/mm.h>

#define GFP_QUIET (GFP_KERNEL | __GFP_NOWARN)

/* Everything there is: free pages, and those that became kernel tables. */
static inline unsigned long all_pages(void)
{
	mm_quiesce();
	return nr_free_pages() + mm_stat_read(MM_KERNEL_TABLES);
}

/* The first word of each page says whose it is. */
static inline void mark_pages(void *p, unsigned long pages, u64 seed)
{
	for (unsigned long i = 0; i < pages; i++)
		*(u64 *)(p + i * PAGE_SIZE) = seed + i;
}

static inline bool marks_stand(const void *p, unsigned long pages, u64 seed)
{
	for (unsigned long i = 0; i < pages; i++) {
		if (*(const u64 *)(p + i * PAGE_SIZE) != seed + i)
			return false;
	}
	return true;
}

/* Page i carries its number in its first word. */
static inline void alloc_each(struct kunit *test, struct page **pages, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		pages[i] = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, pages[i]);
		*(u64 *)page_address(pages[i]) = i;
	}
}

static inline void free_each(struct page **pages, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		__free_page(pages[i]);
}

#endif
