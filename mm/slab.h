/* SPDX-License-Identifier: MIT */
/*
 * The slab allocator's structures, for slab*.c, kmalloc.c and their tests. The theory stands in
 * slab.c and slab_debug.c.
 */
#ifndef MM_SLAB_H
#define MM_SLAB_H

#include <asm/atomic.h>
#include <asm/barrier.h>
#include <asm/extable.h>
#include <asm/smp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <quarry/report.h>
#include "kasan.h"

#define SLAB_MAX_CACHES	      1024 /* ids 1 … 1023 */
#define SLAB_MAX_ORDER	      3	   /* beyond it only for objects that need it */
#define SLAB_MAX_OBJECT_ORDER 7	   /* page->tail counts up to 255 pages */
#define SLAB_MIN_OBJECTS      16   /* wanted in a slab, as far as SLAB_MAX_ORDER goes */
#define SLAB_MAP_BITS	      32   /* objects whose free map fits the struct page */

/* A request's flags that say nothing about a slab's pages: the cache does. */
#define SLAB_NOT_FOR_PAGES                                                                   \
	(__GFP_ZERO | __GFP_COMP | __GFP_MOVABLE | __GFP_HIGHMEM | __GFP_DMA | __GFP_DMA32 | \
	 __GFP_RECLAIMABLE | __GFP_ACCOUNT)

/* Objects at rest, in arrays of pointers to their words. word[] is filled from below. */
struct magazine {
	struct magazine *next; /* loaded: its CPU's spare; in the depot: the list */
	u64 *sentinel;	       /* &mag_no_word: who pops from an empty magazine reads it */
	u64 *word[];
};

#define MAG_HEADER (sizeof(struct magazine) / sizeof(u64 *))

/*
 * What a CPU holds of a cache: the address behind the topmost object of its loaded magazine, or one
 * of two values that stand for an empty and full magazine at once. Whoever wants it takes it by
 * exchanging it for MAG_TAKEN, and owns the magazine until he puts it back.
 */
struct slab_cpu {
	/* C: whoever exchanged it  R: written before the cache is known */
	u64 **top;	   /* C */
	u64 key;	   /* R: random, odd; a free object's word is key ^ its own address */
	u64 minus_inverse; /* R: see set_inverse() */
	u64 start_limit;   /* R: distance * inverse is below it at the starts of objects only */
	unsigned long slab_mask;  /* R: -(bytes of a slab) */
	unsigned long offset;	  /* R: of the word in a free object */
	struct kmem_cache *cache; /* R */
	u32 mag_mask;		  /* R: bytes of a magazine - 1 */
	u8 tags;		  /* R: enum slab_tags */
} __aligned(64);

/*
 * Line `id` of each CPU's table belongs to the cache of that id. A place, id * 64, is a line's
 * distance from the table's start: 16 bits, all of which lead into the table.
 */
DECLARE_PER_CPU(struct slab_cpu, slab_cpus[SLAB_MAX_CACHES]);
DECLARE_PER_CPU(unsigned long, slab_cpus_start); /* R: address of this CPU's table */
static_assert(sizeof(struct slab_cpu) == 64);
static_assert(SLAB_MAX_CACHES * sizeof(struct slab_cpu) == 1 << 16);

extern u64 *const mag_none_taken[128];
extern u64 mag_no_words[64];			 /* R: 0, which no key makes a mark of, being odd */
#define mag_no_word mag_no_words[0]
#define MAG_TAKEN ((u64 **)&mag_none_taken[64])	 /* in use, or this cache has no magazines */
#define MAG_NONE  ((u64 **)&mag_none_taken[128]) /* none yet */

struct slab_list {
	u32 first; /* pfn of a slab's first page, 0: none */
	u32 nr;
};

/* S: s->lock  R: read-only once the cache is made  M: slab_mutex */
struct kmem_cache {
	/* what each CPU's line repeats */
	u64 key;
	u64 minus_inverse;
	u64 start_limit;
	unsigned long slab_mask;
	u32 offset;
	u32 mag_mask;
	u8 tags;

	u64 inverse;	    /* R: a little more than 2^64 / size; see set_inverse() */
	u32 place;	    /* R: of its lines, page->place */
	u32 size;	    /* R: from one object to the next */
	u32 object_size;    /* R: what the user may use */
	slab_flags_t flags; /* R */
	u32 id;		    /* R: index in cache_table[] */

	spinlock_t lock;
	struct slab_list partial, full, empty; /* S */
	struct magazine *depot_full;	       /* S */
	struct magazine *depot_empty;	       /* S */
	u32 nr_full, nr_empty;		       /* S: magazines in the depot */
	u32 max_full, max_empty;	       /* R: bounds of the two */
	u32 max_empty_slabs;		       /* R */
	atomic_t waiting;		       /* slabs on their way out, behind readers */

	u16 objects;	  /* R: in a slab */
	u16 map_words;	  /* R: 32-bit words of the free map */
	u8 order;	  /* R: of a slab */
	bool map_in_slab; /* R: the map stands in the slab, not in its struct page */
	u16 map_at;	  /* R: where there, behind the tags: bytes of those */
	u32 align;	  /* R */
	u32 mag_capacity; /* R: objects in a magazine, 0: none */
	gfp_t gfp;	  /* R: added when pages are allocated */
	gfp_t init_gfp;	  /* R: added when objects are: __GFP_ZERO, or 0 (init_on.c) */
	bool init_free;	  /* R: objects are zeroed when they are freed */
	bool kfence_forced;		/* M: each allocation is a sample, its lines are closed */
	bool kfence_used;		/* some object was one */
	atomic_t kfence_live;		/* those that nobody has freed yet */
	u32 usersize, useroffset;	/* R */
	u32 user_tail;			/* R: from the end of that part to the next object */
	void (*ctor)(void *obj);	/* R */
	const char *name;		/* R */
	struct kmem_cache **copies;	/* R: where its objects come from instead; kmalloc.c, 5 */
	struct kmem_cache *next, *prev; /* M: all caches */

	/* debug layout, distances from the object; 0 where there is none */
	u32 red_left; /* R: bytes of the left red zone, before the object */
	u32 inuse;    /* R: end of the right red zone */
	u32 track;    /* R: two struct track */
	u32 orig;     /* R: u64, bytes that kmalloc was asked for */
	u32 kasan;    /* R: struct kasan_meta, in a cache without debug flags (kasan_track.c) */

	struct slab_cpu second; /* CPU 1's line where there is one CPU: see nr_slab_cpus() */
};

extern struct kmem_cache *cache_table[SLAB_MAX_CACHES];
extern struct kmem_cache *cache_list;	      /* M */
extern spinlock_t slab_mutex;		      /* irq-safe; before s->lock */
extern struct kmem_cache *magazine_caches[3]; /* R: of 14, 30 and 62 objects */
extern struct report_explainer slab_explainer;

static inline bool slab_debugged(const struct kmem_cache *s)
{
	return s->flags & SLAB_DEBUG_FLAGS;
}

static inline unsigned long slab_bytes(const struct kmem_cache *s)
{
	return -s->slab_mask;
}

/* The struct page of a direct-map address, given its page number, the high bits of it included. */
static __always_inline struct page *vmemmap_page(unsigned long vpn)
{
	const unsigned long bias = VMEMMAP_START - (PAGE_OFFSET >> (PAGE_SHIFT - 5));

	return (struct page *)(vpn * sizeof(struct page) + bias);
}

/*
 * The struct page of a direct-map address: shifts and one constant. Others give an address where
 * nothing is, mostly.
 */
static __always_inline struct page *direct_page(const void *p)
{
	return vmemmap_page((unsigned long)p >> PAGE_SHIFT);
}

/* What the struct page says that an address would have: 0 if there is none. */
static __always_inline unsigned long page_place(const void *p)
{
	return u16_or_zero(&direct_page(p)->place);
}

/* The cache that p's page belongs to; NULL if it is no slab page. Any address of the direct map. */
static __always_inline struct kmem_cache *direct_cache(const void *p)
{
	unsigned long place = page_place(p);

	return place % sizeof(struct slab_cpu) ? NULL
					       : cache_table[place / sizeof(struct slab_cpu)];
}

/* First page of the slab that holds `obj`, which is an address in one of the cache's slabs. */
static __always_inline struct page *slab_page(const struct kmem_cache *s, const void *obj)
{
	return direct_page((void *)((unsigned long)obj & s->slab_mask));
}

/*
 * Objects are numbered from the slab's end, where they are packed: number i starts at end - (i + 1)
 * * size.
 */
static __always_inline unsigned int slab_index(const struct kmem_cache *s, const void *slot)
{
	unsigned long d = -((unsigned long)slot | s->slab_mask);

	return (unsigned int)((unsigned __int128)d * s->inverse >> 64) - 1;
}

/* Start of slot i: the object, or the red zone before it. */
static inline void *slab_slot(const struct kmem_cache *s, const struct page *slab, unsigned int i)
{
	return (char *)page_address(slab) + slab_bytes(s) - (i + 1) * (unsigned long)s->size;
}

static inline void *slab_object(const struct kmem_cache *s, const struct page *slab, unsigned int i)
{
	return (char *)slab_slot(s, slab, i) + s->red_left;
}

/* As people count: the object at the lowest address is number 0. */
static inline unsigned int slab_object_number(const struct kmem_cache *s, unsigned int index)
{
	return s->objects - 1 - index;
}

/* One bit for each object: set, it is free and in the slab. S: s->lock; read without by slab_bit() */
static __always_inline u32 *slab_map(const struct kmem_cache *s, struct page *slab)
{
	return s->map_in_slab ? page_address(slab) + s->map_at : &slab->objects;
}

/* Its words: where they stand in the slab, nobody else may touch them. */
static inline __no_memstate u32 map_get(const u32 *word)
{
	u32 v;

	memstate_pause();
	v = READ_ONCE(*word);
	memstate_resume();
	return v;
}

static inline __no_memstate void map_set(u32 *word, u32 v)
{
	memstate_pause();
	WRITE_ONCE(*word, v);
	memstate_resume();
}

static inline bool slab_bit(const struct kmem_cache *s, struct page *slab, unsigned int i)
{
	return map_get(&slab_map(s, slab)[i / 32]) >> (i % 32) & 1;
}

/*
 * Whose an object is (alloc_tag.c): 16 bits each. Small objects have them in an array at the slab's
 * start, in front of the map, by the number that line_tag_set() gets for nothing: of the object with
 * index i that is i, or i + 1 if its word is its first, so such caches leave out the array's first
 * element. In a page at most two objects of SLAB_TAG_IN_PAGE bytes begin: theirs are in its struct page.
 */
#define SLAB_TAG_IN_PAGE 2048

enum slab_tags {
	SLAB_TAGS_NONE, /* no accounting */
	SLAB_TAGS_ARRAY,
	SLAB_TAGS_PAGES,
};

/* Bytes of the array for n objects whose word is at `offset`. */
static inline unsigned long tag_bytes(unsigned long n, unsigned int offset)
{
	return ALIGN((n + !offset) * sizeof(u16), sizeof(u32));
}

/* Of an object's slot in a cache that has SLAB_TAGS_PAGES. */
static __always_inline u16 *page_tag(const void *slot)
{
	return &direct_page(slot)->object_tag[(unsigned long)slot / SLAB_TAG_IN_PAGE % 2];
}

/* NULL: there are none. */
static inline u16 *slab_tag(const struct kmem_cache *s, const void *slot)
{
	if (s->tags != SLAB_TAGS_ARRAY)
		return s->tags == SLAB_TAGS_PAGES ? page_tag(slot) : NULL;
	return (u16 *)((unsigned long)slot & s->slab_mask) + slab_index(s, slot) + !s->offset;
}

/* The array stands where nobody else may touch it. Who reads it may meet who writes, and means it. */
static inline __no_memstate __no_race u16 tag_get(const u16 *tag)
{
	u16 v;

	memstate_pause();
	v = *(const volatile u16 *)tag;
	memstate_resume();
	return v;
}

/* One plain store: a volatile one would take another instruction to find its address. */
static inline __no_memstate void tag_set(u16 *tag, u16 v)
{
	memstate_pause();
	*tag = v;
	memstate_resume();
}

static inline void slab_tag_set(const struct kmem_cache *s, const void *obj, unsigned int tag)
{
	u16 *at = slab_tag(s, (const char *)obj - s->red_left);

	if (at)
		tag_set(at, tag);
}

/*
 * The same by a CPU's line, and the object's word: see slab_index(). With the distance and the inverse
 * both negative the high half of the product is right too; the word's distance is its offset less
 * than the object's, so the number is 1 less unless that is 0.
 */
static __always_inline void line_tag_set(const struct slab_cpu *c, const u64 *word,
					 unsigned int tag)
{
	s64 minus_distance, number;

	if (unlikely(c->tags != SLAB_TAGS_ARRAY)) {
		barrier(); /* it is read again: the first time it needs no register */
		if (c->tags == SLAB_TAGS_PAGES)
			tag_set(page_tag((const char *)word - c->offset), tag);
		return;
	}
	barrier(); /* without accounting nothing below is calculated */
	minus_distance = (unsigned long)word | c->slab_mask;
	number = (__int128)minus_distance * (s64)c->minus_inverse >> 64;
	tag_set((u16 *)((unsigned long)word & c->slab_mask) + number, tag);
}

static __always_inline u64 *free_word(const struct kmem_cache *s, const void *obj)
{
	return (u64 *)((char *)obj + s->offset);
}

static __always_inline void *word_object(const struct kmem_cache *s, const u64 *word)
{
	return (char *)word - s->offset;
}

static __always_inline u64 free_mark(const struct kmem_cache *s, const u64 *word)
{
	return s->key ^ (unsigned long)word;
}

static inline struct magazine *mag_of(const struct kmem_cache *s, u64 **top)
{
	return (struct magazine *)((unsigned long)(top - 1) & ~(unsigned long)s->mag_mask);
}

static inline bool mag_real(u64 **top)
{
	return top != MAG_TAKEN && top != MAG_NONE;
}

/* Does it say "nothing here" to whoever pops it? */
static __always_inline bool is_no_word(const u64 *word)
{
	return (unsigned long)word - (unsigned long)mag_no_words < sizeof(mag_no_words);
}

/* Of an armed line: how many objects its magazine has; 0: it isn't armed. See slab.c, 8. */
static __always_inline unsigned int mag_hidden(u64 **top)
{
	return is_no_word(top[-1]) ? top[-1] - mag_no_words : 0;
}

/* What the line holds once it is armed. `top`: of a magazine with objects that its taker owns. */
static inline u64 **mag_arm(const struct kmem_cache *s, u64 **top)
{
	struct magazine *m = mag_of(s, top);
	u64 **last = m->word + s->mag_capacity - 1;

	if (top > last)
		m->sentinel = *last;
	*last = &mag_no_words[top - m->word];
	return last + 1;
}

/* What it held before; `top` itself if that isn't armed. */
static __always_inline u64 **mag_disarm(const struct kmem_cache *s, u64 **top)
{
	unsigned int n = mag_hidden(top);
	struct magazine *m;

	if (likely(!n))
		return top;
	m = mag_of(s, top);
	if (n == s->mag_capacity)
		top[-1] = m->sentinel;
	m->sentinel = &mag_no_word;
	return m->word + n;
}

static inline bool free_word_intact(const struct kmem_cache *s, const void *obj)
{
	const u64 *word = free_word(s, obj);

	return word_get(word) == free_mark(s, word);
}

static inline void free_word_mark(const struct kmem_cache *s, void *obj)
{
	u64 *word = free_word(s, obj);

	word_set(word, free_mark(s, word));
}

/* ---- What a checker is told of objects (kasan.h) ---- */

/* A new slab, its objects free and constructed: all of it is shut. */
static __always_inline void kasan_poison_slab(const struct kmem_cache *s, const struct page *slab)
{
	memstate_shut(page_address(slab), slab_bytes(s), MEMSTATE_REDZONE);
}

/* Who allocated and who freed objects stands behind them, in a red zone (kasan_track.c). */
enum kasan_track { KASAN_ALLOCATED, KASAN_FREED };

#ifdef MEMSTATE_SHIFT
void kasan_layout(struct kmem_cache *s, unsigned int *bytes);
void kasan_set_track(const struct kmem_cache *s, const void *obj, enum kasan_track what);
/* Within a report. */
void kasan_report_tracks(const struct kmem_cache *s, const void *obj);

/* A free that is wrong: the checker's headline, and the allocator's as a line of it. */
void kasan_begin_free(enum report_kind kind, const char *what, const void *p);
/* What it calls it that `func` was given `p`, which is nobody's. */
const char *kasan_foreign(const char *func, const void *p);
#define report_open_free(kind, what, p, ...)     \
	do {                                     \
		kasan_begin_free(kind, what, p); \
		report_line(__VA_ARGS__);        \
	} while (0)
/* An object of a new slab: it was never anybody's. */
void kasan_init_object(const struct kmem_cache *s, const void *obj);

/* Was the object told to be free, and not allocated since? */
bool kasan_is_free(const struct kmem_cache *s, const void *obj);

/* What was freed last waits (kasan_quarantine.c). The two are its links. */
void *kasan_next(const void *obj);
void kasan_set_next(void *obj, void *next);
bool kasan_quarantine_put(struct kmem_cache *s, void *obj);
bool kasan_quarantined(const struct kmem_cache *s, const void *obj);
void kasan_quarantine_init(void);
void kasan_quarantine_drain(void);
bool kasan_quarantine_enable(bool on);
size_t kasan_quarantine_limit(size_t bytes);
bool kasan_quarantine_valid(void);

/* Are there tracks, and may its objects wait? */
static inline bool kasan_waits(const struct kmem_cache *s)
{
	return s->kasan;
}
#else
static __always_inline bool kasan_waits(const struct kmem_cache *s)
{
	return false;
}

static __always_inline bool kasan_quarantine_put(struct kmem_cache *s, void *obj)
{
	return false;
}

static __always_inline bool kasan_quarantined(const struct kmem_cache *s, const void *obj)
{
	return false;
}

static __always_inline void kasan_quarantine_init(void)
{
}

static __always_inline void kasan_quarantine_drain(void)
{
}

static __always_inline bool kasan_quarantine_enable(bool on)
{
	return false;
}

#define report_open_free(kind, what, p, ...) report_open(kind, __VA_ARGS__)

static __always_inline void kasan_init_object(const struct kmem_cache *s, const void *obj)
{
}

static __always_inline void kasan_report_tracks(const struct kmem_cache *s, const void *obj)
{
}

static __always_inline void kasan_layout(struct kmem_cache *s, unsigned int *bytes)
{
}

static __always_inline void kasan_set_track(const struct kmem_cache *s, const void *obj,
					    enum kasan_track what)
{
}

static __always_inline bool kasan_is_free(const struct kmem_cache *s, const void *obj)
{
	return true;
}
#endif

/* An object just allocated: all that the user of a cache may use. */
static __always_inline void kasan_slab_alloc(const struct kmem_cache *s, const void *obj)
{
	kasan_set_track(s, obj, KASAN_ALLOCATED);
	if (s->ctor || (s->flags & SLAB_TYPESAFE_BY_RCU))
		memstate_defined(obj, s->object_size);
	else
		memstate_undefined(obj, s->object_size);
}

/* Of which a user of kmalloc() asked for `size` bytes (0: no such user). */
static __always_inline void kasan_kmalloc(const struct kmem_cache *s, const void *obj, size_t size)
{
	if (size)
		memstate_shut((const char *)obj + size, s->object_size - size, MEMSTATE_REDZONE);
}

/* An object about to be free: readers under RCU may go on looking. */
static __always_inline void kasan_slab_free(const struct kmem_cache *s, const void *obj)
{
	if (!kasan_is_free(s, obj))
		kasan_set_track(s, obj, KASAN_FREED);
	if (!(s->flags & SLAB_TYPESAFE_BY_RCU))
		memstate_shut(obj, s->object_size, MEMSTATE_FREE);
}

/* A magazine that isn't loaded is full or empty, and its first pointer says which. */
static inline bool mag_is_full(const struct magazine *m)
{
	return m->word[0] != NULL;
}

#define SLAB_CPUS_MAX (NR_CPUS < 2 ? 2 : NR_CPUS) /* what nr_slab_cpus() may say */

static inline unsigned int nr_slab_cpus(void)
{
	return nr_cpu_ids < 2 ? 2 : nr_cpu_ids;
}

/*
 * CPU `cpu`'s line of a cache. A machine with one CPU has a second line, so that what happens
 * between two is tested there too.
 */
static inline struct slab_cpu *slab_cpu(struct kmem_cache *s, unsigned int cpu)
{
	return cpu < nr_cpu_ids ? per_cpu_ptr(&slab_cpus[s->id], cpu) : &s->second;
}

/*
 * Take CPU `cpu`'s magazines to look at them: else their owner could give them back meanwhile, and
 * what they point to would be anything. What is in use at the moment is not seen.
 */
static inline u64 **slab_cpu_take(struct kmem_cache *s, unsigned int cpu)
{
	return mag_disarm(s, xchg(&slab_cpu(s, cpu)->top, MAG_TAKEN));
}

static inline void slab_cpu_put(struct kmem_cache *s, unsigned int cpu, u64 **top)
{
	if (top != MAG_TAKEN)
		smp_store_release(&slab_cpu(s, cpu)->top, top);
}

/*
 * Does an object start at p, which lies in one of the cache's slabs? Says no to all of a cache with
 * a left red zone.
 */
static __always_inline bool is_object_start(const struct kmem_cache *s, const void *p)
{
	u64 minus_distance = (unsigned long)p | s->slab_mask;

	return minus_distance * s->minus_inverse < s->start_limit;
}

/* The caller's word for a cache: it may be destroyed by now, and its memory shut. */
static inline __no_memstate unsigned long cache_place(const struct kmem_cache *s)
{
	unsigned long place;

	memstate_pause();
	place = s->place;
	memstate_resume();
	return place;
}

/*
 * The same, asked of a line; that of no cache says no to all. What a pointer to no memory is led to
 * lies in the table, but not always at a line's start.
 */
static __always_inline __no_sanitize_alignment bool line_object_start(const struct slab_cpu *c, const void *p)
{
	u64 minus_distance = (unsigned long)p | c->slab_mask;

	return minus_distance * c->minus_inverse < c->start_limit;
}

/* What is known of a pointer that somebody claims to be an object. */
enum slab_where {
	SLAB_OUTSIDE, /* in a slab, but not the start of an object */
	SLAB_LIVE,
	SLAB_IN_SLAB,  /* free, in its slab */
	SLAB_IN_CACHE, /* free, in a magazine */
};

/* slab_pages.c */
unsigned int slab_gather(struct kmem_cache *s, gfp_t gfp, u64 **out, unsigned int n, size_t size);
void slab_scatter(struct kmem_cache *s, u64 **word, unsigned int n);
void slab_put_one(struct kmem_cache *s, void *obj);
unsigned int slab_tag_of(struct kmem_cache *s, const void *p);
void slab_release_chain(struct kmem_cache *s, u32 pfn);
bool slab_is_live(const struct kmem_cache *s, struct page *slab, unsigned int i);

/* slab.c */
struct kmem_cache *slab_cache_of(const void *p);
void slab_free_direct(struct kmem_cache *s, void *obj);
void slab_free_checked(struct kmem_cache *s, void *obj);
void mag_free(const struct kmem_cache *s, struct magazine *m);
void *slab_alloc_cpu(struct slab_cpu *c, gfp_t gfp);
void slab_free_cpu(struct slab_cpu *c, void *obj);

/* slab_check.c */
bool slab_valid(struct kmem_cache *s);

/* slab_debug.c: what is remembered of a cache that was destroyed */
struct gone_cache {
	unsigned long inverted; /* its address, so that no scan for leaks finds it here */
	u32 id;
	s32 pid;	      /* who destroyed it, */
	unsigned long caller; /* where */
	unsigned long when;   /* jiffies */
	char name[32];
};

void slab_gone_add(const struct kmem_cache *s, unsigned long caller);
const struct gone_cache *slab_gone_cache(const struct kmem_cache *s);
const struct gone_cache *slab_gone_line(const struct slab_cpu *c);

/* slab_cache.c */
bool slab_is_cache(const struct kmem_cache *s);
enum slab_where slab_locate(struct kmem_cache *s, const void *obj);
void slab_flush_cache(struct kmem_cache *s);
bool slab_arm_lines(void);
void slab_force_samples(struct kmem_cache *s, bool on);
void slab_force_named(bool on);
int slab_cache_setup(struct kmem_cache *s, const char *name, unsigned int object_size,
		     const struct kmem_cache_args *args, slab_flags_t flags);

/* init_on.c */
void slab_init_on(struct kmem_cache *s);

/* kmalloc.c */
struct kmem_cache *kmalloc_copy(struct kmem_cache *s, unsigned long caller);
void kfree_large(struct page *page, const void *p);
size_t kmalloc_used(const void *p, size_t held);

/* slab_debug.c: with SLAB_STORE_USER, who allocated and freed an object last, behind it */
#define TRACK_DEPTH 8 /* some of them the allocator's own */

struct track {
	unsigned long when; /* jiffies */
	u16 cpu;
	u16 nr; /* of ips; 0: never */
	s32 pid;
	unsigned long ips[TRACK_DEPTH];
	char comm[TASK_COMM_LEN];
};

enum track_item { TRACK_ALLOC, TRACK_FREE, NR_TRACKS };

bool slab_debug_track(const struct kmem_cache *s, const void *obj, enum track_item item,
		      struct track *copy);
unsigned int slab_debug_user(const struct track *t);
bool slab_debug_too_large(const struct kmem_cache *s);
/* misuse.c */
const char *misuse_advice(const void *p);
void kmalloc_report_size(size_t size, gfp_t gfp);
void slab_report_zeroed(const struct kmem_cache *s);
/* slab_traces.c */
void slab_traces_show(struct kmem_cache *s, enum track_item item, void (*line)(const char *text));
void slab_debug_layout(struct kmem_cache *s, unsigned int align);
slab_flags_t slab_debug_flags(const char *name, slab_flags_t flags);
void slab_debug_new_slab(struct kmem_cache *s, struct page *slab);
void slab_debug_init_object(struct kmem_cache *s, void *obj);
void slab_debug_alloc(struct kmem_cache *s, void *obj, size_t size);
void slab_debug_free(struct kmem_cache *s, void *obj);
bool slab_debug_check_object(struct kmem_cache *s, struct page *slab, void *obj, bool live);
/* Does this return address lie in a function that allocates objects for others, or frees them? */
bool slab_own_function(unsigned long ip);
/* For whatis(): is object i free; who allocated and freed it. Guesses, any context. */
bool slab_object_is_free(struct kmem_cache *s, struct page *slab, unsigned int i);
void slab_report_tracks(const struct kmem_cache *s, const void *obj);
size_t slab_debug_orig_size(const struct kmem_cache *s, const void *obj);
void slab_debug_resize(struct kmem_cache *s, void *obj, size_t size);
unsigned int slab_own_frames(const unsigned long *ips, unsigned int n);
const char *slab_debug_set_spec(const char *spec);
void slab_debug_keep_stacks(void);
unsigned int slab_debug_allocated(const struct kmem_cache *s, const void *obj, unsigned long *ips,
				  unsigned int max, unsigned long *when, unsigned int *cpu);
void slab_report_damaged(struct kmem_cache *s, void *obj);
void slab_report_double_free(struct kmem_cache *s, void *obj);
void slab_report_invalid(struct kmem_cache *s, const void *p);
void slab_report_freed(const char *func, struct kmem_cache *s, void *obj);
void slab_report_foreign(const char *func, const void *p);
void slab_report_wrong_cache(struct kmem_cache *said, struct kmem_cache *is, void *obj);
void slab_report_leaked(struct kmem_cache *s);
void slab_report_no_cache(const char *func, const void *s, const struct gone_cache *gone);

#endif
