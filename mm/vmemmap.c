// SPDX-License-Identifier: MIT
/*
 * The array of struct pages, brought in by sections.
 *
 * 1. Model. vmemmap is one virtual array indexed by pfn, so pfn_to_page() is an addition. What
 *    backs it comes in units: the part of a 128 MiB section that lies in one zone (only section 0
 *    is shared, by DMA and DMA32). A unit's struct pages stand in the unit's own memory:
 *
 *        unit's free RAM   [ table | struct pages of its groups | ..... given to the buddy ..... ]
 *
 *    so bringing one in needs no other allocation and cannot fail, and may happen with interrupts
 *    off. It happens when the buddy runs out of the memory that it has, highest section first (low
 *    memory is what devices can reach, so it stays whole longest). A machine's boot cost thus does
 *    not grow with its RAM.
 *
 * 2. Groups. Within a section struct pages come in groups of 4 MiB of RAM, the largest block of the
 *    buddy: 8 pages of struct page. A group is there as a whole or not at all, so the candidates
 *    for a block's head can always be read. section_groups[] has a bit per group: that is what
 *    pfn_valid() asks.
 *
 * 3. Counting. A unit costs 8 pages a group with RAM in it, and 1 page that becomes a leaf table of
 *    vmemmap (shared with the neighbour section, which then leaves its own unused: 4 KiB in
 *    256 MiB). The cost is a function of memblock's ranges alone, so untouched units count as free
 *    pages from the start and coming in changes no total. A unit that can't carry its cost is left out.
 *
 *    A checker of accesses that keeps states in memory (asm/memstate.h) gets those of a group from
 *    the unit as well: in a build with one that is an eighth of the RAM.
 *
 * 4. Invariants
 *    I1  a group's bit is set only after all its struct pages are mapped and zero;
 *    I2  zone->nr_untouched = sum of unit_pages() over the zone's untouched units;
 *    I3  units come in once and never go.
 *
 * 5. Locks: zone->lock > vmemmap_lock, both irq-safe (the tables of section 0 have two
 *    zones). Readers of section_groups[] need none, by I1 and I3.
 *    Complexity: O(struct pages of the unit) + O(memblock ranges).
 */
#include <asm/pgtable.h>
#include <linux/bitops.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <quarry/assert.h>
#include "internal.h"
#include "kasan.h"

/*
 * vmemmap's tables above the leaves are made at boot: one page of entries per 128 GiB of physical
 * addresses up to the end of RAM.
 */
#define RAM_PER_MID_TABLE (1UL << (30 + PAGE_SHIFT - 5))

struct unit {
	unsigned long start, end; /* pfns */
	u32 groups;		  /* bits: groups with RAM */
	unsigned long free;	  /* free pages in memblock */
	unsigned long cost;	  /* of those, for struct pages and a table */
};

#define GROUP_BYTES	  (GROUP_NR_PAGES * PAGE_SIZE)
#define GROUP_STATE_PAGES KASAN_STATE_PAGES(GROUP_BYTES)

static u32 *section_groups;	  /* R, but for bits set once */
static unsigned long nr_sections; /* R */
static DEFINE_SPINLOCK(vmemmap_lock);

bool pfn_valid(unsigned long pfn)
{
	unsigned long s = pfn / PAGES_PER_SECTION;

	return s < nr_sections &&
	       (READ_ONCE(section_groups[s]) >> (pfn / GROUP_NR_PAGES % GROUPS_PER_SECTION) & 1);
}

/* Bits of the groups that [start, end) touches; both inside one section. */
static u32 group_bits(unsigned long start, unsigned long end)
{
	unsigned int first = start / GROUP_NR_PAGES % GROUPS_PER_SECTION;
	unsigned int last = (end - 1) / GROUP_NR_PAGES % GROUPS_PER_SECTION;

	return (~0u >> (31 - last)) & (~0u << first);
}

static u32 unit_groups(unsigned long start_pfn, unsigned long end_pfn)
{
	phys_addr_t s, e;
	u32 groups = 0;
	u64 i;

	for_each_mem_range(i, &s, &e) {
		unsigned long first = max(PFN_UP(s), start_pfn);
		unsigned long last = min(PFN_DOWN(e), end_pfn);

		if (first < last)
			groups |= group_bits(first, last);
	}
	return groups;
}

/*
 * What so many groups hold of their own memory: struct pages, what is kept beside them (page_debug.c),
 * states, and a table of each kind.
 */
static unsigned long groups_cost(u32 groups)
{
	unsigned long each = GROUP_STRUCT_PAGES + GROUP_STATE_PAGES +
			     (page_debug ? PAGE_EXT_GROUP_PAGES : 0);

	return hweight32(groups) * each + kasan_state_tables(groups, GROUP_BYTES) + 1;
}

/*
 * Measure the part of `section` that lies in `zone`. Returns false if it holds nothing worth
 * bringing in.
 */
static bool unit_measure(const struct zone *zone, unsigned long section, struct unit *u)
{
	phys_addr_t s, e;
	u64 i = 0;

	u->start = max(section * PAGES_PER_SECTION, zone->start_pfn);
	u->end = min((section + 1) * PAGES_PER_SECTION, zone->end_pfn);
	u->free = 0;
	if (u->start >= u->end)
		return false;
	while (memblock_next_free_in(&i, PFN_PHYS(u->start), PFN_PHYS(u->end), &s, &e)) {
		if (PFN_UP(s) < PFN_DOWN(e))
			u->free += PFN_DOWN(e) - PFN_UP(s);
	}
	u->groups = unit_groups(u->start, u->end);
	u->cost = groups_cost(u->groups);
	return u->free > u->cost;
}

static unsigned long unit_pages(const struct zone *zone, unsigned long section)
{
	struct unit u;

	return unit_measure(zone, section, &u) ? u.free - u.cost : 0;
}

/* A unit's own memory while it comes in: pages are taken from its lowest free range upwards. */
struct carver {
	const struct unit *u;
	u64 iter;
	unsigned long next, end; /* pfns left of the current free range */
};

static bool carver_next_range(struct carver *c)
{
	phys_addr_t s, e;

	do {
		if (!memblock_next_free_in(&c->iter, PFN_PHYS(c->u->start), PFN_PHYS(c->u->end), &s,
					   &e))
			return false;
		c->next = PFN_UP(s);
		c->end = PFN_DOWN(e);
	} while (c->next >= c->end);
	return true;
}

static phys_addr_t carver_page(struct carver *c)
{
	if (c->next == c->end && !carver_next_range(c))
		panic("vmemmap: a section gave less memory than was measured");
	return PFN_PHYS(c->next++);
}

/* The leaf slot of the struct pages at `va`; `spare` becomes the table if there is none yet. */
static pte_t *vmemmap_slot(unsigned long va, phys_addr_t *spare)
{
	pte_t *slot = pt_slot(kernel_root(), va, 0, NULL);
	pte_t *mid;

	if (slot)
		return slot;
	mid = pt_slot(kernel_root(), va, 1, NULL);
	assert(mid && *spare);
	clear_page(__va(*spare));
	pte_set(mid, va, pte_mktable(*spare, false));
	*spare = 0;
	return pt_slot(kernel_root(), va, 0, NULL);
}

static void map_group(struct carver *c, unsigned long section, unsigned int group,
		      phys_addr_t *spare)
{
	unsigned long pfn = section * PAGES_PER_SECTION + group * GROUP_NR_PAGES;
	unsigned long va = (unsigned long)pfn_to_page(pfn);
	pte_t *slot = vmemmap_slot(va, spare);

	for (unsigned int i = 0; i < GROUP_STRUCT_PAGES; i++, va += PAGE_SIZE) {
		phys_addr_t phys = carver_page(c);

		clear_page(__va(phys));
		pte_set(slot++, va, pte_mkleaf(phys, PAGE_KERNEL, 0));
	}
	for (unsigned long i = 0; page_debug && i < PAGE_EXT_GROUP_PAGES; i++) {
		void *p = __va(carver_page(c));

		clear_page(p);
		page_debug_add(pfn + i * (GROUP_NR_PAGES / PAGE_EXT_GROUP_PAGES), p);
	}
}

#ifdef MEMSTATE_SHIFT
static phys_addr_t carver_zeroed(void *carver)
{
	phys_addr_t phys = carver_page(carver);

	clear_page(__va(phys));
	return phys;
}

/* States for the unit's memory, a run of groups at a time: each ends with a flush. */
static void map_states(struct carver *c, unsigned long section)
{
	unsigned int g = 0, end;

	for (; g < GROUPS_PER_SECTION; g = end + 1) {
		for (end = g; end < GROUPS_PER_SECTION && (c->u->groups >> end & 1); end++)
			;
		if (end > g)
			memstate_cover(__va(PFN_PHYS(section * PAGES_PER_SECTION + g * GROUP_NR_PAGES)),
				       (end - g) * GROUP_BYTES, carver_zeroed, c);
	}
}
#else
static void map_states(struct carver *c, unsigned long section)
{
}
#endif

/* Say of the unit's pages that were carved, those below c->next, that they are held for good. */
static void mark_carved(const struct carver *c)
{
	phys_addr_t s, e;
	u64 i = 0;

	while (memblock_next_free_in(&i, PFN_PHYS(c->u->start), PFN_PHYS(c->u->end), &s, &e)) {
		for (unsigned long pfn = PFN_UP(s); pfn < min(PFN_DOWN(e), c->next); pfn++)
			page_set_mark(pfn_to_page(pfn), PAGE_MARK(PAGE_RESERVED, 0));
	}
}

static void unit_bring_in(struct zone *zone, unsigned long section, const struct unit *u)
{
	struct carver c = { .u = u };
	phys_addr_t spare = carver_page(&c);
	unsigned long flags;

	spin_lock_irqsave(&vmemmap_lock, flags);
	for (unsigned int g = 0; g < GROUPS_PER_SECTION; g++) {
		if (u->groups >> g & 1)
			map_group(&c, section, g, &spare);
	}
	map_states(&c, section);
	smp_wmb(); /* pairs with the dependency in pfn_valid(): struct pages before their bit (I1) */
	WRITE_ONCE(section_groups[section], section_groups[section] | u->groups);
	spin_unlock_irqrestore(&vmemmap_lock, flags);

	mark_carved(&c);
	do {
		buddy_add_range(zone, c.next, c.end);
	} while (carver_next_range(&c));
}

/**
 * section_bring_in() - give the buddy the next section that the zone has not used yet
 * @zone: the zone, whose lock the caller holds
 *
 * Context: any, interrupts off. Cannot fail once there is such a section.
 * Return: false if all of the zone is in already.
 */
bool section_bring_in(struct zone *zone)
{
	struct unit u;

	while (zone->next_section > zone->end_section) {
		unsigned long section = --zone->next_section;

		if (!unit_measure(zone, section, &u))
			continue;
		ADD_ONCE(zone->nr_untouched, -(u.free - u.cost));
		ADD_ONCE(zone->nr_free, -(u.free - u.cost)); /* buddy_add_range() counts them again */
		unit_bring_in(zone, section, &u);
		return true;
	}
	return false;
}

/* Sections [first, last) lie wholly in free RAM: count them without looking at each. */
static void count_whole_sections(unsigned long first, unsigned long last)
{
	unsigned long dma32_end = ARCH_DMA32_LIMIT >> SECTION_SHIFT;
	unsigned long each = PAGES_PER_SECTION - groups_cost(~0U);

	if (first >= last)
		return;
	if (first < dma32_end)
		zones[ZONE_DMA32].nr_untouched += (min(last, dma32_end) - first) * each;
	if (last > dma32_end)
		zones[ZONE_NORMAL].nr_untouched += (last - max(first, dma32_end)) * each;
}

/* Count one section by measuring it, unless that was done; sections come in ascending order. */
static void count_section(unsigned long section, unsigned long *counted)
{
	struct zone *z;

	if (section < *counted)
		return;
	for_each_zone(z)
		z->nr_untouched += unit_pages(z, section);
	*counted = section + 1;
}

/*
 * Fill in nr_untouched of every zone: sections that one free range covers by arithmetic, the others
 * one by one.
 */
static void count_all(void)
{
	unsigned long counted = 0;
	phys_addr_t s, e;
	u64 i;

	for_each_free_mem_range(i, &s, &e) {
		unsigned long first = s >> SECTION_SHIFT, last = (e - 1) >> SECTION_SHIFT;
		unsigned long whole = DIV_ROUND_UP(s, 1UL << SECTION_SHIFT);
		unsigned long whole_end = e >> SECTION_SHIFT;

		whole = max(whole, 1UL); /* section 0 has two zones */
		if (first < whole)
			count_section(first, &counted);
		count_whole_sections(whole, whole_end);
		if (last >= max(whole, whole_end))
			count_section(last, &counted);
	}
}

static void zone_set_span(struct zone *z, unsigned long end_of_ram)
{
	static const unsigned long limit[] = { 0, ARCH_DMA_LIMIT >> PAGE_SHIFT,
					       ARCH_DMA32_LIMIT >> PAGE_SHIFT, ~0UL };

	z->start_pfn = min(limit[z->id], end_of_ram);
	z->end_pfn = min(limit[z->id + 1], end_of_ram);
	z->end_section = z->start_pfn / PAGES_PER_SECTION;
	z->next_section = z->start_pfn < z->end_pfn ?
				  DIV_ROUND_UP(z->end_pfn, PAGES_PER_SECTION) :
				  z->end_section;
}

/* Tables down to the ones that hold leaf tables, for all of the array up to the end of RAM. */
static void make_mid_tables(unsigned long end_of_ram)
{
	for (phys_addr_t p = 0; p < PFN_PHYS(end_of_ram); p += RAM_PER_MID_TABLE) {
		unsigned long va = (unsigned long)pfn_to_page(p >> PAGE_SHIFT);

		if (!pt_slot(kernel_root(), va, 1, table_alloc_boot))
			panic("vmemmap: no memory for its tables");
	}
}

void vmemmap_init(void)
{
	unsigned long end = PFN_UP(memblock_end_of_DRAM());
	struct zone *z;

	nr_sections = DIV_ROUND_UP(end, PAGES_PER_SECTION);
	section_groups = memblock_alloc(nr_sections * sizeof(u32), sizeof(u64));
	if (!section_groups)
		panic("vmemmap: no memory for %lu sections", nr_sections);
	make_mid_tables(end);
	kasan_prepare(end);
	table_alloc_boot_end();
	memblock_seal();
	for_each_zone(z)
		zone_set_span(z, end);
	count_all();
	for_each_zone(z)
		z->nr_free = z->managed = z->nr_untouched;
}

static bool untouched_valid(const struct zone *zone)
{
	unsigned long sum = 0;

	for (unsigned long s = zone->end_section; s < zone->next_section; s++)
		sum += unit_pages(zone, s);
	return INVARIANT(2, sum == zone->nr_untouched);
}

bool section_valid(void)
{
	struct zone *z;
	bool ok = true;

	for_each_zone(z) {
		unsigned long flags;

		spin_lock_irqsave(&z->lock, flags);
		ok = ok && untouched_valid(z);
		spin_unlock_irqrestore(&z->lock, flags);
	}
	return ok;
}
