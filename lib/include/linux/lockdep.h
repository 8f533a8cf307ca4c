/* SPDX-License-Identifier: MIT */
/*
 * "The caller holds this lock", checked in debug builds: for a spin lock that this CPU holds it,
 * for the sleeping locks that somebody holds them (in the mode asked for). Release builds don't
 * evaluate the argument.
 */
#ifndef LINUX_LOCKDEP_H
#define LINUX_LOCKDEP_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/bug.h>

struct spinlock;
struct mutex;
struct rw_semaphore;

bool spin_held_here(const struct spinlock *lock);
bool mutex_held(const struct mutex *lock);
bool rwsem_held(const struct rw_semaphore *sem);
bool rwsem_held_write(const struct rw_semaphore *sem);

#define lockdep_is_held(lock) \
	_Generic((lock),                                                                           \
		struct spinlock *: spin_held_here,                                                 \
		const struct spinlock *: spin_held_here,                                           \
		struct mutex *: mutex_held,                                                        \
		const struct mutex *: mutex_held,                                                  \
		struct rw_semaphore *: rwsem_held,                                                 \
		const struct rw_semaphore *: rwsem_held)(lock)

#ifdef QUARRY_DEBUG
#define lockdep_assert_held(lock)      WARN_ON(!lockdep_is_held(lock))
#define lockdep_assert_held_write(sem) WARN_ON(!rwsem_held_write(sem))
#else
#define lockdep_assert_held(lock)      ((void)sizeof(lockdep_is_held(lock)))
#define lockdep_assert_held_write(sem) ((void)sizeof(rwsem_held_write(sem)))
#endif

#endif
