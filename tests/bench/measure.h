/* SPDX-License-Identifier: MIT */
/*
 * How a figure is taken: the minimum of REPEATS runs of a loop, interrupts off, the loop's own cost
 * subtracted where it is stated.
 */
#ifndef TESTS_BENCH_MEASURE_H
#define TESTS_BENCH_MEASURE_H

#include <asm/clock.h>
#include <asm/irqflags.h>
#include <linux/compiler.h>
#include <linux/types.h>

#define REPEATS	      9
#define LOOP_OVERHEAD 2 /* add, compare-and-branch fused in count: as in the Linux figures */

/* Least ticks of one call of fn(arg) over REPEATS calls; `before` and `after` (may be NULL) stand around each, unmeasured. */
static inline u64 least_ticks_between(void (*fn)(void *arg), void *arg, void (*before)(void *arg),
				      void (*after)(void *arg))
{
	u64 best = ~0ULL;

	for (int i = 0; i < REPEATS; i++) {
		unsigned long flags;
		u64 t;

		if (before)
			before(arg);
		local_irq_save(flags);
		t = get_cycles();
		fn(arg);
		t = get_cycles() - t;
		local_irq_restore(flags);
		if (after)
			after(arg);
		if (t < best)
			best = t;
	}
	return best;
}

static inline u64 least_ticks(void (*fn)(void *arg), void *arg)
{
	return least_ticks_between(fn, arg, NULL, NULL);
}

/* Ticks per operation of a loop of n operations whose own cost is LOOP_OVERHEAD each. */
static inline u64 per_op(u64 ticks, unsigned long n)
{
	return ticks / n - LOOP_OVERHEAD;
}

#endif
