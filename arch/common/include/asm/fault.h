/* SPDX-License-Identifier: MIT */
/*
 * Contract: faults. arch decodes, mm/ decides.
 *
 * Entered from below: mm_handle_fault() is defined by mm/ and called by arch for every access that
 * the tables did not allow. trap_report() is defined by lib/report and called for every trap that
 * nobody resolved.
 */
#ifndef ASM_FAULT_H
#define ASM_FAULT_H

#include <linux/types.h>

struct pt_regs;

#define FAULT_PROT	  (1u << 0) /* an entry forbade the access (else: there was none) */
#define FAULT_WRITE	  (1u << 1)
#define FAULT_EXEC	  (1u << 2)
#define FAULT_USER_MODE	  (1u << 3) /* the access came from ring 3 */
#define FAULT_RSVD	  (1u << 4) /* an entry is malformed */
#define FAULT_USER_ACCESS (1u << 5) /* a user-access function, with access enabled */
#define FAULT_FIXUP	  (1u << 6) /* some fix-up covers this instruction */

struct mem_fault {
	unsigned long addr;
	unsigned int flags;
	unsigned long ip;
	struct pt_regs *regs;
};

/*
 * Resolve `f` (true: retry the access) or decline. Context: the faulting one; may not sleep unless
 * it could. mm/ implements this.
 */
bool mm_handle_fault(const struct mem_fault *f);

struct trap_info {
	const char *name;     /* "page fault", "divide error", … */
	const char *mnemonic; /* "#PF" */
	char detail[160];     /* the error code in words */
	unsigned long addr;   /* address that could not be accessed, if has_addr */
	unsigned long base;   /* the pointer that led near NULL, if has_base: addr is at an offset from it */
	bool has_addr, has_base;
	bool write, exec, user_mode, protection;
	bool non_canonical;  /* addr was decoded from the instruction, the CPU gave none */
	bool stack_overflow; /* the stack ran into its guard page */
	bool resume;	     /* execution goes on behind the trap: breakpoint, debug, NMI */
	bool irqs_off;	     /* they were, where it struck */
	unsigned long ip, sp, bp;
	unsigned long error_code;
	struct pt_regs *regs;
};

/* Report a trap that nothing resolved. Returns only if t->resume. lib/report implements this. */
void trap_report(const struct trap_info *t);

/* Print the registers, one %s line each, through `line`. */
void regs_show(const struct pt_regs *regs, void (*line)(const char *text));

#endif
