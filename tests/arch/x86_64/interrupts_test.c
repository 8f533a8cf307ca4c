// SPDX-License-Identifier: MIT
/*
 * What only the machine can do: interrupts by number, descriptors, debug registers, and what their entry must leave alone.
 *
 * Suite "interrupts". Mutations that made it fail:
 *   - entry.asm: no cld
 *   - no clac
 *   - r9 restored in place of r10
 *   - the C call with a misaligned stack (ends in a panic)
 *   - recovery.asm: AC not dropped from the saved flags
 *   - idt.c: an unexpected interrupt said every time
 *   - traps.c: a selector's error code not put into words
 *   - uaccess.asm: user memory left open (user_memory_is_shut_again)
 *   - entry.asm: rbp not set to the frame below the registers (traces_lead_through_traps)
 */
#include <asm/cpufeature.h>
#include <asm/extable.h>
#include <asm/irqflags.h>
#include <asm/page.h>
#include <asm/stack.h>
#include <kunit/test.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <quarry/report.h>
#include "arch/x86_64/idt.h"
#include "tests/arch/stack_fixture.h"

#define TEST_VECTOR  0xf0 /* as in roundtrip.asm */
#define QUIET_VECTOR 0xf1
#define TRACE_VECTOR 0xf2
#define EFLAGS_DF    (1UL << 10)

unsigned long roundtrip(const unsigned long in[15], unsigned long out[15], unsigned long flags);

static void bad_selector(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "selector 0xfff0, entry 8190 of the GDT",
			   __asm__ __volatile__("movw %w0, %%ds"
						:
						: "r"(0xfff0)));
}

/* A hardware breakpoint on writes to `watched`: a trap that strikes behind the instruction. */
static volatile unsigned long watched __aligned(8);

static void watch_writes(volatile unsigned long *at)
{
	unsigned long control = at ? 0x90401UL : 0x400UL; /* DR0: on, write, 8 bytes */

	__asm__ __volatile__("mov %0, %%db0; mov %1, %%db7" : : "r"(at), "r"(control));
}

static void debug_trap_goes_on(struct kunit *test)
{
	KUNIT_EXPECT_REPORT(test, "debug: 0000", {
		watch_writes(&watched);
		watched = 0x1234;
		watch_writes(NULL);
	});
	KUNIT_EXPECT_EQ(test, watched, 0x1234);
}

static void nmi_goes_on(struct kunit *test)
{
	volatile int after = 0;

	KUNIT_EXPECT_REPORT(test, "NMI: 0000", {
		__asm__ __volatile__("int $2");
		after = 1;
	});
	KUNIT_EXPECT_EQ(test, after, 1);
}

static void machine_check_ends(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "machine check: 0000", __asm__ __volatile__("int $18"));
}

/* ---- what the entry must leave alone ---- */

static struct {
	unsigned int calls;
	bool aligned, irqs_off, df_clear, ac_clear;
	unsigned long saved_flags;
} seen;

/* Overwrite what a C function may: what the entry does not bring back is then seen to be lost. */
static void spoil_registers(void)
{
	__asm__ __volatile__(
		"movl $0x5a5a, %%eax; movl %%eax, %%ecx; movl %%eax, %%edx; movl %%eax, %%esi;"
		"movl %%eax, %%edi; movl %%eax, %%r8d; movl %%eax, %%r9d;"
		"movl %%eax, %%r10d; movl %%eax, %%r11d"
		:
		:
		: "eax", "ecx", "edx", "esi", "edi", "r8", "r9", "r10", "r11");
}

static void observe(struct pt_regs *regs)
{
	unsigned long flags = arch_irq_save_flags();

	seen.calls++;
	seen.aligned = (unsigned long)__builtin_frame_address(0) % 16 == 0;
	seen.irqs_off = !(flags & X86_EFLAGS_IF);
	seen.df_clear = !(flags & EFLAGS_DF);
	seen.ac_clear = !(flags & X86_EFLAGS_AC);
	seen.saved_flags = regs->flags;
	spoil_registers();
}

static int observe_init(struct kunit *test)
{
	memset(&seen, 0, sizeof(seen));
	irq_set_handler(TEST_VECTOR, observe, "test");
	return 0;
}

static void observe_exit(struct kunit *test)
{
	irq_set_handler(TEST_VECTOR, NULL, NULL);
}

static void registers_survive(struct kunit *test)
{
	unsigned long in[15], out[15];
	unsigned int i;

	for (i = 0; i < 15; i++)
		in[i] = kunit_rand(test);
	memset(out, 0, sizeof(out));
	roundtrip(in, out, 0);
	KUNIT_EXPECT_EQ(test, seen.calls, 1);
	KUNIT_EXPECT_MEMEQ(test, in, out, sizeof(in));
}

static void handler_gets_a_clean_cpu(struct kunit *test)
{
	unsigned long in[15] = { 0 }, out[15], after;

	after = roundtrip(in, out, EFLAGS_DF | X86_EFLAGS_AC);
	KUNIT_EXPECT_TRUE(test, seen.aligned);
	KUNIT_EXPECT_TRUE(test, seen.irqs_off);
	KUNIT_EXPECT_TRUE(test, seen.df_clear);
	KUNIT_EXPECT_TRUE(test, seen.ac_clear || !cpu_has_smap);
	KUNIT_EXPECT_TRUE(test, seen.saved_flags & X86_EFLAGS_AC);
	KUNIT_EXPECT_TRUE(test, after & EFLAGS_DF);
	KUNIT_EXPECT_TRUE(test, after & X86_EFLAGS_AC);
}

static void interrupt_reaches_its_handler(struct kunit *test)
{
	unsigned long before = irq_count(TEST_VECTOR);

	__asm__ __volatile__("int %0" : : "i"(TEST_VECTOR));
	__asm__ __volatile__("int %0" : : "i"(TEST_VECTOR));
	KUNIT_EXPECT_EQ(test, seen.calls, 2);
	KUNIT_EXPECT_EQ(test, irq_count(TEST_VECTOR), before + 2);
}

static void exceptions_cannot_be_taken(struct kunit *test)
{
	irq_set_handler(X86_TRAP_BP, observe, "test");
	KUNIT_EXPECT_REPORT(test, "int3", __asm__ __volatile__("int3"));
	KUNIT_EXPECT_EQ(test, seen.calls, 0);
}

static unsigned int quiet_lines;

static void count_lines(const char *line, size_t n)
{
	if (strnstr(line, "nobody handles vector 241", n))
		quiet_lines++;
}

static void unexpected_interrupt_is_said_once(struct kunit *test)
{
	unsigned long before = irq_count(QUIET_VECTOR);
	printk_hook_t hook = printk_set_hook(count_lines);

	quiet_lines = 0;
	__asm__ __volatile__("int %0" : : "i"(QUIET_VECTOR));
	__asm__ __volatile__("int %0" : : "i"(QUIET_VECTOR));
	printk_set_hook(hook);
	KUNIT_EXPECT_EQ(test, quiet_lines, before ? 0 : 1);
	KUNIT_EXPECT_EQ(test, irq_count(QUIET_VECTOR), before + 2);
}

static void recovery_shuts_user_memory(struct kunit *test)
{
	struct recovery here;

	/* Even when it was open at the save. */
	__asm__ __volatile__("pushfq; orl $0x40000, (%%rsp); popfq" : : : "cc", "memory");
	if (!recovery_save(&here))
		recovery_jump(&here);
	KUNIT_EXPECT_FALSE(test, arch_irq_save_flags() & X86_EFLAGS_AC);

	KUNIT_EXPECT_FAULT(test, "invalid opcode",
			   __asm__ __volatile__("pushfq; orl $0x40000, (%%rsp); popfq; ud2"
						:
						:
						: "cc", "memory"));
	KUNIT_EXPECT_FALSE(test, arch_irq_save_flags() & X86_EFLAGS_AC);
}

/* ---- a trace through an interrupt ---- */

static struct trace from_regs, from_inside;

static noinline void save_in_handler(struct pt_regs *regs)
{
	from_regs.n = stack_trace_save(from_regs.ips, MAX_IPS, 0, regs);
	from_inside.n = stack_trace_save(from_inside.ips, MAX_IPS, 0, NULL);
}

static void raise_interrupt(void *arg)
{
	__asm__ __volatile__("int %0" : : "i"(TRACE_VECTOR));
}

static void traces_lead_through_traps(struct kunit *test)
{
	irq_set_handler(TRACE_VECTOR, save_in_handler, "test");
	stack_test_outer(raise_interrupt, NULL);
	irq_set_handler(TRACE_VECTOR, NULL, NULL);

	expect_chain(test, &from_regs);
	KUNIT_EXPECT_EQ(test, find_function(&from_regs, "raise_interrupt"), 0);
	expect_chain(test, &from_inside);
	KUNIT_EXPECT_EQ(test, find_function(&from_inside, "save_in_handler"), 0);
	KUNIT_EXPECT_GT(test, find_function(&from_inside, "raise_interrupt"),
			find_function(&from_inside, "trap_common"));
}

/* Whether or not the access went through, what follows is shut out again. */
static void user_memory_is_shut_again(struct kunit *test)
{
	unsigned long word = 1;

	KUNIT_EXPECT_EQ(test, raw_copy_from_user(&word, &seen, 8), 0UL); /* open for anything meanwhile */
	KUNIT_EXPECT_FALSE(test, arch_irq_save_flags() & X86_EFLAGS_AC);
	KUNIT_EXPECT_EQ(test, raw_copy_to_user((void *)0x400000UL, &word, 8), 8UL);
	KUNIT_EXPECT_FALSE(test, arch_irq_save_flags() & X86_EFLAGS_AC);
	KUNIT_EXPECT_EQ(test, raw_clear_user((void *)0x400000UL, 8), 8UL);
	KUNIT_EXPECT_EQ(test, raw_strnlen_user((char *)0x400000UL, 8), 0UL);
	KUNIT_EXPECT_NE(test, raw_put_user(1, (void *)0x400000UL, 8), 0);
	KUNIT_EXPECT_FALSE(test, arch_irq_save_flags() & X86_EFLAGS_AC);
}

static struct kunit_case cases[] = { KUNIT_CASE(bad_selector),
				     KUNIT_CASE(debug_trap_goes_on),
				     KUNIT_CASE(nmi_goes_on),
				     KUNIT_CASE(machine_check_ends),
				     KUNIT_CASE(registers_survive),
				     KUNIT_CASE(handler_gets_a_clean_cpu),
				     KUNIT_CASE(interrupt_reaches_its_handler),
				     KUNIT_CASE(exceptions_cannot_be_taken),
				     KUNIT_CASE(unexpected_interrupt_is_said_once),
				     KUNIT_CASE(recovery_shuts_user_memory),
				     KUNIT_CASE(traces_lead_through_traps),
				     KUNIT_CASE(user_memory_is_shut_again),
				     {} };

static struct kunit_suite suite = {
	.name = "interrupts", .init = observe_init, .exit = observe_exit, .test_cases = cases
};
kunit_test_suite(suite);
