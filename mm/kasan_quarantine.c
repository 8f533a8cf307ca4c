// SPDX-License-Identifier: MIT
/*
 * Freed objects that are not used again for a while
 * =================================================
 *
 * 1. What it is for. A checker sees the use of an object after its free as long as the object is
 *    nobody's. A magazine hands out first what was freed last, so that would be no time at all: with a
 *    checker that keeps states in memory (asm/memstate.h) freed objects wait here first.
 *
 * 2. Model. A queue a CPU, and one for all. An object goes to the end of its CPU's; when that holds
 *    its share it goes as a whole behind the common one; when that holds more than its bound, its
 *    oldest objects go back to their slabs, an eighth of it.
 *
 *	slab_free() ─► [this CPU's queue] ─► [all: oldest … youngest] ─► slab_put_one()
 *
 *    The link stands in the object's struct kasan_meta. While it waits an object is free to all who
 *    ask: its word says so, and its state; only its slab counts it as in use, as it does those in
 *    magazines.
 *
 * 3. Bound: 1/RAM_SHARE of RAM. All of it goes back when memory runs out, in mm_quiesce(), and before
 *    a cache is destroyed or shrunk: slab_drain() and its like call kasan_quarantine_drain().
 *    Not kept are objects of caches with SLAB_TYPESAFE_BY_RCU, which stay open when they are free, and
 *    with a constructor, whose work is meant to be used again; nor those with debug flags, or that are
 *    zeroed as they are freed.
 *
 * Invariants
 * I1  bytes = the sum of s->size over a queue's objects.
 * I2  An object is in one queue at most: who finds its word right, and its state MEMSTATE_FREE, reports
 *     a double free (slab_locate()).
 * I3  An object that is in no queue any more is in its slab: it goes from the one to the other under
 *     the common queue's lock. So who has drained all can count pages, or destroy a cache.
 *
 * Locks: a queue's, irq-safe; the CPU's > the common one > the slab's and the zone's, taken anew for
 * each object that goes back. Context: any but NMI. Complexity: O(1) amortised.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include "internal.h"
#include "kasan.h"
#include "slab.h"

#ifdef MEMSTATE_SHIFT

#define RAM_SHARE 32

struct queue {
	spinlock_t lock;
	void *first, *last;
	size_t bytes;
};

static DEFINE_PER_CPU(struct queue, cpu_queue);
static struct queue all = { .lock = __SPIN_LOCK_UNLOCKED(all.lock) };
static size_t limit; /* bytes of `all`; 0: until there is a bound nothing waits */
static bool enabled = true;

static int set_quarantine(const char *val)
{
	return boot_param_bool(val, &enabled);
}
BOOT_PARAM("kasan.quarantine", set_quarantine);

/* Once, when the per-CPU areas are final. */
void kasan_quarantine_init(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		spin_lock_init(&per_cpu_ptr(&cpu_queue, cpu)->lock);
	limit = PFN_PHYS(nr_managed_pages() / RAM_SHARE);
}

/* Put `from` behind `to`, whose locks are held. */
static void append(struct queue *to, struct queue *from)
{
	if (!from->first)
		return;
	if (to->last)
		kasan_set_next(to->last, from->first);
	else
		to->first = from->first;
	to->last = from->last;
	to->bytes += from->bytes;
	from->first = from->last = NULL;
	from->bytes = 0;
}

/* The oldest object of `all` goes back to its slab (I3) if more than `keep` bytes wait. Did it? */
static bool give_back_oldest(size_t keep)
{
	unsigned long flags;
	bool more;

	spin_lock_irqsave(&all.lock, flags);
	more = all.bytes > keep;
	if (more) {
		void *obj = all.first;
		struct kmem_cache *s = slab_cache_of(obj);

		all.first = kasan_next(obj);
		if (!all.first)
			all.last = NULL;
		all.bytes -= s->size;
		slab_put_one(s, obj);
	}
	spin_unlock_irqrestore(&all.lock, flags);
	return more;
}

static void give_back(size_t keep)
{
	while (give_back_oldest(keep))
		;
}

/* What a CPU has goes behind what all have. Its lock is held. Is that more than may wait? */
static bool pass_on(struct queue *q)
{
	bool too_much;

	spin_lock(&all.lock);
	append(&all, q);
	too_much = all.bytes > limit;
	spin_unlock(&all.lock);
	return too_much;
}

/* Keep an object that is about to be free. False: it isn't kept, and nothing has changed. */
bool kasan_quarantine_put(struct kmem_cache *s, void *obj)
{
	struct queue *q, one = { .first = obj, .last = obj, .bytes = s->size };
	bool too_much = false;
	unsigned long flags;

	if (!s->kasan || !enabled || !limit || s->ctor || (s->flags & SLAB_TYPESAFE_BY_RCU))
		return false;
	kasan_slab_free(s, obj);
	free_word_mark(s, obj);
	kasan_set_next(obj, NULL);
	local_irq_save(flags);
	q = this_cpu_ptr(&cpu_queue);
	spin_lock(&q->lock);
	append(q, &one);
	if (q->bytes > limit / 8 / nr_cpu_ids)
		too_much = pass_on(q);
	spin_unlock(&q->lock);
	local_irq_restore(flags);
	if (too_much)
		give_back(limit - limit / 8);
	return true;
}

/* All objects go back to their slabs. Any context but NMI. */
void kasan_quarantine_drain(void)
{
	unsigned long flags;
	unsigned int cpu;

	if (!limit)
		return;
	for_each_possible_cpu(cpu) {
		struct queue *q = per_cpu_ptr(&cpu_queue, cpu);

		spin_lock_irqsave(&q->lock, flags);
		pass_on(q);
		spin_unlock_irqrestore(&q->lock, flags);
	}
	give_back(0);
}

/* For tests of what comes behind: does anything wait from now on? Returns what was so before. */
bool kasan_quarantine_enable(bool on)
{
	bool before = enabled;

	WRITE_ONCE(enabled, on);
	if (!on)
		kasan_quarantine_drain();
	return before;
}

/* For tests that can't free a share of RAM: another bound. Returns the one before. */
size_t kasan_quarantine_limit(size_t bytes)
{
	size_t before = limit;

	WRITE_ONCE(limit, bytes);
	return before;
}

/* Its lock is held. */
static bool queue_valid(const struct queue *q)
{
	const void *last = NULL;
	size_t bytes = 0;

	for (const void *obj = q->first; obj; obj = kasan_next(obj)) {
		const struct kmem_cache *s = slab_cache_of(obj);

		if (!s || !kasan_quarantined(s, obj)) /* I2 */
			return false;
		bytes += s->size;
		last = obj;
	}
	return bytes == q->bytes && last == q->last; /* I1 */
}

/* The invariants. For tests: O(objects that wait), interrupts off. */
bool kasan_quarantine_valid(void)
{
	unsigned long flags;
	unsigned int cpu;
	bool ok;

	spin_lock_irqsave(&all.lock, flags);
	ok = queue_valid(&all);
	spin_unlock_irqrestore(&all.lock, flags);
	for_each_possible_cpu(cpu) {
		struct queue *q = per_cpu_ptr(&cpu_queue, cpu);

		spin_lock_irqsave(&q->lock, flags);
		ok = ok && queue_valid(q);
		spin_unlock_irqrestore(&q->lock, flags);
	}
	return ok;
}

/* Free, and perhaps in a queue. */
bool kasan_quarantined(const struct kmem_cache *s, const void *obj)
{
	return s->kasan && kasan_is_free(s, obj) && free_word_intact(s, obj);
}

#endif
