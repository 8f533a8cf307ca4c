/* SPDX-License-Identifier: MIT */
/*
 * Contract: what a checker of memory accesses is told. Whoever hands out memory says so here, through the hooks of
 * mm/kasan.h, and the checker (where a port has one) reports who touches what he may not.
 *
 * Each function speaks of [p, p + n) at the addresses given and at no other alias of the same memory. Any context, no
 * locks; O(n / 8) at worst. This is the version without a checker: it costs nothing.
 */
#ifndef ASM_MEMSTATE_H
#define ASM_MEMSTATE_H

#include <linux/types.h>
#include <linux/compiler.h>

/* Nobody may touch these bytes. */
static __always_inline void memstate_noaccess(const volatile void *p, unsigned long n)
{
}

/* They may be written; until they are, what is read there means nothing. */
static __always_inline void memstate_undefined(const volatile void *p, unsigned long n)
{
}

/* They may be read and written. */
static __always_inline void memstate_defined(const volatile void *p, unsigned long n)
{
}

/* An access that the compiler doesn't see (by assembly code) is about to read or write these bytes. */
static __always_inline void memstate_check_read(const volatile void *p, unsigned long n)
{
}

static __always_inline void memstate_check_write(const volatile void *p, unsigned long n)
{
}

/* For a function that may touch what nobody else may: the allocators' own words in free memory. */
#define __no_memstate

#endif
