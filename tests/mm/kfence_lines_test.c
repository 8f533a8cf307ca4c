// SPDX-License-Identifier: MIT
/*
 * Which allocation is a sample of KFENCE: the gate (mm/kfence.c), lines that are armed (mm/slab.c, 8).
 *
 * Mutations that made the suite fail when tried: those of tests/mutate/slab.mut, slab_cache.mut and kfence.mut that
 * name lines or the gate.
 */
#include <asm/irqflags.h>
#include <asm/barrier.h>
#include <kunit/test.h>
#include <linux/mm_usage.h>
#include "mm/internal.h"
#include "mm/kfence.h"
#include "mm/slab.h"
#include "tests/mm/slab_fixture.h"

static int need_pool(struct kunit *test)
{
	if (!kfence_pool_size)
		kunit_skip(test, "KFENCE is off");
	return 0;
}

/* How many objects a cache has. */
static unsigned long live_objects(const struct kmem_cache *s)
{
	struct slab_usage u = { 0 };

	slab_usage_next(s->id - 1, &u);
	return u.objects;
}

/* ---- Which allocation is a sample: lines that are armed ---- */

#define OBJECTS 200

static struct slab_cpu *my_line(struct kmem_cache *s)
{
	return slab_cpu(s, smp_processor_id());
}

/* The tick of another CPU may have the list of caches for a moment. */
static void arm(struct kunit *test)
{
	unsigned long flags;
	bool armed = false;

	for (int tries = 0; tries < 1000000 && !armed; tries++) {
		local_irq_save(flags);
		armed = slab_arm_lines();
		local_irq_restore(flags);
		cpu_relax();
	}
	KUNIT_ASSERT_TRUE(test, armed);
}

/* Objects in this CPU's magazine. */
static unsigned int depth(struct kmem_cache *s)
{
	u64 **top = my_line(s)->top;

	return mag_real(top) ? top - mag_of(s, top)->word : 0;
}

/* A cache of whose objects this CPU's magazine has n, and its line is armed; *held others are in p[]. */
static struct kmem_cache *make_armed(struct kunit *test, unsigned int n, void **p,
				     unsigned int *held)
{
	struct kmem_cache *s = make(test, 64, 0);

	*held = 70;
	KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, *held, p), *held);
	while (depth(s) < n)
		kmem_cache_free(s, p[--*held]);
	while (depth(s) > n) {
		p[*held] = kmem_cache_alloc(s, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p[(*held)++]);
	}
	arm(test);
	KUNIT_EXPECT_EQ(test, mag_hidden(my_line(s)->top), n);
	return s;
}

static void drop_all(struct kunit *test, struct kmem_cache *s, void **p, unsigned int held)
{
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	KUNIT_EXPECT_EQ(test, live_objects(s), held);
	kmem_cache_free_bulk(s, held, p);
	KUNIT_EXPECT_TRUE(test, slab_valid(s));
	KUNIT_EXPECT_NO_REPORT(test, kmem_cache_destroy(s));
}

/* An armed line is used in each way, with each number of objects in it: nothing is lost, nothing comes twice. */
static void use_armed(struct kunit *test, unsigned int n, unsigned int how)
{
	void *p[OBJECTS];
	unsigned int held;
	struct kmem_cache *s = make_armed(test, n, p, &held);

	switch (how) {
	case 0:
		p[held++] = kmem_cache_alloc(s, GFP_KERNEL);
		break;
	case 1:
		if (held)
			kmem_cache_free(s, p[--held]);
		break;
	case 2:
		KUNIT_EXPECT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, 5, p + held), 5);
		held += 5;
		break;
	case 3:
		held -= 3;
		kmem_cache_free_bulk(s, 3, p + held);
		break;
	case 4:
		slab_flush_cache(s);
		break;
	case 5:
		arm(test); /* twice */
		KUNIT_EXPECT_EQ(test, mag_hidden(my_line(s)->top), n);
		break;
	}
	drop_all(test, s, p, held);
}

static void each_length(struct kunit *test)
{
	static const unsigned int lengths[] = { 0, 1, 2, 30, 61, 62 };

	for (unsigned int i = 0; i < ARRAY_SIZE(lengths); i++) {
		for (unsigned int how = 0; how < 6; how++)
			use_armed(test, lengths[i], how);
	}
}

/* While no sample is due the line gives its objects as ever, and the fast path is back after one. */
static void armed_for_nothing(struct kunit *test)
{
	void *p[OBJECTS];
	unsigned int held;
	struct kmem_cache *s = make_armed(test, 10, p, &held);

	p[held++] = kmem_cache_alloc(s, GFP_KERNEL);
	KUNIT_EXPECT_FALSE(test, is_kfence_address(p[held - 1]));
	KUNIT_EXPECT_EQ(test, mag_hidden(my_line(s)->top), 0U);
	KUNIT_EXPECT_EQ(test, depth(s), 9U);
	drop_all(test, s, p, held);
}

static bool gate_left_open; /* by the last allocation below */

/* One allocation from a cache whose line is armed, with the gate open; nobody else's comes between. */
static void *alloc_when_due(struct kunit *test, struct kmem_cache *s)
{
	unsigned long flags;
	void *p;

	arm(test);
	kfence_resume();
	local_irq_save(flags);
	WRITE_ONCE(kfence_gate, 1);
	p = kmem_cache_alloc(s, GFP_ATOMIC);
	gate_left_open = READ_ONCE(kfence_gate);
	local_irq_restore(flags);
	kfence_pause();
	return p;
}

/* Who takes the sample closes the gate. Another CPU may have taken it, or its tick opened the gate, but not each time. */
static void one_a_time(struct kunit *test)
{
	void *p[OBJECTS];
	unsigned int held;
	struct kmem_cache *s = make_armed(test, 40, p, &held);
	bool closed = false;

	for (int i = 0; i < 20 && !closed; i++) {
		p[held] = alloc_when_due(test, s);
		KUNIT_ASSERT_NOT_NULL(test, p[held]);
		closed = is_kfence_address(p[held++]) && !gate_left_open;
	}
	KUNIT_EXPECT_TRUE(test, closed);
	p[held++] = kmem_cache_alloc(s, GFP_KERNEL);
	KUNIT_EXPECT_FALSE(test, is_kfence_address(p[held - 1]));
	drop_all(test, s, p, held);
}

/*
 * When most of the pool is in use, a place that has some of it gets no more by chance, and others do; once its
 * objects are freed it does again.
 */
static noinline void *alloc_elsewhere(struct kunit *test, struct kmem_cache *s)
{
	void *p = alloc_when_due(test, s);

	barrier();
	return p;
}

static void covered_places_are_skipped(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	unsigned int n = kfence_nr_objects * 4 / 5, samples = 0;
	void **p = kunit_kmalloc(test, (n + 60) * sizeof(*p), GFP_KERNEL);
	bool other = false;

	KUNIT_ASSERT_NOT_NULL(test, p);
	slab_force_samples(s, true);
	for (unsigned int i = 0; i < n + 60; i++) {
		if (i == n)
			slab_force_samples(s, false);
		if (i == n + 20) {
			KUNIT_EXPECT_EQ(test, samples, n);
			kmem_cache_free_bulk(s, n, p);
		}
		p[i] = alloc_when_due(test, s);
		KUNIT_ASSERT_NOT_NULL(test, p[i]);
		samples += is_kfence_address(p[i]);
		if (i >= n && i < n + 20 && !other) {
			void *q = alloc_elsewhere(test, s);

			other = is_kfence_address(q);
			kmem_cache_free(s, q);
		}
	}
	KUNIT_EXPECT_TRUE(test, other);
	KUNIT_EXPECT_GT(test, samples, n);
	kmem_cache_free_bulk(s, 60, p + n);
	kmem_cache_destroy(s);
}

/*
 * A place that had a sample, but has it no more, gets the next one from a pool that is short by others. The
 * compiler doesn't know which round is the first, so each asks from the same place.
 */
static void freed_places_are_uncovered(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	unsigned int n = kfence_nr_objects * 4 / 5, first = unknown(0);
	void **p = kunit_kmalloc(test, n * sizeof(*p), GFP_KERNEL), *q;
	bool again = false;

	KUNIT_ASSERT_NOT_NULL(test, p);
	slab_force_samples(s, true);
	for (unsigned int i = 0; i < 21 && !again; i++) {
		q = alloc_when_due(test, s);
		KUNIT_ASSERT_NOT_NULL(test, q);
		again = is_kfence_address(q);
		kmem_cache_free(s, q);
		if (i == first) {
			KUNIT_EXPECT_TRUE(test, again);
			again = false;
			for (unsigned int k = 0; k < n; k++)
				p[k] = alloc_elsewhere(test, s);
			slab_force_samples(s, false);
		}
	}
	KUNIT_EXPECT_TRUE(test, again);
	kmem_cache_free_bulk(s, n, p);
	kmem_cache_destroy(s);
}

/* What is paused stays so: an open gate is nobody's. */
static void paused(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	void *p;

	WRITE_ONCE(kfence_gate, 1);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	WRITE_ONCE(kfence_gate, 0);
	KUNIT_EXPECT_FALSE(test, is_kfence_address(p));
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static void forced_by_name(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	void *p;

	KUNIT_EXPECT_FALSE(test, kfence_names("no such cache"));
	slab_force_samples(s, true);
	KUNIT_EXPECT_PTR_EQ(test, my_line(s)->top, MAG_TAKEN);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	KUNIT_EXPECT_TRUE(test, is_kfence_address(p));
	kmem_cache_free(s, p);
	slab_force_samples(s, false);
	KUNIT_EXPECT_PTR_EQ(test, my_line(s)->top, MAG_NONE);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	KUNIT_EXPECT_FALSE(test, is_kfence_address(p));
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static bool is_sampled(struct kunit *test, struct kmem_cache *s)
{
	void *p = kmem_cache_alloc(s, GFP_KERNEL);
	bool is = is_kfence_address(p);

	KUNIT_EXPECT_NOT_NULL(test, p);
	kmem_cache_free(s, p);
	return is;
}

/* Caches that kfence.force= names, too: one that was there before, and one that comes meanwhile. */
static void paused_by_name(struct kunit *test)
{
	struct kmem_cache *before, *meanwhile;

	if (!kfence_names("kmalloc-test"))
		kunit_skip(test, "for kfence.force=kmalloc-*");
	kfence_resume();
	before = kmem_cache_create("kmalloc-test", 64, 0, 0, NULL);
	KUNIT_EXPECT_TRUE(test, is_sampled(test, before));
	kfence_pause();
	meanwhile = kmem_cache_create("kmalloc-later", 64, 0, 0, NULL);
	KUNIT_EXPECT_FALSE(test, is_sampled(test, before) || is_sampled(test, meanwhile));
	kfence_pause();
	kfence_resume();
	KUNIT_EXPECT_FALSE(test, is_sampled(test, before) || is_sampled(test, meanwhile));
	kfence_resume();
	KUNIT_EXPECT_TRUE(test, is_sampled(test, before) && is_sampled(test, meanwhile));
	kfence_pause();
	kmem_cache_destroy(before);
	kmem_cache_destroy(meanwhile);
}

static struct kunit_case line_cases[] = {
	KUNIT_CASE(each_length),    KUNIT_CASE(armed_for_nothing),
	KUNIT_CASE(one_a_time),	    KUNIT_CASE(covered_places_are_skipped),
	KUNIT_CASE(freed_places_are_uncovered),
	KUNIT_CASE(paused),	    KUNIT_CASE(forced_by_name),
	KUNIT_CASE(paused_by_name),
	{},
};

static struct kunit_suite kfence_lines = {
	.name = "kfence_lines",
	.suite_init = plain_caches,
	.suite_exit = as_booted,
	.init = need_pool,
	.test_cases = line_cases,
};
kunit_test_suite(kfence_lines);
