/* SPDX-License-Identifier: MIT */
/* Small blocks of memory that a device sees. Names and behaviour are Linux's; theory in mm/dma.c. */
#ifndef LINUX_DMAPOOL_H
#define LINUX_DMAPOOL_H

#include <linux/dma-mapping.h>
#include <linux/types.h>

struct dma_pool;

struct dma_pool *dma_pool_create(const char *name, struct device *dev, size_t size, size_t align,
				 size_t allocation);
void dma_pool_destroy(struct dma_pool *pool);
void *dma_pool_alloc(struct dma_pool *pool, gfp_t mem_flags, dma_addr_t *handle);
void dma_pool_free(struct dma_pool *pool, void *vaddr, dma_addr_t addr);

static inline void *dma_pool_zalloc(struct dma_pool *pool, gfp_t mem_flags, dma_addr_t *handle)
{
	return (dma_pool_alloc)(pool, mem_flags | __GFP_ZERO, handle);
}

/* Each notes its place (linux/alloc_tag.h). */
#define dma_pool_create(...) alloc_hooks(dma_pool_create(__VA_ARGS__))
#define dma_pool_alloc(...)  alloc_hooks(dma_pool_alloc(__VA_ARGS__))
#define dma_pool_zalloc(...) alloc_hooks(dma_pool_zalloc(__VA_ARGS__))

#endif
