// SPDX-License-Identifier: MIT
/*
 * The size of an array is a product, and a product can overflow: kmalloc(n * size) would then give
 * too little, and what is written behind it belongs to someone else. kmalloc_array() and its kin
 * notice it.
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/slab.h>

struct record {
	u64 key, value;
};

struct table {
	size_t used;
	struct record records[];
};

/* A count that comes from outside. So many that count * sizeof(struct record) is 16. */
static unsigned long count = SIZE_MAX / sizeof(struct record) + 2;
module_param(count, ulong, 0444);

/* What not to do: asks for 16 bytes. Nothing fails, and that is the danger. */
static void by_hand(size_t n)
{
	pr_info("n * size is %zu bytes\n", n * sizeof(struct record));
}

/* An array from kmalloc_array(): NULL, as if there was no memory. */
static void by_kmalloc_array(size_t n)
{
	struct record *records = kmalloc_array(n, sizeof(*records), GFP_KERNEL);

	pr_info("kmalloc_array() gives %s\n", records ? "an array" : "NULL");
	kfree(records);
}

/* A header and an array: struct_size() stops at SIZE_MAX, which no allocation can have. */
static void by_struct_size(size_t n)
{
	struct table *t = kmalloc(struct_size(t, records, n), GFP_KERNEL | __GFP_NOWARN);

	pr_info("struct_size() is %s, kmalloc() of it gives %s\n",
		struct_size(t, records, n) == SIZE_MAX ? "SIZE_MAX" : "a size",
		t ? "a table" : "NULL");
	kfree(t);
}

/* If the size itself is needed, e.g. to refuse a request with the right error. */
static int by_check(size_t n)
{
	size_t bytes;

	if (check_mul_overflow(n, sizeof(struct record), &bytes))
		return -EOVERFLOW;
	return 0;
}

/* Growing by too much leaves the old array as it was. */
static int by_krealloc_array(size_t n)
{
	struct record *records, *more;

	records = kcalloc(4, sizeof(*records), GFP_KERNEL);
	if (!records)
		return -ENOMEM;
	records[3].value = 33;
	more = krealloc_array(records, n, sizeof(*records), GFP_KERNEL);
	pr_info("krealloc_array() gives %s, the old array has %llu\n", more ? "an array" : "NULL",
		more ? 0 : records[3].value);
	kfree(more ?: records);
	return 0;
}

static int __init overflow_init(void)
{
	by_hand(count);
	by_kmalloc_array(count);
	by_kmalloc_array(2);
	by_struct_size(count);
	pr_info("check_mul_overflow() says %d\n", by_check(count));
	return by_krealloc_array(count);
}

module_init(overflow_init);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("sizes that overflow");
