// SPDX-License-Identifier: MIT
/* The failure sweep's scenarios for slab caches, kmalloc and what copies with it. */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "mm/slab.h"
#include "tests/mm/slab_fixture.h"
#include "tests/mm/sweep.h"

static void free_got(struct sweep *s)
{
	for (unsigned int i = 0; i < s->nr_got; i++)
		kfree(s->got[i]);
}

/* ---- kmalloc ---- */

static enum outcome one_kmalloc(struct sweep *s)
{
	void *p = kmalloc(64, GFP_KERNEL);

	if (!p)
		return REFUSED;
	memset(p, 0x5a, 64);
	kfree(p);
	return DONE;
}

static enum outcome each_size(struct sweep *s)
{
	static const size_t sizes[] = { 1, 8, 40, 96, 192, 500, 3000, 8192, 8193, 100000 };
	bool all = true;

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes) && all; i++) {
		all = got(s, __kmalloc(unknown(sizes[i]), GFP_KERNEL | __GFP_NOWARN));
		if (all)
			sweep_fill(s->got[i], sizes[i], i);
	}
	for (unsigned int i = 0; i < s->nr_got; i++)
		SWEEP_EXPECT(s, sweep_filled(s->got[i], sizes[i], i));
	return done_if(all);
}

static enum outcome each_kind(struct sweep *s)
{
	return done_if(got(s, kmalloc(100, GFP_ATOMIC)) && got(s, kmalloc(100, GFP_NOWAIT)) &&
		       got(s, kmalloc(100, GFP_KERNEL_ACCOUNT)) &&
		       got(s, kmalloc(100, GFP_KERNEL | __GFP_RECLAIMABLE)) &&
		       got(s, kmalloc(100, GFP_KERNEL | GFP_DMA)));
}

static enum outcome each_spelling(struct sweep *s)
{
	struct kmem_cache *class = kmalloc_caches[KMALLOC_NORMAL][kmalloc_index(64)];

	return done_if(
		got(s, kmalloc_array(5, 8, GFP_KERNEL)) &&
		got(s, kmalloc_node(40, GFP_KERNEL, 0)) &&
		got(s, kmalloc_array_node(5, 8, GFP_KERNEL, 0)) &&
		got(s, kmalloc_track_caller(40, GFP_KERNEL)) &&
		got(s, kmalloc_node_track_caller(40, GFP_KERNEL, 0)) &&
		got(s, __kmalloc_cache(class->place, GFP_KERNEL, 64, ALLOC_TAG_HERE())) &&
		got(s, __kmalloc_cache_flags(class->place, GFP_KERNEL, 64, ALLOC_TAG_HERE())) &&
		got(s, __kmalloc_large(20000, GFP_KERNEL, ALLOC_TAG_HERE())));
}

static enum outcome each_zeroed(struct sweep *s)
{
	static const size_t sizes[] = { 40, 60, 40, 60, 20000 };
	bool all = got(s, kzalloc(40, GFP_KERNEL)) && got(s, kcalloc(5, 12, GFP_KERNEL)) &&
		   got(s, kzalloc_node(40, GFP_KERNEL, 0)) &&
		   got(s, kcalloc_node(5, 12, GFP_KERNEL, 0)) && got(s, kzalloc(20000, GFP_KERNEL));

	for (unsigned int i = 0; i < s->nr_got; i++)
		SWEEP_EXPECT(s, sweep_zero(s->got[i], sizes[i]));
	return done_if(all);
}

/* More objects than magazines hold, so that depots and slabs are gone through. Freed in between. */
static enum outcome many_objects(struct sweep *s)
{
	enum outcome outcome = DONE;
	void **chain = NULL;

	for (unsigned int i = 0; i < 400 && outcome == DONE; i++) {
		void **p = kmalloc(128, GFP_KERNEL);

		if (!p) {
			outcome = REFUSED;
			break;
		}
		p[0] = chain;
		p[1] = (void *)(unsigned long)i;
		chain = p;
	}
	for (unsigned long i = 0; chain; i++) {
		void **next = chain[0];

		SWEEP_EXPECT(s, !next || next[1] == chain[1] - 1);
		kfree(chain);
		chain = next;
	}
	return outcome;
}

static enum outcome sensitive(struct sweep *s)
{
	bool all = got(s, kmalloc(64, GFP_KERNEL)) && got(s, kmalloc(64, GFP_KERNEL));

	if (s->nr_got)
		kfree_sensitive(s->got[--s->nr_got]);
	kfree_bulk(s->nr_got, s->got);
	s->nr_got = 0;
	return done_if(all);
}

/* ---- krealloc: a refusal leaves the old block whole ---- */

static void prepare_blocks(struct sweep *s)
{
	static const size_t sizes[] = { 100, 20000 };

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		SWEEP_ASSERT(s, got(s, __kmalloc(sizes[i], GFP_KERNEL)));
		sweep_fill(s->got[i], sizes[i], i);
	}
}

/* Grow the block whose number is i. */
static bool grow(struct sweep *s, unsigned int i, size_t had, size_t size)
{
	void *p = krealloc(s->got[i], size, GFP_KERNEL);

	if (p)
		s->got[i] = p;
	SWEEP_EXPECT(s, sweep_filled(s->got[i], had, i));
	if (!p)
		SWEEP_EXPECT(s, ksize(s->got[i]) >= had && ksize(s->got[i]) < size);
	return p;
}

static enum outcome grow_blocks(struct sweep *s)
{
	return done_if(grow(s, 0, 100, 5000) && grow(s, 0, 100, 30000) && grow(s, 1, 20000, 70000));
}

static enum outcome new_by_krealloc(struct sweep *s)
{
	bool all = got(s, krealloc(NULL, 100, GFP_KERNEL)) &&
		   got(s, krealloc_array(NULL, 10, 20, GFP_KERNEL | __GFP_ZERO));
	void *p = all ? krealloc_array(s->got[1], 10, 200, GFP_KERNEL | __GFP_ZERO) : NULL;

	if (p)
		s->got[1] = p;
	if (s->nr_got > 1)
		SWEEP_EXPECT(s, sweep_zero(s->got[1], p ? 2000 : 200));
	return done_if(p);
}

/* ---- Copies ---- */

static enum outcome copies(struct sweep *s)
{
	char text[] = "not a constant of the image";
	bool all = got(s, kstrdup(text, GFP_KERNEL)) && got(s, kstrdup_const(text, GFP_KERNEL)) &&
		   got(s, kstrndup(text, 3, GFP_KERNEL)) &&
		   got(s, kmemdup(text, sizeof(text), GFP_KERNEL)) &&
		   got(s, kmemdup_nul(text, 5, GFP_KERNEL)) &&
		   got(s, kmemdup_array(text, 2, 9, GFP_KERNEL));
	static const u8 sizes[] = { sizeof(text), sizeof(text), 3, sizeof(text), 5, 18 };

	for (unsigned int i = 0; i < s->nr_got; i++)
		SWEEP_EXPECT(s, !memcmp(s->got[i], text, sizes[i]));
	while (s->nr_got)
		kfree_const(s->got[--s->nr_got]);
	return done_if(all);
}

static char *format(const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = kvasprintf(GFP_KERNEL, fmt, args);
	va_end(args);
	return text;
}

static const char *format_const(const char *fmt, ...)
{
	va_list args;
	const char *text;

	va_start(args, fmt);
	text = kvasprintf_const(GFP_KERNEL, fmt, args);
	va_end(args);
	return text;
}

static enum outcome formatted(struct sweep *s)
{
	char word[] = "twelve";
	bool all = got(s, kasprintf(GFP_KERNEL, "%d words", 12)) &&
		   got(s, format("%s words", word)) && got(s, format_const("%s", word)) &&
		   got(s, format_const("%s words", word));
	static const char *const texts[] = { "12 words", "twelve words", "twelve", "twelve words" };

	for (unsigned int i = 0; i < s->nr_got; i++)
		SWEEP_EXPECT(s, !strcmp(s->got[i], texts[i]));
	while (s->nr_got)
		kfree_const(s->got[--s->nr_got]);
	return done_if(all);
}

static enum outcome large_copy(struct sweep *s)
{
	static u8 from[3 * PAGE_SIZE / 2];
	u8 *copy;

	memset(from, 0x5a, sizeof(from));
	copy = kvmemdup(from, sizeof(from), GFP_KERNEL);
	if (!copy)
		return REFUSED;
	SWEEP_EXPECT(s, !memcmp(copy, from, sizeof(from)));
	kvfree(copy);
	return DONE;
}

static enum outcome buckets(struct sweep *s)
{
	kmem_buckets *b = kmem_buckets_create("swept", 0, 0, 0, NULL);
	bool all;

	if (!b)
		return REFUSED;
	all = got(s, kmem_buckets_alloc(b, 100, GFP_KERNEL)) &&
	      got(s, kmem_buckets_alloc_track_caller(b, 100000, GFP_KERNEL)) &&
	      got(s, kmem_buckets_valloc(b, 2 * KMALLOC_MAX_SIZE, GFP_KERNEL));
	while (s->nr_got)
		kvfree(s->got[--s->nr_got]);
	kmem_buckets_destroy(b);
	return done_if(all);
}

/* ---- Caches ---- */

static unsigned int constructed;

static void construct(void *p)
{
	*(u64 *)p = 0x600d600d600d600dULL;
	constructed++;
}

/* Allocate from the cache in each way, look, free, unmake it. */
static bool use_cache(struct sweep *s, struct kmem_cache *cache, bool has_ctor)
{
	void *p[4] = { NULL };
	bool all;

	if (!cache)
		return false;
	p[0] = kmem_cache_alloc(cache, GFP_KERNEL);
	p[1] = has_ctor ? kmem_cache_alloc(cache, GFP_KERNEL)
			: kmem_cache_zalloc(cache, GFP_KERNEL);
	p[2] = kmem_cache_alloc_node(cache, GFP_KERNEL, 0);
	p[3] = kmem_cache_alloc_lru(cache, NULL, GFP_KERNEL);
	all = p[0] && p[1] && p[2] && p[3];
	if (has_ctor) {
		for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
			SWEEP_EXPECT(s, !p[i] || *(u64 *)p[i] == 0x600d600d600d600dULL);
	} else if (p[1]) {
		SWEEP_EXPECT(s, sweep_zero(p[1], kmem_cache_size(cache)));
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
		kmem_cache_free(cache, p[i]);
	kmem_cache_destroy(cache);
	return all;
}

static enum outcome plain_cache(struct sweep *s)
{
	char name[] = "sweep"; /* on the stack, so it is copied */
	struct kmem_cache_args args = { .align = 64 };

	return done_if(use_cache(s, kmem_cache_create(name, 100, 0, 0, NULL), false) &&
		       use_cache(s, kmem_cache_create(name, 100, &args, 0), false) &&
		       use_cache(s, kmem_cache_create(name, 3000, (void *)NULL, 0), false));
}

static enum outcome named_cache(struct sweep *s)
{
	struct kmem_cache_args args = { .ctor = construct };

	return done_if(
		use_cache(s, KMEM_CACHE(sweep, SLAB_HWCACHE_ALIGN), false) &&
		use_cache(s, KMEM_CACHE_USERCOPY(sweep, 0, got), false) &&
		use_cache(s, kmem_cache_create_usercopy("sweep", 100, 0, 0, 8, 8, NULL), false) &&
		use_cache(s, __kmem_cache_create("sweep", 100, 0, SLAB_TYPESAFE_BY_RCU, construct),
			  true) &&
		use_cache(s, __kmem_cache_create_args("sweep", 100, &args, 0), true) &&
		use_cache(s, __kmem_cache_default_args("sweep", 100, NULL, 0), false));
}

static enum outcome checked_cache(struct sweep *s)
{
	return done_if(
		use_cache(s, kmem_cache_create("sweep", 100, 0, ALL_CHECKS, NULL), false) &&
		use_cache(s, kmem_cache_create("sweep", 100, 0, ALL_CHECKS, construct), true));
}

static void prepare_cache(struct sweep *s)
{
	s->cache = kmem_cache_create("sweep", 200, 0, 0, NULL);
	SWEEP_ASSERT(s, s->cache);
}

static void destroy_cache(struct sweep *s)
{
	kmem_cache_destroy(s->cache);
}

/* All or nothing. */
static enum outcome bulk(struct sweep *s)
{
	void *objects[50];
	int n = kmem_cache_alloc_bulk(s->cache, GFP_KERNEL | __GFP_ZERO, ARRAY_SIZE(objects),
				      objects);

	SWEEP_EXPECT(s, n == 0 || n == ARRAY_SIZE(objects));
	for (int i = 0; i < n; i++)
		SWEEP_EXPECT(s, sweep_zero(objects[i], 200));
	kmem_cache_free_bulk(s->cache, n, objects);
	return done_if(n);
}

/* Objects go back and forth while there is no memory for magazines or slabs. */
static enum outcome back_and_forth(struct sweep *s)
{
	void *objects[100] = { NULL };
	bool all = true;

	for (unsigned int i = 0; i < 400; i++) {
		void **p = &objects[(i * 37 + i / 100) % ARRAY_SIZE(objects)];

		if (*p) {
			kmem_cache_free(s->cache, *p);
			*p = NULL;
		} else {
			*p = kmem_cache_alloc(s->cache, GFP_NOWAIT);
			all &= *p != NULL;
		}
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(objects); i++)
		kmem_cache_free(s->cache, objects[i]);
	return done_if(all);
}

#define MANY 1400 /* of 64 bytes: twenty-three magazines, so two slabs of magazines */

static void prepare_many(struct sweep *s)
{
	void **array = kmalloc_array(MANY, sizeof(*array), GFP_KERNEL);

	s->cache = kmem_cache_create("sweep", 64, 0, 0, NULL);
	SWEEP_ASSERT(s, got(s, array) && s->cache);
	SWEEP_ASSERT(s, kmem_cache_alloc_bulk(s->cache, GFP_KERNEL, MANY, array) == MANY);
}

/* All objects come back, and there may be no magazine to take them. */
static enum outcome return_many(struct sweep *s)
{
	void **array = s->got[0], *p;

	for (unsigned int i = 0; i < MANY; i++)
		kmem_cache_free(s->cache, array[i]);
	p = kmem_cache_alloc(s->cache, GFP_KERNEL);
	kmem_cache_free(s->cache, p);
	return done_if(p);
}

static void end_many(struct sweep *s)
{
	free_got(s);
	destroy_cache(s);
}

static enum outcome must(struct sweep *s)
{
	const gfp_t gfp = GFP_KERNEL | __GFP_NOFAIL;
	void *object = kmem_cache_alloc(s->cache, gfp), *objects[40];
	bool all = object && kmem_cache_alloc_bulk(s->cache, gfp, ARRAY_SIZE(objects), objects);

	if (all)
		kmem_cache_free_bulk(s->cache, ARRAY_SIZE(objects), objects);
	kmem_cache_free(s->cache, object);
	return done_if(all && got(s, kmalloc(64, gfp)) && got(s, kmalloc(20000, gfp)) &&
		       got(s, kmemdup(s->got[0], 64, gfp)) && got(s, krealloc(NULL, 9000, gfp)));
}

/*
 * Without memory for a magazine an object comes straight from a slab: so slabs cope with the loss
 * of a page.
 */
const struct scenario sweep_slab[] = {
	{ "kmalloc", one_kmalloc, .flags = COPES_PAGE },
	{ "kmalloc sizes", each_size, .clean = free_got, .flags = COPES_PAGE },
	{ "kmalloc kinds", each_kind, .clean = free_got, .flags = COPES_PAGE },
	{ "kmalloc spellings", each_spelling, .clean = free_got, .flags = COPES_PAGE },
	{ "kzalloc", each_zeroed, .clean = free_got, .flags = COPES_PAGE },
	{ "many objects", many_objects, .flags = COPES_PAGE },
	{ "kfree_sensitive", sensitive, .flags = COPES_PAGE },
	{ "krealloc", grow_blocks, prepare_blocks, free_got, COPES_PAGE },
	{ "krealloc from nothing", new_by_krealloc, .clean = free_got, .flags = COPES_PAGE },
	{ "copies", copies, .flags = COPES_PAGE },
	{ "formatted text", formatted, .flags = COPES_PAGE },
	{ "buckets", buckets, .flags = COPES_PAGE | COPES_SLAB },
	{ "copy of much", large_copy, .flags = COPES_PAGE | COPES_SLAB },
	{ "caches", plain_cache, .flags = COPES_PAGE },
	{ "caches of a kind", named_cache, .flags = COPES_PAGE },
	{ "caches with checks", checked_cache, .flags = COPES_PAGE },
	{ "bulk", bulk, prepare_cache, destroy_cache, COPES_PAGE },
	{ "back and forth", back_and_forth, prepare_cache, destroy_cache, COPES_PAGE },
	{ "kmalloc that must not fail", must, prepare_cache, end_many, NEVER_REFUSED },
	{ "many objects back", return_many, prepare_many, end_many, COPES_PAGE },
	{},
};
