/* SPDX-License-Identifier: MIT */
/*
 * The preempt count is a word of the thread that is the CPU, since an offset that was read could be
 * another CPU's by the time it is used. Contract: asm/preempt_ops.h.
 */
#ifndef ASM_PREEMPT_H
#define ASM_PREEMPT_H

#include <asm/tls.h>

extern __thread unsigned int host_preempt_count;

#define __preempt_read() tls_read_volatile(host_preempt_count)
#define __preempt_op(op, v)                                             \
	__asm__ __volatile__(op " %0, " TLS_OPERAND(host_preempt_count) \
			     :                                          \
			     : "ri"(v)                                  \
			     : "memory", "cc")
#define __preempt_dec_is_zero()                                              \
	({                                                                   \
		bool __zero;                                                 \
		__asm__ __volatile__("decl " TLS_OPERAND(host_preempt_count) \
				     : "=@ccz"(__zero)                       \
				     :                                       \
				     : "memory");                            \
		__zero;                                                      \
	})

#include <asm/preempt_ops.h>

#endif
