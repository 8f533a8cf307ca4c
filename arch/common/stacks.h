/* SPDX-License-Identifier: MIT */
/* Kernel stacks and their guard pages. Private to arch/. */
#ifndef ARCH_STACKS_H
#define ARCH_STACKS_H

#include <linux/types.h>

struct thread_state;

struct kstack {
	const char *name;
	unsigned long low, high;	     /* usable bytes [low, high) */
	unsigned long guard_low, guard_high; /* unmapped */
	const struct thread_state *thread;   /* that began on it (thread_adopt()); NULL: none did */
};

/* Those of all CPUs that may run. */
extern struct kstack kstacks[];
extern unsigned int nr_kstacks;

/*
 * Give CPU `cpu` its stacks, in memory from `alloc`, which must not fail: for each CPU but the first,
 * in the order of their ids.
 */
void stacks_add_cpu(unsigned int cpu, void *(*alloc)(size_t size, size_t align));

/* The thread's stack, which it came with, is one of these: its bounds, and the thread is known. */
void kstack_adopt(struct thread_state *ts, unsigned long addr);

/* What is in use of the stack [low, high): see stacks_in_use(). `sp`: if no CPU is on it; 0: nothing. */
struct stack_visit {
	const unsigned long *on;
	unsigned int nr;
	void (*visit)(unsigned long from, unsigned long to, void *arg);
	void *arg;
};
void stack_visit(const struct stack_visit *v, unsigned long low, unsigned long high,
		 unsigned long sp);

/*
 * threads.c: stacks of threads. A slot, or -EAGAIN; which stack holds `addr`, or has it among the
 * `below` bytes under it; what is in use of all of them; the words that the first switch to a thread
 * takes off its stack.
 */
int thread_stack_add(unsigned long low, unsigned long high, const struct thread_state *ts,
		     const char *name);
void thread_stacks_visit(const struct stack_visit *v);
void thread_stack_remove(int slot);
bool thread_stack_find(unsigned long addr, unsigned long below, unsigned long *low,
		       unsigned long *high, const char **name);
void thread_first_frame(struct thread_state *ts, void (*fn)(void));

/* A port's: does the address lie where interrupts are handled that came late, without a trap? */
bool irq_replay_holds(unsigned long ip);

/* Unmap the guard pages of the boot CPU's; from here on an overflow is a fault. */
void stacks_protect(void);

#endif
