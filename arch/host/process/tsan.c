// SPDX-License-Identifier: MIT
/*
 * What ThreadSanitizer needs to be told, in the build that has it (make host SAN=tsan).
 *
 * It keeps a stack of the calls that instrumented code makes, for its reports. recovery_jump()
 * leaves functions without their knowledge, so the calls are counted here on their way (the linker
 * leads them by, --wrap), and the jump takes back what it skips. A thread of the kernel is a fiber, with
 * a stack of calls, and so a count, of its own.
 *
 * An access to a volatile object is no access to it: volatile is Linux's mark of intended
 * concurrency (jiffies). READ_ONCE() and WRITE_ONCE() are atomic accesses in that build, so a plain
 * access that meets one of them is still seen.
 *
 * What it can't see: a race between two addresses of the same page (direct map and vmalloc); what
 * assembly does (filling and copying words, per-CPU additions, user access); code that the build
 * leaves out (the walker, traps, stack traces: see tests/host/tsan.mk); and whether something is safe
 * against interrupts of its own CPU, which is the same thread to it.
 *
 * Context: any but a signal handler.
 */
#include "../host.h"

__thread unsigned int host_tsan_depth;

void __real___tsan_func_entry(void *caller);
void __real___tsan_func_exit(void);
void __wrap___tsan_func_entry(void *caller);
void __wrap___tsan_func_exit(void);
void host_tsan_unwind(unsigned int depth);

void __wrap___tsan_func_entry(void *caller)
{
	host_tsan_depth++;
	__real___tsan_func_entry(caller);
}

void __wrap___tsan_func_exit(void)
{
	host_tsan_depth--;
	__real___tsan_func_exit();
}

/* Control is about to go back to where the calls were `depth` deep. */
void host_tsan_unwind(unsigned int depth)
{
	while (host_tsan_depth > depth)
		__wrap___tsan_func_exit();
}

/* ---- threads of the kernel half ---- */

void *__tsan_get_current_fiber(void);
void *__tsan_create_fiber(unsigned int flags);
void __tsan_destroy_fiber(void *fiber);
void __tsan_switch_to_fiber(void *fiber, unsigned int flags);

void host_fiber_init(struct host_fiber *f, unsigned long low, unsigned long high)
{
	(void)low;
	(void)high;
	f->handle = __tsan_create_fiber(0);
	f->depth = 0;
}

void host_fiber_adopt(struct host_fiber *f)
{
	f->handle = __tsan_get_current_fiber();
	f->depth = host_tsan_depth;
}

void host_fiber_end(struct host_fiber *f, unsigned long low, unsigned long high)
{
	(void)low;
	(void)high;
	__tsan_destroy_fiber(f->handle);
}

/*
 * Without flags: what one did before the switch is ordered before what the other does after it, as
 * on any CPU that does one thing at a time.
 */
void host_fiber_switch(struct host_fiber *from, const struct host_fiber *to, unsigned long low,
		       unsigned long high)
{
	(void)low;
	(void)high;
	from->depth = host_tsan_depth;
	host_tsan_depth = to->depth;
	__tsan_switch_to_fiber(to->handle, 0);
}

/* ---- volatile ---- */

#define VOLATILE(name)               \
	void __tsan_##name(void *p); \
	void __tsan_##name(void *p)  \
	{                            \
		(void)p;             \
	}
VOLATILE(volatile_read1)
VOLATILE(volatile_read2)
VOLATILE(volatile_read4)
VOLATILE(volatile_read8)
VOLATILE(volatile_read16)
VOLATILE(volatile_write1)
VOLATILE(volatile_write2)
VOLATILE(volatile_write4)
VOLATILE(volatile_write8)
VOLATILE(volatile_write16)
VOLATILE(unaligned_volatile_read2)
VOLATILE(unaligned_volatile_read4)
VOLATILE(unaligned_volatile_read8)
VOLATILE(unaligned_volatile_write2)
VOLATILE(unaligned_volatile_write4)
VOLATILE(unaligned_volatile_write8)
