// SPDX-License-Identifier: MIT
/*
 * Walks over lists, hash chains and hash tables (linux/list.h, linux/hashtable.h), against arrays.
 *
 * A random run adds, moves and removes; after each step every kind of walk must meet what an array
 * says, in its order, and the entry that stands there. A walk with "safe" in its name must survive that
 * the body takes the entry out and scribbles over it; a hash table must find each key's objects and,
 * for another key, none with it.
 *
 * Mutations that made them fail when tried: INIT_LIST_HEAD() that sets `next` only; list_entry() with
 * the offset of another member (the member isn't the first here); list_for_each_entry() that begins
 * with the second; list_for_each_entry_safe() that looks at the entry behind the body; the same of
 * hlist; hlist_for_each_entry() ending before the last; hash_for_each_possible() looking into list 0;
 * hash_add() by another function of the key than the lookup; DEFINE_HASHTABLE() of one bit less.
 */
#include <kunit/test.h>
#include <linux/hashtable.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/string.h>

#define ITEMS 24
#define STEPS 400

struct item {
	u64 key;
	struct list_head link;
	u64 between;
	struct hlist_node node;
	bool in;
};

static struct item items[ITEMS];

/* What must be in the list, in order. */
static struct {
	struct item *order[ITEMS];
	int n;
} model;

static int setup(struct kunit *test)
{
	memset(&model, 0, sizeof(model));
	for (int i = 0; i < ITEMS; i++)
		items[i] = (struct item){ .key = 1000 + i };
	return 0;
}

static void model_insert(int at, struct item *item)
{
	memmove(&model.order[at + 1], &model.order[at], (model.n - at) * sizeof(model.order[0]));
	model.order[at] = item;
	model.n++;
	item->in = true;
}

static void model_remove(struct item *item)
{
	int at = 0;

	while (model.order[at] != item)
		at++;
	model.n--;
	memmove(&model.order[at], &model.order[at + 1], (model.n - at) * sizeof(model.order[0]));
	item->in = false;
}

/* What a case of a random run does with one item: puts it in at an end, or takes it out. */
static void change_list(struct kunit *test, struct list_head *head)
{
	struct item *item = &items[kunit_rand_below(test, ITEMS)];

	if (item->in) {
		list_del(&item->link);
		model_remove(item);
	} else if (kunit_rand(test) % 2) {
		INIT_LIST_HEAD(&item->link);
		list_add(&item->link, head);
		model_insert(0, item);
	} else {
		list_add_tail(&item->link, head);
		model_insert(model.n, item);
	}
}

static void list_walks(struct kunit *test)
{
	struct list_head head, *link;
	struct item *item, *next;

	head.next = head.prev = NULL;
	INIT_LIST_HEAD(&head);
	KUNIT_EXPECT_PTR_EQ(test, head.next, &head);
	KUNIT_EXPECT_PTR_EQ(test, head.prev, &head);
	for (int step = 0; step < STEPS; step++) {
		int i = 0, j = 0, k = 0;

		change_list(test, &head);
		list_for_each_entry(item, &head, link)
			KUNIT_ASSERT_PTR_EQ(test, item, model.order[i++]);
		KUNIT_ASSERT_EQ(test, i, model.n);
		KUNIT_ASSERT_TRUE(test, list_entry_is_head(item, &head, link));
		list_for_each(link, &head)
			KUNIT_ASSERT_PTR_EQ(test, list_entry(link, struct item, link),
					    model.order[j++]);
		KUNIT_ASSERT_EQ(test, j, model.n);
		list_for_each_entry_safe(item, next, &head, link)
			KUNIT_ASSERT_PTR_EQ(test, item, model.order[k++]);
		KUNIT_ASSERT_EQ(test, k, model.n);
	}
}

/* The body may do to the entry whatever it likes. */
static void entries_go_while_walking(struct kunit *test)
{
	LIST_HEAD(head);
	struct item *item, *next;
	int i = 0, left = 0;

	for (int n = 0; n < ITEMS; n++)
		list_add_tail(&items[n].link, &head);
	list_for_each_entry_safe(item, next, &head, link) {
		KUNIT_ASSERT_PTR_EQ(test, item, &items[i]);
		if (i++ % 3) {
			list_del(&item->link);
			memset(item, 0x6b, sizeof(*item));
		}
	}
	KUNIT_EXPECT_EQ(test, i, ITEMS);
	list_for_each_entry(item, &head, link)
		KUNIT_EXPECT_PTR_EQ(test, item, &items[3 * left++]);
	KUNIT_EXPECT_EQ(test, left, ITEMS / 3);
	list_for_each_entry_safe(item, next, &head, link)
		list_del_init(&item->link);
	KUNIT_EXPECT_TRUE(test, list_empty(&head));
}

static void chain_walks(struct kunit *test)
{
	HLIST_HEAD(head);
	struct item *item;
	struct hlist_node *tmp;

	for (int step = 0; step < STEPS; step++) {
		struct item *one = &items[kunit_rand_below(test, ITEMS)];
		int i = 0, j = 0;

		if (one->in) {
			hlist_del(&one->node);
			model_remove(one);
		} else {
			hlist_add_head(&one->node, &head);
			model_insert(0, one);
		}
		hlist_for_each_entry(item, &head, node)
			KUNIT_ASSERT_PTR_EQ(test, item, model.order[i++]);
		KUNIT_ASSERT_EQ(test, i, model.n);
		KUNIT_ASSERT_NULL(test, item);
		hlist_for_each_entry_safe(item, tmp, &head, node)
			KUNIT_ASSERT_PTR_EQ(test, item, model.order[j++]);
		KUNIT_ASSERT_EQ(test, j, model.n);
	}
	hlist_for_each_entry_safe(item, tmp, &head, node)
	{
		hlist_del(&item->node);
		memset(item, 0x6b, sizeof(*item));
	}
	KUNIT_EXPECT_TRUE(test, hlist_empty(&head));
}

static DEFINE_HASHTABLE(table, 3);

/* How many objects with `key` the lookup meets; each must be in the table by the model. */
static int found(struct kunit *test, u64 key)
{
	struct item *item;
	int n = 0;

	hash_for_each_possible(table, item, node, key)
	{
		KUNIT_EXPECT_TRUE(test, item->in);
		n += item->key == key;
	}
	return n;
}

/* Few keys, so that several objects have the same. */
static void tables_find_keys(struct kunit *test)
{
	int count[16] = {};

	KUNIT_EXPECT_EQ(test, ARRAY_SIZE(table), 8);
	KUNIT_EXPECT_TRUE(test, hash_empty(table));
	for (u64 key = 0; key < 64; key++) { /* alone in each of the lists */
		hash_add(table, &items[0].node, key);
		KUNIT_EXPECT_FALSE(test, hash_empty(table));
		hash_del(&items[0].node);
		KUNIT_EXPECT_TRUE(test, hash_empty(table));
	}
	for (int step = 0; step < STEPS; step++) {
		struct item *item = &items[kunit_rand_below(test, ITEMS)];
		struct item *met;
		int bucket, all = 0, want = 0;

		if (item->in) {
			hash_del(&item->node);
			count[item->key]--;
		} else {
			item->key = kunit_rand_below(test, 16);
			hash_add(table, &item->node, item->key);
			count[item->key]++;
		}
		item->in = !item->in;
		for (u64 key = 0; key < 16; key++)
			KUNIT_ASSERT_EQ_MSG(test, found(test, key), count[key], "key %llu", key);
		KUNIT_ASSERT_EQ(test, found(test, 99), 0);
		hash_for_each(table, bucket, met, node) all++;
		for (int i = 0; i < ITEMS; i++)
			want += items[i].in;
		KUNIT_ASSERT_EQ(test, all, want);
	}
	hash_init(table);
	KUNIT_EXPECT_TRUE(test, hash_empty(table));
}

static struct kunit_case cases[] = { KUNIT_CASE(list_walks),
				     KUNIT_CASE(entries_go_while_walking),
				     KUNIT_CASE(chain_walks),
				     KUNIT_CASE(tables_find_keys),
				     {} };

static struct kunit_suite suite = { .name = "list_walks", .init = setup, .test_cases = cases };
kunit_test_suite(suite);
