// SPDX-License-Identifier: MIT
/*
 * Registers of a trap, as text.
 *
 * The layout is Linux's oops: RIP with its symbol, the instruction bytes around it (the one at RIP
 * in angle brackets), stack pointer and flags, the general registers in threes, control registers.
 * Every line goes through the caller's function, so it lands in a report, a capture or the console
 * alike.
 *
 * Reads code bytes through copy_nofault(): a wild RIP shows ?? and raises nothing. Any context.
 */
#include <asm/extable.h>
#include <asm/fault.h>
#include <asm/ksyms.h>
#include <asm/ptrace.h>
#include <linux/sprintf.h>
#include "machine.h"

#define CODE_BEFORE 12
#define CODE_BYTES  32
#define LINE_SIZE   192

static void show_ip(const struct pt_regs *regs, void (*line)(const char *text))
{
	char text[LINE_SIZE];
	int n = scnprintf(text, sizeof(text), "RIP: %04lx:", regs->cs);

	ksym_print(text + n, sizeof(text) - n, regs->ip);
	line(text);
}

static void show_code(const struct pt_regs *regs, void (*line)(const char *text))
{
	unsigned long at = regs->ip - CODE_BEFORE;
	char text[LINE_SIZE];
	unsigned int i;
	int n;
	u8 b;

	n = scnprintf(text, sizeof(text), "Code:");
	for (i = 0; i < CODE_BYTES; i++, at++) {
		const char *format = i == CODE_BEFORE ? " <%02x>" : " %02x";

		if (copy_nofault(&b, (const void *)at, 1))
			n += scnprintf(text + n, sizeof(text) - n, "%s", " ??");
		else
			n += scnprintf(text + n, sizeof(text) - n, format, b);
	}
	line(text);
}

static void show_general(const struct pt_regs *r, void (*line)(const char *text))
{
	const struct {
		const char *name[3];
		unsigned long v[3];
	} rows[] = {
		{ { "RAX", "RBX", "RCX" }, { r->ax, r->bx, r->cx } },
		{ { "RDX", "RSI", "RDI" }, { r->dx, r->si, r->di } },
		{ { "RBP", "R08", "R09" }, { r->bp, r->r8, r->r9 } },
		{ { "R10", "R11", "R12" }, { r->r10, r->r11, r->r12 } },
		{ { "R13", "R14", "R15" }, { r->r13, r->r14, r->r15 } },
	};
	char text[LINE_SIZE];
	unsigned int i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		scnprintf(text, sizeof(text), "%s: %016lx %s: %016lx %s: %016lx", rows[i].name[0],
			  rows[i].v[0], rows[i].name[1], rows[i].v[1], rows[i].name[2],
			  rows[i].v[2]);
		line(text);
	}
}

/**
 * regs_show - print the registers
 * @regs: of the trap
 * @line: called once for each line, without a newline
 */
void regs_show(const struct pt_regs *regs, void (*line)(const char *text))
{
	char text[LINE_SIZE];

	show_ip(regs, line);
	show_code(regs, line);
	scnprintf(text, sizeof(text), "RSP: %04lx:%016lx EFLAGS: %08lx", regs->ss, regs->sp,
		  regs->flags);
	line(text);
	show_general(regs, line);
	scnprintf(text, sizeof(text), "CR2: %016llx CR3: %016llx CR0: %08llx CR4: %08llx",
		  read_cr2(), read_cr3(), read_cr0(), read_cr4());
	line(text);
}
