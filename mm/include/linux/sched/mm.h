/* SPDX-License-Identifier: MIT */
/*
 * Lifetime of address spaces, and which one the running context uses. Theory in mm/mm_struct.c.
 *
 * mm_users counts who uses the mappings; the last mmput() unmaps everything. mm_count counts who
 * needs the structure, all users together holding one; the last mmdrop() frees it and the root
 * table.
 */
#ifndef LINUX_SCHED_MM_H
#define LINUX_SCHED_MM_H

#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/mm_vma.h>
#include <linux/sched.h>

struct mm_struct *mm_alloc(void);
void mmput(struct mm_struct *mm);
void __mmdrop(struct mm_struct *mm);

/* Another user. Precondition: the caller is one. */
static inline void mmget(struct mm_struct *mm)
{
	atomic_inc(&mm->mm_users);
}

/* Another user, unless there is none any more. */
static inline bool mmget_not_zero(struct mm_struct *mm)
{
	return atomic_inc_not_zero(&mm->mm_users);
}

static inline void mmgrab(struct mm_struct *mm)
{
	atomic_inc(&mm->mm_count);
}

static inline void mmdrop(struct mm_struct *mm)
{
	if (atomic_dec_and_test(&mm->mm_count))
		__mmdrop(mm);
}

/* Lend the running context an address space, and take it back. */
void kthread_use_mm(struct mm_struct *mm);
void kthread_unuse_mm(struct mm_struct *mm);

/* The scheduler's: the CPU goes on with a task whose address space is `next`, or which has none. */
void mm_switch(struct mm_struct *next);

/*
 * --- scopes ---
 *
 * In between save and restore, all allocations of the task do without what the scope forbids,
 * whatever flags their callers pass: noio starts no I/O, nofs calls no file system, noreclaim
 * doesn't reclaim and may use the reserves. Scopes nest. Context: task.
 */
static inline unsigned int __memalloc_save(unsigned int flag)
{
	unsigned int had = current->flags & flag;

	current->flags |= flag;
	return had;
}

static inline void __memalloc_restore(unsigned int flag, unsigned int had)
{
	current->flags = (current->flags & ~flag) | had;
}

#define __MEMALLOC_SCOPE(name, flag)                                    \
	static inline unsigned int memalloc_##name##_save(void)         \
	{                                                               \
		return __memalloc_save(flag);                           \
	}                                                               \
	static inline void memalloc_##name##_restore(unsigned int flags) \
	{                                                               \
		__memalloc_restore(flag, flags);                        \
	}

__MEMALLOC_SCOPE(noio, PF_MEMALLOC_NOIO)
__MEMALLOC_SCOPE(nofs, PF_MEMALLOC_NOFS)
__MEMALLOC_SCOPE(noreclaim, PF_MEMALLOC)

/* What flags come to in the scopes that the task is in: noio implies nofs. */
static inline gfp_t current_gfp_context(gfp_t gfp)
{
	unsigned int flags = READ_ONCE(current->flags);

	if (flags & PF_MEMALLOC_NOIO)
		gfp &= ~(__GFP_IO | __GFP_FS);
	else if (flags & PF_MEMALLOC_NOFS)
		gfp &= ~__GFP_FS;
	return gfp;
}

/* Debug builds: inside reclaim, or as if; whoever allocates under a lock taken here is reported. */
#ifdef QUARRY_DEBUG
void fs_reclaim_acquire(gfp_t gfp);
void fs_reclaim_release(gfp_t gfp);
#else
static inline void fs_reclaim_acquire(gfp_t gfp)
{
}

static inline void fs_reclaim_release(gfp_t gfp)
{
}
#endif

#endif
