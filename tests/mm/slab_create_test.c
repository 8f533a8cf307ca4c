// SPDX-License-Identifier: MIT
/*
 * mm/slab_cache.c: what a creator asks for is refused or kept.
 *
 * Mutations that made slab_create fail when tried: each test of bad_args() taken out; the free
 * pointer put in the middle all the same, or behind the object; register_cache() that does not see
 * a full table, or keeps an id; slab_locate() that doesn't ask is_object_start().
 */
#include <kunit/test.h>
#include <linux/string.h>
#include "mm/internal.h"
#include "mm/slab.h"
#include "slab_fixture.h"

static struct kmem_cache *make_with(unsigned int size, struct kmem_cache_args args,
				    slab_flags_t flags)
{
	return kmem_cache_create("test", size, &args, flags);
}

#define EXPECT_REFUSED(test, size, ...)                                                    \
	KUNIT_EXPECT_NULL(test,                                                            \
			  make_with(size, (struct kmem_cache_args){ __VA_ARGS__ }, 0))

static void arguments_that_cannot_be(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, kmem_cache_create("", 8, 0, 0, NULL));
	EXPECT_REFUSED(test, 64, .align = 2 * (PAGE_SIZE << SLAB_MAX_ORDER));
	EXPECT_REFUSED(test, 64, .useroffset = 65);
	EXPECT_REFUSED(test, 64, .useroffset = 60, .usersize = 5);
	EXPECT_REFUSED(test, 64, .use_freeptr_offset = true, .freeptr_offset = 4);
	EXPECT_REFUSED(test, 64, .use_freeptr_offset = true, .freeptr_offset = 64);
	EXPECT_REFUSED(test, 4, .use_freeptr_offset = true, .freeptr_offset = 0);
}

/* What readers may still look at stays as it was, but for the word that the creator named. */
static void the_free_word_where_asked(struct kunit *test)
{
	struct kmem_cache *s =
		make_with(64, (struct kmem_cache_args){ .use_freeptr_offset = true,
							.freeptr_offset = 56 },
			  SLAB_TYPESAFE_BY_RCU);
	u8 *p;

	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_EQ(test, s->size, 64);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	memset(p, 0x5a, 64);
	kmem_cache_free(s, p);
	p = hidden(p);
	KUNIT_EXPECT_PTR_EQ(test, (u8 *)free_word(s, p), p + 56);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0x5a, 56));
	KUNIT_EXPECT_EQ(test, *free_word(s, p), free_mark(s, free_word(s, p)));
	kmem_cache_destroy(s);
}

/* Every id is given out, no more than that, and each comes back. */
static void as_many_caches_as_ids(struct kunit *test)
{
	struct kmem_cache **made = kunit_kcalloc(test, SLAB_MAX_CACHES, sizeof(*made), GFP_KERNEL);
	unsigned int n = 0, ids = 0;

	KUNIT_ASSERT_NOT_NULL(test, made);
	while (n < SLAB_MAX_CACHES && (made[n] = kmem_cache_create("test", 8, 0, 0, NULL)))
		n++;
	for (unsigned int id = 0; id < SLAB_MAX_CACHES; id++)
		ids += cache_table[id] != NULL;
	KUNIT_EXPECT_EQ(test, ids, SLAB_MAX_CACHES - 1); /* 0 is no id */
	KUNIT_EXPECT_NULL(test, kmem_cache_create("test", 8, 0, 0, NULL));
	for (unsigned int i = 0; i < n; i++)
		kmem_cache_destroy(made[i]);
	made[0] = kmem_cache_create("test", 8, 0, 0, NULL);
	KUNIT_EXPECT_NOT_NULL(test, made[0]);
	kmem_cache_destroy(made[0]);
}

/* 48-byte objects leave some bytes of their slab: an address there is no object's. */
static void located(struct kunit *test)
{
	struct kmem_cache *s = make(test, 48, 0);
	char *p = kmem_cache_alloc(s, GFP_KERNEL), *slab, *first;

	KUNIT_ASSERT_NOT_NULL(test, p);
	slab = page_address(slab_page(s, p));
	first = slab_object(s, slab_page(s, p), s->objects - 1);
	KUNIT_EXPECT_EQ(test, slab_locate(s, p), SLAB_LIVE);
	KUNIT_EXPECT_EQ(test, slab_locate(s, p + 8), SLAB_OUTSIDE);
	if (first - slab >= 48) /* the room in front holds what could be an object */
		KUNIT_EXPECT_EQ(test, slab_locate(s, first - 48), SLAB_OUTSIDE);
	kmem_cache_free(s, p);
	KUNIT_EXPECT_EQ(test, slab_locate(s, p), SLAB_IN_CACHE);
	slab_flush_cache(s);
	kmem_cache_destroy(s);
}

static struct kunit_case create_cases[] = { KUNIT_CASE(arguments_that_cannot_be),
					    KUNIT_CASE(the_free_word_where_asked),
					    KUNIT_CASE(as_many_caches_as_ids),
					    KUNIT_CASE(located),
					    {} };
static struct kunit_suite create_suite = {
	.name = "slab_create",
	.suite_init = plain_caches,
	.suite_exit = as_booted,
	.test_cases = create_cases,
};
kunit_test_suite(create_suite);
