// SPDX-License-Identifier: MIT
/*
 * What modules have from each other
 * =================================
 *
 * 1. EXPORT_SYMBOL(foo) in a module makes an entry of a table, as in the kernel, and a symbol of its own
 *    that leads to it: __ksymtab_foo. So what a file exports, and what it wants, can be read before it is
 *    loaded, and run.c knows then which modules must stay for whom.
 *
 *	provider:  foo ◄── value ── entry ◄── __ksymtab_foo          consumer:  foo, undefined
 *	                                            ▲                                │
 *	                                            └────────── found by name ───────┘
 *
 * 2. Who is asked first: the kernel, then the modules that are live, that is loaded and through their
 *    init. A name that one of them exports already is refused when a module is loaded (load.c), so there
 *    is one at most.
 *
 * Invariants
 * I1  m->uses has the bit of each module from which a symbol of m was resolved, from before m's first
 *     relocation on; it counts while m->used.
 *
 * Locks: none; one thread loads modules. Complexity: O(symbols) a name, O(symbols²) for plan_needs().
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include "internal.h"

#define EXPORT_PREFIX "__ksymtab_"

/* Compilers name the table of addresses in passing; who uses it asks for a slot. */
const char *symbol_wanted(const struct plan *plan, u32 i)
{
	struct elf_symbol sym = plan_symbol(plan, i);
	const char *name = plan_symbol_name(plan, &sym);

	if (sym.section != SHN_UNDEF || elf_bind(&sym) != STB_GLOBAL ||
	    !strcmp(name, "_GLOBAL_OFFSET_TABLE_"))
		return NULL;
	return name;
}

const char *symbol_exported(const struct plan *plan, u32 i)
{
	struct elf_symbol sym = plan_symbol(plan, i);
	const char *name = plan_symbol_name(plan, &sym);

	if (sym.section == SHN_UNDEF || strncmp(name, EXPORT_PREFIX, strlen(EXPORT_PREFIX)))
		return NULL;
	return name + strlen(EXPORT_PREFIX);
}

/* The symbol that leads to the entry of what is exported as `name`; 0: there is none. */
static u32 find_export(const struct plan *plan, const char *name)
{
	for (u32 i = 1; i < plan->nr_symbols; i++) {
		const char *exported = symbol_exported(plan, i);

		if (exported && !strcmp(exported, name))
			return i;
	}
	return 0;
}

bool plan_exports(const struct plan *plan, const char *name)
{
	return find_export(plan, name) != 0;
}

bool plan_needs(const struct plan *user, const struct plan *provider)
{
	for (u32 i = 1; i < user->nr_symbols; i++) {
		const char *name = symbol_wanted(user, i);

		if (name && plan_exports(provider, name) && !kernel_symbol_find(name))
			return true;
	}
	return false;
}

/* The entry may be anything that a file says: only one that lies in its module is read. */
static const struct kernel_symbol *entry_of(const struct loaded *m, u32 i)
{
	struct elf_symbol sym = plan_symbol(m->plan, i);
	unsigned long at;

	if (sym.section >= m->plan->header.shnum || m->plan->place[sym.section].area >= NR_AREAS)
		return NULL;
	at = (unsigned long)module_section(m, sym.section) + sym.value;
	if (at % sizeof(void *) || !module_holds(m, at + sizeof(struct kernel_symbol) - 1))
		return NULL;
	return (const struct kernel_symbol *)at;
}

bool exported_symbol_find(const char *name, const void **value, struct loaded **from)
{
	const struct kernel_symbol *entry = kernel_symbol_find(name);

	*from = NULL;
	for (unsigned int slot = 0; slot < LOADED_MAX && !entry; slot++) {
		struct loaded *m = &loaded_modules[slot];
		u32 i = m->used && m->live ? find_export(m->plan, name) : 0;

		if (!i)
			continue;
		entry = entry_of(m, i);
		*from = m;
	}
	*value = entry ? entry->value : NULL;
	return entry != NULL;
}

bool module_is_used(const struct loaded *m)
{
	for (unsigned int slot = 0; slot < LOADED_MAX; slot++) {
		if (loaded_modules[slot].used && loaded_modules[slot].uses >> module_slot(m) & 1)
			return true;
	}
	return false;
}
