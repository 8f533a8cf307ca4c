// SPDX-License-Identifier: MIT
/*
 * A sorted array that grows and shrinks, as one block of memory with its own header: struct_size()
 * says how large it is. It begins in kmalloc()'s memory; where that has no block of such a size,
 * kvrealloc() moves it to vmalloc()'s. Growing by half of what is there keeps copying rare; and as it
 * shrinks only when three quarters are empty, it doesn't go back and forth.
 */
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

struct array {
	size_t used, room;
	u64 items[] __counted_by(room);
};

/* Another size for *array; at failure it is as it was, and still the caller's. */
static int resize(struct array **array, size_t room)
{
	struct array *a = kvrealloc(*array, struct_size(a, items, room), GFP_KERNEL);

	if (!a)
		return -ENOMEM;
	if (!*array)
		a->used = 0;
	a->room = room;
	*array = a;
	return 0;
}

/* The first place whose item is not less than `item`. */
static size_t place_of(const struct array *a, u64 item)
{
	size_t low = 0, high = a->used;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (a->items[mid] < item)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int insert(struct array **array, u64 item)
{
	struct array *a = *array;
	size_t at;
	int err;

	if (a->used == a->room) {
		err = resize(array, a->room + a->room / 2 + 1);
		if (err)
			return err;
		a = *array; /* it may have moved */
	}
	at = place_of(a, item);
	memmove(&a->items[at + 1], &a->items[at], (a->used - at) * sizeof(a->items[0]));
	a->items[at] = item;
	a->used++;
	return 0;
}

static void remove(struct array **array, u64 item)
{
	struct array *a = *array;
	size_t at = place_of(a, item);

	if (at == a->used || a->items[at] != item)
		return;
	a->used--;
	memmove(&a->items[at], &a->items[at + 1], (a->used - at) * sizeof(a->items[0]));
	if (a->used < a->room / 4)
		(void)resize(array, a->room / 2); /* if not, it stays as large as it is */
}

static bool is_sorted(const struct array *a)
{
	for (size_t i = 1; i < a->used; i++) {
		if (a->items[i - 1] > a->items[i])
			return false;
	}
	return true;
}

static void show(const struct array *a)
{
	pr_info("%zu items, %s, in %s memory\n", a->used, is_sorted(a) ? "sorted" : "in disorder",
		is_vmalloc_addr(a) ? "vmalloc()'s" : "kmalloc()'s");
}

#define FEW  100
#define MANY 600000 /* more than 4 MiB */

/* In no order, each number once: 101 is a prime. */
static u64 scattered(u64 n)
{
	return n * 37 % 101;
}

static int __init array_init(void)
{
	struct array *a = NULL;
	int err = resize(&a, 4);

	for (u64 n = 0; n < FEW && !err; n++)
		err = insert(&a, scattered(n));
	if (!err)
		show(a);
	for (u64 n = FEW; n < MANY && !err; n++)
		err = insert(&a, 1000 + n);
	if (!err)
		show(a);
	for (u64 n = MANY; n-- > FEW && !err;)
		remove(&a, 1000 + n);
	if (!err)
		pr_info("%zu items, %s, room for %s\n", a->used,
			is_sorted(a) ? "sorted" : "in disorder",
			a->room < 5 * FEW ? "few again" : "many");
	kvfree(a);
	return err;
}

module_init(array_init);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("an array that grows and shrinks");
