// SPDX-License-Identifier: MIT
/*
 * Formatted input: sscanf() and vsscanf().
 *
 * A format is read beside the text. White space in it stands for any amount of white space, none
 * included; a character that begins no conversion must be the next one of the text; and a conversion
 * takes some of the text and stores what it means:
 *
 *	%[width][size]kind
 *
 *	kind	d u	decimal		x X	hexadecimal, 0x allowed		o	octal
 *		i	by its prefix: 0x, 0 or none				n	how much was read so far
 *		s	up to white space	c	width characters, 1 without; no NUL behind them
 *		[…]	a longest piece of these characters, ^ first: of all others; needs a width
 *		%	a percent sign
 *	size	hh h l ll L z, of what is stored by d u x X o i; int without
 *
 *	%*	leaves out: the format goes on at its next white space or %, the text at its next white space
 *
 * d and i take a minus sign. Numbers and %s skip white space before them; %c and %[ don't. Values that
 * don't fit are cut to the size. As in Linux, and unlike C: what %* leaves out; no ranges, and no ]
 * among the characters of %[; %s may store nothing but its NUL; nothing matched is 0, never -1.
 *
 * Model: scan() is a loop over the format that ends with the first thing that doesn't match, with the
 * end of the format, or where a conversion finds the text at its end. Each conversion is one function
 * from a place in the text to the place behind what it took, NULL if it found nothing of its kind.
 *
 *   I1  nothing is stored by a conversion that found nothing, and it isn't counted.
 *   I2  no byte of the text behind its NUL is read, nor more than `width` of one conversion.
 *
 * Contexts: any. Complexity: linear in format and text.
 * Source: scanf(3), and what Linux's documentation and kernel-doc say that the kernel's form leaves out.
 */
#include <linux/bitmap.h>
#include <linux/ctype.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/sprintf.h>
#include <linux/string.h>

struct conversion {
	char kind;
	int width;	    /* -1: none was said */
	unsigned int bytes; /* of what a number is stored in */
	DECLARE_BITMAP(set, 256);
};

/* The characters of %[…]; returns the place behind the bracket, NULL: there is none, or no character. */
static const char *read_set(const char *fmt, struct conversion *c)
{
	bool others = *fmt == '^';
	const char *first = fmt += others;

	bitmap_zero(c->set, 256);
	for (; *fmt && *fmt != ']'; fmt++)
		__set_bit((u8)*fmt, c->set);
	if (others)
		bitmap_complement(c->set, c->set, 256);
	return *fmt && fmt != first ? fmt + 1 : NULL;
}

static const char *read_size(const char *fmt, struct conversion *c)
{
	c->bytes = sizeof(int);
	if (*fmt == 'h') {
		c->bytes = fmt[1] == 'h' ? 1 : 2;
		return fmt + 3 - c->bytes;
	}
	if (*fmt != 'l' && *fmt != 'L' && *fmt != 'z')
		return fmt;
	c->bytes = 8;
	return fmt[0] == 'l' && fmt[1] == 'l' ? fmt + 2 : fmt + 1;
}

/* What follows a %; returns the place behind it, NULL: that is no conversion. */
static const char *read_conversion(const char *fmt, struct conversion *c)
{
	c->width = -1;
	if (isdigit((u8)*fmt)) {
		for (c->width = 0; isdigit((u8)*fmt); fmt++)
			c->width = min(10 * c->width + *fmt - '0', SHRT_MAX);
		if (!c->width)
			return NULL;
	}
	fmt = read_size(fmt, c);
	c->kind = *fmt;
	if (!c->kind || !strchr("duxXoinsc[", c->kind))
		return NULL;
	if (c->kind != '[')
		return fmt + 1;
	return c->width < 0 ? NULL : read_set(fmt + 1, c);
}

static unsigned int digit(char c)
{
	if (isdigit((u8)c))
		return c - '0';
	return isxdigit((u8)c) ? (c | 0x20) - 'a' + 10 : 99;
}

/* The base of the number at s; *prefix: how long its prefix is. */
static unsigned int base_of(const struct conversion *c, const char *s, int *prefix)
{
	bool hex = s[0] == '0' && (s[1] | 0x20) == 'x' && isxdigit((u8)s[2]);

	*prefix = 0;
	switch (c->kind) {
	case 'o':
		return 8;
	case 'x':
	case 'X':
		*prefix = hex ? 2 : 0;
		return 16;
	case 'i':
		*prefix = hex ? 2 : 0;
		return hex ? 16 : *s == '0' ? 8 : 10;
	default:
		return 10;
	}
}

/* A prefix that fills the width is a 0. */
static const char *scan_number(const char *s, const struct conversion *c, u64 *value)
{
	int left = c->width < 0 ? INT_MAX : c->width, prefix;
	bool negative = *s == '-' && (c->kind == 'd' || c->kind == 'i');
	unsigned int base;

	s += negative;
	left -= negative;
	base = base_of(c, s, &prefix);
	if (!left || digit(*s) >= base)
		return NULL;
	*value = 0;
	if (left <= prefix)
		return s + left;
	s += prefix;
	for (left -= prefix; left && digit(*s) < base; s++, left--)
		*value = *value * base + digit(*s);
	if (negative)
		*value = -*value;
	return s;
}

static void store_number(void *to, const struct conversion *c, u64 value)
{
	memcpy(to, &value, c->bytes); /* the lowest bytes come first */
}

/* As many characters as there are that may be taken. */
static size_t piece(const char *s, const struct conversion *c)
{
	size_t n = 0, most = c->width < 0 ? (c->kind == 'c' ? 1 : SHRT_MAX) : c->width;

	while (n < most && s[n]) {
		if (c->kind == 's' && isspace((u8)s[n]))
			break;
		if (c->kind == '[' && !test_bit((u8)s[n], c->set))
			break;
		n++;
	}
	return n;
}

/* Characters are stored with a NUL behind them, but for %c. */
static const char *scan_characters(const char *s, const struct conversion *c, char *to)
{
	size_t n = piece(s, c);

	if (!n && c->kind != 's')
		return NULL;
	memcpy(to, s, n);
	if (c->kind != 'c')
		to[n] = '\0';
	return s + n;
}

static const char *next_space(const char *s)
{
	while (*s && !isspace((u8)*s))
		s++;
	return s;
}

/* One conversion at s, not %n; returns the place behind, NULL: it found nothing. */
static const char *scan_one(const char *s, const struct conversion *c, void *to)
{
	u64 value;

	if (c->kind != 'c' && c->kind != '[')
		s = skip_spaces(s);
	if (strchr("sc[", c->kind))
		return scan_characters(s, c, to);
	s = scan_number(s, c, &value);
	if (s)
		store_number(to, c, value);
	return s;
}

/**
 * vsscanf - take text apart by a format
 * @buf: the text
 * @fmt: the format
 * @args: where to, a pointer for each conversion that stores something
 *
 * Return: how many conversions were stored, %n not counted.
 */
int vsscanf(const char *buf, const char *fmt, va_list args)
{
	const char *s = buf;
	struct conversion c;
	int stored = 0;

	while (*fmt) {
		if (isspace((u8)*fmt)) {
			fmt = skip_spaces(fmt);
			s = skip_spaces(s);
		} else if (*fmt != '%' || fmt[1] == '%') {
			fmt += *fmt == '%';
			if (*fmt++ != *s++)
				break;
		} else if (fmt[1] == '*') {
			for (fmt += 2; *fmt && *fmt != '%' && *fmt != '[' && !isspace((u8)*fmt);)
				fmt++;
			if (!*s || *fmt == '[')
				break;
			s = next_space(s);
		} else {
			fmt = read_conversion(fmt + 1, &c);
			if (!fmt)
				break;
			if (c.kind == 'n') {
				*va_arg(args, int *) = s - buf;
				continue;
			}
			s = *s ? scan_one(s, &c, va_arg(args, void *)) : NULL;
			if (!s)
				break;
			stored++;
		}
	}
	return stored;
}

/**
 * sscanf - the same with the pointers in the call
 */
int sscanf(const char *buf, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsscanf(buf, fmt, args);
	va_end(args);
	return n;
}
