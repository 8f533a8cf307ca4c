/* SPDX-License-Identifier: MIT */
/*
 * Arithmetic that notices overflow: check_* return true when it happened, size_* saturate at
 * SIZE_MAX.
 */
#ifndef LINUX_OVERFLOW_H
#define LINUX_OVERFLOW_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/container_of.h>

static inline bool __must_check __must_check_overflow(bool overflow)
{
	return unlikely(overflow);
}

/* *d = a op b, wrapped to the type of *d. */
#define check_add_overflow(a, b, d) __must_check_overflow(__builtin_add_overflow(a, b, d))
#define check_sub_overflow(a, b, d) __must_check_overflow(__builtin_sub_overflow(a, b, d))
#define check_mul_overflow(a, b, d) __must_check_overflow(__builtin_mul_overflow(a, b, d))

#define __type_is_signed(x) ((__typeof__(x))-1 < (__typeof__(x))1)
#define __type_bits(x)	    (sizeof(x) * 8)

/*
 * *d = a << s, cut to the type of *d. True when s is negative or not below the width of *d (then
 * *d = a), when a or the result is negative, or when bits are lost.
 */
#define __check_shl(a, s, d, ua, us, ud)                                            \
	({                                                                          \
		__typeof__(a) ua = (a);                                             \
		__typeof__(s) us = (s);                                             \
		__typeof__(d) ud = (d);                                             \
		unsigned int __bits = __type_bits(*ud);                             \
		bool __bad = (long long)us < 0 || (unsigned long long)us >= __bits; \
		unsigned int __s = __bad ? 0 : (unsigned int)us;                    \
		__bad |= __type_is_signed(a) && (long long)ua < 0;                  \
		*ud = (__typeof__(*ud))((unsigned long long)ua << __s);             \
		__bad |= (__type_is_signed(*ud) && (long long)*ud < 0) ||           \
			 (unsigned long long)*ud >> __s != (unsigned long long)ua;  \
		__must_check_overflow(__bad);                                       \
	})
#define check_shl_overflow(a, s, d) \
	__check_shl(a, s, d, __UNIQUE_ID(a_), __UNIQUE_ID(s_), __UNIQUE_ID(d_))

static __always_inline size_t __must_check size_mul(size_t a, size_t b)
{
	size_t r;

	return __builtin_mul_overflow(a, b, &r) ? SIZE_MAX : r;
}

static __always_inline size_t __must_check size_add(size_t a, size_t b)
{
	size_t r;

	return __builtin_add_overflow(a, b, &r) ? SIZE_MAX : r;
}

/* A saturated operand stays saturated. */
static __always_inline size_t __must_check size_sub(size_t minuend, size_t subtrahend)
{
	size_t r;

	if (minuend == SIZE_MAX || subtrahend == SIZE_MAX)
		return SIZE_MAX;
	return __builtin_sub_overflow(minuend, subtrahend, &r) ? SIZE_MAX : r;
}

#define array_size(a, b)     size_mul(a, b)
#define array3_size(a, b, c) size_mul(size_mul(a, b), c)

/* Bytes of `count` elements of the flexible array p->member; p is not evaluated. */
#define flex_array_size(p, member, count) size_mul(count, sizeof(*(p)->member))
/* Bytes of *p with `count` elements in its flexible array. */
#define struct_size(p, member, count)	   size_add(sizeof(*(p)), flex_array_size(p, member, count))
#define struct_size_t(type, member, count) struct_size((type *)NULL, member, count)

/* Wrapping on purpose. */
#define __wrapping(op, type, a, b)                           \
	({                                                   \
		type __wrapped;                              \
		(void)__builtin_##op##_overflow(a, b, &__wrapped); \
		__wrapped;                                   \
	})
#define wrapping_add(type, a, b) __wrapping(add, type, a, b)
#define wrapping_sub(type, a, b) __wrapping(sub, type, a, b)
#define wrapping_mul(type, a, b) __wrapping(mul, type, a, b)

/* Does the value of `n` not fit T, a type or a variable? */
#define overflows_type(n, T)                              \
	({                                                \
		__typeof__(T) __fits;                     \
		__builtin_add_overflow((n), 0, &__fits);  \
	})
#define castable_to_type(n, T) (!overflows_type(n, T))

/*
 * A variable on the stack: a pointer `name` to a struct with room for `count` (a constant) elements
 * in its flexible array, zeroed. DEFINE_FLEX() sets its member `counter` to that count.
 */
#define DEFINE_RAW_FLEX(type, name, member, count)                                           \
	union {                                                                              \
		unsigned char bytes[sizeof(type) + (count) * sizeof(((type *)NULL)->member[0])]; \
		type obj;                                                                    \
	} name##_u = { .bytes = { 0 } };                                                     \
	type *name = (type *)&name##_u
#define DEFINE_FLEX(type, name, member, counter, count)                                      \
	union {                                                                              \
		unsigned char bytes[sizeof(type) + (count) * sizeof(((type *)NULL)->member[0])]; \
		type obj;                                                                    \
	} name##_u = { .obj.counter = (count) };                                             \
	type *name = (type *)&name##_u

#endif
