// SPDX-License-Identifier: MIT
/* Uses what the module provider exports. Alone, or named before it, it isn't loaded: symbols lack. */
#include <linux/init.h>
#include <linux/module.h>
#include "../provider/provider.h"

static int __init consumer_init(void)
{
	int err = provider_add("one");

	if (err)
		return err;
	err = provider_add("two");
	if (err) {
		provider_remove("one");
		return err;
	}
	pr_info("consumer: the provider has %u names\n", provider_count);
	return 0;
}

static void __exit consumer_exit(void)
{
	provider_remove("one");
	provider_remove("two");
	pr_info("consumer: a third one is %s\n", provider_remove("three") ? "unknown" : "there");
}

module_init(consumer_init);
module_exit(consumer_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("uses another module");
