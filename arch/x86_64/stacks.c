// SPDX-License-Identifier: MIT
/*
 * The table of kernel stacks.
 *
 * Each CPU has four: the one it begins on, and three for traps that must not trust the stack they
 * interrupt (IST). Every stack stands above an unmapped page. Running into it faults; the fault
 * can't be delivered on the same stack, so it becomes a double fault, which has a stack of its own
 * (IST 1) and names the stack that ran over.
 *
 * The boot CPU's are in the image. Each other CPU has a slot in a region of its own below the
 * fixmap, where only the stacks' pages are ever mapped:
 *
 *	| - | first | - | double fault | - | NMI | - | machine check | - … |	SLOT_SIZE a CPU
 *
 * I1  kstacks[cpu * CPU_STACKS + kind] is a CPU's stack of that kind; those of all CPUs that may
 *     run are there before the memory manager is, and stay.
 */
#include <asm/page.h>
#include <asm/pgtable.h>
#include <asm/thread.h>
#include <asm/percpu.h>
#include <linux/bug.h>
#include <linux/sprintf.h>
#include "machine.h"
#include "arch/common/stacks.h"

#define NAME_SIZE 24 /* "CPU 63 double fault" */
#define SLOT_SIZE (STACK_REGION_SIZE / NR_CPUS)

#define KSTACK_SYMBOLS(n) \
	extern char kstack_##n##_guard[], kstack_##n##_bottom[], kstack_##n##_top[]
KSTACK_SYMBOLS(boot);
KSTACK_SYMBOLS(df);
KSTACK_SYMBOLS(nmi);
KSTACK_SYMBOLS(mc);
KSTACK_SYMBOLS(idle); /* no row in the table: it is a thread's */

#define KSTACK(text, n)                                                  \
	{                                                                \
		.name = text, .low = (unsigned long)kstack_##n##_bottom, \
		.high = (unsigned long)kstack_##n##_top,                 \
		.guard_low = (unsigned long)kstack_##n##_guard,          \
		.guard_high = (unsigned long)kstack_##n##_bottom,        \
	}

struct kstack kstacks[CPU_STACKS * NR_CPUS] = {
	[KSTACK_FIRST] = KSTACK("boot", boot),
	[KSTACK_DF] = KSTACK("double fault", df),
	[KSTACK_NMI] = KSTACK("NMI", nmi),
	[KSTACK_MC] = KSTACK("machine check", mc),
};
unsigned int nr_kstacks = CPU_STACKS;

static DEFINE_PER_CPU(char, stack_names)[CPU_STACKS][NAME_SIZE];

unsigned long cpu_stack_top(unsigned int cpu, unsigned int kind)
{
	return kstacks[cpu * CPU_STACKS + kind].high;
}

static void name_stack(char *name, unsigned int cpu, unsigned int kind)
{
	if (kind == KSTACK_FIRST)
		snprintf(name, NAME_SIZE, "CPU %u", cpu);
	else
		snprintf(name, NAME_SIZE, "CPU %u %s", cpu, kstacks[kind].name);
}

/* As large as the boot CPU's of the same kind; its guard page is at `at`. Where it ends. */
static unsigned long add_stack(unsigned int cpu, unsigned int kind, unsigned long at,
			       phys_addr_t memory)
{
	struct kstack *s = &kstacks[cpu * CPU_STACKS + kind];

	*s = (struct kstack){
		.name = per_cpu(stack_names, cpu)[kind],
		.guard_low = at,
		.guard_high = at + PAGE_SIZE,
		.low = at + PAGE_SIZE,
		.high = at + PAGE_SIZE + kstacks[kind].high - kstacks[kind].low,
	};
	name_stack(per_cpu(stack_names, cpu)[kind], cpu, kind);
	for (unsigned long va = s->low; va < s->high; va += PAGE_SIZE, memory += PAGE_SIZE)
		stack_region_map(va, memory);
	return s->high;
}

void stacks_add_cpu(unsigned int cpu, void *(*alloc)(size_t size, size_t align))
{
	unsigned long slot = STACK_REGION + cpu * SLOT_SIZE, at = slot;

	for (unsigned int kind = 0; kind < CPU_STACKS; kind++) {
		size_t size = kstacks[kind].high - kstacks[kind].low;

		at = add_stack(cpu, kind, at, __pa(alloc(size, PAGE_SIZE)));
		kasan_cover_stack(at - size, at, alloc);
	}
	BUG_ON(at >= slot + SLOT_SIZE);
	nr_kstacks = (cpu + 1) * CPU_STACKS;
}

void stacks_protect(void)
{
	for (unsigned int i = 0; i < CPU_STACKS; i++)
		image_unmap_page(kstacks[i].guard_low);
	image_unmap_page((unsigned long)kstack_idle_guard);
}

/* The CPU keeps them and traps when it may. */
bool irq_replay_holds(unsigned long ip)
{
	return false;
}

void thread_idle_stack(unsigned long *low, unsigned long *high)
{
	*low = (unsigned long)kstack_idle_bottom;
	*high = (unsigned long)kstack_idle_top;
}
