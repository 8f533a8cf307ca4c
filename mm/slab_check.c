// SPDX-License-Identifier: MIT
/*
 * Slab caches seen from outside: their invariants, and what there is of them.
 *
 * The numbered invariants are those of slab.c. slab_valid() stops at the first that is broken, prints its
 * number and returns false. It walks slabs and the depot under s->lock and takes each CPU's magazines
 * in turn, so it may be called any time; what is in use at that moment is not seen. To find an
 * object that is in magazines twice, the bits of cached objects are set on the way and cleared again.
 *
 * Locks: slab_mutex > s->lock, both irq-safe. Context: any. Complexity: O(objects).
 */
#include <linux/mm_usage.h>
#include <linux/printk.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <quarry/assert.h>
#include "internal.h"
#include "slab.h"

static bool slab_pages_valid(const struct kmem_cache *s, const struct page *slab)
{
	for (unsigned int i = 0; i < 1u << s->order; i++) {
		if (!INVARIANT(2, slab[i].type == PAGE_SLAB && slab[i].place == s->place) ||
		    !INVARIANT(2, slab[i].tail == i) ||
		    !INVARIANT(2, slab[i].order == (i ? 0 : s->order)))
			return false;
	}
	return true;
}

static bool slab_objects_valid(struct kmem_cache *s, struct page *slab)
{
	unsigned int free = 0;

	for (unsigned int i = 0; i < s->objects; i++) {
		void *obj = slab_object(s, slab, i);

		if (!slab_bit(s, slab, i))
			continue;
		free++;
		if (!slab_debugged(s) && !INVARIANT(4, free_word_intact(s, obj)))
			return false;
	}
	for (unsigned int i = s->objects; i < s->map_words * 32u; i++) {
		if (!INVARIANT(3, !slab_bit(s, slab, i)))
			return false;
	}
	return INVARIANT(3, free + slab->inuse == s->objects);
}

/* One list; inuse of its slabs lies in [least, most]. */
static bool slab_list_valid(struct kmem_cache *s, const struct slab_list *list, unsigned int least,
			    unsigned int most)
{
	u32 nr = 0, prev = 0;

	for (u32 pfn = list->first; pfn; prev = pfn, pfn = pfn_to_page(pfn)->next, nr++) {
		struct page *slab = pfn_to_page(pfn);

		if (!INVARIANT(1, slab->prev == prev) ||
		    !INVARIANT(1, slab->inuse >= least && slab->inuse <= most))
			return false;
		if (!slab_pages_valid(s, slab) || !slab_objects_valid(s, slab))
			return false;
	}
	return INVARIANT(1, nr == list->nr);
}

typedef bool (*visit_t)(struct kmem_cache *s, void *obj);

/*
 * Visit up to *left objects of an array; false when `visit` said so. *left counts those that
 * passed.
 */
static bool visit_array(struct kmem_cache *s, u64 *const *word, unsigned int n, visit_t visit,
			unsigned long *left)
{
	for (unsigned int i = 0; i < n && *left; i++, --*left) {
		if (!visit(s, word_object(s, word[i])))
			return false;
	}
	return true;
}

static bool visit_top(struct kmem_cache *s, u64 **top, visit_t visit, unsigned long *left)
{
	struct magazine *m;

	if (!mag_real(top))
		return true;
	m = mag_of(s, top);
	if (!visit_array(s, m->word, top - m->word, visit, left))
		return false;
	m = m->next;
	return !m || !mag_is_full(m) || visit_array(s, m->word, s->mag_capacity, visit, left);
}

static bool visit_cpu(struct kmem_cache *s, unsigned int cpu, visit_t visit, unsigned long *left)
{
	u64 **top = slab_cpu_take(s, cpu);
	bool ok = visit_top(s, top, visit, left);

	slab_cpu_put(s, cpu, top);
	return ok;
}

/* All objects in magazines, in a fixed order, until *left is used up. */
static bool visit_cached(struct kmem_cache *s, visit_t visit, unsigned long *left)
{
	for (unsigned int cpu = 0; cpu < nr_slab_cpus(); cpu++) {
		if (!visit_cpu(s, cpu, visit, left))
			return false;
	}
	for (struct magazine *m = s->depot_full; m; m = m->next) {
		if (!visit_array(s, m->word, s->mag_capacity, visit, left))
			return false;
	}
	return true;
}

/* Check a cached object, and set its bit so that a second one is seen. */
static bool visit_check(struct kmem_cache *s, void *obj)
{
	struct page *slab;
	unsigned int i;
	u32 *word;

	if (!INVARIANT(5, obj && slab_cache_of(obj) == s && is_object_start(s, obj)))
		return false;
	if (!INVARIANT(5, free_word_intact(s, obj)))
		return false;
	slab = slab_page(s, obj);
	i = slab_index(s, obj);
	if (!INVARIANT(6, !slab_bit(s, slab, i)))
		return false;
	word = &slab_map(s, slab)[i / 32];
	map_set(word, map_get(word) | 1u << i % 32);
	return true;
}

static bool visit_unmark(struct kmem_cache *s, void *obj)
{
	unsigned int i = slab_index(s, obj);
	u32 *word = &slab_map(s, slab_page(s, obj))[i / 32];

	map_set(word, map_get(word) & ~(1u << i % 32));
	return true;
}

static bool visit_count(struct kmem_cache *s, void *obj)
{
	return true;
}

static unsigned long cached_objects(struct kmem_cache *s)
{
	unsigned long left = ~0UL;

	visit_cached(s, visit_count, &left);
	return ~0UL - left;
}

static bool cached_valid(struct kmem_cache *s)
{
	unsigned long left = ~0UL, marked;
	bool ok = visit_cached(s, visit_check, &left);

	marked = ~0UL - left;
	visit_cached(s, visit_unmark, &marked);
	return ok;
}

static bool depot_valid(const struct kmem_cache *s)
{
	u32 full = 0, empty = 0;

	for (const struct magazine *m = s->depot_full; m; m = m->next, full++) {
		if (!INVARIANT(7, mag_is_full(m) && m->sentinel == &mag_no_word))
			return false;
	}
	for (const struct magazine *m = s->depot_empty; m; m = m->next, empty++) {
		if (!INVARIANT(7, !mag_is_full(m) && m->sentinel == &mag_no_word))
			return false;
	}
	return INVARIANT(7, full == s->nr_full && full <= s->max_full) &&
	       INVARIANT(7, empty == s->nr_empty && empty <= s->max_empty);
}

/**
 * slab_valid() - check a cache's invariants I1 … I7 (slab.c)
 * @s: the cache, which nobody else uses meanwhile
 *
 * Return: false, with a line that names the broken one. O(objects).
 */
bool slab_valid(struct kmem_cache *s)
{
	unsigned long flags;
	bool ok;

	spin_lock_irqsave(&s->lock, flags);
	ok = slab_list_valid(s, &s->empty, 0, 0) &&
	     slab_list_valid(s, &s->partial, 1, s->objects - 1) &&
	     slab_list_valid(s, &s->full, s->objects, s->objects) && depot_valid(s) &&
	     cached_valid(s);
	spin_unlock_irqrestore(&s->lock, flags);
	return ok;
}

/* slab_valid() of every cache. */
bool slab_valid_all(void)
{
	unsigned long flags;
	bool ok = true;

	spin_lock_irqsave(&slab_mutex, flags);
	for (struct kmem_cache *s = cache_list; s && ok; s = s->next)
		ok = slab_valid(s);
	spin_unlock_irqrestore(&slab_mutex, flags);
	return ok;
}

static long validate_list(struct kmem_cache *s, const struct slab_list *list)
{
	long bad = 0;

	for (u32 pfn = list->first; pfn; pfn = pfn_to_page(pfn)->next) {
		struct page *slab = pfn_to_page(pfn);

		for (unsigned int i = 0; i < s->objects; i++)
			bad += !slab_debug_check_object(s, slab, slab_object(s, slab, i),
							!slab_bit(s, slab, i));
	}
	return bad;
}

/**
 * validate_slab_cache() - check every object of a cache
 * @s: the cache
 *
 * Free objects must be as they were left; live ones of debug caches must have their red zones. Each
 * damaged one is reported and repaired.
 * Return: how many there were.
 */
long validate_slab_cache(struct kmem_cache *s)
{
	unsigned long flags;
	long bad;

	slab_flush_cache(s);
	spin_lock_irqsave(&s->lock, flags);
	bad = validate_list(s, &s->partial) + validate_list(s, &s->full) +
	      validate_list(s, &s->empty);
	spin_unlock_irqrestore(&s->lock, flags);
	return bad;
}

/* ---- slabinfo ---- */

static unsigned long list_inuse(const struct slab_list *list)
{
	unsigned long n = 0;

	for (u32 pfn = list->first; pfn; pfn = pfn_to_page(pfn)->next)
		n += pfn_to_page(pfn)->inuse;
	return n;
}

static_assert(SLAB_USAGE_IDS == SLAB_MAX_CACHES);

static void slabinfo_line(struct kmem_cache *s, char *buf, size_t size)
{
	unsigned long active, slabs, samples = atomic_read(&s->kfence_live);

	spin_lock(&s->lock);
	slabs = s->partial.nr + s->full.nr + s->empty.nr;
	active = list_inuse(&s->partial) + list_inuse(&s->full) - cached_objects(s) + samples;
	spin_unlock(&s->lock);
	scnprintf(buf, size,
		  "%-17s %6lu %6lu %6u %4u %4u : tunables %4u %4u %4u : slabdata %6lu %6lu %6u",
		  s->name, active, slabs * s->objects + samples, s->size, s->objects, 1u << s->order, 0, 0, 0,
		  slabs, slabs, 0);
}

bool slab_usage_next(unsigned int id, struct slab_usage *usage)
{
	unsigned long flags;
	struct kmem_cache *s = NULL;

	spin_lock_irqsave(&slab_mutex, flags);
	while (!s && ++id < SLAB_MAX_CACHES)
		s = cache_table[id];
	if (s) {
		spin_lock(&s->lock);
		*usage = (struct slab_usage){
			.id = id,
			.key = s->key,
			.object_size = s->object_size,
			.objects = list_inuse(&s->partial) + list_inuse(&s->full) -
				   cached_objects(s) + atomic_read(&s->kfence_live),
			.pages = (unsigned long)(s->partial.nr + s->full.nr + s->empty.nr)
				 << s->order,
		};
		spin_unlock(&s->lock);
		strscpy(usage->name, s->name, sizeof(usage->name));
	}
	spin_unlock_irqrestore(&slab_mutex, flags);
	return s;
}

void slabinfo_show(void (*line)(const char *text))
{
	char buf[192];

	line("slabinfo - version: 2.1");
	line("# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : "
	     "tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> "
	     "<sharedavail>");
	for (unsigned int id = 1; id < SLAB_MAX_CACHES; id++) {
		unsigned long flags;
		struct kmem_cache *s;

		spin_lock_irqsave(&slab_mutex, flags);
		s = cache_table[id];
		if (s)
			slabinfo_line(s, buf, sizeof(buf));
		spin_unlock_irqrestore(&slab_mutex, flags);
		if (s)
			line(buf);
	}
}

/* ---- The largest ---- */

static unsigned long cache_pages(const struct kmem_cache *s)
{
	unsigned long slabs = READ_ONCE(s->partial.nr);

	slabs += READ_ONCE(s->full.nr);
	return (slabs + READ_ONCE(s->empty.nr)) << s->order;
}

/* Of those that come after (`pages`, `after`) in the order of size, the first; 0: none. */
static unsigned int next_largest(unsigned long *pages, unsigned int after, char *name, size_t size)
{
	unsigned long best = 0, flags;
	unsigned int found = 0;

	for (unsigned int id = 1; id < SLAB_MAX_CACHES; id++) {
		const struct kmem_cache *s;
		unsigned long n;

		spin_lock_irqsave(&slab_mutex, flags);
		s = cache_table[id];
		n = s ? cache_pages(s) : 0;
		if (n > best && (n < *pages || (n == *pages && id > after))) {
			best = n;
			found = id;
			strscpy(name, s->name, size);
		}
		spin_unlock_irqrestore(&slab_mutex, flags);
	}
	*pages = best;
	return found;
}

void slab_largest_show(void (*line)(const char *text), unsigned int n)
{
	unsigned long pages = ~0UL;
	char name[48], buf[96];
	unsigned int id = 0;

	while (n-- && (id = next_largest(&pages, id, name, sizeof(name)))) {
		scnprintf(buf, sizeof(buf), "slab %-20s %8lu kB", name, pages << (PAGE_SHIFT - 10));
		line(buf);
	}
}
