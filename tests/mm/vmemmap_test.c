// SPDX-License-Identifier: MIT
/*
 * Tests of mm/vmemmap.c.
 *
 * Mutations: tests/mutate/vmemmap.mut.
 */
#include <asm/pgtable.h>
#include <kunit/test.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/string.h>
#include "mm/internal.h"
#include "mm/kasan.h"

#define GFP_TEST (GFP_KERNEL | __GFP_NOWARN)

static void valid_where_ram_is(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_TRUE(test, pfn_valid(page_to_pfn(page)));
	KUNIT_EXPECT_TRUE(test, virt_addr_valid(page_address(page)));
	KUNIT_EXPECT_PTR_EQ(test, pfn_to_page(page_to_pfn(page)), page);
	__free_page(page);
}

static void invalid_elsewhere(struct kunit *test)
{
	unsigned long past = PFN_UP(memblock_end_of_DRAM());
	int level;

	/* not even mapped, though in one leaf table with what is */
	KUNIT_EXPECT_NULL(test, pt_lookup(kernel_root(),
					  (unsigned long)pfn_to_page(ALIGN(past, GROUP_NR_PAGES)),
					  &level));
	KUNIT_EXPECT_FALSE(test, pfn_valid(ALIGN(past, GROUP_NR_PAGES)));
	KUNIT_EXPECT_FALSE(test, pfn_valid(ALIGN(past, PAGES_PER_SECTION)));
	KUNIT_EXPECT_FALSE(test, pfn_valid(~0UL >> PAGE_SHIFT));
	KUNIT_EXPECT_FALSE(test, virt_addr_valid(NULL));
	KUNIT_EXPECT_FALSE(test, virt_addr_valid((void *)0x400000));
	KUNIT_EXPECT_FALSE(test, virt_addr_valid((void *)VMALLOC_START));
	KUNIT_EXPECT_FALSE(test, virt_addr_valid((void *)VMEMMAP_START));
	KUNIT_EXPECT_FALSE(test, virt_addr_valid((void *)(PAGE_OFFSET + DIRECT_MAP_SIZE)));
}

/* A struct page stands in its page's own section: bringing one in needs no other allocation. */
static void sections_host_themselves(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	int level = -1;
	pte_t *slot;

	KUNIT_ASSERT_NOT_NULL(test, page);
	slot = pt_lookup(kernel_root(), (unsigned long)page, &level);
	KUNIT_ASSERT_NOT_NULL(test, slot);
	KUNIT_EXPECT_EQ(test, level, 0);
	KUNIT_EXPECT_EQ(test, pte_phys(*slot) >> SECTION_SHIFT,
			page_to_phys(page) >> SECTION_SHIFT);
	KUNIT_EXPECT_FALSE(test, pte_exec(*slot));
	KUNIT_EXPECT_EQ(test, pfn_to_page(pte_pfn(*slot))->type, PAGE_RESERVED);
	__free_page(page);
}

static void counting_is_exact(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, section_valid());
	KUNIT_EXPECT_LE(test, nr_free_pages(), nr_managed_pages());
}

/* Struct pages cost 1/128 of what they describe, tables included: well under Linux's 1/64. */
static void struct_pages_are_cheap(struct kunit *test)
{
	phys_addr_t ram = memblock_phys_mem_size(), taken = memblock_reserved_size();
	phys_addr_t beside = page_debug ? ram / 64 + (8 << 20) / 8 : 0; /* page_debug.c */
	unsigned long free = ram - taken - PFN_PHYS(nr_managed_pages());
	unsigned long states = PFN_PHYS(KASAN_STATE_PAGES(ram + ram / 128)); /* and their tables */

	KUNIT_EXPECT_LE(test, free,
			ram / 128 + ram / 4096 + (8 << 20) / 128 * 8 + states + beside);
}

static void memblock_is_sealed(struct kunit *test)
{
	void *p = NULL;

	KUNIT_EXPECT_REPORT(test, "memblock", p = memblock_alloc(4096, 4096));
	KUNIT_EXPECT_NULL(test, p);
}

static void groups_are_whole(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned long first;

	KUNIT_ASSERT_NOT_NULL(test, page);
	first = ALIGN_DOWN(page_to_pfn(page), GROUP_NR_PAGES);
	for (unsigned long i = 0; i < GROUP_NR_PAGES; i++) {
		unsigned long va;
		int level;

		KUNIT_EXPECT_TRUE(test, pfn_valid(first + i));
		va = (unsigned long)pfn_to_page(first + i);
		KUNIT_EXPECT_NOT_NULL(test, pt_lookup(kernel_root(), va, &level));
	}
	__free_page(page);
}

/* Sections come from the top: what the zone has not touched lies below what it has. */
static void highest_section_first(struct kunit *test)
{
	struct page *page = alloc_page(GFP_TEST);
	const struct zone *zone;

	KUNIT_ASSERT_NOT_NULL(test, page);
	zone = pfn_zone(page_to_pfn(page));
	KUNIT_EXPECT_GE(test, page_to_pfn(page), zone->next_section * PAGES_PER_SECTION);
	for (unsigned long s = zone->end_section + 1; s < zone->next_section; s++) {
		if (pfn_valid(s * PAGES_PER_SECTION))
			KUNIT_FAIL(test, "section %lu is in, though untouched", s);
	}
	__free_page(page);
}

/* The two zones of section 0 come in one after the other, and neither undoes the other. */
static void both_halves_of_section_0(struct kunit *test)
{
	const struct zone *dma32 = &zones[ZONE_DMA32];
	struct page *low;

	if (!populated_zone(&zones[ZONE_DMA]))
		kunit_skip(test, "no memory below 16 MiB");
	low = alloc_page(GFP_TEST | GFP_DMA);
	KUNIT_ASSERT_NOT_NULL(test, low);
	KUNIT_EXPECT_TRUE(test, pfn_valid(page_to_pfn(low)));
	if (memblock_is_memory(ARCH_DMA_LIMIT) && dma32->next_section == dma32->end_section)
		KUNIT_EXPECT_TRUE(test, pfn_valid(dma32->start_pfn));
	__free_page(low);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(valid_where_ram_is),
	KUNIT_CASE(invalid_elsewhere),
	KUNIT_CASE(sections_host_themselves),
	KUNIT_CASE(counting_is_exact),
	KUNIT_CASE(struct_pages_are_cheap),
	KUNIT_CASE(memblock_is_sealed),
	KUNIT_CASE(groups_are_whole),
	KUNIT_CASE(highest_section_first),
	KUNIT_CASE(both_halves_of_section_0),
	{}
};
static struct kunit_suite suite = { .name = "vmemmap", .test_cases = cases };
kunit_test_suite(suite);
