// SPDX-License-Identifier: MIT
/*
 * Tests of mm/reclaim.c and mm/show_mem.c: what a request has done for it, as its flags say. The DMA zone stands for a
 * machine that is short of memory; what needs threads is tested in tests/lib/reclaim_threads_test.c, the arithmetic of
 * shrinkers in shrinker_test.c.
 *
 * Mutations: tests/mutate/reclaim.mut, tests/mutate/show_mem.mut.
 */
#include <asm/clock.h>
#include <kunit/test.h>
#include <linux/ktime.h>
#include <linux/fault-inject.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/swap.h>
#include <linux/vmalloc.h>
#include "reclaim_fixture.h"
#include "mm/internal.h"
#include "mm/reclaim.h"
#include "mm/slab.h"
#include "mm/vmap.h"

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

/* Whatever a case did, all pages are back: the accounts of reclaim are exact. */
static void check_all_back(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pages_settled(), pages_at_start);
	KUNIT_EXPECT_TRUE(test, mm_valid_all());
}

static unsigned long stalls(void)
{
	return reclaim_event_read(ALLOCSTALL);
}

/* Memory is short, all of it in a larder: requests go on, for as long as there is anything in it. */
static void larder_gives_way(struct kunit *test)
{
	unsigned long had, stolen = reclaim_event_read(PGSTEAL_DIRECT), before;
	unsigned long scanned = reclaim_event_read(SLABS_SCANNED);
	struct page *chain, *page;

	larder_open(test, &larder, "larder");
	had = larder_fill(&larder, GFP_FILL);
	KUNIT_ASSERT_GT(test, had, 600UL);
	KUNIT_EXPECT_NULL(test, alloc_page(GFP_FILL));
	before = stalls();
	chain = chain_take(NULL, GFP_WANT, 500);
	KUNIT_EXPECT_LE(test, larder.nr, had - 500);
	KUNIT_EXPECT_GE(test, larder.nr, had / 2); /* no more than was wanted, about */
	KUNIT_EXPECT_GT(test, stalls(), before);
	KUNIT_EXPECT_GE(test, reclaim_event_read(PGSTEAL_DIRECT) - stolen, 500UL);
	KUNIT_EXPECT_GE(test, reclaim_event_read(SLABS_SCANNED) - scanned, 500UL);
	page = alloc_pages(GFP_WANT, 3);
	KUNIT_EXPECT_NOT_NULL(test, page);
	if (page)
		__free_pages(page, 3);
	chain_free(chain);
	larder_close(&larder);
	check_all_back(test);
}

/* ---- objects: what comes back of them are pages only when the slabs are emptied ---- */

enum { OBJECTS = 4096 };
static void *objects[OBJECTS];
static unsigned int nr_objects;

static unsigned long objects_give(struct larder *l, struct shrink_control *sc)
{
	unsigned long freed = 0;

	while (freed < sc->nr_to_scan && nr_objects) {
		kfree(objects[--nr_objects]);
		l->claims--;
		freed++;
	}
	return freed;
}

static void objects_give_way(struct kunit *test)
{
	struct page *chain, *page;
	unsigned int n = 0;

	if (kmalloc_caches[KMALLOC_DMA][kmalloc_index(1024)]->size > 1024)
		kunit_skip(test, "with slab_debug= the zone has no room for so many objects");
	larder.scan = objects_give;
	larder_open(test, &larder, "objects");
	while (nr_objects < OBJECTS && (objects[nr_objects] = kmalloc(1024, GFP_FILL)))
		nr_objects++;
	larder.claims = nr_objects;
	KUNIT_EXPECT_EQ(test, nr_objects, OBJECTS);
	chain = chain_take(NULL, GFP_FILL, ~0UL);
	for (; n < 200 && (page = alloc_page(GFP_WANT)); n++) {
		page->private = (unsigned long)chain;
		chain = page;
	}
	KUNIT_EXPECT_EQ(test, n, 200);
	KUNIT_EXPECT_LE(test, nr_objects, OBJECTS - 700);
	KUNIT_EXPECT_GE(test, nr_objects, OBJECTS / 4); /* what came back was seen */
	chain_free(chain);
	while (nr_objects)
		kfree(objects[--nr_objects]);
	larder.claims = 0;
	larder_close(&larder);
	check_all_back(test);
}

/* So few that the slabs' caches would keep them all, and a request that makes one round only. */
static void few_objects_give_way(struct kunit *test)
{
	struct page *chain, *page;

	larder.scan = objects_give;
	larder_open(test, &larder, "few objects");
	for (nr_objects = 0; nr_objects < 64; nr_objects++)
		objects[nr_objects] = kmalloc(1024, GFP_FILL);
	larder.claims = nr_objects;
	chain = chain_take(NULL, GFP_FILL, ~0UL);
	page = alloc_page(GFP_WANT | __GFP_NORETRY);
	KUNIT_EXPECT_NOT_NULL(test, page);
	KUNIT_EXPECT_LT(test, nr_objects, 64);
	if (page)
		__free_page(page);
	chain_free(chain);
	while (nr_objects)
		kfree(objects[--nr_objects]);
	larder.claims = 0;
	larder_close(&larder);
	check_all_back(test);
}

/* ---- the order ---- */

/* What caches hold for nobody goes before a shrinker is even asked. */
static void caches_go_first(struct kunit *test)
{
	enum { N = 12 };
	struct page *chain;
	void *p[N];

	larder_open(test, &larder, "larder");
	for (int i = 0; i < N; i++)
		p[i] = kmalloc(4096, GFP_FILL);
	for (int i = 0; i < N; i++)
		kfree(p[i]);
	larder_fill(&larder, GFP_FILL);
	atomic_set(&larder.counts, 0);
	chain = chain_take(NULL, GFP_WANT, N);
	KUNIT_EXPECT_EQ(test, atomic_read(&larder.counts), 0);
	chain = chain_take(chain, GFP_WANT, 100);
	KUNIT_EXPECT_GT(test, atomic_read(&larder.counts), 0);
	chain_free(chain);
	larder_close(&larder);
	check_all_back(test);
}

/* What waits for readers comes last, but it comes: a request that would fail waits for them. */
struct deferred {
	struct rcu_head rcu;
	char rest[8000];
};

static void readers_come_last(struct kunit *test)
{
	struct page *chain = NULL;
	struct deferred *d[20];
	unsigned int n = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(d); i++)
		d[i] = kmalloc(sizeof(*d[i]), GFP_FILL);
	chain = chain_take(NULL, GFP_FILL, ~0UL);
	for (unsigned int i = 0; i < ARRAY_SIZE(d); i++) {
		KUNIT_EXPECT_NOT_NULL(test, d[i]);
		kfree_rcu(d[i], rcu);
	}
	for (; n < 30; n++) {
		struct page *page = alloc_page(GFP_WANT);

		if (!page)
			break;
		page->private = (unsigned long)chain;
		chain = page;
	}
	KUNIT_EXPECT_EQ(test, n, 30);
	chain_free(chain);
	check_all_back(test);
}

/* Areas that vfree() left for later are given up by the way, with the nodes that describe them. */
static void lazy_areas_go(struct kunit *test)
{
	struct page *chain;

	vfree(vmalloc(3 * PAGE_SIZE));
	KUNIT_EXPECT_GT(test, vmap_space.lazy_bytes, 0UL);
	chain = chain_take(NULL, GFP_FILL, ~0UL);
	KUNIT_EXPECT_GT(test, vmap_space.lazy_bytes, 0UL);
	chain = chain_take(chain, GFP_WANT, 1);
	KUNIT_EXPECT_EQ(test, vmap_space.lazy_bytes, 0UL);
	chain_free(chain);
	check_all_back(test);
}

/* ---- what shrinkers are told ---- */

static gfp_t told(struct kunit *test, gfp_t gfp)
{
	struct page *chain = chain_take(NULL, GFP_FILL, ~0UL), *page;

	larder.gfp = 0;
	page = alloc_page(gfp);
	KUNIT_EXPECT_NOT_NULL(test, page);
	if (page)
		__free_page(page);
	larder_fill(&larder, GFP_FILL);
	chain_free(chain);
	return larder.gfp & (__GFP_IO | __GFP_FS);
}

/* By the flags, and by the scopes that the task is in. */
static void scopes_reach_shrinkers(struct kunit *test)
{
	unsigned int outer, inner;

	larder_open(test, &larder, "larder");
	larder_fill(&larder, GFP_FILL);
	KUNIT_EXPECT_EQ(test, told(test, GFP_WANT), __GFP_IO | __GFP_FS);
	KUNIT_EXPECT_EQ(test, told(test, GFP_WANT & ~__GFP_FS), __GFP_IO);
	KUNIT_EXPECT_EQ(test, told(test, GFP_WANT & ~(__GFP_FS | __GFP_IO)), 0u);
	outer = memalloc_nofs_save();
	KUNIT_EXPECT_EQ(test, told(test, GFP_WANT), __GFP_IO);
	inner = memalloc_noio_save();
	KUNIT_EXPECT_EQ(test, told(test, GFP_WANT), 0u);
	memalloc_noio_restore(inner);
	KUNIT_EXPECT_EQ(test, told(test, GFP_WANT), __GFP_IO);
	memalloc_nofs_restore(outer);
	KUNIT_EXPECT_EQ(test, told(test, GFP_WANT), __GFP_IO | __GFP_FS);
	larder_close(&larder);
	check_all_back(test);
}

static unsigned long needs_fs(struct larder *l, struct shrink_control *sc)
{
	return sc->gfp_mask & __GFP_FS ? larder_give(l, sc) : SHRINK_STOP;
}

/* What can't be done in a nofs request is left to one that may: nothing came, the work is kept. */
static void nofs_leaves_work_to_others(struct kunit *test)
{
	struct page *chain;

	larder.scan = needs_fs;
	larder_open(test, &larder, "needs fs");
	larder_fill(&larder, GFP_FILL);
	chain = chain_take(NULL, GFP_FILL, ~0UL);
	KUNIT_EXPECT_NULL(test, alloc_page((GFP_WANT & ~__GFP_FS) | __GFP_NORETRY));
	KUNIT_EXPECT_GT(test, atomic_read(&larder.scans), 0);
	KUNIT_EXPECT_GE(test, atomic_long_read(&larder.shrinker->nr_deferred), (long)larder.nr);
	chain = chain_take(chain, GFP_WANT | __GFP_NORETRY, 1);
	KUNIT_EXPECT_EQ(test, (u32)(larder.gfp & __GFP_FS), (u32)__GFP_FS);
	chain_free(chain);
	larder_close(&larder);
	check_all_back(test);
}

/* Who may not reclaim has no shrinker run: the reserves, if he may have them, or NULL. */
static void who_does_not_reclaim(struct kunit *test)
{
	struct page *chain, *atomic, *inside;
	unsigned int scope;
	gfp_t now = GFP_NOWAIT | GFP_DMA;

	larder_open(test, &larder, "larder");
	larder_fill(&larder, GFP_FILL);
	chain = chain_take(NULL, GFP_FILL, ~0UL);
	atomic_set(&larder.scans, 0);
	KUNIT_EXPECT_NULL(test, alloc_page(now & ~__GFP_KSWAPD_RECLAIM));
	atomic = alloc_page((GFP_ATOMIC & ~__GFP_KSWAPD_RECLAIM) | GFP_DMA);
	KUNIT_EXPECT_NOT_NULL(test, atomic);
	scope = memalloc_noreclaim_save();
	inside = alloc_page(GFP_WANT);
	KUNIT_EXPECT_NULL(test, alloc_page(GFP_WANT | __GFP_NOMEMALLOC));
	memalloc_noreclaim_restore(scope);
	KUNIT_EXPECT_NOT_NULL(test, inside);
	KUNIT_EXPECT_EQ(test, atomic_read(&larder.scans), 0);
	if (atomic)
		__free_page(atomic);
	if (inside)
		__free_page(inside);
	chain_free(chain);
	larder_close(&larder);
	check_all_back(test);
}

/*
 * With interrupts or preemption off nobody sleeps, whatever the flags promise. (Debug builds would
 * report the request.)
 */
static void atomic_context_does_not_reclaim(struct kunit *test)
{
	struct page *chain, *off, *atomic;
	unsigned long flags;

#ifdef QUARRY_DEBUG
	kunit_skip(test, "debug builds report a request that may sleep here");
#endif
	larder_open(test, &larder, "larder");
	larder_fill(&larder, GFP_FILL);
	chain = chain_take(NULL, GFP_FILL, ~0UL);
	local_irq_save(flags);
	off = alloc_page(GFP_WANT);
	local_irq_restore(flags);
	preempt_disable();
	atomic = alloc_page(GFP_WANT);
	preempt_enable();
	KUNIT_EXPECT_NULL(test, off);
	KUNIT_EXPECT_NULL(test, atomic);
	KUNIT_EXPECT_EQ(test, atomic_read(&larder.scans), 0);
	chain_free(chain);
	larder_close(&larder);
	check_all_back(test);
}

/* ---- how long it is tried ---- */

static unsigned long opens_at; /* stalls() from which on it gives pages */

static unsigned long gives_late(struct larder *l, struct shrink_control *sc)
{
	return stalls() >= opens_at ? larder_give(l, sc) : 0;
}

/* Ask for a block while the larder opens in the n-th round only. How many rounds there were. */
static unsigned long rounds_for(struct kunit *test, gfp_t gfp, unsigned int order, unsigned int n,
				bool *got)
{
	struct page *chain = chain_take(NULL, GFP_FILL, ~0UL), *page;
	unsigned long before = stalls();

	opens_at = before + n;
	page = alloc_pages(gfp, order);
	before = stalls() - before;
	*got = page;
	if (page)
		__free_pages(page, order);
	larder_fill(&larder, GFP_FILL);
	chain_free(chain);
	return before;
}

static void rounds_by_flag(struct kunit *test)
{
	static const struct {
		gfp_t gfp;
		unsigned int order, opens;
		bool got;
		unsigned int rounds;
	} rows[] = {
		{ GFP_WANT, 0, 1, true, 1 },
		{ GFP_WANT, 0, 5, true, 5 },
		{ GFP_WANT, 0, 16, true, 16 },
		{ GFP_WANT, 0, 17, false, 16 },
		{ GFP_WANT | __GFP_RETRY_MAYFAIL, 0, 5, true, 5 },
		{ GFP_WANT | __GFP_NORETRY, 0, 1, true, 1 },
		{ GFP_WANT | __GFP_NORETRY, 0, 2, false, 1 },
		{ GFP_WANT | __GFP_NORETRY, 4, 1, false, 0 },
		{ GFP_WANT, 4, 2, false, 1 },
		{ GFP_WANT | __GFP_RETRY_MAYFAIL, 4, 17, false, 16 },
		{ GFP_WANT | __GFP_NOFAIL, 0, 20, true, 2 }, /* from half of the reserve */
	};

	larder.scan = gives_late;
	larder_open(test, &larder, "late");
	larder_fill(&larder, GFP_FILL);
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned long rounds;
		bool got;

		if ((rows[i].gfp & __GFP_NOFAIL) && !sched_ops)
			continue;
		rounds = rounds_for(test, rows[i].gfp, rows[i].order, rows[i].opens, &got);
		KUNIT_EXPECT_EQ_MSG(test, rounds, rows[i].rounds, "row %u", i);
		KUNIT_EXPECT_EQ_MSG(test, got, rows[i].got, "row %u", i);
	}
	larder_close(&larder);
	check_all_back(test);
}

/* Where nobody has anything, one round says so. */
static void nothing_to_be_had(struct kunit *test)
{
	struct page *chain = chain_take(NULL, GFP_WANT, ~0UL);
	unsigned long before = stalls();

	KUNIT_EXPECT_NULL(test, alloc_page(GFP_WANT));
	KUNIT_EXPECT_EQ(test, stalls() - before, 1UL);
	chain_free(chain);
	check_all_back(test);
}

/* ---- shrinkers that allocate ---- */

static unsigned int depth, deepest, got_inside;

static unsigned long allocates(struct larder *l, struct shrink_control *sc)
{
	struct page *page;

	deepest = max(deepest, ++depth);
	page = alloc_page(GFP_WANT); /* as a shrinker might, forgetting where it is */
	if (page) {
		got_inside++;
		__free_page(page);
	}
	depth--;
	return larder_give(l, sc);
}

/* They don't reclaim in turn, and have the reserves; afterwards the task is what it was. */
static void shrinkers_do_not_recurse(struct kunit *test)
{
	unsigned int flags = current->flags;
	struct page *chain;

	depth = deepest = got_inside = 0;
	larder.scan = allocates;
	larder_open(test, &larder, "allocates");
	larder_fill(&larder, GFP_FILL);
	chain = chain_take(NULL, GFP_FILL, ~0UL);
	chain = chain_take(chain, GFP_WANT, 1);
	KUNIT_EXPECT_EQ(test, deepest, 1u);
	KUNIT_EXPECT_GT(test, got_inside, 0u);
	KUNIT_EXPECT_EQ(test, larder.flags & PF_MEMALLOC, (unsigned int)PF_MEMALLOC);
	KUNIT_EXPECT_EQ(test, current->flags, flags);
	KUNIT_EXPECT_NULL(test, current->reclaim_state);
	chain_free(chain);
	larder_close(&larder);
	check_all_back(test);
}

static unsigned int refused_inside;

static unsigned long allocates_objects(struct larder *l, struct shrink_control *sc)
{
	void *p = kmalloc(64, GFP_KERNEL);

	if (!p) {
		refused_inside++;
		return SHRINK_STOP;
	}
	kfree(p);
	return larder_give(l, sc);
}

/* A shrinker whose own allocations fail gives up for now; the request is served once they don't. */
static void shrinker_out_of_memory(struct kunit *test)
{
	struct fault_attr slab = FAULT_ATTR_NTH(1);
	struct page *chain, *page;

	refused_inside = 0;
	larder.scan = allocates_objects;
	larder_open(test, &larder, "needs memory");
	larder_fill(&larder, GFP_FILL);
	chain = chain_take(NULL, GFP_FILL, ~0UL);
	fault_inject_set((struct fault_injection){ .slab = &slab });
	page = alloc_page(GFP_WANT);
	fault_inject_set((struct fault_injection){ .slab = NULL });
	KUNIT_EXPECT_EQ(test, refused_inside, 1u);
	KUNIT_EXPECT_NOT_NULL(test, page);
	if (page)
		__free_page(page);
	chain_free(chain);
	larder_close(&larder);
	check_all_back(test);
}

/* ---- what is said ---- */

static unsigned int headlines, tables, named_caches, named_shrinkers, named_flags, named_bits,
	named_places, named_callers;

#define NAMELESS ((__force gfp_t)(1u << 31)) /* a bit that is no flag */

static void count_lines(const char *line, size_t n)
{
	headlines += strnstr(line, ": page allocation failure: order:", n) != NULL;
	named_flags += strnstr(line, "(GFP_KERNEL|GFP_DMA|", n) && strnstr(line, "|__GFP_COMP", n);
	named_bits += strnstr(line, "|0x80000000)", n) != NULL;
	tables += strnstr(line, "Mem-Info:", n) != NULL;
	named_caches += strnstr(line, "slab dma-kmalloc-1k", n) != NULL ||
			strnstr(line, "slab dma-kmalloc-1024", n) != NULL;
	named_shrinkers += strnstr(line, "shrinker watched: deferred", n) != NULL;
	named_places += strnstr(line, " func:chain_take", n) != NULL;
	named_callers += strnstr(line, "caller ask_by_kmalloc+0x", n) != NULL ||
			 strnstr(line, "caller ask_by_cache+0x", n) != NULL;
}

static noinline void ask_by_kmalloc(void)
{
	(void)!kmalloc(3 * PAGE_SIZE, GFP_KERNEL | GFP_DMA);
	barrier();
}

static noinline void ask_by_cache(void)
{
	void *p[8];

	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = kmalloc(8192, GFP_KERNEL | GFP_DMA);
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
		kfree(p[i]);
}

/* A failure is told in a line each, and who holds the memory once; with __GFP_NOWARN nothing is. */
static void failures_are_told(struct kunit *test)
{
	printk_hook_t before;
	struct page *chain;
	u64 since;

	larder.claims = 0;
	larder_open(test, &larder, "watched");
	for (nr_objects = 0; nr_objects < 1000; nr_objects++)
		objects[nr_objects] = kmalloc(1024, GFP_FILL);
	chain = chain_take(NULL, GFP_FILL, ~0UL);
	headlines = tables = named_caches = named_shrinkers = named_flags = named_bits =
		named_places = named_callers = 0;
	warn_alloc_reset();
	since = clock_ns();
	before = printk_set_hook(count_lines);
	for (int i = 0; i < 3; i++)
		(void)!alloc_page(GFP_KERNEL | GFP_DMA | __GFP_COMP | (i == 1 ? NAMELESS : 0));
	(void)!alloc_page(GFP_KERNEL | GFP_DMA | __GFP_NOWARN);
	printk_set_hook(before);
	KUNIT_EXPECT_EQ(test, headlines, 3);
	KUNIT_EXPECT_EQ(test, named_flags, 3);
	KUNIT_EXPECT_EQ(test, named_callers, 0);
	before = printk_set_hook(count_lines);
	ask_by_kmalloc();
	ask_by_cache();
	printk_set_hook(before);
	KUNIT_EXPECT_GE(test, named_callers, 2);
	KUNIT_EXPECT_EQ(test, named_callers, headlines - 3);
	KUNIT_EXPECT_EQ(test, named_bits, 1);
	KUNIT_EXPECT_EQ(test, tables, 1);
	KUNIT_EXPECT_EQ(test, named_caches, 1);
	KUNIT_EXPECT_EQ(test, named_shrinkers, 1);
	KUNIT_EXPECT_EQ(test, named_places, mem_alloc_profiling_enabled() ? 1 : 0);
	before = printk_set_hook(count_lines);
	for (int i = 0; i < 20; i++)
		(void)!alloc_page(GFP_KERNEL | GFP_DMA);
	printk_set_hook(before);
	if (clock_ns() - since < 4 * NSEC_PER_SEC) /* else the window may have ended meanwhile */
		KUNIT_EXPECT_EQ(test, headlines, 10);
	warn_alloc_reset();
	while (nr_objects)
		kfree(objects[--nr_objects]);
	chain_free(chain);
	larder_close(&larder);
	check_all_back(test);
}

static char vmstat_text[256];

static void note_line(const char *text)
{
	strlcat(vmstat_text, text, sizeof(vmstat_text));
	strlcat(vmstat_text, "\n", sizeof(vmstat_text));
}

static void vmstat_layout(struct kunit *test)
{
	char want[64];

	vmstat_text[0] = '\0';
	vmstat_show(note_line);
	KUNIT_EXPECT_EQ(test, strncmp(vmstat_text, "allocstall ", 11), 0);
	scnprintf(want, sizeof(want), "\nslabs_scanned %lu\n", reclaim_event_read(SLABS_SCANNED));
	KUNIT_EXPECT_NOT_NULL(test, strstr(vmstat_text, want));
	KUNIT_EXPECT_NOT_NULL(test, strstr(vmstat_text, "\npgsteal_kswapd "));
}

/* ---- locks ---- */

static DEFINE_MUTEX(larder_mutex);
static DEFINE_MUTEX(other_mutex);

static unsigned long takes_a_lock(struct larder *l, struct shrink_control *sc)
{
	unsigned long freed;

	mutex_lock(&larder_mutex);
	freed = larder_give(l, sc);
	mutex_unlock(&larder_mutex);
	return freed;
}

static void allocate_under(struct mutex *m, gfp_t gfp)
{
	mutex_lock(m);
	kfree(kmalloc(32, gfp));
	mutex_unlock(m);
}

/* Who holds a lock that a shrinker takes may not allocate so that shrinkers are called. */
static void lock_of_a_shrinker(struct kunit *test)
{
	struct page *chain;
	unsigned int scope;

#ifndef QUARRY_DEBUG
	kunit_skip(test, "only debug builds check the rules of locks");
#endif
	larder.scan = takes_a_lock;
	larder_open(test, &larder, "locked");
	larder_fill(&larder, GFP_FILL);
	chain = chain_take(NULL, GFP_FILL, ~0UL);
	chain = chain_take(chain, GFP_WANT, 1); /* the lock is taken inside: that is learned */
	chain_free(chain);
	larder_close(&larder);
	KUNIT_EXPECT_NO_REPORT(test, allocate_under(&larder_mutex, GFP_NOFS));
	scope = memalloc_nofs_save();
	KUNIT_EXPECT_NO_REPORT(test, allocate_under(&larder_mutex, GFP_KERNEL));
	memalloc_nofs_restore(scope);
	KUNIT_EXPECT_NO_REPORT(test, allocate_under(&larder_mutex, GFP_ATOMIC));
	KUNIT_EXPECT_NO_REPORT(test, allocate_under(&other_mutex, GFP_KERNEL));
	KUNIT_EXPECT_REPORT(test, "fs_reclaim is wanted while larder_mutex is held",
			    allocate_under(&larder_mutex, GFP_KERNEL));
	fs_reclaim_acquire(GFP_KERNEL); /* the other order, without memory being short */
	KUNIT_EXPECT_REPORT(test, "other_mutex is wanted while fs_reclaim is held",
			    mutex_lock(&other_mutex));
	mutex_unlock(&other_mutex);
	fs_reclaim_release(GFP_KERNEL);
	check_all_back(test);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(larder_gives_way),	      KUNIT_CASE(objects_give_way),
	KUNIT_CASE(few_objects_give_way),     KUNIT_CASE(caches_go_first),
	KUNIT_CASE(readers_come_last),	      KUNIT_CASE(lazy_areas_go),
	KUNIT_CASE(scopes_reach_shrinkers),   KUNIT_CASE(nofs_leaves_work_to_others),
	KUNIT_CASE(who_does_not_reclaim),     KUNIT_CASE(atomic_context_does_not_reclaim),
	KUNIT_CASE(rounds_by_flag),	      KUNIT_CASE(nothing_to_be_had),
	KUNIT_CASE(shrinkers_do_not_recurse), KUNIT_CASE(shrinker_out_of_memory),
	KUNIT_CASE(failures_are_told),	      KUNIT_CASE(vmstat_layout),
	KUNIT_CASE(lock_of_a_shrinker),	      {}
};

static struct kunit_suite suite = {
	.name = "reclaim", .init = setup, .exit = teardown, .test_cases = cases
};

kunit_test_suite(suite);
