// SPDX-License-Identifier: MIT
/*
 * Soak: work items. Each thread has some, on queues of several kinds; an item allocates and frees.
 * Each queueing that was accepted is carried out once, unless it was cancelled: the counts must agree
 * at the end.
 */
#include <linux/atomic.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include "soak.h"

#define NR_QUEUES 3
#define PER	  2 /* items of each kind a thread */

/* Of one thread. */
struct items {
	struct work_struct now[PER];
	struct delayed_work later[PER];
};

static struct workqueue_struct *queues[NR_QUEUES];
static struct items *all_items;
static atomic_long_t accepted, cancelled, done;

static void work(struct work_struct *w)
{
	void *p = kmalloc(200, GFP_KERNEL | __GFP_NOWARN);

	atomic_long_inc(&done);
	kfree(p);
}

static struct items *of(const struct soak_thread *t)
{
	return &all_items[t->id];
}

/* An item stays with its queue: on another it would be a second one's. */
static bool op_queue(struct soak_thread *t)
{
	u32 i = soak_rand(t, PER);
	bool taken;

	if (soak_chance(t, 2))
		taken = queue_work(queues[i % NR_QUEUES], &of(t)->now[i]);
	else
		taken = queue_delayed_work(queues[(i + 1) % NR_QUEUES], &of(t)->later[i],
					   soak_rand(t, 4));
	if (taken)
		atomic_long_inc(&accepted);
	return true;
}

static bool op_wait(struct soak_thread *t)
{
	u32 i = soak_rand(t, PER);
	bool was = false;

	switch (soak_rand(t, 5)) {
	case 0:
		flush_work(&of(t)->now[i]);
		break;
	case 1:
		flush_delayed_work(&of(t)->later[i]);
		break;
	case 2:
		was = cancel_work_sync(&of(t)->now[i]);
		break;
	case 3:
		was = cancel_delayed_work_sync(&of(t)->later[i]);
		break;
	default:
		flush_workqueue(queues[soak_rand(t, NR_QUEUES)]);
		break;
	}
	if (was)
		atomic_long_inc(&cancelled);
	return true;
}

/* The whole life of a queue in a step: destroying it carries out what was queued. */
static bool op_brief(struct soak_thread *t)
{
	struct workqueue_struct *wq =
		alloc_workqueue("soak-brief", soak_chance(t, 2) ? WQ_UNBOUND : 0, 1);
	struct work_struct w;

	if (!wq)
		return false;
	INIT_WORK_ONSTACK(&w, work);
	if (queue_work(wq, &w))
		atomic_long_inc(&accepted);
	destroy_workqueue(wq);
	destroy_work_on_stack(&w);
	return true;
}

static bool setup(void)
{
	static const unsigned int flags[NR_QUEUES] = { 0, WQ_UNBOUND, WQ_HIGHPRI | WQ_MEM_RECLAIM };

	all_items = kvcalloc(soak_nr_threads, sizeof(*all_items), GFP_KERNEL);
	if (!all_items)
		return false;
	for (unsigned int t = 0; t < soak_nr_threads; t++) {
		for (unsigned int i = 0; i < PER; i++) {
			INIT_WORK(&all_items[t].now[i], work);
			INIT_DELAYED_WORK(&all_items[t].later[i], work);
		}
	}
	for (unsigned int i = 0; i < NR_QUEUES; i++) {
		queues[i] = alloc_workqueue("soak-%u", flags[i], 0, i);
		if (!queues[i])
			return false;
	}
	return true;
}

static void thread_end(struct soak_thread *t)
{
	for (unsigned int i = 0; i < PER; i++) {
		flush_work(&of(t)->now[i]);
		flush_delayed_work(&of(t)->later[i]);
	}
}

static void check(struct soak_thread *t)
{
	for (unsigned int i = 0; i < NR_QUEUES; i++)
		destroy_workqueue(queues[i]);
	kvfree(all_items);
	if (atomic_long_read(&accepted) != atomic_long_read(&done) + atomic_long_read(&cancelled))
		soak_wrong(t, "work was lost, or done twice",
			   atomic_long_read(&accepted) - atomic_long_read(&done) -
				   atomic_long_read(&cancelled));
}

static const struct soak_op ops[] = {
	{ "queue-work", 16, op_queue },
	{ "wait-for-work", 4, op_wait },
	{ "brief-queue", 1, op_brief },
};

const struct soak_group soak_work = {
	.name = "work",
	.ops = ops,
	.nr = ARRAY_SIZE(ops),
	.setup = setup,
	.thread_end = thread_end,
	.check = check,
};
