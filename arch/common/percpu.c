// SPDX-License-Identifier: MIT
/*
 * Memory for the CPUs behind the first: their per-CPU variables, their stacks.
 *
 *	image:	[ __per_cpu_start … __per_cpu_end )	CPU 0's own, offset 0
 *	areas:	a copy for each other CPU, at the link address + its offset
 *
 * I1  Every CPU id below nr_cpu_ids has an area of its own before anything of it is written: until
 *     then an offset of 0 would lead to CPU 0's. So this runs before the memory manager.
 * I2  A copy begins as the initial values. Only CPU 0 has run by then, so what bring-up has
 *     written to its own (counters) must not come along: the caller runs this before it.
 */
#include <asm/percpu.h>
#include <asm/setup.h>
#include <asm/smp.h>
#include <linux/string.h>
#include "stacks.h"

extern char __per_cpu_start[], __per_cpu_end[];

/**
 * setup_per_cpu_areas() - give each CPU that may run its per-CPU variables and its stacks
 * @alloc: where the memory comes from; must not fail
 *
 * Context: once, by the boot CPU, before anything counts per CPU.
 */
void setup_per_cpu_areas(void *(*alloc)(size_t size, size_t align))
{
	size_t size = __per_cpu_end - __per_cpu_start;

	for (unsigned int cpu = 1; cpu < nr_cpu_ids; cpu++) {
		char *area = alloc(size, 64);

		memcpy(area, __per_cpu_start, size);
		__per_cpu_offset[cpu] = (unsigned long)area - (unsigned long)__per_cpu_start;
		per_cpu(cpu_number, cpu) = cpu;
		stacks_add_cpu(cpu, alloc);
	}
}
