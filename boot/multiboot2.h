/* SPDX-License-Identifier: MIT */
/*
 * Numbers and layouts of the multiboot2 information block (Multiboot2 Specification 2.0, section
 * 3.6). Private to the parser.
 */
#ifndef BOOT_MULTIBOOT2_H
#define BOOT_MULTIBOOT2_H

#include <linux/types.h>

/*
 * Block: u32 total_size, u32 reserved, tags. Tag: u32 type, u32 size, payload; each starts at a
 * multiple of 8.
 */
#define MB2_BLOCK_HEADER 8
#define MB2_TAG_HEADER	 8
#define MB2_TAG_ALIGN	 8

enum mb2_tag_type {
	MB2_TAG_END = 0,
	MB2_TAG_CMDLINE = 1,
	MB2_TAG_LOADER = 2,
	MB2_TAG_MODULE = 3,
	MB2_TAG_BASIC_MEM = 4,
	MB2_TAG_MMAP = 6,
	MB2_TAG_FRAMEBUFFER = 8,
	MB2_TAG_EFI32 = 11,
	MB2_TAG_EFI64 = 12,
	MB2_TAG_ACPI_OLD = 14,
	MB2_TAG_ACPI_NEW = 15,
	MB2_TAG_EFI_MAP = 17,
	MB2_TAG_EFI_BS = 18,
};

/*
 * Payloads, without the tag header. They are copied out before use, so alignment does not matter.
 */
struct mb2_module {
	u32 start, end; /* then the string */
};

struct mb2_basic_mem {
	u32 lower_kib, upper_kib; /* from 0; from 1 MiB */
};

struct mb2_mmap {
	u32 entry_size, version; /* then entries, entry_size apart */
};

struct mb2_mmap_entry {
	u64 addr, len;
	u32 type;
} __attribute__((__packed__));

struct mb2_framebuffer {
	u64 addr;
	u32 pitch, width, height;
	u8 bpp, type;
} __attribute__((__packed__));

#endif
