// SPDX-License-Identifier: MIT
/*
 * Tests of mm/mempool.c. Those with waiting threads are in tests/lib/mempool_threads_test.c.
 *
 * A pool of counted elements tells how often its functions were called, with which flags, and can
 * be made to fail.
 *
 * Mutations: tests/mutate/mempool.mut.
 */
#include <kunit/test.h>
#include <linux/fault-inject.h>
#include <linux/limits.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/mm_usage.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "mm/internal.h"
#include "tests/mm/slab_fixture.h"

/* Elements are the numbers 1, 2, …, as pointers. */
static struct source {
	unsigned int made, freed, left; /* left: how many more it will make */
	gfp_t flags;			/* of the last call */
	unsigned int gentle;		/* calls that might not sleep */
} source;

static void *make_number(gfp_t gfp, void *data)
{
	struct source *s = data;

	s->flags = gfp;
	s->gentle += !gfpflags_allow_blocking(gfp);
	if (!s->left)
		return NULL;
	s->left--;
	return (void *)(unsigned long)++s->made;
}

static void free_number(void *element, void *data)
{
	struct source *s = data;

	s->freed++;
}

static mempool_t *counted(struct kunit *test, int min_nr, unsigned int left)
{
	mempool_t *pool;

	source = (struct source){ .left = left };
	pool = mempool_create(min_nr, make_number, free_number, &source);
	KUNIT_ASSERT_NOT_NULL(test, pool);
	return pool;
}

static void fills_when_made(struct kunit *test)
{
	mempool_t *pool = counted(test, 3, 10);

	KUNIT_EXPECT_EQ(test, source.made, 3);
	KUNIT_EXPECT_EQ(test, (u32)source.flags, (u32)GFP_KERNEL);
	KUNIT_EXPECT_TRUE(test, mempool_is_saturated(pool));
	mempool_destroy(pool);
	KUNIT_EXPECT_EQ(test, source.freed, 3);
	KUNIT_EXPECT_NO_REPORT(test, mempool_destroy(NULL));
}

/* What can't be filled is not made, and keeps nothing. */
static void all_or_nothing(struct kunit *test)
{
	mempool_t pool = { .min_nr = 0 };

	source = (struct source){ .left = 2 };
	KUNIT_EXPECT_FALSE(test, mempool_initialized(&pool));
	KUNIT_EXPECT_NULL(test, mempool_create(3, make_number, free_number, &source));
	KUNIT_EXPECT_EQ(test, source.freed, 2);
	KUNIT_EXPECT_EQ(test, mempool_init(&pool, 1, make_number, free_number, &source), -ENOMEM);
	KUNIT_EXPECT_FALSE(test, mempool_initialized(&pool));
	source.left = 5;
	KUNIT_EXPECT_EQ(test, mempool_init(&pool, 2, make_number, free_number, &source), 0);
	KUNIT_EXPECT_TRUE(test, mempool_initialized(&pool));
	mempool_exit(&pool);
	KUNIT_EXPECT_FALSE(test, mempool_initialized(&pool));
	KUNIT_EXPECT_EQ(test, source.freed, 4);
	mempool_exit(&pool);
	KUNIT_EXPECT_EQ(test, source.freed, 4);
}

static void node_and_flags(struct kunit *test)
{
	mempool_t pool, *p;

	source = (struct source){ .left = 10 };
	KUNIT_EXPECT_EQ(test,
			mempool_init_node(&pool, 1, make_number, free_number, &source, GFP_NOIO, 0),
			0);
	KUNIT_EXPECT_EQ(test, (u32)source.flags, (u32)GFP_NOIO);
	mempool_exit(&pool);
	p = mempool_create_node(2, make_number, free_number, &source, GFP_NOFS, NUMA_NO_NODE);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, (u32)source.flags, (u32)GFP_NOFS);
	mempool_destroy(p);
	KUNIT_EXPECT_EQ(test, source.freed, 3);
}

/* Fresh memory first, without sleeping and without the reserves; then the pool; then NULL. */
static void order_of_tries(struct kunit *test)
{
	mempool_t *pool = counted(test, 2, 3);
	void *e[4];

	e[0] = mempool_alloc(pool, GFP_KERNEL);
	KUNIT_EXPECT_PTR_EQ(test, e[0], (void *)3);
	KUNIT_EXPECT_EQ(test, source.gentle, 1);
	KUNIT_EXPECT_EQ(test, (u32)source.flags,
			(u32)(__GFP_KSWAPD_RECLAIM | __GFP_FS | __GFP_NOMEMALLOC | __GFP_NORETRY |
			      __GFP_NOWARN));
	KUNIT_EXPECT_TRUE(test, mempool_is_saturated(pool));
	e[1] = mempool_alloc(pool, GFP_ATOMIC);
	e[2] = mempool_alloc(pool, GFP_KERNEL);
	KUNIT_EXPECT_PTR_EQ(test, e[1], (void *)2);
	KUNIT_EXPECT_PTR_EQ(test, e[2], (void *)1);
	KUNIT_EXPECT_FALSE(test, mempool_is_saturated(pool));
	KUNIT_EXPECT_NULL(test, mempool_alloc(pool, GFP_NOWAIT));
	KUNIT_EXPECT_NULL(test, mempool_alloc(pool, GFP_ATOMIC));
	source.left = 1; /* and one that only who may sleep gets */
	e[3] = mempool_alloc(pool, GFP_KERNEL);
	KUNIT_EXPECT_PTR_EQ(test, e[3], (void *)4);
	for (int i = 0; i < 4; i++)
		mempool_free(e[i], pool);
	KUNIT_EXPECT_EQ(test, source.freed, 2);
	mempool_destroy(pool);
	KUNIT_EXPECT_EQ(test, source.freed, 4);
}

static void free_fills_first(struct kunit *test)
{
	mempool_t *pool = counted(test, 1, 1);
	void *e = mempool_alloc_preallocated(pool);

	KUNIT_EXPECT_PTR_EQ(test, e, (void *)1);
	KUNIT_EXPECT_NULL(test, mempool_alloc_preallocated(pool));
	source.left = 1; /* which it does not ask for */
	KUNIT_EXPECT_NULL(test, mempool_alloc_preallocated(pool));
	KUNIT_EXPECT_EQ(test, source.left, 1);
	mempool_free(e, pool);
	KUNIT_EXPECT_EQ(test, source.freed, 0);
	mempool_free(NULL, pool);
	mempool_free((void *)77, pool);
	KUNIT_EXPECT_EQ(test, source.freed, 1);
	KUNIT_EXPECT_PTR_EQ(test, mempool_alloc_preallocated(pool), (void *)1);
	mempool_free((void *)1, pool);
	mempool_destroy(pool);
}

static unsigned int woken;

static int note_wake(wait_queue_entry_t *entry, unsigned int mode, int flags, void *key)
{
	woken++;
	return 1;
}

/* Who waits is told of each element that comes back to the pool, and of no other. */
static void free_wakes(struct kunit *test)
{
	mempool_t *pool = counted(test, 1, 1);
	void *e = mempool_alloc_preallocated(pool);
	wait_queue_entry_t entry;

	woken = 0;
	init_waitqueue_func_entry(&entry, note_wake);
	add_wait_queue(&pool->wait, &entry);
	mempool_free(e, pool);
	KUNIT_EXPECT_EQ(test, woken, 1);
	mempool_free((void *)9, pool);
	KUNIT_EXPECT_EQ(test, woken, 1);
	remove_wait_queue(&pool->wait, &entry);
	mempool_destroy(pool);
}

static void resizing(struct kunit *test)
{
	mempool_t *pool = counted(test, 2, 5);
	void *e;

	KUNIT_EXPECT_EQ(test, mempool_resize(pool, 4), 0);
	KUNIT_EXPECT_EQ(test, source.made, 4);
	KUNIT_EXPECT_TRUE(test, mempool_is_saturated(pool));
	KUNIT_EXPECT_EQ(test, mempool_resize(pool, 1), 0);
	KUNIT_EXPECT_EQ(test, source.freed, 3);
	KUNIT_EXPECT_TRUE(test, mempool_is_saturated(pool));
	/* More than there is: what is missing comes with what is freed. */
	KUNIT_EXPECT_EQ(test, mempool_resize(pool, 3), 0);
	KUNIT_EXPECT_FALSE(test, mempool_is_saturated(pool));
	mempool_free((void *)50, pool);
	KUNIT_EXPECT_TRUE(test, mempool_is_saturated(pool));
	KUNIT_EXPECT_EQ(test, source.freed, 3);
	e = mempool_alloc_preallocated(pool);
	KUNIT_EXPECT_PTR_EQ(test, e, (void *)50);
	mempool_free(e, pool);
	KUNIT_EXPECT_EQ(test, mempool_resize(pool, 3), 0);
	KUNIT_EXPECT_EQ(test, source.freed, 3);
	mempool_destroy(pool);
	KUNIT_EXPECT_EQ(test, source.freed, 6);
}

/* A pool of many elements, so that its array has a size of its own. */
static void large_pool(struct kunit *test)
{
	mempool_t *pool = counted(test, 10, 2000);

	KUNIT_EXPECT_EQ(test, mempool_resize(pool, 1000), 0);
	KUNIT_EXPECT_EQ(test, source.made, 1000);
	source.left = 0;
	for (unsigned long i = 1000; i > 0; i--)
		KUNIT_ASSERT_PTR_EQ(test, mempool_alloc(pool, GFP_NOWAIT), (void *)i);
	KUNIT_EXPECT_NULL(test, mempool_alloc(pool, GFP_NOWAIT));
	mempool_destroy(pool);
	KUNIT_EXPECT_EQ(test, source.freed, 0);
}

static unsigned long live_objects(const struct kmem_cache *s)
{
	struct slab_usage u = { 0 };

	while (slab_usage_next(u.id, &u)) {
		if (u.key == s->key)
			return u.objects;
	}
	return 0;
}

/* More elements than an array can have: nothing is asked for, and what there was stays. */
static void too_many_for_an_array(struct kunit *test)
{
	mempool_t *pool = counted(test, 2, 10), here;
	struct kmem_cache *s = slab_cache_of(pool);
	unsigned long before = live_objects(s);
	mempool_t *none = pool;
	int err = 0;

	KUNIT_EXPECT_GT(test, before, 0UL);
	KUNIT_EXPECT_REPORT(test, "kmalloc() of",
			    none = mempool_create(INT_MAX, make_number, free_number, &source));
	KUNIT_EXPECT_NULL(test, none);
	KUNIT_EXPECT_EQ(test, live_objects(s), before);
	KUNIT_EXPECT_REPORT(test, "kmalloc() of",
			    err = mempool_init(&here, INT_MAX, make_number, free_number, &source));
	KUNIT_EXPECT_EQ(test, err, -ENOMEM);
	KUNIT_EXPECT_FALSE(test, mempool_initialized(&here));
	KUNIT_EXPECT_REPORT(test, "kmalloc() of", err = mempool_resize(pool, INT_MAX));
	KUNIT_EXPECT_EQ(test, err, -ENOMEM);
	KUNIT_EXPECT_EQ(test, source.made, 2);
	KUNIT_EXPECT_EQ(test, pool->min_nr, 2);
	KUNIT_EXPECT_PTR_EQ(test, mempool_alloc_preallocated(pool), (void *)2);
	KUNIT_EXPECT_PTR_EQ(test, mempool_alloc_preallocated(pool), (void *)1);
	mempool_destroy(pool);
	KUNIT_EXPECT_EQ(test, source.freed, 0);
}

/* The pool itself can't be had, then its array; at the third call both can. */
static void no_memory_to_make_it(struct kunit *test)
{
	source = (struct source){ .left = 10 };
	for (unsigned long nth = 1; nth <= 3; nth++) {
		struct fault_attr attr = FAULT_ATTR_NTH(nth);
		struct fault_injection before =
			fault_inject_set((struct fault_injection){ &attr, NULL });
		mempool_t *pool = mempool_create(1, make_number, free_number, &source);

		fault_inject_set(before);
		KUNIT_EXPECT_EQ(test, atomic_long_read(&attr.asked), min(nth, 2UL));
		KUNIT_EXPECT_EQ(test, pool != NULL, nth == 3);
		KUNIT_EXPECT_EQ(test, source.made, nth == 3);
		mempool_destroy(pool);
	}
	KUNIT_EXPECT_EQ(test, source.freed, 1);
}

/* Makes one element, but gives the pool back another one first. */
static struct giver {
	mempool_t *pool;
	void *back; /* NULL: none any more */
	unsigned int made;
	void *freed;
} giver;

static void *make_but_give_back(gfp_t gfp, void *data)
{
	struct giver *g = data;
	void *back = g->back;

	g->back = NULL;
	if (back)
		mempool_free(back, g->pool);
	return (void *)(100UL + g->made++);
}

static void note_freed(void *element, void *data)
{
	struct giver *g = data;

	g->freed = element;
}

/* What comes back while a pool that grew is filled takes its place; the new one is not kept. */
static void freed_while_it_is_filled(struct kunit *test)
{
	void *e;

	giver = (struct giver){ .made = 0 };
	giver.pool = mempool_create(1, make_but_give_back, note_freed, &giver);
	KUNIT_ASSERT_NOT_NULL(test, giver.pool);
	e = mempool_alloc(giver.pool, GFP_KERNEL);
	KUNIT_EXPECT_PTR_EQ(test, e, (void *)101);
	giver.back = e;
	KUNIT_EXPECT_EQ(test, mempool_resize(giver.pool, 2), 0);
	KUNIT_EXPECT_EQ(test, giver.made, 3);
	KUNIT_EXPECT_PTR_EQ(test, giver.freed, (void *)102);
	KUNIT_EXPECT_TRUE(test, mempool_is_saturated(giver.pool));
	KUNIT_EXPECT_PTR_EQ(test, mempool_alloc_preallocated(giver.pool), (void *)101);
	KUNIT_EXPECT_PTR_EQ(test, mempool_alloc_preallocated(giver.pool), (void *)100);
	KUNIT_EXPECT_NULL(test, mempool_alloc_preallocated(giver.pool));
	mempool_destroy(giver.pool);
	KUNIT_EXPECT_PTR_EQ(test, giver.freed, (void *)102);
}

static void zeroed_elements_are_warned_of(struct kunit *test)
{
	mempool_t *pool = counted(test, 1, 3);
	void *e = NULL;

	KUNIT_EXPECT_REPORT(test, "gfp_mask & __GFP_ZERO",
			    e = mempool_alloc(pool, GFP_KERNEL | __GFP_ZERO));
	KUNIT_EXPECT_NOT_NULL(test, e);
	mempool_free(e, pool);
	mempool_destroy(pool);
}

static void of_objects(struct kunit *test)
{
	struct kmem_cache *cache = make(test, 200, 0);
	mempool_t *pool = mempool_create_slab_pool(2, cache), here;
	void *e;

	KUNIT_ASSERT_NOT_NULL(test, pool);
	KUNIT_EXPECT_PTR_EQ(test, pool->alloc, (mempool_alloc_t *)mempool_alloc_slab);
	KUNIT_EXPECT_PTR_EQ(test, pool->free, (mempool_free_t *)mempool_free_slab);
	e = mempool_alloc(pool, GFP_KERNEL);
	KUNIT_EXPECT_PTR_EQ(test, slab_cache_of(e), cache);
	mempool_free(e, pool);
	mempool_destroy(pool);
	KUNIT_ASSERT_EQ(test, mempool_init_slab_pool(&here, 1, cache), 0);
	KUNIT_EXPECT_PTR_EQ(test, slab_cache_of(here.elements[0]), cache);
	mempool_exit(&here);
	KUNIT_EXPECT_NO_REPORT(test, kmem_cache_destroy(cache));
}

static void of_memory(struct kunit *test)
{
	mempool_t *pool = mempool_create_kmalloc_pool(1, 100), here;
	void *e;

	KUNIT_ASSERT_NOT_NULL(test, pool);
	KUNIT_EXPECT_PTR_EQ(test, pool->alloc, (mempool_alloc_t *)mempool_kmalloc);
	KUNIT_EXPECT_PTR_EQ(test, pool->free, (mempool_free_t *)mempool_kfree);
	e = mempool_alloc(pool, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, ksize(e), 128);
	mempool_free(e, pool);
	mempool_destroy(pool);
	KUNIT_ASSERT_EQ(test, mempool_init_kmalloc_pool(&here, 1, 2000), 0);
	KUNIT_EXPECT_EQ(test, ksize(here.elements[0]), 2048);
	mempool_exit(&here);
}

static void of_large_memory(struct kunit *test)
{
	const size_t size = KMALLOC_MAX_SIZE + PAGE_SIZE;
	mempool_t *pool = mempool_create_kvmalloc_pool(1, size), here;
	unsigned long before = vmalloc_nr_pages();
	void *e;

	KUNIT_ASSERT_NOT_NULL(test, pool);
	KUNIT_EXPECT_PTR_EQ(test, pool->alloc, (mempool_alloc_t *)mempool_kvmalloc);
	KUNIT_EXPECT_PTR_EQ(test, pool->free, (mempool_free_t *)mempool_kvfree);
	e = mempool_alloc_preallocated(pool);
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(e));
	KUNIT_ASSERT_EQ(test, mempool_init_kvmalloc_pool(&here, 1, size), 0);
	KUNIT_EXPECT_EQ(test, vmalloc_nr_pages() - before, size / PAGE_SIZE);
	mempool_exit(&here);
	KUNIT_EXPECT_EQ(test, vmalloc_nr_pages(), before);
	mempool_free(e, pool);
	mempool_destroy(pool);
	KUNIT_EXPECT_EQ(test, before - vmalloc_nr_pages(), size / PAGE_SIZE);
}

static void of_pages(struct kunit *test)
{
	unsigned long before = nr_free_pages();
	mempool_t *pool = mempool_create_page_pool(2, 3), here;
	struct page *page;

	KUNIT_ASSERT_NOT_NULL(test, pool);
	KUNIT_EXPECT_PTR_EQ(test, pool->alloc, (mempool_alloc_t *)mempool_alloc_pages);
	KUNIT_EXPECT_PTR_EQ(test, pool->free, (mempool_free_t *)mempool_free_pages);
	page = mempool_alloc(pool, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, page->order, 3);
	mempool_free(page, pool);
	KUNIT_ASSERT_EQ(test, mempool_init_page_pool(&here, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, page_count(here.elements[0]), 1);
	mempool_exit(&here);
	mempool_destroy(pool);
	mm_quiesce();
	KUNIT_EXPECT_GE(test, nr_free_pages(), before);
}

static struct kunit_case mempool_cases[] = {
	KUNIT_CASE(fills_when_made),
	KUNIT_CASE(all_or_nothing),
	KUNIT_CASE(node_and_flags),
	KUNIT_CASE(order_of_tries),
	KUNIT_CASE(free_fills_first),
	KUNIT_CASE(resizing),
	KUNIT_CASE(large_pool),
	KUNIT_CASE(too_many_for_an_array),
	KUNIT_CASE(no_memory_to_make_it),
	KUNIT_CASE(freed_while_it_is_filled),
	KUNIT_CASE(zeroed_elements_are_warned_of),
	KUNIT_CASE(of_objects),
	KUNIT_CASE(of_memory),
	KUNIT_CASE(of_large_memory),
	KUNIT_CASE(of_pages),
	KUNIT_CASE(free_wakes),
	{}
};

static struct kunit_suite mempool_suite = {
	.name = "mm_mempool",
	.suite_init = plain_caches,
	.suite_exit = as_booted,
	.test_cases = mempool_cases,
};
kunit_test_suite(mempool_suite);
