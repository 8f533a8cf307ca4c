/* SPDX-License-Identifier: MIT */
/*
 * Which CPUs the machine has, as ACPI's tables tell it.
 *
 *	loader's word, or a search --> RSDP --> XSDT or RSDT --> MADT --> struct acpi_cpus
 *
 * acpi_find_cpus() is pure but for the reader it is given, as the parsers of boot/bootinfo.h are. It
 * always ends with a list that can be used: at least the boot CPU. What the firmware got wrong is
 * counted by kind; acpi_problem_describe() makes one line of each.
 */
#ifndef BOOT_ACPI_H
#define BOOT_ACPI_H

#include <linux/types.h>
#include <asm/percpu.h>
#include <boot/bootinfo.h>

/* Local APIC ids from here on need an x2APIC (and 255 means everybody). */
#define ACPI_MAX_APIC_ID 255U

enum acpi_problem {
	ACPI_P_RSDP,	      /* one that was told or found is none */
	ACPI_P_RSDP_EXTENDED, /* version 2's part of it is not to be trusted */
	ACPI_P_NO_RSDP,
	ACPI_P_XSDT,
	ACPI_P_RSDT,
	ACPI_P_TABLE, /* a root table leads to what can't be read */
	ACPI_P_NO_MADT,
	ACPI_P_MADT,
	ACPI_P_CHAIN, /* an entry whose length does not lead to the next one */
	ACPI_P_ENTRY, /* an entry too short for its type */
	ACPI_P_ID_TWICE,
	ACPI_P_ID_LARGE,
	ACPI_P_TOO_MANY,
	ACPI_P_NO_BOOT_CPU,
	ACPI_PROBLEMS,
};

struct acpi_problem_count {
	u32 count;
	u64 first;	 /* address or id of the first one of its kind */
	const char *why; /* NULL: the kind says it all */
};

/**
 * struct acpi_cpus - the CPUs that there are
 * @nr: how many can be used, 1 … NR_CPUS
 * @apic_id: their local APICs' ids, each once; the boot CPU's first
 * @nr_listed: enabled CPUs in the list, whether or not they can be used
 * @nr_disabled: those that the firmware lists as not there …
 * @nr_spare: … of which so many may be added while a machine runs, which nobody here does
 * @lapic_addr: where CPUs see their local APIC; 0: not told
 * @problems: what went wrong
 */
struct acpi_cpus {
	unsigned int nr;
	u32 apic_id[NR_CPUS];
	unsigned int nr_listed, nr_disabled, nr_spare;
	phys_addr_t lapic_addr;
	struct acpi_problem_count problems[ACPI_PROBLEMS];
};

void acpi_find_cpus(const struct phys_reader *r, const struct boot_info *bi, u32 boot_id,
		    struct acpi_cpus *out);

/* One line on problem `p` into buf; false (and an empty line) if it did not happen. */
bool acpi_problem_describe(const struct acpi_cpus *cpus, enum acpi_problem p, char *buf,
			   size_t size);

#endif
