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
 * A new holder after waiting leaves 2 behind because it can't know whether others wait: at worst
 * one wake-up for nobody. Not recursive. Contexts: where one may sleep. Cost without contention:
 * one atomic operation each.
 */
#include <linux/mutex.h>
#include <linux/bug.h>
#include <quarry/sync.h>

#define FREE   0
#define HELD   1
#define WAITED 2

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
	atomic_set(&lock->state, FREE);
}

static bool take_free(struct mutex *lock)
{
	int expected = FREE;

	return atomic_try_cmpxchg(&lock->state, &expected, HELD);
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

/**
 * mutex_lock - take it, waiting as long as it needs
 */
void mutex_lock(struct mutex *lock)
{
	might_sleep();
	lock_acquire(&lock->dep, 0, LOCK_SLEEP, _RET_IP_);
	if (likely(take_free(lock)))
		return;
	while (atomic_xchg(&lock->state, WAITED) != FREE)
		sync_wait(&lock->state, WAITED, "mutex_lock");
}

/**
 * mutex_unlock - give it back
 */
void mutex_unlock(struct mutex *lock)
{
	int old;

	lock_release(&lock->dep);
	old = atomic_xchg(&lock->state, FREE);
	WARN_ON(old == FREE);
	if (old == WAITED)
		sync_wake(&lock->state);
}

/**
 * mutex_held - does somebody hold it?
 */
bool mutex_held(const struct mutex *lock)
{
	return mutex_is_locked(lock);
}
