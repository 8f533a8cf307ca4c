// SPDX-License-Identifier: MIT
/*
 * Exceptions: what the CPU could not do, put into words.
 *
 *	#PF ─► mm_handle_fault() ── resolved ──────────────► retry the access
 *	              │ declined
 *	#GP, #SS ─────┴─► exception table ── has a fix-up ──► go on there
 *	                        │ none
 *	the others ─────────────┴─► struct trap_info ─► trap_report(): recovery or panic
 *
 * This file decodes and decides nothing: mm/ says what a page fault means, lib/report what becomes
 * of a trap that nobody resolved. Each exception has a row in traps[]: name, mnemonic, what its
 * error code is, and a function where it needs one.
 *
 * I1  The address of a page fault is read before interrupts go on again: another fault would
 *     overwrite it.
 * I2  mm_handle_fault() runs with interrupts as they were at the access, so it may sleep exactly
 *     where the access might have.
 * I3  FAULT_USER_ACCESS needs all three: ring 0, an instruction listed as a user access, user
 *     memory open at that moment (AC, where the CPU has SMAP). So a stray pointer never pages
 *     anything in.
 * I4  A double fault whose address or stack pointer lies in a guard page is a stack overflow: the
 *     page fault that the overflow raised had no room for its frame.
 *
 * A #GP leaves no address. The bytes at ip are decoded (insn.c); if the operand isn't canonical,
 * that is the address. An ip that isn't canonical itself is a jump through a bad pointer.
 *
 * Contexts: the trap's own; NMI and machine check come at any time, so nothing here takes a lock.
 */
#include <asm/cpufeature.h>
#include <asm/extable.h>
#include <asm/fault.h>
#include <asm/irqflags.h>
#include <asm/page.h>
#include <asm/preempt.h>
#include <asm/stack.h>
#include <linux/sprintf.h>
#include "arch/common/calls.h"
#include "arch/common/extable.h"
#include "idt.h"
#include "arch/common/insn.h"
#include "machine.h"

#define PF_PROT	 (1UL << 0)
#define PF_WRITE (1UL << 1)
#define PF_USER	 (1UL << 2)
#define PF_RSVD	 (1UL << 3)
#define PF_INSTR (1UL << 4)

#define SEL_EXT (1UL << 0)
#define SEL_IDT (1UL << 1)
#define SEL_LDT (1UL << 2)

struct trap {
	const char *name;
	const char *mnemonic;
	void (*decode)(struct trap_info *t); /* what is special about it; may be NULL */
	bool selector_code;		     /* the error code is a segment selector */
	bool resume;
};

static bool canonical(unsigned long a)
{
	return (unsigned long)((s64)(a << 16) >> 16) == a;
}

/* ---- error codes in words ---- */

static void describe_selector(struct trap_info *t)
{
	unsigned long code = t->error_code;
	const char *table = code & SEL_IDT ? "IDT" : code & SEL_LDT ? "LDT" : "GDT";

	if (!code)
		scnprintf(t->detail, sizeof(t->detail), "no segment involved");
	else
		scnprintf(t->detail, sizeof(t->detail), "selector 0x%lx, entry %lu of the %s%s",
			  code & 0xfff8, (code & 0xfff8) >> (code & SEL_IDT ? 4 : 3), table,
			  code & SEL_EXT ? ", raised by an event from outside" : "");
}

static const char *pf_access(unsigned long code)
{
	if (code & PF_INSTR)
		return "instruction fetch from";
	return code & PF_WRITE ? "write to" : "read of";
}

static const char *pf_reason(const struct trap_info *t)
{
	if (t->error_code & PF_RSVD)
		return "a page whose table entry is malformed";
	if (!t->protection)
		return "a page that is not present";
	if (!t->user_mode && t->addr < TASK_SIZE)
		return "a user page, which kernel code may not touch directly";
	if (t->exec)
		return "a page that is not executable";
	return t->write ? "a page that is read-only" : "a page that is not accessible";
}

static void describe_page_fault(struct trap_info *t)
{
	scnprintf(t->detail, sizeof(t->detail), "%s %s, %s mode", pf_access(t->error_code),
		  pf_reason(t), t->user_mode ? "user" : "kernel");
}

/* ---- what is special about some of them ---- */

static void decode_page_fault(struct trap_info *t)
{
	t->has_addr = true;
	t->write = t->error_code & PF_WRITE;
	t->exec = t->error_code & PF_INSTR;
	t->protection = t->error_code & PF_PROT;
	if (t->addr < PAGE_SIZE && !t->exec)
		t->has_base = insn_base(t->regs, &t->base);
	describe_page_fault(t);
}

/* #GP and #SS: find the pointer that isn't canonical. */
static void decode_protection(struct trap_info *t)
{
	u8 bytes[MAX_INSN_SIZE];
	unsigned long ea, n;
	unsigned int size;
	bool write;

	if (!canonical(t->ip)) {
		t->addr = t->ip;
		t->exec = true;
	} else {
		n = sizeof(bytes) - copy_nofault(bytes, (const void *)t->ip, sizeof(bytes));
		if (!insn_mem_operand(t->regs, bytes, n, &ea, &size, &write))
			return;
		if (canonical(ea) && (!size || canonical(ea + size - 1)))
			return;
		t->addr = ea;
		t->write = write;
		t->exec = !size;
	}
	t->has_addr = true;
	t->non_canonical = true;
	scnprintf(t->detail, sizeof(t->detail), "%s an address that is not canonical, %s mode",
		  t->exec    ? "jump to"
		  : t->write ? "write to"
			     : "read of",
		  t->user_mode ? "user" : "kernel");
}

static void decode_double_fault(struct trap_info *t)
{
	const unsigned long suspects[] = { read_cr2(), t->sp, t->sp - 8 };
	const char *name;
	unsigned int i;

	for (i = 0; i < sizeof(suspects) / sizeof(suspects[0]); i++) {
		if (!stack_guard_hit(suspects[i], &name))
			continue;
		t->addr = suspects[i];
		t->has_addr = true;
		t->stack_overflow = true;
		t->write = true;
		scnprintf(t->detail, sizeof(t->detail),
			  "the %s stack ran into the guard page below it", name);
		return;
	}
	scnprintf(t->detail, sizeof(t->detail), "a fault while another fault was being delivered");
}

static const struct trap traps[FIRST_IRQ_VECTOR] = {
	[0] = { .name = "divide error", .mnemonic = "#DE" },
	[1] = { .name = "debug", .mnemonic = "#DB", .resume = true },
	[2] = { .name = "NMI", .mnemonic = "NMI", .resume = true },
	[3] = { .name = "int3", .mnemonic = "#BP", .resume = true },
	[4] = { .name = "overflow", .mnemonic = "#OF" },
	[5] = { .name = "bounds", .mnemonic = "#BR" },
	[6] = { .name = "invalid opcode", .mnemonic = "#UD" },
	[7] = { .name = "device not available", .mnemonic = "#NM" },
	[8] = { .name = "double fault", .mnemonic = "#DF", .decode = decode_double_fault },
	[9] = { .name = "coprocessor segment overrun", .mnemonic = "#9" },
	[10] = { .name = "invalid TSS", .mnemonic = "#TS", .selector_code = true },
	[11] = { .name = "segment not present", .mnemonic = "#NP", .selector_code = true },
	[12] = { .name = "stack segment",
		 .mnemonic = "#SS",
		 .selector_code = true,
		 .decode = decode_protection },
	[13] = { .name = "general protection fault",
		 .mnemonic = "#GP",
		 .selector_code = true,
		 .decode = decode_protection },
	[14] = { .name = "page fault", .mnemonic = "#PF", .decode = decode_page_fault },
	[15] = { .name = "reserved exception 15", .mnemonic = "#15" },
	[16] = { .name = "coprocessor error", .mnemonic = "#MF" },
	[17] = { .name = "alignment check", .mnemonic = "#AC" },
	[18] = { .name = "machine check", .mnemonic = "#MC" },
	[19] = { .name = "simd exception", .mnemonic = "#XM" },
	[20] = { .name = "virtualization exception", .mnemonic = "#VE" },
	[21] = { .name = "control protection exception", .mnemonic = "#CP", .selector_code = true },
	[22] = { .name = "reserved exception 22", .mnemonic = "#22" },
	[23] = { .name = "reserved exception 23", .mnemonic = "#23" },
	[24] = { .name = "reserved exception 24", .mnemonic = "#24" },
	[25] = { .name = "reserved exception 25", .mnemonic = "#25" },
	[26] = { .name = "reserved exception 26", .mnemonic = "#26" },
	[27] = { .name = "reserved exception 27", .mnemonic = "#27" },
	[28] = { .name = "hypervisor injection", .mnemonic = "#HV" },
	[29] = { .name = "VMM communication", .mnemonic = "#VC" },
	[30] = { .name = "security exception", .mnemonic = "#SX" },
	[31] = { .name = "reserved exception 31", .mnemonic = "#31" },
};

/* Hand a trap that nobody resolved to lib/report. `addr` is the page fault's; others ignore it. */
static void report_trap(struct pt_regs *regs, unsigned long addr)
{
	const struct trap *trap = &traps[regs->vector];
	struct trap_info t = {
		.name = trap->name,
		.mnemonic = trap->mnemonic,
		.addr = addr,
		.user_mode = user_mode(regs),
		.resume = trap->resume,
		.irqs_off = !(regs->flags & X86_EFLAGS_IF),
		.ip = regs->ip,
		.sp = regs->sp,
		.bp = regs->bp,
		.error_code = regs->orig_ax,
		.regs = regs,
	};

	if (trap->selector_code)
		describe_selector(&t);
	if (trap->decode)
		trap->decode(&t);
	trap_report(&t);
}

/* ---- page faults ---- */

/* May this instruction reach into user memory right now (I3)? */
static bool user_access_open(const struct pt_regs *regs, const struct extable_entry *e)
{
	if (user_mode(regs) || !e || e->type != EX_USER)
		return false;
	return !cpu_has_smap || (regs->flags & X86_EFLAGS_AC);
}

static unsigned int fault_flags(const struct pt_regs *regs)
{
	const struct extable_entry *e = extable_find(regs->ip);
	unsigned long code = regs->orig_ax;
	unsigned int flags = 0;

	if (code & PF_PROT)
		flags |= FAULT_PROT;
	if (code & PF_WRITE)
		flags |= FAULT_WRITE;
	if (code & PF_INSTR)
		flags |= FAULT_EXEC;
	if (code & PF_USER)
		flags |= FAULT_USER_MODE;
	if (code & PF_RSVD)
		flags |= FAULT_RSVD;
	if (e)
		flags |= FAULT_FIXUP;
	if (user_access_open(regs, e))
		flags |= FAULT_USER_ACCESS;
	return flags;
}

static void page_fault(struct pt_regs *regs)
{
	struct mem_fault f = {
		.addr = read_cr2(),
		.flags = fault_flags(regs),
		.ip = regs->ip,
		.regs = regs,
	};
	bool resolved;

	if (regs->flags & X86_EFLAGS_IF)
		local_irq_enable();
	resolved = mm_handle_fault(&f);
	local_irq_disable();
	if (resolved || extable_fixup(regs) || kasan_skip_look(regs))
		return;
	report_trap(regs, f.addr);
}

/**
 * trap_dispatch - an exception arrived
 * @regs: what it interrupted; the vector (0 … 31) and the error code are in it
 *
 * Returns when the interrupted code may go on, perhaps at the fix-up that @regs now names.
 */
void trap_dispatch(struct pt_regs *regs)
{
	switch (regs->vector) {
	case X86_TRAP_PF:
		page_fault(regs);
		break;
	case X86_TRAP_NMI:
		stop_if_asked();
		preempt_count_add(NMI_OFFSET);
		report_trap(regs, 0);
		preempt_count_sub(NMI_OFFSET);
		break;
	case X86_TRAP_GP:
	case X86_TRAP_SS:
		if (!extable_fixup(regs) && !kasan_skip_look(regs))
			report_trap(regs, 0);
		break;
	default:
		report_trap(regs, 0);
	}
}
