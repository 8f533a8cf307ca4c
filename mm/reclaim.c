// SPDX-License-Identifier: MIT
/*
 * Reclaim: who looks for memory when there is none
 * ================================================
 *
 * 1. What can be had back, in the order in which it is asked for; what costs least comes first:
 *
 *	lists	  per-CPU page lists			any context (other CPUs': may sleep)
 *	caches	  magazines, depots, empty slabs	any context
 *	areas	  vmalloc areas freed lazily		may sleep
 *	shrinkers what others could have again		may sleep (shrinker.c)
 *	readers	  what waits for a grace period		may sleep, and waits for it
 *
 *    What shrinkers free comes back as pages only when the slabs' caches are emptied behind them; so
 *    that is done after each pass that freed something.
 *
 * 2. Direct reclaim. alloc_pages() with nothing left asks reclaim_for() what to do, tries again when
 *    that says so, and fails when it doesn't:
 *
 *	step 1	    wake kswapd; lists and caches (and areas)	every request
 *	round 1…n   shrinkers, at priorities DEF_PRIORITY … 0	__GFP_DIRECT_RECLAIM
 *		    until SWAP_CLUSTER_MAX pages are back, or
 *		    the block's size; then readers
 *
 *	flags			rounds				then
 *	no direct reclaim	none				NULL
 *	__GFP_NORETRY		1, without readers; of more	NULL
 *				than COSTLY_ORDER none
 *	none, costly order	1				NULL
 *	none, __GFP_RETRY_MAYFAIL  while pages come back, and	NULL
 *				MAX_ROUNDS more while anybody
 *				has objects left
 *	__GFP_NOFAIL		without end; half of the	-
 *				reserve; sleeping a tick
 *				where nothing came back
 *
 *    A request of more than one page gets MAX_ROUNDS at most: pages may come for ever without
 *    being neighbours. Between rounds without success the task sleeps a tick, if there are threads:
 *    kswapd may do what this request's flags forbid. Without any of __GFP_RECLAIM only this CPU's lists are given back.
 *
 * 3. Who reclaims has PF_MEMALLOC: what shrinkers allocate doesn't reclaim in turn, and may use the
 *    reserves. (Nor does what a task allocates in a noreclaim scope.) sc->gfp_mask is the request's,
 *    within the scopes of the task: no __GFP_FS in a nofs scope, neither that nor __GFP_IO in a noio
 *    scope. Whoever holds a lock that shrinkers take allocates with less than GFP_KERNEL; in debug
 *    builds a map stands for "inside reclaim", so lockdep reports the one who doesn't, whether memory
 *    is short or not (fs_reclaim_acquire()).
 *
 * 4. kswapd reclaims in the background from the low watermark up to the high one. Requests with
 *    __GFP_KSWAPD_RECLAIM wake it when they leave all zones that they may use below low; each
 *    such set of zones is a bit of `wanted`. It is content when one zone of each set is at high.
 *    If HOPELESS runs bring nothing back it isn't woken any more, until a request brings pages
 *    back by itself, or somebody registers a shrinker.
 *
 * 5. What is counted as having come back: pages that this task released from slabs, or accounted
 *    (mm_account_reclaimed_pages()), and at least as much as free memory grew: shrinkers that free
 *    pages need not say so. The first is exact; the second guesses while others work, in favour of
 *    another round.
 *
 * Invariants
 * I1  Only tasks with PF_MEMALLOC have a reclaim_state, and it is on their stack.
 * I2  reclaim_for() says no to a request with __GFP_NOFAIL only where nobody could wait.
 * I3  A bit of kswapd.wanted that is set is seen: it is set before the wake-up, and looked at after
 *     the state (lib/sync/sched.c, 1).
 *
 * Locks: none of its own; it takes purge_lock, shrinker_mutex's list under RCU, slab_mutex, and whatever
 * shrinkers take. So no lock of mm/ is held over an allocation but those that internal.h names.
 * Contexts: reclaim_for() and kswapd_wake() any but NMI. Complexity: O(caches) for step 1, the
 * shrinkers' for a round.
 *
 * Sources: Linux 6.12, Documentation/core-api/memory-allocation.rst and gfp_types.h for what the
 * flags promise, gfp_mask-from-fs-io.rst for the scopes.
 */
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sprintf.h>
#include <linux/swap.h>
#include "internal.h"
#include "reclaim.h"

#define MAX_ROUNDS   16	 /* without success */
#define STALL_ROUNDS 256 /* a request that must not fail says that it waits */
#define HOPELESS     16

static struct {
	struct task_struct *task; /* NULL before it runs */
	atomic_t wanted;	  /* bit h: the zones up to h are to reach their high watermark */
	atomic_t failures;	  /* runs in a row that brought nothing back */
	bool idle;
} kswapd_state;

static atomic_long_t events[NR_RECLAIM_EVENTS];

static void count_event(enum reclaim_event e, unsigned long n)
{
	atomic_long_add((long)n, &events[e]);
}

unsigned long reclaim_event_read(enum reclaim_event e)
{
	return atomic_long_read(&events[e]);
}

void vmstat_show(show_line_t line)
{
	static const char *const names[NR_RECLAIM_EVENTS] = { "allocstall", "pageoutrun",
							      "pgsteal_kswapd", "pgsteal_direct",
							      "slabs_scanned" };
	char buf[64];

	for (unsigned int e = 0; e < NR_RECLAIM_EVENTS; e++) {
		scnprintf(buf, sizeof(buf), "%s %lu", names[e], reclaim_event_read(e));
		line(buf);
	}
}

/* ---- "Inside reclaim", as lockdep sees it ---- */

#ifdef QUARRY_DEBUG

static struct lockdep_map fs_reclaim_map = LOCKDEP_MAP("fs_reclaim");

/* Could a request with these flags come to call shrinkers that may do anything? */
static bool reclaims_freely(gfp_t gfp)
{
	const gfp_t all = __GFP_DIRECT_RECLAIM | __GFP_FS;

	return (current_gfp_context(gfp) & all) == all && !(current->flags & PF_MEMALLOC);
}

/**
 * fs_reclaim_acquire() - what follows is done inside reclaim, or as if it were
 * @gfp: on behalf of a request with these flags; nothing unless it may call file systems
 *
 * For who wants lockdep to know that reclaim takes a lock, before that ever happened.
 * Context: task. fs_reclaim_release() with the same flags ends it.
 */
void fs_reclaim_acquire(gfp_t gfp)
{
	if (reclaims_freely(gfp))
		lock_acquire(&fs_reclaim_map, 0, LOCK_SLEEP, _RET_IP_);
}

void fs_reclaim_release(gfp_t gfp)
{
	if (reclaims_freely(gfp))
		lock_release(&fs_reclaim_map);
}

/* Each allocation that could reclaim is checked as if it did; without locks there is no order. */
void might_reclaim(gfp_t gfp)
{
	if (!lockdep_depth() || !in_task())
		return;
	fs_reclaim_acquire(gfp);
	fs_reclaim_release(gfp);
}

#endif

/* ---- What is done ---- */

/* Lists and caches, of all CPUs. */
static void give_back_caches(void)
{
	reclaim_caches();
	page_alloc_drain_all();
}

static unsigned long pages_back(const struct reclaim_state *rs, unsigned long before)
{
	unsigned long now = nr_free_pages();

	return max(rs->reclaimed, now > before ? now - before : 0);
}

/* One pass over the shrinkers, and what it leaves in the caches. False: they have nothing. */
static bool shrink_pass(gfp_t gfp, int priority)
{
	struct shrink_result r = { .freed = 0 };

	shrink_slab(gfp, priority, &r);
	count_event(SLABS_SCANNED, r.scanned);
	if (r.freed)
		give_back_caches();
	return r.freeable;
}

/* What readers hold up, or held up until a moment ago: the caches may have it since. */
static void wait_for_readers(void)
{
	rcu_barrier();
	give_back_caches();
}

/* ---- kswapd ---- */

static bool at_mark(unsigned int wanted, enum zone_watermark mark)
{
	for (; wanted; wanted &= wanted - 1) {
		if (!zones_reach(mark, __ffs(wanted)))
			return false;
	}
	return true;
}

/* From the cheapest to the dearest until there is enough. Returns the pages that came back. */
static unsigned long balance_once(unsigned int wanted)
{
	struct reclaim_state rs = { .reclaimed = 0 };
	unsigned long before = nr_free_pages(), back;
	int priority = DEF_PRIORITY;

	count_event(PAGEOUTRUN, 1);
	current->reclaim_state = &rs;
	vmalloc_drain();
	give_back_caches();
	while (!at_mark(wanted, WMARK_HIGH) && priority >= 0 && shrink_pass(GFP_KERNEL, priority))
		priority--;
	if (!at_mark(wanted, WMARK_HIGH))
		wait_for_readers();
	current->reclaim_state = NULL;
	back = pages_back(&rs, before);
	count_event(PGSTEAL_KSWAPD, back);
	return back;
}

static void balance(unsigned int wanted)
{
	while (!at_mark(wanted, WMARK_HIGH) && !kswapd_hopeless()) {
		if (balance_once(wanted))
			atomic_set(&kswapd_state.failures, 0);
		else
			atomic_inc(&kswapd_state.failures);
		if (!at_mark(wanted, WMARK_HIGH))
			schedule_timeout_uninterruptible(1); /* who needs pages gets his turn */
	}
	if (at_mark(wanted, WMARK_HIGH))
		atomic_set(&kswapd_state.failures, 0);
}

bool kswapd_hopeless(void)
{
	return atomic_read(&kswapd_state.failures) >= HOPELESS;
}

void kswapd_new_hope(void)
{
	atomic_set(&kswapd_state.failures, 0);
}

bool kswapd_idle(void)
{
	return !READ_ONCE(kswapd_state.task) ||
	       (READ_ONCE(kswapd_state.idle) && !atomic_read(&kswapd_state.wanted));
}

/**
 * kswapd() - reclaim in the background, for ever
 *
 * Context: the body of one thread, started once the scheduler runs.
 */
int kswapd(void *unused)
{
	fs_reclaim_acquire(GFP_KERNEL); /* all that it does is */
	current->flags |= PF_MEMALLOC | PF_KSWAPD;
	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (!atomic_read(&kswapd_state.wanted)) {
			WRITE_ONCE(kswapd_state.idle, true);
			schedule();
		}
		__set_current_state(TASK_RUNNING);
		WRITE_ONCE(kswapd_state.idle, false);
		balance(atomic_xchg(&kswapd_state.wanted, 0));
	}
	return 0;
}

void kswapd_start(struct task_struct *task)
{
	WRITE_ONCE(kswapd_state.task, task);
	wake_up_process(task);
}

void kswapd_wake(gfp_t gfp, enum zone_type highest)
{
	struct task_struct *task = READ_ONCE(kswapd_state.task);

	if (!task || !(gfp & __GFP_KSWAPD_RECLAIM) || kswapd_hopeless() ||
	    zones_reach(WMARK_LOW, highest))
		return;
	if (!(atomic_fetch_or(1 << highest, &kswapd_state.wanted) & 1 << highest))
		wake_up_process(task);
}

/* ---- Requests ---- */

static bool may_wait(const struct shortage *s)
{
	return (s->gfp & __GFP_DIRECT_RECLAIM) && preemptible();
}

/* There is another way to serve it, so nobody is to be disturbed. */
static bool half_hearted(const struct shortage *s)
{
	return (s->gfp & __GFP_NORETRY) && s->order > PAGE_ALLOC_COSTLY_ORDER;
}

static void first_step(struct shortage *s)
{
	const bool whole = (s->gfp & __GFP_RECLAIM) && !half_hearted(s);

	kswapd_wake(s->gfp, s->highest);
	if (whole && may_wait(s)) {
		vmalloc_drain();
		give_back_caches();
		return;
	}
	if (whole)
		reclaim_caches();
	page_alloc_drain();
}

/* Shrinkers, until the request's share is back, and readers. */
static void shrink_for(struct shortage *s)
{
	unsigned long want = max(SWAP_CLUSTER_MAX, 1UL << s->order), before = nr_free_pages();
	int priority = DEF_PRIORITY;

	s->back = 0;
	s->left = true;
	while (s->left && priority >= 0 && s->back < want) {
		s->left = shrink_pass(s->gfp, priority--);
		s->back = pages_back(current->reclaim_state, before);
	}
	if (s->back < want && !(s->gfp & __GFP_NORETRY))
		wait_for_readers();
	s->back = pages_back(current->reclaim_state, before);
}

static void direct_reclaim(struct shortage *s)
{
	struct reclaim_state rs = { .reclaimed = 0 };
	unsigned int scope;

	count_event(ALLOCSTALL, 1);
	fs_reclaim_acquire(s->gfp);
	scope = memalloc_noreclaim_save();
	current->reclaim_state = &rs;
	shrink_for(s);
	current->reclaim_state = NULL;
	memalloc_noreclaim_restore(scope);
	fs_reclaim_release(s->gfp);
	count_event(PGSTEAL_DIRECT, s->back);
	if (s->back)
		kswapd_new_hope();
	s->fruitless = s->back ? 0 : s->fruitless + 1;
	s->rounds++;
}

/* After a round that didn't help: is another one worth it? */
static bool another_round(const struct shortage *s)
{
	if (s->gfp & __GFP_NOFAIL)
		return true;
	if (s->gfp & __GFP_NORETRY)
		return false;
	if (s->order > PAGE_ALLOC_COSTLY_ORDER && !(s->gfp & __GFP_RETRY_MAYFAIL))
		return false;
	if (s->order && s->rounds >= MAX_ROUNDS)
		return false;
	return s->back || (s->left && s->fruitless < MAX_ROUNDS);
}

/* Let others do what this request could not. */
static void wait_a_tick(struct shortage *s, unsigned long caller)
{
	kswapd_wake(s->gfp, s->highest);
	if (s->gfp & __GFP_NOFAIL) {
		s->gfp |= __GFP_HIGH;
		if (s->rounds == STALL_ROUNDS)
			warn_alloc(s->gfp, s->order, "page allocation stalls", caller);
	}
	if (sched_ops && (s->fruitless || s->rounds > MAX_ROUNDS))
		schedule_timeout_uninterruptible(1);
	else
		cond_resched();
}

/* Who reclaims himself waits for others' pages if he must, and doesn't look for any. */
static bool wait_inside(struct shortage *s, unsigned long caller)
{
	if (!(s->gfp & __GFP_NOFAIL) || !sched_ops)
		return false;
	s->fruitless++;
	s->rounds++;
	wait_a_tick(s, caller);
	give_back_caches();
	return true;
}

bool reclaim_for(struct shortage *s, unsigned long caller)
{
	if (!s->asked) {
		s->asked = true;
		first_step(s);
		return true;
	}
	if (!may_wait(s) || half_hearted(s))
		return false;
	if (current->flags & PF_MEMALLOC)
		return wait_inside(s, caller);
	if (s->rounds) {
		if (!another_round(s) || ((s->gfp & __GFP_NOFAIL) && !sched_ops))
			return false;
		wait_a_tick(s, caller);
	}
	direct_reclaim(s);
	return true;
}
