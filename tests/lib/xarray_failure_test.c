// SPDX-License-Identifier: MIT
/*
 * XArray, IDR and IDA when there is no memory: each allocation of each change fails once, alone and
 * with all that follow. What is refused has changed nothing and left no node; what isn't is whole.
 *
 * An allocation that fails alone is tried again where it may sleep: that is how the way behind the
 * dropped lock is gone. So with GFP_KERNEL nothing may be refused then.
 *
 * Mutations that must make them fail: xa_spares_fill() that loses what it has; prepare() that
 * says 0 when there is no memory, or doesn't try again; a store before all nodes are there.
 */
#include <asm/irqflags.h>
#include <linux/fault-inject.h>
#include <linux/kernel.h>
#include "xarray_fixture.h"

#define FAR (1UL << 40)

static struct xarray xa;
static struct idr idr;
static struct ida ida;
static u32 id;

/* One change: 0 or -ENOMEM. All from arrays with one entry at index 0, an IDA with number 0. */
static int do_store(gfp_t gfp)
{
	return xa_err(xa_store(&xa, FAR, THING(1), gfp));
}

static int do_insert(gfp_t gfp)
{
	return xa_insert_irq(&xa, FAR, THING(1), gfp);
}

static int do_cmpxchg(gfp_t gfp)
{
	return xa_err(xa_cmpxchg_bh(&xa, FAR, NULL, THING(1), gfp));
}

static int do_reserve(gfp_t gfp)
{
	return xa_reserve(&xa, FAR, gfp);
}

static int do_alloc(gfp_t gfp)
{
	return xa_alloc(&xa, &id, THING(1), XA_LIMIT(5000, 6000), gfp);
}

static int do_cyclic(gfp_t gfp)
{
	u32 next = 5000;

	return xa_alloc_cyclic(&xa, &id, THING(1), xa_limit_32b, &next, gfp);
}

static int do_idr(gfp_t gfp)
{
	int r = idr_alloc(&idr, THING(1), 1 << 30, 0, gfp);

	return min(r, 0);
}

static int do_idr_cyclic(gfp_t gfp)
{
	int r;

	idr_set_cursor(&idr, 5000);
	r = idr_alloc_cyclic(&idr, THING(1), 0, 0, gfp);
	return min(r, 0);
}

/* A pointer that the head can't hold takes a node. */
static int do_idr_replace(gfp_t gfp)
{
	void *p = idr_replace(&idr, (void *)((unsigned long)THING(1) | 2), 0);

	return IS_ERR(p) ? PTR_ERR(p) : 0;
}

static int do_ida_bitmap(gfp_t gfp)
{
	int r = ida_alloc_min(&ida, 63, gfp);

	return min(r, 0);
}

static int do_ida_far(gfp_t gfp)
{
	int r = ida_alloc_min(&ida, 1 << 30, gfp);

	return min(r, 0);
}

static int do_ida_both(gfp_t gfp)
{
	int r = ida_alloc_min(&ida, (1 << 30) + 100, gfp);

	return min(r, 0);
}

static const struct change {
	const char *name;
	int (*fn)(gfp_t gfp);
	unsigned int flags; /* of the array */
	bool never_sleeps;
} changes[] = {
	{ "xa_store", do_store },
	{ "xa_insert_irq", do_insert, XA_LOCK_IRQ },
	{ "xa_cmpxchg_bh", do_cmpxchg, XA_LOCK_BH },
	{ "xa_reserve", do_reserve },
	{ "xa_alloc", do_alloc, (u32)XA_FLAGS_ALLOC },
	{ "xa_alloc_cyclic", do_cyclic, (u32)XA_FLAGS_ALLOC },
	{ "idr_alloc", do_idr, .never_sleeps = true },
	{ "idr_alloc_cyclic", do_idr_cyclic, .never_sleeps = true },
	{ "idr_replace", do_idr_replace, .never_sleeps = true },
	{ "ida_alloc of a bitmap", do_ida_bitmap, .never_sleeps = true },
	{ "ida_alloc of nodes", do_ida_far, .never_sleeps = true },
	{ "ida_alloc of both", do_ida_both, .never_sleeps = true },
};

static void prepare_arrays(struct kunit *test, const struct change *c)
{
	xa_init_flags(&xa, (__force gfp_t)c->flags);
	idr_init(&idr);
	ida_init(&ida);
	xa_store(&xa, 0, THING(0), GFP_KERNEL);
	KUNIT_ASSERT_EQ(test, idr_alloc(&idr, THING(0), 0, 0, GFP_KERNEL), 0);
	KUNIT_ASSERT_EQ(test, ida_alloc(&ida, GFP_KERNEL), 0);
}

static unsigned int entries(struct xarray *x)
{
	unsigned long index;
	unsigned int n = 0;
	void *entry;

	xa_for_each(x, index, entry)
		n++;
	return n;
}

/* What is there is what was there, all of it. */
static bool untouched(void)
{
	return entries(&xa) == 1 && xa_load(&xa, 0) == THING(0) && entries(&idr.idr_rt) == 1 &&
	       idr_find(&idr, 0) == THING(0) && entries(&ida.xa) == 1 && ida_exists(&ida, 0) &&
	       !ida_exists(&ida, 63) && !nodes_live();
}

static void check(struct kunit *test, const struct change *c, int err, unsigned long nth)
{
	bool intact;

	KUNIT_EXPECT_TRUE_MSG(test, err == 0 || err == -ENOMEM, "%s, call %lu: %d", c->name, nth,
			      err);
	intact = xa_valid(&xa) && xa_valid(&idr.idr_rt) && ida_valid(&ida);
	KUNIT_EXPECT_TRUE_MSG(test, intact, "%s, call %lu", c->name, nth);
	if (err)
		KUNIT_EXPECT_TRUE_MSG(test, untouched(), "%s, call %lu", c->name, nth);
	xa_destroy(&xa);
	idr_destroy(&idr);
	ida_destroy(&ida);
	KUNIT_EXPECT_EQ_MSG(test, nodes_live(), 0UL, "%s, call %lu", c->name, nth);
}

/* Call after call, until one is not reached. Returns how many. */
static unsigned long fail_each(struct kunit *test, const struct change *c, gfp_t gfp, bool onwards)
{
	unsigned long nth, bitmaps = bitmaps_live();

	for (nth = 1; nth < 100; nth++) {
		struct fault_attr attr = { .nth = nth, .onwards = onwards };
		struct fault_injection before;
		unsigned long failed;
		int err;

		prepare_arrays(test, c);
		before = fault_inject_set((struct fault_injection){ .slab = &attr });
		err = c->fn(gfp);
		fault_inject_set(before);
		failed = atomic_long_read(&attr.injected);
		check(test, c, err, nth);
		KUNIT_EXPECT_EQ_MSG(test, bitmaps_live(), bitmaps, "%s, call %lu", c->name, nth);
		if (!failed) {
			KUNIT_EXPECT_EQ(test, err, 0);
			break;
		}
		if (onwards)
			KUNIT_EXPECT_EQ_MSG(test, err, -ENOMEM, "%s, call %lu", c->name, nth);
		else if (!c->never_sleeps && gfpflags_allow_blocking(gfp))
			KUNIT_EXPECT_EQ_MSG(test, err, 0, "%s, call %lu", c->name, nth);
	}
	return nth - 1;
}

static void each_fails_alone(struct kunit *test)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(changes); i++) {
		KUNIT_EXPECT_GT_MSG(test, fail_each(test, &changes[i], GFP_KERNEL, false), 0UL,
				    "%s", changes[i].name);
		fail_each(test, &changes[i], GFP_NOWAIT, false);
	}
}

static void all_fail_from_there(struct kunit *test)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(changes); i++) {
		KUNIT_EXPECT_GT_MSG(test, fail_each(test, &changes[i], GFP_KERNEL, true), 0UL, "%s",
				    changes[i].name);
		fail_each(test, &changes[i], GFP_NOWAIT, true);
	}
}

/* From idr_preload() on there may be no memory at all: what it fetched is enough for any number. */
static void preloaded_is_enough(struct kunit *test)
{
	struct fault_attr attr = FAULT_ATTR_FROM_NTH(1);
	struct fault_injection before;
	int got;

	idr_init(&idr);
	KUNIT_ASSERT_EQ(test, idr_alloc(&idr, THING(0), 0, 0, GFP_KERNEL), 0);
	idr_preload(GFP_KERNEL);
	idr_preload(GFP_NOWAIT);
	idr_preload_end(); /* the outer one's stay */
	before = fault_inject_set((struct fault_injection){ .slab = &attr });
	got = idr_alloc(&idr, THING(1), INT_MAX, 0, GFP_NOWAIT);
	fault_inject_set(before);
	idr_preload_end();
	KUNIT_EXPECT_EQ(test, got, INT_MAX);
	KUNIT_EXPECT_GT(test, atomic_long_read(&attr.injected), 0L);
	KUNIT_EXPECT_PTR_EQ(test, idr_find(&idr, INT_MAX), THING(1));
	KUNIT_EXPECT_TRUE(test, xa_valid(&idr.idr_rt));
	before = fault_inject_set((struct fault_injection){ .slab = &attr });
	got = idr_alloc(&idr, THING(2), 1 << 20, 0, GFP_NOWAIT); /* nothing is kept */
	fault_inject_set(before);
	KUNIT_EXPECT_EQ(test, got, -ENOMEM);
	idr_destroy(&idr);
	expect_gone(test, &idr.idr_rt);
}

/* Dropped for memory, the lock is taken again as it was: interrupts off. */
static void locked_again_as_before(struct kunit *test)
{
	struct fault_attr attr = FAULT_ATTR_NTH(1);
	struct fault_injection before;
	bool off;
	void *old;

	xa_init_flags(&xa, XA_FLAGS_LOCK_IRQ);
	xa_store_irq(&xa, 0, THING(0), GFP_KERNEL);
	xa_lock_irq(&xa);
	before = fault_inject_set((struct fault_injection){ .slab = &attr });
	old = __xa_store(&xa, FAR, THING(1), GFP_KERNEL);
	fault_inject_set(before);
	off = irqs_disabled() && spin_is_locked(&xa.xa_lock);
	xa_unlock_irq(&xa);
	KUNIT_EXPECT_TRUE(test, off);
	KUNIT_EXPECT_NULL(test, old);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&attr.injected), 1L);
	KUNIT_EXPECT_PTR_EQ(test, xa_load(&xa, FAR), THING(1));
	xa_destroy(&xa);
	expect_gone(test, &xa);
}

/* Erasing and replacing ask for no memory at all. */
static void erasing_needs_nothing(struct kunit *test)
{
	struct fault_attr attr = FAULT_ATTR_FROM_NTH(1);
	struct fault_injection before;

	xa_init(&xa);
	for (unsigned long i = 0; i < 5000; i += 7)
		xa_store(&xa, i, THING(i), GFP_KERNEL);
	before = fault_inject_set((struct fault_injection){ .slab = &attr });
	for (unsigned long i = 0; i < 5000; i += 7) {
		xa_store(&xa, i, THING(1), GFP_NOWAIT);
		if (xa_erase(&xa, i) != THING(1))
			break;
	}
	fault_inject_set(before);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&attr.asked), 0L);
	expect_gone(test, &xa);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_fails_alone),	   KUNIT_CASE(all_fail_from_there),
	KUNIT_CASE(preloaded_is_enough),   KUNIT_CASE(locked_again_as_before),
	KUNIT_CASE(erasing_needs_nothing), {},
};
static struct kunit_suite suite = { .name = "xarray_failure", .test_cases = cases };
kunit_test_suite(suite);
