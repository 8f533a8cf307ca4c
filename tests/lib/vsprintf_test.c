// SPDX-License-Identifier: MIT
/*
 * Tests of lib/base/vsprintf.c and errname.c.
 *
 * Every expected text is also printed into buffers of all smaller sizes: the result must be its
 * beginning with a NUL, the returned length must stay that of the whole, and bytes behind the
 * buffer must be left alone.
 *
 * Mutations tried: emit() storing at len <= size; sign_of() without F_SPACE; F_ZERO honoured with
 * F_LEFT; emit_string() reading strlen() with a precision (the test's string without a NUL then
 * overruns); vscnprintf() returning the whole length; vsprintf() cutting at 16; hash_address() returning the address; %pV without the copy; %pB like %pS.
 */
#include <kunit/test.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/err.h>
#include <linux/kernel.h>

#define GUARD 0x7e

/*
 * Print into `size` bytes; is it the beginning of `want`, of the right length, and is the rest of
 * the buffer untouched?
 */
static bool prints(const char *want, size_t size, const char *fmt, va_list args)
{
	size_t n = strlen(want), kept = size ? min(n, size - 1) : 0;
	char buf[256];
	va_list copy;
	int len;

	memset(buf, GUARD, sizeof(buf));
	va_copy(copy, args);
	len = vsnprintf(buf, size, fmt, copy);
	va_end(copy);
	if (len != n || memcmp(buf, want, kept) || (size && buf[kept]))
		return false;
	return !memchr_inv(buf + size, GUARD, sizeof(buf) - size);
}

/* Not declared as printf-like: some formats are meant to be odd. */
static void expect(struct kunit *test, const char *want, const char *fmt, ...)
{
	char got[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(got, sizeof(got), fmt, args);
	va_end(args);
	KUNIT_EXPECT_STREQ_MSG(test, got, want, "format '%s'", fmt);
	for (size_t size = 0; size <= strlen(want) + 2; size++) {
		va_start(args, fmt);
		KUNIT_EXPECT_TRUE_MSG(test, prints(want, size, fmt, args), "format '%s' size %zu",
				      fmt, size);
		va_end(args);
	}
}

static void integers(struct kunit *test)
{
	expect(test, "0 -1 2147483647 -2147483648", "%d %d %i %d", 0, -1, INT_MAX, INT_MIN);
	expect(test, "4294967295 18446744073709551615", "%u %llu", ~0u, ~0ull);
	expect(test, "-9223372036854775808", "%ld", LONG_MIN);
	expect(test, "-1 255 -1 65535", "%hhd %hhu %hd %hu", 255, 511, 65535, 131071);
	expect(test, "ff FF 377", "%x %X %o", 255, 255, 255);
	expect(test, "ffffffffffffffff 10", "%lx %zu", ~0ul, (size_t)10);
	expect(test, "-3 77", "%td %jd", (ptrdiff_t)-3, 77ll);
	expect(test, "-5", "%Ld", -5ll);
}

static void fields(struct kunit *test)
{
	expect(test, "[   42][42   ][00042]", "[%5d][%-5d][%05d]", 42, 42, 42);
	expect(test, "[+42][ 42][-42][+0]", "[%+d][% d][%+d][%+d]", 42, 42, -42, 0);
	expect(test, "[  -42][-0042][-42  ]", "[%5d][%05d][%-05d]", -42, -42, -42);
	expect(test, "[0x2a][0X2A][052][0x0][0]", "[%#x][%#X][%#o][%#x][%#o]", 42, 42, 42, 0, 0);
	expect(test, "[  0x2a][0x002a][0x2a  ]", "[%#6x][%#06x][%-#6x]", 42, 42, 42);
	expect(test, "[  042][042]", "[%5.3d][%.3d]", 42, 42);
	expect(test, "[   42][42   ]", "[%*d][%*d]", 5, 42, -5, 42);
	expect(test, "[00042]", "[%.*d]", 5, 42);
	expect(test, "[42]", "[%.*d]", -5, 42);
}

static void characters_and_strings(struct kunit *test)
{
	static const char no_nul[] = { 'a', 'b', 'c', GUARD };

	expect(test, "a%b", "a%%b");
	expect(test, "[x][  x][x  ]", "[%c][%3c][%-3c]", 'x', 'x', 'x');
	expect(test, "[abc][  abc][abc  ][ab]", "[%s][%5s][%-5s][%.2s]", "abc", "abc", "abc",
	       "abc");
	expect(test, "[abc][   ab][]", "[%.*s][%5.*s][%.0s]", 3, no_nul, 2, no_nul, no_nul);
	expect(test, "(null) (efault) (efault)", "%s %s %s", NULL, (char *)16, ERR_PTR(-EIO));
	expect(test, "(nul", "%.4s", NULL);
}

static void unknown_conversion(struct kunit *test)
{
	expect(test, "1 %y %d", "%d %y %d", 1, 2);
	expect(test, "1 %n", "%d %n", 1, 2);
	expect(test, "ends %", "ends %");
	expect(test, "ends %-5", "ends %-5");
}

static void pointers(struct kunit *test)
{
	static int x, y;
	char a[32], b[32], raw[32];

	expect(test, "0000000000000000 ffffffffffffffea", "%p %p", NULL, ERR_PTR(-EINVAL));
	expect(test, "ffff888000001234", "%px", (void *)0xffff888000001234);
	expect(test, "0000000000000010", "%px", (void *)16);
	snprintf(a, sizeof(a), "%p", (void *)&x);
	snprintf(b, sizeof(b), "%pK", (void *)&x);
	snprintf(raw, sizeof(raw), "%px", (void *)&x);
	KUNIT_EXPECT_STREQ(test, a, b);
	KUNIT_EXPECT_STRNEQ(test, a, raw);
	/* Not even the lower half shows through. */
	KUNIT_EXPECT_STRNEQ(test, a + 8, raw + 8);
	KUNIT_EXPECT_EQ(test, strlen(a), 16);
	/* The upper half of a hash is zero, that of a kernel address is not. */
	KUNIT_EXPECT_MEMEQ(test, a, "00000000", 8);
	snprintf(b, sizeof(b), "%p", (void *)&y);
	KUNIT_EXPECT_STRNEQ(test, a, b);
}

static void error_names(struct kunit *test)
{
	expect(test, "-ENOMEM -EINVAL -EPROBE_DEFER", "%pe %pe %pe", ERR_PTR(-ENOMEM),
	       ERR_PTR(-EINVAL), ERR_PTR(-EPROBE_DEFER));
	expect(test, "[   -EIO]", "[%7pe]", ERR_PTR(-EIO));
	expect(test, "fffffffffffff060", "%pe", ERR_PTR(-4000));
	KUNIT_EXPECT_STREQ(test, errname(-ENOMEM), "-ENOMEM");
	KUNIT_EXPECT_STREQ(test, errname(ENOMEM), "ENOMEM");
	KUNIT_EXPECT_NULL(test, errname(0));
	KUNIT_EXPECT_NULL(test, errname(-4000));
	KUNIT_EXPECT_NULL(test, errname(INT_MIN));
}

static void hex_bytes_and_physical(struct kunit *test)
{
	static const u8 bytes[64] = { 0x00, 0x6b, 0xa5, 0xff };
	phys_addr_t p = 0x12345000;
	char buf[200];

	expect(test, "00 6b a5 ff", "%*ph", 4, bytes);
	expect(test, "00:6b:a5 00-6b 006ba5ff", "%*phC %*phD %*phN", 3, bytes, 2, bytes, 4, bytes);
	expect(test, "00 (null) (efault)", "%1ph %4ph %4ph", bytes, NULL, (void *)16);
	KUNIT_EXPECT_EQ(test, snprintf(buf, sizeof(buf), "%*phN", 100, bytes), 128);
	expect(test, "0x0000000012345000|0x0000000012345000", "%pa|%pap", &p, &p);
}

static const char *nested_fmt;

static void print_nested(struct kunit *test, const char *want, const char *fmt, ...)
{
	va_list args;
	struct va_format vf = { .fmt = fmt, .va = &args };

	va_start(args, fmt);
	expect(test, want, nested_fmt, &vf, &vf, 7);
	va_end(args);
}

static void nested_format(struct kunit *test)
{
	/* Twice from the same argument list: each must start at its beginning. */
	nested_fmt = "<%pV|%pV> %d";
	print_nested(test, "<a 1 b|a 1 b> 7", "a %d %s", 1, "b");
}

static bool name_it(unsigned long addr, char *buf, size_t size)
{
	if (addr < 0x1000 || addr >= 0x2000)
		return false;
	if (addr < 0x1800)
		snprintf(buf, size, "first+0x%lx/0x800", addr - 0x1000);
	else
		snprintf(buf, size, "second+0x%lx/0x800", addr - 0x1800);
	return true;
}

static void symbols(struct kunit *test)
{
	bool (*saved)(unsigned long addr, char *buf, size_t size) = symbol_name_hook;

	symbol_name_hook = name_it;
	expect(test, "first+0x10/0x800 first", "%pS %ps", (void *)0x1010, (void *)0x1010);
	/* A return address at a function's start belongs to the call before it. */
	expect(test, "second+0x0/0x800 first+0x7ff/0x800", "%pS %pB", (void *)0x1800,
	       (void *)0x1800);
	expect(test, "0x5000", "%pS", (void *)0x5000);
	symbol_name_hook = NULL;
	expect(test, "0x1010", "%pS", (void *)0x1010);
	symbol_name_hook = saved;
}

static void return_values(struct kunit *test)
{
	char b[8];

	KUNIT_EXPECT_EQ(test, snprintf(b, 4, "%s", "abcdef"), 6);
	KUNIT_EXPECT_EQ(test, scnprintf(b, 4, "%s", "abcdef"), 3);
	KUNIT_EXPECT_STREQ(test, b, "abc");
	KUNIT_EXPECT_EQ(test, scnprintf(b, 0, "%s", "abcdef"), 0);
	KUNIT_EXPECT_EQ(test, scnprintf(b, 8, "%s", "ab"), 2);
	KUNIT_EXPECT_EQ(test, sprintf(b, "%d", 1234), 4);
	KUNIT_EXPECT_STREQ(test, b, "1234");
}

static __printf(4, 5) int through(int (*print)(char *buf, size_t size, const char *fmt, va_list args),
				   char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = print(buf, size, fmt, args);
	va_end(args);
	return n;
}

static __printf(2, 3) int unbounded(char *buf, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsprintf(buf, fmt, args);
	va_end(args);
	return n;
}

/* Of each length and into each size: what a list of arguments gives is what the arguments give. */
static void lists_of_arguments(struct kunit *test)
{
	char got[24], want[24];

	for (int n = 0; n <= 12; n++) {
		for (size_t size = 0; size <= sizeof(got); size++) {
			size_t kept = size ? min_t(size_t, max(n, 1) + 4, size - 1) : 0;

			memset(got, GUARD, sizeof(got));
			memset(want, GUARD, sizeof(want));
			KUNIT_ASSERT_EQ(test, snprintf(want, size, "<%0*d|%c>", n, 0, 'x'),
					max(n, 1) + 4);
			KUNIT_ASSERT_EQ(test, through(vsnprintf, got, size, "<%0*d|%c>", n, 0, 'x'),
					max(n, 1) + 4);
			KUNIT_ASSERT_MEMEQ(test, got, want, sizeof(got));
			memset(got, GUARD, sizeof(got));
			KUNIT_ASSERT_EQ(test, through(vscnprintf, got, size, "<%0*d|%c>", n, 0, 'x'),
					kept);
			KUNIT_ASSERT_MEMEQ(test, got, want, sizeof(got));
		}
		memset(got, GUARD, sizeof(got));
		KUNIT_ASSERT_EQ(test, unbounded(got, "<%0*d|%c>", n, 0, 'x'), max(n, 1) + 4);
		KUNIT_ASSERT_STREQ(test, got, want);
		KUNIT_ASSERT_EQ(test, got[max(n, 1) + 5], GUARD);
	}
}

static struct kunit_case cases[] = { KUNIT_CASE(integers),
				     KUNIT_CASE(fields),
				     KUNIT_CASE(characters_and_strings),
				     KUNIT_CASE(unknown_conversion),
				     KUNIT_CASE(pointers),
				     KUNIT_CASE(error_names),
				     KUNIT_CASE(hex_bytes_and_physical),
				     KUNIT_CASE(nested_format),
				     KUNIT_CASE(symbols),
				     KUNIT_CASE(return_values),
				     KUNIT_CASE(lists_of_arguments),
				     {} };

static struct kunit_suite suite = { .name = "vsprintf", .test_cases = cases };
kunit_test_suite(suite);
