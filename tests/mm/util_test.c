// SPDX-License-Identifier: MIT
/*
 * Tests of mm/util.c: copies of strings and memory.
 *
 * Mutations: tests/mutate/util.mut.
 */
#include <kunit/test.h>
#include <linux/fault-inject.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/vmalloc.h>
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

	KUNIT_EXPECT_NULL(test, kmemdup_nul("abc", unknown(SIZE_MAX), GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_NULL(test, kmemdup(bytes, unknown(KMALLOC_MAX_SIZE + 1), GFP_KERNEL | __GFP_NOWARN));
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

static void memory_of_any_size(struct kunit *test)
{
	const size_t size = KMALLOC_MAX_SIZE + 100;
	u8 *from = vzalloc(size), *copy;

	KUNIT_ASSERT_NOT_NULL(test, from);
	from[size - 1] = 0x5a;
	copy = kvmemdup(from, size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, copy);
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(copy));
	KUNIT_EXPECT_MEMEQ(test, copy, from, size);
	kvfree(copy);
	copy = kvmemdup(from + size - 8, unknown(8), GFP_KERNEL | GFP_DMA);
	KUNIT_EXPECT_STREQ(test, kmem_cache_name(slab_cache_of(copy)), "dma-kmalloc-8");
	KUNIT_EXPECT_EQ(test, copy[7], 0x5a);
	kvfree(copy);
	KUNIT_EXPECT_PTR_EQ(test, kvmemdup(from, unknown(0), GFP_KERNEL), ZERO_SIZE_PTR);
	KUNIT_EXPECT_NULL(test, kvmemdup(from, unknown(SIZE_MAX), GFP_KERNEL | __GFP_NOWARN));
	vfree(from);
}

static __printf(2, 3) char *print_list(gfp_t gfp, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = kvasprintf(gfp, fmt, args);
	va_end(args);
	return text;
}

/* As long as the text and its NUL; the flags are the caller's. */
static void formatted(struct kunit *test)
{
	char *p = kasprintf(GFP_KERNEL, "%s-%d", "eth", 12), *q, *r;

	KUNIT_EXPECT_STREQ(test, p, "eth-12");
	KUNIT_EXPECT_EQ(test, ksize(p), 8);
	q = kasprintf(GFP_KERNEL, "%031d", 5);
	KUNIT_EXPECT_EQ(test, strlen(q), 31);
	KUNIT_EXPECT_EQ(test, ksize(q), 32);
	r = kasprintf(GFP_KERNEL, "%032d", 5);
	KUNIT_EXPECT_EQ(test, strlen(r), 32);
	KUNIT_EXPECT_EQ(test, ksize(r), 64);
	kfree(p);
	kfree(q);
	kfree(r);
	p = print_list(GFP_KERNEL | GFP_DMA, "%x", 0xabc); /* kvasprintf() */
	KUNIT_EXPECT_STREQ(test, p, "abc");
	KUNIT_EXPECT_STREQ(test, kmem_cache_name(slab_cache_of(p)), "dma-kmalloc-8");
	kfree(p);
}

static void formatted_without_memory(struct kunit *test)
{
	struct fault_attr first = FAULT_ATTR_NTH(1);
	struct fault_injection before;
	char *p;

	before = fault_inject_set((struct fault_injection){ &first, NULL });
	p = kasprintf(GFP_KERNEL, "%s", "text");
	fault_inject_set(before);
	KUNIT_EXPECT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&first.injected), 1);
}

static __printf(1, 2) const char *print_const(const char *fmt, ...)
{
	const char *text;
	va_list args;

	va_start(args, fmt);
	text = kvasprintf_const(GFP_KERNEL, fmt, args);
	va_end(args);
	return text;
}

/* kvasprintf_const() */
static void formatted_or_constant(struct kunit *test)
{
	static const char fixed[] = "no conversion";
	char local[] = "local";
	const char *p = print_const(fixed), *q = print_const("%s", fixed);
	const char *r = print_const("%s", local), *s = print_const("%s!", "n");

	KUNIT_EXPECT_PTR_EQ(test, (const void *)p, (const void *)fixed);
	KUNIT_EXPECT_PTR_EQ(test, (const void *)q, (const void *)fixed);
	KUNIT_EXPECT_PTR_NE(test, (const void *)r, (const void *)local);
	KUNIT_EXPECT_STREQ(test, r, "local");
	KUNIT_EXPECT_STREQ(test, s, "n!");
	kfree_const(p);
	kfree_const(q);
	kfree_const(r);
	kfree_const(s);
}

static struct kunit_case copy_cases[] = {
	KUNIT_CASE(strings),
	KUNIT_CASE(strings_end),
	KUNIT_CASE(limits_and_flags),
	KUNIT_CASE(constants_are_not_copied),
	KUNIT_CASE(memory),
	KUNIT_CASE(memory_of_any_size),
	KUNIT_CASE(formatted),
	KUNIT_CASE(formatted_without_memory),
	KUNIT_CASE(formatted_or_constant),
	{}
};

static struct kunit_suite copy_suite = {
	.name = "mm_util",
	.suite_init = no_samples,
	.suite_exit = samples_again,
	.test_cases = copy_cases,
};
kunit_test_suite(copy_suite);
