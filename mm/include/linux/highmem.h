/* SPDX-License-Identifier: MIT */
/*
 * Access to pages by struct page. All memory is in the direct map, so nothing is mapped here; what
 * the functions forbid meanwhile they still forbid, for code that runs elsewhere too.
 *
 * Context: any, but kmap(), which may sleep where there is high memory and so must not be called in
 * atomic context. A part of a page must lie within it.
 */
#ifndef LINUX_HIGHMEM_H
#define LINUX_HIGHMEM_H

#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <quarry/assert.h>

static inline void *kmap(struct page *page)
{
	might_sleep();
	return page_address(page);
}

static inline void kunmap(struct page *page)
{
}

static inline void *kmap_local_page(struct page *page)
{
	return page_address(page);
}

static inline void *kmap_local_folio(struct folio *folio, size_t offset)
{
	return page_address(&folio->page) + offset;
}

/* In reverse order of mapping; `addr` is any address in the page. */
#define kunmap_local(addr) ((void)(addr))

/* Until kunmap_atomic(): no preemption, no page faults. */
static inline void *kmap_atomic(struct page *page)
{
	preempt_disable();
	pagefault_disable();
	return page_address(page);
}

#define kunmap_atomic(addr)         \
	do {                        \
		(void)(addr);       \
		pagefault_enable(); \
		preempt_enable();   \
	} while (0)

/* Caches are not split by address. */
static inline void flush_dcache_page(struct page *page)
{
}

static inline void clear_highpage(struct page *page)
{
	clear_page(page_address(page));
}

static inline void copy_highpage(struct page *to, struct page *from)
{
	copy_page(page_address(to), page_address(from));
}

/* The address of [offset, offset + len) in a page. */
static inline char *__page_part(struct page *page, size_t offset, size_t len)
{
	assert_debug(offset <= PAGE_SIZE && len <= PAGE_SIZE - offset);
	return (char *)page_address(page) + offset;
}

static inline void memcpy_page(struct page *dst_page, size_t dst_off, struct page *src_page,
			       size_t src_off, size_t len)
{
	memcpy(__page_part(dst_page, dst_off, len), __page_part(src_page, src_off, len), len);
}

static inline void memset_page(struct page *page, size_t offset, int val, size_t len)
{
	memset(__page_part(page, offset, len), val, len);
}

static inline void memcpy_from_page(char *to, struct page *page, size_t offset, size_t len)
{
	memcpy(to, __page_part(page, offset, len), len);
}

static inline void memcpy_to_page(struct page *page, size_t offset, const char *from, size_t len)
{
	memcpy(__page_part(page, offset, len), from, len);
}

static inline void memzero_page(struct page *page, size_t offset, size_t len)
{
	memset(__page_part(page, offset, len), 0, len);
}

/* Zero [start1, end1) and [start2, end2). */
static inline void zero_user_segments(struct page *page, unsigned int start1, unsigned int end1,
				      unsigned int start2, unsigned int end2)
{
	if (end1 > start1)
		memzero_page(page, start1, end1 - start1);
	if (end2 > start2)
		memzero_page(page, start2, end2 - start2);
}

static inline void zero_user_segment(struct page *page, unsigned int start, unsigned int end)
{
	zero_user_segments(page, start, end, 0, 0);
}

static inline void zero_user(struct page *page, unsigned int start, unsigned int size)
{
	zero_user_segments(page, start, start + size, 0, 0);
}

#endif
