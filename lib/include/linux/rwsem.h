/* SPDX-License-Identifier: MIT */
/* Many readers or one writer, sleeping. Not from interrupt context. Theory in lib/sync/rwsem.c. */
#ifndef LINUX_RWSEM_H
#define LINUX_RWSEM_H

#include <linux/types.h>
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/lockdep.h>

struct rw_semaphore {
	atomic_t state;	  /* -1 a writer, n > 0 readers, 0 free */
	atomic_t writers; /* that wait: new readers let them pass */
#ifdef QUARRY_DEBUG
	struct lockdep_map dep;
#endif
};

#define __RWSEM_INITIALIZER(name)                                  \
	{                                                          \
		__LOCKDEP_INIT(name).state = ATOMIC_INIT(0), .writers = ATOMIC_INIT(0) \
	}
#define DECLARE_RWSEM(name) struct rw_semaphore name = __RWSEM_INITIALIZER(name)

void __init_rwsem(struct rw_semaphore *sem, const char *name, const struct lock_class_key *key);
#define init_rwsem(sem)                                   \
	do {                                              \
		static const struct lock_class_key __key; \
		__init_rwsem((sem), #sem, &__key);        \
	} while (0)
void down_read(struct rw_semaphore *sem);
/* 1 if it was taken, 0 if not. */
int down_read_trylock(struct rw_semaphore *sem);
void up_read(struct rw_semaphore *sem);
void down_write(struct rw_semaphore *sem);
int down_write_trylock(struct rw_semaphore *sem);
void up_write(struct rw_semaphore *sem);
/* The writer goes on as a reader, with no moment between. */
void downgrade_write(struct rw_semaphore *sem);

/* A signal would end the waiting with -EINTR, nothing held; no task gets signals, so: 0. */
static inline int __must_check down_read_interruptible(struct rw_semaphore *sem)
{
	down_read(sem);
	return 0;
}
static inline int __must_check down_write_killable(struct rw_semaphore *sem)
{
	down_write(sem);
	return 0;
}
#define down_read_killable(sem) down_read_interruptible(sem)

static inline bool rwsem_is_locked(const struct rw_semaphore *sem)
{
	return atomic_read(&sem->state) != 0;
}

static inline bool rwsem_is_contended(const struct rw_semaphore *sem)
{
	return atomic_read(&sem->writers) != 0;
}

/* While others of its class are held, in an order that `subclass` numbers. */
void down_read_nested(struct rw_semaphore *sem, unsigned int subclass);
void down_write_nested(struct rw_semaphore *sem, unsigned int subclass);
#define down_write_nest_lock(sem, outer)	  down_write(sem)

#define rwsem_assert_held(sem)	     lockdep_assert_held(sem)
#define rwsem_assert_held_write(sem) lockdep_assert_held_write(sem)

/* guard(rwsem_read)(…): linux/cleanup.h */
DEFINE_GUARD(rwsem_read, struct rw_semaphore *, down_read(_T), up_read(_T))
DEFINE_GUARD_COND(rwsem_read, _try, down_read_trylock(_T))
DEFINE_GUARD(rwsem_write, struct rw_semaphore *, down_write(_T), up_write(_T))
DEFINE_GUARD_COND(rwsem_write, _try, down_write_trylock(_T))

#endif
