/* SPDX-License-Identifier: MIT */
/*
 * Numbers from text. kstrto*: the whole string must be one number (a trailing newline is allowed),
 * 0 or -EINVAL / -ERANGE, and *res is written only on success. Base 0 reads 0x and 0 prefixes; a
 * leading + is accepted, - for signed types only. simple_strto*: as many digits as there are; no
 * overflow check.
 */
#ifndef LINUX_KSTRTOX_H
#define LINUX_KSTRTOX_H

#include <linux/types.h>
#include <linux/compiler.h>

int __must_check kstrtoull(const char *s, unsigned int base, unsigned long long *res);
int __must_check kstrtoll(const char *s, unsigned int base, long long *res);
int __must_check kstrtoul(const char *s, unsigned int base, unsigned long *res);
int __must_check kstrtol(const char *s, unsigned int base, long *res);
int __must_check kstrtouint(const char *s, unsigned int base, unsigned int *res);
int __must_check kstrtoint(const char *s, unsigned int base, int *res);
int __must_check kstrtou64(const char *s, unsigned int base, u64 *res);
int __must_check kstrtos64(const char *s, unsigned int base, s64 *res);
int __must_check kstrtou32(const char *s, unsigned int base, u32 *res);
int __must_check kstrtou16(const char *s, unsigned int base, u16 *res);
int __must_check kstrtou8(const char *s, unsigned int base, u8 *res);
/* y Y t T 1 on → true, n N f F 0 off → false; only the first one or two letters are looked at. */
int __must_check kstrtobool(const char *s, bool *res);

unsigned long long simple_strtoull(const char *s, char **end, unsigned int base);
unsigned long simple_strtoul(const char *s, char **end, unsigned int base);
long simple_strtol(const char *s, char **end, unsigned int base);

/*
 * A number with an optional suffix K M G T P E (powers of 1024). `end` (may be NULL) is where
 * reading stopped.
 */
unsigned long long memparse(const char *s, char **end);

#endif
