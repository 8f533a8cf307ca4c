// SPDX-License-Identifier: MIT
/*
 * Tests of lib/base/random.c.
 *
 * Fixed outputs of the two published generators for known states, so that a change of the algorithm
 * is seen; replay from a seed; ranges; and a coarse look at the distribution that a stuck or biased
 * bit does not pass.
 *
 * Mutations tried: splitmix_mix() without its second multiplication; xoshiro with a rotation by 10;
 * random_seed() doing nothing; get_random_u16() of 15 bits; get_random_u8() from a state of its own;
 * get_random_bytes() starting anew each time; get_random_u32_below() returning the low half; inclusive without +
 * 1; get_random_bytes() filling 8 bytes at the tail.
 */
#include <kunit/test.h>
#include <linux/random.h>
#include <linux/string.h>
#include <linux/kernel.h>

/*
 * The tests draw from the common generator; others' draws go on from a state that depends on the
 * case alone.
 */
static void reseed(struct kunit *test)
{
	random_seed(kunit_rand(test));
}

static void known_outputs(struct kunit *test)
{
	struct rnd_state s = { { 1, 2, 3, 4 } };

	/* SplitMix64 from 0: the reference implementation's first three. */
	random_seed(0);
	KUNIT_EXPECT_EQ(test, get_random_u64(), 0xe220a8397b1dcdafull);
	KUNIT_EXPECT_EQ(test, get_random_u64(), 0x6e789e6aa1b965f4ull);
	KUNIT_EXPECT_EQ(test, get_random_u64(), 0x06c45d188009454full);
	/* xoshiro128** from (1, 2, 3, 4): rotl(2 * 5, 7) * 9, then from (7, 0, 1026, 12288). */
	KUNIT_EXPECT_EQ(test, prandom_u32_state(&s), 11520);
	KUNIT_EXPECT_EQ(test, s.s[0], 7);
	KUNIT_EXPECT_EQ(test, s.s[1], 0);
	KUNIT_EXPECT_EQ(test, s.s[2], 1026);
	KUNIT_EXPECT_EQ(test, s.s[3], 12288);
	KUNIT_EXPECT_EQ(test, prandom_u32_state(&s), 0);
	KUNIT_EXPECT_EQ(test, prandom_u32_state(&s), 5927040);
	reseed(test);
}

static void replays_from_seed(struct kunit *test)
{
	struct rnd_state a, b;
	u64 first;

	random_seed(42);
	first = get_random_u64();
	KUNIT_EXPECT_NE(test, get_random_u64(), first);
	random_seed(42);
	KUNIT_EXPECT_EQ(test, get_random_u64(), first);
	prandom_seed_state(&a, 7);
	prandom_seed_state(&b, 7);
	for (int i = 0; i < 100; i++)
		KUNIT_ASSERT_EQ(test, prandom_u64_state(&a), prandom_u64_state(&b));
	prandom_seed_state(&b, 8);
	KUNIT_EXPECT_NE(test, prandom_u64_state(&a), prandom_u64_state(&b));
	reseed(test);
}

static void within_range(struct kunit *test)
{
	u32 seen = 0;

	reseed(test);
	KUNIT_EXPECT_EQ(test, get_random_u32_below(0), 0);
	for (u32 ceil = 1; ceil < 2000; ceil += 1 + ceil / 3) {
		u32 lowest = ~0u, highest = 0;

		for (u32 i = 0; i < 40 * ceil && i < 20000; i++) {
			u32 v = get_random_u32_below(ceil);

			lowest = min(lowest, v);
			highest = max(highest, v);
		}
		KUNIT_EXPECT_LT(test, highest, ceil);
		/* 40 draws a value: missing an end has probability e^-40. */
		if (ceil <= 500) {
			KUNIT_EXPECT_EQ(test, lowest, 0);
			KUNIT_EXPECT_EQ(test, highest, ceil - 1);
		}
	}
	for (int i = 0; i < 200; i++) {
		u32 v = get_random_u32_inclusive(10, 12);

		KUNIT_EXPECT_TRUE(test, v >= 10 && v <= 12);
		seen |= 1u << v;
	}
	KUNIT_EXPECT_EQ(test, seen, 7u << 10);
	KUNIT_EXPECT_EQ(test, get_random_u32_inclusive(9, 9), 9);
	KUNIT_EXPECT_EQ(test, reciprocal_scale(~0u, 10), 9);
	KUNIT_EXPECT_EQ(test, reciprocal_scale(0, 10), 0);
}

/*
 * Every bit of both generators is set in 45 … 55 % of 4096 draws (more than six standard deviations
 * of slack).
 */
static void bits_are_fair(struct kunit *test)
{
	struct rnd_state s;
	int common[64] = {}, own[64] = {};

	reseed(test);
	prandom_seed_state(&s, kunit_rand(test));
	for (int i = 0; i < 4096; i++) {
		u64 a = get_random_u64(), b = prandom_u64_state(&s);

		for (int bit = 0; bit < 64; bit++) {
			common[bit] += a >> bit & 1;
			own[bit] += b >> bit & 1;
		}
	}
	for (int bit = 0; bit < 64; bit++) {
		KUNIT_EXPECT_TRUE_MSG(test, common[bit] > 1843 && common[bit] < 2253, "bit %d: %d",
				      bit, common[bit]);
		KUNIT_EXPECT_TRUE_MSG(test, own[bit] > 1843 && own[bit] < 2253, "bit %d: %d", bit,
				      own[bit]);
	}
}

/* The narrow ones draw from the same state as the wide one, replay, and reach every bit and no other. */
static void each_width(struct kunit *test)
{
	u64 eight = 0, sixteen = 0, thirty_two = 0, eight_0 = ~0ULL, sixteen_0 = ~0ULL, thirty_two_0 = ~0ULL;
	u64 seed = kunit_rand(test);
	int equal = 0;

	random_seed(seed);
	for (int i = 0; i < 2000; i++) {
		u64 b = get_random_u8(), w = get_random_u16(), l = get_random_u32();

		eight |= b;
		eight_0 &= b;
		sixteen |= w;
		sixteen_0 &= w;
		thirty_two |= l;
		thirty_two_0 &= l;
	}
	KUNIT_EXPECT_EQ(test, eight, 0xffULL);
	KUNIT_EXPECT_EQ(test, sixteen, 0xffffULL);
	KUNIT_EXPECT_EQ(test, thirty_two, 0xffffffffULL);
	KUNIT_EXPECT_EQ(test, eight_0 | sixteen_0 | thirty_two_0, 0ULL);
	random_seed(seed);
	eight = get_random_u8();
	sixteen = get_random_u16();
	thirty_two = get_random_u32();
	random_seed(seed);
	KUNIT_EXPECT_EQ(test, get_random_u8(), eight);
	KUNIT_EXPECT_EQ(test, get_random_u16(), sixteen);
	KUNIT_EXPECT_EQ(test, get_random_u32(), thirty_two);
	/* One after the other they differ, but by chance: 1 in 256, 65536, 2^32. */
	for (int i = 0; i < 1000; i++)
		equal += get_random_u8() == get_random_u8();
	KUNIT_EXPECT_LT(test, equal, 40);
	equal = 0;
	for (int i = 0; i < 1000; i++)
		equal += (get_random_u16() == get_random_u16()) + (get_random_u32() == get_random_u32());
	KUNIT_EXPECT_LT(test, equal, 5);
	reseed(test);
}

/* From the same seed the same bytes, from another others; each byte takes more than a few values. */
static void bytes_replay(struct kunit *test)
{
	u8 a[100], b[100], seen[256] = {};
	u64 seed = kunit_rand(test);
	int values = 0;

	random_seed(seed);
	get_random_bytes(a, sizeof(a));
	random_seed(seed);
	get_random_bytes(b, sizeof(b));
	KUNIT_EXPECT_MEMEQ(test, a, b, sizeof(a));
	get_random_bytes(b, sizeof(b));
	KUNIT_EXPECT_MEMNEQ(test, a, b, sizeof(a));
	for (int i = 0; i < 2000; i++) {
		get_random_bytes(&a[1], 1);
		seen[a[1]] = 1;
	}
	for (int i = 0; i < 256; i++)
		values += seen[i];
	KUNIT_EXPECT_GT(test, values, 240); /* of 256, 0.1 are missing on average */
	reseed(test);
}

/* Every byte of a buffer gets filled, and none behind it. */
static void bytes(struct kunit *test)
{
	struct rnd_state s;
	u8 buf[40], seen[40];

	reseed(test);
	prandom_seed_state(&s, kunit_rand(test));
	for (size_t n = 0; n <= 24; n++) {
		memset(seen, 0, sizeof(seen));
		for (int round = 0; round < 20; round++) {
			memset(buf, 0, sizeof(buf));
			if (round % 2)
				get_random_bytes(buf, n);
			else
				prandom_bytes_state(&s, buf, n);
			for (size_t i = 0; i < sizeof(buf); i++)
				seen[i] |= buf[i];
		}
		for (size_t i = 0; i < sizeof(buf); i++)
			KUNIT_ASSERT_EQ_MSG(test, seen[i] != 0, i < n, "byte %zu of %zu", i, n);
	}
}

static struct kunit_case cases[] = { KUNIT_CASE(known_outputs), KUNIT_CASE(replays_from_seed),
				     KUNIT_CASE(within_range),	KUNIT_CASE(bits_are_fair),
				     KUNIT_CASE(each_width),	KUNIT_CASE(bytes_replay),
				     KUNIT_CASE(bytes),		{} };

static struct kunit_suite suite = { .name = "random", .test_cases = cases };
kunit_test_suite(suite);
