// SPDX-License-Identifier: MIT
/* Writes through a pointer that it did not check: it is told so, and the next module runs. */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>

struct device {
	int id;
	int *status;
};

static noinline void set_status(struct device *dev, int status)
{
	*dev->status = status;
}

static int __init faulting_init(void)
{
	struct device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	if (!dev)
		return -ENOMEM;
	set_status(dev, 1); /* nobody has set dev->status */
	kfree(dev);
	return 0;
}

static void __exit faulting_exit(void)
{
	pr_info("never called\n");
}

module_init(faulting_init);
module_exit(faulting_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("dereferences NULL");
