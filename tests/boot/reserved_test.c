// SPDX-License-Identifier: MIT
/*
 * What bring-up reserved, all told: boot/main.c's fill_memblock(), the other CPUs' areas, and mm/'s own tables.
 *
 * Mutations: those of tests/mutate/pgtable.mut and vmemmap.mut that take memory and lose it.
 */
#include <linux/percpu.h>
#include <asm/pgtable.h>
#include <asm/smp.h>
#include <boot/boot.h>
#include <boot/bootinfo.h>
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include "arch/common/stacks.h"
#include "mm/internal.h"

/* Tables below this one that stand in memory reserved besides what `known` says. */
static unsigned long boot_tables(pte_t *table, int level, const struct memblock *known)
{
	phys_addr_t phys = __pa(table);
	unsigned long n =
		memblock_is_reserved(phys) && !__memblock_meets(&known->reserved, phys, 1);

	for (unsigned int i = 0; level && i < PTRS_PER_TABLE; i++) {
		pte_t e = pte_get(&table[i]);

		if (!pte_none(e) && !pte_leaf(e, level))
			n += boot_tables(pte_table(e), level - 1, known);
	}
	return n;
}

/* A module that the map leaves no memory for has its pages to itself. */
static void known_module(struct memblock *known, const struct boot_module *m)
{
	const struct memmap *map = boot_memmap();

	for (unsigned int i = 0; i < map->nr; i++) {
		if (map->ranges[i].type == MEM_USABLE && map->ranges[i].start <= m->start &&
		    map->ranges[i].end >= m->start + m->size) {
			__memblock_reserve(known, m->start, m->size);
			return;
		}
	}
	__memblock_reserve(known, PAGE_ALIGN_DOWN(m->start),
			   PAGE_ALIGN(m->start + m->size) - PAGE_ALIGN_DOWN(m->start));
}

/* What the other CPUs' stacks take, where they are not in the image. */
/* Pages of states for a stack, if there is such a thing; *last: the last one that was counted. */
static unsigned long state_bytes(unsigned long low, unsigned long high, unsigned long *last)
{
	unsigned long n = 0;
#ifdef MEMSTATE_SHIFT
	unsigned long page = (unsigned long)memstate_of((void *)low) & PAGE_MASK;

	for (; page <= (unsigned long)memstate_of((void *)(high - 1)); page += PAGE_SIZE) {
		n += page != *last ? PAGE_SIZE : 0;
		*last = page;
	}
#endif
	return n;
}

static unsigned long stack_bytes(void)
{
	unsigned long n = 0, last = 0;

	for (unsigned int i = 0; i < nr_kstacks; i++) {
		unsigned long low = kstacks[i].low;

		if (low < (unsigned long)__image_start || low >= (unsigned long)__image_end)
			n += kstacks[i].high - low +
			     state_bytes(low, kstacks[i].high, &last);
	}
	return n;
}

/*
 * What is reserved is what boot/ reserved or gave the other CPUs, the map of sections, and tables in
 * use: nothing else.
 */
static void reserved_is_what_is_used(struct kunit *test)
{
	extern char __phys_image_start[], __per_cpu_start[], __per_cpu_end[];
	static char *volatile image_start = __phys_image_start; /* far from here: not in the code */
	phys_addr_t image = (phys_addr_t)image_start;
	const struct boot_info *info = boot_info_get();
	static struct memblock known;

	if (memblock.memory.array || memblock.reserved.array)
		kunit_skip(test, "the map itself was allocated");
	__memblock_init(&known, NULL);
	__memblock_reserve(&known, BOOT_TRAMPOLINE_PHYS, PAGE_SIZE);
	__memblock_reserve(&known, image, __pa(__image_end) - image);
	__memblock_reserve(&known, info->info_start, info->info_end - info->info_start);
	if (info->fb.present)
		__memblock_reserve(&known, info->fb.addr, (u64)info->fb.pitch * info->fb.height);
	for (unsigned int i = 0; i < info->nr_modules; i++)
		known_module(&known, &info->modules[i]);
	for (unsigned int cpu = 1; cpu < nr_cpu_ids; cpu++)
		__memblock_reserve(&known, per_cpu_ptr_to_phys(PTR_ALIGN_DOWN(&__per_cpu_start[0], PAGE_SIZE) + per_cpu_offset(cpu)),
				   PAGE_ALIGN((unsigned long)__per_cpu_end) - PAGE_ALIGN_DOWN((unsigned long)__per_cpu_start));
	KUNIT_EXPECT_EQ(test, memblock_reserved_size(),
			__memblock_bytes(&known.reserved) + stack_bytes() +
				PFN_PHYS(boot_tables(kernel_root(), PT_TOP, &known)) +
				4 * DIV_ROUND_UP(memblock_end_of_DRAM(), 1UL << SECTION_SHIFT) +
				page_debug_reserved);
}

static struct kunit_case cases[] = { KUNIT_CASE(reserved_is_what_is_used), {} };
static struct kunit_suite suite = { .name = "boot_reserved", .test_cases = cases };
kunit_test_suite(suite);
