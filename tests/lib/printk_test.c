// SPDX-License-Identifier: MIT
/*
 * Tests of lib/base/printk.c, hexdump.c and assert.c, through the message hook. Times are cut out
 * of the prefix before comparing.
 *
 * Mutations tried: send_message() not cutting at newlines; close_line() doing nothing; pr_cont()
 * always starting a line; levels compared with <=; format_text() without the mark at the end;
 * ratelimit without missed++; printk_shown() always true; put_prefix() one byte early; the hook called from inside itself;
 * hex_dump_to_buffer() printing groups in byte order; invariant_broken() returning true.
 */
#include <kunit/test.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <quarry/assert.h>

static char text[4096];
static unsigned int nr_pieces;

static void collect(const char *line, size_t n)
{
	nr_pieces++;
	strncat(text, line, min(n, sizeof(text) - strlen(text) - 1));
}

static printk_hook_t old_hook;
static int old_level;

static int setup(struct kunit *test)
{
	text[0] = '\0';
	nr_pieces = 0;
	old_level = console_loglevel;
	console_loglevel = CONSOLE_LOGLEVEL_DEFAULT;
	old_hook = printk_set_hook(collect);
	return 0;
}

static void restore(struct kunit *test)
{
	printk_set_hook(old_hook);
	console_loglevel = old_level;
}

/* Length of a prefix "[    0.001234] " at s, 0 if there is none. */
static size_t prefix_at(const char *s)
{
	const char *p = s;

	if (*p++ != '[')
		return 0;
	p += strspn(p, " ");
	if (!isdigit(*p))
		return 0;
	p += strspn(p, "0123456789");
	if (*p++ != '.' || strspn(p, "0123456789") != 6)
		return 0;
	return strncmp(p + 6, "] ", 2) == 0 ? p + 8 - s : 0;
}

/*
 * What was printed, each prefix replaced by '@'; the hook is off from here on so that a failure can
 * be printed.
 */
static const char *printed(void)
{
	static char short_text[4096];
	char *to = short_text;

	printk_set_hook(old_hook);
	for (const char *p = text; *p;) {
		size_t n = prefix_at(p);

		*to++ = n ? '@' : *p;
		p += n ? n : 1;
	}
	*to = '\0';
	return short_text;
}

static void one_line(struct kunit *test)
{
	int n = printk(KERN_INFO "value %d\n", 42);

	KUNIT_EXPECT_STREQ(test, printed(), "@value 42\n");
	KUNIT_EXPECT_EQ(test, n, 9);
	KUNIT_EXPECT_EQ(test, nr_pieces, 1);
}

static void lines_are_split(struct kunit *test)
{
	printk(KERN_INFO "a\nlonger second line\n\nc\n");
	KUNIT_EXPECT_STREQ(test, printed(), "@a\n@longer second line\n@\n@c\n");
	KUNIT_EXPECT_EQ(test, nr_pieces, 4);
}

static void parts_of_a_line(struct kunit *test)
{
	printk(KERN_INFO "one");
	pr_cont(" two");
	pr_cont(" three\nfour");
	pr_cont("\n");
	pr_cont("alone\n");
	KUNIT_EXPECT_STREQ(test, printed(), "@one two three\n@four\n@alone\n");
}

static void open_line_is_closed(struct kunit *test)
{
	printk(KERN_INFO "open");
	printk(KERN_INFO "next\n");
	KUNIT_EXPECT_STREQ(test, printed(), "@open\n@next\n");
}

static void open_line_before_hook_change(struct kunit *test)
{
	printk(KERN_INFO "open");
	printk_set_hook(old_hook);
	KUNIT_EXPECT_STREQ(test, printed(), "@open\n");
}

static void levels(struct kunit *test)
{
	console_loglevel = 5;
	printk(KERN_WARNING "shown\n");
	printk(KERN_NOTICE "hidden");
	pr_cont(" too\n");
	printk("default is warning\n");
	printk(KERN_NOTICE "hidden");
	printk(KERN_ERR "shown\n");
	console_loglevel = 4;
	printk("hidden\n");
	KUNIT_EXPECT_STREQ(test, printed(), "@shown\n@default is warning\n@shown\n");
}

static void too_long_is_marked(struct kunit *test)
{
	static char big[1500];
	const char *got;

	memset(big, 'x', sizeof(big) - 1);
	printk(KERN_INFO "%s\n", big);
	printk(KERN_INFO "after\n");
	got = printed();
	KUNIT_EXPECT_NOT_NULL(test, strstr(got, "xxx...\n@after\n"));
	KUNIT_EXPECT_GT(test, strlen(got), 900);
	KUNIT_EXPECT_LT(test, strlen(got), 1100);
}

static void print_three_times(int (*print)(int i))
{
	for (int i = 0; i < 3; i++)
		print(i);
}

static int once(int i)
{
	pr_info_once("once %d\n", i);
	return 0;
}

static void once_only(struct kunit *test)
{
	static bool ran_before;

	print_three_times(once);
	printed();
	KUNIT_EXPECT_EQ(test, nr_pieces, ran_before ? 0 : 1);
	ran_before = true;
}

static void rate_limit(struct kunit *test)
{
	struct ratelimit_state rs = RATELIMIT_STATE_INIT(1000000000ull * 3600, 3);
	int passed = 0;

	for (int i = 0; i < 10; i++)
		passed += __ratelimit(&rs);
	KUNIT_EXPECT_EQ(test, passed, 3);
	KUNIT_EXPECT_EQ(test, rs.missed, 7);
	/* An hour later. */
	rs.interval_ns = 0;
	KUNIT_EXPECT_TRUE(test, __ratelimit(&rs));
	KUNIT_EXPECT_STREQ(test, printed(), "@rate_limit: 7 callbacks suppressed\n");
	KUNIT_EXPECT_EQ(test, rs.missed, 0);
}

static void rarely(int i)
{
	pr_warn_ratelimited("rarely %d\n", i);
}

/* What nobody sees does not use up the limit of what one would. */
static void hidden_is_not_limited(struct kunit *test)
{
	console_loglevel = CONSOLE_LOGLEVEL_QUIET;
	for (int i = 0; i < 30; i++)
		rarely(i);
	console_loglevel = CONSOLE_LOGLEVEL_DEFAULT;
	rarely(30);
	KUNIT_EXPECT_STREQ(test, printed(), "@rarely 30\n");
}

static void nested_print(const char *line, size_t n)
{
	collect(line, n);
	/* From inside the hook: goes to the console, and must not come back here. */
	if (nr_pieces < 5)
		printk(KERN_INFO "a line printed inside the hook\n");
}

static void print_inside_the_hook(struct kunit *test)
{
	printk_set_hook(nested_print);
	printk(KERN_INFO "outer\n");
	KUNIT_EXPECT_STREQ(test, printed(), "@outer\n");
	KUNIT_EXPECT_EQ(test, nr_pieces, 1);
}

static void hex_lines(struct kunit *test)
{
	static const u8 data[] = { 0x6b, 0x6b, 0x41, 0x00, 0xff, 0x7e, 0x20, 0xa5,
				   0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17 };
	char buf[128], small[10];

	KUNIT_EXPECT_EQ(test, hex_dump_to_buffer(data, 16, 16, 1, buf, sizeof(buf), true), 65);
	KUNIT_EXPECT_STREQ(test, buf,
			   "6b 6b 41 00 ff 7e 20 a5 10 11 12 13 14 15 16 17  kkA..~ .........");
	hex_dump_to_buffer(data, 8, 16, 4, buf, sizeof(buf), false);
	KUNIT_EXPECT_STREQ(test, buf, "00416b6b a5207eff");
	hex_dump_to_buffer(data, 8, 16, 8, buf, sizeof(buf), false);
	KUNIT_EXPECT_STREQ(test, buf, "a5207eff00416b6b");
	/* A length that is no multiple of the group falls back to bytes. */
	hex_dump_to_buffer(data, 3, 16, 4, buf, sizeof(buf), false);
	KUNIT_EXPECT_STREQ(test, buf, "6b 6b 41");
	small[9] = 'z';
	KUNIT_EXPECT_EQ(test, hex_dump_to_buffer(data, 16, 16, 1, small, 9, false), 47);
	KUNIT_EXPECT_STREQ(test, small, "6b 6b 41");
	KUNIT_EXPECT_EQ(test, small[9], 'z');
}

static void hex_dump(struct kunit *test)
{
	static const u8 data[20] = { 1, 2, 3 };

	print_hex_dump(KERN_INFO, "d ", DUMP_PREFIX_OFFSET, 16, 1, data, sizeof(data), false);
	KUNIT_EXPECT_STREQ(test, printed(),
			   "@d 00000000: 01 02 03 00 00 00 00 00 00 00 00 00 00 00 00 00\n"
			   "@d 00000010: 00 00 00 00\n");
}

static bool pair_valid(int a, int b)
{
	if (!INVARIANT(1, a <= b))
		return false;
	return INVARIANT(2, a != 0);
}

static void invariants(struct kunit *test)
{
	bool first = pair_valid(2, 1), second = pair_valid(0, 1), whole = pair_valid(1, 1);

	KUNIT_EXPECT_STREQ(
		test, printed(),
		"@pair_valid: invariant I1 broken: a <= b\n@pair_valid: invariant I2 broken: a != 0\n");
	KUNIT_EXPECT_FALSE(test, first);
	KUNIT_EXPECT_FALSE(test, second);
	KUNIT_EXPECT_TRUE(test, whole);
}

static struct kunit_case cases[] = { KUNIT_CASE(one_line),
				     KUNIT_CASE(lines_are_split),
				     KUNIT_CASE(parts_of_a_line),
				     KUNIT_CASE(open_line_is_closed),
				     KUNIT_CASE(open_line_before_hook_change),
				     KUNIT_CASE(levels),
				     KUNIT_CASE(too_long_is_marked),
				     KUNIT_CASE(once_only),
				     KUNIT_CASE(rate_limit),
				     KUNIT_CASE(hidden_is_not_limited),
				     KUNIT_CASE(print_inside_the_hook),
				     KUNIT_CASE(hex_lines),
				     KUNIT_CASE(hex_dump),
				     KUNIT_CASE(invariants),
				     {} };

static struct kunit_suite suite = {
	.name = "printk",
	.init = setup,
	.exit = restore,
	.test_cases = cases,
};
kunit_test_suite(suite);
