/* SPDX-License-Identifier: MIT */
/* Sleeping mutual exclusion. Not from interrupt context. Theory in lib/sync/mutex.c. */
#ifndef LINUX_MUTEX_H
#define LINUX_MUTEX_H

#include <linux/types.h>
#include <linux/atomic.h>
#include <linux/lockdep.h>

struct mutex {
	atomic_t state; /* 0 free, 1 held, 2 held and perhaps waited for */
#ifdef QUARRY_DEBUG
	struct lockdep_map dep;
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
#define mutex_destroy(lock) ((void)(lock))
/* Decrement; 1 if that gave 0: then the mutex is held. */
int atomic_dec_and_mutex_lock(atomic_t *count, struct mutex *lock);

static inline bool mutex_is_locked(const struct mutex *lock)
{
	return atomic_read(&lock->state) != 0;
}

#endif
