/* SPDX-License-Identifier: MIT */
/*
 * Contract: page tables; the smallest port's format, read by software only.
 *
 * Three levels of 512 entries, leaves of 4 KiB alone. An entry that becomes a leaf of the kernel's
 * (or stops being one) takes effect at once: pte_set() tells port.c, which maps the page or takes
 * it out. So there is no TLB, and a flush has nothing to do.
 */
#ifndef ASM_PGTABLE_H
#define ASM_PGTABLE_H

#include <asm/page.h>

#define PT_LEVELS      3
#define PT_TOP	       (PT_LEVELS - 1)
#define PTRS_PER_TABLE 512

#define PTE_R	  (1UL << 0) /* a leaf without it maps a page that nobody may touch */
#define PTE_W	  (1UL << 1)
#define PTE_X	  (1UL << 2)
#define PTE_U	  (1UL << 3)
#define PTE_A	  (1UL << 4)
#define PTE_D	  (1UL << 5)
#define PTE_SPEC  (1UL << 6)
#define PTE_TABLE (1UL << 7)
#define PTE_MAP	  (1UL << 8) /* something is here: a leaf or a table */
#define PTE_ADDR  0x0000fffffffff000UL
#define PTE_UNCACHED 0UL

/* port.c: the kernel's entry of `va` is now this value. */
void port_show(unsigned long va, u64 entry);

#define pte_changed(va, entry)                \
	do {                                  \
		if ((va) >= KERNEL_START)     \
			port_show(va, entry); \
	} while (0)

#include <asm/pte.h>

#define PAGE_KERNEL	    __pgprot(PTE_MAP | PTE_R | PTE_W | PTE_A | PTE_D)
#define PAGE_KERNEL_RO	    __pgprot(PTE_MAP | PTE_R | PTE_A | PTE_D)
#define PAGE_KERNEL_ROX	    __pgprot(PTE_MAP | PTE_R | PTE_X | PTE_A | PTE_D)
#define PAGE_KERNEL_NOCACHE PAGE_KERNEL

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

static inline int pt_max_leaf_level(void)
{
	return 0;
}

static inline bool pte_present(pte_t e)
{
	return e.val & (PTE_TABLE | PTE_R);
}

static inline bool pte_mapped(pte_t e)
{
	return e.val & PTE_MAP;
}

static inline bool pte_leaf(pte_t e, int level)
{
	return level == 0;
}

static inline pte_t pte_mkleaf(phys_addr_t phys, pgprot_t prot, int level)
{
	return (pte_t){ phys | prot.val };
}

static inline pte_t pte_mktable(phys_addr_t table, bool user)
{
	return (pte_t){ table | PTE_MAP | PTE_TABLE | (user ? PTE_U : 0) };
}

static inline pgprot_t pte_pgprot(pte_t e, int level)
{
	return __pgprot(e.val & ~PTE_ADDR);
}

static inline pgprot_t pgprot_nx(pgprot_t prot)
{
	return __pgprot(prot.val & ~PTE_X);
}

static inline pgprot_t pgprot_user(bool read, bool write, bool exec)
{
	return __pgprot(PTE_MAP | PTE_U | (read || write || exec ? PTE_R : 0) |
			(write ? PTE_W : 0) | (exec ? PTE_X : 0));
}

static inline bool pte_exec(pte_t e)
{
	return e.val & PTE_X;
}

#endif
