// SPDX-License-Identifier: MIT
/*
 * The other CPUs as threads: how they come up, and what kicks them. Calls and the idle loop are
 * arch/common/calls.c's.
 *
 * I1  nr_online_cpus is n + 1 only after CPU n can be called.
 *
 * All CPUs share one TLB (tlb.c), so nobody waits for a flush of another: smp_poll() has nothing to
 * do. A CPU that is to stop does so at its next interrupt; one that has them off goes on until the
 * process ends, which is at once where smp_stop_others() is used.
 */
#include <asm/atomic.h>
#include <asm/barrier.h>
#include <asm/clock.h>
#include <asm/console.h>
#include <asm/current.h>
#include <asm/percpu.h>
#include <asm/preempt.h>
#include <asm/setup.h>
#include <asm/smp.h>
#include <linux/printk.h>
#include "arch/common/calls.h"
#include "host.h"
#include "kernel.h"

#define STOP_MS 100

static unsigned int stopper; /* CPU + 1 that stops the others */
static unsigned int nr_stopped;

void cpu_kick(unsigned int cpu)
{
	host_kick(cpu);
}

void smp_send_reschedule(unsigned int cpu)
{
	host_kick(cpu);
}

void smp_poll(void)
{
}

/* ---- stopping ---- */

static void __noreturn stop_here(void)
{
	arch_fetch_add(&nr_stopped, 1);
	machine_halt();
}

void smp_call_interrupt(void)
{
	if (READ_ONCE(stopper) && READ_ONCE(stopper) != smp_processor_id() + 1)
		stop_here();
	smp_serve_calls();
	preempt_set_need_resched(); /* it may have been smp_send_reschedule() */
}

/**
 * smp_stop_others() - all other CPUs stop at their next interrupt, for good
 */
void smp_stop_others(void)
{
	unsigned int n = READ_ONCE(nr_online_cpus), me = smp_processor_id(), nobody = 0;
	u64 end = clock_ns() + STOP_MS * 1000000ULL;

	if (n == 1)
		return;
	if (!try_cmpxchg(&stopper, &nobody, me + 1)) {
		if (nobody == me + 1)
			return;
		stop_here();
	}
	for (unsigned int cpu = 0; cpu < n; cpu++) {
		if (cpu != me)
			host_kick(cpu);
	}
	while (READ_ONCE(nr_stopped) < n - 1 && clock_ns() < end)
		host_yield();
}

/* ---- coming up ---- */

void cpu_main(unsigned int cpu)
{
	host_cpu = cpu;
	host_cpu_off = per_cpu_offset(cpu);
	set_current(this_cpu_ptr(&idle_task));
	clock_start_tick();
	pr_info("smp: CPU %u is up\n", cpu);
	smp_store_release(&nr_online_cpus, cpu + 1);
	cpu_started(cpu);
}

/**
 * smp_init() - start the other CPUs, one after the other
 * @page: not needed: a thread begins anywhere
 *
 * Context: once, CPU 0, interrupts on.
 */
void smp_init(phys_addr_t page)
{
	for (unsigned int cpu = 1; cpu < nr_cpu_ids; cpu++) {
		host_start_cpu(cpu);
		while (smp_load_acquire(&nr_online_cpus) <= cpu)
			cpu_relax();
	}
}
