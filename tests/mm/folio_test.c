// SPDX-License-Identifier: MIT
/*
 * Tests of folios, of the arithmetic between pages and addresses of blocks, and of linux/highmem.h.
 *
 * Mutations tried: folio_alloc() without __GFP_COMP; compound_order() without compound_head();
 * virt_to_head_page() without the distance of a slab's page; get_page_unless_zero() counting from
 * 0; zero_user_segments() without its second part; memcpy_from_page() without the offset;
 * kmap_atomic() leaving preemption on.
 */
#include <kunit/test.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

static void folios(struct kunit *test)
{
	unsigned long before;
	struct folio *folio;
	struct page *page;

	mm_quiesce();
	before = nr_free_pages();
	folio = folio_alloc(GFP_KERNEL, 2);
	KUNIT_ASSERT_NOT_NULL(test, folio);
	page = folio_page(folio, 3);
	KUNIT_EXPECT_PTR_EQ(test, page, &folio->page + 3);
	KUNIT_EXPECT_PTR_EQ(test, page_folio(page), folio);
	KUNIT_EXPECT_PTR_EQ(test, virt_to_folio(folio_address(folio) + 3 * PAGE_SIZE), folio);
	KUNIT_EXPECT_PTR_EQ(test, folio_address(folio), page_address(&folio->page));
	KUNIT_EXPECT_EQ(test, folio_order(folio), 2);
	KUNIT_EXPECT_EQ(test, folio_nr_pages(folio), 4);
	KUNIT_EXPECT_EQ(test, folio_size(folio), 4 * PAGE_SIZE);
	KUNIT_EXPECT_TRUE(test, folio_test_large(folio));
	KUNIT_EXPECT_EQ(test, folio_pfn(folio), page_to_pfn(page) - 3);
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 1);
	folio_get(folio);
	get_page(page);
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 3);
	put_page(page);
	folio_put(folio);
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 1);
	KUNIT_EXPECT_LT(test, nr_free_pages(), before);
	folio_put(folio);
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before);
}

static void small_folio(struct kunit *test)
{
	struct folio *folio = folio_alloc(GFP_KERNEL | __GFP_ZERO, 0);

	KUNIT_ASSERT_NOT_NULL(test, folio);
	KUNIT_EXPECT_FALSE(test, folio_test_large(folio));
	KUNIT_EXPECT_EQ(test, folio_nr_pages(folio), 1);
	KUNIT_EXPECT_EQ(test, folio_size(folio), PAGE_SIZE);
	KUNIT_EXPECT_TRUE(test, mem_is_zero(folio_address(folio), PAGE_SIZE));
	folio_put(folio);
}

static void blocks(struct kunit *test)
{
	struct page *comp = alloc_pages(GFP_KERNEL | __GFP_COMP, 3), *plain = alloc_pages(GFP_KERNEL, 3);

	KUNIT_ASSERT_NOT_NULL(test, comp);
	KUNIT_ASSERT_NOT_NULL(test, plain);
	KUNIT_EXPECT_EQ(test, compound_order(comp), 3);
	KUNIT_EXPECT_EQ(test, compound_order(comp + 5), 3);
	KUNIT_EXPECT_EQ(test, compound_order(plain), 0);
	KUNIT_EXPECT_EQ(test, page_size(comp + 7), 8 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, page_size(plain + 7), PAGE_SIZE);
	KUNIT_EXPECT_PTR_EQ(test, compound_head(comp + 7), comp);
	KUNIT_EXPECT_PTR_EQ(test, compound_head(plain + 7), plain + 7);
	KUNIT_EXPECT_PTR_EQ(test, virt_to_head_page(page_address(comp) + 5 * PAGE_SIZE), comp);
	KUNIT_EXPECT_TRUE(test, get_page_unless_zero(comp));
	KUNIT_EXPECT_EQ(test, page_ref_count(comp), 2);
	put_page(comp);
	KUNIT_EXPECT_FALSE(test, get_page_unless_zero(comp + 1));
	KUNIT_EXPECT_EQ(test, page_ref_count(comp + 1), 0);
	__free_pages(comp, 3);
	__free_pages(plain, 3);
}

/* Any address in an object leads to its slab's first page. */
static void heads_of_objects(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("heads", 3000, 0, SLAB_NO_USER_FLAGS, NULL);
	void *p[8];
	bool inner = false;

	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, 8, p), 8);
	for (int i = 0; i < 8; i++) {
		struct page *head = virt_to_head_page(p[i]);

		KUNIT_EXPECT_EQ(test, head->type, PAGE_SLAB);
		KUNIT_EXPECT_EQ(test, head->tail, 0);
		inner |= head != virt_to_page(p[i]);
	}
	KUNIT_EXPECT_TRUE(test, inner);
	kmem_cache_free_bulk(s, 8, p);
	kmem_cache_destroy(s);
}

static void meminfo(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL, 4);
	struct sysinfo info = { .uptime = 5, .totalswap = 6 }, less;

	si_meminfo(&less);
	__free_pages(page, 4);
	si_meminfo(&info);
	KUNIT_EXPECT_EQ(test, info.totalram, nr_managed_pages());
	KUNIT_EXPECT_EQ(test, info.freeram - less.freeram, 16);
	KUNIT_EXPECT_EQ(test, info.mem_unit, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, info.totalhigh + info.freehigh, 0);
	KUNIT_EXPECT_EQ(test, info.uptime, 5);
	KUNIT_EXPECT_EQ(test, info.totalswap, 6);
}

struct two_pages {
	struct page *a, *b;
	u8 *pa, *pb;
};

static int two_pages(struct kunit *test)
{
	struct two_pages *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	t->a = alloc_page(GFP_KERNEL);
	t->b = alloc_page(GFP_KERNEL);
	if (!t->a || !t->b)
		return -ENOMEM;
	t->pa = page_address(t->a);
	t->pb = page_address(t->b);
	for (int i = 0; i < PAGE_SIZE; i++) {
		t->pa[i] = i % 251;
		t->pb[i] = 0xee;
	}
	test->priv = t;
	return 0;
}

static void two_pages_exit(struct kunit *test)
{
	struct two_pages *t = test->priv;

	__free_page(t->a);
	__free_page(t->b);
}

static void mapping(struct kunit *test)
{
	struct two_pages *t = test->priv;
	void *p = kmap_local_page(t->a), *q;

	KUNIT_EXPECT_PTR_EQ(test, p, (void *)t->pa);
	q = kmap_local_folio(page_folio(t->b), 100);
	KUNIT_EXPECT_PTR_EQ(test, q, (void *)(t->pb + 100));
	*(u8 *)q = 0x11;
	*(u8 *)p = 0x22;
	kunmap_local(q);
	kunmap_local(p + 100); /* any address in the page */
	KUNIT_EXPECT_EQ(test, t->pb[100], 0x11);
	KUNIT_EXPECT_EQ(test, t->pa[0], 0x22);
	p = kmap(t->b);
	KUNIT_EXPECT_PTR_EQ(test, p, (void *)t->pb);
	*(u8 *)p = 0x33;
	KUNIT_EXPECT_TRUE(test, preemptible());
	kunmap(t->b);
	KUNIT_EXPECT_EQ(test, t->pb[0], 0x33);
	KUNIT_EXPECT_EQ(test, page_count(t->b), 1);
	KUNIT_EXPECT_TRUE(test, preemptible() && !pagefault_disabled());
	p = kmap_atomic(t->a);
	KUNIT_EXPECT_PTR_EQ(test, p, (void *)t->pa);
	KUNIT_EXPECT_FALSE(test, preemptible());
	KUNIT_EXPECT_TRUE(test, pagefault_disabled());
	kunmap_atomic(p);
	KUNIT_EXPECT_TRUE(test, preemptible());
	KUNIT_EXPECT_FALSE(test, pagefault_disabled());
}

static void whole_pages(struct kunit *test)
{
	struct two_pages *t = test->priv;

	copy_highpage(t->b, t->a);
	KUNIT_EXPECT_MEMEQ(test, t->pb, t->pa, PAGE_SIZE);
	clear_highpage(t->a);
	flush_dcache_page(t->a);
	KUNIT_EXPECT_TRUE(test, mem_is_zero(t->pa, PAGE_SIZE));
	copy_page(t->pa, t->pb);
	KUNIT_EXPECT_EQ(test, t->pa[4095], 4095 % 251);
	clear_page(t->pb);
	KUNIT_EXPECT_TRUE(test, mem_is_zero(t->pb, PAGE_SIZE));
}

/* Exactly the part that was asked for. */
static void parts(struct kunit *test)
{
	struct two_pages *t = test->priv;
	char buf[8] = "1234567";

	memcpy_to_page(t->b, 4090, buf, 6);
	KUNIT_EXPECT_MEMEQ(test, t->pb + 4090, "123456", 6);
	KUNIT_EXPECT_EQ(test, t->pb[4089], 0xee);
	memcpy_from_page(buf, t->a, 7, 4);
	KUNIT_EXPECT_MEMEQ(test, buf, "\7\10\11\12", 4);
	KUNIT_EXPECT_EQ(test, buf[4], '5');
	memcpy_page(t->b, 100, t->a, 10, 5);
	KUNIT_EXPECT_MEMEQ(test, t->pb + 99, "\xee\12\13\14\15\16\xee", 7);
	memset_page(t->b, 200, 'x', 3);
	KUNIT_EXPECT_MEMEQ(test, t->pb + 199, "\xeexxx\xee", 5);
	memzero_page(t->b, 200, 2);
	KUNIT_EXPECT_MEMEQ(test, t->pb + 199, "\xee\0\0x\xee", 5);
	zero_user(t->b, 300, 2);
	KUNIT_EXPECT_MEMEQ(test, t->pb + 299, "\xee\0\0\xee", 4);
	zero_user_segment(t->b, 400, 402);
	KUNIT_EXPECT_MEMEQ(test, t->pb + 399, "\xee\0\0\xee", 4);
	zero_user_segments(t->b, 500, 501, 4094, 4096);
	KUNIT_EXPECT_MEMEQ(test, t->pb + 499, "\xee\0\xee", 3);
	KUNIT_EXPECT_MEMEQ(test, t->pb + 4093, "4\0\0", 3);
}

static struct kunit_case folio_cases[] = {
	KUNIT_CASE(folios),
	KUNIT_CASE(small_folio),
	KUNIT_CASE(blocks),
	KUNIT_CASE(heads_of_objects),
	KUNIT_CASE(meminfo),
	KUNIT_CASE(mapping),
	KUNIT_CASE(whole_pages),
	KUNIT_CASE(parts),
	{}
};

static struct kunit_suite folio_suite = {
	.name = "mm_folio",
	.init = two_pages,
	.exit = two_pages_exit,
	.test_cases = folio_cases,
};
kunit_test_suite(folio_suite);
