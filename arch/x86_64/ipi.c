// SPDX-License-Identifier: MIT
/*
 * Interrupts between CPUs.
 *
 *	0xfb  call        run what is on this CPU's list (arch/common/calls.c)
 *	0xfc  reschedule  say that one is wanted; it happens when the interrupt is left
 *	0xfd  TLB flush   tlb.c
 *	NMI   stop        for good (arch/common/stop.c); an NMI, so that a CPU that has interrupts off
 *			  stops too
 *
 * A vector above all devices', so that nothing holds them up. Each is acknowledged before its work
 * is done: the work may be long, and another that arrives meanwhile stays pending at the APIC.
 *
 * I1  The APIC's command register is written with interrupts off: two words, which nobody on this
 *     CPU may come between. (An NMI never sends.)
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

void cpu_ask_to_stop(unsigned int cpu)
{
	send(cpu, APIC_NMI);
}

void ipi_init(void)
{
	irq_set_handler(VECTOR_CALL, call_interrupt, "call");
	irq_set_handler(VECTOR_RESCHEDULE, reschedule_interrupt, "reschedule");
	irq_set_handler(VECTOR_TLB, tlb_interrupt, "TLB flush");
}
