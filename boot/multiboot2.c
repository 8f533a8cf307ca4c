// SPDX-License-Identifier: MIT
/*
 * The multiboot2 information block: bytes → struct boot_info.
 *
 * The block is a header and a chain of tags. It comes from a loader that may be buggy, old or
 * hostile, so nothing in it is believed before it was compared with what may be read:
 *
 *	info                                                        info + limit
 *	| total, 0 | tag | pad | tag | pad | … | end tag | (anything)     |
 *	           ^ pos         ^ each at a multiple of 8    ^ end = min(total, limit)
 *
 * Reading is by memcpy from a (pointer, length) pair whose length was checked just before; there is
 * no other access. Tags are described by a table: type, smallest payload, function. A function is
 * given a payload that is at least that long and at most as long as the block, and writes into
 * boot_info what it wants to keep.
 *
 * What is tolerated, each counted as a problem: a total size that lies (clipped to what is
 * readable), a missing end tag, a last tag that reaches past the end (its beginning is used), tags
 * too short for their type (skipped) or for a tag (the chain ends there: its next link is unknown),
 * tags given twice (the first counts; modules and memory maps add up), memory map entries larger
 * than 24 bytes, unterminated strings. Unknown tags are no problem: the specification adds new
 * ones.
 *
 * Invariants: I1 no byte outside [info, info + limit) is read. I2 every pass of the loop advances
 * by at least 8 bytes, so the cost is O(limit). I3 every string in boot_info is terminated.
 *
 * Context: any; pure. Source: Multiboot2 Specification 2.0.
 */
#include <linux/types.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <boot/bootinfo.h>
#include "multiboot2.h"

/* Entries must hold at least address, length and type. */
#define MMAP_ENTRY_MIN	   sizeof(struct mb2_mmap_entry)
#define MMAP_ENTRY_REGULAR 24

struct mb2_parse {
	struct boot_info *bi;
	bool have_map, have_basic;
	bool have_cmdline, have_loader, have_fb;
	struct mb2_basic_mem basic;
};

/*
 * Copy a string of at most `len` bytes into dst[n]. What does not end, or does not fit, is cut and
 * counted.
 */
static void copy_text(struct boot_info *bi, char *dst, size_t n, const u8 *src, size_t len)
{
	size_t text = strnlen((const char *)src, len);

	if (text == len || text >= n)
		boot_info_problem(bi, BOOT_P_STRING_TRUNCATED, text);
	if (text >= n)
		text = n - 1;
	memcpy(dst, src, text);
	dst[text] = '\0';
}

/* Is this the first tag of its kind? Remembers that there was one. */
static bool first_of_kind(struct mb2_parse *s, bool *seen, u32 type)
{
	bool first = !*seen;

	if (!first)
		boot_info_problem(s->bi, BOOT_P_TAG_DUPLICATE, type);
	*seen = true;
	return first;
}

static void tag_cmdline(struct mb2_parse *s, const u8 *p, size_t len)
{
	if (first_of_kind(s, &s->have_cmdline, MB2_TAG_CMDLINE))
		copy_text(s->bi, s->bi->cmdline, sizeof(s->bi->cmdline), p, len);
}

static void tag_loader(struct mb2_parse *s, const u8 *p, size_t len)
{
	if (first_of_kind(s, &s->have_loader, MB2_TAG_LOADER))
		copy_text(s->bi, s->bi->loader, sizeof(s->bi->loader), p, len);
}

static void tag_module(struct mb2_parse *s, const u8 *p, size_t len)
{
	struct mb2_module m;
	struct boot_module *out;

	memcpy(&m, p, sizeof(m));
	if (m.start >= m.end || s->bi->nr_modules == BOOT_MAX_MODULES) {
		s->bi->modules_left_out += m.start < m.end;
		boot_info_problem(s->bi, BOOT_P_MODULE_DROPPED, m.start);
		return;
	}
	out = &s->bi->modules[s->bi->nr_modules++];
	out->start = m.start;
	out->size = m.end - m.start;
	copy_text(s->bi, out->cmdline, sizeof(out->cmdline), p + sizeof(m), len - sizeof(m));
}

static void tag_basic_mem(struct mb2_parse *s, const u8 *p, size_t len)
{
	memcpy(&s->basic, p, sizeof(s->basic));
	s->have_basic = true;
}

static void tag_mmap(struct mb2_parse *s, const u8 *p, size_t len)
{
	struct mb2_mmap head;
	struct mb2_mmap_entry e;
	size_t pos;

	memcpy(&head, p, sizeof(head));
	if (head.entry_size < MMAP_ENTRY_MIN) {
		boot_info_problem(s->bi, BOOT_P_ENTRY_REFUSED, head.entry_size);
		return;
	}
	if (head.entry_size != MMAP_ENTRY_REGULAR)
		boot_info_problem(s->bi, BOOT_P_ENTRY_SIZE, head.entry_size);
	s->have_map = true;
	for (pos = sizeof(head); len - pos >= sizeof(e); pos += head.entry_size) {
		memcpy(&e, p + pos, sizeof(e));
		boot_info_add_range(s->bi, e.addr, e.len, e.type);
		if (len - pos < head.entry_size)
			break;
	}
}

static void tag_framebuffer(struct mb2_parse *s, const u8 *p, size_t len)
{
	struct mb2_framebuffer f;

	memcpy(&f, p, sizeof(f));
	/* Text mode counts in characters of 16 bits, whatever bpp says. */
	if (!f.addr || !f.width || !f.height || f.bpp > 64 ||
	    (u64)f.width * (f.type == 2 ? 16 : f.bpp) > (u64)f.pitch * 8 ||
	    f.addr + (u64)f.pitch * f.height < f.addr) {
		boot_info_problem(s->bi, BOOT_P_FRAMEBUFFER, f.addr);
		return;
	}
	if (!first_of_kind(s, &s->have_fb, MB2_TAG_FRAMEBUFFER))
		return;
	s->bi->fb.addr = f.addr;
	s->bi->fb.pitch = f.pitch;
	s->bi->fb.width = f.width;
	s->bi->fb.height = f.height;
	s->bi->fb.bpp = f.bpp;
	s->bi->fb.type = f.type;
	s->bi->fb.present = true;
}

/* The longer of the two versions is kept, in whichever order they come. */
static void tag_rsdp(struct mb2_parse *s, const u8 *p, size_t len)
{
	size_t n = len < BOOT_RSDP_MAX ? len : BOOT_RSDP_MAX;

	if (n <= s->bi->rsdp_size)
		return;
	memcpy(s->bi->rsdp, p, n);
	s->bi->rsdp_size = n;
}

static void tag_efi(struct mb2_parse *s, const u8 *p, size_t len)
{
	s->bi->efi = true;
}

static const struct mb2_tag_kind {
	u32 type;
	u32 min; /* bytes of payload without which the tag says nothing */
	void (*take)(struct mb2_parse *s, const u8 *payload, size_t len);
} tag_kinds[] = {
	{ MB2_TAG_CMDLINE, 1, tag_cmdline },
	{ MB2_TAG_LOADER, 1, tag_loader },
	{ MB2_TAG_MODULE, sizeof(struct mb2_module), tag_module },
	{ MB2_TAG_BASIC_MEM, sizeof(struct mb2_basic_mem), tag_basic_mem },
	{ MB2_TAG_MMAP, sizeof(struct mb2_mmap), tag_mmap },
	{ MB2_TAG_FRAMEBUFFER, sizeof(struct mb2_framebuffer), tag_framebuffer },
	{ MB2_TAG_EFI32, 0, tag_efi },
	{ MB2_TAG_EFI64, 0, tag_efi },
	{ MB2_TAG_ACPI_OLD, 20, tag_rsdp },
	{ MB2_TAG_ACPI_NEW, BOOT_RSDP_MAX, tag_rsdp },
	{ MB2_TAG_EFI_MAP, 0, tag_efi },
	{ MB2_TAG_EFI_BS, 0, tag_efi },
};

static void tag_dispatch(struct mb2_parse *s, u32 type, const u8 *payload, size_t len)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tag_kinds); i++) {
		if (tag_kinds[i].type != type)
			continue;
		if (len < tag_kinds[i].min)
			boot_info_problem(s->bi, BOOT_P_TAG_SHORT, type);
		else
			tag_kinds[i].take(s, payload, len);
		return;
	}
}

/* Follow the chain of tags in info[0, end), end <= what may be read. */
static void walk_tags(struct mb2_parse *s, const u8 *info, size_t end)
{
	size_t pos = MB2_BLOCK_HEADER;
	u32 head[2], size;

	while (end - pos >= MB2_TAG_HEADER) {
		memcpy(head, info + pos, sizeof(head));
		size = head[1];
		if (head[0] == MB2_TAG_END)
			return;
		if (size < MB2_TAG_HEADER) {
			boot_info_problem(s->bi, BOOT_P_TAG_SHORT, head[0]);
			return;
		}
		if (size > end - pos) {
			boot_info_problem(s->bi, BOOT_P_TAG_TRUNCATED, head[0]);
			tag_dispatch(s, head[0], info + pos + MB2_TAG_HEADER,
				     end - pos - MB2_TAG_HEADER);
			return;
		}
		tag_dispatch(s, head[0], info + pos + MB2_TAG_HEADER, size - MB2_TAG_HEADER);
		pos += ALIGN((size_t)size, MB2_TAG_ALIGN);
		if (pos > end)
			break;
	}
	boot_info_problem(s->bi, BOOT_P_NO_TERMINATOR, pos);
}

/* Without a map, the two basic sizes are better than nothing. */
static void map_from_basic(struct mb2_parse *s)
{
	boot_info_problem(s->bi, BOOT_P_MAP_FROM_BASIC, s->basic.upper_kib);
	boot_info_add_range(s->bi, 0, (u64)min(s->basic.lower_kib, 640U) << 10, MEM_USABLE);
	boot_info_add_range(s->bi, 1 << 20, (u64)s->basic.upper_kib << 10, MEM_USABLE);
}

/**
 * multiboot2_parse - read a multiboot2 information block
 * @info: the block, at any alignment
 * @limit: bytes at @info that may be read
 * @info_phys: where the block stands in physical memory, to be reserved
 * @bi: the result, overwritten
 *
 * Return: 0, -BOOT_E_TOO_SMALL, or -BOOT_E_NO_MEMMAP (everything else in @bi is filled in then).
 */
int multiboot2_parse(const void *info, size_t limit, phys_addr_t info_phys, struct boot_info *bi)
{
	struct mb2_parse s = { .bi = bi };
	u32 total;

	boot_info_init(bi, BOOT_MULTIBOOT2);
	if (limit < MB2_BLOCK_HEADER)
		return -BOOT_E_TOO_SMALL;
	memcpy(&total, info, sizeof(total));
	if (total < MB2_BLOCK_HEADER)
		return -BOOT_E_TOO_SMALL;
	if (total > limit) {
		boot_info_problem(bi, BOOT_P_TOTAL_CLIPPED, total);
		total = limit;
	}
	bi->info_start = info_phys;
	bi->info_end = info_phys + total;
	walk_tags(&s, info, total);
	if (!s.have_map && s.have_basic)
		map_from_basic(&s);
	return bi->nr_ranges ? 0 : -BOOT_E_NO_MEMMAP;
}
