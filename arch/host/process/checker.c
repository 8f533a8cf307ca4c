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

#if defined(HOST_FUZZ)

/* fuzz.c goes to and fro between stacks, and says so itself. */

#elif defined(ASAN)

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

/* Between two stacks are the running thread's and the CPU's for overflows: now the former changes. */
void host_fiber_switch(struct host_fiber *from, const struct host_fiber *to, unsigned long low,
		       unsigned long high)
{
	void *fake = NULL;

	(void)from;
	(void)to;
	__sanitizer_finish_switch_fiber(NULL, NULL, NULL);
	__sanitizer_start_switch_fiber(&fake, (void *)low, high - low);
	__sanitizer_finish_switch_fiber(NULL, NULL, NULL);
	on_stack(HOST_STACK_OVERFLOW);
}

#elif defined(HOST_MEMCHECK)

#include <valgrind/memcheck.h>

#define REFILL_MAX (1UL << 30)

static __thread unsigned int paused;

void memstate_noaccess(const volatile void *p, unsigned long n);
void memstate_undefined(const volatile void *p, unsigned long n);
void memstate_defined(const volatile void *p, unsigned long n);
void memstate_initialised(const volatile void *p, unsigned long n);
void memstate_pause(void);
void memstate_resume(void);
void memstate_resume_all(void);

void memstate_noaccess(const volatile void *p, unsigned long n)
{
	(void)VALGRIND_MAKE_MEM_NOACCESS(p, n);
}

void memstate_undefined(const volatile void *p, unsigned long n)
{
	(void)VALGRIND_MAKE_MEM_UNDEFINED(p, n);
}

void memstate_defined(const volatile void *p, unsigned long n)
{
	(void)VALGRIND_MAKE_MEM_DEFINED(p, n);
}

void memstate_initialised(const volatile void *p, unsigned long n)
{
	(void)VALGRIND_MAKE_MEM_DEFINED_IF_ADDRESSABLE(p, n);
}

void memstate_pause(void)
{
	VALGRIND_DISABLE_ERROR_REPORTING;
	paused++;
}

void memstate_resume(void)
{
	paused--;
	VALGRIND_ENABLE_ERROR_REPORTING;
}

void memstate_resume_all(void)
{
	while (paused)
		memstate_resume();
}

static struct host_region region(unsigned int which)
{
	struct host_region regions[HOST_REGIONS];

	host_regions(regions);
	return regions[which];
}

/* The direct map: what memcheck knows of memory is kept there, and would be lost with a mapping. */
int checker_wires(unsigned long va)
{
	return va >= region(HOST_DIRECT_MAP).start;
}

/* struct pages: of 32 bytes for each page */
static void open_vmemmap(void)
{
	(void)VALGRIND_MAKE_MEM_DEFINED(region(HOST_VMEMMAP).start, host_ram_size / HOST_PAGE * 32);
}

/*
 * What is touched there next is no error but a TLB miss. The whole region of vmalloc would cost too
 * much; it is flushed when nothing lies in it.
 */
void checker_unmapped(unsigned long va, unsigned long size)
{
	if (va == region(HOST_VMEMMAP).start)
		open_vmemmap();
	else if (size <= REFILL_MAX)
		(void)VALGRIND_MAKE_MEM_DEFINED(va, size);
}

int checker_allows_exec(void)
{
	return !RUNNING_ON_VALGRIND;
}

void checker_leave_stack(unsigned int cpu)
{
	unsigned long low, high;

	for (int which = HOST_STACK_BOOT; which <= HOST_STACK_OVERFLOW; which++) {
		host_stack(cpu, which, &low, &high);
		(void)VALGRIND_STACK_REGISTER(low, high);
	}
	if (cpu)
		return;
	host_map(region(HOST_DIRECT_MAP).start, 0, host_ram_size, HOST_R | HOST_W);
	open_vmemmap();
}

void host_entered(void)
{
}

void host_fiber_init(struct host_fiber *f, unsigned long low, unsigned long high)
{
	f->handle = (void *)(unsigned long)VALGRIND_STACK_REGISTER(low, high);
	f->depth = 0;
}

void host_fiber_end(struct host_fiber *f, unsigned long low, unsigned long high)
{
	(void)low;
	(void)high;
	VALGRIND_STACK_DEREGISTER((unsigned long)f->handle);
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

#ifndef HOST_MEMCHECK

int checker_wires(unsigned long va)
{
	(void)va;
	return 0;
}

void checker_unmapped(unsigned long va, unsigned long size)
{
	(void)va;
	(void)size;
}

int checker_allows_exec(void)
{
	return 1;
}

#endif
