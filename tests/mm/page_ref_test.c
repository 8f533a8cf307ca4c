// SPDX-License-Identifier: MIT
/*
 * Self-tests of mm/page_ref.c: whose count decides, and visitors that take references to pages which
 * their owners free, split and hand over meanwhile.
 *
 * Mutations that made the suite fail when tried: tests/mutate/page_ref.mut; and
 *   the storm		free_block() of a slab, or of a block joined by vfree(), without looking at the
 *			counts; __free_pages() marks the first page after it dropped its reference
 */
#include <asm/atomic.h>
#include <asm/barrier.h>
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "mm/internal.h"
#include "tests/mm/smp_fixture.h"

static void one_page(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	KUNIT_EXPECT_TRUE(test, page_ref_add_unless(page, 1, 0));
	KUNIT_EXPECT_TRUE(test, try_get_page(page));
	KUNIT_EXPECT_EQ(test, page_count(page), 3);
	put_page(page);
	__free_page(page); /* one of three */
	KUNIT_EXPECT_EQ(test, page->type, PAGE_USED);
	put_page(page);
	KUNIT_EXPECT_NE(test, page->type, PAGE_USED);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 0);
	KUNIT_EXPECT_FALSE(test, page_ref_add_unless(page, 1, 0));
	KUNIT_EXPECT_REPORT(test, "double free of a page", put_page(page));
}

/* Any page of a __GFP_COMP block stands for all. */
static void a_compound_block(struct kunit *test)
{
	struct page *block = alloc_pages(GFP_KERNEL | __GFP_COMP, 2);

	KUNIT_ASSERT_NOT_NULL(test, block);
	get_page(block + 3);
	KUNIT_EXPECT_EQ(test, page_count(block + 1), 2);
	KUNIT_EXPECT_EQ(test, page_ref_count(block + 3), 0);
	KUNIT_EXPECT_FALSE(test, page_ref_add_unless(block + 3, 1, 0)); /* by itself it has none */
	__free_pages(block, 2);
	KUNIT_EXPECT_EQ(test, block->type, PAGE_USED);
	KUNIT_EXPECT_EQ(test, block->order, 2);
	put_page(block + 1);
	KUNIT_EXPECT_EQ(test, block->type, PAGE_PCP);
	KUNIT_EXPECT_EQ(test, block->order, 2);
}

/* Without __GFP_COMP: a visitor of the first page keeps that one, and only that. */
static void a_plain_block(struct kunit *test)
{
	struct page *block = alloc_pages(GFP_KERNEL, 2);

	KUNIT_ASSERT_NOT_NULL(test, block);
	KUNIT_EXPECT_EQ(test, page_ref_count(block + 1), 0);
	get_page(block);
	put_page(block); /* the visitor goes first: nothing happens */
	KUNIT_EXPECT_EQ(test, page_count(block), 1);
	KUNIT_EXPECT_REPORT(test, "wrong order in page free", put_page(block)); /* not the owner */
	KUNIT_EXPECT_EQ(test, page_count(block), 1);
	get_page(block);
	__free_pages(block, 2);
	KUNIT_EXPECT_EQ(test, page_count(block), 1);
	KUNIT_EXPECT_EQ(test, block->order, 0);
	KUNIT_EXPECT_EQ(test, block[1].type, PAGE_PCP);
	KUNIT_EXPECT_EQ(test, block[2].type, PAGE_PCP);
	put_page(block);
	KUNIT_EXPECT_EQ(test, block->type, PAGE_PCP);
}

static void a_split_block(struct kunit *test)
{
	struct page *block = alloc_pages(GFP_KERNEL, 2);

	KUNIT_ASSERT_NOT_NULL(test, block);
	get_page(block);
	split_page(block, 2);
	for (int i = 0; i < 4; i++) {
		KUNIT_EXPECT_EQ(test, page_count(block + i), i ? 1 : 2);
		KUNIT_EXPECT_TRUE(test, page_ref_add_unless(block + i, 1, 0));
		put_page(block + i);
		__free_page(block + i);
		KUNIT_EXPECT_EQ(test, block[i].type == PAGE_USED, i == 0);
	}
	put_page(block);
	block = alloc_pages(GFP_KERNEL | __GFP_COMP, 1);
	KUNIT_ASSERT_NOT_NULL(test, block);
	KUNIT_EXPECT_REPORT(test, "PG_compound", split_page(block, 1));
	KUNIT_EXPECT_EQ(test, page_ref_count(block + 1), 0);
	__free_pages(block, 1);
}

/* What isn't counted can't be got: slabs, page tables. */
static void what_nobody_can_hold(struct kunit *test)
{
	void *object = kmalloc(64, GFP_KERNEL);
	phys_addr_t table = table_alloc_user();

	KUNIT_ASSERT_TRUE(test, object && table);
	KUNIT_EXPECT_FALSE(test, page_ref_add_unless(virt_to_page(object), 1, 0));
	KUNIT_EXPECT_FALSE(test, page_ref_add_unless(phys_to_page(table), 1, 0));
	kfree(object);
	table_free_user(__va(table));
}

/* kmalloc() of many pages is a compound block, whose owner is kfree(). */
static void kmalloc_pages(struct kunit *test)
{
	u64 *p = kmalloc(4 * PAGE_SIZE, GFP_KERNEL);
	struct page *page;

	KUNIT_ASSERT_NOT_NULL(test, p);
	page = virt_to_page(p);
	get_page(page + 2);
	KUNIT_EXPECT_EQ(test, page_count(page), 2);
	put_page(page + 1);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	KUNIT_EXPECT_REPORT(test, "wrong function", put_page(page));
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	get_page(page);
	p[0] = 5;
	kfree(p);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	KUNIT_EXPECT_EQ(test, *(u64 *)page_address(page), 5ULL);
	put_page(page);
	KUNIT_EXPECT_EQ(test, page->type, PAGE_PCP);
}

static void a_count_is_frozen(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	get_page(page);
	KUNIT_EXPECT_FALSE(test, page_ref_freeze(page, 1));
	KUNIT_EXPECT_TRUE(test, page_ref_freeze(page, 2));
	KUNIT_EXPECT_FALSE(test, page_ref_add_unless(page, 1, 0));
	page_ref_unfreeze(page, 1);
	__free_page(page);
}

/* ---- Visitors ---- */

#define NR_SEEN 64

/* Pages that are somebody's, or were: whoever looks has no right to any. */
struct seen {
	struct page *page[NR_SEEN];
};

/* Owners fill the first word of their pages with its frame, as long as it is theirs. */
static void show(struct seen *s, struct smp_cpu *c, struct page *page)
{
	WRITE_ONCE(*(u64 *)page_address(page), page_to_pfn(page));
	smp_store_release(&s->page[smp_rand(c, NR_SEEN)], page);
}

/*
 * Get hold of a page that may be free, or another's, by now. While it is held it is not handed out
 * again: what stands in it may change if it is a block's that somebody fills, but not what it is.
 */
static void visit(struct seen *s, struct smp_cpu *c)
{
	struct page *page = smp_load_acquire(&s->page[smp_rand(c, NR_SEEN)]);
	u8 type;

	if (!page || !page_ref_add_unless(page, 1, 0))
		return;
	for (u32 i = smp_rand(c, 20); i; i--)
		cpu_relax();
	type = READ_ONCE(page->type);
	if (type != PAGE_USED && type != PAGE_KMALLOC)
		smp_wrong(c, "a page that is held is of another kind", type);
	if (page_ref_count(page) < 1)
		smp_wrong(c, "a page that is held is not counted", page_to_pfn(page));
	put_page(page);
}

static void own_pages(struct seen *s, struct smp_cpu *c, unsigned int order, gfp_t comp)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_NOWARN | comp, order);

	if (!page)
		return;
	show(s, c, page);
	if (*(u64 *)page_address(page) != page_to_pfn(page))
		smp_wrong(c, "a page has two owners", page_to_pfn(page));
	if (order && !comp && smp_rand(c, 2)) {
		split_page(page, order);
		for (u32 i = 0; i < 1u << order; i++) {
			show(s, c, page + i);
			__free_page(page + i);
		}
		return;
	}
	__free_pages(page, order);
}

static void own_area(struct seen *s, struct smp_cpu *c)
{
	u8 *area = vmalloc(16 * PAGE_SIZE);

	if (!area)
		return;
	for (int i = 0; i < 16; i += 3)
		show(s, c, vmalloc_to_page(area + i * PAGE_SIZE));
	vfree(area);
}

static void own_objects(struct seen *s, struct smp_cpu *c)
{
	void *p[40], *large = kmalloc(4 * PAGE_SIZE, GFP_KERNEL);
	int n;

	for (n = 0; n < 40 && (p[n] = kmalloc(2048, GFP_KERNEL)); n++)
		smp_store_release(&s->page[smp_rand(c, NR_SEEN)], virt_to_page(p[n]));
	if (large)
		show(s, c, virt_to_page(large));
	kfree(large);
	while (n--)
		kfree(p[n]);
}

static void own_or_visit(struct smp_cpu *c)
{
	struct seen *s = c->shared;

	do {
		switch (smp_rand(c, 16)) {
		case 0:
			own_area(s, c);
			break;
		case 1:
			own_objects(s, c);
			break;
		case 2:
		case 3:
			own_pages(s, c, 1 + smp_rand(c, 3), __GFP_COMP);
			break;
		case 4:
		case 5:
			own_pages(s, c, 1 + smp_rand(c, 3), 0);
			break;
		case 6:
			own_pages(s, c, 0, 0);
			break;
		default:
			visit(s, c);
			break;
		}
	} while (smp_more(c));
}

static void visitors_on_all_cpus(struct kunit *test)
{
	struct seen *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);
	unsigned long free;

	KUNIT_ASSERT_NOT_NULL(test, s);
	vfree(vmalloc(16 * PAGE_SIZE)); /* its tables are there */
	mm_quiesce();
	free = nr_free_pages() + mm_stat_read(MM_KERNEL_TABLES);
	smp_run(test, own_or_visit, s, NULL);
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, nr_free_pages() + mm_stat_read(MM_KERNEL_TABLES), free);
}

static struct kunit_case page_ref_cases[] = {
	KUNIT_CASE(one_page),	       KUNIT_CASE(a_compound_block),	 KUNIT_CASE(a_plain_block),
	KUNIT_CASE(a_split_block),     KUNIT_CASE(what_nobody_can_hold), KUNIT_CASE(kmalloc_pages),
	KUNIT_CASE(a_count_is_frozen), KUNIT_CASE(visitors_on_all_cpus), {},
};

static struct kunit_suite page_ref_suite = {
	.name = "page_ref",
	.test_cases = page_ref_cases,
};

kunit_test_suite(page_ref_suite);
