// SPDX-License-Identifier: MIT
/*
 * The machine's side of page tables: roots, the boot window, the fixmap and the
 * region of stacks below it.
 *
 * Roots. boot/start.asm leaves a boot root: image in the last entry, and a window on physical
 * memory where the direct map will be. pt_fill_root() starts the final root beside it; mm/ fills
 * the direct map in; pt_activate_kernel() switches. The image's own tables are shared by both.
 * Every address space's root repeats the kernel half, whose entries never change after
 * pt_fill_root() (I1), so a mapping made below them is seen everywhere at once.
 *
 * The boot window is 4 GiB in 2 MiB pages from start.asm; with 1 GiB pages it is widened to 512 GiB
 * (or what the CPU can address), so that early tables may stand in any RAM there is. It is not
 * executable (NX in the root entry).
 */
#include <asm/cpufeature.h>
#include <asm/percpu.h>
#include <asm/pgtable.h>
#include <asm/setup.h>
#include <asm/tlbflush.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include "arch/common/roots.h"
#include "machine.h"

#define FIXMAP_BASE 0xffffffffff5fe000UL
#define ROOT_HALF   (PTRS_PER_TABLE / 2)
#define TABLE_SPAN  (PTRS_PER_TABLE * PAGE_SIZE)

static pte_t *root; /* what kernel_root() returns */
static pte_t fixmap_tables[2][PTRS_PER_TABLE] __aligned(PAGE_SIZE);
static pte_t stack_tables[STACK_REGION_SIZE / TABLE_SPAN][PTRS_PER_TABLE] __aligned(PAGE_SIZE);

int pt_max_leaf_level(void)
{
	return cpu_has_gbpages ? 2 : 1;
}

pte_t *kernel_root(void)
{
	return root;
}

/* The slot of `va` at `level` in the image's half of the tables; the path exists. */
static pte_t *image_slot(unsigned long va, int level)
{
	pte_t *table = root;

	for (int l = PT_TOP; l > level; l--)
		table = pte_table(table[pt_index(va, l)]);
	return &table[pt_index(va, level)];
}

void image_unmap_page(unsigned long va)
{
	pte_set(image_slot(va, 0), va, (pte_t){ 0 });
	tlb_flush_page(va, NULL);
}

static void fixmap_init(void)
{
	pte_set(image_slot(FIXMAP_BASE, 2), FIXMAP_BASE,
		pte_mktable(__pa(fixmap_tables[0]), false));
	pte_set(image_slot(FIXMAP_BASE, 1), FIXMAP_BASE,
		pte_mktable(__pa(fixmap_tables[1]), false));
	for (unsigned long i = 0; i < STACK_REGION_SIZE / TABLE_SPAN; i++) {
		unsigned long va = STACK_REGION + i * TABLE_SPAN;

		pte_set(image_slot(va, 1), va, pte_mktable(__pa(stack_tables[i]), false));
	}
}

void stack_region_map(unsigned long va, phys_addr_t phys)
{
	pte_set(image_slot(va, 0), va, pte_mkleaf(phys, PAGE_KERNEL, 0));
}

static void *fixmap(unsigned int slot, phys_addr_t phys, pgprot_t prot)
{
	unsigned long va = FIXMAP_BASE - slot * PAGE_SIZE;

	pte_set(image_slot(va, 0), va, pte_mkleaf(phys & PAGE_MASK, prot, 0));
	tlb_flush_page(va, NULL);
	return (void *)(va + (phys & ~PAGE_MASK));
}

void *fixmap_device(unsigned int slot, phys_addr_t phys)
{
	return fixmap(slot, phys, PAGE_KERNEL_NOCACHE);
}

void *fixmap_memory(unsigned int slot, phys_addr_t phys)
{
	return fixmap(slot, phys, PAGE_KERNEL);
}

void fixmap_clear(unsigned int slot)
{
	unsigned long va = FIXMAP_BASE - slot * PAGE_SIZE;

	pte_set(image_slot(va, 0), va, (pte_t){ 0 });
	tlb_flush_page(va, NULL);
}

/* Entries beyond the CPU's physical width would be malformed, so the window ends there. */
phys_addr_t boot_window_size(void)
{
	return min(cpu_has_gbpages ? pt_size(PT_TOP) : 4 * pt_size(2), 1UL << cpu_phys_bits);
}

void pt_boot_init(void)
{
	pte_t *window;

	root = __va(read_cr3() & PTE_ADDR);
	pte_set(&root[0], 0, (pte_t){ 0 });
	window = pte_table(root[pt_index(PAGE_OFFSET, PT_TOP)]);
	for (unsigned long i = 4; i < boot_window_size() >> pt_shift(2); i++)
		window[i] = pte_mkleaf(i << pt_shift(2), PAGE_KERNEL, 2);
	fixmap_init();
	tlb_flush_all(NULL);
}

static void fill_entries(pte_t *to, unsigned long start, unsigned long size,
			 phys_addr_t (*alloc)(void))
{
	unsigned int first = pt_index(start, PT_TOP);
	unsigned int last = pt_index(start + size - 1, PT_TOP);

	for (unsigned int i = first; i <= last; i++)
		to[i] = pte_mktable(alloc(), false);
}

void pt_fill_root(phys_addr_t max_phys, phys_addr_t (*alloc)(void))
{
	pte_t *fresh = __va(alloc());

	fill_entries(fresh, PAGE_OFFSET, max_phys, alloc);
	fill_entries(fresh, VMALLOC_START, VMALLOC_SIZE, alloc);
	fill_entries(fresh, VMEMMAP_START, max_phys >> 7, alloc);
	fill_entries(fresh, PERCPU_WINDOW, NR_CPUS * PERCPU_STRIDE, alloc);
	fresh[PTRS_PER_TABLE - 1] = root[PTRS_PER_TABLE - 1];
	kasan_fill_root(fresh, root, max_phys, alloc);
	root = fresh;
}

void pt_activate_kernel(void)
{
	write_cr3((unsigned long)root - PAGE_OFFSET);
	tlb_flush_all(NULL);
}

void pt_root_init(pte_t *to)
{
	memcpy(to + ROOT_HALF, root + ROOT_HALF, ROOT_HALF * sizeof(pte_t));
}

void pt_load(pte_t *to)
{
	if (!to)
		to = root;
	write_cr3((unsigned long)to - PAGE_OFFSET);
}

void mark_rodata_ro(void)
{
	extern char __ro_after_init_start[], __ro_after_init_end[];

	for (char *p = __ro_after_init_start; p < __ro_after_init_end; p += PAGE_SIZE) {
		pte_t *slot = image_slot((unsigned long)p, 0);

		pte_set(slot, (unsigned long)p, pte_wrprotect(*slot));
	}
	tlb_flush_range((unsigned long)__ro_after_init_start, (unsigned long)__ro_after_init_end,
			NULL);
}
