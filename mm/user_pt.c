// SPDX-License-Identifier: MIT
/*
 * The page tables of an address space: finding entries, taking them out, changing their rights,
 * freeing tables.
 *
 * 1. Model. Below mm->pgd hangs a tree of tables (asm/pgtable.h); only level 0 holds leaves. A leaf
 *    is either counted, it owns one reference and one mapcount of its page, or special (the zero
 *    page, page frames of a driver) and owns nothing. An entry without access (PROT_NONE) is a leaf
 *    like any other, with the right taken away.
 *
 * 2. Taking out is in three steps, because another CPU (or this one) may still use an entry that
 *    its TLB remembers:
 *
 *	 entries and tables cleared  →  TLB flushed for the whole stretch  →  pages and tables freed
 *
 *    struct mmu_gather holds what waits between the first and the third. A full batch is flushed
 *    and freed on the way.
 *
 * 3. A table is freed as soon as no mapping needs it: whoever unmaps a range tells the hole around
 *    it, [floor, ceiling), and each table whose whole reach lies in the hole goes. So the tables of
 *    an mm are bounded by its mappings, and none is left at the end.
 *
 * 4. Invariants, checked by mm_valid() together with those of vma.c:
 *    I7  each leaf lies in a mapping and allows no more than the mapping does; without access
 *        exactly where the mapping is;
 *    I8  a counted page is referenced and counted as mapped; a writable page of a private mapping
 *        is anonymous;
 *	  a special leaf of anonymous memory is the zero page, read-only;
 *    I9  rss_stat is the number of counted leaves by kind;
 *    I10 nr_tables is the number of tables, and the reach of each holds a part of a mapping.
 *
 * 5. Locks: mmap_lock > page_table_lock > zone->lock; of these zone->lock is irq-safe. Entries
 *    change under page_table_lock; tables are freed with mmap_lock held for writing in addition, so
 *    who holds it for reading may keep a slot's address while it allocates. Nothing sleeps under
 *    page_table_lock: user_pt_slot() allocates first, then looks whether somebody was faster. Context: may sleep.
 *
 * 6. Cost: a walk visits the tables that exist, not the addresses; mapping or unmapping a page is
 *    O(levels).
 */
#include <asm/tlbflush.h>
#include <quarry/assert.h>
#include "internal.h"
#include "vma.h"

/* --- pages --- */

void user_page_make_anon(struct page *page)
{
	page->flags |= PG_anon;
	mm_stat_add(MM_ANON, 1);
}

static int rss_kind(const struct page *page)
{
	return page->flags & PG_anon ? MM_ANONPAGES : MM_FILEPAGES;
}

void user_page_add(struct mm_struct *mm, struct page *page)
{
	lockdep_assert_held(&mm->page_table_lock);
	atomic_inc(&page->_mapcount);
	ADD_ONCE(mm->rss_stat[rss_kind(page)], 1);
}

void user_page_remove(struct mm_struct *mm, struct page *page)
{
	lockdep_assert_held(&mm->page_table_lock);
	ADD_ONCE(mm->rss_stat[rss_kind(page)], -1);
	if (atomic_dec_return(&page->_mapcount) > 0 || !(page->flags & PG_anon))
		return;
	/* Whoever still refers to it (a driver that pinned it) holds plain memory from now on. */
	page->flags &= ~PG_anon;
	mm_stat_add(MM_ANON, -1);
}

/* --- gathering --- */

void tlb_gather_mmu(struct mmu_gather *tlb, struct mm_struct *mm)
{
	tlb->mm = mm;
	tlb->start = TASK_SIZE;
	tlb->end = 0;
	tlb->nr_pages = tlb->nr_tables = 0;
}

/* [va, va + size) was cleared and must be forgotten by the TLB. */
static void gather_range(struct mmu_gather *tlb, unsigned long va, unsigned long size)
{
	tlb->start = min(tlb->start, va);
	tlb->end = max(tlb->end, va + size);
}

/**
 * tlb_finish_mmu() - flush the TLB for all that was gathered, then free it
 * @tlb: may be used again after it
 */
void tlb_finish_mmu(struct mmu_gather *tlb)
{
	if (tlb->start < tlb->end)
		tlb_flush_range(tlb->start, tlb->end, &tlb->mm->cpus);
	for (unsigned int i = 0; i < tlb->nr_pages; i++)
		put_page(tlb->pages[i]);
	for (unsigned int i = 0; i < tlb->nr_tables; i++)
		table_free_user(tlb->tables[i]);
	tlb_gather_mmu(tlb, tlb->mm);
}

static void gather_page(struct mmu_gather *tlb, struct page *page)
{
	if (tlb->nr_pages == GATHER_PAGES)
		tlb_finish_mmu(tlb);
	tlb->pages[tlb->nr_pages++] = page;
}

static void gather_table(struct mmu_gather *tlb, pte_t *table)
{
	if (tlb->nr_tables == GATHER_TABLES)
		tlb_finish_mmu(tlb);
	tlb->tables[tlb->nr_tables++] = table;
}

/* --- walking --- */

struct walk {
	struct mm_struct *mm;
	pte_fn_t fn;
	void *ctx;
};

/* First byte behind the reach of the entry at `va`, or `end`. */
static unsigned long entry_end(unsigned long va, unsigned long end, int level)
{
	return min(ALIGN_DOWN(va, pt_size(level)) + pt_size(level), end);
}

static void walk_table(const struct walk *w, pte_t *table, int level, unsigned long va,
		       unsigned long end)
{
	unsigned long next;

	for (; va < end; va = next) {
		pte_t *slot = &table[pt_index(va, level)];
		pte_t e = pte_get(slot);

		next = entry_end(va, end, level);
		if (pte_none(e))
			continue;
		if (level == 0)
			w->fn(w->mm, slot, va, w->ctx);
		else
			walk_table(w, pte_table(e), level - 1, va, next);
	}
}

void user_pt_walk(struct mm_struct *mm, unsigned long start, unsigned long end, pte_fn_t fn,
		  void *ctx)
{
	struct walk w = { .mm = mm, .fn = fn, .ctx = ctx };

	walk_table(&w, mm->pgd, PT_TOP, start, end);
}

/* --- building --- */

/* Put a table under `slot` unless one is there. False: out of memory. */
static bool add_table(struct mm_struct *mm, pte_t *slot, unsigned long va)
{
	phys_addr_t table = table_alloc_user();

	if (!table)
		return false;
	spin_lock(&mm->page_table_lock);
	if (pte_none(pte_get(slot))) {
		pte_set(slot, va, pte_mktable(table, true));
		mm->nr_tables++;
		table = 0;
	}
	spin_unlock(&mm->page_table_lock);
	if (table)
		table_free_user(__va(table));
	return true;
}

/**
 * user_pt_slot() - the place of a page's entry, its tables made as needed
 * @mm: the address space; mmap_lock held
 * @va: a user address that lies in a mapping
 *
 * Tables that were made before memory ran out stay: they lie under the mapping and go with it.
 *
 * Return: the slot, or NULL if there is no memory for a table.
 */
pte_t *user_pt_slot(struct mm_struct *mm, unsigned long va)
{
	pte_t *slot = pt_slot(mm->pgd, va, 0, NULL);

	for (int level = PT_TOP; !slot && level > 0; level--) {
		pte_t *up = pt_slot(mm->pgd, va, level, NULL);

		if (pte_none(pte_get(up)) && !add_table(mm, up, va))
			return NULL;
	}
	return slot ? slot : pt_slot(mm->pgd, va, 0, NULL);
}

/* --- taking out --- */

static void zap_entry(struct mm_struct *mm, pte_t *slot, unsigned long va, void *ctx)
{
	struct mmu_gather *tlb = ctx;
	struct page *page = pte_counted_page(pte_get_and_clear(slot, va));

	if (page) {
		user_page_remove(mm, page);
		gather_page(tlb, page);
	}
	/*
	 * After gather_page(), which may have flushed a full batch: this entry is of the next one.
	 */
	gather_range(tlb, va, PAGE_SIZE);
}

/**
 * user_pt_zap() - take every entry of [start, end) out
 * @tlb: what gathers the pages; they are freed by tlb_finish_mmu()
 * @start: page aligned
 * @end: page aligned
 *
 * Context: mmap_lock held, for reading at least.
 */
void user_pt_zap(struct mmu_gather *tlb, unsigned long start, unsigned long end)
{
	spin_lock(&tlb->mm->page_table_lock);
	user_pt_walk(tlb->mm, start, end, zap_entry, tlb);
	spin_unlock(&tlb->mm->page_table_lock);
}

struct hole {
	unsigned long floor, ceiling;
};

/* Free the tables below `table` that lie in the hole, from the leaves up. */
static void free_below(struct mmu_gather *tlb, pte_t *table, int level, unsigned long va,
		       unsigned long end, const struct hole *hole)
{
	unsigned long next;

	for (; va < end; va = next) {
		unsigned long base = ALIGN_DOWN(va, pt_size(level));
		pte_t *slot = &table[pt_index(va, level)];
		pte_t e = pte_get(slot);

		next = entry_end(va, end, level);
		if (pte_none(e))
			continue;
		if (level > 1)
			free_below(tlb, pte_table(e), level - 1, va, next, hole);
		if (base < hole->floor || base + pt_size(level) > hole->ceiling)
			continue;
		pte_get_and_clear(slot, va);
		tlb->mm->nr_tables--;
		gather_table(tlb, pte_table(e));
		gather_range(tlb, va, PAGE_SIZE);
	}
}

/**
 * user_pt_free_tables() - free the tables that a hole leaves without use
 * @tlb: what gathers them
 * @start: of the range that was unmapped
 * @end: its end
 * @floor: where the mapping below ends; 0: there is none
 * @ceiling: where the mapping above starts; TASK_SIZE: there is none
 *
 * Precondition: no entry is left in the range; mmap_lock held for writing.
 */
void user_pt_free_tables(struct mmu_gather *tlb, unsigned long start, unsigned long end,
			 unsigned long floor, unsigned long ceiling)
{
	/* The page between TASK_SIZE and the end of the last table is nobody's. */
	struct hole hole = { .floor = floor, .ceiling = ALIGN(ceiling, PAGE_SIZE) };

	if (ceiling == TASK_SIZE)
		hole.ceiling = ALIGN(ceiling, pt_size(PT_TOP));
	spin_lock(&tlb->mm->page_table_lock);
	free_below(tlb, tlb->mm->pgd, PT_TOP, start, end, &hole);
	spin_unlock(&tlb->mm->page_table_lock);
}

/* --- rights --- */

static void protect_entry(struct mm_struct *mm, pte_t *slot, unsigned long va, void *ctx)
{
	const struct vm_area_struct *vma = ctx;
	pte_t old = pte_get_and_clear(slot, va);
	pte_t new = pte_modify(old, vma->vm_page_prot);

	/* Who could write before may go on without another fault. */
	if (pte_write(old) && (vma->vm_flags & VM_WRITE))
		new = pte_mkwrite(new);
	pte_set(slot, va, new);
}

void user_pt_protect(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	struct mm_struct *mm = vma->vm_mm;

	spin_lock(&mm->page_table_lock);
	user_pt_walk(mm, start, end, protect_entry, vma);
	spin_unlock(&mm->page_table_lock);
	tlb_flush_range(start, end, &mm->cpus);
}

/* --- checking --- */

struct audit {
	long rss[NR_MM_COUNTERS];
	unsigned long nr_tables;
	bool good;
};

static bool leaf_rights_valid(const struct vm_area_struct *vma, pte_t e)
{
	if (!INVARIANT(7, pte_present(e) == vma_is_accessible(vma)))
		return false;
	if (!INVARIANT(7, !pte_write(e) || (vma->vm_flags & VM_WRITE)))
		return false;
	return INVARIANT(7, !pte_exec(e) || (vma->vm_flags & VM_EXEC)) && INVARIANT(7, pte_user(e));
}

static bool leaf_page_valid(const struct vm_area_struct *vma, pte_t e, struct audit *a)
{
	struct page *page = pte_counted_page(e);

	if (!page)
		return INVARIANT(8, !vma_is_anonymous(vma) ||
					    (is_zero_pfn(pte_pfn(e)) && !pte_write(e)));
	a->rss[rss_kind(page)]++;
	if (!INVARIANT(8, page_count(page) >= 1 && page_mapcount(page) >= 1))
		return false;
	return INVARIANT(8,
			 !pte_write(e) || (vma->vm_flags & VM_SHARED) || (page->flags & PG_anon));
}

static void audit_leaf(struct mm_struct *mm, pte_t *slot, unsigned long va, void *ctx)
{
	struct vm_area_struct *vma = vma_lookup(mm, va);
	struct audit *a = ctx;
	pte_t e = pte_get(slot);

	if (!a->good)
		return;
	a->good = INVARIANT(7, vma != NULL) && leaf_rights_valid(vma, e) &&
		  leaf_page_valid(vma, e, a);
}

static void audit_tables(struct mm_struct *mm, pte_t *table, int level, unsigned long base,
			 struct audit *a)
{
	/* Of the root only the user's part is this mm's. */
	unsigned int n = level == PT_TOP ? pt_index(TASK_SIZE - 1, PT_TOP) + 1 : PTRS_PER_TABLE;

	for (unsigned int i = 0; i < n && a->good; i++) {
		unsigned long va = base + i * pt_size(level);
		pte_t e = pte_get(&table[i]);

		if (pte_none(e))
			continue;
		a->nr_tables++;
		a->good = INVARIANT(10, find_vma_intersection(mm, va, va + pt_size(level)));
		if (level > 1)
			audit_tables(mm, pte_table(e), level - 1, va, a);
	}
}

/**
 * mm_valid() - check the invariants of an address space, mappings and tables
 * @mm: mmap_lock held, or nobody else uses it
 *
 * Return: false after one line that names the broken one. O(mapped pages × log mappings).
 */
bool mm_valid(struct mm_struct *mm)
{
	struct audit a = { .good = true };

	if (!vma_valid(mm))
		return false;
	user_pt_walk(mm, 0, TASK_SIZE, audit_leaf, &a);
	if (a.good)
		audit_tables(mm, mm->pgd, PT_TOP, 0, &a);
	if (!a.good)
		return false;
	return INVARIANT(9, a.rss[MM_ANONPAGES] == mm->rss_stat[MM_ANONPAGES]) &&
	       INVARIANT(9, a.rss[MM_FILEPAGES] == mm->rss_stat[MM_FILEPAGES]) &&
	       INVARIANT(10, a.nr_tables == mm->nr_tables);
}
