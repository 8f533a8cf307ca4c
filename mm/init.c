// SPDX-License-Identifier: MIT
/*
 * The memory manager as a whole: brought up in layer order, emptied of what it caches, checked.
 *
 *	memblock → direct map → struct pages → buddy → slab → kmalloc → per-CPU → vmalloc → address spaces
 *
 * Each layer calls only those before it; but the slab's slow path asks KFENCE, which has pages from the buddy.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <quarry/rcu.h>
#include <quarry/report.h>
#include "dma_debug.h"
#include "internal.h"
#include "kfence.h"

void (*mm_quiesce_hook)(void);

/**
 * mm_init() - bring the memory manager up
 *
 * Precondition: memblock holds the machine's memory and what of it is taken; all of it that
 * memblock may hand out is reached by __va().
 * Context: once, one CPU, interrupts off. Ends in panic() if the memory can't carry its own
 * administration.
 */
void mm_init(void)
{
	alloc_tags_init();
	direct_map_init();
	percpu_areas_init();
	page_debug_init();
	vmemmap_init();
	zones_init();
	slab_init();
	kmalloc_init();
	rcu_kvfree = kvfree_atomic; /* callbacks run with preemption off */
	vmalloc_init();
	kmemleak_init();
	vma_init();
	kfence_init();
	report_add_explainer(&page_explainer);
	percpu_show_init();
	whatis_init();
	dma_debug_init();
}

void reclaim_caches(void)
{
	slab_drain();
}

/**
 * mm_quiesce() - empty every cache, so that page counts are exact
 *
 * From the top layer down, since each gives back to the one below: what stands above mm/ (idle worker
 * threads, by the hook), what waits for readers under RCU, pages of per-CPU memory that hold nothing,
 * lazily freed vmalloc areas, slab arrays and empty slabs (for some of which readers are waited for
 * again), per-CPU page lists of every CPU. Kernel page tables and struct pages rightly remain;
 * MM_KERNEL_TABLES counts the former. Context: may sleep.
 */
void mm_quiesce(void)
{
	if (mm_quiesce_hook)
		mm_quiesce_hook();
	rcu_barrier();
	percpu_drain();
	note_purge();
	vmalloc_drain();
	slab_drain();
	rcu_barrier();
	page_alloc_drain_all();
}

/**
 * mm_valid_all() - check every structure's numbered invariants
 *
 * Return: false, after a line for each that is broken.
 */
bool mm_valid_all(void)
{
	static bool (*const valid[])(void) = { buddy_valid, slab_valid_all, kfence_valid, vmap_valid,
					       percpu_valid };
	bool all = true;

	for (unsigned int i = 0; i < ARRAY_SIZE(valid); i++)
		all &= valid[i]();
	return all;
}
