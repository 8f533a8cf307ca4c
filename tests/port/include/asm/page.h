/* SPDX-License-Identifier: MIT */
/*
 * Contract: pages and address arithmetic; the smallest port's layout.
 *
 * All addresses fit 39 bits but for one that is set in every kernel address and in no user address:
 * three levels of tables are enough. User addresses are walked in software.
 *
 *	0000000000000000 – 0000003fffffffff   user (256 GiB)
 *	0000104000000000   the program, which is the kernel's image
 *	0000104040000000   vmemmap       (1 GiB of addresses)
 *	0000104080000000   vmalloc       (16 GiB)
 *	0000104480000000   per-CPU variables made at run time (64 MiB)
 *	0000105000000000   direct map
 */
#ifndef ASM_PAGE_H
#define ASM_PAGE_H

#include <linux/types.h>
#include <linux/compiler.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1UL << PAGE_SHIFT)
#define PAGE_MASK  (~(PAGE_SIZE - 1))

#define TASK_SIZE 0x0000003ffffff000UL

/* A stack: there is one, and no threads. */
#define THREAD_SIZE (64UL << 10)

#define KERNEL_START 0x0000104000000000UL
#define KERNEL_LAST  0x0000107fffffffffUL

/* The image is linked at IMAGE_START plus its physical address (port.ld). */
#define IMAGE_START   KERNEL_START
#define IMAGE_SIZE    (512UL << 20)
#define MODULES_VADDR (IMAGE_START + IMAGE_SIZE)
#define MODULES_END   (IMAGE_START + (1UL << 30))

#define VMEMMAP_START 0x0000104040000000UL
#define VMEMMAP_SIZE  (1UL << 30)

#define VMALLOC_START 0x0000104080000000UL
#define VMALLOC_SIZE  (16UL << 30)
#define VMALLOC_END   (VMALLOC_START + VMALLOC_SIZE)

/* The one CPU's; there are no windows. */
#define PERCPU_START  VMALLOC_END
#define PERCPU_SIZE   (64UL << 20)
#define PERCPU_WINDOW IMAGE_START
#define PERCPU_STRIDE 0UL

#define PAGE_OFFSET	0x0000105000000000UL
#define PHYS_MAP_BITS	35 /* what VMEMMAP_SIZE describes, at 32 bytes a page */
#define DIRECT_MAP_SIZE (1UL << PHYS_MAP_BITS)

#define ARCH_DMA_LIMIT	 (16UL << 20)
#define ARCH_DMA32_LIMIT (4UL << 30)

/* Image boundaries, page aligned, from port.ld. */
extern char __image_start[], __image_end[];
extern char __text_start[], __text_end[];
extern char __rodata_start[], __rodata_end[];
extern char __data_start[], __data_end[];

static inline phys_addr_t __pa(const volatile void *v)
{
	unsigned long a = (unsigned long)v;

	return a >= PAGE_OFFSET ? a - PAGE_OFFSET : a - IMAGE_START;
}

#include <asm/page_ops.h>

#endif
