// SPDX-License-Identifier: MIT
/*
 * Calls between CPUs.
 *
 * 1. A call to another CPU is a record. It is pushed onto the list of the CPU that is meant, which
 *    is then kicked (cpu_kick(): an interrupt, a signal); that CPU takes the whole list and runs it
 *    with interrupts off:
 *
 *	caller                              the other CPU
 *	push ── calls ─► list ── kick ─►    take the list: fn(arg), missing--, the next …
 *	wait for missing == 0 ◄── release ──┘
 *
 *    The record for one CPU stands on the caller's stack; those for many are the caller's CPU's own
 *    (one for each CPU that may be meant), so that a caller need not wait.
 *
 *    On a port where CPUs are threads a kick may only be noted, and a long way of pure computation
 *    may follow there; so the caller kicks again now and then.
 *
 * Invariants
 * I1  A record is on one list until it is taken. The CPU that runs it reads it first, then gives it
 *     back (`used`), then calls, then counts `missing` down, where there is one: the last use of
 *     what belongs to the caller.
 * I2  Who waits serves its own list, so CPUs that call each other get on.
 * I3  nr_online_cpus is n + 1 only after CPU n can be called.
 *
 * Locks: none; the lists are exchanged whole. Contexts: as asm/smp.h says. Complexity: O(calls).
 */
#include <asm/atomic.h>
#include <asm/barrier.h>
#include <asm/console.h>
#include <asm/irqflags.h>
#include <asm/percpu.h>
#include <asm/preempt.h>
#include <asm/smp.h>
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include "calls.h"

#define ROUNDS_TO_KICK 4096

struct call {
	void (*fn)(void *arg);
	void *arg;
	struct call *next;
	atomic_t *missing; /* counted down when fn has returned; NULL: nobody waits */
	unsigned int used;
};

static DEFINE_PER_CPU(struct call *, calls);
static DEFINE_PER_CPU(struct call, many)[NR_CPUS]; /* for call_on_cpus() of this CPU */

/* ---- calls ---- */

static void call_push(unsigned int cpu, struct call *c)
{
	struct call **list = per_cpu_ptr(&calls, cpu), *first = READ_ONCE(*list);

	c->used = 1;
	do
		c->next = first;
	while (!try_cmpxchg(list, &first, c));
	cpu_kick(cpu);
}

static void call_run(struct call *from)
{
	struct call c = *from;

	smp_store_release(&from->used, 0);
	c.fn(c.arg);
	if (c.missing)
		atomic_dec_return(c.missing);
}

void smp_serve_calls(void)
{
	struct call *c = xchg(this_cpu_ptr(&calls), NULL), *next;

	for (; c; c = next) {
		next = c->next;
		call_run(c);
	}
}

static void serve_and_relax(void)
{
	unsigned long flags;

	local_irq_save(flags);
	if (READ_ONCE(*this_cpu_ptr(&calls)))
		smp_serve_calls();
	local_irq_restore(flags);
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
	atomic_t missing = ATOMIC_INIT(1);
	struct call c = { .fn = fn, .arg = arg, .missing = &missing };
	unsigned long flags;
	bool here;

	if (cpu >= smp_load_acquire(&nr_online_cpus))
		return -ENXIO;
	local_irq_save(flags);
	here = cpu == smp_processor_id();
	if (here)
		fn(arg);
	local_irq_restore(flags);
	if (here)
		return 0;
	WARN_ON_ONCE(irqs_disabled());
	call_push(cpu, &c);
	for (unsigned int round = 1; atomic_read_acquire(&missing); round++) {
		serve_and_relax();
		if (round % ROUNDS_TO_KICK == 0)
			cpu_kick(cpu);
	}
	return 0;
}

/* This CPU's record for `cpu`, not used by an earlier call any more. */
static struct call *call_record(unsigned int cpu)
{
	struct call *c = &(*this_cpu_ptr(&many))[cpu];

	while (smp_load_acquire(&c->used))
		serve_and_relax();
	return c;
}

/* Preemption on again; a reschedule may have come to be wanted meanwhile. */
static void may_preempt(void)
{
	if (likely(!preempt_count_dec_and_test()) || irqs_disabled())
		return;
	local_irq_disable();
	preempt_schedule_irq();
	local_irq_enable();
}

/* Call all of `mask` but this CPU; whether it is in the mask itself. */
static bool call_others(const struct cpumask *mask, struct call call)
{
	unsigned int cpu, me = smp_processor_id(), n = smp_load_acquire(&nr_online_cpus);

	for_each_cpu(cpu, mask)
	{
		struct call *c;

		if (cpu == me || cpu >= n)
			continue;
		c = call_record(cpu);
		c->fn = call.fn;
		c->arg = call.arg;
		c->missing = call.missing;
		if (call.missing)
			atomic_inc(call.missing);
		call_push(cpu, c);
	}
	return cpumask_test_cpu(me, mask);
}

/**
 * call_on_cpus() - run a function on several CPUs
 * @mask: which; those that are not online are left out, this one may be among them
 * @fn: what to run
 * @arg: handed to @fn; without @wait it must outlive the calls
 * @wait: return only when all have returned
 */
void call_on_cpus(const struct cpumask *mask, void (*fn)(void *arg), void *arg, bool wait)
{
	atomic_t missing = ATOMIC_INIT(0);
	struct call call = { .fn = fn, .arg = arg, .missing = wait ? &missing : NULL };
	bool here;

	WARN_ON_ONCE(irqs_disabled());
	preempt_count_add(1);
	here = call_others(mask, call);
	if (here)
		call_here(fn, arg);
	may_preempt();
	while (atomic_read_acquire(&missing))
		serve_and_relax();
}
