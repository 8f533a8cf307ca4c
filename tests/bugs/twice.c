// SPDX-License-Identifier: MIT
/*
 * Planted bugs: freed twice (tests/bugs/bugs.h).
 */
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/idr.h>
#include <linux/io.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "tests/bugs/bugs.h"

#define BUG_CLASS "freed twice"

PLANT(kfree_twice, 0, "kfree() twice")
{
	void *p = hidden(kmalloc(64, GFP_KERNEL));

	kfree(p);
	kfree(hidden(p));
	planted();
}

PLANT(kfree_between, 0, "kfree() twice, another one between")
{
	void *p = hidden(kmalloc(64, GFP_KERNEL)), *q = hidden(kmalloc(64, GFP_KERNEL));

	kfree(p);
	kfree(q);
	kfree(hidden(p));
	planted();
}

PLANT(kfree_anothers, 0, "kfree() twice, when the memory is somebody else's")
{
	struct kmem_cache *s = kmem_cache_create("planted", 64, 0, 0, NULL);
	void *p = hidden(kmem_cache_alloc(s, GFP_KERNEL)), *q;

	kmem_cache_free(s, p);
	q = hidden(kmem_cache_alloc(s, GFP_KERNEL));
	kmem_cache_free(s, hidden(p));
	planted();
	kmem_cache_free(s, q);
	kmem_cache_destroy(s);
}

PLANT(kfree_large_twice, 0, "kfree() of more than a cache gives, twice")
{
	void *p = hidden(kmalloc(20000, GFP_KERNEL));

	kfree(p);
	kfree(hidden(p));
	planted();
}

PLANT(kfree_after_krealloc, 0, "krealloc(): the old pointer is freed, too")
{
	void *p = hidden(kmalloc(32, GFP_KERNEL));
	void *q = hidden(krealloc(p, unknown(500), GFP_KERNEL));

	kfree(hidden(p));
	planted();
	kfree(q);
}

PLANT(kfree_bulk_twice, 0, "kfree_bulk(): one pointer twice in the array")
{
	void *p[3];

	for (int i = 0; i < 3; i++)
		p[i] = hidden(kmalloc(64, GFP_KERNEL));
	kfree(p[2]);
	p[2] = p[0];
	kfree_bulk(3, p);
	planted();
}

PLANT(kfree_sensitive_twice, 0, "kfree_sensitive() twice")
{
	void *p = hidden(kmalloc(64, GFP_KERNEL));

	kfree_sensitive(p);
	kfree_sensitive(hidden(p));
	planted();
}

static void set_up(void *p)
{
	memset(p, 7, 120);
}

static void free_twice(slab_flags_t flags, void (*ctor)(void *))
{
	struct kmem_cache *s = kmem_cache_create("planted", 120, 0, flags, ctor);
	void *p = hidden(kmem_cache_alloc(s, GFP_KERNEL));

	kmem_cache_free(s, p);
	kmem_cache_free(s, hidden(p));
	planted();
	kmem_cache_destroy(s);
}

PLANT(cache_free_twice, 0, "kmem_cache_free() twice")
{
	free_twice(0, NULL);
}

PLANT(ctor_free_twice, 0, "kmem_cache_free() twice, cache with constructor")
{
	free_twice(0, set_up);
}

PLANT(typesafe_free_twice, 0, "kmem_cache_free() twice, SLAB_TYPESAFE_BY_RCU")
{
	free_twice(SLAB_TYPESAFE_BY_RCU, NULL);
}

PLANT(cache_destroyed_twice, 0, "kmem_cache_destroy() twice")
{
	struct kmem_cache *s = kmem_cache_create("planted", 120, 0, 0, NULL);

	kmem_cache_destroy(s);
	kmem_cache_destroy(hidden(s));
	planted();
}

PLANT(vfree_twice, 0, "vfree() twice")
{
	void *p = hidden(vmalloc(PAGE_SIZE));

	vfree(p);
	vfree(hidden(p));
	planted();
}

PLANT(vunmap_twice, 0, "vunmap() twice")
{
	struct page *page = alloc_page(GFP_KERNEL);
	void *p = hidden(vmap(&page, 1, VM_MAP, PAGE_KERNEL));

	vunmap(p);
	vunmap(hidden(p));
	planted();
	__free_page(page);
}

PLANT(free_page_twice, 0, "__free_page() twice")
{
	struct page *page = alloc_page(GFP_KERNEL);

	__free_page(page);
	__free_page(hidden(page));
	planted();
}

PLANT(free_pages_twice, 0, "__free_pages() of a large block twice")
{
	struct page *page = alloc_pages(GFP_KERNEL, 5);

	__free_pages(page, 5);
	__free_pages(hidden(page), 5);
	planted();
}

PLANT(put_page_twice, 0, "put_page() once too often")
{
	struct page *page = alloc_page(GFP_KERNEL);

	put_page(page);
	put_page(hidden(page));
	planted();
}

PLANT(folio_put_twice, 0, "folio_put() once too often")
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 2);

	folio_put(folio);
	folio_put(hidden(folio));
	planted();
}

PLANT(free_percpu_twice, 0, "free_percpu() twice")
{
	u64 __percpu *p = alloc_percpu(u64);

	free_percpu(p);
	free_percpu((u64 __percpu *)hidden((void *)p));
	planted();
}

PLANT(mempool_free_twice, 0, "mempool_free() twice")
{
	mempool_t *pool = mempool_create_kmalloc_pool(2, 64);
	void *p = hidden(mempool_alloc(pool, GFP_KERNEL));

	mempool_free(p, pool);
	mempool_free(hidden(p), pool);
	planted();
	mempool_destroy(pool);
}

PLANT(mempool_destroyed_twice, ALONE, "mempool_destroy() twice")
{
	mempool_t *pool = mempool_create_kmalloc_pool(2, 64);

	mempool_destroy(pool);
	mempool_destroy(hidden(pool));
	planted();
}

static u64 mask = DMA_BIT_MASK(32);
static struct device device = { .init_name = "planted",
				.dma_mask = &mask,
				.coherent_dma_mask = DMA_BIT_MASK(32) };

PLANT(dma_pool_free_twice, 0, "dma_pool_free() twice")
{
	struct dma_pool *pool = dma_pool_create("planted", &device, 64, 64, 0);
	dma_addr_t a;
	void *p = dma_pool_alloc(pool, GFP_KERNEL, &a);

	dma_pool_free(pool, p, a);
	dma_pool_free(pool, hidden(p), a);
	planted();
	dma_pool_destroy(pool);
}

PLANT(dma_free_twice, 0, "dma_free_coherent() twice")
{
	dma_addr_t a;
	void *p = dma_alloc_coherent(&device, 100, &a, GFP_KERNEL);

	dma_free_coherent(&device, 100, p, a);
	dma_free_coherent(&device, 100, hidden(p), a);
	planted();
}

struct shared {
	u64 number[6];
	struct rcu_head rcu;
};

PLANT(kfree_rcu_twice, ALONE, "kfree_rcu() twice")
{
	struct shared *s = hidden(kzalloc(sizeof(*s), GFP_KERNEL));

	preempt_disable();
	kfree_rcu(s, rcu);
	kfree_rcu(s, rcu);
	preempt_enable();
	planted();
	rcu_barrier();
}

PLANT(kfree_and_kfree_rcu, ALONE, "kfree_rcu(), then kfree()")
{
	struct shared *s = hidden(kzalloc(sizeof(*s), GFP_KERNEL));

	preempt_disable();
	kfree_rcu(s, rcu);
	kfree(hidden(s));
	preempt_enable();
	planted();
	rcu_barrier();
}

struct counted {
	struct kref ref;
	u64 number[6];
};

static void counted_free(struct kref *ref)
{
	kfree(container_of(ref, struct counted, ref));
}

PLANT(kref_put_twice, 0, "kref_put() once too often")
{
	struct counted *c = hidden(kzalloc(sizeof(*c), GFP_KERNEL));

	kref_init(&c->ref);
	kref_put(&c->ref, counted_free);
	kref_put(&((struct counted *)hidden(c))->ref, counted_free);
	planted();
	next_owners(sizeof(*c));
}

PLANT(list_del_twice, 0, "list_del() twice")
{
	struct list_head *e = hidden(kmalloc(sizeof(*e), GFP_KERNEL));
	LIST_HEAD(list);

	list_add(e, &list);
	list_del(e);
	list_del((struct list_head *)hidden(e));
	planted();
	kfree(e);
}

PLANT(ida_free_twice, 0, "ida_free() twice")
{
	static DEFINE_IDA(ida);
	int id = ida_alloc(&ida, GFP_KERNEL);

	ida_free(&ida, id);
	ida_free(&ida, id);
	planted();
	ida_destroy(&ida);
}

PLANT(unpinned_twice, 0, "unpin_user_page() once too often")
{
	unsigned long at = (__force unsigned long)user_pages(1);
	struct page *page;

	if (pin_user_pages_fast(at, 1, FOLL_WRITE, &page) != 1)
		return;
	unpin_user_page(page);
	unpin_user_page(hidden(page));
	planted();
}
