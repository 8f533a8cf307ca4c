/* SPDX-License-Identifier: MIT */
/* The parts of ELF that relocatable files for this processor are made of (System V ABI, AMD64 supplement). */
#ifndef MODULE_ELF_H
#define MODULE_ELF_H

#include <linux/types.h>

struct elf_header {
	u8 ident[16];
	u16 type, machine;
	u32 version;
	u64 entry, phoff, shoff;
	u32 flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_section {
	u32 name, type;
	u64 flags, addr, offset, size;
	u32 link, info;
	u64 align, entsize;
};

struct elf_symbol {
	u32 name;
	u8 info, other;
	u16 section;
	u64 value, size;
};

struct elf_rela {
	u64 offset, info;
	s64 addend;
};

static_assert(sizeof(struct elf_header) == 64);
static_assert(sizeof(struct elf_section) == 64);
static_assert(sizeof(struct elf_symbol) == 24);
static_assert(sizeof(struct elf_rela) == 24);

#define ELF_MAGIC   "\177ELF"
#define ELFCLASS64  2
#define ELFDATA2LSB 1
#define EV_CURRENT  1
#define ET_REL	    1
#define EM_X86_64   62

#define SHT_PROGBITS	 1
#define SHT_SYMTAB	 2
#define SHT_STRTAB	 3
#define SHT_RELA	 4
#define SHT_NOBITS	 8
#define SHT_REL		 9
#define SHT_SYMTAB_SHNDX 18
#define SHF_WRITE	 1
#define SHF_ALLOC	 2
#define SHF_EXECINSTR	 4
#define SHF_TLS		 0x400
#define SHF_COMPRESSED	 0x800

#define SHN_UNDEF     0
#define SHN_LORESERVE 0xff00
#define SHN_ABS	      0xfff1
#define SHN_COMMON    0xfff2

#define STB_LOCAL     0
#define STB_GLOBAL    1
#define STB_WEAK      2
#define STT_OBJECT    1
#define STT_FUNC      2
#define STT_SECTION   3
#define STT_TLS	      6
#define STT_GNU_IFUNC 10

#define elf_bind(sym)  ((sym)->info >> 4)
#define elf_type(sym)  ((sym)->info & 15)
#define rela_sym(rela) ((u32)((rela)->info >> 32))
#define rela_type(r)   ((u32)(r)->info)

#define R_X86_64_NONE	       0
#define R_X86_64_64	       1
#define R_X86_64_PC32	       2
#define R_X86_64_PLT32	       4
#define R_X86_64_GOTPCREL      9
#define R_X86_64_32	       10
#define R_X86_64_32S	       11
#define R_X86_64_16	       12
#define R_X86_64_PC16	       13
#define R_X86_64_8	       14
#define R_X86_64_PC8	       15
#define R_X86_64_GOTTPOFF      22
#define R_X86_64_TPOFF32       23
#define R_X86_64_PC64	       24
#define R_X86_64_GOTPCRELX     41
#define R_X86_64_REX_GOTPCRELX 42

#endif
