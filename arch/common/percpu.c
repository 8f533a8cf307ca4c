// SPDX-License-Identifier: MIT
/*
 * Memory for the CPUs behind the first: their per-CPU variables, their stacks.
 *
 *	image:	[ __per_cpu_start … __per_cpu_end )	CPU 0's own, offset 0
 *	areas:	a copy for each other CPU, at the link address + its offset
 *
 * Two steps. The areas are filled before anything else has run, in memory that the boot window or the
 * direct map shows: setup_per_cpu_areas(). When there are page tables the same memory is shown a
 * second time, in each CPU's window, and that is where its offset leads from then on:
 * per_cpu_areas_move(). A window is a mirror of the image's addresses and of what follows them, so one
 * offset serves the variables that are linked and those that are made at run time (mm/percpu.c).
 *
 *	offset of CPU n = PERCPU_WINDOW - IMAGE_START + n * PERCPU_STRIDE
 *
 * I1  Every CPU id below nr_cpu_ids has an area of its own before anything of it is written: until
 *     then an offset of 0 would lead to CPU 0's. So the first step runs before the memory manager.
 * I2  A copy begins as the initial values. Only CPU 0 has run by then, so what bring-up has
 *     written to its own (counters) must not come along: the caller runs this before it.
 * I3  Either offset leads to the same memory: what was written by way of the first is read by way
 *     of the second. Nobody keeps the address of another CPU's variable over the second step.
 */
#include <asm/page.h>
#include <asm/percpu.h>
#include <asm/setup.h>
#include <asm/smp.h>
#include <linux/string.h>
#include "stacks.h"

extern char __per_cpu_start[], __per_cpu_end[];

static unsigned long first_page(void)
{
	return (unsigned long)__per_cpu_start & PAGE_MASK;
}

/* Whole pages, from the one that the image's copy begins in. */
static unsigned long area_size(void)
{
	unsigned long bytes = (unsigned long)__per_cpu_end - first_page();

	return (bytes + PAGE_SIZE - 1) & PAGE_MASK;
}

/**
 * setup_per_cpu_areas() - give each CPU that may run its per-CPU variables and its stacks
 * @alloc: where the memory comes from; must not fail
 *
 * Context: once, by the boot CPU, before anything counts per CPU.
 */
void setup_per_cpu_areas(void *(*alloc)(size_t size, size_t align))
{
	for (unsigned int cpu = 1; cpu < nr_cpu_ids; cpu++) {
		unsigned long area = (unsigned long)alloc(area_size(), PAGE_SIZE);

		set_per_cpu_offset(cpu, area - first_page());
		memcpy(per_cpu_ptr(&__per_cpu_start[0], cpu), __per_cpu_start,
		       __per_cpu_end - __per_cpu_start);
		per_cpu(cpu_number, cpu) = cpu;
		stacks_add_cpu(cpu, alloc);
	}
}

/**
 * per_cpu_areas_move() - show each area in its CPU's window, and let the CPU's offset lead there
 * @map: maps [va, va + size), whole pages, to memory at phys; must not fail
 *
 * Context: once, by the boot CPU, when it alone runs and kernel_root() can take mappings.
 */
void per_cpu_areas_move(void (*map)(unsigned long va, phys_addr_t phys, unsigned long size))
{
	for (unsigned int cpu = 1; cpu < nr_cpu_ids; cpu++) {
		phys_addr_t area = __pa((void *)(first_page() + per_cpu_offset(cpu)));
		unsigned long offset = PERCPU_WINDOW - IMAGE_START + cpu * PERCPU_STRIDE;

		map(first_page() + offset, area, area_size());
		set_per_cpu_offset(cpu, offset);
	}
}
