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
 * hweight64() without the last step's mask. Others that must make them fail: WORD_A_ANDNOT_B
 * without the complement; find_nth_bit() not masking the last word; find_round_bit() searching up
 * to `size` again after the turn; sign_extend32() one bit short; get_count_order() of count
 * instead of count - 1; set_mask_bits() returning the new value; bit_clear_unless() always
 * clearing; __clear_bit_unlock() clearing all.
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
	KUNIT_EXPECT_EQ(test, BIT(0) | BIT(63), 0x8000000000000001UL);
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

	memset(map, 0, sizeof(map));
	bitmap_set(map, 60, 70);
	KUNIT_EXPECT_EQ(test, map[0], 0xfUL << 60);
	KUNIT_EXPECT_EQ(test, map[2], 3UL);
	bitmap_clear(map, 61, 68);
	KUNIT_EXPECT_EQ(test, map[0] | map[1] | map[2], 1UL << 60 | 2);
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

/* ---- the rest of bitops.h ---- */

static void words_of_bits(struct kunit *test)
{
	unsigned long word = 0xf1;

	KUNIT_EXPECT_EQ(test, rol8(0x81, 1), 0x03);
	KUNIT_EXPECT_EQ(test, ror8(0x81, 1), 0xc0);
	KUNIT_EXPECT_EQ(test, rol16(0x8001, 4), 0x0018);
	KUNIT_EXPECT_EQ(test, ror16(0x8001, 16), 0x8001);
	KUNIT_EXPECT_EQ(test, rol32(0x80000001u, 31), 0xc0000000u);
	KUNIT_EXPECT_EQ(test, ror64(1, 1), 1ull << 63);
	KUNIT_EXPECT_EQ(test, sign_extend32(0x80, 7), -128);
	KUNIT_EXPECT_EQ(test, sign_extend32(0x17f, 7), 127);
	KUNIT_EXPECT_EQ(test, sign_extend64(1ull << 47, 47), -(1ll << 47));
	KUNIT_EXPECT_EQ(test, get_count_order(0), -1);
	KUNIT_EXPECT_EQ(test, get_count_order(1), 0);
	KUNIT_EXPECT_EQ(test, get_count_order(64), 6);
	KUNIT_EXPECT_EQ(test, get_count_order(65), 7);
	KUNIT_EXPECT_EQ(test, get_count_order_long(1ul << 40), 40);
	KUNIT_EXPECT_EQ(test, fns(0xf1, 0), 0);
	KUNIT_EXPECT_EQ(test, fns(0xf1, 1), 4);
	KUNIT_EXPECT_EQ(test, fns(0xf1, 5), BITS_PER_LONG);
	KUNIT_EXPECT_EQ(test, aligned_byte_mask(3), 0xffffff);
	KUNIT_EXPECT_EQ(test, set_mask_bits(&word, 0xf0ul, 0x20ul), 0xf1);
	KUNIT_EXPECT_EQ(test, word, 0x21);
	KUNIT_EXPECT_FALSE(test, bit_clear_unless(&word, 1ul, 0x20ul));
	KUNIT_EXPECT_EQ(test, word, 0x21);
	KUNIT_EXPECT_TRUE(test, bit_clear_unless(&word, 1ul, 0x40ul));
	KUNIT_EXPECT_EQ(test, word, 0x20);
}

static void bits_as_locks(struct kunit *test)
{
	unsigned long word = BIT(7) | BIT(9);

	KUNIT_EXPECT_FALSE(test, test_and_set_bit_lock(0, &word));
	KUNIT_EXPECT_TRUE(test, test_and_set_bit_lock(0, &word));
	KUNIT_EXPECT_TRUE(test, test_bit_acquire(0, &word));
	clear_bit_unlock(0, &word);
	KUNIT_EXPECT_EQ(test, word, BIT(7) | BIT(9));
	__set_bit(1, &word);
	__clear_bit_unlock(1, &word);
	KUNIT_EXPECT_EQ(test, word, BIT(7) | BIT(9));
	set_bit(0, &word);
	KUNIT_EXPECT_TRUE(test, xor_unlock_is_negative_byte(1, &word));
	clear_bit(7, &word);
	set_bit(0, &word);
	KUNIT_EXPECT_FALSE(test, xor_unlock_is_negative_byte(1, &word));
	KUNIT_EXPECT_EQ(test, word, BIT(9));
}

/* Every search over two maps against a loop over single bits. */
static void searches_of_two(struct kunit *test)
{
	unsigned long a[WORDS], b[WORDS];

	for (int round = 0; round < 20; round++) {
		unsigned int n = sizes[round % ARRAY_SIZE(sizes)], andnot = 0, or = 0, nth = 0;
		unsigned long bit;

		randomise(test, a);
		randomise(test, b);
		for_each_andnot_bit(bit, a, b, n)
		{
			KUNIT_EXPECT_TRUE(test, test_bit(bit, a) && !test_bit(bit, b));
			andnot++;
		}
		for_each_or_bit(bit, a, b, n) or ++;
		for (unsigned int i = 0; i < n; i++) {
			andnot -= test_bit(i, a) && !test_bit(i, b);
			or -= test_bit(i, a) || test_bit(i, b);
			if (test_bit(i, a))
				KUNIT_EXPECT_EQ(test, find_nth_bit(a, n, nth++), i);
		}
		KUNIT_EXPECT_EQ(test, andnot, 0);
		KUNIT_EXPECT_EQ(test, or, 0);
		KUNIT_EXPECT_EQ(test, find_nth_bit(a, n, nth), n);
	}
}

/* A round sees each set bit once, in order, from wherever it begins; runs cover exactly the bits. */
static void rounds_and_runs(struct kunit *test)
{
	unsigned long a[WORDS], first, end, bit;

	for (int round = 0; round < 20; round++) {
		unsigned int n = sizes[round % ARRAY_SIZE(sizes)], start = kunit_rand(test) % n;
		unsigned long last = start, seen = 0, covered = 0;
		bool turned = false;

		randomise(test, a);
		for_each_set_bit_wrap(bit, a, n, start)
		{
			KUNIT_ASSERT_TRUE(test, bit < n && test_bit(bit, a));
			if (seen && bit <= last) {
				KUNIT_ASSERT_FALSE(test, turned);
				turned = true;
			}
			turned |= bit < start;
			last = bit;
			seen++;
		}
		KUNIT_EXPECT_EQ(test, seen, bitmap_weight(a, n));
		for_each_set_bitrange(first, end, a, n)
		{
			KUNIT_EXPECT_EQ(test, find_next_zero_bit(a, n, first), end);
			covered += end - first;
		}
		KUNIT_EXPECT_EQ(test, covered, seen);
		for_each_clear_bitrange(first, end, a, n) covered += end - first;
		KUNIT_EXPECT_EQ(test, covered, n);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(single_bits),     KUNIT_CASE(positions),	KUNIT_CASE(weights),
	KUNIT_CASE(searches),	     KUNIT_CASE(last_bit),	KUNIT_CASE(ranges),
	KUNIT_CASE(questions),	     KUNIT_CASE(combining),	KUNIT_CASE(zero_areas),
	KUNIT_CASE(words_of_bits),   KUNIT_CASE(bits_as_locks), KUNIT_CASE(searches_of_two),
	KUNIT_CASE(rounds_and_runs), KUNIT_CASE(cpu_masks),	{}
};

static struct kunit_suite suite = { .name = "bitmap", .test_cases = cases };
kunit_test_suite(suite);
