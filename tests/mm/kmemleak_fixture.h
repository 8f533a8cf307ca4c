/* SPDX-License-Identifier: MIT */
/*
 * What the tests of leaks share. A pointer that is to be lost is kept turned inside out (hide()), and
 * handled in the open only by functions that have ended when a scan begins; what they left on the stack
 * is wiped (kmemleak_forget_stack()). Blocks are zeroed: what was left in them could refer to others.
 */
#ifndef TESTS_MM_KMEMLEAK_FIXTURE_H
#define TESTS_MM_KMEMLEAK_FIXTURE_H

#include <asm/stack.h>
#include <kunit/test.h>
#include <linux/kmemleak.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <quarry/report.h>

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
	unsigned long held_at;
	char what[32];
};

static __lost void look_now(struct kunit *test, hidden_t block, struct seen *seen)
{
	struct kmemleak_scan *s;

	*seen = (struct seen){};
	kmemleak_ask(block);
	s = kmemleak_look();
	kmemleak_ask(0);
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
	seen->held_at = s->held_at;
	kmemleak_look_end(s);
}

/* A word that nobody meant: where is it? */
static __lost void say_who(struct kunit *test, const struct seen *seen)
{
	unsigned long low = 0, high = 0;
	const char *name = "no stack";

	if (seen->found)
		return;
	stack_bounds(seen->held_at, &low, &high, &name);
	kunit_info(test, "held by the word at 0x%lx, %pS, %s, 0x%lx below its end", seen->held_at,
		   (void *)seen->held_at, name, high ? high - seen->held_at : 0);
	whatis((void *)seen->held_at);
}

static __lost void expect_leak_now(struct kunit *test, hidden_t block, size_t size,
				   unsigned long leaks)
{
	struct seen seen;

	look_now(test, block, &seen);
	say_who(test, &seen);
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

/*
 * Before each case: its frame has holes as well, in which an earlier one's pointers may stand, and what is
 * lost now may lie where something of that one lay.
 */
static __maybe_unused int clean_stack(struct kunit *test)
{
	kmemleak_forget_stack();
	return 0;
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
 * A scan is conservative: what looks like an address is one. Data of other tests, frames that have words
 * which nobody has written since another function had its own there, and the like hold addresses of what
 * was freed; what is allocated next may lie there, and is then no leak to any scan. So many blocks are lost,
 * and one that is found is what the case goes on with; the others are given back.
 */

#define LOST_OF 24

static __maybe_unused hidden_t made[LOST_OF];

/* Which of made[] is found, one in the middle if it is; LOST_OF: none is. */
static __lost unsigned int choose_now(void)
{
	struct kmemleak_scan *s = kmemleak_look();
	unsigned int best = LOST_OF;

	for (unsigned int i = 0; s && i < s->nr; i++) {
		for (unsigned int k = 0; k < LOST_OF; k++) {
			if (hide(s->leak[i].start) != made[k])
				continue;
			if (best != LOST_OF / 2)
				best = k;
		}
	}
	kmemleak_look_end(s);
	return best;
}

static __lost unsigned int choose(void)
{
	kmemleak_forget_stack();
	return choose_now();
}

/* A block of each; 0: there is no memory, or none of them was found. */
static __lost hidden_t lose(void *(*get)(unsigned long arg), void (*put)(void *p, unsigned long arg),
			    unsigned long arg)
{
	unsigned int at, have = 0;
	hidden_t lost;

	for (unsigned int i = 0; i < LOST_OF; i++) {
		made[i] = hide(get(arg));
		have += shown(made[i]) != NULL;
	}
	at = have == LOST_OF ? choose() : LOST_OF;
	lost = at < LOST_OF ? made[at] : 0;
	for (unsigned int i = 0; i < LOST_OF; i++) {
		if (i != at && shown(made[i]))
			put(shown(made[i]), arg);
	}
	return lost;
}

static __lost void *get_object(unsigned long size)
{
	return kmalloc(size, GFP_KERNEL | __GFP_ZERO);
}

static __lost void put_object(void *p, unsigned long size)
{
	kfree(p);
}

static __lost hidden_t lose_object(size_t size)
{
	return lose(get_object, put_object, size);
}

static __lost void free_object(hidden_t h)
{
	kfree(shown(h));
}

static __lost void *get_cached(unsigned long s)
{
	return kmem_cache_zalloc((struct kmem_cache *)s, GFP_KERNEL);
}

static __lost void put_cached(void *p, unsigned long s)
{
	kmem_cache_free((struct kmem_cache *)s, p);
}

static __lost hidden_t lose_cached(struct kmem_cache *s)
{
	return lose(get_cached, put_cached, (unsigned long)s);
}

static __lost void free_cached(struct kmem_cache *s, hidden_t h)
{
	kmem_cache_free(s, shown(h));
}

static __lost void *get_pages(unsigned long order)
{
	return (void *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, order);
}

static __lost void put_pages(void *p, unsigned long order)
{
	free_pages((unsigned long)p, order);
}

static __lost hidden_t lose_pages(unsigned int order)
{
	return lose(get_pages, put_pages, order);
}

static __lost void free_lost_pages(hidden_t h, unsigned int order)
{
	__free_pages(virt_to_page(shown(h)), order);
}

static __lost void *get_area(unsigned long size)
{
	return vzalloc(size);
}

static __lost void put_area(void *p, unsigned long size)
{
	vfree(p);
}

static __lost hidden_t lose_area(unsigned long size)
{
	return lose(get_area, put_area, size);
}

static __lost void free_area(hidden_t h)
{
	vfree(shown(h));
}

#endif
