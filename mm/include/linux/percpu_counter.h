/* SPDX-License-Identifier: MIT */
/* A number that all CPUs add to and that is seldom read exactly. Theory in mm/percpu_counter.c. */
#ifndef LINUX_PERCPU_COUNTER_H
#define LINUX_PERCPU_COUNTER_H

#include <linux/limits.h>
#include <linux/gfp.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct percpu_counter {
	raw_spinlock_t lock;
	s64 count;		/* lock: what was carried over */
	s32 __percpu *counters; /* each CPU's own share; NULL: not initialised, or destroyed */
};

/* How far a CPU's share may go before it is carried over: max(32, 2 * CPUs). */
extern int percpu_counter_batch;

int percpu_counter_init_many(struct percpu_counter *fbc, s64 amount, gfp_t gfp, u32 nr_counters);
void percpu_counter_destroy_many(struct percpu_counter *fbc, u32 nr_counters);
void percpu_counter_set(struct percpu_counter *fbc, s64 amount);
void percpu_counter_add_batch(struct percpu_counter *fbc, s64 amount, s32 batch);
bool __percpu_counter_limited_add(struct percpu_counter *fbc, s64 limit, s64 amount, s32 batch);
void percpu_counter_sync(struct percpu_counter *fbc);
s64 percpu_counter_sum(struct percpu_counter *fbc);
int __percpu_counter_compare(struct percpu_counter *fbc, s64 rhs, s32 batch);

/* 0, or -ENOMEM. May sleep, as gfp says. */
static inline int percpu_counter_init(struct percpu_counter *fbc, s64 amount, gfp_t gfp)
{
	return percpu_counter_init_many(fbc, amount, gfp, 1);
}

/* Any context; one that was never initialised, and is all zero, may be destroyed as well. */
static inline void percpu_counter_destroy(struct percpu_counter *fbc)
{
	percpu_counter_destroy_many(fbc, 1);
}

/* Any context but NMI. */
static inline void percpu_counter_add(struct percpu_counter *fbc, s64 amount)
{
	percpu_counter_add_batch(fbc, amount, percpu_counter_batch);
}

static inline void percpu_counter_sub(struct percpu_counter *fbc, s64 amount)
{
	percpu_counter_add(fbc, -amount);
}

static inline void percpu_counter_inc(struct percpu_counter *fbc)
{
	percpu_counter_add(fbc, 1);
}

static inline void percpu_counter_dec(struct percpu_counter *fbc)
{
	percpu_counter_add(fbc, -1);
}

/* Carried over only if this CPU's share would not hold it: for counters that are read by sum alone. */
static inline void percpu_counter_add_local(struct percpu_counter *fbc, s64 amount)
{
	percpu_counter_add_batch(fbc, amount, S32_MAX);
}

static inline void percpu_counter_sub_local(struct percpu_counter *fbc, s64 amount)
{
	percpu_counter_add_local(fbc, -amount);
}

/* Add unless the counter would go beyond `limit` (for a negative amount: below it). Did it? */
static inline bool percpu_counter_limited_add(struct percpu_counter *fbc, s64 limit, s64 amount)
{
	return __percpu_counter_limited_add(fbc, limit, amount, percpu_counter_batch);
}

/* What was carried over: less than batch * CPUs away from the exact value. One load. */
static inline s64 percpu_counter_read(const struct percpu_counter *fbc)
{
	return READ_ONCE(fbc->count);
}

/* The same of what is never negative: an error that makes it so counts as 0. */
static inline s64 percpu_counter_read_positive(const struct percpu_counter *fbc)
{
	s64 n = percpu_counter_read(fbc);

	return n < 0 ? 0 : n;
}

static inline s64 percpu_counter_sum_positive(struct percpu_counter *fbc)
{
	s64 n = percpu_counter_sum(fbc);

	return n < 0 ? 0 : n;
}

/* -1, 0, 1: less, equal, greater, exactly; adds up only where what was carried over can't tell. */
static inline int percpu_counter_compare(struct percpu_counter *fbc, s64 rhs)
{
	return __percpu_counter_compare(fbc, rhs, percpu_counter_batch);
}

static inline bool percpu_counter_initialized(const struct percpu_counter *fbc)
{
	return fbc->counters != NULL;
}

#endif
