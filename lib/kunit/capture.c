/* SPDX-License-Identifier: MIT */
/*
 * Tests that plant a bug: expecting a report, no report, a fault.
 *
 * The report engine records what is reported between capture start and stop instead of printing it;
 * the check then counts the reports and looks for a text in them. A statement that must trap runs
 * with the trap's way out (report_set_recovery) pointing into the checking macro itself, so the
 * case goes on behind it:
 *
 *	recovery_save ─ arm ─ statement ─┬─ returned: the check fails
 *	      ▲                          │
 *	      └── trap_report ◄──────────┘ trapped: the check looks at the report
 *
 * I1: at most one capture is open; test->capturing says so. A second one inside it fails the case
 * instead of losing the first. I2: whoever leaves the case early (ASSERT_, a trap that was not
 * expected) has the capture closed by the runner, and what was captured
 *     is printed then, since it's the best hint at what happened.
 * I3: a mismatch prints what was captured.
 * Context: the case's, interrupts on or off; traps on an IST stack included.
 */
#include <linux/types.h>
#include <linux/string.h>
#include <quarry/report.h>
#include "internal.h"

void __kunit_capture_start(struct kunit *test)
{
	if (test->capturing) {
		kunit_fail_text(test, "expected reports and faults do not nest");
		__kunit_abort(test);
	}
	test->capturing = true;
	report_capture_start();
}

static unsigned int capture_stop(struct kunit *test, const char **text)
{
	test->capturing = false;
	return report_capture_stop(text);
}

static void show_captured(struct kunit *test, unsigned int n, const char *text)
{
	if (n)
		kunit_diag(test, "    | ", text);
}

void __kunit_capture_check(struct kunit *test, const struct kunit_check *c, const char *want)
{
	const char *text;
	unsigned int n = capture_stop(test, &text);

	if (!want) {
		if (!n)
			return;
		__kunit_fail(test, c, "    Expected %s to raise no report, but it raised %u",
			     c->left, n);
	} else if (n != 1) {
		__kunit_fail(test, c,
			     "    Expected %s to raise one report (\"%s\"), but it raised %u",
			     c->left, want, n);
	} else if (!strstr(text, want)) {
		__kunit_fail(test, c, "    Expected %s to report \"%s\", but it reported", c->left,
			     want);
	} else {
		return;
	}
	show_captured(test, n, text);
}

void __kunit_fault_arm(struct kunit *test, struct kunit_fault_scope *scope)
{
	__kunit_capture_start(test);
	scope->returned = false;
	scope->outer = report_set_recovery(&scope->here);
}

void __kunit_fault_returned(struct kunit_fault_scope *scope)
{
	scope->returned = true;
}

void __kunit_fault_check(struct kunit *test, const struct kunit_check *c,
			 struct kunit_fault_scope *scope, const char *want)
{
	const char *text;
	unsigned int n;

	report_set_recovery(scope->outer);
	n = capture_stop(test, &text);
	if (scope->returned)
		__kunit_fail(test, c, "    Expected %s to trap (\"%s\"), but it did not", c->left,
			     want);
	else if (n != 1)
		__kunit_fail(test, c, "    Expected %s to raise one report, but it raised %u",
			     c->left, n);
	else if (!strstr(text, want))
		__kunit_fail(test, c, "    Expected %s to trap with \"%s\", but it reported",
			     c->left, want);
	else
		return;
	show_captured(test, n, text);
}

void kunit_capture_abandon(struct kunit *test)
{
	const char *text;
	unsigned int n;

	if (!test->capturing)
		return;
	n = capture_stop(test, &text);
	show_captured(test, n, text);
}
