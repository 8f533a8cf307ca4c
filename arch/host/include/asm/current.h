/* SPDX-License-Identifier: MIT */
/*
 * Contract: who runs on this CPU: a word of the thread that is the CPU. Whatever CPU a task goes on,
 * it reads itself, so the compiler may keep what it read.
 */
#ifndef ASM_CURRENT_H
#define ASM_CURRENT_H

#include <linux/compiler.h>
#include <asm/tls.h>

struct task_struct;

extern __thread struct task_struct *host_current;

/* lib/sync's: what each CPU begins as. The address is CPU 0's. */
extern struct task_struct idle_task;

static __always_inline struct task_struct *get_current(void)
{
	struct task_struct *task;

	__asm__("mov " TLS_OPERAND(host_current) ", %0" : "=r"(task));
	return task;
}

/* Only a context switch, and a CPU that begins. */
static __always_inline void set_current(struct task_struct *task)
{
	__asm__ __volatile__("mov %0, " TLS_OPERAND(host_current) : : "r"(task) : "memory");
}

#endif
