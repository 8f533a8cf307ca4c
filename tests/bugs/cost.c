// SPDX-License-Identifier: MIT
/*
 * What a configuration costs: bugs=cost on the boot line, under -icount, where a tick is an instruction.
 *
 *	bugs: cost pair 56		kmalloc(64) and kfree(), the least of several loops
 *	bugs: cost object 64		bytes of memory that a kmalloc(64) takes, of many
 *	bugs: cost report 61234		a report of a double free, into a capture
 *
 * Bring-up's own cost is in the line that mm prints at its end.
 *
 * Must fail with: object_bytes() without mm_quiesce() in front (what caches hold is taken for free).
 */
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <quarry/report.h>
#include "tests/bench/measure.h"
#include "tests/bugs/bugs.h"

#define PAIRS	1000
#define OBJECTS 16384

static void pairs(void *unused)
{
	for (int i = 0; i < PAIRS; i++) {
		void *p = kmalloc(64, GFP_KERNEL);

		barrier();
		kfree(p);
	}
}

/* Each object's first word leads to the one before. */
static unsigned long object_bytes(void)
{
	void **last = NULL;
	unsigned long before;

	mm_quiesce();
	before = nr_free_pages();
	for (int i = 0; i < OBJECTS; i++) {
		void **p = kmalloc(64, GFP_KERNEL | __GFP_NOFAIL);

		*p = last;
		last = p;
	}
	before -= nr_free_pages();
	while (last) {
		void **p = last;

		last = *p;
		kfree(p);
	}
	mm_quiesce();
	return before * PAGE_SIZE / OBJECTS;
}

static void report(void *p)
{
	kfree(hidden(p));
}

static u64 report_ticks(void)
{
	void *p = hidden(kmalloc(64, GFP_KERNEL));
	u64 ticks;

	kfree(p);
	report_capture_start();
	ticks = least_ticks(report, p);
	report_capture_stop(NULL);
	return ticks;
}

void bug_costs(void)
{
	kfree(hidden(kmalloc(64, GFP_KERNEL)));
	pr_info("bugs: cost pair %llu\n", per_op(least_ticks(pairs, NULL), PAIRS));
	pr_info("bugs: cost object %lu\n", object_bytes());
	pr_info("bugs: cost report %llu\n", report_ticks());
}
