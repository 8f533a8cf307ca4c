// SPDX-License-Identifier: MIT
/* Exports a name that the module provider, which is loaded when this one comes, exports already. */
#include <linux/module.h>

int provider_add(const char *name);

int provider_add(const char *name)
{
	return 0;
}
EXPORT_SYMBOL(provider_add);

MODULE_LICENSE("MIT");
