// SPDX-License-Identifier: MIT
/*
 * Tests of lib/base/vsscanf.c.
 *
 * A table of texts, formats and what one number of 64 bits, or one string, must be then; where nothing is
 * found the target must stay untouched. Random numbers are printed and read again, in all bases, widths
 * and sizes.
 *
 * Mutations: tests/mutate/lib/base/vsscanf.mut.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/string.h>

#define UNTOUCHED 0x5e5e5e5e5e5e5e5eULL

static int list_of_arguments(const char *buf, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsscanf(buf, fmt, args);
	va_end(args);
	return n;
}

static const struct {
	const char *text, *fmt;
	int n;
	u64 value; /* what 8 bytes of UNTOUCHED became */
} numbers[] = {
	{ "42", "%lld", 1, 42 },
	{ "-42", "%lld", 1, -42ULL },
	{ " \t\n42", "%lld", 1, 42 },
	{ "+42", "%lld", 0, UNTOUCHED },
	{ "--4", "%lld", 0, UNTOUCHED },
	{ "-", "%lld", 0, UNTOUCHED },
	{ "x", "%lld", 0, UNTOUCHED },
	{ "", "%lld", 0, UNTOUCHED },
	{ "   ", "%lld", 0, UNTOUCHED },
	{ "-5", "%llu", 0, UNTOUCHED },
	{ "-5", "%llx", 0, UNTOUCHED },
	{ "17abc", "%lld", 1, 17 },
	{ "1234567", "%3lld", 1, 123 },
	{ "-1234567", "%3lld", 1, -12ULL },
	{ "-1", "%1lld", 0, UNTOUCHED },
	{ "5", "%0lld", 0, UNTOUCHED },
	{ "ffGG", "%llx", 1, 0xff },
	{ "0xFf", "%llx", 1, 0xff },
	{ "0XfF", "%llX", 1, 0xff },
	{ "0xg", "%llx", 1, 0 },
	{ "0x12", "%1llx", 1, 0 },
	{ "0x12", "%2llx", 1, 0 },
	{ "0x12", "%3llx", 1, 1 },
	{ "0778", "%llo", 1, 077 },
	{ "8", "%llo", 0, UNTOUCHED },
	{ "0x1f", "%lli", 1, 31 },
	{ "017", "%lli", 1, 15 },
	{ "17", "%lli", 1, 17 },
	{ "-0x10", "%lli", 1, -16ULL },
	{ "0", "%lli", 1, 0 },
	{ "fe", "%lli", 0, UNTOUCHED },
	{ "18446744073709551615", "%llu", 1, U64_MAX },
	{ "-1", "%d", 1, 0x5e5e5e5effffffffULL },
	{ "1", "%ld", 1, 1 },
	{ "1", "%Ld", 1, 1 },
	{ "1", "%zu", 1, 1 },
	{ "65537", "%hu", 1, 0x5e5e5e5e5e5e0001ULL },
	{ "-1", "%hhd", 1, 0x5e5e5e5e5e5e5effULL },
	{ "a=7", "a=%lld", 1, 7 },
	{ "a= 7", "a=%lld", 1, 7 },
	{ "b=7", "a=%lld", 0, UNTOUCHED },
	{ "100%7", "100%%%lld", 1, 7 },
	{ "100_7", "100%%%lld", 0, UNTOUCHED },
	{ "a  7", "a %lld", 1, 7 },
	{ "a7", "a %lld", 1, 7 },
	{ "3 4", "%*d %lld", 1, 4 },
	{ "3, 4", "%*d, %lld", 1, 4 },
	{ "3,4", "%*d,%lld", 0, UNTOUCHED },
	{ "ab 4", "%*[abc] %lld", 0, UNTOUCHED },
	{ "7", "%lly", 0, UNTOUCHED },
	{ "7", "%", 0, UNTOUCHED },
};

static void numbers_are_read(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(numbers); i++) {
		u64 value = UNTOUCHED;
		int n = list_of_arguments(numbers[i].text, numbers[i].fmt, &value);

		KUNIT_EXPECT_EQ_MSG(test, n, numbers[i].n, "'%s' of '%s'", numbers[i].fmt,
				    numbers[i].text);
		KUNIT_EXPECT_EQ_MSG(test, value, numbers[i].value, "'%s' of '%s'", numbers[i].fmt,
				    numbers[i].text);
	}
}

static const struct {
	const char *text, *fmt;
	int n;
	const char *want; /* 12 bytes of what were dots */
} strings[] = {
	{ "word next", "%s", 1, "word\0......." },
	{ "  word", "%s", 1, "word\0......." },
	{ "word", "%3s", 1, "wor\0........" },
	{ " ", "%s", 1, "\0..........." },
	{ "", "%s", 0, "............" },
	{ "ab", "%0s", 0, "............" },
	{ "abc", "%c", 1, "a..........." },
	{ " abc", "%c", 1, " ..........." },
	{ "abcdef", "%4c", 1, "abcd........" },
	{ "ab", "%4c", 1, "ab.........." },
	{ "abcabd", "%10[abc]", 1, "abcab\0......" },
	{ "abcabc", "%4[abc]", 1, "abca\0......." },
	{ "xabc", "%10[abc]", 0, "............" },
	{ " abc", "%10[abc]", 0, "............" },
	{ "key:val", "%10[^:]", 1, "key\0........" },
	{ "a-b", "%5[a-c]", 1, "a-\0........." },
	{ "b-a", "%5[a-c]", 0, "............" },
	{ "abc", "%[abc]", 0, "............" },
	{ "abc", "%5[abc", 0, "............" },
	{ "]bc", "%5[]bc]", 0, "............" },
	{ "\xe4\xf6", "%5[\xe4]", 1, "\xe4\0.........." },
};

static void strings_are_read(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(strings); i++) {
		char got[12];
		int n;

		memset(got, '.', sizeof(got));
		n = list_of_arguments(strings[i].text, strings[i].fmt, got);
		KUNIT_EXPECT_EQ_MSG(test, n, strings[i].n, "'%s' of '%s'", strings[i].fmt,
				    strings[i].text);
		KUNIT_EXPECT_MEMEQ_MSG(test, got, strings[i].want, 12, "'%s' of '%s'",
				       strings[i].fmt, strings[i].text);
	}
}

/* One behind the other; it ends with the first that finds nothing, and the rest is left alone. */
static void several_at_once(struct kunit *test)
{
	unsigned int major = 0, minor = 0;
	char name[8] = "", last = '.';
	int at = -1, behind = -1;

	KUNIT_EXPECT_EQ(test, sscanf("dev 8:17 sda!", "dev %u:%u %7s%n", &major, &minor, name, &at),
			3);
	KUNIT_EXPECT_EQ(test, major, 8);
	KUNIT_EXPECT_EQ(test, minor, 17);
	KUNIT_EXPECT_STREQ(test, name, "sda!");
	KUNIT_EXPECT_EQ(test, at, 13);
	KUNIT_EXPECT_EQ(test, sscanf("5-6", "%u:%u%c%n", &major, &minor, &last, &behind), 1);
	KUNIT_EXPECT_EQ(test, major, 5);
	KUNIT_EXPECT_EQ(test, minor, 17);
	KUNIT_EXPECT_EQ(test, last, '.');
	KUNIT_EXPECT_EQ(test, behind, -1);
	KUNIT_EXPECT_EQ(test, sscanf("7", "%u%n", &major, &behind), 1);
	KUNIT_EXPECT_EQ(test, behind, 1);
	KUNIT_EXPECT_EQ(test, sscanf("12345", "%2u%2u%c", &major, &minor, &last), 3);
	KUNIT_EXPECT_EQ(test, major, 12);
	KUNIT_EXPECT_EQ(test, minor, 34);
	KUNIT_EXPECT_EQ(test, last, '5');
}

static const char *const printed_as[] = { "%lld", "%llu", "%llx", "0x%llx", "%llo", "%#llo" };
static const char *const read_as[] = { "%lld", "%llu", "%llx", "%lli", "%llo", "%lli" };

/* What was printed is read, by itself and by the width it has when digits follow. */
static void what_was_printed_is_read(struct kunit *test)
{
	for (int i = 0; i < 3000; i++) {
		u64 value = kunit_rand(test) >> kunit_rand_below(test, 64), got = 0, cut = 0;
		unsigned int which = kunit_rand_below(test, ARRAY_SIZE(printed_as));
		char text[40], fmt[16];
		int n, end = 0;

		n = scnprintf(text, sizeof(text), printed_as[which], value);
		KUNIT_ASSERT_EQ_MSG(test, list_of_arguments(text, read_as[which], &got), 1, "%s",
				    text);
		KUNIT_ASSERT_EQ_MSG(test, got, value, "%s", text);
		strcat(text, "7");
		scnprintf(fmt, sizeof(fmt), "%%%d%s%%n", n, read_as[which] + 1);
		KUNIT_ASSERT_EQ(test, list_of_arguments(text, fmt, &cut, &end), 1);
		KUNIT_ASSERT_EQ_MSG(test, cut, value, "'%s' of %s", fmt, text);
		KUNIT_ASSERT_EQ(test, end, n);
	}
}

static struct kunit_case cases[] = { KUNIT_CASE(numbers_are_read),
				     KUNIT_CASE(strings_are_read),
				     KUNIT_CASE(several_at_once),
				     KUNIT_CASE(what_was_printed_is_read),
				     {} };

static struct kunit_suite suite = { .name = "vsscanf", .test_cases = cases };
kunit_test_suite(suite);
