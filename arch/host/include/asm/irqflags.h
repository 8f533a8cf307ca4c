/* SPDX-License-Identifier: MIT */
/*
 * Contract: interrupts of this CPU. O(1); nest by save/restore.
 *
 * A CPU is a thread, its interrupt flag a word of it. A signal that finds the word set, or the
 * thread outside of the kernel's code, only sets a bit of irq_pending; whoever lets interrupts in
 * again replays it, and so does cpu_relax() where they are on.
 */
#ifndef ASM_IRQFLAGS_H
#define ASM_IRQFLAGS_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <asm/tls.h>

extern __thread volatile unsigned int host_irqs_off;	/* 1: off */
extern __thread volatile unsigned int host_irq_pending; /* a bit for each vector that waits */

/* Take what waits. Interrupts are on, before and after. */
void host_irq_replay(void);

static __always_inline unsigned long arch_irq_save_flags(void)
{
	return tls_read_volatile(host_irqs_off);
}

static __always_inline void arch_irq_disable(void)
{
	tls_write(host_irqs_off, 1);
}

static __always_inline void arch_irq_enable(void)
{
	tls_write(host_irqs_off, 0);
	if (unlikely(tls_read_volatile(host_irq_pending)))
		host_irq_replay();
}

static __always_inline bool arch_irqs_disabled_flags(unsigned long flags)
{
	return flags;
}

#define local_irq_disable() arch_irq_disable()
#define local_irq_enable()  arch_irq_enable()
#define local_irq_save(flags)                    \
	do {                                     \
		(flags) = arch_irq_save_flags(); \
		arch_irq_disable();              \
	} while (0)
#define local_irq_restore(flags)                      \
	do {                                          \
		if (!arch_irqs_disabled_flags(flags)) \
			arch_irq_enable();            \
	} while (0)
#define local_save_flags(flags) ((flags) = arch_irq_save_flags())
#define irqs_disabled()		arch_irqs_disabled_flags(arch_irq_save_flags())
#define irqs_disabled_flags(f)	arch_irqs_disabled_flags(f)

#endif
