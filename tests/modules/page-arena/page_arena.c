// SPDX-License-Identifier: MIT
/*
 * An allocator of one's own on whole pages. Many small pieces of different sizes that all go at the
 * same time, e.g. the nodes of a parsed text, need no free list: a piece is taken off the end of a
 * block, and the blocks are freed together.
 *
 *	arena ─ blocks ─> [ block | piece | free … ] ─> [ block | piece | piece ] ─> NULL
 *	                                   ^ used
 */
#include <linux/align.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/string.h>

#define BLOCK_ORDER 2 /* four pages: few blocks, and not hard to get */
#define BLOCK_SIZE  (PAGE_SIZE << BLOCK_ORDER)

/* At the start of each block. */
struct block {
	struct block *next;
	size_t used; /* with this header */
};

struct arena {
	struct block *blocks; /* the first is the one that pieces come from */
	unsigned int nr_blocks;
};

static struct block *arena_grow(struct arena *a)
{
	/* Pages without a struct kmem_cache around them; the address is all that is needed. */
	struct block *b = (struct block *)__get_free_pages(GFP_KERNEL, BLOCK_ORDER);

	if (!b)
		return NULL;
	b->next = a->blocks;
	b->used = sizeof(*b);
	a->blocks = b;
	a->nr_blocks++;
	return b;
}

/* `size` bytes, aligned to 8; NULL if there is no memory, or if no block has so many. */
static void *arena_alloc(struct arena *a, size_t size)
{
	struct block *b = a->blocks;
	void *piece;

	if (size > BLOCK_SIZE - sizeof(*b))
		return NULL;
	size = ALIGN(size, 8);
	if (!b || b->used + size > BLOCK_SIZE)
		b = arena_grow(a);
	if (!b)
		return NULL;
	piece = (char *)b + b->used;
	b->used += size;
	return piece;
}

static void arena_free_all(struct arena *a)
{
	while (a->blocks) {
		struct block *b = a->blocks;

		a->blocks = b->next;
		free_pages((unsigned long)b, BLOCK_ORDER); /* the order must be kept in mind */
	}
	a->nr_blocks = 0;
}

struct word {
	struct word *next;
	char text[];
};

/* A list of words, last one first; the list needs nobody to free it. */
static struct word *words_of(struct arena *a, const char *text)
{
	struct word *list = NULL;

	while (*text) {
		size_t len = strcspn(text, " ");
		struct word *w = arena_alloc(a, sizeof(*w) + len + 1);

		if (!w)
			return NULL;
		memcpy(w->text, text, len);
		w->text[len] = '\0';
		w->next = list;
		list = w;
		text += len + (text[len] == ' ');
	}
	return list;
}

static int __init arena_init(void)
{
	struct arena a = { NULL, 0 };
	struct word *list = words_of(&a, "each word has a piece of its own");
	unsigned int pieces = 0;

	if (list)
		pr_info("'%s' behind '%s', in %u block\n", list->text, list->next->text,
			a.nr_blocks);
	while (pieces < 1000 && arena_alloc(&a, 100))
		pieces++;
	pr_info("%u pieces more in %u blocks; one that is too large: %s\n", pieces, a.nr_blocks,
		arena_alloc(&a, BLOCK_SIZE) ? "there" : "NULL");
	arena_free_all(&a);
	return list && pieces == 1000 ? 0 : -ENOMEM;
}

module_init(arena_init);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("an arena on pages");
