/* SPDX-License-Identifier: MIT */
/* Traps and interrupts of x86_64, as the other files of arch/x86_64 see them. */
#ifndef X86_IDT_H
#define X86_IDT_H

#include <asm/ptrace.h>

/*
 * Task-state-segment stacks (IST numbers) of the traps that must not trust the stack they
 * interrupt.
 */
#define IST_DF	1
#define IST_NMI 2
#define IST_MC	3

#define KERNEL_CS 0x08

#define X86_TRAP_DE  0
#define X86_TRAP_DB  1
#define X86_TRAP_NMI 2
#define X86_TRAP_BP  3
#define X86_TRAP_OF  4
#define X86_TRAP_DF  8
#define X86_TRAP_TS  10
#define X86_TRAP_NP  11
#define X86_TRAP_SS  12
#define X86_TRAP_GP  13
#define X86_TRAP_PF  14
#define X86_TRAP_AC  17
#define X86_TRAP_MC  18

#define FIRST_IRQ_VECTOR 32
#define NR_VECTORS	 256

/*
 * From now on `fn` runs, interrupts off, when `vector` (32 … 255) arrives. NULL takes the handler
 * away.
 */
void irq_set_handler(u8 vector, void (*fn)(struct pt_regs *regs), const char *name);

/* How often `vector` arrived since boot. */
unsigned long irq_count(u8 vector);

/* From entry.asm. */
void trap_dispatch(struct pt_regs *regs);
void irq_dispatch(struct pt_regs *regs);

#endif
