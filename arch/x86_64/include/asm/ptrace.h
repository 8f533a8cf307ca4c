/* SPDX-License-Identifier: MIT */
/*
 * Contract: the registers of a trap or interrupt, in the order in which entry.asm leaves them on
 * the stack.
 *
 * Field names are Linux's. `vector` is Quarry's own: every entry goes through one path, so the
 * number travels in the frame. Code outside arch/ reads them only through asm/fault.h and
 * asm/stack.h.
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
	unsigned long orig_ax; /* the error code; 0 where the CPU pushes none */
	unsigned long ip, cs, flags, sp, ss;
};

#define X86_EFLAGS_TF (1UL << 8)
#define X86_EFLAGS_AC (1UL << 18)

/* Did the trap come from ring 3? */
static inline bool user_mode(const struct pt_regs *regs)
{
	return (regs->cs & 3) == 3;
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
