/* SPDX-License-Identifier: MIT */
/*
 * Who holds how much, as numbers: for who compares before and after (lib/module). Exact after
 * mm_quiesce() if nothing else runs. Context: any but NMI; interrupts are off for one cache, one area.
 */
#ifndef LINUX_MM_USAGE_H
#define LINUX_MM_USAGE_H

#include <linux/types.h>

#define SLAB_USAGE_NAME 32

/**
 * struct slab_usage - one cache
 * @id: its number, from 1 to SLAB_USAGE_IDS - 1; the next cache may get it again …
 * @key: … but not this, by chance only once in 2^63
 * @name: cut to what fits
 * @object_size: bytes of an object that the user may use
 * @objects: live ones
 * @pages: of its slabs
 */
struct slab_usage {
	unsigned int id;
	u64 key;
	char name[SLAB_USAGE_NAME];
	unsigned int object_size;
	unsigned long objects, pages;
};

#define SLAB_USAGE_IDS 1024

/* The first cache whose id is above @id, or false. O(slabs of the cache). */
bool slab_usage_next(unsigned int id, struct slab_usage *usage);

struct vm_struct;
/* A copy of the first complete area, of either region, that begins at or above @addr; or false. */
bool vmalloc_area_next(unsigned long addr, struct vm_struct *copy);

/* Bytes of per-CPU memory that are allocated, of one CPU's copies. */
unsigned long percpu_used_bytes(void);

#endif
