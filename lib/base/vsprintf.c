/* SPDX-License-Identifier: MIT */
/*
 * Formatted output into memory
 * ============================
 *
 * A format is a sequence of plain characters and conversions. parse_spec() reads one conversion
 * (flags, width, precision, length, letter) into a struct spec; the function for the letter then
 * emits characters into a sink. The sink counts every character but stores only those that fit, so
 * that the length of the whole text is known however small the buffer is, a buffer of size 0
 * included.
 *
 * Kernel extensions follow the letter p (see sprintf.h). Plain %p prints a hash: messages then tell
 * objects apart without telling an attacker where they are. NULL and error pointers give nothing
 * away and are printed as they are.
 *
 * Invariants
 *   I1  No byte outside buf[0, size) is written; with size > 0 the text ends with a NUL inside it.
 *   I2  %s reads at most `precision` characters and nothing behind a NUL; pointers that cannot be
 *       strings (NULL, the first page,
 *	 error pointers) are not read at all.
 *   I3  An unknown conversion ends the interpretation (the arguments can no longer be told): the
 *       rest of the format is printed
 *	 as it is.
 *
 * Where Linux differs from ISO C, Linux is followed: %#x of 0 is 0x0, a precision does not switch
 * off the flag 0, and 0 with precision 0 is "0". Contexts: any, NMI included; no locks. Complexity:
 * linear in the output.
 */
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/bug.h>
#include <asm/page.h>
#include <asm/clock.h>

bool (*symbol_name_hook)(unsigned long addr, char *buf, size_t size);

struct sink {
	char *buf;
	size_t size;
	size_t len; /* of the text so far, stored or not */
};

#define F_LEFT	 (1u << 0)
#define F_PLUS	 (1u << 1)
#define F_SPACE	 (1u << 2)
#define F_ALT	 (1u << 3)
#define F_ZERO	 (1u << 4)
#define F_UPPER	 (1u << 5)
#define F_SIGNED (1u << 6)

struct spec {
	unsigned int flags;
	int width;     /* 0: none */
	int precision; /* -1: none */
	char length;   /* 'H' for hh, 'h', 'l', 'L' for ll, 'z', or 0 */
	char letter;
};

static void emit(struct sink *s, char c)
{
	if (s->len < s->size)
		s->buf[s->len] = c;
	s->len++;
}

static void emit_many(struct sink *s, char c, int n)
{
	while (n-- > 0)
		emit(s, c);
}

static void emit_bytes(struct sink *s, const char *text, size_t n)
{
	while (n--)
		emit(s, *text++);
}

/* `n` characters in a field of the given width. */
static void emit_field(struct sink *s, const char *text, size_t n, const struct spec *spec)
{
	int pad = spec->width > (long)n ? spec->width - (int)n : 0;

	if (!(spec->flags & F_LEFT))
		emit_many(s, ' ', pad);
	emit_bytes(s, text, n);
	if (spec->flags & F_LEFT)
		emit_many(s, ' ', pad);
}

static void emit_string(struct sink *s, const char *text, const struct spec *spec)
{
	if (!text)
		text = "(null)";
	else if ((unsigned long)text < PAGE_SIZE || IS_ERR(text))
		text = "(efault)";
	emit_field(s, text, spec->precision < 0 ? strlen(text) : strnlen(text, spec->precision),
		   spec);
}

/* Digits of `v`, last first; returns how many. 22 are the most there can be (base 8). */
static int digits_of(u64 v, unsigned int base, bool upper, char *out)
{
	const char *set = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	int n = 0;

	do {
		out[n++] = set[v % base];
		v /= base;
	} while (v);
	return n;
}

/* The sign character of a number, 0 for none. */
static char sign_of(bool negative, unsigned int flags)
{
	if (!(flags & F_SIGNED))
		return 0;
	if (negative)
		return '-';
	return flags & F_PLUS ? '+' : (flags & F_SPACE ? ' ' : 0);
}

static void emit_number(struct sink *s, u64 v, unsigned int base, const struct spec *spec)
{
	bool negative = (spec->flags & F_SIGNED) && (s64)v < 0;
	char digits[24], sign = sign_of(negative, spec->flags);
	int n = digits_of(negative ? -v : v, base, spec->flags & F_UPPER, digits);
	bool octal = (spec->flags & F_ALT) && base == 8 && v;
	bool hex = (spec->flags & F_ALT) && base == 16;
	int zeros = max(spec->precision - n, 0);
	int pad = max(spec->width - (zeros + n + (sign != 0) + octal + 2 * hex), 0);

	if (spec->flags & F_ZERO && !(spec->flags & F_LEFT))
		zeros += pad;
	else if (!(spec->flags & F_LEFT))
		emit_many(s, ' ', pad);
	if (sign)
		emit(s, sign);
	if (octal || hex)
		emit(s, '0');
	if (hex)
		emit(s, spec->flags & F_UPPER ? 'X' : 'x');
	emit_many(s, '0', zeros);
	while (n)
		emit(s, digits[--n]);
	if (spec->flags & F_LEFT)
		emit_many(s, ' ', pad);
}

static u64 unsigned_arg(const struct spec *spec, va_list *args)
{
	switch (spec->length) {
	case 'H':
		return (u8)va_arg(*args, int);
	case 'h':
		return (u16)va_arg(*args, int);
	case 'l':
	case 'z':
		return va_arg(*args, unsigned long);
	case 'L':
		return va_arg(*args, unsigned long long);
	default:
		return va_arg(*args, unsigned int);
	}
}

static u64 signed_arg(const struct spec *spec, va_list *args)
{
	switch (spec->length) {
	case 'H':
		return (s8)va_arg(*args, int);
	case 'h':
		return (s16)va_arg(*args, int);
	case 'l':
	case 'z':
		return va_arg(*args, long);
	case 'L':
		return va_arg(*args, long long);
	default:
		return va_arg(*args, int);
	}
}

/* 16 hexadecimal digits, unless the format asks for another width. */
static void emit_address(struct sink *s, u64 v, struct spec spec)
{
	if (spec.width == 0) {
		spec.width = 2 * sizeof(void *);
		spec.flags |= F_ZERO;
	}
	spec.flags &= ~(F_SIGNED | F_UPPER);
	emit_number(s, v, 16, &spec);
}

/* The key is drawn once, from the time of the first use. */
static u32 hash_address(unsigned long v)
{
	static u64 key;
	u64 drawn = 0, h;

	if (unlikely(!READ_ONCE(key)))
		__atomic_compare_exchange_n(&key, &drawn, get_cycles() | 1, false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED);
	h = (v ^ READ_ONCE(key)) * 0x9e3779b97f4a7c15ULL;
	h = (h ^ (h >> 32)) * 0xd6e8feb86659fd93ULL;
	return h >> 32;
}

static void emit_hashed(struct sink *s, const void *p, const struct spec *spec)
{
	emit_address(s, IS_ERR_OR_NULL(p) ? (unsigned long)p : hash_address((unsigned long)p),
		     *spec);
}

static void emit_error_pointer(struct sink *s, const void *p, const struct spec *spec)
{
	const char *name = IS_ERR(p) ? errname(PTR_ERR(p)) : NULL;

	if (name)
		emit_string(s, name, spec);
	else
		emit_hashed(s, p, spec);
}

/* Does "name+0x0/0x40" say that the address is the first of its function? */
static bool at_start(const char *symbol)
{
	const char *plus = strrchr(symbol, '+');

	return plus && strstarts(plus, "+0x0/");
}

/*
 * kind 'S' with offset, 's' without, 'B' for return addresses: a call that never returns may be the
 * last instruction of its function, and then the address behind it is the next function's start.
 */
static void emit_symbol(struct sink *s, unsigned long addr, char kind, const struct spec *spec)
{
	bool (*name)(unsigned long addr, char *buf, size_t size) = READ_ONCE(symbol_name_hook);
	char text[128];

	if (!name || !name(addr, text, sizeof(text))) {
		struct spec hex = { .flags = F_ALT, .precision = -1 };

		emit_number(s, addr, 16, &hex);
		return;
	}
	if (kind == 'B' && at_start(text))
		name(addr - 1, text, sizeof(text));
	if (kind == 's')
		*strchrnul(text, '+') = '\0';
	emit_string(s, text, spec);
}

/* Bytes in hex: the field width is their number, at most 64. */
static void emit_hex_bytes(struct sink *s, const u8 *p, char separator, const struct spec *spec)
{
	int n = clamp(spec->width, 1, 64);

	if ((unsigned long)p < PAGE_SIZE || IS_ERR(p)) {
		struct spec bare = { .precision = -1 };

		emit_string(s, (const char *)p, &bare);
		return;
	}
	for (int i = 0; i < n; i++) {
		if (i && separator)
			emit(s, separator);
		emit(s, "0123456789abcdef"[p[i] >> 4]);
		emit(s, "0123456789abcdef"[p[i] & 15]);
	}
}

static char hex_separator(char kind)
{
	switch (kind) {
	case 'C':
		return ':';
	case 'D':
		return '-';
	case 'N':
		return 0;
	default:
		return ' ';
	}
}

/*
 * A physical or DMA address, given by reference because its width is a matter of configuration
 * elsewhere.
 */
static void emit_physical(struct sink *s, const u64 *p)
{
	struct spec spec = { .flags = F_ALT | F_ZERO, .width = 18, .precision = -1 };

	if ((unsigned long)p < PAGE_SIZE || IS_ERR(p)) {
		spec = (struct spec){ .precision = -1 };
		emit_string(s, (const char *)p, &spec);
		return;
	}
	emit_number(s, *p, 16, &spec);
}

static void format(struct sink *s, const char *fmt, va_list *args);

static void emit_nested(struct sink *s, const struct va_format *vf)
{
	va_list copy;

	va_copy(copy, *vf->va);
	format(s, vf->fmt, &copy);
	va_end(copy);
}

/* What follows %p decides; letters and digits behind it belong to it. */
static const char *emit_pointer(struct sink *s, const char *kind, void *p, const struct spec *spec)
{
	switch (*kind) {
	case 'S':
	case 's':
	case 'B':
		emit_symbol(s, (unsigned long)p, *kind, spec);
		break;
	case 'x':
		emit_address(s, (unsigned long)p, *spec);
		break;
	case 'e':
		emit_error_pointer(s, p, spec);
		break;
	case 'V':
		emit_nested(s, p);
		break;
	case 'h':
		emit_hex_bytes(s, p, hex_separator(kind[1]), spec);
		break;
	case 'a':
		emit_physical(s, p);
		break;
	default:
		emit_hashed(s, p, spec);
	}
	while (isalnum((u8)*kind))
		kind++;
	return kind;
}

static unsigned int flag_of(char c)
{
	switch (c) {
	case '-':
		return F_LEFT;
	case '+':
		return F_PLUS;
	case ' ':
		return F_SPACE;
	case '#':
		return F_ALT;
	case '0':
		return F_ZERO;
	default:
		return 0;
	}
}

/* A decimal number or '*'. */
static const char *parse_count(const char *fmt, va_list *args, int *count)
{
	if (*fmt == '*') {
		*count = va_arg(*args, int);
		return fmt + 1;
	}
	*count = 0;
	for (; isdigit((u8)*fmt); fmt++)
		if (*count < INT_MAX / 10 - 1)
			*count = *count * 10 + (*fmt - '0');
	return fmt;
}

static const char *parse_length(const char *fmt, char *length)
{
	*length = 0;
	switch (*fmt) {
	case 'h':
		*length = fmt[1] == 'h' ? 'H' : 'h';
		return fmt + (fmt[1] == 'h' ? 2 : 1);
	case 'l':
		*length = fmt[1] == 'l' ? 'L' : 'l';
		return fmt + (fmt[1] == 'l' ? 2 : 1);
	case 'L':
	case 'j':
		*length = 'L';
		return fmt + 1;
	case 'z':
	case 't':
		*length = 'z';
		return fmt + 1;
	default:
		return fmt;
	}
}

/* `fmt` is behind the '%'; returns what is behind the letter. */
static const char *parse_spec(const char *fmt, struct spec *spec, va_list *args)
{
	unsigned int flag;

	*spec = (struct spec){ .precision = -1 };
	while ((flag = flag_of(*fmt))) {
		spec->flags |= flag;
		fmt++;
	}
	fmt = parse_count(fmt, args, &spec->width);
	if (spec->width < 0) {
		spec->flags |= F_LEFT;
		spec->width = spec->width == INT_MIN ? INT_MAX : -spec->width;
	}
	if (*fmt == '.') {
		fmt = parse_count(fmt + 1, args, &spec->precision);
		spec->precision = max(spec->precision, 0);
	}
	fmt = parse_length(fmt, &spec->length);
	spec->letter = *fmt;
	return *fmt ? fmt + 1 : fmt;
}

/* The base of a number's letter; 0 if the letter stands for no number. */
static unsigned int base_of(struct spec *spec)
{
	switch (spec->letter) {
	case 'd':
	case 'i':
		spec->flags |= F_SIGNED;
		fallthrough;
	case 'u':
		return 10;
	case 'X':
		spec->flags |= F_UPPER;
		fallthrough;
	case 'x':
		return 16;
	case 'o':
		return 8;
	default:
		return 0;
	}
}

/* Convert one argument; what follows in the format, or NULL if the conversion is not known. */
static const char *convert(struct sink *s, const char *rest, struct spec *spec, va_list *args)
{
	unsigned int base = base_of(spec);
	char c;

	if (base) {
		emit_number(s,
			    spec->flags & F_SIGNED ? signed_arg(spec, args)
						   : unsigned_arg(spec, args),
			    base, spec);
		return rest;
	}
	switch (spec->letter) {
	case 's':
		emit_string(s, va_arg(*args, const char *), spec);
		return rest;
	case 'c':
		c = va_arg(*args, int);
		emit_field(s, &c, 1, spec);
		return rest;
	case 'p':
		return emit_pointer(s, rest, va_arg(*args, void *), spec);
	case '%':
		emit(s, '%');
		return rest;
	default:
		return NULL;
	}
}

static void format(struct sink *s, const char *fmt, va_list *args)
{
	struct spec spec;
	const char *rest;

	while (*fmt) {
		if (*fmt != '%') {
			emit(s, *fmt++);
			continue;
		}
		rest = convert(s, parse_spec(fmt + 1, &spec, args), &spec, args);
		if (!rest) {
			emit_bytes(s, fmt, strlen(fmt));
			return;
		}
		fmt = rest;
	}
}

/**
 * vsnprintf - format into a buffer of `size` bytes
 *
 * Return: the length of the whole text without the NUL; >= size means that it was cut.
 */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct sink s = { .buf = buf, .size = size };
	va_list copy;

	/* A size that was negative before it became a size_t. */
	if (WARN_ON_ONCE(size > INT_MAX))
		return 0;
	va_copy(copy, args);
	format(&s, fmt, &copy);
	va_end(copy);
	if (size)
		buf[s.len < size ? s.len : size - 1] = '\0';
	return min_t(size_t, s.len, INT_MAX);
}

/**
 * vscnprintf - the same, but the length of what is in the buffer
 */
int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int n = vsnprintf(buf, size, fmt, args);

	if (n < (long)size)
		return n;
	return size ? size - 1 : 0;
}

/**
 * snprintf - format into a buffer; length of the whole text
 */
int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}

/**
 * scnprintf - format into a buffer; length of what is in it
 */
int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}

/**
 * vsprintf - format into a buffer that the caller knows to be large enough
 */
int vsprintf(char *buf, const char *fmt, va_list args)
{
	return vsnprintf(buf, INT_MAX, fmt, args);
}

/**
 * sprintf - the same with the arguments in the call
 */
int sprintf(char *buf, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, INT_MAX, fmt, args);
	va_end(args);
	return n;
}
