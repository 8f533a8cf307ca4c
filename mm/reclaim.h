/* SPDX-License-Identifier: MIT */
/* What shrinker.c, reclaim.c and show_mem.c share with each other. Private to mm/; tests may include it. */
#ifndef MM_RECLAIM_H
#define MM_RECLAIM_H

#include <linux/gfp.h>
#include <linux/mmzone.h>
#include <linux/types.h>

/* The share of a cache's objects that a pass scans is 2^-priority: from this down to 0. */
#define DEF_PRIORITY 12

#define SHRINK_BATCH 128UL

/* A pass over all shrinkers: what it met. */
struct shrink_result {
	unsigned long freeable; /* objects that were there */
	unsigned long scanned;
	unsigned long freed; /* objects, by their shrinkers' own account */
};

/* Call each shrinker once, for the share that `priority` means. Adds to *r. May sleep. */
void shrink_slab(gfp_t gfp, int priority, struct shrink_result *r);
/* The names of all registered shrinkers, a line each. Any context. */
void shrinkers_show(void (*line)(const char *text));

/* Counts since boot. */
enum reclaim_event {
	ALLOCSTALL,	/* requests that had to reclaim by themselves */
	PAGEOUTRUN,	/* times that kswapd was at work */
	PGSTEAL_KSWAPD, /* pages that came back through it */
	PGSTEAL_DIRECT, /* through requests */
	SLABS_SCANNED,	/* objects that shrinkers looked at */
	NR_RECLAIM_EVENTS
};
unsigned long reclaim_event_read(enum reclaim_event e);

/* Is there no kswapd that does anything? And has it given up, until a request brings pages back? */
bool kswapd_idle(void);
bool kswapd_hopeless(void);
/* Somebody has something to give: it may try again. */
void kswapd_new_hope(void);

/* For tests: what was said of failed allocations is forgotten, so the next is said in full. */
void warn_alloc_reset(void);

#endif
