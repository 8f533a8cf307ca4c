// SPDX-License-Identifier: MIT
/*
 * Calls between CPUs, and what lib/ promises when several of them use it: locks, printk, reports.
 *
 * Mutations that made them fail when tried:
 *   calls_reach_their_cpu  call_on_cpu() does not wait
 *   calls_cross            smp_serve_calls() loses all of the list but the first (four CPUs wait for ever)
 *   areas_are_apart        setup_per_cpu_areas() gives all CPUs one area
 *   locks_exclude          spin_lock() gives back what it took; try_read() lets readers in beside a writer
 *   lines_stay_whole       console_take() takes nothing
 *   reports_stay_whole     engine_enter() does not wait
 */
#include <asm/irqflags.h>
#include <asm/percpu.h>
#include <linux/smp.h>
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <quarry/report.h>

#define NR_CALLS   200
#define NR_ROUNDS  2000
#define NR_LINES   100
#define NR_REPORTS 5

static void need_cpus(struct kunit *test)
{
	if (READ_ONCE(nr_online_cpus) < 2)
		kunit_skip(test, "one CPU runs; the host's --smp gives more");
}

/* Enough rounds of waiting for another CPU to get on, where CPUs share a processor. */
static void let_others(void)
{
	for (int i = 0; i < 64; i++)
		cpu_relax();
}

/* ---- calls ---- */

struct seen {
	unsigned int cpu;
	bool irqs_off;
	unsigned long times;
};

static void look(void *arg)
{
	struct seen *s = arg;

	s->cpu = smp_processor_id();
	s->irqs_off = irqs_disabled();
	s->times++;
}

static void calls_reach_their_cpu(struct kunit *test)
{
	unsigned int nr = READ_ONCE(nr_online_cpus);
	struct seen s = { 0 };

	for (unsigned int i = 0; i < nr * 20; i++) {
		s = (struct seen){ .cpu = ~0u };
		KUNIT_EXPECT_EQ(test, call_on_cpu(i % nr, look, &s), 0);
		KUNIT_EXPECT_EQ(test, s.cpu, i % nr);
		KUNIT_EXPECT_TRUE(test, s.irqs_off);
		KUNIT_EXPECT_EQ(test, s.times, 1UL);
	}
	KUNIT_EXPECT_EQ(test, call_on_cpu(nr, look, &s), -ENXIO);
	KUNIT_EXPECT_EQ(test, call_on_cpu(~0u, look, &s), -ENXIO);
	KUNIT_EXPECT_EQ(test, s.times, 1UL);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
}

static atomic_t called[NR_CPUS], wrong;

static void count_call(void *arg)
{
	atomic_inc(&called[smp_processor_id()]);
	if (arg != &called[smp_processor_id()] || !irqs_disabled())
		atomic_inc(&wrong);
}

/* Everybody calls everybody, who is calling too. */
static void call_all(void *unused)
{
	unsigned int me = smp_processor_id(), nr = READ_ONCE(nr_online_cpus);

	if (irqs_disabled())
		atomic_inc(&wrong);
	for (unsigned int i = 1; i <= NR_CALLS; i++) {
		unsigned int cpu = (me + i) % nr;

		if (call_on_cpu(cpu, count_call, &called[cpu]))
			atomic_inc(&wrong);
	}
}

static void calls_cross(struct kunit *test)
{
	unsigned int nr = READ_ONCE(nr_online_cpus), sum = 0;

	need_cpus(test);
	for (unsigned int i = 0; i < nr; i++)
		atomic_set(&called[i], 0);
	atomic_set(&wrong, 0);
	run_on_cpus(call_all, NULL);
	for (unsigned int i = 0; i < nr; i++)
		sum += atomic_read(&called[i]);
	KUNIT_EXPECT_EQ(test, sum, nr * NR_CALLS);
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
}

static DEFINE_PER_CPU(unsigned long, own) = 7;

static void change_own(void *unused)
{
	if (this_cpu_read(own) != 7)
		atomic_inc(&wrong);
	this_cpu_add(own, smp_processor_id());
}

static void areas_are_apart(struct kunit *test)
{
	unsigned int nr = READ_ONCE(nr_online_cpus);

	atomic_set(&wrong, 0);
	run_on_cpus(change_own, NULL);
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
	for (unsigned int i = 0; i < nr; i++) {
		KUNIT_EXPECT_EQ(test, per_cpu(own, i), 7UL + i);
		KUNIT_EXPECT_EQ(test, per_cpu(cpu_number, i), i);
		per_cpu(own, i) = 7;
	}
}

/* ---- locks ---- */

static DEFINE_SPINLOCK(spin);
static DEFINE_MUTEX(mutex);
static struct rw_semaphore sem;
static unsigned long by_spin, by_mutex, by_sem;

static void count_under_locks(void *unused)
{
	for (int i = 0; i < NR_ROUNDS; i++) {
		unsigned long flags, seen;

		spin_lock_irqsave(&spin, flags);
		by_spin++;
		spin_unlock_irqrestore(&spin, flags);
		mutex_lock(&mutex);
		by_mutex++;
		mutex_unlock(&mutex);
		down_read(&sem);
		seen = by_sem;
		cpu_relax();
		if (by_sem != seen || seen % 2)
			atomic_inc(&wrong);
		up_read(&sem);
		if (i % 16)
			continue;
		down_write(&sem);
		by_sem++; /* odd: nobody else may be here */
		let_others();
		by_sem++;
		up_write(&sem);
	}
}

static void locks_exclude(struct kunit *test)
{
	unsigned long nr = READ_ONCE(nr_online_cpus);

	need_cpus(test);
	init_rwsem(&sem);
	by_spin = by_mutex = by_sem = 0;
	atomic_set(&wrong, 0);
	run_on_cpus(count_under_locks, NULL);
	KUNIT_EXPECT_EQ(test, by_spin, nr * NR_ROUNDS);
	KUNIT_EXPECT_EQ(test, by_mutex, nr * NR_ROUNDS);
	KUNIT_EXPECT_EQ(test, by_sem, nr * NR_ROUNDS / 16 * 2);
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
}

/* ---- printk ---- */

static unsigned long whole_lines, other_lines;
static bool in_hook;

/* "[time] line of 3: 3 3 3 … 3" */
static void check_line(const char *s, size_t n)
{
	const char *text = memchr(s, ']', n);
	char want[80];
	size_t len;

	if (in_hook)
		other_lines++;
	in_hook = true;
	let_others();
	len = text ? scnprintf(want, sizeof(want), "] line of %c: %c %c %c %c\n", text[10],
			       text[10], text[10], text[10], text[10])
		   : 0;
	if (len && len == s + n - text && !memcmp(text, want, len))
		whole_lines++;
	else
		other_lines++;
	in_hook = false;
}

static void print_lines(void *unused)
{
	unsigned int me = smp_processor_id();

	for (int i = 0; i < NR_LINES; i++)
		pr_info("line of %u: %u %u %u %u\n", me, me, me, me, me);
}

static void lines_stay_whole(struct kunit *test)
{
	printk_hook_t before;

	need_cpus(test);
	whole_lines = other_lines = 0;
	before = printk_set_hook(check_line);
	run_on_cpus(print_lines, NULL);
	printk_set_hook(before);
	KUNIT_EXPECT_EQ(test, whole_lines, (unsigned long)NR_LINES * READ_ONCE(nr_online_cpus));
	KUNIT_EXPECT_EQ(test, other_lines, 0UL);
}

/* ---- reports ---- */

static void report_here(void *unused)
{
	unsigned int me = smp_processor_id();

	for (int i = 0; i < NR_REPORTS; i++) {
		report_begin("smp_test: report of %u", me);
		for (int line = 0; line < 5; line++) {
			report_line("detail of %u", me);
			cpu_relax();
		}
		report_advice("none from %u", me);
		report_end();
	}
}

/* What a report of the CPU that the headline names looks like, at `text`; its end, or NULL. */
static const char *whole_report(const char *text)
{
	static const char rule[] =
		"==================================================================\n";
	const char *head = text + sizeof(rule) - 1;
	char want[512];
	int n;

	if (strncmp(text, rule, sizeof(rule) - 1) || strncmp(head, "smp_test: report of ", 20))
		return NULL;
	n = scnprintf(want, sizeof(want), "%ssmp_test: report of %c\n", rule, head[20]);
	for (int line = 0; line < 5; line++)
		n += scnprintf(want + n, sizeof(want) - n, "detail of %c\n", head[20]);
	n += scnprintf(want + n, sizeof(want) - n, "Advice: none from %c\n%s", head[20], rule);
	return strncmp(text, want, n) ? NULL : text + n;
}

static void reports_stay_whole(struct kunit *test)
{
	unsigned int nr = READ_ONCE(nr_online_cpus), whole = 0;
	const char *text;

	need_cpus(test);
	report_capture_start();
	run_on_cpus(report_here, NULL);
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), nr * NR_REPORTS);
	while (text && *text) {
		text = whole_report(text);
		whole += text != NULL;
	}
	KUNIT_EXPECT_EQ(test, whole, nr * NR_REPORTS);
}

static struct kunit_case cases[] = { KUNIT_CASE(calls_reach_their_cpu),
				     KUNIT_CASE(calls_cross),
				     KUNIT_CASE(areas_are_apart),
				     KUNIT_CASE(locks_exclude),
				     KUNIT_CASE(lines_stay_whole),
				     KUNIT_CASE(reports_stay_whole),
				     {} };
static struct kunit_suite suite = { .name = "smp", .test_cases = cases };

kunit_test_suite(suite);
