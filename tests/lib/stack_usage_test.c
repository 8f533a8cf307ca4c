// SPDX-License-Identifier: MIT
/*
 * How deep threads' stacks got, and the mark at their end.
 *
 * Suite "stack_usage". Mutations that made it fail:
 *   - kthread.c: the stack not zeroed; no look at it when the thread ends; stack_end_mark() left out
 *   - sched.c: the mark not looked at
 *   - stack.c: the last instead of the deepest remembered; the mark not put back
 *   - threads.c: the count starts at `high`; stacks of CPUs left out
 */
#include <asm/page.h>
#include <asm/stack.h>
#include <asm/thread.h>
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <quarry/report.h>
#include <quarry/stack.h>
#include "tests/plant.h"

#define DEEP 6000 /* of THREAD_SIZE, 16 KiB */

noinline unsigned int stack_usage_test_use(unsigned int bytes);

/* Some bytes of the stack are written, the lowest too. */
noinline unsigned int stack_usage_test_use(unsigned int bytes)
{
	volatile u8 room[512];

	for (unsigned int i = 0; i < sizeof(room); i++)
		room[i] = 0xff;
	return bytes > sizeof(room) ? stack_usage_test_use(bytes - sizeof(room)) + room[0] : 0;
}

static int use(void *bytes)
{
	return stack_usage_test_use((unsigned long)bytes) >= 0;
}

struct job {
	int (*fn)(void *);
	void *arg;
	struct completion begun;
};

static int do_job(void *arg)
{
	struct job *job = arg;

	complete(&job->begun);
	return job->fn(job->arg);
}

/* One that is stopped before it has begun does nothing. */
static void run_thread(struct kunit *test, int (*fn)(void *), unsigned long arg, const char *name)
{
	struct job job = { .fn = fn, .arg = (void *)arg };
	struct task_struct *p;

	init_completion(&job.begun);
	p = kthread_create(do_job, &job, "%s", name);
	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	get_task_struct(p);
	wake_up_process(p);
	wait_for_completion(&job.begun);
	KUNIT_EXPECT_EQ(test, kthread_stop(p), 1);
	put_task_struct(p);
}

/* ---- the deepest that ended ---- */

static void the_deepest_is_remembered(struct kunit *test)
{
	bool before = stack_usage_watch(true);
	unsigned long flat, deep, after;
	char name[32];

	run_thread(test, use, 0, "flat");
	flat = stack_usage_deepest(name, sizeof(name));
	KUNIT_EXPECT_LT(test, flat, THREAD_SIZE - 512);
	run_thread(test, use, DEEP, "deep");
	deep = stack_usage_deepest(name, sizeof(name));
	KUNIT_EXPECT_LE(test, deep, THREAD_SIZE - DEEP);
	KUNIT_EXPECT_NOT_NULL(test, strstr(name, " deep"));
	run_thread(test, use, 0, "flat");
	after = stack_usage_deepest(name, sizeof(name));
	KUNIT_EXPECT_EQ(test, after, deep);
	KUNIT_EXPECT_NOT_NULL(test, strstr(name, " deep"));
	stack_usage_watch(before);
}

static void nobody_looks_unless_told(struct kunit *test)
{
	bool before = stack_usage_watch(false);
	char name[32];

	run_thread(test, use, DEEP, "unwatched");
	KUNIT_EXPECT_EQ(test, stack_usage_deepest(name, sizeof(name)), ~0UL);
	stack_usage_watch(before);
}

/* ---- stacks that there are ---- */

static bool find_stack(const char *part, struct stack_usage *u)
{
	for (unsigned int n = 0; stack_usage(n, u); n++) {
		if (u->size && strstr(u->name, part))
			return true;
	}
	return false;
}

static int measure(void *arg)
{
	struct stack_usage before, after;

	if (!find_stack("measured", &before))
		return 2;
	stack_usage_test_use(DEEP);
	if (!find_stack("measured", &after))
		return 3;
	/* An interrupt may have been deeper before. */
	if (after.unused > before.unused || after.unused > THREAD_SIZE - DEEP)
		return 4;
	return after.size == THREAD_SIZE ? 1 : 5;
}

static void living_threads_are_measured(struct kunit *test)
{
	struct stack_usage u;

	run_thread(test, measure, 0, "measured");
	KUNIT_EXPECT_FALSE(test, find_stack("measured", &u));
}

static void stacks_of_cpus_are_measured(struct kunit *test)
{
	struct stack_usage u;

	KUNIT_ASSERT_TRUE(test, find_stack("boot", &u));
	KUNIT_EXPECT_GT(test, u.unused, 0UL);
	KUNIT_EXPECT_LT(test, u.unused, u.size - 1024);
}

/* Read off memory: the lowest byte that isn't 0 decides, and the lowest word is the mark's. */
static void zeros_are_counted(struct kunit *test)
{
	u16 *stack = kunit_kzalloc(test, 256, GFP_KERNEL);
	unsigned long low = (unsigned long)stack;

	KUNIT_ASSERT_NOT_NULL(test, stack);
	KUNIT_EXPECT_EQ(test, stack_unused(low, low + 256), 256UL);
	stack[0] = 1;
	stack[3] = 1;
	KUNIT_EXPECT_EQ(test, stack_unused(low, low + 256), 256UL);
	stack[100] = 0x100;
	KUNIT_EXPECT_EQ(test, stack_unused(low, low + 256), 200UL);
	stack[4] = 1;
	KUNIT_EXPECT_EQ(test, stack_unused(low, low + 256), 8UL);
}

static unsigned int lines, named;

static void look_at_line(const char *text)
{
	lines++;
	named += !strncmp(text, "boot ", 5) || strstr(text, "used greatest stack depth: ");
}

static void all_are_shown(struct kunit *test)
{
	bool before = stack_usage_watch(true);

	run_thread(test, use, 0, "shown");
	lines = named = 0;
	stack_usage_show(look_at_line);
	KUNIT_EXPECT_GE(test, lines, 4u);
	KUNIT_EXPECT_EQ(test, named, 2u);
	stack_usage_watch(before);
}

/* ---- the end ---- */

#define END 0x57AC6E9DUL

static unsigned long *end_of_this_stack(void)
{
	unsigned long low = 0, high;
	const char *name;

	stack_bounds((unsigned long)&low, &low, &high, &name);
	return (unsigned long *)low;
}

/* Twice: the report puts the mark back. */
static int loses_its_end(void *unused)
{
	unsigned long *volatile end = end_of_this_stack();
	static unsigned int turn;
	struct recovery here;

	turn = 0;
	if (plant_read64(end) != END)
		return 2;
	recovery_save(&here);
	report_set_recovery(&here);
	if (turn++ < 2) {
		plant_write64(end, 0x4141414141414141UL);
		yield();
		return 3;
	}
	yield();
	return plant_read64(end) == END;
}

static void a_lost_end_is_reported(struct kunit *test)
{
	const char *text;

	report_capture_start();
	run_thread(test, loses_its_end, 0, "endless");
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 2u);
	KUNIT_EXPECT_NOT_NULL(test,
			      strstr(text, "BUG: corrupted stack end detected inside scheduler"));
	KUNIT_EXPECT_NOT_NULL(
		test,
		strstr(text,
		       " endless: the lowest word of its stack is 0x4141414141414141 instead of 0x0000000057ac6e9d"));
}

static void this_end_is_marked(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, plant_read64(end_of_this_stack()), END);
}

static struct kunit_case cases[] = { KUNIT_CASE(the_deepest_is_remembered),
				     KUNIT_CASE(nobody_looks_unless_told),
				     KUNIT_CASE(living_threads_are_measured),
				     KUNIT_CASE(stacks_of_cpus_are_measured),
				     KUNIT_CASE(zeros_are_counted),
				     KUNIT_CASE(all_are_shown),
				     KUNIT_CASE(a_lost_end_is_reported),
				     KUNIT_CASE(this_end_is_marked),
				     {} };
static struct kunit_suite suite = { .name = "stack_usage", .test_cases = cases };

kunit_test_suite(suite);
