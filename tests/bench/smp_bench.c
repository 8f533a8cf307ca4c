// SPDX-License-Identifier: MIT
/*
 * What two CPUs get done beside one: the same loop on one CPU and then on two at once, for as long;
 * and objects that one CPU allocates and the other frees, beside pairs on one CPU. The row of
 * vfree() has counts instead: areas that both CPUs touched and freed, and the interrupts that their
 * flushes cost.
 *
 * Figures are by the clock: they hold for a machine with two processors to itself. Lines are printed
 * by bench.c.
 *
 * Sources: the ring of 256 is the workload of Linux's figures for this.
 */
#include <asm/barrier.h>
#include <asm/clock.h>
#include <asm/percpu.h>
#include <asm/tlbflush.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/mman.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
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
	struct mm_struct *mm[2]; /* that a CPU uses meanwhile, or NULL */
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
	if (run.mm[cpu])
		kthread_use_mm(run.mm[cpu]);
	for (; clock_ns() < run.end; n++)
		run.batch(cpu);
	if (run.mm[cpu])
		kthread_unuse_mm(run.mm[cpu]);
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

/* ---- user memory ---- */

#define USER_AT(cpu) (0x10000000UL << (cpu))

/* Anonymous pages come, are touched one by one, and go. */
static void user_faults(unsigned int cpu)
{
	unsigned long at = USER_AT(cpu);

	if (IS_ERR_VALUE(do_mmap(run.mm[cpu], NULL, at, BATCH * PAGE_SIZE, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0)))
		return;
	for (unsigned long i = 0; i < BATCH; i++)
		if (put_user(1UL, (unsigned long __user *)(at + i * PAGE_SIZE)))
			return;
	do_munmap(run.mm[cpu], at, BATCH * PAGE_SIZE);
}

static void run_user_faults(struct smp_rates *r, unsigned int spaces)
{
	struct mm_struct *mm[2] = { mm_alloc(), mm_alloc() };

	if (mm[0] && mm[1]) {
		run.mm[0] = mm[0];
		run.mm[1] = mm[spaces - 1];
		r->one = rate(user_faults, 1);
		r->two = rate(user_faults, 2);
		run.mm[0] = run.mm[1] = NULL;
	}
	for (int i = 0; i < 2; i++)
		if (mm[i])
			mmput(mm[i]);
}

static void run_faults_one_space(struct smp_rates *r)
{
	run_user_faults(r, 1);
}
SMP_BENCH(smp_faults_shared, "smp user faults in one address space", run_faults_one_space);

static void run_faults_two_spaces(struct smp_rates *r)
{
	run_user_faults(r, 2);
}
SMP_BENCH(smp_faults_own, "smp user faults in a space each", run_faults_two_spaces);

/* ---- vmalloc ---- */

static void touched_areas(unsigned int cpu)
{
	for (int i = 0; i < BATCH; i++) {
		volatile char *p = vmalloc(PAGE_SIZE);

		if (p)
			*p = 1;
		vfree((void *)p);
	}
}

static void run_shootdowns(struct smp_rates *r)
{
	unsigned long before = tlb_shootdown_count();

	r->one = rate(touched_areas, 2) * (RUN_NS / 1000000);
	r->two = tlb_shootdown_count() - before;
}
SMP_BENCH(smp_shootdowns, "smp vfree of a touched page: calls and flush interrupts",
	  run_shootdowns);
