// SPDX-License-Identifier: MIT
/*
 * Frees later: one object by RCU, one by a work item that exit only queues. Both are waited for before the verdict.
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

struct node {
	int value;
	struct rcu_head rcu;
};

static struct node __rcu *shown;
static void *freed_by_work;
static DEFINE_SPINLOCK(lock);
static DEFINE_MUTEX(mutex);

static void free_it(struct work_struct *work)
{
	kfree(freed_by_work);
	pr_info("freed by a work item\n");
}
static DECLARE_WORK(work, free_it);

static int __init deferred_init(void)
{
	struct node *n = kmalloc(sizeof(*n), GFP_KERNEL);

	if (!n)
		return -ENOMEM;
	n->value = 42;
	rcu_assign_pointer(shown, n);
	rcu_read_lock();
	pr_info("a reader sees %d\n", rcu_dereference(shown)->value);
	rcu_read_unlock();
	freed_by_work = kmalloc(64, GFP_KERNEL);
	return 0;
}

static void __exit deferred_exit(void)
{
	struct node *n;

	mutex_lock(&mutex);
	spin_lock(&lock);
	n = rcu_dereference_protected(shown, true);
	rcu_assign_pointer(shown, NULL);
	spin_unlock(&lock);
	mutex_unlock(&mutex);
	kfree_rcu(n, rcu);
	schedule_work(&work);
}

module_init(deferred_init);
module_exit(deferred_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("frees by RCU and by a work item");
