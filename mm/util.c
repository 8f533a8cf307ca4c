// SPDX-License-Identifier: MIT
/*
 * Copies of strings and memory, and formatted text, made with kmalloc.
 *
 * Each allocates once, copies once, and gives NULL if there is no memory. A size that would
 * overflow is no size: NULL. The memory is their caller's (linux/alloc_tag.h). Context: as the flags say.
 */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

/**
 * kmemdup_nul() - a string from bytes that have no NUL at their end
 * @s: the bytes; NULL gives NULL
 * @len: how many
 * @gfp: what may be done to find memory
 */
char *(kmemdup_nul)(const char *s, size_t len, gfp_t gfp)
{
	char *copy;

	if (!s || len + 1 == 0)
		return NULL;
	copy = kmalloc_track_caller(len + 1, gfp);
	if (copy) {
		memcpy(copy, s, len);
		copy[len] = '\0';
	}
	return copy;
}

/**
 * kstrdup() - a copy of a string
 * @s: the string; NULL gives NULL
 * @gfp: what may be done to find memory
 */
char *(kstrdup)(const char *s, gfp_t gfp)
{
	return s ? (kmemdup_nul)(s, strlen(s), gfp) : NULL;
}

/**
 * kstrndup() - a copy of the beginning of a string
 * @s: the string, which needn't have a NUL within @max bytes; NULL gives NULL
 * @max: length at most
 * @gfp: what may be done to find memory
 */
char *(kstrndup)(const char *s, size_t max, gfp_t gfp)
{
	return s ? (kmemdup_nul)(s, strnlen(s, max), gfp) : NULL;
}

static bool is_constant(const void *p)
{
	return (const char *)p >= __rodata_start && (const char *)p < __rodata_end;
}

/**
 * kstrdup_const() - a string to keep: itself if it is a constant of the image, else a copy
 * @s: the string; NULL gives NULL
 * @gfp: what may be done to find memory
 *
 * To be freed with kfree_const().
 */
const char *(kstrdup_const)(const char *s, gfp_t gfp)
{
	return is_constant(s) ? s : (kstrdup)(s, gfp);
}

/* Free what kstrdup_const() gave. */
void kfree_const(const void *p)
{
	if (!is_constant(p))
		kfree(p);
}

/**
 * kmemdup() - a copy of memory
 * @src: where from
 * @len: bytes
 * @gfp: what may be done to find memory
 */
void *(kmemdup)(const void *src, size_t len, gfp_t gfp)
{
	void *copy = kmalloc_track_caller(len, gfp);

	if (!ZERO_OR_NULL_PTR(copy))
		memcpy(copy, src, len);
	return copy;
}

/**
 * kmemdup_array() - a copy of an array
 * @src: where from
 * @count: elements
 * @element_size: bytes of each
 * @gfp: what may be done to find memory
 *
 * Return: the copy; NULL if the product overflows too.
 */
void *(kmemdup_array)(const void *src, size_t count, size_t element_size, gfp_t gfp)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, element_size, &bytes))
		return NULL;
	return (kmemdup)(src, bytes, gfp);
}

/**
 * kvmemdup() - a copy of memory of any size
 * @src: where from
 * @len: bytes
 * @gfp: as for kvmalloc()
 *
 * Return: the copy, to be freed with kvfree(); NULL.
 */
void *(kvmemdup)(const void *src, size_t len, gfp_t gfp)
{
	void *copy = (kvmalloc)(len, gfp);

	return ZERO_OR_NULL_PTR(copy) ? copy : memcpy(copy, src, len);
}

/* ---- Formatted ---- */

/**
 * kvasprintf() - print into memory of its own
 * @gfp: what may be done to find memory
 * @fmt: format
 * @args: its arguments
 *
 * The text is measured first; so arguments that change in between are cut, with a warning.
 * Return: the text, to be freed with kfree(); NULL: no memory.
 */
char *(kvasprintf)(gfp_t gfp, const char *fmt, va_list args)
{
	unsigned int first, second;
	va_list again;
	char *text;

	va_copy(again, args);
	first = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	text = kmalloc_track_caller(first + 1, gfp);
	if (!text)
		return NULL;
	second = vsnprintf(text, first + 1, fmt, args);
	WARN(first != second, "different return values (%u and %u) from vsnprintf(\"%s\", ...)",
	     first, second, fmt);
	return text;
}

/**
 * kasprintf() - print into memory of its own
 * @gfp: what may be done to find memory
 * @fmt: format, and its arguments
 *
 * Return: the text, to be freed with kfree(); NULL: no memory.
 */
char *(kasprintf)(gfp_t gfp, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = (kvasprintf)(gfp, fmt, args);
	va_end(args);
	return text;
}

/**
 * kvasprintf_const() - kvasprintf(), without a copy where the text is a constant of the image
 * @gfp: what may be done to find memory
 * @fmt: format; without conversions or "%s" it is looked at as by kstrdup_const()
 * @args: its arguments
 *
 * Return: the text, to be freed with kfree_const(); NULL: no memory.
 */
const char *(kvasprintf_const)(gfp_t gfp, const char *fmt, va_list args)
{
	if (!strchr(fmt, '%'))
		return (kstrdup_const)(fmt, gfp);
	if (!strcmp(fmt, "%s"))
		return (kstrdup_const)(va_arg(args, const char *), gfp);
	return (kvasprintf)(gfp, fmt, args);
}
