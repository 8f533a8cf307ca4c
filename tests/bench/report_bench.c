// SPDX-License-Identifier: MIT
/*
 * What a report costs, captured, so without the console (which takes what the line takes: some 90 us for each
 * character at 115200 baud). Of Linux there are no figures.
 */
#include <linux/bug.h>
#include <linux/slab.h>
#include <quarry/report.h>
#include "bench.h"
#include "measure.h"

#define N 8 /* the capture holds them */

static struct kmem_cache *cache;
static void *object;

static void warnings(void *arg)
{
	report_capture_start();
	for (unsigned int i = 0; i < N; i++)
		WARN(true, "bench");
	report_capture_stop(NULL);
}

static u64 run_warning(void)
{
	return per_op(least_ticks(warnings, NULL), N);
}
BENCH(report_warn, "report: WARN()", run_warning, 0, 0, 0);

static void double_frees(void *arg)
{
	report_capture_start();
	for (unsigned int i = 0; i < N; i++)
		kmem_cache_free(cache, object);
	report_capture_stop(NULL);
}

/* With everything that a slab report has: two stacks, the dump, the address. */
static u64 run_double_free(void)
{
	u64 ticks;

	cache = kmem_cache_create("report_bench", 64, 0,
				  SLAB_POISON | SLAB_RED_ZONE | SLAB_STORE_USER, NULL);
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	kmem_cache_free(cache, object);
	ticks = per_op(least_ticks(double_frees, NULL), N);
	kmem_cache_destroy(cache);
	return ticks;
}
BENCH(report_double_free, "report: double free with stacks and dump", run_double_free, 0, 0, 0);

static void asks(void *arg)
{
	report_capture_start();
	for (unsigned int i = 0; i < N; i++)
		whatis(arg);
	report_capture_stop(NULL);
}

static u64 run_whatis(void)
{
	void *p = kmalloc(64, GFP_KERNEL);
	u64 ticks = per_op(least_ticks(asks, p), N);

	kfree(p);
	return ticks;
}
BENCH(report_whatis, "whatis() of an object", run_whatis, 0, 0, 0);

static u64 held_back(void)
{
	u64 ticks;

	report_limit_captured(1);
	warnings(NULL);
	ticks = per_op(least_ticks(warnings, NULL), N);
	report_limit_captured(0);
	return ticks;
}
BENCH(report_held, "report: WARN() mostly held back", held_back, 0, 0, 0);
