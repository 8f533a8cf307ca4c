// SPDX-License-Identifier: MIT
/*
 * Work for all CPUs at once
 * =========================
 *
 * run_on_cpus() makes a thread for each other CPU, bound to it, and takes part itself. All begin
 * together, however long the making and waking of one takes; the threads are gone, and what they took
 * is free, when it returns.
 *
 * Contexts: where one may sleep, by a thread that stays on its CPU. One call at a time.
 */
#include <asm/percpu.h>
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/kthread.h>
#include <linux/panic.h>
#include <linux/smp.h>

struct work {
	void (*fn)(void *arg);
	void *arg;
	atomic_t missing; /* CPUs that have not begun */
};

static int work_run(void *data)
{
	struct work *w = data;

	atomic_dec_return(&w->missing);
	while (atomic_read_acquire(&w->missing))
		cpu_relax();
	w->fn(w->arg);
	return 0;
}

/* It may end before it is joined, so we keep it. */
static struct task_struct *work_thread(struct work *w, unsigned int cpu)
{
	struct task_struct *p = kthread_create_on_cpu(work_run, w, cpu, "run_on_cpus/%u");

	if (IS_ERR(p))
		panic("run_on_cpus: no memory for a thread on CPU %u", cpu);
	return get_task_struct(p);
}

/**
 * run_on_cpus - run a function on all CPUs at once
 * @fn: what to run, as ordinary code: it may sleep and fault
 * @arg: handed to @fn
 *
 * Returns when all are done.
 */
void run_on_cpus(void (*fn)(void *arg), void *arg)
{
	unsigned int cpu, me = smp_processor_id(), n = num_online_cpus();
	static struct task_struct *threads[NR_CPUS];
	struct work w = { .fn = fn, .arg = arg, .missing = ATOMIC_INIT(n) };

	WARN_ON_ONCE(irqs_disabled());
	for (cpu = 0; cpu < n; cpu++)
		threads[cpu] = cpu == me ? NULL : work_thread(&w, cpu);
	for (cpu = 0; cpu < n; cpu++) {
		if (threads[cpu])
			wake_up_process(threads[cpu]);
	}
	work_run(&w);
	for (cpu = 0; cpu < n; cpu++) {
		if (!threads[cpu])
			continue;
		kthread_stop(threads[cpu]);
		put_task_struct(threads[cpu]);
	}
}
