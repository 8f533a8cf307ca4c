// SPDX-License-Identifier: MIT
/*
 * What cpu_init() promises, read back from the machine itself: control registers, descriptor
 * tables.
 *
 * Suite "cpu". Mutations that made it fail:
 *   - cpu.c: CR4.MCE not set (a machine check then resets the machine without a word)
 *   - cpu.c: SMEP, SMAP, UMIP or global pages left off, each
 *   - cpu.c: CR4 taken over from the firmware, with bits of its own (UEFI)
 *   - idt.c: the machine check without a stack of its own
 *   - paging.c: the boot window reaching beyond the CPU's physical width (phys-bits=36)
 */
#include <asm/cpufeature.h>
#include <asm/page.h>
#include <asm/setup.h>
#include <kunit/test.h>
#include "arch/x86_64/idt.h"
#include "arch/x86_64/machine.h"

#define EFER_LONG_MODE (1UL << 8)
#define EFER_NX	       (1UL << 11)
#define CPUID_MCE      (1u << 7)  /* leaf 1, edx */
#define CPUID_SMEP     (1u << 7)  /* leaf 7, ebx */
#define CPUID_SMAP     (1u << 20) /* leaf 7, ebx */
#define CPUID_UMIP     (1u << 2)  /* leaf 7, ecx */

/* The CR4 that this CPU should run with, from its own CPUID rather than from what the kernel remembers of it. */
static u64 wanted_cr4(void)
{
	u64 want = CR4_PAE | CR4_PGE;
	u32 r[4], max;

	cpuid(0, 0, r);
	max = r[0];
	cpuid(1, 0, r);
	if (r[3] & CPUID_MCE)
		want |= CR4_MCE;
	if (max < 7)
		return want;
	cpuid(7, 0, r);
	if (r[1] & CPUID_SMEP)
		want |= CR4_SMEP;
	if (r[1] & CPUID_SMAP)
		want |= CR4_SMAP;
	if (r[2] & CPUID_UMIP)
		want |= CR4_UMIP;
	return want;
}

static void protections_are_on(struct kunit *test)
{
	const u64 wp_and_paging = CR0_WP | 1UL << 31;
	const u64 efer = EFER_LONG_MODE | EFER_NX;

	KUNIT_EXPECT_EQ(test, read_cr4(), wanted_cr4());
	KUNIT_EXPECT_EQ(test, read_cr0() & wp_and_paging, wp_and_paging);
	KUNIT_EXPECT_EQ(test, rdmsr(MSR_EFER) & efer, efer);
}

static void features_are_what_cpuid_says(struct kunit *test)
{
	u64 want = wanted_cr4();

	KUNIT_EXPECT_EQ(test, cpu_has_smep, !!(want & CR4_SMEP));
	KUNIT_EXPECT_EQ(test, cpu_has_smap, !!(want & CR4_SMAP));
	KUNIT_EXPECT_EQ(test, cpu_has_umip, !!(want & CR4_UMIP));
	KUNIT_EXPECT_TRUE(test, cpu_has_nx);
}

/* Which interrupt stack the gate of `vector` switches to, out of the table that the CPU uses. */
static unsigned int gate_stack(unsigned int vector)
{
	struct {
		u16 limit;
		u64 base;
	} __packed idtr;

	__asm__ __volatile__("sidt %0" : "=m"(idtr));
	return *(const u8 *)(idtr.base + 16UL * vector + 4) & 7;
}

static void three_traps_have_stacks_of_their_own(struct kunit *test)
{
	for (unsigned int v = 0; v < NR_VECTORS; v++) {
		unsigned int want = v == X86_TRAP_DF  ? IST_DF
				    : v == X86_TRAP_NMI ? IST_NMI
				    : v == X86_TRAP_MC  ? IST_MC
							: 0;

		KUNIT_EXPECT_EQ_MSG(test, gate_stack(v), want, "vector %u", v);
	}
}

static void boot_window_is_addressable(struct kunit *test)
{
	KUNIT_EXPECT_GE(test, boot_window_size(), 4ULL << 30);
	KUNIT_EXPECT_LE(test, boot_window_size(), 1ULL << cpu_phys_bits);
	KUNIT_EXPECT_LE(test, boot_window_size(), 512ULL << 30);
}

static struct kunit_case cpu_cases[] = {
	KUNIT_CASE(protections_are_on),
	KUNIT_CASE(features_are_what_cpuid_says),
	KUNIT_CASE(three_traps_have_stacks_of_their_own),
	KUNIT_CASE(boot_window_is_addressable),
	{}
};

static struct kunit_suite cpu_suite = {
	.name = "cpu",
	.test_cases = cpu_cases,
};

kunit_test_suite(cpu_suite);
