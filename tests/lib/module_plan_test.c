// SPDX-License-Identifier: MIT
/*
 * Tests of lib/module/plan.c: what is wrong with a file is seen, and told.
 *
 * Mutations that must fail here: each of the checks of plan.c left out; a bound that is off by one
 * (in_file(), check_rela(), check_symbol()); area_of() that lets writable sections into the read-only
 * area; area_take() without the alignment; plan_info() that finds a part of a tag.
 */
#include <kunit/test.h>
#include <linux/alloc_tag.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "module_fixture.h"

static struct module_image image;
static struct plan plan;

static int init(struct kunit *test)
{
	module_image_make(&image);
	return 0;
}

static int make(void)
{
	return plan_make(&plan, &image, sizeof(image));
}

static void good_file_is_laid_out(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, make(), 0);
	KUNIT_EXPECT_EQ(test, plan.error, PLAN_OK);
	KUNIT_EXPECT_EQ(test, plan.place[S_TEXT].area, AREA_TEXT);
	KUNIT_EXPECT_EQ(test, plan.place[S_DATA].area, AREA_DATA);
	KUNIT_EXPECT_EQ(test, plan.place[S_BSS].area, AREA_DATA);
	KUNIT_EXPECT_EQ(test, plan.place[S_BSS].offset, sizeof(image.data));
	KUNIT_EXPECT_EQ(test, plan.place[S_MODINFO].area, AREA_RODATA);
	KUNIT_EXPECT_EQ(test, plan.place[S_SYMTAB].area, AREA_NONE);
	KUNIT_EXPECT_EQ(test, plan.area_size[AREA_DATA], sizeof(image.data) + BSS_SIZE);
	KUNIT_EXPECT_EQ(test, plan.area_size[AREA_TEXT], sizeof(image.text));
	KUNIT_EXPECT_EQ(test, plan_total(&plan), 3 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, plan.nr_symbols, NR_SYM);
	KUNIT_EXPECT_EQ(test, plan.nr_got, 0U);
	KUNIT_EXPECT_STREQ(test, plan_info(&plan, "license", 0), "MIT");
	KUNIT_EXPECT_NULL(test, plan_info(&plan, "license", 1));
	KUNIT_EXPECT_NULL(test, plan_info(&plan, "licens", 0));
	KUNIT_EXPECT_EQ(test, plan_find(&plan, ".modinfo"), S_MODINFO);
	KUNIT_EXPECT_EQ(test, plan_find(&plan, ".mod"), 0U);
}

/* Sections that are read-only after init, per-CPU, executable: each has its place. */
static void areas_are_told_by_name_and_flags(struct kunit *test)
{
	strcpy(image.shstrtab + image.s[S_RELA].name,
	       ".data..percpu"); /* over .rela.data's and the next one's name */
	image.s[S_BSS].name = image.s[S_RELA].name;
	image.s[S_BSS].type = SHT_PROGBITS;
	KUNIT_ASSERT_EQ(test, make(), -ENOEXEC); /* .modinfo's name is gone */
	KUNIT_EXPECT_EQ(test, plan.error, PLAN_NO_LICENCE);
	KUNIT_EXPECT_EQ(test, plan.place[S_BSS].area, AREA_PERCPU);
	KUNIT_EXPECT_EQ(test, plan.percpu, S_BSS);
	KUNIT_EXPECT_TRUE(test, plan_is(".init_array.00100", ".init_array"));
	KUNIT_EXPECT_TRUE(test, plan_is(".init_array", ".init_array"));
	KUNIT_EXPECT_FALSE(test, plan_is(".init_arrays", ".init_array"));
}

static void slots_are_counted(struct kunit *test)
{
	image.rela[0].info = (u64)SYM_KMALLOC << 32 | R_X86_64_REX_GOTPCRELX;
	image.rela[1].info = (u64)SYM_INIT << 32 | R_X86_64_GOTPCREL;
	KUNIT_ASSERT_EQ(test, make(), 0);
	KUNIT_EXPECT_EQ(test, plan.nr_got, 2U);
	KUNIT_EXPECT_EQ(test, plan.got_offset, sizeof(image.modinfo));
	KUNIT_EXPECT_EQ(test, plan.area_size[AREA_RODATA], sizeof(image.modinfo) + 16);
}

/* The copy ends where its memory does, so a byte too much is seen by checkers. */
static void truncated_at_each_byte(struct kunit *test)
{
	char why[160];

	for (size_t n = 0; n < sizeof(image); n++) {
		void *cut = kmemdup(&image, n, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, cut);
		if (!plan_make(&plan, cut, n))
			KUNIT_FAIL(test, "cut to %zu of %zu bytes", n, sizeof(image));
		plan_describe(&plan, why, sizeof(why));
		if (n >= 4)
			KUNIT_EXPECT_STREQ(
				test, why,
				"it is truncated: its tables reach beyond the end of the file");
		else
			KUNIT_EXPECT_STREQ(test, why, "it is no ELF file");
		kfree(cut);
	}
}

/* ---- one thing is wrong ---- */

struct damage {
	const char *what;
	enum plan_error error;
	size_t at;
	u64 value;
	unsigned int width;
};

#define FIELD(field, error, value)                                                              \
	{                                                                                       \
#field, error, offsetof(struct module_image, field), value, sizeof(image.field) \
	}

static const struct damage damages[] = {
	FIELD(header.ident[1], PLAN_MAGIC, 'e'),
	FIELD(header.ident[4], PLAN_CLASS, 1),
	FIELD(header.ident[5], PLAN_CLASS, 2),
	FIELD(header.ident[6], PLAN_CLASS, 0),
	FIELD(header.machine, PLAN_MACHINE, 183),
	FIELD(header.type, PLAN_TYPE, 3),
	FIELD(header.version, PLAN_HEADER, 2),
	FIELD(header.ehsize, PLAN_HEADER, 52),
	FIELD(header.shentsize, PLAN_HEADER, 40),
	FIELD(header.shnum, PLAN_SECTION_TABLE, 0),
	FIELD(header.shnum, PLAN_SECTION_TABLE, PLAN_SECTIONS + 1),
	FIELD(header.shnum, PLAN_TRUNCATED, NR_S + 1),
	FIELD(header.shoff, PLAN_TRUNCATED, ~0UL),
	FIELD(header.shoff, PLAN_TRUNCATED, offsetof(struct module_image, s) + 1),
	FIELD(header.shstrndx, PLAN_SECTION_TABLE, NR_S),
	FIELD(header.shstrndx, PLAN_STRINGS, 0),
	FIELD(header.shstrndx, PLAN_STRINGS, S_TEXT),
	FIELD(s[S_TEXT].name, PLAN_STRINGS, sizeof(image.shstrtab)),
	FIELD(s[S_SHSTRTAB].size, PLAN_STRINGS, 0),
	FIELD(s[S_TEXT].offset, PLAN_SECTION, sizeof(struct module_image)),
	FIELD(s[S_TEXT].size, PLAN_SECTION, sizeof(struct module_image)),
	FIELD(s[S_TEXT].size, PLAN_SECTION, ~0UL),
	FIELD(s[S_TEXT].flags, PLAN_SECTION_WX, SHF_ALLOC | SHF_WRITE | SHF_EXECINSTR),
	FIELD(s[S_DATA].flags, PLAN_SECTION_KIND, SHF_ALLOC | SHF_TLS),
	FIELD(s[S_DATA].flags, PLAN_SECTION_KIND, SHF_ALLOC | SHF_COMPRESSED),
	FIELD(s[S_BSS].type, PLAN_SECTION_KIND, SHT_SYMTAB_SHNDX),
	FIELD(s[S_DATA].align, PLAN_ALIGN, 2 * PAGE_SIZE),
	FIELD(s[S_DATA].align, PLAN_ALIGN, 24),
	FIELD(s[S_BSS].size, PLAN_TOO_LARGE, PLAN_SIZE_MAX + 1),
	FIELD(s[S_BSS].size, PLAN_TOO_LARGE, PLAN_SIZE_MAX),
	FIELD(s[S_SYMTAB].entsize, PLAN_SYMTAB, 16),
	FIELD(s[S_SYMTAB].size, PLAN_SYMTAB, sizeof(image.sym) - 1),
	FIELD(s[S_SYMTAB].link, PLAN_SYMTAB, S_TEXT),
	FIELD(s[S_SYMTAB].link, PLAN_SYMTAB, NR_S),
	FIELD(s[S_RELA].type, PLAN_SYMTAB, SHT_SYMTAB),
	FIELD(strtab[31], PLAN_SYMTAB, 'x'),
	FIELD(shstrtab[79], PLAN_STRINGS, 'x'),
	FIELD(sym[SYM_INIT].name, PLAN_STRINGS, sizeof(image.strtab)),
	FIELD(sym[SYM_INIT].section, PLAN_SYMBOL, NR_S),
	FIELD(sym[0].section, PLAN_SYMBOL, NR_S),
	FIELD(sym[SYM_INIT].section, PLAN_COMMON, SHN_COMMON),
	FIELD(sym[SYM_INIT].value, PLAN_SYMBOL, sizeof(image.text) + 1),
	FIELD(sym[SYM_INIT].size, PLAN_SYMBOL, sizeof(image.text)),
	FIELD(sym[SYM_INIT].info, PLAN_SYMBOL, STB_GLOBAL << 4 | STT_GNU_IFUNC),
	FIELD(sym[SYM_INIT].info, PLAN_SYMBOL, 10 << 4 | STT_FUNC),
	FIELD(s[S_RELA].info, PLAN_RELOC_TABLE, 0),
	FIELD(s[S_RELA].info, PLAN_RELOC_TABLE, NR_S),
	FIELD(s[S_RELA].info, PLAN_RELOC_TABLE, S_BSS),
	FIELD(s[S_RELA].link, PLAN_RELOC_TABLE, S_STRTAB),
	FIELD(s[S_RELA].type, PLAN_RELOC_TABLE, SHT_REL),
	FIELD(s[S_RELA].entsize, PLAN_RELOC_TABLE, 16),
	FIELD(s[S_RELA].size, PLAN_RELOC_TABLE, sizeof(image.rela) - 1),
	FIELD(rela[0].info, PLAN_RELOC_TYPE, (u64)SYM_KMALLOC << 32 | 5),
	FIELD(rela[0].info, PLAN_RELOC_TYPE, (u64)SYM_KMALLOC << 32 | 37),
	FIELD(rela[1].info, PLAN_RELOC_SYMBOL, (u64)NR_SYM << 32 | R_X86_64_64),
	FIELD(rela[1].offset, PLAN_RELOC_OFFSET, sizeof(image.data) - 7),
	FIELD(rela[1].offset, PLAN_RELOC_OFFSET, ~0UL),
	FIELD(sym[SYM_INIT].section, PLAN_RELOC_TARGET, S_STRTAB),
	FIELD(modinfo[15], PLAN_TABLE, 'x'),
	FIELD(modinfo[6], PLAN_NO_LICENCE, 'c'),
	FIELD(modinfo[8], PLAN_NO_LICENCE, 0),
};

static void describe_damage(const struct damage *d, char *desc)
{
	scnprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s=%#llx", d->what, d->value);
}
KUNIT_ARRAY_PARAM(damage, damages, describe_damage);

/* Seen for what it is, and told in a line. */
static void damage_is_seen(struct kunit *test)
{
	const struct damage *d = test->param_value;
	char why[160];

	memcpy((char *)&image + d->at, &d->value, d->width);
	KUNIT_EXPECT_EQ(test, make(), -ENOEXEC);
	KUNIT_EXPECT_EQ(test, plan.error, d->error);
	plan_describe(&plan, why, sizeof(why));
	KUNIT_EXPECT_GT(test, strlen(why), 8UL);
	KUNIT_EXPECT_NULL(test, strchr(why, '%'));
	KUNIT_EXPECT_NULL(test, strchr(why, '\n'));
}

/* A table of the kernel's has whole entries; one that the kernel writes to can be written. */
static void tables_are_whole(struct kunit *test)
{
	static const struct {
		const char *name;
		u64 size, flags;
		int error;
	} rows[] = {
		{ "alloc_tags", 0, SHF_ALLOC | SHF_WRITE, PLAN_OK },
		{ "alloc_tags", sizeof(struct alloc_tag), SHF_ALLOC | SHF_WRITE, PLAN_OK },
		{ "alloc_tags", sizeof(struct alloc_tag) - 8, SHF_ALLOC | SHF_WRITE, PLAN_TABLE },
		{ "alloc_tags", sizeof(struct alloc_tag), SHF_ALLOC, PLAN_TABLE },
		{ "__param", sizeof(struct kernel_param), SHF_ALLOC, PLAN_OK },
		{ "__param", sizeof(struct kernel_param) - 8, SHF_ALLOC, PLAN_TABLE },
		{ "__ksymtab", sizeof(struct kernel_symbol) + 1, SHF_ALLOC, PLAN_TABLE },
		{ ".init_array", 8, SHF_ALLOC | SHF_WRITE, PLAN_OK },
		{ ".init_array", 9, SHF_ALLOC | SHF_WRITE, PLAN_TABLE },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		struct elf_section *s = &image.s[S_DATA];

		module_image_make(&image);
		s->name = sizeof(image.shstrtab) - 16;
		strcpy(image.shstrtab + s->name, rows[i].name);
		s->offset = 0;
		s->size = rows[i].size;
		s->flags = rows[i].flags;
		image.s[S_RELA].size = 0;
		make();
		KUNIT_EXPECT_EQ_MSG(test, plan.error, rows[i].error, "row %u", i);
	}
}

static void the_last_that_fits_passes(struct kunit *test)
{
	image.sym[SYM_INIT].size = sizeof(image.text) - 1;
	image.rela[1].offset = sizeof(image.data) - 8;
	image.s[S_BSS].size = PLAN_SIZE_MAX - sizeof(image.data);
	KUNIT_EXPECT_EQ(test, make(), 0);
}

/* Any bytes changed: no access outside (checkers look), and an answer. */
static void random_damage_is_survived(struct kunit *test)
{
	char why[160];

	for (unsigned int i = 0; i < 3000; i++) {
		module_image_make(&image);
		for (u64 n = kunit_rand_below(test, 4) + 1; n; n--)
			((u8 *)&image)[kunit_rand_below(test, sizeof(image))] = kunit_rand(test);
		KUNIT_ASSERT_EQ(test, make(), plan.error ? -ENOEXEC : 0);
		plan_describe(&plan, why, sizeof(why));
		KUNIT_ASSERT_EQ(test, plan.error != PLAN_OK, why[0] != '\0');
	}
}

static struct kunit_case cases[] = { KUNIT_CASE(good_file_is_laid_out),
				     KUNIT_CASE(areas_are_told_by_name_and_flags),
				     KUNIT_CASE(slots_are_counted),
				     KUNIT_CASE(truncated_at_each_byte),
				     KUNIT_CASE_PARAM(damage_is_seen, damage_gen_params),
				     KUNIT_CASE(tables_are_whole),
				     KUNIT_CASE(the_last_that_fits_passes),
				     KUNIT_CASE(random_damage_is_survived),
				     {} };
static struct kunit_suite suite = { .name = "module_plan", .init = init, .test_cases = cases };
kunit_test_suite(suite);
