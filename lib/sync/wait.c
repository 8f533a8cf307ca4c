/* SPDX-License-Identifier: MIT */
/*
 * Waiting
 * =======
 *
 * The sleeping locks are each one word that says who has them. Who can't get one waits for the word
 * to change, as with Linux's futex: wait(word, seen) may sleep only while the word is still what
 * the waiter saw, so a change between looking and sleeping is not missed. A scheduler sets two
 * functions at boot; until then waiting is spinning.
 *
 * With one CPU and no scheduler nobody is left who could change the word: the machine would hang.
 * That is a programming error (a lock taken twice, or never given back), and it is said instead.
 *
 * Invariant I1: every change of a word that may end somebody's waiting is followed by
 * sync_wake(word).
 * Contexts: where one may sleep.
 */
#include <quarry/sync.h>
#include <linux/atomic.h>
#include <linux/panic.h>
#include <asm/smp.h>

void (*sync_wait_hook)(const atomic_t *word, int seen);
void (*sync_wake_hook)(const atomic_t *word);

/**
 * sync_wait - wait until *word may differ from `seen`
 */
void sync_wait(const atomic_t *word, int seen, const char *what)
{
	if (sync_wait_hook) {
		sync_wait_hook(word, seen);
		return;
	}
	if (READ_ONCE(nr_online_cpus) == 1 && atomic_read(word) == seen)
		panic("%s: deadlock: the lock at %px is held, and nothing else runs that could give it back",
		      what, word);
	cpu_relax();
}

/**
 * sync_wake - *word has changed
 */
void sync_wake(const atomic_t *word)
{
	if (sync_wake_hook)
		sync_wake_hook(word);
}
