/* SPDX-License-Identifier: MIT */
/*
 * How the sleeping locks wait: the only place where lib/sync meets a scheduler, through two
 * pointers that it sets at boot.
 */
#ifndef QUARRY_SYNC_H
#define QUARRY_SYNC_H

#include <linux/types.h>

/* Sleep until *word may differ from `seen`; returning early is allowed. NULL: spin. */
extern void (*sync_wait_hook)(const atomic_t *word, int seen);
/* *word has changed: wake all who wait for it. */
extern void (*sync_wake_hook)(const atomic_t *word);

/*
 * Wait once; `what` names the lock's function for the message. Where nothing could ever change the
 * word, panic instead of hanging.
 */
void sync_wait(const atomic_t *word, int seen, const char *what);
void sync_wake(const atomic_t *word);

#endif
