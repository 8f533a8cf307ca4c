/* SPDX-License-Identifier: MIT */
/*
 * Division and rounding. round_up/round_down want a power of two, roundup/rounddown any positive
 * number.
 */
#ifndef LINUX_MATH_H
#define LINUX_MATH_H

#include <linux/types.h>
#include <linux/compiler.h>

#define round_up(x, y)	 ((((x)-1) | ((__typeof__(x))(y)-1)) + 1)
#define round_down(x, y) ((x) & ~((__typeof__(x))(y)-1))

#define DIV_ROUND_UP(n, d)	 (((n) + (d)-1) / (d))
#define DIV_ROUND_DOWN_ULL(n, d) ((unsigned long long)(n) / (d))
#define DIV_ROUND_UP_ULL(n, d)	 DIV_ROUND_DOWN_ULL((unsigned long long)(n) + (d)-1, (d))

#define __roundup(x, y, uy)                   \
	({                                    \
		__typeof__(y) uy = (y);       \
		(((x) + (uy - 1)) / uy) * uy; \
	})
#define roundup(x, y) __roundup(x, y, __UNIQUE_ID(y_))

#define __rounddown(x, y, ux)           \
	({                              \
		__typeof__(x) ux = (x); \
		ux - (ux % (y));        \
	})
#define rounddown(x, y) __rounddown(x, y, __UNIQUE_ID(x_))

/* To the nearest; `d` is positive. */
#define __div_closest(n, d, un, ud)                                                          \
	({                                                                                   \
		__typeof__(n) un = (n);                                                      \
		__typeof__(d) ud = (d);                                                      \
		((__typeof__(n))-1 > 0 || un > 0) ? (un + ud / 2) / ud : (un - ud / 2) / ud; \
	})
#define DIV_ROUND_CLOSEST(n, d) __div_closest(n, d, __UNIQUE_ID(n_), __UNIQUE_ID(d_))

#define __abs(x, ux)                    \
	({                              \
		__typeof__(x) ux = (x); \
		ux < 0 ? -ux : ux;      \
	})
#define abs(x) __abs(x, __UNIQUE_ID(abs_))

/* x * numer / denom without overflow of the product, for x of any size. */
#define __mult_frac(x, numer, denom, ux, un, ud)      \
	({                                            \
		__typeof__(x) ux = (x);               \
		__typeof__(x) un = (numer);           \
		__typeof__(x) ud = (denom);           \
		(ux / ud) * un + (ux % ud) * un / ud; \
	})
#define mult_frac(x, n, d) __mult_frac(x, n, d, __UNIQUE_ID(x_), __UNIQUE_ID(n_), __UNIQUE_ID(d_))

/* Largest r with r * r <= x. */
unsigned long int_sqrt(unsigned long x);

/* Greatest common divisor; gcd(x, 0) == x. */
unsigned long gcd(unsigned long a, unsigned long b);

#endif
