// SPDX-License-Identifier: MIT
/*
 * Memory that RCU readers may look at: kfree_rcu() of every kind, and caches with
 * SLAB_TYPESAFE_BY_RCU, whose slabs go a grace period late (mm/slab_pages.c, mm/slab_cache.c).
 *
 * Mutations that made them fail when tried: those of slab_pages.mut, slab_cache.mut and init.mut that
 * speak of readers, and
 *   each_kind_is_freed       run_one() frees the head instead of the block; kvfree_rcu() frees at once
 *   a_callback_may_vfree     vfree() doesn't ask rcu_in_callback() (debug builds)
 *   blocks_under_readers     kvfree_call_rcu() frees at once
 *   lookup_without_a_lock    slab_release_chain() frees at once
 */
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <quarry/rcu.h>
#include "mm/internal.h"
#include "slab_fixture.h"
#include "smp_fixture.h"

struct block {
	u64 first;
	struct rcu_head rcu;
	u64 last[]; /* and more */
};

static unsigned long pages(void)
{
	mm_quiesce();
	return nr_free_pages() + mm_stat_read(MM_KERNEL_TABLES);
}

/* ---- kfree_rcu() ---- */

/* Left alone while a reader is there, gone behind it. */
static void free_one(struct kunit *test, struct block *b, size_t size)
{
	KUNIT_ASSERT_NOT_NULL(test, b);
	memset(b, 0x37, size);
	rcu_read_lock();
	kfree_rcu(b, rcu);
	KUNIT_EXPECT_NULL(test, memchr_inv(b->last, 0x37, size - sizeof(*b)));
	KUNIT_EXPECT_EQ(test, b->first, 0x3737373737373737UL);
	KUNIT_EXPECT_GT(test, rcu_pending(), 0UL);
	rcu_read_unlock();
	rcu_barrier();
	while (rcu_pending()) /* counted by the batch, so a moment later */
		yield();
}

static void each_kind_is_freed(struct kunit *test)
{
	static const size_t sizes[] = { 32, 96, 1000, 8192, 8193, 100000 };
	struct kmem_cache *s = make(test, 200, 0);
	unsigned long before = pages();
	struct block *none = NULL;

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++)
		free_one(test, kmalloc(unknown(sizes[i]), GFP_KERNEL), sizes[i]);
	free_one(test, vmalloc(20000), 20000);
	free_one(test, kvmalloc(3 * PAGE_SIZE, GFP_KERNEL), 3 * PAGE_SIZE);
	free_one(test, kmem_cache_alloc(s, GFP_KERNEL), 200);
	kvfree_rcu(none, rcu);
	KUNIT_EXPECT_EQ(test, rcu_pending(), 0UL);
	KUNIT_EXPECT_EQ(test, pages(), before);
	kmem_cache_destroy(s);
}

static void without_a_head(struct kunit *test)
{
	unsigned long before = pages();
	void *none = NULL;

	for (int i = 0; i < 3; i++) {
		void *p = kmalloc(unknown(500), GFP_KERNEL), *v = vmalloc(5000);

		KUNIT_ASSERT_TRUE(test, p && v);
		kfree_rcu_mightsleep(p);
		kvfree_rcu_mightsleep(v);
		KUNIT_EXPECT_NULL(test, find_vm_area(v));
		KUNIT_EXPECT_TRUE(test, !slab_cache_of(p) ||
						slab_locate(slab_cache_of(p), p) != SLAB_LIVE);
	}
	kfree_rcu_mightsleep(none);
	KUNIT_EXPECT_EQ(test, pages(), before);
}

static void free_whole(struct rcu_head *head)
{
	kvfree(container_of(head, struct block, rcu));
}

/* As in Linux, whose callbacks count as interrupts: no flush is waited for, and none is reported. */
static void a_callback_may_vfree(struct kunit *test)
{
	unsigned long before = pages();

	for (int i = 0; i < 3; i++) {
		struct block *b = vmalloc(5000);

		KUNIT_ASSERT_NOT_NULL(test, b);
		call_rcu(&b->rcu, free_whole);
	}
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, pages(), before);
}

static void live_until_then(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	struct block *b = kmem_cache_alloc(s, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, b);
	rcu_read_lock();
	kfree_rcu(b, rcu);
	KUNIT_EXPECT_EQ(test, slab_locate(s, b), SLAB_LIVE);
	rcu_read_unlock();
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, s->partial.nr + s->full.nr + s->empty.nr, 0U);
	kmem_cache_destroy(s);
}

static void destroy_waits(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);

	for (int i = 0; i < 300; i++) {
		struct block *b = kmem_cache_alloc(s, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, b);
		kfree_rcu(b, rcu);
	}
	KUNIT_EXPECT_NO_REPORT(test, kmem_cache_destroy(s));
}

/* ---- SLAB_TYPESAFE_BY_RCU ---- */

#define NR_OBJECTS 200

static void *objects[NR_OBJECTS];

static void fill(struct kunit *test, struct kmem_cache *s)
{
	for (int i = 0; i < NR_OBJECTS; i++) {
		objects[i] = kmem_cache_alloc(s, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, objects[i]);
		memset(objects[i], i, 128);
	}
}

static void empty(struct kmem_cache *s)
{
	for (int i = 0; i < NR_OBJECTS; i++)
		kmem_cache_free(s, objects[i]);
}

static unsigned int changed(struct kmem_cache *s)
{
	unsigned int n = 0;

	for (int i = 0; i < NR_OBJECTS; i++) {
		n += memchr_inv(objects[i], i, 128) != NULL;
		n += slab_cache_of(objects[i]) != s;
	}
	return n;
}

static void slabs_go_late(struct kunit *test)
{
	struct kmem_cache *s = make(test, 128, SLAB_TYPESAFE_BY_RCU);
	unsigned long slab_pages;

	fill(test, s);
	slab_pages = mm_stat_read(MM_SLAB);
	rcu_read_lock();
	empty(s);
	slab_flush_cache(s);
	KUNIT_EXPECT_GT(test, atomic_read(&s->waiting), 1);
	KUNIT_EXPECT_EQ(test, s->partial.nr + s->full.nr + s->empty.nr, 0U);
	KUNIT_EXPECT_EQ(test, changed(s), 0U);
	KUNIT_EXPECT_GE(test, mm_stat_read(MM_SLAB), slab_pages);
	rcu_read_unlock();
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, atomic_read(&s->waiting), 0);
	KUNIT_EXPECT_NULL(test, slab_cache_of(objects[0]));
	KUNIT_EXPECT_LT(test, mm_stat_read(MM_SLAB), slab_pages);
	kmem_cache_destroy(s);
}

/* The cache may go only when its last slab has. */
static void destroy_waits_for_readers(struct kunit *test)
{
	unsigned long before = pages();

	for (int i = 0; i < 5; i++) {
		struct kmem_cache *s = make(test, 128, SLAB_TYPESAFE_BY_RCU);

		fill(test, s);
		empty(s);
		KUNIT_EXPECT_NO_REPORT(test, kmem_cache_destroy(s));
		KUNIT_EXPECT_NULL(test, slab_cache_of(objects[0]));
	}
	KUNIT_EXPECT_EQ(test, pages(), before);
}

static void quiesce_gives_slabs_back(struct kunit *test)
{
	struct kmem_cache *s = make(test, 128, SLAB_TYPESAFE_BY_RCU);
	unsigned long before = pages();

	fill(test, s);
	empty(s);
	KUNIT_EXPECT_EQ(test, pages(), before);
	KUNIT_EXPECT_EQ(test, atomic_read(&s->waiting), 0);
	kmem_cache_destroy(s);
}

static void bodies_stay(struct kunit *test, slab_flags_t flags)
{
	struct kmem_cache *s = make(test, 128, flags | SLAB_TYPESAFE_BY_RCU);

	fill(test, s);
	rcu_read_lock(); /* else a slab may go while it is looked at */
	empty(s);
	KUNIT_EXPECT_EQ(test, changed(s), 0U);
	KUNIT_EXPECT_REPORT(test, "already free", kmem_cache_free(s, objects[7]));
	KUNIT_EXPECT_EQ(test, changed(s), 0U);
	rcu_read_unlock();
	kmem_cache_destroy(s);
}

/* Neither the mark of a free object nor a pattern is written where a reader may look. */
static void free_objects_stay_whole(struct kunit *test)
{
	bodies_stay(test, 0);
	bodies_stay(test, ALL_CHECKS);
}

/* ---- blocks that are replaced under readers ---- */

#define SLOTS 16

static struct block *slots[SLOTS];

static struct block *new_block(struct smp_cpu *c)
{
	size_t n = smp_rand(c, 64) ? 1 + smp_rand(c, 40) : 1200;
	struct block *b = kvmalloc(sizeof(*b) + n * sizeof(u64), GFP_KERNEL);

	if (!b) {
		smp_wrong(c, "no memory", n);
		return NULL;
	}
	b->first = (u64)c->id << 48 | c->rounds << 8 | 1;
	b->last[0] = ~b->first;
	return b;
}

static void read_slot(struct smp_cpu *c)
{
	struct block *b;
	u64 first;

	rcu_read_lock();
	b = rcu_dereference(slots[smp_rand(c, SLOTS)]);
	if (b) {
		first = b->first;
		for (u32 i = smp_rand(c, 20); i; i--)
			cpu_relax();
		if (b->last[0] != ~first || b->first != first)
			smp_wrong(c, "a block was used again under a reader", first);
	}
	rcu_read_unlock();
}

static void replace_blocks(struct smp_cpu *c)
{
	do {
		struct block *b = new_block(c);

		for (int i = 0; i < 10; i++)
			read_slot(c);
		b = xchg(&slots[smp_rand(c, SLOTS)], b);
		kfree_rcu(b, rcu);
	} while (smp_more(c));
}

static void blocks_under_readers(struct kunit *test)
{
	unsigned long before = pages();

	smp_run(test, replace_blocks, NULL, NULL);
	for (int i = 0; i < SLOTS; i++) {
		kfree_rcu(slots[i], rcu);
		slots[i] = NULL;
	}
	KUNIT_EXPECT_EQ(test, pages(), before);
}

/* ---- objects that are found without a lock ---- */

#define KEYS  64
#define MAGIC 0x7e57ab1e0b1ec755UL

/* The type: `magic` is the constructor's, and never changes. The rest changes hands at once. */
struct found {
	u64 magic;
	u64 key;
	atomic_t refs; /* 0: free, or about to be */
};

static struct {
	struct kmem_cache *cache;
	struct found *by_key[KEYS];
	atomic_long_t hits, misses;
} table;

static void construct(void *obj)
{
	struct found *f = obj;

	f->magic = MAGIC;
	WRITE_ONCE(f->key, ~0UL);
	atomic_set(&f->refs, 0);
}

static void put_found(struct found *f)
{
	if (atomic_dec_and_test(&f->refs))
		kmem_cache_free(table.cache, f);
}

/* A reference if the object is the key's; it may have become another's on the way. */
static struct found *look_up(struct smp_cpu *c, u32 key)
{
	struct found *f;

	rcu_read_lock();
	f = rcu_dereference(table.by_key[key]);
	for (u32 i = smp_rand(c, smp_rand(c, 16) ? 30 : 5000); i; i--)
		cpu_relax();
	if (f && f->magic != MAGIC)
		smp_wrong(c, "a reader found what is no object of the cache", f->magic);
	if (f && !atomic_inc_not_zero(&f->refs))
		f = NULL;
	rcu_read_unlock();
	if (f && READ_ONCE(f->key) != key) {
		atomic_long_inc(&table.misses);
		put_found(f);
		f = NULL;
	}
	return f;
}

static void use_found(struct smp_cpu *c, u32 key)
{
	struct found *f = look_up(c, key);

	if (!f)
		return;
	atomic_long_inc(&table.hits);
	if (f->magic != MAGIC || READ_ONCE(f->key) != key)
		smp_wrong(c, "an object changed though it was held", READ_ONCE(f->key));
	put_found(f);
}

static void put_in(struct smp_cpu *c, u32 key)
{
	struct found *f = kmem_cache_alloc(table.cache, GFP_KERNEL), *old;

	if (!f) {
		smp_wrong(c, "no memory", key);
		return;
	}
	WRITE_ONCE(f->key, key);
	atomic_set_release(&f->refs, 1);
	old = xchg(&table.by_key[key], f);
	if (old)
		put_found(old);
}

static void take_out(u32 key)
{
	struct found *old = xchg(&table.by_key[key], NULL);

	if (old)
		put_found(old);
}

/* All out, and their pages to others, who write to them. */
static void flood(struct smp_cpu *c)
{
	struct page *page[32];

	for (u32 key = 0; key < KEYS; key++)
		take_out(key);
	slab_flush_cache(table.cache);
	for (int i = 0; i < 32; i++) {
		page[i] = alloc_pages(GFP_KERNEL, 0);
		if (page[i])
			memset(page_address(page[i]), 0xf1, PAGE_SIZE);
	}
	for (int i = 0; i < 32; i++) {
		if (page[i])
			__free_pages(page[i], 0);
	}
}

static void look_and_change(struct smp_cpu *c)
{
	do {
		for (int i = 0; i < 20; i++)
			use_found(c, smp_rand(c, KEYS));
		if (smp_rand(c, 3))
			put_in(c, smp_rand(c, KEYS));
		else
			take_out(smp_rand(c, KEYS));
		if (smp_rand(c, 50) == 0)
			flood(c);
	} while (smp_more(c));
}

static void lookup_without_a_lock(struct kunit *test)
{
	unsigned long before = pages();

	table.cache =
		kmem_cache_create("test", sizeof(struct found), 0, SLAB_TYPESAFE_BY_RCU, construct);
	KUNIT_ASSERT_NOT_NULL(test, table.cache);
	smp_run(test, look_and_change, NULL, NULL);
	KUNIT_EXPECT_TRUE(test, slab_valid(table.cache));
	for (u32 key = 0; key < KEYS; key++)
		take_out(key);
	kmem_cache_destroy(table.cache);
	KUNIT_EXPECT_EQ(test, pages(), before);
	kunit_info(test, "%ld found, %ld had become another's", atomic_long_read(&table.hits),
		   atomic_long_read(&table.misses));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_kind_is_freed),
	KUNIT_CASE(without_a_head),
	KUNIT_CASE(a_callback_may_vfree),
	KUNIT_CASE(live_until_then),
	KUNIT_CASE(destroy_waits),
	KUNIT_CASE(slabs_go_late),
	KUNIT_CASE(destroy_waits_for_readers),
	KUNIT_CASE(quiesce_gives_slabs_back),
	KUNIT_CASE(free_objects_stay_whole),
	KUNIT_CASE(blocks_under_readers),
	KUNIT_CASE(lookup_without_a_lock),
	{},
};

static struct kunit_suite slab_rcu = {
	.name = "slab_rcu",
	.suite_init = plain_caches,
	.suite_exit = as_booted,
	.test_cases = cases,
};
kunit_test_suite(slab_rcu);
