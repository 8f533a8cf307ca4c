/* SPDX-License-Identifier: MIT */
/*
 * Contract: pages and address arithmetic; the host's layout.
 *
 * A Linux process has the lower 47 bits of addresses. Between 0x7e8000000000 and 0x7f0000000000
 * plain processes, ASan, TSan and valgrind all leave room, so the kernel's regions stand there, the
 * direct map last: more than 192 GiB of RAM needs what lies above, which is free when the process
 * runs without address randomisation. User addresses are walked in software and never become
 * mappings of the process.
 *
 *	0000000000000000 – 00000fffffffffff   user (16 TiB)
 *	00007e9000000000   the program's file; the kernel's image inside it
 *	00007e9060000000   modules (512 MiB)
 *	00007e9080000000   per-CPU variables made at run time (64 MiB)
 *	00007e9100000000   the other CPUs' windows (4 GiB each): the image and the former again
 *	00007ea000000000   vmemmap       (64 GiB of addresses)
 *	00007eb000000000   vmalloc       (128 GiB)
 *	00007ed000000000   direct map    (up to 1 TiB)
 *
 * Each region begins at a multiple of 64 GiB, which is what a root entry covers (asm/pgtable.h).
 */
#ifndef ASM_PAGE_H
#define ASM_PAGE_H

#include <linux/types.h>
#include <linux/compiler.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1UL << PAGE_SHIFT)
#define PAGE_MASK  (~(PAGE_SIZE - 1))

/* User addresses: [PAGE_SIZE, TASK_SIZE). The last page is kept unmapped, as on the machine. */
#define TASK_SIZE 0x00000ffffffff000UL

/* A thread's stack: traps keep the vector registers there, and sanitizers make frames large. */
#define THREAD_SIZE (64UL << 10)

/* Every kernel address lies in [KERNEL_START, KERNEL_LAST]. */
#define KERNEL_START 0x00007e9000000000UL
#define KERNEL_LAST  0x00007fcfffffffffUL

/* The image is linked at IMAGE_START plus its physical address (host.ld). */
#define IMAGE_START 0x00007e9000000000UL
#define IMAGE_SIZE  (512UL << 20)

/*
 * As far from the image as calls reach: the C library's heap begins somewhere in the first GiB behind
 * it, and has the next half for growing.
 */
#define MODULES_VADDR (IMAGE_START + (3UL << 29))
#define MODULES_END   (IMAGE_START + (2UL << 30))

/*
 * Per-CPU variables, as on the machine. 2 GiB away from the image, since the C library's heap may
 * begin anywhere in the first behind it; windows at whole multiples, under the image's root entry.
 */
#define PERCPU_START  (IMAGE_START + (2UL << 30))
#define PERCPU_SIZE   (64UL << 20)
#define PERCPU_WINDOW IMAGE_START
#define PERCPU_STRIDE (4UL << 30)

#define VMEMMAP_START 0x00007ea000000000UL
#define VMEMMAP_SIZE  (64UL << 30)

#define VMALLOC_START 0x00007eb000000000UL
#define VMALLOC_SIZE  (128UL << 30)
#define VMALLOC_END   (VMALLOC_START + VMALLOC_SIZE)

#define PAGE_OFFSET	0x00007ed000000000UL
#define PHYS_MAP_BITS	40
#define DIRECT_MAP_SIZE (1UL << PHYS_MAP_BITS)

/* The zones' limits are the machine's, so that the same tests mean the same. */
#define ARCH_DMA_LIMIT	 (16UL << 20)
#define ARCH_DMA32_LIMIT (4UL << 30)

#ifndef __ASSEMBLER__

/* Image boundaries, page aligned, from host.ld. */
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

	return a >= PAGE_OFFSET ? a - PAGE_OFFSET : a - IMAGE_START;
}

#include <asm/page_ops.h>

#endif
#endif
