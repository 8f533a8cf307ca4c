// SPDX-License-Identifier: MIT
/*
 * Tests of mm/util.c: copies of strings and memory.
 *
 * Mutations: tests/mutate/util.mut.
 */
#include <kunit/test.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "tests/mm/slab_fixture.h"

static void strings(struct kunit *test)
{
	static const char text[] = "a string";
	char *p = kstrdup(text, GFP_KERNEL), *q = kstrndup(text, 3, GFP_KERNEL);
	char *r = kstrndup(text, 100, GFP_KERNEL), *t = kmemdup_nul("abcdef", 4, GFP_KERNEL);

	KUNIT_EXPECT_STREQ(test, p, "a string");
	KUNIT_EXPECT_STREQ(test, q, "a s");
	KUNIT_EXPECT_STREQ(test, r, "a string");
	KUNIT_EXPECT_STREQ(test, t, "abcd");
	KUNIT_EXPECT_PTR_NE(test, (const void *)p, (const void *)text);
	KUNIT_EXPECT_NULL(test, kstrdup(NULL, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, kstrndup(NULL, 5, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, kmemdup_nul(NULL, 5, GFP_KERNEL));
	kfree(p);
	kfree(q);
	kfree(r);
	kfree(t);
}

/* The copy's end is written, whatever stood in the memory before; it needs room of its own. */
static void strings_end(struct kunit *test)
{
	static const char text[] = "0123456789abcdef0123456789abcdef";
	char *dirt[4], *p;

	for (int i = 0; i < 4; i++)
		dirt[i] = memset(kmalloc(32, GFP_KERNEL), 'x', 32);
	for (int i = 0; i < 4; i++)
		kfree(dirt[i]);
	p = kmemdup_nul(text, 28, GFP_KERNEL); /* behind the free object's word */
	KUNIT_EXPECT_STREQ(test, p, "0123456789abcdef0123456789ab");
	KUNIT_EXPECT_EQ(test, ksize(p), 32);
	kfree(p);
	p = kmemdup_nul(text, 32, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, ksize(p), 64);
	kfree(p);
}

/* What can't be had is NULL, and nothing is written; the flags are the caller's. */
static void limits_and_flags(struct kunit *test)
{
	static const u8 bytes[8] = { 1, 2, 3 };
	void *p;

	KUNIT_EXPECT_NULL(test, kmemdup_nul("abc", unknown(SIZE_MAX), GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, kmemdup(bytes, unknown(KMALLOC_MAX_SIZE + 1), GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, kmemdup_array(bytes, unknown(SIZE_MAX / 4 + 2), 4, GFP_KERNEL));
	p = kstrdup("low", GFP_KERNEL | GFP_DMA);
	KUNIT_EXPECT_STREQ(test, kmem_cache_name(slab_cache_of(p)), "dma-kmalloc-8");
	kfree(p);
	p = kmemdup(bytes, unknown(8), GFP_KERNEL | GFP_DMA);
	KUNIT_EXPECT_STREQ(test, kmem_cache_name(slab_cache_of(p)), "dma-kmalloc-8");
	kfree(p);
}

static void constants_are_not_copied(struct kunit *test)
{
	static const char text[] = "constant";
	char local[] = "local";
	const char *p = kstrdup_const(text, GFP_KERNEL), *q = kstrdup_const(local, GFP_KERNEL);

	KUNIT_EXPECT_PTR_EQ(test, (const void *)p, (const void *)text);
	KUNIT_EXPECT_PTR_NE(test, (const void *)q, (const void *)local);
	KUNIT_EXPECT_STREQ(test, q, "local");
	KUNIT_EXPECT_NO_REPORT(test, {
		kfree_const(p);
		kfree_const(q);
	});
}

static void memory(struct kunit *test)
{
	static const u32 numbers[4] = { 1, 2, 3, 4 };
	u32 *p = kmemdup(numbers, sizeof(numbers), GFP_KERNEL);
	u32 *q = kmemdup_array(numbers, 3, sizeof(u32), GFP_KERNEL);

	KUNIT_EXPECT_MEMEQ(test, p, numbers, sizeof(numbers));
	KUNIT_EXPECT_MEMEQ(test, q, numbers, 12);
	KUNIT_EXPECT_EQ(test, ksize(q), 16);
	KUNIT_EXPECT_NULL(test, kmemdup_array(numbers, unknown(SIZE_MAX / 2), 4, GFP_KERNEL));
	KUNIT_EXPECT_PTR_EQ(test, kmemdup(numbers, unknown(0), GFP_KERNEL), ZERO_SIZE_PTR);
	kfree(p);
	kfree(q);
}

static struct kunit_case copy_cases[] = {
	KUNIT_CASE(strings),
	KUNIT_CASE(strings_end),
	KUNIT_CASE(limits_and_flags),
	KUNIT_CASE(constants_are_not_copied),
	KUNIT_CASE(memory),
	{}
};

static struct kunit_suite copy_suite = { .name = "mm_util", .test_cases = copy_cases };
kunit_test_suite(copy_suite);
