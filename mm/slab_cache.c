// SPDX-License-Identifier: MIT
/*
 * Caches: made, destroyed, drained; what a pointer is. The model and the invariants are slab.c's.
 *
 * 1. Bring-up. Four caches stand in static memory: that of struct kmem_cache, and three of
 *    magazines with 14, 30 and 62 objects. The latter have no magazines themselves. No slab is made
 *    until an object is asked for, so a cache costs its struct and nothing else.
 *
 * 2. Layout. The size from object to object is the object's, rounded to 8, or with the free word
 *    behind it (see slab.c, 5), rounded to the alignment. A slab is the smallest block that holds
 *    16 objects and wastes at most 1/16; if no order up to 3 does, fewer objects and then more
 *    waste are accepted. Its order is fixed: it is what makes a pointer's slab a matter of a mask.
 *
 * 3. Bounds of what a cache keeps in reserve: a depot of 128 KiB in full magazines, as many empty
 *    ones up to 16, 64 KiB in empty slabs. Below that a load that swings doesn't reach the page
 *    allocator; slab_drain() takes it all back, and so does a failing allocation.
 *
 * 4. Ids. A cache's number is what fits a struct page; cache_table[] translates. 0 is nobody. Numbers
 *    go round, so that of a destroyed cache stays nobody's for long: who still allocates from it
 *    finds closed lines, not another's objects, and is told what the cache was (slab_debug.c).
 *
 * Locks: slab_mutex > s->lock > zone->lock, all irq-safe; slab_mutex guards cache_list and the ids.
 * Context: creation and destruction may sleep; the rest any.
 */
#include <asm/smp.h>
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <quarry/assert.h>
#include <quarry/rcu.h>
#include <quarry/report.h>
#include "internal.h"
#include "kfence.h"
#include "slab.h"

#define CACHE_LINE	 64
#define DEPOT_BYTES	 (128u << 10)
#define EMPTY_SLAB_PAGES 16

DEFINE_SPINLOCK(slab_mutex);
struct kmem_cache *cache_list;
static unsigned long cache_ids[SLAB_MAX_CACHES / 64] = { 1 }; /* M: bit set: taken; 0 is nobody */
static unsigned long last_id;				      /* M: given to the newest */
static bool magazines_off;				      /* M: for fault injection */

static struct kmem_cache boot_caches[4];
#define kmem_cache_cache (&boot_caches[3])

/* ---- Layout ---- */

/* Bytes at a slab's start for the tags and the map of `n` objects. */
static unsigned long head_bytes(const struct kmem_cache *s, unsigned long n)
{
	unsigned long map = n > SLAB_MAP_BITS ? DIV_ROUND_UP(n, 32) * sizeof(u32) : 0;

	return map + (s->tags == SLAB_TAGS_ARRAY ? tag_bytes(n, s->offset) : 0);
}

/* Objects in a slab of `order`, room for their tags and their map taken off. */
static unsigned int objects_in(const struct kmem_cache *s, unsigned int order)
{
	unsigned long bytes = PAGE_SIZE << order;
	unsigned long n = bytes / s->size;

	while (n && head_bytes(s, n) + n * s->size > bytes)
		n--;
	return n;
}

static enum slab_tags choose_tags(const struct kmem_cache *s)
{
	if (!mem_alloc_profiling_enabled())
		return SLAB_TAGS_NONE;
	return s->size < SLAB_TAG_IN_PAGE ? SLAB_TAGS_ARRAY : SLAB_TAGS_PAGES;
}

static bool order_fits(const struct kmem_cache *s, unsigned int order, unsigned int want,
		       unsigned int fraction)
{
	unsigned long bytes = PAGE_SIZE << order;
	unsigned int n = objects_in(s, order);
	unsigned long used = (unsigned long)n * s->size;

	if (s->tags == SLAB_TAGS_ARRAY)
		used += tag_bytes(n, s->offset);
	return n >= want && (bytes - used) * fraction <= bytes;
}

/* The best order: see 2 at the top. */
static unsigned int choose_order(const struct kmem_cache *s)
{
	unsigned int least = get_order(s->size);

	for (unsigned int want = SLAB_MIN_OBJECTS; want; want /= 2) {
		for (unsigned int fraction = 16; fraction >= 4; fraction /= 2) {
			for (unsigned int o = least; o <= SLAB_MAX_ORDER; o++) {
				if (order_fits(s, o, want, fraction))
					return o;
			}
		}
	}
	return least;
}

static unsigned int choose_align(unsigned int size, unsigned int align, slab_flags_t flags)
{
	if (flags & SLAB_HWCACHE_ALIGN) {
		unsigned int line = CACHE_LINE;

		while (size <= line / 2)
			line /= 2;
		align = max(align, line);
	}
	return max_t(unsigned int, align, ARCH_SLAB_MINALIGN);
}

static void plain_layout(struct kmem_cache *s, const struct kmem_cache_args *args)
{
	unsigned int bytes = ALIGN(s->object_size, 8);

	s->offset = ALIGN_DOWN(s->object_size / 2, 8);
	if (args->use_freeptr_offset && !s->ctor) {
		s->offset = args->freeptr_offset;
	} else if (s->ctor || (s->flags & SLAB_TYPESAFE_BY_RCU)) {
		s->offset = bytes;
		bytes += sizeof(u64);
	}
	kasan_layout(s, &bytes);
	s->size = ALIGN(bytes, s->align);
}

static void choose_magazines(struct kmem_cache *s)
{
	unsigned int bytes = s->size <= 256 ? 512 : s->size <= 1024 ? 256 : 128;

	s->mag_mask = 511; /* MAG_TAKEN and MAG_NONE look full */
	if (slab_debugged(s) || (s->flags & SLAB_NO_MAGAZINES) ||
	    (s->kasan ? s->kasan : s->size) > KMALLOC_MAX_CACHE_SIZE)
		return;
	s->mag_mask = bytes - 1;
	s->mag_capacity = bytes / sizeof(void *) - MAG_HEADER;
	s->max_full = clamp(DEPOT_BYTES / (s->mag_capacity * s->size), 1u, 64u);
	s->max_empty = min(s->max_full, 16u);
}

/*
 * With M = 2^64/size rounded up, plus t, a distance d = m * size + r gives d * M = m * 2^64 + m * e
 * + r * M, where e = M * size - 2^64. So the high half of the product is m, and if t makes e about
 * 2^62 / bytes, the low half says all at once: at multiples (r = 0) it is m * e, at most objects *
 * e just for the m that are objects, and anywhere else at least M, which is four times more.
 * (Lemire has t = 0: no limit for m.)
 */
static void set_inverse(struct kmem_cache *s)
{
	u64 t = (1ULL << 62) / (s->size * (u64)slab_bytes(s));

	s->inverse = ~0ULL / s->size + 1 + t;
	s->minus_inverse = -s->inverse;
	s->start_limit = s->objects * (s->inverse * s->size) + 1;
}

static gfp_t cache_gfp(slab_flags_t flags)
{
	return (flags & SLAB_CACHE_DMA ? __GFP_DMA : 0) |
	       (flags & SLAB_CACHE_DMA32 ? __GFP_DMA32 : 0) |
	       (flags & SLAB_RECLAIM_ACCOUNT ? __GFP_RECLAIMABLE : 0);
}

static void lay_out(struct kmem_cache *s, const struct kmem_cache_args *args)
{
	s->align = choose_align(s->object_size, args->align, s->flags);
	if (slab_debugged(s))
		slab_debug_layout(s, s->align);
	if (slab_debugged(s) && slab_debug_too_large(s)) {
		s->flags &= ~SLAB_DEBUG_FLAGS;
		s->red_left = s->inuse = s->track = s->orig = 0;
	}
	if (!slab_debugged(s))
		plain_layout(s, args);
	s->tags = choose_tags(s);
	s->order = choose_order(s);
	s->objects = objects_in(s, s->order);
	s->map_in_slab = s->objects > SLAB_MAP_BITS;
	s->map_at = s->tags == SLAB_TAGS_ARRAY ? tag_bytes(s->objects, s->offset) : 0;
	s->map_words = DIV_ROUND_UP(s->objects, 32);
	s->slab_mask = -(PAGE_SIZE << s->order);
	set_inverse(s);
	s->user_tail = s->size - s->red_left - s->useroffset - s->usersize;
	s->max_empty_slabs = max(EMPTY_SLAB_PAGES >> s->order, 1);
	s->gfp = cache_gfp(s->flags);
	choose_magazines(s);
}

/* ---- Making ---- */

/* May its lines have magazines now? Under slab_mutex. */
static bool has_magazines(const struct kmem_cache *s)
{
	return s->mag_capacity && !magazines_off && !s->kfence_forced;
}

/*
 * Under slab_mutex. Where objects are zeroed the fast paths find every object odd (init_on.c): no
 * word is right for the line's key, no address the start of an object.
 */
static void open_lines(struct kmem_cache *s)
{
	const bool plain = !s->init_gfp && !s->init_free;

	for (unsigned int cpu = 0; cpu < nr_slab_cpus(); cpu++)
		*slab_cpu(s, cpu) = (struct slab_cpu){
			.top = has_magazines(s) ? MAG_NONE : MAG_TAKEN,
			.key = s->init_gfp ? s->key ^ 2 : s->key,
			.minus_inverse = s->minus_inverse,
			.start_limit = plain ? s->start_limit : 0,
			.slab_mask = s->slab_mask,
			.offset = s->offset,
			.mag_mask = s->mag_mask,
			.tags = s->tags,
			.cache = s,
		};
}

/* The lines of nobody say no to every pointer. Under slab_mutex. */
static void close_lines(struct kmem_cache *s)
{
	for (unsigned int cpu = 0; cpu < nr_slab_cpus(); cpu++)
		*slab_cpu(s, cpu) = (struct slab_cpu){ .top = MAG_TAKEN };
}

/* The next that nobody has; SLAB_MAX_CACHES: there is none. Under slab_mutex. */
static unsigned long free_id(void)
{
	unsigned long id = find_next_zero_bit(cache_ids, SLAB_MAX_CACHES, last_id + 1);

	return id < SLAB_MAX_CACHES ? id : find_first_zero_bit(cache_ids, SLAB_MAX_CACHES);
}

static int register_cache(struct kmem_cache *s)
{
	unsigned long flags, id;

	spin_lock_irqsave(&slab_mutex, flags);
	id = free_id();
	if (id < SLAB_MAX_CACHES) {
		__set_bit(id, cache_ids);
		last_id = id;
		s->id = id;
		s->place = id * sizeof(struct slab_cpu);
		open_lines(s);
		s->next = cache_list;
		if (cache_list)
			cache_list->prev = s;
		cache_list = s;
		cache_table[id] = s;
	}
	spin_unlock_irqrestore(&slab_mutex, flags);
	return id < SLAB_MAX_CACHES ? 0 : -ENOSPC;
}

/* Under slab_mutex. */
static void unregister_cache(struct kmem_cache *s)
{
	if (s->next)
		s->next->prev = s->prev;
	if (s->prev)
		s->prev->next = s->next;
	else
		cache_list = s->next;
	close_lines(s);
	if (s->kfence_used)
		kfence_forget_cache(s);
	__clear_bit(s->id, cache_ids);
	cache_table[s->id] = NULL;
}

enum forgotten {
	FORGOTTEN,
	HAS_OBJECTS,
	HAS_READERS, /* perhaps: slabs wait for a grace period */
};

/*
 * Forget a cache unless it has live objects, or slabs that wait. All under slab_mutex: slab_drain(),
 * of another CPU that is short of memory, may hold some of the free ones, which would look like live
 * ones; and it must not come back to a cache that is gone.
 */
static enum forgotten forget_cache(struct kmem_cache *s)
{
	enum forgotten result = FORGOTTEN;
	unsigned long flags;

	spin_lock_irqsave(&slab_mutex, flags);
	slab_flush_cache(s);
	if (s->partial.nr || s->full.nr || atomic_read(&s->kfence_live))
		result = HAS_OBJECTS;
	else if (atomic_read_acquire(&s->waiting))
		result = HAS_READERS;
	else
		unregister_cache(s);
	spin_unlock_irqrestore(&slab_mutex, flags);
	return result;
}

/* Fill in a zeroed struct kmem_cache and make it known. */
int slab_cache_setup(struct kmem_cache *s, const char *name, unsigned int object_size,
		     const struct kmem_cache_args *args, slab_flags_t flags)
{
	s->name = name;
	s->object_size = object_size;
	s->ctor = args->ctor;
	s->useroffset = args->useroffset;
	s->usersize = args->usersize;
	s->flags = flags & SLAB_NO_USER_FLAGS ? flags : slab_debug_flags(name, flags);
	s->key = get_random_u64() | 1; /* no word's mark is 0 */
	spin_lock_init(&s->lock);
	lay_out(s, args);
	slab_init_on(s);
	s->kfence_forced = kfence_forces(name);
	if (s->order > SLAB_MAX_OBJECT_ORDER)
		return -E2BIG;
	return register_cache(s);
}

/* What is wrong with a creator's arguments; NULL: nothing. */
static const char *bad_args(const char *name, unsigned int size, const struct kmem_cache_args *a)
{
	if (!name || !*name)
		return "no name";
	if (!size || size > KMALLOC_MAX_SIZE)
		return "object size";
	if (a->align && !is_power_of_2(a->align))
		return "alignment is no power of two";
	if (a->align > PAGE_SIZE << SLAB_MAX_ORDER)
		return "alignment";
	if (a->useroffset > size || a->usersize > size - a->useroffset)
		return "user copy region outside the object";
	if (a->use_freeptr_offset && (size < sizeof(u64) || a->freeptr_offset % sizeof(u64) ||
				      a->freeptr_offset > size - sizeof(u64)))
		return "free pointer offset";
	return NULL;
}

static struct kmem_cache *create_failed(const char *name, slab_flags_t flags, const char *why)
{
	if (flags & SLAB_PANIC)
		panic("kmem_cache_create: cannot create slab %s: %s", name ? name : "?", why);
	pr_warn("kmem_cache_create(%s) failed: %s\n", name ? name : "?", why);
	return NULL;
}

/**
 * __kmem_cache_create_args() - make a cache
 * @name: shown in slabinfo and reports; copied unless it is a constant
 * @object_size: bytes that the user may use, 1 … 512 KiB
 * @args: the rest, see struct kmem_cache_args
 * @flags: SLAB_*
 *
 * Usually called through kmem_cache_create(). Caches of like objects are not merged. Context: may
 * sleep.
 * Return: the cache; NULL on bad arguments, without memory, or when there are too many caches;
 * panics instead with SLAB_PANIC.
 */
struct kmem_cache *__kmem_cache_create_args(const char *name, unsigned int object_size,
					    struct kmem_cache_args *args, slab_flags_t flags)
{
	const char *why = bad_args(name, object_size, args);
	struct kmem_cache *s;
	int err;

	if (why)
		return create_failed(name, flags, why);
	s = kmem_cache_zalloc_tagged(kmem_cache_cache, GFP_KERNEL, ALLOC_TAG_CALLER());
	if (!s)
		return create_failed(name, flags, "no memory");
	name = (kstrdup_const)(name, GFP_KERNEL);
	err = name ? slab_cache_setup(s, name, object_size, args, flags) : -ENOMEM;
	if (!err)
		return s;
	create_failed(name, flags,
		      err == -ENOMEM ? "no memory" : "too many caches, or object size");
	kfree_const(name);
	kmem_cache_free(kmem_cache_cache, s);
	return NULL;
}

/* kmem_cache_create(name, size, NULL, flags) */
struct kmem_cache *__kmem_cache_default_args(const char *name, unsigned int object_size,
					     struct kmem_cache_args *args, slab_flags_t flags)
{
	struct kmem_cache_args none = { 0 };

	return __kmem_cache_create_args(name, object_size, args ? args : &none, flags);
}

/* kmem_cache_create(name, size, align, flags, ctor) */
struct kmem_cache *__kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				       slab_flags_t flags, void (*ctor)(void *))
{
	struct kmem_cache_args args = { .align = align, .ctor = ctor };

	return __kmem_cache_create_args(name, size, &args, flags);
}

/**
 * kmem_cache_create_usercopy() - make a cache, part of whose objects may be copied to and from user
 * space
 * @name: as for __kmem_cache_create_args()
 * @size: bytes
 * @align: alignment, a power of two, or 0
 * @flags: SLAB_*
 * @useroffset: start of that part
 * @usersize: its length
 * @ctor: constructor or NULL
 */
struct kmem_cache *(kmem_cache_create_usercopy)(const char *name, unsigned int size,
						unsigned int align, slab_flags_t flags,
						unsigned int useroffset, unsigned int usersize,
						void (*ctor)(void *))
{
	struct kmem_cache_args args = {
		.align = align, .ctor = ctor, .useroffset = useroffset, .usersize = usersize
	};

	return __kmem_cache_create_args(name, size, &args, flags);
}

/* Does anybody know this cache? It may have been freed. */
__no_memstate __no_sanitize_alignment bool slab_is_cache(const struct kmem_cache *s)
{
	u32 id;

	memstate_pause();
	id = READ_ONCE(s->id);
	memstate_resume();
	return id < SLAB_MAX_CACHES && cache_table[id] == s;
}

/**
 * kmem_cache_destroy() - unmake a cache
 * @s: the cache; NULL does nothing
 *
 * What kfree_rcu() was called for is waited for, and so are the readers of a cache with
 * SLAB_TYPESAFE_BY_RCU. If objects are still allocated then, they are listed in a report and the
 * cache stays: they can still be freed, and then it can be destroyed. What is no cache, or was
 * destroyed before, is reported.
 * Context: may sleep; nobody else uses the cache.
 */
void kmem_cache_destroy(struct kmem_cache *s)
{
	enum forgotten result;

	might_sleep();
	if (!s)
		return;
	if (!slab_is_cache(s)) {
		slab_report_no_cache("kmem_cache_destroy", s, slab_gone_cache(s));
		return;
	}
	do {
		if (rcu_pending())
			rcu_barrier();
		kasan_quarantine_drain();
		result = forget_cache(s);
	} while (result == HAS_READERS);
	if (result == HAS_OBJECTS) {
		slab_report_leaked(s);
		return;
	}
	slab_gone_add(s, _RET_IP_);
	kfree_const(s->name);
	kmem_cache_free(kmem_cache_cache, s);
}

/**
 * kmem_cache_shrink() - give back what a cache keeps in reserve
 * @s: the cache
 *
 * What is no cache is reported. Return: 0 if it has no slab any more, else 1.
 */
int kmem_cache_shrink(struct kmem_cache *s)
{
	unsigned long flags;
	bool used;

	might_sleep();
	if (!slab_is_cache(s)) {
		slab_report_no_cache("kmem_cache_shrink", s, slab_gone_cache(s));
		return 0;
	}
	kasan_quarantine_drain();
	slab_flush_cache(s);
	spin_lock_irqsave(&s->lock, flags);
	used = s->partial.nr || s->full.nr;
	spin_unlock_irqrestore(&s->lock, flags);
	return used;
}

/**
 * kmem_cache_size() - how large a cache's objects are
 * @s: the cache
 *
 * Context: any. Return: the bytes of an object that its user may use.
 */
unsigned int kmem_cache_size(struct kmem_cache *s)
{
	return s->object_size;
}

/**
 * kmem_cache_name() - how a cache is called
 * @s: the cache
 *
 * Context: any. Return: its name, which stands as long as the cache.
 */
const char *kmem_cache_name(struct kmem_cache *s)
{
	return s->name;
}

/* The static caches. The page allocator works; nothing is allocated. */
void slab_init(void)
{
	static const char *const names[] = { "magazine-128", "magazine-256", "magazine-512" };
	struct kmem_cache_args line = { .align = CACHE_LINE };

	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		struct slab_cpu *nobodys = per_cpu_ptr(&slab_cpus[0], cpu);

		nobodys->top = MAG_TAKEN; /* that of a cache whose struct was wiped, too */
		per_cpu(slab_cpus_start, cpu) = (unsigned long)nobodys;
	}
	for (unsigned int i = 0; i < 3; i++) {
		struct kmem_cache_args args = { .align = 128u << i };

		magazine_caches[i] = &boot_caches[i];
		slab_cache_setup(magazine_caches[i], names[i], 128u << i, &args,
				 SLAB_NO_USER_FLAGS | SLAB_NO_MAGAZINES | SLAB_NOLEAKTRACE);
	}
	slab_cache_setup(kmem_cache_cache, "kmem_cache",
			 sizeof(struct kmem_cache), &line, SLAB_NO_USER_FLAGS);
	report_add_explainer(&slab_explainer);
}

/* ---- The exact answer: what is this pointer? ---- */

static bool mag_holds(u64 *const *word, unsigned int n, const u64 *p)
{
	for (unsigned int i = 0; i < n; i++) {
		if (word[i] == p)
			return true;
	}
	return false;
}

static bool top_holds(const struct kmem_cache *s, u64 **top, const u64 *p)
{
	struct magazine *m;

	if (!mag_real(top))
		return false;
	m = mag_of(s, top);
	if (mag_holds(m->word, top - m->word, p))
		return true;
	m = m->next;
	return m && mag_is_full(m) && mag_holds(m->word, s->mag_capacity, p);
}

enum mag_search {
	MAG_ABSENT,
	MAG_UNSURE, /* somebody has the magazine now */
	MAG_FOUND,
};

/* In the loaded or spare magazine of a CPU? */
static enum mag_search cpu_search(struct kmem_cache *s, unsigned int cpu, const u64 *p)
{
	u64 **top = slab_cpu_take(s, cpu);
	bool found = top_holds(s, top, p);

	slab_cpu_put(s, cpu, top);
	return found ? MAG_FOUND : top == MAG_TAKEN ? MAG_UNSURE : MAG_ABSENT;
}

/*
 * With the lock no magazine goes to or from the depot, so none is passed over on its way: what is
 * not found is in one that somebody has taken, if anywhere.
 */
static enum mag_search magazines_search(struct kmem_cache *s, const u64 *p)
{
	enum mag_search best = MAG_ABSENT;
	unsigned long flags;

	spin_lock_irqsave(&s->lock, flags);
	for (unsigned int cpu = 0; cpu < nr_slab_cpus() && best != MAG_FOUND; cpu++)
		best = max(best, cpu_search(s, cpu, p));
	for (struct magazine *m = s->depot_full; m && best != MAG_FOUND; m = m->next) {
		if (mag_holds(m->word, s->mag_capacity, p))
			best = MAG_FOUND;
	}
	spin_unlock_irqrestore(&s->lock, flags);
	return best;
}

/*
 * Not in its slab: in a magazine? Where that can't be told its word decides. A live object's was
 * wiped, and nobody but the allocator knows the key: by chance a user writes it once in 2^64.
 */
static bool is_cached(struct kmem_cache *s, const void *obj)
{
	enum mag_search where = magazines_search(s, free_word(s, obj));

	return where == MAG_FOUND || (where == MAG_UNSURE && free_word_intact(s, obj));
}

/* Where `obj`, an address in one of the cache's slabs, is. O(objects in magazines). */
enum slab_where slab_locate(struct kmem_cache *s, const void *obj)
{
	const char *slot = (const char *)obj - s->red_left;
	struct page *slab;

	if (!is_object_start(s, slot) || slab_cache_of(slot) != s)
		return SLAB_OUTSIDE;
	slab = slab_page(s, slot);
	if (slab_bit(s, slab, slab_index(s, slot)))
		return SLAB_IN_SLAB;
	if (kasan_quarantined(s, obj) || (s->mag_capacity && is_cached(s, obj)))
		return SLAB_IN_CACHE;
	return SLAB_LIVE;
}

/* ---- Draining ---- */

static void mag_drop(struct kmem_cache *s, struct magazine *m, unsigned int n)
{
	slab_scatter(s, m->word, n);
	mag_free(s, m);
}

/* What was taken from a CPU goes back to the slabs. */
static void drop_taken(struct kmem_cache *s, u64 **top)
{
	struct magazine *m, *spare;

	if (!mag_real(top))
		return;
	top = mag_disarm(s, top);
	m = mag_of(s, top);
	spare = m->next;
	mag_drop(s, m, top - m->word);
	if (spare)
		mag_drop(s, spare, mag_is_full(spare) ? s->mag_capacity : 0);
}

static void flush_cpu(struct kmem_cache *s, struct slab_cpu *c)
{
	u64 **top = xchg(&c->top, MAG_TAKEN);

	if (top == MAG_TAKEN)
		return;
	smp_store_release(&c->top, MAG_NONE);
	drop_taken(s, top);
}

static void flush_depot(struct kmem_cache *s)
{
	struct magazine *full, *empty, *next;
	unsigned long flags;

	spin_lock_irqsave(&s->lock, flags);
	full = s->depot_full;
	empty = s->depot_empty;
	WRITE_ONCE(s->depot_full, NULL);
	s->depot_empty = NULL;
	s->nr_full = 0;
	s->nr_empty = 0;
	spin_unlock_irqrestore(&s->lock, flags);
	for (; full; full = next) {
		next = full->next;
		mag_drop(s, full, s->mag_capacity);
	}
	for (; empty; empty = next) {
		next = empty->next;
		mag_free(s, empty);
	}
}

static void flush_empty_slabs(struct kmem_cache *s)
{
	unsigned long flags;
	u32 chain;

	spin_lock_irqsave(&s->lock, flags);
	chain = s->empty.first;
	s->empty = (struct slab_list){ 0 };
	spin_unlock_irqrestore(&s->lock, flags);
	slab_release_chain(s, chain);
}

/*
 * All free objects of a cache back to their slabs, empty slabs back to the page allocator.
 * Magazines in use meanwhile are passed over.
 */
void slab_flush_cache(struct kmem_cache *s)
{
	for (unsigned int cpu = 0; s->mag_capacity && cpu < nr_slab_cpus(); cpu++)
		flush_cpu(s, slab_cpu(s, cpu));
	flush_depot(s);
	flush_empty_slabs(s);
}

/*
 * Keep a CPU's place for good. Whoever has the magazine now puts it back, but may need slab_mutex
 * before.
 */
static void close_cpu(struct kmem_cache *s, struct slab_cpu *c)
{
	u64 **top;

	while ((top = xchg(&c->top, MAG_TAKEN)) == MAG_TAKEN)
		smp_relax(); /* whoever has it may wait for a flush of this CPU */
	drop_taken(s, top);
}

static void take_magazines(struct kmem_cache *s)
{
	for (unsigned int cpu = 0; cpu < nr_slab_cpus(); cpu++)
		close_cpu(s, slab_cpu(s, cpu));
}

/* The other way round: under slab_mutex, its lines are closed. */
static void give_magazines(struct kmem_cache *s)
{
	for (unsigned int cpu = 0; cpu < nr_slab_cpus(); cpu++)
		smp_store_release(&slab_cpu(s, cpu)->top, MAG_NONE);
}

void slab_magazines_off(void)
{
	unsigned long flags;

	spin_lock_irqsave(&slab_mutex, flags);
	magazines_off = true;
	spin_unlock_irqrestore(&slab_mutex, flags);
	/* Caches that come now are closed already, and by the contract none goes. */
	for (struct kmem_cache *s = READ_ONCE(cache_list); s; s = s->next) {
		if (s->mag_capacity && !s->kfence_forced)
			take_magazines(s);
		slab_flush_cache(s);
	}
}

void slab_magazines_on(void)
{
	unsigned long flags;

	spin_lock_irqsave(&slab_mutex, flags);
	magazines_off = false;
	for (struct kmem_cache *s = cache_list; s; s = s->next) {
		if (has_magazines(s))
			give_magazines(s);
	}
	spin_unlock_irqrestore(&slab_mutex, flags);
}

/* ---- Samples: slab.c, 8 ---- */

/* The other lines are not worth it: they take the slow path by themselves. */
static void arm_line(struct kmem_cache *s, struct slab_cpu *c)
{
	u64 **top;

	if (!mag_real(READ_ONCE(c->top)))
		return;
	top = xchg(&c->top, MAG_TAKEN);
	if (top == MAG_TAKEN)
		return;
	smp_store_release(&c->top, is_no_word(top[-1]) ? top : mag_arm(s, top));
}

/*
 * From now on the next use of each of this CPU's lines takes the slow path, once. False: the list
 * of caches is somebody's, so try again later. Interrupts off; O(caches), some 10 instructions each.
 */
bool slab_arm_lines(void)
{
	unsigned int cpu = smp_processor_id();
	unsigned long flags;

	if (!spin_trylock_irqsave(&slab_mutex, flags))
		return false;
	for (struct kmem_cache *s = cache_list; s; s = s->next) {
		if (s->mag_capacity && kfence_may_sample(s))
			arm_line(s, slab_cpu(s, cpu));
	}
	spin_unlock_irqrestore(&slab_mutex, flags);
	return true;
}

/*
 * Each allocation of the cache takes the slow path, to be a sample if it can; or no more. Process
 * context, magazines not switched off meanwhile.
 */
void slab_force_samples(struct kmem_cache *s, bool on)
{
	unsigned long flags;
	bool had;

	spin_lock_irqsave(&slab_mutex, flags);
	had = has_magazines(s);
	s->kfence_forced = on;
	if (!had && has_magazines(s))
		give_magazines(s);
	spin_unlock_irqrestore(&slab_mutex, flags);
	if (had && on)
		take_magazines(s);
}

/* The same of all caches that the boot line names. No cache is destroyed meanwhile. */
void slab_force_named(bool on)
{
	for (struct kmem_cache *s = READ_ONCE(cache_list); s; s = s->next) {
		if (kfence_names(s->name))
			slab_force_samples(s, on);
	}
}

/**
 * slab_drain() - give back all memory that no live object needs
 *
 * The caches of magazines stand at the end of the list, so they are flushed when the others'
 * magazines have come back.
 * Context: any; page counts are exact after it if nothing else runs.
 */
void slab_drain(void)
{
	unsigned long flags;

	kasan_quarantine_drain();
	spin_lock_irqsave(&slab_mutex, flags);
	for (struct kmem_cache *s = cache_list; s; s = s->next)
		slab_flush_cache(s);
	spin_unlock_irqrestore(&slab_mutex, flags);
}
