// SPDX-License-Identifier: MIT
/*
 * Tests of the operations of <linux/percpu.h> by a model: an array that says what each CPU's copy of
 * each variable holds.
 *
 * A random run draws an operation, a width and an operand, does it to this CPU's copy and to the
 * model, and compares what came back; the copies of other CPUs, and this CPU's other variables, must be
 * as the model says as well. The same run works on linked variables, and on ones made at run time.
 * Where several CPUs run, all of them add to their own copies at once, and the sums come out.
 *
 * Mutations that made them fail when tried: this_cpu_add() of another width (u16 as u32);
 * this_cpu_sub() that adds; this_cpu_add_return() giving the value before; this_cpu_xchg() that
 * leaves the old value; this_cpu_cmpxchg() that stores in any case; this_cpu_inc() by 2; get_cpu_var() that leaves preemption
 * on; this_cpu_ptr() that gives CPU 0's copy (--smp 2); alloc_percpu_gfp() that does not zero.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include <linux/string.h>
#include "smp_fixture.h"

#define STEPS 3000

struct widths {
	u8 b;
	u16 w;
	u32 l;
	u64 q;
	u8 last;
};

static DEFINE_PER_CPU(struct widths, linked_widths);

/* What one operation gives back, as a number; 0 for those that give nothing. The same for plain memory. */
enum op { READ, WRITE, ADD, SUB, INC, DEC, ADD_RETURN, XCHG, CMPXCHG, NR_OPS };

#define DO_PERCPU(var, op, x, y)                              \
	({                                                    \
		u64 __back = 0;                               \
                                                              \
		if (op == READ)                               \
			__back = this_cpu_read(var);          \
		else if (op == WRITE)                         \
			this_cpu_write(var, x);               \
		else if (op == ADD)                           \
			this_cpu_add(var, x);                 \
		else if (op == SUB)                           \
			this_cpu_sub(var, x);                 \
		else if (op == INC)                           \
			this_cpu_inc(var);                    \
		else if (op == DEC)                           \
			this_cpu_dec(var);                    \
		else if (op == ADD_RETURN)                    \
			__back = this_cpu_add_return(var, x); \
		else if (op == XCHG)                          \
			__back = this_cpu_xchg(var, x);       \
		else                                          \
			__back = this_cpu_cmpxchg(var, y, x); \
		__back;                                       \
	})

#define DO_MODEL(var, op, x, y)                                        \
	({                                                             \
		__typeof__(var) __was = (var), __x = (x), __y = (y);   \
                                                                       \
		if (op == WRITE || op == XCHG)                         \
			(var) = __x;                                   \
		else if (op == ADD || op == ADD_RETURN)                \
			(var) = __was + __x;                           \
		else if (op == SUB)                                    \
			(var) = __was - __x;                           \
		else if (op == INC || op == DEC)                       \
			(var) = op == INC ? __was + 1 : __was - 1;     \
		else if (op == CMPXCHG && __was == __y)                \
			(var) = __x;                                   \
		op == READ || op == XCHG || op == CMPXCHG ? (u64)__was \
		: op == ADD_RETURN			  ? (u64)(var) \
							  : 0;                                \
	})

/* Preemption off. */
#define STEP(member)                                                                  \
	do {                                                                          \
		u64 other = kunit_rand(test) % 2 ? here->member : y;                  \
		u64 want = DO_MODEL(here->member, op, x, other);                      \
		u64 got = DO_PERCPU(v->member, op, x, other);                         \
                                                                                      \
		KUNIT_EXPECT_EQ_MSG(test, got, want, "operation %d of " #member, op); \
	} while (0)

static void step(struct kunit *test, struct widths __percpu *v, struct widths *here)
{
	enum op op = kunit_rand_below(test, NR_OPS);
	u64 x = kunit_rand(test), y = kunit_rand(test);

	switch (kunit_rand_below(test, 4)) {
	case 0:
		STEP(b);
		break;
	case 1:
		STEP(w);
		break;
	case 2:
		STEP(l);
		break;
	default:
		STEP(q);
	}
}

static struct widths model[NR_CPUS];

static bool copies_are_as_the_model_says(struct widths __percpu *v)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		if (memcmp(per_cpu_ptr(v, cpu), &model[cpu], sizeof(model[0])))
			return false;
	}
	return true;
}

static void run(struct kunit *test, struct widths __percpu *v)
{
	unsigned int cpu;

	memset(model, 0, sizeof(model));
	for_each_possible_cpu(cpu) {
		model[cpu].last = cpu + 1; /* the padding stays what it is: 0 */
		*per_cpu_ptr(v, cpu) = model[cpu];
	}
	for (int i = 0; i < STEPS; i++) {
		preempt_disable();
		step(test, v, &model[smp_processor_id()]);
		preempt_enable();
		if (i % 16 == 0)
			KUNIT_ASSERT_TRUE(test, copies_are_as_the_model_says(v));
	}
	KUNIT_EXPECT_TRUE(test, copies_are_as_the_model_says(v));
	memset(model, 0, sizeof(model));
	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(v, cpu), 0, sizeof(*v));
}

/* this_cpu_read() … this_cpu_cmpxchg(): see DO_PERCPU() */
static void against_a_model(struct kunit *test)
{
	struct widths __percpu *made = alloc_percpu(struct widths);

	KUNIT_ASSERT_NOT_NULL(test, made);
	KUNIT_EXPECT_TRUE(test, copies_are_as_the_model_says(made));
	run(test, &linked_widths);
	run(test, made);
	KUNIT_EXPECT_TRUE(test, copies_are_as_the_model_says(made));
	free_percpu(made);
}

/* Whose copy it is, and that the CPU is kept until the put. */
static void pointers_to_this_one(struct kunit *test)
{
	struct widths *p;
	unsigned int cpu;

	KUNIT_ASSERT_TRUE(test, preemptible());
	p = get_cpu_ptr(&linked_widths);
	cpu = smp_processor_id();
	KUNIT_EXPECT_FALSE(test, preemptible());
	KUNIT_EXPECT_PTR_EQ(test, p, per_cpu_ptr(&linked_widths, cpu));
	KUNIT_EXPECT_PTR_EQ(test, this_cpu_ptr(&linked_widths), p);
	KUNIT_EXPECT_PTR_EQ(test, raw_cpu_ptr(&linked_widths), p);
	KUNIT_EXPECT_PTR_EQ(test, this_cpu_ptr(&linked_widths.l), &p->l);
	put_cpu_ptr(&linked_widths);
	KUNIT_EXPECT_TRUE(test, preemptible());
	get_cpu_var(linked_widths).l = 0x1234;
	cpu = smp_processor_id();
	KUNIT_EXPECT_FALSE(test, preemptible());
	KUNIT_EXPECT_EQ(test, per_cpu(linked_widths, cpu).l, 0x1234);
	KUNIT_EXPECT_EQ(test, this_cpu_read(linked_widths.l), 0x1234);
	this_cpu_write(linked_widths.l, 0);
	put_cpu_var(linked_widths);
	KUNIT_EXPECT_TRUE(test, preemptible());
	for_each_possible_cpu(cpu)
		KUNIT_EXPECT_EQ(test, per_cpu(linked_widths, cpu).l, 0);
}

/*
 * The second time it is memory that was written: each copy is zero anyway, and aligned for its type. Who
 * may not sleep gets what has its memory already, so one stays meanwhile.
 */
static void flags_make_it_too(struct kunit *test)
{
	struct widths __percpu *keep = alloc_percpu(struct widths), *p;
	unsigned int cpu;

	for (int round = 0; round < 4; round++) {
		p = alloc_percpu_gfp(struct widths, round % 2 ? GFP_ATOMIC : GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)p, __alignof__(struct widths)));
		for_each_possible_cpu(cpu) {
			KUNIT_EXPECT_NULL(test, memchr_inv(per_cpu_ptr(p, cpu), 0, sizeof(*p)));
			memset(per_cpu_ptr(p, cpu), 0xa5, sizeof(*p));
		}
		free_percpu(p);
	}
	free_percpu(keep);
}

static void add_here(struct smp_cpu *c)
{
	struct widths __percpu *v = c->shared;
	u64 n = 0;

	do {
		this_cpu_inc(v->b);
		this_cpu_add(v->w, 3);
		this_cpu_sub(v->l, 5);
		if (this_cpu_add_return(v->q, 1) != ++n)
			smp_wrong(c, "another CPU was here", n);
	} while (smp_more(c));
	if (this_cpu_read(v->b) != (u8)n || this_cpu_read(v->w) != (u16)(3 * n) ||
	    this_cpu_read(v->l) != (u32)(-5 * n))
		smp_wrong(c, "not the sum", n);
}

static u64 total;

static void each_to_its_own(struct kunit *test)
{
	struct widths __percpu *v = alloc_percpu(struct widths);
	unsigned int cpu, used = 0;

	KUNIT_ASSERT_NOT_NULL(test, v);
	smp_run(test, add_here, v, NULL);
	total = 0;
	for_each_possible_cpu(cpu) {
		total += per_cpu_ptr(v, cpu)->q;
		used += per_cpu_ptr(v, cpu)->q != 0;
	}
	KUNIT_EXPECT_EQ(test, used, num_online_cpus());
	KUNIT_EXPECT_GE(test, total, (u64)used);
	free_percpu(v);
}

static struct kunit_case cases[] = { KUNIT_CASE(against_a_model),
				     KUNIT_CASE(pointers_to_this_one),
				     KUNIT_CASE(flags_make_it_too),
				     KUNIT_CASE(each_to_its_own),
				     {} };

static struct kunit_suite suite = { .name = "percpu_ops", .test_cases = cases };
kunit_test_suite(suite);
