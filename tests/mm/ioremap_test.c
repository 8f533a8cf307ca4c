// SPDX-License-Identifier: MIT
/*
 * Tests of mm/ioremap.c. The device is the local interrupt controller, which every machine that
 * boots Quarry has at the same address.
 *
 * Mutations that made them fail when tried:
 *	ioremap: RAM allowed, or only the first page looked at; cached; the offset in the page lost;
 *		no limit; size 0 let through; no look whether there is an area; iounmap() of the exact address only; the physical
 *		address not moved on in vmap_map_phys(); ioremap_uc() or ioremap_wc() that maps nothing
 *		or elsewhere; ioremap_np() that maps
 *	readw() of a byte; writel() of 64 bits; writeq() of the low half
 */
#include <kunit/test.h>
#include <linux/io.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include "mm/internal.h"

#define LAPIC_PHYS    0xfee00000ULL
#define LAPIC_VERSION 0x30

static void reads_a_device(struct kunit *test)
{
	void *p = ioremap(LAPIC_PHYS + LAPIC_VERSION, 4);
	u32 version;
	pte_t e;
	int level;

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, offset_in_page(p), (unsigned long)LAPIC_VERSION);
	KUNIT_EXPECT_EQ(test, vmalloc_to_pfn(p), LAPIC_PHYS >> PAGE_SHIFT);
	e = pte_get(pt_lookup(kernel_root(), (unsigned long)p, &level));
	KUNIT_EXPECT_EQ(test, pte_pgprot(e, level).val, PAGE_KERNEL_NOCACHE.val);
	version = readl(p) & 0xff;
	KUNIT_EXPECT_GE(test, version, 0x10);
	KUNIT_EXPECT_LE(test, version, 0x15);
	KUNIT_EXPECT_EQ(test, find_vm_area(p)->phys_addr, LAPIC_PHYS);
	KUNIT_EXPECT_TRUE(test, vmap_valid());
	KUNIT_EXPECT_NO_REPORT(test, iounmap(p));
	KUNIT_EXPECT_NULL(test, find_vm_area(p));
	KUNIT_EXPECT_EQ(test, vmalloc_to_pfn(p), 0UL);
}

/* The start of a range of RAM with something else in front of it; 0: there is none. */
static phys_addr_t edge_of_ram(void)
{
	phys_addr_t start, end;
	u64 i;

	for_each_mem_range(i, &start, &end) {
		if (start && !memblock_is_memory(start - 1))
			return start;
	}
	return 0;
}

static void refuses_ram(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	void *p = NULL;

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_NE(test, edge_of_ram(), 0ULL);
	KUNIT_EXPECT_REPORT(test, "ioremap on RAM at 0x",
			    p = ioremap(page_to_phys(page), PAGE_SIZE));
	KUNIT_EXPECT_NULL(test, p);
	KUNIT_EXPECT_REPORT(test, "ioremap on RAM at 0x", /* only its last page is RAM */
			    p = ioremap(edge_of_ram() - PAGE_SIZE, 2 * PAGE_SIZE));
	KUNIT_EXPECT_NULL(test, p);
	__free_page(page);
}

static void refuses_no_range(struct kunit *test)
{
	volatile size_t all = ~0UL;

	KUNIT_EXPECT_NULL(test, ioremap(LAPIC_PHYS, 0));
	KUNIT_EXPECT_NULL(test, ioremap(LAPIC_PHYS, all));
	KUNIT_EXPECT_NULL(test, ioremap(~0ULL - 10, 100));
	KUNIT_EXPECT_NULL(test, ioremap(DIRECT_MAP_SIZE, PAGE_SIZE));
	KUNIT_EXPECT_TRUE(test, vmap_valid());
}

/* What is behind RAM and larger than the region: a range that could be, but no room for it. */
static void no_room_is_no_mapping(struct kunit *test)
{
	phys_addr_t behind = memblock_end_of_DRAM();

	if (DIRECT_MAP_SIZE - behind <= VMALLOC_SIZE)
		kunit_skip(test, "RAM reaches too far");
	KUNIT_EXPECT_NO_REPORT(test,
			       KUNIT_EXPECT_NULL(test, ioremap(behind, DIRECT_MAP_SIZE - behind)));
	KUNIT_EXPECT_TRUE(test, vmap_valid());
}

/* Four bytes across the end of a page take both. */
static void across_a_page(struct kunit *test)
{
	void *p = ioremap(LAPIC_PHYS + PAGE_SIZE - 2, 4);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, vmalloc_to_pfn(p), LAPIC_PHYS >> PAGE_SHIFT);
	KUNIT_EXPECT_EQ(test, vmalloc_to_pfn(p + 2), (LAPIC_PHYS >> PAGE_SHIFT) + 1);
	KUNIT_EXPECT_EQ(test, get_vm_area_size(find_vm_area(p)), 2 * PAGE_SIZE);
	iounmap(p);
}

static void wide_mappings(struct kunit *test)
{
	void *p = ioremap(LAPIC_PHYS - PAGE_SIZE, (2UL << 20) + PAGE_SIZE); /* a page, then 2 MiB */
	int level = -1;

	KUNIT_ASSERT_NOT_NULL(test, p);
	for (unsigned long i = 0; i <= 512; i += 64)
		KUNIT_EXPECT_EQ(test, vmalloc_to_pfn(p + i * PAGE_SIZE),
				(LAPIC_PHYS >> PAGE_SHIFT) - 1 + i);
	KUNIT_EXPECT_NOT_NULL(test, pt_lookup(kernel_root(), (unsigned long)p, &level));
	KUNIT_EXPECT_EQ(test, level, 0); /* aligned, but what it maps is not */
	KUNIT_EXPECT_EQ(test, vmalloc_to_pfn(p + (2UL << 20) + PAGE_SIZE), 0UL);
	iounmap(p);
	p = ioremap(LAPIC_PHYS, 2UL << 20);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_NOT_NULL(test, pt_lookup(kernel_root(), (unsigned long)p, &level));
	KUNIT_EXPECT_EQ(test, level, 1);
	KUNIT_EXPECT_EQ(test, vmalloc_to_pfn(p + 5 * PAGE_SIZE), (LAPIC_PHYS >> PAGE_SHIFT) + 5);
	KUNIT_EXPECT_TRUE(test, vmap_valid());
	iounmap(p);
	KUNIT_EXPECT_TRUE(test, vmap_valid());
	p = ioremap(LAPIC_PHYS, (2UL << 20) + PAGE_SIZE); /* 2 MiB, then a page */
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_NOT_NULL(test, pt_lookup(kernel_root(), (unsigned long)p, &level));
	KUNIT_EXPECT_EQ(test, level, 1);
	p += 2UL << 20;
	KUNIT_EXPECT_NOT_NULL(test, pt_lookup(kernel_root(), (unsigned long)p, &level));
	KUNIT_EXPECT_EQ(test, level, 0);
	KUNIT_EXPECT_EQ(test, vmalloc_to_pfn(p), (LAPIC_PHYS >> PAGE_SHIFT) + 512);
	KUNIT_EXPECT_TRUE(test, vmap_valid());
	iounmap(p - (2UL << 20));
}

/* The other spellings are ioremap(), but for the one that no machine here has. */
static void other_spellings(struct kunit *test)
{
	void *p[] = { ioremap_uc(LAPIC_PHYS + LAPIC_VERSION, 4),
		      ioremap_wc(LAPIC_PHYS + LAPIC_VERSION, 4) };
	u32 version;
	pte_t e;
	int level;

	for (int i = 0; i < ARRAY_SIZE(p); i++) {
		KUNIT_ASSERT_NOT_NULL(test, p[i]);
		KUNIT_EXPECT_EQ(test, vmalloc_to_pfn(p[i]), LAPIC_PHYS >> PAGE_SHIFT);
		e = pte_get(pt_lookup(kernel_root(), (unsigned long)p[i], &level));
		KUNIT_EXPECT_EQ(test, pte_pgprot(e, level).val, PAGE_KERNEL_NOCACHE.val);
	}
	version = readl(p[0]);
	KUNIT_EXPECT_NE(test, version, 0);
	KUNIT_EXPECT_EQ(test, readl(p[1]), version);
	iounmap(p[0]);
	iounmap(p[1]);
	KUNIT_EXPECT_NULL(test, find_vm_area(p[0]));
	KUNIT_EXPECT_NULL(test, find_vm_area(p[1]));
	KUNIT_EXPECT_NULL(test, ioremap_np(LAPIC_PHYS, 4));
}

static void iounmap_of_wrong_pointers(struct kunit *test)
{
	void *p = vmalloc(PAGE_SIZE), *io = ioremap(LAPIC_PHYS, 4);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_ASSERT_NOT_NULL(test, io);
	KUNIT_EXPECT_REPORT(test, "Trying to iounmap() wrong kind of vm area", iounmap(p));
	KUNIT_EXPECT_REPORT(test, "Trying to vfree() wrong kind of vm area", vfree(io));
	KUNIT_EXPECT_REPORT(test, "Trying to iounmap() nonexistent vm area",
			    iounmap((void *)(VMALLOC_END - PAGE_SIZE)));
	iounmap(io);
	vfree(p);
}

/* Cached or not, a device's registers are mapped and read the same. */
static void kinds_of_mappings(struct kunit *test)
{
	void *wt = ioremap_wt(LAPIC_PHYS + LAPIC_VERSION, 4);
	void *cached = ioremap_cache(LAPIC_PHYS + LAPIC_VERSION, 4);

	KUNIT_ASSERT_NOT_NULL(test, wt);
	KUNIT_ASSERT_NOT_NULL(test, cached);
	KUNIT_EXPECT_EQ(test, vmalloc_to_pfn(wt), LAPIC_PHYS >> PAGE_SHIFT);
	KUNIT_EXPECT_EQ(test, readl(wt), readl(cached));
	iounmap(wt);
	iounmap(cached);
	KUNIT_EXPECT_NULL(test, find_vm_area(wt));
	KUNIT_EXPECT_NULL(test, find_vm_area(cached));
}

/* RAM has its address already; what is none is mapped; a mixture is refused. */
static void memremap_of_ram_and_others(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	void *p = memremap(page_to_phys(page) + 8, 100, MEMREMAP_WB), *q;

	KUNIT_EXPECT_PTR_EQ(test, p, page_address(page) + 8);
	KUNIT_EXPECT_NO_REPORT(test, memunmap(p));
	KUNIT_EXPECT_NULL(test, memremap(page_to_phys(page), 100, 0));
	KUNIT_EXPECT_NULL(test, memremap(page_to_phys(page), 0, MEMREMAP_WB));
	KUNIT_EXPECT_REPORT(test, "ioremap on RAM at 0x",
			    q = memremap(page_to_phys(page), 100, MEMREMAP_WT));
	KUNIT_EXPECT_NULL(test, q);
	KUNIT_EXPECT_REPORT(test, "ioremap on RAM at 0x",
			    q = memremap(edge_of_ram() - PAGE_SIZE, 2 * PAGE_SIZE, MEMREMAP_WB));
	KUNIT_EXPECT_NULL(test, q);
	q = memremap(LAPIC_PHYS, 0x100, MEMREMAP_WB | MEMREMAP_WC);
	KUNIT_ASSERT_NOT_NULL(test, q);
	KUNIT_EXPECT_EQ(test, vmalloc_to_pfn(q), LAPIC_PHYS >> PAGE_SHIFT);
	KUNIT_EXPECT_NO_REPORT(test, memunmap(q));
	KUNIT_EXPECT_NULL(test, find_vm_area(q));
	__free_page(page);
}

/* Bytes between memory and what stands for a device: a page of our own. */
static void copies_to_and_from_devices(struct kunit *test)
{
	char *device = (char *)__get_free_page(GFP_KERNEL | __GFP_ZERO), buf[8] = "abcdefg";

	KUNIT_ASSERT_NOT_NULL(test, device);
	OPTIMIZER_HIDE_VAR(device);
	memcpy_toio(device + 1, buf, 3);
	KUNIT_EXPECT_MEMEQ(test, device, "\0abc\0", 5);
	memset_io(device + 4, 'x', 2);
	KUNIT_EXPECT_MEMEQ(test, device, "\0abcxx\0", 7);
	memcpy_fromio(buf, device + 3, 2);
	KUNIT_EXPECT_MEMEQ(test, buf, "cxcdefg", 8);
	free_page((unsigned long)device);
}

/*
 * Each width, at each place it fits: that many bytes and no other, low byte first. As a device, a page
 * of our own.
 */
#define EACH_PLACE(read, write, type)                                                             \
	do {                                                                                      \
		for (size_t at = 0; at < 16; at += sizeof(type)) {                                \
			type v = (type)0x8877665544332211ULL + (type)at;                          \
                                                                                                  \
			memset(device, 0xee, 32);                                                 \
			write(v, device + at);                                                    \
			KUNIT_EXPECT_MEMEQ(test, device + at, &v, sizeof(type));                  \
			KUNIT_EXPECT_NULL(test, memchr_inv(device, 0xee, at));                    \
			KUNIT_EXPECT_NULL(test, memchr_inv(device + at + sizeof(type), 0xee,      \
							   32 - at - sizeof(type)));              \
			KUNIT_EXPECT_EQ(test, read(device + at), v);                              \
			device[at] ^= 0xff;                                                       \
			KUNIT_EXPECT_EQ(test, read(device + at), (type)(v ^ 0xff));               \
			KUNIT_EXPECT_EQ(test, sizeof(read(device + at)), sizeof(type));           \
		}                                                                                 \
	} while (0)

static void accesses_have_a_width(struct kunit *test)
{
	u8 *device = (u8 *)__get_free_page(GFP_KERNEL | __GFP_ZERO);

	KUNIT_ASSERT_NOT_NULL(test, device);
	EACH_PLACE(readb, writeb, u8);
	EACH_PLACE(readw, writew, u16);
	EACH_PLACE(readl, writel, u32);
	EACH_PLACE(readq, writeq, u64);
	free_page((unsigned long)device);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(reads_a_device),
	KUNIT_CASE(refuses_ram),
	KUNIT_CASE(refuses_no_range),
	KUNIT_CASE(no_room_is_no_mapping),
	KUNIT_CASE(across_a_page),
	KUNIT_CASE(wide_mappings),
	KUNIT_CASE(other_spellings),
	KUNIT_CASE(iounmap_of_wrong_pointers),
	KUNIT_CASE(kinds_of_mappings),
	KUNIT_CASE(memremap_of_ram_and_others),
	KUNIT_CASE(copies_to_and_from_devices),
	KUNIT_CASE(accesses_have_a_width),
	{}
};
static struct kunit_suite suite = { .name = "ioremap", .test_cases = cases };

kunit_test_suite(suite);
