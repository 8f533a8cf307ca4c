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

/* Objects that aren't free, those in RCU's hands gone, of the caches with such names. */
static inline unsigned long objects_live(const char *start, const char *end)
{
	struct slab_usage usage = { 0 };
	unsigned long objects = 0;

	mm_quiesce();
	while (slab_usage_next(usage.id, &usage)) {
		size_t length = strlen(usage.name), n = strlen(end);

		if (!strncmp(usage.name, start, strlen(start)) && length >= n &&
		    !strcmp(usage.name + length - n, end))
			objects += usage.objects;
	}
	return objects;
}

static inline unsigned long nodes_live(void)
{
	return objects_live("radix_tree_node", "radix_tree_node");
}

/* IDA's, and whatever else has their size: only the difference says something. */
static inline unsigned long bitmaps_live(void)
{
	return objects_live("kmalloc-", "-128");
}

/* At the end of a case: nothing is stored any more, and no node is left. */
static inline void expect_gone(struct kunit *test, struct xarray *xa)
{
	KUNIT_EXPECT_TRUE(test, xa_empty(xa));
	KUNIT_EXPECT_TRUE(test, xa_valid(xa));
	KUNIT_EXPECT_EQ(test, nodes_live(), 0UL);
}

#endif
