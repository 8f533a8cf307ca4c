// SPDX-License-Identifier: MIT
/*
 * whatis: any address is explained, by everybody who knows it, and asking does no harm.
 *
 * Suite "whatis". Mutations that made it fail:
 *   - whatis.c (lib/report): only the first explainer asked; the guard's answer ignored
 *   - whatis.c (mm): the index at a level taken from the level above; a leaf's offset not added to its
 *     page; the tag of a tail instead of the head's; the walk going on below a leaf; freed objects
 *     given an owner; struct pages counted from the wrong end
 *   - stack_bounds() not asked
 *   - whatis.c (mm): tables of an address that is not canonical walked
 */
#include <asm/page.h>
#include <kunit/test.h>
#include <linux/alloc_tag.h>
#include <linux/bug.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <quarry/report.h>
#include "mm/internal.h"
#include "slab_fixture.h"
#include "user_fixture.h"
#include "tests/plant.h"

static const char *ask(const void *addr)
{
	const char *text;

	report_capture_start();
	whatis(addr);
	report_capture_stop(&text);
	return text;
}

/* The answer for `addr` has a line about `about` that contains `what`. */
static bool tells(const void *addr, const char *about, const char *what)
{
	const char *line = ask(addr), *end, *hit;
	char begin[16];

	scnprintf(begin, sizeof(begin), "\n  %-8s ", about);
	while ((line = strstr(line, begin))) {
		line++;
		end = strchr(line, '\n');
		hit = strstr(line, what);
		if (hit && end && hit < end)
			return true;
	}
	return false;
}

#define EXPECT_TELLS(test, addr, about, what)                                                \
	KUNIT_EXPECT_TRUE_MSG(test, tells(addr, about, what), "%s has no %s: %s", ask(addr), \
			      about, what)

/* Of who allocated it: kept while call-site accounting is on. */
#define EXPECT_TELLS_WHO(test, p, tag, text)              \
	do {                                              \
		if (mem_alloc_profiling_enabled())        \
			EXPECT_TELLS(test, p, tag, text); \
	} while (0)

static void head_line(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, strncmp(ask((void *)0x1234), "whatis 0x0000000000001234:\n", 27), 0);
}

static void object_in_slab(struct kunit *test)
{
	char *p = kmalloc(50, GFP_KERNEL), at[64];
	unsigned long pfn;

	KUNIT_ASSERT_NOT_NULL(test, p);
	pfn = page_to_pfn(virt_to_page(p));
	scnprintf(at, sizeof(at), "pfn %#lx, physical 0x%llx", pfn, (u64)pfn << PAGE_SHIFT);
	EXPECT_TELLS(test, p + 16, "region", "direct map, offset 0x");
	EXPECT_TELLS(test, p + 16, "slab", "16 bytes inside object #");
	EXPECT_TELLS(test, p + 16, "slab", "(allocated)");
	EXPECT_TELLS(test, p + 16, "slab", "cache kmalloc-64: objects of 64 bytes, one every ");
	EXPECT_TELLS_WHO(test, p + 16, "slab", "allocated at tests/mm/whatis_test.c:");
	EXPECT_TELLS_WHO(test, p + 16, "slab", ", object_in_slab()");
	EXPECT_TELLS(test, p + 16, "page", at);
	EXPECT_TELLS(test, p + 16, "page", "slab of ");
	KUNIT_EXPECT_FALSE(test, tells(p + 16, "page", "allocated at"));
	KUNIT_EXPECT_FALSE(test, tells(p + 16, "symbol", "")); /* it lies in no image */
	EXPECT_TELLS(test, p + 16, "tables", "read write");
	kfree(p);
	EXPECT_TELLS(test, p + 16, "slab", "(free)");
	KUNIT_EXPECT_FALSE(test, tells(p + 16, "slab", "allocated at "));
}

/* With SLAB_STORE_USER the stacks of who allocated and freed it. */
static void slab_tracks(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("whatis", 40, 0, SLAB_STORE_USER, NULL);
	const char *text;
	void *p;

	KUNIT_ASSERT_NOT_NULL(test, s);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	text = ask(p);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\nAllocated in slab_tracks+0x"));
	KUNIT_EXPECT_NULL(test, strstr(text, "\nFreed in "));
	kmem_cache_free(s, p);
	KUNIT_EXPECT_NOT_NULL(test, strstr(ask(p), "\nFreed in slab_tracks+0x"));
	kmem_cache_destroy(s);
}

/* Any page of a block leads to its head, which has order, count and owner. */
static void block_of_pages(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);
	char *p, head[64];

	KUNIT_ASSERT_NOT_NULL(test, page);
	p = page_address(page);
	scnprintf(head, sizeof(head), "allocated, order 2 at pfn %#lx, refcount 1, mapcount 0",
		  page_to_pfn(page));
	EXPECT_TELLS(test, p, "page", head);
	EXPECT_TELLS(test, p + 3 * PAGE_SIZE + 7, "page", head);
	EXPECT_TELLS_WHO(test, p + 3 * PAGE_SIZE + 7, "page", "block_of_pages()");
	EXPECT_TELLS(test, &page[3].tag, "page", head);
	scnprintf(head, sizeof(head), "byte %zu of the struct page of pfn %#lx",
		  offsetof(struct page, tag), page_to_pfn(page) + 3);
	EXPECT_TELLS(test, &page[3].tag, "vmemmap", head);
	__free_pages(page, 2);
	KUNIT_EXPECT_FALSE(test, tells(p, "page", "block_of_pages()"));
	EXPECT_TELLS(test, p, "page", "free");
}

static void large_kmalloc(struct kunit *test)
{
	char *p = kmalloc(20000, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	EXPECT_TELLS(test, p + 9000, "page", "large kmalloc(), order 3");
	EXPECT_TELLS(test, p + 9000, "page", "kmalloc() was asked for 20000 bytes");
	EXPECT_TELLS_WHO(test, p + 9000, "page", "large_kmalloc()");
	kfree(p);
	/* Who has an object is no owner of its page, though it is noted there. */
	p = kmalloc(4096, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	EXPECT_TELLS_WHO(test, p, "slab", "large_kmalloc()");
	KUNIT_EXPECT_FALSE(test, tells(p, "page", "allocated at"));
	kfree(p);
}

/* The area and, by the tables, the very page behind the address. */
static void vmalloc_area(struct kunit *test)
{
	char *p = vmalloc(3 * PAGE_SIZE), at[64];

	KUNIT_ASSERT_NOT_NULL(test, p);
	EXPECT_TELLS(test, p + PAGE_SIZE + 5, "vmalloc",
		     "address is 4101 bytes inside the vmalloc area");
	for (unsigned int i = 0; i < 3; i++) {
		scnprintf(at, sizeof(at), "pfn %#lx,", vmalloc_to_pfn(p + i * PAGE_SIZE));
		EXPECT_TELLS(test, p + i * PAGE_SIZE + 5, "page", at);
		EXPECT_TELLS_WHO(test, p + i * PAGE_SIZE + 5, "page", "vmalloc_area()");
	}
	EXPECT_TELLS(test, p, "tables", "PTE[");
	EXPECT_TELLS(test, p + 3 * PAGE_SIZE, "tables", "empty: nothing is mapped here");
	KUNIT_EXPECT_FALSE(test, tells(p + 3 * PAGE_SIZE, "page", "pfn"));
	vfree(p);
}

/* A page table: who allocated it is always the same, and nobody's concern. */
static void page_table(struct kunit *test)
{
	char *p = vmalloc(PAGE_SIZE);
	void *slot;

	KUNIT_ASSERT_NOT_NULL(test, p);
	slot = pt_slot(kernel_root(), (unsigned long)p, 0, NULL);
	KUNIT_ASSERT_NOT_NULL(test, slot);
	EXPECT_TELLS(test, slot, "page", "page table, order 0 at pfn ");
	KUNIT_EXPECT_FALSE(test, tells(slot, "page", "allocated at"));
	vfree(p);
}

/* Where not even a table of the last level is. Low memory is in use, so that no empty entry leads nowhere. */
static void nothing_mapped(struct kunit *test)
{
	struct page *low = alloc_page(GFP_DMA);

	KUNIT_EXPECT_FALSE(
		test, tells((void *)(VMALLOC_START + (1UL << 30) - 4 * PAGE_SIZE), "page", "pfn"));
	if (low)
		__free_page(low);
}

/* Mapped by entries that are leaves above the last level, where that is possible. */
static void huge_area(struct kunit *test)
{
	char *p = vmalloc_huge(4UL << 20, GFP_KERNEL), at[64];

	KUNIT_ASSERT_NOT_NULL(test, p);
	for (unsigned long off = 0; off < 4UL << 20; off += 300 * PAGE_SIZE) {
		scnprintf(at, sizeof(at), "pfn %#lx,", vmalloc_to_pfn(p + off));
		EXPECT_TELLS(test, p + off + 5, "page", at);
		EXPECT_TELLS(test, p + off, "tables", "memory");
	}
	vfree(p);
}

static void percpu_copy(struct kunit *test)
{
	long __percpu *v = alloc_percpu(long);

	KUNIT_ASSERT_NOT_NULL(test, v);
	EXPECT_TELLS(test, per_cpu_ptr(v, 0), "percpu",
		     "0 bytes inside CPU 0's copy of the per-CPU variable");
	EXPECT_TELLS(test, per_cpu_ptr(v, 0), "page", "pfn ");
	free_percpu(v);
}

static int some_data[2] = { 1, 2 };

static void image_and_stack(struct kunit *test)
{
	unsigned long local;

	EXPECT_TELLS(test, &some_data[1], "symbol", "some_data+0x4/0x");
	EXPECT_TELLS(test, &some_data[1], "symbol", ", data of the kernel image");
	EXPECT_TELLS(test, image_and_stack, "symbol", "image_and_stack+0x0/0x");
	EXPECT_TELLS(test, image_and_stack, "symbol", ", code of the kernel image");
	EXPECT_TELLS(test, &local, "stack", "bytes below its top");
}

static void patterns(struct kunit *test)
{
	EXPECT_TELLS(test, NULL, "pattern", "NULL");
	EXPECT_TELLS(test, ZERO_SIZE_PTR, "pattern", "ZERO_SIZE_PTR");
	EXPECT_TELLS(test, (void *)0x6b6b6b6b6b6b6b73UL, "pattern", "POISON_FREE");
	EXPECT_TELLS(test, (void *)-12L, "pattern", "an error pointer");
	EXPECT_TELLS(test, (void *)0x400000UL, "region", "user address");
	EXPECT_TELLS(test, (void *)0x0008000000000000UL, "region", "none of the address space");
}

/* In a suite of its own, whose cases have an address space. */
static void user_mapping(struct kunit *test)
{
	unsigned long at = map_anon(test, 3, 2, PROT_RW);
	char pfn[32];

	poke(at, 1);
	EXPECT_TELLS(test, (void *)(at + 5), "vma", "user address, 5 bytes inside the mapping 0x");
	EXPECT_TELLS(test, (void *)(at + 5), "vma", " rw-p of the address space in use");
	EXPECT_TELLS(test, (void *)(at - PAGE_SIZE), "vma", "doesn't map");
	scnprintf(pfn, sizeof(pfn), "pfn %#lx,", pte_pfn(user_entry(test, at)));
	EXPECT_TELLS(test, (void *)(at + 5), "page", pfn);
	EXPECT_TELLS(test, (void *)(at + 5), "page", "mapcount 1");
	EXPECT_TELLS(test, (void *)(at + 5), "tables", "user read write");
	EXPECT_TELLS(test, (void *)(at + PAGE_SIZE), "tables", "nothing is mapped here");
	for (unsigned int i = 0; i < 5; i++) { /* each is found in the tree */
		at = map_anon(test, 10 + 4 * i, 1, PROT_RW);
		EXPECT_TELLS(test, (void *)(at + i), "vma", " inside the mapping 0x");
	}
}

/* An address anywhere, with regions preferred: nothing traps, and there is always an answer. */
static unsigned long any_address(struct rnd_state *rnd)
{
	static const unsigned long bases[] = { 0,
					       PAGE_OFFSET,
					       VMALLOC_START,
					       VMEMMAP_START,
					       IMAGE_START,
					       MODULES_VADDR,
					       PERCPU_START,
					       TASK_SIZE,
					       0x6b6b6b6b6b6b6b6bUL };
	unsigned long v = (unsigned long)prandom_u32_state(rnd) << 32 | prandom_u32_state(rnd);
	unsigned int shift = prandom_u32_state(rnd) % 64;

	return bases[prandom_u32_state(rnd) % ARRAY_SIZE(bases)] + (v >> shift);
}

/* No tables and no page are shown of an address that no table can map. `text` is the answer for it. */
static void expect_tables_of_its_own(struct kunit *test, unsigned long addr, const char *text)
{
	bool canonical = addr >> 47 == KERNEL_START >> 47 || addr >> 47 == 0;
	bool said = strstr(text, "\n  tables   none: the address is not canonical\n");

	if (!canonical)
		KUNIT_EXPECT_TRUE_MSG(test, said, "address 0x%lx: %s", addr, text);
	if (said) {
		KUNIT_EXPECT_NULL_MSG(test, strstr(text, "\n  tables   P"), "address 0x%lx: %s", addr, text);
		KUNIT_EXPECT_NULL_MSG(test, strstr(text, "\n  page "), "address 0x%lx: %s", addr, text);
		KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "\n  region   none "), "address 0x%lx: %s", addr, text);
	}
}

static void any_value(struct kunit *test)
{
	struct rnd_state rnd;
	const char *text;
	unsigned long addr;

	prandom_seed_state(&rnd, kunit_seed);
	for (unsigned int i = 0; i < 2000; i++) {
		addr = any_address(&rnd);
		report_capture_start();
		whatis((void *)addr);
		KUNIT_ASSERT_EQ_MSG(test, report_capture_stop(&text), 0, "address 0x%lx: %s", addr,
				    text);
		KUNIT_ASSERT_NOT_NULL_MSG(test, strstr(text, "\n  region "), "address 0x%lx", addr);
		expect_tables_of_its_own(test, addr, text);
	}
}

/* Kernel pointers of which upper bits were overwritten: what they were is said, and nothing else. */
static void upper_bits_lost(struct kunit *test)
{
	char *object = kmalloc(64, GFP_KERNEL), *area = vmalloc(PAGE_SIZE), meant[64];
	unsigned long pointers[] = { (unsigned long)object + 16, (unsigned long)area + 16,
				     (unsigned long)some_data, (unsigned long)virt_to_page(object) };
	const char *text;

	KUNIT_ASSERT_TRUE(test, object && area);
	for (unsigned int i = 0; i < ARRAY_SIZE(pointers); i++) {
		scnprintf(meant, sizeof(meant), "with its upper bits set it would be 0x%016lx: ",
			  pointers[i]);
		for (unsigned int bit = 48; bit < 64; bit++) {
			unsigned long addr = pointers[i] ^ 1UL << bit;

			EXPECT_TELLS(test, (void *)addr, "tables", meant);
			EXPECT_TELLS(test, (void *)addr, "region", "none of the address space");
			expect_tables_of_its_own(test, addr, ask((void *)addr));
		}
	}
	EXPECT_TELLS(test, (void *)(pointers[0] ^ 1UL << 62), "tables", ": 16 bytes inside object #");
	/* What is a user address then, or no RAM, is not guessed at. */
	text = ask((void *)(0x400000UL | 1UL << 52));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "not canonical"));
	KUNIT_EXPECT_NULL(test, strstr(text, "it would be"));
	text = ask((void *)((PAGE_OFFSET + DIRECT_MAP_SIZE - PAGE_SIZE) ^ 1UL << 62));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "not canonical"));
	KUNIT_EXPECT_EQ(test, strstr(text, "it would be") != NULL,
			memblock_is_memory(DIRECT_MAP_SIZE - PAGE_SIZE));
	vfree(area);
	kfree(object);
}

static struct kunit_case whatis_cases[] = {
	KUNIT_CASE(head_line),
	KUNIT_CASE(object_in_slab),
	KUNIT_CASE(slab_tracks),
	KUNIT_CASE(block_of_pages),
	KUNIT_CASE(large_kmalloc),
	KUNIT_CASE(vmalloc_area),
	KUNIT_CASE(page_table),
	KUNIT_CASE(huge_area),
	KUNIT_CASE(percpu_copy),
	KUNIT_CASE(image_and_stack),
	KUNIT_CASE(patterns),
	KUNIT_CASE(any_value),
	KUNIT_CASE(upper_bits_lost),
	KUNIT_CASE(nothing_mapped),
	{}
};

static struct kunit_suite whatis_suite = { .name = "whatis",
					   .suite_init = no_samples,
					   .suite_exit = samples_again,
					   .test_cases = whatis_cases };
kunit_test_suite(whatis_suite);

static struct kunit_case whatis_user_cases[] = { KUNIT_CASE(user_mapping), {} };

static struct kunit_suite whatis_user_suite = { .name = "whatis_user",
						.init = user_fixture_init,
						.exit = user_fixture_exit,
						.test_cases = whatis_user_cases };
kunit_test_suite(whatis_user_suite);
