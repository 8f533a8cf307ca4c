// SPDX-License-Identifier: MIT
/*
 * Pools of elements that are kept back.
 *
 * 1. What for. Code that must make progress to give memory back (writing out, say) can't be told
 *    that there is none. A pool keeps min_nr elements for it: as long as each user frees his
 *    element in the end, whoever may sleep gets one.
 *
 * 2. Model. Elements come from a pair of functions, alloc and free; the pool is an array of at most
 *    min_nr of them:
 *
 *        mempool_alloc:  alloc() without sleeping → the array → alloc() as the flags allow → sleep, again
 *        mempool_free:   the array, if it isn't full → free()
 *
 *    So the array is emptied before anybody sleeps, and filled before anything is given back.
 *
 * 3. Flags. alloc() is asked not to try hard (__GFP_NORETRY), not to warn, and not to touch the page
 *    allocator's reserves (__GFP_NOMEMALLOC): the pool is the reserve. __GFP_ZERO has no meaning,
 *    since an element from the array was used before: a warning.
 *
 * 4. Sleeping. Who finds the array empty waits for mempool_free(), but 5 s at most: other memory
 *    may have come free in the meantime, of which nobody tells.
 *
 * 5. An element that is freed twice would have two users. When one is put into the array it is compared
 *    with those that came before it, NEWEST at most; the pool's free() sees the others. One that is used
 *    while it is in the array is seen by KASAN, but where alloc() is not one of those below: what such
 *    elements are nobody knows.
 *
 * 6. Invariants
 *    I1  0 <= curr_nr <= min_nr, and the first curr_nr entries of elements[] are the only ones that
 *        are kept back;
 *    I2  nobody sleeps for ever while an element of the pool is freed: he who frees one sees
 *        curr_nr < min_nr if all are out, since taking his element out came before. The barriers in
 *        take_element() and mempool_free() are a pair and order the two reads and writes of it.
 *
 * Locks: pool->lock, irq-safe; nothing is taken under it, alloc() and free() are called without.
 * Contexts: mempool_alloc() as its flags say, mempool_free() anywhere but NMI if the pool's
 * functions can; making, resizing and unmaking may sleep, and nobody else resizes meanwhile.
 * Complexity: O(1) besides alloc() and free().
 *
 * Source: Linux's documented interface.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <quarry/assert.h>
#include <quarry/report.h>
#include "kasan.h"

#define RETRY_AFTER (5L * HZ)
#define NEWEST	    64 /* elements that a freed one is compared with */

/* ---- The array: P ---- */

/*
 * What the user of an element may touch: 0 where alloc() is the user's own, as nobody knows what that
 * returns, or whether it is memory.
 */
static size_t element_bytes(const mempool_t *pool)
{
	if (pool->alloc == mempool_alloc_slab)
		return kmem_cache_size(pool->pool_data);
	if (pool->alloc == mempool_kmalloc || pool->alloc == mempool_kvmalloc)
		return (size_t)pool->pool_data;
	if (pool->alloc == mempool_alloc_pages)
		return PAGE_SIZE << (unsigned long)pool->pool_data;
	return 0;
}

static void *element_start(const mempool_t *pool, void *element)
{
	return pool->alloc == mempool_alloc_pages ? page_address(element) : element;
}

/* While it is in the array it is nobody's (KASAN). */
static void shut_element(const mempool_t *pool, void *element)
{
	kasan_mempool_poison(element_start(pool, element), element_bytes(pool));
}

static void *open_element(const mempool_t *pool, void *element)
{
	kasan_mempool_unpoison(element_start(pool, element), element_bytes(pool));
	return element;
}

static void put_element(mempool_t *pool, void *element)
{
	assert(pool->curr_nr < pool->min_nr);
	shut_element(pool, element);
	pool->elements[pool->curr_nr] = element;
	WRITE_ONCE(pool->curr_nr, pool->curr_nr + 1);
}

/* NULL: it is empty. Takes the lock. */
static void *take_element(mempool_t *pool)
{
	void *element = NULL;
	unsigned long flags;

	spin_lock_irqsave(&pool->lock, flags);
	if (pool->curr_nr) {
		WRITE_ONCE(pool->curr_nr, pool->curr_nr - 1);
		element = pool->elements[pool->curr_nr];
		smp_wmb(); /* before the element is used, and so before it is freed: I2 */
	}
	spin_unlock_irqrestore(&pool->lock, flags);
	return element ? open_element(pool, element) : NULL;
}

/* Is it among those that came last? An element that is freed twice usually is, soon after. */
static bool is_kept(const mempool_t *pool, const void *element)
{
	int least = max(pool->curr_nr - NEWEST, 0);

	for (int i = pool->curr_nr - 1; i >= least; i--) {
		if (pool->elements[i] == element)
			return true;
	}
	return false;
}

static noinline void report_kept(const mempool_t *pool, const void *element)
{
	report_open(REPORT_MEMPOOL_TWICE, "BUG mempool: element 0x%px freed twice", element);
	report_address(element);
	report_line("pool 0x%px keeps %d of %d elements, this one among them", pool, pool->curr_nr,
		    pool->min_nr);
	report_stack_here(NULL);
	report_advice("The element is in the pool already: two users would get it. Look for two owners of one "
		      "pointer, or an error path that frees what its caller frees again. It stays there once.");
	report_end();
}

/* False: it is full. Takes the lock. */
static bool keep_element(mempool_t *pool, void *element)
{
	bool room, twice = false;
	unsigned long flags;

	spin_lock_irqsave(&pool->lock, flags);
	room = pool->curr_nr < pool->min_nr;
	if (room) {
		twice = is_kept(pool, element);
		if (likely(!twice))
			put_element(pool, element);
	}
	spin_unlock_irqrestore(&pool->lock, flags);
	if (unlikely(twice))
		report_kept(pool, element);
	return room;
}

/* ---- Making and unmaking ---- */

/**
 * mempool_exit() - give back what a pool keeps
 * @pool: the pool, perhaps one in zeroed memory that was never made
 *
 * All its elements were freed before. It can be made again afterwards. Context: as its free().
 */
void mempool_exit(mempool_t *pool)
{
	while (pool->curr_nr)
		pool->free(open_element(pool, pool->elements[--pool->curr_nr]), pool->pool_data);
	kfree(pool->elements);
	pool->elements = NULL;
}

/**
 * mempool_destroy() - mempool_exit() and free the pool
 * @pool: what mempool_create() returned; NULL does nothing
 */
void mempool_destroy(mempool_t *pool)
{
	if (!pool)
		return;
	mempool_exit(pool);
	kfree(pool);
}

/**
 * mempool_init_node() - make a pool in the caller's memory
 * @pool: where
 * @min_nr: elements to keep back
 * @alloc_fn: makes one
 * @free_fn: unmakes one
 * @pool_data: the last argument of both
 * @gfp_mask: for the array and the first elements
 * @node_id: accepted; there is one node
 *
 * With KASAN, what is kept back may not be touched, if @alloc_fn is one of mempool_alloc_slab(),
 * mempool_kmalloc(), mempool_kvmalloc() and mempool_alloc_pages().
 *
 * Context: as @gfp_mask. Return: 0, or -ENOMEM and nothing is kept.
 */
int (mempool_init_node)(mempool_t *pool, int min_nr, mempool_alloc_t *alloc_fn,
		      mempool_free_t *free_fn, void *pool_data, gfp_t gfp_mask, int node_id)
{
	*pool = (mempool_t){
		.min_nr = min_nr, .pool_data = pool_data, .alloc = alloc_fn, .free = free_fn
	};
	spin_lock_init(&pool->lock);
	init_waitqueue_head(&pool->wait);
	pool->elements = (kmalloc_array_node)(max(min_nr, 1), sizeof(void *), gfp_mask, node_id);
	if (!pool->elements)
		return -ENOMEM;
	while (pool->curr_nr < min_nr) {
		void *element = alloc_fn(gfp_mask, pool_data);

		if (!element) {
			mempool_exit(pool);
			return -ENOMEM;
		}
		put_element(pool, element);
	}
	return 0;
}

/**
 * mempool_init() - mempool_init_node() with GFP_KERNEL
 * @pool: where
 * @min_nr: elements to keep back
 * @alloc_fn: makes one
 * @free_fn: unmakes one
 * @pool_data: the last argument of both
 */
int (mempool_init)(mempool_t *pool, int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn,
		 void *pool_data)
{
	return (mempool_init_node)(pool, min_nr, alloc_fn, free_fn, pool_data, GFP_KERNEL, 0);
}

/**
 * mempool_create_node() - make a pool
 * @min_nr: elements to keep back
 * @alloc_fn: makes one
 * @free_fn: unmakes one
 * @pool_data: the last argument of both
 * @gfp_mask: for the pool and its first elements
 * @nid: accepted; there is one node
 *
 * Context: as @gfp_mask. Return: the pool, to be unmade with mempool_destroy(); NULL: no memory.
 */
mempool_t *(mempool_create_node)(int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn,
			       void *pool_data, gfp_t gfp_mask, int nid)
{
	mempool_t *pool = (kmalloc)(sizeof(*pool), gfp_mask);

	if (!pool || !(mempool_init_node)(pool, min_nr, alloc_fn, free_fn, pool_data, gfp_mask, nid))
		return pool;
	kfree(pool);
	return NULL;
}

/**
 * mempool_create() - mempool_create_node() with GFP_KERNEL
 * @min_nr: elements to keep back
 * @alloc_fn: makes one
 * @free_fn: unmakes one
 * @pool_data: the last argument of both
 */
mempool_t *(mempool_create)(int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn,
			  void *pool_data)
{
	return (mempool_create_node)(min_nr, alloc_fn, free_fn, pool_data, GFP_KERNEL, 0);
}

/* ---- Resizing ---- */

/* Fill up with new elements, as far as there are any to be had. */
static void fill(mempool_t *pool)
{
	while (!mempool_is_saturated(pool)) {
		void *element = pool->alloc(GFP_KERNEL, pool->pool_data);

		if (!element)
			return;
		if (!keep_element(pool, element)) { /* others have given theirs back */
			pool->free(element, pool->pool_data);
			return;
		}
	}
}

/* Exchange the array for a larger one. */
static void replace_array(mempool_t *pool, void **elements, int min_nr)
{
	unsigned long flags;
	void **old;

	spin_lock_irqsave(&pool->lock, flags);
	old = pool->elements;
	memcpy(elements, old, pool->curr_nr * sizeof(*old));
	pool->elements = elements;
	WRITE_ONCE(pool->min_nr, min_nr);
	spin_unlock_irqrestore(&pool->lock, flags);
	kfree(old);
}

/* Keep fewer; those who are too many are taken out one by one. */
static void shrink(mempool_t *pool, int min_nr)
{
	unsigned long flags;
	void *surplus;

	do {
		surplus = NULL;
		spin_lock_irqsave(&pool->lock, flags);
		WRITE_ONCE(pool->min_nr, min_nr);
		if (pool->curr_nr > min_nr) {
			WRITE_ONCE(pool->curr_nr, pool->curr_nr - 1);
			surplus = pool->elements[pool->curr_nr];
		}
		spin_unlock_irqrestore(&pool->lock, flags);
		if (surplus)
			pool->free(open_element(pool, surplus), pool->pool_data);
	} while (surplus);
}

/**
 * mempool_resize() - keep back more elements, or fewer
 * @pool: the pool
 * @new_min_nr: how many from now on, at least 1
 *
 * A pool that grows is filled as far as memory allows; the rest comes with the elements that are
 * freed. Context: may sleep; nobody else resizes or unmakes the pool meanwhile, using it is fine.
 * Return: 0, or -ENOMEM with the pool as it was.
 */
int (mempool_resize)(mempool_t *pool, int new_min_nr)
{
	void **elements;

	BUG_ON(new_min_nr <= 0);
	might_sleep();
	if (new_min_nr <= READ_ONCE(pool->min_nr)) {
		shrink(pool, new_min_nr);
		return 0;
	}
	elements = (kmalloc_array)(new_min_nr, sizeof(void *), GFP_KERNEL);
	if (!elements)
		return -ENOMEM;
	replace_array(pool, elements, new_min_nr);
	fill(pool);
	return 0;
}

/* ---- Using ---- */

/**
 * mempool_alloc() - get an element
 * @pool: the pool
 * @gfp_mask: what may be done for it; without __GFP_ZERO
 *
 * Context: as @gfp_mask, and as the pool's alloc().
 * Return: an element; NULL only if @gfp_mask doesn't allow to sleep.
 */
void *(mempool_alloc)(mempool_t *pool, gfp_t gfp_mask)
{
	gfp_t gentle;
	void *element;

	WARN_ON_ONCE(gfp_mask & __GFP_ZERO);
	might_alloc(gfp_mask);
	gfp_mask |= __GFP_NOMEMALLOC | __GFP_NORETRY | __GFP_NOWARN;
	gentle = gfp_mask & ~(__GFP_DIRECT_RECLAIM | __GFP_IO);
	for (;;) {
		element = pool->alloc(gentle, pool->pool_data);
		if (likely(element))
			return element;
		element = take_element(pool);
		if (element)
			return element;
		if (gentle == gfp_mask)
			break; /* both have been tried with all that is allowed */
		gentle = gfp_mask;
	}
	if (!gfpflags_allow_blocking(gfp_mask))
		return NULL;
	do {
		wait_event_timeout(pool->wait, READ_ONCE(pool->curr_nr), RETRY_AFTER);
		element = take_element(pool);
		if (!element)
			element = pool->alloc(gfp_mask, pool->pool_data);
	} while (!element);
	return element;
}

/**
 * mempool_alloc_preallocated() - get one of the elements that are kept back
 * @pool: the pool
 *
 * Context: any but NMI. Return: an element; NULL if there is none left.
 */
void *mempool_alloc_preallocated(mempool_t *pool)
{
	return take_element(pool);
}

/**
 * mempool_free() - give an element back
 * @element: what mempool_alloc() returned; NULL does nothing
 * @pool: the pool
 *
 * Context: as the pool's free(), at most any but NMI.
 */
void mempool_free(void *element, mempool_t *pool)
{
	if (unlikely(!element))
		return;
	smp_rmb(); /* behind whatever handed the element over: I2 */
	if (unlikely(!mempool_is_saturated(pool)) && keep_element(pool, element)) {
		if (wq_has_sleeper(&pool->wait))
			wake_up(&pool->wait);
		return;
	}
	pool->free(element, pool->pool_data);
}

/* ---- What pools are usually made of ---- */

/**
 * mempool_alloc_slab() - a pool's alloc(): an object of a cache
 * @gfp_mask: as for kmem_cache_alloc()
 * @pool_data: the cache, one without constructor: an element that was used before is not as that left it
 *
 * Context: as @gfp_mask. Return: the object, or NULL.
 */
void *mempool_alloc_slab(gfp_t gfp_mask, void *pool_data)
{
	return (kmem_cache_alloc)(pool_data, gfp_mask);
}

/**
 * mempool_free_slab() - its free()
 * @element: the object
 * @pool_data: the cache
 *
 * Context: any but NMI.
 */
void mempool_free_slab(void *element, void *pool_data)
{
	kmem_cache_free(pool_data, element);
}

/**
 * mempool_kmalloc() - a pool's alloc(): memory from kmalloc()
 * @gfp_mask: as for kmalloc()
 * @pool_data: how many bytes
 *
 * Context: as @gfp_mask. Return: the memory, or NULL.
 */
void *mempool_kmalloc(gfp_t gfp_mask, void *pool_data)
{
	return (kmalloc)((size_t)pool_data, gfp_mask);
}

/**
 * mempool_kfree() - its free()
 * @element: the memory
 * @pool_data: not looked at
 *
 * Context: any but NMI.
 */
void mempool_kfree(void *element, void *pool_data)
{
	kfree(element);
}

/**
 * mempool_kvmalloc() - a pool's alloc(): memory from kvmalloc()
 * @gfp_mask: as for kvmalloc()
 * @pool_data: how many bytes
 *
 * Context: as kvmalloc() with @gfp_mask. Return: the memory, or NULL.
 */
void *mempool_kvmalloc(gfp_t gfp_mask, void *pool_data)
{
	return (kvmalloc)((size_t)pool_data, gfp_mask);
}

/**
 * mempool_kvfree() - its free()
 * @element: the memory
 * @pool_data: not looked at
 *
 * Context: as kvfree().
 */
void mempool_kvfree(void *element, void *pool_data)
{
	kvfree(element);
}

/**
 * mempool_alloc_pages() - a pool's alloc(): a block of pages
 * @gfp_mask: as for alloc_pages()
 * @pool_data: its order
 *
 * Context: as @gfp_mask. Return: its first page, or NULL.
 */
void *mempool_alloc_pages(gfp_t gfp_mask, void *pool_data)
{
	return (alloc_pages)(gfp_mask, (unsigned int)(unsigned long)pool_data);
}

/**
 * mempool_free_pages() - its free()
 * @element: the first page
 * @pool_data: the order
 *
 * Context: any but NMI.
 */
void mempool_free_pages(void *element, void *pool_data)
{
	__free_pages(element, (unsigned int)(unsigned long)pool_data);
}
