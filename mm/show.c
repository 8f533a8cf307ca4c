// SPDX-License-Identifier: MIT
/*
 * The page allocator's state in the layout of Linux's /proc files, so that whoever reads those
 * reads these.
 *
 * Lines go to a callback without their newline. Numbers are read without a lock, so that a report
 * can print them at any time: while other CPUs allocate, they need not add up.
 */
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/sprintf.h>
#include "internal.h"

const char *const migratetype_names[MIGRATE_TYPES] = { "Unmovable", "Movable", "Reclaimable" };

long mm_stat_read(enum mm_stat item)
{
	long n = 0;

	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		n += READ_ONCE(per_cpu_ptr(&mm_stats[0], cpu)[item]);
	return n;
}

static void kb_line(show_line_t line, const char *name, unsigned long pages)
{
	char buf[64];

	scnprintf(buf, sizeof(buf), "%-16s%8lu kB", name, pages << (PAGE_SHIFT - 10));
	line(buf);
}

/* /proc/meminfo: what there is, and who holds it. */
void meminfo_show(show_line_t line)
{
	kb_line(line, "MemTotal:", nr_managed_pages());
	kb_line(line, "MemFree:", nr_free_pages());
	kb_line(line, "AnonPages:", mm_stat_read(MM_ANON));
	kb_line(line, "Mapped:", mm_stat_read(MM_FILE));
	kb_line(line, "Slab:", mm_stat_read(MM_SLAB));
	kb_line(line, "KmallocLarge:", mm_stat_read(MM_KMALLOC_LARGE));
	kb_line(line, "PageTables:", mm_stat_read(MM_USER_TABLES));
	kb_line(line, "KernelTables:", mm_stat_read(MM_KERNEL_TABLES));
	kb_line(line, "VmallocUsed:", mm_stat_read(MM_VMALLOC));
	kb_line(line, "Percpu:", mm_stat_read(MM_PERCPU));
}

static unsigned long blocks_of(const struct free_area *area)
{
	unsigned long n = 0;

	for (unsigned int mt = 0; mt < MIGRATE_TYPES; mt++)
		n += READ_ONCE(area->nr_free[mt]);
	return n;
}

/**
 * si_meminfo() - how much memory there is, for sysinfo()
 * @val: its memory members are set; in pages, mem_unit says how large they are
 */
void si_meminfo(struct sysinfo *val)
{
	val->totalram = nr_managed_pages();
	val->freeram = nr_free_pages();
	val->sharedram = 0;
	val->bufferram = 0;
	val->totalhigh = 0;
	val->freehigh = 0;
	val->mem_unit = PAGE_SIZE;
}

/*
 * /proc/buddyinfo: free blocks by zone and order. Untouched sections are not blocks yet; zoneinfo
 * names them.
 */
void buddyinfo_show(show_line_t line)
{
	char buf[160];
	struct zone *z;

	for_each_zone(z) {
		int n;

		if (!populated_zone(z))
			continue;
		n = scnprintf(buf, sizeof(buf), "Node 0, zone %8s ", z->name);
		for (unsigned int o = 0; o < NR_PAGE_ORDERS; o++)
			n += scnprintf(buf + n, sizeof(buf) - n, "%6lu ", blocks_of(&z->area[o]));
		line(buf);
	}
}

/* /proc/pagetypeinfo, its first table: free blocks by zone, mobility and order. */
void pagetypeinfo_show(show_line_t line)
{
	char buf[200];
	struct zone *z;

	for_each_zone(z) {
		for (unsigned int mt = 0; mt < MIGRATE_TYPES && populated_zone(z); mt++) {
			int n = scnprintf(buf, sizeof(buf), "Node    0, zone %8s, type %12s ",
					  z->name, migratetype_names[mt]);

			for (unsigned int o = 0; o < NR_PAGE_ORDERS; o++)
				n += scnprintf(buf + n, sizeof(buf) - n, "%6u ",
					       READ_ONCE(z->area[o].nr_free[mt]));
			line(buf);
		}
	}
}

static void zone_line(show_line_t line, const char *name, unsigned long v)
{
	char buf[64];

	scnprintf(buf, sizeof(buf), "        %-10s%lu", name, v);
	line(buf);
}

static void pcp_lines(show_line_t line, const struct zone *z)
{
	char buf[64];

	line("  pagesets");
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		const struct per_cpu_pages *pcp = &per_cpu_ptr(&zone_pcp[0], cpu)[z->id];
		unsigned long n = 0;

		for (unsigned int o = 0; o < PCP_ORDERS; o++) {
			for (unsigned int mt = 0; mt < MIGRATE_TYPES; mt++)
				n += (unsigned long)READ_ONCE(pcp->lists[o][mt].count) << o;
		}
		scnprintf(buf, sizeof(buf), "    cpu: %u", cpu);
		line(buf);
		scnprintf(buf, sizeof(buf), "              count: %lu", n);
		line(buf);
	}
}

/*
 * /proc/zoneinfo: watermarks, spans, reserves; `untouched` is memory whose struct pages don't exist
 * yet.
 */
void zoneinfo_show(show_line_t line)
{
	char buf[96];
	struct zone *z;

	for_each_zone(z) {
		if (!populated_zone(z))
			continue;
		scnprintf(buf, sizeof(buf), "Node 0, zone %8s", z->name);
		line(buf);
		scnprintf(buf, sizeof(buf), "  pages free     %lu", READ_ONCE(z->nr_free));
		line(buf);
		zone_line(line, "min", READ_ONCE(z->watermark[WMARK_MIN]));
		zone_line(line, "low", READ_ONCE(z->watermark[WMARK_LOW]));
		zone_line(line, "high", READ_ONCE(z->watermark[WMARK_HIGH]));
		zone_line(line, "spanned", z->end_pfn - z->start_pfn);
		zone_line(line, "managed", z->managed);
		zone_line(line, "untouched", READ_ONCE(z->nr_untouched));
		scnprintf(buf, sizeof(buf), "        protection: (%lu, %lu, %lu)",
			  z->lowmem_reserve[0], z->lowmem_reserve[1], z->lowmem_reserve[2]);
		line(buf);
		pcp_lines(line, z);
	}
}
