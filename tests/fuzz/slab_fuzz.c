// SPDX-License-Identifier: MIT
/*
 * Fuzz target `slab`: caches and the kmalloc family against a model of who owns which bytes and what
 * is in them.
 *
 * The model is a table of caches with what they were asked to be, and one of objects: where, how many
 * bytes, of which cache, filled from which seed. An object's bytes are written when it is handed out
 * and looked at when it is given back, resized, or on demand, so two owners of a byte show, whichever
 * allocation gave it twice. Objects of a cache with a constructor hold the constructed bytes in
 * between, and must have them when they come back.
 *
 * Checked besides: alignment, zone, ksize(), zeroes for __GFP_ZERO and for what krealloc() adds if
 * every call had it, that small requests don't fail while there is memory (the program
 * can make it short), that a cache with live
 * objects is not destroyed, that a wrong free is reported once; slab_valid(), validate_slab_cache().
 *
 * finds, within a minute from its corpus, when planted:
 *	zero_object() clears 8 bytes less; a bulk allocation zeroes one object less
 *	krealloc() copies 8 bytes less; with __GFP_ZERO, leaves what it cut off
 *	an emptied slab of one object is taken off the wrong list
 *	a cache is destroyed with objects in use
 *	objects with a constructor keep their free word inside
 */
#include <linux/align.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "mm/internal.h"
#include "mm/slab.h"
#include "tests/fuzz/fuzz.h"

#define NR_CACHES  8
#define NR_OBJECTS 192
#define BULK	   40
#define CTOR_SEED  0xc70c
#define WHOLE	   32768 /* larger objects are filled and looked at in their ends only */
#define PLENTY	   (16UL << (20 - PAGE_SHIFT)) /* free pages with which small requests succeed */

enum { OF_KMALLOC = -1 };

struct cache {
	struct kmem_cache *s;
	unsigned int size, align, live;
	slab_flags_t flags;
	bool ctor;
};

struct object {
	u8 *p; /* NULL: none; never ZERO_SIZE_PTR */
	size_t size;
	int cache;   /* index, or OF_KMALLOC */
	gfp_t gfp;   /* as it was allocated */
	bool zeroed; /* every call for it had __GFP_ZERO */
	u64 seed;
};

struct model {
	struct cache caches[NR_CACHES];
	struct object objects[NR_OBJECTS];
	u64 next_seed;
};

static struct model *m;

/* ---- Contents ---- */

static void fill(struct object *o, u64 seed)
{
	o->seed = seed;
	if (o->size <= WHOLE) {
		fuzz_fill(o->p, o->size, seed);
		return;
	}
	fuzz_fill(o->p, WHOLE / 2, seed);
	fuzz_fill(o->p + o->size - WHOLE / 2, WHOLE / 2, seed + 1);
}

/* The first n bytes; the rest as well if that is all. */
static bool intact(const struct object *o, size_t n)
{
	if (o->size <= WHOLE) {
		/* What is left of a pattern after a cut: whole words. */
		return fuzz_filled(o->p, n == o->size ? n : n & ~7UL, o->seed);
	}
	if (!fuzz_filled(o->p, min(n, (size_t)WHOLE / 2) & ~7UL, o->seed))
		return false;
	return n < o->size || fuzz_filled(o->p + o->size - WHOLE / 2, WHOLE / 2, o->seed + 1);
}

static bool zero_at_ends(const u8 *p, size_t n)
{
	if (n <= WHOLE)
		return fuzz_zero(p, n);
	return fuzz_zero(p, WHOLE / 2) && fuzz_zero(p + n - WHOLE / 2, WHOLE / 2);
}

static void look(const struct object *o)
{
	FUZZ_CHECK(intact(o, o->size), "%zu bytes at %px (cache %d) were overwritten", o->size,
		   o->p, o->cache);
}

static void construct(void *p)
{
	struct kmem_cache *s = slab_cache_of(p);

	fuzz_fill(p, kmem_cache_size(s), CTOR_SEED);
}

/* ---- The tables ---- */

static struct object *find_object(unsigned int from, bool live)
{
	for (unsigned int i = 0; i < NR_OBJECTS; i++) {
		struct object *o = &m->objects[(from + i) % NR_OBJECTS];

		if ((o->p != NULL) == live)
			return o;
	}
	return NULL;
}

static struct cache *find_cache(unsigned int from, bool made)
{
	for (unsigned int i = 0; i < NR_CACHES; i++) {
		struct cache *c = &m->caches[(from + i) % NR_CACHES];

		if ((c->s != NULL) == made)
			return c;
	}
	return NULL;
}

static int index_of(const struct cache *c)
{
	return c - m->caches;
}

/* 2^e … 2^(e+1) - 1, small ones often. */
static size_t take_size(struct fuzz_input *in, unsigned int exponents)
{
	u16 b = fuzz_u16(in);
	unsigned int e = (b & 0xff) % exponents;

	return (1UL << e) + ((u64)(b >> 8) * 0x0101010101010101ULL & ((1UL << e) - 1));
}

/* ---- Objects come … ---- */

static void check_kmalloc(const struct object *o)
{
	size_t room = kmalloc_size_roundup(o->size), align = min(room & -room, PAGE_SIZE);

	FUZZ_CHECK(ksize(o->p) == room, "ksize() of %zu bytes is %zu, not %zu", o->size,
		   ksize(o->p), room);
	FUZZ_CHECK(IS_ALIGNED((unsigned long)o->p, align), "%zu bytes at %px", o->size, o->p);
	if (o->gfp & __GFP_DMA)
		FUZZ_CHECK(__pa(o->p) + o->size <= ARCH_DMA_LIMIT, "no DMA: %px", o->p);
}

static void check_object(const struct object *o)
{
	const struct cache *c = &m->caches[o->cache];

	FUZZ_CHECK(IS_ALIGNED((unsigned long)o->p, max(c->align, 8u)), "%px, align %u", o->p,
		   c->align);
	FUZZ_CHECK(slab_cache_of(o->p) == c->s, "%px is of another cache", o->p);
	FUZZ_CHECK(ksize(o->p) == c->size, "ksize() is %zu, the size is %u", ksize(o->p), c->size);
	if (c->flags & SLAB_CACHE_DMA)
		FUZZ_CHECK(__pa(o->p) + o->size <= ARCH_DMA_LIMIT, "no DMA: %px", o->p);
}

static void came(struct object *o, void *p, size_t size, int cache, gfp_t gfp)
{
	bool ctor = cache >= 0 && m->caches[cache].ctor;

	*o = (struct object){ .p = p, .size = size, .cache = cache, .gfp = gfp };
	if (cache < 0)
		check_kmalloc(o);
	else
		check_object(o);
	if (cache >= 0)
		m->caches[cache].live++;
	if (gfp & __GFP_ZERO)
		FUZZ_CHECK(zero_at_ends(p, size), "%zu bytes at %px are not zeroed", size, p);
	o->zeroed = gfp & __GFP_ZERO;
	if (ctor)
		FUZZ_CHECK(fuzz_filled(p, size, CTOR_SEED), "%px is not as constructed", p);
	fill(o, m->next_seed += 2);
}

/* With memory at hand, what is small is had. */
static void check_failure(size_t size, gfp_t gfp)
{
	FUZZ_CHECK(size > KMALLOC_MAX_CACHE_SIZE || (gfp & __GFP_DMA) || nr_free_pages() < PLENTY,
		   "%zu bytes, flags %#x: failed with %lu pages free", size, gfp, nr_free_pages());
}

static gfp_t take_gfp(struct fuzz_input *in)
{
	static const gfp_t kinds[] = { GFP_KERNEL,
				       GFP_KERNEL,
				       GFP_ATOMIC,
				       GFP_NOWAIT,
				       GFP_KERNEL | __GFP_RECLAIMABLE,
				       GFP_KERNEL_ACCOUNT,
				       GFP_KERNEL | GFP_DMA,
				       GFP_KERNEL | __GFP_NORETRY };
	u8 b = fuzz_u8(in);

	return kinds[b % ARRAY_SIZE(kinds)] | __GFP_NOWARN | (b & 0x08 ? __GFP_ZERO : 0);
}

static void *kmalloc_way(unsigned int way, size_t size, gfp_t gfp)
{
	switch (way % 4) {
	case 0:
		return kmalloc_array(size / 8, 8, gfp);
	case 1:
		return krealloc(NULL, size, gfp);
	case 2:
		return kmalloc_node(size, gfp, 0);
	default:
		return kmalloc(size, gfp);
	}
}

static void op_kmalloc(struct fuzz_input *in)
{
	gfp_t gfp = take_gfp(in);
	u8 b = fuzz_u8(in);
	size_t size = take_size(in, b & 0x80 ? 23 : 14);
	struct object *o = find_object(b, false);
	void *p;

	if (!o)
		return;
	if (b % 4 == 0)
		size = (size / 8 + 1) * 8;
	p = kmalloc_way(b, size, gfp);
	FUZZ_CHECK(size <= KMALLOC_MAX_SIZE || !p, "%zu bytes were given", size);
	if (!p)
		check_failure(size, gfp);
	else
		came(o, p, size, OF_KMALLOC, gfp);
}

static gfp_t cache_gfp(const struct cache *c, struct fuzz_input *in)
{
	gfp_t gfp = take_gfp(in) & ~(__GFP_DMA | __GFP_RECLAIMABLE | __GFP_ACCOUNT);

	return c->ctor ? gfp & ~__GFP_ZERO : gfp;
}

static void op_cache_alloc(struct fuzz_input *in)
{
	u8 b = fuzz_u8(in);
	struct cache *c = find_cache(b, true);
	struct object *o = find_object(b, false);
	gfp_t gfp;
	void *p;

	if (!c || !o)
		return;
	gfp = cache_gfp(c, in);
	p = kmem_cache_alloc(c->s, gfp);
	if (p)
		came(o, p, c->size, index_of(c), gfp);
	else if (!(c->flags & SLAB_CACHE_DMA))
		check_failure(c->size, gfp);
}

static void op_bulk_alloc(struct fuzz_input *in)
{
	u8 b = fuzz_u8(in), n = fuzz_u8(in) % (BULK + 1);
	struct cache *c = find_cache(b, true);
	void *p[BULK];
	gfp_t gfp;
	int got;

	if (!c)
		return;
	gfp = cache_gfp(c, in);
	got = kmem_cache_alloc_bulk(c->s, gfp, n, p);
	FUZZ_CHECK(got == n || got == 0, "%d of %u", got, n);
	for (int i = 0; i < got; i++) {
		struct object *o = find_object(b, false);

		if (!o && c->ctor)
			construct(p[i]);
		if (o)
			came(o, p[i], c->size, index_of(c), gfp);
		else
			kmem_cache_free(c->s, p[i]);
	}
}

/* ---- … and go ---- */

/* Look at an object for the last time, and leave it as its cache wants it back. */
static void leave(struct object *o)
{
	look(o);
	if (o->cache < 0)
		return;
	if (m->caches[o->cache].ctor)
		fuzz_fill(o->p, o->size, CTOR_SEED);
	m->caches[o->cache].live--;
}

static void free_object(struct object *o, u8 way)
{
	leave(o);
	if (o->cache >= 0 && (way & 1))
		kmem_cache_free(m->caches[o->cache].s, o->p);
	else if ((way & 6) == 2 && !(o->cache >= 0 && m->caches[o->cache].ctor))
		kfree_sensitive(o->p);
	else
		kfree(o->p);
	o->p = NULL;
}

static void op_free(struct fuzz_input *in)
{
	u8 b = fuzz_u8(in);
	struct object *o = find_object(b, true);

	if (o)
		free_object(o, fuzz_u8(in));
}

/* Several objects of one cache, or (with NULL) of any. */
static void op_bulk_free(struct fuzz_input *in)
{
	u8 b = fuzz_u8(in), most = fuzz_u8(in) % (BULK + 1);
	struct cache *c = b & 0x80 ? NULL : find_cache(b, true);
	void *p[BULK];
	size_t n = 0;

	for (unsigned int i = 0; i < NR_OBJECTS && n < most; i++) {
		struct object *o = &m->objects[(b + i) % NR_OBJECTS];

		if (!o->p || (c && o->cache != index_of(c)))
			continue;
		leave(o);
		p[n++] = o->p;
		o->p = NULL;
	}
	if (c)
		kmem_cache_free_bulk(c->s, n, p);
	else
		kfree_bulk(n, p);
}

static void op_krealloc(struct fuzz_input *in)
{
	gfp_t gfp = take_gfp(in);
	u8 b = fuzz_u8(in);
	size_t size = take_size(in, b & 0x80 ? 18 : 14), old;
	struct object *o = find_object(b, true);
	u8 *p;

	if (!o || o->cache >= 0)
		return;
	look(o);
	old = o->size;
	p = krealloc(o->p, size, gfp);
	if (!p) {
		check_failure(size, gfp);
		look(o);
		return;
	}
	o->p = p;
	FUZZ_CHECK(ksize(p) >= size, "%zu bytes, but ksize() is %zu", size, ksize(p));
	FUZZ_CHECK(intact(o, min(size, old)), "%zu bytes resized to %zu are not the same", old,
		   size);
	o->zeroed = o->zeroed && (gfp & __GFP_ZERO);
	if (o->zeroed && size > old)
		FUZZ_CHECK(zero_at_ends(p + old, size - old),
			   "%zu bytes resized to %zu: not zeroed", old, size);
	o->size = size;
	o->gfp = gfp;
	fill(o, m->next_seed += 2);
}

/* ---- Caches ---- */

static void op_create(struct fuzz_input *in)
{
	static const slab_flags_t choice[8] = {
		SLAB_HWCACHE_ALIGN, SLAB_TYPESAFE_BY_RCU, SLAB_RECLAIM_ACCOUNT, SLAB_CACHE_DMA,
		SLAB_RED_ZONE,	    SLAB_POISON,	  SLAB_STORE_USER,	SLAB_ACCOUNT,
	};
	u8 b = fuzz_u8(in), f = fuzz_u8(in), a = fuzz_u8(in);
	size_t size = take_size(in, b & 0x40 ? 15 : 11);
	struct kmem_cache_args args = { .align = a & 0x80 ? 0 : 1u << a % 13 };
	struct cache *c = find_cache(b, false);
	slab_flags_t flags = 0;

	if (!c)
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(choice); i++)
		flags |= f & (1u << i) && (i < 4 || (b & 0x20)) ? choice[i] : 0;
	if (b & 0x80)
		args.ctor = construct;
	if (a & 0x40 && size >= 8) {
		args.use_freeptr_offset = true;
		args.freeptr_offset = a * 8 % (size & ~7UL);
	}
	*c = (struct cache){ .size = size, .align = args.align, .flags = flags, .ctor = args.ctor };
	c->s = kmem_cache_create("fuzz", size, &args, flags);
	FUZZ_CHECK(c->s || nr_free_pages() < PLENTY, "no cache of %zu, flags %#x, align %u", size,
		   flags, args.align);
	if (c->s)
		FUZZ_CHECK(kmem_cache_size(c->s) == size, "size %u", kmem_cache_size(c->s));
}

static void free_all_of(const struct cache *c, u8 way)
{
	for (unsigned int i = 0; i < NR_OBJECTS; i++) {
		if (m->objects[i].p && m->objects[i].cache == index_of(c))
			free_object(&m->objects[i], way);
	}
}

static void destroy(struct cache *c, u8 b)
{
	if (c->live && (b & 0x80)) {
		fuzz_expect_begin();
		kmem_cache_destroy(c->s);
		fuzz_expect_end(1, "a cache in use destroyed");
		FUZZ_CHECK(slab_valid(c->s), "slab_valid() after it");
		return;
	}
	free_all_of(c, b);
	FUZZ_CHECK(kmem_cache_shrink(c->s) == 0, "slabs in use without an object");
	kmem_cache_destroy(c->s);
	c->s = NULL;
}

static void op_destroy(struct fuzz_input *in)
{
	u8 b = fuzz_u8(in);
	struct cache *c = find_cache(b, true);

	if (c)
		destroy(c, b);
}

/* ---- What one must not do, and looking ---- */

static void free_twice(struct object *o)
{
	u8 *p = o->p;

	free_object(o, 0);
	fuzz_expect_begin();
	kfree(p);
	fuzz_expect_end(1, "a double free");
}

static void free_to_other(struct object *o, const struct cache *other)
{
	leave(o);
	fuzz_expect_begin();
	kmem_cache_free(other->s, o->p);
	fuzz_expect_end(1, "a free to the wrong cache");
	o->p = NULL;
}

static void op_misuse(struct fuzz_input *in)
{
	u8 b = fuzz_u8(in);
	struct object *o = find_object(b, true);
	struct cache *other = find_cache(b, true);

	if (!o)
		return;
	if (b & 0x80) {
		free_twice(o);
	} else if ((b & 0x40) && other && o->cache >= 0 && o->cache != index_of(other)) {
		free_to_other(o, other);
	} else {
		fuzz_expect_begin();
		kfree(o->p + 1);
		fuzz_expect_end(1, "an address inside an object freed");
		look(o);
	}
}

static void op_shortage(struct fuzz_input *in)
{
	u8 b = fuzz_u8(in);

	fuzz_release();
	if (b & 1)
		fuzz_hoard(b >> 2);
}

static void op_look(struct fuzz_input *in)
{
	u8 b = fuzz_u8(in);
	struct object *o = find_object(b, true);
	struct cache *c = find_cache(b, true);

	if (o)
		look(o);
	if (b % 16 == 0)
		slab_drain();
	if (!c)
		return;
	switch (b % 8) {
	case 1:
		FUZZ_CHECK(slab_valid(c->s), "slab_valid()");
		break;
	case 2:
		FUZZ_CHECK(validate_slab_cache(c->s) == 0, "validate_slab_cache()");
		break;
	case 3:
		FUZZ_CHECK(kmem_cache_shrink(c->s) == (c->live != 0), "%u live objects", c->live);
		break;
	}
}

static void slab_run(struct fuzz_input *in)
{
	while (fuzz_next_op(in)) {
		switch (fuzz_u8(in) % 16) {
		case 0 ... 1:
			op_create(in);
			break;
		case 2:
			op_destroy(in);
			break;
		case 3 ... 4:
			op_cache_alloc(in);
			break;
		case 5:
			op_bulk_alloc(in);
			break;
		case 6 ... 8:
			op_kmalloc(in);
			break;
		case 9:
			op_krealloc(in);
			break;
		case 10:
			op_bulk_free(in);
			break;
		case 11:
			op_misuse(in);
			break;
		case 12:
			op_look(in);
			break;
		case 13:
			op_shortage(in);
			break;
		default:
			op_free(in);
		}
	}
	for (unsigned int i = 0; i < NR_OBJECTS; i++) {
		if (m->objects[i].p)
			free_object(&m->objects[i], i);
	}
	for (unsigned int i = 0; i < NR_CACHES; i++) {
		if (m->caches[i].s)
			destroy(&m->caches[i], 0);
	}
}

static int slab_init_model(void)
{
	m = fuzz_model(sizeof(*m));
	return m ? 0 : -ENOMEM;
}

const struct fuzz_target fuzz_slab = {
	.name = "slab",
	.init = slab_init_model,
	.run = slab_run,
	.pages = 32UL << (20 - PAGE_SHIFT),
};
