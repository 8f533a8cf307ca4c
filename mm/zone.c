// SPDX-License-Identifier: MIT
/*
 * Zones: which there are, in which order a request tries them, how much of each is to stay free.
 *
 * 1. Watermarks. min = 4 * sqrt(managed KiB) KiB, shared out over the zones by size (the documented
 *    rule of min_free_kbytes); low = 5/4 min, high = 3/2 min. What requests may take of that stands in
 *    page_alloc.c; below low, kswapd works until high is reached (reclaim.c).
 *
 * 2. Lists. A request that may use zones up to h tries those of zonelists[h], the highest first: memory
 *    that few can use is kept for those few. For the same reason a lower zone has a reserve against
 *    requests that could use a higher one.
 *
 * Locks: none. All but the counts is written once, at boot; counts are read as they are.
 *
 * Sources: Linux 6.12, Documentation/admin-guide/sysctl/vm.rst (min_free_kbytes, lowmem_reserve_ratio).
 */
#include <linux/cpumask.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include "internal.h"

struct zone zones[MAX_NR_ZONES] = {
	[ZONE_DMA] = { .name = "DMA", .id = ZONE_DMA },
	[ZONE_DMA32] = { .name = "DMA32", .id = ZONE_DMA32 },
	[ZONE_NORMAL] = { .name = "Normal", .id = ZONE_NORMAL },
};

struct zone *zonelists[MAX_NR_ZONES][MAX_NR_ZONES + 1];

/* ---- Marks ---- */

bool zones_reach(enum zone_watermark mark, enum zone_type highest)
{
	struct zone **z = zonelists[highest];

	if (!*z)
		return true; /* nothing to wait for */
	while (*z && !zone_reaches(*z, mark, highest))
		z++;
	return *z;
}

/* ---- Counting ---- */

static unsigned long pcp_pages(const struct zone *zone)
{
	unsigned long n = 0;

	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		const struct per_cpu_pages *pcp = &per_cpu_ptr(&zone_pcp[0], cpu)[zone->id];

		for (unsigned int o = 0; o < PCP_ORDERS; o++) {
			for (unsigned int mt = 0; mt < MIGRATE_TYPES; mt++)
				n += (unsigned long)READ_ONCE(pcp->lists[o][mt].count) << o;
		}
	}
	return n;
}

/**
 * nr_free_pages() - pages that could be allocated
 *
 * Counts the buddy, untouched memory and the per-CPU lists. Exact when nothing else runs; what
 * other allocators cache is not in it until mm_quiesce().
 */
unsigned long nr_free_pages(void)
{
	unsigned long n = 0;
	struct zone *z;

	for_each_zone(z)
		n += READ_ONCE(z->nr_free) + pcp_pages(z);
	return n;
}

/* Pages that the page allocator was given at boot. */
unsigned long nr_managed_pages(void)
{
	unsigned long n = 0;
	struct zone *z;

	for_each_zone(z)
		n += z->managed;
	return n;
}

/* ---- Bring-up ---- */

/*
 * min_free_kbytes = 4 * sqrt(KiB of memory), within 128 KiB … 256 MiB as Linux documents it, shared
 * out by size.
 */
static void set_watermarks(void)
{
	unsigned long total = nr_managed_pages();
	unsigned long kbytes = clamp(int_sqrt(16 * total * (PAGE_SIZE / 1024)), 128UL, 262144UL);
	unsigned long pages = kbytes / (PAGE_SIZE / 1024);
	struct zone *z;

	for_each_zone(z) {
		unsigned long min = total ? pages * z->managed / total : 0;

		z->watermark[WMARK_MIN] = min;
		z->watermark[WMARK_LOW] = min + min / 4;
		z->watermark[WMARK_HIGH] = min + min / 2;
	}
}

/*
 * A lower zone keeps 1/256 of the higher zones' memory from requests that could use those (Linux's
 * default ratio).
 */
static void set_lowmem_reserves(void)
{
	for (unsigned int lower = 0; lower < MAX_NR_ZONES; lower++) {
		unsigned long above = 0;

		for (unsigned int h = lower + 1; h < MAX_NR_ZONES; h++) {
			above += zones[h].managed;
			zones[lower].lowmem_reserve[h] = above / 256;
		}
	}
}

static void build_zonelists(void)
{
	for (int highest = 0; highest < MAX_NR_ZONES; highest++) {
		struct zone **list = zonelists[highest];

		for (int z = highest; z >= 0; z--) {
			if (populated_zone(&zones[z]))
				*list++ = &zones[z];
		}
	}
}

void zones_init(void)
{
	set_watermarks();
	set_lowmem_reserves();
	build_zonelists();
}
