// SPDX-License-Identifier: MIT
/*
 * Tests of lib/base/string.c.
 *
 * string_mem: every length 0 … 100 at every pair of alignments, with bytes around the area that
 * must not change, against loops of single bytes. Mutations tried: copy_up() storing the tail at n
 * - 9, and loading it after the copying; strcpy() without the NUL; strstarts() as strstr(); memmove() with its directions exchanged; fill_small()
 * without the middle words; memcmp() without the byte swap; memchr_inv() dividing the bit number by
 * 16. string_str: Mutations tried: strscpy() without its NUL on truncation; strlcat() with one byte
 * more room; strnstr() testing `n > len`; strsep() leaving *s at the delimiter; glob_match()
 * without the retry.
 */
#include <kunit/test.h>
#include <linux/string.h>
#include <linux/random.h>
#include <linux/kernel.h>

#define AREA	160
#define LONGEST 100

/* Two areas and a model, filled with the same random bytes. */
struct areas {
	u8 a[AREA], model[AREA];
};

static void randomise(struct kunit *test, struct areas *s)
{
	for (int i = 0; i < AREA; i++)
		s->a[i] = s->model[i] = kunit_rand(test);
}

static void model_move(u8 *to, const u8 *from, size_t n)
{
	u8 copy[AREA];

	for (size_t i = 0; i < n; i++)
		copy[i] = from[i];
	for (size_t i = 0; i < n; i++)
		to[i] = copy[i];
}

static bool same(const struct areas *s)
{
	for (int i = 0; i < AREA; i++)
		if (s->a[i] != s->model[i])
			return false;
	return true;
}

static void memcpy_all_lengths(struct kunit *test)
{
	struct areas s;
	u8 from[AREA];

	prandom_bytes_state(&(struct rnd_state){ { 1, 2, 3, 4 } }, from, AREA);
	for (size_t n = 0; n <= LONGEST; n++) {
		for (int shift = 0; shift < 64; shift++) {
			size_t to = 8 + shift % 8, at = 8 + shift / 8;
			void *(*volatile copy)(void *, const void *, size_t) = (memcpy);

			randomise(test, &s);
			KUNIT_ASSERT_PTR_EQ(test, copy(s.a + to, from + at, n), s.a + to);
			model_move(s.model + to, from + at, n);
			KUNIT_ASSERT_TRUE_MSG(test, same(&s), "n %zu to %zu from %zu", n, to, at);
		}
	}
}

static void memmove_overlapping(struct kunit *test)
{
	void *(*volatile move)(void *, const void *, size_t) = (memmove);
	struct areas s;

	for (size_t n = 0; n <= LONGEST; n++) {
		for (size_t to = 0; to < 50; to += 1 + to / 20) {
			size_t from = 24;

			randomise(test, &s);
			KUNIT_ASSERT_PTR_EQ(test, move(s.a + to, s.a + from, n), s.a + to);
			model_move(s.model + to, s.model + from, n);
			KUNIT_ASSERT_TRUE_MSG(test, same(&s), "n %zu to %zu", n, to);
		}
	}
}

static void memset_all_lengths(struct kunit *test)
{
	void *(*volatile set)(void *, int, size_t) = (memset);
	struct areas s;

	for (size_t n = 0; n <= LONGEST; n++) {
		for (size_t at = 8; at < 16; at++) {
			randomise(test, &s);
			/* Only the low byte of the value counts. */
			KUNIT_ASSERT_PTR_EQ(test, set(s.a + at, 0x1c3, n), s.a + at);
			for (size_t i = 0; i < n; i++)
				s.model[at + i] = 0xc3;
			KUNIT_ASSERT_TRUE_MSG(test, same(&s), "n %zu at %zu", n, at);
		}
	}
}

static void memset_wide(struct kunit *test)
{
	u64 words[5] = {};
	u32 *w32 = (u32 *)words;
	u16 *w16 = (u16 *)words;

	memset32(w32, 0x12345678, 5);
	KUNIT_EXPECT_EQ(test, w32[0], 0x12345678);
	KUNIT_EXPECT_EQ(test, w32[4], 0x12345678);
	KUNIT_EXPECT_EQ(test, w32[5], 0);
	memset16(w16, 0xabcd, 3);
	KUNIT_EXPECT_EQ(test, w16[2], 0xabcd);
	KUNIT_EXPECT_EQ(test, w16[3], 0x1234);
	memset64(words, 0x0123456789abcdefULL, 4);
	KUNIT_EXPECT_EQ(test, words[3], 0x0123456789abcdefULL);
	KUNIT_EXPECT_EQ(test, words[4], 0);
	memzero_explicit(words, 12);
	KUNIT_EXPECT_EQ(test, words[0], 0);
	KUNIT_EXPECT_EQ(test, words[1], 0x0123456700000000ULL);
}

static int sign(int x)
{
	return (x > 0) - (x < 0);
}

static void memcmp_orders_by_bytes(struct kunit *test)
{
	int (*volatile cmp)(const void *, const void *, size_t) = (memcmp);
	u8 a[40], b[40];

	for (size_t n = 1; n <= sizeof(a); n++) {
		for (size_t at = 0; at < n; at++) {
			(memset)(a, 0x7f, n);
			(memset)(b, 0x7f, n);
			KUNIT_EXPECT_EQ(test, cmp(a, b, n), 0);
			/* The first difference decides, whatever follows; bytes are unsigned. */
			b[at] = 0x80;
			if (at + 1 < n)
				a[n - 1] = 0xff;
			KUNIT_EXPECT_LT(test, cmp(a, b, n), 0);
			KUNIT_EXPECT_GT(test, cmp(b, a, n), 0);
			KUNIT_EXPECT_EQ(test, cmp(a, b, at), 0);
		}
	}
}

static void finding_bytes(struct kunit *test)
{
	u8 a[41];

	for (size_t n = 0; n < sizeof(a); n++) {
		memset(a, 0x6b, sizeof(a));
		a[n] = 0xa5;
		KUNIT_EXPECT_PTR_EQ(test, memchr_inv(a, 0x6b, sizeof(a)), (void *)&a[n]);
		KUNIT_EXPECT_NULL(test, memchr_inv(a, 0x6b, n));
		KUNIT_EXPECT_PTR_EQ(test, memchr(a, 0xa5, sizeof(a)), (void *)&a[n]);
		KUNIT_EXPECT_NULL(test, memchr(a, 0xa5, n));
		KUNIT_EXPECT_PTR_EQ(test, memscan(a, 0xa5, n), (void *)&a[n]);
		KUNIT_EXPECT_PTR_EQ(test, memscan(a, 0xa5, sizeof(a)), (void *)&a[n]);
	}
}

static void of_the_arrays_size(struct kunit *test)
{
	char b[4], c[8];

	KUNIT_EXPECT_EQ(test, strscpy(b, "abc"), 3);
	KUNIT_EXPECT_STREQ(test, b, "abc");
	KUNIT_EXPECT_EQ(test, strscpy(b, "abcd"), -E2BIG);
	KUNIT_EXPECT_STREQ(test, b, "abc");
	memset(c, 'x', sizeof(c));
	KUNIT_EXPECT_EQ(test, strscpy_pad(c, "ab"), 2);
	KUNIT_EXPECT_TRUE(test, mem_is_zero(c + 2, 6));
	KUNIT_EXPECT_FALSE(test, mem_is_zero(c + 1, 7));
}

static void replacing(struct kunit *test)
{
	char b[] = "a-b--";

	KUNIT_EXPECT_PTR_EQ(test, strreplace(b, '-', '+'), (char *)b);
	KUNIT_EXPECT_STREQ(test, b, "a+b++");
	KUNIT_EXPECT_STREQ(test, strreplace(b, 'x', 'y'), "a+b++");
}

static struct kunit_case mem_cases[] = {
	KUNIT_CASE(memcpy_all_lengths),
	KUNIT_CASE(memmove_overlapping),
	KUNIT_CASE(memset_all_lengths),
	KUNIT_CASE(memset_wide),
	KUNIT_CASE(memcmp_orders_by_bytes),
	KUNIT_CASE(finding_bytes),
	KUNIT_CASE(of_the_arrays_size),
	KUNIT_CASE(replacing),
	{}
};

static struct kunit_suite mem_suite = { .name = "string_mem", .test_cases = mem_cases };

static void lengths_and_order(struct kunit *test)
{
	size_t (*volatile len)(const char *) = (strlen);
	int (*volatile cmp)(const char *, const char *) = (strcmp);

	KUNIT_EXPECT_EQ(test, len(""), 0);
	KUNIT_EXPECT_EQ(test, len("four"), 4);
	KUNIT_EXPECT_EQ(test, strnlen("four", 3), 3);
	KUNIT_EXPECT_EQ(test, strnlen("four", 9), 4);
	KUNIT_EXPECT_EQ(test, cmp("abc", "abc"), 0);
	KUNIT_EXPECT_LT(test, cmp("ab", "abc"), 0);
	KUNIT_EXPECT_GT(test, cmp("\xff", "\x01"), 0);
	KUNIT_EXPECT_EQ(test, strncmp("abX", "abY", 2), 0);
	KUNIT_EXPECT_LT(test, strncmp("abX", "abY", 3), 0);
	KUNIT_EXPECT_EQ(test, strncmp("ab", "ab", 100), 0);
	KUNIT_EXPECT_EQ(test, strcasecmp("KMalloc-64", "kmALLOC-64"), 0);
	KUNIT_EXPECT_EQ(test, sign(strcasecmp("a_", "AZ")), sign('_' - 'z'));
	KUNIT_EXPECT_EQ(test, strncasecmp("abC", "ABd", 2), 0);
	KUNIT_EXPECT_NE(test, strncasecmp("abC", "ABd", 3), 0);
}

static void bounded_copies(struct kunit *test)
{
	char b[8];

	memset(b, 'x', sizeof(b));
	KUNIT_EXPECT_EQ(test, strscpy(b, "abc", 4), 3);
	KUNIT_EXPECT_MEMEQ(test, b, "abc\0xxxx", 8);
	KUNIT_EXPECT_EQ(test, strscpy(b, "abcd", 4), -E2BIG);
	KUNIT_EXPECT_MEMEQ(test, b, "abc\0xxxx", 8);
	KUNIT_EXPECT_EQ(test, strscpy(b, "abc", 0), -E2BIG);
	KUNIT_EXPECT_EQ(test, strscpy(b, "z", 1), -E2BIG);
	KUNIT_EXPECT_MEMEQ(test, b, "\0bc\0xxxx", 8);
	KUNIT_EXPECT_EQ(test, strscpy_pad(b, "ab", 6), 2);
	KUNIT_EXPECT_MEMEQ(test, b, "ab\0\0\0\0xx", 8);
	strncpy(b, "toolong", 4);
	KUNIT_EXPECT_MEMEQ(test, b, "tool\0\0xx", 8);
	strncpy(b, "s", 5);
	KUNIT_EXPECT_MEMEQ(test, b, "s\0\0\0\0\0xx", 8);
}

static void appending(struct kunit *test)
{
	char b[8] = "ab";

	KUNIT_EXPECT_STREQ(test, strcat(b, "cd"), "abcd");
	KUNIT_EXPECT_STREQ(test, strncat(b, "efgh", 2), "abcdef");
	memset(b, 'x', sizeof(b));
	KUNIT_EXPECT_PTR_EQ(test, strcpy(b, "ab"), (char *)b);
	KUNIT_EXPECT_MEMEQ(test, b, "ab\0xxxxx", 8);
	KUNIT_EXPECT_EQ(test, strlcat(b, "cdefg", 6), 7);
	KUNIT_EXPECT_MEMEQ(test, b, "abcde\0xx", 8);
	KUNIT_EXPECT_EQ(test, strlcat(b, "z", 3), 4);
	KUNIT_EXPECT_MEMEQ(test, b, "abcde\0xx", 8);
}

static void searching(struct kunit *test)
{
	const char *s = "a/bc/bcd";

	KUNIT_EXPECT_PTR_EQ(test, strchr(s, '/'), s + 1);
	KUNIT_EXPECT_PTR_EQ(test, strrchr(s, '/'), s + 4);
	KUNIT_EXPECT_PTR_EQ(test, strchr(s, 0), s + 8);
	KUNIT_EXPECT_PTR_EQ(test, strrchr(s, 0), s + 8);
	KUNIT_EXPECT_NULL(test, strchr(s, 'x'));
	KUNIT_EXPECT_NULL(test, strrchr(s, 'x'));
	KUNIT_EXPECT_PTR_EQ(test, strchrnul(s, 'x'), s + 8);
	KUNIT_EXPECT_NULL(test, strnchr(s, 4, 'd'));
	KUNIT_EXPECT_PTR_EQ(test, strnchr(s, 8, 'd'), s + 7);
	KUNIT_EXPECT_PTR_EQ(test, strstr(s, "bcd"), s + 5);
	KUNIT_EXPECT_PTR_EQ(test, strstr(s, ""), s);
	KUNIT_EXPECT_NULL(test, strstr(s, "bcde"));
	KUNIT_EXPECT_NULL(test, strnstr(s, "bcd", 7));
	KUNIT_EXPECT_PTR_EQ(test, strnstr(s, "bcd", 8), s + 5);
	KUNIT_EXPECT_EQ(test, strspn(s, "ab/"), 3);
	KUNIT_EXPECT_EQ(test, strcspn(s, "cd"), 3);
	KUNIT_EXPECT_EQ(test, strspn(s, "abcd/"), 8);
	KUNIT_EXPECT_PTR_EQ(test, strpbrk(s, "dc"), s + 3);
	KUNIT_EXPECT_NULL(test, strpbrk(s, "xyz"));
	KUNIT_EXPECT_STREQ(test, kbasename(s), "bcd");
	KUNIT_EXPECT_EQ(test, str_has_prefix(s, "a/b"), 3);
	KUNIT_EXPECT_EQ(test, str_has_prefix(s, "b"), 0);
	KUNIT_EXPECT_TRUE(test, strstarts(s, ""));
	KUNIT_EXPECT_TRUE(test, strstarts(s, "a/bc"));
	KUNIT_EXPECT_TRUE(test, strstarts(s, s));
	KUNIT_EXPECT_FALSE(test, strstarts(s, "a/bd"));
	KUNIT_EXPECT_FALSE(test, strstarts("a/b", s));
}

static void cutting(struct kunit *test)
{
	char b[] = "one,,two", spaces[] = " \t inner text\n ", *s = b;

	KUNIT_EXPECT_STREQ(test, strsep(&s, ","), "one");
	KUNIT_EXPECT_STREQ(test, strsep(&s, ","), "");
	KUNIT_EXPECT_STREQ(test, strsep(&s, ","), "two");
	KUNIT_EXPECT_NULL(test, strsep(&s, ","));
	KUNIT_EXPECT_STREQ(test, strim(spaces), "inner text");
	KUNIT_EXPECT_STREQ(test, skip_spaces("\v\f\r x "), "x ");
	KUNIT_EXPECT_TRUE(test, sysfs_streq("on\n", "on"));
	KUNIT_EXPECT_FALSE(test, sysfs_streq("on\n\n", "on"));
	KUNIT_EXPECT_FALSE(test, sysfs_streq("o", "on"));
}

static void match_string_finds(struct kunit *test)
{
	static const char *const names[] = { "dma", "dma32", "normal", NULL, "beyond" };

	KUNIT_EXPECT_EQ(test, match_string(names, 5, "normal"), 2);
	KUNIT_EXPECT_EQ(test, match_string(names, 2, "normal"), -EINVAL);
	KUNIT_EXPECT_EQ(test, match_string(names, 5, "beyond"), -EINVAL);
}

static const struct {
	const char *pattern, *s;
	bool match;
} globs[] = {
	{ "", "", true },
	{ "", "a", false },
	{ "*", "", true },
	{ "a*", "a", true },
	{ "a*b", "ab", true },
	{ "a*b", "acb", true },
	{ "a*b", "abc", false },
	{ "*ab*", "aaab", true },
	{ "*a*b*c", "xaybzc", true },
	{ "*a*b*c", "xbyazc", false },
	{ "?", "", false },
	{ "?", "x", true },
	{ "k?alloc", "kmalloc", true },
	{ "[a-c]x", "bx", true },
	{ "[a-c]x", "dx", false },
	{ "[!a-c]x", "dx", true },
	{ "[!a-c]x", "ax", false },
	{ "[]x]", "]", true },
	{ "[a", "a", false },
	{ "\\*", "*", true },
	{ "\\*", "x", false },
	{ "a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", false },
};

static void globbing(struct kunit *test)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(globs); i++)
		KUNIT_EXPECT_EQ_MSG(test, glob_match(globs[i].pattern, globs[i].s), globs[i].match,
				    "'%s' against '%s'", globs[i].pattern, globs[i].s);
}

static struct kunit_case str_cases[] = {
	KUNIT_CASE(lengths_and_order), KUNIT_CASE(bounded_copies),
	KUNIT_CASE(appending),	       KUNIT_CASE(searching),
	KUNIT_CASE(cutting),	       KUNIT_CASE(match_string_finds),
	KUNIT_CASE(globbing),	       {}
};

static struct kunit_suite str_suite = { .name = "string_str", .test_cases = str_cases };

kunit_test_suites(&mem_suite, &str_suite);
