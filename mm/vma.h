/* SPDX-License-Identifier: MIT */
/*
 * What vma.c, user_pt.c, fault.c, mmap.c and mm_struct.c offer each other. Private to mm/; tests
 * may include it.
 */
#ifndef MM_VMA_H
#define MM_VMA_H

#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mm_vma.h>

/*
 * --- vma.c. All but the caches need mmap_lock held for writing; the gap search is content with
 * reading ---
 */
void vma_caches_init(void);

/* A blank mapping, in no tree; NULL: out of memory. */
struct vm_area_struct *vma_alloc(struct mm_struct *mm);
/* End a mapping that is in no tree: close it, drop its file, free it. */
void vma_release(struct vm_area_struct *vma);
/* Free one that never came to life. NULL is ignored. */
void vma_discard(struct vm_area_struct *vma);

void vma_link(struct mm_struct *mm, struct vm_area_struct *vma);
void vma_unlink(struct mm_struct *mm, struct vm_area_struct *vma);
/* Move a mapping's ends; its place in the order stays. */
void vma_resize(struct vm_area_struct *vma, unsigned long start, unsigned long end);
/* Merge with either neighbour where that is allowed; returns the mapping that holds `vma` then. */
struct vm_area_struct *vma_merge_neighbours(struct vm_area_struct *vma);

/* Lowest address that belongs to the mapping, its guard counted. */
unsigned long vm_start_gap(const struct vm_area_struct *vma);
/* The highest free [result, result + len) in [low, high), or 0. */
unsigned long vma_gap_search(struct mm_struct *mm, unsigned long len, unsigned long low,
			     unsigned long high);
/* Is [start, end) free, the guard of a stack above included? */
bool vma_range_free(struct mm_struct *mm, unsigned long start, unsigned long end);

/*
 * Boundaries at the ends of a range: prepare() does all that may fail, commit() splits, cancel()
 * forgets.
 */
struct range_split {
	unsigned long start, end;
	struct vm_area_struct *at_start,
		*at_end; /* the new pieces; NULL: no mapping crosses that end */
};
int range_split_prepare(struct mm_struct *mm, unsigned long start, unsigned long end,
			struct range_split *rs);
void range_split_commit(struct mm_struct *mm, struct range_split *rs);
void range_split_cancel(struct range_split *rs);

/* Rights of an entry for these flags; never writable: the fault that writes makes it so. */
pgprot_t vm_get_page_prot(vm_flags_t flags);
/* After a change of flags: the rights follow, the memory type stays. */
void vma_set_page_prot(struct vm_area_struct *vma);
/* What a file's mapping has until ->mmap says otherwise: no page can be had. */
extern const struct vm_operations_struct vma_no_ops;

/* --- user_pt.c. P: page_table_lock held --- */

/* Pages and tables on their way out: gathered, the TLB flushed once for them all, then freed. */
#define GATHER_PAGES  62
#define GATHER_TABLES 8
struct mmu_gather {
	struct mm_struct *mm;
	unsigned long start, end; /* to flush; start >= end: nothing */
	unsigned int nr_pages, nr_tables;
	struct page *pages[GATHER_PAGES];
	pte_t *tables[GATHER_TABLES];
};
void tlb_gather_mmu(struct mmu_gather *tlb, struct mm_struct *mm);
void tlb_finish_mmu(struct mmu_gather *tlb);

/* Call fn for each entry of [start, end) that is not none. P */
typedef void (*pte_fn_t)(struct mm_struct *mm, pte_t *slot, unsigned long va, void *ctx);
void user_pt_walk(struct mm_struct *mm, unsigned long start, unsigned long end, pte_fn_t fn,
		  void *ctx);

/*
 * The level-0 slot for `va`, its tables made as needed. NULL: out of memory. Not P: it takes the
 * lock itself.
 */
pte_t *user_pt_slot(struct mm_struct *mm, unsigned long va);
/* Take every entry of [start, end) out. */
void user_pt_zap(struct mmu_gather *tlb, unsigned long start, unsigned long end);
/* Give every entry of [start, end) the rights of `vma`, and flush. */
void user_pt_protect(struct vm_area_struct *vma, unsigned long start, unsigned long end);
/* Free tables under [start, end) that serve nothing outside the hole [floor, ceiling). */
void user_pt_free_tables(struct mmu_gather *tlb, unsigned long start, unsigned long end,
			 unsigned long floor, unsigned long ceiling);

/* Count a page's mapping in or out. P */
void user_page_add(struct mm_struct *mm, struct page *page);
void user_page_remove(struct mm_struct *mm, struct page *page);
/* Make a fresh page anonymous memory. */
void user_page_make_anon(struct page *page);

/* The counted page of an entry that is not none; NULL: it counts none. */
static inline struct page *pte_counted_page(pte_t e)
{
	return pte_special(e) ? NULL : pfn_to_page(pte_pfn(e));
}

/* --- mmap.c --- */
/* Unmap everything, for the end of an address space. */
void exit_mmap(struct mm_struct *mm);

#endif
