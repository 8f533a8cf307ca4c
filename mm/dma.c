// SPDX-License-Identifier: MIT
/*
 * Memory that devices see: coherent buffers, mappings for a while, pools of small blocks.
 *
 * 1. Model. A device uses physical addresses and sees what the caches hold. So a mapping costs
 *    nothing, and needs two things only: that the memory is contiguous (the direct map's is, the
 *    vmalloc region's isn't), and that the device reaches it, which its mask says.
 *
 * 2. Masks. A mask of 24 bits or fewer means pages from below 16 MiB, of 32 or fewer, below 4 GiB;
 *    larger ones take any page. What comes back is compared with the mask, and another try is made
 *    in the next lower zone; so masks between the zones' bounds work as far as memory allows.
 *
 * 3. Pools. Blocks of one size, cut out of coherent pages; no block crosses a multiple of the
 *    boundary. Each piece of memory has a map with a bit for each block, so what is freed is
 *    checked exactly. Pieces are given back with the pool only, as in Linux.
 *
 * 4. Invariants
 *    I1  an address handed to a device lies, with its whole length, within its mask;
 *    I2  a piece's nr_used is the number of bits set in its map.
 *
 * Locks: pool->lock, irq-safe; nothing is allocated under it. Contexts: as the flags say; freeing
 * coherent memory not with interrupts off (a warning, as in Linux); dma_pool_destroy() may sleep.
 *
 * Source: Linux's documented interface (core-api/dma-api).
 */
#include <asm/stack.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "dma_debug.h"

/* ---- Masks ---- */

/**
 * dma_set_mask() - say which addresses streaming mappings may have
 * @dev: the device; its dma_mask points somewhere
 * @mask: one bit for each address bit that it can drive
 *
 * Return: 0; -EIO if the device has no place for a mask, or no memory can be reached with it.
 */
int dma_set_mask(struct device *dev, u64 mask)
{
	if (!dev->dma_mask || mask < PAGE_SIZE)
		return -EIO;
	*dev->dma_mask = mask;
	return 0;
}

/**
 * dma_set_coherent_mask() - say which addresses coherent memory may have
 * @dev: the device
 * @mask: one bit for each address bit that it can drive
 *
 * Return: 0; -EIO if no memory can be reached with it.
 */
int dma_set_coherent_mask(struct device *dev, u64 mask)
{
	if (mask < PAGE_SIZE)
		return -EIO;
	dev->coherent_dma_mask = mask;
	return 0;
}

/**
 * dma_set_mask_and_coherent() - both masks at once
 * @dev: the device
 * @mask: one bit for each address bit that it can drive
 */
int dma_set_mask_and_coherent(struct device *dev, u64 mask)
{
	int err = dma_set_mask(dev, mask);

	return err ? err : dma_set_coherent_mask(dev, mask);
}

/* Are `size` bytes from `phys` on within the mask? */
static bool reaches(u64 mask, phys_addr_t phys, size_t size)
{
	return size && phys <= mask && size - 1 <= mask - phys;
}

/* The highest zone that may hold memory below the mask. */
static gfp_t mask_zone(u64 mask)
{
	if (mask <= DMA_BIT_MASK(24))
		return GFP_DMA;
	return mask <= DMA_BIT_MASK(32) ? GFP_DMA32 : 0;
}

/* ---- Coherent memory ---- */

static void *pages_within(u64 mask, size_t size, gfp_t gfp, gfp_t zone)
{
	void *p = (alloc_pages_exact)(size, gfp | zone | __GFP_ZERO);

	if (p && !reaches(mask, virt_to_phys(p), size)) {
		free_pages_exact(p, size);
		p = NULL;
	}
	return p;
}

/**
 * dma_alloc_attrs() - memory for a device and the CPU
 * @dev: the device; NULL: one that drives 32 bits
 * @size: bytes; whole pages are given
 * @dma_handle: set to its address for the device
 * @gfp: what may be done to find it; its zone is ignored, the mask says it
 * @attrs: DMA_ATTR_*; DMA_ATTR_NO_WARN is obeyed, the others make no difference here
 *
 * Zeroed, and aligned to the smallest power of two pages that holds it.
 * Return: its address for the CPU; NULL: no memory there, or the device has no coherent mask.
 */
void *(dma_alloc_attrs)(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp,
		      unsigned long attrs)
{
	u64 mask = dev ? dev->coherent_dma_mask : DMA_BIT_MASK(32);
	gfp_t zone = mask_zone(mask);
	void *p;

	if (WARN_ON_ONCE(!mask) || !size)
		return NULL;
	gfp &= ~(__GFP_DMA | __GFP_DMA32 | __GFP_HIGHMEM | __GFP_COMP);
	if (attrs & DMA_ATTR_NO_WARN)
		gfp |= __GFP_NOWARN;
	p = pages_within(mask, size, gfp, zone);
	if (!p && !zone)
		p = pages_within(mask, size, gfp, GFP_DMA32);
	if (!p && zone != GFP_DMA && mask < DMA_BIT_MASK(32))
		p = pages_within(mask, size, gfp, GFP_DMA);
	if (!p)
		return NULL;
	*dma_handle = virt_to_phys(p);
	if (unlikely(dma_debug_on))
		dma_debug_map(dev, *dma_handle, size, DMA_BIDIRECTIONAL, DMA_COHERENT);
	return p;
}

/**
 * dma_free_attrs() - give coherent memory back
 * @dev: as it was allocated for
 * @size: as it was asked for
 * @cpu_addr: what dma_alloc_attrs() returned; NULL does nothing
 * @dma_handle: what it set
 * @attrs: ignored
 *
 * Two addresses that don't belong together are reported, and nothing is freed.
 */
void dma_free_attrs(struct device *dev, size_t size, void *cpu_addr, dma_addr_t dma_handle,
		    unsigned long attrs)
{
	WARN_ON(irqs_disabled());
	if (!cpu_addr)
		return;
	if (WARN(is_vmalloc_addr(cpu_addr) || virt_to_phys(cpu_addr) != dma_handle,
		 "DMA-API: %s: device driver frees DMA memory with different CPU address [device address=0x%016llx] [size=%zu bytes]\n",
		 dev_name(dev), dma_handle, size))
		return;
	if (unlikely(dma_debug_on))
		dma_debug_unmap(dev, dma_handle, size, DMA_BIDIRECTIONAL, DMA_COHERENT);
	free_pages_exact(cpu_addr, size);
}

/* ---- Mappings ---- */

static dma_addr_t map_phys(struct device *dev, phys_addr_t phys, size_t size,
			   enum dma_data_direction dir)
{
	BUG_ON(!valid_dma_direction(dir));
	if (WARN_ON_ONCE(!dev->dma_mask))
		return DMA_MAPPING_ERROR;
	if (!reaches(dma_get_mask(dev), phys, size)) {
		WARN_ONCE(1, "%s: DMA addr 0x%016llx+%zu overflow (mask %llx)\n", dev_name(dev),
			  phys, size, dma_get_mask(dev));
		return DMA_MAPPING_ERROR;
	}
	if (unlikely(dma_debug_on))
		dma_debug_map(dev, phys, size, dir, DMA_SINGLE);
	return phys;
}

/**
 * dma_map_page_attrs() - lend part of a page to a device
 * @dev: the device
 * @page: the page, or the first of several that are contiguous
 * @offset: where it starts in there
 * @size: bytes
 * @dir: who writes
 * @attrs: ignored
 *
 * Context: any. Return: its address for the device, or what dma_mapping_error() knows: the device
 * can't reach it (a warning).
 */
dma_addr_t dma_map_page_attrs(struct device *dev, struct page *page, size_t offset, size_t size,
			      enum dma_data_direction dir, unsigned long attrs)
{
	return map_phys(dev, page_to_phys(page) + offset, size, dir);
}

/* No stack is in the direct map, so what is there is not looked for. */
static bool on_a_stack(const void *ptr)
{
	unsigned long low, high;
	const char *name;

	return !is_direct_map_addr(ptr) && stack_bounds((unsigned long)ptr, &low, &high, &name);
}

/**
 * dma_map_single_attrs() - lend memory to a device
 * @dev: the device
 * @ptr: an address in the direct map
 * @size: bytes
 * @dir: who writes
 * @attrs: ignored
 *
 * Memory from vmalloc() is refused with a warning: it is not contiguous; and so is what lies on a
 * stack, which ends before the device is done. Context: any.
 * Return: as dma_map_page_attrs().
 */
dma_addr_t dma_map_single_attrs(struct device *dev, void *ptr, size_t size,
				enum dma_data_direction dir, unsigned long attrs)
{
	if (WARN(on_a_stack(ptr), "DMA-API: %s: device driver maps memory from stack [addr=%px]\n",
		 dev_name(dev), ptr))
		return DMA_MAPPING_ERROR;
	if (WARN(is_vmalloc_addr(ptr), "%s: rejecting DMA map of vmalloc memory\n", dev_name(dev)))
		return DMA_MAPPING_ERROR;
	if (WARN(!virt_addr_valid(ptr), "%s: rejecting DMA map of %px, which is no memory\n",
		 dev_name(dev), ptr))
		return DMA_MAPPING_ERROR;
	return map_phys(dev, virt_to_phys(ptr), size, dir);
}

/**
 * dma_unmap_page_attrs() - the device is done with it
 * @dev: the device
 * @addr: what the mapping returned
 * @size: as it was mapped
 * @dir: as it was mapped
 * @attrs: ignored
 *
 * Context: any. An address that was never one is reported.
 */
void dma_unmap_page_attrs(struct device *dev, dma_addr_t addr, size_t size,
			  enum dma_data_direction dir, unsigned long attrs)
{
	BUG_ON(!valid_dma_direction(dir));
	if (WARN(dma_mapping_error(dev, addr),
		 "DMA-API: %s: device driver tries to free an invalid DMA memory address\n",
		 dev_name(dev)))
		return;
	if (unlikely(dma_debug_on))
		dma_debug_unmap(dev, addr, size, dir, DMA_SINGLE);
}

/* ---- Pools ---- */

/* L: lock  R: read-only once the pool is made */
struct dma_pool {
	const char *name;	/* R */
	struct device *dev;	/* R */
	size_t size;		/* R: of a block, its alignment a divisor */
	size_t boundary;	/* R: no block crosses a multiple of it */
	size_t piece_size;	/* R: bytes of a piece */
	unsigned int in_row;	/* R: blocks between two boundaries */
	unsigned int nr_blocks; /* R: of a piece */
	spinlock_t lock;
	struct list_head pieces; /* L */
};

struct piece {
	struct list_head link; /* L */
	void *vaddr;	       /* R */
	dma_addr_t dma;	       /* R */
	unsigned int nr_used;  /* L */
	unsigned long map[];   /* L: set: in use */
};

/**
 * dma_pool_create() - make a pool of blocks for a device
 * @name: for messages; not copied
 * @dev: the device
 * @size: bytes of a block
 * @align: of a block, a power of two; 0: any
 * @allocation: no block crosses a multiple of it, a power of two and at least @size; 0: it may
 *
 * Context: may sleep. Return: the pool; NULL: an argument is bad, or no memory.
 */
struct dma_pool *(dma_pool_create)(const char *name, struct device *dev, size_t size, size_t align,
				 size_t allocation)
{
	struct dma_pool *pool;

	if (!dev || !size || size > INT_MAX || (align && !is_power_of_2(align)))
		return NULL;
	size = ALIGN(max_t(size_t, size, 4), max_t(size_t, align, 1));
	if (allocation && (allocation < size || !is_power_of_2(allocation)))
		return NULL;
	pool = (kzalloc)(sizeof(*pool), GFP_KERNEL);
	if (!pool)
		return NULL;
	pool->name = name;
	pool->dev = dev;
	pool->size = size;
	pool->piece_size = PAGE_ALIGN(size);
	pool->boundary = allocation ? min(allocation, pool->piece_size) : pool->piece_size;
	pool->in_row = pool->boundary / size;
	pool->nr_blocks = pool->piece_size / pool->boundary * pool->in_row;
	spin_lock_init(&pool->lock);
	INIT_LIST_HEAD(&pool->pieces);
	return pool;
}

static size_t block_offset(const struct dma_pool *pool, unsigned int i)
{
	return i / pool->in_row * pool->boundary + i % pool->in_row * pool->size;
}

/* The number of the block that starts at `offset`; nr_blocks: none does. */
static unsigned int block_number(const struct dma_pool *pool, size_t offset)
{
	unsigned int i =
		offset / pool->boundary * pool->in_row + offset % pool->boundary / pool->size;

	return i < pool->nr_blocks && block_offset(pool, i) == offset ? i : pool->nr_blocks;
}

static struct piece *piece_new(struct dma_pool *pool, gfp_t gfp)
{
	struct piece *piece = (kzalloc)(struct_size(piece, map, BITS_TO_LONGS(pool->nr_blocks)), gfp);

	if (!piece)
		return NULL;
	piece->vaddr = (dma_alloc_coherent)(pool->dev, pool->piece_size, &piece->dma, gfp);
	if (piece->vaddr)
		return piece;
	kfree(piece);
	return NULL;
}

/* A block that is free now. L */
static void *take_block(struct dma_pool *pool, dma_addr_t *handle)
{
	struct piece *piece;

	list_for_each_entry(piece, &pool->pieces, link) {
		unsigned int i;

		if (piece->nr_used == pool->nr_blocks)
			continue;
		i = find_first_zero_bit(piece->map, pool->nr_blocks);
		__set_bit(i, piece->map);
		piece->nr_used++;
		*handle = piece->dma + block_offset(pool, i);
		return piece->vaddr + block_offset(pool, i);
	}
	return NULL;
}

/**
 * dma_pool_alloc() - get a block
 * @pool: the pool
 * @mem_flags: what may be done to find memory; __GFP_ZERO zeroes the block
 * @handle: set to its address for the device
 *
 * Context: as @mem_flags. Return: its address for the CPU, or NULL.
 */
void *(dma_pool_alloc)(struct dma_pool *pool, gfp_t mem_flags, dma_addr_t *handle)
{
	struct piece *piece;
	unsigned long flags;
	void *p;

	might_alloc(mem_flags);
	spin_lock_irqsave(&pool->lock, flags);
	p = take_block(pool, handle);
	spin_unlock_irqrestore(&pool->lock, flags);
	if (!p) {
		piece = piece_new(pool, mem_flags & ~__GFP_ZERO);
		if (!piece)
			return NULL;
		spin_lock_irqsave(&pool->lock, flags);
		list_add(&piece->link, &pool->pieces);
		p = take_block(pool, handle);
		spin_unlock_irqrestore(&pool->lock, flags);
	}
	if (mem_flags & __GFP_ZERO)
		memset(p, 0, pool->size);
	return p;
}

/* Mark a block free: NULL if it was in use, else what is wrong with it. L */
static const char *return_block(struct dma_pool *pool, void *vaddr, dma_addr_t dma)
{
	struct piece *piece;

	list_for_each_entry(piece, &pool->pieces, link) {
		unsigned int i;

		if (dma < piece->dma || dma - piece->dma >= pool->piece_size)
			continue;
		i = block_number(pool, dma - piece->dma);
		if (i == pool->nr_blocks || piece->vaddr + (dma - piece->dma) != vaddr)
			return "bad vaddr";
		if (!test_bit(i, piece->map))
			return "already free";
		__clear_bit(i, piece->map);
		piece->nr_used--;
		return NULL;
	}
	return "bad dma";
}

/**
 * dma_pool_free() - give a block back
 * @pool: the pool
 * @vaddr: what dma_pool_alloc() returned
 * @addr: what it set
 *
 * Anything else is reported. Context: any but NMI.
 */
void dma_pool_free(struct dma_pool *pool, void *vaddr, dma_addr_t addr)
{
	unsigned long flags;
	const char *wrong;

	spin_lock_irqsave(&pool->lock, flags);
	wrong = return_block(pool, vaddr, addr);
	spin_unlock_irqrestore(&pool->lock, flags);
	WARN(wrong, "%s: dma_pool_free %s, %px/%llx (%s)\n", dev_name(pool->dev), pool->name, vaddr,
	     addr, wrong);
}

/**
 * dma_pool_destroy() - unmake a pool
 * @pool: the pool; NULL does nothing
 *
 * Memory with blocks in use is reported and stays: the device may write to it. Context: may sleep.
 */
void dma_pool_destroy(struct dma_pool *pool)
{
	struct piece *piece, *next;

	if (!pool)
		return;
	list_for_each_entry_safe(piece, next, &pool->pieces, link) {
		if (!WARN(piece->nr_used, "%s: dma_pool_destroy %s, %px busy\n",
			  dev_name(pool->dev), pool->name, piece->vaddr))
			dma_free_coherent(pool->dev, pool->piece_size, piece->vaddr, piece->dma);
		kfree(piece);
	}
	kfree(pool);
}
