// SPDX-License-Identifier: MIT
/*
 * XArray, IDR and IDA at random, against models that are as plain as can be: a sorted list of
 * what is in use, a table of pointers, a table of bits. Every answer is compared, every now and
 * then all of the content and the invariants.
 *
 * Mutations that must make them fail: those of tree.mut, idr.mut and ida.mut that change an answer.
 */
#include <linux/kernel.h>
#include <linux/slab.h>
#include "xarray_fixture.h"

/* ---- XArray ---- */

#define MOST  400 /* in use at a time */
#define STEPS 30000

struct used {
	unsigned long index;
	void *entry;	    /* NULL: reserved */
	unsigned int marks; /* bit n: XA_MARK_n */
};

struct list_model {
	struct xarray xa;
	bool allocates, zero_busy;
	unsigned int nr, most; /* most: the greatest number of them yet */
	struct used used[MOST + 2];
};

static u32 below(struct kunit *test, u32 n)
{
	return kunit_rand(test) % n;
}

/* Close to each other, close to what is there, or at the edges of what a node covers. */
static unsigned long some_index(struct kunit *test, const struct list_model *m)
{
	unsigned int bit;

	switch (below(test, 8)) {
	case 0:
		return below(test, 70);
	case 1:
	case 2:
		return below(test, 5000);
	case 3:
		bit = below(test, 64);
		return (1UL << bit) + below(test, 5) - 2;
	case 4:
		return ULONG_MAX - below(test, 130);
	default:
		return m->nr ? m->used[below(test, m->nr)].index + below(test, 3) - 1 : 0;
	}
}

static void *some_entry(struct kunit *test)
{
	u32 r = kunit_rand(test);

	return r & 1 ? THING(r >> 8) : xa_mk_value(r >> 1);
}

/* Where an index is, or would be. */
static unsigned int position(const struct list_model *m, unsigned long index)
{
	unsigned int i = 0;

	while (i < m->nr && m->used[i].index < index)
		i++;
	return i;
}

static struct used *lookup(struct list_model *m, unsigned long index)
{
	unsigned int i = position(m, index);

	return i < m->nr && m->used[i].index == index ? &m->used[i] : NULL;
}

static void model_remove(struct list_model *m, unsigned long index)
{
	struct used *u = lookup(m, index);

	if (u)
		memmove(u, u + 1, (char *)&m->used[m->nr--] - (char *)(u + 1));
}

static void model_put(struct list_model *m, unsigned long index, void *entry)
{
	unsigned int i = position(m, index);

	if (i == m->nr || m->used[i].index != index) {
		memmove(&m->used[i + 1], &m->used[i], (m->nr - i) * sizeof(struct used));
		m->used[i] = (struct used){ .index = index };
		m->nr++;
		m->most = max(m->most, m->nr);
	}
	m->used[i].entry = entry;
}

/* The lowest that is free from `min` on. */
static unsigned long model_free(struct list_model *m, unsigned long min)
{
	if (!min && m->zero_busy)
		min = 1;
	while (lookup(m, min))
		min++;
	return min;
}

static void *model_find(struct list_model *m, unsigned long *index, unsigned long max,
			xa_mark_t filter)
{
	for (unsigned int i = position(m, *index); i < m->nr && m->used[i].index <= max; i++) {
		if (m->used[i].entry &&
		    (filter == XA_PRESENT || (m->used[i].marks & BIT(filter)))) {
			*index = m->used[i].index;
			return m->used[i].entry;
		}
	}
	return NULL;
}

static void step_store(struct kunit *test, struct list_model *m)
{
	unsigned long index = some_index(test, m);
	void *entry = below(test, 8) ? some_entry(test) : NULL;
	struct used *u = lookup(m, index);

	KUNIT_ASSERT_PTR_EQ(test, xa_store(&m->xa, index, entry, GFP_KERNEL), u ? u->entry : NULL);
	if (entry || m->allocates)
		model_put(m, index, entry);
	else
		model_remove(m, index);
}

static void step_erase(struct kunit *test, struct list_model *m)
{
	unsigned long index = some_index(test, m);
	struct used *u = lookup(m, index);

	KUNIT_ASSERT_PTR_EQ(test, xa_erase(&m->xa, index), u ? u->entry : NULL);
	model_remove(m, index);
}

static void step_cmpxchg(struct kunit *test, struct list_model *m)
{
	unsigned long index = some_index(test, m);
	void *entry = below(test, 4) ? some_entry(test) : NULL;
	struct used *u = lookup(m, index);
	void *there = !u ? NULL : u->entry ? u->entry : XA_ZERO_ENTRY;
	void *old = below(test, 3) ? there : some_entry(test);

	/* In an array of which index 0 is never free it may be reserved or not. */
	if (!index && m->zero_busy)
		return;
	KUNIT_ASSERT_PTR_EQ(test, xa_cmpxchg(&m->xa, index, old, entry, GFP_KERNEL),
			    u ? u->entry : NULL);
	if (old != there)
		return;
	if (entry)
		model_put(m, index, entry);
	else
		model_remove(m, index);
}

static void step_insert(struct kunit *test, struct list_model *m)
{
	unsigned long index = some_index(test, m);
	void *entry = below(test, 4) ? some_entry(test) : NULL;

	if (!index && m->zero_busy)
		return;
	KUNIT_ASSERT_EQ(test, xa_insert(&m->xa, index, entry, GFP_KERNEL),
			lookup(m, index) ? -EBUSY : 0);
	if (!lookup(m, index))
		model_put(m, index, entry);
}

static void step_reserve(struct kunit *test, struct list_model *m)
{
	unsigned long index = some_index(test, m);
	struct used *u = lookup(m, index);

	if (!index && m->zero_busy)
		return;
	if (below(test, 2)) {
		KUNIT_ASSERT_EQ(test, xa_reserve(&m->xa, index, GFP_KERNEL), 0);
		if (!u)
			model_put(m, index, NULL);
	} else {
		xa_release(&m->xa, index);
		if (u && !u->entry)
			model_remove(m, index);
	}
}

static void step_mark(struct kunit *test, struct list_model *m)
{
	xa_mark_t mark = m->allocates ? 1 + below(test, 2) : below(test, 3);
	unsigned long index = some_index(test, m);
	struct used *u = lookup(m, index);

	if (!index && m->zero_busy)
		return;
	KUNIT_ASSERT_EQ(test, xa_get_mark(&m->xa, index, mark), u && (u->marks & BIT(mark)));
	if (below(test, 3)) {
		xa_set_mark(&m->xa, index, mark);
		if (u)
			u->marks |= BIT(mark);
	} else {
		xa_clear_mark(&m->xa, index, mark);
		if (u)
			u->marks &= ~BIT(mark);
	}
}

static void step_find(struct kunit *test, struct list_model *m)
{
	unsigned long index = some_index(test, m), max = some_index(test, m), expected;
	xa_mark_t filter = m->allocates ? 1 + below(test, 2) : below(test, 3);
	void *entry;

	if (below(test, 2))
		filter = XA_PRESENT;
	expected = index;
	entry = model_find(m, &expected, max, filter);
	KUNIT_ASSERT_PTR_EQ(test, xa_find(&m->xa, &index, max, filter), entry);
	KUNIT_ASSERT_EQ(test, index, expected);
	if (!entry || index == ULONG_MAX)
		return;
	expected++;
	entry = model_find(m, &expected, max, filter);
	KUNIT_ASSERT_PTR_EQ(test, xa_find_after(&m->xa, &index, max, filter), entry);
	if (entry)
		KUNIT_ASSERT_EQ(test, index, expected);
}

static void step_alloc(struct kunit *test, struct list_model *m)
{
	u32 min = some_index(test, m), max = some_index(test, m), id = 0, next, first;
	struct xa_limit limit = XA_LIMIT(min, max);
	void *entry = below(test, 8) ? some_entry(test) : NULL;
	unsigned long expected;
	int err;

	if (below(test, 2)) {
		expected = model_free(m, min);
		err = expected <= max ? 0 : -EBUSY;
		KUNIT_ASSERT_EQ(test, xa_alloc(&m->xa, &id, entry, limit, GFP_KERNEL), err);
	} else {
		next = some_index(test, m);
		first = max(min, next);
		expected = model_free(m, first);
		err = expected <= max ? 0 : -EBUSY;
		if (err && first > min) {
			expected = model_free(m, min);
			err = expected <= max ? 1 : -EBUSY;
		}
		m->xa.xa_flags &= ~XA_FLAGS_ALLOC_WRAPPED; /* it goes with one `next` */
		KUNIT_ASSERT_EQ(test, xa_alloc_cyclic(&m->xa, &id, entry, limit, &next, GFP_KERNEL),
				err);
		if (err >= 0)
			KUNIT_ASSERT_EQ(test, next, (u32)expected + 1);
	}
	if (err < 0)
		return;
	KUNIT_ASSERT_EQ(test, id, (u32)expected);
	model_put(m, id, entry);
}

/* All of the content, one after the other. */
static void compare(struct kunit *test, struct list_model *m)
{
	unsigned long index;
	unsigned int i = 0;
	void *entry;

	KUNIT_ASSERT_TRUE(test, xa_valid(&m->xa));
	xa_for_each(&m->xa, index, entry) {
		while (i < m->nr && !m->used[i].entry)
			i++;
		KUNIT_ASSERT_LT(test, i, m->nr);
		KUNIT_ASSERT_EQ(test, index, m->used[i].index);
		KUNIT_ASSERT_PTR_EQ(test, entry, m->used[i].entry);
		KUNIT_ASSERT_PTR_EQ(test, xa_load(&m->xa, index), entry);
		i++;
	}
	while (i < m->nr && !m->used[i].entry)
		i++;
	KUNIT_ASSERT_EQ(test, i, m->nr);
}

static void step(struct kunit *test, struct list_model *m)
{
	static void (*const plain[])(struct kunit * test, struct list_model * m) = {
		step_store,   step_store, step_cmpxchg, step_insert,
		step_reserve, step_mark,  step_find,	step_erase,
	};
	u32 r = below(test, 10);

	/* In waves, so that it is empty again and again. */
	if (m->nr >= MOST || (kunit_rand(test) >> 20) % 1000 == 0) {
		while (m->nr > MOST / 3 + below(test, MOST / 3) * (m->nr < MOST)) {
			struct used *u = &m->used[below(test, m->nr)];

			KUNIT_ASSERT_PTR_EQ(test, xa_erase(&m->xa, u->index), u->entry);
			model_remove(m, u->index);
		}
	}
	if (r < ARRAY_SIZE(plain))
		plain[r](test, m);
	else if (m->allocates)
		step_alloc(test, m);
	else
		step_mark(test, m);
}

static void destroy_model(void *arg)
{
	struct list_model *m = arg;

	xa_destroy(&m->xa);
	kfree(m);
}

static void against_a_list(struct kunit *test, gfp_t flags)
{
	struct list_model *m = kzalloc(sizeof(*m), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, m);
	xa_init_flags(&m->xa, flags);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, destroy_model, m), 0);
	m->allocates = flags & XA_FLAGS_TRACK_FREE;
	m->zero_busy = flags & XA_FLAGS_ZERO_BUSY;
	for (unsigned int i = 0; i < STEPS; i++) {
		step(test, m);
		if (i % 1000 == 0)
			compare(test, m);
	}
	compare(test, m);
	KUNIT_EXPECT_GT(test, m->most, 150U);
	while (m->nr) {
		KUNIT_ASSERT_PTR_EQ(test, xa_erase(&m->xa, m->used[0].index), m->used[0].entry);
		model_remove(m, m->used[0].index);
	}
	KUNIT_EXPECT_TRUE(test, xa_valid(&m->xa));
	xa_erase(&m->xa, 0);
	KUNIT_EXPECT_TRUE(test, xa_empty(&m->xa));
	KUNIT_EXPECT_EQ(test, nodes_live(), 0UL);
}

static void plain_array(struct kunit *test)
{
	against_a_list(test, 0);
}

static void allocating_array(struct kunit *test)
{
	against_a_list(test, XA_FLAGS_ALLOC);
}

static void allocating_from_one(struct kunit *test)
{
	against_a_list(test, XA_FLAGS_ALLOC1);
}

/* ---- IDR ---- */

#define NUMBERS 1500
#define NONE	((void *)1UL) /* in the model: not in use */

/* With all four kinds of lowest bits, and NULL. */
static void *some_pointer(struct kunit *test)
{
	u32 r = kunit_rand(test);

	return r % 8 ? (void *)((unsigned long)THING(r >> 8) | (r >> 4) % 4) : NULL;
}

static void idr_step_alloc(struct kunit *test, struct idr *idr, void **model, int base)
{
	int start = base + below(test, NUMBERS), end = base + below(test, NUMBERS), expected;
	void *p = some_pointer(test);

	end = max(end, 1); /* 0 would mean that there is no bound */
	expected = start;
	while (expected < end && model[expected - base] != NONE)
		expected++;
	if (expected >= end)
		expected = -ENOSPC;
	KUNIT_ASSERT_EQ(test, idr_alloc(idr, p, start, end, GFP_KERNEL), expected);
	if (expected >= 0)
		model[expected - base] = p;
}

static void idr_step_others(struct kunit *test, struct idr *idr, void **model, int base)
{
	int id = base + below(test, NUMBERS), next = id;
	void **m = &model[id - base], *p = some_pointer(test);

	switch (below(test, 4)) {
	case 0:
		KUNIT_ASSERT_PTR_EQ(test, idr_remove(idr, id), *m == NONE ? NULL : *m);
		*m = NONE;
		break;
	case 1:
		KUNIT_ASSERT_PTR_EQ(test, idr_replace(idr, p, id),
				    *m == NONE ? ERR_PTR(-ENOENT) : *m);
		if (*m != NONE)
			*m = p;
		break;
	case 2:
		KUNIT_ASSERT_PTR_EQ(test, idr_find(idr, id), *m == NONE ? NULL : *m);
		break;
	default:
		while (id < base + NUMBERS && (model[id - base] == NONE || !model[id - base]))
			id++;
		p = id < base + NUMBERS ? model[id - base] : NULL;
		KUNIT_ASSERT_PTR_EQ(test, idr_get_next(idr, &next), p);
		if (p)
			KUNIT_ASSERT_EQ(test, next, id);
	}
}

static void destroy_idr(void *arg)
{
	idr_destroy(arg);
}

static void idr_against_a_table(struct kunit *test)
{
	static struct idr idr;
	void **model = kunit_kmalloc(test, NUMBERS * sizeof(*model), GFP_KERNEL);
	int base = below(test, 2) ? below(test, 5000) : 0;

	KUNIT_ASSERT_NOT_NULL(test, model);
	idr_init_base(&idr, base);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, destroy_idr, &idr), 0);
	for (unsigned int i = 0; i < NUMBERS; i++)
		model[i] = NONE;
	for (unsigned int i = 0; i < STEPS; i++) {
		if (below(test, 3))
			idr_step_others(test, &idr, model, base);
		else
			idr_step_alloc(test, &idr, model, base);
		if (i % 1000 == 0)
			KUNIT_ASSERT_TRUE(test, xa_valid(&idr.idr_rt));
	}
	for (unsigned int i = 0; i < NUMBERS; i++)
		KUNIT_ASSERT_PTR_EQ(test, idr_remove(&idr, base + i),
				    model[i] == NONE ? NULL : model[i]);
	expect_gone(test, &idr.idr_rt);
}

/* ---- IDA ---- */

#define BITS 5000

static void destroy_ida(void *arg)
{
	ida_destroy(arg);
}

static void ida_against_a_table(struct kunit *test)
{
	static struct ida ida;
	bool *model = kunit_kzalloc(test, BITS, GFP_KERNEL);
	unsigned int min, max, id;

	KUNIT_ASSERT_NOT_NULL(test, model);
	ida_init(&ida);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, destroy_ida, &ida), 0);
	for (unsigned int i = 0; i < 2 * STEPS; i++) {
		/* In two waves: full, empty, full, empty. */
		bool more = i / (STEPS / 2) % 2 == 0;

		min = below(test, BITS);
		if (below(test, 8) < (more ? 6 : 2)) {
			max = below(test, 4) ? BITS - 1 : below(test, BITS);
			for (id = min; id <= max && model[id]; id++)
				;
			KUNIT_ASSERT_EQ(test, ida_alloc_range(&ida, min, max, GFP_KERNEL),
					id <= max ? (int)id : -ENOSPC);
			if (id <= max)
				model[id] = true;
		} else if (model[min]) {
			ida_free(&ida, min);
			model[min] = false;
		}
		KUNIT_ASSERT_EQ(test, ida_exists(&ida, min), model[min]);
		if (i % 1000 == 0)
			KUNIT_ASSERT_TRUE(test, ida_valid(&ida));
	}
	for (id = 0; id < BITS; id++) {
		KUNIT_ASSERT_EQ(test, ida_exists(&ida, id), model[id]);
		if (model[id])
			ida_free(&ida, id);
	}
	KUNIT_EXPECT_TRUE(test, ida_is_empty(&ida));
	expect_gone(test, &ida.xa);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_SLOW(plain_array),	      KUNIT_CASE_SLOW(allocating_array),
	KUNIT_CASE_SLOW(allocating_from_one), KUNIT_CASE_SLOW(idr_against_a_table),
	KUNIT_CASE_SLOW(ida_against_a_table), {},
};
static struct kunit_suite suite = { .name = "xarray_random", .test_cases = cases };
kunit_test_suite(suite);
