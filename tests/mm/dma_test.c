// SPDX-License-Identifier: MIT
/*
 * Tests of mm/dma.c: what devices with masks of all sizes get, and what is refused.
 *
 * Mutations: tests/mutate/dma.mut.
 */
#include <kunit/test.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

static u64 streaming;
static struct device dev = { .init_name = "test-device", .dma_mask = &streaming };

static int all_memory(struct kunit *test)
{
	return dma_set_mask_and_coherent(&dev, DMA_BIT_MASK(64));
}

static void masks(struct kunit *test)
{
	struct device none = { .init_name = "none" };

	KUNIT_EXPECT_EQ(test, dma_set_mask(&dev, DMA_BIT_MASK(30)), 0);
	KUNIT_EXPECT_EQ(test, dma_get_mask(&dev), (1ULL << 30) - 1);
	KUNIT_EXPECT_EQ(test, dma_set_coherent_mask(&dev, DMA_BIT_MASK(24)), 0);
	KUNIT_EXPECT_EQ(test, dev.coherent_dma_mask, 0xffffffULL);
	KUNIT_EXPECT_EQ(test, dma_get_mask(&dev), (1ULL << 30) - 1);
	KUNIT_EXPECT_EQ(test, dma_set_mask_and_coherent(&dev, DMA_BIT_MASK(64)), 0);
	KUNIT_EXPECT_EQ(test, dma_get_mask(&dev), ~0ULL);
	KUNIT_EXPECT_EQ(test, dev.coherent_dma_mask, ~0ULL);
	KUNIT_EXPECT_EQ(test, dma_set_mask(&dev, 100), -EIO);
	KUNIT_EXPECT_EQ(test, dma_set_coherent_mask(&dev, 100), -EIO);
	KUNIT_EXPECT_EQ(test, dma_get_mask(&dev), ~0ULL);
	KUNIT_EXPECT_EQ(test, dma_set_mask(&none, ~0ULL), -EIO);
	KUNIT_EXPECT_EQ(test, dma_get_mask(&none), DMA_BIT_MASK(32));
	KUNIT_EXPECT_EQ(test, dma_set_mask_and_coherent(&none, ~0ULL), -EIO);
	KUNIT_EXPECT_EQ(test, none.coherent_dma_mask, 0ULL);
	KUNIT_EXPECT_EQ(test, dma_coerce_mask_and_coherent(&none, 100), -EIO);
	KUNIT_EXPECT_EQ(test, dma_coerce_mask_and_coherent(&none, DMA_BIT_MASK(32)), 0);
	KUNIT_EXPECT_EQ(test, dma_get_mask(&none), DMA_BIT_MASK(32));
	KUNIT_EXPECT_EQ(test, none.coherent_dma_mask, DMA_BIT_MASK(32));
}

/* Zeroed, whole pages, its own address, below the mask; all comes back. */
static void coherent(struct kunit *test)
{
	static const unsigned int bits[] = { 24, 26, 32, 40, 64 };
	unsigned long before;
	dma_addr_t handle;
	char *p;

	mm_quiesce();
	before = nr_free_pages();
	for (int i = 0; i < ARRAY_SIZE(bits); i++) {
		const size_t size = 3 * PAGE_SIZE - 5;

		KUNIT_ASSERT_EQ(test, dma_set_coherent_mask(&dev, DMA_BIT_MASK(bits[i])), 0);
		handle = 1;
		p = dma_alloc_coherent(&dev, size, &handle, GFP_KERNEL | __GFP_NOWARN);
		if (!p && bits[i] < 32)
			continue; /* a machine without low memory */
		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_EQ(test, handle, virt_to_phys(p));
		KUNIT_EXPECT_LE(test, handle + size - 1, DMA_BIT_MASK(bits[i]));
		KUNIT_EXPECT_EQ(test, handle % (4 * PAGE_SIZE), 0ULL);
		KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, size));
		memset(p, 0x5a, size); /* dirt for the next */
		dma_free_coherent(&dev, size, p, handle);
	}
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before);
}

static void coherent_limits(struct kunit *test)
{
	struct device maskless = { .init_name = "maskless" };
	dma_addr_t handle = 7;
	void *p;

	KUNIT_EXPECT_NULL(test, dma_alloc_coherent(&dev, 0, &handle, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, dma_alloc_attrs(&dev, 16UL << 20, &handle, GFP_KERNEL, DMA_ATTR_NO_WARN));
	KUNIT_EXPECT_EQ(test, handle, 7ULL);
	KUNIT_EXPECT_REPORT(test, "!mask", p = dma_alloc_coherent(&maskless, 64, &handle, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, p);
	p = dma_alloc_coherent(NULL, 64, &handle, GFP_KERNEL | __GFP_NOWARN);
	if (p)
		KUNIT_EXPECT_LE(test, handle, DMA_BIT_MASK(32));
	dma_free_coherent(NULL, 64, p, handle);
	KUNIT_EXPECT_NO_REPORT(test, dma_free_coherent(&dev, 64, NULL, 0));
	/* A zone in the flags is not asked for, nor is __GFP_COMP. */
	p = dma_alloc_coherent(&dev, 2 * PAGE_SIZE, &handle, GFP_KERNEL | __GFP_COMP | __GFP_DMA);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, page_count(virt_to_page(p + PAGE_SIZE)), 1);
	KUNIT_EXPECT_REPORT(test, "different CPU address",
			    dma_free_attrs(&dev, 2 * PAGE_SIZE, p, handle + PAGE_SIZE, 0));
	KUNIT_EXPECT_NO_REPORT(test, dma_free_attrs(&dev, 2 * PAGE_SIZE, p, handle, 0));
}

static void mappings(struct kunit *test)
{
	char *p = kmalloc(100, GFP_KERNEL);
	dma_addr_t a = dma_map_single(&dev, p + 4, 90, DMA_TO_DEVICE), b;

	KUNIT_EXPECT_EQ(test, dma_mapping_error(&dev, a), 0);
	KUNIT_EXPECT_EQ(test, a, virt_to_phys(p + 4));
	memset(p, 3, 100);
	/* The device sees the same memory: nothing is copied, in either direction. */
	dma_sync_single_for_device(&dev, a, 90, DMA_TO_DEVICE);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 3, 100));
	*(char *)phys_to_virt(a + 89) = 7;
	dma_sync_single_for_cpu(&dev, a, 90, DMA_FROM_DEVICE);
	KUNIT_EXPECT_EQ(test, p[93], 7);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 3, 93));
	KUNIT_EXPECT_NO_REPORT(test, dma_unmap_single(&dev, a, 90, DMA_TO_DEVICE));
	b = dma_map_page(&dev, virt_to_page(p), offset_in_page(p) + 1, 50, DMA_BIDIRECTIONAL);
	KUNIT_EXPECT_EQ(test, b, virt_to_phys(p + 1));
	KUNIT_EXPECT_NO_REPORT(test, dma_unmap_page(&dev, b, 50, DMA_BIDIRECTIONAL));
	KUNIT_EXPECT_REPORT(test, "invalid DMA memory address",
			    dma_unmap_page(&dev, DMA_MAPPING_ERROR, 50, DMA_BIDIRECTIONAL));
	KUNIT_EXPECT_FAULT(test, "valid_dma_direction", b = dma_map_single(&dev, p, 8, DMA_NONE));
	kfree(p);
}

/* What a device can't reach is refused: not contiguous, no memory, beyond its mask. */
static void mappings_refused(struct kunit *test)
{
	struct device blind = { .init_name = "blind" };
	void *v = vmalloc(100), *p = kmalloc(64, GFP_KERNEL);
	dma_addr_t a = 0;

	KUNIT_EXPECT_REPORT(test, "rejecting DMA map of vmalloc memory",
			    a = dma_map_single(&dev, v, 100, DMA_TO_DEVICE));
	KUNIT_EXPECT_EQ(test, dma_mapping_error(&dev, a), -ENOMEM);
	a = 0;
	KUNIT_EXPECT_REPORT(test, "which is no memory",
			    a = dma_map_single(&dev, (void *)0x1000, 100, DMA_TO_DEVICE));
	KUNIT_EXPECT_EQ(test, dma_mapping_error(&dev, a), -ENOMEM);
	a = 0;
	KUNIT_EXPECT_REPORT(test, "!dev->dma_mask", a = dma_map_single(&blind, p, 64, DMA_TO_DEVICE));
	KUNIT_EXPECT_EQ(test, a, DMA_MAPPING_ERROR);
	a = 0;
	streaming = virt_to_phys(p) + 62; /* all but its last byte */
	KUNIT_EXPECT_REPORT(test, "overflow (mask", a = dma_map_single(&dev, p, 64, DMA_TO_DEVICE));
	KUNIT_EXPECT_EQ(test, a, DMA_MAPPING_ERROR);
	streaming++;
	KUNIT_EXPECT_EQ(test, dma_map_single(&dev, p, 64, DMA_TO_DEVICE), virt_to_phys(p));
	vfree(v);
	kfree(p);
}

#define BLOCKS 100

/* Blocks don't overlap, don't cross the boundary, and lie where the device is told. */
static void pools(struct kunit *test)
{
	struct dma_pool *pool = dma_pool_create("blocks", &dev, 100, 8, 512);
	dma_addr_t handle[BLOCKS];
	u8 *p[BLOCKS];

	KUNIT_ASSERT_NOT_NULL(test, pool);
	for (int i = 0; i < BLOCKS; i++) {
		p[i] = dma_pool_alloc(pool, GFP_KERNEL, &handle[i]);
		KUNIT_ASSERT_NOT_NULL(test, p[i]);
		KUNIT_EXPECT_EQ(test, handle[i], virt_to_phys(p[i]));
		KUNIT_EXPECT_EQ(test, handle[i] % 8, 0ULL);
		KUNIT_EXPECT_EQ(test, handle[i] / 512, (handle[i] + 99) / 512);
		memset(p[i], i, 100);
	}
	for (int i = 0; i < BLOCKS; i++)
		KUNIT_EXPECT_NULL(test, memchr_inv(p[i], i, 100));
	/* The last one's memory is the first to be used again. */
	dma_pool_free(pool, p[BLOCKS - 1], handle[BLOCKS - 1]);
	p[BLOCKS - 1] = dma_pool_alloc(pool, GFP_KERNEL, &handle[BLOCKS - 1]);
	KUNIT_EXPECT_NULL(test, memchr_inv(p[BLOCKS - 1], BLOCKS - 1, 100));
	dma_pool_free(pool, p[BLOCKS - 1], handle[BLOCKS - 1]);
	p[BLOCKS - 1] = dma_pool_zalloc(pool, GFP_KERNEL, &handle[BLOCKS - 1]);
	KUNIT_EXPECT_NULL(test, memchr_inv(p[BLOCKS - 1], 0, 100));
	for (int i = 0; i < BLOCKS; i++)
		KUNIT_EXPECT_NO_REPORT(test, dma_pool_free(pool, p[i], handle[i]));
	KUNIT_EXPECT_NO_REPORT(test, dma_pool_destroy(pool));
	KUNIT_EXPECT_NO_REPORT(test, dma_pool_destroy(NULL));
}

static void pools_of_odd_sizes(struct kunit *test)
{
	dma_addr_t a, b;
	struct dma_pool *pool;
	void *p, *q;

	KUNIT_EXPECT_NULL(test, dma_pool_create("n", &dev, 0, 8, 0));
	KUNIT_EXPECT_NULL(test, dma_pool_create("n", &dev, 100, 24, 0));
	KUNIT_EXPECT_NULL(test, dma_pool_create("n", &dev, 100, 8, 64));
	KUNIT_EXPECT_NULL(test, dma_pool_create("n", &dev, 100, 8, 300));
	KUNIT_EXPECT_NULL(test, dma_pool_create("n", NULL, 100, 8, 0));
	pool = dma_pool_create("large", &dev, 3 * PAGE_SIZE, 0, 0);
	KUNIT_ASSERT_NOT_NULL(test, pool);
	p = dma_pool_alloc(pool, GFP_KERNEL, &a);
	q = dma_pool_alloc(pool, GFP_KERNEL, &b);
	KUNIT_EXPECT_GE(test, max(a, b) - min(a, b), 3 * PAGE_SIZE);
	dma_pool_free(pool, p, a);
	dma_pool_free(pool, q, b);
	dma_pool_destroy(pool);
}

static void pools_misused(struct kunit *test)
{
	struct dma_pool *pool = dma_pool_create("misused", &dev, 64, 0, 0);
	dma_addr_t a = 0, b = 0;
	void *p = dma_pool_alloc(pool, GFP_KERNEL, &a), *q = dma_pool_alloc(pool, GFP_KERNEL, &b);

	KUNIT_EXPECT_REPORT(test, "dma_pool_free misused", dma_pool_free(pool, p, a + 1));
	KUNIT_EXPECT_REPORT(test, "bad vaddr", dma_pool_free(pool, q, a));
	KUNIT_EXPECT_REPORT(test, "bad dma", dma_pool_free(pool, p, a + (1 << 20)));
	KUNIT_EXPECT_NO_REPORT(test, dma_pool_free(pool, p, a));
	KUNIT_EXPECT_REPORT(test, "already free", dma_pool_free(pool, p, a));
	KUNIT_EXPECT_REPORT(test, "dma_pool_destroy misused", dma_pool_destroy(pool));
	/* The piece stays as the device may write to it; here nobody does. */
	dma_free_coherent(&dev, PAGE_SIZE, (void *)((unsigned long)q & PAGE_MASK), b & PAGE_MASK);
}

static struct kunit_case dma_cases[] = {
	KUNIT_CASE(masks),
	KUNIT_CASE(coherent),
	KUNIT_CASE(coherent_limits),
	KUNIT_CASE(mappings),
	KUNIT_CASE(mappings_refused),
	KUNIT_CASE(pools),
	KUNIT_CASE(pools_of_odd_sizes),
	KUNIT_CASE(pools_misused),
	{}
};

static struct kunit_suite dma_suite = {
	.name = "mm_dma",
	.init = all_memory,
	.test_cases = dma_cases,
};
kunit_test_suite(dma_suite);
