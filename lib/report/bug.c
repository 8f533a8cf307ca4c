// SPDX-License-Identifier: MIT
/*
 * BUG, WARN and panic: what code says about itself.
 *
 * WARN reports and goes on. BUG reports and doesn't: to the recovery that a test set, or to panic.
 * panic prints what a capture still holds back (it may be the reason), message and stack, and ends
 * the machine with EXIT_PANIC.
 *
 * I1  panic prints once, and alone: it stops the other CPUs first, and takes the console from one
 *     that had it. A second panic on the same CPU comes from the first one's own printing: one raw
 *     line, then the end. Other CPUs that panic meanwhile stop.
 *
 * Contexts: any.
 */
#include <asm/atomic.h>
#include <asm/console.h>
#include <asm/irqflags.h>
#include <asm/ksyms.h>
#include <asm/percpu.h>
#include <asm/smp.h>
#include <asm/stack.h>
#include <linux/bug.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sprintf.h>
#include "internal.h"

#define MESSAGE_SIZE 256
#define MAX_FRAMES   24

/**
 * bug_report - BUG() and BUG_ON() struck
 * @file: where
 * @line: where
 * @func: in which function
 * @cond: the condition that should never hold
 */
noinline void bug_report(const char *file, int line, const char *func, const char *cond)
{
	bool irqs_off = irqs_disabled();

	report_open(REPORT_BUG, "kernel BUG at %s:%d!", file, line);
	report_line("%s() found: %s", func, cond);
	report_callers(1);
	report_advice(
		"Something that the code relies on doesn't hold; the callers above broke it, or the memory was overwritten.");
	report_end();
	report_die("Fatal exception: BUG", irqs_off);
}

/**
 * warn_report - WARN() and its kin struck
 * @file: where
 * @line: where
 * @fmt: what is wrong
 *
 * The function is named by its symbol: the one that the place was inlined into.
 */
noinline void warn_report(const char *file, int line, const char *fmt, ...)
{
	char text[MESSAGE_SIZE];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (n && text[n - 1] == '\n')
		text[n - 1] = '\0';

	report_open(REPORT_WARN, "WARNING: CPU: %u PID: %d at %s:%d %pB", smp_processor_id(),
		    current->pid, file, line, (void *)_RET_IP_);
	report_line("%s", text);
	report_callers(1);
	report_end();
}

/* Each line at `level`, a KERN_ text; its caller is the first. */
static noinline void print_stack(const char *level)
{
	unsigned long ips[MAX_FRAMES];
	char text[MESSAGE_SIZE];
	unsigned int i, n = stack_trace_save(ips, MAX_FRAMES, 1, NULL);

	printk("%sCall Trace:\n", level);
	for (i = 0; i < n; i++) {
		ksym_print_return(text, sizeof(text), ips[i]);
		printk("%s %s\n", level, text);
	}
}

/**
 * dump_stack - say how it came here: the CPU, the thread, and the functions on the stack
 *
 * No report: it is not counted, and no test fails for it.
 * Context: any.
 */
noinline void dump_stack(void)
{
	printk("CPU: %u Comm: %s\n", smp_processor_id(), current->comm);
	print_stack(KERN_DEFAULT);
	barrier(); /* else it could be a tail call, and leave no frame */
}

static void emergency_line(const char *text)
{
	pr_emerg("%s\n", text);
}

/* Printing the panic itself failed: what can be said without it, and out. */
static void __noreturn panic_again(void)
{
	static const char text[] = "\nKernel panic inside a panic\n";

	console_write(text, sizeof(text) - 1);
	machine_exit(EXIT_PANIC);
}

/**
 * panic - stop the machine
 * @fmt: why
 */
void panic(const char *fmt, ...)
{
	static unsigned int panicking; /* CPU + 1 */
	unsigned int me = smp_processor_id() + 1, first;
	char text[MESSAGE_SIZE];
	const char *module;
	va_list args;

	local_irq_disable();
	first = cmpxchg(&panicking, 0, me);
	if (first == me)
		panic_again();
	if (first)
		machine_halt();
	va_start(args, fmt);
	vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	smp_stop_others();
	console_seize();
	report_uncapture();
	pr_emerg("Kernel panic - not syncing: %s\n", text);
	module = module_on_stack();
	pr_emerg("CPU: %u, of %u PID: %d Comm: %s%s%s\n", me - 1, READ_ONCE(nr_online_cpus),
		 current->pid, current->comm, module ? " Module: " : "", module ?: "");
	print_stack(KERN_EMERG);
	report_held_show(emergency_line);
	pr_emerg("---[ end Kernel panic - not syncing: %s ]---\n", text);
	machine_exit(EXIT_PANIC);
}
