/* SPDX-License-Identifier: MIT */
/* Contract: stacks, traces, and the way back out of a fault that a test provoked. */
#ifndef ASM_STACK_H
#define ASM_STACK_H

#include <linux/types.h>
#include <linux/compiler.h>

struct pt_regs;

/*
 * The kernel stack that holds `addr` (of any CPU, IST stacks included); false: none does. `name`
 * says which.
 */
bool stack_bounds(unsigned long addr, unsigned long *low, unsigned long *high, const char **name);

/* Is `addr` inside a stack's guard page? `name` says whose. */
bool stack_guard_hit(unsigned long addr, const char **name);

/*
 * Return addresses from the caller (regs NULL) or from a trap's registers; never faults; returns
 * how many. `skip` drops the innermost.
 */
unsigned int stack_trace_save(unsigned long *ips, unsigned int max, unsigned int skip,
			      const struct pt_regs *regs);

/* Of a trace's addresses: behind this one the interrupted code's begin. */
bool stack_irq_entry(unsigned long ip);

/*
 * Do [addr, addr + n), on the running stack, lie among what one function keeps there, between two frames'
 * saved words? Not what lies below the frames in use. True also if that can't be told: behind the last frame.
 */
bool stack_frame_holds(unsigned long addr, unsigned long n);

/*
 * What is in use of all kernel stacks: visit() is called for each part [from, to), whose words are
 * what threads and CPUs have in their registers and frames. on[cpu] is an address on the stack that
 * CPU `cpu`, below `nr`, is on; of that stack the part from there on is in use, of a thread's that
 * does not run the part from where its registers wait. Precondition: no CPU switches threads, and none
 * makes or ends one, until it returns. Never faults on what it reads itself; O(stacks * nr).
 */
void stacks_in_use(const unsigned long *on, unsigned int nr,
		   void (*visit)(unsigned long from, unsigned long to, void *arg), void *arg);

/*
 * A place to come back to. recovery_save() returns 0 when it saves and 1 when recovery_jump() comes
 * back to it. The jump may leave a trap handler, an IST stack included; interrupts are as they were
 * at the save.
 */
struct recovery {
	unsigned long regs[10]; /* as many as a port needs */
};
int recovery_save(struct recovery *r) __attribute__((returns_twice));
void recovery_jump(struct recovery *r) __noreturn;

#endif
