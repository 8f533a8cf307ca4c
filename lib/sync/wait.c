/* SPDX-License-Identifier: MIT */
/*
 * Waiting for a word
 * ==================
 *
 * The sleeping locks are each one word or two that say who has them. Who can't get one waits for the
 * word to change, as with Linux's futex: sync_wait(word, seen) may sleep only while the word is still
 * what the waiter saw, so a change between looking and sleeping is not missed. A lock needs no list
 * of its own for that: the waiters of all words stand in a table, by the word's address.
 *
 *	word ── hash ──► bucket { lock, waiting, sleepers ─► word, task ─► word, task ─► … }
 *
 *	waiter					waker
 *	waiting++, into the list		change the word
 *	---- full barrier, (1) ----		---- full barrier, (1) ----
 *	word still as seen? schedule()		waiting? take the lock, wake those of this word
 *	out of the list, waiting--
 *
 * Either the waiter sees the change or the waker sees the waiter. A lock that nobody waits for costs
 * its unlock one read.
 *
 * Until a scheduler runs waiting is spinning. With one CPU nobody is left then who could change the
 * word: the machine would hang. That is a programming error (a lock taken twice, or never given
 * back), and it is said instead.
 *
 * Invariants
 *   I1  Every change of a word that may end somebody's waiting is followed by sync_wake(word).
 *   I2  A sleeper is in its bucket's list from before it looks at the word until it runs again.
 *   I3  The word itself is read by its waiters only: a waker may have given up the lock, and the
 *       lock's memory may be gone, when it asks who waits for that address.
 *
 * Locks: a bucket's, interrupts off; the scheduler's are taken inside it. Contexts: sync_wait() where
 * one may sleep, sync_wake() any but NMI. Complexity: O(sleepers in the bucket).
 */
#include <quarry/sync.h>
#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/panic.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <asm/smp.h>

#define BUCKET_BITS 6

struct sleeper {
	struct list_head link;
	const atomic_t *word;
	struct task_struct *task;
};

struct bucket {
	spinlock_t lock;
	atomic_t waiting;
	struct list_head sleepers; /* lock; in the order they came; all zero: nobody was here yet */
};

static struct bucket buckets[1 << BUCKET_BITS];

static struct bucket *bucket_of(const atomic_t *word)
{
	return &buckets[hash_ptr(word, BUCKET_BITS)];
}

static void enqueue(struct bucket *b, struct sleeper *s)
{
	unsigned long flags;

	spin_lock_irqsave(&b->lock, flags);
	if (!b->sleepers.next)
		INIT_LIST_HEAD(&b->sleepers);
	list_add_tail(&s->link, &b->sleepers);
	atomic_inc(&b->waiting);
	spin_unlock_irqrestore(&b->lock, flags);
}

static void dequeue(struct bucket *b, struct sleeper *s)
{
	unsigned long flags;

	spin_lock_irqsave(&b->lock, flags);
	list_del(&s->link);
	atomic_dec(&b->waiting);
	spin_unlock_irqrestore(&b->lock, flags);
}

static void sleep_on(const atomic_t *word, int seen)
{
	struct bucket *b = bucket_of(word);
	struct sleeper s = { .word = word, .task = current };

	enqueue(b, &s);
	set_current_state(TASK_UNINTERRUPTIBLE); /* the barrier (1) */
	if (atomic_read(word) == seen)
		schedule();
	__set_current_state(TASK_RUNNING);
	dequeue(b, &s);
}

/* At most `nr` of those that sleep: a sleeper that was woken already, or is still on its way, looks
 * at the word itself. */
static void wake_sleepers(const atomic_t *word, int nr)
{
	struct bucket *b = bucket_of(word);
	struct sleeper *s;
	unsigned long flags;

	smp_mb(); /* (1) */
	if (!atomic_read(&b->waiting))
		return;
	spin_lock_irqsave(&b->lock, flags);
	if (b->sleepers.next)
		list_for_each_entry(s, &b->sleepers, link)
			if (s->word == word && wake_up_process(s->task) && --nr == 0)
				break;
	spin_unlock_irqrestore(&b->lock, flags);
}

/**
 * sync_wait - wait until *word may differ from `seen`
 * @word: what is waited for
 * @seen: the value that keeps the caller waiting
 * @what: the function, for the message
 *
 * Comes back early, too: the caller looks again. Context: may sleep.
 */
void sync_wait(const atomic_t *word, int seen, const char *what)
{
	if (sched_ops) {
		sleep_on(word, seen);
		return;
	}
	if (READ_ONCE(nr_online_cpus) == 1 && atomic_read(word) == seen)
		panic("%s: deadlock: the lock at %px is held, and nothing else runs that could give it back",
		      what, word);
	smp_relax();
}

/**
 * sync_wake - *word has changed: wake all who wait for it
 * @word: may be gone by now; only its address is used
 */
void sync_wake(const atomic_t *word)
{
	if (sched_ops)
		wake_sleepers(word, INT_MAX);
}

/**
 * sync_wake_one - the same where one can go on at most, and will wake the next
 * @word: may be gone by now; only its address is used
 */
void sync_wake_one(const atomic_t *word)
{
	if (sched_ops)
		wake_sleepers(word, 1);
}
