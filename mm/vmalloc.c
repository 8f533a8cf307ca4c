// SPDX-License-Identifier: MIT
/*
 * vmalloc and vmap: memory that is contiguous in virtual addresses only.
 *
 * 1. What it is for. Large kernel memory from single pages, where a physically contiguous block is
 *    not needed or not to be had. It costs page-table entries and a TLB flush in the end, and is
 *    not for DMA.
 *
 * 2. Files, each built on those before it:
 *
 *        vmap_tree.c   addresses: areas and free ranges, O(log n)
 *        vmap_pte.c    the page tables under them
 *        vmap_pages.c  pages for areas
 *        vmap_area.c   an area's life, the backlog of the lazy flush
 *        vmalloc.c     this: pages for areas, and the functions that callers know
 *        set_memory.c  memory for code, rights of pages
 *        vmap_show.c   vmallocinfo, what a faulting address is, vmap_valid()
 *
 * 3. An area stores no list of its pages: its page table is the list. Filling walks down to a table
 *    once for 512 pages, takes pages in batches of FILL_BATCH and writes their entries side by
 *    side; vfree() reads the same entries and gives the pages back. Only VM_MAP_PUT_PAGES keeps an
 *    array, since vfree() must free it.
 *
 *        area:  | page | page | page | guard |     entry ──> page: order 0, count 1 (the area's)
 *
 * 4. A guard page, never mapped, ends every area: an overrun faults at once, and the report names
 *    the area, its size and who allocated it.
 *
 * 5. vmalloc_huge() starts at a 2 MiB boundary and takes a 2 MiB page for each whole 2 MiB if one
 *    is to be had without effort, single pages for the others and the rest. A large page is one
 *    compound block: get_page() on any of its pages keeps all of it, and it is given back whole.
 *
 * 6. Failure. An area that cannot be filled is released like any other: what it has is found in its
 *    page table. One line says why, unless __GFP_NOWARN. More pages than the machine has are
 *    refused before anything is tried.
 *
 * 7. Contexts: allocating may sleep. vfree() and vfree_atomic() may be called in interrupts
 *    (vunmap() not, as in Linux: it says so); with interrupts off they leave the flush to others.
 *    Cost: O(log areas) and a few instructions a page besides its allocation.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <quarry/assert.h>
#include <quarry/rcu.h>
#include <quarry/report.h>
#include "internal.h"
#include "kasan.h"
#include "vmap.h"

#define FILL_BATCH  64
#define LARGE_ORDER 9
#define LARGE_SIZE  (PAGE_SIZE << LARGE_ORDER)

/* ---- Pages for an area ---- */

/* Does this request never fail? As for pages, only of who can sleep. */
static bool must_not_fail(gfp_t gfp)
{
	return (gfp & __GFP_NOFAIL) && gfpflags_allow_blocking(gfp);
}

/* `n` single pages at va, all in one table. */
static int fill_run(struct vm_struct *vm, unsigned long va, unsigned long n,
		    struct vmap_source *from)
{
	struct page *pages[FILL_BATCH];
	pte_t *slot = must_not_fail(from->gfp) ? vmap_slots_nofail(va) : vmap_slots(va);

	if (!slot)
		return -ENOMEM;
	while (n) {
		unsigned long batch = min(n, (unsigned long)FILL_BATCH);
		unsigned long got = vmap_pages_get(from, pages, batch);

		for (unsigned long i = 0; i < got; i++, va += PAGE_SIZE)
			pte_set(slot++, va, pte_mkleaf(page_to_phys(pages[i]), PAGE_KERNEL, 0));
		vm->nr_pages += got;
		if (unlikely(got < batch))
			return -ENOMEM;
		n -= batch;
	}
	return 0;
}

/* One large page at va. False: none to be had at little cost, or no entry can map it. */
static bool fill_large(struct vm_struct *vm, unsigned long va, gfp_t gfp)
{
	struct page *page;

	if (!pt_max_leaf_level())
		return false;
	page = alloc_pages_tagged((gfp & ~__GFP_NOFAIL) | __GFP_COMP | __GFP_NORETRY, LARGE_ORDER,
				  vm->tag);
	if (!page)
		return false;
	if (vmap_map_large(va, page_to_phys(page), PAGE_KERNEL)) {
		__free_pages(page, LARGE_ORDER);
		return false;
	}
	vm->nr_pages += 1u << LARGE_ORDER;
	vm->page_order = LARGE_ORDER;
	return true;
}

static int fill(struct vm_struct *vm, unsigned long nr, gfp_t gfp)
{
	struct vmap_source from = { .gfp = gfp, .tag = vm->tag };

	while (vm->nr_pages < nr) {
		unsigned long va = vm_start(vm) + ((unsigned long)vm->nr_pages << PAGE_SHIFT);
		unsigned long run = vmap_run(va, nr - vm->nr_pages);
		int err;

		if ((vm->flags & VM_ALLOW_HUGE_VMAP) && run == 1UL << LARGE_ORDER &&
		    fill_large(vm, va, gfp))
			continue;
		err = fill_run(vm, va, run, &from);
		if (err)
			return err;
	}
	return 0;
}

static noinline void *refuse(unsigned long size, gfp_t gfp, const void *caller, const char *why)
{
	if (!(gfp & __GFP_NOWARN))
		pr_warn_ratelimited("vmalloc error: size %lu, %s, mode:%#x, caller %pS\n", size,
				    why, gfp, caller);
	return NULL;
}

/* What is wrong with a request, NULL if nothing is. */
static const char *request_wrong(unsigned long size, unsigned long align)
{
	if (!size)
		return "nothing asked for";
	if (size > VMALLOC_SIZE || PFN_UP(size) > nr_managed_pages())
		return "exceeds total pages";
	if (!is_power_of_2(align) || align > VMALLOC_SIZE / 2)
		return "impossible alignment";
	return NULL;
}

void *vmalloc_common(unsigned long size, unsigned long align, gfp_t gfp, unsigned long flags,
		     const void *caller)
{
	const char *wrong = request_wrong(size, align);
	unsigned long nr = PFN_UP(size);
	struct vm_struct *vm;
	void *addr;

	might_alloc(gfp);
	if (unlikely(wrong))
		return refuse(size, gfp, caller, wrong);
	vm = vmap_area_get(nr << PAGE_SHIFT, max(align, PAGE_SIZE), flags | VM_ALLOC, gfp, caller);
	if (unlikely(!vm))
		return refuse(size, gfp, caller, "vm_struct allocation failed");
	if (unlikely(fill(vm, nr, (gfp & ~__GFP_COMP) | __GFP_NOWARN))) {
		vmap_area_release(vm, VMAP_PUT_PAGES);
		vmap_purge_if_due();
		return refuse(size, gfp, caller, "failed to allocate pages");
	}
	mm_stat_add(MM_VMALLOC, (long)nr);
	addr = vmap_area_ready(vm, 0);
	kasan_resize_vmalloc(addr, size, nr << PAGE_SHIFT);
	return addr;
}

/* ---- Allocation ---- */

/**
 * vmalloc() - allocate virtually contiguous memory
 * @size: bytes, rounded up to pages
 *
 * Context: may sleep.
 * Return: the address, page aligned, contents undefined; NULL if @size is 0, more than the memory
 * there is, or cannot be had.
 */
void *(vmalloc)(unsigned long size)
{
	return vmalloc_common(size, 1, GFP_KERNEL, 0, __builtin_return_address(0));
}

/**
 * vzalloc() - vmalloc() of zeroed memory
 * @size: bytes
 */
void *(vzalloc)(unsigned long size)
{
	return vmalloc_common(size, 1, GFP_KERNEL | __GFP_ZERO, 0, __builtin_return_address(0));
}

/**
 * vmalloc_user() - zeroed memory that may be mapped to user space
 * @size: bytes
 */
void *(vmalloc_user)(unsigned long size)
{
	return vmalloc_common(size, 1, GFP_KERNEL | __GFP_ZERO, VM_USERMAP,
			      __builtin_return_address(0));
}

/**
 * vmalloc_node() - vmalloc() with memory of a node
 * @size: bytes
 * @node: accepted; there is one node
 */
void *(vmalloc_node)(unsigned long size, int node)
{
	return vmalloc_common(size, 1, GFP_KERNEL, 0, __builtin_return_address(0));
}

/**
 * vzalloc_node() - vzalloc() with memory of a node
 * @size: bytes
 * @node: accepted; there is one node
 */
void *(vzalloc_node)(unsigned long size, int node)
{
	return vmalloc_common(size, 1, GFP_KERNEL | __GFP_ZERO, 0, __builtin_return_address(0));
}

/**
 * vmalloc_32() - vmalloc() of pages below 4 GiB
 * @size: bytes
 */
void *(vmalloc_32)(unsigned long size)
{
	return vmalloc_common(size, 1, GFP_KERNEL | GFP_DMA32, 0, __builtin_return_address(0));
}

/**
 * vmalloc_32_user() - zeroed memory from below 4 GiB that may be mapped to user space
 * @size: bytes
 */
void *(vmalloc_32_user)(unsigned long size)
{
	return vmalloc_common(size, 1, GFP_KERNEL | GFP_DMA32 | __GFP_ZERO, VM_USERMAP,
			      __builtin_return_address(0));
}

/**
 * __vmalloc() - vmalloc() with flags
 * @size: bytes
 * @gfp_mask: GFP_KERNEL, with zone, __GFP_ZERO, __GFP_NOWARN and the like
 */
void *(__vmalloc)(unsigned long size, gfp_t gfp_mask)
{
	return vmalloc_common(size, 1, gfp_mask, 0, __builtin_return_address(0));
}

/**
 * __vmalloc_node() - vmalloc() with everything said
 * @size: bytes
 * @align: a power of two
 * @gfp_mask: as for __vmalloc()
 * @node: accepted; there is one node
 * @caller: whom reports and vmallocinfo name
 */
void *(__vmalloc_node)(unsigned long size, unsigned long align, gfp_t gfp_mask, int node,
		       const void *caller)
{
	return vmalloc_common(size, align, gfp_mask, 0, caller);
}

/**
 * vmalloc_huge() - vmalloc() that maps 2 MiB pages where it can
 * @size: bytes
 * @gfp_mask: as for __vmalloc()
 *
 * Return: as vmalloc(); at a 2 MiB boundary if @size is that large.
 */
void *(vmalloc_huge)(unsigned long size, gfp_t gfp_mask)
{
	return vmalloc_common(size, size >= LARGE_SIZE ? LARGE_SIZE : 1, gfp_mask,
			      VM_ALLOW_HUGE_VMAP, __builtin_return_address(0));
}

/* An array; a product that overflows is refused without a word, as kmalloc_array() does. */
static void *array_alloc(size_t n, size_t size, gfp_t gfp, const void *caller)
{
	size_t bytes;

	if (unlikely(check_mul_overflow(n, size, &bytes)))
		return NULL;
	return vmalloc_common(bytes, 1, gfp, 0, caller);
}

/**
 * __vmalloc_array() - vmalloc() of @n elements
 * @n: elements
 * @size: bytes of one
 * @flags: as for __vmalloc()
 *
 * Return: as vmalloc(); NULL if the product overflows.
 */
void *(__vmalloc_array)(size_t n, size_t size, gfp_t flags)
{
	return array_alloc(n, size, flags, __builtin_return_address(0));
}

/**
 * vmalloc_array() - __vmalloc_array() with GFP_KERNEL
 * @n: elements
 * @size: bytes of one
 */
void *(vmalloc_array)(size_t n, size_t size)
{
	return array_alloc(n, size, GFP_KERNEL, __builtin_return_address(0));
}

/**
 * __vcalloc() - __vmalloc_array(), zeroed
 * @n: elements
 * @size: bytes of one
 * @flags: as for __vmalloc()
 */
void *(__vcalloc)(size_t n, size_t size, gfp_t flags)
{
	return array_alloc(n, size, flags | __GFP_ZERO, __builtin_return_address(0));
}

/**
 * vcalloc() - vmalloc_array(), zeroed
 * @n: elements
 * @size: bytes of one
 */
void *(vcalloc)(size_t n, size_t size)
{
	return array_alloc(n, size, GFP_KERNEL | __GFP_ZERO, __builtin_return_address(0));
}

/**
 * vrealloc() - resize memory from vmalloc(), contents kept
 * @p: the memory; NULL: allocate
 * @size: new size; 0: free
 * @flags: as for __vmalloc(); with __GFP_ZERO, if given from the first on, what is added is zero
 *
 * Stays in place as long as @size fits into the area.
 *
 * Return: the memory, perhaps moved; NULL if @size is 0, or if there is none, and then @p stands.
 */
void *(vrealloc)(const void *p, size_t size, gfp_t flags)
{
	struct vm_struct *vm;
	size_t old = 0;
	void *new;

	if (!size) {
		vfree(p);
		return NULL;
	}
	if (p) {
		vm = find_vm_area(p);
		if (WARN(!vm || vm->addr != p, "Trying to vrealloc() nonexistent vm area (0x%px)\n",
			 p))
			return NULL;
		old = get_vm_area_size(vm);
	}
	if (p)
		kasan_unpoison_vmalloc(p, old);
	if (size <= old) {
		if (flags & __GFP_ZERO)
			memset((char *)p + size, 0, old - size);
		kasan_resize_vmalloc(p, size, old);
		return (void *)p;
	}
	new = vmalloc_common(size, 1, flags, 0, __builtin_return_address(0));
	if (new &&p) {
		memcpy(new, p, old);
		vfree(p);
	}
	return new;
}

/* ---- Freeing ---- */

static void area_free(struct vm_struct *vm)
{
	struct page **array = vm->pages;

	if (vm->flags & VM_ALLOC)
		mm_stat_add(MM_VMALLOC, -(long)vm->nr_pages);
	vmap_area_release(vm, vm->flags & (VM_ALLOC | VM_MAP_PUT_PAGES) ? VMAP_PUT_PAGES
									: VMAP_KEEP_PAGES);
	kvfree_atomic(array);
}

static noinline void report_context(const void *addr, const char *what)
{
	report_open(REPORT_VFREE_CONTEXT, "Trying to %s() in an %s (0x%px)", what,
		    in_nmi() ? "NMI" : "interrupt", addr);
	report_address(addr);
	report_stack_here(NULL);
	report_advice(in_nmi()
			      ? "An NMI comes in the middle of anything, locked or half done, the allocator's own "
				"work too: leave it to a thread. The area stays."
			      : "vunmap() may sleep, so it belongs to a thread: schedule_work(). (vfree() may be called "
				"here: it defers what can't be done in an interrupt.) The mapping was ended all the same.");
	report_end();
}

/**
 * vfree() - give back memory from vmalloc() or its relatives, or an area from vmap()
 * @addr: what was returned; NULL does nothing
 *
 * Pages of vmalloc() and of vmap() with VM_MAP_PUT_PAGES lose a reference each, usually the last.
 * What is no such area is reported and left alone.
 *
 * Context: where one may sleep, as Linux asks (debug builds report any other), an interrupt
 * handler, where the flush of TLBs is left to others, or a callback of RCU. In an NMI it is reported, and
 * the area stays. May flush TLBs, and wait for another flush, if interrupts are on. Under a lock:
 * vfree_atomic().
 */
void vfree(const void *addr)
{
	struct vm_struct *vm;

	might_sleep_if(!in_interrupt() && !rcu_in_callback());
	if (!addr)
		return;
	if (unlikely(in_nmi())) {
		report_context(addr, "vfree");
		return;
	}
	vm = vmap_area_claim(addr, "vfree", VM_ALLOC | VM_MAP, __builtin_return_address(0));
	if (!vm)
		return;
	area_free(vm);
	vmap_purge_if_due();
}

/**
 * vfree_atomic() - vfree() that leaves the flush to others in any case
 * @addr: what vmalloc() returned; NULL does nothing
 *
 * Context: any but NMI.
 */
void vfree_atomic(const void *addr)
{
	struct vm_struct *vm;

	if (!addr)
		return;
	vm = vmap_area_claim(addr, "vfree", VM_ALLOC | VM_MAP, __builtin_return_address(0));
	if (vm)
		area_free(vm);
}

/* ---- Mapping the caller's pages ---- */

static struct vm_struct *map_area(struct page **pages, unsigned int count, unsigned long flags,
				  pgprot_t prot, const void *caller)
{
	struct vm_struct *vm;

	might_sleep();
	if (!count || count > nr_managed_pages())
		return NULL;
	vm = vmap_area_get((unsigned long)count << PAGE_SHIFT, PAGE_SIZE, flags, GFP_KERNEL,
			   caller);
	if (!vm)
		return NULL;
	if (vmap_map_pages(vm_start(vm), pages, count, pgprot_nx(prot))) {
		vmap_area_release(vm, VMAP_KEEP_PAGES);
		vmap_purge_if_due();
		return NULL;
	}
	return vm;
}

/**
 * vmap() - map pages to consecutive addresses
 * @pages: the pages
 * @count: how many
 * @flags: VM_MAP, VM_USERMAP, or VM_MAP_PUT_PAGES: one reference of each page and the array itself
 *	(from kmalloc() or vmalloc()) pass to the area, and vfree() drops and frees them
 * @prot: access; never executable
 *
 * Context: may sleep.
 * Return: the address; NULL if there is no memory or an entry of @pages is none, and then nothing
 * has passed.
 */
void *(vmap)(struct page **pages, unsigned int count, unsigned long flags, pgprot_t prot)
{
	struct vm_struct *vm;

	if (WARN_ON_ONCE(flags & (VM_FLUSH_RESET_PERMS | VM_NO_GUARD)))
		flags &= ~(unsigned long)(VM_FLUSH_RESET_PERMS | VM_NO_GUARD);
	vm = map_area(pages, count, VM_MAP, prot, __builtin_return_address(0));
	if (!vm)
		return NULL;
	if (flags & VM_MAP_PUT_PAGES) {
		vm->pages = pages;
		vm->nr_pages = count;
	}
	return vmap_area_ready(vm, flags & (VM_USERMAP | VM_DMA_COHERENT | VM_MAP_PUT_PAGES));
}

/**
 * vunmap() - end a mapping made by vmap()
 * @addr: what vmap() returned; NULL does nothing
 *
 * Context: may sleep; in an interrupt it is reported. The pages stay the caller's.
 */
void vunmap(const void *addr)
{
	struct vm_struct *vm;

	might_sleep_if(!in_interrupt());
	if (!addr)
		return;
	if (unlikely(in_interrupt())) {
		report_context(addr, "vunmap");
		if (in_nmi())
			return;
	}
	vm = vmap_area_claim(addr, "vunmap", VM_MAP, __builtin_return_address(0));
	if (!vm)
		return;
	vmap_area_release(vm, VMAP_KEEP_PAGES);
	vmap_purge_if_due();
}

/**
 * vm_map_ram() - map pages, for a short time
 * @pages: the pages
 * @count: how many
 * @node: accepted; there is one node
 *
 * Context: may sleep.
 * Return: the address, or NULL. End it with vm_unmap_ram().
 */
void *(vm_map_ram)(struct page **pages, unsigned int count, int node)
{
	struct vm_struct *vm =
		map_area(pages, count, VMAP_RAM, PAGE_KERNEL, __builtin_return_address(0));

	if (!vm)
		return NULL;
	return vmap_area_ready(vm, 0);
}

/**
 * vm_unmap_ram() - end a mapping made by vm_map_ram()
 * @mem: what it returned
 * @count: as it was given there; another is reported, and the whole mapping ends
 *
 * Context: may sleep.
 */
void vm_unmap_ram(const void *mem, unsigned int count)
{
	struct vm_struct *vm;

	might_sleep();
	vm = vmap_area_claim(mem, "vm_unmap_ram", VMAP_RAM, __builtin_return_address(0));
	if (!vm)
		return;
	WARN(get_vm_area_size(vm) != (unsigned long)count << PAGE_SHIFT,
	     "vm_unmap_ram() of %u pages, but %lu were mapped at 0x%px\n", count,
	     get_vm_area_size(vm) >> PAGE_SHIFT, mem);
	vmap_area_release(vm, VMAP_KEEP_PAGES);
	vmap_purge_if_due();
}

/* ---- From address to page ---- */

/**
 * vmalloc_to_pfn() - the page frame behind an address in the vmalloc or module region
 * @addr: the address
 *
 * Context: any; the mapping must stand meanwhile. One step a level.
 * Return: the number, or 0 if nothing is mapped there.
 */
unsigned long vmalloc_to_pfn(const void *addr)
{
	unsigned long va = (unsigned long)addr;
	int level = 0;
	pte_t *slot;

	if (!is_vmalloc_or_module_addr(addr))
		return 0;
	slot = pt_lookup(kernel_root(), va, &level);
	if (!slot)
		return 0;
	return pte_pfn(pte_get(slot)) + ((va & (pt_size(level) - 1)) >> PAGE_SHIFT);
}

/**
 * vmalloc_to_page() - the page behind an address in the vmalloc or module region
 * @addr: the address
 *
 * Context: as vmalloc_to_pfn().
 * Return: the page; NULL if nothing is mapped there, or no RAM.
 */
struct page *vmalloc_to_page(const void *addr)
{
	unsigned long pfn = vmalloc_to_pfn(addr);

	return pfn && pfn_valid(pfn) ? pfn_to_page(pfn) : NULL;
}

unsigned long vmalloc_nr_pages(void)
{
	long n = mm_stat_read(MM_VMALLOC);

	return n > 0 ? n : 0;
}
