// SPDX-License-Identifier: MIT
/*
 * What two CPUs get done beside one: the same loop on one CPU and then on two at once, for as long;
 * and objects that one CPU allocates and the other frees, beside pairs on one CPU.
 *
 * Figures are by the clock: they hold for a machine with two processors to itself. Lines are printed
 * by bench.c.
 *
 * Sources: the ring of 256 is the workload of Linux's figures for this.
 */
#include <asm/barrier.h>
#include <asm/clock.h>
#include <asm/percpu.h>
#include <linux/smp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "bench.h"

#define RUN_NS	  200000000ULL
#define BATCH	  256 /* operations between looks at the clock */
#define RING	  256
#define RING_STEP 16

static struct {
	void (*batch)(unsigned int cpu);
	unsigned int cpus;
	u64 end;
	struct {
		u64 batches;
	} __aligned(128) count[2];
} run;

static void run_here(void *unused)
{
	unsigned int cpu = smp_processor_id();
	u64 n = 0;

	if (cpu >= run.cpus)
		return;
	for (; clock_ns() < run.end; n++)
		run.batch(cpu);
	run.count[cpu].batches = n;
}

/* Batches' operations a millisecond, of all CPUs together. */
static u64 rate(void (*batch)(unsigned int cpu), unsigned int cpus)
{
	u64 n = 0;

	run.batch = batch;
	run.cpus = cpus;
	run.end = clock_ns() + RUN_NS;
	run_on_cpus(run_here, NULL);
	for (unsigned int i = 0; i < cpus; i++)
		n += run.count[i].batches;
	return n * BATCH / (RUN_NS / 1000000);
}

static void kmalloc_pairs(unsigned int cpu)
{
	for (int i = 0; i < BATCH; i++) {
		void *p = kmalloc(64, GFP_KERNEL);

		barrier();
		kfree(p);
	}
}

static void run_kmalloc_pairs(struct smp_rates *r)
{
	r->one = rate(kmalloc_pairs, 1);
	r->two = rate(kmalloc_pairs, 2);
}
SMP_BENCH(smp_kmalloc, "smp kmalloc+kfree 64", run_kmalloc_pairs);

static void page_pairs(unsigned int cpu)
{
	for (int i = 0; i < BATCH; i++) {
		struct page *page = alloc_pages(GFP_KERNEL, 0);

		barrier();
		if (page)
			__free_pages(page, 0);
	}
}

static void run_page_pairs(struct smp_rates *r)
{
	r->one = rate(page_pairs, 1);
	r->two = rate(page_pairs, 2);
}
SMP_BENCH(smp_pages, "smp alloc_pages+__free_pages order 0", run_page_pairs);

/*
 * CPU 0 fills the ring, CPU 1 empties it, a few objects at a time: so both are at work at once, and
 * the ring's own lines seldom travel.
 */
static struct {
	void *slot[RING];
	unsigned long put __aligned(128), got __aligned(128);
} ring;

static void produce(void)
{
	unsigned long put = ring.put, end = put + RING_STEP;

	if (end - smp_load_acquire(&ring.got) > RING)
		return;
	for (; put != end; put++)
		ring.slot[put % RING] = kmalloc(64, GFP_KERNEL);
	smp_store_release(&ring.put, put);
}

static void consume(void)
{
	unsigned long got = ring.got, end = got + RING_STEP;

	if (smp_load_acquire(&ring.put) == got)
		return;
	for (; got != end; got++)
		kfree(ring.slot[got % RING]);
	smp_store_release(&ring.got, got);
}

static void produce_or_consume(unsigned int cpu)
{
	if (cpu)
		consume();
	else
		produce();
}

static void run_ring(struct smp_rates *r)
{
	unsigned long before = ring.got;

	r->one = rate(kmalloc_pairs, 1);
	rate(produce_or_consume, 2);
	while (ring.got != ring.put)
		consume();
	r->two = (ring.got - before) / (RUN_NS / 1000000);
}
SMP_BENCH(smp_ring, "smp kmalloc on one CPU, kfree on the other", run_ring);
