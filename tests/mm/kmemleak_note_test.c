// SPDX-License-Identifier: MIT
/*
 * Tests of mm/kmemleak_note.c and of reports of leaks: what callers say of their blocks, what is told of
 * a leak, and scans while other CPUs work.
 *
 * Mutations: tests/mutate/kmemleak*.mut.
 */
#include <kunit/test.h>
#include <linux/alloc_tag.h>
#include <linux/errno.h>
#include <linux/fault-inject.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <linux/printk.h>
#include <linux/sprintf.h>
#include <quarry/report.h>
#include "mm/internal.h"
#include "tests/mm/kmemleak_fixture.h"
#include "tests/mm/smp_fixture.h"

/* ---- What the caller says ---- */

static void not_leak(struct kunit *test)
{
	hidden_t h = lose_object(64), inner = lose_object(32);

	KUNIT_ASSERT_NE(test, h, 0UL);
	KUNIT_ASSERT_NE(test, inner, 0UL);
	put_word(h, 0, inner);
	expect_leak(test, inner, 32, 2);
	say(kmemleak_not_leak, h, 0);
	expect_none(test);
	free_object(h);
	free_object(inner);
}

static void ignored(struct kunit *test)
{
	hidden_t h = lose_object(64), inner = lose_object(32);

	KUNIT_ASSERT_NE(test, h, 0UL);
	KUNIT_ASSERT_NE(test, inner, 0UL);
	put_word(h, 0, inner);
	say(kmemleak_ignore, h, 0);
	expect_leak(test, inner, 32, 1);
	free_object(h);
	free_object(inner);
}

static void not_scanned(struct kunit *test)
{
	hidden_t h = lose_object(64), inner = lose_object(32);

	KUNIT_ASSERT_NE(test, h, 0UL);
	KUNIT_ASSERT_NE(test, inner, 0UL);
	put_word(h, 0, inner);
	root_at(h, 0);
	expect_none(test);
	say(kmemleak_no_scan, h, 0);
	expect_leak(test, inner, 32, 1);
	root = NULL;
	expect_leak(test, h, 64, 2);
	free_object(h);
	free_object(inner);
}

/* An area that isn't scanned still holds its pages. */
static void area_not_scanned(struct kunit *test)
{
	hidden_t h = lose_area(2 * PAGE_SIZE);

	KUNIT_ASSERT_NE(test, h, 0UL);
	say(kmemleak_no_scan, h, 0);
	root_at(h, 0);
	expect_none(test);
	root = NULL;
	expect_leak(test, h, 2 * PAGE_SIZE, 1);
	free_area(h);
}

static void areas_scanned(struct kunit *test)
{
	hidden_t h = lose_object(256), inner = lose_object(32);

	KUNIT_ASSERT_NE(test, h, 0UL);
	KUNIT_ASSERT_NE(test, inner, 0UL);
	root_at(h, 0);
	say_area(h, 4 * sizeof(void *), 16);
	say_area(h, 30 * sizeof(void *), SIZE_MAX);
	for (unsigned int i = 3; i < 32; i += i == 6 ? 23 : 1) {
		put_word(h, i * sizeof(void *), inner);
		if (i == 4 || i == 5 || i >= 30)
			expect_none(test);
		else
			expect_leak(test, inner, 32, 1);
		put_word(h, i * sizeof(void *), HIDDEN_NULL);
	}
	root = NULL;
	free_object(h);
	free_object(inner);
}

static void transient(struct kunit *test)
{
	hidden_t h = lose_object(64);

	KUNIT_ASSERT_NE(test, h, 0UL);
	say(kmemleak_transient_leak, h, 0);
	expect_none(test);
	expect_leak(test, h, 64, 1);
	free_object(h);
}

static noinline bool lose_at(hidden_t wanted)
{
	void *p = kzalloc(1024, GFP_KERNEL);

	if (hide(p) == wanted)
		return true;
	kfree(p);
	return false;
}

/* What was said of an object does not hold for the next at its address. */
static void notes_end_with_their_block(struct kunit *test)
{
	hidden_t h = lose_object(1024);

	KUNIT_ASSERT_NE(test, h, 0UL);
	if (!mem_alloc_profiling_enabled())
		kunit_skip(test,
			   "without accounting a note lasts as long as its address is in use");
	say(kmemleak_not_leak, h, 0);
	expect_none(test);
	free_object(h);
	for (unsigned int i = 0; !lose_at(h); i++)
		KUNIT_ASSERT_LT(test, i, 10000U);
	expect_leak(test, h, 1024, 1);
	say(kmemleak_no_scan, h, 0); /* by now a note of this one */
	expect_leak(test, h, 1024, 1);
	free_object(h);
}

/* Block `i` of a pool in a page. */
static hidden_t pool_of(hidden_t h, unsigned int i)
{
	return hide(shown(h) + 512 + i * 64);
}

static noinline void own_alloc(hidden_t h, size_t size, int min_count)
{
	kmemleak_alloc(shown(h), size, min_count, GFP_KERNEL);
}

static noinline void own_free_part(hidden_t h, size_t offset, size_t size)
{
	kmemleak_free_part(shown(h) + offset, size);
}

static noinline void own_free_part_phys(hidden_t h, size_t offset, size_t size)
{
	kmemleak_free_part_phys(__pa(shown(h)) + offset, size);
}

/* Blocks that are cut from a page: references are counted. */
static void own_blocks(struct kunit *test)
{
	hidden_t h = lose_pages(0);

	KUNIT_ASSERT_NE(test, h, 0UL);
	say(kmemleak_ignore, h, 0); /* the pool's links would be references */
	own_alloc(pool_of(h, 0), 64, 1);
	own_alloc(pool_of(h, 1), 64, 2);
	own_alloc(pool_of(h, 2), 64, 0);
	expect_leak(test, pool_of(h, 0), 64, 2);
	root_at(pool_of(h, 0), 63);
	expect_leak(test, pool_of(h, 1), 64, 1);
	root_at(pool_of(h, 1), 1);
	expect_leak(test, pool_of(h, 1), 64, 2); /* one word is not enough */
	put_word(pool_of(h, 2), 0, pool_of(h, 1));
	expect_leak(test, pool_of(h, 0), 64, 1);
	root_at(pool_of(h, 0), 0);
	put_word(pool_of(h, 0), 0, pool_of(h, 1));
	expect_none(test);
	root = NULL;
	for (unsigned int i = 0; i < 3; i++)
		say(kmemleak_free, pool_of(h, i), 0);
	expect_none(test);
	free_lost_pages(h, 0);
}

static void parts_of_own_blocks(struct kunit *test)
{
	hidden_t h = lose_pages(0);

	KUNIT_ASSERT_NE(test, h, 0UL);
	say(kmemleak_ignore, h, 0);
	own_alloc(pool_of(h, 0), 192, 1);
	expect_leak(test, pool_of(h, 0), 192, 1);
	own_free_part(pool_of(h, 1), 0, 64);
	expect_leak(test, pool_of(h, 0), 64, 2);
	expect_leak(test, pool_of(h, 2), 64, 2);
	own_free_part(pool_of(h, 0), 0, 32);
	expect_leak(test, hide(shown(pool_of(h, 0)) + 32), 32, 2);
	own_free_part_phys(pool_of(h, 0), 32, 32);
	say(kmemleak_free, pool_of(h, 2), 0);
	expect_none(test);
	free_lost_pages(h, 0);
}

static void *noscan_words[64];

static void range_of_data(struct kunit *test)
{
	static bool excluded;
	hidden_t h = lose_object(64);

	KUNIT_ASSERT_NE(test, h, 0UL);
	if (!excluded)
		kmemleak_no_scan_range(&noscan_words[1], 62 * sizeof(void *));
	excluded = true;
	set_word(&noscan_words[0], h);
	expect_none(test);
	WRITE_ONCE(noscan_words[0], NULL);
	set_word(&noscan_words[1], h);
	expect_leak(test, h, 64, 1);
	set_word(&noscan_words[62], h);
	expect_leak(test, h, 64, 1);
	set_word(&noscan_words[63], h);
	expect_none(test);
	memset(noscan_words, 0, sizeof(noscan_words));
	free_object(h);
}

/* What is said of nothing is said to be so, and changes nothing. */
static void of_nothing(struct kunit *test)
{
	hidden_t h = lose_object(64);

	KUNIT_ASSERT_NE(test, h, 0UL);
	kmemleak_not_leak(NULL);
	kmemleak_not_leak(ZERO_SIZE_PTR);
	say(kmemleak_not_leak, h, 8);
	kmemleak_no_scan(hidden);
	say(kmemleak_free, h, 0);
	expect_leak(test, h, 64, 1);
	free_object(h);
}

/* ---- Reports ---- */

static noinline long report(const char **text, unsigned int *reports)
{
	long fresh;

	kmemleak_forget_stack();
	report_capture_start();
	fresh = kmemleak_report_new();
	*reports = report_capture_stop(text);
	return fresh;
}

static noinline void write_text(hidden_t h)
{
	strscpy(shown(h) + 1, "Quarry was here", 16);
}

static noinline void print_headline(hidden_t h, char *line, size_t size)
{
	snprintf(line, size, "unreferenced object 0x%px (size 64):", shown(h));
}

static void report_text(struct kunit *test)
{
	hidden_t h = lose_object(64);
	unsigned int reports;
	const char *text;
	char line[64];

	KUNIT_ASSERT_NE(test, h, 0UL);
	write_text(h);
	KUNIT_EXPECT_EQ(test, report(&text, &reports), 1L);
	KUNIT_EXPECT_EQ(test, reports, 1U);
	print_headline(h, line, sizeof(line));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, line));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "  hex dump (first 32 bytes):"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, ".Quarry was here"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "Advice: Nothing refers to it any more"));
	if (mem_alloc_profiling_enabled())
		KUNIT_EXPECT_NOT_NULL(test, strstr(text, "kmemleak_fixture.h:"));
	memset(line, 0, sizeof(line));
	free_object(h);
}

/* With the stack of the allocation, where the cache keeps it. */
static void report_with_stack(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("tracked", 64, 0, SLAB_STORE_USER, NULL);
	unsigned int reports;
	const char *text;
	hidden_t h;

	KUNIT_ASSERT_NOT_NULL(test, s);
	h = lose_cached(s);
	KUNIT_ASSERT_NE(test, h, 0UL);
	KUNIT_EXPECT_EQ(test, report(&text, &reports), 1L);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "  tracked, "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "  backtrace:\n get_cached+"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "jiffies "));
	KUNIT_EXPECT_NULL(test, strstr(text, "kmemleak=on"));
	free_cached(s, h);
	kmem_cache_destroy(s);
}

/* Blocks of pages have the stack that page_owner keeps; without it the advice names the switch. */
static void report_with_page_stack(struct kunit *test)
{
	static const struct {
		hidden_t (*lose)(size_t size);
		void (*free)(hidden_t h);
		size_t size;
		const char *by;
	} kinds[] = {
		{ lose_object, free_object, KMALLOC_MAX_CACHE_SIZE + 1, " get_object+" },
		{ lose_area, free_area, 2 * PAGE_SIZE, " get_area+" },
	};
	bool known = page_debug & PAGE_DEBUG_OWNER;

	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		hidden_t h = kinds[i].lose(kinds[i].size);
		unsigned int reports;
		const char *text;

		KUNIT_ASSERT_NE(test, h, 0UL);
		KUNIT_EXPECT_EQ(test, report(&text, &reports), 1L);
		KUNIT_EXPECT_EQ(test, strstr(text, "  backtrace:\n") != NULL, known);
		KUNIT_EXPECT_EQ(test, strstr(text, kinds[i].by) != NULL, known);
		/* and who called that, behind the functions of the allocators */
		KUNIT_EXPECT_EQ(test, strstr(text, " report_with_page_stack+") != NULL, known);
		KUNIT_EXPECT_EQ(test, strstr(text, ", jiffies ") != NULL, known);
		KUNIT_EXPECT_EQ(test, strstr(text, " page_owner=on on the boot line") != NULL, !known);
		KUNIT_EXPECT_NULL(test, strstr(text, " kmemleak=on on the boot line"));
		kinds[i].free(h);
	}
}

static void reported_once(struct kunit *test)
{
	hidden_t h = lose_object(64), other;
	unsigned int reports;
	const char *text;

	KUNIT_ASSERT_NE(test, h, 0UL);
	KUNIT_EXPECT_EQ(test, report(&text, &reports), 1L);
	KUNIT_EXPECT_EQ(test, report(&text, &reports), 0L);
	KUNIT_EXPECT_EQ(test, reports, 0U);
	other = lose_object(64);
	KUNIT_ASSERT_NE(test, other, 0UL);
	KUNIT_EXPECT_EQ(test, report(&text, &reports), 1L);
	expect_leak(test, h, 64, 2);
	kmemleak_clear();
	expect_none(test);
	free_object(h);
	free_object(other);
}

/* Sixteen are told one by one, the others in a list. */
static void many_reports(struct kunit *test)
{
	unsigned int reports;
	const char *text;

	for (unsigned int i = 0; i < 20; i++) {
		hidden[i] = lose_object(64);
		KUNIT_ASSERT_NE(test, hidden[i], 0UL);
	}
	KUNIT_EXPECT_EQ(test, report(&text, &reports), 20L);
	KUNIT_EXPECT_EQ(test, reports, 17U);
	for (unsigned int i = 0; i < 20; i++)
		free_object(hidden[i]);
}

static unsigned int line_lost;

static __lost void *get_here(unsigned long size)
{
	void *p = kzalloc(size, GFP_KERNEL);

	line_lost = __LINE__ - 2;
	return p;
}

static unsigned int no_scans;

static void count_no_scans(const char *line, size_t n)
{
	no_scans += strnstr(line, "kmemleak: no scan: no memory for ", n) != NULL;
}

/* Without memory there is no scan: that is said, and is not the answer that there are no leaks. */
static void no_scan_is_no_answer(struct kunit *test)
{
	hidden_t h = lose_object(64);
	unsigned int reports = 0, refused = 0;
	const char *text;
	long fresh;

	KUNIT_ASSERT_NE(test, h, 0UL);
	for (unsigned long n = 1; n < 100; n++) {
		struct fault_attr attr = FAULT_ATTR_FROM_NTH(n);
		struct fault_injection was;
		printk_hook_t before;

		no_scans = 0;
		before = printk_set_hook(count_no_scans);
		was = fault_inject_set((struct fault_injection){ .slab = &attr });
		fresh = report(&text, &reports);
		fault_inject_set(was);
		printk_set_hook(before);
		if (fresh > 0)
			break;
		KUNIT_ASSERT_EQ(test, fresh, -ENOMEM);
		KUNIT_EXPECT_EQ(test, no_scans, 1U);
		KUNIT_EXPECT_EQ(test, reports, 0U);
		refused++;
	}
	KUNIT_EXPECT_GE(test, refused, 2U); /* what it finds, its tables */
	KUNIT_EXPECT_EQ(test, fresh, 1L);
	KUNIT_EXPECT_EQ(test, reports, 1U);
	free_object(h);
}

static void count_of_a_place(struct kunit *test)
{
	const struct alloc_tag *tag;
	struct kmemleak_scan *s;

	for (unsigned int i = 0; i < 3; i++) {
		hidden[i] = lose(get_here, put_object, 200);
		KUNIT_ASSERT_NE(test, hidden[i], 0UL);
	}
	tag = alloc_tag_of(shown(hidden[0]));
	if (!tag)
		kunit_skip(test, "without accounting places have no tags");
	KUNIT_EXPECT_EQ(test, tag->line, line_lost);
	root_at(hidden[2], 0);
	kmemleak_forget_stack();
	s = kmemleak_look();
	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_EQ(test, kmemleak_of_tag(s, tag), 2UL);
	kmemleak_look_end(s);
	root = NULL;
	for (unsigned int i = 0; i < 3; i++)
		free_object(hidden[i]);
}

/* ---- While others work ---- */

#define STORM_SCANS 8

struct storm {
	unsigned long leaks;
	unsigned int scans;
};

struct item {
	struct list_head list;
	void *word;
};

/* Anything of which it says that nobody refers to it? The others go on until there is an answer. */
static void storm_scan(struct storm *storm)
{
	struct kmemleak_scan *s = kmemleak_look();

	for (unsigned int i = 0; s && i < s->nr; i++) {
		const char *module;
		const struct alloc_tag *tag = alloc_tag_number(s->leak[i].tag, &module);

		pr_info("storm: %s of %zu bytes, allocated at %s:%u\n", s->leak[i].what,
			s->leak[i].size, tag ? tag->file : "?", tag ? tag->line : 0);
	}
	storm->leaks += s ? s->leaks : 0;
	kmemleak_look_end(s);
	WRITE_ONCE(storm->scans, storm->scans + (s != NULL));
}

static bool storm_goes_on(struct smp_cpu *c, const struct storm *storm)
{
	bool more = smp_more(c);

	return more || (c->id && READ_ONCE(storm->scans) < STORM_SCANS);
}

/* Memory of all kinds that comes and goes, from hand to hand; CPU 0 scans. */
static void storm_cpu(struct smp_cpu *c)
{
	struct storm *storm = c->shared;

	while (!c->id && storm->scans < STORM_SCANS)
		storm_scan(storm);
	while (storm_goes_on(c, storm)) {
		struct item *item = kzalloc(smp_rand(c, 3) ? sizeof(*item) : 9000, GFP_KERNEL);

		kfree(smp_swap(c, item));
		vfree(smp_rand(c, 20) ? NULL : vmalloc((1 + smp_rand(c, 12)) * PAGE_SIZE));
		free_percpu(smp_rand(c, 20) ? NULL : alloc_percpu(u64));
	}
}

static void storm_discard(struct smp_cpu *c, void *p)
{
	kfree(p);
}

static void storm(struct kunit *test)
{
	static struct storm shared;

	shared = (struct storm){};
	smp_run(test, storm_cpu, &shared, storm_discard);
	KUNIT_EXPECT_EQ(test, shared.scans, (unsigned int)STORM_SCANS);
	KUNIT_EXPECT_EQ(test, shared.leaks, 0UL);
}

/* ---- What is said wrongly is told, and changes nothing ---- */

static unsigned int ignored_lines, freed_whole;

static void count_told(const char *line, size_t n)
{
	ignored_lines += strnstr(line, ": ignored", n) != NULL;
	freed_whole += strnstr(line, ": freed whole", n) != NULL;
}

static void said_wrongly(struct kunit *test)
{
	static u64 own[32];
	printk_hook_t before = printk_set_hook(count_told);
	u64 __percpu *var = alloc_percpu(u64);

	ignored_lines = freed_whole = 0;
	kmemleak_scan_area((void *)PAGE_SIZE, 8, GFP_KERNEL);
	kmemleak_not_leak((void *)PAGE_SIZE);
	kmemleak_not_leak((void *)(PAGE_OFFSET + (1UL << 45))); /* no RAM is there */
	kmemleak_alloc(own, sizeof(own), 0, GFP_KERNEL);
	kmemleak_alloc(own + 1, 8, 0, GFP_KERNEL);
	kmemleak_not_leak(own);
	kmemleak_scan_area(own + 1, 8, GFP_KERNEL);
	kmemleak_free(own + 2);
	kmemleak_free(own);
	kmemleak_not_leak((__force void *)var);
	printk_set_hook(before);
	free_percpu(var);
	KUNIT_EXPECT_EQ(test, ignored_lines, 4U);
	KUNIT_EXPECT_EQ(test, freed_whole, 1U);
}

static struct kunit_case note_cases[] = {
	KUNIT_CASE(not_leak),
	KUNIT_CASE(ignored),
	KUNIT_CASE(not_scanned),
	KUNIT_CASE(area_not_scanned),
	KUNIT_CASE(areas_scanned),
	KUNIT_CASE(transient),
	KUNIT_CASE(notes_end_with_their_block),
	KUNIT_CASE(own_blocks),
	KUNIT_CASE(parts_of_own_blocks),
	KUNIT_CASE(range_of_data),
	KUNIT_CASE(of_nothing),
	KUNIT_CASE(said_wrongly),
	{},
};

/* Alone: see kmemleak_test.c. */
static struct kunit_suite note_suite = {
	.name = "kmemleak_notes",
	.init = clean_stack,
	.test_cases = note_cases,
	.attr.on_request = true,
};

static struct kunit_case report_cases[] = {
	KUNIT_CASE(report_text),
	KUNIT_CASE(report_with_stack),
	KUNIT_CASE(report_with_page_stack),
	KUNIT_CASE(reported_once),
	KUNIT_CASE(many_reports),
	KUNIT_CASE(no_scan_is_no_answer),
	KUNIT_CASE(count_of_a_place),
	KUNIT_CASE(storm),
	{},
};

static struct kunit_suite report_suite = {
	.name = "kmemleak_reports",
	.init = clean_stack,
	.test_cases = report_cases,
	.attr.on_request = true,
};

kunit_test_suites(&note_suite, &report_suite);
