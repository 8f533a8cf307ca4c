// SPDX-License-Identifier: MIT
/*
 * Modules: run, and judged by what they leave
 * ===========================================
 *
 * 1. What it is for. Anyone's code, written for Linux's interfaces, comes with the boot as a relocatable
 *    file, runs, and is told what it has left behind. Modules run one after the other, each to its end:
 *
 *	file ─ plan ─ load ─ count ─ constructors ─ init ─ its KUnit suites ─ exit ─ destructors ─ count ─ verdict
 *	         │      │                             │                                  │
 *	         └──────┴── refused: one line         └─ an error: no suites, no exit    └─ memory given back
 *
 * 2. In the log a module is a result of its own, behind those of its suites, with the cases
 *
 *	load	it could be loaded
 *	init	its init returned 0
 *	exit	its exit came back
 *	reports	no report came up that nobody expected
 *	clean	it holds nothing
 *
 *    so the closing line and the exit code say whether all was well.
 *
 * 3. A trap in the module's code ends what was called and nothing else. Nothing more of it is called
 *    then, and its memory stays, since what it has begun may still lead there. So it does with threads
 *    or caches left. Timers that stand in it or lead to it are stopped.
 *
 * 4. What a call leaves wrong (preempt count, interrupts) is said, counts as a report does, and is put
 *    right.
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
	unsigned int mischief;	  /* see 4 */
	bool trapped;		  /* a trap ended one of its calls */
	struct kunit_guest_case cases[NR_CASES];
};

static struct run runs[RUNS_MAX];
static unsigned int nr_runs;
static const char *boot_line;

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

	if (r->trapped)
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
	for (u32 i = 0; r->plan && !r->plan->error && i < r->plan->nr_suites; i++) {
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
		scnprintf(buf + used, size - used, " (%lu bytes)", bytes);
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
	say(buf, size, v->timers, "pending timer", 0);
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

static void judge(struct run *r, struct held *before)
{
	struct verdict v = { 0 };
	unsigned long reports = report_unexpected() - r->unexpected;
	char held[200];
	bool clean;

	flush_deferred();
	stop_timers(r, &v);
	held_after(before, r->m, &v);
	describe_held(&v, held, sizeof(held));
	clean = !held[0];
	r->cases[CASE_CLEAN].status = clean ? KUNIT_SUCCESS : KUNIT_FAILURE;
	r->cases[CASE_REPORTS].status = reports || r->mischief ? KUNIT_FAILURE : KUNIT_SUCCESS;
	kunit_charge_reports(reports);
	pr_info("module %s: verdict: %s; %s%s; %lu report%s\n", r->m->name,
		clean && !reports && !r->mischief && !r->trapped ? "clean" : "NOT CLEAN",
		clean ? "it holds nothing" : "it still holds ", held, reports,
		reports == 1 ? "" : "s");
	if (r->trapped || v.threads || v.caches || v.timers)
		pr_info("module %s: its memory stays: something may still lead there\n",
			r->m->name);
	else
		module_free(r->m);
}

/* ---- one module ---- */

static void run_loaded(struct run *r)
{
	struct held *before = held_before();

	guarded(r, "a constructor", call_constructors);
	guarded(r, "init", call_init);
	if (!r->trapped && module_shut(r->m))
		mischief(r, "init", "with its read-only data in a state that can't be shut");
	if (r->cases[CASE_INIT].status == KUNIT_SUCCESS && !r->trapped) {
		run_suites(r);
		if (r->m->exit)
			guarded(r, "exit", call_exit);
		else
			r->cases[CASE_EXIT] =
				(struct kunit_guest_case){ "exit", KUNIT_SKIPPED,
							   "it has no module_exit()" };
	} else {
		skip_suites(r, "init failed");
		r->cases[CASE_EXIT] =
			(struct kunit_guest_case){ "exit", KUNIT_SKIPPED, "init failed" };
	}
	guarded(r, "a destructor", call_destructors);
	judge(r, before);
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

static void run_one(struct run *r)
{
	static const char *const names[NR_CASES] = { "load", "init", "exit", "reports", "clean" };

	r->unexpected = report_unexpected();
	for (unsigned int i = 0; i < NR_CASES; i++)
		r->cases[i] = (struct kunit_guest_case){ names[i], KUNIT_FAILURE, "" };
	if (load(r)) {
		r->cases[CASE_LOAD].status = KUNIT_SUCCESS;
		run_loaded(r);
		kunit_guest_cases(r->file.name, r->cases, NR_CASES);
	} else {
		skip_suites(r, "it was not loaded");
		kunit_guest_cases(r->file.name, r->cases, 1);
	}
}

static void modules_run(void)
{
	for (unsigned int i = 0; i < nr_runs; i++)
		run_one(&runs[i]);
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
		pr_err("module %s: refused: there are %u already\n", f->name, RUNS_MAX);
		return;
	}
	*r = (struct run){ .file = *f };
	r->plan = vmalloc(sizeof(*r->plan));
	if (r->plan)
		plan_make(r->plan, f->bytes, f->size);
	nr_runs++;
}

unsigned int modules_add(const struct module_file *files, unsigned int n, const char *line)
{
	unsigned int results = 0;

	for (unsigned int i = 0; i < n; i++) {
		if (is_module(&files[i]))
			add(&files[i]);
	}
	for (unsigned int i = 0; i < nr_runs; i++)
		results += 1 + (runs[i].plan && !runs[i].plan->error ? runs[i].plan->nr_suites : 0);
	boot_line = line;
	if (!nr_runs)
		return 0;
	module_symbols_init();
	kunit_set_guests(results, modules_run);
	return nr_runs;
}
