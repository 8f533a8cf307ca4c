// SPDX-License-Identifier: MIT
/*
 * The checkers that the program may be built with (SAN= in host.mk), as far as they are this half's
 * business: their settings, and the kernel's stacks, which no checker could guess.
 *
 * AddressSanitizer knows one stack a thread, and while it is "between two stacks" one more. The boot
 * stack becomes the thread's; the one that overflows are reported on is the other for ever.
 */
#include <stddef.h>
#include "../host.h"
#include "process.h"

#if defined(__SANITIZE_ADDRESS__)
#define ASAN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ASAN
#endif
#endif

#ifdef ASAN

void __sanitizer_start_switch_fiber(void **fake_stack_save, const void *bottom, size_t size);
void __sanitizer_finish_switch_fiber(void *fake_stack_save, const void **bottom_old,
				     size_t *size_old);

const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

/* Signals are the kernel's; nothing is freed at the end; the console is standard output. */
#define OPTIONS                                                                         \
	"handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:handle_abort=0:" \
	"use_sigaltstack=0:detect_leaks=0:detect_stack_use_after_return=0:exitcode=1:"  \
	"log_path=stdout:print_stacktrace=1:print_legend=0"

const char *__asan_default_options(void)
{
	return OPTIONS;
}

const char *__ubsan_default_options(void)
{
	return OPTIONS;
}

static __thread unsigned int this_cpu;

static void on_stack(enum host_stack which)
{
	static __thread void *fake;
	unsigned long low, high;

	host_stack(this_cpu, which, &low, &high);
	__sanitizer_start_switch_fiber(&fake, (void *)low, high - low);
}

void checker_leave_stack(unsigned int cpu)
{
	this_cpu = cpu;
	on_stack(HOST_STACK_BOOT);
}

void host_entered(void)
{
	__sanitizer_finish_switch_fiber(NULL, NULL, NULL);
	on_stack(HOST_STACK_OVERFLOW);
}

#else

void checker_leave_stack(unsigned int cpu)
{
	(void)cpu;
}

void host_entered(void)
{
}

#endif
