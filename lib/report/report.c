// SPDX-License-Identifier: MIT
/*
 * The report engine: every bug report goes out through here.
 *
 * 1. Layout, the same for all. Whoever found the bug opens the report, adds lines and closes it:
 *
 *	======
 *	headline                         Linux's words
 *	CPU: 0 PID: 7 Comm: kworker      who; "in an interrupt", "in an NMI"
 *	what was done where              report_line()
 *	Address 0x…: …                   report_address(): the address explained
 *	object, its stacks, dump         report_stack(), report_dump()
 *	Call Trace:                      report_stack_here()
 *	Advice: …                        what this usually means, and where to look
 *	Report id: slab-double-free      its row in report_kinds.def and in the README
 *	======
 *
 * 2. What becomes of it.
 *
 *	report_open ─ lines … ─ report_end ─┬─ captured: counted for the test that waits for it
 *	                                    ├─ held back: its place has reported often (limit.c)
 *	                                    └─ printed:  counted as unexpected; panic_on_warn ends the machine
 *
 *	a report inside a report            ─── only its headline, in parentheses
 *	a trap, BUG()                       ─── report, then report_die(): recovery if a test has set one, else panic
 *	a trap of the engine's own making   ─── one line of the report is lost, the report goes on (I5)
 *
 * 3. Invariants
 *    I1  One CPU at a time has reports open. `turn` says which and how many, in one word, so an NMI
 *        between any two instructions finds it right. Only depth 1 writes details.
 *    I2  The other CPUs wait in report_open(), perhaps with a lock that somebody else takes in an
 *        interrupt. The owner never waits: preemption and interrupts are off as long as a report is
 *        open, and a trap or an NMI inside it can't deadlock: it is that CPU's own.
 *    I3  A CPU whose report doesn't go on for patience_ns loses its turn to one that waits: what it
 *        adds later is dropped. (It was stopped, or it waits for the one that waits.)
 *    I4  Leaving by recovery closes everything that was open (the report that was interrupted is not
 *        counted); interrupts are then as at the save.
 *    I5  Whatever reads memory that may be bad (formats, explainers) runs in report_guarded(): a trap
 *        there, in the same context, comes back to it: to the innermost, if one runs in the other, so
 *        that what took a lock lets go of it. A stack that is used up does not.
 *    I6  The text of a capture always ends in NUL, and says so when something did not fit.
 *
 * Nothing is allocated and no lock of another room is taken. Contexts: any, NMI and double fault
 * included; the deepest user of the stack is a trap report on an IST stack, about 2 KiB with
 * printk.
 */
#include <asm/atomic.h>
#include <asm/barrier.h>
#include <asm/clock.h>
#include <asm/console.h>
#include <asm/extable.h>
#include <asm/ksyms.h>
#include <asm/percpu.h>
#include <asm/smp.h>
#include <asm/stack.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include "internal.h"

#define LINE_SIZE     256
#define CAPTURE_SIZE  8192
#define MAX_NESTED    8 /* reports inside reports: beyond it the engine itself is what fails */

static const char cut_mark[] = "(more was reported than the capture holds)\n";
static const char separator[] =
	"==================================================================";

static const char *const kind_ids[NR_REPORT_KINDS] = {
	[REPORT_OTHER] = "none",
#define KIND(name, id, ...) [REPORT_##name] = id,
#include <quarry/report_kinds.def>
#undef KIND
};

static const char *const kind_advice[NR_REPORT_KINDS] = {
#define KIND(name, id, headline, what, look) [REPORT_##name] = look,
#include <quarry/report_kinds.def>
#undef KIND
};

/* The word of I1: which CPU has reports open, and how many, one inside the other. */
#define TURN_CPU(cpu)  ((cpu) + 1)
#define TURN_CPU_MASK  0xffffu
#define TURN_DEPTH_ONE 0x10000u

static unsigned int turn; /* 0: nobody's */
static struct {
	enum report_kind kind;
	bool advised; /* the report has its advice */
	bool held;    /* it is held back */
	bool fatal;   /* panic_on_warn: when the outermost is closed */
	unsigned int lines;
	unsigned long closed;
	unsigned long expected; /* of these, captured */
	unsigned long by_kind[NR_REPORT_KINDS];
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

/* Where a trap inside the innermost report_guarded() of this CPU leads: others wait on the stack. */
struct guard {
	struct recovery way;
	unsigned int turn;
	unsigned int preempt; /* another count is another context: the trap isn't ours */
	unsigned int locks;
	bool set;
};

static DEFINE_PER_CPU(struct guard, guard);

bool panic_on_warn;
u64 report_patience_ns = 10ULL * 1000000000;

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
	ADD_ONCE(engine.lines, 1);
	if (capture.on)
		capture_line(text);
	else
		printk(KERN_ERR "%s\n", text);
}

/* ---- whose turn it is ---- */

/* What this CPU has opened, its turn or not: how many, and its interrupts before the first. */
static DEFINE_PER_CPU(unsigned int, opened);
static DEFINE_PER_CPU(unsigned long, irqs_before);

static bool my_turn(void)
{
	return (READ_ONCE(turn) & TURN_CPU_MASK) == TURN_CPU(smp_processor_id());
}

static unsigned int depth(void)
{
	return READ_ONCE(turn) / TURN_DEPTH_ONE;
}

/* The owner of `word` hasn't added a line for too long: its turn is over (I3). */
static bool take_over(unsigned int word, unsigned int mine)
{
	if (cmpxchg(&turn, word, mine) != word)
		return false;
	if (!engine.held)
		put_line("(the report ends here: its CPU doesn't go on)");
	return true;
}

/* With interrupts as they were, until the turn has come. */
static void wait_for_turn(unsigned int mine, unsigned long irqs)
{
	unsigned int lines = READ_ONCE(engine.lines), word;
	u64 since = clock_ns();

	while ((word = cmpxchg(&turn, 0, mine)) != 0) {
		local_irq_restore(irqs);
		smp_relax();
		local_irq_disable();
		if (READ_ONCE(engine.lines) != lines) {
			lines = READ_ONCE(engine.lines);
			since = clock_ns();
		} else if (clock_ns() - since > report_patience_ns && take_over(word, mine)) {
			return;
		}
	}
}

/* Returns once this CPU owns the engine; at once if it already does. */
static void engine_enter(void)
{
	unsigned long irqs;

	preempt_disable();
	local_irq_save(irqs);
	this_cpu_inc(opened); /* first: an NMI behind it leaves the flags alone */
	if (this_cpu_read(opened) == 1)
		this_cpu_write(irqs_before, irqs);
	if (my_turn())
		WRITE_ONCE(turn, READ_ONCE(turn) + TURN_DEPTH_ONE);
	else
		wait_for_turn(TURN_CPU(smp_processor_id()) + TURN_DEPTH_ONE, irqs);
}

/* Who lost his turn has no turn to give back. */
static void engine_leave(void)
{
	unsigned long irqs = this_cpu_read(irqs_before);
	unsigned int word = READ_ONCE(turn);

	if (my_turn())
		smp_store_release(&turn, depth() > 1 ? word - TURN_DEPTH_ONE : 0);
	this_cpu_dec(opened);
	if (!this_cpu_read(opened))
		local_irq_restore(irqs);
	preempt_enable();
}

/* Forget the reports that this CPU has open: control is about to leave them for good (I4). */
static void engine_abandon(void)
{
	this_cpu_write(opened, 0);
	this_cpu_ptr(&guard)->set = false; /* of a report that lost its turn, too */
	if (my_turn())
		smp_store_release(&turn, 0);
}

/* ---- what may fail ---- */

/**
 * report_guarded - do what may read bad memory, as part of a report
 * @what: called with @arg; what it has taken when it calls this function, it holds afterwards
 * @arg: for it
 *
 * May be called inside itself: a trap comes back to the innermost call that is in its context. So who
 * needs a lock takes it first, reads inside, and lets go behind, whatever was the outcome.
 *
 * Return: false if a trap ended @what, which has reported itself. Without a report of this CPU's @what
 * is just called.
 */
noinline bool report_guarded(void (*what)(void *arg), void *arg)
{
	struct guard *g, outer; /* not changed behind recovery_save(), so right when the jump arrives */

	if (!my_turn()) {
		what(arg);
		return true;
	}
	g = this_cpu_ptr(&guard);
	outer = *g;
	g->set = false;
	barrier();
	g->turn = READ_ONCE(turn);
	g->preempt = preempt_count();
	g->locks = lockdep_depth();
	if (recovery_save(&g->way)) {
		*this_cpu_ptr(&guard) = outer;
		return false;
	}
	g->set = true;
	barrier();
	what(arg);
	barrier();
	*this_cpu_ptr(&guard) = outer;
	return true;
}

/* Where a trap leads that struck in report_guarded(), whatever it left open. */
static void guard_jump(void)
{
	struct guard *g = this_cpu_ptr(&guard);

	if (!my_turn() || !g->set || preempt_count() != g->preempt)
		return;
	WRITE_ONCE(turn, g->turn);
	lockdep_forget(g->locks);
	recovery_jump(&g->way);
}

/**
 * report_unguard - no fault leads back to who set the guard any more
 *
 * Without an effect outside of a report of this CPU's. Context: any.
 */
void report_unguard(void)
{
	if (my_turn())
		this_cpu_ptr(&guard)->set = false;
}

struct formatted {
	const char *prefix, *fmt;
	va_list *args;
	char text[LINE_SIZE];
};

static void format(void *arg)
{
	struct formatted *f = arg;
	int n = scnprintf(f->text, sizeof(f->text), "%s", f->prefix);

	vscnprintf(f->text + n, sizeof(f->text) - n, f->fmt, *f->args);
}

static __printf(2, 0) void put_formatted(const char *prefix, const char *fmt, va_list *args)
{
	struct formatted f = { .prefix = prefix, .fmt = fmt, .args = args };

	if (!report_guarded(format, &f))
		scnprintf(f.text, sizeof(f.text), "%s(this line can't be read: %s)", prefix, fmt);
	put_line(f.text);
}

/* Inside a nested report details are left out, and all lines of one that nobody is to see. */
bool report_details_wanted(void)
{
	return my_turn() && depth() <= 1 && !engine.held;
}

/* ---- open and close ---- */

static const char *context_words(void)
{
	return in_nmi() ? " (in an NMI)" : in_hardirq() ? " (in an interrupt)" : "";
}

/* `held`: how many like it were held back before. */
static void open_outermost(enum report_kind kind, const char *fmt, va_list *args, unsigned int held)
{
	put_line(separator);
	put_formatted("", fmt, args);
	if (kind == REPORT_OTHER)
		return;
	report_line("CPU: %u PID: %d Comm: %s%s", smp_processor_id(), current->pid, current->comm,
		    context_words());
	if (held)
		report_line(
			"(%u report%s like this one, from the same place, %s held back before)",
			held, plural(held), held == 1 ? "was" : "were");
}

static __printf(3, 0) void open_report(enum report_kind kind, unsigned long opener, const char *fmt,
				       va_list *args)
{
	unsigned int held = 0;

	engine_enter();
	if (depth() > MAX_NESTED) {
		kprint_raw("Kernel panic - reports keep failing inside reports\n");
		machine_exit(EXIT_PANIC);
	}
	if (depth() > 1) {
		if (!engine.held)
			put_formatted("(while reporting) ", fmt, args);
		engine.by_kind[kind]++;
		return;
	}
	engine.kind = kind;
	engine.by_kind[kind]++;
	engine.advised = false;
	engine.held = !report_may_show(kind, opener, capture.on, &held);
	if (!engine.held)
		open_outermost(kind, fmt, args, held);
}

/**
 * report_open - open a report
 * @kind: its row in report_kinds.def
 * @fmt: the headline
 *
 * Inside another report of this CPU only the headline is written. Preemption and interrupts are off
 * until report_end(): ask before what depends on that.
 */
void report_open(enum report_kind kind, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	open_report(kind, _RET_IP_, fmt, &args);
	va_end(args);
}

/**
 * report_begin - open a report that has no row in report_kinds.def: those of tests
 * @fmt: the headline
 */
void report_begin(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	open_report(REPORT_OTHER, _RET_IP_, fmt, &args);
	va_end(args);
}

static void end_outermost(void)
{
	if (engine.kind != REPORT_OTHER) {
		if (!engine.advised)
			report_advice("%s", kind_advice[engine.kind]);
		report_line("Report id: %s", kind_ids[engine.kind]);
	}
	put_line(separator);
}

/**
 * report_end - close the report and count it
 *
 * Ends the machine if nobody waited for the report and panic_on_warn is set; a report inside
 * another one lets that finish first.
 */
void report_end(void)
{
	bool mine = my_turn(), expected = capture.on, fatal = !expected && panic_on_warn;

	if (mine && report_details_wanted())
		end_outermost();
	ADD_ONCE(engine.closed, 1);
	if (expected) {
		ADD_ONCE(engine.expected, 1);
		ADD_ONCE(capture.reports, 1);
	}
	if (mine && depth() > 1) {
		engine.fatal |= fatal;
		fatal = false;
	} else if (mine) {
		fatal |= engine.fatal;
		engine.fatal = false;
	}
	engine_leave();
	if (fatal)
		panic("kernel: panic_on_warn set ...");
}

/* Lines that are no report. */
void report_talk_begin(void)
{
	engine_enter();
	if (depth() == 1)
		engine.held = false;
}

void report_talk_end(void)
{
	engine_leave();
}

/**
 * report_line - one line of detail
 * @fmt: the line, without a newline
 */
void report_line(const char *fmt, ...)
{
	va_list args;

	if (!report_details_wanted())
		return;
	va_start(args, fmt);
	put_formatted("", fmt, &args);
	va_end(args);
}

/**
 * report_advice - what this usually means, and where to look
 * @fmt: one plain sentence
 */
void report_advice(const char *fmt, ...)
{
	va_list args;

	if (!report_details_wanted())
		return;
	engine.advised = true;
	va_start(args, fmt);
	put_formatted("Advice: ", fmt, &args);
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

struct explained {
	unsigned long addr;
	const struct report_explainer *by; /* NULL: what every kernel knows */
	char text[LINE_SIZE];
};

static bool on_a_stack(unsigned long addr)
{
	unsigned long low, high;
	const char *name;

	return stack_bounds(addr, &low, &high, &name);
}

static void ask_explainers(void *arg)
{
	struct explained *x = arg;
	struct report_explainer *e = engine.explainers;

	if (on_a_stack(x->addr)) /* whose it is says more than which area it lies in */
		e = NULL;
	for (; e; e = e->next) {
		if (e->explain(x->addr, x->text, sizeof(x->text))) {
			x->by = e;
			return;
		}
	}
	explain_builtin(x->addr, x->text, sizeof(x->text));
}

/* One line about `addr`: what the first explainer that knows it says, or what every kernel knows. */
static void explain(struct explained *x)
{
	if (!report_guarded(ask_explainers, x))
		scnprintf(x->text, sizeof(x->text),
			  "what stands there can't be read: it is damaged, or being changed");
}

static void ask_for_more(void *arg)
{
	const struct explained *x = arg;

	x->by->more(x->addr);
}

/**
 * report_address - say what an address is
 * @addr: any value
 */
void report_address(const void *addr)
{
	struct explained x = { .addr = (unsigned long)addr };

	if (!report_details_wanted())
		return;
	explain(&x);
	report_line("Address 0x%016lx: %s", x.addr, x.text);
	if (x.by && x.by->more)
		report_guarded(ask_for_more, &x);
}

/**
 * report_explain - what report_address() would say, as part of a line
 * @addr: any value
 * @buf: gets the text
 * @size: of @buf
 *
 * Return: false, and nothing is written, if @addr is in no region of the address space.
 */
bool report_explain(unsigned long addr, char *buf, size_t size)
{
	struct explained x = { .addr = addr };

	if (!explain_region(addr, buf, size))
		return false;
	explain(&x);
	scnprintf(buf, size, "%s", x.text);
	return true;
}

static void ask_for_trail(void *arg)
{
	struct explained *x = arg;

	for (struct report_explainer *e = engine.explainers; e; e = e->next)
		if (e->trail && e->trail(x->addr, x->text, sizeof(x->text)))
			return;
	x->text[0] = '\0';
}

void report_trail(unsigned long addr)
{
	struct explained x = { .addr = addr };

	if (report_details_wanted() && report_guarded(ask_for_trail, &x) && x.text[0])
		report_line("%s", x.text);
}

struct advised {
	unsigned long addr;
	const char *advice;
};

static void ask_for_advice(void *arg)
{
	struct advised *x = arg;

	for (struct report_explainer *e = engine.explainers; e && !x->advice; e = e->next)
		x->advice = e->advise ? e->advise(x->addr) : NULL;
}

/* The sentence of whoever knows the address best, or NULL. */
const char *explainer_advice(unsigned long addr)
{
	struct advised x = { .addr = addr };

	return report_guarded(ask_for_advice, &x) ? x.advice : NULL;
}

bool report_explain_nothing(unsigned long addr, char *buf, size_t size)
{
	return false;
}

struct report_explainer *report_explainers(void)
{
	return engine.explainers;
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
 * report_kind_count - how many reports of a kind were closed since boot
 * @kind: which
 *
 * Context: any.
 */
unsigned long report_kind_count(enum report_kind kind)
{
	return READ_ONCE(engine.by_kind[kind]);
}

/**
 * report_kinds_show - how often each kind was reported, those that never were left out
 * @line: gets each line
 */
void report_kinds_show(void (*line)(const char *text))
{
	char text[160];
	int n = 0;

	for (unsigned int k = REPORT_OTHER + 1; k < NR_REPORT_KINDS; k++) {
		if (!engine.by_kind[k])
			continue;
		n += scnprintf(text + n, sizeof(text) - n, "%s %s %lu",
			       n ? "," : "reports by kind:", kind_ids[k], engine.by_kind[k]);
		if (n < 120)
			continue;
		line(text);
		n = 0;
	}
	if (n)
		line(text);
}

/**
 * report_kind_id - what a kind is called in the README's table
 * @kind: which
 *
 * Context: any.
 */
const char *report_kind_id(enum report_kind kind)
{
	return kind_ids[kind];
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
	/* Reports that are open now will be closed (I4), and each keeps preemption off. */
	current->recovery_count = preempt_count() - this_cpu_read(opened);
	current->recovery_tag = current->alloc_tag;
	current->recovery_locks = lockdep_depth();
	current->recovery_sleep = current->sleep;
	return before;
}

void report_die(const char *why, bool irqs_off)
{
	struct recovery *r = current->trap_recovery;

	guard_jump();
	if (!r)
		panic("%s", why);
	guest_check(why, irqs_off);
	engine_abandon();
	preempt_count_set(current->recovery_count); /* locks may have been held */
	current->alloc_tag = current->recovery_tag;
	lockdep_forget(current->recovery_locks);
	sleep_abandon(current->recovery_sleep);
	recovery_jump(r);
}
