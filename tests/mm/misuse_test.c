// SPDX-License-Identifier: MIT
/*
 * The API used wrongly: each mistake is found where it is made, and the report says which it was.
 *
 * What has suites of its own is not repeated here: red zones, poison and double frees of objects
 * (slab_debug, slab_misuse), pages (page_alloc_misuse, page_debug), areas (vmalloc, vmap_area, ioremap),
 * per-CPU memory (percpu), contexts in full (lockdep), user memory (smap, usercopy).
 *
 * Mutations: tests/mutate/misuse.mut, and those of kmalloc.mut, mempool.mut and dma.mut that name a case.
 */
#include <kunit/test.h>
#include <asm/irqflags.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/memblock.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <quarry/report.h>
#include "mm/dma_debug.h"
#include "mm/internal.h"
#include "mm/slab.h"
#include "mm/vmap.h"
#include "tests/mm/slab_fixture.h"
#include "tests/plant.h"

/* ---- Pointers that kfree() was never to be given ---- */

static char static_data[64];
static const char constant[64] = "a constant";

static void kfree_of_what_is_no_memory(struct kunit *test)
{
	KUNIT_EXPECT_REPORT(test, "This is an error pointer", kfree(hidden(ERR_PTR(-12))));
	KUNIT_EXPECT_REPORT(test, "user address or a small number", kfree(hidden((void *)0x1234567)));
	KUNIT_EXPECT_REPORT(test, "user address or a small number", kfree(hidden((void *)0x2000)));
	KUNIT_EXPECT_REPORT(test, "No allocator gives such addresses",
			    kfree(hidden((void *)0x7331733173317331UL)));
	KUNIT_EXPECT_REPORT(test, "Advice: Use after free: the pointer was loaded from an object",
			    kfree(hidden((void *)0x6b6b6b6b6b6b6b6bUL)));
	KUNIT_EXPECT_REPORT(test, "Advice: A list was walked over an entry",
			    kfree(hidden((void *)0xdead000000000100UL)));
	KUNIT_EXPECT_NO_REPORT(test, kfree(hidden(NULL)));
	KUNIT_EXPECT_NO_REPORT(test, kfree(hidden(ZERO_SIZE_PTR)));
}

static void set_to_7(void *p)
{
	*(u8 *)p = 7;
}

static void zeroed_in_spite_of_a_constructor(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("test", 64, 0, 0, set_to_7);
	u8 *p, *q;

	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_REPORT(test, "__GFP_ZERO for an object of test, which has a constructor",
			    p = kmem_cache_zalloc(s, GFP_KERNEL));
	KUNIT_EXPECT_NO_REPORT(test, q = kmem_cache_alloc(s, GFP_KERNEL));
	KUNIT_ASSERT_TRUE(test, p && q);
	KUNIT_EXPECT_EQ(test, p[0], 0);
	KUNIT_EXPECT_EQ(test, q[0], 7);
	kmem_cache_free(s, q);
	/* from the magazine, where it was put */
	KUNIT_EXPECT_REPORT(test, "Report id: slab-zeroed\n", q = kmem_cache_zalloc(s, GFP_KERNEL));
	kmem_cache_free(s, p);
	kmem_cache_free(s, q);
	kmem_cache_destroy(s);
}

static void kfree_of_the_image(struct kunit *test)
{
	char local[16] = "";

	KUNIT_EXPECT_REPORT(test, "This is on a stack: a local variable", kfree(hidden(local)));
	KUNIT_EXPECT_REPORT(test, "This is static data", kfree(hidden(static_data)));
	KUNIT_EXPECT_REPORT(test, "a constant or a string literal", kfree(hidden((void *)constant)));
	KUNIT_EXPECT_REPORT(test, "This is code", kfree(hidden((void *)kfree_of_the_image)));
	KUNIT_EXPECT_NO_REPORT(test, kfree_const(hidden((void *)constant)));
}

static void kfree_of_anothers_memory(struct kunit *test)
{
	void *area = vmalloc(100);
	u64 __percpu *counter = alloc_percpu(u64);
	char *large = kmalloc(3 * PAGE_SIZE, GFP_KERNEL), *pages = (char *)__get_free_pages(GFP_KERNEL, 1);
	char *object = kmalloc(64, GFP_KERNEL);

	KUNIT_ASSERT_TRUE(test, area && counter && large && pages && object);
	KUNIT_EXPECT_REPORT(test, "free it with vfree()", kfree(hidden(area)));
	KUNIT_EXPECT_REPORT(test, "free it with free_percpu()", kfree(hidden((void *)counter)));
	KUNIT_EXPECT_REPORT(test, "This is a struct page", kfree(hidden(virt_to_page(pages))));
	KUNIT_EXPECT_REPORT(test, "The page comes from alloc_pages()", kfree(hidden(pages)));
	KUNIT_EXPECT_REPORT(test, "The page comes from alloc_pages()", kfree(hidden(pages + PAGE_SIZE)));
	KUNIT_EXPECT_REPORT(test, "the middle of a large block", kfree(hidden(large + PAGE_SIZE)));
	KUNIT_EXPECT_REPORT(test, "not at the start of an object", kfree(hidden(object + 8)));
	preempt_disable();
	free_pages((unsigned long)pages, 1);
	KUNIT_EXPECT_REPORT(test, "The page is free", kfree(hidden(pages)));
	preempt_enable();
	vfree(area);
	free_percpu(counter);
	kfree(large);
	kfree(object);
}

#define NO_RAM 0xfee00000ULL /* devices, on every machine that boots Quarry */
#define FOUR_MIB (4UL << 20) /* struct pages come for that much at a time */

/* What made an area ends it. */
static void kfree_of_areas(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	void *map = vmap(&page, 1, VM_MAP, PAGE_KERNEL), *ram = vm_map_ram(&page, 1, NUMA_NO_NODE);
	void __iomem *io = ioremap(NO_RAM, PAGE_SIZE);
	void *area = vmalloc(2 * PAGE_SIZE), *put = NULL;
	struct page **own = kmalloc(sizeof(*own), GFP_KERNEL);
	unsigned long flags;

	KUNIT_ASSERT_TRUE(test, page && map && ram && io && area && own);
	own[0] = alloc_page(GFP_KERNEL);
	if (own[0])
		put = vmap(own, 1, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, put);
	KUNIT_EXPECT_REPORT(test, "end that with vfree(), which frees the pages", kfree(hidden(put)));
	vfree(put);
	KUNIT_EXPECT_REPORT(test, "comes from ioremap(): end that with iounmap()",
			    kfree(hidden((__force void *)io)));
	KUNIT_EXPECT_REPORT(test, "comes from vmap(): end that with vunmap()", kfree(hidden(map)));
	KUNIT_EXPECT_REPORT(test, "end that with vm_unmap_ram()", kfree(hidden(ram)));
	KUNIT_EXPECT_REPORT(test, "free it with vfree()", kfree(hidden(area + PAGE_SIZE)));
	spin_lock_irqsave(&vmap_space.lock, flags);
	KUNIT_EXPECT_REPORT(test, "vfree() frees what vmalloc() gave, vunmap()", kfree(hidden(area)));
	spin_unlock_irqrestore(&vmap_space.lock, flags);
	iounmap(io);
	vunmap(map);
	vm_unmap_ram(ram, 1);
	vfree(area);
	for (int i = 0; i < 2; i++) { /* as long as it waits for the flush, and afterwards */
		KUNIT_EXPECT_REPORT(test, "The area was given back before", kfree(hidden(area)));
		KUNIT_EXPECT_REPORT(test, "The area was given back before", kfree(hidden(map)));
		vm_unmap_aliases();
	}
	KUNIT_EXPECT_REPORT(test, "No area is there in the vmalloc region",
			    kfree(hidden((void *)(VMALLOC_END - PAGE_SIZE))));
	__free_page(page);
}

static void kfree_of_coherent_memory(struct kunit *test)
{
	struct device dev = { .init_name = "card", .coherent_dma_mask = DMA_BIT_MASK(64) };
	bool booted = dma_debug_on;
	dma_addr_t at, other;
	void *p, *q;

	if (!booted)
		KUNIT_ASSERT_EQ(test, dma_debug_start(), 0);
	p = dma_alloc_coherent(&dev, PAGE_SIZE, &at, GFP_KERNEL);
	q = (void *)__get_free_page(GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, p && q);
	KUNIT_EXPECT_REPORT(test, "comes from dma_alloc_coherent(): free it with dma_free_coherent()",
			    kfree(hidden(p)));
	dev.dma_mask = &dev.coherent_dma_mask;
	other = dma_map_single(&dev, q, PAGE_SIZE, DMA_TO_DEVICE);
	KUNIT_EXPECT_REPORT(test, "The page comes from alloc_pages()", kfree(hidden(q)));
	dma_unmap_single(&dev, other, PAGE_SIZE, DMA_TO_DEVICE);
	if (!booted) {
		dma_debug_stop();
		KUNIT_EXPECT_REPORT(test, "Or from dma_alloc_coherent()", kfree(hidden(p)));
	}
	dma_free_coherent(&dev, PAGE_SIZE, p, at);
	free_page((unsigned long)q);
}

static void kfree_of_a_table(struct kunit *test)
{
	phys_addr_t table = table_alloc_user();

	KUNIT_ASSERT_NE(test, table, 0);
	KUNIT_EXPECT_REPORT(test, "The page is a page table", kfree(hidden(__va(table))));
	table_free_user(__va(table));
}

static void kfree_of_what_nobody_has(struct kunit *test)
{
	phys_addr_t end = memblock_end_of_DRAM();

	KUNIT_EXPECT_REPORT(test, "No RAM is there", kfree(hidden(__va(NO_RAM))));
	if (end < DIRECT_MAP_SIZE)
		KUNIT_EXPECT_REPORT(test, "No RAM is there", kfree(hidden(__va(end))));
	for (phys_addr_t at = 0; at < end; at += PAGE_SIZE) {
		if (!memblock_is_memory(at) || !memblock_is_reserved(at) || !pfn_valid(at >> PAGE_SHIFT) ||
		    page_head(pfn_to_page(at >> PAGE_SHIFT)))
			continue;
		KUNIT_EXPECT_REPORT(test, "No allocator ever had this memory", kfree(hidden(__va(at))));
		break;
	}
	/* What was not needed so far, on a machine that has so much. */
	for (phys_addr_t at = end - PAGE_SIZE; at > FOUR_MIB; at -= FOUR_MIB) {
		if (!memblock_is_memory(at) || memblock_is_reserved(at) || pfn_valid(at >> PAGE_SHIFT))
			continue;
		KUNIT_EXPECT_REPORT(test, "handed out this memory yet", kfree(hidden(__va(at))));
		break;
	}
}

/* ---- The other way round ---- */

/* A sample of KFENCE lies in a pool that the page allocator doesn't know as slabs. */
static void free_page_of_a_sample(struct kunit *test)
{
	if (!kfence_pool_size)
		kunit_skip(test, "there is no pool");
	KUNIT_EXPECT_REPORT(test, "use kfree() or kmem_cache_free()",
			    free_page((unsigned long)hidden(__kfence_pool + 2 * PAGE_SIZE)));
}

static void other_functions_of_kmalloc_memory(struct kunit *test)
{
	char *p = kmalloc(64, GFP_KERNEL), *large = kmalloc(3 * PAGE_SIZE, GFP_KERNEL), local[8];

	KUNIT_ASSERT_TRUE(test, p && large);
	KUNIT_EXPECT_REPORT(test, "memory from kmalloc() is given back with kfree()", vfree(hidden(p)));
	KUNIT_EXPECT_REPORT(test, "Trying to vfree()", vfree(hidden(local)));
	KUNIT_EXPECT_REPORT(test, "page freed with the wrong function", free_page((unsigned long)hidden(p)));
	KUNIT_EXPECT_REPORT(test, "page freed with the wrong function",
			    free_pages((unsigned long)hidden(large), 2));
	KUNIT_EXPECT_REPORT(test, "No per-CPU memory was ever there",
			    free_percpu((void __percpu *)hidden(p)));
	KUNIT_EXPECT_NO_REPORT(test, kvfree(hidden(p)));
	KUNIT_EXPECT_NO_REPORT(test, kvfree(hidden(large)));
}

/* ---- Caches ---- */

static void caches_mixed_up(struct kunit *test)
{
	struct kmem_cache *mine = make(test, 64, 0), *gone = make(test, 64, 0);
	void *p = kmem_cache_alloc(mine, GFP_KERNEL), *q = kmalloc(64, GFP_KERNEL);

	KUNIT_ASSERT_TRUE(test, p && q);
	KUNIT_EXPECT_REPORT(test, "Wrong slab cache. test but object is from kmalloc-64",
			    kmem_cache_free(mine, hidden(q)));
	kmem_cache_destroy(gone);
	KUNIT_EXPECT_REPORT(test, "kmem_cache_destroy of ", kmem_cache_destroy(hidden(gone)));
	KUNIT_EXPECT_REPORT(test, "which is no cache", kmem_cache_destroy(hidden(p)));
	KUNIT_EXPECT_NO_REPORT(test, kmem_cache_free(mine, p));
	kmem_cache_destroy(mine);
}

/* ---- krealloc() and ksize() ---- */

static void krealloc_of_what_is_free(struct kunit *test)
{
	static const slab_flags_t flags[] = { 0, ALL_CHECKS };
	char *large = kmalloc(3 * PAGE_SIZE, GFP_KERNEL);

	for (int i = 0; i < 2; i++) {
		struct kmem_cache *s = make(test, 64, SLAB_KMALLOC | flags[i]);
		void *p = __kmalloc_cache(s->place, GFP_KERNEL, 40, ALLOC_TAG_HERE()), *q = p;
		void *keep = __kmalloc_cache(s->place, GFP_KERNEL, 40, ALLOC_TAG_HERE());

		KUNIT_ASSERT_TRUE(test, p && keep);
		kfree(p);
		KUNIT_EXPECT_REPORT(test, "BUG test (Not tainted): krealloc of a freed object",
				    q = krealloc(hidden(p), 48, GFP_KERNEL));
		KUNIT_EXPECT_NULL(test, q);
		KUNIT_EXPECT_REPORT(test, "krealloc of a freed object",
				    q = krealloc(hidden(p), 500, GFP_KERNEL));
		KUNIT_EXPECT_NULL(test, q);
		KUNIT_EXPECT_NO_REPORT(test, q = krealloc(hidden(keep), 48, GFP_KERNEL));
		KUNIT_EXPECT_PTR_EQ(test, q, keep);
		KUNIT_EXPECT_EQ(test, validate_slab_cache(s), 0);
		kfree(keep);
		kmem_cache_destroy(s);
	}
	KUNIT_ASSERT_NOT_NULL(test, large);
	preempt_disable();
	kfree(large);
	KUNIT_EXPECT_REPORT(test, "The page is free", large = krealloc(hidden(large), 10, GFP_ATOMIC));
	preempt_enable();
	KUNIT_EXPECT_NULL(test, large);
}

static void sizes_of_foreign_pointers(struct kunit *test)
{
	size_t n = 1;
	void *q = static_data;

	KUNIT_EXPECT_REPORT(test, "This is static data", n = ksize(hidden(static_data)));
	KUNIT_EXPECT_EQ(test, n, 0UL);
	KUNIT_EXPECT_REPORT(test, "This is static data", q = krealloc(hidden(static_data), 4, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, q);
}

/* ---- Sizes ---- */

struct list_of {
	u64 n;
	u64 element[];
};

static void sizes_that_cannot_be(struct kunit *test)
{
	struct list_of *l = NULL;
	void *p = static_data;

	KUNIT_EXPECT_REPORT(test, "The size is a negative number", p = kmalloc(unknown(-22), GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, p);
	KUNIT_EXPECT_REPORT(test, "kmalloc() of 18446744073709551594 bytes (-22)",
			    p = kzalloc(unknown(-22), GFP_KERNEL));
	KUNIT_EXPECT_REPORT(test, "when the product overflows",
			    p = kmalloc(struct_size(l, element, unknown(SIZE_MAX / 4)), GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, p);
	KUNIT_EXPECT_REPORT(test, "vmalloc() takes pages from anywhere",
			    p = kmalloc(unknown(KMALLOC_MAX_SIZE + 1), GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, p);
	KUNIT_EXPECT_NO_REPORT(test, p = kmalloc(unknown(-22), GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_NULL(test, p);
	KUNIT_EXPECT_NO_REPORT(test, p = kmalloc_array(unknown(SIZE_MAX / 4), 8, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, p);
	KUNIT_EXPECT_NO_REPORT(test, p = kvmalloc(unknown(KMALLOC_MAX_SIZE + 1), GFP_KERNEL));
	KUNIT_EXPECT_NOT_NULL(test, p);
	kvfree(p);
}

/* ---- Pools ---- */

static void an_element_freed_twice(struct kunit *test)
{
	mempool_t *pool = mempool_create_kmalloc_pool(3, 64);
	void *p, *q;

	KUNIT_ASSERT_NOT_NULL(test, pool);
	p = mempool_alloc_preallocated(pool);
	q = mempool_alloc_preallocated(pool);
	KUNIT_ASSERT_TRUE(test, p && q);
	mempool_free(p, pool);
	KUNIT_EXPECT_REPORT(test, "BUG mempool: element 0x", mempool_free(p, pool));
	KUNIT_EXPECT_EQ(test, pool->curr_nr, 2);
	KUNIT_EXPECT_NO_REPORT(test, mempool_free(q, pool));
	KUNIT_EXPECT_NO_REPORT(test, mempool_destroy(pool));
}

/* ---- Devices ---- */

static void memory_that_no_device_may_have(struct kunit *test)
{
	u64 mask = DMA_BIT_MASK(64);
	struct device dev = { .init_name = "card", .dma_mask = &mask };
	void *area = vmalloc(100);
	char local[16] = "";
	dma_addr_t a = 0;

	KUNIT_ASSERT_NOT_NULL(test, area);
	KUNIT_EXPECT_REPORT(test, "device driver maps memory from stack",
			    a = dma_map_single(&dev, hidden(local), 16, DMA_TO_DEVICE));
	KUNIT_EXPECT_EQ(test, a, DMA_MAPPING_ERROR);
	KUNIT_EXPECT_REPORT(test, "rejecting DMA map of vmalloc memory",
			    a = dma_map_single(&dev, hidden(area), 16, DMA_TO_DEVICE));
	KUNIT_EXPECT_EQ(test, a, DMA_MAPPING_ERROR);
	KUNIT_EXPECT_REPORT(test, "tries to free an invalid DMA memory address",
			    dma_unmap_single(&dev, a, 16, DMA_TO_DEVICE));
	vfree(area);
}

/* ---- Contexts: debug builds ---- */

#ifdef QUARRY_DEBUG
static void places_that_may_not_sleep(struct kunit *test)
{
	static DEFINE_SPINLOCK(lock);
	struct kmem_cache *s = make(test, 64, 0);
	void *p = NULL;

	spin_lock(&lock);
	KUNIT_EXPECT_REPORT(test, "must not sleep: allocate with GFP_ATOMIC", p = kmalloc(64, GFP_KERNEL));
	kfree(p);
	KUNIT_EXPECT_REPORT(test, "sleeping function called", p = vmalloc(64));
	KUNIT_EXPECT_REPORT(test, "sleeping function called", vfree(p));
	KUNIT_EXPECT_NO_REPORT(test, p = kmalloc(64, GFP_ATOMIC));
	KUNIT_EXPECT_NO_REPORT(test, kfree(p));
	spin_unlock(&lock);
	local_irq_disable();
	preempt_count_add(HARDIRQ_OFFSET);
	KUNIT_EXPECT_REPORT(test, "An interrupt handler must not sleep", kmem_cache_destroy(s));
	KUNIT_EXPECT_REPORT(test, "An interrupt handler must not sleep", p = kzalloc(8, GFP_KERNEL));
	preempt_count_sub(HARDIRQ_OFFSET);
	local_irq_enable();
	kfree(p);
}
#else
static void places_that_may_not_sleep(struct kunit *test)
{
	kunit_skip(test, "debug builds watch that");
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(kfree_of_what_is_no_memory),
	KUNIT_CASE(zeroed_in_spite_of_a_constructor),
	KUNIT_CASE(kfree_of_the_image),
	KUNIT_CASE(kfree_of_anothers_memory),
	KUNIT_CASE(kfree_of_areas),
	KUNIT_CASE(kfree_of_coherent_memory),
	KUNIT_CASE(kfree_of_a_table),
	KUNIT_CASE(kfree_of_what_nobody_has),
	KUNIT_CASE(free_page_of_a_sample),
	KUNIT_CASE(other_functions_of_kmalloc_memory),
	KUNIT_CASE(caches_mixed_up),
	KUNIT_CASE(krealloc_of_what_is_free),
	KUNIT_CASE(sizes_of_foreign_pointers),
	KUNIT_CASE(sizes_that_cannot_be),
	KUNIT_CASE(an_element_freed_twice),
	KUNIT_CASE(memory_that_no_device_may_have),
	KUNIT_CASE(places_that_may_not_sleep),
	{}
};
static struct kunit_suite suite = { .name = "misuse",
				    .suite_init = no_samples,
				    .suite_exit = samples_again,
				    .test_cases = cases };
kunit_test_suite(suite);
