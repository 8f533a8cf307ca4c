/* SPDX-License-Identifier: MIT */
/*
 * Broken invariants
 * =================
 *
 * The *_valid() functions name what they check by number, as the statement of theory of their file
 * does. This prints the number, so that the reader goes from the message to the sentence. It is a
 * message and no bug report: assertions make a report of the result, tests a failure, and a test of
 * the checker itself neither. Any context.
 */
#include <quarry/assert.h>
#include <linux/printk.h>

/**
 * invariant_broken - say which; always false
 */
bool invariant_broken(const char *func, int n, const char *expr)
{
	pr_err("%s: invariant I%d broken: %s\n", func, n, expr);
	return false;
}
