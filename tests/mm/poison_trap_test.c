// SPDX-License-Identifier: MIT
/*
 * What a report says of a pointer, a length or an index that was never initialised, and of one that was
 * read from freed memory: with poison (slab_debug=P), and where memory is cleared.
 *
 * Suite "poison_trap". Mutations that made it fail:
 *   - registers.c: registers not looked at; values of 32 bits not widened; small numbers named
 *   - pattern.c: the names of the two poisons exchanged; the end of an object is a freed one's alone
 *   - slab_debug.c: an object not filled when it is freed, a slab not when it is made
 *
 * As in Linux a fresh object of a poisoned cache holds the same bytes as a freed one: one can't be told
 * from the other, and the report names both.
 */
#include <asm/stack.h>
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/poison.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <quarry/report.h>
#include "tests/plant.h"

struct parcel {
	struct parcel *next;
	unsigned long pad;
	struct parcel *to;
	unsigned long length;
	u32 count;
	u32 behind[5];
};

static struct kmem_cache *cache;

static int make_cache(struct kunit *test)
{
	cache = kmem_cache_create("parcel", sizeof(struct parcel), 0,
				  SLAB_POISON | SLAB_NO_USER_FLAGS, NULL);
	return cache ? 0 : -ENOMEM;
}

static void end_cache(struct kunit *test)
{
	kmem_cache_destroy(cache);
}

static __planted u64 follow(u64 pointer, unsigned long member)
{
	return *(volatile u64 *)(pointer + member);
}

static u64 member(const struct parcel *p, size_t at)
{
	return plant_read64((const char *)p + at);
}

static void an_uninitialised_pointer_is_recognised(struct kunit *test)
{
	struct parcel *p = kmem_cache_alloc(cache, GFP_KERNEL);
	u64 to;

	KUNIT_ASSERT_NOT_NULL(test, p);
	to = member(p, offsetof(struct parcel, to));
	KUNIT_EXPECT_FAULT(test, "POISON_FREE (0x6b): read from a freed object, or one never initialised",
			   follow(to, 0));
	KUNIT_EXPECT_FAULT(test, "from one that was never initialised",
			   follow(to, offsetof(struct parcel, length)));
	kmem_cache_free(cache, p);
}

/* The last word is another one, and says no more about which of the two it was. */
static void a_pointer_at_the_end_is_recognised(struct kunit *test)
{
	struct parcel *p = kmem_cache_alloc(cache, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, member(p, sizeof(*p) - 8), 0xa56b6b6b6b6b6b6bUL);
	KUNIT_EXPECT_FAULT(test, "read from the end of a freed object, or of one never initialised\n",
			   follow(member(p, sizeof(*p) - 8), 0));
	KUNIT_EXPECT_FAULT(test, "from one that was never initialised",
			   follow(member(p, sizeof(*p) - 8), offsetof(struct parcel, length)));
	kmem_cache_free(cache, p);
	KUNIT_EXPECT_FAULT(test, "Use after free: the pointer was loaded from an object after that was freed",
			   follow(member(p, sizeof(*p) - 8), 0));
}

static void set_pad(void *obj)
{
	((struct parcel *)obj)->pad = 1;
}

/* What a constructor leaves alone is as the slab came: there is but one way to that pattern. */
static void what_a_constructor_forgot_is_recognised(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("parcel-ctor", sizeof(struct parcel), 0,
						 SLAB_POISON | SLAB_NO_USER_FLAGS, set_pad);
	struct parcel *p = kmem_cache_alloc(s, GFP_KERNEL);
	u64 to;

	KUNIT_ASSERT_NOT_NULL(test, p);
	to = member(p, offsetof(struct parcel, to));
	KUNIT_EXPECT_FAULT(test, "POISON_INUSE (0x5a): read from an object never initialised",
			   follow(to, 0));
	KUNIT_EXPECT_FAULT(test, "memory that was allocated but not initialised",
			   follow(to, offsetof(struct parcel, length)));
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static void a_freed_pointer_is_recognised(struct kunit *test)
{
	struct parcel *p = kmem_cache_zalloc(cache, GFP_KERNEL);
	u64 to;

	KUNIT_ASSERT_NOT_NULL(test, p);
	kmem_cache_free(cache, p);
	to = member(p, offsetof(struct parcel, to));
	KUNIT_EXPECT_FAULT(test, "POISON_FREE (0x6b): read from a freed object", follow(to, 0));
	KUNIT_EXPECT_FAULT(test, "Use after free: the pointer was loaded from an object after that was freed",
			   follow(to, 0));
}

/* One that was cleared is neither. */
static void a_cleared_pointer_is_null(struct kunit *test)
{
	struct parcel *p = kmem_cache_zalloc(cache, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_FAULT(test, "BUG: kernel NULL pointer dereference",
			   follow(member(p, offsetof(struct parcel, to)), 0));
	kmem_cache_free(cache, p);
}

/* ---- what is not followed ---- */

static __planted void index_by(const char *base, u64 index)
{
	__asm__ __volatile__("movb (%0, %1), %%al" : : "r"(base), "c"(index) : "rax", "memory");
}

static __planted void trap_with(u64 cx, u64 dx)
{
	__asm__ __volatile__("ud2" : : "c"(cx), "d"(dx));
}

static void an_uninitialised_index_is_named(struct kunit *test)
{
	struct parcel *p = kmem_cache_alloc(cache, GFP_KERNEL);
	u64 length;

	KUNIT_ASSERT_NOT_NULL(test, p);
	length = member(p, offsetof(struct parcel, length));
	KUNIT_EXPECT_FAULT(test, "RCX is POISON_FREE (0x6b): read from a freed object, or one never initialised",
			   index_by((char *)p, length));
	kmem_cache_free(cache, p);
	length = member(p, offsetof(struct parcel, length));
	KUNIT_EXPECT_FAULT(test, "RCX is POISON_FREE (0x6b): read from a freed object",
			   index_by((char *)p, length));
}

static void counts_of_32_bits_are_named(struct kunit *test)
{
	struct parcel *p = kmem_cache_alloc(cache, GFP_KERNEL);
	u64 count;

	KUNIT_ASSERT_NOT_NULL(test, p);
	count = member(p, offsetof(struct parcel, count)) & 0xffffffff;
	KUNIT_EXPECT_FAULT(test, "RDX is POISON_FREE", trap_with(1, count));
	KUNIT_EXPECT_FAULT(test, "RDX is POISON_INUSE", trap_with(1, 0x5a5a5a5a));
	kmem_cache_free(cache, p);
	count = member(p, offsetof(struct parcel, count)) & 0xffffffff;
	KUNIT_EXPECT_FAULT(test, "RCX is POISON_FREE", trap_with(count, 1));
}

static const char *report_of(u64 cx)
{
	struct recovery here, *before = report_set_recovery(&here);
	const char *text;

	report_capture_start();
	if (!recovery_save(&here))
		trap_with(cx, cx);
	report_set_recovery(before);
	report_capture_stop(&text);
	return text;
}

/* Numbers that are common in registers, and one that only looks a little like poison. */
static void ordinary_numbers_are_not_named(struct kunit *test)
{
	static const u64 ordinary[] = { 0,    1,	      16,	  4095,
					-1UL, -ENOMEM, 0x5a5a5a5b, 0x5a5a5a5a00000000 };

	for (unsigned int i = 0; i < ARRAY_SIZE(ordinary); i++) {
		const char *text = report_of(ordinary[i]);

		KUNIT_EXPECT_NULL_MSG(test, strstr(text, "RCX is"), "%llx", ordinary[i]);
		KUNIT_EXPECT_NOT_NULL(test, strstr(text, "invalid opcode"));
	}
}

static struct kunit_case cases[] = { KUNIT_CASE(an_uninitialised_pointer_is_recognised),
				     KUNIT_CASE(a_pointer_at_the_end_is_recognised),
				     KUNIT_CASE(what_a_constructor_forgot_is_recognised),
				     KUNIT_CASE(a_freed_pointer_is_recognised),
				     KUNIT_CASE(a_cleared_pointer_is_null),
				     KUNIT_CASE(an_uninitialised_index_is_named),
				     KUNIT_CASE(counts_of_32_bits_are_named),
				     KUNIT_CASE(ordinary_numbers_are_not_named),
				     {} };
static struct kunit_suite suite = {
	.name = "poison_trap", .init = make_cache, .exit = end_cache, .test_cases = cases
};

kunit_test_suite(suite);
