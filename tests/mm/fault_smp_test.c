// SPDX-License-Identifier: MIT
/*
 * One address space on several CPUs: pages that all of them fault in at once, and mappings that come
 * and go under the accesses of others.
 *
 * Mutations that made them fail when tried:
 *   same_pages_at_once, first_touch_at_once   install_page() does not look whether the entry is what it was
 *   file_pages_at_once    the same
 *   copies_under_changes  zap_entry() leaves the entry; copy_from_user() leaves the tail
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

/* ---- one file, shared and private ---- */

#define NR_OWN 256

struct two {
	struct space shared, own; /* the same file: NR_PAGES shared, then NR_OWN private */
	struct memfile *file;
	u64 written[NR_CPUS][NR_PAGES]; /* by that CPU, in the file */
};

/* Mapped or write-protected or not: what was written to the file stands there. */
static void shared_step(struct smp_cpu *c, struct two *t, u32 page)
{
	unsigned long at = own_word(c, &t->shared, page);
	u64 *written = &t->written[c->id][page], value = value_of(c, page, c->rounds), seen;

	if (!get_user(seen, (u64 __user *)at) && seen != *written)
		smp_wrong(c, "the file has another word", seen);
	if (!poke(at, value))
		*written = value;
}

/* All write to a page that is the file's: it is copied once. */
static void private_step(struct smp_cpu *c, struct two *t, u32 page, u64 *written)
{
	unsigned long at = own_word(c, &t->own, page);

	if (peek(at) != *written)
		smp_wrong(c, "a private page lost a word", at);
	if (!poke(at, value_of(c, page, c->rounds)))
		*written = value_of(c, page, c->rounds);
	else
		smp_wrong(c, "a private page can't be written", at);
}

static void change_shared(struct smp_cpu *c, struct two *t, u32 page)
{
	unsigned long at = t->shared.at + page * PAGE_SIZE;
	struct mm_struct *mm = t->shared.mm;

	switch (smp_rand(c, 3)) {
	case 0:
		do_munmap(mm, at, PAGE_SIZE);
		break;
	case 1:
		do_mprotect(mm, at, PAGE_SIZE, PROT_READ);
		break;
	}
	if (smp_rand(c, 2) && IS_ERR_VALUE(do_mmap(mm, &t->file->file, at, PAGE_SIZE, PROT_RW,
						   MAP_SHARED | MAP_FIXED, page)))
		smp_wrong(c, "mmap failed", at);
}

/* The first pages of the file are written to, the others copied, at first by all at once. */
static void file_pages_on_cpu(struct smp_cpu *c)
{
	struct two *t = c->shared;
	u64 own[NR_OWN] = { 0 };

	kthread_use_mm(t->shared.mm);
	for (u32 page = 0; page < NR_OWN; page++)
		private_step(c, t, page, &own[page]);
	do {
		u32 page = smp_rand(c, NR_PAGES);

		if (c->id == 0)
			change_shared(c, t, page);
		shared_step(c, t, page);
		private_step(c, t, page + NR_PAGES, &own[page + NR_PAGES]);
	} while (smp_more(c));
	kthread_unuse_mm(t->shared.mm);
}

static void file_pages_at_once(struct kunit *test)
{
	static struct two t;
	struct mm_struct *mm = test_mm(test);
	u32 last;

	smp_need(test);
	memset(&t, 0, sizeof(t));
	t.file = memfile_create("two", NULL, (NR_PAGES + NR_OWN) * PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, t.file);
	t.shared =
		(struct space){ mm, map_file(test, t.file, 0, NR_PAGES, PROT_RW, MAP_SHARED, 0) };
	t.own = (struct space){ mm, map_file(test, t.file, 2 * NR_PAGES, NR_OWN, PROT_RW,
					     MAP_PRIVATE, NR_PAGES) };
	kthread_unuse_mm(mm);
	smp_run(test, file_pages_on_cpu, &t, NULL);
	kthread_use_mm(mm);
	KUNIT_EXPECT_TRUE(test, mm_valid(mm));
	last = READ_ONCE(nr_online_cpus) - 1;
	for (u32 page = 0; page < NR_PAGES; page++) {
		struct smp_cpu c = { .id = last };
		u64 seen = ~0ULL;

		KUNIT_EXPECT_EQ(
			test,
			memfile_read(t.file, &seen, 8, own_word(&c, &t.shared, page) - t.shared.at),
			8);
		KUNIT_EXPECT_EQ(test, seen, t.written[last][page]);
	}
	KUNIT_EXPECT_EQ(test, do_munmap(mm, t.shared.at, NR_PAGES * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, t.own.at, NR_OWN * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, get_mm_rss(mm), 0UL);
	memfile_put(t.file);
}

/* ---- copies of many bytes ---- */

#define NR_COPIED 4
#define LANE	  256 /* of each CPU in each page */

/* Bytes of a lane: new, or what this CPU writes. CPU 0's pages are full of 0xff once they are out. */
static void copy_on_cpu(struct smp_cpu *c)
{
	struct space *s = c->shared;
	u8 buf[LANE];
	u32 first, n;

	kthread_use_mm(s->mm);
	do {
		unsigned long start = s->at + smp_rand(c, NR_COPIED) * PAGE_SIZE;
		unsigned long lane = start + c->id * LANE, left;

		if (c->id == 0) {
			do_munmap(s->mm, start, PAGE_SIZE);
			steal(c);
			if (IS_ERR_VALUE(do_mmap(s->mm, NULL, start, PAGE_SIZE, PROT_RW,
						 MAP_ANON_FIXED, 0)))
				smp_wrong(c, "mmap failed", start);
			if (smp_rand(c, 2))
				do_mprotect(s->mm, start, PAGE_SIZE, PROT_READ);
			continue;
		}
		first = smp_rand(c, LANE / 2);
		n = 1 + smp_rand(c, LANE / 2);
		memset(buf, c->id, sizeof(buf));
		left = copy_to_user((void __user *)(lane + first), buf, n);
		if (left > n)
			smp_wrong(c, "more is left than there was", left);
		memset(buf, 0xee, sizeof(buf));
		left = copy_from_user(buf, (void __user *)lane, LANE);
		for (u32 i = 0; i < LANE; i++) {
			if (buf[i] && (buf[i] != c->id || i >= LANE - left))
				smp_wrong(c, "a byte is neither new nor this CPU's", buf[i]);
		}
	} while (smp_more(c));
	kthread_unuse_mm(s->mm);
}

static void copies_under_changes(struct kunit *test)
{
	struct space s;

	smp_need(test);
	s.at = map_anon(test, 0, NR_PAGES, PROT_RW);
	run_in_space(test, &s, copy_on_cpu);
	KUNIT_EXPECT_EQ(test, do_munmap(s.mm, s.at, NR_PAGES * PAGE_SIZE), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(same_pages_at_once),	  KUNIT_CASE(first_touch_at_once),
	KUNIT_CASE(mappings_come_and_go), KUNIT_CASE(file_pages_at_once),
	KUNIT_CASE(copies_under_changes), {}
};
static struct kunit_suite suite = { .name = "fault_smp",
				    .init = user_fixture_init,
				    .exit = user_fixture_exit,
				    .test_cases = cases };

kunit_test_suite(suite);
