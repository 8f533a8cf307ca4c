/* SPDX-License-Identifier: MIT */
/*
 * Caches that can be made smaller: who keeps objects that could be had again says how many, and gives
 * some up when memory is short. Names and meaning are Linux 6.12's. Theory in mm/shrinker.c.
 */
#ifndef LINUX_SHRINKER_H
#define LINUX_SHRINKER_H

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/types.h>

struct mem_cgroup;

/* What a shrinker is asked. */
struct shrink_control {
	gfp_t gfp_mask; /* what the allocation that is short may do, and so what the shrinker may */
	int nid;	/* 0: one node */
	/* objects that scan_objects() is to look at */
	unsigned long nr_to_scan;
	/* and how many it did look at: nr_to_scan if it doesn't write it */
	unsigned long nr_scanned;
	struct mem_cgroup *memcg; /* NULL */
};

#define SHRINK_STOP  (~0UL) /* scan_objects(): no progress is possible now, or without deadlock */
#define SHRINK_EMPTY (~0UL - 1) /* count_objects(): there are no objects */

#define DEFAULT_SEEKS 2

/* Flags of shrinker_alloc(); one node and no groups make the first two promises without effect. */
#define SHRINKER_REGISTERED  (1u << 0) /* private */
#define SHRINKER_ALLOCATED   (1u << 1) /* private */
#define SHRINKER_NUMA_AWARE  (1u << 2)
#define SHRINKER_MEMCG_AWARE (1u << 3)
#define SHRINKER_NONSLAB     (1u << 4)

#define SHRINKER_NAME_LEN 32

struct shrinker {
	/*
	 * How many objects could be given up; 0 if there are none, or if it can't be told. Quick, and
	 * without locks that may be held over an allocation.
	 */
	unsigned long (*count_objects)(struct shrinker *s, struct shrink_control *sc);
	/* Give some up: how many were, or SHRINK_STOP. Never called if count_objects() said 0. */
	unsigned long (*scan_objects)(struct shrinker *s, struct shrink_control *sc);
	long batch; /* objects that one scan_objects() is asked for; 0: SHRINK_BATCH */
	int seeks;  /* what it costs to make an object again; 0: nearly nothing */
	unsigned int flags;
	void *private_data;

	/* private */
	struct list_head list;	/* shrinker_mutex; walked under RCU */
	refcount_t refcount;	/* 1 while registered, and each who calls it */
	struct completion done; /* the last reference is gone */
	struct rcu_head rcu;
	atomic_long_t nr_deferred; /* objects that were to be scanned and weren't */
	char name[SHRINKER_NAME_LEN];
};

struct shrinker *shrinker_alloc(unsigned int flags, const char *fmt, ...) __printf(2, 3);
void shrinker_register(struct shrinker *shrinker);
void shrinker_free(struct shrinker *shrinker);

#endif
