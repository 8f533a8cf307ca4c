/* SPDX-License-Identifier: MIT */
/*
 * KFENCE: one allocation in a while gets a page of its own between two that nobody may touch. Theory
 * in mm/kfence.c.
 */
#ifndef LINUX_KFENCE_H
#define LINUX_KFENCE_H

#include <linux/types.h>

/* R: the pool; NULL and 0 if there is none */
extern char *__kfence_pool;
extern unsigned long kfence_pool_size;

/* Is p in the pool? Any value may be asked about. */
static __always_inline bool is_kfence_address(const void *p)
{
	return (unsigned long)p - (unsigned long)__kfence_pool < kfence_pool_size;
}

/* Each CPU's tick, interrupts off: sees to it that a sample is taken when its time has come. */
void kfence_tick(void);

#endif
