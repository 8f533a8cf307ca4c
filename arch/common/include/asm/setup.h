/* SPDX-License-Identifier: MIT */
/* Contract: bring-up. Called once each, in this order, by the sequence in boot/main.c. */
#ifndef ASM_SETUP_H
#define ASM_SETUP_H

#include <linux/types.h>

/* The console works from here on. */
void console_init(void);

/*
 * This CPU's tables, feature bits and protections; the identity map is gone after it, stacks are
 * guarded.
 */
void cpu_init(void);

/*
 * The running context's stack canary (-fstack-protector) is random from here on: from a function that never returns,
 * and that is __no_stack_protector.
 */
void stack_canary_boot(void);

/* Exceptions and interrupts have handlers from here on. */
void idt_init(void);

/* The part of physical memory that __va() reaches before pt_activate_kernel(). */
phys_addr_t boot_window_size(void);

/* What the firmware's list of CPUs calls the one that boots: its local APIC's id. */
u32 boot_cpu_apic_id(void);

/*
 * The CPUs that there are, by those ids: apic_ids[0] is the boot CPU, nr is 1 … NR_CPUS. No CPU
 * beyond them is started, and none gets an id of ours. Once, before setup_per_cpu_areas().
 */
void smp_possible_cpus(const u32 *apic_ids, unsigned int nr);

/*
 * Per-CPU variables and stacks for CPUs 1 … nr_cpu_ids-1, in memory from `alloc`, which must not fail. After it
 * per_cpu_ptr() is right for every id.
 */
void setup_per_cpu_areas(void *(*alloc)(size_t size, size_t align));

/*
 * The other CPUs run from here on, idle; each says so on the console. Interrupts on. They begin in
 * the page at physical address `page`, which is theirs and below 1 MiB.
 */
void smp_init(phys_addr_t page);

/* Make what is marked __ro_after_init read-only. */
void mark_rodata_ro(void);

/*
 * Settings handed over beside the loader's boot line (QEMU's fw_cfg). Returns bytes written to buf,
 * 0 if there are none.
 */
size_t firmware_boot_line(char *buf, size_t size);

#endif
