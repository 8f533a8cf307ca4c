/* SPDX-License-Identifier: MIT */
/*
 * Mutexes
 * =======
 *
 * One word (Drepper, "Futexes are tricky", 2004, third form):
 *
 *	0 free		1 held, nobody waits		2 held, somebody may wait
 *
 *	lock	 0 -> 1; if that fails, set 2 until the word was 0 before: then it is ours, and stays 2
 *	unlock	 any -> 0; if it was 2, wake
 *
 * Invariants
 *   I1  The word is not 0 exactly while somebody holds the mutex.
 *   I2  If somebody sleeps, the word is 2, or a wake-up is on its way.
 *
 *   I3  Debug builds: owner is the task that holds it, NULL while it is free. Only the holder writes
 *       it.
 *
 * A new holder after waiting leaves 2 behind because it can't know whether others wait: at worst
 * one wake-up for nobody. So an unlock wakes one waiter only: that one leaves 2, whether it gets the
 * mutex or has to wait again, and the next unlock wakes the next. Who comes while a woken waiter is
 * on its way may get in before it. Not recursive. Contexts: where one may sleep. Cost without
 * contention: one atomic operation each.
 *
 * No task gets signals, so waiting interruptibly is waiting: the forms that may be interrupted
 * (linux/mutex.h) always return 0.
 */
#include <linux/mutex.h>
#include <linux/bug.h>
#include <linux/sched.h>
#include <quarry/sync.h>

#define FREE   0
#define HELD   1
#define WAITED 2

#ifdef QUARRY_DEBUG
static void note_owner(struct mutex *lock)
{
	WRITE_ONCE(lock->owner, current);
}

static void note_nobody(struct mutex *lock)
{
	WRITE_ONCE(lock->owner, NULL);
}

static void check_owner(struct mutex *lock)
{
	struct task_struct *owner = READ_ONCE(lock->owner); /* NULL: mutex_unlock() says that */
	bool mutex_unlock_by_another_task = owner && owner != current;

	WARN_ON(mutex_unlock_by_another_task);
	note_nobody(lock);
}

/**
 * mutex_held - does this task hold it?
 */
bool mutex_held(const struct mutex *lock)
{
	return mutex_is_locked((struct mutex *)lock) && READ_ONCE(lock->owner) == current;
}
#else
static void note_owner(struct mutex *lock)
{
}

static void note_nobody(struct mutex *lock)
{
}

static void check_owner(struct mutex *lock)
{
}

/**
 * mutex_held - does somebody hold it? Release builds don't record who
 */
bool mutex_held(const struct mutex *lock)
{
	return mutex_is_locked((struct mutex *)lock);
}
#endif

/**
 * __mutex_init - make a free mutex
 * @lock: the mutex
 * @name: for reports
 * @key: one for each place that does this; its mutexes obey one order
 */
void __mutex_init(struct mutex *lock, const char *name, const struct lock_class_key *key)
{
#ifdef QUARRY_DEBUG
	lockdep_init_map(&lock->dep, name, key);
#endif
	note_nobody(lock);
	atomic_set(&lock->state, FREE);
}

static bool take_free(struct mutex *lock)
{
	int expected = FREE;

	if (!atomic_try_cmpxchg(&lock->state, &expected, HELD))
		return false;
	note_owner(lock);
	return true;
}

/**
 * mutex_trylock - take it if it is free
 */
int mutex_trylock(struct mutex *lock)
{
	if (!take_free(lock))
		return 0;
	lock_acquire(&lock->dep, 0, LOCK_TRY | LOCK_SLEEP, _RET_IP_);
	return 1;
}

static void take(struct mutex *lock, unsigned int subclass, unsigned long ip)
{
	might_sleep();
	lock_acquire(&lock->dep, subclass, LOCK_SLEEP, ip);
	if (likely(take_free(lock)))
		return;
	while (atomic_xchg(&lock->state, WAITED) != FREE)
		sync_wait(&lock->state, WAITED, "mutex_lock");
	note_owner(lock);
}

/**
 * mutex_lock - take it, waiting as long as it needs
 *
 * Context: may sleep.
 */
void mutex_lock(struct mutex *lock)
{
	take(lock, 0, _RET_IP_);
}

/**
 * mutex_lock_nested - mutex_lock() while others of its class are held
 * @lock: the mutex
 * @subclass: its number in the order in which they are taken
 *
 * Context: may sleep.
 */
void mutex_lock_nested(struct mutex *lock, unsigned int subclass)
{
	take(lock, subclass, _RET_IP_);
}

/**
 * mutex_unlock - give it back
 *
 * By the task that took it (debug builds look).
 */
void mutex_unlock(struct mutex *lock)
{
	int old;

	check_owner(lock);
	lock_release(&lock->dep);
	old = atomic_xchg(&lock->state, FREE);
	WARN_ON(old == FREE);
	if (old == WAITED)
		sync_wake_one(&lock->state);
}
