// SPDX-License-Identifier: MIT
/*
 * Slab: memory for objects of one size, in three layers.
 *
 * 1. Model. A cache cuts blocks of pages ("slabs") into objects. In front of the slabs stand
 *    magazines, arrays of pointers to free objects: each CPU has one loaded and one spare, the
 *    cache's depot holds full and empty ones.
 *
 *        alloc/free ⇄ [loaded] ⇄ [spare]  ⇄  depot: full …, empty …  ⇄  slabs    ⇄  alloc_pages()
 *        one CPU, no lock                    s->lock                    s->lock     zone->lock
 *
 *    A CPU whose two magazines are exhausted exchanges a whole one with the depot; if the depot
 *    can't serve, a whole one is filled from (emptied into) slabs under one lock. A pair of
 *    magazines keeps a load that swings about a magazine's edge off the depot.
 *
 * 2. Lines. Each CPU has a table with a cache line for each cache, struct slab_cpu: all that a fast
 *    path reads of the cache, and the one word that it writes. So no line is written by two CPUs
 *    (a drain apart), and what `struct page` says of an object's slab, its "place", 16 bits, is the
 *    distance of its line from the table's start: nothing else is looked up. A page that is no
 *    slab's has place 0, and line 0 says "no object starts there" to every pointer.
 *
 * 3. Taking a magazine. A line's `top` points behind the topmost entry of its CPU's loaded magazine.
 *    To use it, one exchanges it for MAG_TAKEN and later stores it back. In between the owner is
 *    alone: an interrupt, another task on this CPU or a CPU that drains finds MAG_TAKEN, which
 *    reads as empty and as full at once, and goes straight to the slabs. So neither interrupts nor
 *    preemption are switched off: a task that is moved to another CPU on the way goes on with the
 *    line that it began with (an address, not "this CPU's"), and any CPU may empty any other's
 *    magazine. A task that is preempted in between leaves its CPU without this cache's magazines
 *    until it runs again: slower, not wrong.
 *    An entry is the address of a free object's word (5). Magazines are naturally aligned, so `top`
 *    alone tells when they are full (its low bits are 0), and below the first entry stands one that
 *    leads to a word which is right for no cache: what a pop from an empty one reads fails the check
 *    that each object must pass, and needs none of its own.
 *
 * 4. Slabs. Blocks are aligned to their size, and objects are packed against the slab's end, so p
 *    is an object's start exactly if the distance d from p to the end is 1 … n times s->size. One
 *    multiplication tells, and gives the number (set_inverse()). What is left over lies at the
 *    start; a slab of more than 32 objects keeps its free map there, others in struct page.objects.
 *
 *        |  map  | left over | object n-1 | …  | object 1 | object 0 |
 *
 *        struct page, each:     place: the cache's, tail: pages from the head
 *        the head's besides:    objects (the map), inuse, free (where a search starts), next, prev
 *
 * 5. The word. A free object carries, at s->offset, key ^ the word's address; an allocation checks
 *    and wipes it. A word already there at kfree() means a double free (then the exact, slow search
 *    decides); a word that is damaged at allocation means the object was written after it was
 *    freed. Nothing is ever followed through it: free maps and magazines stand outside the objects.
 *    It lies in the middle of the object, or behind it where a constructor's work or a reader under
 *    RCU must find the object whole.
 *
 * 6. Debug flags (slab_debug.c). Such a cache has no magazines: its `top` is MAG_TAKEN for ever,
 *    every operation takes the slow path, and all checks are there. A cache without flags pays
 *    nothing for them. Caches are never merged, though Linux would: freeing to the wrong cache
 *    shows.
 *
 * 7. Order. A magazine filled from slabs is shuffled, so that consecutive allocations are not
 *    neighbours by rule.
 *
 * 8. Samples. KFENCE (kfence.c) gives one allocation in a while a page of its own. Which one, no fast path
 *    asks: when a sample is due the CPU's lines are armed, so that the next use of each takes the slow
 *    path. An armed line is the same magazine with n objects, written so that the fast paths read
 *    it as empty and as full:
 *
 *        plain: top = &word[n]               armed: top = &word[capacity]
 *                                                   word[capacity - 1] = &mag_no_words[n]
 *                                                   sentinel = what stood there, if n = capacity
 *
 *    Nothing is moved, and whoever takes a line on a slow path turns it back (mag_disarm()).
 *
 * 9. Invariants (slab_valid in slab_cache.c)
 *    I1  a slab is in the list that its inuse says (0 empty, all full, else partial); links are
 *        symmetric; counts are right;
 *    I2  each page of a slab is marked PAGE_SLAB with the cache's place and its distance from the
 *        head, the head with the order; other pages have place 0;
 *    I3  bits set in the map + inuse = objects;
 *    I4  each free object's word is intact (caches without debug flags);
 *    I5  each entry of a magazine leads to the word of an object that starts in a slab of this cache;
 *        its bit is clear, its word intact;
 *    I6  no object is in magazines twice;
 *    I7  a magazine in the depot, or a spare, is full or empty throughout, as its list or first
 *        pointer says.
 *
 * Locks: slab_mutex > s->lock > zone->lock, all irq-safe; none of the first two is held over
 * alloc_pages(). slab_mutex is a spin lock: the list of caches is walked when memory is short, in
 * any context. Complexity: O(1) amortised; a magazine's worth of objects under one lock at worst.
 *
 * Sources: Bonwick, "The Slab Allocator" (1994); Bonwick and Adams, "Magazines and Vmem" (2001);
 * Lemire, Kaser, Kurz, "Faster remainder by direct computation" (2019); Linux 6.12's interface.
 */
#include <linux/bitops.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/string.h>
#include <quarry/assert.h>
#include <quarry/report.h>
#include "internal.h"
#include "kfence.h"
#include "slab.h"

struct kmem_cache *cache_table[SLAB_MAX_CACHES];

DEFINE_PER_CPU(struct slab_cpu, slab_cpus[SLAB_MAX_CACHES]);
DEFINE_PER_CPU(unsigned long, slab_cpus_start);

/* Only the pointers below the two addresses are ever read. */
u64 mag_no_words[64];
u64 *const mag_none_taken[128] __aligned(512) = { [63] = &mag_no_word, [127] = &mag_no_word };

/* Caches of magazines with 14, 30 and 62 objects. R */
struct kmem_cache *magazine_caches[3];

/* ---- Without magazines: debug caches, and whoever finds MAG_TAKEN ---- */

/* An object just taken out: its word says that nobody wrote to it, and goes. */
static __always_inline void *unmark_object(struct kmem_cache *s, void *obj)
{
	if (unlikely(!free_word_intact(s, obj)))
		slab_report_damaged(s, obj);
	word_set(free_word(s, obj), 0);
	return obj;
}

static __always_inline void *alloc_direct(struct kmem_cache *s, gfp_t gfp, size_t size)
{
	u64 *word;
	void *obj;

	if (!slab_gather(s, gfp, &word, 1, size))
		return NULL;
	obj = word_object(s, word);
	return slab_debugged(s) ? obj : unmark_object(s, obj);
}

/* What the user may have written goes, if the cache is to keep nothing. */
static void wipe(struct kmem_cache *s, void *obj)
{
	if (unlikely(s->init_free)) {
		size_t used = s->orig ? slab_debug_orig_size(s, obj) : s->object_size;

		kasan_unpoison(obj, used);
		memset(obj, 0, used);
	}
}

/* An object of a cache without debug flags, known to be live. */
void slab_free_direct(struct kmem_cache *s, void *obj)
{
	kasan_slab_free(s, obj);
	free_word_mark(s, obj);
	slab_put_one(s, obj);
}

/* Free an object that the fast path found suspicious, or one of a debug cache. */
noinline void slab_free_checked(struct kmem_cache *s, void *obj)
{
	switch (slab_locate(s, obj)) {
	case SLAB_LIVE:
		wipe(s, obj);
		if (slab_debugged(s))
			slab_put_one(s, obj);
		else
			slab_free_direct(s, obj);
		break;
	case SLAB_OUTSIDE:
		slab_report_invalid(s, obj);
		break;
	default:
		slab_report_double_free(s, obj);
		break;
	}
}

/* ---- Magazines ---- */

/* Fisher and Yates, with a multiplicative generator seeded for each use. */
static void shuffle(u64 **p, unsigned int n)
{
	u64 x = get_random_u64() | 1;

	for (unsigned int i = n; i > 1; i--) {
		unsigned int j;
		u64 *t = p[i - 1];

		x *= 0xd1342543de82ef95ULL;
		j = (x >> 32) * i >> 32;
		p[i - 1] = p[j];
		p[j] = t;
	}
}

static struct kmem_cache *magazine_cache(const struct kmem_cache *s)
{
	return magazine_caches[(s->mag_mask + 1) >> 8]; /* 128, 256, 512 bytes: 0, 1, 2 */
}

static struct magazine *mag_new(const struct kmem_cache *s)
{
	struct magazine *m = alloc_direct(magazine_cache(s), GFP_NOWAIT, 0);

	if (!m)
		return NULL;
	slab_tag_set(magazine_cache(s), m, ALLOC_TAG_HERE());
	kasan_slab_alloc(magazine_cache(s), m);
	m->next = NULL;
	m->sentinel = &mag_no_word;
	m->word[0] = NULL;
	return m;
}

void mag_free(const struct kmem_cache *s, struct magazine *m)
{
	slab_free_direct(magazine_cache(s), m);
}

/* An empty magazine from the depot, or a new one. NULL: no memory. */
static struct magazine *depot_get_empty(struct kmem_cache *s)
{
	unsigned long flags;
	struct magazine *m;

	spin_lock_irqsave(&s->lock, flags);
	m = s->depot_empty;
	if (m) {
		s->depot_empty = m->next;
		s->nr_empty--;
	}
	spin_unlock_irqrestore(&s->lock, flags);
	return m ? m : mag_new(s);
}

static struct magazine *depot_get_full(struct kmem_cache *s)
{
	unsigned long flags;
	struct magazine *m;

	if (!READ_ONCE(s->depot_full))
		return NULL;
	spin_lock_irqsave(&s->lock, flags);
	m = s->depot_full;
	if (m) {
		WRITE_ONCE(s->depot_full, m->next);
		s->nr_full--;
	}
	spin_unlock_irqrestore(&s->lock, flags);
	return m;
}

static void depot_put_empty(struct kmem_cache *s, struct magazine *m)
{
	unsigned long flags;
	bool kept;

	spin_lock_irqsave(&s->lock, flags);
	kept = s->nr_empty < s->max_empty;
	if (kept) {
		m->next = s->depot_empty;
		s->depot_empty = m;
		s->nr_empty++;
	}
	spin_unlock_irqrestore(&s->lock, flags);
	if (!kept)
		mag_free(s, m);
}

/* False: the depot has as many as it may. */
static bool depot_put_full(struct kmem_cache *s, struct magazine *m)
{
	unsigned long flags;
	bool kept;

	spin_lock_irqsave(&s->lock, flags);
	kept = s->nr_full < s->max_full;
	if (kept) {
		m->next = s->depot_full;
		WRITE_ONCE(s->depot_full, m);
		s->nr_full++;
	}
	spin_unlock_irqrestore(&s->lock, flags);
	return kept;
}

static void mag_empty_into_slabs(struct kmem_cache *s, struct magazine *m)
{
	slab_scatter(s, m->word, s->mag_capacity);
	m->word[0] = NULL;
}

/*
 * `top` is what was taken from the CPU: an empty magazine or MAG_NONE. Returns what to go on with:
 * objects in it if any could be had. The pair becomes (full from the depot, this one), or this one
 * is filled.
 */
static u64 **replace_empty(struct kmem_cache *s, gfp_t gfp, u64 **top)
{
	struct magazine *m = top == MAG_NONE ? depot_get_empty(s) : mag_of(s, top);
	struct magazine *spare, *full;
	unsigned int n;

	if (!m)
		return MAG_NONE;
	m->word[0] = NULL;
	spare = m->next;
	if (top == MAG_NONE)
		spare = NULL;
	full = spare && mag_is_full(spare) ? spare : depot_get_full(s);
	if (full) {
		if (spare && full != spare)
			depot_put_empty(s, spare);
		full->next = m;
		m->next = NULL;
		return full->word + s->mag_capacity;
	}
	m->next = spare;
	n = slab_gather(s, gfp, m->word, s->mag_capacity, 0);
	shuffle(m->word, n);
	return m->word + n;
}

/*
 * `top` is a full magazine or MAG_NONE. Returns what to go on with: with room in it, or MAG_NONE.
 * The pair becomes (empty, this one); a spare that was full goes to the depot, or is emptied into
 * slabs when the depot is at its bound.
 */
static u64 **replace_full(struct kmem_cache *s, u64 **top)
{
	struct magazine *m = top == MAG_NONE ? NULL : mag_of(s, top);
	struct magazine *spare = m ? m->next : NULL, *e;

	if (spare && mag_is_full(spare)) {
		if (depot_put_full(s, spare))
			spare = NULL;
		else
			mag_empty_into_slabs(s, spare);
	}
	e = spare ? spare : depot_get_empty(s);
	if (e) {
		e->next = m;
		return e->word;
	}
	if (!m)
		return MAG_NONE;
	m->next = NULL;
	mag_empty_into_slabs(s, m);
	return m->word;
}

/* ---- Allocation ---- */

/* The line at `place` of the CPU that asks; it may be another one's when it is used. */
static __always_inline struct slab_cpu *this_slab_cpu(unsigned long place)
{
	return (struct slab_cpu *)this_cpu_plus(slab_cpus_start, place);
}

/*
 * Zero what the user may use: an object without debug flags as a whole, else what was asked for,
 * since the rest is red zone.
 */
static void zero_object(const struct kmem_cache *s, void *obj, size_t size)
{
	if (unlikely(s->ctor))
		slab_report_zeroed(s);
	if (!s->orig || !size || size > s->object_size)
		size = s->object_size;
	fill_words(obj, 0, size / 8);
	if (size % 8)
		memset((char *)obj + (size & ~7UL), 0, size % 8);
}

/* The last of an allocation: the object is opened, and zeroed if that was asked for. */
static __always_inline void *hand_out(const struct kmem_cache *s, void *obj, gfp_t gfp, size_t size)
{
	kasan_slab_alloc(s, obj);
	if (gfp & __GFP_ZERO)
		zero_object(s, obj, size);
	kasan_kmalloc(s, obj, size);
	return obj;
}

static noinline void *zero_and_return(const struct kmem_cache *s, void *obj, size_t size)
{
	return hand_out(s, obj, __GFP_ZERO, size);
}

static noinline void *alloc_copy(struct kmem_cache *s, gfp_t gfp, size_t size, unsigned int tag,
				 unsigned long caller);

/* The line is closed: its cache was destroyed. */
static noinline void *alloc_gone(const struct slab_cpu *c)
{
	const struct gone_cache *gone = slab_gone_line(c);

	slab_report_no_cache("kmem_cache_alloc", gone ? (void *)~gone->inverted : NULL, gone);
	return NULL;
}

/* An empty magazine, an armed one, or none at hand. */
static noinline void *alloc_slow(struct slab_cpu *c, gfp_t gfp, size_t size, unsigned int tag,
				 u64 **top, unsigned long caller)
{
	struct kmem_cache *s = c->cache;
	void *obj = NULL;

	if (unlikely(!s))
		return alloc_gone(c);
	if (unlikely(s->copies))
		return alloc_copy(s, gfp, size, tag, caller);
	gfp |= s->init_gfp;
	if (top == MAG_TAKEN && unlikely(READ_ONCE(injection.slab)) &&
	    fault_inject_slab(gfp, s->object_size))
		return NULL;
	top = mag_disarm(s, top);
	if (unlikely(kfence_wanted(s)) && (obj = kfence_alloc(s, gfp, size, tag))) {
		if (top != MAG_TAKEN)
			smp_store_release(&c->top, top);
		return obj;
	}
	if (top != MAG_TAKEN) {
		if (top[-1] == &mag_no_word)
			top = replace_empty(s, gfp, top);
		if (top[-1] != &mag_no_word)
			obj = unmark_object(s, word_object(s, *--top));
		smp_store_release(&c->top, top);
	}
	/* No magazine to be had does not mean no object. */
	if (!mag_real(top))
		obj = alloc_direct(s, gfp, size);
	if (!obj)
		return NULL;
	slab_tag_set(s, obj, tag);
	return hand_out(s, obj, gfp, size);
}

/* What the topmost pointer leads to is no free object's word. */
static noinline void *alloc_odd(struct slab_cpu *c, gfp_t gfp, size_t size, unsigned int tag,
				u64 **top, unsigned long caller)
{
	struct kmem_cache *s = c->cache;
	void *obj;

	if (likely(is_no_word(top[-1])))
		return alloc_slow(c, gfp, size, tag, top, caller);
	obj = unmark_object(s, word_object(s, top[-1]));
	smp_store_release(&c->top, top - 1);
	slab_tag_set(s, obj, tag);
	return hand_out(s, obj, gfp | s->init_gfp, size);
}

/*
 * Pop the loaded magazine's top. All else is tail calls: no frame. `size` is for debug caches.
 * Below an empty magazine's first pointer stands one to a word that is never right, so "empty" and
 * "damaged" are one comparison.
 */
static __always_inline void *slab_alloc(struct slab_cpu *c, gfp_t gfp, size_t size,
					unsigned int tag)
{
	u64 **top, *word;
	void *obj;

	might_alloc(gfp);
	top = xchg(&c->top, MAG_TAKEN);
	word = top[-1];
	if (unlikely(word_get(word) != (c->key ^ (unsigned long)word)))
		return alloc_odd(c, gfp, size, tag, top, _RET_IP_);
	smp_store_release(&c->top, top - 1);
	word_set(word, 0);
	line_tag_set(c, word, tag);
	obj = (char *)word - c->offset;
	if (unlikely(gfp & __GFP_ZERO))
		return zero_and_return(c->cache, obj, size);
	return hand_out(c->cache, obj, 0, size);
}

/* The cache has no objects of its own. */
static noinline void *alloc_copy(struct kmem_cache *s, gfp_t gfp, size_t size, unsigned int tag,
				 unsigned long caller)
{
	return slab_alloc(this_slab_cpu(kmalloc_copy(s, caller)->place), gfp, size, tag);
}

/**
 * kmem_cache_alloc() - allocate an object
 * @s: the cache
 * @gfp: what may be done to find memory; __GFP_ZERO zeroes the object, and is reported if the cache
 *	has a constructor
 *
 * Context: any that @gfp permits. O(1), about 25 instructions from a CPU's magazine.
 * Return: the object, or NULL; that too, behind a report, if the cache was destroyed.
 */
void *(kmem_cache_alloc)(struct kmem_cache *s, gfp_t gfp)
{
	return slab_alloc(this_slab_cpu(cache_place(s)), gfp, 0, ALLOC_TAG_CALLER());
}

void *kmem_cache_alloc_tagged(struct kmem_cache *s, gfp_t gfp, unsigned int tag)
{
	return slab_alloc(this_slab_cpu(cache_place(s)), gfp, 0, tag);
}

/* The callers have seen that __GFP_ZERO is not set. */
void *__kmalloc_cache(unsigned long place, gfp_t gfp, size_t size, unsigned int tag)
{
	if (gfp & __GFP_ZERO)
		__builtin_unreachable();
	return slab_alloc(this_slab_cpu(place), gfp, size, tag);
}

void *__kmalloc_cache_flags(unsigned long place, gfp_t gfp, size_t size, unsigned int tag)
{
	return slab_alloc(this_slab_cpu(place), gfp, size, tag);
}

/* The same from a given line, for tests. */
void *slab_alloc_cpu(struct slab_cpu *c, gfp_t gfp)
{
	return slab_alloc(c, gfp, 0, ALLOC_TAG_HERE());
}

/**
 * __kmalloc() - kmalloc() of a size known at run time only
 * @size: bytes
 * @gfp: what may be done to find memory
 */
void *(__kmalloc)(size_t size, gfp_t gfp)
{
	return __kmalloc_tagged(size, gfp, ALLOC_TAG_CALLER());
}

void *__kmalloc_tagged(size_t size, gfp_t gfp, unsigned int tag)
{
	unsigned int place;

	if (unlikely(size - 1 >= KMALLOC_MAX_CACHE_SIZE))
		return size ? __kmalloc_large(size, gfp, tag) : ZERO_SIZE_PTR;
	place = kmalloc_places[kmalloc_type(gfp)][kmalloc_index(size)];
	return slab_alloc(this_slab_cpu(place), gfp, size, tag);
}

/* ---- Freeing ---- */

/* An object's word is as if it were free. */
static noinline void free_marked(u64 *word, struct slab_cpu *c)
{
	slab_free_checked(c->cache, word_object(c->cache, word));
}

/* A full magazine, an armed one, or none at hand. */
static noinline void free_slow(u64 *word, struct slab_cpu *c, u64 **top)
{
	struct kmem_cache *s = c->cache;
	void *obj = word_object(s, word);

	if (top == MAG_TAKEN) {
		if (slab_debugged(s))
			slab_free_checked(s, obj);
		else
			slab_free_direct(s, obj);
		return;
	}
	top = mag_disarm(s, top);
	if (!((unsigned long)top & s->mag_mask))
		top = replace_full(s, top);
	if (top != MAG_NONE) {
		kasan_slab_free(s, obj);
		word_set(word, free_mark(s, word));
		*top++ = word;
		obj = NULL;
	}
	smp_store_release(&c->top, top);
	if (obj)
		slab_free_direct(s, obj);
}

/* The cache that p's page belongs to; NULL if it is no slab page. Any pointer may be asked for. */
struct kmem_cache *slab_cache_of(const void *p)
{
	return is_direct_map_addr(p) ? direct_cache(p) : NULL;
}

/* Zero an object and push it onto this CPU's magazine, as slab_free() does. */
static void free_wiped(struct kmem_cache *s, void *obj)
{
	struct slab_cpu *c = this_slab_cpu(s->place);
	u64 *word = free_word(s, obj), **top;

	wipe(s, obj);
	top = xchg(&c->top, MAG_TAKEN);
	if (!((unsigned long)top & s->mag_mask)) {
		free_slow(word, c, top);
		return;
	}
	kasan_slab_free(s, obj);
	word_set(word, free_mark(s, word));
	*top = word;
	smp_store_release(&c->top, top + 1);
}

/* Does a live object of a plain cache start there, though its line says no? See open_lines(). */
static bool is_plain_object(struct kmem_cache *s, const void *p)
{
	return (s->init_gfp || s->init_free) && !slab_debugged(s) && is_object_start(s, p) &&
	       !free_word_intact(s, p);
}

/* Whatever kfree() was given, except NULL, that is no live object of a plain cache. */
static noinline void free_odd(const void *p)
{
	struct kmem_cache *s = slab_cache_of(p);
	struct page *page = direct_page(p);

	if (s && is_plain_object(s, p))
		free_wiped(s, (void *)p);
	else if (s)
		slab_free_checked(s, (void *)p);
	else if (is_kfence_address(p))
		kfence_free((void *)p);
	else if (is_direct_map_addr(p) && byte_is(&page->type, PAGE_KMALLOC))
		kfree_large(page, p);
	else if (!ZERO_OR_NULL_PTR(p))
		slab_report_foreign("kfree", p);
}

/*
 * Push an object onto the line that its page names. Nothing is written before its word was read, so
 * a pointer to no memory ends in a trap at the worst, and one that is no object in free_odd().
 */
static __always_inline void slab_free(struct slab_cpu *c, void *obj)
{
	u64 *word, mark;
	u64 **top;

	if (unlikely(!line_object_start(c, obj))) {
		free_odd(obj);
		return;
	}
	word = (u64 *)((char *)obj + c->offset);
	mark = c->key ^ (unsigned long)word;
	if (unlikely(word_get(word) == mark)) {
		free_marked(word, c);
		return;
	}
	if (kasan_quarantine_put(c->cache, obj))
		return;
	top = xchg(&c->top, MAG_TAKEN);
	if (unlikely(!((unsigned long)top & c->mag_mask))) {
		free_slow(word, c, top);
		return;
	}
	kasan_slab_free(c->cache, obj);
	word_set(word, mark);
	*top = word;
	smp_store_release(&c->top, top + 1);
}

/**
 * kfree() - free what the kmalloc family or a cache gave
 * @p: the pointer; NULL and ZERO_SIZE_PTR do nothing
 *
 * A pointer that is no live object is reported and left alone.
 * Context: any but NMI. O(1), about 26 instructions into a CPU's magazine.
 */
void kfree(const void *p)
{
	unsigned long vpn = (unsigned long)p >> PAGE_SHIFT;

	if (unlikely(!vpn)) { /* no object is in the first page */
		free_odd(p);
		return;
	}
	OPTIMIZER_HIDE_VAR(vpn); /* else it is calculated twice */
	slab_free(this_slab_cpu(u16_or_zero(&vmemmap_page(vpn)->place)), (void *)p);
}

/* Said to be of a cache that there isn't: an object goes where it came from all the same. */
static void free_no_cache(struct kmem_cache *s, void *obj)
{
	slab_report_no_cache("kmem_cache_free", s, slab_gone_cache(s));
	if (is_kfence_address(obj) || slab_cache_of(obj))
		kfree(obj);
}

static noinline void free_wrong_cache(struct kmem_cache *s, void *obj)
{
	struct kmem_cache *is = slab_cache_of(obj);

	if (!slab_is_cache(s)) {
		free_no_cache(s, obj);
		return;
	}
	if (is_kfence_address(obj)) {
		kfence_cache_free(s, obj);
		return;
	}
	if (!is) {
		slab_report_foreign("kmem_cache_free", obj);
		return;
	}
	slab_report_wrong_cache(s, is, obj);
	slab_free(this_slab_cpu(is->place), obj);
}

/**
 * kmem_cache_free() - free an object
 * @s: the cache it came from; if it came from another, or that is no cache, it is reported, and the
 *	object goes back to where it came from
 * @obj: the object; NULL does nothing
 *
 * Context: any but NMI.
 */
void kmem_cache_free(struct kmem_cache *s, void *obj)
{
	unsigned long place = cache_place(s);

	if (unlikely(!obj))
		return;
	if (unlikely(page_place(obj) != place)) {
		free_wrong_cache(s, obj);
		return;
	}
	slab_free(this_slab_cpu(place), obj);
}

/* The same to a given line, for tests. */
void slab_free_cpu(struct slab_cpu *c, void *obj)
{
	slab_free(c, obj);
}

/* ---- Bulk ---- */

/* Pop up to n objects from this CPU's loaded magazine. None if it is armed: the first is a sample. */
static size_t pop_many(struct kmem_cache *s, size_t n, void **p, unsigned int tag)
{
	struct slab_cpu *c = this_slab_cpu(s->place);
	u64 **top = xchg(&c->top, MAG_TAKEN);

	if (top == MAG_TAKEN)
		return 0;
	n = is_no_word(top[-1]) ? 0 : min_t(size_t, n, top - mag_of(s, top)->word);
	for (size_t i = 0; i < n; i++) {
		p[i] = hand_out(s, unmark_object(s, word_object(s, *--top)), 0, 0);
		line_tag_set(c, *top, tag);
	}
	smp_store_release(&c->top, top);
	return n;
}

/**
 * kmem_cache_alloc_bulk() - allocate several objects
 * @s: the cache
 * @gfp: as for kmem_cache_alloc()
 * @n: how many
 * @p: where they go
 *
 * Context: any that @gfp permits.
 * Return: @n, or 0 with nothing allocated.
 */
int(kmem_cache_alloc_bulk)(struct kmem_cache *s, gfp_t gfp, size_t n, void **p)
{
	return kmem_cache_alloc_bulk_tagged(s, gfp, n, p, ALLOC_TAG_CALLER());
}

int kmem_cache_alloc_bulk_tagged(struct kmem_cache *s, gfp_t gfp, size_t n, void **p,
				 unsigned int tag)
{
	size_t i, popped;

	might_alloc(gfp);
	gfp |= s->init_gfp;
	i = popped = pop_many(s, n, p, tag);
	for (; i < n; i++) {
		p[i] = kmem_cache_alloc_tagged(s, gfp, tag);
		if (!p[i]) {
			kmem_cache_free_bulk(s, i, p);
			return 0;
		}
	}
	if (gfp & __GFP_ZERO) {
		for (size_t k = 0; k < popped; k++)
			zero_object(s, p[k], 0);
	}
	return n;
}

/*
 * Push objects onto this CPU's loaded magazine until one is not plainly right or it is full; how
 * many. Neighbours in p[] often share a slab, whose pages are looked at once.
 */
static size_t push_many(struct kmem_cache *s, size_t n, void **p)
{
	struct slab_cpu *c = this_slab_cpu(s->place);
	u64 **top = xchg(&c->top, MAG_TAKEN);
	unsigned long slab = ~0UL; /* no slab starts there */
	size_t i;

	if (top == MAG_TAKEN)
		return 0;
	n = min_t(size_t, n, (-(unsigned long)top & s->mag_mask) / sizeof(void *));
	for (i = 0; i < n; i++) {
		void *obj = p[i];

		if (((unsigned long)obj & s->slab_mask) != slab) {
			if (slab_cache_of(obj) != s)
				break;
			slab = (unsigned long)obj & s->slab_mask;
		}
		if (!is_object_start(s, obj) || free_word_intact(s, obj))
			break;
		kasan_slab_free(s, obj);
		free_word_mark(s, obj);
		*top++ = free_word(s, obj);
	}
	smp_store_release(&c->top, top);
	return i;
}

/**
 * kmem_cache_free_bulk() - free several objects
 * @s: their cache; NULL: any objects, also from kmalloc()
 * @n: how many
 * @p: the objects
 *
 * Context: any but NMI.
 */
void kmem_cache_free_bulk(struct kmem_cache *s, size_t n, void **p)
{
	for (size_t i = 0; i < n;) {
		if (s && !s->init_free && !kasan_waits(s))
			i += push_many(s, n - i, p + i);
		if (i == n)
			break;
		if (s)
			kmem_cache_free(s, p[i++]);
		else
			kfree(p[i++]);
	}
}
