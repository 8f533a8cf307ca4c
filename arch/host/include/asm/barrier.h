/* SPDX-License-Identifier: MIT */
/*
 * Contract: memory ordering, as Linux defines these names.
 *
 * Said in the compiler's own words wherever it has them, which costs what the common version's plain
 * accesses cost, and which ThreadSanitizer follows. It does not follow fences: whoever orders two
 * plain accesses by smp_wmb() and smp_rmb() alone is told of a race.
 */
#ifndef ASM_BARRIER_H
#define ASM_BARRIER_H

#include <linux/compiler.h>

#define mb()	  __asm__ __volatile__("mfence" : : : "memory")
#define rmb()	  __asm__ __volatile__("lfence" : : : "memory")
#define wmb()	  __asm__ __volatile__("sfence" : : : "memory")
#define smp_mb()  __asm__ __volatile__("lock; addl $0, -4(%%rsp)" : : : "memory", "cc")
#define smp_rmb() barrier()
#define smp_wmb() barrier()

#define smp_load_acquire(p)	__atomic_load_n((p), __ATOMIC_ACQUIRE)
#define smp_store_release(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)

/* Add 1, released, to what only the caller writes now. One instruction, no lock prefix. */
#ifdef __SANITIZE_THREAD__
#define smp_inc_release(p) __atomic_store_n((p), READ_ONCE(*(p)) + 1, __ATOMIC_RELEASE)
#else
#define smp_inc_release(p)   \
	do {                 \
		barrier();   \
		++*(p);      \
		barrier();   \
	} while (0)
#endif

/* Called every so many rounds of a waiting loop: another thread may need the processor. */
void host_relax(void);
extern __thread unsigned int host_spins;

/* In a waiting loop: be kind to the other thread of the core, and to whom is waited for. */
#define cpu_relax()                                              \
	do {                                                     \
		__asm__ __volatile__("pause" : : : "memory");    \
		if (__builtin_expect(++host_spins % 64 == 0, 0)) \
			host_relax();                            \
	} while (0)

#endif
