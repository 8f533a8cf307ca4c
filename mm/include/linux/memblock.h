/* SPDX-License-Identifier: MIT */
/*
 * memblock: physical memory before there are struct pages. Names and behaviour as in Linux; see
 * mm/memblock.c for the theory.
 *
 * The plain functions work on the machine's one map; __memblock_*() on any, so that tests have
 * their own.
 * Context: boot, one CPU, no locking. Order of use: reserve what is taken, then add memory, then
 * allocate, then seal.
 */
#ifndef LINUX_MEMBLOCK_H
#define LINUX_MEMBLOCK_H

#include <linux/types.h>
#include <linux/compiler.h>

#define MEMBLOCK_STATIC_REGIONS 256
#define MEMBLOCK_ALIGN_DEFAULT	64 /* for align == 0: a cache line */
#define PHYS_ADDR_MAX		(~(phys_addr_t)0)

/* `end` of the range functions: as far as memory is mapped now (memblock_set_current_limit()). */
#define MEMBLOCK_ALLOC_ACCESSIBLE 0

struct memblock_region {
	phys_addr_t base, end; /* [base, end) */
};

struct memblock_type {
	unsigned long cnt, max;
	phys_addr_t array; /* where regions[] stands if it was allocated, else 0 */
	struct memblock_region *regions;
	struct memblock_region initial[MEMBLOCK_STATIC_REGIONS];
	const char *name;
};

struct memblock {
	struct memblock_type memory;
	struct memblock_type reserved;
	phys_addr_t current_limit;
	void *(*to_virt)(phys_addr_t p);
	bool sealed;
};

extern struct memblock memblock;

/* Empty map. `to_virt` gives the address at which memory below the current limit is reached. */
void __memblock_init(struct memblock *mb, void *(*to_virt)(phys_addr_t p));
int __memblock_add(struct memblock *mb, phys_addr_t base, phys_addr_t size);
int __memblock_remove(struct memblock *mb, phys_addr_t base, phys_addr_t size);
int __memblock_reserve(struct memblock *mb, phys_addr_t base, phys_addr_t size);
int __memblock_phys_free(struct memblock *mb, phys_addr_t base, phys_addr_t size);
phys_addr_t __memblock_phys_alloc_range(struct memblock *mb, phys_addr_t size, phys_addr_t align,
					phys_addr_t start, phys_addr_t end);
void *__memblock_alloc(struct memblock *mb, phys_addr_t size, phys_addr_t align);
bool __memblock_next_mem(const struct memblock *mb, u64 *idx, phys_addr_t *start, phys_addr_t *end);
bool __memblock_next_reserved(const struct memblock *mb, u64 *idx, phys_addr_t *start,
			      phys_addr_t *end);
bool __memblock_next_free_in(const struct memblock *mb, u64 *idx, phys_addr_t lo, phys_addr_t hi,
			     phys_addr_t *start, phys_addr_t *end);
phys_addr_t __memblock_bytes(const struct memblock_type *type);
bool __memblock_covers(const struct memblock_type *type, phys_addr_t base, phys_addr_t size);
bool __memblock_meets(const struct memblock_type *type, phys_addr_t base, phys_addr_t size);

/* Number of the first invariant (see memblock.c) that does not hold, 0 if all do. O(n). */
int __memblock_valid(const struct memblock *mb);

/*
 * Memory there is / memory that is taken. All sizes and addresses in bytes. 0, -EINVAL, -ENOMEM (no
 * room for one more region).
 */
int memblock_add(phys_addr_t base, phys_addr_t size);
int memblock_remove(phys_addr_t base, phys_addr_t size);
int memblock_reserve(phys_addr_t base, phys_addr_t size);
int memblock_phys_free(phys_addr_t base, phys_addr_t size);
void memblock_free(void *ptr, size_t size);

phys_addr_t memblock_phys_alloc(phys_addr_t size, phys_addr_t align);
phys_addr_t memblock_phys_alloc_range(phys_addr_t size, phys_addr_t align, phys_addr_t start,
				      phys_addr_t end);
void *memblock_alloc(phys_addr_t size, phys_addr_t align) __malloc;

void memblock_set_current_limit(phys_addr_t limit);
phys_addr_t memblock_get_current_limit(void);

phys_addr_t memblock_phys_mem_size(void);
phys_addr_t memblock_reserved_size(void);
phys_addr_t memblock_start_of_DRAM(void);
phys_addr_t memblock_end_of_DRAM(void);
bool memblock_is_memory(phys_addr_t addr);
bool memblock_is_reserved(phys_addr_t addr);
bool memblock_is_region_memory(phys_addr_t base, phys_addr_t size);
bool memblock_is_region_reserved(phys_addr_t base, phys_addr_t size);

/*
 * Iterators. *idx starts at 0 and is opaque; each call gives the next range in ascending order,
 * false after the last. The map may be changed between two calls: what then lies above the last
 * range is what the next call sees.
 */
bool memblock_next_mem(u64 *idx, phys_addr_t *start, phys_addr_t *end);
bool memblock_next_reserved(u64 *idx, phys_addr_t *start, phys_addr_t *end);
bool memblock_next_free(u64 *idx, phys_addr_t *start, phys_addr_t *end);
bool memblock_next_free_in(u64 *idx, phys_addr_t lo, phys_addr_t hi, phys_addr_t *start,
			   phys_addr_t *end);

/* for_each_…(i, &start, &end): u64 i; phys_addr_t start, end. Free: memory that is not reserved. */
#define for_each_mem_range(i, p_start, p_end) \
	for ((i) = 0; memblock_next_mem(&(i), (p_start), (p_end));)
#define for_each_reserved_mem_range(i, p_start, p_end) \
	for ((i) = 0; memblock_next_reserved(&(i), (p_start), (p_end));)
#define for_each_free_mem_range(i, p_start, p_end) \
	for ((i) = 0; memblock_next_free(&(i), (p_start), (p_end));)

/*
 * The page allocator has taken over: from now on every change and allocation is refused with a
 * report. Reading goes on.
 */
void memblock_seal(void);

int memblock_valid(void);

#endif
