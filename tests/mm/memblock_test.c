// SPDX-License-Identifier: MIT
/*
 * Tests of mm/memblock.c on a map of their own (suite memblock) and on the machine's (suite memblock_machine).
 *
 * The private map's accessible memory is an array in this file, pretended to stand at physical BASE; only grown region arrays and
 * memblock_alloc() touch it. All other addresses are numbers.
 *
 * Suite memblock, mutations that made it fail when tried:
 *	region_insert: `base - 1` and `end + 1` without the 1 (touching not merged)	add_merges, random_against_model
 *	region_insert: hull.end from the first region only				add_merges, random_against_model
 *	region_cut: upper rest not kept							remove_splits, random_against_model
 *	pages_inside: base not rounded							memory_is_whole_pages
 *	range_end: no cut at the end of all addresses					the_end_of_all_addresses
 *	find_free: lo not raised to PAGE_SIZE						page_0_stays
 *	find_free: place not aligned							alloc_alignment, random_against_model
 *	find_free: takes the lowest place of a range					alloc_is_top_down, random_against_model
 *	__memblock_phys_alloc_range: current limit ignored				alloc_limits
 *	__memblock_alloc: no memset							alloc_is_zeroed
 *	type_grow: place of the new array not reserved					grow_reserved, grow_memory
 *	type_grow: old array not freed							grow_twice_gives_back
 *	type_grow: [base, end) not kept clear						grow_keeps_clear
 *	make_room: reserved array not grown first					grow_memory_needs_reserved
 *	make_room: the reserved array's failure ignored					grow_memory_without_reserved
 *	refused: always false								seal
 *	__memblock_valid: any one check dropped						valid_finds_each
 *
 * Suite memblock_machine: image not reserved at boot, memblock_seal() not called: boot_map, sealed_after_boot; a walk
 * over the other list, its end lost: reserved_ranges; a change let through after the seal: sealed_after_boot.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/errno.h>
#include <linux/memblock.h>
#include <asm/page.h>

#define M (1024 * 1024ull)

#define BASE   0x100000ull
#define WINDOW 0x20000ull /* accessible bytes at BASE */

static struct memblock mb;
static u8 backing[WINDOW] __aligned(PAGE_SIZE);

static void *to_backing(phys_addr_t p)
{
	return backing + (p - BASE);
}

static int setup(struct kunit *test)
{
	__memblock_init(&mb, to_backing);
	mb.current_limit = BASE + WINDOW;
	return 0;
}

static void expect_regions(struct kunit *test, const struct memblock_type *t,
			   const struct memblock_region *want, unsigned long n)
{
	unsigned long i;

	KUNIT_EXPECT_EQ(test, __memblock_valid(&mb), 0);
	KUNIT_ASSERT_EQ(test, t->cnt, n);
	for (i = 0; i < n; i++) {
		KUNIT_EXPECT_EQ_MSG(test, t->regions[i].base, want[i].base, "region %lu", i);
		KUNIT_EXPECT_EQ_MSG(test, t->regions[i].end, want[i].end, "region %lu", i);
	}
}

#define EXPECT_REGIONS(test, type, ...)                                       \
	do {                                                                  \
		static const struct memblock_region want[] = { __VA_ARGS__ }; \
                                                                              \
		expect_regions(test, &mb.type, want, ARRAY_SIZE(want));       \
	} while (0)

static int add(u64 base, u64 end)
{
	return __memblock_add(&mb, base, end - base);
}

static int reserve(u64 base, u64 end)
{
	return __memblock_reserve(&mb, base, end - base);
}

/* ---- Adding and taking away ---- */

static void add_merges(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, add(4 * M, 5 * M), 0);
	KUNIT_EXPECT_EQ(test, add(1 * M, 2 * M), 0);
	KUNIT_EXPECT_EQ(test, add(7 * M, 8 * M), 0);
	EXPECT_REGIONS(test, memory, { 1 * M, 2 * M }, { 4 * M, 5 * M }, { 7 * M, 8 * M });
	add(2 * M, 3 * M); /* touches from above */
	add(6 * M, 7 * M); /* and from below */
	EXPECT_REGIONS(test, memory, { 1 * M, 3 * M }, { 4 * M, 5 * M }, { 6 * M, 8 * M });
	add(3 * M, 4 * M); /* fills the gap */
	EXPECT_REGIONS(test, memory, { 1 * M, 5 * M }, { 6 * M, 8 * M });
	add(2 * M, 3 * M); /* inside */
	EXPECT_REGIONS(test, memory, { 1 * M, 5 * M }, { 6 * M, 8 * M });
	add(0, 10 * M); /* swallows all */
	EXPECT_REGIONS(test, memory, { 0, 10 * M });
}

static void memory_is_whole_pages(struct kunit *test)
{
	add(1 * M + 1, 2 * M + 0xfff);
	EXPECT_REGIONS(test, memory, { 1 * M + 0x1000, 2 * M });
	KUNIT_EXPECT_EQ(test, add(3 * M + 1, 3 * M + 0x1fff), 0);
	KUNIT_EXPECT_EQ(test, __memblock_add(&mb, 3 * M, 0), 0);
	KUNIT_EXPECT_EQ(test, mb.memory.cnt, 1ul);
	/* Taking away rounds the other way. */
	__memblock_remove(&mb, 1 * M + 0x4fff, 2);
	EXPECT_REGIONS(test, memory, { 1 * M + 0x1000, 1 * M + 0x4000 }, { 1 * M + 0x6000, 2 * M });
	__memblock_remove(&mb, 1 * M + 0x2800, 0);
	KUNIT_EXPECT_EQ(test, mb.memory.cnt, 2ul);
}

static void remove_splits(struct kunit *test)
{
	add(1 * M, 9 * M);
	__memblock_remove(&mb, 4 * M, 1 * M);
	EXPECT_REGIONS(test, memory, { 1 * M, 4 * M }, { 5 * M, 9 * M });
	__memblock_remove(&mb, 3 * M, 3 * M); /* over the gap */
	EXPECT_REGIONS(test, memory, { 1 * M, 3 * M }, { 6 * M, 9 * M });
	__memblock_remove(&mb, 3 * M, 3 * M); /* nothing there */
	__memblock_remove(&mb, 0, 2 * M);
	__memblock_remove(&mb, 8 * M, 100 * M);
	EXPECT_REGIONS(test, memory, { 2 * M, 3 * M }, { 6 * M, 8 * M });
	__memblock_remove(&mb, 0, PHYS_ADDR_MAX);
	KUNIT_EXPECT_EQ(test, mb.memory.cnt, 0ul);
}

static void reserving_counts_bytes(struct kunit *test)
{
	__memblock_reserve(&mb, 0x1003, 5);
	__memblock_reserve(&mb, 0x1009, 1);
	EXPECT_REGIONS(test, reserved, { 0x1003, 0x1008 }, { 0x1009, 0x100a });
	__memblock_reserve(&mb, 0x1008, 1);
	EXPECT_REGIONS(test, reserved, { 0x1003, 0x100a });
	__memblock_phys_free(&mb, 0x1005, 1);
	EXPECT_REGIONS(test, reserved, { 0x1003, 0x1005 }, { 0x1006, 0x100a });
	KUNIT_EXPECT_EQ(test, __memblock_reserve(&mb, 0x5000, 0), 0);
	KUNIT_EXPECT_EQ(test, __memblock_bytes(&mb.reserved), 6ull);
}

static void the_end_of_all_addresses(struct kunit *test)
{
	const u64 top = PHYS_ADDR_MAX & PAGE_MASK;

	KUNIT_EXPECT_EQ(test, __memblock_add(&mb, top - 2 * PAGE_SIZE, PHYS_ADDR_MAX), 0);
	KUNIT_EXPECT_EQ(test, __memblock_add(&mb, PHYS_ADDR_MAX - 5, 100), 0);
	KUNIT_EXPECT_EQ(test, __memblock_reserve(&mb, PHYS_ADDR_MAX - 5, 100), 0);
	KUNIT_EXPECT_EQ(test, __memblock_reserve(&mb, PHYS_ADDR_MAX - 9, 100), 0);
	KUNIT_EXPECT_EQ(test, __memblock_valid(&mb), 0);
	EXPECT_REGIONS(test, memory,
		       { (PHYS_ADDR_MAX & PAGE_MASK) - 2 * PAGE_SIZE, PHYS_ADDR_MAX & PAGE_MASK });
	EXPECT_REGIONS(test, reserved, { PHYS_ADDR_MAX - 9, PHYS_ADDR_MAX });
	KUNIT_EXPECT_TRUE(test, __memblock_meets(&mb.reserved, PHYS_ADDR_MAX - 20, ~0ull));
	__memblock_remove(&mb, 0, ~0ull);
	__memblock_phys_free(&mb, 0, ~0ull);
	KUNIT_EXPECT_EQ(test, mb.memory.cnt + mb.reserved.cnt, 0ul);
}

static void covering_and_meeting(struct kunit *test)
{
	add(2 * M, 4 * M);
	add(5 * M, 6 * M);
	KUNIT_EXPECT_TRUE(test, __memblock_covers(&mb.memory, 2 * M, 2 * M));
	KUNIT_EXPECT_FALSE(test, __memblock_covers(&mb.memory, 2 * M - 1, 1 * M));
	KUNIT_EXPECT_FALSE(test, __memblock_covers(&mb.memory, 3 * M, 1 * M + 1));
	KUNIT_EXPECT_FALSE(test, __memblock_covers(&mb.memory, 3 * M, 3 * M)); /* over the gap */
	KUNIT_EXPECT_FALSE(test, __memblock_covers(&mb.memory, 3 * M, PHYS_ADDR_MAX));
	KUNIT_EXPECT_TRUE(test, __memblock_meets(&mb.memory, 3 * M, PHYS_ADDR_MAX));
	KUNIT_EXPECT_FALSE(test, __memblock_meets(&mb.memory, 4 * M, 1 * M));
	KUNIT_EXPECT_TRUE(test, __memblock_meets(&mb.memory, 4 * M, 1 * M + 1));
	KUNIT_EXPECT_TRUE(test, __memblock_meets(&mb.memory, 1 * M, 1 * M + 1));
	KUNIT_EXPECT_FALSE(test, __memblock_meets(&mb.memory, 1 * M, 1 * M));
	KUNIT_EXPECT_FALSE(test, __memblock_meets(&mb.memory, 6 * M, 1));
	KUNIT_EXPECT_EQ(test, __memblock_bytes(&mb.memory), 3 * M);
}

/* ---- Allocating ---- */

static void alloc_is_top_down(struct kunit *test)
{
	mb.current_limit = PHYS_ADDR_MAX;
	add(1 * M, 2 * M);
	add(4 * M, 5 * M);
	KUNIT_EXPECT_EQ(test, __memblock_phys_alloc_range(&mb, 4096, 4096, 0, 0), 5 * M - 4096);
	KUNIT_EXPECT_EQ(test, __memblock_phys_alloc_range(&mb, 4096, 4096, 0, 0), 5 * M - 8192);
	KUNIT_EXPECT_EQ(test, __memblock_phys_alloc_range(&mb, 1 * M, 1, 0, 0), 1 * M);
	KUNIT_EXPECT_EQ(test, __memblock_phys_alloc_range(&mb, 1 * M, 1, 0, 0), 0ull);
	EXPECT_REGIONS(test, reserved, { 1 * M, 2 * M }, { 5 * M - 8192, 5 * M });
	__memblock_phys_free(&mb, 5 * M - 4096, 4096);
	KUNIT_EXPECT_EQ(test, __memblock_phys_alloc_range(&mb, 100, 1, 0, 0), 5 * M - 100);
}

static void alloc_alignment(struct kunit *test)
{
	unsigned int shift;

	mb.current_limit = PHYS_ADDR_MAX;
	add(0x1000, 64 * M - 0x3000);
	for (shift = 0; shift <= 24; shift++) {
		phys_addr_t p = __memblock_phys_alloc_range(&mb, 3, 1ull << shift, 0, 0);

		KUNIT_EXPECT_NE(test, p, 0ull);
		KUNIT_EXPECT_EQ(test, p & ((1ull << shift) - 1), 0ull);
	}
	KUNIT_EXPECT_EQ(test, __memblock_phys_alloc_range(&mb, 3, 1ull << 63, 0, 0), 0ull);
	KUNIT_EXPECT_EQ(test, __memblock_phys_alloc_range(&mb, 3, 0, 0, 0) % 64, 0ull);
	KUNIT_EXPECT_REPORT(
		test, "not a power of two",
		KUNIT_EXPECT_EQ(test, __memblock_phys_alloc_range(&mb, 3, 24, 0, 0), 0ull));
}

static void alloc_limits(struct kunit *test)
{
	add(1 * M, 64 * M);
	mb.current_limit = 32 * M + 5;
	KUNIT_EXPECT_EQ(test, __memblock_phys_alloc_range(&mb, 10, 1, 0, 0), 32 * M - 5);
	KUNIT_EXPECT_EQ(test, __memblock_phys_alloc_range(&mb, 10, 1, 0, 64 * M), 32 * M - 15);
	KUNIT_EXPECT_EQ(test, __memblock_phys_alloc_range(&mb, 4096, 4096, 0, 16 * M),
			16 * M - 4096);
	KUNIT_EXPECT_EQ(test, __memblock_phys_alloc_range(&mb, 4096, 1, 8 * M, 8 * M + 4096),
			8 * M);
	KUNIT_EXPECT_EQ(test, __memblock_phys_alloc_range(&mb, 4096, 1, 9 * M, 9 * M + 4095), 0ull);
	KUNIT_EXPECT_EQ(test, __memblock_phys_alloc_range(&mb, 1, 1, 40 * M, 50 * M), 0ull);
	KUNIT_EXPECT_EQ(test, __memblock_phys_alloc_range(&mb, 1, 1, 20 * M, 10 * M), 0ull);
	KUNIT_EXPECT_EQ(test, __memblock_phys_alloc_range(&mb, 1, 1, 0, 1 * M), 0ull);
}

static void alloc_that_fails_leaves_no_trace(struct kunit *test)
{
	static const u64 sizes[] = { 0, 3 * M, ~0ull, ~0ull - 4095, 1ull << 63 };
	unsigned int i;

	mb.current_limit = PHYS_ADDR_MAX;
	add(1 * M, 2 * M);
	add(3 * M, 4 * M);
	reserve(0x180000, 0x190000);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		KUNIT_EXPECT_EQ(test, __memblock_phys_alloc_range(&mb, sizes[i], 4096, 0, 0), 0ull);
		KUNIT_EXPECT_NULL(test, __memblock_alloc(&mb, sizes[i], 64));
	}
	EXPECT_REGIONS(test, reserved, { 0x180000, 0x190000 });
}

static void page_0_stays(struct kunit *test)
{
	mb.current_limit = PHYS_ADDR_MAX;
	add(0, 0x3000);
	KUNIT_EXPECT_EQ(test, __memblock_phys_alloc_range(&mb, 0x2000, 1, 0, 0), 0x1000ull);
	KUNIT_EXPECT_EQ(test, __memblock_phys_alloc_range(&mb, 1, 1, 0, 0), 0ull);
}

static void alloc_is_zeroed(struct kunit *test)
{
	u8 *p, *q;

	memset(backing, 0xa5, sizeof(backing));
	add(BASE, BASE + WINDOW);
	p = __memblock_alloc(&mb, 1000, 64);
	q = __memblock_alloc(&mb, 3000, 4096);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_ASSERT_NOT_NULL(test, q);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 1000));
	KUNIT_EXPECT_NULL(test, memchr_inv(q, 0, 3000));
	KUNIT_EXPECT_EQ(test, (p - backing) % 64, 0l);
	KUNIT_EXPECT_EQ(test, (q - backing) % 4096, 0l);
	KUNIT_EXPECT_EQ(test, q[3000], 0xa5); /* and no more than that */
	KUNIT_EXPECT_EQ(test, __memblock_bytes(&mb.reserved), 4000ull);
	KUNIT_EXPECT_NULL(test, __memblock_alloc(&mb, WINDOW, 1));
}

/* ---- Growing ---- */

/* `n` ranges of a byte that don't touch, high up. */
static int reserve_many(unsigned int n)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < n && !err; i++)
		err = __memblock_reserve(&mb, 64 * M + i * 2, 1);
	return err;
}

static void grow_reserved(struct kunit *test)
{
	add(BASE, BASE + WINDOW);
	KUNIT_EXPECT_EQ(test, reserve_many(400), 0);
	KUNIT_EXPECT_EQ(test, __memblock_valid(&mb), 0);
	KUNIT_EXPECT_EQ(test, mb.reserved.max, 512ul);
	KUNIT_EXPECT_EQ(test, mb.reserved.cnt, 401ul); /* and the array's own place */
	KUNIT_EXPECT_EQ(test, mb.reserved.array, BASE + WINDOW - 8192);
	KUNIT_EXPECT_TRUE(test, __memblock_covers(&mb.reserved, BASE + WINDOW - 8192, 8192));
	KUNIT_EXPECT_PTR_EQ(test, (u8 *)mb.reserved.regions, backing + WINDOW - 8192);
	KUNIT_EXPECT_TRUE(test, __memblock_meets(&mb.reserved, 64 * M + 798, 1));
	KUNIT_EXPECT_FALSE(test, __memblock_meets(&mb.reserved, 64 * M + 799, 1));
}

static void grow_twice_gives_back(struct kunit *test)
{
	add(BASE, BASE + WINDOW);
	KUNIT_EXPECT_EQ(test, reserve_many(1200), 0);
	KUNIT_EXPECT_EQ(test, mb.reserved.max, 2048ul);
	KUNIT_EXPECT_EQ(test, __memblock_valid(&mb), 0);
	/* What is taken in the window is the present array alone. */
	KUNIT_EXPECT_EQ(test, __memblock_bytes(&mb.reserved), 1200ull + 2048 * 16);
}

static void grow_memory(struct kunit *test)
{
	unsigned int i;

	add(BASE, BASE + WINDOW);
	for (i = 0; i < 600; i++)
		KUNIT_ASSERT_EQ(test, add(64 * M + i * 0x2000, 64 * M + i * 0x2000 + 0x1000), 0);
	KUNIT_EXPECT_EQ(test, mb.memory.cnt, 601ul);
	KUNIT_EXPECT_EQ(test, mb.memory.max, 1024ul);
	KUNIT_EXPECT_EQ(test, __memblock_valid(&mb), 0);
	KUNIT_EXPECT_TRUE(test, __memblock_covers(&mb.reserved, mb.memory.array, 1024 * 16));
	KUNIT_EXPECT_EQ(test, __memblock_bytes(&mb.memory), WINDOW + 600 * 0x1000);
}

/* Both arrays full at once: the memory array's new place needs an entry in the other. */
static void grow_memory_needs_reserved(struct kunit *test)
{
	unsigned int i;

	add(BASE, BASE + WINDOW);
	KUNIT_ASSERT_EQ(test, reserve_many(254), 0);
	for (i = 0; i < 400; i++)
		KUNIT_ASSERT_EQ(test, add(64 * M + i * 0x2000, 64 * M + i * 0x2000 + 0x1000), 0);
	KUNIT_EXPECT_EQ(test, __memblock_valid(&mb), 0);
	KUNIT_EXPECT_EQ(test, mb.memory.cnt, 401ul);
	KUNIT_EXPECT_EQ(test, mb.reserved.max, 512ul);
}

/* And if that entry can't be had, the memory array does not grow either. */
static void grow_memory_without_reserved(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < MEMBLOCK_STATIC_REGIONS; i++)
		KUNIT_ASSERT_EQ(test, add(64 * M + i * 0x2000, 64 * M + i * 0x2000 + 0x1000), 0);
	for (i = 0; i < MEMBLOCK_STATIC_REGIONS - 2; i++)
		KUNIT_ASSERT_EQ(test, __memblock_reserve(&mb, 8 * M + i * 2, 1), 0);
	KUNIT_EXPECT_EQ(test, add(BASE, BASE + WINDOW), -ENOMEM);
	KUNIT_EXPECT_EQ(test, mb.memory.cnt, (unsigned long)MEMBLOCK_STATIC_REGIONS);
	KUNIT_EXPECT_EQ(test, mb.memory.max, (unsigned long)MEMBLOCK_STATIC_REGIONS);
	KUNIT_EXPECT_EQ(test, __memblock_valid(&mb), 0);
}

/* The array grows in order to reserve a range: it may not be put there. */
static void grow_keeps_clear(struct kunit *test)
{
	add(BASE, BASE + WINDOW);
	KUNIT_ASSERT_EQ(test, reserve_many(254), 0);
	KUNIT_EXPECT_EQ(test, mb.reserved.max, 256ul);
	KUNIT_EXPECT_EQ(test, reserve(BASE + WINDOW - 0x4000, BASE + WINDOW - 0x1000), 0);
	KUNIT_EXPECT_EQ(test, mb.reserved.max, 512ul);
	KUNIT_EXPECT_EQ(test, mb.reserved.array, BASE + WINDOW - 0x6000);
	KUNIT_EXPECT_EQ(test, __memblock_valid(&mb), 0);
}

static void grow_that_fails_changes_nothing(struct kunit *test)
{
	unsigned long cnt;

	KUNIT_EXPECT_EQ(test, reserve_many(300), -ENOMEM); /* there is no memory */
	cnt = mb.reserved.cnt;
	KUNIT_EXPECT_EQ(test, mb.reserved.max, (unsigned long)MEMBLOCK_STATIC_REGIONS);
	KUNIT_EXPECT_EQ(test, reserve(1 * M, 2 * M), -ENOMEM);
	KUNIT_EXPECT_EQ(test, mb.reserved.cnt, cnt);
	KUNIT_EXPECT_EQ(test, __memblock_valid(&mb), 0);
	/* Memory can still be added, and then it goes on. */
	KUNIT_EXPECT_EQ(test, add(BASE, BASE + WINDOW), 0);
	KUNIT_EXPECT_EQ(test, reserve(1 * M, 1 * M + 5), 0);
	KUNIT_EXPECT_EQ(test, __memblock_valid(&mb), 0);
}

/* ---- Walking ---- */

static void walk_free(struct kunit *test)
{
	static const struct memblock_region want[] = {
		{ 1 * M, 2 * M }, { 3 * M, 4 * M }, { 6 * M, 7 * M }, { 7 * M + 1, 8 * M }
	};
	phys_addr_t s, e;
	u64 idx = 0;
	unsigned int n;

	add(1 * M, 4 * M);
	add(6 * M, 8 * M);
	add(9 * M, 10 * M);
	reserve(0, 1 * M);
	reserve(2 * M, 3 * M);
	reserve(4 * M, 5 * M); /* no memory there */
	reserve(7 * M, 7 * M + 1);
	reserve(8 * M + 5, 11 * M);
	for (n = 0; __memblock_next_free_in(&mb, &idx, 0, PHYS_ADDR_MAX, &s, &e); n++) {
		KUNIT_ASSERT_LT(test, n, 4u);
		KUNIT_EXPECT_EQ(test, s, want[n].base);
		KUNIT_EXPECT_EQ(test, e, want[n].end);
	}
	KUNIT_EXPECT_EQ(test, n, 4u);
}

static void walk_free_in_a_range(struct kunit *test)
{
	phys_addr_t s, e;
	u64 idx = 0;

	add(1 * M, 8 * M);
	reserve(3 * M, 4 * M);
	KUNIT_ASSERT_TRUE(test, __memblock_next_free_in(&mb, &idx, 2 * M + 1, 5 * M - 1, &s, &e));
	KUNIT_EXPECT_EQ(test, s, 2 * M + 1);
	KUNIT_EXPECT_EQ(test, e, 3 * M);
	KUNIT_ASSERT_TRUE(test, __memblock_next_free_in(&mb, &idx, 2 * M + 1, 5 * M - 1, &s, &e));
	KUNIT_EXPECT_EQ(test, s, 4 * M);
	KUNIT_EXPECT_EQ(test, e, 5 * M - 1);
	KUNIT_EXPECT_FALSE(test, __memblock_next_free_in(&mb, &idx, 2 * M + 1, 5 * M - 1, &s, &e));
	idx = 0;
	KUNIT_EXPECT_FALSE(test, __memblock_next_free_in(&mb, &idx, 3 * M, 4 * M, &s, &e));
	idx = 0;
	KUNIT_EXPECT_FALSE(test, __memblock_next_free_in(&mb, &idx, 6 * M, 6 * M, &s, &e));
	idx = 0;
	KUNIT_EXPECT_FALSE(test, __memblock_next_free_in(&mb, &idx, 8 * M, 9 * M, &s, &e));
}

/* Reserving each free range as it comes, as the page allocator does, ends and leaves nothing free. */
static void walk_while_changing(struct kunit *test)
{
	phys_addr_t s, e, seen = 0;
	unsigned int i;
	u64 idx = 0;

	for (i = 0; i < 20; i++)
		add((1 + 2 * i) * M, (2 + 2 * i) * M);
	reserve(5 * M, 5 * M + 0x1000);
	while (__memblock_next_free_in(&mb, &idx, 0, PHYS_ADDR_MAX, &s, &e)) {
		seen += e - s;
		reserve(s, e);
	}
	KUNIT_EXPECT_EQ(test, seen, 20 * M - 0x1000);
	idx = 0;
	KUNIT_EXPECT_FALSE(test, __memblock_next_free_in(&mb, &idx, 0, PHYS_ADDR_MAX, &s, &e));
	KUNIT_EXPECT_EQ(test, __memblock_valid(&mb), 0);
}

/* ---- The seal, the check ---- */

static void seal(struct kunit *test)
{
	phys_addr_t s, e;
	u64 idx = 0;

	add(1 * M, 8 * M);
	mb.sealed = true;
	KUNIT_EXPECT_REPORT(
		test, "memblock was sealed",
		KUNIT_EXPECT_EQ(test, __memblock_phys_alloc_range(&mb, 1, 1, 0, 0), 0ull));
	KUNIT_EXPECT_REPORT(test, "memblock_add()",
			    KUNIT_EXPECT_EQ(test, add(9 * M, 10 * M), -EINVAL));
	KUNIT_EXPECT_REPORT(test, "memblock_reserve()",
			    KUNIT_EXPECT_EQ(test, reserve(1 * M, 2 * M), -EINVAL));
	KUNIT_EXPECT_REPORT(test, "memblock_remove()",
			    KUNIT_EXPECT_EQ(test, __memblock_remove(&mb, 1 * M, 1 * M), -EINVAL));
	KUNIT_EXPECT_REPORT(
		test, "memblock_phys_free()",
		KUNIT_EXPECT_EQ(test, __memblock_phys_free(&mb, 1 * M, 1 * M), -EINVAL));
	EXPECT_REGIONS(test, memory, { 1 * M, 8 * M });
	KUNIT_EXPECT_EQ(test, mb.reserved.cnt, 0ul);
	KUNIT_EXPECT_TRUE(test, __memblock_next_mem(&mb, &idx, &s, &e));
	KUNIT_EXPECT_EQ(test, e, 8 * M);
}

static void valid_finds_each(struct kunit *test)
{
	struct memblock_region *r = mb.memory.regions;

	add(1 * M, 2 * M);
	add(3 * M, 4 * M);
	reserve(1 * M, 2 * M);
	KUNIT_ASSERT_EQ(test, __memblock_valid(&mb), 0);
	mb.memory.max = 1;
	KUNIT_EXPECT_EQ(test, __memblock_valid(&mb), 1);
	mb.memory.max = MEMBLOCK_STATIC_REGIONS;
	mb.memory.array = 3 * M; /* not reserved */
	KUNIT_EXPECT_EQ(test, __memblock_valid(&mb), 1);
	mb.memory.array = 0;
	r[1].end = r[1].base;
	KUNIT_EXPECT_EQ(test, __memblock_valid(&mb), 2);
	r[1].end = 4 * M;
	r[1].base = 2 * M; /* touches */
	KUNIT_EXPECT_EQ(test, __memblock_valid(&mb), 3);
	r[1].base = 3 * M + 1;
	KUNIT_EXPECT_EQ(test, __memblock_valid(&mb), 4);
	r[1].base = 3 * M;
	mb.reserved.regions[0].base = 2 * M;
	KUNIT_EXPECT_EQ(test, __memblock_valid(&mb), 2);
	mb.reserved.regions[0].base = 1 * M;
	KUNIT_EXPECT_EQ(test, __memblock_valid(&mb), 0);
}

/* ---- A model: two flags a page ---- */

#define PAGES 2048u
#define FIRST (16 * M)

#define IS_MEM 1
#define IS_RES 2

static u8 model[PAGES];

static phys_addr_t page_at(unsigned int p)
{
	return FIRST + (phys_addr_t)p * PAGE_SIZE;
}

static void model_set(unsigned int from, unsigned int n, u8 set, u8 clear)
{
	for (; n; n--, from++)
		model[from] = (model[from] & ~clear) | set;
}

/* Highest page with `n` free ones from it on, aligned to `align` pages; PAGES if none. */
static unsigned int model_find(unsigned int n, unsigned int align)
{
	unsigned int p, k;

	for (p = PAGES - n + 1; p-- > 0;) {
		if ((page_at(p) >> PAGE_SHIFT) % align)
			continue;
		for (k = 0; k < n && model[p + k] == IS_MEM; k++)
			;
		if (k == n)
			return p;
	}
	return PAGES;
}

/* One of the three lists, as a set of pages, is what the model says. */
static void check_list(struct kunit *test, int list)
{
	phys_addr_t s, e;
	u64 idx = FIRST;
	unsigned int p = 0;
	const phys_addr_t top = page_at(PAGES);
	bool more = true;

	while (more) {
		if (list == 0)
			more = __memblock_next_mem(&mb, &idx, &s, &e);
		else if (list == 1)
			more = __memblock_next_reserved(&mb, &idx, &s, &e);
		else
			more = __memblock_next_free_in(&mb, &idx, FIRST, top, &s, &e);
		if (!more)
			s = e = top;
		for (; p < PAGES && page_at(p) < e; p++) {
			bool want = list == 0	? model[p] & IS_MEM
				    : list == 1 ? model[p] & IS_RES
						: model[p] == IS_MEM;

			KUNIT_ASSERT_EQ_MSG(test, want, page_at(p) >= s, "list %d page %u", list,
					    p);
		}
	}
}

static void random_alloc(struct kunit *test)
{
	unsigned int n = kunit_rand_below(test, 24) + 1;
	unsigned int align = 1u << kunit_rand_below(test, 6);
	unsigned int want = model_find(n, align);
	phys_addr_t p = __memblock_phys_alloc_range(&mb, n * PAGE_SIZE, align * PAGE_SIZE, FIRST,
						    page_at(PAGES));

	KUNIT_ASSERT_EQ(test, p, want == PAGES ? 0ull : page_at(want));
	if (p)
		model_set(want, n, IS_RES, 0);
}

static void random_op(struct kunit *test)
{
	unsigned int p = kunit_rand_below(test, PAGES);
	unsigned int n = min((unsigned int)kunit_rand_below(test, 4) + 1, PAGES - p);
	phys_addr_t base = page_at(p), size = n * PAGE_SIZE;
	int err = 0;

	switch (kunit_rand_below(test, 9)) {
	case 0 ... 1:
		err = __memblock_add(&mb, base, size);
		model_set(p, n, IS_MEM, 0);
		break;
	case 2 ... 3:
		err = __memblock_remove(&mb, base, size);
		model_set(p, n, 0, IS_MEM);
		break;
	case 4 ... 5:
		err = __memblock_reserve(&mb, base, size);
		model_set(p, n, IS_RES, 0);
		break;
	case 6 ... 7:
		err = __memblock_phys_free(&mb, base, size);
		model_set(p, n, 0, IS_RES);
		break;
	default:
		random_alloc(test);
	}
	KUNIT_ASSERT_EQ(test, err, 0);
}

static void random_against_model(struct kunit *test)
{
	unsigned int i;

	memset(model, 0, sizeof(model));
	add(BASE, BASE + WINDOW);
	mb.current_limit = BASE + WINDOW;
	add(FIRST, page_at(PAGES));
	model_set(0, PAGES, IS_MEM, 0);
	for (i = 0; i < 20000; i++) {
		/* Arrays may only be put where the test has bytes, allocations anywhere. */
		bool growing =
			mb.memory.cnt + 4 > mb.memory.max || mb.reserved.cnt + 4 > mb.reserved.max;

		mb.current_limit = growing ? BASE + WINDOW : PHYS_ADDR_MAX;
		if (growing) {
			phys_addr_t above = page_at(PAGES) + (i + 1) * 0x2000ull;

			__memblock_add(&mb, above, 0x1000);
			__memblock_reserve(&mb, above, 0x800);
		} else {
			random_op(test);
		}
		KUNIT_ASSERT_EQ(test, __memblock_valid(&mb), 0);
		if (i % 100 == 0) {
			check_list(test, 0);
			check_list(test, 1);
			check_list(test, 2);
		}
	}
	KUNIT_EXPECT_GT(test, mb.memory.max, (unsigned long)MEMBLOCK_STATIC_REGIONS);
	KUNIT_EXPECT_GT(test, mb.reserved.max, (unsigned long)MEMBLOCK_STATIC_REGIONS);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(add_merges),
	KUNIT_CASE(memory_is_whole_pages),
	KUNIT_CASE(remove_splits),
	KUNIT_CASE(reserving_counts_bytes),
	KUNIT_CASE(the_end_of_all_addresses),
	KUNIT_CASE(covering_and_meeting),
	KUNIT_CASE(alloc_is_top_down),
	KUNIT_CASE(alloc_alignment),
	KUNIT_CASE(alloc_limits),
	KUNIT_CASE(alloc_that_fails_leaves_no_trace),
	KUNIT_CASE(page_0_stays),
	KUNIT_CASE(alloc_is_zeroed),
	KUNIT_CASE(grow_reserved),
	KUNIT_CASE(grow_twice_gives_back),
	KUNIT_CASE(grow_memory),
	KUNIT_CASE(grow_memory_needs_reserved),
	KUNIT_CASE(grow_memory_without_reserved),
	KUNIT_CASE(grow_keeps_clear),
	KUNIT_CASE(grow_that_fails_changes_nothing),
	KUNIT_CASE(walk_free),
	KUNIT_CASE(walk_free_in_a_range),
	KUNIT_CASE(walk_while_changing),
	KUNIT_CASE(seal),
	KUNIT_CASE(valid_finds_each),
	KUNIT_CASE(random_against_model),
	{},
};

static struct kunit_suite suite = { .name = "memblock", .init = setup, .test_cases = cases };

/* ---- The machine's own map ---- */

static void boot_map(struct kunit *test)
{
	phys_addr_t image = __pa(__image_start), s, e, sum = 0;
	u64 i;

	KUNIT_EXPECT_EQ(test, memblock_valid(), 0);
	for_each_mem_range(i, &s, &e)
		sum += e - s;
	KUNIT_EXPECT_EQ(test, sum, memblock_phys_mem_size());
	KUNIT_EXPECT_GT(test, sum, 16 * M);
	KUNIT_EXPECT_LT(test, memblock_start_of_DRAM(), memblock_end_of_DRAM());
	KUNIT_EXPECT_TRUE(test, memblock_is_memory(memblock_end_of_DRAM() - 1));
	KUNIT_EXPECT_FALSE(test, memblock_is_memory(memblock_end_of_DRAM()));
	KUNIT_EXPECT_TRUE(
		test, __memblock_covers(&memblock.reserved, image, __image_end - __image_start));
	KUNIT_EXPECT_FALSE(test, memblock_is_memory(0));
}

static void free_is_memory_and_not_reserved(struct kunit *test)
{
	phys_addr_t s, e;
	u64 i;

	for_each_free_mem_range(i, &s, &e) {
		KUNIT_EXPECT_LT(test, s, e);
		KUNIT_EXPECT_TRUE(test, memblock_is_region_memory(s, e - s));
		KUNIT_EXPECT_FALSE(test, memblock_is_region_reserved(s, e - s));
	}
}

static void reserved_ranges(struct kunit *test)
{
	phys_addr_t s, e, sum = 0, top = 0;
	u64 i;

	for_each_reserved_mem_range(i, &s, &e) {
		KUNIT_ASSERT_LT(test, s, e);
		KUNIT_EXPECT_TRUE(test, memblock_is_reserved(s));
		KUNIT_EXPECT_TRUE(test, memblock_is_reserved(e - 1));
		KUNIT_EXPECT_FALSE(test, memblock_is_reserved(e));
		KUNIT_EXPECT_TRUE(test, memblock_is_region_reserved(s, e - s));
		sum += e - s;
		top = e;
	}
	KUNIT_EXPECT_EQ(test, sum, memblock_reserved_size());
	KUNIT_EXPECT_FALSE(test, memblock_is_region_reserved(top, PHYS_ADDR_MAX - top));
	KUNIT_EXPECT_LE(test, top, memblock_get_current_limit()); /* all RAM was mapped */
}

static void sealed_after_boot(struct kunit *test)
{
	phys_addr_t before = memblock_reserved_size(), ram = memblock_phys_mem_size();

	KUNIT_ASSERT_TRUE(test, memblock.sealed);
	KUNIT_EXPECT_REPORT(test, "memblock was sealed",
			    KUNIT_EXPECT_NULL(test, memblock_alloc(64, 0)));
	KUNIT_EXPECT_REPORT(test, "memblock_remove() after memblock was sealed",
			    KUNIT_EXPECT_EQ(test, memblock_remove(0, PHYS_ADDR_MAX), -EINVAL));
	KUNIT_EXPECT_REPORT(test, "memblock_phys_free() after memblock was sealed",
			    memblock_free(__va(__pa(__image_start)), PAGE_SIZE));
	KUNIT_EXPECT_NO_REPORT(test, memblock_free(NULL, PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, memblock_phys_mem_size(), ram);
	KUNIT_EXPECT_EQ(test, memblock_reserved_size(), before);
}

static struct kunit_case machine_cases[] = {
	KUNIT_CASE(boot_map),
	KUNIT_CASE(free_is_memory_and_not_reserved),
	KUNIT_CASE(reserved_ranges),
	KUNIT_CASE(sealed_after_boot),
	{},
};

static struct kunit_suite machine_suite = { .name = "memblock_machine",
					    .test_cases = machine_cases };
kunit_test_suites(&suite, &machine_suite);
