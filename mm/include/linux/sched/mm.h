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
#include <linux/mm_vma.h>

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

#endif
