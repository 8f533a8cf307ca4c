// SPDX-License-Identifier: MIT
/*
 * Tests of boot/pvh.c over a window of pretended physical memory.
 *
 * Suite pvh, mutations that made it fail when tried:
 *	phys_map: the wrap test `p + n < p` dropped			pointers_that_wrap, info_unreadable
 *	fetch_text: chunk not cut at the page's end			line_up_to_the_edge, line_runs_out_of_memory
 *	fetch_text: no terminator after a cut				line_too_long
 *	take_modules: not limited to BOOT_MAX_MODULES			a fault
 *	take_memmap: not limited to MAX_ENTRIES				counts_that_lie never ends
 *	take_modules: the wrap not looked at				modules_that_make_no_sense
 *	pvh_parse: memmap_paddr read whatever the version		version_0
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/page.h>
#include <boot/bootinfo.h>

/* Physical memory [BASE, BASE + SIZE) can be read, nothing else. */
#define BASE 0x100000ULL
#define SIZE 0x4000U

#define INFO	(BASE + 0x100)
#define MODLIST (BASE + 0x200)
#define LINE	(BASE + 0x1000)
#define MODLINE (BASE + 0x1800)
#define MEMMAP	(BASE + 0x2000)

static u8 mem[SIZE] __aligned(PAGE_SIZE);
static struct boot_info bi, other;
static struct memmap map;
static u8 window[SIZE + 64];
static unsigned int reads, wild;
static u8 filler;
static bool endless; /* memory repeats itself without end */

/*
 * Hands out copies with filler behind them, so that reading more than was asked for shows in the
 * result.
 */
static const void *window_map(void *ctx, phys_addr_t p, size_t n)
{
	reads++;
	if (endless)
		p = BASE + (p - BASE) % (SIZE / 2);
	if (p + n < p)
		wild++;
	if (p < BASE || p - BASE > SIZE || n > SIZE - (p - BASE))
		return NULL;
	memset(window, filler, sizeof(window));
	memcpy(window + 3, mem + (p - BASE), n);
	return window + 3;
}

static const struct phys_reader reader = { .map = window_map };

static void poke(phys_addr_t p, u64 v, unsigned int size)
{
	memcpy(mem + (p - BASE), &v, size);
}

static void poke_text(phys_addr_t p, const char *text)
{
	memcpy(mem + (p - BASE), text, strlen(text) + 1);
}

static void poke_module(unsigned int i, u64 paddr, u64 size, u64 line)
{
	poke(MODLIST + 32 * i, paddr, 8);
	poke(MODLIST + 32 * i + 8, size, 8);
	poke(MODLIST + 32 * i + 16, line, 8);
}

static void poke_range(unsigned int i, u64 addr, u64 size, u32 type)
{
	poke(MEMMAP + 24 * i, addr, 8);
	poke(MEMMAP + 24 * i + 8, size, 8);
	poke(MEMMAP + 24 * i + 16, type, 4);
}

/* What QEMU passes: version 1, a module, three ranges. */
static int setup(struct kunit *test)
{
	memset(mem, 0, sizeof(mem));
	reads = wild = 0;
	endless = false;
	poke(INFO, 0x336ec578, 4);
	poke(INFO + 4, 1, 4);
	poke(INFO + 12, 1, 4);
	poke(INFO + 16, MODLIST, 8);
	poke(INFO + 24, LINE, 8);
	poke(INFO + 32, 0xf5340, 8);
	poke(INFO + 40, MEMMAP, 8);
	poke(INFO + 48, 3, 4);
	poke_text(LINE, "test=* poweroff");
	poke_text(MODLINE, "mod.bin");
	poke_module(0, 0x7f00000, 0x2345, MODLINE);
	poke_range(0, 0, 0x9fc00, 1);
	poke_range(1, 0xf0000, 0x10000, 2);
	poke_range(2, 0x100000, 0x7ee0000, 1);
	return 0;
}

static int parse(void)
{
	return pvh_parse(&reader, INFO, &bi);
}

static void whole_info(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, parse(), 0);
	memset(mem, 0xff, sizeof(mem));
	KUNIT_EXPECT_EQ(test, bi.protocol, BOOT_PVH);
	KUNIT_EXPECT_STREQ(test, bi.cmdline, "test=* poweroff");
	KUNIT_EXPECT_EQ(test, bi.rsdp_addr, 0xf5340ull);
	KUNIT_ASSERT_EQ(test, bi.nr_modules, 1u);
	KUNIT_EXPECT_EQ(test, bi.modules_left_out, 0u);
	KUNIT_EXPECT_EQ(test, bi.modules[0].start, 0x7f00000ull);
	KUNIT_EXPECT_EQ(test, bi.modules[0].size, 0x2345ull);
	KUNIT_EXPECT_STREQ(test, bi.modules[0].cmdline, "mod.bin");
	KUNIT_ASSERT_EQ(test, bi.nr_ranges, 3u);
	KUNIT_EXPECT_EQ(test, bi.ranges[1].start, 0xf0000ull);
	KUNIT_EXPECT_EQ(test, bi.ranges[1].type, 2u);
	KUNIT_EXPECT_EQ(test, bi.ranges[2].size, 0x7ee0000ull);
	KUNIT_EXPECT_EQ(test, bi.info_start, INFO);
	KUNIT_EXPECT_EQ(test, bi.info_end, INFO + 56);
}

static void bad_magic(struct kunit *test)
{
	poke(INFO, 0x336ec579, 4);
	KUNIT_EXPECT_EQ(test, parse(), -BOOT_E_BAD_MAGIC);
	KUNIT_EXPECT_EQ(test, bi.nr_ranges, 0u);
}

static void version_0(struct kunit *test)
{
	poke(INFO + 4, 0, 4);
	KUNIT_EXPECT_EQ(test, parse(), -BOOT_E_NO_MEMMAP);
	KUNIT_EXPECT_STREQ(test, bi.cmdline, "test=* poweroff");
	KUNIT_EXPECT_EQ(test, bi.nr_modules, 1u);
	KUNIT_EXPECT_EQ(test, bi.info_end, INFO + 40);
}

static void info_unreadable(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pvh_parse(&reader, BASE - 8, &bi), -BOOT_E_UNREADABLE);
	KUNIT_EXPECT_EQ(test, pvh_parse(&reader, BASE + SIZE - 8, &bi), -BOOT_E_UNREADABLE);
	KUNIT_EXPECT_EQ(test, pvh_parse(&reader, ~0ull - 8, &bi), -BOOT_E_UNREADABLE);
	/* The old part can be read, the rest of version 1 can't. */
	memcpy(mem + SIZE - 44, mem + 0x100, 44);
	KUNIT_EXPECT_EQ(test, pvh_parse(&reader, BASE + SIZE - 44, &bi), -BOOT_E_UNREADABLE);
	KUNIT_EXPECT_EQ(test, wild, 0u);
}

static void map_unreadable(struct kunit *test)
{
	poke(INFO + 40, BASE + SIZE - 30, 8);
	KUNIT_EXPECT_EQ(test, parse(), 0); /* one entry could be read */
	KUNIT_EXPECT_EQ(test, bi.nr_ranges, 1u);
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_UNREADABLE].count, 1u);
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_UNREADABLE].first, BASE + SIZE - 6);
	poke(INFO + 40, 0, 8);
	KUNIT_EXPECT_EQ(test, parse(), -BOOT_E_NO_MEMMAP);
}

static void no_line_no_modules(struct kunit *test)
{
	poke(INFO + 24, 0, 8);
	poke(INFO + 12, 0, 4);
	KUNIT_EXPECT_EQ(test, parse(), 0);
	KUNIT_EXPECT_STREQ(test, bi.cmdline, "");
	KUNIT_EXPECT_EQ(test, bi.nr_modules, 0u);
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_UNREADABLE].count, 0u);
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_STRING_TRUNCATED].count, 0u);
}

/* A line that ends right before the end of readable memory is whole. */
static void line_up_to_the_edge(struct kunit *test)
{
	poke_text(BASE + SIZE - 6, "close");
	poke(INFO + 24, BASE + SIZE - 6, 8);
	KUNIT_EXPECT_EQ(test, parse(), 0);
	KUNIT_EXPECT_STREQ(test, bi.cmdline, "close");
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_UNREADABLE].count, 0u);
}

static void line_over_a_page(struct kunit *test)
{
	poke_text(LINE - 4, "over the edge");
	poke(INFO + 24, LINE - 4, 8);
	KUNIT_EXPECT_EQ(test, parse(), 0);
	KUNIT_EXPECT_STREQ(test, bi.cmdline, "over the edge");
}

static void line_runs_out_of_memory(struct kunit *test)
{
	memcpy(mem + SIZE - 4, "abcd", 4);
	poke(INFO + 24, BASE + SIZE - 4, 8);
	KUNIT_EXPECT_EQ(test, parse(), 0);
	KUNIT_EXPECT_STREQ(test, bi.cmdline, "abcd");
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_UNREADABLE].count, 1u);
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_STRING_TRUNCATED].count, 1u);
}

static void line_too_long(struct kunit *test)
{
	memset(mem + 0x2800, 'x', BOOT_CMDLINE_MAX + 10);
	poke(INFO + 24, BASE + 0x2800, 8);
	KUNIT_EXPECT_EQ(test, parse(), 0);
	KUNIT_EXPECT_EQ(test, strlen(bi.cmdline), (size_t)BOOT_CMDLINE_MAX - 1);
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_STRING_TRUNCATED].count, 1u);
}

static void counts_that_lie(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 20; i++)
		poke_module(i, 0x1000000 + i * 0x1000, i + 1, 0);
	poke(INFO + 12, 0xffffffff, 4);
	poke(INFO + 48, 0xffffffff, 4);
	endless = true;
	KUNIT_EXPECT_EQ(test, parse(), 0);
	KUNIT_EXPECT_EQ(test, bi.nr_modules, (unsigned int)BOOT_MAX_MODULES);
	KUNIT_EXPECT_EQ(test, bi.modules_left_out, 0xffffffff - BOOT_MAX_MODULES);
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_MODULE_DROPPED].count, 1u);
	KUNIT_EXPECT_EQ(test, bi.nr_ranges, (unsigned int)BOOT_MAX_RANGES);
	KUNIT_EXPECT_GT(test, bi.problems[BOOT_P_RANGE_DROPPED].count, 0u);
	KUNIT_EXPECT_LT(test, reads, 10000u);
}

static void modules_that_make_no_sense(struct kunit *test)
{
	poke(INFO + 12, 3, 4);
	poke_module(0, 0x1000000, 0, 0);
	poke_module(1, ~0ull - 10, 100, 0);
	poke_module(2, 0x2000000, 5, ~0ull);
	KUNIT_EXPECT_EQ(test, parse(), 0);
	KUNIT_ASSERT_EQ(test, bi.nr_modules, 1u);
	KUNIT_EXPECT_EQ(test, bi.modules[0].start, 0x2000000ull);
	KUNIT_EXPECT_STREQ(test, bi.modules[0].cmdline, "");
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_MODULE_DROPPED].count, 2u);
}

static void pointers_that_wrap(struct kunit *test)
{
	poke(INFO + 16, ~0ull - 3, 8);
	poke(INFO + 24, ~0ull - 3, 8);
	poke(INFO + 40, ~0ull - 3, 8);
	KUNIT_EXPECT_EQ(test, parse(), -BOOT_E_NO_MEMMAP);
	KUNIT_EXPECT_EQ(test, wild, 0u);
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_UNREADABLE].count, 3u);
}

/*
 * Random bytes anywhere: no read that wraps, nothing used beyond what was asked for, and a valid
 * map or an error.
 */
static void mutations(struct kunit *test)
{
	unsigned int i, k;
	int a, b;

	for (i = 0; i < 2000; i++) {
		setup(test);
		for (k = kunit_rand_below(test, 6) + 1; k; k--)
			mem[0x100 + kunit_rand_below(test, 56)] = kunit_rand(test);
		mem[kunit_rand_below(test, SIZE)] = kunit_rand(test);
		mem[0x2000 + kunit_rand_below(test, 72)] = kunit_rand(test);
		filler = 0;
		a = pvh_parse(&reader, INFO, &bi);
		filler = 0x55;
		b = pvh_parse(&reader, INFO, &other);
		KUNIT_EXPECT_EQ(test, a, b);
		KUNIT_EXPECT_TRUE(test, !memcmp(&bi, &other, sizeof(bi)));
		KUNIT_EXPECT_EQ(test, wild, 0u);
		if (a)
			continue;
		a = boot_info_normalise(&bi, 46, &map);
		KUNIT_EXPECT_TRUE(test, a == 0 || a == -BOOT_E_NO_USABLE);
		KUNIT_EXPECT_EQ(test, memmap_valid(&map), 0);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(whole_info),
	KUNIT_CASE(bad_magic),
	KUNIT_CASE(version_0),
	KUNIT_CASE(info_unreadable),
	KUNIT_CASE(map_unreadable),
	KUNIT_CASE(no_line_no_modules),
	KUNIT_CASE(line_up_to_the_edge),
	KUNIT_CASE(line_over_a_page),
	KUNIT_CASE(line_runs_out_of_memory),
	KUNIT_CASE(line_too_long),
	KUNIT_CASE(counts_that_lie),
	KUNIT_CASE(modules_that_make_no_sense),
	KUNIT_CASE(pointers_that_wrap),
	KUNIT_CASE(mutations),
	{},
};

static struct kunit_suite suite = { .name = "pvh", .init = setup, .test_cases = cases };
kunit_test_suite(suite);
