// SPDX-License-Identifier: MIT
/*
 * A work item that finds a broken record and says BUG(). The item ends there, the worker goes on: exit's
 * other item still runs.
 */
#include <linux/bug.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

struct record {
	struct work_struct work;
	unsigned int length, used;
};

static struct record *record;

static void check(struct work_struct *work)
{
	struct record *r = container_of(work, struct record, work);

	BUG_ON(r->used > r->length);
	kfree(r);
}

static void say(struct work_struct *work)
{
	pr_info("records: the worker is well\n");
}
static DECLARE_WORK(other, say);

static int __init records_init(void)
{
	record = kzalloc(sizeof(*record), GFP_KERNEL);
	if (!record)
		return -ENOMEM;
	record->used = 1;
	INIT_WORK(&record->work, check);
	schedule_work(&record->work);
	flush_work(&record->work); /* it comes back, though check() doesn't */
	schedule_work(&other);
	return 0;
}

static void __exit records_exit(void)
{
	pr_info("records: its exit is called\n");
}

module_init(records_init);
module_exit(records_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("BUG() in a work item");
