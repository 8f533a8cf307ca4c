// SPDX-License-Identifier: MIT
/*
 * The firmware's list of CPUs against what others say of this machine: QEMU itself, by fw_cfg, and
 * the boot CPU.
 *
 * Suite "firmware". Mutations that made it fail:
 *   - acpi.c: CPUs that are not enabled listed as well (-smp 2,maxcpus=4)
 *   - smp.c: boot_cpu_apic_id() from another byte of EBX
 *   - main.c: maxcpus= not looked at (boot line maxcpus=2)
 */
#include <asm/page.h>
#include <asm/setup.h>
#include <asm/smp.h>
#include <boot/acpi.h>
#include <boot/boot.h>
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/string.h>
#include "arch/x86_64/machine.h"

#define FW_CFG_SELECT	 0x510
#define FW_CFG_DATA	 0x511
#define FW_CFG_SIGNATURE 0x00
#define FW_CFG_NB_CPUS	 0x05 /* that run, as -smp has it; two bytes, the lower one first */

static void fw_cfg(u16 item, u8 *to, size_t n)
{
	outw(FW_CFG_SELECT, item);
	while (n--)
		*to++ = inb(FW_CFG_DATA);
}

static void all_cpus_are_listed(struct kunit *test)
{
	const struct acpi_cpus *c = boot_cpus_get();
	u8 text[4], nr[2];

	fw_cfg(FW_CFG_SIGNATURE, text, sizeof(text));
	if (memcmp(text, "QEMU", sizeof(text)))
		kunit_skip(test, "no fw_cfg says how many CPUs there are");
	fw_cfg(FW_CFG_NB_CPUS, nr, sizeof(nr));
	KUNIT_EXPECT_EQ(test, c->nr_listed, nr[0] + 256u * nr[1]);
	KUNIT_EXPECT_EQ(test, c->nr, min_t(unsigned int, c->nr_listed, NR_CPUS));
	for (unsigned int p = 0; p < ACPI_PROBLEMS; p++) {
		if (p != ACPI_P_TOO_MANY && p != ACPI_P_ID_LARGE)
			KUNIT_EXPECT_EQ_MSG(test, c->problems[p].count, 0u, "problem %u", p);
	}
}

/* This runs wherever the boot line's tests run, which is the boot CPU. */
static void boot_cpu_is_first(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, boot_cpus_get()->apic_id[0], boot_cpu_apic_id());
	KUNIT_EXPECT_EQ(test, boot_cpus_get()->problems[ACPI_P_NO_BOOT_CPU].count, 0u);
}

static void list_is_handed_on(struct kunit *test)
{
	const struct acpi_cpus *c = boot_cpus_get();
	char value[32];
	unsigned int nr = c->nr, limit;

	if (boot_line_value(boot_info_get()->cmdline, "maxcpus", value, sizeof(value)) >= 0 &&
	    !kstrtouint(value, 0, &limit))
		nr = limit < 1 ? 1 : min(limit, nr);
	if (nr_online_cpus < nr)
		kunit_skip(test, "of %u CPUs that are listed, %u came up", nr, nr_online_cpus);
	KUNIT_ASSERT_EQ(test, nr_cpu_ids, nr);
	for (unsigned int i = 0; i < nr; i++)
		KUNIT_EXPECT_EQ_MSG(test, cpu_apic_id(i), c->apic_id[i], "CPU %u", i);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(all_cpus_are_listed),
	KUNIT_CASE(boot_cpu_is_first),
	KUNIT_CASE(list_is_handed_on),
	{}
};

static struct kunit_suite suite = { .name = "firmware", .test_cases = cases };
kunit_test_suite(suite);
