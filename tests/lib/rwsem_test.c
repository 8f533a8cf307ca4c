// SPDX-License-Identifier: MIT
/*
 * Tests of lib/sync/rwsem.c, mutex.c and wait.c.
 *
 * Waiting is driven on one CPU: the wait hook plays the scheduler that runs another context,
 * which gives the lock back or takes it in between. The hook records which word was waited for
 * and which value the waiter had seen.
 *
 * Mutations tried: down_read() ignoring waiting writers; up_read() waking at every reader;
 * downgrade_write() leaving 0; down_write() without counting itself in `writers`; mutex_lock()
 * leaving 1 after waiting (no wake-up for the next); mutex_unlock() without the wake-up. Others
 * that must make them fail: a reader that `writers` keeps out sleeping on state; down_write() not
 * waking those.
 */
#include <kunit/test.h>
#include <linux/rwsem.h>
#include <linux/mutex.h>
#include <quarry/sync.h>

static struct rw_semaphore sem;
static struct mutex mutex;

/* The other contexts: one step for each time somebody waits. */
static void (*steps[4])(struct kunit *test);
static unsigned int nr_waits, nr_wakes;
static const atomic_t *waited_for, *woken;
static int seen_by_waiter;
static struct kunit *running;

static void on_wait(const atomic_t *word, int seen)
{
	unsigned int n = nr_waits++;

	waited_for = word;
	seen_by_waiter = seen;
	KUNIT_ASSERT_LT_MSG(running, n, 4, "waits for ever");
	KUNIT_ASSERT_NOT_NULL_MSG(running, (void *)steps[n], "waited more often than expected");
	steps[n](running);
}

static void on_wake(const atomic_t *word)
{
	nr_wakes++;
	woken = word;
}

static void (*old_wait)(const atomic_t *word, int seen);
static void (*old_wake)(const atomic_t *word);

static int setup(struct kunit *test)
{
	init_rwsem(&sem);
	mutex_init(&mutex);
	for (int i = 0; i < 4; i++)
		steps[i] = NULL;
	nr_waits = nr_wakes = 0;
	waited_for = woken = NULL;
	running = test;
	old_wait = sync_wait_hook;
	old_wake = sync_wake_hook;
	sync_wait_hook = on_wait;
	sync_wake_hook = on_wake;
	lockdep_off(); /* one task plays them all */
	return 0;
}

static void restore(struct kunit *test)
{
	lockdep_on();
	sync_wait_hook = old_wait;
	sync_wake_hook = old_wake;
}

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
	KUNIT_EXPECT_EQ(test, nr_wakes, 0);
	up_read(&sem);
	KUNIT_EXPECT_EQ(test, nr_wakes, 1);
	KUNIT_EXPECT_PTR_EQ(test, (void *)woken, (void *)&sem.state);
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&sem));
	KUNIT_EXPECT_EQ(test, nr_waits, 0);
}

static void writer_is_alone(struct kunit *test)
{
	down_write(&sem);
	KUNIT_EXPECT_TRUE(test, rwsem_held_write(&sem));
	KUNIT_EXPECT_EQ(test, down_read_trylock(&sem), 0);
	KUNIT_EXPECT_EQ(test, down_write_trylock(&sem), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&sem.state), -1);
	up_write(&sem);
	KUNIT_EXPECT_EQ(test, nr_wakes, 1);
	KUNIT_EXPECT_EQ(test, down_write_trylock(&sem), 1);
	up_write(&sem);
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&sem));
}

static void downgrade(struct kunit *test)
{
	down_write(&sem);
	downgrade_write(&sem);
	KUNIT_EXPECT_EQ(test, nr_wakes, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&sem.state), 1);
	KUNIT_EXPECT_EQ(test, down_read_trylock(&sem), 1);
	up_read(&sem);
	up_read(&sem);
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&sem));
}

static void step_reader_leaves(struct kunit *test)
{
	/* While a writer waits, no new reader gets in. */
	KUNIT_EXPECT_TRUE(test, rwsem_is_contended(&sem));
	KUNIT_EXPECT_EQ(test, down_read_trylock(&sem), 0);
	up_read(&sem);
}

static void writer_waits_for_readers(struct kunit *test)
{
	down_read(&sem);
	down_read(&sem);
	steps[0] = steps[1] = step_reader_leaves;
	down_write(&sem);
	KUNIT_EXPECT_EQ(test, nr_waits, 2);
	KUNIT_EXPECT_EQ(test, seen_by_waiter, 1);
	KUNIT_EXPECT_PTR_EQ(test, (void *)waited_for, (void *)&sem.state);
	KUNIT_EXPECT_TRUE(test, rwsem_held_write(&sem));
	KUNIT_EXPECT_FALSE(test, rwsem_is_contended(&sem));
	up_write(&sem);
}

static void step_writer_leaves(struct kunit *test)
{
	up_write(&sem);
}

static void step_nothing(struct kunit *test)
{
}

static void reader_waits_for_writer(struct kunit *test)
{
	down_write(&sem);
	/* Woken for nothing once: it must look again and go on waiting. */
	steps[0] = step_nothing;
	steps[1] = step_writer_leaves;
	down_read(&sem);
	KUNIT_EXPECT_EQ(test, nr_waits, 2);
	KUNIT_EXPECT_EQ(test, seen_by_waiter, -1);
	KUNIT_EXPECT_EQ(test, atomic_read(&sem.state), 1);
	up_read(&sem);
}

/*
 * The writer that the reader let pass comes and goes before the reader sleeps: state is what it was,
 * and nobody will wake anybody again.
 */
static void step_writer_came_and_went(struct kunit *test)
{
	atomic_set(&sem.writers, 0);
	KUNIT_EXPECT_EQ(test, down_write_trylock(&sem), 1);
	up_write(&sem);
	KUNIT_EXPECT_NE(test, atomic_read(waited_for), seen_by_waiter);
}

static void reader_sleeps_on_what_keeps_it_out(struct kunit *test)
{
	atomic_set(&sem.writers, 1);
	steps[0] = step_writer_came_and_went;
	down_read(&sem);
	KUNIT_EXPECT_EQ(test, nr_waits, 1);
	KUNIT_EXPECT_PTR_EQ(test, (void *)waited_for, (void *)&sem.writers);
	KUNIT_EXPECT_EQ(test, seen_by_waiter, 1);
	/* The writer that got in after waiting tells them. */
	steps[1] = step_reader_leaves;
	nr_wakes = 0;
	down_write(&sem);
	KUNIT_EXPECT_EQ(test, nr_wakes, 2);
	KUNIT_EXPECT_PTR_EQ(test, (void *)woken, (void *)&sem.writers);
	up_write(&sem);
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

static void mutex_states(struct kunit *test)
{
	mutex_lock(&mutex);
	KUNIT_EXPECT_TRUE(test, mutex_is_locked(&mutex));
	KUNIT_EXPECT_TRUE(test, mutex_held(&mutex));
	KUNIT_EXPECT_EQ(test, mutex_trylock(&mutex), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&mutex.state), 1);
	mutex_unlock(&mutex);
	/* Nobody waited: no wake-up. */
	KUNIT_EXPECT_EQ(test, nr_wakes, 0);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&mutex));
	KUNIT_EXPECT_EQ(test, mutex_trylock(&mutex), 1);
	mutex_unlock(&mutex);
	KUNIT_EXPECT_REPORT(test, "old == FREE", mutex_unlock(&mutex));
}

static void step_mutex_unlock(struct kunit *test)
{
	/* The waiter has left its mark, so the holder knows whom to wake. */
	KUNIT_EXPECT_EQ(test, atomic_read(&mutex.state), 2);
	mutex_unlock(&mutex);
	KUNIT_EXPECT_EQ(test, nr_wakes, 1);
	KUNIT_EXPECT_PTR_EQ(test, (void *)woken, (void *)&mutex.state);
}

static void mutex_waits(struct kunit *test)
{
	mutex_lock(&mutex);
	steps[0] = step_nothing;
	steps[1] = step_mutex_unlock;
	mutex_lock(&mutex);
	KUNIT_EXPECT_EQ(test, nr_waits, 2);
	KUNIT_EXPECT_PTR_EQ(test, (void *)waited_for, (void *)&mutex.state);
	/* Others may still wait: the next unlock must wake. */
	mutex_unlock(&mutex);
	KUNIT_EXPECT_EQ(test, nr_wakes, 2);
}

static struct kunit_case cases[] = { KUNIT_CASE(readers_share),
				     KUNIT_CASE(writer_is_alone),
				     KUNIT_CASE(downgrade),
				     KUNIT_CASE(writer_waits_for_readers),
				     KUNIT_CASE(reader_waits_for_writer),
				     KUNIT_CASE(reader_sleeps_on_what_keeps_it_out),
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
