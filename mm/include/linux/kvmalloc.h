/* SPDX-License-Identifier: MIT */
/*
 * Memory from kmalloc() where that succeeds, else from vmalloc(). In Linux 6.12 these stand in
 * <linux/slab.h>, which includes this.
 *
 * Context: may sleep if the flags let it; flags that forbid it get kmalloc() alone. kvfree(): any
 * but NMI.
 */
#ifndef LINUX_KVMALLOC_H
#define LINUX_KVMALLOC_H

#include <linux/gfp.h>
#include <linux/types.h>
#include <linux/compiler.h>

void *kvmalloc_node(size_t size, gfp_t flags, int node) __must_check __malloc __alloc_size(1);
void *kvmalloc(size_t size, gfp_t flags) __must_check __malloc __alloc_size(1);
void *kvzalloc(size_t size, gfp_t flags) __must_check __malloc __alloc_size(1);
void *kvzalloc_node(size_t size, gfp_t flags, int node) __must_check __malloc __alloc_size(1);
void *kvmalloc_array_node(size_t n, size_t size, gfp_t flags, int node) __must_check __malloc
	__alloc_size(1, 2);
void *kvmalloc_array(size_t n, size_t size, gfp_t flags) __must_check __malloc __alloc_size(1, 2);
void *kvcalloc_node(size_t n, size_t size, gfp_t flags, int node) __must_check __malloc
	__alloc_size(1, 2);
void *kvcalloc(size_t n, size_t size, gfp_t flags) __must_check __malloc __alloc_size(1, 2);
void *kvrealloc(const void *p, size_t size, gfp_t flags) __must_check __alloc_size(2);
void kvfree(const void *addr);
void kvfree_sensitive(const void *addr, size_t len);

/* Each notes its place (linux/alloc_tag.h). */
#define kvmalloc(...)		 alloc_hooks(kvmalloc(__VA_ARGS__))
#define kvmalloc_node(...)	 alloc_hooks(kvmalloc_node(__VA_ARGS__))
#define kvzalloc(...)		 alloc_hooks(kvzalloc(__VA_ARGS__))
#define kvzalloc_node(...)	 alloc_hooks(kvzalloc_node(__VA_ARGS__))
#define kvmalloc_array(...)	 alloc_hooks(kvmalloc_array(__VA_ARGS__))
#define kvmalloc_array_node(...) alloc_hooks(kvmalloc_array_node(__VA_ARGS__))
#define kvcalloc(...)		 alloc_hooks(kvcalloc(__VA_ARGS__))
#define kvcalloc_node(...)	 alloc_hooks(kvcalloc_node(__VA_ARGS__))
#define kvrealloc(...)		 alloc_hooks(kvrealloc(__VA_ARGS__))

#endif
