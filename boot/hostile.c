// SPDX-License-Identifier: MIT
/*
 * Built-in hostile memory maps: the boot line's memmap_test=<name>.
 *
 * Firmware that lies is rare and never at hand, so the lies are kept here, each as a row: what a
 * loader could have said, the RAM the machine needs for it, and how the boot must end. A row has
 * two uses:
 *
 *	in a test	hostile_ranges() gives the whole form to the normaliser; the expected map
 *			is written in the test
 *	on the machine	hostile_apply() puts it in place of the firmware's usable RAM
 *
 * On the machine a row may only take memory away, never invent it. Types make this easy: the
 * normaliser lets the stricter claim win, so the intersection of two maps is the union of their
 * claims once every address that the firmware did not call usable is claimed as reserved. Therefore
 *
 *	out = row's ranges, as they are + firmware's other ranges
 *	      + gaps between the firmware's usable ranges, as reserved
 *
 * and the row's ranges reach the normaliser unsorted, overlapping and unaligned as they were
 * written.
 *
 * Invariant: I1 whatever is usable in normalise(out) is usable in normalise(firmware) and in
 * normalise(row).
 *
 * The rows keep [1 MiB, 16 MiB) whole, but for the one that is about it: the kernel's image and what
 * the loader put behind it stand there. Cost: O(n log n) for the
 * sort of the firmware's ranges.
 */
#include <linux/types.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/sort.h>
#include <boot/bootinfo.h>

#define KIB 1024ULL
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

/* ---- The rows ---- */

static const struct boot_range overlap_rows[] = {
	{ 64 * MIB, 64 * MIB, MEM_USABLE },
	{ 1 * MIB, 80 * MIB, MEM_USABLE }, /* over the one before */
	{ 48 * MIB, 1 * MIB, MEM_BAD },	   /* inside it */
	{ 640 * KIB, 384 * KIB, MEM_RESERVED },
	{ 0, 640 * KIB, MEM_USABLE },
	{ 40 * MIB, 1 * MIB, MEM_RESERVED },
	{ 40 * MIB + 512 * KIB, 1 * MIB, MEM_ACPI },	 /* half under the reserved one */
	{ 48 * MIB + 512 * KIB, 1 * MIB, MEM_RESERVED }, /* half under the bad one */
	{ 1 * MIB, 2 * MIB, MEM_USABLE },		 /* said twice */
	{ 112 * MIB, 1 * GIB, MEM_USABLE },		 /* far past the end of RAM */
	{ 120 * MIB, 64 * KIB, 20 },	/* unknown type, inside three usable ones */
	{ 63 * MIB, 2 * MIB, MEM_NVS }, /* across a seam of usable ones */
	{ 64 * MIB, 512 * KIB, MEM_ACPI },
};

static const struct boot_range holes_rows[] = {
	{ 0x0, 0x9fc01, MEM_USABLE }, /* ends one byte into a page */
	{ 1 * MIB, 20 * MIB + 0x123, MEM_USABLE },
	{ 22 * MIB - 1, 1 * MIB + 2, MEM_USABLE }, /* one byte too long on either side */
	{ 24 * MIB + 0x801, 0x7fe, MEM_USABLE },   /* less than a page */
	{ 24 * MIB + 0x1801, 0x1000, MEM_USABLE }, /* a page's length, but in no page */
	{ 25 * MIB, 0x1000, MEM_USABLE },	   /* one page alone */
	{ 25 * MIB + 0x2000, 0x1000, MEM_USABLE }, /* and another */
	{ 26 * MIB, 0x800, MEM_USABLE },	   /* two halves of one page */
	{ 26 * MIB + 0x800, 0x800, MEM_USABLE },
	{ 27 * MIB + 0x123, 40 * MIB, MEM_USABLE },
	{ 32 * MIB + 0x800, 0x10, MEM_RESERVED }, /* sixteen bytes that cost a page */
	{ 33 * MIB, 0, MEM_RESERVED },		  /* nothing at all */
	{ 33 * MIB + 0xfff, 2, MEM_BAD },	  /* two bytes that cost two pages */
	{ 70 * MIB + 0x800, 58 * MIB - 0x1000, MEM_USABLE },
};

static const struct boot_range nothing_rows[] = {
	{ 0, 0x1000, MEM_USABLE }, /* page 0 is not for use */
	{ 1 * MIB, 127 * MIB, MEM_USABLE },
	{ 512 * KIB, 4 * GIB, MEM_RESERVED },  /* over all of the one before */
	{ 8 * GIB + 0x1, 0x1ffe, MEM_USABLE }, /* no whole page */
	{ ~0ULL - 0xfff, 0x1000, MEM_USABLE }, /* the last page of all addresses */
	{ 16 * GIB, 0, MEM_USABLE },
};

static const struct boot_range wraps_rows[] = {
	{ ~0ULL - 0xffff, 0x20000,
	  MEM_USABLE }, /* past the end of all addresses, back to their start */
	{ 1 * MIB, 127 * MIB, MEM_USABLE },
	{ 64 * MIB, 1 * MIB, 77 },		  /* no type of anybody's */
	{ 1ULL << 52, 1 * GIB, MEM_USABLE },	  /* past what any CPU addresses */
	{ 1ULL << 63, 1ULL << 63, MEM_RESERVED }, /* ends at 2^64 exactly */
	{ 4 * KIB, 636 * KIB, MEM_USABLE },
	{ 80 * MIB, 1 * MIB, 0 },
	{ 90 * MIB, 4 * KIB, ~0U },
	{ ~0ULL, ~0ULL, MEM_USABLE },
};

static const struct boot_range twice_rows[] = {
	{ 64 * MIB, 64 * MIB, MEM_USABLE }, /* the second half first */
	{ 1 * MIB, 63 * MIB, MEM_USABLE },  { 0, 640 * KIB, MEM_USABLE },
	{ 64 * MIB, 64 * MIB, MEM_USABLE }, { 1 * MIB, 63 * MIB, MEM_USABLE },
	{ 96 * MIB, 1 * MIB, MEM_ACPI },    { 0, 640 * KIB, MEM_USABLE },
	{ 96 * MIB, 1 * MIB, MEM_ACPI },    { 1 * MIB, 127 * MIB, MEM_USABLE },
};

static const struct boot_range image_rows[] = {
	{ 0, 640 * KIB, MEM_USABLE },
	{ 1 * MIB, 127 * MIB, MEM_USABLE },
	{ 2 * MIB, 13 * MIB, MEM_RESERVED }, /* where the kernel runs, with sanitizers too */
};

#define MANY_PIECES 300U

/*
 * 300 pieces of 27 pages, 5 pages apart, in an order that is none (7 and 300 have no common
 * factor), between two large ones.
 */
static void many_ranges(struct boot_info *bi)
{
	u64 i, n;

	for (i = 0; i < MANY_PIECES; i++) {
		n = i * 7 % MANY_PIECES;
		boot_info_add_range(bi, 32 * MIB + n * 128 * KIB, 108 * KIB, MEM_USABLE);
	}
	boot_info_add_range(bi, 1 * MIB, 31 * MIB, MEM_USABLE);
	boot_info_add_range(bi, 80 * MIB, 48 * MIB, MEM_USABLE);
	boot_info_add_range(bi, 4 * KIB, 600 * KIB, MEM_USABLE);
}

static const struct hostile_map maps[] = {
	{ "overlap", "overlapping and unordered ranges", 128, HOSTILE_PASSES, overlap_rows,
	  ARRAY_SIZE(overlap_rows), NULL },
	{ "holes", "holes and unaligned edges", 128, HOSTILE_PASSES, holes_rows,
	  ARRAY_SIZE(holes_rows), NULL },
	{ "many", "more than 128 ranges", 128, HOSTILE_PASSES, NULL, 0, many_ranges },
	{ "wraps", "wrapping ranges and unknown types", 128, HOSTILE_PASSES, wraps_rows,
	  ARRAY_SIZE(wraps_rows), NULL },
	{ "twice", "ranges given twice", 128, HOSTILE_PASSES, twice_rows, ARRAY_SIZE(twice_rows),
	  NULL },
	{ "image", "the kernel's image reserved", 128, HOSTILE_PASSES, image_rows,
	  ARRAY_SIZE(image_rows), NULL },
	{ "nothing", "nothing usable", 128, HOSTILE_UNUSABLE, nothing_rows,
	  ARRAY_SIZE(nothing_rows), NULL },
};

const struct hostile_map *hostile_maps(unsigned int *nr)
{
	*nr = ARRAY_SIZE(maps);
	return maps;
}

const struct hostile_map *hostile_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(maps); i++)
		if (!strcmp(maps[i].name, name))
			return &maps[i];
	return NULL;
}

void hostile_ranges(const struct hostile_map *h, struct boot_info *bi)
{
	unsigned int i;

	for (i = 0; i < h->nr_rows; i++)
		boot_info_add_range(bi, h->rows[i].start, h->rows[i].size, h->rows[i].type);
	if (h->generate)
		h->generate(bi);
}

/* ---- The intersection with a machine ---- */

static int range_cmp(const void *a, const void *b)
{
	const struct boot_range *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

/* Keep the usable ranges that are not empty, sorted by start, at the front; returns how many. */
static unsigned int keep_usable(struct boot_info *bi)
{
	unsigned int i, n = 0;

	for (i = 0; i < bi->nr_ranges; i++)
		if (bi->ranges[i].type == MEM_USABLE && bi->ranges[i].size)
			bi->ranges[n++] = bi->ranges[i];
	sort(bi->ranges, n, sizeof(bi->ranges[0]), range_cmp, NULL);
	return n;
}

/*
 * Turn the ranges of `bi` into the gaps between its usable ones, as reserved. In place: the k-th
 * gap is found when at least k ranges were read, so it never overwrites one that is still to be
 * read.
 */
static void invert_usable(struct boot_info *bi)
{
	unsigned int i, n = keep_usable(bi), gaps = 0;
	u64 reached = 0, start, end;

	for (i = 0; i < n; i++) {
		start = bi->ranges[i].start;
		end = start + bi->ranges[i].size;
		if (end < start)
			end = ~0ULL;
		if (start > reached)
			bi->ranges[gaps++] =
				(struct boot_range){ reached, start - reached, MEM_RESERVED };
		if (end > reached)
			reached = end;
	}
	bi->nr_ranges = gaps;
	if (reached != ~0ULL)
		boot_info_add_range(bi, reached, ~0ULL - reached, MEM_RESERVED);
}

/**
 * hostile_apply - put a hostile map in place of the firmware's usable RAM
 * @h: the map
 * @firmware: what the loader said
 * @out: the result; another structure than @firmware
 *
 * Return: 0, or -BOOT_E_NO_MEMMAP if the firmware gave no range.
 */
int hostile_apply(const struct hostile_map *h, const struct boot_info *firmware,
		  struct boot_info *out)
{
	unsigned int i;

	if (!firmware->nr_ranges)
		return -BOOT_E_NO_MEMMAP;
	*out = *firmware;
	invert_usable(out);
	for (i = 0; i < firmware->nr_ranges; i++)
		if (firmware->ranges[i].type != MEM_USABLE)
			boot_info_add_range(out, firmware->ranges[i].start,
					    firmware->ranges[i].size, firmware->ranges[i].type);
	hostile_ranges(h, out);
	return 0;
}
