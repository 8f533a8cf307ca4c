// SPDX-License-Identifier: MIT
/*
 * Stack canaries.
 *
 * A function with an array among its locals, or one whose address is taken, is compiled with a word
 * between them and its return address (-fstack-protector-strong): the guard, read on entry and
 * compared on return. Whoever writes past the end of the array on his way to the return address
 * changes it, and the function calls __stack_chk_fail() (lib/report/stack_report.c) instead of
 * returning.
 *
 * The guard is a secret as long as nobody knows it, so each task has its own, and each boot others:
 *
 *	gcc	a per-CPU variable, read through GS in one instruction; switch.asm writes the next
 *		task's there as it switches, so it is always the running task's
 *	clang	one variable for all (clang 14 can't name a per-CPU one)
 *
 * Its lowest byte is 0, so that a string that runs over ends in front of it and can't contain it.
 *
 * I1  The guard a function reads on return is the one that it read on entry: it changes at a switch
 *     of tasks, with the stack, and once per CPU on the way down from a function that never returns
 *     (boot_main(), ap_main()), on which nobody has one (__no_stack_protector).
 *
 * Randomness: the TSC and, where there is one, the CPU's generator, spread by a generator of our own:
 * the kernel's common one is replayed from seeds (test_seed=), and is not to know of threads.
 */
#include <asm/atomic.h>
#include <asm/clock.h>
#include <asm/percpu.h>
#include <asm/setup.h>
#include <linux/export.h>
#include <linux/random.h>
#include "machine.h"

#define BEFORE_BOOT 0x57ac6e9d4b1d0a00UL /* until there is one */

#ifdef __clang__
unsigned long __stack_chk_guard = BEFORE_BOOT;
#define guard_write(v) WRITE_ONCE(__stack_chk_guard, v)
#define guard_read()   READ_ONCE(__stack_chk_guard)
#else
DEFINE_PER_CPU(unsigned long, __stack_chk_guard) = BEFORE_BOOT;
#define guard_write(v) this_cpu_write(__stack_chk_guard, v)
#define guard_read()   this_cpu_read(__stack_chk_guard)
#endif
EXPORT_SYMBOL(__stack_chk_guard);

static u64 state;

static bool has_rdrand(void)
{
	u32 r[4];

	cpuid(1, 0, r);
	return r[2] & (1u << 30);
}

/* 0 if the generator has nothing at the moment. */
static u64 rdrand(void)
{
	u64 v;
	bool good;

	__asm__ __volatile__("rdrand %0" : "=r"(v), "=@ccc"(good));
	return good ? v : 0;
}

noinline unsigned long stack_canary_new(void)
{
	u64 number = arch_fetch_add(&state, 1) ^ get_cycles() << 32;
	struct rnd_state rnd;
	u64 v;

	prandom_seed_state(&rnd, number);
	v = (u64)prandom_u32_state(&rnd) << 32 | prandom_u32_state(&rnd);
	return v & ~0xffUL;
}

unsigned long stack_canary(void)
{
	return guard_read();
}

__no_stack_protector void stack_canary_boot(void)
{
	state = get_cycles() ^ (has_rdrand() ? rdrand() : 0);
	guard_write(stack_canary_new());
}

/* The CPU's own first context. With one guard for all, the boot CPU has chosen it. */
__no_stack_protector void stack_canary_this_cpu(void)
{
#ifndef __clang__
	guard_write(stack_canary_new());
#endif
}
