// SPDX-License-Identifier: MIT
/*
 * Pages that are watched: page_owner=, page_poison= and debug_pagealloc= on the boot line
 * =======================================================================================
 *
 * 1. What it is for. A page that is used after it was freed belongs to somebody else by then, who is
 *    blamed. Three switches, alone or together:
 *
 *	page_owner=on		who allocated and who freed each page (page_owner.c)
 *	page_poison=1		a freed page is filled with PAGE_POISON; who gets it next is told of
 *				each byte that was changed meanwhile. (page_poisoning= is the same)
 *	debug_pagealloc=on	a freed page leaves the direct map: each access by its address faults
 *
 *    With any of them a block is looked at when it is freed, too: one that is still mapped somewhere is
 *    reported and stays allocated, since whoever has it mapped would meet the next owner.
 *
 * 2. Where it stands. While a switch is on, every request and every free take the page allocator's
 *    odd path (page_orders_plain and free_orders_plain are 0, as for init_on_alloc=), and that calls
 *    the two functions here. While none is, nobody comes here.
 *
 * 3. Beside struct page. Each page has a struct page_ext, 64 bytes, in pages that a section sets aside
 *    when it comes in, as for its struct pages (vmemmap.c). ext_pages[] leads to them, a pointer for 64
 *    pages. Pages that were never freed are neither poisoned nor unmapped: the flags there say what a
 *    page is, so bringing a section in writes nothing to its memory.
 *
 * 4. debug_pagealloc. The direct map is made of the smallest pages from the start (pgtable.c), so each
 *    can be taken out by one store, which needs no lock: the entry belongs to whoever owns the page.
 *    Every CPU forgets it at once. Other aliases of the page (a stale vmap(), a device) are not
 *    stopped; poisoning sees what they write.
 *
 * Invariants
 * I1  PAGE_EXT_POISONED: the page is free, and held PAGE_POISON throughout when that was set.
 * I2  PAGE_EXT_UNMAPPED: the page is free, and its entry in the direct map is none.
 * I3  A page that somebody owns has neither flag.
 *
 * Locks: none. Contexts: as the page allocator. Cost with a switch on: O(pages of the block).
 *
 * Sources: Linux 6.12's kernel-parameters and Documentation/mm/page_owner.rst.
 */
#include <asm/pgtable.h>
#include <asm/tlbflush.h>
#include <linux/bug.h>
#include <linux/memblock.h>
#include <linux/moduleparam.h>
#include <linux/poison.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <quarry/report.h>
#include "internal.h"
#include "kasan.h"
#include "page_debug.h"

#define EXT_PER_PAGE (PAGE_SIZE / sizeof(struct page_ext))
#define DUMP_BYTES   64

static_assert(PAGE_EXT_GROUP_PAGES * EXT_PER_PAGE == GROUP_NR_PAGES);

unsigned int page_debug;	 /* R */
phys_addr_t page_debug_reserved; /* R */

static struct page_ext **ext_pages; /* R; its entries are set once, under vmemmap_lock */

/* ---- Beside struct page ---- */

struct page_ext *page_ext_of(const struct page *page)
{
	unsigned long pfn = page_to_pfn(page);
	struct page_ext *ext = ext_pages ? READ_ONCE(ext_pages[pfn / EXT_PER_PAGE]) : NULL;

	return ext ? ext + pfn % EXT_PER_PAGE : NULL;
}

void page_debug_add(unsigned long pfn, void *zeroed)
{
	smp_store_release(&ext_pages[pfn / EXT_PER_PAGE], zeroed);
}

void page_debug_init(void)
{
	unsigned long pages = ALIGN(PFN_UP(memblock_end_of_DRAM()), PAGES_PER_SECTION);

	if (!page_debug)
		return;
	page_debug_reserved = memblock_reserved_size();
	ext_pages = memblock_alloc(pages / EXT_PER_PAGE * sizeof(*ext_pages), PAGE_SIZE);
	if (!ext_pages)
		panic("no memory to watch %lu pages", pages);
	if ((page_debug & PAGE_DEBUG_OWNER) && stack_depot_early_init())
		panic("no memory for the stacks of page_owner=on");
	page_debug_reserved = memblock_reserved_size() - page_debug_reserved;
	WRITE_ONCE(page_orders_plain, 0);
	WRITE_ONCE(free_orders_plain, 0);
	pr_info("pages are watched:%s%s%s\n", page_debug & PAGE_DEBUG_OWNER ? " page_owner" : "",
		page_debug & PAGE_DEBUG_POISON ? " page_poison" : "",
		page_debug & PAGE_DEBUG_UNMAP ? " debug_pagealloc" : "");
}

/* ---- Poison ---- */

/* Filled, and shut again as free memory is. */
static void poison(struct page *page, struct page_ext *ext)
{
	void *p = page_address(page);

	kasan_unpoison(p, PAGE_SIZE);
	memset(p, PAGE_POISON, PAGE_SIZE);
	kasan_poison(p, PAGE_SIZE);
	ext->flags |= PAGE_EXT_POISONED;
}

static bool single_bit(u8 found)
{
	u8 bits = found ^ PAGE_POISON;

	return !(bits & (bits - 1));
}

static void report_poison(struct page *page, u8 *first, u8 *last)
{
	u8 *row = (u8 *)((unsigned long)first & ~15UL);
	size_t rows = ALIGN(last + 1 - row, 16);

	report_open(REPORT_PAGE_POISON, "pagealloc: %s", first == last && single_bit(*first) ? "single bit error"
									  : "memory corruption");
	report_line("0x%px-0x%px @offset=%lu. First byte 0x%x instead of 0x%x", first, last,
		    offset_in_page(first), *first, PAGE_POISON);
	report_dump("Page", row, min_t(size_t, rows, DUMP_BYTES));
	report_line("pfn:%#lx, free until now", page_to_pfn(page));
	page_owner_report(page);
	report_stack_here(NULL);
	report_line("FIX pagealloc: the page is handed out as it is");
	report_advice(
		"The page was written after it was freed, by its address or through another mapping of it: "
		"who freed it kept a pointer, or a device still writes there. Who is told here only got it next.%s",
		page_debug & PAGE_DEBUG_OWNER ? "" : " page_owner=on says who had it.");
	report_end();
}

static void check_poison(struct page *page, struct page_ext *ext)
{
	u8 *p = page_address(page), *first, *last = p + PAGE_SIZE - 1;

	ext->flags &= ~PAGE_EXT_POISONED;
	kasan_unpoison(p, PAGE_SIZE);
	first = memchr_inv(p, PAGE_POISON, PAGE_SIZE);
	if (likely(!first))
		return;
	while (*last == PAGE_POISON)
		last--;
	report_poison(page, first, last);
}

/* ---- The direct map ---- */

/* The page's own entry, or NULL: its memory is mapped by a larger one. */
static pte_t *direct_slot(const struct page *page)
{
	return pt_slot(kernel_root(), (unsigned long)page_address(page), 0, NULL);
}

static void map(struct page *page, struct page_ext *ext)
{
	unsigned long va = (unsigned long)page_address(page);

	pte_set(direct_slot(page), va, pte_mkleaf(page_to_phys(page), PAGE_KERNEL, 0));
	ext->flags &= ~PAGE_EXT_UNMAPPED;
}

static void unmap(struct page *page, struct page_ext *ext)
{
	pte_t *slot = direct_slot(page);

	if (!slot)
		return;
	pte_get_and_clear(slot, (unsigned long)page_address(page));
	ext->flags |= PAGE_EXT_UNMAPPED;
}

/* ---- Entered from the page allocator ---- */

/* The block was taken and has no owner yet. */
noinline void page_debug_alloc(struct page *page, unsigned int order, gfp_t gfp)
{
	for (unsigned long i = 0; i < 1UL << order; i++) {
		struct page_ext *ext = page_ext_of(page + i);

		if (ext->flags & PAGE_EXT_UNMAPPED)
			map(page + i, ext);
		if (ext->flags & PAGE_EXT_POISONED)
			check_poison(page + i, ext);
	}
	if (page_debug & PAGE_DEBUG_OWNER)
		page_owner_alloc(page, order, gfp);
}

/* The block has no owner any more, and is in no list. False: it must stay so. */
noinline bool page_debug_free(struct page *page, unsigned int order)
{
	if (page_mapcount(page)) {
		page_report("nonzero mapcount", page,
			    "The page is freed while user addresses still lead to it: somebody dropped "
			    "a reference that he did not have. It stays allocated, since its next owner "
			    "would share it.");
		return false;
	}
	if (page_debug & PAGE_DEBUG_OWNER)
		page_owner_free(page, order);
	for (unsigned long i = 0; i < 1UL << order; i++) {
		struct page_ext *ext = page_ext_of(page + i);

		if (page_debug & PAGE_DEBUG_POISON)
			poison(page + i, ext);
		if (page_debug & PAGE_DEBUG_UNMAP)
			unmap(page + i, ext);
	}
	if (page_debug & PAGE_DEBUG_UNMAP)
		tlb_flush_range((unsigned long)page_address(page),
				(unsigned long)page_address(page) + (PAGE_SIZE << order), NULL);
	return true;
}

/* ---- Reports ---- */

bool page_is_unmapped(const struct page *page)
{
	const struct page_ext *ext = page_ext_of(page);

	return ext && (READ_ONCE(ext->flags) & PAGE_EXT_UNMAPPED);
}

/* ---- Boot line ---- */

static int set_switch(unsigned int which, const char *val)
{
	bool on;
	int err = boot_param_bool(val, &on);

	if (!err)
		page_debug = on ? page_debug | which : page_debug & ~which;
	return err;
}

static int set_owner(const char *val)
{
	return set_switch(PAGE_DEBUG_OWNER, val);
}
BOOT_PARAM("page_owner", set_owner);

static int set_poison(const char *val)
{
	return set_switch(PAGE_DEBUG_POISON, val);
}
BOOT_PARAM("page_poison", set_poison);
BOOT_PARAM("page_poisoning", set_poison);

static int set_debug_pagealloc(const char *val)
{
	return set_switch(PAGE_DEBUG_UNMAP, val);
}
BOOT_PARAM("debug_pagealloc", set_debug_pagealloc);
