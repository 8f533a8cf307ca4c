/* SPDX-License-Identifier: MIT */
/*
 * Rows of the conformance table: observations of Linux's API, each with the answer that its
 * documentation gives.
 *
 *	static void nothing_at_all(conform_t *c)
 *	{
 *		ROW(c, "kmalloc.zero", 1, kmalloc(0, GFP_KERNEL) == ZERO_SIZE_PTR);
 *	}
 *	CONFORM_AREA(kmalloc, CONFORM_CASE(nothing_at_all));
 *
 * The files beside this one compile unchanged in two worlds: here, where an area is a KUnit suite
 * conform_<area>, and as a module of Linux 6.12 (tests/conform/linux). They include headers of
 * Linux's names only and call what Linux exports to modules. "world.h" is all that differs; there is
 * one for each world, with
 *
 *	conform_t		whom to tell
 *	CONFORM_CASE, CONFORM_AREA	which functions hold rows
 *	conform_number(), conform_text()	an answer; not the documented one: a failure here
 *	ROW_OOPS(c, name, statement)	the statement must not come to its end: the answer is "oops"
 *	CONFORM_WARNS(c, statement)	the statement is reported and goes on
 *	wrong_read(p), wrong_write(p)	a byte where none may be accessed
 *	conform_user_begin/end()	between them there is an address space to map into
 *	conform_user_is_shut()	this CPU keeps the kernel from plain accesses to it
 *	CONFORM_HERE(linux, quarry)	picks one: for rows whose answer may rightly differ, each of
 *				which tests/conform/differs.table gives the reason for
 *
 * A row's name is area.what, unlike any other, without blanks. Its answer is a number or a text
 * without newline, the same in every run: no address, no time, no name of a CPU.
 *
 * Mutation: a function that a row is about, answering otherwise, fails that row. Tried: kstrndup()
 * that looks for the end beyond its bound, kstrto*() that says -EINVAL for -ERANGE, put_page() that
 * takes no reference but the last.
 */
#ifndef TESTS_CONFORM_H
#define TESTS_CONFORM_H

#include <linux/compiler.h>
#include <linux/types.h>
#include "world.h"

#define ROW(c, name, documented, answer) \
	conform_number((c), (name), (long long)(documented), (long long)(answer))
#define ROW_TEXT(c, name, documented, answer) conform_text((c), (name), (documented), (answer))

/* A number that the compiler knows nothing of: what it would refuse or fold is asked at run time. */
static inline unsigned long any(unsigned long x)
{
	__asm__ volatile("" : "+r"(x));
	return x;
}

static inline void *any_ptr(const void *p)
{
	return (void *)any((unsigned long)p);
}

/* How many of the `n` bytes at `p` are `byte`. */
static inline size_t bytes_equal(const void *p, unsigned char byte, size_t n)
{
	const unsigned char *q = p;
	size_t equal = 0;

	for (size_t i = 0; i < n; i++)
		equal += q[i] == byte;
	return equal;
}

#endif
