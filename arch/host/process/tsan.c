// SPDX-License-Identifier: MIT
/*
 * What ThreadSanitizer needs to be told, in the build that has it (make host SAN=tsan).
 *
 * It keeps a stack of the calls that instrumented code makes, for its reports. recovery_jump()
 * leaves functions without their knowledge, so the calls are counted here on their way (the linker
 * leads them by, --wrap), and the jump takes back what it skips.
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
