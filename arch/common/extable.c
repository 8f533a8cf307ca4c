// SPDX-License-Identifier: MIT
/*
 * Instructions that may fault.
 *
 * A fault-tolerant access (a port's uaccess.asm or uaccess.c, byte_is()) is an ordinary instruction
 * whose address stands in the section __ex_table together with the place to go on when it faults.
 * Nothing is checked before the access and nothing is paid for it: the table is only read by the
 * handlers of #PF, #GP and #SS, after the trap.
 *
 *	__ex_table_start                                                     __ex_table_end
 *	| insn, fixup, type | insn, fixup, type | …                                       |
 *
 * I1  Each entry names an instruction in the kernel's text, and its fix-up lies in the text too.
 * I2  No instruction has two entries, so the order of the table doesn't matter.
 *
 * The search is linear. The table has an entry for each such instruction and each place that uses
 * byte_is() (about two dozen), a lookup follows a trap that costs hundreds of cycles anyway, and a
 * linear search needs neither a sort of data that should stay read-only nor a rule about link
 * order. Contexts: any, NMI included; nothing is written.
 */
#include "extable.h"

extern const struct extable_entry __ex_table_start[], __ex_table_end[];

static unsigned long entry_insn(const struct extable_entry *e)
{
	return (unsigned long)&e->insn + e->insn;
}

static unsigned long entry_fixup(const struct extable_entry *e)
{
	return (unsigned long)&e->fixup + e->fixup;
}

/**
 * extable_find - look an instruction up
 * @ip: address of the instruction that trapped
 *
 * Return: its entry, or NULL if it was not expected to fault.
 */
const struct extable_entry *extable_find(unsigned long ip)
{
	const struct extable_entry *e;

	for (e = __ex_table_start; e < __ex_table_end; e++)
		if (entry_insn(e) == ip)
			return e;
	return NULL;
}

/**
 * extable_fixup - go on behind a fault that was foreseen
 * @regs: the trap; only its ip changes
 *
 * Return: true if the trap is dealt with, false if nothing covers the instruction.
 */
bool extable_fixup(struct pt_regs *regs)
{
	const struct extable_entry *e = extable_find(regs->ip);

	if (!e)
		return false;
	regs->ip = entry_fixup(e);
	return true;
}
