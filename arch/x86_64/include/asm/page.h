/* SPDX-License-Identifier: MIT */
/*
 * Contract: pages and address arithmetic.
 *
 * Regions follow Linux's x86_64 layout for 4-level tables, so what one learns here transfers.
 * The constants are the whole of what mm/ knows about where things are.
 */
#ifndef ASM_PAGE_H
#define ASM_PAGE_H

#include <linux/types.h>
#include <linux/compiler.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1UL << PAGE_SHIFT)
#define PAGE_MASK  (~(PAGE_SIZE - 1))

/* User addresses: [PAGE_SIZE, TASK_SIZE). The last page below the hole is kept unmapped. */
#define TASK_SIZE 0x00007ffffffff000UL

/* A thread's stack. With KASAN there are red zones in each frame. */
#ifdef CONFIG_KASAN
#define THREAD_SIZE (32UL << 10)
#else
#define THREAD_SIZE (16UL << 10)
#endif

/* Every kernel address lies in [KERNEL_START, KERNEL_LAST]. */
#define KERNEL_START PAGE_OFFSET
#define KERNEL_LAST  (~0UL)

/* Direct map of RAM: physical address p is at PAGE_OFFSET + p, never executable. */
#define PAGE_OFFSET	0xffff888000000000UL
#define PHYS_MAP_BITS	46
#define DIRECT_MAP_SIZE (1UL << PHYS_MAP_BITS)

#define VMALLOC_START 0xffffc90000000000UL
#define VMALLOC_SIZE  (32UL << 40)
#define VMALLOC_END   (VMALLOC_START + VMALLOC_SIZE)

#define VMEMMAP_START 0xffffea0000000000UL
#define VMEMMAP_SIZE  (1UL << 40)

#define IMAGE_START   0xffffffff80000000UL
#define IMAGE_SIZE    (256UL << 20)
#define MODULES_VADDR 0xffffffffa0000000UL
#define MODULES_END   (THREAD_SIZE > (16UL << 10) ? 0xfffffffffe000000UL : 0xffffffffff000000UL)

/*
 * Per-CPU variables. Those made at run time are, for CPU 0, at [PERCPU_START, + PERCPU_SIZE), above
 * the image; what CPU n has instead of an address in [IMAGE_START, + PERCPU_STRIDE) is in its
 * window, at the same distance from PERCPU_WINDOW + n * PERCPU_STRIDE.
 */
#define PERCPU_START  (IMAGE_START + IMAGE_SIZE)
#define PERCPU_SIZE   (64UL << 20)
#define PERCPU_WINDOW 0xfffffe0000000000UL
#define PERCPU_STRIDE (512UL << 20)

/* Physical limits of the zones that devices impose: ISA DMA and 32-bit DMA. */
#define ARCH_DMA_LIMIT	 (16UL << 20)
#define ARCH_DMA32_LIMIT (4UL << 30)

#ifndef __ASSEMBLER__

/* Image boundaries, page aligned, from linker.ld. */
extern char __image_start[], __image_end[];
extern char __text_start[], __text_end[];
extern char __rodata_start[], __rodata_end[];
extern char __data_start[], __data_end[];

/*
 * Address in the direct map or in the kernel image to physical; O(1). Others are the caller's
 * error.
 */
static inline phys_addr_t __pa(const volatile void *v)
{
	unsigned long a = (unsigned long)v;

	return a >= IMAGE_START ? a - IMAGE_START : a - PAGE_OFFSET;
}

#include <asm/page_ops.h>

#endif
#endif
