// SPDX-License-Identifier: MIT
/*
 * Per-CPU memory and counters.
 *
 * Source: "this_cpu operations" and the kernel-doc of alloc_percpu() and percpu_counter_*().
 */
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/percpu_counter.h>
#include <linux/string.h>
#include "conform.h"

static DEFINE_PER_CPU(long, conform_hits) = 5;

/* Bytes that are 0, over all CPUs, less those that should be. */
static long not_zero(const void __percpu *p, size_t size)
{
	long wrong = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		wrong += size - bytes_equal(per_cpu_ptr(p, cpu), 0, size);
	return wrong;
}

static void allocation(conform_t *c)
{
	u64 __percpu *p = alloc_percpu(u64);
	char __percpu *q = __alloc_percpu(100, 64);
	unsigned long bits = 0;
	int cpu;

	ROW(c, "percpu.zeroed", 0, not_zero(p, 8));
	ROW(c, "percpu.zeroed_100", 0, not_zero(q, 100));
	for_each_possible_cpu(cpu) {
		bits |= (unsigned long)per_cpu_ptr(q, cpu);
		*per_cpu_ptr(p, cpu) = cpu + 1;
	}
	ROW(c, "percpu.align_64", 0, bits % 64);
	bits = 0;
	for_each_possible_cpu(cpu)
		bits += *per_cpu_ptr(p, cpu) != cpu + 1;
	ROW(c, "percpu.copies_are_apart", 0, bits);
	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(q, cpu), 0xa5, 100);
	free_percpu(q);
	q = __alloc_percpu(100, 64);
	ROW(c, "percpu.zeroed_again", 0, not_zero(q, 100));
	free_percpu(q);
	free_percpu(p);
	free_percpu(NULL);
	q = __alloc_percpu_gfp(any(24), 8, GFP_ATOMIC | __GFP_NOWARN);
	ROW(c, "percpu.atomic", 1, q != NULL);
	free_percpu(q);
	ROW(c, "percpu.too_large", 1,
	    __alloc_percpu_gfp(any(1 << 20), 8, GFP_KERNEL | __GFP_NOWARN) == NULL);
	ROW(c, "percpu.nothing", 1,
	    __alloc_percpu_gfp(any(0), 8, GFP_KERNEL | __GFP_NOWARN) == NULL);
	ROW(c, "percpu.align_beyond_page", 1,
	    __alloc_percpu_gfp(any(8), 8192, GFP_KERNEL | __GFP_NOWARN) == NULL);
}

static void operations(conform_t *c)
{
	long __percpu *p = alloc_percpu(long);
	long sum = 0, expected;
	int cpu;

	preempt_disable();
	ROW(c, "percpu.initial", 5, this_cpu_read(conform_hits));
	this_cpu_add(conform_hits, 3);
	this_cpu_dec(conform_hits);
	ROW(c, "percpu.add_and_dec", 7, __this_cpu_read(conform_hits));
	ROW(c, "percpu.add_return", 10, this_cpu_add_return(conform_hits, 3));
	ROW(c, "percpu.xchg", 10, this_cpu_xchg(conform_hits, 2));
	ROW(c, "percpu.cmpxchg_other", 2, this_cpu_cmpxchg(conform_hits, 9, 1));
	ROW(c, "percpu.cmpxchg_equal", 2, this_cpu_cmpxchg(conform_hits, 2, 5));
	this_cpu_or(conform_hits, 8);
	this_cpu_and(conform_hits, 12);
	ROW(c, "percpu.or_and", 12, this_cpu_read(conform_hits));
	this_cpu_write(conform_hits, 5);
	ROW(c, "percpu.this_is_ptr_of_cpu", 1,
	    this_cpu_ptr(&conform_hits) == per_cpu_ptr(&conform_hits, smp_processor_id()));
	this_cpu_inc(*p);
	preempt_enable();
	for_each_possible_cpu(cpu)
		sum += *per_cpu_ptr(p, cpu);
	ROW(c, "percpu.dynamic_inc", 1, sum);
	sum = expected = 0;
	for_each_possible_cpu(cpu) {
		sum += per_cpu(conform_hits, cpu);
		expected += 5;
	}
	ROW(c, "percpu.every_cpu_has_initial", 0, sum - expected);
	free_percpu(p);
}

static void counters(conform_t *c)
{
	struct percpu_counter n;

	ROW(c, "percpu_counter.init", 0, percpu_counter_init(&n, 10, GFP_KERNEL));
	percpu_counter_add(&n, 5);
	percpu_counter_sub(&n, 1);
	percpu_counter_inc(&n);
	ROW(c, "percpu_counter.sum", 15, percpu_counter_sum(&n));
	ROW(c, "percpu_counter.read_small_is_old", 10, percpu_counter_read(&n));
	percpu_counter_add(&n, 1000000);
	ROW(c, "percpu_counter.read_large", 1000015, percpu_counter_read(&n));
	ROW(c, "percpu_counter.compare_less", -1, percpu_counter_compare(&n, 2000000));
	ROW(c, "percpu_counter.compare_equal", 0, percpu_counter_compare(&n, 1000015));
	ROW(c, "percpu_counter.compare_more", 1, percpu_counter_compare(&n, 1000014));
	percpu_counter_set(&n, -7);
	ROW(c, "percpu_counter.set", -7, percpu_counter_sum(&n));
	ROW(c, "percpu_counter.sum_positive", 0, percpu_counter_sum_positive(&n));
	ROW(c, "percpu_counter.initialized", 1, percpu_counter_initialized(&n));
	percpu_counter_destroy(&n);
	ROW(c, "percpu_counter.destroyed", 0, percpu_counter_initialized(&n));
}

CONFORM_AREA(percpu, CONFORM_CASE(allocation), CONFORM_CASE(operations), CONFORM_CASE(counters));
