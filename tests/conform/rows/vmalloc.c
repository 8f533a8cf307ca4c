// SPDX-License-Identifier: MIT
/*
 * Memory that is contiguous in virtual addresses only: vmalloc(), vmap(), vm_map_ram(), kvmalloc().
 *
 * Source: "Memory Management APIs" (virtually contiguous mappings) and "Memory Allocation Guide".
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "conform.h"

#define QUIET (GFP_KERNEL | __GFP_NOWARN)

static void sizes(conform_t *c)
{
	unsigned char *p = vmalloc(any(1)), *q;

	ROW(c, "vmalloc.aligned", 0, offset_in_page(p));
	q = vmalloc(any(3 * PAGE_SIZE));
	ROW(c, "vmalloc.areas_apart", 1, q > p ? q - p >= 2 * PAGE_SIZE : p - q >= 4 * PAGE_SIZE);
	vfree(p);
	vfree(q);
	ROW(c, "vmalloc.zero", 1, __vmalloc(any(0), QUIET) == NULL);
	ROW(c, "vmalloc.size_max", 1, __vmalloc(any(SIZE_MAX), QUIET) == NULL);
	ROW(c, "vmalloc.more_than_memory", 1, __vmalloc(any(1UL << 44), QUIET) == NULL);
	vfree(NULL);
	vunmap(NULL);
}

static void zeroing(conform_t *c)
{
	unsigned char *p = vmalloc(any(3 * PAGE_SIZE));

	memset(p, 0xa5, 3 * PAGE_SIZE);
	vfree(p);
	p = vzalloc(any(3 * PAGE_SIZE));
	ROW(c, "vmalloc.vzalloc", 3 * PAGE_SIZE, bytes_equal(p, 0, 3 * PAGE_SIZE));
	vfree(p);
	p = vmalloc_user(any(PAGE_SIZE + 1));
	ROW(c, "vmalloc.user_is_zeroed", PAGE_SIZE + 1, bytes_equal(p, 0, PAGE_SIZE + 1));
	vfree(p);
	p = __vmalloc(any(PAGE_SIZE), GFP_KERNEL | __GFP_ZERO);
	ROW(c, "vmalloc.gfp_zero", PAGE_SIZE, bytes_equal(p, 0, PAGE_SIZE));
	vfree(p);
	p = vcalloc(any(100), 50);
	ROW(c, "vmalloc.vcalloc", 5000, bytes_equal(p, 0, 5000));
	vfree(p);
	ROW(c, "vmalloc.array_overflow", 1, vmalloc_array(any(SIZE_MAX / 2), 4) == NULL);
	ROW(c, "vmalloc.calloc_overflow", 1, vcalloc(any(SIZE_MAX / 2), 4) == NULL);
	p = vmalloc_32(any(PAGE_SIZE));
	ROW(c, "vmalloc.32_is_low", 1, page_to_phys(vmalloc_to_page(p)) < 4UL << 30);
	vfree(p);
}

static void addresses(conform_t *c)
{
	unsigned char *p = vzalloc(any(4 * PAGE_SIZE)), *k = kmalloc(any(64), GFP_KERNEL);
	struct page *page;

	ROW(c, "vmalloc.is_vmalloc_addr", 1, is_vmalloc_addr(p + 5000));
	ROW(c, "vmalloc.is_not_direct_map", 0, virt_addr_valid(p));
	ROW(c, "vmalloc.kmalloc_is_not", 0, is_vmalloc_addr(k));
	ROW(c, "vmalloc.null_is_not", 0, is_vmalloc_addr(any_ptr(NULL)));
	ROW(c, "vmalloc.image_is_not", 0, is_vmalloc_addr(any_ptr((void *)PAGE_OFFSET)));
	page = vmalloc_to_page(p + PAGE_SIZE + 5);
	p[PAGE_SIZE + 5] = 0x77;
	ROW(c, "vmalloc.to_page_sees_contents", 0x77, ((unsigned char *)page_address(page))[5]);
	ROW(c, "vmalloc.to_pfn", 1, vmalloc_to_pfn(p + PAGE_SIZE) == page_to_pfn(page));
	ROW(c, "vmalloc.pages_differ", 1, vmalloc_to_page(p) != page);
	ROW(c, "vmalloc.page_count", 1, page_count(page));
	kfree(k);
	vfree(p);
}

static void reallocation(conform_t *c)
{
	unsigned char *p = kvmalloc(any(100), GFP_KERNEL);

	ROW(c, "kvmalloc.small_is_kmalloc", 0, is_vmalloc_addr(p));
	memset(p, 0x5a, 100);
	p = kvrealloc(p, any(200), GFP_KERNEL);
	ROW(c, "kvmalloc.realloc_keeps", 100, bytes_equal(p, 0x5a, 100));
	p = kvrealloc(p, any(6 << 20), GFP_KERNEL);
	ROW(c, "kvmalloc.realloc_to_vmalloc", 1, is_vmalloc_addr(p));
	ROW(c, "kvmalloc.realloc_to_vmalloc_keeps", 100, bytes_equal(p, 0x5a, 100));
	p = kvrealloc(p, any(50), GFP_KERNEL);
	ROW(c, "kvmalloc.realloc_smaller_keeps", 50, bytes_equal(p, 0x5a, 50));
	kvfree(p);
	p = kvrealloc(NULL, any(10), GFP_KERNEL);
	ROW(c, "kvmalloc.realloc_null", 16, ksize(p));
	p = kvrealloc(p, any(0), GFP_KERNEL);
	ROW(c, "kvmalloc.realloc_to_zero", 1, ZERO_OR_NULL_PTR(p));
	kvfree(p);
}

static void either(conform_t *c)
{
	unsigned char *p = kvmalloc(any(6 << 20), GFP_KERNEL);

	ROW(c, "kvmalloc.beyond_kmalloc_is_vmalloc", 1, is_vmalloc_addr(p));
	kvfree(p);
	ROW(c, "kvmalloc.zero", 1, kvmalloc(any(0), GFP_KERNEL) == ZERO_SIZE_PTR);
	ROW(c, "kvmalloc.beyond_int_max", 1, kvmalloc(any(1UL << 31), QUIET) == NULL);
	ROW(c, "kvmalloc.atomic_large", 1,
	    kvmalloc(any(6 << 20), GFP_ATOMIC | __GFP_NOWARN) == NULL);
	ROW(c, "kvmalloc.array_overflow", 1, kvmalloc_array(any(SIZE_MAX / 2), 4, QUIET) == NULL);
	ROW(c, "kvmalloc.calloc_overflow", 1, kvcalloc(any(SIZE_MAX / 2), 4, QUIET) == NULL);
	p = kvzalloc(any(5000), GFP_KERNEL);
	ROW(c, "kvmalloc.kvzalloc", 5000, bytes_equal(p, 0, 5000));
	kvfree_sensitive(p, 5000);
	kvfree_sensitive(NULL, 0);
	kvfree(NULL);
	p = vmalloc(any(10));
	kvfree(p);
}

static void aliases(conform_t *c)
{
	struct page *pages[3];
	unsigned char *p, *q;

	for (int i = 0; i < 3; i++)
		pages[i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
	swap(pages[0], pages[2]);
	p = vmap(pages, 3, VM_MAP, PAGE_KERNEL);
	q = vm_map_ram(pages, 3, NUMA_NO_NODE);
	p[PAGE_SIZE] = 0x42;
	ROW(c, "vmap.shows_page", 0x42, *(unsigned char *)page_address(pages[1]));
	ROW(c, "vmap.second_alias", 0x42, q[PAGE_SIZE]);
	ROW(c, "vmap.order_is_the_arrays", 1, vmalloc_to_page(p + 2 * PAGE_SIZE) == pages[2]);
	ROW(c, "vmap.in_region", 1, is_vmalloc_addr(p));
	ROW(c, "vmap.ram_in_region", 1, is_vmalloc_addr(q));
	ROW(c, "vmap.takes_no_reference", 1, page_count(pages[0]));
	vm_unmap_ram(q, 3);
	vunmap(p);
	ROW(c, "vmap.unmap_keeps_pages", 0x42, *(unsigned char *)page_address(pages[1]));
	ROW(c, "vmap.unmap_drops_no_reference", 1, page_count(pages[0]));
	ROW(c, "vmap.too_many", 1, vmap(pages, any(1 << 30), VM_MAP, PAGE_KERNEL) == NULL);
	for (int i = 0; i < 3; i++)
		__free_page(pages[i]);
}

static void given_pages(conform_t *c)
{
	struct page **pages = kvmalloc_array(any(2), sizeof(*pages), GFP_KERNEL);
	void *p;

	pages[0] = alloc_page(GFP_KERNEL);
	pages[1] = alloc_page(GFP_KERNEL);
	get_page(pages[0]);
	p = vmap(pages, 2, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL);
	ROW(c, "vmap.put_pages_maps", 1, is_vmalloc_addr(p));
	ROW(c, "vmap.put_pages_keeps_count", 2, page_count(pages[0]));
	{
		struct page *first = pages[0];

		vfree(p); /* the second page and the array with it */
		ROW(c, "vmap.put_pages_drops_reference", 1, page_count(first));
		__free_page(first);
	}
}

/* A device's registers where there is no memory; nobody reads them. */
static void devices(conform_t *c)
{
	void *ram = kmalloc(any(PAGE_SIZE), GFP_KERNEL);
	void __iomem *io = ioremap(0xfed00123, 8), *none = io;

	ROW(c, "ioremap.keeps_offset", 0x123, offset_in_page((void __force *)io));
	ROW(c, "ioremap.in_region", 1, is_vmalloc_addr((void __force *)io));
	iounmap(io);
	io = ioremap(0xfed00ffc, 8);
	ROW(c, "ioremap.across_page", 1, io != NULL);
	iounmap(io);
	CONFORM_WARNS(c, none = ioremap(virt_to_phys(ram), PAGE_SIZE));
	ROW(c, "ioremap.of_ram", 1, none == NULL);
	ROW(c, "ioremap.wraps", 1, ioremap(any(-4096L), any(8192)) == NULL);
	kfree(ram);
}

/* What is unmapped lazily is gone for who allocates next; the count of pages tells. */
static void reuse(conform_t *c)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	unsigned char *p;
	int seen = 0;

	for (int i = 0; i < 100; i++) {
		p = vm_map_ram(&page, 1, NUMA_NO_NODE);
		p[i] = 1;
		vm_unmap_ram(p, 1);
	}
	vm_unmap_aliases();
	seen = bytes_equal(page_address(page), 1, PAGE_SIZE);
	ROW(c, "vmap.ram_again_and_again", 100, seen);
	ROW(c, "vmap.ram_leaves_count", 1, page_count(page));
	__free_page(page);
}

CONFORM_AREA(vmalloc, CONFORM_CASE(sizes), CONFORM_CASE(zeroing), CONFORM_CASE(addresses),
	     CONFORM_CASE(reallocation), CONFORM_CASE(either), CONFORM_CASE(aliases),
	     CONFORM_CASE(given_pages), CONFORM_CASE(devices), CONFORM_CASE(reuse));
