// SPDX-License-Identifier: MIT
/*
 * The rest of what a machine offers, in terms of a process: CPU, stacks, console, clock, end.
 *
 * A CPU is a thread: its interrupt flag, the interrupts that wait and its per-CPU offset are
 * thread-local words. Bring-up goes the machine's own way, boot_main() included: what there is to
 * set up is the image's rights and the stacks' guard pages; interrupt vectors are signals,
 * installed before the kernel half starts (signals.c). The other CPUs come in smp.c.
 *
 * I1  What goes to the console is copied into the image first: the process writes it by a system
 *     call, which can't fault pages in. Each CPU has a buffer of its own, and a text that fits into
 *     it is written by one call, so lines of several CPUs don't mix, with or without printk's lock.
 * I2  host_irqs_off starts as 1, as a machine starts with interrupts off.
 * I3  nr_cpu_ids and the table of stacks are written by cpu_init(), before there is a second
 *     thread; the stacks are in the image, so a trap always finds them mapped.
 *
 * Contexts: console_write() and the clock any.
 */
#include <asm/atomic.h>
#include <asm/barrier.h>
#include <asm/clock.h>
#include <asm/console.h>
#include <asm/cpufeature.h>
#include <asm/current.h>
#include <asm/irqflags.h>
#include <asm/ksyms.h>
#include <asm/page.h>
#include <asm/percpu.h>
#include <asm/pgtable.h>
#include <asm/preempt.h>
#include <asm/setup.h>
#include <asm/smp.h>
#include <asm/thread.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/string.h>
#include "arch/common/stacks.h"
#include "host.h"
#include "kernel.h"

/* From CPU 0's variables made at run time to the end of the last CPU's. */
#define HOST_PERCPU_SIZE (PERCPU_SIZE + (HOST_CPUS - 1) * PERCPU_STRIDE)

#define BOUNCE_SIZE 2048UL /* more than a message and its prefix have (printk.c) */

__thread volatile unsigned int host_irqs_off = 1;
__thread volatile unsigned int host_irq_pending;
__thread unsigned long host_cpu_off;
__thread unsigned int host_cpu;
__thread unsigned int host_preempt_count = PREEMPT_SETTLED;
__thread struct task_struct *host_current = &idle_task;
__thread unsigned int host_spins;

unsigned long __per_cpu_offset[NR_CPUS];
DEFINE_PER_CPU(unsigned int, cpu_number);
unsigned int nr_cpu_ids = 1;
unsigned int nr_online_cpus = 1;

bool cpu_has_smap = true, cpu_has_smep = true, cpu_has_umip, cpu_has_gbpages, cpu_has_nx = true;
unsigned int cpu_phys_bits = PHYS_MAP_BITS;

static u64 epoch_cycles;
static unsigned int nr_halted;

/* ---- stacks ---- */

extern char host_stacks[], host_idle_stack[]; /* entry.S */

struct kstack kstacks[2 * HOST_CPUS];
unsigned int nr_kstacks;

_Static_assert(THREAD_SIZE == HOST_STACK, "host_idle_stack is as large as a thread's");

static const char *const stack_names[2 * HOST_CPUS] = {
	"boot",	 "overflow",	   "CPU 1", "CPU 1 overflow",
	"CPU 2", "CPU 2 overflow", "CPU 3", "CPU 3 overflow",
};

/* A stack whose guard page begins at `at`; where the next one's does. */
static unsigned long stack_add(unsigned long at, unsigned long size)
{
	kstacks[nr_kstacks] = (struct kstack){
		.name = stack_names[nr_kstacks],
		.guard_low = at,
		.guard_high = at + PAGE_SIZE,
		.low = at + PAGE_SIZE,
		.high = at + PAGE_SIZE + size,
	};
	return kstacks[nr_kstacks++].high;
}

void stacks_init(void)
{
	unsigned long at = (unsigned long)host_stacks;

	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		at = stack_add(stack_add(at, HOST_STACK), HOST_OVERFLOW_STACK);
}

/* They are in the image. */
void stacks_add_cpu(unsigned int cpu, void *(*alloc)(size_t size, size_t align))
{
}

void stacks_protect(void)
{
	for (unsigned int i = 0; i < nr_kstacks; i++)
		image_unmap_page(kstacks[i].guard_low);
	image_unmap_page((unsigned long)host_idle_stack);
}

void thread_idle_stack(unsigned long *low, unsigned long *high)
{
	*low = (unsigned long)host_idle_stack + PAGE_SIZE;
	*high = *low + THREAD_SIZE;
}

void host_stack(unsigned int cpu, enum host_stack which, unsigned long *low, unsigned long *high)
{
	*low = (unsigned long)host_stacks + (unsigned long)cpu * HOST_CPU_STACKS + PAGE_SIZE;
	*high = *low + HOST_STACK;
	if (which == HOST_STACK_OVERFLOW) {
		*low = *high + PAGE_SIZE;
		*high = *low + HOST_OVERFLOW_STACK;
	}
}

/* Where the compiler looks for it on Linux, each CPU being a thread: the process has chosen it. */
void stack_canary_boot(void)
{
}

/* ---- bring-up ---- */

void host_regions(struct host_region regions[HOST_REGIONS])
{
	regions[HOST_MODULES] = (struct host_region){ MODULES_VADDR, MODULES_END - MODULES_VADDR,
						      MODULES_END - MODULES_VADDR };
	regions[HOST_PERCPU] =
		(struct host_region){ PERCPU_START, HOST_PERCPU_SIZE, HOST_PERCPU_SIZE };
	regions[HOST_VMEMMAP] = (struct host_region){ VMEMMAP_START, VMEMMAP_SIZE, VMEMMAP_SIZE };
	regions[HOST_VMALLOC] = (struct host_region){ VMALLOC_START, VMALLOC_SIZE, VMALLOC_SIZE };
	regions[HOST_DIRECT_MAP] =
		(struct host_region){ PAGE_OFFSET, DIRECT_MAP_SIZE, host_ram_size };
}

void host_image(unsigned long *start, unsigned long *data, unsigned long *end, unsigned long *phys)
{
	*start = (unsigned long)__image_start;
	*data = (unsigned long)__data_start;
	*end = (unsigned long)__image_end;
	*phys = __pa(__image_start);
}

/**
 * cpu_init() - the image gets its rights, the stacks their guards
 *
 * Context: once, interrupts off, first thing.
 */
void cpu_init(void)
{
	epoch_cycles = get_cycles();
	nr_cpu_ids = host_nr_cpus;
	stacks_init();
	pt_boot_init();
	stacks_protect();
}

/* CPUs are known by their numbers, as firmware.c's list has them. */
u32 boot_cpu_apic_id(void)
{
	return 0;
}

/* --smp said how many there are; the boot line may want fewer. */
void smp_possible_cpus(const u32 *apic_ids, unsigned int nr)
{
	nr_cpu_ids = min(nr_cpu_ids, nr);
}

void idt_init(void)
{
	ksyms_init();
}

void console_init(void)
{
	pr_info("host: what leaves the TLB unasked is drawn with --seed %#lx\n", host_seed);
}

/* The process's arguments are the loader's boot line; nothing stands beside it. */
size_t firmware_boot_line(char *buf, size_t size)
{
	return 0;
}

/* ---- console and end ---- */

void console_write(const char *s, size_t n)
{
	static char buffers[HOST_CPUS][BOUNCE_SIZE];
	char *bounce = buffers[host_cpu];
	unsigned long flags;

	local_irq_save(flags);
	while (n) {
		size_t part = min(n, BOUNCE_SIZE);

		memcpy(bounce, s, part);
		host_write(bounce, part);
		s += part;
		n -= part;
	}
	local_irq_restore(flags);
}

void machine_exit(unsigned int code)
{
	host_exit(code);
}

/* A process whose last CPU stops is over: nothing can happen to it any more. */
void machine_halt(void)
{
	static volatile unsigned int never;

	arch_irq_disable();
	if (arch_fetch_add(&nr_halted, 1) + 1 == READ_ONCE(nr_online_cpus))
		host_exit(EXIT_PANIC);
	for (;;)
		host_idle(&never);
}

/* With interrupts off a signal only says that it came, so none is missed on the way to sleep. */
void cpu_idle(void)
{
	arch_irq_disable();
	host_idle(&host_irq_pending);
	arch_irq_enable();
}

/* Many rounds of a waiting loop are over: whom it waits for may need the processor, or us. */
void host_relax(void)
{
	host_yield();
	if (!irqs_disabled() && tls_read_volatile(host_irq_pending))
		host_irq_replay();
}

/* ---- clock ---- */

unsigned long clock_khz(void)
{
	return host_cpu_khz;
}

/* The counter, not the process's clock: a tick that comes meanwhile finds kernel code. */
u64 clock_ns(void)
{
	u64 cycles = get_cycles() - epoch_cycles, khz = host_cpu_khz;

	return cycles / khz * 1000000 + cycles % khz * 1000000 / khz;
}

void clock_start_tick(void)
{
	host_start_timer(HZ);
	if (smp_processor_id())
		return;
	pr_info("clock: TSC %lu.%03lu MHz, tick %d Hz (a timer for each CPU)\n", clock_khz() / 1000,
		clock_khz() % 1000, HZ);
}
