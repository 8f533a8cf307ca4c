/* SPDX-License-Identifier: MIT */
/* Zones, mobility and sections: how physical memory is grouped. */
#ifndef LINUX_MMZONE_H
#define LINUX_MMZONE_H

#include <linux/gfp.h>
#include <linux/spinlock.h>

enum zone_type {
	ZONE_DMA,    /* below 16 MiB */
	ZONE_DMA32,  /* below 4 GiB */
	ZONE_NORMAL,
	MAX_NR_ZONES
};

enum migratetype {
	MIGRATE_UNMOVABLE,
	MIGRATE_MOVABLE,
	MIGRATE_RECLAIMABLE,
	MIGRATE_TYPES
};

#define PAGEBLOCK_ORDER	   9
#define PAGEBLOCK_NR_PAGES (1UL << PAGEBLOCK_ORDER)

/* A section is 128 MiB of physical memory: its 32,768 struct pages take 1 MiB, which it hosts in itself. */
#define SECTION_SHIFT	  27
#define PAGES_PER_SECTION (1UL << (SECTION_SHIFT - PAGE_SHIFT))
/* struct pages come in groups of one largest block (4 MiB of RAM, 8 pages of struct page): 32 groups a section. */
#define GROUP_NR_PAGES	   MAX_ORDER_NR_PAGES
#define GROUP_STRUCT_PAGES (GROUP_NR_PAGES * 32 / PAGE_SIZE)
#define GROUPS_PER_SECTION (PAGES_PER_SECTION / GROUP_NR_PAGES)

enum zone_watermark {
	WMARK_MIN,
	WMARK_LOW,
	WMARK_HIGH,
	NR_WMARK
};

/* Orders that per-CPU lists hold, and how many pages one list may keep and moves at once. */
#define PCP_ORDERS 4
#define PCP_HIGH   128
#define PCP_BATCH  32

struct pcp_list {
	u32 head;  /* C: pfn of the first block, 0 if none */
	u32 count; /* C: blocks */
};

/* C: this CPU, interrupts off */
struct per_cpu_pages {
	struct pcp_list lists[PCP_ORDERS][MIGRATE_TYPES];
};

struct free_area {
	u32 head[MIGRATE_TYPES];	 /* Z: pfn of the first block, 0 if none */
	u32 nr_free[MIGRATE_TYPES]; /* Z: blocks in the list */
};

/* Z: zone->lock  R: read-only after boot */
struct zone {
	const char *name;			/* R */
	enum zone_type id;			/* R */
	spinlock_t lock;			/* irq-safe; innermost but for printk */
	struct free_area area[NR_PAGE_ORDERS];	/* Z */
	u16 nonempty[MIGRATE_TYPES];		/* Z: bit o: area[o].head[mt] != 0 */
	unsigned long nr_free;			/* Z: pages in the buddy, sections not yet touched included */
	unsigned long nr_untouched;		/* Z: those of them in untouched sections */
	unsigned long next_section, end_section; /* Z: untouched sections are in [next, end) */
	unsigned long managed;			/* R: pages the allocator was given */
	unsigned long start_pfn, end_pfn;	/* R: span */
	unsigned long watermark[NR_WMARK];	/* pages; read with READ_ONCE(): tests raise it */
	unsigned long lowmem_reserve[MAX_NR_ZONES]; /* R: kept from requests that could use that higher zone */
};

extern struct zone zones[MAX_NR_ZONES];
#define for_each_zone(z) for ((z) = zones; (z) < zones + MAX_NR_ZONES; (z)++)

static inline bool populated_zone(const struct zone *z)
{
	return z->managed != 0;
}

/* The zone that a page frame lies in: a matter of its number alone. */
static inline enum zone_type pfn_zone_id(unsigned long pfn)
{
	return (pfn >= ARCH_DMA_LIMIT >> PAGE_SHIFT) + (pfn >= ARCH_DMA32_LIMIT >> PAGE_SHIFT);
}

static inline struct zone *pfn_zone(unsigned long pfn)
{
	return &zones[pfn_zone_id(pfn)];
}

/* The highest zone that the flags allow; lower ones are the fallback. */
static inline enum zone_type gfp_zone(gfp_t gfp)
{
	if (gfp & __GFP_DMA)
		return ZONE_DMA;
	return gfp & __GFP_DMA32 ? ZONE_DMA32 : ZONE_NORMAL;
}

static inline enum migratetype gfp_migratetype(gfp_t gfp)
{
	/* __GFP_MOVABLE is bit 3, __GFP_RECLAIMABLE bit 4; both at once is a caller's error */
	return ((__force unsigned int)gfp >> 3) & 3;
}

#endif
