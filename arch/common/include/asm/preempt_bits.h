/* SPDX-License-Identifier: MIT */
/*
 * Contract: what the preempt count counts, and what is entered from below because of it.
 *
 *	 31         23      20 19      16 15       8 7         0
 *	| settled |   | NMI    | hardirq  | (unused) | preempt |
 *
 * `settled` means that no reschedule is wanted. So the word is 0 exactly when one is wanted and
 * nothing forbids it, which the decrement that leads there tells for free. The count belongs to the
 * CPU; since a switch only happens at a count of 1 (schedule() itself), a task finds its own again
 * on whatever CPU it goes on.
 */
#ifndef ASM_PREEMPT_BITS_H
#define ASM_PREEMPT_BITS_H

#define PREEMPT_OFFSET	0x1u
#define PREEMPT_MASK	0xffu
#define HARDIRQ_OFFSET	0x10000u
#define HARDIRQ_MASK	0xf0000u
#define NMI_OFFSET	0x100000u
#define NMI_MASK	0xf00000u
#define PREEMPT_SETTLED 0x80000000u

/*
 * Entered from below: an interrupt is over, the code that it interrupted had interrupts on and may
 * be preempted, and a reschedule is wanted. Interrupts are off, before and after. lib/sync
 * implements this.
 */
void preempt_schedule_irq(void);

#endif
