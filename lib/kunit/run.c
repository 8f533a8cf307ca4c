/* SPDX-License-Identifier: MIT */
/*
 * The runner: walks the suites, keeps each case from harming the next, counts, prints.
 *
 * Suites are pointers between __kunit_suites_start and _end. A run prints the plan, then suite
 * after suite in the order that the seed picks (select.c), and closes with the totals of the leaf
 * cases (print.c draws the output). A suite runs as
 *
 *	audit before → suite_init → for each case: init → case → exit → actions → suite_exit → audit after
 *
 * and each arrow's target is a guarded call: a trap, or an ASSERT_, comes back to the guard and the
 * next one runs. So one bad test costs itself only. Three results are not written by anybody:
 *	<suite>.accounting             the audit (kunit_set_suite_audit): the suite gave back what it took
 *	run.outside_cases              bug reports before the run or between cases, suite_exit() that failed
 *	test=<glob>                    fails when the glob matches nothing
 *
 * A case fails if a check failed; if init() did; if a trap ended a part of it; if a report came up
 * that it didn't expect; if the interrupt flag is not what it was. A failure of suite_init() fails
 * every case of the suite, so that totals stay comparable.
 *
 * Invariants
 * I1 A suite's result is decided by its leaf cases alone, a case with parameters by its parameters:
 *    the totals tell everything, and a reader of the log (tests/run, kunit.py) counts the same.
 * I2 The plan is printed first and as many results follow it.
 * I3 Every report that nobody expected is charged exactly once: to the case in which it came up, or
 *    to run.outside_cases.
 * I4 A case's random numbers depend on the seed and its own name only, so test_seed= with
 *    test=<suite>.<case> replays it alone.
 * I5 Behind every guarded call, the trap's way out and the case's recovery point are what they were
 *    before it.
 *
 * Context: one thread, the boot CPU, interrupts as the kernel has them during the run. No locks:
 * struct kunit is one static object, since one case runs at a time. Nothing is allocated.
 */
#include <linux/types.h>
#include <linux/string.h>
#include <linux/kernel.h>
#include <linux/errno.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <quarry/report.h>
#include <asm/clock.h>
#include <asm/irqflags.h>
#include "internal.h"

#define SUITE_INDENT 4
#define PARAM_INDENT 8

u64 kunit_seed;

static struct kunit state;	   /* of the running case or suite */
static struct kunit *running;	   /* &state while a case runs */
static struct kunit_totals totals; /* of the run */
static unsigned long charged;	   /* unexpected reports that failed a case (I3) */
static unsigned int outside;	   /* failures that no case of a suite stands for */
static const char *selection;	   /* the run's globs */
static unsigned int guests;	   /* results at the top that are not the kernel's suites' */
static void (*run_guests)(void);
static unsigned int top_number; /* of the last result at the top */

static bool (*audit_before)(void);
static bool (*audit_after)(char *why, size_t size);

const struct kunit_totals *kunit_totals(void)
{
	return &totals;
}

struct kunit *kunit_get_current_test(void)
{
	return running;
}

void kunit_set_suite_audit(bool (*before)(void), bool (*after)(char *why, size_t size))
{
	audit_before = before;
	audit_after = after;
}

u64 kunit_rand(struct kunit *test)
{
	u64 r = kunit_mix(test->rand_state);

	test->rand_state += 0x9e3779b97f4a7c15ULL;
	return r;
}

/*
 * Multiply-shift on 32 bits at a time would bias large n; taking the remainder of what lies below a
 * multiple of n doesn't.
 */
u64 kunit_rand_below(struct kunit *test, u64 n)
{
	u64 limit = ~0ULL - ~0ULL % n, r;

	do
		r = kunit_rand(test);
	while (r >= limit);
	return r % n;
}

/* ---- counting ---- */

static void count(struct kunit_totals *t, enum kunit_status status)
{
	t->pass += status == KUNIT_SUCCESS;
	t->fail += status == KUNIT_FAILURE;
	t->skip += status == KUNIT_SKIPPED;
	t->total++;
}

static void count_all(struct kunit_totals *t, const struct kunit_totals *part)
{
	t->pass += part->pass;
	t->fail += part->fail;
	t->skip += part->skip;
	t->total += part->total;
}

/* I1: what the leaves say of the node above them. */
static enum kunit_status status_of(const struct kunit_totals *t)
{
	if (t->fail)
		return KUNIT_FAILURE;
	return t->skip == t->total ? KUNIT_SKIPPED : KUNIT_SUCCESS;
}

static void put_totals(unsigned int indent, const char *name, const struct kunit_totals *t)
{
	kunit_put(indent, "# %s: pass:%u fail:%u skip:%u total:%u", name, t->pass, t->fail, t->skip,
		  t->total);
}

static void put_header(unsigned int indent, const char *name, unsigned int plan)
{
	kunit_put(indent, "KTAP version 1");
	kunit_put(indent, "# Subtest: %s", name);
	kunit_put(indent, "1..%u", plan);
}

/* ---- guarded calls ---- */

/* One call of a test's function; which kind is told by what is set. */
struct call {
	const char *what;
	int (*init)(struct kunit *test);
	int (*suite_init)(struct kunit_suite *suite);
	void (*suite_exit)(struct kunit_suite *suite);
	void (*part)(struct kunit *test);
	bool (*before)(void);
	bool (*after)(char *why, size_t size);
	struct kunit_suite *suite;
};

static void do_call(struct kunit *test, const struct call *c)
{
	char why[KUNIT_STATUS_COMMENT_SIZE] = "";
	int err = 0;

	if (c->part)
		c->part(test);
	else if (c->suite_exit)
		c->suite_exit(c->suite);
	else if (c->init)
		err = c->init(test);
	else if (c->suite_init)
		err = c->suite_init(c->suite);
	else if (c->before && !c->before())
		kunit_fail_text(test, "%s failed", c->what);
	else if (c->after && !c->after(why, sizeof(why)))
		kunit_fail_text(test, "%s", why);
	if (err)
		kunit_fail_text(test, "%s returned %d", c->what, err);
}

/*
 * Make the call so that a trap or an abort in it comes back here (I5). False: the case is not to go
 * on. What the frame holds is not changed behind recovery_save(), so it's still right when the jump
 * arrives.
 */
static noinline bool guarded(struct kunit *test, const struct call *c)
{
	struct recovery here, *const outer = test->recovery;
	struct recovery *const trap_outer = report_set_recovery(NULL);
	const unsigned int count = preempt_count(), locks = lockdep_depth();

	test->leaving = false;
	if (!recovery_save(&here)) {
		test->recovery = &here;
		report_set_recovery(&here);
		do_call(test, c);
	} else if (!test->leaving) {
		kunit_fail_text(test, "a trap ended %s", c->what);
	}
	preempt_count_set(count); /* the way out may have led from under a lock */
	lockdep_forget(locks);
	test->recovery = outer;
	report_set_recovery(trap_outer);
	kunit_capture_abandon(test);
	return test->status == KUNIT_SUCCESS;
}

/* ---- one case ---- */

static void begin(struct kunit *test, const char *name, unsigned int indent)
{
	memset(test, 0, sizeof(*test));
	test->name = name;
	test->indent = indent;
}

/* What a case must leave as it found it. */
struct surroundings {
	unsigned long unexpected;
	bool irqs_off;
};

static struct surroundings look_around(void)
{
	return (struct surroundings){ report_unexpected(), irqs_disabled() };
}

static void check_surroundings(struct kunit *test, const struct surroundings *before)
{
	unsigned long reports = report_unexpected() - before->unexpected;

	if (reports) {
		charged += reports;
		kunit_fail_text(test, "%lu unexpected report(s)", reports);
	}
	if (irqs_disabled() == before->irqs_off)
		return;
	if (before->irqs_off)
		local_irq_disable();
	else
		local_irq_enable();
	kunit_fail_text(test, "it left interrupts %s", before->irqs_off ? "on" : "off");
}

/* Run the parts of a case; exit() and the actions run whatever happened before them. */
void kunit_run_parts(struct kunit *test, struct kunit_suite *suite, struct kunit_case *kcase)
{
	const struct call init = { .what = "init", .init = suite->init };
	const struct call body = { .what = "the case", .part = kcase->run_case };
	const struct call exit = { .what = "exit", .part = suite->exit };
	const struct call actions = { .what = "an action", .part = kunit_run_actions };
	struct surroundings before = look_around();
	struct kunit *const outer = running;

	running = test;
	if (guarded(test, &init))
		guarded(test, &body);
	guarded(test, &exit);
	do
		guarded(test, &actions);
	while (test->nr_actions);
	running = outer;
	check_surroundings(test, &before);
}

static u64 case_seed(struct kunit_suite *suite, struct kunit_case *kcase, int index)
{
	u64 name = kunit_hash(kunit_hash(0, suite->name), kcase->name);

	return kunit_mix(kunit_seed ^ kunit_mix(name + index));
}

static enum kunit_status run_plain(struct kunit_suite *suite, struct kunit_case *kcase)
{
	begin(&state, kcase->name, SUITE_INDENT);
	state.rand_state = case_seed(suite, kcase, 0);
	kunit_run_parts(&state, suite, kcase);
	return state.status;
}

static unsigned int count_params(struct kunit_case *kcase)
{
	char desc[KUNIT_PARAM_DESC_SIZE];
	const void *param = NULL;
	unsigned int n = 0;

	while ((param = kcase->generate_params(param, desc)))
		n++;
	return n;
}

/* All parameters, as a third level of results. */
static void run_params(struct kunit_suite *suite, struct kunit_case *kcase, unsigned int n,
		       struct kunit_totals *t)
{
	char desc[KUNIT_PARAM_DESC_SIZE] = "";
	const void *param = kcase->generate_params(NULL, desc);
	unsigned int i;

	put_header(PARAM_INDENT, kcase->name, n);
	for (i = 0; i < n; i++) {
		begin(&state, kcase->name, PARAM_INDENT);
		state.rand_state = case_seed(suite, kcase, i);
		state.param_value = param;
		state.param_index = i;
		if (!desc[0])
			snprintf(desc, sizeof(desc), "param-%u", i);
		kunit_run_parts(&state, suite, kcase);
		count(t, state.status);
		kunit_put_result(PARAM_INDENT, state.status, i + 1, desc, state.status_comment);
		desc[0] = '\0';
		param = kcase->generate_params(param, desc);
	}
	put_totals(SUITE_INDENT, kcase->name, t);
}

/*
 * A result that does not come from running a case: its suite couldn't be set up, or it has no
 * parameters.
 */
static enum kunit_status cannot_run(struct kunit_case *kcase, const char *why)
{
	begin(&state, kcase->name, SUITE_INDENT);
	kunit_fail_text(&state, "%s", why);
	return state.status;
}

static void run_case(struct kunit_suite *suite, struct kunit_case *kcase, unsigned int number,
		     bool usable, struct kunit_totals *suite_totals)
{
	unsigned int params = kcase->generate_params ? count_params(kcase) : 0;
	struct kunit_totals t = {};

	if (kcase->attr.speed == KUNIT_SPEED_SLOW)
		kunit_put(SUITE_INDENT, "# %s.speed: slow", kcase->name);
	if (!usable)
		count(&t, cannot_run(kcase, "suite_init failed"));
	else if (kcase->generate_params && !params)
		count(&t, cannot_run(kcase, "its generator yields no parameter"));
	else if (params)
		run_params(suite, kcase, params, &t);
	else
		count(&t, run_plain(suite, kcase));
	kunit_put_result(SUITE_INDENT, status_of(&t), number, kcase->name, state.status_comment);
	count_all(suite_totals, &t);
}

/* ---- one suite ---- */

static unsigned int nr_cases(const struct kunit_suite *suite)
{
	unsigned int n = 0;

	while (suite->test_cases[n].run_case)
		n++;
	return n;
}

static unsigned int nr_selected(const struct kunit_suite *suite)
{
	unsigned int n = nr_cases(suite), i, selected = 0;

	if (suite->attr.on_request && !kunit_spells_out(selection, suite->name))
		return 0;
	for (i = 0; i < n; i++)
		selected += kunit_selects(selection, suite->name, suite->test_cases[i].name);
	return selected;
}

/* A call on behalf of the suite itself; true: it went well. */
static bool suite_call(const char *name, const struct call *c)
{
	struct surroundings before = look_around();

	begin(&state, name, SUITE_INDENT);
	guarded(&state, c);
	check_surroundings(&state, &before);
	return state.status != KUNIT_FAILURE;
}

static void run_cases(struct kunit_suite *suite, struct kunit_totals *t)
{
	const struct call init = { .what = "suite_init",
				   .suite_init = suite->suite_init,
				   .suite = suite };
	const struct call exit = { .what = "suite_exit",
				   .suite_exit = suite->suite_exit,
				   .suite = suite };
	unsigned int n = nr_cases(suite), number = 0, i;
	u64 key = kunit_hash(kunit_seed | 1, suite->name);
	bool usable = suite_call(suite->name, &init);

	for (i = 0; i < n; i++) {
		struct kunit_case *kcase = &suite->test_cases[kunit_permute(i, n, key)];

		if (kunit_selects(selection, suite->name, kcase->name))
			run_case(suite, kcase, ++number, usable, t);
	}
	if (!suite_call(suite->name, &exit))
		outside++;
}

static void run_suite(struct kunit_suite *suite, unsigned int number)
{
	const struct call before = { .what = "taking the count before the suite",
				     .before = audit_before };
	const struct call after = { .what = "the audit", .after = audit_after };
	unsigned int plan = nr_selected(suite);
	struct kunit_totals t = {};
	bool counted;

	put_header(SUITE_INDENT, suite->name, plan + !!audit_after);
	counted = suite_call("accounting", &before);
	run_cases(suite, &t);
	if (audit_after) {
		counted &= suite_call("accounting", &after);
		count(&t, counted ? KUNIT_SUCCESS : KUNIT_FAILURE);
		kunit_put_result(SUITE_INDENT, counted ? KUNIT_SUCCESS : KUNIT_FAILURE, plan + 1,
				 "accounting", "");
	}
	put_totals(0, suite->name, &t);
	kunit_put_result(0, status_of(&t), number, suite->name, "all of it was skipped");
	count_all(&totals, &t);
}

/* ---- the run ---- */

static unsigned int nr_suites(void)
{
	return __kunit_suites_end - __kunit_suites_start;
}

static unsigned int nr_selected_suites(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < nr_suites(); i++)
		n += nr_selected(__kunit_suites_start[i]) > 0;
	return n;
}

/* The last result: what happened in nobody's case (I3). */
static void put_outside(unsigned int number)
{
	unsigned long reports = report_unexpected() - charged;
	struct kunit_totals t = {};

	put_header(SUITE_INDENT, "run", 1);
	begin(&state, "outside_cases", SUITE_INDENT);
	if (reports)
		kunit_fail_text(&state, "%lu unexpected report(s) outside of cases", reports);
	if (outside)
		kunit_fail_text(&state, "%u suite_exit() failed", outside);
	count(&t, state.status);
	kunit_put_result(SUITE_INDENT, state.status, 1, state.name, "");
	put_totals(0, "run", &t);
	kunit_put_result(0, status_of(&t), number, "run", "");
	count_all(&totals, &t);
}

static void run_suites(unsigned int plan)
{
	unsigned int n = nr_suites(), i;

	top_number = 0;
	kunit_put(0, "1..%u", plan + guests + 1);
	for (i = 0; i < n && plan; i++) {
		struct kunit_suite *suite = __kunit_suites_start[kunit_permute(i, n, kunit_seed)];

		if (nr_selected(suite))
			run_suite(suite, ++top_number);
	}
	if (guests)
		run_guests();
	put_outside(top_number + 1);
}

/* A selection that selects nothing is a mistake, and it must not look like success. */
static void put_no_match(void)
{
	char name[KUNIT_PARAM_DESC_SIZE];

	snprintf(name, sizeof(name), "nothing matches test=%s", selection);
	kunit_put(0, "1..1");
	kunit_put_result(0, KUNIT_FAILURE, 1, name, "");
	count(&totals, KUNIT_FAILURE);
}

/* ---- guests ---- */

void kunit_set_guests(unsigned int results, void (*run)(void))
{
	guests = results;
	run_guests = run;
}

void kunit_charge_reports(unsigned long n)
{
	charged += n;
}

void kunit_guest_suite(struct kunit_suite *suite)
{
	const char *chosen = selection;

	selection = NULL;
	run_suite(suite, ++top_number);
	selection = chosen;
}

void kunit_guest_skip(const char *name, const char *why)
{
	kunit_put_result(0, KUNIT_SKIPPED, ++top_number, name, why);
	count(&totals, KUNIT_SKIPPED);
}

void kunit_guest_cases(const char *name, const struct kunit_guest_case *cases, unsigned int n)
{
	struct kunit_totals t = {};

	put_header(SUITE_INDENT, name, n);
	for (unsigned int i = 0; i < n; i++) {
		count(&t, cases[i].status);
		kunit_put_result(SUITE_INDENT, cases[i].status, i + 1, cases[i].name,
				 cases[i].comment);
	}
	put_totals(0, name, &t);
	kunit_put_result(0, status_of(&t), ++top_number, name, "all of it was skipped");
	count_all(&totals, &t);
}

static void (*epilogue)(void);

void kunit_set_epilogue(void (*show)(void))
{
	epilogue = show;
}

/**
 * kunit_run_all - run self-tests and print the results
 * @glob: what to run: NULL or "" everything, "none" nothing, else globs separated by commas
 * @seed: of the order and of the cases' random numbers
 *
 * Context: boot CPU, interrupts on, memory manager up. Everything is printed here, the closing
 * totals included.
 * Return: 0 if nothing failed, else 1; the numbers are in kunit_totals().
 */
int kunit_run_all(const char *glob, u64 seed)
{
	unsigned int plan;

	totals = (struct kunit_totals){};
	outside = 0;
	charged = 0;
	kunit_seed = seed;
	selection = glob;
	kunit_put(0, "KTAP version 1");
	kunit_put(0, "# test_seed=0x%llx (reproduce with test_seed=0x%llx)", seed, seed);
	plan = glob && !strcmp(glob, "none") ? 0 : nr_selected_suites();
	if (plan || (guests && glob && !strcmp(glob, "none")))
		run_suites(plan);
	else if (glob && !strcmp(glob, "none"))
		kunit_put(0, "1..0 # SKIP test=none");
	else
		put_no_match();
	if (epilogue)
		epilogue();
	put_totals(0, "Totals", &totals);
	return totals.fail != 0;
}

/* ---- the boot line ---- */

static const char *boot_glob;
static u64 boot_seed;
static bool boot_seed_set;

static int set_test(const char *val)
{
	boot_glob = val;
	return val ? 0 : -EINVAL;
}
BOOT_PARAM("test", set_test);

static int set_test_seed(const char *val)
{
	int err = val ? kstrtou64(val, 0, &boot_seed) : -EINVAL;

	boot_seed_set = !err;
	return err;
}
BOOT_PARAM("test_seed", set_test_seed);

int kunit_run_boot(void)
{
	return kunit_run_all(boot_glob, boot_seed_set ? boot_seed : kunit_mix(get_cycles()));
}
