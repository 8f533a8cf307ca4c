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

typedef struct {
	u64 val;
} pte_t;

typedef struct {
	u64 val;
} pgprot_t;

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

#define __pgprot(x)	    ((pgprot_t){ (x) })
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

static inline bool pte_none(pte_t e)
{
	return e.val == 0;
}

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

/* Physical address that a leaf maps or of the table that it points to. */
static inline phys_addr_t pte_phys(pte_t e)
{
	return e.val & PTE_ADDR;
}

static inline unsigned long pte_pfn(pte_t e)
{
	return pte_phys(e) >> PAGE_SHIFT;
}

/* The next table, through the direct map. Precondition: present, not a leaf. */
static inline pte_t *pte_table(pte_t e)
{
	return __va(pte_phys(e));
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

/* The leaf for the memory `bytes` further on; a multiple of the level's size. */
static inline pte_t pte_advance(pte_t e, unsigned long bytes)
{
	return (pte_t){ e.val + bytes };
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

static inline bool pte_write(pte_t e)
{
	return e.val & PTE_W;
}

static inline bool pte_exec(pte_t e)
{
	return e.val & PTE_X;
}

static inline bool pte_user(pte_t e)
{
	return e.val & PTE_U;
}

static inline bool pte_young(pte_t e)
{
	return e.val & PTE_A;
}

static inline bool pte_dirty(pte_t e)
{
	return e.val & PTE_D;
}

/*
 * A mapping that does not own a reference on its page: the zero page, device memory, pfn mappings.
 */
static inline bool pte_special(pte_t e)
{
	return e.val & PTE_SPEC;
}

static inline pte_t pte_wrprotect(pte_t e)
{
	return (pte_t){ e.val & ~PTE_W };
}

static inline pte_t pte_mkwrite(pte_t e)
{
	return (pte_t){ e.val | PTE_W };
}

static inline pte_t pte_mkdirty(pte_t e)
{
	return (pte_t){ e.val | PTE_D };
}

static inline pte_t pte_mkyoung(pte_t e)
{
	return (pte_t){ e.val | PTE_A };
}

static inline pte_t pte_mkspecial(pte_t e)
{
	return (pte_t){ e.val | PTE_SPEC };
}

/* Same page, accessed and dirty kept, new access bits. Level 0 leaves only. */
static inline pte_t pte_modify(pte_t e, pgprot_t prot)
{
	return (pte_t){ (e.val & (PTE_ADDR | PTE_A | PTE_D | PTE_SPEC)) | prot.val };
}

/* Read an entry once; the CPU may set accessed/dirty meanwhile. */
static inline pte_t pte_get(const pte_t *slot)
{
	return (pte_t){ READ_ONCE(slot->val) };
}

/*
 * The only store to an entry. `va` is the address that it translates. Making an entry stricter or
 * absent needs a TLB flush after.
 */
static inline void pte_set(pte_t *slot, unsigned long va, pte_t e)
{
	(void)va;
	WRITE_ONCE(slot->val, e.val);
}

/*
 * Take an entry out and return what it was, with the CPU's last accessed/dirty. Atomic against the
 * CPU's walker.
 */
static inline pte_t pte_get_and_clear(pte_t *slot, unsigned long va)
{
	(void)va;
	return (pte_t){ __atomic_exchange_n(&slot->val, 0, __ATOMIC_SEQ_CST) };
}

/*
 * Root of the kernel's own tables (direct-map address after pt_activate_kernel, image address
 * before). Never freed.
 */
pte_t *kernel_root(void);

/*
 * Give a new root table the kernel half. Precondition: `root` is a zeroed page. Later kernel
 * mappings are seen by it too.
 */
void pt_root_init(pte_t *root);

/*
 * Early: start the kernel's final tables. Every root entry of the kernel half that can ever be
 * used, with RAM up to `max_phys`, gets a zeroed table from `alloc` (a physical address that __va()
 * reaches). kernel_root() is the new root after it, but the CPU goes on with the boot tables until
 * pt_activate_kernel().
 */
void pt_fill_root(phys_addr_t max_phys, phys_addr_t (*alloc)(void));

/*
 * From now on the CPU uses kernel_root(): the direct map holds just what mm/ put there, and the
 * boot window is gone.
 */
void pt_activate_kernel(void);

/*
 * Walk user addresses through `root` from now on, on this CPU; flushes what is not global. NULL: no
 * user addresses.
 */
void pt_switch(pte_t *root);

/* Early, by cpu_init(): tables of the image, and the window on RAM until there is a direct map. */
void pt_boot_init(void);

#endif
