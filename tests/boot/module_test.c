// SPDX-License-Identifier: MIT
/*
 * A file that the loader handed over (iso/module.txt: by GRUB's module2, or QEMU's -initrd), from
 * the boot information to user mappings.
 *
 * Mutations that made it fail when tried: fill_memblock() does not reserve modules; every file
 * fault is taken as a shared one; the last page's tail is not zeroed.
 */
#include <boot/boot.h>
#include <boot/bootinfo.h>
#include <kunit/test.h>
#include <linux/memblock.h>
#include <linux/string.h>
#include "tests/mm/user_fixture.h"

#define FIRST_LINE "A multiboot2 module: these bytes"

static const struct boot_module *module(struct kunit *test)
{
	const struct boot_info *info = boot_info_get();

	if (!info->nr_modules)
		kunit_skip(test, "the loader passed no module");
	return &info->modules[0];
}

static void bytes_are_whole(struct kunit *test)
{
	const struct boot_module *m = module(test);
	const char *bytes = __va(m->start);
	unsigned int lines = 0;

	KUNIT_EXPECT_EQ(test, strncmp(bytes, FIRST_LINE, strlen(FIRST_LINE)), 0);
	for (u64 i = 0; i < m->size; i++)
		lines += bytes[i] == '\n';
	KUNIT_EXPECT_EQ(test, lines, 1201U);
	KUNIT_EXPECT_EQ(test, bytes[m->size - 1], '\n');
}

static void memory_is_reserved(struct kunit *test)
{
	const struct boot_module *m = module(test);

	KUNIT_EXPECT_TRUE(test, memblock_is_region_reserved(m->start, m->size));
	for (u64 p = m->start; p < m->start + m->size; p += PAGE_SIZE) {
		if (pfn_valid(PFN_DOWN(p)))
			KUNIT_EXPECT_NULL(test, page_head(phys_to_page(p)));
	}
}

/*
 * Two private and two shared mappings of it: shared writes are seen by every mapping, private ones
 * by none.
 */
static void mapped_private_and_shared(struct kunit *test)
{
	const struct boot_module *m = module(test);
	struct memfile *mf = memfile_create("module.txt", __va(m->start), m->size);
	unsigned long priv, other, shared, again;
	u64 first;

	KUNIT_ASSERT_NOT_NULL(test, mf);
	priv = map_file(test, mf, 0, 2, PROT_RW, MAP_PRIVATE, 0);
	other = map_file(test, mf, 8, 2, PROT_READ, MAP_PRIVATE, 0);
	shared = map_file(test, mf, 16, 2, PROT_RW, MAP_SHARED, 0);
	again = map_file(test, mf, 24, 2, PROT_READ, MAP_SHARED, 0);
	first = peek(priv);
	KUNIT_EXPECT_EQ(test, memcmp(&first, FIRST_LINE, 8), 0);

	KUNIT_EXPECT_EQ(test, poke(priv, 1), 0);
	KUNIT_EXPECT_EQ(test, peek(shared), first);
	KUNIT_EXPECT_EQ(test, poke(shared, 2), 0);
	KUNIT_EXPECT_EQ(test, peek(again), 2ULL);
	KUNIT_EXPECT_EQ(test, peek(other), 2ULL); /* not yet copied: it still shows the file */
	KUNIT_EXPECT_EQ(test, peek(priv), 1ULL);
	KUNIT_EXPECT_EQ(test, memcmp(__va(m->start), FIRST_LINE, 8), 0); /* the module itself stays */
	memfile_put(mf);
}

static void tail_is_zero(struct kunit *test)
{
	const struct boot_module *m = module(test);
	struct memfile *mf = memfile_create("module.txt", __va(m->start), m->size);
	unsigned long last = PFN_DOWN(m->size - 1), at;
	u8 byte = 0xff;

	KUNIT_ASSERT_NOT_NULL(test, mf);
	at = map_file(test, mf, 0, 1, PROT_READ, MAP_SHARED, last);
	KUNIT_EXPECT_EQ(test, get_user(byte, (u8 __user *)(at + (m->size - 1) % PAGE_SIZE)), 0);
	KUNIT_EXPECT_EQ(test, byte, '\n');
	for (unsigned long i = m->size % PAGE_SIZE; i && i < PAGE_SIZE; i++) {
		if (get_user(byte, (u8 __user *)(at + i)) || byte)
			KUNIT_FAIL(test, "byte %lu behind the file's end is %#x", i, byte);
	}
	memfile_put(mf);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(bytes_are_whole),
	KUNIT_CASE(memory_is_reserved),
	KUNIT_CASE(mapped_private_and_shared),
	KUNIT_CASE(tail_is_zero),
	{}
};
static struct kunit_suite suite = { .name = "boot_module",
				    .init = user_fixture_init,
				    .exit = user_fixture_exit,
				    .test_cases = cases };
kunit_test_suite(suite);
