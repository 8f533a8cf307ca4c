/* SPDX-License-Identifier: MIT */
/*
 * What the tests of leaks share. A pointer that is to be lost is kept turned inside out (hide()), and
 * handled in the open only by functions that have ended when a scan begins; what they left on the stack
 * is wiped (kmemleak_forget_stack()).
 */
#ifndef TESTS_MM_KMEMLEAK_FIXTURE_H
#define TESTS_MM_KMEMLEAK_FIXTURE_H

#include <kunit/test.h>
#include <linux/kmemleak.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#define __lost __maybe_unused noinline

/* A pointer that no scan recognises. */
typedef unsigned long hidden_t;

static inline hidden_t hide(const void *p)
{
	return ~(unsigned long)p;
}

static inline void *shown(hidden_t h)
{
	__asm__ __volatile__("" : "+r"(h)); /* here, and not before the call that precedes it */
	return (void *)~h;
}

/* What a scan says: of all, and of one block. */
struct seen {
	unsigned long leaks;
	bool found;
	size_t size;
	hidden_t by; /* 0: nobody */
	char what[32];
};

static __lost void look_now(struct kunit *test, hidden_t block, struct seen *seen)
{
	struct kmemleak_scan *s;

	*seen = (struct seen){};
	s = kmemleak_look();
	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_GT(test, s->blocks, s->leaks);
	seen->leaks = s->leaks;
	for (unsigned int i = 0; i < s->nr; i++) {
		const struct kmemleak_leak *leak = &s->leak[i];

		if (hide(leak->start) != block)
			continue;
		seen->found = true;
		seen->size = leak->size;
		seen->by = leak->by ? hide(leak->by) : 0;
		strscpy(seen->what, leak->what, sizeof(seen->what));
	}
	kmemleak_look_end(s);
}

static __lost void expect_leak_now(struct kunit *test, hidden_t block, size_t size,
				   unsigned long leaks)
{
	struct seen seen;

	look_now(test, block, &seen);
	KUNIT_EXPECT_TRUE(test, seen.found);
	KUNIT_EXPECT_EQ(test, seen.size, size);
	KUNIT_EXPECT_EQ(test, seen.leaks, leaks);
}

static __lost void expect_none_now(struct kunit *test)
{
	struct seen seen;

	look_now(test, 0, &seen);
	KUNIT_EXPECT_EQ(test, seen.leaks, 0UL);
}

/* Those, on a stack that is clean from the case's own frame on: theirs have holes, too. */
static __always_inline void look(struct kunit *test, hidden_t block, struct seen *seen)
{
	kmemleak_forget_stack();
	look_now(test, block, seen);
}

static __always_inline void expect_leak(struct kunit *test, hidden_t block, size_t size,
					unsigned long leaks)
{
	kmemleak_forget_stack();
	expect_leak_now(test, block, size, leaks);
}

static __always_inline void expect_none(struct kunit *test)
{
	kmemleak_forget_stack();
	expect_none_now(test);
}

/* A root that the compiler can't do without. */
static void *volatile root;
static __maybe_unused hidden_t hidden[32];

/*
 * What handles a pointer to be lost in the open: by functions of their own, so that it is in no frame and
 * no register of who called them.
 */
static __lost void root_at(hidden_t h, long offset)
{
	root = shown(h) + offset;
}

static __lost void root_at_page(hidden_t h, unsigned int i)
{
	root = (struct page *)virt_to_page(shown(h)) + i;
}

static __lost void set_word(void **where, hidden_t h)
{
	WRITE_ONCE(*where, shown(h));
}

static __lost void put_word(hidden_t block, size_t offset, hidden_t word)
{
	*(void **)(shown(block) + offset) = shown(word);
}

#define HIDDEN_NULL (~0UL)

static __lost void say(void (*what)(const void *ptr), hidden_t h, long offset)
{
	what(shown(h) + offset);
}

static __lost void say_area(hidden_t h, size_t offset, size_t size)
{
	kmemleak_scan_area(shown(h) + offset, size, GFP_KERNEL);
}

/*
 * ---- Memory that is lost at once ----
 *
 * A frame may have words that nobody has written since another function had its own there, and these may be
 * addresses of what was freed last, which is what is allocated next. So of several blocks that are made
 * one in the middle is lost, and the others are given back.
 */

#define LOST_OF 24
#define LOST_AT 13

static __maybe_unused hidden_t made[LOST_OF];

static __lost hidden_t lose_object(size_t size)
{
	hidden_t lost;

	for (unsigned int i = 0; i < LOST_OF; i++)
		made[i] = hide(kmalloc(size, GFP_KERNEL | __GFP_ZERO));
	lost = made[LOST_AT];
	for (unsigned int i = 0; i < LOST_OF; i++)
		kfree(i == LOST_AT ? NULL : shown(made[i]));
	return shown(lost) ? lost : 0;
}

static __lost void free_object(hidden_t h)
{
	kfree(shown(h));
}

static __lost hidden_t lose_cached(struct kmem_cache *s)
{
	void *p = kmem_cache_zalloc(s, GFP_KERNEL);

	return p ? hide(p) : 0;
}

static __lost void free_cached(struct kmem_cache *s, hidden_t h)
{
	kmem_cache_free(s, shown(h));
}

static __lost hidden_t lose_pages(unsigned int order)
{
	hidden_t lost;

	for (unsigned int i = 0; i < LOST_OF; i++)
		made[i] = hide((void *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, order));
	lost = made[LOST_AT];
	for (unsigned int i = 0; i < LOST_OF; i++)
		free_pages(i == LOST_AT ? 0 : (unsigned long)shown(made[i]), order);
	return shown(lost) ? lost : 0;
}

static __lost void free_lost_pages(hidden_t h, unsigned int order)
{
	__free_pages(virt_to_page(shown(h)), order);
}

static __lost hidden_t lose_area(unsigned long size)
{
	hidden_t lost;

	for (unsigned int i = 0; i < LOST_OF; i++)
		made[i] = hide(vzalloc(size));
	lost = made[LOST_AT];
	for (unsigned int i = 0; i < LOST_OF; i++)
		vfree(i == LOST_AT ? NULL : shown(made[i]));
	return shown(lost) ? lost : 0;
}

static __lost void free_area(hidden_t h)
{
	vfree(shown(h));
}

#endif
