// SPDX-License-Identifier: MIT
/*
 * A cache of one's own, whose objects are poisoned while they are free: who uses one after kmem_cache_free()
 * reads 0x6b, and who writes to it is reported when the object is given out again.
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>

struct point {
	int x, y;
};

static struct kmem_cache *points;

static int __init cache_init(void)
{
	struct point *p;

	points = kmem_cache_create("points", sizeof(struct point), 0, SLAB_POISON, NULL);
	if (!points)
		return -ENOMEM;
	p = kmem_cache_alloc(points, GFP_KERNEL);
	if (!p) {
		kmem_cache_destroy(points);
		return -ENOMEM;
	}
	p->x = 1;
	p->y = 2;
	pr_info("a point (%d, %d) of %u bytes\n", p->x, p->y, kmem_cache_size(points));
	kmem_cache_free(points, p);
	pr_info("freed, its bytes are 0x%02x\n", ((volatile unsigned char *)p)[0]);
	return 0;
}

static void __exit cache_exit(void)
{
	kmem_cache_destroy(points);
}

module_init(cache_init);
module_exit(cache_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("a cache with poisoned objects");
