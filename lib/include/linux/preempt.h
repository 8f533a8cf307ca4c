/* SPDX-License-Identifier: MIT */
/*
 * Preemption. There is no scheduler that could preempt, so what remains is that the compiler may
 * not move memory accesses across.
 */
#ifndef LINUX_PREEMPT_H
#define LINUX_PREEMPT_H

#include <linux/compiler.h>

#define preempt_disable() barrier()
#define preempt_enable()  barrier()
#define get_cpu()                   \
	({                          \
		preempt_disable();  \
		smp_processor_id(); \
	})
#define put_cpu() preempt_enable()

#endif
