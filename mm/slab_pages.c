// SPDX-License-Identifier: MIT
/*
 * Slabs: blocks of pages cut into objects. What stands behind the magazines of slab.c, whose model,
 * layout and invariants (I1 to I4) are meant here.
 *
 * A slab is in one of three lists of its cache: empty, partial, full; objects are taken from
 * partial ones first, and a slab that is emptied is kept up to a bound. The objects that are free
 * are bits in the slab's map; which comes first differs from slab to slab. Arrays of objects are
 * arrays of the addresses of their words.
 *
 * One taking of the lock serves a whole magazine, and nothing is allocated or freed under it: a
 * slab is made before, and the slabs to be freed are chained and go after.
 *
 * Readers. A cache with SLAB_TYPESAFE_BY_RCU promises that what a reader under rcu_read_lock() has a
 * pointer to stays an object of this cache, though perhaps another one by now: objects are used
 * again at once, but an empty slab goes back to the page allocator a grace period after it left the
 * lists. Until then it is a slab as before (marks, map, contents), in no list, with an rcu_head in
 * place of its links; s->waiting counts such slabs.
 *
 * Locks: s->lock, irq-safe; zone->lock is taken outside it here. Context: any, except that
 * slab_gather() may sleep if its gfp says so. Complexity: O(objects moved).
 */
#include <linux/atomic.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/swap.h>
#include <quarry/assert.h>
#include "internal.h"
#include "slab.h"

/* ---- Lists of slabs: s->lock held; slab_largest_show() reads the counts without ---- */

static void list_push(struct slab_list *list, struct page *slab)
{
	u32 pfn = page_to_pfn(slab);

	slab->next = list->first;
	slab->prev = 0;
	if (list->first)
		pfn_to_page(list->first)->prev = pfn;
	list->first = pfn;
	WRITE_ONCE(list->nr, list->nr + 1);
}

static void list_remove(struct slab_list *list, struct page *slab)
{
	if (slab->next)
		pfn_to_page(slab->next)->prev = slab->prev;
	if (slab->prev)
		pfn_to_page(slab->prev)->next = slab->next;
	else
		list->first = slab->next;
	WRITE_ONCE(list->nr, list->nr - 1);
}

/* ---- Making and freeing slabs: no lock held ---- */

static void mark_pages(const struct kmem_cache *s, struct page *slab)
{
	for (unsigned int i = 0; i < 1u << s->order; i++) {
		page_set_mark(&slab[i], PAGE_MARK(PAGE_SLAB, i ? 0 : s->order));
		slab[i].tail = i;
		slab[i].place = s->place;
	}
}

static void unmark_pages(const struct kmem_cache *s, struct page *slab)
{
	for (unsigned int i = 1; i < 1u << s->order; i++) {
		page_set_mark(&slab[i], 0);
		slab[i].tail = 0;
		slab[i].place = 0;
	}
	slab->place = 0;
	page_set_mark(slab, PAGE_MARK(PAGE_USED, s->order));
	slab->objects = 0;
}

/* Nobody's, as long as they were never allocated. */
static void tags_clear(const struct kmem_cache *s, struct page *slab)
{
	u32 *array = page_address(slab);

	for (unsigned int i = 0; i < s->map_at / sizeof(u32); i++)
		map_set(&array[i], 0);
	for (unsigned int i = 0; i < 1u << s->order && s->tags == SLAB_TAGS_PAGES; i++)
		slab[i].object_tag[0] = slab[i].object_tag[1] = 0;
}

/* All objects free: set their bits, write their words or patterns, construct them. */
static void slab_fill(struct kmem_cache *s, struct page *slab)
{
	u32 *map;

	if (slab_debugged(s))
		slab_debug_new_slab(s, slab);
	tags_clear(s, slab);
	map = slab_map(s, slab);
	for (unsigned int i = 0; i < s->map_words; i++)
		map[i] = ~0u;
	if (s->objects % 32)
		map[s->map_words - 1] = (1u << s->objects % 32) - 1;
	for (unsigned int i = 0; i < s->objects; i++) {
		void *obj = slab_object(s, slab, i);

		if (slab_debugged(s))
			slab_debug_init_object(s, obj);
		else
			free_word_mark(s, obj);
		kasan_init_object(s, obj);
		if (unlikely(s->ctor))
			s->ctor(obj);
	}
	kasan_poison_slab(s, slab);
}

/* Of slabs' pages: all that is not in an object is theirs. */
static unsigned int pages_tag(void)
{
	return ALLOC_TAG_HERE();
}

static struct page *slab_new(struct kmem_cache *s, gfp_t gfp)
{
	struct page *slab;

	gfp = (gfp & ~SLAB_NOT_FOR_PAGES) | s->gfp;
	slab = alloc_pages_uncounted(gfp, s->order, pages_tag());
	if (unlikely(!slab))
		return NULL;
	mark_pages(s, slab);
	slab->inuse = 0;
	slab->free = s->map_words > 1 ? get_random_u32_below(s->map_words) : 0;
	slab_fill(s, slab);
	mm_stat_add(MM_SLAB, 1L << s->order);
	return slab;
}

static void slab_release(struct kmem_cache *s, struct page *slab)
{
	unmark_pages(s, slab);
	mm_stat_add(MM_SLAB, -(1L << s->order));
	mm_account_reclaimed_pages(1UL << s->order);
	free_block(slab, s->order);
}

/* No reader looks into it any more. */
static void slab_release_rcu(struct rcu_head *head)
{
	struct page *slab = container_of(head, struct page, rcu_head);
	struct kmem_cache *s = slab_cache_of(page_address(slab));

	slab_release(s, slab);
	atomic_dec_return(&s->waiting); /* then the cache may go */
}

/* A chain linked by next, taken off the lists before. */
void slab_release_chain(struct kmem_cache *s, u32 pfn)
{
	while (pfn) {
		struct page *slab = pfn_to_page(pfn);

		pfn = slab->next;
		if (likely(!(s->flags & SLAB_TYPESAFE_BY_RCU))) {
			slab_release(s, slab);
			continue;
		}
		atomic_inc(&s->waiting);
		call_rcu(&slab->rcu_head, slab_release_rcu);
	}
}

/* ---- Moving objects between slabs and arrays: s->lock held ---- */

/* Move up to n free objects of a slab to out[], as words. The search goes once round the map. */
static unsigned int slab_take(struct kmem_cache *s, struct page *slab, u64 **out, unsigned int n)
{
	u32 *map = slab_map(s, slab);
	unsigned int got = 0, w = slab->free;

	for (unsigned int i = 0; i < s->map_words && got < n; i++) {
		u32 bits = map_get(&map[w]);

		while (bits && got < n) {
			out[got++] =
				free_word(s, slab_object(s, slab, w * 32 + __builtin_ctz(bits)));
			bits &= bits - 1;
		}
		map_set(&map[w], bits);
		if (++w == s->map_words)
			w = 0;
	}
	ADD_ONCE(slab->inuse, got);
	return got;
}

/* Take up to n objects from slabs that are there: partial ones, then empty ones. */
static unsigned int take_listed(struct kmem_cache *s, u64 **out, unsigned int n)
{
	unsigned int got = 0;

	while (got < n) {
		struct slab_list *list = s->partial.first ? &s->partial : &s->empty;
		struct page *slab = pfn_to_page(list->first);

		if (!list->first)
			break;
		got += slab_take(s, slab, out + got, n - got);
		if (slab->inuse == s->objects) {
			list_remove(list, slab);
			list_push(&s->full, slab);
		} else if (list == &s->empty) {
			list_remove(list, slab);
			list_push(&s->partial, slab);
		}
	}
	return got;
}

/* A slab whose last object has come back: kept, or put in the chain of those to be freed. */
static void slab_emptied(struct kmem_cache *s, struct page *slab, u32 *chain)
{
	list_remove(s->objects == 1 ? &s->full : &s->partial, slab);
	if (s->empty.nr < s->max_empty_slabs) {
		list_push(&s->empty, slab);
		return;
	}
	slab->next = *chain;
	*chain = page_to_pfn(slab);
}

static bool object_in_slab(struct kmem_cache *s, void *obj)
{
	return slab_bit(s, slab_page(s, obj), slab_index(s, (char *)obj - s->red_left));
}

/* Put an object back into its slab. False: it is there already. */
static bool slab_put(struct kmem_cache *s, void *obj, u32 *chain)
{
	struct page *slab = slab_page(s, obj);
	unsigned int i = slab_index(s, (char *)obj - s->red_left);
	u32 *word = &slab_map(s, slab)[i / 32], bit = 1u << i % 32;

	if (unlikely(map_get(word) & bit))
		return false;
	map_set(word, map_get(word) | bit);
	if (unlikely(slab->inuse == s->objects) && s->objects > 1) {
		list_remove(&s->full, slab);
		list_push(&s->partial, slab);
	}
	ADD_ONCE(slab->inuse, -1);
	if (unlikely(!slab->inuse))
		slab_emptied(s, slab, chain);
	return true;
}

/* ---- The same with the lock ---- */

/*
 * take_listed(), with a new slab if there is one. An object of a debug cache, of which one is taken
 * at a time, gets its red zones under the same lock: who validates the cache sees it as free or as
 * live, and nothing in between.
 */
static unsigned int take_locked(struct kmem_cache *s, struct page *new, u64 **out, unsigned int n,
				size_t size)
{
	unsigned long flags;
	unsigned int got;

	spin_lock_irqsave(&s->lock, flags);
	if (new)
		list_push(&s->empty, new);
	got = take_listed(s, out, n);
	if (got && unlikely(slab_debugged(s)))
		slab_debug_alloc(s, word_object(s, *out), size);
	spin_unlock_irqrestore(&s->lock, flags);
	return got;
}

/*
 * Up to n free objects from slabs, at most one of them new. `size`: what kmalloc() was asked for, or
 * 0 (debug caches, whose n is 1). Returns how many; 0: no memory.
 */
unsigned int slab_gather(struct kmem_cache *s, gfp_t gfp, u64 **out, unsigned int n, size_t size)
{
	unsigned int got = take_locked(s, NULL, out, n, size);
	struct page *slab;

	if (got)
		return got;
	slab = slab_new(s, gfp);
	return slab ? take_locked(s, slab, out, n, size) : 0;
}

/* Give n free objects, by their words, back to their slabs. */
void slab_scatter(struct kmem_cache *s, u64 **word, unsigned int n)
{
	unsigned long flags;
	u32 chain = 0;

	spin_lock_irqsave(&s->lock, flags);
	for (unsigned int i = 0; i < n; i++)
		slab_put(s, word_object(s, word[i]), &chain);
	spin_unlock_irqrestore(&s->lock, flags);
	slab_release_chain(s, chain);
}

/*
 * Put one object back into its slab: prepared as a free one, or, of a debug cache, as its user left
 * it. See take_locked().
 */
void slab_put_one(struct kmem_cache *s, void *obj)
{
	unsigned long flags;
	u32 chain = 0;
	bool put;

	spin_lock_irqsave(&s->lock, flags);
	if (unlikely(slab_debugged(s)) && !object_in_slab(s, obj)) {
		slab_debug_free(s, obj);
		kasan_slab_free(s, obj);
	}
	put = slab_put(s, obj, &chain);
	spin_unlock_irqrestore(&s->lock, flags);
	if (!put)
		slab_report_double_free(s, obj);
	slab_release_chain(s, chain);
}

/* ---- Accounting (alloc_tag.c) ---- */

/*
 * Is the object at p, not in its slab, in a magazine? Its word says so; of a live one the user may be
 * writing it just now, whom a checker of races should not see us with.
 */
static __no_memstate __no_race bool has_free_word(const struct kmem_cache *s, const void *p)
{
	const u64 *word = free_word(s, p);
	u64 v;

	memstate_pause();
	v = *(const volatile u64 *)word;
	memstate_resume();
	return v == free_mark(s, word);
}

/* Is object `i` of the slab somebody's? If not, it is in the map or in a magazine. */
bool slab_is_live(const struct kmem_cache *s, struct page *slab, unsigned int i)
{
	return !slab_bit(s, slab, i) &&
	       !((s->mag_capacity || kasan_waits(s)) && has_free_word(s, slab_object(s, slab, i)));
}

static void slab_add(struct kmem_cache *s, struct page *slab, tag_add_t add)
{
	u64 bytes = slab_bytes(s);

	for (unsigned int i = 0; i < s->objects; i++) {
		if (!slab_is_live(s, slab, i))
			continue;
		add(tag_get(slab_tag(s, slab_slot(s, slab, i))), s->size, 1);
		bytes -= s->size;
	}
	add(pages_tag(), bytes, 1);
}

static void list_add(struct kmem_cache *s, const struct slab_list *list, tag_add_t add)
{
	for (u32 pfn = list->first; pfn; pfn = pfn_to_page(pfn)->next)
		slab_add(s, pfn_to_page(pfn), add);
}

/* All objects, and what is left of slabs. Interrupts are off for one cache at a time. */
void slab_tags_walk(tag_add_t add)
{
	for (unsigned int id = 1; id < SLAB_MAX_CACHES; id++) {
		unsigned long flags;
		struct kmem_cache *s;

		spin_lock_irqsave(&slab_mutex, flags);
		s = cache_table[id];
		if (s) {
			spin_lock(&s->lock);
			list_add(s, &s->full, add);
			list_add(s, &s->partial, add);
			list_add(s, &s->empty, add);
			spin_unlock(&s->lock);
		}
		spin_unlock_irqrestore(&slab_mutex, flags);
	}
}

/* Whose the object is that p lies in. */
unsigned int slab_tag_of(struct kmem_cache *s, const void *p)
{
	unsigned long d = -((unsigned long)p | s->slab_mask);
	unsigned int i = (d - 1) / s->size;

	if (!s->tags || i >= s->objects)
		return 0;
	return tag_get(slab_tag(s, slab_slot(s, slab_page(s, p), i)));
}
