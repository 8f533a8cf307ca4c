// SPDX-License-Identifier: MIT
/*
 * KFENCE: mm/kfence.c, mm/kfence_report.c. Which allocations are samples: kfence_lines_test.c.
 *
 * Mutations that made each suite fail when tried:
 *	kfence_bugs: retire() that leaves the page open: use_after_free; find_damage() that looks behind the
 *		object only: damage_is_found_when_freed; open_page() not called by kfence_handle_fault():
 *		no case ends; and those of tests/mutate/kfence.mut
 *	kfence_use: no fill_page(): the_page_is_a_pattern; take_first() from the other end: freed_first_used_last;
 *		and those of tests/mutate/kfence.mut
 */
#include <asm/clock.h>
#include <kunit/test.h>
#include <linux/alloc_tag.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/mm_usage.h>
#include <linux/rcupdate.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <quarry/report.h>
#include "mm/internal.h"
#include "mm/kfence.h"
#include "mm/slab.h"
#include "tests/mm/slab_fixture.h"
#include "tests/mm/smp_fixture.h"
#include "tests/plant.h"

static int need_pool(struct kunit *test)
{
	if (!kfence_pool_size)
		kunit_skip(test, "KFENCE is off");
	return 0;
}

/* A cache each of whose objects is a sample as long as the pool lasts. */
static struct kmem_cache *make_sampled(struct kunit *test, unsigned int size, slab_flags_t flags)
{
	struct kmem_cache *s = make(test, size, flags);

	slab_force_samples(s, true);
	return s;
}

static u8 *sample(struct kunit *test, struct kmem_cache *s)
{
	u8 *p = kmem_cache_alloc(s, GFP_KERNEL);

	KUNIT_ASSERT_TRUE(test, is_kfence_address(p));
	return p;
}

/* As kmalloc(size) from a class of our own. */
static u8 *sample_bytes(struct kunit *test, struct kmem_cache *s, size_t size, gfp_t gfp)
{
	u8 *p = __kmalloc_cache_flags(s->place, gfp, size, ALLOC_TAG_HERE());

	KUNIT_ASSERT_TRUE(test, is_kfence_address(p));
	return p;
}

static bool at_start(const u8 *p)
{
	return !((unsigned long)p % PAGE_SIZE);
}

/* At both ends: whatever the boot line says. */
static enum kfence_place boot_place;

static int by_chance(struct kunit_suite *suite)
{
	boot_place = kfence_set_place(KFENCE_BY_CHANCE);
	return plain_caches(suite);
}

static void as_booted_with_place(struct kunit_suite *suite)
{
	as_booted(suite);
	kfence_set_place(boot_place);
}

/* One that lies at its page's start, or at its end: by chance half of them do. */
static u8 *sample_at(struct kunit *test, struct kmem_cache *s, size_t size, bool start)
{
	u8 *p;

	for (int i = 0; i < 200; i++) {
		p = sample_bytes(test, s, size, GFP_KERNEL);
		if (at_start(p) == start)
			return p;
		kfree(p);
	}
	KUNIT_FAIL_AND_ABORT(test, "200 objects lie at the same end");
	return NULL;
}

/* ---- What is reported ---- */

static const char *text; /* of the last capture */

#define EXPECT_ONE(test, ...)                                          \
	do {                                                           \
		report_capture_start();                                \
		__VA_ARGS__;                                           \
		KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 1U); \
	} while (0)

static void expect_text(struct kunit *test, const char *want)
{
	if (!strstr(text, want))
		KUNIT_FAIL(test, "no \"%s\" in\n%s", want, text);
}

static __printf(2, 3) void expect_line(struct kunit *test, const char *fmt, ...)
{
	char want[128];
	va_list args;

	va_start(args, fmt);
	vscnprintf(want, sizeof(want), fmt, args);
	va_end(args);
	expect_text(test, want);
}

static unsigned int number_of(const void *p)
{
	return ((unsigned long)p - (unsigned long)__kfence_pool) / (2 * PAGE_SIZE) - 1;
}

/* The object as all reports show it. */
static void expect_object(struct kunit *test, const u8 *p, size_t size, const struct kmem_cache *s)
{
	expect_line(
		test,
		"kfence-#%u: 0x%px-0x%px, size=%zu, cache=%s\nallocated by task %u on cpu %u at ",
		number_of(p), p, p + size - 1, size, s->name, current->pid, smp_processor_id());
}

static void out_of_bounds_right(struct kunit *test)
{
	struct kmem_cache *s = make_sampled(test, 64, SLAB_KMALLOC);
	u8 *p = sample_at(test, s, 40, false);

	KUNIT_EXPECT_EQ(test, (unsigned long)(p + 40) % PAGE_SIZE, 0);
	EXPECT_ONE(test, plant_read8(p + 40));
	expect_text(test, "BUG: KFENCE: out-of-bounds read in ");
	expect_line(test, "Out-of-bounds read at 0x%px (40B right of kfence-#%u):", p + 40,
		    number_of(p));
	expect_object(test, p, 40, s);
	expect_text(test, "Advice: The access is 0 bytes behind the end");
	expect_text(test, "Report id: kfence-out-of-bounds\n");
	/* what was shut is open until the object is freed, and shut again then */
	KUNIT_EXPECT_NO_REPORT(test, plant_write8(p + 40, 1));
	KUNIT_EXPECT_NO_REPORT(test, kfree(p));
	KUNIT_EXPECT_REPORT(test, "invalid write", plant_write8(p + 40, 1));
	kmem_cache_destroy(s);
}

static void out_of_bounds_left(struct kunit *test)
{
	struct kmem_cache *s = make_sampled(test, 64, SLAB_KMALLOC);
	u8 *p = sample_at(test, s, 40, true);

	EXPECT_ONE(test, plant_write8(p - 3, 7));
	expect_text(test, "BUG: KFENCE: out-of-bounds write in ");
	expect_line(test, "Out-of-bounds write at 0x%px (3B left of kfence-#%u):", p - 3,
		    number_of(p));
	expect_object(test, p, 40, s);
	expect_text(test, "Advice: The access is 3 bytes before");
	kfree(p);
	kmem_cache_destroy(s);
}

static void use_after_free(struct kunit *test)
{
	struct kmem_cache *s = make_sampled(test, 64, 0);
	u8 *p = sample(test, s), *q = sample(test, s);

	kmem_cache_free(s, p);
	kmem_cache_free(s, q);
	EXPECT_ONE(test, plant_read8(p + 5));
	expect_text(test, "BUG: KFENCE: use-after-free read in ");
	expect_line(test, "Use-after-free read at 0x%px (in kfence-#%u):", p + 5, number_of(p));
	expect_object(test, p, 64, s);
	expect_line(test, "freed by task %u on cpu %u at ", current->pid, smp_processor_id());
	EXPECT_ONE(test, plant_write8(q, 5));
	expect_text(test, "BUG: KFENCE: use-after-free write in ");
	expect_text(test, "Report id: kfence-use-after-free\n");
	KUNIT_EXPECT_NO_REPORT(test, plant_read8(q + 63)); /* open since */
	kmem_cache_destroy(s);
}

/* With the stacks of those who did it, from the allocator's callers on. */
static noinline u8 *get_it(struct kunit *test, struct kmem_cache *s)
{
	u8 *p = sample_bytes(test, s, 64, GFP_KERNEL);

	barrier();
	return p;
}

static noinline void free_it(u8 *p)
{
	kfree(p);
	barrier();
}

static void users_are_named(struct kunit *test)
{
	struct kmem_cache *s = make_sampled(test, 64, SLAB_KMALLOC);
	u8 *p = get_it(test, s);
	const char *at;

	free_it(p);
	EXPECT_ONE(test, free_it(p));
	expect_text(test, "BUG: KFENCE: invalid free in free_it+");
	at = strstr(text, "allocated by");
	KUNIT_ASSERT_NOT_NULL(test, at);
	KUNIT_EXPECT_TRUE(test, strstr(at, " get_it") && strstr(at, " users_are_named"));
	KUNIT_EXPECT_NULL(test, strstr(at, "alloc_"));
	at = strstr(text, "freed by");
	KUNIT_ASSERT_NOT_NULL(test, at);
	KUNIT_EXPECT_PTR_EQ(test, strstr(at, " free_it+"), strchr(at, '\n') + 1);
	kmem_cache_destroy(s);
}

static void double_free(struct kunit *test)
{
	struct kmem_cache *s = make_sampled(test, 64, 0);
	u8 *p = sample(test, s);

	kmem_cache_free(s, p);
	EXPECT_ONE(test, kmem_cache_free(s, p));
	expect_text(test, "BUG: KFENCE: invalid free in ");
	expect_line(test, "Invalid free of 0x%px (in kfence-#%u):", p, number_of(p));
	expect_text(test, "Advice: The object was freed twice");
	expect_text(test, "Report id: kfence-invalid-free\n");
	KUNIT_EXPECT_EQ(test, atomic_read(&s->kfence_live), 0);
	KUNIT_EXPECT_TRUE(test, kfence_valid());
	kmem_cache_destroy(s);
}

static void invalid_free(struct kunit *test)
{
	struct kmem_cache *s = make_sampled(test, 64, SLAB_KMALLOC);
	u8 *p = sample_bytes(test, s, 64, GFP_KERNEL);

	EXPECT_ONE(test, kfree(p + 8));
	expect_line(test, "Invalid free of 0x%px (in kfence-#%u):", p + 8, number_of(p));
	expect_text(test, "Advice: No object starts there");
	EXPECT_ONE(test, kfree(__kfence_pool));
	expect_line(test, "Invalid free of 0x%px:", __kfence_pool);
	KUNIT_EXPECT_EQ(test, atomic_read(&s->kfence_live), 1);
	KUNIT_EXPECT_NO_REPORT(test, kfree(p));
	kmem_cache_destroy(s);
}

/* `at`, beside the object and in its page, is written; bytes behind it up to the object or page are shown. */
static void damage(struct kunit *test, struct kmem_cache *s, bool start, long at)
{
	u8 *p = sample_at(test, s, 40, start);
	u8 was = plant_read8(p + at);

	KUNIT_EXPECT_EQ(test, was, kfence_canary((unsigned long)p + at));
	KUNIT_EXPECT_NO_REPORT(test, plant_write8(p + at, was ^ 0x10));
	EXPECT_ONE(test, kfree(p));
	expect_text(test, "BUG: KFENCE: memory corruption in ");
	expect_line(test, "Corrupted memory at 0x%px [ 0x%02x", p + at, was ^ 0x10);
	expect_object(test, p, 40, s);
	expect_text(test, at < 0 ? "Bytes before" : "Bytes behind");
	expect_text(test, "Report id: kfence-corruption\n");
	KUNIT_EXPECT_EQ(test, atomic_read(&s->kfence_live), 0);
}

static void damage_is_found_when_freed(struct kunit *test)
{
	struct kmem_cache *s = make_sampled(test, 64, SLAB_KMALLOC);

	damage(test, s, true, 40);
	damage(test, s, true, 51);
	damage(test, s, true, PAGE_SIZE - 1);
	damage(test, s, false, -1);
	damage(test, s, false, -13);
	damage(test, s, false, 40L - (long)PAGE_SIZE);
	KUNIT_EXPECT_TRUE(test, kfence_valid());
	kmem_cache_destroy(s);
}

static void bytes_are_shown(struct kunit *test)
{
	struct kmem_cache *s = make_sampled(test, 64, SLAB_KMALLOC);
	u8 *p = sample_at(test, s, 40, false);

	/* two of the last four bytes before the object */
	plant_write8(p - 4, 0x11);
	plant_write8(p - 2, 0x22);
	EXPECT_ONE(test, kfree(p));
	expect_text(test, " [ 0x11 . 0x22 . ] (in kfence-#");
	kmem_cache_destroy(s);
}

/* A page of the pool that has no live object beside it. */
static void invalid_access(struct kunit *test)
{
	EXPECT_ONE(test, plant_read8(__kfence_pool + 10));
	expect_text(test, "BUG: KFENCE: invalid read in ");
	expect_line(test, "Invalid read at 0x%px:", __kfence_pool + 10);
	expect_text(test, "Report id: kfence-invalid\n");
	KUNIT_EXPECT_NULL(test, strstr(text, "allocated by"));
	KUNIT_EXPECT_NO_REPORT(test, plant_write8(__kfence_pool + 10, 1));
}

/* A page where no object was so far has none that could have been freed. The state is forged. */
static void never_used(struct kunit *test)
{
	struct kmem_cache *s = make_sampled(test, 64, 0);
	u8 *p = sample(test, s);

	kmem_cache_free(s, p);
	WRITE_ONCE(kfence_at((unsigned long)p)->state, KFENCE_UNUSED);
	EXPECT_ONE(test, plant_read8(p + 5));
	expect_line(test, "Invalid read at 0x%px:", p + 5);
	KUNIT_EXPECT_NULL(test, strstr(text, "freed by"));
	KUNIT_EXPECT_TRUE(test, kfence_valid());
	kmem_cache_destroy(s);
}

static void wrong_cache(struct kunit *test)
{
	struct kmem_cache *a = make_sampled(test, 64, 0), *b = make(test, 64, 0);
	u8 *p = sample(test, a);

	KUNIT_EXPECT_REPORT(test, "Wrong slab cache. test but object is from test",
			    kmem_cache_free(b, p));
	KUNIT_EXPECT_EQ(test, atomic_read(&a->kfence_live), 0);
	KUNIT_EXPECT_REPORT(test, "use-after-free", plant_read8(p));
	kmem_cache_destroy(a);
	kmem_cache_destroy(b);
}

/* Who asks by copy_nofault() whether memory can be read is told no, and nothing is reported. */
static void a_fixup_is_silent(struct kunit *test)
{
	struct kmem_cache *s = make_sampled(test, 64, 0);
	u8 *p = sample(test, s), to[8];

	KUNIT_EXPECT_EQ(test, copy_nofault(to, p, 8), 0UL);
	kmem_cache_free(s, p);
	KUNIT_EXPECT_NO_REPORT(test, KUNIT_EXPECT_EQ(test, copy_nofault(to, p, 8), 8UL));
	KUNIT_EXPECT_REPORT(test, "use-after-free", plant_read8(p)); /* it is still shut */
	kmem_cache_destroy(s);
}

static void copies_are_checked(struct kunit *test)
{
	struct kmem_cache *s = make_sampled(test, 64, SLAB_KMALLOC);
	struct kmem_cache *t = kmem_cache_create_usercopy("test", 64, 0, 0, 8, 16, NULL);
	u8 *p = sample_bytes(test, s, 40, GFP_KERNEL), *q;

	KUNIT_ASSERT_NOT_NULL(test, t);
	slab_force_samples(t, true);
	q = sample(test, t);
	s->usersize = 64;
	KUNIT_EXPECT_NO_REPORT(test, KUNIT_EXPECT_TRUE(test, __check_object_size(p, 40, true)));
	KUNIT_EXPECT_REPORT(
		test,
		"usercopy: Kernel memory exposure attempt detected from SLUB object 'test' (offset 1, size 40)!",
		KUNIT_EXPECT_FALSE(test, __check_object_size(p + 1, 40, true)));
	KUNIT_EXPECT_NO_REPORT(test,
			       KUNIT_EXPECT_TRUE(test, __check_object_size(q + 8, 16, false)));
	KUNIT_EXPECT_REPORT(test, "not for user space",
			    KUNIT_EXPECT_FALSE(test, __check_object_size(q + 7, 2, false)));
	KUNIT_EXPECT_REPORT(test, "not for user space",
			    KUNIT_EXPECT_FALSE(test, __check_object_size(q + 23, 2, false)));
	KUNIT_EXPECT_REPORT(test, "not for user space",
			    KUNIT_EXPECT_FALSE(test, __check_object_size(q + 60, 2, false)));
	kfree(p);
	kmem_cache_free(t, q);
	KUNIT_EXPECT_REPORT(test, "from KFENCE object",
			    KUNIT_EXPECT_FALSE(test, __check_object_size(p, 4, true)));
	kmem_cache_destroy(s);
	kmem_cache_destroy(t);
}

static void addresses_are_explained(struct kunit *test)
{
	struct kmem_cache *s = make_sampled(test, 64, SLAB_KMALLOC);
	u8 *p = sample_bytes(test, s, 40, GFP_KERNEL);
	char want[80], buf[160];

	scnprintf(want, sizeof(want), "5 bytes inside kfence-#%u (allocated), 0x%lx, 40 bytes",
		  number_of(p), (unsigned long)p);
	KUNIT_EXPECT_TRUE(test, kfence_explainer.explain((unsigned long)p + 5, buf, sizeof(buf)));
	KUNIT_EXPECT_STREQ(test, buf, want);
	kfree(p);
	scnprintf(want, sizeof(want), "2 bytes behind the 40 bytes of kfence-#%u (freed), 0x%lx",
		  number_of(p), (unsigned long)p);
	KUNIT_EXPECT_TRUE(test, kfence_explainer.explain((unsigned long)p + 42, buf, sizeof(buf)));
	KUNIT_EXPECT_STREQ(test, buf, want);
	KUNIT_EXPECT_TRUE(test,
			  kfence_explainer.explain((unsigned long)__kfence_pool, buf, sizeof(buf)));
	KUNIT_EXPECT_STREQ(test, buf, "in KFENCE's pool, where no object is");
	KUNIT_EXPECT_FALSE(
		test, kfence_explainer.explain((unsigned long)__kfence_pool - 1, buf, sizeof(buf)));
	kmem_cache_destroy(s);
}

static struct kunit_case bug_cases[] = {
	KUNIT_CASE(out_of_bounds_right),
	KUNIT_CASE(out_of_bounds_left),
	KUNIT_CASE(use_after_free),
	KUNIT_CASE(users_are_named),
	KUNIT_CASE(double_free),
	KUNIT_CASE(invalid_free),
	KUNIT_CASE(damage_is_found_when_freed),
	KUNIT_CASE(bytes_are_shown),
	KUNIT_CASE(invalid_access),
	KUNIT_CASE(never_used),
	KUNIT_CASE(wrong_cache),
	KUNIT_CASE(a_fixup_is_silent),
	KUNIT_CASE(copies_are_checked),
	KUNIT_CASE(addresses_are_explained),
	{},
};

static struct kunit_suite kfence_bugs = {
	.name = "kfence_bugs",
	.suite_init = by_chance,
	.suite_exit = as_booted_with_place,
	.init = need_pool,
	.test_cases = bug_cases,
};
kunit_test_suite(kfence_bugs);

/* ---- Right use is silent ---- */

static void whole_objects(struct kunit *test)
{
	static const unsigned int sizes[] = { 1, 7, 8, 40, 96, 1000, 4095, 4096 };

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct kmem_cache *s = kmem_cache_create("test", sizes[i], 32, 0, NULL);

		KUNIT_ASSERT_NOT_NULL(test, s);
		slab_force_samples(s, true);
		for (int k = 0; k < 10; k++) {
			u8 *p = sample(test, s);

			KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)p, 32));
			KUNIT_EXPECT_EQ(test, ksize(p), sizes[i]);
			KUNIT_EXPECT_NO_REPORT(test, memset(p, k, sizes[i]));
			KUNIT_EXPECT_TRUE(test, kfence_valid());
			KUNIT_EXPECT_NO_REPORT(test, kmem_cache_free(s, p));
		}
		kmem_cache_destroy(s);
	}
}

/* Instructions, where the clock counts them. */
static void tell_cost(struct kunit *test, struct kmem_cache *s)
{
	u64 alloc = ~0ULL, end = ~0ULL;

	for (int i = 0; i < 20; i++) {
		u64 t0 = get_cycles(), t1;
		void *p = kmem_cache_alloc(s, GFP_KERNEL);

		t1 = get_cycles();
		kmem_cache_free(s, p);
		alloc = min(alloc, t1 - t0);
		end = min_t(u64, end, get_cycles() - t1);
	}
	kunit_info(test, "a sample: %llu ticks to allocate, %llu to free", alloc, end);
}

static void the_page_is_a_pattern(struct kunit *test)
{
	struct kmem_cache *s = make_sampled(test, 64, 0);
	u8 *p = sample(test, s), *page = (u8 *)((unsigned long)p & PAGE_MASK);
	unsigned int other = 0;

	for (unsigned int i = 0; i < PAGE_SIZE; i++) {
		if (page + i >= p && page + i < p + 64 && s->init_gfp)
			continue; /* init_on_alloc */
		other += plant_read8(page + i) != kfence_canary((unsigned long)page + i);
	}
	KUNIT_EXPECT_EQ(test, other, 0);
	kmem_cache_free(s, p);
	tell_cost(test, s);
	kmem_cache_destroy(s);
}

static void zero_if_asked(struct kunit *test)
{
	struct kmem_cache *s = make_sampled(test, 64, SLAB_KMALLOC);
	u8 *p = sample_bytes(test, s, 50, GFP_KERNEL | __GFP_ZERO);

	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 50));
	KUNIT_EXPECT_NO_REPORT(test, kfree(p)); /* and no byte more */
	kmem_cache_destroy(s);
}

/* As long as it fits the bytes that were asked for, it stays; what grows again is zero. */
static void reallocation(struct kunit *test)
{
	struct kmem_cache *s = make_sampled(test, 64, SLAB_KMALLOC);
	u8 *p = sample_bytes(test, s, 50, GFP_KERNEL | __GFP_ZERO), *q;

	memset(p, 3, 50);
	q = krealloc(p, 20, GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_PTR_EQ(test, q, p);
	q = krealloc(p, 40, GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_PTR_EQ(test, q, p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 3, 20));
	KUNIT_EXPECT_NULL(test, memchr_inv(p + 20, 0, 30));
	q = krealloc(p, 51, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, q);
	KUNIT_EXPECT_PTR_NE(test, q, p);
	KUNIT_EXPECT_NULL(test, memchr_inv(q, 3, 20));
	KUNIT_EXPECT_EQ(test, atomic_read(&s->kfence_live), 0);
	kfree(q);
	p = sample_bytes(test, s, 50, GFP_KERNEL);
	KUNIT_EXPECT_NO_REPORT(test, kfree_sensitive(p));
	KUNIT_EXPECT_REPORT(test, "invalid free", kfree_sensitive(p));
	kmem_cache_destroy(s);
}

static void construct(void *p)
{
	memset(p, 0x42, 64);
}

static void constructors_run(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("test", 64, 0, 0, construct);
	u8 *p;

	KUNIT_ASSERT_NOT_NULL(test, s);
	slab_force_samples(s, true);
	p = sample(test, s);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0x42, 64));
	kmem_cache_free(s, p);
	KUNIT_EXPECT_REPORT(test, "WARNING: __GFP_ZERO for an object of test, which has a constructor",
			    p = kmem_cache_zalloc(s, GFP_KERNEL));
	KUNIT_ASSERT_TRUE(test, is_kfence_address(p));
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 64));
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static void readers_may_look(struct kunit *test)
{
	struct kmem_cache *s = make_sampled(test, 64, SLAB_TYPESAFE_BY_RCU);
	u8 *p = sample(test, s);

	memset(p, 0x17, 64);
	rcu_read_lock();
	kmem_cache_free(s, p);
	KUNIT_EXPECT_NO_REPORT(test, KUNIT_EXPECT_NULL(test, memchr_inv(p, 0x17, 64)));
	KUNIT_EXPECT_REPORT(test, "Advice: The object was freed twice", kmem_cache_free(s, p));
	KUNIT_EXPECT_TRUE(test, kfence_valid());
	rcu_read_unlock();
	rcu_barrier();
	KUNIT_EXPECT_REPORT(test, "use-after-free", plant_read8(p));
	p = sample(test, s);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s); /* waits */
	EXPECT_ONE(test, plant_read8(p));
	expect_text(test, "cache=<destroyed>");
}

static void destroyed_with_objects(struct kunit *test)
{
	struct kmem_cache *s = make_sampled(test, 64, 0);
	u8 *p = sample(test, s);

	EXPECT_ONE(test, kmem_cache_destroy(s));
	expect_text(test, "Objects remaining in test on __kmem_cache_shutdown()");
	expect_line(test, "Object 0x%px\nallocated by task ", p);
	expect_text(test, "1 object remains\n");
	kmem_cache_free(s, p);
	KUNIT_EXPECT_NO_REPORT(test, kmem_cache_destroy(s));
}

/* The one that was freed longest ago is used first, so that a use after free is seen for long. */
static void freed_first_used_last(struct kunit *test)
{
	struct kmem_cache *s = make_sampled(test, 64, 0);
	u8 *p = sample(test, s), *q;
	unsigned int n = 0;

	kmem_cache_free(s, p);
	do {
		q = sample(test, s);
		kmem_cache_free(s, q);
	} while (++n < 2 * kfence_nr_objects && number_of(q) != number_of(p));
	KUNIT_EXPECT_GE(test, n, kfence_nr_objects / 2); /* others may hold some */
	KUNIT_EXPECT_LE(test, n, kfence_nr_objects);
	kmem_cache_destroy(s);
}

/* What can't be had from the pool comes from the cache. */
static void the_pool_is_not_all(struct kunit *test)
{
	struct kmem_cache *s = make_sampled(test, 64, 0);
	unsigned int n = kfence_nr_objects + 10, samples = 0;
	void **p = kunit_kmalloc(test, n * sizeof(*p), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	for (unsigned int i = 0; i < n; i++) {
		p[i] = kmem_cache_alloc(s, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p[i]);
		samples += is_kfence_address(p[i]);
	}
	KUNIT_EXPECT_LE(test, samples, kfence_nr_objects);
	KUNIT_EXPECT_GE(test, samples, kfence_nr_objects / 2);
	KUNIT_EXPECT_EQ(test, atomic_read(&s->kfence_live), samples);
	KUNIT_EXPECT_TRUE(test, kfence_valid());
	kmem_cache_free_bulk(s, n, p);
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	kmem_cache_destroy(s);
}

/* As many as the pool has left; p[n - 1] is the last. Returns n. */
static unsigned int drain_pool(struct kmem_cache *s, void **p, unsigned int n, unsigned int max)
{
	while (n < max) {
		p[n] = kmem_cache_alloc(s, GFP_KERNEL);
		if (!p[n])
			break;
		if (!is_kfence_address(p[n++]))
			break;
	}
	return n;
}

/*
 * A report leaves the page open that was shut, here beside the only object that is free. The next that
 * is allocated there has it shut again.
 */
static void a_new_object_is_fenced(struct kunit *test)
{
	struct kmem_cache *s = make_sampled(test, 64, 0);
	unsigned int max = kfence_nr_objects + 10, n;
	void **p = kunit_kmalloc(test, max * sizeof(*p), GFP_KERNEL);
	unsigned long page;

	KUNIT_ASSERT_NOT_NULL(test, p);
	kfence_pause();
	n = drain_pool(s, p, 0, max);
	KUNIT_EXPECT_GE(test, n, 2);
	page = (unsigned long)p[0] & PAGE_MASK;
	kmem_cache_free(s, p[0]);
	KUNIT_EXPECT_REPORT(test, "KFENCE", plant_read8((u8 *)page + PAGE_SIZE));
	p[0] = p[--n];
	n = drain_pool(s, p, n, max);
	kfence_resume();
	KUNIT_EXPECT_REPORT(test, "KFENCE", plant_read8((u8 *)page + PAGE_SIZE));
	kmem_cache_free_bulk(s, n, p);
	kmem_cache_destroy(s);
}

/* The next i from *i on whose object's right neighbour in the pool is in p[], too; *i goes on. False: none. */
static bool next_pair(void **p, unsigned int n, unsigned int *i, u8 **between)
{
	for (; *i < n; ++*i) {
		u8 *page = (u8 *)((unsigned long)p[*i] & PAGE_MASK);

		for (unsigned int j = 0; j < n; j++) {
			if (((unsigned long)p[j] & PAGE_MASK) == (unsigned long)page + 2 * PAGE_SIZE) {
				*between = page + PAGE_SIZE;
				++*i;
				return true;
			}
		}
	}
	return false;
}

/* The first byte of a page between two objects is nearer to the left one, the last to the right one. */
static void the_nearer_one_is_named(struct kunit *test)
{
	struct kmem_cache *s = make_sampled(test, 64, 0);
	unsigned int max = kfence_nr_objects + 10, n, i = 0;
	void **p = kunit_kmalloc(test, max * sizeof(*p), GFP_KERNEL);
	u8 *page;

	KUNIT_ASSERT_NOT_NULL(test, p);
	n = drain_pool(s, p, 0, max);
	KUNIT_ASSERT_TRUE(test, next_pair(p, n, &i, &page));
	EXPECT_ONE(test, plant_read8(page));
	expect_line(test, " right of kfence-#%u):", number_of(page - PAGE_SIZE));
	KUNIT_ASSERT_TRUE(test, next_pair(p, n, &i, &page));
	EXPECT_ONE(test, plant_read8(page + PAGE_SIZE - 1));
	expect_line(test, " left of kfence-#%u):", number_of(page + PAGE_SIZE));
	kmem_cache_free_bulk(s, n, p);
	kmem_cache_destroy(s);
}

static void who_is_not_sampled(struct kunit *test)
{
	static const slab_flags_t flags[] = { SLAB_SKIP_KFENCE, SLAB_CACHE_DMA, SLAB_CACHE_DMA32,
					      SLAB_RED_ZONE, SLAB_NO_USER_FLAGS };
	struct kmem_cache *s;
	void *p;

	for (unsigned int i = 0; i <= ARRAY_SIZE(flags); i++) {
		s = i < ARRAY_SIZE(flags) ? make_sampled(test, 64, flags[i])
					  : make_sampled(test, PAGE_SIZE + 8, 0);
		p = kmem_cache_alloc(s, GFP_KERNEL);
		KUNIT_EXPECT_NOT_NULL(test, p);
		KUNIT_EXPECT_FALSE(test, is_kfence_address(p));
		kmem_cache_free(s, p);
		kmem_cache_destroy(s);
	}
}

/* Pages of samples are 8 KiB apart: a wider alignment would lead out of them. */
static void wide_alignment_is_kept(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("test", 64, 4 * PAGE_SIZE, 0, NULL);
	void *p[8];

	KUNIT_ASSERT_NOT_NULL(test, s);
	slab_force_samples(s, true);
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++) {
		p[i] = kmem_cache_alloc(s, GFP_KERNEL);
		KUNIT_EXPECT_NOT_NULL(test, p[i]);
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)p[i], 4 * PAGE_SIZE));
	}
	KUNIT_EXPECT_TRUE(test, kfence_valid());
	kmem_cache_free_bulk(s, ARRAY_SIZE(p), p);
	kmem_cache_destroy(s);
}

static struct slab_usage usage_of(const struct kmem_cache *s)
{
	struct slab_usage u = { .id = s->id - 1 };

	slab_usage_next(u.id, &u);
	return u;
}

/* They are their cache's objects, and whose they are is known. */
/* What is summed up for one place. */
static struct {
	unsigned int id;
	u64 bytes, calls;
} summed;

static void sum_up(unsigned int id, u64 bytes, u64 calls)
{
	summed.bytes += id == summed.id ? bytes : 0;
	summed.calls += id == summed.id ? calls : 0;
}

static void samples_are_counted(struct kunit *test)
{
	struct kmem_cache *s = make_sampled(test, 64, 0);
	void *p[3];
	const struct alloc_tag *tag;

	KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, 3, p), 3);
	for (int i = 0; i < 3; i++)
		KUNIT_EXPECT_TRUE(test, is_kfence_address(p[i]));
	KUNIT_EXPECT_EQ(test, usage_of(s).objects, 3UL);
	KUNIT_EXPECT_EQ(test, usage_of(s).pages, 0UL);
	tag = alloc_tag_of(p[1] + 5);
	if (mem_alloc_profiling_enabled()) {
		KUNIT_ASSERT_NOT_NULL(test, tag);
		KUNIT_EXPECT_STREQ(test, tag->func, "samples_are_counted");
		memset(&summed, 0, sizeof(summed));
		summed.id = kfence_tag_of(p[1]);
		kfence_tags_walk(sum_up);
		KUNIT_EXPECT_EQ(test, summed.calls, 3ULL);
		KUNIT_EXPECT_EQ(test, summed.bytes, 3ULL * s->size);
	}
	kmem_cache_free_bulk(s, 3, p);
	KUNIT_EXPECT_EQ(test, usage_of(s).objects, 0UL);
	kmem_cache_destroy(s);
}

/* Each CPU's objects are freed by any; what was shut on one is shut on all. */
static void exchange(struct smp_cpu *c)
{
	struct kmem_cache *s = c->shared;

	do {
		u64 *p = kmem_cache_alloc(s, GFP_KERNEL);

		if (!p)
			smp_wrong(c, "no memory", 0);
		else
			*p = ~(unsigned long)p;
		p = smp_swap(c, p);
		if (p && *p != ~(unsigned long)p)
			smp_wrong(c, "an object was written to", (unsigned long)p);
		if (p)
			kmem_cache_free(s, p);
	} while (smp_more(c));
}

static void drop(struct smp_cpu *c, void *p)
{
	kmem_cache_free(c->shared, p);
}

static void on_all_cpus(struct kunit *test)
{
	struct kmem_cache *s = make_sampled(test, 64, 0);

	smp_run(test, exchange, s, drop);
	KUNIT_EXPECT_TRUE(test, kfence_valid());
	KUNIT_EXPECT_EQ(test, atomic_read(&s->kfence_live), 0);
	kmem_cache_destroy(s);
}

static struct kunit_case use_cases[] = {
	KUNIT_CASE(whole_objects),
	KUNIT_CASE(the_page_is_a_pattern),
	KUNIT_CASE(zero_if_asked),
	KUNIT_CASE(reallocation),
	KUNIT_CASE(constructors_run),
	KUNIT_CASE(readers_may_look),
	KUNIT_CASE(destroyed_with_objects),
	KUNIT_CASE(freed_first_used_last),
	KUNIT_CASE(the_pool_is_not_all),
	KUNIT_CASE(a_new_object_is_fenced),
	KUNIT_CASE(the_nearer_one_is_named),
	KUNIT_CASE(who_is_not_sampled),
	KUNIT_CASE(wide_alignment_is_kept),
	KUNIT_CASE(samples_are_counted),
	KUNIT_CASE(on_all_cpus),
	{},
};

static struct kunit_suite kfence_use = {
	.name = "kfence_use",
	.suite_init = plain_caches,
	.suite_exit = as_booted,
	.init = need_pool,
	.test_cases = use_cases,
};
kunit_test_suite(kfence_use);
