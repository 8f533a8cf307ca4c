// SPDX-License-Identifier: MIT
/*
 * The other CPUs: how they come up, idle, and serve each other.
 *
 * 1. A call to another CPU is a record on the caller's stack. It is pushed onto the list of the CPU
 *    that is meant, which is then kicked (a signal, HOST_VECTOR_CALL); that CPU takes the whole list
 *    and runs it with interrupts off:
 *
 *	caller                              the other CPU
 *	push ── calls ─► list ── kick ─►    take the list: fn(arg), done = 1, the next …
 *	wait for done ◄───── release ───────┘
 *
 *    A kick that finds the thread outside of the kernel's code is only noted, and a long way of
 *    pure computation may follow there; so the caller kicks again now and then.
 *
 * 2. Work is what run_on_cpus() gives to the idle loops. All begin together, however long the
 *    waking of one takes.
 *
 * Invariants
 * I1  A call is on one list until it is taken, and is not touched by the CPU that ran it once done
 *     is set: it is gone with the caller's stack.
 * I2  Who waits serves its own list, so CPUs that call each other get on.
 * I3  nr_online_cpus is n + 1 only after CPU n can be called.
 *
 * Locks: none; the lists are exchanged whole. Contexts: as asm/smp.h says. Complexity: O(calls).
 */
#include <asm/atomic.h>
#include <asm/barrier.h>
#include <asm/clock.h>
#include <asm/current.h>
#include <asm/irqflags.h>
#include <asm/percpu.h>
#include <asm/setup.h>
#include <asm/smp.h>
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/printk.h>
#include "host.h"
#include "kernel.h"

#define ROUNDS_TO_KICK 4096

struct call {
	void (*fn)(void *arg);
	void *arg;
	struct call *next;
	unsigned int done;
};

struct work {
	void (*fn)(void *arg);
	void *arg;
	atomic_t missing; /* CPUs that have not begun */
	atomic_t running; /* CPUs that have not ended */
};

static DEFINE_PER_CPU(struct call *, calls);
static DEFINE_PER_CPU(struct work *, work);

/* ---- calls ---- */

static void call_push(struct call **list, struct call *c)
{
	struct call *first = READ_ONCE(*list);

	do
		c->next = first;
	while (!try_cmpxchg(list, &first, c));
}

void smp_serve_calls(void)
{
	struct call *c = xchg(this_cpu_ptr(&calls), NULL), *next;

	for (; c; c = next) {
		next = c->next;
		c->fn(c->arg);
		smp_store_release(&c->done, 1);
	}
}

static void serve_and_relax(void)
{
	unsigned long flags;

	if (READ_ONCE(*this_cpu_ptr(&calls))) {
		local_irq_save(flags);
		smp_serve_calls();
		local_irq_restore(flags);
	}
	cpu_relax();
}

static void call_here(void (*fn)(void *arg), void *arg)
{
	unsigned long flags;

	local_irq_save(flags);
	fn(arg);
	local_irq_restore(flags);
}

/**
 * call_on_cpu() - run a function on a given CPU and wait for it
 * @cpu: its id
 * @fn: what to run
 * @arg: handed to @fn
 *
 * Return: 0, or -ENXIO when no such CPU is online.
 */
int call_on_cpu(unsigned int cpu, void (*fn)(void *arg), void *arg)
{
	struct call c = { .fn = fn, .arg = arg };

	if (cpu >= smp_load_acquire(&nr_online_cpus))
		return -ENXIO;
	if (cpu == smp_processor_id()) {
		call_here(fn, arg);
		return 0;
	}
	WARN_ON_ONCE(irqs_disabled());
	call_push(per_cpu_ptr(&calls, cpu), &c);
	host_kick(cpu);
	for (unsigned int round = 1; !smp_load_acquire(&c.done); round++) {
		serve_and_relax();
		if (round % ROUNDS_TO_KICK == 0)
			host_kick(cpu);
	}
	return 0;
}

/* ---- work ---- */

static void work_run(struct work *w)
{
	atomic_dec_return(&w->missing);
	while (atomic_read_acquire(&w->missing))
		serve_and_relax();
	w->fn(w->arg);
	atomic_dec_return(&w->running); /* the last use of *w */
}

/**
 * run_on_cpus() - run a function on all CPUs at once
 * @fn: what to run
 * @arg: handed to @fn
 */
void run_on_cpus(void (*fn)(void *arg), void *arg)
{
	unsigned int n = READ_ONCE(nr_online_cpus);
	struct work w = {
		.fn = fn, .arg = arg, .missing = ATOMIC_INIT(n), .running = ATOMIC_INIT(n)
	};

	WARN_ON_ONCE(irqs_disabled());
	for (unsigned int cpu = 0; cpu < n; cpu++) {
		if (cpu == smp_processor_id())
			continue;
		WARN_ON(xchg(per_cpu_ptr(&work, cpu), &w));
		host_kick(cpu);
	}
	work_run(&w);
	while (atomic_read_acquire(&w.running))
		serve_and_relax();
}

/* ---- coming up ---- */

/* The check and the sleep are one to the kick: with interrupts off it can only become pending. */
static void __noreturn idle_loop(void)
{
	for (;;) {
		struct work *w;

		local_irq_disable();
		w = xchg(this_cpu_ptr(&work), NULL);
		if (!w)
			host_idle(&host_irq_pending);
		local_irq_enable();
		if (w)
			work_run(w);
	}
}

void cpu_main(unsigned int cpu)
{
	host_cpu = cpu;
	host_cpu_off = per_cpu_offset(cpu);
	set_current(this_cpu_ptr(&idle_task));
	clock_start_tick();
	pr_info("smp: CPU %u is up\n", cpu);
	smp_store_release(&nr_online_cpus, cpu + 1);
	idle_loop();
}

/**
 * smp_init() - start the other CPUs, one after the other
 *
 * Context: once, CPU 0, interrupts on.
 */
void smp_init(void)
{
	for (unsigned int cpu = 1; cpu < nr_cpu_ids; cpu++) {
		host_start_cpu(cpu);
		while (smp_load_acquire(&nr_online_cpus) <= cpu)
			cpu_relax();
	}
}
