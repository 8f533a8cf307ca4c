// SPDX-License-Identifier: MIT
/*
 * Threads' stacks: how deep they got, and whether their end is intact
 * ===================================================================
 *
 *	low                                                                     high
 *	┆ guard │ magic │ 0 0 0 0 0 … 0 0 │ what was used at some time … │ now in use │
 *	┆ page  └ end   └──── unused ─────┴────────────── used ───────────────────────┘
 *
 * 1. Watermark. A stack is made of zeroed memory, so the zeros at its low end are bytes that nobody
 *    ever wrote; asm/thread.h counts them. That is as exact as stacks are: what was reserved there but
 *    not written, or with zeros only, counts as unused.
 *
 *	stack_usage_show()	each stack that there is, at the end of a boot
 *	stack_usage=1		a thread that ends looks at its own, and the deepest is remembered. Debug
 *				builds do; it costs a pass over the stack (Linux: DEBUG_STACK_USAGE)
 *
 * 2. The end. An overflow runs into the guard page and is reported there (arch/common/stack.c). A function
 *    with a large frame may jump over it, and another's stray pointer may hit any stack; so the
 *    lowest word holds STACK_END_MAGIC, and each switch looks whether it still does (Linux:
 *    SCHED_STACK_END_CHECK). If not, nobody knows what else was overwritten: report, then panic.
 *
 * I1  The lowest word of the stack of each thread is STACK_END_MAGIC from before it runs until it has
 *     ended. An overflow that was reported, and that a way out led away from, has put it back.
 *
 * Locks: deepest_lock, innermost. Contexts: the check inside the scheduler, interrupts off; the rest
 * where one may sleep. Cost: a load and a comparison a switch.
 */
#include <linux/moduleparam.h>
#include <linux/poison.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <quarry/report.h>
#include <quarry/stack.h>
#include "internal.h"

static DEFINE_SPINLOCK(deepest_lock);
static struct {
	unsigned long unused;
	char name[32];
} deepest = { .unused = ~0UL };

#ifdef QUARRY_DEBUG
static bool watching = true;
#else
static bool watching;
#endif

static int set_stack_usage(const char *val)
{
	return boot_param_bool(val, &watching);
}
BOOT_PARAM("stack_usage", set_stack_usage);

/* ---- the end ---- */

void stack_end_mark(struct thread *t)
{
	WRITE_ONCE(*stack_end(t), STACK_END_MAGIC);
}

/* The scheduler is about to leave `t`, which runs, and found the mark gone. Interrupts off. */
void stack_end_report(struct thread *t)
{
	unsigned long found = READ_ONCE(*stack_end(t));

	stack_end_mark(t); /* or the way out would lead here again */
	report_open(REPORT_STACK_END, "BUG: corrupted stack end detected inside scheduler");
	report_line("thread %d %s: the lowest word of its stack is 0x%016lx instead of 0x%016lx",
		    t->task.pid, t->task.comm, found, STACK_END_MAGIC);
	report_address(stack_end(t));
	report_dump("Stack", stack_end(t), 64);
	report_stack_here(NULL);
	report_advice(
		"Either the stack is used up by a function whose locals are larger than a page, which jumps over the guard page, or somebody's stray pointer hit it.");
	report_end();
	report_die("corrupted stack end detected inside scheduler", false);
}

/* ---- the watermark ---- */

/* The running thread is about to end. */
void stack_usage_note(const struct thread *t)
{
	unsigned long flags, unused;

	if (!READ_ONCE(watching))
		return;
	unused = stack_unused(t->state.low, t->state.high);
	spin_lock_irqsave(&deepest_lock, flags);
	if (unused < deepest.unused) {
		deepest.unused = unused;
		scnprintf(deepest.name, sizeof(deepest.name), "thread %d %s", t->task.pid,
			  t->task.comm);
	}
	spin_unlock_irqrestore(&deepest_lock, flags);
}

/**
 * stack_usage_watch - whether threads look at their stacks when they end
 * @on: from now on; what was remembered is forgotten
 *
 * Return: what was set before.
 */
bool stack_usage_watch(bool on)
{
	bool before = READ_ONCE(watching);
	unsigned long flags;

	spin_lock_irqsave(&deepest_lock, flags);
	deepest.unused = ~0UL;
	spin_unlock_irqrestore(&deepest_lock, flags);
	WRITE_ONCE(watching, on);
	return before;
}

/**
 * stack_usage_deepest - of the threads that ended while they were watched, the deepest
 * @name: gets its name
 * @size: room there
 *
 * Return: bytes of its stack that it never used; ~0UL: there was none.
 */
unsigned long stack_usage_deepest(char *name, size_t size)
{
	unsigned long flags, unused;

	spin_lock_irqsave(&deepest_lock, flags);
	unused = deepest.unused;
	strscpy(name, deepest.name, size);
	spin_unlock_irqrestore(&deepest_lock, flags);
	return unused;
}

/**
 * stack_usage_show - how deep each stack got
 * @line: gets each line, without its newline
 *
 * Context: any in which @line() may be called. O(bytes of all stacks).
 */
void stack_usage_show(void (*line)(const char *text))
{
	struct stack_usage u;
	unsigned long left;
	char buf[96], name[32];

	line("stack                             bytes   used   left");
	for (unsigned int n = 0; stack_usage(n, &u); n++) {
		if (!u.size)
			continue;
		scnprintf(buf, sizeof(buf), "%-32s %6lu %6lu %6lu", u.name, u.size,
			  u.size - u.unused, u.unused);
		line(buf);
	}
	left = stack_usage_deepest(name, sizeof(name));
	if (left == ~0UL)
		return;
	scnprintf(buf, sizeof(buf), "%s used greatest stack depth: %lu bytes left", name, left);
	line(buf);
}
