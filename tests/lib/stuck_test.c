// SPDX-License-Identifier: MIT
/*
 * Stuck CPUs and locks (lib/sched/watchdog.c, lib/sync/spin_watch.c): each is planted, for a few
 * ticks, and the report is matched; and what looks like it but isn't is not reported.
 *
 * The cases run on CPU 0, whose ticks jiffies counts.
 *
 * Mutations that these cases must catch:
 *   preemption_off       watchdog_tick() never reports, or reports at every tick from thresh on;
 *                        its report counts in seconds rounded down
 *   under_a_lock         soft_lockup_report() without report_held_locks()
 *   again_is_reported    watchdog_switch() does nothing
 *   preemptible_spinner  watchdog_switch() does nothing, or only when others wait
 *   sections_with_gaps   watchdog_tick() doesn't ask for a reschedule
 *   touched              touch_softlockup_watchdog() does nothing
 *   switched_off         thresh 0 is taken for 1
 *   lock_held_too_long   spin_watch_round() never reports, or not once; spin_watch_tick() adds nothing
 *   holder_that_sleeps   spin_watch_round() looks at its own rounds alone
 */
#include <asm/smp.h>
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/nmi.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <quarry/report.h>

#define THRESH 20 /* more than the watchdog waits until it asks */

static unsigned int thresh_before;

static int init(struct kunit *test)
{
#ifndef QUARRY_DEBUG
	kunit_skip(test, "only debug builds look for stuck CPUs");
#endif
	touch_softlockup_watchdog(); /* the count begins below the new bound */
	thresh_before = watchdog_set_thresh(THRESH);
	return 0;
}

static void finish(struct kunit *test)
{
	watchdog_set_thresh(thresh_before);
}

static noinline void spin_for(unsigned int ticks)
{
	unsigned long end = jiffies + ticks;

	while (time_before(jiffies, end))
		cpu_relax();
}

static void hold_preemption(unsigned int ticks)
{
	preempt_disable();
	spin_for(ticks);
	preempt_enable();
}

static void preemption_off(struct kunit *test)
{
	KUNIT_EXPECT_REPORT(test, "\nwatchdog: BUG: soft lockup - CPU#0 stuck for 1s! [main:1]\n",
			    hold_preemption(2 * THRESH));
	KUNIT_EXPECT_REPORT(test, "\n20 ticks without a switch\n", hold_preemption(2 * THRESH));
	KUNIT_EXPECT_REPORT(test, " spin_for+0x", hold_preemption(2 * THRESH));
}

static noinline void hold_lock(void)
{
	static DEFINE_SPINLOCK(stuck_lock);

	spin_lock(&stuck_lock);
	spin_for(2 * THRESH);
	spin_unlock(&stuck_lock);
}

static void under_a_lock(struct kunit *test)
{
	KUNIT_EXPECT_REPORT(test, "#0: (stuck_lock) at: hold_lock+0x", hold_lock());
}

static void again_is_reported(struct kunit *test)
{
	report_capture_start();
	hold_preemption(2 * THRESH);
	hold_preemption(2 * THRESH);
	KUNIT_EXPECT_EQ(test, report_capture_stop(NULL), 2U);
}

static void preemptible_spinner(struct kunit *test)
{
	KUNIT_EXPECT_NO_REPORT(test, spin_for(3 * THRESH));
}

/* Every tick finds preemption off, but now and then it is on. */
static void sections_with_gaps(struct kunit *test)
{
	unsigned long end = jiffies + 3 * THRESH;

	report_capture_start();
	while (time_before(jiffies, end))
		hold_preemption(1);
	KUNIT_EXPECT_EQ(test, report_capture_stop(NULL), 0U);
}

static void touched(struct kunit *test)
{
	report_capture_start();
	preempt_disable();
	for (int i = 0; i < 6; i++) {
		spin_for(THRESH / 2);
		touch_softlockup_watchdog();
	}
	preempt_enable();
	KUNIT_EXPECT_EQ(test, report_capture_stop(NULL), 0U);
}

static void switched_off(struct kunit *test)
{
	watchdog_set_thresh(0);
	KUNIT_EXPECT_NO_REPORT(test, hold_preemption(3 * THRESH));
}

/* ---- locks ---- */

#ifdef QUARRY_DEBUG

#define LIMIT 4096 /* rounds of waiting */
#define TICK  512  /* what a tick counts for */

/* A thread on CPU 1 that has the lock for some ticks of CPU 0. */
struct holder {
	spinlock_t lock;
	bool irqs_off;
	unsigned int ticks;
	atomic_t state; /* 1: it has the lock */
};

static int hold(void *data)
{
	struct holder *h = data;
	unsigned long end = jiffies + h->ticks, flags = 0;

	if (h->irqs_off)
		local_irq_save(flags);
	spin_lock(&h->lock);
	atomic_set(&h->state, 1);
	while (time_before(jiffies, end))
		cpu_relax();
	spin_unlock(&h->lock);
	if (h->irqs_off)
		local_irq_restore(flags);
	return 0;
}

/* With or without a report, the waiting ends when the holder's ticks are over. */
static noinline void wait_for_lock(struct holder *h)
{
	while (!atomic_read(&h->state))
		cpu_relax();
	spin_lock(&h->lock);
	spin_unlock(&h->lock);
}

static unsigned int reports_of_waiting(struct kunit *test, struct holder *h, const char **text)
{
	struct spin_life life = spin_life;
	struct task_struct *p;
	unsigned int reports;

	watchdog_set_thresh(0);
	spin_lock_init(&h->lock);
	atomic_set(&h->state, 0);
	p = kthread_create_on_cpu(hold, h, 1, "holder/%u");
	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	get_task_struct(p);
	spin_life = (struct spin_life){ .limit = LIMIT, .tick = TICK };
	report_capture_start();
	wake_up_process(p);
	wait_for_lock(h);
	kthread_stop(p);
	reports = report_capture_stop(text);
	spin_life = life;
	put_task_struct(p);
	return reports;
}

static void need_two_cpus(struct kunit *test)
{
	if (READ_ONCE(nr_online_cpus) < 2)
		kunit_skip(test, "one CPU runs; the host's --smp gives more");
}

static void lock_held_too_long(struct kunit *test)
{
	struct holder h = { .ticks = 60 };
	const char *text;

	need_two_cpus(test);
	KUNIT_EXPECT_EQ(test, reports_of_waiting(test, &h, &text), 1U);
	KUNIT_EXPECT_NOT_NULL(test,
			      strstr(text, "BUG: spinlock lockup suspected on CPU#0, main/1"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, " (&h->lock), .owner: holder/1/"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, ".owner_cpu: 1, taken at: hold+0x"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, " wait_for_lock+0x"));
}

/* As long, but its CPU shows no life: it might be its host that lets it wait. */
static void holder_that_sleeps(struct kunit *test)
{
	struct holder h = { .ticks = 40, .irqs_off = true };

	need_two_cpus(test);
	KUNIT_EXPECT_EQ(test, reports_of_waiting(test, &h, NULL), 0U);
}

#endif

static struct kunit_case stuck_cases[] = {
	KUNIT_CASE(preemption_off),
	KUNIT_CASE(under_a_lock),
	KUNIT_CASE(again_is_reported),
	KUNIT_CASE(preemptible_spinner),
	KUNIT_CASE(sections_with_gaps),
	KUNIT_CASE(touched),
	KUNIT_CASE(switched_off),
#ifdef QUARRY_DEBUG
	KUNIT_CASE(lock_held_too_long),
	KUNIT_CASE(holder_that_sleeps),
#endif
	{},
};
static struct kunit_suite stuck_suite = {
	.name = "stuck",
	.init = init,
	.exit = finish,
	.test_cases = stuck_cases,
};
kunit_test_suite(stuck_suite);
