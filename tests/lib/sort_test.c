// SPDX-License-Identifier: MIT
/*
 * Tests of lib/base/sort.c.
 *
 * Random arrays of every length up to 200 with few and with many distinct keys; elements of 4, 12
 * and 16 bytes, so that both default swaps run. Besides the order, the sum of a tag in each element
 * must survive (nothing lost or doubled).
 *
 * Mutations tried: larger_leaf() taking the smaller child; sift_down() climbing by the reverse
 * comparison; the heap built without its root; swap_bytes() one byte short; bsearch() not lowering
 * num when it goes right. (The first three only above 90 elements: the boot sorts small arrays.)
 */
#include <kunit/test.h>
#include <linux/sort.h>
#include <linux/bsearch.h>
#include <linux/string.h>
#include <linux/kernel.h>

#define LONGEST 200

struct twelve {
	u32 key, tag, filler;
};

struct sixteen {
	u64 key, tag;
};

static unsigned long nr_cmp, nr_swap;

static int cmp_u32(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	nr_cmp++;
	return x < y ? -1 : x > y;
}

static int cmp_u64(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static void sorts_odd_elements(struct kunit *test)
{
	static struct twelve a[LONGEST];

	for (unsigned int n = 0; n <= LONGEST; n++) {
		u32 range = n % 2 ? 10 : 1u << 31, sum = 0;

		for (unsigned int i = 0; i < n; i++) {
			u32 key = kunit_rand_below(test, range);

			a[i] = (struct twelve){ key, i, ~key };
		}
		sort(a, n, sizeof(a[0]), cmp_u32, NULL);
		for (unsigned int i = 0; i < n; i++) {
			sum += a[i].tag;
			KUNIT_ASSERT_TRUE(test, i == 0 || a[i - 1].key <= a[i].key);
			KUNIT_ASSERT_EQ(test, a[i].filler, ~a[i].key);
		}
		KUNIT_ASSERT_EQ(test, sum, n * (n - 1) / 2);
	}
}

static void sorts_words(struct kunit *test)
{
	static struct sixteen a[LONGEST];

	for (unsigned int n = 0; n <= LONGEST; n++) {
		for (unsigned int i = 0; i < n; i++)
			a[i] = (struct sixteen){ kunit_rand(test) >> (n % 3 * 30), 0 };
		for (unsigned int i = 0; i < n; i++)
			a[i].tag = a[i].key * 3;
		sort(a, n, sizeof(a[0]), cmp_u64, NULL);
		for (unsigned int i = 0; i < n; i++) {
			KUNIT_ASSERT_TRUE(test, i == 0 || a[i - 1].key <= a[i].key);
			KUNIT_ASSERT_EQ(test, a[i].tag, a[i].key * 3);
		}
	}
}

static void counting_swap(void *a, void *b, int size)
{
	u32 t = *(u32 *)a;

	nr_swap++;
	*(u32 *)a = *(u32 *)b;
	*(u32 *)b = t;
}

static void cost_and_own_swap(struct kunit *test)
{
	static u32 a[1024];

	/*
	 * Ascending, descending and equal keys: n log2 n = 10240 bounds heapsort's comparisons
	 * times about 1.5, never n².
	 */
	for (int kind = 0; kind < 3; kind++) {
		for (u32 i = 0; i < 1024; i++)
			a[i] = kind == 0 ? i : (kind == 1 ? 1024 - i : 7);
		nr_cmp = nr_swap = 0;
		sort(a, 1024, sizeof(a[0]), cmp_u32, counting_swap);
		for (u32 i = 1; i < 1024; i++)
			KUNIT_ASSERT_LE(test, a[i - 1], a[i]);
		KUNIT_EXPECT_LT(test, nr_cmp, 21000);
		KUNIT_EXPECT_GE(test, nr_swap, 1023);
	}
}

static int cmp_priv(const void *a, const void *b, const void *priv)
{
	return cmp_u32(a, b) * *(const int *)priv;
}

static void private_argument(struct kunit *test)
{
	u32 a[] = { 3, 1, 2 };
	int down = -1;

	sort_r(a, 3, sizeof(a[0]), cmp_priv, NULL, &down);
	KUNIT_EXPECT_EQ(test, a[0], 3);
	KUNIT_EXPECT_EQ(test, a[1], 2);
	KUNIT_EXPECT_EQ(test, a[2], 1);
}

static void bsearch_finds_all_and_only_those(struct kunit *test)
{
	static u32 a[LONGEST];

	for (u32 i = 0; i < LONGEST; i++)
		a[i] = 2 * i;
	for (u32 n = 0; n <= LONGEST; n += 1 + n / 8) {
		for (u32 key = 0; key <= 2 * n; key++) {
			u32 *want = key % 2 == 0 && key / 2 < n ? &a[key / 2] : NULL;

			KUNIT_ASSERT_PTR_EQ(test, bsearch(&key, a, n, sizeof(a[0]), cmp_u32),
					    (void *)want);
		}
	}
}

static struct kunit_case cases[] = { KUNIT_CASE(sorts_odd_elements),
				     KUNIT_CASE(sorts_words),
				     KUNIT_CASE(cost_and_own_swap),
				     KUNIT_CASE(private_argument),
				     KUNIT_CASE(bsearch_finds_all_and_only_those),
				     {} };

static struct kunit_suite suite = { .name = "sort", .test_cases = cases };
kunit_test_suite(suite);
