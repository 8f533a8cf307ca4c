// SPDX-License-Identifier: MIT
/*
 * The frame of the tests with several CPUs; see smp_fixture.h.
 *
 * A run is bounded by time, since how many rounds the CPUs of a process get on a busy machine is
 * not known; so what happens in which order is not repeated by the seed, only what each CPU asks
 * for.
 */
#include <asm/clock.h>
#include <asm/percpu.h>
#include <linux/smp.h>
#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/sprintf.h>
#include "smp_fixture.h"

#define RUN_NS 150000000ULL

static struct {
	struct smp_cpu cpus[NR_CPUS];
	void *boxes[SMP_BOXES];
	u64 end; /* clock_ns() */
	void (*fn)(struct smp_cpu *c);
} run;

void smp_need(struct kunit *test)
{
	if (READ_ONCE(nr_online_cpus) < 2)
		kunit_skip(test, "one CPU runs; the host's --smp gives more");
}

bool smp_more(struct smp_cpu *c)
{
	c->rounds++;
	return clock_ns() < run.end;
}

void smp_wrong(struct smp_cpu *c, const char *what, unsigned long detail)
{
	if (c->errors++)
		return;
	c->first_error = what;
	c->first_detail = detail;
}

void *smp_swap(struct smp_cpu *c, void *p)
{
	return xchg(&c->boxes[smp_rand(c, SMP_BOXES)], p);
}

static void run_here(void *unused)
{
	run.fn(&run.cpus[smp_processor_id()]);
}

static unsigned long pages_accounted(void)
{
	mm_quiesce();
	return nr_free_pages() + mm_stat_read(MM_KERNEL_TABLES);
}

static void check_cpus(struct kunit *test, unsigned int nr)
{
	unsigned long rounds = 0;

	for (unsigned int i = 0; i < nr; i++) {
		const struct smp_cpu *c = &run.cpus[i];

		KUNIT_EXPECT_EQ_MSG(test, c->errors, 0UL, "CPU %u, first: %s (%#lx)", i,
				    c->first_error, c->first_detail);
		KUNIT_EXPECT_GT(test, c->rounds, 0UL);
		rounds += c->rounds;
	}
	kunit_info(test, "%lu rounds on %u CPUs", rounds, nr);
}

void smp_run(struct kunit *test, void (*fn)(struct smp_cpu *c), void *shared,
	     void (*discard)(struct smp_cpu *c, void *p))
{
	unsigned long pages = pages_accounted(), now;
	unsigned int nr = READ_ONCE(nr_online_cpus);
	u64 seed = kunit_rand(test);

	run.fn = fn;
	run.end = clock_ns() + RUN_NS;
	for (unsigned int i = 0; i < nr; i++) {
		run.cpus[i] =
			(struct smp_cpu){ .id = i, .nr = nr, .shared = shared, .boxes = run.boxes };
		prandom_seed_state(&run.cpus[i].rnd, seed + i);
	}
	run_on_cpus(run_here, NULL);
	for (unsigned int i = 0; discard && i < SMP_BOXES; i++) {
		void *p = xchg(&run.boxes[i], NULL);

		if (p)
			discard(&run.cpus[0], p);
	}
	check_cpus(test, nr);
	now = pages_accounted();
	if (discard)
		KUNIT_EXPECT_EQ(test, now, pages);
	KUNIT_EXPECT_TRUE(test, mm_valid_all());
}
