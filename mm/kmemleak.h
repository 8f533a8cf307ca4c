/* SPDX-License-Identifier: MIT */
/* What the files of the search for leaks share. Theory in kmemleak.c. */
#ifndef MM_KMEMLEAK_H
#define MM_KMEMLEAK_H

#include <linux/kmemleak.h>
#include <linux/list.h>
#include <linux/mm.h>

/* ---- Blocks (kmemleak_mark.c) ---- */

enum block_kind {
	BLOCK_OBJECT, /* of a slab */
	BLOCK_PAGES,  /* of the page allocator, large kmalloc() blocks included */
	BLOCK_AREA,   /* of the vmalloc region, or of modules' */
	BLOCK_PERCPU,
	BLOCK_KFENCE,
	BLOCK_OWN, /* kmemleak_alloc()'s */
};

struct kfence_object;
struct note;

/* What somebody was given: addresses [start, start + size). Per-CPU memory: CPU 0's. */
struct block {
	unsigned long start, size;
	u32 number;
	enum block_kind kind;
	union {
		struct kmem_cache *cache;
		struct page *page; /* the head */
		struct vm_struct *area;
		const struct kfence_object *sample;
		struct note *note;
	};
};

/* How much a heap needs. */
struct heap_size {
	u32 numbers, sections, areas, own;
};

struct area_range {
	unsigned long start, end;
	struct vm_struct *vm;
};

/*
 * All blocks, numbered from 1, and what a scan knows of each. One piece of vmalloc() memory, which is
 * no block to itself. All of it is its scan's.
 */
struct heap {
	struct heap_size room, used;
	u32 **first; /* by section: for each page the number of the block, or of the slab's object 0 */
	u32 *pool; /* the arrays that those are */
	unsigned long nr_first;
	struct area_range *area; /* by address */
	struct note **own;	 /* by address */
	u32 first_area, first_percpu, first_sample, first_own;
	unsigned long own_low, own_high; /* where the caller's own blocks are */

	unsigned long *marked;	/* a root leads to it */
	unsigned long *scanned; /* and its words have been looked at */
	unsigned long *noted;	/* there is a note of it */
	u32 *found;		/* own blocks: how many words lead to it */

	struct block *todo; /* marked, not scanned */
	unsigned int nr_todo, max_todo;
	bool overflow; /* one was marked that had no room there */

	unsigned long at; /* the word that leads to what is marked; 0: no word does */
	struct kmemleak_scan *scan; /* the result */
	u32 *leak_number;	    /* of scan->leak[] */
	struct kmemleak_leak
		*holder; /* not NULL: whose words are looked at, to find what it holds */
};

#define HEAP_TODO 2048

typedef void (*block_fn)(struct heap *h, const struct block *b);

/* All of these: nobody else runs. */
void heap_measure(struct heap_size *size);
void heap_number(struct heap *h);
/* `on`: for each CPU, an address on the stack that it is on. */
void heap_mark(struct heap *h, const unsigned long *on, unsigned int nr);
void heap_each(struct heap *h, block_fn fn);
bool heap_find(struct heap *h, unsigned long v, struct block *b);
void heap_scan_block(struct heap *h, const struct block *b);
/* What the tag of a block is; with TAG_NOTED. */
u32 block_tag(const struct block *b);

static inline bool bit_test(const unsigned long *map, u32 n)
{
	return map[n / 64] >> (n % 64) & 1;
}

static inline void bit_set(unsigned long *map, u32 n)
{
	map[n / 64] |= 1UL << (n % 64);
}

static inline bool heap_fits(const struct heap_size *need, const struct heap_size *room)
{
	return need->numbers <= room->numbers && need->sections <= room->sections &&
	       need->areas <= room->areas && need->own <= room->own;
}

static inline bool heap_is_marked(const struct heap *h, u32 number)
{
	return bit_test(h->marked, number);
}

/* ---- Notes (kmemleak_note.c) ---- */

enum note_flag {
	NOTE_NOT_LEAK = 1,
	NOTE_IGNORE = 2,
	NOTE_NO_SCAN = 4,
	NOTE_REPORTED = 8,
	NOTE_OWN = 16,
	NOTE_TRANSIENT = 32,
};

/* L: note_lock, or nobody else runs */
struct note {
	struct hlist_node node; /* L */
	unsigned long start;	/* of the block */
	unsigned long size;	/* of an own block, or an area of it to be scanned */
	int min_count;		/* of an own block */
	unsigned int flags;	/* L: NOTE_* */
	struct note *
		areas; /* L: chain, by this: its areas to be scanned; then it is a note only by these */
};

struct noscan_range {
	unsigned long start, end;
};
#define NOSCAN_RANGES (16 + NR_CPUS)
extern unsigned long asked_not; /* kmemleak_ask()'s */
extern struct noscan_range noscan[NOSCAN_RANGES];
extern unsigned int nr_noscan;

void note_init(void);
/* Add flags to what is noted of the block that starts at `start`. Any context but NMI. */
void note_add(unsigned long start, unsigned int flags);
/* Nobody else runs: the note of what starts there, perhaps of an earlier block; NULL: there is none. */
struct note *note_find(unsigned long start);
void note_each(void (*fn)(struct note *n, void *arg), void *arg);

#endif
