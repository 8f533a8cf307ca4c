/* SPDX-License-Identifier: MIT */
/*
 * The last reference, and the lock under which others find the object
 * ===================================================================
 *
 * An object stands in a list under a lock, and whoever finds it there takes a reference with the
 * lock held. Whoever gives up the last reference takes the object out. If that were "decrement; if 0,
 * lock and take out", somebody could find the object in between, with a count of 0. So:
 *
 *	count > 1	decrement, no lock		false
 *	count = 1	lock, decrement
 *				now 0: keep the lock	true: take it out, unlock, free
 *				not 0: found meanwhile	false, unlocked
 *
 * Invariant I1: the count becomes 0 only with the lock held.
 * Contexts: those of the lock. Complexity: O(1), the lock only for the last reference.
 */
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>

/* Decrement unless that would give 0. */
static bool dec_not_one(atomic_t *count)
{
	return atomic_add_unless(count, -1, 1);
}

/**
 * atomic_dec_and_lock - decrement; take the lock if that gives 0
 * @count: a count that others only raise with the lock held
 * @lock: the lock
 *
 * Return: true if the count is 0 now, and the lock is held.
 */
bool atomic_dec_and_lock(atomic_t *count, spinlock_t *lock)
{
	if (dec_not_one(count))
		return false;
	spin_lock(lock);
	if (atomic_dec_and_test(count))
		return true;
	spin_unlock(lock);
	return false;
}

/**
 * atomic_dec_and_lock_irqsave - the same with interrupts off when the lock is held
 * @count: a count that others only raise with the lock held
 * @lock: the lock
 * @flags: for spin_unlock_irqrestore()
 *
 * Return: true if the count is 0 now, and the lock is held.
 */
bool __atomic_dec_and_lock_irqsave(atomic_t *count, spinlock_t *lock, unsigned long *flags)
{
	if (dec_not_one(count))
		return false;
	spin_lock_irqsave(lock, *flags);
	if (atomic_dec_and_test(count))
		return true;
	spin_unlock_irqrestore(lock, *flags);
	return false;
}

/**
 * atomic_dec_and_mutex_lock - decrement; take the mutex if that gives 0
 * @count: a count that others only raise with the mutex held
 * @lock: the mutex
 *
 * Context: may sleep.
 * Return: 1 if the count is 0 now, and the mutex is held; else 0.
 */
int atomic_dec_and_mutex_lock(atomic_t *count, struct mutex *lock)
{
	if (dec_not_one(count))
		return 0;
	mutex_lock(lock);
	if (atomic_dec_and_test(count))
		return 1;
	mutex_unlock(lock);
	return 0;
}

/**
 * refcount_dec_and_lock - give up a reference; take the lock if it is the last
 * @r: the count
 * @lock: the lock
 *
 * Return: true if it was the last, and the lock is held.
 */
bool refcount_dec_and_lock(refcount_t *r, spinlock_t *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	spin_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	spin_unlock(lock);
	return false;
}

/**
 * refcount_dec_and_lock_irqsave - the same with interrupts off when the lock is held
 * @r: the count
 * @lock: the lock
 * @flags: for spin_unlock_irqrestore()
 *
 * Return: true if it was the last, and the lock is held.
 */
bool refcount_dec_and_lock_irqsave(refcount_t *r, spinlock_t *lock, unsigned long *flags)
{
	if (refcount_dec_not_one(r))
		return false;
	spin_lock_irqsave(lock, *flags);
	if (refcount_dec_and_test(r))
		return true;
	spin_unlock_irqrestore(lock, *flags);
	return false;
}

/**
 * refcount_dec_and_mutex_lock - give up a reference; take the mutex if it is the last
 * @r: the count
 * @lock: the mutex
 *
 * Context: may sleep.
 * Return: true if it was the last, and the mutex is held.
 */
bool refcount_dec_and_mutex_lock(refcount_t *r, struct mutex *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	mutex_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	mutex_unlock(lock);
	return false;
}
