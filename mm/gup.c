// SPDX-License-Identifier: MIT
/*
 * Pages under user addresses, for whoever works on the memory itself: a device, a copy that must not
 * fault, another context.
 *
 * 1. Model. For each page of a range the entry is looked at; if it does not allow what is wanted, the
 *    page is brought in as an access would, and the entry looked at again. Then, under the same lock,
 *    the page is counted for the caller:
 *
 *	get_user_pages*()	+ 1				put_page()
 *	pin_user_pages*()	+ GUP_PIN_COUNTING_BIAS		unpin_user_page()
 *
 *    Either keeps the page: munmap() and the end of the address space take the entry, not the memory.
 *    The pin says besides that its contents are worked on, so that the pair of program and device
 *    stays on one page (fault.c does not copy a pinned page of a mapping's own).
 *
 * 2. What reading hands out of anonymous memory that was never written is a page of the mapping's
 *    own, not the zero page as Linux does it: so that it may be put like any other, and what the
 *    program writes later is seen by who reads. FOLL_LONGTERM does the same to a private mapping's
 *    page of a file.
 *
 * 3. Frames have no page that could be counted: -EFAULT.
 *
 * 4. Invariants
 *    I1  a page returned was mapped at its address, with the right asked for, when it was counted;
 *    I2  on an error before the first page nothing is counted; later, the number so far is returned.
 *
 * 5. Differences from Linux: FOLL_FORCE (debuggers) is not there. The _fast forms take mmap_lock for
 *    reading, where Linux walks without. Nothing is ever written back, so pages have no dirty bit,
 *    and make_dirty has nothing to do.
 *
 * 6. Locks: mmap_lock held, or taken where the name says so; page_table_lock for each page. Context:
 *    may sleep, but for unpin_*() (any). Cost: O(levels) and a search for the mapping a page.
 */
#include <linux/err.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include "internal.h"
#include "vma.h"

/* Within mm/, in the same word as the caller's flags. */
#define FOLL_PIN (1u << 19)
#define FOLL_USER_FLAGS                                                                      \
	(FOLL_WRITE | FOLL_DUMP | FOLL_NOFAULT | FOLL_HWPOISON | FOLL_ANON | FOLL_LONGTERM | \
	 FOLL_INTERRUPTIBLE)

/* ---- One page ---- */

/* Does the mapping allow it? */
static bool vma_suits(const struct vm_area_struct *vma, unsigned int flags)
{
	if (vma->vm_flags & (VM_IO | VM_PFNMAP))
		return false;
	if ((flags & FOLL_ANON) && !vma_is_anonymous(vma))
		return false;
	return vma->vm_flags & (flags & FOLL_WRITE ? VM_WRITE : VM_READ);
}

/* Is `e` what the caller may have a page of? P: page_table_lock */
static bool entry_suits(const struct vm_area_struct *vma, pte_t e, unsigned int flags)
{
	if (pte_none(e) || !pte_present(e))
		return false;
	if (flags & FOLL_WRITE)
		return pte_write(e);
	if (pte_special(e))
		return !is_zero_pfn(pte_pfn(e));
	return !(flags & FOLL_LONGTERM) || !is_cow_mapping(vma->vm_flags) ||
	       (pfn_to_page(pte_pfn(e))->flags & PG_anon);
}

static void count_page(struct page *page, unsigned int flags)
{
	if (flags & FOLL_PIN)
		atomic_add(GUP_PIN_COUNTING_BIAS, &compound_head(page)->_refcount);
	else
		get_page(page);
}

/* The page that is there, counted; NULL: none that suits; -EFAULT: a frame. */
static struct page *page_there(struct vm_area_struct *vma, unsigned long addr, unsigned int flags)
{
	struct mm_struct *mm = vma->vm_mm;
	struct page *page = NULL;
	pte_t *slot, e;

	spin_lock(&mm->page_table_lock);
	slot = pt_slot(mm->pgd, addr, 0, NULL);
	e = slot ? pte_get(slot) : (pte_t){ 0 };
	if (slot && entry_suits(vma, e, flags)) {
		page = pte_counted_page(e);
		if (page)
			count_page(page, flags);
		else
			page = ERR_PTR(-EFAULT);
	}
	spin_unlock(&mm->page_table_lock);
	return page;
}

static int bring_in(struct vm_area_struct *vma, unsigned long addr, unsigned int flags)
{
	unsigned int how = flags & FOLL_WRITE ? FAULT_FLAG_WRITE : FAULT_FLAG_UNSHARE;
	vm_fault_t ret;

	if (flags & FOLL_NOFAULT)
		return -EFAULT;
	/* Of a file's page a copy is wanted only for good. */
	if (how == FAULT_FLAG_UNSHARE && !vma_is_anonymous(vma) && !(flags & FOLL_LONGTERM))
		how = 0;
	ret = handle_mm_fault(vma, addr, how | FAULT_FLAG_REMOTE, NULL);
	if (ret & VM_FAULT_OOM)
		return -ENOMEM;
	return ret & VM_FAULT_ERROR ? -EFAULT : 0;
}

static struct page *get_one(struct vm_area_struct *vma, unsigned long addr, unsigned int flags)
{
	struct page *page;
	int err;

	while (!(page = page_there(vma, addr, flags))) {
		err = bring_in(vma, addr, flags);
		if (err)
			return ERR_PTR(err);
	}
	return page;
}

/* ---- Ranges ---- */

/* mmap_lock held. `pages` NULL: the pages are only brought in. */
static long get_range(struct mm_struct *mm, unsigned long start, unsigned long nr,
		      unsigned int flags, struct page **pages)
{
	unsigned long done;

	mmap_assert_locked(mm);
	start &= PAGE_MASK;
	for (done = 0; done < nr; done++) {
		unsigned long addr = start + done * PAGE_SIZE;
		struct vm_area_struct *vma = vma_lookup(mm, addr);
		struct page *page = ERR_PTR(-EFAULT);

		if (vma && vma_suits(vma, flags))
			page = get_one(vma, addr, flags);
		if (IS_ERR(page))
			return done ? (long)done : PTR_ERR(page);
		if (pages)
			pages[done] = page;
		else
			put_page(page);
	}
	return done;
}

/* Flags that a caller may give to this function; the warning is Linux's. */
static bool flags_valid(unsigned int flags, unsigned int besides)
{
	return !WARN(flags & ~(FOLL_USER_FLAGS & ~besides), "FOLL flags %#x\n", flags);
}

static long get_locking(struct mm_struct *mm, unsigned long start, unsigned long nr,
			unsigned int flags, struct page **pages)
{
	long ret;

	if (!mm)
		return -EFAULT;
	mmap_read_lock(mm);
	ret = get_range(mm, start, nr, flags, pages);
	mmap_read_unlock(mm);
	return ret;
}

static int get_fast(unsigned long start, int nr, unsigned int flags, struct page **pages)
{
	unsigned long len, end;

	if (nr <= 0)
		return nr ? -EINVAL : 0;
	start &= PAGE_MASK;
	len = (unsigned long)nr << PAGE_SHIFT;
	if (check_add_overflow(start, len, &end))
		return -EOVERFLOW;
	if (end > TASK_SIZE)
		return -EFAULT;
	return get_locking(current->mm, start, nr, flags, pages);
}

/**
 * get_user_pages() - references to the pages of a range of the running address space
 * @start: a user address; rounded down to its page
 * @nr_pages: how many pages
 * @gup_flags: FOLL_WRITE: they will be written to; FOLL_NOFAULT, FOLL_ANON
 * @pages: filled with them; NULL: they are brought in only
 *
 * To work on the contents, pin_user_pages() is the function to take.
 *
 * Context: may sleep; mmap_lock held.
 * Return: how many pages, perhaps fewer than asked for; if not even one: -EFAULT (no mapping, not
 * allowed, frames, nothing behind it), -ENOMEM, -EINVAL (flags, with a warning). Each page is given
 * back by put_page().
 */
long get_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
		    struct page **pages)
{
	if (!flags_valid(gup_flags, FOLL_LONGTERM))
		return -EINVAL;
	return current->mm ? get_range(current->mm, start, nr_pages, gup_flags, pages) : -EFAULT;
}

/**
 * get_user_pages_remote() - get_user_pages() of any address space
 * @mm: the address space; mmap_lock held
 * @start: as there
 * @nr_pages: as there
 * @gup_flags: as there
 * @pages: as there
 * @locked: set to 1, or NULL; the lock is never dropped
 */
long get_user_pages_remote(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
			   unsigned int gup_flags, struct page **pages, int *locked)
{
	if (!flags_valid(gup_flags, FOLL_LONGTERM))
		return -EINVAL;
	return get_range(mm, start, nr_pages, gup_flags, pages);
}

/**
 * get_user_pages_unlocked() - get_user_pages() that takes mmap_lock itself
 * @start: as there
 * @nr_pages: as there
 * @pages: as there
 * @gup_flags: as there
 */
long get_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages,
			     unsigned int gup_flags)
{
	if (!flags_valid(gup_flags, FOLL_LONGTERM))
		return -EINVAL;
	return get_locking(current->mm, start, nr_pages, gup_flags, pages);
}

/**
 * get_user_pages_fast() - the same with the range checked as a whole
 * @start: as there
 * @nr_pages: as there
 * @gup_flags: as there
 * @pages: as there
 *
 * Return: as get_user_pages(); -EOVERFLOW, -EFAULT if the range ends outside of the user's half;
 * -EINVAL for a negative number.
 */
int get_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages)
{
	if (!flags_valid(gup_flags, FOLL_LONGTERM))
		return -EINVAL;
	return get_fast(start, nr_pages, gup_flags, pages);
}

/* ---- Pins ---- */

static bool pin_valid(unsigned int flags, struct page **pages)
{
	return flags_valid(flags, 0) && !WARN(!pages, "pin_user_pages() without an array\n");
}

/**
 * pin_user_pages() - pin the pages of a range of the running address space
 * @start: as get_user_pages()
 * @nr_pages: as get_user_pages()
 * @gup_flags: as get_user_pages(), and FOLL_LONGTERM: for longer than one request
 * @pages: filled with them; not NULL (-EINVAL, with a warning)
 *
 * Context: may sleep; mmap_lock held.
 * Return: as get_user_pages(). Each page is given back by unpin_user_page().
 */
long pin_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
		    struct page **pages)
{
	if (!pin_valid(gup_flags, pages))
		return -EINVAL;
	return current->mm ? get_range(current->mm, start, nr_pages, gup_flags | FOLL_PIN, pages)
			   : -EFAULT;
}

/**
 * pin_user_pages_remote() - pin_user_pages() of any address space
 * @mm: the address space; mmap_lock held
 * @start: as there
 * @nr_pages: as there
 * @gup_flags: as there
 * @pages: as there
 * @locked: set to 1, or NULL; the lock is never dropped
 */
long pin_user_pages_remote(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
			   unsigned int gup_flags, struct page **pages, int *locked)
{
	if (!pin_valid(gup_flags, pages))
		return -EINVAL;
	return get_range(mm, start, nr_pages, gup_flags | FOLL_PIN, pages);
}

/**
 * pin_user_pages_unlocked() - pin_user_pages() that takes mmap_lock itself
 * @start: as there
 * @nr_pages: as there
 * @pages: as there
 * @gup_flags: as there
 */
long pin_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages,
			     unsigned int gup_flags)
{
	if (!pin_valid(gup_flags, pages))
		return -EINVAL;
	return get_locking(current->mm, start, nr_pages, gup_flags | FOLL_PIN, pages);
}

/**
 * pin_user_pages_fast() - the same with the range checked as a whole
 * @start: as there
 * @nr_pages: as there
 * @gup_flags: as there
 * @pages: as there
 *
 * Return: as get_user_pages_fast().
 */
int pin_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages)
{
	if (!pin_valid(gup_flags, pages))
		return -EINVAL;
	return get_fast(start, nr_pages, gup_flags | FOLL_PIN, pages);
}

/**
 * page_maybe_dma_pinned() - is a page pinned?
 * @page: any page of a block
 *
 * Return: true if it is; also if it has as many plain references as a pin counts.
 */
bool page_maybe_dma_pinned(struct page *page)
{
	return page_count(page) >= GUP_PIN_COUNTING_BIAS;
}

/**
 * unpin_user_page() - give a pinned page back
 * @page: from pin_user_pages*()
 *
 * A page that has no pin is warned of and left alone. Context: any.
 */
void unpin_user_page(struct page *page)
{
	if (WARN(!page_maybe_dma_pinned(page), "unpin_user_page() of a page without a pin\n"))
		return;
	atomic_sub(GUP_PIN_COUNTING_BIAS - 1, &compound_head(page)->_refcount);
	put_page(page);
}

/**
 * unpin_user_pages() - give pinned pages back
 * @pages: from pin_user_pages*()
 * @npages: how many
 */
void unpin_user_pages(struct page **pages, unsigned long npages)
{
	for (unsigned long i = 0; i < npages; i++)
		unpin_user_page(pages[i]);
}

/**
 * unpin_user_pages_dirty_lock() - give back pinned pages that were written to
 * @pages: from pin_user_pages*() with FOLL_WRITE
 * @npages: how many
 * @make_dirty: they were written to; see section 5
 */
void unpin_user_pages_dirty_lock(struct page **pages, unsigned long npages, bool make_dirty)
{
	unpin_user_pages(pages, npages);
}
