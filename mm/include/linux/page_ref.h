/* SPDX-License-Identifier: MIT */
/*
 * The count of a struct page by itself: no search for the head of its block, nothing freed. Names are
 * Linux's; theory in mm/page_ref.c. Any context.
 */
#ifndef LINUX_PAGE_REF_H
#define LINUX_PAGE_REF_H

#include <linux/atomic.h>
#include <linux/mm_types.h>

/* This struct page's own count. */
static inline int page_ref_count(const struct page *page)
{
	return READ_ONCE(page->_refcount.counter);
}

static inline void page_ref_inc(struct page *page)
{
	atomic_inc(&page->_refcount);
}

static inline void page_ref_dec(struct page *page)
{
	atomic_dec(&page->_refcount);
}

static inline void page_ref_add(struct page *page, int nr)
{
	atomic_add(nr, &page->_refcount);
}

static inline void page_ref_sub(struct page *page, int nr)
{
	atomic_sub(nr, &page->_refcount);
}

static inline int page_ref_dec_and_test(struct page *page)
{
	return atomic_dec_and_test(&page->_refcount);
}

/* Add, unless the count is `u`. With (page, 1, 0): a reference to what may be free by now. */
static inline bool page_ref_add_unless(struct page *page, int nr, int u)
{
	return atomic_add_unless(&page->_refcount, nr, u);
}

/* From `count` to 0, so that nobody can take a reference; false: it was another number. */
static inline int page_ref_freeze(struct page *page, int count)
{
	return atomic_cmpxchg(&page->_refcount, count, 0) == count;
}

static inline void page_ref_unfreeze(struct page *page, int count)
{
	atomic_set_release(&page->_refcount, count);
}

#define folio_try_get(folio) page_ref_add_unless(&(folio)->page, 1, 0)

#endif
