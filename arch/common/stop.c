// SPDX-License-Identifier: MIT
/*
 * Stopping the other CPUs, for good: what a panic begins with.
 *
 * Who wants to stop the others says so in `stopper`, and the first one has won: it asks each of them
 * by what the port has for it (cpu_ask_to_stop()), which comes to stop_if_asked() there, and waits
 * until all have answered, or for a second. Whoever wanted the same and came second stops itself.
 *
 * I1  stopper is written once.
 * I2  A CPU counts itself in nr_stopped once, and does nothing any more.
 */
#include <asm/atomic.h>
#include <asm/barrier.h>
#include <asm/clock.h>
#include <asm/console.h>
#include <asm/irqflags.h>
#include <asm/percpu.h>
#include <asm/smp.h>
#include "calls.h"

#define STOP_MS 1000

static unsigned int stopper; /* CPU + 1 that stops the others */
static unsigned int nr_stopped;
static DEFINE_PER_CPU(bool, stopped);

/* It may come here again, through an NMI. */
static void __noreturn stop_here(void)
{
	local_irq_disable();
	if (!this_cpu_read(stopped)) {
		this_cpu_write(stopped, true);
		arch_fetch_add(&nr_stopped, 1);
	}
	machine_halt();
}

void stop_if_asked(void)
{
	unsigned int who = READ_ONCE(stopper);

	if (who && who != smp_processor_id() + 1)
		stop_here();
}

/**
 * smp_stop_others() - all other CPUs stop, now and for good
 *
 * Waits a second at most. If another CPU is doing the same, this one is what stops.
 */
void smp_stop_others(void)
{
	unsigned int n = READ_ONCE(nr_online_cpus), me = smp_processor_id(), nobody = 0;
	u64 end = clock_ns() + STOP_MS * 1000000ULL;

	if (n == 1)
		return;
	if (!try_cmpxchg(&stopper, &nobody, me + 1)) {
		stop_if_asked();
		return;
	}
	for (unsigned int cpu = 0; cpu < n; cpu++) {
		if (cpu != me)
			cpu_ask_to_stop(cpu);
	}
	while (READ_ONCE(nr_stopped) < n - 1 && clock_ns() < end)
		cpu_relax();
}
