// SPDX-License-Identifier: MIT
/* An array that grows by krealloc(): contents stay, and the old memory is the caller's if there is no more. */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>

struct array {
	int *items;
	size_t used, room;
};

static int push(struct array *a, int item)
{
	if (a->used == a->room) {
		size_t room = a->room ? 2 * a->room : 4;
		int *items = krealloc(a->items, room * sizeof(*items), GFP_KERNEL);

		if (!items)
			return -ENOMEM; /* a->items is as it was */
		a->items = items;
		a->room = room;
	}
	a->items[a->used++] = item;
	return 0;
}

static int __init growth_init(void)
{
	struct array a = { 0 };
	int err = 0, sum = 0;

	for (int i = 1; i <= 100 && !err; i++)
		err = push(&a, i);
	for (size_t i = 0; i < a.used; i++)
		sum += a.items[i];
	pr_info("%zu items, room for %zu, sum %d\n", a.used, a.room, sum);
	kfree(a.items);
	return err;
}

module_init(growth_init);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("krealloc() of a growing array");
