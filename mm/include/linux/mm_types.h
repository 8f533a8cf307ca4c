/* SPDX-License-Identifier: MIT */
/*
 * struct page: 32 bytes for every 4 KiB of RAM (Linux: 64).
 *
 * A block of 2^order pages has one mark, in its first page: {type, order}. The other pages of the
 * block keep mark 0, so allocating, freeing, splitting and merging touch one or two struct pages
 * whatever the order; page_head() finds the head of any page among the ten aligned candidates.
 * Pages of a slab are the exception: each is marked, with its distance from the head.
 *
 * The last 16 bytes mean what the page's type says:
 *
 *	PAGE_FREE, PAGE_PCP   next/prev: pfns of the neighbours in the free list (0: none)
 *	PAGE_SLAB             next/prev: slabs of the same list; owner: cache id; objects,
 *	                      inuse, free: see below, and slab.c, 4
 *	PAGE_KMALLOC          size: bytes asked for
 *	PAGE_TABLE            owner: entries in use
 *	others                lru, private and mapping belong to whoever allocated the page
 */
#ifndef LINUX_MM_TYPES_H
#define LINUX_MM_TYPES_H

#include <asm/page.h>
#include <linux/build_bug.h>
#include <linux/types.h>

enum page_type {
	PAGE_NONE,     /* not the head of anything: a tail, or memory the allocator does not have */
	PAGE_FREE,     /* head of a block in the buddy */
	PAGE_PCP,      /* head of a block in a per-CPU list */
	PAGE_USED,     /* head of an allocated block */
	PAGE_SLAB,
	PAGE_KMALLOC,  /* head of a large kmalloc block */
	PAGE_TABLE,    /* a page table */
	PAGE_RESERVED, /* held since boot: struct pages themselves */
	NR_PAGE_TYPES
};

/* page->flags */
#define PG_compound (1u << 0) /* allocated with __GFP_COMP: put_page() on any page is for all */
#define PG_anon	    (1u << 1) /* anonymous user memory */
#define PG_file	    (1u << 2) /* belongs to a file's pages */
#define PG_movable  (1u << 3) /* allocated with __GFP_MOVABLE */
#define PG_reclaimable (1u << 4)

struct page {
	u8 flags;
	u8 block;  /* in the first page of a pageblock: its mobility; written under zone->lock */
	u16 place; /* slab pages: their cache's, see mm/slab.h; 0 in all others */
	union {
		struct {
			u8 type;  /* enum page_type */
			u8 order; /* of the block, in its head */
		};
		u16 mark; /* both at once */
	};
	union {
		u16 tail; /* slab pages: pages from the head */
		u16 tag;  /* the head of any other allocated block: who called, see alloc_tag.c */
	};
	atomic_t _refcount;
	union {
		atomic_t _mapcount; /* user mappings; 0 is none, so that tails are right untouched */
		u32 objects;	    /* slab of up to 32 objects: a set bit is a free one */
	};
	union {
		struct {
			u32 next, prev; /* pfns */
			u16 object_tag[2]; /* slab of objects of 2 KiB and more: see slab.h */
			union {
				u32 index;
				struct {
					u16 inuse; /* slab: objects with users or in magazines */
					u16 free;  /* slab: word of the map where a search starts */
				};
			};
		};
		struct {
			u64 __links;
			u64 size;
		};
		struct list_head lru;
		struct {
			void *mapping;
			unsigned long private;
		};
		struct rcu_head rcu_head; /* a slab in no list, whose readers are waited for */
	};
};
static_assert(sizeof(struct page) == 32, "struct page is 32 bytes: half of Linux's");

/* A block of pages by its first page: never a tail. */
struct folio {
	struct page page;
};

#define PAGE_MARK(type, order) ((u16)((type) | (order) << 8))

#endif
