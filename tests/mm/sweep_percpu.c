// SPDX-License-Identifier: MIT
/* The failure sweep's scenarios for per-CPU memory. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/percpu_counter.h>
#include <linux/string.h>
#include "mm/internal.h"
#include "tests/mm/sweep.h"

/* Nothing is populated but what others have: pages, tables and chunks must come. */
static void prepare_empty(struct sweep *s)
{
	percpu_drain();
}

static void free_percpu_got(struct sweep *s)
{
	for (unsigned int i = 0; i < s->nr_got; i++)
		free_percpu(s->got[i]);
}

static bool zero_everywhere(void __percpu *p, size_t size)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		if (!sweep_zero(per_cpu_ptr(p, cpu), size))
			return false;
		sweep_fill(per_cpu_ptr(p, cpu), size, cpu);
	}
	return true;
}

static bool get(struct sweep *s, void __percpu *p, size_t size)
{
	if (!got(s, p))
		return false;
	SWEEP_EXPECT(s, zero_everywhere(p, size));
	return true;
}

static enum outcome some_variables(struct sweep *s)
{
	return done_if(get(s, alloc_percpu(u64), 8) &&
		       get(s, __alloc_percpu(3 * PAGE_SIZE, PAGE_SIZE), 3 * PAGE_SIZE) &&
		       get(s, __alloc_percpu_gfp(100, 4, GFP_KERNEL), 100) &&
		       get(s, alloc_percpu_gfp(u32, GFP_ATOMIC), 4));
}

/* More than a chunk holds. */
static enum outcome more_than_a_chunk(struct sweep *s)
{
	for (unsigned int i = 0; i < 5; i++) {
		if (!got(s, __alloc_percpu(PCPU_MIN_UNIT_SIZE, 8)))
			return REFUSED;
	}
	return DONE;
}

static enum outcome some_counters(struct sweep *s)
{
	struct percpu_counter one = {}, many[3] = {};
	int err = percpu_counter_init(&one, 5, GFP_KERNEL);

	SWEEP_EXPECT(s, err == 0 || err == -ENOMEM);
	SWEEP_EXPECT(s, percpu_counter_initialized(&one) == !err);
	if (!err) {
		percpu_counter_inc(&one);
		SWEEP_EXPECT(s, percpu_counter_sum(&one) == 6);
		err = percpu_counter_init_many(many, 1, GFP_KERNEL, 3);
		SWEEP_EXPECT(s, err == 0 || err == -ENOMEM);
		SWEEP_EXPECT(s, percpu_counter_initialized(&many[2]) == !err);
	}
	percpu_counter_destroy_many(many, 3);
	percpu_counter_destroy(&one);
	return done_if(!err);
}

const struct scenario sweep_percpu[] = {
	{ "per-CPU variables", some_variables, prepare_empty, free_percpu_got, NO_OBJECTS },
	{ "chunks of per-CPU variables", more_than_a_chunk, prepare_empty, free_percpu_got,
	  COPES_PAGE },
	{ "per-CPU counters", some_counters, prepare_empty, .flags = NO_OBJECTS },
	{},
};
