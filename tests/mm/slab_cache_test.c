// SPDX-License-Identifier: MIT
/*
 * mm/slab_cache.c: slab_valid() sees each kind of damage; what a creator asks for is refused or kept
 * (slab_create); what caches are made like, and what is counted and checked of them (slab_caches).
 *
 * Mutations: tests/mutate/slab_cache.mut. Besides, those that made slab_valid fail when tried: the
 * test of each invariant taken out, one at a time; each made the case fail that plants its damage.
 * Those that made slab_create fail: each test of bad_args() taken out; the free pointer put in the
 * middle all the same, or behind the object; register_cache() that does not see a full table, or
 * keeps an id; slab_locate() that doesn't ask is_object_start().
 */
#include <kunit/test.h>
#include <linux/mm_usage.h>
#include <linux/poison.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include "mm/internal.h"
#include "mm/slab.h"
#include "tests/mm/slab_fixture.h"
#include "tests/plant.h"

static void damaged_inuse(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);
	struct page *slab = slab_page(s, p);

	slab->inuse--;
	KUNIT_EXPECT_FALSE(test, slab_valid(s));
	slab->inuse++;
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static void damaged_list(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);

	s->full.nr++;
	KUNIT_EXPECT_FALSE(test, slab_valid(s));
	KUNIT_EXPECT_FALSE(test, slab_valid_all());
	s->full.nr--;
	KUNIT_EXPECT_TRUE(test, slab_valid_all());
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static void damaged_page(struct kunit *test)
{
	struct kmem_cache *s = make(test, 2048, 0);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);
	struct page *slab = slab_page(s, p);

	KUNIT_ASSERT_GT(test, s->order, 0);
	slab[1].tail++;
	KUNIT_EXPECT_FALSE(test, slab_valid(s));
	slab[1].tail--;
	slab[1].place++;
	KUNIT_EXPECT_FALSE(test, slab_valid(s));
	slab[1].place--;
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static void flip(u64 *word)
{
	word_set(word, word_get(word) ^ 4);
}

static void damaged_word(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	void *p = kmem_cache_alloc(s, GFP_KERNEL), *q = kmem_cache_alloc(s, GFP_KERNEL);

	kmem_cache_free(s, p);
	flip(free_word(s, p));
	KUNIT_EXPECT_FALSE(test, slab_valid(s)); /* I5: in a magazine */
	flip(free_word(s, p));
	slab_flush_cache(s);
	flip(free_word(s, p));
	KUNIT_EXPECT_FALSE(test, slab_valid(s)); /* I4: in the slab */
	flip(free_word(s, p));
	kmem_cache_free(s, q);
	kmem_cache_destroy(s);
}

static void object_cached_twice(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);
	u64 **top, *below;

	kmem_cache_free(s, p);
	top = slab_cpu(s, smp_processor_id())->top;
	below = top[-2];
	top[-2] = free_word(s, p);
	KUNIT_EXPECT_FALSE(test, slab_valid(s));
	top[-2] = below;
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	kmem_cache_destroy(s);
}

/* A bit behind the last object's. */
static void damaged_map(struct kunit *test)
{
	struct kmem_cache *s = make(test, 200, 0);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);
	u32 *word;

	KUNIT_ASSERT_NE(test, s->objects % 32, 0U);
	word = &slab_map(s, slab_page(s, p))[s->objects / 32];
	map_set(word, map_get(word) | 1u << s->objects % 32);
	KUNIT_EXPECT_FALSE(test, slab_valid(s));
	map_set(word, map_get(word) & ~(1u << s->objects % 32));
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static void foreign_object_cached(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	struct kmem_cache *other = kmem_cache_create("other", 64, 0, 0, NULL);
	void *p = kmem_cache_alloc(s, GFP_KERNEL), *q;
	u64 **top, *own;

	KUNIT_ASSERT_NOT_NULL(test, other);
	q = kmem_cache_alloc(other, GFP_KERNEL);
	kmem_cache_free(s, p);
	kmem_cache_free(other, q);
	top = slab_cpu(s, smp_processor_id())->top;
	own = top[-1];
	top[-1] = free_word(other, q);
	KUNIT_EXPECT_FALSE(test, slab_valid(s));
	top[-1] = own;
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	kmem_cache_destroy(other);
	kmem_cache_destroy(s);
}

static void damaged_depot(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	void *p[500];

	KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, 500, p), 500);
	kmem_cache_free_bulk(s, 500, p);
	KUNIT_ASSERT_GT(test, s->nr_full, 0);
	s->nr_full--;
	KUNIT_EXPECT_FALSE(test, slab_valid(s));
	s->nr_full++;
	s->depot_full->sentinel = NULL;
	KUNIT_EXPECT_FALSE(test, slab_valid(s));
	s->depot_full->sentinel = &mag_no_word;
	flip(s->depot_full->word[1]); /* one was marked before that is seen */
	KUNIT_EXPECT_FALSE(test, slab_valid(s));
	flip(s->depot_full->word[1]);
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, 500, p), 500);
	KUNIT_ASSERT_GT(test, s->nr_empty, 0);
	s->depot_empty->sentinel = NULL;
	KUNIT_EXPECT_FALSE(test, slab_valid(s));
	s->depot_empty->sentinel = &mag_no_word;
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	kmem_cache_free_bulk(s, 500, p);
	kmem_cache_destroy(s);
}

static struct kunit_case valid_cases[] = { KUNIT_CASE(damaged_inuse),
					   KUNIT_CASE(damaged_list),
					   KUNIT_CASE(damaged_page),
					   KUNIT_CASE(damaged_word),
					   KUNIT_CASE(object_cached_twice),
					   KUNIT_CASE(damaged_depot),
					   KUNIT_CASE(damaged_map),
					   KUNIT_CASE(foreign_object_cached),
					   {} };

static struct kunit_suite valid_suite = {
	.name = "slab_valid",
	.suite_init = plain_caches,
	.suite_exit = as_booted,
	.test_cases = valid_cases,
};

/* ---- slab_create: arguments ---- */

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
	KUNIT_EXPECT_EQ(test, s->kasan ? s->kasan : s->size, 64);
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

/* Whoever still frees to a cache that is gone must not meet what its lines said. */
static void lines_of_nobody(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	struct slab_cpu *line[NR_CPUS] = {};

	kmem_cache_free(s, kmem_cache_alloc(s, GFP_KERNEL));
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		line[cpu] = slab_cpu(s, cpu);
		KUNIT_EXPECT_PTR_EQ(test, line[cpu]->cache, s);
	}
	kmem_cache_destroy(s);
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		KUNIT_EXPECT_NULL(test, line[cpu]->cache);
		KUNIT_EXPECT_PTR_EQ(test, line[cpu]->top, MAG_TAKEN);
		KUNIT_EXPECT_EQ(test, line[cpu]->start_limit, 0);
	}
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
					    KUNIT_CASE(lines_of_nobody),
					    {} };
static struct kunit_suite create_suite = {
	.name = "slab_create",
	.suite_init = plain_caches,
	.suite_exit = as_booted,
	.test_cases = create_cases,
};

/* ---- slab_caches ---- */

/* A depot holds 128 KiB of objects, or a single magazine. */
static void depots_bound_is_in_bytes(struct kunit *test)
{
	for (unsigned int size = 8; size <= 8192; size *= 2) {
		struct kmem_cache *s = make(test, size, 0);
		unsigned int magazine = s->mag_capacity * size;

		KUNIT_EXPECT_GE(test, s->max_full, 1U);
		KUNIT_EXPECT_LE(test, s->max_full, max((128U << 10) / magazine, 1U));
		KUNIT_EXPECT_LE(test, s->max_empty, s->max_full);
		kmem_cache_destroy(s);
	}
}

/* A slab has room for 16 objects, as long as 32 KiB hold so many; larger ones share that. */
static void objects_of_a_slab(struct kunit *test)
{
	for (unsigned int size = 8; size <= 8192; size *= 2) {
		struct kmem_cache *s = make(test, size, 0);

		KUNIT_EXPECT_GE(test, (unsigned int)s->objects, min(16U, (32U << 10) / s->size));
		KUNIT_EXPECT_LE(test, (unsigned int)s->order, (unsigned int)SLAB_MAX_ORDER);
		kmem_cache_destroy(s);
	}
}

/* Freed objects are known as free wherever they are: loaded, in a spare, in the depot. */
static void free_objects_are_located(struct kunit *test)
{
	enum { N = 300 };
	struct kmem_cache *s = make(test, 64, 0);
	void **p = kunit_kcalloc(test, N, sizeof(*p), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	for (unsigned int i = 0; i < N; i++) {
		p[i] = kmem_cache_alloc(s, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p[i]);
	}
	for (unsigned int n = 0; n < N; n++) {
		kmem_cache_free(s, p[n]);
		for (unsigned int i = 0; i < N; i += 7) {
			if ((slab_locate(s, p[i]) == SLAB_LIVE) != (i > n))
				KUNIT_FAIL(test, "object %u, when %u are free", i, n + 1);
		}
	}
	kmem_cache_destroy(s);
}

/* Pages that can be had back stand together, apart from those that can't. */
static void reclaimable_pages_are_grouped(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, SLAB_RECLAIM_ACCOUNT);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, virt_to_page(PTR_ALIGN_DOWN(p, PAGEBLOCK_NR_PAGES * PAGE_SIZE))->block,
			MIGRATE_RECLAIMABLE);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

/* The list of caches holds together when one between two others goes. */
static void list_of_caches(struct kunit *test)
{
	struct kmem_cache *a = make(test, 8, 0), *b = make(test, 8, 0), *c = make(test, 8, 0);
	struct kmem_cache *below = a->next;

	KUNIT_EXPECT_PTR_EQ(test, cache_list, c);
	kmem_cache_destroy(b);
	KUNIT_EXPECT_PTR_EQ(test, c->next, a);
	KUNIT_EXPECT_PTR_EQ(test, a->prev, c);
	kmem_cache_destroy(a);
	KUNIT_EXPECT_PTR_EQ(test, c->next, below);
	kmem_cache_destroy(c);
	KUNIT_EXPECT_PTR_EQ(test, cache_list, below);
}

/* Too large for a slab: found out when the name has been copied already. */
static void failing_leaves_no_name(struct kunit *test)
{
	char name[600];
	unsigned long free;

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	mm_quiesce();
	free = nr_free_pages();
	KUNIT_EXPECT_NULL(test, kmem_cache_create(name, 1 << 20, 0, 0, NULL));
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, nr_free_pages(), free);
}

/* ---- What is counted and checked ---- */

/* All objects of one slab, or NULL: too many for p[]. */
static struct kmem_cache *fill_one_slab(struct kunit *test, slab_flags_t flags, void **p,
					unsigned int room)
{
	struct kmem_cache *s = make(test, 2048, flags);

	KUNIT_ASSERT_LE(test, (unsigned int)s->objects, room);
	for (unsigned int i = 0; i < s->objects; i++) {
		p[i] = kmem_cache_alloc(s, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p[i]);
	}
	return s;
}

static void a_full_slab_is_left(struct kunit *test)
{
	void *p[32];
	struct kmem_cache *s = fill_one_slab(test, 0, p, ARRAY_SIZE(p));

	KUNIT_EXPECT_EQ(test, kmem_cache_shrink(s), 1);
	KUNIT_EXPECT_EQ(test, s->full.nr, 1U);
	KUNIT_EXPECT_EQ(test, s->partial.nr, 0U);
	kmem_cache_free_bulk(s, s->objects, p);
	KUNIT_EXPECT_EQ(test, kmem_cache_shrink(s), 0);
	kmem_cache_destroy(s);
}

static void damage_in_a_full_slab(struct kunit *test)
{
	void *p[32];
	struct kmem_cache *s = fill_one_slab(test, SLAB_RED_ZONE, p, ARRAY_SIZE(p));
	long bad = 0;

	KUNIT_EXPECT_EQ(test, s->full.nr, 1U);
	plant_write8((u8 *)p[1] - 1, SLUB_RED_ACTIVE ^ 1);
	KUNIT_EXPECT_REPORT(test, "Left Redzone overwritten", bad = validate_slab_cache(s));
	KUNIT_EXPECT_EQ(test, bad, 1L);
	kmem_cache_free_bulk(s, s->objects, p);
	kmem_cache_destroy(s);
}

static char found_line[192];

static void find_test(const char *text)
{
	if (!strncmp(text, "test ", 5))
		strscpy(found_line, text, sizeof(found_line));
}

/* An empty slab that is kept has no active objects, but it is there. */
static void slabinfo_of_an_empty_slab(struct kunit *test)
{
	struct kmem_cache *s = make(test, 2048, SLAB_RED_ZONE);
	char want[192];

	kmem_cache_free(s, kmem_cache_alloc(s, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, s->empty.nr, 1U);
	slabinfo_show(find_test);
	scnprintf(want, sizeof(want),
		  "test                   0 %6u %6u %4u %4u : tunables    0    0    0 : "
		  "slabdata      1      1      0",
		  s->objects, s->size, s->objects, 1u << s->order);
	KUNIT_EXPECT_STREQ(test, found_line, want);
	kmem_cache_destroy(s);
}

/* What is told of the cache of that name; false: it is not there. Numbers rise, and all are in range. */
static bool usage_of(struct kunit *test, const char *name, struct slab_usage *u)
{
	unsigned int last = 0;
	bool found = false;
	struct slab_usage next = { 0 };

	while (slab_usage_next(last, &next)) {
		KUNIT_EXPECT_GT(test, next.id, last);
		KUNIT_EXPECT_LT(test, next.id, (unsigned int)SLAB_USAGE_IDS);
		last = next.id;
		if (!strcmp(next.name, name)) {
			*u = next;
			found = true;
		}
	}
	return found;
}

static void usage_counts_what_is_live(struct kunit *test)
{
	struct kmem_cache *s = make(test, 2048, SLAB_NO_USER_FLAGS);
	struct slab_usage u;
	void *p[3];
	u64 key;

	KUNIT_ASSERT_TRUE(test, usage_of(test, "test", &u));
	KUNIT_ASSERT_GT(test, s->order, 0);
	KUNIT_EXPECT_EQ(test, u.object_size, 2048U);
	KUNIT_EXPECT_EQ(test, u.objects, 0UL);
	KUNIT_EXPECT_EQ(test, u.pages, 0UL);
	key = u.key;
	KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, 3, p), 3);
	KUNIT_ASSERT_TRUE(test, usage_of(test, "test", &u));
	KUNIT_EXPECT_EQ(test, u.objects, 3UL);
	KUNIT_EXPECT_EQ(test, u.pages, 1UL << s->order);
	kmem_cache_free(s, p[1]); /* stays in a magazine */
	KUNIT_ASSERT_TRUE(test, usage_of(test, "test", &u));
	KUNIT_EXPECT_EQ(test, u.objects, 2UL);
	KUNIT_EXPECT_EQ(test, u.pages, 1UL << s->order);
	KUNIT_EXPECT_EQ(test, u.key, key);
	kmem_cache_free(s, p[0]);
	kmem_cache_free(s, p[2]);
	kmem_cache_destroy(s);
	KUNIT_EXPECT_FALSE(test, usage_of(test, "test", &u));
	s = make(test, 2048, SLAB_RED_ZONE);
	kmem_cache_free(s, kmem_cache_alloc(s, GFP_KERNEL));
	KUNIT_ASSERT_TRUE(test, usage_of(test, "test", &u));
	KUNIT_EXPECT_NE(test, u.key, key);
	KUNIT_EXPECT_EQ(test, u.objects, 0UL);
	KUNIT_EXPECT_EQ(test, u.pages, 1UL << s->order); /* an empty slab that is kept */
	kmem_cache_destroy(s);
}

static void usage_ends_and_cuts_names(struct kunit *test)
{
	static const char name[] = "a cache's name of more than thirty-one characters";
	struct kmem_cache *s = kmem_cache_create(name, 64, 0, 0, NULL);
	struct slab_usage u = { .id = 77 };
	char cut[SLAB_USAGE_NAME];

	KUNIT_ASSERT_NOT_NULL(test, s);
	strscpy(cut, name, sizeof(cut));
	KUNIT_ASSERT_TRUE(test, usage_of(test, cut, &u));
	KUNIT_EXPECT_EQ(test, u.object_size, 64U);
	kmem_cache_destroy(s);
	u.id = 77;
	KUNIT_EXPECT_FALSE(test, slab_usage_next(SLAB_USAGE_IDS - 1, &u));
	KUNIT_EXPECT_EQ(test, u.id, 77U);
}

static struct kunit_case cache_cases[] = { KUNIT_CASE(depots_bound_is_in_bytes),
					   KUNIT_CASE(objects_of_a_slab),
					   KUNIT_CASE(free_objects_are_located),
					   KUNIT_CASE(reclaimable_pages_are_grouped),
					   KUNIT_CASE(list_of_caches),
					   KUNIT_CASE(failing_leaves_no_name),
					   KUNIT_CASE(a_full_slab_is_left),
					   KUNIT_CASE(damage_in_a_full_slab),
					   KUNIT_CASE(slabinfo_of_an_empty_slab),
					   KUNIT_CASE(usage_counts_what_is_live),
					   KUNIT_CASE(usage_ends_and_cuts_names),
					   {} };

static struct kunit_suite cache_suite = {
	.name = "slab_caches",
	.suite_init = plain_caches,
	.suite_exit = as_booted,
	.test_cases = cache_cases,
};
kunit_test_suites(&valid_suite, &create_suite, &cache_suite);
