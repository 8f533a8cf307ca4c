// SPDX-License-Identifier: MIT
/*
 * A module that brings its own KUnit suite: it runs between init and exit. Its cases look at what the
 * macros of a module leave in it: parameters, information, exported symbols.
 *
 * Must fail with: module_param() that takes another's address; module_param_cb() without the
 * permissions; MODULE_AUTHOR() as "description"; MODULE_PARM_DESC() without the parameter's name;
 * EXPORT_SYMBOL() of another name.
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

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

static int level = 3;
module_param(level, int, 0644);
MODULE_PARM_DESC(level, "how loud");
static bool quiet;
module_param(quiet, bool, 0);
MODULE_PARM_DESC(quiet, "not at all");

/* What the boot line does to it, and what reading it says. */
static void parameters_are_set(struct kunit *test)
{
	const struct kernel_param *p = &__param_level;
	char text[16] = "";
	int before = level;

	KUNIT_EXPECT_STREQ(test, p->name, "level");
	KUNIT_EXPECT_EQ(test, p->perm, 0644);
	KUNIT_EXPECT_EQ(test, p->ops->set("-12", p), 0);
	KUNIT_EXPECT_EQ(test, level, -12);
	KUNIT_EXPECT_EQ(test, p->ops->set("loud", p), -EINVAL);
	KUNIT_EXPECT_EQ(test, level, -12);
	KUNIT_EXPECT_GT(test, p->ops->get(text, p), 0);
	KUNIT_EXPECT_TRUE(test, !strncmp(text, "-12", 3));
	KUNIT_EXPECT_FALSE(test, quiet);
	KUNIT_EXPECT_EQ(test, __param_quiet.ops->set("yes", &__param_quiet), 0);
	KUNIT_EXPECT_TRUE(test, quiet);
	KUNIT_EXPECT_EQ(test, __param_quiet.perm, 0);
	quiet = false;
	level = before;
}

/* A text of ours among them, so that we know where they are. */
static const char suite_mark[] __used __section(".modinfo") __aligned(1) = "mark=here";

static char *page_of_mark;

/*
 * Is "tag=value" among the module's information, a text of its own? Looked for around a text of it, in a copy: what
 * lies between is nobody's to read.
 */
static bool says(const char *tag, const char *value)
{
	char want[64];
	int n = scnprintf(want, sizeof(want), "%s=%s", tag, value);

	for (const char *p = page_of_mark; p + n < page_of_mark + PAGE_SIZE; p++) {
		if (!memcmp(p, want, n + 1))
			return true;
	}
	return false;
}

static void information_is_there(struct kunit *test)
{
	page_of_mark = kunit_kmalloc(test, PAGE_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, page_of_mark);
	KUNIT_ASSERT_EQ(test, copy_from_kernel_nofault(page_of_mark,
						       (void *)((unsigned long)suite_mark & PAGE_MASK),
						       PAGE_SIZE), 0);
	KUNIT_EXPECT_TRUE(test, says("license", "MIT"));
	KUNIT_EXPECT_TRUE(test, says("author", "the author's name"));
	KUNIT_EXPECT_TRUE(test, says("description", "a suite of its own"));
	KUNIT_EXPECT_TRUE(test, says("parm", "level:how loud"));
	KUNIT_EXPECT_TRUE(test, says("parm", "quiet:not at all"));
	KUNIT_EXPECT_FALSE(test, says("parm", "other:not at all"));
	KUNIT_EXPECT_FALSE(test, says("author", "nobody"));
}

int suite_answer(void);
int suite_answer(void)
{
	return 42;
}
EXPORT_SYMBOL(suite_answer);

int suite_number = 17;
EXPORT_SYMBOL_GPL(suite_number);

/* The tables by which another module finds them. */
static void exports_lead_there(struct kunit *test)
{
	const struct kernel_symbol *f = &__ksymtab_suite_answer, *n = &__ksymtab_suite_number;

	KUNIT_EXPECT_STREQ(test, f->name, "suite_answer");
	KUNIT_EXPECT_PTR_EQ(test, f->value, suite_answer);
	KUNIT_EXPECT_EQ(test, ((int (*)(void))f->value)(), 42);
	KUNIT_EXPECT_STREQ(test, n->name, "suite_number");
	KUNIT_EXPECT_EQ(test, *(const int *)n->value, 17);
}

static int inits, exits;

static int __init suite_init(void)
{
	inits++;
	return 0;
}

static void __exit suite_exit(void)
{
	exits++;
	pr_info("exit after %d constructor, %d init\n", constructed, inits);
}

module_init(suite_init);
module_exit(suite_exit);

/* The loader finds the two by their fixed names; the first has run by now. */
static void init_and_exit_are_found(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, inits, 1);
	KUNIT_EXPECT_EQ(test, exits, 0);
	KUNIT_EXPECT_PTR_EQ(test, (void *)init_module, (void *)suite_init);
	KUNIT_EXPECT_PTR_EQ(test, (void *)cleanup_module, (void *)suite_exit);
}

static struct kunit_case cases[] = { KUNIT_CASE(strings_are_copied),
				     KUNIT_CASE(per_cpu_begins_as_written),
				     KUNIT_CASE(constructors_have_run),
				     KUNIT_CASE(code_is_read_only),
				     KUNIT_CASE(parameters_are_set),
				     KUNIT_CASE(information_is_there),
				     KUNIT_CASE(exports_lead_there),
				     KUNIT_CASE(init_and_exit_are_found),
				     {} };
static struct kunit_suite own = { .name = "own_suite", .test_cases = cases };
kunit_test_suite(own);

MODULE_LICENSE("MIT");
MODULE_AUTHOR("the author's name");
MODULE_DESCRIPTION("a suite of its own");
