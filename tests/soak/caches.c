// SPDX-License-Identifier: MIT
/*
 * Soak: caches that come and go while others allocate, and objects by the dozen. A thread's own cache
 * lives for some of its steps; its objects are the thread's alone.
 */
#include <linux/slab.h>
#include <linux/string.h>
#include "soak.h"

static bool own_create(struct soak_thread *t)
{
	static const slab_flags_t flags[] = { 0, SLAB_HWCACHE_ALIGN, SLAB_CONSISTENCY_CHECKS,
					      SLAB_POISON | SLAB_RED_ZONE };

	t->own_nr = 0;
	t->own_size = 8 + soak_rand(t, 1500);
	down_read(&soak_arming);
	t->own = kmem_cache_create("soak-own", t->own_size, 0,
				   flags[soak_rand(t, ARRAY_SIZE(flags))], NULL);
	up_read(&soak_arming);
	return t->own;
}

static void own_destroy(struct soak_thread *t)
{
	while (t->own_nr) {
		void *p = t->own_objects[--t->own_nr];

		if (memchr_inv(p, (u8)t->own_nr, t->own_size))
			soak_wrong(t, "an object was written to", (unsigned long)p);
		kmem_cache_free(t->own, p);
	}
	down_read(&soak_arming);
	kmem_cache_destroy(t->own);
	up_read(&soak_arming);
	t->own = NULL;
}

static bool own_alloc(struct soak_thread *t)
{
	void *p = kmem_cache_alloc(t->own, soak_gfp(t));

	if (!p)
		return false;
	memset(p, (u8)t->own_nr, t->own_size);
	t->own_objects[t->own_nr++] = p;
	return true;
}

static bool op_own(struct soak_thread *t)
{
	if (!t->own)
		return own_create(t);
	if (t->own_nr < SOAK_OWN && !soak_chance(t, 8))
		return own_alloc(t);
	own_destroy(t);
	return true;
}

/* The whole life of a cache in a step. */
static bool op_brief(struct soak_thread *t)
{
	void *p[8];
	int n = 0;

	if (t->own)
		return true;
	if (!own_create(t))
		return false;
	n = kmem_cache_alloc_bulk(t->own, soak_gfp(t), ARRAY_SIZE(p), p);
	if (n)
		kmem_cache_free_bulk(t->own, n, p);
	own_destroy(t);
	return n;
}

static bool op_bulk(struct soak_thread *t)
{
	size_t n = 1 + soak_rand(t, 40), size = 8 << soak_rand(t, 7);
	void *p[40];

	for (size_t i = 0; i < n; i++) {
		p[i] = kmalloc(size, soak_gfp(t));
		if (p[i])
			memset(p[i], (u8)i, size);
		else
			n = i;
	}
	for (size_t i = 0; i < n; i++) {
		if (memchr_inv(p[i], (u8)i, size))
			soak_wrong(t, "an object was written to", (unsigned long)p[i]);
	}
	kfree_bulk(n, p);
	return n;
}

static void thread_end(struct soak_thread *t)
{
	if (t->own)
		own_destroy(t);
}

static const struct soak_op ops[] = {
	{ "own-cache", 20, op_own },
	{ "brief-cache", 2, op_brief },
	{ "bulk", 8, op_bulk },
};

const struct soak_group soak_caches = {
	.name = "caches", .ops = ops, .nr = ARRAY_SIZE(ops), .thread_end = thread_end
};
