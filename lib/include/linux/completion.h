/* SPDX-License-Identifier: MIT */
/*
 * Completions: one side waits for what the other has done, whoever comes first. Theory in
 * lib/sync/completion.c.
 */
#ifndef LINUX_COMPLETION_H
#define LINUX_COMPLETION_H

#include <linux/wait.h>

struct completion {
	unsigned int done; /* wait.lock: times that may still be consumed; COMPLETED_ALL: no end */
	wait_queue_head_t wait;
};

#define COMPLETED_ALL 0xffffffffu

#define COMPLETION_INITIALIZER(name)                                          \
	{                                                                     \
		.done = 0, .wait = __WAIT_QUEUE_HEAD_INITIALIZER((name).wait) \
	}
#define COMPLETION_INITIALIZER_ONSTACK(name) COMPLETION_INITIALIZER(name)
#define DECLARE_COMPLETION(name)	     struct completion name = COMPLETION_INITIALIZER(name)
#define DECLARE_COMPLETION_ONSTACK(name)     DECLARE_COMPLETION(name)

void init_completion(struct completion *x);
void reinit_completion(struct completion *x);
void complete(struct completion *x);
void complete_all(struct completion *x);
#define complete_on_current_cpu(x) complete(x)

void wait_for_completion(struct completion *x);
/* 0, or -ERESTARTSYS when a signal came. */
int __must_check wait_for_completion_interruptible(struct completion *x);
int __must_check wait_for_completion_killable(struct completion *x);
int __must_check wait_for_completion_state(struct completion *x, unsigned int state);
/* 0 when the time is over, else the jiffies left, at least 1. */
unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout);
long __must_check wait_for_completion_interruptible_timeout(struct completion *x,
							    unsigned long timeout);
long __must_check wait_for_completion_killable_timeout(struct completion *x, unsigned long timeout);
#define wait_for_completion_io(x)		wait_for_completion(x)
#define wait_for_completion_io_timeout(x, time) wait_for_completion_timeout((x), (time))

bool try_wait_for_completion(struct completion *x);
bool completion_done(struct completion *x);

#endif
