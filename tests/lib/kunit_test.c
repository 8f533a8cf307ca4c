// SPDX-License-Identifier: MIT
/*
 * Self-tests of the test harness. What decides about every other test must itself be seen to fail,
 * so checks that fail are made on a second struct kunit ("probe") whose messages go to a buffer:
 * the case then asserts that the probe failed and what it said.
 *
 * The suite kunit_planted is meant to fail. It runs only when test=kunit_planted asks for it;
 * tests/check/planted boots it and compares each result: it shows that a trap, an unexpected
 * report, a lost interrupt flag or a leak in one case fails that case alone.
 *
 * Mutations tried (broken, seen to fail, restored):
 *	kunit_select	`while (i >= n)` of kunit_permute() dropped: the run itself dies; the first glob of a list only: selection;
 *			kunit_spells_out() comparing a prefix: on_request; kunit_rand_below() off by one: random_below
 *	kunit_check	the `# ` not printed: lines_are_comments and 4 more; a skip after a failure kept: skip_does_not_hide_failure
 *	kunit_case	guarded() always true: init_failure; either recovery point not put back: nested_runs; exit() only after success:
 *			4 cases; check_surroundings() left out: interrupt_flag
 *	kunit_expect	`n != 1` weakened to `!n`: two_reports; strstr() left out: wrong_text; `returned` ignored: no_trap; nesting let
 *			through: nesting_is_refused
 *	kunit_own	actions run oldest first: action_order; not taken out: release_runs_once; no limit: too_many_actions; memory
 *			without an action: memory, accounting
 *			the scan of kunit_expect_no_leaks() that is no action: leaks_are_looked_for
 *			a scan that could not be made and counts as passed: no_scan_is_a_failure
 *	kunit_planted	a failed check that leaves the status alone (no suite can see that in itself), a suite that isn't audited:
 *			tests/check/planted
 */
#include <asm/irqflags.h>
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/fault-inject.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <quarry/report.h>
#include "lib/kunit/internal.h"

static struct kunit probe;
static char probe_log[2048];

static void probe_reset(void)
{
	memset(&probe, 0, sizeof(probe));
	probe_log[0] = '\0';
	probe.name = "probe";
	probe.log = probe_log;
	probe.log_size = sizeof(probe_log);
}

static int probe_init(struct kunit *test)
{
	probe_reset();
	return 0;
}

/* The probe failed and said `text`; start over. */
#define EXPECT_PROBE_FAILED(test, text)                                                            \
	do {                                                                                       \
		KUNIT_EXPECT_EQ(test, probe.status, KUNIT_FAILURE);                                \
		KUNIT_EXPECT_TRUE_MSG(test, strstr(probe_log, text) != NULL,                       \
				      "wanted '%s' in:\n%s", text, probe_log);                     \
		probe_reset();                                                                     \
	} while (0)

static void plant_report(const char *text)
{
	report_begin("BUG: planted: %s", text);
	report_end();
}

/* Where nothing is mapped; the compiler does not know, nor may it move the access. */
static volatile int *volatile nowhere = (int *)16;

static void plant_trap(void)
{
	*nowhere = 1;
}

/* ---- selection and order ---- */

static void permutation(struct kunit *test)
{
	u64 key = kunit_rand(test);

	for (u32 n = 1; n <= 130; n++) {
		bool seen[130] = {};

		for (u32 i = 0; i < n; i++) {
			u32 at = kunit_permute(i, n, key);

			KUNIT_ASSERT_LT(test, at, n);
			KUNIT_ASSERT_FALSE_MSG(test, seen[at], "%u of %u comes twice", at, n);
			seen[at] = true;
		}
	}
}

/* Each of 5 places must be the first one often enough: a fifth of 1000 keys, give or take. */
static void permutation_depends_on_key(struct kunit *test)
{
	unsigned int first[5] = {};

	for (unsigned int i = 0; i < 1000; i++)
		first[kunit_permute(0, 5, kunit_rand(test))]++;
	for (unsigned int i = 0; i < 5; i++) {
		KUNIT_EXPECT_GT(test, first[i], 100);
		KUNIT_EXPECT_LT(test, first[i], 300);
	}
}

static void selection(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, kunit_selects(NULL, "slab", "free"));
	KUNIT_EXPECT_TRUE(test, kunit_selects("", "slab", "free"));
	KUNIT_EXPECT_TRUE(test, kunit_selects("slab", "slab", "free"));
	KUNIT_EXPECT_TRUE(test, kunit_selects("slab.free", "slab", "free"));
	KUNIT_EXPECT_TRUE(test, kunit_selects("sl?b", "slab", "free"));
	KUNIT_EXPECT_TRUE(test, kunit_selects("*.fr*", "slab", "free"));
	KUNIT_EXPECT_TRUE(test, kunit_selects("buddy,slab", "slab", "free"));
	KUNIT_EXPECT_TRUE(test, kunit_selects("buddy,slab.free,x", "slab", "free"));
	KUNIT_EXPECT_FALSE(test, kunit_selects("sla", "slab", "free"));
	KUNIT_EXPECT_FALSE(test, kunit_selects("slab.fre", "slab", "free"));
	KUNIT_EXPECT_FALSE(test, kunit_selects("free", "slab", "free"));
	KUNIT_EXPECT_FALSE(test, kunit_selects("slab.alloc,buddy", "slab", "free"));
	KUNIT_EXPECT_FALSE(test, kunit_selects("slab.free.x", "slab", "free"));
}

static void on_request(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, kunit_spells_out("bad", "bad"));
	KUNIT_EXPECT_TRUE(test, kunit_spells_out("bad.case", "bad"));
	KUNIT_EXPECT_TRUE(test, kunit_spells_out("good,bad,x", "bad"));
	KUNIT_EXPECT_FALSE(test, kunit_spells_out(NULL, "bad"));
	KUNIT_EXPECT_FALSE(test, kunit_spells_out("", "bad"));
	KUNIT_EXPECT_FALSE(test, kunit_spells_out("*", "bad"));
	KUNIT_EXPECT_FALSE(test, kunit_spells_out("ba?", "bad"));
	KUNIT_EXPECT_FALSE(test, kunit_spells_out("badly", "bad"));
}

/* The same case draws the same numbers; another one, others. */
static void random_replays(struct kunit *test)
{
	struct kunit *a = &probe, before = *test;
	u64 first = kunit_rand(test);

	probe_reset();
	a->rand_state = before.rand_state;
	KUNIT_EXPECT_EQ(test, kunit_rand(a), first);
	KUNIT_EXPECT_NE(test, kunit_rand(a), first);
	a->rand_state = kunit_mix(before.rand_state);
	KUNIT_EXPECT_NE(test, kunit_rand(a), first);
}

static void random_below(struct kunit *test)
{
	unsigned int hits[7] = {};

	for (unsigned int i = 0; i < 7000; i++) {
		u64 r = kunit_rand_below(test, 7);

		KUNIT_ASSERT_LT(test, r, 7);
		hits[r]++;
	}
	for (unsigned int i = 0; i < 7; i++)
		KUNIT_EXPECT_GT_MSG(test, hits[i], 700, "%u came %u times", i, hits[i]);
	KUNIT_EXPECT_EQ(test, kunit_rand_below(test, 1), 0);
	KUNIT_EXPECT_LT(test, kunit_rand_below(test, 1ULL << 63), 1ULL << 63);
}

static struct kunit_case select_cases[] = {
	KUNIT_CASE(permutation),    KUNIT_CASE(permutation_depends_on_key),
	KUNIT_CASE(selection),	    KUNIT_CASE(on_request),
	KUNIT_CASE(random_replays), KUNIT_CASE(random_below),
	{}
};

static struct kunit_suite select_suite = {
	.name = "kunit_select",
	.test_cases = select_cases,
};

/* ---- checks ---- */

static void holds(struct kunit *test)
{
	int x = 3;
	u64 big = ~0ULL;
	const char *s = "abc";

	KUNIT_EXPECT_TRUE(&probe, x);
	KUNIT_EXPECT_FALSE(&probe, !x);
	KUNIT_EXPECT_EQ(&probe, x, 3);
	KUNIT_EXPECT_NE(&probe, x, 4);
	KUNIT_EXPECT_LT(&probe, x, 4);
	KUNIT_EXPECT_LE(&probe, x, 3);
	KUNIT_EXPECT_GT(&probe, big, 4ULL);
	KUNIT_EXPECT_GE(&probe, x, 3);
	KUNIT_EXPECT_PTR_EQ(&probe, s, s);
	KUNIT_EXPECT_PTR_NE(&probe, s, s + 1);
	KUNIT_EXPECT_NULL(&probe, NULL);
	KUNIT_EXPECT_NOT_NULL(&probe, s);
	KUNIT_EXPECT_NOT_ERR_OR_NULL(&probe, s);
	KUNIT_EXPECT_STREQ(&probe, s, "abc");
	KUNIT_EXPECT_STRNEQ(&probe, s, "abd");
	KUNIT_EXPECT_MEMEQ(&probe, s, "abd", 2);
	KUNIT_EXPECT_MEMNEQ(&probe, s, "abd", 3);
	KUNIT_SUCCEED(&probe);
	KUNIT_EXPECT_EQ(test, probe.status, KUNIT_SUCCESS);
	KUNIT_EXPECT_STREQ(test, probe_log, "");
}

static void integers(struct kunit *test)
{
	int x = 3;

	KUNIT_EXPECT_EQ(&probe, x, 4);
	EXPECT_PROBE_FAILED(test, "#     Expected x == 4, but\n#         x == 3 (0x3)\n");
	KUNIT_EXPECT_NE(&probe, x, x);
	EXPECT_PROBE_FAILED(test, "Expected x != x, but");
	KUNIT_EXPECT_LT(&probe, x, 3);
	EXPECT_PROBE_FAILED(test, "Expected x < 3, but");
	KUNIT_EXPECT_LE(&probe, x, 2);
	EXPECT_PROBE_FAILED(test, "Expected x <= 2, but");
	KUNIT_EXPECT_GT(&probe, -x, -3);
	EXPECT_PROBE_FAILED(test, "-x == -3 (0xfffffffffffffffd)");
	KUNIT_EXPECT_GE(&probe, x, 4);
	EXPECT_PROBE_FAILED(test, "Expected x >= 4, but");
	KUNIT_EXPECT_EQ_MSG(&probe, x, 4, "round %d", 7);
	EXPECT_PROBE_FAILED(test, "# round 7\n");
	KUNIT_EXPECT_EQ(&probe, x, 4);
	EXPECT_PROBE_FAILED(test, "# probe: EXPECTATION FAILED at tests/lib/kunit_test.c:");
}

static void booleans_and_pointers(struct kunit *test)
{
	int x = 3;
	char want[80];

	KUNIT_EXPECT_TRUE(&probe, x == 4);
	EXPECT_PROBE_FAILED(test, "Expected x == 4 to be true, but is false");
	KUNIT_EXPECT_FALSE(&probe, x);
	EXPECT_PROBE_FAILED(test, "Expected x to be false, but is true");
	KUNIT_EXPECT_NULL(&probe, &x);
	snprintf(want, sizeof(want), "Expected &x == NULL, but\n#         &x == %016lx",
		 (unsigned long)&x);
	EXPECT_PROBE_FAILED(test, want);
	KUNIT_EXPECT_NOT_NULL(&probe, (void *)NULL);
	EXPECT_PROBE_FAILED(test, "!= NULL, but");
	KUNIT_EXPECT_PTR_EQ(&probe, &x, &x + 1);
	EXPECT_PROBE_FAILED(test, "Expected &x == &x + 1, but");
	KUNIT_EXPECT_PTR_NE(&probe, &x, &x);
	EXPECT_PROBE_FAILED(test, "Expected &x != &x, but");
	KUNIT_EXPECT_NOT_ERR_OR_NULL(&probe, (void *)-12L);
	EXPECT_PROBE_FAILED(test, "is not error, but is: -12");
	KUNIT_EXPECT_NOT_ERR_OR_NULL(&probe, NULL);
	EXPECT_PROBE_FAILED(test, "is not null, but is");
	KUNIT_FAIL(&probe, "reason %d", 5);
	EXPECT_PROBE_FAILED(test, "# reason 5\n");
}

static void strings_and_memory(struct kunit *test)
{
	const char *s = "abc", *none = NULL;

	KUNIT_EXPECT_STREQ(&probe, s, "abd");
	EXPECT_PROBE_FAILED(test, "Expected s == \"abd\", but\n#         s == \"abc\"\n");
	KUNIT_EXPECT_STRNEQ(&probe, s, "abc");
	EXPECT_PROBE_FAILED(test, "Expected s != \"abc\", but");
	KUNIT_EXPECT_STREQ(&probe, none, none);
	EXPECT_PROBE_FAILED(test, "none == NULL");
	KUNIT_EXPECT_MEMEQ(&probe, s, "abd", 3);
	EXPECT_PROBE_FAILED(test, " 61  62 <63>");
	KUNIT_EXPECT_MEMNEQ(&probe, s, "abd", 2);
	EXPECT_PROBE_FAILED(test, "Expected s != \"abd\", but");
	KUNIT_EXPECT_MEMEQ(&probe, s, none, 3);
	EXPECT_PROBE_FAILED(test, "none == NULL");
}

/* A message of several lines must not smuggle a line that reads as a result. */
static void lines_are_comments(struct kunit *test)
{
	const char *line = probe_log;

	KUNIT_FAIL(&probe, "one\nok 1 two\n1..3");
	for (; *line; line = strchr(line, '\n') + 1)
		KUNIT_ASSERT_TRUE_MSG(test, strstarts(line, "# "), "a bare line: %s", line);
	KUNIT_EXPECT_NOT_NULL(test, strstr(probe_log, "# ok 1 two\n"));
}

static void skip_does_not_hide_failure(struct kunit *test)
{
	kunit_mark_skipped(&probe, "no %s", "device");
	KUNIT_EXPECT_EQ(test, probe.status, KUNIT_SKIPPED);
	KUNIT_EXPECT_STREQ(test, probe.status_comment, "no device");
	KUNIT_FAIL(&probe, "and yet");
	KUNIT_EXPECT_EQ(test, probe.status, KUNIT_FAILURE);
	kunit_mark_skipped(&probe, "again");
	KUNIT_EXPECT_EQ(test, probe.status, KUNIT_FAILURE);
}

static struct kunit_case check_cases[] = {
	KUNIT_CASE(holds),
	KUNIT_CASE(integers),
	KUNIT_CASE(booleans_and_pointers),
	KUNIT_CASE(strings_and_memory),
	KUNIT_CASE(lines_are_comments),
	KUNIT_CASE(skip_does_not_hide_failure),
	{}
};

static struct kunit_suite check_suite = {
	.name = "kunit_check",
	.init = probe_init,
	.test_cases = check_cases,
};

/* ---- how a case runs ---- */

static volatile unsigned int inits, bodies, exits, behind;

static int count_init(struct kunit *test)
{
	inits++;
	return 0;
}

static int failing_init(struct kunit *test)
{
	inits++;
	return -EIO;
}

static void count_exit(struct kunit *test)
{
	exits++;
}

static void aborting_body(struct kunit *test)
{
	bodies++;
	KUNIT_ASSERT_EQ(test, bodies, 0);
	behind++;
}

static void skipping_body(struct kunit *test)
{
	bodies++;
	kunit_skip(test, "not here");
	behind++;
}

static void trapping_body(struct kunit *test)
{
	bodies++;
	plant_trap();
	behind++;
}

static void irqs_off_body(struct kunit *test)
{
	bodies++;
	local_irq_disable();
}

/* Run `body` as a case on the probe. */
static void run_on_probe(int (*init)(struct kunit *), void (*body)(struct kunit *))
{
	struct kunit_case kcase = { .run_case = body, .name = "probe" };
	struct kunit_suite suite = { .name = "probe", .init = init, .exit = count_exit };

	probe_reset();
	inits = 0;
	bodies = 0;
	exits = 0;
	behind = 0;
	kunit_run_parts(&probe, &suite, &kcase);
}

static void assert_leaves(struct kunit *test)
{
	run_on_probe(count_init, aborting_body);
	KUNIT_EXPECT_EQ(test, inits, 1);
	KUNIT_EXPECT_EQ(test, bodies, 1);
	KUNIT_EXPECT_EQ(test, behind, 0);
	KUNIT_EXPECT_EQ(test, exits, 1);
	EXPECT_PROBE_FAILED(test, "ASSERTION FAILED");
}

static int *no_pointer;

static void null_body(struct kunit *test)
{
	bodies++;
	KUNIT_ASSERT_NOT_NULL(test, no_pointer);
	behind++;
}

static void error_body(struct kunit *test)
{
	bodies++;
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, (void *)-12L);
	behind++;
}

static void good_body(struct kunit *test)
{
	bodies++;
	KUNIT_ASSERT_NOT_NULL(test, &no_pointer);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, &no_pointer);
	KUNIT_ASSERT_EQ(test, bodies, 1);
	behind++;
}

/* What is asserted of pointers, when it is so and when it isn't. */
static void pointers_are_asserted(struct kunit *test)
{
	run_on_probe(count_init, null_body);
	KUNIT_EXPECT_EQ(test, bodies, 1);
	KUNIT_EXPECT_EQ(test, behind, 0);
	KUNIT_EXPECT_EQ(test, probe.status, KUNIT_FAILURE);
	run_on_probe(count_init, error_body);
	KUNIT_EXPECT_EQ(test, bodies, 1);
	KUNIT_EXPECT_EQ(test, behind, 0);
	KUNIT_EXPECT_EQ(test, probe.status, KUNIT_FAILURE);
	run_on_probe(count_init, good_body);
	KUNIT_EXPECT_EQ(test, behind, 1);
	KUNIT_EXPECT_EQ(test, probe.status, KUNIT_SUCCESS);
}

static void skip_leaves(struct kunit *test)
{
	run_on_probe(count_init, skipping_body);
	KUNIT_EXPECT_EQ(test, behind, 0);
	KUNIT_EXPECT_EQ(test, exits, 1);
	KUNIT_EXPECT_EQ(test, probe.status, KUNIT_SKIPPED);
	KUNIT_EXPECT_STREQ(test, probe.status_comment, "not here");
}

static void init_failure(struct kunit *test)
{
	run_on_probe(failing_init, skipping_body);
	KUNIT_EXPECT_EQ(test, inits, 1);
	KUNIT_EXPECT_EQ(test, bodies, 0);
	KUNIT_EXPECT_EQ(test, exits, 1);
	EXPECT_PROBE_FAILED(test, "init returned -5");
}

static void trap_ends_case(struct kunit *test)
{
	KUNIT_EXPECT_REPORT(test, "BUG", run_on_probe(count_init, trapping_body));
	KUNIT_EXPECT_EQ(test, bodies, 1);
	KUNIT_EXPECT_EQ(test, behind, 0);
	KUNIT_EXPECT_EQ(test, exits, 1);
	EXPECT_PROBE_FAILED(test, "a trap ended the case");
}

static void interrupt_flag(struct kunit *test)
{
	run_on_probe(count_init, irqs_off_body);
	KUNIT_EXPECT_EQ(test, bodies, 1);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	EXPECT_PROBE_FAILED(test, "it left interrupts off");
}

/* A run inside a case gives back that case's way out, and its name as the current one. */
static void nested_runs(struct kunit *test)
{
	struct recovery *way_out = test->recovery;
	struct recovery *trap_way_out = report_set_recovery(NULL);

	report_set_recovery(trap_way_out);
	run_on_probe(count_init, aborting_body);
	KUNIT_EXPECT_PTR_EQ(test, test->recovery, way_out);
	KUNIT_EXPECT_PTR_EQ(test, report_set_recovery(trap_way_out), trap_way_out);
	KUNIT_EXPECT_PTR_EQ(test, kunit_get_current_test(), test);
	KUNIT_EXPECT_NULL(test, probe.recovery);
}

static const struct {
	int square;
	const char *name;
} params[] = { { 0, "none" }, { 1, "one" }, { 4, "two" } };

KUNIT_ARRAY_PARAM_DESC(params, params, name);

static void parameters(struct kunit *test)
{
	const typeof(params[0]) *p = test->param_value;

	KUNIT_ASSERT_PTR_EQ(test, p, &params[test->param_index]);
	KUNIT_EXPECT_EQ(test, p->square, test->param_index * test->param_index);
}

static void parameters_end(struct kunit *test)
{
	char desc[KUNIT_PARAM_DESC_SIZE] = "";
	const void *p = params_gen_params(NULL, desc);

	KUNIT_EXPECT_PTR_EQ(test, p, &params[0]);
	KUNIT_EXPECT_STREQ(test, desc, "none");
	p = params_gen_params(params_gen_params(p, desc), desc);
	KUNIT_EXPECT_PTR_EQ(test, p, &params[2]);
	KUNIT_EXPECT_NULL(test, params_gen_params(p, desc));
}

/* Turned inside out, so that no scan takes it for a reference. */
static unsigned long lost;

static void losing_body(struct kunit *test)
{
	kunit_expect_no_leaks(test);
	lost = ~(unsigned long)kmalloc(64, GFP_KERNEL);
}

static void free_what_is_lost(void *unused)
{
	kfree((void *)~lost);
}

static void careful_body(struct kunit *test)
{
	kunit_expect_no_leaks(test);
	lost = ~(unsigned long)kmalloc(64, GFP_KERNEL);
	KUNIT_ASSERT_EQ(test, kunit_add_action(test, free_what_is_lost, NULL), 0);
}

/* The scan comes last: what an action frees is no leak. */
static void leaks_are_looked_for(struct kunit *test)
{
	const char *text;

	report_capture_start();
	run_on_probe(NULL, losing_body);
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 1U);
	KUNIT_EXPECT_TRUE(test, strstr(text, "unreferenced object 0x") != NULL);
	EXPECT_PROBE_FAILED(test, "1 block(s) are left that nobody refers to");
	free_what_is_lost(NULL);
	run_on_probe(NULL, careful_body);
	KUNIT_EXPECT_EQ(test, probe.status, KUNIT_SUCCESS);
}

static struct fault_attr everything = FAULT_ATTR_FROM_NTH(1);

static void starving_body(struct kunit *test)
{
	kunit_expect_no_leaks(test);
	fault_inject_set((struct fault_injection){ .slab = &everything });
}

/* Nobody has looked, so nobody can say that there are none. */
static void no_scan_is_a_failure(struct kunit *test)
{
	struct fault_injection was = fault_inject_set((struct fault_injection){ 0 });

	run_on_probe(NULL, starving_body);
	fault_inject_set(was);
	EXPECT_PROBE_FAILED(test, "no scan for leaks could be made");
}

static struct kunit_case leak_cases[] = { KUNIT_CASE(leaks_are_looked_for),
					  KUNIT_CASE(no_scan_is_a_failure), {} };

/* Alone: what other suites have left in their static data may look like a reference. */
static struct kunit_suite leak_suite = {
	.name = "kunit_leaks",
	.test_cases = leak_cases,
	.attr.on_request = true,
};
kunit_test_suite(leak_suite);

static struct kunit_case case_cases[] = {
	KUNIT_CASE(assert_leaves),
	KUNIT_CASE(pointers_are_asserted),
	KUNIT_CASE(skip_leaves),
	KUNIT_CASE(init_failure),
	KUNIT_CASE(trap_ends_case),
	KUNIT_CASE(interrupt_flag),
	KUNIT_CASE(nested_runs),
	KUNIT_CASE_PARAM(parameters, params_gen_params),
	KUNIT_CASE(parameters_end),
	{}
};

static struct kunit_suite case_suite = {
	.name = "kunit_case",
	.init = probe_init,
	.test_cases = case_cases,
};

/* ---- expected reports and faults ---- */

static void report_expected(struct kunit *test)
{
	unsigned long unexpected = report_unexpected(), all = report_count();

	KUNIT_EXPECT_REPORT(test, "red zone", plant_report("red zone of nothing"));
	KUNIT_EXPECT_EQ(test, report_unexpected(), unexpected);
	KUNIT_EXPECT_EQ(test, report_count(), all + 1);
	KUNIT_EXPECT_NO_REPORT(test, (void)0);
}

static void missing_report(struct kunit *test)
{
	KUNIT_EXPECT_REPORT(&probe, "x", (void)0);
	EXPECT_PROBE_FAILED(test, "but it raised 0");
	KUNIT_EXPECT_NO_REPORT(&probe, plant_report("odd thing"));
	EXPECT_PROBE_FAILED(test, "BUG: planted: odd thing");
}

static void two_reports(struct kunit *test)
{
	KUNIT_EXPECT_REPORT(&probe, "x", {
		plant_report("x");
		plant_report("x");
	});
	EXPECT_PROBE_FAILED(test, "but it raised 2");
}

static void wrong_text(struct kunit *test)
{
	KUNIT_EXPECT_REPORT(&probe, "left", plant_report("right"));
	EXPECT_PROBE_FAILED(test, "to report \"left\", but it reported\n#     | ");
	KUNIT_EXPECT_FAULT(&probe, "nothing says this", plant_trap());
	EXPECT_PROBE_FAILED(test, "to trap with \"nothing says this\", but it reported");
}

static void fault_expected(struct kunit *test)
{
	volatile int stage = 0;

	KUNIT_EXPECT_FAULT(test, "BUG", {
		stage = 1;
		plant_trap();
		stage = 2;
	});
	KUNIT_EXPECT_EQ(test, stage, 1);
}

/* The flag is as it was at the macro, whatever the statement did to it before it trapped. */
static void fault_keeps_interrupt_flag(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "BUG", {
		local_irq_disable();
		plant_trap();
	});
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	local_irq_disable();
	KUNIT_EXPECT_FAULT(test, "BUG", plant_trap());
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	local_irq_enable();
}

static void no_trap(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(&probe, "x", (void)0);
	EXPECT_PROBE_FAILED(test, "to trap (\"x\"), but it did not");
	KUNIT_EXPECT_FAULT(&probe, "x", plant_report("x"));
	EXPECT_PROBE_FAILED(test, "to trap (\"x\"), but it did not");
}

static void nesting_body(struct kunit *test)
{
	KUNIT_EXPECT_REPORT(test, "x", KUNIT_EXPECT_NO_REPORT(test, bodies++));
}

static void nesting_is_refused(struct kunit *test)
{
	run_on_probe(count_init, nesting_body);
	KUNIT_EXPECT_EQ(test, bodies, 0);
	KUNIT_EXPECT_FALSE(test, probe.capturing);
	EXPECT_PROBE_FAILED(test, "do not nest");
}

static struct kunit_case expect_cases[] = {
	KUNIT_CASE(report_expected), KUNIT_CASE(missing_report),
	KUNIT_CASE(two_reports),     KUNIT_CASE(wrong_text),
	KUNIT_CASE(fault_expected),  KUNIT_CASE(fault_keeps_interrupt_flag),
	KUNIT_CASE(no_trap),	     KUNIT_CASE(nesting_is_refused),
	{}
};

static struct kunit_suite expect_suite = {
	.name = "kunit_expect",
	.init = probe_init,
	.test_cases = expect_cases,
};

/* ---- what a case owns ---- */

static char trail[8];

static void leave_trail(void *mark)
{
	strlcat(trail, mark, sizeof(trail));
}

static int own_init(struct kunit *test)
{
	probe_reset();
	trail[0] = '\0';
	return 0;
}

static void action_order(struct kunit *test)
{
	kunit_add_action(&probe, leave_trail, "a");
	kunit_add_action(&probe, leave_trail, "b");
	kunit_add_action(&probe, leave_trail, "c");
	kunit_run_actions(&probe);
	KUNIT_EXPECT_STREQ(test, trail, "cba");
	KUNIT_EXPECT_EQ(test, probe.nr_actions, 0);
}

static void release_runs_once(struct kunit *test)
{
	static char a[] = "a", b[] = "b", c[] = "c";

	kunit_add_action(&probe, leave_trail, a);
	kunit_add_action(&probe, leave_trail, b);
	kunit_add_action(&probe, leave_trail, c);
	kunit_release_action(&probe, leave_trail, b);
	KUNIT_EXPECT_STREQ(test, trail, "b");
	kunit_remove_action(&probe, leave_trail, a);
	kunit_release_action(&probe, leave_trail, a);
	KUNIT_EXPECT_STREQ(test, trail, "b");
	kunit_run_actions(&probe);
	KUNIT_EXPECT_STREQ(test, trail, "bc");
}

static void too_many_actions(struct kunit *test)
{
	for (unsigned int i = 0; i < KUNIT_MAX_ACTIONS; i++)
		KUNIT_ASSERT_EQ(test, kunit_add_action(&probe, leave_trail, ""), 0);
	KUNIT_EXPECT_EQ(test, kunit_add_action(&probe, leave_trail, "x"), -ENOMEM);
	KUNIT_EXPECT_STREQ(test, trail, "");
	KUNIT_EXPECT_EQ(test, kunit_add_action_or_reset(&probe, leave_trail, "y"), -ENOMEM);
	KUNIT_EXPECT_STREQ(test, trail, "y");
	KUNIT_EXPECT_EQ(test, probe.nr_actions, KUNIT_MAX_ACTIONS);
}

/* That it is freed is seen by the suite's accounting. */
static void memory(struct kunit *test)
{
	char *p = kunit_kmalloc(test, 20000, GFP_KERNEL);
	char *q = kunit_kzalloc(test, 64, GFP_KERNEL);
	char *r = kunit_kcalloc(test, 3, 5000, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_ASSERT_NOT_NULL(test, q);
	KUNIT_ASSERT_NOT_NULL(test, r);
	KUNIT_EXPECT_EQ(test, test->nr_actions, 3);
	KUNIT_EXPECT_NULL(test, memchr_inv(q, 0, 64));
	KUNIT_EXPECT_NULL(test, memchr_inv(r, 0, 15000));
	kunit_kfree(test, q);
	KUNIT_EXPECT_EQ(test, test->nr_actions, 2);
}

static struct kunit_case own_cases[] = {
	KUNIT_CASE(action_order),
	KUNIT_CASE(release_runs_once),
	KUNIT_CASE(too_many_actions),
	KUNIT_CASE(memory),
	{}
};

static struct kunit_suite own_suite = {
	.name = "kunit_own",
	.init = own_init,
	.test_cases = own_cases,
};

/* ---- what must fail ---- */

static void planted_pass(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, exits, exits);
}

static void planted_skip(struct kunit *test)
{
	kunit_skip(test, "on purpose");
}

static void planted_expectation(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 1, 2);
}

static void planted_assertion(struct kunit *test)
{
	KUNIT_ASSERT_NOT_NULL(test, (void *)NULL);
}

static void planted_trap(struct kunit *test)
{
	plant_trap();
}

static void planted_bug(struct kunit *test)
{
	BUG();
}

static void planted_report(struct kunit *test)
{
	plant_report("nobody expects this one");
}

static void planted_irqs_off(struct kunit *test)
{
	local_irq_disable();
}

static void planted_leak(struct kunit *test)
{
	KUNIT_EXPECT_NOT_NULL(test, (void *)__get_free_pages(GFP_KERNEL, 2));
}

static struct kunit_case planted_cases[] = {
	KUNIT_CASE(planted_pass),	 KUNIT_CASE(planted_skip),
	KUNIT_CASE(planted_expectation), KUNIT_CASE(planted_assertion),
	KUNIT_CASE(planted_trap),	 KUNIT_CASE(planted_bug),
	KUNIT_CASE(planted_report),	 KUNIT_CASE(planted_irqs_off),
	KUNIT_CASE(planted_leak),	 {}
};

static struct kunit_suite planted_suite = {
	.name = "kunit_planted",
	.test_cases = planted_cases,
	.attr.on_request = true,
};

kunit_test_suites(&select_suite, &check_suite, &case_suite, &expect_suite, &own_suite,
		  &planted_suite);
