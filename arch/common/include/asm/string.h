/* SPDX-License-Identifier: MIT */
/* Contract: the inner step of copying. Filling is fill_words() of asm/page.h. */
#ifndef ASM_STRING_H
#define ASM_STRING_H

#include <asm/memstate.h>
#include <linux/types.h>
#include <linux/compiler.h>

/*
 * Copy `n` 64-bit words upwards, from the lowest address on; no alignment needed. The areas may
 * overlap if `to` is below `from`. Cost: one instruction a word. The former is for who has told the
 * checker of accesses of both areas.
 */
static __always_inline void copy_words_checked(void *to, const void *from, unsigned long n)
{
	__asm__ __volatile__("rep movsq" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
}

static __always_inline void copy_words(void *to, const void *from, unsigned long n)
{
	memstate_check_read(from, n * 8);
	memstate_check_write(to, n * 8);
	copy_words_checked(to, from, n);
}

#endif
