// SPDX-License-Identifier: MIT
/*
 * Tests of linux/cleanup.h, with classes and guards that note what is done, and of the guards of
 * the locks.
 *
 * Mutations tried: no_free_ptr() leaving the pointer in its variable; a class's destructor that
 * does nothing; DEFINE_GUARD_COND() ignoring that the lock was not taken; scoped_guard() running
 * its body twice; spinlock_irqsave without its flags.
 */
#include <kunit/test.h>
#include <linux/cleanup.h>
#include <linux/irqflags.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include "tests/mm/sample_fixture.h"

static char notes[32];

static void note(char c)
{
	size_t n = strlen(notes);

	if (n < sizeof(notes) - 1) {
		notes[n] = c;
		notes[n + 1] = 0;
	}
}

DEFINE_FREE(noted, char *, if (_T) note(*_T))

static char *give_away(char *p)
{
	char *mine __free(noted) = p;

	return_ptr(mine);
}

static void keep(char *p)
{
	char *mine __free(noted) = p;

	note('.');
	if (mine == p)
		retain_and_null_ptr(mine);
}

static void lose(char *p, char *q)
{
	char *first __free(noted) = p;
	char *second __free(noted) = q;

	note('.');
	(void)first;
	(void)second;
}

static void pointers(struct kunit *test)
{
	char a[] = "a", b[] = "b", *p, *q;

	notes[0] = 0;
	lose(a, b);
	KUNIT_EXPECT_STREQ(test, notes, ".ba"); /* the last first */
	notes[0] = 0;
	lose(a, NULL);
	KUNIT_EXPECT_STREQ(test, notes, ".a");
	notes[0] = 0;
	KUNIT_EXPECT_PTR_EQ(test, give_away(a), (char *)a);
	KUNIT_EXPECT_STREQ(test, notes, "");
	keep(a);
	KUNIT_EXPECT_STREQ(test, notes, ".");
	p = b;
	q = no_free_ptr(p);
	KUNIT_EXPECT_PTR_EQ(test, q, (char *)b);
	KUNIT_EXPECT_NULL(test, p);
}

static void *leave(bool with_it)
{
	void *p __free(kfree) = kmalloc(100, GFP_KERNEL);
	void *q __free(kvfree) = kvmalloc(200, GFP_KERNEL);
	void *none __free(kfree) = ERR_PTR(-EINVAL);

	if (!p || !q || !none)
		return NULL;
	return with_it ? no_free_ptr(p) : NULL;
}

static void memory(struct kunit *test)
{
	void *p = NULL;

	KUNIT_EXPECT_NO_REPORT(test, p = leave(false));
	KUNIT_EXPECT_NULL(test, p);
	KUNIT_EXPECT_NO_REPORT(test, p = leave(true));
	KUNIT_EXPECT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, ksize(p), 128); /* it is alive */
	KUNIT_EXPECT_NO_REPORT(test, kfree(p));
}

DEFINE_CLASS(noted, int, note('0' + _T), (note(c), c - 'a'), char c)
EXTEND_CLASS(noted, _two, (note('!'), n), int n)

static void classes(struct kunit *test)
{
	notes[0] = 0;
	{
		CLASS(noted, x)('d');
		CLASS(noted_two, y)(7);

		KUNIT_EXPECT_EQ(test, x, 3);
		KUNIT_EXPECT_EQ(test, y, 7);
		note('.');
	}
	KUNIT_EXPECT_STREQ(test, notes, "d!.73");
}

/* A lock that counts. */
static int held;
static bool can_be_had;

DEFINE_GUARD(counted, int *, ++*_T, --*_T)
DEFINE_GUARD_COND(counted, _try, (can_be_had ? ++*_T : 0))
DEFINE_LOCK_GUARD_0(everything, held += 10, held -= 10)
DEFINE_LOCK_GUARD_1(worded, int, (_T->word = *_T->lock, *_T->lock = 99), *_T->lock = _T->word, int word)

static int early(int *lock)
{
	guard(counted)(lock);
	if (*lock == 1)
		return 5;
	return 6;
}

static int cond(int *lock)
{
	scoped_cond_guard(counted_try, return -EBUSY, lock) {
		return *lock;
	}
	return 0;
}

static void guards(struct kunit *test)
{
	int rounds = 0;

	held = 0;
	KUNIT_EXPECT_EQ(test, early(&held), 5);
	KUNIT_EXPECT_EQ(test, held, 0);
	scoped_guard(counted, &held) {
		KUNIT_EXPECT_EQ(test, held, 1);
		rounds++;
	}
	KUNIT_EXPECT_EQ(test, held, 0);
	KUNIT_EXPECT_EQ(test, rounds, 1);
	scoped_guard(counted, &held) {
		if (held)
			break;
		rounds++;
	}
	KUNIT_EXPECT_EQ(test, held, 0);
	KUNIT_EXPECT_EQ(test, rounds, 1);
	scoped_guard(everything)
		KUNIT_EXPECT_EQ(test, held, 10);
	KUNIT_EXPECT_EQ(test, held, 0);
	held = 4;
	scoped_guard(worded, &held)
		KUNIT_EXPECT_EQ(test, held, 99);
	KUNIT_EXPECT_EQ(test, held, 4);
}

static void guards_that_may_fail(struct kunit *test)
{
	int rounds = 0;

	held = 0;
	can_be_had = true;
	KUNIT_EXPECT_EQ(test, cond(&held), 1);
	KUNIT_EXPECT_EQ(test, held, 0);
	can_be_had = false;
	KUNIT_EXPECT_EQ(test, cond(&held), -EBUSY);
	KUNIT_EXPECT_EQ(test, held, 0);
	scoped_guard(counted_try, &held)
		rounds++;
	KUNIT_EXPECT_EQ(test, rounds, 0);
	KUNIT_EXPECT_EQ(test, held, 0);
}

static DEFINE_SPINLOCK(lock);
static DEFINE_RWLOCK(rwlock);
static DEFINE_MUTEX(mutex);
static DECLARE_RWSEM(sem);

static void guards_of_spin_locks(struct kunit *test)
{
	scoped_guard(spinlock, &lock) {
		KUNIT_EXPECT_TRUE(test, spin_is_locked(&lock));
		KUNIT_EXPECT_FALSE(test, irqs_disabled());
	}
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&lock));
	scoped_guard(raw_spinlock, &lock)
		KUNIT_EXPECT_TRUE(test, spin_is_locked(&lock));
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&lock));
	scoped_guard(spinlock_irq, &lock)
		KUNIT_EXPECT_TRUE(test, irqs_disabled());
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	scoped_guard(spinlock_irqsave, &lock) {
		KUNIT_EXPECT_TRUE(test, spin_is_locked(&lock));
		KUNIT_EXPECT_TRUE(test, irqs_disabled());
	}
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&lock));
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	scoped_guard(preempt)
		KUNIT_EXPECT_FALSE(test, preemptible());
	KUNIT_EXPECT_TRUE(test, preemptible());
	scoped_guard(read_lock, &rwlock)
		KUNIT_EXPECT_EQ(test, atomic_read(&rwlock.state), RW_READER);
	scoped_guard(write_lock, &rwlock)
		KUNIT_EXPECT_EQ(test, atomic_read(&rwlock.state), RW_WRITER);
	KUNIT_EXPECT_EQ(test, atomic_read(&rwlock.state), 0);
}

static int try_mutex(void)
{
	scoped_cond_guard(mutex_try, return -EBUSY, &mutex)
		return 1;
	return 0;
}

static void guards_of_sleeping_locks(struct kunit *test)
{
	scoped_guard(mutex, &mutex) {
		KUNIT_EXPECT_TRUE(test, mutex_is_locked(&mutex));
		lockdep_off();
		KUNIT_EXPECT_EQ(test, try_mutex(), -EBUSY);
		lockdep_on();
	}
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&mutex));
	KUNIT_EXPECT_EQ(test, try_mutex(), 1);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&mutex));
	scoped_guard(rwsem_read, &sem)
		KUNIT_EXPECT_EQ(test, down_write_trylock(&sem), 0);
	scoped_guard(rwsem_write, &sem) {
		lockdep_off();
		KUNIT_EXPECT_EQ(test, down_read_trylock(&sem), 0);
		lockdep_on();
	}
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&sem));
}

static struct kunit_case cleanup_cases[] = {
	KUNIT_CASE(pointers),
	KUNIT_CASE(memory),
	KUNIT_CASE(classes),
	KUNIT_CASE(guards),
	KUNIT_CASE(guards_that_may_fail),
	KUNIT_CASE(guards_of_spin_locks),
	KUNIT_CASE(guards_of_sleeping_locks),
	{}
};

static struct kunit_suite cleanup_suite = {
	.name = "cleanup",
	.suite_init = no_samples,
	.suite_exit = samples_again,
	.test_cases = cleanup_cases,
};
kunit_test_suite(cleanup_suite);
