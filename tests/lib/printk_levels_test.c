// SPDX-License-Identifier: MIT
/*
 * Tests of linux/printk.h's macros: each belongs to its level, says what printk() says, and the
 * _once and _ratelimited forms hold back what they must. Then print_hex_dump()'s forms.
 *
 * Messages are collected by the hook, which sees what the console would. The level of a message is
 * measured: the lowest console_loglevel at which it comes.
 *
 * Mutations that made them fail when tried: pr_notice() at KERN_INFO; pr_emerg() and pr_alert()
 * exchanged; pr_cont() with a level; pr_fmt() left out; printk_once() without its flag; the burst of
 * printk_ratelimited() one more; pr_devel() that prints without DEBUG, or evaluates its arguments;
 * print_hex_dump() with the offset for the address, without the last row, with rows of 16 for 32.
 */
#undef pr_fmt
#define pr_fmt(fmt) "levels: " fmt
#include <asm/clock.h>
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>

static char text[2048];
static unsigned int lines;
static printk_hook_t old_hook;
static int old_level;

static void collect(const char *line, size_t n)
{
	lines++;
	strncat(text, line, min(n, sizeof(text) - strlen(text) - 1));
}

static int setup(struct kunit *test)
{
	old_level = console_loglevel;
	console_loglevel = CONSOLE_LOGLEVEL_DEBUG;
	return 0;
}

static void restore(struct kunit *test)
{
	console_loglevel = old_level;
}

static void start(void)
{
	text[0] = '\0';
	lines = 0;
	old_hook = printk_set_hook(collect);
}

/* What came since start(), without the time in front of its first line. */
static const char *said(void)
{
	const char *p = strstr(text, "] ");

	printk_set_hook(old_hook);
	return p ? p + 2 : text;
}

/* The lowest console_loglevel at which the message is printed; 99: at none. */
#define LEVEL_OF(statement)                                   \
	({                                                    \
		int __level;                                  \
                                                              \
		for (__level = 0; __level <= 10; __level++) { \
			console_loglevel = __level;           \
			start();                              \
			statement;                            \
			if (*said())                          \
				break;                        \
		}                                             \
		console_loglevel = CONSOLE_LOGLEVEL_DEBUG;    \
		__level > 10 ? 99 : __level;                  \
	})

/* A message of level n is shown from console_loglevel n + 1 on. */
static void each_has_its_level(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, LEVEL_OF(pr_emerg("n %d\n", 1)), 1);
	KUNIT_EXPECT_EQ(test, LEVEL_OF(pr_alert("n %d\n", 1)), 2);
	KUNIT_EXPECT_EQ(test, LEVEL_OF(pr_crit("n %d\n", 1)), 3);
	KUNIT_EXPECT_EQ(test, LEVEL_OF(pr_err("n %d\n", 1)), 4);
	KUNIT_EXPECT_EQ(test, LEVEL_OF(pr_warn("n %d\n", 1)), 5);
	KUNIT_EXPECT_EQ(test, LEVEL_OF(pr_notice("n %d\n", 1)), 6);
	KUNIT_EXPECT_EQ(test, LEVEL_OF(pr_info("n %d\n", 1)), 7);
	KUNIT_EXPECT_EQ(test, LEVEL_OF(printk(KERN_DEBUG "n %d\n", 1)), 8);
	KUNIT_EXPECT_EQ(test, LEVEL_OF(printk("n\n")), MESSAGE_LOGLEVEL_DEFAULT + 1);
	KUNIT_EXPECT_EQ(test, LEVEL_OF(_printk(KERN_CRIT "n\n")), 3);
}

/* What is said, and how long it was: pr_fmt() in front of the pr_ forms, not of printk()'s. */
static void each_says_it(struct kunit *test)
{
	int n[10];

	start();
	n[0] = pr_emerg("%s\n", "a");
	n[1] = pr_alert("%s\n", "b");
	n[2] = pr_crit("%s\n", "c");
	n[3] = pr_err("%s\n", "d");
	n[4] = pr_warn("%s\n", "e");
	n[5] = pr_notice("%s\n", "f");
	n[6] = pr_info("%s\n", "g");
	n[7] = printk(KERN_INFO "%s\n", "h");
	n[8] = _printk(KERN_INFO "%s %d\n", "i", -5);
	n[9] = printk("j");
	pr_cont("%s\n", "k");
	said();
	KUNIT_EXPECT_EQ(test, lines, 11);
	for (int i = 0; i < 7; i++)
		KUNIT_EXPECT_EQ(test, n[i], 10);
	KUNIT_EXPECT_EQ(test, n[7], 2);
	KUNIT_EXPECT_EQ(test, n[8], 5);
	KUNIT_EXPECT_EQ(test, n[9], 1);
	for (char c = 'a'; c <= 'g'; c++) {
		char line[] = "] levels: x\n";

		line[10] = c;
		KUNIT_EXPECT_NOT_NULL(test, strstr(text, line));
	}
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "] h\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "] i -5\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "] jk\n"));
}

static int evaluations;

static int evaluated(int x)
{
	evaluations++;
	return x;
}

/* Without DEBUG they cost nothing: not even their arguments are evaluated. */
static void debug_is_silent(struct kunit *test)
{
	evaluations = 0;
	start();
	pr_debug("%d\n", evaluated(1));
	pr_devel("%d\n", evaluated(2));
	KUNIT_EXPECT_STREQ(test, said(), "");
	KUNIT_EXPECT_EQ(test, evaluations, 0);
	KUNIT_EXPECT_EQ(test, lines, 0);
}

static void all_once(int i)
{
	pr_err_once("err %d\n", i);
	pr_warn_once("warn %d\n", i);
	pr_info_once("info %d\n", i);
}

/* The cases may run twice in a boot: then nothing comes. */
static void once_is_once(struct kunit *test)
{
	static bool ran;

	start();
	for (int i = 0; i < 5; i++)
		all_once(i);
	said();
	KUNIT_EXPECT_EQ(test, lines, ran ? 0 : 3);
	KUNIT_EXPECT_EQ(test, !strstr(text, "] levels: err 0\n"), ran);
	KUNIT_EXPECT_EQ(test, !strstr(text, "] levels: warn 0\n"), ran);
	KUNIT_EXPECT_EQ(test, !strstr(text, "] levels: info 0\n"), ran);
	/* Another place has not said it yet. */
	if (!ran) {
		start();
		pr_err_once("x\n");
		pr_warn_once("x\n");
		pr_info_once("x\n");
		KUNIT_EXPECT_TRUE(test, strstarts(said(), "levels: x\n"));
		KUNIT_EXPECT_EQ(test, lines, 3);
	}
	ran = true;
}

static void each_limited(int i)
{
	pr_err_ratelimited("err %d.\n", i);
	pr_warn_ratelimited("warn %d.\n", i);
	pr_info_ratelimited("info %d.\n", i);
}

/*
 * The burst, and no more within the interval: of five seconds, so a run in the next boot's second
 * pass may find it used up.
 */
static void limits_hold_back(struct kunit *test)
{
	static bool ran;
	u64 begin = clock_ns();

	start();
	for (int i = 0; i < 30; i++)
		each_limited(i);
	said();
	if (ran || clock_ns() - begin >= DEFAULT_RATELIMIT_NS)
		kunit_skip(test, "the interval's beginning is not known");
	ran = true;
	KUNIT_EXPECT_EQ(test, lines, 3 * DEFAULT_RATELIMIT_BURST);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "] levels: err 9.\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "] levels: warn 9.\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "] levels: info 9.\n"));
	KUNIT_EXPECT_NULL(test, strstr(text, " 10.\n"));
	KUNIT_EXPECT_EQ(test, LEVEL_OF(pr_err_ratelimited("l\n")), 4);
	KUNIT_EXPECT_EQ(test, LEVEL_OF(pr_warn_ratelimited("l\n")), 5);
	KUNIT_EXPECT_EQ(test, LEVEL_OF(pr_info_ratelimited("l\n")), 7);
}

static const char dump32[] =
	"p 44434241 48474645 4c4b4a49 504f4e4d 54535251 58575655 5c5b5a59 605f5e5d  "
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`\n";

static void dumps(struct kunit *test)
{
	u8 data[40];
	char want[64];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = 'A' + i;
	start();
	print_hex_dump(KERN_INFO, "p ", DUMP_PREFIX_NONE, 32, 4, data, 40, true);
	KUNIT_EXPECT_TRUE(test, strstarts(said(), dump32));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "] p 64636261 68676665 "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, " abcdefgh\n"));
	KUNIT_EXPECT_EQ(test, lines, 2);
	start();
	print_hex_dump(KERN_ERR, "a: ", DUMP_PREFIX_ADDRESS, 16, 1, data, 17, false);
	said();
	KUNIT_EXPECT_EQ(test, lines, 2);
	scnprintf(want, sizeof(want), "] a: %px: 41 42 43", data);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, want));
	scnprintf(want, sizeof(want), "] a: %px: 51\n", data + 16);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, want));
	KUNIT_EXPECT_EQ(test,
			LEVEL_OF(print_hex_dump(KERN_ERR, "", DUMP_PREFIX_NONE, 16, 1, data, 1, 0)),
			4);
	start();
	print_hex_dump(KERN_INFO, "o ", DUMP_PREFIX_OFFSET, 16, 2, data, 18, true);
	said();
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "] o 00000000: 4241 4443 "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "] o 00000010: 5251  "));
	start();
	print_hex_dump(KERN_INFO, "", DUMP_PREFIX_NONE, 16, 1, data, 0, true);
	KUNIT_EXPECT_STREQ(test, said(), "");
}

static struct kunit_case cases[] = { KUNIT_CASE(each_has_its_level),
				     KUNIT_CASE(each_says_it),
				     KUNIT_CASE(debug_is_silent),
				     KUNIT_CASE(once_is_once),
				     KUNIT_CASE(limits_hold_back),
				     KUNIT_CASE(dumps),
				     {} };

static struct kunit_suite suite = {
	.name = "printk_levels",
	.init = setup,
	.exit = restore,
	.test_cases = cases,
};
kunit_test_suite(suite);
