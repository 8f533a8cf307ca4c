/* SPDX-License-Identifier: MIT */
/*
 * The report engine: every bug report of Quarry is printed through here, in Linux's layout.
 *
 *	report_open(REPORT_SLAB_REDZONE_RIGHT, "BUG %s (Not tainted): Right Redzone overwritten", name);
 *	report_line("0x%px-0x%px @offset=%lu. First byte 0x%x instead of 0x%x", …);
 *	report_address(p);
 *	report_stack_here(NULL);
 *	report_dump("Object", p, 64, DUMP_PREFIX_ADDRESS-like hex and ASCII);
 *	report_advice("The byte behind an object was written: …");
 *	report_end();
 *
 * Context: any. A report that starts while another one is being printed on this CPU is printed
 * inside it, shortened to its headline. After report_end() execution goes on, unless panic_on_warn
 * is set.
 */
#ifndef QUARRY_REPORT_H
#define QUARRY_REPORT_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/panic.h>

struct pt_regs;
struct recovery;

enum report_kind {
	REPORT_OTHER, /* a test's own: it has no id */
#define KIND(name, ...) REPORT_##name,
#include <quarry/report_kinds.def>
#undef KIND
	NR_REPORT_KINDS
};
const char *report_kind_id(enum report_kind kind);

/*
 * Open a report: the separator line and the headline. The kernel's own reports are of a kind; one
 * without is for tests. Preemption is off until report_end().
 */
void report_open(enum report_kind kind, const char *fmt, ...) __printf(2, 3);
void report_begin(const char *fmt, ...) __printf(1, 2);
/* One line of detail. */
void report_line(const char *fmt, ...) __printf(1, 2);
/*
 * Say what `addr` is (region, poison pattern, object, area …), by asking the registered explainers.
 */
void report_address(const void *addr);
/* The same in `buf`, for a line of one's own. False: `addr` is in no region of the address space. */
bool report_explain(unsigned long addr, char *buf, size_t size);
/* A symbolised stack that was saved earlier. */
void report_stack(const char *title, const unsigned long *ips, unsigned int n);
/* The stack of the caller (regs NULL) or of a trap. */
void report_stack_here(const struct pt_regs *regs);
/* Hex and ASCII of memory that may itself be bad to read (unreadable bytes are shown as ??). */
void report_dump(const char *title, const void *addr, size_t len);
/* One plain sentence: what this usually means, and where to look. */
void report_advice(const char *fmt, ...) __printf(1, 2);
/* Close the report; count it. */
void report_end(void);
/* Called by the compiler's code when a function's stack canary was changed. */
void __stack_chk_fail(void) __noreturn;
/*
 * Behind a report that can't be followed by going on: to the recovery that a test set, or
 * panic(why). @irqs_off: interrupts were off where it struck.
 */
void report_die(const char *why, bool irqs_off) __noreturn;

/* Reports closed so far, and those among them that no capture was waiting for. */
unsigned long report_count(void);
unsigned long report_unexpected(void);

/*
 * For tests: between start and stop, reports are recorded instead of printed and count as expected.
 * stop returns how many there were and where their text stands (valid until the next start).
 * Captures do not nest.
 */
void report_capture_start(void);
unsigned int report_capture_stop(const char **text);

/*
 * A place that reports often is held back (lib/report/limit.c). For tests: do it with what is
 * captured too, after `n` reports of each place; 0 ends that. And what was held back, and how often
 * each kind was reported, to be shown at the end of a run.
 */
void report_limit_captured(unsigned int n);
void report_held_show(void (*line)(const char *text));
void report_kinds_show(void (*line)(const char *text));
unsigned long report_kind_count(enum report_kind kind);
/* How long other CPUs wait for a report that doesn't go on, before they report themselves. */
extern u64 report_patience_ns;

/*
 * Where a trap that would end the machine goes instead, after its report (NULL: panic). Returns the
 * previous one.
 */
struct recovery *report_set_recovery(struct recovery *r);

/* What ends a word that is counted: "1 byte", "0 bytes". */
static inline const char *plural(unsigned long n)
{
	return n == 1 ? "" : "s";
}

/*
 * An explainer knows one kind of address. It writes one line about `addr` into `buf` and returns
 * true, or returns false. It must not wait or allocate. A fault costs what it wanted to say, no more,
 * as it is asked in report_guarded(); but that doesn't open locks. So one that needs a lock tries it
 * (spin_trylock_irqsave()), reads what is under it in a report_guarded() of its own, and unlocks.
 * Explainers are asked in order of registration; the first that knows the address wins.
 */
struct report_explainer {
	const char *name;
	bool (*explain)(unsigned long addr, char *buf, size_t size);
	/*
	 * What an access to `addr` that failed usually means, or NULL; the member itself may be
	 * NULL.
	 */
	const char *(*advise)(unsigned long addr);
	/* What more there is to tell, for whatis(), by report_whatis_line(); may be NULL. */
	void (*tell)(unsigned long addr);
	/* How the page tables lead there, one line, for reports of page faults; may be NULL. */
	bool (*trail)(unsigned long addr, char *buf, size_t size);
	/* Further lines about an address that it explained: who had it. The member may be NULL. */
	void (*more)(unsigned long addr);
	struct report_explainer *next;
};
void report_add_explainer(struct report_explainer *e);
/* For one that only tells more. */
bool report_explain_nothing(unsigned long addr, char *buf, size_t size);

/*
 * Call what(arg), which may read memory that is bad. False: a trap ended it, which has reported
 * itself. Without a report of this CPU's it is just called. May be called inside itself.
 */
bool report_guarded(void (*what)(void *arg), void *arg);

/*
 * Everything that is known about any address, in several lines: as part of a report, or alone.
 * `about` stands in front of a line. Any context; nothing is allocated, no lock is waited for.
 */
void report_whatis(const void *addr);
void report_whatis_line(const char *about, const char *fmt, ...) __printf(2, 3);
void whatis(const void *addr);
void whatis_boot(void);

/*
 * If `v` looks like a known pattern (poison, list poison, ZERO_SIZE_PTR, small offset from NULL,
 * error pointer) name it, else NULL.
 */
const char *report_pattern(unsigned long v);
/* What to make of such a value, where it was used as a pointer; NULL if it looks like nothing. */
const char *report_pattern_advice(unsigned long v);

extern bool panic_on_warn;

#endif
