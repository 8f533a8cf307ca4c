// SPDX-License-Identifier: MIT
/*
 * The threads that call RCU's callbacks: "rcu/N" on CPU N, for ever. It sleeps until a tick finds
 * callbacks whose grace period is over (lib/sync/rcu.c, 4), and takes turns with the other threads
 * of its CPU like any of them.
 */
#include <linux/cpumask.h>
#include <linux/kthread.h>
#include <linux/panic.h>
#include <quarry/rcu.h>
#include "internal.h"

static int run_callbacks(void *unused)
{
	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (!rcu_callbacks_ready())
			schedule();
		__set_current_state(TASK_RUNNING);
		rcu_run_callbacks();
	}
	return 0;
}

/**
 * rcu_threads_start - callbacks are called by threads from here on
 *
 * Context: boot, once, when all CPUs are up that come up.
 */
void rcu_threads_start(void)
{
	unsigned int cpu;

	sched_wait_for_cpus();
	for_each_online_cpu(cpu) {
		struct task_struct *p = kthread_create_on_cpu(run_callbacks, NULL, cpu, "rcu/%u");

		if (IS_ERR(p))
			panic("rcu: no memory for a thread on CPU %u", cpu);
		rcu_set_runner(cpu, p);
		wake_up_process(p);
	}
}
