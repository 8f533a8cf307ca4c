/* SPDX-License-Identifier: MIT */
/*
 * Contract: pages and address arithmetic; what follows from a port's constants. Included by its asm/page.h.
 */
#ifndef ASM_PAGE_OPS_H
#define ASM_PAGE_OPS_H

#include <asm/memstate.h>

/*
 * Physical to direct-map address. Any p < DIRECT_MAP_SIZE; O(1). The result is mapped only where p
 * is RAM.
 */
static inline void *__va(phys_addr_t p)
{
	return (void *)(p + PAGE_OFFSET);
}

/* Is `v` an address in the direct map's range? Says nothing about RAM being there. */
static inline bool is_direct_map_addr(const volatile void *v)
{
	return (unsigned long)v - PAGE_OFFSET < DIRECT_MAP_SIZE;
}

/*
 * Fill `n` 64-bit words with `v`; n * 8 bytes at an 8-aligned address. Cost: one instruction a
 * word. The former is for who has told the checker of accesses.
 */
static __always_inline void fill_words_checked(void *p, u64 v, unsigned long n)
{
	__asm__ __volatile__("rep stosq" : "+D"(p), "+c"(n) : "a"(v) : "memory");
}

static inline void fill_words(void *p, u64 v, unsigned long n)
{
	memstate_check_write(p, n * 8);
	fill_words_checked(p, v, n);
}

/* Zero one mapped page. */
static inline void clear_page(void *page)
{
	fill_words(page, 0, PAGE_SIZE / 8);
}

/* Copy one mapped page; the two don't overlap. */
static inline void copy_page(void *to, void *from)
{
	unsigned long n = PAGE_SIZE / 8;

	memstate_check_read(from, PAGE_SIZE);
	memstate_check_write(to, PAGE_SIZE);
	__asm__ __volatile__("rep movsq" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
}

#endif
