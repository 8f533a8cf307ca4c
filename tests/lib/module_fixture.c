// SPDX-License-Identifier: MIT
/* The file of module_fixture.h. */
#include <linux/kernel.h>
#include <linux/string.h>
#include "module_fixture.h"

/* The position of a name in a table of names, which is appended if it is not there. */
static u32 name(char *table, size_t *used, const char *text)
{
	u32 at = *used;

	strcpy(table + at, text);
	*used += strlen(text) + 1;
	return at;
}

static void section(struct module_image *m, unsigned int i, size_t *names, const char *text,
		    u32 type, u64 flags, size_t offset, size_t size, u64 entsize)
{
	m->s[i] = (struct elf_section){ .name = name(m->shstrtab, names, text),
					.type = type,
					.flags = flags,
					.offset = offset,
					.size = size,
					.align = 8,
					.entsize = entsize };
}

#define PART(field) offsetof(struct module_image, field), sizeof(m->field)

static void make_sections(struct module_image *m)
{
	size_t names = 1;

	section(m, S_TEXT, &names, ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, PART(text), 0);
	section(m, S_DATA, &names, ".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, PART(data), 0);
	section(m, S_BSS, &names, ".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, 0, BSS_SIZE, 0);
	section(m, S_RELA, &names, ".rela.data", SHT_RELA, 0, PART(rela), sizeof(m->rela[0]));
	section(m, S_MODINFO, &names, ".modinfo", SHT_PROGBITS, SHF_ALLOC, PART(modinfo), 0);
	section(m, S_SYMTAB, &names, ".symtab", SHT_SYMTAB, 0, PART(sym), sizeof(m->sym[0]));
	section(m, S_STRTAB, &names, ".strtab", SHT_STRTAB, 0, PART(strtab), 0);
	section(m, S_SHSTRTAB, &names, ".shstrtab", SHT_STRTAB, 0, PART(shstrtab), 0);
	m->s[S_RELA].link = S_SYMTAB;
	m->s[S_RELA].info = S_DATA;
	m->s[S_SYMTAB].link = S_STRTAB;
	m->s[S_SYMTAB].info = SYM_INIT;
}

static void make_symbols(struct module_image *m)
{
	size_t names = 1;

	m->sym[SYM_SECTION] = (struct elf_symbol){ .info = STT_SECTION, .section = S_DATA };
	m->sym[SYM_INIT] = (struct elf_symbol){ .name = name(m->strtab, &names, "init_module"),
						.info = STB_GLOBAL << 4 | STT_FUNC,
						.section = S_TEXT,
						.value = 1,
						.size = 3 };
	m->sym[SYM_KMALLOC] =
		(struct elf_symbol){ .name = name(m->strtab, &names, "kmalloc_caches"),
				     .info = STB_GLOBAL << 4 };
	m->rela[0] = (struct elf_rela){ .offset = 8, .info = (u64)SYM_KMALLOC << 32 | R_X86_64_64 };
	m->rela[1] = (struct elf_rela){ .offset = 16,
					.info = (u64)SYM_INIT << 32 | R_X86_64_64,
					.addend = 2 };
}

void module_image_make(struct module_image *m)
{
	static const u8 code[] = { 0x90, 0x31, 0xc0, 0xc3 }; /* nop; then init: return 0 */

	memset(m, 0, sizeof(*m));
	memcpy(m->header.ident, ELF_MAGIC, 4);
	m->header.ident[4] = ELFCLASS64;
	m->header.ident[5] = ELFDATA2LSB;
	m->header.ident[6] = EV_CURRENT;
	m->header.type = ET_REL;
	m->header.machine = EM_X86_64;
	m->header.version = EV_CURRENT;
	m->header.ehsize = sizeof(m->header);
	m->header.shentsize = sizeof(m->s[0]);
	m->header.shnum = NR_S;
	m->header.shstrndx = S_SHSTRTAB;
	m->header.shoff = offsetof(struct module_image, s);
	memcpy(m->text, code, sizeof(code));
	m->data[0] = 0x1122334455667788;
	strcpy(m->modinfo, "license=MIT");
	make_sections(m);
	make_symbols(m);
}
