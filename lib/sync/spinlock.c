/* SPDX-License-Identifier: MIT */
/*
 * Spin locks
 * ==========
 *
 * A ticket lock (Reed and Kanodia 1979): two 16-bit counters in one word.
 *
 *	31	      16 15	      0
 *	| next		| owner		|	next = owner: free
 *
 * Locking draws a ticket by adding 1 to `next` and waits until `owner` shows its number; unlocking
 * adds 1 to `owner`. So CPUs get the lock in the order they came, and a free lock costs one atomic
 * addition. Both counters wrap; that is harmless as long as fewer than 2^16 CPUs wait.
 *
 * Invariants
 *   I1  next - owner (mod 2^16) = 1 for the holder + the number of CPUs that wait.
 *   I2  Only the holder writes `owner`, and it writes only that half: hence no atomic instruction
 *       in unlock. `next` is written only
 *	 by atomic operations on the whole word, which leave `owner` alone (a carry out of `next` leaves the word).
 *   I3  Debug builds: holder is CPU id + 1 from after the lock was taken until before it is given
 *       back, else 0. holder_task, its number and holder_ip are of who took it last.
 *
 * Ordering: the addition (or cmpxchg) that gets the lock is a full barrier; a waiter's last read of
 * `owner` is an acquire that pairs with the release in spin_unlock().
 *
 * Contexts: any; a lock shared with interrupt handlers needs interrupts off. In debug builds a CPU
 * that asks for a lock it already has, which would spin for ever, is told so.
 */
#include <linux/spinlock.h>
#include <asm/smp.h>
#include <linux/sched.h>

/**
 * spin_wait_turn - wait until the ticket is served
 */
void spin_wait_turn(spinlock_t *lock, u16 ticket)
{
	struct spin_watch watch = {};

	while (smp_load_acquire(&lock->owner) != ticket) {
		spin_watch_round(&watch, lock);
		smp_relax(); /* the holder may wait for a flush of this CPU */
	}
}

#ifdef QUARRY_DEBUG
/**
 * spin_debug_lock - before taking: this CPU may not have it
 */
void spin_debug_lock(spinlock_t *lock, unsigned int subclass)
{
	if (unlikely(READ_ONCE(lock->holder) == smp_processor_id() + 1))
		spin_recursion_report(lock);
	lock_acquire(&lock->dep, subclass, 0, _RET_IP_);
}

/**
 * spin_debug_tried - it was free, and is ours
 */
void spin_debug_tried(spinlock_t *lock)
{
	lock_acquire(&lock->dep, 0, LOCK_TRY, _RET_IP_);
}

/**
 * spin_debug_locked - note the holder
 */
void spin_debug_locked(spinlock_t *lock)
{
	WRITE_ONCE(lock->holder_task, current);
	WRITE_ONCE(lock->holder_pid, current->pid);
	WRITE_ONCE(lock->holder_ip, _RET_IP_);
	WRITE_ONCE(lock->holder, smp_processor_id() + 1);
}

/**
 * spin_debug_unlock - before giving back: it must be this CPU's
 */
void spin_debug_unlock(spinlock_t *lock)
{
	if (unlikely(READ_ONCE(lock->holder) != smp_processor_id() + 1))
		spin_unlock_report(lock);
	WRITE_ONCE(lock->holder, 0);
	lock_release(&lock->dep);
}

/**
 * spin_held_here - does this CPU hold the lock?
 */
bool spin_held_here(const spinlock_t *lock)
{
	return READ_ONCE(lock->holder) == smp_processor_id() + 1;
}
#else
/**
 * spin_held_here - does somebody hold the lock? Release builds don't record who
 */
bool spin_held_here(const spinlock_t *lock)
{
	return spin_is_locked(lock);
}
#endif
