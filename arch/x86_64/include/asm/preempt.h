/* SPDX-License-Identifier: MIT */
/* The preempt count is a per-CPU word behind GS. Contract: asm/preempt_ops.h. */
#ifndef ASM_PREEMPT_H
#define ASM_PREEMPT_H

#include <asm/percpu.h>

DECLARE_PER_CPU(unsigned int, __preempt_count);

#define __preempt_read() this_cpu_read(__preempt_count)
#define __preempt_op(op, v) \
	__asm__ __volatile__(op " %1, %%gs:%0" : "+m"(__preempt_count) : "ri"(v) : "memory", "cc")
#define __preempt_dec_is_zero()                                               \
	({                                                                    \
		bool __zero;                                                  \
		__asm__ __volatile__("decl %%gs:%0"                           \
				     : "+m"(__preempt_count), "=@ccz"(__zero) \
				     :                                        \
				     : "memory");                             \
		__zero;                                                       \
	})

#include <asm/preempt_ops.h>

#endif
