/* SPDX-License-Identifier: MIT */
/*
 * A relocatable file, made by hand: what tests of lib/module load, and damage.
 *
 *	0  (null)      4  .rela.data   two words of .data: a symbol each, kmalloc() and init_module
 *	1  .text       5  .modinfo     8  .shstrtab
 *	2  .data       6  .symtab
 *	3  .bss        7  .strtab
 *
 * The section table stands at the end, so that a file cut anywhere lacks something.
 */
#ifndef TESTS_LIB_MODULE_FIXTURE_H
#define TESTS_LIB_MODULE_FIXTURE_H

#include "lib/module/internal.h"

enum {
	S_NULL,
	S_TEXT,
	S_DATA,
	S_BSS,
	S_RELA,
	S_MODINFO,
	S_SYMTAB,
	S_STRTAB,
	S_SHSTRTAB,
	NR_S,
};

enum {
	SYM_NULL,
	SYM_SECTION, /* of .data */
	SYM_INIT,
	SYM_KMALLOC, /* undefined */
	NR_SYM,
};

#define BSS_SIZE 100

struct module_image {
	struct elf_header header;
	u8 text[8];
	u64 data[4];
	struct elf_rela rela[2];
	char modinfo[16];
	struct elf_symbol sym[NR_SYM];
	char strtab[32];
	char shstrtab[80];
	struct elf_section s[NR_S];
};

void module_image_make(struct module_image *image);

#endif
