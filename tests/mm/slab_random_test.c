// SPDX-License-Identifier: MIT
/*
 * Caches and kmalloc together, at random, against a model of who owns which bytes and what is in
 * them.
 *
 * Mutations that made slab_random fail when tried: slab_put() moves a slab to the partial list one
 * object too late; slab_take() goes round the map wrongly; move_block() copies 8 bytes less;
 * zero_object() clears 8 bytes less.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "mm/internal.h"
#include "mm/slab.h"

#define NR_SLOTS  1024
#define NR_STEPS  120000
#define NR_CACHES 5

struct slot {
	u8 *p;
	u32 size;
	int cache; /* index in caches[], -1: kmalloc */
	u64 seed;
};

struct model {
	struct kmem_cache *caches[NR_CACHES];
	struct slot slots[NR_SLOTS];
	unsigned long live;
};

static void nothing(void *p)
{
}

static const struct {
	unsigned int size, align;
	slab_flags_t flags;
	void (*ctor)(void *);
} kinds[NR_CACHES] = {
	{ 40, 0, 0, NULL },
	{ 200, 64, SLAB_HWCACHE_ALIGN, NULL },
	{ 24, 0, 0, nothing },
	{ 3000, 0, SLAB_TYPESAFE_BY_RCU, NULL },
	{ 77, 0, SLAB_RED_ZONE | SLAB_POISON | SLAB_CONSISTENCY_CHECKS, NULL },
};

static u64 word_at(u64 seed, u32 i)
{
	return (seed ^ i) * 0x9e3779b97f4a7c15ULL;
}

static void fill(const struct slot *o)
{
	u32 i;

	for (i = 0; i + 8 <= o->size; i += 8)
		*(u64 *)(o->p + i) = word_at(o->seed, i);
	for (; i < o->size; i++)
		o->p[i] = word_at(o->seed, i);
}

static bool intact(const struct slot *o, u32 size)
{
	u32 i;

	for (i = 0; i + 8 <= size; i += 8) {
		if (*(u64 *)(o->p + i) != word_at(o->seed, i))
			return false;
	}
	if (size == o->size) {
		for (; i < size; i++) {
			if (o->p[i] != (u8)word_at(o->seed, i))
				return false;
		}
	}
	return true;
}

/* 1 … 16383 bytes, small ones often. */
static u32 random_size(u64 r)
{
	unsigned int e = r % 14;

	return (1u << e) + ((r >> 8) & ((1u << e) - 1));
}

static void step_alloc(struct kunit *test, struct model *m, struct slot *o, u64 r)
{
	gfp_t gfp = r & 1 ? GFP_KERNEL : GFP_KERNEL | __GFP_ZERO;

	o->cache = r >> 1 & 1 ? -1 : (int)((r >> 2) % NR_CACHES);
	o->size = o->cache < 0 ? random_size(r >> 8) : kinds[o->cache].size;
	o->seed = r;
	if (o->cache >= 0 && kinds[o->cache].ctor)
		gfp = GFP_KERNEL;
	o->p = o->cache < 0 ? kmalloc(o->size, gfp) : kmem_cache_alloc(m->caches[o->cache], gfp);
	KUNIT_ASSERT_NOT_NULL(test, o->p);
	if (gfp & __GFP_ZERO)
		KUNIT_ASSERT_NULL(test, memchr_inv(o->p, 0, o->size));
	if (o->cache >= 0 && kinds[o->cache].align)
		KUNIT_ASSERT_EQ(test, (unsigned long)o->p % kinds[o->cache].align, 0);
	fill(o);
	m->live++;
}

static void step_free(struct kunit *test, struct model *m, struct slot *o, u64 r)
{
	KUNIT_ASSERT_TRUE(test, intact(o, o->size));
	if (o->cache < 0 || (r & 1))
		kfree(o->p);
	else
		kmem_cache_free(m->caches[o->cache], o->p);
	o->p = NULL;
	m->live--;
}

static void step_realloc(struct kunit *test, struct slot *o, u64 r)
{
	u32 size = random_size(r);
	u8 *p = krealloc(o->p, size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	o->p = p;
	KUNIT_ASSERT_TRUE(test, intact(o, min(size, o->size) & ~7u));
	o->size = size;
	fill(o);
}

static void step(struct kunit *test, struct model *m)
{
	u64 r = kunit_rand(test);
	struct slot *o = &m->slots[r % NR_SLOTS];

	r >>= 12;
	if (!o->p)
		step_alloc(test, m, o, r);
	else if (o->cache < 0 && r % 4 == 0)
		step_realloc(test, o, r >> 2);
	else
		step_free(test, m, o, r);
}

static void free_model(void *arg)
{
	struct model *m = arg;

	for (int i = 0; i < NR_SLOTS; i++)
		kfree(m->slots[i].p);
	for (int i = 0; i < NR_CACHES; i++)
		kmem_cache_destroy(m->caches[i]);
	kfree(m);
}

static void against_a_model(struct kunit *test)
{
	struct model *m = kzalloc(sizeof(*m), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, m);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_model, m), 0);
	for (int i = 0; i < NR_CACHES; i++) {
		m->caches[i] = kmem_cache_create("model", kinds[i].size, kinds[i].align,
						 kinds[i].flags, kinds[i].ctor);
		KUNIT_ASSERT_NOT_NULL(test, m->caches[i]);
	}
	for (int i = 0; i < NR_STEPS; i++) {
		step(test, m);
		if (i % 8000 == 0)
			KUNIT_ASSERT_TRUE(test, slab_valid_all());
		if (i % 30000 == 29999)
			slab_drain();
	}
	KUNIT_EXPECT_GT(test, m->live, 100);
	KUNIT_EXPECT_EQ(test, validate_slab_cache(m->caches[4]), 0);
}

static struct kunit_case random_cases[] = { KUNIT_CASE_SLOW(against_a_model), {} };
static struct kunit_suite random_suite = { .name = "slab_random", .test_cases = random_cases };
kunit_test_suite(random_suite);
