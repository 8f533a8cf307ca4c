// SPDX-License-Identifier: MIT
/*
 * What the machine has beside tests/arch: stacks that traps arrive on, and canaries of its own.
 *
 * Suite "machine_stacks". Mutations that made it fail:
 *   - stacks.c: guard pages of all but the first stack left mapped
 *   - switch.asm: the canary not switched
 *   - canary.c: the lowest byte kept; stack_canary_boot() without effect
 */
#include <asm/irqflags.h>
#include <asm/smp.h>
#include <asm/stack.h>
#include <kunit/test.h>
#include <linux/kthread.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <quarry/report.h>
#include "arch/common/stacks.h"
#include "arch/x86_64/machine.h"

/* ---- overflows of the stacks that traps arrive on ---- */

/* on_stack.asm: fn() on the stack that ends at `top`. */
void run_on_stack(unsigned long top, void (*fn)(void));

static noinline unsigned long dig(unsigned long depth)
{
	volatile char room[512];

	room[0] = (char)depth;
	return depth == ~0UL ? 0 : dig(depth + 1) + room[0];
}

static void dig_from_0(void)
{
	dig(0);
}

static void overflow_on(void *stack)
{
	struct recovery here, *before = report_set_recovery(&here);
	const struct kstack *s = stack;
	unsigned long flags;

	local_irq_save(flags);
	if (!recovery_save(&here))
		run_on_stack(s->high, dig_from_0);
	local_irq_restore(flags);
	report_set_recovery(before);
}

/* Each CPU's: the double fault's own too, whose handler then begins at its top again. */
static void trap_stacks_overflow_with_a_report(struct kunit *test)
{
	for (unsigned int i = 0; i < nr_online_cpus * CPU_STACKS; i++) {
		const struct kstack *s = &kstacks[i];
		const char *text;
		char want[96];

		if (i % CPU_STACKS == KSTACK_FIRST)
			continue;
		report_capture_start();
		KUNIT_EXPECT_EQ(test, call_on_cpu(i / CPU_STACKS, overflow_on, (void *)s), 0);
		KUNIT_EXPECT_EQ_MSG(test, report_capture_stop(&text), 1u, "%s", s->name);
		snprintf(want, sizeof(want), "BUG: %s stack guard page was hit", s->name);
		KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, want), "%s", want);
	}
}

/* ---- canaries ---- */

static void canaries_stop_strings(struct kunit *test)
{
	unsigned long mine = stack_canary();

	KUNIT_EXPECT_NE(test, mine, 0x57ac6e9d4b1d0a00UL); /* what it is until boot has chosen one */
	KUNIT_EXPECT_EQ(test, mine & 0xff, 0UL);
	for (int i = 0; i < 100; i++) {
		unsigned long one = stack_canary_new(), other = stack_canary_new();

		KUNIT_EXPECT_EQ(test, one & 0xff, 0UL);
		KUNIT_EXPECT_NE(test, one, other);
	}
}

static int tells(void *canary)
{
	*(unsigned long *)canary = stack_canary();
	yield();
	return stack_canary() == *(unsigned long *)canary;
}

/* Two threads have two, which stay theirs; where the compiler knows but one for all, they have that. */
static void threads_have_their_own(struct kunit *test)
{
	unsigned long mine = stack_canary(), seen[2] = {};

	for (int i = 0; i < 2; i++) {
		struct task_struct *p = kthread_create(tells, &seen[i], "teller");

		KUNIT_ASSERT_FALSE(test, IS_ERR(p));
		get_task_struct(p);
		wake_up_process(p);
		KUNIT_EXPECT_EQ(test, kthread_stop(p), 1);
		put_task_struct(p);
	}
	KUNIT_EXPECT_EQ(test, stack_canary(), mine);
#ifdef __clang__
	KUNIT_EXPECT_EQ(test, seen[0], mine);
	KUNIT_EXPECT_EQ(test, seen[1], mine);
#else
	KUNIT_EXPECT_NE(test, seen[0], mine);
	KUNIT_EXPECT_NE(test, seen[1], mine);
	KUNIT_EXPECT_NE(test, seen[0], seen[1]);
#endif
}

static struct kunit_case cases[] = { KUNIT_CASE(trap_stacks_overflow_with_a_report),
				     KUNIT_CASE(canaries_stop_strings),
				     KUNIT_CASE(threads_have_their_own),
				     {} };
static struct kunit_suite suite = { .name = "machine_stacks", .test_cases = cases };

kunit_test_suite(suite);
