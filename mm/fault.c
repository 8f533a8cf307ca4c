// SPDX-License-Identifier: MIT
/*
 * Demand paging: what happens when a page is touched.
 *
 * 1. Way in. The machine could not translate an access. arch/ calls mm_handle_fault(); if the
 *    access was a program's or a user-access function's and there is an address space, the mapping
 *    is looked up (a stack grown if need be) and handle_mm_fault() brings the page in. Declined,
 *    the fault goes back to arch, which fixes the access up (-EFAULT) or reports it. A kernel
 *    access to a user address outside the user-access functions is always declined: it is a bug.
 *
 * 2. What the entry becomes, by what it was:
 *
 *	entry		access	mapping			becomes
 *	--------------	------	----------------------	------------------------------------
 *	none		read	anonymous		the shared zero page, special, read-only
 *	none		write	anonymous		a zeroed page, writable
 *	none		read	file			the file's page, read-only
 *	none		write	file, private		a copy of the file's page, writable
 *	none		write	file, shared		the file's page, writable, dirty
 *	read-only	write	private, zero page	a zeroed page, writable
 *	read-only	write	private, own page	the same page, writable
 *	read-only	write	private, other		a copy, anonymous, writable
 *	read-only	write	shared			the same page, writable, dirty
 *	read-only	write	private, frame		a copy of its bytes, anonymous, writable
 *	good already	any	any			as it is (a race, or a stale TLB)
 *
 *    A read with FAULT_FLAG_UNSHARE (somebody wants to keep the page) becomes what a write would,
 *    but read-only: a private mapping's own page that no later write replaces.
 *    A page is a private mapping's own if it is anonymous and nobody else refers to it.
 *    So an entry is writable only after somebody wrote, which is what the dirty bit means, and a
 *    private page is never shared with a writable entry.
 *
 * 3. Nothing half done. Memory is allocated before page_table_lock is taken; under it the entry is
 *    compared with what was found before and only then replaced, the counts with it. If memory runs
 *    out or the file has no such page the entry stays as it was (tables that were made stay with
 *    the mapping, user_pt.c).
 *
 * 4. Invariants: those of user_pt.c (I7 to I10). A replaced entry is taken out and flushed before
 *    the new one is stored, so no CPU ever has both pages under one address.
 *
 * 5. Locks: mmap_lock > page_table_lock; the former for reading over handle_mm_fault(). Growing a
 *    stack needs mmap_lock for writing: it is released, taken for writing, everything is looked up
 *    again. Context: may sleep; so in atomic context (interrupts or preemption off), and between
 *    pagefault_disable() and pagefault_enable(), nothing is resolved: user access works there with
 *    whatever is present, and fails where a page is missing.
 *
 * 6. Cost: one walk, one allocation and one clear or copy of a page for each.
 */
#include <asm/extable.h>
#include <asm/fault.h>
#include <asm/irqflags.h>
#include <asm/tlbflush.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <quarry/assert.h>
#include "internal.h"
#include "kfence.h"
#include "vma.h"

const u8 empty_zero_page[PAGE_SIZE] __aligned(PAGE_SIZE);

static bool vmf_write(const struct vm_fault *vmf)
{
	return vmf->flags & FAULT_FLAG_WRITE;
}

/* Will a private mapping need a page of its own? */
static bool vmf_owns(const struct vm_fault *vmf)
{
	return vmf->flags & (FAULT_FLAG_WRITE | FAULT_FLAG_UNSHARE);
}

static bool vmf_shared(const struct vm_fault *vmf)
{
	return vmf->vma->vm_flags & VM_SHARED;
}

/* The same page with the same rights; accessed and dirty may have changed meanwhile. */
static bool entry_same(pte_t a, pte_t b)
{
	return pte_none(a) == pte_none(b) && pte_phys(a) == pte_phys(b) &&
	       pte_present(a) == pte_present(b) && pte_write(a) == pte_write(b);
}

/* A page that can be anonymous memory, zeroed if `gfp` says so. */
static struct page *anon_page(const struct vm_fault *vmf, gfp_t gfp)
{
	struct page *page = alloc_page(vmf->gfp_mask | gfp);

	if (page)
		user_page_make_anon(page);
	return page;
}

/* Give back a page that anon_page() made and no entry came to hold. */
static void drop_anon_page(struct page *page)
{
	page->flags &= ~PG_anon;
	mm_stat_add(MM_ANON, -1);
	put_page(page);
}

static void drop_unused(struct page *page)
{
	if ((page->flags & PG_anon) && page_mapcount(page) == 0)
		drop_anon_page(page);
	else
		put_page(page);
}

static pte_t entry_for(const struct vm_fault *vmf, phys_addr_t phys)
{
	return pte_mkyoung(pte_mkleaf(phys, vmf->vma->vm_page_prot, 0));
}

static pte_t entry_written(pte_t e)
{
	return pte_mkdirty(pte_mkyoung(pte_mkwrite(e)));
}

/*
 * The step that can't fail: `page` comes under the address in place of what vmf->orig_pte says. The
 * caller's reference goes to the entry. If the entry is not what it was, somebody else resolved the
 * fault: the page is dropped and the access tried again.
 */
static void install_page(struct vm_fault *vmf, struct page *page)
{
	struct mm_struct *mm = vmf->vma->vm_mm;
	pte_t e = entry_for(vmf, page_to_phys(page));
	struct page *old = NULL;

	if (vmf_write(vmf))
		e = entry_written(e);
	spin_lock(&mm->page_table_lock);
	if (!entry_same(pte_get(vmf->pte), vmf->orig_pte)) {
		spin_unlock(&mm->page_table_lock);
		drop_unused(page);
		return;
	}
	if (!pte_none(vmf->orig_pte)) {
		old = pte_counted_page(pte_get_and_clear(vmf->pte, vmf->address));
		tlb_flush_page(vmf->address, &vmf->vma->vm_mm->cpus);
	}
	user_page_add(mm, page);
	pte_set(vmf->pte, vmf->address, e);
	if (old)
		user_page_remove(mm, old);
	spin_unlock(&mm->page_table_lock);
	if (old)
		put_page(old);
}

/* --- nothing was there --- */

static vm_fault_t fault_anon_read(struct vm_fault *vmf)
{
	struct mm_struct *mm = vmf->vma->vm_mm;
	phys_addr_t zero = PFN_PHYS(my_zero_pfn(vmf->address));

	spin_lock(&mm->page_table_lock);
	if (pte_none(pte_get(vmf->pte)))
		pte_set(vmf->pte, vmf->address, pte_mkspecial(entry_for(vmf, zero)));
	spin_unlock(&mm->page_table_lock);
	return 0;
}

static vm_fault_t fault_anon_write(struct vm_fault *vmf)
{
	struct page *page = anon_page(vmf, __GFP_ZERO);

	if (!page)
		return VM_FAULT_OOM;
	install_page(vmf, page);
	return 0;
}

/*
 * Ask the mapping's owner for the page. On success vmf->page holds a reference, unless the owner
 * filled the entry (NOPAGE).
 */
static vm_fault_t ask_owner(struct vm_fault *vmf)
{
	vm_fault_t ret = vmf->vma->vm_ops->fault(vmf);

	if (ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE | VM_FAULT_DONE_COW))
		return ret;
	if (WARN(!vmf->page, "vm_ops->fault found a page, and gives none\n"))
		return VM_FAULT_SIGBUS;
	return ret;
}

/* The owner may refuse that its page becomes writable, or wait until it can. */
static vm_fault_t ask_page_mkwrite(struct vm_fault *vmf)
{
	const struct vm_operations_struct *ops = vmf->vma->vm_ops;
	vm_fault_t (*ask)(struct vm_fault *vmf);

	ask = !ops ? NULL : vmf->page ? ops->page_mkwrite : ops->pfn_mkwrite;
	return ask ? ask(vmf) & (VM_FAULT_ERROR | VM_FAULT_NOPAGE) : 0;
}

/* A read, or a write to a shared mapping: the owner's page itself. */
static vm_fault_t fault_owner_page(struct vm_fault *vmf)
{
	vm_fault_t ret = ask_owner(vmf), refused = 0;

	if (ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE))
		return ret;
	if (vmf_write(vmf))
		refused = ask_page_mkwrite(vmf);
	if (refused)
		put_page(vmf->page);
	else
		install_page(vmf, vmf->page);
	return ret | refused;
}

/* A write to a private mapping: a copy of the owner's page. */
static vm_fault_t fault_owner_copy(struct vm_fault *vmf)
{
	vm_fault_t ret;

	vmf->cow_page = anon_page(vmf, 0);
	if (!vmf->cow_page)
		return VM_FAULT_OOM;
	ret = ask_owner(vmf);
	if (ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE)) {
		drop_anon_page(vmf->cow_page);
		return ret;
	}
	if (!(ret & VM_FAULT_DONE_COW))
		copy_page(page_address(vmf->cow_page), page_address(vmf->page));
	if (vmf->page)
		put_page(vmf->page);
	install_page(vmf, vmf->cow_page);
	return ret;
}

static vm_fault_t fault_missing(struct vm_fault *vmf)
{
	if (vma_is_anonymous(vmf->vma))
		return vmf_owns(vmf) ? fault_anon_write(vmf) : fault_anon_read(vmf);
	if (!vmf->vma->vm_ops->fault)
		return VM_FAULT_SIGBUS;
	if (vmf_owns(vmf) && !vmf_shared(vmf))
		return fault_owner_copy(vmf);
	return fault_owner_page(vmf);
}

/* --- a page was there, read-only, and is written to --- */

/* The entry becomes writable as it stands, if it still is what it was. P: page_table_lock */
static void make_writable(struct vm_fault *vmf)
{
	pte_t e = pte_get(vmf->pte);

	lockdep_assert_held(&vmf->vma->vm_mm->page_table_lock);
	if (entry_same(e, vmf->orig_pte))
		pte_set(vmf->pte, vmf->address, entry_written(e));
}

/*
 * The owner is asked without the lock, and holding mmap_lock for reading does not keep the entry
 * (MADV_DONTNEED): so the page is held meanwhile.
 */
static vm_fault_t fault_write_shared(struct vm_fault *vmf)
{
	struct mm_struct *mm = vmf->vma->vm_mm;
	vm_fault_t refused = 0;
	bool stands;

	vmf->page = pte_counted_page(vmf->orig_pte);
	spin_lock(&mm->page_table_lock);
	stands = entry_same(pte_get(vmf->pte), vmf->orig_pte);
	if (stands && vmf->page)
		get_page(vmf->page);
	spin_unlock(&mm->page_table_lock);
	if (!stands)
		return 0;
	refused = ask_page_mkwrite(vmf);
	if (!refused) {
		spin_lock(&mm->page_table_lock);
		make_writable(vmf);
		spin_unlock(&mm->page_table_lock);
	}
	if (vmf->page)
		put_page(vmf->page);
	return refused;
}

/*
 * Is it this mapping's alone? A pin is not another user: what the device writes must be seen here.
 * P: page_table_lock
 */
static bool page_is_own(struct page *page)
{
	return (page->flags & PG_anon) && page_mapcount(page) == 1 &&
	       (page_count(page) == 1 || page_maybe_dma_pinned(page));
}

/*
 * Look at the entry once more, under the lock. If its page is this mapping's alone it is made
 * writable at once. Returns the page to copy, with a reference so that it outlives the lock; NULL:
 * resolved.
 */
static struct page *reuse_or_hold(struct vm_fault *vmf)
{
	struct mm_struct *mm = vmf->vma->vm_mm;
	struct page *page = pte_counted_page(vmf->orig_pte);

	spin_lock(&mm->page_table_lock);
	if (!entry_same(pte_get(vmf->pte), vmf->orig_pte)) {
		page = NULL;
	} else if (page_is_own(page)) {
		if (vmf_write(vmf))
			make_writable(vmf);
		page = NULL;
	} else {
		get_page(page);
	}
	spin_unlock(&mm->page_table_lock);
	return page;
}

static vm_fault_t fault_write_private(struct vm_fault *vmf)
{
	struct page *old = reuse_or_hold(vmf), *copy;

	if (!old)
		return 0;
	copy = anon_page(vmf, 0);
	if (copy) {
		copy_page(page_address(copy), page_address(old));
		install_page(vmf, copy);
	}
	put_page(old);
	return copy ? 0 : VM_FAULT_OOM;
}

/*
 * The bytes of a driver's frame, which has no page: read where the program would read them, or, for
 * another address space, in the direct map.
 */
static bool read_frame(const struct vm_fault *vmf, void *to)
{
	unsigned long pfn = pte_pfn(vmf->orig_pte);

	if (current->mm == vmf->vma->vm_mm)
		return !__copy_from_user_inatomic(to, (void __user *)vmf->address, PAGE_SIZE);
	return pfn_valid(pfn) && !copy_nofault(to, __va(PFN_PHYS(pfn)), PAGE_SIZE);
}

static vm_fault_t fault_write_frame(struct vm_fault *vmf)
{
	struct page *copy = anon_page(vmf, 0);

	if (!copy)
		return VM_FAULT_OOM;
	if (!read_frame(vmf, page_address(copy))) {
		drop_anon_page(copy);
		return VM_FAULT_SIGBUS;
	}
	install_page(vmf, copy);
	return 0;
}

static vm_fault_t fault_write_protected(struct vm_fault *vmf)
{
	if (vmf_shared(vmf))
		return vmf_write(vmf) ? fault_write_shared(vmf) : 0;
	if (!pte_special(vmf->orig_pte))
		return fault_write_private(vmf);
	if (is_zero_pfn(pte_pfn(vmf->orig_pte)))
		return fault_anon_write(vmf);
	return fault_write_frame(vmf);
}

/* --- the ways in --- */

static bool vma_permits(const struct vm_area_struct *vma, unsigned int flags)
{
	if (flags & FAULT_FLAG_WRITE)
		return vma->vm_flags & VM_WRITE;
	if (flags & FAULT_FLAG_INSTRUCTION)
		return vma->vm_flags & VM_EXEC;
	return vma_is_accessible(vma);
}

/**
 * handle_mm_fault() - make a page accessible
 * @vma: the mapping that holds @address; mmap_lock held for reading at least
 * @address: the access
 * @flags: FAULT_FLAG_*
 * @regs: the trap's registers, or NULL
 *
 * Return: 0 and the like when the access can be tried again; with VM_FAULT_ERROR bits it would fail
 * again, and nothing changed: SIGSEGV (the mapping does not allow it), SIGBUS (nothing is there to
 * be mapped), OOM.
 */
vm_fault_t handle_mm_fault(struct vm_area_struct *vma, unsigned long address, unsigned int flags,
			   struct pt_regs *regs)
{
	struct vm_fault vmf = {
		.vma = vma,
		.gfp_mask = GFP_HIGHUSER_MOVABLE | __GFP_NOWARN,
		.address = address & PAGE_MASK,
		.real_address = address,
		.flags = flags,
	};

	mmap_assert_locked(vma->vm_mm);
	assert(address >= vma->vm_start && address < vma->vm_end);
	if (!vma_permits(vma, flags))
		return VM_FAULT_SIGSEGV;
	vmf.pgoff = linear_page_index(vma, vmf.address);
	vmf.pte = user_pt_slot(vma->vm_mm, vmf.address);
	if (!vmf.pte)
		return VM_FAULT_OOM;
	vmf.orig_pte = pte_get(vmf.pte);
	if (pte_none(vmf.orig_pte))
		return fault_missing(&vmf);
	if (vmf_owns(&vmf) && !pte_write(vmf.orig_pte))
		return fault_write_protected(&vmf);
	return 0;
}

/*
 * The mapping that an access belongs to, a stack grown for it; NULL: none. mmap_lock is held for
 * reading whatever comes back.
 */
static struct vm_area_struct *lock_and_find(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma;

	mmap_read_lock(mm);
	vma = find_vma(mm, addr);
	if (!vma || vma->vm_start <= addr)
		return vma;
	if (!(vma->vm_flags & VM_GROWSDOWN))
		return NULL;
	mmap_read_unlock(mm);
	mmap_write_lock(mm);
	vma = find_extend_vma_locked(mm, addr);
	mmap_write_downgrade(mm);
	return vma;
}

static vm_fault_t fault_in(struct mm_struct *mm, unsigned long addr, unsigned int flags,
			   struct pt_regs *regs)
{
	struct vm_area_struct *vma = lock_and_find(mm, addr);
	vm_fault_t ret = vma ? handle_mm_fault(vma, addr, flags, regs) : VM_FAULT_SIGSEGV;

	mmap_read_unlock(mm);
	return ret;
}

/**
 * fixup_user_fault() - fault a page in as an access would, without the access
 * @mm: the address space; unlike in Linux its mmap_lock is not held, and taken here
 * @address: a user address
 * @fault_flags: FAULT_FLAG_WRITE and the like
 *
 * Return: 0; -EFAULT (no mapping, or not allowed, or nothing behind it), -ENOMEM.
 */
int fixup_user_fault(struct mm_struct *mm, unsigned long address, unsigned int fault_flags)
{
	vm_fault_t ret = fault_in(mm, address, fault_flags | FAULT_FLAG_REMOTE, NULL);

	if (ret & VM_FAULT_OOM)
		return -ENOMEM;
	return ret & VM_FAULT_ERROR ? -EFAULT : 0;
}

static unsigned int fault_flags(const struct mem_fault *f)
{
	return (f->flags & FAULT_WRITE ? FAULT_FLAG_WRITE : 0) |
	       (f->flags & FAULT_EXEC ? FAULT_FLAG_INSTRUCTION : 0) |
	       (f->flags & FAULT_USER_MODE ? FAULT_FLAG_USER : 0);
}

/**
 * mm_handle_fault() - entered from below: an access that the tables did not allow
 * @f: the access
 *
 * Return: true if the access can be tried again; false: not ours, or it must fail.
 */
bool mm_handle_fault(const struct mem_fault *f)
{
	struct mm_struct *mm = current->mm;

	if (unlikely(is_kfence_address((void *)f->addr)))
		return kfence_handle_fault(f);
	if (!(f->flags & (FAULT_USER_ACCESS | FAULT_USER_MODE)) || (f->flags & FAULT_RSVD))
		return false;
	if (f->addr >= TASK_SIZE || !mm || pagefault_disabled() || !preemptible())
		return false;
	return !(fault_in(mm, f->addr, fault_flags(f), f->regs) & VM_FAULT_ERROR);
}
