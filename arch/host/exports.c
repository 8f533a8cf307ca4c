// SPDX-License-Identifier: MIT
/*
 * What asm/ headers of this port reach in it, for modules (lib/module/exports_*.c have the rest): words of
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

/*
 * What the address and the undefined behaviour sanitizer make of a module's code, in a build with them:
 * functions of their library, which may be further away than a call reaches, by a jump near the image.
 */
#ifdef __SANITIZE_ADDRESS__
#define EXPORT_OF_LIBRARY(name)                                \
	__asm__(".pushsection .text, \"ax\", @progbits\n"      \
		"2: jmp " #name "@PLT\n"                       \
		".popsection\n"                                \
		".pushsection __ksymtab, \"aw\", @progbits\n"  \
		".balign 8\n"                                  \
		".quad 2b\n"                                   \
		".quad 1f\n"                                   \
		".popsection\n"                                \
		".pushsection .rodata.str, \"a\", @progbits\n" \
		"1: .asciz \"" #name "\"\n"                    \
		".popsection\n")
#define EXPORT_REPORTS(size)                         \
	EXPORT_OF_LIBRARY(__asan_report_load##size); \
	EXPORT_OF_LIBRARY(__asan_report_store##size)
#define EXPORT_UBSAN(what) EXPORT_OF_LIBRARY(__ubsan_handle_##what##_abort)

EXPORT_REPORTS(1);
EXPORT_REPORTS(2);
EXPORT_REPORTS(4);
EXPORT_REPORTS(8);
EXPORT_REPORTS(16);
EXPORT_REPORTS(_n);
EXPORT_OF_LIBRARY(__asan_init);
EXPORT_OF_LIBRARY(__asan_version_mismatch_check_v8);
EXPORT_OF_LIBRARY(__asan_register_globals);
EXPORT_OF_LIBRARY(__asan_unregister_globals);
EXPORT_OF_LIBRARY(__asan_handle_no_return);
EXPORT_OF_LIBRARY(__asan_alloca_poison);
EXPORT_OF_LIBRARY(__asan_allocas_unpoison);
EXPORT_OF_LIBRARY(__asan_poison_stack_memory);
EXPORT_OF_LIBRARY(__asan_unpoison_stack_memory);
EXPORT_UBSAN(type_mismatch_v1);
EXPORT_UBSAN(pointer_overflow);
EXPORT_UBSAN(add_overflow);
EXPORT_UBSAN(sub_overflow);
EXPORT_UBSAN(mul_overflow);
EXPORT_UBSAN(negate_overflow);
EXPORT_UBSAN(divrem_overflow);
EXPORT_UBSAN(shift_out_of_bounds);
EXPORT_UBSAN(out_of_bounds);
EXPORT_UBSAN(load_invalid_value);
EXPORT_UBSAN(vla_bound_not_positive);
EXPORT_UBSAN(nonnull_arg);
EXPORT_UBSAN(invalid_builtin);
EXPORT_OF_LIBRARY(__ubsan_handle_builtin_unreachable);
EXPORT_OF_LIBRARY(__ubsan_handle_missing_return);
#endif
