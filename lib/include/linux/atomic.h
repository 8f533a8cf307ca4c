/* SPDX-License-Identifier: MIT */
/*
 * Counters that several CPUs change. As in Linux: what returns a value is a full barrier (cmpxchg
 * and *_unless only when they succeed), what returns nothing orders nothing, read and set are plain
 * single accesses. Overflow wraps.
 */
#ifndef LINUX_ATOMIC_H
#define LINUX_ATOMIC_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <asm/atomic.h>
#include <asm/barrier.h>

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

#define __ATOMIC_ARITHMETIC(p, a, v)                                 \
	static __always_inline void p##_add(v i, a *x)               \
	{                                                            \
		arch_add(&x->counter, i);                            \
	}                                                            \
	static __always_inline void p##_sub(v i, a *x)               \
	{                                                            \
		arch_add(&x->counter, p##_negated(i));               \
	}                                                            \
	static __always_inline void p##_inc(a *x)                    \
	{                                                            \
		arch_add(&x->counter, 1);                            \
	}                                                            \
	static __always_inline void p##_dec(a *x)                    \
	{                                                            \
		arch_add(&x->counter, -1);                           \
	}                                                            \
	static __always_inline v p##_fetch_add(v i, a *x)            \
	{                                                            \
		return arch_fetch_add(&x->counter, i);               \
	}                                                            \
	static __always_inline v p##_fetch_sub(v i, a *x)            \
	{                                                            \
		return arch_fetch_add(&x->counter, p##_negated(i));  \
	}                                                            \
	static __always_inline v p##_add_return(v i, a *x)           \
	{                                                            \
		return p##_sum(arch_fetch_add(&x->counter, i), i);   \
	}                                                            \
	static __always_inline v p##_sub_return(v i, a *x)           \
	{                                                            \
		return p##_sum(p##_fetch_sub(i, x), p##_negated(i)); \
	}                                                            \
	static __always_inline v p##_inc_return(a *x)                \
	{                                                            \
		return p##_add_return(1, x);                         \
	}                                                            \
	static __always_inline v p##_dec_return(a *x)                \
	{                                                            \
		return p##_sub_return(1, x);                         \
	}                                                            \
	static __always_inline bool p##_sub_and_test(v i, a *x)      \
	{                                                            \
		return p##_sub_return(i, x) == 0;                    \
	}                                                            \
	static __always_inline bool p##_dec_and_test(a *x)           \
	{                                                            \
		return p##_sub_return(1, x) == 0;                    \
	}                                                            \
	static __always_inline bool p##_inc_and_test(a *x)           \
	{                                                            \
		return p##_add_return(1, x) == 0;                    \
	}                                                            \
	static __always_inline bool p##_add_negative(v i, a *x)      \
	{                                                            \
		return p##_add_return(i, x) < 0;                     \
	}

#define __ATOMIC_BITS(p, a, v)                            \
	static __always_inline void p##_or(v i, a *x)     \
	{                                                 \
		arch_or(&x->counter, i);                  \
	}                                                 \
	static __always_inline void p##_and(v i, a *x)    \
	{                                                 \
		arch_and(&x->counter, i);                 \
	}                                                 \
	static __always_inline void p##_andnot(v i, a *x) \
	{                                                 \
		arch_and(&x->counter, ~i);                \
	}                                                 \
	static __always_inline v p##_fetch_or(v i, a *x)  \
	{                                                 \
		return arch_fetch_or(&x->counter, i);     \
	}                                                 \
	static __always_inline v p##_fetch_and(v i, a *x) \
	{                                                 \
		return arch_fetch_and(&x->counter, i);    \
	}

#define __ATOMIC_EXCHANGE(p, a, v)                                                           \
	static __always_inline v p##_xchg(a *x, v new)                                       \
	{                                                                                    \
		return xchg(&x->counter, new);                                               \
	}                                                                                    \
	static __always_inline v p##_cmpxchg(a *x, v old, v new)                             \
	{                                                                                    \
		return cmpxchg(&x->counter, old, new);                                       \
	}                                                                                    \
	static __always_inline bool p##_try_cmpxchg(a *x, v *old, v new)                     \
	{                                                                                    \
		return try_cmpxchg(&x->counter, old, new);                                   \
	}                                                                                    \
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
	/* Decrement unless that would make it negative; the value less one, done or not. */ \
	static __always_inline v p##_dec_if_positive(a *x)                                   \
	{                                                                                    \
		v old = p##_read(x);                                                         \
                                                                                             \
		while (old > 0 && !p##_try_cmpxchg(x, &old, old - 1))                        \
			;                                                                    \
		return old - 1;                                                              \
	}

#define __ATOMIC_FAMILY(p, a, v)     \
	__ATOMIC_WRAPPING(p, v)      \
	__ATOMIC_PLAIN(p, a, v)      \
	__ATOMIC_ARITHMETIC(p, a, v) \
	__ATOMIC_BITS(p, a, v)       \
	__ATOMIC_EXCHANGE(p, a, v)

__ATOMIC_FAMILY(atomic, atomic_t, int)
__ATOMIC_FAMILY(atomic_long, atomic_long_t, long)
__ATOMIC_FAMILY(atomic64, atomic64_t, s64)

#define smp_mb__before_atomic() barrier()
#define smp_mb__after_atomic()	barrier()

#endif
