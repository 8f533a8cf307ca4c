/* SPDX-License-Identifier: MIT */
/*
 * Reader-writer spin locks: many readers or one writer, in the order they came. Theory in
 * lib/sync/rwlock.c. Included by linux/spinlock.h.
 *
 * As for spin locks: where interrupt handlers only read, readers need no _irq form, but writers do.
 */
#ifndef LINUX_RWLOCK_H
#define LINUX_RWLOCK_H

#ifndef LINUX_SPINLOCK_H
#error "include linux/spinlock.h"
#endif

typedef struct rwlock {
	atomic_t state;	  /* readers, and two bits for writers */
	spinlock_t queue; /* its tickets: who waits, in order */
} rwlock_t;

#define RW_READER  1	     /* each counts one */
#define RW_WAITING (1 << 29) /* the first of the queue wants to write */
#define RW_WRITER  (1 << 30) /* a writer has it */
#define RW_READERS (RW_WAITING - 1)

#define __RW_LOCK_UNLOCKED(name)                                                     \
	{                                                                            \
		.state = ATOMIC_INIT(0), .queue = __SPIN_LOCK_UNLOCKED((name).queue) \
	}
#define DEFINE_RWLOCK(name) rwlock_t name = __RW_LOCK_UNLOCKED(name)

/* Out of line: what is left when the one operation on a free lock was not enough. */
void read_lock_slow(rwlock_t *lock);
void write_lock_slow(rwlock_t *lock);
/* Debug builds: giving back what is not held is a bug. */
void read_debug_unlock(rwlock_t *lock);
void write_debug_unlock(rwlock_t *lock);

#ifndef QUARRY_DEBUG
#define read_debug_unlock(lock)	 ((void)0)
#define write_debug_unlock(lock) ((void)0)
#endif

static inline void rwlock_init(rwlock_t *lock)
{
	*lock = (rwlock_t)__RW_LOCK_UNLOCKED(*lock);
}

/* Is it held, by whomever, in whatever mode? */
static __always_inline bool rwlock_is_locked(const rwlock_t *lock)
{
	return atomic_read(&lock->state) & (RW_WRITER | RW_READERS);
}

/* Does somebody wait for it? */
static __always_inline bool rwlock_is_contended(const rwlock_t *lock)
{
	return spin_is_locked(&lock->queue);
}

static __always_inline void read_lock(rwlock_t *lock) __acquires(lock)
{
	preempt_disable();
	if (unlikely(atomic_fetch_add_acquire(RW_READER, &lock->state) & ~RW_READERS))
		read_lock_slow(lock);
	__acquire(lock);
}

static __always_inline bool __read_trylock(rwlock_t *lock)
{
	int old;

	preempt_disable();
	old = atomic_read(&lock->state);
	while (!(old & ~RW_READERS))
		if (atomic_try_cmpxchg_acquire(&lock->state, &old, old + RW_READER))
			return true;
	preempt_enable();
	return false;
}

#define read_trylock(lock) __cond_acquire(lock, __read_trylock(lock))

static __always_inline void __read_unlock(rwlock_t *lock) __releases(lock)
{
	read_debug_unlock(lock);
	__release(lock);
	(void)atomic_fetch_sub_release(RW_READER, &lock->state);
}

static __always_inline void read_unlock(rwlock_t *lock) __releases(lock)
{
	__read_unlock(lock);
	preempt_enable();
}

static __always_inline void write_lock(rwlock_t *lock) __acquires(lock)
{
	int old = 0;

	preempt_disable();
	if (unlikely(!atomic_try_cmpxchg_acquire(&lock->state, &old, RW_WRITER)))
		write_lock_slow(lock);
	__acquire(lock);
}

static __always_inline bool __write_trylock(rwlock_t *lock)
{
	int old = 0;

	preempt_disable();
	if (atomic_try_cmpxchg_acquire(&lock->state, &old, RW_WRITER))
		return true;
	preempt_enable();
	return false;
}

#define write_trylock(lock) __cond_acquire(lock, __write_trylock(lock))

/* Readers may have counted themselves meanwhile, in vain: only the writer's bit goes. */
static __always_inline void __write_unlock(rwlock_t *lock) __releases(lock)
{
	write_debug_unlock(lock);
	__release(lock);
	(void)atomic_fetch_andnot_release(RW_WRITER, &lock->state);
}

static __always_inline void write_unlock(rwlock_t *lock) __releases(lock)
{
	__write_unlock(lock);
	preempt_enable();
}

#define write_lock_nested(lock, subclass) write_lock(lock)

static __always_inline void read_lock_irq(rwlock_t *lock) __acquires(lock)
{
	local_irq_disable();
	read_lock(lock);
}

static __always_inline void read_unlock_irq(rwlock_t *lock) __releases(lock)
{
	__read_unlock(lock);
	local_irq_enable();
	preempt_enable();
}

static __always_inline void write_lock_irq(rwlock_t *lock) __acquires(lock)
{
	local_irq_disable();
	write_lock(lock);
}

static __always_inline void write_unlock_irq(rwlock_t *lock) __releases(lock)
{
	__write_unlock(lock);
	local_irq_enable();
	preempt_enable();
}

static __always_inline unsigned long __read_lock_irqsave(rwlock_t *lock) __acquires(lock)
{
	unsigned long flags;

	local_irq_save(flags);
	read_lock(lock);
	return flags;
}

static __always_inline unsigned long __write_lock_irqsave(rwlock_t *lock) __acquires(lock)
{
	unsigned long flags;

	local_irq_save(flags);
	write_lock(lock);
	return flags;
}

#define read_lock_irqsave(lock, flags)	((flags) = __read_lock_irqsave(lock))
#define write_lock_irqsave(lock, flags) ((flags) = __write_lock_irqsave(lock))

static __always_inline void read_unlock_irqrestore(rwlock_t *lock, unsigned long flags)
	__releases(lock)
{
	__read_unlock(lock);
	local_irq_restore(flags);
	preempt_enable();
}

static __always_inline void write_unlock_irqrestore(rwlock_t *lock, unsigned long flags)
	__releases(lock)
{
	__write_unlock(lock);
	local_irq_restore(flags);
	preempt_enable();
}

#define write_trylock_irqsave(lock, flags)        \
	({                                        \
		local_irq_save(flags);            \
		write_trylock(lock) ? true : ({   \
			local_irq_restore(flags); \
			false;                    \
		});                               \
	})

/* There are no softirqs: see spin_lock_bh(). */
#define read_lock_bh(lock)    read_lock(lock)
#define read_unlock_bh(lock)  read_unlock(lock)
#define write_lock_bh(lock)   write_lock(lock)
#define write_unlock_bh(lock) write_unlock(lock)

#endif
