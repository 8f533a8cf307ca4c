// SPDX-License-Identifier: MIT
/*
 * Slab debugging: what a cache with debug flags keeps around its objects, and the reports of all
 * caches.
 *
 * 1. Layout of an object's slot. The left red zone is as long as the alignment, so that objects
 *    stay aligned.
 *
 *        | left red | object ............... | right red | alloc track | free track | orig | pad |
 *        ^ slot     ^ object   |kmalloc red|             ^ s->inuse                 ^ s->orig
 *                              ^ *orig_of    ^ object_size   s->track              slot + s->size ^
 *
 *    SLAB_RED_ZONE: red zones hold 0xcc while the object is live and 0xbb while it is free. In
 *    kmalloc caches the bytes beyond what was asked for (its number is kept in orig) are red zone
 *    too. SLAB_POISON: a free object holds 0x6b … 0xa5, a fresh one too; padding holds 0x5a.
 *    Objects with a constructor, or that RCU readers may look at, are not poisoned.
 *    SLAB_STORE_USER: each track has the stack, CPU, thread and time. slab_traces.c adds them up.
 *
 * 2. When. Every allocation checks that the object is as its last free left it; every free checks
 *    its red zones, after slab_locate() has said that it is a live object of this cache. What is
 *    found damaged is reported, repaired, and execution goes on. (Linux does so only with F among
 *    the flags; here setting up a zone means that it is looked at.)
 *
 * 3. Such caches have no magazines (slab.c), so nothing here is on a fast path, and an object's bit
 *    in the free map is its exact state.
 *
 * 4. Invariants
 *    I1  a free object: red zones 0xbb, poison whole, padding whole;
 *    I2  a live object: red zones 0xcc from orig on, padding whole;
 *    both, until somebody writes where he should not: that is what is being looked for.
 *
 * 5. Which caches: slab_debug= on the boot line (slab_debug_spec.c), and the flags of their makers.
 *
 * 6. Whose stack. A track is taken where the object changes hands; reports leave out the
 *    allocator's own functions at its beginning (own_functions[]), so that it begins at the user's.
 *
 * Locks: none of its own, and slab_mutex for what is remembered of destroyed caches; an object under
 * check is its caller's, and s->lock is held. Reports read other objects as they are.
 */
#include <asm/stack.h>
#include <linux/jiffies.h>
#include <linux/poison.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <quarry/report.h>
#include "internal.h"
#include "kfence.h"
#include "slab.h"

#define DUMP_BYTES    128 /* of an object */
#define MAX_LEAKED    64  /* objects listed one by one */
#define GONE_CACHES   64

/* A part of a slot that should hold one value. */
struct zone_of_object {
	const char *what;
	u8 *start;
	size_t len;
	u8 value;
};

/* ---- Layout ---- */

/* Set the size and the distances of a cache with debug flags. */
void slab_debug_layout(struct kmem_cache *s, unsigned int align)
{
	unsigned int end = ALIGN(s->object_size, 8);

	if (s->flags & SLAB_RED_ZONE) {
		s->red_left = ALIGN(8, align);
		if (end == s->object_size)
			end += 8;
	}
	s->inuse = end;
	if (s->flags & SLAB_STORE_USER) {
		s->track = end;
		end += NR_TRACKS * sizeof(struct track);
	}
	if ((s->flags & SLAB_KMALLOC) && (s->flags & (SLAB_RED_ZONE | SLAB_STORE_USER))) {
		s->orig = end;
		end += sizeof(u64);
	}
	s->size = ALIGN(s->red_left + end, align);
}

static unsigned int slot_end(const struct kmem_cache *s)
{
	if (s->orig)
		return s->orig + sizeof(u64);
	return s->track ? s->track + NR_TRACKS * sizeof(struct track) : s->inuse;
}

static struct track *track_of(const struct kmem_cache *s, const void *obj, enum track_item item)
{
	return (struct track *)((char *)obj + s->track) + item;
}

static u64 *orig_of(const struct kmem_cache *s, const void *obj)
{
	return (u64 *)((char *)obj + s->orig);
}

/* Bytes that kmalloc was asked for. Precondition: s->orig. */
size_t slab_debug_orig_size(const struct kmem_cache *s, const void *obj)
{
	u64 size = word_get(orig_of(s, obj));

	return size <= s->object_size ? size : s->object_size;
}

static bool poisoned(const struct kmem_cache *s)
{
	return (s->flags & SLAB_POISON) && !(s->flags & SLAB_TYPESAFE_BY_RCU) && !s->ctor;
}

/* ---- Filling ---- */

/* Fill what nobody but us may touch. */
static void fill_shut(u8 *p, u8 value, size_t n)
{
	kasan_unpoison(p, n);
	memset(p, value, n);
	kasan_poison(p, n);
}

static void fill_red_zones(struct kmem_cache *s, u8 *obj, u8 value, size_t used)
{
	if (!(s->flags & SLAB_RED_ZONE))
		return;
	fill_shut(obj - s->red_left, value, s->red_left);
	fill_shut(obj + used, value, s->inuse - used);
}

static void fill_poison(struct kmem_cache *s, u8 *obj, size_t n)
{
	if (!poisoned(s) || !n)
		return;
	fill_shut(obj, POISON_FREE, n - 1);
	fill_shut(obj + n - 1, POISON_END, 1);
}

/* Prepare a new slab's memory, before its objects are. */
void slab_debug_new_slab(struct kmem_cache *s, struct page *slab)
{
	if (s->flags & SLAB_POISON)
		memset(page_address(slab), POISON_INUSE, slab_bytes(s));
}

/* A free object that was never used. */
void slab_debug_init_object(struct kmem_cache *s, void *obj)
{
	if (s->track)
		memset(track_of(s, obj, 0), 0, NR_TRACKS * sizeof(struct track));
	if (s->orig)
		word_set(orig_of(s, obj), s->object_size);
	fill_red_zones(s, obj, SLUB_RED_INACTIVE, s->object_size);
	fill_poison(s, obj, s->object_size);
}

/* ---- Reporting ---- */

static unsigned long slab_offset(const struct kmem_cache *s, const void *p)
{
	return (unsigned long)p & ~s->slab_mask;
}

/*
 * The allocator's own functions, which no stack of an object's user begins with. Which of them have
 * a frame, the compiler decides.
 */
static const char *const own_functions[] = {
	"kfence_alloc",
	"kfence_free",
	"kfence_cache_free",
	"hand_out",
	"kasan_quarantine_put",
	"kasan_slab_free",
	"zero_and_return",
	"alloc_odd",
	"alloc_slow",
	"alloc_direct",
	"replace_empty",
	"slab_gather",
	"take_locked",
	"slab_put_one",
	"slab_alloc",
	"kmem_cache_alloc",
	"kmem_cache_alloc_tagged",
	"kmem_cache_zalloc_tagged",
	"kmem_cache_alloc_node_tagged",
	"kmem_cache_alloc_bulk_tagged",
	"kmem_cache_zalloc",
	"kmem_cache_alloc_node",
	"kmem_cache_alloc_bulk",
	"__kmalloc_cache",
	"__kmalloc_cache_flags",
	"__kmalloc",
	"__kmalloc_tagged",
	"krealloc",
	"krealloc_tagged",
	"krealloc_array",
	"krealloc_array_tagged",
	"move_block",
	"resize_known",
	"kmemdup",
	"kmemdup_array",
	"kmemdup_nul",
	"kstrdup",
	"kstrdup_const",
	"kstrndup",
	"kv_alloc",
	"kv_array",
	"kvmalloc",
	"kvmalloc_node",
	"kvzalloc",
	"kvzalloc_node",
	"kvmalloc_array",
	"kvmalloc_array_node",
	"kvcalloc",
	"kvcalloc_node",
	"kvrealloc",
	"slab_free_checked",
	"slab_free_direct",
	"push_many",
	"free_odd",
	"free_marked",
	"slab_free",
	"free_slow",
	"free_wrong_cache",
	"kmem_cache_free",
	"kmem_cache_free_bulk",
	"kfree_bulk",
	"kfree",
	"kfree_sensitive",
	"kfree_const",
	"kvfree",
	"kvfree_sensitive",
};

static void *first_free(struct kmem_cache *s, struct page *slab)
{
	for (unsigned int i = 0; i < s->objects; i++) {
		if (slab_bit(s, slab, i))
			return slab_object(s, slab, i);
	}
	return NULL;
}

/* Does this return address lie in one of the functions above? */
bool slab_own_function(unsigned long ip)
{
	char name[40];
	size_t n;

	scnprintf(name, sizeof(name), "%ps", (void *)(ip - 1));
	n = strcspn(name, "."); /* compilers append .part.0 and the like */
	for (unsigned int i = 0; i < ARRAY_SIZE(own_functions); i++) {
		if (!strncmp(own_functions[i], name, n) && !own_functions[i][n])
			return true;
	}
	return false;
}

/* How many of a stack's first addresses lie in the allocator; one is left at least. */
unsigned int slab_own_frames(const unsigned long *ips, unsigned int n)
{
	unsigned int own = 0;

	while (own + 1 < n && slab_own_function(ips[own]))
		own++;
	return own;
}

/* What an object's track says; false: nothing, or it was overwritten. Precondition: s->track. */
bool slab_debug_track(const struct kmem_cache *s, const void *obj, enum track_item item,
		      struct track *copy)
{
	if (copy_nofault(copy, track_of(s, obj, item), sizeof(*copy))) /* shut to plain accesses */
		return false;
	copy->comm[TASK_COMM_LEN - 1] = '\0';
	return copy->nr && copy->nr <= TRACK_DEPTH;
}

/* The first of the track's functions that is not the allocator's own. */
unsigned int slab_debug_user(const struct track *t)
{
	return slab_own_frames(t->ips, t->nr);
}

/*
 * Where and when a live object was allocated, if its cache keeps that: the number of addresses that
 * came to `ips`.
 */
unsigned int slab_debug_allocated(const struct kmem_cache *s, const void *obj, unsigned long *ips,
				  unsigned int max, unsigned long *when, unsigned int *cpu)
{
	struct track t;

	if (!s->track || !slab_debug_track(s, obj, TRACK_ALLOC, &t))
		return 0;
	max = min(t.nr, max);
	memcpy(ips, t.ips, max * sizeof(ips[0]));
	*when = t.when;
	*cpu = t.cpu;
	return max;
}

/* The stack begins at whoever called the allocator. */
static void report_track(const struct kmem_cache *s, const void *obj, enum track_item item)
{
	char title[160];
	unsigned int own;
	struct track t;

	if (!slab_debug_track(s, obj, item, &t))
		return;
	own = slab_debug_user(&t);
	scnprintf(title, sizeof(title), "%s in %pB age=%lu cpu=%u pid=%d (%s)",
		  item == TRACK_ALLOC ? "Allocated" : "Freed", (void *)t.ips[own], jiffies - t.when,
		  t.cpu, t.pid, t.comm);
	report_stack(title, t.ips + own, t.nr - own);
}

void slab_report_tracks(const struct kmem_cache *s, const void *obj)
{
	if (!s->track)
		return;
	report_track(s, obj, TRACK_ALLOC);
	report_track(s, obj, TRACK_FREE);
}

/* Does a report of the object say who allocated and freed it? */
static bool stacks_known(const struct kmem_cache *s)
{
	return s->track || kasan_waits(s);
}

static void report_slab(struct kmem_cache *s, struct page *slab)
{
	report_line("Slab 0x%px objects=%u used=%u fp=0x%px flags=%#x", slab, s->objects,
		    READ_ONCE(slab->inuse), first_free(s, slab), slab->flags);
}

/* Who used the object, where it is, and what is in it. */
static void report_object(struct kmem_cache *s, void *obj)
{
	struct page *slab = slab_page(s, obj);
	u8 *p = obj;
	size_t left = min(s->red_left, 16u), end = slot_end(s);

	slab_report_tracks(s, obj);
	kasan_report_tracks(s, obj);
	report_slab(s, slab);
	report_line("Object 0x%px @offset=%lu fp=0x%px", obj, slab_offset(s, obj),
		    first_free(s, slab));
	report_dump("Redzone", p - left, left);
	report_dump("Object", p, min_t(size_t, s->object_size, DUMP_BYTES));
	if (!slab_debugged(s))
		return;
	report_dump("Redzone", p + s->object_size, s->inuse - s->object_size);
	report_dump("Padding", p + end, min_t(size_t, s->size - s->red_left - end, 16));
}

/* A free object's word was written to: the headline is Linux's for a damaged free list. */
void slab_report_damaged(struct kmem_cache *s, void *obj)
{
	u64 *word = free_word(s, obj);

	report_open(REPORT_SLAB_FREEPOINTER, "BUG %s (Not tainted): Freepointer corrupt", s->name);
	report_line("0x%px-0x%px @offset=%lu. Word 0x%llx instead of 0x%llx", word,
		    (char *)(word + 1) - 1, slab_offset(s, word), word_get(word),
		    free_mark(s, word));
	report_object(s, obj);
	report_stack_here(NULL);
	report_line("FIX %s: Restoring the word at 0x%px", s->name, word);
	if (stacks_known(s))
		report_advice(
			"Object written after free: somebody kept a pointer to it after kfree().");
	else
		report_advice(
			"Object written after free: somebody kept a pointer to it after kfree(). Boot with "
			"slab_debug=FZPU,%s to see who allocated and freed it.",
			s->name);
	report_end();
	word_set(word, free_mark(s, word));
}

void slab_report_double_free(struct kmem_cache *s, void *obj)
{
	report_open_free(REPORT_SLAB_DOUBLE_FREE, "double-free", obj,
			 "BUG %s (Not tainted): Object already free", s->name);
	report_object(s, obj);
	report_stack_here(NULL);
	report_line("FIX %s: Object at 0x%px not freed", s->name, obj);
	report_advice(
		"The object was freed twice: look for two owners of one pointer, or an error path that "
		"frees what its caller frees too.%s",
		stacks_known(s) ? "" : " slab_debug=U on the boot line records who freed it first.");
	report_end();
}

/* `func` was given an object that is free. */
void slab_report_freed(const char *func, struct kmem_cache *s, void *obj)
{
	report_open(REPORT_SLAB_USE_FREED, "BUG %s (Not tainted): %s of a freed object", s->name, func);
	report_object(s, obj);
	report_stack_here(NULL);
	report_advice(
		"Use after free: the object was given back before, and may be somebody else's by now. %s() did "
		"nothing.",
		func);
	report_end();
}

void slab_report_invalid(struct kmem_cache *s, const void *p)
{
	report_open_free(REPORT_SLAB_INVALID, "invalid-free", p,
			 "BUG %s (Not tainted): Invalid object pointer 0x%px", s->name, p);
	report_address(p);
	report_slab(s, slab_page(s, p));
	report_stack_here(NULL);
	report_line("FIX %s: Object at 0x%px not freed", s->name, p);
	report_advice(
		"The pointer lies in a slab but not at the start of an object: free the pointer that the "
		"allocation returned, not one into it.");
	report_end();
}

/* `func` was given something that lies in no slab and starts no large block. */
void slab_report_foreign(const char *func, const void *p)
{
	report_open_free(REPORT_SLAB_FOREIGN, kasan_foreign(func, p), p,
			 "BUG: %s of a foreign pointer 0x%px", func, p);
	report_address(p);
	report_stack_here(NULL);
	report_advice("%s", misuse_advice(p));
	report_end();
}

/* `func` was given a cache that was destroyed, or is none; `gone` is what is known of it, if anything. */
void slab_report_no_cache(const char *func, const void *s, const struct gone_cache *gone)
{
	if (s)
		report_open(REPORT_SLAB_NO_CACHE, "BUG: %s of 0x%px, which is no cache", func, s);
	else /* its memory was wiped: nothing says any more which one that was */
		report_open(REPORT_SLAB_NO_CACHE, "BUG: %s of something, which is no cache", func);
	if (gone)
		report_line("It was cache %s, destroyed in %pB age=%lu pid=%d", gone->name,
			    (void *)gone->caller, jiffies - gone->when, gone->pid);
	if (s)
		report_address(s);
	report_stack_here(NULL);
	if (gone)
		report_advice(
			"The cache was used after kmem_cache_destroy(): look for two owners of its pointer, "
			"or a user that was not stopped before.");
	else
		report_advice(
			"The cache was destroyed before, or never made: look for two owners of one pointer.");
	report_end();
}

/* kmem_cache_free(said, obj), but `obj` is from `is`. */
void slab_report_wrong_cache(struct kmem_cache *said, struct kmem_cache *is, void *obj)
{
	report_open(REPORT_SLAB_WRONG_CACHE,
		    "cache_from_obj: Wrong slab cache. %s but object is from %s", said->name,
		    is->name);
	report_address(obj);
	report_stack_here(NULL);
	report_advice("The object goes back to %s, where it came from: free it with that cache.",
		      is->name);
	report_end();
}

/* ---- Checking: one zone, then an object's ---- */

static enum report_kind zone_kind(const char *what)
{
	static const struct {
		const char *what;
		enum report_kind kind;
	} kinds[] = {
		{ "Left Redzone", REPORT_SLAB_REDZONE_LEFT },
		{ "Right Redzone", REPORT_SLAB_REDZONE_RIGHT },
		{ "kmalloc Redzone", REPORT_KMALLOC_REDZONE },
		{ "Poison", REPORT_SLAB_POISON },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!strcmp(what, kinds[i].what))
			return kinds[i].kind;
	}
	return REPORT_SLAB_PADDING;
}

static const char *zone_advice(const char *what)
{
	if (what[0] == 'P' && what[1] == 'o')
		return "Object written after free: somebody kept a pointer to it after kfree().";
	if (what[0] == 'L')
		return "Bytes before the object were written: a negative index, or its lower neighbour overran.";
	if (what[0] == 'k')
		return "More was written than kmalloc() was asked for, though the block is larger: ask for "
		       "what you use.";
	return "Bytes behind the object were written: a length or index is too large.";
}

static void report_zone(struct kmem_cache *s, void *obj, const struct zone_of_object *z, u8 *first,
			u8 *last)
{
	report_open(zone_kind(z->what), "BUG %s (Not tainted): %s overwritten", s->name, z->what);
	report_line("0x%px-0x%px @offset=%lu. First byte 0x%x instead of 0x%x", first, last,
		    slab_offset(s, first), *first, z->value);
	report_object(s, obj);
	report_stack_here(NULL);
	report_line("FIX %s: Restoring %s 0x%px-0x%px=0x%x", s->name, z->what, first, last,
		    z->value);
	report_advice("%s", zone_advice(z->what));
	report_end();
}

/* True if the zone holds its value throughout; else it does after the report. */
static bool check_open_zone(struct kmem_cache *s, void *obj, const struct zone_of_object *z)
{
	u8 *first = z->len ? memchr_inv(z->start, z->value, z->len) : NULL;
	u8 *last = z->start + z->len - 1;

	if (likely(!first))
		return true;
	while (*last == z->value)
		last--;
	report_zone(s, obj, z, first, last);
	memset(first, z->value, last - first + 1);
	return false;
}

/* The same of what nobody but us may touch: it is opened as long as we look. */
static bool check_zone(struct kmem_cache *s, void *obj, const struct zone_of_object *z)
{
	bool ok;

	kasan_unpoison(z->start, z->len);
	ok = check_open_zone(s, obj, z);
	kasan_poison(z->start, z->len);
	return ok;
}

static bool check_red_zones(struct kmem_cache *s, u8 *obj, bool live)
{
	u8 value = live ? SLUB_RED_ACTIVE : SLUB_RED_INACTIVE;
	size_t used = live && s->orig ? slab_debug_orig_size(s, obj) : s->object_size;
	struct zone_of_object left = { "Left Redzone", obj - s->red_left, s->red_left, value };
	struct zone_of_object right = { "Right Redzone", obj + s->object_size,
					s->inuse - s->object_size, value };
	struct zone_of_object rest = { "kmalloc Redzone", obj + used, s->object_size - used,
				       value };
	bool ok = true;

	if (!(s->flags & SLAB_RED_ZONE))
		return true;
	ok &= check_zone(s, obj, &left);
	ok &= check_zone(s, obj, &rest);
	ok &= check_zone(s, obj, &right);
	return ok;
}

static bool check_poison(struct kmem_cache *s, u8 *obj)
{
	size_t n = s->object_size;
	struct zone_of_object body = { "Poison", obj, n - 1, POISON_FREE };
	struct zone_of_object end = { "Poison", obj + n - 1, 1, POISON_END };

	if (!poisoned(s) || (check_zone(s, obj, &body) && check_zone(s, obj, &end)))
		return true;
	fill_shut(obj + n - 1, POISON_END, 1);
	return false;
}

static bool check_padding(struct kmem_cache *s, u8 *obj)
{
	struct zone_of_object pad = { "Object padding", obj + slot_end(s),
				      s->size - s->red_left - slot_end(s), POISON_INUSE };

	return !(s->flags & SLAB_POISON) || check_zone(s, obj, &pad);
}

static bool check_free_word(struct kmem_cache *s, void *obj)
{
	if (free_word_intact(s, obj))
		return true;
	slab_report_damaged(s, obj);
	return false;
}

/* Check an object; false if something was damaged. It is reported and repaired. */
bool slab_debug_check_object(struct kmem_cache *s, struct page *slab, void *obj, bool live)
{
	bool ok;

	if (!slab_debugged(s))
		return live || check_free_word(s, obj);
	ok = check_red_zones(s, obj, live);
	if (!live)
		ok &= check_poison(s, obj);
	ok &= check_padding(s, obj);
	if (!live)
		kasan_slab_free(s, obj); /* a zone that begins within a word opened its beginning */
	return ok;
}

/* ---- Allocation and free of debug caches ---- */

/* The caller of this is left out here, what else belongs to the allocator in report_track(). */
static __always_inline void set_track(struct kmem_cache *s, void *obj, enum track_item item)
{
	struct track *t;

	if (!s->track)
		return;
	t = track_of(s, obj, item);
	kasan_unpoison(t, sizeof(*t));
	t->when = jiffies;
	t->cpu = smp_processor_id();
	t->pid = current->pid;
	strscpy(t->comm, current->comm, sizeof(t->comm));
	t->nr = stack_trace_save(t->ips, TRACK_DEPTH, 1, NULL);
	kasan_poison(t, sizeof(*t));
}

static void trace(const struct kmem_cache *s, const char *what, const void *obj)
{
	if (s->flags & SLAB_TRACE)
		pr_info("TRACE %s %s 0x%px inuse=%u\n", s->name, what, obj,
			READ_ONCE(slab_page(s, obj)->inuse));
}

/*
 * `obj` has just been taken out of its slab; `size` is what kmalloc was asked for, or 0. s->lock is
 * held, so that validate_slab_cache() sees no zone half written.
 */
noinline void slab_debug_alloc(struct kmem_cache *s, void *obj, size_t size)
{
	if (!size || size > s->object_size)
		size = s->object_size;
	slab_debug_check_object(s, slab_page(s, obj), obj, false);
	set_track(s, obj, TRACK_ALLOC);
	if (s->orig)
		word_set(orig_of(s, obj), size);
	fill_red_zones(s, obj, SLUB_RED_ACTIVE, s->orig ? size : s->object_size);
	trace(s, "alloc", obj);
}

/* `obj` is live and will be put back into its slab. s->lock is held. */
noinline void slab_debug_free(struct kmem_cache *s, void *obj)
{
	slab_debug_check_object(s, slab_page(s, obj), obj, true);
	set_track(s, obj, TRACK_FREE);
	fill_red_zones(s, obj, SLUB_RED_INACTIVE, s->object_size);
	fill_poison(s, obj, s->object_size);
	trace(s, "free", obj);
}

/* krealloc() in place: the user has `size` bytes from now on. Precondition: s->orig. */
void slab_debug_resize(struct kmem_cache *s, void *obj, size_t size)
{
	unsigned long flags;

	spin_lock_irqsave(&s->lock, flags);
	check_red_zones(s, obj, true);
	word_set(orig_of(s, obj), size);
	fill_red_zones(s, obj, SLUB_RED_ACTIVE, size);
	spin_unlock_irqrestore(&s->lock, flags);
}

/* ---- Caches that were destroyed ---- */

/* slab_mutex: the last of them. Reports read it as it is. */
static struct gone_cache gone[GONE_CACHES];
static unsigned int nr_gone;

/* A cache goes: keep what a report of its later use will want to say. Takes slab_mutex. */
void slab_gone_add(const struct kmem_cache *s, unsigned long caller)
{
	unsigned long flags;
	struct gone_cache *g;

	spin_lock_irqsave(&slab_mutex, flags);
	g = &gone[nr_gone++ % GONE_CACHES];
	*g = (struct gone_cache){
		.inverted = ~(unsigned long)s,
		.id = s->id,
		.pid = current->pid,
		.caller = caller,
		.when = jiffies,
	};
	strscpy(g->name, s->name, sizeof(g->name));
	spin_unlock_irqrestore(&slab_mutex, flags);
}

/* The youngest that was destroyed of that address, or had that id. */
static const struct gone_cache *find_gone(const struct kmem_cache *s, u32 id)
{
	for (unsigned int i = nr_gone; i > 0 && nr_gone - i < GONE_CACHES; i--) {
		const struct gone_cache *g = &gone[(i - 1) % GONE_CACHES];

		if (s ? g->inverted == ~(unsigned long)s : g->id == id)
			return g;
	}
	return NULL;
}

/* What is remembered of a destroyed cache, or NULL. Any context. */
const struct gone_cache *slab_gone_cache(const struct kmem_cache *s)
{
	return find_gone(s, 0);
}

/* The same of the cache whose line, closed now, that is. */
const struct gone_cache *slab_gone_line(const struct slab_cpu *c)
{
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		unsigned long id = c - per_cpu_ptr(&slab_cpus[0], cpu);

		if (id < SLAB_MAX_CACHES)
			return find_gone(NULL, id);
	}
	return NULL;
}

/* ---- Leaks, and what an address is ---- */

static unsigned int report_leaked_slab(struct kmem_cache *s, struct page *slab, unsigned int room)
{
	unsigned int listed = 0;

	report_slab(s, slab);
	for (unsigned int i = s->objects; i-- > 0 && listed < room;) {
		void *obj = slab_object(s, slab, i);

		if (slab_bit(s, slab, i))
			continue;
		report_line("Object 0x%px @offset=%lu", obj, slab_offset(s, obj));
		if (s->track)
			report_track(s, obj, TRACK_ALLOC);
		kasan_report_tracks(s, obj);
		listed++;
	}
	return listed;
}

static unsigned long leaked_in(struct kmem_cache *s, const struct slab_list *list,
			       unsigned int *room)
{
	unsigned long n = 0;

	for (u32 pfn = list->first; pfn; pfn = pfn_to_page(pfn)->next) {
		n += pfn_to_page(pfn)->inuse;
		if (*room)
			*room -= report_leaked_slab(s, pfn_to_page(pfn), *room);
	}
	return n;
}

/* A cache is to be destroyed but has live objects: list them. */
void slab_report_leaked(struct kmem_cache *s)
{
	unsigned int room = MAX_LEAKED;
	unsigned long n;

	report_open(REPORT_SLAB_REMAINING,
		    "BUG %s (Not tainted): Objects remaining in %s on __kmem_cache_shutdown()",
		    s->name, s->name);
	n = leaked_in(s, &s->full, &room) + leaked_in(s, &s->partial, &room);
	n += kfence_report_leaked(s, &room);
	report_line("%lu object%s remain%s%s", n, plural(n), n == 1 ? "s" : "",
		    n > MAX_LEAKED ? ", the first are listed" : "");
	report_line("kmem_cache_destroy %s: Slab cache still has objects", s->name);
	report_stack_here(NULL);
	report_advice("Free every object before its cache.%s",
		      stacks_known(s) ? ""
				      : " slab_debug=U on the boot line shows who allocated each.");
	report_end();
}

bool slab_object_is_free(struct kmem_cache *s, struct page *slab, unsigned int i)
{
	return slab_bit(s, slab, i) ||
	       (!slab_debugged(s) && free_word_intact(s, slab_object(s, slab, i)));
}

static void explain_in_slab(struct kmem_cache *s, unsigned long addr, char *buf, size_t size)
{
	struct page *slab = slab_page(s, (void *)addr);
	unsigned int i = (-(addr | s->slab_mask) - 1) / s->size;
	unsigned long obj;
	const char *state;
	long d;

	if (i >= s->objects) {
		scnprintf(buf, size, "in a slab of %s, before its first object", s->name);
		return;
	}
	obj = (unsigned long)slab_object(s, slab, i);
	state = slab_object_is_free(s, slab, i) ? "free" : "allocated";
	d = addr - obj;
	if (d < 0)
		scnprintf(buf, size, "%ld byte%s before object #%u of slab %s (%s), 0x%lx", -d,
			  plural(-d), slab_object_number(s, i), s->name, state, obj);
	else if (d >= (long)s->object_size)
		scnprintf(buf, size,
			  "%ld byte%s behind the %u byte%s of object #%u of slab %s (%s), 0x%lx",
			  d - s->object_size, plural(d - s->object_size), s->object_size,
			  plural(s->object_size), slab_object_number(s, i), s->name,
			  state, obj);
	else
		scnprintf(buf, size, "%ld byte%s inside object #%u of slab %s (%s), 0x%lx, %u byte%s",
			  d, plural(d), slab_object_number(s, i), s->name, state, obj,
			  s->object_size, plural(s->object_size));
}

static bool explain_slab(unsigned long addr, char *buf, size_t size)
{
	struct kmem_cache *s;

	if (!is_direct_map_addr((void *)addr) || !pfn_valid((addr - PAGE_OFFSET) >> PAGE_SHIFT))
		return false;
	s = slab_cache_of((void *)addr);
	if (!s)
		return false;
	explain_in_slab(s, addr, buf, size);
	return true;
}

struct report_explainer slab_explainer = { .name = "slab", .explain = explain_slab };
