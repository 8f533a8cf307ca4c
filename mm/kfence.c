// SPDX-License-Identifier: MIT
/*
 * KFENCE: errors with objects are found by the hardware, in any build, a sample at a time.
 *
 * 1. Model. Every kfence.sample_interval= milliseconds (100; 0: never) one allocation is served not from
 *    its cache but from the pool: its object has a page for itself, at one end of it by chance,
 *    between pages that are not mapped. An access beyond that end faults at once; what is left of the
 *    page holds a pattern, which is compared when the object is freed. Then the page goes too, and
 *    stays away as long as there are others: a use after free faults as well.
 *
 *	| shut | shut | object 0 | shut | object 1 | shut | …	of the pool, in the direct map
 *	               [.....Ooo]         [Ooooo...]		page: pattern and object
 *
 *    Who allocated and who freed is kept beside. A bug that happens often is met sooner or later, on
 *    some machine; and the report is made where it happens, not where its damage shows.
 *
 * 2. No fast path knows of it. The tick opens the gate when a sample is due and arms the lines of its
 *    CPU (slab.c, 8), so that the next allocation of each cache takes the slow path, where the gate is
 *    looked at: two instructions there while none is due. The first to come shuts it and becomes the
 *    sample. A page of the pool has place 0, like any that is no slab's, so kfree() and
 *    kmem_cache_free() find the object where they would report a foreign pointer.
 *
 *	cost of a sample: the armed lines' slow paths, some 30 instructions for each cache in use; 2700
 *	to allocate the object and 5800 to free it (on the machine: 512 words of pattern written and
 *	compared, two stacks, four entries, a flush). At ten samples a second that is 1/10000 of a CPU.
 *
 * 3. Objects: UNUSED ─► ALLOCATED ─► FREED ─► ALLOCATED …; the one that was freed first is used first. With
 *    SLAB_TYPESAFE_BY_RCU there is RCU_FREEING in between, for a grace period, as for an empty slab,
 *    and s->waiting counts it. A cache's live ones count as its objects everywhere: slabinfo, what a
 *    module holds, accounting (s->size bytes each), and its destruction.
 *
 * 4. What is sampled: allocations of up to a page from any cache but those for DMA, those with debug flags (where
 *    every object is checked), those aligned to more than a page, and those with SLAB_SKIP_KFENCE. When more than
 *    kfence.skip_covered_thresh= percent (75) of the pool are live, an allocation whose stack has a live
 *    sample already is left to its cache: a few places that hold what they allocate don't use up the
 *    pool. covered[] counts by two hashes, so it may say yes by chance, never no.
 *
 * 5. After a report execution goes on: the page that was shut is open until the object, or the next one in
 *    or beside that page, is allocated or freed.
 *
 * 6. kfence.force=CACHE[,CACHE…] (names with * and ?) makes every allocation of these caches a sample as
 *    long as the pool lasts: for tests, and for a bug that one knows the cache of. kfence.place=left or
 *    right takes the chance out of where in its page an object lies: right is the end, where what is
 *    written behind it faults.
 *
 * 7. Size. kfence.num_objects= (255; at most 511) plus one guard are pages in pairs: a block of the buddy,
 *    2 MiB, so the number is raised to the next that fills one; without the option at most 1/64 of RAM. The
 *    direct map has small pages there from the start. It is off (the interval
 *    is 0) where the build has a checker of its own.
 *
 * 8. Invariants (kfence_valid())
 *    I1  a page of an object is mapped if it is ALLOCATED or RCU_FREEING, and else not, except after a
 *        report;
 *    I2  an object lies in its page, aligned as its cache says, and what is left holds the pattern;
 *    I3  s->kfence_live = objects ALLOCATED of the cache;
 *    I4  the list of free ones has each that is UNUSED or FREED, once.
 *
 * Locks: kfence_lock, irq-safe, innermost. No report is made and no CPU waited for under it. Context:
 * any but NMI. Complexity: O(page) for a sample.
 *
 * Sources: Linux 6.12, Documentation/dev-tools/kfence.rst.
 */
#include <asm/clock.h>
#include <asm/memstate.h>
#include <asm/stack.h>
#include <asm/tlbflush.h>
#include <linux/jiffies.h>
#include <linux/kmemleak.h>
#include <linux/kstrtox.h>
#include <linux/log2.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/string.h>
#include <quarry/assert.h>
#include <quarry/report.h>
#include "kfence.h"

#define CANARY_WORD  0xadacafaea9a8abaaULL /* kfence_canary() of eight addresses */
#define COVERED_SIZE 1024
#define LEAST_PAGES  32 /* of a pool */
#define MOST_OBJECTS 511
#define RAM_SHARE    64 /* the pool is at most so small a part of it */
#define NO_OBJECT    0xffff
#define FORCE_MAX    128

#ifdef MEMSTATE_CHECKER
#define INTERVAL_DEFAULT 0
#else
#define INTERVAL_DEFAULT 100
#endif

char *__kfence_pool;
unsigned long kfence_pool_size;
struct kfence_object *kfence_objects;
unsigned int kfence_nr_objects;
DEFINE_SPINLOCK(kfence_lock);
unsigned int kfence_gate;

static unsigned int interval_ms = INTERVAL_DEFAULT; /* R */
static unsigned int wanted_objects = 255;	    /* R */
static bool size_given;				    /* R: wanted_objects are from the boot line */
static unsigned int covered_thresh = 75;	    /* R: percent */
static char forced[FORCE_MAX];			    /* R */
static enum kfence_place placing;		    /* R, but for tests */

static u16 free_first = NO_OBJECT, free_last; /* K */
static unsigned int nr_live;		      /* K: objects that are not in that list */
static u8 covered[COVERED_SIZE];	      /* K */
static unsigned long next_sample;	      /* jiffies */
static unsigned int round;		      /* of arming */
static unsigned int paused;		      /* atomic */
static DEFINE_PER_CPU(unsigned int, armed_round);

/* ---- Boot line ---- */

static int set_interval(const char *val)
{
	return val ? kstrtouint(val, 0, &interval_ms) : -EINVAL;
}
BOOT_PARAM("kfence.sample_interval", set_interval);

static int set_objects(const char *val)
{
	int err = val ? kstrtouint(val, 0, &wanted_objects) : -EINVAL;

	size_given = true;
	if (err || wanted_objects <= MOST_OBJECTS)
		return err;
	pr_warn("kfence: num_objects=%u: there can be %u, which are taken\n", wanted_objects, MOST_OBJECTS);
	wanted_objects = MOST_OBJECTS;
	return 0;
}
BOOT_PARAM("kfence.num_objects", set_objects);

static int set_thresh(const char *val)
{
	return val ? kstrtouint(val, 0, &covered_thresh) : -EINVAL;
}
BOOT_PARAM("kfence.skip_covered_thresh", set_thresh);

static int set_forced(const char *val)
{
	return val && strscpy(forced, val, sizeof(forced)) > 0 ? 0 : -EINVAL;
}
BOOT_PARAM("kfence.force", set_forced);

static int set_place(const char *val)
{
	if (!val || (strcmp(val, "left") && strcmp(val, "right")))
		return -EINVAL;
	placing = *val == 'l' ? KFENCE_LEFT : KFENCE_RIGHT;
	return 0;
}
BOOT_PARAM("kfence.place", set_place);

enum kfence_place kfence_set_place(enum kfence_place place)
{
	enum kfence_place was = placing;

	placing = place;
	return was;
}

/* Does the boot line force the cache of that name? */
bool kfence_names(const char *name)
{
	char pattern[FORCE_MAX];

	for (const char *p = forced; *p; p += *p == ',') {
		size_t n = strcspn(p, ",");

		strscpy(pattern, p, n + 1);
		if (glob_match(pattern, name))
			return true;
		p += n;
	}
	return false;
}

/* Is every allocation of the cache of that name to be a sample? */
bool kfence_forces(const char *name)
{
	return !READ_ONCE(paused) && kfence_names(name);
}

/* ---- Pages of the pool ---- */

static pte_t *page_slot(unsigned long va)
{
	return pt_slot(kernel_root(), va, 0, NULL);
}

static bool page_open(unsigned long va)
{
	return pte_mapped(pte_get(page_slot(va)));
}

static void open_page(unsigned long va)
{
	pte_set(page_slot(va), va, pte_mkleaf(__pa((void *)va), PAGE_KERNEL, 0));
}

/* True: it was open, so CPUs may remember it. */
static bool shut_page(unsigned long va)
{
	return pte_mapped(pte_get_and_clear(page_slot(va), va));
}

/* The same of the pages beside an object's: a report may have opened them. */
static bool shut_around(unsigned long page)
{
	bool below = shut_page(page - PAGE_SIZE), above = shut_page(page + PAGE_SIZE);

	return below || above;
}

/* Flushing waits for other CPUs, so the lock is not held; who reuses the page meanwhile has the same entry. */
static void flush_around(unsigned long addr)
{
	unsigned long page = addr & PAGE_MASK;

	tlb_flush_range(page - PAGE_SIZE, page + 2 * PAGE_SIZE, NULL);
}

static unsigned long object_page(unsigned int number)
{
	return (unsigned long)__kfence_pool + (2UL * number + 2) * PAGE_SIZE;
}

unsigned int kfence_number(const struct kfence_object *o)
{
	return o - kfence_objects;
}

/* The object whose page that is; NULL: it is a page between. */
struct kfence_object *kfence_at(unsigned long va)
{
	unsigned long i = (va - (unsigned long)__kfence_pool) >> PAGE_SHIFT;

	return i % 2 || !i ? NULL : &kfence_objects[i / 2 - 1];
}

/* ---- The list of free objects: K ---- */

static void put_last(unsigned int number)
{
	kfence_objects[number].next = NO_OBJECT;
	if (free_first == NO_OBJECT)
		free_first = number;
	else
		kfence_objects[free_last].next = number;
	free_last = number;
}

static struct kfence_object *take_first(void)
{
	struct kfence_object *o;

	if (free_first == NO_OBJECT)
		return NULL;
	o = &kfence_objects[free_first];
	free_first = o->next;
	return o;
}

/* ---- Covered stacks: K ---- */

static u32 stack_hash(const struct kfence_track *t)
{
	u64 h = 0;

	for (unsigned int i = 0; i < t->nr; i++)
		h = (h ^ t->ips[i]) * 0xd1342543de82ef95ULL;
	return h >> 32;
}

static u8 *covered_count(u32 hash, unsigned int which)
{
	return &covered[(which ? hash >> 16 : hash) % COVERED_SIZE];
}

static bool is_covered(u32 hash)
{
	return *covered_count(hash, 0) && *covered_count(hash, 1);
}

static void cover(struct kfence_object *o)
{
	o->covered = *covered_count(o->stack, 0) < U8_MAX - 1 &&
		     *covered_count(o->stack, 1) < U8_MAX - 1;
	if (!o->covered)
		return;
	++*covered_count(o->stack, 0);
	++*covered_count(o->stack, 1);
}

static void uncover(struct kfence_object *o)
{
	if (!o->covered)
		return;
	--*covered_count(o->stack, 0);
	--*covered_count(o->stack, 1);
}

static bool pool_is_short(void)
{
	return nr_live * 100UL > (unsigned long)kfence_nr_objects * covered_thresh;
}

/* ---- The pattern: K ---- */

/* Of the whole page: what lies under the object tells whoever reads it too early. */
static void fill_page(unsigned long page)
{
	fill_words((void *)page, CANARY_WORD, PAGE_SIZE / 8);
}

static unsigned long whole_words(const u64 *p, unsigned long n)
{
	unsigned long i = 0;

	while (i < n && p[i] == CANARY_WORD)
		i++;
	return i;
}

/* The first byte of [from, to) that isn't the pattern's, or `to`. */
static unsigned long first_damaged(unsigned long from, unsigned long to)
{
	while (from < to) {
		if (from % 8 == 0)
			from += whole_words((u64 *)from, (to - from) / 8) * 8;
		if (from < to && *(u8 *)from != kfence_canary(from))
			return from;
		from++;
	}
	return to;
}

/* Damage beside an object: the nearest before it, else behind it. False: none. */
static bool find_damage(const struct kfence_object *o, struct kfence_bug *bug)
{
	unsigned long page = o->addr & PAGE_MASK, end = page + PAGE_SIZE;
	unsigned long at = first_damaged(page, o->addr);

	if (at == o->addr) {
		at = first_damaged(o->addr + o->size, end);
		if (at == end)
			return false;
	} else {
		end = o->addr;
	}
	bug->addr = at;
	bug->nr_bytes = min_t(unsigned long, end - at, sizeof(bug->bytes));
	memcpy(bug->bytes, (void *)at, bug->nr_bytes);
	return true;
}

/* ---- Allocation ---- */

static noinline void set_track(struct kfence_track *t)
{
	t->nr = stack_trace_save(t->ips, KFENCE_TRACK_DEPTH, 1, NULL);
	t->when = clock_ns();
	t->pid = current->pid;
	t->cpu = smp_processor_id();
}

/* Take it if it is open. */
static bool take_gate(void)
{
	return !READ_ONCE(paused) && READ_ONCE(kfence_gate) && xchg(&kfence_gate, 0);
}

/* A page for an object, or NULL: none is left, or the stack is covered. K */
static struct kfence_object *take_object(const struct kfence_track *who, bool may_skip)
{
	u32 hash = stack_hash(who);
	struct kfence_object *o;

	if (may_skip && pool_is_short() && is_covered(hash))
		return NULL;
	o = take_first();
	if (!o)
		return NULL;
	nr_live++;
	o->allocated = *who;
	o->freed.nr = 0;
	o->stack = hash;
	cover(o);
	return o;
}

/* Else at the page's end as often as at its start. */
static bool place_right(void)
{
	return placing == KFENCE_BY_CHANCE ? get_random_u32() & 1 : placing == KFENCE_RIGHT;
}

static void *place_object(struct kfence_object *o, struct kmem_cache *s, size_t size)
{
	o->addr = object_page(kfence_number(o));
	if (place_right())
		o->addr = ALIGN_DOWN(o->addr + PAGE_SIZE - size, s->align);
	o->size = size;
	o->cache = s;
	o->state = KFENCE_ALLOCATED;
	return (void *)READ_ONCE(o->addr); /* what refers to it from now on (kmemleak.c, 3) */
}

/**
 * kfence_alloc() - an allocation that is on a slow path anyway: as a sample, if one is due
 * @s: the cache that was asked
 * @gfp: of which __GFP_ZERO matters
 * @size: bytes that kmalloc() was asked for; 0: an object of the cache
 * @tag: whose it will be
 *
 * Context: any but NMI. Return: the object, or NULL: none is due, or can be had.
 */
noinline void *kfence_alloc(struct kmem_cache *s, gfp_t gfp, size_t size, unsigned int tag)
{
	struct kfence_track who;
	struct kfence_object *o;
	unsigned long flags;
	bool was_open = false;
	void *p = NULL;

	if (!kfence_pool_size || !kfence_may_sample(s) || (!s->kfence_forced && !take_gate()))
		return NULL;
	if (!size || size > s->object_size)
		size = s->object_size;
	set_track(&who);
	spin_lock_irqsave(&kfence_lock, flags);
	o = take_object(&who, !s->kfence_forced);
	if (o) {
		p = place_object(o, s, size);
		o->tag = tag;
		was_open = shut_around(o->addr & PAGE_MASK);
		open_page(o->addr & PAGE_MASK);
		fill_page(o->addr & PAGE_MASK);
		atomic_inc(&s->kfence_live);
		WRITE_ONCE(s->kfence_used, true);
	}
	spin_unlock_irqrestore(&kfence_lock, flags);
	if (!o)
		return NULL;
	if (was_open)
		flush_around((unsigned long)p);
	if (s->ctor)
		s->ctor(p);
	if (gfp & __GFP_ZERO && s->ctor)
		slab_report_zeroed(s);
	if (gfp & __GFP_ZERO)
		memset(p, 0, size);
	return p;
}

/* ---- Freeing ---- */

/* Back into the list, its pages shut. K. True: CPUs may remember them. */
static bool retire(struct kfence_object *o)
{
	unsigned long page = o->addr & PAGE_MASK;
	bool open = shut_page(page);

	open |= shut_around(page);
	o->state = KFENCE_FREED;
	uncover(o);
	nr_live--;
	put_last(kfence_number(o));
	return open;
}

/* No reader looks at it any more. */
static void retire_rcu(struct rcu_head *head)
{
	struct kfence_object *o = container_of(head, struct kfence_object, rcu);
	struct kmem_cache *s = o->cache;
	unsigned long flags, addr = o->addr;
	bool open;

	spin_lock_irqsave(&kfence_lock, flags);
	open = retire(o);
	spin_unlock_irqrestore(&kfence_lock, flags);
	if (open)
		flush_around(addr);
	atomic_dec_return(&s->waiting); /* then the cache may go */
}

static void fill_bug(struct kfence_bug *bug, enum kfence_error error, unsigned long addr,
		     const struct kfence_object *o)
{
	bug->error = error;
	bug->addr = addr;
	if (o) {
		bug->number = kfence_number(o);
		bug->object = *o;
	}
}

/* K. What is wrong with freeing `p`; false: nothing. */
static bool refuse_free(unsigned long p, const struct kfence_object *o, struct kfence_bug *bug)
{
	if (o && o->state == KFENCE_ALLOCATED && o->addr == p)
		return false;
	fill_bug(bug, KFENCE_ERROR_INVALID_FREE, p, o);
	return true;
}

/* K. The live object goes, for good or until readers are gone. */
static bool end_object(struct kfence_object *o, const struct kfence_track *who)
{
	struct kmem_cache *s = o->cache;

	o->freed = *who;
	atomic_dec(&s->kfence_live);
	if (s->flags & SLAB_TYPESAFE_BY_RCU) {
		atomic_inc(&s->waiting);
		o->state = KFENCE_RCU_FREEING;
		return false;
	}
	if (s->init_free)
		memset((void *)o->addr, 0, o->size);
	return retire(o);
}

/**
 * kfence_free() - free an address of the pool
 * @p: the address; if no live object starts there that is reported
 *
 * Context: any but NMI.
 */
noinline void kfence_free(void *p)
{
	struct kfence_object *o = kfence_at((unsigned long)p);
	struct kfence_bug bug = { 0 };
	struct kfence_track who;
	unsigned long flags;
	bool refused, damaged = false, open = false, readers = false;

	set_track(&who);
	spin_lock_irqsave(&kfence_lock, flags);
	refused = refuse_free((unsigned long)p, o, &bug);
	if (!refused) {
		damaged = find_damage(o, &bug);
		if (damaged)
			fill_bug(&bug, KFENCE_ERROR_CORRUPTION, bug.addr, o);
		open = end_object(o, &who);
		readers = o->state == KFENCE_RCU_FREEING;
	}
	spin_unlock_irqrestore(&kfence_lock, flags);
	if (open)
		flush_around((unsigned long)p);
	if (readers)
		call_rcu(&o->rcu, retire_rcu);
	if (refused || damaged)
		kfence_report(&bug);
}

/* kmem_cache_free() of an address of the pool: to the cache that it came from, whatever was said. */
void kfence_cache_free(struct kmem_cache *s, void *p)
{
	struct kfence_object o;

	if (kfence_find(p, &o) && o.state == KFENCE_ALLOCATED && o.cache != s)
		slab_report_wrong_cache(s, o.cache, p);
	kfence_free(p);
}

/* ---- What lies where ---- */

/* The object in whose page p lies, as it is now; false: there is none, and never was. */
bool kfence_find(const void *p, struct kfence_object *copy)
{
	struct kfence_object *o;
	unsigned long flags;

	if (!is_kfence_address(p))
		return false;
	o = kfence_at((unsigned long)p);
	if (!o)
		return false;
	spin_lock_irqsave(&kfence_lock, flags);
	*copy = *o;
	spin_unlock_irqrestore(&kfence_lock, flags);
	return copy->state != KFENCE_UNUSED;
}

/* Bytes that were asked for at `p`; 0: no object ever started there. */
size_t kfence_ksize(const void *p)
{
	struct kfence_object o;

	return kfence_find(p, &o) && o.addr == (unsigned long)p ? o.size : 0;
}

/* The cache of the live object that p lies in; NULL: none does. */
struct kmem_cache *kfence_owner(const void *p)
{
	struct kfence_object o;

	if (!kfence_find(p, &o) || o.state != KFENCE_ALLOCATED)
		return NULL;
	return (unsigned long)p - o.addr < o.size ? o.cache : NULL;
}

/* A cache is being destroyed: none of its objects is live. */
void kfence_forget_cache(struct kmem_cache *s)
{
	unsigned long flags;

	spin_lock_irqsave(&kfence_lock, flags);
	for (unsigned int i = 0; i < kfence_nr_objects; i++) {
		if (kfence_objects[i].cache == s)
			kfence_objects[i].cache = NULL;
	}
	spin_unlock_irqrestore(&kfence_lock, flags);
}

/* ---- Accounting (alloc_tag.c) ---- */

static unsigned int pool_tag(void)
{
	return ALLOC_TAG_HERE();
}

unsigned int kfence_tag_of(const void *p)
{
	struct kfence_object o;

	return kfence_find(p, &o) && o.state == KFENCE_ALLOCATED ? o.tag : 0;
}

/* Live objects as if they were in their caches' slabs; the pool, which was added as a block, has the rest. */
void kfence_tags_walk(tag_add_t add)
{
	unsigned long flags;

	spin_lock_irqsave(&kfence_lock, flags);
	for (unsigned int i = 0; i < kfence_nr_objects; i++) {
		const struct kfence_object *o = &kfence_objects[i];

		if (o->state != KFENCE_ALLOCATED)
			continue;
		add(o->tag, o->cache->size, 1);
		add(pool_tag(), -(u64)o->cache->size, 0);
	}
	spin_unlock_irqrestore(&kfence_lock, flags);
}

/* ---- Faults ---- */

/* K. Which of the two objects beside a shut page was meant: the live one that is nearer. */
static struct kfence_object *nearer(unsigned long addr)
{
	struct kfence_object *left = NULL, *right = NULL;
	unsigned long i = (addr - (unsigned long)__kfence_pool) >> PAGE_SHIFT;

	if (i > 1)
		left = kfence_at(addr - PAGE_SIZE);
	if (i / 2 < kfence_nr_objects && i % 2)
		right = kfence_at(addr + PAGE_SIZE);
	if (left && left->state != KFENCE_ALLOCATED)
		left = NULL;
	if (right && right->state != KFENCE_ALLOCATED)
		right = NULL;
	if (!left || !right)
		return left ? left : right;
	return addr - (left->addr + left->size) < right->addr - addr ? left : right;
}

/* K. */
static void classify(unsigned long addr, struct kfence_bug *bug)
{
	struct kfence_object *o = kfence_at(addr);

	if (o) {
		fill_bug(bug, o->state == KFENCE_UNUSED ? KFENCE_ERROR_INVALID : KFENCE_ERROR_UAF,
			 addr, o);
		return;
	}
	o = nearer(addr);
	fill_bug(bug, o ? KFENCE_ERROR_OOB : KFENCE_ERROR_INVALID, addr, o);
}

/**
 * kfence_handle_fault() - an access to the pool that the tables did not allow
 * @f: the access
 *
 * Context: the access's. Return: true: it was reported, and can be tried again; false: it has a fix-up
 * (who reads what may not be there), or is none of ours.
 */
bool kfence_handle_fault(const struct mem_fault *f)
{
	struct kfence_bug bug = { .write = f->flags & FAULT_WRITE, .regs = f->regs };
	unsigned long flags;
	bool was_open;

	if ((f->flags & (FAULT_PROT | FAULT_EXEC | FAULT_RSVD)) ||
	    ((f->flags & FAULT_FIXUP) && !(f->flags & FAULT_USER_ACCESS)))
		return false;
	spin_lock_irqsave(&kfence_lock, flags);
	was_open = page_open(f->addr);
	if (!was_open) {
		classify(f->addr, &bug);
		open_page(f->addr & PAGE_MASK);
	}
	spin_unlock_irqrestore(&kfence_lock, flags);
	if (!was_open)
		kfence_report(&bug);
	return true;
}

/* ---- When ---- */

void kfence_tick(void)
{
	unsigned long due = READ_ONCE(next_sample), now = jiffies;
	unsigned int r;

	if (!kfence_pool_size || READ_ONCE(paused))
		return;
	if (time_after_eq(now, due) &&
	    cmpxchg(&next_sample, due, now + msecs_to_jiffies(interval_ms)) == due) {
		WRITE_ONCE(kfence_gate, 1);
		WRITE_ONCE(round, READ_ONCE(round) + 1);
	}
	r = READ_ONCE(round);
	if (this_cpu_read(armed_round) != r && slab_arm_lines())
		this_cpu_write(armed_round, r);
}

void kfence_pause(void)
{
	arch_add(&paused, 1);
	WRITE_ONCE(kfence_gate, 0);
	if (*forced)
		slab_force_named(false);
}

void kfence_resume(void)
{
	arch_add(&paused, -1);
	if (*forced && !READ_ONCE(paused))
		slab_force_named(true);
}

/* ---- Bring-up ---- */

/* Pages for the objects that are wanted and their guards, as far as the machine is large enough. */
static unsigned int choose_order(void)
{
	unsigned long pages = 2UL * (wanted_objects + 1);

	pages = roundup_pow_of_two(max(pages, (unsigned long)LEAST_PAGES));
	while (!size_given && pages > LEAST_PAGES && pages * RAM_SHARE > nr_managed_pages())
		pages /= 2;
	return ilog2(pages);
}

static bool alloc_objects(unsigned int order)
{
	unsigned int n = (1u << order) / 2 - 1;
	size_t bytes = n * sizeof(struct kfence_object);
	struct page *page = alloc_pages_uncounted(GFP_KERNEL | __GFP_NOWARN | __GFP_ZERO,
						  get_order(bytes), ALLOC_TAG_HERE());

	if (!page)
		return false;
	kfence_objects = page_address(page);
	kfence_nr_objects = n;
	for (unsigned int i = 0; i < n; i++)
		put_last(i);
	return true;
}

/* Small pages, all of them shut. */
static bool shut_pool(unsigned long start, unsigned long size)
{
	pte_t *slot = NULL;

	for (unsigned long va = start; va < start + size; va += PAGE_SIZE, slot++) {
		if (va == start || !pt_index(va, 0)) {
			if (pt_split(kernel_root(), va, table_alloc_kernel))
				return false;
			slot = page_slot(va);
		}
		pte_set(slot, va, (pte_t){ 0 });
	}
	tlb_flush_range(start, start + size, NULL);
	return true;
}

/* After the page allocator; before other CPUs run. Without memory for the pool there is none. */
void kfence_init(void)
{
	unsigned int order = choose_order();
	struct page *pool;

	static_assert(sizeof(struct kfence_object) <= 256);
	if (!interval_ms || !wanted_objects)
		return;
	pool = alloc_pages_uncounted(GFP_KERNEL | __GFP_NOWARN, order, pool_tag());
	if (!pool || !alloc_objects(order) ||
	    !shut_pool((unsigned long)page_address(pool), PAGE_SIZE << order)) {
		pr_warn("kfence: off: no memory for its pool\n");
		return;
	}
	__kfence_pool = page_address(pool);
	kfence_pool_size = PAGE_SIZE << order;
	next_sample = jiffies + msecs_to_jiffies(interval_ms);
	kmemleak_ignore(kfence_objects); /* what is free in it would refer to the next there */
	report_add_explainer(&kfence_explainer);
	pr_info("kfence: initialized - using %lu bytes for %u objects at 0x%px-0x%px\n",
		kfence_pool_size, kfence_nr_objects, __kfence_pool,
		__kfence_pool + kfence_pool_size);
}

/* ---- Invariants ---- */

static bool object_valid(const struct kfence_object *o)
{
	bool open = o->state == KFENCE_ALLOCATED || o->state == KFENCE_RCU_FREEING;
	unsigned long page = object_page(kfence_number(o));
	struct kfence_bug bug;

	if (!open)
		return true;
	return INVARIANT(1, page_open(page)) && INVARIANT(2, (o->addr & PAGE_MASK) == page) &&
	       INVARIANT(2, IS_ALIGNED(o->addr, o->cache->align)) &&
	       INVARIANT(2, !find_damage(o, &bug));
}

static bool free_list_valid(void)
{
	unsigned int n = 0;

	for (u16 i = free_first; i != NO_OBJECT && n <= kfence_nr_objects;
	     i = kfence_objects[i].next, n++) {
		u8 state = kfence_objects[i].state;

		if (!INVARIANT(4, state == KFENCE_UNUSED || state == KFENCE_FREED))
			return false;
	}
	return INVARIANT(4, n + nr_live == kfence_nr_objects);
}

/* K. Live objects of the cache. */
static int count_live(const struct kmem_cache *s)
{
	int n = 0;

	for (unsigned int i = 0; i < kfence_nr_objects; i++)
		n += kfence_objects[i].state == KFENCE_ALLOCATED && kfence_objects[i].cache == s;
	return n;
}

/**
 * kfence_valid() - check the invariants
 *
 * Damage that nobody was told of yet counts as broken. Return: false, with a line that names the broken one.
 * O(pool).
 */
bool kfence_valid(void)
{
	unsigned long flags;
	bool ok;

	spin_lock_irqsave(&kfence_lock, flags);
	ok = free_list_valid();
	for (unsigned int i = 0; ok && i < kfence_nr_objects; i++) {
		const struct kfence_object *o = &kfence_objects[i];

		ok = object_valid(o) &&
		     (o->state != KFENCE_ALLOCATED ||
		      INVARIANT(3, atomic_read(&o->cache->kfence_live) == count_live(o->cache)));
	}
	spin_unlock_irqrestore(&kfence_lock, flags);
	return ok;
}
