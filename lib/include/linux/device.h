/* SPDX-License-Identifier: MIT */
/* A device, as far as memory is concerned: which addresses it can reach. */
#ifndef LINUX_DEVICE_H
#define LINUX_DEVICE_H

#include <linux/types.h>

struct device {
	const char *init_name; /* for messages */
	u64 *dma_mask;	       /* of streaming mappings; NULL: the device does no DMA */
	u64 coherent_dma_mask; /* of dma_alloc_coherent() */
	void *driver_data;
};

static inline const char *dev_name(const struct device *dev)
{
	return dev && dev->init_name ? dev->init_name : "NULL device";
}

static inline void *dev_get_drvdata(const struct device *dev)
{
	return dev->driver_data;
}

static inline void dev_set_drvdata(struct device *dev, void *data)
{
	dev->driver_data = data;
}

#endif
