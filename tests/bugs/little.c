// SPDX-License-Identifier: MIT
/*
 * Planted bugs: too little was allocated, or an index leads out of it (tests/bugs/bugs.h).
 *
 * What is written behind an object belongs to a neighbour that is the bug's own.
 */
#include <linux/bitops.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "tests/bugs/bugs.h"

#define BUG_CLASS "too little"

/* ---- kmalloc() ---- */

static void give(struct neighbours n)
{
	kfree(n.low);
	kfree(n.high);
}

PLANT(past_request, 0, "kmalloc: written behind what was asked for, inside the block")
{
	volatile char *p = hidden(kmalloc(50, GFP_KERNEL));

	p[unknown(50)] = 1;
	planted();
	kfree((void *)p);
}

PLANT(past_block, 0, "kmalloc: written behind the block, a neighbour is live")
{
	struct neighbours n = kmalloc_neighbours(64);

	((volatile char *)n.low)[unknown(64)] ^= 1;
	planted();
	give(n);
}

PLANT(past_block_read, 0, "kmalloc: read behind the block")
{
	struct neighbours n = kmalloc_neighbours(64);

	bug_seen = ((volatile char *)n.low)[unknown(64)];
	planted();
	give(n);
}

PLANT(before_block, 0, "kmalloc: written before the block")
{
	struct neighbours n = kmalloc_neighbours(64);

	((volatile char *)n.high)[-(long)unknown(1)] ^= 1;
	planted();
	give(n);
}

PLANT(far_past_block, 0, "kmalloc: written into another object, far behind the own")
{
	struct neighbours n = kmalloc_neighbours(64);

	((volatile char *)n.low)[unknown(n.high - n.low + 8)] ^= 1;
	planted();
	give(n);
}

PLANT(size_of_pointer, 0, "kmalloc: sizeof(p) in place of sizeof(*p)")
{
	struct neighbours n = kmalloc_neighbours(sizeof(void *));

	memset(n.low, 0, unknown(12));
	planted();
	give(n);
}

PLANT(no_room_for_zero, 0, "kmalloc: strlen() without + 1, then strcpy()")
{
	static const char text[] = "sixteen letters.";
	struct neighbours n = kmalloc_neighbours(strlen(text));

	strcpy(n.low, hidden((void *)text));
	planted();
	give(n);
}

PLANT(memcpy_too_long, 0, "kmalloc: memcpy() of more than there is room for")
{
	static const char text[80];
	struct neighbours n = kmalloc_neighbours(64);

	memcpy(n.low, text, unknown(68));
	planted();
	give(n);
}

PLANT(memset_too_long, 0, "kmalloc: memset() of more than there is")
{
	struct neighbours n = kmalloc_neighbours(96);

	memset(n.low, 0, unknown(104));
	planted();
	give(n);
}

PLANT(memcpy_reads_too_much, 0, "kmalloc: memcpy() from beyond the end")
{
	struct neighbours n = kmalloc_neighbours(32);
	char copy[48];

	memcpy(copy, n.low, unknown(40));
	bug_seen = copy[3];
	planted();
	give(n);
}

PLANT(one_too_many, 0, "kmalloc: a loop to <= n")
{
	struct neighbours n = kmalloc_neighbours(64);
	volatile u32 *p = (u32 *)n.low;

	for (u32 i = 0; i <= unknown(16); i++)
		p[i] = i;
	planted();
	give(n);
}

PLANT(product_wraps, 0, "kmalloc: n * size wraps, and a little block is used as a large one")
{
	size_t n = unknown((1UL << 61) + 1);
	struct neighbours b = kmalloc_neighbours(n * 8);

	((volatile u64 *)b.low)[unknown(1)] = 1;
	planted();
	give(b);
}

PLANT(product_too_large, 0, "kmalloc_array: the same n and size")
{
	void *p = kmalloc_array(unknown((1UL << 61) + 1), 8, GFP_KERNEL | __GFP_NOWARN);

	if (!p)
		refused();
	planted();
	kfree(p);
}

PLANT(no_room_for_array, 0, "kmalloc: sizeof(*p) without struct_size()")
{
	struct message {
		u64 length;
		u64 words[];
	};
	struct neighbours n = kmalloc_neighbours(sizeof(struct message));
	volatile struct message *m = (void *)n.low;

	m->words[unknown(0)] = 1;
	planted();
	give(n);
}

PLANT(used_by_ksize, 0, "kmalloc: used up to ksize() in place of what was asked for")
{
	char *p = hidden(kmalloc(40, GFP_KERNEL));

	memset(p, 1, ksize(p));
	planted();
	kfree(p);
}

PLANT(used_as_before_krealloc, 0, "krealloc: the size of before it was made smaller is used")
{
	char *p = hidden(kmalloc(64, GFP_KERNEL));
	volatile char *q = hidden(krealloc(p, unknown(20), GFP_KERNEL));

	q[unknown(30)] = 1;
	planted();
	kfree((void *)q);
}

PLANT(large_past_request, 0,
      "kmalloc of more than a cache gives: behind what was asked for, in the last page")
{
	volatile char *p = hidden(kmalloc(20000, GFP_KERNEL));

	p[unknown(20000)] = 1;
	planted();
	kfree((void *)p);
}

/* ---- caches ---- */

static struct kmem_cache *cache(slab_flags_t flags, void (*ctor)(void *))
{
	return kmem_cache_create("planted", 120, 0, flags, ctor);
}

static void give_cache(struct kmem_cache *s, struct neighbours n)
{
	kmem_cache_free(s, n.low);
	kmem_cache_free(s, n.high);
	kmem_cache_destroy(s);
}

static void set_up(void *p)
{
	memset(p, 7, 120);
}

PLANT(cache_past_object, 0, "cache: written behind the object")
{
	struct kmem_cache *s = cache(0, NULL);
	struct neighbours n = cache_neighbours(s);

	((volatile char *)n.low)[unknown(120)] ^= 1;
	planted();
	give_cache(s, n);
}

PLANT(cache_before_object, 0, "cache: written before the object")
{
	struct kmem_cache *s = cache(0, NULL);
	struct neighbours n = cache_neighbours(s);

	((volatile char *)n.high)[-(long)unknown(2)] ^= 1;
	planted();
	give_cache(s, n);
}

PLANT(cache_read_past_object, 0, "cache: read behind the object")
{
	struct kmem_cache *s = cache(0, NULL);
	struct neighbours n = cache_neighbours(s);

	bug_seen = ((volatile char *)n.low)[unknown(120)];
	planted();
	give_cache(s, n);
}

PLANT(ctor_past_object, 0, "cache with constructor: written behind the object")
{
	struct kmem_cache *s = cache(0, set_up);
	struct neighbours n = cache_neighbours(s);

	((volatile char *)n.low)[unknown(120)] ^= 1;
	planted();
	give_cache(s, n);
}

PLANT(typesafe_past_object, 0, "SLAB_TYPESAFE_BY_RCU: written behind the object")
{
	struct kmem_cache *s = cache(SLAB_TYPESAFE_BY_RCU, NULL);
	struct neighbours n = cache_neighbours(s);

	((volatile char *)n.low)[unknown(120)] ^= 1;
	planted();
	give_cache(s, n);
}

/* ---- pages and areas ---- */

PLANT(past_page, 0, "alloc_pages: written behind the block, into the next one")
{
	struct page *two = alloc_pages(GFP_KERNEL, 1);
	volatile char *p;

	split_page(two, 1);
	p = hidden(page_address(two));
	p[unknown(PAGE_SIZE)] = 1;
	planted();
	__free_page(two);
	__free_page(two + 1);
}

PLANT(past_freed_page, 0, "alloc_pages: written behind the block, into free memory")
{
	struct page *two = alloc_pages(GFP_KERNEL, 1);
	volatile char *p;

	split_page(two, 1);
	__free_page(two + 1);
	p = hidden(page_address(two));
	p[unknown(PAGE_SIZE)] = 1;
	planted();
	__free_page(two);
}

PLANT(exact_past_request, 0, "alloc_pages_exact: written behind its pages")
{
	volatile char *p = hidden(alloc_pages_exact(3 * PAGE_SIZE, GFP_KERNEL));

	bug_seen = p[unknown(3 * PAGE_SIZE)];
	planted();
	free_pages_exact((void *)p, 3 * PAGE_SIZE);
}

PLANT(vmalloc_past_request, 0, "vmalloc: written behind what was asked for, in the last page")
{
	volatile char *p = hidden(vmalloc(PAGE_SIZE + 10));

	p[unknown(PAGE_SIZE + 10)] = 1;
	planted();
	vfree((void *)p);
}

PLANT(vmalloc_past_area, 0, "vmalloc: written behind the last page")
{
	volatile char *p = hidden(vmalloc(PAGE_SIZE));

	p[unknown(PAGE_SIZE)] = 1;
	planted();
	vfree((void *)p);
}

PLANT(vmalloc_before_area, 0, "vmalloc: read before the first page")
{
	volatile char *p = hidden(vmalloc(PAGE_SIZE));

	bug_seen = p[-(long)unknown(1)];
	planted();
	vfree((void *)p);
}

PLANT(vmap_past_area, 0, "vmap: written behind the last page")
{
	struct page *page = alloc_page(GFP_KERNEL);
	volatile char *p = hidden(vmap(&page, 1, VM_MAP, PAGE_KERNEL));

	p[unknown(PAGE_SIZE)] = 1;
	planted();
	vunmap((void *)p);
	__free_page(page);
}

/* ---- per-CPU, pools, DMA ---- */

PLANT(percpu_past_object, 0, "alloc_percpu: written behind the object")
{
	u64 __percpu *a = alloc_percpu(u64), __percpu *b = alloc_percpu(u64);
	u64 __percpu *low = a < b ? a : b;

	((volatile u64 *)hidden(this_cpu_ptr(low)))[unknown(1)] = 1;
	planted();
	free_percpu(a);
	free_percpu(b);
}

PLANT(mempool_past_element, 0, "mempool: written behind an element")
{
	mempool_t *pool = mempool_create_kmalloc_pool(2, 40);
	volatile char *p = hidden(mempool_alloc(pool, GFP_KERNEL));

	p[unknown(40)] = 1;
	planted();
	mempool_free((void *)p, pool);
	mempool_destroy(pool);
}

static u64 mask = DMA_BIT_MASK(32);
static struct device device = { .init_name = "planted",
				.dma_mask = &mask,
				.coherent_dma_mask = DMA_BIT_MASK(32) };

PLANT(dma_pool_past_block, 0, "dma_pool: written behind a block")
{
	struct dma_pool *pool = dma_pool_create("planted", &device, 64, 64, 0);
	dma_addr_t a, b;
	char *p = dma_pool_alloc(pool, GFP_KERNEL, &a), *q = dma_pool_alloc(pool, GFP_KERNEL, &b);

	((volatile char *)hidden(p < q ? p : q))[unknown(64)] = 1;
	planted();
	dma_pool_free(pool, p, a);
	dma_pool_free(pool, q, b);
	dma_pool_destroy(pool);
}

PLANT(coherent_past_request, 0, "dma_alloc_coherent: written behind what was asked for")
{
	dma_addr_t a;
	volatile char *p = hidden(dma_alloc_coherent(&device, 100, &a, GFP_KERNEL));

	p[unknown(100)] = 1;
	planted();
	dma_free_coherent(&device, 100, (void *)p, a);
}

/* ---- what the compiler places ---- */

PLANT(stack_past_array, 0, "stack: written behind an array")
{
	struct {
		char local[24], next[8];
	} s = { 0 };
	volatile char *p = hidden(s.local);

	p[unknown(32)] ^= 0; /* behind all of it, and nothing is changed */
	planted();
}

static noinline void smash(size_t n)
{
	char local[16];
	volatile char *p = hidden(local);

	for (size_t i = 0; i < n; i++)
		p[i] = 'A';
}

PLANT(stack_smashed, 0, "stack: a return address is overwritten")
{
	smash(unknown(64));
	planted();
}

PLANT(stack_read_past_array, 0, "stack: read behind an array")
{
	char local[24] = { 0 };
	volatile char *p = hidden(local);

	bug_seen = p[unknown(24)];
	planted();
}

static char table[24];

PLANT(global_past_array, 0, "static data: read behind an array")
{
	volatile char *p = hidden(table);

	bug_seen = p[unknown(24)];
	planted();
}

PLANT(global_before_array, 0, "static data: read before an array")
{
	volatile char *p = hidden(table);

	bug_seen = p[-(long)unknown(1)];
	planted();
}

PLANT(bit_past_map, 0, "set_bit() behind the end of a bitmap")
{
	struct neighbours n = kmalloc_neighbours(16);

	set_bit(unknown(130), (unsigned long *)n.low);
	planted();
	give(n);
}
