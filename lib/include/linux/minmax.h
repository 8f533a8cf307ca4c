/* SPDX-License-Identifier: MIT */
/*
 * min, max, clamp, swap: every argument is evaluated once.
 *
 * min() of a signed and an unsigned value would turn a negative one into a huge one, so such a pair
 * does not compile, unless one of them is a constant that is not negative (or both promote to the
 * same signedness). min_t() says which type is meant.
 */
#ifndef LINUX_MINMAX_H
#define LINUX_MINMAX_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/build_bug.h>

#define __is_signed_value(x) ((__typeof__(x))-1 < (__typeof__(x))1)

/* A constant expression: 1 if `x` is a constant >= 0. */
#define __is_nonneg_const(x)                           \
	__builtin_choose_expr(__builtin_constant_p(x), \
			      !((unsigned long long)(long long)(x) >> 63), 0)

#ifdef __CHECKER__ /* sparse takes none of this for a constant; compilers check it */
#define __comparable(x, y) 1
#else
#define __comparable(x, y)                                                                   \
	(__is_signed_value(x) == __is_signed_value(y) ||                                     \
	 __is_signed_value((x) + 0) == __is_signed_value((y) + 0) || __is_nonneg_const(x) || \
	 __is_nonneg_const(y))
#endif

#define __select(op, x, y, ux, uy)                                               \
	({                                                                       \
		__auto_type ux = (x);                                            \
		__auto_type uy = (y);                                            \
		_Static_assert(__comparable(x, y),                               \
			       "signed and unsigned compared: use min_t/max_t"); \
		ux op uy ? ux : uy;                                              \
	})

#define min(x, y)     __select(<, x, y, __UNIQUE_ID(x_), __UNIQUE_ID(y_))
#define max(x, y)     __select(>, x, y, __UNIQUE_ID(x_), __UNIQUE_ID(y_))
#define min3(x, y, z) min((__typeof__(x))min(x, y), z)
#define max3(x, y, z) max((__typeof__(x))max(x, y), z)

#define min_t(type, x, y) __select(<, (type)(x), (type)(y), __UNIQUE_ID(x_), __UNIQUE_ID(y_))
#define max_t(type, x, y) __select(>, (type)(x), (type)(y), __UNIQUE_ID(x_), __UNIQUE_ID(y_))

/* The smaller one that is not zero. */
#define __min_not_zero(x, y, ux, uy)                                 \
	({                                                           \
		__typeof__(x) ux = (x);                              \
		__typeof__(y) uy = (y);                              \
		ux == 0 ? uy : (uy == 0 ? ux : (ux < uy ? ux : uy)); \
	})
#define min_not_zero(x, y) __min_not_zero(x, y, __UNIQUE_ID(x_), __UNIQUE_ID(y_))

#define clamp(val, lo, hi)	   min((__typeof__(val))max(val, lo), hi)
#define clamp_t(type, val, lo, hi) min_t(type, max_t(type, val, lo), hi)
#define clamp_val(val, lo, hi)	   clamp_t(__typeof__(val), val, lo, hi)

/* For constants, where a statement expression is not allowed. */
#define MIN(x, y) ((x) < (y) ? (x) : (y))
#define MAX(x, y) ((x) > (y) ? (x) : (y))

#define __swap(a, b, tmp)                \
	do {                             \
		__typeof__(a) tmp = (a); \
		(a) = (b);               \
		(b) = tmp;               \
	} while (0)
#define swap(a, b) __swap(a, b, __UNIQUE_ID(swap_))

#endif
