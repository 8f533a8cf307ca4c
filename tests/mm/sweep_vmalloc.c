// SPDX-License-Identifier: MIT
/* The failure sweep's scenarios for the vmalloc region and kvmalloc. */
#include <linux/execmem.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "mm/slab.h"
#include "tests/mm/sweep.h"

/* The local interrupt controller: no RAM on any machine. */
#define DEVICE_PHYS 0xfee00000ULL

static void vfree_got(struct sweep *s)
{
	for (unsigned int i = 0; i < s->nr_got; i++)
		vfree(s->got[i]);
}

static void kvfree_got(struct sweep *s)
{
	for (unsigned int i = 0; i < s->nr_got; i++)
		kvfree(s->got[i]);
}

/* ---- vmalloc ---- */

static enum outcome one_page(struct sweep *s)
{
	return done_if(got(s, vmalloc(100)));
}

/* Blocks of eight pages, single ones, two tables; freed while memory is short. */
static enum outcome large(struct sweep *s)
{
	const size_t size = (2UL << 20) + 21 * PAGE_SIZE;
	u8 *p = vmalloc(size);

	if (!p)
		return REFUSED;
	for (size_t i = 0; i < size; i += PAGE_SIZE)
		p[i] = i >> PAGE_SHIFT;
	for (size_t i = 0; i < size; i += PAGE_SIZE)
		SWEEP_EXPECT(s, p[i] == (u8)(i >> PAGE_SHIFT));
	vfree(p);
	return DONE;
}

static enum outcome spellings(struct sweep *s)
{
	return done_if(got(s, vmalloc_node(9000, 0)) && got(s, vmalloc_32(9000)) &&
		       got(s, __vmalloc(9000, GFP_KERNEL | __GFP_NOWARN)) &&
		       got(s, vmalloc_array(9, 1000)) &&
		       got(s, __vmalloc_array(9, 1000, GFP_NOFS)));
}

static enum outcome zeroed(struct sweep *s)
{
	bool all = got(s, vzalloc(9000)) && got(s, vzalloc_node(9000, 0)) &&
		   got(s, vmalloc_user(9000)) && got(s, vmalloc_32_user(9000)) &&
		   got(s, vcalloc(9, 1000)) && got(s, __vcalloc(9, 1000, GFP_KERNEL));

	for (unsigned int i = 0; i < s->nr_got; i++)
		SWEEP_EXPECT(s, sweep_zero(s->got[i], 9000));
	return done_if(all);
}

/* An alignment takes a second node. */
static enum outcome aligned(struct sweep *s)
{
	void *p = __vmalloc_node(3 * PAGE_SIZE, 1UL << 16, GFP_KERNEL, 0, NULL);

	if (!p)
		return REFUSED;
	SWEEP_EXPECT(s, IS_ALIGNED((unsigned long)p, 1UL << 16));
	vfree(p);
	return DONE;
}

/* Without a large page there are single ones. */
static enum outcome huge(struct sweep *s)
{
	const size_t size = (2UL << 20) + PAGE_SIZE;
	u8 *p = vmalloc_huge(size, GFP_KERNEL);

	if (!p)
		return REFUSED;
	p[0] = p[size - 1] = 1;
	vfree(p);
	return DONE;
}

static void prepare_area(struct sweep *s)
{
	void *p = vmalloc(9000);

	SWEEP_ASSERT(s, got(s, p));
	sweep_fill(p, 9000, 1);
}

static enum outcome resize(struct sweep *s)
{
	void *p = vrealloc(s->got[0], 30000, GFP_KERNEL);

	if (p)
		s->got[0] = p;
	SWEEP_EXPECT(s, sweep_filled(s->got[0], 9000, 1));
	return done_if(p && got(s, vrealloc(NULL, 5000, GFP_KERNEL | __GFP_ZERO)));
}

/* The backlog is flushed when there is no memory. */
static enum outcome backlog(struct sweep *s)
{
	bool all = got(s, vmalloc(9000)) && got(s, vmalloc(9000));

	while (s->nr_got)
		vfree_atomic(s->got[--s->nr_got]);
	vm_unmap_aliases();
	mm_quiesce();
	return done_if(all);
}

/* ---- vmap ---- */

static void prepare_pages(struct sweep *s)
{
	for (unsigned int i = 0; i < SWEEP_PAGES; i++) {
		s->pages[i] = alloc_page(GFP_KERNEL);
		SWEEP_ASSERT(s, s->pages[i]);
		*(u64 *)page_address(s->pages[i]) = i;
	}
}

static void free_pages_made(struct sweep *s)
{
	for (unsigned int i = 0; i < SWEEP_PAGES; i++) {
		if (!s->pages[i])
			continue;
		SWEEP_EXPECT(s, page_count(s->pages[i]) == 1);
		SWEEP_EXPECT(s, *(u64 *)page_address(s->pages[i]) == i);
		__free_page(s->pages[i]);
	}
}

static bool shows_pages(const void *p)
{
	for (unsigned int i = 0; i < SWEEP_PAGES; i++) {
		if (*(const u64 *)(p + i * PAGE_SIZE) != i)
			return false;
	}
	return true;
}

static enum outcome map_pages(struct sweep *s)
{
	void *p = vmap(s->pages, SWEEP_PAGES, VM_MAP, PAGE_KERNEL);

	if (!p)
		return REFUSED;
	SWEEP_EXPECT(s, shows_pages(p));
	vunmap(p);
	return DONE;
}

static enum outcome map_ram(struct sweep *s)
{
	void *p = vm_map_ram(s->pages, SWEEP_PAGES, 0);

	if (!p)
		return REFUSED;
	SWEEP_EXPECT(s, shows_pages(p));
	vm_unmap_ram(p, SWEEP_PAGES);
	return DONE;
}

/* The array and the pages pass to the area, or stay with the caller. */
static enum outcome map_put(struct sweep *s)
{
	struct page **array = kmalloc_array(SWEEP_PAGES, sizeof(*array), GFP_KERNEL);
	void *p;

	if (!array)
		return REFUSED;
	memcpy(array, s->pages, sizeof(s->pages));
	p = vmap(array, SWEEP_PAGES, VM_MAP_PUT_PAGES, PAGE_KERNEL);
	if (!p) {
		kfree(array);
		return REFUSED;
	}
	SWEEP_EXPECT(s, shows_pages(p));
	vfree(p);
	memset(s->pages, 0, sizeof(s->pages));
	return DONE;
}

/* ---- ioremap ---- */

static enum outcome device(struct sweep *s)
{
	void __iomem *small = ioremap(DEVICE_PHYS + 0x30, 4), *uc = ioremap_uc(DEVICE_PHYS, 8192);
	void __iomem *wc = ioremap_wc(DEVICE_PHYS, 4096);

	if (small)
		iounmap(small);
	if (uc)
		iounmap(uc);
	if (wc)
		iounmap(wc);
	return done_if(small && uc && wc);
}

static enum outcome large_device(struct sweep *s)
{
	void __iomem *p = ioremap(DEVICE_PHYS, 4UL << 20);

	if (!p)
		return REFUSED;
	SWEEP_EXPECT(s, vmalloc_to_pfn(p) == DEVICE_PHYS >> PAGE_SHIFT);
	iounmap(p);
	return DONE;
}

/* Other names of the same, and what is not for devices only. */
static enum outcome device_otherwise(struct sweep *s)
{
	void __iomem *wt = ioremap_wt(DEVICE_PHYS, 8192);
	void __iomem *cached = ioremap_cache(DEVICE_PHYS, 4096);
	void *p = memremap(DEVICE_PHYS + 0x30, 4096, MEMREMAP_WT);

	if (wt)
		iounmap(wt);
	if (cached)
		iounmap(cached);
	if (p) {
		SWEEP_EXPECT(s, offset_in_page(p) == 0x30);
		SWEEP_EXPECT(s, vmalloc_to_pfn(p) == DEVICE_PHYS >> PAGE_SHIFT);
		memunmap(p);
	}
	return done_if(wt && cached && p);
}

/* ---- Memory for code ---- */

static enum outcome code(struct sweep *s)
{
	bool all = got(s, execmem_alloc(EXECMEM_MODULE_TEXT, 5 * PAGE_SIZE)) &&
		   got(s, execmem_alloc(EXECMEM_MODULE_DATA, 100));

	if (s->nr_got)
		SWEEP_EXPECT(s, sweep_zero(s->got[0], 5 * PAGE_SIZE));
	while (s->nr_got)
		execmem_free(s->got[--s->nr_got]);
	return done_if(all);
}

/* ---- kvmalloc ---- */

/* Up to a page there is kmalloc() alone. */
/* Of a class that nothing long-lived has objects of: their slabs would have room without a page. */
static enum outcome kv_small(struct sweep *s)
{
	return done_if(got(s, kvmalloc(3000, GFP_KERNEL)) &&
		       got(s, kvmalloc_node(3000, GFP_KERNEL, 0)) &&
		       got(s, kvmalloc_array(10, 300, GFP_KERNEL)) &&
		       got(s, kvmalloc_array_node(10, 300, GFP_KERNEL, 0)));
}

static enum outcome kv_zeroed(struct sweep *s)
{
	static const size_t sizes[] = { 100, 9000, 100, 9000, 20000 };
	bool all = got(s, kvzalloc(100, GFP_KERNEL)) && got(s, kvcalloc(9, 1000, GFP_KERNEL)) &&
		   got(s, kvzalloc_node(100, GFP_KERNEL, 0)) &&
		   got(s, kvcalloc_node(9, 1000, GFP_KERNEL, 0)) &&
		   got(s, kvzalloc(20000, GFP_KERNEL));

	for (unsigned int i = 0; i < s->nr_got; i++)
		SWEEP_EXPECT(s, sweep_zero(s->got[i], sizes[i]));
	return done_if(all);
}

/* Above a page vmalloc() stands in, for slabs and for pages. */
static bool kv_one(struct sweep *s, size_t size)
{
	void *p = kvmalloc(size, GFP_KERNEL);

	if (!p)
		return false;
	sweep_fill(p, size, 3);
	SWEEP_EXPECT(s, sweep_filled(p, size, 3));
	kvfree_sensitive(p, size);
	return true;
}

static enum outcome kv_large(struct sweep *s)
{
	return done_if(kv_one(s, 6000) && kv_one(s, 100000));
}

/* Neither pages nor tables may be missing. */
static enum outcome must(struct sweep *s)
{
	const gfp_t gfp = GFP_KERNEL | __GFP_NOFAIL;

	return done_if(got(s, __vmalloc(9000, gfp)) && got(s, kvmalloc(100, gfp)) &&
		       got(s, kvmalloc(6000, gfp)) && got(s, kvmalloc(5UL << 20, gfp)) &&
		       got(s, __vmalloc_node(9000, 1UL << 16, gfp, 0, NULL)) &&
		       got(s, vmalloc_huge(3UL << 20, gfp)));
}

static void prepare_kv(struct sweep *s)
{
	SWEEP_ASSERT(s, got(s, kvmalloc(3000, GFP_KERNEL)));
	sweep_fill(s->got[0], 3000, 2);
}

static bool kv_grow(struct sweep *s, size_t size)
{
	void *p = kvrealloc(s->got[0], size, GFP_KERNEL);

	if (p)
		s->got[0] = p;
	SWEEP_EXPECT(s, sweep_filled(s->got[0], 3000, 2));
	return p;
}

static enum outcome kv_resize(struct sweep *s)
{
	return done_if(kv_grow(s, 4000) && kv_grow(s, 6000) && kv_grow(s, 20000) &&
		       kv_grow(s, 5UL << 20));
}

const struct scenario sweep_vmalloc[] = {
	{ "vmalloc of a page", one_page, .clean = vfree_got, .flags = COPES_PAGE | FRESH_TABLES },
	{ "vmalloc", large, .flags = COPES_PAGE | FRESH_TABLES },
	{ "vmalloc spellings", spellings, .clean = vfree_got, .flags = COPES_PAGE },
	{ "vzalloc", zeroed, .clean = vfree_got, .flags = COPES_PAGE },
	{ "vmalloc aligned", aligned, .flags = COPES_PAGE },
	{ "vmalloc_huge", huge, .flags = COPES_PAGE | FRESH_TABLES },
	{ "vrealloc", resize, prepare_area, vfree_got, COPES_PAGE },
	{ "backlog", backlog, .flags = COPES_PAGE },
	{ "vmap", map_pages, prepare_pages, free_pages_made, COPES_PAGE | FRESH_TABLES },
	{ "vm_map_ram", map_ram, prepare_pages, free_pages_made, COPES_PAGE | FRESH_TABLES },
	{ "vmap put pages", map_put, prepare_pages, free_pages_made, COPES_PAGE },
	{ "ioremap", device, .flags = COPES_PAGE | FRESH_TABLES },
	{ "ioremap large", large_device, .flags = COPES_PAGE | FRESH_TABLES },
	{ "ioremap otherwise", device_otherwise, .flags = COPES_PAGE | FRESH_TABLES },
	{ "execmem_alloc", code, .flags = COPES_PAGE },
	{ "kvmalloc", kv_small, .clean = kvfree_got, .flags = COPES_PAGE },
	{ "kvzalloc", kv_zeroed, .clean = kvfree_got, .flags = COPES_PAGE },
	{ "kvmalloc large", kv_large, .flags = COPES_SLAB | COPES_PAGE | ONE_IS_NOTHING },
	{ "vmalloc that must not fail", must, .clean = kvfree_got,
	  .flags = NEVER_REFUSED | FRESH_TABLES },
	{ "kvrealloc", kv_resize, prepare_kv, kvfree_got, COPES_SLAB | COPES_PAGE },
	{},
};
