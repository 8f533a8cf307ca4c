// SPDX-License-Identifier: MIT
/*
 * Text: formats, strings, numbers from text.
 *
 * Source: "How to get printk format specifiers right", and "The Linux Kernel API" (string
 * conversions, string manipulation).
 */
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/glob.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include "conform.h"

/* Not checked by the compiler: some formats are Linux's own. */
static const char *formatted(const char *fmt, ...)
{
	static char buf[128];
	va_list args;

	va_start(args, fmt);
	vsnprintf(buf, sizeof(buf), any_ptr(fmt), args);
	va_end(args);
	return buf;
}

static void numbers(conform_t *c)
{
	ROW_TEXT(c, "format.d", "-5", formatted("%d", -5));
	ROW_TEXT(c, "format.plus", "+5", formatted("%+d", 5));
	ROW_TEXT(c, "format.space", "[ 5]", formatted("[% d]", 5));
	ROW_TEXT(c, "format.zero_pad", "-0005", formatted("%05d", -5));
	ROW_TEXT(c, "format.left", "[5   ]", formatted("[%-4d]", 5));
	ROW_TEXT(c, "format.width_star", "[   5]", formatted("[%*d]", 4, 5));
	ROW_TEXT(c, "format.width_star_negative", "[5   ]", formatted("[%*d]", -4, 5));
	ROW_TEXT(c, "format.precision", "[  007]", formatted("[%5.3d]", 7));
	ROW_TEXT(c, "format.hex", "ff", formatted("%x", 255));
	ROW_TEXT(c, "format.hex_upper", "FF", formatted("%X", 255));
	ROW_TEXT(c, "format.hex_alternate", "0xff", formatted("%#x", 255));
	ROW_TEXT(c, "format.hex_upper_alternate", "0XFF", formatted("%#X", 255));
	ROW_TEXT(c, "format.octal", "0777", formatted("%#o", 0777));
	ROW_TEXT(c, "format.u", "4294967291", formatted("%u", -5));
	ROW_TEXT(c, "format.hh", "44", formatted("%hhu", 300));
	ROW_TEXT(c, "format.h_signed", "-1", formatted("%hd", 65535));
	ROW_TEXT(c, "format.llx", "8000000000000000", formatted("%llx", 1ULL << 63));
	ROW_TEXT(c, "format.ld_min", "-9223372036854775808", formatted("%ld", -(1L << 62) * 2));
	ROW_TEXT(c, "format.zu", "18446744073709551615", formatted("%zu", (size_t)-1));
	ROW_TEXT(c, "format.hex_zero_pad_alternate", "0x000000ff", formatted("%#010x", 255));
	ROW_TEXT(c, "format.percent", "100%", formatted("%d%%", 100));
	ROW_TEXT(c, "format.c", "[a]", formatted("[%c]", 'a'));
	ROW_TEXT(c, "format.c_width", "[  a]", formatted("[%3c]", 'a'));
	ROW_TEXT(c, "format.s", "[abc]", formatted("[%s]", "abc"));
	ROW_TEXT(c, "format.s_precision", "[ab]", formatted("[%.2s]", "abc"));
	ROW_TEXT(c, "format.s_width", "[  abc]", formatted("[%5s]", "abc"));
	ROW_TEXT(c, "format.s_left", "[abc  ]", formatted("[%-5s]", "abc"));
	ROW_TEXT(c, "format.s_null", "(null)", formatted("%s", any_ptr(NULL)));
	ROW_TEXT(c, "format.s_precision_star", "[a]", formatted("[%.*s]", 1, "abc"));
}

static void pointers(conform_t *c)
{
	static const u8 bytes[5] = { 0x00, 0x1f, 0xa0, 0xff, 0x07 };
	phys_addr_t phys = 0x1234000;

	ROW_TEXT(c, "format.px", "0000000000001234", formatted("%px", any_ptr((void *)0x1234UL)));
	ROW_TEXT(c, "format.px_width", "[                1234]",
		 formatted("[%20px]", any_ptr((void *)0x1234UL)));
	ROW_TEXT(c, "format.p_null", "0000000000000000", formatted("%p", any_ptr(NULL)));
	ROW(c, "format.p_is_16_digits", 16, strlen(formatted("%p", (void *)bytes)));
	ROW(c, "format.p_is_not_the_address", 1,
	    simple_strtoull(formatted("%p", (void *)bytes), NULL, 16) != (unsigned long)bytes);
	ROW_TEXT(c, "format.pe", "-ENOMEM", formatted("%pe", ERR_PTR(-ENOMEM)));
	ROW_TEXT(c, "format.pe_width", "[   -EIO]", formatted("[%7pe]", ERR_PTR(-EIO)));
	ROW_TEXT(c, "format.p_of_error", "ffffffffffffffea", formatted("%px", ERR_PTR(-EINVAL)));
	ROW_TEXT(c, "format.pa", "0x0000000001234000", formatted("%pa", &phys));
	ROW_TEXT(c, "format.ph", "00 1f a0 ff 07", formatted("%*ph", 5, bytes));
	ROW_TEXT(c, "format.ph_fixed", "00 1f", formatted("%2ph", bytes));
	ROW_TEXT(c, "format.phC", "00:1f:a0", formatted("%*phC", 3, bytes));
	ROW_TEXT(c, "format.phD", "00-1f-a0", formatted("%*phD", 3, bytes));
	ROW_TEXT(c, "format.phN", "001fa0ff07", formatted("%*phN", 5, bytes));
	ROW_TEXT(c, "format.px_of_zero_size", "0000000000000010",
		 formatted("%px", any_ptr((void *)16UL)));
}

static const char *nested(const char *fmt, ...)
{
	const char *text;
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	va_start(args, fmt);
	vaf.va = &args;
	text = formatted("<%pV>", &vaf);
	va_end(args);
	return text;
}

static void nesting(conform_t *c)
{
	ROW_TEXT(c, "format.pV", "<a 5>", nested("%s %d", "a", 5));
	ROW_TEXT(c, "format.s_of_error", "(efault)", formatted("%s", ERR_PTR(-EINVAL)));
	ROW_TEXT(c, "format.s_of_low_address", "(efault)", formatted("%s", any_ptr((void *)16UL)));
	ROW_TEXT(c, "format.pe_null", "0000000000000000", formatted("%pe", any_ptr(NULL)));
	ROW_TEXT(c, "format.px_of_minus_1", "ffffffffffffffff",
		 formatted("%px", any_ptr((void *)-1L)));
	ROW_TEXT(c, "format.ps_of_no_symbol", "0x1234",
		 formatted("%ps", any_ptr((void *)0x1234UL)));
	ROW_TEXT(c, "format.pS_of_no_symbol", "0x1234",
		 formatted("%pS", any_ptr((void *)0x1234UL)));
	ROW(c, "format.pS_of_function", 1,
	    !strncmp(formatted("%pS", (void *)nesting), "nesting+0x0/0x", 14));
	ROW(c, "format.ps_of_function", 1,
	    !strncmp(formatted("%ps", (void *)nesting), "nesting", 7));
	ROW_TEXT(c, "format.ph_null", "(null)", formatted("%*ph", 3, any_ptr(NULL)));
	ROW_TEXT(c, "format.pa_null", "(null)", formatted("%pa", any_ptr(NULL)));
}

static void buffers(conform_t *c)
{
	char buf[8];

	memset(buf, 'x', 8);
	ROW(c, "snprintf.length_of_all", 11, snprintf(buf, any(5), "hello %s", "world"));
	ROW_TEXT(c, "snprintf.cut", "hell", buf);
	ROW(c, "snprintf.not_beyond", 'x', buf[5]);
	ROW(c, "snprintf.size_0", 5, snprintf(NULL, any(0), "hello"));
	ROW(c, "scnprintf.length_in_buffer", 4, scnprintf(buf, any(5), "hello %s", "world"));
	ROW(c, "scnprintf.fits", 2, scnprintf(buf, any(5), "ab"));
	ROW(c, "scnprintf.size_0", 0, scnprintf(buf, any(0), "ab"));
	ROW(c, "scnprintf.size_1", 0, scnprintf(buf, any(1), "ab"));
	ROW(c, "sprintf.returns_length", 3, sprintf(buf, "%d", 123));
}

static void copying(conform_t *c)
{
	char buf[8] = "zzzzzzz";

	ROW(c, "strscpy.fits", 3, strscpy(buf, any_ptr("abc"), any(8)));
	ROW(c, "strscpy.leaves_rest", 'z', buf[5]);
	ROW(c, "strscpy.exact_without_nul", -E2BIG, strscpy(buf, any_ptr("abcd"), any(4)));
	ROW_TEXT(c, "strscpy.cut", "abc", buf);
	ROW(c, "strscpy.size_0", -E2BIG, strscpy(buf, any_ptr("abc"), any(0)));
	ROW_TEXT(c, "strscpy.size_0_keeps", "abc", buf);
	ROW(c, "strscpy.empty", 0, strscpy(buf, any_ptr(""), any(8)));
	memset(buf, 'z', 8);
	ROW(c, "strscpy_pad.fits", 2, strscpy_pad(buf, any_ptr("ab"), any(8)));
	ROW(c, "strscpy_pad.zeroes_rest", 6, bytes_equal(buf + 2, 0, 6));
	strscpy(buf, "ab", 8);
	ROW(c, "strlcat.fits", 4, strlcat(buf, any_ptr("cd"), any(8)));
	ROW(c, "strlcat.cut_says_wanted", 9, strlcat(buf, any_ptr("efghi"), any(8)));
	ROW_TEXT(c, "strlcat.cut", "abcdefg", buf);
	strscpy(buf, "ab", 8);
	strncat(buf, "cdefg", 2);
	ROW_TEXT(c, "strncat.bounded", "abcd", buf);
	memset(buf, 'z', 8);
	strncpy(buf, "ab", 4);
	ROW(c, "strncpy.pads", 2, bytes_equal(buf + 2, 0, 2));
	ROW(c, "strncpy.not_beyond", 'z', buf[4]);
}

static void comparing(conform_t *c)
{
	ROW(c, "strcmp.equal", 0, strcmp(any_ptr("abc"), "abc"));
	ROW(c, "strcmp.less", 1, strcmp(any_ptr("abc"), "abd") < 0);
	ROW(c, "strcmp.high_bytes_are_unsigned", 1, strcmp(any_ptr("\xff"), "a") > 0);
	ROW(c, "strncmp.prefix", 0, strncmp(any_ptr("abcdef"), "abcxyz", any(3)));
	ROW(c, "strncmp.none", 0, strncmp(any_ptr("a"), "b", any(0)));
	ROW(c, "strcasecmp.equal", 0, strcasecmp(any_ptr("HeLLo"), "hEllO"));
	ROW(c, "strncasecmp.prefix", 0, strncasecmp(any_ptr("ABx"), "aby", any(2)));
	ROW(c, "memcmp.sign", 1, memcmp(any_ptr("ab\x80"), "ab\x7f", any(3)) > 0);
	ROW(c, "sysfs_streq.newline", 1, sysfs_streq("on\n", any_ptr("on")));
	ROW(c, "sysfs_streq.two_newlines", 0, sysfs_streq("on\n\n", any_ptr("on")));
	ROW(c, "strstarts", 1, strstarts(any_ptr("prefixed"), "prefix"));
	ROW(c, "str_has_prefix", 6, str_has_prefix(any_ptr("prefixed"), "prefix"));
	ROW(c, "str_has_prefix.not", 0, str_has_prefix(any_ptr("pre"), "prefix"));
	ROW(c, "glob.star", 1, glob_match("kmalloc-*", any_ptr("kmalloc-64")));
	ROW(c, "glob.class", 0, glob_match("[!a-c]x", any_ptr("bx")));
	ROW(c, "glob.whole", 0, glob_match("abc", any_ptr("abcd")));
	ROW(c, "glob.question", 1, glob_match("a?c", any_ptr("abc")));
}

/* Where in `s` the pointer is; -1 for NULL. */
static long place(const char *s, const void *p)
{
	return p ? (const char *)p - s : -1;
}

static void searching(conform_t *c)
{
	const char *s = any_ptr("hello world");

	ROW(c, "strchr", 2, place(s, strchr(s, 'l')));
	ROW(c, "strchr.nul", 11, place(s, strchr(s, 0)));
	ROW(c, "strchr.absent", -1, place(s, strchr(s, 'z')));
	ROW(c, "strrchr", 9, place(s, strrchr(s, 'l')));
	ROW(c, "strchrnul.absent", 11, place(s, strchrnul(s, 'z')));
	ROW(c, "strnchr.beyond", -1, place(s, strnchr(s, any(3), 'w')));
	ROW(c, "strstr", 6, place(s, strstr(s, "wor")));
	ROW(c, "strstr.empty", 0, place(s, strstr(s, any_ptr(""))));
	ROW(c, "strnstr.beyond", -1, place(s, strnstr(s, "world", any(9))));
	ROW(c, "strspn", 4, strspn(s, "hel"));
	ROW(c, "strcspn", 4, strcspn(s, " o"));
	ROW(c, "strpbrk", 4, place(s, strpbrk(s, "ow")));
	ROW(c, "memchr", 4, place(s, memchr(s, 'o', any(11))));
	ROW(c, "memchr_inv.differs", 1, place("aab", memchr_inv("baa", 'b', any(3))) != -1);
	ROW(c, "memchr_inv.all_same", -1, place(s, memchr_inv(any_ptr("aaaa"), 'a', any(4))));
	ROW(c, "memscan.absent_is_end", 11, place(s, memscan((void *)s, 'z', any(11))));
	ROW(c, "strnlen.bounded", 5, strnlen(s, any(5)));
	ROW_TEXT(c, "kbasename", "slab.c", kbasename("mm/slab.c"));
	ROW_TEXT(c, "kbasename.no_slash", "slab.c", kbasename("slab.c"));
	ROW_TEXT(c, "skip_spaces", "x y", skip_spaces(any_ptr(" \t\nx y")));
}

static void cutting(conform_t *c)
{
	static const char *const names[] = { "always", "never", NULL };
	char line[] = "a,,b", padded[] = "  two words \n";
	char *rest = line;

	ROW_TEXT(c, "strsep.first", "a", strsep(&rest, ","));
	ROW(c, "strsep.empty_field", 0, strlen(strsep(&rest, ",")));
	ROW_TEXT(c, "strsep.last", "b", strsep(&rest, ","));
	ROW(c, "strsep.end", 1, strsep(&rest, ",") == NULL);
	ROW_TEXT(c, "strim", "two words", strim(padded));
	ROW(c, "match_string", 1, match_string(names, -1, "never"));
	ROW(c, "match_string.absent", -EINVAL, match_string(names, -1, "nev"));
	ROW(c, "match_string.bounded", -EINVAL, match_string(names, 1, "never"));
	ROW(c, "isspace.nbsp_is_none", 0, !!isspace('x'));
	ROW(c, "isxdigit", 1, !!isxdigit('F'));
	ROW(c, "ispunct", 1, !!ispunct('_'));
	ROW(c, "toupper", 'Q', toupper('q'));
	ROW(c, "tolower.digit", '7', tolower('7'));
}

#define PARSE(c, name, error, value, fn, type, text, base)              \
	do {                                                            \
		type __value = 42;                                      \
                                                                        \
		ROW(c, name, error, fn(any_ptr(text), base, &__value)); \
		ROW(c, name ".value", value, __value);                  \
	} while (0)

static void parsing(conform_t *c)
{
	PARSE(c, "kstrtoint.negative", 0, -12, kstrtoint, int, "-12", 10);
	PARSE(c, "kstrtoint.newline", 0, 7, kstrtoint, int, "7\n", 10);
	PARSE(c, "kstrtoint.two_newlines", -EINVAL, 42, kstrtoint, int, "7\n\n", 10);
	PARSE(c, "kstrtoint.range", -ERANGE, 42, kstrtoint, int, "2147483648", 10);
	PARSE(c, "kstrtoint.empty", -EINVAL, 42, kstrtoint, int, "", 10);
	PARSE(c, "kstrtoint.leading_space", -EINVAL, 42, kstrtoint, int, " 7", 10);
	PARSE(c, "kstrtoint.trailing", -EINVAL, 42, kstrtoint, int, "7k", 10);
	PARSE(c, "kstrtoint.min", 0, -2147483648LL, kstrtoint, int, "-2147483648", 10);
	PARSE(c, "kstrtouint.plus", 0, 7, kstrtouint, unsigned int, "+7", 10);
	PARSE(c, "kstrtouint.negative", -EINVAL, 42, kstrtouint, unsigned int, "-7", 10);
	PARSE(c, "kstrtouint.hex_guessed", 0, 255, kstrtouint, unsigned int, "0xff", 0);
	PARSE(c, "kstrtouint.octal_guessed", 0, 8, kstrtouint, unsigned int, "010", 0);
	PARSE(c, "kstrtouint.hex_prefix_in_16", 0, 16, kstrtouint, unsigned int, "0x10", 16);
	PARSE(c, "kstrtouint.hex_prefix_in_10", -EINVAL, 42, kstrtouint, unsigned int, "0x10", 10);
	PARSE(c, "kstrtou8.range", -ERANGE, 42, kstrtou8, u8, "256", 10);
	PARSE(c, "kstrtou8.largest", 0, 255, kstrtou8, u8, "255", 10);
	PARSE(c, "kstrtou16.hex", 0, 0xbeef, kstrtou16, u16, "BEEF", 16);
	PARSE(c, "kstrtoull.largest", 0, -1, kstrtoull, unsigned long long, "18446744073709551615",
	      10);
	PARSE(c, "kstrtoull.range", -ERANGE, 42, kstrtoull, unsigned long long,
	      "18446744073709551616", 10);
	PARSE(c, "kstrtol.plus_minus", -EINVAL, 42, kstrtol, long, "+-1", 10);
	PARSE(c, "kstrtouint.binary_digit", -EINVAL, 42, kstrtouint, unsigned int, "12", 2);
	PARSE(c, "kstrtouint.only_prefix", -EINVAL, 42, kstrtouint, unsigned int, "0x", 0);
}

static int parse_bool(const char *s)
{
	bool b = false;
	int err = kstrtobool(any_ptr(s), &b);

	return err ? err : b;
}

static void loose_parsing(conform_t *c)
{
	const char *s = any_ptr("12ab");
	char *end;

	ROW(c, "kstrtobool.y", 1, parse_bool("y"));
	ROW(c, "kstrtobool.on", 1, parse_bool("on"));
	ROW(c, "kstrtobool.off", 0, parse_bool("OFF"));
	ROW(c, "kstrtobool.yes_by_first", 1, parse_bool("yellow"));
	ROW(c, "kstrtobool.t", 1, parse_bool("t"));
	ROW(c, "kstrtobool.o_alone", -EINVAL, parse_bool("o"));
	ROW(c, "kstrtobool.2", -EINVAL, parse_bool("2"));
	ROW(c, "kstrtobool.null", -EINVAL, parse_bool(NULL));
	ROW(c, "simple_strtoul", 12, simple_strtoul(s, &end, 10));
	ROW(c, "simple_strtoul.end", 2, end - s);
	ROW(c, "simple_strtoul.guesses", 0x12ab, simple_strtoul(any_ptr("0x12ab"), NULL, 0));
	ROW(c, "simple_strtol.negative", -12, simple_strtol(any_ptr("-12x"), NULL, 10));
	ROW(c, "memparse.m", 3 << 20, memparse(any_ptr("3M"), NULL));
	ROW(c, "memparse.k_hex", 16 << 10, memparse(any_ptr("0x10k"), NULL));
	ROW(c, "memparse.g", 2LL << 30, memparse(any_ptr("2g,"), &end));
	ROW_TEXT(c, "memparse.end", ",", end);
	ROW(c, "memparse.unknown_suffix", 5, memparse(any_ptr("5x"), NULL));
}

CONFORM_AREA(text, CONFORM_CASE(numbers), CONFORM_CASE(pointers), CONFORM_CASE(nesting),
	     CONFORM_CASE(buffers), CONFORM_CASE(copying), CONFORM_CASE(comparing),
	     CONFORM_CASE(searching), CONFORM_CASE(cutting), CONFORM_CASE(parsing),
	     CONFORM_CASE(loose_parsing));
