// SPDX-License-Identifier: MIT
/*
 * TLB flushes on several CPUs: who is asked, what is forgotten, and that nobody waits for ever.
 *
 * Suite "shootdown". Translations are 4 KiB ones, and no CPU loads CR3 between two reads: a CPU (or
 * TCG) that forgets more than it must would hide a flush that is missing. That the tests see one
 * is shown by losing requests on purpose (tlb_drop_ipis).
 *
 * The three deadlocks: the target has interrupts off and waits for the sender; the target spins on
 * the sender's lock (of whichever kind); two CPUs send to each other. A flush that nobody answers
 * ends in a panic that names the CPU (tlb.c), so a hang is told of as well.
 *
 * Mutations that made them fail when tried:
 *   stale_until_flushed     box_serve() does not flush; ask() asks nobody
 *   only_whom_it_concerns   the mask is not looked at; pt_switch() does not clear the old mask's bit; it sets none
 *   late_cpu_flushes_once   box_put() always says that an IPI is needed, box_serve() takes one at a time
 *   target_has_irqs_off     smp_poll() does nothing                  (both others of the three as well)
 *   target_spins_on_lock    no smp_poll() in spin_wait_turn()
 *   target_waits_for_rwlock cpu_relax() for smp_relax() in wait_for_writer(), in write_lock_slow()
 *   target_reads_seqlock    cpu_relax() for smp_relax() in __seqcount_begin()
 *   two_senders             no smp_poll() in wait_for()
 */
#include <asm/barrier.h>
#include <asm/clock.h>
#include <asm/irqflags.h>
#include <asm/pgtable.h>
#include <linux/smp.h>
#include <asm/tlbflush.h>
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>
#include "arch/x86_64/tlb.h"
#include "mm/internal.h"
#include "tests/mm/sample_fixture.h"
#include "tests/mm/smp_fixture.h"
#include "tests/mm/user_fixture.h"

#define STALE_TRIES 64
#define ROUNDS	    200
#define PATIENCE_NS 20000000000ULL

/* ---- what is forgotten ---- */

static volatile u64 *page;

static void read_page(void *seen)
{
	*(u64 *)seen = *page;
}

static u64 seen_by(struct kunit *test, unsigned int cpu)
{
	u64 seen = 0;

	KUNIT_EXPECT_EQ(test, call_on_cpu(cpu, read_page, &seen), 0);
	return seen;
}

static void stale_until_flushed(struct kunit *test)
{
	unsigned int stale = 0, level_of_page = 0;
	struct page *second;
	pte_t *slot, entry[2];
	int level;

	smp_need(test);
	second = alloc_page(GFP_KERNEL);
	page = vmalloc(PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, second);
	KUNIT_ASSERT_NOT_NULL(test, (void *)page);
	*page = 0;
	*(u64 *)page_address(second) = 1;
	slot = pt_lookup(kernel_root(), (unsigned long)page, &level);
	KUNIT_ASSERT_EQ(test, (unsigned int)level, level_of_page);
	entry[0] = pte_get(slot);
	entry[1] = pte_mkleaf(page_to_phys(second), PAGE_KERNEL, 0);
	for (unsigned int i = 1; i <= 2 * STALE_TRIES; i++) {
		KUNIT_EXPECT_EQ(test, seen_by(test, 1), (u64) !(i % 2));
		pte_set(slot, (unsigned long)page, entry[i % 2]);
		tlb_drop_ipis = i % 2;
		tlb_flush_page((unsigned long)page, NULL);
		if (i % 2)
			stale += seen_by(test, 1) != 1;
		tlb_drop_ipis = 0;
		tlb_flush_page((unsigned long)page, NULL);
		KUNIT_EXPECT_EQ(test, seen_by(test, 1), (u64)(i % 2));
	}
	KUNIT_EXPECT_GT(test, stale, 0U); /* the lost ones were needed */
	vfree((void *)page);
	__free_page(second);
}

/* ---- who is asked ---- */

static unsigned long ipis_of(void (*fn)(void *arg), void *arg)
{
	unsigned long before = tlb_shootdown_count();

	fn(arg);
	return tlb_shootdown_count() - before;
}

static void flush_kernel_page(void *mask)
{
	tlb_flush_page((unsigned long)page, mask);
}

static void flush_user_page(void *mask)
{
	tlb_flush_page(USER_BASE, mask);
}

static void visit(void *mm)
{
	kthread_use_mm(mm);
	kthread_unuse_mm(mm);
}

static void enter(void *mm)
{
	kthread_use_mm(mm);
}

static void leave(void *mm)
{
	kthread_unuse_mm(mm);
}

static void unmap_one(void *mm)
{
	do_munmap(mm, USER_BASE, PAGE_SIZE);
}

/* What unmapping a page that is there costs in IPIs. */
static unsigned long unmap_cost(struct kunit *test)
{
	map_anon(test, 0, 1, PROT_RW);
	KUNIT_EXPECT_EQ(test, poke(USER_BASE, 1), 0);
	return ipis_of(unmap_one, test_mm(test));
}

static void only_whom_it_concerns(struct kunit *test)
{
	unsigned long others = READ_ONCE(nr_online_cpus) - 1;
	struct cpumask nobody, one;
	struct mm_struct *mm = test_mm(test);

	smp_need(test);
	cpumask_clear(&nobody);
	cpumask_clear(&one);
	cpumask_set_cpu(1, &one);
	page = (u64 *)VMALLOC_START;
	KUNIT_EXPECT_EQ(test, ipis_of(flush_kernel_page, &nobody), others);
	KUNIT_EXPECT_EQ(test, ipis_of(flush_kernel_page, NULL), others);
	KUNIT_EXPECT_EQ(test, ipis_of(flush_user_page, NULL), others);
	KUNIT_EXPECT_EQ(test, ipis_of(flush_user_page, &nobody), 0UL);
	KUNIT_EXPECT_EQ(test, ipis_of(flush_user_page, &one), 1UL);

	KUNIT_EXPECT_EQ(test, unmap_cost(test), 0UL);
	KUNIT_EXPECT_EQ(test, call_on_cpu(1, visit, mm), 0);
	KUNIT_EXPECT_EQ(test, unmap_cost(test), 0UL);
	KUNIT_EXPECT_EQ(test, call_on_cpu(1, enter, mm), 0);
	KUNIT_EXPECT_EQ(test, unmap_cost(test), 1UL);
	KUNIT_EXPECT_EQ(test, call_on_cpu(1, leave, mm), 0);
	KUNIT_EXPECT_EQ(test, unmap_cost(test), 0UL);
}

/* ---- waiting ---- */

static atomic_t stage;
static DEFINE_SPINLOCK(lock);
static bool timed_out;

static bool wait_stage(int n, bool poll)
{
	u64 end = clock_ns() + PATIENCE_NS;

	while (atomic_read_acquire(&stage) < n && clock_ns() < end) {
		if (poll)
			smp_poll();
		cpu_relax();
	}
	if (atomic_read_acquire(&stage) < n)
		WRITE_ONCE(timed_out, true);
	return atomic_read_acquire(&stage) >= n;
}

static void flush_once(void *unused)
{
	tlb_flush_page(VMALLOC_START, NULL);
}

static void irqs_off_and_polling(void *unused)
{
	unsigned long flags;

	switch (smp_processor_id()) {
	case 0:
		wait_stage(1, false);
		flush_once(NULL);
		atomic_set(&stage, 2);
		break;
	case 1:
		local_irq_save(flags);
		atomic_set(&stage, 1);
		wait_stage(2, true);
		local_irq_restore(flags);
		break;
	}
}

static void run_roles(struct kunit *test, void (*roles)(void *unused))
{
	atomic_set(&stage, 0);
	timed_out = false;
	run_on_cpus(roles, NULL);
	KUNIT_EXPECT_FALSE_MSG(test, timed_out,
			       "a CPU waited %llu s for another that waited for its flush",
			       PATIENCE_NS / 1000000000);
}

static void target_has_irqs_off(struct kunit *test)
{
	smp_need(test);
	run_roles(test, irqs_off_and_polling);
}

static void flush_under_lock(void *unused)
{
	unsigned long flags;

	switch (smp_processor_id()) {
	case 0:
		spin_lock_irqsave(&lock, flags);
		atomic_set(&stage, 1);
		while (!spin_is_contended(&lock))
			cpu_relax();
		flush_once(NULL);
		spin_unlock_irqrestore(&lock, flags);
		break;
	case 1:
		local_irq_save(flags);
		wait_stage(1, true);
		spin_lock(&lock);
		spin_unlock(&lock);
		local_irq_restore(flags);
		break;
	}
}

static void target_spins_on_lock(struct kunit *test)
{
	smp_need(test);
	for (int i = 0; i < 10; i++)
		run_roles(test, flush_under_lock);
}

/* CPU 0 flushes inside a lock once CPU 1, with interrupts off, is about to wait for it. */
struct flush_inside {
	void (*enter)(void);
	void (*leave)(void);
	void (*wait)(void);
};

static const struct flush_inside *inside;

static void flush_inside(void *unused)
{
	unsigned long flags;

	switch (smp_processor_id()) {
	case 0:
		local_irq_save(flags);
		inside->enter();
		atomic_set(&stage, 1);
		wait_stage(2, true);
		flush_once(NULL);
		inside->leave();
		local_irq_restore(flags);
		break;
	case 1:
		local_irq_save(flags);
		wait_stage(1, true);
		atomic_set(&stage, 2);
		inside->wait();
		local_irq_restore(flags);
		break;
	}
}

static void flush_inside_of(struct kunit *test, const struct flush_inside *what)
{
	inside = what;
	for (int i = 0; i < 10; i++)
		run_roles(test, flush_inside);
}

static DEFINE_RWLOCK(rwlock);

static void rw_enter_write(void)
{
	write_lock(&rwlock);
}

static void rw_leave_write(void)
{
	write_unlock(&rwlock);
}

static void rw_enter_read(void)
{
	read_lock(&rwlock);
}

static void rw_leave_read(void)
{
	read_unlock(&rwlock);
}

static void rw_read(void)
{
	read_lock(&rwlock);
	read_unlock(&rwlock);
}

static void rw_write(void)
{
	write_lock(&rwlock);
	write_unlock(&rwlock);
}

static void target_waits_for_rwlock(struct kunit *test)
{
	static const struct flush_inside reader = { rw_enter_write, rw_leave_write, rw_read };
	static const struct flush_inside writer = { rw_enter_read, rw_leave_read, rw_write };

	smp_need(test);
	flush_inside_of(test, &reader);
	flush_inside_of(test, &writer);
}

static DEFINE_SEQLOCK(seqlock);

static void seq_enter(void)
{
	write_seqlock(&seqlock);
}

static void seq_leave(void)
{
	write_sequnlock(&seqlock);
}

static void seq_read(void)
{
	unsigned int seq;

	do
		seq = read_seqbegin(&seqlock);
	while (read_seqretry(&seqlock, seq));
}

static void target_reads_seqlock(struct kunit *test)
{
	static const struct flush_inside reader = { seq_enter, seq_leave, seq_read };

	smp_need(test);
	flush_inside_of(test, &reader);
}

static void both_flush(void *unused)
{
	unsigned long flags;

	for (int i = 1; i <= ROUNDS; i++) {
		local_irq_save(flags);
		atomic_inc(&stage);
		wait_stage(i * READ_ONCE(nr_online_cpus), true);
		flush_once(NULL);
		local_irq_restore(flags);
	}
}

static void two_senders(struct kunit *test)
{
	smp_need(test);
	run_roles(test, both_flush);
}

/* CPU 1 looks away until all others have sent. */
static void late(void *unused)
{
	unsigned long flags, senders = READ_ONCE(nr_online_cpus) - 1;
	u64 end = clock_ns() + PATIENCE_NS;

	if (smp_processor_id() != 1) {
		wait_stage(1, true);
		flush_once(NULL);
		return;
	}
	local_irq_save(flags);
	atomic_set(&stage, 1);
	while (tlb_pending(1) < senders && clock_ns() < end)
		cpu_relax();
	local_irq_restore(flags);
}

static void late_cpu_flushes_once(struct kunit *test)
{
	struct tlb_stats before, after;
	unsigned long senders = READ_ONCE(nr_online_cpus) - 1;

	if (senders < 2)
		kunit_skip(test, "fewer than three CPUs run");
	tlb_stats_read(1, &before);
	run_roles(test, late);
	tlb_stats_read(1, &after);
	KUNIT_EXPECT_EQ(test, after.served - before.served, 1UL);
	KUNIT_EXPECT_EQ(test, after.late - before.late, senders - 1);
}

static struct kunit_case cases[] = { KUNIT_CASE(stale_until_flushed),
				     KUNIT_CASE(only_whom_it_concerns),
				     KUNIT_CASE(target_has_irqs_off),
				     KUNIT_CASE(target_spins_on_lock),
				     KUNIT_CASE(target_waits_for_rwlock),
				     KUNIT_CASE(target_reads_seqlock),
				     KUNIT_CASE(two_senders),
				     KUNIT_CASE(late_cpu_flushes_once),
				     {} };
static struct kunit_suite suite = { .name = "shootdown",
				    .suite_init = no_samples,
				    .suite_exit = samples_again,
				    .init = user_fixture_init,
				    .exit = user_fixture_exit,
				    .test_cases = cases };

kunit_test_suite(suite);
