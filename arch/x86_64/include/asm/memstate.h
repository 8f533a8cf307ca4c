/* SPDX-License-Identifier: MIT */
/*
 * Contract: what a checker of memory accesses is told (arch/common/include/asm/memstate.h says what
 * each function means).
 *
 * In a build with KASAN=1 the compiler puts a check in front of each access: a byte of state for
 * eight bytes of memory stands at (address >> 3) + KASAN_SHADOW_OFFSET (arch/x86_64/kasan). It knows
 * no undefined memory. In any other build nobody checks, and nothing is left of these functions.
 */
#ifndef ASM_MEMSTATE_H
#define ASM_MEMSTATE_H

#ifdef CONFIG_KASAN

#include <asm/memstate_why.h>
#include <linux/types.h>
#include <linux/compiler.h>

#define MEMSTATE_CHECKER

/* States stand in memory: a byte for 2^MEMSTATE_SHIFT. */
#define MEMSTATE_SHIFT	    3
#define KASAN_SHADOW_OFFSET 0xdffffc0000000000UL

void memstate_shut(const volatile void *p, unsigned long n, enum memstate_why why);
void memstate_defined(const volatile void *p, unsigned long n);
void memstate_check_read(const volatile void *p, unsigned long n);
void memstate_check_write(const volatile void *p, unsigned long n);

static __always_inline void memstate_noaccess(const volatile void *p, unsigned long n)
{
	memstate_shut(p, n, MEMSTATE_REDZONE);
}

static __always_inline void memstate_undefined(const volatile void *p, unsigned long n)
{
	memstate_defined(p, n);
}

static __always_inline void memstate_initialised(const volatile void *p, unsigned long n)
{
}

static __always_inline void memstate_pause(void)
{
}

static __always_inline void memstate_resume(void)
{
}

#ifdef __clang__
#define __no_memstate __attribute__((__no_sanitize__("address")))
#else
#define __no_memstate __attribute__((__no_sanitize_address__))
#endif

#define __memstate_told __no_memstate

/* The state of the eight bytes that `p` is one of; p is a kernel address. */
static __always_inline u8 *memstate_of(const volatile void *p)
{
	return (u8 *)(((unsigned long)p >> MEMSTATE_SHIFT) + KASAN_SHADOW_OFFSET);
}

/*
 * Give [p, p + n) states of its own, all open; until then all that is mapped there is a page of
 * zeroes, read-only. `alloc` is asked for zeroed pages (physical addresses that __va() reaches; 0:
 * there is none), also for the tables that lead there. False: alloc had none; what was made stands.
 * Callers for addresses that share 2^MEMSTATE_SHIFT pages exclude each other. Any context that a
 * flush of the TLB allows; O(n). The former makes the tables above the leaf tables only.
 */
bool memstate_prepare(const void *p, unsigned long n, phys_addr_t (*alloc)(void *ctx), void *ctx);
bool memstate_cover(const void *p, unsigned long n, phys_addr_t (*alloc)(void *ctx), void *ctx);

/*
 * Entered from below: an access, of `size` bytes at `addr`, to memory that is shut; `bad` is its
 * first byte that is. `ip` lies in the code that made it. Returns, and the access is made.
 */
struct memstate_bug {
	unsigned long addr, size, bad, ip;
	bool write;
};
void memstate_report(const struct memstate_bug *bug);
/* Entered from below: control leaves this CPU's report, if there is one, for good. */
void memstate_report_left(void);

/* What the compiler says of a variable with a red zone. */
struct memstate_global {
	unsigned long start, size, with_redzone;
	const char *name, *file;
	unsigned long dynamic, location, odr;
};
/* The variable that `addr` lies in or in whose red zone it does; NULL: none. */
const struct memstate_global *memstate_global(unsigned long addr);

#else
#include <asm/memstate_none.h>
#endif
#endif
