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
 *    panics, since nobody can be stopped or joined any more. One that runs no worker, since
 *    all of its wait for somebody, gets twice the time: that somebody is to be named. What has neither ticks nor steps is the
 *    runner's time limit's matter.
 *
 * 5. The end. Threads are joined, everything they hold is checked and given back; then pages must be
 *    as many as before, by use too, and so the live objects of each cache; all invariants hold, and
 *    nothing may have been reported. Each is a line of KTAP.
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

#define SOAK_MAX_CACHES 128
#define MAX_WRONG	8 /* reports; what comes after is only counted */
#define FIRST_STEPS	50
#define NS		1000000000ULL

static const struct soak_group *const groups[] = { &soak_blocks, &soak_caches, &soak_user,
						   &soak_sync,	 &soak_rcu,    &soak_work,
						   &soak_reclaim };

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

/* A page that nobody gives back; a CPU that nobody else gets: the watch ends that run. */
static void plant_here(const struct soak_thread *t)
{
	if (soak_planted("lost_page") && t->id == 0 && t->step == 200)
		WARN_ON(!alloc_page(GFP_KERNEL | __GFP_NOFAIL));
	if (!soak_planted("stall") || t->id != soak_nr_threads - 1 || t->step != 100)
		return;
	preempt_disable();
	while (!READ_ONCE(over))
		cpu_relax();
	preempt_enable();
}

/* What was asked for, and with what numbers, of the steps that any run comes to. */
static void note_first(struct soak_thread *t, const struct soak_op *op)
{
	struct rnd_state next = t->rnd;

	for (const char *c = op->name; *c; c++)
		t->first_steps = t->first_steps * 31 + *c;
	t->first_steps = t->first_steps * 31 + prandom_u32_state(&next);
}

static void step(struct soak_thread *t)
{
	unsigned int group;
	const struct soak_op *op;
	unsigned long *count;

	prandom_seed_state(&t->rnd, t->seed + t->step * 0x9e3779b97f4a7c15ULL);
	op = pick(t, &group);
	WRITE_ONCE(t->op, op);
	plant_here(t);
	if (t->step < FIRST_STEPS)
		note_first(t, op);
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

static bool runs_worker(void)
{
	return !strncmp(current->comm, "soak/", 5);
}

static void watch_tick(struct timer_list *timer)
{
	struct watch *w = from_timer(w, timer, timer);
	unsigned long steps = this_cpu_read(steps_here);

	if (READ_ONCE(over))
		return;
	if (steps != w->steps)
		w->ticks = 0;
	else if (++w->ticks > (runs_worker() ? stall_ticks : 2 * stall_ticks))
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

/* Each has its own, set before anybody asks: an allocation may still be asking the last phase's. */
static struct {
	struct fault_attr slab, page;
} attrs[ARRAY_SIZE(phases)];

static void attrs_setup(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(phases); i++) {
		attrs[i].slab = (struct fault_attr)FAULT_ATTR_RANDOM(phases[i].slab, seed + i);
		attrs[i].page = (struct fault_attr)FAULT_ATTR_RANDOM(phases[i].page, ~seed + i);
	}
}

static void arm(struct fault_attr *slab, struct fault_attr *page)
{
	down_write(&soak_arming);
	fault_inject_set((struct fault_injection){ slab, page });
	up_write(&soak_arming);
}

static const struct phase *phase_begin(unsigned int nr)
{
	unsigned int i = nr % ARRAY_SIZE(phases);
	const struct phase *p = &phases[i];

	hoard_release();
	arm(p->slab ? &attrs[i].slab : NULL, p->page ? &attrs[i].page : NULL);
	if (p->leave)
		hoard_take(nr_managed_pages() / p->leave);
	return p;
}

static void phases_end(void)
{
	arm(NULL, NULL);
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
	char kinds[240];
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

/*
 * What must be the same at the end: pages, by their use, and the live objects of each cache. The
 * pages of caches count as free: what lives on (a free range of the vmalloc region, say) may have
 * been made anew, and so may stand in more slabs, or fewer.
 */
#define OBJECTS_COLUMNS 24 /* of slabinfo: name and live objects */
static struct account {
	unsigned long pages;
	long stats[NR_MM_STATS];
	unsigned int nr_caches;
	char caches[SOAK_MAX_CACHES][OBJECTS_COLUMNS + 1];
} before, after, *taking;

static void note_cache(const char *line)
{
	if (taking->nr_caches < SOAK_MAX_CACHES)
		strscpy(taking->caches[taking->nr_caches++], line, OBJECTS_COLUMNS + 1);
}

static void take_account(struct account *a)
{
	taking = a;
	a->pages = pages_accounted() + mm_stat_read(MM_SLAB);
	for (unsigned int i = 0; i < NR_MM_STATS; i++)
		a->stats[i] = mm_stat_read(i);
	slabinfo_show(note_cache);
}

static bool pages_equal(void)
{
	if (before.pages == after.pages)
		return true;
	kprint_raw("# soak: %ld pages are missing (%lu before, %lu now)\n",
		   (long)(before.pages - after.pages), before.pages, after.pages);
	return false;
}

static bool stats_equal(void)
{
	bool equal = true;

	for (unsigned int i = 0; i < NR_MM_STATS; i++) {
		/* Tables of the kernel stay, and slabs are said above. */
		if (i == MM_SLAB || i == MM_KERNEL_TABLES || before.stats[i] == after.stats[i])
			continue;
		kprint_raw("# soak: pages by use, %u: %ld before, %ld now\n", i, before.stats[i],
			   after.stats[i]);
		equal = false;
	}
	return equal;
}

static bool objects_equal(void)
{
	bool equal = before.nr_caches == after.nr_caches && before.nr_caches < SOAK_MAX_CACHES;

	for (unsigned int i = 0; i < min(before.nr_caches, after.nr_caches); i++) {
		if (!strcmp(before.caches[i], after.caches[i]))
			continue;
		kprint_raw("# soak: live objects: %s before, %s now\n", before.caches[i],
			   after.caches[i]);
		equal = false;
	}
	return equal;
}

/* 0: somebody has not come so far. */
static u64 first_steps(void)
{
	u64 sum = 0;

	for (unsigned int i = 0; i < soak_nr_threads; i++) {
		if (soak_threads[i].step < FIRST_STEPS)
			return 0;
		sum = sum * 31 + soak_threads[i].first_steps;
	}
	return sum;
}

static unsigned int verdict(void)
{
	unsigned long reports;
	struct sums s = sum_up();
	bool valid;

	take_account(&after);
	valid = mm_valid_all();
	reports = report_count() - reports_before;
	kprint_raw(
		"# soak: %lu operations (%lu refused) by %u threads on %u CPUs in %llu s, %lu failed on purpose, %lu reports\n",
		s.all, s.refused, soak_nr_threads, num_online_cpus(), (clock_ns() - began) / NS,
		fault_inject_count() - failed_before, reports);
	kprint_raw("# soak: the first %u steps of each thread: %#llx\n", FIRST_STEPS,
		   first_steps());
	kprint_raw("KTAP version 1\n1..6\n");
	result(!atomic_read(&wrong), "everything is as it was left");
	result(pages_equal(), "all pages came back");
	result(stats_equal(), "all pages by use came back");
	result(objects_equal(), "all objects came back");
	result(valid, "all invariants hold");
	result(!reports, "nothing was reported");
	kprint_raw("# Totals: pass:%u fail:%u skip:0 total:%u\n", passed, failed, passed + failed);
	return failed ? EXIT_FAILED : EXIT_PASSED;
}

static unsigned int soak_run(void)
{
	if (!seed_given)
		seed = get_random_u64();
	soak_nr_threads = per_cpu_threads * num_online_cpus();
	soak_threads = vzalloc(soak_nr_threads * sizeof(*soak_threads));
	if (!soak_threads)
		panic("soak: no memory for %u threads", soak_nr_threads);
	kprint_raw("# soak: %u threads on %u CPUs for %u s (repeat it with soak.seed=%#llx)\n",
		   soak_nr_threads, num_online_cpus(), seconds, seed);
	take_account(&before);
	failed_before = fault_inject_count();
	reports_before = report_count();
	console_loglevel = CONSOLE_LOGLEVEL_QUIET; /* what is refused warns */
	began = clock_ns();
	attrs_setup();
	setup();
	lead();
	give_back();
	return verdict();
}

static int set_soak(const char *val)
{
	int err = set_seconds(val);

	if (!err)
		payload_instead = soak_run;
	return err;
}
BOOT_PARAM("soak", set_soak);
