// SPDX-License-Identifier: MIT
/*
 * Tests of mm/vmap_area.c: mappings of given pages, and the backlog of the lazy flush.
 *
 * Mutations that made them fail when tried:
 *	vmap: a NULL page mapped; an executable vmap(); VM_MAP_PUT_PAGES ignored, its array
 *		leaked; vm_unmap_ram() that believes the count; claims of any kind
 *	vmalloc_lazy: vmap_purge() without the flush, or with the wrong end; a purge never, each
 *		time, or in atomic context; lazy_bytes not counted; no guard page; unmap_run()
 *		that leaves entries; vmalloc_strict ignored; vmap_unmap() page by page
 */
#include <asm/irqflags.h>
#include <asm/tlbflush.h>
#include <kunit/test.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "mm/internal.h"
#include "mm/vmap.h"
#include "tests/mm/slab_fixture.h"
#include "tests/mm/user_fixture.h"
#include "tests/mm/vmap_fixture.h"
#include "tests/plant.h"

/* ---- mapping pages ---- */

#define MAPPED 8
#define NO_RAM 0xfee00000ULL /* devices, on every machine that boots Quarry */

static void vmap_is_an_alias(struct kunit *test)
{
	struct page *pages[MAPPED];
	char *v;

	alloc_each(test, pages, MAPPED);
	swap(pages[0], pages[5]);
	v = vmap(pages, MAPPED, VM_MAP, PAGE_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, v);
	for (unsigned int i = 0; i < MAPPED; i++) {
		u64 *here = (u64 *)(v + i * PAGE_SIZE), *there = page_address(pages[i]);

		KUNIT_EXPECT_EQ(test, *here, *there);
		*here = 1000 + i;
		KUNIT_EXPECT_EQ(test, *there, 1000ULL + i);
		KUNIT_EXPECT_PTR_EQ(test, vmalloc_to_page(here), pages[i]);
		KUNIT_EXPECT_EQ(test, page_count(pages[i]), 1);
	}
	KUNIT_EXPECT_TRUE(test, vmap_valid());
	vunmap(v);
	KUNIT_EXPECT_EQ(test, page_count(pages[3]), 1);
	KUNIT_EXPECT_NULL(test, vmalloc_to_page(v));
	free_each(pages, MAPPED);
}

static void vmap_obeys_protection(struct kunit *test)
{
	struct page *pages[1];
	volatile u64 *v;
	int level;

	alloc_each(test, pages, 1);
	v = vmap(pages, 1, VM_MAP, PAGE_KERNEL_RO);
	KUNIT_ASSERT_NOT_NULL(test, v);
	KUNIT_EXPECT_EQ(test, *v, 0ULL);
	KUNIT_EXPECT_FAULT(test, "inside the vmap area", *v = 1);
	KUNIT_EXPECT_EQ(test, *v, 0ULL);
	vunmap((void *)v);
	v = vmap(pages, 1, VM_MAP, PAGE_KERNEL_ROX);
	KUNIT_ASSERT_NOT_NULL(test, v);
	KUNIT_EXPECT_FALSE(test,
			   pte_exec(pte_get(pt_lookup(kernel_root(), (unsigned long)v, &level))));
	vunmap((void *)v);
	free_each(pages, 1);
}

static void vmap_takes_the_pages(struct kunit *test)
{
	struct page **pages = kmalloc_array(MAPPED, sizeof(*pages), GFP_KERNEL);
	struct page *kept;
	char *v;

	KUNIT_ASSERT_NOT_NULL(test, pages);
	alloc_each(test, pages, MAPPED);
	kept = pages[2];
	get_page(kept);
	v = vmap(pages, MAPPED, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, v);
	KUNIT_EXPECT_EQ(test, find_vm_area(v)->nr_pages, MAPPED);
	vfree(v); /* what it took is missing at the end of the suite unless it is given back here */
	KUNIT_EXPECT_EQ(test, page_count(kept), 1);
	__free_page(kept);
}

static void vmap_keeps_some_flags(struct kunit *test)
{
	struct page *pages[1];
	void *v;

	alloc_each(test, pages, 1);
	v = vmap(pages, 1, VM_MAP | VM_USERMAP, PAGE_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, v);
	KUNIT_EXPECT_EQ(test, find_vm_area(v)->flags, (unsigned long)(VM_MAP | VM_USERMAP));
	vunmap(v);
	KUNIT_EXPECT_REPORT(test, "VM_NO_GUARD", v = vmap(pages, 1, VM_NO_GUARD, PAGE_KERNEL));
	KUNIT_ASSERT_NOT_NULL(test, v);
	KUNIT_EXPECT_EQ(test, find_vm_area(v)->flags, (unsigned long)VM_MAP);
	vunmap(v);
	free_each(pages, 1);
}

static void vmap_refuses(struct kunit *test)
{
	struct page *pages[3], *middle;
	unsigned long before;

	alloc_each(test, pages, 3);
	middle = pages[1];
	pages[1] = NULL;
	before = all_pages();
	KUNIT_EXPECT_NULL(test, vmap(pages, 0, VM_MAP, PAGE_KERNEL));
	KUNIT_EXPECT_NULL(test, vmap(pages, 0xffffffff, VM_MAP, PAGE_KERNEL));
	KUNIT_EXPECT_REPORT(test, "!pages[i]", {
		KUNIT_EXPECT_NULL(test, vmap(pages, 3, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL));
	});
	KUNIT_EXPECT_TRUE(test, vmap_valid());
	KUNIT_EXPECT_EQ(test, all_pages(), before);
	KUNIT_EXPECT_EQ(test, page_count(pages[0]), 1);
	pages[1] = middle;
	free_each(pages, 3);
}

static void ram_mappings(struct kunit *test)
{
	struct page *pages[MAPPED];
	u64 *v;

	alloc_each(test, pages, MAPPED);
	v = vm_map_ram(pages, MAPPED, -1);
	KUNIT_ASSERT_NOT_NULL(test, v);
	v[PAGE_SIZE / 8] = 77;
	KUNIT_EXPECT_EQ(test, *(u64 *)page_address(pages[1]), 77ULL);
	KUNIT_EXPECT_REPORT(test, "Trying to vfree() wrong kind", vfree(v));
	KUNIT_EXPECT_NO_REPORT(test, vm_unmap_ram(v, MAPPED));
	KUNIT_EXPECT_NULL(test, vmalloc_to_page(v));
	v = vm_map_ram(pages, MAPPED, -1);
	KUNIT_ASSERT_NOT_NULL(test, v);
	KUNIT_EXPECT_REPORT(test, "vm_unmap_ram() of 3 pages, but 8 were mapped",
			    vm_unmap_ram(v, 3));
	KUNIT_EXPECT_NULL(test, vmalloc_to_page(v));
	free_each(pages, MAPPED);
}

/* An area that is being built is nobody's to free. */
static void incomplete_areas_stay(struct kunit *test)
{
	struct vm_struct *vm = vmap_area_get(PAGE_SIZE, PAGE_SIZE, VM_ALLOC, GFP_KERNEL, NULL);

	KUNIT_ASSERT_NOT_NULL(test, vm);
	KUNIT_EXPECT_REPORT(test, "Trying to vfree() wrong kind of vm area", vfree(vm->addr));
	KUNIT_EXPECT_TRUE(test, vm_is_live(vm));
	vmap_area_release(vm, VMAP_KEEP_PAGES);
}

/* ---- what runs out ---- */

#define MIB (1UL << 20)

/* Tables that gave way to large leaves wait for their next use: put them under an area of ours. */
static void use_parked_tables(const struct vm_struct *vm)
{
	long before = mm_stat_read(MM_KERNEL_TABLES);

	for (unsigned long va = vm_start(vm); va < vm_end(vm); va += 2 * MIB) {
		if (!vmap_slots(va) || mm_stat_read(MM_KERNEL_TABLES) > before)
			break;
	}
}

/*
 * Memory for page tables. 2 GiB of addresses are held, so that what comes after them has no tables,
 * and then as much that the next area begins in the middle of one, which is made: each function can
 * map a half and must give it back.
 */
static void no_memory_for_tables(struct kunit *test)
{
	const unsigned int n = 2 * MIB / PAGE_SIZE - 1;
	struct page **pages = kvmalloc_array(n, sizeof(*pages), GFP_KERNEL), *page;
	struct vm_struct *low = vmap_area_get(2UL << 30, PAGE_SIZE, VM_MAP, GFP_KERNEL, NULL), *pad;
	void *mapped, *ram, *io;

	KUNIT_ASSERT_NOT_NULL(test, pages);
	KUNIT_ASSERT_NOT_NULL(test, low);
	pad = vmap_area_get(ALIGN(vm_end(low), 2 * MIB) + MIB - vm_end(low), PAGE_SIZE, VM_MAP,
			    GFP_KERNEL, NULL);
	KUNIT_ASSERT_NOT_NULL(test, pad);
	alloc_each(test, &page, 1);
	for (unsigned int i = 0; i < n; i++)
		pages[i] = page;
	KUNIT_EXPECT_NOT_NULL(test, vmap_slots(vm_end(pad)));
	use_parked_tables(low);
	mm_quiesce();
	memory_exhaust_reserves(test);
	mapped = vmap(pages, n, VM_MAP, PAGE_KERNEL);
	vm_unmap_aliases();
	ram = vm_map_ram(pages, n, -1);
	vm_unmap_aliases();
	io = ioremap(NO_RAM, n * PAGE_SIZE);
	memory_release(test);
	KUNIT_EXPECT_NULL(test, mapped);
	KUNIT_EXPECT_NULL(test, ram);
	KUNIT_EXPECT_NULL(test, io);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	vmap_area_release(low, VMAP_KEEP_PAGES);
	vmap_area_release(pad, VMAP_KEEP_PAGES);
	vm_unmap_aliases();
	KUNIT_EXPECT_TRUE(test, vmap_valid());
	KUNIT_EXPECT_TRUE(test, buddy_valid());
	kvfree(pages);
	__free_page(page);
}

#define HELD 64

/*
 * Take every free range whole. Each area is made of the node of the range that it took, so giving
 * back leaves nothing of this test's among the region's nodes.
 */
static unsigned int hold_all_addresses(struct vm_struct **held)
{
	unsigned int n = 0;

	for (struct rb_node *root; (root = vmap_space.free.rb_node) && n < HELD; n++) {
		struct vm_struct area = { .size = rb_entry(root, struct vm_struct, rb)->max_size };

		held[n] = NULL;
		if (!vmap_space_take(&vmap_space, &area, PAGE_SIZE, &held[n]) || !held[n])
			break;
		*held[n] = area;
		rb_replace_node(&area.rb, &held[n]->rb, &vmap_space.areas);
	}
	return n;
}

static void let_addresses_go(struct vm_struct **held, unsigned int n)
{
	while (n--) {
		struct vm_struct *unused = vmap_space_give(&vmap_space, held[n]);

		while (unused) {
			struct vm_struct *next = unused->next;

			kfree(unused);
			unused = next;
		}
	}
}

/*
 * Addresses: those that wait for a flush are found when there are no others, and when there are none
 * at all each function says so.
 */
static void no_addresses(struct kunit *test)
{
	struct vm_struct *held[HELD];
	void *first = vmalloc(PAGE_SIZE), *again, *more, *aligned, *mapped, *ram;
	struct page *page;
	unsigned int n;

	KUNIT_ASSERT_NOT_NULL(test, first);
	alloc_each(test, &page, 1);
	vm_unmap_aliases();
	n = hold_all_addresses(held);
	vfree(first);
	again = vmalloc(PAGE_SIZE);
	more = __vmalloc(PAGE_SIZE, GFP_QUIET);
	aligned = __vmalloc_node(PAGE_SIZE, 1UL << 21, GFP_QUIET, 0, NULL);
	mapped = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	ram = vm_map_ram(&page, 1, -1);
	let_addresses_go(held, n);
	KUNIT_EXPECT_LT(test, n, HELD);
	KUNIT_EXPECT_PTR_EQ(test, again, first);
	KUNIT_EXPECT_NULL(test, more);
	KUNIT_EXPECT_NULL(test, aligned);
	KUNIT_EXPECT_NULL(test, mapped);
	KUNIT_EXPECT_NULL(test, ram);
	vfree(again);
	vm_unmap_aliases();
	KUNIT_EXPECT_TRUE(test, vmap_valid());
	__free_page(page);
}

/* ---- the backlog ---- */

/* Addresses are not used again before the flush, and after it no old translation answers. */
static void no_stale_translation(struct kunit *test)
{
	struct page *pages[2];
	volatile u64 *first, *second, *third;

	alloc_each(test, pages, 2);
	vm_unmap_aliases();
	first = vmap(&pages[0], 1, VM_MAP, PAGE_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, first);
	KUNIT_EXPECT_EQ(test, *first, 0ULL);
	vunmap((void *)first);
	second = vmap(&pages[1], 1, VM_MAP, PAGE_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, second);
	KUNIT_EXPECT_PTR_NE(test, second, first);
	vm_unmap_aliases();
	third = vmap(&pages[1], 1, VM_MAP, PAGE_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, third);
	KUNIT_EXPECT_PTR_EQ(test, third, first);
	KUNIT_EXPECT_EQ(test, *third, 1ULL);
	vunmap((void *)second);
	vunmap((void *)third);
	free_each(pages, 2);
}

/* With debug_pagealloc each page that is freed is a flush, too. */
static void flushes_counted(struct kunit *test)
{
	if (page_debug & PAGE_DEBUG_UNMAP)
		kunit_skip(test, "freed pages are flushed one by one");
}

static void flushes_are_few(struct kunit *test)
{
	unsigned long flushes, n = 4 * VMAP_LAZY_MAX / (2 * PAGE_SIZE);

	flushes_counted(test);
	vm_unmap_aliases();
	flushes = tlb_flush_count();
	for (unsigned long i = 0; i < n; i++) {
		void *p = vmalloc(PAGE_SIZE);

		KUNIT_ASSERT_NOT_NULL(test, p);
		*(volatile char *)p = 1;
		vfree(p);
		if (vmap_space.lazy_bytes > VMAP_LAZY_MAX)
			KUNIT_FAIL(test, "backlog of %lu bytes", vmap_space.lazy_bytes);
	}
	flushes = tlb_flush_count() - flushes;
	KUNIT_EXPECT_GE(test, flushes, 3UL);
	KUNIT_EXPECT_LE(test, flushes, 4UL);
	KUNIT_EXPECT_TRUE(test, vmap_valid());
}

static void free_all(void **areas, unsigned long n)
{
	for (unsigned long i = 0; i < n; i++)
		vfree(areas[i]);
}

/* What an interrupt handler does, without one: the count says so. */
static void free_all_in_handler(void **areas, unsigned long n)
{
	unsigned long flags;

	local_irq_save(flags);
	preempt_count_add(HARDIRQ_OFFSET);
	free_all(areas, n);
	preempt_count_sub(HARDIRQ_OFFSET);
	local_irq_restore(flags);
}

static void free_all_atomic(void **areas, unsigned long n)
{
	preempt_disable();
	for (unsigned long i = 0; i < n; i++)
		vfree_atomic(areas[i]);
	preempt_enable();
}

static struct {
	struct rcu_head rcu;
	void **areas;
	unsigned long n;
} later;

static void free_later(struct rcu_head *unused)
{
	free_all(later.areas, later.n);
}

/* Preemption is off there, interrupts are on. */
static void free_all_in_callback(void **areas, unsigned long n)
{
	later.areas = areas;
	later.n = n;
	call_rcu(&later.rcu, free_later);
	rcu_barrier();
}

static void expect_no_flush(struct kunit *test, void (*free_them)(void **areas, unsigned long n))
{
	unsigned long n = VMAP_LAZY_MAX / (2 * PAGE_SIZE) + 10, flushes;
	void **areas = kvmalloc_array(n, sizeof(*areas), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, areas);
	vm_unmap_aliases();
	for (unsigned long i = 0; i < n; i++)
		areas[i] = vmalloc(PAGE_SIZE);
	flushes = tlb_flush_count();
	free_them(areas, n);
	KUNIT_EXPECT_EQ(test, tlb_flush_count(), flushes);
	KUNIT_EXPECT_GT(test, vmap_space.lazy_bytes, VMAP_LAZY_MAX);
	vfree_atomic(vmalloc(PAGE_SIZE)); /* the allocation flushes, the rest doesn't */
	KUNIT_EXPECT_EQ(test, tlb_flush_count(), flushes + 1);
	KUNIT_EXPECT_EQ(test, vmap_space.lazy_bytes, 2 * PAGE_SIZE);
	kvfree(areas);
}

/* Where nobody may sleep, nobody may wait for a flush. */
static void no_flush_in_atomic_context(struct kunit *test)
{
	flushes_counted(test);
	expect_no_flush(test, free_all_in_handler);
	expect_no_flush(test, free_all_atomic);
	expect_no_flush(test, free_all_in_callback);
}

static void drain_empties(struct kunit *test)
{
	unsigned long flushes;

	vm_unmap_aliases();
	vfree(vmalloc(PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, vmap_space.lazy_bytes, 2 * PAGE_SIZE);
	flushes = tlb_flush_count();
	vmalloc_drain();
	KUNIT_EXPECT_EQ(test, vmap_space.lazy_bytes, 0UL);
	KUNIT_EXPECT_NULL(test, vmap_space.lazy);
	KUNIT_EXPECT_EQ(test, tlb_flush_count(), flushes + 1);
	vmalloc_drain();
	KUNIT_EXPECT_EQ(test, tlb_flush_count(), flushes + 1);
}

static void strict_flushes_at_once(struct kunit *test)
{
	volatile char *p = vmalloc(3 * PAGE_SIZE);
	bool was = vmalloc_strict;
	unsigned long flushes;

	KUNIT_ASSERT_NOT_NULL(test, p);
	p[0] = p[PAGE_SIZE] = 1;
	flushes = tlb_flush_count();
	vmalloc_strict = true;
	vfree((void *)p);
	vmalloc_strict = was;
	KUNIT_EXPECT_GE(test, tlb_flush_count(), flushes + 1); /* other threads may flush, too */
	KUNIT_EXPECT_FAULT(test, "inside a freed vmalloc area", plant_read8(&p[PAGE_SIZE]));
}

static struct kunit_case map_cases[] = {
	KUNIT_CASE(vmap_is_an_alias),	   KUNIT_CASE(vmap_obeys_protection),
	KUNIT_CASE(vmap_takes_the_pages),  KUNIT_CASE(vmap_keeps_some_flags),
	KUNIT_CASE(vmap_refuses),	   KUNIT_CASE(ram_mappings),
	KUNIT_CASE(incomplete_areas_stay), KUNIT_CASE(no_memory_for_tables),
	KUNIT_CASE(no_addresses),	   {}
};
static struct kunit_suite map_suite = { .name = "vmap", .test_cases = map_cases };

static struct kunit_case lazy_cases[] = {
	KUNIT_CASE(no_stale_translation),	  KUNIT_CASE(flushes_are_few),
	KUNIT_CASE(no_flush_in_atomic_context), KUNIT_CASE(drain_empties),
	KUNIT_CASE(strict_flushes_at_once),	  {}
};
static bool boot_strict;

/* Flushes are counted here, so the boot line's vmalloc_strict has to wait. */
static int lazy_init(struct kunit *test)
{
	boot_strict = vmalloc_strict;
	vmalloc_strict = false;
	return 0;
}

static void lazy_exit(struct kunit *test)
{
	vmalloc_strict = boot_strict;
}

static struct kunit_suite lazy_suite = {
	.name = "vmalloc_lazy",
	.suite_init = no_samples,
	.suite_exit = samples_again, .init = lazy_init, .exit = lazy_exit, .test_cases = lazy_cases
};

kunit_test_suites(&map_suite, &lazy_suite);
