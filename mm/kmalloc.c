// SPDX-License-Identifier: MIT
/*
 * kmalloc: memory of any size, from caches of fixed sizes or, above 8 KiB, from pages.
 *
 * 1. Classes. 8, 16, 32, 64, 96, 128, 192, 256, 512, 1k, 2k, 4k, 8k. 96 and 192 halve the worst
 *    waste where most objects are. A class is aligned to the largest power of two that divides it,
 *    with debug flags too, since a slab's objects are packed from its aligned end.
 *
 * 2. Kinds. The flags choose one of four families: normal, DMA (pages below 16 MiB), reclaimable
 *    (pages grouped with their like), accounted. A constant size and constant flags choose the
 *    cache at compile time (slab.h).
 *
 * 3. Large blocks are pages from the buddy, marked PAGE_KMALLOC in their head, with the size asked
 *    for in page->size. They are allocated with __GFP_COMP: get_page() on any of their pages keeps
 *    the whole, and kfree() then only drops kmalloc's own reference.
 *
 * 4. Sizes. A block holds its capacity (ksize()), but the user may use what he asked for: debug
 *    caches and large blocks know that number, plain caches don't. Whoever must clear or copy "the
 *    contents" takes the smaller known one (kmalloc_used()).
 *
 * 5. Copies (random_kmalloc_caches on the boot line). There are RANDOM_KMALLOC_CACHES of each normal
 *    class, and which of them serves a call is a keyed hash of the caller's address: who can make
 *    one call place an object of his choice still does not know what other calls' objects it will
 *    stand beside. The class itself has no objects then and no magazines, so that each request takes
 *    the slow path, where kmalloc_copy() sends it on: without the switch nothing is paid.
 *
 * Context: as the flags say; kfree() anywhere but NMI. No locks here. The allocation and free paths
 * themselves stand in slab.c.
 */
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/moduleparam.h>
#include <linux/random.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <quarry/report.h>
#include "internal.h"
#include "kfence.h"
#include "slab.h"

struct kmem_cache *kmalloc_caches[NR_KMALLOC_TYPES][NR_KMALLOC_CLASSES];
unsigned int kmalloc_places[NR_KMALLOC_TYPES][NR_KMALLOC_CLASSES];

#define CLASS_NAMES(prefix)                                                                     \
	{                                                                                       \
		[1] = prefix "96", [2] = prefix "192", [3] = prefix "8", [4] = prefix "16",     \
		[5] = prefix "32", [6] = prefix "64", [7] = prefix "128", [8] = prefix "256",   \
		[9] = prefix "512", [10] = prefix "1k", [11] = prefix "2k", [12] = prefix "4k", \
		[13] = prefix "8k"                                                              \
	}

static const char *const class_names[NR_KMALLOC_TYPES][NR_KMALLOC_CLASSES] = {
	[KMALLOC_NORMAL] = CLASS_NAMES("kmalloc-"),
	[KMALLOC_DMA] = CLASS_NAMES("dma-kmalloc-"),
	[KMALLOC_RECLAIM] = CLASS_NAMES("kmalloc-rcl-"),
	[KMALLOC_CGROUP] = CLASS_NAMES("kmalloc-cg-"),
};

static const slab_flags_t type_flags[NR_KMALLOC_TYPES] = {
	[KMALLOC_DMA] = SLAB_CACHE_DMA,
	[KMALLOC_RECLAIM] = SLAB_RECLAIM_ACCOUNT,
	[KMALLOC_CGROUP] = SLAB_ACCOUNT,
};

static unsigned int class_size(unsigned int index)
{
	return index == 1 ? 96 : index == 2 ? 192 : 1u << index;
}

static struct kmem_cache *make_class(const char *name, unsigned int index, slab_flags_t flags)
{
	unsigned int size = class_size(index);
	struct kmem_cache_args args = { .align = size & -size, .usersize = size };

	return __kmem_cache_create_args(name, size, &args, SLAB_KMALLOC | SLAB_PANIC | flags);
}

/* ---- Copies ---- */

static bool random_copies;
static u64 copy_seed;
static struct kmem_cache *copies[NR_KMALLOC_CLASSES][RANDOM_KMALLOC_CACHES];

static int set_random_copies(const char *val)
{
	return boot_param_bool(val, &random_copies);
}
BOOT_PARAM("random_kmalloc_caches", set_random_copies);

/* Which copy of `s` serves a call from there. */
struct kmem_cache *kmalloc_copy(struct kmem_cache *s, unsigned long caller)
{
	return s->copies[hash_64(caller ^ copy_seed, ilog2(RANDOM_KMALLOC_CACHES))];
}

/* "kmalloc-64" has "kmalloc-rnd-01-64" and so on. */
static void make_copies(unsigned int index)
{
	struct kmem_cache *s = kmalloc_caches[KMALLOC_NORMAL][index];
	char name[24];

	for (unsigned int i = 0; i < RANDOM_KMALLOC_CACHES; i++) {
		scnprintf(name, sizeof(name), "kmalloc-rnd-%02u-%s", i + 1,
			  class_names[KMALLOC_NORMAL][index] + strlen("kmalloc-"));
		copies[index][i] = make_class(name, index, 0);
	}
	s->copies = copies[index];
}

/* After kmalloc works: their names are copied, which are the last objects of the classes themselves. */
static void kmalloc_make_copies(void)
{
	if (!random_copies)
		return;
	for (unsigned int i = 1; i < NR_KMALLOC_CLASSES; i++)
		make_copies(i);
}

/* Make the size classes: structs only, no slab. */
void kmalloc_init(void)
{
	copy_seed = get_random_u64();
	for (unsigned int type = 0; type < NR_KMALLOC_TYPES; type++) {
		slab_flags_t flags = type_flags[type];

		if (type == KMALLOC_NORMAL && random_copies)
			flags |= SLAB_NO_MAGAZINES;
		for (unsigned int i = 1; i < NR_KMALLOC_CLASSES; i++) {
			kmalloc_caches[type][i] = make_class(class_names[type][i], i, flags);
			kmalloc_places[type][i] = kmalloc_caches[type][i]->place;
		}
	}
	kmalloc_make_copies();
	kasan_quarantine_init();
}

/* ---- Large blocks ---- */

/**
 * __kmalloc_large() - kmalloc() from pages
 * @size: bytes, more than KMALLOC_MAX_CACHE_SIZE
 * @gfp: what may be done to find memory
 * @tag: whose it will be
 *
 * Return: a page-aligned block; NULL above KMALLOC_MAX_SIZE, with a report unless __GFP_NOWARN is given.
 */
void *__kmalloc_large(size_t size, gfp_t gfp, unsigned int tag)
{
	struct page *page;
	int order;

	if (unlikely(size > KMALLOC_MAX_SIZE)) {
		kmalloc_report_size(size, gfp);
		return NULL;
	}
	order = get_order(size);
	gfp &= ~(__GFP_MOVABLE | __GFP_HIGHMEM);
	page = alloc_pages_tagged(gfp | __GFP_COMP, order, tag);
	if (!page)
		return NULL;
	WRITE_ONCE(page->type, PAGE_KMALLOC);
	page->size = size;
	mm_stat_add(MM_KMALLOC_LARGE, 1L << order);
	kasan_kmalloc_large(page_address(page), size, order);
	return page_address(page);
}

/* Free a large block: `page` is a head marked so, and `p` should be its address. */
void kfree_large(struct page *page, const void *p)
{
	if (p != page_address(page)) {
		slab_report_foreign("kfree", p);
		return;
	}
	mm_stat_add(MM_KMALLOC_LARGE, -(1L << page->order));
	kasan_kfree_large(p, page->order);
	WRITE_ONCE(page->type, PAGE_USED);
	put_page(page);
}

/* The head page of the large block that starts at p; NULL: none does. */
static struct page *large_block(const void *p)
{
	struct page *page = direct_page(p);

	if (!byte_is(&page->type, PAGE_KMALLOC) || p != page_address(page))
		return NULL;
	return page;
}

/* ---- Sizes ---- */

/*
 * Does an object of the cache start at p, an address in one of its slabs? If not, that is reported.
 */
static __always_inline bool starts_object(struct kmem_cache *s, const void *p)
{
	if (likely(is_object_start(s, (const char *)p - s->red_left)))
		return true;
	slab_report_invalid(s, p);
	return false;
}

/**
 * ksize() - how many bytes a block holds
 * @p: what kmalloc() or a cache gave
 *
 * To use more than was asked for is an error nevertheless; kmalloc_size_roundup() beforehand is the
 * way to get it all.
 * Return: the capacity, which for a sample of KFENCE is what was asked for; 0 for NULL and ZERO_SIZE_PTR, and, with a report, for what is no block.
 */
size_t ksize(const void *p)
{
	struct kmem_cache *s;
	struct page *page;

	if (ZERO_OR_NULL_PTR(p))
		return 0;
	s = slab_cache_of(p);
	if (s)
		return starts_object(s, p) ? s->object_size : 0;
	page = large_block(p);
	if (page)
		return PAGE_SIZE << page->order;
	if (kfence_ksize(p))
		return kfence_ksize(p);
	slab_report_foreign("ksize", p);
	return 0;
}

/* What the user may use as far as that is known, at most the capacity `held`. */
size_t kmalloc_used(const void *p, size_t held)
{
	struct page *page = large_block(p);
	struct kmem_cache *s;

	if (page)
		return page->size;
	s = slab_cache_of(p);
	return s && s->orig ? slab_debug_orig_size(s, p) : held;
}

/**
 * kmalloc_size_roundup() - how many bytes kmalloc() would set aside
 * @size: bytes
 *
 * Return: the capacity of the block that kmalloc(@size) gives; @size itself for 0 and above
 * KMALLOC_MAX_SIZE.
 */
size_t kmalloc_size_roundup(size_t size)
{
	if (!size || size > KMALLOC_MAX_SIZE)
		return size;
	if (size > KMALLOC_MAX_CACHE_SIZE)
		return PAGE_SIZE << get_order(size);
	return class_size(kmalloc_index(size));
}

/* May the object of s that starts at p have been freed? That of a plain cache says so with a word, or by chance. */
static __always_inline bool may_be_free(const struct kmem_cache *s, const void *p)
{
	return unlikely(slab_debugged(s) || free_word_intact(s, p));
}

/* Freed before. Precondition: an object starts there. */
static bool is_free_object(const void *p)
{
	struct kmem_cache *s = slab_cache_of(p);

	if (is_kfence_address(p))
		return !kfence_owner(p);
	return s && may_be_free(s, p) && slab_locate(s, p) != SLAB_LIVE;
}

/* ---- krealloc ---- */

static void *move_block(const void *p, size_t used, size_t size, gfp_t gfp, unsigned int tag)
{
	void *q = __kmalloc_tagged(size, gfp, tag);

	if (q) {
		kasan_unpoison(p, used);
		memcpy(q, p, used);
		kfree(p);
	}
	return q;
}

/* Where it is, as in a plain cache: all behind the new size is zero, so that growing later finds it so. */
static void *resize_sample(void *p, size_t size, size_t held, gfp_t gfp)
{
	struct kmem_cache *s = kfence_owner(p);

	if ((gfp & __GFP_ZERO) || (s && s->init_gfp))
		memset((char *)p + size, 0, held - size);
	return p;
}

/* krealloc() of what lies in no plain cache: there it is known what was asked for. */
static noinline void *resize_known(void *p, size_t size, gfp_t gfp, unsigned int tag)
{
	struct page *page = large_block(p);
	size_t held = ksize(p), had = held ? kmalloc_used(p, held) : 0;

	if (!held)
		return NULL;
	if (size > held)
		return move_block(p, had, size, gfp, tag);
	if (is_kfence_address(p))
		return resize_sample(p, size, held, gfp);
	if (page)
		page->size = size;
	else
		slab_debug_resize(slab_cache_of(p), p, size);
	kasan_resize(p, size, held);
	if ((gfp & __GFP_ZERO) && size > had)
		memset((char *)p + had, 0, size - had);
	return p;
}

/**
 * krealloc() - change the size of a block
 * @p: the block; NULL or ZERO_SIZE_PTR: a new one is allocated
 * @size: bytes from now on; 0 frees the block and gives ZERO_SIZE_PTR
 * @gfp: what may be done to find memory; __GFP_ZERO zeroes what is added, provided that every call
 *     for this block had it
 *
 * The contents up to the smaller size stay. The block stays where it is if it is large enough, and
 * then whose it was; a new one is the caller's.
 * Return: the block, perhaps elsewhere; NULL if there is no memory, and then the old block is
 * whole.
 */
void *(krealloc)(const void *p, size_t size, gfp_t gfp)
{
	return krealloc_tagged(p, size, gfp, ALLOC_TAG_CALLER());
}

void *krealloc_tagged(const void *p, size_t size, gfp_t gfp, unsigned int tag)
{
	struct kmem_cache *s;

	if (unlikely(!size)) {
		kfree(p);
		return ZERO_SIZE_PTR;
	}
	if (unlikely(ZERO_OR_NULL_PTR(p)))
		return __kmalloc_tagged(size, gfp, tag);
	s = slab_cache_of(p);
	if (unlikely(!s))
		return resize_known((void *)p, size, gfp, tag);
	if (unlikely(!starts_object(s, p)))
		return NULL;
	if (may_be_free(s, p)) {
		if (slab_locate(s, p) != SLAB_LIVE) {
			slab_report_freed("krealloc", s, (void *)p);
			return NULL;
		}
		if (s->orig)
			return resize_known((void *)p, size, gfp, tag);
	}
	gfp |= s->init_gfp;
	if (size > s->object_size)
		return move_block(p, s->object_size, size, gfp, tag);
	/*
	 * What the user had is not known: all behind the new size is zero, so that growing later
	 * finds it so.
	 */
	kasan_unpoison(p, s->object_size);
	if (gfp & __GFP_ZERO)
		memset((char *)p + size, 0, s->object_size - size);
	kasan_resize(p, size, s->object_size);
	return (void *)p;
}

/* Where a secret may be: the whole block, which may have been larger once, but no red zone. */
static size_t secret_bytes(const void *p, size_t held)
{
	struct kmem_cache *s = slab_cache_of(p);

	return s && (s->flags & SLAB_RED_ZONE) ? kmalloc_used(p, held) : held;
}

/**
 * kfree_sensitive() - free memory that held a secret
 * @p: as for kfree()
 *
 * The contents are zeroed first.
 */
void kfree_sensitive(const void *p)
{
	size_t held = ksize(p);

	if (held && !is_free_object(p)) { /* else it would wipe what tells kfree() that it is free */
		kasan_unpoison(p, secret_bytes(p, held));
		memzero_explicit((void *)p, secret_bytes(p, held));
	}
	if (held || ZERO_OR_NULL_PTR(p))
		kfree(p);
}
