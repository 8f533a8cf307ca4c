// SPDX-License-Identifier: MIT
/*
 * What a report goes through: ids, places that report for ever, traps inside reports, CPUs that wait
 * for each other.
 *
 * Suite "report_robust". Mutations that made it fail:
 *   - report.c: the advice of a kind printed though the report has its own
 *   - a captured report held back without being asked for
 *   - no recovery set in report_guarded(); the guard heeded in another context; or on a used-up stack;
 *     one guard at a time; the outer one not set again behind the inner
 *   - turns never taken over; lines of a CPU that lost its turn printed
 *   - the turn given back by a nested report
 *   - limit.c: what was held back told twice; all places taken for one; kinds not part of the place
 *   - panic_on_warn heeded in the middle of another report
 */
#include <asm/clock.h>
#include <asm/page.h>
#include <asm/percpu.h>
#include <asm/smp.h>
#include <asm/stack.h>
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <quarry/report.h>
#include <quarry/sync.h>
#include "tests/mm/smp_fixture.h"
#include "tests/plant.h"

static unsigned int count_of(const char *text, const char *what)
{
	unsigned int n = 0;

	while ((text = strstr(text, what))) {
		text += strlen(what);
		n++;
	}
	return n;
}

/* ---- layout ---- */

static noinline void one_of_a_kind(bool advice)
{
	report_open(REPORT_USERCOPY, "planted");
	report_line("detail");
	if (advice)
		report_advice("Its own.");
	report_end();
}

static void kind_is_named(struct kunit *test)
{
	char want[64];

	snprintf(want, sizeof(want), "==\nplanted\nCPU: %u PID: ", smp_processor_id());
	KUNIT_EXPECT_REPORT(
		test, "detail\nAdvice: Its own.\nReport id: usercopy\n==", one_of_a_kind(true));
	KUNIT_EXPECT_REPORT(test, "detail\nAdvice: Check the length against ",
			    one_of_a_kind(false));
	KUNIT_EXPECT_REPORT(test, "\nReport id: usercopy\n==", one_of_a_kind(false));
	KUNIT_EXPECT_STREQ(test, report_kind_id(REPORT_RCU_STALL), "rcu-stall");
}

static void report_in_atomic(struct kunit *test)
{
	unsigned long flags;
	DEFINE_SPINLOCK(lock);

	KUNIT_EXPECT_EQ(test, preempt_count(), 0u);
	KUNIT_EXPECT_REPORT(test, "Report id: usercopy\n", {
		spin_lock_irqsave(&lock, flags);
		one_of_a_kind(true);
		spin_unlock_irqrestore(&lock, flags);
	});
	KUNIT_EXPECT_EQ(test, preempt_count(), 0u);
}

/* ---- places that report for ever ---- */

static noinline void warn_here(unsigned int i)
{
	WARN(true, "number %u\n", i);
}

/* What report_held_show() says: the last line, and how many there were, and spoke of several places. */
static char told[256];
static unsigned int told_lines, told_several;

static void note(const char *text)
{
	strscpy(told, text, sizeof(told));
	told_lines++;
	told_several += strstr(text, "all from") == NULL;
}

static void held_told(void)
{
	told[0] = '\0';
	told_lines = told_several = 0;
	report_held_show(note);
}

/* Of 20 with a burst of 2: 1, 2, 4, 8 and 16. A loop that is unrolled would be 20 places. */
static void places_are_held_back(struct kunit *test)
{
	unsigned long count = report_count();
	const char *text;

	report_capture_start();
	report_limit_captured(2);
	for (volatile unsigned int i = 1; i <= 20; i++)
		warn_here(i);
	held_told();
	report_limit_captured(0);
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 20);
	KUNIT_EXPECT_EQ(test, report_count(), count + 20);
	KUNIT_EXPECT_EQ(test, count_of(text, "WARNING"), 5);
	KUNIT_EXPECT_EQ(test, count_of(text, "Report id: warn\n"), 5);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\nnumber 16\n"));
	KUNIT_EXPECT_EQ(test, count_of(text, "held back before"), 3);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "(1 report like this one"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "(3 reports like this one"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "(7 reports like this one"));
	KUNIT_EXPECT_NOT_NULL(test,
			      strstr(told, "4 more reports of kind warn were held back, all from "
					   "warn_report"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(told, " <- warn_here"));
	KUNIT_EXPECT_EQ(test, told_lines, 1);
}

static void each_place_has_its_own(struct kunit *test)
{
	const char *text;

	report_capture_start();
	report_limit_captured(1);
	warn_here(1);
	warn_here(2);
	one_of_a_kind(true);
	report_limit_captured(0);
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 3);
	KUNIT_EXPECT_EQ(test, count_of(text, "WARNING"), 2);
	KUNIT_EXPECT_EQ(test, count_of(text, "planted"), 1);
}

static volatile unsigned int ticks_seen;

static enum report_kind told_in_a_timer;

static void report_in_a_timer(struct timer_list *t)
{
	report_open(told_in_a_timer, "planted");
	report_end();
	ticks_seen++;
}

/* Until its tick waits for interrupts to be on. */
static void make_due(struct timer_list *timer)
{
	u64 start;

	local_irq_disable();
	start = clock_ns();
	mod_timer(timer, jiffies + 1);
	while (clock_ns() - start < 3 * 1000000000ULL / HZ)
		cpu_relax();
}

static noinline void let_in(struct timer_list *timer)
{
	unsigned int n = ticks_seen;

	make_due(timer);
	local_irq_enable();
	while (ticks_seen == n)
		cpu_relax();
}

static noinline void let_in_elsewhere(struct timer_list *timer)
{
	unsigned int n = ticks_seen;

	make_due(timer);
	local_irq_enable();
	while (ticks_seen == n)
		cpu_relax();
}

/* Eight ticks that report, in two places by turns. Returns how many were shown. */
static unsigned int shown_of_ticks(struct kunit *test, enum report_kind kind)
{
	struct timer_list timer;
	const char *text;

	told_in_a_timer = kind;
	timer_setup(&timer, report_in_a_timer, 0);
	report_capture_start();
	report_limit_captured(1);
	for (volatile unsigned int i = 0; i < 8; i++)
		i % 2 ? let_in_elsewhere(&timer) : let_in(&timer);
	report_limit_captured(0);
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 8);
	timer_delete_sync(&timer);
	return count_of(text, "\nplanted\n");
}

/* Whom an interrupt meets says nothing of who reports in it, but where the report is about that. */
static void interrupted_code_is_no_place(struct kunit *test)
{
	/* 1, 2, 4 and 8. Two places would have shown 6; a tick may have come another way. */
	KUNIT_EXPECT_LT(test, shown_of_ticks(test, REPORT_WARN), 6);
	KUNIT_EXPECT_GE(test, shown_of_ticks(test, REPORT_RCU_STALL), 6);
}

static void unlimited_unless_asked(struct kunit *test)
{
	const char *text;

	report_capture_start();
	for (unsigned int i = 0; i < 12; i++)
		one_of_a_kind(true);
	report_capture_stop(&text);
	KUNIT_EXPECT_EQ(test, count_of(text, "planted"), 12);
}

/* 256 places: the way to each says its number, bit by bit. */
static void report_far(unsigned int bits, unsigned int left);

static noinline void report_one(unsigned int bits, unsigned int left)
{
	report_far(bits, left);
	barrier();
}

static noinline void report_zero(unsigned int bits, unsigned int left)
{
	report_far(bits, left);
	barrier();
}

static noinline void report_far(unsigned int bits, unsigned int left)
{
	if (!left) {
		report_begin("far");
		report_end();
	} else if (bits >> (left - 1) & 1) {
		report_one(bits, left - 1);
	} else {
		report_zero(bits, left - 1);
	}
	barrier();
}

/* More places than are kept: what finds none shares its kind's, so it is held back all the same. */
static void places_run_out(struct kunit *test)
{
	const char *text;

	report_capture_start();
	report_limit_captured(1);
	for (unsigned int i = 0; i < 3 * 256; i++)
		report_far(i % 256, 8);
	held_told();
	report_limit_captured(0);
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 3 * 256);
	KUNIT_EXPECT_GT(test, told_lines, 64);
	KUNIT_EXPECT_LE(test, told_lines, 129);
	KUNIT_EXPECT_EQ(test, told_several, 1);
}

/* ---- reports that fail themselves ---- */

#define BAD_NULL   0x00dead00beef1000UL
#define BAD_TRAP   0x00dead00beef1008UL
#define BAD_BUG	   0x00dead00beef1010UL
#define BAD_LOCKED 0x00dead00beef1018UL
#define BAD_TWICE  0x00dead00beef1020UL
#define BAD_ADVICE (IMAGE_START + IMAGE_SIZE - 0x1008) /* nothing is mapped there */

static __planted char load(volatile char *p)
{
	return *p;
}

static DEFINE_SPINLOCK(bad_lock);

static void trap(void *arg)
{
	__asm__ __volatile__("ud2");
}

static void nothing(void *arg)
{
}

/* What needs a lock opens it again, though what it reads is bad. */
static bool explain_locked(char *buf, size_t size)
{
	unsigned long flags;
	unsigned int depth;
	bool read, same;

	if (!spin_trylock_irqsave(&bad_lock, flags))
		return false;
	depth = preempt_count();
	read = report_guarded(trap, NULL);
	same = depth == preempt_count() && irqs_disabled();
	spin_unlock_irqrestore(&bad_lock, flags);
	scnprintf(buf, size, "%s, %s", read ? "read" : "damaged", same ? "locked" : "open");
	return true;
}

static bool explain_badly(unsigned long addr, char *buf, size_t size)
{
	switch (addr) {
	case BAD_NULL:
		scnprintf(buf, size, "%c", load((char *)READ_ONCE(*(long *)buf)));
		return true;
	case BAD_TRAP:
		__asm__ __volatile__("ud2");
		return true;
	case BAD_BUG:
		BUG();
		return true;
	case BAD_LOCKED:
		return explain_locked(buf, size);
	case BAD_TWICE: /* behind an inner guard the outer one is there again, whatever came of that */
		report_guarded(nothing, NULL);
		if (!report_guarded(trap, NULL))
			trap(NULL);
		return true;
	case BAD_ADVICE:
		scnprintf(buf, size, "fine");
		return true;
	}
	return false;
}

static const char *advise_badly(unsigned long addr)
{
	if (addr == BAD_ADVICE)
		__asm__ __volatile__("ud2");
	return NULL;
}

static struct report_explainer bad = { .name = "bad",
				       .explain = explain_badly,
				       .advise = advise_badly };

static int add_bad(struct kunit_suite *suite)
{
	static bool added;

	if (!added)
		report_add_explainer(&bad);
	added = true;
	return 0;
}

static noinline void explain(unsigned long addr)
{
	report_open(REPORT_USERCOPY, "explain");
	report_address((void *)addr);
	report_line("afterwards");
	report_end();
}

static const unsigned long bad_addresses[] = { BAD_NULL, BAD_TRAP, BAD_BUG };

static void explainer_traps(struct kunit *test)
{
	const char *text;

	for (unsigned int i = 0; i < 3; i++) {
		report_capture_start();
		explain(bad_addresses[i]);
		KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 2);
		KUNIT_EXPECT_EQ(test, count_of(text, "(while reporting) "), 1);
		KUNIT_EXPECT_NOT_NULL(test, strstr(text, "can't be read: it is damaged"));
		KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\nafterwards\nAdvice: Check the length"));
		KUNIT_EXPECT_EQ(test, preempt_count(), 0u);
	}
}

static void explainer_traps_under_a_lock(struct kunit *test)
{
	unsigned long flags;
	const char *text;

	for (unsigned int i = 0; i < 2; i++) {
		report_capture_start();
		explain(BAD_LOCKED);
		KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 2);
		KUNIT_EXPECT_EQ(test, count_of(text, "(while reporting) "), 1);
		KUNIT_EXPECT_NOT_NULL(test, strstr(text, ": damaged, locked\nafterwards\nAdvice: "));
		KUNIT_EXPECT_EQ(test, preempt_count(), 0u);
		KUNIT_EXPECT_FALSE(test, irqs_disabled());
	}
	KUNIT_ASSERT_TRUE(test, spin_trylock_irqsave(&bad_lock, flags));
	spin_unlock_irqrestore(&bad_lock, flags);
}

static void explainer_traps_twice(struct kunit *test)
{
	const char *text;

	report_capture_start();
	explain(BAD_TWICE);
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 3);
	KUNIT_EXPECT_EQ(test, count_of(text, "(while reporting) "), 2);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "can't be read: it is damaged"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\nafterwards\nAdvice: Check the length"));
	KUNIT_EXPECT_EQ(test, preempt_count(), 0u);
}

/* The trap's report loses its advice, and leads where the test says. */
static void advice_traps(struct kunit *test)
{
	struct recovery here, *before;
	const char *text;

	report_capture_start();
	before = report_set_recovery(&here);
	if (!recovery_save(&here))
		*(volatile char *)BAD_ADVICE = 1;
	report_set_recovery(before);
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 2);
	KUNIT_EXPECT_EQ(test, count_of(text, "(while reporting) invalid opcode"), 1);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, ": fine\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "Report id: wild-access\n"));
}

static noinline void format_garbage(void)
{
	const char *volatile garbage = (const char *)0x6b6b6b6b6b6b6b6bUL;

	report_open(REPORT_USERCOPY, "garbage");
	report_line("name: %.*s", 4, garbage);
	report_line("afterwards");
	report_end();
}

static void format_traps(struct kunit *test)
{
	const char *text;

	report_capture_start();
	format_garbage();
	report_capture_stop(&text);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\nafterwards\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "Report id: usercopy"));
}

/* The guard belongs to a line: a trap between two of them goes where the test says. */
static void guard_ends_with_its_line(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "(while reporting) invalid opcode", {
		report_open(REPORT_USERCOPY, "outer");
		report_line("a line");
		__asm__ __volatile__("ud2");
	});
	KUNIT_EXPECT_EQ(test, preempt_count(), 0u);
}

/* Reports of every depth, and the next is whole again. */
static void nested_deeply(struct kunit *test)
{
	const char *text;

	report_capture_start();
	for (unsigned int i = 0; i < 6; i++)
		report_open(REPORT_USERCOPY, "depth %u", i);
	for (unsigned int i = 0; i < 6; i++)
		report_end();
	one_of_a_kind(true);
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 7);
	KUNIT_EXPECT_EQ(test, count_of(text, "(while reporting) depth"), 5);
	KUNIT_EXPECT_EQ(test, count_of(text, "Report id: usercopy\n"), 2);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\ndetail\n"));
}

/* ---- inside printk ---- */

static void report_from_the_console(const char *line, size_t n)
{
	static bool busy;

	if (busy)
		return;
	busy = true;
	one_of_a_kind(true);
	busy = false;
}

static void inside_printk(struct kunit *test)
{
	printk_hook_t before;
	const char *text;

	report_capture_start();
	before = printk_set_hook(report_from_the_console);
	pr_info("a message\n");
	printk_set_hook(before);
	KUNIT_EXPECT_GE(test, report_capture_stop(&text), 1);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "Report id: usercopy\n"));
}

/* An interrupt's handler may take the lock with which another CPU waits for its turn. */
static void interrupts_are_off(struct kunit *test)
{
	bool before = irqs_disabled(), outer, behind;

	report_capture_start();
	report_open(REPORT_USERCOPY, "outer");
	outer = irqs_disabled();
	report_open(REPORT_USERCOPY, "inner");
	report_end();
	behind = irqs_disabled();
	report_end();
	KUNIT_EXPECT_EQ(test, irqs_disabled(), before);
	report_capture_stop(NULL);
	KUNIT_EXPECT_TRUE(test, outer && behind);
	local_irq_disable();
	report_capture_start(); /* owns the engine, too */
	report_capture_stop(NULL);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	local_irq_enable();
}

/* ---- CPUs that wait for each other ---- */

static atomic_t step;

static bool irqs_came_back;

/* CPU 0, once CPU 1 has a report open and waits. */
static void take_the_turn(void)
{
	while (atomic_read_acquire(&step) != 1)
		smp_relax();
	one_of_a_kind(true);
	atomic_set_release(&step, 2);
}

/* CPU 1 has a report open and waits for CPU 0, which reports: only one of them can go on. */
static void wait_for_each_other(void *unused)
{
	bool off = irqs_disabled();

	switch (smp_processor_id()) {
	case 1:
		report_open(REPORT_USERCOPY, "the first");
		atomic_set_release(&step, 1);
		while (atomic_read_acquire(&step) != 2)
			smp_relax();
		report_line("too late");
		report_end();
		irqs_came_back = irqs_disabled() == off;
		break;
	case 0:
		take_the_turn();
		break;
	}
}

static void turn_is_taken_over(struct kunit *test)
{
	u64 patience = report_patience_ns;
	const char *text;

	smp_need(test);
	atomic_set(&step, 0);
	report_patience_ns = 1000000;
	report_capture_start();
	run_on_cpus(wait_for_each_other, NULL);
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 2);
	report_patience_ns = patience;
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\nthe first\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "(the report ends here: its CPU doesn't go on)\n"
						 "==="));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\nplanted\n"));
	KUNIT_EXPECT_NULL(test, strstr(text, "too late"));
	KUNIT_EXPECT_TRUE(test, irqs_came_back);
	/* And nothing is left open. */
	KUNIT_EXPECT_REPORT(test, "\ndetail\n", one_of_a_kind(true));
	KUNIT_EXPECT_EQ(test, preempt_count(), 0u);
}

/* In a guard: when this comes back from its wait, the turn is another's. */
static void lose_turn(void *unused)
{
	atomic_set_release(&step, 1);
	while (atomic_read_acquire(&step) != 2)
		smp_relax();
	trap(NULL);
}

static noinline void lose_turn_and_trap(void)
{
	report_open(REPORT_USERCOPY, "the first");
	report_guarded(lose_turn, NULL);
}

static noinline void report_and_trap(void)
{
	report_open(REPORT_USERCOPY, "the second");
	trap(NULL);
}

/* Does a trap lead back here? */
static noinline bool trapped(void (*fn)(void))
{
	struct recovery *const outer = report_set_recovery(NULL);
	volatile bool ended = false;
	struct recovery here;

	if (!recovery_save(&here)) {
		report_set_recovery(&here);
		fn();
		ended = true;
	}
	report_set_recovery(outer);
	return !ended;
}

static bool came_back;

static void lose_the_guard(void *unused)
{
	switch (smp_processor_id()) {
	case 1:
		came_back = trapped(lose_turn_and_trap) && trapped(report_and_trap);
		break;
	case 0:
		take_the_turn();
		break;
	}
}

/* A guard ends with the report that set it, though that has no turn to give back. */
static void guard_ends_with_a_lost_turn(struct kunit *test)
{
	unsigned long traps = report_kind_count(REPORT_TRAP);
	u64 patience = report_patience_ns;
	const char *text;

	smp_need(test);
	atomic_set(&step, 0);
	came_back = false;
	report_patience_ns = 1000000;
	report_capture_start();
	run_on_cpus(lose_the_guard, NULL);
	report_capture_stop(&text);
	report_patience_ns = patience;
	KUNIT_EXPECT_TRUE(test, came_back);
	KUNIT_EXPECT_EQ(test, report_kind_count(REPORT_TRAP) - traps, 2);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\nthe second\n"));
	KUNIT_EXPECT_REPORT(test, "\ndetail\n", one_of_a_kind(true));
}

/* All report at once, many times: each report is whole, and none is lost. */
static void report_often(void *unused)
{
	for (unsigned int i = 0; i < 4; i++)
		one_of_a_kind(false);
}

static void all_report_at_once(struct kunit *test)
{
	unsigned int reports = 4 * READ_ONCE(nr_online_cpus);
	const char *text;

	smp_need(test);
	report_capture_start();
	run_on_cpus(report_often, NULL);
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), reports);
	KUNIT_EXPECT_EQ(test, count_of(text, "(while reporting)"), 0);
	KUNIT_EXPECT_EQ(test, count_of(text, "==\nplanted\nCPU: "), count_of(text, "planted\n"));
}

static struct kunit_case report_robust_cases[] = { KUNIT_CASE(kind_is_named),
						   KUNIT_CASE(report_in_atomic),
						   KUNIT_CASE(places_are_held_back),
						   KUNIT_CASE(each_place_has_its_own),
						   KUNIT_CASE(interrupted_code_is_no_place),
						   KUNIT_CASE(unlimited_unless_asked),
						   KUNIT_CASE(places_run_out),
						   KUNIT_CASE(explainer_traps),
						   KUNIT_CASE(explainer_traps_under_a_lock),
						   KUNIT_CASE(explainer_traps_twice),
						   KUNIT_CASE(advice_traps),
						   KUNIT_CASE(format_traps),
						   KUNIT_CASE(guard_ends_with_its_line),
						   KUNIT_CASE(nested_deeply),
						   KUNIT_CASE(inside_printk),
						   KUNIT_CASE(interrupts_are_off),
						   KUNIT_CASE(turn_is_taken_over),
						   KUNIT_CASE(guard_ends_with_a_lost_turn),
						   KUNIT_CASE(all_report_at_once),
						   {} };

static struct kunit_suite report_robust_suite = { .name = "report_robust",
						  .suite_init = add_bad,
						  .test_cases = report_robust_cases };
kunit_test_suite(report_robust_suite);
