// SPDX-License-Identifier: MIT
/*
 * Tests of linux/list.h.
 *
 * list: each operation is compared with the order written out as text, walked in both directions.
 * Mutations tried: __list_join() without b->prev; list_del() without poison; list_splice_tail()
 * inserting at the front; list_cut_position() leaving `entry` behind; list_swap() without the mark
 * (neighbours). hlist: every node's pprev is checked against the pointer that points to it.
 * Mutations tried: __hlist_insert() not updating the successor's pprev; hlist_del_init() not
 * clearing pprev.
 */
#include <kunit/test.h>
#include <linux/list.h>
#include <linux/string.h>

struct item {
	char name;
	struct list_head link;
};

struct fixture {
	struct item items[8]; /* a … h */
	struct list_head head, other;
};

static struct fixture f;

static int setup(struct kunit *test)
{
	INIT_LIST_HEAD(&f.head);
	INIT_LIST_HEAD(&f.other);
	for (int i = 0; i < 8; i++)
		f.items[i].name = 'a' + i;
	return 0;
}

static struct list_head *link_of(char name)
{
	return &f.items[name - 'a'].link;
}

static void append(struct list_head *head, const char *names)
{
	for (; *names; names++)
		list_add_tail(link_of(*names), head);
}

/* The names in order; "broken" if the list read backwards differs. */
static const char *order(struct list_head *head)
{
	static char text[16];
	struct item *it;
	int n = 0, back;

	list_for_each_entry(it, head, link)
		text[n++] = it->name;
	text[n] = '\0';
	back = n;
	list_for_each_entry_reverse(it, head, link)
		if (back == 0 || text[--back] != it->name)
			return "broken";
	return back == 0 ? text : "broken";
}

static void adding_and_removing(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, list_empty(&f.head));
	list_add(link_of('b'), &f.head);
	list_add(link_of('a'), &f.head);
	KUNIT_EXPECT_FALSE(test, list_is_singular(&f.head));
	list_add_tail(link_of('c'), &f.head);
	KUNIT_EXPECT_STREQ(test, order(&f.head), "abc");
	KUNIT_EXPECT_EQ(test, list_count_nodes(&f.head), 3);
	KUNIT_EXPECT_TRUE(test, list_is_first(link_of('a'), &f.head));
	KUNIT_EXPECT_TRUE(test, list_is_last(link_of('c'), &f.head));
	list_del(link_of('b'));
	KUNIT_EXPECT_STREQ(test, order(&f.head), "ac");
	KUNIT_EXPECT_PTR_EQ(test, (void *)link_of('b')->next, LIST_POISON1);
	KUNIT_EXPECT_PTR_EQ(test, (void *)link_of('b')->prev, LIST_POISON2);
	list_del_init(link_of('a'));
	KUNIT_EXPECT_TRUE(test, list_empty(link_of('a')));
	KUNIT_EXPECT_TRUE(test, list_is_singular(&f.head));
	KUNIT_EXPECT_EQ(test, list_first_entry(&f.head, struct item, link)->name, 'c');
	list_del_init(link_of('c'));
	KUNIT_EXPECT_NULL(test, list_first_entry_or_null(&f.head, struct item, link));
}

static void moving(struct kunit *test)
{
	append(&f.head, "abcd");
	list_move(link_of('c'), &f.head);
	KUNIT_EXPECT_STREQ(test, order(&f.head), "cabd");
	list_move_tail(link_of('a'), &f.other);
	KUNIT_EXPECT_STREQ(test, order(&f.head), "cbd");
	KUNIT_EXPECT_STREQ(test, order(&f.other), "a");
	list_rotate_left(&f.head);
	KUNIT_EXPECT_STREQ(test, order(&f.head), "bdc");
	list_bulk_move_tail(&f.other, link_of('b'), link_of('d'));
	KUNIT_EXPECT_STREQ(test, order(&f.head), "c");
	KUNIT_EXPECT_STREQ(test, order(&f.other), "abd");
}

static void replacing_and_swapping(struct kunit *test)
{
	append(&f.head, "abcd");
	list_replace(link_of('b'), link_of('g'));
	KUNIT_EXPECT_STREQ(test, order(&f.head), "agcd");
	KUNIT_EXPECT_PTR_EQ(test, link_of('b')->next, link_of('c')); /* left as it was */
	list_replace(link_of('g'), link_of('b'));
	KUNIT_EXPECT_STREQ(test, order(&f.head), "abcd");
	list_replace_init(link_of('b'), link_of('h'));
	KUNIT_EXPECT_STREQ(test, order(&f.head), "ahcd");
	KUNIT_EXPECT_TRUE(test, list_empty(link_of('b')));
	list_swap(link_of('a'), link_of('d'));
	KUNIT_EXPECT_STREQ(test, order(&f.head), "dhca");
	list_swap(link_of('h'), link_of('c'));
	KUNIT_EXPECT_STREQ(test, order(&f.head), "dcha");
	list_swap(link_of('a'), link_of('h'));
	KUNIT_EXPECT_STREQ(test, order(&f.head), "dcah");
}

static void splicing(struct kunit *test)
{
	append(&f.head, "ab");
	append(&f.other, "cd");
	list_splice_init(&f.other, &f.head);
	KUNIT_EXPECT_STREQ(test, order(&f.head), "cdab");
	KUNIT_EXPECT_TRUE(test, list_empty(&f.other));
	append(&f.other, "ef");
	list_splice_tail_init(&f.other, &f.head);
	KUNIT_EXPECT_STREQ(test, order(&f.head), "cdabef");
	list_splice_tail(&f.other, &f.head);
	KUNIT_EXPECT_STREQ(test, order(&f.head), "cdabef");
	list_cut_position(&f.other, &f.head, link_of('a'));
	KUNIT_EXPECT_STREQ(test, order(&f.other), "cda");
	KUNIT_EXPECT_STREQ(test, order(&f.head), "bef");
	list_cut_position(&f.other, &f.head, &f.head);
	KUNIT_EXPECT_TRUE(test, list_empty(&f.other));
	list_cut_position(&f.other, &f.head, link_of('f'));
	KUNIT_EXPECT_TRUE(test, list_empty(&f.head));
	KUNIT_EXPECT_STREQ(test, order(&f.other), "bef");
}

static void removing_while_walking(struct kunit *test)
{
	struct item *it, *next;

	append(&f.head, "abcdefgh");
	list_for_each_entry_safe(it, next, &f.head, link)
		if ((it->name - 'a') % 3)
			list_del(&it->link);
	KUNIT_EXPECT_STREQ(test, order(&f.head), "adg");
	list_for_each_entry_safe_reverse(it, next, &f.head, link)
		list_move_tail(&it->link, &f.other);
	KUNIT_EXPECT_STREQ(test, order(&f.other), "gda");
	it = list_first_entry(&f.other, struct item, link);
	list_for_each_entry_continue(it, &f.other, link) it->name = 'z';
	KUNIT_EXPECT_STREQ(test, order(&f.other), "gzz");
}

static struct kunit_case list_cases[] = { KUNIT_CASE(adding_and_removing),    KUNIT_CASE(moving),
					  KUNIT_CASE(replacing_and_swapping), KUNIT_CASE(splicing),
					  KUNIT_CASE(removing_while_walking), {} };

static struct kunit_suite list_suite = {
	.name = "list",
	.init = setup,
	.test_cases = list_cases,
};

struct hitem {
	char name;
	struct hlist_node node;
};

/* The names in order; "broken" if a node's pprev is not the pointer that points to it. */
static const char *chain(struct hlist_head *head)
{
	static char text[16];
	struct hlist_node **from = &head->first;
	struct hitem *it;
	int n = 0;

	hlist_for_each_entry(it, head, node) {
		if (it->node.pprev != from)
			return "broken";
		from = &it->node.next;
		text[n++] = it->name;
	}
	text[n] = '\0';
	return text;
}

static void hash_chains(struct kunit *test)
{
	struct hitem a = { .name = 'a' }, b = { .name = 'b' }, c = { .name = 'c' },
		     d = { .name = 'd' };
	HLIST_HEAD(head);

	KUNIT_EXPECT_TRUE(test, hlist_empty(&head));
	INIT_HLIST_NODE(&b.node);
	KUNIT_EXPECT_TRUE(test, hlist_unhashed(&b.node));
	hlist_add_head(&c.node, &head);
	hlist_add_head(&a.node, &head);
	hlist_add_before(&b.node, &c.node);
	hlist_add_behind(&d.node, &c.node);
	KUNIT_EXPECT_STREQ(test, chain(&head), "abcd");
	KUNIT_EXPECT_FALSE(test, hlist_unhashed(&b.node));
	hlist_del(&c.node);
	KUNIT_EXPECT_STREQ(test, chain(&head), "abd");
	KUNIT_EXPECT_PTR_EQ(test, (void *)c.node.next, LIST_POISON1);
	hlist_del_init(&a.node);
	KUNIT_EXPECT_STREQ(test, chain(&head), "bd");
	KUNIT_EXPECT_TRUE(test, hlist_unhashed(&a.node));
	hlist_del_init(&a.node);
	KUNIT_EXPECT_STREQ(test, chain(&head), "bd");
}

static void chains_move_and_empty(struct kunit *test)
{
	struct hitem items[4], *it;
	struct hlist_node *next;
	HLIST_HEAD(head);
	HLIST_HEAD(other);

	for (int i = 0; i < 4; i++) {
		items[i].name = 'a' + i;
		hlist_add_head(&items[i].node, &head);
	}
	hlist_move_list(&head, &other);
	KUNIT_EXPECT_TRUE(test, hlist_empty(&head));
	KUNIT_EXPECT_STREQ(test, chain(&other), "dcba");
	hlist_for_each_entry_safe(it, next, &other, node) if (it->name != 'b') hlist_del(&it->node);
	KUNIT_EXPECT_STREQ(test, chain(&other), "b");
}

static struct kunit_case hlist_cases[] = { KUNIT_CASE(hash_chains),
					   KUNIT_CASE(chains_move_and_empty),
					   {} };

static struct kunit_suite hlist_suite = { .name = "hlist", .test_cases = hlist_cases };

kunit_test_suites(&list_suite, &hlist_suite);
