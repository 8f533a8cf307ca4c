// SPDX-License-Identifier: MIT
/*
 * Every allocation fails once: the failure sweep.
 *
 * 1. Model. A scenario is a short use of mm/'s public functions (sweep_*.c; tests/check/sweep sees
 *    that none that can allocate is missing). It is run with its first allocation failing, then
 *    with its second, and so on until a run comes to its end before anything failed:
 *
 *        census → prepare → arm: call n fails → run → disarm → clean → census again
 *                    └──────────── n = 1, 2, 3 … until nothing failed ◄──────────┘
 *
 * 2. Modes. Objects of slab caches are counted, or page requests, or both together; and the n-th
 *    call fails alone, or with all that follow it. The first finds each error path, the second also
 *    those of the ways round it.
 *
 * 3. What must hold after each run
 *        - it was DONE, or REFUSED with the documented value (which it checks itself), and what it
 *          had before it was as before;
 *        - it was DONE if nothing failed, and REFUSED if something did, unless it says that it
 *          copes (COPES_*) and there were pages at all; DONE in any case if it must find
 *          another way (ONE_IS_NOTHING), or has __GFP_NOFAIL (NEVER_REFUSED);
 *        - free pages, pages by use, live objects and caches are as many as before it;
 *        - all numbered invariants hold, and nothing was reported.
 *
 * 4. How much. sweep=full is every n in all six modes. sweep=short, the default, is for the
 *    emulated machine, where one run takes a millisecond or two: the two plain modes, and of the
 *    calls 1, 2, 3, 5, 7, 10 …, each a third further on. The process build runs both.
 *
 * 5. FRESH_TABLES. Kernel page tables stay when they are made, so only the first area at an address
 *    needs them. For such scenarios one large unmapped area is laid under the run, which ends where
 *    no table is yet, GiB after GiB; for the first calls, among which those for tables are.
 *
 * Mutations that made it fail when tried: on failure,
 *	address spaces: mm_alloc() keeps the structure; map_locked() or range_split_prepare() keeps
 *		the pieces; do_mmap() keeps the file of shared memory; munmap says 0; the heap's end
 *		moves; a table counts that was not made; prepare_one() says something else
 *	faults: the copy, or what was to be copied, stays referenced; no page, but said to be done;
 *		OOM as SIGBUS or -EFAULT; copy_from_user() leaves stale bytes
 *	vmalloc: the area, its node, its pages or its large page stay; kvmalloc() does not fall back;
 *		vrealloc() or kvrealloc() frees the old block; vmap() takes the array all the same
 *	slab: a bulk keeps what it had; a cache's structure stays; krealloc() frees the old block; a
 *		magazine's objects are lost when there is none to go on with
 *	pages: alloc_pages_exact() keeps the tail; a bulk counts one too many
 *	memfile: -ENOMEM although something was read; 0 instead of -ENOMEM
 *	pools: one that can't be filled keeps its elements, its structure stays; one that does not grow
 *		counts as if it had, or loses its old array; what is kept is not taken
 *	devices: a piece without memory stays; the next zone is not asked; a refusal sets the handle;
 *		each block takes a piece of its own (full); memremap() and ioremap() keep the area
 *	the slow path of slabs does not ask
 */
#include <linux/fault-inject.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <quarry/report.h>
#include "mm/internal.h"
#include "mm/kfence.h"
#include "mm/slab.h"
#include "mm/vma.h"
#include "mm/vmap.h"
#include "tests/mm/sweep.h"

#define MOST_PAGES (8UL << (30 - PAGE_SHIFT))
#define MOST_CALLS  4000 /* no scenario is that long: one that doesn't end fails */
#define FRESH_CALLS 6

static bool full;

static int set_sweep(const char *val)
{
	if (!val || (strcmp(val, "full") && strcmp(val, "short")))
		return -EINVAL;
	full = !strcmp(val, "full");
	return 0;
}
BOOT_PARAM("sweep", set_sweep);

static const struct mode {
	const char *name;
	bool slab, page, onwards, always;
} modes[] = {
	{ "one object failing", .slab = true, .always = true },
	{ "one page request failing", .page = true, .always = true },
	{ "one allocation failing", .slab = true, .page = true },
	{ "all objects failing from one on", .slab = true, .onwards = true },
	{ "all page requests failing from one on", .page = true, .onwards = true },
	{ "all allocations failing from one on", .slab = true, .page = true, .onwards = true },
};

static const struct scenario *const tables[] = { sweep_slab, sweep_page, sweep_vmalloc,
						 sweep_user, sweep_percpu, sweep_pool,
						 sweep_dma, sweep_driver, sweep_debug };

/* Of the whole suite */
static unsigned long nr_scenarios, nr_runs, nr_failed;
static struct fault_injection injection_before;
static int loglevel_before;

/* ---- What the scenarios share ---- */

static u8 content(size_t i, u8 salt)
{
	return i * 7 + (i >> 8) * 13 + (i >> 12) * 101 + salt;
}

void sweep_fill(void *p, size_t size, u8 salt)
{
	for (size_t i = 0; i < size; i++)
		((u8 *)p)[i] = content(i, salt);
}

bool sweep_filled(const void *p, size_t size, u8 salt)
{
	for (size_t i = 0; i < size; i++) {
		if (((const u8 *)p)[i] != content(i, salt))
			return false;
	}
	return true;
}

bool sweep_zero(const void *p, size_t size)
{
	return !memchr_inv(p, 0, size);
}

void sweep_use_mm(struct sweep *s)
{
	s->mm = mm_alloc();
	SWEEP_ASSERT(s, s->mm);
	kthread_use_mm(s->mm);
}

void sweep_end_mm(struct sweep *s)
{
	SWEEP_EXPECT(s, !rwsem_is_locked(&s->mm->mmap_lock));
	SWEEP_EXPECT(s, mm_valid(s->mm));
	kthread_unuse_mm(s->mm);
	mmput(s->mm);
}

/* ---- The census ---- */

struct census {
	unsigned long pages, objects, caches, reports;
	long stats[NR_MM_STATS];
};

static unsigned long live_objects(const struct slab_list *list)
{
	unsigned long n = 0;

	for (u32 pfn = list->first; pfn; pfn = pfn_to_page(pfn)->next)
		n += pfn_to_page(pfn)->inuse;
	return n;
}

static struct census take_census(void)
{
	struct census c = { .reports = report_count() };
	unsigned long flags;

	mm_quiesce();
	for (unsigned int i = 0; i < NR_MM_STATS; i++)
		c.stats[i] = mm_stat_read(i);
	c.pages = nr_free_pages() + c.stats[MM_KERNEL_TABLES];
	c.stats[MM_KERNEL_TABLES] = 0;
	spin_lock_irqsave(&slab_mutex, flags);
	for (struct kmem_cache *s = cache_list; s; s = s->next, c.caches++)
		c.objects += live_objects(&s->partial) + live_objects(&s->full);
	spin_unlock_irqrestore(&slab_mutex, flags);
	return c;
}

static void compare(struct sweep *s, const struct census *before)
{
	struct census now = take_census();

	SWEEP_EXPECT(s, now.pages == before->pages);
	SWEEP_EXPECT(s, now.objects == before->objects);
	SWEEP_EXPECT(s, now.caches == before->caches);
	SWEEP_EXPECT(s, now.reports == before->reports);
	for (unsigned int i = 0; i < NR_MM_STATS; i++)
		SWEEP_EXPECT(s, now.stats[i] == before->stats[i]);
	SWEEP_EXPECT(s, mm_valid_all());
}

/* ---- One run ---- */

/* Everything but what is said of a cache that can't be made. */
static void pass_on(const char *line, size_t n)
{
	if (!strnstr(line, "kmem_cache_create(", n))
		console_print_raw(line, n);
}

/* Warnings of what is made to fail are not for the log; errors and reports are. */
static void quiet(void)
{
	console_loglevel = CONSOLE_LOGLEVEL_QUIET;
	printk_set_hook(pass_on);
}

static void loud(void)
{
	printk_set_hook(NULL);
	console_loglevel = loglevel_before;
}

/* Lay an area under the run, so that the next one begins where no table is. NULL: not wanted. */
static struct vm_struct *lay_fresh(struct sweep *s, const struct scenario *sc, const struct mode *m)
{
	static unsigned long end;
	struct vm_struct *vm;

	if (!(sc->flags & FRESH_TABLES) || !m->page || m->slab || s->call > FRESH_CALLS)
		return NULL;
	end += pt_size(2);
	SWEEP_ASSERT(s, end + pt_size(2) < VMALLOC_SIZE);
	vm = vmap_area_get(end - PAGE_SIZE, PAGE_SIZE, VM_MAP, GFP_KERNEL, NULL);
	SWEEP_ASSERT(s, vm);
	return vm;
}

/*
 * Who copes does so with what is left. With nothing at all nobody can; nor without a page, unless
 * slabs of things that live have room.
 */
static bool must_be_refused(const struct scenario *sc, const struct mode *m, unsigned long n)
{
	if (m->page && m->onwards && n == 1 &&
	    (m->slab || !sc->prepare || (sc->flags & FRESH_TABLES)))
		return true;
	return !(m->slab && (sc->flags & COPES_SLAB)) && !(m->page && (sc->flags & COPES_PAGE));
}

static bool must_be_done(const struct scenario *sc, const struct mode *m)
{
	return (sc->flags & NEVER_REFUSED) || (!m->onwards && (sc->flags & ONE_IS_NOTHING));
}

/*
 * A sweep over nothing would look like success. It is none where a page is asked for only when slabs of
 * things that live are full: when that is, debug layouts (slab_debug=) change.
 */
static bool may_ask_nothing(const struct scenario *sc, const struct mode *m, unsigned long n)
{
	if (n > 1 || (sc->flags & NEVER_REFUSED) || (!m->page && (sc->flags & NO_OBJECTS)))
		return true;
	return !m->slab && slab_debug_flags("kmalloc-64", 0);
}

/* False: the run ended before its n-th call, so nothing failed. */
static bool run_once(struct kunit *test, const struct scenario *sc, const struct mode *m,
		     unsigned long n)
{
	struct sweep s = { .test = test, .name = sc->name, .mode = m->name, .call = n };
	struct fault_attr attr = { .nth = n, .onwards = m->onwards };
	struct census before = take_census();
	struct vm_struct *under = lay_fresh(&s, sc, m);
	enum outcome outcome;
	unsigned long failed;

	if (sc->prepare)
		sc->prepare(&s);
	mm_quiesce();
	quiet();
	fault_inject_set(
		(struct fault_injection){ m->slab ? &attr : NULL, m->page ? &attr : NULL });
	outcome = sc->run(&s);
	fault_inject_set((struct fault_injection){ 0 });
	loud();
	failed = atomic_long_read(&attr.injected);
	SWEEP_EXPECT(&s, failed || may_ask_nothing(sc, m, n));
	if (!failed || must_be_done(sc, m))
		SWEEP_EXPECT(&s, outcome == DONE);
	else if (must_be_refused(sc, m, n))
		SWEEP_EXPECT(&s, outcome == REFUSED);
	if (sc->clean)
		sc->clean(&s);
	if (under)
		vmap_area_release(under, VMAP_KEEP_PAGES);
	compare(&s, &before);
	nr_runs++;
	nr_failed += failed;
	return failed;
}

static void run_mode(struct kunit *test, const struct scenario *sc, const struct mode *m)
{
	unsigned long n = 1;

	while (test->status == KUNIT_SUCCESS && run_once(test, sc, m, n)) {
		KUNIT_ASSERT_LT_MSG(test, n, MOST_CALLS, "%s, with %s: no end", sc->name, m->name);
		n += full ? 1 : 1 + n / 3;
	}
}

/* ---- The suite ---- */

/* The scenario with that number; NULL behind the last. */
static const struct scenario *scenario_number(unsigned int number)
{
	for (unsigned int t = 0; t < ARRAY_SIZE(tables); t++) {
		for (const struct scenario *sc = tables[t]; sc->name; sc++) {
			if (!number--)
				return sc;
		}
	}
	return NULL;
}

static const void *scenario_gen_params(const void *prev, char *desc)
{
	const struct scenario *sc = scenario_number(0);

	for (unsigned int i = 1; prev && sc; i++) {
		bool found = sc == prev;

		sc = scenario_number(i);
		if (found)
			break;
	}
	if (sc)
		kunit_param_desc(desc, sc->name);
	return sc;
}

static void each_allocation_fails(struct kunit *test)
{
	const struct scenario *sc = test->param_value;

	/* The invariants are looked at after each run, and those of the buddy cost a look at each page. */
	if (nr_free_pages() > MOST_PAGES)
		kunit_skip(test, "more than 8 GiB: each failure would be followed by a walk over all pages");
	for (unsigned int i = 0; i < ARRAY_SIZE(modes); i++) {
		if (full || modes[i].always)
			run_mode(test, sc, &modes[i]);
	}
	nr_scenarios++;
}

/* Also when a run was left in the middle. */
static void disarm(struct kunit *test)
{
	fault_inject_set((struct fault_injection){ 0 });
	loud();
}

static int sweep_init(struct kunit_suite *suite)
{
	injection_before = fault_inject_set((struct fault_injection){ 0 });
	loglevel_before = console_loglevel;
	nr_scenarios = nr_runs = nr_failed = 0;
	kfence_pause(); /* a sample needs no page */
	return 0;
}

static void sweep_exit(struct kunit_suite *suite)
{
	kprint_raw("    # scenarios: %lu, failures injected: %lu, runs: %lu (%s)\n", nr_scenarios,
		   nr_failed, nr_runs, full ? "full" : "short");
	kfence_resume();
	fault_inject_set(injection_before);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(each_allocation_fails, scenario_gen_params),
	{},
};

static struct kunit_suite suite = {
	.name = "failure_sweep",
	.suite_init = sweep_init,
	.suite_exit = sweep_exit,
	.exit = disarm,
	.test_cases = cases,
};
kunit_test_suite(suite);
