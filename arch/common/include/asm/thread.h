/* SPDX-License-Identifier: MIT */
/*
 * Contract: threads of control on one CPU, and how it goes from one to another. Only lib/sched
 * needs it; mm/ doesn't.
 */
#ifndef ASM_THREAD_H
#define ASM_THREAD_H

#include <linux/types.h>

struct thread_state {
	unsigned long sp;	 /* where its registers wait while another one runs */
	unsigned long canary;	 /* its stack's, where a port has one for each */
	unsigned long low, high; /* its stack */
	void *checker;		 /* what a checker of accesses knows it by */
	unsigned int depth;	 /* how many calls deep it is, to that checker */
	int slot;		 /* in the table of thread stacks; -1: its stack is the CPU's own */
};

/*
 * Make a thread whose first switch enters fn() on the stack [low, high), interrupts off, by a frame
 * that ends the chain of frames. `low` is page aligned and nothing is mapped right below; both stay
 * as they are until thread_destroy(). stack_bounds() and the report of an overflow know the stack as
 * `name`, which is copied. May not sleep afterwards, but is called where one may. 0; -EAGAIN: too
 * many threads.
 */
int thread_init(struct thread_state *ts, unsigned long low, unsigned long high, void (*fn)(void),
		const char *name);

/* A stack of THREAD_SIZE bytes for the boot CPU's idle thread: part of the image, so never missing. */
void thread_idle_stack(unsigned long *low, unsigned long *high);

/* The running context becomes the thread `ts`. It runs on a stack that the port knows. */
void thread_adopt(struct thread_state *ts);

/* `ts` will not run again, and no CPU is on its stack, which may be freed after it. */
void thread_destroy(struct thread_state *ts);

/*
 * How deep the n-th of the stacks that there are got since it was made: `unused` of its `size` bytes, from
 * the lowest on, are 0 still (the lowest word, which may hold a mark, counts as such). `size` is 0 if
 * there is no n-th at the moment; false: nor is there any behind it. Any context; O(size).
 */
struct stack_usage {
	char name[32];
	unsigned long size, unused;
};
bool stack_usage(unsigned int n, struct stack_usage *u);
unsigned long stack_unused(unsigned long low, unsigned long high);

/*
 * Leave `from`, which runs, for `to`, which no CPU runs. Interrupts off; returns when some CPU,
 * perhaps another one, switches to `from`. What was read of a per-CPU variable before may be another
 * CPU's. Cost: some 15 instructions.
 */
void thread_switch(struct thread_state *from, struct thread_state *to);

#endif
