// SPDX-License-Identifier: MIT
/*
 * Tests of mm/vmap_show.c: what reports say of an address, vmallocinfo, and vmap_valid() itself.
 *
 * Mutations that made them fail when tried: no ring, or searched oldest first; > for >= in
 * describe(); show_area() without "unpurged"; vmap_valid() without the mappings.
 * The others: tests/mutate/vmap_show.mut.
 */
#include <linux/execmem.h>
#include <linux/io.h>
#include <linux/mm_usage.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <quarry/report.h>
#include "mm/internal.h"
#include "mm/vmap.h"
#include "tests/mm/vmap_fixture.h"
#include "tests/plant.h"

#define NO_RAM 0xfee00000ULL /* devices, on every machine that boots Quarry */

static void guard_page_is_named(struct kunit *test)
{
	volatile char *p = vmalloc(2 * PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, p);
	p[2 * PAGE_SIZE - 1] = 1;
	KUNIT_EXPECT_FAULT(test, "address is 0 bytes beyond the end of the vmalloc area",
			   plant_write8(&p[2 * PAGE_SIZE], 1));
	KUNIT_EXPECT_FAULT(test, "address is 100 bytes beyond the end of the vmalloc area",
			   plant_read8(&p[2 * PAGE_SIZE + 100]));
	KUNIT_EXPECT_FAULT(test, "(size 8192) allocated by guard_page_is_named+",
			   plant_write8(&p[2 * PAGE_SIZE], 1));
	KUNIT_EXPECT_FAULT(test, "ran over the end of the area into its guard page",
			   plant_write8(&p[2 * PAGE_SIZE], 1));
	vfree((void *)p);
}

static void freed_area_is_named_at_once(struct kunit *test)
{
	volatile char *p = vmalloc(3 * PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, p);
	vm_unmap_aliases();
	vfree((void *)p); /* never touched, so no TLB holds it */
	KUNIT_EXPECT_FAULT(test, "address is 4097 bytes inside a freed vmalloc area",
			   plant_write8(&p[PAGE_SIZE + 1], 1));
	KUNIT_EXPECT_FAULT(test, "allocated by freed_area_is_named_at_once+",
			   plant_write8(&p[0], 1));
	KUNIT_EXPECT_FAULT(test, "freed by freed_area_is_named_at_once+", plant_write8(&p[0], 1));
	KUNIT_EXPECT_FAULT(test, "The area was given back before", plant_write8(&p[0], 1));
}

static void freed_area_is_named_after_flush(struct kunit *test)
{
	volatile char *p = vmalloc(3 * PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, p);
	p[0] = 1;
	vfree((void *)p);
	vm_unmap_aliases();
	KUNIT_EXPECT_FAULT(test, "address is 1 byte inside a freed vmalloc area",
			   plant_read8(&p[1]));
	KUNIT_EXPECT_FAULT(test, "freed by freed_area_is_named_after_flush+",
			   plant_write8(&p[0], 1));
}

/* The guard page too, flushed and forgotten by the area tree. */
static void freed_guard_page_is_named(struct kunit *test)
{
	volatile char *p = vmalloc(2 * PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, p);
	vfree((void *)p);
	KUNIT_EXPECT_FAULT(test, "address is 5 bytes beyond the end of a freed vmalloc area",
			   plant_read8(&p[2 * PAGE_SIZE + 5]));
	vm_unmap_aliases();
	KUNIT_EXPECT_FAULT(test, "address is 6 bytes beyond the end of a freed vmalloc area",
			   plant_read8(&p[2 * PAGE_SIZE + 6]));
}

/* Of two areas that were at an address, the later one is told. */
static void latest_owner_is_named(struct kunit *test)
{
	volatile char *p, *q;

	vm_unmap_aliases();
	p = vmalloc(2 * PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, p);
	vfree((void *)p);
	vm_unmap_aliases();
	q = vmalloc(PAGE_SIZE);
	KUNIT_ASSERT_PTR_EQ(test, (void *)q, (void *)p);
	/* Live: nobody freed it, though somebody freed what was here before. */
	report_capture_start();
	report_begin("about a live area");
	report_address((void *)q);
	report_end();
	{
		const char *text;

		KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 1U);
		KUNIT_EXPECT_NOT_NULL(test, strstr(text, "0 bytes inside the vmalloc area"));
		KUNIT_EXPECT_NULL(test, strstr(text, "freed by"));
	}
	vfree((void *)q);
	vm_unmap_aliases();
	KUNIT_EXPECT_FAULT(test, "(size 4096)", plant_read8(&q[0]));
}

static void kinds_are_named(struct kunit *test)
{
	volatile char *io = ioremap(NO_RAM, PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, io);
	KUNIT_EXPECT_FAULT(test, "beyond the end of the ioremap area", plant_read8(&io[PAGE_SIZE]));
	iounmap(io);
}

/* A report may be about a fault under the very lock: it says what it can. */
static void explained_while_areas_change(struct kunit *test)
{
	const char *text;
	unsigned long flags;
	unsigned int reports;

	report_capture_start();
	spin_lock_irqsave(&vmap_space.lock, flags);
	report_begin("about an address");
	report_address((void *)(VMALLOC_END - PAGE_SIZE));
	report_end();
	spin_unlock_irqrestore(&vmap_space.lock, flags);
	reports = report_capture_stop(&text);
	KUNIT_EXPECT_EQ(test, reports, 1U);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "whose areas are being changed"), "%s", text);
}

/* A tree that can't be walked costs one line, and its lock is free again. Nobody else uses this region now. */
static void explained_while_areas_are_damaged(struct kunit *test)
{
	struct rb_node *root = vmap_modules.areas.rb_node;
	void *area = (void *)(MODULES_END - PAGE_SIZE);
	unsigned long flags;
	const char *text;

	report_capture_start();
	vmap_modules.areas.rb_node = (struct rb_node *)0x800;
	report_begin("about an address");
	report_address(area);
	report_line("afterwards");
	report_end();
	vmap_modules.areas.rb_node = root;
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 2U);
	KUNIT_EXPECT_NOT_NULL_MSG(
		test, strstr(text, "region of modules, whose list of areas is damaged\nafterwards\n"),
		"%s", text);
	KUNIT_EXPECT_EQ(test, preempt_count(), 0U);
	KUNIT_ASSERT_TRUE(test, spin_trylock_irqsave(&vmap_modules.lock, flags));
	spin_unlock_irqrestore(&vmap_modules.lock, flags);
}

static void never_mapped_is_said(struct kunit *test)
{
	volatile char *p = (char *)(VMALLOC_END - PAGE_SIZE);

	KUNIT_EXPECT_FAULT(test, "address is in the vmalloc region, in no area", p[8] = 1);
}

/* What a report says of an address that nobody touches. */
static const char *explained(struct kunit *test, const void *addr)
{
	const char *text;

	report_capture_start();
	report_begin("about an address");
	report_address(addr);
	report_end();
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 1U);
	return text;
}

/* Two areas with nothing but the guard page of the first between them. */
static bool two_neighbours(struct kunit *test, char **area, unsigned int n, char **first, char **second)
{
	*first = NULL;
	for (unsigned int i = 0; i < n; i++) {
		area[i] = vmalloc(PAGE_SIZE);
		KUNIT_ASSERT_NOT_NULL(test, area[i]);
	}
	for (unsigned int i = 0; i < n * n; i++) {
		if (area[i / n] + 2 * PAGE_SIZE != area[i % n])
			continue;
		*first = area[i / n];
		*second = area[i % n];
	}
	return *first;
}

/* An address in front of an area is told by both who are near. */
static void in_front_of_an_area(struct kunit *test)
{
	char *area[16], *a, *b, want[96];
	const char *text;

	KUNIT_EXPECT_TRUE(test, two_neighbours(test, area, ARRAY_SIZE(area), &a, &b));
	text = explained(test, b - 1);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "address is 4095 bytes beyond the end of the vmalloc area"));
	snprintf(want, sizeof(want), ", and 1 byte before the area at 0x%lx\n", (unsigned long)b);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, want));
	KUNIT_EXPECT_NULL(test, strstr(explained(test, b), "before"));
	KUNIT_EXPECT_NULL(test, strstr(explained(test, a + PAGE_SIZE - 1), "before"));
	KUNIT_EXPECT_FAULT(test, "close to the second: a negative index", plant_read8(b - 8));
	KUNIT_EXPECT_FAULT(test, "ran over the end of the area", plant_read8(a + PAGE_SIZE + 8));
	for (unsigned int i = 0; i < ARRAY_SIZE(area); i++)
		vfree(area[i]);
}

static void in_front_of_a_lonely_area(struct kunit *test)
{
	char *low = __vmalloc_node(PAGE_SIZE, 64UL << 20, GFP_KERNEL, NUMA_NO_NODE, NULL);
	char *p = __vmalloc_node(PAGE_SIZE, 64UL << 20, GFP_KERNEL, NUMA_NO_NODE, NULL), want[96];

	KUNIT_ASSERT_TRUE(test, low && p);
	if (low > p) /* the lower one may be the region's first */
		swap(low, p);
	for (unsigned int i = 0; i < VMAP_RING; i++) /* nobody was there lately */
		vfree(vmalloc(PAGE_SIZE));
	vm_unmap_aliases();
	snprintf(want, sizeof(want), "address is 100 bytes before the vmalloc area 0x%lx-",
		 (unsigned long)p);
	KUNIT_EXPECT_NOT_NULL(test, strstr(explained(test, p - 100), want));
	KUNIT_EXPECT_FAULT(test, "before the start of the area: a negative index",
			   plant_read8(p - 100));
	KUNIT_EXPECT_NOT_NULL(test, strstr(explained(test, p - PAGE_SIZE - 1), "in no area"));
	vfree(p);
	vfree(low);
}

/* The region of modules is explained as the other one is, under its own name and lock. */
static void code_is_explained(struct kunit *test)
{
	volatile char *code = execmem_alloc(EXECMEM_MODULE_TEXT, PAGE_SIZE);
	const void *last = (void *)(MODULES_END - PAGE_SIZE);
	unsigned long flags;
	const char *text;

	KUNIT_ASSERT_NOT_NULL(test, code);
	text = explained(test, last);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "in the region of modules, in no area"), "%s",
				  text);
	spin_lock_irqsave(&vmap_modules.lock, flags);
	text = explained(test, last);
	spin_unlock_irqrestore(&vmap_modules.lock, flags);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "whose areas are being changed"), "%s", text);
	KUNIT_EXPECT_FAULT(test, "address is 7 bytes beyond the end of the vmalloc area",
			   plant_read8(&code[PAGE_SIZE + 7]));
	KUNIT_EXPECT_FAULT(test, "ran over the end of the area into its guard page",
			   plant_read8(&code[PAGE_SIZE]));
	execmem_free((void *)code);
	KUNIT_EXPECT_FAULT(test, "address is 3 bytes inside a freed vmalloc area",
			   plant_read8(&code[3]));
	KUNIT_EXPECT_FAULT(test, "freed by execmem_free+", plant_read8(&code[0]));
	KUNIT_EXPECT_FAULT(test, "The area was given back before", plant_read8(&code[0]));
}

static char info_line[256];
static const void *info_of;

static void find_info(const char *text)
{
	char start[32];

	snprintf(start, sizeof(start), "0x%016lx-", (unsigned long)info_of);
	if (strstarts(text, start))
		strscpy(info_line, text, sizeof(info_line));
}

static void info_is_linux_layout(struct kunit *test)
{
	char expect[128];
	void *p = vmalloc_user(3 * PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, p);
	info_of = p;
	info_line[0] = '\0';
	vmallocinfo_show(find_info);
	snprintf(expect, sizeof(expect), "0x%016lx-0x%016lx   16384 info_is_linux_layout+0x",
		 (unsigned long)p, (unsigned long)p + 4 * PAGE_SIZE);
	KUNIT_EXPECT_EQ_MSG(test, str_has_prefix(info_line, expect), strlen(expect), "%s",
			    info_line);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(info_line, " pages=3 vmalloc user"), "%s",
				  info_line);
	vfree(p);
	info_line[0] = '\0';
	vmallocinfo_show(find_info);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(info_line, "  16384 unpurged vm_area"), "%s",
				  info_line);
}

static void info_of_devices_and_beginners(struct kunit *test)
{
	struct vm_struct *vm = vmap_area_get(PAGE_SIZE, PAGE_SIZE, VM_MAP, GFP_KERNEL, NULL);
	void *io = ioremap(NO_RAM, PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, vm);
	KUNIT_ASSERT_NOT_NULL(test, io);
	info_of = io;
	info_line[0] = '\0';
	vmallocinfo_show(find_info);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(info_line, " phys=0x00000000fee00000 ioremap"), "%s",
				  info_line);
	info_of = vm->addr;
	info_line[0] = '\0';
	vmallocinfo_show(find_info);
	KUNIT_EXPECT_STREQ(test, (const char *)info_line, "");
	iounmap(io);
	vmap_area_release(vm, VMAP_KEEP_PAGES);
}

/* A row for memory for code, until it is given back, which is at once. */
static void info_of_code(struct kunit *test)
{
	void *code = execmem_alloc(EXECMEM_MODULE_TEXT, 3 * PAGE_SIZE);
	char expect[128];

	KUNIT_ASSERT_NOT_NULL(test, code);
	info_of = code;
	info_line[0] = '\0';
	vmallocinfo_show(find_info);
	snprintf(expect, sizeof(expect), "0x%016lx-0x%016lx   16384 info_of_code+0x",
		 (unsigned long)code, (unsigned long)code + 4 * PAGE_SIZE);
	KUNIT_EXPECT_EQ_MSG(test, str_has_prefix(info_line, expect), strlen(expect), "%s",
			    info_line);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(info_line, " pages=3 vmalloc"), "%s", info_line);
	execmem_free(code);
	info_line[0] = '\0';
	vmallocinfo_show(find_info);
	KUNIT_EXPECT_STREQ(test, (const char *)info_line, "");
}

/* Does the walk over all areas meet this one? Each begins where the last ended, or above. */
static bool walk_meets(struct kunit *test, const void *p, struct vm_struct *vm)
{
	unsigned long addr = 0;

	while (vmalloc_area_next(addr, vm)) {
		KUNIT_EXPECT_GE(test, vm_start(vm), addr);
		if (vm->addr == p)
			return true;
		addr = vm_end(vm);
	}
	return false;
}

static void walk_meets_both_regions(struct kunit *test)
{
	struct vm_struct *begun = vmap_area_get(PAGE_SIZE, PAGE_SIZE, VM_MAP, GFP_KERNEL, NULL), vm;
	void *p = vmalloc(2 * PAGE_SIZE);
	void *code = execmem_alloc(EXECMEM_MODULE_TEXT, 3 * PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, begun);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_ASSERT_NOT_NULL(test, code);
	KUNIT_EXPECT_FALSE(test, walk_meets(test, begun->addr, &vm));
	KUNIT_ASSERT_TRUE(test, walk_meets(test, p, &vm));
	KUNIT_EXPECT_EQ(test, vm.size, 3 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, vm.nr_pages, 2);
	KUNIT_ASSERT_TRUE(test, walk_meets(test, code, &vm));
	KUNIT_EXPECT_EQ(test, vm.size, 4 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, vm.nr_pages, 3);
	KUNIT_EXPECT_NE(test, vm.flags & VMAP_EXECMEM, 0UL);
	/* An area that begins below the address is not meant, though it ends above. */
	KUNIT_ASSERT_TRUE(test, vmalloc_area_next((unsigned long)code, &vm));
	KUNIT_EXPECT_PTR_EQ(test, vm.addr, code);
	if (vmalloc_area_next((unsigned long)code + 1, &vm))
		KUNIT_EXPECT_GE(test, vm_start(&vm), (unsigned long)code + 4 * PAGE_SIZE);
	vfree(p);
	execmem_free(code);
	KUNIT_EXPECT_FALSE(test, walk_meets(test, p, &vm));
	KUNIT_EXPECT_FALSE(test, walk_meets(test, code, &vm));
	KUNIT_EXPECT_FALSE(test, vmalloc_area_next(~0UL - PAGE_SIZE, &vm));
	vmap_area_release(begun, VMAP_KEEP_PAGES);
}

/* While an area is being made, nobody can say how many bytes should be mapped. */
static void sum_waits_for_beginners(struct kunit *test)
{
	const unsigned long last = VMALLOC_END - PAGE_SIZE;
	struct vm_struct *begun;
	void *p = vmalloc(PAGE_SIZE);
	pte_t *slot = vmap_slots(last);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_ASSERT_NOT_NULL(test, slot);
	begun = vmap_area_get(PAGE_SIZE, PAGE_SIZE, VM_MAP, GFP_KERNEL, NULL);
	KUNIT_ASSERT_NOT_NULL(test, begun);
	KUNIT_EXPECT_TRUE(test, vmap_valid());
	pte_set(slot, last, pte_get(vmap_slots((unsigned long)p)));
	KUNIT_EXPECT_TRUE(test, vmap_valid());
	vmap_area_release(begun, VMAP_KEEP_PAGES);
	KUNIT_EXPECT_FALSE(test, vmap_valid());
	pte_set(slot, last, (pte_t){ 0 });
	KUNIT_EXPECT_TRUE(test, vmap_valid());
	vfree(p);
}

/* vmap_valid() looks at the region of modules too. */
static void validity_of_code_can_fail(struct kunit *test)
{
	unsigned long va = (unsigned long)execmem_alloc(EXECMEM_MODULE_TEXT, PAGE_SIZE);
	pte_t *slot, *guard, old;

	KUNIT_ASSERT_NE(test, va, 0UL);
	slot = vmap_slots(va);
	guard = vmap_slots(va + PAGE_SIZE);
	old = pte_get(slot);
	KUNIT_EXPECT_TRUE(test, vmap_valid());
	pte_set(slot, va, (pte_t){ 0 });
	KUNIT_EXPECT_FALSE(test, vmap_valid());
	pte_set(slot, va, old);
	pte_set(guard, va + PAGE_SIZE, old);
	KUNIT_EXPECT_FALSE(test, vmap_valid());
	pte_set(guard, va + PAGE_SIZE, (pte_t){ 0 });
	vmap_modules.lazy_bytes += PAGE_SIZE;
	KUNIT_EXPECT_FALSE(test, vmap_valid());
	vmap_modules.lazy_bytes -= PAGE_SIZE;
	KUNIT_EXPECT_TRUE(test, vmap_valid());
	execmem_free((void *)va);
	KUNIT_EXPECT_TRUE(test, vmap_valid());
}

/* vmap_valid() itself: each damage is seen. */
static void validity_can_fail(struct kunit *test)
{
	unsigned long va = (unsigned long)vmalloc(2 * PAGE_SIZE);
	struct vm_struct *new;
	pte_t *slot, *guard, old;

	KUNIT_ASSERT_NE(test, va, 0UL);
	slot = vmap_slots(va);
	guard = vmap_slots(va + 2 * PAGE_SIZE);
	old = pte_get(slot);
	KUNIT_EXPECT_TRUE(test, vmap_valid());
	pte_set(slot, va, (pte_t){ 0 });
	KUNIT_EXPECT_FALSE(test, vmap_valid());
	pte_set(slot, va, old);
	pte_set(guard, va + 2 * PAGE_SIZE, old);
	KUNIT_EXPECT_FALSE(test, vmap_valid());
	new = vmap_area_get(PAGE_SIZE, PAGE_SIZE, VM_ALLOC, GFP_KERNEL, NULL);
	KUNIT_ASSERT_NOT_NULL(test, new);
	KUNIT_EXPECT_FALSE(test, vmap_valid()); /* though the sum does not count meanwhile */
	pte_set(guard, va + 2 * PAGE_SIZE, (pte_t){ 0 });
	vmap_area_release(new, VMAP_KEEP_PAGES);
	slot = vmap_slots(VMALLOC_END - PAGE_SIZE);
	pte_set(slot, VMALLOC_END - PAGE_SIZE, old);
	KUNIT_EXPECT_FALSE(test, vmap_valid());
	pte_set(slot, VMALLOC_END - PAGE_SIZE, (pte_t){ 0 });
	vmap_space.lazy_bytes += PAGE_SIZE;
	KUNIT_EXPECT_FALSE(test, vmap_valid());
	vmap_space.lazy_bytes -= PAGE_SIZE;
	KUNIT_EXPECT_TRUE(test, vmap_valid());
	vfree((void *)va);
	KUNIT_EXPECT_TRUE(test, vmap_valid());
	slot = vmap_slots(va);
	pte_set(slot, va, old);
	KUNIT_EXPECT_FALSE(test, vmap_valid()); /* a page of an area in the backlog */
	new = vmap_area_get(PAGE_SIZE, PAGE_SIZE, VM_ALLOC, GFP_KERNEL, NULL);
	KUNIT_ASSERT_NOT_NULL(test, new);
	KUNIT_EXPECT_FALSE(test, vmap_valid()); /* though the sum does not count meanwhile */
	pte_set(slot, va, (pte_t){ 0 });
	vmap_area_release(new, VMAP_KEEP_PAGES);
	KUNIT_EXPECT_TRUE(test, vmap_valid());
}

static struct kunit_case cases[] = { KUNIT_CASE(guard_page_is_named),
				     KUNIT_CASE(freed_area_is_named_at_once),
				     KUNIT_CASE(freed_area_is_named_after_flush),
				     KUNIT_CASE(freed_guard_page_is_named),
				     KUNIT_CASE(latest_owner_is_named),
				     KUNIT_CASE(kinds_are_named),
				     KUNIT_CASE(explained_while_areas_change),
				     KUNIT_CASE(explained_while_areas_are_damaged),
				     KUNIT_CASE(never_mapped_is_said),
				     KUNIT_CASE(info_is_linux_layout),
				     KUNIT_CASE(info_of_devices_and_beginners),
				     KUNIT_CASE(validity_can_fail),
				     KUNIT_CASE(in_front_of_an_area),
				     KUNIT_CASE(in_front_of_a_lonely_area),
				     KUNIT_CASE(code_is_explained),
				     KUNIT_CASE(info_of_code),
				     KUNIT_CASE(walk_meets_both_regions),
				     KUNIT_CASE(sum_waits_for_beginners),
				     KUNIT_CASE(validity_of_code_can_fail),
				     {} };
static struct kunit_suite suite = { .name = "vmap_show", .test_cases = cases };
kunit_test_suite(suite);
