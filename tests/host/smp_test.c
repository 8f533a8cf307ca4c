// SPDX-License-Identifier: MIT
/*
 * Tests of what only the host's CPUs have: one TLB for all of them, user access by hand, traps on any
 * thread.
 *
 * Mutations that made them fail when tried:
 *   flush_waits_for_access   utlb_flush() waits for nobody; utlb_hold() takes nothing
 *   marks_go_to_what_was_seen  entry_mark_used() sets its bits without a look at what the entry is now
 *   traps_on_every_cpu       overflow_stack() is CPU 0's for all, or fault_addr one word for all CPUs
 *   flush_is_for_all         forget_range() forgets the entry but does not unmap
 */
#include <asm/pgtable.h>
#include <linux/smp.h>
#include <asm/stack.h>
#include <asm/tlbflush.h>
#include <linux/atomic.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <quarry/report.h>
#include "arch/host/kernel.h"
#include "mm/internal.h"
#include "tests/mm/smp_fixture.h"
#include "tests/mm/user_fixture.h"

/* Many rounds of waiting, in which the other CPUs get on. */
static void pause(unsigned int rounds)
{
	for (unsigned int i = 0; i < 64 * rounds; i++)
		cpu_relax();
}

/* ---- user access against flushes ---- */

static struct {
	struct mm_struct *mm;
	unsigned long at;
	pte_t *slot;
	pte_t leaf; /* as a fault made it */
	unsigned int holding, released;
} user;

static void hold_on_cpu_1(void *unused)
{
	unsigned long flags;

	if (smp_processor_id() != 1)
		return;
	if (!utlb_hold(&flags))
		return;
	smp_store_release(&user.holding, 1);
	pause(200);
	smp_store_release(&user.released, 1);
	utlb_leave(flags);
}

static void hold_and_flush(void *test)
{
	if (smp_processor_id() != 0) {
		hold_on_cpu_1(NULL);
		return;
	}
	while (!smp_load_acquire(&user.holding))
		cpu_relax();
	tlb_flush_page(USER_BASE, NULL);
	KUNIT_EXPECT_EQ((struct kunit *)test, smp_load_acquire(&user.released), 1u);
}

/* What is flushed may be given back at once: so a flush is over when the last access is. */
static void flush_waits_for_access(struct kunit *test)
{
	smp_need(test);
	user.holding = user.released = 0;
	run_on_cpus(hold_and_flush, test);
	KUNIT_EXPECT_EQ(test, user.released, 1u);
}

/* Accessed and dirty go to the entry that was walked to, and to no other that stands there by now. */
static void marks_go_to_what_was_seen(struct kunit *test)
{
	const pte_t leaf = { 0x5000 | PTE_MAP | PTE_R | PTE_W };
	pte_t slot = leaf, seen = leaf;

	KUNIT_EXPECT_TRUE(test, entry_mark_used(&slot, &seen, false));
	KUNIT_EXPECT_EQ(test, slot.val, leaf.val | PTE_A);
	KUNIT_EXPECT_TRUE(test, entry_mark_used(&slot, &seen, true));
	KUNIT_EXPECT_EQ(test, slot.val, leaf.val | PTE_A | PTE_D);
	KUNIT_EXPECT_EQ(test, seen.val, slot.val);
	slot.val = 0;
	seen = leaf;
	KUNIT_EXPECT_FALSE(test, entry_mark_used(&slot, &seen, true));
	KUNIT_EXPECT_EQ(test, slot.val, 0ULL);
}

/* The same as it happens, which takes two processors that are free at the same moment. */
static void clear_or_walk(struct smp_cpu *c)
{
	struct user_leaf leaf;
	unsigned long flags;
	bool present;

	if (c->id)
		kthread_use_mm(user.mm);
	do {
		if (c->id) {
			if (!utlb_hold(&flags))
				continue;
			walk_user(user.at, true, &leaf, &present);
			utlb_leave(flags);
			continue;
		}
		pte_set(user.slot, user.at, user.leaf); /* neither accessed nor dirty */
		for (u32 n = smp_rand(c, 200); n; n--)	/* long enough to be seen */
			barrier();
		pte_get_and_clear(user.slot, user.at);
		tlb_flush_page(user.at, NULL);
		if (pte_get(user.slot).val)
			smp_wrong(c, "a cleared entry came back", pte_get(user.slot).val);
	} while (smp_more(c));
	if (c->id)
		kthread_unuse_mm(user.mm);
}

static void cleared_entries_stay(struct kunit *test)
{
	pte_t whole;
	int level;

	smp_need(test);
	user.mm = test_mm(test);
	user.at = map_anon(test, 0, 1, PROT_RW);
	KUNIT_ASSERT_EQ(test, poke(user.at, 1), 0);
	user.slot = pt_lookup(user.mm->pgd, user.at, &level);
	whole = pte_get(user.slot);
	user.leaf = (pte_t){ whole.val & ~(PTE_A | PTE_D) };
	smp_run(test, clear_or_walk, NULL, NULL);
	pte_set(user.slot, user.at, whole);
	KUNIT_EXPECT_EQ(test, peek(user.at), 1ULL);
}

/* ---- the one TLB ---- */

static volatile u64 *page;

static void read_page(void *seen)
{
	*(u64 *)seen = *page;
}

/* Entries that another CPU let in go for all. */
static void flush_is_for_all(struct kunit *test)
{
	pte_t *slot, first;
	struct page *other;
	u64 seen = 0;
	int level;

	smp_need(test);
	other = alloc_page(GFP_KERNEL);
	page = vmalloc(PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, other);
	KUNIT_ASSERT_NOT_NULL(test, (void *)page);
	*page = 1;
	*(u64 *)page_address(other) = 2;
	slot = pt_lookup(kernel_root(), (unsigned long)page, &level);
	first = pte_get(slot);
	KUNIT_EXPECT_EQ(test, call_on_cpu(1, read_page, &seen), 0);
	KUNIT_EXPECT_EQ(test, seen, 1ULL);
	pte_set(slot, (unsigned long)page, pte_mkleaf(page_to_phys(other), PAGE_KERNEL, 0));
	tlb_flush_page((unsigned long)page, NULL);
	KUNIT_EXPECT_EQ(test, call_on_cpu(1, read_page, &seen), 0);
	KUNIT_EXPECT_EQ(test, seen, 2ULL);
	pte_set(slot, (unsigned long)page, first);
	tlb_flush_page((unsigned long)page, NULL);
	vfree((void *)page);
	__free_page(other);
}

/* ---- traps ---- */

static atomic_t came_back, arrived;

static noinline unsigned long dig(unsigned long depth)
{
	volatile char room[512];

	room[0] = depth;
	return depth ? dig(depth - 1) + room[0] : 0;
}

static noinline u64 load(unsigned long addr)
{
	return *(volatile u64 *)addr;
}

static unsigned long bad_address(unsigned int cpu)
{
	return 0xdea0000 + 8 * cpu;
}

static void trap_here(void (*fn)(void))
{
	struct recovery here, *before = report_set_recovery(NULL);

	if (!recovery_save(&here)) {
		report_set_recovery(&here);
		fn();
	}
	report_set_recovery(before);
	atomic_inc(&came_back);
}

static void bad_load(void)
{
	load(bad_address(smp_processor_id()));
}

static void overflow(void)
{
	dig(1UL << 20);
}

/*
 * All trap at once, and none gets through: CPU 0 has a report open until the others wait for the
 * engine, each where its trap left it, and then traps itself.
 */
static void trap_together(void *fn)
{
	unsigned int me = smp_processor_id();
	unsigned long irqs;

	local_save_flags(irqs);
	if (me == 0) {
		report_begin("smp_test: the others wait");
		while (atomic_read_acquire(&arrived) + 1 < (int)nr_online_cpus)
			cpu_relax();
		pause(50);
	} else {
		atomic_inc_return(&arrived);
	}
	trap_here(*(void (**)(void))fn);
	local_irq_restore(irqs); /* the report's are those of trap_here()'s recovery */
}

/* How many reports there were; that of CPU 0 which was open is not one, since its end never came. */
static unsigned int reports_of(struct kunit *test, void (*fn)(void), const char **text)
{
	atomic_set(&came_back, 0);
	atomic_set(&arrived, 0);
	report_capture_start();
	run_on_cpus(trap_together, &fn);
	KUNIT_EXPECT_EQ(test, atomic_read(&came_back), (int)READ_ONCE(nr_online_cpus));
	return report_capture_stop(text);
}

/* Each has the address and the stack of its own trap; the capture holds a few reports. */
static void traps_on_every_cpu(struct kunit *test)
{
	unsigned int nr = READ_ONCE(nr_online_cpus), found = 0;
	const char *text;
	char want[64];

	smp_need(test);
	KUNIT_EXPECT_EQ(test, reports_of(test, bad_load, &text), nr);
	for (unsigned int cpu = 1; cpu < nr; cpu++) {
		scnprintf(want, sizeof(want), "CR2: %016lx", bad_address(cpu));
		found += strstr(text, want) != NULL;
	}
	KUNIT_EXPECT_GT(test, found, 0u);
	KUNIT_EXPECT_EQ(test, reports_of(test, overflow, &text), nr);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "BUG: thread ")); /* not CPU 0's over theirs */
}

static void overflow_here(void *unused)
{
	trap_here(overflow);
}

/* The report names whose stack it was. */
static void overflow_names_the_cpu(struct kunit *test)
{
	const char *text;

	smp_need(test);
	report_capture_start();
	KUNIT_EXPECT_EQ(test, call_on_cpu(1, overflow_here, NULL), 0);
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 1u);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "BUG: CPU 1 stack guard page was hit"));
}

static struct kunit_case cases[] = { KUNIT_CASE(flush_waits_for_access),
				     KUNIT_CASE(marks_go_to_what_was_seen),
				     KUNIT_CASE(cleared_entries_stay),
				     KUNIT_CASE(flush_is_for_all),
				     KUNIT_CASE(traps_on_every_cpu),
				     KUNIT_CASE(overflow_names_the_cpu),
				     {} };
static struct kunit_suite suite = { .name = "host_smp",
				    .init = user_fixture_init,
				    .exit = user_fixture_exit,
				    .test_cases = cases };

kunit_test_suite(suite);

/* ---- a race, planted ---- */

/*
 * Only when asked for by name: tests/host/run-tsan does, and wants to see it reported. The second
 * would be one too if the sanitizer took volatile for an excuse: a plain store meets READ_ONCE().
 * Behind a meeting nothing orders what the CPUs do; one that did all its rounds before the other
 * began would have its end seen by that, and be ordered before it.
 */
#define RACE_ROUNDS 100

static unsigned long plain, marked;
static struct smp_meeting racers;

static noinline void racy_increment(void *unused)
{
	for (int i = 0; i < RACE_ROUNDS; i++) {
		smp_meet(&racers, num_online_cpus());
		plain++;
	}
}

static noinline void half_marked(void *unused)
{
	for (int i = 0; i < RACE_ROUNDS; i++) {
		smp_meet(&racers, num_online_cpus());
		if (smp_processor_id())
			marked = i;
		else
			READ_ONCE(marked);
	}
}

static void unlocked_counter(struct kunit *test)
{
	smp_need(test);
	atomic_set(&racers.arrived, 0);
	run_on_cpus(racy_increment, NULL);
}

static void plain_store_marked_load(struct kunit *test)
{
	smp_need(test);
	atomic_set(&racers.arrived, 0);
	run_on_cpus(half_marked, NULL);
}

static struct kunit_case race_cases[] = { KUNIT_CASE(unlocked_counter),
					  KUNIT_CASE(plain_store_marked_load),
					  {} };
static struct kunit_suite race_suite = { .name = "host_race",
					 .attr = { .on_request = true },
					 .test_cases = race_cases };

kunit_test_suite(race_suite);
