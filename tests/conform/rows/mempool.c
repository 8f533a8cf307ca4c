// SPDX-License-Identifier: MIT
/*
 * Pools of objects kept in reserve: mempool_*().
 *
 * Source: the kernel-doc of mempool_create() … in Linux's "Memory Management APIs".
 */
#include <linux/kernel.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "conform.h"

static int allowed; /* how many more the pool's own allocator gives */

static void *give(gfp_t gfp, void *data)
{
	return allowed-- > 0 ? kmalloc(any(32), gfp) : NULL;
}

static void take(void *p, void *data)
{
	kfree(p);
}

static void reserve(conform_t *c)
{
	mempool_t *pool;
	void *p[4];

	allowed = 3;
	ROW(c, "mempool.create_needs_all", 1, mempool_create(4, give, take, NULL) == NULL);
	allowed = 2;
	pool = mempool_create(2, give, take, NULL);
	ROW(c, "mempool.min_nr", 2, pool->min_nr);
	ROW(c, "mempool.filled", 2, pool->curr_nr);
	allowed = 1;
	p[0] = mempool_alloc(pool, GFP_NOWAIT);
	ROW(c, "mempool.allocator_first", 2, pool->curr_nr);
	p[1] = mempool_alloc(pool, GFP_NOWAIT);
	ROW(c, "mempool.then_the_reserve", 1, pool->curr_nr);
	p[2] = mempool_alloc(pool, GFP_NOWAIT);
	ROW(c, "mempool.last", 0, pool->curr_nr);
	p[3] = mempool_alloc(pool, GFP_NOWAIT);
	ROW(c, "mempool.empty_atomic_is_null", 1, p[3] == NULL);
	mempool_free(p[0], pool);
	ROW(c, "mempool.free_refills", 1, pool->curr_nr);
	ROW(c, "mempool.preallocated", 1, mempool_alloc_preallocated(pool) == p[0]);
	ROW(c, "mempool.preallocated_empty", 1, mempool_alloc_preallocated(pool) == NULL);
	mempool_free(p[0], pool);
	mempool_free(p[1], pool);
	mempool_free(p[2], pool);
	ROW(c, "mempool.full_again", 2, pool->curr_nr);
	mempool_free(NULL, pool);
	allowed = 10;
	ROW(c, "mempool.resize_up", 0, mempool_resize(pool, 5));
	ROW(c, "mempool.resized_up", 5, pool->curr_nr);
	ROW(c, "mempool.resize_down", 0, mempool_resize(pool, 1));
	ROW(c, "mempool.resized_down", 1, pool->curr_nr);
	mempool_destroy(pool);
	mempool_destroy(NULL);
}

static void kinds(conform_t *c)
{
	mempool_t *pool = mempool_create_kmalloc_pool(2, 100);
	struct kmem_cache *s = kmem_cache_create("conform_mempool", 40, 0, SLAB_NO_MERGE, NULL);
	mempool_t in_place = {};
	void *p = mempool_alloc(pool, GFP_KERNEL);

	ROW(c, "mempool.kmalloc_room", 128, ksize(p));
	mempool_free(p, pool);
	mempool_destroy(pool);
	pool = mempool_create_page_pool(1, 1);
	p = mempool_alloc(pool, GFP_KERNEL);
	ROW(c, "mempool.page_count", 1, page_count(p));
	mempool_free(p, pool);
	mempool_destroy(pool);
	ROW(c, "mempool.init_slab", 0, mempool_init_slab_pool(&in_place, 3, s));
	ROW(c, "mempool.initialized", 1, mempool_initialized(&in_place));
	mempool_exit(&in_place);
	mempool_exit(&in_place);
	ROW(c, "mempool.exited", 0, in_place.elements != NULL);
	kmem_cache_destroy(s);
}

CONFORM_AREA(mempool, CONFORM_CASE(reserve), CONFORM_CASE(kinds));
