/* SPDX-License-Identifier: MIT */
/*
 * mmap(), mprotect() and madvise(): Linux's numbers (64-bit) and the calls a kernel module makes.
 * Theory in mm/mmap.c.
 */
#ifndef LINUX_MMAN_H
#define LINUX_MMAN_H

#include <linux/types.h>
#include <linux/mm.h> /* vm_mmap() */

#define PROT_NONE      0x0
#define PROT_READ      0x1
#define PROT_WRITE     0x2
#define PROT_EXEC      0x4
#define PROT_SEM       0x8	  /* accepted, means nothing */
#define PROT_GROWSDOWN 0x01000000 /* mprotect: from the start of the growing mapping on */
#define PROT_GROWSUP   0x02000000

#define MAP_SHARED	    0x01
#define MAP_PRIVATE	    0x02
#define MAP_SHARED_VALIDATE 0x03 /* MAP_SHARED, and unknown flags are refused */
#define MAP_TYPE	    0x0f
#define MAP_FIXED	    0x10
#define MAP_ANONYMOUS	    0x20
#define MAP_32BIT	    0x40
#define MAP_GROWSDOWN	    0x0100
#define MAP_DENYWRITE	    0x0800 /* ignored */
#define MAP_EXECUTABLE	    0x1000 /* ignored */
#define MAP_LOCKED	    0x2000
#define MAP_NORESERVE	    0x4000
#define MAP_POPULATE	    0x8000
#define MAP_NONBLOCK	    0x10000
#define MAP_STACK	    0x20000 /* a hint that Linux ignores too */
#define MAP_HUGETLB	    0x40000 /* refused: there are no huge pages to reserve */
#define MAP_SYNC	    0x80000
#define MAP_FIXED_NOREPLACE 0x100000

/*
 * Flags that MAP_SHARED_VALIDATE accepts; of MAP_SYNC it says EOPNOTSUPP, as for any file that is
 * not a DAX file.
 */
#define LEGACY_MAP_MASK                                                                            \
	(MAP_SHARED | MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_DENYWRITE | MAP_EXECUTABLE |   \
	 MAP_GROWSDOWN | MAP_LOCKED | MAP_NORESERVE | MAP_POPULATE | MAP_NONBLOCK | MAP_STACK |    \
	 MAP_HUGETLB | MAP_32BIT)

#define MADV_NORMAL	0
#define MADV_RANDOM	1
#define MADV_SEQUENTIAL 2
#define MADV_WILLNEED	3
#define MADV_DONTNEED	4

struct file;
struct mm_struct;

/* Most mappings that one address space may have. */
extern int sysctl_max_map_count;
/* Pages kept free below a VM_GROWSDOWN mapping. */
extern unsigned long stack_guard_gap;
/* No mapping starts below. */
#define mmap_min_addr PAGE_SIZE
/* RLIMIT_STACK: how large a VM_GROWSDOWN mapping may grow. */
#define STACK_LIMIT (8UL << 20)

unsigned long do_mmap(struct mm_struct *mm, struct file *file, unsigned long addr,
		      unsigned long len, unsigned long prot, unsigned long flags,
		      unsigned long pgoff);
int do_munmap(struct mm_struct *mm, unsigned long start, size_t len);
int do_mprotect(struct mm_struct *mm, unsigned long start, size_t len, unsigned long prot);
int do_madvise(struct mm_struct *mm, unsigned long start, size_t len, int behavior);
unsigned long do_brk(struct mm_struct *mm, unsigned long brk);

#endif
