// SPDX-License-Identifier: MIT
/*
 * Self-tests of mm/init_on.c and of kmalloc's copies: what is zeroed and what is not, that magazines
 * serve all the same, that a call's place decides where its objects stand; and that free objects are
 * marked with a key and handed out in no order.
 *
 * Mutations that made the suite fail when tried: tests/mutate/init_on.mut; and
 *   in mm/slab.c		shuffle() does nothing; bulk frees are not wiped; free_wiped() does not
 *				wipe; kmalloc_copy() always takes the first
 */
#include <kunit/test.h>
#include <linux/poison.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "mm/internal.h"
#include "mm/slab.h"
#include "tests/mm/slab_fixture.h"
#include "tests/plant.h"

struct rules {
	bool alloc, free;
};

static const struct rules rules[] = { { true, false }, { false, true }, { true, true } };

static void rules_desc(const struct rules *r, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s%s", r->alloc ? "alloc" : "",
		 r->free ? "free" : "");
}
KUNIT_ARRAY_PARAM(rule, rules, rules_desc);

static struct rules before;

static int init_on_init(struct kunit *test)
{
	before = (struct rules){ init_on_get_alloc(), init_on_get_free() };
	if (page_debug & (PAGE_DEBUG_POISON | PAGE_DEBUG_UNMAP))
		kunit_skip(test, "freed pages are poisoned, or out of reach");
	return 0;
}

static void init_on_exit(struct kunit *test)
{
	init_on_set(before.alloc, before.free);
}

static const struct rules *set_rules(struct kunit *test)
{
	const struct rules *r = test->param_value;

	init_on_set(r->alloc, r->free);
	return r;
}

static bool is_all(const void *p, u8 byte, size_t n)
{
	return !memchr_inv(p, byte, n);
}

/* ---- Pages ---- */

/* Of each order the same block again: it was dirty, and nobody asked for zeroes. */
static void pages(struct kunit *test)
{
	const struct rules *r = set_rules(test);

	for (unsigned int order = 0; order <= 4; order += 2) {
		size_t size = PAGE_SIZE << order;
		struct page *page = alloc_pages(GFP_KERNEL, order), *again;

		KUNIT_ASSERT_NOT_NULL(test, page);
		memset(page_address(page), 0x5a, size);
		__free_pages(page, order);
		if (r->free)
			KUNIT_EXPECT_EQ(test, plant_read8((u8 *)page_address(page) + size - 1), 0);
		again = alloc_pages(GFP_KERNEL, order);
		KUNIT_ASSERT_NOT_NULL(test, again);
		if (again == page)
			KUNIT_EXPECT_TRUE(test, is_all(page_address(page), 0, size));
		if (r->alloc)
			KUNIT_EXPECT_TRUE(test, is_all(page_address(again), 0, size));
		__free_pages(again, order);
	}
}

static void pages_in_bulk(struct kunit *test)
{
	struct page *p[4] = { NULL };

	for (int turn = 0; turn < 2; turn++) {
		KUNIT_ASSERT_EQ(test, alloc_pages_bulk_array(GFP_KERNEL, 4, p), 4);
		for (int i = 0; i < 4; i++) {
			if (turn)
				KUNIT_EXPECT_TRUE(test, is_all(page_address(p[i]), 0, PAGE_SIZE));
			memset(page_address(p[i]), 0x5a, PAGE_SIZE);
			__free_page(p[i]);
			p[i] = NULL;
		}
		set_rules(test);
		if (turn == 0 && !init_on_get_alloc())
			break; /* what was freed before the rule is as it was */
	}
}

/* Off again: a page comes as it is. */
static void off_is_off(struct kunit *test)
{
	struct page *page, *again;

	init_on_set(true, true);
	init_on_set(false, false);
	page = alloc_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	memset(page_address(page), 0x5a, PAGE_SIZE);
	__free_page(page);
	again = alloc_page(GFP_KERNEL); /* the per-CPU list is last in, first out */
	if (again == page)
		KUNIT_EXPECT_EQ(test, *((u8 *)page_address(page) + 100), 0x5a);
	__free_page(again);
	KUNIT_EXPECT_EQ(test, page_orders_plain, page_debug ? 0U : NR_PAGE_ORDERS);
	KUNIT_EXPECT_EQ(test, free_orders_plain, page_debug ? 0U : PCP_ORDERS);
}

/* ---- Objects ---- */

#define NR_OBJECTS 100

static void *objects[NR_OBJECTS];

static void ctor(void *obj)
{
	memset(obj, 0xc0, 64);
}

static struct kmem_cache *cache_with(struct kunit *test, unsigned int size, slab_flags_t flags,
				     void (*fn)(void *))
{
	struct kmem_cache *s =
		kmem_cache_create("init_on", size, 0, flags | SLAB_NO_USER_FLAGS, fn);

	KUNIT_ASSERT_NOT_NULL(test, s);
	return s;
}

/* What is free, in the slab or a magazine, without its word: all zero? */
static bool wiped(const struct kmem_cache *s, const u8 *p)
{
	for (u32 i = 0; i < s->object_size; i++) {
		if (i - s->offset >= 8 && plant_read8(p + i))
			return false;
	}
	return true;
}

/* The objects one by one or in bulk, dirty when they are freed, several times over. */
static void use_objects(struct kunit *test, struct kmem_cache *s, bool bulk)
{
	for (int turn = 0; turn < 3; turn++) {
		if (bulk)
			KUNIT_ASSERT_EQ(test,
					kmem_cache_alloc_bulk(s, GFP_KERNEL, NR_OBJECTS, objects),
					NR_OBJECTS);
		for (int i = 0; i < NR_OBJECTS; i++) {
			if (!bulk)
				objects[i] = kmem_cache_alloc(s, GFP_KERNEL);
			KUNIT_ASSERT_NOT_NULL(test, objects[i]);
			if (s->init_gfp || turn)
				KUNIT_EXPECT_TRUE(test, is_all(objects[i], 0, s->object_size));
			memset(objects[i], 0x5a, s->object_size);
		}
		KUNIT_EXPECT_TRUE(test, slab_valid(s));
		if (bulk)
			kmem_cache_free_bulk(s, NR_OBJECTS, objects);
		for (int i = 0; i < NR_OBJECTS; i++) {
			if (!bulk && i % 2)
				kfree(objects[i]);
			else if (!bulk)
				kmem_cache_free(s, objects[i]);
			if (s->init_free)
				KUNIT_EXPECT_TRUE(test, wiped(s, objects[i]));
		}
		KUNIT_EXPECT_TRUE(test, slab_valid(s));
	}
}

static void objects_of_a_cache(struct kunit *test)
{
	static const unsigned int sizes[] = { 8, 60, 64, 200, 1000 };
	const struct rules *r = set_rules(test);

	for (int i = 0; i < ARRAY_SIZE(sizes); i++) {
		/* A red zone makes the object's own size the limit, and takes the slow path. */
		for (int red = 0; red < 2; red++) {
			struct kmem_cache *s =
				cache_with(test, sizes[i], red ? SLAB_RED_ZONE : 0, NULL);

			KUNIT_EXPECT_EQ(test, s->init_gfp, r->alloc ? __GFP_ZERO : 0);
			KUNIT_EXPECT_EQ(test, s->init_free, r->free);
			if (r->alloc || red == 0)
				use_objects(test, s, false);
			if (r->alloc)
				use_objects(test, s, true);
			kmem_cache_destroy(s);
		}
	}
}

/* The magazines are in use as ever, and what is wrong is reported as ever. */
static void checks_are_kept(struct kunit *test)
{
	struct kmem_cache *s, *other;
	unsigned int magazines = 0;
	u8 *p, *q;

	set_rules(test);
	s = cache_with(test, 64, 0, NULL);
	other = cache_with(test, 64, 0, NULL);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	q = kmem_cache_alloc(other, GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, p && q);
	for (unsigned int cpu = 0; cpu < nr_slab_cpus(); cpu++)
		magazines += mag_real(slab_cpu(s, cpu)->top);
	KUNIT_EXPECT_GE(test, magazines, 1u);
	KUNIT_EXPECT_REPORT(test, "Invalid object pointer", kmem_cache_free(s, p + 8));
	kmem_cache_free(s, p);
	KUNIT_EXPECT_REPORT(test, "Object already free", kmem_cache_free(s, p));
	KUNIT_EXPECT_REPORT(test, "init_on", kmem_cache_free(s, q));
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	KUNIT_EXPECT_TRUE(test, slab_valid(other));
	kmem_cache_destroy(s);
	kmem_cache_destroy(other);
}

/* What a constructor wrote, what a reader looks at, a pattern: it stays. __GFP_ZERO zeroes. */
static void what_is_left_alone(struct kunit *test)
{
	struct kmem_cache *s;
	u8 *p;

	set_rules(test);
	s = cache_with(test, 64, 0, ctor);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_TRUE(test, is_all(p, 0xc0, 64));
	p[9] = 1;
	kmem_cache_free(s, p);
	KUNIT_EXPECT_EQ(test, plant_read8(p + 9), 1);
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	KUNIT_EXPECT_NO_REPORT(test, p = kmem_cache_alloc(s, GFP_KERNEL));
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
	s = cache_with(test, 64, SLAB_TYPESAFE_BY_RCU, NULL);
	p = kmem_cache_alloc(s, GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_TRUE(test, is_all(p, 0, 64));
	memset(p, 0x5a, 64);
	kmem_cache_free(s, p);
	KUNIT_EXPECT_EQ(test, plant_read8(p + 63), 0x5a); /* a reader may still look */
	kmem_cache_destroy(s);
	s = cache_with(test, 64, SLAB_POISON, NULL);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_TRUE(test, is_all(p, POISON_FREE, 63)); /* nobody asked for zeroes */
	kmem_cache_free(s, p);
	KUNIT_EXPECT_EQ(test, validate_slab_cache(s), 0);
	kmem_cache_destroy(s);
}

static void large_kmalloc(struct kunit *test)
{
	const struct rules *r = set_rules(test);
	u8 *p = kmalloc(3 * PAGE_SIZE, GFP_KERNEL), *last;

	KUNIT_ASSERT_NOT_NULL(test, p);
	if (r->alloc)
		KUNIT_EXPECT_TRUE(test, is_all(p, 0, 3 * PAGE_SIZE));
	memset(p, 0x5a, 3 * PAGE_SIZE);
	last = p + 3 * PAGE_SIZE - 1;
	kfree(p);
	if (r->free)
		KUNIT_EXPECT_EQ(test, plant_read8(last), 0);
}

static struct kunit_case init_on_cases[] = {
	KUNIT_CASE_PARAM(pages, rule_gen_params),
	KUNIT_CASE_PARAM(pages_in_bulk, rule_gen_params),
	KUNIT_CASE(off_is_off),
	KUNIT_CASE_PARAM(objects_of_a_cache, rule_gen_params),
	KUNIT_CASE_PARAM(checks_are_kept, rule_gen_params),
	KUNIT_CASE_PARAM(what_is_left_alone, rule_gen_params),
	KUNIT_CASE_PARAM(large_kmalloc, rule_gen_params),
	{},
};

static struct kunit_suite init_on_suite = {
	.name = "init_on",
	.suite_init = no_samples,
	.suite_exit = samples_again,
	.init = init_on_init,
	.exit = init_on_exit,
	.test_cases = init_on_cases,
};

/* ---- Copies of the kmalloc classes ---- */

#define SITES 32

typedef void *(*site_fn_t)(unsigned long place);

/* Each is a place in the code of its own. */
#define SITE(n)                                                                       \
	static noinline void *site_##n(unsigned long place)                           \
	{                                                                             \
		void *p = __kmalloc_cache(place, GFP_KERNEL, 64, ALLOC_TAG_HERE());   \
                                                                                      \
		OPTIMIZER_HIDE_VAR(p);                                                \
		if (p)                                                                \
			*(volatile u64 *)p = n;                                       \
		return p;                                                             \
	}
#define SITE4(n) SITE(n##0) SITE(n##1) SITE(n##2) SITE(n##3)
SITE4(1)
SITE4(2)
SITE4(3) SITE4(4) SITE4(5) SITE4(6) SITE4(7) SITE4(8)
#define NAMES4(n) site_##n##0, site_##n##1, site_##n##2, site_##n##3
	static const site_fn_t sites[SITES] = { NAMES4(1), NAMES4(2), NAMES4(3), NAMES4(4),
						NAMES4(5), NAMES4(6), NAMES4(7), NAMES4(8) };

static struct kmem_cache *class_copies[RANDOM_KMALLOC_CACHES];

/* A class as the boot line would make it: no objects of its own, and copies. */
static struct kmem_cache *make_class(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("copied", 64, 64, SLAB_NO_MAGAZINES, NULL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	for (int i = 0; i < RANDOM_KMALLOC_CACHES; i++) {
		class_copies[i] = kmem_cache_create("copy", 64, 64, 0, NULL);
		KUNIT_ASSERT_NOT_NULL(test, class_copies[i]);
	}
	s->copies = class_copies;
	return s;
}

static void end_class(struct kmem_cache *s)
{
	kmem_cache_destroy(s);
	for (int i = 0; i < RANDOM_KMALLOC_CACHES; i++)
		kmem_cache_destroy(class_copies[i]);
}

/* Where a call stands decides, always the same way; and calls are spread. */
static void a_site_has_its_copy(struct kunit *test)
{
	struct kmem_cache *s = make_class(test), *first[SITES];
	unsigned int used = 0, others = 0;

	for (int turn = 0; turn < 3; turn++) {
		for (int i = 0; i < SITES; i++) {
			void *p = sites[i](s->place);

			KUNIT_ASSERT_NOT_NULL(test, p);
			if (!turn)
				first[i] = slab_cache_of(p);
			KUNIT_EXPECT_PTR_EQ(test, slab_cache_of(p), first[i]);
			KUNIT_EXPECT_PTR_NE(test, slab_cache_of(p), s);
			kfree(p);
		}
	}
	for (int i = 0; i < RANDOM_KMALLOC_CACHES; i++) {
		bool any = false;

		for (int k = 0; k < SITES; k++)
			any |= first[k] == class_copies[i];
		used += any;
	}
	for (int i = 0; i < SITES; i++)
		others += first[i] != first[0];
	KUNIT_EXPECT_GE(test, used, 4u); /* by chance fewer: once in 10^15 */
	KUNIT_EXPECT_GT(test, others, 0u);
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	end_class(s);
}

/* Zeroes where they are asked for, and no object of the class itself. */
static void copies_serve_requests(struct kunit *test)
{
	struct kmem_cache *s = make_class(test);
	u8 *p[40];

	for (int turn = 0; turn < 2; turn++) {
		for (int i = 0; i < ARRAY_SIZE(p); i++) {
			p[i] = __kmalloc_cache_flags(s->place, GFP_KERNEL | __GFP_ZERO, 64, ALLOC_TAG_HERE());
			KUNIT_ASSERT_NOT_NULL(test, p[i]);
			KUNIT_EXPECT_TRUE(test, is_all(p[i], 0, 64));
			memset(p[i], 0x5a, 64);
		}
		KUNIT_EXPECT_EQ(test, s->partial.nr + s->full.nr + s->empty.nr, 0u);
		for (int i = 0; i < ARRAY_SIZE(p); i++)
			kfree(p[i]);
	}
	end_class(s);
}

/* With random_kmalloc_caches on the boot line kmalloc() itself does so; without it does not. */
static void as_the_boot_line_says(struct kunit *test)
{
	struct kmem_cache *s = kmalloc_caches[KMALLOC_NORMAL][6], *got;
	void *p = kmalloc(64, GFP_KERNEL), *dma = kmalloc(64, GFP_KERNEL | GFP_DMA);

	KUNIT_ASSERT_TRUE(test, p && dma);
	got = slab_cache_of(p);
	KUNIT_EXPECT_EQ(test, got == s, !s->copies);
	if (s->copies)
		KUNIT_EXPECT_EQ(test, strncmp(got->name, "kmalloc-rnd-", 12), 0);
	KUNIT_EXPECT_EQ(test, ksize(p), 64);
	KUNIT_EXPECT_PTR_EQ(test, slab_cache_of(dma), kmalloc_caches[KMALLOC_DMA][6]);
	p = krealloc(p, 200, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, ksize(p), 256);
	kfree(p);
	kfree(dma);
}

/* ---- What was hardened before ---- */

/* Consecutive objects of a fresh cache are not neighbours by rule, and not twice in one order. */
static void the_order_is_random(struct kunit *test)
{
	unsigned int steps = 0, same = 0;
	long first[32] = { 0 };

	for (int turn = 0; turn < 2; turn++) {
		struct kmem_cache *s = cache_with(test, 128, 0, NULL);
		u8 *base = NULL;

		for (int i = 0; i < 32; i++) {
			u8 *p = objects[i] = kmem_cache_alloc(s, GFP_KERNEL);

			KUNIT_ASSERT_NOT_NULL(test, p);
			if (!i)
				base = p;
			else
				steps += p == (u8 *)objects[i - 1] + 128 ||
					 p == (u8 *)objects[i - 1] - 128;
			same += turn && first[i] == p - base;
			first[i] = p - base;
		}
		for (int i = 0; i < 32; i++)
			kmem_cache_free(s, objects[i]);
		kmem_cache_destroy(s);
	}
	KUNIT_EXPECT_LT(test, steps, 30u); /* of 62; some 4 are to be expected */
	KUNIT_EXPECT_LT(test, same, 24u);  /* of 32; 2, the first itself counted */
}

/* A free object shows neither an address nor the cache's key, and two never the same word. */
static void a_free_object_says_nothing(struct kunit *test)
{
	struct kmem_cache *s = cache_with(test, 64, 0, NULL);
	u64 words[8];

	for (int i = 0; i < 8; i++)
		objects[i] = kmem_cache_alloc(s, GFP_KERNEL);
	for (int i = 0; i < 8; i++) {
		KUNIT_ASSERT_NOT_NULL(test, objects[i]);
		kmem_cache_free(s, objects[i]);
		words[i] = free_mark(s, free_word(s, objects[i]));
		KUNIT_EXPECT_TRUE(test, free_word_intact(s, objects[i]));
		KUNIT_EXPECT_FALSE(test, is_direct_map_addr((void *)words[i]));
		KUNIT_EXPECT_NE(test, words[i], s->key);
		for (int k = 0; k < i; k++)
			KUNIT_EXPECT_NE(test, words[i], words[k]);
	}
	kmem_cache_destroy(s);
}

static struct kunit_case hardening_cases[] = {
	KUNIT_CASE(a_site_has_its_copy),	KUNIT_CASE(copies_serve_requests),
	KUNIT_CASE(as_the_boot_line_says),	KUNIT_CASE(the_order_is_random),
	KUNIT_CASE(a_free_object_says_nothing), {},
};

static struct kunit_suite hardening_suite = {
	.name = "kmalloc_copies",
	.suite_init = no_samples,
	.suite_exit = samples_again,
	.test_cases = hardening_cases,
};

kunit_test_suites(&init_on_suite, &hardening_suite);
