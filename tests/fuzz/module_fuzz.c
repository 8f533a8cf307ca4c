// SPDX-License-Identifier: MIT
/*
 * Fuzz target `module`: a relocatable file, from its bytes to a module in memory.
 *
 * The first byte chooses: even, the rest is the file as it is; odd, the file is one that is right
 * (tests/lib/module_fixture.h), and the rest a program that damages it: an offset of 16 bits, a width (1,
 * 2, 4 or 8 bytes, 0: the file ends there) and a value each.
 *
 * The file lies in memory of its own size, so what is read beyond it is the address sanitizer's to find.
 * Of a file that is accepted, the plan is checked against the sections and relocations once more, here by
 * looking at all pairs; then it is loaded, which writes every relocation, and freed. Its code is not run.
 *
 * finds, within a minute from its corpus, when planted:
 *	lib/module/plan.c: a relocation's last bytes may lie outside of its section
 *	lib/module/plan.c: the bytes of a section are not looked for in the file
 *	lib/module/load.c: a module that is refused keeps its memory
 */
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "tests/fuzz/fuzz.h"
#include "tests/lib/module_fixture.h"

static struct plan plan;
static struct module_image image;

static int init(void)
{
	console_loglevel = 3; /* a refused module is told at KERN_ERR */
	return 0;
}

/* Carry the program out; how many bytes of the file are left. */
static size_t damage(struct fuzz_input *in)
{
	size_t size = sizeof(image);

	module_image_make(&image);
	while (fuzz_next_op(in)) {
		unsigned int at = fuzz_u16(in) % sizeof(image), width = fuzz_u8(in) % 5;
		u64 value = fuzz_u64(in);

		if (!width)
			size = at;
		else
			memcpy((u8 *)&image + at, &value,
			       min(1UL << (width - 1), sizeof(image) - at));
	}
	return size;
}

/* ---- is the plan what it says? ---- */

static void check_section(u32 i)
{
	struct elf_section s = plan_section(&plan, i);
	const struct plan_place *p = &plan.place[i];

	if (p->area >= NR_AREAS)
		return;
	FUZZ_CHECK(!s.align || p->offset % s.align == 0, "section %u is at %u, aligned to %llu", i,
		   p->offset, s.align);
	FUZZ_CHECK(p->offset + s.size <= plan.area_size[p->area], "section %u sticks out", i);
	FUZZ_CHECK(s.type == SHT_NOBITS || s.offset + s.size <= plan.size,
		   "section %u is not there", i);
	for (u32 k = 1; k < i; k++) {
		struct elf_section other = plan_section(&plan, k);

		FUZZ_CHECK(plan.place[k].area != p->area || !s.size || !other.size ||
				   p->offset >= plan.place[k].offset + other.size ||
				   plan.place[k].offset >= p->offset + s.size,
			   "sections %u and %u overlap", i, k);
	}
}

static void check_names(void)
{
	struct elf_section names = plan_section(&plan, plan.names);

	FUZZ_CHECK(!plan.bytes[names.offset + names.size - 1], "the sections' names have no end");
	for (u32 i = 1; i < plan.nr_symbols; i++) {
		struct elf_section table = plan_section(&plan, plan.strtab);
		struct elf_symbol sym = plan_symbol(&plan, i);

		FUZZ_CHECK(sym.name < table.size &&
				   memchr(plan_symbol_name(&plan, &sym), 0, table.size - sym.name),
			   "symbol %u's name has no end", i);
	}
}

static void check_relocations(u32 i)
{
	struct elf_section s = plan_section(&plan, i), target;

	if (s.type != SHT_RELA || plan.place[s.info].area == AREA_NONE)
		return;
	target = plan_section(&plan, s.info);
	for (u32 n = 0; n < s.size / sizeof(struct elf_rela); n++) {
		struct elf_rela rela = plan_rela(&plan, &s, n);

		if (rela_type(&rela) == R_X86_64_NONE)
			continue;
		FUZZ_CHECK(reloc_width(rela_type(&rela)), "relocation %u of no known type", n);
		FUZZ_CHECK(rela.offset + reloc_width(rela_type(&rela)) <= target.size &&
				   rela.offset < target.size,
			   "relocation %u sticks out", n);
		FUZZ_CHECK(rela_sym(&rela) < plan.nr_symbols, "relocation %u has no symbol", n);
	}
}

static void try_file(const void *file, size_t size)
{
	struct loaded *m;
	char why[160];
	int err = plan_make(&plan, file, size);

	plan_describe(&plan, why, sizeof(why));
	FUZZ_CHECK((err != 0) == (why[0] != '\0') && (err != 0) == (plan.error != PLAN_OK),
		   "result %d, told: %s", err, why);
	if (err)
		return;
	check_names();
	for (u32 i = 1; i < plan.header.shnum; i++) {
		check_section(i);
		check_relocations(i);
	}
	m = module_load(&plan, "fuzz", "fuzz.x=1");
	if (m)
		module_free(m);
}

static void run(struct fuzz_input *in)
{
	bool by_hand = fuzz_u8(in) & 1;
	size_t size = by_hand ? damage(in) : (size_t)(in->end - in->at);
	void *file = kmemdup(by_hand ? (const void *)&image : in->at, size, GFP_KERNEL);

	FUZZ_CHECK(file, "no memory for a file of %zu bytes", size);
	try_file(file, size);
	kfree(file);
}

const struct fuzz_target fuzz_module = { .name = "module", .init = init, .run = run };
