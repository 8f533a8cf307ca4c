// SPDX-License-Identifier: MIT
/* The page allocator and vmalloc: the rows of Linux's baseline. */
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include "bench.h"
#include "measure.h"

#define N     1000
#define BATCH 1024

static void page_pair(void *arg)
{
	unsigned int order = (unsigned long)arg;

	for (int i = 0; i < N; i++) {
		struct page *page = alloc_pages(GFP_KERNEL, order);

		barrier();
		__free_pages(page, order);
	}
}

#define PAGE_ROW(order, l612, l61)                                                                 \
	static u64 run_pages_##order(void)                                                         \
	{                                                                                          \
		return per_op(least_ticks(page_pair, (void *)order##UL), N);                       \
	}                                                                                          \
	BENCH(pages_##order, "alloc_pages+__free_pages order " #order, run_pages_##order, l612, l61, 0)
PAGE_ROW(0, 845, 701);
PAGE_ROW(1, 910, 777);
PAGE_ROW(2, 928, 813);
PAGE_ROW(3, 964, 889);
PAGE_ROW(4, 1179, 1448);
PAGE_ROW(6, 1611, 3272);
PAGE_ROW(8, 3337, 9117);
PAGE_ROW(9, 5509, 17726);
PAGE_ROW(10, 10532, 33655);

static struct page *pages[BATCH];

static void page_batch(void *arg)
{
	for (int i = 0; i < BATCH; i++)
		pages[i] = alloc_page(GFP_KERNEL);
	for (int i = 0; i < BATCH; i++)
		__free_page(pages[i]);
}

static u64 run_page_batch(void)
{
	return least_ticks(page_batch, NULL) / BATCH;
}
BENCH(page_batch, "1024 order-0 pages per page", run_page_batch, 849, 1118, 0);

static void zeroed_pair(void *arg)
{
	for (int i = 0; i < N; i++) {
		unsigned long a = get_zeroed_page(GFP_KERNEL);

		barrier();
		free_page(a);
	}
}

static u64 run_zeroed(void)
{
	return per_op(least_ticks(zeroed_pair, NULL), N);
}
BENCH(zeroed_page, "get_zeroed_page+free_page", run_zeroed, 1409, 1261, 4096);

static void vmalloc_pair(void *arg)
{
	void *p = vmalloc((unsigned long)arg);

	barrier();
	vfree(p);
}

/* Many pairs in a run, so that the lazy flush's share is in the mean. */
#define VMALLOCS 64
static u64 vmalloc_mean(unsigned long size)
{
	u64 best = ~0ULL;

	for (int i = 0; i < REPEATS; i++) {
		u64 t = get_cycles();

		for (int j = 0; j < VMALLOCS; j++)
			vmalloc_pair((void *)size);
		t = (get_cycles() - t) / VMALLOCS;
		best = t < best ? t : best;
	}
	return best;
}

#define VMALLOC_ROW(id, title, size, l612, l61)                                                    \
	static u64 run_vmalloc_##id(void)                                                          \
	{                                                                                          \
		return vmalloc_mean(size);                                                         \
	}                                                                                          \
	BENCH(vmalloc_##id, "vmalloc+vfree " title, run_vmalloc_##id, l612, l61, 0)
VMALLOC_ROW(4k, "4K", 4UL << 10, 3947, 3609);
VMALLOC_ROW(16k, "16K", 16UL << 10, 5354, 4783);
VMALLOC_ROW(64k, "64K", 64UL << 10, 11645, 9926);
VMALLOC_ROW(256k, "256K", 256UL << 10, 37047, 30494);
VMALLOC_ROW(1m, "1M", 1UL << 20, 139415, 113421);
VMALLOC_ROW(4m, "4M", 4UL << 20, 554861, 808777);
