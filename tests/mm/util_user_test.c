// SPDX-License-Identifier: MIT
/*
 * Tests of mm/util_user.c: copies of user memory, at the edge of a mapping too.
 *
 * Mutations: tests/mutate/util_user.mut.
 */
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "tests/mm/slab_fixture.h"
#include "tests/mm/user_fixture.h"

#define USER_END USER_PAGE(1) /* of the only page that is mapped */

static void __user *user_text(struct kunit *test, const char *text, size_t n)
{
	void __user *at;

	map_anon(test, 0, 1, PROT_RW);
	at = (void __user *)(USER_END - n);
	KUNIT_ASSERT_EQ(test, copy_to_user(at, text, n), 0UL);
	return at;
}

static void memory(struct kunit *test)
{
	void __user *at = user_text(test, "12345678", 8);
	char *p = memdup_user(at, 8), *q = vmemdup_user(at, 8);

	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	KUNIT_ASSERT_FALSE(test, IS_ERR(q));
	KUNIT_EXPECT_MEMEQ(test, p, "12345678", 8);
	KUNIT_EXPECT_EQ(test, ksize(p), 8);
	KUNIT_EXPECT_MEMEQ(test, q, "12345678", 8);
	kfree(p);
	kvfree(q);
	KUNIT_EXPECT_EQ(test, PTR_ERR(memdup_user(at, 9)), -EFAULT);
	KUNIT_EXPECT_EQ(test, PTR_ERR(vmemdup_user(at, 9)), -EFAULT);
	KUNIT_EXPECT_EQ(test, PTR_ERR(memdup_user(at, unknown(KMALLOC_MAX_SIZE + 1))), -ENOMEM);
	KUNIT_EXPECT_EQ(test, PTR_ERR(vmemdup_user(at, unknown(SIZE_MAX))), -ENOMEM);
	KUNIT_EXPECT_PTR_EQ(test, memdup_user(at, unknown(0)), ZERO_SIZE_PTR);
}

static void arrays(struct kunit *test)
{
	void __user *at = user_text(test, "12345678", 8);
	char *p = memdup_array_user(at, 2, 4), *q = vmemdup_array_user(at, 4, 2);

	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	KUNIT_ASSERT_FALSE(test, IS_ERR(q));
	KUNIT_EXPECT_MEMEQ(test, p, "12345678", 8);
	KUNIT_EXPECT_MEMEQ(test, q, "12345678", 8);
	kfree(p);
	kvfree(q);
	KUNIT_EXPECT_EQ(test, PTR_ERR(memdup_array_user(at, unknown(SIZE_MAX / 2 + 2), 2)), -EOVERFLOW);
	KUNIT_EXPECT_EQ(test, PTR_ERR(vmemdup_array_user(at, unknown(SIZE_MAX / 2 + 2), 2)), -EOVERFLOW);
	KUNIT_EXPECT_EQ(test, PTR_ERR(memdup_array_user(at, 3, 3)), -EFAULT);
}

/* More than kmalloc() gives: the copy is from vmalloc(). */
static void much_memory(struct kunit *test)
{
	const size_t size = KMALLOC_MAX_SIZE + PAGE_SIZE;
	u8 *p;

	map_anon(test, 0, size / PAGE_SIZE, PROT_RW);
	KUNIT_ASSERT_EQ(test, poke(USER_BASE + size - 8, 0x1122334455667788ULL), 0);
	p = vmemdup_user((void __user *)USER_BASE, size);
	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(p));
	KUNIT_EXPECT_EQ(test, *(u64 *)(p + size - 8), 0x1122334455667788ULL);
	kvfree(p);
}

/* What fails gives its memory back. */
static void nothing_is_lost(struct kunit *test)
{
	struct kmem_cache *s = kmalloc_caches[KMALLOC_NORMAL][kmalloc_index(4096)];
	void __user *at = user_text(test, "1", 1);
	unsigned int used;

	kmem_cache_shrink(s);
	used = s->partial.nr + s->full.nr;
	for (int i = 0; i < 200; i++) {
		KUNIT_EXPECT_EQ(test, PTR_ERR(memdup_user(at, 4000)), -EFAULT);
		KUNIT_EXPECT_EQ(test, PTR_ERR(vmemdup_user(at, 4000)), -EFAULT);
		KUNIT_EXPECT_EQ(test, PTR_ERR(memdup_user_nul(at, 4000)), -EFAULT);
	}
	kmem_cache_shrink(s);
	KUNIT_EXPECT_LE(test, s->partial.nr + s->full.nr, used);
}

static void text_gets_its_end(struct kunit *test)
{
	void __user *at = user_text(test, "0123456789012345678901234567", 28);
	char *dirt[4], *p;

	for (int i = 0; i < 4; i++)
		dirt[i] = memset(kmalloc(32, GFP_KERNEL), 'x', 32);
	for (int i = 0; i < 4; i++)
		kfree(dirt[i]);
	p = memdup_user_nul(at, 28); /* its end is behind the free object's word */
	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	KUNIT_EXPECT_STREQ(test, p, "0123456789012345678901234567");
	KUNIT_EXPECT_EQ(test, ksize(p), 32);
	kfree(p);
	KUNIT_EXPECT_EQ(test, PTR_ERR(memdup_user_nul(at, 29)), -EFAULT);
	KUNIT_EXPECT_EQ(test, PTR_ERR(memdup_user_nul(at, unknown(SIZE_MAX))), -ENOMEM);
}

/* As long as a block of kmalloc()'s: the end needs the next larger one. */
static void text_fills_its_block(struct kunit *test)
{
	void __user *at = user_text(test, "0123456789abcdef0123456789abcdef", 32);
	char *p = memdup_user_nul(at, 32);

	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	KUNIT_EXPECT_STREQ(test, p, "0123456789abcdef0123456789abcdef");
	KUNIT_EXPECT_GT(test, ksize(p), 32);
	kfree(p);
}

static void strings(struct kunit *test)
{
	char __user *at = user_text(test, "12345678", 9);
	char *p = strndup_user(at, 9), *q = strndup_user(at, 100);

	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	KUNIT_ASSERT_FALSE(test, IS_ERR(q));
	KUNIT_EXPECT_STREQ(test, p, "12345678");
	KUNIT_EXPECT_EQ(test, ksize(p), 16);
	KUNIT_EXPECT_STREQ(test, q, "12345678");
	kfree(p);
	kfree(q);
	KUNIT_EXPECT_EQ(test, PTR_ERR(strndup_user(at, 8)), -EINVAL);
	KUNIT_ASSERT_EQ(test, put_user('9', at + 8), 0);
	KUNIT_EXPECT_EQ(test, PTR_ERR(strndup_user(at, 100)), -EFAULT);
	KUNIT_EXPECT_EQ(test, PTR_ERR(strndup_user((char __user *)8, 100)), -EFAULT);
}

static struct kunit_case copy_cases[] = {
	KUNIT_CASE(memory),
	KUNIT_CASE(arrays),
	KUNIT_CASE(much_memory),
	KUNIT_CASE(nothing_is_lost),
	KUNIT_CASE(text_gets_its_end),
	KUNIT_CASE(text_fills_its_block),
	KUNIT_CASE(strings),
	{}
};

static struct kunit_suite copy_suite = {
	.name = "mm_util_user",
	.suite_init = no_samples,
	.suite_exit = samples_again,
	.init = user_fixture_init,
	.exit = user_fixture_exit,
	.test_cases = copy_cases,
};
kunit_test_suite(copy_suite);
