// SPDX-License-Identifier: MIT
/*
 * What reports show: stacks, symbolised, and memory in hex and ASCII.
 *
 * A return address is named by the call before it; where a trap struck, the address itself is meant.
 * What is dumped may be bad to read: it is read byte by byte, so what can't be is known exactly.
 *
 * Context: between report_open() and report_end(), any. O(lines).
 */
#include <asm/extable.h>
#include <asm/ksyms.h>
#include <asm/stack.h>
#include <linux/minmax.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include "internal.h"

#define LINE_SIZE     256
#define MAX_FRAMES    24
#define BYTES_PER_ROW 16

/* ---- stacks ---- */

/*
 * A return address is named by the call before it, which may be the last instruction of its
 * function.
 */
static void stack_line(unsigned long ip)
{
	char text[LINE_SIZE];

	ksym_print_return(text, sizeof(text), ip);
	report_line(" %s", text);
}

/* Recursion is shown once, with how often. */
static void stack_lines(const unsigned long *ips, unsigned int n)
{
	unsigned int i, same;

	for (i = 0; i < n; i += same) {
		for (same = 1; i + same < n && ips[i + same] == ips[i]; same++)
			;
		stack_line(ips[i]);
		if (same > 1)
			report_line(" ... the same %u time%s more", same - 1, plural(same - 1));
	}
}

/**
 * report_stack - print a stack that was saved earlier
 * @title: the line above it; NULL: "Call Trace:"
 * @ips: the addresses, innermost first
 * @n: how many
 */
void report_stack(const char *title, const unsigned long *ips, unsigned int n)
{
	if (!report_details_wanted())
		return;
	report_line("%s", title ? title : "Call Trace:");
	stack_lines(ips, n);
}

noinline void report_callers(unsigned int skip)
{
	unsigned long ips[MAX_FRAMES];

	report_stack(NULL, ips, stack_trace_save(ips, MAX_FRAMES, skip + 1, NULL));
}

/* Where a trap struck is the address itself meant, so its first line is named by that. */
static void report_trap_stack(const struct pt_regs *regs)
{
	unsigned long ips[MAX_FRAMES];
	unsigned int n = stack_trace_save(ips, MAX_FRAMES, 0, regs);
	char text[LINE_SIZE];

	if (!report_details_wanted())
		return;
	report_line("Call Trace:");
	ksym_print(text, sizeof(text), ips[0]);
	report_line(" %s", text);
	stack_lines(ips + 1, n - 1);
}

/**
 * report_stack_here - print the way that led here
 * @regs: of a trap; NULL: the stack of the caller
 */
noinline void report_stack_here(const struct pt_regs *regs)
{
	unsigned long ips[MAX_FRAMES];

	if (regs)
		report_trap_stack(regs);
	else
		report_stack(NULL, ips, stack_trace_save(ips, MAX_FRAMES, 1, NULL));
}

/* ---- memory ---- */

/* Up to 16 bytes in hex and ASCII, read one by one so that what can't be read is known exactly. */
static void dump_row(const char *title, const u8 *at, size_t len)
{
	char hex[3 * BYTES_PER_ROW + 1], ascii[BYTES_PER_ROW + 1];
	size_t i;
	u8 b;

	for (i = 0; i < len; i++) {
		if (copy_nofault(&b, at + i, 1)) {
			memcpy(hex + 3 * i, "?? ", 4);
			ascii[i] = '?';
		} else {
			scnprintf(hex + 3 * i, 4, "%02x ", b);
			ascii[i] = b >= 0x20 && b < 0x7f ? b : '.';
		}
	}
	ascii[len] = '\0';
	report_line("%-8s %016lx: %-48s %s", title, (unsigned long)at, hex, ascii);
}

/**
 * report_dump - print memory in hex and ASCII
 * @title: stands in front of each row
 * @addr: may be bad to read: unreadable bytes are shown as ??
 * @len: how many bytes
 */
void report_dump(const char *title, const void *addr, size_t len)
{
	const u8 *at = addr;
	size_t done;

	if (!report_details_wanted())
		return;
	for (done = 0; done < len; done += BYTES_PER_ROW)
		dump_row(title, at + done, min_t(size_t, len - done, BYTES_PER_ROW));
}
