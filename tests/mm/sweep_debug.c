// SPDX-License-Identifier: MIT
/*
 * The failure sweep's scenarios for what tells of memory: leaks, and who has pages.
 *
 * 1. What is said of a block (kmemleak_not_leak() and the like) is lost if there is no memory to keep it:
 *    the block is as it was, and can be freed. Nobody is refused anything.
 *
 * 2. A scan needs memory for what it finds. Without it there is no scan; no leak is told of, none counts
 *    as told, and the answer is an error, not that there are none.
 *
 * 3. Listings print what they have room for, or nothing.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kmemleak.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "tests/mm/sweep.h"

#define OWN_BYTES 256

static u64 own[OWN_BYTES / sizeof(u64)]; /* memory that no allocator has handed out */

/* ---- What is said of blocks ---- */

static void of_a_block(void *p)
{
	kmemleak_not_leak(p);
	kmemleak_transient_leak(p);
	kmemleak_scan_area(p, 64, GFP_KERNEL);
	kmemleak_no_scan(p);
	kmemleak_scan_again(p);
	kmemleak_ignore(p);
	kmemleak_ignore_phys(virt_to_phys(p));
}

static enum outcome notes(struct sweep *s)
{
	void *p = kmalloc(200, GFP_KERNEL);

	kmemleak_alloc(own, OWN_BYTES, 0, GFP_KERNEL);
	kmemleak_free_part((char *)own + OWN_BYTES / 2, OWN_BYTES / 2);
	kmemleak_free(own);
	kmemleak_alloc_recursive(own, OWN_BYTES, 0, 0, GFP_KERNEL);
	kmemleak_free_recursive(own, 0);
	if (!p)
		return REFUSED;
	of_a_block(p);
	kfree(p);
	return DONE;
}

static enum outcome notes_by_place(struct sweep *s)
{
	unsigned long page = __get_free_page(GFP_KERNEL);

	if (!page)
		return REFUSED;
	kmemleak_alloc_phys(__pa((void *)page), PAGE_SIZE, GFP_KERNEL);
	kmemleak_free_part_phys(__pa((void *)page), PAGE_SIZE);
	free_page(page);
	return DONE;
}

/* ---- Scans ---- */

static enum outcome scan(struct sweep *s)
{
	struct kmemleak_scan *found = kmemleak_look();

	if (!found)
		return REFUSED;
	SWEEP_EXPECT(s, found->blocks > 0 && found->words > 0);
	kmemleak_look_end(found);
	return DONE;
}

/* There is nothing new to tell of; that nobody could look is no such answer. */
static enum outcome report(struct sweep *s)
{
	long fresh = kmemleak_report_new();

	SWEEP_EXPECT(s, fresh == 0 || fresh == -ENOMEM);
	return done_if(!fresh);
}

/* ---- Listings ---- */

static unsigned long lines;

static void count_line(const char *line)
{
	lines++;
}

static enum outcome listings(struct sweep *s)
{
	page_owner_show(count_line);
	page_owner_stacks_show(count_line, 1);
	return DONE;
}

const struct scenario sweep_debug[] = {
	{ "what is said of blocks", notes, .flags = COPES_SLAB | COPES_PAGE },
	{ "what is said of addresses", notes_by_place, .flags = COPES_PAGE | NO_OBJECTS },
	{ "scan for leaks", scan, .flags = COPES_SLAB | COPES_PAGE },
	{ "report of leaks", report, .flags = COPES_SLAB | COPES_PAGE },
	{ "listings of pages", listings, .flags = NEVER_REFUSED },
	{},
};
