/* SPDX-License-Identifier: MIT */
/*
 * Per-CPU memory made at run time: its structures, for percpu.c, whose theory is meant here, and for who
 * walks over all of it while nobody changes any (kmemleak_mark.c).
 */
#ifndef MM_PERCPU_H
#define MM_PERCPU_H

#include <linux/bitmap.h>
#include <linux/list.h>
#include <linux/percpu.h>

#define CHUNK_SIZE    (2 * PCPU_MIN_UNIT_SIZE)
#define CHUNK_PAGES   (CHUNK_SIZE >> PAGE_SHIFT)
#define GRANULE	      8UL
#define GRANULES      ((unsigned int)(CHUNK_SIZE / GRANULE))
#define PAGE_GRANULES ((unsigned int)(PAGE_SIZE / GRANULE))
#define NR_CHUNKS     ((unsigned int)(PERCPU_SIZE / CHUNK_SIZE))
#define NR_SLOTS      15 /* largest free run: none, 1, 2 … 3, 4 … 7, …, 8192 */

/* R: read-only once it is in the table  P: pcpu_lock  M: populate_mutex */
struct chunk {
	unsigned int index;			/* R: in chunk_table[] */
	struct list_head in_slot;		/* P */
	unsigned int free;			/* P: granules */
	unsigned int largest;			/* P: the largest run of them */
	DECLARE_BITMAP(populated, CHUNK_PAGES); /* M and P to write, either to read */
	DECLARE_BITMAP(taken, GRANULES);	/* P */
	DECLARE_BITMAP(starts, GRANULES);	/* P */
	u16 *tag; /* R: P inside: whose, of those that start (alloc_tag.c); NULL: nobody's */
};

extern struct chunk *chunk_table[NR_CHUNKS]; /* M and P to write, either to read */

/* CPU 0's address. A chunk doesn't keep it: it would be a reference to what stands there (kmemleak.c). */
static inline unsigned long chunk_start(const struct chunk *c)
{
	return PERCPU_START + c->index * CHUNK_SIZE;
}

/* Where something is, or may be put. */
struct place {
	struct chunk *chunk;
	unsigned int at, n; /* granules */
	unsigned int tag;   /* of who wants it */
	unsigned long addr; /* of one that was taken: what refers to it until it is handed out */
};

/* The memory of the linked variables of a CPU but the first, where its offset leads. R */
struct percpu_area {
	unsigned long start, end;
};
extern struct percpu_area percpu_linked[];
extern unsigned int nr_percpu_linked;

enum wrong { RIGHT, FOREIGN, OTHER_CPUS, INSIDE, FREE };

/* Whose copy `addr` is, as an address of CPU 0. False: nobody's. */
bool percpu_to_first_cpu(unsigned long *addr, unsigned int *whose);
/* What starts at CPU 0's address `addr`, or, if nothing does, what that address is in. P */
enum wrong percpu_place_of(unsigned long addr, struct place *p);
/* How many granules belong to what starts at granule `at`. P */
unsigned int percpu_taken_from(const struct chunk *c, unsigned int at);

#endif
