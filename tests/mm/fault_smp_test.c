// SPDX-License-Identifier: MIT
/*
 * One address space on several CPUs: pages that all of them fault in at once, and mappings that come
 * and go under the accesses of others.
 *
 * Mutations that made them fail when tried:
 *   same_pages_at_once, first_touch_at_once   install_page() does not look whether the entry is what it was
 *   mappings_come_and_go  do_munmap() takes mmap_lock for reading only (under ThreadSanitizer)
 */
#include <asm/smp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "smp_fixture.h"
#include "user_fixture.h"
#include "mm/internal.h"

#define NR_PAGES  32
#define NR_STOLEN 8

struct space {
	struct mm_struct *mm;
	unsigned long at; /* NR_PAGES */
};

/* Each CPU has a word of its own in each page; nobody else writes there. */
static unsigned long own_word(const struct smp_cpu *c, const struct space *s, u32 page)
{
	return s->at + page * PAGE_SIZE + (1 + c->id) * 64;
}

static u64 value_of(const struct smp_cpu *c, u32 page, u64 round)
{
	return round << 32 | page << 8 | (c->id + 1);
}

/* Pages are missing again for everybody at times, but for what this case writes nothing is lost. */
static void same_pages_on_cpu(struct smp_cpu *c)
{
	struct space *s = c->shared;
	u64 written[NR_PAGES] = { 0 };

	kthread_use_mm(s->mm);
	do {
		u32 page = smp_rand(c, NR_PAGES);
		unsigned long at = own_word(c, s, page);

		if (smp_rand(c, 4) == 0) {
			if (peek(at) != written[page])
				smp_wrong(c, "a word is not what was written", at);
			continue;
		}
		if (c->id == 0 && smp_rand(c, 8) == 0) /* write faults on pages that are there */
			do_mprotect(s->mm, s->at + page * PAGE_SIZE, PAGE_SIZE, PROT_READ);
		if (c->id == 0)
			do_mprotect(s->mm, s->at + page * PAGE_SIZE, PAGE_SIZE, PROT_RW);
		if (!poke(at, value_of(c, page, c->rounds)))
			written[page] = value_of(c, page, c->rounds);
	} while (smp_more(c));
	for (u32 page = 0; page < NR_PAGES; page++) {
		if (peek(own_word(c, s, page)) != written[page])
			smp_wrong(c, "a word was lost", page);
	}
	kthread_unuse_mm(s->mm);
}

/* The case's own context lets go of the space for the run: each CPU takes it. */
static void run_in_space(struct kunit *test, struct space *s, void (*fn)(struct smp_cpu *c))
{
	s->mm = test_mm(test);
	kthread_unuse_mm(s->mm);
	smp_run(test, fn, s, NULL);
	kthread_use_mm(s->mm);
	KUNIT_EXPECT_TRUE(test, mm_valid(s->mm));
}

static void same_pages_at_once(struct kunit *test)
{
	struct space s;

	smp_need(test);
	s.at = map_anon(test, 0, NR_PAGES, PROT_RW);
	run_in_space(test, &s, same_pages_on_cpu);
	KUNIT_EXPECT_EQ(test, do_munmap(s.mm, s.at, NR_PAGES * PAGE_SIZE), 0);
}

/* First touches, by all at once: the pages come once. */
static void touch_on_cpu(struct smp_cpu *c)
{
	struct space *s = c->shared;

	kthread_use_mm(s->mm);
	do {
		for (u32 page = 0; page < NR_PAGES; page++) {
			unsigned long at = own_word(c, s, page);
			u64 seen = page % 2 ? 0 : peek(at);

			if (seen && (seen & 0xff) != c->id + 1)
				smp_wrong(c, "a word of this CPU has another's value", seen);
			if (poke(at, value_of(c, page, c->rounds)))
				smp_wrong(c, "a word can't be written", at);
		}
		if (c->id == 0 && do_madvise(s->mm, s->at, NR_PAGES * PAGE_SIZE, MADV_DONTNEED))
			smp_wrong(c, "the pages can't be dropped", 0);
	} while (smp_more(c));
	kthread_unuse_mm(s->mm);
}

static void first_touch_at_once(struct kunit *test)
{
	struct space s;

	smp_need(test);
	s.at = map_anon(test, 0, NR_PAGES, PROT_RW);
	run_in_space(test, &s, touch_on_cpu);
	KUNIT_EXPECT_EQ(test, do_munmap(s.mm, s.at, NR_PAGES * PAGE_SIZE), 0);
}

/* CPU 0 unmaps; the pages that it then gets from the allocator must stay as it leaves them. */
static void steal(struct smp_cpu *c)
{
	struct page *stolen[NR_STOLEN];
	u32 n = 0;

	while (n < NR_STOLEN && (stolen[n] = alloc_page(GFP_KERNEL))) {
		fill_words(page_address(stolen[n]), ~0UL, PAGE_SIZE / 8);
		n++;
	}
	for (int i = 0; i < 200; i++)
		cpu_relax();
	while (n--) {
		if (memchr_inv(page_address(stolen[n]), 0xff, PAGE_SIZE))
			smp_wrong(c, "a page that was unmapped was written to", n);
		__free_page(stolen[n]);
	}
}

static void come_and_go_on_cpu(struct smp_cpu *c)
{
	struct space *s = c->shared;

	kthread_use_mm(s->mm);
	do {
		u32 page = smp_rand(c, NR_PAGES);
		unsigned long at = own_word(c, s, page), start = s->at + page * PAGE_SIZE;
		u32 n = 1 + smp_rand(c, NR_PAGES - page);

		if (c->id == 0) {
			if (do_munmap(s->mm, start, n * PAGE_SIZE))
				smp_wrong(c, "munmap failed", start);
			steal(c);
			if (IS_ERR_VALUE(do_mmap(s->mm, NULL, start, n * PAGE_SIZE, PROT_RW,
						 MAP_ANON_FIXED, 0)))
				smp_wrong(c, "mmap failed", start);
		} else if (!poke(at, value_of(c, page, c->rounds))) {
			u64 seen = peek(at);

			if (seen && seen != ~0ULL && seen != value_of(c, page, c->rounds))
				smp_wrong(c, "a word is neither this CPU's nor new", seen);
		}
	} while (smp_more(c));
	kthread_unuse_mm(s->mm);
}

static void mappings_come_and_go(struct kunit *test)
{
	struct space s;

	smp_need(test);
	s.at = map_anon(test, 0, NR_PAGES, PROT_RW);
	run_in_space(test, &s, come_and_go_on_cpu);
	KUNIT_EXPECT_EQ(test, do_munmap(s.mm, s.at, NR_PAGES * PAGE_SIZE), 0);
}

static struct kunit_case cases[] = { KUNIT_CASE(same_pages_at_once),
				     KUNIT_CASE(first_touch_at_once),
				     KUNIT_CASE(mappings_come_and_go),
				     {} };
static struct kunit_suite suite = { .name = "fault_smp",
				    .init = user_fixture_init,
				    .exit = user_fixture_exit,
				    .test_cases = cases };

kunit_test_suite(suite);
