/* SPDX-License-Identifier: MIT */
/*
 * What the tests of reclaim share: a larder, which is a shrinker with pages behind it, and the DMA zone as a small
 * machine that is short of memory as a whole.
 */
#ifndef TESTS_MM_RECLAIM_FIXTURE_H
#define TESTS_MM_RECLAIM_FIXTURE_H

#include <kunit/test.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/shrinker.h>
#include <linux/spinlock.h>

/* What the zone must have, in pages. */
#define ZONE_ENOUGH 1500

/* Takes what is free, and disturbs nobody. */
#define GFP_FILL (GFP_DMA | __GFP_NOWARN)
/* May reclaim by itself; doesn't wake kswapd. */
#define GFP_WANT (GFP_DMA | __GFP_NOWARN | __GFP_DIRECT_RECLAIM | __GFP_IO | __GFP_FS)

struct larder {
	struct shrinker *shrinker;
	spinlock_t lock;
	struct list_head pages; /* lock */
	unsigned long nr;	/* lock */
	/* What scan_objects() does; NULL: larder_give(). */
	unsigned long (*scan)(struct larder *l, struct shrink_control *sc);
	unsigned long claims; /* objects that it says it has besides its pages */
	unsigned int give;    /* pages a scan gives at most; 0: what it is asked for */
	atomic_t counts, scans, by_kswapd;
	gfp_t gfp;	    /* of the last scan */
	unsigned int flags; /* of the task that scanned last */
};

/*
 * The zone's share of the reserve is that of a machine of half a gigabyte at least, for as long as a
 * case runs: on a large one it may be a page.
 */
void marks_raise(void);
void marks_restore(void);

/* A larder without anything in it, registered. Fails the case if there is no memory. */
void larder_open(struct kunit *test, struct larder *l, const char *name);
/* The end of its shrinker, and of all pages that it has. */
void larder_close(struct larder *l);
/* Put all pages of the DMA zone into it that requests with `gfp` may have. Returns how many. */
unsigned long larder_fill(struct larder *l, gfp_t gfp);
/* Give pages back, as scan_objects() should. */
unsigned long larder_give(struct larder *l, struct shrink_control *sc);

/* Wait until kswapd has nothing to do. */
void kswapd_settle(void);

/* Single pages in a chain, through page->private. */
struct page *chain_take(struct page *chain, gfp_t gfp, unsigned long max);
void chain_free(struct page *chain);

/* What is free, and what became kernel page tables, when all caches are empty. */
unsigned long pages_settled(void);

#endif
