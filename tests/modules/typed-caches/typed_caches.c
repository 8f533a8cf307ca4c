// SPDX-License-Identifier: MIT
/*
 * Caches of single characters, of numbers, and of arrays of numbers, all with SLAB_POISON: an
 * object that is free, and one that was just handed out, is full of 0x6b, with 0xa5 as its last
 * byte. So who reads what nobody has written gets a number that can be recognised, the same in each
 * run, and not by chance a good one.
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/poison.h>
#include <linux/slab.h>
#include <linux/string.h>

#define NR_SQUARES 10

static struct kmem_cache *chars, *ints, *arrays;

static bool is_poisoned(const void *p, size_t n)
{
	const u8 *last = (const u8 *)p + n - 1;

	return !memchr_inv(p, POISON_FREE, n - 1) && *last == POISON_END;
}

static int use_char(void)
{
	char *c = kmem_cache_alloc(chars, GFP_KERNEL);

	if (!c)
		return -ENOMEM;
	pr_info("new, the character is %s\n", is_poisoned(c, 1) ? "poison" : "something else");
	*c = 'Q';
	pr_info("the character is %c\n", *c);
	kmem_cache_free(chars, c);
	return 0;
}

static int use_int(void)
{
	int *n = kmem_cache_alloc(ints, GFP_KERNEL);

	if (!n)
		return -ENOMEM;
	pr_info("new, the number is 0x%x\n", *n);
	*n = 42;
	pr_info("the number is %d\n", *n);
	kmem_cache_free(ints, n);
	return 0;
}

static int use_array(void)
{
	int *squares = kmem_cache_alloc(arrays, GFP_KERNEL), sum = 0;

	if (!squares)
		return -ENOMEM;
	pr_info("new, the array is %s\n",
		is_poisoned(squares, NR_SQUARES * sizeof(int)) ? "poison" : "something else");
	for (int i = 0; i < NR_SQUARES; i++)
		squares[i] = i * i;
	for (int i = 0; i < NR_SQUARES; i++)
		sum += squares[i];
	pr_info("the array's sum is %d\n", sum);
	kmem_cache_free(arrays, squares);

	/* kmem_cache_zalloc() is zero in any case. */
	squares = kmem_cache_zalloc(arrays, GFP_KERNEL);
	if (!squares)
		return -ENOMEM;
	pr_info("the zeroed array is %s\n",
		memchr_inv(squares, 0, NR_SQUARES * sizeof(int)) ? "something else" : "zero");
	kmem_cache_free(arrays, squares);
	return 0;
}

static void destroy_caches(void)
{
	kmem_cache_destroy(arrays); /* NULL does nothing */
	kmem_cache_destroy(ints);
	kmem_cache_destroy(chars);
}

static int create_caches(void)
{
	chars = kmem_cache_create("chars", sizeof(char), 0, SLAB_POISON, NULL);
	ints = kmem_cache_create("ints", sizeof(int), 0, SLAB_POISON, NULL);
	arrays = kmem_cache_create("int arrays", NR_SQUARES * sizeof(int), 0, SLAB_POISON, NULL);
	return chars && ints && arrays ? 0 : -ENOMEM;
}

static int __init typed_init(void)
{
	int err = create_caches();

	if (!err)
		err = use_char();
	if (!err)
		err = use_int();
	if (!err)
		err = use_array();
	if (err)
		destroy_caches();
	return err;
}

static void __exit typed_exit(void)
{
	destroy_caches();
}

module_init(typed_init);
module_exit(typed_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("caches of characters, numbers and arrays");
