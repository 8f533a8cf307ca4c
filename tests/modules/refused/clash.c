// SPDX-License-Identifier: MIT
/* Exports a function by a name that the kernel has. */
#include <linux/module.h>

void kfree(const void *p);

void kfree(const void *p)
{
}
EXPORT_SYMBOL(kfree);

MODULE_LICENSE("MIT");
