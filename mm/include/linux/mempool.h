/* SPDX-License-Identifier: MIT */
/*
 * Pools: elements kept back so that whoever may sleep always gets one. Names and behaviour are
 * Linux 6.12's; theory in mm/mempool.c.
 */
#ifndef LINUX_MEMPOOL_H
#define LINUX_MEMPOOL_H

#include <linux/gfp.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

typedef void *(mempool_alloc_t)(gfp_t gfp_mask, void *pool_data);
typedef void(mempool_free_t)(void *element, void *pool_data);

/* P: lock  R: read-only once the pool is made */
typedef struct mempool_s {
	spinlock_t lock;
	int min_nr;	 /* P: how many are kept back */
	int curr_nr;	 /* P: of them are here; read without the lock by mempool_free() */
	void **elements; /* P: the first curr_nr are here */

	void *pool_data;	/* R */
	mempool_alloc_t *alloc; /* R */
	mempool_free_t *free;	/* R */
	wait_queue_head_t wait; /* who found nothing */
} mempool_t;

/* Is it made? For a pool in zeroed memory. */
static inline bool mempool_initialized(mempool_t *pool)
{
	return pool->elements != NULL;
}

/* Has it all that it keeps back? A guess without the lock. */
static inline bool mempool_is_saturated(mempool_t *pool)
{
	return READ_ONCE(pool->curr_nr) >= READ_ONCE(pool->min_nr);
}

int mempool_init_node(mempool_t *pool, int min_nr, mempool_alloc_t *alloc_fn,
		      mempool_free_t *free_fn, void *pool_data, gfp_t gfp_mask,
		      int node_id) __must_check;
int mempool_init(mempool_t *pool, int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn,
		 void *pool_data) __must_check;
void mempool_exit(mempool_t *pool);

mempool_t *mempool_create(int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn,
			  void *pool_data) __must_check;
mempool_t *mempool_create_node(int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn,
			       void *pool_data, gfp_t gfp_mask, int nid) __must_check;
void mempool_destroy(mempool_t *pool);

int mempool_resize(mempool_t *pool, int new_min_nr) __must_check;
void *mempool_alloc(mempool_t *pool, gfp_t gfp_mask) __must_check __malloc;
void *mempool_alloc_preallocated(mempool_t *pool) __must_check __malloc;
void mempool_free(void *element, mempool_t *pool);

/* Each notes its place (linux/alloc_tag.h): what a pool's functions allocate is its user's. */
#define mempool_init_node(...)	 alloc_hooks_int(mempool_init_node(__VA_ARGS__))
#define mempool_init(...)	 alloc_hooks_int(mempool_init(__VA_ARGS__))
#define mempool_create_node(...) alloc_hooks(mempool_create_node(__VA_ARGS__))
#define mempool_create(...)	 alloc_hooks(mempool_create(__VA_ARGS__))
#define mempool_resize(...)	 alloc_hooks_int(mempool_resize(__VA_ARGS__))
#define mempool_alloc(...)	 alloc_hooks(mempool_alloc(__VA_ARGS__))

/* --- pools of objects: pool_data is their cache --- */
void *mempool_alloc_slab(gfp_t gfp_mask, void *pool_data);
void mempool_free_slab(void *element, void *pool_data);
#define mempool_init_slab_pool(pool, min_nr, kc) \
	mempool_init(pool, min_nr, mempool_alloc_slab, mempool_free_slab, (void *)(kc))
#define mempool_create_slab_pool(min_nr, kc) \
	mempool_create(min_nr, mempool_alloc_slab, mempool_free_slab, (void *)(kc))

/* --- of memory from kmalloc() or kvmalloc(): pool_data is its size --- */
void *mempool_kmalloc(gfp_t gfp_mask, void *pool_data);
void mempool_kfree(void *element, void *pool_data);
void *mempool_kvmalloc(gfp_t gfp_mask, void *pool_data);
void mempool_kvfree(void *element, void *pool_data);
#define mempool_init_kmalloc_pool(pool, min_nr, size) \
	mempool_init(pool, min_nr, mempool_kmalloc, mempool_kfree, (void *)(unsigned long)(size))
#define mempool_create_kmalloc_pool(min_nr, size) \
	mempool_create(min_nr, mempool_kmalloc, mempool_kfree, (void *)(unsigned long)(size))
#define mempool_init_kvmalloc_pool(pool, min_nr, size) \
	mempool_init(pool, min_nr, mempool_kvmalloc, mempool_kvfree, (void *)(unsigned long)(size))
#define mempool_create_kvmalloc_pool(min_nr, size) \
	mempool_create(min_nr, mempool_kvmalloc, mempool_kvfree, (void *)(unsigned long)(size))

/* --- of blocks of pages (struct page *): pool_data is their order --- */
void *mempool_alloc_pages(gfp_t gfp_mask, void *pool_data);
void mempool_free_pages(void *element, void *pool_data);
#define mempool_init_page_pool(pool, min_nr, order) \
	mempool_init(pool, min_nr, mempool_alloc_pages, mempool_free_pages, (void *)(long)(order))
#define mempool_create_page_pool(min_nr, order) \
	mempool_create(min_nr, mempool_alloc_pages, mempool_free_pages, (void *)(long)(order))

#endif
