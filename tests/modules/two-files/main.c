// SPDX-License-Identifier: MIT
#include <linux/init.h>
#include <linux/module.h>
#include "part.h"

static int __init pair_init(void)
{
	pr_info("%s: %d\n", THIS_MODULE->name, twice(FROM_MAKEFILE));
	return 0;
}

static void __exit pair_exit(void)
{
}

module_init(pair_init);
module_exit(pair_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("two files");
