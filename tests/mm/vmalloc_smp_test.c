// SPDX-License-Identifier: MIT
/*
 * The vmalloc region on several CPUs: areas that one CPU makes and another frees, each page saying
 * whose it is; the backlog flushed and the region looked at meanwhile.
 *
 * Mutations that made them fail when tried:
 *   churn             vmap_purge() gives addresses back without a flush; under ThreadSanitizer also: take_addresses()
 *                     without the lock, slot_at() makes tables without tables_lock
 *   unmapped_is_gone_everywhere  vmap_purge() gives addresses back without a flush
 *   shared_pages_are_mapped_by_all  vm_unmap_ram() puts the pages
 *   look_meanwhile    copy_area_from() without the lock (under ThreadSanitizer)
 */
#include <asm/smp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include "smp_fixture.h"
#include "mm/internal.h"

#define NR_HELD	  12
#define MAX_PAGES 24
#define LARGE	  (2UL << 20)

/* In the first words of the area; every other page has `mark` in its first and last. */
struct area {
	u64 mark;
	u32 nr;		     /* pages */
	struct page **pages; /* of a vmap(), an array of `nr`; NULL: vmalloc() */
};

static u64 mark_at(const struct area *a, unsigned long page)
{
	return a->mark ^ page * 0x9e3779b97f4a7c15ULL;
}

static void stamp(struct smp_cpu *c, struct area *a, u32 nr, struct page **pages)
{
	*a = (struct area){ .mark = prandom_u64_state(&c->rnd), .nr = nr, .pages = pages };
	for (u32 i = 1; i < nr; i++) {
		u64 *words = (void *)a + i * PAGE_SIZE;

		words[0] = words[PAGE_SIZE / 8 - 1] = mark_at(a, i);
	}
}

static void check(struct smp_cpu *c, const struct area *a)
{
	for (u32 i = 1; i < a->nr; i++) {
		const u64 *words = (const void *)a + i * PAGE_SIZE;

		if (words[0] != mark_at(a, i) || words[PAGE_SIZE / 8 - 1] != mark_at(a, i))
			smp_wrong(c, "a page of an area is not its own", (unsigned long)words);
	}
}

static void check_and_free(struct smp_cpu *c, void *p)
{
	struct area *a = p;
	struct page **pages = a->pages;
	u32 nr = a->nr;

	check(c, a);
	a->mark++; /* whoever still holds it will see */
	if (!pages) {
		vfree(a);
		return;
	}
	for (u32 i = 0; i < nr; i++) {
		if (vmalloc_to_page(p + i * PAGE_SIZE) != pages[i])
			smp_wrong(c, "an area maps another page", (unsigned long)p);
	}
	vunmap(p);
	for (u32 i = 0; i < nr; i++)
		__free_page(pages[i]);
	kfree(pages);
}

static struct area *get_mapped(struct smp_cpu *c, u32 nr)
{
	struct page **pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	struct area *a = NULL;

	if (pages && alloc_pages_bulk_array(GFP_KERNEL, nr, pages) == nr)
		a = vmap(pages, nr, VM_MAP, PAGE_KERNEL);
	if (a)
		stamp(c, a, nr, pages);
	else
		smp_wrong(c, "no memory", nr);
	return a;
}

static struct area *get_area(struct smp_cpu *c)
{
	u32 nr = 1 + smp_rand(c, MAX_PAGES);
	struct area *a;

	if (smp_rand(c, 3) == 0)
		return get_mapped(c, nr);
	if (smp_rand(c, 40) == 0) {
		nr = LARGE >> PAGE_SHIFT;
		a = vmalloc_huge(LARGE, GFP_KERNEL);
	} else {
		a = vmalloc(nr * PAGE_SIZE);
	}
	if (a)
		stamp(c, a, nr, NULL);
	else
		smp_wrong(c, "no memory", nr);
	return a;
}

static void churn_on_cpu(struct smp_cpu *c)
{
	struct area *held[NR_HELD] = { NULL };

	do {
		struct area **slot = &held[smp_rand(c, NR_HELD)];

		if (*slot && smp_rand(c, 3) == 0)
			*slot = smp_swap(c, *slot);
		if (*slot) {
			check_and_free(c, *slot);
			*slot = NULL;
		} else {
			*slot = get_area(c);
		}
		if (smp_rand(c, 64) == 0)
			vm_unmap_aliases();
	} while (smp_more(c));
	for (unsigned int i = 0; i < NR_HELD; i++) {
		if (held[i])
			check_and_free(c, held[i]);
	}
}

static void churn(struct kunit *test)
{
	smp_need(test);
	smp_run(test, churn_on_cpu, NULL, check_and_free);
}

static unsigned long lines;

static void count_line(const char *text)
{
	lines++;
}

/* With an area of one's own there is something to see, whatever the others get to do. */
static void look(struct smp_cpu *c)
{
	struct area *a = get_area(c);

	do {
		vmallocinfo_show(count_line);
		mm_quiesce();
	} while (smp_more(c));
	if (a)
		check_and_free(c, a);
}

static void look_on_cpu(struct smp_cpu *c)
{
	if (c->id)
		churn_on_cpu(c);
	else
		look(c);
}

static void look_meanwhile(struct kunit *test)
{
	smp_need(test);
	smp_run(test, look_on_cpu, NULL, check_and_free);
	KUNIT_EXPECT_GT(test, lines, 0UL);
}

/* ---- what is unmapped is gone on all CPUs ---- */

#define ROUNDS 60

static struct rounds {
	struct smp_meeting meeting;
	u64 *area;
} rounds;

/* In turns each CPU makes an area and frees it; in between all read it, behind that none can. */
static void gone_on_cpu(struct smp_cpu *c)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		bool maker = i % c->nr == c->id;
		u64 seen = 0, *area;

		if (maker) {
			WRITE_ONCE(rounds.area, vmalloc(2 * PAGE_SIZE));
			if (rounds.area)
				rounds.area[PAGE_SIZE / 8] = i + 1;
		}
		smp_meet(&rounds.meeting, c->nr);
		area = READ_ONCE(rounds.area);
		if (area && READ_ONCE(area[PAGE_SIZE / 8]) != i + 1)
			smp_wrong(c, "an area has not what was written", i);
		smp_meet(&rounds.meeting, c->nr);
		if (maker) {
			vfree(area);
			vm_unmap_aliases();
		}
		smp_meet(&rounds.meeting, c->nr);
		if (!area)
			smp_wrong(c, "no memory", i);
		else if (!copy_from_kernel_nofault(&seen, &area[PAGE_SIZE / 8], 8))
			smp_wrong(c, "an area that is gone can be read", seen);
		smp_meet(&rounds.meeting, c->nr);
		smp_more(c);
	}
}

static void unmapped_is_gone_everywhere(struct kunit *test)
{
	smp_need(test);
	atomic_set(&rounds.meeting.arrived, 0);
	smp_run(test, gone_on_cpu, NULL, NULL);
}

/* ---- the same pages, mapped by all ---- */

#define SHARED_PAGES 6

static void map_shared_on_cpu(struct smp_cpu *c)
{
	struct page **pages = c->shared;

	do {
		u32 n = 1 + smp_rand(c, SHARED_PAGES), i = smp_rand(c, n);
		bool ram = smp_rand(c, 2);
		u64 *a = ram ? vm_map_ram(pages, n, -1) : vmap(pages, n, VM_MAP, PAGE_KERNEL);
		unsigned long word = i * (PAGE_SIZE / 8) + 8 * c->id;

		if (!a) {
			smp_wrong(c, "no memory", n);
			continue;
		}
		WRITE_ONCE(a[word], c->rounds);
		if (((u64 *)page_address(pages[i]))[8 * c->id] != c->rounds)
			smp_wrong(c, "what was written is not in the page", i);
		if (ram)
			vm_unmap_ram(a, n);
		else
			vunmap(a);
	} while (smp_more(c));
}

static void shared_pages_are_mapped_by_all(struct kunit *test)
{
	struct page *pages[SHARED_PAGES] = { NULL };

	smp_need(test);
	KUNIT_ASSERT_EQ(test, alloc_pages_bulk_array(GFP_KERNEL, SHARED_PAGES, pages),
			(unsigned long)SHARED_PAGES);
	smp_run(test, map_shared_on_cpu, pages, NULL);
	for (unsigned int i = 0; i < SHARED_PAGES; i++) {
		KUNIT_EXPECT_EQ(test, page_count(pages[i]), 1);
		__free_page(pages[i]);
	}
}

static struct kunit_case cases[] = { KUNIT_CASE(churn),
				     KUNIT_CASE(look_meanwhile),
				     KUNIT_CASE(unmapped_is_gone_everywhere),
				     KUNIT_CASE(shared_pages_are_mapped_by_all),
				     {} };
static struct kunit_suite suite = { .name = "vmalloc_smp", .test_cases = cases };

kunit_test_suite(suite);
