// SPDX-License-Identifier: MIT
/*
 * Tests of mm/slab_traces.c: tracks that are added up.
 *
 * Mutations: tests/mutate/slab_traces.mut.
 */
#include <kunit/test.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "mm/slab.h"
#include "tests/mm/slab_fixture.h"

/* ---- A listing, read ---- */

static struct {
	char row[6][160];   /* lines with a count */
	char stack[6][512]; /* below each of them */
	unsigned int rows;
	unsigned int others; /* lines that are none of these */
	char last[160];
} seen;

static void read_line(const char *text)
{
	unsigned int i = seen.rows;

	if (text[0])
		strscpy(seen.last, text, sizeof(seen.last));
	if (text[0] == ' ' && text[7] == ' ' && text[6] != ' ') {
		if (i < ARRAY_SIZE(seen.row))
			strscpy(seen.row[i], text, sizeof(seen.row[i]));
		seen.rows++;
	} else if (!strncmp(text, "        ", 8) && text[8] != ' ') {
		if (i && i <= ARRAY_SIZE(seen.row))
			strlcat(seen.stack[i - 1], text, sizeof(seen.stack[0]));
	} else if (text[0]) {
		seen.others++;
	}
}

static void read_traces(struct kmem_cache *s, enum track_item item)
{
	memset(&seen, 0, sizeof(seen));
	slab_traces_show(s, item, read_line);
}

static void row_has(struct kunit *test, unsigned int i, const char *what)
{
	KUNIT_EXPECT_TRUE_MSG(test, strstr(seen.row[i], what), "\"%s\" is not in \"%s\"", what,
			      seen.row[i]);
}

/* ---- Users of a cache ---- */

static noinline void *take_one(struct kmem_cache *s)
{
	void *p = kmem_cache_alloc(s, GFP_KERNEL);

	barrier();
	return p;
}

/* A loop whose length the compiler doesn't know is one place. */
static noinline unsigned int take_many(struct kmem_cache *s, void **p, unsigned int n)
{
	unsigned int i = 0;

	while (i < n && (p[i] = kmem_cache_alloc(s, GFP_KERNEL)))
		i++;
	return i;
}

static noinline unsigned int take_sized(struct kmem_cache *s, void **p, unsigned int n, size_t size)
{
	unsigned int i = 0;

	while (i < n && (p[i] = __kmalloc_cache(s->place, GFP_KERNEL, size, ALLOC_TAG_HERE())))
		i++;
	return i;
}

/* Objects of several sizes, from one place. */
static noinline void take_sizes(struct kmem_cache *s, void **p, const size_t *size, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		p[i] = __kmalloc_cache(s->place, GFP_KERNEL, size[i], ALLOC_TAG_HERE());
}

static void *one, *many[300];

static void users_are_added_up(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, SLAB_STORE_USER);
	unsigned int n = s->objects + 5; /* a full slab, and another */
	char text[48];

	KUNIT_ASSERT_LE(test, n, (unsigned int)ARRAY_SIZE(many));
	one = take_one(s);
	KUNIT_ASSERT_NOT_NULL(test, one);
	KUNIT_ASSERT_EQ(test, take_many(s, many, n), n);
	KUNIT_EXPECT_EQ(test, s->full.nr, 1U);
	KUNIT_EXPECT_EQ(test, s->partial.nr, 1U);
	read_traces(s, TRACK_ALLOC);
	KUNIT_ASSERT_EQ(test, seen.rows, 2U);
	KUNIT_EXPECT_EQ(test, seen.others, 0U);
	scnprintf(text, sizeof(text), "%7u take_many+", n);
	row_has(test, 0, text);
	row_has(test, 1, "      1 take_one+");
	KUNIT_EXPECT_NOT_NULL(test, strstr(seen.stack[0], "        take_many+"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(seen.stack[1], "        users_are_added_up+"));
	row_has(test, 0, " age=");
	scnprintf(text, sizeof(text), " pid=%d", current->pid);
	row_has(test, 0, text);
	KUNIT_EXPECT_NULL(test, strstr(seen.row[0], "waste="));
	for (unsigned int i = 0; i < n; i++)
		kmem_cache_free(s, many[i]);
	read_traces(s, TRACK_ALLOC);
	KUNIT_EXPECT_EQ(test, seen.rows, 1U);
	row_has(test, 0, "      1 take_one+");
	kmem_cache_free(s, one);
	read_traces(s, TRACK_ALLOC);
	KUNIT_EXPECT_EQ(test, seen.rows, 0U);
	KUNIT_EXPECT_STREQ(test, seen.last, "No data");
	kmem_cache_destroy(s);
}

/* Of live objects: who freed them when they were somebody else's. Most never were. */
static void former_owners_are_added_up(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, SLAB_STORE_USER);
	void *keep, *p;

	keep = take_one(s);
	p = take_one(s);
	kmem_cache_free(s, p);
	KUNIT_EXPECT_PTR_EQ(test, take_one(s), p);
	read_traces(s, TRACK_FREE);
	KUNIT_ASSERT_EQ(test, seen.rows, 2U);
	KUNIT_EXPECT_TRUE(test, strstr(seen.row[0], "      1 ") == seen.row[0]);
	KUNIT_EXPECT_TRUE(test, strstr(seen.row[0], "<not-available>") ||
					strstr(seen.row[1], "<not-available>"));
	KUNIT_EXPECT_TRUE(test, strstr(seen.row[0], "former_owners_are_added_up+") ||
					strstr(seen.row[1], "former_owners_are_added_up+"));
	kmem_cache_free(s, p);
	kmem_cache_free(s, keep);
	kmem_cache_destroy(s);
}

/* Bytes that kmalloc() gave beyond what it was asked for: of each, and of all in the row. */
static void waste_is_told(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, SLAB_STORE_USER | SLAB_KMALLOC);
	void *p[5];

	KUNIT_ASSERT_EQ(test, take_sized(s, p, 3, 40), 3U);
	KUNIT_ASSERT_EQ(test, take_sized(s, p + 3, 2, 64), 2U);
	read_traces(s, TRACK_ALLOC);
	KUNIT_ASSERT_EQ(test, seen.rows, 2U);
	row_has(test, 0, "      3 take_sized+");
	row_has(test, 0, " waste=72/24 ");
	KUNIT_EXPECT_NULL(test, strstr(seen.row[1], "waste="));
	for (int i = 0; i < 5; i++)
		kfree(p[i]);
	kmem_cache_destroy(s);
}

/* The same place wastes more of one object than of another: a row for each. */
static void each_waste_is_a_row(struct kunit *test)
{
	static const size_t size[] = { 40, 60, 40, 60, 40 };
	struct kmem_cache *s = make(test, 64, SLAB_STORE_USER | SLAB_KMALLOC);
	void *p[5];

	take_sizes(s, p, size, unknown(5));
	read_traces(s, TRACK_ALLOC);
	KUNIT_ASSERT_EQ(test, seen.rows, 2U);
	row_has(test, 0, "      3 take_sizes");
	row_has(test, 0, " waste=72/24 ");
	row_has(test, 1, "      2 take_sizes");
	row_has(test, 1, " waste=8/4 ");
	for (int i = 0; i < 5; i++)
		kfree(p[i]);
	kmem_cache_destroy(s);
}

/* More stacks than the table holds: they are counted. The tracks are forged. */
static void no_stack_is_lost(struct kunit *test)
{
	struct kmem_cache *s = make(test, 8, SLAB_STORE_USER);
	static void *p[300];

	KUNIT_ASSERT_EQ(test, take_many(s, p, ARRAY_SIZE(p)), (unsigned int)ARRAY_SIZE(p));
	for (int i = 0; i < ARRAY_SIZE(p); i++) {
		struct track *t = (struct track *)((char *)p[i] + s->track);

		kasan_unpoison(t, sizeof(*t));
		t->ips[0] = i;
	}
	read_traces(s, TRACK_ALLOC);
	KUNIT_EXPECT_GT(test, seen.rows, 255U);
	KUNIT_EXPECT_STREQ(test, seen.last, "     44 objects of further stacks");
	for (int i = 0; i < ARRAY_SIZE(p); i++)
		kmem_cache_free(s, p[i]);
	kmem_cache_destroy(s);
}

/* The object came by one more function of the allocator's: the user is the same. */
static void forge_another_way(struct track *t)
{
	memmove(t->ips + 1, t->ips, t->nr++ * sizeof(t->ips[0]));
	t->ips[0] = (unsigned long)kfree + 1;
}

/*
 * Tracks of several CPUs and threads: each range is told as such, also of rows that are merged. The
 * tracks are forged.
 */
static void ranges_are_told(struct kunit *test)
{
	static const u16 cpus[] = { 0, 1, 2, 5 };
	struct kmem_cache *s = make(test, 8, SLAB_STORE_USER);
	void *p[4];

	KUNIT_ASSERT_EQ(test, take_many(s, p, 4), 4U);
	for (int i = 0; i < 4; i++) {
		struct track *t = (struct track *)((char *)p[i] + s->track);

		kasan_unpoison(t, sizeof(*t));
		t->cpu = cpus[i];
		t->pid = 7 + i;
		t->when = jiffies - 1000 * (i + 1);
		t->nr = min(t->nr, (u16)(TRACK_DEPTH - 1)); /* room for one more */
		if (i % 2)
			forge_another_way(t);
	}
	read_traces(s, TRACK_ALLOC);
	KUNIT_EXPECT_EQ(test, seen.rows, 1U);
	row_has(test, 0, "      4 take_many");
	row_has(test, 0, " pid=7-10");
	if (nr_cpu_ids > 1)
		row_has(test, 0, " cpus=0-2,5");
	KUNIT_EXPECT_NOT_NULL(test, strchr(strstr(seen.row[0], " age="), '/'));
	for (int i = 0; i < 4; i++)
		kmem_cache_free(s, p[i]);
	kmem_cache_destroy(s);
}

static void others_have_no_data(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, SLAB_RED_ZONE);
	void *p = take_one(s);

	read_traces(s, TRACK_ALLOC);
	KUNIT_EXPECT_EQ(test, seen.rows, 0U);
	KUNIT_EXPECT_EQ(test, seen.others, 1U);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(users_are_added_up), KUNIT_CASE(former_owners_are_added_up),
	KUNIT_CASE(waste_is_told),	KUNIT_CASE(each_waste_is_a_row),
	KUNIT_CASE(no_stack_is_lost),	KUNIT_CASE(ranges_are_told),
	KUNIT_CASE(others_have_no_data),
	{}
};
static struct kunit_suite suite = {
	.name = "slab_traces",
	.suite_init = plain_caches,
	.suite_exit = as_booted,
	.test_cases = cases,
};
kunit_test_suite(suite);
