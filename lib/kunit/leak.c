// SPDX-License-Identifier: MIT
/*
 * A case that is to lose nothing: at its end all memory is scanned for what nobody refers to
 * (linux/kmemleak.h).
 *
 * It is an action of the case (resource.c), so it runs behind those that were added later, which may
 * free what the case has. What an earlier scan has told of is not told again. A scan that could not be
 * made is a failure: nobody has looked. With kmemleak=off nobody was to.
 *
 * Context: the case's. Cost: that of a scan.
 */
#include <linux/kmemleak.h>
#include "internal.h"

static void scan(void *ctx)
{
	struct kunit *test = ctx;
	long lost;

	kmemleak_forget_stack();
	lost = kmemleak_report_new();
	if (lost < 0)
		kunit_fail_text(test, "no scan for leaks could be made: error %ld", lost);
	else if (lost)
		kunit_fail_text(test, "%ld block(s) are left that nobody refers to", lost);
}

void kunit_expect_no_leaks(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, kunit_add_action(test, scan, test), 0);
}
