// SPDX-License-Identifier: MIT
/*
 * The page tables under the vmalloc region.
 *
 * 1. Model. An area's entries belong to whoever owns the area, from the moment its addresses were
 *    taken until they are given back. So leaves are written and cleared without a lock; only the
 *    making of tables, which areas share, is serialised. The table is found once for each 2 MiB,
 *    after that entries stand side by side.
 *
 * 2. Tables stay once they are built. Lowest fit (vmap_tree.c) uses the same addresses again, so
 *    there are never more than the peak of mapped addresses needs: a table of 4 KiB for each 2 MiB,
 *    0.2 %, counted in MM_KERNEL_TABLES. Freeing them would need a lock on every walk of a kernel
 *    address, and a second flush for the CPUs' caches of the upper levels. In return lookups need
 *    no lock.
 *
 * 3. A large leaf (2 MiB) may find a table in its place. All its entries are empty, as the large
 *    page's owner owns all its addresses. The leaf is written over it, the address flushed, so that
 *    no CPU goes on to the old table, and the table parked: the next table that is needed comes
 *    from there. A parked table is still a table page and all zero; so 2 holds for it too.
 *
 * 4. Invariants
 *    I1  every table under the region is of type PAGE_TABLE and stays so;
 *    I2  the entries of addresses that are in no live area are none (checked in vmap_show.c);
 *    I3  a parked table is referenced by no entry and all its entries are none.
 *
 * 5. Who must not fail (__GFP_NOFAIL) can't say so under tables_lock, where nobody sleeps: the
 *    table is made before, without the lock, and parked.
 *
 * 6. Locks: tables_lock > slab_mutex > zone->lock (a table is allocated under it), all irq-safe.
 *    Nobody else makes tables under this region, so it stands for the lock of the kernel's tree
 *    there. Leaves that are taken out still need a TLB flush before their addresses are used again: vmalloc.c's
 *    part. Before their pages are used again it is not waited for (Linux neither): a stale entry only serves whoever
 *    touches the area after vfree(). vmalloc_strict flushes before each batch of pages is given
 *    back, at one flush per 64 pages.
 */
#include <asm/tlbflush.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <quarry/assert.h>
#include "internal.h"
#include "vmap.h"

#define UNMAP_BATCH 64
#define LARGE_LEVEL 1

static const pte_t no_pte = { 0 };

static DEFINE_SPINLOCK(tables_lock);
static u32 parked; /* T: pfn of the first parked table, linked by page->next; 0: none */

bool vmalloc_strict;

/* ---- Tables ---- */

/* Under tables_lock. */
static phys_addr_t table_get(void)
{
	struct page *page;

	if (!parked)
		return table_alloc_kernel();
	page = pfn_to_page(parked);
	parked = page->next;
	page->next = 0;
	assert_debug(!memchr_inv(page_address(page), 0, PAGE_SIZE));
	return page_to_phys(page);
}

static void table_park(pte_t *table)
{
	struct page *page = virt_to_page(table);
	unsigned long flags;

	assert(page->type == PAGE_TABLE);
	spin_lock_irqsave(&tables_lock, flags);
	page->next = parked;
	parked = page_to_pfn(page);
	spin_unlock_irqrestore(&tables_lock, flags);
}

/* The entry for `va` at `level`, its tables made if need be. */
static pte_t *slot_at(unsigned long va, int level)
{
	pte_t *slot = pt_slot(kernel_root(), va, level, NULL);
	unsigned long flags;

	if (likely(slot))
		return slot;
	spin_lock_irqsave(&tables_lock, flags);
	slot = pt_slot(kernel_root(), va, level, table_get);
	spin_unlock_irqrestore(&tables_lock, flags);
	return slot;
}

pte_t *vmap_slots(unsigned long va)
{
	return slot_at(va, 0);
}

/* Each round parks a table, and the walk uses it: so there are at most as many as levels. */
pte_t *vmap_slots_nofail(unsigned long va)
{
	pte_t *slot;

	while (!(slot = slot_at(va, 0)))
		table_park(__va(table_alloc_kernel_nofail()));
	return slot;
}

/* ---- Mapping ---- */

static int set_pages(pte_t *slot, unsigned long va, struct page **pages, unsigned long n,
		     pgprot_t prot)
{
	for (unsigned long i = 0; i < n; i++, va += PAGE_SIZE) {
		if (WARN_ON_ONCE(!pages[i]))
			return -EINVAL;
		pte_set(&slot[i], va, pte_mkleaf(page_to_phys(pages[i]), prot, 0));
	}
	return 0;
}

int vmap_map_pages(unsigned long va, struct page **pages, unsigned long n, pgprot_t prot)
{
	while (n) {
		unsigned long run = vmap_run(va, n);
		pte_t *slot = vmap_slots(va);
		int err = slot ? set_pages(slot, va, pages, run, prot) : -ENOMEM;

		if (err)
			return err;
		va += run * PAGE_SIZE;
		pages += run;
		n -= run;
	}
	return 0;
}

int vmap_map_large(unsigned long va, phys_addr_t phys, pgprot_t prot)
{
	pte_t *slot = slot_at(va, LARGE_LEVEL);
	pte_t old;

	assert_debug(IS_ALIGNED(va | phys, pt_size(LARGE_LEVEL)) &&
		     pt_max_leaf_level() >= LARGE_LEVEL);
	if (!slot)
		return -ENOMEM;
	old = pte_get(slot);
	pte_set(slot, va, pte_mkleaf(phys, prot, LARGE_LEVEL));
	if (!pte_none(old)) {
		assert(!pte_leaf(old, LARGE_LEVEL));
		tlb_flush_page(va, NULL);
		table_park(pte_table(old));
	}
	return 0;
}

static bool large_fits(unsigned long va, phys_addr_t phys, unsigned long size)
{
	return size >= pt_size(LARGE_LEVEL) && IS_ALIGNED(va | phys, pt_size(LARGE_LEVEL)) &&
	       pt_max_leaf_level() >= LARGE_LEVEL;
}

/*
 * 4 KiB leaves for [phys, …) up to the end of the table or of `size`. Bytes mapped, 0: no memory.
 */
static unsigned long map_phys_run(unsigned long va, phys_addr_t phys, unsigned long size,
				  pgprot_t prot)
{
	unsigned long n = vmap_run(va, size >> PAGE_SHIFT);
	pte_t *slot = vmap_slots(va);

	if (!slot)
		return 0;
	for (unsigned long i = 0; i < n; i++)
		pte_set(&slot[i], va + i * PAGE_SIZE, pte_mkleaf(phys + i * PAGE_SIZE, prot, 0));
	return n * PAGE_SIZE;
}

int vmap_map_phys(unsigned long va, phys_addr_t phys, unsigned long size, pgprot_t prot)
{
	while (size) {
		unsigned long step = pt_size(LARGE_LEVEL);

		if (!large_fits(va, phys, size))
			step = map_phys_run(va, phys, size, prot);
		else if (vmap_map_large(va, phys, prot))
			step = 0;
		if (!step)
			return -ENOMEM;
		va += step;
		phys += step;
		size -= step;
	}
	return 0;
}

/*
 * ---- Unmapping ----
 *
 * A page is in a list of pages before its leaf is cleared: somebody refers to it at any moment
 * (kmemleak.c, 3).
 */

/* Leaves of `size` bytes from va on are gone; what happens to the pages that they mapped. */
static void pages_unmapped(unsigned long va, unsigned long size, struct page **pages,
			   unsigned long n, enum vmap_pages what)
{
	if (unlikely(vmalloc_strict))
		tlb_flush_range(va, va + size, NULL);
	if (what == VMAP_KEEP_PAGES)
		return;
	vmap_pages_put(pages, n);
}

static void unmap_run(pte_t *slot, unsigned long va, unsigned long n, enum vmap_pages what)
{
	struct page *pages[UNMAP_BATCH];

	while (n) {
		unsigned long batch = min(n, (unsigned long)UNMAP_BATCH), found = 0;

		for (unsigned long i = 0; i < batch; i++) {
			pte_t e = pte_get(&slot[i]);

			if (unlikely(pte_none(e)))
				continue;
			WRITE_ONCE(pages[found], pfn_to_page(pte_pfn(e)));
			found++;
			pte_set(&slot[i], va + i * PAGE_SIZE, no_pte);
		}
		pages_unmapped(va, batch * PAGE_SIZE, pages, found, what);
		slot += batch;
		va += batch * PAGE_SIZE;
		n -= batch;
	}
}

void vmap_unmap(unsigned long va, unsigned long end, enum vmap_pages what)
{
	while (va < end) {
		unsigned long next = min(end, ALIGN(va + 1, pt_size(LARGE_LEVEL)));
		pte_t *slot = pt_slot(kernel_root(), va, LARGE_LEVEL, NULL);
		pte_t e = slot ? pte_get(slot) : no_pte;

		if (pte_none(e)) {
			va = next;
			continue;
		}
		if (pte_leaf(e, LARGE_LEVEL)) {
			struct page *page;

			WRITE_ONCE(page, pfn_to_page(pte_pfn(e)));
			pte_set(slot, va, no_pte);
			pages_unmapped(va, next - va, &page, 1, what);
		} else {
			unmap_run(&pte_table(e)[pt_index(va, 0)], va, (next - va) >> PAGE_SHIFT,
				  what);
		}
		va = next;
	}
}

/* ---- Looking ---- */

bool vmap_all_mapped(unsigned long va, unsigned long end)
{
	int level;

	for (; va < end; va += PAGE_SIZE) {
		if (!pt_lookup(kernel_root(), va, &level))
			return false;
	}
	return true;
}

bool vmap_none_mapped(unsigned long va, unsigned long end)
{
	int level;

	for (; va < end; va += PAGE_SIZE) {
		if (pt_lookup(kernel_root(), va, &level))
			return false;
	}
	return true;
}

/*
 * Of [start, end), what the table whose first entry translates `va` maps. Recursion: at most
 * PT_LEVELS deep.
 */
static unsigned long mapped_below(const pte_t *table, int level, unsigned long va,
				  unsigned long start, unsigned long end)
{
	unsigned long bytes = 0, size = pt_size(level);

	for (unsigned int i = 0; i < PTRS_PER_TABLE; i++, va += size) {
		pte_t e = pte_get(&table[i]);

		if (pte_none(e) || va + (size - 1) < start || va >= end)
			continue;
		bytes += pte_leaf(e, level) ?
				 size :
				 mapped_below(pte_table(e), level - 1, va, start, end);
	}
	return bytes;
}

unsigned long vmap_mapped_bytes(unsigned long start, unsigned long end)
{
	unsigned long bytes = 0, va = ALIGN_DOWN(start, pt_size(PT_TOP));

	for (;;) {
		pte_t e = pte_get(pt_slot(kernel_root(), va, PT_TOP, NULL));

		if (!pte_none(e))
			bytes += mapped_below(pte_table(e), PT_TOP - 1, va, start, end);
		if (end - va <= pt_size(PT_TOP))
			return bytes;
		va += pt_size(PT_TOP);
	}
}
