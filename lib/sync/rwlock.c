/* SPDX-License-Identifier: MIT */
/*
 * Reader-writer spin locks
 * ========================
 *
 * A count of readers with two bits for writers, and a ticket lock that keeps those who wait in
 * order (the plan is W. Long's "queue rwlock"; this is its own writing of it).
 *
 *	state	30 a writer has it	29 the first of the queue wants to write	28 … 0 readers
 *
 *	read_lock	count oneself; if neither bit was set, that was all
 *			else take the count back, queue up, count oneself, and wait for bit 30 to go
 *	write_lock	0 -> bit 30; else queue up, set bit 29, and wait for all else to be 0,
 *			then bit 29 -> bit 30
 *	whoever is in leaves the queue: the next one is the first
 *
 * So a reader that comes after a waiting writer waits behind it, and one that comes before is let
 * in with the readers before it: nobody is passed more than by those that try while it is on its
 * way to the queue.
 *
 * A reader in an interrupt handler does not queue up: the CPU below may be in the queue, or hold the
 * lock for reading while a writer waits for it. It stays counted and waits only for a writer that
 * has the lock, which is another CPU's, since writers keep such interrupts off. For the same reason
 * code that reads with interrupts on may be interrupted by a handler that reads, but may not itself
 * take the lock twice.
 *
 * Invariants
 *   I1  Bit 30 is set exactly while a writer has the lock; then every reader counted is waiting.
 *   I2  Bit 29 is set exactly while the holder of the queue wants to write.
 *   I3  The count is not less than the readers that have the lock.
 *   I4  Whoever has the queue's turn gives it up before it leaves the slow path, holding the lock.
 *
 * Ordering: what gets the lock is an acquire, what gives it back a release; a waiter's last read of
 * the state is an acquire.
 * Contexts: any; see linux/rwlock.h on interrupts. Who waits serves other CPUs (smp_relax()): the
 * holder may flush, and the waiter have interrupts off. Complexity: one atomic operation each way
 * without contention.
 */
#include <linux/spinlock.h>
#include <linux/preempt.h>
#include <asm/smp.h>

/* The queue is only its tickets: it is no lock of its own to who counts or checks locks. */
static void queue_up(rwlock_t *lock)
{
	u32 t = arch_fetch_add(&lock->queue.tickets, SPINLOCK_TICKET);

	if ((u16)t != (u16)(t >> 16))
		spin_wait_turn(&lock->queue, t >> 16);
}

static void next_please(rwlock_t *lock)
{
	smp_inc_release(&lock->queue.owner);
}

static void wait_for_writer(rwlock_t *lock)
{
	while (atomic_read_acquire(&lock->state) & RW_WRITER)
		smp_relax();
}

/**
 * read_lock_slow - the rest of read_lock(), for a reader that has counted itself
 * @lock: the lock; a writer had it or waited when the reader came
 *
 * Context: any, preemption off.
 */
void read_lock_slow(rwlock_t *lock)
{
	if (in_interrupt()) {
		wait_for_writer(lock);
		return;
	}
	(void)atomic_fetch_sub_relaxed(RW_READER, &lock->state);
	queue_up(lock);
	atomic_add(RW_READER, &lock->state);
	wait_for_writer(lock);
	next_please(lock);
}

/**
 * write_lock_slow - the rest of write_lock(), for a writer that found somebody there
 * @lock: the lock
 *
 * Context: any, preemption off.
 */
void write_lock_slow(rwlock_t *lock)
{
	int alone = RW_WAITING;

	queue_up(lock);
	atomic_or(RW_WAITING, &lock->state);
	while (!atomic_try_cmpxchg_acquire(&lock->state, &alone, RW_WRITER)) {
		while (atomic_read(&lock->state) != RW_WAITING)
			smp_relax();
		alone = RW_WAITING;
	}
	next_please(lock);
}

#ifdef QUARRY_DEBUG
void read_debug_lock(rwlock_t *lock)
{
	lock_acquire(&lock->dep, 0, LOCK_READ, _RET_IP_);
}

void read_debug_tried(rwlock_t *lock)
{
	lock_acquire(&lock->dep, 0, LOCK_READ | LOCK_TRY, _RET_IP_);
}

/**
 * read_debug_unlock - before giving back: there must be a reader
 */
void read_debug_unlock(rwlock_t *lock)
{
	int state = atomic_read(&lock->state);
	bool read_unlock_of_a_lock_not_read = state & RW_WRITER || !(state & RW_READERS);

	BUG_ON(read_unlock_of_a_lock_not_read);
	lock_release(&lock->dep);
}

void write_debug_lock(rwlock_t *lock, unsigned int subclass)
{
	lock_acquire(&lock->dep, subclass, 0, _RET_IP_);
}

void write_debug_tried(rwlock_t *lock)
{
	lock_acquire(&lock->dep, 0, LOCK_TRY, _RET_IP_);
}

/**
 * write_debug_unlock - before giving back: there must be a writer
 */
void write_debug_unlock(rwlock_t *lock)
{
	bool write_unlock_of_a_lock_not_written = !(atomic_read(&lock->state) & RW_WRITER);

	BUG_ON(write_unlock_of_a_lock_not_written);
	lock_release(&lock->dep);
}
#endif

/**
 * rwlock_held - does somebody hold the lock, in whatever mode?
 */
bool rwlock_held(const rwlock_t *lock)
{
	return rwlock_is_locked(lock);
}

/**
 * rwlock_held_write - does a writer hold the lock?
 */
bool rwlock_held_write(const rwlock_t *lock)
{
	return atomic_read(&lock->state) & RW_WRITER;
}
