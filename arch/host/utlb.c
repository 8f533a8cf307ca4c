// SPDX-License-Identifier: MIT
/*
 * What a CPU remembers of user addresses: a TLB in software for user access by hand (uaccess.c).
 *
 * 1. Model. Each CPU has UTLB_SIZE places. An entry is a page of the current root and its leaf as
 *    it was when the walker read it (tlb.c); a page has one place, chosen by a hash of its address
 *    and the run's seed, and whatever was there before makes room. So nobody can count on an entry
 *    staying, and nothing but what follows makes one go:
 *
 *	a flush that covers the page, on this CPU or any other		utlb_flush()
 *	another root								utlb_forget_all()
 *	an access that it forbids, which is a fault			as a CPU does
 *	another page of the same place
 *
 *    Whoever changes a table and forgets the flush sees the old page, with the old rights.
 *
 *	entry			read		write
 *	----------------	-----------	------------------------------------------
 *	none			walk		walk
 *	writable, dirty		goes through	goes through
 *	writable, clean		goes through	walk: the table's entry must become dirty
 *	read-only		goes through	fault, though the table may allow it by now
 *
 *    The last one is the spurious fault that mm_handle_fault() must bear: more rights need no
 *    flush. Entries without access are not remembered. A page of a large leaf has an entry of its
 *    own.
 *
 * 2. An access is one step, from the look-up to the last byte of the page: between utlb_enter()
 *    and utlb_leave() the CPU holds its table. A flush takes each table in turn, so it returns only
 *    when no CPU is in the midst of an access by what is flushed. That is what a machine does by
 *    waiting for every CPU's answer, between two instructions, and what makes it right to free
 *    pages and tables after a flush.
 *
 * Invariants
 * I1  an entry in use: some walk since the last flush of its page, under the current root, found
 *     its leaf present, for the user, and marked it accessed (dirty, if the entry is).
 * I2  the entry of a page stands in its place or nowhere.
 *
 * Locks: utlb.held, with interrupts off; a holder takes no other one, though it may fill kernel
 * addresses in (tlb.c, in the signal handler). Contexts: any. Cost: a look-up O(1), a flush of user
 * addresses UTLB_SIZE steps a CPU, one of kernel addresses nothing.
 */
#include <asm/atomic.h>
#include <asm/barrier.h>
#include <asm/irqflags.h>
#include <asm/page.h>
#include <asm/percpu.h>
#include <asm/pgtable.h>
#include <linux/cpumask.h>
#include "host.h"
#include "kernel.h"

#define UTLB_BITS 8
#define UTLB_SIZE (1u << UTLB_BITS)
#define IN_USE	  1UL /* in the low bits of utlb_entry.page, which is a page's address */

struct utlb_entry {
	unsigned long page; /* | IN_USE */
	struct user_leaf leaf;
};

struct utlb {
	u32 held;
	bool inside; /* by this CPU, for an access */
	struct utlb_entry entries[UTLB_SIZE];
};

static DEFINE_PER_CPU(struct utlb, utlb);

static void hold(struct utlb *t)
{
	while (xchg(&t->held, 1))
		cpu_relax();
}

static void let_go(struct utlb *t)
{
	smp_store_release(&t->held, 0);
}

static struct utlb_entry *place_of(struct utlb *t, unsigned long va)
{
	unsigned long key = (va >> PAGE_SHIFT ^ host_seed) * 0x9e3779b97f4a7c15UL;

	return &t->entries[key >> (64 - UTLB_BITS)];
}

static bool holds(const struct utlb_entry *e, unsigned long va)
{
	return e->page == ((va & PAGE_MASK) | IN_USE);
}

/* Section 1's table: can the access go on without a walk? */
static bool serves(const struct utlb_entry *e, unsigned long va, bool write)
{
	if (!holds(e, va))
		return false;
	return !write || !pte_write(e->leaf.e) || pte_dirty(e->leaf.e);
}

/* May the access be made? *present for the error code. On refusal nothing of the page is kept. */
static bool look_up(struct utlb_entry *e, unsigned long va, bool write, bool *present)
{
	if (!serves(e, va, write)) {
		e->page = 0;
		if (!walk_user(va, write, &e->leaf, present))
			return false;
		e->page = (va & PAGE_MASK) | IN_USE;
	}
	*present = true;
	if (write && !pte_write(e->leaf.e))
		e->page = 0;
	return e->page;
}

void *utlb_enter(unsigned long va, bool write, bool *present, unsigned long *irqs)
{
	struct utlb_entry *e;
	struct utlb *t;

	local_irq_save(*irqs);
	t = this_cpu_ptr(&utlb);
	hold(t);
	t->inside = true;
	if (va >= KERNEL_START) { /* nobody looked: the access goes where the address leads */
		*present = true;
		return (void *)va;
	}
	e = place_of(t, va);
	if (look_up(e, va, write, present))
		return __va(e->leaf.phys + (va & ~PAGE_MASK));
	utlb_leave(*irqs);
	return NULL;
}

void utlb_leave(unsigned long irqs)
{
	struct utlb *t = this_cpu_ptr(&utlb);

	t->inside = false;
	let_go(t);
	local_irq_restore(irqs);
}

bool utlb_hold(unsigned long *irqs)
{
	struct utlb *t;

	local_irq_save(*irqs);
	t = this_cpu_ptr(&utlb);
	if (t->inside) {
		local_irq_restore(*irqs);
		return false;
	}
	hold(t);
	t->inside = true;
	return true;
}

static void forget(struct utlb *t, unsigned long start, unsigned long end)
{
	hold(t);
	for (unsigned int i = 0; i < UTLB_SIZE; i++) {
		unsigned long page = t->entries[i].page & PAGE_MASK;

		if (page >= start && page < end)
			t->entries[i].page = 0;
	}
	let_go(t);
}

void utlb_flush(unsigned long start, unsigned long end, const struct cpumask *cpus)
{
	unsigned long irqs;
	unsigned int cpu;

	if (start >= TASK_SIZE)
		return;
	local_irq_save(irqs);
	for_each_possible_cpu(cpu) {
		if (!cpus || cpumask_test_cpu(cpu, cpus))
			forget(per_cpu_ptr(&utlb, cpu), start & PAGE_MASK, end);
	}
	local_irq_restore(irqs);
}

void utlb_forget_all(void)
{
	unsigned long irqs;

	local_irq_save(irqs);
	forget(this_cpu_ptr(&utlb), 0, TASK_SIZE);
	local_irq_restore(irqs);
}
