/* SPDX-License-Identifier: MIT */
/*
 * How the sleeping locks wait: for a word to change. Theory in lib/sync/wait.c.
 */
#ifndef QUARRY_SYNC_H
#define QUARRY_SYNC_H

#include <linux/types.h>

/*
 * For tests, which play the scheduler; NULL: current sleeps if there is one, else it spins.
 *
 * Sleep until *word may differ from `seen`; returning early is allowed.
 */
extern void (*sync_wait_hook)(const atomic_t *word, int seen);
/* *word has changed: wake all who wait for it. */
extern void (*sync_wake_hook)(const atomic_t *word);

/*
 * Wait once; `what` names the lock's function for the message. Where nothing could ever change the
 * word, panic instead of hanging.
 */
void sync_wait(const atomic_t *word, int seen, const char *what);
void sync_wake(const atomic_t *word);
/* The same where only one of them can go on, which will call this again. */
void sync_wake_one(const atomic_t *word);

#endif
