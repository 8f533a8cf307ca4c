// SPDX-License-Identifier: MIT
/*
 * Tests of lib/sync/rwsem.c, mutex.c and wait.c.
 *
 * The runner waits; a second thread plays all others. It takes a step each time it finds the runner
 * asleep: gives the lock back, takes it in between, or wakes it for nothing.
 *
 * Mutations tried: down_read() ignoring waiting writers; downgrade_write() leaving 0; down_write()
 * without counting itself in `writers`, or not waking those that it kept out; a reader that `writers`
 * keeps out sleeping on state; up_read(), up_write(), mutex_unlock() without the wake-up; mutex_lock()
 * leaving 1 after waiting, or 1 while it waits.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/string.h>
#include <quarry/sync.h>

#define MAX_STEPS 3
#define PATIENCE  (20 * HZ)

static struct rw_semaphore sem;
static struct mutex mutex;

/* ---- the others: one step for each time that the runner sleeps ---- */

static struct {
	void (*begin)(void); /* before the runner goes on, or NULL */
	void (*steps[MAX_STEPS])(void);
	struct task_struct *task, *runner;
	unsigned int ready;   /* begin() is done */
	unsigned int waiting; /* the runner is in the call that waits */
	unsigned int waits;   /* how often it was found asleep */
	unsigned int wrong;   /* what others looked at was not as it should be */
	unsigned int late;    /* it did not come to sleep, or not back */
} others;

static void expect(bool so)
{
	WRITE_ONCE(others.wrong, others.wrong + !so);
}

static bool runner_sleeps(unsigned long end)
{
	while (READ_ONCE(others.waiting) && task_is_running(others.runner)) {
		if (!time_before(jiffies, end))
			return false;
		schedule_timeout_interruptible(1);
	}
	return READ_ONCE(others.waiting);
}

static int play(void *unused)
{
	unsigned long end = jiffies + PATIENCE;

	if (others.begin)
		others.begin();
	WRITE_ONCE(others.ready, 1);
	while (!READ_ONCE(others.waiting))
		schedule_timeout_interruptible(1);
	for (int i = 0; i < MAX_STEPS && others.steps[i]; i++) {
		if (!runner_sleeps(end))
			return 0;
		others.waits++;
		others.steps[i]();
	}
	/* Nothing is left that could wake it: whoever sleeps now was forgotten. */
	while (READ_ONCE(others.waiting) && time_before(jiffies, end))
		schedule_timeout_interruptible(1);
	while (READ_ONCE(others.waiting)) {
		others.late = 1;
		atomic_set(&sem.state, 0);
		atomic_set(&sem.writers, 0);
		atomic_set(&mutex.state, 0);
		wake_up_process(others.runner);
		schedule_timeout_interruptible(1);
	}
	return 0;
}

/* On the runner's CPU, so that each runs until the other sleeps. */
static void with_others(struct kunit *test, void (*begin)(void), void (*first)(void),
			void (*second)(void))
{
	memset(&others, 0, sizeof(others));
	others.begin = begin;
	others.steps[0] = first;
	others.steps[1] = second;
	others.runner = current;
	others.task = kthread_create_on_cpu(play, NULL, smp_processor_id(), "others");
	KUNIT_ASSERT_FALSE(test, IS_ERR(others.task));
	get_task_struct(others.task);
	wake_up_process(others.task);
	while (!READ_ONCE(others.ready))
		msleep(1);
}

/* The call that waits, and then all as it should be. */
#define WAIT_IN(test, call, times)                              \
	do {                                                    \
		WRITE_ONCE(others.waiting, 1);                  \
		call;                                           \
		WRITE_ONCE(others.waiting, 0);                  \
		kthread_stop(others.task);                      \
		put_task_struct(others.task);                   \
		KUNIT_EXPECT_EQ((test), others.waits, (times)); \
		KUNIT_EXPECT_EQ((test), others.wrong, 0U);      \
		KUNIT_EXPECT_EQ((test), others.late, 0U);       \
	} while (0)

static void step_wake_for_nothing(void)
{
	wake_up_process(others.runner);
}

static int setup(struct kunit *test)
{
	init_rwsem(&sem);
	mutex_init(&mutex);
	lockdep_off(); /* one task plays several */
	return 0;
}

static void restore(struct kunit *test)
{
	lockdep_on();
}

/* ---- semaphores ---- */

static void readers_share(struct kunit *test)
{
	down_read(&sem);
	down_read(&sem);
	KUNIT_EXPECT_EQ(test, down_read_trylock(&sem), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&sem.state), 3);
	KUNIT_EXPECT_EQ(test, down_write_trylock(&sem), 0);
	KUNIT_EXPECT_TRUE(test, rwsem_held(&sem));
	KUNIT_EXPECT_FALSE(test, rwsem_held_write(&sem));
	up_read(&sem);
	up_read(&sem);
	KUNIT_EXPECT_TRUE(test, rwsem_is_locked(&sem));
	up_read(&sem);
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&sem));
}

static void writer_is_alone(struct kunit *test)
{
	down_write(&sem);
	KUNIT_EXPECT_TRUE(test, rwsem_held_write(&sem));
	KUNIT_EXPECT_EQ(test, down_read_trylock(&sem), 0);
	KUNIT_EXPECT_EQ(test, down_write_trylock(&sem), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&sem.state), -1);
	up_write(&sem);
	KUNIT_EXPECT_EQ(test, down_write_trylock(&sem), 1);
	up_write(&sem);
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&sem));
}

static void downgrade(struct kunit *test)
{
	down_write(&sem);
	downgrade_write(&sem);
	KUNIT_EXPECT_EQ(test, atomic_read(&sem.state), 1);
	KUNIT_EXPECT_EQ(test, down_read_trylock(&sem), 1);
	up_read(&sem);
	up_read(&sem);
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&sem));
}

static void step_reader_leaves(void)
{
	/* While a writer waits, no new reader gets in. */
	expect(rwsem_is_contended(&sem));
	expect(!down_read_trylock(&sem));
	up_read(&sem);
}

static void writer_waits_for_readers(struct kunit *test)
{
	down_read(&sem);
	down_read(&sem);
	/* The first to leave wakes nobody, so the second finds it asleep still. */
	with_others(test, NULL, step_reader_leaves, step_reader_leaves);
	WAIT_IN(test, down_write(&sem), 2U);
	KUNIT_EXPECT_TRUE(test, rwsem_held_write(&sem));
	KUNIT_EXPECT_FALSE(test, rwsem_is_contended(&sem));
	up_write(&sem);
}

static void step_writer_leaves(void)
{
	up_write(&sem);
}

static void step_writer_goes_on_reading(void)
{
	downgrade_write(&sem);
}

static void reader_waits_for_writer(struct kunit *test)
{
	down_write(&sem);
	/* Woken for nothing once: it must look again and go on waiting. */
	with_others(test, NULL, step_wake_for_nothing, step_writer_leaves);
	WAIT_IN(test, down_read(&sem), 2U);
	KUNIT_EXPECT_EQ(test, atomic_read(&sem.state), 1);
	up_read(&sem);
	down_write(&sem);
	with_others(test, NULL, step_writer_goes_on_reading, NULL);
	WAIT_IN(test, down_read(&sem), 1U);
	KUNIT_EXPECT_EQ(test, atomic_read(&sem.state), 2);
	up_read(&sem);
	up_read(&sem);
}

/* The writer that the reader let pass is gone, and says so by the word that it waited with. */
static void step_writer_is_gone(void)
{
	atomic_set(&sem.writers, 0);
	sync_wake(&sem.writers);
}

static void let_pass(void)
{
	atomic_set(&sem.writers, 1);
}

static void reader_sleeps_on_what_keeps_it_out(struct kunit *test)
{
	with_others(test, let_pass, step_writer_is_gone, NULL);
	WAIT_IN(test, down_read(&sem), 1U);
	KUNIT_EXPECT_EQ(test, atomic_read(&sem.state), 1);
	up_read(&sem);
}

static int write_once(void *unused)
{
	down_write(&sem);
	downgrade_write(&sem);
	return 0;
}

/*
 * A writer waits for the runner, who reads; another reader waits behind it. When the writer is in it
 * goes on reading, which lets the reader in, if it is told.
 */
static int read_once(void *unused)
{
	down_read(&sem);
	return 0;
}

static struct task_struct *start(struct kunit *test, int (*fn)(void *data))
{
	struct task_struct *p = kthread_create_on_cpu(fn, NULL, smp_processor_id(), "other");

	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	get_task_struct(p);
	wake_up_process(p);
	msleep(1);
	while (task_is_running(p))
		msleep(1);
	return p;
}

static void writer_tells_those_it_kept_out(struct kunit *test)
{
	unsigned long end = jiffies + PATIENCE;
	struct task_struct *writer, *reader;

	down_read(&sem);
	writer = start(test, write_once);
	KUNIT_EXPECT_TRUE(test, rwsem_is_contended(&sem));
	reader = start(test, read_once);
	KUNIT_EXPECT_EQ(test, atomic_read(&sem.state), 1);
	up_read(&sem);
	while (atomic_read(&sem.state) != 2 && time_before(jiffies, end))
		msleep(1);
	KUNIT_EXPECT_EQ(test, atomic_read(&sem.state), 2);
	while (atomic_read(&sem.state) != 2) { /* it was forgotten */
		wake_up_process(reader);
		msleep(1);
	}
	kthread_stop(writer);
	kthread_stop(reader);
	put_task_struct(writer);
	put_task_struct(reader);
	up_read(&sem);
	up_read(&sem);
}

static void rwsem_misuse(struct kunit *test)
{
	KUNIT_EXPECT_REPORT(test, "left < 0", up_read(&sem));
	init_rwsem(&sem);
	KUNIT_EXPECT_REPORT(test, "WRITER", up_write(&sem));
	init_rwsem(&sem);
	down_read(&sem);
	KUNIT_EXPECT_REPORT(test, "WRITER", up_write(&sem));
}

/* ---- mutexes ---- */

static void mutex_states(struct kunit *test)
{
	mutex_lock(&mutex);
	KUNIT_EXPECT_TRUE(test, mutex_is_locked(&mutex));
	KUNIT_EXPECT_TRUE(test, mutex_held(&mutex));
	KUNIT_EXPECT_EQ(test, mutex_trylock(&mutex), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&mutex.state), 1);
	mutex_unlock(&mutex);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&mutex));
	KUNIT_EXPECT_EQ(test, mutex_trylock(&mutex), 1);
	mutex_unlock(&mutex);
	KUNIT_EXPECT_REPORT(test, "old == FREE", mutex_unlock(&mutex));
}

static void take_mutex(void)
{
	mutex_lock(&mutex);
}

static void step_mutex_unlock(void)
{
	/* The waiter has left its mark, so the holder knows whom to wake. */
	expect(atomic_read(&mutex.state) == 2);
	mutex_unlock(&mutex);
}

static void mutex_waits(struct kunit *test)
{
	with_others(test, take_mutex, step_wake_for_nothing, step_mutex_unlock);
	WAIT_IN(test, mutex_lock(&mutex), 2U);
	/* Others may still wait: the next unlock must wake. */
	KUNIT_EXPECT_EQ(test, atomic_read(&mutex.state), 2);
	mutex_unlock(&mutex);
}

static struct kunit_case cases[] = { KUNIT_CASE(readers_share),
				     KUNIT_CASE(writer_is_alone),
				     KUNIT_CASE(downgrade),
				     KUNIT_CASE(writer_waits_for_readers),
				     KUNIT_CASE(reader_waits_for_writer),
				     KUNIT_CASE(reader_sleeps_on_what_keeps_it_out),
				     KUNIT_CASE(writer_tells_those_it_kept_out),
				     KUNIT_CASE(rwsem_misuse),
				     KUNIT_CASE(mutex_states),
				     KUNIT_CASE(mutex_waits),
				     {} };

static struct kunit_suite suite = {
	.name = "rwsem",
	.init = setup,
	.exit = restore,
	.test_cases = cases,
};
kunit_test_suite(suite);
