// SPDX-License-Identifier: MIT
/*
 * An address space as a table with a row for each page: the model of fuzz target `vma`.
 *
 *	0 … WIN_START          fence, no access
 *	WIN_START … WIN_END    the window: what the program can map, a struct vpage each
 *	WIN_END … TASK_SIZE    fence, no access
 *
 * A row says what mmap() and mprotect() made of the page, and what it shows: its own bytes once
 * somebody wrote to a private page, else those of its file, else zeroes. VMAs are not in the model:
 * they are runs of rows that agree (model_one_vma()), since mm/vma.c leaves no two apart that could
 * be one (its I5). What a row's page looks like in memory (present, zero page, not yet writable) is
 * not in the model either: nobody can see it.
 *
 * Rules, each stated as the functions of mm/ document them: growing stacks (mmap.c, 5), places of new
 * mappings (mmap.c, 3), rights that a file allows (mmap.c, 4), the end of a file (memfile.c, 1).
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "tests/fuzz/vma_model.h"

struct vmodel *vm;

void model_reset(void)
{
	memset(vm->page, 0, sizeof(vm->page));
	vm->brk = ADDR(BRK_PAGE);
}

/* ---- Content ---- */

u8 *model_bytes(unsigned int page)
{
	const struct vpage *p = &vm->page[page];

	if (p->own)
		return vm->own[page];
	return p->file == NO_FILE ? NULL : vm->file[p->file].data[p->pgoff];
}

static void make_own(unsigned int page)
{
	u8 *from = model_bytes(page);

	if (vm->page[page].own)
		return;
	if (from)
		memcpy(vm->own[page], from, PAGE_SIZE);
	else
		memset(vm->own[page], 0, PAGE_SIZE);
	vm->page[page].own = true;
}

/* ---- Neighbours and room ---- */

unsigned int model_next(unsigned int page)
{
	while (page < NR_PAGES && !vm->page[page].mapped)
		page++;
	return page;
}

unsigned int model_room_end(unsigned int next)
{
	if (next == NR_PAGES || !vm->page[next].growsdown)
		return next;
	return next > GUARD ? next - GUARD : 0;
}

int model_place(unsigned int n)
{
	int best = -1;

	for (unsigned int at = 0; at < NR_PAGES;) {
		unsigned int next = model_next(at), end = model_room_end(next);

		if (end >= at + n)
			best = end - n;
		at = next + 1;
	}
	return best;
}

bool model_one_vma(unsigned int low)
{
	const struct vpage *a = &vm->page[low], *b = a + 1;

	if (low + 1 >= NR_PAGES || !a->mapped || !b->mapped)
		return false;
	if (a->prot != b->prot || a->shared != b->shared || a->growsdown != b->growsdown ||
	    a->locked != b->locked || a->file != b->file)
		return false;
	return a->file == NO_FILE || a->pgoff + 1 == b->pgoff;
}

unsigned int model_vma_start(unsigned int page)
{
	while (page && model_one_vma(page - 1))
		page--;
	return page;
}

unsigned int model_nr_vmas(void)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < NR_PAGES; i++)
		n += vm->page[i].mapped && !model_one_vma(i);
	return n;
}

unsigned int model_count(bool own)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < NR_PAGES; i++)
		n += vm->page[i].mapped && (vm->page[i].own || !own);
	return n;
}

u8 model_free_file(void)
{
	for (unsigned int f = NR_NAMED; f < NR_FILES; f++) {
		unsigned int i = 0;

		while (i < NR_PAGES && !(vm->page[i].mapped && vm->page[i].file == f))
			i++;
		if (i == NR_PAGES)
			return f;
	}
	return NO_FILE;
}

/* ---- Changes ---- */

void model_unmap(unsigned int from, unsigned int to)
{
	for (unsigned int i = from; i < to; i++)
		vm->page[i] = (struct vpage){ .file = NO_FILE };
}

void model_map(unsigned int from, unsigned int n, const struct vpage *like)
{
	for (unsigned int i = 0; i < n; i++) {
		vm->page[from + i] = *like;
		vm->page[from + i].mapped = true;
		vm->page[from + i].pgoff = like->pgoff + i;
	}
}

/* Room for a stack that must reach down to `page`; mmap.c, 5. */
static bool may_grow(unsigned int page, unsigned int stack)
{
	unsigned int below = page;

	if (stack == NR_PAGES || !vm->page[stack].growsdown)
		return false;
	while (below && !vm->page[below - 1].mapped)
		below--;
	if (!below || vm->page[below - 1].growsdown || !vm->page[below - 1].prot)
		return true;
	return page - below >= GUARD;
}

bool model_grow(unsigned int page)
{
	unsigned int stack = model_next(page);
	struct vpage like;

	if (stack == page || !may_grow(page, stack))
		return false;
	like = vm->page[stack];
	like.own = false;
	model_map(page, stack - page, &like);
	return true;
}

static bool fault_mapped(unsigned int page, bool write)
{
	const struct vpage *p = &vm->page[page];

	if (!p->prot || (write && !(p->prot & PROT_WRITE)))
		return false;
	if (p->file != NO_FILE && !p->own && (u64)p->pgoff << PAGE_SHIFT >= vm->file[p->file].size)
		return false;
	if (write && !p->shared)
		make_own(page);
	return true;
}

bool model_fault(unsigned int page, bool write)
{
	if (page >= NR_PAGES || (!vm->page[page].mapped && !model_grow(page)))
		return false;
	return fault_mapped(page, write);
}

void model_populate(unsigned int from, unsigned int n)
{
	for (unsigned int i = from; i < from + n; i++) {
		bool write = (vm->page[i].prot & PROT_WRITE) && !vm->page[i].shared;

		if (!fault_mapped(i, write))
			return;
	}
}

int model_may_protect(unsigned int from, unsigned int to, unsigned int prot)
{
	for (unsigned int i = from; i < to; i++) {
		const struct vpage *p = &vm->page[i];

		if (i == NR_PAGES || !p->mapped)
			return -ENOMEM;
		if ((prot & PROT_WRITE) && p->shared && vm->file[p->file].read_only)
			return -EACCES;
	}
	return 0;
}

void model_protect(unsigned int from, unsigned int to, unsigned int prot)
{
	for (unsigned int i = from; i < to; i++)
		vm->page[i].prot = prot;
}

int model_dontneed(unsigned int from, unsigned int to)
{
	int err = model_may_protect(from, to, 0);

	for (unsigned int i = from; !err && i < to; i++)
		err = vm->page[i].locked ? -EINVAL : 0;
	for (unsigned int i = from; !err && i < to; i++)
		vm->page[i].own = false;
	return err;
}

static unsigned int page_above(unsigned long addr)
{
	return (addr - WIN_START + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

unsigned long model_brk(unsigned long brk)
{
	static const struct vpage heap = { .prot = PROT_READ | PROT_WRITE, .file = NO_FILE };
	unsigned int from = page_above(vm->brk), to = page_above(brk);

	if (brk < ADDR(BRK_PAGE))
		return vm->brk;
	if (to > from) {
		/* A page stays free behind the heap. */
		if (model_room_end(model_next(from)) < to + 1)
			return vm->brk;
		model_map(from, to - from, &heap);
	} else {
		model_unmap(to, from);
	}
	return vm->brk = brk;
}
