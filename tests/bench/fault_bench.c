// SPDX-License-Identifier: MIT
/* What has no row in Linux's baseline, but a limit (costs.table): per-CPU memory, kvmalloc(), user memory. */
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "bench.h"
#include "measure.h"

#define N	1000
#define TOUCHED 256 /* pages */
#define USER_AT 0x10000000UL

/* Ticks of one of n operations that `fn` does: the least of some runs, interrupts on, since these may sleep. */
static u64 least_mean(u64 (*fn)(void *arg), void *arg, unsigned long n)
{
	u64 best = ~0ULL;

	for (int i = 0; i < REPEATS; i++) {
		u64 t = fn(arg);

		best = t < best ? t : best;
	}
	return best / n;
}

static u64 percpu_pairs(void *arg)
{
	u64 t = get_cycles();

	for (int i = 0; i < N; i++) {
		u64 __percpu *p = alloc_percpu(u64);

		barrier();
		free_percpu(p);
	}
	return get_cycles() - t;
}

static u64 run_percpu(void)
{
	return least_mean(percpu_pairs, NULL, N) - LOOP_OVERHEAD;
}
BENCH(percpu_pair, "alloc_percpu+free_percpu 8", run_percpu, 0, 0, 0);

static u64 kvmalloc_pairs(void *arg)
{
	u64 t = get_cycles();

	for (int i = 0; i < N; i++) {
		void *p = kvmalloc(64, GFP_KERNEL);

		barrier();
		kvfree(p);
	}
	return get_cycles() - t;
}

static u64 run_kvmalloc(void)
{
	return least_mean(kvmalloc_pairs, NULL, N) - LOOP_OVERHEAD;
}
BENCH(kvmalloc_pair, "kvmalloc+kvfree 64", run_kvmalloc, 0, 0, 0);

/* Pages of new anonymous memory are written for the first time: by the kernel, with put_user(). */
static u64 touch_pages(void *mm)
{
	u64 t;

	if (IS_ERR_VALUE(do_mmap(mm, NULL, USER_AT, TOUCHED * PAGE_SIZE, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0)))
		return ~0ULL;
	t = get_cycles();
	for (unsigned long i = 0; i < TOUCHED; i++) {
		if (put_user(1UL, (unsigned long __user *)(USER_AT + i * PAGE_SIZE)))
			return ~0ULL;
	}
	t = get_cycles() - t;
	do_munmap(mm, USER_AT, TOUCHED * PAGE_SIZE);
	return t;
}

static u64 run_fault(void)
{
	struct mm_struct *mm = mm_alloc();
	u64 ticks;

	if (!mm)
		return ~0U;
	kthread_use_mm(mm);
	ticks = least_mean(touch_pages, mm, TOUCHED);
	kthread_unuse_mm(mm);
	mmput(mm);
	return ticks;
}
BENCH(fault, "user fault on a new page", run_fault, 0, 0, 4096);
