/* SPDX-License-Identifier: MIT */
/*
 * Counters that several CPUs change: atomic_t (int), atomic_long_t (long), atomic64_t (s64).
 *
 * As in Linux: what returns a value is a full barrier (cmpxchg, try_cmpxchg and the conditional ones
 * only when they succeed), what returns nothing orders nothing, read and set are plain single
 * accesses. What returns a value also comes as _relaxed (orders nothing), _acquire (what follows
 * stays behind) and _release (what precedes stays before). Overflow wraps.
 *
 *	x_OP(i, v)		add sub and or xor andnot; inc and dec take no i
 *	x_OP_return(i, v)	the value after	    add sub inc dec		     four orders
 *	x_fetch_OP(i, v)	the value before    all of them			     four orders
 *	x_xchg, x_cmpxchg, x_try_cmpxchg					     four orders
 *	x_{sub,dec,inc}_and_test	did it become 0?
 *	x_add_negative			did it become negative?			     four orders
 *	x_{fetch_add,add}_unless, x_inc_not_zero, x_inc_unless_negative,
 *	x_dec_unless_positive, x_dec_if_positive
 */
#ifndef LINUX_ATOMIC_H
#define LINUX_ATOMIC_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <asm/atomic.h>
#include <asm/barrier.h>
#include <asm/smp.h>

#define ATOMIC_INIT(i) \
	{              \
		(i)    \
	}
#define ATOMIC_LONG_INIT(i) \
	{                   \
		(i)         \
	}
#define ATOMIC64_INIT(i) \
	{                \
		(i)      \
	}

/*
 * The same set of functions for the three widths: p is the prefix, a the atomic type, v the value
 * type. Results are computed by the builtins that wrap: signed overflow is undefined in C.
 */
#define __ATOMIC_PLAIN(p, a, v)                                \
	static __always_inline v p##_read(const a *x)          \
	{                                                      \
		return READ_ONCE(x->counter);                  \
	}                                                      \
	static __always_inline void p##_set(a *x, v i)         \
	{                                                      \
		WRITE_ONCE(x->counter, i);                     \
	}                                                      \
	static __always_inline v p##_read_acquire(const a *x)  \
	{                                                      \
		return smp_load_acquire(&x->counter);          \
	}                                                      \
	static __always_inline void p##_set_release(a *x, v i) \
	{                                                      \
		smp_store_release(&x->counter, i);             \
	}

#define __ATOMIC_WRAPPING(p, v)                             \
	static __always_inline v p##_sum(v x, v y)          \
	{                                                   \
		v sum;                                      \
                                                            \
		(void)__builtin_add_overflow(x, y, &sum);   \
		return sum;                                 \
	}                                                   \
	static __always_inline v p##_negated(v x)           \
	{                                                   \
		v minus;                                    \
                                                            \
		(void)__builtin_sub_overflow(0, x, &minus); \
		return minus;                               \
	}

/* What exists in all four orders: o is the suffix of the name, m the compiler's order. */
#define __ATOMIC_ORDERS(x, p, a, v)                                           \
	x(p, a, v, , __ATOMIC_SEQ_CST) x(p, a, v, _relaxed, __ATOMIC_RELAXED) \
		x(p, a, v, _acquire, __ATOMIC_ACQUIRE) x(p, a, v, _release, __ATOMIC_RELEASE)

#define __ATOMIC_ORDERED_ARITHMETIC(p, a, v, o, m)                           \
	static __always_inline v p##_fetch_add##o(v i, a *x)                 \
	{                                                                    \
		return arch_fetch_add_order(&x->counter, i, m);              \
	}                                                                    \
	static __always_inline v p##_fetch_sub##o(v i, a *x)                 \
	{                                                                    \
		return arch_fetch_add_order(&x->counter, p##_negated(i), m); \
	}                                                                    \
	static __always_inline v p##_fetch_inc##o(a *x)                      \
	{                                                                    \
		return p##_fetch_add##o(1, x);                               \
	}                                                                    \
	static __always_inline v p##_fetch_dec##o(a *x)                      \
	{                                                                    \
		return p##_fetch_sub##o(1, x);                               \
	}                                                                    \
	static __always_inline v p##_add_return##o(v i, a *x)                \
	{                                                                    \
		return p##_sum(p##_fetch_add##o(i, x), i);                   \
	}                                                                    \
	static __always_inline v p##_sub_return##o(v i, a *x)                \
	{                                                                    \
		return p##_sum(p##_fetch_sub##o(i, x), p##_negated(i));      \
	}                                                                    \
	static __always_inline v p##_inc_return##o(a *x)                     \
	{                                                                    \
		return p##_add_return##o(1, x);                              \
	}                                                                    \
	static __always_inline v p##_dec_return##o(a *x)                     \
	{                                                                    \
		return p##_sub_return##o(1, x);                              \
	}                                                                    \
	static __always_inline bool p##_add_negative##o(v i, a *x)           \
	{                                                                    \
		return p##_add_return##o(i, x) < 0;                          \
	}

#define __ATOMIC_ARITHMETIC(p, a, v)                            \
	static __always_inline void p##_add(v i, a *x)          \
	{                                                       \
		arch_add(&x->counter, i);                       \
	}                                                       \
	static __always_inline void p##_sub(v i, a *x)          \
	{                                                       \
		arch_add(&x->counter, p##_negated(i));          \
	}                                                       \
	static __always_inline void p##_inc(a *x)               \
	{                                                       \
		arch_add(&x->counter, 1);                       \
	}                                                       \
	static __always_inline void p##_dec(a *x)               \
	{                                                       \
		arch_add(&x->counter, -1);                      \
	}                                                       \
	static __always_inline bool p##_sub_and_test(v i, a *x) \
	{                                                       \
		return p##_sub_return(i, x) == 0;               \
	}                                                       \
	static __always_inline bool p##_dec_and_test(a *x)      \
	{                                                       \
		return p##_sub_return(1, x) == 0;               \
	}                                                       \
	static __always_inline bool p##_inc_and_test(a *x)      \
	{                                                       \
		return p##_add_return(1, x) == 0;               \
	}

#define __ATOMIC_BITS(p, a, v)                            \
	static __always_inline void p##_or(v i, a *x)     \
	{                                                 \
		arch_or(&x->counter, i);                  \
	}                                                 \
	static __always_inline void p##_xor(v i, a *x)    \
	{                                                 \
		arch_xor(&x->counter, i);                 \
	}                                                 \
	static __always_inline void p##_and(v i, a *x)    \
	{                                                 \
		arch_and(&x->counter, i);                 \
	}                                                 \
	static __always_inline void p##_andnot(v i, a *x) \
	{                                                 \
		arch_and(&x->counter, ~i);                \
	}

#define __ATOMIC_ORDERED_BITS(p, a, v, o, m)                    \
	static __always_inline v p##_fetch_or##o(v i, a *x)     \
	{                                                       \
		return arch_fetch_or_order(&x->counter, i, m);  \
	}                                                       \
	static __always_inline v p##_fetch_xor##o(v i, a *x)    \
	{                                                       \
		return arch_fetch_xor_order(&x->counter, i, m); \
	}                                                       \
	static __always_inline v p##_fetch_and##o(v i, a *x)    \
	{                                                       \
		return arch_fetch_and_order(&x->counter, i, m); \
	}                                                       \
	static __always_inline v p##_fetch_andnot##o(v i, a *x) \
	{                                                       \
		return p##_fetch_and##o(~i, x);                 \
	}

#define __ATOMIC_ORDERED_EXCHANGE(p, a, v, o, m)                            \
	static __always_inline v p##_xchg##o(a *x, v new)                   \
	{                                                                   \
		return xchg##o(&x->counter, new);                           \
	}                                                                   \
	static __always_inline v p##_cmpxchg##o(a *x, v old, v new)         \
	{                                                                   \
		return cmpxchg##o(&x->counter, old, new);                   \
	}                                                                   \
	static __always_inline bool p##_try_cmpxchg##o(a *x, v *old, v new) \
	{                                                                   \
		return try_cmpxchg##o(&x->counter, old, new);               \
	}

#define __ATOMIC_CONDITIONAL(p, a, v)                                                        \
	/* Add i unless the value is u; the value before. */                                 \
	static __always_inline v p##_fetch_add_unless(a *x, v i, v u)                        \
	{                                                                                    \
		v old = p##_read(x);                                                         \
                                                                                             \
		while (old != u && !p##_try_cmpxchg(x, &old, p##_sum(old, i)))               \
			;                                                                    \
		return old;                                                                  \
	}                                                                                    \
	static __always_inline bool p##_add_unless(a *x, v i, v u)                           \
	{                                                                                    \
		return p##_fetch_add_unless(x, i, u) != u;                                   \
	}                                                                                    \
	static __always_inline bool p##_inc_not_zero(a *x)                                   \
	{                                                                                    \
		return p##_add_unless(x, 1, 0);                                              \
	}                                                                                    \
	/* Increment unless it is negative. */                                               \
	static __always_inline bool p##_inc_unless_negative(a *x)                            \
	{                                                                                    \
		v old = p##_read(x);                                                         \
                                                                                             \
		while (old >= 0 && !p##_try_cmpxchg(x, &old, p##_sum(old, 1)))               \
			;                                                                    \
		return old >= 0;                                                             \
	}                                                                                    \
	/* Decrement unless it is positive. */                                               \
	static __always_inline bool p##_dec_unless_positive(a *x)                            \
	{                                                                                    \
		v old = p##_read(x);                                                         \
                                                                                             \
		while (old <= 0 && !p##_try_cmpxchg(x, &old, p##_sum(old, -1)))              \
			;                                                                    \
		return old <= 0;                                                             \
	}                                                                                    \
	/* Decrement unless that would make it negative; the value less one, done or not. */ \
	static __always_inline v p##_dec_if_positive(a *x)                                   \
	{                                                                                    \
		v old = p##_read(x);                                                         \
                                                                                             \
		while (old > 0 && !p##_try_cmpxchg(x, &old, old - 1))                        \
			;                                                                    \
		return p##_sum(old, -1);                                                     \
	}

#define __ATOMIC_FAMILY(p, a, v)                              \
	__ATOMIC_WRAPPING(p, v)                               \
	__ATOMIC_PLAIN(p, a, v)                               \
	__ATOMIC_ORDERS(__ATOMIC_ORDERED_ARITHMETIC, p, a, v) \
	__ATOMIC_ARITHMETIC(p, a, v)                          \
	__ATOMIC_BITS(p, a, v)                                \
	__ATOMIC_ORDERS(__ATOMIC_ORDERED_BITS, p, a, v)       \
	__ATOMIC_ORDERS(__ATOMIC_ORDERED_EXCHANGE, p, a, v)   \
	__ATOMIC_CONDITIONAL(p, a, v)

__ATOMIC_FAMILY(atomic, atomic_t, int)
__ATOMIC_FAMILY(atomic_long, atomic_long_t, long)
__ATOMIC_FAMILY(atomic64, atomic64_t, s64)

/*
 * Around what returns nothing: every read-modify-write is a full barrier on this processor, so only
 * the compiler has to be held.
 */
#define smp_mb__before_atomic() barrier()
#define smp_mb__after_atomic()	barrier()

/*
 * Wait until `cond`, which sees the value read as VAL, is true of *ptr; that value. The caller knows
 * that another CPU will make it true, which may first wait for this one: each round serves others.
 * _acquire: what follows is not done before.
 */
#define smp_cond_load_relaxed(ptr, cond)                      \
	({                                                    \
		__typeof__(ptr) __cond_ptr = (ptr);           \
		__typeof__(*(ptr)) VAL;                       \
		while (VAL = READ_ONCE(*__cond_ptr), !(cond)) \
			smp_relax();                          \
		VAL;                                          \
	})
#define smp_cond_load_acquire(ptr, cond)                            \
	({                                                          \
		__typeof__(ptr) __cond_ptr = (ptr);                 \
		__typeof__(*(ptr)) VAL;                             \
		while (VAL = smp_load_acquire(__cond_ptr), !(cond)) \
			smp_relax();                                \
		VAL;                                                \
	})
#define atomic_cond_read_acquire(x, cond)      smp_cond_load_acquire(&(x)->counter, cond)
#define atomic_cond_read_relaxed(x, cond)      smp_cond_load_relaxed(&(x)->counter, cond)
#define atomic_long_cond_read_acquire(x, cond) smp_cond_load_acquire(&(x)->counter, cond)
#define atomic_long_cond_read_relaxed(x, cond) smp_cond_load_relaxed(&(x)->counter, cond)
#define atomic64_cond_read_acquire(x, cond)    smp_cond_load_acquire(&(x)->counter, cond)
#define atomic64_cond_read_relaxed(x, cond)    smp_cond_load_relaxed(&(x)->counter, cond)

#endif
