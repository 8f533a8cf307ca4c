// SPDX-License-Identifier: MIT
/*
 * What is known of blocks besides that they are there: they need no reference, hold no pointers, are
 * somebody's own. Linux's kmemleak_*() family.
 *
 * 1. A note is found by the address that its block starts at. Freeing a block tells nobody, so that it
 *    costs nothing; a note is known to be of the block that is there now by the block's tag, of which
 *    one bit says "noted": an allocation writes the whole tag (alloc_tag.c), and so takes the bit away.
 *    A note without the bit is of a block that is gone. note_purge() frees those.
 *    Without accounting slabs have no tags: there a note lasts as long as something is at its address.
 *
 * 2. Blocks of the caller's own (kmemleak_alloc()) are notes with a size. They may lie in pages, areas
 *    or static memory; inside an object or another own block they are refused. Their end must be told.
 *
 * 3. Notes are objects of a cache that no scan looks at, so they hold nothing.
 *
 * Invariants
 *    I1  at most one note has a given start, those chained to it as areas aside.
 *
 * Locks: note_lock (irq-safe, alone: nothing is allocated or freed under it but what is on a list of
 * the caller's). Contexts: any but NMI. Complexity: O(1) a note, O(notes) a purge; own blocks O(notes).
 */
#include <linux/hashtable.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>
#include "internal.h"
#include "kfence.h"
#include "kmemleak.h"
#include "percpu.h"
#include "slab.h"

static DEFINE_HASHTABLE(notes, 8); /* L */
static DEFINE_SPINLOCK(note_lock);
static struct kmem_cache *note_cache; /* R */

struct noscan_range noscan[NOSCAN_RANGES];
unsigned int nr_noscan;

void note_init(void)
{
	note_cache = kmem_cache_create("kmemleak_note", sizeof(struct note), 0,
				       SLAB_PANIC | SLAB_NOLEAKTRACE | SLAB_NO_USER_FLAGS, NULL);
}

/* ---- The block that an address is in ---- */

struct target {
	unsigned long start;
	u16 *tag16; /* where its tag is; both NULL: nowhere */
	u32 *tag32;
};

static bool object_target(struct kmem_cache *s, unsigned long p, struct target *t)
{
	struct page *slab = slab_page(s, (void *)p);
	unsigned int i = (u32)(-(p | s->slab_mask) - 1) / s->size;
	char *obj;

	if (i >= s->objects || !slab_is_live(s, slab, i))
		return false;
	obj = slab_object(s, slab, i);
	t->start = (unsigned long)obj;
	t->tag16 = slab_tag(s, obj - s->red_left);
	return p - t->start < s->object_size;
}

static bool sample_target(unsigned long p, struct target *t)
{
	struct kfence_object *o = kfence_at(p);

	if (!o || o->state != KFENCE_ALLOCATED)
		return false;
	t->start = o->addr;
	t->tag32 = &o->tag;
	return p - t->start < o->size;
}

static bool direct_target(unsigned long p, struct target *t)
{
	struct page *head;

	if (is_kfence_address((void *)p))
		return sample_target(p, t);

	if (!pfn_valid((p - PAGE_OFFSET) >> PAGE_SHIFT))
		return false;
	if (slab_cache_of((void *)p))
		return object_target(slab_cache_of((void *)p), p, t);
	head = page_head(virt_to_page((void *)p));
	if (!head || (head->type != PAGE_USED && head->type != PAGE_KMALLOC))
		return false;
	t->start = (unsigned long)page_address(head);
	t->tag16 = &head->tag;
	return true;
}

static bool percpu_target(unsigned long p, struct target *t)
{
	struct place place;

	if (percpu_place_of(p, &place) != RIGHT)
		return false;
	t->start = p;
	t->tag16 = place.chunk->tag ? &place.chunk->tag[place.at] : NULL;
	return true;
}

/* What an allocator handed out, and the caller owns. */
static bool find_target(unsigned long p, struct target *t)
{
	struct vm_struct *vm;

	*t = (struct target){};
	if (p - PAGE_OFFSET < DIRECT_MAP_SIZE)
		return direct_target(p, t);
	if (!is_vmalloc_or_module_addr((void *)p))
		return percpu_target(p, t);
	vm = find_vm_area((void *)p);
	if (!vm)
		return false;
	t->start = (unsigned long)vm->addr;
	t->tag32 = &vm->tag;
	return true;
}

static bool is_noted(const struct target *t)
{
	if (t->tag32)
		return *t->tag32 & TAG_NOTED;
	return !t->tag16 || (tag_get(t->tag16) & TAG_NOTED);
}

static void set_noted(const struct target *t)
{
	if (t->tag32)
		*t->tag32 |= TAG_NOTED;
	else if (t->tag16)
		tag_set(t->tag16, tag_get(t->tag16) | TAG_NOTED);
}

/* ---- The table: note_lock held, or nobody else runs ---- */

struct note *note_find(unsigned long start)
{
	struct note *n;

	hash_for_each_possible(notes, n, node, start)
	{
		if (n->start == start)
			return n;
	}
	return NULL;
}

/* The own block that holds `p`. */
static struct note *own_find(unsigned long p)
{
	struct note *n;
	int bucket;

	hash_for_each(notes, bucket, n, node)
	{
		if ((n->flags & NOTE_OWN) && p - n->start < n->size)
			return n;
	}
	return NULL;
}

void note_each(void (*fn)(struct note *n, void *arg), void *arg)
{
	struct note *n;
	int bucket;

	hash_for_each(notes, bucket, n, node) fn(n, arg);
}

/* Is it of the block that is there now? */
static bool is_current(const struct note *n)
{
	struct target t;

	return (n->flags & NOTE_OWN) ||
	       (find_target(n->start, &t) && t.start == n->start && is_noted(&t));
}

/* ---- Making and freeing ---- */

static struct note *note_new(gfp_t gfp)
{
	struct note *n = kmem_cache_zalloc(note_cache, (gfp & ~__GFP_NOFAIL) | __GFP_NOWARN);

	if (!n)
		pr_warn("kmemleak: Cannot allocate a note; a leak may be reported that is none\n");
	return n;
}

static void note_free(struct note *n)
{
	while (n) {
		struct note *next = n->areas;

		kmem_cache_free(note_cache, n);
		n = next;
	}
}

/*
 * The note of the block that starts at `start`, made of *fresh if there is none (*fresh is NULL then).
 * What an earlier block has left there is forgotten; its areas come to *old.
 */
static struct note *note_take(unsigned long start, bool current_one, struct note **fresh,
			      struct note **old)
{
	struct note *n = note_find(start);

	*old = NULL;
	if (n && !current_one) {
		*old = n->areas;
		n->areas = NULL;
		n->flags = 0;
	}
	if (n)
		return n;
	n = *fresh;
	*fresh = NULL;
	n->start = start;
	hash_add(notes, &n->node, start);
	return n;
}

static void note_put(unsigned long start, const struct target *t, unsigned int flags,
		     struct note *area, gfp_t gfp)
{
	struct note *fresh = note_new(gfp), *old, *n;
	unsigned long irq;

	if (!fresh) {
		note_free(area);
		return;
	}
	spin_lock_irqsave(&note_lock, irq);
	n = note_take(start, !t || is_noted(t), &fresh, &old);
	n->flags |= flags;
	if (area) {
		area->areas = n->areas;
		n->areas = area;
	}
	if (t)
		set_noted(t);
	spin_unlock_irqrestore(&note_lock, irq);
	note_free(fresh);
	note_free(old);
}

void note_add(unsigned long start, unsigned int flags)
{
	struct target t;
	unsigned long irq;
	bool own;

	spin_lock_irqsave(&note_lock, irq);
	own = own_find(start) && own_find(start)->start == start;
	spin_unlock_irqrestore(&note_lock, irq);
	if (own)
		note_put(start, NULL, flags, NULL, GFP_ATOMIC);
	else if (find_target(start, &t) && t.start == start)
		note_put(start, &t, flags, NULL, GFP_ATOMIC);
	else
		pr_warn("kmemleak: %pS speaks of 0x%px, where no block starts: ignored\n",
			__builtin_return_address(0), (void *)start);
}

/* One that is of a block that is gone, out of the table; NULL: there is none. */
static struct note *take_stale(void)
{
	unsigned long irq;
	struct note *n, *stale = NULL;
	int bucket;

	spin_lock_irqsave(&note_lock, irq);
	hash_for_each(notes, bucket, n, node)
	{
		if (!is_current(n))
			stale = n;
	}
	if (stale)
		hash_del(&stale->node);
	spin_unlock_irqrestore(&note_lock, irq);
	return stale;
}

void note_purge(void)
{
	struct note *n;

	while ((n = take_stale()))
		note_free(n);
}

/* ---- Linux's interface ---- */

/**
 * kmemleak_not_leak() - nobody need refer to this block
 * @ptr: its start
 *
 * It is a root of scans: what it refers to is no leak. Context: any but NMI.
 */
void kmemleak_not_leak(const void *ptr)
{
	if (!ZERO_OR_NULL_PTR(ptr))
		note_add((unsigned long)ptr, NOTE_NOT_LEAK);
}

/**
 * kmemleak_transient_leak() - the next scan says nothing of this block
 * @ptr: its start
 */
void kmemleak_transient_leak(const void *ptr)
{
	if (!ZERO_OR_NULL_PTR(ptr))
		note_add((unsigned long)ptr, NOTE_TRANSIENT);
}

/**
 * kmemleak_ignore() - this block is no leak, and holds no pointers
 * @ptr: its start
 */
void kmemleak_ignore(const void *ptr)
{
	if (!ZERO_OR_NULL_PTR(ptr))
		note_add((unsigned long)ptr, NOTE_IGNORE);
}

/**
 * kmemleak_no_scan() - this block holds no pointers
 * @ptr: its start
 *
 * It may still be a leak itself.
 */
void kmemleak_no_scan(const void *ptr)
{
	if (!ZERO_OR_NULL_PTR(ptr))
		note_add((unsigned long)ptr, NOTE_NO_SCAN);
}

/**
 * kmemleak_scan_again() - what kmemleak_no_scan() said of a block is no longer so
 * @ptr: its start
 */
void kmemleak_scan_again(const void *ptr)
{
	unsigned long irq;
	struct note *n;

	spin_lock_irqsave(&note_lock, irq);
	n = note_find((unsigned long)ptr);
	if (n)
		n->flags &= ~NOTE_NO_SCAN;
	spin_unlock_irqrestore(&note_lock, irq);
}

/**
 * kmemleak_no_scan_range() - this part of the kernel's data holds no pointers
 * @start: its start
 * @size: its bytes
 *
 * Context: process; NOSCAN_RANGES times at most, for good.
 */
void kmemleak_no_scan_range(const void *start, size_t size)
{
	unsigned long irq;

	spin_lock_irqsave(&note_lock, irq);
	if (!WARN_ON(nr_noscan == NOSCAN_RANGES))
		noscan[nr_noscan++] =
			(struct noscan_range){ (unsigned long)start, (unsigned long)start + size };
	spin_unlock_irqrestore(&note_lock, irq);
}

/**
 * kmemleak_scan_area() - only this part of a block, and others of which that is said, holds pointers
 * @ptr: in the block
 * @size: bytes from there; SIZE_MAX: up to the block's end
 * @gfp: for the note
 */
void kmemleak_scan_area(const void *ptr, size_t size, gfp_t gfp)
{
	unsigned long p = (unsigned long)ptr, irq, start = 0;
	struct note *area, *own;
	struct target t;
	bool known;

	spin_lock_irqsave(&note_lock, irq);
	own = own_find(p);
	start = own ? own->start : 0;
	spin_unlock_irqrestore(&note_lock, irq);
	known = !start && find_target(p, &t);
	if (!start && !known) {
		pr_warn("kmemleak: %pS gives an area at 0x%px, where no block is: ignored\n",
			__builtin_return_address(0), ptr);
		return;
	}
	area = note_new(gfp);
	if (!area)
		return;
	area->start = p;
	area->size = size;
	note_put(start ?: t.start, start ? NULL : &t, 0, area, gfp);
}

/* ---- Own blocks ---- */

/**
 * kmemleak_alloc() - a block of the caller's own making
 * @ptr: its start
 * @size: its bytes
 * @min_count: fewer words that lead to it make it a leak; 0: never, and it is a root; less than 0: nor
 *	is it looked at
 * @gfp: for the note
 *
 * What kmalloc(), alloc_pages() and the like return is known already, and is not noted again.
 */
void kmemleak_alloc(const void *ptr, size_t size, int min_count, gfp_t gfp)
{
	unsigned long start = (unsigned long)ptr, irq;
	struct note *fresh, *old;
	struct target t;

	if (ZERO_OR_NULL_PTR(ptr) || !size || (find_target(start, &t) && t.start == start))
		return;
	fresh = note_new(gfp);
	if (!fresh)
		return;
	spin_lock_irqsave(&note_lock, irq);
	if (!own_find(start)) {
		struct note *n = note_take(start, false, &fresh, &old);

		n->size = size;
		n->min_count = min_count;
		n->flags = NOTE_OWN | (min_count < 0 ? NOTE_IGNORE : 0);
		spin_unlock_irqrestore(&note_lock, irq);
		note_free(old);
	} else {
		spin_unlock_irqrestore(&note_lock, irq);
		pr_warn("kmemleak: %pS: 0x%px lies in a block that is known: ignored\n",
			__builtin_return_address(0), ptr);
	}
	note_free(fresh);
}

/* Take the own block out that `p` is in. */
static struct note *own_take(unsigned long p)
{
	unsigned long irq;
	struct note *n;

	spin_lock_irqsave(&note_lock, irq);
	n = own_find(p);
	if (n)
		hash_del(&n->node);
	spin_unlock_irqrestore(&note_lock, irq);
	return n;
}

/**
 * kmemleak_free() - a block of kmemleak_alloc() is gone
 * @ptr: its start; others do nothing
 */
void kmemleak_free(const void *ptr)
{
	struct note *n = own_take((unsigned long)ptr);

	if (n && n->start != (unsigned long)ptr) {
		pr_warn("kmemleak: %pS frees 0x%px, which is inside a block: freed whole\n",
			__builtin_return_address(0), ptr);
	}
	note_free(n);
}

/**
 * kmemleak_free_part() - a part of such a block no longer belongs to it
 * @ptr: where the part starts
 * @size: its bytes
 *
 * What is left on either side is a block each.
 */
void kmemleak_free_part(const void *ptr, size_t size)
{
	unsigned long start = (unsigned long)ptr, end;
	struct note *n = own_take(start);

	if (!n)
		return;
	end = n->start + n->size;
	if (start > n->start)
		kmemleak_alloc((void *)n->start, start - n->start, n->min_count, GFP_ATOMIC);
	if (end > start + size)
		kmemleak_alloc((void *)(start + size), end - start - size, n->min_count,
			       GFP_ATOMIC);
	note_free(n);
}

/**
 * kmemleak_alloc_phys() - kmemleak_alloc() by a physical address, needing no reference
 * @phys: of RAM
 * @size: bytes
 * @gfp: for the note
 */
void kmemleak_alloc_phys(phys_addr_t phys, size_t size, gfp_t gfp)
{
	kmemleak_alloc(__va(phys), size, 0, gfp);
}

/**
 * kmemleak_free_part_phys() - kmemleak_free_part() by a physical address
 * @phys: where the part starts, in RAM
 * @size: its bytes
 *
 * Context: any but NMI.
 */
void kmemleak_free_part_phys(phys_addr_t phys, size_t size)
{
	kmemleak_free_part(__va(phys), size);
}

/**
 * kmemleak_ignore_phys() - kmemleak_ignore() by a physical address
 * @phys: where the block starts, in RAM
 *
 * Context: any but NMI.
 */
void kmemleak_ignore_phys(phys_addr_t phys)
{
	kmemleak_ignore(__va(phys));
}
