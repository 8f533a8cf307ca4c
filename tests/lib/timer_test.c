// SPDX-License-Identifier: MIT
/*
 * Timers and sleeping for a time (lib/sched/timer.c).
 *
 * Mutations that these cases catch (tests/mutate/lib/sched/timer.mut has them, and more):
 *   called_in_order       base_insert() goes left always; take_due() doesn't look at the time
 *   deleted_never_comes   timer_delete() removes nothing
 *   moved_to_a_new_end    mod_timer() leaves the old end
 *   starts_itself_again   timers_tick() calls with the lock held
 *   runs_where_started    mod_timer() leaves it on the CPU where it was
 *   sync_waits_for_it     timer_delete_sync() doesn't look at `running`
 *   sync_waits_restarted  mod_timer() moves a timer whose function runs
 *   each_start_counts_once  mod_timer() says that it was not pending
 *   delays_last           ndelay() doesn't wait; mdelay() waits microseconds
 *   sleepers_sleep        msleep() spins; ssleep() sleeps milliseconds
 *   ranges_are_slept      usleep_range() without its loop behind the sleep; that waits for @max in ms
 *   a_range_is_no_loop    usleep_range() without the sleeps
 *   sleeps_long_enough    msleep() without the clock, and half of its ticks
 *   the_clock_decides     msleep(), msleep_interruptible() without their loops
 *   msleep_is_cut_short   msleep_interruptible() goes on sleeping, or says ticks
 *   timeout_is_cut_short  timer_sleep() forgets what is left, or the timer
 *   ended_asleep          timer_abandon() deletes no timer, or leaves the state; timer_sleep() notes none;
 *                         report_die() abandons none
 *   interrupt_ended_asleep  the same
 */
#include <asm/irqflags.h>
#include <asm/percpu.h>
#include <asm/stack.h>
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/container_of.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <quarry/guest.h>
#include <quarry/report.h>

#define NR 16

struct noted {
	struct timer_list timer;
	unsigned int order; /* as the how many-th it was called; 0: not */
	unsigned long at;
	bool right_context;
	unsigned int cpu;
};

static unsigned int calls;

static void note(struct timer_list *timer)
{
	struct noted *n = from_timer(n, timer, timer);

	n->at = jiffies;
	n->cpu = smp_processor_id();
	n->right_context = in_hardirq() && irqs_disabled() && !timer_pending(timer);
	WRITE_ONCE(n->order, ++calls);
}

static void called_in_order(struct kunit *test)
{
	static struct noted t[NR];
	unsigned long base;

	memset(t, 0, sizeof(t));
	calls = 0;
	local_irq_disable();
	base = jiffies;
	for (unsigned int i = 0; i < NR; i++) {
		unsigned int place = (i * 5) % NR; /* all, not in order */

		timer_setup(&t[place].timer, note, 0);
		t[place].timer.expires = base + 2 + place / 2;
		add_timer(&t[place].timer);
		KUNIT_EXPECT_TRUE(test, timer_pending(&t[place].timer));
	}
	local_irq_enable();
	while (!READ_ONCE(t[NR - 1].order) || !READ_ONCE(t[NR - 2].order))
		msleep(1);
	for (unsigned int i = 0; i < NR; i++) {
		KUNIT_EXPECT_TRUE(test, t[i].right_context);
		KUNIT_EXPECT_GE(test, t[i].at, base + 2 + i / 2);
		if (i >= 2) {
			KUNIT_EXPECT_GT(test, t[i].order, t[i - 2].order);
		}
	}
	KUNIT_EXPECT_EQ(test, calls, (unsigned int)NR);
}

static void deleted_never_comes(struct kunit *test)
{
	struct noted t = { .order = 0 };

	timer_setup(&t.timer, note, 0);
	KUNIT_EXPECT_EQ(test, timer_delete(&t.timer), 0);
	local_irq_disable(); /* or it would come, on a machine that is held up */
	KUNIT_EXPECT_EQ(test, mod_timer(&t.timer, jiffies + 3), 0);
	KUNIT_EXPECT_EQ(test, timer_delete(&t.timer), 1);
	local_irq_enable();
	KUNIT_EXPECT_FALSE(test, timer_pending(&t.timer));
	KUNIT_EXPECT_EQ(test, del_timer_sync(&t.timer), 0);
	msleep(40);
	KUNIT_EXPECT_EQ(test, t.order, 0U);
}

static void moved_to_a_new_end(struct kunit *test)
{
	struct noted t = { .order = 0 };
	unsigned long end = jiffies + 20;

	timer_setup(&t.timer, note, 0);
	mod_timer(&t.timer, jiffies + 1000000);
	KUNIT_EXPECT_EQ(test, mod_timer(&t.timer, end), 1);
	while (!READ_ONCE(t.order))
		msleep(1);
	KUNIT_EXPECT_GE(test, t.at, end);
}

static atomic_t again;

static void once_more(struct timer_list *timer)
{
	if (atomic_inc_return(&again) < 5)
		mod_timer(timer, jiffies + 1);
}

static void starts_itself_again(struct kunit *test)
{
	struct timer_list t;

	atomic_set(&again, 0);
	timer_setup(&t, once_more, 0);
	mod_timer(&t, jiffies);
	while (atomic_read(&again) < 5)
		msleep(1);
	KUNIT_EXPECT_EQ(test, timer_delete_sync(&t), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&again), 5);
}

static struct {
	struct timer_list timer;
	unsigned int inside, over;
} slow;

static void slow_function(struct timer_list *timer)
{
	WRITE_ONCE(slow.inside, 1);
	mdelay(5);
	WRITE_ONCE(slow.over, 1);
}

static int start_noted(void *timer)
{
	mod_timer(timer, jiffies + 1);
	return 0;
}

static void runs_where_started(struct kunit *test)
{
	struct noted t = { .order = 0 };
	struct task_struct *p;

	if (num_online_cpus() < 2)
		kunit_skip(test, "one CPU runs all timers");
	timer_setup(&t.timer, note, 0);
	p = kthread_create_on_cpu(start_noted, &t.timer, 1, "starter");
	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	get_task_struct(p);
	wake_up_process(p);
	while (!READ_ONCE(t.order))
		msleep(1);
	timer_delete_sync(&t.timer);
	KUNIT_EXPECT_EQ(test, t.cpu, 1U);
	kthread_stop(p);
	put_task_struct(p);
}

static int start_slow(void *unused)
{
	mod_timer(&slow.timer, jiffies + 1);
	return 0;
}

/* Stop the timer while its function runs on CPU 1. */
static void stop_slow(struct kunit *test, bool restarted)
{
	struct task_struct *p;

	if (num_online_cpus() < 2)
		kunit_skip(test, "one CPU runs; the function must be running on another");
	memset(&slow, 0, sizeof(slow));
	timer_setup(&slow.timer, slow_function, 0);
	p = kthread_create_on_cpu(start_slow, NULL, 1, "slow");
	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	get_task_struct(p);
	wake_up_process(p);
	while (!READ_ONCE(slow.inside))
		cpu_relax();
	if (restarted)
		mod_timer(&slow.timer, jiffies + 1000 * HZ);
	KUNIT_EXPECT_EQ(test, timer_delete_sync(&slow.timer), (int)restarted);
	KUNIT_EXPECT_EQ(test, READ_ONCE(slow.over), 1U);
	kthread_stop(p);
	put_task_struct(p);
}

static void sync_waits_for_it(struct kunit *test)
{
	stop_slow(test, false);
}

static void sync_waits_restarted(struct kunit *test)
{
	stop_slow(test, true);
}

static void delays_last(struct kunit *test)
{
	for (unsigned int us = 1; us < 500; us *= 3) {
		u64 before = clock_ns();

		udelay(us);
		KUNIT_EXPECT_GE(test, clock_ns() - before, us * 1000ULL);
	}
	for (unsigned int ms = 1; ms < 8; ms *= 2) {
		u64 before = clock_ns();

		local_irq_disable(); /* in any context */
		mdelay(ms);
		local_irq_enable();
		KUNIT_EXPECT_GE(test, clock_ns() - before, ms * 1000000ULL);
	}
}

static atomic_t seen_asleep, seen_awake;

static int looks_at(void *task)
{
	while (!kthread_should_stop()) {
		atomic_inc(task_is_running((struct task_struct *)task) ? &seen_awake : &seen_asleep);
		schedule_timeout_uninterruptible(1);
	}
	return 0;
}

/* Sleeping is not being there: another thread never finds it running, or hardly. */
static void sleepers_sleep(struct kunit *test)
{
	struct task_struct *p = kthread_run(looks_at, current, "watcher");
	u64 before;
	int awake;

	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	msleep(10);
	before = clock_ns();
	awake = atomic_read(&seen_awake);
	atomic_set(&seen_asleep, 0);
	ssleep(1);
	KUNIT_EXPECT_GE(test, clock_ns() - before, 1000000000ULL);
	KUNIT_EXPECT_GT(test, atomic_read(&seen_asleep), 0);
	before = clock_ns();
	msleep(30);
	KUNIT_EXPECT_GE(test, clock_ns() - before, 30000000ULL);
	KUNIT_EXPECT_LE(test, atomic_read(&seen_awake) - awake, 2);
	KUNIT_EXPECT_EQ(test, kthread_stop(p), 0);
}

static void sleeps_long_enough(struct kunit *test)
{
	for (unsigned int ms = 1; ms < 30; ms += 7) {
		u64 before = clock_ns();

		msleep(ms);
		KUNIT_EXPECT_GE(test, clock_ns() - before, ms * 1000000ULL);
	}
}

/* From parts of a tick to several, with room behind and without. */
static void ranges_are_slept(struct kunit *test)
{
	static const unsigned int us[] = { 0, 1, 50, 999, 3999, 4000, 4001, 9000, 20000 };

	for (int i = 0; i < ARRAY_SIZE(us); i++) {
		for (int room = 0; room <= 1; room++) {
			u64 before = clock_ns();

			usleep_range(us[i], us[i] + room * 30000);
			KUNIT_EXPECT_GE(test, clock_ns() - before, us[i] * 1000ULL);
			KUNIT_EXPECT_TRUE(test, task_is_running(current));
		}
	}
	fsleep(3000);
	KUNIT_EXPECT_TRUE(test, preemptible());
}

/* It sleeps through a long range: who looks meanwhile finds it asleep. */
static void a_range_is_no_loop(struct kunit *test)
{
	struct task_struct *p = kthread_run(looks_at, current, "watcher");

	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	atomic_set(&seen_asleep, 0);
	for (int i = 0; i < 10; i++)
		usleep_range(20000, 20000);
	KUNIT_EXPECT_GT(test, atomic_read(&seen_asleep), 0);
	atomic_set(&seen_asleep, 0);
	for (int i = 0; i < 10; i++)
		usleep_range(5000, 50000);
	KUNIT_EXPECT_GT(test, atomic_read(&seen_asleep), 0);
	KUNIT_EXPECT_EQ(test, kthread_stop(p), 0);
}

struct nap {
	unsigned long (*sleep)(unsigned int ms);
	bool begun;
	u64 lasted; /* not 0: it is over */
};

static unsigned long sleep_through(unsigned int ms)
{
	msleep(ms);
	return 0;
}

static int sleeper(void *arg)
{
	struct nap *nap = arg;
	u64 before = clock_ns();

	WRITE_ONCE(nap->begun, true);
	nap->sleep(100);
	WRITE_ONCE(nap->lasted, clock_ns() - before);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static void hurry(void *ticks)
{
	jiffies = jiffies + (unsigned long)ticks;
}

/* Ticks that come all at once shorten no sleep. */
static void the_clock_decides(struct kunit *test)
{
	unsigned long (*const sleeps[])(unsigned int) = { msleep_interruptible, sleep_through };

	for (int i = 0; i < ARRAY_SIZE(sleeps); i++) {
		struct nap nap = { .sleep = sleeps[i] };
		struct task_struct *p = kthread_run(sleeper, &nap, "sleeper");

		KUNIT_ASSERT_FALSE(test, IS_ERR(p));
		while (!READ_ONCE(nap.begun))
			schedule_timeout_uninterruptible(1);
		call_on_cpu(0, hurry, (void *)(HZ / 10UL)); /* it alone counts them */
		while (!READ_ONCE(nap.lasted))
			schedule_timeout_uninterruptible(1);
		KUNIT_EXPECT_EQ(test, kthread_stop(p), 0);
		KUNIT_EXPECT_GE(test, nap.lasted, 100000000ULL);
	}
}

static int wake_soon(void *task)
{
	msleep(10);
	wake_up_process(task);
	return 0;
}

/* The milliseconds that were left, when somebody wakes it; none when nobody does. */
static void msleep_is_cut_short(struct kunit *test)
{
	u64 before = clock_ns();
	struct task_struct *p;
	unsigned long left;

	KUNIT_EXPECT_EQ(test, msleep_interruptible(12), 0UL);
	KUNIT_EXPECT_GE(test, clock_ns() - before, 12000000ULL);
	p = kthread_run(wake_soon, current, "waker");
	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	left = msleep_interruptible(600000);
	KUNIT_EXPECT_GT(test, left, 500000UL); /* not ticks */
	KUNIT_EXPECT_LE(test, left, 600000UL);
}

static void timeout_is_cut_short(struct kunit *test)
{
	struct task_struct *p = kthread_create(wake_soon, current, "waker");

	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	get_task_struct(p);
	set_current_state(TASK_INTERRUPTIBLE);
	wake_up_process(p);
	KUNIT_EXPECT_GT(test, schedule_timeout(1000 * HZ), 0L);
	KUNIT_EXPECT_EQ(test, schedule_timeout_interruptible(2), 0L);
	kthread_stop(p);
	put_task_struct(p);
}

static struct {
	struct timer_list timer;
	atomic_t started, stopped; /* by calls that said that it was not pending, that it was */
} shared;

static void start_and_stop(void *unused)
{
	for (unsigned int i = 0; i < 100000; i++) {
		if (!mod_timer(&shared.timer, jiffies + 1000 * HZ))
			atomic_inc(&shared.started);
		if (i % 8 == 0 && timer_delete(&shared.timer))
			atomic_inc(&shared.stopped);
	}
}

/* Users keep a reference for a timer that is pending: by what these calls say. */
static void each_start_counts_once(struct kunit *test)
{
	if (num_online_cpus() < 2)
		kunit_skip(test, "nobody else starts it meanwhile");
	timer_setup(&shared.timer, note, 0);
	atomic_set(&shared.started, 0);
	atomic_set(&shared.stopped, 0);
	run_on_cpus(start_and_stop, NULL);
	if (timer_delete(&shared.timer))
		atomic_inc(&shared.stopped);
	KUNIT_EXPECT_GT(test, atomic_read(&shared.stopped), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&shared.started), atomic_read(&shared.stopped));
}

/* ---- a sleep that a trap ends ---- */

/* Its memory is somebody else's from then on. */
static unsigned int timers_on_stack(unsigned long addr)
{
	unsigned long low, high;
	const char *name;

	return stack_bounds(addr, &low, &high, &name) ? timers_cancel_in(low, high) : 1;
}

/* schedule() finds that it may not switch when the timer runs already. */
static noinline void die_asleep(void)
{
	struct recovery here, *before = report_set_recovery(&here);

	if (!recovery_save(&here)) {
		preempt_disable();
		schedule_timeout_uninterruptible(2);
	}
	report_set_recovery(before);
}

static void ended_asleep(struct kunit *test)
{
	const char *text;

	report_capture_start();
	die_asleep();
	report_capture_stop(&text);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "kernel BUG at "));
	KUNIT_EXPECT_EQ(test, preempt_count(), 0U);
	KUNIT_EXPECT_TRUE(test, task_is_running(current));
	KUNIT_EXPECT_NULL(test, current->sleep);
	KUNIT_EXPECT_EQ(test, timers_on_stack((unsigned long)__builtin_frame_address(0)), 0U);
	KUNIT_EXPECT_EQ(test, schedule_timeout_uninterruptible(3), 0L);
	KUNIT_EXPECT_NULL(test, current->sleep);
}

static struct {
	unsigned long frame;
	struct task_struct *task;
	bool came_back, ended;
} on_top;

static void sleep_on_top(void *unused)
{
	on_top.frame = (unsigned long)__builtin_frame_address(0);
	schedule_timeout_uninterruptible(2);
}

/* As a module's function may that sleeps where it must not: the call is ended, the interrupt goes on. */
static void call_on_top(struct timer_list *timer)
{
	on_top.task = current;
	on_top.came_back = guest_call(GUEST_TIMER, call_on_top, sleep_on_top, NULL);
	WRITE_ONCE(on_top.ended, true);
}

static void interrupt_ended_asleep(struct kunit *test)
{
	struct timer_list timer;
	const char *text;

	on_top.ended = false;
	timer_setup(&timer, call_on_top, 0);
	report_capture_start();
	mod_timer(&timer, jiffies + 1);
	while (!READ_ONCE(on_top.ended))
		cpu_relax();
	report_capture_stop(&text);
	timer_delete_sync(&timer);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "kernel BUG at "));
	KUNIT_EXPECT_FALSE(test, on_top.came_back);
	KUNIT_EXPECT_PTR_EQ(test, on_top.task, current);
	KUNIT_EXPECT_TRUE(test, task_is_running(current));
	KUNIT_EXPECT_NULL(test, current->sleep);
	KUNIT_EXPECT_EQ(test, timers_on_stack(on_top.frame), 0U);
}

static struct kunit_case cases[] = { KUNIT_CASE(called_in_order),
				     KUNIT_CASE(deleted_never_comes),
				     KUNIT_CASE(moved_to_a_new_end),
				     KUNIT_CASE(starts_itself_again),
				     KUNIT_CASE(runs_where_started),
				     KUNIT_CASE(sync_waits_for_it),
				     KUNIT_CASE(sync_waits_restarted),
				     KUNIT_CASE(each_start_counts_once),
				     KUNIT_CASE(delays_last),
				     KUNIT_CASE_SLOW(sleepers_sleep),
				     KUNIT_CASE(sleeps_long_enough),
				     KUNIT_CASE(ranges_are_slept),
				     KUNIT_CASE(a_range_is_no_loop),
				     KUNIT_CASE(the_clock_decides),
				     KUNIT_CASE(msleep_is_cut_short),
				     KUNIT_CASE(timeout_is_cut_short),
				     KUNIT_CASE(ended_asleep),
				     KUNIT_CASE(interrupt_ended_asleep),
				     {} };

static struct kunit_suite timers = {
	.name = "timers",
	.test_cases = cases,
};
kunit_test_suite(timers);
