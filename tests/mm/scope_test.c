// SPDX-License-Identifier: MIT
/*
 * Tests of the scopes of linux/sched/mm.h, and of the page allocator's obeying them.
 *
 * Mutations that must make them fail: __memalloc_restore() clearing a scope that was open before;
 * current_gfp_context() leaving __GFP_FS in a noio scope; scoped_gfp() without PF_MEMALLOC, and
 * without the test for __GFP_NOMEMALLOC.
 */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include "tests/mm/user_fixture.h"

static void flags_in_scopes(struct kunit *test)
{
	unsigned int io, fs, inner;

	KUNIT_EXPECT_EQ(test, (u32)current_gfp_context(GFP_KERNEL), (u32)GFP_KERNEL);
	fs = memalloc_nofs_save();
	KUNIT_EXPECT_EQ(test, (u32)current_gfp_context(GFP_KERNEL), (u32)GFP_NOFS);
	io = memalloc_noio_save();
	KUNIT_EXPECT_EQ(test, (u32)current_gfp_context(GFP_KERNEL), (u32)GFP_NOIO);
	KUNIT_EXPECT_EQ(test, (u32)current_gfp_context(GFP_ATOMIC), (u32)GFP_ATOMIC);
	inner = memalloc_noio_save();
	memalloc_noio_restore(inner);
	KUNIT_EXPECT_EQ(test, (u32)current_gfp_context(GFP_KERNEL), (u32)GFP_NOIO);
	memalloc_noio_restore(io);
	KUNIT_EXPECT_EQ(test, (u32)current_gfp_context(GFP_KERNEL), (u32)GFP_NOFS);
	memalloc_nofs_restore(fs);
	KUNIT_EXPECT_EQ(test, (u32)current_gfp_context(GFP_KERNEL), (u32)GFP_KERNEL);
}

/* Without memory for others there is some in a noreclaim scope, unless the request waives it. */
static void reserves_in_a_scope(struct kunit *test)
{
	const gfp_t quiet = GFP_KERNEL | __GFP_NOWARN;
	struct page *page, *waived;
	unsigned int flags;

	memory_exhaust(test);
	KUNIT_EXPECT_NULL(test, alloc_page(quiet));
	flags = memalloc_noreclaim_save();
	page = alloc_page(quiet);
	waived = alloc_page(quiet | __GFP_NOMEMALLOC);
	memalloc_noreclaim_restore(flags);
	KUNIT_EXPECT_NOT_NULL(test, page);
	KUNIT_EXPECT_NULL(test, waived);
	KUNIT_EXPECT_NULL(test, alloc_page(quiet));
	if (page)
		__free_page(page);
	if (waived)
		__free_page(waived);
	memory_release(test);
}

static struct kunit_case scope_cases[] = {
	KUNIT_CASE(flags_in_scopes),
	KUNIT_CASE(reserves_in_a_scope),
	{}
};

static struct kunit_suite scope_suite = {
	.name = "memalloc_scope",
	.init = user_fixture_init,
	.exit = user_fixture_exit,
	.test_cases = scope_cases,
};
kunit_test_suite(scope_suite);
