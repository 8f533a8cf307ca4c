/* SPDX-License-Identifier: MIT */
/*
 * Contract: what a checker of memory accesses is told (arch/common/include/asm/memstate.h says what
 * each function means).
 *
 * The build decides who checks:
 *
 *	AddressSanitizer, if the compiler is told to use it (gcc and clang say so by a macro of their
 *	own). A byte of state for eight bytes of memory; code carries a check at each access, so what is
 *	checked is decided by function. It knows no undefined memory.
 *
 *	memcheck (HOST_MEMCHECK), if the program runs under valgrind, which sees every instruction and
 *	is told by requests (process/checker.c). It knows what was never written.
 *
 *	Else nobody.
 */
#ifndef ASM_MEMSTATE_H
#define ASM_MEMSTATE_H

#include <linux/types.h>
#include <linux/compiler.h>

#if defined(__SANITIZE_ADDRESS__)
#define HOST_ASAN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HOST_ASAN
#endif
#endif

#ifdef HOST_ASAN

#define MEMSTATE_CHECKER

void __asan_poison_memory_region(const volatile void *p, unsigned long n);
void __asan_unpoison_memory_region(const volatile void *p, unsigned long n);

static __always_inline void memstate_noaccess(const volatile void *p, unsigned long n)
{
	__asan_poison_memory_region(p, n);
}

static __always_inline void memstate_undefined(const volatile void *p, unsigned long n)
{
	__asan_unpoison_memory_region(p, n);
}

static __always_inline void memstate_defined(const volatile void *p, unsigned long n)
{
	__asan_unpoison_memory_region(p, n);
}

static __always_inline void memstate_initialised(const volatile void *p, unsigned long n)
{
}

/* memstate.c */
void memstate_check_read(const volatile void *p, unsigned long n);
void memstate_check_write(const volatile void *p, unsigned long n);

static __always_inline void memstate_pause(void)
{
}

static __always_inline void memstate_resume(void)
{
}

#define __no_memstate __attribute__((__no_sanitize__("address")))

#elif defined(HOST_MEMCHECK)

#define MEMSTATE_CHECKER
#define MEMSTATE_KNOWS_UNDEFINED

/* process/checker.c */
void memstate_noaccess(const volatile void *p, unsigned long n);
void memstate_undefined(const volatile void *p, unsigned long n);
void memstate_defined(const volatile void *p, unsigned long n);
void memstate_initialised(const volatile void *p, unsigned long n);
void memstate_pause(void);
void memstate_resume(void);
/* Out of whatever was paused. */
void memstate_resume_all(void);

/* memstate.c */
void memstate_check_read(const volatile void *p, unsigned long n);
void memstate_check_write(const volatile void *p, unsigned long n);

#define __no_memstate

#else

#include <asm/memstate_none.h>

#endif

#ifdef MEMSTATE_CHECKER
#include <asm/memstate_why.h>

#define __memstate_told /* the first report ends the run */

static __always_inline void memstate_shut(const volatile void *p, unsigned long n,
					  enum memstate_why why)
{
	memstate_noaccess(p, n);
}
#endif
#endif
