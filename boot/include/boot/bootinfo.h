/* SPDX-License-Identifier: MIT */
/*
 * What the loader said, in one plain structure.
 *
 *	loader's bytes --multiboot2_parse(), pvh_parse()--> struct boot_info
 *	                 --boot_info_normalise()--> struct memmap
 *
 * Every function here is pure: it reads its arguments, writes its results, allocates nothing,
 * prints nothing and keeps nothing, so that it runs before there is memory, in a unit test and
 * under a fuzzer alike. Nothing in a boot_info points back into the loader's memory; physical
 * addresses in it say where modules and tables stand.
 *
 * What the loader got wrong is counted by kind in boot_info.problems; boot_problem_describe() makes
 * one line of each.
 */
#ifndef BOOT_BOOTINFO_H
#define BOOT_BOOTINFO_H

#include <linux/types.h>
#include <linux/compiler.h>

#define BOOT_CMDLINE_MAX 2048
#define BOOT_NAME_MAX	 64
#define BOOT_MAX_RANGES	 512
#define BOOT_MAX_MODULES 16
#define BOOT_MODULE_NAME 128
#define BOOT_RSDP_MAX	 36

/* The page below 1 MiB where other CPUs start: whoever fills memblock reserves it. */
#define BOOT_TRAMPOLINE_PHYS 0x8000UL

enum boot_protocol {
	BOOT_UNKNOWN,
	BOOT_MULTIBOOT2,
	BOOT_PVH,
};

/*
 * Range types: the numbers of multiboot2, PVH and the BIOS. Whatever else a loader writes is
 * MEM_RESERVED.
 */
enum mem_type {
	MEM_USABLE = 1,
	MEM_RESERVED = 2,
	MEM_ACPI = 3, /* ACPI tables: reclaimable once they are read */
	MEM_NVS = 4,  /* ACPI non-volatile: to be kept */
	MEM_BAD = 5,
};

/* Things a loader gets wrong that can be lived with. */
enum boot_problem {
	BOOT_P_TOTAL_CLIPPED, /* total size reaches past what may be read */
	BOOT_P_NO_TERMINATOR, /* the tags end without an end tag */
	BOOT_P_TAG_TRUNCATED, /* a tag reaches past the end: its beginning is used */
	BOOT_P_TAG_SHORT,     /* a tag is too small for its type, or for a tag */
	BOOT_P_TAG_DUPLICATE, /* the first one counts */
	BOOT_P_ENTRY_SIZE,    /* memory map entries not of 24 bytes */
	BOOT_P_ENTRY_REFUSED, /* … and of a size that can't be read */
	BOOT_P_STRING_TRUNCATED,
	BOOT_P_MODULE_DROPPED,
	BOOT_P_MAP_FROM_BASIC, /* no map: made from the basic memory sizes */
	BOOT_P_UNREADABLE,     /* a pointer leads out of readable memory */
	BOOT_P_FRAMEBUFFER,    /* geometry does not make sense: ignored */
	BOOT_P_RANGE_DROPPED,  /* more ranges than the table holds: usable ones were given up */
	BOOT_P_RANGE_EMPTY,
	BOOT_P_RANGE_WRAPS,   /* a range runs past the end of all addresses */
	BOOT_P_RANGE_CLIPPED, /* a range runs past what the CPU or the direct map reaches */
	BOOT_P_RANGE_OVERLAP,
	BOOT_P_RANGE_UNKNOWN, /* unknown type: reserved */
	BOOT_PROBLEMS,
};

/* Input that can't be lived with; returned negated. */
enum boot_error {
	BOOT_E_TOO_SMALL = 1, /* not even a header fits */
	BOOT_E_BAD_MAGIC,
	BOOT_E_UNREADABLE,
	BOOT_E_NO_MEMMAP,
	BOOT_E_NO_USABLE,
	BOOT_E_PHYS_BITS,
	BOOT_ERRORS,
};

struct boot_range {
	u64 start, size;
	u32 type; /* as the loader wrote it */
};

struct boot_module {
	phys_addr_t start;
	u64 size;
	char cmdline[BOOT_MODULE_NAME];
};

struct boot_framebuffer {
	phys_addr_t addr;
	u32 pitch, width, height;
	u8 bpp, type; /* type 1: direct colour, 2: EGA text */
	bool present;
};

struct boot_problem_count {
	u32 count;
	u64 first; /* a value that tells where: address, tag type or size */
};

struct boot_info {
	enum boot_protocol protocol;
	bool efi;
	char cmdline[BOOT_CMDLINE_MAX];
	char loader[BOOT_NAME_MAX];

	unsigned int nr_ranges;
	struct boot_range ranges[BOOT_MAX_RANGES];

	unsigned int nr_modules;
	struct boot_module modules[BOOT_MAX_MODULES];
	unsigned int modules_left_out; /* the table had no room for them */

	u8 rsdp[BOOT_RSDP_MAX]; /* a copy, if rsdp_size */
	unsigned int rsdp_size; /* 20: version 1; 36: version 2 */
	phys_addr_t rsdp_addr;	/* where it stands, if the loader said so rather than copying */

	struct boot_framebuffer fb;

	phys_addr_t info_start, info_end; /* the loader's own block */

	struct boot_problem_count problems[BOOT_PROBLEMS];
};

/* Start from nothing. */
void boot_info_init(struct boot_info *bi, enum boot_protocol protocol);

/*
 * Add a raw range. A full table gives up its smallest usable range, never one that keeps memory
 * from being used.
 */
void boot_info_add_range(struct boot_info *bi, u64 start, u64 size, u32 type);

/* Count a problem; `where` is kept of the first one of its kind. */
void boot_info_problem(struct boot_info *bi, enum boot_problem p, u64 where);

/* One line on problem `p` into buf; false (and an empty line) if it did not happen. */
bool boot_problem_describe(const struct boot_info *bi, enum boot_problem p, char *buf, size_t size);

/* The one clear line for a negative result of the functions here. */
const char *boot_info_error(int err);

/*
 * Give up usable memory at and above address `limit` (what Linux's mem= does): what was usable
 * there becomes reserved or shorter.
 */
void boot_info_limit(struct boot_info *bi, u64 limit);

/*
 * The name of a module, from its line: the file's, without folder and ".ko", with an underscore for each
 * dash. True: it was called .ko.
 */
bool boot_module_name(const struct boot_module *m, char *name, size_t size);
/* Is there a module called as the part of `key` in front of its first dot? */
bool boot_module_param(const struct boot_info *bi, const char *key);

/*
 * Value of `key` in a boot line, before any parameter code runs: "key=value" or "key" as a word of
 * its own; the value may stand in double quotes; the last one counts. Copies up to n-1 bytes and a
 * NUL. Returns the value's whole length, or -1: no such word.
 */
int boot_line_value(const char *line, const char *key, char *buf, size_t n);

#define MEMMAP_MAX (2 * BOOT_MAX_RANGES + 2)

struct memmap_range {
	phys_addr_t start, end;
	u32 type; /* enum mem_type */
};

/* The normalised map: what it promises is listed at memmap_valid(). */
struct memmap {
	unsigned int nr;
	phys_addr_t limit; /* no range ends above */
	struct memmap_range ranges[MEMMAP_MAX];
	u64 edges[2 * MEMMAP_MAX]; /* scratch of boot_info_normalise() */
};

/*
 * Make the map of what the loader said. 0, or a negative boot_error. O(n log n). `phys_bits`: the
 * CPU's physical address width.
 */
int boot_info_normalise(struct boot_info *bi, unsigned int phys_bits, struct memmap *out);

/* Number of the first invariant (see bootinfo.c) that `m` breaks, 0 if none. */
int memmap_valid(const struct memmap *m);

/* Bytes of the given type. */
u64 memmap_bytes(const struct memmap *m, enum mem_type type);

/* "usable", "reserved", "ACPI tables", "ACPI NVS", "bad". */
const char *mem_type_name(u32 type);

/* ---- Parsers (boot/multiboot2.c, boot/pvh.c) ---- */

#define MULTIBOOT2_BOOT_MAGIC 0x36d76289U

/*
 * Read the multiboot2 information block of which `limit` bytes at `info` may be read; it stands at
 * physical info_phys. 0, or a negative boot_error. Never reads outside [info, info + limit). Any
 * alignment.
 */
int multiboot2_parse(const void *info, size_t limit, phys_addr_t info_phys, struct boot_info *bi);

/*
 * How parsers read physical memory: `n` bytes at `p`, or NULL if they can't be read. Valid until the
 * next call.
 */
struct phys_reader {
	const void *(*map)(void *ctx, phys_addr_t p, size_t n);
	void *ctx;
};

/* The same, for any `p` and `n`: what runs past the end of all addresses can't be read. */
static inline const void *phys_map(const struct phys_reader *r, phys_addr_t p, size_t n)
{
	return p + n < p ? NULL : r->map(r->ctx, p, n);
}

int pvh_parse(const struct phys_reader *r, phys_addr_t start_info, struct boot_info *bi);

/* ---- Hostile maps (boot/hostile.c): boot line memmap_test=<name> ---- */

enum hostile_end {
	HOSTILE_PASSES,	  /* the machine boots and passes its tests */
	HOSTILE_UNUSABLE, /* one clear line and EXIT_UNUSABLE */
};

struct hostile_map {
	const char *name;
	const char *description;
	unsigned int ram_mib; /* RAM that the machine must have for it */
	enum hostile_end end;
	const struct boot_range *rows; /* fixed ranges … */
	unsigned int nr_rows;
	void (*generate)(struct boot_info *bi); /* … and those that are computed; may be NULL */
};

/* All of them, for listing. */
const struct hostile_map *hostile_maps(unsigned int *nr);

/* The map of that name, or NULL. */
const struct hostile_map *hostile_find(const char *name);

/* Add the whole form of `h` to `bi`, as a loader would have given it. */
void hostile_ranges(const struct hostile_map *h, struct boot_info *bi);

/*
 * `out` becomes `firmware` with the map `h` in place of its usable RAM, so that nothing is usable
 * which is not in both. What the firmware reserves stays reserved. 0, or -BOOT_E_NO_MEMMAP if the
 * firmware gave no range. `out` is not `firmware`.
 */
int hostile_apply(const struct hostile_map *h, const struct boot_info *firmware,
		  struct boot_info *out);

#endif
