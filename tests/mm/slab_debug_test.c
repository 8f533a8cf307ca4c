// SPDX-License-Identifier: MIT
/*
 * Caches with debug flags: mm/slab_debug.c.
 *
 * Mutations that made each suite fail when tried:
 *	slab_debug: check_red_zones() leaves out one of its three zones: the case named after it;
 *		check_poison() always true: write_after_free, last_byte_of_poison; fill_poison()
 *		leaves out objects above 8 bytes: clean_use; check_zone() without the repair:
 *		execution_goes_on; slab_debug_layout() with red_left = 8: alignment_is_kept;
 *		poisoned() ignores ctor: ctor_is_respected; set_track() records nothing:
 *		users_are_named
 *	slab_debug_line: spec_flags() returns the common flags first: names_select; parse_flags()
 *		without the default: no_letters_mean_all; spec_well_formed() always true, or without the
 *		blocks behind the first: from_the_boot_line; trace() for any cache, or none:
 *		each_use_is_traced
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/poison.h>
#include <linux/string.h>
#include <quarry/report.h>
#include "mm/internal.h"
#include "mm/slab.h"
#include "tests/mm/slab_fixture.h"
#include "tests/plant.h"

/* A kmalloc class of 64 bytes of our own, with all flags. */
static struct kmem_cache *make_kmalloc(struct kunit *test)
{
	return make(test, 64, ALL_CHECKS | SLAB_KMALLOC);
}

/* The compiler is not to know that this is out of bounds. */
static noinline void write_byte(void *p, long offset, u8 value)
{
	plant_write8((u8 *)p + offset, value);
}

/* ---- Right use is silent ---- */

static void clean_use(struct kunit *test)
{
	static const unsigned int sizes[] = { 1, 8, 13, 64, 96, 700, 4096, 9000 };

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct kmem_cache *s = make(test, sizes[i], ALL_CHECKS);
		u8 *p[9];

		for (int k = 0; k < 9; k++) {
			p[k] = kmem_cache_alloc(s, GFP_KERNEL);
			KUNIT_ASSERT_NOT_NULL(test, p[k]);
			memset(p[k], k, sizes[i]);
		}
		KUNIT_EXPECT_EQ(test, validate_slab_cache(s), 0);
		for (int k = 0; k < 9; k++) {
			KUNIT_EXPECT_NULL(test, memchr_inv(p[k], k, sizes[i]));
			kmem_cache_free(s, p[k]);
			if ((init_on_get_free() || page_debug) && k == 8)
				continue; /* the slab may be gone, and its pages wiped, or out of reach */
			KUNIT_EXPECT_EQ(test, plant_read8(&p[k][sizes[i] - 1]), POISON_END);
			KUNIT_EXPECT_NULL(test, plant_find_other(p[k], POISON_FREE, sizes[i] - 1));
		}
		KUNIT_EXPECT_TRUE(test, slab_valid(s));
		kmem_cache_destroy(s);
	}
}

static void alignment_is_kept(struct kunit *test)
{
	static const unsigned int classes[] = { 8,   16,  32,	64,   96,   128, 192,
						256, 512, 1024, 2048, 4096, 8192 };

	for (unsigned int i = 0; i < ARRAY_SIZE(classes); i++) {
		unsigned int align = classes[i] & -classes[i];
		struct kmem_cache *s =
			kmem_cache_create("test", classes[i], align, ALL_CHECKS | SLAB_KMALLOC, NULL);
		void *p[4];

		KUNIT_ASSERT_NOT_NULL(test, s);
		KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, 4, p), 4);
		for (int k = 0; k < 4; k++)
			KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)p[k], align));
		kmem_cache_free_bulk(s, 4, p);
		kmem_cache_destroy(s);
	}
}

static void no_magazines(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, SLAB_RED_ZONE);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);

	KUNIT_EXPECT_PTR_EQ(test, slab_cpu(s, smp_processor_id())->top, MAG_TAKEN);
	KUNIT_EXPECT_EQ(test, slab_page(s, p)->inuse, 1);
	kmem_cache_free(s, p);
	KUNIT_EXPECT_EQ(test, slab_locate(s, p), SLAB_IN_SLAB);
	KUNIT_EXPECT_EQ(test, slab_page(s, p)->inuse, 0);
	kmem_cache_destroy(s);
}

static void zeroing_spares_the_red_zone(struct kunit *test)
{
	struct kmem_cache *s = make_kmalloc(test);
	u8 *p = __kmalloc_cache_flags(s->place, GFP_KERNEL | __GFP_ZERO, 50, ALLOC_TAG_HERE());

	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 50));
	KUNIT_EXPECT_NULL(test, plant_find_other(p + 50, SLUB_RED_ACTIVE, 14));
	KUNIT_EXPECT_NO_REPORT(test, kfree(p));
	kmem_cache_destroy(s);
}

static void count_nothing(void *p)
{
	memset(p, 0x42, 64);
}

static void ctor_is_respected(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("test", 64, 0, ALL_CHECKS, count_nothing);
	u8 *p = kmem_cache_alloc(s, GFP_KERNEL);

	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0x42, 64));
	kmem_cache_free(s, p);
	KUNIT_EXPECT_NULL(test, plant_find_other(p, 0x42, 64));
	KUNIT_EXPECT_NO_REPORT(test, p = kmem_cache_alloc(s, GFP_KERNEL));
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static void typesafe_is_respected(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, ALL_CHECKS | SLAB_TYPESAFE_BY_RCU);
	u8 *p = kmem_cache_alloc(s, GFP_KERNEL);

	memset(p, 0x17, 64);
	kmem_cache_free(s, p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0x17, 64));
	kmem_cache_destroy(s);
}

/* ---- Each mistake has its report ---- */

static void right_red_zone(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, ALL_CHECKS);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);

	write_byte(p, 64, 0x61);
	KUNIT_EXPECT_REPORT(test, "BUG test (Not tainted): Right Redzone overwritten",
			    kmem_cache_free(s, p));
	p = kmem_cache_alloc(s, GFP_KERNEL);
	write_byte(p, 66, 0x61);
	KUNIT_EXPECT_REPORT(test, "First byte 0x61 instead of 0xcc", kmem_cache_free(s, p));
	kmem_cache_destroy(s);
}

/* From the first wrong byte to the last, not to the end of the zone. */
static void damage_has_its_extent(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, ALL_CHECKS);
	char *p = kmem_cache_alloc(s, GFP_KERNEL), line[64];

	scnprintf(line, sizeof(line), "0x%px-0x%px @offset=", p + 65, p + 67);
	write_byte(p, 65, 1);
	write_byte(p, 67, 1);
	KUNIT_EXPECT_REPORT(test, line, kmem_cache_free(s, p));
	kmem_cache_destroy(s);
}

static void left_red_zone(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, ALL_CHECKS);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);

	write_byte(p, -1, 0);
	KUNIT_EXPECT_REPORT(test, "BUG test (Not tainted): Left Redzone overwritten",
			    kmem_cache_free(s, p));
	kmem_cache_destroy(s);
}

static void kmalloc_red_zone(struct kunit *test)
{
	struct kmem_cache *s = make_kmalloc(test);
	void *p = __kmalloc_cache(s->place, GFP_KERNEL, 50, ALLOC_TAG_HERE());

	KUNIT_EXPECT_EQ(test, slab_debug_orig_size(s, p), 50);
	write_byte(p, 50, 0);
	KUNIT_EXPECT_REPORT(test, "BUG test (Not tainted): kmalloc Redzone overwritten", kfree(p));
	kmem_cache_destroy(s);
}

/* The size asked for stands behind the object: if that was overrun, it is not believed. */
static void a_wild_size_is_not_believed(struct kunit *test)
{
	struct kmem_cache *s = make_kmalloc(test);
	u8 *p = __kmalloc_cache(s->place, GFP_KERNEL, 50, ALLOC_TAG_HERE());

	plant_write64(p + s->orig, ~0ULL);
	KUNIT_EXPECT_EQ(test, slab_debug_orig_size(s, p), s->object_size);
	plant_write64(p + s->orig, 50);
	KUNIT_EXPECT_EQ(test, slab_debug_orig_size(s, p), 50);
	kfree(p);
	kmem_cache_destroy(s);
}

/* A byte is written to a free object: whoever gets it next is told, and gets it whole. */
static void expect_found_at_alloc(struct kunit *test, unsigned int size, long offset, u8 value,
				  const char *text)
{
	struct kmem_cache *s = make(test, size, ALL_CHECKS);
	void *p = kmem_cache_alloc(s, GFP_KERNEL), *keep = kmem_cache_alloc(s, GFP_KERNEL),
	     *q = NULL;

	kmem_cache_free(s, p);
	write_byte(p, offset, value);
	KUNIT_EXPECT_REPORT(test, text, q = kmem_cache_alloc(s, GFP_KERNEL));
	KUNIT_EXPECT_PTR_EQ(test, q, p);
	kmem_cache_free(s, q);
	kmem_cache_free(s, keep);
	kmem_cache_destroy(s);
}

static void red_zone_of_a_free_object(struct kunit *test)
{
	expect_found_at_alloc(test, 64, 64, 0, "First byte 0x0 instead of 0xbb");
}

static void write_after_free(struct kunit *test)
{
	expect_found_at_alloc(test, 200, 150, 0x31, "BUG test (Not tainted): Poison overwritten");
}

static void last_byte_of_poison(struct kunit *test)
{
	struct kmem_cache *s = make(test, 200, ALL_CHECKS);
	void *p = kmem_cache_alloc(s, GFP_KERNEL), *keep = kmem_cache_alloc(s, GFP_KERNEL);

	kmem_cache_free(s, p);
	write_byte(p, 199, 0);
	KUNIT_EXPECT_REPORT(test, "First byte 0x0 instead of 0xa5", validate_slab_cache(s));
	KUNIT_EXPECT_EQ(test, validate_slab_cache(s), 0);
	kmem_cache_free(s, keep);
	kmem_cache_destroy(s);
}

static void padding(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("test", 64, 64, SLAB_POISON | SLAB_RED_ZONE, NULL);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);

	write_byte(p, s->size - s->red_left - 1, 0);
	KUNIT_EXPECT_REPORT(test, "Object padding overwritten", kmem_cache_free(s, p));
	kmem_cache_destroy(s);
}

static void double_free(struct kunit *test)
{
	static const slab_flags_t flags[] = { ALL_CHECKS, SLAB_POISON, SLAB_RED_ZONE,
					      SLAB_STORE_USER,
					      SLAB_CONSISTENCY_CHECKS };

	for (unsigned int i = 0; i < ARRAY_SIZE(flags); i++) {
		struct kmem_cache *s = make(test, 64, flags[i]);
		void *p = kmem_cache_alloc(s, GFP_KERNEL);

		kmem_cache_free(s, p);
		KUNIT_EXPECT_REPORT(test, "BUG test (Not tainted): Object already free",
				    kmem_cache_free(s, p));
		KUNIT_EXPECT_REPORT(test, "Object already free", kfree(p));
		KUNIT_EXPECT_TRUE(test, slab_valid(s));
		kmem_cache_destroy(s);
	}
}

static void invalid_pointers(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, ALL_CHECKS);
	char *p = kmem_cache_alloc(s, GFP_KERNEL);

	KUNIT_EXPECT_REPORT(test, "Invalid object pointer 0x", kmem_cache_free(s, p + 8));
	KUNIT_EXPECT_REPORT(test, "8 bytes before object", kmem_cache_free(s, p - 8));
	KUNIT_EXPECT_REPORT(test, "3 bytes behind the 64 bytes", kmem_cache_free(s, p + 67));
	KUNIT_EXPECT_REPORT(test, "Invalid object", kmem_cache_free(s, p - s->red_left));
	KUNIT_EXPECT_NO_REPORT(test, kmem_cache_free(s, p));
	kmem_cache_destroy(s);
}

static void wrong_cache(struct kunit *test)
{
	struct kmem_cache *a = make(test, 64, ALL_CHECKS);
	struct kmem_cache *b = kmem_cache_create("other", 64, 0, ALL_CHECKS, NULL);
	void *p = kmem_cache_alloc(b, GFP_KERNEL);

	KUNIT_EXPECT_REPORT(test, "Wrong slab cache. test but object is from other",
			    kmem_cache_free(a, p));
	KUNIT_EXPECT_EQ(test, slab_locate(b, p), SLAB_IN_SLAB);
	kmem_cache_destroy(a);
	kmem_cache_destroy(b);
}

/* ---- What a report says ---- */

static noinline void *allocate_here(struct kmem_cache *s)
{
	void *p = kmem_cache_alloc(s, GFP_KERNEL);

	barrier(); /* no tail call: this function is to be seen in the trace */
	return p;
}

static noinline void free_here(struct kmem_cache *s, void *p)
{
	kmem_cache_free(s, p);
	barrier();
}

static bool report_has(struct kunit *test, const char *text, const char *what)
{
	bool found = strstr(text, what);

	KUNIT_EXPECT_TRUE_MSG(test, found, "\"%s\" is missing", what);
	return found;
}

static void users_are_named(struct kunit *test)
{
	static const char *const parts[] = { "Allocated in ", "allocate_here+", "Freed in ",
					     "free_here+",    "age=",		"cpu=0" };
	struct kmem_cache *s = make(test, 64, ALL_CHECKS);
	void *p = allocate_here(s);
	const char *text;
	char who[48];

	free_here(s, p);
	report_capture_start();
	kmem_cache_free(s, p);
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 1);
	for (unsigned int i = 0; i < ARRAY_SIZE(parts); i++)
		report_has(test, text, parts[i]);
	scnprintf(who, sizeof(who), " pid=%d (%s)", current->pid, current->comm);
	report_has(test, text, who);
	kmem_cache_destroy(s);
}

static void layout_of_a_report(struct kunit *test)
{
	static const char *const parts[] = { "BUG test (Not tainted): Right Redzone overwritten",
					     "@offset=",
					     "First byte 0x7a instead of 0xcc",
					     "Slab 0x",
					     "objects=",
					     "used=1 fp=0x",
					     "flags=0x",
					     "Object 0x",
					     "Redzone  ",
					     "Object   ",
					     "Padding  ",
					     "Call Trace:",
					     "FIX test: Restoring Right Redzone 0x",
					     "=0xcc",
					     "Advice: " };
	struct kmem_cache *s = kmem_cache_create("test", 64, 64, ALL_CHECKS, NULL);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);
	const char *text, *at;

	write_byte(p, 65, 0x7a);
	report_capture_start();
	kmem_cache_free(s, p);
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 1);
	for (unsigned int i = 0; i < ARRAY_SIZE(parts); i++) {
		at = strstr(text, parts[i]);
		KUNIT_EXPECT_TRUE_MSG(test, at, "\"%s\" is missing or in the wrong place",
				      parts[i]);
		text = at ? at : text;
	}
	kmem_cache_destroy(s);
}

static void execution_goes_on(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, ALL_CHECKS);
	void *p[3];
	const char *text;

	KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, 3, p), 3);
	write_byte(p[0], -3, 1);
	write_byte(p[1], 70, 1);
	kmem_cache_free(s, p[2]);
	write_byte(p[2], 10, 1);
	report_capture_start();
	KUNIT_EXPECT_EQ(test, validate_slab_cache(s), 3);
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 3);
	KUNIT_EXPECT_EQ(test, validate_slab_cache(s), 0);
	KUNIT_EXPECT_NO_REPORT(test, kmem_cache_free_bulk(s, 2, p));
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	kmem_cache_destroy(s);
}

/* Each byte of a slot is explained as what it is. */
static void bytes_are_explained(struct kunit *test)
{
	static const struct {
		long offset;
		const char *text;
	} rows[] = {
		{ -1, "1 byte before object #" },	 { 0, "0 bytes inside object #" },
		{ 99, "99 bytes inside object #" },	 { 100, "0 bytes behind the 100 bytes of object #" },
		{ 103, "3 bytes behind the 100 bytes" },
	};
	struct kmem_cache *s = make(test, 100, ALL_CHECKS);
	unsigned long p = (unsigned long)kmem_cache_alloc(s, GFP_KERNEL);
	char buf[160];

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		buf[0] = '\0';
		KUNIT_EXPECT_TRUE(test,
				  slab_explainer.explain(p + rows[i].offset, buf, sizeof(buf)));
		KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(buf, rows[i].text), "%s", buf);
	}
	kmem_cache_free(s, (void *)p);
	kmem_cache_destroy(s);
}

static void leaks_are_named(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, ALL_CHECKS);
	void *p = allocate_here(s);

	KUNIT_EXPECT_REPORT(test, "allocate_here+", kmem_cache_destroy(s));
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

/* ---- krealloc, and at random ---- */

static void krealloc_moves_the_red_zone(struct kunit *test)
{
	struct kmem_cache *s = make_kmalloc(test);
	u8 *p = __kmalloc_cache(s->place, GFP_KERNEL, 20, ALLOC_TAG_HERE());

	memset(p, 0x11, 20);
	KUNIT_EXPECT_PTR_EQ(test, krealloc(p, 40, GFP_KERNEL | __GFP_ZERO), (void *)p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0x11, 20));
	KUNIT_EXPECT_NULL(test, memchr_inv(p + 20, 0, 20));
	KUNIT_EXPECT_PTR_EQ(test, krealloc(p, 30, GFP_KERNEL), (void *)p);
	write_byte(p, 30, 1);
	KUNIT_EXPECT_REPORT(test, "kmalloc Redzone overwritten",
			    KUNIT_EXPECT_PTR_EQ(test, krealloc(p, 60, GFP_KERNEL), (void *)p));
	KUNIT_EXPECT_EQ(test, ksize(p), 64);
	p = krealloc(p, 100, GFP_KERNEL | __GFP_ZERO);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0x11, 20));
	KUNIT_EXPECT_NULL(test, memchr_inv(p + 60, 0, 40));
	kfree(p);
	kmem_cache_destroy(s);
}

static void sensitive_spares_the_red_zone(struct kunit *test)
{
	struct kmem_cache *s = make_kmalloc(test);
	u8 *p = __kmalloc_cache(s->place, GFP_KERNEL, 20, ALLOC_TAG_HERE());

	KUNIT_EXPECT_NO_REPORT(test, kfree_sensitive(p));
	kmem_cache_destroy(s);
}

struct owned {
	struct kmem_cache *s;
	u8 *p;
	u8 value;
};

static void random_use(struct kunit *test)
{
	static const unsigned int sizes[] = { 8, 50, 400 };
	struct owned *o = kunit_kcalloc(test, 200, sizeof(*o), GFP_KERNEL);
	struct kmem_cache *s[3];

	KUNIT_ASSERT_NOT_NULL(test, o);
	for (int i = 0; i < 3; i++)
		s[i] = make(test, sizes[i], i ? ALL_CHECKS : SLAB_POISON | SLAB_RED_ZONE);
	for (int i = 0; i < 20000; i++) {
		u64 r = kunit_rand(test);
		struct owned *w = &o[r % 200];

		if (w->p) {
			KUNIT_ASSERT_NULL(test, memchr_inv(w->p, w->value, w->s->object_size));
			kmem_cache_free(w->s, w->p);
			w->p = NULL;
			continue;
		}
		w->s = s[(r >> 10) % 3];
		w->value = r >> 20;
		w->p = kmem_cache_alloc(w->s, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, w->p);
		memset(w->p, w->value, w->s->object_size);
	}
	for (int i = 0; i < 3; i++) {
		KUNIT_EXPECT_TRUE(test, slab_valid(s[i]));
		KUNIT_EXPECT_EQ(test, validate_slab_cache(s[i]), 0);
	}
	for (int i = 0; i < 200; i++)
		kfree(o[i].p);
	for (int i = 0; i < 3; i++)
		kmem_cache_destroy(s[i]);
}

static struct kunit_case debug_cases[] = { KUNIT_CASE(clean_use),
					   KUNIT_CASE(alignment_is_kept),
					   KUNIT_CASE(no_magazines),
					   KUNIT_CASE(zeroing_spares_the_red_zone),
					   KUNIT_CASE(ctor_is_respected),
					   KUNIT_CASE(typesafe_is_respected),
					   KUNIT_CASE(right_red_zone),
					   KUNIT_CASE(damage_has_its_extent),
					   KUNIT_CASE(left_red_zone),
					   KUNIT_CASE(kmalloc_red_zone),
					   KUNIT_CASE(a_wild_size_is_not_believed),
					   KUNIT_CASE(red_zone_of_a_free_object),
					   KUNIT_CASE(write_after_free),
					   KUNIT_CASE(last_byte_of_poison),
					   KUNIT_CASE(padding),
					   KUNIT_CASE(double_free),
					   KUNIT_CASE(invalid_pointers),
					   KUNIT_CASE(wrong_cache),
					   KUNIT_CASE(users_are_named),
					   KUNIT_CASE(layout_of_a_report),
					   KUNIT_CASE(execution_goes_on),
					   KUNIT_CASE(bytes_are_explained),
					   KUNIT_CASE(leaks_are_named),
					   KUNIT_CASE(krealloc_moves_the_red_zone),
					   KUNIT_CASE(sensitive_spares_the_red_zone),
					   KUNIT_CASE(random_use),
					   {} };

static struct kunit_suite debug_suite = { .name = "slab_debug", .test_cases = debug_cases };

/* ---- slab_debug= ---- */

static slab_flags_t flags_for(const char *spec, const char *name)
{
	const char *old = slab_debug_set_spec(spec);
	slab_flags_t flags = slab_debug_flags(name, 0);

	slab_debug_set_spec(old);
	return flags;
}

static void no_letters_mean_all(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, flags_for("", "any"), ALL_CHECKS);
	KUNIT_EXPECT_EQ(test, flags_for(",any", "any"), ALL_CHECKS);
	KUNIT_EXPECT_EQ(test, flags_for(",any", "other"), 0);
	KUNIT_EXPECT_EQ(test, flags_for("-", "any"), 0);
	KUNIT_EXPECT_EQ(test, flags_for(NULL, "any"), 0);
}

static void letters(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, flags_for("F", "x"), SLAB_CONSISTENCY_CHECKS);
	KUNIT_EXPECT_EQ(test, flags_for("Z", "x"), SLAB_RED_ZONE);
	KUNIT_EXPECT_EQ(test, flags_for("P", "x"), SLAB_POISON);
	KUNIT_EXPECT_EQ(test, flags_for("U", "x"), SLAB_STORE_USER);
	KUNIT_EXPECT_EQ(test, flags_for("T", "x"), SLAB_TRACE);
	KUNIT_EXPECT_EQ(test, flags_for("fzpu", "x"), ALL_CHECKS);
}

static void names_select(struct kunit *test)
{
	static const char spec[] = "Z,kmalloc-*,vma;P,dentr?;U";

	KUNIT_EXPECT_EQ(test, flags_for(spec, "kmalloc-64"), SLAB_RED_ZONE);
	KUNIT_EXPECT_EQ(test, flags_for(spec, "vma"), SLAB_RED_ZONE);
	KUNIT_EXPECT_EQ(test, flags_for(spec, "dentry"), SLAB_POISON);
	KUNIT_EXPECT_EQ(test, flags_for(spec, "dentries"), SLAB_STORE_USER);
	KUNIT_EXPECT_EQ(test, flags_for("U;Z,a", "a"), SLAB_RED_ZONE);
}

/* A wrong letter refuses the whole of it; what was set before holds on. */
static void a_bad_line_is_refused(struct kunit *test)
{
	static char good[] = "slab_debug=ZP,a*;U,b", letter[] = "slab_debug=ZX,a*",
		    second[] = "slab_debug=Z,a*;,b;Q,c";
	const char *old = slab_debug_set_spec("F");

	KUNIT_EXPECT_EQ(test, parse_boot_line(letter, NULL), 1);
	KUNIT_EXPECT_EQ(test, parse_boot_line(second, NULL), 1);
	KUNIT_EXPECT_EQ(test, slab_debug_flags("any", 0), SLAB_CONSISTENCY_CHECKS);
	KUNIT_EXPECT_EQ(test, parse_boot_line(good, NULL), 0);
	KUNIT_EXPECT_EQ(test, slab_debug_flags("ab", 0), SLAB_RED_ZONE | SLAB_POISON);
	KUNIT_EXPECT_EQ(test, slab_debug_flags("b", 0), SLAB_STORE_USER);
	slab_debug_set_spec(old);
}

/* O: what is kept around an object is not worth larger blocks. It is for all caches, and no flag. */
static void order_goes_first(struct kunit *test)
{
	const char *old = slab_debug_set_spec("FZPU,order*;O");
	struct kmem_cache *small = kmem_cache_create("order_small", 64, 0, 0, NULL);
	struct kmem_cache *page = kmem_cache_create("order_page", PAGE_SIZE, 0, 0, NULL), *without;
	void *p;

	KUNIT_EXPECT_EQ(test, flags_for("FO", "x"), SLAB_CONSISTENCY_CHECKS);
	KUNIT_EXPECT_EQ(test, flags_for("o", "x"), 0);
	slab_debug_set_spec("FZPU,order*");
	without = kmem_cache_create("order_without", PAGE_SIZE, 0, 0, NULL);
	slab_debug_set_spec(old);
	KUNIT_ASSERT_TRUE(test, small && page && without);
	KUNIT_EXPECT_EQ(test, small->flags & SLAB_DEBUG_FLAGS, ALL_CHECKS);
	KUNIT_EXPECT_EQ(test, page->flags & SLAB_DEBUG_FLAGS, 0);
	KUNIT_EXPECT_EQ(test, page->kasan ? page->kasan : page->size, (u32)PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, without->flags & SLAB_DEBUG_FLAGS, ALL_CHECKS);
	KUNIT_EXPECT_GT(test, without->size, (u32)PAGE_SIZE);
	p = kmem_cache_alloc(page, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	memset(p, 1, PAGE_SIZE);
	KUNIT_EXPECT_NO_REPORT(test, kmem_cache_free(page, p));
	KUNIT_EXPECT_TRUE(test, slab_valid(page));
	kmem_cache_destroy(small);
	kmem_cache_destroy(page);
	kmem_cache_destroy(without);
}

/* What the creator asked for stays, whatever the line adds. */
static void the_line_adds_to_the_creators_flags(struct kunit *test)
{
	const char *old = slab_debug_set_spec("Z");

	KUNIT_EXPECT_EQ(test, slab_debug_flags("x", SLAB_HWCACHE_ALIGN | SLAB_POISON),
			SLAB_HWCACHE_ALIGN | SLAB_POISON | SLAB_RED_ZONE);
	slab_debug_set_spec(old);
}

static void a_cache_gets_its_flags(struct kunit *test)
{
	const char *old = slab_debug_set_spec("Z,line*");
	struct kmem_cache *s = kmem_cache_create("line_test", 8, 0, 0, NULL);
	struct kmem_cache *t = kmem_cache_create("line_test", 8, 0, SLAB_NO_USER_FLAGS, NULL);

	slab_debug_set_spec(old);
	KUNIT_EXPECT_EQ(test, s->flags & SLAB_DEBUG_FLAGS, SLAB_RED_ZONE);
	KUNIT_EXPECT_GT(test, s->red_left, 0);
	KUNIT_EXPECT_EQ(test, t->flags & SLAB_DEBUG_FLAGS, 0);
	kmem_cache_destroy(s);
	kmem_cache_destroy(t);
}

/* The boot line itself: both spellings; what makes no sense changes nothing. */
static void swallow(const char *line, size_t n)
{
}

static const char *spec_after(const char *words, int *refused)
{
	static char line[64]; /* values are pointers into it */
	printk_hook_t hook = printk_set_hook(swallow); /* the refusal is printed */

	strscpy(line, words, sizeof(line));
	*refused = parse_boot_line(line, NULL);
	printk_set_hook(hook);
	return slab_debug_set_spec(NULL);
}

static void from_the_boot_line(struct kunit *test)
{
	static const char *const bad[] = { "slab_debug=Z!x", "slab_debug=Z;Q", "slab_debug=FX,a" };
	const char *booted = slab_debug_set_spec(NULL), *spec;
	static char kept[] = "Z,kept";
	int refused;

	spec = spec_after("slab_debug=Z,a;P", &refused);
	KUNIT_EXPECT_EQ(test, refused, 0);
	KUNIT_EXPECT_NOT_NULL(test, spec);
	spec = spec_after("slub_debug", &refused);
	KUNIT_EXPECT_EQ(test, refused, 0);
	KUNIT_EXPECT_EQ(test, flags_for(spec, "any"), ALL_CHECKS);
	for (int i = 0; i < ARRAY_SIZE(bad); i++) {
		slab_debug_set_spec(kept);
		spec = spec_after(bad[i], &refused);
		KUNIT_EXPECT_EQ(test, refused, 1);
		KUNIT_EXPECT_PTR_EQ(test, spec, (const char *)kept);
	}
	slab_debug_set_spec(booted);
}

static unsigned int traced;

static void count_traces(const char *line, size_t n)
{
	if (strnstr(line, "TRACE test alloc 0x", n))
		traced += 1;
	else if (strnstr(line, "TRACE test free 0x", n))
		traced += 100;
}

static void each_use_is_traced(struct kunit *test)
{
	struct kmem_cache *s = make(test, 32, SLAB_TRACE), *quiet = make(test, 32, SLAB_POISON);
	printk_hook_t hook = printk_set_hook(count_traces);
	void *p, *q;

	traced = 0;
	p = kmem_cache_alloc(s, GFP_KERNEL);
	q = kmem_cache_alloc(s, GFP_KERNEL);
	kmem_cache_free(s, p);
	kmem_cache_free(quiet, kmem_cache_alloc(quiet, GFP_KERNEL));
	printk_set_hook(hook);
	KUNIT_EXPECT_EQ(test, traced, 102);
	printk_set_hook(count_traces);
	kmem_cache_free(s, q);
	printk_set_hook(hook);
	KUNIT_EXPECT_EQ(test, traced, 202);
	kmem_cache_destroy(s);
	kmem_cache_destroy(quiet);
}

static struct kunit_case line_cases[] = { KUNIT_CASE(no_letters_mean_all),
					  KUNIT_CASE(letters),
					  KUNIT_CASE(names_select),
					  KUNIT_CASE(a_bad_line_is_refused),
					  KUNIT_CASE(order_goes_first),
					  KUNIT_CASE(the_line_adds_to_the_creators_flags),
					  KUNIT_CASE(a_cache_gets_its_flags),
					  KUNIT_CASE(from_the_boot_line),
					  KUNIT_CASE(each_use_is_traced),
					  {} };

static struct kunit_suite line_suite = { .name = "slab_debug_line", .test_cases = line_cases };
kunit_test_suites(&debug_suite, &line_suite);
