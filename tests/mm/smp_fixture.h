/* SPDX-License-Identifier: MIT */
/*
 * What the tests with several CPUs share: something done on all of them at once, for a while, by
 * chance; and mailboxes, by which what one CPU made comes to another.
 *
 * The case's own CPU alone may use its struct kunit; the others say what they found by smp_wrong().
 */
#ifndef TESTS_MM_SMP_FIXTURE_H
#define TESTS_MM_SMP_FIXTURE_H

#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/random.h>
#include <linux/types.h>

#define SMP_BOXES 64

struct smp_cpu {
	unsigned int id, nr;  /* this CPU, of how many */
	struct rnd_state rnd; /* from the case's seed and the CPU's id */
	unsigned long rounds;
	unsigned long errors;
	const char *first_error;
	unsigned long first_detail;
	void *shared; /* the same for all */
	void **boxes; /* the same for all: SMP_BOXES */
};

/* Skip the case where one CPU runs. */
void smp_need(struct kunit *test);

/*
 * Run `fn` on every CPU. Then each thing that lies in a box goes to `discard`; fails the case for
 * every error, and unless the memory manager's invariants hold and the page count is what it was.
 * `discard` NULL: no boxes are used, and pages may rightly have come or gone.
 */
void smp_run(struct kunit *test, void (*fn)(struct smp_cpu *c), void *shared,
	     void (*discard)(struct smp_cpu *c, void *p));

/* Another round? Says so for as long as a test may take, on this CPU. */
bool smp_more(struct smp_cpu *c);

/* 0 … n-1 */
static inline u32 smp_rand(struct smp_cpu *c, u32 n)
{
	return reciprocal_scale(prandom_u32_state(&c->rnd), n);
}

/* All meet, `nr` CPUs each time; it begins as zeros. */
struct smp_meeting {
	atomic_t arrived;
};

static inline void smp_meet(struct smp_meeting *m, unsigned int nr)
{
	unsigned int turn = atomic_inc_return(&m->arrived);

	while (atomic_read_acquire(&m->arrived) < (turn + nr - 1) / nr * nr)
		cpu_relax();
}

/* Note an error. `what` is a constant. */
void smp_wrong(struct smp_cpu *c, const char *what, unsigned long detail);

/* Put `p` (or NULL) into a box picked by chance, for what was in it. */
void *smp_swap(struct smp_cpu *c, void *p);

#endif
