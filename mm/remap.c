// SPDX-License-Identifier: MIT
/*
 * What drivers put into mappings: their pages, and page frames that have none.
 *
 * 1. Model. A driver's ->mmap, or its ->fault, fills entries of a mapping that is its own. Two
 *    kinds of entries exist, and user_pt.c already knows them:
 *
 *	kind	from				entry		page counted	mapping's flags
 *	------	------------------------------	--------------	------------	------------------
 *	page	vm_insert_page(s), vm_map_pages	counted		referenced and	VM_MIXEDMAP
 *		vmf_insert_page, remap_vmalloc			mapped
 *	frame	remap_pfn_range, vm_iomap_memory	special	never looked at	VM_PFNMAP (and VM_IO
 *		vmf_insert_pfn						from the first two)
 *
 *    A counted page outlives the driver that gave it: it goes when the last of driver, entries and
 *    pins lets go. For a frame the driver promises that it stays.
 *
 * 2. Only empty entries are filled: what stands somewhere is never replaced. vm_insert_page() says
 *    -EBUSY then; a ->fault that meets a page which another CPU's fault has put there is content.
 *
 * 3. Rights. Entries get the mapping's vm_page_prot, or what the driver makes of it, which never
 *    allows writing: the first write faults, and page_mkwrite() or pfn_mkwrite() is asked
 *    (fault.c). A private mapping then gets a copy of the page, or of the frame's bytes.
 *
 * 4. Private mappings of frames. Linux tells a copy from a frame by arithmetic where an entry has
 *    no bit for it, and so takes only the whole mapping; that is kept (-EINVAL for a part), with
 *    vm_pgoff saying the first frame. vmf_insert_pfn() refuses them altogether.
 *
 * 5. Errors of the caller that Linux calls a BUG (wrong flags, a range outside of the mapping) are
 *    warned of and refused here.
 *
 * 6. Invariants: I7 to I10 of user_pt.c; after an error of remap_pfn_range() nothing of the range
 *    is mapped.
 *
 * 7. Locks: mmap_lock held by the caller, for writing where the mapping's flags change (section 1's
 *    flags are not there yet), else for reading; page_table_lock is taken for each entry. Context:
 *    may sleep. Cost: O(levels) an entry.
 *
 * Sources: names, order of the checks and errors are Linux 6.12's documented ones.
 */
#include <linux/overflow.h>
#include <linux/vmalloc.h>
#include <quarry/assert.h>
#include "internal.h"
#include "vma.h"

/* A leaf into an empty entry, with its reference if it is to be counted. -ENOMEM, -EBUSY. */
static int fill_entry(struct vm_area_struct *vma, unsigned long addr, pte_t e, struct page *page)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *slot = user_pt_slot(mm, addr);
	int err = -EBUSY;

	if (!slot)
		return -ENOMEM;
	spin_lock(&mm->page_table_lock);
	if (pte_none(pte_get(slot))) {
		if (page) {
			get_page(page);
			user_page_add(mm, page);
		}
		pte_set(slot, addr, e);
		err = 0;
	}
	spin_unlock(&mm->page_table_lock);
	return err;
}

static void zap_range(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	struct mmu_gather tlb;

	tlb_gather_mmu(&tlb, vma->vm_mm);
	user_pt_zap(&tlb, start, end);
	tlb_finish_mmu(&tlb);
}

/* [addr, addr + size) within the mapping, and not empty. */
static bool range_in_vma(const struct vm_area_struct *vma, unsigned long addr, unsigned long size)
{
	return size && addr >= vma->vm_start && addr < vma->vm_end && size <= vma->vm_end - addr;
}

/* ---- Frames ---- */

static pte_t frame_entry(unsigned long pfn, pgprot_t prot)
{
	return pte_mkspecial(pte_mkyoung(pte_mkleaf(PFN_PHYS(pfn), prot, 0)));
}

/* All of [pfn, pfn + n) can be said in an entry. */
static bool frames_exist(unsigned long pfn, unsigned long n)
{
	unsigned long last;

	if (check_add_overflow(pfn, n - 1, &last) || last > (~0UL >> PAGE_SHIFT))
		return false;
	return pte_pfn(pte_mkleaf(PFN_PHYS(last), __pgprot(0), 0)) == last;
}

static int map_frames(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn,
		      unsigned long n, pgprot_t prot)
{
	for (unsigned long i = 0; i < n; i++) {
		int err = fill_entry(vma, addr + i * PAGE_SIZE, frame_entry(pfn + i, prot), NULL);

		if (err) {
			zap_range(vma, addr, addr + i * PAGE_SIZE);
			return err;
		}
	}
	return 0;
}

/**
 * remap_pfn_range() - map page frames to user space
 * @vma: the mapping; mmap_lock held for writing, as in ->mmap
 * @addr: where, page aligned, in @vma
 * @pfn: the first frame; RAM or not
 * @size: bytes, rounded up to pages
 * @prot: vma->vm_page_prot, or what pgprot_noncached() makes of it
 *
 * The frames' struct pages, if there are any, are not looked at: the caller keeps the memory as long
 * as the mapping lives. The mapping becomes VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP.
 *
 * Context: may sleep.
 * Return: 0; -EINVAL (unaligned, outside of @vma, a part of a private mapping, no such frames),
 * -EBUSY (something is mapped there), -ENOMEM. After an error nothing of the range is mapped that
 * was not before.
 */
int remap_pfn_range(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn,
		    unsigned long size, pgprot_t prot)
{
	unsigned long len = PAGE_ALIGN(size);

	if (!PAGE_ALIGNED(addr) || !range_in_vma(vma, addr, len))
		return -EINVAL;
	if (!frames_exist(pfn, len >> PAGE_SHIFT))
		return -EINVAL;
	if (is_cow_mapping(vma->vm_flags)) {
		if (addr != vma->vm_start || addr + len != vma->vm_end)
			return -EINVAL;
		vma->vm_pgoff = pfn;
	}
	vm_flags_set(vma, VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP);
	return map_frames(vma, addr, pfn, len >> PAGE_SHIFT, prot);
}

/**
 * io_remap_pfn_range() - remap_pfn_range() of a device's registers
 * @vma: as remap_pfn_range()
 * @addr: as remap_pfn_range()
 * @pfn: as remap_pfn_range()
 * @size: as remap_pfn_range()
 * @prot: as remap_pfn_range(); the memory type is the caller's to say
 */
int io_remap_pfn_range(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn,
		       unsigned long size, pgprot_t prot)
{
	return remap_pfn_range(vma, addr, pfn, size, prot);
}

/**
 * vm_iomap_memory() - map what a user asked for of a device's memory
 * @vma: the mapping; its vm_pgoff and size say which part. mmap_lock held for writing
 * @start: physical address of the device's memory
 * @len: its bytes
 *
 * If the memory does not start or end at a page's border, whole pages are mapped.
 *
 * Return: 0; -EINVAL if the part is not within the memory; as remap_pfn_range().
 */
int vm_iomap_memory(struct vm_area_struct *vma, phys_addr_t start, unsigned long len)
{
	unsigned long pfn = start >> PAGE_SHIFT, pages, end;

	if (check_add_overflow(start, (phys_addr_t)len, &end) ||
	    check_add_overflow(len, offset_in_page(start) + PAGE_SIZE - 1, &len))
		return -EINVAL;
	pages = len >> PAGE_SHIFT;
	if (vma->vm_pgoff > pages || vma_pages(vma) > pages - vma->vm_pgoff)
		return -EINVAL;
	return io_remap_pfn_range(vma, vma->vm_start, pfn + vma->vm_pgoff,
				  vma->vm_end - vma->vm_start, vma->vm_page_prot);
}

/* May vmf_insert_pfn() fill entries of it? */
static bool takes_frames(const struct vm_area_struct *vma, unsigned long pfn)
{
	switch (vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP)) {
	case VM_PFNMAP:
		return !is_cow_mapping(vma->vm_flags);
	case VM_MIXEDMAP:
		return !pfn_valid(pfn);
	default:
		return false;
	}
}

/**
 * vmf_insert_pfn_prot() - map a frame, from ->fault
 * @vma: with VM_PFNMAP and not private, or with VM_MIXEDMAP for a frame without a struct page
 * @addr: the page's address
 * @pfn: the frame
 * @pgprot: rights and memory type
 *
 * Context: may sleep; mmap_lock held.
 * Return: VM_FAULT_NOPAGE: a page is there now, this one or one that another fault was quicker to
 * put there; VM_FAULT_OOM; VM_FAULT_SIGBUS outside of @vma or the address range of the machine, or,
 * with a warning, for a mapping with other flags.
 */
vm_fault_t vmf_insert_pfn_prot(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn,
			       pgprot_t pgprot)
{
	int err;

	mmap_assert_locked(vma->vm_mm);
	addr = PAGE_ALIGN_DOWN(addr);
	if (WARN(!takes_frames(vma, pfn), "vmf_insert_pfn() into a mapping of another kind\n"))
		return VM_FAULT_SIGBUS;
	if (!range_in_vma(vma, addr, PAGE_SIZE) || !frames_exist(pfn, 1))
		return VM_FAULT_SIGBUS;
	err = fill_entry(vma, addr, frame_entry(pfn, pgprot), NULL);
	return err == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_NOPAGE;
}

/**
 * vmf_insert_pfn() - vmf_insert_pfn_prot() with the mapping's own rights
 * @vma: as there
 * @addr: as there
 * @pfn: as there
 */
vm_fault_t vmf_insert_pfn(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn)
{
	return vmf_insert_pfn_prot(vma, addr, pfn, vma->vm_page_prot);
}

/**
 * zap_vma_ptes() - take frames out again
 * @vma: with VM_PFNMAP; mmap_lock held
 * @address: where, page aligned
 * @size: bytes
 *
 * The next access faults. Return: 0; -1 if the range isn't within @vma or it has no frames.
 */
int zap_vma_ptes(struct vm_area_struct *vma, unsigned long address, unsigned long size)
{
	mmap_assert_locked(vma->vm_mm);
	if (!range_in_vma(vma, address, size) || !(vma->vm_flags & VM_PFNMAP))
		return -1;
	zap_range(vma, address, address + size);
	return 0;
}

/* ---- Pages ---- */

/* A page that has an owner's reference, and whose struct page the owner does not use otherwise. */
static bool may_insert(struct page *page)
{
	struct page *head;

	if (!pfn_valid(page_to_pfn(page)))
		return false;
	head = compound_head(page);
	return (head->type == PAGE_USED || head->type == PAGE_KMALLOC) &&
	       page_ref_count(head) > 0 && !(page->flags & PG_anon);
}

/* mmap_lock is held. A guess: with a writer waiting, this says no. */
static bool held_for_reading(struct mm_struct *mm)
{
	if (!mmap_read_trylock(mm))
		return false;
	mmap_read_unlock(mm);
	return true;
}

/* The mapping may hold counted pages from now on; true if it may. */
static bool takes_pages(struct vm_area_struct *vma)
{
	if (vma->vm_flags & VM_MIXEDMAP)
		return true;
	if (WARN(vma->vm_flags & VM_PFNMAP, "vm_insert_page() into a mapping of frames\n") ||
	    WARN(held_for_reading(vma->vm_mm),
		 "vm_insert_page() by ->fault, though ->mmap did not set VM_MIXEDMAP\n"))
		return false;
	vm_flags_set(vma, VM_MIXEDMAP);
	return true;
}

static int insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page)
{
	if (!may_insert(page))
		return -EINVAL;
	return fill_entry(vma, addr,
			  pte_mkyoung(pte_mkleaf(page_to_phys(page), vma->vm_page_prot, 0)), page);
}

/**
 * vm_insert_page() - map a page of the driver's to user space
 * @vma: the mapping; mmap_lock held, for writing unless VM_MIXEDMAP is set
 * @addr: where, in @vma
 * @page: a page that was allocated, of whatever order; the mapping takes a reference of its own
 *
 * Context: may sleep.
 * Return: 0; -EFAULT (@addr outside of @vma), -EINVAL (a free page, one inside a block without
 * __GFP_COMP, a slab's, a page table, anonymous memory; a mapping of frames), -EBUSY (something is
 * mapped there), -ENOMEM.
 */
int vm_insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page)
{
	mmap_assert_locked(vma->vm_mm);
	if (addr < vma->vm_start || addr >= vma->vm_end)
		return -EFAULT;
	if (!may_insert(page) || !takes_pages(vma))
		return -EINVAL;
	return insert_page(vma, PAGE_ALIGN_DOWN(addr), page);
}

/**
 * vm_insert_pages() - several pages, one behind the other
 * @vma: as for vm_insert_page()
 * @addr: the first one's address
 * @pages: the pages
 * @num: in: how many; out: how many, the last ones, were not mapped
 *
 * Return: 0; -EFAULT if not all of them would be in @vma (none is mapped then); else what
 * vm_insert_page() says of the first that could not be mapped.
 */
int vm_insert_pages(struct vm_area_struct *vma, unsigned long addr, struct page **pages,
		    unsigned long *num)
{
	unsigned long n = *num, size;
	int err = 0;

	mmap_assert_locked(vma->vm_mm);
	addr = PAGE_ALIGN_DOWN(addr);
	if (check_mul_overflow(n, PAGE_SIZE, &size) || !range_in_vma(vma, addr, size))
		return -EFAULT;
	if (!takes_pages(vma))
		return -EINVAL;
	for (; n && !err; addr += PAGE_SIZE) {
		err = insert_page(vma, addr, *pages++);
		n -= !err;
	}
	*num = n;
	return err;
}

static int map_array(struct vm_area_struct *vma, struct page **pages, unsigned long num,
		     unsigned long offset)
{
	int err = 0;

	if (offset >= num || vma_pages(vma) > num - offset)
		return -ENXIO;
	for (unsigned long i = 0; i < vma_pages(vma) && !err; i++)
		err = vm_insert_page(vma, vma->vm_start + i * PAGE_SIZE, pages[offset + i]);
	return err;
}

/**
 * vm_map_pages() - fill a mapping from an array of pages
 * @vma: the mapping; its vm_pgoff says with which page it starts. mmap_lock held for writing
 * @pages: the pages of all that the driver offers
 * @num: how many
 *
 * Return: 0; -ENXIO if the mapping reaches beyond them; as vm_insert_page().
 */
int vm_map_pages(struct vm_area_struct *vma, struct page **pages, unsigned long num)
{
	return map_array(vma, pages, num, vma->vm_pgoff);
}

/**
 * vm_map_pages_zero() - vm_map_pages() that does not look at vm_pgoff
 * @vma: as there
 * @pages: as there
 * @num: as there
 */
int vm_map_pages_zero(struct vm_area_struct *vma, struct page **pages, unsigned long num)
{
	return map_array(vma, pages, num, 0);
}

/**
 * vmf_insert_page() - vm_insert_page() from ->fault
 * @vma: with VM_MIXEDMAP
 * @addr: the page's address
 * @page: as for vm_insert_page()
 *
 * Return: VM_FAULT_NOPAGE: a page is there now; VM_FAULT_OOM; VM_FAULT_SIGBUS for all else.
 */
vm_fault_t vmf_insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page)
{
	int err = vm_insert_page(vma, addr, page);

	if (err == -ENOMEM)
		return VM_FAULT_OOM;
	return err && err != -EBUSY ? VM_FAULT_SIGBUS : VM_FAULT_NOPAGE;
}

/* ---- Memory from vmalloc() ---- */

/**
 * remap_vmalloc_range_partial() - map a part of an area to user space
 * @vma: the mapping; mmap_lock held for writing
 * @uaddr: where, page aligned
 * @kaddr: an area's address, from vmalloc_user() and its like
 * @pgoff: pages to leave out at its start
 * @size: bytes, rounded up to pages
 *
 * The area's pages get references; so vfree() does not take them from the program.
 *
 * Return: 0; -EINVAL (unaligned, no area, one that isn't for user space, beyond its end); as
 * vm_insert_page(). Pages mapped before an error stay mapped.
 */
int remap_vmalloc_range_partial(struct vm_area_struct *vma, unsigned long uaddr, void *kaddr,
				unsigned long pgoff, unsigned long size)
{
	struct vm_struct *area;
	unsigned long off, end;
	int err = 0;

	if (!PAGE_ALIGNED(uaddr) || !PAGE_ALIGNED(kaddr) || size > -PAGE_SIZE)
		return -EINVAL;
	size = PAGE_ALIGN(size);
	area = find_vm_area(kaddr);
	if (!area || !(area->flags & (VM_USERMAP | VM_DMA_COHERENT)))
		return -EINVAL;
	if (check_mul_overflow(pgoff, PAGE_SIZE, &off) || check_add_overflow(size, off, &end) ||
	    end > get_vm_area_size(area) - (kaddr - area->addr))
		return -EINVAL;
	for (; off < end && !err; off += PAGE_SIZE, uaddr += PAGE_SIZE)
		err = vm_insert_page(vma, uaddr, vmalloc_to_page(kaddr + off));
	if (!err)
		vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP);
	return err;
}

/**
 * remap_vmalloc_range() - fill a mapping from an area
 * @vma: the mapping; mmap_lock held for writing
 * @addr: the area's address, from vmalloc_user() and its like
 * @pgoff: pages of the area to leave out at its start
 *
 * Return: as remap_vmalloc_range_partial().
 */
int remap_vmalloc_range(struct vm_area_struct *vma, void *addr, unsigned long pgoff)
{
	return remap_vmalloc_range_partial(vma, vma->vm_start, addr, pgoff,
					   vma->vm_end - vma->vm_start);
}
