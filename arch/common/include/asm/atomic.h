/* SPDX-License-Identifier: MIT */
/*
 * Contract: atomic read-modify-write on naturally aligned 1, 2, 4, 8 byte objects. All full
 * barriers, as in Linux, unless _relaxed.
 */
#ifndef ASM_ATOMIC_H
#define ASM_ATOMIC_H

#include <linux/types.h>
#include <linux/compiler.h>

/*
 * The compiler's builtins emit lock-prefixed single instructions at these sizes; no library call.
 */
#define xchg(p, v)	     __atomic_exchange_n((p), (v), __ATOMIC_SEQ_CST)
#define arch_fetch_add(p, v) __atomic_fetch_add((p), (v), __ATOMIC_SEQ_CST)
#define arch_fetch_and(p, v) __atomic_fetch_and((p), (v), __ATOMIC_SEQ_CST)
#define arch_fetch_or(p, v)  __atomic_fetch_or((p), (v), __ATOMIC_SEQ_CST)
#define arch_add(p, v)	     ((void)__atomic_fetch_add((p), (v), __ATOMIC_RELAXED))
#define arch_or(p, v)	     ((void)__atomic_fetch_or((p), (v), __ATOMIC_RELAXED))
#define arch_and(p, v)	     ((void)__atomic_fetch_and((p), (v), __ATOMIC_RELAXED))

#define cmpxchg(p, old, new)                                                             \
	({                                                                               \
		__typeof__(*(p)) __old = (old);                                          \
		__atomic_compare_exchange_n((p), &__old, (new), false, __ATOMIC_SEQ_CST, \
					    __ATOMIC_SEQ_CST);                           \
		__old;                                                                   \
	})
#define try_cmpxchg(p, oldp, new) \
	__atomic_compare_exchange_n((p), (oldp), (new), false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)

#endif
