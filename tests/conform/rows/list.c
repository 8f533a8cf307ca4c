// SPDX-License-Identifier: MIT
/*
 * Lists, hash chains, red-black trees, sorting.
 *
 * Source: "The Linux Kernel API" (list management functions, sorting), "Red-black Trees (rbtree) in
 * Linux". An order is told as one number: 123 means 1, then 2, then 3.
 */
#include <linux/bsearch.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/poison.h>
#include <linux/rbtree.h>
#include <linux/sort.h>
#include <linux/string.h>
#include "conform.h"

struct item {
	int n;
	struct list_head list;
	struct hlist_node hash;
	struct rb_node rb;
};

static long order(struct list_head *head)
{
	struct item *it;
	long n = 0;

	list_for_each_entry(it, head, list)
		n = n * 10 + it->n;
	return n;
}

static long order_back(struct list_head *head)
{
	struct item *it;
	long n = 0;

	list_for_each_entry_reverse(it, head, list)
		n = n * 10 + it->n;
	return n;
}

static void adding(conform_t *c)
{
	struct item i[5];
	LIST_HEAD(head);

	for (int k = 0; k < 5; k++)
		i[k].n = k + 1;
	ROW(c, "list.fresh_is_empty", 1, list_empty(&head));
	list_add(&i[0].list, &head);
	ROW(c, "list.singular", 1, list_is_singular(&head));
	list_add(&i[1].list, &head);
	ROW(c, "list.add_is_a_stack", 21, order(&head));
	list_add_tail(&i[2].list, &head);
	ROW(c, "list.add_tail_is_a_queue", 213, order(&head));
	ROW(c, "list.backwards", 312, order_back(&head));
	ROW(c, "list.is_first", 1, list_is_first(&i[1].list, &head));
	ROW(c, "list.is_last", 1, list_is_last(&i[2].list, &head));
	ROW(c, "list.count_nodes", 3, list_count_nodes(&head));
	list_move(&i[2].list, &head);
	ROW(c, "list.move", 321, order(&head));
	list_move_tail(&i[2].list, &head);
	ROW(c, "list.move_tail", 213, order(&head));
	list_rotate_left(&head);
	ROW(c, "list.rotate_left", 132, order(&head));
	list_replace(&i[2].list, &i[3].list);
	ROW(c, "list.replace", 142, order(&head));
	list_swap(&i[0].list, &i[1].list);
	ROW(c, "list.swap", 241, order(&head));
	ROW(c, "list.first_entry", 2, list_first_entry(&head, struct item, list)->n);
	ROW(c, "list.last_entry", 1, list_last_entry(&head, struct item, list)->n);
	ROW(c, "list.next_entry", 4, list_next_entry(&i[1], list)->n);
	ROW(c, "list.prev_entry", 4, list_prev_entry(&i[0], list)->n);
}

static void removing(conform_t *c)
{
	struct item i[4];
	LIST_HEAD(head);
	LIST_HEAD(other);
	struct item *it, *next;

	for (int k = 0; k < 4; k++) {
		i[k].n = k + 1;
		list_add_tail(&i[k].list, &head);
	}
	list_del(&i[1].list);
	ROW(c, "list.del", 134, order(&head));
	ROW(c, "list.del_poisons_next", 1, i[1].list.next == LIST_POISON1);
	ROW(c, "list.del_poisons_prev", 1, i[1].list.prev == LIST_POISON2);
	list_del_init(&i[2].list);
	ROW(c, "list.del_init_is_empty", 1, list_empty(&i[2].list));
	list_add(&i[2].list, &other);
	list_splice_tail_init(&other, &head);
	ROW(c, "list.splice_tail", 143, order(&head));
	ROW(c, "list.splice_init_empties", 1, list_empty(&other));
	list_cut_position(&other, &head, &i[3].list);
	ROW(c, "list.cut_position", 14, order(&other));
	ROW(c, "list.cut_position_rest", 3, order(&head));
	list_splice(&other, &head);
	ROW(c, "list.splice", 143, order(&head));
	list_bulk_move_tail(&head, &i[0].list, &i[3].list);
	ROW(c, "list.bulk_move_tail", 314, order(&head));
	list_for_each_entry_safe(it, next, &head, list)
		list_del_init(&it->list);
	ROW(c, "list.safe_walk_may_remove", 1, list_empty(&head));
	ROW(c, "list.first_or_null", 1, list_first_entry_or_null(&head, struct item, list) == NULL);
}

static void chains(conform_t *c)
{
	struct item i[3];
	HLIST_HEAD(head);
	HLIST_HEAD(other);
	struct item *it;
	long n = 0;

	for (int k = 0; k < 3; k++) {
		i[k].n = k + 1;
		INIT_HLIST_NODE(&i[k].hash);
	}
	ROW(c, "hlist.fresh_is_unhashed", 1, hlist_unhashed(&i[0].hash));
	hlist_add_head(&i[0].hash, &head);
	hlist_add_behind(&i[1].hash, &i[0].hash);
	hlist_add_before(&i[2].hash, &i[1].hash);
	hlist_for_each_entry(it, &head, hash)
		n = n * 10 + it->n;
	ROW(c, "hlist.order", 132, n);
	hlist_del_init(&i[0].hash);
	ROW(c, "hlist.del_init_unhashes", 1, hlist_unhashed(&i[0].hash));
	hlist_del_init(&i[0].hash);
	ROW(c, "hlist.del_init_twice", 1, hlist_unhashed(&i[0].hash));
	hlist_move_list(&head, &other);
	ROW(c, "hlist.move_empties", 1, hlist_empty(&head));
	ROW(c, "hlist.moved_first", 3, hlist_entry(other.first, struct item, hash)->n);
	hlist_del(&i[2].hash);
	ROW(c, "hlist.del_poisons", 1, i[2].hash.pprev == LIST_POISON2);
	ROW(c, "hlist.del_leaves_rest", 2, hlist_entry(other.first, struct item, hash)->n);
}

static bool item_less(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct item, rb)->n < rb_entry(b, struct item, rb)->n;
}

static int item_compare(const void *key, const struct rb_node *node)
{
	return *(const int *)key - rb_entry(node, struct item, rb)->n;
}

static long tree_order(struct rb_root *root)
{
	long n = 0;

	for (struct rb_node *p = rb_first(root); p; p = rb_next(p))
		n = n * 10 + rb_entry(p, struct item, rb)->n;
	return n;
}

static void trees(conform_t *c)
{
	static const int keys[9] = { 5, 2, 8, 1, 9, 3, 7, 4, 6 };
	struct rb_root root = RB_ROOT;
	struct item i[9], spare = { .n = 5 };
	int key = 7;

	ROW(c, "rbtree.fresh_is_empty", 1, RB_EMPTY_ROOT(&root));
	ROW(c, "rbtree.first_of_none", 1, rb_first(&root) == NULL);
	RB_CLEAR_NODE(&spare.rb);
	ROW(c, "rbtree.cleared_node", 1, RB_EMPTY_NODE(&spare.rb));
	for (int k = 0; k < 9; k++) {
		i[k].n = keys[k];
		rb_add(&i[k].rb, &root, item_less);
	}
	ROW(c, "rbtree.in_order", 123456789, tree_order(&root));
	ROW(c, "rbtree.last", 9, rb_entry(rb_last(&root), struct item, rb)->n);
	ROW(c, "rbtree.prev", 4, rb_entry(rb_prev(&i[0].rb), struct item, rb)->n);
	ROW(c, "rbtree.next_of_last", 1, rb_next(&i[4].rb) == NULL);
	ROW(c, "rbtree.find", 1, rb_find(&key, &root, item_compare) == &i[6].rb);
	rb_erase(&i[6].rb, &root);
	ROW(c, "rbtree.find_erased", 1, rb_find(&key, &root, item_compare) == NULL);
	ROW(c, "rbtree.erase", 12345689, tree_order(&root));
	rb_replace_node(&i[0].rb, &spare.rb, &root);
	ROW(c, "rbtree.replace", 12345689, tree_order(&root));
	ROW(c, "rbtree.postorder_ends_at_root", 1, ({
		    struct rb_node *p = rb_first_postorder(&root), *last = NULL;

		    for (; p; p = rb_next_postorder(p))
			    last = p;
		    last == root.rb_node;
	    }));
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void sorting(conform_t *c)
{
	int a[9] = { 5, 2, 8, 1, 9, 3, 7, 4, 6 };
	long n = 0;
	int key = 7, *found;

	sort(a, 9, sizeof(a[0]), compare, NULL);
	for (int k = 0; k < 9; k++)
		n = n * 10 + a[k];
	ROW(c, "sort.order", 123456789, n);
	sort(a, any(0), sizeof(a[0]), compare, NULL);
	ROW(c, "sort.none", 1, a[0]);
	found = bsearch(&key, a, 9, sizeof(a[0]), compare);
	ROW(c, "bsearch.found", 6, found - a);
	key = 10;
	ROW(c, "bsearch.absent", 1, bsearch(&key, a, 9, sizeof(a[0]), compare) == NULL);
	ROW(c, "bsearch.in_none", 1, bsearch(&key, a, any(0), sizeof(a[0]), compare) == NULL);
}

CONFORM_AREA(list, CONFORM_CASE(adding), CONFORM_CASE(removing), CONFORM_CASE(chains),
	     CONFORM_CASE(trees), CONFORM_CASE(sorting));
