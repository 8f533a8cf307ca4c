/* SPDX-License-Identifier: MIT */
/*
 * Device memory: mapping it and reading and writing it. Names are Linux's; theory in mm/ioremap.c.
 */
#ifndef LINUX_IO_H
#define LINUX_IO_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <asm/barrier.h>
#include <linux/mm.h> /* virt_to_phys(), phys_to_virt() */

/*
 * Uncached all four: what the wc and cache variants would gain needs memory types that are not set
 * up. May sleep.
 */
void __iomem *ioremap(phys_addr_t phys_addr, size_t size);
void __iomem *ioremap_uc(phys_addr_t phys_addr, size_t size);
void __iomem *ioremap_wc(phys_addr_t phys_addr, size_t size);
void __iomem *ioremap_np(phys_addr_t phys_addr, size_t size);
void iounmap(volatile void __iomem *addr);

/* One access of that width, in program order with other accesses to devices. */
#define __IO_ACCESSORS(suffix, type)                                          \
	static inline type read##suffix(const volatile void __iomem *addr)    \
	{                                                                     \
		type v = *(const volatile type __force *)addr;                \
                                                                              \
		barrier();                                                    \
		return v;                                                     \
	}                                                                     \
	static inline void write##suffix(type v, volatile void __iomem *addr) \
	{                                                                     \
		barrier();                                                    \
		*(volatile type __force *)addr = v;                           \
	}

__IO_ACCESSORS(b, u8)
__IO_ACCESSORS(w, u16)
__IO_ACCESSORS(l, u32)
__IO_ACCESSORS(q, u64)

#endif
