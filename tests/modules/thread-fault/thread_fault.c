// SPDX-License-Identifier: MIT
/*
 * Its thread uses what nobody made, on its own: no call of init or exit is under way. The thread dies, its
 * exit, which waits for the thread and would free the buffer, isn't called, and the next module runs.
 */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>

struct feeder {
	struct completion begun;
	char *buffer;
	u64 *counter; /* nobody sets it */
};

static struct feeder feeder;
static struct task_struct *thread;

static int feed(void *data)
{
	struct feeder *f = data;

	complete(&f->begun);
	while (!kthread_should_stop())
		++*f->counter;
	return 0;
}

static int __init feeder_init(void)
{
	init_completion(&feeder.begun);
	feeder.buffer = kmalloc(200, GFP_KERNEL);
	if (!feeder.buffer)
		return -ENOMEM;
	thread = kthread_run(feed, &feeder, "feeder");
	if (IS_ERR(thread)) {
		kfree(feeder.buffer);
		return PTR_ERR(thread);
	}
	wait_for_completion(&feeder.begun);
	schedule_timeout_uninterruptible(HZ / 10); /* let it come to its end */
	return 0;
}

static void __exit feeder_exit(void)
{
	pr_info("feeder: its exit is called\n");
	kthread_stop(thread);
	kfree(feeder.buffer);
}

module_init(feeder_init);
module_exit(feeder_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("a thread that dereferences NULL");
