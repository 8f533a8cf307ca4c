// SPDX-License-Identifier: MIT
/*
 * ACPI: from the firmware's tables to the list of CPUs.
 *
 * Four structures, each with a checksum, lead to it:
 *
 *	RSDP --> XSDT (64-bit addresses) or RSDT (32-bit ones) --> table, table, MADT, table …
 *	                                                                          |
 *	                 {CPU, id, enabled} {I/O APIC} {CPU, id, enabled} … <-----+
 *
 * The RSDP comes from the loader: its bytes (multiboot2) or its address (PVH). Where the loader says
 * nothing, or what it says is no RSDP, it is searched as on any PC: in the first KiB of the extended
 * BIOS data area, then in the BIOS's 128 KiB below 1 MiB, every 16 bytes.
 *
 * Firmware writes these tables and firmware errs, so nothing is believed that was not checked:
 * signature, length and checksum of each structure before anything in it is used, each entry's
 * length before the entry is. What is wrong costs no more than it must:
 *
 *	RSDP					the next one found
 *	RSDP, version 2's part; XSDT		the RSDT
 *	RSDT, MADT, or there is none		only the boot CPU
 *	an entry's length in the MADT		the CPUs before it
 *	a CPU's id				that CPU
 *
 * Tables may lie anywhere, reserved memory included, and are read where they are: the caller runs
 * this before memory is given to anybody, and while the reader reaches all of it.
 *
 * Invariants: I1 memory is read only through the reader, and only the n bytes just asked for; what
 * is behind an entry is never taken for a part of it. I2 an address never wraps (phys_map()). I3
 * lengths that lie cost at most TABLE_MAX bytes read twice for each of the three tables, and as many
 * headers as fit into TABLE_MAX bytes of pointers: only the first MADT is looked into. I4 the list
 * has the boot CPU first, no id twice, and no more than NR_CPUS of them, whatever was read.
 *
 * Context: any; pure but for the reader. Cost: O(bytes told). Source: ACPI Specification 6.5, 5.2.
 */
#include <linux/types.h>
#include <linux/kernel.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <boot/acpi.h>
#include "acpi.h"

/* A list of 1000 CPUs takes 16 KiB, a root table a few hundred bytes. */
#define TABLE_MAX (1U << 20)

#define EBDA_SEGMENT 0x40eU /* a word: the EBDA's address / 16 */
#define EBDA_SEARCH  1024U
#define BIOS_START   0xe0000U
#define BIOS_END     0x100000U

struct walk {
	const struct phys_reader *r;
	struct acpi_cpus *cpus;
	u32 boot_id;
	bool boot_listed;
	u8 seen[DIV_ROUND_UP(ACPI_MAX_APIC_ID, 8)]; /* ids, but for the boot CPU's */
};

/* "WHAT (why) WHERE 0x…, and N more; FOLLOWS" */
static const struct {
	const char *what, *where, *follows;
} problem_text[ACPI_PROBLEMS] = {
	[ACPI_P_RSDP] = { "RSDP refused", "at", "another one is searched for" },
	[ACPI_P_RSDP_EXTENDED] = { "version 2 of the RSDP refused", "at", "the RSDT is used" },
	[ACPI_P_NO_RSDP] = { "no RSDP found", "below", "only the boot CPU is used" },
	[ACPI_P_XSDT] = { "XSDT refused", "at", "the RSDT is used" },
	[ACPI_P_RSDT] = { "RSDT refused", "at", "only the boot CPU is used" },
	[ACPI_P_TABLE] = { "table that can't be read", "at", "ignored" },
	[ACPI_P_NO_MADT] = { "no list of CPUs (MADT) among the tables", "of the root table at",
			     "only the boot CPU is used" },
	[ACPI_P_MADT] = { "list of CPUs (MADT) refused", "at", "only the boot CPU is used" },
	[ACPI_P_CHAIN] = { "entry in the list of CPUs (MADT) with a length that leads nowhere",
			   "at", "only the CPUs before it are used" },
	[ACPI_P_ENTRY] = { "entry in the list of CPUs (MADT) too short for its type", "at",
			   "ignored" },
	[ACPI_P_ID_TWICE] = { "CPU listed twice:", "id", "used once" },
	[ACPI_P_ID_LARGE] = { "CPU that only an x2APIC reaches:", "id", "left out" },
	[ACPI_P_TOO_MANY] = { "CPU beyond those that there is room for:", "id", "left out" },
	[ACPI_P_NO_BOOT_CPU] = { "the boot CPU is not in the list of CPUs (MADT):", "id",
				 "used all the same" },
};

static void problem(struct walk *w, enum acpi_problem p, u64 where, const char *why)
{
	struct acpi_problem_count *c = &w->cpus->problems[p];

	if (!c->count) {
		c->first = where;
		c->why = why;
	}
	if (c->count != ~0U)
		c->count++;
}

static u8 byte_sum(const void *p, size_t n)
{
	const u8 *b = p;
	u8 sum = 0;

	while (n--)
		sum += *b++;
	return sum;
}

/* ---- RSDP ---- */

/* Take the RSDP whose first `n` bytes are at `bytes`: what its checksums don't cover becomes 0. */
static bool take_rsdp(struct walk *w, const void *bytes, size_t n, u64 where, struct acpi_rsdp *out)
{
	const size_t behind = sizeof(*out) - ACPI_RSDP_V1;
	const char *why = NULL;

	memset(out, 0, sizeof(*out));
	if (n < ACPI_RSDP_V1)
		why = "too short";
	else if (memcmp(bytes, ACPI_RSDP_SIGNATURE, sizeof(out->signature)))
		why = "no signature";
	else if (byte_sum(bytes, ACPI_RSDP_V1))
		why = "wrong checksum";
	if (why) {
		problem(w, ACPI_P_RSDP, where, why);
		return false;
	}
	memcpy(out, bytes, min(n, sizeof(*out)));
	if (out->revision >= 2 && n >= sizeof(*out)) {
		if (out->length != sizeof(*out))
			why = "wrong length";
		else if (byte_sum(bytes, sizeof(*out)))
			why = "wrong checksum";
		if (why)
			problem(w, ACPI_P_RSDP_EXTENDED, where, why);
	}
	if (out->revision < 2 || why)
		memset((u8 *)out + ACPI_RSDP_V1, 0, behind);
	return true;
}

/* The RSDP at `p`, in full if that can be read. */
static bool rsdp_at(struct walk *w, phys_addr_t p, struct acpi_rsdp *out)
{
	size_t n = sizeof(*out);
	const void *bytes = phys_map(w->r, p, n);

	if (!bytes) {
		n = ACPI_RSDP_V1;
		bytes = phys_map(w->r, p, n);
	}
	if (bytes)
		return take_rsdp(w, bytes, n, p, out);
	problem(w, ACPI_P_RSDP, p, "out of readable memory");
	return false;
}

static bool search_rsdp(struct walk *w, phys_addr_t start, phys_addr_t end, struct acpi_rsdp *out)
{
	const size_t n = sizeof(out->signature);

	for (phys_addr_t p = start; p < end; p += 16) {
		const void *bytes = phys_map(w->r, p, n);

		if (bytes && !memcmp(bytes, ACPI_RSDP_SIGNATURE, n) && rsdp_at(w, p, out))
			return true;
	}
	return false;
}

static bool find_rsdp(struct walk *w, const struct boot_info *bi, struct acpi_rsdp *out)
{
	const void *word = phys_map(w->r, EBDA_SEGMENT, sizeof(u16));
	u16 segment = 0;

	if (word)
		memcpy(&segment, word, sizeof(segment));
	if (bi->rsdp_size &&
	    take_rsdp(w, bi->rsdp, min(bi->rsdp_size, sizeof(bi->rsdp)), bi->info_start, out))
		return true;
	if (bi->rsdp_addr && rsdp_at(w, bi->rsdp_addr, out))
		return true;
	if (segment && search_rsdp(w, (phys_addr_t)segment << 4,
				   ((phys_addr_t)segment << 4) + EBDA_SEARCH, out))
		return true;
	if (search_rsdp(w, BIOS_START, BIOS_END, out))
		return true;
	problem(w, ACPI_P_NO_RSDP, BIOS_END, NULL);
	return false;
}

/* ---- Tables ---- */

/* Why the table at `p` can't be used as the one of that signature; NULL: it can, *length bytes. */
static const char *table_refused(struct walk *w, phys_addr_t p, const char *signature, u32 *length)
{
	struct acpi_header h;
	const void *bytes = phys_map(w->r, p, sizeof(h));

	if (!bytes)
		return "out of readable memory";
	memcpy(&h, bytes, sizeof(h));
	if (memcmp(h.signature, signature, sizeof(h.signature)))
		return "another signature";
	if (h.length < sizeof(h) || h.length > TABLE_MAX)
		return "impossible length";
	bytes = phys_map(w->r, p, h.length);
	if (!bytes)
		return "reaches out of readable memory";
	if (byte_sum(bytes, h.length))
		return "wrong checksum";
	*length = h.length;
	return NULL;
}

struct root {
	phys_addr_t at;
	u32 length;
	unsigned int size; /* of a pointer */
};

static bool find_root(struct walk *w, const struct acpi_rsdp *rsdp, struct root *root)
{
	const char *why;

	if (rsdp->xsdt) {
		*root = (struct root){ .at = rsdp->xsdt, .size = sizeof(u64) };
		why = table_refused(w, root->at, "XSDT", &root->length);
		if (!why)
			return true;
		problem(w, ACPI_P_XSDT, root->at, why);
	}
	*root = (struct root){ .at = rsdp->rsdt, .size = sizeof(u32) };
	why = root->at ? table_refused(w, root->at, "RSDT", &root->length) : "there is none";
	if (why)
		problem(w, ACPI_P_RSDT, root->at, why);
	return !why;
}

/* Where the first MADT stands that the root table has a pointer to; 0: it has none. */
static phys_addr_t find_madt(struct walk *w, const struct root *root)
{
	u32 pos = sizeof(struct acpi_header);

	for (; root->length - pos >= root->size; pos += root->size) {
		const void *bytes = phys_map(w->r, root->at + pos, root->size);
		u64 at = 0;

		if (bytes)
			memcpy(&at, bytes, root->size);
		bytes = at ? phys_map(w->r, at, sizeof(struct acpi_header)) : NULL;
		if (!bytes)
			problem(w, ACPI_P_TABLE, at, NULL);
		else if (!memcmp(bytes, "APIC", 4))
			return at;
	}
	problem(w, ACPI_P_NO_MADT, root->at, NULL);
	return 0;
}

/* ---- The list of CPUs ---- */

static bool first_time(struct walk *w, u32 id)
{
	u8 bit = 1 << id % 8, *byte = &w->seen[id / 8];
	bool first = !(*byte & bit);

	*byte |= bit;
	return first;
}

static void add_cpu(struct walk *w, u32 id)
{
	struct acpi_cpus *c = w->cpus;

	if (id == w->boot_id ? w->boot_listed : id < ACPI_MAX_APIC_ID && !first_time(w, id)) {
		problem(w, ACPI_P_ID_TWICE, id, NULL);
		return;
	}
	c->nr_listed++;
	if (id == w->boot_id)
		w->boot_listed = true;
	else if (id >= ACPI_MAX_APIC_ID)
		problem(w, ACPI_P_ID_LARGE, id, NULL);
	else if (c->nr == NR_CPUS)
		problem(w, ACPI_P_TOO_MANY, id, NULL);
	else
		c->apic_id[c->nr++] = id;
}

static void take_cpu(struct walk *w, u32 id, u32 flags)
{
	if (flags & MADT_ENABLED) {
		add_cpu(w, id);
		return;
	}
	w->cpus->nr_disabled++;
	if (flags & MADT_ONLINE_CAPABLE)
		w->cpus->nr_spare++;
}

static void entry_lapic(struct walk *w, const u8 *p)
{
	struct madt_lapic e;

	memcpy(&e, p, sizeof(e));
	take_cpu(w, e.apic_id, e.flags);
}

static void entry_lapic_addr(struct walk *w, const u8 *p)
{
	struct madt_lapic_addr e;

	memcpy(&e, p, sizeof(e));
	w->cpus->lapic_addr = e.addr;
}

static void entry_x2apic(struct walk *w, const u8 *p)
{
	struct madt_x2apic e;

	memcpy(&e, p, sizeof(e));
	take_cpu(w, e.apic_id, e.flags);
}

static const struct madt_kind {
	u8 type, min;
	void (*take)(struct walk *w, const u8 *entry);
} madt_kinds[] = {
	{ MADT_LAPIC, sizeof(struct madt_lapic), entry_lapic },
	{ MADT_LAPIC_ADDR, sizeof(struct madt_lapic_addr), entry_lapic_addr },
	{ MADT_X2APIC, sizeof(struct madt_x2apic), entry_x2apic },
};

static void take_entry(struct walk *w, const u8 *p, size_t n, u64 where)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(madt_kinds); i++) {
		if (madt_kinds[i].type != p[0])
			continue;
		if (n < madt_kinds[i].min)
			problem(w, ACPI_P_ENTRY, where, NULL);
		else
			madt_kinds[i].take(w, p);
	}
}

/* The MADT's bytes [0, length), which stand at `at`. */
static void walk_madt(struct walk *w, const u8 *table, u32 length, phys_addr_t at)
{
	u32 pos = sizeof(struct acpi_header) + sizeof(struct acpi_madt);
	struct acpi_madt m;

	memcpy(&m, table + sizeof(struct acpi_header), sizeof(m));
	w->cpus->lapic_addr = m.lapic_addr;
	while (pos < length) {
		u32 left = length - pos, n = left < 2 ? 0 : table[pos + 1];

		if (n < 2 || n > left) {
			problem(w, ACPI_P_CHAIN, at + pos, NULL);
			break;
		}
		take_entry(w, table + pos, n, at + pos);
		pos += n;
	}
	if (!w->boot_listed)
		problem(w, ACPI_P_NO_BOOT_CPU, w->boot_id, NULL);
}

static void read_madt(struct walk *w, phys_addr_t at)
{
	u32 length = 0;
	const char *why = table_refused(w, at, "APIC", &length);
	const void *table = NULL;

	if (!why && length < sizeof(struct acpi_header) + sizeof(struct acpi_madt))
		why = "impossible length";
	if (!why)
		table = phys_map(w->r, at, length);
	if (!table)
		problem(w, ACPI_P_MADT, at, why ? why : "out of readable memory");
	else
		walk_madt(w, table, length, at);
}

/**
 * acpi_find_cpus - which CPUs the machine has
 * @r: how physical memory is read; must reach low memory, where an RSDP may have to be searched
 * @bi: the loader's word on the RSDP
 * @boot_id: the id of the local APIC of the CPU that runs
 * @out: the result, overwritten; the boot CPU alone if the tables can't be used
 *
 * Context: any; allocates and prints nothing.
 */
void acpi_find_cpus(const struct phys_reader *r, const struct boot_info *bi, u32 boot_id,
		    struct acpi_cpus *out)
{
	struct walk w = { .r = r, .cpus = out, .boot_id = boot_id };
	struct acpi_rsdp rsdp;
	struct root root;
	phys_addr_t madt;

	memset(out, 0, sizeof(*out));
	out->nr = 1;
	out->apic_id[0] = boot_id;
	if (!find_rsdp(&w, bi, &rsdp) || !find_root(&w, &rsdp, &root))
		return;
	madt = find_madt(&w, &root);
	if (madt)
		read_madt(&w, madt);
}

bool acpi_problem_describe(const struct acpi_cpus *cpus, enum acpi_problem p, char *buf,
			   size_t size)
{
	const struct acpi_problem_count *c = &cpus->problems[p];
	char why[48] = "", more[32] = "";

	if (size)
		buf[0] = '\0';
	if (!c->count)
		return false;
	if (c->why)
		snprintf(why, sizeof(why), " (%s)", c->why);
	if (c->count > 1)
		snprintf(more, sizeof(more), ", and %u more", c->count - 1);
	snprintf(buf, size, "%s%s %s 0x%llx%s; %s", problem_text[p].what, why,
		 problem_text[p].where, c->first, more, problem_text[p].follows);
	return true;
}
