/* SPDX-License-Identifier: MIT */
/*
 * Instructions that C can't name, and what the files of arch/x86_64 offer each other. Private to
 * arch/x86_64.
 */
#ifndef ARCH_MACHINE_H
#define ARCH_MACHINE_H

#include <asm/pgtable.h>
#include <asm/ptrace.h>
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

#define DEFINE_CR(n)                                                               \
	static inline u64 read_cr##n(void)                                         \
	{                                                                          \
		u64 v;                                                             \
		__asm__ __volatile__("mov %%cr" #n ", %0" : "=r"(v) : : "memory"); \
		return v;                                                          \
	}                                                                          \
	static inline void write_cr##n(u64 v)                                      \
	{                                                                          \
		__asm__ __volatile__("mov %0, %%cr" #n : : "r"(v) : "memory");     \
	}
DEFINE_CR(0)
DEFINE_CR(2)
DEFINE_CR(3)
DEFINE_CR(4)
#undef DEFINE_CR

/*
 * paging.c: take a page out of the image's mapping; show a device's page, or one of memory, in the
 * fixmap; take it away.
 */
void image_unmap_page(unsigned long va);
void *fixmap_device(unsigned int slot, phys_addr_t phys);
void *fixmap_memory(unsigned int slot, phys_addr_t phys);
void fixmap_clear(unsigned int slot);
enum { FIXMAP_LAPIC, FIXMAP_START_PAGE, FIXMAP_SLOTS };

/* paging.c: where the stacks of the CPUs behind the first are; let a page of it show memory. */
#define STACK_REGION	  MODULES_END
#define STACK_REGION_SIZE (PAGE_SIZE << (THREAD_SIZE > (16UL << 10) ? 12 : 10))
void stack_region_map(unsigned long va, phys_addr_t phys);

/* stacks.c: where a CPU's stack of a kind begins. */
enum { KSTACK_FIRST, KSTACK_DF, KSTACK_NMI, KSTACK_MC, CPU_STACKS };
unsigned long cpu_stack_top(unsigned int cpu, unsigned int kind);

/* cpu.c, idt.c: the running CPU's part of cpu_init() and idt_init(). */
void cpu_init_this(void);
void idt_load(void);

/* lapic.c: time counts from clock_init() on. */
void clock_init(void);
void lapic_eoi(void);
/* Send to the CPU whose APIC id is `apic_id`; interrupts off. `command`: APIC_* below | vector. */
void lapic_send(u32 apic_id, u32 command);
#define APIC_FIXED   0x000u
#define APIC_NMI     0x400u
#define APIC_INIT    0x500u
#define APIC_STARTUP 0x600u
#define APIC_ASSERT  (1u << 14)
#define APIC_LEVEL   (1u << 15)
/* Wait, at least so long; interrupts as they are. */
void delay_us(unsigned int us);

/* smp.c: the APIC id of a CPU. */
u32 cpu_apic_id(unsigned int cpu);
/* Entries of user addresses in the root that a CPU starts with: none but while CPUs are started. */
unsigned int start_page_entries(void);

#ifdef CONFIG_KASAN
/*
 * kasan/: the states of all addresses (tables.c). What the final root has for them, beside the boot
 * root; states for a stack of the stacks' region.
 */
void kasan_early_init(void);
void kasan_fill_root(pte_t *fresh, const pte_t *boot, phys_addr_t max_phys,
		     phys_addr_t (*alloc)(void));
void kasan_cover_stack(unsigned long low, unsigned long high,
		       void *(*alloc)(size_t size, size_t align));
#define STACK_SHADOW_TABLES 1 /* each for 16 MiB */
/* runtime.c, for entry.asm: a trap's frame ends at `sp`. */
void kasan_trap_entered(unsigned long vector, unsigned long sp);
/* tlb.c: forget what was mapped there, on all CPUs. */
void tlb_flush_states(unsigned long start, unsigned long end);
/* skip.c: was the trap a look at the state of an address that has none? Then the code goes on. */
bool kasan_skip_look(struct pt_regs *regs);
/* recovery.asm: the jump itself, frames as they are. */
struct recovery;
void recovery_jump_now(struct recovery *r) __noreturn;
#else
#define kasan_fill_root(fresh, boot, max_phys, alloc) ((void)0)
#define kasan_cover_stack(low, high, alloc)	      ((void)0)
static inline bool kasan_skip_look(struct pt_regs *regs)
{
	return false;
}
#endif

/* tlb.c: forget everything on this CPU. */
void tlb_flush_here(void);

/* ipi.c: let CPU `cpu` look into its box of flushes (tlb.c). */
void ipi_flush(unsigned int cpu);
/* Its vectors get their handlers. */
void ipi_init(void);

/* canary.c: a new one; the running task's; a random one for a CPU that begins. */
unsigned long stack_canary_new(void);
unsigned long stack_canary(void);
void stack_canary_this_cpu(void);

#endif
