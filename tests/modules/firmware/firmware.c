// SPDX-License-Identifier: MIT
/*
 * A buffer for a firmware file of 6 MiB: more than kmalloc() ever has in one piece, and no reason
 * to ask for one. vmalloc()'s pages may lie anywhere in memory; they only look contiguous, through
 * the page tables. Who needs the pages themselves, e.g. to hand them to a device, asks for each of
 * them: vmalloc_to_page().
 */
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

static unsigned long bytes = 6 << 20;
module_param(bytes, ulong, 0444);

#define MAGIC 0x57464c51 /* "QLFW" */

struct header {
	u32 magic, payload, sum;
};

static u32 sum_of(const u8 *p, size_t n)
{
	u32 sum = 0;

	while (n--)
		sum = sum * 31 + *p++;
	return sum;
}

/* What would be read from a disk. */
static void fill(struct header *h)
{
	u8 *payload = (u8 *)(h + 1);

	h->magic = MAGIC;
	h->payload = bytes - sizeof(*h);
	for (u32 i = 0; i < h->payload; i++)
		payload[i] = i ^ (i >> 8);
	h->sum = sum_of(payload, h->payload);
}

/* The same bytes as a device would get them: page by page, each from where it really is. */
static u32 sum_of_pages(const struct header *h)
{
	const u8 *at = (const u8 *)(h + 1), *end = at + h->payload;
	u32 sum = 0;

	while (at < end) {
		size_t n = min_t(size_t, end - at, PAGE_SIZE - offset_in_page(at));
		const u8 *p = page_address(vmalloc_to_page(at));

		p += offset_in_page(at);
		at += n;
		while (n--)
			sum = sum * 31 + *p++;
	}
	return sum;
}

static int __init firmware_init(void)
{
	void *piece = kmalloc(bytes, GFP_KERNEL | __GFP_NOWARN);
	struct header *h;

	pr_info("kmalloc() of %lu bytes gives %s\n", bytes, piece ? "a block" : "NULL");
	kfree(piece);

	if (bytes < sizeof(*h))
		return -EINVAL;
	h = vmalloc(bytes);
	if (!h)
		return -ENOMEM;
	fill(h);
	pr_info("vmalloc() has it; by pages its sum is %s\n",
		sum_of_pages(h) == h->sum ? "right" : "wrong");
	vfree(h);
	return 0;
}

module_init(firmware_init);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("a large buffer from vmalloc()");
