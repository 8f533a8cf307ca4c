// SPDX-License-Identifier: MIT
/*
 * kmalloc() and its family: sizes, alignment, zeroing, krealloc(), copies.
 *
 * Sources: the kernel-doc of kmalloc(), krealloc(), ksize(), kfree() and kmem_cache_*() in Linux's
 * "Memory Management APIs", and "Memory Allocation Guide".
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "conform.h"

#define QUIET (GFP_KERNEL | __GFP_NOWARN)

/* What kmalloc(size) gives room for; 0 if it gives nothing. */
static size_t room(size_t size)
{
	void *p = kmalloc(any(size), QUIET);
	size_t n = ksize(p);

	kfree(p);
	return n;
}

static void nothing_at_all(conform_t *c)
{
	void *p;

	ROW(c, "kmalloc.zero_is_zero_size_ptr", 1, kmalloc(any(0), GFP_KERNEL) == ZERO_SIZE_PTR);
	ROW(c, "kmalloc.zero_size_ptr_is_16", 16, (unsigned long)ZERO_SIZE_PTR);
	ROW(c, "kmalloc.kzalloc_zero", 1, kzalloc(any(0), GFP_KERNEL) == ZERO_SIZE_PTR);
	ROW(c, "kmalloc.array_of_none", 1, kmalloc_array(any(0), 8, GFP_KERNEL) == ZERO_SIZE_PTR);
	ROW(c, "kmalloc.array_of_nothings", 1,
	    kmalloc_array(any(8), any(0), GFP_KERNEL) == ZERO_SIZE_PTR);
	ROW(c, "kmalloc.ksize_of_zero", 0, ksize(ZERO_SIZE_PTR));
	ROW(c, "kmalloc.ksize_of_null", 0, ksize(NULL));
	ROW(c, "kmalloc.zero_or_null_of_null", 1, ZERO_OR_NULL_PTR(NULL));
	ROW(c, "kmalloc.zero_or_null_of_zero", 1, ZERO_OR_NULL_PTR(ZERO_SIZE_PTR));
	p = kmalloc(any(1), GFP_KERNEL);
	ROW(c, "kmalloc.zero_or_null_of_memory", 0, ZERO_OR_NULL_PTR(p));
	kfree(p);
	kfree(NULL);
	kfree(ZERO_SIZE_PTR);
	kfree_sensitive(NULL);
	kfree_sensitive(ZERO_SIZE_PTR);
}

static void room_of_sizes(conform_t *c)
{
	ROW(c, "kmalloc.room_1", 8, room(1));
	ROW(c, "kmalloc.room_8", 8, room(8));
	ROW(c, "kmalloc.room_9", 16, room(9));
	ROW(c, "kmalloc.room_64", 64, room(64));
	ROW(c, "kmalloc.room_65", 96, room(65));
	ROW(c, "kmalloc.room_97", 128, room(97));
	ROW(c, "kmalloc.room_100", 128, room(100));
	ROW(c, "kmalloc.room_129", 192, room(129));
	ROW(c, "kmalloc.room_193", 256, room(193));
	ROW(c, "kmalloc.room_4096", 4096, room(4096));
	ROW(c, "kmalloc.room_4097", 8192, room(4097));
	ROW(c, "kmalloc.room_8193", 16384, room(8193));
	ROW(c, "kmalloc.room_100000", 131072, room(100000));
	ROW(c, "kmalloc.roundup_0", 0, kmalloc_size_roundup(any(0)));
	ROW(c, "kmalloc.roundup_100", 128, kmalloc_size_roundup(any(100)));
	ROW(c, "kmalloc.roundup_192", 192, kmalloc_size_roundup(any(192)));
	ROW(c, "kmalloc.roundup_8193", 16384, kmalloc_size_roundup(any(8193)));
	ROW(c, "kmalloc.roundup_max", KMALLOC_MAX_SIZE,
	    kmalloc_size_roundup(any(KMALLOC_MAX_SIZE)));
	ROW(c, "kmalloc.roundup_beyond_max", KMALLOC_MAX_SIZE + 1,
	    kmalloc_size_roundup(any(KMALLOC_MAX_SIZE + 1)));
	ROW(c, "kmalloc.max_size", 4 << 20, KMALLOC_MAX_SIZE);
	ROW(c, "kmalloc.max_cache_size", 8192, KMALLOC_MAX_CACHE_SIZE);
	ROW(c, "kmalloc.minalign", 8, ARCH_KMALLOC_MINALIGN);
}

static void too_much(conform_t *c)
{
	void *p = kmalloc(any(KMALLOC_MAX_SIZE), QUIET);

	ROW(c, "kmalloc.largest", 1, p != NULL);
	kfree(p);
	ROW(c, "kmalloc.beyond_largest", 1, kmalloc(any(KMALLOC_MAX_SIZE + 1), QUIET) == NULL);
	ROW(c, "kmalloc.size_max", 1, kmalloc(any(SIZE_MAX), QUIET) == NULL);
	ROW(c, "kmalloc.negative", 1, kzalloc(any(-1L), QUIET) == NULL);
	ROW(c, "kmalloc.array_overflow", 1, kmalloc_array(any(SIZE_MAX / 2), 4, QUIET) == NULL);
	ROW(c, "kmalloc.array_wraps_to_small", 1, kmalloc_array(any(1UL << 61), 8, QUIET) == NULL);
	ROW(c, "kmalloc.calloc_overflow", 1, kcalloc(any(SIZE_MAX), any(SIZE_MAX), QUIET) == NULL);
	ROW(c, "kmalloc.node_out_of_memory", 1,
	    kmalloc_node(any(SIZE_MAX), QUIET, NUMA_NO_NODE) == NULL);
}

/* The lowest bits of eight blocks of a size, all alive at once: how they are aligned. */
static unsigned long alignment(size_t size)
{
	unsigned long bits = 0;
	void *p[8];

	for (int i = 0; i < 8; i++) {
		p[i] = kmalloc(any(size), GFP_KERNEL);
		bits |= (unsigned long)p[i];
	}
	for (int i = 0; i < 8; i++)
		kfree(p[i]);
	return bits & -bits;
}

static void alignment_of_sizes(conform_t *c)
{
	ROW(c, "kmalloc.align_8", 1, alignment(8) >= 8);
	ROW(c, "kmalloc.align_16", 1, alignment(16) >= 16);
	ROW(c, "kmalloc.align_64", 1, alignment(64) >= 64);
	ROW(c, "kmalloc.align_96", 1, alignment(96) >= 32);
	ROW(c, "kmalloc.align_192", 1, alignment(192) >= 64);
	ROW(c, "kmalloc.align_512", 1, alignment(512) >= 512);
	ROW(c, "kmalloc.align_4096", 1, alignment(4096) >= 4096);
	ROW(c, "kmalloc.align_8192", 1, alignment(8192) >= 8192);
	ROW(c, "kmalloc.align_65536", 1, alignment(65536) >= 65536);
	ROW(c, "kmalloc.align_odd", 1, alignment(101) >= 8);
}

/* A block of `size` that was dirtied and freed just before, allocated by __GFP_ZERO. */
static size_t zeros_after_dirt(size_t size)
{
	unsigned char *p = kmalloc(any(size), GFP_KERNEL);
	size_t n;

	memset(p, 0xa5, size);
	kfree(p);
	p = kzalloc(any(size), GFP_KERNEL);
	n = bytes_equal(p, 0, size);
	kfree(p);
	return n;
}

static void zeroing(conform_t *c)
{
	u32 *a = kcalloc(any(10), sizeof(*a), GFP_KERNEL);

	ROW(c, "kmalloc.kzalloc_40", 40, zeros_after_dirt(40));
	ROW(c, "kmalloc.kzalloc_4096", 4096, zeros_after_dirt(4096));
	ROW(c, "kmalloc.kzalloc_large", 20000, zeros_after_dirt(20000));
	ROW(c, "kmalloc.kcalloc", 40, bytes_equal(a, 0, 40));
	ROW(c, "kmalloc.kcalloc_room", 64, ksize(a));
	kfree(a);
}

static void realloc_sizes(conform_t *c)
{
	unsigned char *p = krealloc(NULL, any(20), GFP_KERNEL), *q;

	ROW(c, "krealloc.null_allocates", 32, ksize(p));
	memset(p, 0x5a, 20);
	q = krealloc(p, any(28), GFP_KERNEL);
	ROW(c, "krealloc.within_room_stays", 1, any((unsigned long)p) == (unsigned long)q);
	q = krealloc(q, any(8), GFP_KERNEL);
	ROW(c, "krealloc.smaller_stays", 1, any((unsigned long)p) == (unsigned long)q);
	q = krealloc(q, any(200), GFP_KERNEL);
	ROW(c, "krealloc.larger_room", 256, ksize(q));
	ROW(c, "krealloc.keeps_contents", 8, bytes_equal(q, 0x5a, 8));
	p = krealloc(q, any(KMALLOC_MAX_SIZE + 1), QUIET);
	ROW(c, "krealloc.failure_is_null", 1, p == NULL);
	ROW(c, "krealloc.failure_keeps_old", 8, bytes_equal(q, 0x5a, 8));
	p = krealloc_array(q, any(SIZE_MAX / 2), 4, QUIET);
	ROW(c, "krealloc.array_overflow", 1, p == NULL);
	p = krealloc(q, any(0), GFP_KERNEL);
	ROW(c, "krealloc.to_zero", 1, p == ZERO_SIZE_PTR);
	p = krealloc(p, any(5), GFP_KERNEL);
	ROW(c, "krealloc.from_zero", 8, ksize(p));
	kfree(p);
	ROW(c, "krealloc.null_to_zero", 1, krealloc(NULL, any(0), GFP_KERNEL) == ZERO_SIZE_PTR);
}

static void realloc_zeroing(conform_t *c)
{
	unsigned char *p = kzalloc(any(32), GFP_KERNEL);

	memset(p, 0x5a, 32);
	p = krealloc(p, any(64), GFP_KERNEL | __GFP_ZERO);
	ROW(c, "krealloc.zeroes_what_it_adds", 32, bytes_equal(p + 32, 0, 32));
	ROW(c, "krealloc.zero_keeps_contents", 32, bytes_equal(p, 0x5a, 32));
	p = krealloc(p, any(20000), GFP_KERNEL | __GFP_ZERO);
	ROW(c, "krealloc.zeroes_pages", 19936, bytes_equal(p + 64, 0, 19936));
	ROW(c, "krealloc.to_pages_keeps", 32, bytes_equal(p, 0x5a, 32));
	kfree(p);
}

static void kinds(conform_t *c)
{
	void *p = kmalloc(any(100), GFP_KERNEL | GFP_DMA);

	ROW(c, "kmalloc.dma_is_low", 1, virt_to_phys(p) < 16UL << 20);
	kfree(p);
	p = kmalloc(any(100), GFP_ATOMIC);
	ROW(c, "kmalloc.atomic_room", 128, ksize(p));
	kfree(p);
	p = kmalloc(any(100), GFP_KERNEL_ACCOUNT);
	ROW(c, "kmalloc.account_room", 128, ksize(p));
	kfree(p);
	p = kmalloc(any(100), GFP_KERNEL);
	ROW(c, "kmalloc.in_direct_map", 1, virt_addr_valid(p));
	ROW(c, "kmalloc.not_vmalloc", 0, is_vmalloc_addr(p));
	ROW(c, "kmalloc.does_not_cross_page", 1, offset_in_page(p) + 128 <= PAGE_SIZE);
	kfree_sensitive(p);
	p = kmalloc_track_caller(any(24), GFP_KERNEL);
	ROW(c, "kmalloc.track_caller_room", 32, ksize(p));
	kfree(p);
}

CONFORM_AREA(kmalloc, CONFORM_CASE(nothing_at_all), CONFORM_CASE(room_of_sizes),
	     CONFORM_CASE(too_much), CONFORM_CASE(alignment_of_sizes), CONFORM_CASE(zeroing),
	     CONFORM_CASE(realloc_sizes), CONFORM_CASE(realloc_zeroing), CONFORM_CASE(kinds));
