/* SPDX-License-Identifier: MIT */
/* Which memory an instruction was about to touch. */
#ifndef ARCH_INSN_H
#define ARCH_INSN_H

#include <asm/ptrace.h>

#define MAX_INSN_SIZE 15

/*
 * Decode the instruction in `bytes` (n of them readable) as it would run with `regs`.
 * True: it has a memory operand at *ea, *size bytes long, written to if *write. A size of 0 means
 * that *ea is where control would have gone. A segment base (FS, GS) is not added. False: no memory
 * operand, or an instruction that the decoder doesn't know.
 */
bool insn_mem_operand(const struct pt_regs *regs, const u8 *bytes, size_t n, unsigned long *ea,
		      unsigned int *size, bool *write);

/*
 * The pointer that the instruction at regs->ip used: the register whose value goes into its operand's
 * address as it is; of two the first in the order of struct pt_regs. False: there is none, or the
 * instruction can't be read. A few hundred instructions; any context.
 */
bool insn_base(const struct pt_regs *regs, unsigned long *base);

#endif
