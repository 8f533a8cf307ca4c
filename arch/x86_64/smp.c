// SPDX-License-Identifier: MIT
/*
 * The other CPUs: who they are and how they come up.
 *
 * One at a time, in the order of the firmware's list:
 *
 *	boot CPU                                    the other
 *	start page: root, stack, cpu, ap_main
 *	state = STARTING
 *	INIT, 10 ms, SIPI, 200 us, SIPI ─────────►  trampoline.asm: real mode → paging
 *	                                            ap_main(): STARTING → ARRIVED, or stops for good
 *	sees ARRIVED, goes on waiting               GDT, TSS, CR4, IDT; APIC, tick
 *	nr_online_cpus = n + 1  ◄─────────────────  state = UP
 *	                                            sees itself online; cpu_started()
 *
 * The delays are those of Intel's MultiProcessor Specification 1.4, appendix B.4. A CPU that has not arrived within a
 * second is told so (STARTING → ABANDONED, INIT), reported and left out; its id and its stacks go
 * to the next one on the list.
 *
 * The trampoline runs in a page below 1 MiB, with a root that shows this page at its own address, not writable,
 * beside the kernel half. Nobody but a CPU on its way up uses that root, and both the root's entry and
 * the page are cleared when all are up: no executable address below the kernel half stays.
 *
 * I1  CPU ids are a prefix: 0 … nr_online_cpus - 1 run, and apic_ids[] says which APIC each has.
 * I2  Exactly one of ARRIVED and ABANDONED follows STARTING, so an abandoned CPU never touches what
 *     the next one uses: it stops in ap_main(), or before by its APIC id.
 * I3  CPU n is online before it may be asked to flush, and flushes all when it finds itself online:
 *     what was flushed before is not in its TLB.
 *
 * TSC. All clocks are one counter read on different CPUs (lapic.c). Each CPU's is compared when it
 * comes up: it must lie between two readings of the boot CPU's; if not, that is said.
 *
 * Context: smp_init() once, the boot CPU, interrupts on. ap_main() with interrupts off.
 */
#include <asm/atomic.h>
#include <asm/barrier.h>
#include <asm/clock.h>
#include <asm/current.h>
#include <asm/irqflags.h>
#include <asm/percpu.h>
#include <asm/pgtable.h>
#include <asm/setup.h>
#include <asm/smp.h>
#include <asm/tlbflush.h>
#include <linux/errno.h>
#include <linux/kstrtox.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/string.h>
#include "machine.h"

#define ARRIVE_MS     1000
#define NOBODY_APIC   0xf0 /* smp_absent= puts it in the list: no CPU has it */
#define MAX_APIC      0xfe /* 0xff is all of them */
#define EFER_LMA      (1u << 10)
#define PARAMS_OFFSET 8

/* The parameters in the start page: trampoline.asm has the same. */
struct start_params {
	u32 root, cr0, efer, apic;
	u64 entry, stack, cpu;
};

extern const char trampoline_start[], trampoline_end[];

unsigned int nr_cpu_ids = 1;
unsigned int nr_online_cpus = 1;

static u32 apic_ids[NR_CPUS]; /* of CPU ids; before smp_init(): of the list */
static unsigned int absent;   /* this place in the list is a CPU that isn't there; 0: none */

enum { STARTING = 1, ARRIVED, UP, ABANDONED };
static unsigned int state;
static u64 tsc_of_other; /* read between ARRIVED and UP */

/* What a CPU on its way up sees; in the image, so below 4 GiB. */
static pte_t start_root[PTRS_PER_TABLE] __aligned(PAGE_SIZE);
static pte_t start_tables[PT_TOP][PTRS_PER_TABLE] __aligned(PAGE_SIZE);

static int set_absent(const char *val)
{
	return val ? kstrtouint(val, 0, &absent) : -EINVAL;
}
BOOT_PARAM("smp_absent", set_absent);

u32 cpu_apic_id(unsigned int cpu)
{
	return apic_ids[cpu];
}

/**
 * boot_cpu_apic_id() - what the firmware's list of CPUs calls the one that boots
 */
u32 boot_cpu_apic_id(void)
{
	u32 r[4];

	cpuid(1, 0, r);
	return r[1] >> 24;
}

/**
 * smp_possible_cpus() - which CPUs there are
 * @ids: their APIC ids, the boot CPU's first
 * @nr: how many, NR_CPUS at most; those that an 8-bit APIC id can't name are left out
 *
 * Context: boot, before setup_per_cpu_areas().
 */
void smp_possible_cpus(const u32 *ids, unsigned int nr)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < nr; i++) {
		if (ids[i] <= MAX_APIC)
			apic_ids[n++] = ids[i];
	}
	if (n < nr)
		pr_warn("smp: %u of %u CPUs have APIC ids above %u: they are left out\n", nr - n,
			nr, MAX_APIC);
	nr_cpu_ids = n;
}

/* ---- the start page ---- */

static void map_start_page(phys_addr_t page)
{
	const pgprot_t rx = __pgprot(PTE_P | PTE_A | PTE_D);

	pt_root_init(start_root);
	start_root[0] = pte_mktable(__pa(start_tables[2]), false);
	start_tables[2][0] = pte_mktable(__pa(start_tables[1]), false);
	start_tables[1][0] = pte_mktable(__pa(start_tables[0]), false);
	start_tables[0][pt_index(page, 0)] = pte_mkleaf(page, rx, 0);
}

/* The trampoline in its page, as we see it; NULL: there is no memory at that place. */
static char *fill_start_page(phys_addr_t page)
{
	size_t size = trampoline_end - trampoline_start;
	char *at = fixmap_memory(FIXMAP_START_PAGE, page);

	memcpy(at, trampoline_start, size);
	if (memcmp(at, trampoline_start, size))
		return NULL;
	map_start_page(page);
	return at;
}

/* `at` NULL: nothing could be written there. */
static void clear_start_page(char *at)
{
	if (at)
		memset(at, 0, PAGE_SIZE);
	fixmap_clear(FIXMAP_START_PAGE);
	pte_set(&start_root[0], 0, (pte_t){ 0 });
}

unsigned int start_page_entries(void)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < PTRS_PER_TABLE / 2; i++)
		n += !pte_none(start_root[i]);
	return n;
}

/* ---- on the other CPU ---- */

static void __noreturn __no_stack_protector ap_main(unsigned long cpu)
{
	unsigned int starting = STARTING;

	write_cr3(__pa(kernel_root()));
	wrmsr(MSR_GS_BASE, per_cpu_offset(cpu));
	if (!try_cmpxchg(&state, &starting, ARRIVED))
		for (;;)
			__asm__ __volatile__("cli; hlt" : : : "memory");
	stack_canary_this_cpu();
	set_current(this_cpu_ptr(&idle_task));
	cpu_init_this();
	idt_load();
	WRITE_ONCE(tsc_of_other, get_cycles());
	clock_start_tick();
	smp_store_release(&state, UP);
	while (smp_load_acquire(&nr_online_cpus) <= cpu)
		cpu_relax();
	tlb_flush_here();
	pr_info("smp: CPU %lu is up (APIC %u)\n", cpu, cpu_apic_id(cpu));
	cpu_started(cpu);
}

/* ---- on the boot CPU ---- */

static void send(u32 apic, u32 command)
{
	unsigned long flags;

	local_irq_save(flags);
	lapic_send(apic, command);
	local_irq_restore(flags);
}

static void fill_params(struct start_params *p, unsigned int cpu, u32 apic)
{
	*p = (struct start_params){
		.root = __pa(start_root),
		.cr0 = read_cr0(),
		.efer = rdmsr(MSR_EFER) & ~EFER_LMA,
		.apic = apic,
		.entry = (unsigned long)ap_main,
		.stack = cpu_stack_top(cpu, KSTACK_FIRST),
		.cpu = cpu,
	};
}

static bool arrived(void)
{
	return smp_load_acquire(&state) != STARTING;
}

static void wait_arrival(unsigned int us)
{
	u64 end = clock_ns() + us * 1000ULL;

	while (!arrived() && clock_ns() < end)
		cpu_relax();
}

/* INIT, then the address to start at, twice: a CPU that runs already ignores the second. */
static void wake(u32 apic, phys_addr_t page)
{
	send(apic, APIC_INIT | APIC_LEVEL);
	delay_us(10000);
	for (int i = 0; i < 2 && !arrived(); i++) {
		send(apic, APIC_STARTUP | page >> PAGE_SHIFT);
		wait_arrival(200);
	}
}

static void check_tsc(unsigned int cpu, u64 before, u64 after)
{
	u64 tsc = READ_ONCE(tsc_of_other);

	if (tsc - before > after - before)
		pr_warn("smp: CPU %u: its TSC is %lld cycles off the boot CPU's; times of different CPUs don't compare\n",
			cpu, (s64)(tsc - (tsc < before ? before : after)));
}

/* Start APIC `apic` as CPU `cpu`. False: it did not come. */
static bool start_cpu(unsigned int cpu, u32 apic, phys_addr_t page, char *at)
{
	unsigned int starting = STARTING;
	u64 before;

	fill_params((struct start_params *)(at + PARAMS_OFFSET), cpu, apic);
	per_cpu(this_cpu_off, cpu) = per_cpu_offset(cpu);
	apic_ids[cpu] = apic;
	smp_store_release(&state, STARTING);
	before = get_cycles();
	wake(apic, page);
	wait_arrival(ARRIVE_MS * 1000);
	if (try_cmpxchg(&state, &starting, ABANDONED)) {
		send(apic, APIC_INIT | APIC_LEVEL);
		return false;
	}
	while (smp_load_acquire(&state) != UP)
		cpu_relax();
	check_tsc(cpu, before, get_cycles());
	smp_store_release(&nr_online_cpus, cpu + 1);
	return true;
}

/* All on the list; the ids of those that come are without gaps. */
static void start_all(phys_addr_t page, char *at)
{
	unsigned int listed = nr_cpu_ids, cpu = 1;

	for (unsigned int i = 1; i < listed; i++) {
		u32 apic = i == absent ? NOBODY_APIC : apic_ids[i];

		if (start_cpu(cpu, apic, page, at))
			cpu++;
		else
			pr_warn("smp: the CPU with APIC id %u did not come up within %d ms: it is left out\n",
				apic, ARRIVE_MS);
	}
}

/**
 * smp_init() - start the other CPUs
 * @page: physical, below 1 MiB: memory that nobody else uses
 *
 * Context: once, CPU 0, interrupts on.
 */
void smp_init(phys_addr_t page)
{
	char *at;

	if (nr_cpu_ids == 1)
		return;
	ipi_init();
	at = fill_start_page(page);
	if (at)
		start_all(page, at);
	else
		pr_warn("smp: no memory at [mem %#llx]: the other CPUs can't be started\n", page);
	clear_start_page(at);
	pr_info("smp: %u of %u CPUs run\n", nr_online_cpus, nr_cpu_ids);
}
