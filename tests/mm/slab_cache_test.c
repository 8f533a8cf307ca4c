// SPDX-License-Identifier: MIT
/*
 * slab_valid() of mm/slab_cache.c sees each kind of damage.
 *
 * Mutations that made slab_valid fail when tried: the test of each invariant taken out, one at a
 * time; each made the case fail that plants its damage.
 */
#include <kunit/test.h>
#include "mm/internal.h"
#include "mm/slab.h"
#include "tests/mm/slab_fixture.h"

static void damaged_inuse(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);
	struct page *slab = slab_page(s, p);

	slab->inuse--;
	KUNIT_EXPECT_FALSE(test, slab_valid(s));
	slab->inuse++;
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static void damaged_list(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);

	s->full.nr++;
	KUNIT_EXPECT_FALSE(test, slab_valid(s));
	s->full.nr--;
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static void damaged_page(struct kunit *test)
{
	struct kmem_cache *s = make(test, 2048, 0);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);
	struct page *slab = slab_page(s, p);

	KUNIT_ASSERT_GT(test, s->order, 0);
	slab[1].tail++;
	KUNIT_EXPECT_FALSE(test, slab_valid(s));
	slab[1].tail--;
	slab[1].owner++;
	KUNIT_EXPECT_FALSE(test, slab_valid(s));
	slab[1].owner--;
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static void flip(u64 *word)
{
	word_set(word, word_get(word) ^ 4);
}

static void damaged_word(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	void *p = kmem_cache_alloc(s, GFP_KERNEL), *q = kmem_cache_alloc(s, GFP_KERNEL);

	kmem_cache_free(s, p);
	flip(free_word(s, p));
	KUNIT_EXPECT_FALSE(test, slab_valid(s)); /* I5: in a magazine */
	flip(free_word(s, p));
	slab_flush_cache(s);
	flip(free_word(s, p));
	KUNIT_EXPECT_FALSE(test, slab_valid(s)); /* I4: in the slab */
	flip(free_word(s, p));
	kmem_cache_free(s, q);
	kmem_cache_destroy(s);
}

static void object_cached_twice(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);
	void **top, *below;

	kmem_cache_free(s, p);
	top = s->cpu[smp_processor_id()].top;
	below = top[-2];
	top[-2] = p;
	KUNIT_EXPECT_FALSE(test, slab_valid(s));
	top[-2] = below;
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	kmem_cache_destroy(s);
}

static void damaged_depot(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	void *p[500];

	KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, 500, p), 500);
	kmem_cache_free_bulk(s, 500, p);
	KUNIT_ASSERT_GT(test, s->nr_full, 0);
	s->nr_full--;
	KUNIT_EXPECT_FALSE(test, slab_valid(s));
	s->nr_full++;
	s->depot_full->sentinel = p;
	KUNIT_EXPECT_FALSE(test, slab_valid(s));
	s->depot_full->sentinel = NULL;
	kmem_cache_destroy(s);
}

static struct kunit_case valid_cases[] = { KUNIT_CASE(damaged_inuse),
					   KUNIT_CASE(damaged_list),
					   KUNIT_CASE(damaged_page),
					   KUNIT_CASE(damaged_word),
					   KUNIT_CASE(object_cached_twice),
					   KUNIT_CASE(damaged_depot),
					   {} };

static struct kunit_suite valid_suite = {
	.name = "slab_valid",
	.suite_init = plain_caches,
	.suite_exit = as_booted,
	.test_cases = valid_cases,
};
kunit_test_suite(valid_suite);
