// SPDX-License-Identifier: MIT
/*
 * Caches of objects: kmem_cache_*().
 *
 * Source: the kernel-doc of kmem_cache_create(), kmem_cache_alloc(), kmem_cache_shrink() and
 * kmem_cache_destroy() in Linux's "Memory Management APIs". What a destroyed cache with live objects
 * does is told by its report, not by an answer, so it is no row here.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "conform.h"

#define QUIET (GFP_KERNEL | __GFP_NOWARN)

struct conform_thing {
	u64 a;
	u32 b;
	char tail[10];
};

static unsigned int constructed;

static void construct(void *p)
{
	struct conform_thing *t = p;

	constructed++;
	t->a = 0x1234;
	t->b = 77;
}

static void sizes(conform_t *c)
{
	struct kmem_cache *s = kmem_cache_create("conform_100", 100, 0, 0, NULL);
	struct kmem_cache *t = KMEM_CACHE(conform_thing, 0);
	struct kmem_cache *one = kmem_cache_create("conform_1", 1, 0, 0, NULL);
	void *p;

	ROW(c, "cache.size_100", 100, kmem_cache_size(s));
	ROW(c, "cache.size_of_struct", sizeof(struct conform_thing), kmem_cache_size(t));
	ROW(c, "cache.size_1", 1, kmem_cache_size(one));
	p = kmem_cache_alloc(s, GFP_KERNEL);
	ROW(c, "cache.object", 1, !ZERO_OR_NULL_PTR(p));
	kmem_cache_free(s, p);
	p = kmem_cache_alloc(one, GFP_KERNEL);
	ROW(c, "cache.object_1", 1, !ZERO_OR_NULL_PTR(p));
	kfree(p);
	kmem_cache_destroy(s);
	kmem_cache_destroy(t);
	kmem_cache_destroy(one);
	kmem_cache_destroy(NULL);
}

/* The lowest bits of eight objects of a cache. */
static unsigned long alignment(struct kmem_cache *s)
{
	unsigned long bits = 0;
	void *p[8];

	for (int i = 0; i < 8; i++) {
		p[i] = kmem_cache_alloc(s, GFP_KERNEL);
		bits |= (unsigned long)p[i];
	}
	for (int i = 0; i < 8; i++)
		kmem_cache_free(s, p[i]);
	return bits & -bits;
}

static unsigned long alignment_of(unsigned int size, unsigned int align, slab_flags_t flags)
{
	struct kmem_cache *s = kmem_cache_create("conform_align", size, align, flags, NULL);
	unsigned long bits = alignment(s);

	kmem_cache_destroy(s);
	return bits;
}

static void alignments(conform_t *c)
{
	ROW(c, "cache.align_default", 1, alignment_of(20, 0, 0) >= 8);
	ROW(c, "cache.align_asked_16", 1, alignment_of(20, 16, 0) >= 16);
	ROW(c, "cache.align_asked_128", 1, alignment_of(20, 128, 0) >= 128);
	ROW(c, "cache.align_asked_1024", 1, alignment_of(20, 1024, 0) >= 1024);
	ROW(c, "cache.align_hwcache_200", 1, alignment_of(200, 0, SLAB_HWCACHE_ALIGN) >= 64);
	ROW(c, "cache.align_hwcache_20", 1, alignment_of(20, 0, SLAB_HWCACHE_ALIGN) >= 32);
	ROW(c, "cache.align_hwcache_12", 1, alignment_of(12, 0, SLAB_HWCACHE_ALIGN) >= 16);
}

/* After dirtying and freeing as many objects as are likely to come again. */
static void contents(conform_t *c)
{
	struct kmem_cache *s = kmem_cache_create("conform_zero", 64, 0, 0, NULL);
	void *p[16];
	size_t n = 0;

	for (int i = 0; i < 16; i++)
		p[i] = memset(kmem_cache_alloc(s, GFP_KERNEL), 0xa5, 64);
	for (int i = 0; i < 16; i++)
		kmem_cache_free(s, p[i]);
	for (int i = 0; i < 16; i++) {
		p[i] = kmem_cache_zalloc(s, GFP_KERNEL);
		n += bytes_equal(p[i], 0, 64);
	}
	ROW(c, "cache.zalloc", 16 * 64, n);
	for (int i = 0; i < 16; i++)
		kmem_cache_free(s, p[i]);
	kmem_cache_destroy(s);
}

static void constructors(conform_t *c)
{
	struct kmem_cache *s;
	struct conform_thing *t;
	unsigned int ran, kept = 0;

	constructed = 0;
	s = kmem_cache_create("conform_ctor", sizeof(*t), 0, SLAB_NO_MERGE, construct);
	ROW(c, "cache.ctor_not_at_creation", 0, constructed);
	t = kmem_cache_alloc(s, GFP_KERNEL);
	ran = constructed;
	ROW(c, "cache.ctor_ran_before_first", 1, ran >= 1);
	ROW(c, "cache.ctor_wrote", 0x1234, t->a);
	t->a = 99; /* not as constructed: what was written survives, too */
	kmem_cache_free(s, t);
	for (int i = 0; i < 100; i++) {
		t = kmem_cache_alloc(s, GFP_KERNEL);
		kept += t->b == 77;
		kmem_cache_free(s, t);
	}
	ROW(c, "cache.ctor_survives_reuse", 100, kept);
	ROW(c, "cache.ctor_not_again_for_reuse", 1, constructed == ran);
	kmem_cache_destroy(s);
}

static void bulks(conform_t *c)
{
	struct kmem_cache *s = kmem_cache_create("conform_bulk", 48, 0, 0, NULL);
	void *p[50];
	size_t equal = 0, zero = 0;

	ROW(c, "cache.bulk_all", 50, kmem_cache_alloc_bulk(s, GFP_KERNEL | __GFP_ZERO, 50, p));
	for (int i = 0; i < 50; i++) {
		zero += bytes_equal(p[i], 0, 48);
		for (int k = 0; k < i; k++)
			equal += p[i] == p[k];
	}
	ROW(c, "cache.bulk_zeroed", 50 * 48, zero);
	ROW(c, "cache.bulk_distinct", 0, equal);
	kmem_cache_free_bulk(s, 50, p);
	ROW(c, "cache.bulk_none", 0, kmem_cache_alloc_bulk(s, GFP_KERNEL, 0, p));
	kmem_cache_destroy(s);
	for (int i = 0; i < 3; i++)
		p[i] = kmalloc(any(32 << i), GFP_KERNEL);
	kfree_bulk(3, p);
}

static void shrinking(conform_t *c)
{
	struct kmem_cache *s = kmem_cache_create("conform_shrink", 256, 0, SLAB_NO_MERGE, NULL);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);

	ROW(c, "cache.shrink_with_objects", 1, kmem_cache_shrink(s) != 0);
	kmem_cache_free(s, p);
	ROW(c, "cache.shrink_empty", 0, kmem_cache_shrink(s));
	kmem_cache_destroy(s);
}

static void arguments(conform_t *c)
{
	struct kmem_cache_args args = { .align = 64, .ctor = construct };
	struct kmem_cache *s = kmem_cache_create("conform_args", 24, &args, SLAB_NO_MERGE);
	struct conform_thing *t;

	ROW(c, "cache.args_align", 1, alignment(s) >= 64);
	t = kmem_cache_alloc(s, GFP_KERNEL);
	ROW(c, "cache.args_ctor", 77, t->b);
	kmem_cache_free(s, t);
	kmem_cache_destroy(s);
	s = kmem_cache_create("conform_args", 24, NULL, SLAB_NO_MERGE);
	ROW(c, "cache.args_null", 24, kmem_cache_size(s));
	kmem_cache_destroy(s);
	s = kmem_cache_create("conform_dma", 100, 0, SLAB_CACHE_DMA, NULL);
	t = kmem_cache_alloc(s, GFP_KERNEL);
	ROW(c, "cache.dma_is_low", 1, virt_to_phys(t) < 16UL << 20);
	kmem_cache_free(s, t);
	kmem_cache_destroy(s);
	s = kmem_cache_create("conform_panic", 24, 0,
			      SLAB_PANIC | SLAB_HWCACHE_ALIGN | SLAB_ACCOUNT, NULL);
	ROW(c, "cache.flags_accepted", 1, s != NULL);
	/* Linux gives out a cache of its own that is alike, and its size. */
	ROW(c, "cache.size_when_merged", CONFORM_HERE(32, 24), kmem_cache_size(s));
	kmem_cache_destroy(s);
}

static void rcu_types(conform_t *c)
{
	struct kmem_cache *s =
		kmem_cache_create("conform_typesafe", 64, 0, SLAB_TYPESAFE_BY_RCU, NULL);
	unsigned char *p = kmem_cache_alloc(s, GFP_KERNEL);
	unsigned long page = (unsigned long)p & PAGE_MASK;

	memset(p, 0x5a, 64);
	kmem_cache_free(s, p);
	ROW(c, "cache.typesafe_object", 1, virt_addr_valid((void *)page));
	kmem_cache_destroy(s);
}

CONFORM_AREA(cache, CONFORM_CASE(sizes), CONFORM_CASE(alignments), CONFORM_CASE(contents),
	     CONFORM_CASE(constructors), CONFORM_CASE(bulks), CONFORM_CASE(shrinking),
	     CONFORM_CASE(arguments), CONFORM_CASE(rcu_types));
