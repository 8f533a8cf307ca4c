// SPDX-License-Identifier: MIT
/*
 * Tests of the arithmetic headers: overflow.h, minmax.h, math.h, log2.h, align.h, err.h, hash.h,
 * and lib/base/math.c.
 *
 * Mutations tried: size_mul() returning the wrapped product; size_sub() without the check for a
 * saturated operand; check_shl_overflow() without the test for lost bits, and without the test for
 * a negative result; min() evaluating its argument twice; roundup_pow_of_two() shifting by one
 * more; int_sqrt() with `<` instead of `<=`; order_base_2() of an exact power one too large.
 */
#include <kunit/test.h>
#include <linux/overflow.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/err.h>
#include <linux/hash.h>

static void checked_arithmetic(struct kunit *test)
{
	u8 b;
	int i;
	size_t z;

	KUNIT_EXPECT_FALSE(test, check_add_overflow(200, 55, &b));
	KUNIT_EXPECT_EQ(test, b, 255);
	KUNIT_EXPECT_TRUE(test, check_add_overflow(200, 56, &b));
	KUNIT_EXPECT_EQ(test, b, 0);
	KUNIT_EXPECT_TRUE(test, check_sub_overflow(1, 2, &b));
	KUNIT_EXPECT_FALSE(test, check_sub_overflow(1, 2, &i));
	KUNIT_EXPECT_EQ(test, i, -1);
	KUNIT_EXPECT_TRUE(test, check_mul_overflow(INT_MAX, 2, &i));
	KUNIT_EXPECT_TRUE(test, check_mul_overflow(SIZE_MAX / 2, 3ul, &z));
	KUNIT_EXPECT_FALSE(test, check_mul_overflow(SIZE_MAX / 2, 2ul, &z));
	KUNIT_EXPECT_EQ(test, z, SIZE_MAX - 1);
}

static void checked_shifts(struct kunit *test)
{
	int i;
	u8 b;
	u64 q;
	s64 s;

	KUNIT_EXPECT_FALSE(test, check_shl_overflow(1, 30, &i));
	KUNIT_EXPECT_EQ(test, i, 1 << 30);
	KUNIT_EXPECT_TRUE(test, check_shl_overflow(1, 31, &i));
	KUNIT_EXPECT_EQ(test, i, INT_MIN); /* what the shift gives, though it is not to be used */
	KUNIT_EXPECT_TRUE(test, check_shl_overflow(1, 32, &i));
	KUNIT_EXPECT_TRUE(test, check_shl_overflow(1, -1, &i));
	KUNIT_EXPECT_EQ(test, i, 1); /* no shift */
	KUNIT_EXPECT_TRUE(test, check_shl_overflow(-1, 0, &i));
	KUNIT_EXPECT_FALSE(test, check_shl_overflow(0, 7, &b));
	KUNIT_EXPECT_FALSE(test, check_shl_overflow(1, 7, &b));
	KUNIT_EXPECT_EQ(test, b, 128);
	KUNIT_EXPECT_TRUE(test, check_shl_overflow(3, 7, &b));
	KUNIT_EXPECT_FALSE(test, check_shl_overflow(1ull, 63, &q));
	KUNIT_EXPECT_TRUE(test, check_shl_overflow(2ull, 63, &q));
	KUNIT_EXPECT_TRUE(test, check_shl_overflow(1ull, 64, &q));
	KUNIT_EXPECT_TRUE(test, check_shl_overflow(1ull, 63, &s));
	KUNIT_EXPECT_FALSE(test, check_shl_overflow(1ull, 62, &s));
}

struct flex {
	u32 n;
	u64 items[];
};

static void sizes_saturate(struct kunit *test)
{
	struct flex *p = NULL;

	KUNIT_EXPECT_EQ(test, size_add(SIZE_MAX - 1, 1), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, size_add(SIZE_MAX, 1), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, size_mul(1ul << 32, 1ul << 32), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, size_mul(1ul << 32, 1ul << 31), 1ul << 63);
	KUNIT_EXPECT_EQ(test, size_sub(5, 3), 2);
	KUNIT_EXPECT_EQ(test, size_sub(3, 5), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, size_sub(SIZE_MAX, 5), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, array_size(7, 9), 63);
	KUNIT_EXPECT_EQ(test, array3_size(1ul << 22, 1ul << 22, 1ul << 22), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, array3_size(0, SIZE_MAX, 2), 0);
	KUNIT_EXPECT_EQ(test, struct_size(p, items, 3), 8 + 24);
	KUNIT_EXPECT_EQ(test, struct_size(p, items, SIZE_MAX / 4), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, struct_size_t(struct flex, items, 1), 16);
	KUNIT_EXPECT_EQ(test, flex_array_size(p, items, 5), 40);
}

static void minimum_and_maximum(struct kunit *test)
{
	int i = 3, calls = 0, a = -5, b = 7;
	unsigned long big = 1ul << 40;

	KUNIT_EXPECT_EQ(test, min(a, b), -5);
	KUNIT_EXPECT_EQ(test, max(a, b), 7);
	KUNIT_EXPECT_EQ(test, min(big, 10), 10);
	KUNIT_EXPECT_EQ(test, min(i++, 10), 3);
	KUNIT_EXPECT_EQ(test, i, 4);
	KUNIT_EXPECT_EQ(test,
			max(({
				    calls++;
				    1;
			    }),
			    0),
			1);
	KUNIT_EXPECT_EQ(test, calls, 1);
	KUNIT_EXPECT_EQ(test, min3(5, 2, 9), 2);
	KUNIT_EXPECT_EQ(test, max3(5, 2, 9), 9);
	KUNIT_EXPECT_EQ(test, min_t(u8, 300, 100), 44);
	KUNIT_EXPECT_EQ(test, max_t(unsigned int, a, 1), (unsigned int)-5);
	KUNIT_EXPECT_EQ(test, clamp(a, -2, 2), -2);
	KUNIT_EXPECT_EQ(test, clamp(b, -2, 2), 2);
	KUNIT_EXPECT_EQ(test, clamp(1, -2, 2), 1);
	KUNIT_EXPECT_EQ(test, min_not_zero(0, 4), 4);
	KUNIT_EXPECT_EQ(test, min_not_zero(3, 4), 3);
	swap(a, b);
	KUNIT_EXPECT_EQ(test, a, 7);
	KUNIT_EXPECT_EQ(test, b, -5);
	KUNIT_EXPECT_EQ(test, abs(b), 5);
}

static void rounding(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, ALIGN(4097, 4096), 8192);
	KUNIT_EXPECT_EQ(test, ALIGN(4096, 4096), 4096);
	KUNIT_EXPECT_EQ(test, ALIGN_DOWN(8191ul, 4096), 4096);
	KUNIT_EXPECT_TRUE(test, IS_ALIGNED(1ull << 40, 1 << 21));
	KUNIT_EXPECT_FALSE(test, IS_ALIGNED(24, 16));
	KUNIT_EXPECT_EQ(test, round_up(17u, 16), 32);
	KUNIT_EXPECT_EQ(test, round_up(16u, 16), 16);
	KUNIT_EXPECT_EQ(test, round_down(31ull, 16), 16);
	KUNIT_EXPECT_EQ(test, roundup(10, 7), 14);
	KUNIT_EXPECT_EQ(test, rounddown(13, 7), 7);
	KUNIT_EXPECT_EQ(test, DIV_ROUND_UP(10, 4), 3);
	KUNIT_EXPECT_EQ(test, DIV_ROUND_CLOSEST(10, 4), 3);
	KUNIT_EXPECT_EQ(test, DIV_ROUND_CLOSEST(-9, 4), -2);
	KUNIT_EXPECT_EQ(test, mult_frac(1ul << 62, 3ul, 4ul), 3ul << 60);
	KUNIT_EXPECT_EQ(test, upper_32_bits(0x123456789abcdef0ull), 0x12345678);
	KUNIT_EXPECT_EQ(test, lower_32_bits(0x123456789abcdef0ull), 0x9abcdef0);
}

static void powers_of_two(struct kunit *test)
{
	static_assert(ilog2(4096) == 12 && order_base_2(4097) == 13, "constants stay constants");

	KUNIT_EXPECT_FALSE(test, is_power_of_2(0));
	for (int i = 1; i < 63; i++) {
		unsigned long n = 1ul << i;

		KUNIT_EXPECT_TRUE(test, is_power_of_2(n));
		KUNIT_EXPECT_EQ(test, is_power_of_2(n + 1), false);
		KUNIT_EXPECT_EQ(test, ilog2(n), i);
		KUNIT_EXPECT_EQ(test, ilog2(n + 1), i);
		KUNIT_EXPECT_EQ(test, roundup_pow_of_two(n), n);
		KUNIT_EXPECT_EQ(test, roundup_pow_of_two(n + 1), 2 * n);
		KUNIT_EXPECT_EQ(test, rounddown_pow_of_two(n + 1), n);
		KUNIT_EXPECT_EQ(test, order_base_2(n), i);
		KUNIT_EXPECT_EQ(test, order_base_2(n + 1), i + 1);
	}
	KUNIT_EXPECT_EQ(test, roundup_pow_of_two(1), 1);
	KUNIT_EXPECT_EQ(test, order_base_2(0), 0);
	KUNIT_EXPECT_EQ(test, order_base_2(1), 0);
}

static void roots_and_divisors(struct kunit *test)
{
	for (unsigned long x = 0; x < 2000; x++) {
		unsigned long r = int_sqrt(x);

		KUNIT_ASSERT_TRUE_MSG(test, r * r <= x && (r + 1) * (r + 1) > x, "x %lu r %lu", x,
				      r);
	}
	KUNIT_EXPECT_EQ(test, int_sqrt(ULONG_MAX), 0xfffffffful);
	KUNIT_EXPECT_EQ(test, int_sqrt(0xfffffffful * 0xfffffffful), 0xfffffffful);
	KUNIT_EXPECT_EQ(test, int_sqrt(0xfffffffful * 0xfffffffful - 1), 0xfffffffeul);
	KUNIT_EXPECT_EQ(test, gcd(48, 36), 12);
	KUNIT_EXPECT_EQ(test, gcd(7, 0), 7);
	KUNIT_EXPECT_EQ(test, gcd(0, 7), 7);
}

static void error_pointers(struct kunit *test)
{
	void *p = ERR_PTR(-ENOMEM);

	KUNIT_EXPECT_TRUE(test, IS_ERR(p));
	KUNIT_EXPECT_EQ(test, PTR_ERR(p), -ENOMEM);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(p), -ENOMEM);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(&p), 0);
	KUNIT_EXPECT_TRUE(test, IS_ERR((void *)-4095l));
	KUNIT_EXPECT_FALSE(test, IS_ERR((void *)-4096l));
	KUNIT_EXPECT_FALSE(test, IS_ERR(NULL));
	KUNIT_EXPECT_TRUE(test, IS_ERR_OR_NULL(NULL));
}

/* Neighbouring keys must spread: 64 consecutive pages over 64 buckets, none with more than 4. */
static void hashes_spread(struct kunit *test)
{
	u8 buckets[64] = {};

	for (u64 i = 0; i < 64; i++) {
		u32 h = hash_64(0xffff888000000000ull + i * 4096, 6);

		KUNIT_ASSERT_LT(test, h, 64);
		buckets[h]++;
	}
	for (int i = 0; i < 64; i++)
		KUNIT_EXPECT_LE(test, buckets[i], 4);
	for (u32 i = 0; i < 1000; i++)
		KUNIT_ASSERT_LT(test, hash_32(i * 7919, 5), 32);
}

static void wrapping(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, wrapping_add(u8, 200, 57), 1);
	KUNIT_EXPECT_EQ(test, wrapping_add(int, INT_MAX, 1), INT_MIN);
	KUNIT_EXPECT_EQ(test, wrapping_sub(u8, 1, 2), 255);
	KUNIT_EXPECT_EQ(test, wrapping_sub(int, INT_MIN, 1), INT_MAX);
	KUNIT_EXPECT_EQ(test, wrapping_mul(u8, 16, 17), 16);
	KUNIT_EXPECT_EQ(test, wrapping_mul(u32, 1u << 31, 2), 0);
	KUNIT_EXPECT_TRUE(test, overflows_type(256, u8));
	KUNIT_EXPECT_FALSE(test, overflows_type(255, u8));
	KUNIT_EXPECT_TRUE(test, overflows_type(-1, u32));
	KUNIT_EXPECT_FALSE(test, overflows_type(-1, int));
	KUNIT_EXPECT_TRUE(test, castable_to_type(127, s8));
	KUNIT_EXPECT_FALSE(test, castable_to_type(128, s8));
}

struct counted_flex {
	u16 count;
	u64 data[];
};

static void flexible_arrays_on_the_stack(struct kunit *test)
{
	DEFINE_FLEX(struct counted_flex, p, data, count, 5);
	DEFINE_RAW_FLEX(struct counted_flex, q, data, 3);

	KUNIT_EXPECT_EQ(test, p->count, 5);
	KUNIT_EXPECT_EQ(test, q->count, 0);
	KUNIT_EXPECT_EQ(test, sizeof(p_u), struct_size(p, data, 5));
	KUNIT_EXPECT_EQ(test, sizeof(q_u), struct_size(q, data, 3));
	for (int i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test, p->data[i], 0ULL);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(checked_arithmetic),
	KUNIT_CASE(checked_shifts),
	KUNIT_CASE(sizes_saturate),
	KUNIT_CASE(minimum_and_maximum),
	KUNIT_CASE(rounding),
	KUNIT_CASE(powers_of_two),
	KUNIT_CASE(roots_and_divisors),
	KUNIT_CASE(error_pointers),
	KUNIT_CASE(hashes_spread),
	KUNIT_CASE(wrapping),
	KUNIT_CASE(flexible_arrays_on_the_stack),
	{}
};

static struct kunit_suite suite = { .name = "overflow", .test_cases = cases };
kunit_test_suite(suite);
