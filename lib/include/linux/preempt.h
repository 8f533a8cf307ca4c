/* SPDX-License-Identifier: MIT */
/*
 * Preemption, and in which context code runs. The count is asm/preempt.h's.
 *
 * Code that no interrupt and no preempt_disable() covers may be taken off its CPU between any two
 * instructions and go on at another one. Spin locks and interrupt handlers count, so neither is.
 */
#ifndef LINUX_PREEMPT_H
#define LINUX_PREEMPT_H

#include <linux/cleanup.h>
#include <linux/compiler.h>
#include <asm/irqflags.h>
#include <asm/preempt.h>

/* Out of line: a reschedule was wanted while preemption was off. lib/sync/sched.c */
void preempt_schedule(void);

#define preempt_disable()             \
	do {                          \
		preempt_count_add(1); \
		barrier();            \
	} while (0)

#define preempt_enable()                                    \
	do {                                                \
		barrier();                                  \
		if (unlikely(preempt_count_dec_and_test())) \
			preempt_schedule();                 \
	} while (0)

/* Interrupt context: a handler, or a non-maskable one. */
#define in_nmi()       (preempt_count() & NMI_MASK)
#define in_hardirq()   (preempt_count() & (HARDIRQ_MASK | NMI_MASK))
#define in_irq()       in_hardirq()
#define in_interrupt() in_hardirq()
#define in_task()      (!in_hardirq())
/* May not sleep, as far as the count tells: interrupts that are merely off are not counted. */
#define in_atomic()   (preempt_count() != 0)
#define preemptible() (preempt_count() == 0 && !irqs_disabled())

#define get_cpu()                   \
	({                          \
		preempt_disable();  \
		smp_processor_id(); \
	})
#define put_cpu() preempt_enable()

DEFINE_LOCK_GUARD_0(preempt, preempt_disable(), preempt_enable())

#endif
