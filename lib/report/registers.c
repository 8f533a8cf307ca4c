// SPDX-License-Identifier: MIT
/*
 * Poison in registers.
 *
 * A pointer that was never initialised, or was read from freed memory, is recognised when it is followed:
 * the address of the fault is a pattern (pattern.c). A length, an index or a flag is not followed; what it
 * leads to is a fault somewhere else, or a division that overflows. But it is still in a register when the
 * trap strikes, so a report of a trap names each register that holds poison, below the line that shows it:
 *
 *	RAX: ffff888003c41000 RBX: 000000005a5a5a5a RCX: …
 *	RBX is POISON_INUSE (0x5a): read from an object never initialised
 *
 * Ports print the registers; their lines are read here, as pairs of a name and a hexadecimal number. NULL
 * and small numbers say nothing in a register and are left out, and so are error codes.
 *
 * Context: any. O(length of the line).
 */
#include <asm/page.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/string.h>
#include "internal.h"

#define MAX_NAME 8

/* As a word: of a value of 32 bits, which is what an int holds, both halves. */
static unsigned long widened(unsigned long v)
{
	unsigned long low = v & 0xffffffffUL;

	return v == low || v == (unsigned long)(int)low ? low << 32 | low : v;
}

static const struct pattern *poison_find(unsigned long v)
{
	const struct pattern *p = NULL;

	if (v >= PAGE_SIZE && !IS_ERR_VALUE(v))
		p = pattern_find(v);
	if (!p && v >= PAGE_SIZE && !IS_ERR_VALUE(v) && widened(v) == (v & 0xff) * 0x0101010101010101UL)
		p = pattern_find(widened(v));
	return p;
}

/* The number at *at, which moves behind it. False: there is none. */
static bool read_hex(const char **at, unsigned long *v)
{
	const char *s = *at;

	for (*v = 0; isxdigit(*s); s++)
		*v = *v << 4 | (unsigned long)(isdigit(*s) ? *s - '0' : (*s | 0x20) - 'a' + 10);
	if (s == *at || (*s && *s != ' '))
		return false;
	*at = s;
	return true;
}

/**
 * report_poison - name the registers of a line that hold poison
 * @text: "NAME: hex NAME: hex …"; what is no such pair is passed over
 */
void report_poison(const char *text)
{
	const char *colon, *at = text;
	const struct pattern *p;
	unsigned long v;
	int length;

	while ((colon = strchr(at, ':'))) {
		for (length = 0; length < colon - at && isalnum(colon[-1 - length]); length++)
			;
		at = colon + 1;
		if (*at == ' ')
			at++;
		if (!length || length > MAX_NAME || !read_hex(&at, &v))
			continue;
		p = poison_find(v);
		if (p)
			report_line("%.*s is %s", length, colon - length, p->name);
	}
}
