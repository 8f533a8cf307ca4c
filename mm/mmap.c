// SPDX-License-Identifier: MIT
/*
 * mmap, munmap, mprotect, madvise, brk: requests decoded, then committed.
 *
 * 1. Model. Each request is first checked and provided for, in the order in which the manual pages
 *    list the errors, and changes nothing meanwhile. Then comes a commit that cannot fail:
 *
 *	decode: arguments → rights → place → room in map_count → memory for new VMAs and
 *		pieces → the consent of the file
 *	commit: split at the ends → unmap what is in the way → link, or change rights →
 *		merge with the neighbours
 *
 *    So a call that returns an error has changed nothing. But one: a driver's ->mmap may fill the
 *    mapping at once, so it is called when the place is free; if it then refuses, what MAP_FIXED was
 *    to replace is gone, as in Linux. Linux is weaker here in places
 *    (mprotect() and madvise() over a hole work up to the hole and then say ENOMEM; MAP_FIXED may
 *    have unmapped before it fails).
 *
 * 2. Names. The functions are Linux's, with two deviations a porter should know: do_mmap(),
 *    do_munmap(), do_mprotect(), do_madvise() and do_brk() take the address space as first argument
 *    and take its mmap_lock themselves, and do_mmap() populates itself.
 *
 * 3. Where a mapping goes: at addr if it is a hint and free, else in the highest gap below
 *    mmap_base, else in the highest gap of all; at MAP_32BIT in the second GiB. A gap ends
 *    stack_guard_gap below a VM_GROWSDOWN mapping. Nothing goes below mmap_min_addr.
 *
 * 4. Rights. VM_MAY* say what mprotect() may ever allow: for a file what its mode allows (a private
 *    mapping may always be written). A mapping that is shared and whose file can't be written keeps
 *    VM_SHARED off (Linux too): it can never be a writer.
 *
 * 5. Growing stacks. A fault below a VM_GROWSDOWN mapping extends it to the faulting page, unless
 *    it would then be larger than STACK_LIMIT or closer than stack_guard_gap to an accessible
 *    mapping that is no stack itself.
 *
 * 6. Invariants: those of vma.c (I1 to I6) and user_pt.c (I7 to I10) hold whenever mmap_lock is
 *    free.
 *
 * 7. Locks: mmap_lock for writing around every change; MADV_DONTNEED and populating are content
 *    with reading. Owners' callbacks run under it. Context: may sleep. Cost: O(log n) for each VMA
 *    touched, plus the pages.
 */
#include <linux/err.h>
#include <linux/memfile.h>
#include <linux/mman.h>
#include <linux/sched.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <quarry/assert.h>
#include "vma.h"

int sysctl_max_map_count = 65530;

#define MAP_32BIT_LOW  0x40000000UL
#define MAP_32BIT_HIGH 0x80000000UL
#define PROT_ACCESS    (PROT_READ | PROT_WRITE | PROT_EXEC)

static vm_flags_t prot_to_vm(unsigned long prot)
{
	return (prot & PROT_READ ? VM_READ : 0) | (prot & PROT_WRITE ? VM_WRITE : 0) |
	       (prot & PROT_EXEC ? VM_EXEC : 0);
}

/* --- unmapping --- */

/* [start, end) is no mapping's (any more), and has no entries: its tables go. */
static void free_hole_tables(struct mmu_gather *tlb, unsigned long start, unsigned long end)
{
	struct vm_area_struct *prev, *next = find_vma_prev(tlb->mm, start, &prev);

	user_pt_free_tables(tlb, start, end, prev ? prev->vm_end : 0,
			    next ? next->vm_start : TASK_SIZE);
}

/*
 * End every VMA of the range, free its pages and tables. No VMA crosses the ends of the range. The
 * owners hear of it (close, the release of the file) when the TLB has forgotten the range, since
 * what they free may be what was mapped. Until then the VMAs hang in a row by the node that no tree
 * needs any more.
 */
static void unmap_commit(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct rb_node *gone = NULL, **last = &gone;
	struct vm_area_struct *vma;
	struct mmu_gather tlb;

	tlb_gather_mmu(&tlb, mm);
	while ((vma = find_vma_intersection(mm, start, end))) {
		assert_debug(vma->vm_start >= start && vma->vm_end <= end);
		user_pt_zap(&tlb, vma->vm_start, vma->vm_end);
		vma_unlink(mm, vma);
		*last = &vma->vm_rb;
		last = &vma->vm_rb.rb_right;
		*last = NULL;
	}
	free_hole_tables(&tlb, start, end);
	tlb_finish_mmu(&tlb);
	while (gone) {
		vma = rb_entry(gone, struct vm_area_struct, vm_rb);
		gone = gone->rb_right;
		vma_release(vma);
	}
}

void exit_mmap(struct mm_struct *mm)
{
	mmap_write_lock(mm);
	unmap_commit(mm, 0, TASK_SIZE);
	mmap_write_unlock(mm);
}

/* Unmapping [start, end) cuts one mapping into two: map_count grows. */
static bool punches_hole(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma = vma_lookup(mm, start);

	return vma && vma->vm_start < start && end < vma->vm_end;
}

static int check_range(unsigned long start, size_t len)
{
	if (!PAGE_ALIGNED(start) || start > TASK_SIZE || len > TASK_SIZE - start)
		return -EINVAL;
	return PAGE_ALIGN(len) ? 0 : -EINVAL;
}

static int munmap_locked(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct range_split rs;
	int err;

	if (!find_vma_intersection(mm, start, end))
		return 0;
	if (punches_hole(mm, start, end) && mm->map_count >= sysctl_max_map_count)
		return -ENOMEM;
	err = range_split_prepare(mm, start, end, &rs);
	if (err)
		return err;
	range_split_commit(mm, &rs);
	unmap_commit(mm, start, end);
	return 0;
}

/**
 * do_munmap() - remove all mappings of a range
 * @mm: the address space; its mmap_lock is taken
 * @start: page aligned
 * @len: in bytes, rounded up to pages
 *
 * Holes in the range are no error.
 *
 * Return: 0; -EINVAL (unaligned, empty, outside the user's half), -ENOMEM (no memory for a piece,
 * or too many mappings).
 */
int do_munmap(struct mm_struct *mm, unsigned long start, size_t len)
{
	int err = check_range(start, len);

	if (err)
		return err;
	mmap_write_lock(mm);
	err = munmap_locked(mm, start, start + PAGE_ALIGN(len));
	mmap_write_unlock(mm);
	return err;
}

/* --- where a mapping goes --- */

/**
 * get_unmapped_area() - choose or check the address of a new mapping
 * @mm: the address space; mmap_lock held
 * @addr: a wish; with MAP_FIXED or MAP_FIXED_NOREPLACE the place
 * @len: bytes, page aligned
 * @flags: MAP_*
 *
 * Return: the address; or -EINVAL (fixed and unaligned), -ENOMEM (no room), -EPERM (fixed, below
 * mmap_min_addr), -EEXIST (MAP_FIXED_NOREPLACE, and something is there).
 */
unsigned long get_unmapped_area(struct mm_struct *mm, unsigned long addr, unsigned long len,
				unsigned long flags)
{
	unsigned long hint = max(PAGE_ALIGN_DOWN(addr), mmap_min_addr), found;

	if (len > TASK_SIZE)
		return -ENOMEM;
	if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
		if (addr > TASK_SIZE - len)
			return -ENOMEM;
		if (!PAGE_ALIGNED(addr))
			return -EINVAL;
		if (addr < mmap_min_addr)
			return -EPERM;
		if ((flags & MAP_FIXED_NOREPLACE) && find_vma_intersection(mm, addr, addr + len))
			return -EEXIST;
		return addr;
	}
	if (flags & MAP_32BIT)
		found = vma_gap_search(mm, len, MAP_32BIT_LOW, MAP_32BIT_HIGH);
	else if (addr && hint <= TASK_SIZE - len && vma_range_free(mm, hint, hint + len))
		found = hint;
	else
		found = vma_gap_search(mm, len, mmap_min_addr, mm->mmap_base);
	if (!found && !(flags & MAP_32BIT))
		found = vma_gap_search(mm, len, mmap_min_addr, TASK_SIZE);
	return found ? found : -ENOMEM;
}

/* --- mapping --- */

/* One call of do_mmap(). */
struct map_request {
	struct file *file; /* NULL: anonymous and private */
	unsigned long addr, len, flags, pgoff;
	vm_flags_t vm_flags;
};

static vm_flags_t map_to_vm(unsigned long flags)
{
	return (flags & MAP_GROWSDOWN ? VM_GROWSDOWN : 0) | (flags & MAP_LOCKED ? VM_LOCKED : 0) |
	       (flags & MAP_NORESERVE ? VM_NORESERVE : 0);
}

/* Is the mapping shared? -errno if its type makes no sense. */
static int map_type(unsigned long flags)
{
	switch (flags & MAP_TYPE) {
	case MAP_PRIVATE:
		return 0;
	case MAP_SHARED:
		return 1;
	case MAP_SHARED_VALIDATE:
		return flags & ~(unsigned long)(LEGACY_MAP_MASK | MAP_FIXED_NOREPLACE) ? -EOPNOTSUPP
										       : 1;
	default:
		return -EINVAL;
	}
}

/* What the file allows: errors first, then r->vm_flags. */
static int decode_file(struct map_request *r, int shared)
{
	fmode_t mode = r->file->f_mode;

	if (!(mode & FMODE_READ))
		return -EACCES;
	if (shared && (r->vm_flags & VM_WRITE) && !(mode & FMODE_WRITE))
		return -EACCES;
	if (!r->file->f_op->mmap)
		return -ENODEV;
	if (r->vm_flags & VM_GROWSDOWN)
		return -EINVAL;
	if (!shared)
		return 0;
	r->vm_flags |= VM_SHARED | VM_MAYSHARE;
	if (!(mode & FMODE_WRITE))
		r->vm_flags &= ~(VM_MAYWRITE | VM_SHARED);
	return 0;
}

static int decode_anon(struct map_request *r, int shared)
{
	if (!shared)
		return 0;
	if ((r->vm_flags & VM_GROWSDOWN) || (r->flags & MAP_TYPE) != MAP_SHARED)
		return -EINVAL;
	r->vm_flags |= VM_SHARED | VM_MAYSHARE;
	r->pgoff = 0;
	return 0;
}

/* Everything about the request that does not depend on what is mapped already. */
static int decode_map(struct map_request *r, unsigned long prot)
{
	int shared = map_type(r->flags);

	if (!r->len || shared < 0)
		return shared < 0 ? shared : -EINVAL;
	if (r->flags & MAP_HUGETLB)
		return -EINVAL;
	r->len = PAGE_ALIGN(r->len);
	if (!r->len || r->len > TASK_SIZE)
		return -ENOMEM;
	if (r->pgoff + (r->len >> PAGE_SHIFT) < r->pgoff)
		return -EOVERFLOW;
	r->vm_flags =
		prot_to_vm(prot) | map_to_vm(r->flags) | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;
	return r->file ? decode_file(r, shared) : decode_anon(r, shared);
}

/* The VMA to be; NULL: out of memory. */
static struct vm_area_struct *make_vma(struct mm_struct *mm, const struct map_request *r)
{
	struct vm_area_struct *vma = vma_alloc(mm);

	if (!vma)
		return NULL;
	vma->vm_start = r->addr;
	vma->vm_end = r->addr + r->len;
	vma->vm_flags = r->vm_flags;
	vma->vm_page_prot = vm_get_page_prot(vma->vm_flags);
	vma->vm_pgoff = r->file ? r->pgoff : r->addr >> PAGE_SHIFT;
	return vma;
}

/* A mapping that its file refused: what ->mmap has put there goes, and then the mapping. */
static void undo_vma(struct vm_area_struct *vma)
{
	struct mmu_gather tlb;

	tlb_gather_mmu(&tlb, vma->vm_mm);
	user_pt_zap(&tlb, vma->vm_start, vma->vm_end);
	free_hole_tables(&tlb, vma->vm_start, vma->vm_end);
	tlb_finish_mmu(&tlb);
	fput(vma->vm_file);
	vma_discard(vma);
}

/* Its place is free, and it is in no tree. ->mmap may fill it. */
static int ask_file(struct vm_area_struct *vma, struct file *file)
{
	int err;

	if (!file)
		return 0;
	vma->vm_file = get_file(file);
	vma->vm_ops = &vma_no_ops;
	err = file->f_op->mmap(file, vma);
	if (err)
		undo_vma(vma);
	else
		vma_set_page_prot(vma);
	return err;
}

/* Room for `extra` more mappings? */
static bool map_count_allows(struct mm_struct *mm, int extra)
{
	return mm->map_count + extra <= sysctl_max_map_count;
}

static unsigned long map_locked(struct mm_struct *mm, struct map_request *r)
{
	struct vm_area_struct *vma;
	struct range_split rs;
	int err;

	/* Its last user has gone, and what is mapped now nobody would unmap. */
	if (!atomic_read(&mm->mm_users))
		return -EINVAL;
	r->addr = get_unmapped_area(mm, r->addr, r->len, r->flags);
	if (IS_ERR_VALUE(r->addr))
		return r->addr;
	if (!map_count_allows(mm, 1 + punches_hole(mm, r->addr, r->addr + r->len)))
		return -ENOMEM;
	err = range_split_prepare(mm, r->addr, r->addr + r->len, &rs);
	if (err)
		return err;
	vma = make_vma(mm, r);
	if (!vma) {
		range_split_cancel(&rs);
		return -ENOMEM;
	}
	range_split_commit(mm, &rs);
	if (find_vma_intersection(mm, r->addr, r->addr + r->len))
		unmap_commit(mm, r->addr, r->addr + r->len);
	err = ask_file(vma, r->file);
	if (err)
		return err;
	vma_link(mm, vma);
	vma_merge_neighbours(vma);
	return r->addr;
}

/* Fault [start, start + len) in; whatever can't be is left to the access. */
static void populate(struct mm_struct *mm, unsigned long start, unsigned long len)
{
	unsigned long end = start + len, addr;

	mmap_read_lock(mm);
	for (addr = start; addr < end; addr += PAGE_SIZE) {
		struct vm_area_struct *vma = vma_lookup(mm, addr);
		bool write = vma && (vma->vm_flags & (VM_WRITE | VM_SHARED)) == VM_WRITE;

		if (!vma || (handle_mm_fault(vma, addr, write ? FAULT_FLAG_WRITE : 0, NULL) &
			     VM_FAULT_ERROR))
			break;
	}
	mmap_read_unlock(mm);
}

/**
 * do_mmap() - make a mapping
 * @mm: the address space; its mmap_lock is taken
 * @file: what to map; not looked at with MAP_ANONYMOUS
 * @addr: a wish, or the place (MAP_FIXED, MAP_FIXED_NOREPLACE)
 * @len: in bytes, rounded up to pages
 * @prot: PROT_*
 * @flags: MAP_*
 * @pgoff: first page of the file
 *
 * Return: the address; or -EINVAL (length 0, no or an unknown type, unaligned and fixed,
 * MAP_HUGETLB, a file or shared memory that grows), -ENOMEM (too long, no room, too many mappings,
 * no memory), -EOVERFLOW (@pgoff + pages), -EBADF (no file), -EACCES (the file's mode), -ENODEV
 * (the file can't be mapped), -EEXIST, -EPERM, -EOPNOTSUPP (MAP_SHARED_VALIDATE), or what the
 * file's ->mmap says. After an error nothing has changed, unless it was ->mmap that refused: then
 * nothing is mapped where MAP_FIXED wanted it.
 */
unsigned long do_mmap(struct mm_struct *mm, struct file *file, unsigned long addr,
		      unsigned long len, unsigned long prot, unsigned long flags,
		      unsigned long pgoff)
{
	struct map_request r = { .addr = addr, .len = len, .flags = flags, .pgoff = pgoff };
	struct memfile *shm = NULL;
	unsigned long ret;
	int err;

	if (!(flags & MAP_ANONYMOUS)) {
		if (!file)
			return -EBADF;
		r.file = file;
	}
	err = decode_map(&r, prot);
	if (err)
		return err;
	if (!r.file && (r.vm_flags & VM_SHARED)) {
		shm = memfile_create("/dev/zero (deleted)", NULL, r.len);
		if (!shm)
			return -ENOMEM;
		r.file = &shm->file;
	}
	mmap_write_lock(mm);
	ret = map_locked(mm, &r);
	mmap_write_unlock(mm);
	if (shm)
		memfile_put(shm);
	if (!IS_ERR_VALUE(ret) && (flags & (MAP_POPULATE | MAP_LOCKED)))
		populate(mm, ret, r.len);
	return ret;
}

/**
 * vm_mmap() - do_mmap() on the running context's address space
 * @file: as do_mmap()
 * @addr: as do_mmap()
 * @len: as do_mmap()
 * @prot: as do_mmap()
 * @flag: MAP_*
 * @offset: first byte of the file, page aligned
 */
unsigned long vm_mmap(struct file *file, unsigned long addr, unsigned long len, unsigned long prot,
		      unsigned long flag, unsigned long offset)
{
	struct mm_struct *mm = current->mm;

	if (!mm || !PAGE_ALIGNED(offset))
		return -EINVAL;
	return do_mmap(mm, file, addr, len, prot, flag, offset >> PAGE_SHIFT);
}

/**
 * vm_munmap() - do_munmap() on the running context's address space
 * @start: as do_munmap()
 * @len: as do_munmap()
 */
int vm_munmap(unsigned long start, size_t len)
{
	struct mm_struct *mm = current->mm;

	return mm ? do_munmap(mm, start, len) : -EINVAL;
}

/* --- rights --- */

/* The owner's consent to other rights for its part of [start, end). */
static int owner_may_protect(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			     vm_flags_t access)
{
	if (!vma->vm_ops || !vma->vm_ops->mprotect)
		return 0;
	return vma->vm_ops->mprotect(vma, max(start, vma->vm_start), min(end, vma->vm_end),
				     (vma->vm_flags & ~VM_ACCESS_FLAGS) | access);
}

/* What any of the owners says. */
static int owners_may_protect(struct mm_struct *mm, unsigned long start, unsigned long end,
			      vm_flags_t access)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	int err = 0;

	for (; !err && vma && vma->vm_start < end; vma = vma_next(vma))
		err = owner_may_protect(vma, start, end, access);
	return err;
}

/*
 * -ENOMEM unless [start, end) is mapped without a hole; -EACCES if a mapping may never have these
 * rights.
 */
static int may_protect(struct mm_struct *mm, unsigned long start, unsigned long end,
		       vm_flags_t access)
{
	struct vm_area_struct *vma = vma_lookup(mm, start);

	while (vma) {
		if (access & ~(vma->vm_flags >> 4))
			return -EACCES;
		if (vma->vm_end >= end)
			return 0;
		start = vma->vm_end;
		vma = vma_lookup(mm, start);
	}
	return -ENOMEM;
}

static void protect_commit(struct mm_struct *mm, unsigned long start, unsigned long end,
			   vm_flags_t access)
{
	struct vm_area_struct *vma;

	while (start < end) {
		vma = vma_lookup(mm, start);
		start = vma->vm_end;
		if ((vma->vm_flags & VM_ACCESS_FLAGS) != access) {
			vma->vm_flags = (vma->vm_flags & ~VM_ACCESS_FLAGS) | access;
			vma_set_page_prot(vma);
			user_pt_protect(vma, vma->vm_start, vma->vm_end);
		}
		/* The result may reach further, into a mapping that has these rights already. */
		start = max(start, vma_merge_neighbours(vma)->vm_end);
	}
}

/*
 * Leave out what has these rights already at either end of the range, so that nothing is split to
 * no purpose. start >= end: nothing is left.
 */
static void trim_protect(struct mm_struct *mm, unsigned long *start, unsigned long *end,
			 vm_flags_t access)
{
	struct vm_area_struct *vma;

	while (*start < *end) {
		vma = vma_lookup(mm, *start);
		if ((vma->vm_flags & VM_ACCESS_FLAGS) != access)
			break;
		*start = vma->vm_end;
	}
	while (*start < *end) {
		vma = vma_lookup(mm, *end - 1);
		if ((vma->vm_flags & VM_ACCESS_FLAGS) != access)
			break;
		*end = vma->vm_start;
	}
}

static int protect_locked(struct mm_struct *mm, unsigned long start, unsigned long end,
			  vm_flags_t access)
{
	struct range_split rs;
	int err = may_protect(mm, start, end, access);

	if (err)
		return err;
	trim_protect(mm, &start, &end, access);
	if (start >= end)
		return 0;
	err = owners_may_protect(mm, start, end, access);
	if (!err)
		err = range_split_prepare(mm, start, end, &rs);
	if (err)
		return err;
	if (!map_count_allows(mm, !!rs.at_start + !!rs.at_end)) {
		range_split_cancel(&rs);
		return -ENOMEM;
	}
	range_split_commit(mm, &rs);
	protect_commit(mm, start, end, access);
	return 0;
}

/* PROT_GROWSDOWN: the range begins where the growing mapping does. */
static int grows_start(struct mm_struct *mm, unsigned long prot, unsigned long *start)
{
	struct vm_area_struct *vma = vma_lookup(mm, *start);

	if (!(prot & PROT_GROWSDOWN))
		return 0;
	if (!vma)
		return -ENOMEM;
	if (!(vma->vm_flags & VM_GROWSDOWN))
		return -EINVAL;
	*start = vma->vm_start;
	return 0;
}

/**
 * do_mprotect() - change the rights of a range
 * @mm: the address space; its mmap_lock is taken
 * @start: page aligned
 * @len: in bytes, rounded up to pages; 0 does nothing
 * @prot: PROT_READ, PROT_WRITE, PROT_EXEC; PROT_GROWSDOWN
 *
 * Return: 0; -EINVAL (unaligned, unknown or contradictory @prot, PROT_GROWSUP), -ENOMEM (a hole,
 * too many mappings, no memory), -EACCES (the file does not allow it), or what an owner's ->mprotect
 * says. After an error nothing has
 * changed; Linux may have changed what lies before a hole.
 */
int do_mprotect(struct mm_struct *mm, unsigned long start, size_t len, unsigned long prot)
{
	unsigned long end = start + PAGE_ALIGN(len);
	int err;

	if (!PAGE_ALIGNED(start) || (prot & PROT_GROWSUP) ||
	    (prot & ~(unsigned long)(PROT_ACCESS | PROT_SEM | PROT_GROWSDOWN)))
		return -EINVAL;
	if (!len)
		return 0;
	if (end <= start)
		return -ENOMEM;
	mmap_write_lock(mm);
	err = grows_start(mm, prot, &start);
	if (!err)
		err = protect_locked(mm, start, end, prot_to_vm(prot));
	mmap_write_unlock(mm);
	return err;
}

/* --- advice --- */

/*
 * The pages of [start, end) go; the mappings stay, and the next access finds zeroes or the file's
 * content.
 */
static int drop_pages(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma;
	struct mmu_gather tlb;
	int err = may_protect(mm, start, end, 0);

	for (vma = find_vma(mm, start); !err && vma && vma->vm_start < end; vma = vma_next(vma))
		if (vma->vm_flags & (VM_LOCKED | VM_PFNMAP))
			err = -EINVAL;
	if (err)
		return err;
	tlb_gather_mmu(&tlb, mm);
	user_pt_zap(&tlb, start, end);
	tlb_finish_mmu(&tlb);
	return 0;
}

/**
 * do_madvise() - say how a range will be used
 * @mm: the address space; its mmap_lock is taken for reading
 * @start: page aligned
 * @len: in bytes, rounded up to pages; 0 does nothing
 * @behavior: MADV_DONTNEED drops the pages; the hints MADV_NORMAL, RANDOM, SEQUENTIAL and WILLNEED
 *	are accepted
 *
 * Return: 0; -EINVAL (unaligned, unknown advice, MADV_DONTNEED on locked pages), -ENOMEM (a hole;
 * then nothing is dropped).
 */
int do_madvise(struct mm_struct *mm, unsigned long start, size_t len, int behavior)
{
	unsigned long end = start + PAGE_ALIGN(len);
	int err;

	if (!PAGE_ALIGNED(start) || behavior < MADV_NORMAL || behavior > MADV_DONTNEED ||
	    end < start || (len && end == start))
		return -EINVAL;
	if (!len)
		return 0;
	mmap_read_lock(mm);
	err = behavior == MADV_DONTNEED ? drop_pages(mm, start, end)
					: may_protect(mm, start, end, 0);
	mmap_read_unlock(mm);
	return err;
}

/* --- the heap --- */

static bool brk_grow(struct mm_struct *mm, unsigned long old_end, unsigned long new_end)
{
	struct map_request r = {
		.addr = old_end,
		.len = new_end - old_end,
		.flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
		.vm_flags = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC,
	};

	/* A page stays free behind it, and the guard of a stack above. */
	if (new_end > TASK_SIZE - PAGE_SIZE || !vma_range_free(mm, old_end, new_end + PAGE_SIZE))
		return false;
	return !IS_ERR_VALUE(map_locked(mm, &r));
}

/**
 * do_brk() - move the end of the heap
 * @mm: the address space; its mmap_lock is taken
 * @brk: where to; 0 (or anything below the heap's start) asks where it is
 *
 * Return: the end of the heap: @brk, or the old one if that could not be.
 */
unsigned long do_brk(struct mm_struct *mm, unsigned long brk)
{
	unsigned long old_end, new_end;
	bool moved = true;

	mmap_write_lock(mm);
	old_end = PAGE_ALIGN(mm->brk);
	new_end = PAGE_ALIGN(brk);
	if (brk < mm->start_brk || brk > TASK_SIZE)
		moved = false;
	else if (new_end < old_end)
		moved = munmap_locked(mm, new_end, old_end) == 0;
	else if (new_end > old_end)
		moved = brk_grow(mm, old_end, new_end);
	if (moved)
		mm->brk = brk;
	brk = mm->brk;
	mmap_write_unlock(mm);
	return brk;
}

/* --- growing stacks --- */

/**
 * expand_stack_locked() - grow a stack down to an address
 * @vma: with VM_GROWSDOWN; mmap_lock held for writing
 * @address: below it
 *
 * Return: 0; -EPERM below mmap_min_addr; -ENOMEM over the limit or too close to the mapping below.
 */
int expand_stack_locked(struct vm_area_struct *vma, unsigned long address)
{
	struct vm_area_struct *prev = vma_prev(vma);
	unsigned long start = PAGE_ALIGN_DOWN(address);

	mmap_assert_write_locked(vma->vm_mm);
	if (start < mmap_min_addr)
		return -EPERM;
	if (vma->vm_end - start > STACK_LIMIT)
		return -ENOMEM;
	if (prev && prev->vm_end > start)
		return -ENOMEM;
	if (prev && !(prev->vm_flags & VM_GROWSDOWN) && vma_is_accessible(prev) &&
	    start - prev->vm_end < stack_guard_gap)
		return -ENOMEM;
	vma->vm_pgoff -= (vma->vm_start - start) >> PAGE_SHIFT;
	vma_resize(vma, start, vma->vm_end);
	return 0;
}

/**
 * find_extend_vma_locked() - the mapping of an address, a stack grown for it
 * @mm: the address space; mmap_lock held for writing
 * @addr: the address
 *
 * Return: it, or NULL.
 */
struct vm_area_struct *find_extend_vma_locked(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = find_vma(mm, addr);

	if (!vma || vma->vm_start <= addr)
		return vma;
	if (!(vma->vm_flags & VM_GROWSDOWN) || expand_stack_locked(vma, addr))
		return NULL;
	return vma_merge_neighbours(vma);
}

/* --- showing --- */

#define MAPS_NAME_COLUMN 73

static const char *maps_name(struct mm_struct *mm, struct vm_area_struct *vma)
{
	if (vma->vm_file)
		return vma->vm_file->f_name;
	if (vma->vm_ops && vma->vm_ops->name)
		return vma->vm_ops->name(vma);
	if (vma->vm_start < mm->brk && vma->vm_end > mm->start_brk)
		return "[heap]";
	if (vma->vm_start <= mm->start_stack && mm->start_stack < vma->vm_end)
		return "[stack]";
	return NULL;
}

static void maps_line(struct vm_area_struct *vma, char *buf, size_t size)
{
	vm_flags_t f = vma->vm_flags;
	const char *name = maps_name(vma->vm_mm, vma);
	u64 offset = vma->vm_file ? (u64)vma->vm_pgoff << PAGE_SHIFT : 0;
	size_t n;

	n = scnprintf(buf, size, "%08lx-%08lx %c%c%c%c %08llx 00:00 0 ", vma->vm_start, vma->vm_end,
		      f & VM_READ ? 'r' : '-', f & VM_WRITE ? 'w' : '-', f & VM_EXEC ? 'x' : '-',
		      f & VM_MAYSHARE ? 's' : 'p', offset);
	if (!name)
		return;
	while (n < MAPS_NAME_COLUMN && n + 1 < size)
		buf[n++] = ' ';
	scnprintf(buf + n, size - n, "%s", name);
}

/**
 * mm_maps_show() - the mappings in the layout of /proc/PID/maps
 * @mm: the address space; its mmap_lock is taken for reading
 * @line: gets each line, without its newline
 */
void mm_maps_show(struct mm_struct *mm, void (*line)(const char *text))
{
	char buf[MAPS_NAME_COLUMN + 80];
	struct vm_area_struct *vma;

	mmap_read_lock(mm);
	for_each_mm_vma(mm, vma)
	{
		maps_line(vma, buf, sizeof(buf));
		line(buf);
	}
	mmap_read_unlock(mm);
}
