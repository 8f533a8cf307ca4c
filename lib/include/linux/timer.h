/* SPDX-License-Identifier: MIT */
/* Functions that are called when their time has come. Theory in lib/sched/timer.c. */
#ifndef LINUX_TIMER_H
#define LINUX_TIMER_H

#include <linux/compiler.h>
#include <linux/jiffies.h>
#include <linux/rbtree.h>
#include <linux/types.h>

struct timer_list {
	struct rb_node node;
	unsigned long expires;
	void (*function)(struct timer_list *timer); /* called in the tick: interrupts off */
	unsigned int cpu;			    /* whose tree it is in, or was last */
	bool pending;
};

/* The structure that holds the timer. */
#define from_timer(var, timer, field) container_of(timer, __typeof__(*(var)), field)

/* There are no deferrable or pinned timers: `flags` changes nothing. */
void timer_setup(struct timer_list *timer, void (*function)(struct timer_list *timer),
		 unsigned int flags);
int mod_timer(struct timer_list *timer, unsigned long expires);
void add_timer(struct timer_list *timer);
int timer_delete(struct timer_list *timer);
int timer_delete_sync(struct timer_list *timer);
/* Not Linux's: see lib/sched/timer.c. */
unsigned int timers_cancel_in(unsigned long start, unsigned long end);

#define del_timer(timer)      timer_delete(timer)
#define del_timer_sync(timer) timer_delete_sync(timer)

static inline bool timer_pending(const struct timer_list *timer)
{
	return READ_ONCE(timer->pending);
}

#endif
