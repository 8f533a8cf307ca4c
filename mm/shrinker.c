// SPDX-License-Identifier: MIT
/*
 * Shrinkers: caches of others that give objects up when memory is short
 * =====================================================================
 *
 * 1. Model. A cache of things that could be had again (by reading, computing, asking) registers two
 *    functions. One counts what it could give up; the other gives some up, a batch at a time:
 *
 *	count_objects() ──► freeable ── a share of it ──► scan_objects() … by the batch
 *
 *    The share grows as the need does: a pass has a priority, from DEF_PRIORITY down to 0, and of
 *    freeable >> priority objects it scans 4/seeks (all of them twice over, if making one again costs
 *    DEFAULT_SEEKS, at priority 0), or half of freeable whatever the priority, where it costs nothing.
 *
 * 2. Deferred work. What was to be scanned and wasn't, since it was less than a batch or the shrinker
 *    said SHRINK_STOP (a lock can't be had, or the flags forbid what it would take), is kept and
 *    added, by the same share, to what a later pass wants. So a caller that may not touch file
 *    systems leaves the work to one that may, and small shares add up to a batch. It is never more
 *    than twice what is there.
 *
 * 3. Coming and going. The list is walked under RCU, and a shrinker is called outside of it (it may
 *    sleep) with a reference. shrinker_free() keeps new callers out, drops the registration's
 *    reference, waits for the last one, and only then takes the shrinker off the list: so whoever holds one may go on from it
 *    to the next.
 *
 *	alloc'd ── register ─► 1 + callers ── free: drop, wait ─► 0, nobody comes in ─► off the list
 *	   └── free ───────────────────────────────────────────────────────► gone ◄── grace period
 *
 * Invariants
 * I1  refcount is 0, or 1 while registered plus those who are inside count_objects() or
 *     scan_objects(). Once 0 it stays.
 * I2  What is on the list has not seen a grace period since its count became 0.
 * I3  0 <= nr_deferred.
 *
 * Locks: shrinker_mutex, for the list's writers; nothing is allocated or called under it. Contexts:
 * all may sleep; shrinker_free() waits for calls that run, so it is called with no lock that the
 * shrinker takes, and not from inside it. Cost of a pass: a call of count_objects() each.
 *
 * Sources: Linux 6.12, the documentation in include/linux/shrinker.h for interface and rules.
 */
#include <linux/bug.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include "reclaim.h"

static LIST_HEAD(shrinker_list);
static DEFINE_MUTEX(shrinker_mutex);

/* ---- One shrinker ---- */

/* Objects that a pass of this priority wants to see scanned. */
static unsigned long fresh_work(const struct shrinker *s, unsigned long freeable, int priority)
{
	if (!s->seeks)
		return freeable / 2;
	return (freeable >> priority) * 4 / s->seeks;
}

/*
 * Have `left` objects scanned by the batch; what is less than a batch only if it is all there is.
 * Returns how many were. One that neither looks at any nor gives any up is not asked again.
 */
static unsigned long scan_batches(struct shrinker *s, struct shrink_control *sc,
				  unsigned long freeable, unsigned long left,
				  struct shrink_result *r)
{
	unsigned long batch = s->batch ? (unsigned long)s->batch : SHRINK_BATCH, scanned = 0;

	while (left >= batch || left >= freeable) {
		unsigned long freed;

		sc->nr_to_scan = sc->nr_scanned = min(batch, left);
		freed = s->scan_objects(s, sc);
		if (freed == SHRINK_STOP || !(freed | sc->nr_scanned))
			break;
		r->freed += freed;
		scanned += sc->nr_scanned;
		left -= min(left, sc->nr_scanned);
		cond_resched();
	}
	r->scanned += scanned;
	return scanned;
}

static void shrink_one(struct shrinker *s, gfp_t gfp, int priority, struct shrink_result *r)
{
	struct shrink_control sc = { .gfp_mask = gfp };
	unsigned long freeable = s->count_objects(s, &sc), fresh, deferred, scanned, rest;

	if (!freeable || freeable == SHRINK_EMPTY)
		return;
	r->freeable += freeable;
	fresh = fresh_work(s, freeable, priority);
	deferred = atomic_long_xchg(&s->nr_deferred, 0);
	scanned = scan_batches(s, &sc, freeable, min((deferred >> priority) + fresh, 2 * freeable),
			       r);
	rest = deferred + fresh - min(deferred + fresh, scanned);
	atomic_long_add((long)min(rest, 2 * freeable), &s->nr_deferred);
}

/* ---- All of them ---- */

/* Not once it is being freed: who frees it would wait for the last of ever new callers. */
static bool shrinker_get(struct shrinker *s)
{
	return (READ_ONCE(s->flags) & SHRINKER_REGISTERED) && refcount_inc_not_zero(&s->refcount);
}

static void shrinker_put(struct shrinker *s)
{
	if (refcount_dec_and_test(&s->refcount))
		complete(&s->done);
}

void shrink_slab(gfp_t gfp, int priority, struct shrink_result *r)
{
	struct shrinker *s;

	rcu_read_lock();
	list_for_each_entry_rcu(s, &shrinker_list, list) {
		if (!shrinker_get(s))
			continue;
		rcu_read_unlock();
		shrink_one(s, gfp, priority, r);
		rcu_read_lock(); /* before the reference goes: it still leads to the next one */
		shrinker_put(s);
	}
	rcu_read_unlock();
	cond_resched();
}

void shrinkers_show(void (*line)(const char *text))
{
	struct shrinker *s;
	char buf[96];

	rcu_read_lock();
	list_for_each_entry_rcu(s, &shrinker_list, list) {
		scnprintf(buf, sizeof(buf), "shrinker %s: deferred %ld", s->name,
			  atomic_long_read(&s->nr_deferred));
		line(buf);
	}
	rcu_read_unlock();
}

/* ---- Coming and going ---- */

/**
 * shrinker_alloc() - a shrinker, not yet known to anybody
 * @flags: SHRINKER_NUMA_AWARE, SHRINKER_MEMCG_AWARE, SHRINKER_NONSLAB or 0
 * @fmt: printf-style, its name
 *
 * The caller fills count_objects, scan_objects and what else it wants (seeks is DEFAULT_SEEKS), and
 * calls shrinker_register(), or shrinker_free() if something else failed.
 *
 * Context: may sleep.
 * Return: it; NULL: no memory.
 */
struct shrinker *shrinker_alloc(unsigned int flags, const char *fmt, ...)
{
	struct shrinker *s = kzalloc(sizeof(*s), GFP_KERNEL);
	va_list args;

	if (!s)
		return NULL;
	va_start(args, fmt);
	vsnprintf(s->name, sizeof(s->name), fmt, args);
	va_end(args);
	s->flags = flags | SHRINKER_ALLOCATED;
	s->seeks = DEFAULT_SEEKS;
	return s;
}

/**
 * shrinker_register() - from now on it is called when memory is short
 * @shrinker: of shrinker_alloc()
 *
 * Context: may sleep.
 */
void shrinker_register(struct shrinker *shrinker)
{
	if (WARN_ON(!(shrinker->flags & SHRINKER_ALLOCATED)) ||
	    WARN_ON(shrinker->flags & SHRINKER_REGISTERED) ||
	    WARN_ON(!shrinker->count_objects || !shrinker->scan_objects))
		return;
	init_completion(&shrinker->done);
	refcount_set(&shrinker->refcount, 1);
	shrinker->flags |= SHRINKER_REGISTERED;
	mutex_lock(&shrinker_mutex);
	list_add_tail_rcu(&shrinker->list, &shrinker_list);
	mutex_unlock(&shrinker_mutex);
	kswapd_new_hope();
}

/**
 * shrinker_free() - the end of a shrinker, registered or not
 * @shrinker: of shrinker_alloc(); NULL does nothing
 *
 * Afterwards neither of its functions runs, nor will; the cache behind it may go.
 *
 * Context: may sleep, for as long as its functions run on other CPUs.
 */
void shrinker_free(struct shrinker *shrinker)
{
	if (!shrinker)
		return;
	if (!(shrinker->flags & SHRINKER_REGISTERED)) {
		kfree(shrinker);
		return;
	}
	WRITE_ONCE(shrinker->flags, shrinker->flags & ~SHRINKER_REGISTERED);
	shrinker_put(shrinker);
	wait_for_completion(&shrinker->done);
	mutex_lock(&shrinker_mutex);
	list_del_rcu(&shrinker->list);
	mutex_unlock(&shrinker_mutex);
	kfree_rcu(shrinker, rcu);
}
