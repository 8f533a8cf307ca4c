// SPDX-License-Identifier: MIT
/*
 * Traps that nobody resolved, as reports.
 *
 *	headline        as Linux words it, so that what one knows to search for works here
 *	error code      in words
 *	registers
 *	the address     pattern, stack, symbol, area or region, by report_address()
 *	call trace
 *	advice          the likely cause, by kind of trap and address: the first rule that fits
 *
 * Afterwards a breakpoint goes on; anything else goes to the recovery that a test set, or ends in
 * panic.
 * Context: the trap's, any stack, interrupts off.
 */
#include <asm/fault.h>
#include <asm/page.h>
#include <asm/stack.h>
#include <linux/poison.h>
#include <linux/string.h>
#include "internal.h"

static bool user_range(unsigned long addr)
{
	return addr >= PAGE_SIZE && addr < TASK_SIZE;
}

static bool in_image(unsigned long addr)
{
	return (addr >= (unsigned long)__image_start && addr < (unsigned long)__image_end) ||
	       addr - MODULES_VADDR < MODULES_END - MODULES_VADDR;
}

static enum report_kind kind_of_access(const struct trap_info *t)
{
	if (t->exec)
		return REPORT_EXEC_DATA;
	if (user_range(t->addr))
		return REPORT_USER_DEREF;
	return t->protection ? REPORT_PROTECTED_ACCESS : REPORT_WILD_ACCESS;
}

static enum report_kind kind_of_trap(const struct trap_info *t)
{
	if (!strcmp(t->mnemonic, "NMI"))
		return REPORT_NMI;
	return strcmp(t->mnemonic, "#MC") ? REPORT_TRAP : REPORT_MACHINE_CHECK;
}

static void headline_overflow(const struct trap_info *t)
{
	unsigned long low = 0, high = 0;
	const char *name = "?";

	/* The stack stands right above its guard page. */
	stack_bounds((t->addr & PAGE_MASK) + PAGE_SIZE, &low, &high, &name);
	report_open(REPORT_STACK_OVERFLOW,
		    "BUG: %s stack guard page was hit at 0x%016lx (stack is 0x%016lx..0x%016lx)",
		    name, t->addr, low, high);
}

static void headline(const struct trap_info *t)
{
	if (t->stack_overflow)
		headline_overflow(t);
	else if (t->non_canonical)
		report_open(REPORT_NON_CANONICAL,
			    "%s, probably for non-canonical address 0x%016lx: %04lx", t->name,
			    t->addr, t->error_code);
	else if (t->has_addr && t->addr < PAGE_SIZE)
		report_open(REPORT_NULL_DEREF,
			    "BUG: kernel NULL pointer dereference, address: %016lx", t->addr);
	else if (t->has_addr)
		report_open(kind_of_access(t),
			    "BUG: unable to handle page fault for address: %016lx", t->addr);
	else
		report_open(kind_of_trap(t), "%s: %04lx", t->name, t->error_code);
}

static const char *advice_on_kind(const struct trap_info *t)
{
	static const struct {
		const char *mnemonic, *advice;
	} rules[] = {
		{ "#DE", "A division by zero, or a quotient too large for its register." },
		{ "#UD",
		  "The CPU doesn't know the instruction: a jump went astray or the code was overwritten." },
		{ "#GP",
		  "The CPU refused the instruction: a privileged register got a value that it can't take, or a segment is bad." },
		{ "#DF",
		  "A fault struck while another was being delivered: look at the descriptor tables and stacks." },
		{ "#MC",
		  "The hardware reports an error of its own; the code that it interrupted is not to blame." },
	};
	unsigned int i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (!strcmp(rules[i].mnemonic, t->mnemonic))
			return rules[i].advice;
	return NULL;
}

/* ZERO_SIZE_PTR itself may have been used, or a member's offset from NULL: the pointer says which. */
static const char *advice_near_null(const struct trap_info *t)
{
	if (!t->has_base || t->addr < ZERO_SIZE_FIRST)
		return NULL;
	if (t->base >= ZERO_SIZE_FIRST && t->base <= ZERO_SIZE_LAST)
		return "The pointer was ZERO_SIZE_PTR: kmalloc(0) gives a pointer that may be freed but not dereferenced. Check the size that was computed for the allocation.";
	if (!t->base)
		return "The pointer was NULL, and a member of a structure was accessed through it; the address is the member's offset. A pointer was never set, or a failed allocation was not checked.";
	return NULL;
}

static const char *advice_on_address(const struct trap_info *t)
{
	const struct pattern *p = pattern_find(t->addr);
	const char *advice = t->addr < PAGE_SIZE ? advice_near_null(t) : NULL;

	if (advice)
		return advice;
	if (p)
		return p->advice;
	if (t->exec)
		return "Control went to something that is not code: a function pointer is wrong or was overwritten.";
	if (user_range(t->addr))
		return "user pointer dereferenced without copy_from_user/get_user: only these may touch user memory.";
	if (t->non_canonical)
		return "No pointer looks like that: it was overwritten, or loaded from something that is no pointer.";
	if (t->write && t->protection && in_image(t->addr))
		return "Code, constants and string literals are read-only; what must change belongs in writable data.";
	if (t->protection)
		return "The memory is there but not for this kind of access.";
	advice = explainer_advice(t->addr);
	if (advice)
		return advice;
	return "Nothing is mapped there: the pointer is wild, or what it pointed to was freed or ended before.";
}

static const char *advice_on(const struct trap_info *t)
{
	if (t->stack_overflow)
		return "The stack is used up: a recursion doesn't end, or objects on the stack are too large; the call trace shows who.";
	return t->has_addr ? advice_on_address(t) : advice_on_kind(t);
}

/* What lies below a thread's stack is also the end of another area, which is not what counts here. */
static void stack_address(unsigned long addr)
{
	char text[96];

	explain_builtin(addr, text, sizeof(text));
	report_line("Address 0x%016lx: %s", addr, text);
}

/* The way out, if there is one, goes on with this stack: its end is not to be found broken a second time. */
static void mend_stack_end(const struct trap_info *t)
{
	unsigned long low, high;
	const char *name;

	if (stack_bounds((t->addr & PAGE_MASK) + PAGE_SIZE, &low, &high, &name))
		*(unsigned long *)low = STACK_END_MAGIC;
}

static void registers_line(const char *text)
{
	report_line("%s", text);
	report_poison(text);
}

/**
 * trap_report - a trap that nothing resolved
 * @t: the trap, decoded
 *
 * Returns only if execution goes on behind the trap (@t->resume).
 */
void trap_report(const struct trap_info *t)
{
	const char *advice;

	if (t->stack_overflow)
		report_unguard();
	headline(t);
	advice = advice_on(t);
	if (t->detail[0])
		report_line("%s: error_code(0x%04lx) - %s", t->mnemonic, t->error_code, t->detail);
	regs_show(t->regs, registers_line);
	if (t->stack_overflow)
		stack_address(t->addr);
	else if (t->has_addr)
		report_address((const void *)t->addr);
	if (t->has_addr && !t->non_canonical)
		report_trail(t->addr);
	report_stack_here(t->regs);
	if (advice)
		report_advice("%s", advice);
	report_end();
	if (t->stack_overflow)
		mend_stack_end(t);
	if (!t->resume)
		report_die("Fatal exception", t->irqs_off);
}
