/* SPDX-License-Identifier: MIT */
/*
 * Memory that devices see. A device's addresses are physical ones, and caches are coherent with it;
 * so a mapping is arithmetic, and what can go wrong is memory that the device can't reach. Names and
 * behaviour are Linux 6.12's; theory in mm/dma.c.
 */
#ifndef LINUX_DMA_MAPPING_H
#define LINUX_DMA_MAPPING_H

#include <linux/device.h>
#include <linux/dma-direction.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/types.h>

#define DMA_BIT_MASK(n)	  (((n) == 64) ? ~0ULL : ((1ULL << (n)) - 1))
#define DMA_MAPPING_ERROR (~(dma_addr_t)0)

#define DMA_ATTR_WEAK_ORDERING	  (1UL << 1)
#define DMA_ATTR_WRITE_COMBINE	  (1UL << 2)
#define DMA_ATTR_SKIP_CPU_SYNC	  (1UL << 5)
#define DMA_ATTR_FORCE_CONTIGUOUS (1UL << 6)
#define DMA_ATTR_NO_WARN	  (1UL << 8)

/* --- which addresses a device can reach: 0, or -EIO without a mask --- */
int dma_set_mask(struct device *dev, u64 mask);
int dma_set_coherent_mask(struct device *dev, u64 mask);
int dma_set_mask_and_coherent(struct device *dev, u64 mask);

/* For a device whose bus gave it no place for a mask: both masks are one from now on. */
static inline int dma_coerce_mask_and_coherent(struct device *dev, u64 mask)
{
	dev->dma_mask = &dev->coherent_dma_mask;
	return dma_set_mask_and_coherent(dev, mask);
}

static inline u64 dma_get_mask(struct device *dev)
{
	return dev->dma_mask && *dev->dma_mask ? *dev->dma_mask : DMA_BIT_MASK(32);
}

/* --- memory for both --- */
void *dma_alloc_attrs(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp,
		      unsigned long attrs) __must_check;
void dma_free_attrs(struct device *dev, size_t size, void *cpu_addr, dma_addr_t dma_handle,
		    unsigned long attrs);

/* Both note their place (linux/alloc_tag.h). */
#define dma_alloc_attrs(...) alloc_hooks(dma_alloc_attrs(__VA_ARGS__))

static inline __must_check void *dma_alloc_coherent(struct device *dev, size_t size,
						    dma_addr_t *dma_handle, gfp_t gfp)
{
	return (dma_alloc_attrs)(dev, size, dma_handle, gfp,
				 gfp & __GFP_NOWARN ? DMA_ATTR_NO_WARN : 0);
}
#define dma_alloc_coherent(...) alloc_hooks(dma_alloc_coherent(__VA_ARGS__))

static inline void dma_free_coherent(struct device *dev, size_t size, void *cpu_addr,
				     dma_addr_t dma_handle)
{
	dma_free_attrs(dev, size, cpu_addr, dma_handle, 0);
}

/* --- memory lent to the device for a while --- */
dma_addr_t dma_map_page_attrs(struct device *dev, struct page *page, size_t offset, size_t size,
			      enum dma_data_direction dir, unsigned long attrs);
void dma_unmap_page_attrs(struct device *dev, dma_addr_t addr, size_t size,
			  enum dma_data_direction dir, unsigned long attrs);
dma_addr_t dma_map_single_attrs(struct device *dev, void *ptr, size_t size,
				enum dma_data_direction dir, unsigned long attrs);

#define dma_map_page(dev, page, offset, size, dir) \
	dma_map_page_attrs(dev, page, offset, size, dir, 0)
#define dma_unmap_page(dev, addr, size, dir)   dma_unmap_page_attrs(dev, addr, size, dir, 0)
#define dma_map_single(dev, ptr, size, dir)    dma_map_single_attrs(dev, ptr, size, dir, 0)
#define dma_unmap_single(dev, addr, size, dir) dma_unmap_page_attrs(dev, addr, size, dir, 0)

/* Did the mapping fail? 0 or -ENOMEM. */
static inline int __must_check dma_mapping_error(struct device *dev, dma_addr_t dma_addr)
{
	return dma_addr == DMA_MAPPING_ERROR ? -ENOMEM : 0;
}

/* Caches are coherent with devices: there is nothing to write back. */
static inline void dma_sync_single_for_cpu(struct device *dev, dma_addr_t addr, size_t size,
					   enum dma_data_direction dir)
{
}

static inline void dma_sync_single_for_device(struct device *dev, dma_addr_t addr, size_t size,
					      enum dma_data_direction dir)
{
}

#endif
