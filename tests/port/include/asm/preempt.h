/* SPDX-License-Identifier: MIT */
/* The preempt count is a variable, where nothing interrupts. Contract: asm/preempt_ops.h. */
#ifndef ASM_PREEMPT_H
#define ASM_PREEMPT_H

#include <linux/compiler.h>

extern unsigned int port_preempt_count;

#define __preempt_read() READ_ONCE(port_preempt_count)
#define __preempt_op(op, v) \
	__asm__ __volatile__(op " %1, %0" : "+m"(port_preempt_count) : "ri"(v) : "memory", "cc")
#define __preempt_dec_is_zero()                                                  \
	({                                                                       \
		bool __zero;                                                     \
		__asm__ __volatile__("decl %0"                                   \
				     : "+m"(port_preempt_count), "=@ccz"(__zero) \
				     :                                           \
				     : "memory");                                \
		__zero;                                                          \
	})

#include <asm/preempt_ops.h>

#endif
