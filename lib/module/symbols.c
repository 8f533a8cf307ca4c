// SPDX-License-Identifier: MIT
/*
 * Names: what a module may call, and what addresses in it are called.
 *
 * The kernel's own table is put together by the linker from EXPORT_SYMBOL() and searched from end to
 * end: some hundred names for each symbol that a module lacks.
 *
 * The names of a module's addresses are read from its file, which stays while it is loaded. So a stack
 * trace says kmalloc_user+0x12/0x40 [hello], from a trap or an NMI too: loaded_modules[] is written so
 * that it can be read at any time (load.c), and nothing here is locked or allocated. O(symbols).
 */
#include <asm/barrier.h>
#include <asm/ksyms.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "internal.h"

const struct kernel_symbol *kernel_symbol_find(const char *name)
{
	for (const struct kernel_symbol *s = __ksymtab_start; s < __ksymtab_end; s++) {
		if (!strcmp(s->name, name))
			return s;
	}
	return NULL;
}

/* A symbol that names code or data, and not a section or a file. */
static bool is_name(const struct plan *plan, const struct elf_symbol *sym)
{
	return sym->section != SHN_UNDEF && sym->section < plan->header.shnum &&
	       plan->place[sym->section].area < NR_AREAS && elf_type(sym) <= STT_FUNC &&
	       *plan_symbol_name(plan, sym);
}

static unsigned long symbol_end(const struct loaded *m, const struct elf_symbol *sym)
{
	struct elf_section s = plan_section(m->plan, sym->section);
	unsigned long start = (unsigned long)module_section(m, sym->section);

	return sym->size ? start + sym->value + sym->size : start + s.size;
}

/* The symbol closest below `addr` that reaches over it; of several names the first, which is the function's own. */
static bool lookup_in(const struct loaded *m, unsigned long addr, struct ksym_loaded *out)
{
	unsigned long best = 0;

	for (u32 i = 1; i < m->plan->nr_symbols; i++) {
		struct elf_symbol sym = plan_symbol(m->plan, i);
		unsigned long at;

		if (!is_name(m->plan, &sym))
			continue;
		at = (unsigned long)module_section(m, sym.section) + sym.value;
		if (at > addr || at <= best || addr >= symbol_end(m, &sym))
			continue;
		best = at;
		*out = (struct ksym_loaded){
			.name = plan_symbol_name(m->plan, &sym),
			.module = m->name,
			.offset = addr - at,
			.size = symbol_end(m, &sym) - at,
			.text = m->plan->place[sym.section].area == AREA_TEXT,
		};
	}
	return best;
}

static bool lookup(unsigned long addr, struct ksym_loaded *sym)
{
	for (unsigned int i = 0; i < LOADED_MAX; i++) {
		const struct loaded *m = &loaded_modules[i];

		if (smp_load_acquire(&m->used) && module_holds(m, addr))
			return lookup_in(m, addr, sym);
	}
	return false;
}

/* Once. */
void module_symbols_init(void)
{
	WRITE_ONCE(ksym_loaded_hook, lookup);
}
