// SPDX-License-Identifier: MIT
/*
 * A relocatable file, checked and laid out
 * ========================================
 *
 * 1. What it is for. A module is an ELF file as `ld -r` leaves it: sections, symbols, relocations. It
 *    comes from whoever booted the machine, and may be truncated or wrong anywhere. Before anything is
 *    done with it, all of it is looked at here:
 *
 *	bytes ─ header ─ section table ─ sections ─ symbols ─ relocations ─ tables ─► struct plan
 *	           │          │             │          │           │          │
 *	           └──────────┴─────────────┴──────────┴───────────┴──────────┴─────► an error, and where
 *
 *    The function is pure: it reads the bytes, writes the plan, allocates nothing, prints nothing. So it
 *    is what the fuzzer feeds (tests/fuzz), and what the loader (load.c) does afterwards can fail for
 *    want of memory, of a symbol or of room in 32 bits only.
 *
 * 2. Layout. Sections that are loaded (SHF_ALLOC) go to one of four areas, by what may be done with
 *    them, in the order of the file; each area begins a page. Per-CPU variables are apart. Slots for
 *    addresses (the GOT) follow the read-only data, one for each relocation that wants one: no
 *    instruction is rewritten.
 *
 *	[ text | … ][ rodata | … | GOT ][ ro_after_init ][ data | … | bss ]
 *
 * Invariants of a plan without error
 * I1  Every section's bytes are in the file; so are the tables of sections, symbols, relocations and
 *     names, and every name in them ends there.
 * I2  A symbol of a section that is loaded lies in it or at its end. A relocation lies in its section,
 *     whole, and its symbol is one, which is not in a section that is left out.
 * I3  Sections in an area don't overlap, have their alignment, and end within area_size.
 *
 * Contexts: any. Complexity: O(bytes of the file).
 * Source: System V ABI, AMD64 supplement 1.0.
 */
#include <asm/page.h>
#include <linux/align.h>
#include <linux/alloc_tag.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/percpu.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include "internal.h"

/* ---- reading: the file may lie at any address, so everything is copied ---- */

struct elf_section plan_section(const struct plan *plan, u32 i)
{
	struct elf_section s;

	memcpy(&s, plan->bytes + plan->header.shoff + i * sizeof(s), sizeof(s));
	return s;
}

struct elf_symbol plan_symbol(const struct plan *plan, u32 i)
{
	struct elf_section table = plan_section(plan, plan->symtab);
	struct elf_symbol sym;

	memcpy(&sym, plan->bytes + table.offset + i * sizeof(sym), sizeof(sym));
	return sym;
}

struct elf_rela plan_rela(const struct plan *plan, const struct elf_section *table, u32 i)
{
	struct elf_rela rela;

	memcpy(&rela, plan->bytes + table->offset + i * sizeof(rela), sizeof(rela));
	return rela;
}

static const char *name_at(const struct plan *plan, u32 table, u32 at)
{
	return (const char *)plan->bytes + plan_section(plan, table).offset + at;
}

const char *plan_section_name(const struct plan *plan, u32 i)
{
	return name_at(plan, plan->names, plan_section(plan, i).name);
}

const char *plan_symbol_name(const struct plan *plan, const struct elf_symbol *sym)
{
	return name_at(plan, plan->strtab, sym->name);
}

bool plan_is(const char *section, const char *name)
{
	size_t n = strlen(name);

	return !strncmp(section, name, n) && (!section[n] || section[n] == '.');
}

u32 plan_find(const struct plan *plan, const char *name)
{
	for (u32 i = 1; i < plan->header.shnum; i++) {
		if (!strcmp(plan_section_name(plan, i), name))
			return i;
	}
	return 0;
}

/* ---- refusing ---- */

static int refuse_at(struct plan *plan, enum plan_error error, u32 section, u64 index, u64 value)
{
	plan->error = error;
	plan->section = section;
	plan->index = index;
	plan->value = value;
	return -ENOEXEC;
}

static int refuse(struct plan *plan, enum plan_error error)
{
	return refuse_at(plan, error, 0, 0, 0);
}

static bool in_file(const struct plan *plan, u64 offset, u64 size)
{
	return offset <= plan->size && size <= plan->size - offset;
}

/* ---- the header ---- */

static int check_header(struct plan *plan)
{
	const struct elf_header *h = &plan->header;

	if (plan->size < 4 || memcmp(plan->bytes, ELF_MAGIC, 4))
		return refuse(plan, PLAN_MAGIC);
	if (plan->size < sizeof(*h))
		return refuse(plan, PLAN_TRUNCATED);
	memcpy(&plan->header, plan->bytes, sizeof(*h));
	if (h->ident[4] != ELFCLASS64 || h->ident[5] != ELFDATA2LSB || h->ident[6] != EV_CURRENT)
		return refuse(plan, PLAN_CLASS);
	if (h->machine != EM_X86_64)
		return refuse_at(plan, PLAN_MACHINE, 0, 0, h->machine);
	if (h->type != ET_REL)
		return refuse_at(plan, PLAN_TYPE, 0, 0, h->type);
	if (h->version != EV_CURRENT || h->ehsize != sizeof(*h) ||
	    h->shentsize != sizeof(struct elf_section))
		return refuse(plan, PLAN_HEADER);
	if (!h->shnum || h->shnum > PLAN_SECTIONS || h->shstrndx >= h->shnum)
		return refuse_at(plan, PLAN_SECTION_TABLE, 0, 0, h->shnum);
	if (!in_file(plan, h->shoff, h->shnum * sizeof(struct elf_section)))
		return refuse(plan, PLAN_TRUNCATED);
	plan->names = h->shstrndx;
	return 0;
}

/* ---- sections ---- */

static bool is_string_table(const struct plan *plan, u32 i)
{
	struct elf_section s;

	if (!i || i >= plan->header.shnum)
		return false;
	s = plan_section(plan, i);
	return s.type == SHT_STRTAB && s.size && in_file(plan, s.offset, s.size) &&
	       !plan->bytes[s.offset + s.size - 1];
}

static bool is_loaded(const struct elf_section *s)
{
	return s->flags & SHF_ALLOC;
}

static int check_loaded(struct plan *plan, u32 i, const struct elf_section *s)
{
	if ((s->flags & SHF_WRITE) && (s->flags & SHF_EXECINSTR))
		return refuse_at(plan, PLAN_SECTION_WX, i, 0, 0);
	if (s->flags & (SHF_TLS | SHF_COMPRESSED))
		return refuse_at(plan, PLAN_SECTION_KIND, i, 0, s->flags);
	if (s->align > PAGE_SIZE || (s->align && !is_power_of_2(s->align)))
		return refuse_at(plan, PLAN_ALIGN, i, 0, s->align);
	if (s->size > PLAN_SIZE_MAX)
		return refuse_at(plan, PLAN_TOO_LARGE, i, 0, s->size);
	return 0;
}

static int check_section(struct plan *plan, u32 i)
{
	struct elf_section s = plan_section(plan, i);

	if (s.name >= plan_section(plan, plan->names).size)
		return refuse_at(plan, PLAN_STRINGS, i, 0, s.name);
	if (s.type != SHT_NOBITS && !in_file(plan, s.offset, s.size))
		return refuse_at(plan, PLAN_SECTION, i, s.offset, s.size);
	if (s.type == SHT_SYMTAB_SHNDX)
		return refuse_at(plan, PLAN_SECTION_KIND, i, 0, s.type);
	if (s.type == SHT_SYMTAB) {
		if (plan->symtab || s.entsize != sizeof(struct elf_symbol) || s.size % s.entsize ||
		    s.size / s.entsize > ~0U || !is_string_table(plan, s.link))
			return refuse_at(plan, PLAN_SYMTAB, i, 0, 0);
		plan->symtab = i;
		plan->strtab = s.link;
		plan->nr_symbols = s.size / s.entsize;
	}
	return is_loaded(&s) ? check_loaded(plan, i, &s) : 0;
}

/* ---- layout ---- */

static enum plan_area area_of(const struct elf_section *s, const char *name)
{
	if (!is_loaded(s))
		return AREA_NONE;
	if (!strcmp(name, ".data..percpu"))
		return AREA_PERCPU;
	if (s->flags & SHF_EXECINSTR)
		return AREA_TEXT;
	if (!(s->flags & SHF_WRITE))
		return AREA_RODATA;
	return plan_is(name, ".data..ro_after_init") ? AREA_RO_AFTER_INIT : AREA_DATA;
}

/* `size` more bytes of an area, aligned; false: too much. */
static bool area_take(struct plan *plan, enum plan_area area, u64 size, u64 align, u32 *offset)
{
	u64 at = ALIGN(plan->area_size[area], align ? align : 1);

	*offset = at;
	if (at + size > PLAN_SIZE_MAX)
		return false;
	plan->area_size[area] = at + size;
	return true;
}

static int place_section(struct plan *plan, u32 i)
{
	struct elf_section s = plan_section(plan, i);
	struct plan_place *place = &plan->place[i];
	const char *name = plan_section_name(plan, i);

	place->area = area_of(&s, name);
	place->offset = 0;
	if (place->area == AREA_PERCPU) {
		if (s.size > PCPU_MIN_UNIT_SIZE)
			return refuse_at(plan, PLAN_TOO_LARGE, i, 0, s.size);
		if (plan->percpu)
			return refuse_at(plan, PLAN_SECTION_KIND, i, 0, 0);
		plan->percpu = i;
	}
	if (place->area < NR_AREAS &&
	    !area_take(plan, place->area, s.size, s.align, &place->offset))
		return refuse_at(plan, PLAN_TOO_LARGE, i, 0, s.size);
	return 0;
}

size_t plan_total(const struct plan *plan)
{
	size_t total = 0;

	for (unsigned int a = 0; a < NR_AREAS; a++)
		total += ALIGN(plan->area_size[a], PAGE_SIZE);
	return total;
}

/* ---- symbols ---- */

static int check_symbol(struct plan *plan, u32 i)
{
	struct elf_symbol sym = plan_symbol(plan, i);
	struct elf_section s;

	if (sym.name >= plan_section(plan, plan->strtab).size)
		return refuse_at(plan, PLAN_STRINGS, plan->symtab, i, sym.name);
	if (sym.section == SHN_COMMON)
		return refuse_at(plan, PLAN_COMMON, plan->symtab, i, 0);
	if (elf_type(&sym) == STT_GNU_IFUNC || elf_bind(&sym) > STB_WEAK)
		return refuse_at(plan, PLAN_SYMBOL, plan->symtab, i, sym.info);
	if (sym.section == SHN_UNDEF || sym.section == SHN_ABS)
		return 0;
	if (sym.section >= plan->header.shnum)
		return refuse_at(plan, PLAN_SYMBOL, plan->symtab, i, sym.section);
	s = plan_section(plan, sym.section);
	if (is_loaded(&s) && (sym.value > s.size || sym.size > s.size - sym.value))
		return refuse_at(plan, PLAN_SYMBOL, plan->symtab, i, sym.value);
	return 0;
}

/* ---- relocations ---- */

unsigned int reloc_width(u32 type)
{
	switch (type) {
	case R_X86_64_64:
	case R_X86_64_PC64:
		return 8;
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
	case R_X86_64_32:
	case R_X86_64_32S:
	case R_X86_64_TPOFF32:
	case R_X86_64_GOTTPOFF:
	case R_X86_64_GOTPCREL:
	case R_X86_64_GOTPCRELX:
	case R_X86_64_REX_GOTPCRELX:
		return 4;
	case R_X86_64_16:
	case R_X86_64_PC16:
		return 2;
	case R_X86_64_8:
	case R_X86_64_PC8:
		return 1;
	default:
		return 0;
	}
}

bool reloc_needs_slot(u32 type)
{
	return type == R_X86_64_GOTPCREL || type == R_X86_64_GOTPCRELX ||
	       type == R_X86_64_REX_GOTPCRELX || type == R_X86_64_GOTTPOFF;
}

static int check_rela(struct plan *plan, u32 table, const struct elf_section *target, u32 n,
		      const struct elf_rela *rela)
{
	unsigned int width = reloc_width(rela_type(rela));
	struct elf_symbol sym;

	if (rela_type(rela) == R_X86_64_NONE)
		return 0;
	if (!width)
		return refuse_at(plan, PLAN_RELOC_TYPE, table, n, rela_type(rela));
	if (rela_sym(rela) >= plan->nr_symbols)
		return refuse_at(plan, PLAN_RELOC_SYMBOL, table, n, rela_sym(rela));
	if (rela->offset > target->size || width > target->size - rela->offset)
		return refuse_at(plan, PLAN_RELOC_OFFSET, table, n, rela->offset);
	sym = plan_symbol(plan, rela_sym(rela));
	if (sym.section != SHN_UNDEF && sym.section != SHN_ABS &&
	    plan->place[sym.section].area == AREA_NONE)
		return refuse_at(plan, PLAN_RELOC_TARGET, table, n, sym.section);
	plan->nr_got += reloc_needs_slot(rela_type(rela));
	return 0;
}

static int check_rela_table(struct plan *plan, u32 i, const struct elf_section *s)
{
	struct elf_section target;
	u64 n;

	if (!s->info || s->info >= plan->header.shnum)
		return refuse_at(plan, PLAN_RELOC_TABLE, i, 0, s->info);
	target = plan_section(plan, s->info);
	if (!is_loaded(&target))
		return 0;
	n = s->size / sizeof(struct elf_rela);
	if (s->type == SHT_REL || s->entsize != sizeof(struct elf_rela) || s->size % s->entsize ||
	    !plan->symtab || s->link != plan->symtab || target.type == SHT_NOBITS || n > ~0U)
		return refuse_at(plan, PLAN_RELOC_TABLE, i, 0, s->info);
	for (u32 r = 0; r < n; r++) {
		struct elf_rela rela = plan_rela(plan, s, r);
		int err = check_rela(plan, i, &target, r, &rela);

		if (err)
			return err;
	}
	return 0;
}

/* ---- what a module must and may have ---- */

const char *plan_info(const struct plan *plan, const char *tag, unsigned int n)
{
	struct elf_section s;
	size_t len = strlen(tag);

	if (!plan->modinfo)
		return NULL;
	s = plan_section(plan, plan->modinfo);
	for (size_t at = 0; at < s.size;) {
		const char *text = (const char *)plan->bytes + s.offset + at;

		if (!strncmp(text, tag, len) && text[len] == '=' && !n--)
			return text + len + 1;
		at += strlen(text) + 1;
	}
	return NULL;
}

static int check_info(struct plan *plan)
{
	const char *licence;
	struct elf_section s;

	plan->modinfo = plan_find(plan, ".modinfo");
	if (plan->modinfo) {
		s = plan_section(plan, plan->modinfo);
		if (s.type == SHT_NOBITS || !s.size || plan->bytes[s.offset + s.size - 1])
			return refuse_at(plan, PLAN_TABLE, plan->modinfo, 0, s.size);
	}
	licence = plan_info(plan, "license", 0);
	return licence && *licence ? 0 : refuse(plan, PLAN_NO_LICENCE);
}

/* Arrays that are gone through: a whole number of elements, at an address that is theirs. */
static int check_tables(struct plan *plan)
{
	static const struct {
		const char *name;
		u32 size;
		bool written; /* by the kernel, while the module runs */
	} tables[] = {
		{ ".init_array", 8 },
		{ ".fini_array", 8 },
		{ ".ctors", 8 },
		{ ".dtors", 8 },
		{ "__param", sizeof(struct kernel_param) },
		{ "__ksymtab", sizeof(struct kernel_symbol) },
		{ "alloc_tags", sizeof(struct alloc_tag), true },
		{ ".kunit_test_suites", 8 },
	};

	for (u32 i = 1; i < plan->header.shnum; i++) {
		struct elf_section s = plan_section(plan, i);

		for (unsigned int t = 0; is_loaded(&s) && t < ARRAY_SIZE(tables); t++) {
			if (!plan_is(plan_section_name(plan, i), tables[t].name))
				continue;
			if (s.type == SHT_NOBITS || s.size % tables[t].size ||
			    plan->place[i].offset % 8 || plan->place[i].area >= NR_AREAS ||
			    (tables[t].written && plan->place[i].area != AREA_DATA))
				return refuse_at(plan, PLAN_TABLE, i, 0, s.size);
			if (!strcmp(tables[t].name, ".kunit_test_suites"))
				plan->nr_suites += s.size / 8;
		}
	}
	return 0;
}

static int for_each_section(struct plan *plan, int (*check)(struct plan *plan, u32 i))
{
	int err = 0;

	for (u32 i = 1; i < plan->header.shnum && !err; i++)
		err = check(plan, i);
	return err;
}

static int check_relocations(struct plan *plan, u32 i)
{
	struct elf_section s = plan_section(plan, i);

	return s.type == SHT_RELA || s.type == SHT_REL ? check_rela_table(plan, i, &s) : 0;
}

static int check_symbols(struct plan *plan)
{
	int err = 0;

	for (u32 i = 0; i < plan->nr_symbols && !err; i++) /* the first means none, if it is as it should be */
		err = check_symbol(plan, i);
	return err;
}

static int take_got(struct plan *plan)
{
	if (!area_take(plan, AREA_RODATA, plan->nr_got * 8UL, 8, &plan->got_offset))
		return refuse(plan, PLAN_TOO_LARGE);
	return 0;
}

/**
 * plan_make - check a relocatable file, and say where everything goes
 * @plan: gets the result
 * @bytes: the file; it must stay as long as the plan is used
 * @size: of it
 *
 * Return: 0, or -ENOEXEC, and plan_describe() says why.
 */
int plan_make(struct plan *plan, const void *bytes, size_t size)
{
	int err;

	memset(plan, 0, sizeof(*plan));
	plan->bytes = bytes;
	plan->size = size;
	err = check_header(plan);
	if (!err && !is_string_table(plan, plan->names))
		err = refuse_at(plan, PLAN_STRINGS, 0, 0, plan->names);
	if (!err)
		err = for_each_section(plan, check_section);
	if (!err)
		err = for_each_section(plan, place_section);
	if (!err)
		err = check_symbols(plan);
	if (!err)
		err = for_each_section(plan, check_relocations);
	if (!err)
		err = take_got(plan);
	if (!err)
		err = check_tables(plan);
	if (!err)
		err = check_info(plan);
	return err;
}

/* ---- in words ---- */

/* %s: the section's name; numbers: index, value. */
static const char *const error_text[PLAN_ERRORS] = {
	[PLAN_TRUNCATED] = "it is truncated: its tables reach beyond the end of the file",
	[PLAN_MAGIC] = "it is no ELF file",
	[PLAN_CLASS] = "it is not a 64-bit little-endian ELF file of version 1",
	[PLAN_TYPE] = "it is not relocatable (ELF type %2$llu): link it with ld -r",
	[PLAN_MACHINE] = "it is for another machine (ELF machine %2$llu, x86-64 is 62)",
	[PLAN_HEADER] = "its ELF header names sizes that no version has",
	[PLAN_SECTION_TABLE] = "its section table is impossible (%2$llu sections)",
	[PLAN_SECTION] = "its bytes (%2$llu from %1$llu on) are not all in the file",
	[PLAN_SECTION_WX] = "it is writable and executable",
	[PLAN_SECTION_KIND] = "a section of this kind can't be loaded",
	[PLAN_ALIGN] = "an alignment of %2$llu can't be had",
	[PLAN_TOO_LARGE] = "it is too large",
	[PLAN_STRINGS] = "a name lies outside the table of names",
	[PLAN_SYMTAB] = "there are two symbol tables, or one that is malformed",
	[PLAN_SYMBOL] = "symbol %1$llu is malformed",
	[PLAN_COMMON] = "symbol %1$llu is a common one: compile with -fno-common",
	[PLAN_RELOC_TABLE] = "the table of relocations is malformed",
	[PLAN_RELOC_TYPE] = "relocation %1$llu is of type %2$llu, which nothing here makes",
	[PLAN_RELOC_SYMBOL] = "relocation %1$llu is against symbol %2$llu, which there is not",
	[PLAN_RELOC_OFFSET] = "relocation %1$llu is outside its section",
	[PLAN_RELOC_TARGET] = "relocation %1$llu leads to a section that is not loaded",
	[PLAN_TABLE] = "the table is malformed",
	[PLAN_NO_LICENCE] = "it has no MODULE_LICENSE() line",
};

/* What printf would do with %1$llu and %2$llu. */
static size_t fill_in(char *buf, size_t size, const char *text, const struct plan *plan)
{
	size_t n = 0;

	while (*text && n + 1 < size) {
		if (!strncmp(text, "%1$llu", 6) || !strncmp(text, "%2$llu", 6)) {
			n += scnprintf(buf + n, size - n, "%llu",
				       text[1] == '1' ? plan->index : plan->value);
			text += 6;
		} else {
			buf[n++] = *text++;
		}
	}
	buf[n] = '\0';
	return n;
}

/**
 * plan_describe - what plan_make() found wrong
 * @plan: its result
 * @buf: gets one line, or nothing if there is nothing wrong
 * @size: of @buf
 */
void plan_describe(const struct plan *plan, char *buf, size_t size)
{
	size_t n = 0;

	buf[0] = '\0';
	if (plan->error == PLAN_OK || plan->error >= PLAN_ERRORS)
		return;
	if (plan->section)
		n = scnprintf(buf, size, "section %u", plan->section);
	if (plan->section && plan->error != PLAN_STRINGS &&
	    plan_section(plan, plan->section).name < plan_section(plan, plan->names).size)
		n += scnprintf(buf + n, size - n, " '%s'", plan_section_name(plan, plan->section));
	if (plan->section)
		n += scnprintf(buf + n, size - n, ": ");
	fill_in(buf + n, size - n, error_text[plan->error], plan);
}
