/* SPDX-License-Identifier: MIT */
/*
 * Contract: fault-tolerant access, without faults: the tables are asked first. For the meaning see
 * arch/common/include/asm/extable.h.
 */
#ifndef ASM_EXTABLE_H
#define ASM_EXTABLE_H

#include <linux/compiler.h>
#include <linux/types.h>

unsigned long copy_nofault(void *to, const void *from, unsigned long n);

unsigned long raw_copy_to_user(void *to, const void *from, unsigned long n);
unsigned long raw_copy_from_user(void *to, const void *from, unsigned long n);
unsigned long raw_clear_user(void *to, unsigned long n);
unsigned long raw_strnlen_user(const char *s, unsigned long max);
int raw_get_user(u64 *val, const void *from, unsigned int size);
int raw_put_user(u64 val, void *to, unsigned int size);

static inline bool byte_is(const u8 *p, u8 v)
{
	u8 byte;

	return !copy_nofault(&byte, p, 1) && byte == v;
}

static inline unsigned long u16_or_zero(const u16 *p)
{
	u16 v;

	return copy_nofault(&v, p, 2) ? 0 : v;
}

#endif
