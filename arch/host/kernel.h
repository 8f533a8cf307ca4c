/* SPDX-License-Identifier: MIT */
/* What the kernel half's files offer each other. Private to arch/host. */
#ifndef HOST_KERNEL_H
#define HOST_KERNEL_H

#include <asm/pgtable.h>
#include <linux/compiler.h>
#include <linux/types.h>

struct cpumask;
struct pt_regs;
struct recovery;

#define X86_EFLAGS_IF (1UL << 9) /* in a trap's frame: interrupts were on (traps.c) */

/* tlb.c: a page of user memory as the tables say it is. */
struct user_leaf {
	phys_addr_t phys; /* of the page */
	pte_t e;
};

/*
 * Translate a user address through the current root as an access would, accessed and dirty set.
 * False: not allowed; `present` says whether the page is there at all.
 */
bool walk_user(unsigned long va, bool write, struct user_leaf *leaf, bool *present);

/*
 * utlb.c: begin an access to the user's page at `va`; where its byte is in the direct map. Until
 * utlb_leave() no flush passes, and interrupts are off. NULL: a fault, and nothing has begun;
 * `present` says whether the page is there at all. Nothing in between may sleep or flush.
 */
void *utlb_enter(unsigned long va, bool write, bool *present, unsigned long *irqs);
void utlb_leave(unsigned long irqs);
/* The same for a walk alone, until utlb_leave(). False: this CPU is between the two already. */
bool utlb_hold(unsigned long *irqs);
/* What tlb.c's flushes do for user addresses; what pt_switch() does. */
void utlb_flush(unsigned long start, unsigned long end, const struct cpumask *cpus);
void utlb_forget_all(void);

/*
 * Set accessed (and dirty) in the entry that was `*seen` a moment ago, and in `*seen`. False: it is
 * another by now, and stays what it is.
 */
bool entry_mark_used(pte_t *slot, pte_t *seen, bool write);

/* Is any address, user or kernel, mapped with some access? For error codes. */
bool walk_present(unsigned long va);

/* tlb.c: how many entries there are, and may be. */
#define TLB_SIZE 8192
unsigned int tlb_entries(void);

/* tlb.c: take a page out of the image, for good. */
void image_unmap_page(unsigned long va);

/*
 * cpu.c: make the CPUs' stacks known: kstacks[2 * cpu], and behind it the one that its overflows
 * are reported on.
 */
void stacks_init(void);

/* smp.c: another CPU wants something: a call, or that this one stops. Interrupts off. */
void smp_call_interrupt(void);

/* smp.c, called from entry.S: another CPU begins. */
void cpu_main(unsigned int cpu) __noreturn;

/* traps.c: the address of the last page fault, what a CPU keeps in CR2. */
unsigned long last_fault_addr(void);

/* entry.S: recovery_jump() as such. */
void host_jump(struct recovery *r) __noreturn;

/* tlb.c: the pages of [low, high), mapped by the tables for good, never leave the TLB until tlb_unwire(). */
int tlb_wire(unsigned long low, unsigned long high);
void tlb_unwire(unsigned long low, unsigned long high);

/* entry.S: to the stack at *to; the way back is kept in *from. */
void host_switch(unsigned long *from, unsigned long *to);

/* traps.c, called from entry.S. */
void trap_dispatch(struct pt_regs *regs);

#endif
