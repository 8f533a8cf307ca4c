// SPDX-License-Identifier: MIT
/*
 * Tests of linux/atomic.h, linux/refcount.h, lib/base/refcount.c and lib/sync/dec_and_lock.c.
 *
 * On one CPU this is about values, results and widths: every operation of each family, in all
 * orders, at random values near the ends of the range, against the same in plain wrapping
 * arithmetic. On several it is about nothing being lost.
 *
 * Mutations tried: sub_return() returning the old value; add_unless() comparing with i;
 * dec_if_positive() decrementing 0; reading through an int; refcount_inc() without the check for
 * 0; refcount_warn_saturate() without pinning. Others that must make them fail: its sentence said
 * each time; fetch_andnot() without the complement; dec_return_release() returning the value
 * before; inc_unless_negative() without the condition; try_cmpxchg() as a plain store; add() as a
 * plain addition (lost updates, --smp 2); refcount_dec_not_one() giving up the last;
 * refcount_dec_and_lock() decrementing before it locks.
 */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/refcount.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/smp.h>

static void int_operations(struct kunit *test)
{
	atomic_t a = ATOMIC_INIT(5);

	KUNIT_EXPECT_EQ(test, atomic_add_return(3, &a), 8);
	KUNIT_EXPECT_EQ(test, atomic_sub_return(10, &a), -2);
	KUNIT_EXPECT_EQ(test, atomic_fetch_add(4, &a), -2);
	KUNIT_EXPECT_EQ(test, atomic_fetch_sub(1, &a), 2);
	KUNIT_EXPECT_TRUE(test, atomic_dec_and_test(&a));
	KUNIT_EXPECT_FALSE(test, atomic_dec_and_test(&a));
	KUNIT_EXPECT_TRUE(test, atomic_inc_and_test(&a));
	KUNIT_EXPECT_TRUE(test, atomic_add_negative(-1, &a));
	atomic_inc(&a);
	atomic_add(7, &a);
	atomic_sub(2, &a);
	atomic_dec(&a);
	KUNIT_EXPECT_EQ(test, atomic_read(&a), 4);
	KUNIT_EXPECT_TRUE(test, atomic_sub_and_test(4, &a));
	atomic_set(&a, INT_MAX);
	KUNIT_EXPECT_EQ(test, atomic_inc_return(&a), INT_MIN);
	atomic_set(&a, 0xf0);
	atomic_or(0x0f, &a);
	atomic_andnot(0x30, &a);
	atomic_and(0xfe, &a);
	KUNIT_EXPECT_EQ(test, atomic_fetch_or(1, &a), 0xce);
	KUNIT_EXPECT_EQ(test, atomic_fetch_and(0x0f, &a), 0xcf);
	KUNIT_EXPECT_EQ(test, atomic_read(&a), 0x0f);
}

static void exchanges(struct kunit *test)
{
	atomic_t a = ATOMIC_INIT(1);
	int old = 2;

	KUNIT_EXPECT_EQ(test, atomic_xchg(&a, 3), 1);
	KUNIT_EXPECT_EQ(test, atomic_cmpxchg(&a, 1, 9), 3);
	KUNIT_EXPECT_EQ(test, atomic_read(&a), 3);
	KUNIT_EXPECT_EQ(test, atomic_cmpxchg(&a, 3, 9), 3);
	KUNIT_EXPECT_EQ(test, atomic_read(&a), 9);
	KUNIT_EXPECT_FALSE(test, atomic_try_cmpxchg(&a, &old, 5));
	KUNIT_EXPECT_EQ(test, old, 9);
	KUNIT_EXPECT_TRUE(test, atomic_try_cmpxchg(&a, &old, 5));
	KUNIT_EXPECT_EQ(test, atomic_read(&a), 5);
	KUNIT_EXPECT_FALSE(test, atomic_add_unless(&a, 2, 5));
	KUNIT_EXPECT_TRUE(test, atomic_add_unless(&a, 2, 6));
	KUNIT_EXPECT_EQ(test, atomic_fetch_add_unless(&a, 1, 0), 7);
	atomic_set(&a, 0);
	KUNIT_EXPECT_FALSE(test, atomic_inc_not_zero(&a));
	KUNIT_EXPECT_EQ(test, atomic_dec_if_positive(&a), -1);
	KUNIT_EXPECT_EQ(test, atomic_read(&a), 0);
	atomic_set(&a, 2);
	KUNIT_EXPECT_TRUE(test, atomic_inc_not_zero(&a));
	KUNIT_EXPECT_EQ(test, atomic_dec_if_positive(&a), 2);
	KUNIT_EXPECT_EQ(test, atomic_read(&a), 2);
}

static void wide_operations(struct kunit *test)
{
	atomic64_t q = ATOMIC64_INIT(1ll << 40);
	atomic_long_t l = ATOMIC_LONG_INIT(-1);

	atomic64_add(1ll << 41, &q);
	KUNIT_EXPECT_EQ(test, atomic64_read(&q), 3ll << 40);
	KUNIT_EXPECT_EQ(test, atomic64_cmpxchg(&q, 3ll << 40, 1ll << 62), 3ll << 40);
	KUNIT_EXPECT_EQ(test, atomic64_xchg(&q, 0), 1ll << 62);
	KUNIT_EXPECT_EQ(test, atomic_long_add_return(1l << 33, &l), (1l << 33) - 1);
	KUNIT_EXPECT_TRUE(test, atomic_long_sub_and_test((1l << 33) - 1, &l));
	atomic_long_set(&l, LONG_MAX);
	atomic_long_inc(&l);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&l), LONG_MIN);
	atomic_long_add(-(1l << 40), &l);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&l), LONG_MAX - (1l << 40) + 1);
	atomic_long_sub(1l << 41, &l);
	atomic_long_dec(&l);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&l), LONG_MAX - 3 * (1l << 40));
	KUNIT_EXPECT_EQ(test, atomic_long_inc_return(&l), LONG_MAX - 3 * (1l << 40) + 1);
	atomic_long_set(&l, 1);
	KUNIT_EXPECT_TRUE(test, atomic_long_dec_and_test(&l));
	KUNIT_EXPECT_EQ(test, atomic_long_xchg(&l, 1l << 50), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_cmpxchg(&l, 1l << 50, 5), 1l << 50);
	atomic64_set(&q, -1);
	atomic64_inc(&q);
	KUNIT_EXPECT_EQ(test, atomic64_read(&q), 0);
	atomic64_dec(&q);
	atomic64_sub(1ll << 33, &q);
	KUNIT_EXPECT_EQ(test, atomic64_read(&q), -1 - (1ll << 33));
	KUNIT_EXPECT_EQ(test, atomic64_add_return(1ll << 33, &q), -1);
	KUNIT_EXPECT_EQ(test, atomic64_inc_return(&q), 0);
}

static void refcount_in_range(struct kunit *test)
{
	refcount_t r = REFCOUNT_INIT(1);

	refcount_inc(&r);
	KUNIT_EXPECT_EQ(test, refcount_read(&r), 2);
	KUNIT_EXPECT_TRUE(test, refcount_inc_not_zero(&r));
	refcount_dec(&r);
	KUNIT_EXPECT_FALSE(test, refcount_dec_and_test(&r));
	KUNIT_EXPECT_TRUE(test, refcount_dec_and_test(&r));
	KUNIT_EXPECT_EQ(test, refcount_read(&r), 0);
	KUNIT_EXPECT_FALSE(test, refcount_inc_not_zero(&r));
	KUNIT_EXPECT_EQ(test, refcount_read(&r), 0);
}

static void refcount_misuse(struct kunit *test)
{
	refcount_t r = REFCOUNT_INIT(0);

	refcount_warned = 0;
	KUNIT_EXPECT_REPORT(test, "refcount_t: addition on 0; use-after-free.", refcount_inc(&r));
	KUNIT_EXPECT_EQ(test, (int)refcount_read(&r), REFCOUNT_SATURATED);
	/* Pinned for good: neither freed nor counted on. */
	KUNIT_EXPECT_REPORT(test, "underflow; use-after-free",
			    KUNIT_EXPECT_FALSE(test, refcount_dec_and_test(&r)));
	KUNIT_EXPECT_EQ(test, (int)refcount_read(&r), REFCOUNT_SATURATED);
	/* Each sentence is said once. */
	refcount_set(&r, 0);
	KUNIT_EXPECT_NO_REPORT(test, KUNIT_EXPECT_FALSE(test, refcount_dec_and_test(&r)));
	KUNIT_EXPECT_EQ(test, (int)refcount_read(&r), REFCOUNT_SATURATED);
	refcount_set(&r, 1);
	KUNIT_EXPECT_REPORT(test, "decrement hit 0; leaking memory", refcount_dec(&r));
	refcount_set(&r, REFCOUNT_MAX);
	KUNIT_EXPECT_REPORT(test, "saturated; leaking memory", refcount_inc(&r));
	KUNIT_EXPECT_EQ(test, (int)refcount_read(&r), REFCOUNT_SATURATED);
	KUNIT_EXPECT_REPORT(test, "saturated; leaking memory",
			    KUNIT_EXPECT_TRUE(test, refcount_inc_not_zero(&r)));
	KUNIT_EXPECT_TRUE(test, refcount_dec_not_one(&r));
	KUNIT_EXPECT_EQ(test, (int)refcount_read(&r), REFCOUNT_SATURATED);
	KUNIT_EXPECT_FALSE(test, refcount_dec_if_one(&r));
	refcount_set(&r, 0);
	refcount_warned = 0;
	KUNIT_EXPECT_REPORT(test, "underflow; use-after-free",
			    KUNIT_EXPECT_TRUE(test, refcount_dec_not_one(&r)));
	KUNIT_EXPECT_EQ(test, (int)refcount_read(&r), REFCOUNT_SATURATED);
	refcount_warned = 0;
}

static void refcount_values_before(struct kunit *test)
{
	refcount_t r = REFCOUNT_INIT(1);
	int old = 99;

	__refcount_add(4, &r, &old);
	KUNIT_EXPECT_EQ(test, old, 1);
	__refcount_inc(&r, &old);
	KUNIT_EXPECT_EQ(test, old, 5);
	KUNIT_EXPECT_TRUE(test, __refcount_add_not_zero(2, &r, &old));
	KUNIT_EXPECT_EQ(test, old, 6);
	KUNIT_EXPECT_FALSE(test, __refcount_sub_and_test(5, &r, &old));
	KUNIT_EXPECT_EQ(test, old, 8);
	__refcount_dec(&r, &old);
	KUNIT_EXPECT_EQ(test, old, 3);
	KUNIT_EXPECT_FALSE(test, refcount_dec_if_one(&r));
	KUNIT_EXPECT_TRUE(test, refcount_dec_not_one(&r));
	KUNIT_EXPECT_FALSE(test, refcount_dec_not_one(&r));
	KUNIT_EXPECT_EQ(test, refcount_read(&r), 1);
	KUNIT_EXPECT_TRUE(test, refcount_dec_if_one(&r));
	KUNIT_EXPECT_FALSE(test, __refcount_inc_not_zero(&r, &old));
	KUNIT_EXPECT_EQ(test, old, 0);
	KUNIT_EXPECT_EQ(test, refcount_read(&r), 0);
}

static void last_reference_locks(struct kunit *test)
{
	DEFINE_SPINLOCK(spin);
	DEFINE_MUTEX(mutex);
	refcount_t r = REFCOUNT_INIT(2);
	atomic_t a = ATOMIC_INIT(2);
	unsigned long flags;

	KUNIT_EXPECT_FALSE(test, refcount_dec_and_lock(&r, &spin));
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&spin));
	KUNIT_EXPECT_TRUE(test, refcount_dec_and_lock(&r, &spin));
	KUNIT_EXPECT_TRUE(test, spin_is_locked(&spin));
	spin_unlock(&spin);
	refcount_set(&r, 1);
	KUNIT_EXPECT_TRUE(test, refcount_dec_and_lock_irqsave(&r, &spin, &flags));
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	spin_unlock_irqrestore(&spin, flags);
	refcount_set(&r, 2);
	KUNIT_EXPECT_FALSE(test, refcount_dec_and_mutex_lock(&r, &mutex));
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&mutex));
	KUNIT_EXPECT_TRUE(test, refcount_dec_and_mutex_lock(&r, &mutex));
	mutex_unlock(&mutex);
	KUNIT_EXPECT_FALSE(test, atomic_dec_and_lock(&a, &spin));
	KUNIT_EXPECT_TRUE(test, atomic_dec_and_lock(&a, &spin));
	spin_unlock(&spin);
	atomic_set(&a, 1);
	KUNIT_EXPECT_TRUE(test, atomic_dec_and_lock_irqsave(&a, &spin, flags));
	spin_unlock_irqrestore(&spin, flags);
	atomic_set(&a, 2);
	KUNIT_EXPECT_EQ(test, atomic_dec_and_mutex_lock(&a, &mutex), 0);
	KUNIT_EXPECT_EQ(test, atomic_dec_and_mutex_lock(&a, &mutex), 1);
	mutex_unlock(&mutex);
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&spin) || mutex_is_locked(&mutex));
	KUNIT_EXPECT_EQ(test, atomic_read(&a), 0);
}

/* ---- each operation of each family against plain arithmetic ---- */

/*
 * v: value type, u: unsigned of the same width (whose arithmetic wraps), p: the prefix, o: an order.
 * `was` is the value before, `i` the operand.
 */
#define RETURNS(got, want, after)                                   \
	do {                                                        \
		v_type __got;                                       \
		p_set(&x, was);                                     \
		__got = (got);                                      \
		KUNIT_EXPECT_EQ(test, __got, (v_type)(want));       \
		KUNIT_EXPECT_EQ(test, p_read(&x), (v_type)(after)); \
	} while (0)

#define CHECK_ORDER(p, o)                                                                \
	do {                                                                             \
		RETURNS(p##_add_return##o(i, &x), U was + i, U was + i);                 \
		RETURNS(p##_sub_return##o(i, &x), U was - i, U was - i);                 \
		RETURNS(p##_inc_return##o(&x), U was + 1, U was + 1);                    \
		RETURNS(p##_dec_return##o(&x), U was - 1, U was - 1);                    \
		RETURNS(p##_fetch_add##o(i, &x), was, U was + i);                        \
		RETURNS(p##_fetch_sub##o(i, &x), was, U was - i);                        \
		RETURNS(p##_fetch_inc##o(&x), was, U was + 1);                           \
		RETURNS(p##_fetch_dec##o(&x), was, U was - 1);                           \
		RETURNS(p##_fetch_and##o(i, &x), was, was &i);                           \
		RETURNS(p##_fetch_or##o(i, &x), was, was | i);                           \
		RETURNS(p##_fetch_xor##o(i, &x), was, was ^ i);                          \
		RETURNS(p##_fetch_andnot##o(i, &x), was, was & ~i);                      \
		RETURNS(p##_xchg##o(&x, i), was, i);                                     \
		RETURNS(p##_cmpxchg##o(&x, was, i), was, i);                             \
		RETURNS(p##_cmpxchg##o(&x, was ^ 1, i), was, was);                       \
		RETURNS(p##_add_negative##o(i, &x), (v_type)(U was + i) < 0, U was + i); \
		old = was;                                                               \
		RETURNS(p##_try_cmpxchg##o(&x, &old, i), 1, i);                          \
		old = was ^ 1;                                                           \
		RETURNS(p##_try_cmpxchg##o(&x, &old, i), 0, was);                        \
		KUNIT_EXPECT_EQ(test, old, was);                                         \
	} while (0)

#define CHECK_REST(p)                                                                      \
	do {                                                                               \
		RETURNS((p##_add(i, &x), 0), 0, U was + i);                                \
		RETURNS((p##_sub(i, &x), 0), 0, U was - i);                                \
		RETURNS((p##_inc(&x), 0), 0, U was + 1);                                   \
		RETURNS((p##_dec(&x), 0), 0, U was - 1);                                   \
		RETURNS((p##_and(i, &x), 0), 0, was &i);                                   \
		RETURNS((p##_or(i, &x), 0), 0, was | i);                                   \
		RETURNS((p##_xor(i, &x), 0), 0, was ^ i);                                  \
		RETURNS((p##_andnot(i, &x), 0), 0, was & ~i);                              \
		RETURNS((p##_set_release(&x, i), p##_read_acquire(&x)), i, i);             \
		RETURNS(p##_sub_and_test(i, &x), was == i, U was - i);                     \
		RETURNS(p##_dec_and_test(&x), was == 1, U was - 1);                        \
		RETURNS(p##_inc_and_test(&x), was == -1, U was + 1);                       \
		RETURNS(p##_fetch_add_unless(&x, 3, i), was, was == i ? was : U was + 3);  \
		RETURNS(p##_add_unless(&x, 3, i), was != i, was == i ? was : U was + 3);   \
		RETURNS(p##_inc_not_zero(&x), was != 0, was ? U was + 1 : 0);              \
		RETURNS(p##_inc_unless_negative(&x), was >= 0, was < 0 ? was : U was + 1); \
		RETURNS(p##_dec_unless_positive(&x), was <= 0, was > 0 ? was : U was - 1); \
		RETURNS(p##_dec_if_positive(&x), U was - 1, was > 0 ? was - 1 : was);      \
	} while (0)

#define FAMILY_TEST(name, p, a_type)                                                  \
	static void name(struct kunit *test)                                          \
	{                                                                             \
		a_type x;                                                             \
                                                                                      \
		for (int round = 0; round < 64; round++) {                            \
			v_type was = near_the_ends(kunit_rand(test)), old;            \
			v_type i = round % 4 ? near_the_ends(kunit_rand(test)) : was; \
                                                                                      \
			CHECK_ORDER(p, );                                             \
			CHECK_ORDER(p, _relaxed);                                     \
			CHECK_ORDER(p, _acquire);                                     \
			CHECK_ORDER(p, _release);                                     \
			CHECK_REST(p);                                                \
		}                                                                     \
	}

/* Small numbers of either sign, those at the ends of 32 and 64 bits, and any. */
static u64 near_the_ends(u64 r)
{
	u64 small = r % 8 - 4;

	switch (r / 8 % 4) {
	case 0:
		return small;
	case 1:
		return 0x80000000ull + small;
	case 2:
		return 0x8000000000000000ull + small;
	default:
		return r;
	}
}

#define v_type int
#define U      (unsigned int)
#define p_set  atomic_set
#define p_read atomic_read
FAMILY_TEST(every_int_operation, atomic, atomic_t)
#undef v_type
#undef U
#undef p_set
#undef p_read
#define v_type long
#define U      (unsigned long)
#define p_set  atomic_long_set
#define p_read atomic_long_read
FAMILY_TEST(every_long_operation, atomic_long, atomic_long_t)
#undef v_type
#undef U
#undef p_set
#undef p_read
#define v_type s64
#define U      (u64)
#define p_set  atomic64_set
#define p_read atomic64_read
FAMILY_TEST(every_64_bit_operation, atomic64, atomic64_t)

/* ---- several CPUs ---- */

#define NR_ROUNDS 4000

static atomic_t count, never_twice, in_list;
static atomic_long_t sum;
static refcount_t refs;
static unsigned long bits[2], mismatches;
static unsigned long taken_out;
static DEFINE_SPINLOCK(list_lock);

static void change_together(void *unused)
{
	for (int i = 0; i < NR_ROUNDS; i++) {
		int old = atomic_read(&count);

		atomic_inc(&count);
		atomic_add_return_relaxed(2, &count);
		atomic_sub_return_release(1, &count);
		while (!atomic_try_cmpxchg_acquire(&count, &old, old + 1))
			;
		atomic_long_add(atomic_fetch_inc(&never_twice), &sum);
		if (!test_and_set_bit_lock(65, bits)) {
			taken_out++; /* only the holder of the bit is here */
			clear_bit_unlock(65, bits);
		} else {
			change_bit(smp_processor_id(), bits);
			change_bit(smp_processor_id(), bits);
		}
		refcount_inc(&refs);
		if (refcount_dec_and_test(&refs))
			WRITE_ONCE(mismatches, 1);
	}
}

static void nothing_is_lost(struct kunit *test)
{
	unsigned long n = (unsigned long)READ_ONCE(nr_online_cpus) * NR_ROUNDS;

	atomic_set(&count, 0);
	atomic_set(&never_twice, 0);
	atomic_long_set(&sum, 0);
	refcount_set(&refs, 1);
	bits[0] = bits[1] = taken_out = mismatches = 0;
	run_on_cpus(change_together, NULL);
	KUNIT_EXPECT_EQ(test, atomic_read(&count), 3 * n);
	/* Each number 0 … n - 1 was drawn once. */
	KUNIT_EXPECT_EQ(test, atomic_long_read(&sum), n * (n - 1) / 2);
	KUNIT_EXPECT_EQ(test, refcount_read(&refs), 1);
	KUNIT_EXPECT_EQ(test, mismatches, 0);
	KUNIT_EXPECT_EQ(test, bits[0] | bits[1], 0);
	KUNIT_EXPECT_GT(test, taken_out, 0);
}

/*
 * An object in a list (in_list): found and used under the lock, taken out with the last reference.
 * Nobody may find it with a count of 0.
 */
static void find_and_put(void *unused)
{
	for (int i = 0; i < NR_ROUNDS; i++) {
		spin_lock(&list_lock);
		if (!atomic_read(&in_list)) {
			atomic_set(&in_list, 1);
			refcount_set(&refs, 1);
		} else if (!refcount_inc_not_zero(&refs)) {
			WRITE_ONCE(mismatches, 1);
		}
		spin_unlock(&list_lock);
		cpu_relax();
		if (refcount_dec_and_lock(&refs, &list_lock)) {
			atomic_set(&in_list, 0);
			taken_out++;
			spin_unlock(&list_lock);
		}
	}
}

static void never_found_dead(struct kunit *test)
{
	atomic_set(&in_list, 0);
	refcount_set(&refs, 0);
	taken_out = mismatches = 0;
	run_on_cpus(find_and_put, NULL);
	KUNIT_EXPECT_EQ(test, mismatches, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&in_list), 0);
	KUNIT_EXPECT_EQ(test, refcount_read(&refs), 0);
	KUNIT_EXPECT_GT(test, taken_out, 0);
}

static struct kunit_case cases[] = { KUNIT_CASE(int_operations),
				     KUNIT_CASE(exchanges),
				     KUNIT_CASE(wide_operations),
				     KUNIT_CASE(every_int_operation),
				     KUNIT_CASE(every_long_operation),
				     KUNIT_CASE(every_64_bit_operation),
				     KUNIT_CASE(refcount_in_range),
				     KUNIT_CASE(refcount_misuse),
				     KUNIT_CASE(refcount_values_before),
				     KUNIT_CASE(last_reference_locks),
				     KUNIT_CASE(nothing_is_lost),
				     KUNIT_CASE(never_found_dead),
				     {} };

static struct kunit_suite suite = { .name = "atomic", .test_cases = cases };
kunit_test_suite(suite);
