/* SPDX-License-Identifier: MIT */
/* Reclaim, as others see it: what is counted, and the thread in the background. Theory in mm/reclaim.c. */
#ifndef LINUX_SWAP_H
#define LINUX_SWAP_H

#include <linux/mm.h>
#include <linux/sched.h>

/* Pages that are freed at once, where some are. */
#define SWAP_CLUSTER_MAX 32UL

/* Of a task that reclaims, on its stack. */
struct reclaim_state {
	unsigned long reclaimed; /* pages that it gave back to the page allocator */
};

/*
 * The running task gave back @nr pages that no slab held. For shrinkers: what slabs give back is counted
 * by itself.
 */
static inline void mm_account_reclaimed_pages(unsigned long nr)
{
	if (current->reclaim_state)
		current->reclaim_state->reclaimed += nr;
}

/* What reclaim did since boot, in the layout of /proc/vmstat. */
void vmstat_show(show_line_t line);

/* The state of memory and who holds it, to the log. Any context. */
void show_mem(void);

/*
 * The body of the thread that reclaims in the background, which never returns; and its start: @task
 * sleeps, and was made to run it. Once, when the scheduler runs.
 */
int kswapd(void *unused);
void kswapd_start(struct task_struct *task);

#endif
