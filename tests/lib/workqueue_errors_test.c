// SPDX-License-Identifier: MIT
/*
 * Workqueues: what goes wrong. Misuse is planted and its report matched; memory and threads run out
 * (lib/sched/workqueue.c, work.c, workers.c).
 *
 * Mutations that these cases must catch:
 *   a_leak_is_put_right         check_leaks() looks at nothing, or puts nothing right
 *   a_leaked_lock_is_named      it doesn't count locks (debug builds)
 *   waiting_for_oneself         is_mine(), from_own_work() are false
 *   draining_refuses            refuses() lets all in, or nobody
 *   destroyed_with_delayed      destroy_workqueue() cancels nothing
 *   reclaim_waits_for_memory    workqueue_check_flush() says nothing
 *   asked_for_what_isn_t_there  the flags, the CPU or max_active are not looked at
 *   enabled_too_often           enable() counts below zero
 *   pending_is_not_made_again   is_pending_there() never finds; note_released() forgets to (debug builds)
 *   a_queue_that_is_gone        workqueue_known() is true (debug builds)
 *   the_rescuer_helps           mayday_fn() calls nobody; make_worker() doesn't try again
 *   rescued_on_its_cpu          go_to() stays
 *   nothing_is_left_of_a_failure alloc_workqueue() keeps what it had when one allocation fails
 *   no_memory_for_each_cpu      schedule_on_each_cpu() says 0
 */
#include <asm/irqflags.h>
#include <asm/percpu.h>
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/fault-inject.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#define PATIENCE (20 * HZ) /* only what would never come takes so long */

struct item {
	struct work_struct work;
	struct workqueue_struct *wq;
	struct work_struct *other;
	struct completion begun, go;
	atomic_t runs;
	unsigned int cpu;
	char comm[TASK_COMM_LEN];
};

#define item_of(w) container_of(w, struct item, work)

static struct item item, second;

static int setup(struct kunit *test)
{
	memset(&item, 0, sizeof(item));
	memset(&second, 0, sizeof(second));
	init_completion(&item.begun);
	init_completion(&item.go);
	init_completion(&second.begun);
	init_completion(&second.go);
	return 0;
}

static void count(struct work_struct *work)
{
	struct item *i = item_of(work);

	strscpy(i->comm, current->comm, sizeof(i->comm));
	i->cpu = smp_processor_id();
	atomic_inc(&i->runs);
	complete(&i->begun);
}

static void wait_inside(struct work_struct *work)
{
	complete(&item_of(work)->begun);
	wait_for_completion(&item_of(work)->go);
	atomic_inc(&item_of(work)->runs);
}

static void run_one(work_func_t func)
{
	INIT_WORK(&item.work, func);
	schedule_work(&item.work);
	flush_work(&item.work);
}

/* ---- what a function leaves behind ---- */

static void leave_preemption_off(struct work_struct *work)
{
	preempt_disable();
	preempt_disable();
}

static void leave_interrupts_off(struct work_struct *work)
{
	local_irq_disable();
}

/* The next item finds all in order. */
static void a_leak_is_put_right(struct kunit *test)
{
	KUNIT_EXPECT_REPORT(test, "function leave_preemption_off came back with preempt=0x2",
			    run_one(leave_preemption_off));
	KUNIT_EXPECT_NO_REPORT(test, run_one(count));
	KUNIT_EXPECT_REPORT(
		test,
		"function leave_interrupts_off came back with preempt=0x0, 0 locks held, interrupts off",
		run_one(leave_interrupts_off));
	KUNIT_EXPECT_NO_REPORT(test, run_one(count));
	KUNIT_EXPECT_EQ(test, atomic_read(&item.runs), 2);
}

static DEFINE_SPINLOCK(leaked);

static void leave_a_lock(struct work_struct *work)
{
	spin_lock(&leaked);
}

static void a_leaked_lock_is_named(struct kunit *test)
{
#ifndef QUARRY_DEBUG
	kunit_skip(test, "only debug builds know which locks are held");
#endif
	KUNIT_EXPECT_REPORT(test, "function leave_a_lock came back with preempt=0x1, 1 lock held",
			    run_one(leave_a_lock));
	KUNIT_EXPECT_NO_REPORT(test, run_one(count));
	KUNIT_EXPECT_TRUE(test, spin_is_locked(&leaked)); /* that remains */
}

/* ---- who would wait for himself ---- */

static void flush_me(struct work_struct *work)
{
	flush_work(work);
}

static void cancel_me(struct work_struct *work)
{
	cancel_work_sync(work);
}

static void flush_mine(struct work_struct *work)
{
	flush_workqueue(item.wq);
}

static void drain_mine(struct work_struct *work)
{
	drain_workqueue(item.wq);
}

static void destroy_mine(struct work_struct *work)
{
	destroy_workqueue(item.wq);
}

static void queue_one(work_func_t func)
{
	INIT_WORK(&item.work, func);
	queue_work(item.wq, &item.work);
	flush_work(&item.work);
}

static void waiting_for_oneself(struct kunit *test)
{
	item.wq = alloc_workqueue("mine", 0, 0);
	KUNIT_ASSERT_NOT_NULL(test, item.wq);
	KUNIT_EXPECT_REPORT(test, "flush_work() of flush_me from its own function",
			    queue_one(flush_me));
	KUNIT_EXPECT_REPORT(test, "cancel_work_sync() of cancel_me from its own function",
			    queue_one(cancel_me));
	KUNIT_EXPECT_REPORT(test, "flush_workqueue() of mine from its own work flush_mine",
			    queue_one(flush_mine));
	KUNIT_EXPECT_REPORT(test, "drain_workqueue() of mine from its own work drain_mine",
			    queue_one(drain_mine));
	KUNIT_EXPECT_REPORT(test, "destroy_workqueue() of mine from its own work destroy_mine",
			    queue_one(destroy_mine));
	KUNIT_EXPECT_NO_REPORT(test, queue_one(count));
	KUNIT_EXPECT_EQ(test, atomic_read(&item.runs), 1);
	destroy_workqueue(item.wq);
}

/* ---- queues at their end ---- */

static void drain_it(struct work_struct *work)
{
	drain_workqueue(item_of(work)->wq);
}

static void destroy_it(struct work_struct *work)
{
	destroy_workqueue(item_of(work)->wq);
}

/* While somebody else empties the queue, which waits for `item`. */
static void refused(struct kunit *test, work_func_t ends_it, const char *text)
{
	INIT_WORK(&item.work, wait_inside);
	INIT_WORK(&second.work, ends_it);
	queue_work(item.wq, &item.work);
	KUNIT_EXPECT_TRUE(test, wait_for_completion_timeout(&item.begun, PATIENCE));
	second.wq = item.wq;
	queue_work(system_unbound_wq, &second.work);
	while (!work_busy(&second.work) || work_pending(&second.work))
		msleep(1);
	msleep(20); /* it waits for `item` by now, else this test could only pass too early */
	{
		DECLARE_WORK(late, count);

		KUNIT_EXPECT_REPORT(test, text,
				    KUNIT_EXPECT_FALSE(test, queue_work(item.wq, &late)));
		KUNIT_EXPECT_FALSE(test, work_pending(&late));
	}
	complete(&item.go);
	flush_work(&second.work);
	KUNIT_EXPECT_EQ(test, atomic_read(&item.runs), 1);
}

static void draining_refuses(struct kunit *test)
{
	item.wq = alloc_workqueue("draining", WQ_UNBOUND, 0);
	KUNIT_ASSERT_NOT_NULL(test, item.wq);
	refused(test, drain_it, "count is queued on draining, which is being drained: refused");
	KUNIT_EXPECT_NO_REPORT(test, queue_one(count)); /* it is over */
	KUNIT_EXPECT_EQ(test, atomic_read(&item.runs), 2);
	destroy_workqueue(item.wq);
	setup(test);
	item.wq = second.wq = alloc_workqueue("ending", WQ_UNBOUND, 0);
	KUNIT_ASSERT_NOT_NULL(test, item.wq);
	refused(test, destroy_it, "count is queued on ending, which is being destroyed: refused");
}

static void never_comes(struct work_struct *work)
{
	atomic_inc(&item.runs);
}

static void destroyed_with_delayed(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_workqueue("hasty", 0, 0);
	static struct delayed_work dwork;

	KUNIT_ASSERT_NOT_NULL(test, wq);
	INIT_DELAYED_WORK(&dwork, never_comes);
	queue_delayed_work(wq, &dwork, 10);
	KUNIT_EXPECT_REPORT(test,
			    "hasty is destroyed while never_comes waits for its time: cancelled",
			    destroy_workqueue(wq));
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&dwork));
	msleep(60);
	KUNIT_EXPECT_EQ(test, atomic_read(&item.runs), 0);
}

/* ---- what is asked for ---- */

static void flush_other(struct work_struct *work)
{
	flush_work(item_of(work)->other);
}

/* `item`, of a queue with a rescuer, waits for `second`, of one without. */
static void reclaim_waits_for_memory(struct kunit *test)
{
	item.wq = alloc_workqueue("must-go-on", WQ_MEM_RECLAIM, 0);
	KUNIT_ASSERT_NOT_NULL(test, item.wq);
	INIT_WORK(&second.work, wait_inside);
	schedule_work(&second.work);
	KUNIT_EXPECT_TRUE(test, wait_for_completion_timeout(&second.begun, PATIENCE));
	item.other = &second.work;
	INIT_WORK(&item.work, flush_other);
	KUNIT_EXPECT_REPORT(
		test,
		"WQ_MEM_RECLAIM must-go-on:flush_other is flushing !WQ_MEM_RECLAIM wait_inside", {
			queue_work(item.wq, &item.work);
			while (work_busy(&item.work) != WORK_BUSY_RUNNING)
				msleep(1);
			msleep(10);
			complete(&second.go);
			flush_work(&item.work);
		});
	destroy_workqueue(item.wq);
}

static void asked_for_what_isn_t_there(struct kunit *test)
{
	struct workqueue_struct *wq = NULL;

	KUNIT_EXPECT_REPORT(test, "there are no softirqs", wq = alloc_workqueue("bh", WQ_BH, 0));
	KUNIT_EXPECT_NULL(test, wq);
	KUNIT_EXPECT_REPORT(test, "max_active 10000 requested for wide is out of range",
			    wq = alloc_workqueue("wide", 0, 10000));
	KUNIT_ASSERT_NOT_NULL(test, wq);
	INIT_WORK(&item.work, count);
	KUNIT_EXPECT_REPORT(test, "wide: there is no CPU 63",
			    queue_work_on(NR_CPUS - 1, wq, &item.work));
	destroy_workqueue(wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&item.runs), 1);
}

static void enabled_too_often(struct kunit *test)
{
	INIT_WORK(&item.work, count);
	KUNIT_EXPECT_REPORT(test, "WORK_DISABLE_MASK",
			    KUNIT_EXPECT_TRUE(test, enable_work(&item.work)));
	KUNIT_EXPECT_TRUE(test, schedule_work(&item.work));
	flush_work(&item.work);
}

static void pending_is_not_made_again(struct kunit *test)
{
	static struct delayed_work dwork;

#ifndef QUARRY_DEBUG
	kunit_skip(test, "only debug builds know what is pending");
#endif
	INIT_WORK(&item.work, count);
	preempt_disable();
	schedule_work(&item.work);
	KUNIT_EXPECT_REPORT(test, "INIT_WORK() of an item that is pending (count)",
			    INIT_WORK(&item.work, count));
	KUNIT_EXPECT_REPORT(test, "the stack frame of an item that is pending (count) ends",
			    destroy_work_on_stack(&item.work));
	preempt_enable();
	flush_workqueue(system_wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&item.runs), 1);
	KUNIT_EXPECT_NO_REPORT(test, INIT_WORK(&item.work, count));
	INIT_DELAYED_WORK(&dwork, never_comes);
	schedule_delayed_work(&dwork, 1000000);
	KUNIT_EXPECT_REPORT(test, "an item that is pending (never_comes)",
			    INIT_DELAYED_WORK(&dwork, count));
	KUNIT_EXPECT_TRUE(test, cancel_delayed_work_sync(&dwork));
	KUNIT_EXPECT_NO_REPORT(test, INIT_DELAYED_WORK(&dwork, count));
}

static void a_queue_that_is_gone(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_workqueue("gone", 0, 0);

	KUNIT_ASSERT_NOT_NULL(test, wq);
	destroy_workqueue(wq);
#ifndef QUARRY_DEBUG
	kunit_skip(test, "only debug builds know which queues there are");
#endif
	INIT_WORK(&item.work, count);
	KUNIT_EXPECT_REPORT(test, "count is queued on a queue that isn't there",
			    KUNIT_EXPECT_FALSE(test, queue_work(wq, &item.work)));
	KUNIT_EXPECT_FALSE(test, work_pending(&item.work));
}

/* ---- no memory, no thread ---- */

static struct fault_attr attr;

static void fail_from_now_on(void)
{
	attr = (struct fault_attr)FAULT_ATTR_FROM_NTH(1);
	fault_inject_set((struct fault_injection){ &attr, &attr });
}

static void fail_no_more(void)
{
	fault_inject_set((struct fault_injection){ 0 });
}

/* No worker can be made, so whoever takes an item would leave none behind. */
static void rescued(struct kunit *test, unsigned int flags, unsigned int cpu)
{
	struct workqueue_struct *wq = alloc_workqueue("saved", WQ_MEM_RECLAIM | flags, 0);

	KUNIT_ASSERT_NOT_NULL(test, wq);
	workqueue_trim();
	INIT_WORK(&item.work, count);
	INIT_WORK(&second.work, count);
	fail_from_now_on();
	queue_work_on(cpu, flags & WQ_UNBOUND ? system_unbound_wq : system_wq, &second.work);
	queue_work_on(cpu, wq, &item.work);
	KUNIT_EXPECT_TRUE(test, wait_for_completion_timeout(&item.begun, PATIENCE));
	KUNIT_EXPECT_STREQ(test, item.comm, "kworker/R-saved");
	if (!(flags & WQ_UNBOUND))
		KUNIT_EXPECT_EQ(test, item.cpu, cpu);
	KUNIT_EXPECT_EQ(test, atomic_read(&second.runs), 0);
	fail_no_more();
	KUNIT_EXPECT_TRUE(test, wait_for_completion_timeout(&second.begun, PATIENCE));
	KUNIT_EXPECT_EQ(test, strncmp(second.comm, "kworker/R", 9) != 0, true);
	destroy_workqueue(wq);
	flush_work(&second.work);
	workqueue_trim();
}

static void the_rescuer_helps(struct kunit *test)
{
	rescued(test, WQ_UNBOUND, 0);
}

static void rescued_on_its_cpu(struct kunit *test)
{
	unsigned int cpu;

	for_each_online_cpu(cpu) {
		setup(test);
		rescued(test, 0, cpu);
	}
}

static unsigned long pages(void)
{
	mm_quiesce();
	return nr_free_pages() + mm_stat_read(MM_KERNEL_TABLES);
}

static struct workqueue_struct *with_failure(unsigned int n, unsigned int flags)
{
	struct workqueue_struct *wq;

	attr = (struct fault_attr)FAULT_ATTR_NTH(n);
	fault_inject_set((struct fault_injection){ &attr, &attr });
	wq = alloc_workqueue("failing", flags, 0);
	fail_no_more();
	return wq;
}

/* Every allocation of alloc_workqueue() fails once; each time nothing is left behind. */
static void sweep(struct kunit *test, unsigned int flags, unsigned int least)
{
	unsigned int n, refused = 0;
	bool failed = true;

	for (n = 1; failed; n++) {
		unsigned long before = pages();
		struct workqueue_struct *wq = with_failure(n, flags);

		failed = atomic_long_read(&attr.injected);
		refused += !wq;
		if (!failed)
			KUNIT_EXPECT_NOT_NULL(test, wq);
		if (wq)
			destroy_workqueue(wq);
		KUNIT_ASSERT_EQ_MSG(test, pages(), before, "allocation %u failed", n);
	}
	KUNIT_EXPECT_GE(test, refused, least);
}

static void nothing_is_left_of_a_failure(struct kunit *test)
{
	sweep(test, WQ_UNBOUND, 2);			    /* the queue, its pwq */
	sweep(test, 0, 1 + num_online_cpus());		    /* a pwq a CPU */
	sweep(test, WQ_MEM_RECLAIM, 4 + num_online_cpus()); /* the rescuer and its thread */
}

static void no_memory_for_each_cpu(struct kunit *test)
{
	fail_from_now_on();
	KUNIT_EXPECT_EQ(test, schedule_on_each_cpu(count), -ENOMEM);
	fail_no_more();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_leak_is_put_right),
	KUNIT_CASE(a_leaked_lock_is_named),
	KUNIT_CASE(waiting_for_oneself),
	KUNIT_CASE(draining_refuses),
	KUNIT_CASE(destroyed_with_delayed),
	KUNIT_CASE(reclaim_waits_for_memory),
	KUNIT_CASE(asked_for_what_isn_t_there),
	KUNIT_CASE(enabled_too_often),
	KUNIT_CASE(pending_is_not_made_again),
	KUNIT_CASE(a_queue_that_is_gone),
	KUNIT_CASE(the_rescuer_helps),
	KUNIT_CASE(rescued_on_its_cpu),
	KUNIT_CASE(nothing_is_left_of_a_failure),
	KUNIT_CASE(no_memory_for_each_cpu),
	{},
};

static struct kunit_suite workqueue_errors = {
	.name = "workqueue_errors",
	.init = setup,
	.test_cases = cases,
};
kunit_test_suite(workqueue_errors);
