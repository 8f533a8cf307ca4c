// SPDX-License-Identifier: MIT
/*
 * Planted bugs: what a device is given (tests/bugs/bugs.h).
 */
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "tests/bugs/bugs.h"

#define BUG_CLASS "devices"

static u64 mask = DMA_BIT_MASK(32), narrow = DMA_BIT_MASK(16);
static struct device device = { .init_name = "planted",
				.dma_mask = &mask,
				.coherent_dma_mask = DMA_BIT_MASK(32) };

static void map(struct device *dev, void *p)
{
	if (dma_mapping_error(dev, dma_map_single(dev, hidden(p), 64, DMA_TO_DEVICE)))
		refused();
	planted();
}

PLANT(map_vmalloc, 0, "dma_map_single() of vmalloc() memory")
{
	void *p = vmalloc(PAGE_SIZE);

	map(&device, p);
	vfree(p);
}

PLANT(map_null, 0, "dma_map_single() of NULL")
{
	map(&device, NULL);
}

PLANT(map_user, 0, "dma_map_single() of a user pointer")
{
	map(&device, (__force void *)user_pages(1));
}

PLANT(map_image, 0, "dma_map_single() of static data")
{
	static char data[64];

	map(&device, data);
}

PLANT(map_out_of_reach, ALONE, "dma_map_single() of what the device can't reach")
{
	struct device blind = { .init_name = "narrow", .dma_mask = &narrow };
	void *p = kmalloc(64, GFP_KERNEL);

	map(&blind, p);
	kfree(p);
}

PLANT(map_without_mask, ALONE, "dma_map_single() by a device without a mask")
{
	struct device none = { .init_name = "none" };
	void *p = kmalloc(64, GFP_KERNEL);

	map(&none, p);
	kfree(p);
}

PLANT(error_not_looked_at, 0, "dma_unmap_single() of what dma_map_single() refused")
{
	dma_unmap_single(&device, DMA_MAPPING_ERROR, 64, DMA_TO_DEVICE);
	planted();
}

PLANT(dma_free_irqs_off, 0, "dma_free_coherent() with interrupts off")
{
	dma_addr_t a;
	void *p = dma_alloc_coherent(&device, PAGE_SIZE, &a, GFP_KERNEL);

	local_irq_disable();
	dma_free_coherent(&device, PAGE_SIZE, p, a);
	local_irq_enable();
	planted();
}
