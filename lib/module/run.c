// SPDX-License-Identifier: MIT
/*
 * Modules: run, and judged by what they leave
 * ===========================================
 *
 * 1. What it is for. Anyone's code, written for Linux's interfaces, comes with the boot as a relocatable
 *    file, runs, and is told what it has left behind. Modules run one after the other, each to its end:
 *
 *	file ─ plan ─ load ─ count ─ constructors ─ init ─ its KUnit suites ─ exit ─ destructors ─ count ─ verdict
 *	         │      │                             │                         │                │
 *	         └──────┴── refused: one line         └─ an error: no suites, no exit            └─ memory given back
 *	                                                                        │
 *	                      others use what it exports: they run here, then it goes on
 *
 * 2. In the log a module is a result of its own, behind those of its suites, with the cases
 *
 *	load	it could be loaded
 *	init	its init returned 0
 *	exit	its exit came back
 *	reports	no report came up that nobody expected
 *	clean	it holds nothing
 *
 *    so the closing line and the exit code say whether all was well. Files that the boot had no room for
 *    are a failed result too, "modules".
 *
 * 3. A trap in the module's code ends what was called and nothing else. Nothing more of it is called
 *    then, and its memory stays, since what it has begun may still lead there. So it does with threads
 *    or caches left. Timers that stand in it or lead to it are stopped. What the kernel calls of it by
 *    itself, threads, timers and so on, is no exception: fault.c.
 *
 * 4. What a call leaves wrong (preempt count, interrupts) is said, counts as a report does, and is put
 *    right.
 *
 * 5. A module that a later file needs (depend.c) stays behind its suites, and its exit comes when the last
 *    of those has ended; of several the last one first. So its count encloses theirs, and what they have
 *    left is forgiven in it. Who uses another and holds something at its end may hold it through that one
 *    (a cache that grew): whether it does for good is seen when the last of those that stay has ended. It
 *    was clean if nothing of the kinds that it held (objects by cache, areas, pages …) is left then.
 *
 * Invariants
 * I1  stays[] has the modules that stay, in the order of their loading; exactly these are live.
 *
 * Locks: none; one thread runs modules, the boot's. Contexts: may sleep.
 */
#include <asm/irqflags.h>
#include <asm/stack.h>
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/panic.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <quarry/module.h>
#include <quarry/report.h>
#include "internal.h"

#define RUNS_MAX LOADED_MAX
#define NR_CASES 5

enum {
	CASE_LOAD,
	CASE_INIT,
	CASE_EXIT,
	CASE_REPORTS,
	CASE_CLEAN,
};

/* A file that is to run. */
struct run {
	struct module_file file;
	struct plan *plan; /* NULL: no memory for one */
	struct loaded *m;
	unsigned long unexpected; /* reports, before it was loaded */
	unsigned long reports;	  /* of its own */
	unsigned int mischief;	  /* see 4 */
	bool trapped;		  /* a trap ended one of its calls */
	bool own_notes;		  /* outer and before are */
	bool waits;		  /* its verdict must, for those that stay */
	struct kunit_guest_case cases[NR_CASES];
	const struct run *user;	     /* the next that needs it; NULL: none does */
	struct held *outer, *before; /* what there was before it was loaded; before it ran */
	struct verdict holds;
};

static struct run runs[RUNS_MAX];
static unsigned int nr_runs;
static unsigned int nr_files, nr_left_out; /* that came with the boot; that came, too, but for it */
static const char *boot_line;

/* Those that stay, and what there was before the first of them. */
static struct run *stays[RUNS_MAX];
static unsigned int nr_stay;
static struct held *before_all;
static struct held *shared_outer, *shared_before; /* of those that nobody needs */

/* Is there a plan of it? */
static bool is_sound(const struct run *r)
{
	return r->plan && !r->plan->error;
}

static bool does_stay(const struct run *r)
{
	for (unsigned int i = 0; i < nr_stay; i++) {
		if (stays[i] == r)
			return true;
	}
	return false;
}

static bool has_faulted(const struct run *r)
{
	return r->trapped || atomic_read(&r->m->faults);
}

/* ---- calls that may trap ---- */

static void call_constructors(struct run *r)
{
	module_call_all(r->m, ".init_array", false);
	module_call_all(r->m, ".ctors", true);
}

static void call_destructors(struct run *r)
{
	module_call_all(r->m, ".fini_array", true);
	module_call_all(r->m, ".dtors", false);
}

static void call_init(struct run *r)
{
	int ret = r->m->init ? r->m->init() : 0;

	if (ret)
		pr_info("module %s: init returned %d (%pe)\n", r->m->name, ret, ERR_PTR(ret));
	else if (r->m->init)
		pr_info("module %s: init returned 0\n", r->m->name);
	r->cases[CASE_INIT].status = ret ? KUNIT_FAILURE : KUNIT_SUCCESS;
}

static void call_exit(struct run *r)
{
	r->m->exit();
	r->cases[CASE_EXIT].status = KUNIT_SUCCESS;
}

/* The call has left the context other than it was. */
static void mischief(struct run *r, const char *what, const char *how)
{
	pr_err("module %s: %s came back %s\n", r->m->name, what, how);
	r->mischief++;
}

static void check_context(struct run *r, const char *what, unsigned int count, unsigned int locks)
{
	if (preempt_count() != count) {
		mischief(r, what, "with a lock held, or preemption off");
		preempt_count_set(count);
	}
	lockdep_forget(locks);
	if (irqs_disabled()) {
		mischief(r, what, "with interrupts off");
		local_irq_enable();
	}
}

/* What this frame holds is not changed behind recovery_save(), so it's right when the jump arrives. */
static noinline void guarded(struct run *r, const char *what, void (*call)(struct run *r))
{
	struct recovery *const outer = report_set_recovery(NULL);
	const unsigned int count = preempt_count(), locks = lockdep_depth();
	struct recovery here;

	if (has_faulted(r))
		return;
	if (!recovery_save(&here)) {
		report_set_recovery(&here);
		call(r);
		check_context(r, what, count, locks);
	} else {
		preempt_count_set(count);
		lockdep_forget(locks);
		pr_err("module %s: a trap ended %s; nothing more of it is called\n", r->m->name,
		       what);
		r->trapped = true;
	}
	report_set_recovery(outer);
}

/* ---- suites ---- */

static void skip_suites(const struct run *r, const char *why)
{
	for (u32 i = 0; is_sound(r) && i < r->plan->nr_suites; i++) {
		char name[KUNIT_PARAM_DESC_SIZE];

		scnprintf(name, sizeof(name), "%s.suite%u", r->file.name, i + 1);
		kunit_guest_skip(name, why);
	}
}

static void run_suites(const struct run *r)
{
	for (u32 i = 1; i < r->plan->header.shnum; i++) {
		struct kunit_suite **suites = module_section(r->m, i);
		struct elf_section s = plan_section(r->plan, i);

		if (!suites || !plan_is(plan_section_name(r->plan, i), ".kunit_test_suites"))
			continue;
		for (u64 n = 0; n < s.size / sizeof(*suites); n++)
			kunit_guest_suite(suites[n]);
	}
}

/* ---- the verdict ---- */

/* " 3 objects (192 bytes)," to what is there already, if n is not 0. */
static void say(char *buf, size_t size, unsigned long n, const char *what, unsigned long bytes)
{
	size_t used = strlen(buf);

	if (!n)
		return;
	used += scnprintf(buf + used, size - used, "%s%lu %s%s", used ? ", " : "", n, what,
			  n == 1 ? "" : "s");
	if (bytes)
		scnprintf(buf + used, size - used, " (%lu byte%s)", bytes, plural(bytes));
}

static void describe_held(const struct verdict *v, char *buf, size_t size)
{
	buf[0] = '\0';
	say(buf, size, v->objects, "object", v->object_bytes);
	say(buf, size, v->pages, "page", 0);
	say(buf, size, v->areas, "vmalloc area", v->area_bytes);
	say(buf, size, v->caches, "cache", 0);
	say(buf, size, v->percpu_bytes, "per-CPU byte", 0);
	say(buf, size, v->threads, "thread", 0);
	say(buf, size, v->killed, "dead thread", 0);
	say(buf, size, v->timers, "pending timer", 0);
}

static bool is_clean(const struct verdict *v)
{
	return !v->objects && !v->pages && !v->areas && !v->caches && !v->percpu_bytes &&
	       !v->threads && !v->killed && !v->timers;
}

static void stop_timers(const struct run *r, struct verdict *v)
{
	unsigned long start = (unsigned long)r->m->base;

	v->timers = timers_cancel_in(start, start + plan_total(r->plan));
	if (v->timers)
		pr_warn("module %s:   %lu of its timers pending: stopped\n", r->m->name, v->timers);
}

/* What it has put off until later happens now; what RCU frees mm_quiesce() waits for. */
static void flush_deferred(void)
{
	flush_workqueue(system_wq);
	flush_workqueue(system_highpri_wq);
	flush_workqueue(system_long_wq);
	flush_workqueue(system_unbound_wq);
}

/* Those that stay have had no part in what another has reported, or left. */
static void forgive(struct run *r, unsigned long reports, bool left)
{
	for (unsigned int i = 0; i < nr_stay; i++) {
		stays[i]->unexpected += reports;
		if (!left)
			continue;
		held_forgive(stays[i]->outer, r->outer);
		held_forgive(stays[i]->before, r->outer);
	}
	if (nr_stay && left && !r->waits)
		held_forgive(before_all, r->outer);
}

/* May something still lead to its code or data? */
static bool memory_stays(const struct run *r, const struct verdict *v)
{
	return has_faulted(r) || v->threads || v->caches || v->timers || module_is_used(r->m);
}

static void conclude(struct run *r, bool clean)
{
	bool reported = r->cases[CASE_REPORTS].status != KUNIT_SUCCESS;
	const char *name = r->file.name;
	char held[200];

	describe_held(&r->holds, held, sizeof(held));
	r->cases[CASE_CLEAN].status = clean ? KUNIT_SUCCESS : KUNIT_FAILURE;
	pr_info("module %s: verdict: %s; %s%s; %lu report%s\n", name,
		clean && !reported && !r->trapped ? "clean" : "NOT CLEAN",
		!clean	   ? "it still holds "
		: !held[0] ? "it holds nothing"
			   : "others have given back ",
		held, r->reports, r->reports == 1 ? "" : "s");
	kunit_guest_cases(name, r->cases, NR_CASES);
}

/* The last that stayed has ended: is what the others held given back? */
static void conclude_waiting(void)
{
	for (unsigned int i = 0; i < nr_runs; i++) {
		if (runs[i].waits)
			conclude(&runs[i], !held_still(runs[i].before, before_all));
		runs[i].waits = false;
	}
}

static void judge(struct run *r)
{
	struct verdict *v = &r->holds;
	bool clean, memory;

	flush_deferred();
	stop_timers(r, v);
	held_after(r->before, r->m, v);
	r->reports = report_unexpected() - r->unexpected;
	kunit_charge_reports(r->reports);
	clean = is_clean(v);
	r->cases[CASE_REPORTS].status =
		r->reports || r->mischief || has_faulted(r) ? KUNIT_FAILURE : KUNIT_SUCCESS;
	r->waits = !clean && nr_stay && r->m->uses && !v->threads && !v->killed && !v->timers;
	if (r->waits)
		pr_info("module %s: whether it holds that for good is seen when module %s has ended\n",
			r->m->name, stays[0]->m->name);
	else
		conclude(r, clean);
	memory = memory_stays(r, v);
	if (memory)
		pr_info("module %s: its memory stays: something may still lead there\n",
			r->m->name);
	else
		module_free(r->m);
	forgive(r, r->reports, !clean || memory);
	if (r->waits)
		held_growth(r->before);
	if (!nr_stay)
		conclude_waiting();
}

/* ---- one module ---- */

/* The file that needs it, behind number `i`; NULL: none does. */
static const struct run *needed_behind(const struct run *r, unsigned int i)
{
	while (++i < nr_runs) {
		if (is_sound(&runs[i]) && plan_needs(runs[i].plan, r->plan))
			return &runs[i];
	}
	return NULL;
}

static void begin(struct run *r)
{
	held_before(r->before);
	guarded(r, "a constructor", call_constructors);
	guarded(r, "init", call_init);
	if (!has_faulted(r) && module_shut(r->m))
		mischief(r, "init", "with its read-only data in a state that can't be shut");
	if (r->cases[CASE_INIT].status == KUNIT_SUCCESS && !has_faulted(r))
		run_suites(r);
	else
		skip_suites(r, has_faulted(r) ? "it has faulted" : "init failed");
}

static void skip_exit(struct run *r, const char *why)
{
	r->cases[CASE_EXIT] = (struct kunit_guest_case){ "exit", KUNIT_SKIPPED, why };
}

static void end(struct run *r)
{
	r->m->live = false;
	if (r->cases[CASE_INIT].status != KUNIT_SUCCESS)
		skip_exit(r, "init failed");
	else if (has_faulted(r))
		skip_exit(r, "it has faulted");
	else if (!r->m->exit)
		skip_exit(r, "it has no module_exit()");
	else
		guarded(r, "exit", call_exit);
	guarded(r, "a destructor", call_destructors);
	judge(r);
}

/* It is needed: others may use it from now on. */
static void stay(struct run *r)
{
	pr_info("module %s: stays for module %s\n", r->m->name, r->user->file.name);
	if (!nr_stay)
		held_copy(before_all, r->outer);
	stays[nr_stay++] = r;
	r->m->live = true;
}

/* Of those that stay, the last first, until one is needed behind number `i`. */
static void end_unneeded(unsigned int i)
{
	while (nr_stay && !needed_behind(stays[nr_stay - 1], i)) {
		nr_stay--;
		end(stays[nr_stay]);
	}
}

static bool load(struct run *r)
{
	char why[160];

	if (!r->plan) {
		pr_err("module %s: refused: no memory to look at it\n", r->file.name);
		return false;
	}
	if (r->plan->error) {
		plan_describe(r->plan, why, sizeof(why));
		pr_err("module %s: refused: %s\n", r->file.name, why);
		return false;
	}
	r->m = module_load(r->plan, r->file.name, boot_line);
	if (!r->m)
		return false;
	pr_info("module %s: loaded at 0x%px, %zu bytes; %s, licence %s\n", r->m->name, r->m->base,
		plan_total(r->plan), plan_info(r->plan, "description", 0) ?: "no description",
		plan_info(r->plan, "license", 0));
	return true;
}

/* It lacks what another file exports, which isn't there when it should be. */
static void say_who_exports(const struct run *r)
{
	for (unsigned int i = 0; i < nr_runs; i++) {
		const struct run *other = &runs[i];

		if (other == r || !is_sound(r) || !is_sound(other) || does_stay(other) ||
		    !plan_needs(r->plan, other->plan))
			continue;
		if (other > r)
			pr_err("module %s: module %s exports some of these, and comes behind it: name it first\n",
			       r->file.name, other->file.name);
		else
			pr_err("module %s: module %s exports some of these, and did not stay: see there\n",
			       r->file.name, other->file.name);
	}
}

static void refused(struct run *r)
{
	unsigned long reports = report_unexpected() - r->unexpected;

	say_who_exports(r);
	skip_suites(r, "it was not loaded");
	kunit_guest_cases(r->file.name, r->cases, 1);
	forgive(r, reports, false);
}

static void run_one(struct run *r)
{
	static const char *const names[NR_CASES] = { "load", "init", "exit", "reports", "clean" };

	r->unexpected = report_unexpected();
	for (unsigned int i = 0; i < NR_CASES; i++)
		r->cases[i] = (struct kunit_guest_case){ names[i], KUNIT_FAILURE, "" };
	if (r->user || nr_stay)
		held_before(r->outer);
	if (!load(r)) {
		refused(r);
		return;
	}
	r->cases[CASE_LOAD].status = KUNIT_SUCCESS;
	begin(r);
	if (r->user && r->cases[CASE_INIT].status == KUNIT_SUCCESS && !has_faulted(r))
		stay(r);
	else
		end(r);
}

/* More files came than a boot has room for. */
static void fail_left_out(void)
{
	static const struct kunit_guest_case cases[] = { { "all_taken", KUNIT_FAILURE, "" } };

	pr_err("modules: %u of %u files were left out, since a boot takes %u: hand over fewer at once\n",
	       nr_left_out, nr_left_out + nr_files, nr_files);
	kunit_guest_cases("modules", cases, ARRAY_SIZE(cases));
}

/* Does it use a file before it? */
static bool needs_some(const struct run *r)
{
	for (const struct run *other = runs; other < r; other++) {
		if (is_sound(r) && is_sound(other) && plan_needs(r->plan, other->plan))
			return true;
	}
	return false;
}

/* Who stays, and whose verdict may wait, has notes of its own. */
static bool alloc_notes(void)
{
	bool done;

	before_all = held_alloc();
	shared_outer = held_alloc();
	shared_before = held_alloc();
	done = before_all && shared_outer && shared_before;
	for (struct run *r = runs; r < runs + nr_runs; r++) {
		r->user = is_sound(r) ? needed_behind(r, r - runs) : NULL;
		r->own_notes = r->user || needs_some(r);
		r->outer = r->own_notes ? held_alloc() : shared_outer;
		r->before = r->own_notes ? held_alloc() : shared_before;
		done &= r->outer && r->before;
	}
	return done;
}

static void free_notes(void)
{
	for (struct run *r = runs; r < runs + nr_runs; r++) {
		if (!r->own_notes)
			continue;
		held_free(r->outer);
		held_free(r->before);
	}
	held_free(before_all);
	held_free(shared_outer);
	held_free(shared_before);
}

static void modules_run(void)
{
	if (!alloc_notes())
		panic("module: no memory to note what there is before a module runs");
	if (nr_left_out)
		fail_left_out();
	for (unsigned int i = 0; i < nr_runs; i++) {
		run_one(&runs[i]);
		end_unneeded(i);
	}
	free_notes();
}

/* ---- which ones ---- */

static bool is_module(const struct module_file *f)
{
	return f->named_ko || (f->size >= 4 && !memcmp(f->bytes, ELF_MAGIC, 4));
}

static void add(const struct module_file *f)
{
	struct run *r = &runs[nr_runs];

	if (nr_runs == RUNS_MAX) {
		nr_left_out++;
		return;
	}
	*r = (struct run){ .file = *f };
	r->plan = vmalloc(sizeof(*r->plan));
	if (r->plan)
		plan_make(r->plan, f->bytes, f->size);
	nr_runs++;
}

unsigned int modules_add(const struct module_file *files, unsigned int n, unsigned int left_out,
			 const char *line)
{
	unsigned int results = 0;

	nr_left_out = left_out;
	nr_files = n;
	for (unsigned int i = 0; i < n; i++) {
		if (is_module(&files[i]))
			add(&files[i]);
	}
	for (unsigned int i = 0; i < nr_runs; i++)
		results += 1 + (is_sound(&runs[i]) ? runs[i].plan->nr_suites : 0);
	results += nr_left_out != 0;
	boot_line = line;
	if (!results)
		return 0;
	module_symbols_init();
	module_faults_init();
	kunit_set_guests(results, modules_run);
	return results;
}
