// SPDX-License-Identifier: MIT
/*
 * A plan becomes a module in memory
 * =================================
 *
 *	memory ─ sections copied ─ symbols found ─ relocations ─ parameters ─ rights ─► struct loaded
 *	   │                            │               │             │          │
 *	   └────────────────────────────┴───────────────┴─────────────┴──────────┴────► a line; all undone
 *
 * 1. The plan (plan.c) has been checked, so what can fail here is what depends on the kernel: memory, a
 *    symbol that is not exported, a name that is exported already, a distance that 32 bits don't
 *    hold, a parameter that refuses its text. Symbols that lack are named all.
 *
 * 2. Memory is execmem_alloc()'s, zeroed and writable; text becomes read-only and executable, read-only
 *    data read-only, when all is written; what is read-only after init waits for module_shut().
 *    Per-CPU variables are alloc_percpu()'s: relocated in CPU 0's copy, then copied to the others'.
 *
 * 3. Only symbols of EXPORT_SYMBOL() are found, the kernel's and those of modules that are live
 *    (depend.c). Weak ones that lack are 0.
 *
 * Invariants
 * I1  A slot of loaded_modules[] with `used` set has a plan, a name and memory that are whole and mapped:
 *     `used` is set last and cleared before they go.
 * I2  No page is writable and executable at any time.
 *
 * Locks: none; one thread loads modules. Contexts: may sleep.
 * Complexity: O(bytes + (symbols + relocations) × exported symbols).
 */
#include <asm/barrier.h>
#include <linux/alloc_tag.h>
#include <linux/cpumask.h>
#include <linux/execmem.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/set_memory.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "internal.h"

#define LINE 200

struct loaded loaded_modules[LOADED_MAX];

/* ---- where things are ---- */

static char *area_start(const struct loaded *m, unsigned int area)
{
	char *at = m->base;

	for (unsigned int a = 0; a < area; a++)
		at += PAGE_ALIGN(m->plan->area_size[a]);
	return at;
}

void *module_section(const struct loaded *m, u32 i)
{
	const struct plan_place *place = &m->plan->place[i];

	if (place->area == AREA_PERCPU)
		return m->percpu;
	return place->area == AREA_NONE ? NULL : area_start(m, place->area) + place->offset;
}

bool module_holds(const struct loaded *m, unsigned long addr)
{
	return addr - (unsigned long)m->base < plan_total(m->plan);
}

static bool in_text(const struct loaded *m, const void *p)
{
	return (unsigned long)p - (unsigned long)m->base < m->plan->area_size[AREA_TEXT];
}

/* ---- memory ---- */

static void copy_sections(struct loaded *m)
{
	for (u32 i = 1; i < m->plan->header.shnum; i++) {
		struct elf_section s = plan_section(m->plan, i);
		void *to = module_section(m, i);

		if (to && s.type != SHT_NOBITS)
			memcpy(to, m->plan->bytes + s.offset, s.size);
	}
}

static int get_memory(struct loaded *m)
{
	struct elf_section percpu = plan_section(m->plan, m->plan->percpu);

	m->base = execmem_alloc(EXECMEM_MODULE_TEXT, plan_total(m->plan));
	if (m->plan->percpu && percpu.size) {
		m->percpu = __alloc_percpu(percpu.size, max_t(size_t, percpu.align, 8));
		if (!m->percpu)
			goto none;
	}
	if (m->base)
		return 0;
none:
	pr_err("module %s: refused: no memory for its %zu bytes\n", m->name, plan_total(m->plan));
	return -ENOMEM;
}

static void copy_percpu(struct loaded *m)
{
	unsigned int cpu;

	if (!m->percpu)
		return;
	for_each_possible_cpu(cpu) {
		if (cpu)
			memcpy(per_cpu_ptr(m->percpu, cpu), m->percpu,
			       plan_section(m->plan, m->plan->percpu).size);
	}
}

/* ---- symbols ---- */

/* Names, several in a line. */
struct names {
	const char *module, *what;
	char line[LINE];
	size_t used;
	unsigned int count;
};

static void names_flush(struct names *n)
{
	if (n->used)
		pr_err("module %s: refused: %s: %s\n", n->module, n->what, n->line);
	n->used = 0;
}

static void names_add(struct names *n, const char *name)
{
	if (n->used + strlen(name) + 3 > sizeof(n->line))
		names_flush(n);
	n->used += scnprintf(n->line + n->used, sizeof(n->line) - n->used, "%s%s",
			     n->used ? ", " : "", name);
	n->count++;
}

/* Finds what it wants, and notes whose it is. */
static void check_wanted(struct loaded *m, const char *name, struct names *lacking)
{
	struct loaded *from;
	const void *value;

	if (!exported_symbol_find(name, &value, &from))
		names_add(lacking, name);
	else if (from)
		m->uses |= 1U << module_slot(from);
}

/* The kernel's clashes in one line, those with modules in a line each. */
static void check_exported(const struct loaded *m, const char *name, struct names *clashing)
{
	struct loaded *from;
	const void *value;

	if (!exported_symbol_find(name, &value, &from))
		return;
	if (from) {
		pr_err("module %s: refused: exports what module %s exports already: %s\n", m->name,
		       from->name, name);
		clashing->count++;
	} else {
		names_add(clashing, name);
	}
}

/* All symbols that nobody has, and those that somebody has, too. */
static int check_names(struct loaded *m)
{
	struct names lacking = { .module = m->name, .what = "unresolved symbols" };
	struct names clashing = { .module = m->name,
				  .what = "exports what the kernel exports already" };

	for (u32 i = 1; i < m->plan->nr_symbols; i++) {
		const char *wanted = symbol_wanted(m->plan, i);
		const char *exported = symbol_exported(m->plan, i);

		if (wanted)
			check_wanted(m, wanted, &lacking);
		if (exported)
			check_exported(m, exported, &clashing);
	}
	names_flush(&lacking);
	names_flush(&clashing);
	return lacking.count || clashing.count ? -ENOENT : 0;
}

static u64 symbol_value(const struct loaded *m, const struct elf_symbol *sym)
{
	struct loaded *from;
	const void *value;

	if (sym->section == SHN_ABS)
		return sym->value;
	if (sym->section != SHN_UNDEF)
		return (u64)module_section(m, sym->section) + sym->value;
	exported_symbol_find(plan_symbol_name(m->plan, sym), &value, &from);
	return (u64)value;
}

/* The symbol of that name which the module itself defines, or NULL. */
static void *own_symbol(const struct loaded *m, const char *wanted)
{
	for (u32 i = 1; i < m->plan->nr_symbols; i++) {
		struct elf_symbol sym = plan_symbol(m->plan, i);

		if (elf_bind(&sym) != STB_LOCAL && sym.section != SHN_UNDEF &&
		    sym.section < m->plan->header.shnum && module_section(m, sym.section) &&
		    !strcmp(plan_symbol_name(m->plan, &sym), wanted))
			return module_section(m, sym.section) + sym.value;
	}
	return NULL;
}

/* ---- relocations ---- */

static int store(void *at, u64 value, unsigned int width, bool fits)
{
	if (!fits)
		return -ERANGE;
	memcpy(at, &value, width);
	return 0;
}

/**
 * reloc_apply - write what a relocation asks for
 * @type: R_X86_64_*, one that reloc_width() knows
 * @at: where; reloc_width(@type) bytes
 * @value: symbol (or, for those that need one, the slot that holds it) and addend
 * @place: the address that @at will have
 *
 * Return: 0, or -ERANGE if the value does not fit, and nothing is written.
 */
int reloc_apply(u32 type, void *at, u64 value, u64 place)
{
	u64 distance = value - place;

	switch (type) {
	case R_X86_64_64:
		return store(at, value, 8, true);
	case R_X86_64_PC64:
		return store(at, distance, 8, true);
	case R_X86_64_32:
		return store(at, value, 4, value == (u32)value);
	case R_X86_64_32S:
	case R_X86_64_TPOFF32:
		return store(at, value, 4, (s64)value == (s32)value);
	case R_X86_64_16:
		return store(at, value, 2, value == (u16)value);
	case R_X86_64_PC16:
		return store(at, distance, 2, (s64)distance == (s16)distance);
	case R_X86_64_8:
		return store(at, value, 1, value == (u8)value);
	case R_X86_64_PC8:
		return store(at, distance, 1, (s64)distance == (s8)distance);
	default:
		return store(at, distance, 4, (s64)distance == (s32)distance);
	}
}

/* Fills the next slot of the table of addresses. */
static u64 take_slot(struct loaded *m, u32 *slots, u64 value)
{
	u64 *got = (u64 *)(area_start(m, AREA_RODATA) + m->plan->got_offset);

	got[*slots] = value;
	return (u64)&got[(*slots)++];
}

static int relocate(struct loaded *m, const struct elf_section *table, u32 n, u32 *slots)
{
	struct elf_rela rela = plan_rela(m->plan, table, n);
	struct elf_symbol sym;
	char *at;
	u64 value;

	if (rela_type(&rela) == R_X86_64_NONE)
		return 0; /* the rest of it was not looked at */
	sym = plan_symbol(m->plan, rela_sym(&rela));
	at = module_section(m, table->info) + rela.offset;
	value = symbol_value(m, &sym);
	if (reloc_needs_slot(rela_type(&rela)))
		value = take_slot(m, slots, value);
	if (!reloc_apply(rela_type(&rela), at, value + rela.addend, (u64)at))
		return 0;
	pr_err("module %s: refused: relocation %u of section %u '%s' (type %u, against '%s') does not fit\n",
	       m->name, n, table->info, plan_section_name(m->plan, table->info), rela_type(&rela),
	       plan_symbol_name(m->plan, &sym));
	return -ERANGE;
}

static int relocate_all(struct loaded *m)
{
	u32 slots = 0;

	for (u32 i = 1; i < m->plan->header.shnum; i++) {
		struct elf_section s = plan_section(m->plan, i);

		if (s.type != SHT_RELA || m->plan->place[s.info].area == AREA_NONE)
			continue;
		for (u32 n = 0; n < s.size / sizeof(struct elf_rela); n++) {
			int err = relocate(m, &s, n, &slots);

			if (err)
				return err;
		}
	}
	return 0;
}

/* ---- rights ---- */

static unsigned long area_addr(const struct loaded *m, unsigned int area)
{
	return (unsigned long)area_start(m, area);
}

static int area_pages(const struct loaded *m, unsigned int area)
{
	return PAGE_ALIGN(m->plan->area_size[area]) >> PAGE_SHIFT;
}

static int set_rights(struct loaded *m)
{
	int err = set_memory_rox(area_addr(m, AREA_TEXT), area_pages(m, AREA_TEXT));

	if (!err)
		err = set_memory_ro(area_addr(m, AREA_RODATA), area_pages(m, AREA_RODATA));
	if (err)
		pr_err("module %s: refused: its memory can't be shut (%d)\n", m->name, err);
	return err;
}

int module_shut(struct loaded *m)
{
	return set_memory_ro(area_addr(m, AREA_RO_AFTER_INIT), area_pages(m, AREA_RO_AFTER_INIT));
}

/* ---- all of it ---- */

static struct loaded *find_slot(void)
{
	for (unsigned int i = 0; i < LOADED_MAX; i++) {
		if (!loaded_modules[i].used && !loaded_modules[i].base)
			return &loaded_modules[i];
	}
	return NULL;
}

static void find_entries(struct loaded *m)
{
	m->init = own_symbol(m, "init_module");
	m->exit = own_symbol(m, "cleanup_module");
	m->self = own_symbol(m, "__this_module");
	if (m->self && m->plan->area_size[AREA_DATA])
		strscpy(m->self->name, m->name, sizeof(m->self->name));
}

struct alloc_tag *module_tags(const struct loaded *m, size_t *nr)
{
	u32 i = plan_find(m->plan, "alloc_tags");

	*nr = i ? plan_section(m->plan, i).size / sizeof(struct alloc_tag) : 0;
	return *nr ? module_section(m, i) : NULL;
}

/* Before its code allocates anything; without numbers what it holds is nobody's. */
static void register_tags(const struct loaded *m)
{
	size_t nr;
	struct alloc_tag *tags = module_tags(m, &nr);

	if (tags && alloc_tags_register(tags, nr, m->name))
		pr_warn("module %s: no numbers are left for its %zu tags\n", m->name, nr);
}

static int fill(struct loaded *m, const char *boot_line)
{
	int err;

	copy_sections(m);
	err = check_names(m);
	if (!err)
		err = relocate_all(m);
	if (!err)
		find_entries(m);
	if (!err)
		err = module_params(m, boot_line);
	if (!err)
		copy_percpu(m);
	if (!err)
		register_tags(m);
	return err ? err : set_rights(m);
}

struct loaded *module_load(struct plan *plan, const char *name, const char *boot_line)
{
	struct loaded *m = find_slot();

	if (!m) {
		pr_err("module %s: refused: %d modules are in memory already\n", name, LOADED_MAX);
		return NULL;
	}
	*m = (struct loaded){ .plan = plan };
	strscpy(m->name, name, sizeof(m->name));
	if (get_memory(m) || fill(m, boot_line)) {
		module_free(m);
		return NULL;
	}
	smp_store_release(&m->used, true); /* pairs with lookup() in symbols.c */
	return m;
}

void module_free(struct loaded *m)
{
	size_t nr;

	WRITE_ONCE(m->used, false);
	if (m->base)
		alloc_tags_unregister(module_tags(m, &nr));
	free_percpu(m->percpu);
	kfree(m->line);
	execmem_free(m->base);
	m->base = NULL; /* the slot is free; the rest may still be read */
}

/* ---- constructors and destructors ---- */

static void call_table(const struct loaded *m, void *const *table, size_t n, bool backwards)
{
	for (size_t i = 0; i < n; i++) {
		void (*fn)(void) = table[backwards ? n - 1 - i : i];

		if (in_text(m, fn))
			fn();
	}
}

void module_call_all(const struct loaded *m, const char *name, bool backwards)
{
	u32 nr = m->plan->header.shnum;

	for (u32 n = 1; n < nr; n++) {
		u32 i = backwards ? nr - n : n;
		struct elf_section s = plan_section(m->plan, i);

		if (module_section(m, i) && plan_is(plan_section_name(m->plan, i), name))
			call_table(m, module_section(m, i), s.size / 8, backwards);
	}
}
