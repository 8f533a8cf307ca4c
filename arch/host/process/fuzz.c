// SPDX-License-Identifier: MIT
/*
 * The process half of the fuzzer: libFuzzer's entry points in place of main().
 *
 *	libFuzzer (its own main, the process's stack)        kernel (its own stack)
 *	LLVMFuzzerInitialize() ── start ───────────────────► boot_main() … fuzz_payload()
 *	                       ◄───────────────── switch ──  host_fuzz_input(): wants an input
 *	LLVMFuzzerTestOneInput(data) ── switch ────────────► runs it
 *	                       ◄───────────────── switch ──  host_fuzz_input(): wants the next
 *
 * One machine runs all inputs. What ends the kernel, ends in abort(), so that libFuzzer saves the
 * input; its own signals win, but for those that are the kernel's traps (signals.c). There is no
 * tick: the timer belongs to libFuzzer's time limit, and an input always meets the same machine.
 *
 * The target is the argument --fuzz=TARGET, which libFuzzer itself passes over.
 *
 * I1  The address sanitizer is told of each change of stack, else it takes frames of one for damage
 *     to the other. The kernel's stacks are within the image, so that stands for them.
 */
#define _GNU_SOURCE
#include <sanitizer/common_interface_defs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <x86intrin.h>
#include "../host.h"
#include "process.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

/* One side of the switch: where its stack pointer waits, and what the sanitizer must know of it. */
struct side {
	void *sp;
	void *fake_stack;
	const void *bottom;
	size_t size;
};

static struct side fuzzer, kernel;
static const uint8_t *input;
static size_t input_size;

/* Keep the callee's registers on this stack, its pointer in *from; go on where `to` stopped. */
void fuzz_switch(void **from, void *to);
/* The same, but into the kernel's entry, which takes a stack of its own. */
void fuzz_start(void **from, unsigned long info, unsigned long long cycles);

__asm__(".text\n"
	".type fuzz_start, @function\n"
	"fuzz_start:\n\t"
	"push %rbp\n\t push %rbx\n\t push %r12\n\t push %r13\n\t push %r14\n\t push %r15\n\t"
	"mov %rsp, (%rdi)\n\t"
	"mov %rsi, %rdi\n\t"
	"mov %rdx, %rsi\n\t"
	"jmp host_enter_kernel\n"
	".size fuzz_start, . - fuzz_start\n"
	".type fuzz_switch, @function\n"
	"fuzz_switch:\n\t"
	"push %rbp\n\t push %rbx\n\t push %r12\n\t push %r13\n\t push %r14\n\t push %r15\n\t"
	"mov %rsp, (%rdi)\n\t"
	"mov %rsi, %rsp\n\t"
	"pop %r15\n\t pop %r14\n\t pop %r13\n\t pop %r12\n\t pop %rbx\n\t pop %rbp\n\t"
	"ret\n"
	".size fuzz_switch, . - fuzz_switch\n");

/* SIGSEGV and the like are the kernel's business; the leak checker can't see its memory. */
const char *__asan_default_options(void)
{
	return "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:handle_sigtrap=0:"
	       "symbolize=0:use_sigaltstack=0:detect_leaks=0:detect_stack_use_after_return=0";
}

const char *__ubsan_default_options(void)
{
	return "print_stacktrace=1";
}

const char program_name[] = "fuzz";
const char program_help[] = "fuzz --fuzz=TARGET [libFuzzer's options] [corpus ...]";

static const char *target_of(int argc, char **argv)
{
	static const char option[] = "--fuzz=";

	for (int i = 1; i < argc; i++) {
		if (!strncmp(argv[i], option, strlen(option)))
			return argv[i] + strlen(option);
	}
	bad_usage("no --fuzz=TARGET");
}

static void kernel_bounds(void)
{
	unsigned long start, data, end, phys;

	host_image(&start, &data, &end, &phys);
	kernel.bottom = (void *)start;
	kernel.size = end - start;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static struct machine machine;
	unsigned long long cycles = __rdtsc();

	fuzz_machine(&machine, target_of(*argc, *argv));
	host_fuzzing = 1;
	make_machine(&machine, *argv, cycles);
	kernel_bounds();
	__sanitizer_start_switch_fiber(&fuzzer.fake_stack, kernel.bottom, kernel.size);
	fuzz_start(&fuzzer.sp, INFO_PHYS, cycles);
	__sanitizer_finish_switch_fiber(fuzzer.fake_stack, NULL, NULL);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input = data;
	input_size = size;
	__sanitizer_start_switch_fiber(&fuzzer.fake_stack, kernel.bottom, kernel.size);
	fuzz_switch(&fuzzer.sp, kernel.sp);
	__sanitizer_finish_switch_fiber(fuzzer.fake_stack, NULL, NULL);
	return 0;
}

/* The switches to the kernel's stack are announced where they happen. */
void checker_leave_stack(unsigned int cpu)
{
	(void)cpu;
}

void host_entered(void)
{
	__sanitizer_finish_switch_fiber(NULL, &fuzzer.bottom, &fuzzer.size);
}

/* On the kernel's stack, as everything it calls. */
int host_fuzz_input(const unsigned char **data, unsigned long *size)
{
	__sanitizer_start_switch_fiber(&kernel.fake_stack, fuzzer.bottom, fuzzer.size);
	fuzz_switch(&kernel.sp, fuzzer.sp);
	__sanitizer_finish_switch_fiber(kernel.fake_stack, &fuzzer.bottom, &fuzzer.size);
	*data = input;
	*size = input_size;
	return 1;
}

void host_fuzz_failed(void)
{
	abort();
}
