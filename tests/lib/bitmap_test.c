// SPDX-License-Identifier: MIT
/*
 * Tests of linux/bitops.h, lib/base/find_bit.c, bitmap.c and linux/cpumask.h.
 *
 * Ranges and searches are compared with loops over single bits, for map sizes around the word
 * boundaries; the bits behind the map are random and must neither matter nor change.
 *
 * Mutations tried: BITMAP_LAST_WORD_MASK with n instead of -n; scan() not cutting the result to
 * `size`; scan() without the mask of the first word; valid_part() always ~0;
 * bitmap_find_next_zero_area() without alignment; test_and_set_bit() returning the new value;
 * hweight64() without the last step's mask.
 */
#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/string.h>

#define WORDS 5
#define BITS  (WORDS * BITS_PER_LONG)

static const unsigned int sizes[] = { 1, 63, 64, 65, 127, 128, 129, 200, 255, 256 };

static void randomise(struct kunit *test, unsigned long *map)
{
	for (int i = 0; i < WORDS; i++)
		map[i] = kunit_rand(test) & kunit_rand(test);
}

static void single_bits(struct kunit *test)
{
	unsigned long map[2] = { 0, 1UL << 5 };

	set_bit(63, map);
	__set_bit(64, map);
	KUNIT_EXPECT_EQ(test, map[0], 1UL << 63);
	KUNIT_EXPECT_EQ(test, map[1], 1UL << 5 | 1);
	KUNIT_EXPECT_TRUE(test, test_bit(63, map));
	KUNIT_EXPECT_FALSE(test, test_bit(62, map));
	KUNIT_EXPECT_TRUE(test, test_and_set_bit(63, map));
	KUNIT_EXPECT_FALSE(test, test_and_set_bit(62, map));
	KUNIT_EXPECT_TRUE(test, test_and_clear_bit(62, map));
	KUNIT_EXPECT_FALSE(test, test_and_clear_bit(62, map));
	KUNIT_EXPECT_FALSE(test, test_and_change_bit(0, map));
	KUNIT_EXPECT_TRUE(test, __test_and_change_bit(0, map));
	KUNIT_EXPECT_FALSE(test, __test_and_set_bit(7, map));
	KUNIT_EXPECT_TRUE(test, __test_and_clear_bit(7, map));
	clear_bit(63, map);
	__clear_bit(64, map);
	change_bit(1, map);
	__change_bit(2, map);
	assign_bit(3, map, true);
	__assign_bit(1, map, false);
	KUNIT_EXPECT_EQ(test, map[0], 0xcUL);
	KUNIT_EXPECT_EQ(test, map[1], 1UL << 5);
}

static void positions(struct kunit *test)
{
	for (int i = 0; i < 64; i++) {
		u64 x = 1ull << i, noise = (kunit_rand(test) | 1) << i;
		u64 below = kunit_rand(test) & (x - 1);

		KUNIT_EXPECT_EQ(test, __ffs(noise), i);
		KUNIT_EXPECT_EQ(test, __fls(x | below), i);
		KUNIT_EXPECT_EQ(test, fls64(x | below), i + 1);
		KUNIT_EXPECT_EQ(test, ffz(~noise), i);
		KUNIT_EXPECT_EQ(test, ilog2(x | below), i);
		KUNIT_EXPECT_EQ(test, rol64(1, i), x);
		KUNIT_EXPECT_EQ(test, ror64(x, i), 1);
	}
	KUNIT_EXPECT_EQ(test, ffs(0), 0);
	KUNIT_EXPECT_EQ(test, ffs(8), 4);
	KUNIT_EXPECT_EQ(test, fls(0), 0);
	KUNIT_EXPECT_EQ(test, fls(~0u), 32);
	KUNIT_EXPECT_EQ(test, fls64(0), 0);
	KUNIT_EXPECT_EQ(test, GENMASK(7, 4), 0xf0UL);
	KUNIT_EXPECT_EQ(test, GENMASK(63, 0), ~0UL);
}

static void weights(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, hweight64(0), 0);
	KUNIT_EXPECT_EQ(test, hweight64(~0ull), 64);
	KUNIT_EXPECT_EQ(test, hweight8(0x1ff), 8);
	for (int i = 0; i < 200; i++) {
		u64 x = kunit_rand(test);
		int n = 0;

		for (int b = 0; b < 64; b++)
			n += x >> b & 1;
		KUNIT_EXPECT_EQ(test, hweight64(x), n);
		KUNIT_EXPECT_EQ(test, hweight32(x) + hweight32(x >> 32), n);
	}
}

static unsigned long model_next(const unsigned long *map, unsigned long size, unsigned long from,
				bool value)
{
	while (from < size && test_bit(from, map) != value)
		from++;
	return min(from, size);
}

static void searches(struct kunit *test)
{
	unsigned long a[WORDS], b[WORDS], both[WORDS];

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		unsigned long size = sizes[i];

		randomise(test, a);
		randomise(test, b);
		/* Long runs of either kind too. */
		if (i % 2)
			a[1] = i % 3 ? 0 : ~0UL;
		for (int w = 0; w < WORDS; w++)
			both[w] = a[w] & b[w];
		for (unsigned long from = 0; from <= size; from++) {
			KUNIT_ASSERT_EQ(test, find_next_bit(a, size, from),
					model_next(a, size, from, true));
			KUNIT_ASSERT_EQ(test, find_next_zero_bit(a, size, from),
					model_next(a, size, from, false));
			KUNIT_ASSERT_EQ(test, find_next_and_bit(a, b, size, from),
					model_next(both, size, from, true));
		}
		KUNIT_EXPECT_EQ(test, find_next_bit(a, size, size + 100), size);
	}
}

static void last_bit(struct kunit *test)
{
	unsigned long map[WORDS];

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		unsigned long want = sizes[i], bit;

		randomise(test, map);
		for_each_set_bit(bit, map, sizes[i])
			want = bit;
		KUNIT_EXPECT_EQ(test, find_last_bit(map, sizes[i]), want);
		bitmap_clear(map, 0, sizes[i]);
		KUNIT_EXPECT_EQ(test, find_last_bit(map, sizes[i]), sizes[i]);
	}
}

static void ranges(struct kunit *test)
{
	unsigned long map[WORDS], model[WORDS];

	for (int i = 0; i < 2000; i++) {
		unsigned int start = kunit_rand_below(test, BITS),
			     len = kunit_rand_below(test, BITS - start + 1);
		bool set = kunit_rand(test) & 1;

		randomise(test, map);
		memcpy(model, map, sizeof(map));
		if (set)
			bitmap_set(map, start, len);
		else
			bitmap_clear(map, start, len);
		for (unsigned int bit = start; bit < start + len; bit++)
			__assign_bit(bit, model, set);
		KUNIT_ASSERT_MEMEQ_MSG(test, map, model, sizeof(map), "start %u len %u", start,
				       len);
	}
}

/* What a question about the first n bits should answer. */
static void check_questions(struct kunit *test, unsigned int n)
{
	unsigned long a[WORDS], b[WORDS];
	unsigned int weight = 0;
	bool equal = true, subset = true, meet = false;

	randomise(test, a);
	randomise(test, b);
	for (unsigned int i = 0; i < n; i++) {
		bool x = test_bit(i, a), y = test_bit(i, b);

		weight += x;
		equal &= x == y;
		subset &= !x || y;
		meet |= x && y;
	}
	KUNIT_EXPECT_EQ(test, bitmap_weight(a, n), weight);
	KUNIT_EXPECT_EQ(test, bitmap_equal(a, b, n), equal);
	KUNIT_EXPECT_EQ(test, bitmap_subset(a, b, n), subset);
	KUNIT_EXPECT_EQ(test, bitmap_intersects(a, b, n), meet);
	bitmap_copy(b, a, n);
	KUNIT_EXPECT_TRUE(test, bitmap_equal(a, b, n));
	/* What lies behind must not count. */
	bitmap_set(a, 0, n);
	bitmap_clear(a, n, BITS - n);
	KUNIT_EXPECT_TRUE(test, bitmap_full(a, n));
	bitmap_clear(b, 0, n);
	bitmap_set(b, n, BITS - n);
	KUNIT_EXPECT_TRUE(test, bitmap_empty(b, n));
	KUNIT_EXPECT_EQ(test, bitmap_weight(b, n), 0);
	__change_bit(n - 1, a);
	__change_bit(n - 1, b);
	KUNIT_EXPECT_FALSE(test, bitmap_full(a, n));
	KUNIT_EXPECT_FALSE(test, bitmap_empty(b, n));
}

static void questions(struct kunit *test)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++)
		for (int round = 0; round < 20; round++)
			check_questions(test, sizes[i]);
}

static void combining(struct kunit *test)
{
	unsigned long a[WORDS], b[WORDS], r[WORDS];
	const unsigned int n = 200;

	randomise(test, a);
	randomise(test, b);
	KUNIT_EXPECT_EQ(test, bitmap_and(r, a, b, n), bitmap_intersects(a, b, n));
	for (unsigned int i = 0; i < n; i++)
		KUNIT_EXPECT_EQ(test, test_bit(i, r), test_bit(i, a) && test_bit(i, b));
	KUNIT_EXPECT_EQ(test, bitmap_andnot(r, a, b, n), !bitmap_subset(a, b, n));
	for (unsigned int i = 0; i < n; i++)
		KUNIT_EXPECT_EQ(test, test_bit(i, r), test_bit(i, a) && !test_bit(i, b));
	bitmap_or(r, a, b, n);
	for (unsigned int i = 0; i < n; i++)
		KUNIT_EXPECT_EQ(test, test_bit(i, r), test_bit(i, a) || test_bit(i, b));
	bitmap_xor(r, a, b, n);
	for (unsigned int i = 0; i < n; i++)
		KUNIT_EXPECT_EQ(test, test_bit(i, r), test_bit(i, a) != test_bit(i, b));
	bitmap_complement(r, a, n);
	for (unsigned int i = 0; i < n; i++)
		KUNIT_EXPECT_EQ(test, test_bit(i, r), !test_bit(i, a));
	bitmap_fill(r, n);
	KUNIT_EXPECT_TRUE(test, bitmap_full(r, n));
	KUNIT_EXPECT_EQ(test, r[3], 0xffUL);
	bitmap_zero(r, n);
	KUNIT_EXPECT_TRUE(test, bitmap_empty(r, n));
}

static unsigned long model_area(unsigned long *map, unsigned long size, unsigned long start,
				unsigned int len, unsigned long align)
{
	for (unsigned long at = round_up(start, align); at + len <= size; at += align)
		if (model_next(map, at + len, at, true) == at + len)
			return at;
	return size + 1;
}

static void zero_areas(struct kunit *test)
{
	unsigned long map[WORDS];

	for (int i = 0; i < 3000; i++) {
		unsigned long align = 1UL << kunit_rand_below(test, 5), got, want;
		unsigned int len = 1 + kunit_rand_below(test, 12),
			     size = sizes[i % ARRAY_SIZE(sizes)];
		unsigned long start = kunit_rand_below(test, size);

		randomise(test, map);
		for (int w = 0; w < WORDS; w++)
			map[w] &= kunit_rand(test);
		got = bitmap_find_next_zero_area(map, size, start, len, align - 1);
		want = model_area(map, size, start, len, align);
		KUNIT_ASSERT_EQ_MSG(test, got > size, want > size, "size %u len %u", size, len);
		if (want <= size)
			KUNIT_ASSERT_EQ(test, got, want);
	}
}

static void cpu_masks(struct kunit *test)
{
	struct cpumask a, b;
	unsigned int cpu, n = 0;

	cpumask_clear(&a);
	KUNIT_EXPECT_TRUE(test, cpumask_empty(&a));
	cpumask_set_cpu(0, &a);
	cpumask_set_cpu(NR_CPUS - 1, &a);
	KUNIT_EXPECT_FALSE(test, cpumask_test_and_set_cpu(5, &a));
	KUNIT_EXPECT_TRUE(test, cpumask_test_and_clear_cpu(5, &a));
	KUNIT_EXPECT_EQ(test, cpumask_weight(&a), 2);
	for_each_cpu(cpu, &a) n += cpu;
	KUNIT_EXPECT_EQ(test, n, NR_CPUS - 1);
	KUNIT_EXPECT_EQ(test, cpumask_next(-1, &a), 0);
	KUNIT_EXPECT_EQ(test, cpumask_next(0, &a), NR_CPUS - 1);
	cpumask_copy(&b, &a);
	cpumask_clear_cpu(0, &b);
	KUNIT_EXPECT_FALSE(test, cpumask_equal(&a, &b));
	KUNIT_EXPECT_TRUE(test, cpumask_andnot(&b, &a, &b));
	KUNIT_EXPECT_EQ(test, cpumask_first(&b), 0);
	cpumask_setall(&a);
	KUNIT_EXPECT_EQ(test, cpumask_weight(&a), num_possible_cpus());
	KUNIT_EXPECT_TRUE(test, cpumask_test_cpu(smp_processor_id(), &a));
}

static struct kunit_case cases[] = { KUNIT_CASE(single_bits),
				     KUNIT_CASE(positions),
				     KUNIT_CASE(weights),
				     KUNIT_CASE(searches),
				     KUNIT_CASE(last_bit),
				     KUNIT_CASE(ranges),
				     KUNIT_CASE(questions),
				     KUNIT_CASE(combining),
				     KUNIT_CASE(zero_areas),
				     KUNIT_CASE(cpu_masks),
				     {} };

static struct kunit_suite suite = { .name = "bitmap", .test_cases = cases };
kunit_test_suite(suite);
