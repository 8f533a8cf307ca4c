/* SPDX-License-Identifier: MIT */
/*
 * Contract: who runs on this CPU. One instruction. Whatever CPU a task goes on, it reads itself, so
 * the compiler may keep what it read.
 */
#ifndef ASM_CURRENT_H
#define ASM_CURRENT_H

#include <asm/percpu.h>

struct task_struct;

DECLARE_PER_CPU(struct task_struct *, current_task);

/* lib/sync's: what each CPU begins as. The address is CPU 0's. */
extern struct task_struct idle_task;

static __always_inline struct task_struct *get_current(void)
{
	struct task_struct *task;

	__asm__("mov %%gs:%1, %0" : "=r"(task) : "m"(current_task));
	return task;
}

/* Only a context switch, and a CPU that begins. */
static __always_inline void set_current(struct task_struct *task)
{
	this_cpu_write(current_task, task);
	barrier();
}

#endif
