// SPDX-License-Identifier: MIT
/*
 * ioremap: device memory in the vmalloc region.
 *
 * A device's registers are at physical addresses that the direct map leaves out. They get an area
 * of their own, uncached, never executable, with a guard page; 2 MiB leaves where both addresses
 * allow it. RAM is refused: it is in the direct map already, cached, and two mappings of one page
 * that disagree about caching are not defined on the machine. "RAM" is what memblock was given at
 * boot.
 *
 * The address may be anywhere in a page; so may the one returned, and iounmap() takes either.
 * Locks: those of vmap_area.c. Context: ioremap() may sleep.
 */
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include "internal.h"
#include "vmap.h"

static bool range_ok(phys_addr_t phys, size_t size)
{
	if (!size || phys >= DIRECT_MAP_SIZE || size > DIRECT_MAP_SIZE - phys)
		return false;
	if (__memblock_meets(&memblock.memory, phys, size)) {
		WARN(1, "ioremap on RAM at 0x%016llx - 0x%016llx\n", phys, phys + size - 1);
		return false;
	}
	return true;
}

static void __iomem *map_device(phys_addr_t phys, size_t size, const void *caller)
{
	phys_addr_t start = ALIGN_DOWN(phys, (phys_addr_t)PAGE_SIZE);
	struct vm_struct *vm;

	if (!range_ok(phys, size))
		return NULL;
	size = PAGE_ALIGN(phys + size) - start;
	vm = vmap_area_get(size, size >= pt_size(1) ? pt_size(1) : PAGE_SIZE, VM_IOREMAP,
			   GFP_KERNEL, caller);
	if (!vm)
		return NULL;
	vm->phys_addr = start;
	if (vmap_map_phys(vm_start(vm), start, size, PAGE_KERNEL_NOCACHE)) {
		vmap_area_release(vm, VMAP_KEEP_PAGES);
		vmap_purge_if_due();
		return NULL;
	}
	return (__force char __iomem *)vmap_area_ready(vm, 0) + (phys - start);
}

/**
 * ioremap() - map device memory
 * @phys_addr: where it starts
 * @size: bytes
 *
 * Context: may sleep.
 * Return: its address, uncached; NULL if @size is 0, the range is none the machine can have, there
 * is no memory, or it holds RAM (reported).
 */
void __iomem *(ioremap)(phys_addr_t phys_addr, size_t size)
{
	return map_device(phys_addr, size, __builtin_return_address(0));
}

/**
 * ioremap_uc() - ioremap(), strictly uncached, which ioremap() is
 * @phys_addr: where it starts
 * @size: bytes
 */
void __iomem *(ioremap_uc)(phys_addr_t phys_addr, size_t size)
{
	return map_device(phys_addr, size, __builtin_return_address(0));
}

/**
 * ioremap_wc() - ioremap() where writes may be combined; they are not
 * @phys_addr: where it starts
 * @size: bytes
 */
void __iomem *(ioremap_wc)(phys_addr_t phys_addr, size_t size)
{
	return map_device(phys_addr, size, __builtin_return_address(0));
}

/**
 * ioremap_wt() - ioremap() where reads may be cached; they are not
 * @phys_addr: where it starts
 * @size: bytes
 */
void __iomem *(ioremap_wt)(phys_addr_t phys_addr, size_t size)
{
	return map_device(phys_addr, size, __builtin_return_address(0));
}

/**
 * ioremap_cache() - ioremap() where all may be cached; it is not
 * @phys_addr: where it starts
 * @size: bytes
 */
void __iomem *(ioremap_cache)(phys_addr_t phys_addr, size_t size)
{
	return map_device(phys_addr, size, __builtin_return_address(0));
}

/**
 * ioremap_np() - non-posted writes: NULL, as on every machine that has none
 * @phys_addr: where it starts
 * @size: bytes
 */
void __iomem *ioremap_np(phys_addr_t phys_addr, size_t size)
{
	return NULL;
}

/**
 * iounmap() - end a mapping made by ioremap()
 * @addr: what it returned, or any address in the same first page
 *
 * Context: may sleep. What is no such mapping is reported.
 */
void iounmap(volatile void __iomem *addr)
{
	const void *start = (const void *)((unsigned long)addr & PAGE_MASK);
	struct vm_struct *vm;

	might_sleep();
	vm = vmap_area_claim(start, "iounmap", VM_IOREMAP, __builtin_return_address(0));
	if (!vm)
		return;
	vmap_area_release(vm, VMAP_KEEP_PAGES);
	vmap_purge_if_due();
}

/**
 * memremap() - an address for a physical range that behaves like memory
 * @offset: where it starts
 * @size: bytes
 * @flags: MEMREMAP_*, at least one
 *
 * Context: may sleep.
 * Return: for RAM, with MEMREMAP_WB, its address in the direct map; for what is no RAM a mapping,
 * uncached; NULL: a range with both, RAM without MEMREMAP_WB (reported), or no memory.
 */
void *(memremap)(resource_size_t offset, size_t size, unsigned long flags)
{
	if (!flags || !size)
		return NULL;
	if ((flags & MEMREMAP_WB) && memblock_is_region_memory(offset, size))
		return __va(offset);
	return (__force void *)map_device(offset, size, __builtin_return_address(0));
}

/**
 * memunmap() - end a mapping made by memremap()
 * @addr: what it returned
 */
void memunmap(void *addr)
{
	if (is_vmalloc_addr(addr))
		iounmap((__force void __iomem *)addr);
}
