// SPDX-License-Identifier: MIT
/*
 * Which flags where. The question is what the caller may do while memory is looked for:
 *
 *	may sleep				GFP_KERNEL
 *	may sleep, but not start any I/O	memalloc_noio_save(), or GFP_NOIO
 *	may not sleep: a spinlock is held	allocate before taking it; else GFP_NOWAIT or GFP_ATOMIC
 *	may not sleep: timer, interrupt		GFP_ATOMIC, which may use a reserve
 *
 * GFP_ATOMIC fails more often than GFP_KERNEL, so there is always a way on without the memory:
 * events that find none are counted as lost.
 */
#include <linux/completion.h>
#include <linux/init.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

#define NR_TICKS 3

struct event {
	struct list_head link;
	const char *from;
};

static LIST_HEAD(events);
static unsigned int lost;
static DEFINE_SPINLOCK(lock); /* of the two above; taken in a timer, so with interrupts off */
static struct timer_list timer;
static unsigned int ticks;
static DECLARE_COMPLETION(ticked);

static void add_event(struct event *e, const char *from)
{
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	if (e) {
		e->from = from;
		list_add_tail(&e->link, &events);
	} else {
		lost++;
	}
	spin_unlock_irqrestore(&lock, flags);
}

/* Called in the timer's interrupt: GFP_KERNEL would be reported, and rightly. */
static void tick(struct timer_list *t)
{
	add_event(kmalloc(sizeof(struct event), GFP_ATOMIC), "a timer");
	if (++ticks < NR_TICKS)
		mod_timer(t, jiffies + 1);
	else
		complete(&ticked);
}

/* What a lock's holder may need is allocated before; if it was not needed, it is freed after. */
static int add_if_empty(void)
{
	struct event *e = kmalloc(sizeof(*e), GFP_KERNEL);
	unsigned long flags;

	if (!e)
		return -ENOMEM;
	spin_lock_irqsave(&lock, flags);
	if (list_empty(&events)) {
		e->from = "an empty list";
		list_add_tail(&e->link, &events);
		e = NULL;
	}
	spin_unlock_irqrestore(&lock, flags);
	pr_info("the one allocated before the lock was %s\n", e ? "not needed" : "used");
	kfree(e);
	return 0;
}

/* All that is called between the two does without I/O, whatever its own flags say. */
static int add_in_write_path(void)
{
	unsigned int flags = memalloc_noio_save();
	struct event *e = kmalloc(sizeof(*e), GFP_KERNEL);

	memalloc_noio_restore(flags);
	if (!e)
		return -ENOMEM;
	add_event(e, "a write path");
	return 0;
}

static void free_events(void)
{
	struct event *e, *next;

	list_for_each_entry_safe(e, next, &events, link) {
		list_del(&e->link);
		kfree(e);
	}
}

static int __init context_init(void)
{
	struct event *e;
	int err;

	err = add_if_empty();
	if (!err)
		err = add_if_empty();
	if (!err)
		err = add_in_write_path();
	if (err) {
		free_events();
		return err;
	}
	timer_setup(&timer, tick, 0);
	mod_timer(&timer, jiffies + 1);
	wait_for_completion(&ticked);
	list_for_each_entry(e, &events, link)
		pr_info("an event from %s\n", e->from);
	pr_info("%u lost\n", lost);
	return 0;
}

static void __exit context_exit(void)
{
	timer_delete_sync(&timer); /* from here on nobody adds events */
	free_events();
}

module_init(context_init);
module_exit(context_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("flags for each context");
