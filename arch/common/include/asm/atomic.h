/* SPDX-License-Identifier: MIT */
/*
 * Contract: atomic read-modify-write on naturally aligned 1, 2, 4, 8 byte objects. All full
 * barriers, as in Linux, unless _relaxed, _acquire or _release; cmpxchg and try_cmpxchg order
 * nothing when they fail. arch_add, arch_and, arch_or and arch_xor return nothing and order nothing.
 */
#ifndef ASM_ATOMIC_H
#define ASM_ATOMIC_H

#include <linux/types.h>
#include <linux/compiler.h>

/*
 * The compiler's builtins emit lock-prefixed single instructions at these sizes; no library call.
 * `o` is one of the compiler's orders: __ATOMIC_RELAXED, _ACQUIRE, _RELEASE or _SEQ_CST.
 */
#define arch_xchg_order(p, v, o)      __atomic_exchange_n((p), (v), o)
#define arch_fetch_add_order(p, v, o) __atomic_fetch_add((p), (v), o)
#define arch_fetch_and_order(p, v, o) __atomic_fetch_and((p), (v), o)
#define arch_fetch_or_order(p, v, o)  __atomic_fetch_or((p), (v), o)
#define arch_fetch_xor_order(p, v, o) __atomic_fetch_xor((p), (v), o)
#define arch_try_cmpxchg_order(p, oldp, new, o) \
	__atomic_compare_exchange_n((p), (oldp), (new), false, o, __ATOMIC_RELAXED)
#define arch_cmpxchg_order(p, old, new, o)                             \
	({                                                             \
		__typeof__(*(p)) __old_o = (old);                      \
		(void)arch_try_cmpxchg_order((p), &__old_o, (new), o); \
		__old_o;                                               \
	})

#define arch_fetch_add(p, v) arch_fetch_add_order((p), (v), __ATOMIC_SEQ_CST)
#define arch_fetch_and(p, v) arch_fetch_and_order((p), (v), __ATOMIC_SEQ_CST)
#define arch_fetch_or(p, v)  arch_fetch_or_order((p), (v), __ATOMIC_SEQ_CST)
#define arch_fetch_xor(p, v) arch_fetch_xor_order((p), (v), __ATOMIC_SEQ_CST)
#define arch_add(p, v)	     ((void)arch_fetch_add_order((p), (v), __ATOMIC_RELAXED))
#define arch_and(p, v)	     ((void)arch_fetch_and_order((p), (v), __ATOMIC_RELAXED))
#define arch_or(p, v)	     ((void)arch_fetch_or_order((p), (v), __ATOMIC_RELAXED))
#define arch_xor(p, v)	     ((void)arch_fetch_xor_order((p), (v), __ATOMIC_RELAXED))

#define xchg(p, v)	   arch_xchg_order((p), (v), __ATOMIC_SEQ_CST)
#define xchg_relaxed(p, v) arch_xchg_order((p), (v), __ATOMIC_RELAXED)
#define xchg_acquire(p, v) arch_xchg_order((p), (v), __ATOMIC_ACQUIRE)
#define xchg_release(p, v) arch_xchg_order((p), (v), __ATOMIC_RELEASE)

/* Those that order fully do so for a checker of races even when they fail. */
#define cmpxchg(p, old, new)                                                             \
	({                                                                               \
		__typeof__(*(p)) __old = (old);                                          \
		__atomic_compare_exchange_n((p), &__old, (new), false, __ATOMIC_SEQ_CST, \
					    __ATOMIC_SEQ_CST);                           \
		__old;                                                                   \
	})
#define cmpxchg_relaxed(p, old, new) arch_cmpxchg_order((p), (old), (new), __ATOMIC_RELAXED)
#define cmpxchg_acquire(p, old, new) arch_cmpxchg_order((p), (old), (new), __ATOMIC_ACQUIRE)
#define cmpxchg_release(p, old, new) arch_cmpxchg_order((p), (old), (new), __ATOMIC_RELEASE)
#define try_cmpxchg(p, oldp, new) \
	__atomic_compare_exchange_n((p), (oldp), (new), false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)
#define try_cmpxchg_relaxed(p, oldp, new) \
	arch_try_cmpxchg_order((p), (oldp), (new), __ATOMIC_RELAXED)
#define try_cmpxchg_acquire(p, oldp, new) \
	arch_try_cmpxchg_order((p), (oldp), (new), __ATOMIC_ACQUIRE)
#define try_cmpxchg_release(p, oldp, new) \
	arch_try_cmpxchg_order((p), (oldp), (new), __ATOMIC_RELEASE)

/* Only against this CPU's own interrupts; 64 bits wide. Both are no cheaper here. */
#define cmpxchg_local(p, old, new)	cmpxchg((p), (old), (new))
#define try_cmpxchg_local(p, oldp, new) try_cmpxchg((p), (oldp), (new))
#define cmpxchg64(p, old, new)		cmpxchg((p), (old), (new))
#define try_cmpxchg64(p, oldp, new)	try_cmpxchg((p), (oldp), (new))

#endif
