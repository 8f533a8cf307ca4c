// SPDX-License-Identifier: MIT
/*
 * Arithmetic: overflow, rounding, minima, error pointers, atomics, reference counts, time in ticks.
 *
 * Source: "The Linux Kernel API" (overflow helpers, division functions, atomics), "refcount_t API
 * compared to atomic_t", "Semantics and Behavior of Atomic and Bitmask Operations".
 */
#include <linux/align.h>
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/math.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/refcount.h>
#include "conform.h"

static void overflows(conform_t *c)
{
	int i = 0;
	u8 b = 0;
	size_t n = 0;

	ROW(c, "overflow.add", 1, check_add_overflow((int)any(INT_MAX), 1, &i));
	ROW(c, "overflow.add_wraps", INT_MIN, i);
	ROW(c, "overflow.add_fits", 0, check_add_overflow((int)any(1), 2, &i));
	ROW(c, "overflow.add_narrow", 1, check_add_overflow((int)any(200), 100, &b));
	ROW(c, "overflow.add_narrow_wraps", 44, b);
	ROW(c, "overflow.sub_unsigned", 1, check_sub_overflow((size_t)any(1), (size_t)2, &n));
	ROW(c, "overflow.mul", 1, check_mul_overflow(any(1UL << 33), 1UL << 31, &n));
	ROW(c, "overflow.mul_fits", 0, check_mul_overflow(any(1UL << 32), 1UL << 31, &n));
	ROW(c, "overflow.mul_negative", 0, check_mul_overflow((int)any(-3), 5, &i));
	ROW(c, "overflow.mul_negative_value", -15, i);
	ROW(c, "overflow.shl_fits", 0, check_shl_overflow((u8)any(1), 7, &b));
	ROW(c, "overflow.shl_value", 128, b);
	ROW(c, "overflow.shl_lost", 1, check_shl_overflow((u8)any(3), 7, &b));
	ROW(c, "overflow.shl_sign", 1, check_shl_overflow((int)any(1), 31, &i));
	ROW(c, "overflow.shl_negative_shift", 1, check_shl_overflow((int)any(1), -1, &i));
	ROW(c, "overflow.shl_by_nothing_valid_is_none", 1, i);
	ROW(c, "overflow.shl_lost_is_cut", 128, b);
}

struct flexible {
	int count;
	u32 items[];
};

static void sizes(conform_t *c)
{
	struct flexible *f = NULL;

	ROW(c, "size.mul", 48, size_mul(any(6), 8));
	ROW(c, "size.mul_saturates", -1, size_mul(any(SIZE_MAX / 2), 3));
	ROW(c, "size.add_saturates", -1, size_add(any(SIZE_MAX), 1));
	ROW(c, "size.add_of_saturated", -1, size_add(any(SIZE_MAX), 0));
	ROW(c, "size.sub", 2, size_sub(any(5), 3));
	ROW(c, "size.sub_below_saturates", -1, size_sub(any(3), 5));
	ROW(c, "size.sub_of_saturated", -1, size_sub(any(SIZE_MAX), 1));
	ROW(c, "size.array", 800, array_size(any(100), 8));
	ROW(c, "size.array3_saturates", -1, array3_size(any(1UL << 30), 1UL << 30, 16));
	ROW(c, "size.struct", 4 + 40, struct_size(f, items, any(10)));
	ROW(c, "size.struct_saturates", -1, struct_size(f, items, any(SIZE_MAX / 2)));
	ROW(c, "size.flex_array", 40, flex_array_size(f, items, any(10)));
	ROW(c, "size.struct_t", 4 + 8, struct_size_t(struct flexible, items, 2));
}

static void minima(conform_t *c)
{
	int calls = 0;

	ROW(c, "min.signed", -3, min((int)any(-3), 5));
	ROW(c, "max.unsigned", 7, max((unsigned int)any(7), 5u));
	ROW(c, "min.evaluates_once", 1, ({
		    (void)min(++calls, 10);
		    calls;
	    }));
	ROW(c, "min_t.converts", 5, min_t(unsigned int, any(-1L), 5));
	ROW(c, "max_t.converts", (u32)-1, max_t(u32, any(-1L), 5));
	ROW(c, "min3", 1, min3((int)any(3), 1, 2));
	ROW(c, "max3", 3, max3((int)any(3), 1, 2));
	ROW(c, "clamp.below", 10, clamp((int)any(-5), 10, 20));
	ROW(c, "clamp.above", 20, clamp((int)any(50), 10, 20));
	ROW(c, "clamp.within", 15, clamp((int)any(15), 10, 20));
	ROW(c, "clamp_t", 255, clamp_t(u8, any(255), 0, 255));
	ROW(c, "clamp_val", 7, clamp_val((u8)any(9), 1, 7));
	ROW(c, "min_not_zero.first_0", 5, min_not_zero((int)any(0), 5));
	ROW(c, "min_not_zero.both", 3, min_not_zero((int)any(5), 3));
	ROW(c, "min_not_zero.none", 0, min_not_zero((int)any(0), 0));
}

static void rounding(conform_t *c)
{
	u64 n = any(1000000007UL);
	u32 rest;

	ROW(c, "math.div_round_up", 4, DIV_ROUND_UP(any(10), 3));
	ROW(c, "math.div_round_up_even", 3, DIV_ROUND_UP(any(9), 3));
	ROW(c, "math.div_closest", 3, DIV_ROUND_CLOSEST((int)any(10), 3));
	ROW(c, "math.div_closest_half_up", 4, DIV_ROUND_CLOSEST((int)any(7), 2));
	ROW(c, "math.div_closest_negative", -4, DIV_ROUND_CLOSEST((int)any(-7), 2));
	ROW(c, "math.round_up", 64, round_up(any(33), 32));
	ROW(c, "math.round_up_0", 0, round_up(any(0), 32));
	ROW(c, "math.round_down", 32, round_down(any(63), 32));
	ROW(c, "math.roundup_odd", 21, roundup(any(15), 7));
	ROW(c, "math.rounddown_odd", 14, rounddown(any(15), 7));
	ROW(c, "math.align", 16, ALIGN(any(9), 8));
	ROW(c, "math.align_down", 8, ALIGN_DOWN(any(15), 8));
	ROW(c, "math.is_aligned", 0, IS_ALIGNED(any(12), 8));
	ROW(c, "math.ptr_align", 0x1010, (unsigned long)PTR_ALIGN((char *)any(0x1001), 16));
	ROW(c, "math.abs", 5, abs((int)any(-5)));
	ROW(c, "math.mult_frac", 333333333333333333L, mult_frac(any(1000000000000000000UL), 1, 3));
	ROW(c, "math.int_sqrt", 9, int_sqrt(any(99)));
	ROW(c, "math.do_div_rest", 7, do_div(n, 10));
	ROW(c, "math.do_div_quotient", 100000000, n);
	ROW(c, "math.div_u64_rem", 14, div_u64_rem(any(100), 7, &rest));
	ROW(c, "math.div_u64_rem_rest", 2, rest);
	ROW(c, "math.div_s64", -14, div_s64((s64)any(-100), 7));
	ROW(c, "math.upper_32_bits", 0x12345678, upper_32_bits(any(0x123456789abcdef0UL)));
	ROW(c, "math.lower_32_bits", 0x9abcdef0U, lower_32_bits(any(0x123456789abcdef0UL)));
	ROW(c, "hash.32", 0x61c88647U >> 22, hash_32(any(1), 10));
	ROW(c, "hash.64", 0x61c8864680b583ebULL >> 54, hash_64(any(1), 10));
}

static void errors(conform_t *c)
{
	void *p = ERR_PTR((long)any(-ENOMEM));

	ROW(c, "err.is_err", 1, IS_ERR(p));
	ROW(c, "err.ptr_err", -ENOMEM, PTR_ERR(p));
	ROW(c, "err.null_is_none", 0, IS_ERR(any_ptr(NULL)));
	ROW(c, "err.null_or", 1, IS_ERR_OR_NULL(any_ptr(NULL)));
	ROW(c, "err.largest", 1, IS_ERR_VALUE(any(-4095L)));
	ROW(c, "err.beyond_largest", 0, IS_ERR_VALUE(any(-4096L)));
	ROW(c, "err.or_zero", 0, PTR_ERR_OR_ZERO(&p));
	ROW(c, "err.or_zero_of_error", -ENOMEM, PTR_ERR_OR_ZERO(p));
	ROW(c, "err.zero_size_ptr_is_none", 0, IS_ERR((void *)any(16)));
	ROW(c, "errno.enomem", 12, ENOMEM);
	ROW(c, "errno.efault", 14, EFAULT);
	ROW(c, "errno.eopnotsupp", 95, EOPNOTSUPP);
	ROW(c, "errno.etimedout", 110, ETIMEDOUT);
	ROW(c, "errno.erestartsys", 512, ERESTARTSYS);
}

static void atomics(conform_t *c)
{
	atomic_t a = ATOMIC_INIT(5);
	atomic64_t w = ATOMIC64_INIT(1LL << 40);
	int old = 6;

	ROW(c, "atomic.add_return", 8, atomic_add_return(3, &a));
	ROW(c, "atomic.fetch_add", 8, atomic_fetch_add(2, &a));
	ROW(c, "atomic.fetch_or", 10, atomic_fetch_or(1, &a));
	ROW(c, "atomic.fetch_andnot", 11, atomic_fetch_andnot(8, &a));
	ROW(c, "atomic.xchg", 3, atomic_xchg(&a, 7));
	ROW(c, "atomic.cmpxchg_other", 7, atomic_cmpxchg(&a, 6, 1));
	ROW(c, "atomic.try_cmpxchg_other", 0, atomic_try_cmpxchg(&a, &old, 1));
	ROW(c, "atomic.try_cmpxchg_tells_old", 7, old);
	ROW(c, "atomic.try_cmpxchg", 1, atomic_try_cmpxchg(&a, &old, 1));
	ROW(c, "atomic.dec_and_test", 1, atomic_dec_and_test(&a));
	ROW(c, "atomic.inc_not_zero_of_0", 0, atomic_inc_not_zero(&a));
	ROW(c, "atomic.dec_if_positive_of_0", -1, atomic_dec_if_positive(&a));
	ROW(c, "atomic.dec_if_positive_keeps", 0, atomic_read(&a));
	ROW(c, "atomic.add_negative", 1, atomic_add_negative(-1, &a));
	ROW(c, "atomic.inc_and_test", 1, atomic_inc_and_test(&a));
	ROW(c, "atomic.add_unless", 1, atomic_add_unless(&a, 5, 1));
	ROW(c, "atomic.add_unless_equal", 0, atomic_add_unless(&a, 5, 5));
	ROW(c, "atomic.fetch_add_unless", 5, atomic_fetch_add_unless(&a, 5, 5));
	atomic_set(&a, INT_MAX);
	ROW(c, "atomic.overflow_wraps", INT_MIN, atomic_inc_return(&a));
	ROW(c, "atomic.inc_unless_negative", 0, atomic_inc_unless_negative(&a));
	ROW(c, "atomic64.sub_return", (1LL << 40) - 1, atomic64_sub_return(1, &w));
	ROW(c, "atomic64.fetch_xor", (1LL << 40) - 1, atomic64_fetch_xor(-1, &w));
	ROW(c, "atomic64.value", -(1LL << 40), atomic64_read(&w));
}

static void references(conform_t *c)
{
	refcount_t r = REFCOUNT_INIT(1);

	refcount_inc(&r);
	ROW(c, "refcount.inc", 2, refcount_read(&r));
	ROW(c, "refcount.dec_and_test_2", 0, refcount_dec_and_test(&r));
	ROW(c, "refcount.dec_not_one", 0, refcount_dec_not_one(&r));
	ROW(c, "refcount.dec_if_one", 1, refcount_dec_if_one(&r));
	ROW(c, "refcount.inc_not_zero_of_0", 0, refcount_inc_not_zero(&r));
	refcount_set(&r, 5);
	ROW(c, "refcount.sub_and_test", 1, refcount_sub_and_test(5, &r));
	refcount_set(&r, 3);
	refcount_add(4, &r);
	ROW(c, "refcount.add", 7, refcount_read(&r));
	ROW(c, "refcount.add_not_zero", 1, refcount_add_not_zero(2, &r));
	ROW(c, "refcount.saturated", (u32)0xc0000000, (u32)REFCOUNT_SATURATED);
	refcount_set(&r, REFCOUNT_SATURATED);
	ROW(c, "refcount.saturated_is_huge", 0xc0000000LL, refcount_read(&r));
}

/* A count that went wrong stays what it is: the object leaks. */
static void saturation(conform_t *c)
{
	refcount_t r = REFCOUNT_INIT(0);
	bool last = true;

	CONFORM_WARNS(c, refcount_inc(&r));
	ROW(c, "refcount.inc_of_0_saturates", 0xc0000000LL, refcount_read(&r));
	refcount_set(&r, INT_MAX);
	CONFORM_WARNS(c, refcount_inc(&r));
	ROW(c, "refcount.inc_of_largest_saturates", 0xc0000000LL, refcount_read(&r));
	CONFORM_WARNS(c, last = refcount_dec_and_test(&r));
	ROW(c, "refcount.saturated_is_never_last", 0, last);
	ROW(c, "refcount.saturated_stays", 0xc0000000LL, refcount_read(&r));
	refcount_set(&r, 1);
	CONFORM_WARNS(c, refcount_dec(&r));
	ROW(c, "refcount.dec_to_0_saturates", 0xc0000000LL, refcount_read(&r));
	refcount_set(&r, 2);
	CONFORM_WARNS(c, last = refcount_sub_and_test(3, &r));
	ROW(c, "refcount.sub_below_0", 0, last);
	ROW(c, "refcount.sub_below_0_saturates", 0xc0000000LL, refcount_read(&r));
	refcount_set(&r, INT_MAX - 1);
	CONFORM_WARNS(c, last = refcount_add_not_zero(5, &r));
	ROW(c, "refcount.add_not_zero_beyond", 1, last);
	ROW(c, "refcount.add_not_zero_saturates", 0xc0000000LL, refcount_read(&r));
}

static void ticks(conform_t *c)
{
	unsigned long now = jiffies;

	ROW(c, "jiffies.ms_0", 0, msecs_to_jiffies(any(0)));
	ROW(c, "jiffies.ms_rounds_up", 1, msecs_to_jiffies(any(1)));
	ROW(c, "jiffies.second", HZ, msecs_to_jiffies(any(1000)));
	ROW(c, "jiffies.ms_1001", HZ + 1, msecs_to_jiffies(any(1001)));
	ROW(c, "jiffies.negative_is_for_ever", (LONG_MAX >> 1) - 1, msecs_to_jiffies(any(-1L)));
	ROW(c, "jiffies.us_rounds_up", 1, usecs_to_jiffies(any(1)));
	ROW(c, "jiffies.us_second", HZ, usecs_to_jiffies(any(1000000)));
	ROW(c, "jiffies.to_ms", 1000, jiffies_to_msecs(any(HZ)));
	ROW(c, "jiffies.to_ms_one", 1000 / HZ, jiffies_to_msecs(any(1)));
	ROW(c, "jiffies.after", 1, time_after(now + 1, now));
	ROW(c, "jiffies.after_same", 0, time_after(now, now));
	ROW(c, "jiffies.after_eq_same", 1, time_after_eq(now, now));
	ROW(c, "jiffies.after_across_wrap", 1, time_after(any(5), any(-5L)));
	ROW(c, "jiffies.before_across_wrap", 1, time_before(any(-5L), any(5)));
	ROW(c, "jiffies.in_range", 1, time_in_range(now, now - 1, now + 1));
}

CONFORM_AREA(number, CONFORM_CASE(overflows), CONFORM_CASE(sizes), CONFORM_CASE(minima),
	     CONFORM_CASE(rounding), CONFORM_CASE(errors), CONFORM_CASE(atomics),
	     CONFORM_CASE(references), CONFORM_CASE(saturation), CONFORM_CASE(ticks));
