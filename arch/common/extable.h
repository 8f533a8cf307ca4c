/* SPDX-License-Identifier: MIT */
/*
 * The table of instructions that may fault, written by a port's uaccess file and by byte_is()
 * (asm/extable.h), read by the trap handlers.
 */
#ifndef ARCH_EXTABLE_H
#define ARCH_EXTABLE_H

#include <asm/ptrace.h>

#define EX_KERNEL 1 /* kernel addresses only: never offered to the address space */
#define EX_USER	  2 /* an access to user memory: may be paged in */

/*
 * Each address is kept as its distance from the field itself, which fits 32 bits and needs no
 * relocation.
 */
struct extable_entry {
	s32 insn;
	s32 fixup;
	s32 type;
};

/* The entry of the instruction at `ip`, or NULL. */
const struct extable_entry *extable_find(unsigned long ip);

/* Send `regs` to the fix-up of its instruction. False: there is none. */
bool extable_fixup(struct pt_regs *regs);

#endif
