// SPDX-License-Identifier: MIT
/*
 * What somebody meant who gave an allocator what is not its own
 * =============================================================
 *
 * A pointer that is freed and was never allocated is seldom random: it is of another kind, and which it
 * is says what the mistake was. misuse_advice() tells kinds apart by address and by the state of the
 * page; the first rule that fits counts, so they stand from the special to the general:
 *
 *	error pointer, user address	no kernel pointer at all: not checked, not set
 *	a poison			who holds the pointer read it from memory that was freed or never set
 *	a stack				a local variable; threads' stacks lie in the vmalloc region, so
 *					this comes before
 *	vmalloc				by the area: what made it is what ends it; or it has ended
 *	per-CPU, struct page		another allocator's, which has its own function
 *	image: code, constants, data	nobody allocated it
 *	direct map			by the page: free, pages, the middle of a large block, table …; or no RAM
 *	elsewhere			overwritten, or never set
 *
 * And sizes: one that no allocation can have is a negative number, or what a multiplication or
 * struct_size() says when it overflows.
 *
 * Locks: none. Contexts: any; what is read of a page may change meanwhile. Complexity: O(stacks).
 */
#include <asm/page.h>
#include <asm/stack.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <quarry/report.h>
#include "dma_debug.h"
#include "internal.h"
#include "slab.h"
#include "vmap.h"

static bool on_a_stack(unsigned long a)
{
	unsigned long low, high;
	const char *name;

	return stack_bounds(a, &low, &high, &name);
}

static const char *image_advice(unsigned long a)
{
	if (a >= (unsigned long)__image_start && a < (unsigned long)__text_end)
		return "This is code: a function's address was taken for data.";
	if (a >= (unsigned long)__text_end && a < (unsigned long)__rodata_end)
		return "This is a constant or a string literal, which nobody allocated: kfree_const() leaves those alone.";
	return "This is static data of the kernel or a module, which nobody allocated: it is there for good.";
}

/* By the block that the page lies in. Slabs are not among them: their objects are asked first. */
static const char *page_advice(unsigned long a)
{
	unsigned long pfn = (a - PAGE_OFFSET) >> PAGE_SHIFT;
	const struct page *head = pfn_valid(pfn) ? page_head(pfn_to_page(pfn)) : NULL;

	if (!memblock_is_memory(a - PAGE_OFFSET))
		return "No RAM is there: the pointer was overwritten, or computed from a wrong number.";
	switch (head ? READ_ONCE(head->type) : PAGE_NONE) {
	case PAGE_FREE:
	case PAGE_PCP:
		return "The page is free: what was there was freed before, and its memory given back.";
	case PAGE_USED:
		if (dma_debug_on && dma_debug_is_coherent(a - PAGE_OFFSET))
			return "The memory comes from dma_alloc_coherent(): free it with dma_free_coherent().";
		return "The page comes from alloc_pages() or __get_free_pages(): free it with __free_pages() or free_pages(). Or from dma_alloc_coherent(): then with dma_free_coherent().";
	case PAGE_KMALLOC:
		return "The pointer leads into the middle of a large block: free the one that kmalloc() returned.";
	case PAGE_TABLE:
		return "The page is a page table: the pointer is wild.";
	default:
		if (!pfn_valid(pfn))
			return "No allocator has handed out this memory yet: the pointer was overwritten, or never set.";
		return "No allocator ever had this memory: it was reserved at boot, or holds struct pages.";
	}
}

/**
 * misuse_advice() - what a pointer is that an allocator was given and doesn't know
 * @p: anything
 *
 * Context: any. Return: a sentence.
 */
const char *misuse_advice(const void *p)
{
	unsigned long a = (unsigned long)p;

	if (IS_ERR(p))
		return "This is an error pointer: the function that returned it failed. Check with IS_ERR() first.";
	if (a < TASK_SIZE)
		return "This is a user address or a small number, no kernel pointer: look for a member that was "
		       "never set, or an error code taken for a pointer.";
	if (report_pattern_advice(a))
		return report_pattern_advice(a);
	if (on_a_stack(a))
		return "This is on a stack: a local variable, which ends with its function and is not freed.";
	if (a >= VMALLOC_START && a < VMALLOC_END)
		return vmap_free_advice(a);
	if (a >= PERCPU_START && a - PERCPU_START < PERCPU_SIZE)
		return "The memory comes from alloc_percpu(): free it with free_percpu().";
	if (a >= VMEMMAP_START && a - VMEMMAP_START < VMEMMAP_SIZE)
		return "This is a struct page, not the memory that it stands for: free pages with __free_page().";
	if (a >= IMAGE_START && a < MODULES_END)
		return image_advice(a);
	if (is_direct_map_addr(p))
		return page_advice(a);
	return "No allocator gives such addresses: the pointer was overwritten, or never set.";
}

/* __GFP_ZERO was given for an object that has a constructor. */
noinline void slab_report_zeroed(const struct kmem_cache *s)
{
	report_open(REPORT_SLAB_ZEROED,
		    "WARNING: __GFP_ZERO for an object of %s, which has a constructor", s->name);
	report_stack_here(NULL);
	report_line("The object was zeroed.");
	report_end();
}

static const char *size_advice(size_t size)
{
	if (size == SIZE_MAX)
		return "struct_size(), array_size() and their kin give SIZE_MAX when the product overflows: the "
		       "number of elements is wrong, or was never checked.";
	if ((ssize_t)size < 0)
		return "The size is a negative number, taken for an unsigned one: an error code, or a "
		       "subtraction of two lengths the wrong way round.";
	return "No contiguous block is that large: kvmalloc() or vmalloc() takes pages from anywhere. If the "
	       "size came from outside, it was not checked.";
}

/* kmalloc() was asked for more than there can ever be. */
noinline void kmalloc_report_size(size_t size, gfp_t gfp)
{
	if (gfp & __GFP_NOWARN)
		return;
	report_open(REPORT_KMALLOC_SIZE,
		    "WARNING: kmalloc() of %zu bytes (%zd), at most %lu are possible", size, (ssize_t)size,
		     KMALLOC_MAX_SIZE);
	report_stack_here(NULL);
	report_advice("%s", size_advice(size));
	report_end();
}
