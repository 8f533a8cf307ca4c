// SPDX-License-Identifier: MIT
/*
 * The mappings of an address space, as an ordered set of intervals.
 *
 * 1. Model. A mapping (struct vm_area_struct, "VMA") is an interval [vm_start, vm_end) of pages
 *    with one set of rights and one source of pages. The VMAs of an mm are the nodes of a red-black
 *    tree ordered by address:
 *
 *	   prev              gap              vma           next
 *	|========|.........................|==========|...|======
 *	         ^prev->vm_end     ^vm_start_gap(vma)  ^vma->vm_end
 *	          <---- vm_gap ---->  guard, if vma grows down
 *
 *    Each node knows the free space right below it (vm_gap) and the largest vm_gap of its subtree
 *    (rb_subtree_gap). So the highest gap of at least n bytes below a given node is found in O(log
 *    n): look at the node, then at the left subtree if its maximum is large enough, else go up.
 *    vm_gap depends on the node and its predecessor only; whoever moves an end refreshes the node
 *    and its successor: vma_link(), vma_unlink() and vma_resize() are the only functions that move
 *    ends.
 *
 * 2. Splitting takes memory, so it comes in two halves. range_split_prepare() allocates the pieces
 *    (at most two, whatever the range) and asks the owners; range_split_commit() cannot fail.
 *    Merging only frees.
 *
 * 3. Invariants, checked by vma_valid():
 *    I1  page aligned, not empty, within [mmap_min_addr, TASK_SIZE), vm_mm is the tree's owner;
 *    I2  in order and disjoint;
 *    I3  vm_gap and rb_subtree_gap are what section 1 says;
 *    I4  map_count is the number of VMAs, total_vm that of their pages;
 *    I5  no two neighbours that could be one VMA (section 4) stand apart;
 *    I6  vm_page_prot follows from vm_flags, but for the memory type that a driver may have
 *	  chosen; VM_READ…VM_EXEC imply VM_MAYREAD…VM_MAYEXEC.
 *
 * 4. Two VMAs become one if they touch and agree in flags, file, operations and private data, if
 *    the second continues the first in the file (in address, for anonymous memory: its vm_pgoff is
 *    the page number), if the owner has no close() that counts pieces and if the mapping isn't
 *    VM_SPECIAL. These are Linux's rules; private data is compared in addition.
 *
 * 5. Locks. Everything here happens under mm->mmap_lock: changes need it for writing, searches for
 *    reading. VMAs come from a slab cache and are freed at once, since nobody looks at them without
 *    the lock. Context: may sleep.
 *
 * 6. Cost: O(log n) for each function but vma_valid(), which is O(n).
 *
 * 7. Source of the gap tree: any interval allocator with a maximum over the subtree (Cormen et al.,
 *    chapter "Augmenting data structures"); address policy and names are Linux's.
 */
#include <linux/mman.h>
#include <linux/rbtree_augmented.h>
#include <linux/slab.h>
#include <quarry/assert.h>
#include "vma.h"

unsigned long stack_guard_gap = 256UL << PAGE_SHIFT;

static struct kmem_cache *vma_cache;

void vma_caches_init(void)
{
	vma_cache = KMEM_CACHE(vm_area_struct, SLAB_PANIC | SLAB_ACCOUNT);
}

struct vm_area_struct *vma_alloc(struct mm_struct *mm)
{
	struct vm_area_struct *vma = kmem_cache_zalloc(vma_cache, GFP_KERNEL | __GFP_NOWARN);

	if (vma)
		vma->vm_mm = mm;
	return vma;
}

void vma_discard(struct vm_area_struct *vma)
{
	if (vma)
		kmem_cache_free(vma_cache, vma);
}

void vma_release(struct vm_area_struct *vma)
{
	if (vma->vm_ops && vma->vm_ops->close)
		vma->vm_ops->close(vma);
	if (vma->vm_file)
		fput(vma->vm_file);
	vma_discard(vma);
}

pgprot_t vm_get_page_prot(vm_flags_t flags)
{
	return pgprot_user(flags & (VM_READ | VM_WRITE), false, flags & VM_EXEC);
}

void vma_set_page_prot(struct vm_area_struct *vma)
{
	vma->vm_page_prot = pgprot_modify(vma->vm_page_prot, vm_get_page_prot(vma->vm_flags));
}

const struct vm_operations_struct vma_no_ops;

/* --- the tree and its gaps --- */

static inline unsigned long vma_own_gap(const struct vm_area_struct *vma)
{
	return vma->vm_gap;
}

RB_DECLARE_CALLBACKS_MAX(static, gap_callbacks, struct vm_area_struct, vm_rb, unsigned long,
			 rb_subtree_gap, vma_own_gap);

unsigned long vm_start_gap(const struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_GROWSDOWN))
		return vma->vm_start;
	return vma->vm_start - min(vma->vm_start, stack_guard_gap);
}

static unsigned long gap_below(struct vm_area_struct *vma)
{
	struct vm_area_struct *prev = vma_prev(vma);
	unsigned long bottom = prev ? prev->vm_end : 0;
	unsigned long top = vm_start_gap(vma);

	return top > bottom ? top - bottom : 0;
}

/* The gap below `vma` (NULL: nothing to do) may have changed. */
static void refresh_gap(struct vm_area_struct *vma)
{
	if (!vma)
		return;
	vma->vm_gap = gap_below(vma);
	gap_callbacks.propagate(&vma->vm_rb, NULL);
}

/**
 * vma_link() - put a mapping into its mm's tree
 * @mm: the address space
 * @vma: in no tree; its interval is free
 */
void vma_link(struct mm_struct *mm, struct vm_area_struct *vma)
{
	struct rb_node **link = &mm->mm_rb.rb_node, *parent = NULL;

	while (*link) {
		struct vm_area_struct *at = rb_entry(*link, struct vm_area_struct, vm_rb);

		assert_debug(vma->vm_end <= at->vm_start || vma->vm_start >= at->vm_end);
		parent = *link;
		link = vma->vm_start < at->vm_start ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&vma->vm_rb, parent, link);
	vma->vm_gap = gap_below(vma);
	vma->rb_subtree_gap = vma->vm_gap;
	gap_callbacks.propagate(parent, NULL);
	rb_insert_augmented(&vma->vm_rb, &mm->mm_rb, &gap_callbacks);
	refresh_gap(vma_next(vma));
	mm->map_count++;
	mm->total_vm += vma_pages(vma);
}

/**
 * vma_unlink() - take a mapping out of its mm's tree
 * @mm: the address space
 * @vma: in its tree; the structure itself stays as it is
 */
void vma_unlink(struct mm_struct *mm, struct vm_area_struct *vma)
{
	struct vm_area_struct *next = vma_next(vma);

	rb_erase_augmented(&vma->vm_rb, &mm->mm_rb, &gap_callbacks);
	refresh_gap(next);
	mm->map_count--;
	mm->total_vm -= vma_pages(vma);
}

void vma_resize(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	struct mm_struct *mm = vma->vm_mm;

	mm->total_vm -= vma_pages(vma);
	vma->vm_start = start;
	vma->vm_end = end;
	mm->total_vm += vma_pages(vma);
	refresh_gap(vma);
	refresh_gap(vma_next(vma));
}

/* --- searching --- */

/**
 * find_vma() - the first mapping that ends above an address
 * @mm: the address space
 * @addr: need not lie in it
 *
 * Return: it, or NULL if there is none. Context: mmap_lock held. O(log n).
 */
struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr)
{
	struct rb_node *node = mm->mm_rb.rb_node;
	struct vm_area_struct *found = NULL;

	while (node) {
		struct vm_area_struct *vma = rb_entry(node, struct vm_area_struct, vm_rb);

		if (vma->vm_end > addr) {
			found = vma;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return found;
}

/**
 * find_vma_prev() - find_vma(), and the mapping below what it finds
 * @mm: the address space
 * @addr: an address
 * @pprev: set to the last mapping below the result; NULL if there is none
 */
struct vm_area_struct *find_vma_prev(struct mm_struct *mm, unsigned long addr,
				     struct vm_area_struct **pprev)
{
	struct vm_area_struct *vma = find_vma(mm, addr);

	*pprev = vma ? vma_prev(vma)
		     : rb_entry_safe(rb_last(&mm->mm_rb), struct vm_area_struct, vm_rb);
	return vma;
}

/**
 * find_vma_intersection() - the first mapping that has a byte in [start, end)
 * @mm: the address space
 * @start: first byte
 * @end: first byte behind
 */
struct vm_area_struct *find_vma_intersection(struct mm_struct *mm, unsigned long start,
					     unsigned long end)
{
	struct vm_area_struct *vma = find_vma(mm, start);

	return vma && vma->vm_start < end ? vma : NULL;
}

bool vma_range_free(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma = find_vma(mm, start);

	return !vma || end <= vm_start_gap(vma);
}

static unsigned long subtree_gap(struct rb_node *node)
{
	return node ? rb_entry(node, struct vm_area_struct, vm_rb)->rb_subtree_gap : 0;
}

/*
 * The highest node of the subtree with a gap of at least `len`. Precondition: its maximum says
 * there is one.
 */
static struct vm_area_struct *highest_gap_in(struct rb_node *node, unsigned long len)
{
	for (;;) {
		struct vm_area_struct *vma = rb_entry(node, struct vm_area_struct, vm_rb);

		if (subtree_gap(node->rb_right) >= len)
			node = node->rb_right;
		else if (vma->vm_gap >= len)
			return vma;
		else
			node = node->rb_left;
	}
}

/* The highest node at or before `vma` with a gap of at least `len`, or NULL. */
static struct vm_area_struct *highest_gap_from(struct vm_area_struct *vma, unsigned long len)
{
	struct rb_node *node = &vma->vm_rb;

	for (;;) {
		struct rb_node *up;

		vma = rb_entry(node, struct vm_area_struct, vm_rb);
		if (vma->vm_gap >= len)
			return vma;
		if (subtree_gap(node->rb_left) >= len)
			return highest_gap_in(node->rb_left, len);
		/* All that is left lies below: the nearest ancestor that we are right of. */
		while ((up = rb_parent(node)) && node == up->rb_left)
			node = up;
		if (!up)
			return NULL;
		node = up;
	}
}

/**
 * vma_gap_search() - the highest place for a new mapping
 * @mm: the address space
 * @len: bytes, page aligned, not 0
 * @low: the result is not below
 * @high: its end is not above
 *
 * Only the gap that crosses @high is looked at by hand; every other gap below it ends where its
 * VMA's does, so the tree's answer is the highest of all. If that one begins below @low, any other
 * would too.
 *
 * Return: the address, or 0. O(log n).
 */
unsigned long vma_gap_search(struct mm_struct *mm, unsigned long len, unsigned long low,
			     unsigned long high)
{
	struct vm_area_struct *prev, *next, *at;
	unsigned long top, bottom;

	next = find_vma_prev(mm, high - 1, &prev);
	if (next && next->vm_start < high) { /* it holds `high`, or the byte before */
		prev = next;
		top = bottom = high;
	} else {
		top = next ? min(high, vm_start_gap(next)) : high;
		bottom = max(prev ? prev->vm_end : 0, low);
	}
	if (top > bottom && top - bottom >= len)
		return top - len;
	at = prev ? highest_gap_from(prev, len) : NULL;
	if (!at || vm_start_gap(at) < len || vm_start_gap(at) - len < low)
		return 0;
	return vm_start_gap(at) - len;
}

/* --- splitting and merging --- */

static bool may_split(struct vm_area_struct *vma, unsigned long addr, int *err)
{
	if (vma->vm_ops && vma->vm_ops->may_split)
		*err = vma->vm_ops->may_split(vma, addr);
	return !*err;
}

/* Room for the piece above `addr`, if a mapping crosses it. */
static int prepare_one(struct mm_struct *mm, unsigned long addr, struct vm_area_struct **piece)
{
	struct vm_area_struct *vma = vma_lookup(mm, addr);
	int err = 0;

	*piece = NULL;
	if (!vma || vma->vm_start == addr)
		return 0;
	if (!may_split(vma, addr, &err))
		return err;
	*piece = vma_alloc(mm);
	return *piece ? 0 : -ENOMEM;
}

int range_split_prepare(struct mm_struct *mm, unsigned long start, unsigned long end,
			struct range_split *rs)
{
	int err;

	rs->start = start;
	rs->end = end;
	rs->at_end = NULL;
	err = prepare_one(mm, start, &rs->at_start);
	if (!err)
		err = prepare_one(mm, end, &rs->at_end);
	if (err)
		range_split_cancel(rs);
	return err;
}

void range_split_cancel(struct range_split *rs)
{
	vma_discard(rs->at_start);
	vma_discard(rs->at_end);
	rs->at_start = rs->at_end = NULL;
}

/* The mapping around `addr` ends there; `piece` goes on. */
static void split_at(struct mm_struct *mm, unsigned long addr, struct vm_area_struct *piece)
{
	struct vm_area_struct *vma = vma_lookup(mm, addr);

	assert(vma && vma->vm_start < addr);
	*piece = *vma;
	piece->vm_start = addr;
	piece->vm_pgoff = linear_page_index(vma, addr);
	vma_resize(vma, vma->vm_start, addr);
	if (piece->vm_file)
		get_file(piece->vm_file);
	vma_link(mm, piece);
	if (piece->vm_ops && piece->vm_ops->open)
		piece->vm_ops->open(piece);
}

void range_split_commit(struct mm_struct *mm, struct range_split *rs)
{
	if (rs->at_start)
		split_at(mm, rs->start, rs->at_start);
	if (rs->at_end)
		split_at(mm, rs->end, rs->at_end);
}

/* Section 4. `low` lies below `high`. */
static bool can_merge(const struct vm_area_struct *low, const struct vm_area_struct *high)
{
	if (low->vm_end != high->vm_start || low->vm_flags != high->vm_flags)
		return false;
	if (low->vm_file != high->vm_file || low->vm_ops != high->vm_ops ||
	    low->vm_private_data != high->vm_private_data)
		return false;
	if ((low->vm_flags & VM_SPECIAL) || (low->vm_ops && low->vm_ops->close))
		return false;
	return low->vm_pgoff + vma_pages(low) == high->vm_pgoff;
}

static void absorb(struct vm_area_struct *low, struct vm_area_struct *high)
{
	unsigned long end = high->vm_end;

	vma_unlink(low->vm_mm, high);
	vma_resize(low, low->vm_start, end);
	vma_release(high);
}

/*
 * Both sides are looked at: upward again and again, because a split that turned out to change
 * nothing leaves two mergeable neighbours, and the lower of them may be what was just absorbed.
 */
struct vm_area_struct *vma_merge_neighbours(struct vm_area_struct *vma)
{
	struct vm_area_struct *next, *prev = vma_prev(vma);

	while ((next = vma_next(vma)) && can_merge(vma, next))
		absorb(vma, next);
	if (!prev || !can_merge(prev, vma))
		return vma;
	absorb(prev, vma);
	return prev;
}

/* --- checking --- */

static bool vma_self_valid(struct mm_struct *mm, struct vm_area_struct *vma)
{
	vm_flags_t access = vma->vm_flags & VM_ACCESS_FLAGS;

	if (!INVARIANT(1, vma->vm_start >= mmap_min_addr && vma->vm_start < vma->vm_end &&
				  vma->vm_end <= TASK_SIZE && vma->vm_mm == mm))
		return false;
	if (!INVARIANT(1, PAGE_ALIGNED(vma->vm_start) && PAGE_ALIGNED(vma->vm_end)))
		return false;
	if (!INVARIANT(6, vma->vm_page_prot.val ==
				  pgprot_modify(vma->vm_page_prot, vm_get_page_prot(vma->vm_flags))
					  .val))
		return false;
	return INVARIANT(6, (access & ~(vma->vm_flags >> 4)) == 0);
}

static bool vma_gaps_valid(struct vm_area_struct *vma)
{
	unsigned long largest =
		max(subtree_gap(vma->vm_rb.rb_left), subtree_gap(vma->vm_rb.rb_right));

	if (!INVARIANT(3, vma->vm_gap == gap_below(vma)))
		return false;
	return INVARIANT(3, vma->rb_subtree_gap == max(largest, vma->vm_gap));
}

/**
 * vma_valid() - check the invariants of this file
 * @mm: the address space; mmap_lock held, or nobody else uses it
 *
 * Return: false after one line that names the broken one. O(n log n).
 */
bool vma_valid(struct mm_struct *mm)
{
	struct vm_area_struct *vma, *prev = NULL;
	unsigned long pages = 0;
	int count = 0;

	for_each_mm_vma(mm, vma)
	{
		if (!vma_self_valid(mm, vma) || !vma_gaps_valid(vma))
			return false;
		if (!INVARIANT(2, !prev || prev->vm_end <= vma->vm_start))
			return false;
		if (!INVARIANT(5, !prev || !can_merge(prev, vma)))
			return false;
		pages += vma_pages(vma);
		count++;
		prev = vma;
	}
	return INVARIANT(4, count == mm->map_count) && INVARIANT(4, pages == mm->total_vm);
}
