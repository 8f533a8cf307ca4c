// SPDX-License-Identifier: MIT
/*
 * Tests of lib/base/kstrtox.c.
 *
 * Tables of texts with the result, errors included; the value must stay untouched when the result
 * is an error. Mutations tried: kstrtoull() without the overflow check; kstrtoll() with LLONG_MAX
 * as the limit of negative numbers; kstrtouint() that lets 2^32 pass; kstrtoul() as kstrtol(); read_base() taking "0x" without a digit; memparse() not
 * stepping over the suffix; kstrtobool() without the second letter.
 */
#include <kunit/test.h>
#include <linux/kstrtox.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#define UNTOUCHED 0x5eed

static const struct {
	const char *s;
	unsigned int base;
	int err;
	unsigned long long value;
} unsigned_texts[] = {
	{ "0", 0, 0, 0 },
	{ "42", 0, 0, 42 },
	{ "+42\n", 10, 0, 42 },
	{ "0x1F", 0, 0, 31 },
	{ "0X1f", 16, 0, 31 },
	{ "1f", 16, 0, 31 },
	{ "017", 0, 0, 15 },
	{ "08", 0, -EINVAL, 0 },
	{ "08", 10, 0, 8 },
	{ "101", 2, 0, 5 },
	{ "0x", 0, -EINVAL, 0 },
	{ "0xg", 16, -EINVAL, 0 },
	{ "", 10, -EINVAL, 0 },
	{ "\n", 10, -EINVAL, 0 },
	{ "+", 10, -EINVAL, 0 },
	{ "-1", 10, -EINVAL, 0 },
	{ " 1", 10, -EINVAL, 0 },
	{ "1 ", 10, -EINVAL, 0 },
	{ "1\n\n", 10, -EINVAL, 0 },
	{ "12a", 10, -EINVAL, 0 },
	{ "18446744073709551615", 10, 0, ULLONG_MAX },
	{ "18446744073709551616", 10, -ERANGE, 0 },
	{ "99999999999999999999999", 10, -ERANGE, 0 },
	{ "0xffffffffffffffff", 0, 0, ULLONG_MAX },
	{ "0x10000000000000000", 0, -ERANGE, 0 },
};

static void unsigned_numbers(struct kunit *test)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(unsigned_texts); i++) {
		unsigned long long v = UNTOUCHED;
		int err = kstrtoull(unsigned_texts[i].s, unsigned_texts[i].base, &v);

		KUNIT_EXPECT_EQ_MSG(test, err, unsigned_texts[i].err, "'%s'", unsigned_texts[i].s);
		KUNIT_EXPECT_EQ_MSG(test, v, err ? UNTOUCHED : unsigned_texts[i].value, "'%s'",
				    unsigned_texts[i].s);
	}
}

static const struct {
	const char *s;
	int err;
	long long value;
} signed_texts[] = {
	{ "-1", 0, -1 },
	{ "+1", 0, 1 },
	{ "-+1", -EINVAL, 0 },
	{ "--1", -EINVAL, 0 },
	{ "-", -EINVAL, 0 },
	{ "-0x10", 0, -16 },
	{ "9223372036854775807", 0, LLONG_MAX },
	{ "9223372036854775808", -ERANGE, 0 },
	{ "-9223372036854775808", 0, LLONG_MIN },
	{ "-9223372036854775809", -ERANGE, 0 },
};

static void signed_numbers(struct kunit *test)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(signed_texts); i++) {
		long long v = UNTOUCHED;
		int err = kstrtoll(signed_texts[i].s, 0, &v);

		KUNIT_EXPECT_EQ_MSG(test, err, signed_texts[i].err, "'%s'", signed_texts[i].s);
		KUNIT_EXPECT_EQ_MSG(test, v, err ? UNTOUCHED : signed_texts[i].value, "'%s'",
				    signed_texts[i].s);
	}
}

static void narrow_types(struct kunit *test)
{
	u8 b = 1;
	u16 w = 1;
	u32 d = 1;
	int i = 1;
	long l = 1;

	KUNIT_EXPECT_EQ(test, kstrtou8("255", 10, &b), 0);
	KUNIT_EXPECT_EQ(test, kstrtou8("256", 10, &b), -ERANGE);
	KUNIT_EXPECT_EQ(test, b, 255);
	KUNIT_EXPECT_EQ(test, kstrtou16("65536", 10, &w), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtou16("65535", 10, &w), 0);
	KUNIT_EXPECT_EQ(test, w, 65535);
	KUNIT_EXPECT_EQ(test, kstrtou32("4294967296", 10, &d), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtou32("4294967295", 10, &d), 0);
	KUNIT_EXPECT_EQ(test, d, ~0u);
	KUNIT_EXPECT_EQ(test, kstrtoint("-2147483649", 10, &i), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtoint("-2147483648", 10, &i), 0);
	KUNIT_EXPECT_EQ(test, i, INT_MIN);
	KUNIT_EXPECT_EQ(test, kstrtol("-7", 10, &l), 0);
	KUNIT_EXPECT_EQ(test, l, -7);
}

/* The type's ends fit, what lies just beyond them doesn't; `neg`: what a negative number is told. */
#define ENDS_OF(convert, type, lowest, highest, min, max, too_low, too_high, neg) \
	do {                                                                      \
		type __v = 77;                                                    \
                                                                                  \
		KUNIT_EXPECT_EQ(test, convert(highest, 0, &__v), 0);              \
		KUNIT_EXPECT_EQ(test, __v, max);                                  \
		KUNIT_EXPECT_EQ(test, convert(lowest, 0, &__v), 0);               \
		KUNIT_EXPECT_EQ(test, __v, min);                                  \
		__v = 77;                                                         \
		KUNIT_EXPECT_EQ(test, convert(too_high, 0, &__v), -ERANGE);       \
		KUNIT_EXPECT_EQ(test, convert(too_low, 0, &__v), neg);            \
		KUNIT_EXPECT_EQ(test, convert("12 ", 0, &__v), -EINVAL);          \
		KUNIT_EXPECT_EQ(test, convert("9", 8, &__v), -EINVAL);            \
		KUNIT_EXPECT_EQ(test, __v, 77);                                   \
		KUNIT_EXPECT_EQ(test, convert("0x4d\n", 16, &__v), 0);            \
		KUNIT_EXPECT_EQ(test, __v, 0x4d);                                 \
	} while (0)

#define UNSIGNED_ENDS(...) UNSIGNED_ENDS_OF(__VA_ARGS__)
#define UNSIGNED_ENDS_OF(convert, type, highest, max, too_high) \
	ENDS_OF(convert, type, "0", highest, 0, max, "-1", too_high, -EINVAL)
#define SIGNED_ENDS(...) SIGNED_ENDS_OF(__VA_ARGS__)
#define SIGNED_ENDS_OF(convert, type, lowest, highest, min, max, too_low, too_high) \
	ENDS_OF(convert, type, lowest, highest, min, max, too_low, too_high, -ERANGE)

#define S64_ENDS                                                                                 \
	"-9223372036854775808", "9223372036854775807", S64_MIN, S64_MAX, "-9223372036854775809", \
		"9223372036854775808"
#define U64_ENDS "18446744073709551615", U64_MAX, "18446744073709551616"

static void ends_of_each_type(struct kunit *test)
{
	SIGNED_ENDS(kstrtoint, int, "-2147483648", "2147483647", INT_MIN, INT_MAX, "-2147483649",
		    "2147483648");
	UNSIGNED_ENDS(kstrtouint, unsigned int, "4294967295", UINT_MAX, "4294967296");
	UNSIGNED_ENDS(kstrtoul, unsigned long, U64_ENDS);
	UNSIGNED_ENDS(kstrtoull, unsigned long long, U64_ENDS);
	UNSIGNED_ENDS(kstrtou8, u8, "255", 255, "256");
	UNSIGNED_ENDS(kstrtou16, u16, "65535", 65535, "65536");
	UNSIGNED_ENDS(kstrtou32, u32, "4294967295", U32_MAX, "4294967296");
	UNSIGNED_ENDS(kstrtou64, u64, U64_ENDS);
	SIGNED_ENDS(kstrtol, long, S64_ENDS);
	SIGNED_ENDS(kstrtoll, long long, S64_ENDS);
	SIGNED_ENDS(kstrtos64, s64, S64_ENDS);
}

static void yes_and_no(struct kunit *test)
{
	static const char *const yes[] = { "y", "Y", "1", "on", "ON", "true", "yes please" };
	static const char *const no[] = { "n", "N", "0", "off", "oF", "false" };
	static const char *const neither[] = { "", "2", "o", "ok", "x" };
	bool b;

	for (unsigned int i = 0; i < ARRAY_SIZE(yes); i++) {
		b = false;
		KUNIT_EXPECT_EQ_MSG(test, kstrtobool(yes[i], &b), 0, "'%s'", yes[i]);
		KUNIT_EXPECT_TRUE_MSG(test, b, "'%s'", yes[i]);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(no); i++) {
		b = true;
		KUNIT_EXPECT_EQ_MSG(test, kstrtobool(no[i], &b), 0, "'%s'", no[i]);
		KUNIT_EXPECT_FALSE_MSG(test, b, "'%s'", no[i]);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(neither); i++)
		KUNIT_EXPECT_EQ_MSG(test, kstrtobool(neither[i], &b), -EINVAL, "'%s'", neither[i]);
	KUNIT_EXPECT_EQ(test, kstrtobool(NULL, &b), -EINVAL);
}

static const struct {
	const char *s;
	unsigned long long value;
	int used;
} sizes[] = {
	{ "512M", 512ull << 20, 4 },
	{ "64k", 64 << 10, 3 },
	{ "3G@1", 3ull << 30, 2 },
	{ "4T", 4ull << 40, 2 },
	{ "0x10K", 16 << 10, 5 },
	{ "100", 100, 3 },
	{ "1P", 1ull << 50, 2 },
	{ "1e", 1ull << 60, 2 },
	{ "junk", 0, 0 },
	{ "5x", 5, 1 },
};

static void sizes_with_suffix(struct kunit *test)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		char *end;

		KUNIT_EXPECT_EQ_MSG(test, memparse(sizes[i].s, &end), sizes[i].value, "'%s'",
				    sizes[i].s);
		KUNIT_EXPECT_EQ_MSG(test, end - sizes[i].s, sizes[i].used, "'%s'", sizes[i].s);
	}
	KUNIT_EXPECT_EQ(test, memparse("2K", NULL), 2048);
}

static void loose_numbers(struct kunit *test)
{
	char *end;
	const char *s = "123abc";

	KUNIT_EXPECT_EQ(test, simple_strtoul(s, &end, 10), 123);
	KUNIT_EXPECT_PTR_EQ(test, end, s + 3);
	KUNIT_EXPECT_EQ(test, simple_strtoull("0x7fz", &end, 0), 0x7f);
	KUNIT_EXPECT_EQ(test, *end, 'z');
	KUNIT_EXPECT_EQ(test, simple_strtol("-12", NULL, 0), -12);
	KUNIT_EXPECT_EQ(test, simple_strtoul("none", &end, 10), 0);
	KUNIT_EXPECT_EQ(test, *end, 'n');
	/* A prefix without a digit is none. */
	s = "0xz";
	KUNIT_EXPECT_EQ(test, simple_strtoul(s, &end, 16), 0);
	KUNIT_EXPECT_PTR_EQ(test, end, s + 1);
}

static struct kunit_case cases[] = { KUNIT_CASE(unsigned_numbers), KUNIT_CASE(signed_numbers),
				     KUNIT_CASE(narrow_types),	   KUNIT_CASE(ends_of_each_type),
				     KUNIT_CASE(yes_and_no),	   KUNIT_CASE(sizes_with_suffix),
				     KUNIT_CASE(loose_numbers),	   {} };

static struct kunit_suite suite = { .name = "kstrtox", .test_cases = cases };
kunit_test_suite(suite);
