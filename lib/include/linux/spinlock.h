/* SPDX-License-Identifier: MIT */
/*
 * Spin locks: ticket locks, so CPUs get the lock in the order they asked. Theory in
 * lib/sync/spinlock.c.
 *
 * A lock that is taken in interrupt context must be taken with interrupts off everywhere
 * (_irqsave). Locking costs one atomic add and a comparison, unlocking one plain store. Debug
 * builds record the owner and report a CPU that takes a lock it holds.
 */
#ifndef LINUX_SPINLOCK_H
#define LINUX_SPINLOCK_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/bug.h>
#include <linux/preempt.h>
#include <linux/atomic.h>
#include <linux/lockdep.h>
#include <asm/atomic.h>
#include <asm/barrier.h>
#include <asm/irqflags.h>
#include <asm/percpu.h>

typedef struct spinlock {
	union {
		u32 tickets;
		struct {
			u16 owner; /* the ticket that is being served */
			u16 next;  /* the ticket that the next comer gets */
		};
	};
#ifdef QUARRY_DEBUG
	u32 holder; /* CPU id + 1, 0 while free: written by the holder only */
	int holder_pid;
	struct task_struct *holder_task; /* may be gone */
	unsigned long holder_ip; /* who took it */
	struct lockdep_map dep;
#endif
} spinlock_t;

typedef spinlock_t raw_spinlock_t;

#define SPINLOCK_TICKET 0x10000u /* one in `next` */

#define __SPIN_LOCK_UNLOCKED(name)    \
	{                             \
		__LOCKDEP_INIT(name)  \
		.tickets = 0          \
	}
#define __RAW_SPIN_LOCK_UNLOCKED(name) __SPIN_LOCK_UNLOCKED(name)
#define DEFINE_SPINLOCK(name)	       spinlock_t name = __SPIN_LOCK_UNLOCKED(name)
#define DEFINE_RAW_SPINLOCK(name)      DEFINE_SPINLOCK(name)

/* Out of line: wait until `ticket` is served. */
void spin_wait_turn(spinlock_t *lock, u16 ticket);
/* Debug builds: recursion is a bug, and unlocking needs the holder. */
void spin_debug_lock(spinlock_t *lock, unsigned int subclass);
void spin_debug_tried(spinlock_t *lock);
void spin_debug_locked(spinlock_t *lock);
void spin_debug_unlock(spinlock_t *lock);

/* Debug builds: a wait that doesn't end is reported (lib/sync/spin_watch.c). */
struct spin_watch {
#ifdef QUARRY_DEBUG
	u32 holder;
	u16 owner;
	bool reported;
	unsigned long rounds; /* of the waiter, under this holder */
	unsigned long life;   /* of the holder's CPU, when they began */
#endif
};

#ifdef QUARRY_DEBUG
extern struct spin_life {
	unsigned long limit, tick;
} spin_life;

void spin_watch_round(struct spin_watch *w, const spinlock_t *lock);
void spin_watch_tick(void);
#endif

#ifndef QUARRY_DEBUG
#define spin_watch_round(w, lock) ((void)(w))
#define spin_debug_lock(lock, subclass) ((void)0)
#define spin_debug_tried(lock) ((void)0)
#define spin_debug_locked(lock) ((void)0)
#define spin_debug_unlock(lock) ((void)0)
#endif

/* All locks that one place initialises obey one order. */
static inline void __spin_lock_init(spinlock_t *lock, const char *name,
				    const struct lock_class_key *key)
{
	*lock = (spinlock_t){ .tickets = 0 };
#ifdef QUARRY_DEBUG
	lockdep_init_map(&lock->dep, name, key);
#endif
}

#define spin_lock_init(lock)                             \
	do {                                             \
		static const struct lock_class_key __key; \
		__spin_lock_init((lock), #lock, &__key); \
	} while (0)

/* Is it held, by whomever? */
static __always_inline bool spin_is_locked(const spinlock_t *lock)
{
	u32 t = READ_ONCE(lock->tickets);

	return (u16)t != (u16)(t >> 16);
}

/* Does somebody wait for it? */
static __always_inline bool spin_is_contended(const spinlock_t *lock)
{
	u32 t = READ_ONCE(lock->tickets);

	return (u16)((t >> 16) - t) > 1;
}

/* Take a lock while others of its class are held, in an order that `subclass` numbers. */
static __always_inline void spin_lock_nested(spinlock_t *lock, unsigned int subclass)
	__acquires(lock)
{
	u32 t;

	preempt_disable();
	spin_debug_lock(lock, subclass);
	t = arch_fetch_add(&lock->tickets, SPINLOCK_TICKET);
	if (unlikely((u16)t != (u16)(t >> 16)))
		spin_wait_turn(lock, t >> 16);
	spin_debug_locked(lock);
	__acquire(lock);
}

static __always_inline void spin_lock(spinlock_t *lock) __acquires(lock)
{
	spin_lock_nested(lock, 0);
}

static __always_inline bool __spin_trylock(spinlock_t *lock)
{
	u32 t = READ_ONCE(lock->tickets);

	preempt_disable();
	if ((u16)t != (u16)(t >> 16) || !try_cmpxchg(&lock->tickets, &t, t + SPINLOCK_TICKET)) {
		preempt_enable();
		return false;
	}
	spin_debug_tried(lock);
	spin_debug_locked(lock);
	return true;
}

#define spin_trylock(lock) __cond_acquire(lock, __spin_trylock(lock))

/* Only the holder writes `owner`; the release orders what the lock protected before it. */
static __always_inline void __spin_unlock(spinlock_t *lock) __releases(lock)
{
	spin_debug_unlock(lock);
	__release(lock);
	smp_inc_release(&lock->owner);
}

static __always_inline void spin_unlock(spinlock_t *lock) __releases(lock)
{
	__spin_unlock(lock);
	preempt_enable();
}

static __always_inline void spin_lock_irq(spinlock_t *lock) __acquires(lock)
{
	local_irq_disable();
	spin_lock(lock);
}

static __always_inline void spin_unlock_irq(spinlock_t *lock) __releases(lock)
{
	__spin_unlock(lock);
	local_irq_enable();
	preempt_enable(); /* last: a reschedule that was put off needs interrupts on */
}

static __always_inline unsigned long __spin_lock_irqsave(spinlock_t *lock) __acquires(lock)
{
	unsigned long flags;

	local_irq_save(flags);
	spin_lock(lock);
	return flags;
}

#define spin_lock_irqsave(lock, flags) ((flags) = __spin_lock_irqsave(lock))

static __always_inline void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags)
	__releases(lock)
{
	__spin_unlock(lock);
	local_irq_restore(flags);
	preempt_enable();
}

#define spin_trylock_irqsave(lock, flags)         \
	({                                        \
		local_irq_save(flags);            \
		spin_trylock(lock) ? true : ({    \
			local_irq_restore(flags); \
			false;                    \
		});                               \
	})

#define spin_trylock_irq(lock)                 \
	({                                     \
		local_irq_disable();           \
		spin_trylock(lock) ? true : ({ \
			local_irq_enable();    \
			false;                 \
		});                            \
	})

/*
 * There are no softirqs: their work would run with interrupts on, in no other context than the
 * caller's.
 */
#define spin_lock_bh(lock)    spin_lock(lock)
#define spin_unlock_bh(lock)  spin_unlock(lock)
#define spin_trylock_bh(lock) spin_trylock(lock)

/* Decrement; true if that gave 0: then the lock is held (lib/sync/dec_and_lock.c). */
bool atomic_dec_and_lock(atomic_t *count, spinlock_t *lock);
bool __atomic_dec_and_lock_irqsave(atomic_t *count, spinlock_t *lock, unsigned long *flags);
#define atomic_dec_and_lock_irqsave(count, lock, flags) \
	__atomic_dec_and_lock_irqsave((count), (lock), &(flags))

#define assert_spin_locked(lock) BUG_ON(!spin_is_locked(lock))

/* Locks of one class taken together, see spin_lock_nested(). */
#define spin_lock_bh_nested(lock, subclass) spin_lock_nested(lock, subclass)
#define spin_lock_irqsave_nested(lock, flags, subclass) \
	do {                                            \
		local_irq_save(flags);                  \
		spin_lock_nested((lock), (subclass));   \
	} while (0)
/* `outer`, held, keeps all others away: in which order these are taken doesn't matter. */
#define spin_lock_nest_lock(lock, outer) spin_lock_nested((lock), LOCK_SUBCLASSES - 1)

#define raw_spin_lock_init(lock)		spin_lock_init(lock)
#define raw_spin_lock(lock)			spin_lock(lock)
#define raw_spin_unlock(lock)			spin_unlock(lock)
#define raw_spin_trylock(lock)			spin_trylock(lock)
#define raw_spin_lock_irq(lock)			spin_lock_irq(lock)
#define raw_spin_unlock_irq(lock)		spin_unlock_irq(lock)
#define raw_spin_lock_irqsave(lock, flags)	spin_lock_irqsave(lock, flags)
#define raw_spin_unlock_irqrestore(lock, flags) spin_unlock_irqrestore(lock, flags)
#define raw_spin_is_locked(lock)		spin_is_locked(lock)
#define raw_spin_is_contended(lock)		spin_is_contended(lock)
#define raw_spin_trylock_irq(lock)		spin_trylock_irq(lock)
#define raw_spin_trylock_irqsave(lock, flags)	spin_trylock_irqsave(lock, flags)
#define raw_spin_lock_bh(lock)			spin_lock_bh(lock)
#define raw_spin_unlock_bh(lock)		spin_unlock_bh(lock)
#define raw_spin_trylock_bh(lock)		spin_trylock_bh(lock)
#define raw_spin_lock_nested(lock, subclass)	spin_lock_nested(lock, subclass)

#include <linux/cleanup.h>
#include <linux/rwlock.h>

/* guard(spinlock)(&lock) and so on: linux/cleanup.h */
DEFINE_LOCK_GUARD_1(spinlock, spinlock_t, spin_lock(_T->lock), spin_unlock(_T->lock))
DEFINE_LOCK_GUARD_1_COND(spinlock, _try, spin_trylock(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_irq, spinlock_t, spin_lock_irq(_T->lock), spin_unlock_irq(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_irqsave, spinlock_t, spin_lock_irqsave(_T->lock, _T->flags),
		    spin_unlock_irqrestore(_T->lock, _T->flags), unsigned long flags)
DEFINE_LOCK_GUARD_1(raw_spinlock, raw_spinlock_t, raw_spin_lock(_T->lock),
		    raw_spin_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(raw_spinlock_irqsave, raw_spinlock_t,
		    raw_spin_lock_irqsave(_T->lock, _T->flags),
		    raw_spin_unlock_irqrestore(_T->lock, _T->flags), unsigned long flags)
DEFINE_LOCK_GUARD_1(read_lock, rwlock_t, read_lock(_T->lock), read_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(read_lock_irqsave, rwlock_t, read_lock_irqsave(_T->lock, _T->flags),
		    read_unlock_irqrestore(_T->lock, _T->flags), unsigned long flags)
DEFINE_LOCK_GUARD_1(write_lock, rwlock_t, write_lock(_T->lock), write_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(write_lock_irqsave, rwlock_t, write_lock_irqsave(_T->lock, _T->flags),
		    write_unlock_irqrestore(_T->lock, _T->flags), unsigned long flags)

#endif
