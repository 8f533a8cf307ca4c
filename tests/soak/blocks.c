// SPDX-License-Identifier: MIT
/*
 * Soak: blocks of memory, of all allocators. Each is made by one thread, filled with what only its
 * descriptor knows, perhaps resized, perhaps handed on through the ring, and checked to the last
 * byte (large ones: at both ends of each page) before it is given back, by whoever has it then.
 * A block that is given back is overwritten first, so that whoever still holds it sees that.
 */
#include <asm/irqflags.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "soak.h"

#define SMALL	   (2 * PAGE_SIZE)
#define NR_CACHES  5
#define CTOR_CACHE 3
#define CTOR_BYTE  0xc3

static struct soak_block *ring[SOAK_RING], ring_blocks[SOAK_RING];
static struct kmem_cache *caches[NR_CACHES];
static const unsigned int cache_sizes[NR_CACHES] = { 24, 88, 520, 136, 3000 };

/* ---- content ---- */

static u64 word_at(u64 mark, size_t at)
{
	return (mark ^ at) * 0x9e3779b97f4a7c15ULL;
}

void soak_fill(void *p, size_t size, u64 mark)
{
	if (size <= SMALL) {
		memset(p, (u8)mark, size);
		return;
	}
	for (size_t at = 0; at + 8 <= size; at += PAGE_SIZE) {
		*(u64 *)(p + at) = word_at(mark, at);
		if (at + PAGE_SIZE <= size)
			*(u64 *)(p + at + PAGE_SIZE - 8) = word_at(mark, at + 8);
	}
}

bool soak_intact(const void *p, size_t size, size_t upto, u64 mark)
{
	if (size <= SMALL)
		return !memchr_inv(p, (u8)mark, upto);
	for (size_t at = 0; at + 8 <= upto; at += PAGE_SIZE) {
		if (*(const u64 *)(p + at) != word_at(mark, at))
			return false;
		if (at + PAGE_SIZE <= upto &&
		    *(const u64 *)(p + at + PAGE_SIZE - 8) != word_at(mark, at + 8))
			return false;
	}
	return true;
}

/* `p` is the block's now. */
static bool keep(struct soak_thread *t, struct soak_block *b, void *p, size_t size, gfp_t gfp)
{
	if (!p)
		return false;
	if ((gfp & __GFP_ZERO) && memchr_inv(p, 0, size))
		soak_wrong(t, "memory that was to be zero is not", (unsigned long)p);
	b->p = p;
	b->size = size;
	b->mark = prandom_u64_state(&t->rnd);
	soak_fill(p, size, b->mark);
	return true;
}

static void check_and_spoil(struct soak_thread *t, struct soak_block *b)
{
	if (!soak_intact(b->p, b->size, b->size, b->mark))
		soak_wrong(t, "memory was written to", (unsigned long)b->p);
	memset(b->p, 0x5a, min_t(size_t, b->size, 64));
}

gfp_t soak_gfp(struct soak_thread *t)
{
	static const gfp_t gfps[] = { GFP_KERNEL,
				      GFP_KERNEL,
				      GFP_KERNEL,
				      GFP_NOWAIT,
				      GFP_ATOMIC,
				      GFP_KERNEL_ACCOUNT,
				      GFP_KERNEL | __GFP_RECLAIMABLE };

	return gfps[soak_rand(t, ARRAY_SIZE(gfps))] | __GFP_NOWARN |
	       (soak_chance(t, 4) ? __GFP_ZERO : 0);
}

static size_t random_size(struct soak_thread *t)
{
	return 1 + soak_rand(t, soak_chance(t, 12) ? 60000 : soak_chance(t, 4) ? 5000 : 500);
}

/* ---- kmalloc() and caches ---- */

static bool make_kmalloc(struct soak_thread *t, struct soak_block *b)
{
	size_t size = random_size(t);
	gfp_t gfp = soak_gfp(t);
	unsigned long flags;
	void *p;

	if (gfpflags_allow_blocking(gfp) || soak_chance(t, 2)) {
		p = kmalloc(size, gfp);
	} else {
		local_irq_save(flags);
		p = kmalloc(size, gfp);
		local_irq_restore(flags);
	}
	if (p && ksize(p) < size)
		soak_wrong(t, "ksize() is less than was asked for", size);
	return keep(t, b, p, size, gfp);
}

static void free_kmalloc(struct soak_thread *t, struct soak_block *b)
{
	check_and_spoil(t, b);
	kfree(b->p);
}

static void ctor(void *obj)
{
	memset(obj, CTOR_BYTE, cache_sizes[CTOR_CACHE]);
}

static bool make_object(struct soak_thread *t, struct soak_block *b)
{
	unsigned int i = soak_rand(t, NR_CACHES), size = cache_sizes[i];
	gfp_t gfp = soak_gfp(t);
	void *p;

	if (i == CTOR_CACHE)
		gfp &= ~__GFP_ZERO;
	p = kmem_cache_alloc(caches[i], gfp);
	if (p && i == CTOR_CACHE && memchr_inv(p, CTOR_BYTE, size))
		soak_wrong(t, "an object is not as its constructor left it", (unsigned long)p);
	b->extra = i;
	return keep(t, b, p, size, gfp);
}

static void free_object(struct soak_thread *t, struct soak_block *b)
{
	check_and_spoil(t, b);
	if (b->extra == CTOR_CACHE)
		ctor(b->p);
	kmem_cache_free(caches[b->extra], b->p);
}

/* ---- pages ---- */

static bool make_pages(struct soak_thread *t, struct soak_block *b)
{
	static const gfp_t more[] = { 0, 0, __GFP_COMP, __GFP_MOVABLE, __GFP_DMA32, __GFP_DMA };
	unsigned int order = soak_chance(t, 16) ? soak_rand(t, NR_PAGE_ORDERS) : soak_rand(t, 4);
	gfp_t gfp = soak_gfp(t) | more[soak_rand(t, ARRAY_SIZE(more))];
	struct page *page;

	if (gfp & __GFP_MOVABLE)
		gfp &= ~__GFP_RECLAIMABLE;
	page = alloc_pages(gfp, order);
	b->extra = order;
	return keep(t, b, page ? page_address(page) : NULL, PAGE_SIZE << order, gfp);
}

static void free_pages_block(struct soak_thread *t, struct soak_block *b)
{
	check_and_spoil(t, b);
	__free_pages(virt_to_page(b->p), b->extra);
}

/* Made, divided or cut, and given back a page at a time, in one step. */
static bool op_split(struct soak_thread *t)
{
	unsigned int order = 1 + soak_rand(t, 4);
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, order);
	size_t size = 1 + soak_rand(t, 20 * PAGE_SIZE);
	void *exact;

	if (!page)
		return false;
	split_page(page, order);
	for (unsigned int i = 0; i < 1u << order; i++)
		__free_page(page + i);
	exact = alloc_pages_exact(size, soak_gfp(t));
	if (!exact)
		return false;
	soak_fill(exact, size, t->step);
	if (!soak_intact(exact, size, size, t->step))
		soak_wrong(t, "pages that were just got were written to", (unsigned long)exact);
	free_pages_exact(exact, size);
	return true;
}

static bool op_bulk_pages(struct soak_thread *t)
{
	struct page *pages[32] = { NULL };
	unsigned long want = 1 + soak_rand(t, 32), n;

	n = alloc_pages_bulk_array(soak_gfp(t), want, pages);
	if (n > want)
		soak_wrong(t, "more pages than were asked for", n);
	for (unsigned long i = 0; i < n; i++)
		soak_fill(page_address(pages[i]), PAGE_SIZE, t->step + i);
	for (unsigned long i = 0; i < n; i++) {
		if (!soak_intact(page_address(pages[i]), PAGE_SIZE, PAGE_SIZE, t->step + i))
			soak_wrong(t, "a page was written to", page_to_pfn(pages[i]));
		__free_page(pages[i]);
	}
	return n == want;
}

/* ---- vmalloc(), kvmalloc(), vmap() ---- */

static bool make_vmalloc(struct soak_thread *t, struct soak_block *b)
{
	gfp_t gfp = GFP_KERNEL | __GFP_NOWARN | (soak_chance(t, 4) ? __GFP_ZERO : 0);
	size_t size = 1 + soak_rand(t, 12 * PAGE_SIZE);

	if (soak_chance(t, 64)) {
		size = 2UL << 20;
		return keep(t, b, vmalloc_huge(size, gfp), size, gfp);
	}
	return keep(t, b, __vmalloc(size, gfp), size, gfp);
}

static void free_vmalloc(struct soak_thread *t, struct soak_block *b)
{
	check_and_spoil(t, b);
	vfree(b->p);
}

static bool make_kvmalloc(struct soak_thread *t, struct soak_block *b)
{
	gfp_t gfp = GFP_KERNEL | __GFP_NOWARN | (soak_chance(t, 4) ? __GFP_ZERO : 0);
	size_t size = 1 + soak_rand(t, soak_chance(t, 4) ? 30 * PAGE_SIZE : 3000);

	return keep(t, b, kvmalloc(size, gfp), size, gfp);
}

static void free_kvmalloc(struct soak_thread *t, struct soak_block *b)
{
	check_and_spoil(t, b);
	kvfree(b->p);
}

static void put_pages(struct soak_block *b, unsigned long n)
{
	for (unsigned long i = 0; i < n; i++)
		__free_page(b->pages[i]);
}

static bool make_mapped(struct soak_thread *t, struct soak_block *b)
{
	unsigned long n = 1 + soak_rand(t, SOAK_VMAP_PAGES), got;
	bool ram = soak_chance(t, 2);
	void *p = NULL;

	memset(b->pages, 0, sizeof(b->pages));
	got = alloc_pages_bulk_array(GFP_KERNEL | __GFP_NOWARN, n, b->pages);
	if (got == n)
		p = ram ? vm_map_ram(b->pages, n, -1) : vmap(b->pages, n, VM_MAP, PAGE_KERNEL);
	if (!p)
		put_pages(b, got);
	b->extra = ram;
	return keep(t, b, p, n * PAGE_SIZE, 0);
}

/* By each page's own address too. */
static void check_aliases(struct soak_thread *t, struct soak_block *b)
{
	for (unsigned long i = 0; i < b->size / PAGE_SIZE; i++) {
		const u64 *own = page_address(b->pages[i]), *mapped = b->p + i * PAGE_SIZE;

		if (READ_ONCE(*own) != READ_ONCE(*mapped))
			soak_wrong(t, "a mapping shows another page", (unsigned long)mapped);
	}
}

static void free_mapped(struct soak_thread *t, struct soak_block *b)
{
	check_aliases(t, b);
	check_and_spoil(t, b);
	if (b->extra)
		vm_unmap_ram(b->p, b->size / PAGE_SIZE);
	else
		vunmap(b->p);
	put_pages(b, b->size / PAGE_SIZE);
}

/* ---- memory per CPU ---- */

static bool make_percpu(struct soak_thread *t, struct soak_block *b)
{
	size_t size = 8 * (1 + soak_rand(t, soak_chance(t, 8) ? 500 : 20));
	gfp_t gfp = soak_chance(t, 3) ? GFP_NOWAIT : GFP_KERNEL | __GFP_NOWARN;
	void __percpu *p = __alloc_percpu_gfp(size, 8, gfp);
	unsigned int cpu;

	if (!p)
		return false;
	b->p = (__force void *)p;
	b->size = size;
	b->mark = prandom_u64_state(&t->rnd);
	for_each_possible_cpu(cpu) {
		void *copy = per_cpu_ptr(b->p, cpu);

		if (memchr_inv(copy, 0, size))
			soak_wrong(t, "per-CPU memory is not zero", (unsigned long)copy);
		soak_fill(copy, size, b->mark + cpu);
	}
	return true;
}

static void free_percpu_block(struct soak_thread *t, struct soak_block *b)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		if (!soak_intact(per_cpu_ptr(b->p, cpu), b->size, b->size, b->mark + cpu))
			soak_wrong(t, "per-CPU memory was written to", (unsigned long)b->p);
	}
	free_percpu((__force void __percpu *)b->p);
}

/* ---- what is done with blocks ---- */

static const struct soak_kind kmalloc_kind = { "kmalloc", make_kmalloc, free_kmalloc, true },
			      object_kind = { "object", make_object, free_object, true },
			      pages_kind = { "pages", make_pages, free_pages_block, true },
			      vmalloc_kind = { "vmalloc", make_vmalloc, free_vmalloc, true },
			      kvmalloc_kind = { "kvmalloc", make_kvmalloc, free_kvmalloc, true },
			      mapped_kind = { "vmap", make_mapped, free_mapped },
			      percpu_kind = { "percpu", make_percpu, free_percpu_block };

struct soak_block *soak_ring_swap(struct soak_block *b, u32 place)
{
	return xchg(&ring[place], b);
}

void soak_discard(struct soak_thread *t, struct soak_block *b)
{
	const struct soak_kind *kind = b->kind;

	if (!kind)
		return;
	b->kind = NULL;
	kind->free(t, b);
}

/* A slot that has something is emptied, whatever that is; one that has nothing gets `kind`. */
static bool turn_over(struct soak_thread *t, const struct soak_kind *kind)
{
	struct soak_block *b = *soak_slot(t);

	if (b->kind) {
		soak_discard(t, b);
		return true;
	}
	if (!kind->make(t, b))
		return false;
	b->kind = kind;
	return true;
}

#define OP(name)                                     \
	static bool op_##name(struct soak_thread *t) \
	{                                            \
		return turn_over(t, &name##_kind);   \
	}

OP(kmalloc)
OP(object)
OP(pages)
OP(vmalloc)
OP(kvmalloc)
OP(mapped)
OP(percpu)

static bool op_swap(struct soak_thread *t)
{
	struct soak_block **slot = soak_slot(t);

	*slot = soak_ring_swap(*slot, soak_rand(t, SOAK_RING));
	return true;
}

/* The new block, or NULL. */
static void *resized(struct soak_thread *t, struct soak_block *b, size_t size)
{
	if (b->kind == &kmalloc_kind)
		return krealloc(b->p, size, soak_gfp(t) & ~__GFP_ZERO);
	if (b->kind == &kvmalloc_kind)
		return kvrealloc(b->p, size, GFP_KERNEL | __GFP_NOWARN);
	return vrealloc(b->p, size, GFP_KERNEL | __GFP_NOWARN);
}

/* The next slot from a random one that has a block that can be resized. */
static bool op_resize(struct soak_thread *t)
{
	unsigned int first = soak_rand(t, SOAK_SLOTS);
	size_t size = random_size(t);

	for (unsigned int i = 0; i < SOAK_SLOTS; i++) {
		struct soak_block *b = t->slots[(first + i) % SOAK_SLOTS];
		void *p;

		if (b->kind != &kmalloc_kind && b->kind != &kvmalloc_kind &&
		    b->kind != &vmalloc_kind)
			continue;
		p = resized(t, b, size);
		if (p && !soak_intact(p, b->size, min(b->size, size), b->mark))
			soak_wrong(t, "a block changed on its way", (unsigned long)p);
		return keep(t, b, p, size, 0);
	}
	return true;
}

static bool op_look(struct soak_thread *t)
{
	struct soak_block *b = *soak_slot(t);

	if (soak_planted("bad_byte") && b->kind == &kmalloc_kind)
		*(u8 *)b->p ^= 0x10; /* to be seen by whoever frees it */
	else if (b->kind && b->kind != &percpu_kind &&
		 !soak_intact(b->p, b->size, b->size, b->mark))
		soak_wrong(t, "memory that is held was written to", (unsigned long)b->p);
	return true;
}

static bool setup(void)
{
	static const slab_flags_t flags[NR_CACHES] = {
		0, SLAB_RED_ZONE | SLAB_POISON | SLAB_CONSISTENCY_CHECKS, SLAB_HWCACHE_ALIGN, 0,
		SLAB_RECLAIM_ACCOUNT
	};
	static const char *const names[NR_CACHES] = { "soak-24", "soak-88", "soak-520", "soak-ctor",
						      "soak-3000" };

	for (unsigned int i = 0; i < NR_CACHES; i++)
		caches[i] = kmem_cache_create(names[i], cache_sizes[i], 0, flags[i] | SLAB_PANIC,
					      i == CTOR_CACHE ? ctor : NULL);
	for (unsigned int i = 0; i < SOAK_RING; i++)
		ring[i] = &ring_blocks[i];
	return true;
}

static void thread_end(struct soak_thread *t)
{
	for (unsigned int i = 0; i < SOAK_SLOTS; i++)
		soak_discard(t, t->slots[i]);
}

static void check(struct soak_thread *t)
{
	for (unsigned int i = 0; i < SOAK_RING; i++)
		soak_discard(t, ring[i]);
	for (unsigned int i = 0; i < NR_CACHES; i++) {
		if (validate_slab_cache(caches[i]))
			soak_wrong(t, "a cache has damaged objects", i);
		kmem_cache_destroy(caches[i]);
	}
}

static bool op_validate(struct soak_thread *t)
{
	struct kmem_cache *s = caches[soak_rand(t, NR_CACHES)];

	if (soak_chance(t, 2))
		return !kmem_cache_shrink(s) || true;
	if (validate_slab_cache(s))
		soak_wrong(t, "a cache has damaged objects", 0);
	return true;
}

static const struct soak_op ops[] = {
	{ "kmalloc", 30, op_kmalloc },	    { "object", 30, op_object },
	{ "pages", 20, op_pages },	    { "vmalloc", 8, op_vmalloc },
	{ "kvmalloc", 8, op_kvmalloc },	    { "vmap", 6, op_mapped },
	{ "percpu", 4, op_percpu },	    { "swap", 30, op_swap },
	{ "resize", 10, op_resize },	    { "split", 4, op_split },
	{ "bulk-pages", 6, op_bulk_pages }, { "look", 10, op_look },
	{ "validate", 1, op_validate },
};

const struct soak_group soak_blocks = {
	.name = "blocks",
	.ops = ops,
	.nr = ARRAY_SIZE(ops),
	.setup = setup,
	.thread_end = thread_end,
	.check = check,
};
