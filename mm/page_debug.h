/* SPDX-License-Identifier: MIT */
/* What page_debug.c and page_owner.c keep for each page, and offer each other. Private to mm/. */
#ifndef MM_PAGE_DEBUG_H
#define MM_PAGE_DEBUG_H

#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/stackdepot.h>

#define PAGE_EXT_POISONED  (1u << 0) /* it is free and holds PAGE_POISON throughout */
#define PAGE_EXT_UNMAPPED  (1u << 1) /* it is free and not in the direct map */
#define PAGE_EXT_OWNER	   (1u << 2) /* it was allocated since it is watched */
#define PAGE_EXT_ALLOCATED (1u << 3) /* and not freed again */

/*
 * Beside each struct page, while one of the switches is on. The page's owner writes it; reports and
 * listings read what is there at the moment.
 */
struct page_ext {
	u64 alloc_ns, free_ns;
	depot_stack_handle_t alloc_stack, free_stack;
	gfp_t gfp;
	int pid, free_pid;
	u16 cpu, free_cpu;
	u8 order;
	u8 flags;
	u16 tail; /* pages from the first one of the block that it was allocated in */
	char comm[TASK_COMM_LEN];
};
static_assert(sizeof(struct page_ext) == 64, "the entries of a group fill whole pages");

/* NULL: none of the switches is on, or the page has no struct page. */
struct page_ext *page_ext_of(const struct page *page);

/* page_owner.c: a block was allocated, is freed */
void page_owner_alloc(struct page *page, unsigned int order, gfp_t gfp);
void page_owner_free(struct page *page, unsigned int order);

#endif
