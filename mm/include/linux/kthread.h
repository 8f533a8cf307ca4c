/* SPDX-License-Identifier: MIT */
/* Lending a kernel context an address space. Theory in mm/mm_struct.c. */
#ifndef LINUX_KTHREAD_H
#define LINUX_KTHREAD_H

#include <linux/sched/mm.h>

void kthread_use_mm(struct mm_struct *mm);
void kthread_unuse_mm(struct mm_struct *mm);

#endif
