/* SPDX-License-Identifier: MIT */
/*
 * Contract: page tables; a format of this port's own, read by software (tlb.c) only.
 *
 * A page table is a tree of pages of PTRS_PER_TABLE entries. Levels are numbered from the leaf:
 * 0 maps 4 KiB, 1 maps 2 MiB, 2 maps 1 GiB, PT_TOP is the root. An entry of any level is a pte_t:
 * none, a table (one level down) or a leaf. mm/ walks with these functions only and never sees a
 * bit.
 *
 * A root entry covers 64 GiB here (so a table of level 2 uses 64 of its entries): each region then
 * has root entries of its own though all lie within 2 TiB. The 512 entries tell 32 TiB apart: user
 * addresses are the lower half of the root, and kernel addresses, taken modulo 32 TiB, fall into the
 * upper half.
 *
 * Precondition everywhere: `level` is 0 … PT_TOP, table pages are in the direct map, and whoever
 * changes an entry holds the lock of the tree it belongs to. All are O(1).
 */
#ifndef ASM_PGTABLE_H
#define ASM_PGTABLE_H

#include <asm/page.h>

#define PT_LEVELS      4
#define PT_TOP	       (PT_LEVELS - 1)
#define PTRS_PER_TABLE 512
#define PT_ROOT_SHIFT  36

/*
 * Rights are stated positively: a leaf without PTE_R maps a page that nobody may touch (PROT_NONE).
 */
#define PTE_MAP	  (1UL << 0) /* something is mapped here */
#define PTE_TABLE (1UL << 1) /* … the table of the next level */
#define PTE_R	  (1UL << 2)
#define PTE_W	  (1UL << 3)
#define PTE_X	  (1UL << 4)
#define PTE_U	  (1UL << 5) /* a user address */
#define PTE_A	  (1UL << 6)
#define PTE_D	  (1UL << 7)
#define PTE_DEV	  (1UL << 8) /* device memory: to a process the same as any */
#define PTE_SPEC  (1UL << 9) /* the page is not reference counted by this mapping */
#define PTE_ADDR  0x000ffffffffff000UL
#define PTE_UNCACHED PTE_DEV

#include <asm/pte.h>

#define PAGE_KERNEL	    __pgprot(PTE_MAP | PTE_R | PTE_W | PTE_A | PTE_D)
#define PAGE_KERNEL_RO	    __pgprot(PTE_MAP | PTE_R | PTE_A | PTE_D)
#define PAGE_KERNEL_ROX	    __pgprot(PTE_MAP | PTE_R | PTE_X | PTE_A | PTE_D)
#define PAGE_KERNEL_NOCACHE __pgprot(PTE_MAP | PTE_R | PTE_W | PTE_A | PTE_D | PTE_DEV)

/* Bytes mapped by one entry of `level`, as a shift. */
static inline unsigned int pt_shift(int level)
{
	return level == PT_TOP ? PT_ROOT_SHIFT : PAGE_SHIFT + 9 * level;
}

static inline unsigned long pt_size(int level)
{
	return 1UL << pt_shift(level);
}

static inline unsigned int pt_index(unsigned long va, int level)
{
	unsigned int used = level == 2 ? 1u << (PT_ROOT_SHIFT - 30) : PTRS_PER_TABLE;

	return (va >> pt_shift(level)) & (used - 1);
}

/* Highest level at which a leaf may stand: 2 MiB. */
int pt_max_leaf_level(void);

/* The CPU may use the entry. */
static inline bool pte_present(pte_t e)
{
	return e.val & (PTE_TABLE | PTE_R);
}

/* A mapping stands here, though perhaps without access (PROT_NONE). */
static inline bool pte_mapped(pte_t e)
{
	return e.val & PTE_MAP;
}

static inline bool pte_leaf(pte_t e, int level)
{
	return level == 0 || (e.val & (PTE_MAP | PTE_TABLE)) == PTE_MAP;
}

/* A leaf for `phys` (aligned to the level's size). */
static inline pte_t pte_mkleaf(phys_addr_t phys, pgprot_t prot, int level)
{
	return (pte_t){ phys | prot.val };
}

/*
 * An entry that points to a table; access is then limited by the leaves alone. `user`: for a tree
 * of user addresses.
 */
static inline pte_t pte_mktable(phys_addr_t table, bool user)
{
	return (pte_t){ table | PTE_MAP | PTE_TABLE | (user ? PTE_U : 0) };
}

static inline pgprot_t pte_pgprot(pte_t e, int level)
{
	return __pgprot(e.val & ~PTE_ADDR);
}

/* The same access without execution. */
static inline pgprot_t pgprot_nx(pgprot_t prot)
{
	return __pgprot(prot.val & ~PTE_X);
}

/*
 * A user mapping with the given access. No read, write or exec gives a PROT_NONE leaf. Write
 * implies read; exec implies read.
 */
static inline pgprot_t pgprot_user(bool read, bool write, bool exec)
{
	return __pgprot(PTE_MAP | PTE_U | (read || write || exec ? PTE_R : 0) |
			(write ? PTE_W : 0) | (exec ? PTE_X : 0));
}

static inline bool pte_exec(pte_t e)
{
	return e.val & PTE_X;
}

/* Early, by cpu_init(): tables of the image, and the window on RAM until there is a direct map. */
void pt_boot_init(void);

#endif
