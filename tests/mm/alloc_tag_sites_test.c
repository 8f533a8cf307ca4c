// SPDX-License-Identifier: MIT
/*
 * Tests of linux/alloc_tag.h: each allocation function notes who called it. One function for each, of
 * two lines, so that it is known what its tag must say.
 *
 * Mutations that made them fail when tried: kvmalloc() through kmalloc(), vmalloc()'s pages through
 * alloc_pages_bulk_array(), thread_create() through kmem_cache_alloc(), no copy of the tag in split_page(), no
 * end of the scope in report_die().
 */
#include <kunit/test.h>
#include <linux/alloc_tag.h>
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/kthread.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include "mm/internal.h"
#include "tests/mm/slab_fixture.h"
#include "tests/plant.h"

#define LARGE	   (3 * KMALLOC_MAX_CACHE_SIZE)
#define PMD_PAGES  512UL
#define NO_RAM	   0xfee00000ULL /* devices, on every machine that boots Quarry */
#define HERE(expr) ((*line = __LINE__), (const void *)(expr))

/* What a site needs: a cache, a page, a text on the stack. */
static struct kmem_cache *cache;
static struct page *page;
static char text[] = "a text that is no constant";
static dma_addr_t handle;

/* One of them; also what caches are made of here. */
struct site {
	const char *name; /* of the function below */
	const void *(*get)(u32 *line);
	void (*put)(const void *p);
	u64 bytes; /* at least */
};

static void *bulk_object(void *p, int n)
{
	return n ? p : NULL;
}

static void *page_at(struct page *p)
{
	return p ? page_address(p) : NULL;
}

static int nothing(void *unused)
{
	return 0;
}

/* clang-format off */
#define SITE(name, expr) static const void *name(u32 *line) { return HERE(expr); }

SITE(by_constant, kmalloc(50, GFP_KERNEL))
SITE(by_size, kmalloc(unknown(50), GFP_KERNEL))
SITE(by_zero, kzalloc(50, GFP_KERNEL))
SITE(by_page_slot, kmalloc(2048, GFP_KERNEL))
SITE(by_8k, kmalloc(8192, GFP_KERNEL))
SITE(by_large, kmalloc(LARGE, GFP_KERNEL))
SITE(by_large_size, kmalloc(unknown(LARGE), GFP_KERNEL))
SITE(by___kmalloc, __kmalloc(50, GFP_KERNEL))
SITE(by_track, kmalloc_track_caller(50, GFP_KERNEL))
SITE(by_array, kmalloc_array(5, 10, GFP_KERNEL))
SITE(by_kcalloc, kcalloc(5, 10, GFP_KERNEL))
SITE(by_krealloc, krealloc(NULL, 50, GFP_KERNEL))
SITE(by_krealloc_array, krealloc_array(NULL, 5, 10, GFP_KERNEL))
SITE(by_node, kmalloc_node(50, GFP_KERNEL, 0))
SITE(by_zero_node, kzalloc_node(50, GFP_KERNEL, 0))
SITE(by_array_node, kmalloc_array_node(5, 10, GFP_KERNEL, 0))
SITE(by_kcalloc_node, kcalloc_node(5, 10, GFP_KERNEL, 0))
SITE(by_kstrdup, kstrdup(text, GFP_KERNEL))
SITE(by_kstrdup_const, kstrdup_const(text, GFP_KERNEL))
SITE(by_kstrndup, kstrndup(text, 10, GFP_KERNEL))
SITE(by_kmemdup, kmemdup(text, 10, GFP_KERNEL))
SITE(by_kmemdup_nul, kmemdup_nul(text, 10, GFP_KERNEL))
SITE(by_kmemdup_array, kmemdup_array(text, 5, 2, GFP_KERNEL))
SITE(by_node_track, kmalloc_node_track_caller(50, GFP_KERNEL, 0))
SITE(by_kvmemdup, kvmemdup(text, 10, GFP_KERNEL))
SITE(by_kasprintf, kasprintf(GFP_KERNEL, "%s", text))
SITE(by_cache, kmem_cache_alloc(cache, GFP_KERNEL))
SITE(by_cache_zero, kmem_cache_zalloc(cache, GFP_KERNEL))
SITE(by_cache_node, kmem_cache_alloc_node(cache, GFP_KERNEL, 0))
SITE(by_cache_lru, kmem_cache_alloc_lru(cache, NULL, GFP_KERNEL))
SITE(by_bulk, ({ void *p; int n = kmem_cache_alloc_bulk(cache, GFP_KERNEL, 1, &p); bulk_object(p, n); }))
SITE(by_kvmalloc, kvmalloc(50, GFP_KERNEL))
SITE(by_kvmalloc_huge, kvmalloc(2 * KMALLOC_MAX_SIZE, GFP_KERNEL))
SITE(by_kvmalloc_node, kvmalloc_node(50, GFP_KERNEL, 0))
SITE(by_kvzalloc, kvzalloc(50, GFP_KERNEL))
SITE(by_kvzalloc_node, kvzalloc_node(50, GFP_KERNEL, 0))
SITE(by_kvmalloc_array, kvmalloc_array(5, 10, GFP_KERNEL))
SITE(by_kvmalloc_array_node, kvmalloc_array_node(5, 10, GFP_KERNEL, 0))
SITE(by_kvcalloc, kvcalloc(5, 10, GFP_KERNEL))
SITE(by_kvcalloc_node, kvcalloc_node(5, 10, GFP_KERNEL, 0))
SITE(by_kvrealloc, kvrealloc(NULL, 50, GFP_KERNEL))
SITE(by_kvrealloc_huge, kvrealloc(NULL, 2 * KMALLOC_MAX_SIZE, GFP_KERNEL))
SITE(by_vmalloc, vmalloc(20 * PAGE_SIZE))
SITE(by_vzalloc, vzalloc(PAGE_SIZE))
SITE(by_vmalloc_user, vmalloc_user(PAGE_SIZE))
SITE(by_vmalloc_node, vmalloc_node(PAGE_SIZE, 0))
SITE(by_vzalloc_node, vzalloc_node(PAGE_SIZE, 0))
SITE(by_vmalloc_32, vmalloc_32(PAGE_SIZE))
SITE(by_vmalloc_32_user, vmalloc_32_user(PAGE_SIZE))
SITE(by___vmalloc, __vmalloc(PAGE_SIZE, GFP_KERNEL))
SITE(by___vmalloc_node, __vmalloc_node(PAGE_SIZE, 1, GFP_KERNEL, 0, NULL))
SITE(by_vmalloc_huge, vmalloc_huge(PMD_PAGES * PAGE_SIZE, GFP_KERNEL))
SITE(by___vmalloc_array, __vmalloc_array(5, PAGE_SIZE, GFP_KERNEL))
SITE(by_vmalloc_array, vmalloc_array(5, PAGE_SIZE))
SITE(by___vcalloc, __vcalloc(5, PAGE_SIZE, GFP_KERNEL))
SITE(by_vcalloc, vcalloc(5, PAGE_SIZE))
SITE(by_vrealloc, vrealloc(NULL, PAGE_SIZE, GFP_KERNEL))
SITE(by_vmap, vmap(&page, 1, VM_MAP, PAGE_KERNEL))
SITE(by_vm_map_ram, vm_map_ram(&page, 1, 0))
SITE(by_ioremap, ioremap(NO_RAM, PAGE_SIZE))
SITE(by_ioremap_uc, ioremap_uc(NO_RAM, PAGE_SIZE))
SITE(by_ioremap_wc, ioremap_wc(NO_RAM, PAGE_SIZE))
SITE(by_ioremap_wt, ioremap_wt(NO_RAM, PAGE_SIZE))
SITE(by_ioremap_cache, ioremap_cache(NO_RAM, PAGE_SIZE))
SITE(by_memremap, memremap(NO_RAM, PAGE_SIZE, MEMREMAP_WT))
SITE(by_page, page_at(alloc_page(GFP_KERNEL)))
SITE(by_pages, page_at(alloc_pages(GFP_KERNEL, 0)))
SITE(by_pages_node, page_at(alloc_pages_node(0, GFP_KERNEL, 0)))
SITE(by_free_page, __get_free_page(GFP_KERNEL))
SITE(by_free_pages, __get_free_pages(GFP_KERNEL, 0))
SITE(by_zeroed_page, get_zeroed_page(GFP_KERNEL))
SITE(by_exact, alloc_pages_exact(3 * PAGE_SIZE, GFP_KERNEL))
SITE(by_bulk_array, ({ struct page *p = NULL; alloc_pages_bulk_array(GFP_KERNEL, 1, &p); page_at(p); }))
SITE(by_folio, page_at(&folio_alloc(GFP_KERNEL, 2)->page))
SITE(by_coherent, dma_alloc_coherent(NULL, 3 * PAGE_SIZE, &handle, GFP_KERNEL))
SITE(by_dma_attrs, dma_alloc_attrs(NULL, 3 * PAGE_SIZE, &handle, GFP_KERNEL, 0))
SITE(by_pool, mempool_create_kmalloc_pool(2, 100))
SITE(by_pool_node, mempool_create_node(2, mempool_kmalloc, mempool_kfree, (void *)100, GFP_KERNEL, 0))
SITE(by_buckets, kmem_buckets_create("site", 0, 0, 0, NULL))
SITE(by_percpu, alloc_percpu(long))
SITE(by_percpu_gfp, alloc_percpu_gfp(long, GFP_KERNEL))
SITE(by___percpu, __alloc_percpu(80, 8))
SITE(by___percpu_gfp, __alloc_percpu_gfp(80, 8, GFP_KERNEL))
SITE(by_create, kmem_cache_create("site", 40, 0, 0, NULL))
SITE(by_create_args, kmem_cache_create("site", 40, &(struct kmem_cache_args){ .align = 8 }, 0))
SITE(by_create_name, kmem_cache_create(text, 40, 0, 0, NULL))
SITE(by_usercopy, kmem_cache_create_usercopy("site", 40, 0, 0, 0, 8, NULL))
SITE(by_KMEM_CACHE, KMEM_CACHE(site, 0))
SITE(by_KMEM_CACHE_USERCOPY, KMEM_CACHE_USERCOPY(site, 0, bytes))
SITE(by_thread, kthread_create(nothing, NULL, "site"))
SITE(by_thread_on_cpu, kthread_create_on_cpu(nothing, NULL, 0, "site/%u"))
SITE(by_queue, alloc_workqueue("site", WQ_UNBOUND, 0))
SITE(by_rescued_queue, alloc_workqueue("site", WQ_UNBOUND | WQ_MEM_RECLAIM, 0))
/* clang-format on */

static void end_cache(const void *p)
{
	kmem_cache_destroy((void *)p);
}

static void end_thread(const void *p)
{
	kthread_stop((void *)p);
}

static void end_queue(const void *p)
{
	destroy_workqueue((void *)p);
}

static void end_page(const void *p)
{
	free_page((unsigned long)p);
}

static void end_exact(const void *p)
{
	free_pages_exact((void *)p, 3 * PAGE_SIZE);
}

static void end_folio(const void *p)
{
	folio_put(virt_to_folio(p));
}

static void end_coherent(const void *p)
{
	dma_free_coherent(NULL, 3 * PAGE_SIZE, (void *)p, virt_to_phys(p));
}

static void end_pool(const void *p)
{
	mempool_destroy((void *)p);
}

static void end_buckets(const void *p)
{
	kmem_buckets_destroy((void *)p);
}

static void end_remap(const void *p)
{
	memunmap((void *)p);
}

static void end_percpu(const void *p)
{
	free_percpu((void *)p);
}

static void end_io(const void *p)
{
	iounmap((void *)p);
}

static void end_ram(const void *p)
{
	vm_unmap_ram(p, 1);
}

#define S(function, end, least) { #function, function, end, least }
static const struct site sites[] = {
	S(by_constant, kfree, 64),
	S(by_size, kfree, 64),
	S(by_zero, kfree, 64),
	S(by_page_slot, kfree, 2048),
	S(by_8k, kfree, 8192),
	S(by_large, kfree, LARGE),
	S(by_large_size, kfree, LARGE),
	S(by___kmalloc, kfree, 64),
	S(by_track, kfree, 64),
	S(by_array, kfree, 64),
	S(by_kcalloc, kfree, 64),
	S(by_krealloc, kfree, 64),
	S(by_krealloc_array, kfree, 64),
	S(by_node, kfree, 64),
	S(by_zero_node, kfree, 64),
	S(by_array_node, kfree, 64),
	S(by_kcalloc_node, kfree, 64),
	S(by_kstrdup, kfree, 32),
	S(by_kstrdup_const, kfree_const, 32),
	S(by_kstrndup, kfree, 16),
	S(by_kmemdup, kfree, 16),
	S(by_kmemdup_nul, kfree, 16),
	S(by_kmemdup_array, kfree, 16),
	S(by_node_track, kfree, 64),
	S(by_kvmemdup, kvfree, 16),
	S(by_kasprintf, kfree, 32),
	S(by_cache, kfree, 100),
	S(by_cache_zero, kfree, 100),
	S(by_cache_node, kfree, 100),
	S(by_cache_lru, kfree, 100),
	S(by_bulk, kfree, 100),
	S(by_kvmalloc, kvfree, 64),
	S(by_kvmalloc_huge, kvfree, 2 * KMALLOC_MAX_SIZE),
	S(by_kvmalloc_node, kvfree, 64),
	S(by_kvzalloc, kvfree, 64),
	S(by_kvzalloc_node, kvfree, 64),
	S(by_kvmalloc_array, kvfree, 64),
	S(by_kvmalloc_array_node, kvfree, 64),
	S(by_kvcalloc, kvfree, 64),
	S(by_kvcalloc_node, kvfree, 64),
	S(by_kvrealloc, kvfree, 64),
	S(by_kvrealloc_huge, kvfree, 2 * KMALLOC_MAX_SIZE),
	S(by_vmalloc, vfree, 20 * PAGE_SIZE),
	S(by_vzalloc, vfree, PAGE_SIZE),
	S(by_vmalloc_user, vfree, PAGE_SIZE),
	S(by_vmalloc_node, vfree, PAGE_SIZE),
	S(by_vzalloc_node, vfree, PAGE_SIZE),
	S(by_vmalloc_32, vfree, PAGE_SIZE),
	S(by_vmalloc_32_user, vfree, PAGE_SIZE),
	S(by___vmalloc, vfree, PAGE_SIZE),
	S(by___vmalloc_node, vfree, PAGE_SIZE),
	S(by_vmalloc_huge, vfree, PMD_PAGES * PAGE_SIZE),
	S(by___vmalloc_array, vfree, 5 * PAGE_SIZE),
	S(by_vmalloc_array, vfree, 5 * PAGE_SIZE),
	S(by___vcalloc, vfree, 5 * PAGE_SIZE),
	S(by_vcalloc, vfree, 5 * PAGE_SIZE),
	S(by_vrealloc, vfree, PAGE_SIZE),
	S(by_vmap, vunmap, 0),
	S(by_vm_map_ram, end_ram, 0),
	S(by_ioremap, end_io, 0),
	S(by_ioremap_uc, end_io, 0),
	S(by_ioremap_wc, end_io, 0),
	S(by_ioremap_wt, end_io, 0),
	S(by_ioremap_cache, end_io, 0),
	S(by_memremap, end_remap, 0),
	S(by_page, end_page, PAGE_SIZE),
	S(by_pages, end_page, PAGE_SIZE),
	S(by_pages_node, end_page, PAGE_SIZE),
	S(by_free_page, end_page, PAGE_SIZE),
	S(by_free_pages, end_page, PAGE_SIZE),
	S(by_zeroed_page, end_page, PAGE_SIZE),
	S(by_exact, end_exact, 3 * PAGE_SIZE),
	S(by_bulk_array, end_page, PAGE_SIZE),
	S(by_folio, end_folio, 4 * PAGE_SIZE),
	S(by_coherent, end_coherent, 3 * PAGE_SIZE),
	S(by_dma_attrs, end_coherent, 3 * PAGE_SIZE),
	S(by_pool, end_pool, 2 * 100),
	S(by_pool_node, end_pool, 2 * 100),
	S(by_buckets, end_buckets, 13 * 64),
	S(by_percpu, end_percpu, 8),
	S(by_percpu_gfp, end_percpu, 8),
	S(by___percpu, end_percpu, 80),
	S(by___percpu_gfp, end_percpu, 80),
	S(by_create, end_cache, 64),
	S(by_create_args, end_cache, 64),
	S(by_create_name, end_cache, 64 + 32),
	S(by_usercopy, end_cache, 64),
	S(by_KMEM_CACHE, end_cache, 64),
	S(by_KMEM_CACHE_USERCOPY, end_cache, 64),
	S(by_thread, end_thread, THREAD_SIZE),
	S(by_thread_on_cpu, end_thread, THREAD_SIZE),
	S(by_queue, end_queue, 64),
	S(by_rescued_queue, end_queue, THREAD_SIZE),
};

static void no_line(const char *line)
{
}

/* What the tag holds now, by a walk. */
static struct alloc_tag held_by(const struct alloc_tag *tag)
{
	mm_quiesce();
	allocinfo_show(no_line);
	return *tag;
}

/* A site's memory is its own, from the allocation to the end. */
static void expect_site(struct kunit *test, const struct site *s)
{
	const struct alloc_tag *tag;
	u32 line = 0;
	const void *p = s->get(&line);

	KUNIT_ASSERT_TRUE_MSG(test, p, "%s", s->name);
	tag = alloc_tag_of(p);
	if (!tag) {
		KUNIT_FAIL(test, "%s: nobody's", s->name);
		s->put(p);
		return;
	}
	KUNIT_EXPECT_TRUE_MSG(test, !strcmp(tag->func, s->name) && tag->line == line &&
				      strstr(tag->file, "tests/mm/alloc_tag_sites_test.c"),
			      "%s, line %u: the tag says %s:%u %s", s->name, line, tag->file,
			      tag->line, tag->func);
	KUNIT_EXPECT_TRUE_MSG(test, held_by(tag).calls >= 1 && held_by(tag).bytes >= s->bytes,
			      "%s: %llu bytes, %llu calls", s->name, tag->bytes, tag->calls);
	s->put(p);
	KUNIT_EXPECT_TRUE_MSG(test, !held_by(tag).calls && !held_by(tag).bytes,
			      "%s, given back: %llu bytes, %llu calls", s->name, tag->bytes,
			      tag->calls);
}

static void each_call_is_its_line(struct kunit *test)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(sites); i++)
		expect_site(test, &sites[i]);
}

/* The same with debug flags, whose objects take no fast path. */
static void each_object_with_flags(struct kunit *test)
{
	struct kmem_cache *usual = cache;

	cache = kmem_cache_create("flags", 100, 0, SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER,
				  NULL);
	KUNIT_ASSERT_NOT_NULL(test, cache);
	for (unsigned int i = 0; i < ARRAY_SIZE(sites); i++) {
		if (strstr(sites[i].name, "by_cache") || strstr(sites[i].name, "by_bulk"))
			expect_site(test, &sites[i]);
	}
	kmem_cache_destroy(cache);
	cache = usual;
}

/* ---- By address, and in scopes ---- */

static char *dup_twice(const char *s)
{
	char *once = (kstrdup)(s, GFP_KERNEL), *twice = (kstrdup)(once, GFP_KERNEL);

	kfree(once);
	return twice;
}
#define dup_twice(...) alloc_hooks(dup_twice(__VA_ARGS__))

static const void *by_helper(u32 *line)
{
	return HERE(dup_twice(text));
}

static const void *by_pointer_in_scope(u32 *line)
{
	void *(*volatile call)(size_t, gfp_t) = kmalloc;

	return HERE(alloc_hooks(call(50, GFP_KERNEL)));
}

/* The inner scope counts, and when it is left the outer one. */
static const void *by_nested(u32 *line)
{
	return HERE(alloc_hooks(({
		kfree(kstrdup(text, GFP_KERNEL));
		(kmalloc)(50, GFP_KERNEL);
	})));
}

static void helpers_pass_their_caller(struct kunit *test)
{
	static const struct site helpers[] = {
		S(by_helper, kfree, 32),
		S(by_pointer_in_scope, kfree, 64),
		S(by_nested, kfree, 64),
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(helpers); i++)
		expect_site(test, &helpers[i]);
	KUNIT_EXPECT_EQ(test, alloc_tag_scope(), 0U);
}

static void lost(struct kunit *test)
{
	(void)!alloc_hooks_int(plant_read8(NULL));
}

/* A fault leads out of a scope, and the scope ends. */
static void fault_ends_the_scope(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "NULL pointer dereference", lost(test));
	KUNIT_EXPECT_EQ(test, alloc_tag_scope(), 0U);
}

/* Called by their address, and nobody has noted anything: the function itself is the place. */
static void functions_are_functions(struct kunit *test)
{
	void *(*volatile call)(size_t, gfp_t) = kmalloc;
	void *(*volatile area)(unsigned long) = vmalloc;
	void *(*volatile object)(struct kmem_cache *, gfp_t) = kmem_cache_alloc;
	struct page *(*volatile pages)(gfp_t, unsigned int) = alloc_pages;
	void *p = call(50, GFP_KERNEL), *q = area(PAGE_SIZE), *o = object(cache, GFP_KERNEL);
	struct page *block = pages(GFP_KERNEL, 0);

	KUNIT_ASSERT_TRUE(test, p && q && o && block && alloc_tag_of(p) && alloc_tag_of(q));
	KUNIT_EXPECT_STREQ(test, alloc_tag_of(p)->func, "kmalloc");
	KUNIT_EXPECT_STREQ(test, alloc_tag_of(q)->func, "vmap_area_get");
	KUNIT_EXPECT_STREQ(test, alloc_tag_of(o)->func, "kmem_cache_alloc");
	KUNIT_EXPECT_STREQ(test, alloc_tag_of(page_address(block))->func, "alloc_pages");
	kfree(p);
	vfree(q);
	kfree(o);
	__free_page(block);
}

/* ---- Blocks that change ---- */

static void *first_owner(size_t size)
{
	return kmalloc(size, GFP_KERNEL);
}

static void *second_owner(void *p, size_t size)
{
	return krealloc(p, size, GFP_KERNEL);
}

/* In place it stays whose it was; elsewhere it is the new caller's. */
static void resized(struct kunit *test, size_t from, size_t same, size_t larger)
{
	void *p = first_owner(from), *q;

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_STREQ(test, alloc_tag_of(p)->func, "first_owner");
	q = second_owner(p, same);
	KUNIT_ASSERT_PTR_EQ(test, q, p);
	KUNIT_EXPECT_STREQ(test, alloc_tag_of(q)->func, "first_owner");
	q = second_owner(q, larger);
	KUNIT_ASSERT_NOT_NULL(test, q);
	KUNIT_EXPECT_STREQ(test, alloc_tag_of(q)->func, "second_owner");
	kfree(q);
}

static void resizing_keeps_or_moves(struct kunit *test)
{
	resized(test, 40, 60, 100);
	resized(test, 2000, 2048, 9000);
	resized(test, 9000, 15000, 40000);
}

/* Each page of a block that is split is its allocator's, and so is what is left of it. */
static void split_pages_keep_it(struct kunit *test)
{
	struct page *block = alloc_pages(GFP_KERNEL, 3);
	const struct alloc_tag *tag;

	KUNIT_ASSERT_NOT_NULL(test, block);
	tag = alloc_tag_of(page_address(block) + 5 * PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, tag);
	KUNIT_EXPECT_EQ(test, held_by(tag).calls, 1ULL);
	KUNIT_EXPECT_EQ(test, held_by(tag).bytes, 8 * PAGE_SIZE);
	split_page(block, 3);
	KUNIT_EXPECT_EQ(test, held_by(tag).calls, 8ULL);
	KUNIT_EXPECT_EQ(test, held_by(tag).bytes, 8 * PAGE_SIZE);
	for (unsigned int i = 0; i < 8; i += 2)
		__free_page(block + i);
	KUNIT_EXPECT_EQ(test, held_by(tag).bytes, 4 * PAGE_SIZE);
	for (unsigned int i = 1; i < 8; i += 2)
		__free_page(block + i);
	KUNIT_EXPECT_EQ(test, held_by(tag).calls, 0ULL);
}

/* A page that outlives its area is still whose it was. */
static void page_outlives_its_area(struct kunit *test)
{
	char *p = vmalloc(20 * PAGE_SIZE);
	const struct alloc_tag *tag;
	struct page *kept;

	KUNIT_ASSERT_NOT_NULL(test, p);
	tag = alloc_tag_of(p);
	KUNIT_ASSERT_NOT_NULL(test, tag);
	KUNIT_EXPECT_EQ(test, held_by(tag).calls, 20ULL);
	kept = vmalloc_to_page(p + 9 * PAGE_SIZE);
	get_page(kept);
	vfree(p);
	KUNIT_EXPECT_EQ(test, held_by(tag).bytes, PAGE_SIZE);
	put_page(kept);
	KUNIT_EXPECT_EQ(test, held_by(tag).bytes, 0ULL);
}

static int init(struct kunit *test)
{
	if (!mem_alloc_profiling_enabled())
		kunit_skip(test, "sysctl.vm.mem_profiling=0");
	cache = kmem_cache_create("sites", 100, 0, 0, NULL);
	page = alloc_page(GFP_KERNEL);
	return cache && page ? 0 : -ENOMEM;
}

static void teardown(struct kunit *test)
{
	if (page)
		__free_page(page);
	kmem_cache_destroy(cache);
	page = NULL;
	cache = NULL;
}

static struct kunit_case cases[] = { KUNIT_CASE(each_call_is_its_line),
				     KUNIT_CASE(each_object_with_flags),
				     KUNIT_CASE(helpers_pass_their_caller),
				     KUNIT_CASE(fault_ends_the_scope),
				     KUNIT_CASE(functions_are_functions),
				     KUNIT_CASE(resizing_keeps_or_moves),
				     KUNIT_CASE(split_pages_keep_it),
				     KUNIT_CASE(page_outlives_its_area),
				     {} };
static struct kunit_suite suite = {
	.name = "alloc_tag_sites",
	.suite_init = no_samples,
	.suite_exit = samples_again,
	.init = init,
	.exit = teardown,
	.test_cases = cases,
};
kunit_test_suite(suite);
