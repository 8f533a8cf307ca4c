/* SPDX-License-Identifier: MIT */
/* Contract: interrupts of this CPU, where nothing ever interrupts: a flag that is kept. */
#ifndef ASM_IRQFLAGS_H
#define ASM_IRQFLAGS_H

#include <linux/types.h>
#include <linux/compiler.h>

extern unsigned long port_irqs_off; /* 1: off */

#define local_irq_disable() ((void)(port_irqs_off = 1))
#define local_irq_enable()  ((void)(port_irqs_off = 0))
#define local_irq_save(flags)            \
	do {                             \
		(flags) = port_irqs_off; \
		port_irqs_off = 1;       \
	} while (0)
#define local_irq_restore(flags) ((void)(port_irqs_off = (flags)))
#define local_save_flags(flags)	 ((void)((flags) = port_irqs_off))
#define irqs_disabled()		 (port_irqs_off != 0)
#define irqs_disabled_flags(f)	 ((f) != 0)

#endif
