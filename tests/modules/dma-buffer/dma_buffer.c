// SPDX-License-Identifier: MIT
/*
 * Memory that a device reads and writes, as a network card's driver has it: a ring of descriptors
 * that both sides use all the time (dma_alloc_coherent), small blocks of the same kind (dma_pool),
 * and a packet in ordinary memory that is lent to the device for a while (dma_map_single). The
 * device drives 32 address bits. There is no device: play_device() does what its engine would, and
 * knows bus addresses only.
 */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#define RING_ENTRIES 64
#define COMMAND_SIZE 32

struct descriptor {
	u64 addr; /* in the device's byte order: here, little-endian like ours */
	u32 len, done;
};

/* A driver gets its device from the bus that found it. */
static struct device dev = { .init_name = "card0" };
static struct descriptor *ring;
static dma_addr_t ring_bus;
static struct dma_pool *commands;

/* Reads the packet of the ring's first descriptor, and says that it has. */
static void play_device(dma_addr_t bus)
{
	struct descriptor *d = phys_to_virt(bus);
	const char *packet = phys_to_virt(d->addr);

	pr_info("the device sends '%s', %u bytes\n", packet, d->len);
	d->done = 1;
}

static int send(const char *text)
{
	size_t len = strlen(text) + 1;
	char *packet = kmemdup(text, len, GFP_KERNEL); /* not from vmalloc() or the stack */
	dma_addr_t bus;

	if (!packet)
		return -ENOMEM;
	bus = dma_map_single(&dev, packet, len, DMA_TO_DEVICE);
	if (dma_mapping_error(&dev, bus)) {
		kfree(packet);
		return -ENOMEM;
	}
	ring[0] = (struct descriptor){ bus, len, 0 };
	play_device(ring_bus); /* the packet is the device's until it is unmapped */
	dma_unmap_single(&dev, bus, len, DMA_TO_DEVICE);
	kfree(packet);
	return ring[0].done ? 0 : -EIO;
}

/* Blocks of 32 bytes on which the device sets no foot over a border of 32. */
static int use_commands(void)
{
	dma_addr_t bus[2];
	void *command[2];

	command[0] = dma_pool_zalloc(commands, GFP_KERNEL, &bus[0]);
	if (!command[0])
		return -ENOMEM;
	command[1] = dma_pool_zalloc(commands, GFP_KERNEL, &bus[1]);
	if (!command[1]) {
		dma_pool_free(commands, command[0], bus[0]);
		return -ENOMEM;
	}
	pr_info("two commands, %s aligned, %s\n", (bus[0] | bus[1]) % COMMAND_SIZE ? "not" : "well",
		memchr_inv(command[1], 0, COMMAND_SIZE) ? "not zero" : "zero");
	dma_pool_free(commands, command[1], bus[1]);
	dma_pool_free(commands, command[0], bus[0]);
	return 0;
}

static int __init dma_init(void)
{
	size_t bytes = RING_ENTRIES * sizeof(*ring);
	int err = dma_coerce_mask_and_coherent(&dev, DMA_BIT_MASK(32));

	if (err)
		return err;
	ring = dma_alloc_coherent(&dev, bytes, &ring_bus, GFP_KERNEL);
	if (!ring)
		return -ENOMEM;
	pr_info("the ring is %s, %s the device's reach, %s aligned to pages\n",
		memchr_inv(ring, 0, bytes) ? "not zero" : "zero",
		ring_bus + bytes - 1 <= DMA_BIT_MASK(32) ? "within" : "beyond",
		ring_bus % PAGE_SIZE ? "not" : "well");
	commands = dma_pool_create("commands", &dev, COMMAND_SIZE, COMMAND_SIZE, 0);
	if (!commands) {
		err = -ENOMEM;
		goto no_pool;
	}
	err = use_commands();
	if (!err)
		err = send("hello");
	if (!err)
		return 0;

	dma_pool_destroy(commands);
no_pool:
	dma_free_coherent(&dev, bytes, ring, ring_bus);
	return err;
}

static void __exit dma_exit(void)
{
	dma_pool_destroy(commands);
	dma_free_coherent(&dev, RING_ENTRIES * sizeof(*ring), ring, ring_bus);
}

module_init(dma_init);
module_exit(dma_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("memory shared with a device");
