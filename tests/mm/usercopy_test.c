// SPDX-License-Identifier: MIT
/*
 * Tests of mm/usercopy.c: for each kind of memory a copy up to its edge, one beyond, in both
 * directions, and what the report says.
 *
 * Mutations: tests/mutate/usercopy.mut.
 */
#include <asm/stack.h>
#include <linux/gfp.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "tests/mm/slab_fixture.h"
#include "tests/mm/user_fixture.h"

#define USER ((void __user *)USER_BASE)

/* Is a copy allowed? Both ways must be answered alike. */
static bool allowed(struct kunit *test, const void *p, unsigned long n)
{
	bool to = __check_object_size(p, n, true);

	KUNIT_EXPECT_EQ(test, __check_object_size(p, n, false), to);
	return to;
}

/* The same copy both ways is refused, in these words after "memory exposure attempt detected from". */
static void expect_refused(struct kunit *test, const void *p, unsigned long n, const char *what)
{
	char text[160];

	snprintf(text, sizeof(text), "memory exposure attempt detected from %s", what);
	KUNIT_EXPECT_REPORT(test, text, KUNIT_EXPECT_FALSE(test, __check_object_size(p, n, true)));
	snprintf(text, sizeof(text), "memory overwrite attempt detected to %s", what);
	KUNIT_EXPECT_REPORT(test, text, KUNIT_EXPECT_FALSE(test, __check_object_size(p, n, false)));
}

static struct kmem_cache *make_usercopy(struct kunit *test, unsigned int size, slab_flags_t flags,
					unsigned int offset, unsigned int bytes)
{
	struct kmem_cache *s =
		kmem_cache_create_usercopy("test", size, 0, flags, offset, bytes, NULL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	return s;
}

/* 64 bytes of which [16, 48) are for the user: every start and every length. */
static void try_all(struct kunit *test, const char *obj)
{
	char what[64];

	for (unsigned int at = 16; at <= 48; at++) {
		for (unsigned int n = 1; n <= 48 - at; n++)
			KUNIT_ASSERT_TRUE(test, allowed(test, obj + at, n));
		snprintf(what, sizeof(what), "SLUB object 'test' (offset %u, size %u)!", at,
			 49 - at);
		expect_refused(test, obj + at, 49 - at, what);
	}
	KUNIT_EXPECT_TRUE(test, allowed(test, obj, 0));
	KUNIT_EXPECT_TRUE(test, allowed(test, obj + 63, 0));
	expect_refused(test, obj + 15, 1, "SLUB object 'test' (offset 15, size 1)!");
	expect_refused(test, obj, 20, "SLUB object 'test' (offset 0, size 20)!");
	expect_refused(test, obj + 63, 1, "SLUB object 'test' (offset 63, size 1)!");
	expect_refused(test, obj + 16, 1UL << 40,
		       "SLUB object 'test' (offset 16, size 1099511627776)!");
}

static void part_of_an_object(struct kunit *test)
{
	struct kmem_cache *s = make_usercopy(test, 64, 0, 16, 32);
	char *obj[3];

	for (int i = 0; i < 3; i++) {
		obj[i] = kmem_cache_alloc(s, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, obj[i]);
		try_all(test, obj[i]);
	}
	for (int i = 0; i < 3; i++)
		kmem_cache_free(s, obj[i]);
	kmem_cache_destroy(s);
}

static void with_red_zones(struct kunit *test)
{
	struct kmem_cache *s = make_usercopy(test, 64, ALL_CHECKS, 16, 32);
	char *obj = kmem_cache_alloc(s, GFP_KERNEL), what[80];

	KUNIT_ASSERT_NOT_NULL(test, obj);
	KUNIT_ASSERT_GT(test, s->red_left, 0);
	try_all(test, obj);
	snprintf(what, sizeof(what), "SLUB object in left red zone 'test' (offset %u, size 1)!",
		 s->red_left - 1);
	expect_refused(test, obj - 1, 1, what);
	kmem_cache_free(s, obj);
	kmem_cache_destroy(s);
}

/* Objects of any size, at any place in their slab, whole: not a byte more, from its last byte on too. */
static void each_object_of_a_slab(struct kunit *test)
{
	static const unsigned int sizes[] = { 8, 24, 40, 104, 328, 1000, 5000 };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct kmem_cache *s = make_usercopy(test, sizes[i], 0, 0, sizes[i]);
		char *any = kmem_cache_alloc(s, GFP_KERNEL), *slab;

		KUNIT_ASSERT_NOT_NULL(test, any);
		slab = page_address(slab_page(s, any));
		for (unsigned int k = 0; k < s->objects; k++) {
			char *obj = slab_object(s, slab_page(s, any), k);

			KUNIT_ASSERT_TRUE(test, allowed(test, obj, sizes[i]));
			KUNIT_ASSERT_TRUE(test, allowed(test, obj + sizes[i] - 1, 1));
		}
		expect_refused(test, any, sizes[i] + 1, "SLUB object 'test' (offset 0, ");
		expect_refused(test, any + sizes[i] - 1, 2, "SLUB object 'test' (offset ");
		if (slab != slab_object(s, slab_page(s, any), s->objects - 1))
			expect_refused(test, slab, 1,
				       "SLUB object not in SLUB page?! (offset 0, size 1)!");
		kmem_cache_free(s, any);
		kmem_cache_destroy(s);
	}
}

/* kmem_cache_create() allows nothing, but what the compiler knows the size of is not asked about. */
static void no_part_of_a_plain_cache(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	char *obj = kmem_cache_zalloc(s, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, obj);
	map_anon(test, 0, 1, PROT_RW);
	KUNIT_EXPECT_REPORT(
		test, "exposure attempt detected from SLUB object 'test' (offset 0, size 64)!",
		KUNIT_EXPECT_EQ(test, copy_to_user(USER, obj, unknown(64)), 64));
	KUNIT_EXPECT_REPORT(test, "make the cache with kmem_cache_create_usercopy()",
			    KUNIT_EXPECT_EQ(test, copy_from_user(obj + 1, USER, unknown(1)), 1));
	KUNIT_EXPECT_REPORT(test, "check its length against the size of the object",
			    KUNIT_EXPECT_EQ(test, copy_from_user(obj, USER, unknown(65)), 65));
	KUNIT_EXPECT_EQ(test, copy_to_user(USER, obj, 64), 0);
	KUNIT_EXPECT_EQ(test, copy_from_user(obj, USER, 64), 0);
	kmem_cache_free(s, obj);
	kmem_cache_destroy(s);
}

static void all_of_kmalloc(struct kunit *test)
{
	static const gfp_t kinds[] = { GFP_KERNEL, GFP_KERNEL | __GFP_RECLAIMABLE,
				       GFP_KERNEL_ACCOUNT, GFP_KERNEL | GFP_DMA };

	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
		for (size_t size = 8; size <= KMALLOC_MAX_CACHE_SIZE; size *= 2) {
			char *p = kmalloc(size, kinds[k]), what[32];

			KUNIT_ASSERT_NOT_NULL(test, p);
			KUNIT_EXPECT_TRUE(test, allowed(test, p, size));
			KUNIT_EXPECT_TRUE(test, allowed(test, p + size / 2, size / 2));
			snprintf(what, sizeof(what), "(offset %zu, size %zu)!", size / 2,
				 size / 2 + 1);
			KUNIT_EXPECT_REPORT(test, what,
					    __check_object_size(p + size / 2, size / 2 + 1, true));
			KUNIT_EXPECT_REPORT(test, "kmalloc-",
					    __check_object_size(p, size + 1, false));
			kfree(p);
		}
	}
}

static void blocks_of_pages(struct kunit *test)
{
	char *large = kmalloc(5 * PAGE_SIZE, GFP_KERNEL);
	char *comp = (char *)__get_free_pages(GFP_KERNEL | __GFP_COMP, 1);
	char *plain = (char *)__get_free_pages(GFP_KERNEL, 1);

	KUNIT_ASSERT_NOT_NULL(test, large);
	KUNIT_ASSERT_NOT_NULL(test, comp);
	KUNIT_ASSERT_NOT_NULL(test, plain);
	KUNIT_EXPECT_TRUE(test, allowed(test, large, 5 * PAGE_SIZE));
	KUNIT_EXPECT_TRUE(test, allowed(test, large + PAGE_SIZE + 5, 7 * PAGE_SIZE - 5));
	expect_refused(test, large + PAGE_SIZE + 5, 7 * PAGE_SIZE - 4,
		       "page alloc (offset 4101, size 28668)!");
	KUNIT_EXPECT_TRUE(test, allowed(test, comp, 2 * PAGE_SIZE));
	KUNIT_EXPECT_TRUE(test, allowed(test, comp + 2 * PAGE_SIZE - 1, 1));
	expect_refused(test, comp + 1, 2 * PAGE_SIZE, "page alloc (offset 1, size 8192)!");
	KUNIT_EXPECT_TRUE(test, allowed(test, plain + 1, 2 * PAGE_SIZE));
	/* Beyond all memory: nothing is known of it, nor looked at. */
	KUNIT_EXPECT_TRUE(test, allowed(test, (char *)PAGE_OFFSET + DIRECT_MAP_SIZE - 8, 8));
	free_pages((unsigned long)plain, 1);
	free_pages((unsigned long)comp, 1);
	kfree(large);
}

static void vmalloc_areas(struct kunit *test)
{
	char *p = vmalloc(3 * PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_TRUE(test, allowed(test, p, 3 * PAGE_SIZE));
	KUNIT_EXPECT_TRUE(test, allowed(test, p + 3 * PAGE_SIZE - 1, 1));
	expect_refused(test, p + PAGE_SIZE, 2 * PAGE_SIZE + 1, "vmalloc (offset 4096, size 8193)!");
	expect_refused(test, p + 3 * PAGE_SIZE, 1, "vmalloc 'no area' (offset 0, size 1)!");
	pagefault_disable();
	KUNIT_EXPECT_TRUE(test, allowed(test, p, 3 * PAGE_SIZE + 1));
	pagefault_enable();
	vfree(p);
	expect_refused(test, p, 1, "vmalloc 'no area' (offset 0, size 1)!");
	expect_refused(test, (void *)(VMALLOC_END - PAGE_SIZE), 1, "vmalloc 'no area'");
}

static void the_running_stack(struct kunit *test)
{
	char *volatile hide, local[64];
	unsigned long low, high, room;
	const char *name;
	char what[64];

	hide = local;
	KUNIT_ASSERT_TRUE(test, stack_bounds((unsigned long)local, &low, &high, &name));
	room = (unsigned long)__builtin_frame_address(0) - (unsigned long)hide;
	KUNIT_EXPECT_TRUE(test, allowed(test, hide, 64));
	KUNIT_EXPECT_TRUE(test, allowed(test, hide, room));
	/* The frame's own words, and with them what the caller keeps. */
	expect_refused(test, hide, room + 1, "process stack (offset ");
	expect_refused(test, hide + room, 8, "process stack (offset ");
	expect_refused(test, hide + room + 8, 8, "process stack (offset ");
	KUNIT_EXPECT_TRUE(test, allowed(test, hide + room + 16, 1));
	expect_refused(test, hide, high - (unsigned long)hide, "process stack (offset ");
	snprintf(what, sizeof(what), "process stack (offset %lu, size %lu)!",
		 high - (unsigned long)hide, high - (unsigned long)hide + 1);
	expect_refused(test, hide, high - (unsigned long)hide + 1, what);
	/* Behind the last frame, where nobody's bounds are known but the stack's. */
	expect_refused(test, (void *)(high - 8), 9, "process stack (offset 8, size 9)!");
	/* Below the frames that are in use. */
	expect_refused(test, (void *)low, 8, "process stack (offset ");
}

static char some_data[64];

static void image_and_nothing(struct kunit *test)
{
	char *text = (char *)(unsigned long)&vmalloc_areas;
	char what[64];

	KUNIT_EXPECT_TRUE(test, allowed(test, hidden(some_data), 64));
	snprintf(what, sizeof(what), "kernel text (offset %lu, size 8)!",
		 (unsigned long)(text - __text_start));
	expect_refused(test, text, 8, what);
	expect_refused(test, __text_start, 1, "kernel text (offset 0, size 1)!");
	expect_refused(test, (char *)hidden(__text_end) - 1, 64, "kernel text (offset ");
	KUNIT_EXPECT_TRUE(test, allowed(test, hidden(__text_end), 1));
	expect_refused(test, NULL, 8, "null address (offset 0, size 8)!");
	expect_refused(test, ZERO_SIZE_PTR, 1, "null address (offset 16, size 1)!");
	expect_refused(test, hidden(some_data), -1UL, "wrapped address (offset 0, size ");
	expect_refused(test, (void *)-8UL, 9, "wrapped address (offset 0, size 9)!");
	KUNIT_EXPECT_TRUE(test, allowed(test, NULL, 0));
	KUNIT_EXPECT_TRUE(test, allowed(test, text, 0));
	KUNIT_EXPECT_TRUE(test, allowed(test, ZERO_SIZE_PTR, 0));
}

/* Whichever function it is: all bytes are left, and neither side has changed. */
static void nothing_is_copied(struct kunit *test)
{
	char *p = kmalloc(64, GFP_KERNEL);
	size_t n = unknown(65);

	KUNIT_ASSERT_NOT_NULL(test, p);
	map_anon(test, 0, 1, PROT_RW);
	KUNIT_ASSERT_EQ(test, poke(USER_BASE, 0x1122334455667788ULL), 0);
	memset(p, 0x5a, 64);
	KUNIT_EXPECT_REPORT(test, "exposure", KUNIT_EXPECT_EQ(test, copy_to_user(USER, p, n), 65));
	KUNIT_EXPECT_REPORT(test, "exposure",
			    KUNIT_EXPECT_EQ(test, __copy_to_user(USER, p, n), 65));
	KUNIT_EXPECT_REPORT(test, "exposure",
			    KUNIT_EXPECT_EQ(test, __copy_to_user_inatomic(USER, p, n), 65));
	KUNIT_EXPECT_REPORT(test, "exposure",
			    KUNIT_EXPECT_EQ(test, copy_to_user_nofault(USER, p, n), -EFAULT));
	KUNIT_EXPECT_EQ(test, peek(USER_BASE), 0x1122334455667788ULL);
	KUNIT_EXPECT_REPORT(test, "overwrite",
			    KUNIT_EXPECT_EQ(test, copy_from_user(p, USER, n), 65));
	KUNIT_EXPECT_REPORT(test, "overwrite",
			    KUNIT_EXPECT_EQ(test, __copy_from_user(p, USER, n), 65));
	KUNIT_EXPECT_REPORT(test, "overwrite",
			    KUNIT_EXPECT_EQ(test, __copy_from_user_inatomic(p, USER, n), 65));
	KUNIT_EXPECT_REPORT(test, "overwrite",
			    KUNIT_EXPECT_EQ(test, copy_from_user_nofault(p, USER, n), -EFAULT));
	KUNIT_EXPECT_REPORT(test, "overwrite",
			    KUNIT_EXPECT_EQ(test, strncpy_from_user(p, USER, n), -EFAULT));
	KUNIT_EXPECT_REPORT(test, "overwrite",
			    KUNIT_EXPECT_EQ(test, copy_struct_from_user(p, n, USER, n), -EFAULT));
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0x5a, 64));
	KUNIT_EXPECT_FALSE(test, pagefault_disabled());
	kfree(p);
}

static struct kunit_case usercopy_cases[] = { KUNIT_CASE(part_of_an_object),
					      KUNIT_CASE(with_red_zones),
					      KUNIT_CASE(each_object_of_a_slab),
					      KUNIT_CASE(no_part_of_a_plain_cache),
					      KUNIT_CASE(all_of_kmalloc),
					      KUNIT_CASE(blocks_of_pages),
					      KUNIT_CASE(vmalloc_areas),
					      KUNIT_CASE(the_running_stack),
					      KUNIT_CASE(image_and_nothing),
					      KUNIT_CASE(nothing_is_copied),
					      {} };

static struct kunit_suite usercopy_suite = {
	.name = "mm_usercopy",
	.suite_init = plain_caches,
	.suite_exit = as_booted,
	.init = user_fixture_init,
	.exit = user_fixture_exit,
	.test_cases = usercopy_cases,
};
kunit_test_suite(usercopy_suite);
