// SPDX-License-Identifier: MIT
/* kmalloc and caches: the rows of Linux's baseline, same workloads, same seeds. */
#include <linux/slab.h>
#include <linux/string.h>
#include "bench.h"
#include "measure.h"

#define N     1000
#define BATCH 1024

/* ---- hot pairs ---- */

#define HOT_PAIR(size, l612, l61)                                                                  \
	static void hot_##size(void *arg)                                                          \
	{                                                                                          \
		for (int i = 0; i < N; i++) {                                                      \
			void *p = kmalloc(size, GFP_KERNEL);                                       \
			barrier();                                                                 \
			kfree(p);                                                                  \
		}                                                                                  \
	}                                                                                          \
	static u64 run_hot_##size(void)                                                            \
	{                                                                                          \
		return per_op(least_ticks(hot_##size, NULL), N);                                   \
	}                                                                                          \
	BENCH(hot_##size, "kmalloc+kfree " #size, run_hot_##size, l612, l61, 0)

HOT_PAIR(8, 176, 240);
HOT_PAIR(16, 176, 240);
HOT_PAIR(32, 176, 240);
HOT_PAIR(64, 176, 240);
HOT_PAIR(96, 176, 240);
HOT_PAIR(128, 176, 240);
HOT_PAIR(192, 176, 240);
HOT_PAIR(256, 176, 240);
HOT_PAIR(512, 176, 240);
HOT_PAIR(1024, 177, 242);
HOT_PAIR(2048, 177, 242);
HOT_PAIR(4096, 177, 242);
HOT_PAIR(8192, 177, 242);
HOT_PAIR(16384, 1351, 1048);
HOT_PAIR(65536, 1929, 1794);

static volatile size_t run_time_size = 64;

static void hot_run_time(void *arg)
{
	size_t size = run_time_size;

	for (int i = 0; i < N; i++) {
		void *p = kmalloc(size, GFP_KERNEL);

		barrier();
		kfree(p);
	}
}

static u64 run_hot_run_time(void)
{
	return per_op(least_ticks(hot_run_time, NULL), N);
}
BENCH(hot_run_time, "kmalloc+kfree run-time size", run_hot_run_time, 194, 267, 0);

/* Each half on its own: a handful that the per-CPU arrays hold, so that no refill is in it. */
#define FEW 16
static void *few[FEW];

static void alloc_few(void *arg)
{
	for (int i = 0; i < FEW; i++)
		few[i] = kmalloc(64, GFP_KERNEL);
}

static void free_few(void *arg)
{
	for (int i = 0; i < FEW; i++)
		kfree(few[i]);
}

static u64 run_kmalloc_alone(void)
{
	return per_op(least_ticks_between(alloc_few, NULL, NULL, free_few), FEW);
}
BENCH(kmalloc_alone, "kmalloc 64 alone", run_kmalloc_alone, 99, 144, 0);

static u64 run_kfree_alone(void)
{
	return per_op(least_ticks_between(free_few, NULL, alloc_few, NULL), FEW);
}
BENCH(kfree_alone, "kfree 64 alone", run_kfree_alone, 77, 96, 0);

#define ZERO_PAIR(size, l612, l61)                                                                 \
	static void zero_##size(void *arg)                                                         \
	{                                                                                          \
		for (int i = 0; i < N; i++) {                                                      \
			void *p = kzalloc(size, GFP_KERNEL);                                       \
			barrier();                                                                 \
			kfree(p);                                                                  \
		}                                                                                  \
	}                                                                                          \
	static u64 run_zero_##size(void)                                                           \
	{                                                                                          \
		return per_op(least_ticks(zero_##size, NULL), N);                                  \
	}                                                                                          \
	BENCH(zero_##size, "kzalloc+kfree " #size, run_zero_##size, l612, l61, size)
ZERO_PAIR(64, 211, 265);
ZERO_PAIR(4096, 905, 771);

/*
 * ---- batches: 1024 objects allocated, then freed; loop of 9 included, as in the Linux figures
 * ----
 */

static void *batch[BATCH];
static u16 shuffled[BATCH];

static void shuffle(void)
{
	u64 x = 88172645463325252ULL;

	for (int i = 0; i < BATCH; i++)
		shuffled[i] = i;
	for (int i = BATCH - 1; i > 0; i--) {
		int j;
		u16 t;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		j = x % (i + 1);
		t = shuffled[i];
		shuffled[i] = shuffled[j];
		shuffled[j] = t;
	}
}

static void batch_alloc(size_t size)
{
	for (int i = 0; i < BATCH; i++)
		batch[i] = kmalloc(size, GFP_KERNEL);
}

static void batch_lifo(void *arg)
{
	batch_alloc((size_t)arg);
	for (int i = BATCH - 1; i >= 0; i--)
		kfree(batch[i]);
}

static void batch_fifo(void *arg)
{
	batch_alloc((size_t)arg);
	for (int i = 0; i < BATCH; i++)
		kfree(batch[i]);
}

static void batch_random(void *arg)
{
	batch_alloc((size_t)arg);
	for (int i = 0; i < BATCH; i++)
		kfree(batch[shuffled[i]]);
}

#define BATCH_ROW(size, how, l612, l61)                                                            \
	static u64 run_batch_##size##_##how(void)                                                  \
	{                                                                                          \
		shuffle();                                                                         \
		return least_ticks(batch_##how, (void *)size##UL) / BATCH;                         \
	}                                                                                          \
	BENCH(batch_##size##_##how, "batch of 1024 x " #size " " #how, run_batch_##size##_##how,   \
	      l612, l61, 0)
BATCH_ROW(32, lifo, 300, 372);
BATCH_ROW(32, fifo, 300, 366);
BATCH_ROW(32, random, 332, 399);
BATCH_ROW(128, lifo, 366, 423);
BATCH_ROW(128, fifo, 369, 425);
BATCH_ROW(128, random, 378, 436);
BATCH_ROW(512, lifo, 520, 568);
BATCH_ROW(512, fifo, 526, 548);
BATCH_ROW(512, random, 541, 583);
BATCH_ROW(2048, lifo, 615, 590);
BATCH_ROW(2048, fifo, 616, 590);
BATCH_ROW(2048, random, 630, 615);

/* ---- churn: 4096 slots, 200,000 steps, sizes log-uniform 8 … 8191 ---- */

#define CHURN_SLOTS 4096
#define CHURN_STEPS 200000
static void *churn_slots[CHURN_SLOTS];

static void churn(void *arg)
{
	u64 x = 88172645463325252ULL;

	for (int i = 0; i < CHURN_STEPS; i++) {
		void **slot;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		slot = &churn_slots[x & (CHURN_SLOTS - 1)];
		if (*slot) {
			kfree(*slot);
			*slot = NULL;
		} else {
			unsigned int e = 3 + (((x >> 12) & 0xffff) * 10 >> 16);
			u64 r = x >> 32;

			*slot = kmalloc((1UL << e) + (r & ((1UL << e) - 1)), GFP_KERNEL);
		}
	}
}

static void churn_clear(void *arg)
{
	for (int i = 0; i < CHURN_SLOTS; i++) {
		kfree(churn_slots[i]);
		churn_slots[i] = NULL;
	}
}

static u64 run_churn(void)
{
	return least_ticks_between(churn, NULL, NULL, churn_clear) / CHURN_STEPS;
}
BENCH(churn, "churn per step", run_churn, 181, 222, 0);

/* ---- caches ---- */

static struct kmem_cache *bench_cache;

static void cache_pair(void *arg)
{
	for (int i = 0; i < N; i++) {
		void *p = kmem_cache_alloc(bench_cache, GFP_KERNEL);

		barrier();
		kmem_cache_free(bench_cache, p);
	}
}

static void cache_bulk(void *arg)
{
	void *objects[16];

	for (int i = 0; i < N; i++) {
		if (kmem_cache_alloc_bulk(bench_cache, GFP_KERNEL, 16, objects))
			kmem_cache_free_bulk(bench_cache, 16, objects);
	}
}

static u64 with_cache(void (*fn)(void *), unsigned long ops)
{
	u64 ticks;

	bench_cache = kmem_cache_create("bench", 64, 0, 0, NULL);
	if (!bench_cache)
		return ~0U;
	ticks = least_ticks(fn, NULL);
	kmem_cache_destroy(bench_cache);
	return per_op(ticks, ops);
}

static u64 run_cache_pair(void)
{
	return with_cache(cache_pair, N);
}
BENCH(cache_pair, "kmem_cache_alloc+free 64", run_cache_pair, 192, 222, 0);

static u64 run_cache_bulk(void)
{
	return with_cache(cache_bulk, N * 16) + LOOP_OVERHEAD;
}
BENCH(cache_bulk, "kmem_cache bulk of 16 per object", run_cache_bulk, 108, 98, 0);

#define CREATES 20
static slab_flags_t create_flags;

static void create_destroy(void *arg)
{
	for (int i = 0; i < CREATES; i++)
		kmem_cache_destroy(kmem_cache_create("bench", 72, 0, create_flags, NULL));
}

static u64 run_create_unmergeable(void)
{
	create_flags = SLAB_NO_MERGE;
	return per_op(least_ticks(create_destroy, NULL), CREATES);
}
BENCH(create_unmergeable, "kmem_cache create+destroy (unmergeable)", run_create_unmergeable, 76853,
      65147, 0);

static u64 run_create_mergeable(void)
{
	create_flags = 0;
	return per_op(least_ticks(create_destroy, NULL), CREATES);
}
BENCH(create_mergeable, "kmem_cache create+destroy (mergeable)", run_create_mergeable, 5468, 3670, 0);

/* ---- krealloc by doubling, + kfree, total ---- */

static void realloc_up_to(void *arg)
{
	size_t max = (size_t)arg;
	void *p = NULL;

	for (size_t size = 8; size <= max; size *= 2) {
		void *q = krealloc(p, size, GFP_KERNEL);

		if (!q)
			break;
		p = q;
	}
	kfree(p);
}

static u64 run_realloc_4096(void)
{
	return least_ticks(realloc_up_to, (void *)4096UL);
}
BENCH(realloc_4096, "krealloc 8 to 4096 by doubling in total", run_realloc_4096, 4661, 3994, 4088);

static u64 run_realloc_1m(void)
{
	return least_ticks(realloc_up_to, (void *)(1UL << 20));
}
BENCH(realloc_1m, "krealloc 8 to 1M by doubling in total", run_realloc_1m, 163000, 164054, 1048568);
