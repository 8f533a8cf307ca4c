// SPDX-License-Identifier: MIT
/*
 * Tests of mm/dma_debug.c: each way to end a mapping wrongly has its report, and right use has none.
 *
 * Mutations: tests/mutate/dma_debug.mut.
 */
#include <kunit/test.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "mm/dma_debug.h"

static u64 mask;
static struct device card = { .init_name = "card", .dma_mask = &mask },
		     other = { .init_name = "other", .dma_mask = &mask };
static bool booted;
static char *buf;

static int watched(struct kunit *test)
{
	booted = dma_debug_on;
	buf = kmalloc(256, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_ASSERT_EQ(test, dma_set_mask_and_coherent(&card, DMA_BIT_MASK(64)), 0);
	KUNIT_ASSERT_EQ(test, dma_debug_start(), 0);
	return 0;
}

static void as_before(struct kunit *test)
{
	dma_debug_stop();
	if (booted && dma_debug_start())
		KUNIT_FAIL(test, "no memory to go on watching");
	kfree(buf);
}

static dma_addr_t lend(struct kunit *test, size_t size, enum dma_data_direction dir)
{
	dma_addr_t a = dma_map_single(&card, buf, size, dir);

	KUNIT_ASSERT_EQ(test, dma_mapping_error(&card, a), 0);
	return a;
}

static void right_use_is_silent(struct kunit *test)
{
	dma_addr_t a = lend(test, 64, DMA_TO_DEVICE), b = 0;
	void *p = dma_alloc_coherent(&card, 5000, &b, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_NO_REPORT(test, dma_unmap_single(&card, a, 64, DMA_TO_DEVICE));
	KUNIT_EXPECT_NO_REPORT(test, dma_free_coherent(&card, 5000, p, b));
}

static void ended_twice(struct kunit *test)
{
	dma_addr_t a = lend(test, 64, DMA_TO_DEVICE);

	dma_unmap_single(&card, a, 64, DMA_TO_DEVICE);
	KUNIT_EXPECT_REPORT(test, "DMA-API: card: device driver tries to free DMA memory it has not allocated",
			    dma_unmap_single(&card, a, 64, DMA_TO_DEVICE));
	a = lend(test, 64, DMA_TO_DEVICE);
	KUNIT_EXPECT_REPORT(test, "it has not allocated", dma_unmap_single(&card, a + 8, 56, DMA_TO_DEVICE));
	KUNIT_EXPECT_REPORT(test, "other: device driver tries to free DMA memory it has not allocated",
			    dma_unmap_single(&other, a, 64, DMA_TO_DEVICE));
	KUNIT_EXPECT_NO_REPORT(test, dma_unmap_single(&card, a, 64, DMA_TO_DEVICE));
}

static void ended_otherwise(struct kunit *test)
{
	dma_addr_t a = lend(test, 64, DMA_TO_DEVICE), b = 0;
	void *p = dma_alloc_coherent(&card, 4096, &b, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_REPORT(test, "with different size [device address=0x",
			    dma_unmap_single(&card, a, 32, DMA_TO_DEVICE));
	a = lend(test, 64, DMA_TO_DEVICE);
	KUNIT_EXPECT_REPORT(test, "[map size=64 bytes] [unmap size=63 bytes]",
			    dma_unmap_single(&card, a, 63, DMA_TO_DEVICE));
	a = lend(test, 64, DMA_TO_DEVICE);
	KUNIT_EXPECT_REPORT(test, "with different direction",
			    dma_unmap_single(&card, a, 64, DMA_FROM_DEVICE));
	a = lend(test, 64, DMA_FROM_DEVICE);
	KUNIT_EXPECT_REPORT(test, "[mapped with DMA_FROM_DEVICE] [unmapped with DMA_BIDIRECTIONAL]",
			    dma_unmap_single(&card, a, 64, DMA_BIDIRECTIONAL));
	KUNIT_EXPECT_REPORT(test, "[mapped as coherent] [unmapped as single]",
			    dma_unmap_single(&card, b, 4096, DMA_BIDIRECTIONAL));
	KUNIT_EXPECT_REPORT(test, "it has not allocated", dma_free_coherent(&card, 4096, p, b));
	KUNIT_EXPECT_NO_REPORT(test, a = lend(test, 64, DMA_TO_DEVICE));
	dma_unmap_single(&card, a, 64, DMA_TO_DEVICE);
}

/* One address lent twice: the end that fits a mapping exactly is that mapping's. */
static void the_best_fit_is_ended(struct kunit *test)
{
	dma_addr_t a = lend(test, 64, DMA_TO_DEVICE);

	lend(test, 32, DMA_TO_DEVICE);
	lend(test, 32, DMA_FROM_DEVICE);
	KUNIT_EXPECT_NO_REPORT(test, dma_unmap_single(&card, a, 64, DMA_TO_DEVICE));
	KUNIT_EXPECT_NO_REPORT(test, dma_unmap_single(&card, a, 32, DMA_TO_DEVICE));
	KUNIT_EXPECT_NO_REPORT(test, dma_unmap_single(&card, a, 32, DMA_FROM_DEVICE));
	KUNIT_EXPECT_REPORT(test, "it has not allocated",
			    dma_unmap_single(&card, a, 32, DMA_FROM_DEVICE));
}

static unsigned int said;

static void count_lines(const char *line, size_t n)
{
	said += strnstr(line, "debugging out of memory - disabling", n) != NULL;
}

/* More mappings than are remembered: the watch ends with one line, and blames nobody. */
static void it_ends_when_full(struct kunit *test)
{
	printk_hook_t hook;
	dma_addr_t a = 0;

	said = 0;
	for (int i = 0; i < 1024; i++)
		a = lend(test, 64, DMA_TO_DEVICE);
	KUNIT_EXPECT_TRUE(test, dma_debug_on);
	hook = printk_set_hook(count_lines);
	lend(test, 64, DMA_TO_DEVICE);
	lend(test, 64, DMA_TO_DEVICE);
	printk_set_hook(hook);
	KUNIT_EXPECT_EQ(test, said, 1U);
	KUNIT_EXPECT_FALSE(test, dma_debug_on);
	KUNIT_EXPECT_NO_REPORT(test, dma_unmap_single(&card, a, 1, DMA_FROM_DEVICE));
}

/* Another CPU may have seen it on: what comes late is neither remembered nor blamed. */
static void switched_off_meanwhile(struct kunit *test)
{
	dma_addr_t a = lend(test, 64, DMA_TO_DEVICE);

	dma_debug_stop();
	KUNIT_EXPECT_NO_REPORT(test, dma_debug_map(&card, a, 64, DMA_TO_DEVICE, DMA_SINGLE));
	KUNIT_EXPECT_NO_REPORT(test, dma_debug_unmap(&card, a, 64, DMA_TO_DEVICE, DMA_SINGLE));
	KUNIT_EXPECT_FALSE(test, dma_debug_on);
	KUNIT_ASSERT_EQ(test, dma_debug_start(), 0);
	KUNIT_EXPECT_REPORT(test, "device driver tries to free DMA memory it has not allocated",
			    dma_unmap_single(&card, a, 64, DMA_TO_DEVICE));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(switched_off_meanwhile), KUNIT_CASE(right_use_is_silent),   KUNIT_CASE(ended_twice),
	KUNIT_CASE(ended_otherwise),	   KUNIT_CASE(the_best_fit_is_ended),
	KUNIT_CASE(it_ends_when_full),	   {}
};
static struct kunit_suite suite = {
	.name = "dma_debug", .init = watched, .exit = as_before, .test_cases = cases
};
kunit_test_suite(suite);
