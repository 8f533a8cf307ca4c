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

void recovery_jump(struct recovery *r)
{
	unsigned long low, high, sp = r->regs[REGS_SP];
	const char *name;

	if (stack_bounds(sp - 1, &low, &high, &name))
		memstate_defined((void *)low, sp - low);
	host_jump(r);
}
