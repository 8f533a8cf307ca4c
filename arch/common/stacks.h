/* SPDX-License-Identifier: MIT */
/* Kernel stacks and their guard pages. Private to arch/. */
#ifndef ARCH_STACKS_H
#define ARCH_STACKS_H

#include <linux/types.h>

struct kstack {
	const char *name;
	unsigned long low, high;	     /* usable bytes [low, high) */
	unsigned long guard_low, guard_high; /* unmapped */
};

/* Those of all CPUs that may run. */
extern struct kstack kstacks[];
extern unsigned int nr_kstacks;

/*
 * Give CPU `cpu` its stacks, in memory from `alloc`, which must not fail: for each CPU but the first,
 * in the order of their ids.
 */
void stacks_add_cpu(unsigned int cpu, void *(*alloc)(size_t size, size_t align));

/* Unmap the guard pages of the boot CPU's; from here on an overflow is a fault. */
void stacks_protect(void);

#endif
