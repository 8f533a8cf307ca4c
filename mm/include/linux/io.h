/* SPDX-License-Identifier: MIT */
/*
 * Device memory: mapping it and reading and writing it. Names are Linux's; theory in mm/ioremap.c.
 */
#ifndef LINUX_IO_H
#define LINUX_IO_H

#include <linux/alloc_tag.h>
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/string.h>
#include <asm/barrier.h>
#include <asm/page.h>

/*
 * Uncached all of them: what the wc and cache variants would gain needs memory types that are not set
 * up. May sleep.
 */
void __iomem *ioremap(phys_addr_t phys_addr, size_t size);
void __iomem *ioremap_uc(phys_addr_t phys_addr, size_t size);
void __iomem *ioremap_wc(phys_addr_t phys_addr, size_t size);
void __iomem *ioremap_wt(phys_addr_t phys_addr, size_t size);
void __iomem *ioremap_cache(phys_addr_t phys_addr, size_t size);
void __iomem *ioremap_np(phys_addr_t phys_addr, size_t size);
/* Each notes its place. */
#define ioremap(...)	   alloc_hooks(ioremap(__VA_ARGS__))
#define ioremap_uc(...)	   alloc_hooks(ioremap_uc(__VA_ARGS__))
#define ioremap_wc(...)	   alloc_hooks(ioremap_wc(__VA_ARGS__))
#define ioremap_wt(...)	   alloc_hooks(ioremap_wt(__VA_ARGS__))
#define ioremap_cache(...) alloc_hooks(ioremap_cache(__VA_ARGS__))
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

static inline void memcpy_fromio(void *to, const volatile void __iomem *from, size_t n)
{
	memcpy(to, (const void __force *)from, n);
}

static inline void memcpy_toio(volatile void __iomem *to, const void *from, size_t n)
{
	memcpy((void __force *)to, from, n);
}

static inline void memset_io(volatile void __iomem *to, int c, size_t n)
{
	void *p = (void __force *)to;

	OPTIMIZER_HIDE_VAR(p); /* of devices the compiler knows nothing */
	memset(p, c, n);
}

/* What memremap() may give: the first of these that is possible */
#define MEMREMAP_WB (1 << 0) /* cached; RAM's own address */
#define MEMREMAP_WT (1 << 1)
#define MEMREMAP_WC (1 << 2)

/* Memory-like ranges: no __iomem. May sleep. */
void *memremap(resource_size_t offset, size_t size, unsigned long flags);
#define memremap(...) alloc_hooks(memremap(__VA_ARGS__))
void memunmap(void *addr);

#define virt_to_phys(v) __pa(v)
#define phys_to_virt(p) __va(p)

#endif
