// SPDX-License-Identifier: MIT
/*
 * What a loader says: the start information of the PVH protocol, written into low memory.
 *
 *	0 … 640K        RAM; start information from INFO_PHYS on
 *	640K … 1M       nothing
 *	1M … 3G         RAM (the image inside it, a module at its end)
 *	3G … 4G         nothing, but a page that answers as a local interrupt controller would
 *	4G …            the rest of RAM
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../host.h"
#include "process.h"

#define LOW_END	   (640 * KIB)
#define HIGH_START (1 * MIB)
#define LINE_PHYS  0x11000UL

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

/* All that low memory holds of it. */
struct boot_page {
	struct start_info info;
	struct memmap_entry map[3];
	struct modlist_entry module;
	char module_name[128];
};

static unsigned int make_map(struct memmap_entry *map, unsigned long mem)
{
	unsigned int n = 0;

	map[n++] = (struct memmap_entry){ .addr = 0, .size = LOW_END, .type = 1 };
	map[n++] = (struct memmap_entry){
		.addr = HIGH_START,
		.size = (mem < HOLE_START ? mem : HOLE_START) - HIGH_START,
		.type = 1,
	};
	if (mem > HOLE_START)
		map[n++] = (struct memmap_entry){ .addr = HOLE_END,
						  .size = mem - HOLE_START,
						  .type = 1 };
	return n;
}

/* Modules go to the end of low RAM, as QEMU's do. */
static void load_module(struct boot_page *page, unsigned long mem, const char *path)
{
	unsigned long top = mem < HOLE_START ? mem : HOLE_START, at;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		die(path);
	if (st.st_size <= 0 || (unsigned long)st.st_size > top / 2)
		bad_usage("the module does not fit");
	at = (top - (unsigned long)st.st_size) & ~(HOST_PAGE - 1);
	if (pread(fd, host_ram + at, (size_t)st.st_size, 0) != st.st_size)
		die(path);
	close(fd);
	snprintf(page->module_name, sizeof(page->module_name), "%s", path);
	page->module = (struct modlist_entry){
		.addr = at,
		.size = (uint64_t)st.st_size,
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
		.memmap = INFO_PHYS + offsetof(struct boot_page, map),
		.memmap_entries = make_map(page->map, m->mem),
	};
	strcpy((char *)host_ram + LINE_PHYS, m->line);
	if (m->module)
		load_module(page, m->mem, m->module);
}
