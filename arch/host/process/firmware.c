// SPDX-License-Identifier: MIT
/*
 * What a loader says: the start information of the PVH protocol, written into low memory, whether
 * or not the memory map (map.c) has RAM there.
 *
 *	INFO_PHYS	start information, a module's entry and name
 *	LINE_PHYS	the boot line
 *	MAP_PHYS	the memory map
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
	struct modlist_entry module;
	char module_name[128];
};

_Static_assert(MAP_PHYS + MAP_ROWS_MAX * sizeof(struct memmap_entry) <= INFO_END, "low memory");

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

static void load_module(struct boot_page *page, const char *path)
{
	unsigned long size, at;
	int fd = input_open("--module", path, &size);

	if (!size)
		unusable("--module: '%s' is empty", path);
	at = map_place(size);
	if (!at)
		unusable("--module: no usable row of the memory map has room for '%s', %lu bytes",
			 path, size);
	input_read(fd, path, host_ram + at, size);
	snprintf(page->module_name, sizeof(page->module_name), "%s", path);
	page->module = (struct modlist_entry){
		.addr = at,
		.size = size,
		.cmdline = INFO_PHYS + offsetof(struct boot_page, module_name),
	};
	page->info.nr_modules = 1;
	page->info.modlist = INFO_PHYS + offsetof(struct boot_page, module);
}

void write_boot_info(const struct machine *m)
{
	struct boot_page *page = (struct boot_page *)(host_ram + INFO_PHYS);

	page->info = (struct start_info){
		.magic = 0x336ec578,
		.version = 1,
		.cmdline = LINE_PHYS,
		.memmap = MAP_PHYS,
		.memmap_entries = write_map(),
	};
	strcpy((char *)host_ram + LINE_PHYS, m->line);
	if (m->module)
		load_module(page, m->module);
}
