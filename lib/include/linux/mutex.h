/* SPDX-License-Identifier: MIT */
/* Sleeping mutual exclusion. Not from interrupt context. Theory in lib/sync/mutex.c. */
#ifndef LINUX_MUTEX_H
#define LINUX_MUTEX_H

#include <linux/types.h>
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/lockdep.h>

struct task_struct;

struct mutex {
	atomic_t state; /* 0 free, 1 held, 2 held and perhaps waited for */
#ifdef QUARRY_DEBUG
	struct lockdep_map dep;
	struct task_struct *owner; /* written by the holder only */
#endif
};

#define __MUTEX_INITIALIZER(name)                            \
	{                                                    \
		__LOCKDEP_INIT(name).state = ATOMIC_INIT(0) \
	}
#define DEFINE_MUTEX(name) struct mutex name = __MUTEX_INITIALIZER(name)

void __mutex_init(struct mutex *lock, const char *name, const struct lock_class_key *key);
#define mutex_init(lock)                                  \
	do {                                              \
		static const struct lock_class_key __key; \
		__mutex_init((lock), #lock, &__key);      \
	} while (0)
void mutex_lock(struct mutex *lock);
/* 1 if it was taken, 0 if not. */
int mutex_trylock(struct mutex *lock);
void mutex_unlock(struct mutex *lock);

/* A signal would end the waiting with -EINTR, the mutex not held; no task gets signals, so: 0. */
static inline int __must_check mutex_lock_interruptible(struct mutex *lock)
{
	mutex_lock(lock);
	return 0;
}
#define mutex_lock_killable(lock) mutex_lock_interruptible(lock)

#define mutex_destroy(lock) ((void)(lock))

/* While others of its class are held, in an order that `subclass` numbers. */
void mutex_lock_nested(struct mutex *lock, unsigned int subclass);
#define mutex_lock_nest_lock(lock, outer)		mutex_lock(lock)
#define mutex_lock_io(lock)				mutex_lock(lock)

/* Decrement; 1 if that gave 0: then the mutex is held. */
int atomic_dec_and_mutex_lock(atomic_t *count, struct mutex *lock);

static inline bool mutex_is_locked(struct mutex *lock)
{
	return atomic_read(&lock->state) != 0;
}

/* guard(mutex)(…): linux/cleanup.h */
DEFINE_GUARD(mutex, struct mutex *, mutex_lock(_T), mutex_unlock(_T))
DEFINE_GUARD_COND(mutex, _try, mutex_trylock(_T))
DEFINE_GUARD_COND(mutex, _intr, mutex_lock_interruptible(_T) == 0)

#endif
