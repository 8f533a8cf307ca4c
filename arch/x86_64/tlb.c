// SPDX-License-Identifier: MIT
/*
 * TLB flushes, of this CPU and of others.
 *
 * This CPU. invlpg drops one page, global or not; switching CR4.PGE off and on drops everything.
 * Beyond FLUSH_ALL_PAGES the latter is cheaper (33: Linux's measured default).
 *
 * Others. Each CPU has a box with one request, and two generations:
 *
 *	asked   how many requests were put there    } asked == taken: the box is empty
 *	taken   … of them, taken out                }
 *	done    … of them, carried out
 *
 *	sender                                   target
 *	box empty:     put [start, end), asked++
 *	               ── IPI ──────────────────► take the request, taken = asked
 *	box not empty: make it "everything",      flush
 *	               asked++ (the IPI is        done = what was taken ──┐
 *	               under way already)                                 │
 *	wait until done >= my generation  ◄───────────────────────────────┘
 *
 * So a CPU that is late flushes once for all it missed, and gets one IPI.
 *
 * Whom. A user address: the CPUs in the mask that the caller gives (those on which the mm is
 * active; one that left it has dropped the entries by loading CR3). A kernel address: all online.
 * A CPU that is not online yet flushes all when it finds itself online (smp.c, I3).
 *
 * Invariants
 * I1  taken <= asked, done <= taken; the target alone writes taken and done, taken with the box locked.
 * I2  When a flush returns, no CPU that it was for uses what the tables said before: the full
 *     barrier before the masks are read, and CR3's load behind the setting of a bit in a mask, order the two.
 * I3  No deadlock. A box is locked with interrupts off, for a few instructions that wait for nothing. A sender waits
 *     without any lock of this file, and meanwhile serves its own box: so two senders get on.
 *     Who waits with interrupts off (spin locks, rwlocks, readers of a seqlock, the console) calls
 *     smp_poll(), mostly as smp_relax(), which serves the box and nothing else: so a target gets on
 *     that waits for a lock of the sender's, or for the sender.
 *     A target that has interrupts off without waiting has an end. Who breaks this rule is told so
 *     (PATIENCE_S) instead of hanging.
 *
 * Contexts: any but NMI, interrupts on or off. Complexity: a flush here, and an IPI for each CPU.
 */
#include <asm/atomic.h>
#include <asm/barrier.h>
#include <asm/clock.h>
#include <asm/irqflags.h>
#include <asm/page.h>
#include <asm/percpu.h>
#include <asm/smp.h>
#include <asm/tlbflush.h>
#include <linux/panic.h>
#include "machine.h"
#include "tlb.h"

#define FLUSH_ALL_PAGES 33
#define PATIENCE_S	30 /* then a flush will never be answered, and that is said */

struct flush_box {
	unsigned int lock;
	unsigned long start, end; /* lock; [0, ~0): everything */
	u64 asked, taken;	  /* lock */
	u64 done;		  /* the target writes, others read */
};

static DEFINE_PER_CPU(struct flush_box, flush_box) __aligned(64);
static DEFINE_PER_CPU(struct tlb_stats, tlb_stats);
static unsigned long flushes; /* asked for so far, here or elsewhere; atomic */

unsigned int tlb_drop_ipis; /* tests: so many IPIs are not sent, and not waited for */

/* ---- this CPU ---- */

static void flush_everything(void)
{
	u64 cr4 = read_cr4();

	write_cr4(cr4 ^ CR4_PGE);
	write_cr4(cr4);
	write_cr3(read_cr3());
}

static void flush_range_here(unsigned long start, unsigned long end)
{
	if (end - start > FLUSH_ALL_PAGES * PAGE_SIZE) {
		flush_everything();
		return;
	}
	for (unsigned long va = start & PAGE_MASK; va < end; va += PAGE_SIZE)
		__asm__ __volatile__("invlpg (%0)" : : "r"(va) : "memory");
}

void tlb_flush_here(void)
{
	unsigned long flags;

	local_irq_save(flags);
	flush_everything();
	local_irq_restore(flags);
}

/* ---- the boxes ---- */

static void box_lock(struct flush_box *box)
{
	while (xchg(&box->lock, 1))
		cpu_relax();
}

static void box_unlock(struct flush_box *box)
{
	smp_store_release(&box->lock, 0);
}

/* Put a request into CPU `cpu`'s box; its generation. Whether an IPI is needed: *first. */
static u64 box_put(unsigned int cpu, unsigned long start, unsigned long end, bool *first)
{
	struct flush_box *box = per_cpu_ptr(&flush_box, cpu);
	u64 generation;

	box_lock(box);
	*first = box->asked == box->taken;
	box->start = *first ? start : 0;
	box->end = *first ? end : ~0UL;
	generation = ++box->asked;
	box_unlock(box);
	return generation;
}

/* Do what is asked of this CPU. Interrupts off. */
static void box_serve(struct flush_box *box)
{
	unsigned long start, end;
	u64 taken, missed;

	box_lock(box);
	start = box->start;
	end = box->end;
	missed = box->asked - box->taken;
	taken = box->taken = box->asked;
	box_unlock(box);
	if (!missed)
		return;
	flush_range_here(start, end);
	smp_store_release(&box->done, taken);
	this_cpu_inc(tlb_stats.served);
	this_cpu_add(tlb_stats.late, missed - 1);
}

/**
 * smp_poll() - carry out what other CPUs wait for
 *
 * Context: any but NMI; part of every loop that may wait with interrupts off. Two reads and a
 * comparison when there is nothing.
 */
void smp_poll(void)
{
	unsigned long flags;
	struct flush_box *box;

	local_irq_save(flags);
	box = this_cpu_ptr(&flush_box);
	if (READ_ONCE(box->asked) != box->taken)
		box_serve(box);
	local_irq_restore(flags);
}

/* ---- senders ---- */

struct shootdown {
	struct cpumask cpus; /* that were asked */
	u64 generation[NR_CPUS];
};

/* Tests: lose the next IPI, as if the request had never been made. */
static bool dropped(void)
{
	unsigned int n = READ_ONCE(tlb_drop_ipis);

	if (likely(!n))
		return false;
	WRITE_ONCE(tlb_drop_ipis, n - 1);
	return true;
}

static void ask(struct shootdown *s, unsigned int cpu, unsigned long start, unsigned long end)
{
	bool first;

	if (dropped())
		return;
	s->generation[cpu] = box_put(cpu, start, end, &first);
	__cpumask_set_cpu(cpu, &s->cpus);
	if (!first)
		return;
	this_cpu_inc(tlb_stats.ipis);
	ipi_flush(cpu);
}

/* Ask all online CPUs of `cpus` (NULL: all), but this one. Interrupts off. */
static void ask_others(struct shootdown *s, unsigned long start, unsigned long end,
		       const struct cpumask *cpus)
{
	unsigned int me = smp_processor_id(), n = READ_ONCE(nr_online_cpus);

	for (unsigned int cpu = 0; cpu < n; cpu++) {
		if (cpu != me && (!cpus || cpumask_test_cpu(cpu, cpus)))
			ask(s, cpu, start, end);
	}
	if (!cpumask_empty(&s->cpus))
		this_cpu_inc(tlb_stats.asked);
}

static void wait_for(const struct shootdown *s)
{
	u64 end = clock_ns() + PATIENCE_S * 1000000000ULL;
	unsigned int cpu;

	for_each_cpu(cpu, &s->cpus)
	{
		const u64 *done = &per_cpu_ptr(&flush_box, cpu)->done;

		while (smp_load_acquire(done) < s->generation[cpu]) {
			smp_relax();
			if (clock_ns() > end)
				panic("TLB flush: CPU %u has not answered for %d s: it waits with interrupts off, in a loop without smp_poll()",
				      cpu, PATIENCE_S);
		}
	}
}

static void shoot_down(unsigned long start, unsigned long end, const struct cpumask *cpus)
{
	struct shootdown s;
	unsigned long flags;

	cpumask_clear(&s.cpus);
	local_irq_save(flags);
	ask_others(&s, start, end, cpus);
	flush_range_here(start, end);
	local_irq_restore(flags);
	wait_for(&s);
}

static void flush(unsigned long start, unsigned long end, const struct cpumask *cpus)
{
	unsigned long flags;

	smp_mb(); /* the tables are written before the masks are read (I2) */
	arch_add(&flushes, 1);
	if (READ_ONCE(nr_online_cpus) > 1) {
		shoot_down(start, end, end > TASK_SIZE ? NULL : cpus);
		return;
	}
	local_irq_save(flags);
	flush_range_here(start, end);
	local_irq_restore(flags);
}

/**
 * tlb_flush_page() - forget one page
 * @va: any address in it
 * @cpus: for a user address, the CPUs that may hold it; NULL: all
 */
void tlb_flush_page(unsigned long va, const struct cpumask *cpus)
{
	flush(va & PAGE_MASK, (va & PAGE_MASK) + 1, cpus);
}

/**
 * tlb_flush_range() - forget what maps [start, end)
 * @start: first byte
 * @end: byte behind the last one
 * @cpus: for user addresses, the CPUs that may hold them; NULL: all
 */
void tlb_flush_range(unsigned long start, unsigned long end, const struct cpumask *cpus)
{
	flush(start, end, cpus);
}

#ifdef CONFIG_KASAN
/* For the checker's states alone, on all CPUs: what tests count is what mm/ has asked for. */
void tlb_flush_states(unsigned long start, unsigned long end)
{
	flush(start, end, NULL);
	arch_add(&flushes, -1UL);
}
#endif

/**
 * tlb_flush_all() - forget everything, global entries included
 * @cpus: on which CPUs; NULL: all
 */
void tlb_flush_all(const struct cpumask *cpus)
{
	smp_mb();
	arch_add(&flushes, 1);
	if (READ_ONCE(nr_online_cpus) > 1)
		shoot_down(0, ~0UL, cpus);
	else
		tlb_flush_here();
}

unsigned long tlb_flush_count(void)
{
	return READ_ONCE(flushes);
}

unsigned long tlb_pending(unsigned int cpu)
{
	const struct flush_box *box = per_cpu_ptr(&flush_box, cpu);

	return READ_ONCE(box->asked) - READ_ONCE(box->taken);
}

void tlb_stats_read(unsigned int cpu, struct tlb_stats *s)
{
	*s = per_cpu(tlb_stats, cpu);
}

/**
 * tlb_shootdown_count() - how many IPIs flushes have cost so far
 */
unsigned long tlb_shootdown_count(void)
{
	unsigned long n = 0;

	for (unsigned int cpu = 0; cpu < READ_ONCE(nr_online_cpus); cpu++)
		n += READ_ONCE(per_cpu(tlb_stats, cpu).ipis);
	return n;
}
