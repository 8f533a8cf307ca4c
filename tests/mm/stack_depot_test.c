// SPDX-License-Identifier: MIT
/*
 * The store of call stacks: mm/stack_depot.c. It is there while page_owner=on or kmemleak=on wants it.
 *
 * Suite "stack_depot". Mutations: tests/mutate/stack_depot.mut.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/stackdepot.h>
#include <linux/string.h>
#include "mm/internal.h"

#define MIX 0x9e3779b97f4a7c15UL /* of the hash, to make two that are alike */

static unsigned long next_ip = 0x1000;

/* A stack that nobody has saved yet. */
static void fresh_stack(unsigned long *ips, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		ips[i] = next_ip++;
}

static depot_stack_handle_t save(unsigned long *ips, unsigned int nr)
{
	return stack_depot_save(ips, nr, GFP_KERNEL);
}

static int need_store(struct kunit *test)
{
	unsigned long ips[] = { (unsigned long)need_store };

	if (!save(ips, 1))
		kunit_skip(test, "nobody wants stacks: page_owner=on does");
	return 0;
}

static void each_stack_is_kept_once(struct kunit *test)
{
	unsigned long ips[5], other[5];
	depot_stack_handle_t a, b;

	fresh_stack(ips, 5);
	memcpy(other, ips, sizeof(other));
	other[4]++;
	next_ip++;
	a = save(ips, 5);
	b = save(other, 5);
	KUNIT_ASSERT_TRUE(test, a && b);
	KUNIT_EXPECT_NE(test, a, b);
	KUNIT_EXPECT_EQ(test, save(ips, 5), a);
	KUNIT_EXPECT_EQ(test, save(other, 5), b);
	KUNIT_EXPECT_NE(test, save(ips, 4), a);
}

/* Of one hash, and the shorter is the start of the longer. */
static void lengths_are_compared(struct kunit *test)
{
	unsigned long ips[2];
	depot_stack_handle_t two;

	fresh_stack(ips, 1);
	ips[1] = ips[0] ^ 1 ^ (2 ^ ips[0]) * MIX;
	two = save(ips, 2);
	KUNIT_ASSERT_NE(test, two, 0U);
	KUNIT_EXPECT_NE(test, save(ips, 1), two);
}

static void what_was_saved_comes_back(struct kunit *test)
{
	unsigned long ips[STACK_DEPOT_MAX_FRAMES + 3], *kept;
	depot_stack_handle_t handle;

	fresh_stack(ips, ARRAY_SIZE(ips));
	handle = save(ips, 7);
	KUNIT_ASSERT_EQ(test, stack_depot_fetch(handle, &kept), 7U);
	KUNIT_EXPECT_MEMEQ(test, kept, ips, 7 * sizeof(ips[0]));
	handle = save(ips, ARRAY_SIZE(ips)); /* the innermost ones */
	KUNIT_ASSERT_EQ(test, stack_depot_fetch(handle, &kept), (unsigned int)STACK_DEPOT_MAX_FRAMES);
	KUNIT_EXPECT_MEMEQ(test, kept, ips, STACK_DEPOT_MAX_FRAMES * sizeof(ips[0]));
}

static void no_stack(struct kunit *test)
{
	unsigned long ips[1] = { 1 }, *kept = ips;
	char text[16] = "as it was";

	KUNIT_EXPECT_EQ(test, save(ips, 0), 0U);
	KUNIT_EXPECT_EQ(test, stack_depot_fetch(0, &kept), 0U);
	KUNIT_EXPECT_NULL(test, kept);
	kept = ips;
	KUNIT_EXPECT_EQ(test, stack_depot_fetch(~0U, &kept), 0U);
	KUNIT_EXPECT_NULL(test, kept);
	KUNIT_EXPECT_EQ(test, stack_depot_snprint(0, text, sizeof(text), 0), 0);
	KUNIT_EXPECT_EQ(test, stack_depot_count(0, 3), 0L);
}

static void functions_are_named(struct kunit *test)
{
	unsigned long ips[2] = { (unsigned long)no_stack + 1, (unsigned long)need_store + 1 };
	char text[160];

	KUNIT_EXPECT_EQ(test, stack_depot_snprint(save(ips, 2), text, sizeof(text), 2), (int)strlen(text));
	KUNIT_EXPECT_EQ(test, strncmp(text, "   no_stack+0x1/0x", 18), 0);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\n   need_store+0x1/0x"));
	KUNIT_EXPECT_EQ(test, text[strlen(text) - 1], '\n');
}

/* Who walks over all meets each once, and finds what was counted. */
static void all_are_walked(struct kunit *test)
{
	unsigned long ips[3][4];
	depot_stack_handle_t handle[3], at = 0;
	unsigned int met[3] = { 0 };

	for (unsigned int i = 0; i < 3; i++) {
		fresh_stack(ips[i], 4);
		handle[i] = save(ips[i], 1 + i);
		KUNIT_EXPECT_EQ(test, stack_depot_count(handle[i], 5 + i), 5L + i);
	}
	while ((at = stack_depot_next(at))) {
		for (unsigned int i = 0; i < 3; i++)
			met[i] += at == handle[i];
	}
	for (unsigned int i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, met[i], 1U);
		KUNIT_EXPECT_EQ(test, stack_depot_count(handle[i], -2), 3L + i);
		KUNIT_EXPECT_EQ(test, stack_depot_count(handle[i], 0), 3L + i);
	}
}

/* What is known is found, what is new has no room; and that is said once. */
static void a_full_store(struct kunit *test)
{
	unsigned long known[3], fresh[2][3];
	depot_stack_handle_t handle;
	u32 end;

	fresh_stack(known, 3);
	fresh_stack(fresh[0], 3);
	fresh_stack(fresh[1], 3);
	handle = save(known, 3);
	end = stack_depot_set_end(0);
	KUNIT_EXPECT_EQ(test, save(fresh[0], 3), 0U);
	KUNIT_EXPECT_EQ(test, save(fresh[1], 3), 0U);
	KUNIT_EXPECT_EQ(test, save(known, 3), handle);
	stack_depot_set_end(end);
	KUNIT_EXPECT_NE(test, save(fresh[0], 3), 0U);
}

static struct kunit_case cases[] = { KUNIT_CASE(each_stack_is_kept_once),
				     KUNIT_CASE(lengths_are_compared),
				     KUNIT_CASE(what_was_saved_comes_back),
				     KUNIT_CASE(no_stack),
				     KUNIT_CASE(functions_are_named),
				     KUNIT_CASE(all_are_walked),
				     KUNIT_CASE(a_full_store),
				     {} };

static struct kunit_suite suite = { .name = "stack_depot", .init = need_store, .test_cases = cases };
kunit_test_suite(suite);
