// SPDX-License-Identifier: MIT
/*
 * Its work item faults with interrupts off, which it switched off itself: what it was in the middle of is this
 * CPU's, and may be half done. As with a lock, the machine stops and says why.
 */
#include <linux/init.h>
#include <linux/irqflags.h>
#include <linux/module.h>
#include <linux/workqueue.h>

static u64 *counter; /* nobody sets it */

static void count(struct work_struct *work)
{
	unsigned long flags;

	local_irq_save(flags);
	++*counter;
	local_irq_restore(flags);
}
static DECLARE_WORK(work, count);

static int __init counter_init(void)
{
	schedule_work(&work);
	flush_work(&work);
	return 0;
}

module_init(counter_init);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("faults with interrupts off");
