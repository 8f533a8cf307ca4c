/* SPDX-License-Identifier: MIT */
#ifndef LINUX_SMP_H
#define LINUX_SMP_H
#include <asm/smp.h>
#include <linux/cpumask.h>
#include <linux/preempt.h>

/*
 * Run fn(arg) on every CPU that is online, this one included, at the same time and as ordinary code
 * (interrupts on, may sleep and fault); returns when all are done. One at a time; the caller stays
 * on its CPU. lib/sched/cpus.c
 */
void run_on_cpus(void (*fn)(void *arg), void *arg);

#endif
