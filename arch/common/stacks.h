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

/*
 * threads.c: stacks of threads. A slot, or -EAGAIN; which stack holds `addr`, or has it among the
 * `below` bytes under it; the words that the first switch to a thread takes off its stack.
 */
struct thread_state;
int thread_stack_add(unsigned long low, unsigned long high, const char *name);
void thread_stack_remove(int slot);
bool thread_stack_find(unsigned long addr, unsigned long below, unsigned long *low,
		       unsigned long *high, const char **name);
void thread_first_frame(struct thread_state *ts, void (*fn)(void));

/* Unmap the guard pages of the boot CPU's; from here on an overflow is a fault. */
void stacks_protect(void);

#endif
