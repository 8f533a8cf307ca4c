// SPDX-License-Identifier: MIT
/*
 * Tests of lib/sync/waitqueue.c, completion.c, semaphore.c and of sync_wait() with a scheduler.
 *
 * On one CPU the waker is an interrupt that plays no part here, so what needs no waiting is
 * tested by state; who is woken, and in which order, by entries with functions of their own. On
 * several CPUs (--smp 2) each CPU's idle task waits and is woken for good.
 *
 * Mutations that must make them fail: wake_up_all() as wake_up(); init_completion() leaving `done`;
 * init_waitqueue_head() leaving the list; mutex_init() leaving the state; __wake_up_locked() not counting exclusive entries; insert()
 * putting them first; autoremove_wake_function() leaving the entry; prepare_to_wait() not setting
 * the state (hangs); ___wait_cond_timeout() without the 1; complete() not counting;
 * complete_all() as complete(); consume() taking from COMPLETED_ALL; wait_locked() not using up;
 * down_trylock() returning the other way round; up() counting although somebody waits;
 * wait_in_line() without -ETIME; wake_sleepers() waking the first whatever its word; sleep_on()
 * without the look at the word (hangs); wait_woken() ignoring the mark.
 */
#include <linux/smp.h>
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>
#include <linux/string.h>
#include <linux/wait.h>
#include <quarry/sync.h>

static DECLARE_WAIT_QUEUE_HEAD(queue);

static void need_cpus(struct kunit *test)
{
	if (READ_ONCE(nr_online_cpus) < 2)
		kunit_skip(test, "one CPU runs; the host's --smp gives more");
}

/* ---- who is woken, in which order ---- */

static char woken[8];
static int nr_woken;

static int note_name(wait_queue_entry_t *entry, unsigned int mode, int flags, void *key)
{
	woken[nr_woken++] = *(char *)entry->private;
	woken[nr_woken] = 0;
	return *(char *)entry->private != '-';
}

static const char *wakes(int nr)
{
	nr_woken = 0;
	woken[0] = 0;
	__wake_up(&queue, TASK_NORMAL, nr, NULL);
	return woken;
}

static void wake_order(struct kunit *test)
{
	static char names[] = "abXYp-";
	wait_queue_entry_t e[6];

	for (int i = 0; i < 6; i++) {
		init_waitqueue_func_entry(&e[i], note_name);
		e[i].private = &names[i];
	}
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&queue));
	add_wait_queue_exclusive(&queue, &e[2]);
	add_wait_queue(&queue, &e[0]);
	add_wait_queue_exclusive(&queue, &e[3]);
	add_wait_queue(&queue, &e[1]);
	KUNIT_EXPECT_TRUE(test, wq_has_sleeper(&queue));
	KUNIT_EXPECT_STREQ(test, wakes(1), "baX");
	KUNIT_EXPECT_STREQ(test, wakes(2), "baXY");
	KUNIT_EXPECT_STREQ(test, wakes(0), "baXY");
	/* One that did not wake anybody is not counted. */
	remove_wait_queue(&queue, &e[2]);
	remove_wait_queue(&queue, &e[3]);
	add_wait_queue_exclusive(&queue, &e[5]);
	add_wait_queue_exclusive(&queue, &e[3]);
	KUNIT_EXPECT_STREQ(test, wakes(1), "ba-Y");
	/* First of all, and alone. */
	add_wait_queue_priority(&queue, &e[4]);
	KUNIT_EXPECT_STREQ(test, wakes(1), "p");
	remove_wait_queue(&queue, &e[4]);
	remove_wait_queue(&queue, &e[5]);
	remove_wait_queue(&queue, &e[3]);
	remove_wait_queue(&queue, &e[0]);
	remove_wait_queue(&queue, &e[1]);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&queue));
}

/* wake_up(): everybody and one exclusive waiter; wake_up_all(): every one of them. */
static void one_or_all(struct kunit *test)
{
	static char names[] = "nXYZ";
	wait_queue_entry_t e[4];

	for (int i = 0; i < 4; i++) {
		init_waitqueue_func_entry(&e[i], note_name);
		e[i].private = &names[i];
		if (i)
			add_wait_queue_exclusive(&queue, &e[i]);
		else
			add_wait_queue(&queue, &e[i]);
	}
	nr_woken = 0;
	wake_up(&queue);
	KUNIT_EXPECT_STREQ(test, woken, "nX");
	nr_woken = 0;
	wake_up_nr(&queue, 2);
	KUNIT_EXPECT_STREQ(test, woken, "nXY");
	nr_woken = 0;
	wake_up_all(&queue);
	KUNIT_EXPECT_STREQ(test, woken, "nXYZ");
	for (int i = 0; i < 4; i++)
		remove_wait_queue(&queue, &e[i]);
	nr_woken = 0;
	woken[0] = 0;
	wake_up(&queue);
	wake_up_all(&queue);
	KUNIT_EXPECT_STREQ(test, woken, "");
}

static DECLARE_COMPLETION(declared_completion);
static DECLARE_WAIT_QUEUE_HEAD(declared_queue);
static DEFINE_MUTEX(defined_mutex);

static void expect_new_completion(struct kunit *test, struct completion *x)
{
	KUNIT_EXPECT_EQ(test, x->done, 0U);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&x->wait));
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(x, 1), 0);
	complete(x);
	KUNIT_EXPECT_TRUE(test, try_wait_for_completion(x));
	KUNIT_EXPECT_FALSE(test, try_wait_for_completion(x));
}

static void expect_new_mutex(struct kunit *test, struct mutex *m)
{
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(m));
	KUNIT_EXPECT_EQ(test, mutex_trylock(m), 1);
	KUNIT_EXPECT_TRUE(test, mutex_is_locked(m));
	mutex_unlock(m);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(m));
}

static void expect_new_queue(struct kunit *test, wait_queue_head_t *q)
{
	wait_queue_entry_t e;

	KUNIT_EXPECT_FALSE(test, waitqueue_active(q));
	init_waitqueue_func_entry(&e, note_name);
	e.private = "q";
	add_wait_queue(q, &e);
	KUNIT_EXPECT_TRUE(test, waitqueue_active(q));
	nr_woken = 0;
	wake_up(q);
	KUNIT_EXPECT_STREQ(test, woken, "q");
	remove_wait_queue(q, &e);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(q));
}

/* Whatever was in the memory before; and what is declared needs no call. */
static void begin_as_new(struct kunit *test)
{
	static struct completion x;
	static wait_queue_head_t q;
	static struct mutex m;

	for (int junk = 0; junk < 256; junk += 85) {
		memset(&x, junk, sizeof(x));
		memset(&q, junk, sizeof(q));
		memset(&m, junk, sizeof(m));
		init_completion(&x);
		init_waitqueue_head(&q);
		mutex_init(&m);
		expect_new_completion(test, &x);
		expect_new_queue(test, &q);
		expect_new_mutex(test, &m);
	}
	expect_new_completion(test, &declared_completion);
	expect_new_queue(test, &declared_queue);
	expect_new_mutex(test, &defined_mutex);
	KUNIT_EXPECT_EQ(test, x.done, 0U);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&q) || mutex_is_locked(&m));
}

static void wait_by_hand(struct kunit *test)
{
	DEFINE_WAIT(wait);
	DEFINE_WAIT_FUNC(marked, woken_wake_function);

	prepare_to_wait(&queue, &wait, TASK_INTERRUPTIBLE);
	KUNIT_EXPECT_EQ(test, get_current_state(), TASK_INTERRUPTIBLE);
	KUNIT_EXPECT_TRUE(test, waitqueue_active(&queue));
	/* Another state's wake-up leaves it. */
	__wake_up(&queue, TASK_UNINTERRUPTIBLE, 1, NULL);
	KUNIT_EXPECT_EQ(test, get_current_state(), TASK_INTERRUPTIBLE);
	wake_up_interruptible(&queue);
	KUNIT_EXPECT_EQ(test, get_current_state(), TASK_RUNNING);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&queue));
	KUNIT_EXPECT_TRUE(test, prepare_to_wait_exclusive(&queue, &wait, TASK_UNINTERRUPTIBLE));
	finish_wait(&queue, &wait);
	KUNIT_EXPECT_EQ(test, get_current_state(), TASK_RUNNING);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&queue));
	/* A wake-up that came before is not slept over. */
	add_wait_queue(&queue, &marked);
	wake_up(&queue);
	KUNIT_EXPECT_EQ(test, wait_woken(&marked, TASK_UNINTERRUPTIBLE, 3), 3);
	KUNIT_EXPECT_EQ(test, wait_woken(&marked, TASK_UNINTERRUPTIBLE, 1), 0);
	remove_wait_queue(&queue, &marked);
}

static void wait_event_values(struct kunit *test)
{
	DEFINE_SPINLOCK(lock);
	unsigned long start = jiffies;
	int looks = 0;

	wait_event(queue, true);
	KUNIT_EXPECT_EQ(test, wait_event_interruptible(queue, true), 0);
	KUNIT_EXPECT_EQ(test, wait_event_timeout(queue, false, 2), 0);
	KUNIT_EXPECT_GE(test, jiffies - start, 2);
	KUNIT_EXPECT_EQ(test, wait_event_timeout(queue, true, 7), 7);
	KUNIT_EXPECT_EQ(test, wait_event_timeout(queue, true, 0), 1);
	/* True when the time is over: at least 1. */
	KUNIT_EXPECT_GE(test, wait_event_timeout(queue, ++looks > 2, 1), 1);
	spin_lock_irq(&lock);
	wait_event_lock_irq(queue, spin_is_locked(&lock), lock);
	KUNIT_EXPECT_TRUE(test, spin_is_locked(&lock));
	spin_unlock_irq(&lock);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&queue));
	KUNIT_EXPECT_EQ(test, get_current_state(), TASK_RUNNING);
}

static void completions(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(x);

	KUNIT_EXPECT_FALSE(test, completion_done(&x));
	KUNIT_EXPECT_FALSE(test, try_wait_for_completion(&x));
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&x, 2), 0);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&x.wait));
	complete(&x);
	complete(&x);
	KUNIT_EXPECT_TRUE(test, completion_done(&x));
	wait_for_completion(&x);
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&x, 5), 5);
	KUNIT_EXPECT_FALSE(test, try_wait_for_completion(&x));
	complete_all(&x);
	for (int i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, wait_for_completion_interruptible(&x), 0);
	KUNIT_EXPECT_TRUE(test, try_wait_for_completion(&x) && completion_done(&x));
	complete(&x);
	KUNIT_EXPECT_EQ(test, x.done, COMPLETED_ALL);
	reinit_completion(&x);
	KUNIT_EXPECT_FALSE(test, completion_done(&x));
}

static void semaphores(struct kunit *test)
{
	DEFINE_SEMAPHORE(sem, 2);

	down(&sem);
	KUNIT_EXPECT_EQ(test, down_trylock(&sem), 0);
	KUNIT_EXPECT_EQ(test, down_trylock(&sem), 1);
	KUNIT_EXPECT_EQ(test, sem.count, 0);
	KUNIT_EXPECT_EQ(test, down_timeout(&sem, 2), -ETIME);
	KUNIT_EXPECT_TRUE(test, list_empty(&sem.wait_list));
	up(&sem);
	KUNIT_EXPECT_EQ(test, sem.count, 1);
	KUNIT_EXPECT_EQ(test, down_interruptible(&sem), 0);
	up(&sem);
	up(&sem);
	up(&sem);
	KUNIT_EXPECT_EQ(test, sem.count, 3);
	sema_init(&sem, 1);
	KUNIT_EXPECT_EQ(test, down_killable(&sem), 0);
	KUNIT_EXPECT_EQ(test, sem.count, 0);
}

static void forms_of_the_locks(struct kunit *test)
{
	DEFINE_MUTEX(mutex);
	DECLARE_RWSEM(sem);

	KUNIT_EXPECT_EQ(test, mutex_lock_interruptible(&mutex), 0);
	KUNIT_EXPECT_EQ(test, mutex_trylock(&mutex), 0);
	mutex_unlock(&mutex);
	KUNIT_EXPECT_EQ(test, mutex_lock_killable(&mutex), 0);
	KUNIT_EXPECT_TRUE(test, mutex_is_locked(&mutex));
	mutex_unlock(&mutex);
	mutex_lock_nested(&mutex, 1);
#ifdef QUARRY_DEBUG
	/* As if another task had taken it. */
	mutex.owner = (struct task_struct *)&mutex;
	KUNIT_EXPECT_REPORT(test, "mutex_unlock_by_another_task", mutex_unlock(&mutex));
#else
	mutex_unlock(&mutex);
#endif
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&mutex));
	KUNIT_EXPECT_EQ(test, down_read_killable(&sem), 0);
	KUNIT_EXPECT_EQ(test, down_write_trylock(&sem), 0);
	up_read(&sem);
	KUNIT_EXPECT_EQ(test, down_read_interruptible(&sem), 0);
	KUNIT_EXPECT_EQ(test, down_write_trylock(&sem), 0);
	up_read(&sem);
	KUNIT_EXPECT_EQ(test, down_write_killable(&sem), 0);
	KUNIT_EXPECT_EQ(test, down_read_trylock(&sem), 0);
	up_write(&sem);
}

/* ---- several CPUs ---- */

#define NR_ROUNDS 1000

static struct completion there, back;
static struct semaphore few; /* lets all CPUs in but one */
static atomic_t inside, most, wrong, tokens, taken, produced;

/* CPU 0 throws, the others catch and throw back: each throw is caught once. */
static void play_ball(void *unused)
{
	unsigned int others = READ_ONCE(nr_online_cpus) - 1;

	for (int i = 0; i < NR_ROUNDS; i++) {
		if (smp_processor_id()) {
			wait_for_completion(&there);
			atomic_inc(&taken);
			complete(&back);
			continue;
		}
		for (unsigned int n = 0; n < others; n++)
			complete(&there);
		for (unsigned int n = 0; n < others; n++)
			wait_for_completion(&back);
		if (atomic_read(&taken) != (i + 1) * others)
			atomic_inc(&wrong);
	}
}

static void completions_meet(struct kunit *test)
{
	need_cpus(test);
	init_completion(&there);
	init_completion(&back);
	atomic_set(&taken, 0);
	atomic_set(&wrong, 0);
	run_on_cpus(play_ball, NULL);
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&taken), NR_ROUNDS * (READ_ONCE(nr_online_cpus) - 1));
	KUNIT_EXPECT_FALSE(test, completion_done(&there) || completion_done(&back));
}

static void enter_and_leave(void *unused)
{
	for (int i = 0; i < NR_ROUNDS; i++) {
		int now;

		if (i % 4 == 3) {
			if (down_timeout(&few, 1000))
				atomic_inc(&wrong);
		} else {
			down(&few);
		}
		now = atomic_inc_return(&inside);
		if (now > (int)READ_ONCE(nr_online_cpus) - 1)
			atomic_inc(&wrong);
		if (now > atomic_read(&most))
			atomic_set(&most, now);
		cpu_relax();
		atomic_dec(&inside);
		up(&few);
	}
}

static void all_but_one(struct kunit *test)
{
	int n = READ_ONCE(nr_online_cpus) - 1;

	need_cpus(test);
	sema_init(&few, n);
	atomic_set(&inside, 0);
	atomic_set(&most, 0);
	atomic_set(&wrong, 0);
	run_on_cpus(enter_and_leave, NULL);
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
	KUNIT_EXPECT_GE(test, atomic_read(&most), 1);
	KUNIT_EXPECT_EQ(test, few.count, n);
	KUNIT_EXPECT_TRUE(test, list_empty(&few.wait_list));
}

/* Tokens that CPU 0 makes and the others take: a wake-up that is lost hangs the run. */
static bool take_token(void)
{
	return atomic_dec_if_positive(&tokens) >= 0;
}

static bool over(void)
{
	return atomic_read(&produced) == NR_ROUNDS && !atomic_read(&tokens);
}

static void storm(void *arg)
{
	u64 random = (unsigned long)arg + smp_processor_id() * 0x9e3779b97f4a7c15ull;

	while (!over()) {
		bool got = false;

		random = random * 6364136223846793005ull + 1442695040888963407ull;
		if (!smp_processor_id()) {
			if (atomic_read(&produced) == NR_ROUNDS)
				break;
			atomic_inc(&tokens);
			atomic_inc(&produced);
			wake_up(&queue);
			for (unsigned int i = random >> 60; i; i--)
				cpu_relax();
		} else if (random >> 63) {
			(void)wait_event_interruptible_exclusive(queue,
								 (got = take_token()) || over());
		} else {
			wait_event(queue, (got = take_token()) || over());
		}
		if (got)
			atomic_inc(&taken);
	}
	wake_up_all(&queue); /* those who still wait: it is over */
}

static void no_wake_up_is_lost(struct kunit *test)
{
	need_cpus(test);
	atomic_set(&tokens, 0);
	atomic_set(&taken, 0);
	atomic_set(&produced, 0);
	run_on_cpus(storm, (void *)(unsigned long)kunit_rand(test));
	KUNIT_EXPECT_EQ(test, atomic_read(&taken), NR_ROUNDS);
	KUNIT_EXPECT_EQ(test, atomic_read(&tokens), 0);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&queue));
}

/* ---- sync_wait() with a scheduler: sched_ops whose tasks are the CPUs' idle ones ---- */

static void sleep_spinning(void)
{
	while (!task_is_running(current))
		cpu_relax();
}

static int wake_by_state(struct task_struct *p, unsigned int states)
{
	unsigned int seen = READ_ONCE(p->__state);

	return (seen & states) && try_cmpxchg(&p->__state, &seen, (unsigned int)TASK_RUNNING);
}

static long no_timeout(long ticks)
{
	return 0;
}

static void nothing(void)
{
}

static const struct sched_ops idle_ops = {
	.schedule = sleep_spinning,
	.preempt = nothing,
	.preempt_irq = nothing,
	.wake = wake_by_state,
	.timeout = no_timeout,
};

static struct mutex mutex;
static struct rw_semaphore sem;
static unsigned long by_mutex, by_writer;

static void sleep_on_locks(void *unused)
{
	for (int i = 0; i < NR_ROUNDS; i++) {
		mutex_lock(&mutex);
		by_mutex++;
		cpu_relax();
		mutex_unlock(&mutex);
		if (i % 4) {
			down_read(&sem);
			if (by_writer % 2)
				atomic_inc(&wrong);
			up_read(&sem);
			continue;
		}
		down_write(&sem);
		by_writer++;
		cpu_relax();
		by_writer++;
		up_write(&sem);
	}
}

static void locks_sleep_and_wake(struct kunit *test)
{
	unsigned long n = (unsigned long)READ_ONCE(nr_online_cpus) * NR_ROUNDS;

	need_cpus(test);
	if (sched_ops)
		kunit_skip(test, "a scheduler runs");
	mutex_init(&mutex);
	init_rwsem(&sem);
	by_mutex = by_writer = 0;
	atomic_set(&wrong, 0);
	sched_ops = &idle_ops;
	run_on_cpus(sleep_on_locks, NULL);
	sched_ops = NULL;
	KUNIT_EXPECT_EQ(test, by_mutex, n);
	KUNIT_EXPECT_EQ(test, by_writer, n / 2);
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&mutex) || rwsem_is_locked(&sem));
}

static struct kunit_case cases[] = { KUNIT_CASE(wake_order),
				     KUNIT_CASE(one_or_all),
				     KUNIT_CASE(begin_as_new),
				     KUNIT_CASE(wait_by_hand),
				     KUNIT_CASE(wait_event_values),
				     KUNIT_CASE(completions),
				     KUNIT_CASE(semaphores),
				     KUNIT_CASE(forms_of_the_locks),
				     KUNIT_CASE(completions_meet),
				     KUNIT_CASE(all_but_one),
				     KUNIT_CASE(no_wake_up_is_lost),
				     KUNIT_CASE(locks_sleep_and_wake),
				     {} };
static struct kunit_suite suite = { .name = "waiting", .test_cases = cases };

kunit_test_suite(suite);
