// SPDX-License-Identifier: MIT
/*
 * The failure sweep's scenarios for pools.
 *
 * 1. Making. What can't be filled is not made: NULL or -ENOMEM, and neither the structure, the array
 *    nor one of the first elements stays. Growing is refused for want of an array only, and then the
 *    pool is as it was; elements that are missing come later.
 *
 * 2. Using. A pool is there for when memory fails, so it is the other way about here: as many
 *    elements as it keeps are had whatever fails, and if one allocation fails the pool makes up for
 *    it. Only who takes more than is kept, and won't sleep, is refused. Who would sleep is not run:
 *    while all fails he waits for ever.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "tests/mm/sweep.h"

/* What elements are made of, one pool each */
enum { OF_OBJECTS, OF_MEMORY, OF_LARGE_MEMORY, OF_PAGES, NR_KINDS };

#define KEPT  3 /* elements kept back by a pool */
#define TAKEN 5 /* by who takes more */

static const size_t sizes[NR_KINDS] = { 200, 100, 6000, 2 * PAGE_SIZE };
static mempool_t pools[NR_KINDS];

static void *memory_of(unsigned int kind, void *element)
{
	return kind == OF_PAGES ? page_address(element) : element;
}

static void prepare_cache(struct sweep *s)
{
	s->cache = kmem_cache_create("sweep", sizes[OF_OBJECTS], 0, 0, NULL);
	SWEEP_ASSERT(s, s->cache);
}

static void destroy_cache(struct sweep *s)
{
	kmem_cache_destroy(s->cache);
}

/* ---- Making ---- */

/* A pool that was made keeps all that it should. */
static bool created(struct sweep *s, mempool_t *pool)
{
	if (!pool)
		return false;
	SWEEP_EXPECT(s, mempool_initialized(pool));
	SWEEP_EXPECT(s, pool->min_nr == KEPT && pool->curr_nr == KEPT);
	mempool_destroy(pool);
	return true;
}

static enum outcome create(struct sweep *s)
{
	return done_if(created(s, mempool_create_slab_pool(KEPT, s->cache)) &&
		       created(s, mempool_create_kmalloc_pool(KEPT, 100)) &&
		       created(s, mempool_create_kvmalloc_pool(KEPT, 3000)) &&
		       created(s, mempool_create_page_pool(KEPT, 1)));
}

/* Elements above a page have a second way, vmalloc(); the pool and its array have none. */
static enum outcome create_large(struct sweep *s)
{
	return done_if(created(s, mempool_create_kvmalloc_pool(KEPT, sizes[OF_LARGE_MEMORY])));
}

static enum outcome create_by_functions(struct sweep *s)
{
	void *const size = (void *)3000UL;

	return done_if(
		created(s, mempool_create(KEPT, mempool_kmalloc, mempool_kfree, size)) &&
		created(s, mempool_create(KEPT, mempool_alloc_pages, mempool_free_pages, NULL)) &&
		created(s, mempool_create_node(KEPT, mempool_kvmalloc, mempool_kvfree, size,
					       GFP_NOFS, 0)) &&
		created(s, mempool_create_node(KEPT, mempool_alloc_slab, mempool_free_slab,
					       s->cache, GFP_NOIO, 0)));
}

/* Of a pool in the caller's memory: `err` is what making it returned. */
static bool initialized(struct sweep *s, mempool_t *pool, int err)
{
	SWEEP_EXPECT(s, err == 0 || err == -ENOMEM);
	SWEEP_EXPECT(s, mempool_initialized(pool) == !err);
	SWEEP_EXPECT(s, pool->curr_nr == (err ? 0 : KEPT));
	mempool_exit(pool); /* also does if it was not made */
	SWEEP_EXPECT(s, !mempool_initialized(pool));
	return !err;
}

static enum outcome init(struct sweep *s)
{
	mempool_t p = { .min_nr = 0 };

	return done_if(initialized(s, &p, mempool_init_slab_pool(&p, KEPT, s->cache)) &&
		       initialized(s, &p, mempool_init_kmalloc_pool(&p, KEPT, 100)) &&
		       initialized(s, &p, mempool_init_kvmalloc_pool(&p, KEPT, 3000)) &&
		       initialized(s, &p, mempool_init_page_pool(&p, KEPT, 1)));
}

static enum outcome init_by_functions(struct sweep *s)
{
	mempool_t p = { .min_nr = 0 };
	void *const size = (void *)3000UL;

	return done_if(
		initialized(s, &p, mempool_init(&p, KEPT, mempool_kmalloc, mempool_kfree, size)) &&
		initialized(s, &p,
			    mempool_init_node(&p, KEPT, mempool_alloc_pages, mempool_free_pages,
					      NULL, GFP_NOWAIT, 0)));
}

/* What pools are made of, without one. */
static enum outcome elements(struct sweep *s)
{
	void *const size = (void *)3000UL, *const order = (void *)1UL;
	void *object = mempool_alloc_slab(GFP_KERNEL, s->cache);
	void *small = mempool_kmalloc(GFP_KERNEL, size), *kv = mempool_kvmalloc(GFP_KERNEL, size);
	void *page = mempool_alloc_pages(GFP_KERNEL, order);

	mempool_free_slab(object, s->cache);
	mempool_kfree(small, size);
	mempool_kvfree(kv, size);
	if (page)
		mempool_free_pages(page, order);
	return done_if(object && small && kv && page);
}

/* ---- Resizing ---- */

static void prepare_resize(struct sweep *s)
{
	SWEEP_ASSERT(s, !mempool_init_page_pool(&pools[OF_PAGES], KEPT, 0));
}

static void end_resize(struct sweep *s)
{
	mempool_exit(&pools[OF_PAGES]);
}

/* Refused, it is as before; else it keeps as many as there were to be had. */
static bool grow(struct sweep *s, mempool_t *pool, int min_nr)
{
	int had = pool->curr_nr, wanted = pool->min_nr;
	int err = mempool_resize(pool, min_nr);

	SWEEP_EXPECT(s, err == 0 || err == -ENOMEM);
	SWEEP_EXPECT(s, pool->min_nr == (err ? wanted : min_nr));
	SWEEP_EXPECT(s, err ? pool->curr_nr == had : pool->curr_nr >= had);
	return !err && mempool_is_saturated(pool);
}

static enum outcome resize(struct sweep *s)
{
	mempool_t *pool = &pools[OF_PAGES];
	bool all = grow(s, pool, 10) && grow(s, pool, 600);

	SWEEP_EXPECT(s, mempool_resize(pool, 2) == 0); /* fewer: nothing is needed */
	SWEEP_EXPECT(s, pool->min_nr == 2 && pool->curr_nr == 2);
	return done_if(all);
}

/* ---- Using ---- */

static void prepare_pools(struct sweep *s)
{
	prepare_cache(s);
	SWEEP_ASSERT(s, !mempool_init_slab_pool(&pools[OF_OBJECTS], KEPT, s->cache));
	SWEEP_ASSERT(s, !mempool_init_kmalloc_pool(&pools[OF_MEMORY], KEPT, sizes[OF_MEMORY]));
	SWEEP_ASSERT(s, !mempool_init_kvmalloc_pool(&pools[OF_LARGE_MEMORY], KEPT,
						    sizes[OF_LARGE_MEMORY]));
	SWEEP_ASSERT(s, !mempool_init_page_pool(&pools[OF_PAGES], KEPT, 1));
}

/* All came back, to the pools first. */
static void end_pools(struct sweep *s)
{
	for (unsigned int kind = 0; kind < NR_KINDS; kind++) {
		SWEEP_EXPECT(s, pools[kind].curr_nr == KEPT);
		mempool_exit(&pools[kind]);
	}
	destroy_cache(s);
}

/* Take `nr` elements, write to all of them, give all back. False: there were fewer. */
static bool take(struct sweep *s, unsigned int kind, unsigned int nr, gfp_t gfp)
{
	void *element[TAKEN];
	unsigned int n;

	for (n = 0; n < nr; n++) {
		element[n] = mempool_alloc(&pools[kind], gfp);
		if (!element[n])
			break;
		sweep_fill(memory_of(kind, element[n]), sizes[kind], n);
	}
	SWEEP_EXPECT(s, n >= KEPT);
	for (unsigned int i = 0; i < n; i++) {
		SWEEP_EXPECT(s, sweep_filled(memory_of(kind, element[i]), sizes[kind], i));
		mempool_free(element[i], &pools[kind]);
	}
	element[0] = mempool_alloc_preallocated(&pools[kind]); /* which no failure can refuse */
	SWEEP_EXPECT(s, element[0]);
	mempool_free(element[0], &pools[kind]);
	return n == nr;
}

static enum outcome take_kept(struct sweep *s)
{
	bool all = true;

	for (unsigned int kind = 0; kind < NR_KINDS; kind++) {
		all &= take(s, kind, KEPT, GFP_KERNEL);
		all &= take(s, kind, KEPT, GFP_ATOMIC);
	}
	return done_if(all);
}

static enum outcome take_more(struct sweep *s)
{
	bool all = true;

	for (unsigned int kind = 0; kind < NR_KINDS; kind++)
		all &= take(s, kind, TAKEN, GFP_NOWAIT);
	return done_if(all);
}

const struct scenario sweep_pool[] = {
	{ "pools", create, prepare_cache, destroy_cache, COPES_PAGE },
	{ "pools of large memory", create_large, .flags = COPES_SLAB | COPES_PAGE },
	{ "pools by functions", create_by_functions, prepare_cache, destroy_cache, COPES_PAGE },
	{ "pools in place", init, prepare_cache, destroy_cache, COPES_PAGE },
	{ "pools in place by functions", init_by_functions, .flags = COPES_PAGE },
	{ "elements of pools", elements, prepare_cache, destroy_cache, COPES_PAGE },
	{ "mempool_resize", resize, prepare_resize, end_resize, COPES_PAGE },
	{ "mempool_alloc of what is kept", take_kept, prepare_pools, end_pools, NEVER_REFUSED },
	{ "mempool_alloc of more", take_more, prepare_pools, end_pools,
	  COPES_SLAB | COPES_PAGE | ONE_IS_NOTHING },
	{},
};
