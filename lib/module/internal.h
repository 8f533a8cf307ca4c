/* SPDX-License-Identifier: MIT */
/* What the files of lib/module share, and its tests. Theory at the head of each. */
#ifndef MODULE_INTERNAL_H
#define MODULE_INTERNAL_H

#include <linux/atomic.h>
#include <linux/export.h>
#include <linux/module.h>
#include <linux/types.h>
#include "elf.h"

/* ---- plan.c: bytes to a plan ---- */

#define PLAN_SECTIONS 1024
#define PLAN_SIZE_MAX (64UL << 20) /* of what is loaded */

/* Where a section goes; each starts at a page, in this order. */
enum plan_area {
	AREA_TEXT,	    /* executable */
	AREA_RODATA,	    /* read-only; the table of addresses (GOT) at its end */
	AREA_RO_AFTER_INIT, /* read-only once init has run */
	AREA_DATA,
	NR_AREAS,
	AREA_PERCPU = NR_AREAS, /* not in the module's memory: each CPU has a copy */
	AREA_NONE,
};

struct plan_place {
	u8 area;
	u32 offset; /* from the area's start */
};

enum plan_error {
	PLAN_OK,
	PLAN_TRUNCATED, /* something lies behind the file's end */
	PLAN_MAGIC,
	PLAN_CLASS,
	PLAN_TYPE,
	PLAN_MACHINE,
	PLAN_HEADER,
	PLAN_SECTION_TABLE,
	PLAN_SECTION,
	PLAN_SECTION_WX,
	PLAN_SECTION_KIND,
	PLAN_ALIGN,
	PLAN_TOO_LARGE,
	PLAN_STRINGS,
	PLAN_SYMTAB,
	PLAN_SYMBOL,
	PLAN_COMMON,
	PLAN_RELOC_TABLE,
	PLAN_RELOC_TYPE,
	PLAN_RELOC_SYMBOL,
	PLAN_RELOC_OFFSET,
	PLAN_RELOC_TARGET,
	PLAN_TABLE,
	PLAN_NO_LICENCE,
	PLAN_ERRORS,
};

/*
 * A file that holds together: each index, offset and size in it leads to where it says. The bytes are
 * the caller's and stay.
 */
struct plan {
	const u8 *bytes;
	size_t size;
	struct elf_header header;
	u32 names;  /* section of the sections' names */
	u32 symtab; /* section of symbols, 0: none */
	u32 strtab; /* section of their names */
	u32 nr_symbols;
	u32 modinfo;	/* section, 0: none */
	u32 percpu;	/* section, 0: none */
	u32 nr_suites;	/* pointers to KUnit suites */
	u32 nr_got;	/* relocations that need a slot */
	u32 got_offset; /* in AREA_RODATA */
	size_t area_size[NR_AREAS];
	struct plan_place place[PLAN_SECTIONS];
	/* what is wrong, and where */
	enum plan_error error;
	u32 section; /* of the error, 0: none in particular */
	u64 index, value;
};

/* 0; or -ENOEXEC, and the plan says why. Pure. */
int plan_make(struct plan *plan, const void *bytes, size_t size);
/* One line on plan->error. */
void plan_describe(const struct plan *plan, char *buf, size_t size);

/* Of a plan without an error: */
struct elf_section plan_section(const struct plan *plan, u32 i);
struct elf_symbol plan_symbol(const struct plan *plan, u32 i);
struct elf_rela plan_rela(const struct plan *plan, const struct elf_section *table, u32 i);
const char *plan_section_name(const struct plan *plan, u32 i);
const char *plan_symbol_name(const struct plan *plan, const struct elf_symbol *sym);
/* The section of that name; 0: none. */
u32 plan_find(const struct plan *plan, const char *name);
/* Is it `name`, or `name` and something behind a dot? */
bool plan_is(const char *section, const char *name);
/* The text of "tag=…" number `n` in the module's information; NULL: there is none. */
const char *plan_info(const struct plan *plan, const char *tag, unsigned int n);
size_t plan_total(const struct plan *plan);
/* Bytes that a relocation of the type writes; 0: not a type that is known. */
unsigned int reloc_width(u32 type);
bool reloc_needs_slot(u32 type);

/* ---- load.c: a plan to a module in memory ---- */

#define KILLED_MAX 8 /* that are told apart */

/* A module that is loaded. Slots are never given back, so that readers of `loaded` need no lock. */
struct loaded {
	struct plan *plan;
	char name[MODULE_NAME_LEN];
	char *base;	     /* its memory */
	char *percpu;	     /* CPU 0's copy; NULL: none */
	char *line;	     /* its parameters point into it */
	struct module *self; /* its own, or NULL */
	int (*init)(void);
	void (*exit)(void);
	bool used;	    /* written last, and first */
	bool live;	    /* its init is through: others may use what it exports */
	u32 uses;	    /* slots whose exports it uses, a bit each */
	atomic_t faults;    /* traps in its threads, timers, … : fault.c */
	atomic_t nr_killed; /* threads of these */
	unsigned long killed[KILLED_MAX]; /* an address on the stack of each */
};

#define LOADED_MAX 32

/*
 * Load what the plan says. NULL: one line, or one for each kind of fault, was printed, and everything
 * is as before. May sleep.
 */
struct loaded *module_load(struct plan *plan, const char *name, const char *boot_line);
/* Everything of it but the slot is given back. */
void module_free(struct loaded *m);
/* Shut what is read-only after init. */
int module_shut(struct loaded *m);
/* Where the section is in memory. */
void *module_section(const struct loaded *m, u32 i);
/* Its tags (linux/alloc_tag.h), *nr of them; NULL: it has none. */
struct alloc_tag *module_tags(const struct loaded *m, size_t *nr);
bool module_holds(const struct loaded *m, unsigned long addr);
/* A table of pointers, such as constructors: functions of the sections called `name`, in order. */
void module_call_all(const struct loaded *m, const char *name, bool backwards);
extern struct loaded loaded_modules[LOADED_MAX];

/* The slot, written by a relocation; -ERANGE: the value does not fit. Pure. */
int reloc_apply(u32 type, void *at, u64 value, u64 place);

/* ---- depend.c: what modules have from each other ---- */

/* Names of symbol `i`: undefined and wanted; exported. NULL: it isn't. */
const char *symbol_wanted(const struct plan *plan, u32 i);
const char *symbol_exported(const struct plan *plan, u32 i);
bool plan_exports(const struct plan *plan, const char *name);
/* Does one want, of what the kernel hasn't, something that the other exports? */
bool plan_needs(const struct plan *user, const struct plan *provider);
/* The address of what the kernel, or a live module, which *from says, exports; false: nobody does. */
bool exported_symbol_find(const char *name, const void **value, struct loaded **from);
/* Is a module loaded that uses it? */
bool module_is_used(const struct loaded *m);
static inline unsigned int module_slot(const struct loaded *m)
{
	return m - loaded_modules;
}

/* ---- fault.c: traps in what the kernel calls of a module ---- */

void module_faults_init(void);
bool module_killed(const struct loaded *m, unsigned long low, unsigned long high);

/* ---- params.c ---- */
int module_params(struct loaded *m, const char *boot_line);

/* ---- symbols.c ---- */
const struct kernel_symbol *kernel_symbol_find(const char *name);
void module_symbols_init(void);

/* ---- held.c: what there is, and what there is more of ---- */
struct held;
struct verdict {
	unsigned long objects, object_bytes, pages, areas, area_bytes, caches, percpu_bytes,
		threads, killed, timers;
};
/* Room for a note of what there is; NULL: no memory. */
struct held *held_alloc(void);
void held_free(struct held *h);
void held_before(struct held *h);
/* Prints what is there that was not. */
void held_after(struct held *before, const struct loaded *m, struct verdict *v);
/* What there was becomes what there is more of; is some of that still there? */
void held_growth(struct held *h);
bool held_still(const struct held *growth, const struct held *before);
/* What there is now and was not at `since` is not to be found again by held_after(h). */
void held_forgive(struct held *h, const struct held *since);
void held_copy(struct held *to, const struct held *from);

#endif
