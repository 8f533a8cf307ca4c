// SPDX-License-Identifier: MIT
/*
 * Frees a list, but not what its nodes point to.
 *
 * Seen: always, by the verdict: how many objects of which cache are left, and the line that allocated them.
 */
#include <linux/init.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

struct book {
	struct list_head link;
	char *title;
};

static LIST_HEAD(shelf);

static int book_add(const char *title)
{
	struct book *b = kmalloc(sizeof(*b), GFP_KERNEL);

	if (!b)
		return -ENOMEM;
	b->title = kstrdup(title, GFP_KERNEL);
	list_add(&b->link, &shelf);
	return 0;
}

static void __exit books_exit(void)
{
	struct book *b, *next;

	list_for_each_entry_safe(b, next, &shelf, link) {
		list_del(&b->link);
		kfree(b); /* the bug: b->title */
	}
}

static int __init books_init(void)
{
	int err = book_add("A Book");

	if (!err)
		err = book_add("Another Book");
	if (err)
		books_exit();
	return err;
}

module_init(books_init);
module_exit(books_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("the bug: leaked");
