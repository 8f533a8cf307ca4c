// SPDX-License-Identifier: MIT
/*
 * The tree behind XArray, IDR and IDA
 * ===================================
 *
 * 1. What for. An array with an index of unsigned long that is sparse, ordered, read without a
 *    lock, and finds the next entry, the next marked one, or the next free index without looking
 *    at all between.
 *
 * 2. Model. A radix tree of nodes with 64 slots, six bits of the index a level:
 *
 *	xa_head ──► node, shift 6                     index 0x1c3 = 7·64 + 3
 *	            slot 0 1 2 … 7 … 63
 *	                 │       └──► node, shift 0
 *	                 ▼            slot 0 … 3 … 63
 *	               node, shift 0           └──► entry
 *
 *    A slot of a node with shift s stands for 1 << s indices. Where nothing is there is no node,
 *    and the tree is as low as it can be: an array of one entry at index 0 is that entry, in the
 *    head.
 *
 *	head is            covers
 *	NULL               nothing
 *	an entry           index 0
 *	a node (tagged 2)  0 … (64 << shift) - 1
 *
 *    What stands in a slot is a node if the node's shift isn't 0, and an entry if it is: nobody
 *    asks the pointer itself. So IDRs hold any pointer; only the head can't hold one that looks
 *    like a node, which gets a node of its own.
 *
 * 3. Marks. Three bits a slot, of a node with shift 0 the entry's own, above: whether one of the
 *    slots below has it. Those of the whole array are in xa_flags. Setting stops at the first level
 *    where the bit is set, clearing at the first where another one is. So a search for what is
 *    marked goes straight down to it.
 *    An array that tracks what is free uses the first mark for it: set where nothing stands, and
 *    above, where one of the indices below is free. What the tree doesn't cover is free. IDA sets
 *    it also for entries that have something left.
 *    XA_FLAGS_ZERO_BUSY: index 0 is never free. As long as there are nodes, and nothing else stands
 *    there, a reserved entry does; it goes with the last of the others.
 *
 * 4. Changing: decide, then commit. A change that needs nodes is told how many (xa_tree_ready()),
 *    gets them from its caller's spares, and can't fail. So one that is refused has changed
 *    nothing, and the caller allocates without the lock and asks again.
 *
 * 5. Readers. A reader goes down from the head, by loads that acquire. Each step of a change
 *    leaves a tree in which everything can be found; what is taken out of it is freed behind a
 *    grace period and still leads where it led: a node that is emptied has only NULLs, one that
 *    is replaced by what its slot 0 holds still holds it. So a reader sees, for an index,
 *    something that was there between its start and its end. Marks are separate words, so a
 *    marked search may meet an entry whose mark just went, and passes over slots that were just
 *    emptied. A search starts at the head again after each node that has nothing for it: no
 *    parent is followed by readers.
 *
 * 6. Invariants (xa_valid())
 *    I1  The top node has no parent; a child's shift is 6 less than its parent's, it knows its
 *        parent and its slot there; the lowest have shift 0.
 *    I2  count is the number of slots that aren't NULL, and at least 1.
 *    I3  The top node has something beyond slot 0, unless it has shift 0 and what stands in slot
 *        0 can't stand in the head.
 *    I4  A mark above is set exactly if one is set below; in xa_flags exactly if in the top node.
 *        But for I5, what isn't there has none.
 *    I5  Where free indices are tracked, what isn't there is free; but index 0 of an empty array
 *        with XA_FLAGS_ZERO_BUSY.
 *
 * Locks: none here; internal.h says what each function's caller has. Contexts: any.
 * Complexity: levels, at most 11: loading, storing, marking. Searching: levels², since after a node
 * without an answer it starts over, one level higher up each time.
 * Sources: Linux's documented interface (core-api/xarray.rst); Knuth, TAOCP 3, 6.3 (tries).
 */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <quarry/assert.h>
#include "internal.h"

#define NODE_TAG 2UL
#define ALL	 (~0UL)

static struct kmem_cache *nodes;

/* Linux's name, under which its nodes are in slabinfo. */
void xarray_init(void)
{
	nodes = kmem_cache_create("radix_tree_node", sizeof(struct xa_node), 0,
				  SLAB_PANIC | SLAB_RECLAIM_ACCOUNT, NULL);
}

/* ---- Spare nodes ---- */

/* All zero. */
struct xa_node *xa_node_alloc(gfp_t gfp)
{
	return kmem_cache_zalloc(nodes, gfp);
}

void xa_spares_add(struct xa_spares *s, struct xa_node *node)
{
	node->parent = s->first;
	s->first = node;
	s->nr++;
}

struct xa_node *xa_spares_take(struct xa_spares *s)
{
	struct xa_node *node = s->first;

	assert(node); /* xa_tree_ready() said that there are enough */
	s->first = node->parent;
	node->parent = NULL;
	s->nr--;
	return node;
}

/* As many as are wanted. 0, or -ENOMEM with as many as there were. */
int xa_spares_fill(struct xa_spares *s, gfp_t gfp)
{
	while (s->nr < s->wanted) {
		struct xa_node *node = xa_node_alloc(gfp);

		if (!node)
			return -ENOMEM;
		xa_spares_add(s, node);
	}
	return 0;
}

void xa_spares_free(struct xa_spares *s)
{
	while (s->nr)
		kmem_cache_free(nodes, xa_spares_take(s));
}

/* ---- Where things are ---- */

/* Of the head: is it a node? */
static bool is_node(const void *entry)
{
	return xa_is_advanced(entry);
}

static struct xa_node *to_node(const void *entry)
{
	return (struct xa_node *)((unsigned long)entry - NODE_TAG);
}

static void *to_entry(struct xa_node *node)
{
	return (void *)((unsigned long)node | NODE_TAG);
}

static unsigned int slot_of(const struct xa_node *node, unsigned long index)
{
	return (index >> node->shift) % XA_SLOTS;
}

/* The bits of an index that a node and those below it decide. */
static unsigned long node_mask(const struct xa_node *node)
{
	return ALL >> (BITS_PER_LONG - min(node->shift + XA_SHIFT, BITS_PER_LONG));
}

/* The last index that a tree with this head covers. */
static unsigned long head_last(const void *head)
{
	return is_node(head) ? node_mask(to_node(head)) : 0;
}

static unsigned int levels_of_node(const struct xa_node *node)
{
	return node->shift / XA_SHIFT + 1;
}

/* How many levels of nodes a tree has that covers an index. */
static unsigned int levels_of(unsigned long index)
{
	return index ? DIV_ROUND_UP(fls_long(index), XA_SHIFT) : 1;
}

/* Under RCU; what changes the tree sees its own writes. */
static void *slot_read(const struct xa_node *node, unsigned int slot)
{
	return smp_load_acquire(&node->slots[slot]);
}

static void *head_read(const struct xarray *xa)
{
	return smp_load_acquire(&xa->xa_head);
}

/* Has anything in the array a mark? */
static bool flagged(const struct xarray *xa, unsigned int mark)
{
	return READ_ONCE(xa->xa_flags) & XA_FLAGS_MARK(mark);
}

/* ---- Reading ---- */

/* What stands at an index, XA_ZERO_ENTRY included. */
void *xa_tree_load(const struct xarray *xa, unsigned long index)
{
	void *entry = head_read(xa);
	const struct xa_node *node;

	if (!is_node(entry))
		return index ? NULL : entry;
	if (index > head_last(entry))
		return NULL;
	do {
		node = to_node(entry);
		entry = slot_read(node, slot_of(node, index));
	} while (entry && node->shift);
	return entry;
}

/* Has what stands at an index a mark? */
bool xa_tree_marked(const struct xarray *xa, unsigned long index, unsigned int mark)
{
	void *entry = head_read(xa);
	const struct xa_node *node;
	unsigned int slot;

	if (!is_node(entry))
		return !index && entry && flagged(xa, mark);
	if (index > head_last(entry))
		return false;
	for (;;) {
		node = to_node(entry);
		slot = slot_of(node, index);
		entry = slot_read(node, slot);
		if (!entry)
			return false;
		if (!node->shift)
			return READ_ONCE(node->marks[mark]) >> slot & 1;
	}
}

/* ---- Searching ---- */

/* Is there anything for this filter in the head that is no node? */
static bool head_has(const struct xarray *xa, const void *head, unsigned int filter)
{
	if (filter == WANT_FREE)
		return flagged(xa, MARK_FREE);
	return head && (filter == WANT_PRESENT || flagged(xa, filter));
}

/* The first slot, from one on, with anything for this filter in or below it; XA_SLOTS: none. */
static unsigned int next_slot(const struct xa_node *node, unsigned int slot, unsigned int filter)
{
	unsigned long bits;

	if (filter == WANT_PRESENT) {
		while (slot < XA_SLOTS && !READ_ONCE(node->slots[slot]))
			slot++;
		return slot;
	}
	bits = READ_ONCE(node->marks[filter == WANT_FREE ? MARK_FREE : filter]);
	bits &= ALL << slot;
	return bits ? __ffs(bits) : XA_SLOTS;
}

enum step { FOUND, ONWARDS, NOWHERE };

/*
 * Go down from the top node to the first slot with something for the filter. ONWARDS: nothing up to
 * *index, which is where to look next; NOWHERE: nor is there anything behind it.
 */
static enum step look(const struct xa_node *node, unsigned long *index, unsigned int filter,
		      void **entry)
{
	for (;;) {
		unsigned long mask = node_mask(node), low = mask >> XA_SHIFT;
		unsigned int here = slot_of(node, *index), slot = next_slot(node, here, filter);

		if (slot == XA_SLOTS) {
			*index |= mask;
			break;
		}
		if (slot != here)
			*index = (*index & ~mask) | ((unsigned long)slot << node->shift);
		*entry = slot_read(node, slot);
		if (!*entry && filter != WANT_FREE) { /* gone meanwhile */
			*index |= low;
			break;
		}
		if (!*entry || !node->shift)
			return FOUND;
		node = to_node(*entry);
	}
	return ++*index ? ONWARDS : NOWHERE;
}

/*
 * The first index from *index to `max` with something for the filter (WANT_PRESENT, a mark, or
 * WANT_FREE), and what stands there; XA_ZERO_ENTRY is present. False: none; *index is anything then.
 */
bool xa_tree_find(const struct xarray *xa, unsigned long *index, unsigned long max,
		  unsigned int filter, void **entry)
{
	enum step step = ONWARDS;

	while (step == ONWARDS && *index <= max) {
		void *head = head_read(xa);

		if (*index > head_last(head))
			return false;
		if (!is_node(head)) {
			*entry = head;
			return head_has(xa, head, filter);
		}
		step = look(to_node(head), index, filter, entry);
	}
	return step == FOUND && *index <= max;
}

/* The first entry that isn't reserved only; NULL, and *index as it was: none. */
void *xa_tree_find_entry(const struct xarray *xa, unsigned long *index, unsigned long max,
			 unsigned int filter)
{
	unsigned long i = *index;
	void *entry;

	while (xa_tree_find(xa, &i, max, filter, &entry)) {
		if (!xa_is_zero(entry)) {
			*index = i;
			return entry;
		}
		if (i++ == max)
			break;
	}
	return NULL;
}

/* The first free index from *index to `max`. Not for readers: who changes the array. */
bool xa_tree_find_free(const struct xarray *xa, unsigned long *index, unsigned long max)
{
	unsigned long last = head_last(xa->xa_head);
	void *entry;

	if (*index <= last) {
		if (xa_tree_find(xa, index, min(last, max), WANT_FREE, &entry))
			return true;
		if (last >= max)
			return false;
		*index = last + 1;
	}
	return *index <= max;
}

/* ---- Marks ---- */

/* Of slot `slot` of a node, or, `node` NULL, of the head. */
static void mark_set(struct xarray *xa, struct xa_node *node, unsigned int slot, unsigned int mark)
{
	for (; node; slot = node->offset, node = node->parent) {
		unsigned long old = node->marks[mark];

		if (old & BIT(slot))
			return;
		WRITE_ONCE(node->marks[mark], old | BIT(slot));
	}
	WRITE_ONCE(xa->xa_flags, xa->xa_flags | XA_FLAGS_MARK(mark));
}

static void mark_clear(struct xarray *xa, struct xa_node *node, unsigned int slot,
		       unsigned int mark)
{
	for (; node; slot = node->offset, node = node->parent) {
		unsigned long left = node->marks[mark] & ~BIT(slot);

		if (left == node->marks[mark])
			return;
		WRITE_ONCE(node->marks[mark], left);
		if (left)
			return;
	}
	WRITE_ONCE(xa->xa_flags, xa->xa_flags & ~XA_FLAGS_MARK(mark));
}

/* Is an index never free? */
static bool never_free(const struct xarray *xa, unsigned long index)
{
	return !index && (xa->xa_flags & XA_FLAGS_ZERO_BUSY);
}

/* As what isn't there has them. */
static void marks_reset(struct xarray *xa, struct xa_node *node, unsigned long index)
{
	unsigned int slot = index % XA_SLOTS;

	for (unsigned int mark = 0; mark < XA_MARKS; mark++) {
		if (mark == MARK_FREE && xa_track_free(xa) && !never_free(xa, index))
			mark_set(xa, node, slot, mark);
		else
			mark_clear(xa, node, slot, mark);
	}
}

/* ---- Lower and higher ---- */

/* Readers may still be in it. */
static void node_free(struct xa_node *node)
{
	kfree_rcu(node, rcu);
}

static bool fits_head(const void *entry)
{
	return !xa_is_advanced(entry);
}

/* What the head becomes when the top node has nothing but slot 0. */
static void *lowered(const struct xarray *xa, const struct xa_node *top)
{
	void *entry = top->slots[0];

	if (top->shift)
		to_node(entry)->parent = NULL;
	else if (xa_is_zero(entry) && never_free(xa, 0))
		return NULL;
	return entry;
}

/* I3 */
static void shrink(struct xarray *xa)
{
	while (is_node(xa->xa_head)) {
		struct xa_node *top = to_node(xa->xa_head);

		if (top->count != 1 || !top->slots[0])
			return;
		if (!top->shift && !fits_head(top->slots[0]))
			return;
		rcu_assign_pointer(xa->xa_head, lowered(xa, top));
		if (xa_track_free(xa) && !(top->marks[MARK_FREE] & 1))
			mark_clear(xa, NULL, 0, MARK_FREE);
		node_free(top);
	}
}

/* I2: take out what is empty, from a node upwards. */
static void prune(struct xarray *xa, struct xa_node *node)
{
	while (node && !node->count) {
		struct xa_node *parent = node->parent;

		if (parent) {
			WRITE_ONCE(parent->slots[node->offset], NULL);
			parent->count--;
		} else {
			WRITE_ONCE(xa->xa_head, NULL);
		}
		node_free(node);
		node = parent;
	}
	shrink(xa);
}

/* A node above all that there is; what it covers beyond that is free. */
static void add_top(struct xarray *xa, unsigned int level, struct xa_spares *s)
{
	struct xa_node *top = xa_spares_take(s);
	void *head = xa->xa_head;

	top->shift = (level - 1) * XA_SHIFT;
	top->count = !!head;
	top->slots[0] = head;
	if (is_node(head)) {
		to_node(head)->parent = top;
		to_node(head)->offset = 0;
	}
	for (unsigned int mark = 0; mark < XA_MARKS; mark++)
		top->marks[mark] = flagged(xa, mark);
	if (xa_track_free(xa)) {
		top->marks[MARK_FREE] |= ~1UL;
		mark_set(xa, NULL, 0, MARK_FREE);
	}
	rcu_assign_pointer(xa->xa_head, to_entry(top));
}

/* Does something stand at index 0, or will as soon as there is a node? */
static bool zero_stays(const struct xarray *xa)
{
	return xa->xa_head || never_free(xa, 0);
}

/* Make the tree so high that it covers an index. */
static void grow(struct xarray *xa, unsigned long index, struct xa_spares *s)
{
	unsigned int levels = levels_of(index);
	unsigned int have = 0;

	if (!zero_stays(xa)) {
		add_top(xa, levels, s);
		return;
	}
	if (!xa->xa_head)
		rcu_assign_pointer(xa->xa_head, XA_ZERO_ENTRY);
	if (is_node(xa->xa_head))
		have = levels_of_node(to_node(xa->xa_head));
	while (have < levels)
		add_top(xa, ++have, s);
}

/* Nodes for what lies below a slot. */
static struct xa_node *add_child(struct xarray *xa, struct xa_node *parent, unsigned int slot,
				 struct xa_spares *s)
{
	struct xa_node *node = xa_spares_take(s);

	node->shift = parent->shift - XA_SHIFT;
	node->offset = slot;
	node->parent = parent;
	if (xa_track_free(xa))
		node->marks[MARK_FREE] = ALL;
	parent->count++;
	rcu_assign_pointer(parent->slots[slot], to_entry(node));
	return node;
}

/* The node whose slot is the index's own; NULL: that is the head. Makes what is missing. */
static struct xa_node *reach(struct xarray *xa, unsigned long index, const void *entry,
			     struct xa_spares *s)
{
	struct xa_node *node;

	if (!is_node(xa->xa_head) && !index && fits_head(entry))
		return NULL;
	if (!is_node(xa->xa_head) || index > head_last(xa->xa_head))
		grow(xa, index, s);
	node = to_node(xa->xa_head);
	while (node->shift) {
		unsigned int slot = slot_of(node, index);

		node = node->slots[slot] ? to_node(node->slots[slot])
					 : add_child(xa, node, slot, s);
	}
	return node;
}

/* As reach(), but only if all is there. */
static bool reach_old(struct xarray *xa, unsigned long index, struct xa_node **found)
{
	struct xa_node *node = NULL;
	void *entry = xa->xa_head;

	if (index > head_last(entry))
		return false;
	if (is_node(entry)) {
		do {
			node = to_node(entry);
			entry = node->slots[slot_of(node, index)];
		} while (entry && node->shift);
	}
	*found = node;
	return entry;
}

/* ---- Changing ---- */

static unsigned int nodes_missing(const struct xarray *xa, unsigned long index, const void *entry)
{
	unsigned int levels = levels_of(index);
	const struct xa_node *node;
	const void *head = xa->xa_head;

	if (!is_node(head)) {
		if (!index && fits_head(entry))
			return 0;
		return zero_stays(xa) ? XA_MOST_NODES(levels) : levels;
	}
	node = to_node(head);
	if (index > head_last(head))
		return levels - levels_of_node(node) + levels - 1;
	while (node->shift && node->slots[slot_of(node, index)])
		node = to_node(node->slots[slot_of(node, index)]);
	return node->shift / XA_SHIFT;
}

/* Are there spares enough for storing at an index? Else it is noted how many are wanted. */
bool xa_tree_ready(const struct xarray *xa, unsigned long index, const void *entry,
		   struct xa_spares *s)
{
	s->wanted = nodes_missing(xa, index, entry);
	return s->nr >= s->wanted;
}

/* Returns what stood there. */
static void *put(struct xarray *xa, struct xa_node *node, unsigned int slot, void *entry)
{
	void **place = node ? &node->slots[slot] : &xa->xa_head;
	void *old = *place;

	rcu_assign_pointer(*place, entry);
	if (node)
		node->count += !!entry - !!old;
	return old;
}

/* Store what isn't NULL, after xa_tree_ready(); it isn't free then. Returns what stood there. */
void *xa_tree_store(struct xarray *xa, unsigned long index, void *entry, struct xa_spares *s)
{
	struct xa_node *node = reach(xa, index, entry, s);
	unsigned int slot = index % XA_SLOTS;
	void *old = put(xa, node, slot, entry);

	if (xa_track_free(xa))
		mark_clear(xa, node, slot, MARK_FREE);
	shrink(xa); /* a pointer at index 0 that did not fit the head was replaced */
	return old;
}

/* Take out what stands at an index, and its marks: these first, for who searches by them. */
void *xa_tree_erase(struct xarray *xa, unsigned long index)
{
	unsigned int slot = index % XA_SLOTS;
	struct xa_node *node;
	void *old;

	if (!reach_old(xa, index, &node))
		return NULL;
	marks_reset(xa, node, index);
	old = put(xa, node, slot, node && never_free(xa, index) ? XA_ZERO_ENTRY : NULL);
	prune(xa, node);
	return old;
}

/* Mark what stands at an index, or not; nothing there: nothing is done. */
void xa_tree_mark(struct xarray *xa, unsigned long index, unsigned int mark, bool on)
{
	struct xa_node *node;

	if (!reach_old(xa, index, &node))
		return;
	if (on)
		mark_set(xa, node, index % XA_SLOTS, mark);
	else
		mark_clear(xa, node, index % XA_SLOTS, mark);
}

/* Empty the array. Returns the top of what it had, for xa_tree_free(). */
struct xa_node *xa_tree_detach(struct xarray *xa)
{
	void *head = xa->xa_head;

	WRITE_ONCE(xa->xa_head, NULL);
	marks_reset(xa, NULL, 0);
	return is_node(head) ? to_node(head) : NULL;
}

/* The first node below a slot of another's, from *slot on; NULL: there is none. */
static struct xa_node *child_from(const struct xa_node *node, unsigned int *slot)
{
	for (; node->shift && *slot < XA_SLOTS; ++*slot) {
		if (node->slots[*slot])
			return to_node(node->slots[*slot]);
	}
	return NULL;
}

/* Free a tree that is in no array any more; NULL does nothing. */
void xa_tree_free(struct xa_node *top)
{
	struct xa_node *node = top;
	unsigned int slot = 0;

	while (node) {
		struct xa_node *parent = node->parent, *child = child_from(node, &slot);

		if (child) {
			node = child;
			slot = 0;
			continue;
		}
		slot = node->offset + 1;
		node_free(node);
		node = parent;
	}
}

/* ---- Invariants ---- */

static bool slot_valid(const struct xarray *xa, const struct xa_node *node, unsigned int slot)
{
	const void *entry = node->slots[slot];
	const struct xa_node *child = entry && node->shift ? to_node(entry) : NULL;

	if (child && !INVARIANT(1, child->parent == node && child->offset == slot &&
					   child->shift + XA_SHIFT == node->shift))
		return false;
	for (unsigned int mark = 0; mark < XA_MARKS; mark++) {
		bool set = node->marks[mark] & BIT(slot);

		if (child && !INVARIANT(4, set == !!child->marks[mark]))
			return false;
		if (entry)
			continue;
		if (mark == MARK_FREE && xa_track_free(xa)) {
			if (!INVARIANT(5, set))
				return false;
		} else if (!INVARIANT(4, !set)) {
			return false;
		}
	}
	return true;
}

static bool node_valid(const struct xarray *xa, const struct xa_node *node)
{
	unsigned int count = 0;

	for (unsigned int slot = 0; slot < XA_SLOTS; slot++) {
		if (!slot_valid(xa, node, slot))
			return false;
		count += !!node->slots[slot];
	}
	return INVARIANT(2, count == node->count && count);
}

static bool top_valid(const struct xarray *xa, const struct xa_node *top)
{
	if (!INVARIANT(1, !top->parent && top->shift % XA_SHIFT == 0))
		return false;
	if (!INVARIANT(3, top->count > 1 || !top->slots[0] ||
				  (!top->shift && !fits_head(top->slots[0]))))
		return false;
	for (unsigned int mark = 0; mark < XA_MARKS; mark++) {
		if (!INVARIANT(4, flagged(xa, mark) == !!top->marks[mark]))
			return false;
	}
	return true;
}

/* A parent is known to be its child's when the child is reached. */
static bool all_valid(const struct xarray *xa, const struct xa_node *node)
{
	unsigned int slot = 0;

	if (!node_valid(xa, node))
		return false;
	while (node) {
		const struct xa_node *child = child_from(node, &slot);

		if (child && !node_valid(xa, child))
			return false;
		slot = child ? 0 : node->offset + 1;
		node = child ? child : node->parent;
	}
	return true;
}

static bool empty_valid(const struct xarray *xa)
{
	bool free = xa_track_free(xa) && !never_free(xa, 0);

	return INVARIANT(4, !flagged(xa, 1) && !flagged(xa, 2)) &&
	       INVARIANT(5, flagged(xa, MARK_FREE) == free);
}

bool xa_valid(const struct xarray *xa)
{
	const void *head = xa->xa_head;

	if (!head)
		return empty_valid(xa);
	return !is_node(head) || (top_valid(xa, to_node(head)) && all_valid(xa, to_node(head)));
}
