/* SPDX-License-Identifier: MIT */
/* What the files of the vmalloc region offer each other. Private to mm/; its tests include it. */
#ifndef MM_VMAP_H
#define MM_VMAP_H

#include <linux/spinlock.h>
#include <linux/vmalloc.h>

/* vm_struct.flags beyond Linux's: where the area stands in its life (see vmap_tree.c). */
#define VMAP_DYING   0x00010000 /* taken by vfree(): nobody else may find it */
#define VMAP_LAZY    0x00020000 /* unmapped, waits for the flush */
#define VMAP_RAM     0x00040000 /* vm_map_ram() */
#define VMAP_FREE    0x00080000 /* no area: a free range */
#define VMAP_EXECMEM 0x00100000 /* execmem_alloc(): stands in the region of modules */

/*
 * Backlog of the lazy flush, in bytes of addresses. A flush makes each CPU refill its TLB, some
 * 1500 entries at about 30 cycles; 8 MiB are up to 1024 of the smallest areas (page and guard), so
 * it adds about 45 cycles to a pair of calls that takes 2000. The backlog holds at most 1024 x 96
 * bytes of vm_struct and 4 page tables, on the smallest machine too.
 */
#define VMAP_LAZY_MAX (8UL << 20)

/* Areas freed last that faults are explained by. */
#define VMAP_RING 64

struct vmap_freed {
	unsigned long start, size; /* without the guard */
	const void *allocator, *freer;
};

/* L: lock  R: read-only once there are areas. Each space has a cache of its own, so that one slab holds what is left. */
struct vmap_space {
	struct kmem_cache *nodes; /* R: areas and free ranges come from here */
	spinlock_t lock;	  /* irq-safe */
	struct rb_root areas;	  /* L: areas by address: being built, live, dying, lazy */
	struct rb_root free; /* L: ranges nobody has, augmented with the largest in each subtree */
	struct vm_struct *lazy;		   /* L: chain of lazy areas */
	unsigned long lazy_bytes;	   /* L */
	struct vmap_freed ring[VMAP_RING]; /* L */
	unsigned int ring_next;		   /* L: where the next one goes */
};

static inline unsigned long vm_start(const struct vm_struct *vm)
{
	return (unsigned long)vm->addr;
}

static inline unsigned long vm_end(const struct vm_struct *vm)
{
	return (unsigned long)vm->addr + vm->size;
}

static inline bool vm_is_live(const struct vm_struct *vm)
{
	return !(READ_ONCE(vm->flags) & (VMAP_DYING | VMAP_LAZY));
}

/*
 * --- vmap_tree.c: who has which addresses. L is held by the caller; nothing here allocates, sleeps
 * or touches a page table. ---
 */

/* One free range [start, start + size), for which `whole` is the node. */
void vmap_space_init(struct vmap_space *vs, struct vm_struct *whole, unsigned long start,
		     unsigned long size);
/*
 * Give `vm` (size set) the lowest addresses that fit, `align` a power of two >= PAGE_SIZE; false:
 * there are none. A node that is needed for what is left over is taken from *spare (needed only for
 * align > PAGE_SIZE), one that is no longer needed put into *spare.
 */
bool vmap_space_take(struct vmap_space *vs, struct vm_struct *vm, unsigned long align,
		     struct vm_struct **spare);
/*
 * Addresses of `vm`, which must be in vs->areas, become free. Returns the chain (->next) of nodes
 * that nobody needs any more.
 */
struct vm_struct *vmap_space_give(struct vmap_space *vs, struct vm_struct *vm);
/* The area that holds `addr`, its guard page included; NULL. */
struct vm_struct *vmap_space_find(const struct vmap_space *vs, unsigned long addr);
/* The first area whose end lies above `addr`; NULL. */
struct vm_struct *vmap_space_next(const struct vmap_space *vs, unsigned long addr);
/*
 * The invariants I1 … I6 of vmap_tree.c, for the region [start, end). Prints the broken one.
 * O(areas + free ranges).
 */
bool vmap_space_valid(const struct vmap_space *vs, unsigned long start, unsigned long end);

/*
 * --- vmap_pte.c: the page tables under the areas. The caller owns the addresses; all may run on
 * several CPUs at once. ---
 */

/*
 * Page-table entries for va and what follows in the same table, which is made if it is missing;
 * NULL: no memory. May sleep.
 */
pte_t *vmap_slots(unsigned long va);
/* The same, never NULL. */
pte_t *vmap_slots_nofail(unsigned long va);
/* How many of `n` pages from va on stand in that table. */
static inline unsigned long vmap_run(unsigned long va, unsigned long n)
{
	unsigned long left = PTRS_PER_TABLE - pt_index(va, 0);

	return n < left ? n : left;
}

/*
 * Map `n` of pages to consecutive addresses. -ENOMEM, -EINVAL (a page that is none): what was made
 * stands. May sleep.
 */
int vmap_map_pages(unsigned long va, struct page **pages, unsigned long n, pgprot_t prot);
/*
 * Map [phys, phys + size) at va, with large leaves where both allow it. -ENOMEM: what was made
 * stands. May sleep.
 */
int vmap_map_phys(unsigned long va, phys_addr_t phys, unsigned long size, pgprot_t prot);
/* Map the large page `page` at va, both aligned to its size. -ENOMEM. May sleep. */
int vmap_map_large(unsigned long va, phys_addr_t phys, pgprot_t prot);
/* Take out every leaf in [va, end). With `put` each page loses a reference. */
enum vmap_pages {
	VMAP_KEEP_PAGES,
	VMAP_PUT_PAGES,
};
void vmap_unmap(unsigned long va, unsigned long end, enum vmap_pages what);
/* Are all pages of [va, end) mapped? Is none? */
bool vmap_all_mapped(unsigned long va, unsigned long end);
bool vmap_none_mapped(unsigned long va, unsigned long end);
/* Bytes mapped in [start, end), the whole of a region. O(tables). */
unsigned long vmap_mapped_bytes(unsigned long start, unsigned long end);

/* vmalloc_strict: flush before a page is given back, not by the backlog. */
extern bool vmalloc_strict;

/* --- vmap_pages.c: pages for areas --- */
struct vmap_source {
	gfp_t gfp;
	unsigned int tag; /* whose they will be */
	bool no_blocks; /* there are only single pages */
};

/* Fill pages[0 .. n) with single pages; how many there are now. Context: as the flags say. */
unsigned long vmap_pages_get(struct vmap_source *from, struct page **pages, unsigned long n);
/* Drop a reference of each. */
void vmap_pages_put(struct page **pages, unsigned long n);

/* --- vmap_area.c: the life of an area --- */
extern struct vmap_space vmap_space;   /* the vmalloc region */
extern struct vmap_space vmap_modules; /* the region of modules: near the kernel's own code */

/* The space whose region holds `addr`: that of modules, or the vmalloc region. */
static inline struct vmap_space *vmap_space_of(unsigned long addr)
{
	return addr - MODULES_VADDR < MODULES_END - MODULES_VADDR ? &vmap_modules : &vmap_space;
}

/*
 * An area of `size` bytes (page aligned, without guard), marked VM_UNINITIALIZED; NULL: no
 * addresses or no memory. May sleep.
 */
struct vm_struct *vmap_area_get(unsigned long size, unsigned long align, unsigned long flags,
				gfp_t gfp, const void *caller);
/* The area is complete, and has `flags` besides. Its address. */
void *vmap_area_ready(struct vm_struct *vm, unsigned long flags);
/*
 * Begin the end of the area that starts at `addr`: from now on nobody else gets it. It must be
 * complete and have one of the flags `allowed`; else it is reported as a wrong use of the function
 * `what`, and NULL returned. `caller` called that.
 */
struct vm_struct *vmap_area_claim(const void *addr, const char *what, unsigned long allowed,
				  const void *caller);
/*
 * End of an area that was claimed, or that could not be completed: leaves taken out, addresses into
 * the backlog.
 */
void vmap_area_release(struct vm_struct *vm, enum vmap_pages what);
/* Flush and make the backlog allocatable if it is over its limit and the context allows it. */
void vmap_purge_if_due(void);
/* The same in any case. May sleep. */
void vmap_purge(void);

/* --- vmalloc.c --- */

/* What all of vmalloc()'s relatives do; `flags`: VM_USERMAP, VM_ALLOW_HUGE_VMAP. */
void *vmalloc_common(unsigned long size, unsigned long align, gfp_t gfp, unsigned long flags,
		     const void *caller);

/* --- vmap_show.c --- */
/*
 * How what stands at `addr`, in the vmalloc region, is given back, or why it can't be: a sentence. Waits
 * for no lock. For reports.
 */
const char *vmap_free_advice(unsigned long addr);
void vmap_show_init(void);

#endif
