// SPDX-License-Identifier: MIT
/*
 * What a loader says: the start information of the PVH protocol, written into low memory, whether
 * or not the memory map (map.c) has RAM there. And what the firmware says: ACPI's list of CPUs, which
 * --smp makes; CPU n's id in it is n.
 *
 *	INFO_PHYS	start information, the modules' entries and names
 *	LINE_PHYS	the boot line
 *	MAP_PHYS	the memory map
 *	ACPI_PHYS	RSDP, XSDT and MADT
 */
#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "../host.h"
#include "process.h"

#define LINE_PHYS 0x11000UL
#define MAP_PHYS  0x12000UL
#define ACPI_PHYS 0x7f000UL

/* The PVH protocol's structures (Xen's public/arch-x86/hvm/start_info.h defines them). */
struct start_info {
	uint32_t magic, version, flags, nr_modules;
	uint64_t modlist, cmdline, rsdp, memmap;
	uint32_t memmap_entries, reserved;
};

struct memmap_entry {
	uint64_t addr, size;
	uint32_t type, reserved;
};

struct modlist_entry {
	uint64_t addr, size, cmdline, reserved;
};

/* All that low memory holds of it but for what has no fixed size. */
struct boot_page {
	struct start_info info;
	struct modlist_entry module[MODULES_MAX];
	char module_name[MODULES_MAX][128];
};

/* ACPI's tables (ACPI Specification 6.5, 5.2): the bytes of each, checksums included, add up to 0. */
struct table_head {
	char signature[4];
	uint32_t length;
	uint8_t revision, checksum;
	char oem[6], oem_table[8];
	uint32_t oem_revision, creator, creator_revision;
} __attribute__((__packed__));

struct acpi_page {
	struct {
		char signature[8];
		uint8_t checksum;
		char oem[6];
		uint8_t revision;
		uint32_t rsdt, length;
		uint64_t xsdt;
		uint8_t extended_checksum, reserved[3];
	} __attribute__((__packed__)) rsdp;
	struct {
		struct table_head head;
		uint64_t madt;
	} __attribute__((__packed__)) xsdt;
	struct {
		struct table_head head;
		uint32_t lapic_addr, flags;
		struct {
			uint8_t type, length, uid, apic_id;
			uint32_t flags;
		} __attribute__((__packed__)) cpu[HOST_CPUS];
	} __attribute__((__packed__)) madt;
};

_Static_assert(sizeof(struct boot_page) <= LINE_PHYS - INFO_PHYS, "low memory");
_Static_assert(MAP_PHYS + MAP_ROWS_MAX * sizeof(struct memmap_entry) <= ACPI_PHYS, "low memory");
_Static_assert(ACPI_PHYS + sizeof(struct acpi_page) <= INFO_END, "low memory");

static unsigned int write_map(void)
{
	struct memmap_entry *to = (struct memmap_entry *)(host_ram + MAP_PHYS);
	unsigned int nr;
	const struct map_row *row = map_rows(&nr);

	for (unsigned int i = 0; i < nr; i++) {
		to[i] = (struct memmap_entry){
			.addr = row[i].start,
			.size = row[i].size,
			.type = row[i].type,
		};
	}
	return nr;
}

/* All files in one piece of memory, each from a page on. */
static void load_modules(struct boot_page *page, const struct machine *m)
{
	unsigned long size[MODULES_MAX], total = 0, at;
	int fd[MODULES_MAX];

	for (unsigned int i = 0; i < m->nr_modules; i++) {
		fd[i] = input_open("--module", m->module[i], &size[i]);
		if (!size[i])
			unusable("--module: '%s' is empty", m->module[i]);
		total += (size[i] + HOST_PAGE - 1) & ~(HOST_PAGE - 1);
	}
	at = map_place(m->nr_modules > 1 ? total : size[0]);
	if (!at)
		unusable("--module: no usable row of the memory map has room for '%s', %lu bytes",
			 m->module[0], m->nr_modules > 1 ? total : size[0]);
	for (unsigned int i = 0; i < m->nr_modules; i++) {
		input_read(fd[i], m->module[i], host_ram + at, size[i]);
		snprintf(page->module_name[i], sizeof(page->module_name[i]), "%s", m->module[i]);
		page->module[i] = (struct modlist_entry){
			.addr = at,
			.size = size[i],
			.cmdline = INFO_PHYS + offsetof(struct boot_page, module_name) +
				   i * sizeof(page->module_name[0]),
		};
		at += (size[i] + HOST_PAGE - 1) & ~(HOST_PAGE - 1);
	}
	page->info.nr_modules = m->nr_modules;
	page->info.modlist = INFO_PHYS + offsetof(struct boot_page, module);
}

static uint8_t checksum(const void *p, size_t n)
{
	const uint8_t *b = p;
	uint8_t sum = 0;

	while (n--)
		sum -= *b++;
	return sum;
}

static void finish_table(struct table_head *h, const char *signature, size_t length)
{
	memcpy(h->signature, signature, sizeof(h->signature));
	memcpy(h->oem, "QUARRY", sizeof(h->oem));
	h->length = (uint32_t)length;
	h->revision = 1;
	h->checksum = checksum(h, length);
}

static void write_acpi(void)
{
	struct acpi_page *page = (struct acpi_page *)(host_ram + ACPI_PHYS);

	memset(page, 0, sizeof(*page));
	for (unsigned int cpu = 0; cpu < host_nr_cpus; cpu++) {
		page->madt.cpu[cpu].length = sizeof(page->madt.cpu[cpu]);
		page->madt.cpu[cpu].uid = page->madt.cpu[cpu].apic_id = (uint8_t)cpu;
		page->madt.cpu[cpu].flags = 1;
	}
	finish_table(&page->madt.head, "APIC",
		     offsetof(struct acpi_page, madt.cpu) - offsetof(struct acpi_page, madt) +
			     host_nr_cpus * sizeof(page->madt.cpu[0]));
	page->xsdt.madt = ACPI_PHYS + offsetof(struct acpi_page, madt);
	finish_table(&page->xsdt.head, "XSDT", sizeof(page->xsdt));
	memcpy(page->rsdp.signature, "RSD PTR ", sizeof(page->rsdp.signature));
	memcpy(page->rsdp.oem, "QUARRY", sizeof(page->rsdp.oem));
	page->rsdp.revision = 2;
	page->rsdp.length = sizeof(page->rsdp);
	page->rsdp.xsdt = ACPI_PHYS + offsetof(struct acpi_page, xsdt);
	page->rsdp.checksum = checksum(&page->rsdp, 20);
	page->rsdp.extended_checksum = checksum(&page->rsdp, sizeof(page->rsdp));
}

void write_boot_info(const struct machine *m)
{
	struct boot_page *page = (struct boot_page *)(host_ram + INFO_PHYS);

	page->info = (struct start_info){
		.magic = 0x336ec578,
		.version = 1,
		.cmdline = LINE_PHYS,
		.rsdp = ACPI_PHYS,
		.memmap = MAP_PHYS,
		.memmap_entries = write_map(),
	};
	strcpy((char *)host_ram + LINE_PHYS, m->line);
	write_acpi();
	if (m->nr_modules)
		load_modules(page, m);
}
