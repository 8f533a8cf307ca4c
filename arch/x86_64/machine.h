/* SPDX-License-Identifier: MIT */
/*
 * Instructions that C can't name, and what the files of arch/x86_64 offer each other. Private to
 * arch/x86_64.
 */
#ifndef ARCH_MACHINE_H
#define ARCH_MACHINE_H

#include <linux/types.h>
#include <linux/compiler.h>

#define MSR_APIC_BASE 0x1b
#define MSR_EFER      0xc0000080
#define MSR_GS_BASE   0xc0000101

#define CR0_WP	 (1UL << 16)
#define CR4_PAE	 (1UL << 5)
#define CR4_MCE	 (1UL << 6)
#define CR4_PGE	 (1UL << 7)
#define CR4_UMIP (1UL << 11)
#define CR4_SMEP (1UL << 20)
#define CR4_SMAP (1UL << 21)

static inline void outb(u16 port, u8 v)
{
	__asm__ __volatile__("outb %0, %1" : : "a"(v), "Nd"(port));
}

static inline u8 inb(u16 port)
{
	u8 v;

	__asm__ __volatile__("inb %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline void outw(u16 port, u16 v)
{
	__asm__ __volatile__("outw %0, %1" : : "a"(v), "Nd"(port));
}

static inline void outl(u16 port, u32 v)
{
	__asm__ __volatile__("outl %0, %1" : : "a"(v), "Nd"(port));
}

static inline u64 rdmsr(u32 msr)
{
	u32 lo, hi;

	__asm__ __volatile__("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
	return (u64)hi << 32 | lo;
}

static inline void wrmsr(u32 msr, u64 v)
{
	__asm__ __volatile__("wrmsr" : : "c"(msr), "a"((u32)v), "d"((u32)(v >> 32)) : "memory");
}

static inline void cpuid(u32 leaf, u32 sub, u32 r[4])
{
	__asm__ __volatile__("cpuid"
			     : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3])
			     : "a"(leaf), "c"(sub));
}

#define DEFINE_CR(n)                                                                               \
	static inline u64 read_cr##n(void)                                                         \
	{                                                                                          \
		u64 v;                                                                             \
		__asm__ __volatile__("mov %%cr" #n ", %0" : "=r"(v) : : "memory");                 \
		return v;                                                                          \
	}                                                                                          \
	static inline void write_cr##n(u64 v)                                                      \
	{                                                                                          \
		__asm__ __volatile__("mov %0, %%cr" #n : : "r"(v) : "memory");                     \
	}
DEFINE_CR(0)
DEFINE_CR(2)
DEFINE_CR(3)
DEFINE_CR(4)
#undef DEFINE_CR

/* paging.c: take a page out of the image's mapping; map a device page in the fixmap. */
void image_unmap_page(unsigned long va);
void *fixmap_device(unsigned int slot, phys_addr_t phys);
enum { FIXMAP_LAPIC, FIXMAP_SLOTS };

/* cpu.c: the CPUs that the firmware lists, as smp_possible_cpus() was told; the first is this one. */
extern u32 cpu_apic_ids[];
extern unsigned int nr_cpus_found;

/* lapic.c: time counts from clock_init() on. */
void clock_init(void);
void lapic_eoi(void);

#endif
