// SPDX-License-Identifier: MIT
/*
 * An RCU callback that divides by what exit has left at zero. It comes when exit is long over, before the
 * verdict. The callback ends there, and those behind it are called.
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

struct stats {
	struct rcu_head rcu;
	unsigned int sum, n;
};

static struct stats *first, *second;

static void report(struct rcu_head *head)
{
	struct stats *s = container_of(head, struct stats, rcu);

	pr_info("stats: the mean is %u\n", s->sum / READ_ONCE(s->n));
	kfree(s);
}

static int __init stats_init(void)
{
	first = kzalloc(sizeof(*first), GFP_KERNEL);
	second = kzalloc(sizeof(*second), GFP_KERNEL);
	if (!first || !second) {
		kfree(first);
		kfree(second);
		return -ENOMEM;
	}
	second->sum = 84;
	second->n = 2;
	return 0;
}

static void __exit stats_exit(void)
{
	call_rcu(&first->rcu, report);
	call_rcu(&second->rcu, report);
}

module_init(stats_init);
module_exit(stats_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("divides by zero in an RCU callback");
