// SPDX-License-Identifier: MIT
/*
 * A function found its stack canary changed: __stack_chk_fail(), which the compiler calls in place of
 * the return (what a canary is: arch/x86_64/canary.c).
 *
 * Too late to say who wrote, but not which function's array it came from, nor what was written: both
 * stand in the function's frame, which is still there:
 *
 *	low   … array │ canary … │ caller's rbp │ return address   high
 *	                         └── rbp
 *
 * The function can't return, since its return address may be wrong: the report is followed by
 * panic, or by the end of the call if it is a module's (guest.c).
 *
 * Context: any.
 */
#include <asm/irqflags.h>
#include <asm/ksyms.h>
#include <asm/stack.h>
#include <linux/export.h>
#include <linux/sprintf.h>
#include "internal.h"

#define BELOW 64 /* bytes of the frame that are shown; */
#define ABOVE 16 /* the caller's rbp, and the return address */

/* The frame pointer of the function that calls. */
static __always_inline unsigned long callers_frame(void)
{
	return *(const unsigned long *)__builtin_frame_address(0);
}

static void show_frame(unsigned long bp)
{
	unsigned long low, high;
	const char *name;

	if (!stack_bounds(bp, &low, &high, &name))
		return;
	report_line("The end of the function's frame on the %s stack: locals and canary, then the caller's frame pointer and the return address:",
		    name);
	report_dump("Stack", (const void *)(bp - BELOW), BELOW + ABOVE);
}

/**
 * __stack_chk_fail - the compiler's: the canary of the function that calls is not what it was
 */
noinline __no_stack_protector void __stack_chk_fail(void)
{
	unsigned long bp = callers_frame();
	bool irqs_off = irqs_disabled();
	char function[96], why[160];

	ksym_print_return(function, sizeof(function), _RET_IP_);
	scnprintf(why, sizeof(why), "stack-protector: Kernel stack is corrupted in: %s", function);
	report_open(REPORT_STACK_SMASHED, "%s", why);
	show_frame(bp);
	report_callers(0);
	report_advice(
		"More was written to an array among the locals of that function than it holds, by the function or by one that was given its address: compare sizes with what the dump shows. The callers may be wrong if their frames were overwritten too.");
	report_end();
	report_die(why, irqs_off);
}
EXPORT_SYMBOL(__stack_chk_fail);
