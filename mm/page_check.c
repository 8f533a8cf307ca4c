// SPDX-License-Identifier: MIT
/*
 * The page allocator seen from outside: its invariants, and what a page is.
 *
 * The numbered invariants are those of page_alloc.c. buddy_valid() stops at the first that is
 * broken, prints its number and returns false; it takes each zone's lock and has each CPU look at
 * its own lists, so it may be called any time, and costs O(free pages that have a struct page).
 */
#include <asm/irqflags.h>
#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/sprintf.h>
#include <quarry/assert.h>
#include <quarry/report.h>
#include "internal.h"

/**
 * page_head_search() - the head of the block that an unmarked page lies in
 * @page: a page whose mark is 0
 *
 * A block of order o starts at a multiple of 2^o pages, so only one page an order can be the head.
 * The group of struct pages is complete, so each candidate can be read.
 *
 * Return: the head, or NULL if no block holds the page. O(orders).
 */
struct page *page_head_search(struct page *page)
{
	unsigned long pfn = page_to_pfn(page);

	for (unsigned int o = 1; o <= MAX_PAGE_ORDER; o++) {
		struct page *head = pfn_to_page(ALIGN_DOWN(pfn, 1UL << o));

		if (head->type)
			return head->order >= o && !(head->type == PAGE_SLAB && head->tail) ? head
											    : NULL;
	}
	return NULL;
}

static bool tails_clean(const struct page *head, unsigned int order)
{
	for (unsigned long i = 1; i < 1UL << order; i++) {
		if (head[i].mark || head[i].flags || head[i].place || head[i].tail)
			return false;
	}
	return true;
}

static bool mobility_is(unsigned long pfn, unsigned int order, unsigned int mt)
{
	unsigned long end = pfn + (1UL << order);

	pfn = ALIGN_DOWN(pfn, PAGEBLOCK_NR_PAGES);
	for (; pfn < end; pfn += PAGEBLOCK_NR_PAGES) {
		if (pfn_to_page(pfn)->block != mt)
			return false;
	}
	return true;
}

static bool block_valid(const struct zone *zone, unsigned long pfn, unsigned int order,
			unsigned int mt, u32 prev)
{
	const struct page *page = pfn_to_page(pfn);
	const struct page *buddy = pfn_to_page(pfn ^ (1UL << order));

	if (!INVARIANT(1, page->mark == PAGE_MARK(PAGE_FREE, order)) ||
	    !INVARIANT(1, IS_ALIGNED(pfn, 1UL << order) && pfn >= zone->start_pfn &&
			       pfn + (1UL << order) <= zone->end_pfn))
		return false;
	if (!INVARIANT(2, page->prev == prev))
		return false;
	if (!INVARIANT(3, mobility_is(pfn, order, mt)))
		return false;
	if (order < MAX_PAGE_ORDER && !INVARIANT(4, buddy->mark != PAGE_MARK(PAGE_FREE, order)))
		return false;
	return INVARIANT(5, tails_clean(page, order));
}

static bool area_valid(const struct zone *zone, unsigned int order, unsigned int mt,
		       unsigned long *pages)
{
	const struct free_area *area = &zone->area[order];
	u32 n = 0, prev = 0;

	for (u32 pfn = area->head[mt]; pfn; pfn = pfn_to_page(pfn)->next) {
		if (!block_valid(zone, pfn, order, mt, prev))
			return false;
		prev = pfn;
		n++;
	}
	*pages += (unsigned long)n << order;
	return INVARIANT(2, n == area->nr_free[mt]) &&
	       INVARIANT(2, !n == !(zone->nonempty[mt] >> order & 1));
}

static bool pcp_valid(const struct pcp_list *list, const struct zone *zone, unsigned int order)
{
	u32 n = 0;

	for (u32 pfn = list->head; pfn; pfn = pfn_to_page(pfn)->next, n++) {
		if (!INVARIANT(7, pfn_to_page(pfn)->mark == PAGE_MARK(PAGE_PCP, order)) ||
		    !INVARIANT(7, pfn_zone(pfn) == zone))
			return false;
	}
	return INVARIANT(7, n == list->count);
}

static bool zone_valid(const struct zone *zone)
{
	unsigned long pages = zone->nr_untouched;

	for (unsigned int order = 0; order < NR_PAGE_ORDERS; order++) {
		for (unsigned int mt = 0; mt < MIGRATE_TYPES; mt++) {
			if (!area_valid(zone, order, mt, &pages))
				return false;
		}
	}
	return INVARIANT(6, pages == zone->nr_free);
}

/* This CPU's lists, interrupts off. */
static void own_lists_valid(void *arg)
{
	bool *ok = arg;
	struct zone *z;

	for_each_zone(z) {
		const struct per_cpu_pages *pcp = &this_cpu_ptr(&zone_pcp[0])[z->id];

		for (unsigned int order = 0; order < PCP_ORDERS; order++) {
			for (unsigned int mt = 0; mt < MIGRATE_TYPES; mt++)
				*ok = *ok && pcp_valid(&pcp->lists[order][mt], z, order);
		}
	}
}

static bool pcp_lists_valid(void)
{
	unsigned int cpu;
	bool ok = true;

	if (irqs_disabled())
		own_lists_valid(&ok);
	else
		for_each_online_cpu(cpu)
			call_on_cpu(cpu, own_lists_valid, &ok);
	return ok;
}

/**
 * buddy_valid() - check the page allocator's invariants I1 … I7
 *
 * Context: any; takes each zone's lock in turn. Checks every CPU's lists, with interrupts off this
 * one's.
 * Return: false, with a line that names the broken one.
 */
bool buddy_valid(void)
{
	struct zone *z;
	bool ok = true;

	for_each_zone(z) {
		unsigned long flags;

		spin_lock_irqsave(&z->lock, flags);
		ok = ok && zone_valid(z);
		spin_unlock_irqrestore(&z->lock, flags);
	}
	return ok && pcp_lists_valid() && section_valid();
}

/* For report_address(): which page an address of the direct map is in, and whose it is. */
static bool explain_page(unsigned long addr, char *buf, size_t size)
{
	static const char *const words[NR_PAGE_TYPES] = {
		[PAGE_FREE] = "free block",	 [PAGE_PCP] = "free block (per-CPU list)",
		[PAGE_USED] = "allocated block", [PAGE_SLAB] = "slab",
		[PAGE_KMALLOC] = "large kmalloc block", [PAGE_TABLE] = "page table",
		[PAGE_RESERVED] = "struct pages (vmemmap)",
	};
	struct page *page, *head;

	if (!is_direct_map_addr((void *)addr) || !pfn_valid((addr - PAGE_OFFSET) >> PAGE_SHIFT))
		return false;
	page = pfn_to_page((addr - PAGE_OFFSET) >> PAGE_SHIFT);
	head = page_head(page);
	if (!head || head->type >= NR_PAGE_TYPES || !words[head->type])
		scnprintf(buf, size, "direct map, pfn %#lx, zone %s: reserved since boot",
			  page_to_pfn(page), pfn_zone(page_to_pfn(page))->name);
	else
		scnprintf(buf, size, "direct map, pfn %#lx, zone %s: %s of order %u at pfn %#lx",
			  page_to_pfn(page), pfn_zone(page_to_pfn(page))->name, words[head->type],
			  head->order, page_to_pfn(head));
	return true;
}

static const struct page *page_at(unsigned long addr)
{
	unsigned long pfn = (addr - PAGE_OFFSET) >> PAGE_SHIFT;

	return is_direct_map_addr((void *)addr) && pfn_valid(pfn) ? pfn_to_page(pfn) : NULL;
}

/* What is known of its owners. */
static void page_more(unsigned long addr)
{
	const struct page *page = page_at(addr);

	if (page)
		page_owner_report(page);
}

static const char *page_advice(unsigned long addr)
{
	const struct page *page = page_at(addr);

	if (!page || !page_is_unmapped(page))
		return NULL;
	return "Use after free: the page was freed, and debug_pagealloc took it out of the direct map. Who "
	       "freed it (page_owner=on says who) kept a pointer to it.";
}

struct report_explainer page_explainer = {
	.name = "page",
	.explain = explain_page,
	.more = page_more,
	.advise = page_advice,
};
