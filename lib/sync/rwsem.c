/* SPDX-License-Identifier: MIT */
/*
 * Reader-writer semaphores
 * ========================
 *
 *	state	 -1 a writer,  0 free,	n > 0 readers
 *	writers	 how many writers wait
 *
 *		     down_read		    down_write
 *	  n+1 <-------------- n >= 0	0 -------------> -1
 *		     up_read		     up_write
 *					 1 <------------- -1	downgrade_write
 *
 * Writers are not starved: while one waits, new readers wait too. So a context may not take the
 * semaphore for reading twice (as in Linux): a writer that came between would wait for the first
 * and hold up the second.
 *
 * Invariants
 *   I1  state is -1 while a writer has it, the number of readers otherwise.
 *   I2  writers > 0 only while a down_write() is in its waiting loop.
 *   I3  After every change of a word that may let somebody in, sync_wake() of that word follows.
 *   I4  Who sleeps on a word saw a value of it that by itself keeps it out: state -1 a reader,
 *	 state not 0 a writer, writers > 0 a reader. So a word that has that value again, however
 *	 often it changed meanwhile, keeps it out still, and nobody sleeps who may come in.
 *
 * Contexts: where one may sleep. Cost without contention: one atomic operation each (plus a read of
 * `writers`).
 */
#include <linux/rwsem.h>
#include <linux/bug.h>
#include <quarry/sync.h>

#define FREE   0
#define WRITER (-1)

/**
 * __init_rwsem - make a free semaphore
 * @sem: the semaphore
 * @name: for reports
 * @key: one for each place that does this; its semaphores obey one order
 */
void __init_rwsem(struct rw_semaphore *sem, const char *name, const struct lock_class_key *key)
{
#ifdef QUARRY_DEBUG
	lockdep_init_map(&sem->dep, name, key);
#endif
	atomic_set(&sem->state, FREE);
	atomic_set(&sem->writers, 0);
}

/* One attempt to join the readers; `seen` is the state that decided. */
static bool try_read(struct rw_semaphore *sem, int *seen)
{
	*seen = atomic_read(&sem->state);
	if (*seen < 0 || atomic_read(&sem->writers))
		return false;
	return atomic_try_cmpxchg(&sem->state, seen, *seen + 1);
}

/*
 * Which word keeps a reader out that did not get in, and (*seen) by which value; NULL: it was only
 * outrun by another one.
 */
static const atomic_t *read_blocked(const struct rw_semaphore *sem, int *seen)
{
	if (*seen < 0)
		return &sem->state;
	*seen = atomic_read(&sem->writers);
	return *seen ? &sem->writers : NULL;
}

static void join(struct rw_semaphore *sem, unsigned int subclass, unsigned long ip)
{
	const atomic_t *word;
	int seen;

	might_sleep();
	lock_acquire(&sem->dep, subclass, LOCK_SLEEP, ip);
	while (!try_read(sem, &seen)) {
		word = read_blocked(sem, &seen);
		if (word)
			sync_wait(word, seen, "down_read");
	}
}

/**
 * down_read - join the readers, waiting for a writer to finish
 */
void down_read(struct rw_semaphore *sem)
{
	join(sem, 0, _RET_IP_);
}

/**
 * down_read_nested - down_read() while others of its class are held
 * @sem: the semaphore
 * @subclass: its number in the order in which they are taken
 */
void down_read_nested(struct rw_semaphore *sem, unsigned int subclass)
{
	join(sem, subclass, _RET_IP_);
}

/**
 * down_read_trylock - join the readers if that needs no waiting
 */
int down_read_trylock(struct rw_semaphore *sem)
{
	int seen;

	while (!try_read(sem, &seen))
		if (read_blocked(sem, &seen))
			return 0;
	lock_acquire(&sem->dep, 0, LOCK_TRY | LOCK_SLEEP, _RET_IP_);
	return 1;
}

/**
 * up_read - leave the readers
 */
void up_read(struct rw_semaphore *sem)
{
	int left;

	lock_release(&sem->dep);
	left = atomic_dec_return(&sem->state);
	WARN_ON(left < 0);
	if (left == 0)
		sync_wake(&sem->state);
}

/**
 * down_write_trylock - become the writer if it is free
 */
int down_write_trylock(struct rw_semaphore *sem)
{
	int expected = FREE;

	if (!atomic_try_cmpxchg(&sem->state, &expected, WRITER))
		return 0;
	lock_acquire(&sem->dep, 0, LOCK_TRY | LOCK_SLEEP, _RET_IP_);
	return 1;
}

static void be_writer(struct rw_semaphore *sem, unsigned int subclass, unsigned long ip)
{
	int seen = FREE;

	might_sleep();
	lock_acquire(&sem->dep, subclass, LOCK_SLEEP, ip);
	if (likely(atomic_try_cmpxchg(&sem->state, &seen, WRITER)))
		return;
	atomic_inc(&sem->writers);
	do {
		if (seen != FREE)
			sync_wait(&sem->state, seen, "down_write");
		seen = FREE;
	} while (!atomic_try_cmpxchg(&sem->state, &seen, WRITER));
	(void)atomic_dec_return(&sem->writers);
	sync_wake(&sem->writers);
}

/**
 * down_write - become the writer, waiting for all others to leave
 */
void down_write(struct rw_semaphore *sem)
{
	be_writer(sem, 0, _RET_IP_);
}

/**
 * down_write_nested - down_write() while others of its class are held
 * @sem: the semaphore
 * @subclass: its number in the order in which they are taken
 */
void down_write_nested(struct rw_semaphore *sem, unsigned int subclass)
{
	be_writer(sem, subclass, _RET_IP_);
}

/**
 * up_write - give it back
 */
void up_write(struct rw_semaphore *sem)
{
	lock_release(&sem->dep);
	WARN_ON(atomic_xchg(&sem->state, FREE) != WRITER);
	sync_wake(&sem->state);
}

/**
 * downgrade_write - the writer goes on as the only reader
 */
void downgrade_write(struct rw_semaphore *sem)
{
	WARN_ON(atomic_xchg(&sem->state, 1) != WRITER);
	sync_wake(&sem->state);
}

/**
 * rwsem_held - does somebody hold it, in whatever mode?
 */
bool rwsem_held(const struct rw_semaphore *sem)
{
	return rwsem_is_locked(sem);
}

/**
 * rwsem_held_write - does a writer hold it?
 */
bool rwsem_held_write(const struct rw_semaphore *sem)
{
	return atomic_read(&sem->state) == WRITER;
}
