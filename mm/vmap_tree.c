// SPDX-License-Identifier: MIT
/*
 * The vmalloc region's addresses: which area has which, and which are free. Page tables are
 * vmap_pte.c's, policy is vmalloc.c's.
 *
 * 1. Model. The region is cut into areas and free ranges, and nothing else; both are struct
 *    vm_struct and stand in two trees by address:
 *
 *        region  |  area  |g|   area   |g|      free      |  area |g|           free            |
 *        areas      live        lazy                         dying
 *        free                                 max_size                       max_size
 *
 *    (g: the guard page, part of the area). A node of the free tree holds the largest free range of
 *    its subtree, so the lowest range of at least n bytes is found by going down once: left if the
 *    left subtree has one, else here, else right.
 *
 * 2. Life of an area: being built (VM_UNINITIALIZED) -> live -> dying (VMAP_DYING: claimed by
 *    vfree(), its leaves are being taken out) -> lazy (VMAP_LAZY: unmapped, in the backlog until a
 *    TLB flush) -> addresses free. It stays in the area tree till the end, so a fault or a second
 *    vfree() on it is told apart from a wild pointer.
 *
 * 3. Lowest fit, as a range is found by address: areas gather at the bottom, where page tables
 *    already are, and the large rest stays whole. With an alignment above a page a range of n bytes
 *    may still not hold the area. The first FIT_TRIES candidates are looked at one by one (a hole
 *    left by such an area fits again), then any range of n + align - PAGE_SIZE is taken, which
 *    always fits; only if there is none does the one-by-one search go on, to the end: that happens
 *    when the region is all but full.
 *
 * 4. No node is allocated here. What an area is carved from shrinks, disappears (its node is handed
 *    back for freeing) or splits (the caller brought a node). When an area ends, its own node
 *    becomes the free range or, merged with a neighbour, is handed back. So giving back cannot
 *    fail. The highest range keeps its node through all of it (a split gives the new node to the
 *    lower part, a merger keeps the upper one): when all areas of a while are gone, the nodes that
 *    are left are the ones from before, and no page of nodes is held by another one in their place.
 *
 * 5. Invariants (vmap_space_valid)
 *    I1  areas are page aligned, not empty, ascending and disjoint, none marked VMAP_FREE;
 *    I2  free ranges likewise, all marked VMAP_FREE;
 *    I3  areas and free ranges together cover the region exactly;
 *    I4  no two free ranges touch;
 *    I5  max_size of each free range is the largest size in its subtree;
 *    I6  the backlog's chain holds areas marked VMAP_LAZY whose sizes sum to lazy_bytes.
 *
 * 6. Locks: the caller holds vs->lock. Complexity: O(log n) for all but the search said in 3 and
 *    vmap_space_valid().
 *
 * Sources: augmented search trees, Cormen et al., "Introduction to Algorithms", ch. 14; first fit
 * by address, Knuth, TAOCP 1, 2.5.
 */
#include <linux/kernel.h>
#include <linux/rbtree_augmented.h>
#include <quarry/assert.h>
#include "vmap.h"

#define FIT_TRIES 8

#define vm_entry(node) rb_entry(node, struct vm_struct, rb)

static inline unsigned long vm_size(const struct vm_struct *vm)
{
	return vm->size;
}

RB_DECLARE_CALLBACKS_MAX(static, free_augment, struct vm_struct, rb, unsigned long, max_size,
			 vm_size);

/* ---- Areas ---- */

static void areas_insert(struct vmap_space *vs, struct vm_struct *vm)
{
	struct rb_node **link = &vs->areas.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = vm->addr < vm_entry(parent)->addr ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&vm->rb, parent, link);
	rb_insert_color(&vm->rb, &vs->areas);
}

struct vm_struct *vmap_space_next(const struct vmap_space *vs, unsigned long addr)
{
	struct rb_node *n = vs->areas.rb_node;
	struct vm_struct *best = NULL;

	while (n) {
		struct vm_struct *vm = vm_entry(n);

		if (vm_end(vm) > addr) {
			best = vm;
			n = n->rb_left;
		} else {
			n = n->rb_right;
		}
	}
	return best;
}

struct vm_struct *vmap_space_find(const struct vmap_space *vs, unsigned long addr)
{
	struct rb_node *n = vs->areas.rb_node;

	while (n) {
		struct vm_struct *vm = vm_entry(n);

		if (addr < vm_start(vm))
			n = n->rb_left;
		else if (addr >= vm_end(vm))
			n = n->rb_right;
		else
			return vm;
	}
	return NULL;
}

/* ---- Free ranges: search ---- */

static inline bool subtree_has(const struct rb_node *n, unsigned long size)
{
	return n && vm_entry(n)->max_size >= size;
}

/* The lowest range of at least `size` bytes below `n`, which has one. */
static struct vm_struct *free_descend(struct rb_node *n, unsigned long size)
{
	for (;;) {
		if (subtree_has(n->rb_left, size))
			n = n->rb_left;
		else if (vm_entry(n)->size >= size)
			return vm_entry(n);
		else
			n = n->rb_right;
	}
}

static struct vm_struct *free_first(const struct vmap_space *vs, unsigned long size)
{
	return subtree_has(vs->free.rb_node, size) ? free_descend(vs->free.rb_node, size) : NULL;
}

/* The next range above `vm` of at least `size` bytes. */
static struct vm_struct *free_next(struct vm_struct *vm, unsigned long size)
{
	struct rb_node *n = &vm->rb, *up;

	if (subtree_has(n->rb_right, size))
		return free_descend(n->rb_right, size);
	for (up = rb_parent(n); up; n = up, up = rb_parent(n)) {
		if (n == up->rb_right)
			continue;
		if (vm_entry(up)->size >= size)
			return vm_entry(up);
		if (subtree_has(up->rb_right, size))
			return free_descend(up->rb_right, size);
	}
	return NULL;
}

static bool range_fits(const struct vm_struct *range, unsigned long size, unsigned long align)
{
	unsigned long start = ALIGN(vm_start(range), align);

	return start >= vm_start(range) && start < vm_end(range) && vm_end(range) - start >= size;
}

/* The range to carve from; see 3. */
static struct vm_struct *free_find(const struct vmap_space *vs, unsigned long size,
				   unsigned long align)
{
	struct vm_struct *range = free_first(vs, size);

	for (int tries = 1; range && !range_fits(range, size, align); tries++) {
		struct vm_struct *roomy = NULL;

		if (tries == FIT_TRIES)
			roomy = free_first(vs, size + align - PAGE_SIZE);
		if (roomy)
			return roomy;
		range = free_next(range, size);
	}
	return range;
}

/* ---- Free ranges: change ---- */

static void free_resize(struct vm_struct *range, unsigned long start, unsigned long size)
{
	range->addr = (void *)start;
	range->size = size;
	free_augment.propagate(&range->rb, NULL);
}

static void free_insert(struct vmap_space *vs, struct vm_struct *range)
{
	struct rb_node **link = &vs->free.rb_node, *parent = NULL;

	range->flags = VMAP_FREE;
	range->max_size = range->size;
	while (*link) {
		struct vm_struct *at = vm_entry(*link);

		parent = *link;
		at->max_size = max(at->max_size, range->size);
		link = range->addr < at->addr ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&range->rb, parent, link);
	rb_insert_augmented(&range->rb, &vs->free, &free_augment);
}

static void free_erase(struct vmap_space *vs, struct vm_struct *range)
{
	rb_erase_augmented(&range->rb, &vs->free, &free_augment);
}

/* The free ranges on both sides of `addr`, which lies in none. */
static void free_neighbours(const struct vmap_space *vs, unsigned long addr,
			    struct vm_struct **below, struct vm_struct **above)
{
	struct rb_node *n = vs->free.rb_node;

	*below = *above = NULL;
	while (n) {
		struct vm_struct *range = vm_entry(n);

		if (vm_start(range) < addr) {
			*below = range;
			n = n->rb_right;
		} else {
			*above = range;
			n = n->rb_left;
		}
	}
}

/* Take [start, start + size) out of `range`; *spare as vmap_space_take() says. */
static void free_carve(struct vmap_space *vs, struct vm_struct *range, unsigned long start,
		       unsigned long size, struct vm_struct **spare)
{
	unsigned long low = start - vm_start(range), end = start + size;
	unsigned long high = vm_end(range) - end;

	if (!low && !high) {
		free_erase(vs, range);
		range->next = *spare;
		*spare = range;
	} else if (!low) {
		free_resize(range, end, high);
	} else {
		struct vm_struct *rest = *spare;
		unsigned long begin = vm_start(range);

		if (!high) {
			free_resize(range, begin, low);
			return;
		}
		*spare = NULL;
		free_resize(range, end, high);
		rest->addr = (void *)begin;
		rest->size = low;
		free_insert(vs, rest);
	}
}

/* ---- What vmalloc.c calls ---- */

void vmap_space_init(struct vmap_space *vs, struct vm_struct *whole, unsigned long start,
		     unsigned long size)
{
	*vs = (struct vmap_space){ .areas = RB_ROOT, .free = RB_ROOT };
	spin_lock_init(&vs->lock);
	*whole = (struct vm_struct){ .addr = (void *)start, .size = size };
	free_insert(vs, whole);
}

bool vmap_space_take(struct vmap_space *vs, struct vm_struct *vm, unsigned long align,
		     struct vm_struct **spare)
{
	struct vm_struct *range = free_find(vs, vm->size, align);
	unsigned long start;

	if (!range)
		return false;
	start = ALIGN(vm_start(range), align);
	assert_debug(start == vm_start(range) || *spare);
	free_carve(vs, range, start, vm->size, spare);
	vm->addr = (void *)start;
	areas_insert(vs, vm);
	return true;
}

struct vm_struct *vmap_space_give(struct vmap_space *vs, struct vm_struct *vm)
{
	struct vm_struct *below, *above;

	rb_erase(&vm->rb, &vs->areas);
	vm->next = NULL;
	free_neighbours(vs, vm_start(vm), &below, &above);
	if (above && vm_end(vm) != vm_start(above))
		above = NULL;
	if (below && vm_end(below) == vm_start(vm)) {
		unsigned long start = vm_start(below), size = below->size + vm->size;

		if (!above) {
			free_resize(below, start, size);
			return vm;
		}
		free_erase(vs, below);
		below->next = NULL;
		vm->next = below;
		free_resize(above, start, size + above->size);
		return vm;
	}
	if (above) {
		free_resize(above, vm_start(vm), vm->size + above->size);
		return vm;
	}
	free_insert(vs, vm);
	return NULL;
}

/* ---- Invariants ---- */

static bool node_valid(const struct vm_struct *vm, unsigned long start, unsigned long end)
{
	return vm->size && IS_ALIGNED(vm_start(vm) | vm->size, PAGE_SIZE) &&
	       vm_start(vm) >= start && vm_end(vm) > vm_start(vm) && vm_end(vm) <= end;
}

static bool areas_valid(const struct vmap_space *vs, unsigned long start, unsigned long end)
{
	for (struct rb_node *n = rb_first(&vs->areas); n; n = rb_next(n)) {
		const struct vm_struct *vm = vm_entry(n);

		if (!INVARIANT(1, node_valid(vm, start, end)) ||
		    !INVARIANT(1, !(READ_ONCE(vm->flags) & VMAP_FREE)))
			return false;
		start = vm_end(vm);
	}
	return true;
}

static bool free_valid(const struct vmap_space *vs, unsigned long start, unsigned long end)
{
	bool first = true;

	for (struct rb_node *n = rb_first(&vs->free); n; n = rb_next(n)) {
		const struct vm_struct *range = vm_entry(n);
		unsigned long largest = range->size;

		if (!INVARIANT(2, node_valid(range, start, end)) ||
		    !INVARIANT(2, range->flags == VMAP_FREE) ||
		    !INVARIANT(4, first || vm_start(range) > start))
			return false;
		if (n->rb_left)
			largest = max(largest, vm_entry(n->rb_left)->max_size);
		if (n->rb_right)
			largest = max(largest, vm_entry(n->rb_right)->max_size);
		if (!INVARIANT(5, range->max_size == largest))
			return false;
		first = false;
		start = vm_end(range);
	}
	return true;
}

/* I3: step through both trees at once; each range must begin where the one before ended. */
static bool tiles_region(const struct vmap_space *vs, unsigned long start, unsigned long end)
{
	struct rb_node *a = rb_first(&vs->areas), *f = rb_first(&vs->free);

	while (start < end) {
		struct rb_node **n = a && vm_start(vm_entry(a)) == start ? &a : &f;

		if (!INVARIANT(3, *n && vm_start(vm_entry(*n)) == start))
			return false;
		start = vm_end(vm_entry(*n));
		*n = rb_next(*n);
	}
	return INVARIANT(3, start == end && !a && !f);
}

static bool backlog_valid(const struct vmap_space *vs)
{
	unsigned long bytes = 0;

	for (struct vm_struct *vm = vs->lazy; vm; vm = vm->next) {
		if (!INVARIANT(6, vm->flags & VMAP_LAZY) ||
		    !INVARIANT(6, vmap_space_find(vs, vm_start(vm)) == vm))
			return false;
		bytes += vm->size;
	}
	return INVARIANT(6, bytes == vs->lazy_bytes);
}

bool vmap_space_valid(const struct vmap_space *vs, unsigned long start, unsigned long end)
{
	return areas_valid(vs, start, end) && free_valid(vs, start, end) &&
	       tiles_region(vs, start, end) && backlog_valid(vs);
}
