/* SPDX-License-Identifier: MIT */
/* 64-bit division under the names that 32-bit machines need. */
#ifndef LINUX_MATH64_H
#define LINUX_MATH64_H

#include <linux/types.h>
#include <linux/math.h>

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

static inline u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}

static inline s64 div_s64(s64 dividend, s32 divisor)
{
	return dividend / divisor;
}

static inline u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder)
{
	*remainder = dividend % divisor;
	return dividend / divisor;
}

#define do_div(n, base)                             \
	({                                          \
		u32 __rem = (u64)(n) % (u32)(base); \
		(n) = (u64)(n) / (u32)(base);       \
		__rem;                              \
	})

#endif
