// SPDX-License-Identifier: MIT
/*
 * All allocators at once on several CPUs: objects, blocks of kmalloc(), areas of vmalloc() and pages,
 * each saying by its contents whose it is, made on one CPU, resized or given back on another; now and
 * then a CPU empties all caches meanwhile.
 *
 * Mutations that made it fail when tried:
 *   churn, chains  move_block() that copies nothing
 *   chains         vrealloc() that copies nothing
 */
#include <asm/smp.h>
#include <linux/kernel.h>
#include <linux/kvmalloc.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "smp_fixture.h"
#include "mm/internal.h"

#define NR_HELD	  24
#define MAX_BYTES (6 * PAGE_SIZE)

enum kind { OBJECT, BLOCK, AREA, PAGES, NR_KINDS };

/* At the start of the memory; the rest up to `size` is filled with `byte`. */
struct header {
	u32 size;
	u8 kind, order, byte;
};

static struct kmem_cache *cache;

static void fill(struct smp_cpu *c, struct header *h, enum kind kind, u32 size, unsigned int order)
{
	*h = (struct header){
		.size = size, .kind = kind, .order = order, .byte = smp_rand(c, 256)
	};
	memset(h + 1, h->byte, size - sizeof(*h));
}

static void check(struct smp_cpu *c, const struct header *h, u32 size)
{
	if (h->kind >= NR_KINDS || h->size < sizeof(*h) || h->size > MAX_BYTES)
		smp_wrong(c, "a header was written to", (unsigned long)h);
	else if (memchr_inv(h + 1, h->byte, size - sizeof(*h)))
		smp_wrong(c, "memory was written to", (unsigned long)h);
}

static struct header *make(struct smp_cpu *c)
{
	u32 size = sizeof(struct header) + smp_rand(c, smp_rand(c, 4) ? 500 : 5 * PAGE_SIZE);
	enum kind kind = smp_rand(c, NR_KINDS);
	unsigned int order = 0;
	struct header *h;

	if (kind == OBJECT) {
		size = kmem_cache_size(cache);
		h = kmem_cache_alloc(cache, GFP_KERNEL);
	} else if (kind == BLOCK) {
		h = kmalloc(size, GFP_KERNEL);
	} else if (kind == AREA) {
		h = vmalloc(size);
	} else {
		order = smp_rand(c, 3);
		size = min_t(u32, size, PAGE_SIZE << order);
		h = (struct header *)__get_free_pages(GFP_KERNEL, order);
	}
	if (h)
		fill(c, h, kind, size, order);
	else
		smp_wrong(c, "no memory", size);
	return h;
}

static void discard(struct smp_cpu *c, void *p)
{
	struct header *h = p;

	check(c, h, h->size);
	h->byte++; /* whoever still holds it will see */
	if (h->kind == OBJECT)
		kmem_cache_free(cache, h);
	else if (h->kind == PAGES)
		free_pages((unsigned long)h, h->order);
	else
		kvfree(h);
}

/* krealloc() keeps what both sizes have. */
static struct header *resize(struct smp_cpu *c, struct header *h)
{
	u32 old = h->size, size = sizeof(*h) + smp_rand(c, 1000);
	struct header *new = krealloc(h, size, GFP_KERNEL);

	if (!new) {
		smp_wrong(c, "no memory", size);
		return h;
	}
	check(c, new, min(old, size));
	fill(c, new, BLOCK, size, 0);
	return new;
}

static void step(struct smp_cpu *c, struct header **slot)
{
	*slot = smp_swap(c, *slot);
	if (!*slot) {
		*slot = make(c);
	} else if ((*slot)->kind == BLOCK && smp_rand(c, 2)) {
		*slot = resize(c, *slot);
	} else {
		discard(c, *slot);
		*slot = NULL;
	}
}

static void churn_on_cpu(struct smp_cpu *c)
{
	struct header *held[NR_HELD] = { NULL };

	do {
		for (int i = 0; i < 32; i++)
			step(c, &held[smp_rand(c, NR_HELD)]);
		if (smp_rand(c, 64) == 0)
			slab_drain();
	} while (smp_more(c));
	for (unsigned int i = 0; i < NR_HELD; i++) {
		if (held[i])
			discard(c, held[i]);
	}
}

static void churn(struct kunit *test)
{
	smp_need(test);
	mm_quiesce();
	cache = kmem_cache_create("mixed", 200, 0, SLAB_PANIC, NULL);
	smp_run(test, churn_on_cpu, NULL, discard);
	kmem_cache_destroy(cache);
}

/* ---- chains of kvrealloc() ---- */

struct link {
	u32 size, links;
};

static u8 byte_at(u32 i)
{
	return (i * 7 + (i >> 12)) & 0xff;
}

/* [from, size) as it is to be. */
static void write_chain(struct link *l, u32 from, u32 size)
{
	for (u32 i = from; i < size; i++)
		((u8 *)l)[i] = byte_at(i);
	l->size = size;
}

static void check_chain(struct smp_cpu *c, const struct link *l, u32 size)
{
	for (u32 i = sizeof(*l); i < size; i++) {
		if (((const u8 *)l)[i] != byte_at(i)) {
			smp_wrong(c, "a block changed on its way", i);
			return;
		}
	}
}

static void end_chain(struct smp_cpu *c, void *p)
{
	struct link *l = p;

	check_chain(c, l, l->size);
	kvfree(l);
}

/* A block goes from CPU to CPU; who has it makes it larger or smaller. */
static void chain_on_cpu(struct smp_cpu *c)
{
	do {
		u32 size = sizeof(struct link) + smp_rand(c, smp_rand(c, 3) ? 2000 : MAX_BYTES);
		struct link *l = smp_swap(c, NULL), *new;
		u32 old = l ? l->size : sizeof(*l);

		new = l || smp_rand(c, 2) ? kvrealloc(l, size, GFP_KERNEL) : vmalloc(size);
		if (!new) {
			smp_wrong(c, "no memory", size);
			smp_swap(c, l);
			break;
		}
		if (!l)
			new->links = 0;
		check_chain(c, new, min(old, size));
		write_chain(new, min(old, size), size);
		new->links++;
		new = smp_swap(c, new);
		if (new)
			end_chain(c, new);
	} while (smp_more(c));
}

static void chains(struct kunit *test)
{
	smp_need(test);
	mm_quiesce();
	smp_run(test, chain_on_cpu, NULL, end_chain);
}

static struct kunit_case cases[] = { KUNIT_CASE(churn), KUNIT_CASE(chains), {} };
static struct kunit_suite suite = { .name = "mixed_smp", .test_cases = cases };

kunit_test_suite(suite);
