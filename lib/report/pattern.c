// SPDX-License-Identifier: MIT
/*
 * What a bad address looks like, and where it points.
 *
 * Wild pointers are rarely random. Debugging fills memory with values that never occur otherwise,
 * so a pointer read from freed memory is 0x6b6b6b6b6b6b6b6b, give or take the offset of a member; a
 * pointer that was never there is NULL plus such an offset. The table names them. What is no
 * pattern is at least somewhere: a stack or its guard page, a symbol, a region of the address
 * space.
 *
 * I1  Ranges of the table don't overlap: at most one name fits a value.
 * I2  A pattern stands for REACH_DOWN bytes below it (container_of) and REACH_UP above it
 *     (members).
 *
 * Pure functions of the value and of tables that never change after bring-up. Any context.
 */
#include <asm/ksyms.h>
#include <asm/page.h>
#include <asm/stack.h>
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/poison.h>
#include <linux/sprintf.h>
#include "internal.h"

#define REACH_DOWN 128
#define REACH_UP   4095

#define BYTES(b) (0x0101010101010101UL * (b))
/* The last word of an object: its last byte is POISON_END. */
#define FREE_END      (BYTES(POISON_FREE) >> 8 | (unsigned long)POISON_END << 56)
#define KFENCE_CANARY 0xadacafaea9a8abaaUL /* a word of what mm/kfence.c fills its pages with */
#define AROUND(v)     .first = (v)-REACH_DOWN, .last = (v) + REACH_UP
/* The two list poisons are 0x22 apart: each reaches down to the other only. */
#define LIST_1 0xdead000000000100UL
#define LIST_2 0xdead000000000122UL

static const struct pattern patterns[] = {
	{ .first = 0,
	  .last = 0,
	  .name = "NULL",
	  .advice =
		  "NULL was dereferenced: a pointer was never set, or a failed allocation was not checked." },
	{ .first = 1,
	  .last = ZERO_SIZE_FIRST - 1,
	  .name = "a small offset from NULL",
	  .advice =
		  "A member of a structure was accessed through NULL; the address is the member's offset." },
	{ .first = ZERO_SIZE_FIRST,
	  .last = ZERO_SIZE_LAST,
	  .name = "ZERO_SIZE_PTR (a zero-size allocation was used), or a member at that offset from NULL",
	  .advice =
		  "Either the size of an allocation was computed as 0 (what kmalloc(0) returns may be freed, not dereferenced), or a member of a structure was accessed through NULL." },
	{ .first = ZERO_SIZE_LAST + 1,
	  .last = PAGE_SIZE - 1,
	  .name = "a small offset from NULL",
	  .advice =
		  "A member of a structure was accessed through NULL; the address is the member's offset." },
	{ AROUND(BYTES(POISON_FREE)),
	  .name = "POISON_FREE (0x6b): read from a freed object, or one never initialised",
	  .advice =
		  "Use after free: the pointer was loaded from an object after that was freed. Or, as a fresh object of a poisoned cache holds 0x6b too, from one that was never initialised." },
	{ AROUND(FREE_END),
	  .name = "POISON_FREE, POISON_END (0x6b, 0xa5): read from the end of a freed object, or of one never initialised",
	  .advice =
		  "Use after free: the pointer was loaded from an object after that was freed. Or, as a fresh object of a poisoned cache ends in 0xa5 too, from one that was never initialised." },
	{ AROUND(BYTES(POISON_INUSE)),
	  .name = "POISON_INUSE (0x5a): read from an object never initialised",
	  .advice =
		  "The pointer was loaded from memory that was allocated but not initialised; kzalloc() would have cleared it." },
	{ AROUND(BYTES(PAGE_POISON)), .name = "PAGE_POISON (0xaa): read from a freed page",
	  .advice = "Use after free: the pointer was loaded from a page after that was freed." },
	{ AROUND(BYTES(SLUB_RED_INACTIVE)),
	  .name = "SLUB_RED_INACTIVE (0xbb): read from a red zone",
	  .advice =
		  "The pointer was loaded from beyond the end of an object, or from an object that is free." },
	{ AROUND(BYTES(SLUB_RED_ACTIVE)), .name = "SLUB_RED_ACTIVE (0xcc): read from a red zone",
	  .advice = "The pointer was loaded from beyond the end of an object." },
	{ AROUND(KFENCE_CANARY),
	  .name = "KFENCE's pattern (0xaa to 0xad): read from a sampled object never initialised, or beside it",
	  .advice =
		  "The pointer was loaded from memory that was allocated but not initialised (kzalloc() would have cleared it), or from beyond the end of its object." },
	{ .first = LIST_1 - REACH_DOWN,
	  .last = LIST_2 - 1,
	  .name = "LIST_POISON1: next of a deleted list entry",
	  .advice =
		  "A list was walked over an entry that list_del() had removed: use the _safe iterator, or check for a double list_del()." },
	{ .first = LIST_2,
	  .last = LIST_2 + REACH_UP,
	  .name = "LIST_POISON2: prev of a deleted list entry",
	  .advice = "A list entry was deleted twice, or used after list_del()." },
	{ .first = (unsigned long)-MAX_ERRNO,
	  .last = ~0UL,
	  .name = "an error pointer",
	  .advice = "A function returned ERR_PTR() and the caller did not check with IS_ERR()." },
};

const struct pattern *pattern_find(unsigned long v)
{
	unsigned int i;

	for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		if (v >= patterns[i].first && v <= patterns[i].last)
			return &patterns[i];
	return NULL;
}

/**
 * report_pattern - does a value look like a known mistake?
 * @v: any value
 *
 * Return: what it looks like (poison, list poison, ZERO_SIZE_PTR, small offset from NULL, error
 * pointer), or NULL.
 */
const char *report_pattern(unsigned long v)
{
	const struct pattern *p = pattern_find(v);

	return p ? p->name : NULL;
}

/**
 * report_pattern_advice - what such a value usually means
 * @v: any value that was used as a pointer
 *
 * Return: a sentence, or NULL if report_pattern() knows no name for it.
 */
const char *report_pattern_advice(unsigned long v)
{
	const struct pattern *p = pattern_find(v);

	return p ? p->advice : NULL;
}

/* ---- one line about any address ---- */

static bool explain_pattern(unsigned long addr, char *buf, size_t size)
{
	const struct pattern *p = pattern_find(addr);

	if (!p)
		return false;
	if (IS_ERR_VALUE(addr))
		scnprintf(buf, size, "%s, %pe", p->name, (void *)addr);
	else
		scnprintf(buf, size, "%s", p->name);
	return true;
}

static bool explain_stack(unsigned long addr, char *buf, size_t size)
{
	unsigned long low, high;
	const char *name;

	if (stack_guard_hit(addr, &name)) {
		scnprintf(buf, size, "guard page below the %s stack", name);
		return true;
	}
	if (!stack_bounds(addr, &low, &high, &name))
		return false;
	scnprintf(buf, size, "%s stack, %lu byte%s below its top", name, high - addr,
		  plural(high - addr));
	return true;
}

const char *image_part(unsigned long addr)
{
	if (addr < (unsigned long)__text_end)
		return "code";
	return addr < (unsigned long)__rodata_end ? "read-only data" : "data";
}

static bool explain_symbol(unsigned long addr, char *buf, size_t size)
{
	char symbol[96];

	if (addr < (unsigned long)__image_start || addr >= (unsigned long)__image_end)
		return false;
	ksym_print(symbol, sizeof(symbol), addr);
	scnprintf(buf, size, "kernel image, %s, %s", image_part(addr), symbol);
	return true;
}

bool explain_region(unsigned long addr, char *buf, size_t size)
{
	static const struct {
		unsigned long start, length;
		const char *name;
	} regions[] = {
		{ 0, TASK_SIZE, "user address" },
		{ PAGE_OFFSET, DIRECT_MAP_SIZE, "direct map" },
		{ VMALLOC_START, VMALLOC_SIZE, "vmalloc space" },
		{ VMEMMAP_START, VMEMMAP_SIZE, "struct page array (vmemmap)" },
		{ IMAGE_START, IMAGE_SIZE, "kernel image's range, outside the image" },
		{ PERCPU_START, PERCPU_SIZE, "per-CPU variables" },
		{ MODULES_VADDR, MODULES_END - MODULES_VADDR, "modules" },
	};
	unsigned int i;

	for (i = 0; i < sizeof(regions) / sizeof(regions[0]); i++) {
		if (addr - regions[i].start >= regions[i].length)
			continue;
		scnprintf(buf, size, "%s, offset 0x%lx", regions[i].name, addr - regions[i].start);
		return true;
	}
	return false;
}

void explain_builtin(unsigned long addr, char *buf, size_t size)
{
	if (explain_pattern(addr, buf, size) || explain_stack(addr, buf, size) ||
	    explain_symbol(addr, buf, size) || explain_region(addr, buf, size))
		return;
	scnprintf(buf, size, "in no region of the address space");
}
