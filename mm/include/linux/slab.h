/* SPDX-License-Identifier: MIT */
/*
 * Objects: caches of one size (kmem_cache_*) and memory of any size (kmalloc family). Names and
 * behaviour are Linux 6.12's.
 *
 * What the functions do is said at their definitions, in mm/slab.c (caches), mm/kmalloc.c (kmalloc,
 * krealloc, ksize) and mm/util.c (copies of strings and memory). Context: any, unless the flags
 * allow sleeping; kfree() and kmem_cache_free() anywhere.
 */
#ifndef LINUX_SLAB_H
#define LINUX_SLAB_H

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h> /* kfree_rcu() */
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/types.h>

/* --- flags of a cache; the numbers are Quarry's own --- */
#define __slab_flag(bit) ((__force slab_flags_t)(1u << (bit)))

#define SLAB_CONSISTENCY_CHECKS __slab_flag(0) /* check every free and allocation (slab_debug=F) */
#define SLAB_RED_ZONE		__slab_flag(1) /* guard bytes on both sides (Z) */
#define SLAB_POISON		__slab_flag(2) /* fill free objects with a pattern, check it (P) */
#define SLAB_STORE_USER		__slab_flag(3) /* remember who allocated and who freed (U) */
#define SLAB_TRACE		__slab_flag(4) /* print every allocation and free (T) */
#define SLAB_HWCACHE_ALIGN \
	__slab_flag(5) /* align to cache lines, small objects to a fraction of one */
#define SLAB_CACHE_DMA	     __slab_flag(6)  /* pages below 16 MiB */
#define SLAB_CACHE_DMA32     __slab_flag(7)  /* pages below 4 GiB */
#define SLAB_PANIC	     __slab_flag(8)  /* panic if the cache can't be made */
#define SLAB_TYPESAFE_BY_RCU __slab_flag(9)  /* the memory stays this type while readers look */
#define SLAB_RECLAIM_ACCOUNT __slab_flag(10) /* objects can be reclaimed: pages are grouped so */
#define SLAB_TEMPORARY	     SLAB_RECLAIM_ACCOUNT
#define SLAB_ACCOUNT	     __slab_flag(11) /* charged to whoever allocates */
#define SLAB_NO_MERGE	     __slab_flag(12) /* accepted: Quarry merges no caches */
#define SLAB_NOLEAKTRACE     __slab_flag(13)
#define SLAB_NO_USER_FLAGS   __slab_flag(14) /* slab_debug= on the boot line does not apply */
#define SLAB_KMALLOC	     __slab_flag(15) /* a kmalloc size class */
#define SLAB_NO_MAGAZINES \
	__slab_flag(16) /* no per-CPU arrays: for the caches that those come from */
#define SLAB_SKIP_KFENCE __slab_flag(17) /* none of its objects is a sample (linux/kfence.h) */

#define SLAB_DEBUG_FLAGS \
	(SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER | SLAB_TRACE)

/* --- sizes --- */
#define ARCH_KMALLOC_MINALIGN  8
#define ARCH_SLAB_MINALIGN     8
#define KMALLOC_MIN_SIZE       8
#define KMALLOC_SHIFT_LOW      3
#define KMALLOC_SHIFT_HIGH     13
#define KMALLOC_SHIFT_MAX      (MAX_PAGE_ORDER + PAGE_SHIFT)
#define KMALLOC_MAX_CACHE_SIZE (1UL << KMALLOC_SHIFT_HIGH)
#define KMALLOC_MAX_SIZE       (1UL << KMALLOC_SHIFT_MAX)
#define KMALLOC_MAX_ORDER      MAX_PAGE_ORDER

/* What kmalloc(0) gives: not NULL, and any access through it faults. */
#define ZERO_SIZE_PTR	    ((void *)16)
#define ZERO_OR_NULL_PTR(x) ((unsigned long)(x) <= (unsigned long)ZERO_SIZE_PTR)

struct kmem_cache;

/**
 * struct kmem_cache_args - less common parameters of a cache
 * @align: alignment of its objects, a power of two; 0: what the size needs
 * @useroffset: first byte of the object that may be copied to or from user space
 * @usersize: how many such bytes
 * @freeptr_offset: where in a free object the allocator may keep its word; only with
 *     @use_freeptr_offset
 * @use_freeptr_offset: @freeptr_offset is meant
 * @ctor: called once for each object when its slab is made
 */
struct kmem_cache_args {
	unsigned int align;
	unsigned int useroffset;
	unsigned int usersize;
	unsigned int freeptr_offset;
	bool use_freeptr_offset;
	void (*ctor)(void *obj);
};

struct kmem_cache *__kmem_cache_create_args(const char *name, unsigned int object_size,
					    struct kmem_cache_args *args, slab_flags_t flags);
struct kmem_cache *__kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				       slab_flags_t flags, void (*ctor)(void *));
struct kmem_cache *__kmem_cache_default_args(const char *name, unsigned int object_size,
					     struct kmem_cache_args *args, slab_flags_t flags);
struct kmem_cache *kmem_cache_create_usercopy(const char *name, unsigned int size,
					      unsigned int align, slab_flags_t flags,
					      unsigned int useroffset, unsigned int usersize,
					      void (*ctor)(void *));

/*
 * Each of these notes its place (linux/alloc_tag.h).
 *
 * kmem_cache_create(name, size, align, flags, ctor)
 * kmem_cache_create(name, size, struct kmem_cache_args *args, flags)
 *
 * The type of the third argument decides which form is meant. NULL, or SLAB_PANIC's panic, if there
 * is no memory or an argument is bad.
 */
#define kmem_cache_create(...) alloc_hooks(__kmem_cache_create_any(__VA_ARGS__))
#define __kmem_cache_create_any(__name, __object_size, __args, ...) \
	_Generic((__args),                                                                         \
		struct kmem_cache_args *: __kmem_cache_create_args,                                \
		void *: __kmem_cache_default_args,                                                 \
		default: __kmem_cache_create)(__name, __object_size, __args, __VA_ARGS__)

/* A cache for a struct: its name, size and alignment. */
#define KMEM_CACHE(__struct, __flags)                                                       \
	alloc_hooks(__kmem_cache_create_args(#__struct, sizeof(struct __struct),            \
					     &(struct kmem_cache_args){                     \
						     .align = __alignof__(struct __struct), \
					     },                                             \
					     (__flags)))

#define KMEM_CACHE_USERCOPY(__struct, __flags, __field)                                           \
	alloc_hooks(__kmem_cache_create_args(                                                     \
		#__struct, sizeof(struct __struct),                                               \
		&(struct kmem_cache_args){ .align = __alignof__(struct __struct),                 \
					   .useroffset = offsetof(struct __struct, __field),      \
					   .usersize = sizeof(((struct __struct *)0)->__field) }, \
		(__flags)))
#define kmem_cache_create_usercopy(...) alloc_hooks(kmem_cache_create_usercopy(__VA_ARGS__))

void kmem_cache_destroy(struct kmem_cache *s);
int kmem_cache_shrink(struct kmem_cache *s);
unsigned int kmem_cache_size(struct kmem_cache *s);
const char *kmem_cache_name(struct kmem_cache *s);

void *kmem_cache_alloc(struct kmem_cache *s, gfp_t gfp) __must_check __malloc;
void kmem_cache_free(struct kmem_cache *s, void *obj);
int kmem_cache_alloc_bulk(struct kmem_cache *s, gfp_t gfp, size_t n, void **p) __must_check;
void kmem_cache_free_bulk(struct kmem_cache *s, size_t n, void **p);

/* The same on behalf of a tag (linux/alloc_tag.h). */
void *kmem_cache_alloc_tagged(struct kmem_cache *s, gfp_t gfp,
			      unsigned int tag) __must_check __malloc;
int kmem_cache_alloc_bulk_tagged(struct kmem_cache *s, gfp_t gfp, size_t n, void **p,
				 unsigned int tag) __must_check;

#define kmem_cache_alloc(...)	   kmem_cache_alloc_tagged(__VA_ARGS__, ALLOC_TAG_HERE())
#define kmem_cache_alloc_bulk(...) kmem_cache_alloc_bulk_tagged(__VA_ARGS__, ALLOC_TAG_HERE())

static inline __must_check __malloc void *kmem_cache_zalloc_tagged(struct kmem_cache *s, gfp_t gfp,
								   unsigned int tag)
{
	return kmem_cache_alloc_tagged(s, gfp | __GFP_ZERO, tag);
}

static inline __must_check __malloc void *kmem_cache_zalloc(struct kmem_cache *s, gfp_t gfp)
{
	return kmem_cache_zalloc_tagged(s, gfp, ALLOC_TAG_CALLER());
}
#define kmem_cache_zalloc(...) kmem_cache_zalloc_tagged(__VA_ARGS__, ALLOC_TAG_HERE())

static inline __must_check __malloc void *kmem_cache_alloc_node_tagged(struct kmem_cache *s,
								       gfp_t gfp, int node,
								       unsigned int tag)
{
	(void)node;
	return kmem_cache_alloc_tagged(s, gfp, tag);
}

static inline __must_check __malloc void *kmem_cache_alloc_node(struct kmem_cache *s, gfp_t gfp,
								int node)
{
	return kmem_cache_alloc_node_tagged(s, gfp, node, ALLOC_TAG_CALLER());
}
#define kmem_cache_alloc_node(...) kmem_cache_alloc_node_tagged(__VA_ARGS__, ALLOC_TAG_HERE())

struct list_lru;

/* Objects that the list @lru will hold; there is no accounting to it, so this is kmem_cache_alloc(). */
static inline __must_check __malloc void *kmem_cache_alloc_lru(struct kmem_cache *s,
							       struct list_lru *lru, gfp_t gfp)
{
	(void)lru;
	return kmem_cache_alloc_tagged(s, gfp, ALLOC_TAG_CALLER());
}
#define kmem_cache_alloc_lru(...) alloc_hooks(kmem_cache_alloc_lru(__VA_ARGS__))

static inline void kfree_bulk(size_t n, void **p)
{
	kmem_cache_free_bulk(NULL, n, p);
}

/*
 * Check every object of a cache. Returns how many were found damaged (each is reported), or
 * -EINVAL. May sleep.
 */
long validate_slab_cache(struct kmem_cache *s);

/* --- kmalloc --- */

enum kmalloc_cache_type {
	KMALLOC_NORMAL,
	KMALLOC_DMA,
	KMALLOC_RECLAIM,
	KMALLOC_CGROUP,
	NR_KMALLOC_TYPES
};

/* Index of a size class: 96 and 192 have 1 and 2, 2^i has i. */
#define NR_KMALLOC_CLASSES (KMALLOC_SHIFT_HIGH + 1)

/* R: read-only after kmalloc_init(). A place says where each CPU keeps what it needs of a cache. */
extern struct kmem_cache *kmalloc_caches[NR_KMALLOC_TYPES][NR_KMALLOC_CLASSES];
extern unsigned int kmalloc_places[NR_KMALLOC_TYPES][NR_KMALLOC_CLASSES];

/* Copies of each normal class, with random_kmalloc_caches on the boot line. */
#define RANDOM_KMALLOC_CACHES 16

#define KMALLOC_NOT_NORMAL_BITS (__GFP_DMA | __GFP_RECLAIMABLE | __GFP_ACCOUNT)

static __always_inline enum kmalloc_cache_type kmalloc_type(gfp_t gfp)
{
	if (likely(!(gfp & KMALLOC_NOT_NORMAL_BITS)))
		return KMALLOC_NORMAL;
	if (gfp & __GFP_DMA)
		return KMALLOC_DMA;
	return gfp & __GFP_RECLAIMABLE ? KMALLOC_RECLAIM : KMALLOC_CGROUP;
}

/* Class of 1 <= size <= KMALLOC_MAX_CACHE_SIZE; folds to a constant for a constant. */
static __always_inline unsigned int kmalloc_index(size_t size)
{
	if (size <= KMALLOC_MIN_SIZE)
		return KMALLOC_SHIFT_LOW;
	if (size > 64 && size <= 96)
		return 1;
	if (size > 128 && size <= 192)
		return 2;
	return 64 - __builtin_clzl(size - 1);
}

void *__kmalloc(size_t size, gfp_t gfp) __must_check __malloc __alloc_size(1);
void *__kmalloc_tagged(size_t size, gfp_t gfp, unsigned int tag) __must_check __malloc
	__alloc_size(1);
void *__kmalloc_large(size_t size, gfp_t gfp, unsigned int tag) __must_check __malloc
	__alloc_size(1);
/* From a known class; the first leaves the memory as it is, the second obeys __GFP_ZERO. */
void *__kmalloc_cache(unsigned long place, gfp_t gfp, size_t size,
		      unsigned int tag) __must_check __malloc __alloc_size(3);
void *__kmalloc_cache_flags(unsigned long place, gfp_t gfp, size_t size,
			    unsigned int tag) __must_check __malloc __alloc_size(3);
void kfree(const void *p);
void kfree_sensitive(const void *p);
size_t ksize(const void *p);
size_t kmalloc_size_roundup(size_t size);
void *krealloc(const void *p, size_t size, gfp_t gfp) __must_check __alloc_size(2);
void *krealloc_tagged(const void *p, size_t size, gfp_t gfp, unsigned int tag) __must_check
	__alloc_size(2);

static __always_inline __must_check __malloc __alloc_size(1) void *kmalloc_tagged(size_t size,
										  gfp_t gfp,
										  unsigned int tag)
{
	unsigned int place;

	if (!__builtin_constant_p(size))
		return __kmalloc_tagged(size, gfp, tag);
	if (!size)
		return ZERO_SIZE_PTR;
	if (size > KMALLOC_MAX_CACHE_SIZE)
		return __kmalloc_large(size, gfp, tag);
	place = kmalloc_places[kmalloc_type(gfp)][kmalloc_index(size)];
	if (__builtin_constant_p(gfp) && !(gfp & __GFP_ZERO))
		return __kmalloc_cache(place, gfp, size, tag);
	return __kmalloc_cache_flags(place, gfp, size, tag);
}

static __always_inline __must_check __malloc __alloc_size(1, 2) void *kmalloc_array_tagged(
	size_t n, size_t size, gfp_t gfp, unsigned int tag)
{
	size_t bytes;

	if (unlikely(__builtin_mul_overflow(n, size, &bytes)))
		return NULL;
	return kmalloc_tagged(bytes, gfp, tag);
}

static inline __must_check __alloc_size(2, 3) void *krealloc_array_tagged(void *p, size_t n,
									  size_t size, gfp_t gfp,
									  unsigned int tag)
{
	size_t bytes;

	if (unlikely(__builtin_mul_overflow(n, size, &bytes)))
		return NULL;
	return krealloc_tagged(p, bytes, gfp, tag);
}

/*
 * The functions, for who needs an address; their calls are macros (below), which note their place
 * (linux/alloc_tag.h). Of a node, of which there is one, the number is accepted and not looked at.
 */

/**
 * kmalloc - allocate memory that is contiguous in physical memory
 * @size: bytes; 0 gives ZERO_SIZE_PTR, more than KMALLOC_MAX_SIZE gives NULL
 * @gfp: what may be done to find it
 *
 * Aligned to the largest power of two that divides @size's class, at least 8 bytes. A constant
 * @size costs no search for the class.
 * Context: any that @gfp permits.
 */
static __always_inline __must_check __malloc __alloc_size(1) void *kmalloc(size_t size, gfp_t gfp)
{
	return kmalloc_tagged(size, gfp, ALLOC_TAG_CALLER());
}

static __always_inline __must_check __malloc __alloc_size(1) void *kzalloc(size_t size, gfp_t gfp)
{
	return kmalloc_tagged(size, gfp | __GFP_ZERO, ALLOC_TAG_CALLER());
}

static __always_inline __must_check __malloc __alloc_size(1, 2) void *kmalloc_array(size_t n,
										    size_t size,
										    gfp_t gfp)
{
	return kmalloc_array_tagged(n, size, gfp, ALLOC_TAG_CALLER());
}

static __always_inline __must_check __malloc __alloc_size(1, 2) void *kcalloc(size_t n, size_t size,
									      gfp_t gfp)
{
	return kmalloc_array_tagged(n, size, gfp | __GFP_ZERO, ALLOC_TAG_CALLER());
}

static inline __must_check __alloc_size(2, 3) void *krealloc_array(void *p, size_t n, size_t size,
								   gfp_t gfp)
{
	return krealloc_array_tagged(p, n, size, gfp, ALLOC_TAG_CALLER());
}

static __always_inline __must_check __malloc __alloc_size(1) void *kmalloc_node(size_t size,
										gfp_t gfp, int node)
{
	(void)node;
	return kmalloc_tagged(size, gfp, ALLOC_TAG_CALLER());
}

static __always_inline __must_check __malloc __alloc_size(1) void *kzalloc_node(size_t size,
										gfp_t gfp, int node)
{
	(void)node;
	return kmalloc_tagged(size, gfp | __GFP_ZERO, ALLOC_TAG_CALLER());
}

static __always_inline __must_check __malloc
	__alloc_size(1, 2) void *kmalloc_array_node(size_t n, size_t size, gfp_t gfp, int node)
{
	(void)node;
	return kmalloc_array_tagged(n, size, gfp, ALLOC_TAG_CALLER());
}

static __always_inline __must_check __malloc __alloc_size(1, 2) void *kcalloc_node(size_t n,
										   size_t size,
										   gfp_t gfp,
										   int node)
{
	(void)node;
	return kmalloc_array_tagged(n, size, gfp | __GFP_ZERO, ALLOC_TAG_CALLER());
}

#define kmalloc(...)		      kmalloc_tagged(__VA_ARGS__, ALLOC_TAG_HERE())
#define __kmalloc(...)		      __kmalloc_tagged(__VA_ARGS__, ALLOC_TAG_HERE())
#define kzalloc(size, gfp)	      kmalloc_tagged(size, (gfp) | __GFP_ZERO, ALLOC_TAG_HERE())
#define kmalloc_array(...)	      kmalloc_array_tagged(__VA_ARGS__, ALLOC_TAG_HERE())
#define kcalloc(n, size, gfp)	      kmalloc_array_tagged(n, size, (gfp) | __GFP_ZERO, ALLOC_TAG_HERE())
#define krealloc(...)		      krealloc_tagged(__VA_ARGS__, ALLOC_TAG_HERE())
#define krealloc_array(...)	      krealloc_array_tagged(__VA_ARGS__, ALLOC_TAG_HERE())
#define kmalloc_node(size, gfp, node) kmalloc_tagged(size, gfp, ((void)(node), ALLOC_TAG_HERE()))
#define kzalloc_node(size, gfp, node) \
	kmalloc_tagged(size, (gfp) | __GFP_ZERO, ((void)(node), ALLOC_TAG_HERE()))
#define kmalloc_array_node(n, size, gfp, node) \
	kmalloc_array_tagged(n, size, gfp, ((void)(node), ALLOC_TAG_HERE()))
#define kcalloc_node(n, size, gfp, node) \
	kmalloc_array_tagged(n, size, (gfp) | __GFP_ZERO, ((void)(node), ALLOC_TAG_HERE()))

/* In a function that allocates for its caller: the memory is his. */
#define kmalloc_track_caller(size, gfp) kmalloc_tagged(size, gfp, ALLOC_TAG_CALLER())

#define kmalloc_node_track_caller(size, gfp, node) \
	kmalloc_tagged(size, gfp, ((void)(node), ALLOC_TAG_CALLER()))

/* --- buckets: kmalloc's classes for one user (mm/kmem_buckets.c) --- */
typedef struct kmem_cache *kmem_buckets[NR_KMALLOC_CLASSES];

kmem_buckets *kmem_buckets_create(const char *name, slab_flags_t flags, unsigned int useroffset,
				  unsigned int usersize, void (*ctor)(void *)) __must_check;
void kmem_buckets_destroy(kmem_buckets *b);
void *kmem_buckets_alloc(kmem_buckets *b, size_t size, gfp_t gfp) __must_check __malloc
	__alloc_size(2);
void *kmem_buckets_valloc(kmem_buckets *b, size_t size, gfp_t gfp) __must_check __malloc
	__alloc_size(2);

#define kmem_buckets_create(...) alloc_hooks(kmem_buckets_create(__VA_ARGS__))
#define kmem_buckets_alloc(...)	 alloc_hooks(kmem_buckets_alloc(__VA_ARGS__))
#define kmem_buckets_valloc(...) alloc_hooks(kmem_buckets_valloc(__VA_ARGS__))
/* In a function that allocates for its caller: the memory is his. */
#define kmem_buckets_alloc_track_caller(b, size, gfp) (kmem_buckets_alloc)(b, size, gfp)

/* --- copies and text (mm/util.c, mm/util_user.c; declared in linux/string.h, linux/sprintf.h) --- */
#define kstrdup(...)	   alloc_hooks(kstrdup(__VA_ARGS__))
#define kstrdup_const(...) alloc_hooks(kstrdup_const(__VA_ARGS__))
#define kstrndup(...)	   alloc_hooks(kstrndup(__VA_ARGS__))
#define kmemdup(...)	   alloc_hooks(kmemdup(__VA_ARGS__))
#define kmemdup_nul(...)   alloc_hooks(kmemdup_nul(__VA_ARGS__))
#define kmemdup_array(...) alloc_hooks(kmemdup_array(__VA_ARGS__))
#define kvmemdup(...)	   alloc_hooks(kvmemdup(__VA_ARGS__))

#define kasprintf(...)	      alloc_hooks(kasprintf(__VA_ARGS__))
#define kvasprintf(...)	      alloc_hooks(kvasprintf(__VA_ARGS__))
#define kvasprintf_const(...) alloc_hooks(kvasprintf_const(__VA_ARGS__))

#define memdup_user(...)	alloc_hooks(memdup_user(__VA_ARGS__))
#define vmemdup_user(...)	alloc_hooks(vmemdup_user(__VA_ARGS__))
#define memdup_user_nul(...)	alloc_hooks(memdup_user_nul(__VA_ARGS__))
#define memdup_array_user(...)	alloc_hooks(memdup_array_user(__VA_ARGS__))
#define vmemdup_array_user(...) alloc_hooks(vmemdup_array_user(__VA_ARGS__))
#define strndup_user(...)	alloc_hooks(strndup_user(__VA_ARGS__))

/* --- state --- */

/*
 * All caches, in the layout of Linux's /proc/slabinfo; each line, without its newline, goes to
 * `line`.
 */
void slabinfo_show(void (*line)(const char *text));

#include <linux/kvmalloc.h>

/* char *p __free(kfree) = …: linux/cleanup.h */
DEFINE_FREE(kfree, void *, if (!IS_ERR_OR_NULL(_T)) kfree(_T))
DEFINE_FREE(kvfree, void *, if (!IS_ERR_OR_NULL(_T)) kvfree(_T))

#endif
