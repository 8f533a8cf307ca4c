/* SPDX-License-Identifier: MIT */
/*
 * Memory that nobody refers to any more: Linux 6.12's interface, and scans on request. Theory in
 * mm/kmemleak.c.
 *
 * What kmalloc(), kmem_cache_alloc(), alloc_pages(), vmalloc(), vmap(), ioremap() and alloc_percpu() hand
 * out is known without being told of, so most of these functions are for who keeps a pointer where no
 * scan finds it, or hands out memory of his own.
 */
#ifndef LINUX_KMEMLEAK_H
#define LINUX_KMEMLEAK_H

#include <linux/gfp.h>
#include <linux/slab.h>
#include <linux/types.h>

struct alloc_tag;
struct vm_struct;

/* Any context but NMI, unless said otherwise. Of all of them `ptr` is the start of a block. */

/*
 * [ptr, ptr + size) is a block of the caller's own making: a leak once fewer than `min_count` words
 * lead to it (0: never; it is a root of scans). Of what an allocator has handed out nothing is noted.
 */
void kmemleak_alloc(const void *ptr, size_t size, int min_count, gfp_t gfp);
/* Such a block is one no longer. */
void kmemleak_free(const void *ptr);
/* A part of it no longer belongs to it. */
void kmemleak_free_part(const void *ptr, size_t size);

/* Nobody need refer to it, and what it refers to is no leak either. */
void kmemleak_not_leak(const void *ptr);
/* It may look like a leak for a moment: the next scan says nothing of it. */
void kmemleak_transient_leak(const void *ptr);
/* It is no leak, and holds no pointers. */
void kmemleak_ignore(const void *ptr);
/* Only [ptr, ptr + size) of the block that it lies in, and what else is said so of, holds pointers. */
void kmemleak_scan_area(const void *ptr, size_t size, gfp_t gfp);
/* It holds no pointers. */
void kmemleak_no_scan(const void *ptr);
/* It may hold some again. */
void kmemleak_scan_again(const void *ptr);
/* This part of the kernel's own data or bss holds none. Process context. */
void kmemleak_no_scan_range(const void *start, size_t size);

/* The same by physical addresses of the direct map. */
void kmemleak_alloc_phys(phys_addr_t phys, size_t size, gfp_t gfp);
void kmemleak_free_part_phys(phys_addr_t phys, size_t size);
void kmemleak_ignore_phys(phys_addr_t phys);

/* A variable whose address nobody keeps. */
static inline void kmemleak_erase(void **ptr)
{
	*ptr = NULL;
}

/* What the allocators of Linux tell theirs: here it is known. */
static inline void kmemleak_alloc_percpu(const void __percpu *ptr, size_t size, gfp_t gfp)
{
}

static inline void kmemleak_free_percpu(const void __percpu *ptr)
{
}

static inline void kmemleak_vmalloc(const struct vm_struct *area, size_t size, gfp_t gfp)
{
}

static inline void kmemleak_update_trace(const void *ptr)
{
}

static inline void kmemleak_alloc_recursive(const void *ptr, size_t size, int min_count,
					    slab_flags_t flags, gfp_t gfp)
{
	if (!(flags & SLAB_NOLEAKTRACE))
		kmemleak_alloc(ptr, size, min_count, gfp);
}

static inline void kmemleak_free_recursive(const void *ptr, slab_flags_t flags)
{
	if (!(flags & SLAB_NOLEAKTRACE))
		kmemleak_free(ptr);
}

/* ---- Scans ---- */

#define KMEMLEAK_DUMP	32 /* bytes */
#define KMEMLEAK_FRAMES 16

/**
 * struct kmemleak_leak - a block that nobody refers to
 * @start: where it starts
 * @size: its bytes, as asked for where that is known
 * @what: the name of its cache, or of its kind
 * @tag: number of who allocated it (linux/alloc_tag.h)
 * @by: the block that refers to it, itself unreferenced; NULL: none does
 * @reported: a scan has told of it before
 * @pages: it consists of whole pages, of alloc_pages(), kmalloc() or vmalloc()
 * @cpu, @when, @nr, @ips: where it was allocated, if its cache keeps that (slab_debug=U), or page_owner
 *	does, of pages
 */
struct kmemleak_leak {
	const void *start;
	size_t size;
	char what[32];
	u32 tag;
	bool reported, pages;
	const void *by;
	unsigned int cpu;
	unsigned long when;
	unsigned int nr;
	unsigned long ips[KMEMLEAK_FRAMES];
};

/**
 * struct kmemleak_scan - what a scan has found
 * @blocks: that somebody holds
 * @words: that were read
 * @ns: how long all CPUs but one stood still
 * @leaks: blocks that nobody refers to
 * @bytes: of them
 * @nr: how many of them are in @leak, the first ones by address within their kind
 */
struct kmemleak_scan {
	unsigned long blocks, words, leaks;
	u64 bytes, ns;
	unsigned int nr;
	struct kmemleak_leak *leak;
	u32 *of_tag; /* leaks of each number */
	unsigned long held_at; /* the word that led to the block of kmemleak_ask(); 0: none did */
};

/* Look for leaks. NULL: kmemleak=off, or a line has said why not. May sleep; see mm/kmemleak.c, 2. */
struct kmemleak_scan *kmemleak_look(void);
void kmemleak_look_end(struct kmemleak_scan *scan);
/* Who refers to the block that starts at ~not_start? The next scans say so; 0: no such question. */
void kmemleak_ask(unsigned long not_start);
/* How many blocks the tag's place has allocated that are leaks. */
unsigned long kmemleak_of_tag(const struct kmemleak_scan *scan, const struct alloc_tag *tag);

/*
 * Look, and report what no scan has reported before: the text of Linux's /sys/kernel/debug/kmemleak.
 * How many that were; -ENOMEM: no scan could be made. May sleep.
 */
long kmemleak_report_new(void);
/* What is a leak now is none from now on: `echo clear`. May sleep. */
void kmemleak_clear(void);

/* kmemleak=on on the boot line: who allocated is kept as a stack, and tests are followed by a scan. */
bool kmemleak_wanted(void);
/* kmemleak=suites: by one after each of them. */
bool kmemleak_wanted_often(void);
/* Nothing that was on the stack below the caller's frame is there any more. */
void kmemleak_forget_stack(void);

#endif
