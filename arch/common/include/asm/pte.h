/* SPDX-License-Identifier: MIT */
/*
 * Contract: page tables; the part that every format shares.
 *
 * Included by a port's asm/pgtable.h, behind the bits that this names: PTE_ADDR (where an entry points), PTE_W, PTE_U, PTE_A,
 * PTE_D, PTE_SPEC and PTE_UNCACHED (0: no memory type is said). A format with other words for them writes its own functions
 * instead. What differs (levels, what is present, what is a leaf, how rights are said) stays with the port.
 */
#ifndef ASM_PTE_H
#define ASM_PTE_H

#include <asm/page.h>

typedef struct {
	u64 val;
} pte_t;

typedef struct {
	u64 val;
} pgprot_t;

#define __pgprot(x) ((pgprot_t){ (x) })

static inline bool pte_none(pte_t e)
{
	return e.val == 0;
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

/* The leaf for the memory `bytes` further on; a multiple of the level's size. */
static inline pte_t pte_advance(pte_t e, unsigned long bytes)
{
	return (pte_t){ e.val + bytes };
}

static inline bool pte_write(pte_t e)
{
	return e.val & PTE_W;
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

/* The same access to memory of another type: uncached. Where a port has no such thing, the same. */
static inline pgprot_t pgprot_noncached(pgprot_t prot)
{
	return __pgprot(prot.val | PTE_UNCACHED);
}

/* The memory type of `old` with the access of `prot`. */
static inline pgprot_t pgprot_modify(pgprot_t old, pgprot_t prot)
{
	return __pgprot((old.val & PTE_UNCACHED) | prot.val);
}

/*
 * What a port does beside each store, if anything, for the entry of `va` that is now this value. Defined in front of this by those
 * that keep more than the table.
 */
#ifndef pte_changed
#define pte_changed(va, entry) ((void)(va))
#endif

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
	WRITE_ONCE(slot->val, e.val);
	pte_changed(va, e.val);
}

/*
 * Take an entry out and return what it was, with the CPU's last accessed/dirty. Atomic against the
 * CPU's walker.
 */
static inline pte_t pte_get_and_clear(pte_t *slot, unsigned long va)
{
	pte_t old = { __atomic_exchange_n(&slot->val, 0, __ATOMIC_SEQ_CST) };

	pte_changed(va, 0);
	return old;
}

struct cpumask;

/*
 * Root of the kernel's own tables (direct-map address after pt_activate_kernel, image address
 * before). Never freed.
 */
pte_t *kernel_root(void);

/*
 * Give a new root table the kernel half. Precondition: `to` is a zeroed page. Later kernel
 * mappings are seen by it too.
 */
void pt_root_init(pte_t *to);

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
 * Walk user addresses through `to` from now on, on this CPU; flushes what is not global. NULL: no
 * user addresses. `cpus`: the CPUs that walk `to`, for the flushes of its addresses; this one comes
 * in, and out when it switches to another root; it stays as long as it has any (NULL with NULL).
 * Preemption off.
 */
void pt_switch(pte_t *to, struct cpumask *cpus);

#endif
