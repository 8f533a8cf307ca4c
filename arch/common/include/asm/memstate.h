/* SPDX-License-Identifier: MIT */
/*
 * Contract: what a checker of memory accesses is told. Whoever hands out memory says so here,
 * through the hooks of mm/kasan.h, and the checker (where a port has one) reports who touches what
 * he may not.
 *
 * Each function speaks of [p, p + n) at the addresses given and at no other alias of the same
 * memory. Any context, no locks; O(n / 8) at worst.
 *
 *	memstate_noaccess	nobody may touch these bytes
 *	memstate_shut		the same, and why (asm/memstate_why.h), for a checker that keeps reasons
 *	memstate_undefined	they may be written; until they are, what is read there means nothing
 *	memstate_defined	they may be read and written
 *	memstate_initialised	who may touch them stays as it is, but what they hold counts as written
 *	memstate_check_read	an access that the compiler doesn't see (by assembly) is about to read
 *	memstate_check_write	or write these bytes
 *	memstate_pause		between the two this CPU's accesses are not looked at: for a checker
 *	memstate_resume		that sees every instruction; they nest
 *	__no_memstate		marks a function that may touch what nobody else may, for a checker that
 *				the compiler serves; a function that is always inlined is as its caller
 *	__memstate_told		marks one that has told of each of its accesses by itself, where a second
 *				report of the same would only be in the way
 *
 * A checker may keep its states in memory, a byte for 2^MEMSTATE_SHIFT: such a port defines that, and
 * offers memstate_of() and memstate_cover(), as arch/x86_64 says them; mm/kasan goes with it.
 *
 * So the allocators' own accesses to free memory stand in functions that have the mark, and pause.
 * This port has no checker.
 */
#ifndef ASM_MEMSTATE_H
#define ASM_MEMSTATE_H

#include <asm/memstate_none.h>

#endif
