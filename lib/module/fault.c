// SPDX-License-Identifier: MIT
/*
 * Traps in what the kernel calls of a module: threads, work items, timers, RCU callbacks.
 *
 * The call is given up (lib/report/guest.c), and told here: a line, a count of faults that run.c looks
 * at, and for a thread where its stack is. A thread that was killed so is gone for the scheduler, but
 * keeps its stack and its name for ever: others may still be linked to what stands there, and an exit that
 * calls kthread_stop() must find it.
 *
 * Contexts: the call's, a timer's too. Locks: none; counts are atomic, and a slot of killed[] is its
 * thread's. O(modules).
 */
#include <asm/barrier.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <quarry/guest.h>
#include "internal.h"

static struct loaded *module_of(const void *code)
{
	for (unsigned int slot = 0; slot < LOADED_MAX; slot++) {
		struct loaded *m = &loaded_modules[slot];

		if (smp_load_acquire(&m->used) && module_holds(m, (unsigned long)code))
			return m;
	}
	return NULL;
}

static void keep_thread(struct loaded *m)
{
	int n = atomic_inc_return(&m->nr_killed) - 1;

	get_task_struct(current);
	if (n < KILLED_MAX)
		WRITE_ONCE(m->killed[n], (unsigned long)&n);
}

static void trapped(enum guest_kind kind, const void *code)
{
	struct loaded *m = module_of(code);

	if (!m) {
		pr_err("a trap ended a %s, %ps\n", guest_kind_names[kind], code);
		return;
	}
	atomic_inc(&m->faults);
	if (kind == GUEST_THREAD)
		keep_thread(m);
	pr_err("module %s: a trap ended its %s %ps%s\n", m->name, guest_kind_names[kind], code,
	       kind == GUEST_THREAD ? ", which is dead" : "");
}

/* Is it the stack of a thread that a trap has ended? */
bool module_killed(const struct loaded *m, unsigned long low, unsigned long high)
{
	for (int i = 0; i < KILLED_MAX; i++) {
		if (READ_ONCE(m->killed[i]) - low < high - low)
			return true;
	}
	return false;
}

void module_faults_init(void)
{
	WRITE_ONCE(guest_trapped_hook, trapped);
}
