// SPDX-License-Identifier: MIT
/*
 * Threads on the machine: a stack pointer, and a place in the table of stacks. The switch itself is
 * switch.asm.
 *
 * A thread's stack that runs over meets the unmapped page below; the page fault has no room for its
 * frame and becomes a double fault, on the CPU's own stack for it (traps.c).
 */
#include <asm/stack.h>
#include <asm/thread.h>
#include <linux/build_bug.h>
#include "arch/common/stacks.h"
#include "machine.h"

/* As switch.asm has it. */
static_assert(offsetof(struct thread_state, sp) == 0);
static_assert(offsetof(struct thread_state, canary) == 8);

int thread_init(struct thread_state *ts, unsigned long low, unsigned long high, void (*fn)(void),
		const char *name)
{
	*ts = (struct thread_state){ .low = low, .high = high };
	ts->canary = stack_canary_new();
	ts->slot = thread_stack_add(low, high, ts, name);
	if (ts->slot < 0)
		return ts->slot;
	thread_first_frame(ts, fn);
	return 0;
}

void thread_adopt(struct thread_state *ts)
{
	*ts = (struct thread_state){ .slot = -1, .canary = stack_canary() };
	kstack_adopt(ts, (unsigned long)__builtin_frame_address(0));
}

void thread_destroy(struct thread_state *ts)
{
	thread_stack_remove(ts->slot);
}
