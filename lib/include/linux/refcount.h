/* SPDX-License-Identifier: MIT */
/*
 * Reference counts that cannot wrap. A count that leaves 1 … INT_MAX the wrong way is pinned at
 * REFCOUNT_SATURATED and reported: the object leaks instead of being used after its free.
 */
#ifndef LINUX_REFCOUNT_H
#define LINUX_REFCOUNT_H

#include <linux/atomic.h>
#include <linux/limits.h>

typedef struct refcount_struct {
	atomic_t refs;
} refcount_t;

#define REFCOUNT_INIT(n)               \
	{                              \
		.refs = ATOMIC_INIT(n) \
	}
#define REFCOUNT_MAX INT_MAX
/*
 * In the middle of the negative half, so that racing increments and decrements don't bring it back.
 */
#define REFCOUNT_SATURATED (INT_MIN / 2)

enum refcount_saturation_type {
	REFCOUNT_ADD_NOT_ZERO_OVF,
	REFCOUNT_ADD_OVF,
	REFCOUNT_ADD_UAF,
	REFCOUNT_SUB_UAF,
	REFCOUNT_DEC_LEAK,
};

/*
 * Pin the count and warn, with the sentence for `why`: once for each sentence, so that an object
 * which went wrong once does not fill the log.
 */
void refcount_warn_saturate(refcount_t *r, enum refcount_saturation_type why);
/* The sentences that were said, BIT(type) each. A test that wants to see one again clears it. */
extern unsigned long refcount_warned;

static inline void refcount_set(refcount_t *r, int n)
{
	atomic_set(&r->refs, n);
}

static inline unsigned int refcount_read(const refcount_t *r)
{
	return atomic_read(&r->refs);
}

/*
 * The names with underscores also tell the value before, where `oldp` is not NULL. Ordering: giving
 * up a reference is done after everything that preceded it, and whoever gave up the last sees all of
 * it; taking one orders nothing that callers may rely on.
 */
static inline __must_check bool __refcount_add_not_zero(int i, refcount_t *r, int *oldp)
{
	int old = atomic_fetch_add_unless(&r->refs, i, 0);

	if (oldp)
		*oldp = old;
	if (unlikely(old < 0 || old > REFCOUNT_MAX - i))
		refcount_warn_saturate(r, REFCOUNT_ADD_NOT_ZERO_OVF);
	return old;
}

static inline __must_check bool refcount_add_not_zero(int i, refcount_t *r)
{
	return __refcount_add_not_zero(i, r, NULL);
}

static inline __must_check bool __refcount_inc_not_zero(refcount_t *r, int *oldp)
{
	return __refcount_add_not_zero(1, r, oldp);
}

static inline __must_check bool refcount_inc_not_zero(refcount_t *r)
{
	return __refcount_inc_not_zero(r, NULL);
}

static inline void __refcount_add(int i, refcount_t *r, int *oldp)
{
	int old = atomic_fetch_add(i, &r->refs);

	if (oldp)
		*oldp = old;
	if (unlikely(old == 0))
		refcount_warn_saturate(r, REFCOUNT_ADD_UAF);
	else if (unlikely(old < 0 || old > REFCOUNT_MAX - i))
		refcount_warn_saturate(r, REFCOUNT_ADD_OVF);
}

static inline void refcount_add(int i, refcount_t *r)
{
	__refcount_add(i, r, NULL);
}

static inline void __refcount_inc(refcount_t *r, int *oldp)
{
	__refcount_add(1, r, oldp);
}

static inline void refcount_inc(refcount_t *r)
{
	__refcount_inc(r, NULL);
}

static inline __must_check bool __refcount_sub_and_test(int i, refcount_t *r, int *oldp)
{
	int old = atomic_fetch_sub(i, &r->refs);

	if (oldp)
		*oldp = old;
	if (old > 0 && old == i)
		return true;
	if (unlikely(old <= 0 || old < i))
		refcount_warn_saturate(r, REFCOUNT_SUB_UAF);
	return false;
}

static inline __must_check bool refcount_sub_and_test(int i, refcount_t *r)
{
	return __refcount_sub_and_test(i, r, NULL);
}

static inline __must_check bool __refcount_dec_and_test(refcount_t *r, int *oldp)
{
	return __refcount_sub_and_test(1, r, oldp);
}

static inline __must_check bool refcount_dec_and_test(refcount_t *r)
{
	return __refcount_dec_and_test(r, NULL);
}

/* For a count that is known not to be the last. */
static inline void __refcount_dec(refcount_t *r, int *oldp)
{
	int old = atomic_fetch_sub(1, &r->refs);

	if (oldp)
		*oldp = old;
	if (unlikely(old <= 1))
		refcount_warn_saturate(r, REFCOUNT_DEC_LEAK);
}

static inline void refcount_dec(refcount_t *r)
{
	__refcount_dec(r, NULL);
}

/* 1 -> 0, nothing else: was it done? */
static inline __must_check bool refcount_dec_if_one(refcount_t *r)
{
	int one = 1;

	return atomic_try_cmpxchg(&r->refs, &one, 0);
}

/* Decrement unless that would give up the last reference; false: it is the last, and still there. */
__must_check bool refcount_dec_not_one(refcount_t *r);

/*
 * Decrement; if that gives up the last reference, with the lock taken before: true, and the lock is
 * held. For objects that others find under that lock (lib/sync/dec_and_lock.c).
 */
struct mutex;
struct spinlock;
__must_check bool refcount_dec_and_mutex_lock(refcount_t *r, struct mutex *lock);
__must_check bool refcount_dec_and_lock(refcount_t *r, struct spinlock *lock);
__must_check bool refcount_dec_and_lock_irqsave(refcount_t *r, struct spinlock *lock,
						unsigned long *flags);

#endif
