// SPDX-License-Identifier: MIT
/*
 * Tests of boot/acpi.c over windows of pretended physical memory, and of what this machine's own
 * tables said.
 *
 * Suite acpi, mutations that made it fail when tried:
 *
 *	phys_map: the wrap test dropped					told_wrongly, roots_out_of_reach, pointers_to_nowhere
 *	take_rsdp: size, signature or checksum not looked at		copied_by_the_loader; told_wrongly; search_goes_on, every_bit
 *	take_rsdp: version 2's length or checksum not looked at		version_2_refused
 *	take_rsdp: the XSDT kept in a version 1, or though refused	version_1; version_2_refused
 *	rsdp_at: 20 bytes not tried where 36 can't be read		searched
 *	search_rsdp: every 8 bytes; the EBDA's KiB longer		searched
 *	search_rsdp: ends at the first signature			search_goes_on
 *	find_rsdp: EBDA left out; no search after a wrong address	searched, search_order; told_wrongly
 *	table_refused: signature, length (either end) or checksum	ruined_*
 *	find_root: no RSDT after a bad XSDT; its pointers of 8 bytes	ruined_xsdt; version_1
 *	find_madt: an incomplete pointer taken; pointer 0 followed	pointers_to_nowhere
 *	find_madt: ends at a table that can't be read			pointers_to_nowhere
 *	read_madt: too short for its own head				ruined_madt
 *	walk_madt: length 0 taken					chain_leads_nowhere never ends
 *	walk_madt: length past the end taken; last entry left out	chain_leads_nowhere; whole_list
 *	take_entry: too short taken; longer refused			entries_too_short; entries_longer
 *	take_cpu: not enabled, or only online capable, taken		disabled_ones
 *	add_cpu: an id twice, the boot CPU twice, id 255 taken		ids_given_twice; ids_too_large
 *	add_cpu: more than NR_CPUS; the boot CPU where it stands	more_than_there_is_room_for; whole_list
 *	walk_madt: a missing boot CPU not told				boot_cpu_not_listed
 *	entry_lapic_addr: nothing done					lapic_elsewhere
 *	problem: the last one kept					ids_given_twice
 *	acpi_problem_describe: reason or number left out		lines
 */
#include <asm/percpu.h>
#include <asm/smp.h>
#include <boot/acpi.h>
#include <boot/boot.h>
#include <boot/bootinfo.h>
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/string.h>

#define EBDA   0x9fc00ULL
#define BIOS   0xe0000ULL
#define TABLES 0x7fe0000ULL
#define RSDP   (BIOS + 0x5340)
#define RSDT   (TABLES + 0x80)
#define XSDT   (TABLES + 0x103) /* nothing need be aligned */
#define FADT   (TABLES + 0x181)
#define MADT   (TABLES + 0x1ff)

#define HEADER	  36U
#define MADT_HEAD 44U
#define BOOT_ID	  2U
#define TABLE_MAX (1U << 20) /* as in acpi.c */

/* What can be read; nothing else can. */
static u8 low[0x500], ebda[0x500], bios[0x20000], tables[0x1000];
static const struct {
	phys_addr_t start;
	u8 *bytes;
	size_t size;
} windows[] = {
	{ 0, low, sizeof(low) },
	{ EBDA, ebda, sizeof(ebda) },
	{ BIOS, bios, sizeof(bios) },
	{ TABLES, tables, sizeof(tables) },
};

static struct boot_info bi;
static struct acpi_cpus cpus, other;
static u8 copy[sizeof(tables) + 64];
static u8 filler;
static size_t most; /* bytes that were asked for at once */
static unsigned int reads, wild;
static u32 madt_end; /* bytes of the MADT so far */

static u8 *byte_at(phys_addr_t p, size_t n)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(windows); i++) {
		phys_addr_t start = windows[i].start;
		size_t size = windows[i].size;

		if (p >= start && p - start <= size && n <= size - (p - start))
			return windows[i].bytes + (p - start);
	}
	return NULL;
}

/* Hands out copies with filler behind them: who reads more than was asked for has another result. */
static const void *window_map(void *ctx, phys_addr_t p, size_t n)
{
	const u8 *from = byte_at(p, n);

	reads++;
	most = max(most, n);
	if (p + n < p)
		wild++;
	if (!from || n > sizeof(copy) - 3)
		return NULL;
	memset(copy, filler, sizeof(copy));
	memcpy(copy + 3, from, n);
	return copy + 3;
}

static const struct phys_reader reader = { .map = window_map };

static void poke(phys_addr_t p, u64 v, unsigned int size)
{
	memcpy(byte_at(p, size), &v, size);
}

/* Make the `n` bytes at `p` add up to 0 by the one at `at`. */
static void balance(phys_addr_t p, size_t n, phys_addr_t at)
{
	u8 *b = byte_at(p, n), sum = 0;

	poke(at, 0, 1);
	for (size_t i = 0; i < n; i++)
		sum += b[i];
	poke(at, (u8)-sum, 1);
}

static void seal(phys_addr_t table, u32 length)
{
	poke(table + 4, length, 4);
	balance(table, length, table + 9);
}

static void seal_rsdp(phys_addr_t p)
{
	balance(p, 20, p + 8);
	if (byte_at(p, 36))
		balance(p, 36, p + 32);
}

static void write_rsdp(phys_addr_t p, unsigned int revision)
{
	memcpy(byte_at(p, 20), "RSD PTR ", 8);
	poke(p + 15, revision, 1);
	poke(p + 16, RSDT, 4);
	if (revision >= 2) {
		poke(p + 20, 36, 4);
		poke(p + 24, XSDT, 8);
	}
	seal_rsdp(p);
}

static void add_entry(unsigned int type, unsigned int length, const void *rest, size_t n)
{
	phys_addr_t p = MADT + madt_end;

	poke(p, type, 1);
	poke(p + 1, length, 1);
	memcpy(byte_at(p + 2, n), rest, n);
	madt_end += 2 + n;
	seal(MADT, madt_end);
}

static void add_lapic(unsigned int id, u32 flags)
{
	u8 rest[6] = { 0x77, (u8)id };

	memcpy(rest + 2, &flags, sizeof(flags));
	add_entry(0, 8, rest, sizeof(rest));
}

static void add_x2apic(u32 id, u32 flags)
{
	u8 rest[14] = { 0 };

	memcpy(rest + 2, &id, sizeof(id));
	memcpy(rest + 6, &flags, sizeof(flags));
	add_entry(9, 16, rest, sizeof(rest));
}

/* An MADT without a CPU. */
static void write_madt(void)
{
	memset(byte_at(MADT, 1), 0, TABLES + sizeof(tables) - MADT);
	memcpy(byte_at(MADT, 4), "APIC", 4);
	poke(MADT + 36, 0xfee00000, 4);
	madt_end = MADT_HEAD;
	seal(MADT, madt_end);
}

/* What QEMU writes: CPUs 0 … 3, an I/O APIC between them, and both kinds of root. */
static int setup(struct kunit *test)
{
	static const u8 io_apic[10] = { 0 };

	memset(low, 0, sizeof(low));
	memset(ebda, 0, sizeof(ebda));
	memset(bios, 0, sizeof(bios));
	memset(tables, 0, sizeof(tables));
	boot_info_init(&bi, BOOT_PVH);
	bi.rsdp_addr = RSDP;
	write_rsdp(RSDP, 2);
	memcpy(byte_at(RSDT, 4), "RSDT", 4);
	poke(RSDT + 36, FADT, 4);
	poke(RSDT + 40, MADT, 4);
	seal(RSDT, 44);
	memcpy(byte_at(XSDT, 4), "XSDT", 4);
	poke(XSDT + 36, FADT, 8);
	poke(XSDT + 44, MADT, 8);
	seal(XSDT, 52);
	memcpy(byte_at(FADT, 4), "FACP", 4);
	seal(FADT, HEADER);
	write_madt();
	add_lapic(0, 1);
	add_lapic(1, 1);
	add_entry(1, 12, io_apic, sizeof(io_apic));
	add_lapic(BOOT_ID, 1);
	add_lapic(3, 1);
	most = reads = wild = 0;
	return 0;
}

static void find(void)
{
	acpi_find_cpus(&reader, &bi, BOOT_ID, &cpus);
}

/* Exactly these ids, the boot CPU's first. */
static void expect_ids(struct kunit *test, const u32 *ids, unsigned int nr)
{
	KUNIT_ASSERT_EQ(test, cpus.nr, nr);
	for (unsigned int i = 0; i < nr; i++)
		KUNIT_EXPECT_EQ_MSG(test, cpus.apic_id[i], ids[i], "CPU %u", i);
}

static void expect_all_four(struct kunit *test)
{
	static const u32 ids[] = { 2, 0, 1, 3 };

	expect_ids(test, ids, ARRAY_SIZE(ids));
	KUNIT_EXPECT_EQ(test, cpus.nr_listed, 4u);
}

static void expect_boot_cpu_only(struct kunit *test)
{
	static const u32 ids[] = { BOOT_ID };

	expect_ids(test, ids, 1);
}

/* These problems, once each, and no other. The list ends with ACPI_PROBLEMS. */
#define ONLY(...) ((const enum acpi_problem[]){ __VA_ARGS__, ACPI_PROBLEMS })

static void expect_problems(struct kunit *test, const enum acpi_problem *want)
{
	for (unsigned int p = 0; p < ACPI_PROBLEMS; p++) {
		u32 count = 0;

		for (unsigned int i = 0; want[i] != ACPI_PROBLEMS; i++)
			count += want[i] == p;
		KUNIT_EXPECT_EQ_MSG(test, cpus.problems[p].count, count, "problem %u", p);
	}
}

static void expect_no_problem(struct kunit *test)
{
	expect_problems(test, ONLY(ACPI_PROBLEMS));
}

static void expect_first(struct kunit *test, enum acpi_problem p, u64 first, const char *why)
{
	KUNIT_EXPECT_EQ(test, cpus.problems[p].first, first);
	KUNIT_EXPECT_STREQ(test, cpus.problems[p].why ? cpus.problems[p].why : "", why);
}

/* ---- The way there ---- */

static void whole_list(struct kunit *test)
{
	find();
	expect_all_four(test);
	expect_no_problem(test);
	KUNIT_EXPECT_EQ(test, cpus.lapic_addr, 0xfee00000ull);
	KUNIT_EXPECT_EQ(test, cpus.nr_disabled, 0u);
	KUNIT_EXPECT_EQ(test, wild, 0u);
}

static void filler_is_no_matter(struct kunit *test)
{
	static const u8 fillers[] = { 0x00, 0xff, 0x08 };

	memset(&other, 0, sizeof(other));
	for (unsigned int i = 0; i < ARRAY_SIZE(fillers); i++) {
		filler = fillers[i];
		find();
		if (!i)
			other = cpus;
		KUNIT_EXPECT_EQ(test, memcmp(&cpus, &other, sizeof(cpus)), 0);
	}
	filler = 0;
}

/* Version 1 has no XSDT, whatever stands behind it. */
static void version_1(struct kunit *test)
{
	write_rsdp(RSDP, 0);
	poke(XSDT, 0, 1);
	find();
	expect_all_four(test);
	expect_no_problem(test);
}

static void copied_by_the_loader(struct kunit *test)
{
	for (unsigned int size = 20; size <= 36; size += 16) {
		setup(test);
		memcpy(bi.rsdp, byte_at(RSDP, size), size);
		bi.rsdp_size = size;
		bi.rsdp_addr = 0;
		memset(bios, 0, sizeof(bios));
		/* 20 bytes of a version 2 lead to the RSDT. */
		poke(size == 20 ? XSDT : RSDT, 0, 1);
		find();
		expect_all_four(test);
		expect_no_problem(test);
	}
	bi.rsdp_size = 19;
	find();
	expect_boot_cpu_only(test);
	expect_problems(test, ONLY(ACPI_P_RSDP, ACPI_P_NO_RSDP));
}

static void searched(struct kunit *test)
{
	static const struct {
		phys_addr_t at;
		unsigned int revision;
		bool found;
	} places[] = {
		{ EBDA, 2, true },
		{ EBDA + 0x3f0, 2, true },
		{ EBDA + 0x400, 2, false },
		{ EBDA + 0x18, 2, false },
		{ BIOS, 0, true },
		{ BIOS + 0x10008, 0, false },
		{ BIOS + 0x1ffdc, 2, false },
		{ BIOS + 0x1ffd0, 2, true },
		{ BIOS + 0x1ffe0, 0, true }, /* 36 bytes don't fit there */
	};

	bi.rsdp_addr = 0;
	poke(0x40e, EBDA >> 4, 2);
	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
		memset(ebda, 0, sizeof(ebda));
		memset(bios, 0, sizeof(bios));
		write_rsdp(places[i].at, places[i].revision);
		find();
		KUNIT_EXPECT_EQ_MSG(test, cpus.nr, places[i].found ? 4u : 1u, "place %u", i);
		KUNIT_EXPECT_EQ_MSG(test, cpus.problems[ACPI_P_NO_RSDP].count,
				    places[i].found ? 0u : 1u, "place %u", i);
	}
}

/* The EBDA comes first, and only if there is one. */
static void search_order(struct kunit *test)
{
	bi.rsdp_addr = 0;
	write_rsdp(EBDA, 2);
	poke(EBDA + 24, 0, 8);
	poke(EBDA + 16, 0, 4);
	seal_rsdp(EBDA);
	find();
	expect_all_four(test);
	poke(0x40e, EBDA >> 4, 2);
	find();
	expect_boot_cpu_only(test);
	expect_problems(test, ONLY(ACPI_P_RSDT));
	expect_first(test, ACPI_P_RSDT, 0, "there is none");
}

/* A signature alone is not an RSDP: the search goes on behind it. */
static void search_goes_on(struct kunit *test)
{
	bi.rsdp_addr = 0;
	write_rsdp(BIOS + 0x100, 2);
	poke(BIOS + 0x108, 1 + *byte_at(BIOS + 0x108, 1), 1);
	find();
	expect_all_four(test);
	expect_problems(test, ONLY(ACPI_P_RSDP));
	expect_first(test, ACPI_P_RSDP, BIOS + 0x100, "wrong checksum");
}

static void told_wrongly(struct kunit *test)
{
	static const struct {
		phys_addr_t at;
		const char *why;
	} places[] = {
		{ RSDP + 16, "no signature" },
		{ TABLES + sizeof(tables) - 19, "out of readable memory" },
		{ ~0ULL - 10, "out of readable memory" },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
		bi.rsdp_addr = places[i].at;
		find();
		expect_all_four(test);
		expect_problems(test, ONLY(ACPI_P_RSDP));
		expect_first(test, ACPI_P_RSDP, places[i].at, places[i].why);
	}
	KUNIT_EXPECT_EQ(test, wild, 0u);
	memcpy(bi.rsdp, "RSD QTR ", 8);
	bi.rsdp_size = 36;
	bi.rsdp_addr = RSDP;
	find();
	expect_all_four(test);
	expect_problems(test, ONLY(ACPI_P_RSDP));
}

static void nothing_anywhere(struct kunit *test)
{
	memset(bios, 0, sizeof(bios));
	bi.rsdp_addr = 0;
	find();
	expect_boot_cpu_only(test);
	expect_problems(test, ONLY(ACPI_P_NO_RSDP));
	KUNIT_EXPECT_EQ(test, cpus.nr_listed, 0u);
}

static void version_2_refused(struct kunit *test)
{
	static const u32 lengths[] = { 0, 20, 35, 37, ~0U };

	for (unsigned int i = 0; i < ARRAY_SIZE(lengths); i++) {
		poke(RSDP + 20, lengths[i], 4);
		seal_rsdp(RSDP);
		poke(XSDT, 0, 1); /* nobody looks there */
		find();
		expect_all_four(test);
		expect_problems(test, ONLY(ACPI_P_RSDP_EXTENDED));
		expect_first(test, ACPI_P_RSDP_EXTENDED, RSDP, "wrong length");
	}
	poke(RSDP + 20, 36, 4);
	seal_rsdp(RSDP);
	poke(RSDP + 33, 1, 1);
	find();
	expect_all_four(test);
	expect_first(test, ACPI_P_RSDP_EXTENDED, RSDP, "wrong checksum");
}

/* ---- Tables ---- */

/* The ways in which a table is no such table; its checksum is right in all but the one case. */
static const struct ruin {
	const char *why;
	u32 length; /* 0: as it was */
	u8 signature, sum;
} ruins[] = {
	{ "another signature", 0, 'Q', 0 },
	{ "wrong checksum", 0, 0, 1 },
	{ "impossible length", HEADER - 1, 0, 0 },
	{ "impossible length", 1, 0, 0 },
	{ "impossible length", TABLE_MAX + 1, 0, 0 },
	{ "impossible length", ~0U, 0, 0 },
	{ "reaches out of readable memory", TABLE_MAX, 0, 0 },
	{ "reaches out of readable memory", sizeof(tables) + 1, 0, 0 },
};

static void ruin_table(phys_addr_t table, const struct ruin *r)
{
	u32 length;

	memcpy(&length, byte_at(table + 4, 4), 4);
	if (r->signature)
		poke(table, r->signature, 1);
	if (r->length) {
		poke(table + 4, r->length, 4);
		length = min(r->length, length);
	}
	if (length >= 10)
		balance(table, length, table + 9);
	poke(table + 10, r->sum + *byte_at(table + 10, 1), 1);
}

static void ruined_xsdt(struct kunit *test)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(ruins); i++) {
		setup(test);
		ruin_table(XSDT, &ruins[i]);
		find();
		expect_all_four(test);
		expect_problems(test, ONLY(ACPI_P_XSDT));
		expect_first(test, ACPI_P_XSDT, XSDT, ruins[i].why);
		KUNIT_EXPECT_LE(test, most, (size_t)TABLE_MAX);
	}
}

static void ruined_roots(struct kunit *test)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(ruins); i++) {
		setup(test);
		ruin_table(XSDT, &ruins[i]);
		ruin_table(RSDT, &ruins[i]);
		find();
		expect_boot_cpu_only(test);
		expect_problems(test, ONLY(ACPI_P_XSDT, ACPI_P_RSDT));
		expect_first(test, ACPI_P_RSDT, RSDT, ruins[i].why);
	}
}

static void roots_out_of_reach(struct kunit *test)
{
	static const u64 places[] = { 1ULL << 40, ~0ULL - 3, TABLES + sizeof(tables) - 35 };

	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
		poke(RSDP + 24, places[i], 8);
		seal_rsdp(RSDP);
		find();
		expect_all_four(test);
		expect_problems(test, ONLY(ACPI_P_XSDT));
		expect_first(test, ACPI_P_XSDT, places[i], "out of readable memory");
	}
	KUNIT_EXPECT_EQ(test, wild, 0u);
}

/* A pointer to nowhere costs that pointer, an incomplete one at the end nothing. */
static void pointers_to_nowhere(struct kunit *test)
{
	static const u64 places[] = { 0, 1ULL << 40, ~0ULL - 3, TABLES + sizeof(tables) - 35 };

	memcpy(low, "APIC", 4); /* readable, but an address of 0 means that there is none */
	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
		poke(XSDT + 36, places[i], 8);
		seal(XSDT, 52);
		find();
		expect_all_four(test);
		expect_problems(test, ONLY(ACPI_P_TABLE));
		expect_first(test, ACPI_P_TABLE, places[i], "");
	}
	KUNIT_EXPECT_EQ(test, wild, 0u);
	poke(XSDT + 36, FADT, 8);
	seal(XSDT, 51);
	find();
	expect_boot_cpu_only(test);
	expect_problems(test, ONLY(ACPI_P_NO_MADT));
	expect_first(test, ACPI_P_NO_MADT, XSDT, "");
}

static void no_madt(struct kunit *test)
{
	seal(XSDT, 44);
	find();
	expect_boot_cpu_only(test);
	expect_problems(test, ONLY(ACPI_P_NO_MADT));
	seal(XSDT, HEADER);
	find();
	expect_problems(test, ONLY(ACPI_P_NO_MADT));
}

static void ruined_madt(struct kunit *test)
{
	for (unsigned int i = 1; i < ARRAY_SIZE(ruins); i++) {
		setup(test);
		ruin_table(MADT, &ruins[i]);
		find();
		expect_boot_cpu_only(test);
		expect_problems(test, ONLY(ACPI_P_MADT));
		expect_first(test, ACPI_P_MADT, MADT, ruins[i].why);
		KUNIT_EXPECT_EQ(test, cpus.lapic_addr, 0ull);
	}
	for (u32 length = HEADER; length < MADT_HEAD; length++) {
		seal(MADT, length);
		find();
		expect_boot_cpu_only(test);
		expect_problems(test, ONLY(ACPI_P_MADT));
	}
	seal(MADT, MADT_HEAD);
	find();
	expect_problems(test, ONLY(ACPI_P_NO_BOOT_CPU));
}

/* Many MADTs, none of them right: one is looked into. */
static void only_the_first_madt(struct kunit *test)
{
	unsigned int i;

	for (i = 0; HEADER + 8 * (i + 1) <= FADT - XSDT; i++)
		poke(XSDT + HEADER + 8 * i, MADT, 8);
	seal(XSDT, HEADER + 8 * i);
	poke(MADT + 10, 1, 1);
	find();
	expect_boot_cpu_only(test);
	expect_problems(test, ONLY(ACPI_P_MADT));
}

/* A sum of bytes notices each single bit: no list is ever used that has one wrong. */
static void every_bit(struct kunit *test)
{
	static const struct {
		phys_addr_t at;
		u32 size;
		unsigned int nr;
	} covered[] = {
		{ RSDP, 20, 1 },      /* none left to be found */
		{ RSDP + 20, 16, 4 }, /* the RSDT instead */
		{ XSDT, 52, 4 },
		{ MADT, MADT_HEAD + 4 * 8 + 12, 1 },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(covered); i++) {
		for (unsigned int bit = 0; bit < 8 * covered[i].size; bit++) {
			u8 *b = byte_at(covered[i].at + bit / 8, 1);

			*b ^= 1 << bit % 8;
			find();
			*b ^= 1 << bit % 8;
			if (cpus.nr != covered[i].nr)
				KUNIT_FAIL(test, "part %u, bit %u: %u CPUs", i, bit, cpus.nr);
		}
	}
	find();
	expect_all_four(test);
	expect_no_problem(test);
}

/* ---- The list ---- */

static void chain_leads_nowhere(struct kunit *test)
{
	static const u32 before[] = { BOOT_ID, 0 };
	static const u8 lengths[] = { 0, 1, 9, 255 };

	for (unsigned int i = 0; i < ARRAY_SIZE(lengths); i++) {
		write_madt();
		add_lapic(0, 1);
		add_lapic(BOOT_ID, 1);
		add_entry(0, lengths[i], "\0\5\1\0\0", 6);
		find();
		expect_ids(test, before, 2);
		expect_problems(test, ONLY(ACPI_P_CHAIN));
		expect_first(test, ACPI_P_CHAIN, MADT + MADT_HEAD + 16, "");
	}
	write_madt();
	add_lapic(0, 1);
	add_lapic(BOOT_ID, 1);
	seal(MADT, madt_end + 1); /* a type without a length */
	find();
	expect_ids(test, before, 2);
	expect_problems(test, ONLY(ACPI_P_CHAIN));
}

static void entries_too_short(struct kunit *test)
{
	static const u8 rest[16] = { 0, 9, 1, 9, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
	static const u32 ids[] = { BOOT_ID, 1 };

	write_madt();
	add_lapic(BOOT_ID, 1);
	add_entry(0, 7, rest, 5);
	add_entry(5, 11, rest, 9);
	add_entry(9, 15, rest, 13);
	add_entry(0, 2, rest, 0);
	add_entry(77, 2, rest, 0); /* a type of later, which may be of any length */
	add_lapic(1, 1);
	find();
	expect_ids(test, ids, 2);
	expect_problems(test, ONLY(ACPI_P_ENTRY, ACPI_P_ENTRY, ACPI_P_ENTRY, ACPI_P_ENTRY));
	expect_first(test, ACPI_P_ENTRY, MADT + MADT_HEAD + 8, "");
	KUNIT_EXPECT_EQ(test, cpus.lapic_addr, 0xfee00000ull);
}

/* A later version of the tables may have more in an entry. */
static void entries_longer(struct kunit *test)
{
	static const u8 rest[12] = { 0, 9, 1 };
	static const u32 ids[] = { BOOT_ID, 9 };

	write_madt();
	add_entry(0, 14, rest, 12);
	add_lapic(BOOT_ID, 1);
	find();
	expect_ids(test, ids, 2);
	expect_no_problem(test);
}

static void ids_given_twice(struct kunit *test)
{
	static const u32 ids[] = { BOOT_ID, 7, 254 };

	write_madt();
	add_lapic(7, 1);
	add_lapic(BOOT_ID, 1);
	add_lapic(7, 1);
	add_x2apic(7, 1);
	add_x2apic(BOOT_ID, 1);
	add_x2apic(254, 1);
	add_lapic(254, 1);
	find();
	expect_ids(test, ids, 3);
	KUNIT_EXPECT_EQ(test, cpus.problems[ACPI_P_ID_TWICE].count, 4u);
	expect_first(test, ACPI_P_ID_TWICE, 7, "");
	KUNIT_EXPECT_EQ(test, cpus.nr_listed, 3u);
}

static void ids_too_large(struct kunit *test)
{
	static const u32 ids[] = { BOOT_ID, 254 };

	write_madt();
	add_lapic(BOOT_ID, 1);
	add_lapic(255, 1);
	add_x2apic(255, 1);
	add_x2apic(256, 1);
	add_x2apic(0x10001, 1);
	add_x2apic(~0U, 1);
	add_x2apic(254, 1);
	find();
	expect_ids(test, ids, 2);
	KUNIT_EXPECT_EQ(test, cpus.problems[ACPI_P_ID_LARGE].count, 5u);
	expect_first(test, ACPI_P_ID_LARGE, 255, "");
	KUNIT_EXPECT_EQ(test, cpus.nr_listed, 7u);
}

static void disabled_ones(struct kunit *test)
{
	static const u32 ids[] = { BOOT_ID, 3, 5 };

	write_madt();
	add_lapic(0, 0);
	add_lapic(BOOT_ID, 1);
	add_lapic(4, 2);
	add_x2apic(9, 2);
	add_lapic(3, 3);
	add_lapic(5, 0); /* not there … */
	add_lapic(5, 1); /* … and there: only what is there takes an id */
	find();
	expect_ids(test, ids, 3);
	expect_no_problem(test);
	KUNIT_EXPECT_EQ(test, cpus.nr_listed, 3u);
	KUNIT_EXPECT_EQ(test, cpus.nr_disabled, 4u);
	KUNIT_EXPECT_EQ(test, cpus.nr_spare, 2u);
}

/* The boot CPU has its place even if it comes last. */
static void more_than_there_is_room_for(struct kunit *test)
{
	write_madt();
	for (unsigned int i = 0; i < NR_CPUS + 5; i++)
		add_lapic(100 + i, 1);
	add_lapic(BOOT_ID, 1);
	find();
	KUNIT_ASSERT_EQ(test, cpus.nr, (unsigned int)NR_CPUS);
	KUNIT_EXPECT_EQ(test, cpus.apic_id[0], BOOT_ID);
	KUNIT_EXPECT_EQ(test, cpus.apic_id[NR_CPUS - 1], 100u + NR_CPUS - 2);
	KUNIT_EXPECT_EQ(test, cpus.problems[ACPI_P_TOO_MANY].count, 6u);
	expect_first(test, ACPI_P_TOO_MANY, 100 + NR_CPUS - 1, "");
	KUNIT_EXPECT_EQ(test, cpus.nr_listed, NR_CPUS + 6u);
}

static void boot_cpu_not_listed(struct kunit *test)
{
	static const u32 ids[] = { BOOT_ID, 5 };

	write_madt();
	add_lapic(5, 1);
	add_lapic(BOOT_ID, 0);
	find();
	expect_ids(test, ids, 2);
	expect_problems(test, ONLY(ACPI_P_NO_BOOT_CPU));
	KUNIT_EXPECT_EQ(test, cpus.nr_listed, 1u);
}

static void lapic_elsewhere(struct kunit *test)
{
	static const u8 rest[10] = { 0, 0, 0, 0, 0, 0xff, 0x23, 0x01, 0, 0 };

	write_madt();
	add_lapic(BOOT_ID, 1);
	add_entry(5, 12, rest, sizeof(rest));
	find();
	KUNIT_EXPECT_EQ(test, cpus.lapic_addr, 0x123ff000000ull);
}

/* ---- Words ---- */

static void lines(struct kunit *test)
{
	char line[192], small[12];

	for (unsigned int p = 0; p < ACPI_PROBLEMS; p++) {
		memset(&cpus, 0, sizeof(cpus));
		KUNIT_EXPECT_FALSE(test, acpi_problem_describe(&cpus, p, line, sizeof(line)));
		KUNIT_EXPECT_STREQ(test, line, "");
		cpus.problems[p] =
			(struct acpi_problem_count){ ~0U, ~0ULL, "reaches out of readable memory" };
		memset(line, 'x', sizeof(line));
		KUNIT_EXPECT_TRUE(test, acpi_problem_describe(&cpus, p, line, sizeof(line)));
		KUNIT_EXPECT_LT(test, strlen(line), sizeof(line) - 1);
		KUNIT_EXPECT_TRUE(test, acpi_problem_describe(&cpus, p, small, sizeof(small)));
		KUNIT_EXPECT_EQ(test, strlen(small), sizeof(small) - 1);
	}
	setup(test);
	ruin_table(MADT, &ruins[1]);
	find();
	acpi_problem_describe(&cpus, ACPI_P_MADT, line, sizeof(line));
	KUNIT_EXPECT_STREQ(
		test, line,
		"list of CPUs (MADT) refused (wrong checksum) at 0x7fe01ff; only the boot CPU is used");
	ids_too_large(test);
	acpi_problem_describe(&cpus, ACPI_P_ID_LARGE, line, sizeof(line));
	KUNIT_EXPECT_STREQ(test, line,
			   "CPU that only an x2APIC reaches: id 0xff, and 4 more; left out");
}

/* ---- This machine ---- */

static unsigned int allowed(unsigned int nr)
{
	char value[32];
	unsigned int limit;

	if (boot_line_value(boot_info_get()->cmdline, "maxcpus", value, sizeof(value)) < 0 ||
	    kstrtouint(value, 0, &limit))
		return nr;
	return limit < 1 ? 1 : min(limit, nr);
}

/* What bring-up found is a list without holes or doubles, and no CPU got an id that is not on it. */
static void this_machine(struct kunit *test)
{
	const struct acpi_cpus *c = boot_cpus_get();

	KUNIT_ASSERT_GE(test, c->nr, 1u);
	KUNIT_ASSERT_LE(test, c->nr, (unsigned int)NR_CPUS);
	for (unsigned int i = 0; i < c->nr; i++)
		for (unsigned int j = 0; j < i; j++)
			KUNIT_EXPECT_NE(test, c->apic_id[i], c->apic_id[j]);
	KUNIT_EXPECT_LE(test, nr_cpu_ids, allowed(c->nr));
}

static struct kunit_case cases[] = { KUNIT_CASE(whole_list),
				     KUNIT_CASE(filler_is_no_matter),
				     KUNIT_CASE(version_1),
				     KUNIT_CASE(copied_by_the_loader),
				     KUNIT_CASE(searched),
				     KUNIT_CASE(search_order),
				     KUNIT_CASE(search_goes_on),
				     KUNIT_CASE(told_wrongly),
				     KUNIT_CASE(nothing_anywhere),
				     KUNIT_CASE(version_2_refused),
				     KUNIT_CASE(ruined_xsdt),
				     KUNIT_CASE(ruined_roots),
				     KUNIT_CASE(roots_out_of_reach),
				     KUNIT_CASE(pointers_to_nowhere),
				     KUNIT_CASE(no_madt),
				     KUNIT_CASE(ruined_madt),
				     KUNIT_CASE(only_the_first_madt),
				     KUNIT_CASE(every_bit),
				     KUNIT_CASE(chain_leads_nowhere),
				     KUNIT_CASE(entries_too_short),
				     KUNIT_CASE(entries_longer),
				     KUNIT_CASE(ids_given_twice),
				     KUNIT_CASE(ids_too_large),
				     KUNIT_CASE(disabled_ones),
				     KUNIT_CASE(more_than_there_is_room_for),
				     KUNIT_CASE(boot_cpu_not_listed),
				     KUNIT_CASE(lapic_elsewhere),
				     KUNIT_CASE(lines),
				     KUNIT_CASE(this_machine),
				     {} };

static struct kunit_suite suite = { .name = "acpi", .test_cases = cases, .init = setup };
kunit_test_suite(suite);
