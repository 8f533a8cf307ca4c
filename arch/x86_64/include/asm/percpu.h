/* SPDX-License-Identifier: MIT */
/*
 * Contract: per-CPU variables.
 *
 * A variable defined with DEFINE_PER_CPU has one copy per CPU; CPU n's copy stands at its link
 * address + per_cpu_offset(n). CPU 0 uses the image's own copy (offset 0); the GS base holds this
 * CPU's offset, so one instruction reads or writes.
 */
#ifndef ASM_PERCPU_H
#define ASM_PERCPU_H

#include <linux/types.h>
#include <linux/compiler.h>

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

DECLARE_PER_CPU(unsigned long, this_cpu_off);
DECLARE_PER_CPU(unsigned int, cpu_number);

#define __shift_ptr(ptr, off) ((__typeof__(ptr))((unsigned long)(ptr) + (off)))

/* Read this CPU's copy in one instruction (1, 2, 4 or 8 bytes). Interrupt safe. */
#define this_cpu_read(var)                                                                         \
	({                                                                                         \
		__typeof__(var) __ret;                                                             \
		__asm__ __volatile__("mov %%gs:%1, %0" : "=r"(__ret) : "m"(var));                  \
		__ret;                                                                             \
	})
#define this_cpu_write(var, v)                                                                     \
	__asm__ __volatile__("mov %1, %%gs:%0" : "+m"(var) : "r"((__typeof__(var))(v)))
/* Add to this CPU's copy in one instruction: interrupt safe without masking. */
#define this_cpu_add(var, v)                                                                       \
	__asm__ __volatile__("add %1, %%gs:%0" : "+m"(var) : "r"((__typeof__(var))(v)))
/* v + this CPU's copy of an unsigned long, in one instruction. Interrupt safe. */
#define this_cpu_plus(var, v)                                                               \
	({                                                                                  \
		unsigned long __sum = (v);                                                  \
		__asm__ __volatile__("add %%gs:%1, %0" : "+r"(__sum) : "m"(var) : "cc"); \
		__sum;                                                                      \
	})
#define this_cpu_inc(var) this_cpu_add(var, 1)
#define this_cpu_dec(var) this_cpu_add(var, -1)

#define this_cpu_and(var, v)                              \
	__asm__ __volatile__("and %1, %%gs:%0"            \
			     : "+m"(var)                  \
			     : "r"((__typeof__(var))(v)))
#define this_cpu_or(var, v)                               \
	__asm__ __volatile__("or %1, %%gs:%0"             \
			     : "+m"(var)                  \
			     : "r"((__typeof__(var))(v)))
/* xadd and cmpxchg without a lock prefix: whole to this CPU. xchg locks by itself. */
#define this_cpu_add_return(var, v)                                                             \
	({                                                                                      \
		__typeof__(var) __add = (__typeof__(var))(v), __was = __add;                    \
		__asm__ __volatile__("xadd %0, %%gs:%1" : "+r"(__was), "+m"(var));              \
		(__typeof__(var))(__was + __add);                                               \
	})
#define this_cpu_xchg(var, v)                                                                   \
	({                                                                                      \
		__typeof__(var) __swap = (__typeof__(var))(v);                                  \
		__asm__ __volatile__("xchg %0, %%gs:%1" : "+r"(__swap), "+m"(var));             \
		__swap;                                                                         \
	})
#define this_cpu_cmpxchg(var, old, new)                                                         \
	({                                                                                      \
		__typeof__(var) __found = (__typeof__(var))(old);                               \
		__asm__ __volatile__("cmpxchg %2, %%gs:%1"                                      \
				     : "+a"(__found), "+m"(var)                                 \
				     : "r"((__typeof__(var))(new)));                            \
		__found;                                                                        \
	})

/* The CPU is not running yet; it takes the offset from its area as it starts. */
#define set_per_cpu_offset(cpu, off)                       \
	do {                                               \
		__per_cpu_offset[cpu] = (off);             \
		per_cpu(this_cpu_off, cpu) = per_cpu_offset(cpu); \
	} while (0)

/*
 * Address of this CPU's copy / of CPU `cpu`'s copy. The caller keeps itself on its CPU while using
 * the former.
 */
#define this_cpu_ptr(ptr)      __shift_ptr(ptr, this_cpu_read(this_cpu_off))
#define per_cpu_ptr(ptr, cpu)  __shift_ptr(ptr, per_cpu_offset(cpu))
#define per_cpu(var, cpu)      (*per_cpu_ptr(&(var), cpu))

/* Id of the CPU we run on, 0 … nr_cpu_ids-1. */
#define smp_processor_id() this_cpu_read(cpu_number)

#endif
