// SPDX-License-Identifier: MIT
/*
 * report_storm=N on the boot line: instead of the tests, all CPUs report, one report after the other, in a
 * thread's plain context, with interrupts off, and with a spin lock held, until N non-maskable
 * interrupts were reported in the middle of it. tests/check/hardware sends them, and looks at the log.
 *
 * report_nested: one report, and another inside of it; report_often=N: the same report N times. With
 * panic_on_warn, and without; tests/check/panic_on_warn looks at the logs.
 */
#include <asm/clock.h>
#include <asm/console.h>
#include <asm/percpu.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/kstrtox.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <quarry/report.h>
#include "tests/payload.h"

#define LIMIT_NS 40000000000ULL

static unsigned int wanted;
static bool irqs_lost; /* by an NMI between two instructions of the engine */
static DEFINE_SPINLOCK(lock);

static void one_report(unsigned int i)
{
	report_open(REPORT_WARN, "storm: report %u of CPU %u", i, smp_processor_id());
	report_address(&lock);
	report_stack_here(NULL);
	report_end();
}

static void report_and_report(void *unused)
{
	u64 begin = clock_ns();
	unsigned long flags;

	for (unsigned int i = 0; report_kind_count(REPORT_NMI) < wanted; i++) {
		if (clock_ns() - begin > LIMIT_NS)
			return;
		switch (i % 3) {
		case 0:
			one_report(i);
			if (irqs_disabled())
				WRITE_ONCE(irqs_lost, true);
			break;
		case 1:
			local_irq_save(flags);
			one_report(i);
			local_irq_restore(flags);
			break;
		case 2:
			spin_lock_irqsave(&lock, flags);
			one_report(i);
			spin_unlock_irqrestore(&lock, flags);
			break;
		}
	}
}

static unsigned int storm(void)
{
	unsigned long nmis;

	pr_info("storm: begins\n");
	run_on_cpus(report_and_report, NULL);
	nmis = report_kind_count(REPORT_NMI);
	pr_info("storm: ends, with %lu NMIs and %lu reports\n", nmis, report_count());
	return nmis >= wanted && !irqs_lost ? EXIT_PASSED : EXIT_FAILED;
}

static int set_storm(const char *val)
{
	payload_instead = storm;
	return val ? kstrtouint(val, 0, &wanted) : -EINVAL;
}
BOOT_PARAM("report_storm", set_storm);

static unsigned int nested(void)
{
	report_open(REPORT_USERCOPY, "storm: outer");
	report_line("storm: before");
	WARN(true, "storm: inner\n");
	report_line("storm: after");
	report_end();
	pr_info("storm: goes on\n");
	return report_unexpected() == 2 ? EXIT_PASSED : EXIT_FAILED;
}

static int set_nested(const char *val)
{
	payload_instead = nested;
	return val ? -EINVAL : 0;
}
BOOT_PARAM("report_nested", set_nested);

static void print_line(const char *text)
{
	pr_info("%s\n", text);
}

static unsigned int often(void)
{
	for (unsigned int i = 1; i <= wanted; i++)
		WARN(true, "storm: number %u\n", i);
	report_held_show(print_line);
	return report_unexpected() == wanted ? EXIT_PASSED : EXIT_FAILED;
}

static int set_often(const char *val)
{
	payload_instead = often;
	return val ? kstrtouint(val, 0, &wanted) : -EINVAL;
}
BOOT_PARAM("report_often", set_often);
