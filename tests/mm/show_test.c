// SPDX-License-Identifier: MIT
/*
 * Tests of mm/show.c: the lines are Linux's, the numbers in them the allocator's.
 *
 * Mutations: tests/mutate/show.mut.
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
}

/* Each count stands in the line that is named after it: all are made to differ. */
static void meminfo_names(struct kunit *test)
{
	static const struct {
		const char *name;
		enum mm_stat item;
	} rows[] = {
		{ "AnonPages:", MM_ANON },
		{ "Mapped:", MM_FILE },
		{ "Slab:", MM_SLAB },
		{ "KmallocLarge:", MM_KMALLOC_LARGE },
		{ "PageTables:", MM_USER_TABLES },
		{ "KernelTables:", MM_KERNEL_TABLES },
		{ "VmallocUsed:", MM_VMALLOC },
		{ "Percpu:", MM_PERCPU },
	};

	BUILD_BUG_ON(ARRAY_SIZE(rows) != NR_MM_STATS);
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++)
		mm_stat_add(rows[i].item, (i + 1) * 1000000L);
	show(meminfo_show);
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *p = line_with(rows[i].name);

		if (p)
			KUNIT_EXPECT_EQ(test, number(&p), mm_stat_read(rows[i].item) * 4UL);
		else
			KUNIT_FAIL(test, "no line %s", rows[i].name);
		mm_stat_add(rows[i].item, -1000000L * (i + 1));
	}
}

/* The page held leaves the rest of its pageblock free, of the mobility that comes last. */
static void buddyinfo_by_order(struct kunit *test)
{
	struct page *held = alloc_page(GFP_KERNEL | __GFP_RECLAIMABLE);
	static const char *const starts[] = { "Node 0, zone      DMA ", "Node 0, zone    DMA32 ",
					      "Node 0, zone   Normal " };
	unsigned int populated = 0;

	KUNIT_ASSERT_NOT_NULL(test, held);
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
	__free_page(held);
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

/* The number in the first line of a zone that starts so. */
static unsigned long zone_number(struct kunit *test, const char *zone, const char *start)
{
	bool here = false;

	for (unsigned int i = 0; i < nr_lines; i++) {
		const char *p = lines[i] + strlen(start);

		if (!strncmp(lines[i], "Node", 4))
			here = strstr(lines[i], zone) != NULL;
		else if (here && !strncmp(lines[i], start, strlen(start)))
			return number(&p);
	}
	KUNIT_FAIL(test, "zone %s has no line %s", zone, start);
	return 0;
}

/* The same for a zone that does not start at 0, some of whose memory is made untouched. */
static void zoneinfo_of_each(struct kunit *test)
{
	struct zone *z;

	for_each_zone(z)
		z->nr_untouched += 77;
	show(zoneinfo_show);
	for_each_zone(z) {
		if (!populated_zone(z))
			continue;
		KUNIT_EXPECT_EQ(test, zone_number(test, z->name, "        min "),
				z->watermark[WMARK_MIN]);
		KUNIT_EXPECT_EQ(test, zone_number(test, z->name, "        low "),
				z->watermark[WMARK_LOW]);
		KUNIT_EXPECT_EQ(test, zone_number(test, z->name, "        high "),
				z->watermark[WMARK_HIGH]);
		KUNIT_EXPECT_EQ(test, zone_number(test, z->name, "        spanned "),
				z->end_pfn - z->start_pfn);
		KUNIT_EXPECT_EQ(test, zone_number(test, z->name, "        managed "), z->managed);
		KUNIT_EXPECT_EQ(test, zone_number(test, z->name, "        untouched "),
				z->nr_untouched);
	}
	for_each_zone(z)
		z->nr_untouched -= 77;
}

static void pagetypes_add_up(struct kunit *test)
{
	static const char *const starts[] = {
		"Node    0, zone      DMA, type    Unmovable ",
		"Node    0, zone      DMA, type      Movable ",
		"Node    0, zone      DMA, type  Reclaimable ",
	};
	unsigned int populated = 0;
	struct zone *z;

	show(pagetypeinfo_show);
	for_each_zone(z)
		populated += populated_zone(z);
	KUNIT_EXPECT_EQ(test, nr_lines, populated * MIGRATE_TYPES);
	for (unsigned int mt = 0; mt < MIGRATE_TYPES; mt++) {
		const char *p = line_with(starts[mt]);

		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_PTR_EQ(test, (const char *)lines[mt], p - strlen(starts[mt]));
		for (unsigned int o = 0; o < NR_PAGE_ORDERS; o++)
			KUNIT_EXPECT_EQ(test, number(&p),
					(unsigned long)zones[0].area[o].nr_free[mt]);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(meminfo_in_kb),
	KUNIT_CASE(meminfo_names),
	KUNIT_CASE(buddyinfo_by_order),
	KUNIT_CASE(zoneinfo_numbers),
	KUNIT_CASE(zoneinfo_of_each),
	KUNIT_CASE(pagetypes_add_up),
	{}
};
static struct kunit_suite suite = { .name = "mm_show", .test_cases = cases };
kunit_test_suite(suite);
