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
 *	ACPI		physical memory from PVH_BASE on, an RSDP first; the second byte is the boot
 *			CPU's id. Checksums are set right on the way, or no input would get far: where a
 *			structure's own says 0x55 it is taken for right
 *
 * What a parser reads beyond the input is the address sanitizer's to find: the input is as large as
 * its allocation.
 *
 * Checked of a boot_info: counts within the tables, strings terminated, modules and the framebuffer
 * without wrap. Of a map: memmap_valid(), and for every page at and around each edge of claim or
 * range that its type is what the claims say, told page by page (page_type()). Types change at edges
 * only, so that is every page. Of a list of CPUs: the boot CPU first, no id twice, none that can't be
 * used, as many as were listed less those that were left out.
 *
 * finds, within a minute from its corpus, when planted:
 *	boot/bootinfo.c: what is not usable is rounded inwards
 *	boot/bootinfo.c: two types of claims change places in strictness
 *	boot/multiboot2.c: a tag that reaches past the end is read whole
 *	boot/multiboot2.c: the entries of a map run on past their tag
 *	boot/pvh.c: a module's text is not cut to its field
 *	boot/acpi.c: an entry that reaches past the end of its table is taken
 *	boot/acpi.c: ids are not remembered
 */
#include <asm/page.h>
#include <boot/acpi.h>
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

static u8 behind; /* what stands behind the bytes that were asked for */

/*
 * The same, with the checksum of what is read set right where it is 0x55. Its place is known by the
 * signature; what is read is a copy, so that the input stays as it is.
 */
static const void *read_sealed(void *ctx, phys_addr_t p, size_t n)
{
	static u8 copy[4096 + 64];
	const u8 *from = read_phys(ctx, p, n);
	size_t at = 0;
	u8 sum = 0;

	if (!from || n > sizeof(copy) - 64 || n < 20)
		return from;
	memset(copy + n, behind, 64);
	if (!memcmp(from, "RSD PTR ", 8))
		at = 8;
	else if (n >= 36)
		at = 9;
	if (!at || from[at] != 0x55)
		return from;
	memcpy(copy, from, n);
	copy[at] = 0;
	for (size_t i = 0; i < (at == 8 ? 20 : n); i++)
		sum -= copy[i];
	copy[at] = sum;
	for (size_t i = sum = 0; at == 8 && n >= 36 && i < 36; i++)
		sum -= i == 32 ? 0 : copy[i];
	if (at == 8 && n >= 36 && copy[32] == 0x55)
		copy[32] = sum;
	return copy;
}

static void check_cpus(const struct acpi_cpus *c, u32 boot_id)
{
	unsigned int left_out = c->problems[ACPI_P_ID_LARGE].count +
				c->problems[ACPI_P_TOO_MANY].count;
	bool added = c->nr_listed == 0 || c->problems[ACPI_P_NO_BOOT_CPU].count;
	char text[192];

	FUZZ_CHECK(c->nr >= 1 && c->nr <= NR_CPUS, "%u CPUs", c->nr);
	FUZZ_CHECK(c->apic_id[0] == boot_id, "id %u comes first", c->apic_id[0]);
	FUZZ_CHECK(c->nr + left_out == c->nr_listed + added, "%u of %u CPUs, %u left out", c->nr,
		   c->nr_listed, left_out);
	for (unsigned int i = 1; i < c->nr; i++) {
		FUZZ_CHECK(c->apic_id[i] < ACPI_MAX_APIC_ID, "id %u", c->apic_id[i]);
		for (unsigned int j = 0; j < i; j++)
			FUZZ_CHECK(c->apic_id[i] != c->apic_id[j], "id %u twice", c->apic_id[i]);
	}
	for (unsigned int p = 0; p < ACPI_PROBLEMS; p++) {
		bool told = acpi_problem_describe(c, p, text, sizeof(text));

		FUZZ_CHECK(told == (c->problems[p].count != 0), "problem %u is not told", p);
		FUZZ_CHECK(ends(text, sizeof(text)), "problem %u's line has no end", p);
	}
}

static void run_acpi(struct fuzz_input *in, u32 boot_id)
{
	static struct acpi_cpus cpus, again;
	struct phys_reader reader = { .map = read_sealed, .ctx = in };

	boot_info_init(&info, BOOT_PVH);
	info.rsdp_addr = PVH_BASE;
	acpi_find_cpus(&reader, &info, boot_id, &cpus);
	check_cpus(&cpus, boot_id);
	behind = ~behind;
	acpi_find_cpus(&reader, &info, boot_id, &again);
	FUZZ_CHECK(!memcmp(&cpus, &again, sizeof(cpus)), "what is behind a table counts");
}

static void boot_run(struct fuzz_input *in)
{
	static const struct phys_reader nobody;
	struct phys_reader reader = nobody;
	unsigned int way = fuzz_u8(in), bits = fuzz_u8(in);
	/* All widths, the plausible ones more often. */
	unsigned int phys_bits = bits < 192 ? 33 + bits % 16 : bits % 80;
	u64 mb2_phys = (u64)way << 12;

	if (way % 8 == 5) {
		run_acpi(in, bits);
		return;
	}
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
