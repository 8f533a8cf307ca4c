/* SPDX-License-Identifier: MIT */
/*
 * Contract: the registers of a trap or interrupt, in the order in which the signal handler leaves
 * them on the interrupted stack (struct host_frame in host.h).
 *
 * Field names are Linux's, the layout is arch/x86_64's. Code outside arch/ reads them only through
 * asm/fault.h and asm/stack.h.
 */
#ifndef ASM_PTRACE_H
#define ASM_PTRACE_H

#include <linux/types.h>

struct pt_regs {
	unsigned long r15, r14, r13, r12;
	unsigned long bp, bx;
	unsigned long r11, r10, r9, r8;
	unsigned long ax, cx, dx, si, di;
	unsigned long vector;
	unsigned long orig_ax; /* the error code */
	unsigned long ip, cs, flags, sp, ss;
};

/* The whole of Quarry runs in ring 3 here; there are no programs below it yet. */
static inline bool user_mode(const struct pt_regs *regs)
{
	return false;
}

static inline unsigned long instruction_pointer(const struct pt_regs *regs)
{
	return regs->ip;
}

static inline unsigned long kernel_stack_pointer(const struct pt_regs *regs)
{
	return regs->sp;
}

#endif
