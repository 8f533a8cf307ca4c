// SPDX-License-Identifier: MIT
/*
 * Who allocated each page, and who freed it: page_owner=on
 * ========================================================
 *
 * 1. Model. When a block changes hands its stack goes to the depot (stack_depot.c), and its number, with
 *    order, flags, task, CPU and time, beside the struct page of each of its pages (page_debug.c). What
 *    was written stays until the page is allocated again: of a free page it is known who had it and who
 *    freed it.
 *
 * 2. Who reads it. Reports of pages (page_owner_report()), of whatever address lies in one; those of
 *    leaks (kmemleak.c); and two listings in the layout of Linux's files:
 *
 *	page_owner_show()	/sys/kernel/debug/page_owner: a paragraph for each allocated block
 *	page_owner_stacks_show()	page_owner_stacks/show_stacks: each stack, and how many pages that came
 *				by it are allocated now: the largest is where a leak of pages is seen
 *
 * 3. Blocks that are split (split_page(), parts of a block without __GFP_COMP) stay as they were
 *    recorded: the paragraph has the order that was asked for, and the pages that are left of it. A
 *    part is counted when it goes.
 *
 * Locks: none; entries belong to the page's owner, and who lists them reads what is there. Contexts: any
 * but NMI. Complexity: O(pages of the block); listings O(pages of the machine).
 *
 * Source: Linux 6.12, Documentation/mm/page_owner.rst.
 */
#include <asm/clock.h>
#include <asm/stack.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <quarry/report.h>
#include "internal.h"
#include "page_debug.h"

#define DEPTH	    16
#define OWN_FRAMES  2	 /* page_debug_alloc() and what is here */
#define TEXT_SIZE   2048 /* of a paragraph */

/* ---- Recording ---- */

static __always_inline depot_stack_handle_t save_stack(void)
{
	unsigned long ips[DEPTH];

	return stack_depot_save(ips, stack_trace_save(ips, DEPTH, OWN_FRAMES, NULL), 0);
}

noinline void page_owner_alloc(struct page *page, unsigned int order, gfp_t gfp)
{
	struct page_ext now = {
		.alloc_ns = clock_ns(),
		.alloc_stack = save_stack(),
		.gfp = gfp,
		.pid = current->pid,
		.cpu = smp_processor_id(),
		.order = order,
	};

	strscpy(now.comm, current->comm, sizeof(now.comm));
	for (unsigned long i = 0; i < 1UL << order; i++) {
		struct page_ext *ext = page_ext_of(page + i);

		now.free_ns = ext->free_ns;
		now.free_stack = ext->free_stack;
		now.free_pid = ext->free_pid;
		now.free_cpu = ext->free_cpu;
		now.flags = ext->flags | PAGE_EXT_OWNER | PAGE_EXT_ALLOCATED;
		now.tail = i;
		*ext = now;
	}
	stack_depot_count(now.alloc_stack, 1L << order);
}

noinline void page_owner_free(struct page *page, unsigned int order)
{
	depot_stack_handle_t stack = save_stack();
	u64 ns = clock_ns();

	for (unsigned long i = 0; i < 1UL << order; i++) {
		struct page_ext *ext = page_ext_of(page + i);

		if (ext->flags & PAGE_EXT_ALLOCATED)
			stack_depot_count(ext->alloc_stack, -1);
		ext->flags &= ~PAGE_EXT_ALLOCATED;
		ext->free_ns = ns;
		ext->free_stack = stack;
		ext->free_pid = current->pid;
		ext->free_cpu = smp_processor_id();
	}
}

/* What is there at the moment; its owner may be writing it. */
static __no_race void snapshot(struct page_ext *copy, const struct page_ext *ext)
{
	const volatile u64 *from = (const volatile u64 *)ext;
	u64 *to = (u64 *)copy;

	for (unsigned int i = 0; i < sizeof(*copy) / sizeof(u64); i++)
		to[i] = from[i];
	copy->comm[TASK_COMM_LEN - 1] = '\0';
}

static bool known(const struct page *page, struct page_ext *copy)
{
	const struct page_ext *ext = page_debug & PAGE_DEBUG_OWNER ? page_ext_of(page) : NULL;

	if (!ext)
		return false;
	snapshot(copy, ext);
	return copy->flags & PAGE_EXT_OWNER;
}

/* By a scan for leaks while nobody else runs. Precondition: the page is allocated. */
unsigned int page_owner_allocated(const struct page *page, unsigned long *ips, unsigned int max,
				  u64 *ns, unsigned int *cpu)
{
	unsigned long *saved;
	struct page_ext e;
	unsigned int nr;

	if (!known(page, &e))
		return 0;
	nr = min(stack_depot_fetch(e.alloc_stack, &saved), max);
	memcpy(ips, saved, nr * sizeof(ips[0]));
	*ns = e.alloc_ns;
	*cpu = e.cpu;
	return nr;
}

/* ---- In reports ---- */

static const char *type_of(gfp_t gfp)
{
	unsigned int mt = gfp_migratetype(gfp);

	return migratetype_names[mt < MIGRATE_TYPES ? mt : MIGRATE_MOVABLE];
}

static void report_saved(const char *title, depot_stack_handle_t stack)
{
	unsigned long *ips;
	unsigned int nr = stack_depot_fetch(stack, &ips);

	if (nr)
		report_stack(title, ips, nr);
	else
		report_line("%s (no stack was recorded)", title);
}

/**
 * page_owner_report() - in a report: who allocated a page last, and who freed it
 * @page: any page
 *
 * Prints nothing while page_owner is off, or of a page that was never allocated since.
 */
void page_owner_report(const struct page *page)
{
	char title[256], gfp[128];
	struct page_ext e;

	if (!known(page, &e))
		return;
	describe_gfp(gfp, sizeof(gfp), e.gfp);
	report_line("page_owner tracks the page as %s",
		    e.flags & PAGE_EXT_ALLOCATED ? "allocated" : "freed");
	scnprintf(title, sizeof(title),
		  "page last allocated via order %u, migratetype %s, gfp_mask %#x(%s), pid %d, tgid %d (%s), ts %llu, free_ts %llu, cpu %u",
		  e.order, type_of(e.gfp), e.gfp, gfp, e.pid, e.pid, e.comm, e.alloc_ns, e.free_ns,
		  e.cpu);
	report_saved(title, e.alloc_stack);
	if (!e.free_stack)
		return;
	scnprintf(title, sizeof(title), "page last free pid %d tgid %d cpu %u stack trace:",
		  e.free_pid, e.free_pid, e.free_cpu);
	report_saved(title, e.free_stack);
}

/* ---- Listings ---- */

/* A text of several lines, to a function that takes them one by one. */
static void give_lines(char *text, show_line_t line)
{
	char *end;

	while ((end = strchr(text, '\n'))) {
		*end = '\0';
		line(text);
		text = end + 1;
	}
	line(text);
}

static void block_show(const struct page *page, const struct page_ext *e, char *text,
		       show_line_t line)
{
	unsigned long pfn = page_to_pfn(page), block = ALIGN_DOWN(pfn, PAGEBLOCK_NR_PAGES);
	char gfp[128];
	int n;

	describe_gfp(gfp, sizeof(gfp), e->gfp);
	n = scnprintf(text, TEXT_SIZE,
		      "Page allocated via order %u, mask %#x(%s), pid %d, tgid %d (%s), ts %llu ns\n"
		      "PFN 0x%lx type %s Block %lu type %s Flags %#x(%s)\n",
		      e->order, e->gfp, gfp, e->pid, e->pid, e->comm, e->alloc_ns, pfn,
		      type_of(e->gfp), pfn >> PAGEBLOCK_ORDER,
		      migratetype_names[min_t(u8, READ_ONCE(pfn_to_page(block)->block),
					      MIGRATE_TYPES - 1)],
		      page->flags, page->flags & PG_compound ? "head" : "");
	stack_depot_snprint(e->alloc_stack, text + n, TEXT_SIZE - n, 0);
	give_lines(text, line);
}

/* The first page of what is left of an allocated block. */
static bool begins_block(const struct page *page, const struct page_ext *e)
{
	struct page_ext before;

	if (!(e->flags & PAGE_EXT_ALLOCATED))
		return false;
	if (!e->tail)
		return true;
	return !known(page - 1, &before) || !(before.flags & PAGE_EXT_ALLOCATED) ||
	       before.alloc_ns != e->alloc_ns || before.tail + 1 != e->tail;
}

static void zone_show(const struct zone *zone, char *text, show_line_t line)
{
	unsigned long pfn = zone->start_pfn;

	while (pfn < zone->end_pfn) {
		const struct page *page = pfn_to_page(pfn);
		struct page_ext e;

		if ((IS_ALIGNED(pfn, GROUP_NR_PAGES) || pfn == zone->start_pfn) &&
		    !pfn_valid(pfn)) {
			pfn = ALIGN(pfn + 1, GROUP_NR_PAGES);
			continue;
		}
		if (known(page, &e) && begins_block(page, &e))
			block_show(page, &e, text, line);
		pfn++;
	}
}

/**
 * page_owner_show() - who holds each block of pages, in the layout of Linux's page_owner file
 * @line: takes each line, without its newline; an empty one ends a paragraph
 *
 * Prints nothing while page_owner is off. Context: may sleep.
 */
void page_owner_show(show_line_t line)
{
	char *text = page_debug & PAGE_DEBUG_OWNER ? kmalloc(TEXT_SIZE, GFP_KERNEL) : NULL;
	struct zone *z;

	if (!text)
		return;
	for_each_zone(z) {
		if (populated_zone(z))
			zone_show(z, text, line);
	}
	kfree(text);
}

/**
 * page_owner_stacks_show() - how many pages are held by each stack, as page_owner_stacks/show_stacks
 * @line: takes each line, without its newline; an empty one ends a paragraph
 * @threshold: stacks with fewer pages are left out (count_threshold)
 *
 * Context: may sleep.
 */
void page_owner_stacks_show(show_line_t line, long threshold)
{
	char *text = page_debug & PAGE_DEBUG_OWNER ? kmalloc(TEXT_SIZE, GFP_KERNEL) : NULL;
	depot_stack_handle_t at = 0;

	while (text && (at = stack_depot_next(at))) {
		long pages = stack_depot_count(at, 0);
		int n;

		if (pages <= 0 || pages < threshold)
			continue;
		n = stack_depot_snprint(at, text, TEXT_SIZE, 0);
		scnprintf(text + n, TEXT_SIZE - n, "nr_base_pages: %ld\n", pages);
		give_lines(text, line);
	}
	kfree(text);
}
