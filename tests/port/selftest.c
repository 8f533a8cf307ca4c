// SPDX-License-Identifier: MIT
/*
 * mm/'s own self-tests on the smallest port: build/port/selftest ['test=<glob> test_seed=<n>'].
 *
 * As in every boot (tests/main.c), around each suite the page count must come back and the
 * invariants hold.
 */
#include <asm/irqflags.h>
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/sprintf.h>
#include <quarry/report.h>
#include "port.h"

static unsigned long before;

static unsigned long pages_accounted(void)
{
	mm_quiesce();
	return nr_free_pages() + mm_stat_read(MM_KERNEL_TABLES);
}

static bool suite_before(void)
{
	before = pages_accounted();
	return true;
}

static bool suite_after(char *why, size_t size)
{
	long lost = before - pages_accounted();

	if (!lost && mm_valid_all())
		return true;
	snprintf(why, size, "%ld pages lost, or an invariant is broken", lost);
	return false;
}

static void show_nothing(void)
{
}

int port_main(char *line)
{
	parse_boot_line(line, NULL);
	bring_up(PORT_RAM);
	local_irq_enable();
	kunit_set_suite_audit(suite_before, suite_after);
	kunit_set_epilogue(show_nothing);
	return kunit_run_boot() || report_unexpected();
}
