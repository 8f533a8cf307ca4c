/* SPDX-License-Identifier: MIT */
/*
 * Rules of locks, checked in debug builds: the order in which they nest, whether interrupts may
 * come while they are held, and that code which may sleep is where it may. Theory in
 * lib/sync/lockdep.c. Release builds don't evaluate any argument, and locks carry nothing for it.
 *
 * lockdep_assert_held(): "the caller holds this lock"; for a spin lock that this CPU holds it, for
 * the others that somebody holds them (in the mode asked for; in debug builds a mutex: this task).
 */
#ifndef LINUX_LOCKDEP_H
#define LINUX_LOCKDEP_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/bug.h>

struct spinlock;
struct rwlock;
struct mutex;
struct rw_semaphore;
struct task_struct;

bool spin_held_here(const struct spinlock *lock);
bool rwlock_held(const struct rwlock *lock);
bool rwlock_held_write(const struct rwlock *lock);
bool mutex_held(const struct mutex *lock);
bool rwsem_held(const struct rw_semaphore *sem);
bool rwsem_held_write(const struct rw_semaphore *sem);

#define lockdep_is_held(lock) \
	_Generic((lock),                                                                           \
		struct spinlock *: spin_held_here,                                                 \
		const struct spinlock *: spin_held_here,                                           \
		struct rwlock *: rwlock_held,                                                      \
		const struct rwlock *: rwlock_held,                                                \
		struct mutex *: mutex_held,                                                        \
		const struct mutex *: mutex_held,                                                  \
		struct rw_semaphore *: rwsem_held,                                                 \
		const struct rw_semaphore *: rwsem_held)(lock)

#define lockdep_is_held_write(lock) \
	_Generic((lock),                                                                           \
		struct rwlock *: rwlock_held_write,                                                \
		const struct rwlock *: rwlock_held_write,                                          \
		struct rw_semaphore *: rwsem_held_write,                                           \
		const struct rw_semaphore *: rwsem_held_write)(lock)

/* One for each place that initialises locks: they are of one class, and obey one order. */
struct lock_class_key {
	char here;
};

/* How a lock is being taken. */
#define LOCK_TRY   1u /* it was free: its place in the order can't have led to a deadlock */
#define LOCK_SLEEP 2u /* who waits for it sleeps, so interrupts say nothing */
#define LOCK_READ  4u /* for reading, a lock whose readers in handlers pass waiting writers */

#define LOCK_SUBCLASSES 8

#ifdef QUARRY_DEBUG

/* What a lock knows of its class. `key` NULL: the lock's own address is the key. */
struct lockdep_map {
	const void *key;
	const char *name;
	u8 class[LOCK_SUBCLASSES]; /* 0: not asked yet */
};

#define HELD_LOCKS 16

/* One of the locks that a task (or an interrupt on top of it) holds, in the order of taking. */
struct held_lock {
	const struct lockdep_map *map;
	unsigned long ip; /* who took it */
	u8 class;
	bool in_irq;
	bool read; /* LOCK_READ */
};

/* In struct task_struct. */
struct held_locks {
	struct held_lock lock[HELD_LOCKS];
	u8 nr;
	u8 missed; /* taken when there was no room for them */
	u8 busy;   /* lockdep itself is at work: nothing is recorded */
	u8 off;	   /* lockdep_off(), nested */
};

#define LOCKDEP_MAP(n)                 \
	{                              \
		.key = NULL, .name = n \
	}
#define __LOCKDEP_INIT(n)	    .dep = LOCKDEP_MAP(#n),
#define lockdep_init_map(map, n, k) (*(map) = (struct lockdep_map){ .key = (k), .name = (n) })

void lock_acquire(struct lockdep_map *map, unsigned int subclass, unsigned int how,
		  unsigned long ip);
void lock_release(struct lockdep_map *map);
/* How many locks the running task holds; forget those above `n`: a way out led from under them. */
unsigned int lockdep_depth(void);
void lockdep_forget(unsigned int n);

/* In between, what this task takes is not recorded: it plays the parts of several. */
void lockdep_off(void);
void lockdep_on(void);

/* Does the running task hold a lock with this map? True, too, where nothing is recorded. */
bool lockdep_may_hold(const struct lockdep_map *map);

void __might_sleep(const char *file, int line);
bool site_is_new(void); /* lib/sync/sites.c */
bool may_sleep_here(void);
/* Before this, bring-up runs with interrupts off, and nothing sleeps. */
void context_checks_start(void);

#define might_sleep()			__might_sleep(__FILE__, __LINE__)
#define lockdep_assert_held(lock)	WARN_ON(!lockdep_is_held(lock))
#define lockdep_assert_held_write(lock) WARN_ON(!lockdep_is_held_write(lock))

#else

#define __LOCKDEP_INIT(n)
#define lock_acquire(map, subclass, how, ip) ((void)0)
#define lock_release(map)		     ((void)0)
#define lockdep_depth()			     0u
#define lockdep_forget(n)		     ((void)(n))
#define lockdep_off()			     ((void)0)
#define lockdep_on()			     ((void)0)
#define context_checks_start()		     ((void)0)
#define might_sleep()			     barrier()
#define lockdep_assert_held(lock)	     ((void)sizeof(lockdep_is_held(lock)))
#define lockdep_assert_held_write(lock)	     ((void)sizeof(lockdep_is_held_write(lock)))

#endif

#define might_sleep_if(cond)           \
	do {                           \
		if (cond)              \
			might_sleep(); \
	} while (0)

#define LOCK_STACK 12

struct lock_stack {
	unsigned int n;
	unsigned long ips[LOCK_STACK];
};

/* A rule that was broken, for lock_report(). */
struct lock_problem {
	enum lock_rule {
		LOCK_RECURSION, /* two locks of one class */
		LOCK_INVERSION, /* `wanted` after `held`, though once it was the other way round */
		LOCK_IRQ_STATE, /* `wanted` is taken in interrupts, and held with interrupts on */
		LOCK_IRQ_ORDER, /* `held` is taken in interrupts, and `wanted` under it, but elsewhere with them on */
	} rule;
	const char *wanted, *held;     /* names of classes */
	const struct lock_stack *then; /* where the other half was seen; NULL: here */
};

/*
 * Entered from below; lib/report implements them: they print, with the caller's stack and the locks
 * that the running task holds.
 */
void lock_report(const struct lock_problem *p);
void sleep_report(const char *file, int line);
void atomic_schedule_report(void);
void soft_lockup_report(unsigned int ticks);
void spin_recursion_report(const struct spinlock *lock) __noreturn __cold;
void spin_unlock_report(const struct spinlock *lock) __noreturn __cold;
void spin_lockup_report(const struct spinlock *lock);

#endif
