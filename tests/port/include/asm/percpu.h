/* SPDX-License-Identifier: MIT */
/* Contract: per-CPU variables, where there is one CPU: variables. */
#ifndef ASM_PERCPU_H
#define ASM_PERCPU_H

#include <linux/types.h>
#include <linux/compiler.h>

#define NR_CPUS 1

#define DEFINE_PER_CPU(type, name)  __typeof__(type) name
#define DECLARE_PER_CPU(type, name) extern __typeof__(type) name

#define per_cpu_offset(cpu) ((void)(cpu), 0UL)

#define this_cpu_ptr(ptr)     (ptr)
#define per_cpu_ptr(ptr, cpu) ((void)(cpu), (ptr))
#define per_cpu(var, cpu)     (*per_cpu_ptr(&(var), cpu))

#define this_cpu_read(var)     READ_ONCE(var)
#define this_cpu_write(var, v) WRITE_ONCE(var, (__typeof__(var))(v))
#define this_cpu_add(var, v)   ((void)((var) += (__typeof__(var))(v)))
/* v + this CPU's copy of an unsigned long. Interrupt safe. */
#define this_cpu_plus(var, v) ((v) + this_cpu_read(var))
#define this_cpu_inc(var)      this_cpu_add(var, 1)
#define this_cpu_dec(var)      this_cpu_add(var, -1)

/* No other CPU, no area to move. */
static inline void per_cpu_areas_move(void (*map)(unsigned long va, phys_addr_t phys,
						  unsigned long size))
{
}

#define smp_processor_id() 0U

#endif
