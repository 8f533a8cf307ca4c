/* SPDX-License-Identifier: MIT */
/*
 * The tree behind XArray, IDR and IDA: theory in tree.c. What is called here leaves locking to its
 * caller: what reads is for readers under RCU, or under the lock; what changes is for who keeps
 * everybody else from changing.
 */
#ifndef XARRAY_INTERNAL_H
#define XARRAY_INTERNAL_H

#include <linux/idr.h>
#include <linux/rcupdate.h>
#include <linux/xarray.h>

#define XA_SHIFT      6
#define XA_SLOTS      (1U << XA_SHIFT)
#define XA_MARKS      3
#define XA_MAX_LEVELS ((BITS_PER_LONG + XA_SHIFT - 1) / XA_SHIFT)
/* From one entry at index 0 to one at `levels` as well: a path for each, the top in common. */
#define XA_MOST_NODES(levels) (2 * (levels)-1)

/*
 * What is asked for, as a number: a mark, whatever is present, or, of xa_tree_find() alone, indices
 * that are free, where NULL stands.
 */
#define MARK_FREE    ((__force unsigned int)XA_FREE_MARK)
#define WANT_PRESENT ((__force unsigned int)XA_PRESENT)
#define WANT_FREE    9U

/* S: set before it is in the tree  L: who changes the array  r: read by readers */
struct xa_node {
	u8 shift;		       /* S: a slot stands for 1 << shift indices */
	u8 offset;		       /* S: in which slot of its parent it is */
	u8 count;		       /* L: slots that are not NULL */
	struct xa_node *parent;	       /* L: NULL at the top; of spares: the next */
	struct rcu_head rcu;	       /* on its way out */
	void *slots[XA_SLOTS];	       /* L, r */
	unsigned long marks[XA_MARKS]; /* L, r: bit n for slot n */
};

/* Nodes that a change will need, allocated before it begins. */
struct xa_spares {
	struct xa_node *first;
	unsigned int nr, wanted;
};

static inline bool xa_track_free(const struct xarray *xa)
{
	return READ_ONCE(xa->xa_flags) & XA_FLAGS_TRACK_FREE;
}

/* Entries that mean something else inside the tree. */
static inline bool xa_is_advanced(const void *entry)
{
	return xa_is_internal(entry) && entry != XA_ZERO_ENTRY;
}

static inline void *xa_hide_zero(void *entry)
{
	return xa_is_zero(entry) ? NULL : entry;
}

/* ---- spare nodes ---- */
struct xa_node *xa_node_alloc(gfp_t gfp);
void xa_spares_add(struct xa_spares *s, struct xa_node *node);
struct xa_node *xa_spares_take(struct xa_spares *s);
int xa_spares_fill(struct xa_spares *s, gfp_t gfp);
void xa_spares_free(struct xa_spares *s);

/* ---- reading ---- */
void *xa_tree_load(const struct xarray *xa, unsigned long index);
bool xa_tree_marked(const struct xarray *xa, unsigned long index, unsigned int mark);
bool xa_tree_find(const struct xarray *xa, unsigned long *index, unsigned long max,
		  unsigned int filter, void **entry);
void *xa_tree_find_entry(const struct xarray *xa, unsigned long *index, unsigned long max,
			 unsigned int filter);
bool xa_tree_find_free(const struct xarray *xa, unsigned long *index, unsigned long max);

/* ---- changing ---- */
bool xa_tree_ready(const struct xarray *xa, unsigned long index, const void *entry,
		   struct xa_spares *s);
void *xa_tree_store(struct xarray *xa, unsigned long index, void *entry, struct xa_spares *s);
void *xa_tree_erase(struct xarray *xa, unsigned long index);
void xa_tree_mark(struct xarray *xa, unsigned long index, unsigned int mark, bool on);
struct xa_node *xa_tree_detach(struct xarray *xa);
void xa_tree_free(struct xa_node *top);

/* All invariants of tree.c, of ida.c; nobody changes it meanwhile. */
bool xa_valid(const struct xarray *xa);
bool ida_valid(struct ida *ida);

#endif
