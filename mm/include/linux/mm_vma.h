/* SPDX-License-Identifier: MIT */
/*
 * Address spaces: struct mm_struct, its mappings (struct vm_area_struct), faults. Names and meaning
 * are Linux 6.12's; <linux/mm.h> includes this. Theory: mm/mm_struct.c, mm/vma.c, mm/user_pt.c,
 * mm/fault.c, mm/mmap.c.
 */
#ifndef LINUX_MM_VMA_H
#define LINUX_MM_VMA_H

#include <asm/pgtable.h>
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/rbtree.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct file;
struct mm_struct;
struct page;
struct pt_regs;
struct vm_area_struct;
struct vm_fault;

/* --- vm_flags --- */
#define VM_NONE	       0x0UL
#define VM_READ	       0x1UL /* what the program may do now … */
#define VM_WRITE       0x2UL
#define VM_EXEC	       0x4UL
#define VM_SHARED      0x8UL
#define VM_MAYREAD     0x10UL /* … and what mprotect() may allow it */
#define VM_MAYWRITE    0x20UL
#define VM_MAYEXEC     0x40UL
#define VM_MAYSHARE    0x80UL
#define VM_GROWSDOWN   0x100UL
#define VM_STACK       VM_GROWSDOWN
#define VM_PFNMAP      0x400UL /* page frames without counted pages */
#define VM_LOCKED      0x2000UL
#define VM_IO	       0x4000UL
#define VM_SEQ_READ    0x8000UL
#define VM_RAND_READ   0x10000UL
#define VM_DONTCOPY    0x20000UL
#define VM_DONTEXPAND  0x40000UL
#define VM_NORESERVE   0x200000UL
#define VM_DONTDUMP    0x04000000UL
#define VM_MIXEDMAP    0x10000000UL
#define VM_SPECIAL     (VM_IO | VM_DONTEXPAND | VM_PFNMAP | VM_MIXEDMAP)
#define VM_ACCESS_FLAGS (VM_READ | VM_WRITE | VM_EXEC)

/* --- faults --- */
#define FAULT_FLAG_WRITE       0x1u
#define FAULT_FLAG_USER	       0x40u
#define FAULT_FLAG_REMOTE      0x80u /* not the running context's own address space */
#define FAULT_FLAG_INSTRUCTION 0x100u
#define FAULT_FLAG_UNSHARE     0x400u /* a page of the mapping's own, though it only reads */

/* vm_fault_t: 0, or a set of these */
#define VM_FAULT_OOM	 ((__force vm_fault_t)0x1u)
#define VM_FAULT_SIGBUS	 ((__force vm_fault_t)0x2u)
#define VM_FAULT_MAJOR	 ((__force vm_fault_t)0x4u)
#define VM_FAULT_HWPOISON ((__force vm_fault_t)0x10u)
#define VM_FAULT_SIGSEGV ((__force vm_fault_t)0x40u)
#define VM_FAULT_NOPAGE	 ((__force vm_fault_t)0x100u) /* vm_ops->fault filled the entry itself */
#define VM_FAULT_LOCKED	 ((__force vm_fault_t)0x200u) /* accepted: pages have no lock */
#define VM_FAULT_DONE_COW ((__force vm_fault_t)0x1000u) /* vm_ops->fault filled vmf->cow_page */
#define VM_FAULT_ERROR \
	(VM_FAULT_OOM | VM_FAULT_SIGBUS | VM_FAULT_SIGSEGV | VM_FAULT_HWPOISON)

/**
 * struct vm_fault - one fault on its way through vm_ops
 * @vma: the mapping
 * @gfp_mask: for allocations on its behalf
 * @pgoff: page of the file
 * @address: of the page
 * @real_address: of the access
 * @flags: FAULT_FLAG_*
 * @orig_pte: the entry as it was found
 * @cow_page: the copy to be, for a write to a private mapping
 * @page: set by ->fault: the page, with a reference for the mapping
 * @pte: the entry's place
 */
struct vm_fault {
	struct vm_area_struct *vma;
	gfp_t gfp_mask;
	unsigned long pgoff;
	unsigned long address;
	unsigned long real_address;
	unsigned int flags;
	pte_t orig_pte;
	struct page *cow_page;
	struct page *page;
	pte_t *pte;
};

/**
 * struct vm_operations_struct - what a mapping's owner adds
 * @open: a piece was split off: called for the new piece
 * @close: the mapping (or piece) goes away. Mappings with @close are never merged
 * @may_split: refuses a split at @addr by an error
 * @fault: finds the page of a fault
 * @mprotect: refuses a change of rights of [start, end) by an error; asked before anything changes
 * @page_mkwrite: a shared page becomes writable; 0 or VM_FAULT_*
 * @pfn_mkwrite: the same for a frame without a counted page
 * @name: what maps shows if there is no file
 *
 * All are called with mmap_lock held; @fault and @page_mkwrite may sleep.
 */
struct vm_operations_struct {
	void (*open)(struct vm_area_struct *vma);
	void (*close)(struct vm_area_struct *vma);
	int (*may_split)(struct vm_area_struct *vma, unsigned long addr);
	int (*mprotect)(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			unsigned long newflags);
	vm_fault_t (*fault)(struct vm_fault *vmf);
	vm_fault_t (*page_mkwrite)(struct vm_fault *vmf);
	vm_fault_t (*pfn_mkwrite)(struct vm_fault *vmf);
	const char *(*name)(struct vm_area_struct *vma);
};

/* M: changed with mm->mmap_lock held for writing */
struct vm_area_struct {
	unsigned long vm_start;	      /* M: first byte … */
	unsigned long vm_end;	      /* M: … and first byte behind */
	struct mm_struct *vm_mm;
	pgprot_t vm_page_prot;	      /* M: of an entry that may not write */
	vm_flags_t vm_flags;	      /* M */
	struct rb_node vm_rb;	      /* M */
	unsigned long vm_gap;	      /* M: free bytes below, the guard of a stack not counted */
	unsigned long rb_subtree_gap; /* M: the largest vm_gap in the subtree */
	const struct vm_operations_struct *vm_ops;
	unsigned long vm_pgoff;	      /* page of the file at vm_start; anonymous and private: vm_start's own page number */
	struct file *vm_file;
	void *vm_private_data;
};

enum {
	MM_FILEPAGES, /* pages of files and drivers */
	MM_ANONPAGES,
	NR_MM_COUNTERS
};

/* M: mmap_lock, for writing  P: page_table_lock  R: read-only after creation */
struct mm_struct {
	pte_t *pgd;			/* R: root table */
	struct rb_root mm_rb;		/* M: mappings by address */
	int map_count;			/* M: how many */
	unsigned long total_vm;		/* M: their pages */
	unsigned long mmap_base;	/* R: new mappings are placed below */
	unsigned long start_brk, brk;	/* M */
	unsigned long start_stack;	/* R: maps calls the mapping around it [stack] */
	atomic_t mm_users, mm_count;
	struct rw_semaphore mmap_lock;
	spinlock_t page_table_lock;	/* the tree of tables below pgd */
	long rss_stat[NR_MM_COUNTERS];	/* P: mapped pages by kind */
	unsigned long nr_tables;	/* P: table pages below pgd */
	struct cpumask cpus;		/* CPUs that walk pgd: pt_switch() writes, flushes read */
};

/* The address space of the running context; NULL: none. */

/* --- locking --- */
static inline void mmap_read_lock(struct mm_struct *mm)
{
	down_read(&mm->mmap_lock);
}

static inline bool mmap_read_trylock(struct mm_struct *mm)
{
	return down_read_trylock(&mm->mmap_lock);
}

static inline void mmap_read_unlock(struct mm_struct *mm)
{
	up_read(&mm->mmap_lock);
}

static inline void mmap_write_lock(struct mm_struct *mm)
{
	down_write(&mm->mmap_lock);
}

static inline bool mmap_write_trylock(struct mm_struct *mm)
{
	return down_write_trylock(&mm->mmap_lock);
}

static inline void mmap_write_unlock(struct mm_struct *mm)
{
	up_write(&mm->mmap_lock);
}

static inline void mmap_write_downgrade(struct mm_struct *mm)
{
	downgrade_write(&mm->mmap_lock);
}

static inline void mmap_assert_locked(const struct mm_struct *mm)
{
	rwsem_assert_held(&mm->mmap_lock);
}

static inline void mmap_assert_write_locked(const struct mm_struct *mm)
{
	rwsem_assert_held_write(&mm->mmap_lock);
}

/* --- mappings; the caller holds mmap_lock --- */
struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr);
struct vm_area_struct *find_vma_prev(struct mm_struct *mm, unsigned long addr,
				     struct vm_area_struct **pprev);
struct vm_area_struct *find_vma_intersection(struct mm_struct *mm, unsigned long start,
					     unsigned long end);
struct vm_area_struct *find_extend_vma_locked(struct mm_struct *mm, unsigned long addr);
int expand_stack_locked(struct vm_area_struct *vma, unsigned long address);
unsigned long get_unmapped_area(struct mm_struct *mm, unsigned long addr, unsigned long len,
				unsigned long flags);

/* The mapping that holds `addr`, or NULL. */
static inline struct vm_area_struct *vma_lookup(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = find_vma(mm, addr);

	return vma && vma->vm_start <= addr ? vma : NULL;
}

static inline struct vm_area_struct *vma_first(struct mm_struct *mm)
{
	return rb_entry_safe(rb_first(&mm->mm_rb), struct vm_area_struct, vm_rb);
}

static inline struct vm_area_struct *vma_next(struct vm_area_struct *vma)
{
	return rb_entry_safe(rb_next(&vma->vm_rb), struct vm_area_struct, vm_rb);
}

static inline struct vm_area_struct *vma_prev(struct vm_area_struct *vma)
{
	return rb_entry_safe(rb_prev(&vma->vm_rb), struct vm_area_struct, vm_rb);
}

#define for_each_mm_vma(mm, vma) for ((vma) = vma_first(mm); (vma); (vma) = vma_next(vma))

static inline unsigned long vma_pages(const struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}

static inline bool vma_is_anonymous(const struct vm_area_struct *vma)
{
	return !vma->vm_ops;
}

static inline bool vma_is_accessible(const struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_ACCESS_FLAGS;
}

static inline unsigned long linear_page_index(const struct vm_area_struct *vma,
					      unsigned long address)
{
	return ((address - vma->vm_start) >> PAGE_SHIFT) + vma->vm_pgoff;
}


/* A change of flags by a driver, mostly in ->mmap; mmap_lock is held for writing there. */
static inline void vm_flags_mod(struct vm_area_struct *vma, vm_flags_t set, vm_flags_t clear)
{
	mmap_assert_write_locked(vma->vm_mm);
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
}

static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vm_flags_mod(vma, flags, 0);
}

static inline void vm_flags_clear(struct vm_area_struct *vma, vm_flags_t flags)
{
	vm_flags_mod(vma, 0, flags);
}

/* Does a write make a copy? A mapping that may not be written now, but after mprotect(), counts. */
static inline bool is_cow_mapping(vm_flags_t flags)
{
	return (flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE;
}

/* No memory type but uncached is set up. */
#define pgprot_writecombine(prot) pgprot_noncached(prot)

/* --- what drivers map (mm/remap.c) --- */
int remap_pfn_range(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn,
		    unsigned long size, pgprot_t prot);
int io_remap_pfn_range(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn,
		       unsigned long size, pgprot_t prot);
int vm_iomap_memory(struct vm_area_struct *vma, phys_addr_t start, unsigned long len);
int vm_insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page);
int vm_insert_pages(struct vm_area_struct *vma, unsigned long addr, struct page **pages,
		    unsigned long *num);
int vm_map_pages(struct vm_area_struct *vma, struct page **pages, unsigned long num);
int vm_map_pages_zero(struct vm_area_struct *vma, struct page **pages, unsigned long num);
vm_fault_t vmf_insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page);
vm_fault_t vmf_insert_pfn(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn);
vm_fault_t vmf_insert_pfn_prot(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn,
			       pgprot_t pgprot);
int zap_vma_ptes(struct vm_area_struct *vma, unsigned long address, unsigned long size);

/* --- pages under user addresses (mm/gup.c) --- */
#define FOLL_WRITE	   (1u << 0) /* they will be written to */
#define FOLL_DUMP	   (1u << 2) /* accepted */
#define FOLL_NOFAULT	   (1u << 5) /* only what is there */
#define FOLL_HWPOISON	   (1u << 6) /* accepted */
#define FOLL_ANON	   (1u << 7) /* anonymous memory only */
#define FOLL_LONGTERM	   (1u << 8) /* the pin may last for good; pin_user_pages*() only */
#define FOLL_INTERRUPTIBLE (1u << 11) /* accepted: there are no signals */

/* What a pin adds to a page's count. */
#define GUP_PIN_COUNTING_BIAS (1 << 10)

long get_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
		    struct page **pages);
long get_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages,
			     unsigned int gup_flags);
long get_user_pages_remote(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
			   unsigned int gup_flags, struct page **pages, int *locked);
int get_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages);
long pin_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
		    struct page **pages);
long pin_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages,
			     unsigned int gup_flags);
long pin_user_pages_remote(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
			   unsigned int gup_flags, struct page **pages, int *locked);
int pin_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages);
void unpin_user_page(struct page *page);
void unpin_user_pages(struct page **pages, unsigned long npages);
void unpin_user_pages_dirty_lock(struct page **pages, unsigned long npages, bool make_dirty);
bool page_maybe_dma_pinned(struct page *page);

/* --- faults --- */
vm_fault_t handle_mm_fault(struct vm_area_struct *vma, unsigned long address, unsigned int flags,
			   struct pt_regs *regs);
int fixup_user_fault(struct mm_struct *mm, unsigned long address, unsigned int fault_flags);

/* The page that serves reads of anonymous memory nobody wrote to. Read-only. */
extern const u8 empty_zero_page[PAGE_SIZE];
#define ZERO_PAGE(vaddr) virt_to_page(empty_zero_page)

static inline bool is_zero_pfn(unsigned long pfn)
{
	return pfn == __pa(empty_zero_page) >> PAGE_SHIFT;
}

static inline unsigned long my_zero_pfn(unsigned long addr)
{
	(void)addr;
	return __pa(empty_zero_page) >> PAGE_SHIFT;
}

/* --- state --- */
static inline unsigned long get_mm_counter(const struct mm_struct *mm, int member)
{
	return READ_ONCE(mm->rss_stat[member]);
}

static inline unsigned long get_mm_rss(const struct mm_struct *mm)
{
	return get_mm_counter(mm, MM_FILEPAGES) + get_mm_counter(mm, MM_ANONPAGES);
}

/* /proc/PID/maps, a line at a time. Takes mmap_lock for reading. */
void mm_maps_show(struct mm_struct *mm, void (*line)(const char *text));

/*
 * The numbered invariants of vma.c and of user_pt.c (mm_valid() checks both). The caller holds
 * mmap_lock or is alone.
 */
bool vma_valid(struct mm_struct *mm);
bool mm_valid(struct mm_struct *mm);

#endif
