// SPDX-License-Identifier: MIT
/*
 * The PVH start info: physical memory → struct boot_info.
 *
 * PVH passes one physical address; the structure there points to others (module list, command line,
 * memory map), and those to more (a module's own line):
 *
 *	start_info --> modlist[nr_modules] --> command lines
 *	           --> command line
 *	           --> memmap[memmap_entries]		version 1 and later
 *	           --> RSDP (address only)
 *
 * The parser reaches memory through the reader that it is given and through nothing else; a read
 * that is refused is a counted problem and what it would have told is missing. So the same code
 * runs on the machine, where the reader is the boot window, and in a test, where it is a buffer.
 * Everything is copied: after parsing only modules and the RSDP are still needed where they are;
 * the start info itself is reported as the block to reserve.
 *
 * Invariants: I1 memory is read only through the reader, and only by the n bytes just asked for. I2
 * an address never wraps: a read that would is refused here. I3 counts that lie cost at most
 * MAX_ENTRIES reads of the map and BOOT_MAX_MODULES of the list.
 *
 * Context: any; pure but for the reader. Cost: O(bytes told). Source: the ABI, as documented in
 * Xen's public headers.
 */
#include <linux/types.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/page.h>
#include <boot/bootinfo.h>
#include "pvh.h"

/* Firmware maps have a dozen entries; beyond this number the count itself is a lie. */
#define MAX_ENTRIES 8192U

/* Copy `n` bytes at `p`; false, with the problem counted, if they can't be read. */
static bool fetch(const struct phys_reader *r, struct boot_info *bi, phys_addr_t p, void *to,
		  size_t n)
{
	const void *from = phys_map(r, p, n);

	if (!from) {
		boot_info_problem(bi, BOOT_P_UNREADABLE, p);
		return false;
	}
	memcpy(to, from, n);
	return true;
}

/*
 * Copy a string of unknown length at `p` into dst[n], page by page: the next page may not be
 * readable, nor needed.
 */
static void fetch_text(const struct phys_reader *r, struct boot_info *bi, phys_addr_t p, char *dst,
		       size_t n)
{
	size_t done = 0, chunk, got;

	dst[0] = '\0';
	while (p && done < n) {
		chunk = min(n - done, PAGE_SIZE - (size_t)(p & ~PAGE_MASK));
		if (!fetch(r, bi, p, dst + done, chunk))
			break;
		got = strnlen(dst + done, chunk);
		done += got;
		p += got;
		if (got < chunk)
			return;
	}
	if (!p && !done)
		return;
	boot_info_problem(bi, BOOT_P_STRING_TRUNCATED, done);
	dst[min(done, n - 1)] = '\0';
}

static void take_modules(const struct phys_reader *r, struct boot_info *bi,
			 const struct pvh_start_info *si)
{
	struct pvh_module m;
	struct boot_module *out;
	u32 i;

	for (i = 0; i < si->nr_modules && i < BOOT_MAX_MODULES; i++) {
		if (!fetch(r, bi, si->modlist_paddr + i * sizeof(m), &m, sizeof(m)))
			return;
		if (!m.size || m.paddr + m.size < m.paddr) {
			boot_info_problem(bi, BOOT_P_MODULE_DROPPED, m.paddr);
			continue;
		}
		out = &bi->modules[bi->nr_modules++];
		out->start = m.paddr;
		out->size = m.size;
		fetch_text(r, bi, m.cmdline_paddr, out->cmdline, sizeof(out->cmdline));
	}
	if (si->nr_modules <= BOOT_MAX_MODULES)
		return;
	bi->modules_left_out = si->nr_modules - BOOT_MAX_MODULES;
	boot_info_problem(bi, BOOT_P_MODULE_DROPPED, si->nr_modules);
}

static void take_memmap(const struct phys_reader *r, struct boot_info *bi,
			const struct pvh_start_info *si)
{
	struct pvh_memmap_entry e;
	u32 i;

	for (i = 0; i < si->memmap_entries && i < MAX_ENTRIES; i++) {
		if (!fetch(r, bi, si->memmap_paddr + i * sizeof(e), &e, sizeof(e)))
			return;
		boot_info_add_range(bi, e.addr, e.size, e.type);
	}
	if (si->memmap_entries > MAX_ENTRIES)
		boot_info_problem(bi, BOOT_P_RANGE_DROPPED, si->memmap_entries);
}

/**
 * pvh_parse - read a PVH start info
 * @r: how physical memory is read
 * @start_info: where the structure stands
 * @bi: the result, overwritten
 *
 * Return: 0, -BOOT_E_UNREADABLE, -BOOT_E_BAD_MAGIC, or -BOOT_E_NO_MEMMAP (everything else in @bi is
 * filled in then).
 */
int pvh_parse(const struct phys_reader *r, phys_addr_t start_info, struct boot_info *bi)
{
	struct pvh_start_info si = { 0 };
	size_t v1 = sizeof(si) - PVH_START_INFO_V0;

	boot_info_init(bi, BOOT_PVH);
	if (!fetch(r, bi, start_info, &si, PVH_START_INFO_V0))
		return -BOOT_E_UNREADABLE;
	if (si.magic != PVH_MAGIC)
		return -BOOT_E_BAD_MAGIC;
	if (si.version >= 1 &&
	    !fetch(r, bi, start_info + PVH_START_INFO_V0, (u8 *)&si + PVH_START_INFO_V0, v1))
		return -BOOT_E_UNREADABLE;
	bi->info_start = start_info;
	bi->info_end = start_info + (si.version >= 1 ? sizeof(si) : PVH_START_INFO_V0);
	bi->rsdp_addr = si.rsdp_paddr;
	strscpy(bi->loader, "PVH", sizeof(bi->loader));
	fetch_text(r, bi, si.cmdline_paddr, bi->cmdline, sizeof(bi->cmdline));
	take_modules(r, bi, &si);
	take_memmap(r, bi, &si);
	return bi->nr_ranges ? 0 : -BOOT_E_NO_MEMMAP;
}
