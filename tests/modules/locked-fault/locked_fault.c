// SPDX-License-Identifier: MIT
/*
 * Its thread faults with a spin lock held. Whoever wants the lock next would wait for ever, so the machine
 * stops here and says why.
 */
#include <linux/err.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

static DEFINE_SPINLOCK(lock);
static u64 *counter; /* nobody sets it */

static int count(void *data)
{
	spin_lock(&lock);
	++*counter;
	spin_unlock(&lock);
	return 0;
}

static int __init counter_init(void)
{
	struct task_struct *thread = kthread_run(count, NULL, "counter");

	if (IS_ERR(thread))
		return PTR_ERR(thread);
	schedule_timeout_uninterruptible(HZ / 10);
	return 0;
}

module_init(counter_init);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("faults with a lock held");
