// SPDX-License-Identifier: MIT
/*
 * The slab allocator where it is used wrongly, in the middle of its own work, or at the end of
 * memory: mm/slab.c, mm/slab_cache.c, mm/slab_debug.c.
 *
 * Mutations that made the cases fail when tried:
 *	slab_misuse: slab_cache_of() without is_direct_map_addr(): forged_struct_page; unmark_pages()
 *		without `slab->place = 0`: pages_forget_their_cache; push_many() with `slab = 0`: bulk_free_of_wrong_pointers; kmem_cache_destroy()
 *		without the look at cache_table[]: destroyed_twice; reclaim_for() without
 *		reclaim_caches(): nofail_takes_what_caches_hold; slab_alloc() that reads `top`
 *		instead of exchanging it: use_inside_a_refill; alloc_damaged() that zeroes nothing:
 *		written_while_free_then_zeroed; depot_put_empty() without its bound:
 *		empty_magazines_are_bounded
 *	slab_users: is_own() always false, set_track() that skips 3 frames: each_user_is_named
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <quarry/report.h>
#include "mm/internal.h"
#include "mm/slab.h"
#include "tests/mm/slab_fixture.h"
#include "tests/plant.h"

/* What a cache without the boot line's debug flags is. */
static struct kmem_cache *make_plain(struct kunit *test, unsigned int size, void (*ctor)(void *))
{
	struct kmem_cache *s = kmem_cache_create("test", size, 0, SLAB_NO_USER_FLAGS, ctor);

	KUNIT_ASSERT_NOT_NULL(test, s);
	return s;
}

/* 128 divides a page, so that the end of the first one looks like a slab's last object. */
static void bulk_free_of_wrong_pointers(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 128, NULL), *other = make_plain(test, 128, NULL);
	void *null = NULL, *small = (void *)8, *page = (void *)4096;
	void *last = (void *)(slab_bytes(s) - 128), *foreign = kmem_cache_alloc(other, GFP_KERNEL);

	kmem_cache_free(s, kmem_cache_alloc(s, GFP_KERNEL));
	KUNIT_EXPECT_REPORT(test, "foreign pointer", kmem_cache_free_bulk(s, 1, &last));
	KUNIT_EXPECT_REPORT(test, "Wrong slab cache", kmem_cache_free_bulk(s, 1, &foreign));
	KUNIT_EXPECT_TRUE(test, slab_valid(other));
	kmem_cache_destroy(other); /* nothing of it is elsewhere */
	KUNIT_EXPECT_NO_REPORT(test, kmem_cache_free_bulk(s, 1, &null));
	KUNIT_EXPECT_REPORT(test, "foreign pointer", kmem_cache_free_bulk(s, 1, &small));
	KUNIT_EXPECT_REPORT(test, "foreign pointer", kmem_cache_free_bulk(s, 1, &page));
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	kmem_cache_destroy(s);
}

/*
 * A pointer to no memory, for which a struct page is looked for where other things are; there lies
 * what looks like a slab's. NULL: no address leads there.
 */
static void *pointer_with_page(const struct page *page)
{
	const unsigned long zero = (unsigned long)vmemmap_page(0);
	unsigned long vpn = ((unsigned long)page - zero) / sizeof(*page);

	if (vpn >= 1UL << (64 - PAGE_SHIFT) || vmemmap_page(vpn) != page)
		return NULL;
	return hidden((void *)(vpn << PAGE_SHIFT | 1));
}

static void forged_struct_page(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 128, NULL);
	struct page *page = kunit_kzalloc(test, sizeof(*page), GFP_KERNEL);
	void *wild;

	KUNIT_ASSERT_NOT_NULL(test, page);
	wild = pointer_with_page(page);
	if (wild) {
		page->type = PAGE_SLAB;
		page->place = s->place;
		KUNIT_EXPECT_REPORT(test, "foreign pointer", kfree(wild));
		KUNIT_EXPECT_REPORT(test, "foreign pointer", kmem_cache_free(s, wild));
		KUNIT_EXPECT_REPORT(test, "foreign pointer", kmem_cache_free_bulk(s, 1, &wild));
		KUNIT_EXPECT_PTR_EQ(test, slab_cache_of(wild), NULL);
		page->place = 0xffff; /* the last one, and not at the start of a line */
		KUNIT_EXPECT_REPORT(test, "foreign pointer", kfree(wild));
	}
	kmem_cache_destroy(s);
	if (!wild)
		kunit_skip(test, "no address leads to such a struct page");
}

/* What a slab left in its struct pages would make its next owner's memory look like objects. */
static void pages_forget_their_cache(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 2048, NULL);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);
	struct page *slab = slab_page(s, p);
	unsigned int pages = 1u << s->order;

	for (unsigned int i = 0; i < pages; i++)
		KUNIT_EXPECT_EQ(test, slab[i].place, s->place);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
	for (unsigned int i = 0; i < pages; i++)
		KUNIT_EXPECT_EQ(test, slab[i].place, 0);
}

static void destroyed_twice(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 64, NULL);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);

	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
	KUNIT_EXPECT_REPORT(test, "foreign pointer", kfree(hidden(p)));
	/* A struct that was wiped (init_on_free=1) is told by nothing from what owns free pages. */
	KUNIT_EXPECT_REPORT(test, cache_place(s) ? "kmem_cache_free of 0x" : "foreign pointer",
			    kmem_cache_free(s, hidden(p)));
	KUNIT_EXPECT_REPORT(test, "which is no cache", kmem_cache_destroy(s));
	KUNIT_EXPECT_TRUE(test, slab_valid_all());
}

/* With each: a magazine, none, samples. */
static void destroyed_and_used(struct kunit *test)
{
	struct kmem_cache *gone = make_plain(test, 64, NULL), *other = make_plain(test, 64, NULL);
	void *p = kmem_cache_alloc(other, GFP_KERNEL), *q = gone;
	bool wiped; /* init_on_free=1 */

	KUNIT_ASSERT_NOT_NULL(test, p);
	kmem_cache_free(gone, kmem_cache_alloc(gone, GFP_KERNEL));
	kmem_cache_destroy(gone);
	gone = hidden(gone);
	wiped = !cache_place(gone);
	KUNIT_EXPECT_REPORT(test, wiped ? "kmem_cache_alloc of something" : "kmem_cache_alloc of 0x",
			    q = kmem_cache_alloc(gone, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, q);
	KUNIT_EXPECT_REPORT(test, wiped ? "which is no cache" : "It was cache test, destroyed in destroyed_and_used",
			    q = kmem_cache_zalloc(gone, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, q);
	KUNIT_EXPECT_REPORT(test, "It was cache test, destroyed in destroyed_and_used",
			    kmem_cache_shrink(gone));
	KUNIT_EXPECT_REPORT(test, "kmem_cache_free of 0x", kmem_cache_free(gone, p));
	KUNIT_EXPECT_REPORT(test, "", kmem_cache_free(other, hidden(p))); /* it went back */
	kmem_cache_destroy(other);
	KUNIT_EXPECT_TRUE(test, slab_valid_all());
}

/* A pointer to a cache that is gone leads to closed lines, however many are made behind it. */
static void numbers_go_round(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 64, NULL);
	u32 id = s->id;

	kmem_cache_destroy(s);
	for (int i = 0; i < 100; i++) {
		s = kmem_cache_create(i < 99 ? "older" : "younger", 64, 0, 0, NULL);
		KUNIT_ASSERT_NOT_NULL(test, s);
		KUNIT_EXPECT_NE(test, s->id, id);
		kmem_cache_destroy(s);
	}
	/* All were at the same place, as a rule. */
	KUNIT_EXPECT_REPORT(test, "It was cache younger, ", kmem_cache_shrink(hidden(s)));
}

/*
 * Every page that a request with __GFP_NOFAIL could have, in a chain; without __GFP_RECLAIM, what caches
 * hold stays theirs.
 */
static struct page *take_all_pages(void)
{
	const gfp_t gfp = __GFP_HIGH | __GFP_NOMEMALLOC | __GFP_NOWARN; /* half of the reserve */
	struct page *list = NULL, *page;

	while ((page = alloc_page(gfp))) {
		page->private = (unsigned long)list;
		list = page;
	}
	return list;
}

static void give_pages(struct page *list)
{
	while (list) {
		struct page *page = list;

		list = (struct page *)page->private;
		__free_page(page);
	}
}

static void nofail_takes_what_caches_hold(struct kunit *test)
{
	enum { N = 40 };
	struct kmem_cache *rich = make_plain(test, 4096, NULL), *poor;
	unsigned long before;
	struct page *list, *page;
	void *p[N], *q;

	/* No magazine is to be had either: the attempt to get one would drain the caches. */
	poor = kmem_cache_create("poor", 64, 0, SLAB_NO_USER_FLAGS | SLAB_NO_MAGAZINES, NULL);
	KUNIT_ASSERT_NOT_NULL(test, poor);
	mm_quiesce();
	before = nr_free_pages();
	KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(rich, GFP_KERNEL, N, p), N);
	kmem_cache_free_bulk(rich, N, p);
	list = take_all_pages();
	q = kmem_cache_alloc(poor, GFP_KERNEL | __GFP_NOFAIL);
	page = alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_MEMALLOC, 3);
	give_pages(list);
	KUNIT_EXPECT_NOT_NULL(test, page); /* what the slabs gave back merged */
	if (page)
		__free_pages(page, 3);
	KUNIT_EXPECT_NOT_NULL(test, q);
	kmem_cache_free(poor, q);
	KUNIT_EXPECT_TRUE(test, slab_valid_all());
	kmem_cache_destroy(rich);
	kmem_cache_destroy(poor);
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before);
}

/* ---- What an interrupt may do: a constructor runs in the middle of a refill too ---- */

static struct kmem_cache *nested_cache;
static unsigned int nested_calls;

static void nested_ctor(void *obj)
{
	static bool inside;
	void *p[3] = {};

	*(void **)obj = obj;
	if (inside)
		return;
	inside = true;
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = kmem_cache_alloc(nested_cache, GFP_ATOMIC);
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
		kmem_cache_free(nested_cache, p[i]);
	nested_calls++;
	inside = false;
}

static void use_inside_a_refill(struct kunit *test)
{
	enum { N = 1000 };
	void **p = kunit_kcalloc(test, N, sizeof(*p), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	nested_calls = 0;
	nested_cache = make_plain(test, 56, nested_ctor);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < N; i++) {
			p[i] = kmem_cache_alloc(nested_cache, GFP_KERNEL);
			KUNIT_ASSERT_PTR_EQ(test, *(void **)p[i], p[i]);
			((u64 *)p[i])[1] = i;
		}
		for (int i = 0; i < N; i++) {
			KUNIT_EXPECT_EQ(test, ((u64 *)p[i])[1], i);
			kmem_cache_free(nested_cache, p[i]);
		}
		KUNIT_EXPECT_TRUE(test, slab_valid(nested_cache));
	}
	KUNIT_EXPECT_GT(test, nested_calls, N / 2);
	KUNIT_EXPECT_NO_REPORT(test, kmem_cache_destroy(nested_cache));
}

/* An object that was written to while it was free is reported, and zeroed as if nothing had been. */
static void written_while_free_then_zeroed(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 64, NULL);
	u8 *p = kmem_cache_alloc(s, GFP_KERNEL), *q = NULL;

	KUNIT_ASSERT_NOT_NULL(test, p);
	memset(p, 0xa5, 64);
	kmem_cache_free(s, p);
	p = hidden(p);
	plant_write64(free_word(s, p), 0x1234);
	KUNIT_EXPECT_REPORT(test, "BUG test", q = kmem_cache_zalloc(s, GFP_KERNEL));
	KUNIT_EXPECT_PTR_EQ(test, q, p);
	KUNIT_EXPECT_NULL(test, memchr_inv(q, 0, 64));
	kmem_cache_free(s, q);
	kmem_cache_destroy(s);
}

/* Small objects: the depot may hold more full magazines than empty ones, and what is too much goes. */
static void empty_magazines_are_bounded(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 8, NULL);
	unsigned int n = (s->max_full + 4) * s->mag_capacity;
	void **p = kunit_kcalloc(test, n, sizeof(*p), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_ASSERT_GT(test, s->max_full, s->max_empty + 1);
	for (unsigned int i = 0; i < n; i++)
		p[i] = kmem_cache_alloc(s, GFP_KERNEL);
	for (unsigned int i = 0; i < n; i++)
		kmem_cache_free(s, p[i]);
	KUNIT_EXPECT_EQ(test, s->nr_full, s->max_full);
	for (unsigned int i = 0; i < n; i++)
		p[i] = kmem_cache_alloc(s, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, s->nr_full, 0);
	KUNIT_EXPECT_EQ(test, s->nr_empty, s->max_empty);
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	for (unsigned int i = 0; i < n; i++)
		kmem_cache_free(s, p[i]);
	kmem_cache_destroy(s);
}

static struct kunit_case misuse_cases[] = { KUNIT_CASE(bulk_free_of_wrong_pointers),
					    KUNIT_CASE(forged_struct_page),
					    KUNIT_CASE(pages_forget_their_cache),
					    KUNIT_CASE(destroyed_twice),
					    KUNIT_CASE(destroyed_and_used),
					    KUNIT_CASE(numbers_go_round),
					    KUNIT_CASE(nofail_takes_what_caches_hold),
					    KUNIT_CASE(use_inside_a_refill),
					    KUNIT_CASE(written_while_free_then_zeroed),
					    KUNIT_CASE(empty_magazines_are_bounded),
					    {} };
static struct kunit_suite misuse_suite = {
	.name = "slab_misuse",
	.suite_init = no_samples,
	.suite_exit = samples_again,
	.test_cases = misuse_cases,
};

/* ---- Whom a report names ---- */

static struct kmem_cache *user_cache;

/* The barriers keep each user's frame: a tail call would take it off the stack. */
#define USER_OF(name, expression)                   \
	static noinline void *name(void)            \
	{                                           \
		void *__p = (expression);           \
                                                    \
		barrier();                          \
		return __p;                         \
	}
#define ENDER_BY(name, call)                        \
	static noinline void name(void *p)          \
	{                                           \
		call;                               \
		barrier();                          \
	}

static const char long_text[] = "a text that needs a block of more than thirty-two bytes";

static __always_inline void *one_by_bulk(void)
{
	void *p[1];

	return kmem_cache_alloc_bulk(user_cache, GFP_KERNEL, 1, p) ? p[0] : NULL;
}

USER_OF(by_constant, kmalloc(50, GFP_KERNEL))
USER_OF(by_size, kmalloc(unknown(50), GFP_KERNEL))
USER_OF(by_kzalloc, kzalloc(50, GFP_KERNEL))
USER_OF(by_kcalloc, kcalloc(unknown(5), 10, GFP_KERNEL))
USER_OF(by_krealloc, krealloc(NULL, unknown(50), GFP_KERNEL))
USER_OF(by_kstrdup, kstrdup(long_text, GFP_KERNEL))
USER_OF(by_kmemdup, kmemdup(long_text, unknown(50), GFP_KERNEL))
USER_OF(by_kvmalloc, kvmalloc(unknown(50), GFP_KERNEL))
USER_OF(by_cache, kmem_cache_alloc(user_cache, GFP_KERNEL))
USER_OF(by_zalloc, kmem_cache_zalloc(user_cache, GFP_KERNEL))
USER_OF(by_bulk, one_by_bulk())

ENDER_BY(with_kfree, kfree(p))
ENDER_BY(with_sensitive, kfree_sensitive(p))
ENDER_BY(with_kvfree, kvfree(p))
ENDER_BY(with_cache_free, kmem_cache_free(user_cache, p))
ENDER_BY(with_bulk, kmem_cache_free_bulk(user_cache, 1, &p))

static const struct {
	const char *name;
	void *(*call)(void);
} users[] = {
	{ "by_constant", by_constant }, { "by_size", by_size },
	{ "by_kzalloc", by_kzalloc },   { "by_kcalloc", by_kcalloc },
	{ "by_krealloc", by_krealloc }, { "by_kstrdup", by_kstrdup },
	{ "by_kmemdup", by_kmemdup },   { "by_kvmalloc", by_kvmalloc },
	{ "by_cache", by_cache },       { "by_zalloc", by_zalloc },
	{ "by_bulk", by_bulk },
};

static const struct {
	const char *name;
	void (*call)(void *p);
} enders[] = {
	{ "with_kfree", with_kfree },		{ "with_sensitive", with_sensitive },
	{ "with_kvfree", with_kvfree },		{ "with_cache_free", with_cache_free },
	{ "with_bulk", with_bulk },
};

/*
 * Allocate with one, free with the other, free again: the report must begin its stacks with both.
 */
static void expect_named(struct kunit *test, unsigned int user, unsigned int ender)
{
	unsigned int *class = &kmalloc_places[KMALLOC_NORMAL][kmalloc_index(50)], usual = *class;
	char allocated[48], freed[48];
	const char *text;
	void *p;

	*class = user_cache->place;
	p = users[user].call();
	*class = usual;
	KUNIT_ASSERT_NOT_NULL(test, p);
	enders[ender].call(p);
	snprintf(allocated, sizeof(allocated), "Allocated in %s+", users[user].name);
	snprintf(freed, sizeof(freed), "Freed in %s+", enders[ender].name);
	report_capture_start();
	kfree(hidden(p));
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 1);
	KUNIT_EXPECT_TRUE_MSG(test, strstr(text, allocated), "\"%s\" is missing", allocated);
	KUNIT_EXPECT_TRUE_MSG(test, strstr(text, freed), "\"%s\" is missing", freed);
}

static void each_user_is_named(struct kunit *test)
{
	user_cache = kmem_cache_create("users", 64, 64, ALL_CHECKS | SLAB_KMALLOC, NULL);
	KUNIT_ASSERT_NOT_NULL(test, user_cache);
	for (unsigned int i = 0; i < ARRAY_SIZE(users); i++)
		expect_named(test, i, i % ARRAY_SIZE(enders));
	kmem_cache_destroy(user_cache);
}

static struct kunit_case user_cases[] = { KUNIT_CASE(each_user_is_named), {} };
static struct kunit_suite user_suite = {
	.name = "slab_users",
	.suite_init = no_samples,
	.suite_exit = samples_again,
	.test_cases = user_cases,
};
kunit_test_suites(&misuse_suite, &user_suite);
