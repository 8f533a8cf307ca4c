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

#endif
