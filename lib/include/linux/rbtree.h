/* SPDX-License-Identifier: MIT */
/*
 * Red-black trees threaded through the objects. The user walks down by its own order, links the new
 * node where the walk ended with rb_link_node() and lets rb_insert_color() rebalance. The theory
 * stands in rbtree.c. Nothing locks.
 */
#ifndef LINUX_RBTREE_H
#define LINUX_RBTREE_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/container_of.h>

struct rb_node {
	unsigned long
		__rb_parent_color; /* parent's address | 1 if black; own address if in no tree */
	union {
		struct {
			struct rb_node *rb_right;
			struct rb_node *rb_left;
		};
		struct rb_node *rb_child[2]; /* right, left: by direction */
	};
} __aligned(8);

struct rb_root {
	struct rb_node *rb_node;
};

/* A root that remembers its smallest node. */
struct rb_root_cached {
	struct rb_root rb_root;
	struct rb_node *rb_leftmost;
};

#define RB_ROOT          \
	(struct rb_root) \
	{                \
		NULL     \
	}
#define RB_ROOT_CACHED          \
	(struct rb_root_cached) \
	{                       \
		{ NULL }, NULL  \
	}

#define rb_parent(node)	  ((struct rb_node *)((node)->__rb_parent_color & ~3UL))
#define rb_is_black(node) ((bool)((node)->__rb_parent_color & 1))
#define rb_is_red(node)	  (!rb_is_black(node))

#define rb_entry(ptr, type, member) container_of(ptr, type, member)
#define __rb_entry_safe(ptr, type, member, up)          \
	({                                              \
		__typeof__(ptr) up = (ptr);             \
		up ? rb_entry(up, type, member) : NULL; \
	})
#define rb_entry_safe(ptr, type, member) __rb_entry_safe(ptr, type, member, __UNIQUE_ID(rb_))

#define RB_EMPTY_ROOT(root) (READ_ONCE((root)->rb_node) == NULL)
#define RB_EMPTY_NODE(node) ((node)->__rb_parent_color == (unsigned long)(node))
#define RB_CLEAR_NODE(node) ((node)->__rb_parent_color = (unsigned long)(node))

/* In order, each O(log n), O(1) amortised along a walk; NULL past the ends. */
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);
/* Children before their parent: for tearing a tree down. */
struct rb_node *rb_first_postorder(const struct rb_root *root);
struct rb_node *rb_next_postorder(const struct rb_node *node);

/* Rebalance after rb_link_node(); take a node out. O(log n), at most 2 and 3 rotations. */
void rb_insert_color(struct rb_node *node, struct rb_root *root);
void rb_erase(struct rb_node *node, struct rb_root *root);
/* Put `new` in victim's place; the order must stay right. O(1). */
void rb_replace_node(struct rb_node *victim, struct rb_node *new, struct rb_root *root);

/* Hang `node` under `parent` at *link, red. */
static inline void rb_link_node(struct rb_node *node, struct rb_node *parent, struct rb_node **link)
{
	node->__rb_parent_color = (unsigned long)parent;
	node->rb_left = NULL;
	node->rb_right = NULL;
	*link = node;
}

#define rb_first_cached(root) ((root)->rb_leftmost)

static inline void rb_insert_color_cached(struct rb_node *node, struct rb_root_cached *root,
					  bool leftmost)
{
	if (leftmost)
		root->rb_leftmost = node;
	rb_insert_color(node, &root->rb_root);
}

/* The new leftmost node if that changed, else NULL. */
static inline struct rb_node *rb_erase_cached(struct rb_node *node, struct rb_root_cached *root)
{
	struct rb_node *leftmost = NULL;

	if (root->rb_leftmost == node)
		leftmost = root->rb_leftmost = rb_next(node);
	rb_erase(node, &root->rb_root);
	return leftmost;
}

/* Insert by `less`, behind equals. */
static __always_inline void rb_add(struct rb_node *node, struct rb_root *root,
				   bool (*less)(struct rb_node *a, const struct rb_node *b))
{
	struct rb_node **link = &root->rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = less(node, parent) ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(node, parent, link);
	rb_insert_color(node, root);
}

/* A node for which cmp(key, node) is 0, or NULL. */
static __always_inline struct rb_node *rb_find(const void *key, const struct rb_root *root,
					       int (*cmp)(const void *key, const struct rb_node *n))
{
	struct rb_node *node = root->rb_node;

	while (node) {
		int c = cmp(key, node);

		if (c == 0)
			return node;
		node = c < 0 ? node->rb_left : node->rb_right;
	}
	return NULL;
}

/* Walk in postorder; the current entry may be freed. */
#define rbtree_postorder_for_each_entry_safe(pos, n, root, field)                               \
	for ((pos) = rb_entry_safe(rb_first_postorder(root), __typeof__(*(pos)), field);        \
	     (pos) &&                                                                           \
	     ((n) = rb_entry_safe(rb_next_postorder(&(pos)->field), __typeof__(*(pos)), field), \
	     1);                                                                                \
	     (pos) = (n))

#endif
