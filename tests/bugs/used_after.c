// SPDX-License-Identifier: MIT
/*
 * Planted bugs: memory is used after it was given back (tests/bugs/bugs.h).
 *
 * What is written stands where the allocator keeps nothing, unless it is said. Memory that somebody could
 * have had meanwhile was the bug's own.
 */
#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/jiffies.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include "tests/bugs/bugs.h"

#define BUG_CLASS "used after free"

/* ---- kmalloc() ---- */

PLANT(read_after_kfree, 0, "kmalloc: read after kfree()")
{
	volatile char *p = hidden(kmalloc(64, GFP_KERNEL));

	kfree((void *)p);
	bug_seen = p[8];
	planted();
}

PLANT(write_after_kfree, 0, "kmalloc: written after kfree()")
{
	volatile char *p = hidden(kmalloc(64, GFP_KERNEL));

	kfree((void *)p);
	p[8] = 1;
	planted();
	next_owners(64);
}

PLANT(write_to_free_mark, 0, "kmalloc: written after kfree(), where the allocator keeps its mark")
{
	char *p = hidden(kmalloc(64, GFP_KERNEL));
	volatile u64 *mark = free_word(slab_cache_of(p), p);

	kfree(p);
	*mark = 0x1234;
	planted();
	next_owners(64);
}

PLANT(write_after_large_kfree, 0, "kmalloc of more than a cache gives: written after kfree()")
{
	volatile char *p = hidden(kmalloc(20000, GFP_KERNEL));

	kfree((void *)p);
	p[5000] = 1;
	planted();
	kfree(hidden(kmalloc(20000, GFP_KERNEL)));
}

PLANT(old_after_krealloc, 0, "krealloc: the old pointer is used after the block has moved")
{
	volatile char *p = hidden(kmalloc(32, GFP_KERNEL)),
		      *q = hidden(krealloc((void *)p, unknown(500), GFP_KERNEL));

	p[4] = 1;
	planted();
	next_owners(32);
	kfree((void *)q);
}

PLANT(when_it_is_anothers, 0, "kmalloc: written after kfree(), when the memory is somebody else's")
{
	volatile char *p = hidden(kmalloc(64, GFP_KERNEL));
	char *q;

	kfree((void *)p);
	q = hidden(kmalloc(64, GFP_KERNEL));
	p[8] ^= 1;
	planted();
	kfree(q);
}

PLANT(next_of_freed, 0, "list: the next one is asked of an entry that was freed")
{
	struct entry {
		u64 number[3];
		struct entry *next;
	} *a = hidden(kmalloc(sizeof(*a), GFP_KERNEL)),
	  *b = hidden(kzalloc(sizeof(*b), GFP_KERNEL));

	a->next = b;
	kfree(a);
	bug_seen = ((struct entry *)hidden(a))->next->number[0];
	planted();
	kfree(b);
}

PLANT(list_del_after_free, 0, "list: an entry that was freed is taken out")
{
	struct entry {
		u64 number[2];
		struct list_head link;
		u64 more[4];
	} *e = hidden(kmalloc(sizeof(*e), GFP_KERNEL));
	LIST_HEAD(list);

	list_add(&e->link, &list);
	kfree(e);
	list_del(&((struct entry *)hidden(e))->link);
	planted();
	next_owners(sizeof(struct entry));
}

PLANT(used_after_list_del, 0, "list: walked on over an entry that was taken out")
{
	struct list_head *e = hidden(kmalloc(sizeof(*e), GFP_KERNEL));
	LIST_HEAD(list);

	list_add(e, &list);
	list_del(e);
	bug_seen = (unsigned long)((struct list_head *)hidden(e))->next->next;
	planted();
	kfree(e);
}

PLANT(call_after_kfree, 0, "kmalloc: a function pointer in a freed object is called")
{
	struct ops {
		u64 number[5];
		void (*fn)(void);
	} *o = hidden(kmalloc(sizeof(*o), GFP_KERNEL));

	o->fn = planted;
	kfree(o);
	((struct ops *)hidden(o))->fn();
	planted();
}

/* ---- caches ---- */

static void set_up(void *p)
{
	memset(p, 7, 120);
}

static void write_after_free(slab_flags_t flags, void (*ctor)(void *), bool wait)
{
	struct kmem_cache *s = kmem_cache_create("planted", 120, 0, flags, ctor);
	volatile char *p = hidden(kmem_cache_alloc(s, GFP_KERNEL));

	kmem_cache_free(s, (void *)p);
	if (wait)
		synchronize_rcu();
	p[100] = 1;
	planted();
	next_owners_of(s);
	kmem_cache_destroy(s);
}

PLANT(write_after_cache_free, 0, "cache: written after kmem_cache_free()")
{
	write_after_free(0, NULL, false);
}

PLANT(write_after_ctor_free, 0, "cache with constructor: written after kmem_cache_free()")
{
	write_after_free(0, set_up, false);
}

PLANT(write_after_typesafe_free, 0, "SLAB_TYPESAFE_BY_RCU: written after the grace period")
{
	write_after_free(SLAB_TYPESAFE_BY_RCU, NULL, true);
}

PLANT(read_after_cache_free, 0, "cache: read after kmem_cache_free()")
{
	struct kmem_cache *s = kmem_cache_create("planted", 120, 0, 0, NULL);
	volatile char *p = hidden(kmem_cache_alloc(s, GFP_KERNEL));

	kmem_cache_free(s, (void *)p);
	bug_seen = p[100];
	planted();
	kmem_cache_destroy(s);
}

PLANT(read_after_destroy, 0, "cache: an object is read after kmem_cache_destroy()")
{
	struct kmem_cache *s = kmem_cache_create("planted", 120, 0, 0, NULL);
	volatile char *p = hidden(kmem_cache_alloc(s, GFP_KERNEL));

	kmem_cache_free(s, (void *)p);
	kmem_cache_destroy(s);
	bug_seen = p[100];
	planted();
}

PLANT(freed_after_destroy, 0, "cache: an object is freed after kmem_cache_destroy()")
{
	struct kmem_cache *s = kmem_cache_create("planted", 120, 0, SLAB_NO_USER_FLAGS, NULL);
	void *p = hidden(kmem_cache_alloc(s, GFP_KERNEL));

	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
	kmem_cache_free(hidden(s), p);
	planted();
}

/* ---- areas ---- */

PLANT(read_after_vfree, 0, "vmalloc: read after vfree()")
{
	volatile char *p = hidden(vmalloc(2 * PAGE_SIZE));

	vfree((void *)p);
	bug_seen = p[PAGE_SIZE];
	planted();
}

PLANT(write_after_vfree, 0,
      "vmalloc: written after vfree(), by a translation that is still in the TLB")
{
	volatile char *p = hidden(vmalloc(2 * PAGE_SIZE));

	p[PAGE_SIZE] = 1;
	vfree((void *)p);
	p[PAGE_SIZE] = 2;
	planted();
	vfree(hidden(vmalloc(2 * PAGE_SIZE))); /* the next owner of the pages */
}

PLANT(write_after_vunmap, 0,
      "vmap: written after vunmap(), by a translation that is still in the TLB")
{
	struct page *page = alloc_page(GFP_KERNEL);
	volatile char *p = hidden(vmap(&page, 1, VM_MAP, PAGE_KERNEL));

	p[0] = 1;
	vunmap((void *)p);
	p[0] = 2;
	planted();
	__free_page(page);
}

PLANT(write_after_aliases_gone, 0, "vmap: written after vunmap() and vm_unmap_aliases()")
{
	struct page *page = alloc_page(GFP_KERNEL);
	volatile char *p = hidden(vmap(&page, 1, VM_MAP, PAGE_KERNEL));

	p[0] = 1;
	vunmap((void *)p);
	vm_unmap_aliases();
	p[0] = 2;
	planted();
	__free_page(page);
}

PLANT(page_of_freed_area, 0,
      "vmalloc: a page of the area is written by the direct map after vfree()")
{
	void *area = vmalloc(PAGE_SIZE);
	volatile char *p = hidden(page_address(vmalloc_to_page(area)));

	vfree(area);
	p[2] = 1;
	planted();
	__free_page(alloc_page(GFP_KERNEL));
}

/* ---- pages ---- */

PLANT(write_after_free_page, 0, "alloc_page: written after __free_page()")
{
	struct page *page = alloc_page(GFP_KERNEL);
	volatile char *p = hidden(page_address(page));

	__free_page(page);
	p[100] = 1;
	planted();
	__free_page(alloc_page(GFP_KERNEL));
}

PLANT(read_after_free_pages, 0, "alloc_pages: read after free_pages()")
{
	unsigned long p = __get_free_pages(GFP_KERNEL, 3);

	free_pages(p, 3);
	bug_seen = ((volatile char *)hidden((void *)p))[5 * PAGE_SIZE];
	planted();
}

PLANT(write_after_folio_put, 0, "folio: written after the last folio_put()")
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 2);
	volatile char *p = hidden(folio_address(folio));

	folio_put(folio);
	p[3 * PAGE_SIZE] = 1;
	planted();
	folio_put(folio_alloc(GFP_KERNEL, 2));
}

PLANT(get_page_after_free, 0, "get_page() of a page that is free")
{
	struct page *page = alloc_page(GFP_KERNEL);

	__free_page(page);
	get_page(hidden(page));
	planted();
	page_ref_dec(page);
}

/* ---- per-CPU, pools, DMA ---- */

PLANT(write_after_free_percpu, 0, "alloc_percpu: written after free_percpu()")
{
	u64 __percpu *a = alloc_percpu(u64);
	volatile u64 *p = hidden(this_cpu_ptr(a));

	free_percpu(a);
	*p = 1;
	planted();
	free_percpu(alloc_percpu(u64));
}

PLANT(write_after_mempool_free, 0,
      "mempool: an element that went back to the reserve is written to")
{
	mempool_t *pool = mempool_create_kmalloc_pool(1, 64);
	volatile char *p, *q = hidden(mempool_alloc(pool, GFP_KERNEL));

	p = hidden(mempool_alloc_preallocated(pool));
	mempool_free((void *)p, pool);
	p[8] = 1;
	planted();
	mempool_free((void *)q, pool);
	mempool_destroy(pool);
}

PLANT(write_after_mempool_free_page, 0,
      "mempool of pages: an element that went back to the reserve is written to")
{
	mempool_t *pool = mempool_create_page_pool(1, 0);
	struct page *page, *other = mempool_alloc(pool, GFP_KERNEL);
	volatile char *p;

	page = mempool_alloc_preallocated(pool);
	p = hidden(page_address(page));
	mempool_free(page, pool);
	p[8] = 1;
	planted();
	mempool_free(other, pool);
	mempool_destroy(pool);
}

static u64 mask = DMA_BIT_MASK(32);
static struct device device = { .init_name = "planted",
				.dma_mask = &mask,
				.coherent_dma_mask = DMA_BIT_MASK(32) };

PLANT(write_after_dma_pool_free, 0, "dma_pool: written after dma_pool_free()")
{
	struct dma_pool *pool = dma_pool_create("planted", &device, 64, 64, 0);
	dma_addr_t a;
	volatile char *p = hidden(dma_pool_alloc(pool, GFP_KERNEL, &a));

	dma_pool_free(pool, (void *)p, a);
	p[8] = 1;
	planted();
	p = dma_pool_alloc(pool, GFP_KERNEL, &a);
	dma_pool_free(pool, (void *)p, a);
	dma_pool_destroy(pool);
}

PLANT(write_after_dma_free, 0, "dma_alloc_coherent: written after dma_free_coherent()")
{
	dma_addr_t a;
	volatile char *p = hidden(dma_alloc_coherent(&device, PAGE_SIZE, &a, GFP_KERNEL));

	dma_free_coherent(&device, PAGE_SIZE, (void *)p, a);
	p[8] = 1;
	planted();
	__free_page(alloc_page(GFP_KERNEL | __GFP_DMA32));
}

/* ---- who refers to it still ---- */

PLANT(refcount_after_free, 0, "refcount_inc() of an object whose count has reached 0")
{
	refcount_t *r = hidden(kmalloc(sizeof(*r), GFP_KERNEL));

	refcount_set(r, 1);
	if (refcount_dec_and_test(r))
		refcount_inc(r);
	planted();
	kfree(r);
}

struct shared {
	u64 number[6];
	struct rcu_head rcu;
};

PLANT(kfree_under_a_reader, 0, "RCU: kfree() in place of kfree_rcu(), with a reader there")
{
	struct shared *s = hidden(kzalloc(sizeof(*s), GFP_KERNEL)), __rcu * published;
	volatile struct shared *seen;

	rcu_assign_pointer(published, s);
	rcu_read_lock();
	seen = hidden(rcu_dereference(published));
	kfree(s);
	bug_seen = seen->number[1];
	rcu_read_unlock();
	planted();
}

PLANT(used_behind_the_reader, 0,
      "RCU: a pointer is used behind rcu_read_unlock(), when it was freed")
{
	struct shared *s = hidden(kzalloc(sizeof(*s), GFP_KERNEL));
	volatile struct shared *seen;

	rcu_read_lock();
	seen = hidden(s);
	kfree_rcu(s, rcu);
	rcu_read_unlock();
	rcu_barrier();
	bug_seen = seen->number[1];
	planted();
}

PLANT(copy_of_freed, 0, "copy_to_user() from memory that was freed")
{
	char *p = hidden(kmalloc(64, GFP_KERNEL));
	void __user *u = user_pages(1);

	kfree(p);
	if (copy_to_user(u, hidden(p), unknown(64)))
		refused();
	planted();
}

static void *stale;

static noinline void leave_a_local(void)
{
	char local[32] = { 0 };

	stale = hidden(local);
}

PLANT(local_after_return, 0, "stack: a local variable is used after its function has returned")
{
	leave_a_local();
	bug_seen = ((volatile char *)hidden(stale))[3];
	planted();
}

/* ---- A cache ---- */

PLANT(alloc_from_destroyed, 0, "kmem_cache_alloc() after kmem_cache_destroy()")
{
	struct kmem_cache *s = kmem_cache_create("planted", 120, 0, 0, NULL);
	void *p = hidden(kmem_cache_alloc(s, GFP_KERNEL));

	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
	if (!kmem_cache_alloc(hidden(s), GFP_KERNEL))
		refused();
	planted();
}

PLANT(free_to_destroyed, 0, "kmem_cache_free() to a cache that was destroyed")
{
	struct kmem_cache *s = kmem_cache_create("planted", 120, 0, 0, NULL);
	void *p = hidden(kmalloc(64, GFP_KERNEL));

	kmem_cache_destroy(s);
	kmem_cache_free(hidden(s), p);
	planted();
}
