// SPDX-License-Identifier: MIT
/*
 * Two caches, and an object of the first that is given back to the second. Each pointer is right by
 * itself, so no compiler notices. The report names both caches and the place; the object goes where
 * it came from.
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>

struct cat {
	int lives;
};

struct dog {
	int tricks;
};

static struct kmem_cache *cats, *dogs;

static int __init wrong_cache_init(void)
{
	struct cat *cat;
	struct dog *dog;

	/* Linux keeps objects of one size in one cache, and would see no mistake: SLAB_NO_MERGE. */
	cats = KMEM_CACHE(cat, SLAB_NO_MERGE);
	if (!cats)
		return -ENOMEM;
	dogs = KMEM_CACHE(dog, SLAB_NO_MERGE);
	if (!dogs)
		goto no_dogs;
	cat = kmem_cache_alloc(cats, GFP_KERNEL);
	if (!cat)
		goto no_cat;
	dog = kmem_cache_alloc(dogs, GFP_KERNEL);
	if (!dog)
		goto no_dog;

	cat->lives = 9;
	dog->tricks = 1;
	pr_info("a cat of %d lives and a dog of %d trick\n", cat->lives, dog->tricks);
	kmem_cache_free(dogs, cat); /* the mistake: it is one of the cats */
	kmem_cache_free(dogs, dog);
	return 0;

no_dog:
	kmem_cache_free(cats, cat);
no_cat:
	kmem_cache_destroy(dogs);
no_dogs:
	kmem_cache_destroy(cats);
	return -ENOMEM;
}

static void __exit wrong_cache_exit(void)
{
	kmem_cache_destroy(dogs);
	kmem_cache_destroy(cats);
}

module_init(wrong_cache_init);
module_exit(wrong_cache_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("an object freed to another cache");
