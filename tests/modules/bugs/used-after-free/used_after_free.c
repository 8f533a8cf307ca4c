// SPDX-License-Identifier: MIT
/*
 * Frees a list by hand, and asks each node for the next one after it has freed it.
 *
 * Seen: here by luck without any switch: what the allocator keeps in a free object stands where `next` was, and is no
 * pointer. With slab_debug=FZPU by a pointer of poison, 0xa56b6b…, which the report explains. In the process
 * under AddressSanitizer (make host SAN=asan M=…) at the read itself, with its line. A field elsewhere in the
 * object would have been as it was.
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>

struct node {
	int value;
	struct node *next;
};

static struct node *list;

static int push(int value)
{
	struct node *n = kmalloc(sizeof(*n), GFP_KERNEL);

	if (!n)
		return -ENOMEM;
	n->value = value;
	n->next = list;
	list = n;
	return 0;
}

static noinline void free_list(void)
{
	for (struct node *n = list; n; n = n->next) /* the bug: n is free by then */
		kfree(n);
	list = NULL;
}

static int __init list_init(void)
{
	for (int i = 0; i < 3; i++) {
		if (push(i)) {
			free_list();
			return -ENOMEM;
		}
	}
	return 0;
}

static void __exit list_exit(void)
{
	free_list();
	pr_info("the list is free\n");
}

module_init(list_init);
module_exit(list_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("the bug: used after it was freed");
