// SPDX-License-Identifier: MIT
/*
 * Tests of lib/base/rbtree.c.
 *
 * Random insertions and removals, 20,000 of them, in a tree whose nodes carry the maximum of a
 * weight over their subtree. The model is an array that says which keys are in; every invariant of
 * the file is verified by a recursive walk, the augmented values by brute force.
 *
 * Mutations tried: rotate() not setting the middle's parent; insertion without the inner-grandchild
 * rotation; removal not giving the child its parent's colour; repair_shortage() not painting the
 * nephew black; erase without propagate(cut.parent, next) (only the augmented check sees it);
 * rotate() without the callback; rb_link_node() leaving rb_right, or black; rb_insert_color() empty; rb_next_postorder() not descending into the right side.
 */
#include <kunit/test.h>
#include <linux/rbtree_augmented.h>
#include <linux/bitmap.h>
#include <linux/kernel.h>
#include <linux/string.h>

#define KEYS 512

struct node {
	unsigned int key, weight, max;
	struct rb_node rb;
};

static struct node nodes[KEYS];
static DECLARE_BITMAP(present, KEYS);

static unsigned int own_weight(struct node *n)
{
	return n->weight;
}

RB_DECLARE_CALLBACKS_MAX(static, max_weight, struct node, rb, unsigned int, max, own_weight);

static bool less(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct node, rb)->key < rb_entry(b, struct node, rb)->key;
}

static int cmp_key(const void *key, const struct rb_node *rb)
{
	return (int)*(const unsigned int *)key - (int)rb_entry(rb, struct node, rb)->key;
}

/* What a subtree looks like; black_height -1: an invariant is broken. */
struct shape {
	int black_height, count;
	unsigned int max;
};

static struct shape broken(void)
{
	return (struct shape){ .black_height = -1 };
}

static struct shape shape_of(const struct rb_node *rb, const struct rb_node *parent, bool augmented)
{
	const struct node *n;
	struct shape left, right;

	if (!rb)
		return (struct shape){ 0 };
	n = rb_entry(rb, struct node, rb);
	if (rb_parent(rb) != parent || (rb_is_red(rb) && (!parent || rb_is_red(parent))))
		return broken();
	if (rb->rb_left && rb_entry(rb->rb_left, struct node, rb)->key > n->key)
		return broken();
	if (rb->rb_right && rb_entry(rb->rb_right, struct node, rb)->key < n->key)
		return broken();
	left = shape_of(rb->rb_left, rb, augmented);
	right = shape_of(rb->rb_right, rb, augmented);
	if (left.black_height < 0 || left.black_height != right.black_height)
		return broken();
	left.max = max3(left.max, right.max, n->weight);
	if (augmented && left.max != n->max)
		return broken();
	left.black_height += rb_is_black(rb);
	left.count += right.count + 1;
	return left;
}

/* All invariants, and as many nodes as the model says. */
static bool tree_valid(const struct rb_root *root, bool augmented)
{
	struct shape s = shape_of(root->rb_node, NULL, augmented);

	return s.black_height >= 0 && s.count == bitmap_weight(present, KEYS);
}

/* Forwards and backwards, the walk meets exactly the keys of the model. */
static bool walks_right(const struct rb_root *root)
{
	unsigned long key;
	struct rb_node *rb = rb_first(root);

	for_each_set_bit(key, present, KEYS) {
		if (!rb || rb_entry(rb, struct node, rb)->key != key)
			return false;
		rb = rb_next(rb);
	}
	if (rb)
		return false;
	rb = rb_last(root);
	for (key = KEYS; key--;) {
		if (!test_bit(key, present))
			continue;
		if (!rb || rb_entry(rb, struct node, rb)->key != key)
			return false;
		rb = rb_prev(rb);
	}
	return !rb;
}

static void insert_augmented(struct node *n, struct rb_root *root)
{
	struct rb_node **link = &root->rb_node, *parent = NULL;

	n->max = n->weight;
	while (*link) {
		struct node *up = rb_entry(*link, struct node, rb);

		up->max = max(up->max, n->weight);
		parent = *link;
		link = n->key < up->key ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&n->rb, parent, link);
	rb_insert_augmented(&n->rb, root, &max_weight);
}

static int setup(struct kunit *test)
{
	bitmap_zero(present, KEYS);
	for (unsigned int i = 0; i < KEYS; i++)
		nodes[i] = (struct node){ .key = i, .weight = kunit_rand_below(test, 10000) };
	return 0;
}

static void random_augmented(struct kunit *test)
{
	struct rb_root root = RB_ROOT;

	for (int i = 0; i < 20000; i++) {
		struct node *n = &nodes[kunit_rand_below(test, KEYS)];

		if (__test_and_change_bit(n->key, present)) {
			rb_erase_augmented(&n->rb, &root, &max_weight);
		} else {
			n->weight = kunit_rand_below(test, 10000);
			insert_augmented(n, &root);
		}
		/* Small trees at the start, then a sample. */
		if (i < 500 || i % 16 == 0)
			KUNIT_ASSERT_TRUE_MSG(test, tree_valid(&root, true), "after %d operations",
					      i);
	}
	KUNIT_EXPECT_TRUE(test, walks_right(&root));
	for (unsigned int k = 0; k < KEYS; k++) {
		if (!__test_and_clear_bit(k, present))
			continue;
		rb_erase_augmented(&nodes[k].rb, &root, &max_weight);
		KUNIT_ASSERT_TRUE_MSG(test, tree_valid(&root, true), "tearing down, key %u", k);
	}
	KUNIT_EXPECT_TRUE(test, RB_EMPTY_ROOT(&root));
}

static void random_plain(struct kunit *test)
{
	struct rb_root root = RB_ROOT;

	for (int i = 0; i < 4000; i++) {
		unsigned int key = kunit_rand_below(test, KEYS);
		struct rb_node *found = rb_find(&key, &root, cmp_key);

		KUNIT_ASSERT_PTR_EQ(test, found, test_bit(key, present) ? &nodes[key].rb : NULL);
		if (__test_and_change_bit(key, present))
			rb_erase(&nodes[key].rb, &root);
		else
			rb_add(&nodes[key].rb, &root, less);
		if (i % 16 == 0)
			KUNIT_ASSERT_TRUE(test, tree_valid(&root, false) && walks_right(&root));
	}
}

/*
 * As users write it: down to the place by hand, link, colour. What rb_link_node() leaves is a red leaf
 * under its parent, which rb_insert_color() makes part of the tree.
 */
static void linked_by_hand(struct kunit *test)
{
	struct rb_root root = RB_ROOT;

	for (int i = 0; i < 3000; i++) {
		struct node *n = &nodes[kunit_rand_below(test, KEYS)];
		struct rb_node **link = &root.rb_node, *parent = NULL;

		if (__test_and_change_bit(n->key, present)) {
			rb_erase(&n->rb, &root);
		} else {
			while (*link) {
				parent = *link;
				link = less(&n->rb, parent) ? &parent->rb_left : &parent->rb_right;
			}
			memset(&n->rb, 0x5a, sizeof(n->rb));
			rb_link_node(&n->rb, parent, link);
			KUNIT_ASSERT_PTR_EQ(test, *link, &n->rb);
			KUNIT_ASSERT_PTR_EQ(test, rb_parent(&n->rb), parent);
			KUNIT_ASSERT_TRUE(test, rb_is_red(&n->rb));
			KUNIT_ASSERT_TRUE(test, !n->rb.rb_left && !n->rb.rb_right);
			rb_insert_color(&n->rb, &root);
		}
		KUNIT_ASSERT_TRUE_MSG(test, tree_valid(&root, false), "after %d operations", i);
		if (i % 16 == 0)
			KUNIT_ASSERT_TRUE(test, walks_right(&root));
	}
}

static void ordered_insertion_stays_flat(struct kunit *test)
{
	struct rb_root root = RB_ROOT;

	for (unsigned int i = 0; i < KEYS; i++) {
		rb_add(&nodes[i].rb, &root, less);
		__set_bit(i, present);
	}
	KUNIT_ASSERT_TRUE(test, tree_valid(&root, false));
	/* 512 nodes: at most 2 log2(513) levels, so a black height of at most 9. */
	KUNIT_EXPECT_LE(test, shape_of(root.rb_node, NULL, false).black_height, 9);
	for (unsigned int i = 0; i < KEYS; i += 2) {
		rb_erase(&nodes[i].rb, &root);
		__clear_bit(i, present);
	}
	KUNIT_EXPECT_TRUE(test, tree_valid(&root, false) && walks_right(&root));
}

static void cached_knows_the_first(struct kunit *test)
{
	struct rb_root_cached root = RB_ROOT_CACHED;

	for (int i = 0; i < 2000; i++) {
		struct node *n = &nodes[kunit_rand_below(test, 64)];
		unsigned long first = find_first_bit(present, KEYS);

		if (__test_and_change_bit(n->key, present)) {
			struct rb_node *after = rb_next(&n->rb);

			KUNIT_ASSERT_PTR_EQ(test, rb_erase_cached(&n->rb, &root),
					    n->key == first ? after : NULL);
		} else {
			struct rb_node **link = &root.rb_root.rb_node, *parent = NULL;

			while (*link) {
				parent = *link;
				link = less(&n->rb, parent) ? &parent->rb_left : &parent->rb_right;
			}
			rb_link_node(&n->rb, parent, link);
			rb_insert_color_cached(&n->rb, &root, n->key < first);
		}
		KUNIT_ASSERT_PTR_EQ(test, rb_first_cached(&root), rb_first(&root.rb_root));
	}
}

static void replace_and_postorder(struct kunit *test)
{
	struct rb_root root = RB_ROOT;
	struct node stand_in, *n, *next;
	DECLARE_BITMAP(seen, KEYS) = {};
	int count = 0;

	for (unsigned int i = 0; i < 100; i++) {
		rb_add(&nodes[i].rb, &root, less);
		__set_bit(i, present);
	}
	stand_in = nodes[50];
	rb_replace_node(&nodes[50].rb, &stand_in.rb, &root);
	KUNIT_EXPECT_TRUE(test, tree_valid(&root, false) && walks_right(&root));
	KUNIT_EXPECT_PTR_EQ(test, rb_next(&nodes[49].rb), &stand_in.rb);
	rb_replace_node(&stand_in.rb, &nodes[50].rb, &root);
	/* Children come before their parent. */
	rbtree_postorder_for_each_entry_safe(n, next, &root, rb) {
		for (int dir = 0; dir < 2; dir++)
			if (n->rb.rb_child[dir])
				KUNIT_EXPECT_TRUE(
					test,
					test_bit(
						rb_entry(n->rb.rb_child[dir], struct node, rb)->key,
						seen));
		__set_bit(n->key, seen);
		count++;
	}
	KUNIT_EXPECT_EQ(test, count, 100);
	KUNIT_EXPECT_TRUE(test, bitmap_equal(seen, present, KEYS));
}

static void empty_and_cleared(struct kunit *test)
{
	struct rb_root root = RB_ROOT;

	KUNIT_EXPECT_NULL(test, rb_first(&root));
	KUNIT_EXPECT_NULL(test, rb_last(&root));
	KUNIT_EXPECT_NULL(test, rb_first_postorder(&root));
	RB_CLEAR_NODE(&nodes[0].rb);
	KUNIT_EXPECT_TRUE(test, RB_EMPTY_NODE(&nodes[0].rb));
	KUNIT_EXPECT_NULL(test, rb_next(&nodes[0].rb));
	rb_add(&nodes[0].rb, &root, less);
	KUNIT_EXPECT_FALSE(test, RB_EMPTY_NODE(&nodes[0].rb));
	KUNIT_EXPECT_TRUE(test, rb_is_black(&nodes[0].rb));
	KUNIT_EXPECT_NULL(test, rb_next(&nodes[0].rb));
	KUNIT_EXPECT_NULL(test, rb_prev(&nodes[0].rb));
	rb_erase(&nodes[0].rb, &root);
	KUNIT_EXPECT_TRUE(test, RB_EMPTY_ROOT(&root));
}

static struct kunit_case cases[] = { KUNIT_CASE(random_augmented),
				     KUNIT_CASE(random_plain),
				     KUNIT_CASE(linked_by_hand),
				     KUNIT_CASE(ordered_insertion_stays_flat),
				     KUNIT_CASE(cached_knows_the_first),
				     KUNIT_CASE(replace_and_postorder),
				     KUNIT_CASE(empty_and_cleared),
				     {} };

static struct kunit_suite suite = { .name = "rbtree", .init = setup, .test_cases = cases };
kunit_test_suite(suite);
