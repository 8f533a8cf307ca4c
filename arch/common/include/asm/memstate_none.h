/* SPDX-License-Identifier: MIT */
/* asm/memstate.h of a build without a checker: it costs nothing. */
#ifndef ASM_MEMSTATE_NONE_H
#define ASM_MEMSTATE_NONE_H

#include <asm/memstate_why.h>
#include <linux/types.h>
#include <linux/compiler.h>

static __always_inline void memstate_shut(const volatile void *p, unsigned long n,
					  enum memstate_why why)
{
}

static __always_inline void memstate_noaccess(const volatile void *p, unsigned long n)
{
}

static __always_inline void memstate_undefined(const volatile void *p, unsigned long n)
{
}

static __always_inline void memstate_defined(const volatile void *p, unsigned long n)
{
}

static __always_inline void memstate_initialised(const volatile void *p, unsigned long n)
{
}

static __always_inline void memstate_check_read(const volatile void *p, unsigned long n)
{
}

static __always_inline void memstate_check_write(const volatile void *p, unsigned long n)
{
}

static __always_inline void memstate_pause(void)
{
}

static __always_inline void memstate_resume(void)
{
}

#define __no_memstate
#define __memstate_told

#endif
