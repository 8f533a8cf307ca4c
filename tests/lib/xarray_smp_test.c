// SPDX-License-Identifier: MIT
/*
 * XArray, IDR and IDA on several CPUs: readers without a lock while others store and erase, numbers
 * handed out on all CPUs at once.
 *
 * Mutations that made them fail when tried: tests/mutate/lib/xarray/tree.mut and xarray.mut,
 * those with `--smp`; under ThreadSanitizer also slot_read() that doesn't acquire.
 */
#include <linux/atomic.h>
#include <linux/fault-inject.h>
#include <linux/slab.h>
#include "tests/mm/smp_fixture.h"
#include "xarray_fixture.h"

/* ---- readers and writers ---- */

#define PLACES 600

struct object {
	unsigned long index;
	u64 sum; /* ~index: whoever reads it freed, and poisoned, sees something else */
	struct rcu_head rcu;
};

static struct xarray xa;

/* Places that are near each other and others that are far, so that the tree's height changes. */
static unsigned long index_of(unsigned int place)
{
	return place % 16 == 15 ? 1UL << (place / 16) : place * 3;
}

/* Whoever frees it says what is no object any more. */
static void drop(struct object *o)
{
	if (o)
		kfree_rcu(o, rcu);
}

static void store_one(struct smp_cpu *c, unsigned long index)
{
	struct object *o = kmalloc(sizeof(*o), GFP_KERNEL), *old;

	if (!o)
		return;
	*o = (struct object){ .index = index, .sum = ~index };
	old = xa_store(&xa, index, o, GFP_KERNEL);
	if (xa_is_err(old)) {
		smp_wrong(c, "a store failed", xa_err(old));
		kfree(o);
		return;
	}
	if (smp_rand(c, 2))
		xa_set_mark(&xa, index, XA_MARK_1);
	drop(old);
}

static void look_at(struct smp_cpu *c, const struct object *o, unsigned long index)
{
	if (READ_ONCE(o->index) != index || READ_ONCE(o->sum) != ~index)
		smp_wrong(c, "another's object, or none any more", index);
}

static void read_one(struct smp_cpu *c, unsigned long index)
{
	const struct object *o;

	rcu_read_lock();
	o = xa_load(&xa, index);
	if (o)
		look_at(c, o, index);
	rcu_read_unlock();
}

static void read_all(struct smp_cpu *c, xa_mark_t filter)
{
	unsigned long index = 0, last = 0;
	const struct object *o;

	rcu_read_lock();
	o = xa_find(&xa, &index, ULONG_MAX, filter);
	while (o) {
		look_at(c, o, index);
		last = index;
		o = xa_find_after(&xa, &index, ULONG_MAX, filter);
		if (o && index <= last)
			smp_wrong(c, "a search went back", index);
	}
	rcu_read_unlock();
}

static void read_and_write(struct smp_cpu *c)
{
	do {
		unsigned long index = index_of(smp_rand(c, PLACES));

		switch (smp_rand(c, 8)) {
		case 0:
		case 1:
			store_one(c, index);
			break;
		case 2:
		case 3:
			drop(xa_erase(&xa, index));
			break;
		case 4:
			read_all(c, smp_rand(c, 2) ? XA_PRESENT : XA_MARK_1);
			break;
		case 5: /* low again */
			for (unsigned int place = 15; place < PLACES; place += 16)
				drop(xa_erase(&xa, index_of(place)));
			break;
		default:
			read_one(c, index);
		}
	} while (smp_more(c));
}

static void readers_and_writers(struct kunit *test)
{
	unsigned long index;
	struct object *o;

	smp_need(test);
	xa_init(&xa);
	smp_run(test, read_and_write, NULL, NULL);
	KUNIT_EXPECT_TRUE(test, xa_valid(&xa));
	xa_for_each(&xa, index, o)
		drop(xa_erase(&xa, index));
	expect_gone(test, &xa);
}

/* ---- something that is always there ---- */

#define FIXED 0UL

/* Index 0 never changes: however high the tree is meanwhile, each reader finds it. */
static void read_the_fixed_one(struct smp_cpu *c)
{
	do {
		unsigned long index = 0;

		if (c->id == 0) {
			unsigned long other = 1UL << smp_rand(c, 64);

			xa_store(&xa, other, THING(1), GFP_KERNEL);
			xa_erase(&xa, other);
			continue;
		}
		if (xa_load(&xa, FIXED) != THING(0))
			smp_wrong(c, "what is there was not found", c->rounds);
		if (xa_find(&xa, &index, 0, XA_MARK_2) != THING(0))
			smp_wrong(c, "what is marked was not found", c->rounds);
	} while (smp_more(c));
}

static void heights_under_readers(struct kunit *test)
{
	smp_need(test);
	xa_init(&xa);
	xa_store(&xa, FIXED, THING(0), GFP_KERNEL);
	xa_set_mark(&xa, FIXED, XA_MARK_2);
	smp_run(test, read_the_fixed_one, NULL, NULL);
	KUNIT_EXPECT_TRUE(test, xa_valid(&xa));
	xa_destroy(&xa);
	expect_gone(test, &xa);
}

/* ---- numbers ---- */

#define OWNERS 4096
#define HELD   200

static struct ida ida;
static struct idr idr;
static atomic_t owner[OWNERS];

struct held {
	unsigned int nr;
	int ids[HELD];
};

static void own(struct smp_cpu *c, int id)
{
	if (id < 0 || id >= OWNERS)
		smp_wrong(c, "no such number", id);
	else if (atomic_xchg(&owner[id], c->id + 1))
		smp_wrong(c, "a number has two owners", id);
}

static int disown(struct smp_cpu *c, struct held *h)
{
	unsigned int i = smp_rand(c, h->nr);
	int id = h->ids[i];

	h->ids[i] = h->ids[--h->nr];
	if (atomic_xchg(&owner[id], 0) != c->id + 1)
		smp_wrong(c, "a number's owner changed", id);
	return id;
}

/* More are taken than given back until the table is full, then the other way about. */
static void churn(struct smp_cpu *c, int (*take)(struct smp_cpu *c), void (*give)(int id))
{
	struct held *h = kzalloc(sizeof(*h), GFP_KERNEL);

	if (!h) {
		smp_wrong(c, "no memory", 0);
		return;
	}
	do {
		if (h->nr < HELD && (!h->nr || smp_rand(c, 2))) {
			int id = take(c);

			own(c, id);
			if (id >= 0)
				h->ids[h->nr++] = id;
		} else {
			give(disown(c, h));
		}
	} while (smp_more(c));
	while (h->nr)
		give(disown(c, h));
	kfree(h);
}

static int take_xa(struct smp_cpu *c)
{
	u32 id = 0;
	int err = xa_alloc(&xa, &id, THING(c->id), XA_LIMIT(0, OWNERS - 1), GFP_KERNEL);

	return err ? err : (int)id;
}

static void give_xa(int id)
{
	xa_erase(&xa, id);
}

static void churn_xa(struct smp_cpu *c)
{
	churn(c, take_xa, give_xa);
}

static int take_ida(struct smp_cpu *c)
{
	return ida_alloc_range(&ida, smp_rand(c, 2) * 1000, OWNERS - 1, GFP_KERNEL);
}

static void give_ida(int id)
{
	ida_free(&ida, id);
}

static void churn_ida(struct smp_cpu *c)
{
	churn(c, take_ida, give_ida);
}

/* As with a spin lock of one's own: memory is fetched before. */
static int take_idr(struct smp_cpu *c)
{
	int id;

	idr_preload(GFP_KERNEL);
	idr_lock(&idr);
	id = idr_alloc_cyclic(&idr, THING(c->id), 0, OWNERS, GFP_NOWAIT);
	idr_unlock(&idr);
	idr_preload_end();
	if (id >= 0 && idr_find(&idr, id) != THING(c->id))
		smp_wrong(c, "a number stands for another thing", id);
	return id;
}

static void give_idr(int id)
{
	idr_lock(&idr);
	idr_remove(&idr, id);
	idr_unlock(&idr);
}

static void churn_idr(struct smp_cpu *c)
{
	churn(c, take_idr, give_idr);
}

static void indices_are_unique(struct kunit *test)
{
	smp_need(test);
	xa_init_flags(&xa, XA_FLAGS_ALLOC);
	smp_run(test, churn_xa, NULL, NULL);
	expect_gone(test, &xa);
}

static void ida_numbers_are_unique(struct kunit *test)
{
	smp_need(test);
	ida_init(&ida);
	smp_run(test, churn_ida, NULL, NULL);
	KUNIT_EXPECT_TRUE(test, ida_valid(&ida));
	expect_gone(test, &ida.xa);
}

static void idr_numbers_are_unique(struct kunit *test)
{
	smp_need(test);
	idr_init(&idr);
	smp_run(test, churn_idr, NULL, NULL);
	expect_gone(test, &idr.idr_rt);
}

/* ---- when the lock is dropped ---- */

#define CONTESTED 2

/* Far from each other: each needs nodes, and lets the lock go if they can't be had at once. */
static void win(struct smp_cpu *c)
{
	bool mine[CONTESTED] = {};

	do {
		unsigned int i = smp_rand(c, CONTESTED);
		unsigned long index = 5000 * (i + 1);
		int err;

		if (mine[i]) {
			if (atomic_xchg(&owner[i], 0) != c->id + 1)
				smp_wrong(c, "an index's owner changed", i);
			if (xa_erase(&xa, index) != THING(c->id))
				smp_wrong(c, "another thing stood there", i);
			mine[i] = false;
			continue;
		}
		err = xa_insert(&xa, index, THING(c->id), GFP_KERNEL);
		mine[i] = !err;
		if (err && err != -EBUSY && err != -ENOMEM)
			smp_wrong(c, "not that", err);
		if (mine[i] && atomic_xchg(&owner[i], c->id + 1))
			smp_wrong(c, "an index has two owners", i);
	} while (smp_more(c));
	for (unsigned int i = 0; i < CONTESTED; i++) {
		if (mine[i])
			atomic_set(&owner[i], 0);
	}
}

static struct fault_attr often = FAULT_ATTR_RANDOM(30, 1);

/* The rule is seen to work on a machine, too, that had no time for many rounds. */
static void fail_once(struct smp_cpu *c)
{
	for (int i = 0; i < 1000 && !atomic_long_read(&often.injected); i++) {
		int err = xa_insert(&xa, 5000UL * (CONTESTED + 1), THING(c->id), GFP_KERNEL);

		if (!err)
			xa_erase(&xa, 5000UL * (CONTESTED + 1));
		else if (err != -ENOMEM)
			smp_wrong(c, "not that", err);
	}
}

static void win_with_failures(struct smp_cpu *c)
{
	struct fault_injection before = {};

	if (!c->id)
		before = fault_inject_set((struct fault_injection){ .slab = &often });
	win(c);
	if (!c->id) {
		fail_once(c);
		fault_inject_set(before);
	}
}

static void inserting_has_one_winner(struct kunit *test)
{
	smp_need(test);
	xa_init(&xa);
	often = (struct fault_attr)FAULT_ATTR_RANDOM(30, kunit_rand(test));
	smp_run(test, win_with_failures, NULL, NULL);
	KUNIT_EXPECT_GT(test, atomic_long_read(&often.injected), 0L);
	KUNIT_EXPECT_TRUE(test, xa_valid(&xa));
	xa_destroy(&xa);
	expect_gone(test, &xa);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_SLOW(readers_and_writers),
	KUNIT_CASE_SLOW(heights_under_readers),
	KUNIT_CASE_SLOW(indices_are_unique),
	KUNIT_CASE_SLOW(ida_numbers_are_unique),
	KUNIT_CASE_SLOW(idr_numbers_are_unique),
	KUNIT_CASE_SLOW(inserting_has_one_winner),
	{},
};
static struct kunit_suite suite = { .name = "xarray_smp", .test_cases = cases };
kunit_test_suite(suite);
