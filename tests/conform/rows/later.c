// SPDX-License-Identifier: MIT
/*
 * What happens later: RCU, memory freed by it, workqueues.
 *
 * Source: "What is RCU?", the kernel-doc of kfree_rcu(), "Workqueue".
 */
#include <linux/completion.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include "conform.h"

struct node {
	int n;
	struct list_head list;
	struct rcu_head rcu;
};

static int called;

static void count_call(struct rcu_head *head)
{
	called += container_of(head, struct node, rcu)->n;
}

static void grace_periods(conform_t *c)
{
	static struct node n = { .n = 3 }, m = { .n = 4 };
	unsigned long cookie;

	called = 0;
	rcu_read_lock();
	call_rcu(&n.rcu, count_call);
	ROW(c, "rcu.reader_holds_callbacks_up", 0, called);
	rcu_read_unlock();
	rcu_barrier();
	ROW(c, "rcu.barrier_waits_for_callback", 3, called);
	call_rcu(&n.rcu, count_call);
	call_rcu(&m.rcu, count_call);
	rcu_barrier();
	ROW(c, "rcu.barrier_waits_for_all", 10, called);
	cookie = start_poll_synchronize_rcu();
	synchronize_rcu();
	ROW(c, "rcu.poll_after_synchronize", 1, poll_state_synchronize_rcu(cookie));
	rcu_read_lock();
	cookie = get_state_synchronize_rcu();
	ROW(c, "rcu.poll_within_reader", 0, poll_state_synchronize_rcu(cookie));
	rcu_read_unlock();
	cond_synchronize_rcu(cookie);
	ROW(c, "rcu.cond_synchronize", 1, poll_state_synchronize_rcu(cookie));
	synchronize_rcu_expedited();
	rcu_barrier();
	ROW(c, "rcu.barrier_of_none", 10, called);
}

static void pointers(conform_t *c)
{
	static struct node one = { .n = 1 }, two = { .n = 2 };
	static struct node __rcu *shared;
	struct node *old, *seen;
	LIST_HEAD(head);
	long n = 0;

	RCU_INIT_POINTER(shared, &one);
	rcu_read_lock();
	seen = rcu_dereference(shared);
	rcu_read_unlock();
	ROW(c, "rcu.dereference", 1, seen->n);
	old = rcu_replace_pointer(shared, &two, true);
	ROW(c, "rcu.replace_returns_old", 1, old->n);
	ROW(c, "rcu.access_pointer", 1, rcu_access_pointer(shared) == &two);
	rcu_assign_pointer(shared, NULL);
	ROW(c, "rcu.assigned_null", 1, rcu_access_pointer(shared) == NULL);
	list_add_rcu(&one.list, &head);
	list_add_tail_rcu(&two.list, &head);
	rcu_read_lock();
	list_for_each_entry_rcu(seen, &head, list)
		n = n * 10 + seen->n;
	rcu_read_unlock();
	ROW(c, "rculist.order", 12, n);
	list_del_rcu(&one.list);
	ROW(c, "rculist.del_keeps_next", 1, one.list.next == &two.list);
	ROW(c, "rculist.del_leaves_rest", 1, list_is_singular(&head));
}

/* The memory that is freed can't be looked at, so the rows are what callers see. */
static void freeing(conform_t *c)
{
	struct node *p = kmalloc(any(sizeof(*p)), GFP_KERNEL);
	void *v = vmalloc(any(100));

	p->n = 77;
	rcu_read_lock();
	kfree_rcu(p, rcu);
	ROW(c, "kfree_rcu.reader_still_sees", 77, READ_ONCE(p->n));
	rcu_read_unlock();
	kvfree_rcu_mightsleep(v);
	kfree_rcu_mightsleep(kmalloc(any(10), GFP_KERNEL));
	p = NULL;
	kfree_rcu(p, rcu);
	rcu_barrier();
}

static int worked, worked_in_task;
static struct completion may_go;

static void work(struct work_struct *w)
{
	worked_in_task += in_task() && !in_atomic() && (current->flags & PF_KTHREAD);
	worked++;
}

static void blocked_work(struct work_struct *w)
{
	wait_for_completion(&may_go);
	worked++;
}

static DECLARE_WORK(item, work);
static DECLARE_WORK(blocked, blocked_work);
static DECLARE_DELAYED_WORK(delayed, work);

static void queueing(conform_t *c)
{
	struct workqueue_struct *wq = alloc_workqueue("conform", 0, 0);

	worked = worked_in_task = 0;
	ROW(c, "work.fresh_is_not_pending", 0, work_pending(&item));
	ROW(c, "work.flush_idle", 0, flush_work(&item));
	ROW(c, "work.cancel_idle", 0, cancel_work_sync(&item));
	ROW(c, "work.queue", 1, queue_work(wq, &item));
	flush_workqueue(wq);
	ROW(c, "work.flushed_has_run", 1, worked);
	ROW(c, "work.runs_in_a_thread", 1, worked_in_task);
	ROW(c, "work.run_is_not_pending", 0, work_pending(&item));
	ROW(c, "work.queue_again", 1, queue_work(wq, &item));
	destroy_workqueue(wq);
	ROW(c, "work.destroy_drains", 2, worked);
	ROW(c, "work.schedule", 1, schedule_work(&item));
	flush_work(&item);
	ROW(c, "work.flush_work_has_run", 3, worked);
}

static void blocking(conform_t *c)
{
	struct workqueue_struct *wq = alloc_ordered_workqueue("conform_ordered", 0);

	init_completion(&may_go);
	worked = 0;
	ROW(c, "work.ordered_first", 1, queue_work(wq, &blocked));
	ROW(c, "work.ordered_second", 1, queue_work(wq, &item));
	ROW(c, "work.queued_is_pending", 1, work_pending(&item));
	ROW(c, "work.queue_pending", 0, queue_work(wq, &item));
	ROW(c, "work.ordered_waits", 0, worked);
	ROW(c, "work.cancel_pending", 1, cancel_work_sync(&item));
	ROW(c, "work.cancelled_is_not_pending", 0, work_pending(&item));
	complete(&may_go);
	ROW(c, "work.flush_running_or_queued", 1, flush_work(&blocked) || worked == 1);
	ROW(c, "work.cancelled_never_ran", 1, worked);
	destroy_workqueue(wq);
}

static void delays(conform_t *c)
{
	worked = 0;
	ROW(c, "work.delayed", 1, schedule_delayed_work(&delayed, 1000 * HZ));
	ROW(c, "work.delayed_pending", 1, delayed_work_pending(&delayed));
	ROW(c, "work.delayed_again", 0, schedule_delayed_work(&delayed, 1));
	ROW(c, "work.mod_delayed_pending", 1, mod_delayed_work(system_wq, &delayed, 2000 * HZ));
	ROW(c, "work.cancel_delayed", 1, cancel_delayed_work_sync(&delayed));
	ROW(c, "work.cancel_delayed_idle", 0, cancel_delayed_work(&delayed));
	ROW(c, "work.mod_delayed_idle", 0, mod_delayed_work(system_wq, &delayed, 1000 * HZ));
	flush_delayed_work(&delayed); /* whether it waited is a matter of time */
	ROW(c, "work.flushed_delayed_has_run", 1, worked);
	ROW(c, "work.disable", 0, disable_work_sync(&item));
	ROW(c, "work.queue_disabled", 0, schedule_work(&item));
	ROW(c, "work.enable", 1, enable_work(&item));
	ROW(c, "work.queue_enabled", 1, schedule_work(&item));
	flush_work(&item);
	ROW(c, "work.enabled_has_run", 2, worked);
}

CONFORM_AREA(later, CONFORM_CASE(grace_periods), CONFORM_CASE(pointers), CONFORM_CASE(freeing),
	     CONFORM_CASE(queueing), CONFORM_CASE(blocking), CONFORM_CASE(delays));
