// SPDX-License-Identifier: MIT
/*
 * Fuzz target `boot`: what a loader says, from its bytes to the map that is believed.
 *
 * The first byte chooses the way in, the second the CPU's physical address width, the rest is
 *
 *	multiboot2	the information block, read where the input lies
 *	PVH		physical memory from PVH_BASE on, the start info first
 *	claims		memory ranges of 7 bytes each: what no parser need be passed for, so that the
 *			normaliser sees many of them
 *	hostile		the same, laid over by one of the hostile maps
 *
 * What a parser reads beyond the input is the address sanitizer's to find: the input is as large as
 * its allocation.
 *
 * Checked of a boot_info: counts within the tables, strings terminated, modules and the framebuffer
 * without wrap. Of a map: memmap_valid(), and for every page at and around each edge of claim or
 * range that its type is what the claims say, told page by page (page_type()). Types change at edges
 * only, so that is every page.
 *
 * finds, within a minute from its corpus, when planted:
 *	boot/bootinfo.c: what is not usable is rounded inwards
 *	boot/bootinfo.c: two types of claims change places in strictness
 *	boot/multiboot2.c: a tag that reaches past the end is read whole
 *	boot/multiboot2.c: the entries of a map run on past their tag
 *	boot/pvh.c: a module's text is not cut to its field
 */
#include <asm/page.h>
#include <boot/bootinfo.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include "tests/fuzz/fuzz.h"

#define PVH_BASE  0x1000UL
#define NONE	  0 /* the type of a page that nobody claims, or no map has */
#define MAX_PAGES (1ULL << (PHYS_MAP_BITS - PAGE_SHIFT))

static struct boot_info info, laid_over;
static struct memmap map;

/* ---- The model: types of pages from claims ---- */

static unsigned int strictness(u32 type)
{
	static const u8 rank[] = {
		[MEM_USABLE] = 1, [MEM_ACPI] = 2, [MEM_NVS] = 3, [MEM_RESERVED] = 4, [MEM_BAD] = 5
	};

	return type >= MEM_USABLE && type <= MEM_BAD ? rank[type] : rank[MEM_RESERVED];
}

static u64 claim_end(const struct boot_range *r, u64 limit)
{
	u64 end = r->start + r->size;

	return end < r->start ? limit : min(end, limit);
}

/* Do usable claims cover [start, end) without a gap? */
static bool usable_covers(const struct boot_info *bi, u64 start, u64 end, u64 limit)
{
	u64 before;

	do {
		before = start;
		for (unsigned int i = 0; i < bi->nr_ranges; i++) {
			const struct boot_range *r = &bi->ranges[i];

			if (r->type == MEM_USABLE && r->start <= start)
				start = max(start, claim_end(r, limit));
		}
	} while (start > before && start < end);
	return start >= end;
}

/* The strictest claim that touches the page; usable only as a whole. */
static u32 page_type(const struct boot_info *bi, u64 page, u64 limit)
{
	u64 start = page << PAGE_SHIFT, end = start + PAGE_SIZE;
	u32 type = page ? NONE : MEM_RESERVED;
	unsigned int top = page ? 0 : strictness(MEM_RESERVED);

	for (unsigned int i = 0; i < bi->nr_ranges; i++) {
		const struct boot_range *r = &bi->ranges[i];

		if (r->start >= end || !r->size || claim_end(r, limit) <= start)
			continue;
		if (strictness(r->type) > top) {
			top = strictness(r->type);
			type = r->type >= MEM_USABLE && r->type <= MEM_BAD ? r->type : MEM_RESERVED;
		}
	}
	if (type == MEM_USABLE && !usable_covers(bi, start, end, limit))
		type = NONE;
	return type;
}

static u32 map_type(u64 page)
{
	u64 at = page << PAGE_SHIFT;

	for (unsigned int i = 0; i < map.nr; i++) {
		if (at >= map.ranges[i].start && at < map.ranges[i].end)
			return map.ranges[i].type;
	}
	return NONE;
}

/* The pages at an address, before and behind it. */
static void check_around(const struct boot_info *bi, u64 addr)
{
	u64 page = addr >> PAGE_SHIFT;

	for (u64 p = page ? page - 1 : 0; p <= page + 1; p++) {
		u32 want, got;

		if (p >= map.limit >> PAGE_SHIFT)
			break;
		want = page_type(bi, p, map.limit);
		got = map_type(p);
		FUZZ_CHECK(want == got, "page %#llx is of type %u, the claims say %u", p, got,
			   want);
	}
}

static void check_map(const struct boot_info *bi)
{
	int broken = memmap_valid(&map);

	FUZZ_CHECK(!broken, "memmap invariant I%d", broken);
	for (unsigned int i = 0; i < bi->nr_ranges; i++) {
		check_around(bi, bi->ranges[i].start);
		check_around(bi, bi->ranges[i].start + bi->ranges[i].size);
	}
	for (unsigned int i = 0; i < map.nr; i++) {
		check_around(bi, map.ranges[i].start);
		check_around(bi, map.ranges[i].end);
	}
}

/* ---- A boot_info ---- */

static bool ends(const char *s, size_t n)
{
	return memchr(s, '\0', n);
}

static void check_texts(void)
{
	char text[160];

	FUZZ_CHECK(ends(info.cmdline, sizeof(info.cmdline)), "the boot line has no end");
	FUZZ_CHECK(ends(info.loader, sizeof(info.loader)), "the loader's name has no end");
	for (unsigned int p = 0; p < BOOT_PROBLEMS; p++) {
		bool told = boot_problem_describe(&info, p, text, sizeof(text));

		FUZZ_CHECK(told == (info.problems[p].count != 0), "problem %u is not told", p);
		FUZZ_CHECK(ends(text, sizeof(text)), "problem %u's line has no end", p);
	}
}

static void check_info(void)
{
	FUZZ_CHECK(info.nr_ranges <= BOOT_MAX_RANGES, "%u ranges", info.nr_ranges);
	FUZZ_CHECK(info.nr_modules <= BOOT_MAX_MODULES, "%u modules", info.nr_modules);
	FUZZ_CHECK(info.rsdp_size <= BOOT_RSDP_MAX, "an RSDP of %u bytes", info.rsdp_size);
	FUZZ_CHECK(info.info_start <= info.info_end, "the information block is inside out");
	for (unsigned int i = 0; i < info.nr_modules; i++) {
		const struct boot_module *m = &info.modules[i];

		FUZZ_CHECK(m->size && m->start + m->size >= m->start, "module %u wraps", i);
		FUZZ_CHECK(ends(m->cmdline, sizeof(m->cmdline)), "module %u's line has no end", i);
	}
	if (info.fb.present)
		FUZZ_CHECK(info.fb.addr + (u64)info.fb.pitch * info.fb.height >= info.fb.addr,
			   "the framebuffer wraps");
	check_texts();
}

/* The value as the line has it: at most as long as told, and ended. */
static void check_line(const char *key)
{
	char value[24];
	int n;

	memset(value, 'x', sizeof(value));
	n = boot_line_value(info.cmdline, key, value, sizeof(value));
	FUZZ_CHECK(n < (int)sizeof(info.cmdline), "a value of %d bytes", n);
	if (n >= 0)
		FUZZ_CHECK(strnlen(value, sizeof(value)) == min_t(size_t, n, sizeof(value) - 1),
			   "value of %d bytes, copied %zu", n, strnlen(value, sizeof(value)));
}

static void normalise(struct boot_info *bi, unsigned int phys_bits)
{
	int err = boot_info_normalise(bi, phys_bits, &map);

	FUZZ_CHECK(*boot_info_error(err), "error %d has no words", err);
	if (err == -BOOT_E_PHYS_BITS || err == -BOOT_E_NO_MEMMAP)
		return;
	check_map(bi);
	FUZZ_CHECK((err == 0) == (memmap_bytes(&map, MEM_USABLE) > 0), "error %d", err);
}

/* ---- The ways in ---- */

/* Physical memory is the input, from PVH_BASE on. */
static const void *read_phys(void *ctx, phys_addr_t p, size_t n)
{
	const struct fuzz_input *in = ctx;
	size_t size = in->end - in->at;

	if (p < PVH_BASE || n > size || p - PVH_BASE > size - n)
		return NULL;
	return in->at + (p - PVH_BASE);
}

/*
 * start, size and type: pages, with a byte that moves either off its boundary and one that shifts
 * them up.
 */
static void take_claims(struct fuzz_input *in, unsigned int phys_bits)
{
	boot_info_init(&info, BOOT_PVH);
	while (in->at < in->end) {
		unsigned int kind = fuzz_u8(in), shift = fuzz_u8(in) % 52;
		u64 start = (u64)fuzz_u16(in) << shift, size = (u64)fuzz_u16(in) << shift;
		unsigned int off = fuzz_u8(in);

		if (kind & 0x80)
			start += off << 4;
		if (kind & 0x40)
			size -= off;
		boot_info_add_range(&info, start, size, kind & 0x20 ? kind : kind % 6);
	}
	if (info.nr_ranges && phys_bits == 33)
		boot_info_limit(&info, info.ranges[0].start);
}

static const struct hostile_map *choose_hostile(unsigned int i)
{
	unsigned int nr;
	const struct hostile_map *maps = hostile_maps(&nr);

	return &maps[i % nr];
}

/* Nothing is usable under a hostile map that was not under the firmware's. */
static void check_laid_over(const struct hostile_map *h)
{
	u64 limit = 1ULL << PHYS_MAP_BITS;

	if (hostile_apply(h, &info, &laid_over))
		return;
	normalise(&laid_over, PHYS_MAP_BITS);
	for (unsigned int i = 0; i < map.nr; i++) {
		const struct memmap_range *r = &map.ranges[i];

		if (r->type != MEM_USABLE)
			continue;
		FUZZ_CHECK(page_type(&info, r->start >> PAGE_SHIFT, limit) == MEM_USABLE,
			   "page %#llx became usable", r->start >> PAGE_SHIFT);
		FUZZ_CHECK(page_type(&info, (r->end - 1) >> PAGE_SHIFT, limit) == MEM_USABLE,
			   "page %#llx became usable", (r->end - 1) >> PAGE_SHIFT);
	}
}

static void boot_run(struct fuzz_input *in)
{
	static const struct phys_reader nobody;
	struct phys_reader reader = nobody;
	unsigned int way = fuzz_u8(in), bits = fuzz_u8(in);
	/* All widths, the plausible ones more often. */
	unsigned int phys_bits = bits < 192 ? 33 + bits % 16 : bits % 80;
	u64 mb2_phys = (u64)way << 12;

	reader.map = read_phys;
	reader.ctx = in;
	switch (way % 4) {
	case 0:
		multiboot2_parse(in->at, in->end - in->at, mb2_phys, &info);
		break;
	case 1:
		pvh_parse(&reader, PVH_BASE, &info);
		break;
	default:
		take_claims(in, phys_bits);
	}
	check_info();
	check_line("mem");
	check_line("a");
	if (way % 4 == 3)
		check_laid_over(choose_hostile(bits));
	else
		normalise(&info, phys_bits);
}

const struct fuzz_target fuzz_boot = { .name = "boot", .run = boot_run };
