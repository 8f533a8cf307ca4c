// SPDX-License-Identifier: MIT
/*
 * Tests of mm/shrinker.c: how much a pass scans, in which portions, what it puts off; and shrinkers that come and go
 * while others call them.
 *
 * Mutations: tests/mutate/shrinker.mut.
 */
#include <kunit/test.h>
#include <linux/sched.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "reclaim_fixture.h"
#include "smp_fixture.h"
#include "mm/reclaim.h"

/* A shrinker that only writes down what it is asked. */
static struct {
	unsigned long freeable, look_at, stop_after; /* look_at 0: at all that it is asked for */
	unsigned long returns;			     /* ~0UL: as many as it looked at */
	unsigned int counts, scans;
	unsigned long asked[64];
	gfp_t gfp;
	int nid;
} paper;

static unsigned long paper_count(struct shrinker *s, struct shrink_control *sc)
{
	paper.counts++;
	return paper.freeable;
}

static unsigned long paper_scan(struct shrinker *s, struct shrink_control *sc)
{
	paper.asked[paper.scans % ARRAY_SIZE(paper.asked)] = sc->nr_to_scan;
	paper.gfp = sc->gfp_mask;
	paper.nid = sc->nid;
	if (paper.stop_after && paper.scans >= paper.stop_after)
		return SHRINK_STOP;
	paper.scans++;
	if (paper.look_at)
		sc->nr_scanned = paper.look_at;
	return paper.returns == ~0UL ? sc->nr_scanned : paper.returns;
}

static struct shrinker *paper_open(struct kunit *test, unsigned long freeable, long batch,
				   int seeks)
{
	struct shrinker *s = shrinker_alloc(SHRINKER_NUMA_AWARE, "paper-%d", seeks);

	kswapd_settle();
	KUNIT_ASSERT_NOT_NULL(test, s);
	memset(&paper, 0, sizeof(paper));
	paper.freeable = freeable;
	paper.returns = ~0UL;
	s->count_objects = paper_count;
	s->scan_objects = paper_scan;
	s->batch = batch;
	s->seeks = seeks;
	shrinker_register(s);
	return s;
}

static struct shrink_result pass(int priority)
{
	struct shrink_result r = { .freed = 0 };

	shrink_slab(GFP_NOFS, priority, &r);
	return r;
}

/* What one pass over a fresh shrinker does: objects wanted = freeable >> priority * 4 / seeks. */
static void portions(struct kunit *test)
{
	static const struct {
		unsigned long freeable;
		long batch;
		int seeks, priority;
		unsigned int scans;
		unsigned long first, scanned, deferred;
	} rows[] = {
		{ 1000, 0, 2, 0, 15, 128, 1920, 80 },
		{ 1000, 0, 2, 3, 1, 128, 128, 122 },
		{ 1000, 0, 2, 12, 0, 0, 0, 0 },
		{ 1000, 0, 4, 2, 1, 128, 128, 122 },
		{ 1000, 100, 2, 3, 2, 100, 200, 50 },
		{ 1000, 0, 0, 12, 3, 128, 384, 116 },
		{ 1000, 1024, 2, 1, 1, 1000, 1000, 0 },
		{ 5, 0, 2, 0, 1, 10, 10, 0 },
		{ 5, 0, 2, 1, 0, 0, 0, 4 },
		{ 0, 0, 2, 0, 0, 0, 0, 0 },
		{ SHRINK_EMPTY, 0, 2, 0, 0, 0, 0, 0 },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		struct shrinker *s =
			paper_open(test, rows[i].freeable, rows[i].batch, rows[i].seeks);
		struct shrink_result r = pass(rows[i].priority);

		KUNIT_EXPECT_EQ_MSG(test, paper.counts, 1u, "row %u", i);
		KUNIT_EXPECT_EQ_MSG(test, paper.scans, rows[i].scans, "row %u", i);
		KUNIT_EXPECT_EQ_MSG(test, paper.asked[0], rows[i].first, "row %u", i);
		KUNIT_EXPECT_EQ_MSG(test, r.scanned, rows[i].scanned, "row %u", i);
		KUNIT_EXPECT_EQ_MSG(test, r.freed, rows[i].scanned, "row %u", i);
		KUNIT_EXPECT_EQ_MSG(test, atomic_long_read(&s->nr_deferred), (long)rows[i].deferred,
				    "row %u", i);
		shrinker_free(s);
	}
}

static void told_what_it_may(struct kunit *test)
{
	struct shrinker *s = paper_open(test, 1000, 0, DEFAULT_SEEKS);

	paper.nid = 7;
	pass(0);
	KUNIT_EXPECT_EQ(test, (u32)paper.gfp, (u32)GFP_NOFS);
	KUNIT_EXPECT_EQ(test, paper.nid, 0);
	KUNIT_EXPECT_STREQ(test, s->name, "paper-2");
	shrinker_free(s);
}

/* What was put off is added to later passes by their share; small shares come to a batch. */
static void deferred_work_adds_up(struct kunit *test)
{
	struct shrinker *s = paper_open(test, 1000, 0, 2);

	pass(3); /* 250: 128 now, 122 later */
	pass(3); /* 250 + 122/8 = 265: two batches, 122 + 250 - 256 later */
	KUNIT_EXPECT_EQ(test, paper.scans, 3u);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&s->nr_deferred), 116L);
	shrinker_free(s);

	s = paper_open(test, 100, 0, 2);
	for (int i = 0; i < 5 && !paper.scans; i++)
		pass(2); /* 50 each, and a quarter of what is there */
	KUNIT_EXPECT_EQ(test, paper.scans, 1u);
	KUNIT_EXPECT_GE(test, paper.asked[0], 100UL);
	shrinker_free(s);
}

/* SHRINK_STOP puts off what is left, up to twice what there is. */
static void stopped(struct kunit *test)
{
	struct shrinker *s = paper_open(test, 1000, 0, 2);
	struct shrink_result r;

	paper.stop_after = 2;
	r = pass(0);
	KUNIT_EXPECT_EQ(test, r.scanned, 256UL);
	KUNIT_EXPECT_EQ(test, r.freed, 256UL);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&s->nr_deferred), 2000L - 256);
	r = pass(0);
	KUNIT_EXPECT_EQ(test, r.scanned, 0UL);
	KUNIT_EXPECT_EQ(test, r.freeable, 1000UL);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&s->nr_deferred), 2000L);
	paper.stop_after = 0;
	r = pass(3); /* 250, and an eighth of that: three batches */
	KUNIT_EXPECT_EQ(test, r.scanned, 384UL);
	shrinker_free(s);
}

/* How many it looked at is what it says, not what it was asked for. */
static void counts_what_was_looked_at(struct kunit *test)
{
	struct shrinker *s = paper_open(test, 1000, 0, 2);
	struct shrink_result r;

	paper.look_at = 500; /* a page's worth at once, say */
	paper.returns = 3;
	r = pass(0);
	KUNIT_EXPECT_EQ(test, paper.scans, 4u);
	KUNIT_EXPECT_EQ(test, r.scanned, 2000UL);
	KUNIT_EXPECT_EQ(test, r.freed, 12UL);
	shrinker_free(s);
}

static unsigned long looks_at_nothing(struct shrinker *s, struct shrink_control *sc)
{
	paper.scans++;
	sc->nr_scanned = 0;
	return 0;
}

/* One that neither looks nor gives is not asked for ever. */
static void lazy_one_is_left(struct kunit *test)
{
	struct shrinker *s = paper_open(test, 1000, 0, 2);

	s->scan_objects = looks_at_nothing;
	pass(0);
	KUNIT_EXPECT_EQ(test, paper.scans, 1u);
	shrinker_free(s);
}

/* ---- coming and going ---- */

static void life(struct kunit *test)
{
	struct shrinker *s = shrinker_alloc(0, "never registered"), *t;

	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_EQ(test, s->seeks, DEFAULT_SEEKS);
	shrinker_free(s);
	shrinker_free(NULL);

	s = paper_open(test, 1000, 0, 2);
	KUNIT_EXPECT_REPORT(test, "WARNING", shrinker_register(s)); /* twice */
	t = shrinker_alloc(0, "no functions");
	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_EXPECT_REPORT(test, "WARNING", shrinker_register(t));
	shrinker_free(t);
	pass(0);
	KUNIT_EXPECT_EQ(test, paper.counts, 1u);
	shrinker_free(s);
	pass(0);
	KUNIT_EXPECT_EQ(test, paper.counts, 1u); /* it isn't called any more */
}

/* CPU 0 and its like make shrinkers and take them away; the data behind them goes at once. */
#define ALIVE 0x616c697665UL

static unsigned long storm_errors;

static unsigned long alive(struct shrinker *s)
{
	unsigned long *word = s->private_data;

	for (int i = 0; i < 20; i++) {
		if (READ_ONCE(*word) != ALIVE)
			ADD_ONCE(storm_errors, 1);
		cpu_relax();
	}
	return 300;
}

static unsigned long storm_count(struct shrinker *s, struct shrink_control *sc)
{
	return alive(s);
}

static unsigned long storm_scan(struct shrinker *s, struct shrink_control *sc)
{
	sc->nr_scanned = alive(s);
	return 0;
}

static void come_and_go(struct smp_cpu *c)
{
	unsigned long *word = kmalloc(sizeof(*word), GFP_KERNEL);
	struct shrinker *s = word ? shrinker_alloc(0, "storm-%u", c->id) : NULL;

	if (!s) {
		smp_wrong(c, "no memory", 0);
		kfree(word);
		return;
	}
	*word = ALIVE;
	s->count_objects = storm_count;
	s->scan_objects = storm_scan;
	s->private_data = word;
	shrinker_register(s);
	if (smp_rand(c, 2))
		cond_resched();
	shrinker_free(s);
	WRITE_ONCE(*word, 0);
	kfree(word);
}

static void storm_on_cpu(struct smp_cpu *c)
{
	do {
		struct shrink_result r = { .freed = 0 };

		if (c->id & 1)
			shrink_slab(GFP_KERNEL, 0, &r);
		else
			come_and_go(c);
	} while (smp_more(c));
}

static void nothing_lies_there(struct smp_cpu *c, void *p)
{
	smp_wrong(c, "a box is not empty", (unsigned long)p);
}

static void unregistered_while_called(struct kunit *test)
{
	smp_need(test);
	storm_errors = 0;
	smp_run(test, storm_on_cpu, NULL, nothing_lies_there);
	KUNIT_EXPECT_EQ(test, storm_errors, 0UL);
}

static struct kunit_case cases[] = { KUNIT_CASE(portions),
				     KUNIT_CASE(told_what_it_may),
				     KUNIT_CASE(deferred_work_adds_up),
				     KUNIT_CASE(stopped),
				     KUNIT_CASE(counts_what_was_looked_at),
				     KUNIT_CASE(lazy_one_is_left),
				     KUNIT_CASE(life),
				     KUNIT_CASE(unregistered_while_called),
				     {} };

static struct kunit_suite suite = { .name = "shrinker", .test_cases = cases };

kunit_test_suite(suite);
