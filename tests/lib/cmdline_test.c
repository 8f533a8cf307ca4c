// SPDX-License-Identifier: MIT
/*
 * Tests of lib/base/cmdline.c, over a table of the test's own, with the warnings collected through
 * the message hook.
 *
 * Mutations tried: next_word() not taking quotes away; same_name() without the '-' rule; the
 * setter's error ignored; cut_value() splitting at the last '='; unknown parameters not counted;
 * parse_boot_line() over an empty table.
 */
#include <kunit/test.h>
#include <linux/moduleparam.h>
#include <linux/kstrtox.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/errno.h>
#include <linux/kernel.h>

static char calls[256], warnings[1024], unknowns[128];

static void note(char *where, size_t size, const char *what, const char *val)
{
	strlcat(where, what, size);
	strlcat(where, val ? "=" : "", size);
	strlcat(where, val ? val : "", size);
	strlcat(where, ";", size);
}

static int set_alpha(const char *val)
{
	note(calls, sizeof(calls), "alpha", val);
	return 0;
}

static int set_some_name(const char *val)
{
	note(calls, sizeof(calls), "some_name", val);
	return 0;
}

static int set_number(const char *val)
{
	int n;

	return val ? kstrtoint(val, 0, &n) : -EINVAL;
}

static const struct boot_param table[] = {
	{ "alpha", set_alpha },
	{ "some_name", set_some_name },
	{ "number", set_number },
};

static void collect(const char *line, size_t n)
{
	strncat(warnings, line, min(n, sizeof(warnings) - strlen(warnings) - 1));
}

static void on_unknown(const char *key)
{
	note(unknowns, sizeof(unknowns), key, NULL);
}

/* Parse a copy of `line` with the warnings collected. */
static int parse(const char *line, void (*unknown)(const char *key))
{
	static char copy[256];
	printk_hook_t old;
	int refused;

	calls[0] = warnings[0] = unknowns[0] = '\0';
	strscpy(copy, line, sizeof(copy));
	old = printk_set_hook(collect);
	refused = parse_boot_params(copy, table, ARRAY_SIZE(table), unknown);
	printk_set_hook(old);
	return refused;
}

static void accepted(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, parse("alpha=1 alpha  \talpha= some_name=x number=0x10\n", NULL), 0);
	KUNIT_EXPECT_STREQ(test, calls, "alpha=1;alpha;alpha=;some_name=x;");
	KUNIT_EXPECT_STREQ(test, warnings, "");
	KUNIT_EXPECT_EQ(test, parse("", NULL), 0);
	KUNIT_EXPECT_EQ(test, parse("   ", NULL), 0);
	KUNIT_EXPECT_STREQ(test, calls, "");
}

static void names_and_values(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, parse("some-name=a-b alpha=x=y=z", NULL), 0);
	KUNIT_EXPECT_STREQ(test, calls, "some_name=a-b;alpha=x=y=z;");
}

static void quotes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(
		test,
		parse("alpha=\"a b\" \"alpha=c  d\" alpha=\"\" alpha=e\"f g\"h alpha=\"open end",
		      NULL),
		0);
	KUNIT_EXPECT_STREQ(test, calls, "alpha=a b;alpha=c  d;alpha=;alpha=ef gh;alpha=open end;");
}

static void unknown_is_said(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, parse("foo=bar alpha=1 alph alphaa", NULL), 3);
	KUNIT_EXPECT_NOT_NULL(
		test, strstr(warnings, "boot line: unknown parameter 'foo=bar': ignored\n"));
	KUNIT_EXPECT_NOT_NULL(test,
			      strstr(warnings, "boot line: unknown parameter 'alph': ignored\n"));
	KUNIT_EXPECT_NOT_NULL(test,
			      strstr(warnings, "boot line: unknown parameter 'alphaa': ignored\n"));
	KUNIT_EXPECT_STREQ(test, unknowns, "");
	KUNIT_EXPECT_STREQ(test, calls, "alpha=1;");
	/* The caller may say it in its own words. */
	KUNIT_EXPECT_EQ(test, parse("foo=bar alph alphaa", on_unknown), 3);
	KUNIT_EXPECT_STREQ(test, unknowns, "foo;alph;alphaa;");
	KUNIT_EXPECT_STREQ(test, warnings, "");
}

static void refusal_is_said(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, parse("number=12x number=99999999999 number alpha", NULL), 3);
	KUNIT_EXPECT_NOT_NULL(
		test, strstr(warnings, "boot line: parameter 'number' refuses '12x': -EINVAL\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(warnings, "refuses '99999999999': -ERANGE\n"));
	KUNIT_EXPECT_NOT_NULL(test,
			      strstr(warnings, "refuses to stand without a value: -EINVAL\n"));
	KUNIT_EXPECT_STREQ(test, unknowns, "");
	KUNIT_EXPECT_STREQ(test, calls, "alpha;");
}

static int seen_by_linker_table;

static int set_linked(const char *val)
{
	return val ? kstrtoint(val, 0, &seen_by_linker_table) : -EINVAL;
}
BOOT_PARAM("cmdline_selftest", set_linked);

static void linked_table(struct kunit *test)
{
	char line[] = "cmdline-selftest=77";

	KUNIT_EXPECT_EQ(test, parse_boot_line(line, NULL), 0);
	KUNIT_EXPECT_EQ(test, seen_by_linker_table, 77);
	/*
	 * Two parameters of the same name would both believe they are it; only the first is called.
	 */
	for (const struct boot_param *p = __boot_params_start; p < __boot_params_end; p++)
		for (const struct boot_param *q = p + 1; q < __boot_params_end; q++)
			KUNIT_EXPECT_STRNEQ(test, p->name, q->name);
}

static void switches(struct kunit *test)
{
	bool b = false;

	KUNIT_EXPECT_EQ(test, boot_param_bool(NULL, &b), 0);
	KUNIT_EXPECT_TRUE(test, b);
	KUNIT_EXPECT_EQ(test, boot_param_bool("off", &b), 0);
	KUNIT_EXPECT_FALSE(test, b);
	KUNIT_EXPECT_EQ(test, boot_param_bool("perhaps", &b), -EINVAL);
}

static struct kunit_case cases[] = { KUNIT_CASE(accepted),	  KUNIT_CASE(names_and_values),
				     KUNIT_CASE(quotes),	  KUNIT_CASE(unknown_is_said),
				     KUNIT_CASE(refusal_is_said), KUNIT_CASE(linked_table),
				     KUNIT_CASE(switches),	  {} };

static struct kunit_suite suite = { .name = "cmdline", .test_cases = cases };
kunit_test_suite(suite);
