// SPDX-License-Identifier: MIT
/* XArray, IDR and IDA. Of Linux there are no figures. */
#include <linux/idr.h>
#include <linux/xarray.h>
#include "bench.h"
#include "measure.h"

#define N     1000
#define THING ((void *)&xa)

static DEFINE_XARRAY(xa);
static DEFINE_XARRAY_ALLOC(ids);
static DEFINE_IDR(idr);
static DEFINE_IDA(ida);

static void load(void *arg)
{
	for (unsigned long i = 0; i < N; i++)
		(void)READ_ONCE(*(char *)xa_load(&xa, i));
}

static u64 run_load(void)
{
	u64 ticks;

	for (unsigned long i = 0; i < N; i++)
		xa_store(&xa, i, THING, GFP_KERNEL);
	ticks = per_op(least_ticks(load, NULL), N);
	xa_destroy(&xa);
	return ticks;
}
BENCH(xa_load, "xa_load of 1000", run_load, 0, 0, 0);

static void each(void *arg)
{
	unsigned long index;
	void *entry;

	xa_for_each(&xa, index, entry)
		barrier();
}

static u64 run_each(void)
{
	u64 ticks;

	for (unsigned long i = 0; i < N; i++)
		xa_store(&xa, i, THING, GFP_KERNEL);
	ticks = per_op(least_ticks(each, NULL), N);
	xa_destroy(&xa);
	return ticks;
}
BENCH(xa_for_each, "xa_for_each of 1000 per entry", run_each, 0, 0, 0);

static void store_erase(void *arg)
{
	for (unsigned long i = 0; i < N; i++) {
		xa_store(&xa, i | 1, THING, GFP_NOWAIT);
		xa_erase(&xa, i | 1);
	}
}

/* Beside an entry in the same node. */
static u64 run_store_erase(void)
{
	u64 ticks;

	for (unsigned long i = 0; i < N; i += 64)
		xa_store(&xa, i, THING, GFP_KERNEL);
	ticks = per_op(least_ticks(store_erase, NULL), N);
	xa_destroy(&xa);
	return ticks;
}
BENCH(xa_store, "xa_store+xa_erase", run_store_erase, 0, 0, 0);

static void alloc_erase(void *arg)
{
	u32 id;

	for (int i = 0; i < N; i++) {
		if (!xa_alloc(&ids, &id, THING, xa_limit_32b, GFP_NOWAIT))
			xa_erase(&ids, id);
	}
}

static u64 run_alloc(void)
{
	u64 ticks;

	for (unsigned long i = 0; i < N; i++)
		xa_store(&ids, i, THING, GFP_KERNEL);
	ticks = per_op(least_ticks(alloc_erase, NULL), N);
	xa_destroy(&ids);
	return ticks;
}
BENCH(xa_alloc, "xa_alloc+xa_erase behind 1000", run_alloc, 0, 0, 0);

static void idr_pair(void *arg)
{
	for (int i = 0; i < N; i++)
		idr_remove(&idr, idr_alloc(&idr, THING, 0, 0, GFP_NOWAIT));
}

static u64 run_idr(void)
{
	u64 ticks;

	for (int i = 0; i < N; i++)
		idr_alloc(&idr, THING, 0, 0, GFP_KERNEL);
	ticks = per_op(least_ticks(idr_pair, NULL), N);
	idr_destroy(&idr);
	return ticks;
}
BENCH(idr_alloc, "idr_alloc+idr_remove behind 1000", run_idr, 0, 0, 0);

static void ida_pair(void *arg)
{
	for (int i = 0; i < N; i++)
		ida_free(&ida, ida_alloc(&ida, GFP_NOWAIT));
}

static u64 run_ida(void)
{
	u64 ticks;

	for (int i = 0; i < N; i++)
		(void)ida_alloc(&ida, GFP_KERNEL);
	ticks = per_op(least_ticks(ida_pair, NULL), N);
	ida_destroy(&ida);
	return ticks;
}
BENCH(ida_alloc, "ida_alloc+ida_free behind 1000", run_ida, 0, 0, 0);
