// SPDX-License-Identifier: MIT
/*
 * Memory for code, and what may be done with it.
 *
 * 1. What it is for. A loader fills memory, makes it read-only, and executable where it is code. The
 *    memory is vmalloc()'s, in a region of its own near the kernel's code (MODULES_VADDR): the 32 bits
 *    of a call's distance reach from one to the other.
 *
 * 2. W^X. Nothing is writable and executable at the same time: execmem_alloc() gives what can be
 *    written, set_memory_x() refuses what still can, set_memory_rw() what can be executed:
 *
 *        execmem_alloc() ── RW ── set_memory_ro() ── R ── set_memory_x() ── RX
 *                                                    R ◄── set_memory_nx() ──┘
 *
 *    The alias in the direct map stays writable.
 *
 * 3. A call looks at all entries before it writes the first, so it does all or nothing. Entries are
 *    those of pages that the caller owns (I1), and tables are never freed (vmap_pte.c), so no lock is
 *    needed. Afterwards all CPUs have forgotten the old rights.
 *
 * Invariants: I1 only addresses of live areas are changed; that they stay live is the caller's. I2 no
 * entry written here is writable and executable.
 * Contexts: may sleep. Complexity: O(pages).
 */
#include <asm/tlbflush.h>
#include <linux/errno.h>
#include <linux/execmem.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/set_memory.h>
#include "internal.h"
#include "vmap.h"

/* The rights that a call leaves: each of the two on, off, or as it is. */
enum right {
	RIGHT_KEEP,
	RIGHT_ON,
	RIGHT_OFF,
};

static bool right_after(enum right change, bool now)
{
	return change == RIGHT_KEEP ? now : change == RIGHT_ON;
}

/* The leaf of a page of the smallest size, or NULL. */
static pte_t *page_leaf(unsigned long va)
{
	int level;
	pte_t *slot = pt_lookup(kernel_root(), va, &level);

	return slot && level == 0 ? slot : NULL;
}

static bool may_change(unsigned long va, enum right write, enum right exec)
{
	pte_t *slot = page_leaf(va);
	pte_t e;

	if (!slot)
		return false;
	e = pte_get(slot);
	return !(right_after(write, pte_write(e)) && right_after(exec, pte_exec(e)));
}

static void change_page(unsigned long va, enum right write, enum right exec)
{
	pte_t *slot = page_leaf(va);
	pte_t e = pte_get(slot);
	pgprot_t prot = PAGE_KERNEL_RO;

	if (right_after(exec, pte_exec(e)))
		prot = PAGE_KERNEL_ROX;
	else if (right_after(write, pte_write(e)))
		prot = PAGE_KERNEL;
	pte_set(slot, va, pte_mkleaf(pte_phys(e), prot, 0));
}

/* Is all of it, without the guard page, in one area that nobody is ending? */
static bool in_one_area(unsigned long start, unsigned long end)
{
	struct vm_struct *vm;

	if (!is_vmalloc_or_module_addr((void *)start))
		return false;
	vm = find_vm_area((void *)start);
	return vm && (vm->flags & VM_ALLOC) && end <= vm_start(vm) + get_vm_area_size(vm);
}

static int change_rights(unsigned long addr, int numpages, enum right write, enum right exec)
{
	unsigned long end = addr + ((unsigned long)numpages << PAGE_SHIFT);

	if (!PAGE_ALIGNED(addr) || numpages < 0 || end < addr)
		return -EINVAL;
	if (!numpages)
		return 0;
	if (!in_one_area(addr, end))
		return -EINVAL;
	for (unsigned long va = addr; va < end; va += PAGE_SIZE) {
		if (!may_change(va, write, exec))
			return -EINVAL;
	}
	for (unsigned long va = addr; va < end; va += PAGE_SIZE)
		change_page(va, write, exec);
	tlb_flush_range(addr, end, NULL);
	return 0;
}

/**
 * set_memory_ro() - pages become read-only
 * @addr: page aligned, in an area of vmalloc() or execmem_alloc()
 * @numpages: how many
 *
 * Context and result of all five: linux/set_memory.h.
 */
int set_memory_ro(unsigned long addr, int numpages)
{
	return change_rights(addr, numpages, RIGHT_OFF, RIGHT_KEEP);
}

/**
 * set_memory_rw() - pages that can't be executed become writable
 * @addr: as for set_memory_ro()
 * @numpages: how many
 */
int set_memory_rw(unsigned long addr, int numpages)
{
	return change_rights(addr, numpages, RIGHT_ON, RIGHT_KEEP);
}

/**
 * set_memory_x() - pages that can't be written become executable
 * @addr: as for set_memory_ro()
 * @numpages: how many
 */
int set_memory_x(unsigned long addr, int numpages)
{
	return change_rights(addr, numpages, RIGHT_KEEP, RIGHT_ON);
}

/**
 * set_memory_nx() - pages can't be executed any more
 * @addr: as for set_memory_ro()
 * @numpages: how many
 */
int set_memory_nx(unsigned long addr, int numpages)
{
	return change_rights(addr, numpages, RIGHT_KEEP, RIGHT_OFF);
}

/**
 * set_memory_rox() - pages become read-only and executable
 * @addr: as for set_memory_ro()
 * @numpages: how many
 */
int set_memory_rox(unsigned long addr, int numpages)
{
	return change_rights(addr, numpages, RIGHT_OFF, RIGHT_ON);
}

/**
 * execmem_alloc() - zeroed memory in the region of modules
 * @type: what it is for; all are served alike
 * @size: bytes, rounded up to pages
 *
 * Context: may sleep.
 * Return: the address, page aligned; readable and writable, not executable. NULL: @size is 0, or
 * there is no memory.
 */
void *execmem_alloc(enum execmem_type type, size_t size)
{
	return vmalloc_common(size, 1, GFP_KERNEL | __GFP_ZERO, VMAP_EXECMEM,
			      __builtin_return_address(0));
}

/**
 * execmem_free() - give back what execmem_alloc() gave, whatever its rights are now
 * @ptr: the memory; NULL does nothing
 *
 * When it returns no CPU can execute it any more.
 * Context: may sleep.
 */
void execmem_free(void *ptr)
{
	vfree(ptr);
	if (ptr)
		vmap_purge();
}
