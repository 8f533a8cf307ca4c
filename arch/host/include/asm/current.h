/* SPDX-License-Identifier: MIT */
/* Contract: who runs on this CPU: a word of the thread that is the CPU. */
#ifndef ASM_CURRENT_H
#define ASM_CURRENT_H

#include <linux/compiler.h>

struct task_struct;

extern __thread struct task_struct *host_current;

/* lib/sync's: what each CPU begins as. The address is CPU 0's. */
extern struct task_struct idle_task;

static __always_inline struct task_struct *get_current(void)
{
	return host_current;
}

/* Only a context switch, and a CPU that begins. */
static __always_inline void set_current(struct task_struct *task)
{
	host_current = task;
	barrier();
}

#endif
