/* SPDX-License-Identifier: MIT */
/* Counting semaphores, sleeping. Theory in lib/sync/semaphore.c. */
#ifndef LINUX_SEMAPHORE_H
#define LINUX_SEMAPHORE_H

#include <linux/list.h>
#include <linux/spinlock.h>

struct semaphore {
	raw_spinlock_t lock;
	unsigned int count;	    /* lock: how many may still come in */
	struct list_head wait_list; /* lock: who waits, in order */
};

#define __SEMAPHORE_INITIALIZER(name, n)                                     \
	{                                                                    \
		.lock = __RAW_SPIN_LOCK_UNLOCKED((name).lock), .count = (n), \
		.wait_list = LIST_HEAD_INIT((name).wait_list)                \
	}
#define DEFINE_SEMAPHORE(name, n) struct semaphore name = __SEMAPHORE_INITIALIZER(name, n)

void sema_init(struct semaphore *sem, int count);
void down(struct semaphore *sem);
/* 0, or -EINTR when a signal came. */
int __must_check down_interruptible(struct semaphore *sem);
int __must_check down_killable(struct semaphore *sem);
/* 0 if it was taken, 1 if not: the other way round than a mutex's. */
int __must_check down_trylock(struct semaphore *sem);
/* 0, or -ETIME when the jiffies were over. */
int __must_check down_timeout(struct semaphore *sem, long timeout);
void up(struct semaphore *sem);

#endif
