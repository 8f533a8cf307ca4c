// SPDX-License-Identifier: MIT
/*
 * Memory that is lent to devices, watched: dma_debug=on
 * =====================================================
 *
 * 1. What it is for. Where caches are coherent and addresses physical, unmapping does nothing, and a
 *    driver that does it wrongly works: until it meets a machine with an IOMMU, which takes the wrong
 *    pages away. While this is on, every mapping is remembered until it is ended, and its end compared:
 *
 *	no such mapping		ended twice, or never made: "tries to free DMA memory it has not allocated"
 *	another function	a coherent buffer ended as a mapping, or the reverse
 *	another size, another direction
 *
 *    The mapping counts as ended all the same. Of several at one address that one is ended which fits
 *    best. The texts are those of Linux's dma-debug.
 *
 * 2. Model. ENTRIES records from one block, on chains by address; free ones on a chain of their own. When
 *    there is none left the watch ends, and says so: as in Linux.
 *
 * 3. Off, it is one test in each of dma.c's functions, and no memory.
 *
 * Invariants: I1 each record is on one chain: its address's, or the free one.
 * Locks: lock, irq-safe, innermost; reports are made without it. Contexts: any but NMI.
 * Complexity: O(length of a chain), below 2 with all records in use.
 *
 * Source: Linux 6.12, Documentation/core-api/dma-api.rst, "Drivers Debugging".
 */
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <quarry/report.h>
#include "dma_debug.h"

#define ENTRIES	    1024
#define CHAIN_BITS  10
#define CHAINS	    (1u << CHAIN_BITS)
#define CHAIN_FREE  CHAINS /* behind the others */

/* L: lock */
struct mapping {
	struct device *dev; /* L */
	dma_addr_t addr;    /* L */
	size_t size;	    /* L */
	u32 next;	    /* L: number + 1 of the next on the chain, 0: none */
	u8 dir, kind;	    /* L */
};

struct watch {
	u32 chain[CHAINS + 1]; /* L: number + 1 of the first */
	struct mapping at[ENTRIES];
};

bool dma_debug_on; /* L to write */

static struct watch *watch; /* L */
static DEFINE_SPINLOCK(lock);
static bool wanted; /* R: by the boot line */

static u32 *chain_of(dma_addr_t addr)
{
	return &watch->chain[hash_64(addr, CHAIN_BITS)];
}

static u32 take(u32 *link)
{
	u32 i = *link;

	*link = watch->at[i - 1].next;
	return i;
}

static void put(u32 *link, u32 i)
{
	watch->at[i - 1].next = *link;
	*link = i;
}

int dma_debug_start(void)
{
	struct watch *w = (kvzalloc)(sizeof(*w), GFP_KERNEL);
	unsigned long flags;

	if (!w)
		return -ENOMEM;
	spin_lock_irqsave(&lock, flags);
	swap(watch, w);
	for (u32 i = 1; i <= ENTRIES; i++)
		put(&watch->chain[CHAIN_FREE], i);
	WRITE_ONCE(dma_debug_on, true);
	spin_unlock_irqrestore(&lock, flags);
	kvfree(w);
	return 0;
}

void dma_debug_stop(void)
{
	struct watch *w = NULL;
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	WRITE_ONCE(dma_debug_on, false);
	swap(watch, w);
	spin_unlock_irqrestore(&lock, flags);
	kvfree(w);
}

void dma_debug_map(struct device *dev, dma_addr_t addr, size_t size, enum dma_data_direction dir,
		   enum dma_kind kind)
{
	bool full = false;
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	if (watch && watch->chain[CHAIN_FREE]) {
		u32 i = take(&watch->chain[CHAIN_FREE]);

		watch->at[i - 1] = (struct mapping){
			.dev = dev, .addr = addr, .size = size, .dir = dir, .kind = kind
		};
		put(chain_of(addr), i);
	} else if (watch && dma_debug_on) {
		WRITE_ONCE(dma_debug_on, false); /* what is not remembered can't be compared */
		full = true;
	}
	spin_unlock_irqrestore(&lock, flags);
	if (full)
		pr_warn("DMA-API: debugging out of memory - disabling\n");
}

static unsigned int likeness(const struct mapping *a, const struct mapping *b)
{
	return (a->kind == b->kind) * 4 + (a->size == b->size) * 2 + (a->dir == b->dir);
}

/* Take the record out that fits best. False: there is none. L */
static bool take_mapping(const struct mapping *wanted_one, struct mapping *found)
{
	u32 *best = NULL;

	for (u32 *link = chain_of(wanted_one->addr); *link; link = &watch->at[*link - 1].next) {
		const struct mapping *m = &watch->at[*link - 1];

		if (m->dev != wanted_one->dev || m->addr != wanted_one->addr)
			continue;
		if (!best || likeness(m, wanted_one) > likeness(&watch->at[*best - 1], wanted_one))
			best = link;
	}
	if (!best)
		return false;
	*found = watch->at[*best - 1];
	put(&watch->chain[CHAIN_FREE], take(best));
	return true;
}

static void report_unknown(const struct mapping *m)
{
	report_open(REPORT_DMA_NONE, "DMA-API: %s: device driver tries to free DMA memory it has not allocated [device address=0x%016llx] [size=%zu bytes]",
		     dev_name(m->dev), m->addr, m->size);
	report_stack_here(NULL);
	report_advice("Nothing is mapped for the device at this address: it was unmapped before, or the address is "
		      "not the one that the mapping returned.");
	report_end();
}

static void report_different(const struct mapping *m, const struct mapping *as)
{
	static const char *const dirs[] = { "DMA_BIDIRECTIONAL", "DMA_TO_DEVICE", "DMA_FROM_DEVICE",
					    "DMA_NONE" };
	static const char *const kinds[] = { "single", "coherent" };

	if (m->kind != as->kind)
		report_open(REPORT_DMA_KIND, "DMA-API: %s: device driver frees DMA memory with wrong function [device address=0x%016llx] [size=%zu bytes] [mapped as %s] [unmapped as %s]",
			     dev_name(m->dev), m->addr, m->size, kinds[m->kind], kinds[as->kind]);
	else if (m->size != as->size)
		report_open(REPORT_DMA_SIZE, "DMA-API: %s: device driver frees DMA memory with different size [device address=0x%016llx] [map size=%zu bytes] [unmap size=%zu bytes]",
			     dev_name(m->dev), m->addr, m->size, as->size);
	else
		report_open(REPORT_DMA_DIRECTION, "DMA-API: %s: device driver frees DMA memory with different direction [device address=0x%016llx] [size=%zu bytes] [mapped with %s] [unmapped with %s]",
			     dev_name(m->dev), m->addr, m->size, dirs[m->dir], dirs[as->dir]);
	report_stack_here(NULL);
	report_advice("Unmapping takes the arguments of the mapping: with an IOMMU or bounce buffers they say what "
		      "is taken away, and what is copied back.");
	report_end();
}

void dma_debug_unmap(struct device *dev, dma_addr_t addr, size_t size, enum dma_data_direction dir,
		     enum dma_kind kind)
{
	struct mapping as = { .dev = dev, .addr = addr, .size = size, .dir = dir, .kind = kind };
	struct mapping m = as;
	bool known = false, watched;
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	watched = watch && dma_debug_on;
	if (watched)
		known = take_mapping(&as, &m);
	spin_unlock_irqrestore(&lock, flags);
	if (watched && !known)
		report_unknown(&as);
	else if (likeness(&m, &as) < 7)
		report_different(&m, &as);
}

struct lookup {
	dma_addr_t addr;
	bool coherent;
};

static void look_up_guarded(void *arg)
{
	struct lookup *l = arg;

	for (u32 i = watch ? *chain_of(l->addr) : 0; i && !l->coherent; i = watch->at[i - 1].next)
		l->coherent = watch->at[i - 1].addr == l->addr && watch->at[i - 1].kind == DMA_COHERENT;
}

bool dma_debug_is_coherent(dma_addr_t addr)
{
	struct lookup l = { .addr = addr };
	unsigned long flags;

	if (!spin_trylock_irqsave(&lock, flags))
		return false;
	report_guarded(look_up_guarded, &l);
	spin_unlock_irqrestore(&lock, flags);
	return l.coherent;
}

static int set_dma_debug(const char *val)
{
	return boot_param_bool(val, &wanted);
}
BOOT_PARAM("dma_debug", set_dma_debug);

void dma_debug_init(void)
{
	if (wanted && dma_debug_start())
		pr_warn("DMA-API: no memory for debugging\n");
}
