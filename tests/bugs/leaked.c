// SPDX-License-Identifier: MIT
/*
 * Planted bugs: the last pointer is gone, and the memory is not (tests/bugs/bugs.h).
 *
 * Caught is what is named when the code has ended: by the one who unmakes the pool or cache, or by what is
 * there and was not before, which is what a module's verdict says.
 */
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/idr.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <linux/xarray.h>
#include "tests/bugs/bugs.h"

#define BUG_CLASS "leaked"

PLANT(leak_kmalloc, HOLDS, "kmalloc: never freed")
{
	bug_seen = !hidden(kmalloc(60, GFP_KERNEL));
	planted();
}

PLANT(leak_large, HOLDS, "kmalloc of more than a cache gives: never freed")
{
	bug_seen = !hidden(kmalloc(20000, GFP_KERNEL));
	planted();
}

PLANT(leak_text, HOLDS, "kstrdup: the structure is freed, its text is not")
{
	char **name = kmalloc(sizeof(*name), GFP_KERNEL);

	*name = kstrdup("a text", GFP_KERNEL);
	kfree(hidden(name));
	planted();
}

PLANT(leak_by_krealloc, HOLDS, "krealloc: p = krealloc(p) when it fails")
{
	char *p = kmalloc(32, GFP_KERNEL);

	p = krealloc(p, unknown(1UL << 40), GFP_KERNEL | __GFP_NOWARN);
	planted();
	kfree(p);
}

static int set_up(void)
{
	char *buffer = kmalloc(100, GFP_KERNEL);
	void *table = kmalloc(unknown(1UL << 40), GFP_KERNEL | __GFP_NOWARN);

	if (!table)
		return -ENOMEM; /* the bug: kfree(buffer) */
	kfree(table);
	kfree(buffer);
	return 0;
}

PLANT(leak_on_error, HOLDS, "kmalloc: not freed on the way out of an error")
{
	bug_seen = set_up();
	planted();
}

PLANT(leak_list, HOLDS, "kmalloc: a list is forgotten, its head is freed")
{
	struct list_head *head = kmalloc(sizeof(*head), GFP_KERNEL);

	INIT_LIST_HEAD(head);
	for (int i = 0; i < 3; i++)
		list_add(hidden(kmalloc(sizeof(*head), GFP_KERNEL)), head);
	kfree(head);
	planted();
}

PLANT(leak_cache_object, HOLDS, "cache: an object is left when the cache is destroyed")
{
	struct kmem_cache *s = kmem_cache_create("planted", 120, 0, 0, NULL);

	bug_seen = !hidden(kmem_cache_alloc(s, GFP_KERNEL));
	planted();
	kmem_cache_destroy(s);
}

PLANT(leak_ctor_object, HOLDS, "cache made by KMEM_CACHE(): an object is left")
{
	struct ring {
		u64 slots[5];
	};
	struct kmem_cache *s = KMEM_CACHE(ring, 0);

	bug_seen = !hidden(kmem_cache_alloc(s, GFP_KERNEL));
	planted();
	kmem_cache_destroy(s);
}

PLANT(leak_cache, HOLDS, "cache: never destroyed")
{
	bug_seen = !hidden(kmem_cache_create("planted", 120, 0, 0, NULL));
	planted();
}

PLANT(leak_vmalloc, HOLDS, "vmalloc: never freed")
{
	bug_seen = !hidden(vmalloc(3 * PAGE_SIZE));
	planted();
}

PLANT(leak_vmap, HOLDS, "vmap: the pages are freed, the mapping stays")
{
	struct page *page = alloc_page(GFP_KERNEL);

	bug_seen = !hidden(vmap(&page, 1, VM_MAP, PAGE_KERNEL));
	__free_page(page);
	planted();
}

PLANT(leak_page, HOLDS, "alloc_page: never freed")
{
	bug_seen = !hidden(alloc_page(GFP_KERNEL));
	planted();
}

PLANT(leak_pages, HOLDS, "alloc_pages: a block, never freed")
{
	bug_seen = !hidden((void *)__get_free_pages(GFP_KERNEL, 3));
	planted();
}

PLANT(leak_page_ref, HOLDS, "get_page() without put_page()")
{
	struct page *page = alloc_page(GFP_KERNEL);

	get_page(page);
	put_page(page);
	planted();
}

PLANT(leak_folio_ref, HOLDS, "folio_get() without folio_put()")
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 2);

	folio_get(folio);
	folio_put(folio);
	planted();
}

PLANT(leak_percpu, HOLDS, "alloc_percpu: never freed")
{
	bug_seen = !hidden((__force void *)alloc_percpu(u64));
	planted();
}

PLANT(leak_mempool, HOLDS, "mempool: never destroyed")
{
	bug_seen = !hidden(mempool_create_kmalloc_pool(4, 40));
	planted();
}

PLANT(leak_mempool_element, HOLDS, "mempool: an element is out when the pool is destroyed")
{
	mempool_t *pool = mempool_create_kmalloc_pool(4, 40);

	bug_seen = !hidden(mempool_alloc(pool, GFP_KERNEL));
	planted();
	mempool_destroy(pool);
}

static u64 mask = DMA_BIT_MASK(32);
static struct device device = { .init_name = "planted",
				.dma_mask = &mask,
				.coherent_dma_mask = DMA_BIT_MASK(32) };

PLANT(leak_dma_block, HOLDS, "dma_pool: a block is out when the pool is destroyed")
{
	struct dma_pool *pool = dma_pool_create("planted", &device, 64, 64, 0);
	dma_addr_t a;

	bug_seen = !hidden(dma_pool_alloc(pool, GFP_KERNEL, &a));
	planted();
	dma_pool_destroy(pool);
}

PLANT(leak_coherent, HOLDS, "dma_alloc_coherent: never freed")
{
	dma_addr_t a;

	bug_seen = !hidden(dma_alloc_coherent(&device, 2 * PAGE_SIZE, &a, GFP_KERNEL));
	planted();
}

struct counted {
	struct kref ref;
	char text[40];
};

static void counted_free(struct kref *ref)
{
	kfree(container_of(ref, struct counted, ref));
}

PLANT(leak_kref, HOLDS, "kref_get() without kref_put()")
{
	struct counted *c = kmalloc(sizeof(*c), GFP_KERNEL);

	kref_init(&c->ref);
	kref_get(&c->ref);
	kref_put(&c->ref, counted_free);
	planted();
}

PLANT(leak_xarray, HOLDS, "xarray: never destroyed, its nodes stay")
{
	struct xarray xa;

	xa_init(&xa);
	bug_seen = xa_is_err(xa_store(&xa, 12345, &xa, GFP_KERNEL));
	planted();
}

PLANT(leak_ida, HOLDS, "ida: never destroyed, with a number taken")
{
	struct ida ida;

	ida_init(&ida);
	bug_seen = ida_alloc_min(&ida, 5000, GFP_KERNEL);
	planted();
}
