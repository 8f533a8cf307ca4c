/* SPDX-License-Identifier: MIT */
/* Compiler attributes and single-access macros, under Linux's names. */
#ifndef LINUX_COMPILER_H
#define LINUX_COMPILER_H

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define barrier() __asm__ __volatile__("" : : : "memory")
/* The same, for what ptr leads to as well, if the compiler believes that nobody else knows it. */
#define barrier_data(ptr) __asm__ __volatile__("" : : "r"(ptr) : "memory")
/* The compiler forgets what it knows about a variable's value. No instruction. */
#define OPTIMIZER_HIDE_VAR(var) __asm__("" : "+r"(var))

/* Does ThreadSanitizer look at this file? gcc says it so, clang otherwise. */
#ifdef __has_feature
#if __has_feature(thread_sanitizer)
#define __SANITIZE_THREAD__ 1
#endif
#endif

/*
 * One access of the named width, neither torn, repeated nor invented by the compiler.
 *
 * ADD_ONCE() adds to what has one writer at a time (a lock's holder, or a CPU with interrupts off)
 * while others read it with READ_ONCE(): each reader sees a value that was there. It is a plain
 * addition, since the compiler makes one store of it, and a volatile one would cost two more
 * instructions. ThreadSanitizer takes no notice of volatile, so it is told in its own words.
 */
#ifdef __SANITIZE_THREAD__
#define READ_ONCE(x)	   __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, val) __atomic_store_n(&(x), (val), __ATOMIC_RELAXED)
#define ADD_ONCE(x, n)	   WRITE_ONCE(x, (x) + (n))
#else
#define READ_ONCE(x)	   (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, val) (*(volatile __typeof__(x) *)&(x) = (val))
#define ADD_ONCE(x, n)	   ((void)((x) += (n)))
#endif

/*
 * What the linker puts together into an array may have nothing in between: clang's AddressSanitizer
 * would put red zones there (gcc's leaves variables with a section of their own alone).
 */
#define __not_padded
#ifdef __clang__
#if __has_feature(address_sanitizer)
#undef __not_padded
#define __not_padded __attribute__((__no_sanitize__("address")))
#endif
#endif

#define __packed	   __attribute__((__packed__))
#define __aligned(x)	   __attribute__((__aligned__(x)))
#define __section(s)	   __attribute__((__section__(s))) __not_padded
#define __used		   __attribute__((__used__))
#define __maybe_unused	   __attribute__((__unused__))
#define __always_unused	   __attribute__((__unused__))
#define __must_check	   __attribute__((__warn_unused_result__))
#define __malloc	   __attribute__((__malloc__))
#define __alloc_size(...)  __attribute__((__alloc_size__(__VA_ARGS__)))
#if __has_attribute(__counted_by__)
#define __counted_by(member) __attribute__((__counted_by__(member)))
#else
#define __counted_by(member) /* of a flexible array: that member says how many there are */
#endif
#define __printf(a, b)	   __attribute__((__format__(printf, a, b)))
#define __noreturn	   __attribute__((__noreturn__))
#define __pure		   __attribute__((__pure__))
#define __attribute_const__ __attribute__((__const__))
#define __cold		   __attribute__((__cold__))
#define __weak		   __attribute__((__weak__))
#define noinline	   __attribute__((__noinline__))
#define __no_stack_protector __attribute__((__no_stack_protector__))
#undef __always_inline
/* Reads what others may be writing, and means it. */
#ifdef __SANITIZE_THREAD__
#define __no_race __attribute__((__no_sanitize__("thread")))
#else
#define __no_race
#endif
#define __no_sanitize_alignment __attribute__((__no_sanitize__("alignment")))
#define __always_inline inline __attribute__((__always_inline__))
#define __percpu
#define __rcu
#define __init
#define __initdata
#define __ro_after_init __section(".data..ro_after_init")

/*
 * For sparse (make analyze), which checks what compilers don't: pointers into the user's half and
 * to device registers are spaces of their own, not to be dereferenced and not to be mixed with
 * others; a __bitwise type is no number and no other such type; a lock is given back on each way
 * out. __force in a cast says that it is meant.
 */
#ifdef __CHECKER__
#define __user			    __attribute__((noderef, address_space(__user)))
#define __iomem			    __attribute__((noderef, address_space(__iomem)))
#define __bitwise		    __attribute__((bitwise))
#define __force			    __attribute__((force))
#define __acquires(lock)	    __attribute__((context(lock, 0, 1)))
#define __releases(lock)	    __attribute__((context(lock, 1, 0)))
#define __acquire(lock)		    __context__(lock, 1)
#define __release(lock)		    __context__(lock, -1)
#define __cond_acquire(lock, taken) ((taken) ? ({ __acquire(lock); true; }) : false)
#define fallthrough /* sparse knows no such attribute */
#else
#define __user
#define __iomem
#define __bitwise
#define __force
#define __acquires(lock)
#define __releases(lock)
#define __acquire(lock)		    ((void)0)
#define __release(lock)		    ((void)0)
#define __cond_acquire(lock, taken) (taken)
#define fallthrough		    __attribute__((__fallthrough__))
#endif

#define __same_type(a, b) __builtin_types_compatible_p(__typeof__(a), __typeof__(b))

#define _RET_IP_  ((unsigned long)__builtin_return_address(0))
#define _THIS_IP_ ({ __label__ __here; __here: (unsigned long)&&__here; })

#define __stringify_1(x...) #x
#define __stringify(x...)   __stringify_1(x)
#define __PASTE_(a, b)	    a##b
#define __PASTE(a, b)	    __PASTE_(a, b)
#define __UNIQUE_ID(prefix) __PASTE(__PASTE(__unique_, prefix), __COUNTER__)

#endif
