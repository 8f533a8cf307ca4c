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

void cpu_ask_to_stop(unsigned int cpu)
{
	host_kick(cpu);
}

void smp_call_interrupt(void)
{
	stop_if_asked();
	smp_serve_calls();
	preempt_set_need_resched(); /* it may have been smp_send_reschedule() */
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
