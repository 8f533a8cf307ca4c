/* SPDX-License-Identifier: MIT */
/*
 * What the allocators tell a checker of memory accesses, under Linux's names. Private to mm/.
 *
 * 1. Model. Every byte that an allocator holds is shut or open to others. Hooks stand where memory
 *    changes hands:
 *
 *        buddy     a free block is shut from the moment its section comes in; alloc_pages() opens it
 *        slab      a new slab is shut; an allocation opens one object
 *        kmalloc   what lies behind the bytes asked for is shut again, up to the object's end
 *        vmalloc   an area opens when it is complete, up to the bytes asked for, and is shut when it
 *                  is released
 *
 *    So red zones cost no memory: they are what the allocators leave over anyway. (A block whose
 *    size is its class's has none; its neighbour is shut only while that is free.) What is open is
 *    defined as far as the allocator wrote it (__GFP_ZERO, constructors).
 *
 * 2. Aliases. A page of vmalloc() is open at two addresses, and each has its own state: vfree()
 *    shuts the area's, the page allocator the direct map's.
 *
 * 3. The allocators' own words. Free words, free maps and tracks lie in shut memory: word_get() and
 *    word_set() reach them. Red zones and poison are opened for the moment of their check
 *    (slab_debug.c), and shut again, which restores what was.
 *
 * 4. Invariants
 *    I1  memory that nobody was given is shut, except where an RCU reader may still look
 *        (SLAB_TYPESAFE_BY_RCU);
 *    I2  a hook that opens runs before the allocator's first write for the new owner, one that shuts
 *        before anybody else can be given the memory.
 *
 * The hooks of objects stand in slab.h, beside the structures that they look at.
 *
 * Contexts, locks, cost: those of asm/memstate.h; nothing at all in a build without a checker.
 */
#ifndef MM_KASAN_H
#define MM_KASAN_H

#include <asm/memstate.h>
#include <asm/pgtable.h>
#include <linux/kfence.h>
#include <linux/mm.h>

/* ---- memory for a checker's states: kasan_shadow.c ---- */

#ifdef MEMSTATE_SHIFT

/* Pages of states for so many bytes. */
#define KASAN_STATE_PAGES(bytes) ((bytes) >> MEMSTATE_SHIFT >> PAGE_SHIFT)

/* Leaf tables for the states of a section's groups, each of so many bytes. */
static inline unsigned int kasan_state_tables(u32 groups, unsigned long bytes)
{
	unsigned int n = 0, together = (pt_size(1) << MEMSTATE_SHIFT) / bytes;

	for (; groups; groups >>= together)
		n += (groups & ((1U << together) - 1)) != 0;
	return n;
}

/* What a port's access functions touch of the kernel's memory, where they are assembly. */
static __always_inline void kasan_check_read(const void *p, unsigned long n)
{
	memstate_check_read(p, n);
}

static __always_inline void kasan_check_write(const void *p, unsigned long n)
{
	memstate_check_write(p, n);
}

/*
 * An element that a pool keeps back, and one that is taken out: an object, a block of pages, or an area of
 * vmalloc().
 */
static inline void kasan_mempool_poison(const void *p, size_t n)
{
	if (!n)
		return;
	if (is_vmalloc_addr(p) || (virt_to_page(p)->type != PAGE_SLAB && !is_kfence_address(p)))
		memstate_shut(p, n, MEMSTATE_MEMPOOL);
	else
		memstate_shut(p, n, MEMSTATE_FREE);
}

static __always_inline void kasan_mempool_unpoison(const void *p, size_t n)
{
	memstate_defined(p, n);
}

bool kasan_cover(const void *p, unsigned long n, gfp_t gfp);
void kasan_prepare(unsigned long end_of_ram);

#else

#define KASAN_STATE_PAGES(bytes) 0UL

static __always_inline void kasan_check_read(const void *p, unsigned long n)
{
}

static __always_inline void kasan_check_write(const void *p, unsigned long n)
{
}

static __always_inline void kasan_mempool_poison(const void *p, size_t n)
{
}

static __always_inline void kasan_mempool_unpoison(const void *p, size_t n)
{
}

static __always_inline unsigned int kasan_state_tables(u32 groups, unsigned long bytes)
{
	return 0;
}

static __always_inline bool kasan_cover(const void *p, unsigned long n, gfp_t gfp)
{
	return true;
}

static __always_inline void kasan_prepare(unsigned long end_of_ram)
{
}

#endif

/* ---- the allocators' own words ---- */

static inline __no_memstate u64 word_get(const u64 *word)
{
	u64 v;

	memstate_pause();
	v = *word;
	memstate_resume();
	memstate_initialised(&v, sizeof(v)); /* the user may never have written it */
	return v;
}

static inline __no_memstate void word_set(u64 *word, u64 v)
{
	memstate_pause();
	*word = v;
	memstate_resume();
}

/* ---- ranges ---- */

static __always_inline void kasan_poison(const void *p, size_t n)
{
	memstate_noaccess(p, n);
}

static __always_inline void kasan_unpoison(const void *p, size_t n)
{
	memstate_defined(p, n);
}

/*
 * Of `held` bytes at p the first `used` are the owner's from now on; what they hold counts as
 * written.
 */
static __always_inline void kasan_resize(const void *p, size_t used, size_t held)
{
	memstate_defined(p, used);
	memstate_noaccess((const char *)p + used, held - used);
}

/* ---- pages ---- */

static __always_inline void kasan_poison_pages(const struct page *page, unsigned int order)
{
	memstate_shut(page_address(page), PAGE_SIZE << order, MEMSTATE_PAGE_FREE);
}

static __always_inline void kasan_unpoison_pages(const struct page *page, unsigned int order)
{
	memstate_undefined(page_address(page), PAGE_SIZE << order);
}

/* A large kmalloc block of `size` bytes in 2^order pages. */
static __always_inline void kasan_kmalloc_large(const void *p, size_t size, unsigned int order)
{
	memstate_shut((const char *)p + size, (PAGE_SIZE << order) - size, MEMSTATE_PAGE_REDZONE);
}

/* Its end as such: whoever holds a reference to its pages may use them whole. */
static __always_inline void kasan_kfree_large(const void *p, unsigned int order)
{
	memstate_defined(p, PAGE_SIZE << order);
}

/* ---- vmalloc ---- */

static __always_inline void kasan_unpoison_vmalloc(const void *p, unsigned long size)
{
	memstate_defined(p, size);
}

static __always_inline void kasan_poison_vmalloc(const void *p, unsigned long size)
{
	memstate_shut(p, size, MEMSTATE_VMALLOC);
}

/* A per-CPU variable that was freed, one CPU's copy. */
static __always_inline void kasan_poison_percpu(const void *p, unsigned long size)
{
	memstate_shut(p, size, MEMSTATE_PERCPU_FREE);
}

/* Of `held` bytes of an area the first `used` are the owner's from now on. */
static __always_inline void kasan_resize_vmalloc(const void *p, size_t used, size_t held)
{
	memstate_defined(p, used);
	memstate_shut((const char *)p + used, held - used, MEMSTATE_VMALLOC);
}

#endif
