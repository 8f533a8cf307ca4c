// SPDX-License-Identifier: MIT
/*
 * Buckets: kmalloc's classes once more, for one user.
 *
 * 1. What for. Objects whose size the user chooses share slabs with all other objects of that class:
 *    one that is freed too early, or written beyond its end, meets whatever lies there. A set of
 *    buckets keeps the memory of one kind of caller to itself, whatever its sizes.
 *
 * 2. Model. A cache for each class, named after it: "msg-8" … "msg-8k". A request takes the one that
 *    kmalloc() would take the class of; what is larger than all comes from pages, as kmalloc()'s does.
 *    They know what was asked for as kmalloc's caches do, so slab_debug= finds an overrun of the request
 *    in a block that is larger. kfree(), krealloc() and kvfree() serve them; what krealloc() moves
 *    leaves the buckets.
 *
 * 3. Flags of a request that choose among kmalloc()'s kinds (__GFP_DMA and the like) choose nothing here.
 *
 * Locks: none of its own. Context: making and destroying may sleep; the others as the flags say.
 *
 * Source: Linux 6.12's description of kmem_buckets_create().
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include "internal.h"
#include "slab.h"

struct region {
	unsigned int offset, size;
};

/* What of an object of `size` bytes may be copied to and from user. */
static struct region clip(struct region r, unsigned int size)
{
	if (r.offset >= size)
		return (struct region){ 0 };
	r.size = min(r.size, size - r.offset);
	return r;
}

static struct kmem_cache *make_bucket(const char *set, const struct kmem_cache *class,
				      slab_flags_t flags, struct region user, void (*ctor)(void *))
{
	unsigned int size = class->object_size;
	struct region r = clip(user, size);
	struct kmem_cache_args args = {
		.align = size & -size, .useroffset = r.offset, .usersize = r.size, .ctor = ctor
	};
	char *name = (kasprintf)(GFP_KERNEL, "%s-%s", set, strchr(class->name, '-') + 1);
	struct kmem_cache *s;

	if (!name)
		return NULL;
	s = __kmem_cache_create_args(name, size, &args, SLAB_KMALLOC | SLAB_NO_MERGE | flags);
	kfree(name); /* the cache has a copy */
	return s;
}

/**
 * kmem_buckets_create() - make a set of buckets
 * @name: what the caches' names begin with
 * @flags: of the caches: SLAB_ACCOUNT, SLAB_RECLAIM_ACCOUNT, SLAB_HWCACHE_ALIGN; SLAB_PANIC: panic if it fails
 * @useroffset: where the part of each object begins that may be copied to and from user
 * @usersize: bytes of it, cut at the end of the object
 * @ctor: makes each object once, or NULL
 *
 * Context: may sleep. Return: the set, to be destroyed by kmem_buckets_destroy(); NULL: no memory.
 */
kmem_buckets *(kmem_buckets_create)(const char *name, slab_flags_t flags, unsigned int useroffset,
				    unsigned int usersize, void (*ctor)(void *))
{
	struct kmem_cache *const *class = kmalloc_caches[KMALLOC_NORMAL];
	struct region user = { useroffset, usersize };
	kmem_buckets *b = (kzalloc)(sizeof(*b), GFP_KERNEL);

	for (unsigned int i = 0; b && i < NR_KMALLOC_CLASSES; i++) {
		if (!class[i])
			continue;
		(*b)[i] = make_bucket(name, class[i], flags, user, ctor);
		if (!(*b)[i]) {
			kmem_buckets_destroy(b);
			b = NULL;
		}
	}
	if (!b && (flags & SLAB_PANIC))
		panic("kmem_buckets_create(%s): no memory", name);
	return b;
}

/**
 * kmem_buckets_destroy() - unmake a set of buckets
 * @b: the set, without objects; NULL: nothing
 *
 * Objects that are left are reported, cache by cache, as by kmem_cache_destroy(). Context: may sleep.
 */
void kmem_buckets_destroy(kmem_buckets *b)
{
	for (unsigned int i = 0; b && i < NR_KMALLOC_CLASSES; i++)
		kmem_cache_destroy((*b)[i]);
	kfree(b);
}

/**
 * kmem_buckets_alloc() - kmalloc() from a set of buckets
 * @b: the set
 * @size: bytes; 0 gives ZERO_SIZE_PTR
 * @gfp: as for kmalloc()
 *
 * Context: as @gfp says. Return: the memory, to be freed by kfree(); NULL.
 */
void *(kmem_buckets_alloc)(kmem_buckets *b, size_t size, gfp_t gfp)
{
	unsigned int tag = ALLOC_TAG_CALLER();

	if (unlikely(size - 1 >= KMALLOC_MAX_CACHE_SIZE))
		return size ? __kmalloc_large(size, gfp, tag) : ZERO_SIZE_PTR;
	return __kmalloc_cache_flags((*b)[kmalloc_index(size)]->place, gfp, size, tag);
}

/**
 * kmem_buckets_valloc() - kvmalloc() from a set of buckets
 * @b: the set
 * @size: bytes
 * @gfp: as for kvmalloc()
 *
 * What is larger than all classes is kvmalloc()'s. Context: as @gfp says.
 * Return: the memory, to be freed by kvfree(); NULL.
 */
void *(kmem_buckets_valloc)(kmem_buckets *b, size_t size, gfp_t gfp)
{
	if (size <= KMALLOC_MAX_CACHE_SIZE)
		return (kmem_buckets_alloc)(b, size, gfp);
	return (kvmalloc)(size, gfp);
}
