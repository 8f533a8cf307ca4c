// SPDX-License-Identifier: MIT
/*
 * Every CPU that runs, seen from itself: it is reached by calls, protected as the boot CPU is, and
 * on stacks of its own. Cheap enough for 64 CPUs.
 *
 * Suite "cpus". Mutations that made them fail when tried:
 *   each_is_reached       calls are sent to the APIC of CPU 1 always (the run times out)
 *   all_at_once           call_others() leaves out the last CPU
 *   protected_alike       no set_protections() on the others
 *   stacks_are_its_own    the TSS names CPU 0's stack for double faults
 *   start_page_is_gone    clear_start_page() leaves the entry of start_root
 *
 * The planted suites end in a panic and run on request only (tests/arch/run-smp): on all CPUs at
 * once; on one, while the others print with interrupts off.
 */
#include <asm/barrier.h>
#include <asm/irqflags.h>
#include <asm/percpu.h>
#include <asm/setup.h>
#include <linux/smp.h>
#include <asm/stack.h>
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <quarry/report.h>
#include "arch/common/stacks.h"
#include "arch/x86_64/machine.h"

static struct seen {
	u64 cr0, cr3, cr4, efer;
	u64 trap_stacks[3];
	unsigned int cpu, stack;
	u32 apic;
} seen[NR_CPUS];

/* The place of the stack that holds `addr` in kstacks[]. */
static unsigned int stack_index(unsigned long addr)
{
	unsigned int i;

	for (i = 0; i < nr_kstacks; i++) {
		if (addr >= kstacks[i].low && addr < kstacks[i].high)
			break;
	}
	return i;
}

/* The stacks that this CPU's task-state segment names for traps, from its own descriptor table. */
static void read_trap_stacks(u64 tops[3])
{
	struct {
		u16 limit;
		u64 base;
	} __packed gdtr;
	const u64 *tss;
	u64 at;

	__asm__ __volatile__("sgdt %0" : "=m"(gdtr));
	tss = (const u64 *)(gdtr.base + 0x28);
	at = (tss[0] >> 16 & 0xffffff) | (tss[0] >> 56) << 24 | tss[1] << 32;
	memcpy(tops, (const char *)at + 36, 3 * sizeof(u64));
}

static void look(void *arg)
{
	struct seen *s = arg;

	s->cpu = smp_processor_id();
	s->cr0 = read_cr0();
	s->cr3 = read_cr3();
	s->cr4 = read_cr4();
	s->efer = rdmsr(MSR_EFER);
	s->apic = boot_cpu_apic_id();
	read_trap_stacks(s->trap_stacks);
	s->stack = stack_index((unsigned long)__builtin_frame_address(0));
}

static int look_at_all(struct kunit *test)
{
	for (unsigned int cpu = 0; cpu < nr_online_cpus; cpu++)
		KUNIT_EXPECT_EQ(test, call_on_cpu(cpu, look, &seen[cpu]), 0);
	return 0;
}

static void each_is_reached(struct kunit *test)
{
	for (unsigned int cpu = 0; cpu < nr_online_cpus; cpu++) {
		KUNIT_EXPECT_EQ(test, seen[cpu].cpu, cpu);
		KUNIT_EXPECT_EQ(test, seen[cpu].apic, cpu_apic_id(cpu));
		for (unsigned int other = 0; other < cpu; other++)
			KUNIT_EXPECT_NE(test, seen[cpu].apic, seen[other].apic);
	}
}

static void protected_alike(struct kunit *test)
{
	for (unsigned int cpu = 1; cpu < nr_online_cpus; cpu++) {
		KUNIT_EXPECT_EQ_MSG(test, seen[cpu].cr0, seen[0].cr0, "CPU %u", cpu);
		KUNIT_EXPECT_EQ_MSG(test, seen[cpu].cr4, seen[0].cr4, "CPU %u", cpu);
		KUNIT_EXPECT_EQ_MSG(test, seen[cpu].efer, seen[0].efer, "CPU %u", cpu);
		KUNIT_EXPECT_EQ_MSG(test, seen[cpu].cr3, seen[0].cr3, "CPU %u", cpu);
	}
}

/* ---- many at once ---- */

static atomic_t times[NR_CPUS], wrong;

static void count(void *arg)
{
	atomic_inc(&times[smp_processor_id()]);
	if (arg != times)
		atomic_inc(&wrong);
}

static void all_at_once(struct kunit *test)
{
	unsigned int n = nr_online_cpus;
	struct cpumask even;

	cpumask_clear(&even);
	atomic_set(&wrong, 0);
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++) {
		atomic_set(&times[cpu], 0);
		if (cpu % 2 == 0)
			cpumask_set_cpu(cpu, &even);
	}
	for (int i = 0; i < 10; i++) {
		call_on_cpus(&even, count, times, false);
		call_on_cpus(&even, count, times, true);
	}
	/* Those of before were on the same lists, so they are done as well. */
	for (unsigned int cpu = 0; cpu < n; cpu++)
		KUNIT_EXPECT_EQ_MSG(test, atomic_read(&times[cpu]), cpu % 2 ? 0 : 20, "CPU %u",
				    cpu);
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
}

/* ---- stacks ---- */

static void stacks_are_its_own(struct kunit *test)
{
	char name[24];

	for (unsigned int i = 0; i < 3 * nr_online_cpus; i++)
		KUNIT_EXPECT_EQ_MSG(test, seen[i / 3].trap_stacks[i % 3],
				    cpu_stack_top(i / 3, KSTACK_DF + i % 3), "CPU %u", i / 3);
	for (unsigned int cpu = 1; cpu < nr_online_cpus; cpu++) {
		KUNIT_ASSERT_EQ(test, seen[cpu].stack, cpu * CPU_STACKS + KSTACK_FIRST);
		snprintf(name, sizeof(name), "CPU %u", cpu);
		KUNIT_EXPECT_STREQ(test, kstacks[seen[cpu].stack].name, name);
	}
}

static noinline unsigned long dig(unsigned long depth)
{
	volatile char room[512];

	room[0] = (char)depth;
	return depth == ~0UL ? 0 : dig(depth + 1) + room[0];
}

static void overflow_here(void *unused)
{
	struct recovery here, *before = report_set_recovery(&here);

	if (!recovery_save(&here))
		dig(0);
	report_set_recovery(before);
}

static void overflow_is_named(struct kunit *test)
{
	unsigned int last = nr_online_cpus - 1;
	const char *text;
	char want[64];

	if (!last)
		kunit_skip(test, "one CPU runs");
	report_capture_start();
	KUNIT_EXPECT_EQ(test, call_on_cpu(last, overflow_here, NULL), 0);
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 1u);
	snprintf(want, sizeof(want), "BUG: CPU %u stack guard page was hit", last);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, want));
}

/* Nothing is left that may be executed at a low address, nor the page in the fixmap. */
static void start_page_is_gone(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, start_page_entries(), 0U);
}

static struct kunit_case cases[] = { KUNIT_CASE(each_is_reached),
				     KUNIT_CASE(protected_alike),
				     KUNIT_CASE(all_at_once),
				     KUNIT_CASE(stacks_are_its_own),
				     KUNIT_CASE(overflow_is_named),
				     KUNIT_CASE(start_page_is_gone),
				     {} };
static struct kunit_suite suite = { .name = "cpus", .init = look_at_all, .test_cases = cases };

/* ---- planted ---- */

static void panic_here(void *unused)
{
	static atomic_t here;

	atomic_inc(&here);
	while (atomic_read_acquire(&here) < (int)nr_online_cpus)
		cpu_relax();
	panic("planted on CPU %u", smp_processor_id());
}

static void all_panic(struct kunit *test)
{
	run_on_cpus(panic_here, NULL);
}

/* All but CPU 0 print on with interrupts off, until they are stopped. */
static void print_or_panic(void *unused)
{
	static atomic_t printing;

	if (smp_processor_id() == 0) {
		while (atomic_read_acquire(&printing) + 1 < (int)nr_online_cpus)
			cpu_relax();
		panic("planted while others print");
	}
	local_irq_disable();
	atomic_inc(&printing);
	for (;;)
		pr_info("planted: CPU %u goes on\n", smp_processor_id());
}

static void others_print(struct kunit *test)
{
	run_on_cpus(print_or_panic, NULL);
}

static struct kunit_case panic_cases[] = { KUNIT_CASE(all_panic), {} };
static struct kunit_suite planted_panics = { .name = "smp_planted_panics",
					     .test_cases = panic_cases,
					     .attr.on_request = true };
static struct kunit_case print_cases[] = { KUNIT_CASE(others_print), {} };
static struct kunit_suite planted_prints = { .name = "smp_planted_prints",
					     .test_cases = print_cases,
					     .attr.on_request = true };

kunit_test_suites(&suite, &planted_panics, &planted_prints);
