/* SPDX-License-Identifier: MIT */
/* What the files of arch/x86_64/kasan share. */
#ifndef KASAN_INTERNAL_H
#define KASAN_INTERNAL_H

#include <asm/memstate.h>
#include <asm/page.h>

#define GRANULE	     (1UL << MEMSTATE_SHIFT)
#define GRANULE_MASK (GRANULE - 1)

/* Where the states of kernel addresses stand, and theirs. */
#define SHADOW_START (KASAN_SHADOW_OFFSET + (0xffff800000000000UL >> MEMSTATE_SHIFT))
#define SHADOW_END   (KASAN_SHADOW_OFFSET + (1UL << (64 - MEMSTATE_SHIFT)))

static inline unsigned long shadow_of(unsigned long addr)
{
	return (addr >> MEMSTATE_SHIFT) + KASAN_SHADOW_OFFSET;
}

/* tables.c: may the states of this address, of a region that comes and goes, be written? */
bool shadow_is_own(unsigned long addr);

#endif
