// SPDX-License-Identifier: MIT
/*
 * The soak
 * ========
 *
 * 1. What it is for. Each suite asks one part of the memory manager what it was made for. Here all
 *    parts work at once, on all CPUs, for as long as one likes, while allocations fail at random and
 *    memory runs out at times; and all that is known is that memory keeps what was written to it,
 *    that it comes back, and that everybody gets on.
 *
 *	soak=<seconds>		run, instead of the self-tests
 *	soak.seed=<n>		printed in any case
 *	soak.threads=<n>	a CPU; 3
 *	soak.stall=<ticks>	a CPU without an operation for so many of its ticks hangs; 5000
 *	soak.plant=lost_page|bad_byte|stall	an error on purpose: the soak must see it
 *
 * 2. Model. Each thread takes step after step; what a step does, and with what numbers, is a function
 *    of the seed, the thread and the step's number alone. So a seed repeats what each thread asks
 *    for; what it meets depends on the others.
 *
 *    A step is an operation out of the groups' tables, picked by weight. It is done, or refused for
 *    want of memory; both are counted. What is wrong is a report (soak_wrong()). To add something
 *    to be done is a row of a table; to add a group, a line in groups[].
 *
 * 3. The boot CPU's first thread, which is no worker, leads: every second or so another phase begins
 *    (phases[]), in which requests fail with some probability, or all memory but a little is taken
 *    away. Every ten seconds it says how far all have come.
 *
 * 4. Progress. Each CPU counts the steps that end on it; its own tick looks whether the count moves.
 *    A CPU that has ticks and no steps hangs: it is named, with what each thread was at, and the run
 *    panics, since nobody can be stopped or joined any more. What has neither ticks nor steps is the
 *    runner's time limit's matter.
 *
 * 5. The end. Threads are joined, everything they hold is checked and given back; then pages must be
 *    as many as before, the counts by use too, all invariants hold, and nothing may have been reported. Each
 *    is a line of KTAP.
 *
 * Locks: soak_arming, outermost: fault_inject_set() wants no cache made or destroyed meanwhile.
 * Context: process; the watch and the threads' timers run in the tick.
 */
#include <asm/clock.h>
#include <asm/console.h>
#include <asm/smp.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fault-inject.h>
#include <linux/jiffies.h>
#include <linux/kstrtox.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <quarry/report.h>
#include "soak.h"
#include "tests/payload.h"

#define MAX_WRONG 8 /* reports; what comes after is only counted */
#define NS	  1000000000ULL

static const struct soak_group *const groups[] = { &soak_blocks, &soak_caches, &soak_user,
						   &soak_sync };

struct soak_thread *soak_threads;
unsigned int soak_nr_threads;
DECLARE_RWSEM(soak_arming);

static unsigned int seconds, per_cpu_threads = 3, stall_ticks = 20 * HZ;
static u64 seed;
static bool seed_given;
static const char *plant = "";

static u32 total_weight;
static atomic_t wrong;
static bool over; /* no more steps are expected */
static u64 began; /* clock_ns() */
static unsigned long failed_before, reports_before;

/* ---- boot line ---- */

static int set_seconds(const char *val)
{
	int err = val ? kstrtouint(val, 0, &seconds) : -EINVAL;

	return err || !seconds ? -EINVAL : 0;
}

static int set_seed(const char *val)
{
	int err = val ? kstrtou64(val, 0, &seed) : -EINVAL;

	seed_given |= !err;
	return err;
}
BOOT_PARAM("soak.seed", set_seed);

static int set_threads(const char *val)
{
	int err = val ? kstrtouint(val, 0, &per_cpu_threads) : -EINVAL;

	return err || !per_cpu_threads || per_cpu_threads > 16 ? -EINVAL : 0;
}
BOOT_PARAM("soak.threads", set_threads);

static int set_stall(const char *val)
{
	return val ? kstrtouint(val, 0, &stall_ticks) : -EINVAL;
}
BOOT_PARAM("soak.stall", set_stall);

static int set_plant(const char *val)
{
	plant = val ?: "";
	return soak_planted("lost_page") || soak_planted("bad_byte") || soak_planted("stall")
		       ? 0
		       : -EINVAL;
}
BOOT_PARAM("soak.plant", set_plant);

bool soak_planted(const char *name)
{
	return !strcmp(plant, name);
}

/* ---- threads ---- */

void soak_wrong(struct soak_thread *t, const char *what, unsigned long detail)
{
	const struct soak_op *op = READ_ONCE(t->op);

	WARN(atomic_inc_return(&wrong) <= MAX_WRONG,
	     "soak: thread %u, step %lu (%s), seed %#llx: %s (%#lx)", t->id, READ_ONCE(t->step),
	     op ? op->name : "end", seed, what, detail);
}

static const struct soak_op *pick(struct soak_thread *t, unsigned int *group)
{
	u32 at = soak_rand(t, total_weight);

	for (*group = 0;; (*group)++) {
		for (unsigned int i = 0; i < groups[*group]->nr; i++) {
			const struct soak_op *op = &groups[*group]->ops[i];

			if (at < op->weight)
				return op;
			at -= op->weight;
		}
	}
}

static DEFINE_PER_CPU(unsigned long, steps_here);

/* What a stuck thread does: nothing, and lets nobody else. The watch ends the run. */
static void stall(const struct soak_thread *t)
{
	preempt_disable();
	while (!READ_ONCE(over))
		cpu_relax();
	preempt_enable();
}

static void step(struct soak_thread *t)
{
	unsigned int group;
	const struct soak_op *op;
	unsigned long *count;

	prandom_seed_state(&t->rnd, t->seed + t->step * 0x9e3779b97f4a7c15ULL);
	op = pick(t, &group);
	WRITE_ONCE(t->op, op);
	if (soak_planted("stall") && t->id == soak_nr_threads - 1 && t->step == 100)
		stall(t);
	count = op->run(t) ? &t->done[group] : &t->refused[group];
	WRITE_ONCE(*count, *count + 1);
	WRITE_ONCE(t->op, NULL);
	WRITE_ONCE(t->step, t->step + 1);
	this_cpu_inc(steps_here);
}

/* ---- the watch ---- */

static struct watch {
	struct timer_list timer;
	unsigned long steps; /* as last seen */
	unsigned int ticks;  /* since then */
} watches[NR_CPUS];

/* In the tick of the CPU that hangs. */
static void hangs(unsigned int cpu, unsigned int ticks)
{
	for (unsigned int i = 0; i < soak_nr_threads; i++) {
		const struct soak_thread *t = &soak_threads[i];
		const struct soak_op *op = READ_ONCE(t->op);

		pr_err("soak: thread %u on CPU %u: step %lu, %s\n", i, task_cpu(t->task),
		       READ_ONCE(t->step), op ? op->name : "between two");
	}
	panic("soak: CPU %u hangs: no operation for %u of its ticks (%s was running), seed %#llx",
	      cpu, ticks, current->comm, seed);
}

static void watch_tick(struct timer_list *timer)
{
	struct watch *w = from_timer(w, timer, timer);
	unsigned long steps = this_cpu_read(steps_here);

	if (READ_ONCE(over))
		return;
	if (steps != w->steps)
		w->ticks = 0;
	else if (++w->ticks > stall_ticks)
		hangs(smp_processor_id(), w->ticks);
	w->steps = steps;
	mod_timer(timer, jiffies + 1);
}

/* The first thread of each CPU is bound to it, and starts its watch: a timer stays where it is started. */
static void start_watch(struct soak_thread *t)
{
	struct watch *w = &watches[t->id];

	timer_setup(&w->timer, watch_tick, 0);
	w->steps = this_cpu_read(steps_here);
	mod_timer(&w->timer, jiffies + 1);
}

static int worker(void *data)
{
	struct soak_thread *t = data;

	if (t->id < num_online_cpus())
		start_watch(t);
	while (!kthread_should_stop())
		step(t);
	return 0;
}

/* ---- memory that is short ---- */

static LIST_HEAD(hoard);

static void hoard_take(unsigned long leave)
{
	for (int order = MAX_PAGE_ORDER; order >= 0; order--) {
		while (nr_free_pages() > leave + (1UL << order)) {
			struct page *page = alloc_pages(GFP_HIGHUSER_MOVABLE | __GFP_NOWARN, order);

			if (!page)
				break;
			list_add(&page->lru, &hoard);
		}
	}
}

static void hoard_release(void)
{
	while (!list_empty(&hoard)) {
		struct page *page = list_first_entry(&hoard, struct page, lru);

		list_del(&page->lru);
		__free_pages(page, page->order);
	}
}

/* ---- phases ---- */

/* In percent; `leave`: this part of all pages stays free at the beginning, 0: all do */
static const struct phase {
	const char *name;
	unsigned int slab, page, leave;
} phases[] = {
	{ "nothing fails", 0, 0, 0 },  { "pages fail", 0, 3, 0 },
	{ "little memory", 0, 0, 50 }, { "objects and pages fail", 5, 5, 0 },
	{ "no memory", 0, 0, 100000 }, { "objects fail, little memory", 2, 0, 50 },
};

static void arm(unsigned int slab, unsigned int page, u64 draw_seed)
{
	static struct fault_attr attrs[2][2]; /* whoever still asks the last ones may */
	static unsigned int turn;
	struct fault_attr *attr = attrs[turn++ % 2];

	attr[0] = (struct fault_attr)FAULT_ATTR_RANDOM(slab, draw_seed);
	attr[1] = (struct fault_attr)FAULT_ATTR_RANDOM(page, ~draw_seed);
	down_write(&soak_arming);
	fault_inject_set(
		(struct fault_injection){ slab ? &attr[0] : NULL, page ? &attr[1] : NULL });
	up_write(&soak_arming);
}

static const struct phase *phase_begin(unsigned int nr)
{
	const struct phase *p = &phases[nr % ARRAY_SIZE(phases)];

	hoard_release();
	arm(p->slab, p->page, seed + nr);
	if (p->leave)
		hoard_take(nr_managed_pages() / p->leave);
	return p;
}

static void phases_end(void)
{
	arm(0, 0, 0);
	hoard_release();
}

/* ---- what it says ---- */

struct sums {
	unsigned long done[SOAK_MAX_GROUPS], refused, all;
};

static struct sums sum_up(void)
{
	struct sums s = { .all = 0 };

	for (unsigned int i = 0; i < soak_nr_threads; i++) {
		for (unsigned int g = 0; g < ARRAY_SIZE(groups); g++) {
			unsigned long refused = READ_ONCE(soak_threads[i].refused[g]);
			unsigned long done = READ_ONCE(soak_threads[i].done[g]);

			s.done[g] += done;
			s.refused += refused;
			s.all += done + refused;
		}
	}
	return s;
}

static void say_progress(const char *phase)
{
	struct sums s = sum_up();
	char kinds[160];
	int n = 0;

	for (unsigned int g = 0; g < ARRAY_SIZE(groups); g++)
		n += scnprintf(kinds + n, sizeof(kinds) - n, "%s %lu, ", groups[g]->name,
			       s.done[g]);
	kprint_raw(
		"# soak: %llu s: %lu operations (%s%lu refused), %lu failed on purpose, %lu pages free, %lu reports; now: %s\n",
		(clock_ns() - began) / NS, s.all, kinds, s.refused,
		fault_inject_count() - failed_before, nr_free_pages(),
		report_count() - reports_before, phase);
}

/* ---- the whole ---- */

static void lead(void)
{
	u64 end = began + seconds * NS, phase_ns = clamp(seconds * NS / 12, NS / 5, 3 * NS);
	u64 next_phase = began, next_line = began + 10 * NS;
	const struct phase *p = NULL;
	unsigned int nr = 0;

	for (u64 now = clock_ns(); now < end; now = clock_ns()) {
		if (now >= next_phase) {
			p = phase_begin(nr++);
			next_phase = clock_ns() + phase_ns;
		}
		if (now >= next_line) {
			say_progress(p->name);
			next_line += 10 * NS;
		}
		msleep(50);
	}
	phases_end();
}

static bool thread_begin(struct soak_thread *t, unsigned int id)
{
	unsigned int cpus = num_online_cpus();

	t->task = kthread_create(worker, t, "soak/%u", id);
	if (IS_ERR(t->task))
		return false;
	/* Every other row goes where the scheduler likes. */
	if (id / cpus % 2 == 0)
		kthread_bind(t->task, id % cpus);
	return true;
}

static void thread_setup(struct soak_thread *t, unsigned int id)
{
	t->id = id;
	t->seed = seed + id * 0xd1b54a32d192ed03ULL;
	for (unsigned int i = 0; i < SOAK_SLOTS; i++)
		t->slots[i] = &t->blocks[i];
}

static void setup(void)
{
	for (unsigned int i = 0; i < soak_nr_threads; i++)
		thread_setup(&soak_threads[i], i);
	for (unsigned int g = 0; g < ARRAY_SIZE(groups); g++) {
		for (unsigned int i = 0; i < groups[g]->nr; i++)
			total_weight += groups[g]->ops[i].weight;
		if (groups[g]->setup && !groups[g]->setup())
			panic("soak: no memory for %s", groups[g]->name);
	}
	for (unsigned int i = 0; i < soak_nr_threads; i++) {
		if (!thread_begin(&soak_threads[i], i))
			panic("soak: no memory for threads");
	}
	for (unsigned int i = 0; i < soak_nr_threads; i++)
		wake_up_process(soak_threads[i].task);
}

static void give_back(void)
{
	WRITE_ONCE(over, true);
	for (unsigned int i = 0; i < soak_nr_threads; i++)
		kthread_stop(soak_threads[i].task);
	for (unsigned int i = 0; i < num_online_cpus(); i++)
		timer_delete_sync(&watches[i].timer);
	for (unsigned int g = 0; g < ARRAY_SIZE(groups); g++) {
		for (unsigned int i = 0; groups[g]->thread_end && i < soak_nr_threads; i++)
			groups[g]->thread_end(&soak_threads[i]);
	}
	for (unsigned int g = 0; g < ARRAY_SIZE(groups); g++) {
		if (groups[g]->check)
			groups[g]->check(&soak_threads[0]);
	}
}

static unsigned int passed, failed;

static void result(bool ok, const char *name)
{
	kprint_raw("%s %u %s\n", ok ? "ok" : "not ok", passed + failed + 1, name);
	if (ok)
		passed++;
	else
		failed++;
}

static const enum mm_stat audited[] = { MM_ANON, MM_FILE, MM_USER_TABLES, MM_VMALLOC,
					MM_KMALLOC_LARGE };

/* Has each count by use come back? */
static bool stats_equal(const long *before)
{
	bool equal = true;

	for (unsigned int i = 0; i < ARRAY_SIZE(audited); i++) {
		long now = mm_stat_read(audited[i]);

		if (now == before[i])
			continue;
		pr_err("soak: count %u is %ld, was %ld\n", audited[i], now, before[i]);
		equal = false;
	}
	return equal;
}

static unsigned int verdict(unsigned long pages, const long *stats)
{
	unsigned long now = pages_accounted(), reports;
	struct sums s = sum_up();
	bool valid = mm_valid_all();

	reports = report_count() - reports_before;
	if (now != pages)
		pr_err("soak: %ld pages are missing (%lu before, %lu now)\n", (long)(pages - now),
		       pages, now);
	kprint_raw(
		"# soak: %lu operations (%lu refused) by %u threads on %u CPUs in %llu s, %lu failed on purpose, %lu reports\n",
		s.all, s.refused, soak_nr_threads, num_online_cpus(), (clock_ns() - began) / NS,
		fault_inject_count() - failed_before, reports);
	kprint_raw("KTAP version 1\n1..5\n");
	result(!atomic_read(&wrong), "everything is as it was left");
	result(now == pages, "all pages came back");
	result(stats_equal(stats), "all counts by use came back");
	result(valid, "all invariants hold");
	result(!reports, "nothing was reported");
	kprint_raw("# Totals: pass:%u fail:%u skip:0 total:%u\n", passed, failed, passed + failed);
	return failed ? EXIT_FAILED : EXIT_PASSED;
}

static unsigned int soak_run(void)
{
	long stats[ARRAY_SIZE(audited)];
	unsigned long pages;

	if (!seed_given)
		seed = get_random_u64();
	soak_nr_threads = per_cpu_threads * num_online_cpus();
	soak_threads = vzalloc(soak_nr_threads * sizeof(*soak_threads));
	if (!soak_threads)
		panic("soak: no memory for %u threads", soak_nr_threads);
	kprint_raw("# soak: %u threads on %u CPUs for %u s (repeat it with soak.seed=%#llx)\n",
		   soak_nr_threads, num_online_cpus(), seconds, seed);
	pages = pages_accounted();
	for (unsigned int i = 0; i < ARRAY_SIZE(audited); i++)
		stats[i] = mm_stat_read(audited[i]);
	failed_before = fault_inject_count();
	reports_before = report_count();
	console_loglevel = CONSOLE_LOGLEVEL_QUIET; /* what is refused warns */
	began = clock_ns();
	setup();
	lead();
	give_back();
	return verdict(pages, stats);
}

static int set_soak(const char *val)
{
	int err = set_seconds(val);

	if (!err)
		payload_instead = soak_run;
	return err;
}
BOOT_PARAM("soak", set_soak);
