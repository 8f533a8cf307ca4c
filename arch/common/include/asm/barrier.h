/* SPDX-License-Identifier: MIT */
/*
 * Contract: memory ordering, as Linux defines these names. The processor is TSO: only store→load needs an
 * instruction.
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

#define smp_load_acquire(p)                             \
	({                                              \
		__typeof__(*(p)) __v = READ_ONCE(*(p)); \
		barrier();                              \
		__v;                                    \
	})
#define smp_store_release(p, v)      \
	do {                         \
		barrier();           \
		WRITE_ONCE(*(p), v); \
	} while (0)

/* Add 1, released, to what only the caller writes now. One instruction, no lock prefix. */
#define smp_inc_release(p)   \
	do {                 \
		barrier();   \
		++*(p);      \
		barrier();   \
	} while (0)

/* In a waiting loop: be kind to the other thread of the core. */
#define cpu_relax() __asm__ __volatile__("pause" : : : "memory")

#endif
