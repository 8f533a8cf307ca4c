/* SPDX-License-Identifier: MIT */
/*
 * Accesses that are wrong on purpose: what tests do to see whether Quarry itself notices.
 *
 * A checker of memory accesses (asm/memstate.h) would end the run at the first; these it leaves
 * alone. Whoever wants the checker to see writes `*p = 1`.
 */
#ifndef TESTS_PLANT_H
#define TESTS_PLANT_H

#include <asm/memstate.h>
#include <linux/types.h>

/* The compiler is not to know that the access is out of bounds, either. */
#define __planted \
	__maybe_unused noinline __no_memstate __attribute__((__no_sanitize__("undefined")))

static __planted u8 plant_read8(const volatile void *p)
{
	u8 v;

	memstate_pause();
	v = *(const volatile u8 *)p;
	memstate_resume();
	return v;
}

static __planted u64 plant_read64(const volatile void *p)
{
	u64 v;

	memstate_pause();
	v = *(const volatile u64 *)p;
	memstate_resume();
	return v;
}

static __planted void plant_write8(volatile void *p, u8 v)
{
	memstate_pause();
	*(volatile u8 *)p = v;
	memstate_resume();
}

static __planted void plant_write64(volatile void *p, u64 v)
{
	memstate_pause();
	*(volatile u64 *)p = v;
	memstate_resume();
}

/* memset() */
static __maybe_unused void plant_fill(void *p, u8 v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		plant_write8((u8 *)p + i, v);
}

/* memchr(): the first byte that is `v` */
static __maybe_unused void *plant_find(void *p, u8 v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (plant_read8((u8 *)p + i) == v)
			return (u8 *)p + i;
	}
	return NULL;
}

/* memchr_inv(): the first byte that is not */
static __maybe_unused void *plant_find_other(void *p, u8 v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (plant_read8((u8 *)p + i) != v)
			return (u8 *)p + i;
	}
	return NULL;
}

#endif
