/* SPDX-License-Identifier: MIT */
/*
 * How the sleeping locks wait: for a word to change. Theory in lib/sync/wait.c.
 */
#ifndef QUARRY_SYNC_H
#define QUARRY_SYNC_H

#include <linux/types.h>

/*
 * Wait once; `what` names the lock's function for the message. Where nothing could ever change the
 * word, panic instead of hanging.
 */
void sync_wait(const atomic_t *word, int seen, const char *what);
/* *word has changed: wake all who wait for it. */
void sync_wake(const atomic_t *word);
/* The same where only one of them can go on, which will call this again. */
void sync_wake_one(const atomic_t *word);

#endif
