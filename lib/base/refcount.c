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
#include <linux/bug.h>

static const char *const sentences[] = {
	[REFCOUNT_ADD_NOT_ZERO_OVF] = "saturated; leaking memory",
	[REFCOUNT_ADD_OVF] = "saturated; leaking memory",
	[REFCOUNT_ADD_UAF] = "addition on 0; use-after-free",
	[REFCOUNT_SUB_UAF] = "underflow; use-after-free",
	[REFCOUNT_DEC_LEAK] = "decrement hit 0; leaking memory",
};

/**
 * refcount_warn_saturate - pin the count and say why
 */
void refcount_warn_saturate(refcount_t *r, enum refcount_saturation_type why)
{
	refcount_set(r, REFCOUNT_SATURATED);
	WARN(true, "refcount_t: %s.", sentences[why]);
}
