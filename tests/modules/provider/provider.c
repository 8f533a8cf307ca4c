// SPDX-License-Identifier: MIT
/*
 * Offers a list of names to other modules: EXPORT_SYMBOL() is all that it takes, and a header that both
 * include. Named before those that use it, it stays loaded until the last of them has ended:
 *
 *	make run M=tests/modules/provider M=tests/modules/consumer
 */
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "provider.h"

struct entry {
	struct list_head link;
	char *name;
};

static LIST_HEAD(entries);
static DEFINE_MUTEX(lock); /* of the list */
static char *last;	   /* the name that was added last: provider's own memory */

unsigned int provider_count;
EXPORT_SYMBOL(provider_count);

int provider_add(const char *name)
{
	struct entry *e = kzalloc(sizeof(*e), GFP_KERNEL);

	if (!e)
		return -ENOMEM;
	e->name = kstrdup(name, GFP_KERNEL);
	if (!e->name) {
		kfree(e);
		return -ENOMEM;
	}
	mutex_lock(&lock);
	list_add_tail(&e->link, &entries);
	provider_count++;
	kfree(last);
	last = kstrdup(name, GFP_KERNEL);
	mutex_unlock(&lock);
	return 0;
}
EXPORT_SYMBOL(provider_add);

int provider_remove(const char *name)
{
	struct entry *e, *next;
	int err = -ENOENT;

	mutex_lock(&lock);
	list_for_each_entry_safe(e, next, &entries, link) {
		if (strcmp(e->name, name))
			continue;
		list_del(&e->link);
		kfree(e->name);
		kfree(e);
		provider_count--;
		err = 0;
	}
	mutex_unlock(&lock);
	return err;
}
EXPORT_SYMBOL_GPL(provider_remove);

static int __init provider_init(void)
{
	pr_info("provider: ready\n");
	return 0;
}

static void __exit provider_exit(void)
{
	pr_info("provider: %u names are left, the last was '%s'\n", provider_count,
		last ?: "nobody");
	kfree(last);
}

module_init(provider_init);
module_exit(provider_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("a list that other modules use");
