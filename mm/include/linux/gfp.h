/* SPDX-License-Identifier: MIT */
/* What an allocation may do to be satisfied, and the page allocator's interface. Names and meaning are Linux 6.12's. */
#ifndef LINUX_GFP_H
#define LINUX_GFP_H

#include <asm/page.h>
#include <linux/alloc_tag.h>
#include <linux/lockdep.h>
#include <linux/mm_types.h>
#include <linux/numa.h>

/* Where from */
#define __gfp_flag(bit) ((__force gfp_t)(1u << (bit)))

#define __GFP_DMA     __gfp_flag(0)
#define __GFP_HIGHMEM __gfp_flag(1) /* no such zone on 64 bit: accepted */
#define __GFP_DMA32   __gfp_flag(2)
/* Which neighbours: pages that can move, or be reclaimed, are kept apart from those that can't. */
#define __GFP_MOVABLE	  __gfp_flag(3)
#define __GFP_RECLAIMABLE __gfp_flag(4)
/* How hard */
#define __GFP_HIGH	     __gfp_flag(5) /* may use half of the reserve below min */
#define __GFP_IO	     __gfp_flag(6)
#define __GFP_FS	     __gfp_flag(7)
#define __GFP_ZERO	     __gfp_flag(8)
#define __GFP_DIRECT_RECLAIM __gfp_flag(10) /* the caller can sleep */
#define __GFP_KSWAPD_RECLAIM __gfp_flag(11)
#define __GFP_WRITE	     __gfp_flag(12)
#define __GFP_NOWARN	     __gfp_flag(13)
#define __GFP_RETRY_MAYFAIL  __gfp_flag(14)
#define __GFP_NOFAIL	     __gfp_flag(15)
#define __GFP_NORETRY	     __gfp_flag(16)
#define __GFP_MEMALLOC	     __gfp_flag(17) /* may use the whole reserve */
#define __GFP_COMP	     __gfp_flag(18)
#define __GFP_NOMEMALLOC     __gfp_flag(19)
#define __GFP_HARDWALL	     __gfp_flag(20)
#define __GFP_THISNODE	     __gfp_flag(21)
#define __GFP_ACCOUNT	     __gfp_flag(22)
#define __GFP_ZEROTAGS	     __gfp_flag(23)
#define __GFP_BITS_SHIFT     26
#define __GFP_RECLAIM	     (__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)

#define GFP_ATOMIC	     (__GFP_HIGH | __GFP_KSWAPD_RECLAIM)
#define GFP_KERNEL	     (__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_KERNEL_ACCOUNT   (GFP_KERNEL | __GFP_ACCOUNT)
#define GFP_NOWAIT	     (__GFP_KSWAPD_RECLAIM | __GFP_NOWARN)
#define GFP_NOIO	     (__GFP_RECLAIM)
#define GFP_NOFS	     (__GFP_RECLAIM | __GFP_IO)
#define GFP_USER	     (__GFP_RECLAIM | __GFP_IO | __GFP_FS | __GFP_HARDWALL)
#define GFP_DMA		     __GFP_DMA
#define GFP_DMA32	     __GFP_DMA32
#define GFP_HIGHUSER	     (GFP_USER | __GFP_HIGHMEM)
#define GFP_HIGHUSER_MOVABLE (GFP_HIGHUSER | __GFP_MOVABLE)

#define MAX_PAGE_ORDER	   10
#define NR_PAGE_ORDERS	   (MAX_PAGE_ORDER + 1)
#define MAX_ORDER_NR_PAGES (1UL << MAX_PAGE_ORDER)

static inline bool gfpflags_allow_blocking(gfp_t gfp)
{
	return gfp & __GFP_DIRECT_RECLAIM;
}

/* Debug builds: is this a place for a request that may sleep, and that may call shrinkers? */
#ifdef QUARRY_DEBUG
#define might_alloc(gfp)                                      \
	do {                                                  \
		might_reclaim(gfp);                           \
		might_sleep_if(gfpflags_allow_blocking(gfp)); \
	} while (0)
void might_reclaim(gfp_t gfp);
#else
#define might_alloc(gfp) ((void)(gfp))
#endif

/* Smallest order whose block holds `size` bytes; 0 for size 0 or 1 as well. */
static inline __attribute_const__ int get_order(unsigned long size)
{
	if (size <= PAGE_SIZE)
		return 0;
	return 64 - __builtin_clzl((size - 1) >> PAGE_SHIFT);
}

void __free_pages(struct page *page, unsigned int order);
void free_pages(unsigned long addr, unsigned int order);
void *alloc_pages_exact(size_t size, gfp_t gfp) __must_check __malloc __alloc_size(1);
void free_pages_exact(void *virt, size_t size);
void split_page(struct page *page, unsigned int order);

/* On behalf of a tag (linux/alloc_tag.h). */
struct page *alloc_pages_tagged(gfp_t gfp, unsigned int order, unsigned int tag) __must_check;
unsigned long __get_free_pages_tagged(gfp_t gfp, unsigned int order, unsigned int tag) __must_check;
unsigned long alloc_pages_bulk_array_tagged(gfp_t gfp, unsigned long nr_pages, struct page **pages,
					    unsigned int tag);

/* The functions, for who needs an address; calls are macros, which note their place. */
static inline __must_check struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	return alloc_pages_tagged(gfp, order, ALLOC_TAG_CALLER());
}

static inline __must_check unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	return __get_free_pages_tagged(gfp, order, ALLOC_TAG_CALLER());
}

static inline unsigned long alloc_pages_bulk_array(gfp_t gfp, unsigned long nr_pages,
						   struct page **pages)
{
	return alloc_pages_bulk_array_tagged(gfp, nr_pages, pages, ALLOC_TAG_CALLER());
}

#define alloc_pages(...)	    alloc_pages_tagged(__VA_ARGS__, ALLOC_TAG_HERE())
#define __get_free_pages(...)	    __get_free_pages_tagged(__VA_ARGS__, ALLOC_TAG_HERE())
#define alloc_pages_bulk_array(...) alloc_pages_bulk_array_tagged(__VA_ARGS__, ALLOC_TAG_HERE())
#define alloc_pages_exact(...)	    alloc_hooks(alloc_pages_exact(__VA_ARGS__))

static inline __must_check struct page *alloc_pages_node_tagged(int nid, gfp_t gfp,
								unsigned int order,
								unsigned int tag)
{
	(void)nid;
	return alloc_pages_tagged(gfp, order, tag);
}

static inline struct page *alloc_pages_node(int nid, gfp_t gfp, unsigned int order)
{
	return alloc_pages_node_tagged(nid, gfp, order, ALLOC_TAG_CALLER());
}
#define alloc_pages_node(...) alloc_pages_node_tagged(__VA_ARGS__, ALLOC_TAG_HERE())

#define alloc_page(gfp)	     alloc_pages(gfp, 0)
#define __free_page(page)    __free_pages(page, 0)
#define __get_free_page(gfp) __get_free_pages(gfp, 0)
#define free_page(addr)	     free_pages(addr, 0)
#define get_zeroed_page(gfp) __get_free_pages((gfp) | __GFP_ZERO, 0)

/* A block that is counted as one: free it with folio_put(). */
static inline __must_check struct folio *folio_alloc(gfp_t gfp, unsigned int order)
{
	return (struct folio *)(alloc_pages)(gfp | __GFP_COMP, order);
}
#define folio_alloc(...) alloc_hooks(folio_alloc(__VA_ARGS__))

#endif
