// SPDX-License-Identifier: MIT
/*
 * Tests of mm/show.c: the lines are Linux's, the numbers in them the allocator's.
 *
 * Mutations that made them fail when tried: meminfo_show() prints pages instead of kB;
 * buddyinfo_show() skips an order or leaves out a mobility type; zoneinfo_show() prints low for
 * min; pagetypeinfo_show() prints the types in another order; pcp_lines() counts blocks, not pages.
 */
#include <kunit/test.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/string.h>
#include "mm/internal.h"

#define MAX_LINES 64
#define LINE_SIZE 220

static char lines[MAX_LINES][LINE_SIZE];
static unsigned int nr_lines;

static void keep(const char *text)
{
	if (nr_lines < MAX_LINES)
		strscpy(lines[nr_lines++], text, LINE_SIZE);
}

static void show(void (*what)(show_line_t line))
{
	nr_lines = 0;
	what(keep);
}

static const char *line_with(const char *start)
{
	for (unsigned int i = 0; i < nr_lines; i++) {
		if (!strncmp(lines[i], start, strlen(start)))
			return lines[i] + strlen(start);
	}
	return NULL;
}

/* The next number of a line; *p moves behind it. */
static unsigned long number(const char **p)
{
	char *end;
	unsigned long n = simple_strtoul(skip_spaces(*p), &end, 10);

	*p = end;
	return n;
}

static void meminfo_in_kb(struct kunit *test)
{
	const char *total, *free;

	show(meminfo_show);
	total = line_with("MemTotal:");
	free = line_with("MemFree:");
	KUNIT_ASSERT_NOT_NULL(test, total);
	KUNIT_ASSERT_NOT_NULL(test, free);
	KUNIT_EXPECT_EQ(test, number(&total), nr_managed_pages() * 4);
	KUNIT_EXPECT_EQ(test, number(&free), nr_free_pages() * 4);
	KUNIT_EXPECT_STREQ(test, total, " kB");
	KUNIT_EXPECT_NOT_NULL(test, line_with("Slab:"));
	KUNIT_EXPECT_NOT_NULL(test, line_with("KernelTables:"));
}

static void buddyinfo_by_order(struct kunit *test)
{
	static const char *const starts[] = { "Node 0, zone      DMA ", "Node 0, zone    DMA32 ",
					      "Node 0, zone   Normal " };
	unsigned int populated = 0;

	mm_quiesce();
	show(buddyinfo_show);
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++) {
		const char *p = line_with(starts[z]);
		unsigned long pages = 0;

		KUNIT_EXPECT_EQ(test, p != NULL, populated_zone(&zones[z]));
		if (!p)
			continue;
		populated++;
		for (unsigned int o = 0; o < NR_PAGE_ORDERS; o++)
			pages += number(&p) << o;
		KUNIT_EXPECT_EQ(test, pages, zones[z].nr_free - zones[z].nr_untouched);
		KUNIT_EXPECT_STREQ(test, skip_spaces(p), "");
	}
	KUNIT_EXPECT_EQ(test, nr_lines, populated);
}

static void zoneinfo_numbers(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL | GFP_DMA, 2);
	const char *p;

	KUNIT_ASSERT_NOT_NULL(test, page);
	mm_quiesce();
	__free_pages(page, 2); /* one block of four pages in a per-CPU list */
	show(zoneinfo_show);
	KUNIT_EXPECT_STREQ(test, lines[0], "Node 0, zone      DMA");
	p = line_with("  pages free     ");
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, number(&p), zones[ZONE_DMA].nr_free);
	p = line_with("        min ");
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, number(&p), zones[ZONE_DMA].watermark[WMARK_MIN]);
	p = line_with("        managed ");
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, number(&p), zones[ZONE_DMA].managed);
	p = line_with("        protection: (0, ");
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, number(&p), zones[ZONE_DMA].lowmem_reserve[ZONE_DMA32]);
	p = line_with("              count: ");
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, number(&p), 4UL);
}

static void pagetypes_add_up(struct kunit *test)
{
	static const char *const starts[] = {
		"Node    0, zone      DMA, type    Unmovable ",
		"Node    0, zone      DMA, type      Movable ",
		"Node    0, zone      DMA, type  Reclaimable ",
	};

	show(pagetypeinfo_show);
	for (unsigned int mt = 0; mt < MIGRATE_TYPES; mt++) {
		const char *p = line_with(starts[mt]);

		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_PTR_EQ(test, (const char *)lines[mt], p - strlen(starts[mt]));
		for (unsigned int o = 0; o < NR_PAGE_ORDERS; o++)
			KUNIT_EXPECT_EQ(test, number(&p), (unsigned long)zones[0].area[o].nr_free[mt]);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(meminfo_in_kb),
	KUNIT_CASE(buddyinfo_by_order),
	KUNIT_CASE(zoneinfo_numbers),
	KUNIT_CASE(pagetypes_add_up),
	{}
};
static struct kunit_suite suite = { .name = "mm_show", .test_cases = cases };
kunit_test_suite(suite);
