// SPDX-License-Identifier: MIT
/*
 * What a checker of memory accesses can't know by itself (asm/memstate.h): accesses by assembly, and
 * stacks that were left.
 *
 * I1  An access by assembly is looked at before it is made, as a whole; the report is of its first byte
 *     that is shut. Addresses that are none of the kernel's are left to fault.
 * I2  A frame that was left by recovery_jump() never ran its epilogue, which would have opened its red
 *     zones: all that is below the target on its stack is opened instead. (The compiler's own cure,
 *     __asan_handle_no_return(), knows the current stack alone, and a trap may have come on another.)
 *
 * I3  Under valgrind no string instruction meets a TLB miss.
 *
 * Context: any.
 */
#include <asm/memstate.h>
#include <asm/page.h>
#include <asm/stack.h>
#include "kernel.h"

#define REGS_SP 6 /* in struct recovery (entry.S) */

#ifdef HOST_ASAN

void *__asan_region_is_poisoned(void *p, unsigned long n);
void __asan_loadN_noabort(const void *p, unsigned long n);
void __asan_storeN_noabort(void *p, unsigned long n);

/* The first byte of [p, p + n) that may not be touched; NULL: there is none. */
static __no_memstate void *first_shut(const volatile void *p, unsigned long n)
{
	unsigned long start = (unsigned long)p, end = start + n;

	if (start < KERNEL_START || end > KERNEL_LAST || end <= start)
		return NULL;
	return __asan_region_is_poisoned((void *)p, n);
}

__no_memstate void memstate_check_read(const volatile void *p, unsigned long n)
{
	char *shut = first_shut(p, n);

	if (unlikely(shut))
		__asan_loadN_noabort(shut, (const char *)p + n - shut);
}

__no_memstate void memstate_check_write(const volatile void *p, unsigned long n)
{
	char *shut = first_shut(p, n);

	if (unlikely(shut))
		__asan_storeN_noabort(shut, (const char *)p + n - shut);
}

#endif

#ifdef HOST_MEMCHECK

/*
 * Valgrind sees the accesses by itself, but a string instruction that faults has counted the word
 * already, and would leave one out when it is tried again: so the TLB is filled before. Nothing but
 * what lies between the image and the direct map is ever missing.
 */
static bool may_miss(const volatile u8 *at)
{
	return (unsigned long)at >= PERCPU_START && (unsigned long)at < PAGE_OFFSET;
}

static const volatile u8 *next_page(const volatile u8 *at)
{
	return (const volatile u8 *)(((unsigned long)at & PAGE_MASK) + PAGE_SIZE);
}

/* A load that nobody uses is none to valgrind. */
static volatile u8 touched;

void memstate_check_read(const volatile void *p, unsigned long n)
{
	const volatile u8 *end = (const volatile u8 *)p + n;

	for (const volatile u8 *at = p; at < end && may_miss(at); at = next_page(at))
		touched = *at;
}

void memstate_check_write(const volatile void *p, unsigned long n)
{
	const volatile u8 *end = (const volatile u8 *)p + n;

	for (const volatile u8 *at = p; at < end && may_miss(at); at = next_page(at))
		__atomic_fetch_or((volatile u8 *)at, 0, __ATOMIC_RELAXED);
}

/* What valgrind sees of the stack pointer is enough. */
static void stack_left(unsigned long sp)
{
	memstate_resume_all();
}

#else

static void stack_left(unsigned long sp)
{
	unsigned long low, high;
	const char *name;

	if (stack_bounds(sp - 1, &low, &high, &name))
		memstate_defined((void *)low, sp - low);
}

#endif

void recovery_jump(struct recovery *r)
{
	stack_left(r->regs[REGS_SP]);
	host_jump(r);
}
