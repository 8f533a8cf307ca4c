// SPDX-License-Identifier: MIT
/*
 * Planted bugs: freed by the wrong means, or what is freed is not what was allocated (tests/bugs/bugs.h).
 *
 * Nothing is freed where it is reported, so what was meant is freed in the right way behind it.
 */
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "tests/bugs/bugs.h"

#define BUG_CLASS "freed wrongly"

/* ---- kfree() of what kmalloc() never gave ---- */

static void free_this(const void *p)
{
	kfree(hidden((void *)p));
	planted();
}

PLANT(kfree_moved, 0, "kfree() of a pointer that has moved on")
{
	char *p = hidden(kmalloc(64, GFP_KERNEL));

	free_this(p + 3);
	kfree(p);
}

PLANT(kfree_member, 0, "kfree() of a member of a structure")
{
	char *p = hidden(kmalloc(128, GFP_KERNEL));

	free_this(p + 64);
	kfree(p);
}

PLANT(kfree_stack, 0, "kfree() of a local variable")
{
	char local[64] = { 0 };

	free_this(local);
}

PLANT(kfree_static, 0, "kfree() of static data")
{
	static char data[64];

	free_this(data);
}

PLANT(kfree_constant, 0, "kfree() of a string literal")
{
	free_this("a literal");
}

PLANT(kfree_code, 0, "kfree() of a function")
{
	free_this((void *)planted);
}

PLANT(kfree_vmalloc, 0, "kfree() of vmalloc() memory")
{
	void *p = vmalloc(PAGE_SIZE);

	free_this(p);
	vfree(p);
}

PLANT(kfree_percpu, 0, "kfree() of per-CPU memory")
{
	u64 __percpu *p = alloc_percpu(u64);

	free_this((__force void *)p);
	free_percpu(p);
}

PLANT(kfree_page, 0, "kfree() of a page of alloc_page()")
{
	struct page *page = alloc_page(GFP_KERNEL);

	free_this(page_address(page));
	__free_page(page);
}

PLANT(kfree_struct_page, 0, "kfree() of a struct page")
{
	struct page *page = alloc_page(GFP_KERNEL);

	free_this(page);
	__free_page(page);
}

PLANT(kfree_user, 0, "kfree() of a user pointer")
{
	free_this((__force void *)user_pages(1));
}

PLANT(kfree_error, 0, "kfree() of ERR_PTR()")
{
	free_this(ERR_PTR(-ENOMEM));
}

PLANT(kfree_poison, 0, "kfree() of a pointer that was read from freed memory")
{
	free_this((void *)0x6b6b6b6b6b6b6b6bUL);
}

PLANT(kfree_beyond_ram, 0, "kfree() of an address behind the end of memory")
{
	free_this((void *)(PAGE_OFFSET + (1UL << 42)));
}

PLANT(kfree_inside_large, 0, "kfree() of a pointer into a large block")
{
	char *p = hidden(kmalloc(20000, GFP_KERNEL));

	free_this(p + PAGE_SIZE);
	kfree(p);
}

/* ---- caches ---- */

PLANT(wrong_cache, 0, "kmem_cache_free() to another cache")
{
	struct kmem_cache *a = kmem_cache_create("planted_a", 120, 0, 0, NULL);
	struct kmem_cache *b = kmem_cache_create("planted_b", 120, 0, 0, NULL);

	kmem_cache_free(b, hidden(kmem_cache_alloc(a, GFP_KERNEL)));
	planted();
	kmem_cache_destroy(a);
	kmem_cache_destroy(b);
}

PLANT(kmalloc_to_cache, 0, "kmem_cache_free() of kmalloc() memory")
{
	struct kmem_cache *s = kmem_cache_create("planted", 64, 0, 0, NULL);

	kmem_cache_free(s, hidden(kmalloc(64, GFP_KERNEL)));
	planted();
	kmem_cache_destroy(s);
}

PLANT(moved_to_cache, 0, "kmem_cache_free() of a pointer that has moved on")
{
	struct kmem_cache *s = kmem_cache_create("planted", 120, 0, 0, NULL);
	char *p = hidden(kmem_cache_alloc(s, GFP_KERNEL));

	kmem_cache_free(s, p + 8);
	planted();
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

PLANT(stack_to_cache, 0, "kmem_cache_free() of a local variable")
{
	struct kmem_cache *s = kmem_cache_create("planted", 120, 0, 0, NULL);
	char local[120] = { 0 };

	kmem_cache_free(s, hidden(local));
	planted();
	kmem_cache_destroy(s);
}

PLANT(destroyed_in_use, 0, "kmem_cache_destroy() with an object in use, which is freed later")
{
	struct kmem_cache *s = kmem_cache_create("planted", 120, 0, 0, NULL);
	void *p = hidden(kmem_cache_alloc(s, GFP_KERNEL));

	kmem_cache_destroy(s);
	planted();
	kmem_cache_free(s, p);
}

/* ---- areas ---- */

PLANT(vfree_kmalloc, 0, "vfree() of kmalloc() memory")
{
	void *p = hidden(kmalloc(PAGE_SIZE, GFP_KERNEL));

	vfree(p);
	planted();
	kfree(p);
}

PLANT(vfree_moved, 0, "vfree() of a pointer that has moved on")
{
	char *p = hidden(vmalloc(3 * PAGE_SIZE));

	vfree(p + 100);
	planted();
	vfree(p);
}

PLANT(vfree_middle, 0, "vfree() of a later page of an area")
{
	char *p = hidden(vmalloc(3 * PAGE_SIZE));

	vfree(p + PAGE_SIZE);
	planted();
	vfree(p);
}

PLANT(vunmap_vmalloc, 0, "vunmap() of vmalloc() memory")
{
	void *p = hidden(vmalloc(PAGE_SIZE));

	vunmap(p);
	planted();
	vfree(p);
}

PLANT(iounmap_vmalloc, 0, "iounmap() of vmalloc() memory")
{
	void *p = hidden(vmalloc(PAGE_SIZE));

	iounmap((void __iomem *)p);
	planted();
	vfree(p);
}

PLANT(vm_unmap_ram_count, 0, "vm_unmap_ram() of fewer pages than were mapped")
{
	struct page *pages[2] = { alloc_page(GFP_KERNEL), alloc_page(GFP_KERNEL) };
	void *p = hidden(vm_map_ram(pages, 2, NUMA_NO_NODE));

	vm_unmap_ram(p, 1);
	planted();
	__free_page(pages[0]);
	__free_page(pages[1]);
}

/* ---- per-CPU, pools, DMA ---- */

PLANT(free_percpu_kmalloc, 0, "free_percpu() of kmalloc() memory")
{
	void *p = hidden(kmalloc(64, GFP_KERNEL));

	free_percpu((void __percpu *)p);
	planted();
	kfree(p);
}

PLANT(free_percpu_copy, 0, "free_percpu() of this_cpu_ptr() of it, moved on")
{
	u64 __percpu *p = __alloc_percpu(64, 8);

	free_percpu(p + 1);
	planted();
	free_percpu(p);
}

PLANT(mempool_wrong_pool, 0, "mempool_free() to another pool, of another kind")
{
	mempool_t *a = mempool_create_kmalloc_pool(1, 64), *b = mempool_create_page_pool(1, 0);
	void *p = hidden(mempool_alloc(a, GFP_KERNEL));

	mempool_free(p, b);
	planted();
	mempool_destroy(a);
	mempool_destroy(b);
}

static u64 mask = DMA_BIT_MASK(32);
static struct device device = { .init_name = "planted",
				.dma_mask = &mask,
				.coherent_dma_mask = DMA_BIT_MASK(32) };

PLANT(dma_pool_wrong_pool, 0, "dma_pool_free() to another pool")
{
	struct dma_pool *a = dma_pool_create("planted_a", &device, 64, 64, 0);
	struct dma_pool *b = dma_pool_create("planted_b", &device, 64, 64, 0);
	dma_addr_t at;
	void *p = dma_pool_alloc(a, GFP_KERNEL, &at);

	dma_pool_free(b, p, at);
	planted();
	dma_pool_free(a, p, at);
	dma_pool_destroy(a);
	dma_pool_destroy(b);
}

PLANT(dma_pool_wrong_handle, 0, "dma_pool_free() with another block's handle")
{
	struct dma_pool *pool = dma_pool_create("planted", &device, 64, 64, 0);
	dma_addr_t a, b;
	void *p = dma_pool_alloc(pool, GFP_KERNEL, &a), *q = dma_pool_alloc(pool, GFP_KERNEL, &b);

	dma_pool_free(pool, p, b);
	planted();
	dma_pool_free(pool, p, a);
	dma_pool_free(pool, q, b);
	dma_pool_destroy(pool);
}

PLANT(dma_wrong_handle, 0, "dma_free_coherent() with another handle")
{
	dma_addr_t a;
	void *p = dma_alloc_coherent(&device, PAGE_SIZE, &a, GFP_KERNEL);

	dma_free_coherent(&device, PAGE_SIZE, p, a + PAGE_SIZE);
	planted();
	dma_free_coherent(&device, PAGE_SIZE, p, a);
}

PLANT(kfree_coherent, 0, "kfree() of dma_alloc_coherent() memory")
{
	dma_addr_t a;
	void *p = dma_alloc_coherent(&device, PAGE_SIZE, &a, GFP_KERNEL);

	free_this(p);
	dma_free_coherent(&device, PAGE_SIZE, p, a);
}
