// SPDX-License-Identifier: MIT
/*
 * Address spaces: made, used, left, taken apart.
 *
 * 1. Model. An mm_struct owns a root table, a tree of mappings (vma.c) and what their pages and
 *    tables take. Two counts:
 *
 *	mm_users	those who use the mappings; the last mmput() unmaps everything (exit_mmap)
 *	mm_count	those who need the structure and its root; all users together are one; the last mmdrop() frees both
 *
 * 2. current->mm is the address space of the running task. It is set and cleared by kthread_use_mm()
 *    and kthread_unuse_mm(), which also switch the tables, as the scheduler does by mm_switch(). A task that lost its users under it
 *    (somebody else's mmput) goes on with an empty address space: its structure and root stay until
 *    it lets go.
 *
 * 3. Invariants
 *    I1  the kernel half of every root is the kernel's (pt_root_init()); this code writes the user
 *        half only;
 *    I2  while interrupts are on, current->mm is NULL exactly when the CPU walks no user tables, and holds one mm_count
 *        while it isn't;
 *    I3  mm_users > 0 implies mm_count > 0; at mm_users 0 there is no mapping and no table below
 *        the root.
 *
 * 4. Layout, with Linux's numbers: new mappings go below mmap_base, 128 MiB under the top, the room
 *    above it is for a stack (its limit, 8 MiB, is far below, so the clamp of Linux's formula
 *    decides); the heap starts at two thirds of the address space, where Linux puts the image of a
 *    position-independent program, until a loader says where a program's data ends. Nothing is
 *    randomised: addresses in a test run repeat.
 *
 * 5. Locks: none here; the counts are atomic. mmput() takes mmap_lock. Context: may sleep, but
 *    mmgrab() and mmget() go anywhere.
 */
#include <asm/irqflags.h>
#include <asm/pgtable.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <quarry/assert.h>
#include "internal.h"
#include "vma.h"

#define STACK_ROOM (128UL << 20)
#define MMAP_BASE  (TASK_SIZE - STACK_ROOM)
#define HEAP_START PAGE_ALIGN_DOWN(TASK_SIZE / 3 * 2)

static struct kmem_cache *mm_cache;

/**
 * vma_init() - make the caches of this layer
 *
 * Called once by mm_init(), after kmalloc works.
 */
void vma_init(void)
{
	mm_cache = KMEM_CACHE(mm_struct, SLAB_PANIC | SLAB_ACCOUNT);
	vma_caches_init();
}

static bool mm_init_root(struct mm_struct *mm)
{
	phys_addr_t root = table_alloc_user();

	if (!root)
		return false;
	mm->pgd = __va(root);
	pt_root_init(mm->pgd);
	return true;
}

/**
 * mm_alloc() - a new, empty address space
 *
 * Return: it, with the caller as its one user; NULL: out of memory.
 */
struct mm_struct *mm_alloc(void)
{
	struct mm_struct *mm = kmem_cache_zalloc(mm_cache, GFP_KERNEL | __GFP_NOWARN);

	if (!mm)
		return NULL;
	if (!mm_init_root(mm)) {
		kmem_cache_free(mm_cache, mm);
		return NULL;
	}
	mm->mm_rb = RB_ROOT;
	atomic_set(&mm->mm_users, 1);
	atomic_set(&mm->mm_count, 1);
	init_rwsem(&mm->mmap_lock);
	spin_lock_init(&mm->page_table_lock);
	mm->mmap_base = MMAP_BASE;
	mm->start_brk = mm->brk = HEAP_START;
	return mm;
}

/**
 * mmput() - stop using an address space
 * @mm: after it, the caller's no more; the last user's call unmaps everything
 */
void mmput(struct mm_struct *mm)
{
	if (!atomic_dec_and_test(&mm->mm_users))
		return;
	exit_mmap(mm);
	mmdrop(mm);
}

/* The last reference is gone. */
void __mmdrop(struct mm_struct *mm)
{
	assert(RB_EMPTY_ROOT(&mm->mm_rb) && mm->nr_tables == 0);
	assert(current->mm != mm);
	assert(cpumask_empty(&mm->cpus));
	table_free_user(mm->pgd);
	kmem_cache_free(mm_cache, mm);
}

/**
 * kthread_use_mm() - let the running context access an address space
 * @mm: the caller is a user of it
 *
 * User accesses (linux/uaccess.h) go to @mm from now on, and fault its pages in. Precondition: the
 * context has none yet.
 */
void kthread_use_mm(struct mm_struct *mm)
{
	unsigned long flags;

	if (WARN_ON(current->mm))
		return;
	mmgrab(mm);
	local_irq_save(flags);
	current->mm = mm;
	pt_switch(mm->pgd, &mm->cpus);
	local_irq_restore(flags);
}

/**
 * kthread_unuse_mm() - the reverse of kthread_use_mm()
 * @mm: what was passed to it
 */
void kthread_unuse_mm(struct mm_struct *mm)
{
	unsigned long flags;

	if (WARN_ON(current->mm != mm))
		return;
	local_irq_save(flags);
	pt_switch(NULL, NULL);
	current->mm = NULL;
	local_irq_restore(flags);
	mmdrop(mm);
}

/**
 * mm_switch() - the tables follow the task that the CPU goes on with
 * @next: its address space, or NULL
 *
 * Context: the scheduler's switch, interrupts off.
 */
void mm_switch(struct mm_struct *next)
{
	if (next)
		pt_switch(next->pgd, &next->cpus);
	else
		pt_switch(NULL, NULL);
}
