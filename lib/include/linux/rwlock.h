/* SPDX-License-Identifier: MIT */
/*
 * Reader-writer spin locks: many readers or one writer, in the order they came. Theory in
 * lib/sync/rwlock.c. Included by linux/spinlock.h.
 *
 * As for spin locks: where interrupt handlers only read, readers need no _irq form, but writers do.
 */
#include <linux/spinlock.h> /* which includes this, behind what it needs */

#ifndef LINUX_RWLOCK_H
#define LINUX_RWLOCK_H

typedef struct rwlock {
	atomic_t state;	  /* readers, and two bits for writers */
	spinlock_t queue; /* its tickets: who waits, in order */
#ifdef QUARRY_DEBUG
	struct lockdep_map dep;
#endif
} rwlock_t;

#define RW_READER  1	     /* each counts one */
#define RW_WAITING (1 << 29) /* the first of the queue wants to write */
#define RW_WRITER  (1 << 30) /* a writer has it */
#define RW_READERS (RW_WAITING - 1)

#define __RW_LOCK_UNLOCKED(name)                                                      \
	{                                                                             \
		__LOCKDEP_INIT(name).state = ATOMIC_INIT(0), .queue = {.tickets = 0 } \
	}
#define DEFINE_RWLOCK(name) rwlock_t name = __RW_LOCK_UNLOCKED(name)

/* Out of line: what is left when the one operation on a free lock was not enough. */
void read_lock_slow(rwlock_t *lock);
void write_lock_slow(rwlock_t *lock);
/* Debug builds: the rules of locks, and giving back what is not held is a bug. */
void read_debug_lock(rwlock_t *lock);
void read_debug_tried(rwlock_t *lock);
void read_debug_unlock(rwlock_t *lock);
void write_debug_lock(rwlock_t *lock, unsigned int subclass);
void write_debug_tried(rwlock_t *lock);
void write_debug_unlock(rwlock_t *lock);

#ifndef QUARRY_DEBUG
#define read_debug_lock(lock)		 ((void)0)
#define read_debug_tried(lock)		 ((void)0)
#define read_debug_unlock(lock)		 ((void)0)
#define write_debug_lock(lock, subclass) ((void)0)
#define write_debug_tried(lock)		 ((void)0)
#define write_debug_unlock(lock)	 ((void)0)
#endif

/* All locks that one place initialises obey one order. */
static inline void __rwlock_init(rwlock_t *lock, const char *name, const struct lock_class_key *key)
{
	*lock = (rwlock_t){ .state = ATOMIC_INIT(0), .queue = { .tickets = 0 } };
#ifdef QUARRY_DEBUG
	lockdep_init_map(&lock->dep, name, key);
#endif
}

#define rwlock_init(lock)                                 \
	do {                                              \
		static const struct lock_class_key __key; \
		__rwlock_init((lock), #lock, &__key);     \
	} while (0)

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

/* ---- readers ---- */

static __always_inline void read_lock(rwlock_t *lock) __acquires(lock)
{
	preempt_disable();
	read_debug_lock(lock);
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
		if (atomic_try_cmpxchg_acquire(&lock->state, &old, old + RW_READER)) {
			read_debug_tried(lock);
			return true;
		}
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

/* ---- writers ---- */

/* Take a lock while others of its class are held, in an order that `subclass` numbers. */
static __always_inline void write_lock_nested(rwlock_t *lock, unsigned int subclass)
	__acquires(lock)
{
	int old = 0;

	preempt_disable();
	write_debug_lock(lock, subclass);
	if (unlikely(!atomic_try_cmpxchg_acquire(&lock->state, &old, RW_WRITER)))
		write_lock_slow(lock);
	__acquire(lock);
}

static __always_inline void write_lock(rwlock_t *lock) __acquires(lock)
{
	write_lock_nested(lock, 0);
}

static __always_inline bool __write_trylock(rwlock_t *lock)
{
	int old = 0;

	preempt_disable();
	if (atomic_try_cmpxchg_acquire(&lock->state, &old, RW_WRITER)) {
		write_debug_tried(lock);
		return true;
	}
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

/* ---- both, with and without interrupts ---- */

#define __RW_FORMS(mode)                                                                          \
	static __always_inline void mode##_unlock(rwlock_t *lock) __releases(lock)                \
	{                                                                                         \
		__##mode##_unlock(lock);                                                          \
		preempt_enable();                                                                 \
	}                                                                                         \
	static __always_inline void mode##_lock_irq(rwlock_t *lock) __acquires(lock)              \
	{                                                                                         \
		local_irq_disable();                                                              \
		mode##_lock(lock);                                                                \
	}                                                                                         \
	static __always_inline void mode##_unlock_irq(rwlock_t *lock) __releases(lock)            \
	{                                                                                         \
		__##mode##_unlock(lock);                                                          \
		local_irq_enable();                                                               \
		preempt_enable();                                                                 \
	}                                                                                         \
	static __always_inline unsigned long __##mode##_lock_irqsave(rwlock_t *lock)              \
		__acquires(lock)                                                                  \
	{                                                                                         \
		unsigned long flags;                                                              \
                                                                                                  \
		local_irq_save(flags);                                                            \
		mode##_lock(lock);                                                                \
		return flags;                                                                     \
	}                                                                                         \
	static __always_inline void mode##_unlock_irqrestore(rwlock_t *lock, unsigned long flags) \
		__releases(lock)                                                                  \
	{                                                                                         \
		__##mode##_unlock(lock);                                                          \
		local_irq_restore(flags);                                                         \
		preempt_enable();                                                                 \
	}
__RW_FORMS(read)
__RW_FORMS(write)

#define read_lock_irqsave(lock, flags)	((flags) = __read_lock_irqsave(lock))
#define write_lock_irqsave(lock, flags) ((flags) = __write_lock_irqsave(lock))

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
