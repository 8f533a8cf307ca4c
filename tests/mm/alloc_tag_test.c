// SPDX-License-Identifier: MIT
/*
 * Tests of mm/alloc_tag.c: that a tag is its object's and nobody else's, that all rows together are all
 * memory, what is printed, and numbers that come and go with modules.
 *
 * Mutations that made them fail when tried: the map on the tags, or no room for them; slab_add() that leaves
 * out the slab's rest, chunk_tags_walk() that counts variables twice, no tag in place_take(); no tag by
 * kmem_cache_alloc_bulk() or in alloc_odd(); and those of tests/mutate/alloc_tag.mut.
 */
#include <kunit/test.h>
#include <linux/alloc_tag.h>
#include <linux/fault-inject.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "mm/internal.h"
#include "tests/mm/slab_fixture.h"

/* ---- Rows as they are printed ---- */

static struct {
	unsigned int lines;
	s64 sum;      /* of bytes */
	s64 last;     /* bytes of the last row */
	bool ordered; /* no row larger than the one before it */
	const char *wanted;
	char found[200]; /* the row with `wanted` in it */
	unsigned int finds;
} seen;

static s64 number_at(const char *p)
{
	s64 v = 0;

	while (*p == ' ')
		p++;
	for (; *p >= '0' && *p <= '9'; p++)
		v = v * 10 + *p - '0';
	return v;
}

static void read_line(const char *line)
{
	s64 bytes;

	if (!strncmp(line, "allocinfo", 9) || line[0] == '#')
		return;
	bytes = number_at(line);
	seen.ordered &= !seen.lines++ || bytes <= seen.last;
	seen.sum += bytes;
	seen.last = bytes;
	if (seen.wanted && strstr(line, seen.wanted)) {
		strscpy(seen.found, line, sizeof(seen.found));
		seen.finds++;
	}
}

static void read_rows(const char *wanted)
{
	memset(&seen, 0, sizeof(seen));
	seen.ordered = true;
	seen.wanted = wanted;
	mm_quiesce();
	allocinfo_show(read_line);
}

static s64 pages_taken(void)
{
	return (s64)(nr_managed_pages() - nr_free_pages()) << PAGE_SHIFT;
}

/* ---- Each object has its own tag ---- */

#define OBJECTS 700

static void *one_place(struct kmem_cache *s)
{
	return kmem_cache_alloc(s, GFP_KERNEL);
}

static void *other_place(struct kmem_cache *s)
{
	return kmem_cache_alloc(s, GFP_KERNEL);
}

/* One of three by chance, the last by kmem_cache_alloc_bulk() from a third place. */
static void *some_place(struct kmem_cache *s, u32 which)
{
	void *p;

	if (which < 2)
		return which ? one_place(s) : other_place(s);
	return kmem_cache_alloc_bulk(s, GFP_KERNEL, 1, &p) ? p : NULL;
}

static const char *const places[] = { "other_place", "one_place", "some_place" };

/* Filled to the brim: what is the allocator's is not in it. */
static void fill_objects(struct kunit *test, struct kmem_cache *s, void **p, u8 *which)
{
	for (unsigned int i = 0; i < OBJECTS; i++) {
		which[i] = kunit_rand(test) % 3;
		p[i] = some_place(s, which[i]);
		KUNIT_ASSERT_NOT_NULL(test, p[i]);
		memset(p[i], i, s->object_size);
	}
}

static void expect_tags(struct kunit *test, struct kmem_cache *s, void **p, const u8 *which)
{
	for (unsigned int i = 0; i < OBJECTS; i++) {
		/* any address in it will do */
		const struct alloc_tag *tag =
			alloc_tag_of((char *)p[i] + kunit_rand(test) % s->object_size);

		if (!tag || strcmp(tag->func, places[which[i]])) {
			KUNIT_FAIL(test, "%s, object %u of %u bytes: %s instead of %s", s->name, i,
				   s->object_size, tag ? tag->func : "nobody", places[which[i]]);
			return;
		}
		if (memchr_inv(p[i], (u8)i, s->object_size)) {
			KUNIT_FAIL(test, "%s, object %u of %u bytes was written to", s->name, i,
				   s->object_size);
			return;
		}
	}
}

static void nothing(void *obj)
{
}

static void objects_of(struct kunit *test, unsigned int size, slab_flags_t flags,
		       void (*ctor)(void *))
{
	struct kmem_cache *s = kmem_cache_create("neighbours", size, 0, flags, ctor);
	static void *p[OBJECTS];
	static u8 which[OBJECTS];
	unsigned int kept = 0;

	KUNIT_ASSERT_NOT_NULL(test, s);
	fill_objects(test, s, p, which);
	expect_tags(test, s, p, which);
	for (unsigned int i = 0; i < OBJECTS; i += 2)
		kmem_cache_free(s, p[i]);
	for (unsigned int i = 0; i < OBJECTS; i += 2) { /* others' objects, used again */
		which[i] = (which[i] + 1) % 3;
		p[i] = some_place(s, which[i]);
		KUNIT_ASSERT_NOT_NULL(test, p[i]);
		memset(p[i], i, s->object_size);
	}
	expect_tags(test, s, p, which);
	for (unsigned int i = 0; i < OBJECTS; i++) {
		if (which[i])
			kmem_cache_free(s, p[i]);
		else
			kept++;
	}
	read_rows("func:other_place");
	KUNIT_EXPECT_EQ(test, seen.finds, 1U);
	KUNIT_EXPECT_EQ(test, number_at(seen.found), (s64)kept * s->size);
	for (unsigned int i = 0; i < OBJECTS; i++) {
		if (!which[i])
			kmem_cache_free(s, p[i]);
	}
	kmem_cache_destroy(s);
}

/* Words at the object's start, in its middle and behind it; maps in and outside the slab. */
static void tags_of_neighbours(struct kunit *test)
{
	static const unsigned int sizes[] = { 8,    12,	  16,	24,   33,   64,	  96,
					      100,  128,  192,	256,  500,  1000, 1024,
					      2000, 2040, 2048, 3000, 4096, 5000, 8192 };

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		objects_of(test, sizes[i], 0, NULL);
		objects_of(test, sizes[i], SLAB_HWCACHE_ALIGN, nothing);
		objects_of(test, sizes[i], SLAB_TYPESAFE_BY_RCU, NULL);
		objects_of(test, sizes[i], SLAB_RED_ZONE, NULL);
		objects_of(test, sizes[i], SLAB_STORE_USER | SLAB_POISON, NULL);
	}
}

/* ---- All rows together ---- */

/* A bit of everything that holds pages. */
struct everything {
	void *small, *large, *area;
	struct page *block;
	void __percpu *percpu;
	struct kmem_cache *cache;
	void *object;
};

static void hold(struct kunit *test, struct everything *e)
{
	*e = (struct everything){
		.small = kmalloc(100, GFP_KERNEL),
		.large = kmalloc(50000, GFP_KERNEL),
		.area = vmalloc(35 * PAGE_SIZE),
		.block = alloc_pages(GFP_KERNEL, 5),
		.percpu = __alloc_percpu(3000, 8),
		.cache = kmem_cache_create("everything", 600, 0, 0, NULL),
	};
	KUNIT_ASSERT_TRUE(test,
			  e->small && e->large && e->area && e->block && e->percpu && e->cache);
	e->object = kmem_cache_alloc(e->cache, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, e->object);
}

static void let_go(struct everything *e)
{
	kmem_cache_free(e->cache, e->object);
	kmem_cache_destroy(e->cache);
	free_percpu(e->percpu);
	__free_pages(e->block, 5);
	vfree(e->area);
	kfree(e->large);
	kfree(e->small);
}

static void rows_are_all_memory(struct kunit *test)
{
	struct everything e;

	read_rows(NULL);
	KUNIT_EXPECT_EQ(test, seen.sum, pages_taken());
	hold(test, &e);
	read_rows("func:hold");
	KUNIT_EXPECT_EQ(test, seen.sum, pages_taken());
	KUNIT_EXPECT_EQ(test, seen.finds, 7U);
	let_go(&e);
	read_rows("func:hold");
	KUNIT_EXPECT_EQ(test, seen.sum, pages_taken());
	KUNIT_EXPECT_EQ(test, seen.finds, 0U);
}

/* Magazines and depots hold free objects: they are nobody's before anything is drained. */
static void cached_objects_are_free(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	void *p[300];

	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++) {
		p[i] = kmem_cache_alloc(s, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p[i]);
	}
	for (unsigned int i = 1; i < ARRAY_SIZE(p); i++)
		kmem_cache_free(s, p[i]);
	memset(&seen, 0, sizeof(seen));
	seen.wanted = "func:cached_objects_are_free";
	allocinfo_show(read_line);
	KUNIT_EXPECT_EQ(test, seen.finds, 1U);
	KUNIT_EXPECT_EQ(test, number_at(seen.found), s->size);
	kmem_cache_free(s, p[0]);
	kmem_cache_destroy(s);
}

/* What an object of kmalloc(size) takes: more than its class with slab_debug=. */
static unsigned int taken_by(size_t size)
{
	return kmalloc_caches[KMALLOC_NORMAL][kmalloc_index(size)]->size;
}

static void rows_are_linux_layout(struct kunit *test)
{
	char expected[200];
	u32 line = __LINE__ + 1;
	void *p = kmalloc(3000, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	read_rows("func:rows_are_linux_layout");
	snprintf(expected, sizeof(expected),
		 "%12u %8u tests/mm/alloc_tag_test.c:%u func:rows_are_linux_layout", taken_by(3000),
		 1, line);
	KUNIT_EXPECT_STREQ(test, seen.found, expected);
	kfree(p);
}

static void top_is_the_largest(struct kunit *test)
{
	struct page *block = alloc_pages(GFP_KERNEL, 9);

	KUNIT_ASSERT_NOT_NULL(test, block);
	memset(&seen, 0, sizeof(seen));
	seen.ordered = true;
	seen.wanted = "func:top_is_the_largest";
	allocinfo_show_top(read_line, 5);
	KUNIT_EXPECT_EQ(test, seen.lines, 5U);
	KUNIT_EXPECT_TRUE(test, seen.ordered);
	KUNIT_EXPECT_EQ(test, seen.finds, 1U);
	__free_pages(block, 9);
	memset(&seen, 0, sizeof(seen));
	seen.ordered = true;
	mm_quiesce();
	allocinfo_show_top(read_line, ~0U);
	KUNIT_EXPECT_TRUE(test, seen.ordered);
	KUNIT_EXPECT_EQ(test, seen.sum, pages_taken()); /* each row once */
}

static bool warned_of;

static void read_warning(const char *line, size_t n)
{
	warned_of |= strnstr(line, "Memory allocations:", n) != NULL;
	if (warned_of && strnstr(line, "func:memory_runs_out", n))
		seen.finds++;
}

/* What the page allocator prints when it fails. */
static void memory_runs_out(struct kunit *test)
{
	struct page *block = alloc_pages(GFP_KERNEL, 9);
	printk_hook_t before;

	KUNIT_ASSERT_NOT_NULL(test, block);
	warned_of = false;
	seen.finds = 0;
	before = printk_set_hook(read_warning);
	allocinfo_warn();
	printk_set_hook(before);
	KUNIT_EXPECT_TRUE(test, warned_of);
	KUNIT_EXPECT_EQ(test, seen.finds, 1U);
	__free_pages(block, 9);
}

/* ---- Without memory for tags ---- */

static void chunk_without_tags(struct kunit *test)
{
	struct fault_attr large = {
		.probability = 100, .interval = 1, .min_order = 2, .times = ATOMIC_INIT(-1)
	};
	struct fault_injection was;
	void __percpu *p[9] = {};
	unsigned int unknown_ones = 0;

	if (taken_by(3000) > 4096)
		kunit_skip(test, "with slab_debug= the chunks themselves need larger blocks");
	kfree(kmalloc(3000, GFP_KERNEL)); /* a slab for the chunks themselves */
	was = fault_inject_set((struct fault_injection){ .page = &large });
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = __alloc_percpu(PCPU_MIN_UNIT_SIZE, 8);
	fault_inject_set(was);
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++) {
		KUNIT_EXPECT_NOT_NULL(test, p[i]);
		unknown_ones += p[i] && !alloc_tag_of((const void *)p[i]);
	}
	KUNIT_EXPECT_GE(test, unknown_ones, 6U); /* more than the first chunk has room for */
	read_rows("unknown:0 func:unknown");
	KUNIT_EXPECT_EQ(test, seen.finds, 1U);
	KUNIT_EXPECT_EQ(test, number_at(seen.found),
			(s64)unknown_ones * PCPU_MIN_UNIT_SIZE * nr_cpu_ids);
	KUNIT_EXPECT_EQ(test, seen.sum, pages_taken());
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
		free_percpu(p[i]);
}

/* ---- Numbers ---- */

extern struct alloc_tag __start_alloc_tags[], __stop_alloc_tags[];

/* Each of the image's tags has one of its own, and none has 0. */
static void numbers_of_the_image(struct kunit *test)
{
	size_t nr = __stop_alloc_tags - __start_alloc_tags, wrong = 0;
	char wanted[160];
	void *p;

	KUNIT_EXPECT_GT(test, nr, 100UL);
	for (size_t i = 0; i < nr; i++)
		wrong += __start_alloc_tags[i].id != i + 1;
	KUNIT_EXPECT_EQ(test, wrong, 0UL);
	p = kmalloc_tagged(64, GFP_KERNEL, 1);
	KUNIT_EXPECT_PTR_EQ(test, alloc_tag_of(p), (const struct alloc_tag *)__start_alloc_tags);
	snprintf(wanted, sizeof(wanted), "%s:%u func:%s", __start_alloc_tags[0].file,
		 __start_alloc_tags[0].line, __start_alloc_tags[0].func);
	read_rows(wanted);
	KUNIT_EXPECT_EQ(test, seen.finds, 1U); /* the first has a row too */
	kfree(p);
}

/* ---- Modules ---- */

static struct alloc_tag module_tags[3] = {
	{ .file = "first.c", .func = "f", .line = 1 },
	{ .file = "second.c", .func = "g", .line = 2 },
	{ .file = "third.c", .func = "h", .line = 3 },
};
static struct alloc_tag next_tags[3], many_tags[1];
static const struct alloc_tag *last_held;
static unsigned int nr_held;

static void note_held(const struct alloc_tag *tag, void *arg)
{
	last_held = tag;
	nr_held++;
}

static u64 held(struct alloc_tag *tags)
{
	nr_held = 0;
	last_held = NULL;
	mm_quiesce();
	return alloc_tags_held(tags, note_held, NULL);
}

static void module_holds(struct kunit *test)
{
	void *p, *q, *other = kmalloc(64, GFP_KERNEL);

	KUNIT_ASSERT_EQ(test, alloc_tags_register(module_tags, 3, "fake"), 0);
	KUNIT_EXPECT_EQ(test, held(module_tags), 0ULL);
	KUNIT_EXPECT_EQ(test, nr_held, 0U);
	p = kmalloc_tagged(64, GFP_KERNEL, module_tags[1].id);
	q = kmalloc_tagged(unknown(64), GFP_KERNEL, module_tags[1].id);
	KUNIT_ASSERT_TRUE(test, p && q && other);
	KUNIT_EXPECT_EQ(test, held(module_tags), 2ULL * taken_by(64));
	KUNIT_EXPECT_EQ(test, nr_held, 1U);
	KUNIT_EXPECT_PTR_EQ(test, last_held, (const struct alloc_tag *)&module_tags[1]);
	KUNIT_EXPECT_EQ(test, module_tags[1].calls, 2ULL);
	KUNIT_EXPECT_PTR_EQ(test, alloc_tag_of(q), (const struct alloc_tag *)&module_tags[1]);
	read_rows("second.c:2 [fake] func:g");
	KUNIT_EXPECT_EQ(test, seen.finds, 1U);
	kfree(p);
	kfree(q);
	kfree(other);
	alloc_tags_unregister(module_tags);
	KUNIT_EXPECT_EQ(test, held(module_tags), 0ULL);
}

/* What it holds when it goes is nobody's, and not the next one's, until it is freed. */
static void module_goes(struct kunit *test)
{
	u16 first;
	void *p;

	KUNIT_ASSERT_EQ(test, alloc_tags_register(module_tags, 3, "fake"), 0);
	first = module_tags[0].id;
	p = kmalloc_tagged(64, GFP_KERNEL, module_tags[2].id);
	KUNIT_ASSERT_NOT_NULL(test, p);
	alloc_tags_unregister(module_tags);
	KUNIT_EXPECT_NULL(test, alloc_tag_of(p));
	read_rows("unknown:0 func:unknown");
	KUNIT_EXPECT_EQ(test, number_at(seen.found), (s64)taken_by(64));
	KUNIT_ASSERT_EQ(test, alloc_tags_register(next_tags, 3, "next"), 0);
	KUNIT_EXPECT_NE(test, next_tags[0].id, first);
	KUNIT_EXPECT_EQ(test, held(next_tags), 0ULL);
	alloc_tags_unregister(next_tags);
	kfree(p);
	KUNIT_ASSERT_EQ(test, alloc_tags_register(next_tags, 3, "next"), 0);
	KUNIT_EXPECT_EQ(test, next_tags[0].id, first);
	alloc_tags_unregister(next_tags);
	KUNIT_EXPECT_EQ(test, alloc_tags_register(many_tags, 32768, "huge"), -ENOSPC);
}

/* Ranges side by side: each number leads to its own. */
static void modules_side_by_side(struct kunit *test)
{
	void *p[6];

	KUNIT_ASSERT_EQ(test, alloc_tags_register(module_tags, 3, "fake"), 0);
	KUNIT_ASSERT_EQ(test, alloc_tags_register(next_tags, 3, "next"), 0);
	KUNIT_EXPECT_EQ(test, next_tags[0].id, module_tags[2].id + 1);
	for (unsigned int i = 0; i < 6; i++)
		p[i] = kmalloc_tagged(64, GFP_KERNEL,
				      i < 3 ? module_tags[i].id : next_tags[i - 3].id);
	for (unsigned int i = 0; i < 6; i++) {
		const struct alloc_tag *own = i < 3 ? &module_tags[i] : &next_tags[i - 3];

		KUNIT_EXPECT_PTR_EQ(test, alloc_tag_of(p[i]), own);
		kfree(p[i]);
	}
	alloc_tags_unregister(module_tags);
	KUNIT_ASSERT_EQ(test, alloc_tags_register(module_tags, 3, "back"), 0); /* into the gap */
	KUNIT_EXPECT_EQ(test, next_tags[0].id, module_tags[2].id + 1);
	alloc_tags_unregister(module_tags);
	alloc_tags_unregister(next_tags);
}

static int init(struct kunit *test)
{
	if (!mem_alloc_profiling_enabled())
		kunit_skip(test, "sysctl.vm.mem_profiling=0");
	return 0;
}

static struct kunit_case cases[] = { KUNIT_CASE(tags_of_neighbours),
				     KUNIT_CASE(rows_are_all_memory),
				     KUNIT_CASE(cached_objects_are_free),
				     KUNIT_CASE(rows_are_linux_layout),
				     KUNIT_CASE(top_is_the_largest),
				     KUNIT_CASE(memory_runs_out),
				     KUNIT_CASE(chunk_without_tags),
				     KUNIT_CASE(numbers_of_the_image),
				     KUNIT_CASE(module_holds),
				     KUNIT_CASE(module_goes),
				     KUNIT_CASE(modules_side_by_side),
				     {} };
static struct kunit_suite suite = { .name = "alloc_tag",
				    .suite_init = plain_caches,
				    .suite_exit = as_booted,
				    .init = init,
				    .test_cases = cases };
kunit_test_suite(suite);
