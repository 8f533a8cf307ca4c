/* SPDX-License-Identifier: MIT */
/*
 * Per-CPU variables: those that are linked, those that are made at run time, and what is done with
 * either. Names and meaning are Linux 6.12's.
 *
 *	DEFINE_PER_CPU(long, hits);			long __percpu *seen = alloc_percpu(long);
 *	this_cpu_inc(hits);				this_cpu_inc(*seen);
 *	sum += per_cpu(hits, cpu);			sum += *per_cpu_ptr(seen, cpu);
 *
 * this_cpu_…	one operation on this CPU's copy of a variable of 1, 2, 4 or 8 bytes: whole to
 *		interrupts and to preemption on this CPU, and no atomic operation to other CPUs.
 * raw_cpu_…, __this_cpu_…   the same, for callers that are not disturbed anyway. They are not cheaper
 *		here, so they are the same operations.
 *
 * Linked variables can be used at once; of CPUs other than the first from setup_per_cpu_areas() on
 * (boot/main.c). alloc_percpu() works from zones_init() on, before there is a slab cache.
 */
#ifndef LINUX_PERCPU_H
#define LINUX_PERCPU_H

#include <asm/irqflags.h>
#include <asm/percpu.h>
#include <asm/smp.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/preempt.h>

/* ---- linked variables ---- */

#define PER_CPU_ALIGNMENT __aligned(64) /* a cache line */

/* A line of its own: what others write or read often does not disturb it. */
#define DEFINE_PER_CPU_ALIGNED(type, name)	   DEFINE_PER_CPU(type, name) PER_CPU_ALIGNMENT
#define DECLARE_PER_CPU_ALIGNED(type, name)	   DECLARE_PER_CPU(type, name) PER_CPU_ALIGNMENT
#define DEFINE_PER_CPU_SHARED_ALIGNED(type, name)  DEFINE_PER_CPU_ALIGNED(type, name)
#define DECLARE_PER_CPU_SHARED_ALIGNED(type, name) DECLARE_PER_CPU_ALIGNED(type, name)
#define DEFINE_PER_CPU_PAGE_ALIGNED(type, name)	   DEFINE_PER_CPU(type, name) __aligned(PAGE_SIZE)
#define DECLARE_PER_CPU_PAGE_ALIGNED(type, name)   DECLARE_PER_CPU(type, name) __aligned(PAGE_SIZE)
/* Each CPU's variables are its own, so what is mostly read need not be kept from what is written. */
#define DEFINE_PER_CPU_READ_MOSTLY(type, name)	DEFINE_PER_CPU(type, name)
#define DECLARE_PER_CPU_READ_MOSTLY(type, name) DECLARE_PER_CPU(type, name)
#define EXPORT_PER_CPU_SYMBOL(var)
#define EXPORT_PER_CPU_SYMBOL_GPL(var)

/* ---- whose copy ---- */

#define raw_cpu_ptr(ptr)    this_cpu_ptr(ptr)
#define __this_cpu_ptr(ptr) this_cpu_ptr(ptr)

/* This CPU's copy, and the CPU is kept until the matching put. */
#define get_cpu_var(var)            \
	(*({                        \
		preempt_disable();  \
		this_cpu_ptr(&var); \
	}))
#define put_cpu_var(var)          \
	do {                      \
		(void)&(var);     \
		preempt_enable(); \
	} while (0)
#define get_cpu_ptr(ptr)           \
	({                         \
		preempt_disable(); \
		this_cpu_ptr(ptr); \
	})
#define put_cpu_ptr(ptr)          \
	do {                      \
		(void)(ptr);      \
		preempt_enable(); \
	} while (0)

/* ---- one operation ---- */

/* What a port has no instruction for is done with interrupts off. */
#define __this_cpu_generic(var, op)             \
	({                                      \
		__typeof__(var) *__copy, __old; \
		unsigned long __flags;          \
		local_irq_save(__flags);        \
		__copy = this_cpu_ptr(&(var));  \
		__old = READ_ONCE(*__copy);     \
		op;                             \
		local_irq_restore(__flags);     \
		__old;                          \
	})

#ifndef this_cpu_and
#define this_cpu_and(var, v) \
	((void)__this_cpu_generic(var, WRITE_ONCE(*__copy, __old & (__typeof__(var))(v))))
#endif
#ifndef this_cpu_or
#define this_cpu_or(var, v) \
	((void)__this_cpu_generic(var, WRITE_ONCE(*__copy, __old | (__typeof__(var))(v))))
#endif
/* The value that was there. */
#ifndef this_cpu_xchg
#define this_cpu_xchg(var, v) __this_cpu_generic(var, WRITE_ONCE(*__copy, (__typeof__(var))(v)))
#endif
#ifndef this_cpu_cmpxchg
#define this_cpu_cmpxchg(var, old, new)                              \
	__this_cpu_generic(var, if (__old == (__typeof__(var))(old)) \
					WRITE_ONCE(*__copy, (__typeof__(var))(new)))
#endif
/* The value that is there afterwards. */
#ifndef this_cpu_add_return
#define this_cpu_add_return(var, v)                                                                \
	((__typeof__(var))(__this_cpu_generic(var,                                                 \
					      WRITE_ONCE(*__copy, __old + (__typeof__(var))(v))) + \
			   (__typeof__(var))(v)))
#endif

#define this_cpu_sub(var, v)	    this_cpu_add(var, -(__typeof__(var))(v))
#define this_cpu_sub_return(var, v) this_cpu_add_return(var, -(__typeof__(var))(v))
#define this_cpu_inc_return(var)    this_cpu_add_return(var, 1)
#define this_cpu_dec_return(var)    this_cpu_add_return(var, -1)
/* Was it *oldp, and is `new` now? If not, *oldp is what it was. */
#define this_cpu_try_cmpxchg(var, oldp, new)                                \
	({                                                                  \
		__typeof__(var) __want = *(oldp);                           \
		__typeof__(var) __was = this_cpu_cmpxchg(var, __want, new); \
		*(oldp) = __was;                                            \
		__was == __want;                                            \
	})

#define raw_cpu_read(var)		    this_cpu_read(var)
#define raw_cpu_write(var, v)		    this_cpu_write(var, v)
#define raw_cpu_add(var, v)		    this_cpu_add(var, v)
#define raw_cpu_sub(var, v)		    this_cpu_sub(var, v)
#define raw_cpu_inc(var)		    this_cpu_inc(var)
#define raw_cpu_dec(var)		    this_cpu_dec(var)
#define raw_cpu_and(var, v)		    this_cpu_and(var, v)
#define raw_cpu_or(var, v)		    this_cpu_or(var, v)
#define raw_cpu_xchg(var, v)		    this_cpu_xchg(var, v)
#define raw_cpu_cmpxchg(var, old, new)	    this_cpu_cmpxchg(var, old, new)
#define raw_cpu_try_cmpxchg(var, oldp, new) this_cpu_try_cmpxchg(var, oldp, new)
#define raw_cpu_add_return(var, v)	    this_cpu_add_return(var, v)

#define __this_cpu_read(var)		       this_cpu_read(var)
#define __this_cpu_write(var, v)	       this_cpu_write(var, v)
#define __this_cpu_add(var, v)		       this_cpu_add(var, v)
#define __this_cpu_sub(var, v)		       this_cpu_sub(var, v)
#define __this_cpu_inc(var)		       this_cpu_inc(var)
#define __this_cpu_dec(var)		       this_cpu_dec(var)
#define __this_cpu_and(var, v)		       this_cpu_and(var, v)
#define __this_cpu_or(var, v)		       this_cpu_or(var, v)
#define __this_cpu_xchg(var, v)		       this_cpu_xchg(var, v)
#define __this_cpu_cmpxchg(var, old, new)      this_cpu_cmpxchg(var, old, new)
#define __this_cpu_try_cmpxchg(var, oldp, new) this_cpu_try_cmpxchg(var, oldp, new)
#define __this_cpu_add_return(var, v)	       this_cpu_add_return(var, v)
#define __this_cpu_sub_return(var, v)	       this_cpu_sub_return(var, v)
#define __this_cpu_inc_return(var)	       this_cpu_inc_return(var)
#define __this_cpu_dec_return(var)	       this_cpu_dec_return(var)

/* ---- made at run time; theory in mm/percpu.c ---- */

#define PCPU_MIN_UNIT_SIZE (32UL << 10) /* the largest variable, bytes */

void __percpu *__alloc_percpu_gfp(size_t size, size_t align, gfp_t gfp) __alloc_size(1);
void __percpu *__alloc_percpu(size_t size, size_t align) __alloc_size(1);
void free_percpu(void __percpu *ptr);
phys_addr_t per_cpu_ptr_to_phys(void *addr);

/* Both note their place (linux/alloc_tag.h). */
#define __alloc_percpu_gfp(...) alloc_hooks(__alloc_percpu_gfp(__VA_ARGS__))
#define __alloc_percpu(...)	alloc_hooks(__alloc_percpu(__VA_ARGS__))

#define alloc_percpu_gfp(type, gfp) \
	((__typeof__(type) __percpu *)__alloc_percpu_gfp(sizeof(type), __alignof__(type), gfp))
#define alloc_percpu(type) \
	((__typeof__(type) __percpu *)__alloc_percpu(sizeof(type), __alignof__(type)))

#endif
