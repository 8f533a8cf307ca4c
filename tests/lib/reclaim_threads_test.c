// SPDX-License-Identifier: MIT
/*
 * Tests of reclaim that need threads: kswapd, requests that wait for others, shrinkers that end while they run. See
 * tests/mm/reclaim_test.c.
 *
 * Mutations: tests/mutate/reclaim.mut, tests/mutate/shrinker.mut.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include "tests/mm/reclaim_fixture.h"
#include "tests/mm/smp_fixture.h"
#include "mm/internal.h"
#include "mm/reclaim.h"

static const struct zone *const dma = &zones[ZONE_DMA];
static unsigned long pages_at_start;
static struct larder larder;

static int setup(struct kunit *test)
{
	if (zones[ZONE_DMA].managed < ZONE_ENOUGH)
		kunit_skip(test, "too little DMA memory");
	pages_at_start = pages_settled();
	larder = (struct larder){ .claims = 0 };
	marks_raise();
	return 0;
}

static void teardown(struct kunit *test)
{
	marks_restore();
}

static void check_all_back(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pages_settled(), pages_at_start);
	KUNIT_EXPECT_TRUE(test, mm_valid_all());
}

/* It ends by itself; its stack is to be back. */
static void join(struct task_struct *p)
{
	kthread_stop(p);
	put_task_struct(p);
}

static struct task_struct *run(struct kunit *test, int (*fn)(void *data), const char *name)
{
	struct task_struct *p = kthread_create(fn, NULL, "%s", name);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, p);
	get_task_struct(p);
	wake_up_process(p);
	return p;
}

static void let_pass(unsigned int ticks)
{
	while (ticks--)
		schedule_timeout_uninterruptible(1);
}

/* ---- requests that must not fail ---- */

struct waiter {
	bool inside_reclaim; /* in a noreclaim scope: it may not look for memory by itself */
	struct page *page;
	struct completion done;
};

static int want_page(void *data)
{
	struct waiter *w = data;
	unsigned int scope = 0;

	if (w->inside_reclaim)
		scope = memalloc_noreclaim_save();
	w->page = alloc_page((GFP_WANT | __GFP_NOFAIL) & ~__GFP_KSWAPD_RECLAIM);
	if (w->inside_reclaim)
		memalloc_noreclaim_restore(scope);
	complete(&w->done);
	return 0;
}

/* Nothing but what another thread gives back can help. */
static void wait_for_page(struct kunit *test, bool inside_reclaim)
{
	gfp_t all = GFP_FILL | (inside_reclaim ? __GFP_MEMALLOC : __GFP_HIGH | __GFP_NOMEMALLOC);
	struct waiter w = { .inside_reclaim = inside_reclaim };
	struct task_struct *p;
	struct page *chain;

	init_completion(&w.done);
	p = kthread_create(want_page, &w, "want_page");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, p);
	get_task_struct(p);
	chain = chain_take(NULL, all, ~0UL);
	wake_up_process(p);
	let_pass(20);
	KUNIT_EXPECT_FALSE(test, try_wait_for_completion(&w.done));
	KUNIT_EXPECT_NULL(test, READ_ONCE(w.page));
	chain_free(chain);
	wait_for_completion(&w.done);
	join(p);
	KUNIT_EXPECT_NOT_NULL(test, w.page);
	if (w.page)
		__free_page(w.page);
	check_all_back(test);
}

static void nofail_waits(struct kunit *test)
{
	wait_for_page(test, false);
}

static void nofail_waits_inside_reclaim(struct kunit *test)
{
	wait_for_page(test, true);
}

/* ---- kswapd ---- */

static unsigned long kswapd_runs(void)
{
	return reclaim_event_read(PAGEOUTRUN);
}

/* A request that may not wait: kswapd is woken, and may even be in time. */
static void ask(void)
{
	struct page *page = alloc_page(GFP_NOWAIT | GFP_DMA);

	if (page)
		__free_page(page);
}

/* Requests that may not wait take a zone below low: soon it is at high again, and nobody waited. */
static void from_low_to_high(struct kunit *test)
{
	unsigned long stalls = reclaim_event_read(ALLOCSTALL), stolen;
	struct page *chain = NULL;
	unsigned long had;

	larder_open(test, &larder, "larder");
	had = larder_fill(&larder, GFP_FILL);
	stolen = reclaim_event_read(PGSTEAL_KSWAPD);
	KUNIT_EXPECT_LT(test, READ_ONCE(dma->nr_free), dma->watermark[WMARK_LOW]);
	ask();
	kswapd_settle();
	KUNIT_EXPECT_GE(test, READ_ONCE(dma->nr_free), dma->watermark[WMARK_HIGH]);
	KUNIT_EXPECT_GT(test, atomic_read(&larder.by_kswapd), 0);
	KUNIT_EXPECT_EQ(test, (u32)larder.gfp, (u32)GFP_KERNEL);
	KUNIT_EXPECT_GE(test, larder.nr, had / 2);
	for (int i = 0; i < 200; i++) {
		chain = chain_take(chain, GFP_NOWAIT | GFP_DMA, 1);
		kswapd_settle();
	}
	KUNIT_EXPECT_LE(test, larder.nr, had - 150);
	KUNIT_EXPECT_GE(test, reclaim_event_read(PGSTEAL_KSWAPD) - stolen, 150UL);
	KUNIT_EXPECT_EQ(test, reclaim_event_read(ALLOCSTALL), stalls);
	chain_free(chain);
	larder_close(&larder);
	check_all_back(test);
}

/* Woken where a request leaves less than low, though it was served. */
static void woken_before_it_is_too_late(struct kunit *test)
{
	unsigned long runs = kswapd_runs(), last = 0;
	struct page *chain = NULL, *page;

	kswapd_new_hope();

	while (kswapd_runs() == runs && (page = alloc_page(GFP_NOWAIT | GFP_DMA))) {
		page->private = (unsigned long)chain;
		chain = page;
		last = READ_ONCE(dma->nr_free);
		cond_resched();
		kswapd_settle();
	}
	KUNIT_EXPECT_GT(test, kswapd_runs(), runs);
	KUNIT_EXPECT_GE(test, last, dma->watermark[WMARK_MIN]);
	/* the CPU's list may have come back meanwhile */
	KUNIT_EXPECT_LT(test, last, dma->watermark[WMARK_LOW] + PCP_HIGH);
	chain_free(chain);
	check_all_back(test);
}

static unsigned long needs_fs(struct larder *l, struct shrink_control *sc)
{
	return sc->gfp_mask & __GFP_FS ? larder_give(l, sc) : SHRINK_STOP;
}

/* What a request may not do itself, kswapd does while it waits. */
static void does_what_others_may_not(struct kunit *test)
{
	struct page *page;

	larder.scan = needs_fs;
	larder_open(test, &larder, "needs fs");
	larder_fill(&larder, GFP_FILL);
	page = alloc_page(GFP_NOFS | GFP_DMA | __GFP_NOWARN);
	KUNIT_EXPECT_NOT_NULL(test, page);
	kswapd_settle();
	KUNIT_EXPECT_GT(test, atomic_read(&larder.by_kswapd), 0);
	if (page)
		__free_page(page);
	larder_close(&larder);
	check_all_back(test);
}

static unsigned long gives_nothing(struct larder *l, struct shrink_control *sc)
{
	return 0;
}

/* It gives up where nothing comes back, and is called again after a request had success. */
static void gives_up_and_comes_back(struct kunit *test)
{
	struct page *chain = NULL;
	unsigned long runs;

	larder.scan = gives_nothing;
	larder_open(test, &larder, "stingy");
	larder_fill(&larder, GFP_FILL);
	chain = chain_take(NULL, GFP_FILL, ~0UL);
	KUNIT_EXPECT_NULL(test, alloc_page(GFP_NOWAIT | GFP_DMA));
	kswapd_settle();
	KUNIT_EXPECT_TRUE(test, kswapd_hopeless());
	runs = kswapd_runs();
	KUNIT_EXPECT_NULL(test, alloc_page(GFP_NOWAIT | GFP_DMA));
	kswapd_settle();
	KUNIT_EXPECT_EQ(test, kswapd_runs(), runs);
	larder.scan = NULL;
	chain = chain_take(chain, GFP_WANT, 1);
	KUNIT_EXPECT_FALSE(test, kswapd_hopeless());
	chain = chain_take(chain, GFP_FILL, ~0UL);
	ask();
	kswapd_settle();
	KUNIT_EXPECT_GT(test, kswapd_runs(), runs);
	KUNIT_EXPECT_GE(test, READ_ONCE(dma->nr_free), dma->watermark[WMARK_HIGH]);
	chain_free(chain);
	larder_close(&larder);
	check_all_back(test);
}

/* ---- storms: all CPUs take and give back by turns, memory being in the larder ---- */

enum { HELD = 40 };

static gfp_t storm_gfp;

static void take_and_give(struct smp_cpu *c)
{
	struct page *held[HELD] = { NULL };

	do {
		u32 i = smp_rand(c, HELD);

		if (held[i]) {
			if (page_address(held[i]) != *(void **)page_address(held[i]))
				smp_wrong(c, "a page has two owners", page_to_pfn(held[i]));
			__free_page(held[i]);
			held[i] = NULL;
		} else {
			held[i] = alloc_page(storm_gfp);
			if (held[i])
				*(void **)page_address(held[i]) = page_address(held[i]);
			else if (storm_gfp & __GFP_DIRECT_RECLAIM)
				smp_wrong(c, "no memory, though there is a larder", 0);
		}
		if (!smp_rand(c, 16))
			cond_resched();
	} while (smp_more(c));
	for (int i = 0; i < HELD; i++) {
		if (held[i])
			__free_page(held[i]);
	}
}

static unsigned long storm(struct kunit *test, gfp_t gfp)
{
	unsigned long had;

	storm_gfp = gfp;
	larder_open(test, &larder, "larder");
	had = larder_fill(&larder, GFP_FILL);
	smp_run(test, take_and_give, NULL, NULL);
	kswapd_settle();
	had -= larder.nr;
	larder_close(&larder);
	check_all_back(test);
	return had;
}

static void kswapd_keeps_up(struct kunit *test)
{
	unsigned long stalls = reclaim_event_read(ALLOCSTALL);

	smp_need(test);
	KUNIT_EXPECT_GT(test, storm(test, GFP_NOWAIT | GFP_DMA), 20UL);
	KUNIT_EXPECT_EQ(test, reclaim_event_read(ALLOCSTALL), stalls);
	KUNIT_EXPECT_GE(test, READ_ONCE(dma->nr_free), dma->watermark[WMARK_HIGH]);
}

static void all_reclaim_at_once(struct kunit *test)
{
	smp_need(test);
	KUNIT_EXPECT_GT(test, storm(test, GFP_KERNEL | GFP_DMA | __GFP_NOWARN), 20UL);
}

/* ---- the end of a shrinker that runs ---- */

static struct completion scanning, go_on, freed;

static unsigned long scans_for_long(struct larder *l, struct shrink_control *sc)
{
	complete(&scanning);
	wait_for_completion(&go_on);
	return SHRINK_STOP;
}

static int run_pass(void *unused)
{
	struct shrink_result r = { .freed = 0 };

	shrink_slab(GFP_KERNEL, 0, &r);
	return 0;
}

static int free_it(void *unused)
{
	shrinker_free(larder.shrinker);
	complete(&freed);
	return 0;
}

static void freeing_waits_for_who_runs(struct kunit *test)
{
	struct task_struct *pass, *end;

	init_completion(&scanning);
	init_completion(&go_on);
	init_completion(&freed);
	larder.scan = scans_for_long;
	larder.claims = 1000;
	larder_open(test, &larder, "slow");
	pass = run(test, run_pass, "pass");
	wait_for_completion(&scanning);
	end = run(test, free_it, "free_it");
	let_pass(5);
	KUNIT_EXPECT_FALSE(test, try_wait_for_completion(&freed));
	run_pass(NULL); /* nobody new comes in, and nobody waits: it would be for ever */
	complete(&go_on);
	join(pass);
	join(end);
	KUNIT_EXPECT_TRUE(test, try_wait_for_completion(&freed));
	check_all_back(test);
}

static struct kunit_case cases[] = { KUNIT_CASE(nofail_waits),
				     KUNIT_CASE(nofail_waits_inside_reclaim),
				     KUNIT_CASE(from_low_to_high),
				     KUNIT_CASE(woken_before_it_is_too_late),
				     KUNIT_CASE(does_what_others_may_not),
				     KUNIT_CASE(gives_up_and_comes_back),
				     KUNIT_CASE(kswapd_keeps_up),
				     KUNIT_CASE(all_reclaim_at_once),
				     KUNIT_CASE(freeing_waits_for_who_runs),
				     {} };

static struct kunit_suite suite = {
	.name = "reclaim_threads", .init = setup, .exit = teardown, .test_cases = cases
};

kunit_test_suite(suite);
