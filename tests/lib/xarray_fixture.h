/* SPDX-License-Identifier: MIT */
/* What the tests of XArray, IDR and IDA share. */
#ifndef TESTS_LIB_XARRAY_FIXTURE_H
#define TESTS_LIB_XARRAY_FIXTURE_H

#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/mm_usage.h>
#include <linux/string.h>
#include <linux/xarray.h>
#include "lib/xarray/internal.h"

/* Something to store: never looked at. */
#define THING(n) ((void *)(0x100000UL + 8UL * (n)))

/* Nodes that aren't free, those in RCU's hands gone. */
static inline unsigned long nodes_live(void)
{
	struct slab_usage usage = { 0 };

	mm_quiesce();
	while (slab_usage_next(usage.id, &usage)) {
		if (!strcmp(usage.name, "radix_tree_node"))
			return usage.objects;
	}
	return ULONG_MAX;
}

/* At the end of a case: nothing is stored any more, and no node is left. */
static inline void expect_gone(struct kunit *test, struct xarray *xa)
{
	KUNIT_EXPECT_TRUE(test, xa_empty(xa));
	KUNIT_EXPECT_TRUE(test, xa_valid(xa));
	KUNIT_EXPECT_EQ(test, nodes_live(), 0UL);
}

#endif
