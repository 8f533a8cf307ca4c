// SPDX-License-Identifier: MIT
/* A module that brings its own KUnit suite: it runs between init and exit. */
#include <kunit/test.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/slab.h>

static DEFINE_PER_CPU(int, hits) = 7;
static int constructed;

static void __attribute__((__constructor__)) construct(void)
{
	constructed++;
}

static void strings_are_copied(struct kunit *test)
{
	char *copy = kstrdup("text", GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	KUNIT_EXPECT_STREQ(test, copy, "text");
	kfree(copy);
}

static void per_cpu_begins_as_written(struct kunit *test)
{
	this_cpu_add(hits, 1);
	KUNIT_EXPECT_EQ(test, this_cpu_read(hits), 8);
	this_cpu_add(hits, -1);
}

static void constructors_have_run(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, constructed, 1);
}

static void code_is_read_only(struct kunit *test)
{
	volatile char *code = (volatile char *)construct;

	KUNIT_EXPECT_FAULT(test, "page fault", *code = 0);
}

static struct kunit_case cases[] = { KUNIT_CASE(strings_are_copied),
				     KUNIT_CASE(per_cpu_begins_as_written),
				     KUNIT_CASE(constructors_have_run),
				     KUNIT_CASE(code_is_read_only),
				     {} };
static struct kunit_suite own = { .name = "own_suite", .test_cases = cases };
kunit_test_suite(own);

static void __exit suite_exit(void)
{
	pr_info("exit after %d constructor\n", constructed);
}

module_exit(suite_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("a suite of its own");
