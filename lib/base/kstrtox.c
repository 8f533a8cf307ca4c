/* SPDX-License-Identifier: MIT */
/*
 * Numbers from text
 * =================
 *
 * All conversions go through two steps: read_base() decides the base and skips its prefix,
 * read_digits() reads as many digits as there are, notices overflow and reports where it stopped.
 * The strict functions (kstrto*) then insist that the string ends there and that the value fits;
 * the loose ones (simple_strto*) take what they got.
 *
 * Invariants
 *   I1  *res is written only when the result is 0.
 *   I2  "0x" is a prefix only if a hexadecimal digit follows; "0" alone is a digit.
 *   I3  No value wraps: what does not fit is -ERANGE, and what is not a number -EINVAL.
 *
 * Contexts: any. Complexity: linear.
 */
#include <linux/kstrtox.h>
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/limits.h>

/* Value of a digit in any base up to 36; 99 for no digit. */
static unsigned int digit_value(char c)
{
	if (isdigit((u8)c))
		return c - '0';
	return isalpha((u8)c) ? (c | 0x20) - 'a' + 10 : 99;
}

/* Resolve base 0 and skip the 0x of base 16. */
static const char *read_base(const char *s, unsigned int *base)
{
	bool hex = s[0] == '0' && (s[1] | 0x20) == 'x' && isxdigit((u8)s[2]);

	if (*base == 0)
		*base = hex ? 16 : (s[0] == '0' ? 8 : 10);
	return hex && *base == 16 ? s + 2 : s;
}

/* Returns where the digits end; *overflow tells if the value (then wrapped) did not fit. */
static const char *read_digits(const char *s, unsigned int base, unsigned long long *value,
			       bool *overflow)
{
	unsigned int d;

	*value = 0;
	*overflow = false;
	for (; (d = digit_value(*s)) < base; s++) {
		*overflow |= __builtin_mul_overflow(*value, base, value);
		*overflow |= __builtin_add_overflow(*value, d, value);
	}
	return s;
}

/**
 * kstrtoull - the whole string as an unsigned number
 */
int kstrtoull(const char *s, unsigned int base, unsigned long long *res)
{
	const char *digits, *end;
	unsigned long long value;
	bool overflow;

	s += *s == '+';
	digits = read_base(s, &base);
	end = read_digits(digits, base, &value, &overflow);
	if (end == digits)
		return -EINVAL;
	if (overflow)
		return -ERANGE;
	end += *end == '\n';
	if (*end)
		return -EINVAL;
	*res = value;
	return 0;
}

/**
 * kstrtoll - the whole string as a signed number
 */
int kstrtoll(const char *s, unsigned int base, long long *res)
{
	bool negative = *s == '-';
	unsigned long long value, limit = (unsigned long long)LLONG_MAX + negative;
	int err;

	if (negative && s[1] == '+')
		return -EINVAL;
	err = kstrtoull(s + negative, base, &value);
	if (err)
		return err;
	if (value > limit)
		return -ERANGE;
	*res = negative ? -value : value;
	return 0;
}

static int unsigned_within(const char *s, unsigned int base, unsigned long long max,
			   unsigned long long *value)
{
	int err = kstrtoull(s, base, value);

	return err ? err : (*value > max ? -ERANGE : 0);
}

/**
 * kstrtoul - the whole string as an unsigned long
 */
int kstrtoul(const char *s, unsigned int base, unsigned long *res)
{
	unsigned long long value;
	int err = unsigned_within(s, base, ULONG_MAX, &value);

	if (!err)
		*res = value;
	return err;
}

/**
 * kstrtol - the whole string as a long
 */
int kstrtol(const char *s, unsigned int base, long *res)
{
	long long value;
	int err = kstrtoll(s, base, &value);

	if (!err)
		*res = value;
	return err;
}

/**
 * kstrtouint - the whole string as an unsigned int
 */
int kstrtouint(const char *s, unsigned int base, unsigned int *res)
{
	unsigned long long value;
	int err = unsigned_within(s, base, UINT_MAX, &value);

	if (!err)
		*res = value;
	return err;
}

/**
 * kstrtoint - the whole string as an int
 */
int kstrtoint(const char *s, unsigned int base, int *res)
{
	long long value;
	int err = kstrtoll(s, base, &value);

	if (err)
		return err;
	if (value < INT_MIN || value > INT_MAX)
		return -ERANGE;
	*res = value;
	return 0;
}

/**
 * kstrtou64 - the whole string as a u64
 */
int kstrtou64(const char *s, unsigned int base, u64 *res)
{
	return kstrtoull(s, base, res);
}

/**
 * kstrtos64 - the whole string as an s64
 */
int kstrtos64(const char *s, unsigned int base, s64 *res)
{
	return kstrtoll(s, base, res);
}

/**
 * kstrtou32 - the whole string as a u32
 */
int kstrtou32(const char *s, unsigned int base, u32 *res)
{
	return kstrtouint(s, base, res);
}

/**
 * kstrtou16 - the whole string as a u16
 */
int kstrtou16(const char *s, unsigned int base, u16 *res)
{
	unsigned long long value;
	int err = unsigned_within(s, base, U16_MAX, &value);

	if (!err)
		*res = value;
	return err;
}

/**
 * kstrtou8 - the whole string as a u8
 */
int kstrtou8(const char *s, unsigned int base, u8 *res)
{
	unsigned long long value;
	int err = unsigned_within(s, base, U8_MAX, &value);

	if (!err)
		*res = value;
	return err;
}

/* 1 yes, 0 no, -1 neither. */
static int yes_or_no(const char *s)
{
	switch (*s) {
	case 'y':
	case 'Y':
	case 't':
	case 'T':
	case '1':
		return 1;
	case 'n':
	case 'N':
	case 'f':
	case 'F':
	case '0':
		return 0;
	case 'o':
	case 'O':
		if ((s[1] | 0x20) == 'n')
			return 1;
		return (s[1] | 0x20) == 'f' ? 0 : -1;
	default:
		return -1;
	}
}

/**
 * kstrtobool - yes or no, by the first one or two letters
 */
int kstrtobool(const char *s, bool *res)
{
	int answer = s ? yes_or_no(s) : -1;

	if (answer < 0)
		return -EINVAL;
	*res = answer;
	return 0;
}

/**
 * simple_strtoull - the digits at the start of a string; wraps silently
 */
unsigned long long simple_strtoull(const char *s, char **end, unsigned int base)
{
	unsigned long long value;
	bool overflow;

	s = read_base(s, &base);
	s = read_digits(s, base, &value, &overflow);
	if (end)
		*end = (char *)s;
	return value;
}

/**
 * simple_strtoul - the same as unsigned long
 */
unsigned long simple_strtoul(const char *s, char **end, unsigned int base)
{
	return simple_strtoull(s, end, base);
}

/**
 * simple_strtol - the same with an optional minus sign
 */
long simple_strtol(const char *s, char **end, unsigned int base)
{
	return *s == '-' ? -(long)simple_strtoull(s + 1, end, base)
			 : (long)simple_strtoull(s, end, base);
}

/* Powers of 1024 that a suffix stands for; 0 for no suffix. */
static unsigned int suffix_power(char c)
{
	static const char suffixes[] = "kmgtpe";

	for (unsigned int i = 0; suffixes[i]; i++)
		if ((c | 0x20) == suffixes[i])
			return i + 1;
	return 0;
}

/**
 * memparse - a number with an optional K, M, G, T, P or E
 */
unsigned long long memparse(const char *s, char **end)
{
	char *stop;
	unsigned long long value = simple_strtoull(s, &stop, 0);
	unsigned int power = suffix_power(*stop);

	if (end)
		*end = stop + (power != 0);
	return value << (10 * power);
}
