// SPDX-License-Identifier: MIT
/*
 * Copies of user memory, in kernel memory of their own.
 *
 * Each is an allocation and a copy_from_user(). All give an error pointer when it fails: -ENOMEM,
 * -EFAULT, for arrays -EOVERFLOW, for strings -EINVAL. Since how much there is to copy is often the
 * user's choice, memory comes with GFP_USER and without a warning; where it may be much, kvmalloc()
 * finds it. The user can change what was copied, so strings end where their copy says. The memory is the
 * caller's (linux/alloc_tag.h).
 *
 * Context: may sleep; the caller's address space is current->mm. No locks.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

/**
 * memdup_user() - a copy of user memory
 * @src: user address
 * @len: bytes
 *
 * Return: physically contiguous memory, to be freed with kfree(); an error pointer.
 */
void *(memdup_user)(const void __user *src, size_t len)
{
	void *p = kmalloc_track_caller(len, GFP_USER | __GFP_NOWARN);

	if (!p)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(p, src, len)) {
		kfree(p);
		return ERR_PTR(-EFAULT);
	}
	return p;
}

/**
 * vmemdup_user() - a copy of user memory, of any size
 * @src: user address
 * @len: bytes
 *
 * Return: memory to be freed with kvfree(); an error pointer.
 */
void *(vmemdup_user)(const void __user *src, size_t len)
{
	void *p = (kvmalloc)(len, GFP_USER | __GFP_NOWARN);

	if (!p)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(p, src, len)) {
		kvfree(p);
		return ERR_PTR(-EFAULT);
	}
	return p;
}

/**
 * memdup_array_user() - a copy of an array in user memory
 * @src: user address
 * @n: elements
 * @size: bytes of one
 *
 * Return: as memdup_user(); -EOVERFLOW if the product overflows.
 */
void *(memdup_array_user)(const void __user *src, size_t n, size_t size)
{
	size_t bytes;

	if (check_mul_overflow(n, size, &bytes))
		return ERR_PTR(-EOVERFLOW);
	return (memdup_user)(src, bytes);
}

/**
 * vmemdup_array_user() - a copy of an array in user memory, of any size
 * @src: user address
 * @n: elements
 * @size: bytes of one
 *
 * Return: as vmemdup_user(); -EOVERFLOW if the product overflows.
 */
void *(vmemdup_array_user)(const void __user *src, size_t n, size_t size)
{
	size_t bytes;

	if (check_mul_overflow(n, size, &bytes))
		return ERR_PTR(-EOVERFLOW);
	return (vmemdup_user)(src, bytes);
}

/**
 * memdup_user_nul() - a copy of user memory with a NUL behind it
 * @src: user address
 * @len: bytes, without the NUL
 *
 * Return: memory to be freed with kfree(); an error pointer.
 */
void *(memdup_user_nul)(const void __user *src, size_t len)
{
	char *p = kmalloc_track_caller(size_add(len, 1), GFP_KERNEL | __GFP_NOWARN);

	if (!p)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(p, src, len)) {
		kfree(p);
		return ERR_PTR(-EFAULT);
	}
	p[len] = 0;
	return p;
}

/**
 * strndup_user() - a copy of a user string
 * @s: user address
 * @n: bytes at most, the NUL counted
 *
 * Return: the copy, to be freed with kfree(); -EINVAL if it has no NUL in that many bytes, -EFAULT,
 * -ENOMEM.
 */
char *(strndup_user)(const char __user *s, long n)
{
	long length = strnlen_user(s, n);
	char *p;

	if (!length)
		return ERR_PTR(-EFAULT);
	if (length > n)
		return ERR_PTR(-EINVAL);
	p = (memdup_user)(s, length);
	if (!IS_ERR(p))
		p[length - 1] = 0;
	return p;
}
