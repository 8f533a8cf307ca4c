// SPDX-License-Identifier: MIT
/*
 * Caches of objects: mm/slab.c and mm/slab_cache.c.
 *
 * Mutations that made each suite fail when tried:
 *	slab: is_object_start() always true: interior_pointer, pointer_before_the_objects;
 *		start_limit for one object more: the latter; slab_free() without `*word == mark`:
 *		double_free_*; slab_put() without its test: double_free_in_a_race; slab_alloc() and
 *		unmark_object() without the comparison: write_after_free; slab_fill() without the
 *		constructor: ctor_runs_once; kmem_cache_destroy() keeps the name: accounting
 *	slab_magazines: replace_full() gets its empty magazine from the depot though there is a
 *		spare: an_edge_stays_off_the_depot; max_full not looked at: depot_is_bounded;
 *		replace_empty() without depot_get_full(): two_cpus_through_the_depot; is_cached()
 *		that forgets MAG_UNSURE: double_free_behind_a_taken_magazine; replace_full() that
 *		never uses the depot: ring_between_two_cpus
 */
#include <kunit/test.h>
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/poison.h>
#include <linux/printk.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <quarry/report.h>
#include "mm/internal.h"
#include "mm/slab.h"
#include "tests/mm/slab_fixture.h"
#include "tests/plant.h"

static bool in_slab_of(struct kmem_cache *s, const void *p)
{
	return slab_cache_of(p) == s;
}

static unsigned long slabs_of(const struct kmem_cache *s)
{
	return s->partial.nr + s->full.nr + s->empty.nr;
}

static void noop(void *p)
{
}

/* ---- One cache ---- */

/* What a request's flags say of pages is not for a slab's: the cache decides. */
static void pages_are_the_caches_business(struct kunit *test)
{
	const gfp_t gfp = GFP_KERNEL | __GFP_DMA | __GFP_MOVABLE | __GFP_COMP;
	struct kmem_cache *s = make(test, 64, 0);
	void *p = kmem_cache_alloc(s, gfp);
	struct page *page = virt_to_page(p);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, page->flags, 0U);
	KUNIT_EXPECT_TRUE(test, !populated_zone(&zones[ZONE_DMA32]) ||
					pfn_zone_id(page_to_pfn(page)) != ZONE_DMA);
	page = pfn_to_page(ALIGN_DOWN(page_to_pfn(page), PAGEBLOCK_NR_PAGES));
	KUNIT_EXPECT_EQ(test, page->block, MIGRATE_UNMOVABLE);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static void objects_are_apart(struct kunit *test)
{
	enum { N = 300, SIZE = 72 };
	struct kmem_cache *s = make(test, SIZE, 0);
	u8 **p = kunit_kcalloc(test, N, sizeof(*p), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	for (int i = 0; i < N; i++) {
		p[i] = kmem_cache_alloc(s, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p[i]);
		memset(p[i], i, SIZE);
	}
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	for (int i = 0; i < N; i++) {
		KUNIT_EXPECT_NULL(test, memchr_inv(p[i], (u8)i, SIZE));
		KUNIT_EXPECT_TRUE(test, in_slab_of(s, p[i]));
		kmem_cache_free(s, p[i]);
	}
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	slab_flush_cache(s);
	KUNIT_EXPECT_EQ(test, slabs_of(s), 0);
	kmem_cache_destroy(s);
}

static const unsigned int aligns[] = { 8, 16, 64, 128, 1024, 4096, 32768 };

static void alignment_is_kept(struct kunit *test)
{
	static const unsigned int sizes[] = { 1, 8, 20, 100, 700, 5000 };

	for (unsigned int k = 0; k < ARRAY_SIZE(sizes) * ARRAY_SIZE(aligns); k++) {
		unsigned int size = sizes[k / ARRAY_SIZE(aligns)];
		unsigned int align = aligns[k % ARRAY_SIZE(aligns)];
		struct kmem_cache *s = kmem_cache_create("test", size, align, 0, NULL);
		void *p[3];

		KUNIT_ASSERT_NOT_NULL(test, s);
		KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, 3, p), 3);
		for (int i = 0; i < 3; i++)
			KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)p[i], align));
		kmem_cache_free_bulk(s, 3, p);
		kmem_cache_destroy(s);
	}
}

static void hwcache_align(struct kunit *test)
{
	static const struct {
		unsigned int size, align;
	} rows[] = { { 8, 8 }, { 9, 16 }, { 20, 32 }, { 33, 64 }, { 64, 64 }, { 100, 64 } };

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		struct kmem_cache *s = make(test, rows[i].size, SLAB_HWCACHE_ALIGN);

		KUNIT_EXPECT_EQ(test, s->align, rows[i].align);
		KUNIT_EXPECT_EQ(test, s->size % rows[i].align, 0);
		kmem_cache_destroy(s);
	}
}

static unsigned int constructed;

static void count_ctor(void *p)
{
	constructed++;
	memset(p, 0x77, 40);
}

static void ctor_runs_once(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("test", 40, 0, 0, count_ctor);
	unsigned int after_first;
	void *p;

	constructed = 0;
	p = kmem_cache_alloc(s, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	after_first = constructed;
	KUNIT_EXPECT_EQ(test, after_first, s->objects);
	kmem_cache_free(s, p);
	for (int i = 0; i < 500; i++) {
		p = kmem_cache_alloc(s, GFP_KERNEL);
		KUNIT_EXPECT_NULL(test, memchr_inv(p, 0x77, 40));
		kmem_cache_free(s, p);
	}
	KUNIT_EXPECT_EQ(test, constructed, after_first);
	kmem_cache_destroy(s);
}

/*
 * What the user leaves in an object is there again, in the magazine, in the slab, and at the next
 * allocation.
 */
static void contents_survive(struct kmem_cache *s, struct kunit *test)
{
	u8 *p = kmem_cache_alloc(s, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	memset(p, 0x21, 40);
	kmem_cache_free(s, p);
	KUNIT_EXPECT_NULL(test, plant_find_other(p, 0x21, 40));
	KUNIT_EXPECT_PTR_EQ(test, kmem_cache_alloc(s, GFP_KERNEL), (void *)p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0x21, 40));
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static void ctor_work_survives(struct kunit *test)
{
	contents_survive(kmem_cache_create("test", 40, 0, 0, noop), test);
}

static void typesafe_survives(struct kunit *test)
{
	contents_survive(make(test, 40, SLAB_TYPESAFE_BY_RCU), test);
}

static void zalloc_after_dirty_free(struct kunit *test)
{
	struct kmem_cache *s = make(test, 133, 0);

	for (int i = 0; i < 200; i++) {
		u8 *p = kmem_cache_zalloc(s, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 133));
		memset(p, 0xee, 133);
		kmem_cache_free(s, p);
	}
	kmem_cache_destroy(s);
}

static void free_of_null(struct kunit *test)
{
	struct kmem_cache *s = make(test, 32, 0);

	KUNIT_EXPECT_NO_REPORT(test, kmem_cache_free(s, NULL));
	KUNIT_EXPECT_NO_REPORT(test, kmem_cache_destroy(NULL));
	kmem_cache_destroy(s);
}

/* ---- Mistakes ---- */

static void double_free_at_once(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);

	kmem_cache_free(s, p);
	KUNIT_EXPECT_REPORT(test, "BUG test (Not tainted): Object already free",
			    kmem_cache_free(s, p));
	KUNIT_EXPECT_EQ(test, slab_locate(s, p), SLAB_IN_CACHE);
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	kmem_cache_destroy(s);
}

static void double_free_later(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	void *p[200];

	KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, 200, p), 200);
	kmem_cache_free_bulk(s, 200, p);
	KUNIT_EXPECT_REPORT(test, "Object already free", kmem_cache_free(s, p[0]));
	KUNIT_EXPECT_REPORT(test, "Object already free", kfree(p[120]));
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	kmem_cache_destroy(s);
}

static void double_free_in_slab(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	void *p[2];

	KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, 2, p), 2);
	kmem_cache_free(s, p[0]);
	slab_flush_cache(s);
	KUNIT_EXPECT_EQ(test, slab_locate(s, p[0]), SLAB_IN_SLAB);
	KUNIT_EXPECT_REPORT(test, "Object already free", kmem_cache_free(s, p[0]));
	kmem_cache_free(s, p[1]);
	kmem_cache_destroy(s);
}

static void double_free_in_bulk(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	void *p[3];

	KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, 2, p), 2);
	p[2] = p[0];
	KUNIT_EXPECT_REPORT(test, "Object already free", kmem_cache_free_bulk(s, 3, p));
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	kmem_cache_destroy(s);
}

/*
 * Two CPUs that free one object at the same time both find it live: the second to put it back is
 * told.
 */
static void double_free_in_a_race(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	void *p[2];

	KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, 2, p), 2);
	slab_free_direct(s, p[0]);
	KUNIT_EXPECT_REPORT(test, "Object already free", slab_free_direct(s, p[0]));
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	kmem_cache_free(s, p[1]);
	kmem_cache_destroy(s);
}

static void looks_free_but_is_live(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);

	*free_word(s, p) = free_mark(s, free_word(s, p));
	KUNIT_EXPECT_NO_REPORT(test, kmem_cache_free(s, p));
	KUNIT_EXPECT_EQ(test, slab_locate(s, p), SLAB_IN_SLAB);
	kmem_cache_destroy(s);
}

static void interior_pointer(struct kunit *test)
{
	static const unsigned int sizes[] = { 8, 24, 64, 96, 1000, 9000 };

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct kmem_cache *s = make(test, sizes[i], 0);
		char *p = kmem_cache_alloc(s, GFP_KERNEL);

		KUNIT_EXPECT_REPORT(test, "BUG test (Not tainted): Invalid object pointer",
				    kmem_cache_free(s, p + sizes[i] / 2));
		KUNIT_EXPECT_REPORT(test, "1 byte inside object", kfree(p + 1));
		KUNIT_EXPECT_NO_REPORT(test, kmem_cache_free(s, p));
		kmem_cache_destroy(s);
	}
}

static void pointer_before_the_objects(struct kunit *test)
{
	struct kmem_cache *s = make(test, 8, 0);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);
	void *map = page_address(slab_page(s, p));

	KUNIT_EXPECT_TRUE(test, s->map_in_slab);
	KUNIT_EXPECT_REPORT(test, "before its first object", kfree(map));
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static void wrong_cache(struct kunit *test)
{
	struct kmem_cache *a = kmem_cache_create("apple", 64, 0, 0, NULL);
	struct kmem_cache *b = kmem_cache_create("berry", 64, 0, 0, NULL);
	void *p = kmem_cache_alloc(b, GFP_KERNEL);

	KUNIT_EXPECT_REPORT(test,
			    "cache_from_obj: Wrong slab cache. apple but object is from berry",
			    kmem_cache_free(a, p));
	KUNIT_EXPECT_EQ(test, slab_locate(b, p), SLAB_IN_CACHE);
	KUNIT_EXPECT_EQ(test, slabs_of(a), 0);
	kmem_cache_destroy(a);
	kmem_cache_destroy(b);
}

static void no_object_at_all(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	int on_stack;

	KUNIT_EXPECT_REPORT(test, "kmem_cache_free of a foreign pointer",
			    kmem_cache_free(s, &on_stack));
	kmem_cache_destroy(s);
}

static void write_after_free(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	volatile u64 *p = kmem_cache_alloc(s, GFP_KERNEL);
	void *q = NULL;

	kmem_cache_free(s, (void *)p);
	plant_write64(&p[4], 0x4141414141414141ULL);
	KUNIT_EXPECT_REPORT(test, "Freepointer corrupt", q = kmem_cache_alloc(s, GFP_KERNEL));
	KUNIT_EXPECT_PTR_EQ(test, q, (void *)p);
	KUNIT_EXPECT_NO_REPORT(test, kmem_cache_free(s, q));
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	kmem_cache_destroy(s);
}

static void validate_finds_writes(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	volatile u64 *p = kmem_cache_alloc(s, GFP_KERNEL);
	long bad = -1;

	KUNIT_EXPECT_EQ(test, validate_slab_cache(s), 0);
	kmem_cache_free(s, (void *)p);
	void *keep = kmem_cache_alloc(s, GFP_KERNEL), *other = kmem_cache_alloc(s, GFP_KERNEL);

	kmem_cache_free(s, other);
	word_set(free_word(s, other), word_get(free_word(s, other)) ^ 1);
	KUNIT_EXPECT_REPORT(test, "Freepointer corrupt", bad = validate_slab_cache(s));
	KUNIT_EXPECT_EQ(test, bad, 1);
	KUNIT_EXPECT_EQ(test, validate_slab_cache(s), 0);
	kmem_cache_free(s, keep);
	kmem_cache_destroy(s);
}

static void destroy_with_live_objects(struct kunit *test)
{
	struct kmem_cache *s = make(test, 100, 0);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);
	char line[64];

	scnprintf(line, sizeof(line), "Object 0x%px @offset=%lu", p,
		  (unsigned long)p & ~s->slab_mask);
	KUNIT_EXPECT_REPORT(test, line, kmem_cache_destroy(s));
	KUNIT_EXPECT_REPORT(test, "Objects remaining in test on __kmem_cache_shutdown()",
			    kmem_cache_destroy(s));
	KUNIT_EXPECT_NO_REPORT(test, kmem_cache_free(s, p));
	KUNIT_EXPECT_NO_REPORT(test, kmem_cache_destroy(s));
}

/* ---- Creating ---- */

struct sample {
	long a;
	char text[24];
} __aligned(32);

static void ways_to_create(struct kunit *test)
{
	struct kmem_cache_args args = { .align = 256, .ctor = noop };
	struct kmem_cache *s;

	s = KMEM_CACHE(sample, SLAB_PANIC | SLAB_ACCOUNT);
	KUNIT_EXPECT_STREQ(test, kmem_cache_name(s), "sample");
	KUNIT_EXPECT_EQ(test, kmem_cache_size(s), sizeof(struct sample));
	KUNIT_EXPECT_EQ(test, s->align, 32);
	kmem_cache_destroy(s);
	s = kmem_cache_create("args", 10, &args, 0);
	KUNIT_EXPECT_EQ(test, s->align, 256);
	KUNIT_EXPECT_TRUE(test, s->ctor == noop);
	kmem_cache_destroy(s);
	s = kmem_cache_create("none", 10, NULL, 0);
	KUNIT_EXPECT_EQ(test, kmem_cache_size(s), 10);
	kmem_cache_destroy(s);
	s = kmem_cache_create_usercopy("copy", 100, 8, 0, 20, 30, NULL);
	KUNIT_EXPECT_EQ(test, s->useroffset, 20);
	KUNIT_EXPECT_EQ(test, s->usersize, 30);
	kmem_cache_destroy(s);
}

static void bad_arguments(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, kmem_cache_create(NULL, 8, 0, 0, NULL));
	KUNIT_EXPECT_NULL(test, kmem_cache_create("x", 0, 0, 0, NULL));
	KUNIT_EXPECT_NULL(test, kmem_cache_create("x", 8, 24, 0, NULL));
	KUNIT_EXPECT_NULL(test, kmem_cache_create("x", KMALLOC_MAX_SIZE + 1, 0, 0, NULL));
	KUNIT_EXPECT_NULL(test, kmem_cache_create_usercopy("x", 100, 8, 0, 90, 11, NULL));
}

static void name_is_copied(struct kunit *test)
{
	char name[] = "changing";
	struct kmem_cache *s = kmem_cache_create(name, 8, 0, 0, NULL);

	name[0] = 'X';
	KUNIT_EXPECT_STREQ(test, kmem_cache_name(s), "changing");
	kmem_cache_destroy(s);
}

static void many_caches(struct kunit *test)
{
	enum { N = 300 };
	struct kmem_cache **s = kunit_kcalloc(test, N, sizeof(*s), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	for (int round = 0; round < 4; round++) { /* more than there are numbers: they come again */
		for (int i = 0; i < N; i++) {
			s[i] = make(test, 8 + i, 0);
			KUNIT_EXPECT_PTR_EQ(test, cache_table[s[i]->id], s[i]);
		}
		for (int i = 0; i < N; i++)
			kmem_cache_destroy(s[i]);
	}
}

static void large_objects(struct kunit *test)
{
	static const unsigned int sizes[] = { 9000, 20000, 40000, 512 << 10 };

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct kmem_cache *s = make(test, sizes[i], 0);
		char *p = kmem_cache_zalloc(s, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, sizes[i]));
		memset(p, 1, sizes[i]);
		KUNIT_EXPECT_PTR_EQ(test, slab_cache_of(p + sizes[i] - 1), s);
		KUNIT_EXPECT_TRUE(test, slab_valid(s));
		kmem_cache_free(s, p);
		kmem_cache_destroy(s);
	}
	KUNIT_EXPECT_NULL(test, kmem_cache_create("x", (512 << 10) + 8, 0, 0, NULL));
}

/* ---- Bulk, counts, exhaustion ---- */

static void bulk(struct kunit *test)
{
	enum { N = 333 };
	struct kmem_cache *s = make(test, 48, 0);
	void **p = kunit_kcalloc(test, N, sizeof(*p), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	for (int round = 0; round < 3; round++) {
		KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL | __GFP_ZERO, N, p), N);
		for (int i = 0; i < N; i++) {
			KUNIT_EXPECT_NULL(test, memchr_inv(p[i], 0, 48));
			memset(p[i], i + 1, 48);
		}
		for (int i = 0; i < N; i++)
			KUNIT_EXPECT_NULL(test, memchr_inv(p[i], (u8)(i + 1), 48));
		kmem_cache_free_bulk(round ? s : NULL, N, p);
		KUNIT_EXPECT_TRUE(test, slab_valid(s));
	}
	kmem_cache_destroy(s);
}

/* The DMA zone is small on every machine: a cache that lives there can be driven to its end. */
static void bulk_is_all_or_nothing(struct kunit *test)
{
	enum { N = 4096 };
	struct kmem_cache *s = make(test, 8000, SLAB_CACHE_DMA);
	void **p = kunit_kcalloc(test, N, sizeof(*p), GFP_KERNEL);
	unsigned long before;

	KUNIT_ASSERT_NOT_NULL(test, p);
	mm_quiesce();
	before = nr_free_pages();
	KUNIT_EXPECT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL | __GFP_NOWARN, N, p), 0);
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before);
	kmem_cache_destroy(s);
}

static void exhaustion(struct kunit *test)
{
	struct kmem_cache *s = make(test, 4000, SLAB_CACHE_DMA);
	void *list = NULL, *p;
	unsigned long before, n = 0;

	mm_quiesce();
	before = nr_free_pages();
	while ((p = kmem_cache_alloc(s, GFP_KERNEL | __GFP_NOWARN))) {
		KUNIT_ASSERT_TRUE(test, virt_to_phys(p) < ARCH_DMA_LIMIT);
		*(void **)p = list;
		list = p;
		n++;
	}
	KUNIT_EXPECT_GT(test, n, 100);
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	for (; list; list = p) {
		p = *(void **)list;
		kmem_cache_free(s, list);
	}
	p = kmem_cache_alloc(s, GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, p);
	kmem_cache_free(s, p);
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before);
	kmem_cache_destroy(s);
}

static void shrink_and_counts(struct kunit *test)
{
	struct kmem_cache *s = make(test, 2048, 0);
	long before = mm_stat_read(MM_SLAB);
	void *p[40];

	for (int i = 0; i < 40; i++)
		p[i] = kmem_cache_alloc(s, GFP_KERNEL);
	KUNIT_EXPECT_GE(test, mm_stat_read(MM_SLAB) - before, 40 * 2048L / 4096);
	KUNIT_EXPECT_EQ(test, kmem_cache_shrink(s), 1);
	for (int i = 0; i < 40; i++)
		kmem_cache_free(s, p[i]);
	KUNIT_EXPECT_EQ(test, kmem_cache_shrink(s), 0);
	KUNIT_EXPECT_EQ(test, slabs_of(s), 0);
	kmem_cache_destroy(s);
}

static char found_line[192];
static const char *wanted_start;

static void find_line(const char *text)
{
	if (!strncmp(text, wanted_start, strlen(wanted_start)))
		strscpy(found_line, text, sizeof(found_line));
}

static void slabinfo_counts(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("slabinfo_me", 1000, 0, 0, NULL);
	void *p[5];
	char want[192];

	for (int i = 0; i < 5; i++)
		p[i] = kmem_cache_alloc(s, GFP_KERNEL);
	kmem_cache_free(s, p[4]);
	wanted_start = "slabinfo_me";
	found_line[0] = '\0';
	slabinfo_show(find_line);
	scnprintf(want, sizeof(want),
		  "slabinfo_me            4 %6u %6u %4u %4u : tunables    0    0    0 : "
		  "slabdata      1      1      0",
		  s->objects, s->size, s->objects, 1u << s->order);
	KUNIT_EXPECT_STREQ(test, found_line, want);
	kmem_cache_free_bulk(s, 4, p);
	kmem_cache_destroy(s);
}

static void order_is_shuffled(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	unsigned int steps = 0;
	char *p[60];

	for (int i = 0; i < 60; i++) {
		p[i] = kmem_cache_alloc(s, GFP_KERNEL);
		steps += i && (p[i] == p[i - 1] + 64 || p[i] == p[i - 1] - 64);
	}
	KUNIT_EXPECT_LT(test, steps, 30);
	kmem_cache_free_bulk(s, 60, (void **)p);
	kmem_cache_destroy(s);
}

static struct kunit_case slab_cases[] = { KUNIT_CASE(objects_are_apart),
	KUNIT_CASE(pages_are_the_caches_business),
					  KUNIT_CASE(alignment_is_kept),
					  KUNIT_CASE(hwcache_align),
					  KUNIT_CASE(ctor_runs_once),
					  KUNIT_CASE(ctor_work_survives),
					  KUNIT_CASE(typesafe_survives),
					  KUNIT_CASE(zalloc_after_dirty_free),
					  KUNIT_CASE(free_of_null),
					  KUNIT_CASE(double_free_at_once),
					  KUNIT_CASE(double_free_later),
					  KUNIT_CASE(double_free_in_slab),
					  KUNIT_CASE(double_free_in_a_race),
					  KUNIT_CASE(double_free_in_bulk),
					  KUNIT_CASE(looks_free_but_is_live),
					  KUNIT_CASE(interior_pointer),
					  KUNIT_CASE(pointer_before_the_objects),
					  KUNIT_CASE(wrong_cache),
					  KUNIT_CASE(no_object_at_all),
					  KUNIT_CASE(write_after_free),
					  KUNIT_CASE(validate_finds_writes),
					  KUNIT_CASE(destroy_with_live_objects),
					  KUNIT_CASE(ways_to_create),
					  KUNIT_CASE(bad_arguments),
					  KUNIT_CASE(name_is_copied),
					  KUNIT_CASE(many_caches),
					  KUNIT_CASE(large_objects),
					  KUNIT_CASE(bulk),
					  KUNIT_CASE(bulk_is_all_or_nothing),
					  KUNIT_CASE(exhaustion),
					  KUNIT_CASE(shrink_and_counts),
					  KUNIT_CASE(slabinfo_counts),
					  KUNIT_CASE(order_is_shuffled),
					  {} };

static struct kunit_suite slab_suite = {
	.name = "slab",
	.suite_init = plain_caches,
	.suite_exit = as_booted,
	.test_cases = slab_cases,
};

/* ---- Magazines: two CPU ids, driven by hand ---- */

#define MAX_TRACKED 4096

struct pile {
	struct kmem_cache *s;
	unsigned int n;
	void *p[MAX_TRACKED];
};

static int magazines_init(struct kunit *test)
{
	struct pile *pile = kzalloc(sizeof(*pile), GFP_KERNEL);

	if (!pile)
		return -ENOMEM;
	pile->s = kmem_cache_create("test", 256, 0, 0, NULL);
	test->priv = pile;
	return pile->s ? 0 : -ENOMEM;
}

static void magazines_exit(struct kunit *test)
{
	struct pile *pile = test->priv;

	if (!pile)
		return;
	kmem_cache_free_bulk(pile->s, pile->n, pile->p);
	kmem_cache_destroy(pile->s);
	kfree(pile);
}

static void grow(struct kunit *test, unsigned int cpu, unsigned int n)
{
	struct pile *pile = test->priv;

	while (n--) {
		void *p = slab_alloc_cpu(slab_cpu(pile->s, cpu), GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, p);
		pile->p[pile->n++] = p;
	}
}

static void reduce(struct kunit *test, unsigned int cpu, unsigned int n)
{
	struct pile *pile = test->priv;

	while (n--)
		slab_free_cpu(slab_cpu(pile->s, cpu), pile->p[--pile->n]);
}

static void two_cpus_through_the_depot(struct kunit *test)
{
	struct pile *pile = test->priv;
	struct kmem_cache *s = pile->s;
	unsigned int cap = s->mag_capacity, full;
	unsigned long slabs;

	if (init_on_get_alloc() || init_on_get_free())
		kunit_skip(test, "what is zeroed is freed by the CPU that runs");
	grow(test, 0, 6 * cap);
	reduce(test, 1, 6 * cap);
	full = s->nr_full;
	slabs = slabs_of(s);
	KUNIT_EXPECT_EQ(test, full, 4); /* of 6, CPU 1 keeps two */
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	grow(test, 0, 4 * cap);
	KUNIT_EXPECT_EQ(test, s->nr_full, 0);
	KUNIT_EXPECT_EQ(test, slabs_of(s), slabs);
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
}

/* The CPU's two magazines, as a sum that doesn't tell their order. */
static unsigned long pair_of(const struct kmem_cache *s, const struct slab_cpu *c)
{
	struct magazine *m = mag_of(s, c->top);

	return (unsigned long)m + (unsigned long)m->next;
}

static void an_edge_stays_off_the_depot(struct kunit *test)
{
	struct pile *pile = test->priv;
	struct kmem_cache *s = pile->s;
	unsigned int cap = s->mag_capacity, full, empty;
	unsigned long pair;

	grow(test, 0, 4 * cap);
	reduce(test, 0, 2 * cap);
	full = s->nr_full;
	empty = s->nr_empty;
	pair = pair_of(s, slab_cpu(s, 0));
	for (int i = 0; i < 50; i++) {
		grow(test, 0, cap);
		KUNIT_EXPECT_EQ(test, s->nr_full, full);
		KUNIT_EXPECT_EQ(test, s->nr_empty, empty);
		reduce(test, 0, cap);
		KUNIT_EXPECT_EQ(test, pair_of(s, slab_cpu(s, 0)), pair);
		KUNIT_EXPECT_EQ(test, s->nr_full, full);
		KUNIT_EXPECT_EQ(test, s->nr_empty, empty);
	}
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
}

static void depot_is_bounded(struct kunit *test)
{
	struct pile *pile = test->priv;
	struct kmem_cache *s = pile->s;

	grow(test, 0, MAX_TRACKED);
	reduce(test, 1, MAX_TRACKED);
	KUNIT_EXPECT_EQ(test, s->nr_full, s->max_full);
	KUNIT_EXPECT_LE(test, s->empty.nr, s->max_empty_slabs);
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	grow(test, 1, MAX_TRACKED);
	KUNIT_EXPECT_LE(test, s->nr_empty, s->max_empty);
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
}

static void taken_goes_to_the_slabs(struct kunit *test)
{
	struct pile *pile = test->priv;
	struct kmem_cache *s = pile->s;
	u64 **top;

	grow(test, 0, 10);
	top = xchg(&slab_cpu(s, 0)->top, MAG_TAKEN);
	grow(test, 0, 10);
	reduce(test, 0, 10);
	KUNIT_EXPECT_PTR_EQ(test, slab_cpu(s, 0)->top, MAG_TAKEN);
	KUNIT_EXPECT_REPORT(test, "Object already free", slab_free_cpu(slab_cpu(s, 0), pile->p[10]));
	slab_cpu(s, 0)->top = top;
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
}

/* Freed, then freed again while somebody has the magazine that it lies in. */
static void double_free_behind_a_taken_magazine(struct kunit *test)
{
	struct pile *pile = test->priv;
	struct kmem_cache *s = pile->s;
	void *p, *live;
	u64 **top;

	grow(test, 0, 12);
	live = pile->p[0];
	p = pile->p[11];
	reduce(test, 0, 1);
	top = xchg(&slab_cpu(s, 0)->top, MAG_TAKEN);
	KUNIT_EXPECT_REPORT(test, "Object already free", slab_free_cpu(slab_cpu(s, 1), p));
	KUNIT_EXPECT_EQ(test, slab_locate(s, p), SLAB_IN_CACHE);
	KUNIT_EXPECT_EQ(test, slab_locate(s, live), SLAB_LIVE);
	slab_cpu(s, 0)->top = top;
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
}

/* Lock takings so far: each draws a ticket. */
static u16 takings(const struct kmem_cache *s)
{
	return READ_ONCE(s->lock.next);
}

/*
 * What one CPU allocates and another frees, a ring of 256 between them: the lock is taken a few
 * times for each magazine, not for each object, and the same memory goes round.
 */
static void ring_between_two_cpus(struct kunit *test)
{
	struct pile *pile = test->priv;
	struct kmem_cache *s = pile->s;
	unsigned int cap = s->mag_capacity, n = 100 * cap;
	struct slab_cpu *producer = slab_cpu(s, 0), *consumer = slab_cpu(s, 1);
	static void *ring[256];
	unsigned long slabs;
	u16 before;

	for (unsigned int i = 0; i < ARRAY_SIZE(ring); i++)
		ring[i] = slab_alloc_cpu(producer, GFP_KERNEL);
	slabs = slabs_of(s);
	before = takings(s);
	for (unsigned int i = 0; i < n; i++) {
		void **slot = &ring[i % ARRAY_SIZE(ring)];

		slab_free_cpu(consumer, *slot);
		*slot = slab_alloc_cpu(producer, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, *slot);
	}
	before = takings(s) - before;
	kunit_info(test, "%u objects, the lock taken %u times", n, before);
	KUNIT_EXPECT_LE(test, before, 5 * n / cap);
	KUNIT_EXPECT_LE(test, slabs_of(s), slabs + 4 * cap / s->objects + 1);
	for (unsigned int i = 0; i < ARRAY_SIZE(ring); i++)
		slab_free_cpu(producer, ring[i]);
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
}

static void draining_leaves_nothing(struct kunit *test)
{
	struct pile *pile = test->priv;
	struct kmem_cache *s = pile->s;

	grow(test, 0, 1000);
	reduce(test, 1, 500);
	reduce(test, 0, 499);
	slab_flush_cache(s);
	KUNIT_EXPECT_PTR_EQ(test, slab_cpu(s, 0)->top, MAG_NONE);
	KUNIT_EXPECT_PTR_EQ(test, slab_cpu(s, 1)->top, MAG_NONE);
	KUNIT_EXPECT_EQ(test, s->nr_full + s->nr_empty, 0);
	KUNIT_EXPECT_EQ(test, slabs_of(s), 1);
	KUNIT_EXPECT_EQ(test, slab_page(s, pile->p[0])->inuse, 1);
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
}

static void random_over_two_cpus(struct kunit *test)
{
	struct pile *pile = test->priv;

	for (int i = 0; i < 3000; i++) {
		u64 r = kunit_rand(test);
		unsigned int n = (r >> 8) % 150, cpu = r & 1;

		if (r & 2)
			grow(test, cpu, min(n, MAX_TRACKED - pile->n));
		else
			reduce(test, cpu, min(n, pile->n));
		if (i % 100 == 0)
			KUNIT_ASSERT_TRUE(test, slab_valid(pile->s));
	}
}

static struct kunit_case magazine_cases[] = { KUNIT_CASE(two_cpus_through_the_depot),
					      KUNIT_CASE(an_edge_stays_off_the_depot),
					      KUNIT_CASE(depot_is_bounded),
					      KUNIT_CASE(taken_goes_to_the_slabs),
					      KUNIT_CASE(double_free_behind_a_taken_magazine),
					      KUNIT_CASE(ring_between_two_cpus),
					      KUNIT_CASE(draining_leaves_nothing),
					      KUNIT_CASE(random_over_two_cpus),
					      {} };

static struct kunit_suite magazine_suite = {
	.name = "slab_magazines",
	.suite_init = plain_caches,
	.suite_exit = as_booted,
	.init = magazines_init,
	.exit = magazines_exit,
	.test_cases = magazine_cases,
};

kunit_test_suites(&slab_suite, &magazine_suite);
