/* SPDX-License-Identifier: MIT */
/*
 * The failure sweep: scenarios, and what they are given. Driver and theory: failure_sweep_test.c;
 * the scenarios stand in sweep_*.c by area.
 */
#ifndef TESTS_MM_SWEEP_H
#define TESTS_MM_SWEEP_H

#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/types.h>

struct kmem_cache;
struct memfile;
struct mm_struct;
struct page;

#define SWEEP_GOT   64
#define SWEEP_PAGES 24

/* What a scenario's run says of itself. */
enum outcome {
	DONE,	 /* all of it happened */
	REFUSED, /* something was refused, by the value that is documented for it */
};

/**
 * struct sweep - one run of a scenario
 * @test: for expectations; use SWEEP_EXPECT
 * @name: the scenario
 * @mode: what is made to fail
 * @call: the number of the call that fails
 * @got: what run() was given; clean() or the run itself gives it back
 * @nr_got: how many
 * @pages: made by prepare()
 * @mm: an address space, in use
 * @file: a file
 * @cache: a cache
 * @at: an address in @mm
 */
struct sweep {
	struct kunit *test;
	const char *name, *mode;
	unsigned long call;
	void *got[SWEEP_GOT];
	unsigned int nr_got;
	struct page *pages[SWEEP_PAGES];
	struct mm_struct *mm;
	struct memfile *file;
	struct kmem_cache *cache;
	unsigned long at;
};

/* Allocations of which kind may fail in a run that is DONE all the same. */
#define COPES_SLAB 1u
#define COPES_PAGE 2u
/* With pages failing, areas start where no page table is yet. */
#define FRESH_TABLES 4u
/* It has another way if one allocation fails; it can't be refused whatever fails. */
#define ONE_IS_NOTHING 16u
#define NEVER_REFUSED  32u
/* It takes no object of a slab cache. */
#define NO_OBJECTS 8u

/**
 * struct scenario - something that allocates
 * @name: what is printed
 * @run: does it, while allocations fail; leaves nothing half done, whatever it returns
 * @prepare: what it needs, before anything fails
 * @clean: gives everything back, when nothing fails any more
 * @flags: COPES_*, FRESH_TABLES, ONE_IS_NOTHING, NEVER_REFUSED, NO_OBJECTS
 */
struct scenario {
	const char *name;
	enum outcome (*run)(struct sweep *s);
	void (*prepare)(struct sweep *s);
	void (*clean)(struct sweep *s);
	unsigned int flags;
};

/* Each ends with one that has no name. */
extern const struct scenario sweep_slab[], sweep_page[], sweep_vmalloc[], sweep_user[],
	sweep_percpu[], sweep_pool[], sweep_dma[], sweep_driver[], sweep_debug[];

#define SWEEP_EXPECT(s, cond)                                                                 \
	KUNIT_EXPECT_TRUE_MSG((s)->test, cond, "%s, with %s, call %lu", (s)->name, (s)->mode, \
			      (s)->call)
#define SWEEP_ASSERT(s, cond)                                                                 \
	KUNIT_ASSERT_TRUE_MSG((s)->test, cond, "%s, with %s, call %lu", (s)->name, (s)->mode, \
			      (s)->call)

/* Keep what was allocated. False: there is none, which is how it is refused. */
static inline bool got(struct sweep *s, const void *p)
{
	if (!p)
		return false;
	SWEEP_ASSERT(s, s->nr_got < SWEEP_GOT);
	s->got[s->nr_got++] = (void *)p;
	return true;
}

static inline enum outcome done_if(bool all)
{
	return all ? DONE : REFUSED;
}

/* Content that is a function of where it stands and of `salt`. */
void sweep_fill(void *p, size_t size, u8 salt);
bool sweep_filled(const void *p, size_t size, u8 salt);
bool sweep_zero(const void *p, size_t size);

/* prepare(): an address space in use. clean(): it is valid, and goes. */
void sweep_use_mm(struct sweep *s);
void sweep_end_mm(struct sweep *s);

#endif
