/* SPDX-License-Identifier: MIT */
/*
 * Layouts of the PVH start info (Xen's public/arch-x86/hvm/start_info.h defines the ABI). Private
 * to the parser.
 */
#ifndef BOOT_PVH_H
#define BOOT_PVH_H

#include <linux/types.h>

#define PVH_MAGIC 0x336ec578U

struct pvh_start_info {
	u32 magic, version, flags, nr_modules;
	u64 modlist_paddr, cmdline_paddr, rsdp_paddr;
	/* from version 1 on */
	u64 memmap_paddr;
	u32 memmap_entries, reserved;
};

#define PVH_START_INFO_V0 40 /* bytes before memmap_paddr */

struct pvh_module {
	u64 paddr, size, cmdline_paddr, reserved;
};

struct pvh_memmap_entry {
	u64 addr, size;
	u32 type, reserved;
};

#endif
