// SPDX-License-Identifier: MIT
/* Says nothing about its licence. */
#include <linux/module.h>

static int __init no_licence_init(void)
{
	return 0;
}

module_init(no_licence_init);
MODULE_DESCRIPTION("without a licence line");
