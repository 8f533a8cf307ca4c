/* SPDX-License-Identifier: MIT */
/*
 * How long tasks stay, and where they may run. Theory in lib/sched/sched.c.
 */
#ifndef LINUX_SCHED_TASK_H
#define LINUX_SCHED_TASK_H

#include <linux/cpumask.h>
#include <linux/sched.h>

/* boot: once, before the other CPUs are started. */
void sched_init(void);
/* boot: once, when the other CPUs are up. lib/sched/rcu_threads.c */
void rcu_threads_start(void);

/* Keep a thread's structure (not the thread) until the matching put. Any context but NMI. */
struct task_struct *get_task_struct(struct task_struct *p);
void put_task_struct(struct task_struct *p);

int set_cpus_allowed_ptr(struct task_struct *p, const struct cpumask *mask);

#endif
