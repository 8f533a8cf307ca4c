/* SPDX-License-Identifier: MIT */
/*
 * Workloads that count instructions (under -icount a tick of the cycle counter is one instruction).
 */
#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H

#include <linux/compiler.h>
#include <linux/types.h>

/* What two CPUs get done beside one: operations a millisecond. By the clock, so no two runs agree. */
struct smp_rates {
	u64 one, two;
};

/*
 * One figure: `run` does the work and returns ticks per operation (loop overhead subtracted where
 * the name says so).
 */
struct bench {
	const char *name;  /* row of the table, matched by bench=<glob> */
	u64 (*run)(void);
	void (*run_smp)(struct smp_rates *r); /* instead, where two CPUs run */
	u32 linux_612, linux_61; /* Linux's tuned figures for the same row, 0 if there is none */
	u32 bytes;	   /* that must be cleared or copied per operation whatever the allocator does */
};

#define BENCH(id, title, fn, l612, l61, moved)                                                     \
	static const struct bench __bench_##id __used __section(".benches") __aligned(8) = {       \
		.name = title, .run = fn, .linux_612 = l612, .linux_61 = l61, .bytes = moved       \
	}

#define SMP_BENCH(id, title, fn)                                                             \
	static const struct bench __bench_##id __used __section(".benches") __aligned(8) = { \
		.name = title, .run_smp = fn                                                 \
	}

/* Was bench=<glob> on the boot line? */
bool bench_requested(void);

/* Run what the glob names; prints `bench,...` lines. Returns 0, or -ENOENT when nothing matched. */
int bench_run(void);

#endif
