/* SPDX-License-Identifier: MIT */
/*
 * Trees whose nodes also hold a value computed from their subtree (the largest gap below, say).
 *
 * On insertion the user brings the values on the path to the new node up to date, links it and
 * calls rb_insert_augmented(); on removal rb_erase_augmented() does all. The tree calls
 *
 *	propagate(node, stop)	recompute from node up to, but not including, stop (NULL: to the root)
 *	copy(old, new)		new takes old's place: give it old's value
 *	rotate(old, new)	new came up over old: new gets old's value, old is recomputed
 */
#ifndef LINUX_RBTREE_AUGMENTED_H
#define LINUX_RBTREE_AUGMENTED_H

#include <linux/rbtree.h>

struct rb_augment_callbacks {
	void (*propagate)(struct rb_node *node, struct rb_node *stop);
	void (*copy)(struct rb_node *old, struct rb_node *new);
	void (*rotate)(struct rb_node *old, struct rb_node *new);
};

void rb_insert_augmented(struct rb_node *node, struct rb_root *root,
			 const struct rb_augment_callbacks *augment);
void rb_erase_augmented(struct rb_node *node, struct rb_root *root,
			const struct rb_augment_callbacks *augment);

static inline void rb_insert_augmented_cached(struct rb_node *node, struct rb_root_cached *root,
					      bool leftmost,
					      const struct rb_augment_callbacks *augment)
{
	if (leftmost)
		root->rb_leftmost = node;
	rb_insert_augmented(node, &root->rb_root, augment);
}

static inline void rb_erase_augmented_cached(struct rb_node *node, struct rb_root_cached *root,
					     const struct rb_augment_callbacks *augment)
{
	if (root->rb_leftmost == node)
		root->rb_leftmost = rb_next(node);
	rb_erase_augmented(node, &root->rb_root, augment);
}

/*
 * Defines the three callbacks. compute(node, exit) brings node->augmented up to date; it returns
 * true if exit is true and the value was right already, and then nothing above can change either.
 */
#define RB_DECLARE_CALLBACKS(storage, name, type, field, augmented, compute)                   \
	static void name##_propagate(struct rb_node *rb, struct rb_node *stop)                 \
	{                                                                                      \
		while (rb != stop && !compute(rb_entry(rb, type, field), true))                \
			rb = rb_parent(rb);                                                    \
	}                                                                                      \
	static void name##_copy(struct rb_node *old, struct rb_node *new)                      \
	{                                                                                      \
		rb_entry(new, type, field)->augmented = rb_entry(old, type, field)->augmented; \
	}                                                                                      \
	static void name##_rotate(struct rb_node *old, struct rb_node *new)                    \
	{                                                                                      \
		name##_copy(old, new);                                                         \
		(void)compute(rb_entry(old, type, field), false);                              \
	}                                                                                      \
	storage const struct rb_augment_callbacks name = {                                     \
		.propagate = name##_propagate,                                                 \
		.copy = name##_copy,                                                           \
		.rotate = name##_rotate,                                                       \
	}

/* The same where the value is the maximum of own(node) over the subtree. */
#define RB_DECLARE_CALLBACKS_MAX(storage, name, type, field, value_type, augmented, own)     \
	static inline bool name##_compute_max(type *node, bool exit)                         \
	{                                                                                    \
		value_type max = own(node);                                                  \
                                                                                             \
		for (int dir = 0; dir < 2; dir++) {                                          \
			type *child = rb_entry_safe(node->field.rb_child[dir], type, field); \
                                                                                             \
			if (child && child->augmented > max)                                 \
				max = child->augmented;                                      \
		}                                                                            \
		if (exit && node->augmented == max)                                          \
			return true;                                                         \
		node->augmented = max;                                                       \
		return false;                                                                \
	}                                                                                    \
	RB_DECLARE_CALLBACKS(storage, name, type, field, augmented, name##_compute_max)

#endif
