/* SPDX-License-Identifier: MIT */
#ifndef LINUX_SMP_H
#define LINUX_SMP_H
#include <asm/smp.h>
#include <linux/cpumask.h>
#include <linux/preempt.h>
#endif
