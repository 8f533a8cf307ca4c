// SPDX-License-Identifier: MIT
/* kmalloc(0) is neither memory nor NULL: it can be freed, and any access through it faults. */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>

static int __init zero_init(void)
{
	void *p = kmalloc(0, GFP_KERNEL);

	pr_info("kmalloc(0): %s\n", p == ZERO_SIZE_PTR ? "ZERO_SIZE_PTR" : "something else");
	pr_info("ksize: %zu\n", ksize(p));
	kfree(p);
	kfree(NULL);
	return 0;
}

module_init(zero_init);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("nothing, allocated");
