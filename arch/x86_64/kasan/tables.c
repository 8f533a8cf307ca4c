// SPDX-License-Identifier: MIT
/*
 * Where the states of KASAN stand, and what is mapped there
 * =========================================================
 *
 * 1. What it is for. In a build with KASAN=1 the compiler puts, in front of every access, a look at
 *    the byte (address >> 3) + KASAN_SHADOW_OFFSET. So for each kernel address there must be such a
 *    byte before the first line of C, whatever is or isn't at the address: 16 TiB of them, an eighth
 *    of the kernel half.
 *
 *	ffffec0000000000   states of everything from ffff800000000000 on
 *	ffffed1000000000     … of the direct map     own pages, with the sections of RAM
 *	fffff52000000000     … of vmalloc            own pages, as areas come
 *	fffff98000000000     … of the states         a page of MEMSTATE_NEVER
 *	fffffbc000000000     … of per-CPU variables  own pages, as chunks come
 *	fffffbfff0000000     … of the image          own pages in the image itself (linker.ld)
 *	fffffbfff4000000     … of modules            own pages, as areas come
 *
 *    Wherever nothing is said there stands one page of zeroes, read-only: all may be touched. What is
 *    not mapped then faults by itself, and the report of that fault is the better one.
 *
 * 2. Model. Two chains of tables, each of whose entries lead to the next, and the last to one page:
 *    "zero" and "never". A region that gets states of its own gets tables of its own on the way,
 *    which begin as copies of those of the chain. kasan_early_init() builds all that in static memory,
 *    for the boot tables; the final root repeats their entries and has tables of its own for the direct
 *    map and vmalloc, since its entries can't change later.
 *
 * 3. Own pages come by memstate_cover(), which is told where memory comes from: the section itself
 *    (mm/vmemmap.c), or the page allocator. They never go, as kernel tables don't.
 *
 * Invariants
 * I1  The chains' tables and pages never change after kasan_early_init().
 * I2  A page of states that comes is zeroed, as what stood there before was, and is seen by all CPUs
 *     when memstate_cover() returns: the flush of the TLB.
 * I3  States are written only where they are own: those of the image and of stacks always, of the
 *     direct map from the moment that their section came in (nobody is given its memory before), and
 *     all others where shadow_is_own() says so.
 *
 * Nothing here is instrumented. Contexts: kasan_early_init() before the first line of C, on the boot
 * tables; the rest any that a flush of the TLB allows. Locks: memstate_cover()'s caller has one.
 *
 * Source: the scheme is AddressSanitizer's (Serebryany et al., 2012); the layout is Linux's.
 */
#include <asm/pgtable.h>
#include <asm/percpu.h>
#include <asm/tlbflush.h>
#include "arch/x86_64/machine.h"
#include "internal.h"

#define IMAGE_TABLES	       4 /* of states: for 64 MiB from IMAGE_START on */
#define TABLE_ENTRIES(name, n) pte_t name[n][PTRS_PER_TABLE] __aligned(PAGE_SIZE)

struct chain {
	TABLE_ENTRIES(table, PT_TOP); /* by level; the last leads to the page */
	u8 page[PAGE_SIZE] __aligned(PAGE_SIZE);
};

static struct chain zero, never;
/* The way to what has own states in the last root entry: level 2, level 1, leaf tables. */
static TABLE_ENTRIES(last, PT_TOP - 1);
static TABLE_ENTRIES(image_leaves, IMAGE_TABLES);
static TABLE_ENTRIES(stack_leaves, STACK_SHADOW_TABLES);

extern u8 __image_states[], __image_states_end[];
extern void (*const __constructors_start[])(void), (*const __constructors_end[])(void);

static pte_t to_table(const void *table)
{
	return pte_mktable(__pa(table), false);
}

static void fill_table(pte_t *table, pte_t entry)
{
	for (unsigned int i = 0; i < PTRS_PER_TABLE; i++)
		table[i] = entry;
}

static void make_chain(struct chain *c)
{
	fill_table(c->table[0], pte_mkleaf(__pa(c->page), PAGE_KERNEL_RO, 0));
	for (int level = 1; level < PT_TOP; level++)
		fill_table(c->table[level], to_table(c->table[level - 1]));
}

/* Static leaf tables for the states of what lies from `addr` on. */
static void put_leaves(unsigned long addr, pte_t (*leaves)[PTRS_PER_TABLE], unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		fill_table(leaves[i], zero.table[0][0]);
		last[0][pt_index(shadow_of(addr), 1) + i] = to_table(leaves[i]);
	}
}

static void put_image_pages(void)
{
	unsigned long va = shadow_of((unsigned long)__image_start & ~(GRANULE * PAGE_SIZE - 1));
	pte_t *slot = &image_leaves[0][0] + ((va - shadow_of(IMAGE_START)) >> PAGE_SHIFT);

	for (u8 *page = __image_states; page < __image_states_end; page += PAGE_SIZE)
		*slot++ = pte_mkleaf(__pa(page), PAGE_KERNEL, 0);
}

/* Entered from boot/start.asm, on the boot tables; the next is C that is instrumented. */
void kasan_early_init(void)
{
	pte_t *root = __va(read_cr3() & PTE_ADDR);

	make_chain(&zero);
	for (unsigned long i = 0; i < PAGE_SIZE; i++)
		never.page[i] = MEMSTATE_NEVER;
	make_chain(&never);

	fill_table(last[1], to_table(zero.table[1]));
	fill_table(last[0], to_table(zero.table[0]));
	last[1][pt_index(shadow_of(IMAGE_START), 2)] = to_table(last[0]);
	put_leaves(IMAGE_START, image_leaves, IMAGE_TABLES);
	put_leaves(STACK_REGION, stack_leaves, STACK_SHADOW_TABLES);
	put_image_pages();

	for (unsigned long va = SHADOW_START; va < SHADOW_END; va += pt_size(PT_TOP))
		root[pt_index(va, PT_TOP)] = to_table(zero.table[PT_TOP - 1]);
	for (unsigned long va = shadow_of(SHADOW_START); va < shadow_of(SHADOW_END);
	     va += pt_size(PT_TOP))
		root[pt_index(va, PT_TOP)] = to_table(never.table[PT_TOP - 1]);
	root[pt_index(SHADOW_END - 1, PT_TOP)] = to_table(last[1]);

	for (void (*const *fn)(void) = __constructors_start; fn < __constructors_end; fn++)
		(*fn)();
}

/* ---- own tables and pages ---- */

static bool common(pte_t e, int level)
{
	return e.val == zero.table[level][0].val;
}

void kasan_fill_root(pte_t *fresh, const pte_t *boot, phys_addr_t max_phys,
		     phys_addr_t (*alloc)(void))
{
	const unsigned long region[][2] = {
		{ PAGE_OFFSET, PAGE_OFFSET + max_phys - 1 },
		{ VMALLOC_START, VMALLOC_END - 1 },
	};

	for (unsigned long va = SHADOW_START; va < SHADOW_END; va += pt_size(PT_TOP))
		fresh[pt_index(va, PT_TOP)] = boot[pt_index(va, PT_TOP)];
	for (unsigned int r = 0; r < 2; r++) {
		unsigned int end = pt_index(shadow_of(region[r][1]), PT_TOP);

		for (unsigned int i = pt_index(shadow_of(region[r][0]), PT_TOP); i <= end; i++) {
			phys_addr_t table;

			if (pte_phys(fresh[i]) != __pa(zero.table[PT_TOP - 1]))
				continue;
			table = alloc();
			fill_table(__va(table), zero.table[PT_TOP - 1][0]);
			fresh[i] = pte_mktable(table, false);
		}
	}
}

/* The table that the entry leads to, which is `level`'s; one of its own if it was the chain's. */
static pte_t *own_table(pte_t *slot, unsigned long va, int level, phys_addr_t (*alloc)(void *ctx),
			void *ctx)
{
	phys_addr_t table;

	if (!common(*slot, level + 1))
		return pte_table(*slot);
	table = alloc(ctx);
	if (!table)
		return NULL;
	fill_table(__va(table), zero.table[level][0]);
	pte_set(slot, va, pte_mktable(table, false));
	return __va(table);
}

/* The slot at `to`; NULL: alloc had no memory, or the address is in no region that has own states. */
static pte_t *own_slot(unsigned long va, int to, phys_addr_t (*alloc)(void *ctx), void *ctx)
{
	pte_t top = kernel_root()[pt_index(va, PT_TOP)];
	pte_t *table = pte_table(top);

	if (pte_phys(top) == __pa(zero.table[PT_TOP - 1]))
		return NULL;

	for (int level = PT_TOP - 2; level >= to && table; level--)
		table = own_table(&table[pt_index(va, level + 1)], va, level, alloc, ctx);
	return table ? &table[pt_index(va, to)] : NULL;
}

bool memstate_prepare(const void *p, unsigned long n, phys_addr_t (*alloc)(void *ctx), void *ctx)
{
	unsigned long va = shadow_of((unsigned long)p) & ~(pt_size(2) - 1);
	unsigned long end = shadow_of((unsigned long)p + n - 1);
	bool done = true;

	for (; va <= end && done; va += pt_size(2))
		done = own_slot(va, 1, alloc, ctx);
	tlb_flush_all(NULL);
	return done;
}

bool memstate_cover(const void *p, unsigned long n, phys_addr_t (*alloc)(void *ctx), void *ctx)
{
	unsigned long first = shadow_of((unsigned long)p) & PAGE_MASK, va;
	unsigned long end = shadow_of((unsigned long)p + n - 1);
	bool changed = false, done = true;

	for (va = first; va <= end && done; va += PAGE_SIZE) {
		pte_t *slot = own_slot(va, 0, alloc, ctx);
		phys_addr_t page;

		if (slot && !common(*slot, 0))
			continue;
		page = slot ? alloc(ctx) : 0;
		if (page) {
			pte_set(slot, va, pte_mkleaf(page, PAGE_KERNEL, 0));
			changed = true;
		}
		done = page;
	}
	if (changed)
		tlb_flush_states(first, va);
	return done;
}

bool shadow_is_own(unsigned long addr)
{
	unsigned long va = shadow_of(addr);
	pte_t *table = pte_table(kernel_root()[pt_index(va, PT_TOP)]);

	for (int level = PT_TOP - 1; level > 0; level--) {
		pte_t e = pte_get(&table[pt_index(va, level)]);

		if (common(e, level))
			return false;
		table = pte_table(e);
	}
	return !common(pte_get(&table[pt_index(va, 0)]), 0);
}

/* States for a stack at [low, high) of the stacks' region, in memory from `alloc`. Bring-up. */
void kasan_cover_stack(unsigned long low, unsigned long high,
		       void *(*alloc)(size_t size, size_t align))
{
	unsigned long first = shadow_of(STACK_REGION);

	for (unsigned long va = shadow_of(low) & PAGE_MASK; va < shadow_of(high); va += PAGE_SIZE) {
		pte_t *slot = &stack_leaves[0][0] + ((va - first) >> PAGE_SHIFT);

		if (!common(*slot, 0))
			continue;
		pte_set(slot, va, pte_mkleaf(__pa(alloc(PAGE_SIZE, PAGE_SIZE)), PAGE_KERNEL, 0));
		tlb_flush_page(va, NULL);
	}
}
