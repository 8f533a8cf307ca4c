// SPDX-License-Identifier: MIT
/*
 * Threads of the kernel on the threads of the process that are its CPUs.
 *
 * A switch is the machine's: registers onto one stack, registers off another. Around it stands what
 * only a process needs:
 *
 *	the stack's pages stay in the TLB while the thread lives (tlb_wire()): a system call or the
 *	handler of a signal that finds one missing could not let it in
 *	a checker is told which stack, and which sequence of calls, goes on (host_fiber_*())
 *
 * I1  Whatever is a word of the CPU's own thread is read anew behind the switch: it may be another
 *     thread by then (asm/tls.h).
 *
 * ThreadSanitizer may not see this file: between host_fiber_switch() and the switch there must be no
 * call that it counts (tests/host/tsan.mk).
 */
#include <asm/stack.h>
#include <asm/thread.h>
#include <linux/errno.h>
#include "arch/common/stacks.h"
#include "host.h"
#include "kernel.h"

static struct host_fiber fiber_of(const struct thread_state *ts)
{
	return (struct host_fiber){ .handle = ts->checker, .depth = ts->depth };
}

static void keep_fiber(struct thread_state *ts, const struct host_fiber *f)
{
	ts->checker = f->handle;
	ts->depth = f->depth;
}

int thread_init(struct thread_state *ts, unsigned long low, unsigned long high, void (*fn)(void),
		const char *name)
{
	struct host_fiber f;
	int err;

	*ts = (struct thread_state){ .low = low, .high = high };
	ts->slot = thread_stack_add(low, high, ts, name);
	if (ts->slot < 0)
		return ts->slot;
	err = tlb_wire(low, high);
	if (err) {
		thread_stack_remove(ts->slot);
		return err;
	}
	host_fiber_init(&f, low, high);
	keep_fiber(ts, &f);
	thread_first_frame(ts, fn);
	return 0;
}

void thread_adopt(struct thread_state *ts)
{
	struct host_fiber f;

	*ts = (struct thread_state){ .slot = -1 };
	kstack_adopt(ts, (unsigned long)__builtin_frame_address(0));
	host_fiber_adopt(&f);
	keep_fiber(ts, &f);
}

void thread_destroy(struct thread_state *ts)
{
	struct host_fiber f = fiber_of(ts);

	host_fiber_end(&f, ts->low, ts->high);
	thread_stack_remove(ts->slot);
	tlb_unwire(ts->low, ts->high);
}

void thread_switch(struct thread_state *from, struct thread_state *to)
{
	struct host_fiber leaving = fiber_of(from), coming = fiber_of(to);

	host_fiber_switch(&leaving, &coming, to->low, to->high);
	keep_fiber(from, &leaving);
	host_switch(&from->sp, &to->sp);
}
