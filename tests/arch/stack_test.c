// SPDX-License-Identifier: MIT
/*
 * Stack traces and symbols.
 *
 * Suite "stack". Mutations that made it fail:
 *   - stacks.c: the last guard page left mapped
 *   - stack.c: bounds one byte too wide
 *   - frames allowed to go down
 *   - changes of stack not bounded
 *   - skip ignored
 *   - no search for the caller that a trap hid
 *   - a return address taken that follows no call
 * Suite "ksyms". Mutations that made it fail:
 *   - ksyms.c: < for <= in the binary search
 *   - the last function reaching into data
 *   - a return address named like any other
 *   - the image's end not checked
 */
#include <asm/extable.h>
#include <asm/ksyms.h>
#include <asm/page.h>
#include <asm/ptrace.h>
#include <asm/stack.h>
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include "arch/common/stacks.h"
#include "tests/arch/stack_fixture.h"

int find_function(const struct trace *t, const char *name)
{
	unsigned long offset, size;
	const char *found;
	unsigned int i;

	for (i = 0; i < t->n; i++)
		if (ksym_lookup(t->ips[i], &found, &offset, &size) && !strcmp(found, name))
			return i;
	return -1;
}

/* Three functions whose frames must show up. The empty statement after each call keeps it from becoming a jump. */
noinline void stack_test_inner(void (*fn)(void *arg), void *arg);
noinline void stack_test_middle(void (*fn)(void *arg), void *arg);

noinline void stack_test_inner(void (*fn)(void *arg), void *arg)
{
	fn(arg);
	barrier();
}

noinline void stack_test_middle(void (*fn)(void *arg), void *arg)
{
	stack_test_inner(fn, arg);
	barrier();
}

noinline void stack_test_outer(void (*fn)(void *arg), void *arg)
{
	stack_test_middle(fn, arg);
	barrier();
}

void expect_chain(struct kunit *test, const struct trace *t)
{
	int inner = find_function(t, "stack_test_inner");

	KUNIT_ASSERT_GE(test, inner, 0);
	KUNIT_EXPECT_EQ(test, find_function(t, "stack_test_middle"), inner + 1);
	KUNIT_EXPECT_EQ(test, find_function(t, "stack_test_outer"), inner + 2);
	KUNIT_EXPECT_LE(test, t->n, MAX_IPS);
}

static void save_here(void *arg)
{
	struct trace *t = arg;

	t->n = stack_trace_save(t->ips, MAX_IPS, 0, NULL);
}

static void callers_are_found(struct kunit *test)
{
	struct trace t;

	stack_test_outer(save_here, &t);
	expect_chain(test, &t);
	KUNIT_EXPECT_EQ(test, find_function(&t, "save_here"), 0);
	KUNIT_EXPECT_GT(test, find_function(&t, "callers_are_found"), 0);
}

static void save_two_skipped(void *arg)
{
	struct trace *t = arg;

	t->n = stack_trace_save(t->ips, 2, 2, NULL);
}

static void skip_and_max_are_kept(struct kunit *test)
{
	struct trace t;

	memset(&t, 0xff, sizeof(t));
	stack_test_outer(save_two_skipped, &t);
	KUNIT_EXPECT_EQ(test, t.n, 2);
	KUNIT_EXPECT_EQ(test, find_function(&t, "stack_test_middle"), 0);
	KUNIT_EXPECT_EQ(test, find_function(&t, "stack_test_outer"), 1);
	KUNIT_EXPECT_EQ(test, t.ips[2], ~0UL);
}

/* A trap in a function without a frame: its caller is found by the return address on the stack, and only by a real one. */
static void missing_frames_are_made_up_for(struct kunit *test)
{
	unsigned long stack[4] = { 0x1234 };
	struct pt_regs regs = { .sp = (unsigned long)&stack[1] };
	struct trace t;

	stack_test_outer(save_here, &t);
	stack[1] = t.ips[find_function(&t, "stack_test_middle")];

	regs.ip = (unsigned long)stack_test_inner;
	t.n = stack_trace_save(t.ips, MAX_IPS, 0, &regs);
	KUNIT_EXPECT_EQ(test, t.n, 2);
	KUNIT_EXPECT_EQ(test, t.ips[0], regs.ip);
	KUNIT_EXPECT_EQ(test, t.ips[1], stack[1]);

	regs.ip = 0;
	t.n = stack_trace_save(t.ips, MAX_IPS, 0, &regs);
	KUNIT_EXPECT_EQ(test, t.n, 2);
	KUNIT_EXPECT_EQ(test, t.ips[1], stack[1]);

	stack[1]++; /* code, but not behind a call */
	KUNIT_EXPECT_EQ(test, stack_trace_save(t.ips, MAX_IPS, 0, &regs), 1);
	stack[1]--;

	if (*(const u8 *)stack_test_inner != 0x55)
		return; /* the compiler does something else first */
	regs.ip = (unsigned long)stack_test_inner + 1;
	regs.sp = (unsigned long)&stack[0];
	t.n = stack_trace_save(t.ips, MAX_IPS, 0, &regs);
	KUNIT_EXPECT_EQ(test, t.n, 2);
	KUNIT_EXPECT_EQ(test, t.ips[1], stack[1]);
}

/* ---- chains that are broken ---- */

static void broken_chains_end(struct kunit *test)
{
	static const unsigned long bad[] = {
		0, 1, 7, 0x6b6b6b6b6b6b6b6bUL, ~0UL, ~7UL, 0xffffeb8000000000UL, 0x1000,
	};
	struct pt_regs regs = { .ip = (unsigned long)stack_test_inner + 8 };
	struct trace t;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		regs.bp = bad[i];
		regs.sp = bad[i];
		KUNIT_EXPECT_EQ(test, stack_trace_save(t.ips, MAX_IPS, 0, &regs), 1);
	}
}

static void loops_end(struct kunit *test)
{
	unsigned long frames[4];
	struct pt_regs regs = { .ip = (unsigned long)stack_test_inner + 8,
				.bp = (unsigned long)frames };
	struct trace t;

	frames[1] = frames[3] = (unsigned long)stack_test_outer + 8;
	frames[0] = (unsigned long)frames;
	KUNIT_EXPECT_EQ(test, stack_trace_save(t.ips, MAX_IPS, 0, &regs), 2);

	frames[0] = (unsigned long)&frames[2];
	frames[2] = (unsigned long)frames;
	KUNIT_EXPECT_EQ(test, stack_trace_save(t.ips, MAX_IPS, 0, &regs), 3);
}

/* Two stacks that point at each other: the number of switches is bounded. */
static void ping_pong_ends(struct kunit *test)
{
	unsigned long *there = (unsigned long *)(kstacks[nr_kstacks - 1].high - 64);
	unsigned long here[2] = { (unsigned long)there, (unsigned long)stack_test_outer + 8 };
	struct pt_regs regs = { .ip = (unsigned long)stack_test_inner + 8,
				.bp = (unsigned long)here };
	struct trace t;

	there[0] = (unsigned long)here;
	there[1] = (unsigned long)stack_test_outer + 8;
	KUNIT_EXPECT_EQ(test, stack_trace_save(t.ips, MAX_IPS, 0, &regs), 6);
}

/* ---- which stack ---- */

static void bounds_are_exact(struct kunit *test)
{
	unsigned long low, high;
	const char *name;
	unsigned int i;

	for (i = 0; i < nr_kstacks; i++) {
		const struct kstack *s = &kstacks[i];

		KUNIT_ASSERT_TRUE(test, stack_bounds(s->low, &low, &high, &name));
		KUNIT_EXPECT_STREQ(test, name, s->name);
		KUNIT_EXPECT_EQ(test, low, s->low);
		KUNIT_EXPECT_EQ(test, high, s->high);
		KUNIT_EXPECT_TRUE(test, stack_bounds(s->high - 1, &low, &high, &name));
		KUNIT_EXPECT_FALSE(test, stack_bounds(s->low - 1, &low, &high, &name));
		KUNIT_EXPECT_FALSE(test, stack_bounds(s->high, &low, &high, &name));

		KUNIT_ASSERT_TRUE(test, stack_guard_hit(s->low - 1, &name));
		KUNIT_EXPECT_STREQ(test, name, s->name);
		KUNIT_EXPECT_TRUE(test, stack_guard_hit(s->guard_low, &name));
		KUNIT_EXPECT_FALSE(test, stack_guard_hit(s->guard_low - 1, &name));
		KUNIT_EXPECT_FALSE(test, stack_guard_hit(s->low, &name));
	}
}

static void this_stack_is_known(struct kunit *test)
{
	unsigned long low, high;
	const char *name;

	KUNIT_ASSERT_TRUE(test, stack_bounds((unsigned long)&low, &low, &high, &name));
	KUNIT_EXPECT_STREQ(test, name, "boot");
	KUNIT_EXPECT_FALSE(test, stack_guard_hit((unsigned long)&low, &name));
}

static void every_stack_has_a_guard_page(struct kunit *test)
{
	u8 b;

	KUNIT_ASSERT_GE(test, nr_kstacks, 2U);
	for (unsigned int i = 0; i < nr_kstacks; i++) {
		const struct kstack *s = &kstacks[i];

		KUNIT_EXPECT_EQ(test, s->guard_high, s->low);
		KUNIT_EXPECT_EQ(test, s->guard_high - s->guard_low, PAGE_SIZE);
		KUNIT_EXPECT_EQ_MSG(test, copy_nofault(&b, (void *)s->guard_low, 1), 1UL, "%s",
				    s->name);
		KUNIT_EXPECT_EQ_MSG(test, copy_nofault(&b, (void *)(s->low - 1), 1), 1UL, "%s",
				    s->name);
		KUNIT_EXPECT_EQ_MSG(test, copy_nofault(&b, (void *)s->low, 1), 0UL, "%s", s->name);
		KUNIT_EXPECT_EQ_MSG(test, copy_nofault(&b, (void *)(s->high - 1), 1), 0UL, "%s",
				    s->name);
	}
}

static struct kunit_case stack_cases[] = { KUNIT_CASE(callers_are_found),
					   KUNIT_CASE(skip_and_max_are_kept),
					   KUNIT_CASE(every_stack_has_a_guard_page),
					   KUNIT_CASE(missing_frames_are_made_up_for),
					   KUNIT_CASE(broken_chains_end),
					   KUNIT_CASE(loops_end),
					   KUNIT_CASE(ping_pong_ends),
					   KUNIT_CASE(bounds_are_exact),
					   KUNIT_CASE(this_stack_is_known),
					   {} };

static struct kunit_suite stack_suite = { .name = "stack", .test_cases = stack_cases };

/* ---- symbols ---- */

extern const u32 __ksyms_count;
extern const u32 __ksyms_offs[];

unsigned long ksyms_test_data[4] = { 1 };
const unsigned long ksyms_test_const[4] = { 1 };

static void functions_and_data_have_names(struct kunit *test)
{
	const struct {
		const void *addr;
		const char *name;
	} known[] = {
		{ stack_test_inner, "stack_test_inner" },
		{ ksyms_test_data, "ksyms_test_data" },
		{ ksyms_test_const, "ksyms_test_const" },
		{ stack_trace_save, "stack_trace_save" },
	};
	unsigned long offset, size;
	const char *name;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		unsigned long a = (unsigned long)known[i].addr;

		KUNIT_ASSERT_TRUE(test, ksym_lookup(a, &name, &offset, &size));
		KUNIT_EXPECT_STREQ(test, name, known[i].name);
		KUNIT_EXPECT_EQ(test, offset, 0);
		KUNIT_ASSERT_TRUE(test, ksym_lookup(a + 5, &name, &offset, &size));
		KUNIT_EXPECT_STREQ(test, name, known[i].name);
		KUNIT_EXPECT_EQ(test, offset, 5);
		KUNIT_EXPECT_GT(test, size, 5);
	}
}

static void symbols_end_where_the_next_begins(struct kunit *test)
{
	unsigned long offset, size, addr;
	const char *name;
	u32 i;

	KUNIT_ASSERT_GT(test, __ksyms_count, 100);
	for (i = 0; i + 1 < __ksyms_count; i++) {
		KUNIT_ASSERT_LT(test, __ksyms_offs[i], __ksyms_offs[i + 1]);
		addr = IMAGE_START + __ksyms_offs[i];
		KUNIT_ASSERT_TRUE(test, ksym_lookup(addr, &name, &offset, &size));
		KUNIT_ASSERT_EQ(test, offset, 0);
		KUNIT_ASSERT_LE(test, size, __ksyms_offs[i + 1] - __ksyms_offs[i]);
		KUNIT_ASSERT_TRUE(test, ksym_lookup(addr + size - 1, &name, &offset, &size));
		KUNIT_ASSERT_EQ(test, offset, size - 1);
	}
}

static void text_does_not_reach_into_data(struct kunit *test)
{
	unsigned long end = (unsigned long)__text_end, offset, size;
	const char *name;

	KUNIT_ASSERT_TRUE(test, ksym_lookup(end - 1, &name, &offset, &size));
	KUNIT_EXPECT_EQ(test, offset, size - 1);
}

static void outside_is_refused(struct kunit *test)
{
	unsigned long offset, size;
	const char *name;

	KUNIT_EXPECT_FALSE(test, ksym_lookup(0, &name, &offset, &size));
	KUNIT_EXPECT_FALSE(test, ksym_lookup(~0UL, &name, &offset, &size));
	KUNIT_EXPECT_FALSE(test,
			   ksym_lookup((unsigned long)__image_start - 1, &name, &offset, &size));
	KUNIT_EXPECT_FALSE(test, ksym_lookup((unsigned long)__image_end, &name, &offset, &size));
	KUNIT_EXPECT_FALSE(test, ksym_lookup(PAGE_OFFSET, &name, &offset, &size));
}

static void addresses_print_as_symbols(struct kunit *test)
{
	unsigned long addr = (unsigned long)stack_test_middle, offset, size;
	char buf[80], want[80];
	const char *name;

	KUNIT_ASSERT_TRUE(test, ksym_lookup(addr, &name, &offset, &size));
	snprintf(want, sizeof(want), "stack_test_middle+0x3/0x%lx", size);
	KUNIT_EXPECT_EQ(test, ksym_print(buf, sizeof(buf), addr + 3), (int)strlen(want));
	KUNIT_EXPECT_STREQ(test, buf, want);
	snprintf(buf, sizeof(buf), "%pS", (void *)(addr + 3));
	KUNIT_EXPECT_STREQ(test, buf, want);

	/* A call as a function's last instruction returns to where the next function begins. */
	snprintf(want, sizeof(want), "stack_test_middle+0x%lx/0x%lx", size, size);
	ksym_print_return(buf, sizeof(buf), addr + size);
	KUNIT_EXPECT_STREQ(test, buf, want);

	KUNIT_EXPECT_EQ(test, ksym_print(buf, sizeof(buf), 0x1234), 6);
	KUNIT_EXPECT_STREQ(test, buf, "0x1234");
	KUNIT_EXPECT_GT(test, ksym_print(buf, 8, addr), 8);
	KUNIT_EXPECT_STREQ(test, buf, "stack_t");
}

static struct kunit_case ksym_cases[] = {
	KUNIT_CASE(functions_and_data_have_names), KUNIT_CASE(symbols_end_where_the_next_begins),
	KUNIT_CASE(text_does_not_reach_into_data), KUNIT_CASE(outside_is_refused),
	KUNIT_CASE(addresses_print_as_symbols),	   {}
};

static struct kunit_suite ksym_suite = { .name = "ksyms", .test_cases = ksym_cases };
kunit_test_suites(&stack_suite, &ksym_suite);
