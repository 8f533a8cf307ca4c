// SPDX-License-Identifier: MIT
/*
 * The interrupt descriptor table, and who gets which interrupt.
 *
 *	vector   0 … 31    exceptions: trap_dispatch() in traps.c
 *	        32 … 255   interrupts: irq_dispatch() here, then the handler registered for it
 *
 * Every gate is an interrupt gate (interrupts go off on entry) that leads to one of entry.asm's
 * stubs, which lie 16 bytes apart. #DF, NMI and #MC have stacks of their own: the first because the
 * stack may be what is broken, the others because they arrive wherever they like.
 *
 * I1  All 256 gates are present once idt_init() returns, so no vector can raise a fault by its mere
 *     arrival.
 * I2  The table is written by idt_init() only, and read-only after bring-up; all CPUs use it.
 * I3  A handler acknowledges its own interrupt at the local APIC. An interrupt without a handler is
 *     not acknowledged: it can only come from an `int` instruction or as the APIC's spurious
 *     vector, neither of which is in service there.
 *
 * Handlers run with interrupts off, on the stack that they interrupted, and count as HARDIRQ; they
 * may not sleep. When the outermost ends in code that may be preempted, and a reschedule is wanted,
 * it happens there.
 * irq_set_handler() may be called at any time: the pointer is a single word, and a vector is set up
 * before its source is unmasked.
 */
#include <asm/atomic.h>
#include <asm/irqflags.h>
#include <asm/ksyms.h>
#include <asm/preempt.h>
#include <asm/setup.h>
#include <linux/printk.h>
#include "idt.h"
#include "machine.h"

#define GATE_INTERRUPT 0x8e /* present, ring 0 may raise it by `int` */
#define GATE_RING3     0x60 /* … and so may ring 3 */
#define STUB_SIZE      16

struct idt_gate {
	u16 offset_low;
	u16 selector;
	u8 ist;
	u8 type;
	u16 offset_mid;
	u32 offset_high;
	u32 reserved;
} __packed;

struct irq {
	void (*fn)(struct pt_regs *regs);
	const char *name;
	unsigned long count;
};

_Static_assert(sizeof(struct idt_gate) == 16, "the CPU's gate descriptor");
_Static_assert(sizeof(struct pt_regs) == 22 * sizeof(u64), "entry.asm builds it word by word");

extern const char trap_stubs[];

static struct idt_gate idt[NR_VECTORS] __ro_after_init __aligned(16);
static struct irq irqs[NR_VECTORS];

static void set_gate(unsigned int vector, u8 ist, u8 type)
{
	unsigned long stub = (unsigned long)trap_stubs + (unsigned long)STUB_SIZE * vector;

	idt[vector] = (struct idt_gate){
		.offset_low = stub,
		.selector = KERNEL_CS,
		.ist = ist,
		.type = type,
		.offset_mid = stub >> 16,
		.offset_high = stub >> 32,
	};
}

void idt_load(void)
{
	const struct {
		u16 limit;
		u64 base;
	} __packed desc = { sizeof(idt) - 1, (u64)(unsigned long)idt };

	__asm__ __volatile__("lidt %0" : : "m"(desc));
}

/**
 * idt_init - exceptions and interrupts have handlers from here on
 *
 * Context: boot, interrupts off, after the GDT and the TSS with its IST stacks are loaded.
 */
void idt_init(void)
{
	unsigned int v;

	for (v = 0; v < NR_VECTORS; v++)
		set_gate(v, 0, GATE_INTERRUPT);
	set_gate(X86_TRAP_DF, IST_DF, GATE_INTERRUPT);
	set_gate(X86_TRAP_NMI, IST_NMI, GATE_INTERRUPT);
	set_gate(X86_TRAP_MC, IST_MC, GATE_INTERRUPT);
	set_gate(X86_TRAP_BP, 0, GATE_INTERRUPT | GATE_RING3);
	set_gate(X86_TRAP_OF, 0, GATE_INTERRUPT | GATE_RING3);
	idt_load();
	ksyms_init();
}

/**
 * irq_set_handler - who gets an interrupt
 * @vector: 32 … 255; others belong to the CPU and are left alone
 * @fn: called with interrupts off; NULL: nobody
 * @name: for messages
 */
void irq_set_handler(u8 vector, void (*fn)(struct pt_regs *regs), const char *name)
{
	if (vector < FIRST_IRQ_VECTOR)
		return;
	irqs[vector].name = name;
	WRITE_ONCE(irqs[vector].fn, fn);
}

/**
 * irq_count - how often a vector arrived, handled or not
 * @vector: which
 */
unsigned long irq_count(u8 vector)
{
	return READ_ONCE(irqs[vector].count);
}

/**
 * irq_dispatch - an interrupt arrived
 * @regs: what it interrupted; the vector is in it
 */
void irq_dispatch(struct pt_regs *regs)
{
	struct irq *irq = &irqs[regs->vector & 0xff];
	void (*fn)(struct pt_regs * regs) = READ_ONCE(irq->fn);
	unsigned long before = arch_fetch_add(&irq->count, 1);

	preempt_count_add(HARDIRQ_OFFSET);
	if (fn)
		fn(regs);
	else if (!before)
		pr_warn("irq: nobody handles vector %lu (said once)\n", regs->vector);
	preempt_count_sub(HARDIRQ_OFFSET);
	if (preempt_should_resched() && !arch_irqs_disabled_flags(regs->flags))
		preempt_schedule_irq();
}
