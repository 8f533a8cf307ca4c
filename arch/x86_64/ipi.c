// SPDX-License-Identifier: MIT
/*
 * Interrupts between CPUs.
 *
 *	0xfb  call        run what is on this CPU's list (arch/common/calls.c)
 *	0xfc  reschedule  nothing to do here: what was asked for is looked at when the interrupt is left
 *	0xfd  TLB flush   tlb.c
 *	NMI   stop        for good; an NMI, so that a CPU that has interrupts off stops too
 *
 * A vector above all devices', so that nothing holds them up. Each is acknowledged before its work
 * is done: the work may be long, and another that arrives meanwhile stays pending at the APIC.
 *
 * I1  The APIC's command register is written with interrupts off: two words, which nobody on this
 *     CPU may come between. (An NMI never sends.)
 * I2  A CPU that was asked to stop does nothing any more, and one that panics is asked by nobody:
 *     the first one that wants to stop the others wins.
 */
#include <asm/atomic.h>
#include <asm/barrier.h>
#include <asm/clock.h>
#include <asm/console.h>
#include <asm/irqflags.h>
#include <asm/percpu.h>
#include <asm/preempt.h>
#include <asm/ptrace.h>
#include <asm/smp.h>
#include "arch/common/calls.h"
#include "idt.h"
#include "machine.h"

#define VECTOR_CALL	  0xfb
#define VECTOR_RESCHEDULE 0xfc
#define VECTOR_TLB	  0xfd
#define STOP_MS		  1000

static unsigned int stopper; /* CPU + 1 that stops the others */
static unsigned int nr_stopped;
static DEFINE_PER_CPU(bool, stopped);

static void send(unsigned int cpu, u32 command)
{
	unsigned long flags;

	local_irq_save(flags);
	lapic_send(cpu_apic_id(cpu), command);
	local_irq_restore(flags);
}

void cpu_kick(unsigned int cpu)
{
	send(cpu, APIC_FIXED | VECTOR_CALL);
}

/**
 * smp_send_reschedule() - let a CPU look whether it should run something else
 * @cpu: which, online
 */
void smp_send_reschedule(unsigned int cpu)
{
	send(cpu, APIC_FIXED | VECTOR_RESCHEDULE);
}

void ipi_flush(unsigned int cpu)
{
	send(cpu, APIC_FIXED | VECTOR_TLB);
}

static void call_interrupt(struct pt_regs *regs)
{
	lapic_eoi();
	smp_serve_calls();
}

static void reschedule_interrupt(struct pt_regs *regs)
{
	lapic_eoi();
	preempt_set_need_resched();
}

static void tlb_interrupt(struct pt_regs *regs)
{
	lapic_eoi();
	smp_poll();
}

static void __noreturn stop_here(void)
{
	if (!this_cpu_read(stopped)) {
		this_cpu_write(stopped, true);
		arch_fetch_add(&nr_stopped, 1);
	}
	machine_halt();
}

void ipi_stop_if_asked(void)
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
		if (nobody == me + 1)
			return;
		local_irq_disable();
		stop_here();
	}
	for (unsigned int cpu = 0; cpu < n; cpu++) {
		if (cpu != me)
			send(cpu, APIC_NMI);
	}
	while (READ_ONCE(nr_stopped) < n - 1 && clock_ns() < end)
		cpu_relax();
}

void ipi_init(void)
{
	irq_set_handler(VECTOR_CALL, call_interrupt, "call");
	irq_set_handler(VECTOR_RESCHEDULE, reschedule_interrupt, "reschedule");
	irq_set_handler(VECTOR_TLB, tlb_interrupt, "TLB flush");
}
