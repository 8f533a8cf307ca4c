// SPDX-License-Identifier: MIT
/*
 * The rest of what a machine offers, in terms of a process: CPU, stacks, console, clock, end.
 *
 * A CPU is a thread: its interrupt flag, the tick that waits and its per-CPU offset are thread-local
 * words. One runs. Bring-up goes the machine's own way, boot_main() included: what there is to set
 * up is the image's rights and the stacks' guard pages; interrupt vectors are signals, installed
 * before the kernel half starts (signals.c).
 *
 * I1  What goes to the console is copied into the image first: the process writes it by a system
 *     call, which can't fault pages in.
 * I2  host_irqs_off starts as 1, as a machine starts with interrupts off.
 *
 * Contexts: console_write() and the clock any.
 */
#include <asm/clock.h>
#include <asm/console.h>
#include <asm/cpufeature.h>
#include <asm/irqflags.h>
#include <asm/ksyms.h>
#include <asm/page.h>
#include <asm/percpu.h>
#include <asm/pgtable.h>
#include <asm/setup.h>
#include <asm/smp.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>
#include "arch/common/stacks.h"
#include "host.h"
#include "kernel.h"

__thread volatile unsigned int host_irqs_off = 1;
__thread volatile unsigned int host_irq_pending;
__thread unsigned long host_cpu_off;

unsigned long __per_cpu_offset[NR_CPUS];
DEFINE_PER_CPU(unsigned int, cpu_number);
unsigned int nr_cpu_ids = 1;
unsigned int nr_online_cpus = 1;

bool cpu_has_smap = true, cpu_has_smep = true, cpu_has_umip, cpu_has_gbpages, cpu_has_nx = true;
unsigned int cpu_phys_bits = PHYS_MAP_BITS;

static u64 epoch_cycles;

/* ---- stacks ---- */

#define KSTACK_SYMBOLS(n) \
	extern char kstack_##n##_guard[], kstack_##n##_bottom[], kstack_##n##_top[]
KSTACK_SYMBOLS(boot);
KSTACK_SYMBOLS(overflow);

#define KSTACK(text, n)                                                  \
	{                                                                \
		.name = text, .low = (unsigned long)kstack_##n##_bottom, \
		.high = (unsigned long)kstack_##n##_top,                 \
		.guard_low = (unsigned long)kstack_##n##_guard,          \
		.guard_high = (unsigned long)kstack_##n##_bottom,        \
	}

struct kstack kstacks[] = {
	[HOST_STACK_BOOT] = KSTACK("boot", boot),
	[HOST_STACK_OVERFLOW] = KSTACK("overflow", overflow),
};
unsigned int nr_kstacks = ARRAY_SIZE(kstacks);

void stacks_protect(void)
{
	for (unsigned int i = 0; i < nr_kstacks; i++)
		image_unmap_page(kstacks[i].guard_low);
}

void host_stack(enum host_stack which, unsigned long *low, unsigned long *high)
{
	*low = kstacks[which].low;
	*high = kstacks[which].high;
}

unsigned long overflow_stack(void)
{
	return kstacks[HOST_STACK_OVERFLOW].high;
}

/* ---- bring-up ---- */

void host_regions(struct host_region regions[HOST_REGIONS])
{
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
	pt_boot_init();
	stacks_protect();
}

void idt_init(void)
{
	ksyms_init();
}

void console_init(void)
{
}

/* The process's arguments are the loader's boot line; nothing stands beside it. */
size_t firmware_boot_line(char *buf, size_t size)
{
	return 0;
}

/**
 * call_on_cpu() - run a function on a given CPU and wait for it
 * @cpu: its id
 * @fn: what to run
 * @arg: handed to @fn
 *
 * Return: 0, or -ENXIO when no such CPU is online.
 */
int call_on_cpu(unsigned int cpu, void (*fn)(void *arg), void *arg)
{
	if (cpu != smp_processor_id())
		return -ENXIO;
	fn(arg);
	return 0;
}

/* ---- console and end ---- */

void console_write(const char *s, size_t n)
{
	static char bounce[1024];
	unsigned long flags;

	local_irq_save(flags);
	while (n) {
		size_t part = n < sizeof(bounce) ? n : sizeof(bounce);

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

/* A process that nothing can happen to any more is over. */
void machine_halt(void)
{
	host_exit(EXIT_PANIC);
}

void cpu_idle(void)
{
	host_idle(&host_irq_pending);
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
	pr_info("clock: TSC %lu.%03lu MHz, tick %d Hz (interval timer)\n", clock_khz() / 1000,
		clock_khz() % 1000, HZ);
}
