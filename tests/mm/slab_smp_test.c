// SPDX-License-Identifier: MIT
/*
 * Slab and kmalloc on several CPUs: objects that one CPU allocates and another frees, their contents
 * saying whether anybody else had them; draining, looking and destroying while others allocate.
 *
 * Mutations that made them fail when tried:
 *   churn                 put_one(), slab_scatter() or depot_get_full() without s->lock
 *   churn_debugged        slab_gather() without s->lock at its first look (under ThreadSanitizer)
 *   caches_come_and_go    kmem_cache_destroy() flushes and looks without slab_mutex (objects that slab_drain() holds at
 *                         that moment look like live ones)
 *   drain_meanwhile       flush_cpu() reads `top` instead of exchanging it
 *   validate_meanwhile    slab_debug_alloc(), slab_debug_free() behind, or before, the lock
 *   look_meanwhile        cpu_take() reads `top` instead of exchanging it; list_push() counts plainly (under
 *                         ThreadSanitizer)
 */
#include <asm/smp.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "slab_fixture.h"
#include "smp_fixture.h"
#include "mm/internal.h"

#define NR_HELD	  64
#define BURST	  200
#define NR_CACHES 3
#define MAX_SIZE  9000 /* some blocks are large ones */

/* At the start of each block here; the rest is filled with `byte`. */
struct header {
	u32 size;
	u16 cache; /* NR_CACHES: kmalloc() */
	u8 byte;
};

static struct kmem_cache *caches[NR_CACHES];

static void fill_block(struct smp_cpu *c, struct header *h, u32 size, unsigned int cache)
{
	*h = (struct header){ .size = size, .cache = cache, .byte = smp_rand(c, 256) };
	memset(h + 1, h->byte, size - sizeof(*h));
}

static bool whole(struct smp_cpu *c, const struct header *h, u32 size)
{
	if (!memchr_inv(h + 1, h->byte, size - sizeof(*h)))
		return true;
	smp_wrong(c, "an object was written to", (unsigned long)h);
	return false;
}

static void check_and_free(struct smp_cpu *c, void *p)
{
	struct header *h = p;

	if (h->cache > NR_CACHES || h->size < sizeof(*h) || h->size > MAX_SIZE) {
		smp_wrong(c, "an object's header was written to", (unsigned long)p);
		return;
	}
	whole(c, h, h->size);
	h->byte++; /* whoever still holds it will see */
	kfree(p);
}

static struct header *get_block(struct smp_cpu *c)
{
	unsigned int cache = smp_rand(c, 2 * NR_CACHES);
	struct header *h;
	u32 size;

	if (cache < NR_CACHES) {
		size = kmem_cache_size(caches[cache]);
		h = kmem_cache_alloc(caches[cache], GFP_KERNEL);
	} else {
		cache = NR_CACHES;
		size = sizeof(*h) + smp_rand(c, smp_rand(c, 16) ? 600 : MAX_SIZE - sizeof(*h));
		h = kmalloc(unknown(size), GFP_KERNEL);
	}
	if (h)
		fill_block(c, h, size, cache);
	else
		smp_wrong(c, "no memory", size);
	return h;
}

/* krealloc() keeps what both sizes have. */
static struct header *resize(struct smp_cpu *c, struct header *h)
{
	u32 old = h->size, size = sizeof(*h) + smp_rand(c, 1000);
	u8 byte = h->byte;
	struct header *new = krealloc(h, size, GFP_KERNEL);

	if (!new) {
		smp_wrong(c, "no memory", size);
		return h;
	}
	if (new->byte != byte || new->size != old)
		smp_wrong(c, "krealloc() lost the header", (unsigned long)new);
	whole(c, new, min(old, size));
	fill_block(c, new, size, NR_CACHES);
	return new;
}

static void step(struct smp_cpu *c, struct header **slot)
{
	if (*slot && smp_rand(c, 2))
		*slot = smp_swap(c, *slot);
	if (!*slot) {
		*slot = get_block(c);
	} else if ((*slot)->cache == NR_CACHES && smp_rand(c, 4) == 0) {
		*slot = resize(c, *slot);
	} else {
		check_and_free(c, *slot);
		*slot = NULL;
	}
}

/* More objects at once than two magazines have: whole ones go to the depot and come back. */
static void burst(struct smp_cpu *c)
{
	void *p[BURST];
	u32 n = 0;

	while (n < BURST && (p[n] = kmem_cache_alloc(caches[0], GFP_KERNEL))) {
		*(u64 *)p[n] = (unsigned long)p[n];
		n++;
	}
	while (n--) {
		if (*(u64 *)p[n] != (unsigned long)p[n])
			smp_wrong(c, "an object was written to", (unsigned long)p[n]);
		kmem_cache_free(caches[0], p[n]);
	}
}

static void churn_on_cpu(struct smp_cpu *c)
{
	struct header *held[NR_HELD] = { NULL };

	do {
		if (smp_rand(c, 8) == 0)
			burst(c);
		for (int i = 0; i < 16; i++)
			step(c, &held[smp_rand(c, NR_HELD)]);
	} while (smp_more(c));
	for (unsigned int i = 0; i < NR_HELD; i++) {
		if (held[i])
			check_and_free(c, held[i]);
	}
}

static void make_caches(slab_flags_t flags)
{
	static const unsigned int sizes[NR_CACHES] = { 24, 104, 1200 };
	static const char *const names[NR_CACHES] = { "smp-24", "smp-104", "smp-1200" };

	for (unsigned int i = 0; i < NR_CACHES; i++)
		caches[i] = kmem_cache_create(names[i], sizes[i], 0, flags | SLAB_PANIC, NULL);
}

static void run_with(struct kunit *test, slab_flags_t flags, void (*fn)(struct smp_cpu *c))
{
	smp_need(test);
	mm_quiesce();
	make_caches(flags);
	smp_run(test, fn, NULL, check_and_free);
	for (unsigned int i = 0; i < NR_CACHES; i++)
		kmem_cache_destroy(caches[i]);
}

static void churn(struct kunit *test)
{
	run_with(test, 0, churn_on_cpu);
}

static void churn_debugged(struct kunit *test)
{
	run_with(test, ALL_CHECKS, churn_on_cpu);
}

/* --- while others churn, CPU 0 … */

static void drain_on_cpu(struct smp_cpu *c)
{
	if (c->id)
		churn_on_cpu(c);
	else
		do {
			slab_drain();
			kmem_cache_shrink(caches[smp_rand(c, NR_CACHES)]);
		} while (smp_more(c));
}

static void drain_meanwhile(struct kunit *test)
{
	run_with(test, 0, drain_on_cpu);
}

static unsigned long lines;

static void count_line(const char *text)
{
	lines++;
}

static void look_on_cpu(struct smp_cpu *c)
{
	if (c->id) {
		churn_on_cpu(c);
		return;
	}
	do {
		void *p = kmem_cache_alloc(caches[1], GFP_KERNEL);

		slabinfo_show(count_line);
		slab_largest_show(count_line, 3);
		if (p && slab_locate(caches[1], p) != SLAB_LIVE)
			smp_wrong(c, "a live object is not seen as one", (unsigned long)p);
		kmem_cache_free(caches[1], p);
		slab_drain();
	} while (smp_more(c));
}

static void look_meanwhile(struct kunit *test)
{
	run_with(test, 0, look_on_cpu);
	KUNIT_EXPECT_GT(test, lines, 10UL);
}

/* A cache of one's own: used, emptied, destroyed. Nobody else knows it, but a drain may. */
static void short_lived_cache(struct smp_cpu *c)
{
	struct kmem_cache *s = kmem_cache_create("smp-short", 40 + 8 * c->id, 0, 0, NULL);
	void *p[100];
	unsigned int n = 1 + smp_rand(c, 100);

	if (!s) {
		smp_wrong(c, "no cache", 0);
		return;
	}
	for (unsigned int i = 0; i < n; i++) {
		p[i] = kmem_cache_zalloc(s, GFP_KERNEL);
		if (p[i])
			*(u64 *)p[i] = (unsigned long)p[i];
	}
	for (unsigned int i = 0; i < n; i++) {
		if (p[i] && *(u64 *)p[i] != (unsigned long)p[i])
			smp_wrong(c, "an object was written to", (unsigned long)p[i]);
		kmem_cache_free(s, p[i]);
	}
	kmem_cache_destroy(s);
}

static void come_and_go_on_cpu(struct smp_cpu *c)
{
	do {
		if (c->id % 2 == 0)
			short_lived_cache(c);
		else
			slab_drain();
	} while (smp_more(c));
}

static void caches_come_and_go(struct kunit *test)
{
	run_with(test, 0, come_and_go_on_cpu);
}

/* A debug cache's objects change hands under the eyes of who checks them all: none looks damaged. */
static void validate_on_cpu(struct smp_cpu *c)
{
	struct kmem_cache *s = c->shared;
	void *p[8] = { NULL };

	do {
		void **slot = &p[smp_rand(c, ARRAY_SIZE(p))];

		if (c->id == 0) {
			if (validate_slab_cache(s))
				smp_wrong(c, "an object looks damaged", 0);
		} else if (*slot) {
			kmem_cache_free(s, *slot);
			*slot = NULL;
		} else {
			*slot = kmem_cache_alloc(s, GFP_KERNEL);
		}
	} while (smp_more(c));
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
		kmem_cache_free(s, p[i]);
}

static void validate_meanwhile(struct kunit *test)
{
	struct kmem_cache *s;

	smp_need(test);
	s = kmem_cache_create("smp-validated", 88, 0, SLAB_PANIC | SLAB_RED_ZONE | SLAB_POISON,
			      NULL);
	smp_run(test, validate_on_cpu, s, NULL);
	kmem_cache_destroy(s);
}

static struct kunit_case cases[] = { KUNIT_CASE(churn),
				     KUNIT_CASE(churn_debugged),
				     KUNIT_CASE(drain_meanwhile),
				     KUNIT_CASE(look_meanwhile),
				     KUNIT_CASE(caches_come_and_go),
				     KUNIT_CASE(validate_meanwhile),
				     {} };
static struct kunit_suite suite = {
	.name = "slab_smp", .suite_init = plain_caches, .suite_exit = as_booted, .test_cases = cases
};

kunit_test_suite(suite);
