/* SPDX-License-Identifier: MIT */
/*
 * Reference counts: the slow side
 * ===============================
 *
 *	0 …… INT_MAX		in use (0: free, for good)
 *	INT_MIN …… -1		saturated: the count is pinned near REFCOUNT_SATURATED
 *
 * The fast paths in refcount.h do one atomic operation and look at the value before it. Whoever
 * sees one that is not allowed comes here, pins the count and warns. Between a wrong operation and
 * the pinning other CPUs may add or subtract; 2^30 of them would be needed to leave the negative
 * half (I1), so the object can only leak, never be freed under a user.
 */
#include <linux/refcount.h>
#include <linux/bits.h>
#include <linux/bug.h>

unsigned long refcount_warned;

static const char *const sentences[] = {
	[REFCOUNT_ADD_NOT_ZERO_OVF] = "saturated; leaking memory",
	[REFCOUNT_ADD_OVF] = "saturated; leaking memory",
	[REFCOUNT_ADD_UAF] = "addition on 0; use-after-free",
	[REFCOUNT_SUB_UAF] = "underflow; use-after-free",
	[REFCOUNT_DEC_LEAK] = "decrement hit 0; leaking memory",
};

/**
 * refcount_warn_saturate - pin the count; say why, the first time
 * @r: the count
 * @why: what was wrong
 *
 * Context: any.
 */
void refcount_warn_saturate(refcount_t *r, enum refcount_saturation_type why)
{
	refcount_set(r, REFCOUNT_SATURATED);
	if (!(arch_fetch_or(&refcount_warned, BIT(why)) & BIT(why)))
		WARN(true, "refcount_t: %s.", sentences[why]);
}

/**
 * refcount_dec_not_one - give up a reference unless it is the last
 * @r: the count
 *
 * A saturated count stays as it is, and says that it is not the last.
 * Context: any.
 * Return: false if it is the last: nothing was done.
 */
bool refcount_dec_not_one(refcount_t *r)
{
	int old = atomic_read(&r->refs);

	do {
		if (old < 0)
			return true;
		if (old == 1)
			return false;
		if (unlikely(old == 0)) {
			refcount_warn_saturate(r, REFCOUNT_SUB_UAF);
			return true;
		}
	} while (!atomic_try_cmpxchg(&r->refs, &old, old - 1));
	return true;
}
