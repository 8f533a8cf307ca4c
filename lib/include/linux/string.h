/* SPDX-License-Identifier: MIT */
/*
 * Memory and strings; names and results are Linux's. Kernel addresses only; nothing here faults on
 * valid memory, locks or sleeps.
 */
#ifndef LINUX_STRING_H
#define LINUX_STRING_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/build_bug.h>
#include <linux/errno.h>

void *memset(void *s, int c, size_t n);
void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
int memcmp(const void *a, const void *b, size_t n) __pure;
void *memchr(const void *s, int c, size_t n) __pure;
/* First byte that is NOT c, NULL if there is none. */
void *memchr_inv(const void *s, int c, size_t n) __pure;
#define mem_is_zero(s, n) (!memchr_inv(s, 0, n))
/* Like memchr, but the end of the area if there is none. */
void *memscan(void *s, int c, size_t n);
void *memset16(u16 *s, u16 v, size_t count);
void *memset32(u32 *s, u32 v, size_t count);
void *memset64(u64 *s, u64 v, size_t count);
/* memset(0) that the compiler may not drop. */
void memzero_explicit(void *s, size_t n);

size_t strlen(const char *s) __pure;
size_t strnlen(const char *s, size_t max) __pure;
int strcmp(const char *a, const char *b) __pure;
int strncmp(const char *a, const char *b, size_t n) __pure;
int strcasecmp(const char *a, const char *b) __pure;
int strncasecmp(const char *a, const char *b, size_t n) __pure;

char *strcpy(char *to, const char *from);
char *strncpy(char *to, const char *from, size_t n);
/* Copy with a NUL always (n > 0). Length copied, or -E2BIG if it was cut or n is 0. */
ssize_t strscpy(char *to, const char *from, size_t n);
/* And zero the rest of `to`. */
ssize_t strscpy_pad(char *to, const char *from, size_t n);
/* Without a size: that of `to`, which is an array then. */
#define strscpy(to, from, size...)     __strscpy_size(strscpy, to, from, ##size)
#define strscpy_pad(to, from, size...) __strscpy_size(strscpy_pad, to, from, ##size)
#define __strscpy_size(func, to, from, size...) \
	__strscpy_pick(func, to, from, ##size, __strscpy_3, __strscpy_2)(func, to, from, ##size)
#define __strscpy_pick(func, to, from, size_or_3, pick, ...) pick
#define __strscpy_3(func, to, from, size)		     (func)((to), (from), (size))
#define __strscpy_2(func, to, from)                                                         \
	(func)((to), (from), sizeof(to) + BUILD_BUG_ON_ZERO(__same_type((to), &(to)[0])))
char *strcat(char *to, const char *from);
char *strncat(char *to, const char *from, size_t n);
/* Append into a buffer of n bytes; the length it tried to make. */
size_t strlcat(char *to, const char *from, size_t n);

char *strchr(const char *s, int c) __pure;
char *strrchr(const char *s, int c) __pure;
char *strchrnul(const char *s, int c) __pure;
char *strnchr(const char *s, size_t n, int c) __pure;
char *strstr(const char *s, const char *what) __pure;
char *strnstr(const char *s, const char *what, size_t n) __pure;
size_t strspn(const char *s, const char *accept) __pure;
size_t strcspn(const char *s, const char *reject) __pure;
char *strpbrk(const char *s, const char *accept) __pure;
char *strsep(char **s, const char *delimiters);
/* Every `old` becomes `new`; returns `str`. */
char *strreplace(char *str, char old, char new);

char *skip_spaces(const char *s) __pure;
/* Cut trailing white space, skip leading. */
char *strim(char *s);
/* Equal but for one trailing newline. */
bool sysfs_streq(const char *a, const char *b) __pure;
/* Index of `s` in an array that ends at n or at NULL; -EINVAL if absent. */
int match_string(const char *const *array, size_t n, const char *s);
/* Shell pattern with * ? [a-z] [!a-z]; the whole of `s` must match. */
bool glob_match(const char *pattern, const char *s) __pure;

/* Length of `prefix` if `s` begins with it, else 0. */
static inline size_t str_has_prefix(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(s, prefix, n) == 0 ? n : 0;
}

static inline bool strstarts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

static inline const char *kbasename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/*
 * Copies in memory of their own (mm/util.c, mm/util_user.c). NULL: no memory; those from user memory
 * give an error pointer instead.
 */
char *kstrdup(const char *s, gfp_t gfp) __must_check __malloc;
const char *kstrdup_const(const char *s, gfp_t gfp) __must_check;
void kfree_const(const void *p);
char *kstrndup(const char *s, size_t max, gfp_t gfp) __must_check __malloc;
void *kmemdup(const void *src, size_t len, gfp_t gfp) __must_check __malloc __alloc_size(2);
void *kvmemdup(const void *src, size_t len, gfp_t gfp) __must_check __malloc __alloc_size(2);
char *kmemdup_nul(const char *s, size_t len, gfp_t gfp) __must_check __malloc;
void *kmemdup_array(const void *src, size_t count, size_t element_size,
		    gfp_t gfp) __must_check __malloc __alloc_size(2, 3);
void *memdup_user(const void __user *src, size_t len) __must_check __alloc_size(2);
void *vmemdup_user(const void __user *src, size_t len) __must_check __alloc_size(2);
void *memdup_user_nul(const void __user *src, size_t len) __must_check;
void *memdup_array_user(const void __user *src, size_t n, size_t size) __must_check;
void *vmemdup_array_user(const void __user *src, size_t n, size_t size) __must_check;
char *strndup_user(const char __user *s, long n) __must_check;

/* Known sizes are expanded in place by the compiler; the rest ends in the functions above. */
#define memset(s, c, n)	 __builtin_memset(s, c, n)
#define memcpy(t, f, n)	 __builtin_memcpy(t, f, n)
#define memmove(t, f, n) __builtin_memmove(t, f, n)
#define memcmp(a, b, n)	 __builtin_memcmp(a, b, n)
#define strlen(s)	 __builtin_strlen(s)
#define strcmp(a, b)	 __builtin_strcmp(a, b)

#endif
