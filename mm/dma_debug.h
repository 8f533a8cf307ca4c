/* SPDX-License-Identifier: MIT */
/* Watching who lends memory to devices: dma_debug.c. Private to mm/; tests may include it. */
#ifndef MM_DMA_DEBUG_H
#define MM_DMA_DEBUG_H

#include <linux/dma-mapping.h>

enum dma_kind {
	DMA_SINGLE, /* dma_map_single(), dma_map_page() */
	DMA_COHERENT,
};

extern bool dma_debug_on;

/* Begin to watch, if memory allows; end it, and forget everything. May sleep. */
int dma_debug_start(void);
void dma_debug_stop(void);
/* At boot, if the boot line asks for it. */
void dma_debug_init(void);
/* Is a coherent buffer known that starts at `addr`? Waits for no lock. For reports. */
bool dma_debug_is_coherent(dma_addr_t addr);
/* While dma_debug_on: memory was lent; is given back, and if that is not as it was lent it is reported. */
void dma_debug_map(struct device *dev, dma_addr_t addr, size_t size, enum dma_data_direction dir,
		   enum dma_kind kind);
void dma_debug_unmap(struct device *dev, dma_addr_t addr, size_t size, enum dma_data_direction dir,
		     enum dma_kind kind);

#endif
