// SPDX-License-Identifier: MIT
/*
 * Tests of linux/kref.h, linux/hashtable.h, linux/ktime.h and linux/timex.h.
 *
 * Mutations tried: kref_put() not calling release(); hash_del() leaving the node; hash_add() to
 * list 0 always; ktime_set() without its bound; ktime_to_ms() dividing by a thousand.
 */
#include <kunit/test.h>
#include <linux/hashtable.h>
#include <linux/kref.h>
#include <linux/ktime.h>
#include <linux/timex.h>

static int released;

static void release(struct kref *kref)
{
	released++;
}

static void references(struct kunit *test)
{
	struct kref k;

	released = 0;
	kref_init(&k);
	kref_get(&k);
	KUNIT_EXPECT_EQ(test, kref_read(&k), 2);
	KUNIT_EXPECT_EQ(test, kref_put(&k, release), 0);
	KUNIT_EXPECT_TRUE(test, kref_get_unless_zero(&k));
	KUNIT_EXPECT_EQ(test, kref_put(&k, release), 0);
	KUNIT_EXPECT_EQ(test, released, 0);
	KUNIT_EXPECT_EQ(test, kref_put(&k, release), 1);
	KUNIT_EXPECT_EQ(test, released, 1);
	KUNIT_EXPECT_FALSE(test, kref_get_unless_zero(&k));
}

struct thing {
	struct hlist_node node;
	u32 key;
	bool seen;
};

#define THINGS 100

static DEFINE_HASHTABLE(table, 4);
static struct thing things[THINGS];

static struct thing *look_up(u32 key)
{
	struct thing *t;

	hash_for_each_possible(table, t, node, key) {
		if (t->key == key)
			return t;
	}
	return NULL;
}

static void tables(struct kunit *test)
{
	int bucket, n = 0, longest = 0;
	struct hlist_node *tmp;
	struct thing *t;

	hash_init(table);
	KUNIT_EXPECT_TRUE(test, hash_empty(table));
	for (u32 i = 0; i < THINGS; i++) {
		things[i] = (struct thing){ .key = i * 3 };
		KUNIT_EXPECT_FALSE(test, hash_hashed(&things[i].node));
		hash_add(table, &things[i].node, things[i].key);
	}
	KUNIT_EXPECT_FALSE(test, hash_empty(table));
	for (u32 i = 0; i < THINGS; i++)
		KUNIT_EXPECT_PTR_EQ(test, look_up(i * 3), &things[i]);
	KUNIT_EXPECT_NULL(test, look_up(1));
	hash_for_each(table, bucket, t, node) {
		KUNIT_EXPECT_FALSE(test, t->seen);
		t->seen = true;
		n++;
	}
	KUNIT_EXPECT_EQ(test, n, THINGS);
	for (int i = 0; i < 16; i++) {
		n = 0;
		hlist_for_each_entry(t, &table[i], node)
			n++;
		longest = max(longest, n);
	}
	KUNIT_EXPECT_LT(test, longest, THINGS / 3);
	hash_del(&things[7].node);
	KUNIT_EXPECT_NULL(test, look_up(21));
	KUNIT_EXPECT_FALSE(test, hash_hashed(&things[7].node));
	hash_for_each_safe(table, bucket, tmp, t, node)
		hash_del(&t->node);
	KUNIT_EXPECT_TRUE(test, hash_empty(table));
}

static void times(struct kunit *test)
{
	ktime_t t = ktime_set(2, 500000000), now = ktime_get();
	u64 ns = ktime_get_ns(), cycles = get_cycles();

	KUNIT_EXPECT_EQ(test, t, 2500000000LL);
	KUNIT_EXPECT_EQ(test, ktime_set(S64_MAX / 1000, 0), KTIME_MAX);
	KUNIT_EXPECT_EQ(test, ktime_to_ns(t), 2500000000LL);
	KUNIT_EXPECT_EQ(test, ktime_to_us(t), 2500000);
	KUNIT_EXPECT_EQ(test, ktime_to_ms(t), 2500);
	KUNIT_EXPECT_EQ(test, ns_to_ktime(7), 7);
	KUNIT_EXPECT_EQ(test, ms_to_ktime(7), 7000000);
	KUNIT_EXPECT_EQ(test, ktime_add(t, ms_to_ktime(1)), 2501000000LL);
	KUNIT_EXPECT_EQ(test, ktime_sub(t, ms_to_ktime(1)), 2499000000LL);
	KUNIT_EXPECT_EQ(test, ktime_add_ns(t, 5), 2500000005LL);
	KUNIT_EXPECT_EQ(test, ktime_us_delta(t, 500000000), 2000000);
	KUNIT_EXPECT_EQ(test, ktime_ms_delta(t, 500000000), 2000);
	KUNIT_EXPECT_LT(test, ktime_compare(1, 2), 0);
	KUNIT_EXPECT_EQ(test, ktime_compare(2, 2), 0);
	KUNIT_EXPECT_GT(test, ktime_compare(3, 2), 0);
	KUNIT_EXPECT_TRUE(test, ktime_after(3, 2));
	KUNIT_EXPECT_FALSE(test, ktime_after(2, 2));
	KUNIT_EXPECT_TRUE(test, ktime_before(-1, 2));
	KUNIT_EXPECT_FALSE(test, ktime_before(2, 2));
	KUNIT_EXPECT_GE(test, ns, (u64)now);
	KUNIT_EXPECT_GE(test, ktime_get_ns(), ns);
	KUNIT_EXPECT_GT(test, get_cycles(), cycles);
}

static struct kunit_case small_cases[] = {
	KUNIT_CASE(references),
	KUNIT_CASE(tables),
	KUNIT_CASE(times),
	{}
};

static struct kunit_suite small_suite = { .name = "small_headers", .test_cases = small_cases };
kunit_test_suite(small_suite);
