// SPDX-License-Identifier: MIT
/*
 * The preempt count, current, and waiting as lib/sync sees them (lib/sync/sched.c).
 *
 * Mutations that these cases must catch:
 *   counts_nest              spin_lock() doesn't count; spin_unlock_irqrestore() counts nothing back
 *   handlers_are_hardirq     irq_dispatch()/interrupt() don't add HARDIRQ_OFFSET, or don't take it back
 *   wanted_until_allowed     preempt_count_dec_and_test() ignores the bit on top
 *   each_cpu_has_a_task      a CPU begins as CPU 0's idle task
 *   sleepers_are_woken       wake_up_state() wakes whatever the state is, or never;
 *                            yield() sleeps in the state that it finds
 *   timeouts_end             schedule_timeout() ignores jiffies
 *   a_way_out_restores       guarded() in lib/kunit/run.c, report_die() leave the count as it is
 *   sleep_in_atomic_ends     schedule_check() does nothing (debug); lib/sched/sched.c: the BUG_ON() is gone
 *                            (release)
 */
#include <asm/irqflags.h>
#include <asm/smp.h>
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <quarry/report.h>

static void counts_nest(struct kunit *test)
{
	DEFINE_SPINLOCK(lock);
	unsigned long flags;

	KUNIT_EXPECT_EQ(test, preempt_count(), 0U);
	KUNIT_EXPECT_TRUE(test, preemptible() && in_task());
	spin_lock_irqsave(&lock, flags);
	KUNIT_EXPECT_EQ(test, preempt_count(), 1U);
	preempt_disable();
	KUNIT_EXPECT_EQ(test, preempt_count(), 2U);
	KUNIT_EXPECT_TRUE(test, in_atomic() && !in_interrupt());
	preempt_enable();
	spin_unlock_irqrestore(&lock, flags);
	KUNIT_EXPECT_EQ(test, preempt_count(), 0U);
	spin_lock(&lock);
	KUNIT_EXPECT_FALSE(test, spin_trylock(&lock));
	KUNIT_EXPECT_EQ(test, preempt_count(), 1U);
	spin_unlock(&lock);
	spin_lock_irq(&lock);
	spin_unlock_irq(&lock);
	KUNIT_EXPECT_EQ(test, preempt_count(), 0U);
}

/* A call to another CPU comes there as an interrupt. */
static void note_context(void *arg)
{
	*(unsigned int *)arg = preempt_count();
}

static void handlers_are_hardirq(struct kunit *test)
{
	unsigned int seen = 0;

	if (READ_ONCE(nr_online_cpus) < 2)
		kunit_skip(test, "one CPU runs; a call to another is what is looked at");
	KUNIT_EXPECT_EQ(test, call_on_cpu(1, note_context, &seen), 0);
	KUNIT_EXPECT_TRUE(test, seen & HARDIRQ_MASK);
	KUNIT_EXPECT_EQ(test, preempt_count(), 0U);
}

/* Interrupts off, so that nobody acts on what is wanted. */
static void wanted_until_allowed(struct kunit *test)
{
	bool was;

	local_irq_disable();
	was = preempt_need_resched();
	preempt_count_add(2);
	preempt_set_need_resched();
	KUNIT_EXPECT_EQ(test, preempt_count(), 2U);
	KUNIT_EXPECT_FALSE(test, preempt_should_resched());
	KUNIT_EXPECT_FALSE(test, preempt_count_dec_and_test());
	KUNIT_EXPECT_TRUE(test, preempt_count_dec_and_test());
	KUNIT_EXPECT_TRUE(test, preempt_should_resched() && preempt_need_resched());
	preempt_clear_need_resched();
	KUNIT_EXPECT_FALSE(test, preempt_should_resched() || preempt_need_resched());
	preempt_count_add(1);
	KUNIT_EXPECT_FALSE(test, preempt_count_dec_and_test());
	if (was)
		preempt_set_need_resched();
	local_irq_enable();
}

static void note_task(void *arg)
{
	((struct task_struct **)arg)[smp_processor_id()] = current;
}

static void each_cpu_has_a_task(struct kunit *test)
{
	static struct task_struct *task[NR_CPUS];
	unsigned int nr = READ_ONCE(nr_online_cpus);

	for (unsigned int cpu = 0; cpu < nr; cpu++)
		KUNIT_EXPECT_EQ(test, call_on_cpu(cpu, note_task, task), 0);
	KUNIT_EXPECT_PTR_EQ(test, task[0], current);
	for (unsigned int cpu = 0; cpu < nr; cpu++) {
		KUNIT_ASSERT_NOT_NULL(test, task[cpu]);
		for (unsigned int other = 0; other < cpu; other++)
			KUNIT_EXPECT_PTR_NE(test, task[cpu], task[other]);
	}
}

static struct {
	struct task_struct *task;
	unsigned int woken;
} sleeper;

static void wake_sleeper(void *unused)
{
	sleeper.woken = wake_up_process(sleeper.task);
}

static void sleepers_are_woken(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, wake_up_process(current), 0);
	set_current_state(TASK_DEAD);
	KUNIT_EXPECT_EQ(test, wake_up_process(current), 0);
	set_current_state(TASK_INTERRUPTIBLE);
	KUNIT_EXPECT_EQ(test, wake_up_state(current, TASK_UNINTERRUPTIBLE), 0);
	sleeper.task = current;
	KUNIT_EXPECT_EQ(test, call_on_cpu(READ_ONCE(nr_online_cpus) - 1, wake_sleeper, NULL), 0);
	KUNIT_EXPECT_EQ(test, sleeper.woken, 1U);
	schedule(); /* returns, since it was woken */
	KUNIT_EXPECT_TRUE(test, task_is_running(current));
	set_current_state(TASK_UNINTERRUPTIBLE);
	yield(); /* returns, though nobody wakes it */
	KUNIT_EXPECT_TRUE(test, task_is_running(current));
}

static void timeouts_end(struct kunit *test)
{
	unsigned long before = jiffies;

	KUNIT_EXPECT_EQ(test, schedule_timeout_uninterruptible(3), 0L);
	KUNIT_EXPECT_GE(test, jiffies - before, 3UL);
	KUNIT_EXPECT_TRUE(test, task_is_running(current));
	/* Woken at once: most is left. */
	KUNIT_EXPECT_GT(test, schedule_timeout(1000000), 900000L);
}

static void die_under_a_lock(void)
{
	preempt_disable();
	__asm__ __volatile__("ud2");
}

static void a_way_out_restores(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "invalid opcode", die_under_a_lock());
	KUNIT_EXPECT_EQ(test, preempt_count(), 0U);
}

static void sleep_under_a_lock(void)
{
	preempt_disable();
	schedule();
}

/* The debug build says before what the caller did. */
static void sleep_in_atomic_ends(struct kunit *test)
{
	struct recovery here, *before;
	const char *text;

	report_capture_start();
	before = report_set_recovery(&here);
	if (!recovery_save(&here))
		sleep_under_a_lock();
	report_set_recovery(before);
	report_capture_stop(&text);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "kernel BUG at lib/sched/sched.c:"));
#ifdef QUARRY_DEBUG
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "BUG: scheduling while atomic: "));
#endif
	KUNIT_EXPECT_EQ(test, preempt_count(), 0U);
}

static struct kunit_case sched_cases[] = {
	KUNIT_CASE(counts_nest),
	KUNIT_CASE(handlers_are_hardirq),
	KUNIT_CASE(wanted_until_allowed),
	KUNIT_CASE(each_cpu_has_a_task),
	KUNIT_CASE(sleepers_are_woken),
	KUNIT_CASE(timeouts_end),
	KUNIT_CASE(a_way_out_restores),
	KUNIT_CASE(sleep_in_atomic_ends),
	{},
};

static struct kunit_suite sched_suite = {
	.name = "sched",
	.test_cases = sched_cases,
};
kunit_test_suite(sched_suite);
