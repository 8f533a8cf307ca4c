/* SPDX-License-Identifier: MIT */
/*
 * Red-black trees
 * ===============
 *
 * A binary tree whose nodes are red or black, kept so that no leaf is more than twice as deep as
 * another. The vmalloc areas, free areas and VMAs of the kernel hang in such trees, often with a
 * value per node computed from its subtree (rbtree_augmented.h).
 *
 * Each node lies inside the user's object. Its first word holds the parent's address and, in the
 * lowest bit, the colour (1 black); nodes are 8-aligned. The two children are an array, so that
 * every mirrored pair of cases is written once, with a direction:
 *
 *	child[0] = rb_right, child[1] = rb_left		`dir` is one side, `!dir` the other
 *
 * Invariants (a missing child counts as black)
 *   I1  In-order order is the user's order; rotations keep it.
 *   I2  The root is black and has no parent; child->parent is right for every child.
 *   I3  A red node has black children.
 *   I4  All paths from a node down to a missing child have the same number of black nodes.
 *   I5  Augmented: each node's value is right for its subtree, whenever a public function returns.
 *
 * Insertion (Guibas and Sedgewick 1978; cases as in CLRS, chapter 13). The new node is red, so only
 * I3 can be broken, between it and a red parent. With a red uncle, recolour and go on two levels
 * up; else one or two rotations end it.
 *
 * Removal. A node with two children first changes places with its successor, so that one with at
 * most one child leaves the tree. If it was black, its place is one black short (I4): with a red
 * nephew of the sibling or a red parent that is repaired locally, by at most three rotations; else
 * the sibling turns red and the shortage moves up.
 *
 * Augmentation. Removal first cuts the node out, recomputes the path from the lowest change
 * upwards, and only then rotates; so the rotate callback always sees right values below.
 *
 * Locks: the caller's. Complexity: height <= 2 log2(n + 1); insertion and removal O(log n), at most
 * 2 and 3 rotations.
 */
#include <linux/rbtree.h>
#include <linux/rbtree_augmented.h>

#define RIGHT 0
#define LEFT  1

#define BLACK 1UL
#define RED   0UL

static __always_inline void set_parent_color(struct rb_node *node, struct rb_node *parent,
					     unsigned long color)
{
	node->__rb_parent_color = (unsigned long)parent | color;
}

static __always_inline unsigned long color_of(const struct rb_node *node)
{
	return node->__rb_parent_color & 1;
}

static __always_inline void set_parent(struct rb_node *node, struct rb_node *parent)
{
	set_parent_color(node, parent, color_of(node));
}

static __always_inline void set_color(struct rb_node *node, unsigned long color)
{
	set_parent_color(node, rb_parent(node), color);
}

/* A missing child is black. */
static __always_inline bool is_red(const struct rb_node *node)
{
	return node && !color_of(node);
}

static __always_inline int side_of(const struct rb_node *node, const struct rb_node *parent)
{
	return parent->rb_child[LEFT] == node;
}

/* Where `old` hangs (under `parent`, or at the root), `new` hangs from now on. */
static __always_inline void replace_child(struct rb_node *parent, struct rb_node *old,
					  struct rb_node *new, struct rb_root *root)
{
	if (parent)
		WRITE_ONCE(parent->rb_child[side_of(old, parent)], new);
	else
		WRITE_ONCE(root->rb_node, new);
}

/*
 * `node` goes down to the side `dir`, its child of the other side comes up in its place. Colours
 * stay with the nodes.
 *
 *	    node		   up
 *	   /    \		  /  \
 *	  a      up	->     node   c		(dir = left)
 *	        /  \	       /  \
 *	       b    c	      a    b
 */
static struct rb_node *rotate(struct rb_node *node, int dir, struct rb_root *root,
			      const struct rb_augment_callbacks *augment)
{
	struct rb_node *up = node->rb_child[!dir], *middle = up->rb_child[dir];
	struct rb_node *parent = rb_parent(node);

	WRITE_ONCE(node->rb_child[!dir], middle);
	if (middle)
		set_parent(middle, node);
	WRITE_ONCE(up->rb_child[dir], node);
	set_parent(up, parent);
	replace_child(parent, node, up, root);
	set_parent(node, up);
	augment->rotate(node, up);
	return up;
}

static void no_propagate(struct rb_node *node, struct rb_node *stop)
{
}

static void no_change(struct rb_node *old, struct rb_node *new)
{
}

/* A tree without values. */
static const struct rb_augment_callbacks plain = {
	.propagate = no_propagate,
	.copy = no_change,
	.rotate = no_change,
};

/**
 * rb_insert_augmented - rebalance after a red leaf was linked
 * @node: linked by rb_link_node(), values up to date on its path
 * @root: the tree
 * @augment: the tree's callbacks
 */
void rb_insert_augmented(struct rb_node *node, struct rb_root *root,
			 const struct rb_augment_callbacks *augment)
{
	struct rb_node *parent, *grand, *uncle;
	int dir;

	/* A red parent is not the root (I2), so there is a grandparent, and it is black (I3). */
	while ((parent = rb_parent(node)) && is_red(parent)) {
		grand = rb_parent(parent);
		dir = side_of(parent, grand);
		uncle = grand->rb_child[!dir];
		if (is_red(uncle)) {
			set_color(parent, BLACK);
			set_color(uncle, BLACK);
			set_color(grand, RED);
			node = grand;
			continue;
		}
		/* An inner grandchild is first turned into an outer one. */
		if (side_of(node, parent) != dir)
			parent = rotate(parent, dir, root, augment);
		set_color(parent, BLACK);
		set_color(grand, RED);
		rotate(grand, !dir, root, augment);
		return;
	}
	if (!parent)
		set_color(node, BLACK);
}

/**
 * rb_insert_color - rebalance after rb_link_node()
 */
void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	rb_insert_augmented(node, root, &plain);
}

/*
 * The side `dir` of `parent` is one black node short. Each round either repairs that or moves the
 * shortage up to the parent. The short side has at least one black less than its sibling's, so the
 * sibling exists.
 */
static void repair_shortage(struct rb_node *parent, int dir, struct rb_root *root,
			    const struct rb_augment_callbacks *augment)
{
	for (;;) {
		struct rb_node *sibling = parent->rb_child[!dir], *node = parent;

		if (is_red(sibling)) {
			/* Bring it up: the new sibling is a child of it, hence black. */
			set_color(sibling, BLACK);
			set_color(parent, RED);
			rotate(parent, dir, root, augment);
			sibling = parent->rb_child[!dir];
		}
		if (is_red(sibling->rb_child[dir]) && !is_red(sibling->rb_child[!dir])) {
			/*
			 * Only the inner nephew is red: make it the sibling, with the red one
			 * outside.
			 */
			set_color(sibling->rb_child[dir], BLACK);
			set_color(sibling, RED);
			sibling = rotate(sibling, !dir, root, augment);
		}
		if (is_red(sibling->rb_child[!dir])) {
			set_color(sibling, color_of(parent));
			set_color(parent, BLACK);
			set_color(sibling->rb_child[!dir], BLACK);
			rotate(parent, dir, root, augment);
			return;
		}
		/* Both nephews are black: take one black from the sibling's side too. */
		set_color(sibling, RED);
		if (is_red(parent)) {
			set_color(parent, BLACK);
			return;
		}
		parent = rb_parent(node);
		if (!parent)
			return;
		dir = side_of(node, parent);
	}
}

/*
 * What cutting a node out left behind: the side `dir` of `parent` holds what was below it, and may
 * be short.
 */
struct cut {
	struct rb_node *parent;
	int dir;
	bool short_of_black;
};

/*
 * Take out a node with at most one child. If there is a child it is red with no children (I4) and
 * takes over place and colour black; else a shortage appears if the node was black.
 */
static struct cut cut_out(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *parent = rb_parent(node);
	struct rb_node *child = node->rb_left ? node->rb_left : node->rb_right;
	struct cut cut = {
		.parent = parent,
		.dir = parent ? side_of(node, parent) : 0,
		.short_of_black = !child && !is_red(node) && parent,
	};

	if (child)
		set_parent_color(child, parent, color_of(node));
	replace_child(parent, node, child, root);
	return cut;
}

/* Put `new`, which is in no tree, where `old` is, with its colour and children. */
static void take_place(struct rb_node *old, struct rb_node *new, struct rb_root *root)
{
	*new = *old;
	for (int dir = 0; dir < 2; dir++)
		if (old->rb_child[dir])
			set_parent(old->rb_child[dir], new);
	replace_child(rb_parent(old), old, new, root);
}

/**
 * rb_erase_augmented - take a node out and keep all values right
 */
void rb_erase_augmented(struct rb_node *node, struct rb_root *root,
			const struct rb_augment_callbacks *augment)
{
	struct cut cut;

	if (node->rb_left && node->rb_right) {
		struct rb_node *next = rb_next(node);

		cut = cut_out(next, root);
		take_place(node, next, root);
		if (cut.parent == node)
			cut.parent = next;
		augment->copy(node, next);
		if (cut.parent != next)
			augment->propagate(cut.parent, next);
		augment->propagate(next, NULL);
	} else {
		cut = cut_out(node, root);
		if (cut.parent)
			augment->propagate(cut.parent, NULL);
	}
	if (cut.short_of_black)
		repair_shortage(cut.parent, cut.dir, root, augment);
}

/**
 * rb_erase - take a node out; the node itself is left as it was
 */
void rb_erase(struct rb_node *node, struct rb_root *root)
{
	rb_erase_augmented(node, root, &plain);
}

/**
 * rb_replace_node - put `new` in victim's place
 */
void rb_replace_node(struct rb_node *victim, struct rb_node *new, struct rb_root *root)
{
	take_place(victim, new, root);
}

static struct rb_node *outermost(struct rb_node *node, int dir)
{
	while (node && node->rb_child[dir])
		node = node->rb_child[dir];
	return node;
}

/*
 * In-order neighbour on the side `dir`: the nearest below, or the first ancestor that this is on
 * the other side of.
 */
static struct rb_node *neighbour(const struct rb_node *node, int dir)
{
	const struct rb_node *parent;

	if (RB_EMPTY_NODE(node))
		return NULL;
	if (node->rb_child[dir])
		return outermost(node->rb_child[dir], !dir);
	while ((parent = rb_parent(node)) && side_of(node, parent) == dir)
		node = parent;
	return (struct rb_node *)parent;
}

/**
 * rb_first - smallest node, NULL in an empty tree
 */
struct rb_node *rb_first(const struct rb_root *root)
{
	return outermost(root->rb_node, LEFT);
}

/**
 * rb_last - largest node, NULL in an empty tree
 */
struct rb_node *rb_last(const struct rb_root *root)
{
	return outermost(root->rb_node, RIGHT);
}

/**
 * rb_next - the next larger node, or NULL
 */
struct rb_node *rb_next(const struct rb_node *node)
{
	return neighbour(node, RIGHT);
}

/**
 * rb_prev - the next smaller node, or NULL
 */
struct rb_node *rb_prev(const struct rb_node *node)
{
	return neighbour(node, LEFT);
}

/* The first node of a subtree in postorder: down to a leaf, left where possible. */
static struct rb_node *first_leaf(struct rb_node *node)
{
	while (node && (node->rb_left || node->rb_right))
		node = node->rb_left ? node->rb_left : node->rb_right;
	return node;
}

/**
 * rb_first_postorder - where a walk that meets children before parents starts
 */
struct rb_node *rb_first_postorder(const struct rb_root *root)
{
	return first_leaf(root->rb_node);
}

/**
 * rb_next_postorder - the next node of such a walk, or NULL
 */
struct rb_node *rb_next_postorder(const struct rb_node *node)
{
	struct rb_node *parent;

	if (!node)
		return NULL;
	parent = rb_parent(node);
	if (parent && side_of(node, parent) == LEFT && parent->rb_right)
		return first_leaf(parent->rb_right);
	return parent;
}
