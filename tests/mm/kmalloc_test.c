// SPDX-License-Identifier: MIT
/*
 * The kmalloc family: mm/kmalloc.c and the inlines of linux/slab.h.
 *
 * Mutations that made each suite fail when tried:
 *	kmalloc: kmalloc_index() with `size < 96`: every_size_has_its_class; __kmalloc() without the
 *		test for 0: zero_size; move_block() copies 8 bytes less: krealloc_keeps_contents;
 *		kfree_large() takes any p: interior_of_large_block; kmalloc_type() ignores
 *		__GFP_DMA: kinds; make_class() without .align: alignment; __kmalloc_large() up to 8
 *		MiB: failed_krealloc_keeps_the_block; starts_object() always true:
 *		resizing_an_interior_pointer; kfree_sensitive() that clears what is in use:
 *		sensitive_after_shrinking; is_free_object() always false: sensitive_twice
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "mm/internal.h"
#include "mm/slab.h"
#include "tests/mm/slab_fixture.h"
#include "tests/plant.h"

static const unsigned int classes[] = { 8,   16,  32,	64,   96,   128, 192,
					256, 512, 1024, 2048, 4096, 8192 };

/* ---- Nothing at all ---- */

static void zero_size(struct kunit *test)
{
	volatile char *p = kmalloc(0, GFP_KERNEL);

	KUNIT_EXPECT_PTR_EQ(test, (void *)p, ZERO_SIZE_PTR);
	KUNIT_EXPECT_PTR_EQ(test, kmalloc(unknown(0), GFP_KERNEL), ZERO_SIZE_PTR);
	KUNIT_EXPECT_PTR_EQ(test, kzalloc(unknown(0), GFP_KERNEL), ZERO_SIZE_PTR);
	KUNIT_EXPECT_PTR_EQ(test, kcalloc(unknown(0), 8, GFP_KERNEL), ZERO_SIZE_PTR);
	KUNIT_EXPECT_TRUE(test, ZERO_OR_NULL_PTR(p) && ZERO_OR_NULL_PTR(NULL));
	KUNIT_EXPECT_FALSE(test, ZERO_OR_NULL_PTR((char *)ZERO_SIZE_PTR + 1));
	KUNIT_EXPECT_FAULT(test, "ZERO_SIZE_PTR", plant_write8(ZERO_SIZE_PTR, 1));
}

static void free_of_nothing(struct kunit *test)
{
	KUNIT_EXPECT_NO_REPORT(test, {
		kfree(NULL);
		kfree(ZERO_SIZE_PTR);
		kfree_sensitive(NULL);
		kfree_sensitive(ZERO_SIZE_PTR);
		kfree_const(NULL);
	});
	KUNIT_EXPECT_EQ(test, ksize(NULL), 0);
	KUNIT_EXPECT_EQ(test, ksize(ZERO_SIZE_PTR), 0);
}

/* ---- Sizes ---- */

static void every_size_has_its_class(struct kunit *test)
{
	unsigned int c = 0;

	for (size_t size = 1; size <= KMALLOC_MAX_CACHE_SIZE; size++) {
		void *p = kmalloc(unknown(size), GFP_KERNEL);

		while (classes[c] < size)
			c++;
		KUNIT_ASSERT_EQ(test, ksize(p), classes[c]);
		KUNIT_ASSERT_EQ(test, kmalloc_size_roundup(size), classes[c]);
		kfree(p);
	}
}

#define EXPECT_CONSTANT(n)                                                           \
	do {                                                                         \
		void *__p = kmalloc((n), GFP_KERNEL);                                \
		void *__q = kzalloc((n), GFP_KERNEL);                                \
		KUNIT_EXPECT_EQ(test, ksize(__p), kmalloc_size_roundup(unknown(n))); \
		KUNIT_EXPECT_EQ(test, ksize(__q), kmalloc_size_roundup(unknown(n))); \
		kfree(__p);                                                          \
		kfree(__q);                                                          \
	} while (0)

static void constant_sizes(struct kunit *test)
{
	EXPECT_CONSTANT(1);
	EXPECT_CONSTANT(8);
	EXPECT_CONSTANT(9);
	EXPECT_CONSTANT(64);
	EXPECT_CONSTANT(65);
	EXPECT_CONSTANT(96);
	EXPECT_CONSTANT(97);
	EXPECT_CONSTANT(129);
	EXPECT_CONSTANT(192);
	EXPECT_CONSTANT(193);
	EXPECT_CONSTANT(4096);
	EXPECT_CONSTANT(4097);
	EXPECT_CONSTANT(8192);
	EXPECT_CONSTANT(8193);
	EXPECT_CONSTANT(100000);
}

static void alignment(struct kunit *test)
{
	void *p[20];

	for (unsigned int c = 0; c < ARRAY_SIZE(classes); c++) {
		unsigned int align = classes[c] & -classes[c];

		for (int i = 0; i < 20; i++) {
			p[i] = kmalloc(classes[c], GFP_KERNEL);
			KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)p[i], align));
		}
		KUNIT_EXPECT_EQ(test, slab_cache_of(p[0])->align, align);
		kfree_bulk(20, p);
	}
}

static void size_roundup(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, kmalloc_size_roundup(0), 0);
	KUNIT_EXPECT_EQ(test, kmalloc_size_roundup(8193), 16384);
	KUNIT_EXPECT_EQ(test, kmalloc_size_roundup(KMALLOC_MAX_SIZE), KMALLOC_MAX_SIZE);
	KUNIT_EXPECT_EQ(test, kmalloc_size_roundup(KMALLOC_MAX_SIZE + 1), KMALLOC_MAX_SIZE + 1);
}

static void kinds(struct kunit *test)
{
	void *dma = kmalloc(64, GFP_KERNEL | GFP_DMA);
	void *rcl = kmalloc(unknown(64), GFP_KERNEL | __GFP_RECLAIMABLE);
	void *cg = kzalloc(64, GFP_KERNEL_ACCOUNT);

	KUNIT_EXPECT_STREQ(test, kmem_cache_name(slab_cache_of(dma)), "dma-kmalloc-64");
	KUNIT_EXPECT_LT(test, virt_to_phys(dma), ARCH_DMA_LIMIT);
	KUNIT_EXPECT_STREQ(test, kmem_cache_name(slab_cache_of(rcl)), "kmalloc-rcl-64");
	KUNIT_EXPECT_EQ(test,
			virt_to_page(PTR_ALIGN_DOWN(rcl, PAGEBLOCK_NR_PAGES * PAGE_SIZE))->block,
			MIGRATE_RECLAIMABLE);
	KUNIT_EXPECT_STREQ(test, kmem_cache_name(slab_cache_of(cg)), "kmalloc-cg-64");
	kfree(dma);
	kfree(rcl);
	kfree(cg);
}

/* ---- Contents ---- */

static void kzalloc_after_dirty_free(struct kunit *test)
{
	for (unsigned int c = 0; c < ARRAY_SIZE(classes); c++) {
		size_t size = classes[c];
		u8 *p = kmalloc(size, GFP_KERNEL);

		memset(p, 0xff, size);
		kfree(p);
		p = kzalloc(unknown(size - 3), GFP_KERNEL);
		KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, size - 3));
		kfree(p);
	}
}

/* What fails by rule is not to be told. */
#define QUIET (GFP_KERNEL | __GFP_NOWARN)

static void array_overflow(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, kmalloc_array(unknown(SIZE_MAX / 2), 3, QUIET));
	KUNIT_EXPECT_NULL(test, kcalloc(unknown(1UL << 32), 1UL << 32, QUIET));
	KUNIT_EXPECT_NULL(test, kcalloc_node(unknown(1UL << 60), 16, QUIET, 0));
	KUNIT_EXPECT_NULL(test, kmalloc(unknown(SIZE_MAX), QUIET));
	KUNIT_EXPECT_NULL(test, kmalloc(unknown(SIZE_MAX - PAGE_SIZE), QUIET));
	KUNIT_EXPECT_NULL(test, krealloc_array(NULL, unknown(SIZE_MAX / 4), 8, QUIET));
}

static void arrays(struct kunit *test)
{
	u32 *p = kcalloc(100, sizeof(u32), GFP_KERNEL);
	u64 *q = kmalloc_array_node(unknown(10), 8, GFP_KERNEL, 0);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 400));
	KUNIT_EXPECT_GE(test, ksize(p), 400);
	KUNIT_EXPECT_EQ(test, ksize(q), 96);
	q = krealloc_array(q, unknown(40), 8, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, ksize(q), 512);
	kfree(p);
	kfree(q);
}

/* ---- krealloc ---- */

static void krealloc_of_nothing(struct kunit *test)
{
	void *p = krealloc(NULL, 40, GFP_KERNEL);

	KUNIT_EXPECT_EQ(test, ksize(p), 64);
	KUNIT_EXPECT_PTR_EQ(test, krealloc(p, 0, GFP_KERNEL), ZERO_SIZE_PTR);
	p = krealloc(ZERO_SIZE_PTR, 10, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, ksize(p), 16);
	kfree(p);
	KUNIT_EXPECT_PTR_EQ(test, krealloc(NULL, 0, GFP_KERNEL), ZERO_SIZE_PTR);
}

static void krealloc_keeps_contents(struct kunit *test)
{
	size_t had = 1;
	u8 *p = kmalloc(1, GFP_KERNEL);

	p[0] = 0;
	for (size_t size = 3; size < 300000; size = size * 3 / 2 + 1) {
		u8 *q = krealloc(p, size, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, q);
		for (size_t i = 0; i < had; i++)
			KUNIT_ASSERT_EQ(test, q[i], (u8)(i * 7));
		for (size_t i = had; i < size; i++)
			q[i] = i * 7;
		p = q;
		had = size;
	}
	for (; had > 10; had /= 2) {
		p = krealloc(p, had, GFP_KERNEL);
		KUNIT_EXPECT_EQ(test, p[had - 1], (u8)((had - 1) * 7));
	}
	kfree(p);
}

static void krealloc_stays_if_it_fits(struct kunit *test)
{
	void *p = kmalloc(unknown(40), GFP_KERNEL), *big = kmalloc(20000, GFP_KERNEL);

	KUNIT_EXPECT_PTR_EQ(test, krealloc(p, 64, GFP_KERNEL), p);
	KUNIT_EXPECT_PTR_EQ(test, krealloc(p, 3, GFP_KERNEL), p);
	KUNIT_EXPECT_PTR_EQ(test, krealloc(big, 32768, GFP_KERNEL), big);
	KUNIT_EXPECT_EQ(test, virt_to_page(big)->size, 32768);
	kfree(p);
	kfree(big);
}

static void krealloc_zeroes_what_it_adds(struct kunit *test)
{
	static const size_t sizes[] = { 10,  50,   20,	 64,	65,    500,
					100, 5000, 9000, 16000, 12000, 30000 };
	size_t had = 0;
	u8 *p = NULL;

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		p = krealloc(p, sizes[i], GFP_KERNEL | __GFP_ZERO);
		KUNIT_ASSERT_NOT_NULL(test, p);
		if (sizes[i] > had)
			KUNIT_EXPECT_NULL(test, memchr_inv(p + had, 0, sizes[i] - had));
		memset(p, 0xdd, sizes[i]);
		had = sizes[i];
	}
	kfree(p);
}

static void failed_krealloc_keeps_the_block(struct kunit *test)
{
	u8 *p = kmalloc(100, GFP_KERNEL);

	memset(p, 0x3c, 100);
	KUNIT_EXPECT_NULL(test, krealloc(p, KMALLOC_MAX_SIZE + 1, QUIET));
	KUNIT_EXPECT_NULL(test, krealloc(p, unknown(SIZE_MAX), QUIET));
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0x3c, 100));
	KUNIT_EXPECT_NO_REPORT(test, kfree(p));
}

/* ---- Large blocks ---- */

static void large_blocks(struct kunit *test)
{
	static const size_t sizes[] = { 8193, 16384, 65536, 100000, 1 << 20, KMALLOC_MAX_SIZE };

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		long before = mm_stat_read(MM_KMALLOC_LARGE);
		u8 *p = kzalloc(unknown(sizes[i]), GFP_KERNEL);
		size_t block = PAGE_SIZE << get_order(sizes[i]);

		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_TRUE(test, PAGE_ALIGNED(p));
		KUNIT_EXPECT_EQ(test, ksize(p), block);
		KUNIT_EXPECT_EQ(test, mm_stat_read(MM_KMALLOC_LARGE) - before,
				(long)(block / PAGE_SIZE));
		KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, sizes[i]));
		KUNIT_EXPECT_NO_REPORT(test, kfree(p));
		KUNIT_EXPECT_EQ(test, mm_stat_read(MM_KMALLOC_LARGE), before);
	}
	KUNIT_EXPECT_NULL(test, kmalloc(unknown(KMALLOC_MAX_SIZE + 1), QUIET));
	KUNIT_EXPECT_NULL(test, kmalloc(KMALLOC_MAX_SIZE + 1, QUIET));
}

static void reference_keeps_a_large_block(struct kunit *test)
{
	char *p = kmalloc(65536, GFP_KERNEL);
	struct page *tail = virt_to_page(p + 20000), *head = virt_to_page(p);

	get_page(tail);
	KUNIT_EXPECT_EQ(test, page_count(head), 2);
	kfree(p);
	KUNIT_EXPECT_EQ(test, page_count(head), 1);
	KUNIT_EXPECT_EQ(test, head->type, PAGE_USED);
	put_page(tail);
	KUNIT_EXPECT_NE(test, head->type, PAGE_USED);
}

static void interior_of_large_block(struct kunit *test)
{
	char *p = kmalloc(65536, GFP_KERNEL);

	KUNIT_EXPECT_REPORT(test, "kfree of a foreign pointer", kfree(p + 8));
	KUNIT_EXPECT_REPORT(test, "kfree of a foreign pointer", kfree(p + 8192));
	KUNIT_EXPECT_NO_REPORT(test, kfree(p));
	KUNIT_EXPECT_REPORT(test, "was freed before", kfree(p));
}

/* ---- Mistakes ---- */

static char in_the_image[64];

static void foreign_pointers(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	char on_stack[16];
	void *v = vmalloc(100);

	KUNIT_EXPECT_REPORT(test, "kfree of a foreign pointer", kfree(on_stack));
	KUNIT_EXPECT_REPORT(test, "This is static data", kfree(in_the_image));
	KUNIT_EXPECT_REPORT(test, "free it with vfree()", kfree(v));
	KUNIT_EXPECT_REPORT(test, "comes from alloc_pages()", kfree(page_address(page)));
	KUNIT_EXPECT_REPORT(test, "no kernel pointer", kfree((void *)(TASK_SIZE / 2)));
	KUNIT_EXPECT_REPORT(test, "no kernel pointer", kfree((void *)0x11UL));
	KUNIT_EXPECT_REPORT(test, "pointer was overwritten", kfree((void *)0x6b6b6b6b00000000UL));
	KUNIT_EXPECT_REPORT(test, "foreign pointer", kfree((void *)-14L));
	KUNIT_EXPECT_REPORT(test, "foreign pointer", kfree(__va(DIRECT_MAP_SIZE - 4096)));
	KUNIT_EXPECT_REPORT(test, "foreign pointer", kfree(pfn_to_page(0)));
	vfree(v);
	__free_page(page);
}

/* A large block can't be moved, whatever its owner says, so its pages stand with others like that. */
static void large_blocks_do_not_move(struct kunit *test)
{
	char *p = kmalloc(65536, GFP_KERNEL | __GFP_MOVABLE);
	size_t size = 1;

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test,
			virt_to_page(PTR_ALIGN_DOWN(p, PAGEBLOCK_NR_PAGES * PAGE_SIZE))->block,
			MIGRATE_UNMOVABLE);
	KUNIT_EXPECT_REPORT(test, "ksize of a foreign pointer", size = ksize(p + 100));
	KUNIT_EXPECT_EQ(test, size, 0);
	kfree(p);
}

static void foreign_ksize(struct kunit *test)
{
	size_t n = 1;

	KUNIT_EXPECT_REPORT(test, "ksize of a foreign pointer", n = ksize(in_the_image));
	KUNIT_EXPECT_EQ(test, n, 0);
	KUNIT_EXPECT_REPORT(test, "ksize of a foreign pointer",
			    KUNIT_EXPECT_NULL(test, krealloc(in_the_image, 100, GFP_KERNEL)));
}

static void resizing_an_interior_pointer(struct kunit *test)
{
	char *p = kmalloc(96, GFP_KERNEL);
	void *q = p;
	size_t n = 1;

	KUNIT_EXPECT_REPORT(test, "Invalid object pointer", q = krealloc(p + 8, 500, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, q);
	KUNIT_EXPECT_REPORT(test, "Invalid object pointer", n = ksize(p + 8));
	KUNIT_EXPECT_EQ(test, n, 0);
	kfree(p);
}

static void double_kfree(struct kunit *test)
{
	for (unsigned int c = 0; c < ARRAY_SIZE(classes); c++) {
		void *p = kmalloc(classes[c], GFP_KERNEL);

		kfree(p);
		KUNIT_EXPECT_REPORT(test, "Object already free", kfree(hidden(p)));
	}
	KUNIT_EXPECT_TRUE(test, slab_valid_all());
}

static void write_after_kfree(struct kunit *test)
{
	slab_flags_t flags = kmalloc_caches[KMALLOC_NORMAL][KMALLOC_SHIFT_LOW]->flags;
	bool waits;

	if ((flags & SLAB_DEBUG_FLAGS) && !(flags & SLAB_POISON))
		kunit_skip(test, "slab_debug= without P: free objects are not watched");
	waits = kasan_quarantine_enable(false); /* each is used again at once */
	for (unsigned int c = 0; c < ARRAY_SIZE(classes); c++) {
		char *p = kmalloc(classes[c], GFP_KERNEL), *q = hidden(p), *again = NULL;

		kfree(p);
		plant_fill(q, 0x41, classes[c]);
		KUNIT_EXPECT_REPORT(test, "Object written after free",
				    again = kmalloc(classes[c], GFP_KERNEL));
		kfree(again);
	}
	kasan_quarantine_enable(waits);
}

static void caches_and_kfree_mix(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("mix", 50, 0, 0, NULL);
	void *p = kmem_cache_alloc(s, GFP_KERNEL), *q = kmalloc(64, GFP_KERNEL);

	KUNIT_EXPECT_NO_REPORT(test, kfree(p));
	KUNIT_EXPECT_NO_REPORT(test, kmem_cache_free(kmalloc_caches[KMALLOC_NORMAL][6], q));
	kmem_cache_destroy(s);
}

static void sensitive(struct kunit *test)
{
	u8 *p = kmalloc(96, GFP_KERNEL), *q = hidden(p);
	u8 *big = kmalloc(20000, GFP_KERNEL), *r = hidden(big);
	struct page *page = virt_to_page(big);

	memset(p, 0x55, 96);
	kfree_sensitive(p);
	KUNIT_EXPECT_NULL(test, plant_find(q, 0x55, 48));
	if (!slab_debugged(slab_cache_of(q))) { /* else it is poisoned now */
		KUNIT_EXPECT_NULL(test, plant_find_other(q, 0, 48));
		KUNIT_EXPECT_NULL(test, plant_find_other(q + 56, 0, 40));
	}
	memset(big, 0x55, 20000);
	get_page(page);
	kfree_sensitive(big);
	KUNIT_EXPECT_NULL(test, memchr_inv(r, 0, 20000));
	put_page(page);
}

/* What an earlier, larger life of the block left is cleared too. */
static void sensitive_after_shrinking(struct kunit *test)
{
	u8 *big = kmalloc(unknown(20000), GFP_KERNEL), *p = kmalloc(unknown(64), GFP_KERNEL);
	struct page *page = virt_to_page(big);

	memset(big, 0x55, 20000);
	memset(p, 0x55, 64);
	get_page(page);
	KUNIT_ASSERT_PTR_EQ(test, krealloc(big, unknown(9000), GFP_KERNEL), (void *)big);
	kfree_sensitive(big);
	KUNIT_EXPECT_NULL(test, memchr_inv(hidden(big), 0, 20000));
	put_page(page);
	KUNIT_ASSERT_PTR_EQ(test, krealloc(p, unknown(8), GFP_KERNEL), (void *)p);
	kfree_sensitive(p);
	p = hidden(p);
	KUNIT_EXPECT_NULL(test, plant_find(p, 0x55, 32)); /* then comes the word of a free object */
	KUNIT_EXPECT_NULL(test, plant_find(p + 40, 0x55, 24));
}

/* Clearing must not wipe out what shows that the block is free. */
static void sensitive_twice(struct kunit *test)
{
	static const slab_flags_t flags[] = { 0, SLAB_POISON, SLAB_DEBUG_FLAGS & ~SLAB_TRACE };

	for (unsigned int i = 0; i < ARRAY_SIZE(flags); i++) {
		struct kmem_cache *s = kmem_cache_create("twice", 64, 0, flags[i], NULL);
		void *p = kmem_cache_alloc(s, GFP_KERNEL);

		kfree_sensitive(p);
		KUNIT_EXPECT_REPORT(test, "Object already free", kfree_sensitive(hidden(p)));
		KUNIT_EXPECT_NO_REPORT(test, validate_slab_cache(s));
		KUNIT_EXPECT_TRUE(test, slab_valid(s));
		kmem_cache_destroy(s);
	}
}

/* The DMA zone is small on every machine. */
static void exhaustion(struct kunit *test)
{
	static const size_t sizes[] = { 512, 8192, 65536 };

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		gfp_t gfp = GFP_KERNEL | GFP_DMA | __GFP_NOWARN;
		void **list = NULL, **p;
		unsigned long before, n = 0;

		mm_quiesce();
		before = nr_free_pages();
		while ((p = kmalloc(unknown(sizes[i]), gfp))) {
			*p = list;
			list = p;
			n++;
		}
		KUNIT_EXPECT_GT(test, n, 10);
		for (; list; list = p) {
			p = *list;
			kfree(list);
		}
		mm_quiesce();
		KUNIT_EXPECT_EQ(test, nr_free_pages(), before);
	}
}

static void explained(struct kunit *test)
{
	char *p = kmalloc(96, GFP_KERNEL);

	KUNIT_EXPECT_REPORT(test, "8 bytes inside object #", kfree(p + 8));
	KUNIT_EXPECT_REPORT(test, "of slab kmalloc-96 (allocated)", kfree(p + 8));
	kfree(p);
	KUNIT_EXPECT_REPORT(test, "of slab kmalloc-96 (free)", kfree((char *)hidden(p) + 8));
}

static struct kunit_case kmalloc_cases[] = { KUNIT_CASE(zero_size),
					     KUNIT_CASE(free_of_nothing),
					     KUNIT_CASE(every_size_has_its_class),
					     KUNIT_CASE(constant_sizes),
					     KUNIT_CASE(alignment),
					     KUNIT_CASE(size_roundup),
					     KUNIT_CASE(kinds),
					     KUNIT_CASE(kzalloc_after_dirty_free),
					     KUNIT_CASE(array_overflow),
					     KUNIT_CASE(arrays),
					     KUNIT_CASE(krealloc_of_nothing),
					     KUNIT_CASE(krealloc_keeps_contents),
					     KUNIT_CASE(krealloc_stays_if_it_fits),
					     KUNIT_CASE(krealloc_zeroes_what_it_adds),
					     KUNIT_CASE(failed_krealloc_keeps_the_block),
					     KUNIT_CASE(large_blocks),
					     KUNIT_CASE(reference_keeps_a_large_block),
					     KUNIT_CASE(interior_of_large_block),
					     KUNIT_CASE(foreign_pointers),
					     KUNIT_CASE(foreign_ksize),
					     KUNIT_CASE(large_blocks_do_not_move),
					     KUNIT_CASE(resizing_an_interior_pointer),
					     KUNIT_CASE(double_kfree),
					     KUNIT_CASE(write_after_kfree),
					     KUNIT_CASE(caches_and_kfree_mix),
					     KUNIT_CASE(sensitive),
					     KUNIT_CASE(sensitive_after_shrinking),
					     KUNIT_CASE(sensitive_twice),
					     KUNIT_CASE(exhaustion),
					     KUNIT_CASE(explained),
					     {} };

static struct kunit_suite kmalloc_suite = {
	.name = "kmalloc",
	.suite_init = no_samples,
	.suite_exit = samples_again,
	.test_cases = kmalloc_cases,
};

kunit_test_suite(kmalloc_suite);
