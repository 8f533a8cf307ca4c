// SPDX-License-Identifier: MIT
/*
 * Memory for a checker's states
 * =============================
 *
 * A checker of accesses may keep its states in memory, a byte for 2^MEMSTATE_SHIFT (asm/memstate.h);
 * mm/ gives it that memory. What has none reads as "all may be touched", and can't be shut.
 *
 *	direct map        with the section that comes in, out of the section itself (vmemmap.c): it can't fail,
 *	                  and nothing of the section was given to anybody before
 *	vmalloc, modules  when an area gets its addresses: kasan_cover(). Areas of vmap() and ioremap() have
 *	                  no memory of their own, end with their pages, and are not covered
 *	per-CPU           when a page of it is populated
 *
 * States cover 2^MEMSTATE_SHIFT pages by a page, so neighbours share one, and it never goes: as the
 * kernel's page tables don't, among which they are counted (MM_KERNEL_TABLES). What is used for them
 * is thus an eighth of the most that was ever in use there, since the lowest addresses are used first.
 *
 * Locks: states_lock (S), irq-safe, the page allocator's are taken inside it. Complexity: O(pages).
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/spinlock.h>
#include "internal.h"
#include "kasan.h"

#ifdef MEMSTATE_SHIFT

static DEFINE_SPINLOCK(states_lock);
static phys_addr_t parked; /* S: a page got beforehand; 0: none */

static phys_addr_t from_buddy(void *ctx)
{
	phys_addr_t page = parked;

	parked = 0;
	return page ? page : table_alloc_kernel();
}

static bool cover(const void *p, unsigned long n)
{
	unsigned long flags;
	bool done;

	spin_lock_irqsave(&states_lock, flags);
	done = memstate_cover(p, n, from_buddy, NULL);
	spin_unlock_irqrestore(&states_lock, flags);
	return done;
}

/* The lock can't be held over what waits for memory. */
static void park(phys_addr_t page)
{
	unsigned long flags;

	spin_lock_irqsave(&states_lock, flags);
	swap(parked, page);
	spin_unlock_irqrestore(&states_lock, flags);
	if (page) { /* somebody was as short of it */
		mm_stat_add(MM_KERNEL_TABLES, -1);
		page_set_mark(phys_to_page(page), PAGE_MARK(PAGE_USED, 0));
		free_block(phys_to_page(page), 0);
	}
}

/* False: no memory, and @gfp lets it fail. Context: any that @gfp permits. */
bool kasan_cover(const void *p, unsigned long n, gfp_t gfp)
{
	const gfp_t must = __GFP_NOFAIL | __GFP_DIRECT_RECLAIM;

	while (!cover(p, n)) {
		if ((gfp & must) != must)
			return false;
		park(table_alloc_kernel_nofail());
	}
	return true;
}

static phys_addr_t from_boot(void *ctx)
{
	return table_alloc_boot();
}

/* Before any section comes in: the tables above those that come with the sections. */
void kasan_prepare(unsigned long end_of_ram)
{
	memstate_prepare(__va(0), PFN_PHYS(end_of_ram), from_boot, NULL);
}

#endif
