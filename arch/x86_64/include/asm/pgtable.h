/* SPDX-License-Identifier: MIT */
/*
 * Contract: page tables.
 *
 * A page table is a tree of pages of PTRS_PER_TABLE entries. Levels are numbered from the leaf:
 * 0 maps 4 KiB, 1 maps 2 MiB, 2 maps 1 GiB, PT_TOP is the root. An entry of any level is a pte_t:
 * none, a table (one level down) or a leaf. mm/ walks with these functions only and never sees a
 * bit.
 *
 * Precondition everywhere: `level` is 0 … PT_TOP, table pages are in the direct map, and whoever
 * changes an entry holds the lock of the tree it belongs to. All are O(1).
 */
#ifndef ASM_PGTABLE_H
#define ASM_PGTABLE_H

#include <asm/page.h>

#define PT_LEVELS	4
#define PT_TOP		(PT_LEVELS - 1)
#define PTRS_PER_TABLE	512

#define PTE_P	 (1UL << 0)  /* present */
#define PTE_W	 (1UL << 1)
#define PTE_U	 (1UL << 2)
#define PTE_PWT	 (1UL << 3)
#define PTE_PCD	 (1UL << 4)
#define PTE_A	 (1UL << 5)
#define PTE_D	 (1UL << 6)
#define PTE_PS	 (1UL << 7)  /* leaf, at levels 1 and 2 */
#define PTE_G	 (1UL << 8)
#define PTE_NONE (1UL << 9)  /* software: a leaf that allows no access (PROT_NONE); P is clear */
#define PTE_SPEC (1UL << 10) /* software: the page is not reference counted by this mapping */
#define PTE_NX	 (1UL << 63)
#define PTE_ADDR 0x000ffffffffff000UL
#define PTE_UNCACHED PTE_PCD

#include <asm/pte.h>

#define PAGE_KERNEL	    __pgprot(PTE_P | PTE_W | PTE_A | PTE_D | PTE_G | PTE_NX)
#define PAGE_KERNEL_RO	    __pgprot(PTE_P | PTE_A | PTE_D | PTE_G | PTE_NX)
#define PAGE_KERNEL_ROX	    __pgprot(PTE_P | PTE_A | PTE_D | PTE_G)
#define PAGE_KERNEL_NOCACHE __pgprot(PTE_P | PTE_W | PTE_A | PTE_D | PTE_G | PTE_NX | PTE_PCD)

/* Bytes mapped by one entry of `level`, as a shift. */
static inline unsigned int pt_shift(int level)
{
	return PAGE_SHIFT + 9 * level;
}

static inline unsigned long pt_size(int level)
{
	return 1UL << pt_shift(level);
}

static inline unsigned int pt_index(unsigned long va, int level)
{
	return (va >> pt_shift(level)) & (PTRS_PER_TABLE - 1);
}

/*
 * Highest level at which this CPU takes a leaf (1: 2 MiB, 2: 1 GiB). Valid from the first line of C
 * on.
 */
int pt_max_leaf_level(void);

/* The CPU may use the entry. */
static inline bool pte_present(pte_t e)
{
	return e.val & PTE_P;
}

/* A mapping stands here, though perhaps without access (PROT_NONE). */
static inline bool pte_mapped(pte_t e)
{
	return e.val & (PTE_P | PTE_NONE);
}

static inline bool pte_leaf(pte_t e, int level)
{
	return level == 0 || (e.val & PTE_PS);
}

/* A leaf for `phys` (aligned to the level's size). */
static inline pte_t pte_mkleaf(phys_addr_t phys, pgprot_t prot, int level)
{
	return (pte_t){ phys | prot.val | (level ? PTE_PS : 0) };
}

/*
 * An entry that points to a table; access is then limited by the leaves alone. `user`: for a tree
 * of user addresses.
 */
static inline pte_t pte_mktable(phys_addr_t table, bool user)
{
	return (pte_t){ table | PTE_P | PTE_W | PTE_A | (user ? PTE_U : 0) };
}

static inline pgprot_t pte_pgprot(pte_t e, int level)
{
	return __pgprot(e.val & ~(PTE_ADDR | (level ? PTE_PS : 0)));
}

/* The same access without execution. */
static inline pgprot_t pgprot_nx(pgprot_t prot)
{
	return __pgprot(prot.val | PTE_NX);
}

/*
 * A user mapping with the given access. No read, write or exec gives a PROT_NONE leaf. Write
 * implies read; exec implies read.
 */
static inline pgprot_t pgprot_user(bool read, bool write, bool exec)
{
	if (!read && !write && !exec)
		return __pgprot(PTE_NONE | PTE_U | PTE_NX);
	return __pgprot(PTE_P | PTE_U | (write ? PTE_W : 0) | (exec ? 0 : PTE_NX));
}

static inline bool pte_exec(pte_t e)
{
	return !(e.val & PTE_NX);
}

/* Early, by cpu_init(): drop the identity map, widen the boot window as far as the CPU can. */
void pt_boot_init(void);

#endif
