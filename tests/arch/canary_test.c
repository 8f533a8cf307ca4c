// SPDX-License-Identifier: MIT
/*
 * Stack canaries: a function that overran an array on its stack does not return.
 *
 * Suite "canary". Mutations that made it fail:
 *   - Makefile: -fno-stack-protector
 *   - stack_report.c: the frame not shown; the address named as if it were no return address
 */
#include <asm/percpu.h>
#include <kunit/test.h>
#include <linux/kthread.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <quarry/report.h>
#include "tests/plant.h"

#define ROOM 16

static volatile char fill = 'S';

__planted unsigned int canary_test_overrun(unsigned int n);

/* No call in it: what is written beyond the array is looked at by nobody but its own return. */
__planted unsigned int canary_test_overrun(unsigned int n)
{
	char room[ROOM];
	volatile char *p = room;

	OPTIMIZER_HIDE_VAR(p);
	for (unsigned int i = 0; i < n; i++)
		p[i] = fill;
	return p[0];
}

static void overrun_is_reported(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "stack-protector: Kernel stack is corrupted in: canary_test_overrun+0x",
			   canary_test_overrun(ROOM + 24));
	KUNIT_EXPECT_FAULT(test, " canary_test_overrun+0x", canary_test_overrun(ROOM + 24));
}

/* What came over the canary can be read in the report. */
static void the_frame_is_shown(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "SSSSSSSSSSSSSSSS", canary_test_overrun(ROOM + 24));
	KUNIT_EXPECT_FAULT(test, "53 53 53 53 53 53 53 53 53 53 53 53 53 53 53 53",
			   canary_test_overrun(ROOM + 24));
}

static void what_fits_is_no_overrun(struct kunit *test)
{
	KUNIT_EXPECT_NO_REPORT(test, canary_test_overrun(ROOM));
}

static int overruns(void *unused)
{
	struct recovery here;

	if (recovery_save(&here))
		return 1;
	report_set_recovery(&here);
	canary_test_overrun(ROOM + 24);
	return 0;
}

/* A thread's stack has a canary too, and its report names it. */
static void threads_have_one(struct kunit *test)
{
	struct task_struct *p = kthread_create(overruns, NULL, "overrunner");
	const char *text;

	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	get_task_struct(p);
	report_capture_start();
	wake_up_process(p);
	KUNIT_EXPECT_EQ(test, kthread_stop(p), 1);
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 1u);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "corrupted in: canary_test_overrun+0x"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, " overrunner stack: locals and canary"));
	put_task_struct(p);
}

static struct kunit_case cases[] = { KUNIT_CASE(overrun_is_reported),
				     KUNIT_CASE(the_frame_is_shown),
				     KUNIT_CASE(what_fits_is_no_overrun),
				     KUNIT_CASE(threads_have_one),
				     {} };
static struct kunit_suite suite = { .name = "canary", .test_cases = cases };

kunit_test_suite(suite);
