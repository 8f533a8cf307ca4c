// SPDX-License-Identifier: MIT
/*
 * The failure sweep's scenarios for memory that devices see.
 *
 * 1. Coherent memory is pages, of the zones that the device's mask allows, one after the other. With
 *    a mask of 32 bits there is one zone to ask, so a page request that fails is a refusal; with one
 *    of 64 bits there are two, so it takes two. Refused is NULL, and the handle is not touched.
 *
 * 2. Mappings allocate nothing: what was allocated can be mapped, synced and unmapped while all fails.
 *
 * 3. Pools of blocks. A block needs a piece only if no piece has a free one. So after a refusal all
 *    blocks that were had before are as they were, and one that goes back can be had again.
 */
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "tests/mm/sweep.h"

#define UNTOUCHED 7 /* no address of a page */

static struct device dev = { .init_name = "sweep-device" };

/* From now on the device drives that many bits. */
static void drives(struct sweep *s, unsigned int bits)
{
	SWEEP_EXPECT(s, dma_coerce_mask_and_coherent(&dev, DMA_BIT_MASK(bits)) == 0);
	SWEEP_EXPECT(s, dma_get_mask(&dev) == DMA_BIT_MASK(bits));
}

/* ---- Coherent memory ---- */

/* What an allocation of `size` bytes gave, for the CPU and for the device; freed. */
static bool coherent(struct sweep *s, struct device *d, size_t size, void *p, dma_addr_t handle)
{
	if (!p) {
		SWEEP_EXPECT(s, handle == UNTOUCHED);
		return false;
	}
	SWEEP_EXPECT(s, handle == virt_to_phys(p));
	SWEEP_EXPECT(s, sweep_zero(p, size));
	sweep_fill(p, size, 1);
	dma_free_coherent(d, size, p, handle);
	return true;
}

static enum outcome each_coherent(struct sweep *s)
{
	const size_t size = 5 * PAGE_SIZE - 1;
	dma_addr_t a = UNTOUCHED, b = UNTOUCHED, c = UNTOUCHED;
	void *p = dma_alloc_coherent(&dev, 100, &a, GFP_KERNEL);
	void *q = dma_alloc_attrs(&dev, size, &b, GFP_ATOMIC, DMA_ATTR_NO_WARN);
	void *none = dma_alloc_coherent(NULL, size, &c, GFP_KERNEL | __GFP_NOWARN);
	bool all = coherent(s, &dev, 100, p, a);

	all &= coherent(s, &dev, size, q, b);
	all &= coherent(s, NULL, size, none, c);
	return done_if(all);
}

static enum outcome coherent_32(struct sweep *s)
{
	drives(s, 32);
	return each_coherent(s);
}

/* The zone below stands in for the first. */
static enum outcome coherent_64(struct sweep *s)
{
	dma_addr_t a = UNTOUCHED;
	void *p;

	drives(s, 64);
	p = dma_alloc_coherent(&dev, 3 * PAGE_SIZE, &a, GFP_KERNEL);
	return done_if(coherent(s, &dev, 3 * PAGE_SIZE, p, a));
}

/* ---- Mappings ---- */

/* Lend memory that begins at `p`, which starts a mapping at `a`, to the device and take it back. */
static void lend(struct sweep *s, const void *p, dma_addr_t a, size_t size)
{
	SWEEP_EXPECT(s, dma_mapping_error(&dev, a) == 0);
	SWEEP_EXPECT(s, a == virt_to_phys(p));
	dma_sync_single_for_cpu(&dev, a, size, DMA_BIDIRECTIONAL);
	SWEEP_EXPECT(s, sweep_filled(p, size, 2));
	dma_sync_single_for_device(&dev, a, size, DMA_BIDIRECTIONAL);
	dma_unmap_page(&dev, a, size, DMA_BIDIRECTIONAL);
}

static enum outcome mappings(struct sweep *s)
{
	struct page *page = alloc_page(GFP_KERNEL);
	void *p = kmalloc(100, GFP_KERNEL);

	drives(s, 64);
	if (p) {
		sweep_fill(p, 100, 2);
		lend(s, p, dma_map_single(&dev, p, 100, DMA_BIDIRECTIONAL), 100);
	}
	if (page) {
		sweep_fill(page_address(page) + 8, 50, 2);
		lend(s, page_address(page) + 8, dma_map_page(&dev, page, 8, 50, DMA_BIDIRECTIONAL),
		     50);
		__free_page(page);
	}
	kfree(p);
	return done_if(p && page);
}

/* ---- Pools of blocks ---- */

#define BLOCK  600
#define BLOCKS 15 /* of three pieces */

/* Fill the array; the number that there were. */
static unsigned int get_blocks(struct sweep *s, struct dma_pool *pool, void **p, dma_addr_t *handle)
{
	for (unsigned int n = 0; n < BLOCKS; n++) {
		p[n] = n % 2 ? dma_pool_alloc(pool, GFP_KERNEL, &handle[n])
			     : dma_pool_zalloc(pool, GFP_KERNEL, &handle[n]);
		if (!p[n])
			return n;
		SWEEP_EXPECT(s, handle[n] == virt_to_phys(p[n]));
		if (n % 2 == 0)
			SWEEP_EXPECT(s, sweep_zero(p[n], BLOCK));
		sweep_fill(p[n], BLOCK, n);
	}
	return BLOCKS;
}

/* A block that goes back comes again, whatever fails. */
static void exchange(struct sweep *s, struct dma_pool *pool, void **p, dma_addr_t *handle)
{
	dma_pool_free(pool, *p, *handle);
	*p = dma_pool_alloc(pool, GFP_NOWAIT, handle);
	SWEEP_ASSERT(s, *p);
	sweep_fill(*p, BLOCK, 0);
}

static enum outcome blocks(struct sweep *s, unsigned int bits)
{
	dma_addr_t handle[BLOCKS];
	struct dma_pool *pool;
	void *p[BLOCKS];
	unsigned int n;

	drives(s, bits);
	pool = dma_pool_create("sweep", &dev, BLOCK, 8, 0);
	if (!pool)
		return REFUSED;
	n = get_blocks(s, pool, p, handle);
	if (n)
		exchange(s, pool, p, handle);
	for (unsigned int i = 0; i < n; i++) {
		SWEEP_EXPECT(s, sweep_filled(p[i], BLOCK, i));
		dma_pool_free(pool, p[i], handle[i]);
	}
	dma_pool_destroy(pool);
	return done_if(n == BLOCKS);
}

static enum outcome blocks_32(struct sweep *s)
{
	return blocks(s, 32);
}

static enum outcome blocks_64(struct sweep *s)
{
	return blocks(s, 64);
}

const struct scenario sweep_dma[] = {
	{ "coherent memory", coherent_32, .flags = NO_OBJECTS },
	{ "coherent memory anywhere", coherent_64,
	  .flags = COPES_PAGE | ONE_IS_NOTHING | NO_OBJECTS },
	{ "DMA mappings", mappings, .flags = COPES_PAGE },
	{ "dma_pool_alloc", blocks_32, .flags = COPES_PAGE },
	{ "dma_pool_alloc anywhere", blocks_64, .flags = COPES_PAGE },
	{},
};
