// SPDX-License-Identifier: MIT
/*
 * What asm/ headers of this port reach in it, for modules (lib/module/exports.c has the rest): words of
 * the thread that is a CPU. What stands in the table for such a word is its distance from the thread
 * pointer, which is what an instruction that uses it holds.
 */
#include <asm/barrier.h>
#include <asm/irqflags.h>
#include <asm/tls.h>
#include <linux/export.h>

#define EXPORT_THREAD_WORD(name)                               \
	__asm__(".pushsection __ksymtab, \"aw\", @progbits\n"  \
		".balign 8\n"                                  \
		".quad " #name "@tpoff\n"                      \
		".quad 1f\n"                                   \
		".popsection\n"                                \
		".pushsection .rodata.str, \"a\", @progbits\n" \
		"1: .asciz \"" #name "\"\n"                    \
		".popsection\n")

EXPORT_SYMBOL(host_relax);
EXPORT_SYMBOL(host_irq_replay);

EXPORT_THREAD_WORD(host_irqs_off);
EXPORT_THREAD_WORD(host_irq_pending);
EXPORT_THREAD_WORD(host_cpu_off);
EXPORT_THREAD_WORD(host_cpu);
EXPORT_THREAD_WORD(host_preempt_count);
EXPORT_THREAD_WORD(host_current);
EXPORT_THREAD_WORD(host_spins);
