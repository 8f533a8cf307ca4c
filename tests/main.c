// SPDX-License-Identifier: MIT
/*
 * What a boot is for: the self-tests, the benches if asked for, then the state of the memory
 * manager.
 *
 * Around every suite the page count is taken after mm_quiesce(): what a suite does not give back is
 * a failure of its `accounting` case. Kernel page tables may rightly have grown; they are counted
 * apart.
 */
#include <asm/console.h>
#include <asm/page.h>
#include <boot/boot.h>
#include <boot/bootinfo.h>
#include <kunit/test.h>
#include <linux/fault-inject.h>
#include <linux/kmemleak.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/sprintf.h>
#include <linux/vmalloc.h>
#include <quarry/module.h>
#include <quarry/report.h>
#include <quarry/stack.h>
#include "bench/bench.h"
#include "payload.h"

unsigned int (*payload_instead)(void);

static unsigned long pages_before;

unsigned long pages_accounted(void)
{
	mm_quiesce();
	return nr_free_pages() + mm_stat_read(MM_KERNEL_TABLES);
}

static bool suite_before(void)
{
	pages_before = pages_accounted();
	return true;
}

static bool suite_after(char *why, size_t size)
{
	unsigned long now = pages_accounted();
	long lost;

	if (now != pages_before) {
		snprintf(why, size, "free pages: %ld fewer after the suite (%lu before, %lu now)",
			 (long)(pages_before - now), pages_before, now);
		return false;
	}
	lost = kmemleak_wanted_often() ? kmemleak_report_new() : 0;
	if (lost) {
		snprintf(why, size, "%s",
			 lost > 0 ? "the suite has left objects that nobody refers to"
				  : "no scan could be made for what the suite has left");
		return false;
	}
	if (!mm_valid_all()) {
		snprintf(why, size, "an invariant of the memory manager is broken (see the line above)");
		return false;
	}
	return true;
}

/* The end: what has nobody freed, though nobody could any more? False: no answer, though one was asked for. */
static bool scan_for_leaks(void)
{
	struct kmemleak_scan *s;
	long fresh;

	if (!kmemleak_wanted())
		return true;
	fresh = kmemleak_report_new();
	if (fresh < 0)
		return false;
	s = kmemleak_look();
	if (!s)
		return false;
	pr_info("kmemleak: %lu blocks, %lu KiB looked at in %llu us: %lu unreferenced, %ld of them new\n",
		s->blocks, s->words >> 7, s->ns / 1000, s->leaks, fresh);
	kmemleak_look_end(s);
	return true;
}

static void print_line(const char *text)
{
	pr_info("%s\n", text);
}

static void show_memmap(show_line_t line)
{
	const struct memmap *map = boot_memmap();
	char buf[96];

	for (unsigned int i = 0; i < map->nr; i++) {
		scnprintf(buf, sizeof(buf), "%016llx-%016llx : %s", map->ranges[i].start,
			  map->ranges[i].end - 1, mem_type_name(map->ranges[i].type));
		line(buf);
	}
}

static void show_state(void)
{
	static const struct {
		const char *name;
		void (*show)(show_line_t line);
	} parts[] = {
		{ "memory map", show_memmap },
		{ "meminfo", meminfo_show },
		{ "zoneinfo", zoneinfo_show },
		{ "buddyinfo", buddyinfo_show },
		{ "pagetypeinfo", pagetypeinfo_show },
		{ "vmstat", vmstat_show },
		{ "slabinfo", slabinfo_show },
		{ "vmallocinfo", vmallocinfo_show },
		{ "allocinfo", allocinfo_show },
		{ "fault injection", fault_inject_show },
		{ "stacks", stack_usage_show },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(parts); i++) {
		pr_info("%s:\n", parts[i].name);
		parts[i].show(print_line);
	}
}

/* `report_kinds` on the boot line: how often each kind of report came, for tests/check/reports. */
static bool kinds_wanted;

static int set_kinds_wanted(const char *val)
{
	return boot_param_bool(val, &kinds_wanted);
}
BOOT_PARAM("report_kinds", set_kinds_wanted);

/* What was held back, and how often each kind came (tests/check/reports reads that). */
static void show_reports(void)
{
	report_held_show(print_line);
	report_kinds_show(print_line);
}

static void show_all(void)
{
	show_state();
	show_reports();
}

/* What the loader has put in memory beside the kernel: some of it may be modules to run. */
static unsigned int add_modules(void)
{
	static struct module_file files[BOOT_MAX_MODULES];
	static char names[BOOT_MAX_MODULES][BOOT_MODULE_NAME];
	const struct boot_info *bi = boot_info_get();

	for (unsigned int i = 0; i < bi->nr_modules; i++) {
		const struct boot_module *m = &bi->modules[i];

		files[i].named_ko = boot_module_name(m, names[i], sizeof(names[i]));
		files[i].name = names[i];
		files[i].bytes = __va(m->start);
		files[i].size = m->size;
	}
	return modules_add(files, bi->nr_modules, bi->modules_left_out, bi->cmdline);
}

unsigned int boot_payload(void)
{
	int failed;

	whatis_boot();
	if (payload_instead)
		return payload_instead();
	if (bench_requested())
		return bench_run() ? EXIT_FAILED : EXIT_PASSED;
	kunit_set_suite_audit(suite_before, suite_after);
	kunit_set_epilogue(add_modules() ? show_reports : show_all);
	failed = kunit_run_boot();
	if (!scan_for_leaks())
		failed = 1;
	report_held_show(print_line);
	if (kinds_wanted)
		report_kinds_show(print_line);
	return failed || report_unexpected() ? EXIT_FAILED : EXIT_PASSED;
}
