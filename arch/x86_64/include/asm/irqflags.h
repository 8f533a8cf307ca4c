/* SPDX-License-Identifier: MIT */
/* Contract: interrupts of this CPU. O(1); nest by save/restore. */
#ifndef ASM_IRQFLAGS_H
#define ASM_IRQFLAGS_H

#include <linux/types.h>
#include <linux/compiler.h>

#define X86_EFLAGS_IF (1UL << 9)

static __always_inline unsigned long arch_irq_save_flags(void)
{
	unsigned long flags;

	__asm__ __volatile__("pushfq; popq %0" : "=r"(flags) : : "memory");
	return flags;
}

static __always_inline void arch_irq_disable(void)
{
	__asm__ __volatile__("cli" : : : "memory");
}

static __always_inline void arch_irq_enable(void)
{
	__asm__ __volatile__("sti" : : : "memory");
}

static __always_inline bool arch_irqs_disabled_flags(unsigned long flags)
{
	return !(flags & X86_EFLAGS_IF);
}

#define local_irq_disable() arch_irq_disable()
#define local_irq_enable()  arch_irq_enable()
#define local_irq_save(flags)                                                                      \
	do {                                                                                       \
		(flags) = arch_irq_save_flags();                                                   \
		arch_irq_disable();                                                                \
	} while (0)
#define local_irq_restore(flags)                                                                   \
	do {                                                                                       \
		if (!arch_irqs_disabled_flags(flags))                                              \
			arch_irq_enable();                                                         \
	} while (0)
#define local_save_flags(flags) ((flags) = arch_irq_save_flags())
#define irqs_disabled()		arch_irqs_disabled_flags(arch_irq_save_flags())
#define irqs_disabled_flags(f)	arch_irqs_disabled_flags(f)

#endif
