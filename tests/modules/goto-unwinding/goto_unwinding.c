// SPDX-License-Identifier: MIT
/*
 * Setting up in steps, and undoing those that were made in reverse order when one fails. The last step asks
 * for more than there can be, so init fails, and nothing is left behind.
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

static struct kmem_cache *cache;
static void *object, *table, *huge;

static int __init unwinding_init(void)
{
	int err = -ENOMEM;

	cache = kmem_cache_create("unwound", 64, 0, 0, NULL);
	if (!cache)
		goto fail;
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	if (!object)
		goto fail_cache;
	table = vzalloc(64 << 10);
	if (!table)
		goto fail_object;
	huge = kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN);
	if (!huge)
		goto fail_table;
	return 0;

fail_table:
	pr_info("no memory for the last step: undone\n");
	vfree(table);
fail_object:
	kmem_cache_free(cache, object);
fail_cache:
	kmem_cache_destroy(cache);
fail:
	return err;
}

static void __exit unwinding_exit(void)
{
	kfree(huge);
	vfree(table);
	kmem_cache_free(cache, object);
	kmem_cache_destroy(cache);
}

module_init(unwinding_init);
module_exit(unwinding_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("failure handling by goto");
