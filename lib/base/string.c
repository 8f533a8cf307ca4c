/* SPDX-License-Identifier: MIT */
/*
 * Memory and strings
 * ==================
 *
 * The mem* functions are where a memory manager spends its time, and the compiler calls memcpy,
 * memmove, memset and memcmp by itself, so they must be real symbols that never call each other
 * through a pattern the compiler recognised in them. The str* functions serve messages and boot
 * lines; they are plain byte loops.
 *
 * Copying. Sizes up to 32 bytes are done without a loop: the first and the last 8 (or 4, or 2)
 * bytes are loaded, then both are stored; the two may overlap each other, so one piece of code
 * serves every length of its class. As all loads come before all stores, the same code is right for
 * overlapping areas. Above 32, whole words are copied by copy_words() (one instruction a word) and
 * the last 8 bytes are again an overlapping piece, loaded before the copying starts because the
 * copying may overwrite them:
 *
 *	|word|word|word|word|....|word|tai
 *	                       |--tail---|
 *
 * memmove copies upwards when the destination is below the source or past its end, and downwards
 * otherwise, with a loop of its own (the machine's downward string copy needs a flag that would
 * also have to be right in every interrupt handler).
 *
 * Invariants
 *   I1  No function reads a byte outside [s, s + n) or behind a string's NUL, not even within the
 *       same word.
 *   I2  No function of this file contains a loop that copies or fills bytes or words in a form a
 *       compiler replaces by a call of the
 *	 function itself: such loops carry a barrier().
 *   I3  A checker of accesses (asm/memstate.h) is told of the areas of memcpy, memmove and memset as a
 *       whole, once, and does not look at their single accesses.
 *
 * Contexts: any. Locks: none. Complexity: linear; strstr is quadratic in the worst case, as its
 * patterns are short. memcpy(n): about 10 instructions + n / 8.
 */
#include <linux/string.h>
#include <linux/ctype.h>
#include <linux/limits.h>
#include <asm/memstate.h>
#include <asm/page.h>
#include <asm/string.h>

#undef memset
#undef memcpy
#undef memmove
#undef memcmp
#undef strlen
#undef strcmp
#undef strscpy
#undef strscpy_pad

/* Loads and stores at any address. */
typedef u64 __attribute__((__may_alias__, __aligned__(1))) any_u64;
typedef u32 __attribute__((__may_alias__, __aligned__(1))) any_u32;
typedef u16 __attribute__((__may_alias__, __aligned__(1))) any_u16;

#define AT(type, p, offset) (*(type *)((char *)(p) + (offset)))

/* Four words: what the loop-free code covers. */
#define SMALL_MAX 32

static __always_inline void copy_below_8(void *to, const void *from, size_t n)
{
	if (n >= 4) {
		u32 first = AT(const any_u32, from, 0), last = AT(const any_u32, from, n - 4);

		AT(any_u32, to, 0) = first;
		AT(any_u32, to, n - 4) = last;
	} else if (n >= 2) {
		u16 first = AT(const any_u16, from, 0), last = AT(const any_u16, from, n - 2);

		AT(any_u16, to, 0) = first;
		AT(any_u16, to, n - 2) = last;
	} else if (n) {
		AT(u8, to, 0) = AT(const u8, from, 0);
	}
}

/* n <= SMALL_MAX; overlap allowed. */
static __always_inline void copy_small(void *to, const void *from, size_t n)
{
	if (n > 16) {
		u64 a = AT(const any_u64, from, 0), b = AT(const any_u64, from, 8);
		u64 c = AT(const any_u64, from, n - 16), d = AT(const any_u64, from, n - 8);

		AT(any_u64, to, 0) = a;
		AT(any_u64, to, 8) = b;
		AT(any_u64, to, n - 16) = c;
		AT(any_u64, to, n - 8) = d;
	} else if (n >= 8) {
		u64 first = AT(const any_u64, from, 0), last = AT(const any_u64, from, n - 8);

		AT(any_u64, to, 0) = first;
		AT(any_u64, to, n - 8) = last;
	} else {
		copy_below_8(to, from, n);
	}
}

/* n > 8; `to` below `from`, or no overlap. */
static __always_inline void copy_up(void *to, const void *from, size_t n)
{
	u64 tail = AT(const any_u64, from, n - 8);

	copy_words_checked(to, from, n / 8);
	AT(any_u64, to, n - 8) = tail;
}

/* n > 8; `to` above `from`. The first 8 bytes are the overlapping piece. */
static __memstate_told void copy_down(void *to, const void *from, size_t n)
{
	u64 head = AT(const any_u64, from, 0);

	for (; n >= 16; n -= 16) {
		u64 a = AT(const any_u64, from, n - 8), b = AT(const any_u64, from, n - 16);

		AT(any_u64, to, n - 8) = a;
		AT(any_u64, to, n - 16) = b;
		barrier();
	}
	if (n >= 8)
		AT(any_u64, to, n - 8) = AT(const any_u64, from, n - 8);
	AT(any_u64, to, 0) = head;
}

/**
 * memcpy - copy n bytes between areas that do not overlap
 */
__memstate_told void *memcpy(void *to, const void *from, size_t n)
{
	memstate_check_read(from, n);
	memstate_check_write(to, n);
	if (n <= SMALL_MAX)
		copy_small(to, from, n);
	else
		copy_up(to, from, n);
	return to;
}

/**
 * memmove - copy n bytes between areas that may overlap
 */
__memstate_told void *memmove(void *to, const void *from, size_t n)
{
	memstate_check_read(from, n);
	memstate_check_write(to, n);
	if (n <= SMALL_MAX)
		copy_small(to, from, n);
	else if ((unsigned long)to - (unsigned long)from >= n)
		copy_up(to, from, n);
	else
		copy_down(to, from, n);
	return to;
}

static __always_inline void fill_small(void *s, u64 v, size_t n)
{
	if (n >= 8) {
		AT(any_u64, s, 0) = v;
		AT(any_u64, s, n - 8) = v;
		if (n > 16) {
			AT(any_u64, s, 8) = v;
			AT(any_u64, s, n - 16) = v;
		}
	} else if (n >= 4) {
		AT(any_u32, s, 0) = v;
		AT(any_u32, s, n - 4) = v;
	} else if (n >= 2) {
		AT(any_u16, s, 0) = v;
		AT(any_u16, s, n - 2) = v;
	} else if (n) {
		AT(u8, s, 0) = v;
	}
}

#define EVERY_BYTE(c) ((u8)(c)*0x0101010101010101ULL)

/**
 * memset - fill n bytes with the byte c
 */
__memstate_told void *memset(void *s, int c, size_t n)
{
	u64 v = EVERY_BYTE(c);

	memstate_check_write(s, n);
	if (n <= SMALL_MAX) {
		fill_small(s, v, n);
	} else {
		AT(any_u64, s, n - 8) = v;
		fill_words_checked(s, v, n / 8);
	}
	return s;
}

/**
 * memset16 - fill `count` 16-bit values
 */
void *memset16(u16 *s, u16 v, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		s[i] = v;
		barrier();
	}
	return s;
}

/**
 * memset32 - fill `count` 32-bit values
 */
void *memset32(u32 *s, u32 v, size_t count)
{
	fill_words(s, (u64)v << 32 | v, count / 2);
	if (count & 1)
		s[count - 1] = v;
	return s;
}

/**
 * memset64 - fill `count` 64-bit values
 */
void *memset64(u64 *s, u64 v, size_t count)
{
	fill_words(s, v, count);
	return s;
}

/**
 * memzero_explicit - clear memory even if nobody reads it again
 */
void memzero_explicit(void *s, size_t n)
{
	memset(s, 0, n);
	__asm__ __volatile__("" : : "r"(s) : "memory");
}

/**
 * memcmp - order of the first bytes that differ: negative, 0 or positive
 *
 * Words are compared as big-endian numbers, which order as their bytes do.
 */
int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *p = a, *q = b;

	for (; n >= 8; n -= 8, p += 8, q += 8) {
		u64 x = __builtin_bswap64(AT(const any_u64, p, 0));
		u64 y = __builtin_bswap64(AT(const any_u64, q, 0));

		if (x != y)
			return x < y ? -1 : 1;
	}
	for (; n; n--, p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}

/**
 * memchr - first byte equal to c, or NULL
 */
void *memchr(const void *s, int c, size_t n)
{
	for (const u8 *p = s; n; n--, p++)
		if (*p == (u8)c)
			return (void *)p;
	return NULL;
}

/**
 * memchr_inv - first byte that differs from c, or NULL
 *
 * Eight bytes at a time while all are equal: this is how poison is verified.
 */
void *memchr_inv(const void *s, int c, size_t n)
{
	const u8 *p = s;
	u64 v = EVERY_BYTE(c);

	for (; n >= 8; n -= 8, p += 8) {
		u64 diff = AT(const any_u64, p, 0) ^ v;

		if (diff)
			return (void *)(p + __builtin_ctzll(diff) / 8);
	}
	for (; n; n--, p++)
		if (*p != (u8)c)
			return (void *)p;
	return NULL;
}

/**
 * memscan - first byte equal to c, or the end of the area
 */
void *memscan(void *s, int c, size_t n)
{
	void *p = memchr(s, c, n);

	return p ? p : (char *)s + n;
}

/**
 * strnlen - length of a string of at most max bytes; byte max is not read
 */
size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

/**
 * strlen - length of a string, its NUL not counted
 */
size_t strlen(const char *s)
{
	return strnlen(s, SIZE_MAX);
}

/**
 * strncmp - order of two strings in their first n characters: negative, 0 or positive
 */
int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++) {
		int diff = (u8)*a - (u8)*b;

		if (diff || !*a)
			return diff;
	}
	return 0;
}

/**
 * strcmp - order of two strings
 */
int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, SIZE_MAX);
}

/**
 * strncasecmp - strncmp without regard to case
 */
int strncasecmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++) {
		int diff = tolower((u8)*a) - tolower((u8)*b);

		if (diff || !*a)
			return diff;
	}
	return 0;
}

/**
 * strcasecmp - strcmp without regard to case
 */
int strcasecmp(const char *a, const char *b)
{
	return strncasecmp(a, b, SIZE_MAX);
}

/**
 * strcpy - copy a string; the caller knows that it fits
 */
char *strcpy(char *to, const char *from)
{
	return memcpy(to, from, strlen(from) + 1);
}

/**
 * strncpy - copy at most n characters and fill up with NULs; no NUL if `from` has n or more
 */
char *strncpy(char *to, const char *from, size_t n)
{
	size_t len = strnlen(from, n);

	memcpy(to, from, len);
	memset(to + len, 0, n - len);
	return to;
}

/**
 * strscpy - copy what fits, always with a NUL
 *
 * Return: the length copied, or -E2BIG if `from` was cut or n is 0 or absurd.
 */
ssize_t strscpy(char *to, const char *from, size_t n)
{
	size_t len;

	if (!n || n > INT_MAX)
		return -E2BIG;
	len = strnlen(from, n);
	if (len == n) {
		memcpy(to, from, n - 1);
		to[n - 1] = '\0';
		return -E2BIG;
	}
	memcpy(to, from, len + 1);
	return len;
}

/**
 * strscpy_pad - strscpy, and the rest of the buffer is zeroed
 */
ssize_t strscpy_pad(char *to, const char *from, size_t n)
{
	ssize_t len = strscpy(to, from, n);

	if (len >= 0)
		memset(to + len, 0, n - len);
	return len;
}

/**
 * strreplace - every character `old` becomes `new`
 */
char *strreplace(char *str, char old, char new)
{
	for (char *s = str; *s; s++) {
		if (*s == old)
			*s = new;
	}
	return str;
}

/**
 * strncat - append at most n characters and a NUL
 */
char *strncat(char *to, const char *from, size_t n)
{
	size_t have = strlen(to), len = strnlen(from, n);

	memcpy(to + have, from, len);
	to[have + len] = '\0';
	return to;
}

/**
 * strcat - append a string; the caller knows that it fits
 */
char *strcat(char *to, const char *from)
{
	strcpy(to + strlen(to), from);
	return to;
}

/**
 * strlcat - append within a buffer of n bytes
 *
 * Return: the length the whole would have, so that >= n means it was cut.
 */
size_t strlcat(char *to, const char *from, size_t n)
{
	size_t have = strnlen(to, n), len = strlen(from);
	size_t fits;

	if (have == n)
		return n + len;
	fits = len < n - have ? len : n - have - 1;
	memcpy(to + have, from, fits);
	to[have + fits] = '\0';
	return have + len;
}

/**
 * strchrnul - first c in the string, or its end
 */
char *strchrnul(const char *s, int c)
{
	while (*s && *s != (char)c)
		s++;
	return (char *)s;
}

/**
 * strchr - first c in the string (its NUL included), or NULL
 */
char *strchr(const char *s, int c)
{
	s = strchrnul(s, c);
	return *s == (char)c ? (char *)s : NULL;
}

/**
 * strrchr - last c in the string (its NUL included), or NULL
 */
char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	do {
		if (*s == (char)c)
			last = s;
	} while (*s++);
	return (char *)last;
}

/**
 * strnchr - first c among the first n characters, or NULL
 */
char *strnchr(const char *s, size_t n, int c)
{
	for (; n; n--, s++) {
		if (*s == (char)c)
			return (char *)s;
		if (!*s)
			return NULL;
	}
	return NULL;
}

/**
 * strnstr - first place of `what` within the first n characters of s, or NULL
 */
char *strnstr(const char *s, const char *what, size_t n)
{
	size_t len = strlen(what);

	n = strnlen(s, n);
	for (; n >= len; n--, s++)
		if (memcmp(s, what, len) == 0)
			return (char *)s;
	return NULL;
}

/**
 * strstr - first place of `what` in s, or NULL; an empty `what` is at once found
 */
char *strstr(const char *s, const char *what)
{
	return strnstr(s, what, SIZE_MAX);
}

/**
 * strspn - length of the leading part that consists of characters of `accept`
 */
size_t strspn(const char *s, const char *accept)
{
	size_t n = 0;

	while (s[n] && strchr(accept, s[n]))
		n++;
	return n;
}

/**
 * strcspn - length of the leading part without characters of `reject`
 */
size_t strcspn(const char *s, const char *reject)
{
	size_t n = 0;

	while (s[n] && !strchr(reject, s[n]))
		n++;
	return n;
}

/**
 * strpbrk - first character of s that is in `accept`, or NULL
 */
char *strpbrk(const char *s, const char *accept)
{
	s += strcspn(s, accept);
	return *s ? (char *)s : NULL;
}

/**
 * strsep - cut the next token off *s
 *
 * Return: the token (empty between two delimiters), NULL when *s is NULL. *s becomes what follows,
 * NULL after the last token.
 */
char *strsep(char **s, const char *delimiters)
{
	char *token = *s, *end;

	if (!token)
		return NULL;
	end = strpbrk(token, delimiters);
	if (end)
		*end++ = '\0';
	*s = end;
	return token;
}

/**
 * skip_spaces - the first character that is not white space
 */
char *skip_spaces(const char *s)
{
	while (isspace((u8)*s))
		s++;
	return (char *)s;
}

/**
 * strim - cut trailing white space off (in place) and skip the leading
 */
char *strim(char *s)
{
	size_t n = strlen(s);

	while (n && isspace((u8)s[n - 1]))
		n--;
	s[n] = '\0';
	return skip_spaces(s);
}

/**
 * sysfs_streq - equality but for one trailing newline on either side
 */
bool sysfs_streq(const char *a, const char *b)
{
	size_t na = strlen(a), nb = strlen(b);

	na -= na && a[na - 1] == '\n';
	nb -= nb && b[nb - 1] == '\n';
	return na == nb && memcmp(a, b, na) == 0;
}

/**
 * match_string - index of a string in an array of n, which may end early with NULL
 */
int match_string(const char *const *array, size_t n, const char *s)
{
	for (size_t i = 0; i < n && array[i]; i++)
		if (strcmp(array[i], s) == 0)
			return i;
	return -EINVAL;
}

/*
 * Does the class that starts behind '[' contain c? *end is set behind its ']'. A ']' right at the
 * start is a member; a class that is never closed matches nothing, and *end is NULL.
 */
static bool class_contains(const char *class, u8 c, const char **end)
{
	bool negated = *class == '!', found = false;
	const char *p = class + negated;

	do {
		u8 low = *p, high = low;

		if (!low) {
			*end = NULL;
			return false;
		}
		if (p[1] == '-' && p[2] && p[2] != ']') {
			high = p[2];
			p += 2;
		}
		found |= low <= c && c <= high;
	} while (*++p != ']');
	*end = p + 1;
	return found != negated;
}

/* Match one character of s; the rest of the pattern, or NULL. */
static const char *glob_step(const char *pattern, char c)
{
	const char *end;

	switch (*pattern) {
	case '?':
		return pattern + 1;
	case '[':
		if (class_contains(pattern + 1, c, &end))
			return end;
		return NULL;
	case '\\':
		pattern += pattern[1] != '\0';
		fallthrough;
	default:
		return *pattern == c ? pattern + 1 : NULL;
	}
}

/**
 * glob_match - does the whole of s match a shell pattern?
 *
 * After a mismatch only the last '*' need be tried again, one character longer: an earlier one
 * could not reach further. O(|p| * |s|).
 */
bool glob_match(const char *pattern, const char *s)
{
	const char *star = NULL, *retry = NULL;

	while (*s || *pattern == '*') {
		const char *next = NULL;

		if (*pattern == '*') {
			star = ++pattern;
			retry = s;
			continue;
		}
		if (*pattern)
			next = glob_step(pattern, *s);
		if (next) {
			pattern = next;
			s++;
		} else if (star && *retry) {
			pattern = star;
			s = ++retry;
		} else {
			return false;
		}
	}
	return !*pattern;
}
