/* SPDX-License-Identifier: MIT */
/*
 * Assertions at three prices, and numbered invariants.
 *
 *	assert(c)	 always compiled in; c costs O(1).
 *	assert_debug(c)	 debug builds; c costs little.
 *	assert_audit(c)	 debug builds with QUARRY_AUDIT; c may cost O(n), typically a whole x_valid().
 *
 * A switched-off assertion is still compiled, so it cannot rot, and never evaluated.
 *
 * A function x_valid() checks the invariants of a structure in the order of the file's statement of
 * theory:
 *
 *	if (!INVARIANT(3, zone->free == counted))
 *		return false;
 *
 * A broken one prints "x_valid: invariant I3 broken: zone->free == counted". That line is not a bug
 * report: who asked decides.
 */
#ifndef QUARRY_ASSERT_H
#define QUARRY_ASSERT_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/bug.h>

#define assert(cond) BUG_ON(!(cond))

#ifdef QUARRY_DEBUG
#define assert_debug(cond) assert(cond)
#else
#define assert_debug(cond) ((void)(0 && (cond)))
#endif

#if defined(QUARRY_DEBUG) && defined(QUARRY_AUDIT)
#define assert_audit(cond) assert(cond)
#else
#define assert_audit(cond) ((void)(0 && (cond)))
#endif

/* Print the line above; always false. */
bool invariant_broken(const char *func, int n, const char *expr) __cold;

/* False if broken: said here as well, for whoever reads no function body (the compiler's analyzer). */
#define INVARIANT(n, cond) (likely(cond) || (invariant_broken(__func__, (n), #cond), false))

#endif
