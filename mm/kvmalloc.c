// SPDX-License-Identifier: MIT
/*
 * kvmalloc: kmalloc() where that succeeds, else vmalloc().
 *
 * Small or lucky requests get physically contiguous memory, which needs no page tables and no TLB
 * flush in the end; the others get single pages. kmalloc() is asked not to try hard for what is
 * larger than a page, unless __GFP_RETRY_MAYFAIL wants it to, since there is another way. Up to a
 * page only kmalloc() serves: an area would be no easier to have. Flags that forbid sleeping get
 * kmalloc() alone, as vmalloc() may sleep. Where an address came from is seen from the region that
 * it lies in; so kvfree() takes both kinds.
 *
 * Locks: none of its own.
 */
#include <linux/kernel.h>
#include <linux/kvmalloc.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "internal.h"
#include "slab.h"
#include "vmap.h"

/* How hard kmalloc() is to try. */
static gfp_t kmalloc_flags(gfp_t flags, size_t size)
{
	if (size <= PAGE_SIZE)
		return flags;
	flags |= __GFP_NOWARN;
	if (!(flags & __GFP_RETRY_MAYFAIL))
		flags |= __GFP_NORETRY;
	return flags & ~__GFP_NOFAIL;
}

static void *kv_alloc(size_t size, gfp_t flags, const void *caller)
{
	void *p = NULL;

	if (size <= KMALLOC_MAX_SIZE)
		p = kmalloc_track_caller(size, kmalloc_flags(flags, size));
	if (p || size <= PAGE_SIZE || !gfpflags_allow_blocking(flags))
		return p;
	if (unlikely(size > INT_MAX)) {
		WARN_ON_ONCE(!(flags & __GFP_NOWARN));
		return NULL;
	}
	return vmalloc_common(size, 1, flags, VM_ALLOW_HUGE_VMAP, caller);
}

static void *kv_array(size_t n, size_t size, gfp_t flags, const void *caller)
{
	size_t bytes;

	if (unlikely(check_mul_overflow(n, size, &bytes)))
		return NULL;
	return kv_alloc(bytes, flags, caller);
}

/**
 * kvmalloc() - allocate memory, physically contiguous only if that is easy
 * @size: bytes; 0 gives ZERO_SIZE_PTR
 * @flags: GFP_KERNEL and the like; what may not sleep gets kmalloc() alone
 *
 * Context: as @flags.
 * Return: the memory, or NULL; more than INT_MAX bytes are refused. Free it with kvfree().
 */
void *(kvmalloc)(size_t size, gfp_t flags)
{
	return kv_alloc(size, flags, __builtin_return_address(0));
}

/**
 * kvmalloc_node() - kvmalloc() with memory of a node
 * @size: bytes
 * @flags: as for kvmalloc()
 * @node: accepted; there is one node
 */
void *(kvmalloc_node)(size_t size, gfp_t flags, int node)
{
	return kv_alloc(size, flags, __builtin_return_address(0));
}

/**
 * kvzalloc() - kvmalloc(), zeroed
 * @size: bytes
 * @flags: as for kvmalloc()
 */
void *(kvzalloc)(size_t size, gfp_t flags)
{
	return kv_alloc(size, flags | __GFP_ZERO, __builtin_return_address(0));
}

/**
 * kvzalloc_node() - kvzalloc() with memory of a node
 * @size: bytes
 * @flags: as for kvmalloc()
 * @node: accepted; there is one node
 */
void *(kvzalloc_node)(size_t size, gfp_t flags, int node)
{
	return kv_alloc(size, flags | __GFP_ZERO, __builtin_return_address(0));
}

/**
 * kvmalloc_array() - kvmalloc() of @n elements
 * @n: elements
 * @size: bytes of one
 * @flags: as for kvmalloc()
 *
 * Return: as kvmalloc(); NULL if the product overflows.
 */
void *(kvmalloc_array)(size_t n, size_t size, gfp_t flags)
{
	return kv_array(n, size, flags, __builtin_return_address(0));
}

/**
 * kvmalloc_array_node() - kvmalloc_array() with memory of a node
 * @n: elements
 * @size: bytes of one
 * @flags: as for kvmalloc()
 * @node: accepted; there is one node
 */
void *(kvmalloc_array_node)(size_t n, size_t size, gfp_t flags, int node)
{
	return kv_array(n, size, flags, __builtin_return_address(0));
}

/**
 * kvcalloc() - kvmalloc_array(), zeroed
 * @n: elements
 * @size: bytes of one
 * @flags: as for kvmalloc()
 */
void *(kvcalloc)(size_t n, size_t size, gfp_t flags)
{
	return kv_array(n, size, flags | __GFP_ZERO, __builtin_return_address(0));
}

/**
 * kvcalloc_node() - kvcalloc() with memory of a node
 * @n: elements
 * @size: bytes of one
 * @flags: as for kvmalloc()
 * @node: accepted; there is one node
 */
void *(kvcalloc_node)(size_t n, size_t size, gfp_t flags, int node)
{
	return kv_array(n, size, flags | __GFP_ZERO, __builtin_return_address(0));
}

/**
 * kvrealloc() - resize memory from kvmalloc(), contents kept
 * @p: the memory; NULL: allocate
 * @size: new size; 0: free
 * @flags: as for kvmalloc(); with __GFP_ZERO, if given from the first on, what is added is zero
 *
 * May move from kmalloc() to vmalloc(), never back.
 *
 * Return: the memory; NULL if there is none, and then @p stands.
 */
void *(kvrealloc)(const void *p, size_t size, gfp_t flags)
{
	size_t held;
	void *new;

	if (is_vmalloc_addr(p))
		return (vrealloc)(p, size, flags);
	held = ksize(p);
	if (unlikely(!held && !ZERO_OR_NULL_PTR(p)))
		return NULL; /* no block: ksize() said so */
	if (size <= KMALLOC_MAX_SIZE) {
		new = (krealloc)(p, size, kmalloc_flags(flags, size));
		if (new)
			return new;
	}
	new = kv_alloc(size, flags, __builtin_return_address(0));
	if (!new)
		return NULL;
	/*
	 * What lies behind the bytes in use is no content: new memory stays zero there, if it is.
	 */
	if (held) {
		kasan_unpoison(p, kmalloc_used(p, held));
		memcpy(new, p, min(kmalloc_used(p, held), size));
	}
	kfree(p);
	return new;
}

/**
 * kvfree() - free memory from kvmalloc(), kmalloc() or vmalloc()
 * @addr: the memory; NULL does nothing
 *
 * Context: as vfree(): where one may sleep, an interrupt handler, or a callback of RCU.
 */
void kvfree(const void *addr)
{
	if (is_vmalloc_addr(addr))
		vfree(addr);
	else
		kfree(addr);
}

/* The same in any context but NMI: an area's flush is left to others. */
void kvfree_atomic(const void *addr)
{
	if (is_vmalloc_addr(addr))
		vfree_atomic(addr);
	else
		kfree(addr);
}

/**
 * kvfree_sensitive() - kvfree() of what must not be read by the next owner
 * @addr: the memory; NULL does nothing
 * @len: bytes that are to be cleared
 *
 * Context: any but NMI.
 */
void kvfree_sensitive(const void *addr, size_t len)
{
	if (unlikely(ZERO_OR_NULL_PTR(addr)))
		return;
	memzero_explicit((void *)addr, len);
	kvfree(addr);
}
