// SPDX-License-Identifier: MIT
/*
 * What the reports of kasan_test.c rest on: the queues of freed objects, memory for states, and tracks.
 *
 * Mutations that must make the cases fail: tests/mutate/kasan_{quarantine,shadow,track}.mut, which boot
 * this build. Of the runtime that the compiler calls: shadow_is_own() says true at once: no_memory.
 */
#include <kunit/test.h>
#include <linux/fault-inject.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <quarry/report.h>
#include "mm/internal.h"
#include "mm/kasan.h"
#include "mm/slab.h"
#include "tests/mm/slab_fixture.h"
#include "tests/mm/smp_fixture.h"
#include "tests/plant.h"

#ifdef MEMSTATE_SHIFT

static void construct(void *obj)
{
	*(u8 *)obj = 1;
}

static struct kmem_cache *make_cache(struct kunit *test, slab_flags_t flags, void (*ctor)(void *))
{
	struct kmem_cache *s = kmem_cache_create("kasan_parts", 40, 0, flags, ctor);

	KUNIT_ASSERT_NOT_NULL(test, s);
	return s;
}

/* ---- the quarantine ---- */

static void sums_are_right(struct kunit *test)
{
	for (unsigned int n = 0; n < 3000; n++)
		kfree(hidden(kmalloc(unknown(1 + n % 3000), GFP_KERNEL)));
	KUNIT_EXPECT_TRUE(test, kasan_quarantine_valid());
	kasan_quarantine_drain();
	KUNIT_EXPECT_TRUE(test, kasan_quarantine_valid());
	kfree(hidden(kmalloc(100, GFP_KERNEL)));
	KUNIT_EXPECT_TRUE(test, kasan_quarantine_valid());
}

#define SOME_BYTES (1UL << 20)

/* More is freed than may wait: the oldest go, the rest stays, and not more than is allowed. */
static void waiting_is_bounded(struct kunit *test)
{
	size_t bound = kasan_quarantine_limit(SOME_BYTES);
	unsigned long before, waiting;

	kasan_quarantine_drain();
	before = nr_free_pages();
	for (unsigned long n = 0; n < 4 * SOME_BYTES / PAGE_SIZE; n++)
		kfree(hidden(kmalloc(PAGE_SIZE, GFP_KERNEL)));
	waiting = before - nr_free_pages();
	KUNIT_EXPECT_TRUE(test, kasan_quarantine_valid());
	kasan_quarantine_limit(bound);
	KUNIT_EXPECT_GT(test, waiting, SOME_BYTES / 2 / PAGE_SIZE);
	KUNIT_EXPECT_LT(test, waiting, 2 * SOME_BYTES / PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, bound, PFN_PHYS(nr_managed_pages() / 32));
	mm_quiesce();
	KUNIT_EXPECT_TRUE(test, kasan_quarantine_valid());
	KUNIT_EXPECT_TRUE(test, slab_valid_all());
}

static void doubled(void *p)
{
	kfree(p);
}

static void waiting_objects_are_free(struct kunit *test)
{
	void *p = hidden(kmalloc(40, GFP_KERNEL));
	struct kmem_cache *s = slab_cache_of(p);

	KUNIT_EXPECT_FALSE(test, kasan_quarantined(s, p));
	kfree(p);
	KUNIT_EXPECT_TRUE(test, kasan_quarantined(s, p));
	KUNIT_EXPECT_EQ(test, slab_locate(s, p), SLAB_IN_CACHE);
	KUNIT_EXPECT_REPORT(test, "double-free", doubled(p));
	kasan_quarantine_drain();
	KUNIT_EXPECT_EQ(test, slab_locate(s, p), SLAB_IN_SLAB);
}

/* An object that is used again as it was: nothing waits. */
static void is_used_at_once(struct kunit *test, slab_flags_t flags, void (*ctor)(void *))
{
	struct kmem_cache *s = make_cache(test, flags, ctor);
	void *p = hidden(kmem_cache_alloc(s, GFP_KERNEL)), *q;

	kmem_cache_free(s, p);
	q = hidden(kmem_cache_alloc(s, GFP_KERNEL));
	KUNIT_EXPECT_PTR_EQ(test, p, q);
	kmem_cache_free(s, q);
	kmem_cache_destroy(s);
}

static void constructed_objects_dont_wait(struct kunit *test)
{
	is_used_at_once(test, 0, construct);
}

static void looked_at_objects_dont_wait(struct kunit *test)
{
	is_used_at_once(test, SLAB_TYPESAFE_BY_RCU, NULL);
}

static void can_be_switched_off(struct kunit *test)
{
	void *p = hidden(kmalloc(40, GFP_KERNEL)), *q;
	struct kmem_cache *s = slab_cache_of(p);
	bool before;

	kfree(p);
	before = kasan_quarantine_enable(false);
	KUNIT_EXPECT_TRUE(test, before);
	KUNIT_EXPECT_EQ(test, slab_locate(s, p), SLAB_IN_SLAB);
	p = hidden(kmalloc(40, GFP_KERNEL));
	kfree(p);
	q = hidden(kmalloc(40, GFP_KERNEL));
	KUNIT_EXPECT_PTR_EQ(test, p, q);
	kfree(q);
	KUNIT_EXPECT_FALSE(test, kasan_quarantine_enable(before));
}

/* Drains until it is told to stop. */
static int drain_always(void *unused)
{
	while (!kthread_should_stop())
		kasan_quarantine_drain();
	return 0;
}

/* Two drain; behind either nothing is on its way, though a tick may come to the other at any place. */
static void drained_by_two(struct kunit *test)
{
	unsigned long end = jiffies + msecs_to_jiffies(500), on_their_way = 0;
	struct task_struct *other;
	struct kmem_cache *s;
	void *p[50];

	smp_need(test);
	s = make_cache(test, 0, NULL);
	other = kthread_create_on_cpu(drain_always, NULL, READ_ONCE(nr_online_cpus) - 1,
				      "drain/%u");
	KUNIT_ASSERT_FALSE(test, IS_ERR(other));
	wake_up_process(other);
	while (time_before(jiffies, end)) {
		for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
			p[i] = hidden(kmem_cache_alloc(s, GFP_KERNEL));
		for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
			kmem_cache_free(s, p[i]);
		kasan_quarantine_drain();
		for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
			on_their_way += slab_locate(s, p[i]) != SLAB_IN_SLAB;
	}
	kthread_stop(other);
	KUNIT_EXPECT_EQ(test, on_their_way, 0UL);
	kmem_cache_destroy(s);
}

/* ---- memory for states ---- */

#define SPAN ((size_t)PAGE_SIZE << MEMSTATE_SHIFT) /* has its states in one page */

/* Two spans of vmalloc's region that no area was ever in, nor will be: the highest. */
static u8 *fresh_spans(void)
{
	static unsigned long used;

	used += 4 * SPAN;
	return (u8 *)VMALLOC_END - used;
}

static u8 state_of(const u8 *p)
{
	return plant_read8(memstate_of(p));
}

/* Everyone's pages fail, until end_failing(). */
static struct fault_injection fail_pages(struct fault_attr *attr)
{
	return fault_inject_set((struct fault_injection){ .page = attr });
}

static void no_memory(struct kunit *test)
{
	struct fault_attr attr = FAULT_ATTR_FROM_NTH(1);
	struct fault_injection before;
	u8 *p = fresh_spans();
	bool covered, waited;

	before = fail_pages(&attr);
	covered = kasan_cover(p, 1, GFP_KERNEL);
	waited = kasan_cover(p, 1, GFP_ATOMIC | __GFP_NOFAIL);
	fault_inject_set(before);
	KUNIT_EXPECT_FALSE(test, covered);
	KUNIT_EXPECT_FALSE(test, waited);
	KUNIT_EXPECT_NO_REPORT(test, memstate_shut(p, 16, MEMSTATE_VMALLOC));
	KUNIT_EXPECT_EQ(test, state_of(p), 0);
}

/* A page of states for each span, got beforehand where there is none at once; those that come stay. */
static void memory_is_waited_for(struct kunit *test)
{
	struct fault_attr attr = FAULT_ATTR_FROM_NTH(1);
	struct fault_injection before;
	u8 *p = fresh_spans();
	bool covered, again;
	long tables;

	KUNIT_ASSERT_TRUE(test, kasan_cover(p - 1, 1, GFP_KERNEL)); /* the tables on the way */
	tables = mm_stat_read(MM_KERNEL_TABLES);
	before = fail_pages(&attr);
	covered = kasan_cover(p, SPAN + 1, GFP_KERNEL | __GFP_NOFAIL);
	again = kasan_cover(p, 2 * SPAN, GFP_KERNEL);
	fault_inject_set(before);
	KUNIT_EXPECT_TRUE(test, covered);
	KUNIT_EXPECT_TRUE(test, again);
	KUNIT_EXPECT_EQ(test, mm_stat_read(MM_KERNEL_TABLES), tables + 2);
	memstate_shut(p, SPAN, MEMSTATE_VMALLOC);
	KUNIT_EXPECT_EQ(test, state_of(p), MEMSTATE_VMALLOC);
	KUNIT_EXPECT_EQ(test, state_of(p + SPAN - 1), MEMSTATE_VMALLOC);
	KUNIT_EXPECT_EQ(test, state_of(p + SPAN), 0);
	KUNIT_EXPECT_EQ(test, state_of(p - 1), 0);
	memstate_defined(p, SPAN);
	KUNIT_EXPECT_EQ(test, state_of(p), 0);
}

/*
 * The tables above the states' leaf tables are there before any section comes in, for all of RAM, and so
 * in memory that was taken at boot: a section measures what it gives up of its own, and they aren't in it.
 */
static void tables_are_prepared(struct kunit *test)
{
	const phys_addr_t end = memblock_end_of_DRAM(), each = pt_size(2) << MEMSTATE_SHIFT;
	const phys_addr_t image = __pa(__image_start), image_end = __pa(__image_end);

	for (phys_addr_t p = 0; p < end; p += each) {
		unsigned long states = (unsigned long)memstate_of(__va(p));
		pte_t *slot = pt_slot(kernel_root(), states, 2, NULL);
		phys_addr_t table;

		KUNIT_ASSERT_NOT_NULL(test, slot);
		table = pte_phys(pte_get(slot));
		KUNIT_EXPECT_FALSE(test, table >= image && table < image_end); /* everybody's */
		KUNIT_EXPECT_TRUE(test, memblock_is_reserved(table));
	}
}

/* ---- tracks ---- */

static noinline u8 *make_tracked(struct kmem_cache *s)
{
	u8 *p = kmem_cache_alloc(s, GFP_KERNEL);

	barrier();
	return hidden(p);
}

/* The report of a read at p[n]. */
static const char *report_of(const u8 *p, size_t n)
{
	const char *text;

	report_capture_start();
	(void)*(const volatile u8 *)hidden((u8 *)p + n);
	report_capture_stop(&text);
	return text;
}

static void task_is_named(struct kunit *test)
{
	struct kmem_cache *s = make_cache(test, 0, NULL);
	u8 *p = make_tracked(s);
	char want[40];
	const char *text = report_of(p, 40);

	scnprintf(want, sizeof(want), "Allocated by task %d:\n make_tracked+", current->pid);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, want));
	KUNIT_EXPECT_NULL(test, strstr(text, "Freed by task"));
	kmem_cache_free(s, p);
	scnprintf(want, sizeof(want), "Freed by task %d:\n task_is_named+", current->pid);
	KUNIT_EXPECT_NOT_NULL(test, strstr(report_of(p, 0), want));
	kmem_cache_destroy(s);
}

/* Who freed an object is forgotten when it is allocated again. */
static void a_new_owner(struct kunit *test)
{
	struct kmem_cache *s = make_cache(test, 0, NULL);
	u8 *first = make_tracked(s), *got[256];
	unsigned int n = 0;

	kmem_cache_free(s, first);
	kasan_quarantine_drain();
	do
		got[n] = make_tracked(s);
	while (got[n++] != first && n < ARRAY_SIZE(got));
	KUNIT_ASSERT_PTR_EQ(test, got[n - 1], first);
	KUNIT_EXPECT_NOT_NULL(test, strstr(report_of(first, 40), "Allocated by task "));
	KUNIT_EXPECT_NULL(test, strstr(report_of(first, 40), "Freed by task "));
	while (n)
		kmem_cache_free(s, got[--n]);
	kmem_cache_destroy(s);
}

/* What was in the slab's memory before is nobody's track. */
static void never_allocated(struct kunit *test)
{
	struct kmem_cache *s = make_cache(test, 0, NULL);
	struct page *page = alloc_pages(GFP_KERNEL, s->order);
	const char *text;
	u8 *p, *other;

	memset(page_address(page), 0x55, PAGE_SIZE << s->order);
	__free_pages(page, s->order);
	p = make_tracked(s);
	other = slab_object(s, slab_page(s, p), 0);
	if (other == p)
		other = slab_object(s, slab_page(s, p), 1);
	text = report_of(other, 0);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "which belongs to the cache kasan_parts"));
	KUNIT_EXPECT_NULL(test, strstr(text, "Allocated by task"));
	KUNIT_EXPECT_NULL(test, strstr(text, "Freed by task"));
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static struct kunit_case quarantine_cases[] = { KUNIT_CASE(sums_are_right),
						KUNIT_CASE(waiting_is_bounded),
						KUNIT_CASE(waiting_objects_are_free),
						KUNIT_CASE(constructed_objects_dont_wait),
						KUNIT_CASE(looked_at_objects_dont_wait),
						KUNIT_CASE(can_be_switched_off),
						KUNIT_CASE(drained_by_two),
						{} };
static struct kunit_suite quarantine_suite = { .name = "kasan_quarantine",
					       .suite_init = no_samples,
					       .suite_exit = samples_again,
					       .test_cases = quarantine_cases };
kunit_test_suite(quarantine_suite);

static struct kunit_case shadow_cases[] = {
	KUNIT_CASE(no_memory), KUNIT_CASE(memory_is_waited_for), KUNIT_CASE(tables_are_prepared), {}
};
static struct kunit_suite shadow_suite = { .name = "kasan_shadow", .test_cases = shadow_cases };
kunit_test_suite(shadow_suite);

static struct kunit_case track_cases[] = {
	KUNIT_CASE(task_is_named), KUNIT_CASE(a_new_owner), KUNIT_CASE(never_allocated), {}
};
static struct kunit_suite track_suite = { .name = "kasan_track",
					  .suite_init = no_samples,
					  .suite_exit = samples_again,
					  .test_cases = track_cases };
kunit_test_suite(track_suite);

#endif
