/* SPDX-License-Identifier: MIT */
/* What boot/ tells the rooms that run after bring-up, and what it calls then. */
#ifndef BOOT_BOOT_H
#define BOOT_BOOT_H

#include <linux/types.h>

/*
 * Entered from boot/start.asm: protocol (enum boot_protocol), physical address of its information,
 * cycle counter at entry.
 */
void boot_main(unsigned int protocol, phys_addr_t addr, u64 entry_cycles);

struct acpi_cpus;
struct boot_info;
struct memmap;

/* Cycle counter (under -icount: instructions) at the stations of bring-up. */
struct boot_marks {
	u64 entry, first_kmalloc, up;
};

const struct boot_info *boot_info_get(void);
const struct memmap *boot_memmap(void);
const struct acpi_cpus *boot_cpus_get(void); /* before maxcpus= */
const struct boot_marks *boot_marks_get(void);

/*
 * What the machine was booted for: tests, benches, then the state. tests/ defines it; returns the
 * exit code.
 */
unsigned int boot_payload(void);

#endif
