// SPDX-License-Identifier: MIT
/*
 * Tests of what linux/kernel.h brings: members and their structures, limits of a range, swapping,
 * accesses that the compiler must make, sizes of arrays, conditions of the compiler's, and what
 * linux/bug.h does with conditions at run time.
 *
 * What must not compile (BUILD_BUG_ON() of something true, ARRAY_SIZE() of a pointer, …) is planted by
 * the "refuse" rows of tests/api/api.table.
 *
 * Mutations that made them fail when tried: container_of() without the offset; offsetofend() without
 * the size; sizeof_field() of the structure; clamp_t() as max_t(); clamp_val() that takes the type of
 * its limit; swap() that forgets the first; WRITE_ONCE() through an unsigned long; READ_ONCE() without
 * volatile (the loop of once_is_every_time never ends); BUG_ON() that evaluates twice, or never
 * reports; WARN_ON() whose value is 0; WARN_ONCE() without its flag; IS_ERR_VALUE() with `>`;
 * ERR_CAST() of NULL's.
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/timer.h>

struct sample {
	char first;
	long number;
	u16 pair[3];
	struct {
		u8 deep;
		u32 deeper;
	} inner;
	char text[10];
};

static void members(struct kunit *test)
{
	struct sample s[3];

	for (int i = 0; i < 3; i++) {
		struct sample *p = &s[i];
		u32 *deeper = &p->inner.deeper;

		KUNIT_EXPECT_PTR_EQ(test, container_of(&p->first, struct sample, first), p);
		KUNIT_EXPECT_PTR_EQ(test, container_of(&p->number, struct sample, number), p);
		KUNIT_EXPECT_PTR_EQ(test, container_of(&p->text, struct sample, text), p);
		KUNIT_EXPECT_PTR_EQ(test, container_of(deeper, struct sample, inner.deeper), p);
		KUNIT_EXPECT_PTR_EQ(test, container_of(&p->pair[2], struct sample, pair[2]), p);
	}
	KUNIT_EXPECT_EQ(test, sizeof_field(struct sample, first), 1);
	KUNIT_EXPECT_EQ(test, sizeof_field(struct sample, pair), 6);
	KUNIT_EXPECT_EQ(test, sizeof_field(struct sample, text), 10);
	KUNIT_EXPECT_EQ(test, sizeof_field(struct sample, inner.deeper), 4);
	KUNIT_EXPECT_EQ(test, offsetofend(struct sample, first), 1);
	KUNIT_EXPECT_EQ(test, offsetofend(struct sample, number), 16);
	KUNIT_EXPECT_EQ(test, offsetofend(struct sample, pair), 22);
	KUNIT_EXPECT_EQ(test, offsetofend(struct sample, text), offsetof(struct sample, text) + 10);
}

static int evaluations;

static int evaluated(int x)
{
	evaluations++;
	return x;
}

/* Against comparisons written out, for values near the limits and any. */
static void limits_of_a_range(struct kunit *test)
{
	for (int i = 0; i < 2000; i++) {
		int lo = (int)kunit_rand_below(test, 200) - 100;
		int hi = lo + kunit_rand_below(test, 50),
		    v = (int)kunit_rand_below(test, 300) - 150;
		int want = v < lo ? lo : v > hi ? hi : v;

		KUNIT_ASSERT_EQ_MSG(test, clamp_t(int, v, lo, hi), want, "%d in %d … %d", v, lo,
				    hi);
		KUNIT_ASSERT_EQ_MSG(test, clamp_val(v, lo, hi), want, "%d in %d … %d", v, lo, hi);
	}
	/* The type says what is compared: as u8, 300 is 44. */
	KUNIT_EXPECT_EQ(test, clamp_t(u8, 300, 0, 100), 44);
	KUNIT_EXPECT_EQ(test, clamp_t(long, -5, 0, 10UL), 0);
	/* … and clamp_val()'s is the value's: -1 as a limit is 255. */
	KUNIT_EXPECT_EQ(test, clamp_val((u8)200, 0, -1), 200);
	evaluations = 0;
	KUNIT_EXPECT_EQ(test, clamp_t(int, evaluated(5), 1, 3), 3);
	KUNIT_EXPECT_EQ(test, clamp_val(evaluated(0), 1, 3), 1);
	KUNIT_EXPECT_EQ(test, evaluations, 2);
}

static void swapping(struct kunit *test)
{
	struct sample a = { .number = 1, .text = "one" }, b = { .number = 2, .text = "two" };
	int x[2] = { 7, -7 }, guard = 5;
	const char *p = "p", *q = "q";

	swap(a, b);
	KUNIT_EXPECT_EQ(test, a.number, 2);
	KUNIT_EXPECT_STREQ(test, a.text, "two");
	KUNIT_EXPECT_EQ(test, b.number, 1);
	KUNIT_EXPECT_STREQ(test, b.text, "one");
	swap(x[0], x[1]);
	KUNIT_EXPECT_EQ(test, x[0], -7);
	KUNIT_EXPECT_EQ(test, x[1], 7);
	swap(p, q);
	KUNIT_EXPECT_STREQ(test, p, "q");
	KUNIT_EXPECT_STREQ(test, q, "p");
	swap(guard, guard);
	KUNIT_EXPECT_EQ(test, guard, 5);
}

static int rang;

static void ring(struct timer_list *timer)
{
	WRITE_ONCE(rang, 1);
}

/* No asm, no call in the loop: only the access itself can make the compiler look again. */
static void once_is_every_time(struct kunit *test)
{
	struct timer_list timer;
	unsigned long limit;

	WRITE_ONCE(rang, 0);
	timer_setup(&timer, ring, 0);
	mod_timer(&timer, jiffies + 2);
	limit = jiffies + 60 * HZ;
	while (!READ_ONCE(rang) && time_before(jiffies, limit))
		;
	KUNIT_EXPECT_EQ(test, READ_ONCE(rang), 1);
	KUNIT_EXPECT_FALSE(test, timer_pending(&timer));
	timer_delete_sync(&timer);
}

/* As wide as the object, and nothing beside it. */
static void once_is_as_wide(struct kunit *test)
{
	struct {
		u8 before, b, w_before;
		u16 w;
		u32 l_before, l, l_behind;
		u64 q;
		const char *p;
	} v;

	memset(&v, 0x77, sizeof(v));
	WRITE_ONCE(v.b, 0x12);
	WRITE_ONCE(v.w, 0x3456);
	WRITE_ONCE(v.l, 0x789abcde);
	WRITE_ONCE(v.q, 0x1122334455667788ULL);
	WRITE_ONCE(v.p, "text");
	KUNIT_EXPECT_EQ(test, v.before, 0x77);
	KUNIT_EXPECT_EQ(test, v.w_before, 0x77);
	KUNIT_EXPECT_EQ(test, v.l_before, 0x77777777);
	KUNIT_EXPECT_EQ(test, v.l_behind, 0x77777777);
	KUNIT_EXPECT_EQ(test, READ_ONCE(v.b), 0x12);
	KUNIT_EXPECT_EQ(test, READ_ONCE(v.w), 0x3456);
	KUNIT_EXPECT_EQ(test, READ_ONCE(v.l), 0x789abcde);
	KUNIT_EXPECT_EQ(test, READ_ONCE(v.q), 0x1122334455667788ULL);
	KUNIT_EXPECT_STREQ(test, READ_ONCE(v.p), "text");
	KUNIT_EXPECT_EQ(test, sizeof(READ_ONCE(v.b)), 1);
}

struct never_made {
	u8 five[5];
	/* part of a structure, as drivers check their layouts */
	int zero[BUILD_BUG_ON_ZERO(sizeof(u64) != 8)];
};

static void the_compiler_s_conditions(struct kunit *test)
{
	static const int constant = 7 + BUILD_BUG_ON_ZERO(sizeof(long) != 8);
	static const char *const words[] = { "a", "b", "c" };
	struct sample s[4];
	u8 bytes[2][9];

	BUILD_BUG_ON(sizeof(struct never_made) != 8);
	BUILD_BUG_ON(ARRAY_SIZE(words) != 3);
	KUNIT_EXPECT_EQ(test, constant, 7);
	KUNIT_EXPECT_EQ(test, BUILD_BUG_ON_ZERO(0), 0);
	KUNIT_EXPECT_EQ(test, ARRAY_SIZE(words), 3);
	KUNIT_EXPECT_EQ(test, ARRAY_SIZE(s), 4);
	KUNIT_EXPECT_EQ(test, ARRAY_SIZE(bytes), 2);
	KUNIT_EXPECT_EQ(test, ARRAY_SIZE(bytes[0]), 9);
}

static struct kunit_case kernel_cases[] = { KUNIT_CASE(members),
					    KUNIT_CASE(limits_of_a_range),
					    KUNIT_CASE(swapping),
					    KUNIT_CASE(once_is_every_time),
					    KUNIT_CASE(once_is_as_wide),
					    KUNIT_CASE(the_compiler_s_conditions),
					    {} };

static struct kunit_suite kernel_suite = { .name = "kernel_macros", .test_cases = kernel_cases };

/* ---- linux/bug.h ---- */

static void bugs_end_it(struct kunit *test)
{
	volatile int behind = 0;

	KUNIT_EXPECT_FAULT(test, "BUG()", {
		BUG();
		behind = 1;
	});
	KUNIT_EXPECT_EQ(test, behind, 0);
	evaluations = 0;
	KUNIT_EXPECT_FAULT(test, "evaluated(3) == 3", {
		BUG_ON(evaluated(3) == 3);
		behind = 1;
	});
	KUNIT_EXPECT_EQ(test, behind, 0);
	KUNIT_EXPECT_EQ(test, evaluations, 1);
	KUNIT_EXPECT_NO_REPORT(test, {
		BUG_ON(evaluated(3) == 4);
		behind = 1;
	});
	KUNIT_EXPECT_EQ(test, behind, 1);
	KUNIT_EXPECT_EQ(test, evaluations, 2);
}

/* The value is the condition's truth, said or not. */
static void warnings_go_on(struct kunit *test)
{
	int value = -1;

	KUNIT_EXPECT_REPORT(test, "7 of nine", value = WARN(evaluated(4), "%d of %s", 7, "nine"));
	KUNIT_EXPECT_EQ(test, value, 1);
	KUNIT_EXPECT_NO_REPORT(test, value = WARN(evaluated(0), "%d of %s", 7, "nine"));
	KUNIT_EXPECT_EQ(test, value, 0);
	evaluations = 0;
	KUNIT_EXPECT_REPORT(test, "evaluated(0x100)", value = WARN_ON(evaluated(0x100)));
	KUNIT_EXPECT_EQ(test, value, 1);
	KUNIT_EXPECT_NO_REPORT(test, value = WARN_ON(evaluated(0)));
	KUNIT_EXPECT_EQ(test, value, 0);
	KUNIT_EXPECT_EQ(test, evaluations, 2);
}

static int warn_once(int cond)
{
	return WARN_ONCE(evaluated(cond), "said %s", "once");
}

static int warn_on_once(int cond)
{
	return WARN_ON_ONCE(evaluated(cond));
}

/* A place is silent after its first; the cases may run twice in a boot, so a run may find it so. */
static void once_a_place(struct kunit *test)
{
	static bool ran;
	int value = -1;

	evaluations = 0;
	KUNIT_EXPECT_NO_REPORT(test, value = warn_once(0) + warn_on_once(0));
	KUNIT_EXPECT_EQ(test, value, 0);
	if (!ran) {
		KUNIT_EXPECT_REPORT(test, "said once", value = warn_once(8));
		KUNIT_EXPECT_EQ(test, value, 1);
		KUNIT_EXPECT_REPORT(test, "evaluated(cond)", value = warn_on_once(-8));
		KUNIT_EXPECT_EQ(test, value, 1);
		KUNIT_EXPECT_EQ(test, evaluations, 4);
	}
	ran = true;
	value = -1;
	KUNIT_EXPECT_NO_REPORT(test, value = warn_once(8));
	KUNIT_EXPECT_EQ(test, value, 1);
	KUNIT_EXPECT_NO_REPORT(test, value = warn_on_once(8));
	KUNIT_EXPECT_EQ(test, value, 1);
	/* Another place is another one. */
	if (!WARN_ON_ONCE(false))
		KUNIT_EXPECT_FALSE(test, WARN_ONCE(false, "never"));
}

/* The top 4095 numbers, as pointers and back. */
static void error_pointers(struct kunit *test)
{
	const struct sample *typed;
	int *other;

	for (long err = 1; err <= MAX_ERRNO; err++) {
		void *p = ERR_PTR(-err);

		KUNIT_ASSERT_TRUE(test, IS_ERR(p));
		KUNIT_ASSERT_TRUE(test, IS_ERR_VALUE(p));
		KUNIT_ASSERT_TRUE(test, IS_ERR_VALUE(-err));
		KUNIT_ASSERT_EQ(test, PTR_ERR(p), -err);
		typed = p;
		other = ERR_CAST(typed);
		KUNIT_ASSERT_PTR_EQ(test, other, p);
		KUNIT_ASSERT_EQ(test, PTR_ERR(other), -err);
	}
	KUNIT_EXPECT_FALSE(test, IS_ERR_VALUE(-4096L));
	KUNIT_EXPECT_FALSE(test, IS_ERR_VALUE(0UL));
	KUNIT_EXPECT_FALSE(test, IS_ERR_VALUE(LONG_MAX));
	KUNIT_EXPECT_FALSE(test, IS_ERR(ERR_PTR(-4096)));
	KUNIT_EXPECT_NULL(test, ERR_PTR(0));
	KUNIT_EXPECT_EQ(test, PTR_ERR(ERR_CAST(&typed)), (long)&typed);
}

static struct kunit_case bug_cases[] = { KUNIT_CASE(bugs_end_it),
					 KUNIT_CASE(warnings_go_on),
					 KUNIT_CASE(once_a_place),
					 KUNIT_CASE(error_pointers),
					 {} };

static struct kunit_suite bug_suite = { .name = "bug_macros", .test_cases = bug_cases };

kunit_test_suites(&kernel_suite, &bug_suite);
