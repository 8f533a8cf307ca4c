// SPDX-License-Identifier: MIT
/*
 * Tests of lib/module/load.c, symbols.c and params.c: a file in memory becomes code that runs, and what
 * can't be loaded leaves nothing behind.
 *
 * Mutations that must fail here: set_rights() that does nothing; module_free() that keeps something;
 * relocate_all() that stops after the first; reloc_apply() without a range; check_names() that takes
 * any name; lookup_in() that takes the last symbol.
 */
#include <asm/ksyms.h>
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "module_fixture.h"

static struct module_image image;
static struct plan plan;

static int init(struct kunit *test)
{
	module_image_make(&image);
	module_symbols_init();
	return 0;
}

static struct loaded *load(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, plan_make(&plan, &image, sizeof(image)), 0);
	return module_load(&plan, "by_hand", "");
}

static void loaded_code_runs(struct kunit *test)
{
	unsigned long before = vmalloc_nr_pages();
	struct loaded *m = load(test);
	u64 *data;
	char text[80];

	KUNIT_ASSERT_NOT_NULL(test, m);
	KUNIT_EXPECT_EQ(test, vmalloc_nr_pages(), before + 3);
	KUNIT_EXPECT_PTR_EQ(test, (void *)m->init, (void *)m->base + 1);
	KUNIT_EXPECT_EQ(test, m->init(), 0);
	KUNIT_EXPECT_NULL(test, m->exit);
	data = module_section(m, S_DATA);
	KUNIT_EXPECT_EQ(test, data[0], 0x1122334455667788UL);
	KUNIT_EXPECT_EQ(test, data[1], (u64)kmalloc_caches);
	KUNIT_EXPECT_EQ(test, data[2], (u64)m->init + 2);
	KUNIT_EXPECT_NULL(test, memchr_inv(module_section(m, S_BSS), 0, BSS_SIZE));
	KUNIT_EXPECT_FAULT(test, "page fault", *(volatile char *)m->base = 0);
	KUNIT_EXPECT_FAULT(test, "page fault", *(volatile char *)module_section(m, S_MODINFO) = 0);
	KUNIT_EXPECT_FAULT(test, "page fault", ((void (*)(void))data)());
	data[3] = 1;
	ksym_print(text, sizeof(text), (unsigned long)m->init + 2);
	KUNIT_EXPECT_STREQ(test, text, "init_module+0x2/0x3 [by_hand]");
	scnprintf(text, sizeof(text), "%pS", m->init);
	KUNIT_EXPECT_STREQ(test, text, "init_module+0x0/0x3 [by_hand]");
	KUNIT_EXPECT_TRUE(test, ksym_is_text((unsigned long)m->init));
	KUNIT_EXPECT_FALSE(test, ksym_is_text((unsigned long)data));
	module_free(m);
	KUNIT_EXPECT_EQ(test, vmalloc_nr_pages(), before);
	KUNIT_EXPECT_FALSE(test, ksym_is_text((unsigned long)m->init));
}

/* Loading says no; nothing is left. */
static void expect_refused(struct kunit *test)
{
	unsigned long before = vmalloc_nr_pages();

	KUNIT_EXPECT_NULL(test, load(test));
	KUNIT_EXPECT_EQ(test, vmalloc_nr_pages(), before);
	for (unsigned int i = 0; i < LOADED_MAX; i++)
		KUNIT_EXPECT_FALSE(test, loaded_modules[i].used &&
						 !strcmp(loaded_modules[i].name, "by_hand"));
}

static void unknown_names_are_refused(struct kunit *test)
{
	image.strtab[image.sym[SYM_KMALLOC].name] = 'K';
	expect_refused(test);
	image.sym[SYM_KMALLOC].info = STB_WEAK << 4; /* may be missing */
	KUNIT_ASSERT_EQ(test, plan_make(&plan, &image, sizeof(image)), 0);
	struct loaded *m = module_load(&plan, "by_hand", "");
	KUNIT_ASSERT_NOT_NULL(test, m);
	KUNIT_EXPECT_EQ(test, ((u64 *)module_section(m, S_DATA))[1], 0UL);
	module_free(m);
}

static void only_exported_names_are_found(struct kunit *test)
{
	KUNIT_EXPECT_NOT_NULL(test, kernel_symbol_find("kfree"));
	KUNIT_EXPECT_PTR_EQ(test, kernel_symbol_find("kfree")->value, (const void *)kfree);
	KUNIT_EXPECT_NULL(test, kernel_symbol_find("mm_init"));
	KUNIT_EXPECT_NULL(test, kernel_symbol_find("kfre"));
	KUNIT_EXPECT_NULL(test, kernel_symbol_find(""));
}

static void far_symbols_are_refused(struct kunit *test)
{
	image.rela[1].info = (u64)SYM_INIT << 32 | R_X86_64_8;
	expect_refused(test);
}

static void exporting_the_kernel_s_name_is_refused(struct kunit *test)
{
	strcpy(image.strtab + image.sym[SYM_INIT].name, "__ksymtab_kfree");
	image.sym[SYM_KMALLOC].name = 0;
	image.sym[SYM_KMALLOC].info = STB_WEAK << 4;
	expect_refused(test);
}

/* ---- relocations ---- */

struct reloc_case {
	u32 type;
	u64 value, place;
	int err;
	u64 stored;
};

static const struct reloc_case reloc_cases[] = {
	{ R_X86_64_64, 0x1234567890abcdef, 0, 0, 0x1234567890abcdef },
	{ R_X86_64_PC64, 0x1000, 0x3000, 0, -0x2000UL },
	{ R_X86_64_32, 0xffffffff, 0, 0, 0xffffffff },
	{ R_X86_64_32, 0x100000000, 0, -ERANGE, 0 },
	{ R_X86_64_32, -1UL, 0, -ERANGE, 0 },
	{ R_X86_64_32S, -0x80000000UL, 0, 0, 0x80000000 },
	{ R_X86_64_32S, 0x7fffffff, 0, 0, 0x7fffffff },
	{ R_X86_64_32S, 0x80000000, 0, -ERANGE, 0 },
	{ R_X86_64_TPOFF32, -8UL, 0, 0, 0xfffffff8 },
	{ R_X86_64_PC32, 0x1000, 0x80001000, 0, 0x80000000 },
	{ R_X86_64_PC32, 0x1000, 0x80001001, -ERANGE, 0 },
	{ R_X86_64_PLT32, 0x80000fff, 0x1000, 0, 0x7fffffff },
	{ R_X86_64_PLT32, 0x80001000, 0x1000, -ERANGE, 0 },
	{ R_X86_64_GOTPCREL, 0x2000, 0x1000, 0, 0x1000 },
	{ R_X86_64_REX_GOTPCRELX, 0x1000, 0x2000, 0, 0xfffff000 },
	{ R_X86_64_GOTTPOFF, 0x1000, 0x2000, 0, 0xfffff000 },
	{ R_X86_64_16, 0xffff, 0, 0, 0xffff },
	{ R_X86_64_16, 0x10000, 0, -ERANGE, 0 },
	{ R_X86_64_PC16, 0x1000, 0x9000, 0, 0x8000 },
	{ R_X86_64_PC16, 0x1000, 0x9001, -ERANGE, 0 },
	{ R_X86_64_8, 0xff, 0, 0, 0xff },
	{ R_X86_64_8, 0x100, 0, -ERANGE, 0 },
	{ R_X86_64_PC8, 0x10, 0x90, 0, 0x80 },
	{ R_X86_64_PC8, 0x10, 0x91, -ERANGE, 0 },
};

static void describe_reloc(const struct reloc_case *c, char *desc)
{
	scnprintf(desc, KUNIT_PARAM_DESC_SIZE, "type %u, %#llx at %#llx", c->type, c->value,
		  c->place);
}
KUNIT_ARRAY_PARAM(reloc, reloc_cases, describe_reloc);

/* As many bytes as the type says are written, or none. */
static void relocations_fit_or_fail(struct kunit *test)
{
	const struct reloc_case *c = test->param_value;
	u64 word[2] = { 0x5555555555555555, 0x5555555555555555 };
	unsigned int width = reloc_width(c->type);
	u64 stored = 0;

	KUNIT_EXPECT_EQ(test, reloc_apply(c->type, word, c->value, c->place), c->err);
	if (c->err)
		width = 0;
	memcpy(&stored, word, width);
	KUNIT_EXPECT_EQ(test, stored, c->stored);
	KUNIT_EXPECT_NULL(test, memchr_inv((u8 *)word + width, 0x55, sizeof(word) - width));
}

/* ---- parameters ---- */

static int number = 1;
static bool on, off = true;
static char *text;
static unsigned int list[3], nr_list;
static char buf[4];
static short small;

static const struct kparam_string string_of = { sizeof(buf), buf };
static const struct kparam_array array_of = { 3, sizeof(list[0]), &nr_list, &param_ops_uint, list };
static const struct kernel_param params[] = {
	{ .name = "number", .ops = &param_ops_int, .arg = &number },
	{ .name = "on", .ops = &param_ops_bool, .arg = &on },
	{ .name = "off", .ops = &param_ops_invbool, .arg = &off },
	{ .name = "text", .ops = &param_ops_charp, .arg = &text },
	{ .name = "list", .ops = &param_array_ops, .arg = (void *)&array_of },
	{ .name = "buf", .ops = &param_ops_string, .arg = (void *)&string_of },
	{ .name = "small", .ops = &param_ops_short, .arg = &small },
};

static int set(unsigned int i, const char *val)
{
	return params[i].ops->set(val, &params[i]);
}

static const char *get(unsigned int i)
{
	static char shown[4096];

	params[i].ops->get(shown, &params[i]);
	return shown;
}

static void parameters_take_their_types(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, set(0, "-0x10"), 0);
	KUNIT_EXPECT_EQ(test, number, -16);
	KUNIT_EXPECT_STREQ(test, get(0), "-16");
	KUNIT_EXPECT_EQ(test, set(0, "7 "), -EINVAL);
	KUNIT_EXPECT_EQ(test, set(0, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, number, -16);
	KUNIT_EXPECT_EQ(test, set(1, NULL), 0);
	KUNIT_EXPECT_TRUE(test, on);
	KUNIT_EXPECT_STREQ(test, get(1), "Y");
	KUNIT_EXPECT_EQ(test, set(2, "y"), 0);
	KUNIT_EXPECT_FALSE(test, off);
	KUNIT_EXPECT_EQ(test, set(3, "as it is"), 0);
	KUNIT_EXPECT_STREQ(test, text, "as it is");
	KUNIT_EXPECT_EQ(test, set(5, "abc"), 0);
	KUNIT_EXPECT_STREQ(test, get(5), "abc");
	KUNIT_EXPECT_EQ(test, set(5, "abcd"), -ENOSPC);
	KUNIT_EXPECT_STREQ(test, buf, "abc");
	KUNIT_EXPECT_EQ(test, set(6, "32768"), -ERANGE);
	KUNIT_EXPECT_EQ(test, set(6, "-32768"), 0);
	KUNIT_EXPECT_EQ(test, small, -32768);
}

static void arrays_count_what_came(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, set(4, "5,6"), 0);
	KUNIT_EXPECT_EQ(test, nr_list, 2U);
	KUNIT_EXPECT_EQ(test, list[1], 6U);
	KUNIT_EXPECT_STREQ(test, get(4), "5,6");
	KUNIT_EXPECT_EQ(test, set(4, "1,2,3"), 0);
	KUNIT_EXPECT_EQ(test, set(4, "1,2,3,4"), -EINVAL);
	KUNIT_EXPECT_EQ(test, set(4, ""), -EINVAL);
	KUNIT_EXPECT_EQ(test, set(4, "1,x"), -EINVAL);
	KUNIT_EXPECT_EQ(test, nr_list, 3U);
}

static struct kunit_case cases[] = { KUNIT_CASE(loaded_code_runs),
				     KUNIT_CASE(unknown_names_are_refused),
				     KUNIT_CASE(only_exported_names_are_found),
				     KUNIT_CASE(far_symbols_are_refused),
				     KUNIT_CASE(exporting_the_kernel_s_name_is_refused),
				     KUNIT_CASE_PARAM(relocations_fit_or_fail, reloc_gen_params),
				     KUNIT_CASE(parameters_take_their_types),
				     KUNIT_CASE(arrays_count_what_came),
				     {} };
static struct kunit_suite suite = { .name = "module_load", .init = init, .test_cases = cases };
kunit_test_suite(suite);
