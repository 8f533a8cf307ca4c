/* SPDX-License-Identifier: MIT */
/* Pages, their addresses and lifetime; the address-space interface stands at the end. Names are Linux 6.12's. */
#ifndef LINUX_MM_H
#define LINUX_MM_H

#include <asm/page.h>
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm_types.h>
#include <linux/mmzone.h>
#include <linux/page_ref.h>
#include <linux/mm_vma.h>
#include <linux/vmalloc.h> /* is_vmalloc_addr(), vmalloc_to_page() */

#define vmemmap ((struct page *)VMEMMAP_START)

/* Pure arithmetic, any pfn; whether a struct page stands there is pfn_valid()'s to say. */
#define pfn_to_page(pfn) (vmemmap + (pfn))
#define page_to_pfn(page) ((unsigned long)((page) - vmemmap))

bool pfn_valid(unsigned long pfn);

static inline void *page_address(const struct page *page)
{
	return __va((phys_addr_t)page_to_pfn(page) << PAGE_SHIFT);
}

#define page_to_virt(page) page_address(page)
#define page_to_phys(page) ((phys_addr_t)page_to_pfn(page) << PAGE_SHIFT)
#define phys_to_page(phys) pfn_to_page((phys) >> PAGE_SHIFT)
#define virt_to_phys(v)	   __pa(v)
#define phys_to_virt(p)	   __va(p)
#define virt_to_page(v)	   pfn_to_page(__pa(v) >> PAGE_SHIFT)
#define virt_to_pfn(v)	   (__pa(v) >> PAGE_SHIFT)

/* Is `v` in the direct map (or the image), on a page that has a struct page? */
static inline bool virt_addr_valid(const volatile void *v)
{
	unsigned long a = (unsigned long)v;

	if (!is_direct_map_addr(v) && (a < IMAGE_START || a - IMAGE_START >= IMAGE_SIZE))
		return false;
	return pfn_valid(__pa(v) >> PAGE_SHIFT);
}

#define PAGE_ALIGN(a)	      ALIGN(a, PAGE_SIZE)
#define PAGE_ALIGN_DOWN(a)    ALIGN_DOWN(a, PAGE_SIZE)
#define PAGE_ALIGNED(a)	      IS_ALIGNED((unsigned long)(a), PAGE_SIZE)
#define offset_in_page(p)     ((unsigned long)(p) & ~PAGE_MASK)
#define PFN_UP(x)	      (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x)	      ((x) >> PAGE_SHIFT)
#define PFN_PHYS(x)	      ((phys_addr_t)(x) << PAGE_SHIFT)

struct page *page_head_search(struct page *page);

/* The head of the block that `page` belongs to; NULL: it belongs to none (never given to the allocator). O(orders). */
static inline struct page *page_head(struct page *page)
{
	if (likely(page->type))
		return page->type == PAGE_SLAB ? page - page->tail : page;
	return page_head_search(page);
}

static inline int page_mapcount(const struct page *page)
{
	return READ_ONCE(page->_mapcount.counter);
}

/* With __GFP_COMP all pages of a block share the head's count, without it each page has its own. */
static inline struct page *compound_head(struct page *page)
{
	struct page *head;

	if (likely(READ_ONCE(page->type)))
		return page;
	head = page_head_search(page);
	return head && (head->flags & PG_compound) ? head : page;
}

/* The count that decides when the page is freed: its block's, if that was allocated with __GFP_COMP. */
static inline int page_count(const struct page *page)
{
	return page_ref_count(compound_head((struct page *)page));
}

static inline void get_page(struct page *page)
{
	atomic_inc(&compound_head(page)->_refcount);
}

/* For who holds a reference already, and says so: false, with a warning, if nobody does. */
static inline __must_check bool try_get_page(struct page *page)
{
	page = compound_head(page);
	if (WARN_ON_ONCE(page_ref_count(page) <= 0))
		return false;
	page_ref_inc(page);
	return true;
}

void put_page(struct page *page);

/* A reference, unless the page is free: for who finds it by its number. False: it is. */
static inline bool get_page_unless_zero(struct page *page)
{
	return atomic_inc_not_zero(&page->_refcount);
}

/* Of a block with __GFP_COMP, by any of its pages; else 0. */
static inline unsigned int compound_order(struct page *page)
{
	struct page *head = compound_head(page);

	return head->flags & PG_compound ? head->order : 0;
}

static inline unsigned long page_size(struct page *page)
{
	return PAGE_SIZE << compound_order(page);
}

/* The first page of the object or block that an address of the direct map lies in. */
static inline struct page *virt_to_head_page(const void *x)
{
	struct page *page = virt_to_page(x);

	return page->type == PAGE_SLAB ? page - page->tail : compound_head(page);
}

/* --- folios --- */

#define page_folio(p)	    ((struct folio *)compound_head((struct page *)(p)))
#define folio_page(folio, n) (&(folio)->page + (n))

static inline struct folio *virt_to_folio(const void *x)
{
	return page_folio(virt_to_page(x));
}

static inline void *folio_address(const struct folio *folio)
{
	return page_address(&folio->page);
}

static inline unsigned int folio_order(const struct folio *folio)
{
	return folio->page.flags & PG_compound ? folio->page.order : 0;
}

static inline bool folio_test_large(const struct folio *folio)
{
	return folio_order(folio) != 0;
}

static inline long folio_nr_pages(const struct folio *folio)
{
	return 1L << folio_order(folio);
}

static inline size_t folio_size(const struct folio *folio)
{
	return PAGE_SIZE << folio_order(folio);
}

static inline unsigned long folio_pfn(struct folio *folio)
{
	return page_to_pfn(&folio->page);
}

static inline int folio_ref_count(const struct folio *folio)
{
	return page_ref_count(&folio->page);
}

static inline void folio_get(struct folio *folio)
{
	get_page(&folio->page);
}

static inline void folio_put(struct folio *folio)
{
	put_page(&folio->page);
}

/* What sysinfo() tells; pages are counted in units of mem_unit bytes. */
struct sysinfo {
	unsigned long uptime; /* seconds; not set here, as in Linux */
	unsigned long totalram, freeram, sharedram, bufferram;
	unsigned long totalswap, freeswap;
	unsigned long totalhigh, freehigh;
	unsigned int mem_unit;
};
void si_meminfo(struct sysinfo *val);

unsigned long nr_free_pages(void);
unsigned long nr_managed_pages(void);

/* Counts of pages by use, for meminfo and for leak checks; each CPU adds to its own. */
enum mm_stat {
	MM_SLAB,
	MM_KMALLOC_LARGE,
	MM_VMALLOC,
	MM_PERCPU,
	MM_KERNEL_TABLES,
	MM_USER_TABLES,
	MM_ANON,
	MM_FILE,
	NR_MM_STATS
};
DECLARE_PER_CPU(long, mm_stats[NR_MM_STATS]);
#define mm_stat_add(item, n) this_cpu_add(mm_stats[item], n)
long mm_stat_read(enum mm_stat item);

/*
 * Bring the memory manager up on what memblock holds. After it every allocator of mm/ works.
 * Context: once, at boot, interrupts off, one CPU.
 */
void mm_init(void);

/*
 * Empty every cache: per-CPU page lists, slab arrays and depots, empty slabs, lazily freed vmalloc areas.
 * After it nr_free_pages() is exact. Context: may sleep.
 */
void mm_quiesce(void);
/* What stands above mm/ and keeps memory in reserve; called first. NULL, or set once. May sleep. */
extern void (*mm_quiesce_hook)(void);

/* State in the layout of Linux's /proc files; each line, without its newline, goes to `line`. */
typedef void (*show_line_t)(const char *text);
void meminfo_show(show_line_t line);
void buddyinfo_show(show_line_t line);
void zoneinfo_show(show_line_t line);
void pagetypeinfo_show(show_line_t line);
/* page_owner.c: who holds each page; page_owner, page_owner_stacks/show_stacks. May sleep. */
void page_owner_show(show_line_t line);
void page_owner_stacks_show(show_line_t line, long threshold);

/* All structures' numbered invariants at once; prints which is broken. Slow: O(everything). */
bool mm_valid_all(void);

/* mmap() and munmap() on the running context's address space; -EINVAL if it has none. */
struct file;
unsigned long vm_mmap(struct file *file, unsigned long addr, unsigned long len, unsigned long prot,
		      unsigned long flag, unsigned long offset);
int vm_munmap(unsigned long start, size_t len);

#endif
