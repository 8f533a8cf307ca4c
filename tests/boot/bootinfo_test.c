// SPDX-License-Identifier: MIT
/*
 * Tests of boot/bootinfo.c: normalisation against written-out results and against a brute-force
 * model, and the boot line.
 *
 * Suite bootinfo, mutations that made it fail when tried:
 *	class_type: MEM_RESERVED and MEM_NVS swapped (both tables)		strictness, random_against_model
 *	edges_from_segments: usable rounded outwards				rounding, random_against_model
 *	edges_from_segments: page 0 not added					page_0
 *	boot_info_normalise: rounding before the first sweep			halves_add_up, random_against_model
 *	edges_from_raw: no clip at the limit					clipped_at_the_cpu
 *	edges_from_raw: `end < r->start` not looked at				wraps
 *	memmap_emit: touching segments not merged				unordered_and_touching, random_against_model
 *	boot_info_add_range: a full table drops the new one			full_table
 *	value_copy: quotes kept							line_values
 *	boot_line_value: the first one counts					line_values
 *	memmap_valid: any one check dropped					valid_finds_each
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/page.h>
#include <boot/bootinfo.h>

#define K 1024ull
#define M (1024 * K)
#define G (1024 * M)

static struct boot_info bi;
static struct memmap map;

static int setup(struct kunit *test)
{
	boot_info_init(&bi, BOOT_UNKNOWN);
	memset(&map, 0xaa, sizeof(map));
	return 0;
}

static void add(u64 start, u64 end, u32 type)
{
	boot_info_add_range(&bi, start, end - start, type);
}

/* Normalise at 40 bits and compare with `want`. */
static void expect_map(struct kunit *test, const struct memmap_range *want, unsigned int n)
{
	unsigned int i;

	boot_info_normalise(&bi, 40, &map);
	KUNIT_EXPECT_EQ(test, memmap_valid(&map), 0);
	KUNIT_ASSERT_EQ(test, map.nr, n);
	for (i = 0; i < n; i++) {
		KUNIT_EXPECT_EQ_MSG(test, map.ranges[i].start, want[i].start, "range %u", i);
		KUNIT_EXPECT_EQ_MSG(test, map.ranges[i].end, want[i].end, "range %u", i);
		KUNIT_EXPECT_EQ_MSG(test, map.ranges[i].type, want[i].type, "range %u", i);
	}
}

#define EXPECT_MAP(test, ...)                                              \
	do {                                                               \
		static const struct memmap_range want[] = { __VA_ARGS__ }; \
                                                                           \
		expect_map(test, want, ARRAY_SIZE(want));                  \
	} while (0)

static void ordinary_pc(struct kunit *test)
{
	add(0, 0x9fc00, 1);
	add(0x9fc00, 0xa0000, 2);
	add(0xf0000, 0x100000, 2);
	add(0x100000, 0x7fe0000, 1);
	add(0x7fe0000, 0x8000000, 2);
	EXPECT_MAP(test, { 0, 0x1000, MEM_RESERVED }, { 0x1000, 0x9f000, MEM_USABLE },
		   { 0x9f000, 0xa0000, MEM_RESERVED }, { 0xf0000, 0x100000, MEM_RESERVED },
		   { 0x100000, 0x7fe0000, MEM_USABLE }, { 0x7fe0000, 0x8000000, MEM_RESERVED });
	KUNIT_EXPECT_EQ(test, memmap_bytes(&map, MEM_USABLE), 0x9e000 + 0x7ee0000ull);
	KUNIT_EXPECT_EQ(test, memmap_bytes(&map, MEM_BAD), 0ull);
}

/* Of any two types on the same range the stricter one is left, in whichever order they came. */
static void strictness(struct kunit *test)
{
	static const u32 order[] = { MEM_USABLE, MEM_ACPI, MEM_NVS, MEM_RESERVED, MEM_BAD };
	unsigned int a, b;

	for (a = 0; a < ARRAY_SIZE(order); a++) {
		for (b = 0; b < ARRAY_SIZE(order); b++) {
			setup(test);
			add(1 * M, 2 * M, order[a]);
			add(1 * M, 2 * M, order[b]);
			boot_info_normalise(&bi, 40, &map);
			KUNIT_ASSERT_EQ(test, map.nr, 2u); /* page 0, and this */
			KUNIT_EXPECT_EQ(test, map.ranges[1].type, order[a > b ? a : b]);
			KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_RANGE_OVERLAP].count, 1u);
		}
	}
}

static void nested_overlaps(struct kunit *test)
{
	add(10 * M, 20 * M, MEM_USABLE);
	add(12 * M, 18 * M, MEM_ACPI);
	add(14 * M, 16 * M, MEM_BAD);
	add(15 * M, 17 * M, MEM_NVS);
	EXPECT_MAP(test, { 0, 0x1000, MEM_RESERVED }, { 10 * M, 12 * M, MEM_USABLE },
		   { 12 * M, 14 * M, MEM_ACPI }, { 14 * M, 16 * M, MEM_BAD },
		   { 16 * M, 17 * M, MEM_NVS }, { 17 * M, 18 * M, MEM_ACPI },
		   { 18 * M, 20 * M, MEM_USABLE });
}

static void unordered_and_touching(struct kunit *test)
{
	add(3 * M, 4 * M, 1);
	add(1 * M, 2 * M, 1);
	add(2 * M, 3 * M, 1);
	add(5 * M, 6 * M, 2);
	add(4 * M, 5 * M, 2);
	EXPECT_MAP(test, { 0, 0x1000, MEM_RESERVED }, { 1 * M, 4 * M, MEM_USABLE },
		   { 4 * M, 6 * M, MEM_RESERVED });
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_RANGE_OVERLAP].count, 0u);
}

static void rounding(struct kunit *test)
{
	add(1 * M + 1, 2 * M + 1, MEM_USABLE);
	add(3 * M + 0xfff, 3 * M + 0x1001, MEM_ACPI);
	add(4 * M + 1, 4 * M + 0x1fff, MEM_USABLE); /* no whole page */
	EXPECT_MAP(test, { 0, 0x1000, MEM_RESERVED }, { 1 * M + 0x1000, 2 * M, MEM_USABLE },
		   { 3 * M, 3 * M + 0x2000, MEM_ACPI });
}

/* A page of two types carries the stricter one, even when neither fills it. */
static void shared_page(struct kunit *test)
{
	add(1 * M, 2 * M + 0x400, MEM_NVS);
	add(2 * M + 0x400, 3 * M, MEM_ACPI);
	EXPECT_MAP(test, { 0, 0x1000, MEM_RESERVED }, { 1 * M, 2 * M + 0x1000, MEM_NVS },
		   { 2 * M + 0x1000, 3 * M, MEM_ACPI });
}

static void halves_add_up(struct kunit *test)
{
	add(1 * M, 1 * M + 0x800, MEM_USABLE);
	add(1 * M + 0x800, 1 * M + 0x1000, MEM_USABLE);
	EXPECT_MAP(test, { 0, 0x1000, MEM_RESERVED }, { 1 * M, 1 * M + 0x1000, MEM_USABLE });
}

static void page_0(struct kunit *test)
{
	add(0, 0x3000, MEM_USABLE);
	EXPECT_MAP(test, { 0, 0x1000, MEM_RESERVED }, { 0x1000, 0x3000, MEM_USABLE });
	setup(test);
	add(0, 0x1000, MEM_USABLE);
	KUNIT_EXPECT_EQ(test, boot_info_normalise(&bi, 40, &map), -BOOT_E_NO_USABLE);
	setup(test);
	add(0, 0x1000, MEM_BAD);
	EXPECT_MAP(test, { 0, 0x1000, MEM_BAD });
}

static void empty_ranges(struct kunit *test)
{
	add(1 * M, 2 * M, MEM_USABLE);
	boot_info_add_range(&bi, 1 * M + 0x5000, 0, MEM_BAD);
	boot_info_add_range(&bi, 0, 0, MEM_USABLE);
	EXPECT_MAP(test, { 0, 0x1000, MEM_RESERVED }, { 1 * M, 2 * M, MEM_USABLE });
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_RANGE_EMPTY].count, 2u);
}

static void unknown_types(struct kunit *test)
{
	static const u32 types[] = { 0, 6, 7, 20, 0x7fffffff, 0xffffffff };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		setup(test);
		add(1 * M, 2 * M, MEM_USABLE);
		add(1 * M, 3 * M, types[i]);
		EXPECT_MAP(test, { 0, 0x1000, MEM_RESERVED }, { 1 * M, 3 * M, MEM_RESERVED });
		KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_RANGE_UNKNOWN].count, 1u);
		KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_RANGE_UNKNOWN].first, (u64)types[i]);
	}
}

static void clipped_at_the_cpu(struct kunit *test)
{
	unsigned int bits;

	for (bits = 32; bits <= 52; bits++) {
		u64 limit = 1ull << (bits < PHYS_MAP_BITS ? bits : PHYS_MAP_BITS);

		setup(test);
		add(1 * M, limit + 1 * M, MEM_USABLE);
		add(limit + 2 * M, limit + 3 * M, MEM_USABLE);
		KUNIT_EXPECT_EQ(test, boot_info_normalise(&bi, bits, &map), 0);
		KUNIT_EXPECT_EQ(test, memmap_valid(&map), 0);
		KUNIT_ASSERT_EQ(test, map.nr, 2u);
		KUNIT_EXPECT_EQ(test, map.ranges[1].end, limit);
		KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_RANGE_CLIPPED].count, 2u);
	}
}

static void wraps(struct kunit *test)
{
	boot_info_add_range(&bi, 1 * G, ~0ull, MEM_USABLE);
	boot_info_add_range(&bi, ~0ull - 5, 100, MEM_USABLE);
	EXPECT_MAP(test, { 0, 0x1000, MEM_RESERVED }, { 1 * G, 1024 * G, MEM_USABLE });
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_RANGE_WRAPS].count, 2u);
	/* Up to the last byte of all addresses is no wrap. */
	setup(test);
	boot_info_add_range(&bi, 1 * G, 0 - 1 * G, MEM_RESERVED);
	EXPECT_MAP(test, { 0, 0x1000, MEM_RESERVED }, { 1 * G, 1024 * G, MEM_RESERVED });
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_RANGE_WRAPS].count, 0u);
}

static void only_above_4g(struct kunit *test)
{
	add(4 * G, 6 * G, MEM_USABLE);
	EXPECT_MAP(test, { 0, 0x1000, MEM_RESERVED }, { 4 * G, 6 * G, MEM_USABLE });
}

static void errors(struct kunit *test)
{
	int e;

	KUNIT_EXPECT_EQ(test, boot_info_normalise(&bi, 40, &map), -BOOT_E_NO_MEMMAP);
	add(1 * M, 2 * M, MEM_RESERVED);
	KUNIT_EXPECT_EQ(test, boot_info_normalise(&bi, 40, &map), -BOOT_E_NO_USABLE);
	KUNIT_EXPECT_EQ(test, memmap_valid(&map), 0);
	KUNIT_EXPECT_EQ(test, boot_info_normalise(&bi, 31, &map), -BOOT_E_PHYS_BITS);
	KUNIT_EXPECT_EQ(test, boot_info_normalise(&bi, 65, &map), -BOOT_E_PHYS_BITS);
	for (e = 1; e < BOOT_ERRORS; e++) {
		KUNIT_ASSERT_NOT_NULL(test, boot_info_error(-e));
		KUNIT_EXPECT_STRNEQ(test, boot_info_error(-e), boot_info_error(-BOOT_ERRORS));
	}
}

static void problems_become_lines(struct kunit *test)
{
	char line[160];
	int p;

	for (p = 0; p < BOOT_PROBLEMS; p++) {
		setup(test);
		KUNIT_EXPECT_FALSE(test, boot_problem_describe(&bi, p, line, sizeof(line)));
		KUNIT_EXPECT_STREQ(test, line, "");
		boot_info_problem(&bi, p, 0x1234);
		boot_info_problem(&bi, p, 0x5678);
		KUNIT_EXPECT_TRUE(test, boot_problem_describe(&bi, p, line, sizeof(line)));
		KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(line, ": 2 (first: "), "%s", line);
		KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(line, "0x1234"), "%s", line);
		KUNIT_EXPECT_LT(test, strlen(line), sizeof(line) - 1);
	}
}

/* A full table keeps what forbids memory and gives up the smallest of what offers it. */
static void full_table(struct kunit *test)
{
	unsigned int i, reserved = 0, small = 0;

	for (i = 0; i < BOOT_MAX_RANGES; i++)
		boot_info_add_range(&bi, (u64)i << 20, i == 77 ? 4096 : 8192, MEM_USABLE);
	boot_info_add_range(&bi, 1 * G, 4096, MEM_USABLE); /* no better than the worst */
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_RANGE_DROPPED].first, 1 * G);
	boot_info_add_range(&bi, 2 * G, 16, MEM_RESERVED);
	KUNIT_EXPECT_EQ(test, bi.ranges[77].start, 2 * G);
	for (i = 0; i < 2 * BOOT_MAX_RANGES; i++)
		boot_info_add_range(&bi, 3 * G + i * M, 16, MEM_BAD);
	KUNIT_EXPECT_EQ(test, bi.nr_ranges, (unsigned int)BOOT_MAX_RANGES);
	for (i = 0; i < bi.nr_ranges; i++) {
		reserved += bi.ranges[i].type != MEM_USABLE;
		small += bi.ranges[i].type == MEM_USABLE;
	}
	KUNIT_EXPECT_EQ(test, reserved, (unsigned int)BOOT_MAX_RANGES);
	KUNIT_EXPECT_EQ(test, small, 0u);
	KUNIT_EXPECT_EQ(test, boot_info_normalise(&bi, 40, &map), -BOOT_E_NO_USABLE);
}

/* The most ranges a map can have: every raw range unaligned, alone, nested in a large one. */
static void capacity(struct kunit *test)
{
	unsigned int i;

	add(1, 1023 * G, MEM_USABLE);
	for (i = 1; i < BOOT_MAX_RANGES; i++)
		add(i * M + 1, i * M + 5, i & 1 ? MEM_BAD : MEM_RESERVED);
	KUNIT_EXPECT_EQ(test, boot_info_normalise(&bi, 40, &map), 0);
	KUNIT_EXPECT_EQ(test, memmap_valid(&map), 0);
	KUNIT_EXPECT_EQ(test, map.nr, 2u * BOOT_MAX_RANGES);
}

static void limit(struct kunit *test)
{
	add(1 * M, 64 * M, MEM_USABLE);
	add(64 * M, 65 * M, MEM_ACPI);
	add(65 * M, 128 * M, MEM_USABLE);
	boot_info_limit(&bi, 32 * M);
	boot_info_normalise(&bi, 40, &map);
	KUNIT_EXPECT_EQ(test, memmap_bytes(&map, MEM_USABLE), 31 * M);
	KUNIT_EXPECT_EQ(test, memmap_bytes(&map, MEM_ACPI), 1 * M);
	KUNIT_EXPECT_EQ(test, map.ranges[1].end, 32 * M);
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_RANGE_EMPTY].count, 0u);
	boot_info_limit(&bi, 0);
	KUNIT_EXPECT_EQ(test, boot_info_normalise(&bi, 40, &map), -BOOT_E_NO_USABLE);
}

/* ---- A model: 64 pages of 8 granules, each granule's type by brute force ---- */

#define PAGES	 64u
#define GRANULE	 512u
#define GRANULES (PAGES * 8)

static int rank(u32 type)
{
	switch (type) {
	case MEM_USABLE:
		return 1;
	case MEM_ACPI:
		return 2;
	case MEM_NVS:
		return 3;
	case MEM_BAD:
		return 5;
	}
	return 4;
}

/* Rank of page `p` (0: none): the strictest claim in it; usable only if all of it is claimed so. */
static int page_rank(unsigned int p)
{
	int low = 9, high = 0;
	unsigned int g, i;

	for (g = p * 8; g < p * 8 + 8; g++) {
		int r = 0;

		for (i = 0; i < bi.nr_ranges; i++) {
			const struct boot_range *b = &bi.ranges[i];

			if (b->start <= g * GRANULE && g * GRANULE < b->start + b->size)
				r = max(r, rank(b->type));
		}
		low = min(low, r);
		high = max(high, r);
	}
	if (p == 0)
		return max(high, 4);
	return high == 1 && low == 0 ? 0 : high;
}

static int map_rank(u64 at)
{
	unsigned int i;

	for (i = 0; i < map.nr; i++)
		if (map.ranges[i].start <= at && at < map.ranges[i].end)
			return rank(map.ranges[i].type);
	return 0;
}

static void random_against_model(struct kunit *test)
{
	unsigned int round, i, p;

	for (round = 0; round < 300; round++) {
		setup(test);
		for (i = kunit_rand_below(test, 20) + 1; i; i--) {
			u64 a = kunit_rand_below(test, GRANULES);
			u64 n = kunit_rand_below(test, i & 1 ? 24 : 160) + 1;

			boot_info_add_range(&bi, a * GRANULE, min(n, GRANULES - a) * GRANULE,
					    i & 2 ? MEM_USABLE : kunit_rand_below(test, 8));
		}
		boot_info_normalise(&bi, 40, &map);
		KUNIT_ASSERT_EQ(test, memmap_valid(&map), 0);
		for (p = 0; p < PAGES; p++)
			KUNIT_ASSERT_EQ_MSG(test, map_rank(p * PAGE_SIZE), page_rank(p),
					    "round %u page %u", round, p);
	}
}

/* Break each promise in turn: the check must name it. */
static void valid_finds_each(struct kunit *test)
{
	struct memmap_range *r = map.ranges;

	add(1 * M, 2 * M, MEM_USABLE);
	add(2 * M, 3 * M, MEM_NVS);
	boot_info_normalise(&bi, 40, &map);
	KUNIT_ASSERT_EQ(test, memmap_valid(&map), 0);
	map.limit++;
	KUNIT_EXPECT_EQ(test, memmap_valid(&map), 1);
	map.limit--;
	map.nr += MEMMAP_MAX;
	KUNIT_EXPECT_EQ(test, memmap_valid(&map), 1);
	map.nr -= MEMMAP_MAX;
	r[2].type = 6;
	KUNIT_EXPECT_EQ(test, memmap_valid(&map), 2);
	r[2].type = MEM_NVS;
	r[2].end--;
	KUNIT_EXPECT_EQ(test, memmap_valid(&map), 3);
	r[2].end++;
	r[2].start -= PAGE_SIZE;
	KUNIT_EXPECT_EQ(test, memmap_valid(&map), 4);
	r[2].start = r[2].end;
	KUNIT_EXPECT_EQ(test, memmap_valid(&map), 4);
	r[2].start = 2 * M;
	r[2].type = MEM_USABLE;
	KUNIT_EXPECT_EQ(test, memmap_valid(&map), 5);
	r[2].type = MEM_NVS;
	map.limit = 2 * M;
	KUNIT_EXPECT_EQ(test, memmap_valid(&map), 6);
	map.limit = 4 * M;
	r[0].type = MEM_USABLE;
	KUNIT_EXPECT_EQ(test, memmap_valid(&map), 7);
	r[0].type = MEM_RESERVED;
	KUNIT_EXPECT_EQ(test, memmap_valid(&map), 0);
}

/* ---- The boot line ---- */

static void line_values(struct kunit *test)
{
	static const struct {
		const char *line, *key, *value;
		int len;
	} rows[] = {
		{ "a=1 memmap_test=holes b=2", "memmap_test", "holes", 5 },
		{ "memmap_test=holes", "memmap_test", "holes", 5 },
		{ "xmemmap_test=holes", "memmap_test", "?", -1 },
		{ "memmap_testx=holes", "memmap_test", "?", -1 },
		{ "mem", "mem", "", 0 },
		{ "mem= x", "mem", "", 0 },
		{ "mem=1M mem=2M", "mem", "2M", 2 },
		{ "", "mem", "?", -1 },
		{ "  \t mem=7\n", "mem", "7", 1 },
		{ "test=\"a mem=3 b\" c", "mem", "?", -1 },
		{ "test=\"a b\" c", "test", "a b", 3 },
		{ "test=\"a b", "test", "a b", 3 },
		{ "test=\"", "test", "", 0 },
		{ "k=0123456789abcdef", "k", "0123456", 16 },
		{ "k==", "k", "=", 1 },
	};
	char buf[8];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		strscpy(buf, "?", sizeof(buf));
		KUNIT_EXPECT_EQ_MSG(test,
				    boot_line_value(rows[i].line, rows[i].key, buf, sizeof(buf)),
				    rows[i].len, "%s", rows[i].line);
		KUNIT_EXPECT_STREQ_MSG(test, buf, rows[i].value, "%s", rows[i].line);
	}
	KUNIT_EXPECT_EQ(test, boot_line_value("mem=5", "mem", NULL, 0), 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(ordinary_pc),
	KUNIT_CASE(strictness),
	KUNIT_CASE(nested_overlaps),
	KUNIT_CASE(unordered_and_touching),
	KUNIT_CASE(rounding),
	KUNIT_CASE(shared_page),
	KUNIT_CASE(halves_add_up),
	KUNIT_CASE(page_0),
	KUNIT_CASE(empty_ranges),
	KUNIT_CASE(unknown_types),
	KUNIT_CASE(clipped_at_the_cpu),
	KUNIT_CASE(wraps),
	KUNIT_CASE(only_above_4g),
	KUNIT_CASE(errors),
	KUNIT_CASE(problems_become_lines),
	KUNIT_CASE(full_table),
	KUNIT_CASE(capacity),
	KUNIT_CASE(limit),
	KUNIT_CASE(random_against_model),
	KUNIT_CASE(valid_finds_each),
	KUNIT_CASE(line_values),
	{},
};

static struct kunit_suite suite = { .name = "bootinfo", .init = setup, .test_cases = cases };
kunit_test_suite(suite);
