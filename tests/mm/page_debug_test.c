// SPDX-License-Identifier: MIT
/*
 * Pages that are watched: mm/page_debug.c, mm/page_owner.c and mm/stack_depot.c, each by a planted bug.
 *
 * A case runs if its switch was given on the boot line, and is skipped else.
 *
 * Mutations: tests/mutate/page_debug.mut, page_owner.mut, stack_depot.mut.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/poison.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <quarry/report.h>
#include "mm/internal.h"
#include "mm/page_debug.h"
#include "tests/plant.h"

static void needs(struct kunit *test, unsigned int which)
{
	if ((page_debug & which) != which)
		kunit_skip(test, "the boot line doesn't ask for it");
}

static noinline struct page *allocate_here(unsigned int order)
{
	struct page *page = alloc_pages(GFP_KERNEL, order);

	barrier(); /* no tail call: this function is to be seen in the trace */
	return page;
}

static noinline void free_here(struct page *page, unsigned int order)
{
	__free_pages(page, order);
	barrier();
}

static void has(struct kunit *test, const char *text, const char *what)
{
	KUNIT_EXPECT_TRUE_MSG(test, strstr(text, what), "\"%s\" is missing", what);
}

/* ---- Off ---- */

static void nothing_is_kept_while_all_is_off(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	if (page_debug) {
		KUNIT_EXPECT_NOT_NULL(test, page_ext_of(page));
		KUNIT_EXPECT_EQ(test, page_orders_plain, 0U);
		KUNIT_EXPECT_EQ(test, free_orders_plain, 0U);
	} else {
		KUNIT_EXPECT_NULL(test, page_ext_of(page));
	}
	__free_page(page);
}

/* ---- page_owner ---- */

/* The report of a block that is freed twice. */
static const char *double_free(struct kunit *test, unsigned int order)
{
	struct page *page = allocate_here(order);
	const char *text;

	KUNIT_ASSERT_NOT_NULL(test, page);
	preempt_disable(); /* nobody else gets it */
	free_here(page, order);
	report_capture_start();
	__free_pages(page, order);
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 1);
	preempt_enable();
	return text;
}

static void both_owners_are_named(struct kunit *test)
{
	const char *text, *freed;
	char who[64];

	needs(test, PAGE_DEBUG_OWNER);
	text = double_free(test, 2);
	scnprintf(who, sizeof(who), "BUG: Bad page state in process %s  pfn:", current->comm);
	has(test, text, who);
	has(test, text, "\npage dumped because: double free of a page\n");
	has(test, text, "page_owner tracks the page as freed");
	has(test, text, "page last allocated via order 2, migratetype Unmovable, gfp_mask 0xcc0(GFP_KERNEL), pid ");
	scnprintf(who, sizeof(who), "pid %d, tgid %d (%s), ts ", current->pid, current->pid,
		  current->comm);
	has(test, text, who);
	has(test, text, "allocate_here+");
	freed = strstr(text, "page last free pid ");
	KUNIT_ASSERT_NOT_NULL(test, freed);
	has(test, freed, "free_here+");
	KUNIT_EXPECT_NULL(test, strstr(freed, "allocate_here+"));
}

/* A live page, by any address in it. */
static void an_address_has_its_owner(struct kunit *test)
{
	struct page *page;
	const char *text;

	needs(test, PAGE_DEBUG_OWNER);
	page = allocate_here(1);
	KUNIT_ASSERT_NOT_NULL(test, page);
	report_capture_start();
	kfree((char *)page_address(page) + PAGE_SIZE + 8);
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 1);
	has(test, text, "kfree of a foreign pointer");
	has(test, text, "page_owner tracks the page as allocated");
	has(test, text, "allocate_here+");
	__free_pages(page, 1);
}

/* What a listing says of the block at `pfn`: its two first lines, and whether `func` is in its stack. */
static struct {
	char before[200], first[200], second[200], pfn[32];
	unsigned int found;
	bool inside, func;
} block;

static void block_line(const char *text)
{
	if (strstr(text, block.pfn) == text) {
		block.found++;
		block.inside = true;
		strscpy(block.first, block.before, sizeof(block.first));
		strscpy(block.second, text, sizeof(block.second));
	} else if (block.inside && strstr(text, " allocate_here+") == text) {
		block.func = true;
	}
	block.inside &= text[0] != '\0';
	strscpy(block.before, text, sizeof(block.before));
}

static void read_block(const struct page *page)
{
	memset(&block, 0, sizeof(block));
	scnprintf(block.pfn, sizeof(block.pfn), "PFN 0x%lx ", page_to_pfn(page));
	page_owner_show(block_line);
}

static void the_file_has_linuxs_layout(struct kunit *test)
{
	struct page *page;
	char want[200], block_was[200];

	needs(test, PAGE_DEBUG_OWNER);
	page = allocate_here(2);
	KUNIT_ASSERT_NOT_NULL(test, page);
	read_block(page);
	KUNIT_EXPECT_EQ(test, block.found, 1U);
	scnprintf(want, sizeof(want),
		  "Page allocated via order 2, mask 0xcc0(GFP_KERNEL), pid %d, tgid %d (%s), ts %llu ns",
		  current->pid, current->pid, current->comm, page_ext_of(page)->alloc_ns);
	KUNIT_EXPECT_STREQ(test, block.first, want);
	strscpy(block_was, want, sizeof(block_was));
	scnprintf(want, sizeof(want), "PFN 0x%lx type Unmovable Block %lu type ", page_to_pfn(page),
		  page_to_pfn(page) >> PAGEBLOCK_ORDER);
	KUNIT_EXPECT_PTR_EQ(test, strstr(block.second, want), (char *)block.second);
	KUNIT_EXPECT_TRUE(test, block.func);
	read_block(page + 1); /* inside the block: no paragraph of its own */
	KUNIT_EXPECT_EQ(test, block.found, 0U);
	preempt_disable();
	free_here(page, 2);
	KUNIT_EXPECT_FALSE(test, page_ext_of(page + 3)->flags & PAGE_EXT_ALLOCATED);
	KUNIT_EXPECT_TRUE(test, page_ext_of(page + 3)->flags & PAGE_EXT_OWNER);
	preempt_enable();
	read_block(page); /* freed: whoever has it by now got it later */
	KUNIT_EXPECT_STRNEQ(test, block.first, block_was);
}

/* Pages by the stack of allocate_here() below count_pages(): the largest number in a paragraph with both. */
static struct {
	bool here, there, bad;
	long pages;
} stacks;

static void stacks_line(const char *text)
{
	if (strstr(text, " allocate_here+") == text)
		stacks.here = true;
	else if (strstr(text, "count_pages+"))
		stacks.there = stacks.here;
	else if (strstr(text, "nr_base_pages: ") == text && stacks.there)
		stacks.bad |= kstrtol(text + 15, 10, &stacks.pages) != 0;
	else if (!text[0])
		stacks.here = stacks.there = false;
}

static long read_stacks(long threshold)
{
	memset(&stacks, 0, sizeof(stacks));
	page_owner_stacks_show(stacks_line, threshold);
	return stacks.bad ? -1 : stacks.pages;
}

static noinline void count_pages(struct kunit *test)
{
	struct page *p[5];

	for (int i = 0; i < 5; i++) {
		p[i] = allocate_here(2);
		KUNIT_ASSERT_NOT_NULL(test, p[i]);
	}
	KUNIT_EXPECT_EQ(test, read_stacks(0), 20L);
	KUNIT_EXPECT_EQ(test, read_stacks(21), 0L);
	for (int i = 0; i < 4; i++)
		__free_pages(p[i], 2);
	KUNIT_EXPECT_EQ(test, read_stacks(0), 4L);
	get_page(p[4]);
	__free_pages(p[4], 2); /* all but the first go */
	KUNIT_EXPECT_EQ(test, read_stacks(0), 1L);
	read_block(p[4]);
	KUNIT_EXPECT_EQ(test, block.found, 1U);
	put_page(p[4]);
	KUNIT_EXPECT_EQ(test, read_stacks(0), 0L);
}

static void stacks_are_counted(struct kunit *test)
{
	needs(test, PAGE_DEBUG_OWNER);
	count_pages(test);
	barrier();
}

/* ---- page_poison ---- */

/* A page is freed while an alias of it is left, and `n` bytes are written there. It comes again. */
static void write_by_alias(struct kunit *test, unsigned int offset, const u8 *bytes, unsigned int n,
			   const char *want)
{
	struct page *page = allocate_here(0), *again;
	char extent[64];
	const char *text;
	u8 *alias;

	KUNIT_ASSERT_NOT_NULL(test, page);
	alias = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, alias);
	preempt_disable();
	free_here(page, 0);
	KUNIT_EXPECT_NULL(test, plant_find_other(alias, PAGE_POISON, PAGE_SIZE));
	for (unsigned int i = 0; i < n; i++)
		plant_write8(alias + offset + i, bytes[i]);
	report_capture_start();
	again = alloc_page(GFP_ATOMIC);
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 1);
	preempt_enable();
	KUNIT_EXPECT_PTR_EQ(test, again, page);
	has(test, text, want);
	scnprintf(extent, sizeof(extent), "0x%px-0x%px @offset=%u. First byte 0x%x instead of 0xaa",
		  page_address(page) + offset, page_address(page) + offset + n - 1, offset, bytes[0]);
	has(test, text, extent);
	has(test, text, "Page     ");
	if (page_debug & PAGE_DEBUG_OWNER) {
		has(test, text, "allocate_here+");
		has(test, text, "free_here+");
	}
	vunmap(alias);
	__free_page(again);
}

static void a_write_to_a_freed_page_is_found(struct kunit *test)
{
	static const u8 word[] = { 0x31, 0xaa, 0x32 };

	needs(test, PAGE_DEBUG_POISON);
	write_by_alias(test, 0, word, 3, "pagealloc: memory corruption");
	write_by_alias(test, 1000, word, 3, "pagealloc: memory corruption");
	write_by_alias(test, PAGE_SIZE - 1, word, 1, "pagealloc: memory corruption");
}

static void a_single_bit_is_told(struct kunit *test)
{
	static const u8 bit = PAGE_POISON ^ 0x10, two = PAGE_POISON ^ 0x11;

	needs(test, PAGE_DEBUG_POISON);
	write_by_alias(test, 77, &bit, 1, "pagealloc: single bit error");
	write_by_alias(test, 77, &two, 1, "pagealloc: memory corruption");
}

/* Each page of a block is filled, and what comes again is as it was asked for. */
static void blocks_are_filled(struct kunit *test)
{
	struct page *page;
	u8 *p;

	needs(test, PAGE_DEBUG_POISON);
	page = alloc_pages(GFP_KERNEL, 3);
	KUNIT_ASSERT_NOT_NULL(test, page);
	memset(page_address(page), 1, PAGE_SIZE << 3);
	__free_pages(page, 3);
	for (int i = 0; i < 8; i++)
		KUNIT_EXPECT_TRUE(test, page_ext_of(page + i)->flags & PAGE_EXT_POISONED);
	KUNIT_EXPECT_NO_REPORT(test, page = alloc_pages(GFP_KERNEL, 3));
	for (int i = 0; i < 8; i++)
		KUNIT_EXPECT_FALSE(test, page_ext_of(page + i)->flags & PAGE_EXT_POISONED);
	p = page_address(page);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, init_on_get_alloc() ? 0 : *p, PAGE_SIZE << 3));
	__free_pages(page, 3);
	KUNIT_EXPECT_NO_REPORT(test, page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 3));
	KUNIT_EXPECT_NULL(test, memchr_inv(page_address(page), 0, PAGE_SIZE << 3));
	__free_pages(page, 3);
}

/* ---- debug_pagealloc ---- */

static void a_freed_page_is_out_of_reach(struct kunit *test)
{
	struct page *page;
	volatile u8 *p;

	needs(test, PAGE_DEBUG_UNMAP);
	page = allocate_here(1);
	KUNIT_ASSERT_NOT_NULL(test, page);
	p = page_address(page);
	p[0] = p[PAGE_SIZE] = 7;
	preempt_disable();
	free_here(page, 1);
	KUNIT_EXPECT_FAULT(test, "debug_pagealloc took it out", plant_read8(p + 5));
	KUNIT_EXPECT_FAULT(test, "BUG: unable to handle page fault for address",
			   plant_write8(p + PAGE_SIZE, 1));
	if (page_debug & PAGE_DEBUG_OWNER) {
		KUNIT_EXPECT_FAULT(test, "allocate_here+", plant_read8(p + 2 * PAGE_SIZE - 1));
		KUNIT_EXPECT_FAULT(test, "free_here+", plant_read8(p));
	}
	KUNIT_EXPECT_PTR_EQ(test, alloc_pages(GFP_ATOMIC, 1), page);
	preempt_enable();
	KUNIT_EXPECT_NO_REPORT(test, p[0] = p[2 * PAGE_SIZE - 1] = 3);
	KUNIT_EXPECT_FALSE(test, page_is_unmapped(page));
	__free_pages(page, 1);
}

/*
 * A block of more pages than a TLB joins to one entry (64 KiB): each of them is forgotten. It is in no
 * list meanwhile, so nobody else gets a part of it.
 */
static void so_is_each_page_of_a_large_block(struct kunit *test)
{
	static const unsigned int at[] = { 0, 1, 15, 16, 31 };
	struct page *page;
	volatile u8 *p;

	needs(test, PAGE_DEBUG_UNMAP);
	page = allocate_here(5);
	KUNIT_ASSERT_NOT_NULL(test, page);
	p = page_address(page);
	for (unsigned int i = 0; i < 32; i++)
		p[i * PAGE_SIZE] = 7;
	KUNIT_EXPECT_TRUE(test, page_debug_free(page, 5));
	for (unsigned int i = 0; i < ARRAY_SIZE(at); i++)
		KUNIT_EXPECT_FAULT(test, "unable to handle page fault", plant_read8(p + at[i] * PAGE_SIZE));
	KUNIT_EXPECT_NO_REPORT(test, page_debug_alloc(page, 5, GFP_KERNEL));
	__free_pages(page, 5);
}

/* What kmalloc() takes from the page allocator directly, and slabs that were given back. */
static void so_are_large_objects(struct kunit *test)
{
	u8 *p;

	needs(test, PAGE_DEBUG_UNMAP);
	p = kmalloc(5 * PAGE_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	preempt_disable();
	kfree(p);
	KUNIT_EXPECT_FAULT(test, "Use after free: the page was freed", plant_read8(p + 4 * PAGE_SIZE));
	preempt_enable();
}

/* Others' entries are gone, too, and those beside it are not. */
static void neighbours_stay(struct kunit *test)
{
	struct page *page;
	u8 *p;

	needs(test, PAGE_DEBUG_UNMAP);
	page = alloc_pages(GFP_KERNEL, 2);
	KUNIT_ASSERT_NOT_NULL(test, page);
	split_page(page, 2);
	p = page_address(page);
	preempt_disable();
	__free_page(page + 1);
	KUNIT_EXPECT_NO_REPORT(test, p[0] = p[PAGE_SIZE - 1] = p[2 * PAGE_SIZE] = 1);
	KUNIT_EXPECT_FAULT(test, "unable to handle page fault", plant_read8(p + PAGE_SIZE));
	preempt_enable();
	__free_page(page);
	__free_page(page + 2);
	__free_page(page + 3);
}

/* ---- With any of them ---- */

static void a_mapped_page_is_not_freed(struct kunit *test)
{
	struct page *page;
	const char *text;
	char head[80];

	if (!page_debug)
		kunit_skip(test, "the boot line doesn't ask for it");
	page = allocate_here(0);
	KUNIT_ASSERT_NOT_NULL(test, page);
	page->_mapcount.counter = 1;
	report_capture_start();
	__free_page(page);
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 1);
	scnprintf(head, sizeof(head), "\nBUG: Bad page state in process %s  pfn:%05lx\n",
		  current->comm, page_to_pfn(page));
	has(test, text, head);
	has(test, text, "mapcount:1 ");
	has(test, text, "\npage dumped because: nonzero mapcount\n");
	KUNIT_EXPECT_EQ(test, page->mark, PAGE_MARK(PAGE_USED, 0));
	KUNIT_EXPECT_FALSE(test, page_is_unmapped(page));
	page->_mapcount.counter = 0;
	KUNIT_EXPECT_NO_REPORT(test, free_block(page, 0));
}

/* ---- The depot ---- */

static void stacks_are_kept_once(struct kunit *test)
{
	unsigned long a[] = { 0x1111, 0x2222, 0x3333 }, b[] = { 0x1111, 0x2222, 0x3334 }, *ips;
	depot_stack_handle_t first, at = 0;
	unsigned int seen = 0;
	char text[200];

	needs(test, PAGE_DEBUG_OWNER);
	first = stack_depot_save(a, 3, 0);
	KUNIT_ASSERT_NE(test, first, 0U);
	KUNIT_EXPECT_EQ(test, stack_depot_save(a, 3, 0), first);
	KUNIT_EXPECT_NE(test, stack_depot_save(b, 3, 0), first);
	KUNIT_EXPECT_NE(test, stack_depot_save(a, 2, 0), first);
	KUNIT_EXPECT_EQ(test, stack_depot_save(a, 0, 0), 0U);
	KUNIT_EXPECT_EQ(test, stack_depot_fetch(first, &ips), 3U);
	KUNIT_EXPECT_EQ(test, memcmp(ips, a, sizeof(a)), 0);
	KUNIT_EXPECT_EQ(test, stack_depot_fetch(0, &ips), 0U);
	KUNIT_EXPECT_EQ(test, stack_depot_count(first, 2), 2L);
	KUNIT_EXPECT_EQ(test, stack_depot_count(first, -2), 0L);
	while ((at = stack_depot_next(at)))
		seen += at == first;
	KUNIT_EXPECT_EQ(test, seen, 1U);
	KUNIT_EXPECT_GT(test, stack_depot_snprint(first, text, sizeof(text), 0), 20);
	KUNIT_EXPECT_EQ(test, text[0], ' ');
	KUNIT_EXPECT_NOT_NULL(test, strchr(text, '\n'));
}

/* More than there are chains for each to have its own: they are told apart nevertheless. */
static void many_stacks_are_told_apart(struct kunit *test)
{
	static depot_stack_handle_t handles[2000];
	unsigned long stack[2] = { 0x4444 }, *ips;

	needs(test, PAGE_DEBUG_OWNER);
	for (unsigned int i = 0; i < ARRAY_SIZE(handles); i++) {
		stack[1] = i;
		handles[i] = stack_depot_save(stack, 2, 0);
		KUNIT_ASSERT_NE(test, handles[i], 0U);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(handles); i++) {
		KUNIT_ASSERT_EQ(test, stack_depot_fetch(handles[i], &ips), 2U);
		KUNIT_ASSERT_EQ(test, ips[1], (unsigned long)i);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(nothing_is_kept_while_all_is_off),
	KUNIT_CASE(both_owners_are_named),
	KUNIT_CASE(an_address_has_its_owner),
	KUNIT_CASE(the_file_has_linuxs_layout),
	KUNIT_CASE(stacks_are_counted),
	KUNIT_CASE(a_write_to_a_freed_page_is_found),
	KUNIT_CASE(a_single_bit_is_told),
	KUNIT_CASE(blocks_are_filled),
	KUNIT_CASE(a_freed_page_is_out_of_reach),
	KUNIT_CASE(so_is_each_page_of_a_large_block),
	KUNIT_CASE(so_are_large_objects),
	KUNIT_CASE(neighbours_stay),
	KUNIT_CASE(a_mapped_page_is_not_freed),
	KUNIT_CASE(stacks_are_kept_once),
	KUNIT_CASE(many_stacks_are_told_apart),
	{}
};
static struct kunit_suite suite = { .name = "page_debug", .test_cases = cases };
kunit_test_suite(suite);
