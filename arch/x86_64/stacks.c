// SPDX-License-Identifier: MIT
/*
 * The table of kernel stacks.
 *
 * Every stack stands above an unmapped page. Running into it faults; the fault can't be delivered
 * on the same stack, so it becomes a double fault, which has a stack of its own (IST 1) and names
 * the stack that ran over.
 */
#include <asm/page.h>
#include <asm/pgtable.h>
#include <linux/kernel.h>
#include "machine.h"
#include "arch/common/stacks.h"

#define KSTACK_SYMBOLS(n)                                                                          \
	extern char kstack_##n##_guard[], kstack_##n##_bottom[], kstack_##n##_top[]
KSTACK_SYMBOLS(boot);
KSTACK_SYMBOLS(df);
KSTACK_SYMBOLS(nmi);
KSTACK_SYMBOLS(mc);

#define KSTACK(text, n)                                                                            \
	{                                                                                          \
		.name = text, .low = (unsigned long)kstack_##n##_bottom,                           \
		.high = (unsigned long)kstack_##n##_top,                                           \
		.guard_low = (unsigned long)kstack_##n##_guard,                                    \
		.guard_high = (unsigned long)kstack_##n##_bottom,                                  \
	}

struct kstack kstacks[] = {
	[KSTACK_BOOT] = KSTACK("boot", boot),
	[KSTACK_DF] = KSTACK("double fault", df),
	[KSTACK_NMI] = KSTACK("NMI", nmi),
	[KSTACK_MC] = KSTACK("machine check", mc),
};
unsigned int nr_kstacks = ARRAY_SIZE(kstacks);

void stacks_protect(void)
{
	for (unsigned int i = 0; i < nr_kstacks; i++)
		image_unmap_page(kstacks[i].guard_low);
}
