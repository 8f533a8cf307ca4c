// SPDX-License-Identifier: MIT
/*
 * The report engine: what it prints, what it counts, and that nothing stops it.
 *
 * Suite "report". Mutations that made it fail:
 *   - report.c: details of a nested report printed
 *   - open reports not abandoned at a recovery
 *   - a captured report counted as unexpected
 *   - a full capture cut silently
 *   - the first byte of a row dumped 16 times
 *   - an explainer replacing the ones before it
 *   - panic_on_warn heeding captured reports
 *   - pattern.c: patterns reaching 8 bytes instead of a page
 *   - ZERO_SIZE_PTR covering one byte
 *   - bug.c: a final newline of a warning kept; its headline without the PID
 *   - the trace starting one function too early
 *   - dump_stack() without its caller, with print_stack(), or as a report
 *   - trap_report.c: no advice for user addresses
 */
#include <asm/page.h>
#include <asm/smp.h>
#include <asm/stack.h>
#include <kunit/test.h>
#include <linux/bug.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <quarry/report.h>

static void crash(void)
{
	__asm__ __volatile__("ud2");
}

static unsigned int count_of(const char *text, const char *what)
{
	unsigned int n = 0;

	while ((text = strstr(text, what))) {
		text += strlen(what);
		n++;
	}
	return n;
}

/* ---- layout, counting ---- */

static void layout(struct kunit *test)
{
	const char *text;

	report_capture_start();
	report_begin("BUG %s (Not tainted): %d", "cache", 7);
	report_line("detail %x", 0xabcu);
	report_advice("Look at %s.", "it");
	report_end();
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 1);
	KUNIT_EXPECT_STREQ(test, text,
			   "==================================================================\n"
			   "BUG cache (Not tainted): 7\n"
			   "detail abc\n"
			   "Advice: Look at it.\n"
			   "==================================================================\n");
}

static void reports_are_counted(struct kunit *test)
{
	unsigned long count = report_count(), unexpected = report_unexpected();
	unsigned int i;

	report_capture_start();
	for (i = 0; i < 3; i++) {
		report_begin("number %u", i);
		report_end();
	}
	KUNIT_EXPECT_EQ(test, report_capture_stop(NULL), 3);
	KUNIT_EXPECT_EQ(test, report_count(), count + 3);
	KUNIT_EXPECT_EQ(test, report_unexpected(), unexpected);
}

static void capture_starts_empty(struct kunit *test)
{
	const char *text;

	report_capture_start();
	report_begin("first");
	report_end();
	report_capture_stop(NULL);
	report_capture_start();
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 0);
	KUNIT_EXPECT_STREQ(test, text, "");
}

static void capture_says_when_it_is_full(struct kunit *test)
{
	const char *text;
	unsigned int i;

	report_capture_start();
	report_begin("long");
	for (i = 0; i < 2000; i++)
		report_line("line %u of many", i);
	report_end();
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 1);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "line 100 of many\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "(more was reported than the capture holds)\n"));
	KUNIT_EXPECT_EQ(test, count_of(text, "more was reported"), 1);
	KUNIT_EXPECT_LT(test, strlen(text), 8192);
}

static void long_lines_are_cut(struct kunit *test)
{
	const char *text;

	report_capture_start();
	report_begin("%500s", "right");
	report_end();
	report_capture_stop(&text);
	KUNIT_EXPECT_NULL(test, strstr(text, "right"));
	KUNIT_EXPECT_EQ(test, count_of(text, "\n"), 3);
}

/* ---- reports inside reports ---- */

static void nested_reports_are_short(struct kunit *test)
{
	const char *text;

	report_capture_start();
	report_begin("outer");
	report_begin("inner");
	report_line("inner detail");
	report_address(NULL);
	report_stack_here(NULL);
	report_dump("inner", &text, 8);
	report_advice("inner advice");
	report_end();
	report_line("outer detail");
	report_end();
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 2);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "(while reporting) inner\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\nouter detail\n"));
	KUNIT_EXPECT_NULL(test, strstr(text, "inner detail"));
	KUNIT_EXPECT_NULL(test, strstr(text, "inner advice"));
	KUNIT_EXPECT_NULL(test, strstr(text, "Call Trace"));
	KUNIT_EXPECT_EQ(test, count_of(text, "===\n"), 2);
}

static void trap_inside_a_report(struct kunit *test)
{
	const char *text;

	KUNIT_EXPECT_FAULT(test, "(while reporting) invalid opcode", {
		report_begin("outer");
		crash();
	});
	/* Nothing is left open: the next report is whole again. */
	report_capture_start();
	report_begin("next");
	report_line("next detail");
	report_end();
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 1);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\nnext\nnext detail\n"));
}

/* ---- BUG and WARN ---- */

static noinline void provoke_bug(int v)
{
	BUG_ON(v > 3);
}

enum { WARNING_LINE = __LINE__ + 3 };
static noinline bool provoke_warning(int v)
{
	return WARN(v > 3, "v is %d\n", v);
}

static void bug_names_the_place(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "kernel BUG at tests/lib/report_test.c:", provoke_bug(4));
	KUNIT_EXPECT_FAULT(test, "provoke_bug() found: v > 3", provoke_bug(4));
	KUNIT_EXPECT_FAULT(test, "Call Trace:\n provoke_bug", provoke_bug(4));
	KUNIT_EXPECT_NO_REPORT(test, provoke_bug(3));
}

static void warning_goes_on(struct kunit *test)
{
	bool value = false;
	char head[100];

	snprintf(head, sizeof(head), "\nWARNING: CPU: %u PID: %d at tests/lib/report_test.c:%d provoke_warning",
		 smp_processor_id(), current->pid, WARNING_LINE);
	KUNIT_EXPECT_REPORT(test, head, value = provoke_warning(4));
	KUNIT_EXPECT_TRUE(test, value);
	KUNIT_EXPECT_REPORT(test, "\nv is 4\nCall Trace:\n provoke_warning", provoke_warning(4));
	KUNIT_EXPECT_NO_REPORT(test, value = provoke_warning(3));
	KUNIT_EXPECT_FALSE(test, value);
}

static void warn_once_reports_once(struct kunit *test)
{
	const char *text;
	unsigned int i, seen = 0;

	report_capture_start();
	for (i = 0; i < 5; i++)
		seen += WARN_ON_ONCE(i != 9);
	/* The flag survives a second run of this case. */
	KUNIT_EXPECT_LE(test, report_capture_stop(&text), 1);
	KUNIT_EXPECT_EQ(test, seen, 5);
	KUNIT_EXPECT_LE(test, count_of(text, "WARNING"), 1);
}

static char printed[4096];

static void keep_printed(const char *line, size_t n)
{
	strncat(printed, line, min(n, sizeof(printed) - strlen(printed) - 1));
}

static noinline void innermost(void)
{
	dump_stack();
	barrier();
}

static noinline void outermost(void)
{
	innermost();
	barrier();
}

/* The functions on the way, innermost first and dump_stack() among them, and nothing that counts. */
static void stacks_are_dumped(struct kunit *test)
{
	unsigned long count = report_count();
	const char *self, *inner, *outer;
	printk_hook_t old;

	printed[0] = '\0';
	old = printk_set_hook(keep_printed);
	outermost();
	printk_set_hook(old);
	KUNIT_EXPECT_NOT_NULL(test, strstr(printed, "CPU: "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(printed, " Comm: "));
	KUNIT_EXPECT_EQ(test, count_of(printed, "Call Trace:\n"), 1);
	self = strstr(printed, " dump_stack+0x");
	inner = strstr(printed, " innermost+0x");
	outer = strstr(printed, " outermost+0x");
	KUNIT_ASSERT_NOT_NULL(test, self);
	KUNIT_ASSERT_NOT_NULL(test, inner);
	KUNIT_ASSERT_NOT_NULL(test, outer);
	KUNIT_EXPECT_TRUE(test, self < inner && inner < outer);
	KUNIT_EXPECT_NULL(test, strstr(printed, "print_stack"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(outer, "stacks_are_dumped+0x"));
	KUNIT_EXPECT_EQ(test, report_count(), count);
}

static void captured_reports_do_not_panic(struct kunit *test)
{
	bool before = panic_on_warn;

	panic_on_warn = true;
	KUNIT_EXPECT_REPORT(test, "WARNING", provoke_warning(4));
	panic_on_warn = before;
}

/* ---- a trap's report ---- */

static void trap_report_is_complete(struct kunit *test)
{
	static const char *const parts[] = {
		"invalid opcode: 0000\n",
		"\nRIP: 00", /* a process has other selectors than a kernel */
		"\nCode: ",
		"<0f> 0b",
		"\nRSP: ",
		"\nRAX: ",
		"R15: ",
		"\nCR2: ",
		"\nCall Trace:\n ",
		"\nAdvice: ",
	};
	volatile unsigned int i; /* kept across the traps */

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		KUNIT_EXPECT_FAULT(test, parts[i], crash());
}

/* ---- addresses ---- */

struct value {
	unsigned long v;
	const char *name; /* part of it; NULL: no pattern */
};

static const struct value values[] = {
	{ 0, "NULL" },
	{ 8, "small offset from NULL" },
	{ 15, "small offset from NULL" },
	{ 16, "ZERO_SIZE_PTR" },
	{ 31, "ZERO_SIZE_PTR" },
	{ 32, "small offset from NULL" },
	{ 4095, "small offset from NULL" },
	{ 4096, NULL },
	{ 0x6b6b6b6b6b6b6b6bUL, "POISON_FREE" },
	{ 0xadacafaea9a8abaaUL + 64, "KFENCE's pattern" },
	{ 0x6b6b6b6b6b6b6b6bUL + 0x128, "POISON_FREE" },
	{ 0x6b6b6b6b6b6b6b6bUL - 0x40, "POISON_FREE" },
	{ 0x6b6b6b6b6b6b6b6bUL + 4096, NULL },
	{ 0xa56b6b6b6b6b6b6bUL + 8, "POISON_END" },
	{ 0x5a5a5a5a5a5a5a5aUL, "POISON_INUSE" },
	{ 0xaaaaaaaaaaaaaaaaUL, "PAGE_POISON" },
	{ 0xbbbbbbbbbbbbbbbbUL, "SLUB_RED_INACTIVE" },
	{ 0xccccccccccccccccUL, "SLUB_RED_ACTIVE" },
	{ 0xdead000000000100UL, "LIST_POISON1" },
	{ 0xdead000000000108UL, "LIST_POISON1" },
	{ 0xdead000000000122UL, "LIST_POISON2" },
	{ 0xdead00000000012aUL, "LIST_POISON2" },
	{ (unsigned long)-1, "error pointer" },
	{ (unsigned long)-12, "error pointer" },
	{ (unsigned long)-4095, "error pointer" },
	{ (unsigned long)-4096, NULL },
	{ PAGE_OFFSET, NULL },
	{ 0x7f0000001000UL, NULL },
};

static void describe_value(const struct value *v, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "0x%lx", v->v);
}
KUNIT_ARRAY_PARAM(value, values, describe_value);

static void patterns_are_named(struct kunit *test)
{
	const struct value *v = test->param_value;
	const char *name = report_pattern(v->v);

	if (!v->name) {
		KUNIT_EXPECT_NULL(test, name);
		return;
	}
	KUNIT_ASSERT_NOT_NULL(test, name);
	KUNIT_EXPECT_NOT_NULL(test, strstr(name, v->name));
}

static void explain(unsigned long addr)
{
	report_begin("explain");
	report_address((void *)addr);
	report_end();
}

static unsigned long some_data[4] = { 1 };

static void regions_are_named(struct kunit *test)
{
	unsigned long local;

	KUNIT_EXPECT_REPORT(test, "user address", explain(0x400000));
	KUNIT_EXPECT_REPORT(test, "user address", explain(TASK_SIZE - 1));
	KUNIT_EXPECT_REPORT(test, "boot stack", explain((unsigned long)&local));
	KUNIT_EXPECT_REPORT(test, "kernel image, code, provoke_bug",
			    explain((unsigned long)provoke_bug));
	KUNIT_EXPECT_REPORT(test, "kernel image, data, some_data+0x8/0x",
			    explain((unsigned long)&some_data[1]));
	KUNIT_EXPECT_REPORT(test, "kernel image, read-only data", explain((unsigned long)values));
	KUNIT_EXPECT_REPORT(test, "modules", explain(MODULES_END - 0x5000));
	KUNIT_EXPECT_REPORT(test, "outside the image", explain(IMAGE_START + IMAGE_SIZE - 0x1000));
	KUNIT_EXPECT_REPORT(test, "per-CPU", explain(PERCPU_START + PERCPU_SIZE - 8));
	KUNIT_EXPECT_REPORT(test, "in no region", explain(0xffffeb8000000000UL));
	KUNIT_EXPECT_REPORT(test, "an error pointer, -ENOMEM", explain(-12UL));
}

#define CLAIMED 0x00dead00beef0000UL

static bool explain_claimed(unsigned long addr, char *buf, size_t size)
{
	if (addr != CLAIMED && addr != CLAIMED + 8)
		return false;
	scnprintf(buf, size, "claimed by the first");
	return true;
}

static bool explain_claimed_too(unsigned long addr, char *buf, size_t size)
{
	if (addr != CLAIMED && addr != CLAIMED + 16)
		return false;
	scnprintf(buf, size, "claimed by the second");
	return true;
}

static struct report_explainer first = { .name = "test first", .explain = explain_claimed };
static struct report_explainer second = { .name = "test second", .explain = explain_claimed_too };

static void explainers_are_asked_in_order(struct kunit *test)
{
	static bool added;

	if (!added) {
		report_add_explainer(&first);
		report_add_explainer(&second);
		added = true;
	}
	KUNIT_EXPECT_REPORT(test, "Address 0x00dead00beef0000: claimed by the first",
			    explain(CLAIMED));
	KUNIT_EXPECT_REPORT(test, "claimed by the first", explain(CLAIMED + 8));
	KUNIT_EXPECT_REPORT(test, "claimed by the second", explain(CLAIMED + 16));
	KUNIT_EXPECT_REPORT(test, "in no region", explain(CLAIMED + 24));
}

/* ---- stacks, memory ---- */

static noinline void report_from_here(void)
{
	report_begin("stack");
	report_stack_here(NULL);
	report_end();
}

static void saved_stack(const unsigned long *ips, unsigned int n)
{
	report_begin("saved");
	report_stack("Allocated by:", ips, n);
	report_end();
}

static void stacks_are_named(struct kunit *test)
{
	unsigned long ips[2] = { (unsigned long)report_from_here + 4, 0x1234 };

	KUNIT_EXPECT_REPORT(test, "\nCall Trace:\n report_from_here+0x", report_from_here());
	KUNIT_EXPECT_REPORT(test, "\n stacks_are_named+0x", report_from_here());
	KUNIT_EXPECT_REPORT(test, "\nAllocated by:\n report_from_here+0x4/", saved_stack(ips, 2));
	KUNIT_EXPECT_REPORT(test, "\n 0x1234\n", saved_stack(ips, 2));
}

static void dump(const void *addr, size_t len)
{
	report_begin("dump");
	report_dump("Object", addr, len);
	report_end();
}

static void memory_is_dumped(struct kunit *test)
{
	static const char text[] = "Quarry\x01\x7f\xff is 18 b";

	KUNIT_EXPECT_REPORT(test,
			    ": 51 75 61 72 72 79 01 7f ff 20 69 73 20 31 38 20  Quarry... is 18 \n",
			    dump(text, 18));
	KUNIT_EXPECT_REPORT(test, ": 62 00                                            b.\n",
			    dump(text, 18));
}

static void bad_memory_is_dumped(struct kunit *test)
{
	KUNIT_EXPECT_REPORT(test, "Object   0000000000000010: ?? ?? ??  ", dump((void *)16, 3));
	KUNIT_EXPECT_REPORT(test, ": ?? ?? ", dump((void *)0x6b6b6b6b6b6b6b6bUL, 2));
}

/*
 * The boot stack's guard page ends where the stack begins: 4 bytes that can't be read, 4 that can, and are
 * STACK_END_MAGIC.
 */
static void half_bad_memory_is_dumped(struct kunit *test)
{
	unsigned long low, high;
	const char *name;

	KUNIT_ASSERT_TRUE(test, stack_bounds((unsigned long)&low, &low, &high, &name));
	KUNIT_EXPECT_REPORT(test, ": ?? ?? ?? ?? 9d 6e ac 57  ", dump((void *)(low - 4), 8));
	KUNIT_EXPECT_REPORT(test, "????.n.W\n", dump((void *)(low - 4), 8));
}

static void recovery_is_handed_back(struct kunit *test)
{
	struct recovery mine, *before = report_set_recovery(&mine);

	KUNIT_EXPECT_PTR_EQ(test, report_set_recovery(before), &mine);
	KUNIT_EXPECT_PTR_NE(test, before, &mine);
}

static struct kunit_case report_cases[] = { KUNIT_CASE(layout),
					    KUNIT_CASE(reports_are_counted),
					    KUNIT_CASE(capture_starts_empty),
					    KUNIT_CASE(capture_says_when_it_is_full),
					    KUNIT_CASE(long_lines_are_cut),
					    KUNIT_CASE(nested_reports_are_short),
					    KUNIT_CASE(trap_inside_a_report),
					    KUNIT_CASE(bug_names_the_place),
					    KUNIT_CASE(warning_goes_on),
					    KUNIT_CASE(warn_once_reports_once),
					    KUNIT_CASE(stacks_are_dumped),
					    KUNIT_CASE(captured_reports_do_not_panic),
					    KUNIT_CASE(trap_report_is_complete),
					    KUNIT_CASE_PARAM(patterns_are_named, value_gen_params),
					    KUNIT_CASE(regions_are_named),
					    KUNIT_CASE(explainers_are_asked_in_order),
					    KUNIT_CASE(stacks_are_named),
					    KUNIT_CASE(memory_is_dumped),
					    KUNIT_CASE(bad_memory_is_dumped),
					    KUNIT_CASE(half_bad_memory_is_dumped),
					    KUNIT_CASE(recovery_is_handed_back),
					    {} };

static struct kunit_suite report_suite = { .name = "report", .test_cases = report_cases };
kunit_test_suite(report_suite);
