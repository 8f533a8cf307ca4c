// SPDX-License-Identifier: MIT
/*
 * Tests of boot/multiboot2.c. Streams are put together tag by tag; the numbers here are the
 * specification's, written out again rather than taken from the parser's header.
 *
 * Suite multiboot2, mutations that made it fail when tried (in a process; a fault there is a trap,
 * and a failed case, here):
 *	walk_tags: `size > end - pos` made `false`			a fault
 *	walk_tags: the test for size < MB2_TAG_HEADER dropped		zero_sized_tag never ends
 *	multiboot2_parse: total not clipped to limit			a fault
 *	copy_text: strlen in place of strnlen				every_prefix
 *	tag_mmap: `len - pos >= 1`					truncated_tag, every_prefix, mutations
 *	tag_mmap: stride 24 whatever the tag says			a fault
 *	tag_mmap: no stop before a stride past the end			a fault
 *	tag_dispatch: smallest payload not looked at			a fault
 *	tag_module: no limit on nr_modules				modules
 *	tag_rsdp: the last one wins					rsdp_longer_wins
 *	tag_framebuffer: the wrap not looked at				framebuffer_nonsense
 *	first_of_kind: always true					duplicates
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <boot/bootinfo.h>

#define STREAM_MAX 16384

struct stream {
	size_t len;
	u8 buf[STREAM_MAX];
};

static struct stream st;
static struct boot_info bi, other;
static struct memmap map;
static u8 area[STREAM_MAX + 64];

/* ---- A small builder ---- */

static void put(const void *p, size_t n)
{
	memcpy(st.buf + st.len, p, n);
	st.len += n;
}

static void put32(u32 v)
{
	put(&v, sizeof(v));
}

static void put64(u64 v)
{
	put(&v, sizeof(v));
}

static void pad(void)
{
	while (st.len % 8)
		st.buf[st.len++] = 0;
}

/* Open a tag; returns where its size stands. */
static size_t tag(u32 type)
{
	pad();
	put32(type);
	put32(0);
	return st.len - 4;
}

static void tag_close(size_t at)
{
	u32 size = st.len - (at - 4);

	memcpy(st.buf + at, &size, sizeof(size));
}

static void tag_text(u32 type, const char *text)
{
	size_t at = tag(type);

	put(text, strlen(text) + 1);
	tag_close(at);
}

static void begin(void)
{
	memset(&st, 0, sizeof(st));
	st.len = 8;
}

static void total(u32 size)
{
	memcpy(st.buf, &size, sizeof(size));
}

static void end(void)
{
	tag_close(tag(0));
	total(st.len);
}

/* A memory map tag with one usable range for each of `n` MiB, entries `entry_size` apart. */
static void tag_map(u32 entry_size, unsigned int n)
{
	size_t at = tag(6);
	unsigned int i, k;

	put32(entry_size);
	put32(0);
	for (i = 0; i < n; i++) {
		u8 entry[64] = { 0 };
		u64 addr = (u64)(i + 1) << 20, len = 1 << 16;
		u32 type = 1;

		memcpy(entry, &addr, 8);
		memcpy(entry + 8, &len, 8);
		memcpy(entry + 16, &type, 4);
		for (k = 20; k < sizeof(entry); k++)
			entry[k] = 0xee;
		put(entry, entry_size);
	}
	tag_close(at);
}

static void tag_module(u32 start, u32 stop, const char *text)
{
	size_t at = tag(3);

	put32(start);
	put32(stop);
	put(text, strlen(text) + 1);
	tag_close(at);
}

static void tag_framebuffer(u64 addr, u32 pitch, u32 w, u32 h, u32 bpp_and_type)
{
	size_t at = tag(8);

	put64(addr);
	put32(pitch);
	put32(w);
	put32(h);
	put32(bpp_and_type);
	tag_close(at);
}

static void tag_rsdp(u32 type, unsigned int size, u8 fill)
{
	size_t at = tag(type);
	unsigned int i;

	for (i = 0; i < size; i++)
		put(&fill, 1);
	tag_close(at);
}

/* What GRUB passes, in its order. */
static void grub_stream(void)
{
	size_t at;

	begin();
	at = tag(21);
	put32(0x200000);
	tag_close(at);
	tag_text(1, "test=buddy* poweroff");
	tag_text(2, "GRUB 2.06");
	tag_module(0x800000, 0x801234, "data.txt a=b");
	tag_map(24, 3);
	at = tag(4);
	put32(639);
	put32(0x1fb80);
	tag_close(at);
	tag_framebuffer(0xfd000000, 4096, 1024, 768, 32 | 1 << 8);
	tag_rsdp(14, 20, 0x41);
	end();
}

static int parse(void)
{
	return multiboot2_parse(st.buf, st.len, 0x16000, &bi);
}

static u32 problems(const struct boot_info *b)
{
	u32 sum = 0;
	int i;

	for (i = 0; i < BOOT_PROBLEMS; i++)
		sum += b->problems[i].count;
	return sum;
}

/* ---- Cases ---- */

static void whole_stream(struct kunit *test)
{
	grub_stream();
	KUNIT_ASSERT_EQ(test, parse(), 0);
	memset(st.buf, 0xff, sizeof(st.buf)); /* nothing may point back */
	KUNIT_EXPECT_EQ(test, bi.protocol, BOOT_MULTIBOOT2);
	KUNIT_EXPECT_STREQ(test, bi.cmdline, "test=buddy* poweroff");
	KUNIT_EXPECT_STREQ(test, bi.loader, "GRUB 2.06");
	KUNIT_ASSERT_EQ(test, bi.nr_modules, 1u);
	KUNIT_EXPECT_EQ(test, bi.modules[0].start, 0x800000ull);
	KUNIT_EXPECT_EQ(test, bi.modules[0].size, 0x1234ull);
	KUNIT_EXPECT_STREQ(test, bi.modules[0].cmdline, "data.txt a=b");
	KUNIT_ASSERT_EQ(test, bi.nr_ranges, 3u);
	KUNIT_EXPECT_EQ(test, bi.ranges[2].start, 3ull << 20);
	KUNIT_EXPECT_EQ(test, bi.ranges[2].size, 1ull << 16);
	KUNIT_EXPECT_EQ(test, bi.ranges[2].type, 1u);
	KUNIT_EXPECT_TRUE(test, bi.fb.present);
	KUNIT_EXPECT_EQ(test, bi.fb.addr, 0xfd000000ull);
	KUNIT_EXPECT_EQ(test, bi.fb.width, 1024u);
	KUNIT_EXPECT_EQ(test, bi.fb.bpp, 32);
	KUNIT_EXPECT_EQ(test, bi.rsdp_size, 20u);
	KUNIT_EXPECT_EQ(test, bi.rsdp[19], 0x41);
	KUNIT_EXPECT_FALSE(test, bi.efi);
	KUNIT_EXPECT_EQ(test, bi.info_start, 0x16000ull);
	KUNIT_EXPECT_EQ(test, bi.info_end, 0x16000ull + st.len);
	KUNIT_EXPECT_EQ(test, problems(&bi), 0u);
}

static void efi_tags(struct kunit *test)
{
	static const u32 types[] = { 11, 12, 17, 18 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		begin();
		tag_close(tag(types[i]));
		tag_map(24, 1);
		end();
		KUNIT_EXPECT_EQ(test, parse(), 0);
		KUNIT_EXPECT_TRUE_MSG(test, bi.efi, "tag %u", types[i]);
	}
}

static void no_memory_map(struct kunit *test)
{
	begin();
	tag_text(1, "kept");
	end();
	KUNIT_EXPECT_EQ(test, parse(), -BOOT_E_NO_MEMMAP);
	KUNIT_EXPECT_STREQ(test, bi.cmdline, "kept");
	begin();
	tag_map(24, 0);
	end();
	KUNIT_EXPECT_EQ(test, parse(), -BOOT_E_NO_MEMMAP);
}

static void too_small(struct kunit *test)
{
	size_t limit;
	u32 size;

	grub_stream();
	for (limit = 0; limit < 8; limit++)
		KUNIT_EXPECT_EQ(test, multiboot2_parse(st.buf, limit, 0, &bi), -BOOT_E_TOO_SMALL);
	for (size = 0; size < 8; size++) {
		total(size);
		KUNIT_EXPECT_EQ(test, parse(), -BOOT_E_TOO_SMALL);
	}
	total(8);
	KUNIT_EXPECT_EQ(test, parse(), -BOOT_E_NO_MEMMAP);
}

static void total_size_lies(struct kunit *test)
{
	grub_stream();
	total(0xffffffff);
	KUNIT_EXPECT_EQ(test, parse(), 0);
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_TOTAL_CLIPPED].count, 1u);
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_TOTAL_CLIPPED].first, 0xffffffffull);
	KUNIT_EXPECT_EQ(test, bi.info_end, 0x16000ull + st.len);
	KUNIT_EXPECT_EQ(test, bi.nr_ranges, 3u);
	KUNIT_EXPECT_EQ(test, problems(&bi), 1u);
}

static void missing_terminator(struct kunit *test)
{
	begin();
	tag_map(24, 2);
	total(st.len);
	KUNIT_EXPECT_EQ(test, parse(), 0);
	KUNIT_EXPECT_EQ(test, bi.nr_ranges, 2u);
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_NO_TERMINATOR].count, 1u);
	/* The last tag's padding lies past the end. */
	begin();
	tag_map(24, 1);
	tag_text(2, "x");
	total(st.len);
	KUNIT_EXPECT_EQ(test, parse(), 0);
	KUNIT_EXPECT_STREQ(test, bi.loader, "x");
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_NO_TERMINATOR].count, 1u);
}

static void truncated_tag(struct kunit *test)
{
	begin();
	tag_text(1, "before");
	tag_map(24, 5);
	total(st.len);
	/* Three entries and 20 bytes of the fourth, which is all that is needed of it; then 19. */
	KUNIT_EXPECT_EQ(test, multiboot2_parse(st.buf, st.len - 28, 0, &bi), 0);
	KUNIT_EXPECT_EQ(test, bi.nr_ranges, 4u);
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_TAG_TRUNCATED].count, 1u);
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_TAG_TRUNCATED].first, 6ull);
	KUNIT_EXPECT_EQ(test, multiboot2_parse(st.buf, st.len - 29, 0, &bi), 0);
	KUNIT_EXPECT_EQ(test, bi.nr_ranges, 3u);
	KUNIT_EXPECT_STREQ(test, bi.cmdline, "before");
}

static void zero_sized_tag(struct kunit *test)
{
	u32 size;

	for (size = 0; size < 8; size++) {
		size_t at;

		begin();
		tag_map(24, 1);
		at = tag(2);
		memcpy(st.buf + at, &size, sizeof(size));
		tag_text(1, "not reached");
		end();
		KUNIT_EXPECT_EQ(test, parse(), 0);
		KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_TAG_SHORT].count, 1u);
		KUNIT_EXPECT_STREQ(test, bi.cmdline, "");
	}
}

static void short_tags_are_skipped(struct kunit *test)
{
	static const u32 types[] = { 1, 2, 3, 4, 6, 8, 14, 15 };
	unsigned int i;

	begin();
	for (i = 0; i < ARRAY_SIZE(types); i++)
		tag_close(tag(types[i]));
	tag_map(24, 1);
	end();
	KUNIT_EXPECT_EQ(test, parse(), 0);
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_TAG_SHORT].count, (u32)ARRAY_SIZE(types));
	KUNIT_EXPECT_EQ(test, bi.nr_ranges, 1u);
	KUNIT_EXPECT_EQ(test, bi.nr_modules, 0u);
}

static void unknown_tags(struct kunit *test)
{
	begin();
	tag_text(0x80000001, "new in version 3");
	tag_map(24, 1);
	tag_text(99, "");
	tag_text(2, "after");
	end();
	KUNIT_EXPECT_EQ(test, parse(), 0);
	KUNIT_EXPECT_STREQ(test, bi.loader, "after");
	KUNIT_EXPECT_EQ(test, problems(&bi), 0u);
}

static void entry_sizes(struct kunit *test)
{
	static const u32 good[] = { 20, 24, 28, 32, 40, 64 }, bad[] = { 0, 1, 8, 16, 19 };
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		begin();
		tag_map(good[i], 7);
		end();
		KUNIT_EXPECT_EQ(test, parse(), 0);
		KUNIT_ASSERT_EQ(test, bi.nr_ranges, 7u);
		for (k = 0; k < 7; k++) {
			KUNIT_EXPECT_EQ(test, bi.ranges[k].start, (u64)(k + 1) << 20);
			KUNIT_EXPECT_EQ(test, bi.ranges[k].type, 1u);
		}
		KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_ENTRY_SIZE].count,
				good[i] == 24 ? 0u : 1u);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		begin();
		tag_map(bad[i], 7);
		end();
		KUNIT_EXPECT_EQ(test, parse(), -BOOT_E_NO_MEMMAP);
		KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_ENTRY_REFUSED].count, 1u);
	}
}

static void huge_entry_size(struct kunit *test)
{
	u32 huge = 0xfffffff8;

	begin();
	tag_map(24, 4);
	end();
	memcpy(st.buf + 16, &huge, sizeof(huge));
	KUNIT_EXPECT_EQ(test, parse(), 0);
	KUNIT_EXPECT_EQ(test, bi.nr_ranges, 1u);
}

static void many_ranges(struct kunit *test)
{
	unsigned int i, reserved = 0;
	size_t at;

	/* More than fit, the ones that forbid memory last. */
	begin();
	tag_map(24, BOOT_MAX_RANGES);
	at = tag(6);
	put32(24);
	put32(0);
	for (i = 0; i < 50; i++) {
		put64((u64)i << 30);
		put64(4096);
		put64(2);
	}
	tag_close(at);
	end();
	KUNIT_EXPECT_EQ(test, parse(), 0);
	KUNIT_EXPECT_EQ(test, bi.nr_ranges, (unsigned int)BOOT_MAX_RANGES);
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_RANGE_DROPPED].count, 50u);
	for (i = 0; i < bi.nr_ranges; i++)
		reserved += bi.ranges[i].type == 2;
	KUNIT_EXPECT_EQ(test, reserved, 50u);
}

static void strings_are_cut(struct kunit *test)
{
	static char text[BOOT_CMDLINE_MAX + 100];
	size_t at;

	memset(text, 'a', sizeof(text) - 1);
	begin();
	tag_map(24, 1);
	tag_text(1, text);
	at = tag(2); /* not terminated */
	put("GRUB", 4);
	tag_close(at);
	end();
	KUNIT_EXPECT_EQ(test, parse(), 0);
	KUNIT_EXPECT_EQ(test, strlen(bi.cmdline), (size_t)BOOT_CMDLINE_MAX - 1);
	KUNIT_EXPECT_STREQ(test, bi.loader, "GRUB");
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_STRING_TRUNCATED].count, 2u);
	/* The longest that fits is whole. */
	text[BOOT_CMDLINE_MAX - 1] = '\0';
	begin();
	tag_map(24, 1);
	tag_text(1, text);
	end();
	KUNIT_EXPECT_EQ(test, parse(), 0);
	KUNIT_EXPECT_STREQ(test, bi.cmdline, text);
	KUNIT_EXPECT_EQ(test, problems(&bi), 0u);
}

static void modules(struct kunit *test)
{
	u32 i;

	begin();
	tag_map(24, 1);
	tag_module(0x5000, 0x5000, "empty");
	tag_module(0x6000, 0x5000, "backwards");
	for (i = 0; i < BOOT_MAX_MODULES + 4; i++)
		tag_module(0x100000 * (i + 1), 0x100000 * (i + 1) + i + 1, "m");
	end();
	KUNIT_EXPECT_EQ(test, parse(), 0);
	KUNIT_ASSERT_EQ(test, bi.nr_modules, (unsigned int)BOOT_MAX_MODULES);
	for (i = 0; i < BOOT_MAX_MODULES; i++)
		KUNIT_EXPECT_EQ(test, bi.modules[i].size, i + 1ull);
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_MODULE_DROPPED].count, 6u);
	KUNIT_EXPECT_EQ(test, bi.modules_left_out, 4u); /* the two others are nothing */
	KUNIT_EXPECT_EQ(test, bi.nr_ranges, 1u);
}

static void rsdp_longer_wins(struct kunit *test)
{
	begin();
	tag_map(24, 1);
	tag_rsdp(15, 36, 2);
	tag_rsdp(14, 20, 1);
	end();
	KUNIT_EXPECT_EQ(test, parse(), 0);
	KUNIT_EXPECT_EQ(test, bi.rsdp_size, 36u);
	KUNIT_EXPECT_EQ(test, bi.rsdp[0], 2);
	begin();
	tag_map(24, 1);
	tag_rsdp(14, 20, 1);
	tag_rsdp(15, 60, 2);
	end();
	KUNIT_EXPECT_EQ(test, parse(), 0);
	KUNIT_EXPECT_EQ(test, bi.rsdp_size, 36u);
	KUNIT_EXPECT_EQ(test, bi.rsdp[35], 2);
}

static void framebuffer_nonsense(struct kunit *test)
{
	begin();
	tag_map(24, 1);
	tag_framebuffer(0xfd000000, 100, 1024, 768,
			32 | 1 << 8); /* a line is longer than the pitch */
	tag_framebuffer(0xfd000000, 4096, 1024, 0, 32 | 1 << 8);     /* no lines */
	tag_framebuffer(0, 4096, 1024, 768, 32 | 1 << 8);	     /* no address */
	tag_framebuffer(~0ull - 4096, 4096, 1024, 768, 32 | 1 << 8); /* wraps */
	tag_framebuffer(0xb8000, 160, 80, 25, 0 | 2 << 8);	     /* text: fine */
	end();
	KUNIT_EXPECT_EQ(test, parse(), 0);
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_FRAMEBUFFER].count, 4u);
	KUNIT_EXPECT_EQ(test, bi.fb.addr, 0xb8000ull);
	KUNIT_EXPECT_EQ(test, bi.fb.type, 2);
}

static void duplicates(struct kunit *test)
{
	begin();
	tag_text(1, "first");
	tag_text(1, "second");
	tag_map(24, 1);
	tag_map(24, 2); /* maps add up */
	tag_text(2, "one");
	tag_text(2, "two");
	end();
	KUNIT_EXPECT_EQ(test, parse(), 0);
	KUNIT_EXPECT_STREQ(test, bi.cmdline, "first");
	KUNIT_EXPECT_STREQ(test, bi.loader, "one");
	KUNIT_EXPECT_EQ(test, bi.nr_ranges, 3u);
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_TAG_DUPLICATE].count, 2u);
}

static void map_from_basic_sizes(struct kunit *test)
{
	size_t at;

	begin();
	at = tag(4);
	put32(639);
	put32(1024);
	tag_close(at);
	end();
	KUNIT_EXPECT_EQ(test, parse(), 0);
	KUNIT_ASSERT_EQ(test, bi.nr_ranges, 2u);
	KUNIT_EXPECT_EQ(test, bi.ranges[0].size, 639ull << 10);
	KUNIT_EXPECT_EQ(test, bi.ranges[1].start, 1ull << 20);
	KUNIT_EXPECT_EQ(test, bi.ranges[1].size, 1ull << 20);
	KUNIT_EXPECT_EQ(test, bi.problems[BOOT_P_MAP_FROM_BASIC].count, 1u);
}

static void any_alignment(struct kunit *test)
{
	unsigned int shift;

	grub_stream();
	KUNIT_ASSERT_EQ(test, parse(), 0);
	for (shift = 1; shift < 8; shift++) {
		memcpy(area + shift, st.buf, st.len);
		KUNIT_EXPECT_EQ(test, multiboot2_parse(area + shift, st.len, 0x16000, &other), 0);
		KUNIT_EXPECT_MEMEQ(test, &bi, &other, sizeof(bi));
	}
}

/*
 * Parse the first `limit` bytes of the stream twice, with other bytes around them each time: if the
 * results differ in one bit, a byte outside was read. (Under ASan in a process the same calls are
 * made on areas of exactly this size.)
 */
static int parse_surrounded(struct kunit *test, size_t limit)
{
	int a, b;

	memset(area, 0x00, sizeof(area));
	memcpy(area + 8, st.buf, limit);
	a = multiboot2_parse(area + 8, limit, 0, &bi);
	memset(area, 0x55, sizeof(area));
	memcpy(area + 8, st.buf, limit);
	b = multiboot2_parse(area + 8, limit, 0, &other);
	KUNIT_EXPECT_EQ_MSG(test, a, b, "limit %lu", (unsigned long)limit);
	KUNIT_EXPECT_TRUE_MSG(test, !memcmp(&bi, &other, sizeof(bi)),
			      "bytes outside matter at limit %lu", (unsigned long)limit);
	return a;
}

static void every_prefix(struct kunit *test)
{
	size_t limit;

	grub_stream();
	for (limit = 0; limit <= st.len; limit++) {
		int err = parse_surrounded(test, limit);

		KUNIT_EXPECT_TRUE(test,
				  err == 0 || err == -BOOT_E_TOO_SMALL || err == -BOOT_E_NO_MEMMAP);
	}
	KUNIT_EXPECT_EQ(test, bi.nr_ranges, 3u);
}

/* Every field that a text may stand in ends within itself. */
static bool texts_end(const struct boot_info *b)
{
	unsigned int i;

	for (i = 0; i < b->nr_modules; i++)
		if (!memchr(b->modules[i].cmdline, 0, sizeof(b->modules[i].cmdline)))
			return false;
	return memchr(b->cmdline, 0, sizeof(b->cmdline)) && memchr(b->loader, 0, sizeof(b->loader));
}

static void mutations(struct kunit *test)
{
	unsigned int i, k;
	int err;

	for (i = 0; i < 2000; i++) {
		grub_stream();
		for (k = kunit_rand_below(test, 8) + 1; k; k--)
			st.buf[kunit_rand_below(test, st.len)] = kunit_rand(test);
		/* Half of the time a plausible number rather than noise. */
		if (i & 1)
			st.buf[kunit_rand_below(test, st.len / 4) * 4] = kunit_rand_below(test, 48);
		err = parse_surrounded(test, st.len - kunit_rand_below(test, 4));
		KUNIT_EXPECT_TRUE(test, texts_end(&bi));
		KUNIT_EXPECT_TRUE(test, bi.nr_ranges <= BOOT_MAX_RANGES);
		KUNIT_EXPECT_TRUE(test, bi.nr_modules <= BOOT_MAX_MODULES);
		if (err)
			continue;
		err = boot_info_normalise(&bi, 40, &map);
		KUNIT_EXPECT_TRUE(test, err == 0 || err == -BOOT_E_NO_USABLE);
		KUNIT_EXPECT_EQ(test, memmap_valid(&map), 0);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(whole_stream),
	KUNIT_CASE(efi_tags),
	KUNIT_CASE(no_memory_map),
	KUNIT_CASE(too_small),
	KUNIT_CASE(total_size_lies),
	KUNIT_CASE(missing_terminator),
	KUNIT_CASE(truncated_tag),
	KUNIT_CASE(zero_sized_tag),
	KUNIT_CASE(short_tags_are_skipped),
	KUNIT_CASE(unknown_tags),
	KUNIT_CASE(entry_sizes),
	KUNIT_CASE(huge_entry_size),
	KUNIT_CASE(many_ranges),
	KUNIT_CASE(strings_are_cut),
	KUNIT_CASE(modules),
	KUNIT_CASE(rsdp_longer_wins),
	KUNIT_CASE(framebuffer_nonsense),
	KUNIT_CASE(duplicates),
	KUNIT_CASE(map_from_basic_sizes),
	KUNIT_CASE(any_alignment),
	KUNIT_CASE(every_prefix),
	KUNIT_CASE(mutations),
	{},
};

static struct kunit_suite suite = { .name = "multiboot2", .test_cases = cases };
kunit_test_suite(suite);
