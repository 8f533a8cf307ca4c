/* SPDX-License-Identifier: MIT */
/*
 * Access to user memory by the kernel: the only way to it. Theory in mm/uaccess.c.
 *
 * Everything works on the running context's address space and faults pages in as needed; so it may
 * sleep, but for the _inatomic and _nofault forms. Copies return the number of bytes NOT copied;
 * the others 0 or -EFAULT. Without an address space, or with a kernel address, nothing is accessed
 * and all of them fail.
 */
#ifndef LINUX_UACCESS_H
#define LINUX_UACCESS_H

#include <asm/extable.h>
#include <asm/page.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/types.h>

/* Is [addr, addr + size) in the user's half? Says nothing about a mapping being there. */
static inline bool __access_ok(const void __user *addr, unsigned long size)
{
	return size <= TASK_SIZE && (unsigned long)addr <= TASK_SIZE - size;
}
#define access_ok(addr, size) __access_ok((const void __user *)(addr), (size))

/* In between, user access fails where a page is missing, and so never sleeps. Nests. */
static inline void pagefault_disable(void)
{
	current->pagefault_disabled++;
	barrier();
}

static inline void pagefault_enable(void)
{
	barrier();
	current->pagefault_disabled--;
}

static inline bool pagefault_disabled(void)
{
	return current->pagefault_disabled != 0;
}

/*
 * May the kernel memory [p, p + n) be copied to or from user space? What goes beyond its object, or into
 * a part that its cache doesn't allow, is refused with a report (mm/usercopy.c). A constant size is
 * the compiler's to check.
 */
bool __check_object_size(const void *p, unsigned long n, bool to_user);

static __always_inline bool check_object_size(const void *p, unsigned long n, bool to_user)
{
	return __builtin_constant_p(n) || __check_object_size(p, n, to_user);
}

/* The copies below after that check. Their callers do it. */
unsigned long __must_check _copy_to_user(void __user *to, const void *from, unsigned long n);
unsigned long __must_check _copy_from_user(void *to, const void __user *from, unsigned long n);
unsigned long __must_check _copy_from_user_zeroing(void *to, const void __user *from,
						   unsigned long n);
unsigned long __must_check _copy_to_user_inatomic(void __user *to, const void *from,
						  unsigned long n);
unsigned long __must_check _copy_from_user_inatomic(void *to, const void __user *from,
						    unsigned long n);

/* A copy whose kernel memory is refused copies nothing, and zeroes nothing. */
static __always_inline unsigned long __must_check copy_to_user(void __user *to, const void *from,
							       unsigned long n)
{
	return check_object_size(from, n, true) ? _copy_to_user(to, from, n) : n;
}

/* What could not be copied is zeroed in `to`. */
static __always_inline unsigned long __must_check copy_from_user(void *to, const void __user *from,
								 unsigned long n)
{
	return check_object_size(to, n, false) ? _copy_from_user(to, from, n) : n;
}

unsigned long __must_check clear_user(void __user *to, unsigned long n);

/* Without access_ok(): the caller did it. */
static __always_inline unsigned long __must_check __copy_to_user(void __user *to, const void *from,
								 unsigned long n)
{
	return check_object_size(from, n, true) ? raw_copy_to_user(to, from, n) : n;
}

/* What could not be copied is zeroed in `to`. */
static __always_inline unsigned long __must_check __copy_from_user(void *to,
								   const void __user *from,
								   unsigned long n)
{
	return check_object_size(to, n, false) ? _copy_from_user_zeroing(to, from, n) : n;
}

unsigned long __must_check __clear_user(void __user *to, unsigned long n);

/* With faults off: for atomic context. Nothing is zeroed. */
static __always_inline unsigned long __must_check
__copy_to_user_inatomic(void __user *to, const void *from, unsigned long n)
{
	return check_object_size(from, n, true) ? _copy_to_user_inatomic(to, from, n) : n;
}

static __always_inline unsigned long __must_check
__copy_from_user_inatomic(void *to, const void __user *from, unsigned long n)
{
	return check_object_size(to, n, false) ? _copy_from_user_inatomic(to, from, n) : n;
}

long copy_to_user_nofault(void __user *dst, const void *src, size_t size);
long copy_from_user_nofault(void *dst, const void __user *src, size_t size);

long __must_check strncpy_from_user(char *dst, const char __user *src, long count);
long __must_check strnlen_user(const char __user *str, long n);
int check_zeroed_user(const void __user *from, size_t size);
int __must_check copy_struct_from_user(void *dst, size_t ksize, const void __user *src,
				       size_t usize);

/* Kernel addresses that may be bad. -ERANGE for a user's address, -EFAULT. Any context. */
long copy_from_kernel_nofault(void *dst, const void *src, size_t size);
long copy_to_kernel_nofault(void *dst, const void *src, size_t size);
/* val = *ptr. 0, -ERANGE or -EFAULT. */
#define get_kernel_nofault(val, ptr) copy_from_kernel_nofault(&(val), (ptr), sizeof(val))
long strncpy_from_kernel_nofault(char *dst, const void *unsafe_addr, long count);

/* One object of 1, 2, 4 or 8 bytes, as a number. *val is 0 after -EFAULT. */
int get_user_word(u64 *val, const void __user *from, unsigned int size);
int put_user_word(u64 val, void __user *to, unsigned int size);

#define __user_word_size(ptr)                                                                      \
	({                                                                                         \
		static_assert(sizeof(*(ptr)) == 1 || sizeof(*(ptr)) == 2 || sizeof(*(ptr)) == 4 || \
				      sizeof(*(ptr)) == 8,                                         \
			      "get_user() and put_user() move 1, 2, 4 or 8 bytes");                \
		(unsigned int)sizeof(*(ptr));                                                      \
	})

/* x = *ptr. 0, or -EFAULT and x = 0. */
#define get_user(x, ptr)                                                                           \
	({                                                                                         \
		u64 __word;                                                                        \
		int __err = get_user_word(&__word, (ptr), __user_word_size(ptr));                  \
                                                                                                   \
		(x) = (__force __typeof__(*(ptr)))__word;                                          \
		__err;                                                                             \
	})

/* *ptr = x. 0 or -EFAULT. */
#define put_user(x, ptr)                                                                           \
	({                                                                                         \
		__typeof__(*(ptr)) __value = (x);                                                  \
                                                                                                   \
		put_user_word((u64)__value, (ptr), __user_word_size(ptr));                         \
	})

#define __get_user(x, ptr) get_user(x, ptr)
#define __put_user(x, ptr) put_user(x, ptr)

#endif
