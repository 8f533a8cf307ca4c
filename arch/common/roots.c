// SPDX-License-Identifier: MIT
/*
 * Which CPUs walk a tree of user tables: a mask that its owner keeps beside the root, and hands to
 * the flushes of its addresses.
 *
 * I1  A CPU's bit is set before it loads the root, and cleared after it has loaded another, which
 *     drops what it remembered of the first. Setting and loading are full barriers. So whoever
 *     changes an entry and then reads the mask either sees the bit, or the CPU sees the change.
 * I2  The mask of the root in use stays: its owner is not freed while a CPU walks its tables.
 *
 * Context: preemption off. O(1).
 */
#include <asm/percpu.h>
#include <asm/pgtable.h>
#include <linux/cpumask.h>
#include "roots.h"

static DEFINE_PER_CPU(struct cpumask *, active);

/**
 * pt_switch() - walk these tables for user addresses
 * @to: the root; NULL: the kernel's, which has no user addresses
 * @cpus: the CPUs that walk @to; NULL with it
 */
void pt_switch(pte_t *to, struct cpumask *cpus)
{
	struct cpumask *before = this_cpu_read(active);
	unsigned int cpu = smp_processor_id();

	if (cpus)
		cpumask_set_cpu(cpu, cpus);
	pt_load(to);
	if (before && before != cpus)
		cpumask_clear_cpu(cpu, before);
	this_cpu_write(active, cpus);
}
