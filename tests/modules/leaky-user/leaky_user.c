// SPDX-License-Identifier: MIT
/* Uses the module provider and forgets what it has added there: it is told so, and the provider is not blamed. */
#include <linux/init.h>
#include <linux/module.h>
#include "../provider/provider.h"

static int __init leaky_user_init(void)
{
	return provider_add("forgotten");
}

static void __exit leaky_user_exit(void)
{
}

module_init(leaky_user_init);
module_exit(leaky_user_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("forgets what another module keeps for it");
