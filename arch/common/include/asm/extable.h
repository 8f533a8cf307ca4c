/* SPDX-License-Identifier: MIT */
/*
 * Contract: fault-tolerant access. Each returns without a report however bad the address is.
 *
 * Kernel side: the instruction is listed in the exception table with the place to go on. User side:
 * the access is let through SMAP for its duration, a fault is offered to mm_handle_fault() first
 * (so that pages come in on demand), and only then fixed up.
 */
#ifndef ASM_EXTABLE_H
#define ASM_EXTABLE_H

#include <asm/memstate.h>
#include <linux/compiler.h>
#include <linux/types.h>

/*
 * Copy `n` bytes between kernel addresses, either of which may be bad. Returns bytes NOT copied.
 * Any context.
 */
unsigned long copy_nofault(void *to, const void *from, unsigned long n);

/*
 * Copy to or from a user address of the current mm; the caller did access_ok(). Returns bytes NOT
 * copied. May sleep.
 */
unsigned long raw_copy_to_user(void __user *to, const void *from, unsigned long n);
unsigned long raw_copy_from_user(void *to, const void __user *from, unsigned long n);

/* Zero user memory. Returns bytes NOT cleared. May sleep. */
unsigned long raw_clear_user(void __user *to, unsigned long n);

/*
 * Length of a user string including its NUL, at most `max` bytes looked at; max + 1 if no NUL
 * there; 0 on a fault. May sleep.
 */
unsigned long raw_strnlen_user(const char __user *s, unsigned long max);

/* Single accesses of 1, 2, 4 or 8 bytes. Return 0 or -EFAULT. May sleep. */
int raw_get_user(u64 *val, const void __user *from, unsigned int size);
int raw_put_user(u64 val, void __user *to, unsigned int size);

/*
 * Is the byte at `p`, a kernel address, there and equal to `v` (a constant)? Two instructions; a
 * trap only if it can't be read. Any context.
 */
static __always_inline bool byte_is(const u8 *p, u8 v)
{
	memstate_pause();
	__asm__ goto("1: cmpb %1, %0\n\t"
		     "jne %l[no]\n\t"
		     ".pushsection __ex_table, \"a\"\n\t"
		     ".long 1b - ., %l[no] - ., 1\n\t"
		     ".popsection"
		     :
		     : "m"(*p), "iq"(v)
		     : "cc"
		     : no);
	memstate_resume();
	return true;
no:
	memstate_resume();
	return false;
}

/*
 * The two bytes at `p`, a kernel address; 0 if they can't be read. One instruction; a trap only in
 * that case. Any context.
 */
static __always_inline unsigned long u16_or_zero(const u16 *p)
{
	unsigned long v;

	memstate_pause();
	__asm__ __volatile__("1: movzwl %1, %k0\n"
			     "2:\n\t"
			     ".pushsection .text.fixup, \"ax\"\n"
			     "3: xorl %k0, %k0\n\t"
			     "jmp 2b\n\t"
			     ".popsection\n\t"
			     ".pushsection __ex_table, \"a\"\n\t"
			     ".long 1b - ., 3b - ., 1\n\t"
			     ".popsection"
			     : "=r"(v)
			     : "m"(*p)
			     : "cc");
	memstate_resume();
	return v;
}

#endif
