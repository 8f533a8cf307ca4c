// SPDX-License-Identifier: MIT
/*
 * Tests of the scopes of linux/sched/mm.h, and of the page allocator's obeying them.
 *
 * Mutations that must make them fail: __memalloc_restore() clearing a scope that was open before;
 * current_gfp_context() leaving __GFP_FS in a noio scope; scoped_gfp() without PF_MEMALLOC, and
 * without the test for __GFP_NOMEMALLOC; gfpflags_allow_blocking() that looks at __GFP_RECLAIM, or
 * at __GFP_IO; might_alloc() that asks whatever the flags are, or (debug builds) nothing.
 */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
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

/* Every mask that is spelled, and each bit alone: only the one that waits for memory sleeps. */
static void who_may_sleep(struct kunit *test)
{
	static const struct {
		gfp_t gfp;
		bool blocks;
	} masks[] = {
		{ GFP_KERNEL, true },	{ GFP_KERNEL_ACCOUNT, true }, { GFP_NOIO, true },
		{ GFP_NOFS, true },	{ GFP_USER, true },	      { GFP_HIGHUSER, true },
		{ GFP_ATOMIC, false },	{ GFP_NOWAIT, false },	      { GFP_DMA, false },
		{ GFP_DMA32, false },	{ GFP_HIGHUSER_MOVABLE, true },
		{ __GFP_RECLAIM, true }, { GFP_KERNEL & ~__GFP_DIRECT_RECLAIM, false },
		{ GFP_ATOMIC | __GFP_ZERO | __GFP_NOWARN | __GFP_COMP, false },
	};

	for (int i = 0; i < ARRAY_SIZE(masks); i++)
		KUNIT_EXPECT_EQ_MSG(test, gfpflags_allow_blocking(masks[i].gfp), masks[i].blocks,
				    "mask %d", i);
	for (int bit = 0; bit < __GFP_BITS_SHIFT; bit++) {
		gfp_t one = (__force gfp_t)(1u << bit);

		KUNIT_EXPECT_EQ_MSG(test, gfpflags_allow_blocking(one), one == __GFP_DIRECT_RECLAIM,
				    "bit %d", bit);
	}
}

static void may_allocate(gfp_t gfp)
{
	might_alloc(gfp);
}

/* Debug builds say where a request that may sleep must not be made. */
static void asked_where_it_may_not(struct kunit *test)
{
	KUNIT_EXPECT_NO_REPORT(test, may_allocate(GFP_KERNEL));
	preempt_disable();
	KUNIT_EXPECT_NO_REPORT(test, may_allocate(GFP_ATOMIC));
	KUNIT_EXPECT_NO_REPORT(test, may_allocate(GFP_NOWAIT));
#ifdef QUARRY_DEBUG
	KUNIT_EXPECT_REPORT(test, "sleeping function called from invalid context", may_allocate(GFP_NOFS));
#else
	KUNIT_EXPECT_NO_REPORT(test, may_allocate(GFP_NOFS));
#endif
	preempt_enable();
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
	KUNIT_CASE(who_may_sleep),
	KUNIT_CASE(asked_where_it_may_not),
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
