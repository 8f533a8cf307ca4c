/* SPDX-License-Identifier: MIT */
/* Character classes of ASCII. Bytes above 0x7f belong to none. */
#ifndef LINUX_CTYPE_H
#define LINUX_CTYPE_H

#include <linux/types.h>

static inline bool isascii(int c)
{
	return (unsigned int)c < 0x80;
}

static inline bool isdigit(int c)
{
	return (unsigned int)c - '0' < 10;
}

static inline bool islower(int c)
{
	return (unsigned int)c - 'a' < 26;
}

static inline bool isupper(int c)
{
	return (unsigned int)c - 'A' < 26;
}

static inline bool isalpha(int c)
{
	return islower(c | 0x20);
}

static inline bool isalnum(int c)
{
	return isalpha(c) || isdigit(c);
}

static inline bool isxdigit(int c)
{
	return isdigit(c) || (unsigned int)(c | 0x20) - 'a' < 6;
}

static inline bool isspace(int c)
{
	return c == ' ' || (unsigned int)c - '\t' < 5;
}

static inline bool isprint(int c)
{
	return (unsigned int)c - 0x20 < 0x5f;
}

static inline bool isgraph(int c)
{
	return (unsigned int)c - 0x21 < 0x5e;
}

static inline bool iscntrl(int c)
{
	return (unsigned int)c < 0x20 || c == 0x7f;
}

static inline bool ispunct(int c)
{
	return isgraph(c) && !isalnum(c);
}

static inline int tolower(int c)
{
	return isupper(c) ? c + ('a' - 'A') : c;
}

static inline int toupper(int c)
{
	return islower(c) ? c - ('a' - 'A') : c;
}

#endif
