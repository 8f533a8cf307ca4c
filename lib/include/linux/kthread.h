/* SPDX-License-Identifier: MIT */
/* Kernel threads. Names and behaviour are Linux's; theory in lib/sched/kthread.c. */
#ifndef LINUX_KTHREAD_H
#define LINUX_KTHREAD_H

#include <linux/alloc_tag.h>
#include <linux/err.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>

struct task_struct *kthread_create(int (*fn)(void *data), void *data, const char *fmt, ...)
	__printf(3, 4);
struct task_struct *kthread_create_on_cpu(int (*fn)(void *data), void *data, unsigned int cpu,
					  const char *fmt);
/* Both note their place (linux/alloc_tag.h): the thread and its stack are the caller's. */
#define kthread_create(...)	   alloc_hooks(kthread_create(__VA_ARGS__))
#define kthread_create_on_cpu(...) alloc_hooks(kthread_create_on_cpu(__VA_ARGS__))
void kthread_bind(struct task_struct *p, unsigned int cpu);
int kthread_stop(struct task_struct *p);
bool kthread_should_stop(void);

/* Create a thread and start it. */
#define kthread_run(fn, data, fmt, ...)                                                 \
	({                                                                              \
		struct task_struct *__k = kthread_create(fn, data, fmt, ##__VA_ARGS__); \
		if (!IS_ERR(__k))                                                       \
			wake_up_process(__k);                                           \
		__k;                                                                    \
	})

#endif
