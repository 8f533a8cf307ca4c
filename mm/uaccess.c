// SPDX-License-Identifier: MIT
/*
 * User access: the checks and the conventions around the bare copies of asm/extable.h.
 *
 * 1. Model. A user address is checked once, with its length, by access_ok(): below TASK_SIZE
 *    nothing of the kernel's can be hit. Then a bare copy runs; where a page is missing it faults,
 *    mm_handle_fault() brings the page in and the copy goes on; where that is refused, the copy
 *    ends and says how many bytes are left, exactly. There is no other check of the user's side: not
 *    of mappings, not of rights; the tables do that. The kernel's side is usercopy.c's to check.
 *
 * 2. Conventions, all Linux's:
 *    - a copy returns the bytes NOT copied; copy_from_user() zeroes them in the destination, so
 *      that a caller who forgets to look never uses stale kernel memory;
 *    - get_user() and put_user() return 0 or -EFAULT, and leave 0 in the variable on failure;
 *    - strings are never read past their NUL, so one may end at the very last byte of a mapping;
 *    - copy_struct_from_user() lets structures grow: a shorter one is filled up with zeroes, of a
 *      longer one the rest must be zero.
 *
 * 3. Invariants
 *    I1  no bare copy is called with a user address that access_ok() refused;
 *    I2  current->pagefault_disabled is what it was when a function here returns.
 *
 * 4. Context: process context, may sleep (with interrupts off a missing page is an error instead,
 *    as fault.c says); the _inatomic and _nofault forms anywhere. Locks: none held, mmap_lock is
 *    taken by the fault; so none of the sleeping forms may be called with the running mm's
 *    mmap_lock held for writing.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "kasan.h"

/**
 * _copy_from_user_zeroing() - __copy_from_user() once its kernel memory is checked
 * @to: kernel memory; what is not copied is zeroed
 * @from: user address; the caller did access_ok()
 * @n: bytes
 */
unsigned long _copy_from_user_zeroing(void *to, const void __user *from, unsigned long n)
{
	unsigned long left;

	kasan_check_write(to, n);
	left = raw_copy_from_user(to, from, n);
	if (unlikely(left))
		memset(to + (n - left), 0, left);
	return left;
}

/**
 * __clear_user() - clear_user() without its access_ok()
 * @to: user address; the caller did access_ok()
 * @n: bytes
 */
unsigned long __clear_user(void __user *to, unsigned long n)
{
	return raw_clear_user(to, n);
}

/**
 * _copy_to_user() - copy_to_user() once its kernel memory is checked: copy to the running address space
 * @to: user address
 * @from: kernel memory
 * @n: bytes
 *
 * Return: bytes not copied; 0 is success.
 */
unsigned long _copy_to_user(void __user *to, const void *from, unsigned long n)
{
	kasan_check_read(from, n);
	return access_ok(to, n) ? raw_copy_to_user(to, from, n) : n;
}

/**
 * _copy_from_user() - copy_from_user() once its kernel memory is checked: copy from the running address space
 * @to: kernel memory; what is not copied is zeroed
 * @from: user address
 * @n: bytes
 *
 * Return: bytes not copied; 0 is success.
 */
unsigned long _copy_from_user(void *to, const void __user *from, unsigned long n)
{
	if (likely(access_ok(from, n)))
		return _copy_from_user_zeroing(to, from, n);
	memset(to, 0, n);
	return n;
}

/**
 * clear_user() - zero memory of the running address space
 * @to: user address
 * @n: bytes
 *
 * Return: bytes not cleared; 0 is success.
 */
unsigned long clear_user(void __user *to, unsigned long n)
{
	return access_ok(to, n) ? __clear_user(to, n) : n;
}

/* --- without faults --- */

/**
 * _copy_to_user_inatomic() - copy to what is present and writable now
 * @to: user address; the caller did access_ok()
 * @from: kernel memory
 * @n: bytes
 *
 * Linux leaves it to the caller to disable faults; here that is part of the function. Context: any.
 *
 * Return: bytes not copied.
 */
unsigned long _copy_to_user_inatomic(void __user *to, const void *from, unsigned long n)
{
	unsigned long left;

	kasan_check_read(from, n);
	pagefault_disable();
	left = raw_copy_to_user(to, from, n);
	pagefault_enable();
	return left;
}

/**
 * _copy_from_user_inatomic() - copy from what is present now
 * @to: kernel memory; nothing is zeroed
 * @from: user address; the caller did access_ok()
 * @n: bytes
 *
 * Return: bytes not copied. Context: any.
 */
unsigned long _copy_from_user_inatomic(void *to, const void __user *from, unsigned long n)
{
	unsigned long left;

	kasan_check_write(to, n);
	pagefault_disable();
	left = raw_copy_from_user(to, from, n);
	pagefault_enable();
	return left;
}

/**
 * copy_to_user_nofault() - all or -EFAULT, faults off
 * @dst: user address
 * @src: kernel memory
 * @size: bytes
 *
 * Faults are off during the check of @src, too: it takes no lock then.
 */
long copy_to_user_nofault(void __user *dst, const void *src, size_t size)
{
	unsigned long left;

	if (!access_ok(dst, size))
		return -EFAULT;
	pagefault_disable();
	left = __copy_to_user_inatomic(dst, src, size);
	pagefault_enable();
	return left ? -EFAULT : 0;
}

/**
 * copy_from_user_nofault() - all or -EFAULT, faults off
 * @dst: kernel memory
 * @src: user address
 * @size: bytes
 */
long copy_from_user_nofault(void *dst, const void __user *src, size_t size)
{
	unsigned long left;

	if (!access_ok(src, size))
		return -EFAULT;
	pagefault_disable();
	left = __copy_from_user_inatomic(dst, src, size);
	pagefault_enable();
	return left ? -EFAULT : 0;
}

/* --- single objects --- */

/**
 * get_user_word() - what get_user() is made of
 * @val: set to the object, or 0
 * @from: user address
 * @size: 1, 2, 4 or 8
 */
int get_user_word(u64 *val, const void __user *from, unsigned int size)
{
	*val = 0;
	return access_ok(from, size) ? raw_get_user(val, from, size) : -EFAULT;
}

/**
 * put_user_word() - what put_user() is made of
 * @val: its low @size bytes are stored
 * @to: user address
 * @size: 1, 2, 4 or 8
 */
int put_user_word(u64 val, void __user *to, unsigned int size)
{
	return access_ok(to, size) ? raw_put_user(val, to, size) : -EFAULT;
}

/* --- strings --- */

/* How many bytes a string at `s` may have, `count` at most, before the user's half ends. */
static unsigned long user_room(const char __user *s, unsigned long count)
{
	unsigned long at = (unsigned long)s;

	return at < TASK_SIZE ? min(count, TASK_SIZE - at) : 0;
}

/**
 * strnlen_user() - length of a user string
 * @str: user address
 * @n: most bytes to look at
 *
 * Return: the length with its NUL; more than @n if there is no NUL in the first @n bytes; 0 if the
 * string can't be read.
 */
long strnlen_user(const char __user *str, long n)
{
	unsigned long room, len;

	if (n <= 0)
		return 0;
	room = user_room(str, n);
	len = room ? raw_strnlen_user(str, room) : 0;
	return len > room && room < n ? 0 : len;
}

/**
 * strncpy_from_user() - copy a user string
 * @dst: kernel memory of @count bytes
 * @src: user address
 * @count: most bytes to copy, the NUL counted
 *
 * The string is measured, then copied. The user may change it in between; so the NUL is put where
 * it was seen, and the copy is measured again.
 *
 * Return: the length without NUL; @count if there was none in that many bytes (then @dst has none
 * either); -EFAULT if the string can't be read up to its NUL.
 */
long strncpy_from_user(char *dst, const char __user *src, long count)
{
	long len = strnlen_user(src, count);
	bool ends = len <= count;

	if (count <= 0)
		return 0;
	if (!check_object_size(dst, count, false))
		return -EFAULT;
	if (!ends)
		len = count;
	if (len == 0 || raw_copy_from_user(dst, src, len))
		return -EFAULT;
	if (ends)
		dst[len - 1] = 0;
	return strnlen(dst, len);
}

/* --- structures that grow --- */

/**
 * check_zeroed_user() - is user memory all zero?
 * @from: user address
 * @size: bytes
 *
 * Return: 1 yes, 0 no, -EFAULT.
 */
int check_zeroed_user(const void __user *from, size_t size)
{
	u8 buf[64];

	if (!access_ok(from, size))
		return -EFAULT;
	for (size_t done = 0; done < size; done += sizeof(buf)) {
		size_t n = min(size - done, sizeof(buf));

		if (raw_copy_from_user(buf, from + done, n))
			return -EFAULT;
		if (memchr_inv(buf, 0, n))
			return 0;
	}
	return 1;
}

/**
 * copy_struct_from_user() - copy a structure whose size the user knows by another version
 * @dst: the kernel's structure
 * @ksize: its size
 * @src: the user's
 * @usize: its size
 *
 * Return: 0; -E2BIG if the user's is longer and says something the kernel doesn't know; -EFAULT.
 */
int copy_struct_from_user(void *dst, size_t ksize, const void __user *src, size_t usize)
{
	size_t size = min(ksize, usize);

	if (usize > ksize) {
		int zeroed = check_zeroed_user(src + size, usize - size);

		if (zeroed <= 0)
			return zeroed ? zeroed : -E2BIG;
	}
	memset(dst + size, 0, ksize - size);
	return copy_from_user(dst, src, size) ? -EFAULT : 0;
}

/* --- kernel memory that may be bad --- */

/* Every address of the kernel's lies above the user's half and what separates them. */
static bool kernel_address(const void *p)
{
	return (unsigned long)p >= KERNEL_START && (unsigned long)p <= KERNEL_LAST;
}

/**
 * copy_from_kernel_nofault() - read kernel memory that may not be there
 * @dst: kernel memory
 * @src: any address
 * @size: bytes
 *
 * Return: 0; -ERANGE if @src is no kernel address; -EFAULT if not all could be read. No report in
 * any case. Context: any.
 */
long copy_from_kernel_nofault(void *dst, const void *src, size_t size)
{
	if (!kernel_address(src))
		return -ERANGE;
	return copy_nofault(dst, src, size) ? -EFAULT : 0;
}

/**
 * copy_to_kernel_nofault() - write kernel memory that may not be there
 * @dst: any address
 * @src: kernel memory
 * @size: bytes
 *
 * Return: 0; -EFAULT if not all could be written. Unlike Linux this refuses a user's address.
 */
long copy_to_kernel_nofault(void *dst, const void *src, size_t size)
{
	if (!kernel_address(dst))
		return -EFAULT;
	return copy_nofault(dst, src, size) ? -EFAULT : 0;
}

/**
 * strncpy_from_kernel_nofault() - copy a kernel string that may not be there
 * @dst: of @count bytes; always ends in NUL afterwards if @count > 0
 * @unsafe_addr: the string
 * @count: most bytes to copy, the NUL counted
 *
 * Return: bytes copied, the NUL counted; @count if it was cut there; -ERANGE, -EFAULT.
 */
long strncpy_from_kernel_nofault(char *dst, const void *unsafe_addr, long count)
{
	const char *src = unsafe_addr;
	long i = 0;

	if (count <= 0)
		return 0;
	if (!kernel_address(src))
		return -ERANGE;
	do {
		if (copy_nofault(dst + i, src + i, 1)) {
			dst[0] = 0;
			return -EFAULT;
		}
	} while (dst[i++] && i < count);
	dst[i - 1] = 0;
	return i;
}
