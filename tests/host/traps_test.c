// SPDX-License-Identifier: MIT
/*
 * Tests of arch/host/traps.c and entry.S: signals become the machine's traps and interrupts.
 *
 * Mutations that made them fail when tried:
 *   each_trap_is_named, breakpoint_goes_on   the vector is the signal's number; the #GP's operand is not decoded
 *   registers_come_through  a register swapped in save_frame() or in trap_common's pops
 *   overflow_is_a_report    room_below() never says OVERFLOWN (the process dies)
 *   little_room_is_no_overflow  host_deliver() calls any trap near the end of a stack an overflow
 *   a_tick_waits            host_interrupt() ignores host_irqs_off; arch_irq_enable() replays nothing
 *   ticks_leave_the_fault_address  host_deliver() takes the address of each signal for a fault's
 *   flag_comes_back         recovery_jump() leaves host_irqs_off alone; trap_dispatch() does not let interrupts in again
 */
#include <asm/clock.h>
#include <asm/irqflags.h>
#include <asm/page.h>
#include <asm/stack.h>
#include <kunit/test.h>
#include <linux/jiffies.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <quarry/report.h>
#include "arch/host/kernel.h"
#include "tests/plant.h"

static noinline u64 load(unsigned long addr)
{
	return plant_read64((void *)addr);
}

static volatile int quotient;

static __planted void divide(volatile int a, volatile int b)
{
	quotient = a / b;
}

static void each_trap_is_named(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "divide error", divide(1, 0));
	KUNIT_EXPECT_FAULT(test, "invalid opcode", ({ __asm__ __volatile__("ud2"); }));
	KUNIT_EXPECT_FAULT(test, "NULL pointer dereference, address: 0000000000000018", load(0x18));
	KUNIT_EXPECT_FAULT(test, "non-canonical address 0x6b6b6b6b6b6b6b6b",
			   load(0x6b6b6b6b6b6b6b6bUL));
	KUNIT_EXPECT_FAULT(test, "page fault for address", load(KERNEL_START + IMAGE_SIZE));
	KUNIT_EXPECT_FAULT(test, "user pointer dereferenced", load(0x5eed0000UL));
	if (memblock_end_of_DRAM() < DIRECT_MAP_SIZE)
		KUNIT_EXPECT_FAULT(test, "page fault for address",
				   load(PAGE_OFFSET + DIRECT_MAP_SIZE - 8));
}

/* A breakpoint is reported and execution goes on behind it. */
static void breakpoint_goes_on(struct kunit *test)
{
	int after = 0;

	KUNIT_EXPECT_REPORT(test, "int3", ({
				    __asm__ __volatile__("int3");
				    after = 1;
			    }));
	KUNIT_EXPECT_EQ(test, after, 1);
}

/* A miss in the middle of other people's registers and flags: none may change. */
static void registers_come_through(struct kunit *test)
{
	volatile u64 *p = vmalloc(2 * PAGE_SIZE);
	unsigned long bad = 1;

	KUNIT_ASSERT_NOT_NULL(test, (void *)p);
	KUNIT_EXPECT_REPORT(
		test, "int3", ({
			__asm__ __volatile__(
				"movq $1, %%rax; movq $2, %%rcx; movq $3, %%rdx; movq $4, %%rsi\n\t"
				"movq $6, %%r8; movq $7, %%r9; movq $8, %%r10; movq $9, %%r11\n\t"
				"movq $10, %%r12; movq $11, %%r13; movq $12, %%r14; movq $13, %%r15\n\t"
				"stc\n\t"
				"int3\n\t" /* the long way: trampoline, report, return */
				"movq %%rax, (%%rdi)\n\t" /* the short way: a TLB miss */
				"sbbq $0, %%rax\n\t"	  /* the carry survived both: 1 - 1 */
				"addq %%rcx, %%rax; addq %%rdx, %%rax; addq %%rsi, %%rax\n\t"
				"addq %%r8, %%rax; addq %%r9, %%rax; addq %%r10, %%rax\n\t"
				"imulq %%r11, %%rax; addq %%r12, %%rax; imulq %%r13, %%rax\n\t"
				"addq %%r14, %%rax; imulq %%r15, %%rax\n\t"
				: "=a"(bad)
				: "D"(p)
				: "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "r12", "r13",
				  "r14", "r15", "cc", "memory");
		}));
	/* ((2+3+4+6+7+8) * 9 + 10) * 11 + 12) * 13 */
	KUNIT_EXPECT_EQ(test, bad, ((30UL * 9 + 10) * 11 + 12) * 13);
	KUNIT_EXPECT_EQ(test, *p, 1ULL);
	vfree((void *)p);
}

static noinline unsigned long dig(unsigned long depth)
{
	volatile char room[512];

	room[0] = depth;
	return depth ? dig(depth - 1) + room[0] : 0;
}

static void overflow_is_a_report(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "boot stack guard page was hit", dig(1UL << 20));
	KUNIT_EXPECT_FAULT(test, "boot stack guard page was hit", dig(1UL << 20));
}

/* A wrong load where the stack has less left than a trap needs, but is not over yet. */
static noinline u64 load_near_the_end(unsigned long addr)
{
	unsigned long low, high;
	volatile char room[512];
	const char *name;

	room[0] = 0;
	if (!stack_bounds((unsigned long)room, &low, &high, &name))
		return 0;
	if ((unsigned long)room - low < 6000)
		return load(addr);
	return load_near_the_end(addr) + room[0];
}

static void little_room_is_no_overflow(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "NULL pointer dereference, address: 0000000000000018",
			   load_near_the_end(0x18));
	KUNIT_EXPECT_EQ(test, last_fault_addr(), 0x18UL);
}

static void wait_ns(u64 ns)
{
	u64 start = clock_ns();

	while (clock_ns() - start < ns)
		;
}

/* Ticks that come while interrupts are off count as one, when they are on again. */
static void a_tick_waits(struct kunit *test)
{
	unsigned long flags, before, meanwhile;

	local_irq_save(flags);
	wait_ns(1);
	before = jiffies;
	wait_ns(5 * 1000000000ULL / HZ);
	meanwhile = jiffies;
	local_irq_restore(flags);
	KUNIT_EXPECT_EQ(test, meanwhile, before);
	KUNIT_EXPECT_GE(test, jiffies, before + 1);
	/* A process that has to wait for a CPU misses ticks: given time, others come. */
	for (u64 start = clock_ns(); jiffies < before + 3 && clock_ns() - start < 10000000000ULL;)
		;
	KUNIT_EXPECT_GE(test, jiffies, before + 3);
}

/* What a report says of the last page fault holds whatever interrupts come before it is printed. */
static void ticks_leave_the_fault_address(struct kunit *test)
{
	unsigned long at = KERNEL_START + IMAGE_SIZE, before;

	KUNIT_EXPECT_FAULT(test, "page fault for address", load(at));
	before = jiffies;
	for (u64 start = clock_ns(); jiffies == before && clock_ns() - start < 10000000000ULL;)
		;
	KUNIT_EXPECT_NE(test, jiffies, before);
	KUNIT_EXPECT_EQ(test, last_fault_addr(), at);
}

static void flag_comes_back(struct kunit *test)
{
	unsigned long flags;

	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	KUNIT_EXPECT_FAULT(test, "invalid opcode", ({ __asm__ __volatile__("ud2"); }));
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	local_irq_save(flags);
	KUNIT_EXPECT_FAULT(test, "invalid opcode", ({ __asm__ __volatile__("ud2"); }));
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	KUNIT_EXPECT_REPORT(test, "int3", ({ __asm__ __volatile__("int3"); }));
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	local_irq_restore(flags);
	KUNIT_EXPECT_REPORT(test, "int3", ({ __asm__ __volatile__("int3"); }));
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
}

static struct kunit_case cases[] = { KUNIT_CASE(registers_come_through),
				     KUNIT_CASE(each_trap_is_named),
				     KUNIT_CASE(breakpoint_goes_on),
				     KUNIT_CASE(overflow_is_a_report),
				     KUNIT_CASE(little_room_is_no_overflow),
				     KUNIT_CASE(a_tick_waits),
				     KUNIT_CASE(ticks_leave_the_fault_address),
				     KUNIT_CASE(flag_comes_back),
				     {} };
static struct kunit_suite suite = { .name = "host_traps", .test_cases = cases };

kunit_test_suite(suite);
