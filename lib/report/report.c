// SPDX-License-Identifier: MIT
/*
 * The report engine: every bug report goes out through here.
 *
 * A report is a headline, lines of detail, and one sentence of advice. Whoever found the bug opens
 * it, adds lines and closes it; the engine decides where the lines go and what happens afterwards:
 *
 *	report_begin ─ lines … ─ report_end ─┬─ captured: counted for the test that waits for it
 *	                                     └─ printed:  counted as unexpected; panic_on_warn ends the machine
 *
 *	a report inside a report            ─── only its headline, in parentheses
 *	a trap, BUG()                       ─── report, then report_die(): recovery if a test has set one, else panic
 *
 * I1  One CPU at a time has reports open (`owner`); depth counts how many, and only depth 1 writes
 *     details.
 * I2  The other CPUs wait in report_begin(). The owner never waits, so a trap inside a report can't
 *     deadlock: it is that CPU's own.
 * I3  Leaving by recovery closes everything that was open (the report that was interrupted is not
 *     counted).
 * I4  The text of a capture always ends in NUL, and says so when something did not fit.
 *
 * Nothing is allocated and no lock of another room is taken. Contexts: any, NMI and double fault
 * included; the deepest user of the stack is a trap report on an IST stack, about 2 KiB with
 * printk.
 */
#include <asm/atomic.h>
#include <asm/barrier.h>
#include <asm/console.h>
#include <asm/extable.h>
#include <asm/ksyms.h>
#include <asm/percpu.h>
#include <asm/smp.h>
#include <asm/stack.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include "internal.h"

#define LINE_SIZE     256
#define CAPTURE_SIZE  8192
#define MAX_FRAMES    24
#define BYTES_PER_ROW 16
#define MAX_NESTED    8 /* reports inside reports: beyond it the engine itself is what fails */

static const char cut_mark[] = "(more was reported than the capture holds)\n";
static const char separator[] =
	"==================================================================";

static struct {
	unsigned int owner;	/* CPU + 1 that has reports open; 0: nobody */
	unsigned int depth;	/* O: reports open, one inside the other */
	unsigned long closed;	/* O */
	unsigned long expected; /* O: of these, captured */
	struct report_explainer *explainers;
} engine; /* O: only the owner writes */

/* O, but for `on` before a report is open: who starts and stops a capture owns the engine for it. */
static struct {
	bool on;
	bool cut;
	unsigned int reports;
	size_t used;
	char text[CAPTURE_SIZE];
} capture;


bool panic_on_warn;

static int set_panic_on_warn(const char *val)
{
	return boot_param_bool(val, &panic_on_warn);
}
BOOT_PARAM("panic_on_warn", set_panic_on_warn);

/* ---- where lines go ---- */

static void capture_line(const char *text)
{
	size_t n = strlen(text);

	if (capture.cut)
		return;
	if (capture.used + n + 1 + sizeof(cut_mark) > CAPTURE_SIZE) {
		capture.cut = true;
		text = cut_mark;
		n = sizeof(cut_mark) - 2;
	}
	memcpy(capture.text + capture.used, text, n);
	capture.used += n;
	capture.text[capture.used++] = '\n';
	capture.text[capture.used] = '\0';
}

static void put_line(const char *text)
{
	if (capture.on)
		capture_line(text);
	else
		printk(KERN_ERR "%s\n", text);
}

static __printf(2, 0) void put_formatted(const char *prefix, const char *fmt, va_list args)
{
	char text[LINE_SIZE];
	int n = scnprintf(text, sizeof(text), "%s", prefix);

	vscnprintf(text + n, sizeof(text) - n, fmt, args);
	put_line(text);
}

/* Inside a nested report details are left out. */
static bool details_wanted(void)
{
	return engine.depth <= 1;
}

/* ---- open and close ---- */

/* Returns once this CPU owns the engine; at once if it already does. */
static void engine_enter(void)
{
	unsigned int me = smp_processor_id() + 1;

	if (READ_ONCE(engine.owner) != me)
		while (cmpxchg(&engine.owner, 0, me) != 0)
			smp_relax();
	engine.depth++;
}

static void engine_leave(void)
{
	if (--engine.depth == 0)
		smp_store_release(&engine.owner, 0);
}

/* Forget the reports that this CPU has open: control is about to leave them for good (I3). */
static void engine_abandon(void)
{
	if (READ_ONCE(engine.owner) != smp_processor_id() + 1)
		return;
	engine.depth = 0;
	smp_store_release(&engine.owner, 0);
}

/**
 * report_begin - open a report
 * @fmt: the headline
 *
 * Inside another report of this CPU only the headline is written.
 */
void report_begin(const char *fmt, ...)
{
	va_list args;

	engine_enter();
	if (engine.depth > MAX_NESTED) {
		kprint_raw("Kernel panic - reports keep failing inside reports\n");
		machine_exit(EXIT_PANIC);
	}
	va_start(args, fmt);
	if (engine.depth > 1) {
		put_formatted("(while reporting) ", fmt, args);
	} else {
		put_line(separator);
		put_formatted("", fmt, args);
	}
	va_end(args);
}

/**
 * report_end - close the report and count it
 *
 * Ends the machine if nobody waited for the report and panic_on_warn is set.
 */
void report_end(void)
{
	bool expected = capture.on;

	if (engine.depth == 1)
		put_line(separator);
	ADD_ONCE(engine.closed, 1);
	if (expected) {
		ADD_ONCE(engine.expected, 1);
		capture.reports++;
	}
	engine_leave();
	if (!expected && panic_on_warn)
		panic("panic_on_warn set ...");
}

/**
 * report_line - one line of detail
 * @fmt: the line, without a newline
 */
void report_line(const char *fmt, ...)
{
	va_list args;

	if (!details_wanted())
		return;
	va_start(args, fmt);
	put_formatted("", fmt, args);
	va_end(args);
}

/**
 * report_advice - what this usually means, and where to look
 * @fmt: one plain sentence
 */
void report_advice(const char *fmt, ...)
{
	va_list args;

	if (!details_wanted())
		return;
	va_start(args, fmt);
	put_formatted("Advice: ", fmt, args);
	va_end(args);
}

/* ---- addresses ---- */

/**
 * report_add_explainer - learn about one more kind of address
 * @e: asked after all that are there already; must stay forever
 *
 * Context: bring-up, before other CPUs run.
 */
void report_add_explainer(struct report_explainer *e)
{
	struct report_explainer **end = &engine.explainers;

	while (*end)
		end = &(*end)->next;
	e->next = NULL;
	*end = e;
}

/**
 * report_address - say what an address is
 * @addr: any value
 */
void report_address(const void *addr)
{
	unsigned long a = (unsigned long)addr;
	char text[LINE_SIZE];
	struct report_explainer *e;

	if (!details_wanted())
		return;
	for (e = engine.explainers; e; e = e->next)
		if (e->explain(a, text, sizeof(text)))
			break;
	if (!e)
		explain_builtin(a, text, sizeof(text));
	report_line("Address 0x%016lx: %s", a, text);
}

/* The sentence of whoever knows the address best, or NULL. */
const char *explainer_advice(unsigned long addr)
{
	const char *advice = NULL;

	for (struct report_explainer *e = engine.explainers; e && !advice; e = e->next)
		advice = e->advise ? e->advise(addr) : NULL;
	return advice;
}

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
			report_line(" ... the same %u times more", same - 1);
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
	if (!details_wanted())
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

	if (!details_wanted())
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

	if (!details_wanted())
		return;
	for (done = 0; done < len; done += BYTES_PER_ROW)
		dump_row(title, at + done, min_t(size_t, len - done, BYTES_PER_ROW));
}

/* ---- counting, capturing, leaving ---- */

/**
 * report_count - reports closed since boot
 */
unsigned long report_count(void)
{
	return READ_ONCE(engine.closed);
}

/**
 * report_unexpected - those that no capture was waiting for
 */
unsigned long report_unexpected(void)
{
	return READ_ONCE(engine.closed) - READ_ONCE(engine.expected);
}

/**
 * report_capture_start - from now on record reports instead of printing them
 *
 * Drops what an earlier capture held. Captures do not nest.
 */
void report_capture_start(void)
{
	engine_enter(); /* a report of another CPU goes to where it began */
	capture.reports = 0;
	capture.used = 0;
	capture.text[0] = '\0';
	capture.cut = false;
	barrier(); /* a trap must find the buffer empty before it finds it on */
	capture.on = true;
	engine_leave();
}

/**
 * report_capture_stop - print reports again
 * @text: gets what was recorded, valid until the next start; may be NULL
 *
 * Return: how many reports were closed in between.
 */
unsigned int report_capture_stop(const char **text)
{
	unsigned int reports;

	engine_enter();
	capture.on = false;
	reports = capture.reports;
	engine_leave();
	if (text)
		*text = capture.text;
	return reports;
}

void report_uncapture(void)
{
	char *line = capture.text, *end;

	if (!capture.on)
		return;
	capture.on = false;
	while ((end = strchr(line, '\n'))) {
		*end = '\0';
		printk(KERN_ERR "%s\n", line);
		line = end + 1;
	}
}

/**
 * report_set_recovery - where a trap of this task goes after its report, instead of panic
 * @r: filled by recovery_save(), whose caller must not return before @r is taken away; NULL: panic
 *
 * Return: the previous one.
 */
struct recovery *report_set_recovery(struct recovery *r)
{
	struct recovery *before = current->trap_recovery;

	current->trap_recovery = r;
	current->recovery_count = preempt_count();
	current->recovery_tag = current->alloc_tag;
	current->recovery_locks = lockdep_depth();
	return before;
}

void report_die(const char *why, bool irqs_off)
{
	struct recovery *r = current->trap_recovery;

	if (!r)
		panic("%s", why);
	guest_check(why, irqs_off);
	engine_abandon();
	preempt_count_set(current->recovery_count); /* locks may have been held */
	current->alloc_tag = current->recovery_tag;
	lockdep_forget(current->recovery_locks);
	recovery_jump(r);
}
