/* SPDX-License-Identifier: MIT */
/*
 * Memory that is contiguous in virtual addresses only. Names, prototypes and behaviour are Linux
 * 6.12's; theory in mm/vmalloc.c.
 *
 * Context: everything that allocates or maps may sleep, with GFP_KERNEL or a superset of it.
 * vfree(), vunmap() and vfree_atomic() may be called anywhere but in an NMI.
 */
#ifndef LINUX_VMALLOC_H
#define LINUX_VMALLOC_H

#include <asm/pgtable.h>
#include <linux/gfp.h>
#include <linux/mm_types.h>
#include <linux/rbtree.h>

/* vm_struct.flags, with Linux's values */
#define VM_IOREMAP	     0x00000001 /* ioremap() and the like */
#define VM_ALLOC	     0x00000002 /* vmalloc() */
#define VM_MAP		     0x00000004 /* vmap() of the caller's pages */
#define VM_USERMAP	     0x00000008 /* may be mapped to user space */
#define VM_DMA_COHERENT	     0x00000010
#define VM_UNINITIALIZED     0x00000020 /* being built: its pages are not all there yet */
#define VM_NO_GUARD	     0x00000040 /* no guard page: refused, every area has one */
#define VM_FLUSH_RESET_PERMS 0x00000100
#define VM_MAP_PUT_PAGES \
	0x00000200 /* vmap(): vfree() drops a reference of each page and frees the array */
#define VM_ALLOW_HUGE_VMAP 0x00000400

/**
 * struct vm_struct - an area of the vmalloc region
 * @next: chain of areas on their way out
 * @addr: where it starts
 * @size: its bytes, the guard page included
 * @flags: VM_* above
 * @pages: the array given to vmap() with VM_MAP_PUT_PAGES; NULL in all others, whose page table is
 *     the list of their pages
 * @page_order: largest order of its pages
 * @nr_pages: pages that it owns
 * @phys_addr: what ioremap() mapped
 * @caller: who asked for it
 * @tag: the same as linux/alloc_tag.h knows him
 *
 * The rest belongs to mm/vmap_tree.c.
 */
struct vm_struct {
	struct vm_struct *next;
	void *addr;
	unsigned long size;
	unsigned long flags;
	struct page **pages;
	unsigned int page_order;
	unsigned int nr_pages;
	phys_addr_t phys_addr;
	const void *caller;
	unsigned int tag;
	struct rb_node rb;
	unsigned long max_size; /* free ranges: largest @size in the subtree */
};

void *vmalloc(unsigned long size) __must_check __malloc __alloc_size(1);
void *vzalloc(unsigned long size) __must_check __malloc __alloc_size(1);
void *vmalloc_user(unsigned long size) __must_check __malloc __alloc_size(1);
void *vmalloc_node(unsigned long size, int node) __must_check __malloc __alloc_size(1);
void *vzalloc_node(unsigned long size, int node) __must_check __malloc __alloc_size(1);
void *vmalloc_32(unsigned long size) __must_check __malloc __alloc_size(1);
void *vmalloc_32_user(unsigned long size) __must_check __malloc __alloc_size(1);
void *__vmalloc(unsigned long size, gfp_t gfp_mask) __must_check __malloc __alloc_size(1);
void *__vmalloc_node(unsigned long size, unsigned long align, gfp_t gfp_mask, int node,
		     const void *caller) __must_check __malloc __alloc_size(1);
void *vmalloc_huge(unsigned long size, gfp_t gfp_mask) __must_check __malloc __alloc_size(1);
void *__vmalloc_array(size_t n, size_t size, gfp_t flags) __must_check __malloc __alloc_size(1, 2);
void *vmalloc_array(size_t n, size_t size) __must_check __malloc __alloc_size(1, 2);
void *__vcalloc(size_t n, size_t size, gfp_t flags) __must_check __malloc __alloc_size(1, 2);
void *vcalloc(size_t n, size_t size) __must_check __malloc __alloc_size(1, 2);
void *vrealloc(const void *p, size_t size, gfp_t flags) __must_check __alloc_size(2);

void vfree(const void *addr);
void vfree_atomic(const void *addr);

void *vmap(struct page **pages, unsigned int count, unsigned long flags, pgprot_t prot);
void vunmap(const void *addr);
void *vm_map_ram(struct page **pages, unsigned int count, int node);
void vm_unmap_ram(const void *mem, unsigned int count);
void vm_unmap_aliases(void);

struct vm_struct *find_vm_area(const void *addr);

/* mm/remap.c */
struct vm_area_struct;
int remap_vmalloc_range(struct vm_area_struct *vma, void *addr, unsigned long pgoff);
int remap_vmalloc_range_partial(struct vm_area_struct *vma, unsigned long uaddr, void *kaddr,
				unsigned long pgoff, unsigned long size);

struct page *vmalloc_to_page(const void *addr);
unsigned long vmalloc_to_pfn(const void *addr);

/* Pages handed out by vmalloc() and its relatives just now. */
unsigned long vmalloc_nr_pages(void);

/* /proc/vmallocinfo, line by line. */
void vmallocinfo_show(void (*line)(const char *text));

/* Is `x` in the vmalloc region? Says nothing about an area being there. */
static inline bool is_vmalloc_addr(const void *x)
{
	return (unsigned long)x - VMALLOC_START < VMALLOC_SIZE;
}

static inline bool is_vmalloc_or_module_addr(const void *x)
{
	return is_vmalloc_addr(x) || (unsigned long)x - MODULES_VADDR < MODULES_END - MODULES_VADDR;
}

/* Bytes of the area that may be used: without the guard page. */
static inline size_t get_vm_area_size(const struct vm_struct *area)
{
	return area->flags & VM_NO_GUARD ? area->size : area->size - PAGE_SIZE;
}

/* Each notes its place (linux/alloc_tag.h). */
#define vmalloc(...)	     alloc_hooks(vmalloc(__VA_ARGS__))
#define vzalloc(...)	     alloc_hooks(vzalloc(__VA_ARGS__))
#define vmalloc_user(...)    alloc_hooks(vmalloc_user(__VA_ARGS__))
#define vmalloc_node(...)    alloc_hooks(vmalloc_node(__VA_ARGS__))
#define vzalloc_node(...)    alloc_hooks(vzalloc_node(__VA_ARGS__))
#define vmalloc_32(...)	     alloc_hooks(vmalloc_32(__VA_ARGS__))
#define vmalloc_32_user(...) alloc_hooks(vmalloc_32_user(__VA_ARGS__))
#define __vmalloc(...)	     alloc_hooks(__vmalloc(__VA_ARGS__))
#define __vmalloc_node(...)  alloc_hooks(__vmalloc_node(__VA_ARGS__))
#define vmalloc_huge(...)    alloc_hooks(vmalloc_huge(__VA_ARGS__))
#define __vmalloc_array(...) alloc_hooks(__vmalloc_array(__VA_ARGS__))
#define vmalloc_array(...)   alloc_hooks(vmalloc_array(__VA_ARGS__))
#define __vcalloc(...)	     alloc_hooks(__vcalloc(__VA_ARGS__))
#define vcalloc(...)	     alloc_hooks(vcalloc(__VA_ARGS__))
#define vrealloc(...)	     alloc_hooks(vrealloc(__VA_ARGS__))
#define vmap(...)	     alloc_hooks(vmap(__VA_ARGS__))
#define vm_map_ram(...)	     alloc_hooks(vm_map_ram(__VA_ARGS__))

#endif
