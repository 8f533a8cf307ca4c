// SPDX-License-Identifier: MIT
/*
 * Page tables: walking and building, for the kernel's tree and for every address space.
 *
 * 1. Model. A tree of table pages; asm/pgtable.h gives levels, entries and the one store. Nothing
 *    here knows a bit of an entry. One walk, pt_slot(), serves all: it goes down to a level and
 *    makes missing tables on the way if it was given an allocator.
 *
 * 2. The direct map is built once, from memblock's ranges: the largest leaves that fit wholly into
 *    a range, 4 KiB at the edges; nothing else is mapped. The image's text and read-only data keep
 *    that right in their alias here, so W^X holds for memory and not only for addresses.
 *
 * 3. Invariants
 *    I1  a table page is zeroed before an entry points to it;
 *    I2  an entry of the kernel half's root never changes after direct_map_init();
 *    I3  kernel tables are never freed (vmalloc.c says why); user tables belong to one mm, which
 *        frees them.
 *
 * 4. Locks: whoever changes a tree holds its lock: an mm's page_table_lock for its own; the
 *    kernel's tree has no lock as a whole, since each region has one owner (vmalloc: tables_lock in
 *    vmap_pte.c; struct pages: vmemmap_lock). Lookups of kernel addresses need none, by I3.
 *    Cost: one step a level.
 */
#include <asm/pgtable.h>
#include <asm/tlbflush.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <quarry/assert.h>
#include "internal.h"

#define BOOT_BATCH 16 /* pages */

DEFINE_PER_CPU(long, mm_stats[NR_MM_STATS]);

/* Boot tables are taken from memblock by the batch, since its search is what they cost most. */
static phys_addr_t boot_batch, boot_batch_end;

phys_addr_t table_alloc_boot(void)
{
	phys_addr_t table;

	if (boot_batch == boot_batch_end) {
		boot_batch = memblock_phys_alloc(BOOT_BATCH * PAGE_SIZE, PAGE_SIZE);
		if (!boot_batch)
			panic("not enough memory for the kernel's page tables");
		boot_batch_end = boot_batch + BOOT_BATCH * PAGE_SIZE;
	}
	table = boot_batch;
	boot_batch += PAGE_SIZE;
	clear_page(__va(table));
	mm_stat_add(MM_KERNEL_TABLES, 1);
	return table;
}

void table_alloc_boot_end(void)
{
	memblock_phys_free(boot_batch, boot_batch_end - boot_batch);
	boot_batch = boot_batch_end = 0;
}

static phys_addr_t table_alloc(gfp_t gfp, enum mm_stat item)
{
	struct page *page = alloc_pages_uncounted(gfp | __GFP_ZERO, 0, ALLOC_TAG_HERE());

	if (!page)
		return 0;
	page_set_mark(page, PAGE_MARK(PAGE_TABLE, 0));
	mm_stat_add(item, 1);
	return page_to_phys(page);
}

phys_addr_t table_alloc_kernel(void)
{
	return table_alloc(GFP_ATOMIC | __GFP_NOWARN, MM_KERNEL_TABLES);
}

phys_addr_t table_alloc_kernel_nofail(void)
{
	return table_alloc(GFP_KERNEL | __GFP_NOFAIL, MM_KERNEL_TABLES);
}

phys_addr_t table_alloc_user(void)
{
	return table_alloc(GFP_KERNEL | __GFP_NOWARN, MM_USER_TABLES);
}

void table_free_user(pte_t *table)
{
	struct page *page = virt_to_page(table);

	assert(page->type == PAGE_TABLE);
	page_set_mark(page, PAGE_MARK(PAGE_USED, 0));
	mm_stat_add(MM_USER_TABLES, -1);
	free_block(page, 0);
}

pte_t *pt_slot(pte_t *root, unsigned long va, int level, table_alloc_t alloc)
{
	pte_t *table = root;

	for (int l = PT_TOP; l > level; l--) {
		pte_t *slot = &table[pt_index(va, l)];
		pte_t e = pte_get(slot);

		if (pte_none(e)) {
			phys_addr_t fresh = alloc ? alloc() : 0;

			if (!fresh)
				return NULL;
			e = pte_mktable(fresh, va < TASK_SIZE);
			pte_set(slot, va, e);
		} else if (pte_leaf(e, l)) {
			return NULL;
		}
		table = pte_table(e);
	}
	return &table[pt_index(va, level)];
}

pte_t *pt_lookup(pte_t *root, unsigned long va, int *level)
{
	pte_t *table = root;

	for (int l = PT_TOP; l >= 0; l--) {
		pte_t *slot = &table[pt_index(va, l)];
		pte_t e = pte_get(slot);

		if (!pte_mapped(e))
			return NULL;
		if (pte_leaf(e, l)) {
			*level = l;
			return slot;
		}
		table = pte_table(e);
	}
	return NULL;
}

/* The largest level up to `highest` whose leaf fits at va/phys with `size` bytes to go. */
static int leaf_level(unsigned long va, phys_addr_t phys, unsigned long size, int highest)
{
	int level = highest;

	while (level && (((va | phys) & (pt_size(level) - 1)) || size < pt_size(level)))
		level--;
	return level;
}

/*
 * Write `n` neighbouring leaves of one table. At boot this loop is most of the direct map's cost,
 * hence four at a time.
 */
static void set_leaves(pte_t *slot, unsigned long va, pte_t leaf, unsigned long n, int level)
{
	unsigned long step = pt_size(level);

	for (; n >= 4; n -= 4, slot += 4, va += 4 * step, leaf = pte_advance(leaf, 4 * step)) {
		pte_set(slot, va, leaf);
		pte_set(slot + 1, va + step, pte_advance(leaf, step));
		pte_set(slot + 2, va + 2 * step, pte_advance(leaf, 2 * step));
		pte_set(slot + 3, va + 3 * step, pte_advance(leaf, 3 * step));
	}
	for (; n; n--, slot++, va += step, leaf = pte_advance(leaf, step))
		pte_set(slot, va, leaf);
}

static int map_leaves(pte_t *root, unsigned long va, phys_addr_t phys, unsigned long size,
		      pgprot_t prot, table_alloc_t alloc, int highest)
{
	while (size) {
		int level = leaf_level(va, phys, size, highest);
		pte_t *slot = pt_slot(root, va, level, alloc);
		/* to the end of the table: a larger leaf can only begin there */
		unsigned long n = min_t(unsigned long, PTRS_PER_TABLE - pt_index(va, level),
					size >> pt_shift(level));

		if (!slot)
			return -ENOMEM;
		set_leaves(slot, va, pte_mkleaf(phys, prot, level), n, level);
		va += n << pt_shift(level);
		phys += n << pt_shift(level);
		size -= n << pt_shift(level);
	}
	return 0;
}

int pt_map(pte_t *root, unsigned long va, phys_addr_t phys, unsigned long size, pgprot_t prot,
	   table_alloc_t alloc)
{
	return map_leaves(root, va, phys, size, prot, alloc, pt_max_leaf_level());
}

/* The leaf over `va` becomes a table of leaves that say the same. */
static int split_leaf(pte_t *slot, unsigned long va, int level, table_alloc_t alloc)
{
	unsigned long start = va & ~(pt_size(level) - 1);
	pte_t e = pte_get(slot);
	phys_addr_t table = alloc();

	if (!table)
		return -ENOMEM;
	set_leaves(__va(table), start,
		   pte_mkleaf(pte_phys(e), pte_pgprot(e, level), level - 1), PTRS_PER_TABLE,
		   level - 1);
	pte_set(slot, start, pte_mktable(table, va < TASK_SIZE));
	tlb_flush_range(start, start + pt_size(level), NULL);
	return 0;
}

int pt_split(pte_t *root, unsigned long va, table_alloc_t alloc)
{
	int level, err = 0;
	pte_t *slot;

	while (!err && (slot = pt_lookup(root, va, &level)) && level)
		err = split_leaf(slot, va, level, alloc);
	return err;
}

/* debug_pagealloc takes single pages out: each has a leaf of its own then. */
static void map_ram(phys_addr_t start, phys_addr_t end, pgprot_t prot)
{
	int highest = page_debug & PAGE_DEBUG_UNMAP ? 0 : pt_max_leaf_level();

	if (start < end && map_leaves(kernel_root(), (unsigned long)__va(start), start,
				      end - start, prot, table_alloc_boot, highest))
		panic("the direct map can't be built");
}

void direct_map_init(void)
{
	phys_addr_t ro_start = __pa(__text_start), ro_end = __pa(__rodata_end);
	phys_addr_t start, end;
	u64 i;

	pt_fill_root(memblock_end_of_DRAM(), table_alloc_boot);
	for_each_mem_range(i, &start, &end) {
		map_ram(start, min(end, ro_start), PAGE_KERNEL);
		map_ram(max(start, ro_start), min(end, ro_end), PAGE_KERNEL_RO);
		map_ram(max(start, ro_end), end, PAGE_KERNEL);
	}
	pt_activate_kernel();
}
