// SPDX-License-Identifier: MIT
/*
 * Tests of lib/report/guest.c and lib/module/fault.c: what the kernel calls of a module may trap, and the
 * caller goes on. The module is made by hand (module_fixture.h), with an instruction that no CPU knows at
 * offset TRAP.
 *
 * Mutations that must fail here (a trap that nobody catches is a panic): is_guest() that is false;
 * way_out_restore() that does nothing, or not all; come_back() that leaves the preempt count, or the state;
 * trapped() that counts nothing; keep_thread() without its reference; call_fn's result in place of -EFAULT.
 */
#include <asm/irqflags.h>
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/rcupdate.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include <quarry/guest.h>
#include <quarry/rcu.h>
#include <quarry/report.h>
#include "module_fixture.h"

#define TRAP	 4
#define PATIENCE (20 * HZ) /* only what would never come takes so long */
#define HEADLINE "invalid opcode"

static struct module_image image;
static struct plan plan;
static struct loaded *m;

static int init(struct kunit *test)
{
	module_image_make(&image);
	memcpy(image.text + TRAP, "\x0f\x0b", 2);
	KUNIT_ASSERT_EQ(test, plan_make(&plan, &image, sizeof(image)), 0);
	m = module_load(&plan, "by_hand", "");
	KUNIT_ASSERT_NOT_NULL(test, m);
	module_symbols_init();
	module_faults_init();
	return 0;
}

static void exit(struct kunit *test)
{
	module_free(m);
}

static void *trap(void)
{
	return m->base + TRAP;
}

/* ---- who calls modules ---- */

/* When it is over; what fault.c keeps of it lets one wait for it still. */
static int stop(struct task_struct *p)
{
	unsigned long end = jiffies + PATIENCE;

	wake_up_process(p);
	while (!atomic_read(&m->nr_killed) && time_before(jiffies, end))
		msleep(1);
	msleep(10);
	return kthread_stop(p);
}

static void a_thread_is_ended(struct kunit *test)
{
	struct task_struct *p = kthread_create(trap(), NULL, "trapped");
	unsigned long low, high;
	const char *name;
	int result = 0;

	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	KUNIT_EXPECT_REPORT(test, HEADLINE, result = stop(p));
	KUNIT_EXPECT_EQ(test, result, -EFAULT);
	KUNIT_EXPECT_EQ(test, atomic_read(&m->faults), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&m->nr_killed), 1);
	/* Its stack is there still, and is known by its name. */
	KUNIT_ASSERT_TRUE(test, stack_bounds(m->killed[0], &low, &high, &name));
	KUNIT_EXPECT_NOT_NULL(test, strstr(name, "trapped"));
	KUNIT_EXPECT_TRUE(test, module_killed(m, low, high));
	KUNIT_EXPECT_FALSE(test, module_killed(m, high, high + (high - low)));
	KUNIT_EXPECT_FALSE(test, module_killed(m, low - (high - low), low));
	put_task_struct(p);
}

static struct completion done;

static void complete_it(struct work_struct *work)
{
	complete(&done);
}

static void a_work_item_is_ended(struct kunit *test)
{
	struct work_struct work;
	static DECLARE_WORK(next, complete_it);

	init_completion(&done);
	INIT_WORK(&work, (work_func_t)trap());
	KUNIT_EXPECT_REPORT(test, HEADLINE, {
		schedule_work(&work);
		flush_work(&work);
	});
	KUNIT_EXPECT_FALSE(test, work_busy(&work));
	KUNIT_EXPECT_EQ(test, atomic_read(&m->faults), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&m->nr_killed), 0);
	schedule_work(&next);
	KUNIT_EXPECT_TRUE(test, wait_for_completion_timeout(&done, PATIENCE));
}

static void run_timer(void (*function)(struct timer_list *))
{
	unsigned long end = jiffies + PATIENCE;
	struct timer_list timer;

	timer_setup(&timer, function, 0);
	mod_timer(&timer, jiffies);
	while (timer_pending(&timer) && time_before(jiffies, end))
		msleep(1);
	timer_delete_sync(&timer); /* ends: it isn't marked as running */
}

static void count_done(struct timer_list *timer)
{
	complete(&done);
}

static void a_timer_is_ended(struct kunit *test)
{
	unsigned int count = preempt_count();

	init_completion(&done);
	KUNIT_EXPECT_REPORT(test, HEADLINE, run_timer(trap()));
	KUNIT_EXPECT_EQ(test, atomic_read(&m->faults), 1);
	KUNIT_EXPECT_EQ(test, preempt_count(), count);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	run_timer(count_done); /* the tick goes on */
	KUNIT_EXPECT_TRUE(test, wait_for_completion_timeout(&done, PATIENCE));
}

static void an_rcu_callback_is_ended(struct kunit *test)
{
	static struct rcu_head heads[2];

	KUNIT_EXPECT_REPORT(test, HEADLINE, {
		call_rcu(&heads[0], trap());
		rcu_barrier();
	});
	KUNIT_EXPECT_EQ(test, atomic_read(&m->faults), 1);
	KUNIT_EXPECT_EQ(test, rcu_pending(), 0UL);
	call_rcu(&heads[1], (void *)m->init); /* one that comes back */
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, atomic_read(&m->faults), 1);
}

/* ---- the call itself ---- */

static void call_trap(void *fn)
{
	((void (*)(void))fn)();
}

static void call_trap_asleep(void *fn)
{
	__set_current_state(TASK_UNINTERRUPTIBLE);
	local_irq_disable();
	call_trap(fn);
}

static struct kunit *running;

/* A test's own way out, inside: no guest's. */
static void catch_inside(void *fn)
{
	KUNIT_EXPECT_PTR_EQ(running, current->guest_recovery, current->trap_recovery);
	preempt_disable();
	KUNIT_EXPECT_FAULT(running, HEADLINE, call_trap(fn));
	preempt_enable();
}

/* A way out that was set inside leaves the count of then behind. */
static void trap_behind_another_way_out(void *fn)
{
	preempt_disable();
	report_set_recovery(report_set_recovery(NULL));
	preempt_enable();
	call_trap(fn);
}

static void expect_as_before(struct kunit *test, const struct task_struct *before)
{
	KUNIT_EXPECT_PTR_EQ(test, current->trap_recovery, before->trap_recovery);
	KUNIT_EXPECT_PTR_EQ(test, current->guest_recovery, before->guest_recovery);
	KUNIT_EXPECT_EQ(test, current->recovery_count, before->recovery_count);
	KUNIT_EXPECT_EQ(test, current->recovery_locks, before->recovery_locks);
	KUNIT_EXPECT_EQ(test, current->guest_irqs_off, before->guest_irqs_off);
}

static void the_way_out_is_what_it_was(struct kunit *test)
{
	struct task_struct before = *current;
	bool back = true;

	KUNIT_EXPECT_REPORT(test, HEADLINE, {
		preempt_disable();
		back = guest_call(GUEST_TIMER, trap(), call_trap, trap());
		preempt_enable();
	});
	KUNIT_EXPECT_FALSE(test, back);
	expect_as_before(test, &before);
	KUNIT_EXPECT_TRUE(test, guest_call(GUEST_WORK, trap(), call_trap, m->init));
	expect_as_before(test, &before);
}

static void a_call_with_interrupts_off_may_trap_so(struct kunit *test)
{
	unsigned int state;
	bool back, off;

	KUNIT_EXPECT_REPORT(test, HEADLINE, {
		local_irq_disable();
		back = guest_call(GUEST_WORK, trap(), call_trap_asleep, trap());
		state = current->__state;
		off = irqs_disabled();
		local_irq_enable();
	});
	KUNIT_EXPECT_FALSE(test, back);
	KUNIT_EXPECT_TRUE(test, off);
	KUNIT_EXPECT_EQ(test, state, (unsigned int)TASK_RUNNING);
	KUNIT_EXPECT_EQ(test, atomic_read(&m->faults), 1);
}

static void what_a_test_catches_inside_is_no_guest_s(struct kunit *test)
{
	unsigned int count = preempt_count();

	running = test;
	KUNIT_EXPECT_TRUE(test, guest_call(GUEST_WORK, trap(), catch_inside, trap()));
	KUNIT_EXPECT_EQ(test, preempt_count(), count);
	KUNIT_EXPECT_EQ(test, atomic_read(&m->faults), 0);
	KUNIT_EXPECT_REPORT(test, HEADLINE,
			    guest_call(GUEST_WORK, trap(), trap_behind_another_way_out, trap()));
	KUNIT_EXPECT_EQ(test, preempt_count(), count);
	KUNIT_EXPECT_EQ(test, atomic_read(&m->faults), 1);
}

static struct kunit_case cases[] = { KUNIT_CASE(a_thread_is_ended),
				     KUNIT_CASE(a_work_item_is_ended),
				     KUNIT_CASE(a_timer_is_ended),
				     KUNIT_CASE(an_rcu_callback_is_ended),
				     KUNIT_CASE(the_way_out_is_what_it_was),
				     KUNIT_CASE(a_call_with_interrupts_off_may_trap_so),
				     KUNIT_CASE(what_a_test_catches_inside_is_no_guest_s),
				     {} };
static struct kunit_suite suite = {
	.name = "module_fault", .init = init, .exit = exit, .test_cases = cases
};
kunit_test_suite(suite);
