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
 * 2. Taking a magazine. s->cpu[n].top points behind the topmost object of CPU n's loaded magazine.
 *    To use it, one exchanges it for MAG_TAKEN and later stores it back. In between the owner is
 *    alone: an interrupt, another task on this CPU or a CPU that drains finds MAG_TAKEN, which
 *    reads as empty and as full at once, and goes straight to the slabs. So no interrupts are
 *    switched off, it doesn't matter if the CPU changes on the way, and any CPU may empty any
 *    other's magazine. Magazines are naturally aligned, so `top` alone tells when they are full
 *    (its low bits are 0), and below the first object stands a NULL, which a pop from an empty one
 *    reads.
 *
 * 3. Slabs. Blocks are aligned to their size, and objects are packed against the slab's end, so p
 *    is an object's start exactly if the distance d from p to the end is 1 … n times s->size. One
 *    multiplication tells, and gives the number (set_inverse()). What is left over lies at the
 *    start; a slab of more than 32 objects keeps its free map there, others in struct page.objects.
 *
 *        |  map  | left over | object n-1 | …  | object 1 | object 0 |
 *
 *        struct page, each:     owner: the cache's id, tail: pages from the head
 *        the head's besides:    objects (the map), inuse, free (where a search starts), next, prev
 *
 * 4. The word. A free object carries, at s->offset, key ^ the word's address; an allocation checks
 *    and wipes it. A word already there at kfree() means a double free (then the exact, slow search
 *    decides); a word that is damaged at allocation means the object was written after it was
 *    freed. Nothing is ever followed through it: free maps and magazines stand outside the objects.
 *    It lies in the middle of the object, or behind it where a constructor's work or a reader under
 *    RCU must find the object whole.
 *
 * 5. Debug flags (slab_debug.c). Such a cache has no magazines: its `top` is MAG_TAKEN for ever,
 *    every operation takes the slow path, and all checks are there. A cache without flags pays
 *    nothing for them. Caches are never merged, though Linux would: freeing to the wrong cache
 *    shows.
 *
 * 6. Order. A magazine filled from slabs is shuffled, so that consecutive allocations are not
 *    neighbours by rule.
 *
 * 7. Invariants (slab_valid in slab_cache.c)
 *    I1  a slab is in the list that its inuse says (0 empty, all full, else partial); links are
 *        symmetric; counts are right;
 *    I2  each page of a slab is marked PAGE_SLAB with the cache's id and its distance from the
 *        head, the head with the order;
 *    I3  bits set in the map + inuse = objects;
 *    I4  each free object's word is intact (caches without debug flags);
 *    I5  each object in a magazine starts at an object of this cache, its bit is clear, its word
 *        intact;
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
#include "slab.h"

struct kmem_cache *cache_table[SLAB_MAX_CACHES];

/* The CPU id, in the width of an index. R */
DEFINE_PER_CPU(unsigned long, slab_cpu_index);

/* Only the words below the two addresses are ever read: NULL. */
void *const mag_none_taken[128] __aligned(512);

/* Caches of magazines with 14, 30 and 62 objects. R */
struct kmem_cache *magazine_caches[3];

/* ---- Lists of slabs: s->lock held ---- */

static void list_push(struct slab_list *list, struct page *slab)
{
	u32 pfn = page_to_pfn(slab);

	slab->next = list->first;
	slab->prev = 0;
	if (list->first)
		pfn_to_page(list->first)->prev = pfn;
	list->first = pfn;
	list->nr++;
}

static void list_remove(struct slab_list *list, struct page *slab)
{
	if (slab->next)
		pfn_to_page(slab->next)->prev = slab->prev;
	if (slab->prev)
		pfn_to_page(slab->prev)->next = slab->next;
	else
		list->first = slab->next;
	list->nr--;
}

/* ---- Making and freeing slabs: no lock held ---- */

static void mark_pages(const struct kmem_cache *s, struct page *slab)
{
	for (unsigned int i = 0; i < 1u << s->order; i++) {
		page_set_mark(&slab[i], PAGE_MARK(PAGE_SLAB, i ? 0 : s->order));
		slab[i].tail = i;
		slab[i].owner = s->id;
	}
}

static void unmark_pages(const struct kmem_cache *s, struct page *slab)
{
	for (unsigned int i = 1; i < 1u << s->order; i++) {
		page_set_mark(&slab[i], 0);
		slab[i].tail = 0;
		slab[i].owner = 0;
	}
	page_set_mark(slab, PAGE_MARK(PAGE_USED, s->order));
	slab->objects = 0;
}

/* All objects free: set their bits, write their words or patterns, construct them. */
static void slab_fill(struct kmem_cache *s, struct page *slab)
{
	u32 *map;

	if (slab_debugged(s))
		slab_debug_new_slab(s, slab);
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
		if (unlikely(s->ctor))
			s->ctor(obj);
	}
	kasan_poison_slab(s, slab);
}

static struct page *slab_new(struct kmem_cache *s, gfp_t gfp)
{
	struct page *slab;

	gfp = (gfp & ~SLAB_NOT_FOR_PAGES) | s->gfp;
	slab = alloc_pages(gfp, s->order);
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
	free_block(slab, s->order);
}

/* A chain linked by next, taken off the lists before. */
void slab_release_chain(struct kmem_cache *s, u32 pfn)
{
	while (pfn) {
		struct page *slab = pfn_to_page(pfn);

		pfn = slab->next;
		slab_release(s, slab);
	}
}

/* ---- Moving objects between slabs and arrays: s->lock held ---- */

/* Move up to n free objects of a slab to out[]. The search goes once round the map. */
static unsigned int slab_take(struct kmem_cache *s, struct page *slab, void **out, unsigned int n)
{
	u32 *map = slab_map(s, slab);
	unsigned int got = 0, w = slab->free;

	for (unsigned int i = 0; i < s->map_words && got < n; i++) {
		u32 bits = map_get(&map[w]);

		while (bits && got < n) {
			out[got++] = slab_object(s, slab, w * 32 + __builtin_ctz(bits));
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
static unsigned int take_listed(struct kmem_cache *s, void **out, unsigned int n)
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

/* Fisher and Yates, with a multiplicative generator seeded for each use. */
static void shuffle(void **p, unsigned int n)
{
	u64 x = get_random_u64() | 1;

	for (unsigned int i = n; i > 1; i--) {
		unsigned int j;
		void *t = p[i - 1];

		x *= 0xd1342543de82ef95ULL;
		j = (x >> 32) * i >> 32;
		p[i - 1] = p[j];
		p[j] = t;
	}
}

/* Up to n free objects from slabs, at most one of them new. Returns how many; 0: no memory. */
static unsigned int slab_gather(struct kmem_cache *s, gfp_t gfp, void **out, unsigned int n)
{
	unsigned long flags;
	unsigned int got;
	struct page *slab;

	spin_lock_irqsave(&s->lock, flags);
	got = take_listed(s, out, n);
	spin_unlock_irqrestore(&s->lock, flags);
	if (got)
		return got;
	slab = slab_new(s, gfp);
	if (!slab)
		return 0;
	spin_lock_irqsave(&s->lock, flags);
	list_push(&s->empty, slab);
	got = take_listed(s, out, n);
	spin_unlock_irqrestore(&s->lock, flags);
	return got;
}

/* Give n free objects, words written, back to their slabs. */
void slab_scatter(struct kmem_cache *s, void **obj, unsigned int n)
{
	unsigned long flags;
	u32 chain = 0;

	spin_lock_irqsave(&s->lock, flags);
	for (unsigned int i = 0; i < n; i++)
		slab_put(s, obj[i], &chain);
	spin_unlock_irqrestore(&s->lock, flags);
	slab_release_chain(s, chain);
}

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
	void *obj;

	if (!slab_gather(s, gfp, &obj, 1))
		return NULL;
	if (!slab_debugged(s))
		return unmark_object(s, obj);
	slab_debug_alloc(s, obj, size);
	return obj;
}

/* Put one object, prepared as a free one, back into its slab. */
static void put_one(struct kmem_cache *s, void *obj)
{
	unsigned long flags;
	u32 chain = 0;
	bool put;

	spin_lock_irqsave(&s->lock, flags);
	put = slab_put(s, obj, &chain);
	spin_unlock_irqrestore(&s->lock, flags);
	if (!put)
		slab_report_double_free(s, obj);
	slab_release_chain(s, chain);
}

/* An object of a cache without debug flags, known to be live. */
void slab_free_direct(struct kmem_cache *s, void *obj)
{
	kasan_slab_free(s, obj);
	free_word_mark(s, obj);
	put_one(s, obj);
}

/* Free an object that the fast path found suspicious, or one of a debug cache. */
noinline void slab_free_checked(struct kmem_cache *s, void *obj)
{
	switch (slab_locate(s, obj)) {
	case SLAB_LIVE:
		if (!slab_debugged(s)) {
			slab_free_direct(s, obj);
			break;
		}
		slab_debug_free(s, obj);
		kasan_slab_free(s, obj);
		put_one(s, obj);
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

static struct kmem_cache *magazine_cache(const struct kmem_cache *s)
{
	return magazine_caches[(s->mag_mask + 1) >> 8]; /* 128, 256, 512 bytes: 0, 1, 2 */
}

static struct magazine *mag_new(const struct kmem_cache *s)
{
	struct magazine *m = alloc_direct(magazine_cache(s), GFP_NOWAIT, 0);

	if (!m)
		return NULL;
	kasan_slab_alloc(magazine_cache(s), m);
	m->next = NULL;
	m->sentinel = NULL;
	m->obj[0] = NULL;
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
	slab_scatter(s, m->obj, s->mag_capacity);
	m->obj[0] = NULL;
}

/*
 * `top` is what was taken from the CPU: an empty magazine or MAG_NONE. Returns what to go on with:
 * objects in it if any could be had. The pair becomes (full from the depot, this one), or this one
 * is filled.
 */
static void **replace_empty(struct kmem_cache *s, gfp_t gfp, void **top)
{
	struct magazine *m = top == MAG_NONE ? depot_get_empty(s) : mag_of(s, top);
	struct magazine *spare, *full;
	unsigned int n;

	if (!m)
		return MAG_NONE;
	m->obj[0] = NULL;
	spare = m->next;
	if (top == MAG_NONE)
		spare = NULL;
	full = spare && mag_is_full(spare) ? spare : depot_get_full(s);
	if (full) {
		if (spare && full != spare)
			depot_put_empty(s, spare);
		full->next = m;
		m->next = NULL;
		return full->obj + s->mag_capacity;
	}
	m->next = spare;
	n = slab_gather(s, gfp, m->obj, s->mag_capacity);
	shuffle(m->obj, n);
	return m->obj + n;
}

/*
 * `top` is a full magazine or MAG_NONE. Returns what to go on with: with room in it, or MAG_NONE.
 * The pair becomes (empty, this one); a spare that was full goes to the depot, or is emptied into
 * slabs when the depot is at its bound.
 */
static void **replace_full(struct kmem_cache *s, void **top)
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
		return e->obj;
	}
	if (!m)
		return MAG_NONE;
	m->next = NULL;
	mag_empty_into_slabs(s, m);
	return m->obj;
}

/* ---- Allocation ---- */

static __always_inline struct slab_cpu *this_slab_cpu(struct kmem_cache *s)
{
	return &s->cpu[this_cpu_read(slab_cpu_index)];
}

/*
 * Zero what the user may use: an object without debug flags as a whole, else what was asked for,
 * since the rest is red zone.
 */
static void zero_object(const struct kmem_cache *s, void *obj, size_t size)
{
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

static noinline void *alloc_slow(struct kmem_cache *s, gfp_t gfp, size_t size, struct slab_cpu *c,
				 void **top)
{
	void *obj = NULL;

	if (top != MAG_TAKEN) {
		top = replace_empty(s, gfp, top);
		if (top[-1])
			obj = unmark_object(s, *--top);
		smp_store_release(&c->top, top);
	} else if (unlikely(READ_ONCE(injection.slab)) && fault_inject_slab(gfp, s->object_size)) {
		return NULL;
	}
	/* No magazine to be had does not mean no object. */
	if (!mag_real(top))
		obj = alloc_direct(s, gfp, size);
	return obj ? hand_out(s, obj, gfp, size) : NULL;
}

static noinline void *alloc_damaged(struct kmem_cache *s, gfp_t gfp, size_t size, void *obj)
{
	return hand_out(s, unmark_object(s, obj), gfp, size);
}

/* Pop the loaded magazine's top. All else is tail calls: no frame. `size` is for debug caches. */
static __always_inline void *slab_alloc(struct kmem_cache *s, gfp_t gfp, size_t size,
					struct slab_cpu *c)
{
	void **top = xchg(&c->top, MAG_TAKEN);
	void *obj = top[-1];
	u64 *word;

	if (unlikely(!obj))
		return alloc_slow(s, gfp, size, c, top);
	smp_store_release(&c->top, top - 1);
	word = free_word(s, obj);
	if (unlikely(word_get(word) != free_mark(s, word)))
		return alloc_damaged(s, gfp, size, obj);
	word_set(word, 0);
	if (unlikely(gfp & __GFP_ZERO))
		return zero_and_return(s, obj, size);
	return hand_out(s, obj, 0, size);
}

/**
 * kmem_cache_alloc() - allocate an object
 * @s: the cache
 * @gfp: what may be done to find memory; __GFP_ZERO zeroes the object (not with a constructor)
 *
 * Context: any that @gfp permits. O(1), about 25 instructions from a CPU's magazine.
 * Return: the object, or NULL.
 */
void *kmem_cache_alloc(struct kmem_cache *s, gfp_t gfp)
{
	return slab_alloc(s, gfp, 0, this_slab_cpu(s));
}

/* The callers have seen that __GFP_ZERO is not set. */
void *__kmalloc_cache(struct kmem_cache *s, gfp_t gfp, size_t size)
{
	if (gfp & __GFP_ZERO)
		__builtin_unreachable();
	return slab_alloc(s, gfp, size, this_slab_cpu(s));
}

void *__kmalloc_cache_flags(struct kmem_cache *s, gfp_t gfp, size_t size)
{
	return slab_alloc(s, gfp, size, this_slab_cpu(s));
}

/* The same as CPU `c`, for tests. */
void *slab_alloc_cpu(struct kmem_cache *s, gfp_t gfp, struct slab_cpu *c)
{
	return slab_alloc(s, gfp, 0, c);
}

/**
 * __kmalloc() - kmalloc() of a size known at run time only
 * @size: bytes
 * @gfp: what may be done to find memory
 */
void *__kmalloc(size_t size, gfp_t gfp)
{
	struct kmem_cache *s;

	if (unlikely(size - 1 >= KMALLOC_MAX_CACHE_SIZE))
		return size ? __kmalloc_large(size, gfp) : ZERO_SIZE_PTR;
	s = kmalloc_caches[kmalloc_type(gfp)][kmalloc_index(size)];
	return slab_alloc(s, gfp, size, this_slab_cpu(s));
}

/* ---- Freeing ---- */

static noinline void free_slow(struct kmem_cache *s, void *obj, struct slab_cpu *c, void **top)
{
	if (top == MAG_TAKEN) {
		if (slab_debugged(s))
			slab_free_checked(s, obj);
		else
			slab_free_direct(s, obj);
		return;
	}
	top = replace_full(s, top);
	if (top != MAG_NONE) {
		kasan_slab_free(s, obj);
		free_word_mark(s, obj);
		*top++ = obj;
		obj = NULL;
	}
	smp_store_release(&c->top, top);
	if (obj)
		slab_free_direct(s, obj);
}

/* Push an object known to lie in one of the cache's slabs. */
static __always_inline void slab_free(struct kmem_cache *s, void *obj, struct slab_cpu *c)
{
	u64 *word = free_word(s, obj);
	u64 mark = free_mark(s, word);
	void **top;

	if (unlikely(!is_object_start(s, obj) || word_get(word) == mark)) {
		slab_free_checked(s, obj);
		return;
	}
	top = xchg(&c->top, MAG_TAKEN);
	if (unlikely(!((unsigned long)top & s->mag_mask))) {
		free_slow(s, obj, c, top);
		return;
	}
	kasan_slab_free(s, obj);
	word_set(word, mark);
	*top = obj;
	smp_store_release(&c->top, top + 1);
}

static noinline void free_not_slab(const void *p)
{
	struct page *page = direct_page(p);

	if (byte_is(&page->type, PAGE_KMALLOC))
		kfree_large(page, p);
	else
		slab_report_foreign("kfree", p);
}

/**
 * kfree() - free what the kmalloc family or a cache gave
 * @p: the pointer; NULL and ZERO_SIZE_PTR do nothing
 *
 * A pointer that is no live object is reported and left alone.
 * Context: any but NMI. O(1), about 35 instructions into a CPU's magazine.
 */
void kfree(const void *p)
{
	struct page *page = direct_page(p);
	struct kmem_cache *s;

	if (unlikely(ZERO_OR_NULL_PTR(p)))
		return;
	if (unlikely(!byte_is(&page->type, PAGE_SLAB))) {
		free_not_slab(p);
		return;
	}
	s = cache_table[page->owner];
	slab_free(s, (void *)p, this_slab_cpu(s));
}

/* The cache that p's page belongs to; NULL if it is no slab page. Any pointer may be asked for. */
struct kmem_cache *slab_cache_of(const void *p)
{
	struct page *page = direct_page(p);

	if (!byte_is(&page->type, PAGE_SLAB) || page->owner >= SLAB_MAX_CACHES)
		return NULL;
	return cache_table[page->owner];
}

static noinline void free_wrong_cache(struct kmem_cache *s, void *obj)
{
	struct kmem_cache *is = slab_cache_of(obj);

	if (!is) {
		slab_report_foreign("kmem_cache_free", obj);
		return;
	}
	slab_report_wrong_cache(s, is, obj);
	slab_free(is, obj, this_slab_cpu(is));
}

/**
 * kmem_cache_free() - free an object
 * @s: the cache it came from; if it came from another, that is reported, and it goes back there
 * @obj: the object; NULL does nothing
 *
 * Context: any but NMI.
 */
void kmem_cache_free(struct kmem_cache *s, void *obj)
{
	struct page *page = direct_page(obj);

	if (unlikely(!obj))
		return;
	if (unlikely(!byte_is(&page->type, PAGE_SLAB) || page->owner != s->id)) {
		free_wrong_cache(s, obj);
		return;
	}
	slab_free(s, obj, this_slab_cpu(s));
}

/* The same as CPU `c`, for tests. */
void slab_free_cpu(struct kmem_cache *s, void *obj, struct slab_cpu *c)
{
	slab_free(s, obj, c);
}

/* ---- Bulk ---- */

/* Pop up to n objects from this CPU's loaded magazine. */
static size_t pop_many(struct kmem_cache *s, size_t n, void **p)
{
	struct slab_cpu *c = this_slab_cpu(s);
	void **top = xchg(&c->top, MAG_TAKEN);

	if (top == MAG_TAKEN)
		return 0;
	n = top == MAG_NONE ? 0 : min_t(size_t, n, top - mag_of(s, top)->obj);
	for (size_t i = 0; i < n; i++)
		p[i] = hand_out(s, unmark_object(s, *--top), 0, 0);
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
int kmem_cache_alloc_bulk(struct kmem_cache *s, gfp_t gfp, size_t n, void **p)
{
	size_t i = pop_many(s, n, p), popped = i;

	for (; i < n; i++) {
		p[i] = kmem_cache_alloc(s, gfp);
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
	struct slab_cpu *c = this_slab_cpu(s);
	void **top = xchg(&c->top, MAG_TAKEN);
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
		*top++ = obj;
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
		if (s)
			i += push_many(s, n - i, p + i);
		if (i == n)
			break;
		if (s)
			kmem_cache_free(s, p[i++]);
		else
			kfree(p[i++]);
	}
}
