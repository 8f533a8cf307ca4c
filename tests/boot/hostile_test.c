// SPDX-License-Identifier: MIT
/*
 * Tests of boot/hostile.c: the whole form of each row through the normaliser, and what is left of
 * it on a machine.
 *
 * Suite hostile, mutations that made it fail when tried:
 *	hostile_apply: invert_usable() left out				on_a_pc, nothing_is_invented
 *	hostile_apply: firmware's other ranges left out			firmware_reservations_stay, nothing_is_invented
 *	invert_usable: ranges not sorted				nothing_is_invented
 *	invert_usable: `end > reached` not looked at			nothing_is_invented
 *	overlap_rows: the bad range removed				overlap
 *	many_ranges: step 6 instead of 7				many
 *	edges_from_raw: an end that wraps is taken as it is		wraps
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/page.h>
#include <boot/bootinfo.h>

#define K 1024ull
#define M (1024 * K)
#define G (1024 * M)

static struct boot_info row, fw, out;
static struct memmap map, fw_map, row_map;

static int whole_form(struct kunit *test, const char *name)
{
	const struct hostile_map *h = hostile_find(name);

	KUNIT_ASSERT_NOT_NULL(test, h);
	boot_info_init(&row, BOOT_UNKNOWN);
	hostile_ranges(h, &row);
	return boot_info_normalise(&row, 40, &row_map);
}

static void expect(struct kunit *test, const struct memmap_range *want, unsigned int n)
{
	unsigned int i;

	KUNIT_EXPECT_EQ(test, memmap_valid(&row_map), 0);
	KUNIT_ASSERT_EQ(test, row_map.nr, n);
	for (i = 0; i < n; i++) {
		KUNIT_EXPECT_EQ_MSG(test, row_map.ranges[i].start, want[i].start, "range %u", i);
		KUNIT_EXPECT_EQ_MSG(test, row_map.ranges[i].end, want[i].end, "range %u", i);
		KUNIT_EXPECT_EQ_MSG(test, row_map.ranges[i].type, want[i].type, "range %u", i);
	}
}

static void overlap(struct kunit *test)
{
	static const struct memmap_range want[] = {
		{ 0, 4 * K, MEM_RESERVED },
		{ 4 * K, 640 * K, MEM_USABLE },
		{ 640 * K, 1 * M, MEM_RESERVED },
		{ 1 * M, 40 * M, MEM_USABLE },
		{ 40 * M, 41 * M, MEM_RESERVED },
		{ 41 * M, 41 * M + 512 * K, MEM_ACPI },
		{ 41 * M + 512 * K, 48 * M, MEM_USABLE },
		{ 48 * M, 49 * M, MEM_BAD },
		{ 49 * M, 49 * M + 512 * K, MEM_RESERVED },
		{ 49 * M + 512 * K, 63 * M, MEM_USABLE },
		{ 63 * M, 65 * M, MEM_NVS },
		{ 65 * M, 120 * M, MEM_USABLE },
		{ 120 * M, 120 * M + 64 * K, MEM_RESERVED },
		{ 120 * M + 64 * K, 112 * M + 1 * G, MEM_USABLE },
	};

	KUNIT_EXPECT_EQ(test, whole_form(test, "overlap"), 0);
	expect(test, want, ARRAY_SIZE(want));
	KUNIT_EXPECT_EQ(test, row.problems[BOOT_P_RANGE_UNKNOWN].count, 1u);
	KUNIT_EXPECT_GT(test, row.problems[BOOT_P_RANGE_OVERLAP].count, 5u);
}

static void holes(struct kunit *test)
{
	static const struct memmap_range want[] = {
		{ 0, 0x1000, MEM_RESERVED },
		{ 0x1000, 0x9f000, MEM_USABLE },
		{ 1 * M, 21 * M, MEM_USABLE },
		{ 22 * M, 23 * M, MEM_USABLE },
		{ 25 * M, 25 * M + 0x1000, MEM_USABLE },
		{ 25 * M + 0x2000, 25 * M + 0x3000, MEM_USABLE },
		{ 26 * M, 26 * M + 0x1000, MEM_USABLE },
		{ 27 * M + 0x1000, 32 * M, MEM_USABLE },
		{ 32 * M, 32 * M + 0x1000, MEM_RESERVED },
		{ 32 * M + 0x1000, 33 * M, MEM_USABLE },
		{ 33 * M, 33 * M + 0x2000, MEM_BAD },
		{ 33 * M + 0x2000, 67 * M, MEM_USABLE },
		{ 70 * M + 0x1000, 128 * M - 0x1000, MEM_USABLE },
	};

	KUNIT_EXPECT_EQ(test, whole_form(test, "holes"), 0);
	expect(test, want, ARRAY_SIZE(want));
	KUNIT_EXPECT_EQ(test, row.problems[BOOT_P_RANGE_EMPTY].count, 1u);
}

static void many(struct kunit *test)
{
	unsigned int i;

	KUNIT_EXPECT_EQ(test, whole_form(test, "many"), 0);
	KUNIT_EXPECT_GT(test, row.nr_ranges, 128u);
	KUNIT_EXPECT_EQ(test, memmap_valid(&row_map), 0);
	/* page 0, low, [1 MiB, first piece's end), 299 pieces, high. */
	KUNIT_ASSERT_EQ(test, row_map.nr, 303u);
	KUNIT_EXPECT_EQ(test, row_map.ranges[2].start, 1 * M);
	KUNIT_EXPECT_EQ(test, row_map.ranges[2].end, 32 * M + 108 * K);
	for (i = 1; i < 300; i++) {
		KUNIT_EXPECT_EQ(test, row_map.ranges[i + 2].start, 32 * M + i * 128 * K);
		KUNIT_EXPECT_EQ(test, row_map.ranges[i + 2].end, 32 * M + i * 128 * K + 108 * K);
	}
	KUNIT_EXPECT_EQ(test, memmap_bytes(&row_map, MEM_USABLE),
			600 * K + 31 * M + 300 * 108 * K + 48 * M);
	KUNIT_EXPECT_EQ(test, row.problems[BOOT_P_RANGE_DROPPED].count, 0u);
}

static void wraps(struct kunit *test)
{
	static const struct memmap_range want[] = {
		{ 0, 4 * K, MEM_RESERVED },
		{ 4 * K, 640 * K, MEM_USABLE },
		{ 1 * M, 64 * M, MEM_USABLE },
		{ 64 * M, 65 * M, MEM_RESERVED },
		{ 65 * M, 80 * M, MEM_USABLE },
		{ 80 * M, 81 * M, MEM_RESERVED },
		{ 81 * M, 90 * M, MEM_USABLE },
		{ 90 * M, 90 * M + 4 * K, MEM_RESERVED },
		{ 90 * M + 4 * K, 128 * M, MEM_USABLE },
	};

	KUNIT_EXPECT_EQ(test, whole_form(test, "wraps"), 0);
	expect(test, want, ARRAY_SIZE(want));
	KUNIT_EXPECT_EQ(test, row.problems[BOOT_P_RANGE_UNKNOWN].count, 3u);
	KUNIT_EXPECT_EQ(test, row.problems[BOOT_P_RANGE_WRAPS].count, 2u);
	KUNIT_EXPECT_EQ(test, row.problems[BOOT_P_RANGE_CLIPPED].count, 3u);
}

static void twice(struct kunit *test)
{
	static const struct memmap_range want[] = {
		{ 0, 4 * K, MEM_RESERVED },	 { 4 * K, 640 * K, MEM_USABLE },
		{ 1 * M, 96 * M, MEM_USABLE },	 { 96 * M, 97 * M, MEM_ACPI },
		{ 97 * M, 128 * M, MEM_USABLE },
	};

	KUNIT_EXPECT_EQ(test, whole_form(test, "twice"), 0);
	expect(test, want, ARRAY_SIZE(want));
}

static void image(struct kunit *test)
{
	static const struct memmap_range want[] = {
		{ 0, 4 * K, MEM_RESERVED },	{ 4 * K, 640 * K, MEM_USABLE },
		{ 1 * M, 2 * M, MEM_USABLE },	{ 2 * M, 15 * M, MEM_RESERVED },
		{ 15 * M, 128 * M, MEM_USABLE },
	};

	KUNIT_EXPECT_EQ(test, whole_form(test, "image"), 0);
	expect(test, want, ARRAY_SIZE(want));
	if (__pa(__image_start) >= 15 * M)
		kunit_skip(test, "this image lies higher up");
	KUNIT_EXPECT_LE(test, row_map.ranges[3].start, __pa(__image_start));
	KUNIT_EXPECT_GE(test, row_map.ranges[3].end, __pa(__image_end));
}

static void nothing(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, whole_form(test, "nothing"), -BOOT_E_NO_USABLE);
	KUNIT_EXPECT_EQ(test, memmap_valid(&row_map), 0);
	KUNIT_EXPECT_EQ(test, memmap_bytes(&row_map, MEM_USABLE), 0ull);
	KUNIT_EXPECT_GT(test, row.nr_ranges, 0u);
}

/*
 * Every row: found by its name, ends as it says, has the RAM it asks for, leaves the image's place
 * alone (unless it is about that).
 */
static void rows_keep_their_word(struct kunit *test)
{
	unsigned int nr, i, k;
	const struct hostile_map *h = hostile_maps(&nr);

	KUNIT_EXPECT_GE(test, nr, 4u);
	for (i = 0; i < nr; i++) {
		bool whole = false;
		int err = whole_form(test, h[i].name);

		KUNIT_EXPECT_PTR_EQ(test, hostile_find(h[i].name), &h[i]);
		KUNIT_EXPECT_EQ(test, err, h[i].end == HOSTILE_PASSES ? 0 : -BOOT_E_NO_USABLE);
		if (h[i].end != HOSTILE_PASSES)
			continue;
		for (k = 0; k < row_map.nr; k++)
			whole |= row_map.ranges[k].type == MEM_USABLE &&
				 row_map.ranges[k].start <= 1 * M &&
				 row_map.ranges[k].end >= 16 * M;
		KUNIT_EXPECT_EQ_MSG(test, whole, !!strcmp(h[i].name, "image"), "%s", h[i].name);
	}
	KUNIT_EXPECT_NULL(test, hostile_find("no-such-map"));
	KUNIT_EXPECT_NULL(test, hostile_find(""));
}

/* ---- On a machine ---- */

static u32 type_at(const struct memmap *m, u64 at)
{
	unsigned int i;

	for (i = 0; i < m->nr; i++)
		if (m->ranges[i].start <= at && at < m->ranges[i].end)
			return m->ranges[i].type;
	return 0;
}

/* 128 MiB of RAM as SeaBIOS describes it. */
static void pc_firmware(void)
{
	boot_info_init(&fw, BOOT_MULTIBOOT2);
	strscpy(fw.cmdline, "memmap_test=holes", sizeof(fw.cmdline));
	boot_info_add_range(&fw, 0, 0x9fc00, 1);
	boot_info_add_range(&fw, 0x9fc00, 0x400, 2);
	boot_info_add_range(&fw, 0xf0000, 0x10000, 2);
	boot_info_add_range(&fw, 0x100000, 0x7ee0000, 1);
	boot_info_add_range(&fw, 0x7fe0000, 0x20000, 2);
	boot_info_add_range(&fw, 0xfffc0000, 0x40000, 2);
}

static void apply(struct kunit *test, const char *name)
{
	boot_info_init(&row, BOOT_UNKNOWN);
	hostile_ranges(hostile_find(name), &row);
	boot_info_normalise(&row, 40, &row_map);
	boot_info_normalise(&fw, 40, &fw_map);
	KUNIT_ASSERT_EQ(test, hostile_apply(hostile_find(name), &fw, &out), 0);
	boot_info_normalise(&out, 40, &map);
	KUNIT_EXPECT_EQ(test, memmap_valid(&map), 0);
}

/*
 * Usable pages of the result are those that are usable in both: looked at on either side of every
 * edge of all three maps.
 */
static void expect_intersection(struct kunit *test)
{
	const struct memmap *from[] = { &map, &fw_map, &row_map };
	unsigned int m, i, side;

	for (m = 0; m < 3; m++) {
		for (i = 0; i < from[m]->nr * 2; i++) {
			const struct memmap_range *r = &from[m]->ranges[i / 2];

			for (side = 0; side < 2; side++) {
				u64 at = (i & 1 ? r->end : r->start) - side * PAGE_SIZE;
				bool both = type_at(&fw_map, at) == MEM_USABLE &&
					    type_at(&row_map, at) == MEM_USABLE;

				KUNIT_EXPECT_EQ_MSG(test, type_at(&map, at) == MEM_USABLE, both,
						    "at 0x%llx", at);
			}
		}
	}
}

static void on_a_pc(struct kunit *test)
{
	unsigned int nr, i;
	const struct hostile_map *h = hostile_maps(&nr);

	for (i = 0; i < nr; i++) {
		pc_firmware();
		apply(test, h[i].name);
		expect_intersection(test);
		KUNIT_EXPECT_STREQ(test, out.cmdline, "memmap_test=holes");
		if (h[i].end == HOSTILE_PASSES)
			KUNIT_EXPECT_GT(test, memmap_bytes(&map, MEM_USABLE), 48 * M);
		else
			KUNIT_EXPECT_EQ(test, memmap_bytes(&map, MEM_USABLE), 0ull);
	}
}

static void firmware_reservations_stay(struct kunit *test)
{
	pc_firmware();
	boot_info_add_range(&fw, 10 * M, 1 * M, MEM_NVS);
	boot_info_add_range(&fw, 200 * G, 1 * M, MEM_ACPI);
	apply(test, "overlap");
	expect_intersection(test);
	KUNIT_EXPECT_NE(test, type_at(&map, 10 * M), (u32)MEM_USABLE);
	KUNIT_EXPECT_EQ(test, type_at(&map, 0xfffc0000), (u32)MEM_RESERVED);
}

static void machine_without_ram(struct kunit *test)
{
	boot_info_init(&fw, BOOT_MULTIBOOT2);
	KUNIT_EXPECT_EQ(test, hostile_apply(hostile_find("many"), &fw, &out), -BOOT_E_NO_MEMMAP);
	boot_info_add_range(&fw, 0, 4 * G, MEM_RESERVED);
	apply(test, "many");
	KUNIT_EXPECT_EQ(test, memmap_bytes(&map, MEM_USABLE), 0ull);
}

/*
 * Random firmware, itself unordered and overlapping. Page-aligned: then intersection and rounding
 * commute.
 */
static void nothing_is_invented(struct kunit *test)
{
	unsigned int nr, round, i;
	const struct hostile_map *h = hostile_maps(&nr);

	for (round = 0; round < 200; round++) {
		boot_info_init(&fw, BOOT_UNKNOWN);
		for (i = kunit_rand_below(test, 30) + 1; i; i--)
			boot_info_add_range(&fw, kunit_rand_below(test, 0x8000) << PAGE_SHIFT,
					    kunit_rand_below(test, 0x2000) << PAGE_SHIFT,
					    i & 3 ? MEM_USABLE : kunit_rand_below(test, 7));
		apply(test, h[round % nr].name);
		expect_intersection(test);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(overlap),
	KUNIT_CASE(holes),
	KUNIT_CASE(many),
	KUNIT_CASE(wraps),
	KUNIT_CASE(twice),
	KUNIT_CASE(image),
	KUNIT_CASE(nothing),
	KUNIT_CASE(rows_keep_their_word),
	KUNIT_CASE(on_a_pc),
	KUNIT_CASE(firmware_reservations_stay),
	KUNIT_CASE(machine_without_ram),
	KUNIT_CASE(nothing_is_invented),
	{},
};

static struct kunit_suite suite = { .name = "hostile", .test_cases = cases };
kunit_test_suite(suite);
