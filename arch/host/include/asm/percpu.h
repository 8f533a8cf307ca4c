/* SPDX-License-Identifier: MIT */
/*
 * Contract: per-CPU variables.
 *
 * A variable defined with DEFINE_PER_CPU has one copy per CPU; CPU n's copy stands at its link
 * address + per_cpu_offset(n). CPU 0 uses the image's own copy (offset 0). A CPU is a thread, so its
 * offset is a thread-local word; code changes its CPU only where it sleeps, which is not between
 * reading the offset and using it.
 */
#ifndef ASM_PERCPU_H
#define ASM_PERCPU_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <asm/tls.h>

#define NR_CPUS 64

#define DEFINE_PER_CPU(type, name)  __section(".data..percpu") __typeof__(type) name
#define DECLARE_PER_CPU(type, name) extern __section(".data..percpu") __typeof__(type) name

extern unsigned long __per_cpu_offset[NR_CPUS];
#define per_cpu_offset(cpu) (__per_cpu_offset[cpu])

/*
 * The areas of the CPUs behind the first get their final addresses, in the windows of asm/page.h:
 * `map` maps [va, va + size) to the memory that they are in already, and must not fail. Entered
 * once, as soon as kernel_root() can take mappings.
 */
void per_cpu_areas_move(void (*map)(unsigned long va, phys_addr_t phys, unsigned long size));

extern __thread unsigned long host_cpu_off;
extern __thread unsigned int host_cpu; /* the id again, for signal handlers, which must not fault */

DECLARE_PER_CPU(unsigned int, cpu_number);

#define __shift_ptr(ptr, off) ((__typeof__(ptr))((unsigned long)(ptr) + (off)))

/* The CPU is not running yet; its thread takes the offset from here as it starts. */
#define set_per_cpu_offset(cpu, off) ((void)(__per_cpu_offset[cpu] = (off)))

/*
 * Address of this CPU's copy / of CPU `cpu`'s copy. The caller keeps itself on its CPU while using
 * the former.
 */
#define this_cpu_ptr(ptr)     __shift_ptr(ptr, tls_read(host_cpu_off))
#define per_cpu_ptr(ptr, cpu) __shift_ptr(ptr, per_cpu_offset(cpu))
#define per_cpu(var, cpu)     (*per_cpu_ptr(&(var), cpu))

/* Read this CPU's copy in one access (1, 2, 4 or 8 bytes). Interrupt safe. */
#define this_cpu_read(var)     READ_ONCE(*this_cpu_ptr(&(var)))
#define this_cpu_write(var, v) WRITE_ONCE(*this_cpu_ptr(&(var)), (__typeof__(var))(v))
/* Add to this CPU's copy in one instruction: interrupt safe without masking. */
#define this_cpu_add(var, v)                               \
	__asm__ __volatile__("add %1, %0"                  \
			     : "+m"(*this_cpu_ptr(&(var))) \
			     : "r"((__typeof__(var))(v))   \
			     : "cc")
/* v + this CPU's copy of an unsigned long. Interrupt safe. */
#define this_cpu_plus(var, v) ((v) + this_cpu_read(var))
#define this_cpu_inc(var) this_cpu_add(var, 1)
#define this_cpu_dec(var) this_cpu_add(var, -1)

/* Id of the CPU we run on, 0 … nr_cpu_ids-1. */
#define smp_processor_id() this_cpu_read(cpu_number)

#endif
