/* SPDX-License-Identifier: MIT */
/* Powers of two and their logarithms; constant arguments give constants. */
#ifndef LINUX_LOG2_H
#define LINUX_LOG2_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/bits.h>

static __always_inline __attribute_const__ bool is_power_of_2(unsigned long n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

/* Position of the highest bit; -1 for 0, where Linux leaves the result undefined. */
#define __ilog2(n) ((n) ? 63 - __builtin_clzll((unsigned long long)(n)) : -1)
#define ilog2(n)   __ilog2_of((n))
#define __ilog2_of(n)                                              \
	__builtin_choose_expr(__builtin_constant_p(n), __ilog2(n), \
			      ilog2_u64((unsigned long long)(n)))

static __always_inline __attribute_const__ int ilog2_u64(unsigned long long n)
{
	return __ilog2(n);
}

/* Smallest power of two >= n; n is 1 … 2^63. */
#define roundup_pow_of_two(n) ((unsigned long)(n) <= 1 ? 1UL : 1UL << (__ilog2((n)-1) + 1))
/* Largest power of two <= n; n >= 1. */
#define rounddown_pow_of_two(n) (1UL << __ilog2(n))

/* Smallest o with n <= 2^o; 0 for 0 and 1. */
#define order_base_2(n) ((unsigned long)(n) > 1 ? __ilog2((n)-1) + 1 : 0)

#endif
