// SPDX-License-Identifier: MIT
/*
 * One CPU's own tables and protections: GDT, TSS with its interrupt stacks, control registers.
 *
 * The GDT has what 64-bit mode still asks for: kernel code and data, user data and code (in the
 * order that SYSRET wants), and the TSS. Three exceptions get stacks of their own (IST): double
 * fault, NMI and machine check may strike while the current stack is unusable. Protections are
 * switched on wherever the CPU has them: WP (kernel obeys read-only), SMEP (no execution of user
 * pages), SMAP (no access to user pages but by the access functions), UMIP, global pages. Machine
 * checks are let in (MCE): with that bit clear the CPU answers one by shutting down, without a
 * word.
 * CR4 is written whole: firmware leaves its own choices there, and they differ.
 *
 * Features are read once, from the boot CPU: the others are taken to have them too.
 */
#include <asm/cpufeature.h>
#include <asm/current.h>
#include <asm/irqflags.h>
#include <asm/percpu.h>
#include <asm/pgtable.h>
#include <asm/preempt.h>
#include <asm/setup.h>
#include <asm/smp.h>
#include "machine.h"
#include "arch/common/stacks.h"

#define GDT_KERNEL_CODE 0x00af9a000000ffffUL
#define GDT_KERNEL_DATA 0x00cf92000000ffffUL
#define GDT_USER_DATA	0x00cff2000000ffffUL
#define GDT_USER_CODE	0x00affa000000ffffUL
#define SEL_KERNEL_CODE 0x08
#define SEL_KERNEL_DATA 0x10
#define SEL_TSS		0x28

struct tss {
	u32 reserved0;
	u64 rsp[3];
	u64 reserved1;
	u64 ist[7];
	u64 reserved2;
	u16 reserved3;
	u16 io_bitmap;
} __packed;

struct table_pointer {
	u16 limit;
	u64 base;
} __packed;

bool cpu_has_smap, cpu_has_smep, cpu_has_umip, cpu_has_gbpages, cpu_has_nx;
static bool cpu_has_mce;
unsigned int cpu_phys_bits = 36;

unsigned long __per_cpu_offset[NR_CPUS];
DEFINE_PER_CPU(unsigned long, this_cpu_off);
DEFINE_PER_CPU(unsigned int, cpu_number);
DEFINE_PER_CPU(unsigned int, __preempt_count) = PREEMPT_SETTLED;
DEFINE_PER_CPU(struct task_struct *, current_task) = &idle_task;

static DEFINE_PER_CPU(struct tss, cpu_tss);
static DEFINE_PER_CPU(u64, cpu_gdt)[7];

static void read_features(void)
{
	u32 r[4], max_ext;

	cpuid(0x80000000, 0, r);
	max_ext = r[0];
	cpuid(0x80000001, 0, r);
	cpu_has_nx = r[3] & (1u << 20);
	cpu_has_gbpages = r[3] & (1u << 26);
	if (max_ext >= 0x80000008) {
		cpuid(0x80000008, 0, r);
		cpu_phys_bits = r[0] & 0xff;
	}
	cpuid(1, 0, r);
	cpu_has_mce = r[3] & (1u << 7);
	cpuid(0, 0, r);
	if (r[0] < 7)
		return;
	cpuid(7, 0, r);
	cpu_has_smep = r[1] & (1u << 7);
	cpu_has_smap = r[1] & (1u << 20);
	cpu_has_umip = r[2] & (1u << 2);
}

static void load_gdt(void)
{
	u64 *gdt = this_cpu_ptr(&cpu_gdt[0]);
	u64 base = (u64)this_cpu_ptr(&cpu_tss);
	struct table_pointer p = { sizeof(cpu_gdt) - 1, (u64)gdt };

	gdt[1] = GDT_KERNEL_CODE;
	gdt[2] = GDT_KERNEL_DATA;
	gdt[3] = GDT_USER_DATA;
	gdt[4] = GDT_USER_CODE;
	gdt[5] = (sizeof(struct tss) - 1) | (base & 0xffffff) << 16 | 0x89UL << 40 |
		 (base >> 24 & 0xff) << 56;
	gdt[6] = base >> 32;
	__asm__ __volatile__("lgdt %0\n\t"
			     "pushq %q1\n\t"
			     "leaq 1f(%%rip), %%rax\n\t"
			     "pushq %%rax\n\t"
			     "lretq\n"
			     "1:\n\t"
			     "movl %k2, %%ds\n\t"
			     "movl %k2, %%es\n\t"
			     "movl %k2, %%ss\n\t"
			     :
			     : "m"(p), "i"(SEL_KERNEL_CODE), "r"(SEL_KERNEL_DATA)
			     : "rax", "memory");
}

static void load_tss(void)
{
	struct tss *tss = this_cpu_ptr(&cpu_tss);
	unsigned int cpu = smp_processor_id();

	tss->rsp[0] = cpu_stack_top(cpu, KSTACK_FIRST);
	tss->ist[0] = cpu_stack_top(cpu, KSTACK_DF);
	tss->ist[1] = cpu_stack_top(cpu, KSTACK_NMI);
	tss->ist[2] = cpu_stack_top(cpu, KSTACK_MC);
	tss->io_bitmap = sizeof(struct tss);
	__asm__ __volatile__("ltr %w0" : : "r"(SEL_TSS));
}

static void set_protections(void)
{
	u64 cr4 = CR4_PAE | CR4_PGE;

	if (cpu_has_mce)
		cr4 |= CR4_MCE;
	if (cpu_has_smep)
		cr4 |= CR4_SMEP;
	if (cpu_has_smap)
		cr4 |= CR4_SMAP;
	if (cpu_has_umip)
		cr4 |= CR4_UMIP;
	write_cr0(read_cr0() | CR0_WP);
	write_cr4(cr4);
}

/**
 * cpu_init_this() - give the running CPU its tables and protections
 *
 * Context: once per CPU, interrupts off, before anything can fault; its GS base is set.
 */
void cpu_init_this(void)
{
	load_gdt();
	load_tss();
	set_protections();
}

/**
 * cpu_init() - the boot CPU's beginning: what CPUs share, and its own part
 *
 * Context: once, interrupts off, first thing.
 */
void cpu_init(void)
{
	clock_init();
	read_features();
	pt_boot_init();
	stacks_protect();
	cpu_init_this();
}
