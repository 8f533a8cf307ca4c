// SPDX-License-Identifier: MIT
/*
 * The firmware's list of CPUs against the command line of this process.
 *
 * Mutations that made it fail when tried:
 *   process/firmware.c: one CPU fewer listed (--smp 2)
 *   cpu.c: smp_possible_cpus() does nothing (--smp 4 maxcpus=2)
 *   boot/main.c: maxcpus=0 as it is (--smp 2 maxcpus=0)
 */
#include <asm/smp.h>
#include <boot/acpi.h>
#include <boot/boot.h>
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include "arch/host/host.h"

static void all_cpus_are_listed(struct kunit *test)
{
	const struct acpi_cpus *c = boot_cpus_get();

	KUNIT_EXPECT_EQ(test, c->nr_listed, host_nr_cpus);
	KUNIT_EXPECT_EQ(test, c->nr, host_nr_cpus);
	for (unsigned int i = 0; i < c->nr; i++)
		KUNIT_EXPECT_EQ(test, c->apic_id[i], i);
	for (unsigned int p = 0; p < ACPI_PROBLEMS; p++)
		KUNIT_EXPECT_EQ_MSG(test, c->problems[p].count, 0u, "problem %u", p);
}

static void as_many_run_as_may(struct kunit *test)
{
	unsigned int nr = host_nr_cpus, limit;
	char value[32];

	if (boot_line_value(boot_info_get()->cmdline, "maxcpus", value, sizeof(value)) >= 0 &&
	    !kstrtouint(value, 0, &limit))
		nr = limit < 1 ? 1 : min(limit, nr);
	KUNIT_EXPECT_EQ(test, nr_cpu_ids, nr);
	KUNIT_EXPECT_EQ(test, nr_online_cpus, nr);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(all_cpus_are_listed),
	KUNIT_CASE(as_many_run_as_may),
	{}
};

static struct kunit_suite suite = { .name = "host_firmware", .test_cases = cases };
kunit_test_suite(suite);
